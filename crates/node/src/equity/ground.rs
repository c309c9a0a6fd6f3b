//! The unit's areas as equal attention asks of them: beats, areas of stations, who lives there, how far, who is next
//! to whom.

use std::collections::BTreeMap;

use pengayom_core::pack::StratumDimension;
use pengayom_core::place::{Area, AreaCode, Geography, Point, StationId, StratumId};

use super::{Level, neighbours};
use crate::UnitContext;

/// A beat.
#[derive(Debug, Clone, PartialEq)]
pub struct Beat {
    /// Its code.
    pub code: AreaCode,
    /// Its name, with what it lies in.
    pub name: String,
    /// People who live there.
    pub people: Option<u64>,
    /// Its stratum by distance.
    pub stratum: Option<StratumId>,
    /// Metres to the station that answers for it.
    pub distance: Option<f64>,
    /// Which of [`Ground::districts`] it lies in.
    pub district: Option<usize>,
    /// The station that answers for it.
    pub station: Option<StationId>,
}

/// The area of a station.
#[derive(Debug, Clone, PartialEq)]
pub struct District {
    /// Its code.
    pub code: AreaCode,
    /// Its name.
    pub name: String,
    /// People who live there.
    pub people: Option<u64>,
    /// Metres from where the unit stands.
    pub distance: Option<f64>,
    /// The station that answers for it.
    pub station: Option<StationId>,
}

/// Positions of the outer corners of an area, `[lng, lat]` in degrees.
pub type Corners = Vec<[f64; 2]>;

/// The unit's areas.
#[derive(Debug, Clone, Default)]
pub struct Ground {
    /// By code.
    beats: Vec<Beat>,
    /// By code; empty where beats are themselves the areas of stations.
    districts: Vec<District>,
    /// Which beat a code is.
    of_code: BTreeMap<AreaCode, usize>,
    /// The area of each station that answers for one only.
    of_station: BTreeMap<StationId, usize>,
    beat_corners: Vec<Corners>,
    district_corners: Vec<Corners>,
    /// Strata by distance, near to far.
    strata: Vec<StratumId>,
}

impl Ground {
    /// The areas of a unit.
    pub fn of(unit: &UnitContext) -> Self {
        let geography = &unit.geography;
        let corners = |code: &AreaCode| corners_of(geography, code);
        let mut choices = geography.choices();
        choices.sort_by(|a, b| a.area.code.cmp(&b.area.code));
        // Where the beats are the areas of stations, there is one level only.
        choices.retain(|choice| !choice.beats.is_empty());
        let stands = unit.config().point;
        let metres = |code: &AreaCode, from: Option<Point>| {
            let at = geography.area(code)?.representative_point();
            Some(at.ground_metres(from?))
        };
        let mut of_beat: BTreeMap<AreaCode, usize> = BTreeMap::new();
        let mut districts = Vec::new();
        for choice in &choices {
            let code = &choice.area.code;
            for beat in &choice.beats {
                of_beat.insert(beat.code.clone(), districts.len());
            }
            districts.push(District {
                code: code.clone(),
                name: choice.area.name.to_string(),
                people: geography.area(code).and_then(Area::population),
                distance: metres(code, stands),
                station: Some(choice.station.clone()),
            });
        }
        let beats: Vec<Beat> = geography
            .beats()
            .map(|area| {
                let code = area.code();
                let station = geography.station_of(code);
                Beat {
                    code: code.clone(),
                    name: geography.label(code),
                    people: area.population(),
                    stratum: geography.stratum_of(code).cloned(),
                    distance: metres(code, station.and_then(|station| station.point)),
                    district: of_beat.get(code).copied(),
                    station: station.map(|station| station.id.clone()),
                }
            })
            .collect();
        let beat_corners = beats.iter().map(|beat| corners(&beat.code)).collect();
        let district_corners = districts.iter().map(|one| corners(&one.code)).collect();
        let strata = unit.pack.strata().iter();
        let mut strata: Vec<(u32, StratumId)> = strata
            .filter(|stratum| stratum.dimension == StratumDimension::Distance)
            .filter_map(|stratum| {
                let code = stratum.code.as_str().parse().ok()?;
                Some((stratum.up_to_km.unwrap_or(u32::MAX), code))
            })
            .collect();
        strata.sort();
        let strata = strata.into_iter().map(|(_, code)| code).collect();
        Self::new((beats, beat_corners), (districts, district_corners), strata)
    }

