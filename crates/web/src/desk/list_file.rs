//! `/meja/daftar.csv`: the list of cases as a table, for whoever may read the list. It says what the list says:
//! a kind kept narrow comes without kind and place, and nobody who reported is in it.

use axum::extract::Query;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::place::{AreaCode, StationId};
use pengayom_node::access::Permission;
use pengayom_store::rows::CaseRow;
use pengayom_store::{CaseCursor, PAGE_MAX};

use super::list::{ListQuery, cursor_text};
use crate::extract::StaffPage;
use crate::problem::Fault;
use crate::table::Csv;

/// Most cases in one file; where there are more, the answer says where the next begins.
const ROWS_MAX: usize = 10_000;

const COLUMNS: [&str; 15] = [
    "number",
    "filed_at",
    "stage",
    "narrow",
    "service",
    "station",
    "beat",
    "danger",
    "respond_by",
    "responded_at",
    "responded_late",
    "late",
    "next_news_by",
    "closed_at",
    "outcome",
];

/// The cases that the list with the same filter shows, newest first.
pub(super) async fn csv(
    page: StaffPage,
    Query(query): Query<ListQuery>,
) -> Result<Response, Fault> {
    page.require(Permission::ReadCase)?;
    let now = page.node.now();
    let mut asked = query.asked(PAGE_MAX);
    let mut table = Csv::new(&COLUMNS);
    let mut rows = 0;
    let next: Option<CaseCursor> = loop {
        let found = page.node.list_cases(&page.staff, asked.clone()).await?;
        for row in &found.rows {
            table.row(&cells(row, now));
        }
        rows += found.rows.len();
        match found.next {
            Some(next) if rows < ROWS_MAX => asked.after = Some(next),
            next => break next,
        }
    };
    let day = page.frame.format().local(now).date();
    let mut answer = table.file(&format!("daftar-{day}.csv"));
    if let Some(next) = next {
        let link = format!(
            "</meja/daftar.csv{}>; rel=\"next\"",
            query.address(&[("setelah", &cursor_text(next))])
        );
        if let Ok(link) = HeaderValue::from_str(&link) {
            answer.headers_mut().insert(header::LINK, link);
        }
    }
    Ok(answer)
}

fn cells(row: &CaseRow, now: Timestamp) -> [String; 15] {
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let open_to_all = !row.sensitive;
    let late = row.responded_at.is_none()
        && row.closed_at.is_none()
        && row.respond_by.is_some_and(|due| due < now);
    [
        row.number
            .as_ref()
            .map_or_else(|| row.id.to_string(), ToString::to_string),
        row.filed_at.to_string(),
        row.stage.as_str().to_owned(),
        row.sensitive.to_string(),
        if open_to_all {
            row.service.to_string()
        } else {
            String::new()
        },
        row.station
            .as_ref()
            .map(StationId::to_string)
            .unwrap_or_default(),
        row.beat
            .as_ref()
            .filter(|_| open_to_all)
            .map(AreaCode::to_string)
            .unwrap_or_default(),
        row.danger.to_string(),
        moment(row.respond_by),
        moment(row.responded_at),
        row.responded_late.to_string(),
        late.to_string(),
        moment(row.next_news_by),
        moment(row.closed_at),
        row.outcome
            .clone()
            .filter(|_| open_to_all)
            .unwrap_or_default(),
    ]
}
