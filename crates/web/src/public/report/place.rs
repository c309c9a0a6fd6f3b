//! Where it happened: from words, a list, a position or "I do not know" to who answers there.

use pengayom_core::place::{AreaCode, AreaMatch, Point, StationChoice};
use pengayom_node::HandleError;
use pengayom_node::handle::place::PlaceInput;

use super::draft::PlaceAnswer;
use crate::extract::Fields;
use crate::form::Choice;
use crate::frame::PageFrame;

/// Longest description of a place, in characters.
const PLACE_MAX_CHARS: usize = 300;

/// Why a place is not settled yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum PlaceFault {
    /// Words to say; something has to be changed.
    Wrong(String),
    /// Several areas may be meant.
    Choose(Vec<AreaMatch>),
}

impl PlaceAnswer {
    /// What was typed.
    pub(super) fn of(fields: &Fields) -> Self {
        Self {
            text: fields.line("tempat").unwrap_or_default(),
            area: fields.get("wilayah").to_owned(),
            lat: fields.get("lat").to_owned(),
            lng: fields.get("lng").to_owned(),
            unknown: fields.has("tidak_tahu"),
        }
    }

    /// The place as the application takes it, checked: somebody of ours answers there.
    pub(super) fn settle(&self, frame: &PageFrame) -> Result<PlaceInput, PlaceFault> {
        let found = self.text.chars().count();
        if found > PLACE_MAX_CHARS {
            return Err(PlaceFault::Wrong(too_long(frame, found, PLACE_MAX_CHARS)));
        }
        let input = self.input(frame)?;
        match frame.unit().resolve(&input) {
            Ok(_) => Ok(input),
            Err(error) => Err(place_fault(frame, &error, &self.text)),
        }
    }

    fn input(&self, frame: &PageFrame) -> Result<PlaceInput, PlaceFault> {
        let text = Some(self.text.clone()).filter(|text| !text.is_empty());
        let write = || PlaceFault::Wrong(frame.t("error.place_write").to_owned());
        if self.unknown {
            // What was written of the place is kept, although nobody can say where it is: the unit
            // itself answers then.
            let unit_area = frame.unit().config().area.clone();
            return Ok(match text {
                Some(text) => PlaceInput::Area {
                    area: unit_area,
                    text: Some(text),
                },
                None => PlaceInput::Unknown,
            });
        }
        if !self.area.is_empty() {
            let area = self.area.parse::<AreaCode>().map_err(|_| write())?;
            return Ok(PlaceInput::Area { area, text });
        }
        if !self.lat.is_empty() || !self.lng.is_empty() {
            let point = format!("{},{}", self.lat, self.lng).parse::<Point>();
            let point = point.map_err(|_| write())?;
            return Ok(PlaceInput::Point { point, text });
        }
        let Some(text) = text else {
            return Err(write());
        };
        // Two numbers are a position, as map programs copy it.
        match text.parse::<Point>() {
            Ok(point) => Ok(PlaceInput::Point { point, text: None }),
            Err(_) => Ok(PlaceInput::Text(text)),
        }
    }

    /// The place in words, for the page that shows all answers.
    pub(super) fn words(&self, frame: &PageFrame) -> String {
        let unit = frame.unit();
        let Ok(input) = self.settle(frame) else {
            return self.text.clone();
        };
        let Ok(place) = unit.resolve(&input) else {
            return self.text.clone();
        };
        let named = self.area.parse::<AreaCode>().ok();
        let area = place.beat.clone().or(named.filter(|_| !self.unknown));
        let mut words: Vec<String> = Vec::new();
        // A village that was named is not said twice.
        let more = |text: &String| {
            let only = |area| unit.geography.names_only(text, area);
            !area.as_ref().is_some_and(only)
        };
        words.extend(place.text.filter(more));
        words.extend(area.as_ref().map(|area| unit.geography.label(area)));
        if let Some(point) = place.point {
            words.push(point.to_string());
        }
        if words.is_empty() || self.unknown {
            words.push(frame.t("common.do_not_know").to_owned());
        }
        words.join(", ")
    }
}

/// Words for a place that cannot be taken.
pub(crate) fn place_fault(frame: &PageFrame, error: &HandleError, text: &str) -> PlaceFault {
    let words = match error {
        HandleError::PlaceAmbiguous(areas) => return PlaceFault::Choose(areas.clone()),
        HandleError::Elsewhere { area } => outside(frame, area),
        HandleError::Nowhere => frame.t("error.place_nowhere").to_owned(),
        HandleError::Point(_) => frame.t("error.place_write").to_owned(),
        _ if text.is_empty() => frame.t("error.place_write").to_owned(),
        _ => frame.tf("error.place_not_found", &[("text", text)]),
    };
    PlaceFault::Wrong(words)
}

/// "This place is in Kabupaten Rembang, which another police unit answers for", and how to reach it.
pub(crate) fn outside(frame: &PageFrame, area: &str) -> String {
    frame.tf(
        "error.place_elsewhere",
        &[("area", area), ("number", &frame.emergency_number)],
    )
}

/// A text that is too long, in words.
pub(crate) fn too_long(frame: &PageFrame, found: usize, max: usize) -> String {
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    frame.tf(
        "error.text_long",
        &[("max", &count(max)), ("found", &count(found))],
    )
}

/// Areas to choose from, when several may be meant; those of others come last, as the index gives
/// them.
pub(crate) fn area_choices(areas: &[AreaMatch], chosen: &str) -> Vec<Choice> {
    areas
        .iter()
        .map(|area| {
            let words = match &area.parent_name {
                Some(parent) => format!("{}, {parent}", area.name),
                None => area.name.to_string(),
            };
            Choice::new(area.code.to_string(), words, chosen)
        })
        .collect()
}

/// The first list: station-level areas.
pub(crate) fn district_choices(choices: &[StationChoice], chosen: &str) -> Vec<Choice> {
    let words = |choice: &StationChoice| choice.area.name.to_string();
    choices
        .iter()
        .map(|one| Choice::new(one.area.code.to_string(), words(one), chosen))
        .collect()
}

/// The second list: the beats of one of them, and it as a whole for who does not know the village.
pub(crate) fn village_choices(frame: &PageFrame, of: &StationChoice, chosen: &str) -> Vec<Choice> {
    let beats = of.beats.iter();
    let mut choices: Vec<Choice> = beats
        .map(|beat| Choice::new(beat.code.to_string(), beat.name.to_string(), chosen))
        .collect();
    let whole = frame.tf("report.where_whole", &[("area", &of.area.name)]);
    choices.push(Choice::new(of.area.code.to_string(), whole, chosen));
    choices
}
