//! The form of a place: by name with misspellings, from a list, or not known.

use pengayom_core::act::ActPlace;
use pengayom_core::place::{AreaCode, AreaMatch};
use pengayom_node::HandleError;
use pengayom_node::handle::place::PlaceInput;

use super::select::{OptionGroup, Pick, Select};
use crate::extract::Fields;
use crate::form::{Choice, ChoiceGroup, FieldError, TextField, error_at};
use crate::frame::PageFrame;

/// What was said of a place in a form: names `tempat`, `tempat_pilih`, `wilayah`,
/// `tempat_tidak_tahu`.
pub(crate) struct PlaceForm {
    /// Areas to choose from, when the words fit several.
    pub(crate) choices: Option<ChoiceGroup>,
    /// The place in words.
    pub(crate) text: TextField,
    /// Every area, by station.
    pub(crate) list: Select,
    /// "Not known" is ticked.
    pub(crate) unknown: bool,
}

impl PlaceForm {
    /// The form with what was typed and what was wrong.
    pub(crate) fn new(
        frame: &PageFrame,
        fields: &Fields,
        several: &[AreaMatch],
        errors: &[FieldError],
    ) -> Self {
        let picked = fields.get("tempat_pilih");
        let choices = (!several.is_empty()).then(|| {
            let option = |found: &AreaMatch| {
                let words = match &found.parent_name {
                    Some(parent) => format!("{}, {parent}", found.name),
                    None => found.name.to_string(),
                };
                Choice::new(found.code.as_str(), words, picked)
            };
            let options = several.iter().map(option).collect();
            ChoiceGroup::new(
                "tempat_pilih",
                frame.t("desk.new_ambiguous"),
                options,
                errors,
            )
        });
        let text = TextField::new(
            "tempat",
            frame.t("desk.new_place"),
            fields.get("tempat"),
            errors,
        )
        .hint(frame.t("desk.new_place_help"));
        Self {
            choices,
            text,
            list: area_list(frame, fields.get("wilayah"), errors),
            unknown: fields.has("tempat_tidak_tahu"),
        }
    }
}

/// What a form says of a place. A choice among several readings of the words stands only while the
/// words are those it was offered for; an area of the list goes before the words.
pub(crate) fn place_input(fields: &Fields) -> Option<PlaceInput> {
    let text = fields.line("tempat");
    let code = |name: &str| fields.get(name).parse::<AreaCode>().ok();
    if let Some(area) = code("wilayah") {
        return Some(PlaceInput::Area { area, text });
    }
    if let Some(area) = code("tempat_pilih") {
        return Some(PlaceInput::Area { area, text });
    }
    if let Some(text) = text {
        return Some(PlaceInput::Text(text));
    }
    fields
        .has("tempat_tidak_tahu")
        .then_some(PlaceInput::Unknown)
}

/// Every area of the unit by station-level area.
fn area_list(frame: &PageFrame, chosen: &str, errors: &[FieldError]) -> Select {
    let groups = frame.unit().geography.choices().into_iter().map(|station| {
        let whole = Pick::new(station.area.code.as_str(), &*station.area.name, chosen);
        let beats = station.beats.iter();
        let beats = beats.map(|beat| Pick::new(beat.code.as_str(), &*beat.name, chosen));
        let options = std::iter::once(whole).chain(beats).collect();
        OptionGroup {
            label: station.area.name.to_string(),
            options,
        }
    });
    Select {
        field: TextField {
            id: "wilayah",
            name: "wilayah",
            label: frame.t("desk.new_place_list").to_owned(),
            error: error_at(errors, "wilayah"),
            ..TextField::default()
        },
        first: frame.t("desk.new_place_list_none").to_owned(),
        groups: groups.collect(),
    }
}

/// What is wrong with a place, beside its field; with the areas to choose from, if there are
/// several. `None` for an error that is not about the place.
pub(crate) fn place_errors(
    frame: &PageFrame,
    fields: &Fields,
    error: &HandleError,
) -> Option<(FieldError, Vec<AreaMatch>)> {
    let text = fields.line("tempat").unwrap_or_default();
    let of_text = |words: String| Some((FieldError::new("tempat", words), Vec::new()));
    match error {
        HandleError::PlaceUnknown => of_text(frame.tf("error.place_not_found", &[("text", &text)])),
        HandleError::PlaceAmbiguous(found) => {
            let words = frame.t("desk.new_ambiguous");
            Some((FieldError::new("tempat_pilih", words), found.clone()))
        }
        HandleError::Elsewhere { area } => {
            of_text(frame.tf("desk.new_place_elsewhere", &[("area", area)]))
        }
        HandleError::Nowhere | HandleError::Point(_) => {
            of_text(frame.t("desk.new_place_nowhere").to_owned())
        }
        _ => None,
    }
}

/// A place in words: as told, with the beat it lies in, and the station that answers.
pub(crate) fn place_words(frame: &PageFrame, place: &ActPlace) -> String {
    let unit = frame.unit();
    let beat = place.beat.as_ref();
    let more = |text: &String| !beat.is_some_and(|beat| unit.geography.names_only(text, beat));
    let text = place.text.clone().filter(more);
    let beat = beat.map(|beat| unit.geography.label(beat));
    let known: Vec<String> = [text, beat].into_iter().flatten().collect();
    match (known.is_empty(), place.rule.as_deref()) {
        (false, _) => known.join(", "),
        (true, Some("not_known") | None) => frame.t("case.place_unknown").to_owned(),
        (true, Some(_)) => unit.station_name(&place.station),
    }
}
