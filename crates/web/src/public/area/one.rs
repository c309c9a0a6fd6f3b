//! `/wilayah/{kode}`: one area, who answers there, how far they are and how promises are kept there (S46, S86).

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use pengayom_core::pack::{EntryCode, Service};
use pengayom_core::place::{AreaCode, Routed, StationChoice};
use pengayom_node::areas::{AreaFigures, AreaMonths};
use serde::Deserialize;

use super::file::{self, Kind};
use super::map::{self, Drawn, MapView};
use super::{AreaLink, address, links};
use crate::extract::PublicPage;
use crate::frame::{Keep, PageFrame, draw_kept};
use crate::outages::{OutageLine, is_at, lines};
use crate::problem::Fault;
use crate::public::report::outside;
use crate::public::{desk_now, services};

/// What the page shows on request.
#[derive(Debug, Default, Deserialize)]
pub(super) struct OneQuery {
    /// `ya`: draw the map.
    peta: Option<String>,
}

/// The station that answers.
struct Answers {
    station: String,
    distance: Option<String>,
    address: Option<String>,
    /// Address for the telephone's own map, and the position in words.
    position: Option<(String, String)>,
}

#[derive(Template)]
#[template(path = "public/area/one.html")]
struct OnePage {
    page: PageFrame,
    /// The district of a village, to go back to.
    back: String,
    elsewhere: Option<String>,
    answers: Option<Answers>,
    /// What is down at the station, or in the unit.
    outages: Vec<OutageLine>,
    /// The wait at the station's front desk.
    wait: Option<String>,
    /// One sentence a month.
    months: Vec<String>,
    small: String,
    services: Vec<AreaLink>,
    /// The district, and its villages.
    within: Option<(String, Vec<AreaLink>)>,
    neighbours: Vec<AreaLink>,
    /// Where the map is drawn.
    map_href: String,
    /// Address of its files, without their ending; empty for an area elsewhere.
    files: String,
    map: Option<MapView>,
    /// What the list beside the map is of.
    map_list: Vec<AreaLink>,
}

/// `GET /wilayah/{kode}`
pub(super) async fn show(
    Path(code): Path<String>,
    Query(query): Query<OneQuery>,
    headers: HeaderMap,
    page: PublicPage,
) -> Result<Response, Fault> {
    let parse = |code: &str| code.parse::<AreaCode>().map_err(|_| Fault::NotFound);
    // A code may have points: what ends like a file is one only where no area is called so.
    let is_area = |code: &AreaCode| page.frame.unit().geography.area(code).is_some();
    if let Some((bare, kind)) = Kind::split(&code)
        && !code.parse().is_ok_and(|code| is_area(&code))
    {
        let code = parse(bare)?;
        return file::one(page, &headers, &code, kind).await;
    }
    let code = parse(&code)?;
    let PublicPage {
        mut frame, node, ..
    } = page;
    let unit = node.unit();
    let geography = &unit.geography;
    let routed = geography.route_area(&code);
    frame.title = geography.label(&code);
    let mut page = OnePage {
        back: "/wilayah".to_owned(),
        elsewhere: None,
        answers: None,
        outages: Vec::new(),
        wait: None,
        months: Vec::new(),
        small: String::new(),
        services: Vec::new(),
        within: None,
        neighbours: Vec::new(),
        map_href: format!("{}?peta=ya", address(&code)),
        files: String::new(),
        map: None,
        map_list: Vec::new(),
        page: frame,
    };
    let route = match routed {
        Routed::Unknown => return Err(Fault::NotFound),
        Routed::Elsewhere(area) => {
            page.elsewhere = Some(outside(&page.page, &area.name));
            return draw_kept(StatusCode::OK, &page, Keep::AskAgain);
        }
        Routed::Ours(route) => route,
    };
    page.files = address(&code);
    let frame = &page.page;
    let mut title = None;
    let choices = geography.choices();
    let district = choices.iter().find(|choice| {
        choice.area.code == code || choice.beats.iter().any(|beat| beat.code == code)
    });
    let is_district = district.is_some_and(|choice| choice.area.code == code);
    page.answers = Some(answers(frame, &route, route.beat.is_some()));
    page.services = at_station(frame, &code);
    let stations = [&route.station, unit.own_station()];
    page.outages = lines(frame, &node, |row, _| is_at(row, &stations)).await;
    page.wait = desk_now::words(frame, &node, &route.station).await;
    let read = node.area_months().await?;
    page.months = months(frame, &read, &code);
    let k = frame.format().count(i64::from(read.small_cell));
    page.small = frame.tf("area.figures_small", &[("k", &k)]);
    let neighbours = geography.neighbours(&code);
    let neighbours = neighbours.iter().filter(|_| !is_district);
    page.neighbours = neighbours
        .map(|area| AreaLink::new(area.code(), geography.label(area.code())))
        .collect();
    if let Some(district) = district {
        if !is_district {
            page.back = address(&district.area.code);
        }
        let here = (!is_district).then_some(&code);
        if query.peta.as_deref() == Some("ya") {
            page.map_list = numbered(district, here);
            page.map = map::view(frame, &drawn(frame, district, here));
            title = Some(frame.tf("area.map_of", &[("area", &frame.title)]));
        }
        if is_district {
            page.within = Some((district.area.name.to_string(), links(&district.beats)));
        }
    } else {
        page.map_href.clear();
    }
    if let Some(title) = title {
        page.page.title = title;
    }
    draw_kept(StatusCode::OK, &page, Keep::AskAgain)
}

