//! A file that came with a form of staff: told before what is taken, and kept while the rest of the
//! form is put right.
//!
//! When something else in the form is wrong, the page gives back a sealed mark of the file instead of
//! asking for 64 MB once more.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::act::Payload;
use pengayom_core::pack::Lang;
use pengayom_core::subject::case::{BlobRef, CaseAct, CaseCommand, CaseRefusal};
use pengayom_core::value::CaseId;
use pengayom_node::access::Staff;
use pengayom_node::handle::case::CaseHistory;
use pengayom_node::media::{EVIDENCE_MAX_BYTES, Kind, MediaError, PHOTO_MAX_BYTES, Wanted};
use pengayom_node::{HandleError, Node, Purpose};
use pengayom_store::StoreError;
use subtle::ConstantTimeEq as _;

use super::act::Typed;
use super::case::{case_page, moved_words};
use super::file::size_words;
use crate::extract::{Fields, StaffPage, Upload};
use crate::form::{FieldError, TextField, error_at};
use crate::frame::PageFrame;
use crate::problem::Fault;

/// A form of a case with a file in it.
pub(super) struct FileForm {
    /// Which files are taken.
    pub(super) wanted: Wanted,
    /// Identifier of the field of the file.
    pub(super) file: &'static str,
    /// Words of the form: the label of the file, which files are taken, and that one is to be chosen.
    pub(super) label: &'static str,
    pub(super) limits: &'static str,
    pub(super) choose: &'static str,
    /// The part of the case's page that shows what was done.
    pub(super) back: &'static str,
    /// The words for the rule that stood in the way, at the field to blame; `None` when the case moved on.
    pub(super) words_of: fn(&PageFrame, &CaseRefusal) -> Option<FieldError>,
}

/// A form with a file that came back: something in it was wrong, or the case moved on.
pub(super) struct Sent {
    /// Which form it was.
    wanted: Wanted,
    /// A file of it that was received.
    kept: Option<BlobRef>,
}

/// The field of a file as the page shows it.
pub(super) struct FileField {
    /// The form stands open.
    pub(super) open: bool,
    /// The file, its kinds and sizes in words.
    pub(super) file: TextField,
    /// Media types for the browser's own choice of files.
    pub(super) accept: String,
    /// Largest size, in bytes, of pictures and of all else; told before anything is sent.
    pub(super) most: [usize; 2],
    /// What is said of a file above it, with `{mb}` to fill in.
    pub(super) too_large: String,
    /// The mark of a file that was received before.
    pub(super) kept: Option<String>,
}

/// The file of a form.
pub(super) enum Received {
    /// It came with the form.
    Sent(BlobRef),
    /// It came before; the form gave its mark.
    Before(BlobRef),
}

impl FileForm {
    /// Whether this form came back.
    pub(super) fn came_back(&self, typed: &Typed) -> bool {
        self.sent(typed).is_some()
    }

