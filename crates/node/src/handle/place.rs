//! From what a person says of a place to the people who answer for it.

use pengayom_core::act::ActPlace;
use pengayom_core::place::{AreaCode, AreaMatch, AreaResolution, Point, Route, Routed};
use pengayom_core::subject::TEXT_MAX_CHARS;

use crate::error::HandleError;
use crate::unit::UnitContext;

/// What was said of a place.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaceInput {
    /// A position, with words if there were some.
    Point {
        /// The position.
        point: Point,
        /// In words.
        text: Option<String>,
    },
    /// An area chosen from a list, with words if there were some.
    Area {
        /// The area.
        area: AreaCode,
        /// In words.
        text: Option<String>,
    },
    /// Words alone: a village, street or well-known place.
    Text(String),
    /// "I do not know": the unit itself answers.
    Unknown,
}

impl PlaceInput {
    /// What was asked, as text, to tell one request from another.
    pub(super) fn asked(&self) -> String {
        match self {
            Self::Point { point, text } => {
                let text = text.as_deref().unwrap_or("");
                format!("point {} {} {text}", point.lat(), point.lng())
            }
            Self::Area { area, text } => format!("area {area} {}", text.as_deref().unwrap_or("")),
            Self::Text(text) => format!("text {text}"),
            Self::Unknown => "unknown".to_owned(),
        }
    }
}

impl UnitContext {
    /// Who answers for a place.
    ///
    /// # Errors
    /// [`HandleError::PlaceUnknown`], [`HandleError::PlaceAmbiguous`] with the areas to choose
    /// from, [`HandleError::Elsewhere`] and [`HandleError::Nowhere`] for places of others.
    pub fn resolve(&self, place: &PlaceInput) -> Result<ActPlace, HandleError> {
        match place {
            PlaceInput::Point { point, text } => match self.geography.route_point(*point) {
                Routed::Ours(route) => Ok(act_place(&route, Some(*point), text.as_deref())),
                Routed::Elsewhere(elsewhere) => Err(HandleError::Elsewhere {
                    area: elsewhere.name.to_string(),
                }),
                Routed::Unknown => Err(HandleError::Nowhere),
            },
            PlaceInput::Area { area, text } => match self.geography.route_area(area) {
                Routed::Ours(route) => Ok(act_place(&route, None, text.as_deref())),
                Routed::Elsewhere(elsewhere) => Err(HandleError::Elsewhere {
                    area: elsewhere.name.to_string(),
                }),
                Routed::Unknown => Err(HandleError::PlaceUnknown),
            },
            PlaceInput::Text(text) => {
                let area = self.area_in(text)?;
                self.resolve(&PlaceInput::Area {
                    area,
                    text: Some(text.clone()),
                })
            }
            PlaceInput::Unknown => Ok(ActPlace {
                station: self.own_station().clone(),
                beat: None,
                stratum: None,
                point: None,
                text: None,
                rule: Some("not_known".to_owned()),
            }),
        }
    }

    /// The area that words speak of: the whole text first, then its parts between commas, then
    /// runs of up to four words, longest first. Runs count only when they fit an area's name
    /// exactly, so that a street is not taken for a village that merely sounds like it.
    fn area_in(&self, text: &str) -> Result<AreaCode, HandleError> {
        let text: String = text.chars().take(TEXT_MAX_CHARS.min(300)).collect();
        let mut several: Option<Vec<AreaMatch>> = None;
        let parts = text
            .split([',', ';', '\n'])
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let whole = std::iter::once(text.trim());
        for part in whole.chain(parts.clone().filter(|part| *part != text.trim())) {
            match self.geography.resolve_area(part) {
                AreaResolution::One(found) if found.exact => return Ok(found.code),
                // A name that merely sounds like it is offered, never chosen silently.
                AreaResolution::One(found) => several = several.or(Some(vec![found])),
                AreaResolution::Several(found) => several = several.or(Some(found)),
                AreaResolution::None => {}
            }
        }
        for part in parts {
            let words: Vec<&str> = part.split_whitespace().take(24).collect();
            for length in (1..=words.len().min(4)).rev() {
                for run in words.windows(length) {
                    match self.geography.resolve_area(&run.join(" ")) {
                        AreaResolution::One(found) if found.exact => return Ok(found.code),
                        AreaResolution::Several(found)
                            if found.first().is_some_and(|found| found.exact) =>
                        {
                            several = several.or(Some(found));
                        }
                        _ => {}
                    }
                }
            }
        }
        Err(several.map_or(HandleError::PlaceUnknown, HandleError::PlaceAmbiguous))
    }
}

fn act_place(route: &Route, point: Option<Point>, text: Option<&str>) -> ActPlace {
    ActPlace {
        station: route.station.clone(),
        beat: route.beat.clone(),
        stratum: route.stratum.as_ref().map(ToString::to_string),
        point,
        text: text
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(ToOwned::to_owned),
        rule: serde_json::to_value(route.rule)
            .ok()
            .and_then(|rule| rule.as_str().map(ToOwned::to_owned)),
    }
}
