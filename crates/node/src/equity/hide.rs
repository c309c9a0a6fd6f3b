//! What fewer than the small-cell limit are part of is hidden, and so much beside it that totals do not give it away.
//!
//! The least of it: of a list with a known total, as [`pengayom_measure::suppression::suppress`] would hide (a test
//! holds the two together). That one is not called: lists here are as long as a unit has beats, and what is hidden
//! must be the same rows for everything counted among reports, since the answered are some of the filed.

use std::collections::BTreeMap;

use pengayom_core::place::StratumId;

use super::{Counts, Ground, Seen};
use crate::areas::shown;

/// Rows by place; `None`: at no known place.
pub(super) type Places = Vec<(Option<usize>, Seen)>;

/// Strata near to far, then the unknown if there is any of it.
pub(super) fn strata(
    ground: &Ground,
    counts: &BTreeMap<Option<usize>, Counts>,
    small: u64,
) -> Vec<(Option<StratumId>, Seen)> {
    let known = ground.strata().iter().cloned().map(Some);
    let mut sums: Vec<(Option<StratumId>, Counts)> = known
        .chain([None])
        .map(|stratum| (stratum, Counts::default()))
        .collect();
    for (at, one) in counts {
        let stratum = stratum_of(ground, *at);
        let sum = sums.iter_mut().find(|(known, _)| known.as_ref() == stratum);
        if let Some((_, sum)) = sum {
            sum.add(one);
        }
    }
    let (beats, _) = ground.size_of_stratum(None);
    sums.retain(|(stratum, sum)| stratum.is_some() || beats > 0 || !sum.is_nothing());
    let seen = see(&sums.iter().map(|(_, sum)| *sum).collect::<Vec<_>>(), small);
    let strata = sums.into_iter().map(|(stratum, _)| stratum);
    strata.zip(seen).collect()
}

/// A stratum the pack has; a beat of another is of none.
fn stratum_of(ground: &Ground, at: Option<usize>) -> Option<&StratumId> {
    let stratum = ground.beats().get(at?)?.stratum.as_ref()?;
    ground.strata().iter().find(|known| *known == stratum)
}

/// Areas of stations, and what is in none of them.
pub(super) fn districts(sums: Vec<(Option<usize>, Counts)>, small: u64) -> Places {
    let seen = see(&sums.iter().map(|(_, sum)| *sum).collect::<Vec<_>>(), small);
    sums.into_iter().map(|(at, _)| at).zip(seen).collect()
}

/// Beats by code, then what is in none. Strata have totals of their own: each is a list, and of a hidden one
/// everything is hidden that is not nothing.
pub(super) fn beats(
    ground: &Ground,
    counts: &BTreeMap<Option<usize>, Counts>,
    strata: &[(Option<StratumId>, Seen)],
    small: u64,
) -> Places {
    let of = |at: Option<usize>| counts.get(&at).copied().unwrap_or_default();
    let mut places: Vec<Option<usize>> = (0..ground.beats().len()).map(Some).collect();
    if counts.contains_key(&None) {
        places.push(None);
    }
    let mut seen: BTreeMap<Option<usize>, Seen> = BTreeMap::new();
    for (stratum, whole) in strata {
        let own: Vec<Option<usize>> = places
            .iter()
            .copied()
            .filter(|at| stratum_of(ground, *at) == stratum.as_ref())
            .collect();
        let rows = see(&own.iter().map(|at| of(*at)).collect::<Vec<_>>(), small);
        for (at, mut row) in own.into_iter().zip(rows) {
            row.hides_meetings |= whole.hides_meetings && row.counts.encounters > 0;
            row.hides_cases |= whole.hides_cases && row.counts.filed > 0;
            row.hides_answers |= whole.hides_answers && row.counts.answers > 0;
            seen.insert(at, row);
        }
    }
    let none = Seen {
        counts: Counts::default(),
        hides_meetings: false,
        hides_cases: false,
        hides_answers: false,
    };
    places
        .into_iter()
        .map(|at| (at, seen.get(&at).copied().unwrap_or(none)))
        .collect()
}

/// What may be seen of the parts of a known total.
pub(super) fn see(counts: &[Counts], small: u64) -> Vec<Seen> {
    let small = u32::try_from(small).unwrap_or(u32::MAX);
    let of = |part: fn(&Counts) -> u64| {
        let parts: Vec<u64> = counts.iter().map(part).collect();
        shown(&parts, small, &[])
    };
    let meetings = of(|counts| counts.encounters);
    let cases = of(|counts| counts.filed);
    let answers = of(|counts| counts.answers);
    let hides = |shown: &[bool], at: usize| !shown.get(at).copied().unwrap_or(true);
    counts
        .iter()
        .enumerate()
        .map(|(at, counts)| Seen {
            counts: *counts,
            hides_meetings: hides(&meetings, at),
            hides_cases: hides(&cases, at),
            hides_answers: hides(&answers, at),
        })
        .collect()
}
