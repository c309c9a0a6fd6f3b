//! `/pertemuan`: an officer's own cases and encounters.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_store::rows::EncounterRow;

use super::card::capacity_words;
use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::{CaseLine, Why, service_name};

/// Rows of each list.
const ROWS: u32 = 50;

#[derive(Template)]
#[template(path = "field/list.html")]
struct ListPage {
    page: PageFrame,
    cases: Vec<CaseLine>,
    rows: Vec<EncounterLine>,
}

struct EncounterLine {
    href: String,
    service: String,
    when: String,
    why: Vec<String>,
}

/// Own open cases and own encounters, newest first.
pub(super) async fn show(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::RecordEncounter)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    frame.titled("encounter.mine");
    frame.body_class = "staff field";
    let now = node.now();
    let cases = node.own_cases(&staff, ROWS).await?;
    let unit = node.unit();
    let met = node
        .store()
        .encounters_of_officer(&unit.id, staff.id, ROWS)
        .await;
    let met = met.map_err(HandleError::from)?;
    let line = |row: &EncounterRow| {
        let mut why = vec![capacity_words(&frame, &row.capacity).to_owned()];
        let area = row.beat.as_ref().map(|beat| unit.geography.label(beat));
        why.extend(area.or_else(|| row.station.as_ref().map(|code| unit.station_name(code))));
        if row.force_used {
            why.push(frame.t("encounter.force_yes").to_owned());
        }
        EncounterLine {
            href: format!("/pertemuan/{}", row.id),
            service: service_name(&frame, &row.service),
            when: frame.format().moment(row.happened_at),
            why,
        }
    };
    let page = ListPage {
        cases: cases
            .iter()
            .map(|row| CaseLine::new(&frame, &staff, row, now, Why::Stage))
            .collect(),
        rows: met.iter().map(line).collect(),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}
