//! Files of a case: what is known of each, and the original for those who handle the case.

use axum::extract::Path;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use pengayom_core::act::{Act, Payload};
use pengayom_core::pack::Lang;
use pengayom_core::subject::case::{BlobRef, CaseAct};
use pengayom_core::value::CaseId;
use pengayom_node::handle::case::CaseHistory;
use pengayom_node::media::{Claims, Kind};
use pengayom_node::{HandleError, Node};

use super::case::read;
use crate::download::hand_down;
use crate::extract::StaffPage;
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::staff::Names;

/// How many digits of a file's SHA-256 are shown: enough to tell it from any other by eye.
const SHORT: usize = 16;

/// What is said of a file of a case.
pub(super) struct FileFacts {
    /// Where its small copy is, of a picture that is there.
    pub(super) picture: Option<String>,
    /// The words for it, for whoever cannot see it.
    pub(super) words: String,
    /// Where the original is, while it is there.
    pub(super) original: Option<String>,
    /// What it is, as the officer who added it says.
    pub(super) told: Option<String>,
    /// What is known of it, a line each.
    pub(super) lines: Vec<String>,
}

/// A file of a case, and the act it came with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CaseFile<'a> {
    /// The file.
    pub(crate) file: &'a BlobRef,
    /// The act.
    pub(crate) act: &'a Act,
    /// What the act says.
    pub(crate) payload: &'a CaseAct,
}

/// Files that came with the report, with what its reporter added, or by staff, in that order. What
/// came before the case was erased is gone.
pub(crate) fn files_of(acts: &[Act]) -> Vec<CaseFile<'_>> {
    let is_erasure = |act: &Act| {
        matches!(
            act.payload,
            Payload::Case(CaseAct::PersonalDataErased { .. })
        )
    };
    let since = acts.iter().rposition(is_erasure).map_or(0, |at| at + 1);
    let mut files = Vec::new();
    for act in acts.iter().skip(since) {
        let Payload::Case(payload) = &act.payload else {
            continue;
        };
        let came = match payload {
            CaseAct::RequestFiled(filed) => filed.media.as_slice(),
            CaseAct::InformationAdded { media, .. } => media.as_slice(),
            CaseAct::EvidenceAdded { file, .. } => std::slice::from_ref(file),
            _ => continue,
        };
        let came = came.iter().map(|file| CaseFile { file, act, payload });
        files.extend(came);
    }
    files
}

