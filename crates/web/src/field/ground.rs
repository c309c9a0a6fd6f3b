//! `/pertemuan/wilayah`: where an officer met people, beside who lives there (S48). Their own, and nobody else's:
//! whoever coaches them sees it when they show it. Nothing ranks.

use askama::Template;
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use pengayom_node::access::Permission;
use pengayom_node::equity::{Need, OWN_NEEDS, OwnGround};
use serde::Serialize;

use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;

#[derive(Template)]
#[template(path = "field/ground.html")]
struct GroundPage {
    page: PageFrame,
    sentences: Vec<String>,
    lines: Vec<OwnLine>,
}

struct OwnLine {
    name: String,
    n: String,
    share: String,
    need: String,
}

/// An area of one's own.
#[derive(Debug, Serialize)]
struct OwnArea {
    code: String,
    name: String,
    encounters: u64,
    share: Option<f64>,
    need_share: Option<f64>,
    ratio: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
}

/// Where an officer met people.
#[derive(Debug, Serialize)]
struct OwnFigures {
    encounters: u64,
    elsewhere: u64,
    need: &'static str,
    needs: u64,
    would_move: Option<f64>,
    would_move_by_chance: Option<f64>,
    areas: Vec<OwnArea>,
}

/// The page.
pub(super) async fn show(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::RecordEncounter)?;
    let read = page.node.own_ground(&page.staff).await?;
    let StaffPage { mut frame, .. } = page;
    frame.titled("equity.own_title");
    frame.body_class = "staff field";
    let percent = |share: Option<f64>| match share {
        Some(share) => format!("{}%", frame.format().decimal(share * 100.0, 0)),
        None => frame.t("equity.few").to_owned(),
    };
    let lines = read.places.iter().map(|place| OwnLine {
        name: place.name.clone(),
        n: count(&frame, place.encounters),
        share: percent(place.weighed.map(|of| of.attention)),
        need: percent(place.weighed.map(|of| of.need)),
    });
    let page = GroundPage {
        lines: lines.collect(),
        sentences: sentences(&frame, &read),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

/// The same as JSON.
pub(super) async fn json(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::RecordEncounter)?;
    let read = page.node.own_ground(&page.staff).await?;
    let areas = read.places.iter().map(|place| {
        let interval = place.weighed.and_then(|of| of.interval);
        OwnArea {
            code: place.code.to_string(),
            name: place.name.clone(),
            encounters: place.encounters,
            share: place.weighed.map(|of| of.attention),
            need_share: place.weighed.map(|of| of.need),
            ratio: place.weighed.and_then(|of| of.ratio),
            low: interval.map(|own| own.low),
            high: interval.map(|own| own.high),
        }
    });
    let figures = OwnFigures {
        encounters: read.encounters,
        elsewhere: read.elsewhere,
        need: read.need.need.code(),
        needs: OWN_NEEDS,
        would_move: read.hoover,
        would_move_by_chance: read.hoover_by_chance,
        areas: areas.collect(),
    };
    Ok(Json(figures).into_response())
}

fn sentences(frame: &PageFrame, read: &OwnGround) -> Vec<String> {
    let n = count(frame, read.encounters);
    let elsewhere = count(frame, read.elsewhere);
    let station = read.station.as_ref();
    let station = station.map(|station| frame.unit().station_name(station));
    let mut said = Vec::new();
    match station {
        Some(station) => {
            let values = [
                ("n", n.as_str()),
                ("station", station.as_str()),
                ("elsewhere", elsewhere.as_str()),
            ];
            said.push(frame.tf("equity.own_sentence", &values));
        }
        None => said.push(frame.tf("equity.own_nowhere", &[("elsewhere", &elsewhere)])),
    }
    match (read.hoover, read.hoover_by_chance) {
        (Some(moved), Some(chance)) => {
            let percent = |share: f64| format!("{}%", frame.format().decimal(share * 100.0, 0));
            let (moved, chance) = (percent(moved), percent(chance));
            let values = [("share", moved.as_str()), ("chance", chance.as_str())];
            said.push(frame.tf("equity.own_move", &values));
        }
        _ => {
            let needs = OWN_NEEDS.to_string();
            said.push(frame.tf("equity.own_few", &[("needs", &needs)]));
        }
    }
    let key = match read.need.need {
        Need::People => "equity.own_people",
        Need::Reports | Need::Equal => "equity.own_equal",
    };
    said.push(frame.t(key).to_owned());
    said
}

fn count(frame: &PageFrame, n: u64) -> String {
    frame.format().count(i64::try_from(n).unwrap_or(i64::MAX))
}
