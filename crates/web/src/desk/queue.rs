//! `/meja`: who waits, in the order to serve them; own cases; cases of colleagues.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::subject::case::{CaseCommand, CaseRefusal, CaseStage, Channel};
use pengayom_core::value::{CaseId, OfficerId};
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Sight};
use pengayom_store::VisitRow;
use pengayom_store::rows::CaseRow;
use serde::Deserialize;

use super::on_duty::OnDuty;
use super::people::{self, PersonLine};
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::FieldError;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{CaseLine, Clock, Names, Why, late_words, order_words, text_words};

/// Rows of each list; longer ones lead to `/meja/daftar`.
const ROWS: usize = 30;

#[derive(Template)]
#[template(path = "desk/queue.html")]
struct QueuePage {
    page: PageFrame,
    by: String,
    station: String,
    now: String,
    said: Option<Said>,
    errors: Vec<FieldError>,
    may_serve: bool,
    may_take_report: bool,
    /// Notices that wait for a person, in words.
    notices: Option<String>,
    /// Progress notices that wait to be checked, in words.
    news: Option<String>,
    counts: Vec<Count>,
    /// People at the desk: who is next, who waits, who is served.
    person_next: Option<Next>,
    people: Vec<PersonLine>,
    people_more: Option<String>,
    served: Vec<PersonLine>,
    next: Option<Next>,
    waiting: Vec<CaseLine>,
    waiting_more: Option<String>,
    empty: String,
    online: Vec<CaseLine>,
    online_more: Option<String>,
    /// What has gone up the line and nobody has taken.
    escalated: Vec<Waiting>,
    /// Classes that wait for a second look.
    looks: Vec<CaseLine>,
    /// Rights or control measures past their time.
    overdue: Vec<CaseLine>,
    /// Evidence that was altered, and money that differs.
    evidence: Vec<CaseLine>,
    reviews: Vec<CaseLine>,
    mine: Vec<CaseLine>,
    colleagues: Vec<Held>,
}

/// What an earlier step came to.
struct Said {
    kind: &'static str,
    words: String,
}

struct Count {
    words: String,
    n: String,
}

/// A case of which something has gone up the line.
struct Waiting {
    href: String,
    number: String,
    words: String,
}

/// Whom the button serves.
struct Next {
    id: String,
    words: String,
}

/// A case that a colleague has, with the form to take it over.
struct Held {
    row: CaseLine,
    from: String,
    version: u32,
    open: bool,
    reason: String,
    error: Option<String>,
}

