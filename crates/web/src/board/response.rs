//! `/pimpinan/tanggap`: response times by station and hour of filing over a span of days (S15, S16).
//!
//! Stations stand in the order of their codes, not of their figures: it compares, it does not rank.
//! A middle of fewer than [`MIDDLE_NEEDS`] waiting times is not shown, on the page as in the files.

use askama::Template;
use axum::Json;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use jiff::civil::Date;
use pengayom_node::Node;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::board::{ResponseTimes, StationHour};
use serde::Serialize;
use utoipa::ToSchema;

use super::figures::{MIDDLE_NEEDS, NINE_NEEDS};
use super::span::{Asked, Span, days_of};
use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::table::Csv;

#[derive(Template)]
#[template(path = "board/response.html")]
struct ResponsePage {
    page: PageFrame,
    span: Span,
    sentence: String,
    stations: Vec<Line>,
    hours: Vec<String>,
    matrix: Vec<MatrixLine>,
    any: bool,
}

/// A row of a plain table.
struct Line {
    name: String,
    n: String,
    half: String,
    nine: String,
}

/// A row of the table by station and hour.
struct MatrixLine {
    name: String,
    cells: Vec<String>,
}

/// Waiting times until the first response, of one station in one local hour, or of several together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResponseTimeFigure)]
struct Figure {
    /// Code of the station. Null: the unit as a whole.
    #[schema(required)]
    station: Option<String>,
    /// Its name.
    station_name: String,
    /// Local hour of filing, 0 to 23. Null: all hours.
    #[schema(required)]
    hour: Option<u8>,
    /// Requests answered.
    n: i64,
    /// Half waited at most so many seconds. Null below `median_needs` requests.
    #[schema(required)]
    median_seconds: Option<f64>,
    /// Nine in ten waited at most so many seconds. Null below `p90_needs` requests.
    #[schema(required)]
    p90_seconds: Option<f64>,
}

/// Response times over some days. Stations stand in the order of their codes: it compares, it does not rank.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ResponseTimes)]
pub(crate) struct ResponseFigures {
    /// First day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// Requests filed in those days.
    filed: i64,
    /// Requests below which no middle is given.
    median_needs: u64,
    /// Requests below which no ninth tenth is given.
    p90_needs: u64,
    /// The unit as a whole, then each station, all hours; then by hour.
    figures: Vec<Figure>,
}

/// The page.
pub(super) async fn show(page: StaffPage, asked: Query<Asked>) -> Result<Response, Fault> {
    page.require(Permission::ReadBoard)?;
    let span = Span::asked(&page.frame, &page.node, &asked);
    let read = match span.days {
        Some((from, to)) => Some(page.node.response_times(&page.staff, from, to).await?),
        None => None,
    };
    let StaffPage { mut frame, .. } = page;
    frame.titled("chief.response");
    let status = span.status(&mut frame);
    let tables = read
        .as_ref()
        .map(|read| tables(&frame, read))
        .unwrap_or_default();
    let page = ResponsePage {
        sentence: read
            .as_ref()
            .map(|read| sentence(&frame, read))
            .unwrap_or_default(),
        any: read.as_ref().is_some_and(|read| !read.rows.is_empty()),
        stations: tables.stations,
        hours: tables.hours,
        matrix: tables.matrix,
        span,
        page: frame,
    };
    draw(status, &page)
}

/// The same figures as JSON.
pub(super) async fn json(page: StaffPage, asked: Query<Asked>) -> Result<Response, Fault> {
    Ok(Json(read(&page, &asked).await?).into_response())
}

/// The same figures as CSV.
pub(super) async fn csv(page: StaffPage, asked: Query<Asked>) -> Result<Response, Fault> {
    let figures = read(&page, &asked).await?;
    let mut table = Csv::new(&["station", "hour", "n", "median_seconds", "p90_seconds"]);
    let number = |value: Option<f64>| value.map(|value| format!("{value:.0}")).unwrap_or_default();
    for figure in &figures.figures {
        let station = figure.station.clone().unwrap_or_default();
        let hour = figure.hour.map(|hour| hour.to_string()).unwrap_or_default();
        let (half, nine) = (number(figure.median_seconds), number(figure.p90_seconds));
        table.row(&[station, hour, figure.n.to_string(), half, nine]);
    }
    Ok(table.file(&format!("tanggap-{}-{}.csv", figures.from, figures.to)))
}

