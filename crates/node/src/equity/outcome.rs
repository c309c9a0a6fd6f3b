//! Who benefits (S49): what came of reports, and how they were judged, by stratum.

use pengayom_core::place::StratumId;
use pengayom_measure::difference::{newcombe, score_p};
use pengayom_measure::getis_ord::FALSE_DISCOVERY_RATE;
use pengayom_measure::proportion::{self, Interval, Share};

use super::compare::adjusted;
use super::{Call, Counts, Seen};
use crate::competence::SHARE_NEEDS;

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OutcomeKind {
    /// Of the answered reports, answered in time.
    InTime,
    /// Of the filed reports, closed.
    Closed,
    /// Of those who judged, judged good.
    Good,
}

/// What came of it in one stratum, beside the rest of the unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// What.
    pub kind: OutcomeKind,
    /// Where; `None`: of unknown stratum.
    pub stratum: Option<StratumId>,
    /// Out of how many; `None`: hidden.
    pub n: Option<u64>,
    /// The share with its interval; `None`: hidden, or of fewer than [`SHARE_NEEDS`].
    pub share: Option<Share>,
    /// The share less that of the rest of the unit.
    pub difference: Option<f64>,
    /// Its 95 % interval.
    pub interval: Option<Interval>,
    /// Probability of a difference at least as large by chance, adjusted for how many are looked at.
    pub q: Option<f64>,
    /// What that makes it.
    pub call: Call,
}

impl OutcomeKind {
    /// All.
    pub const ALL: [Self; 3] = [Self::InTime, Self::Closed, Self::Good];

    /// The word that programs and pages know it by; it stays the same.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InTime => "in_time",
            Self::Closed => "closed",
            Self::Good => "good",
        }
    }

    const fn of(self, counts: &Counts) -> (u64, u64) {
        match self {
            Self::InTime => (counts.in_time, counts.taken_up),
            Self::Closed => (counts.closed, counts.filed),
            Self::Good => (counts.good, counts.answers),
        }
    }

    const fn is_hidden(self, seen: &Seen) -> bool {
        match self {
            Self::InTime | Self::Closed => seen.hides_cases,
            Self::Good => seen.hides_answers,
        }
    }
}

/// Each outcome of each stratum, beside the rest: a stratum is part of the unit, and what is compared must not have
/// anything in common. The rest is all of it, also what is hidden, since the unit's totals are shown.
pub fn outcomes(strata: &[(Option<StratumId>, Seen)]) -> Vec<Outcome> {
    let mut found = Vec::new();
    let mut p = Vec::new();
    for kind in OutcomeKind::ALL {
        let of = strata.iter().map(|(_, seen)| kind.of(&seen.counts));
        let all = of.fold((0, 0), |sum: (u64, u64), one| {
            (sum.0 + one.0, sum.1 + one.1)
        });
        for (stratum, seen) in strata {
            let own = kind.of(&seen.counts);
            let rest = (all.0.saturating_sub(own.0), all.1.saturating_sub(own.1));
            let hidden = kind.is_hidden(seen);
            let told = !hidden && own.1 >= SHARE_NEEDS;
            let compared = told && rest.1 >= SHARE_NEEDS;
            let share = |of: (u64, u64)| proportion::share(of.0, of.1).ok();
            let one = Outcome {
                kind,
                stratum: stratum.clone(),
                n: (!hidden).then_some(own.1),
                share: told.then(|| share(own)).flatten(),
                difference: compared
                    .then(|| Some(share(own)?.share - share(rest)?.share))
                    .flatten(),
                interval: compared.then(|| newcombe(own, rest).ok()).flatten(),
                q: None,
                call: Call::Neither,
            };
            p.push(compared.then(|| score_p(own, rest).ok()).flatten());
            found.push(one);
        }
    }
    for (one, q) in found.iter_mut().zip(adjusted(&p)) {
        one.q = q;
        one.call = match (q, one.difference) {
            (Some(q), Some(away)) if q <= FALSE_DISCOVERY_RATE && away < 0.0 => Call::Less,
            (Some(q), Some(away)) if q <= FALSE_DISCOVERY_RATE && away > 0.0 => Call::More,
            _ => Call::Neither,
        };
    }
    found
}
