//! Letters on the page of a case: what each is for, and the letter itself for whoever opened the page
//! with number and code (S18, S40).

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::act::Act;

use super::{fitting, to_enter};
use crate::desk::{size_words, withdrawn_words};
use crate::download::hand_down;
use crate::extract::PublicPage;
use crate::frame::PageFrame;
use crate::letters::{Given, Standing, file_name, kind_name, number_and_day, to_reporter};
use crate::problem::Fault;

/// A letter as the page lists it.
pub(super) struct LetterItem {
    /// Its place in the order they were given.
    pub(super) n: u32,
    /// What it is.
    pub(super) name: String,
    /// What it is for and what it is not, a sentence each.
    pub(super) about: Vec<String>,
    /// Number and day, kind and size of the file, when it was given.
    pub(super) lines: Vec<String>,
    /// Where it is, while it can be had.
    pub(super) href: Option<String>,
    /// SHA-256 of what is handed down, 64 hexadecimal digits.
    pub(super) sha256: String,
    /// Why it cannot be had.
    pub(super) gone: Option<String>,
}

/// The letters of a case, the last first: it is the one that is looked for.
pub(super) fn letters(frame: &PageFrame, number: &str, acts: &[Act]) -> Vec<LetterItem> {
    let item = |letter: Given<'_>| {
        let kind = frame.unit().pack.letter(letter.kind);
        let about = kind.map_or_else(Vec::new, |kind| {
            vec![
                frame.say(&kind.purpose).to_owned(),
                frame.say(&kind.limits).to_owned(),
            ]
        });
        let gone = match letter.standing {
            Standing::There => None,
            Standing::Withdrawn { at, reason } => Some(withdrawn_words(frame, at, reason)),
            Standing::Erased => Some(frame.t("letter.erased").to_owned()),
        };
        let there = gone.is_none();
        let time = frame.format().moment(letter.at);
        LetterItem {
            n: letter.n,
            name: kind_name(frame, letter.kind),
            about: if there { about } else { Vec::new() },
            lines: vec![
                number_and_day(frame, letter.number, letter.dated),
                frame.tf(
                    "letter.given_on",
                    &[("time", &time), ("file", &size_words(frame, letter.file))],
                ),
            ],
            href: there.then(|| format!("/lacak/{number}/surat/{}", letter.n)),
            sha256: letter.file.sha256.clone(),
            gone,
        }
    };
    to_reporter(acts).into_iter().rev().map(item).collect()
}

/// `GET /lacak/{nomor}/surat/{n}`: a letter, for the browser that opened the case. One that is not there
/// any more leads to the page that says why.
pub(super) async fn download(
    Path((number, n)): Path<(String, String)>,
    page: PublicPage,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let Some((number, secret)) = fitting(&page.context, &number).await? else {
        return to_enter(&number);
    };
    let client = page.context.client();
    let history = page.node.track(&number, &secret, client).await?;
    let n: u32 = n.parse().map_err(|_| Fault::NotFound)?;
    let letter = history.case.letter(n).filter(|letter| !letter.is_on_file());
    let letter = letter.ok_or(Fault::NotFound)?;
    let back = || Redirect::to(&format!("/lacak/{number}#surat")).into_response();
    if !letter.is_there() {
        return Ok(back());
    }
    let file = page.node.file(&letter.file.sha256).await?;
    if file.body.is_none() {
        return Ok(back());
    }
    let number = number.to_string();
    let told = Some(number.as_str()).filter(|_| !history.case.sensitive);
    let name = file_name(n, told, &letter.file);
    Ok(hand_down(&page.node, file, &headers, &name))
}