async fn read(page: &StaffPage, asked: &Asked) -> Result<ResponseFigures, Fault> {
    page.require(Permission::ReadBoard)?;
    let (from, to) = days_of(&page.frame, &page.node, asked)?;
    figures(&page.frame, &page.node, &page.staff, (from, to)).await
}

/// The figures of some days, for whoever may read the board.
///
/// # Errors
/// The node's.
pub(crate) async fn figures(
    frame: &PageFrame,
    node: &Node,
    staff: &Staff,
    (from, to): (Date, Date),
) -> Result<ResponseFigures, Fault> {
    let times = node.response_times(staff, from, to).await?;
    let figures = times
        .rows
        .iter()
        .map(|row| Figure {
            station: row.station.as_ref().map(ToString::to_string),
            station_name: name(frame, row),
            hour: row.hour,
            n: row.waits.n(),
            median_seconds: quantile(row, 0.5, MIDDLE_NEEDS),
            p90_seconds: quantile(row, 0.9, NINE_NEEDS),
        })
        .collect();
    Ok(ResponseFigures {
        from: times.from,
        to: times.to,
        filed: times.filed,
        median_needs: MIDDLE_NEEDS,
        p90_needs: NINE_NEEDS,
        figures,
    })
}

fn sentence(frame: &PageFrame, times: &ResponseTimes) -> String {
    let format = frame.format();
    let whole = times
        .rows
        .iter()
        .find(|row| row.station.is_none() && row.hour.is_none());
    let answered = whole.map_or(0, |row| row.waits.n());
    frame.tf(
        "chief.response_sentence",
        &[
            ("from", &format.day(times.from)),
            ("to", &format.day(times.to)),
            ("n", &format.count(times.filed)),
            ("answered", &format.count(answered)),
        ],
    )
}

#[derive(Default)]
struct Tables {
    stations: Vec<Line>,
    hours: Vec<String>,
    matrix: Vec<MatrixLine>,
}

fn tables(frame: &PageFrame, times: &ResponseTimes) -> Tables {
    let format = frame.format();
    let few = frame.t("chief.response_few");
    let minutes = |seconds: Option<f64>| {
        seconds.map_or_else(
            || few.to_owned(),
            |seconds| format.decimal(seconds / 60.0, 1),
        )
    };
    let all_hours = times.rows.iter().filter(|row| row.hour.is_none());
    let stations = all_hours
        .clone()
        .map(|row| Line {
            name: name(frame, row),
            n: format.count(row.waits.n()),
            half: minutes(quantile(row, 0.5, MIDDLE_NEEDS)),
            nine: minutes(quantile(row, 0.9, NINE_NEEDS)),
        })
        .collect();
    let unit_hours: Vec<u8> = times
        .rows
        .iter()
        .filter(|row| row.station.is_none())
        .filter_map(|row| row.hour)
        .collect();
    let matrix = all_hours
        .map(|row| MatrixLine {
            name: name(frame, row),
            cells: unit_hours
                .iter()
                .map(|hour| {
                    let fits = |known: &&StationHour| {
                        known.station == row.station && known.hour == Some(*hour)
                    };
                    match times.rows.iter().find(fits) {
                        None => frame.t("chief.response_none").to_owned(),
                        Some(known) => {
                            let half = minutes(quantile(known, 0.5, MIDDLE_NEEDS));
                            format!("{half} (n {})", format.count(known.waits.n()))
                        }
                    }
                })
                .collect(),
        })
        .collect();
    let hours = unit_hours.iter().map(|hour| format!("{hour:02}")).collect();
    Tables {
        stations,
        hours,
        matrix,
    }
}

fn name(frame: &PageFrame, row: &StationHour) -> String {
    match &row.station {
        Some(station) => frame.unit().station_name(station),
        None => frame.t("chief.response_whole").to_owned(),
    }
}

/// A quantile in seconds, when enough waiting times are counted.
fn quantile(row: &StationHour, share: f64, needs: u64) -> Option<f64> {
    let n = u64::try_from(row.waits.n()).unwrap_or(0);
    if n < needs {
        None
    } else {
        row.waits.quantile(share)
    }
}
