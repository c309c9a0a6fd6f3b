//! Strata of areas (S46 to S49) and the groups that need more (S76).

use super::choice::choice;
use super::code::{GroupCode, StratumCode};
use super::fault::PackRule;
use super::lang::{Localized, LocalizedList};
use super::read::Table;
use super::source::{Certainty, Sourced};

choice!(
    /// What a stratum divides areas by.
    pub enum StratumDimension {
        /// Kinds of area of Perpol 1/2021.
        PolmasArea = "polmas_area",
        /// Kinds of site of Perpol 1/2021.
        PolmasSite = "polmas_site",
        /// Town to countryside.
        Settlement = "settlement",
        /// Welfare.
        Welfare = "welfare",
        /// Distance from the station, computed.
        Distance = "distance",
    }
);

/// One stratum of areas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// Code kept with an area.
    pub code: StratumCode,
    /// What it divides by.
    pub dimension: StratumDimension,
    /// Its name.
    pub name: Localized,
    /// For distance: kilometres from which it applies, the bound itself excluded (0 for the first).
    pub over_km: Option<u32>,
    /// For distance: kilometres up to which it applies, the bound included; `None` for the last.
    pub up_to_km: Option<u32>,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Stratum {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("stratum"),
            dimension: row.choice("dimension", StratumDimension::Settlement),
            name: row.localized("name"),
            over_km: row.whole_or_none("over_km", &(0..=1_000)),
            up_to_km: row.whole_or_none("up_to_km", &(1..=1_000)),
            sourced: row.sourced(),
        }
    }
}

/// Checks that the distance strata, in their order, cover every distance once.
pub(crate) fn check_distance(root: &Table<'_>, strata: &[Stratum]) {
    let mut at = Some(0);
    let mut any = false;
    let mut broken = false;
    for stratum in strata {
        if stratum.dimension != StratumDimension::Distance {
            broken |= stratum.over_km.is_some() || stratum.up_to_km.is_some();
            continue;
        }
        any = true;
        broken |= at.is_none() || stratum.over_km != at;
        broken |= stratum.up_to_km.is_some_and(|up_to| Some(up_to) <= at);
        at = stratum.up_to_km;
    }
    if broken || !any || at.is_some() {
        root.break_rule("stratum", PackRule::DistanceWithoutGap);
    }
}

/// The distance stratum of `metres` (finite, not negative) from the station.
pub(crate) fn distance_stratum(strata: &[Stratum], metres: f64) -> Option<&Stratum> {
    if !metres.is_finite() || metres < 0.0 {
        return None;
    }
    strata
        .iter()
        .filter(|stratum| stratum.dimension == StratumDimension::Distance)
        .find(|stratum| {
            stratum
                .up_to_km
                .is_none_or(|up_to| metres <= f64::from(up_to) * 1_000.0)
        })
}

/// A group that needs protection and accommodation (S76).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Code kept with a need.
    pub code: GroupCode,
    /// Its name.
    pub name: Localized,
    /// What to arrange.
    pub accommodation: LocalizedList,
    /// How sure the accommodations are, where it differs from the group.
    pub accommodation_certainty: Option<Certainty>,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Group {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("group"),
            name: row.localized("name"),
            accommodation: row.localized_list("accommodation", &(1..=20)),
            accommodation_certainty: row.part_certainty("accommodation", "our wording"),
            sourced: row.sourced(),
        }
    }
}
