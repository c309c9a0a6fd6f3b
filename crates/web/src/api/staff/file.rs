//! Files of a case: what is known of each, adding one, and having one.

use axum::body::Bytes as Body;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::{BlobRef, CaseAct, CaseCommand};
use pengayom_core::value::CaseId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::media::Wanted;
use pengayom_node::tokens::Scope;
use pengayom_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use super::case::known;
use super::change::{CaseChange, moved, stale};
use super::refused::{at, case_code};
use super::shown::{DoneBy, Shown};
use super::{Bytes, CaseAt, DecidedOn, PartOf, for_one, once_of, require};
use crate::api::caller::Api;
use crate::api::cursor::Part;
use crate::api::once::once;
use crate::api::query::part_of;
use crate::desk::upload::taken;
use crate::desk::{claims_of, evidence, files_of, hand_down_file, photo_of};
use crate::extract::{Fields, read_multipart_of_program};
use crate::problem::{Fault, FieldFault};
use crate::state::AppState;

/// A file of a case.
#[derive(Serialize, ToSchema)]
pub(super) struct FileOfCase {
    /// SHA-256 of its content; names it in addresses.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    sha256: String,
    /// What it is, by its content.
    media_type: String,
    /// Size of its content.
    size_bytes: u64,
    /// Its content is there; it goes when the case is erased.
    is_there: bool,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who sent it.
    by: DoneBy,
    /// Added by staff, as what may be evidence; otherwise by the reporter.
    evidence: bool,
    /// What it is, as the officer who added it says.
    #[schema(required)]
    description: Option<String>,
    /// Where or from whom it was obtained.
    #[schema(required)]
    obtained_from: Option<String>,
    /// When it was obtained.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    obtained_at: Option<Timestamp>,
    /// When it was taken, as a picture says of itself: local time without a zone.
    #[schema(required)]
    claims_taken_at: Option<String>,
    /// Degrees north, as a picture says of itself.
    #[schema(required)]
    claims_lat: Option<f64>,
    /// Degrees east.
    #[schema(required)]
    claims_long: Option<f64>,
}

