//! The unit, its stations and how it is there just now.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::place::{Point, StationId};
use pengayom_core::subject::visit::wait::Wait;
use pengayom_store::OutageRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::{Api, for_everybody};
use super::cursor::Part;
use super::query::part_of;
use crate::outages;
use crate::problem::Fault;

/// The unit.
#[derive(Serialize, ToSchema)]
#[schema(as = Unit)]
pub(super) struct UnitBody {
    /// Its code.
    id: String,
    name: String,
    /// Its level in the organisation.
    #[schema(examples("polres"))]
    level: String,
    /// Name of the unit above it.
    #[schema(required)]
    parent: Option<String>,
    #[schema(required)]
    address: Option<String>,
    #[schema(required)]
    position: Option<Position>,
    /// Code of its own area.
    area_id: String,
    /// Call it in danger.
    emergency_number: String,
    /// IANA name.
    #[schema(examples("Asia/Jakarta"))]
    time_zone: String,
    /// Languages of its pages and answers, the first one first.
    languages: Vec<String>,
    /// What its case numbers begin with.
    case_prefix: String,
    /// Version of the pack: services, standards, words.
    pack_version: String,
    /// Figures of fewer people are hidden.
    small_cell: u32,
    /// Everything in it is made up, for a demonstration.
    simulated: bool,
}

/// Degrees, WGS 84.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(super) struct Position {
    #[schema(minimum = -90, maximum = 90)]
    lat: f64,
    #[schema(minimum = -180, maximum = 180)]
    long: f64,
}

impl From<Point> for Position {
    fn from(point: Point) -> Self {
        Self {
            lat: point.lat(),
            long: point.lng(),
        }
    }
}

/// Shows the unit.
#[utoipa::path(
    get, path = "/unit", operation_id = "showUnit",
    responses((status = 200, description = "The unit.", body = UnitBody))
)]
pub(super) async fn unit(api: Api) -> Result<Response, Fault> {
    let unit = api.context.unit();
    let config = unit.config();
    let body = UnitBody {
        id: unit.id.to_string(),
        name: config.name.clone(),
        level: config.level.clone(),
        parent: config.parent.clone(),
        address: config.address.clone(),
        position: config.point.map(Position::from),
        area_id: config.area.to_string(),
        emergency_number: api.frame.emergency_number.clone(),
        time_zone: config.time_zone.clone(),
        languages: config.languages.clone(),
        case_prefix: config.case_prefix.clone(),
        pack_version: unit.pack.version().to_owned(),
        small_cell: unit.pack.survey().form.small_cell,
        simulated: unit.simulated,
    };
    api.found(&body).map(for_everybody)
}

/// A station that answers for areas.
#[derive(Serialize, ToSchema)]
pub(super) struct Station {
    /// Its code.
    id: String,
    name: String,
    /// Its level in the organisation.
    level: String,
    #[schema(required)]
    position: Option<Position>,
    /// Codes of the areas it answers for, with everything in them.
    areas: Vec<String>,
}

/// A station and how it is there now.
#[derive(Serialize, ToSchema)]
pub(super) struct StationNow {
    station: Station,
    /// The wait at its front desk.
    wait: DeskWait,
    /// What is down there, and what works again since a short while.
    outages: Vec<Outage>,
}

/// The wait at a front desk now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DeskWait {
    kind: WaitKind,
    /// Minutes; null where nothing was measured.
    #[schema(required)]
    minutes: Option<u32>,
    /// From the waits of how many people that follows, where it is the usual one.
    #[schema(required)]
    n: Option<u32>,
    /// How many wait.
    waiting: u32,
    /// When it was read.
    #[schema(value_type = String, format = DateTime)]
    read_at: Timestamp,
}

/// What is said of a wait.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum WaitKind {
    /// What people who were called lately waited.
    Usual,
    /// Too few were called lately: the longest wait of those who wait.
    LongestSoFar,
    /// Somebody came today, and nobody waits.
    NobodyWaits,
    /// Nothing was measured today.
    NotRecorded,
}

/// Something that is down.
#[derive(Serialize, ToSchema)]
pub(super) struct Outage {
    #[schema(format = "uuid")]
    id: String,
    /// Code of the station; null for the whole unit.
    #[schema(required)]
    station: Option<String>,
    /// What, a code of the pack; null where it is said in own words.
    #[schema(required)]
    system: Option<String>,
    /// What, in words.
    name: String,
    /// What people can still do.
    way: String,
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// When it is expected to work again.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    until: Option<Timestamp>,
    /// Since when it works again.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    ended_at: Option<Timestamp>,
}

