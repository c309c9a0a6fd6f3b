//! Our fields, as mapping files name them.

use serde::Deserialize;

/// A field of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Field {
    /// When a call came in.
    ReceivedAt,
    /// When a unit was sent.
    DispatchedAt,
    /// When a unit rolled; counted as nothing of its own yet.
    EnRouteAt,
    /// When a unit was at the place.
    ArrivedAt,
    /// When a unit was free again.
    ClearedAt,
    /// When people met.
    HappenedAt,
    /// Call sign of the unit.
    UnitId,
    /// Order of the unit among those of the call.
    ResponseSeq,
    /// Service of the catalogue.
    Service,
    /// How it came in.
    Channel,
    /// Priority as the source has it.
    Priority,
    /// Code of an area, the smallest known.
    Beat,
    /// Code or name of an area of any level.
    Area,
    /// Latitude in degrees.
    Lat,
    /// Longitude in degrees.
    Lng,
    /// How it ended.
    Disposition,
    /// What it was about.
    Note,
    /// Code of the officer.
    Officer,
    /// As what the person took part.
    Capacity,
    /// Police function.
    Function,
    /// Role of the officer.
    Role,
    /// Code of an area (import of areas).
    Code,
    /// Name of an area.
    Name,
    /// Level of an area.
    Level,
    /// Code of the area it lies in.
    Parent,
    /// Kind of an area.
    Kind,
    /// How many people live there.
    Population,
    /// Other names of an area, a list.
    Aliases,
}

impl Field {
    /// How many fields there are.
    pub(crate) const COUNT: usize = 28;

    /// Its place in a table of fields.
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// Whether it holds a moment.
    pub(crate) const fn is_moment(self) -> bool {
        matches!(
            self,
            Self::ReceivedAt
                | Self::DispatchedAt
                | Self::EnRouteAt
                | Self::ArrivedAt
                | Self::ClearedAt
                | Self::HappenedAt
        )
    }

    /// Its name in mapping files.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::ReceivedAt => "received_at",
            Self::DispatchedAt => "dispatched_at",
            Self::EnRouteAt => "en_route_at",
            Self::ArrivedAt => "arrived_at",
            Self::ClearedAt => "cleared_at",
            Self::HappenedAt => "happened_at",
            Self::UnitId => "unit_id",
            Self::ResponseSeq => "response_seq",
            Self::Service => "service",
            Self::Channel => "channel",
            Self::Priority => "priority",
            Self::Beat => "beat",
            Self::Area => "area",
            Self::Lat => "lat",
            Self::Lng => "lng",
            Self::Disposition => "disposition",
            Self::Note => "note",
            Self::Officer => "officer",
            Self::Capacity => "capacity",
            Self::Function => "function",
            Self::Role => "role",
            Self::Code => "code",
            Self::Name => "name",
            Self::Level => "level",
            Self::Parent => "parent",
            Self::Kind => "kind",
            Self::Population => "population",
            Self::Aliases => "aliases",
        }
    }
}