/// Files that came with the report, with what its reporter added, or by staff.
#[utoipa::path(
    get, path = "/cases/{case}/files", operation_id = "listFiles", tag = "cases",
    params(CaseAt, PartOf),
    responses((status = 200, description = "In the order they came.", body = Part<FileOfCase>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn list(api: Api, Path(case): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    let shown = Shown::read(&api, staff).await?;
    let mut files = Vec::new();
    for came in files_of(&history.acts) {
        let claims = claims_of(&api.node, came.file).await?;
        let is_there = claims.is_some();
        let claims = claims.unwrap_or_default();
        let mut file = FileOfCase {
            sha256: came.file.sha256.clone(),
            media_type: came.file.media_type.clone(),
            size_bytes: came.file.size_bytes,
            is_there,
            at: came.act.recorded_at,
            by: shown.actor(&came.act.actor),
            evidence: false,
            description: None,
            obtained_from: None,
            obtained_at: None,
            claims_taken_at: claims.taken_at.map(|at| at.to_string()),
            claims_lat: claims.position.map(|(lat, _)| lat),
            claims_long: claims.position.map(|(_, long)| long),
        };
        if let CaseAct::EvidenceAdded {
            description,
            obtained_from,
            obtained_at,
            ..
        } = came.payload
        {
            file.evidence = true;
            file.description = Some(description.clone()).filter(|text| !text.is_empty());
            file.obtained_from.clone_from(obtained_from);
            file.obtained_at = *obtained_at;
        }
        files.push(file);
    }
    let list = format!("files/{}", history.id);
    let part = part_of(&api, &list, api.query(), files.into_iter())?;
    api.found(&part).map(for_one)
}

/// The file of an address.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "names parameters for the description")]
struct FileAt {
    /// SHA-256 of the file.
    #[param(pattern = "^[0-9a-f]{64}$")]
    sha256: String,
}

/// A file as it was sent, whole or a part of it. It is evidence: what is in it is nobody's but the sender's.
#[utoipa::path(
    get, path = "/cases/{case}/files/{sha256}", operation_id = "getFile", tag = "cases",
    params(CaseAt, FileAt, Bytes),
    responses(
        (status = 200, description = "The file, with its own media type.", content((FileContent = "image/jpeg"), (FileContent = "image/png"), (FileContent = "image/webp"), (FileContent = "application/pdf"), (FileContent = "video/mp4"), (FileContent = "audio/mp4"), (FileContent = "video/webm"), (FileContent = "audio/mpeg"), (FileContent = "audio/ogg"))),
        (status = 206, description = "The part that was asked for.", content((FileContent = "image/jpeg"), (FileContent = "image/png"), (FileContent = "image/webp"), (FileContent = "application/pdf"), (FileContent = "video/mp4"), (FileContent = "audio/mp4"), (FileContent = "video/webm"), (FileContent = "audio/mpeg"), (FileContent = "audio/ogg"))),
        (status = 416, description = "Nothing of what was asked for is there."),
    ),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn original(
    api: Api,
    Path((case, sha256)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    hand_down_file(&api.node, &history, &sha256, api.headers()).await
}

/// The content of a file.
#[derive(ToSchema)]
#[schema(value_type = String, format = Binary)]
pub(super) struct FileContent(
    #[expect(dead_code, reason = "names what is handed down for the description")] Vec<u8>,
);

/// A small copy of a picture, without what a camera wrote beside it.
#[utoipa::path(
    get, path = "/cases/{case}/files/{sha256}/preview", operation_id = "getPreview", tag = "cases",
    params(CaseAt, FileAt),
    responses(
        (status = 200, description = "A JPEG.", body = FileContent, content_type = "image/jpeg"),
    ),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn preview(
    api: Api,
    Path((case, sha256)): Path<(String, String)>,
) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let history = known(&api, staff, &case).await?;
    match photo_of(&api.node, &history, &sha256).await {
        // It is no picture, or one that does not open: it has no small copy.
        Err(Fault::Unreadable) => Err(Fault::NotFound),
        other => other,
    }
}

/// A file to add, with what is known of it.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct NewEvidence {
    /// A picture (at most 10 MB), or a document, film or recording (at most 64 MB); told by its content.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: String,
    /// What it is, in the officer's words.
    #[schema(min_length = 1, max_length = 5000)]
    description: String,
    /// Where or from whom it was obtained.
    #[schema(max_length = 5000)]
    obtained_from: Option<String>,
    /// When it was obtained.
    #[schema(format = DateTime, max_length = 64)]
    obtained_at: Option<String>,
}

/// Adds a file that may be evidence. Staff see it, the reporter does not.
#[utoipa::path(
    post, path = "/cases/{case}/files", operation_id = "addEvidence", tag = "cases",
    params(CaseAt, DecidedOn),
    request_body(content = NewEvidence, content_type = "multipart/form-data"),
    responses((status = 200, description = "Recorded, now or by the same request before.", body = CaseChange,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["cases:write"]))
)]
pub(super) async fn add(
    api: Api,
    Path(case): Path<String>,
    State(state): State<AppState>,
    request: Request,
) -> Result<Response, Fault> {
    let case = may_add(&api, &case).await?;
    let sent = Sent::read(&api, &state, request, Wanted::Evidence).await?;
    let asked = sent.asked();
    let bytes = asked.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::CasesWrite)?;
        let mut faults = sent.faults;
        let obtained_at = moment(&api, &sent.fields, "obtained_at", &mut faults);
        if sent.fields.get("description").is_empty() {
            let words = api.frame.t("case.evidence_what_write");
            faults.push(FieldFault::field("/description", "required", words));
        }
        let Some(file) = sent.file.filter(|_| faults.is_empty()) else {
            return Err(Fault::Fields(faults));
        };
        let wanted = CaseCommand::AddEvidence {
            file,
            description: sent.fields.get("description").to_owned(),
            obtained_from: sent.fields.line("obtained_from"),
            obtained_at,
        };
        let once = once_of(&api, &asked)?;
        let seen = api.wanted_version()?;
        let changed = api
            .node
            .change_case_once(staff, case, seen, wanted, once)
            .await;
        match changed {
            Ok(changed) => CaseChange::of(case, &changed).answer(&api),
            Err(HandleError::Case(rule)) => match evidence::words_of(&api.frame, &rule) {
                Some(blamed) => {
                    let pointer = match blamed.id.as_str() {
                        "berkas" => "/file",
                        "berkas-asal" => "/obtained_from",
                        "berkas-kapan" => "/obtained_at",
                        _ => "/description",
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

/// Asks before a large body is read whether the account may add to a case at all.
pub(super) async fn may_add(api: &Api, case: &str) -> Result<CaseId, Fault> {
    let staff = api.staff(Scope::CasesWrite)?;
    let history = known(api, staff, case).await?;
    require(staff, Permission::WorkCase)?;
    Ok(history.id)
}

/// A form with one file, as a program sent it.
pub(super) struct Sent {
    /// The fields.
    pub(super) fields: Fields,
    /// The file, kept already for a while.
    pub(super) file: Option<BlobRef>,
    /// What is wrong with it.
    pub(super) faults: Vec<FieldFault>,
}

impl Sent {
    /// Reads a form with one file.
    ///
    /// # Errors
    /// [`Fault`] for what is no such form.
    pub(super) async fn read(
        api: &Api,
        state: &AppState,
        request: Request,
        wanted: Wanted,
    ) -> Result<Self, Fault> {
        let (fields, uploads) = read_multipart_of_program(request, state, wanted).await?;
        let mut faults = Vec::new();
        let mut wrong = |code, words: String| {
            faults.push(FieldFault::field("/file", code, words));
            None
        };
        let file = match taken(&api.frame, wanted, uploads) {
            Ok(Some(file)) => Some(file),
            Ok(None) => wrong("required", api.frame.t("case.evidence_choose").to_owned()),
            Err(words) => wrong("not_accepted", words),
        };
        for (name, value) in fields.iter() {
            let chars = value.chars().count();
            if chars > TEXT_MAX_CHARS {
                let words = crate::public::report::too_long(&api.frame, chars, TEXT_MAX_CHARS);
                let name: String = name.chars().take(60).collect();
                faults.push(FieldFault::field(format!("/{name}"), "too_long", words));
            }
        }
        Ok(Self {
            fields,
            file,
            faults,
        })
    }

    /// What tells it from another one.
    pub(super) fn asked(&self) -> Body {
        let file = self.file.as_ref().map(|file| file.sha256.as_str());
        let mut asked = file.unwrap_or_default().to_owned();
        for (name, value) in self.fields.iter() {
            asked.push_str(&format!("\n{}:{name}={}:{value}", name.len(), value.len()));
        }
        asked.into()
    }
}

/// A moment of a form (RFC 3339).
fn moment(
    api: &Api,
    fields: &Fields,
    name: &str,
    faults: &mut Vec<FieldFault>,
) -> Option<Timestamp> {
    let text = fields.some(name)?;
    let at = text.parse::<Timestamp>().ok();
    if at.is_none() {
        let words = api.frame.t("error.json_time");
        faults.push(FieldFault::field(format!("/{name}"), "unreadable", words));
    }
    at
}
