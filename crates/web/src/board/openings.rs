//! `/tinjauan-akses`: what was opened in an emergency, for whoever reviews it, and cases that lost
//! whoever had them because the report is about them (S45).

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use pengayom_core::subject::case::{CaseCommand, CaseRefusal};
use pengayom_core::value::CaseId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::access::OpeningEntry;
use serde::Deserialize;

use crate::desk::{cursor_text, parse_cursor};
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError, error_at};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{CaseLine, Names, Why, text_words};

#[derive(Template)]
#[template(path = "board/openings.html")]
struct OpeningsPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    now: String,
    help: String,
    said: Option<String>,
    waiting: Vec<Line>,
    unhanded: Vec<Unhanded>,
    reviewed: Vec<Line>,
    first: bool,
    more: Option<String>,
}

struct Line {
    id: String,
    href: String,
    action: String,
    title: String,
    late: bool,
    due: String,
    lines: Vec<String>,
    reason: String,
    found: Option<(String, String)>,
    own: bool,
    form: Option<Form>,
}

struct Form {
    open: bool,
    justified: ChoiceGroup,
    text: AreaField,
}

/// A field as `ui::text_area` reads it, with an identifier made for its opening.
struct AreaField {
    id: String,
    name: &'static str,
    label: String,
    optional: bool,
    hint: Option<String>,
    error: Option<String>,
    value: String,
}

struct Unhanded {
    row: CaseLine,
    since: String,
}

/// What was typed into the review of one opening.
#[derive(Default)]
struct Typed {
    key: String,
    fields: Fields,
    errors: Vec<FieldError>,
}

#[derive(Default, Deserialize)]
pub(super) struct OpeningsQuery {
    #[serde(default)]
    setelah: String,
    #[serde(default)]
    tercatat: String,
}

/// `GET /tinjauan-akses`
pub(super) async fn show(
    page: StaffPage,
    Query(query): Query<OpeningsQuery>,
) -> Result<Response, Fault> {
    openings_page(page, StatusCode::OK, &query, Typed::default()).await
}

async fn openings_page(
    page: StaffPage,
    status: StatusCode,
    query: &OpeningsQuery,
    typed: Typed,
) -> Result<Response, Fault> {
    page.require(Permission::ReviewAccess)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    let after = parse_cursor(&query.setelah);
    let waiting = node.openings_waiting(&staff).await?;
    let unhanded = node.unhanded_cases(&staff).await?;
    let reviewed = node.openings_reviewed(&staff, after).await?;
    let names = Names::read(&node).await?;
    frame.titled("access.review_title");
    if !typed.errors.is_empty() {
        frame.refused();
    }
    let now = node.now();
    let line = |entry: &OpeningEntry| self::line(&frame, &names, entry, &typed);
    let times = frame.unit().pack.access();
    let hours = frame.format().count(i64::from(times.review_hours));
    let page = OpeningsPage {
        by: staff.id.to_string(),
        now: frame.format().time(now),
        help: frame.tf("access.review_help", &[("hours", &hours)]),
        said: (query.tercatat == "ya").then(|| frame.t("access.review_saved").to_owned()),
        waiting: waiting.iter().map(line).collect(),
        unhanded: unhanded
            .iter()
            .map(|row| Unhanded {
                since: row.unhanded_at.map_or_else(String::new, |at| {
                    let time = frame.format().moment(at);
                    frame.tf("access.unhanded_since", &[("time", &time)])
                }),
                row: CaseLine::new(&frame, &staff, row, now, Why::Stage),
            })
            .collect(),
        reviewed: reviewed.entries.iter().map(line).collect(),
        first: after.is_some(),
        more: reviewed
            .next
            .map(|next| format!("/tinjauan-akses?setelah={}", cursor_text(next))),
        errors: typed.errors.clone(),
        page: frame,
    };
    draw(status, &page)
}

