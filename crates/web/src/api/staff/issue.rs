//! Letters that the program makes: which there are, how one would look, issuing it.

use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use jiff::civil::Date;
use pengayom_core::letter::{Template, Unfilled, Values};
use pengayom_core::subject::case::CaseRefusal;
use pengayom_core::value::CaseId;
use pengayom_letter::Paper;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::letter::{LetterDraft, LetterIssued, LetterRefusal};
use pengayom_node::tokens::Scope;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::case::known;
use super::change::moved;
use super::file::{FileContent, may_add};
use super::refused::{at, case_code, refused};
use super::shown::Named;
use super::{CaseAt, for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::once::once;
use crate::desk::{issue, letter};
use crate::letters::facts::facts;
use crate::letters::{given, kind_name};
use crate::problem::{Fault, FieldFault};

/// Most fields of a letter that are read; no template has more.
const FIELDS_MAX: usize = 40;

/// A field that whoever issues a letter fills in.
#[derive(Serialize, ToSchema)]
struct FieldOfLetter {
    /// Its name in `fields`.
    code: String,
    /// What it is.
    label: String,
    /// The letter is not issued without it.
    required: bool,
    /// It may have several lines.
    lines: bool,
    /// Most characters.
    max_chars: usize,
}

/// A kind of letter that is made here.
#[derive(Serialize, ToSchema)]
struct LetterTemplate {
    /// The kind.
    kind: Named,
    /// It is for the reporter, who finds it with their case; otherwise it stays on the file.
    to_reporter: bool,
    /// It is issued when a report is taken.
    at_intake: bool,
    /// The services it is for; empty: all.
    services: Vec<String>,
    /// What is filled in.
    fields: Vec<FieldOfLetter>,
}

/// The letters that are made here.
#[derive(Serialize, ToSchema)]
pub(super) struct LetterTemplates {
    /// Each kind, in the order of the pack.
    templates: Vec<LetterTemplate>,
}

/// Letters that are made here, and what each asks.
#[utoipa::path(
    get, path = "/letter-templates", operation_id = "listLetterTemplates", tag = "cases",
    responses((status = 200, description = "In the order of the pack.", body = LetterTemplates)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn templates(api: Api) -> Result<Response, Fault> {
    let _ = api.staff(Scope::CasesRead)?;
    let pack = &api.frame.unit().pack;
    let one = |template: &Template| LetterTemplate {
        kind: Named {
            code: template.kind.as_str().to_owned(),
            name: kind_name(&api.frame, template.kind.as_str()),
        },
        to_reporter: template.to_reporter,
        at_intake: template.at_intake,
        services: template.services.iter().map(ToString::to_string).collect(),
        fields: template
            .fields
            .iter()
            .map(|field| FieldOfLetter {
                code: field.code.clone(),
                label: api.frame.say(&field.label).to_owned(),
                required: field.required,
                lines: field.lines,
                max_chars: field.max_chars,
            })
            .collect(),
    };
    let templates = pack.templates().iter().map(one).collect();
    api.found(&LetterTemplates { templates }).map(for_one)
}

/// A letter to make.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct MakeLetter {
    /// Its kind, of `/letter-templates`.
    #[schema(min_length = 1, max_length = 200)]
    kind: String,
    /// What is filled in, by code: texts of at most 2,000 characters.
    #[schema(value_type = Object)]
    fields: Option<Value>,
    /// English follows the Indonesian on a page of its own.
    english: Option<bool>,
    /// The paper, `a4` or `f4`; without it, A4.
    #[schema(max_length = 8)]
    paper: Option<String>,
    /// The letter of the same kind in whose place it comes, by its place on the case; without it, none.
    #[schema(minimum = 1, maximum = 50)]
    replaces: Option<u32>,
}

/// A letter that was issued.
#[derive(Serialize, ToSchema)]
pub(super) struct IssuedLetter {
    /// Its place in the order they were given, from 1; names it in addresses.
    n: u32,
    /// Its number.
    number: String,
    /// The day on it.
    #[schema(value_type = String, format = Date)]
    dated: Date,
    /// Size of the file.
    size_bytes: u64,
    /// SHA-256 of the file.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    sha256: String,
    /// The case's version after it.
    version: u32,
    /// Characters that are printed as code points, because the fonts have no sign for them.
    unprintable: Vec<String>,
}

/// What a body asks for.
struct Wanted {
    kind: String,
    typed: Values,
    english: bool,
    paper: Paper,
    replaces: Option<u32>,
}

fn read(api: &Api, body: JsonBody) -> Result<Wanted, Fault> {
    let mut fields = Fields::new(body.values, &api.frame);
    let kind = fields.needed("kind", 200);
    let members = fields.members("fields");
    let english = fields.flag("english").unwrap_or_default();
    let paper = fields.text("paper", 8);
    let replaces = fields.number("replaces");
    if members.len() > FIELDS_MAX {
        fields.wrong_by_key("/fields", "too_many", "error.word_unknown");
    }
    let mut typed = Values::new();
    for (code, value) in members.into_iter().take(FIELDS_MAX) {
        match value {
            Value::String(text) => {
                typed.insert(code, crate::extract::clean(&text));
            }
            Value::Null => {}
            _ => fields.wrong_by_key("/fields", "type", "error.json_text"),
        }
    }
    let paper = match paper.as_deref() {
        None => Paper::default(),
        Some(word) => Paper::parse(word).unwrap_or_else(|| {
            fields.wrong_by_key("/paper", "unknown", "error.word_unknown");
            Paper::default()
        }),
    };
    let place =
        replaces.map(|n| (1..=50_u32).find(|place| f64::from(*place).to_bits() == n.to_bits()));
    if place == Some(None) {
        fields.wrong_by_key("/replaces", "unknown", "letters.replaces_gone");
    }
    fields.check()?;
    Ok(Wanted {
        kind,
        typed,
        english,
        paper,
        replaces: place.flatten(),
    })
}

async fn draft_of(api: &Api, case: &str, wanted: Wanted) -> Result<(CaseId, LetterDraft), Fault> {
    let staff = api.staff(Scope::CasesWrite)?;
    require(staff, Permission::WorkCase)?;
    let history = known(api, staff, case).await?;
    let site = api.context.site();
    let draft = LetterDraft {
        kind: wanted.kind,
        paper: wanted.paper,
        english: wanted.english,
        typed: wanted.typed,
        facts: facts(api.frame.unit(), &api.node, staff, &history, site).await?,
        replaces: wanted.replaces,
        site: site.to_owned(),
    };
    Ok((history.id, draft))
}

/// Shows how a letter would be, without its number and its code. Nothing is kept.
#[utoipa::path(
    post, path = "/cases/{case}/letters/preview", operation_id = "previewLetter", tag = "cases",
    params(CaseAt),
    request_body = MakeLetter,
    responses((status = 200, description = "The letter as it would be.", content((FileContent = "application/pdf")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn preview(
    api: Api,
    Path(case): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    may_add(&api, &case).await?;
    let staff = api.staff(Scope::CasesWrite)?;
    let wanted = read(&api, body)?;
    let (id, draft) = draft_of(&api, &case, wanted).await?;
    match api.node.preview_letter(staff, id, &draft).await {
        Ok(made) => {
            let head = [(header::CONTENT_TYPE, "application/pdf")];
            Ok(for_one((head, made.pdf).into_response()))
        }
        Err(error) => Err(why_not(&api, &draft.kind, error).await?),
    }
}

/// Issues a letter: it gets its number and its code, is kept, and is given to whom it is for.
#[utoipa::path(
    post, path = "/cases/{case}/letters/issue", operation_id = "issueLetter", tag = "cases",
    params(CaseAt),
    request_body = MakeLetter,
    responses((status = 200, description = "Issued, now or by the same request before.", body = IssuedLetter)),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn issue_one(
    api: Api,
    Path(case): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    may_add(&api, &case).await?;
    let bytes = body.bytes.clone();
    let wanted = read(&api, body)?;
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::CasesWrite)?;
        let (id, draft) = draft_of(&api, &case, wanted).await?;
        let once = once_of(&api, &asked)?;
        match api.node.issue_letter(staff, id, &draft, Some(once)).await {
            Ok(issued) => answer(&api, &issued),
            Err(error) => Err(why_not(&api, &draft.kind, error).await?),
        }
    })
    .await
}

fn answer(api: &Api, issued: &LetterIssued) -> Result<Response, Fault> {
    let acts = &issued.changed.acts;
    let all = given(acts);
    let letter = all.first().ok_or(Fault::Internal)?;
    let body = IssuedLetter {
        n: issued.n,
        number: letter.number.unwrap_or_default().to_owned(),
        dated: letter.dated,
        size_bytes: letter.file.size_bytes,
        sha256: letter.file.sha256.clone(),
        version: issued.changed.case.version,
        unprintable: issued.unprintable.iter().map(ToString::to_string).collect(),
    };
    api.found(&body).map(for_one)
}

/// What stood in the way, at the member to blame.
async fn why_not(api: &Api, kind: &str, error: HandleError) -> Result<Fault, Fault> {
    match error {
        HandleError::Letter(rule) => Ok(not_made(api, kind, &rule)),
        HandleError::Case(CaseRefusal::NoSuchLetter) => {
            let words = api.frame.t("letters.replaces_gone");
            Ok(at("/replaces", "no_such_letter", words))
        }
        HandleError::Case(rule) => match letter::words_of(&api.frame, &rule) {
            Some(blamed) => Ok(at("/kind", case_code(&rule), blamed.words)),
            None => moved(api, &rule).await,
        },
        error => Ok(error.into()),
    }
}

fn not_made(api: &Api, kind: &str, rule: &LetterRefusal) -> Fault {
    let mut words = issue::refusal_words(&api.frame, kind, rule).into_iter();
    match rule {
        LetterRefusal::Fields(faults) => {
            let faults = faults.iter().zip(words);
            let faults = faults.map(|(one, said)| {
                let code = match one.fault {
                    Unfilled::Missing => "required",
                    Unfilled::TooLong { .. } => "too_long",
                };
                FieldFault::field(format!("/fields/{}", one.field), code, said.words)
            });
            Fault::Fields(faults.collect())
        }
        rule => {
            let said = words.next().map(|said| said.words).unwrap_or_default();
            match rule {
                LetterRefusal::NoTemplate => at("/kind", "unknown", said),
                LetterRefusal::NotForService => at("/kind", "not_for_service", said),
                LetterRefusal::NoNumber => refused("no_number", said),
                LetterRefusal::NumberTooLong { .. } => refused("number_too_long", said),
                _ => refused("not_made", said),
            }
        }
    }
}
