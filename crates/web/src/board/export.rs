//! `/pimpinan.csv` and `/pimpinan.json`: the figures of the page, with the same hidden totals.

use axum::Json;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use pengayom_node::access::Permission;

use super::figures::{Figures, Measured, ShareFigure};
use crate::extract::StaffPage;
use crate::problem::Fault;
use crate::table::Csv;

/// The figures as JSON.
pub(super) async fn json(page: StaffPage) -> Result<Response, Fault> {
    let (figures, day) = read(&page).await?;
    let name = format!("inline; filename=\"pimpinan-{day}.json\"");
    Ok(([(header::CONTENT_DISPOSITION, name)], Json(figures)).into_response())
}

/// The figures as CSV (RFC 4180): one figure a line; a line without a value says why.
pub(super) async fn csv(page: StaffPage) -> Result<Response, Fault> {
    let (figures, day) = read(&page).await?;
    Ok(table(&figures).file(&format!("pimpinan-{day}.csv")))
}

async fn read(page: &StaffPage) -> Result<(Figures, String), Fault> {
    page.require(Permission::ReadBoard)?;
    let morning = page.node.morning(&page.staff).await?;
    let day = morning.day.to_string();
    Ok((Figures::new(&page.frame, &morning), day))
}

const HEAD: [&str; 8] = ["part", "key", "name", "value", "low", "high", "n", "state"];

fn table(figures: &Figures) -> Csv {
    let mut rows: Vec<[String; 8]> = Vec::new();
    let open = figures.open;
    let stages = [
        ("received", open.received),
        ("assessed", open.assessed),
        ("handled", open.handled),
        ("late", open.late),
    ];
    for (key, n) in stages {
        rows.push(count("open", key, "cases", n));
    }
    for hour in &figures.hours {
        let key = format!("{:02}", hour.hour);
        rows.push(count("hour", &key, "filed", hour.filed));
        rows.push(count("hour", &key, "answered", hour.answered));
        rows.push(count("hour", &key, "answered_late", hour.answered_late));
    }
    for wait in &figures.waits {
        rows.push(seconds(
            wait.period,
            "median_seconds",
            wait.median_seconds,
            wait.n,
        ));
        rows.push(seconds(
            wait.period,
            "p90_seconds",
            wait.p90_seconds,
            wait.n,
        ));
    }
    rows.push(share("promise", "in_time", "", figures.in_time));
    for item in &figures.survey {
        rows.push(share(item.group.as_str(), &item.item, &item.ask, item.good));
    }
    let mut table = Csv::new(&HEAD);
    for row in &rows {
        table.row(row);
    }
    table
}

fn count(part: &str, key: &str, name: &str, n: i64) -> [String; 8] {
    let text = |text: &str| text.to_owned();
    [
        text(part),
        text(key),
        text(name),
        n.to_string(),
        text(""),
        text(""),
        text(""),
        text("known"),
    ]
}

fn seconds(period: &str, name: &str, known: Measured<f64>, n: u64) -> [String; 8] {
    let (value, state) = match known {
        Measured::Known { value } => (format!("{value:.0}"), "known"),
        Measured::NotEnough { .. } => (String::new(), "not_enough"),
        Measured::Hidden => (String::new(), "hidden"),
    };
    let text = |text: &str| text.to_owned();
    [
        text("wait"),
        text(period),
        text(name),
        value,
        text(""),
        text(""),
        n.to_string(),
        text(state),
    ]
}

fn share(part: &str, key: &str, name: &str, known: Measured<ShareFigure>) -> [String; 8] {
    let four = |value: f64| format!("{value:.4}");
    let (value, low, high, n, state) = match known {
        Measured::Known { value } => (
            four(value.share),
            four(value.low),
            four(value.high),
            value.n.to_string(),
            "known",
        ),
        Measured::NotEnough { n, .. } => (
            String::new(),
            String::new(),
            String::new(),
            n.to_string(),
            "not_enough",
        ),
        Measured::Hidden => (
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            "hidden",
        ),
    };
    [
        part.to_owned(),
        key.to_owned(),
        name.to_owned(),
        value,
        low,
        high,
        n,
        state.to_owned(),
    ]
}