/// What a file of a case says of itself; nothing once its content is gone.
pub(crate) async fn claims_of(node: &Node, file: &BlobRef) -> Result<Option<Claims>, HandleError> {
    match node.file(&file.sha256).await {
        Ok(row) if row.body.is_some() => Ok(Some(node.photo_claims(&file.sha256).await?)),
        Ok(_) | Err(HandleError::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The same in words.
pub(super) async fn files(
    frame: &PageFrame,
    node: &Node,
    names: &Names,
    id: CaseId,
    acts: &[Act],
) -> Result<Vec<FileFacts>, Fault> {
    let mut files = Vec::new();
    for (n, came) in (1..).zip(files_of(acts)) {
        let mut facts = facts(frame, node, id, n, came.file).await?;
        let time = frame.format().moment(came.act.recorded_at);
        let words = match came.payload {
            CaseAct::EvidenceAdded { description, .. } => {
                facts.told = Some(description.clone()).filter(|it| !it.is_empty());
                let name = names.actor(frame, &came.act.actor);
                frame.tf("case.file_added", &[("time", &time), ("name", &name)])
            }
            _ => frame.tf("case.file_received", &[("time", &time)]),
        };
        facts.lines.insert(1, words);
        facts
            .lines
            .splice(2..2, obtained_words(frame, came.payload));
        files.push(facts);
    }
    Ok(files)
}

/// Where and when a file that staff added was obtained, as far as they said.
pub(super) fn obtained_words(frame: &PageFrame, act: &CaseAct) -> Vec<String> {
    let CaseAct::EvidenceAdded {
        obtained_from,
        obtained_at,
        ..
    } = act
    else {
        return Vec::new();
    };
    let from = obtained_from
        .iter()
        .map(|from| frame.tf("case.file_from", &[("from", from)]));
    let at = obtained_at.iter().map(|at| {
        let time = frame.format().moment(*at);
        frame.tf("case.file_obtained", &[("time", &time)])
    });
    from.chain(at).collect()
}

/// Kind and size of a file, such as "PDF, 40 kB".
pub(crate) fn size_words(frame: &PageFrame, file: &BlobRef) -> String {
    let kind = Kind::of_media_type(&file.media_type).map_or_else(
        || file.media_type.clone(),
        |kind| kind.ending().to_uppercase(),
    );
    let count = |n: u64| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let kilobytes = file.size_bytes.div_ceil(1024);
    if kilobytes < 10 * 1024 {
        let values = [("kind", kind.as_str()), ("kb", &count(kilobytes))];
        frame.tf("case.file_size", &values)
    } else {
        let megabytes = count(kilobytes.div_ceil(1024));
        let values = [("kind", kind.as_str()), ("mb", &megabytes)];
        frame.tf("case.file_size_mb", &values)
    }
}

async fn facts(
    frame: &PageFrame,
    node: &Node,
    id: CaseId,
    n: usize,
    file: &BlobRef,
) -> Result<FileFacts, Fault> {
    let kind = Kind::of_media_type(&file.media_type);
    let known = claims_of(node, file).await?;
    let is_there = known.is_some();
    let claims = known.unwrap_or_default();
    let format = frame.format();
    let mut lines = vec![size_words(frame, file)];
    let original = is_there.then(|| format!("/perkara/{id}/berkas/{}", file.sha256));
    if original.is_none() {
        lines.push(frame.t("case.file_gone").to_owned());
    }
    if let Some(taken) = claims.taken_at {
        let clock = match frame.lang {
            Lang::Id => taken.strftime("%H.%M"),
            Lang::En => taken.strftime("%H:%M"),
        };
        let time = format!("{} {clock}", format.day(taken.date()));
        lines.push(frame.tf("case.file_taken", &[("time", &time)]));
    }
    if let Some((lat, lng)) = claims.position {
        let (lat, lng) = (format!("{lat:.5}"), format!("{lng:.5}"));
        lines.push(frame.tf("case.file_place", &[("lat", &lat), ("lng", &lng)]));
    }
    let digits: String = file.sha256.chars().take(SHORT).collect();
    lines.push(frame.tf("case.file_sha256", &[("digits", &digits)]));
    let is_picture = kind.is_some_and(Kind::is_picture) && is_there;
    Ok(FileFacts {
        picture: is_picture.then(|| format!("/perkara/{id}/foto/{}", file.sha256)),
        words: frame.tf("case.photo", &[("n", &n.to_string())]),
        original,
        told: None,
        lines,
    })
}

/// A file as it was sent, for those who may read the case, whole or a part of it (RFC 9110 §14). It
/// is handed down and never shown in a page of ours: what is in it is nobody's but the sender's.
pub(super) async fn original(
    page: StaffPage,
    Path((case, sha256)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    hand_down_file(&page.node, &history, &sha256, &headers).await
}

/// The answer with a file of a case that the asker may read.
pub(crate) async fn hand_down_file(
    node: &Node,
    history: &CaseHistory,
    sha256: &str,
    headers: &HeaderMap,
) -> Result<Response, Fault> {
    if !history.case.media.iter().any(|blob| blob.sha256 == sha256) {
        return Err(Fault::NotFound);
    }
    let file = node.file(sha256).await?;
    if file.body.is_none() {
        return Err(Fault::NotFound);
    }
    // A part is read to see a film; the whole is what goes into a file elsewhere.
    let is_part = headers.contains_key(header::RANGE);
    let altered = !is_part && !node.hold_to_its_hash(history, sha256).await?;
    let ending = Kind::of_media_type(&file.media_type).map_or("bin", Kind::ending);
    let number = history.case.filed.number.as_ref();
    let number = number.map_or_else(|| history.id.to_string(), ToString::to_string);
    let digits: String = sha256.chars().take(SHORT).collect();
    let mark = if altered { "-berubah" } else { "" };
    let name = format!("{number}-{digits}{mark}.{ending}");
    Ok(hand_down(node, file, headers, &name))
}
