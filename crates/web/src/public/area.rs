//! `/wilayah`: who answers where one lives (S85, S86).

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::place::{AreaCode, AreaResolution, Routed};
use serde::Deserialize;

use super::report::outside;
use crate::extract::PublicPage;
use crate::form::{FieldError, TextField};
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::problem::Fault;

/// What the finder asks.
#[derive(Debug, Default, Deserialize)]
pub(super) struct AreaQuery {
    /// A name as typed.
    desa: Option<String>,
    /// The code of an area chosen.
    kode: Option<String>,
}

struct AreaLink {
    href: String,
    words: String,
}

struct Found {
    place: String,
    station: String,
    distance: Option<String>,
}

#[derive(Template)]
#[template(path = "public/area.html")]
struct AreaPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    area: TextField,
    found: Option<Found>,
    elsewhere: Option<String>,
    meant: Vec<AreaLink>,
    within: Option<String>,
    list: Vec<AreaLink>,
}

/// `GET /wilayah`
pub(super) async fn show(
    Query(query): Query<AreaQuery>,
    PublicPage { mut frame, .. }: PublicPage,
) -> Result<Response, Fault> {
    let typed: String = query
        .desa
        .unwrap_or_default()
        .trim()
        .chars()
        .take(100)
        .collect();
    frame.titled("area.title");
    let mut errors = Vec::new();
    let mut meant = Vec::new();
    let mut code = query.kode.and_then(|code| code.parse::<AreaCode>().ok());
    if code.is_none() && !typed.is_empty() {
        match frame.unit().geography.resolve_area(&typed) {
            AreaResolution::One(area) if area.exact => code = Some(area.code),
            AreaResolution::One(area) => meant.push(area),
            AreaResolution::Several(areas) => meant = areas,
            AreaResolution::None => {
                let words = frame.tf("error.place_not_found", &[("text", &typed)]);
                errors.push(FieldError::new("desa", words));
            }
        }
    }
    let mut found = None;
    let mut elsewhere = None;
    if let Some(code) = &code {
        match frame.unit().geography.route_area(code) {
            Routed::Ours(route) => {
                found = Some(Found {
                    place: frame.unit().geography.label(code),
                    station: route.station_name.to_string(),
                    distance: route.distance_to_station_metres.map(|metres| {
                        let km = frame.format().decimal(metres / 1000.0, 1);
                        frame.tf("area.distance", &[("km", &km)])
                    }),
                });
            }
            Routed::Elsewhere(area) => elsewhere = Some(outside(&frame, &area.name)),
            Routed::Unknown => return Err(Fault::NotFound),
        }
    }
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let (within, list) = lists(&frame, code.as_ref());
    let meant = meant.iter().map(|area| AreaLink {
        href: format!("/wilayah?kode={}", area.code),
        words: match &area.parent_name {
            Some(parent) => format!("{}, {parent}", area.name),
            None => area.name.to_string(),
        },
    });
    let page = AreaPage {
        meant: meant.collect(),
        area: TextField::new("desa", frame.t("home.area_label"), typed, &errors),
        found,
        elsewhere,
        within,
        list,
        errors,
        page: frame,
    };
    draw_kept(status, &page, Keep::AskAgain)
}

/// The districts, or the villages of the one chosen.
fn lists(frame: &PageFrame, code: Option<&AreaCode>) -> (Option<String>, Vec<AreaLink>) {
    let choices = frame.unit().geography.choices();
    let link = |code: &AreaCode, name: &str| AreaLink {
        href: format!("/wilayah?kode={code}"),
        words: name.to_owned(),
    };
    match choices
        .iter()
        .find(|choice| Some(&choice.area.code) == code)
    {
        Some(chosen) => {
            let villages = chosen
                .beats
                .iter()
                .map(|beat| link(&beat.code, &beat.name))
                .collect();
            (Some(chosen.area.name.to_string()), villages)
        }
        None if code.is_some() => (None, Vec::new()),
        None => {
            let all = choices.iter();
            (
                None,
                all.map(|choice| link(&choice.area.code, &choice.area.name))
                    .collect(),
            )
        }
    }
}
