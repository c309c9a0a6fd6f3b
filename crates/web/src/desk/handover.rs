//! `/meja/serah-terima`: handing over the shift on one page. What is open, late and promised; the cases
//! colleagues hold are taken over by whoever comes on duty, each as an act of their own (S35, S56).

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::SignedDuration;
use pengayom_core::pack::Lang;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::value::{CaseId, OfficerId};
use pengayom_node::access::{Permission, Sight, Staff};
use pengayom_node::handle::once::Once;
use pengayom_node::{HandleError, Node};
use pengayom_store::rows::CaseRow;
use serde::Deserialize;

use super::on_duty::{OnDuty, Shift};
use super::people::PersonLine;
use crate::extract::{FormPost, StaffPage};
use crate::form::FieldError;
use crate::frame::{PageFrame, draw};
use crate::outages::{OutageLine, is_at, lines};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{CaseLine, Names, Why};
use crate::standing::things::{ThingLine, to_hand_over};

/// Rows of each list; the rest are counted.
const ROWS: usize = 20;

/// Most cases one form takes over.
pub(crate) const TAKEN_MAX: usize = 200;

/// Hours of a shift: promises that fall due in it are those of whoever comes on duty.
pub(crate) const SHIFT_HOURS: i64 = 8;

struct Count {
    words: String,
    n: String,
}

struct List {
    id: &'static str,
    title: String,
    empty: String,
    rows: Vec<CaseLine>,
    more: Option<String>,
}

/// A case that a colleague holds.
struct Ticked {
    row: CaseLine,
    /// Case and version the form was shown at.
    key: String,
    checked: bool,
}

/// What one colleague holds.
struct Held {
    from: String,
    title: String,
    button: String,
    rows: Vec<Ticked>,
}

#[derive(Template)]
#[template(path = "desk/handover.html")]
struct HandoverPage {
    page: PageFrame,
    by: String,
    me: String,
    station: String,
    now: String,
    errors: Vec<FieldError>,
    said: Option<String>,
    moved: Option<String>,
    counts: Vec<Count>,
    /// People who wait, and those who are served.
    people: Vec<PersonLine>,
    /// What is down at the desk.
    outages: Vec<OutageLine>,
    /// What is in somebody's hands, and what cannot be used.
    things: Vec<ThingLine>,
    lists: Vec<List>,
    held: Vec<Held>,
    kept: Option<String>,
}

/// What an earlier step came to.
#[derive(Debug, Default, Deserialize)]
pub(super) struct HandoverQuery {
    /// So many cases were taken over.
    diterima: Option<u32>,
    /// So many had moved on.
    pindah: Option<u32>,
}

/// What was ticked before a form came back.
struct Typed {
    from: String,
    keys: Vec<String>,
}

/// `GET /meja/serah-terima`
pub(super) async fn show(
    page: StaffPage,
    Query(query): Query<HandoverQuery>,
) -> Result<Response, Fault> {
    handover_page(page, &query, None, Vec::new()).await
}

/// `POST /meja/serah-terima`: the one who sends it has the ticked cases from now on.
pub(super) async fn take(page: StaffPage, form: FormPost) -> Result<Response, Fault> {
    page.require(Permission::ServeQueue)?;
    let fields = &form.fields;
    let keys: Vec<String> = fields
        .all("kasus")
        .take(TAKEN_MAX)
        .map(ToOwned::to_owned)
        .collect();
    let typed = Typed {
        from: fields.get("dari").to_owned(),
        keys,
    };
    let nothing = HandoverQuery::default();
    if given_back(fields) {
        return handover_page(page, &nothing, Some(typed), Vec::new()).await;
    }
    let from: OfficerId = typed.from.parse().map_err(|_| Fault::Unreadable)?;
    if typed.keys.is_empty() {
        let words = page.frame.t("handover.choose").to_owned();
        let errors = vec![FieldError::new(format!("dari-{from}"), words)];
        return handover_page(page, &nothing, Some(typed), errors).await;
    }
    let keys = typed.keys.iter().map(|key| parse_key(key));
    let keys: Option<Vec<(CaseId, u32)>> = keys.collect();
    let keys = keys.ok_or(Fault::Unreadable)?;
    let came = take_over_all(&page.node, &page.staff, from, &keys, |_| None).await?;
    let taken = came.iter().filter(|(_, taken)| *taken).count();
    let moved = came.len() - taken;
    let address = format!("/meja/serah-terima?diterima={taken}&pindah={moved}");
    Ok(Redirect::to(&address).into_response())
}

