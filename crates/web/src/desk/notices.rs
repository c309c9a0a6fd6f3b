//! `/meja/kiriman`: notices that could not be sent and wait for a person: who, why, and what to do.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::notice::{Kind, Way};
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::notices::{DeadNotice, REASON_MAX, Seen};
use serde::Deserialize;
use uuid::Uuid;

use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::FieldError;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::public::way_words;
use crate::staff::held::given_back;

/// Rows of the list; the rest are counted.
const ROWS: usize = 50;

/// A button for another way.
struct Other {
    value: String,
    words: String,
}

/// One notice.
struct Line {
    id: String,
    case: String,
    /// Number and kind of news.
    title: String,
    when: String,
    /// Who reported, as far as they said.
    person: String,
    /// How they may be reached safely, in their words.
    safe: Vec<String>,
    phone: Option<String>,
    why: String,
    remedy: String,
    may_again: bool,
    others: Vec<Other>,
    reason: String,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/notices.html")]
struct NoticesPage {
    page: PageFrame,
    by: String,
    errors: Vec<FieldError>,
    said: Option<&'static str>,
    warn: Option<&'static str>,
    lines: Vec<Line>,
    more: Option<String>,
}

/// What an earlier step came to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct NoticesQuery {
    /// One was seen to.
    beres: Option<String>,
}

/// Why a notice was given up: the key of the words, and of what to do.
fn why_words(fault: Option<&str>) -> (&'static str, &'static str) {
    match fault {
        Some("address") => ("notices.why_address", "notices.do_call"),
        Some("refused") => ("notices.why_refused", "notices.do_call"),
        Some("undelivered") => ("notices.why_undelivered", "notices.do_call"),
        Some("gone") => ("notices.why_gone", "notices.do_other"),
        Some("old") => ("notices.why_old", "notices.do_call"),
        Some("sign_in") => ("notices.why_sign_in", "notices.do_admin"),
        Some("insecure") => ("notices.why_insecure", "notices.do_admin"),
        Some("guard" | "moved") => ("notices.why_guard", "notices.do_admin"),
        Some("off") => ("notices.why_off", "notices.do_admin"),
        Some("busy" | "slow" | "unreachable" | "broken") => {
            ("notices.why_unreachable", "notices.do_again")
        }
        _ => ("notices.why_own", "notices.do_again"),
    }
}

/// `GET /meja/kiriman`
pub(super) async fn show(
    page: StaffPage,
    Query(query): Query<NoticesQuery>,
) -> Result<Response, Fault> {
    let said = query.beres.is_some().then_some("notices.seen");
    notices_page(page, StatusCode::OK, (said, None), None).await
}

/// What was typed into the form of a notice, and what was wrong.
struct Typed {
    id: Uuid,
    reason: String,
    words: Option<String>,
}

/// `POST /meja/kiriman/{id}`
pub(super) async fn see_to(
    page: StaffPage,
    Path(id): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    page.require(Permission::ServeQueue)?;
    let id: Uuid = id.parse().map_err(|_| Fault::NotFound)?;
    let fields = &form.fields;
    let reason = fields.line("alasan").unwrap_or_default();
    let typed = |words: Option<String>| Typed {
        id,
        reason: reason.clone(),
        words,
    };
    if given_back(fields) {
        return notices_page(page, StatusCode::OK, (None, None), Some(typed(None))).await;
    }
    let seen = seen(fields, &reason).ok_or(Fault::Unreadable)?;
    let words = match page.node.see_to_notice(&page.staff, id, seen).await {
        Ok(()) => return Ok(Redirect::to("/meja/kiriman?beres=ya").into_response()),
        // A colleague was faster, or the reporter wishes otherwise since.
        Err(HandleError::Conflict { .. } | HandleError::NotFound(_)) => {
            let warn = Some("notices.moved");
            let typed = Some(typed(None));
            return notices_page(page, StatusCode::CONFLICT, (None, warn), typed).await;
        }
        Err(HandleError::Malformed) => page.frame.t("notices.reason_write").to_owned(),
        Err(HandleError::TooLarge { .. }) => {
            let max = page
                .frame
                .format()
                .count(i64::try_from(REASON_MAX).unwrap_or(0));
            page.frame.tf("notices.reason_long", &[("max", &max)])
        }
        Err(error) => return Err(error.into()),
    };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    notices_page(page, status, (None, None), Some(typed(Some(words)))).await
}

