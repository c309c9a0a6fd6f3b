//! Letters that the reporter of a case was given.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::subject::case::{CaseCommand, GiveLetter};
use pengayom_node::HandleError;
use pengayom_node::media::{MediaError, Wanted};
use pengayom_node::tokens::Scope;
use pengayom_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use super::case::known;
use super::change::{CaseChange, moved, stale};
use super::file::{FileContent, Sent, may_add};
use super::refused::{at, case_code};
use super::shown::{DoneBy, Named, Shown};
use super::{Bytes, CaseAt, DecidedOn, PartOf, for_one, once_of};
use crate::api::caller::Api;
use crate::api::cursor::Part;
use crate::api::once::once;
use crate::api::query::part_of;
use crate::desk::{hand_down_letter, letter};
use crate::letters::{Standing, given, kind_name};
use crate::problem::{Fault, FieldFault};
use crate::state::AppState;

/// A letter that was given.
#[derive(Serialize, ToSchema)]
pub(super) struct LetterOfCase {
    /// Its place in the order they were given, from 1; names it in addresses.
    n: u32,
    /// Its kind.
    kind: Named,
    /// The letter's own number.
    #[schema(required)]
    number: Option<String>,
    /// The day on it.
    #[schema(value_type = String, format = Date)]
    dated: Date,
    /// When it was given.
    #[schema(value_type = String, format = DateTime)]
    given_at: Timestamp,
    /// Who gave it.
    given_by: DoneBy,
    /// What it is, by its content.
    media_type: String,
    /// Size of its content.
    size_bytes: u64,
    /// SHA-256 of its content.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    sha256: String,
    /// `there`, `withdrawn` or `erased`.
    #[schema(value_type = String)]
    state: &'static str,
    /// When it was taken back.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    withdrawn_at: Option<Timestamp>,
    /// Why; the reporter reads it.
    #[schema(required)]
    withdrawn_reason: Option<String>,
}

