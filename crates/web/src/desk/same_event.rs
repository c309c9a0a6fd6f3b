//! `/perkara/{case}/kejadian-sama`: other reports that may be of the same event, and putting two together or apart
//! again (S18, S40). No reporter reads any of it.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use pengayom_core::subject::case::{Alike, CaseRefusal};
use pengayom_core::value::{CaseId, CaseNumber};
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;
use pengayom_node::handle::same_event::OtherReport;

use super::beneath::{RECORDED, Typed, is_open, number_of, settled};
use super::case::{may_do, read};
use super::queue::seen_version;
use crate::extract::{FormPost, StaffPage};
use crate::form::{FieldError, TextField, error_at};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::text_words;

const NUMBER: &str = "nomor";
const REASON: &str = "alasan";

/// Another report.
struct Line {
    id: String,
    href: String,
    number: String,
    told: String,
    why: Vec<String>,
}

#[derive(Template)]
#[template(path = "desk/same_event.html")]
struct SamePage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    href: String,
    back: String,
    version: u32,
    heading: String,
    said: bool,
    changed: Option<String>,
    may: bool,
    into: Option<Line>,
    /// It is part of a case that the reader may not read.
    into_hidden: bool,
    parts: Vec<Line>,
    suggested: Vec<Line>,
    /// The form that puts it into another one.
    number: Option<TextField>,
    reason: TextField,
    back_reason: TextField,
}

/// `GET /perkara/{case}/kejadian-sama`
pub(super) async fn show(page: StaffPage, Path(case): Path<String>) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    same_page(page, history, Typed::default()).await
}

/// `POST /perkara/{case}/kejadian-sama`
pub(super) async fn change(
    page: StaffPage,
    Path(case): Path<String>,
    post: FormPost,
) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    page.require(Permission::WorkCase)?;
    let fields = post.fields;
    let id = history.id;
    let given = |fields, errors| Typed {
        fields,
        errors,
        changed: None,
    };
    if given_back(&fields) {
        return same_page(page, history, given(fields, Vec::new())).await;
    }
    let seen = seen_version(&fields);
    let reason = fields.line(REASON).unwrap_or_default();
    let unknown = |frame: &PageFrame| FieldError::new(NUMBER, frame.t("same.unknown"));
    let changed = match fields.get("apa") {
        "satukan" => {
            let Ok(number) = fields.get(NUMBER).trim().parse::<CaseNumber>() else {
                let error = unknown(&page.frame);
                return same_page(page, history, given(fields, vec![error])).await;
            };
            let node = &page.node;
            Box::pin(node.merge_case(&page.staff, id, seen, &number, reason)).await
        }
        "pisahkan" => {
            let other: CaseId = fields.get("lain").parse().map_err(|_| Fault::Unreadable)?;
            let node = &page.node;
            Box::pin(node.unmerge_case(&page.staff, id, seen, other, reason)).await
        }
        _ => return Err(Fault::Unreadable),
    };
    if let Err(HandleError::NotFound(_)) = changed {
        let error = unknown(&page.frame);
        return same_page(page, history, given(fields, vec![error])).await;
    }
    let apart = fields.get("apa") == "pisahkan";
    let words = |refusal: &CaseRefusal| words_of(&page.frame, apart, refusal);
    match settled(&page, (id, "kejadian-sama"), changed, fields, words).await? {
        Ok(response) => Ok(response),
        Err((history, typed)) => same_page(page, history, typed).await,
    }
}

/// The words for the rule that stood in the way, at the field to blame.
pub(crate) fn words_of(
    frame: &PageFrame,
    apart: bool,
    refusal: &CaseRefusal,
) -> Option<FieldError> {
    let at = |key: &str| Some(FieldError::new(NUMBER, frame.t(key)));
    match refusal {
        CaseRefusal::Text { fault, .. } => {
            let id = if apart { "pisah-alasan" } else { REASON };
            let words = text_words(frame, *fault, "same.reason_write");
            Some(FieldError::new(id, words))
        }
        CaseRefusal::MergeWithItself => at("same.itself"),
        CaseRefusal::MergedAlready => at("same.already"),
        CaseRefusal::MergeChain => at("same.chain"),
        CaseRefusal::TooManyNamed { .. } => at("same.many"),
        _ => None,
    }
}

async fn same_page(page: StaffPage, history: CaseHistory, typed: Typed) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let number = number_of(&history);
    let heading = frame.tf("same.heading", &[("number", &number)]);
    frame.title.clone_from(&heading);
    if !typed.errors.is_empty() {
        frame.refused();
    }
    let case = &history.case;
    let may = may_do(frame.unit(), &staff, case, node.now()).contains(&Permission::WorkCase);
    let (into, parts) = node.put_together(&staff, &history).await?;
    let suggested = node.same_event(&staff, &history).await?;
    let line = |report: &OtherReport| line(&frame, report);
    let free = may && is_open(&history) && case.links.into.is_none() && case.links.parts.is_empty();
    let field = |id: &'static str, name: &'static str, key: &str| TextField {
        id,
        name,
        label: frame.t(key).to_owned(),
        error: error_at(&typed.errors, id),
        value: typed.fields.get(name).to_owned(),
        ..TextField::default()
    };
    let page = SamePage {
        by: staff.id.to_string(),
        href: format!("/perkara/{}/kejadian-sama", history.id),
        back: format!("/perkara/{}", history.id),
        version: case.version,
        said: typed.errors.is_empty() && typed.changed.is_none() && context.asks(RECORDED),
        changed: typed.changed.clone(),
        may,
        into_hidden: case.links.into.is_some() && into.is_none(),
        into: into.as_ref().map(line),
        parts: parts.iter().map(line).collect(),
        suggested: suggested.iter().map(line).collect(),
        number: free
            .then(|| field(NUMBER, NUMBER, "same.number").hint(frame.t("same.number_help"))),
        reason: field(REASON, REASON, "same.reason"),
        back_reason: field("pisah-alasan", REASON, "same.back_reason"),
        heading,
        errors: typed.errors.clone(),
        page: frame,
    };
    draw(typed.status(), &page)
}

fn line(frame: &PageFrame, report: &OtherReport) -> Line {
    let number = report.number.as_ref();
    let filed = frame.format().moment(report.filed_at);
    let mut why = vec![frame.tf("same.filed", &[("time", &filed)])];
    why.extend(report.alike.as_ref().map(|alike| why_words(frame, alike)));
    Line {
        id: report.id.to_string(),
        href: format!("/perkara/{}", report.id),
        number: number.map_or_else(|| report.id.to_string(), ToString::to_string),
        told: report.told.clone(),
        why,
    }
}

/// "2 hours apart, 300 m apart, like words".
pub(crate) fn why_words(frame: &PageFrame, alike: &Alike) -> String {
    let minutes = alike.apart.as_mins();
    let count = |n: i64| frame.format().count(n);
    let time = match minutes {
        ..120 => frame.tf("same.minutes", &[("n", &count(minutes))]),
        _ => frame.tf("same.hours", &[("n", &count(minutes / 60))]),
    };
    #[expect(clippy::cast_possible_truncation, reason = "at most some kilometres")]
    let place = match alike.metres {
        Some(metres) => frame.tf("same.metres", &[("n", &count(metres.round() as i64))]),
        None => frame.t("same.same_beat").to_owned(),
    };
    #[expect(clippy::cast_possible_truncation, reason = "at most 100")]
    let words = (alike.words * 100.0).round() as i64;
    let words = frame.tf("same.words", &[("n", &count(words))]);
    [time, place, words].join("; ")
}
