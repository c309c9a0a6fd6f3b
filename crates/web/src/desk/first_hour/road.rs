//! `/lapangan`: own cases whose first hour runs, with big buttons for gloves and rain.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use pengayom_core::subject::case::{Case, StepDue};
use pengayom_core::value::CaseId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;

use super::{item, step_clock, waiting_words};
use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::{Clock, service_name};

#[derive(Template)]
#[template(path = "field/road.html")]
struct RoadPage {
    page: PageFrame,
    by: String,
    now: String,
    cases: Vec<RoadCase>,
}

/// A case on the road.
struct RoadCase {
    id: String,
    href: String,
    number: String,
    service: String,
    danger: bool,
    waiting: Option<String>,
    clock: Option<Clock>,
    next: Vec<(String, String)>,
}

/// Most own cases looked into.
const ROAD_READ: u32 = 50;

/// How long after its end a first hour still stands on the road.
const AFTER: SignedDuration = SignedDuration::from_hours(24);

/// `/lapangan`: own cases whose first hour runs, or that wait up the line.
pub(in crate::desk) async fn road(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::RecordEncounter)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    frame.titled("first_hour.road");
    frame.body_class = "staff field";
    let now = node.now();
    let rows = node.own_cases(&staff, ROAD_READ).await?;
    let mut cases: Vec<(Timestamp, RoadCase)> = Vec::new();
    for row in rows {
        let case = match node.case_history(&staff, row.id).await {
            Ok(history) => history.case,
            Err(HandleError::NotFound(_) | HandleError::CaseShut(_)) => continue,
            Err(error) => return Err(error.into()),
        };
        cases.extend(road_case(&frame, row.id, &case, now));
    }
    cases.sort_by_key(|(due, _)| *due);
    let view = RoadPage {
        by: staff.id.to_string(),
        now: frame.format().time(now),
        cases: cases.into_iter().map(|(_, case)| case).collect(),
        page: frame,
    };
    draw(StatusCode::OK, &view)
}

fn road_case(
    frame: &PageFrame,
    id: CaseId,
    case: &Case,
    now: Timestamp,
) -> Option<(Timestamp, RoadCase)> {
    let unit = frame.unit();
    let method = unit.method();
    let steps = case.first_hour_steps(&method);
    let waiting = waiting_words(frame, case);
    let open: Vec<&StepDue> = steps.iter().filter(|step| step.mark.is_none()).collect();
    let runs = !open.is_empty() && now.duration_since(case.first_hour_ends(&method)) < AFTER;
    if !runs && waiting.is_none() {
        return None;
    }
    let due = open.iter().map(|step| step.due).min();
    let due = if waiting.is_some() {
        Timestamp::MIN
    } else {
        due.unwrap_or(now)
    };
    let next = open.iter().filter_map(|step| {
        let item = item(unit, case, &step.code)?;
        Some((step.code.clone(), frame.say(&item.say).to_owned()))
    });
    let number = case.filed.number.as_ref();
    let road = RoadCase {
        id: id.to_string(),
        href: format!("/perkara/{id}/jam-pertama"),
        number: number.map_or_else(|| id.to_string(), ToString::to_string),
        service: service_name(frame, &case.service),
        danger: case.filed.danger || case.triage.danger_at.is_some(),
        waiting,
        clock: step_clock(frame, case, &steps, now),
        next: next.collect(),
    };
    Some((due, road))
}