/// Letters that the reporter was given.
#[utoipa::path(
    get, path = "/cases/{case}/letters", operation_id = "listCaseLetters", tag = "cases",
    params(CaseAt, PartOf),
    responses((status = 200, description = "In the order they were given.", body = Part<LetterOfCase>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn list(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    let shown = Shown::read(&api, staff).await?;
    let letters = given(&history.acts).into_iter().map(|letter| {
        let (state, withdrawn_at, reason) = match letter.standing {
            Standing::There => ("there", None, ""),
            Standing::Withdrawn { at, reason } => ("withdrawn", Some(at), reason),
            Standing::Erased => ("erased", None, ""),
        };
        LetterOfCase {
            n: letter.n,
            kind: Named {
                code: letter.kind.to_owned(),
                name: kind_name(&api.frame, letter.kind),
            },
            number: letter.number.map(ToOwned::to_owned),
            dated: letter.dated,
            given_at: letter.at,
            given_by: shown.actor(letter.by),
            media_type: letter.file.media_type.clone(),
            size_bytes: letter.file.size_bytes,
            sha256: letter.file.sha256.clone(),
            state,
            withdrawn_at,
            withdrawn_reason: Some(reason.to_owned()).filter(|reason| !reason.is_empty()),
        }
    });
    let list = format!("letters/{}", history.id);
    let part = part_of(&api, &list, api.query(), letters)?;
    api.found(&part).map(for_one)
}

/// A letter as its reporter gets it, whole or a part of it. One that was withdrawn is had by nobody.
#[utoipa::path(
    get, path = "/cases/{case}/letters/{n}", operation_id = "getCaseLetter", tag = "cases",
    params(
        CaseAt,
        ("n" = u32, Path, description = "Its place in the order they were given, from 1.", minimum = 1),
        Bytes
    ),
    responses(
        (status = 200, description = "The letter, with its own media type.", content((FileContent = "application/pdf"), (FileContent = "image/jpeg"), (FileContent = "image/png"))),
        (status = 206, description = "The part that was asked for.", content((FileContent = "application/pdf"), (FileContent = "image/jpeg"), (FileContent = "image/png"))),
        (status = 416, description = "Nothing of what was asked for is there."),
    ),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn original(
    api: Api,
    Path((case, n)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    let n: u32 = n.parse().map_err(|_| Fault::NotFound)?;
    hand_down_letter(&api.node, &history, n, api.headers()).await
}

/// A letter to give.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct NewLetter {
    /// A document, or a picture of a paper; told by its content.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
    /// Its kind, a code of `/words`.
    #[schema(min_length = 1, max_length = 200)]
    kind: String,
    /// The day on it; not later than today.
    #[schema(format = Date)]
    dated: String,
    /// The letter's own number.
    #[schema(max_length = 100)]
    number: Option<String>,
}

/// Gives the reporter a letter, who reads and keeps it where they follow the case.
#[utoipa::path(
    post, path = "/cases/{case}/letters", operation_id = "giveLetter", tag = "cases",
    params(CaseAt, DecidedOn),
    request_body(content = NewLetter, content_type = "multipart/form-data"),
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn give(
    api: Api,
    Path(case): Path<String>,
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Fault> {
    let case = may_add(&api, &case).await?;
    let sent = Sent::read(&api, &state, request, Wanted::Letter).await?;
    let asked = sent.asked();
    let bytes = asked.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::CasesWrite)?;
        let letter = read(&api, sent).await?;
        let once = once_of(&api, &asked)?;
        let seen = api.wanted_version()?;
        let wanted = CaseCommand::GiveLetter(letter);
        let changed = api
            .node
            .change_case_once(staff, case, seen, wanted, once)
            .await;
        match changed {
            Ok(changed) => CaseChange::of(case, &changed).answer(&api),
            Err(HandleError::Case(rule)) => match letter::words_of(&api.frame, &rule) {
                Some(blamed) => {
                    let pointer = match blamed.id.as_str() {
                        "surat-berkas" => "/file",
                        "surat-nomor" => "/number",
                        "surat-tanggal" => "/dated",
                        _ => "/kind",
                    };
                    Err(at(pointer, case_code(&rule), blamed.words))
                }
                None => Err(moved(&api, &rule).await?),
            },
            Err(HandleError::Conflict { now_with }) => {
                Err(stale(&api, staff, case, now_with).await?)
            }
            Err(HandleError::Store(StoreError::Missing { .. })) => {
                Err(at("/file", "lost", api.frame.t("case.evidence_lost")))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// The letter that was sent, as its reporter will get it.
async fn read(api: &Api, sent: Sent) -> Result<GiveLetter, Fault> {
    let Sent {
        fields,
        file,
        mut faults,
    } = sent;
    let wrong = |pointer: &str, code, key: &str| FieldFault::field(pointer, code, api.frame.t(key));
    let file = match file {
        Some(file) => match api.node.letter_file(file).await {
            Ok(file) => Some(file),
            Err(HandleError::Media(MediaError::Broken)) => {
                faults.push(wrong("/file", "broken", "case.letter_broken"));
                None
            }
            Err(error) => return Err(error.into()),
        },
        None => None,
    };
    let kind = fields.get("kind").to_owned();
    if kind.is_empty() {
        faults.push(wrong("/kind", "required", "case.letter_kind_choose"));
    }
    let dated = fields.get("dated").parse::<Date>().ok();
    if dated.is_none() {
        faults.push(wrong("/dated", "required", "case.letter_date_write"));
    }
    match (file, dated) {
        (Some(file), Some(dated)) if faults.is_empty() => Ok(GiveLetter {
            kind,
            number: fields.line("number"),
            dated,
            today: api.frame.format().local(api.node.now()).date(),
            file,
            issued: None,
        }),
        _ => Err(Fault::Fields(faults)),
    }
}
