//! Areas, stations and the routing of a place to the people who answer for it (S50, S85).
//!
//! A unit answers for the areas of its file `areas.geojson`, through the stations of its `unit.toml`.
//! [`Geography`] joins both and answers three questions:
//!
//! - by point: whose is this place, and by which rule ([`Geography::route_point`]);
//! - by name: which areas did the person mean, misspellings included ([`Geography::find_area`]);
//! - by hierarchy: what lies inside what ([`Geography::route_area`], [`Areas::children`]).
//!
//! The boundaries are those of the file. They are indicative, not legal, and neighbouring areas may
//! overlap or leave gaps of some metres; [`RoutingRule`] says what happens then.
//!
//! Nothing here reads a file or the clock: texts are passed in.

mod areas;
mod code;
mod geography;
mod map;
mod names;
mod outline;
mod point;
mod route;
mod shape;
mod strata;
mod unit;

pub use areas::{Area, AreaError, AreaErrors, AreaProblem, Areas, MAX_AREAS, MAX_AREAS_BYTES};
pub use code::{AreaCode, AreaLevel, CodeError, StationId, StratumId};
pub use geography::{AreaChoice, Geography, GeographyError, GeographyErrors, StationChoice};
pub use map::{
    AreaMap, MAP_HEIGHT_MAX, MAP_MAX_AREAS, MAP_MAX_POSITIONS, MAP_TOLERANCE, MAP_WIDTH, MapArea,
    MapPoint,
};
pub use names::{AreaMatch, AreaResolution, NameEntry, NameIndex, normalise_name};
pub use outline::Outline;
pub use point::{Point, PointError};
pub use route::{Elsewhere, NEAR_BEAT_METRES, NEAR_NEIGHBOUR_METRES, Route, Routed, RoutingRule};
pub use strata::{Strata, StrataError, StratumBound};
pub use unit::{NamePrefix, Outside, Provenance, Station, UnitConfig, UnitError, UnitErrors};