/// What an answer says of something that is down.
pub(super) fn outage(api: &Api, row: &OutageRow) -> Outage {
    Outage {
        id: row.id.to_string(),
        station: row.station.as_ref().map(ToString::to_string),
        system: row.system.clone(),
        name: outages::name(&api.frame, row),
        way: outages::way(&api.frame, row),
        since: row.since,
        until: row.until,
        ended_at: row.ended_at,
    }
}

/// The wait at a station's front desk.
///
/// # Errors
/// [`Fault::NotFound`] for a station the unit does not have, or the store's.
pub(super) async fn desk_wait(api: &Api, station: &StationId) -> Result<DeskWait, Fault> {
    let now = api.node.desk_now(station).await?;
    let (kind, minutes, n) = match now.wait {
        Wait::Usual { minutes, of } => (WaitKind::Usual, Some(minutes), Some(of)),
        Wait::LongestSoFar { minutes } => (WaitKind::LongestSoFar, Some(minutes), None),
        Wait::NobodyWaits => (WaitKind::NobodyWaits, None, None),
        Wait::NotRecorded => (WaitKind::NotRecorded, None, None),
    };
    Ok(DeskWait {
        kind,
        minutes,
        n,
        waiting: now.waiting,
        read_at: now.at,
    })
}

/// The unit itself as a station, then its stations.
fn all_stations(api: &Api) -> Vec<Station> {
    let unit = api.context.unit();
    let config = unit.config();
    let own = Station {
        id: unit.own_station().to_string(),
        name: config.name.clone(),
        level: config.level.clone(),
        position: config.point.map(Position::from),
        areas: vec![config.area.to_string()],
    };
    let others = unit.geography.stations().iter();
    let others = others.filter(|station| station.id != *unit.own_station());
    let others = others.map(|station| Station {
        id: station.id.to_string(),
        name: station.name.clone(),
        level: station.level.clone(),
        position: station.point.map(Position::from),
        areas: station.areas.iter().map(ToString::to_string).collect(),
    });
    std::iter::once(own).chain(others).collect()
}

/// Lists the stations, the unit itself first.
#[utoipa::path(
    get, path = "/stations", operation_id = "listStations",
    params(
        ("limit" = Option<u32>, Query, description = "Most items.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where to go on, as in `next`.", max_length = 512),
    ),
    responses((status = 200, description = "Stations.", body = Part<Station>))
)]
pub(super) async fn stations(api: Api) -> Result<Response, Fault> {
    let all = all_stations(&api).into_iter();
    let part = part_of(&api, "stations", api.query(), all)?;
    api.found(&part).map(for_everybody)
}

/// Shows a station, the wait at its front desk and what is down there.
#[utoipa::path(
    get, path = "/stations/{station}", operation_id = "showStation",
    params(("station" = String, Path, description = "Code of a station.", example = "polsek-juwana")),
    responses((status = 200, description = "The station now.", body = StationNow))
)]
pub(super) async fn station(Path(code): Path<String>, api: Api) -> Result<Response, Fault> {
    let mut all = all_stations(&api).into_iter();
    let station = all.find(|station| station.id == code);
    let station = station.ok_or(Fault::NotFound)?;
    let id: StationId = code.parse().map_err(|_| Fault::NotFound)?;
    let rows = api.node.outages_now().await?;
    let there = |row: &&OutageRow| row.station.as_ref().is_none_or(|known| *known == id);
    let body = StationNow {
        station,
        wait: desk_wait(&api, &id).await?,
        outages: rows
            .iter()
            .filter(there)
            .map(|row| outage(&api, row))
            .collect(),
    };
    api.found(&body).map(for_everybody)
}

/// Lists what is down, the latest first, then what works again since a short while.
#[utoipa::path(
    get, path = "/outages", operation_id = "listOutages",
    params(
        ("limit" = Option<u32>, Query, description = "Most items.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where to go on, as in `next`.", max_length = 512),
    ),
    responses((status = 200, description = "Outages.", body = Part<Outage>))
)]
pub(super) async fn outages(api: Api) -> Result<Response, Fault> {
    let rows = api.node.outages_now().await?;
    let all = rows.iter().map(|row| outage(&api, row));
    let part = part_of(&api, "outages", api.query(), all)?;
    api.found(&part).map(for_everybody)
}