/// The villages of a district in the order and with the numbers of the map.
fn numbered(district: &StationChoice, here: Option<&AreaCode>) -> Vec<AreaLink> {
    let beats = district.beats.iter().enumerate();
    beats
        .map(|(at, beat)| {
            let mut link = AreaLink::new(&beat.code, format!("{}. {}", at + 1, beat.name));
            link.here = Some(&beat.code) == here;
            link
        })
        .collect()
}

/// A district with its villages and the station that answers; a district without villages by itself.
fn drawn<'a>(
    frame: &'a PageFrame,
    district: &'a StationChoice,
    here: Option<&'a AreaCode>,
) -> Drawn<'a> {
    let geography = &frame.unit().geography;
    let beats = district.beats.iter();
    let mut areas: Vec<_> = beats
        .filter_map(|beat| geography.area(&beat.code))
        .collect();
    if areas.is_empty() {
        areas.extend(geography.area(&district.area.code));
    }
    Drawn {
        of: &district.area.name,
        areas,
        here,
        stations: geography
            .station(&district.station)
            .map(|station| (station, true))
            .into_iter()
            .collect(),
    }
}

fn answers(frame: &PageFrame, route: &pengayom_core::place::Route, from_village: bool) -> Answers {
    let unit = frame.unit();
    let config = unit.config();
    let is_unit = route.station == config.as_station();
    let station = unit.geography.station(&route.station);
    let metres = route.distance_to_station_metres.filter(|_| from_village);
    Answers {
        station: route.station_name.to_string(),
        distance: metres.map(|metres| {
            let km = frame.format().decimal(metres / 1000.0, 1);
            frame.tf("area.distance", &[("km", &km)])
        }),
        address: config.address.clone().filter(|_| is_unit),
        position: station
            .and_then(|station| station.point)
            .map(|point| (format!("geo:{point}"), map::position(frame, point))),
    }
}

/// What one can ask for at the station, and what everybody can ask for anywhere.
fn at_station(frame: &PageFrame, code: &AreaCode) -> Vec<AreaLink> {
    let unit = frame.unit();
    let station = unit.geography.station_of(code);
    let level = station.map_or(unit.config().level.as_str(), |station| &station.level);
    let here = |service: &&Service| {
        let mut levels = service.levels.iter().map(EntryCode::as_str);
        levels.any(|known| known == level)
    };
    let services = unit.pack.services().iter().filter(here);
    services
        .map(|service| AreaLink {
            href: services::address(service),
            words: frame.say(&service.name).to_owned(),
            here: false,
        })
        .collect()
}

fn months(frame: &PageFrame, read: &AreaMonths, code: &AreaCode) -> Vec<String> {
    let months = read.months.iter();
    months
        .map(|month| {
            let figures = sentence(frame, month.of(code));
            let month = frame.format().month(month.from);
            frame.tf("area.month", &[("month", &month), ("figures", &figures)])
        })
        .collect()
}

fn sentence(frame: &PageFrame, figures: AreaFigures) -> String {
    let count = |n: u64| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    match (figures.filed, figures.in_time) {
        (None, _) => frame.t("area.figures_few").to_owned(),
        (Some(0), _) => frame.t("area.figures_nothing").to_owned(),
        (Some(filed), None) => frame.tf("area.figures_filed", &[("n", &count(filed))]),
        (Some(filed), Some((of, in_time))) => {
            let (filed, of, in_time) = (count(filed), count(of), count(in_time));
            let values = [("n", &*filed), ("of", &of), ("in_time", &in_time)];
            frame.tf("area.figures_answered", &values)
        }
    }
}

/// The districts on one map, for `/wilayah`.
pub(super) fn whole_unit(frame: &PageFrame) -> (Option<MapView>, Vec<AreaLink>) {
    let geography = &frame.unit().geography;
    let choices = geography.choices();
    let list = choices.iter().enumerate().map(|(at, choice)| {
        let station = frame.unit().station_name(&choice.station);
        let words = format!("{}. {} ({station})", at + 1, choice.area.name);
        AreaLink::new(&choice.area.code, words)
    });
    let areas = choices.iter();
    let areas = areas.filter_map(|choice| geography.area(&choice.area.code));
    // Names of all stations would cover the map: they stand in the list, and only the unit's own on the map.
    let own = geography.station(frame.unit().own_station());
    let stations = geography.stations().iter().map(|station| (station, false));
    let drawn = Drawn {
        of: &frame.unit_name,
        areas: areas.collect(),
        here: None,
        stations: own
            .map(|station| (station, true))
            .into_iter()
            .chain(stations)
            .collect(),
    };
    (map::view(frame, &drawn), list.collect())
}
