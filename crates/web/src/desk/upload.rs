//! A file that came with a form of staff: told before what is taken, and kept while the rest of the
//! form is put right.

use pengayom_core::pack::Lang;
use pengayom_core::subject::case::BlobRef;
use pengayom_core::value::CaseId;
use pengayom_node::access::Staff;
use pengayom_node::media::{EVIDENCE_MAX_BYTES, Kind, MediaError, PHOTO_MAX_BYTES, Wanted};
use pengayom_node::{HandleError, Node, Purpose};
use subtle::ConstantTimeEq as _;

use crate::extract::Upload;
use crate::frame::PageFrame;

fn kinds(wanted: Wanted) -> impl Iterator<Item = Kind> {
    Kind::ALL
        .into_iter()
        .filter(move |kind| wanted.takes(*kind))
}

/// Media types for the browser's own choice of files.
pub(super) fn accept(wanted: Wanted) -> String {
    let types: Vec<&str> = kinds(wanted).map(Kind::media_type).collect();
    types.join(",")
}

/// Words with the kinds that are taken, and the sizes.
pub(super) fn limit_words(
    frame: &PageFrame,
    wanted: Wanted,
    key: &str,
    limit: Option<usize>,
) -> String {
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
pub(super) fn mark(node: &Node, by: &Staff, id: CaseId, wanted: Wanted, sha256: &str) -> String {
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
pub(super) async fn marked(
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
pub(super) fn taken(
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
