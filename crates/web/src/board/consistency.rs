//! `/pimpinan/konsistensi`: the same service at every hour, at every station, from every officer (S15, S16, S17).
//!
//! What is measured is chosen. Stations stand in the order of their codes, and no officer is named: it asks, it does not
//! rank. Page, CSV and JSON tell the same and hide the same.

pub(crate) mod figures;
mod told;

use askama::Template;
use axum::Json;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::consistency::Measure;
use serde::Deserialize;

use crate::extract::StaffPage;
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::{OptionGroup, Pick, Select};
use crate::table::Csv;

use figures::ConsistencyFigures;
use told::Told;

/// What is asked for, as it stands in the address.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Chosen {
    /// What is measured.
    #[serde(default)]
    ukuran: String,
}

#[derive(Template)]
#[template(path = "board/consistency.html")]
struct ConsistencyPage {
    page: PageFrame,
    measure: Select,
    errors: Vec<FieldError>,
    /// What files of the same are asked with.
    query: String,
    told: Option<Told>,
}

/// The page.
pub(super) async fn show(page: StaffPage, chosen: Query<Chosen>) -> Result<Response, Fault> {
    page.require(Permission::ReadBoard)?;
    let measure = Measure::parse(&page.frame.unit().pack, &chosen.ukuran);
    let read = match measure {
        Some(measure) => Some(page.node.consistency(&page.staff, measure).await?),
        None => None,
    };
    let StaffPage { mut frame, .. } = page;
    frame.titled("consistency.title");
    let mut errors = Vec::new();
    let mut status = StatusCode::OK;
    if read.is_none() {
        errors.push(FieldError::new("ukuran", frame.t("consistency.choose")));
        frame.refused();
        status = StatusCode::UNPROCESSABLE_ENTITY;
    }
    let page = ConsistencyPage {
        measure: select(&frame, &chosen.ukuran, &errors),
        query: read.as_ref().map_or_else(String::new, |read| {
            format!("?ukuran={}", read.measure.code())
        }),
        told: read.as_ref().map(|read| Told::of(&frame, read)),
        errors,
        page: frame,
    };
    draw(status, &page)
}

/// The same figures as JSON.
pub(super) async fn json(page: StaffPage, chosen: Query<Chosen>) -> Result<Response, Fault> {
    Ok(Json(read(&page, &chosen).await?).into_response())
}

/// The same figures as CSV: a row for each week, group of hours, day, station, and part.
pub(super) async fn csv(page: StaffPage, chosen: Query<Chosen>) -> Result<Response, Fault> {
    let read = read(&page, &chosen).await?;
    let mut table = Csv::new(&figures::COLUMNS);
    for row in read.rows() {
        table.row(&row);
    }
    let name = format!("konsistensi-{}-{}-{}.csv", read.measure, read.from, read.to);
    Ok(table.file(&name))
}

async fn read(page: &StaffPage, chosen: &Chosen) -> Result<ConsistencyFigures, Fault> {
    page.require(Permission::ReadBoard)?;
    let measure = Measure::parse(&page.frame.unit().pack, &chosen.ukuran);
    let measure = measure.ok_or_else(|| Fault::from(HandleError::Malformed))?;
    let read = page.node.consistency(&page.staff, measure).await?;
    Ok(ConsistencyFigures::new(&page.frame, &read))
}

/// The choice of what is measured; the first is the usual.
fn select(frame: &PageFrame, chosen: &str, errors: &[FieldError]) -> Select {
    let times = Pick::new("first_answer", frame.t("consistency.first_answer"), chosen);
    let items = frame.unit().pack.survey().asked_items();
    let items = items.map(|item| Pick::new(item.code.as_str(), frame.say(&item.ask), chosen));
    Select {
        field: TextField::new("ukuran", frame.t("consistency.measure"), chosen, errors),
        first: frame.t("consistency.late").to_owned(),
        groups: vec![
            OptionGroup {
                label: frame.t("consistency.group_answers").to_owned(),
                options: vec![times],
            },
            OptionGroup {
                label: frame.t("consistency.group_survey").to_owned(),
                options: items.collect(),
            },
        ],
    }
}