fn line(frame: &PageFrame, names: &Names, entry: &OpeningEntry, typed: &Typed) -> Line {
    let format = frame.format();
    let case = entry.case;
    let key = format!("{case}-{}", entry.opening);
    let number = entry.number.as_ref();
    let number = number.map_or_else(|| case.to_string(), ToString::to_string);
    let name = names.of(frame, entry.opened.by);
    let values = [("name", name.as_str()), ("number", number.as_str())];
    let (at, until) = (
        format.moment(entry.opened.at),
        format.moment(entry.opened.until),
    );
    let mut lines = vec![frame.tf(
        "access.opened_when",
        &[("from", at.as_str()), ("to", until.as_str())],
    )];
    if let Some(station) = &entry.station {
        lines.push(frame.unit().station_name(station));
    }
    if entry.sensitive {
        lines.push(frame.t("case.sensitive").to_owned());
    }
    let due = format.moment(entry.due);
    let due = match (entry.opened.review, entry.late) {
        (None, true) => frame.tf("access.review_late", &[("time", &due)]),
        (None, false) => frame.tf("access.review_by", &[("time", &due)]),
        (Some(_), true) => frame.t("access.reviewed_late").to_owned(),
        (Some(_), false) => String::new(),
    };
    let found = entry.opened.review.map(|review| {
        let who = names.of(frame, review.by);
        let time = format.moment(review.at);
        let key = if review.justified {
            "access.found_justified"
        } else {
            "access.found_not"
        };
        let words = frame.tf(key, &[("name", &who), ("time", &time)]);
        (words, entry.found.clone().unwrap_or_default())
    });
    Line {
        href: format!("/perkara/{case}"),
        action: format!("/tinjauan-akses/{case}/{}", entry.opening),
        title: frame.tf("access.opened_by", &values),
        late: entry.late && entry.opened.review.is_none(),
        due,
        lines,
        reason: entry.reason.clone(),
        found,
        own: entry.opened.review.is_none() && !entry.may_review,
        form: entry.may_review.then(|| form(frame, &key, typed)),
        id: key,
    }
}

fn form(frame: &PageFrame, key: &str, typed: &Typed) -> Form {
    let mine = typed.key == key;
    let value = |name| if mine { typed.fields.get(name) } else { "" };
    let (first, second) = field_ids(key);
    let errors: &[FieldError] = if mine { &typed.errors } else { &[] };
    let chosen = value("beralasan");
    let choice = |word, key| Choice::new(word, frame.t(key), chosen);
    Form {
        open: mine,
        justified: ChoiceGroup {
            error: error_at(errors, &first),
            id: first,
            name: "beralasan".to_owned(),
            label: frame.t("access.justified").to_owned(),
            options: vec![
                choice("ya", "access.justified_yes"),
                choice("tidak", "access.justified_no"),
            ],
            ..ChoiceGroup::default()
        },
        text: AreaField {
            error: error_at(errors, &second),
            id: second,
            name: "uraian",
            optional: false,
            hint: None,
            label: frame.t("access.review_text").to_owned(),
            value: value("uraian").to_owned(),
        },
    }
}

fn field_ids(key: &str) -> (String, String) {
    (format!("beralasan-{key}"), format!("uraian-{key}"))
}

/// `POST /tinjauan-akses/{case}/{n}`
pub(super) async fn review(
    page: StaffPage,
    Path((case, opening)): Path<(String, String)>,
    post: FormPost,
) -> Result<Response, Fault> {
    page.require(Permission::ReviewAccess)?;
    let case: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let opening: u32 = opening.parse().map_err(|_| Fault::NotFound)?;
    let fields = post.fields;
    let key = format!("{case}-{opening}");
    let (first, second) = field_ids(&key);
    let nothing = OpeningsQuery::default();
    let typed = |errors| Typed {
        key: key.clone(),
        fields: fields.clone(),
        errors,
    };
    if given_back(&fields) {
        return openings_page(page, StatusCode::OK, &nothing, typed(Vec::new())).await;
    }
    let justified = match fields.get("beralasan") {
        "ya" => Some(true),
        "tidak" => Some(false),
        _ => None,
    };
    let text = fields.get("uraian").to_owned();
    let mut errors = Vec::new();
    if justified.is_none() {
        let words = page.frame.t("access.justified_choose");
        errors.push(FieldError::new(first.clone(), words));
    }
    if text.trim().is_empty() {
        let words = page.frame.t("access.review_write");
        errors.push(FieldError::new(second.clone(), words));
    }
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(justified) = justified.filter(|_| errors.is_empty()) else {
        return openings_page(page, refused, &nothing, typed(errors)).await;
    };
    let command = CaseCommand::ReviewOpening {
        opening,
        justified,
        text,
    };
    let done = page
        .node
        .change_case(&page.staff, case, None, command, None)
        .await;
    match done {
        Ok(_) => Ok(Redirect::to("/tinjauan-akses?tercatat=ya").into_response()),
        Err(HandleError::Case(CaseRefusal::Text { fault, .. })) => {
            let words = text_words(&page.frame, fault, "access.review_write");
            let errors = vec![FieldError::new(second, words)];
            openings_page(page, refused, &nothing, typed(errors)).await
        }
        Err(HandleError::Case(CaseRefusal::OwnDecision)) => {
            let words = page.frame.t("access.review_own").to_owned();
            let errors = vec![FieldError::new(format!("buka-{key}"), words)];
            openings_page(page, refused, &nothing, typed(errors)).await
        }
        // A colleague was faster, or it was sent twice: the list says what was found.
        Err(HandleError::Case(CaseRefusal::OpeningReviewed)) => {
            Ok(Redirect::to("/tinjauan-akses").into_response())
        }
        Err(HandleError::Case(CaseRefusal::NoSuchOpening)) => Err(Fault::NotFound),
        Err(error) => Err(error.into()),
    }
}
