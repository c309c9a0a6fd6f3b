//! The same at every station: what was measured beside what the station's own mix of services would have at the rates
//! of all (S16). Stations stand by code, never by their figures.

use std::collections::BTreeMap;

use pengayom_measure::funnel::{Funnel, WINSORISE, ratio_root_funnel, share_funnel};

use super::Kind;

/// What was measured at a station for a service.
#[derive(Debug, Clone, PartialEq)]
pub struct MixSum {
    /// The station; empty: unknown.
    pub station: String,
    /// The service; empty: not had.
    pub service: String,
    /// How many.
    pub n: u64,
    /// Sum of what was measured.
    pub sum: f64,
    /// Sum of the squares.
    pub squares: f64,
}

/// One station.
#[derive(Debug, Clone, PartialEq)]
pub struct StationRow {
    /// Its code.
    pub station: String,
    /// How many were measured.
    pub n: u64,
    /// Its own share or mean.
    pub value: f64,
    /// What its mix of services would have; `None`: the mix is not had.
    pub expected: Option<f64>,
}

/// Stations beside one another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Places {
    /// Stations with enough to show, by code; the units of the funnel, in its order.
    pub rows: Vec<StationRow>,
    /// The funnel: of ratios to what is expected where the mix is had, else of shares. `None`: fewer than two
    /// stations, or nothing to compare with.
    pub funnel: Option<Funnel>,
    /// Whether the mix of services is allowed for.
    pub is_adjusted: bool,
    /// Stations left out because too little was measured there.
    pub hidden: u64,
    /// Stations left out because nothing was expected there: of their services none is ever late, or all take the same
    /// time.
    pub without: u64,
    /// Measured at no known station.
    pub unknown: u64,
}

#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    n: u64,
    total: f64,
    squares: f64,
}

impl Sum {
    fn add(&mut self, row: &MixSum) {
        self.n += row.n;
        self.total += row.sum;
        self.squares += row.squares;
    }

    fn mean(&self) -> f64 {
        self.total / self.n as f64
    }

    fn variance(&self) -> f64 {
        (self.squares / self.n as f64 - self.mean().powi(2)).max(0.0)
    }
}

/// Stations beside one another.
///
/// - `has_mix`: rows have their service.
/// - `small`: of fewer nothing is shown, and nothing is worked out from them.
pub(super) fn places(rows: &[MixSum], kind: Kind, has_mix: bool, small: u64) -> Places {
    let mut of_station: BTreeMap<&str, Sum> = BTreeMap::new();
    let mut unknown = 0;
    for row in rows {
        if row.station.is_empty() {
            unknown += row.n;
        } else {
            of_station.entry(&row.station).or_default().add(row);
        }
    }
    of_station.retain(|_, sum| sum.n > 0);
    let all = of_station.len();
    of_station.retain(|_, sum| sum.n >= small.max(1));
    let hidden = u64::try_from(all - of_station.len()).unwrap_or(u64::MAX);
    let found = Places {
        hidden,
        unknown,
        is_adjusted: has_mix,
        ..Places::default()
    };
    if has_mix {
        adjusted(rows, &of_station, kind, found)
    } else {
        bare(&of_station, found)
    }
}

/// Shares as they are.
fn bare(of_station: &BTreeMap<&str, Sum>, mut found: Places) -> Places {
    let counts: Vec<f64> = of_station.values().map(|sum| sum.total).collect();
    let trials: Vec<f64> = of_station.values().map(|sum| sum.n as f64).collect();
    let rows = of_station.iter().map(|(station, sum)| StationRow {
        station: (*station).to_owned(),
        n: sum.n,
        value: sum.mean(),
        expected: None,
    });
    let total: f64 = counts.iter().sum();
    let differs = total > 0.0 && total < trials.iter().sum::<f64>();
    found.rows = rows.collect();
    found.funnel = share_funnel(&counts, &trials, WINSORISE)
        .ok()
        .filter(|_| differs);
    found
}

/// Ratios to what each station's own services have everywhere (indirect standardisation).
///
/// A mean time is set on the funnel as a count whose ratio would vary as much: `expected² / variance` of them. Its limits
/// are those of that count.
fn adjusted(
    rows: &[MixSum],
    of_station: &BTreeMap<&str, Sum>,
    kind: Kind,
    mut found: Places,
) -> Places {
    let shown = |row: &&MixSum| of_station.contains_key(row.station.as_str());
    let mut of_service: BTreeMap<&str, Sum> = BTreeMap::new();
    for row in rows.iter().filter(shown) {
        of_service.entry(&row.service).or_default().add(row);
    }
    let mut due: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for row in rows.iter().filter(shown).filter(|row| row.n > 0) {
        let Some(service) = of_service.get(row.service.as_str()) else {
            continue;
        };
        let (expected, variance) = due.entry(&row.station).or_default();
        *expected += row.n as f64 * service.mean();
        *variance += row.n as f64 * service.variance();
    }
    let (mut observed, mut expected) = (Vec::new(), Vec::new());
    for (station, sum) in of_station {
        let (sum_due, variance) = due.get(station).copied().unwrap_or_default();
        let size = match kind {
            Kind::Share => sum_due,
            Kind::Mean => sum_due * sum_due / variance,
        };
        if !(size > 0.0 && size.is_finite()) {
            found.without += 1;
            continue;
        }
        expected.push(size);
        observed.push(sum.total / sum_due * size);
        found.rows.push(StationRow {
            station: (*station).to_owned(),
            n: sum.n,
            value: sum.mean(),
            expected: Some(sum_due / sum.n as f64),
        });
    }
    found.funnel = ratio_root_funnel(&observed, &expected, WINSORISE).ok();
    found
}