fn seen(fields: &Fields, reason: &str) -> Option<Seen> {
    Some(match fields.get("apa") {
        "ulang" => Seen::Again,
        "telepon" => Seen::Phoned(reason.to_owned()),
        "batal" => Seen::GivenUp(reason.to_owned()),
        other => Seen::OtherWay(Way::parse(other.strip_prefix("lewat-")?)?),
    })
}

async fn notices_page(
    page: StaffPage,
    status: StatusCode,
    (said, warn): (Option<&'static str>, Option<&'static str>),
    typed: Option<Typed>,
) -> Result<Response, Fault> {
    page.require(Permission::ServeQueue)?;
    page.require(Permission::ReadPerson)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    let dead = node.dead_notices(&staff).await?;
    frame.titled("notices.title");
    let errors: Vec<FieldError> = typed
        .iter()
        .filter_map(|typed| {
            let words = typed.words.clone()?;
            Some(FieldError::new(format!("alasan-{}", typed.id), words))
        })
        .collect();
    if !errors.is_empty() {
        frame.refused();
    }
    let all = dead.len();
    let lines = dead
        .iter()
        .take(ROWS)
        .map(|dead| line(&frame, dead, typed.as_ref()))
        .collect();
    let more = (all > ROWS).then(|| {
        let n = i64::try_from(all - ROWS).unwrap_or(i64::MAX);
        frame.tf("desk.more", &[("n", &frame.format().count(n))])
    });
    let page = NoticesPage {
        by: staff.id.to_string(),
        errors,
        said,
        warn,
        lines,
        more,
        page: frame,
    };
    draw(status, &page)
}

fn line(frame: &PageFrame, dead: &DeadNotice, typed: Option<&Typed>) -> Line {
    let notice = &dead.notice;
    let typed = typed.filter(|typed| typed.id == notice.id);
    let number = dead.number.as_ref();
    let number = number.map(ToString::to_string).unwrap_or_default();
    let kind = frame.t(kind_words(notice.kind)).to_owned();
    let way = frame.t(way_words(notice.way)).to_owned();
    let (why, remedy) = why_words(notice.fault.as_deref());
    let person = &dead.person;
    let pack = &frame.unit().pack;
    let time = person.safe_time.as_deref().map(|code| {
        let known = pack.safety().time(code);
        known.map_or_else(|| code.to_owned(), |time| frame.say(&time.name).to_owned())
    });
    let safe = [time, person.safe_contact.clone(), person.safe_word.clone()];
    let at = frame.format().moment(notice.made_at);
    let n = frame.format().count(i64::from(notice.attempts));
    Line {
        id: notice.id.to_string(),
        case: notice.case.to_string(),
        title: frame.tf(
            "notices.line",
            &[("number", &number), ("kind", &kind), ("way", &way)],
        ),
        when: frame.tf("notices.tried", &[("time", &at), ("n", &n)]),
        person: person
            .name
            .clone()
            .unwrap_or_else(|| frame.t("case.anonymous").to_owned()),
        safe: safe.into_iter().flatten().collect(),
        phone: person.phone.clone(),
        why: frame.t(why).to_owned(),
        remedy: frame.t(remedy).to_owned(),
        may_again: dead.may_tell,
        others: dead
            .others
            .iter()
            .map(|way| Other {
                value: format!("lewat-{}", way.as_str()),
                words: frame.tf("notices.by", &[("way", frame.t(way_words(*way)))]),
            })
            .collect(),
        reason: typed.map(|typed| typed.reason.clone()).unwrap_or_default(),
        error: typed.and_then(|typed| typed.words.clone()),
    }
}

/// Key of the words for a kind of news.
const fn kind_words(kind: Kind) -> &'static str {
    match kind {
        Kind::Received => "notices.kind_received",
        Kind::Message => "notices.kind_message",
        Kind::Late => "notices.kind_late",
        Kind::Review => "notices.kind_review",
        Kind::Letter => "notices.kind_letter",
        Kind::Closed => "notices.kind_closed",
        Kind::Overdue => "notices.kind_overdue",
        Kind::Still => "notices.kind_still",
    }
}