/// Takes over cases of a colleague, each as an act of its own, at the version the asker saw; says of
/// each whether the asker has it now. `once` names the command of a case that may be sent again.
///
/// # Errors
/// The node's, other than that a case moved on.
pub(crate) async fn take_over_all(
    node: &Node,
    staff: &Staff,
    from: OfficerId,
    cases: &[(CaseId, u32)],
    once: impl Fn(CaseId) -> Option<Once>,
) -> Result<Vec<(CaseId, bool)>, HandleError> {
    // Colleagues read the reason in the history; officers' language is the first one.
    let unit = node.unit();
    let reason = unit.pack.words(Lang::Id).text("handover.reason", &[]);
    let mut came = Vec::with_capacity(cases.len());
    for (case, seen) in cases {
        let command = CaseCommand::TakeOver {
            to: staff.id,
            from,
            reason: reason.clone(),
        };
        let changed = match once(*case) {
            Some(once) => {
                node.change_case_once(staff, *case, Some(*seen), command, once)
                    .await
            }
            None => {
                node.change_case(staff, *case, Some(*seen), command, None)
                    .await
            }
        };
        match changed {
            Ok(_) => came.push((*case, true)),
            // Sent twice: the case is with the asker already.
            Err(HandleError::Conflict {
                now_with: Some(now),
            }) if now == staff.id => came.push((*case, true)),
            Err(
                HandleError::Conflict { .. }
                | HandleError::Case(_)
                | HandleError::CaseShut(_)
                | HandleError::NotFound(_),
            ) => came.push((*case, false)),
            Err(error) => return Err(error),
        }
    }
    Ok(came)
}

fn parse_key(key: &str) -> Option<(CaseId, u32)> {
    let (case, version) = key.split_once(':')?;
    Some((case.parse().ok()?, version.parse().ok()?))
}

