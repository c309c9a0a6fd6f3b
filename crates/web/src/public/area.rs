//! `/wilayah`: who answers where one lives (S85, S86).

mod file;
mod map;
mod one;

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use pengayom_core::place::{AreaChoice, AreaCode, AreaResolution};
use serde::Deserialize;

use self::map::MapView;
use crate::extract::PublicPage;
use crate::form::{FieldError, TextField};
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::problem::Fault;
use crate::state::AppState;

/// What the finder asks.
#[derive(Debug, Default, Deserialize)]
pub(super) struct AreaQuery {
    /// A name as typed.
    desa: Option<String>,
    /// The code of an area chosen: it has an address of its own.
    kode: Option<String>,
    /// `ya`: draw the map.
    peta: Option<String>,
}

/// One row of a list.
pub(super) struct AreaLink {
    href: String,
    words: String,
    /// The area the page is about.
    here: bool,
}

impl AreaLink {
    fn new(code: &AreaCode, words: String) -> Self {
        Self {
            href: address(code),
            words,
            here: false,
        }
    }
}

#[derive(Template)]
#[template(path = "public/area.html")]
struct AreaPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    area: TextField,
    meant: Vec<AreaLink>,
    list: Vec<AreaLink>,
    map_asked: bool,
    map: Option<MapView>,
}

/// The routes.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/wilayah", get(show))
        .route("/wilayah.csv", get(file::all_csv))
        .route("/wilayah.json", get(file::all_json))
        .route("/wilayah.geojson", get(file::all_geojson))
        .route("/wilayah/{kode}", get(one::show))
}

/// Address of an area's page. A code has nothing in it that an address would have to escape.
fn address(code: &AreaCode) -> String {
    format!("/wilayah/{code}")
}

/// Areas to choose from, by name.
fn links(areas: &[AreaChoice]) -> Vec<AreaLink> {
    let link = |area: &AreaChoice| AreaLink::new(&area.code, area.name.to_string());
    areas.iter().map(link).collect()
}

/// `GET /wilayah`
async fn show(
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
    if let Some(code) = query.kode {
        let code = code.parse::<AreaCode>().map_err(|_| Fault::NotFound)?;
        return Ok(Redirect::permanent(&address(&code)).into_response());
    }
    if !typed.is_empty() {
        match frame.unit().geography.resolve_area(&typed) {
            AreaResolution::One(area) if area.exact => {
                return Ok(Redirect::to(&address(&area.code)).into_response());
            }
            AreaResolution::One(area) => meant.push(area),
            AreaResolution::Several(areas) => meant = areas,
            AreaResolution::None => {
                let words = frame.tf("error.place_not_found", &[("text", &typed)]);
                errors.push(FieldError::new("desa", words));
            }
        }
    }
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let meant = meant.iter().map(|area| {
        let words = match &area.parent_name {
            Some(parent) => format!("{}, {parent}", area.name),
            None => area.name.to_string(),
        };
        AreaLink::new(&area.code, words)
    });
    let map_asked = query.peta.as_deref() == Some("ya");
    if map_asked {
        frame.title = frame.tf("area.map_of", &[("area", &frame.unit_name)]);
    }
    let (map, list) = if map_asked {
        one::whole_unit(&frame)
    } else {
        let choices = frame.unit().geography.choices();
        let districts: Vec<AreaChoice> = choices.into_iter().map(|choice| choice.area).collect();
        (None, links(&districts))
    };
    let page = AreaPage {
        meant: meant.collect(),
        area: TextField::new("desa", frame.t("home.area_label"), typed, &errors),
        list,
        map_asked,
        map,
        errors,
        page: frame,
    };
    draw_kept(status, &page, Keep::AskAgain)
}
