//! Where people live: areas, who answers there, and what is known of each.

use axum::extract::Path;
use axum::response::Response;
use jiff::civil::Date;
use pengayom_core::place::{AreaChoice, AreaCode, Routed};
use serde::Serialize;
use utoipa::ToSchema;

use super::body::{Fields, JsonBody};
use super::caller::{Api, for_everybody};
use super::cursor::Part;
use super::query::part_of;
use super::request::{said_place, wrong_place};
use super::unit::{DeskWait, Outage, desk_wait, outage};
use crate::outages::is_at;
use crate::problem::Fault;

/// Longest name that is looked for, in characters.
const NAME_MAX_CHARS: usize = 100;

/// Most areas that fit a name.
const FOUND_MAX: usize = 100;

/// An area in a list.
#[derive(Clone, Serialize, ToSchema)]
pub(super) struct AreaShort {
    /// Its code.
    #[schema(examples("33.18.08.2022"))]
    area_id: String,
    name: String,
    /// Name with what it lies in.
    label: String,
    /// Code of what it lies in, as far as the unit answers for it.
    #[schema(required)]
    parent: Option<String>,
    /// The unit answers for it.
    ours: bool,
}

/// What is looked for in the list of areas.
fn listed(api: &Api, parent: Option<&AreaCode>) -> Vec<AreaShort> {
    let geography = &api.context.unit().geography;
    let short = |area: &AreaChoice, parent: Option<&AreaCode>| AreaShort {
        area_id: area.code.to_string(),
        name: area.name.to_string(),
        label: geography.label(&area.code),
        parent: parent.map(ToString::to_string),
        ours: true,
    };
    let mut all = Vec::new();
    for choice in geography.choices() {
        let district = &choice.area.code;
        if parent.is_none() {
            all.push(short(&choice.area, None));
        }
        if parent.is_none_or(|parent| parent == district) {
            let beats = choice.beats.iter().filter(|beat| beat.code != *district);
            all.extend(beats.map(|beat| short(beat, Some(district))));
        }
    }
    all
}

/// Lists areas the unit answers for, each followed by those in it; or those that fit a name, the best first.
#[utoipa::path(
    get, path = "/areas", operation_id = "listAreas",
    params(
        ("name" = Option<String>, Query, description = "As people write it. Also finds areas of neighbours; `ours` says so.",
         min_length = 1, max_length = 100),
        ("parent" = Option<String>, Query, description = "Only areas in this one. Not together with `name`.", max_length = 200),
        ("limit" = Option<u32>, Query, description = "Most items.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where to go on, as in `next`.", max_length = 512),
    ),
    responses((status = 200, description = "Areas.", body = Part<AreaShort>))
)]
pub(super) async fn list(api: Api) -> Result<Response, Fault> {
    let geography = &api.context.unit().geography;
    let mut query = api.query();
    let name = query.text("name", NAME_MAX_CHARS);
    let parent = query.word("parent", |word| {
        let code = word.parse::<AreaCode>().ok()?;
        let known = geography.choices().into_iter();
        known.map(|one| one.area.code).find(|known| *known == code)
    });
    if name.is_some() && parent.is_some() {
        let words = api.frame.t("error.parameter_apart").to_owned();
        query.wrong("parent", "not_together", words);
    }
    let key = format!("areas/{name:?}/{parent:?}");
    let all = match &name {
        Some(name) => {
            let found = geography.find_area(name, FOUND_MAX).into_iter();
            let found = found.map(|area| AreaShort {
                area_id: area.code.to_string(),
                name: area.name.to_string(),
                label: geography.label(&area.code),
                parent: geography
                    .areas()
                    .parent(&area.code)
                    .map(|parent| parent.code().to_string()),
                ours: area.ours,
            });
            found.collect()
        }
        None => listed(&api, parent.as_ref()),
    };
    let part = part_of(&api, &key, query, all.into_iter())?;
    api.found(&part).map(for_everybody)
}

/// An area, and who answers there.
#[derive(Serialize, ToSchema)]
#[schema(as = Area)]
pub(super) struct AreaBody {
    /// Its code.
    area_id: String,
    /// Name with what it lies in.
    label: String,
    /// The area another unit answers for, in words, and how to reach somebody there; null when it is ours.
    #[schema(required)]
    elsewhere: Option<String>,
    /// Who answers; null when it is another unit.
    #[schema(required)]
    answers: Option<Answers>,
    /// The wait at the station's front desk; null when it is another unit's.
    #[schema(required)]
    wait: Option<DeskWait>,
    /// What is down at the station or in the unit.
    outages: Vec<Outage>,
    /// Whole months that are over, the newest first.
    months: Vec<Month>,
    /// Figures of fewer reports are hidden.
    small_cell: u32,
    /// Codes of the areas beside it.
    neighbours: Vec<String>,
}

/// Who answers for a place.
#[derive(Serialize, ToSchema)]
pub(super) struct Answers {
    /// Code of the station.
    station: String,
    station_name: String,
    /// Code of the beat, where the place says which.
    #[schema(required)]
    beat: Option<String>,
    /// The beat in words.
    #[schema(required)]
    beat_label: Option<String>,
    /// Metres to the station; null where either is not known closely.
    #[schema(required)]
    distance_metres: Option<f64>,
}