async fn handover_page(
    page: StaffPage,
    query: &HandoverQuery,
    typed: Option<Typed>,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    page.require(Permission::ServeQueue)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    let now = node.now();
    let on_duty = OnDuty::read(&node, &staff).await?;
    let at_least = if on_duty.is_cut() { "+" } else { "" };
    let end = now + SignedDuration::from_hours(SHIFT_HOURS);
    let Shift {
        open,
        late,
        due,
        untaken,
        news,
    } = on_duty.parts(now, end);
    let OnDuty {
        mine,
        colleagues,
        reviews,
        people,
        names,
        ..
    } = &on_duty;
    frame.titled("handover.title");
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let line = |row: &CaseRow| CaseLine::new(&frame, &staff, row, now, Why::Serving);
    let list = |id, rows: &[&CaseRow], title: &str, empty: &str| List {
        id,
        title: frame.t(title).to_owned(),
        empty: frame.t(empty).to_owned(),
        rows: rows.iter().take(ROWS).map(|row| line(row)).collect(),
        more: (rows.len() > ROWS)
            .then(|| frame.tf("desk.more", &[("n", &count(rows.len() - ROWS))])),
    };
    let mut news = list("h-kabar", &news, "handover.news", "handover.news_none");
    for line in &mut news.rows {
        let row = open.iter().find(|row| row.id.to_string() == line.id);
        if let Some(by) = row.and_then(|row| row.next_news_by) {
            let key = if by < now {
                "handover.news_late"
            } else {
                "handover.news_by"
            };
            let time = frame.format().moment(by);
            line.why.insert(0, frame.tf(key, &[("time", &time)]));
        }
    }
    let all_lists = vec![
        list("h-lewat", &late, "handover.late", "handover.late_none"),
        list("h-janji", &due, "handover.due", "handover.due_none"),
        list(
            "h-belum",
            &untaken,
            "handover.untaken",
            "handover.untaken_none",
        ),
        news,
        list(
            "h-minta",
            &reviews.iter().collect::<Vec<_>>(),
            "desk.reviews",
            "handover.reviews_none",
        ),
    ];
    let desk_people = people.waiting.iter().chain(&people.served);
    let people: Vec<PersonLine> = desk_people
        .map(|row| PersonLine::new(&frame, names, staff.id, row, now))
        .collect();
    let desk = staff.desk(frame.unit().own_station()).clone();
    let outages = lines(&frame, &node, |row, _| is_at(row, &[&desk])).await;
    let things = node.things(&staff).await?;
    let things = to_hand_over(&frame, names, &things, &desk, now);
    let dead = node.count_dead_notices(&staff).await?;
    let counts = [
        ("visit.count_here", people.len()),
        ("handover.count_open", open.len()),
        ("handover.count_late", late.len()),
        ("handover.count_due", due.len()),
        ("handover.count_mine", mine.len()),
        ("handover.count_notices", dead),
    ];
    let counts = counts.map(|(key, n)| Count {
        words: frame.t(key).to_owned(),
        n: format!("{}{at_least}", count(n)),
    });
    let said = query.diterima.map(|n| {
        let n = frame.format().count(i64::from(n));
        frame.tf("handover.taken", &[("n", &n)])
    });
    let moved = query.pindah.filter(|n| *n > 0).map(|n| {
        let n = frame.format().count(i64::from(n));
        frame.tf("handover.moved", &[("n", &n)])
    });
    // A sensitive one is handed on by who has it, or by the chief.
    let (given, kept): (Vec<CaseRow>, Vec<CaseRow>) = colleagues
        .iter()
        .cloned()
        .partition(|row| node.sight_of(&staff, row) == Sight::Open);
    let kept = (!kept.is_empty()).then(|| {
        let n = count(kept.len());
        frame.tf("handover.sensitive_kept", &[("n", &n)])
    });
    let held = held(&frame, names, &given, typed.as_ref(), &line);
    let unit = frame.unit();
    let page = HandoverPage {
        by: staff.id.to_string(),
        me: staff.addressed(),
        station: unit.station_name(staff.station.as_ref().unwrap_or(unit.own_station())),
        now: frame.format().moment(now),
        errors,
        said,
        moved,
        counts: counts.into(),
        people,
        outages,
        things,
        lists: all_lists,
        held,
        kept,
        page: frame,
    };
    draw(status, &page)
}

/// The cases of each colleague, in the order of their names.
fn held(
    frame: &PageFrame,
    names: &Names,
    colleagues: &[CaseRow],
    typed: Option<&Typed>,
    line: &dyn Fn(&CaseRow) -> CaseLine,
) -> Vec<Held> {
    let mut officers: Vec<OfficerId> = colleagues.iter().filter_map(|row| row.taken_by).collect();
    officers.sort_by_key(|officer| (names.of(frame, *officer), *officer));
    officers.dedup();
    let one = |officer: OfficerId| {
        let from = officer.to_string();
        let rows = colleagues
            .iter()
            .filter(|row| row.taken_by == Some(officer));
        let rows = rows.map(|row| {
            let key = format!("{}:{}", row.id, row.version);
            let checked = match typed {
                Some(typed) if typed.from == from => typed.keys.contains(&key),
                _ => true,
            };
            Ticked {
                row: line(row),
                key,
                checked,
            }
        });
        let name = names.of(frame, officer);
        Held {
            title: frame.tf("handover.held_by", &[("name", &name)]),
            button: frame.tf("handover.take", &[("name", &name)]),
            rows: rows.collect(),
            from,
        }
    };
    officers.into_iter().map(one).collect()
}