    fn sent<'t>(&self, typed: &'t Typed) -> Option<&'t Sent> {
        let sent = typed.sent.as_ref();
        sent.filter(|sent| sent.wanted == self.wanted)
    }

    /// A field of the form, with what was typed and what was wrong if it came back.
    pub(super) fn field(
        &self,
        typed: &Typed,
        (id, name): (&'static str, &'static str),
        label: &str,
    ) -> TextField {
        let sent = self.sent(typed);
        let value = sent.map(|_| typed.fields.get(name));
        TextField {
            id,
            name,
            label: label.to_owned(),
            value: value.unwrap_or_default().to_owned(),
            error: sent.and_then(|_| error_at(&typed.errors, id)),
            ..TextField::default()
        }
    }

    /// The field of the file.
    pub(super) fn file_field(
        &self,
        frame: &PageFrame,
        node: &Node,
        by: &Staff,
        id: CaseId,
        typed: &Typed,
    ) -> FileField {
        let kept = self.sent(typed).and_then(|sent| sent.kept.as_ref());
        let file = self.field(typed, (self.file, "berkas"), frame.t(self.label));
        let mut file = file.hint(match kept {
            Some(kept) => frame.tf("case.evidence_kept", &[("file", &size_words(frame, kept))]),
            None => limit_words(frame, self.wanted, self.limits, None),
        });
        file.optional = kept.is_some();
        FileField {
            open: self.came_back(typed),
            file,
            accept: accept(self.wanted),
            most: [PHOTO_MAX_BYTES, EVIDENCE_MAX_BYTES],
            too_large: frame.tf("case.evidence_large", &[("mb", "{mb}")]),
            kept: kept.map(|kept| mark(node, by, id, self.wanted, &kept.sha256)),
        }
    }

    /// The file of what was sent, or in words why there is none.
    ///
    /// # Errors
    /// The store's.
    pub(super) async fn received(
        &self,
        page: &StaffPage,
        id: CaseId,
        fields: &Fields,
        uploads: Vec<Upload>,
    ) -> Result<Result<Received, FieldError>, Fault> {
        let at_file = |words: &str| FieldError::new(self.file, words);
        match taken(&page.frame, self.wanted, uploads) {
            Err(words) => return Ok(Err(at_file(&words))),
            Ok(Some(file)) => return Ok(Ok(Received::Sent(file))),
            Ok(None) => {}
        }
        let text = fields.get("diterima");
        if text.is_empty() {
            return Ok(Err(at_file(page.frame.t(self.choose))));
        }
        let kept = marked(&page.node, &page.staff, id, self.wanted, text).await?;
        let lost = || at_file(page.frame.t("case.evidence_lost"));
        Ok(kept.map(Received::Before).ok_or_else(lost))
    }

    /// Gives the form back with what was typed, what is wrong, and the file that is kept meanwhile.
    pub(super) async fn refuse(
        &self,
        page: StaffPage,
        history: CaseHistory,
        (fields, errors): (Fields, Vec<FieldError>),
        kept: Option<BlobRef>,
    ) -> Result<Response, Fault> {
        let typed = self.typed(fields, errors, kept);
        case_page(page, StatusCode::UNPROCESSABLE_ENTITY, history, None, typed).await
    }

    fn typed(&self, fields: Fields, errors: Vec<FieldError>, kept: Option<BlobRef>) -> Typed {
        Typed {
            fields,
            errors,
            sent: Some(Sent {
                wanted: self.wanted,
                kept,
            }),
            ..Typed::default()
        }
    }

    /// Carries the form out. Sent twice, the first time did it: `act` is what it comes to.
    pub(super) async fn carry_out(
        &self,
        page: StaffPage,
        id: CaseId,
        (command, act): (CaseCommand, CaseAct),
        (fields, file): (Fields, BlobRef),
    ) -> Result<Response, Fault> {
        let changed = page
            .node
            .change_case(&page.staff, id, None, command, None)
            .await;
        let done = || Redirect::to(&format!("/perkara/{id}#{}", self.back)).into_response();
        let Err(error) = changed else {
            return Ok(done());
        };
        let history = page.node.case_history(&page.staff, id).await?;
        let act = Payload::Case(act);
        let by = Some(page.staff.id);
        let mut acts = history.acts.iter();
        if acts.any(|done| done.actor.officer() == by && done.payload == act) {
            return Ok(done());
        }
        let wrong = match &error {
            HandleError::Case(refusal) => match (self.words_of)(&page.frame, refusal) {
                Some(error) => Ok(error),
                None => Err(moved_words(&page.frame, &page.node, refusal).await?),
            },
            HandleError::Store(StoreError::Missing { .. }) => {
                let words = page.frame.t("case.evidence_lost");
                Ok(FieldError::new(self.file, words))
            }
            HandleError::Conflict { .. } => Err(page.frame.t("case.changed").to_owned()),
            _ => return Err(error.into()),
        };
        match wrong {
            // A file that is itself to blame is not kept.
            Ok(error) => {
                let kept = Some(file).filter(|_| error.id != self.file);
                self.refuse(page, history, (fields, vec![error]), kept)
                    .await
            }
            Err(moved) => {
                let typed = self.typed(fields, Vec::new(), Some(file));
                case_page(page, StatusCode::CONFLICT, history, Some(moved), typed).await
            }
        }
    }
}

