//! Whose a place is, and by which rule.
//!
//! # The rules, in their order
//!
//! A position belongs to
//!
//! 1. the beat that covers it, if one does ([`RoutingRule::BeatCovers`]);
//! 2. if several do, the one whose station-level area covers it too
//!    ([`RoutingRule::OverlapByStationArea`]), then the smallest ([`RoutingRule::OverlapBySmallest`]), then
//!    the one of the lowest code ([`RoutingRule::OverlapByCode`]);
//! 3. if none does, the nearest beat within [`NEAR_BEAT_METRES`] ([`RoutingRule::NearestBeat`]);
//! 4. the station whose area covers it, without a beat ([`RoutingRule::StationAreaCovers`]);
//! 5. the unit itself, if its own area covers it ([`RoutingRule::UnitAreaCovers`]);
//! 6. the neighbour whose area covers it ([`RoutingRule::NeighbourCovers`]), or whose border is nearest
//!    within [`NEAR_NEIGHBOUR_METRES`], nearer than any beat of ours ([`RoutingRule::NearestNeighbour`]);
//! 7. nobody we know.
//!
//! A position on a border counts as covered by both sides. The order of the features in a file changes
//! nothing.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::code::{AreaCode, StationId, StratumId};

/// How far from a beat a position may lie and still belong to it, in metres. Our choice: wider than
/// the gaps between the outlines we have seen and than the error of a phone's position in a street,
/// narrower than a village.
pub const NEAR_BEAT_METRES: f64 = 250.0;

/// How far from a neighbour a position may lie and still be called the neighbour's, in metres. Our
/// choice: borders of the country's regencies are published with 0.004 degrees (440 m) of
/// simplification, and both sides of a border may err.
pub const NEAR_NEIGHBOUR_METRES: f64 = 1_000.0;

/// Which rule decided where a place belongs; stored with the case, so that it can be explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutingRule {
    /// One beat covers the position.
    BeatCovers,
    /// Several beats do; only this one lies in a station-level area that does too.
    OverlapByStationArea,
    /// Several beats do; this one is the smallest.
    OverlapBySmallest,
    /// Several beats of one size do; this one has the lowest code.
    OverlapByCode,
    /// No beat does; this one is the nearest within [`NEAR_BEAT_METRES`].
    NearestBeat,
    /// No beat is near; the station's area covers the position.
    StationAreaCovers,
    /// No station's area does; the unit's own area covers the position.
    UnitAreaCovers,
    /// The area of a neighbour covers the position.
    NeighbourCovers,
    /// No area does; this neighbour's border is the nearest within [`NEAR_NEIGHBOUR_METRES`].
    NearestNeighbour,
    /// The area was named, not a position.
    AreaNamed,
}

/// A place that is ours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// The station that answers; the unit's own code where no smaller one does.
    pub station: StationId,
    /// Its name.
    pub station_name: Arc<str>,
    /// The beat, if the place is known so closely.
    pub beat: Option<AreaCode>,
    /// The name of the beat.
    pub beat_name: Option<Arc<str>>,
    /// The stratum of the beat, by the distance from its representative point to the station; none
    /// without a beat, a station's point or strata.
    pub stratum: Option<StratumId>,
    /// The rule that decided.
    pub rule: RoutingRule,
    /// Metres along the ellipsoid from the position (of a named beat: its representative point) to the
    /// station; none if the station's point is not known.
    pub distance_to_station_metres: Option<f64>,
}

/// A place that is another unit's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Elsewhere {
    /// The area it lies in, such as a neighbouring regency.
    pub area: AreaCode,
    /// The name of the area.
    pub name: Arc<str>,
    /// Metres along the ellipsoid from the position to our nearest beat; none if only a name is known.
    pub distance_to_us_metres: Option<f64>,
    /// The rule that decided.
    pub rule: RoutingRule,
}

/// Whose a place is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routed {
    /// Ours.
    Ours(Route),
    /// Another unit's, by the area it lies in.
    Elsewhere(Elsewhere),
    /// In no area of the file.
    Unknown,
}

impl Routed {
    /// The route, if the place is ours.
    pub fn ours(&self) -> Option<&Route> {
        match self {
            Self::Ours(route) => Some(route),
            Self::Elsewhere(_) | Self::Unknown => None,
        }
    }
}
