//! `/pimpinan/tanggap`: response times by station and hour of filing over a span of days (S15, S16).
//!
//! Stations stand in the order of their codes, not of their figures: it compares, it does not rank.
//! A middle of fewer than [`MIDDLE_NEEDS`] waiting times is not shown, on the page as in the files.

use askama::Template;
use axum::Json;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::ToSpan as _;
use jiff::civil::Date;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::board::{RESPONSE_DAYS_MAX, ResponseTimes, StationHour};
use pengayom_node::{HandleError, Node};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::figures::{MIDDLE_NEEDS, NINE_NEEDS};
use crate::extract::StaffPage;
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::table::Csv;

/// Days shown when none are asked for.
const DAYS: i64 = 30;

#[derive(Template)]
#[template(path = "board/response.html")]
struct ResponsePage {
    page: PageFrame,
    errors: Vec<FieldError>,
    from: TextField,
    to: TextField,
    query: String,
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

/// The days asked for, as typed.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    pub(crate) dari: String,
    #[serde(default)]
    pub(crate) sampai: String,
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
    let (days, errors) = days(&page.frame, &page.node, &asked);
    let read = match days {
        Some((from, to)) => Some(page.node.response_times(&page.staff, from, to).await?),
        None => None,
    };
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let StaffPage { mut frame, .. } = page;
    frame.titled("chief.response");
    if !errors.is_empty() {
        frame.refused();
    }
    let shown = |typed: &str, day: Option<Date>| {
        if typed.is_empty() {
            day.map(|day| day.to_string()).unwrap_or_default()
        } else {
            typed.to_owned()
        }
    };
    let from_typed = shown(&asked.dari, days.map(|(from, _)| from));
    let to_typed = shown(&asked.sampai, days.map(|(_, to)| to));
    let from = TextField::new("dari", frame.t("chief.response_from"), &from_typed, &errors);
    let to = TextField::new("sampai", frame.t("chief.response_to"), &to_typed, &errors);
    let query = format!("?dari={from_typed}&sampai={to_typed}");
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
        query: if errors.is_empty() {
            query
        } else {
            String::new()
        },
        from,
        to,
        errors,
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
    let (Some((from, to)), _) = days(&page.frame, &page.node, asked) else {
        return Err(Fault::from(HandleError::Malformed));
    };
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

/// The days asked for; without any, the last [`DAYS`].
pub(crate) fn days(
    frame: &PageFrame,
    node: &Node,
    asked: &Asked,
) -> (Option<(Date, Date)>, Vec<FieldError>) {
    let today = frame.unit().zone.to_datetime(node.now()).date();
    let mut errors = Vec::new();
    let mut day = |field: &str, typed: &str, default: Date| {
        let typed = typed.trim();
        if typed.is_empty() {
            return Some(default);
        }
        let read = typed.parse::<Date>().ok();
        if read.is_none() {
            errors.push(FieldError::new(field, frame.t("chief.response_bad_day")));
        }
        read
    };
    let to = day("sampai", &asked.sampai, today);
    let from = day(
        "dari",
        &asked.dari,
        to.unwrap_or(today).saturating_sub(DAYS.days()),
    );
    let (Some(from), Some(to)) = (from, to) else {
        return (None, errors);
    };
    let span = from.until(to).map_or(i32::MAX, |span| span.get_days());
    if span < 0 {
        errors.push(FieldError::new("sampai", frame.t("chief.response_order")));
    } else if span > RESPONSE_DAYS_MAX {
        let most = RESPONSE_DAYS_MAX.to_string();
        let words = frame.tf("chief.response_long", &[("days", &most)]);
        errors.push(FieldError::new("dari", words));
    }
    (errors.is_empty().then_some((from, to)), errors)
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