fn kinds(wanted: Wanted) -> impl Iterator<Item = Kind> {
    Kind::ALL
        .into_iter()
        .filter(move |kind| wanted.takes(*kind))
}

/// Media types for the browser's own choice of files.
fn accept(wanted: Wanted) -> String {
    let types: Vec<&str> = kinds(wanted).map(Kind::media_type).collect();
    types.join(",")
}

/// Words with the kinds that are taken, and the sizes.
fn limit_words(frame: &PageFrame, wanted: Wanted, key: &str, limit: Option<usize>) -> String {
    let megabytes = |bytes: usize| {
        let n = i64::try_from(bytes / (1024 * 1024)).unwrap_or(i64::MAX);
        frame.format().count(n)
    };
    let mut kinds: Vec<String> = kinds(wanted)
        .map(|kind| kind.ending().to_uppercase())
        .collect();
    let last = kinds.pop().unwrap_or_default();
    let or = match frame.lang {
        Lang::Id => ", atau ",
        Lang::En => " or ",
    };
    let kinds = format!("{}{or}{last}", kinds.join(", "));
    frame.tf(
        key,
        &[
            ("kinds", &kinds),
            ("mb", &megabytes(limit.unwrap_or(EVIDENCE_MAX_BYTES))),
            ("photo_mb", &megabytes(PHOTO_MAX_BYTES)),
        ],
    )
}

/// The mark of a file that this officer sent for this case: nobody names a file by it that they did
/// not send.
fn mark(node: &Node, by: &Staff, id: CaseId, wanted: Wanted, sha256: &str) -> String {
    let what = match wanted {
        Wanted::Photo => "photo",
        Wanted::Evidence => "evidence",
        Wanted::Letter => "letter",
    };
    let text = format!("{what}\n{id}\n{}\n{sha256}", by.id);
    let hash = node.hash(Purpose::Form, text.as_bytes());
    let seal = hash.0.iter().map(|byte| format!("{byte:02x}"));
    format!("{sha256}.{}", seal.collect::<String>())
}

/// The file that a mark names, while it is kept.
async fn marked(
    node: &Node,
    by: &Staff,
    id: CaseId,
    wanted: Wanted,
    text: &str,
) -> Result<Option<BlobRef>, HandleError> {
    let Some((sha256, _)) = text.split_once('.') else {
        return Ok(None);
    };
    let wanted = mark(node, by, id, wanted, sha256);
    if !bool::from(wanted.as_bytes().ct_eq(text.as_bytes())) {
        return Ok(None);
    }
    match node.file(sha256).await {
        Ok(row) if row.body.is_some() => Ok(Some(BlobRef {
            sha256: row.sha256,
            media_type: row.media_type,
            size_bytes: row.size_bytes,
        })),
        Ok(_) | Err(HandleError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The one file of a form, nothing when none was chosen, or in words why it is not taken.
pub(crate) fn taken(
    frame: &PageFrame,
    wanted: Wanted,
    uploads: Vec<Upload>,
) -> Result<Option<BlobRef>, String> {
    if uploads.len() > 1 {
        return Err(frame.t("case.evidence_one").to_owned());
    }
    match uploads.into_iter().next() {
        None => Ok(None),
        Some(Ok(file)) => Ok(Some(file)),
        Some(Err(MediaError::Empty)) => Err(frame.t("error.file_empty").to_owned()),
        Some(Err(MediaError::TooLarge { limit })) => Err(limit_words(
            frame,
            wanted,
            "case.evidence_large",
            Some(limit),
        )),
        Some(Err(MediaError::Unknown | MediaError::Broken)) => {
            Err(limit_words(frame, wanted, "case.evidence_kind", None))
        }
    }
}
