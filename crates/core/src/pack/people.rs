//! Strata of areas (S46 to S49) and the groups that need more (S76).

use super::choice::choice;
use super::code::{GroupCode, StratumCode};
use super::fault::PackRule;
use super::lang::{Localized, LocalizedList};
use super::read::Table;
use super::source::{Certainty, Sourced};
use crate::place::{Strata, StratumBound};

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

/// The strata by distance as places use them: from 0 km, each beginning where the one before ends, the last one open.
/// Reports when they are not so.
pub(crate) fn distance_strata(root: &Table<'_>, strata: &[Stratum]) -> Strata {
    let mut bounds = Vec::new();
    let mut over_km = Some(0);
    let mut joined = true;
    for stratum in strata {
        if stratum.dimension != StratumDimension::Distance {
            joined &= stratum.over_km.is_none() && stratum.up_to_km.is_none();
            continue;
        }
        joined &= over_km.is_some() && stratum.over_km == over_km;
        over_km = stratum.up_to_km;
        match stratum.code.as_str().parse() {
            Ok(code) => bounds.push(StratumBound {
                stratum: code,
                up_to_metres: stratum.up_to_km.map(|km| f64::from(km) * 1_000.0),
            }),
            Err(_) => joined = false,
        }
    }
    let found = if bounds.is_empty() {
        None
    } else {
        Strata::new(bounds).ok()
    };
    if !joined || found.is_none() {
        root.break_rule("stratum", PackRule::DistanceWithoutGap);
    }
    found.unwrap_or_default()
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