    /// Areas with their corners, and strata by distance, near to far.
    pub fn new(
        (beats, beat_corners): (Vec<Beat>, Vec<Corners>),
        (districts, district_corners): (Vec<District>, Vec<Corners>),
        strata: Vec<StratumId>,
    ) -> Self {
        let mut of_station: BTreeMap<StationId, Vec<usize>> = BTreeMap::new();
        for (at, district) in districts.iter().enumerate() {
            if let Some(station) = &district.station {
                of_station.entry(station.clone()).or_default().push(at);
            }
        }
        let of_station = of_station.into_iter();
        let of_station = of_station.filter_map(|(station, at)| match at.as_slice() {
            [only] => Some((station, *only)),
            _ => None,
        });
        let of_code = beats.iter().enumerate();
        Self {
            of_code: of_code.map(|(at, beat)| (beat.code.clone(), at)).collect(),
            of_station: of_station.collect(),
            beats,
            districts,
            beat_corners,
            district_corners,
            strata,
        }
    }

    /// The area of a stored station that answers for one only.
    pub(super) fn district_of_station(&self, station: &str) -> Option<usize> {
        let station = station.parse::<StationId>().ok()?;
        self.of_station.get(&station).copied()
    }

    /// Whether the station of an area answers for no other.
    pub(super) fn is_of_one_station(&self, district: usize) -> bool {
        let station = self.districts.get(district);
        let station = station.and_then(|district| district.station.as_ref());
        station.is_some_and(|station| self.of_station.contains_key(station))
    }

    /// The beats, by code.
    pub fn beats(&self) -> &[Beat] {
        &self.beats
    }

    /// The areas of stations, by code.
    pub fn districts(&self) -> &[District] {
        &self.districts
    }

    /// Which beat a stored code is; `None` for none, and for one that is not known.
    pub fn beat(&self, code: &str) -> Option<usize> {
        self.of_code.get(&code.parse::<AreaCode>().ok()?).copied()
    }

    /// Whether areas of stations are told apart from beats.
    pub fn has_districts(&self) -> bool {
        self.districts.len() > 1
    }

    /// The strata beats can be in, near to far.
    pub(super) fn strata(&self) -> &[StratumId] {
        &self.strata
    }

    pub(super) fn people(&self, level: Level) -> impl Iterator<Item = Option<u64>> + '_ {
        let (beats, districts): (&[Beat], &[District]) = match level {
            Level::Beat => (&self.beats, &[]),
            Level::Station => (&[], &self.districts),
        };
        let beats = beats.iter().map(|beat| beat.people);
        beats.chain(districts.iter().map(|district| district.people))
    }

    pub(super) fn people_of(&self, level: Level, at: usize) -> Option<u64> {
        match level {
            Level::Beat => self.beats.get(at)?.people,
            Level::Station => self.districts.get(at)?.people,
        }
    }

    pub(super) fn code_of(&self, level: Level, at: usize) -> Option<AreaCode> {
        match level {
            Level::Beat => self.beats.get(at).map(|beat| beat.code.clone()),
            Level::Station => self.districts.get(at).map(|one| one.code.clone()),
        }
    }

    pub(super) fn name_of(&self, level: Level, at: usize) -> Option<String> {
        match level {
            Level::Beat => self.beats.get(at).map(|beat| beat.name.clone()),
            Level::Station => self.districts.get(at).map(|one| one.name.clone()),
        }
    }

    pub(super) fn distance_of(&self, level: Level, at: usize) -> Option<f64> {
        match level {
            Level::Beat => self.beats.get(at)?.distance,
            Level::Station => self.districts.get(at)?.distance,
        }
    }

    /// For each of some areas the numbers, among them, of those next to it.
    pub(super) fn neighbours_of(&self, level: Level, at: &[usize]) -> Vec<Vec<usize>> {
        let corners = match level {
            Level::Beat => &self.beat_corners,
            Level::Station => &self.district_corners,
        };
        let none = Corners::new();
        let of: Vec<&Corners> = at
            .iter()
            .map(|at| corners.get(*at).unwrap_or(&none))
            .collect();
        neighbours(&of)
    }

    /// How many beats are in a stratum, and who lives there if that is known of all of them.
    pub(super) fn size_of_stratum(&self, stratum: Option<&StratumId>) -> (usize, Option<u64>) {
        let own = self.beats.iter();
        let own = own.filter(|beat| beat.stratum.as_ref() == stratum);
        own.fold((0, Some(0)), |(beats, people), beat| {
            let people = people.zip(beat.people).map(|(sum, own)| sum + own);
            (beats + 1, people)
        })
    }
}

fn corners_of(geography: &Geography, code: &AreaCode) -> Corners {
    let Some(area) = geography.area(code) else {
        return Corners::new();
    };
    let polygons = area.polygons().iter();
    let corners = polygons.flat_map(|polygon| &polygon.exterior().0);
    corners.map(|corner| [corner.x, corner.y]).collect()
}