/// A take-over that was refused: what was typed, and what was wrong.
struct Refused {
    case: String,
    reason: String,
    words: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct QueueQuery {
    #[serde(default)]
    habis: String,
    /// `habis`: nobody stands in the queue.
    #[serde(default)]
    orang: String,
}

/// The queue.
pub(super) async fn show(
    page: StaffPage,
    Query(query): Query<QueueQuery>,
) -> Result<Response, Fault> {
    let none = match (query.habis.as_str(), query.orang.as_str()) {
        ("1", _) => Some("desk.served_none"),
        (_, "habis") => Some("visit.call_none"),
        _ => None,
    };
    let said = none.map(|key| Said {
        kind: "plain",
        words: page.frame.t(key).to_owned(),
    });
    queue_page(page, StatusCode::OK, said, None).await
}

/// A late case, with the rights or measures that are late in it.
fn overdue_line(frame: &PageFrame, mut line: CaseLine, row: &CaseRow, now: Timestamp) -> CaseLine {
    for (due, key) in [
        (row.measure_due_at, "rights.desk_measure"),
        (row.rights_due_at, "rights.desk_rights"),
    ] {
        if let Some(due) = due.filter(|due| *due < now) {
            let time = frame.format().moment(due);
            line.why.insert(0, frame.tf(key, &[("time", &time)]));
            line.clock = Some(Clock {
                state: "late",
                icon: "state-late",
                words: late_words(frame, now.duration_since(due)),
            });
        }
    }
    line
}

/// A case whose evidence is wrong, with what that is.
fn wrong_line(frame: &PageFrame, mut line: CaseLine, sight: Sight, row: &CaseRow) -> CaseLine {
    let mut why = super::wrong_words(frame, sight, row);
    why.append(&mut line.why);
    line.why = why;
    line
}

/// Cases whose first hour waits for somebody up the line.
fn risen(frame: &PageFrame, rows: &[CaseRow]) -> Vec<Waiting> {
    let waiting = rows.iter().filter_map(|row| {
        let number = row.number.as_ref().map(ToString::to_string);
        Some(Waiting {
            href: format!("/perkara/{}/jam-pertama", row.id),
            number: number.unwrap_or_default(),
            words: super::waiting_row(frame, row)?,
        })
    });
    waiting.take(ROWS).collect()
}

async fn queue_page(
    page: StaffPage,
    status: StatusCode,
    said: Option<Said>,
    refused: Option<Refused>,
) -> Result<Response, Fault> {
    page.require(Permission::ServeQueue)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    let now = node.now();
    let OnDuty {
        waiting,
        mine,
        colleagues,
        reviews,
        overdue,
        people,
        names,
    } = OnDuty::read(&node, &staff).await?;
    let dead = node.count_dead_notices(&staff).await?;
    let news = node.news_due(&staff).await?;
    let escalated = node.escalated_cases(&staff).await?;
    let looks = node.second_looks_due(&staff).await?;
    let evidence = node.evidence_wrong(&staff).await?;
    frame.titled("desk.title");
    let errors: Vec<FieldError> = refused
        .iter()
        .filter_map(|refused| {
            let words = refused.words.clone()?;
            Some(FieldError::new(format!("alasan-{}", refused.case), words))
        })
        .collect();
    if !errors.is_empty() {
        frame.refused();
    }
    let late =
        |row: &&CaseRow| row.responded_at.is_none() && row.respond_by.is_some_and(|due| due < now);
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let (online, desk): (Vec<&CaseRow>, Vec<&CaseRow>) =
        waiting.iter().partition(|row| is_online(row));
    let counts = [
        ("visit.count", people.waiting.len()),
        ("desk.count_waiting", desk.len()),
        ("desk.count_online", online.len()),
        ("desk.count_late", waiting.iter().filter(late).count()),
    ];
    let line = |row: &CaseRow| CaseLine::new(&frame, &staff, row, now, Why::Serving);
    let overdue_line = |row: &CaseRow| overdue_line(&frame, line(row), row, now);
    let wrong_line = |row: &CaseRow| wrong_line(&frame, line(row), node.sight_of(&staff, row), row);
    let lines = |rows: &[&CaseRow]| rows.iter().take(ROWS).map(|row| line(row)).collect();
    let more =
        |all: usize| (all > ROWS).then(|| frame.tf("desk.more", &[("n", &count(all - ROWS))]));
    let next = waiting.first().map(|row| {
        let number = row
            .number
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let reason = order_words(&frame, row, now);
        let values = [("number", number.as_str()), ("reason", reason)];
        Next {
            id: row.id.to_string(),
            words: frame.tf("desk.serve_first", &values),
        }
    });
    let person_next = people.waiting.first().map(|row| {
        let (ticket, reason) = (people::ticket(&frame, row), people::reason(&frame, row));
        let values = [("number", ticket.as_str()), ("reason", reason.as_str())];
        Next {
            id: row.id.to_string(),
            words: frame.tf("desk.serve_first", &values),
        }
    });
    let person = |row: &VisitRow| PersonLine::new(&frame, &names, staff.id, row, now);
    let people_more = more(people.waiting.len());
    let served = people.served.iter().take(ROWS).map(person).collect();
    let people = people.waiting.iter().take(ROWS).map(person).collect();
    let held = |row: &CaseRow| {
        let from = row.taken_by?;
        // A sensitive one is handed on by who has it, or by the chief.
        if node.sight_of(&staff, row) != Sight::Open {
            return None;
        }
        let id = row.id.to_string();
        let mut line = line(row);
        line.why.insert(
            0,
            frame.tf("desk.colleague_has", &[("name", &names.of(&frame, from))]),
        );
        let typed = refused.as_ref().filter(|refused| refused.case == id);
        Some(Held {
            row: line,
            from: from.to_string(),
            version: row.version,
            open: typed.is_some(),
            reason: typed.map(|typed| typed.reason.clone()).unwrap_or_default(),
            error: typed.and_then(|typed| typed.words.clone()),
        })
    };
    let empty = if online.is_empty() {
        frame.t("desk.empty_all").to_owned()
    } else {
        frame.tf("desk.empty", &[("n", &count(online.len()))])
    };
    let unit = frame.unit();
    let page = QueuePage {
        by: staff.id.to_string(),
        station: unit.station_name(staff.station.as_ref().unwrap_or(unit.own_station())),
        now: frame.format().time(now),
        said,
        errors,
        may_serve: staff.may(Permission::ServeQueue),
        may_take_report: staff.may(Permission::TakeReport),
        news: (news.waiting > 0).then(|| {
            let values = [("n", count(news.waiting)), ("late", count(news.late))];
            let values = values
                .each_ref()
                .map(|(name, value)| (*name, value.as_str()));
            frame.tf("news.link", &values)
        }),
        notices: (dead > 0).then(|| frame.tf("notices.link", &[("n", &count(dead))])),
        counts: counts
            .into_iter()
            .map(|(key, n)| Count {
                words: frame.t(key).to_owned(),
                n: count(n),
            })
            .collect(),
        person_next,
        people,
        people_more,
        served,
        next,
        waiting: lines(&desk),
        waiting_more: more(desk.len()),
        empty,
        online: lines(&online),
        online_more: more(online.len()),
        escalated: risen(&frame, &escalated),
        looks: looks.iter().take(ROWS).map(line).collect(),
        overdue: overdue.iter().take(ROWS).map(overdue_line).collect(),
        evidence: evidence.iter().take(ROWS).map(wrong_line).collect(),
        reviews: reviews.iter().take(ROWS).map(line).collect(),
        mine: mine.iter().take(ROWS).map(line).collect(),
        colleagues: colleagues.iter().filter_map(held).take(ROWS).collect(),
        page: frame,
    };
    draw(status, &page)
}

/// Sent by somebody who is not here, and read by nobody yet.
pub(crate) fn is_online(row: &CaseRow) -> bool {
    row.stage == CaseStage::Received
        && matches!(row.channel, Channel::Web | Channel::Api | Channel::Import)
}

/// Takes the case that is next. A button pressed twice takes one case: the form says whom it was
/// shown for, and one who has that case already is led to it.
pub(super) async fn serve_next(page: StaffPage, form: FormPost) -> Result<Response, Fault> {
    page.require(Permission::ServeQueue)?;
    if let Ok(shown) = form.fields.get("berikutnya").parse::<CaseId>()
        && let Ok(history) = page.node.case_history(&page.staff, shown).await
        && history.case.taken_by == Some(page.staff.id)
        && history.case.stage != CaseStage::Closed
    {
        return Ok(Redirect::to(&format!("/perkara/{shown}")).into_response());
    }
    let to = match page.node.serve_next(&page.staff).await? {
        Some(case) => format!("/perkara/{case}"),
        None => "/meja?habis=1".to_owned(),
    };
    Ok(Redirect::to(&to).into_response())
}

/// Takes a case over from a colleague.
pub(super) async fn take_over(page: StaffPage, form: FormPost) -> Result<Response, Fault> {
    page.require(Permission::ServeQueue)?;
    let fields = &form.fields;
    let case: CaseId = fields.get("perkara").parse().map_err(|_| Fault::NotFound)?;
    let typed = |words: Option<String>| Refused {
        case: case.to_string(),
        reason: fields.line("alasan").unwrap_or_default(),
        words,
    };
    if given_back(fields) {
        return queue_page(page, StatusCode::OK, None, Some(typed(None))).await;
    }
    let from: OfficerId = fields.get("dari").parse().map_err(|_| Fault::Unreadable)?;
    let command = CaseCommand::TakeOver {
        to: page.staff.id,
        from,
        reason: fields.line("alasan").unwrap_or_default(),
    };
    let seen = seen_version(fields);
    match page
        .node
        .change_case(&page.staff, case, seen, command, None)
        .await
    {
        Ok(_) => Ok(Redirect::to(&format!("/perkara/{case}")).into_response()),
        Err(HandleError::Case(CaseRefusal::Text { fault, .. })) => {
            let words = text_words(&page.frame, fault, "desk.take_over_reason_write");
            let refused = typed(Some(words));
            queue_page(page, StatusCode::UNPROCESSABLE_ENTITY, None, Some(refused)).await
        }
        Err(HandleError::Conflict {
            now_with: officer @ Some(_),
        }) => moved(page, case, officer, typed(None)).await,
        Err(HandleError::Case(CaseRefusal::WithAnotherOfficer { officer })) => {
            moved(page, case, Some(officer), typed(None)).await
        }
        Err(HandleError::Conflict { now_with: None } | HandleError::Case(_)) => {
            moved(page, case, None, typed(None)).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The case moved on in between: to the asker themselves (the form was sent twice), to a colleague,
/// or the colleague is the same but did something.
async fn moved(
    page: StaffPage,
    case: CaseId,
    now_with: Option<OfficerId>,
    typed: Refused,
) -> Result<Response, Fault> {
    if now_with == Some(page.staff.id) {
        return Ok(Redirect::to(&format!("/perkara/{case}")).into_response());
    }
    let names = Names::read(&page.node).await?;
    let words = match now_with {
        Some(officer) => {
            let name = names.of(&page.frame, officer);
            page.frame.tf("desk.taken", &[("name", &name)])
        }
        None => page.frame.t("desk.taken_moved").to_owned(),
    };
    let said = Said {
        kind: "warn",
        words,
    };
    queue_page(page, StatusCode::CONFLICT, Some(said), Some(typed)).await
}

/// The version a form was shown at.
pub(super) fn seen_version(fields: &Fields) -> Option<u32> {
    fields.get("versi").parse().ok()
}