/// What came from an area in one month.
#[derive(Serialize, ToSchema)]
pub(super) struct Month {
    /// Its first day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// Reports; null when hidden.
    #[schema(required)]
    filed: Option<u64>,
    /// Those that got their first answer; null when hidden or none.
    #[schema(required)]
    answered: Option<u64>,
    /// Those of them that got it in time.
    #[schema(required)]
    in_time: Option<u64>,
}

/// Shows an area: who answers there, how long one waits, what is down, and how promises are kept.
#[utoipa::path(
    get, path = "/areas/{area_id}", operation_id = "showArea",
    params(("area_id" = String, Path, description = "Its code.", example = "33.18.08.2022")),
    responses((status = 200, description = "The area.", body = AreaBody))
)]
pub(super) async fn one(Path(code): Path<String>, api: Api) -> Result<Response, Fault> {
    let code = code.parse::<AreaCode>().map_err(|_| Fault::NotFound)?;
    let unit = api.context.unit();
    let geography = &unit.geography;
    let read = api.node.area_months().await?;
    let mut body = AreaBody {
        area_id: code.to_string(),
        label: geography.label(&code),
        elsewhere: None,
        answers: None,
        wait: None,
        outages: Vec::new(),
        months: Vec::new(),
        small_cell: read.small_cell,
        neighbours: Vec::new(),
    };
    let route = match geography.route_area(&code) {
        Routed::Unknown => return Err(Fault::NotFound),
        Routed::Elsewhere(area) => {
            body.elsewhere = Some(crate::public::report::outside(&api.frame, &area.name));
            return api.found(&body).map(for_everybody);
        }
        Routed::Ours(route) => route,
    };
    let stations = [&route.station, unit.own_station()];
    let rows = api.node.outages_now().await?;
    let there = rows.iter().filter(|row| is_at(row, &stations));
    body.outages = there.map(|row| outage(&api, row)).collect();
    body.wait = Some(desk_wait(&api, &route.station).await?);
    body.months = read
        .months
        .iter()
        .map(|month| {
            let figures = month.of(&code);
            Month {
                from: month.from,
                filed: figures.filed,
                answered: figures.in_time.map(|(of, _)| of),
                in_time: figures.in_time.map(|(_, in_time)| in_time),
            }
        })
        .collect();
    let beside = geography.neighbours(&code).into_iter();
    body.neighbours = beside.map(|area| area.code().to_string()).collect();
    body.answers = Some(Answers {
        station: route.station.to_string(),
        station_name: route.station_name.to_string(),
        beat_label: route.beat.as_ref().map(|beat| geography.label(beat)),
        distance_metres: route
            .distance_to_station_metres
            .filter(|_| route.beat.is_some()),
        beat: route.beat.map(|beat| beat.to_string()),
    });
    api.found(&body).map(for_everybody)
}

/// A place: `lat` and `long`, `area_id`, or `address`.
#[derive(ToSchema)]
pub(super) struct NewPlace {
    /// Degrees north, WGS 84; wins over `area_id` and `address`.
    #[schema(minimum = -90, maximum = 90)]
    lat: Option<f64>,
    /// Degrees east, WGS 84.
    #[schema(minimum = -180, maximum = 180)]
    long: Option<f64>,
    /// Code of an area; wins over `address`.
    #[schema(max_length = 64, examples("33.18.08.2022"))]
    area_id: Option<String>,
    /// The place in words.
    #[schema(max_length = 300)]
    address: Option<String>,
}

/// Says who answers for a place. It is a POST so that a position stands in no address; nothing is recorded.
#[utoipa::path(
    post, path = "/place", operation_id = "findStation",
    request_body = NewPlace,
    responses((status = 200, description = "The station that answers.", body = Answers))
)]
pub(super) async fn place(api: Api, body: JsonBody) -> Result<Response, Fault> {
    let (frame, unit) = (&api.frame, api.context.unit());
    let mut fields = Fields::new(body.values, frame);
    let new = NewPlace {
        lat: fields.number("lat"),
        long: fields.number("long"),
        area_id: fields.text("area_id", 64),
        address: fields.text("address", 300),
    };
    let (position, area) = ((new.lat, new.long), new.area_id.as_deref());
    let said = said_place(position, area, new.address, &mut fields, frame);
    fields.check()?;
    let (input, pointer) = said.ok_or(Fault::Internal)?;
    let place = unit
        .resolve(&input)
        .map_err(|error| Fault::Fields(vec![wrong_place(frame, &error, pointer)]))?;
    let distance = place.point.and_then(|point| {
        let own = place.station == *unit.own_station();
        let at = if own {
            unit.config().point
        } else {
            unit.geography.station(&place.station)?.point
        };
        Some(point.geodesic_metres(at?))
    });
    api.found(&Answers {
        station_name: unit.station_name(&place.station),
        station: place.station.to_string(),
        beat_label: place.beat.as_ref().map(|beat| unit.geography.label(beat)),
        beat: place.beat.map(|beat| beat.to_string()),
        distance_metres: distance,
    })
}
