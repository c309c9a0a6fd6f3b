//! How much of whether an answer comes late lies with the month, the station and the officer (S15, S16, S17).

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use pengayom_core::value::OfficerId;
use pengayom_measure::mixed::{Grouping, MixedError};
use pengayom_measure::variance_components_logistic::variance_components_logistic;

use super::officer::OFFICER_NEEDS;

/// Most answers of one reading; of more, the latest months that have no more are taken, and it says so.
pub const ANSWERS_MAX: u64 = 1_000_000;

/// Months, stations or officers below which what lies with them cannot be told.
pub const LEVELS_NEED: usize = 5;

/// Answers below which nothing is divided; our choice.
pub const ANSWERS_NEED: u64 = 100;

/// Answers of one officer at one station in one month.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartCell {
    /// First day of the month.
    pub month: Date,
    /// The station the officer belongs to now; empty: not known, and left out.
    pub station: String,
    /// Who.
    pub officer: OfficerId,
    /// Answers.
    pub n: u64,
    /// Of them, late.
    pub late: u64,
}

/// What something may lie with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Factor {
    /// The month.
    Time,
    /// The station.
    Place,
    /// The officer.
    Person,
}

impl Factor {
    /// All, in the order of the board.
    pub const ALL: [Self; 3] = [Self::Time, Self::Place, Self::Person];

    /// The word that programs know it by; it stays the same.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Place => "place",
            Self::Person => "person",
        }
    }
}

/// How much lies with one of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// With what.
    pub factor: Factor,
    /// How many months, stations or officers.
    pub levels: usize,
    /// The share of the variance of log odds; `None`: too few of them, or they cannot be told from officers.
    pub share: Option<f64>,
}

/// The parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// Answers that are divided.
    pub n: u64,
    /// Of them, late.
    pub late: u64,
    /// First month; `None`: there is none.
    pub from: Option<Date>,
    /// Earlier months are left out, because there would be more than [`ANSWERS_MAX`].
    pub is_cut: bool,
    /// Time, place and person.
    pub parts: Vec<Part>,
    /// The share within: the kind of case, chance, and what is not followed. `None`: nothing could be divided.
    pub within: Option<f64>,
    /// Why nothing is divided.
    pub why_not: Option<WhyNot>,
}

/// Why nothing is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNot {
    /// Too few answers, or too few months, stations and officers.
    TooFew,
    /// All are late, or none is.
    AllAlike,
    /// One month alone has more than [`ANSWERS_MAX`].
    TooMany,
    /// No most likely division could be found.
    NotFound,
}

/// Divides. It takes as long as a few hundred passes over the cells.
#[must_use]
pub fn parts(cells: &[PartCell]) -> Parts {
    let mut of_officer: BTreeMap<OfficerId, u64> = BTreeMap::new();
    for cell in cells {
        *of_officer.entry(cell.officer).or_default() += cell.n;
    }
    let enough = |cell: &&PartCell| {
        let all = of_officer.get(&cell.officer).copied().unwrap_or(0);
        cell.n > 0 && !cell.station.is_empty() && all >= OFFICER_NEEDS
    };
    let all: Vec<&PartCell> = cells.iter().filter(enough).collect();
    let mut of_month: BTreeMap<Date, u64> = BTreeMap::new();
    for cell in &all {
        *of_month.entry(cell.month).or_default() += cell.n;
    }
    let (mut n, mut from) = (0, None);
    for (month, of) in of_month.iter().rev() {
        if n + of > ANSWERS_MAX {
            break;
        }
        n += of;
        from = Some(*month);
    }
    let is_cut = from != of_month.keys().next().copied();
    let used: Vec<&PartCell> = all
        .into_iter()
        .filter(|cell| from.is_some_and(|from| cell.month >= from))
        .collect();
    let late = used.iter().map(|cell| cell.late.min(cell.n)).sum();
    let months: BTreeSet<Date> = used.iter().map(|cell| cell.month).collect();
    let officers: BTreeSet<OfficerId> = used.iter().map(|cell| cell.officer).collect();
    let stations: BTreeSet<&str> = used.iter().map(|cell| cell.station.as_str()).collect();
    let levels = [months.len(), stations.len(), officers.len()];
    let mut found = Parts {
        n,
        late,
        from,
        is_cut,
        parts: Factor::ALL
            .into_iter()
            .zip(levels)
            .map(|(factor, levels)| Part {
                factor,
                levels,
                share: None,
            })
            .collect(),
        within: None,
        why_not: None,
    };
    // With one officer at each station the two are one.
    let one_each = stations.len() == officers.len();
    let taken: Vec<Factor> = found
        .parts
        .iter()
        .filter(|part| part.levels >= LEVELS_NEED)
        .map(|part| part.factor)
        .filter(|factor| !(one_each && *factor == Factor::Place))
        .collect();
    if n == 0 && is_cut {
        found.why_not = Some(WhyNot::TooMany);
    } else if n < ANSWERS_NEED || taken.is_empty() {
        found.why_not = Some(WhyNot::TooFew);
    } else if late == 0 || late == n {
        found.why_not = Some(WhyNot::AllAlike);
    } else {
        divide(&used, &taken, &mut found);
    }
    found
}

/// Fits the model: one row for each answer.
fn divide(cells: &[&PartCell], taken: &[Factor], found: &mut Parts) {
    let mut y = Vec::new();
    for cell in cells {
        let late = cell.late.min(cell.n);
        y.extend((0..cell.n).map(|at| if at < late { 1.0 } else { 0.0 }));
    }
    let grouping = |factor: &Factor| {
        let label = |cell: &PartCell| match factor {
            Factor::Time => cell.month.to_string(),
            Factor::Place => cell.station.clone(),
            Factor::Person => cell.officer.to_string(),
        };
        let mut places: BTreeMap<String, u32> = BTreeMap::new();
        let mut labels = Vec::new();
        let mut codes = Vec::with_capacity(y.len());
        for cell in cells {
            let label = label(cell);
            let next = u32::try_from(labels.len()).unwrap_or(u32::MAX);
            let code = *places.entry(label.clone()).or_insert(next);
            if code == next {
                labels.push(label);
            }
            codes.extend((0..cell.n).map(|_| code));
        }
        Grouping::new(factor.code(), labels, codes)
    };
    let groupings: Result<Vec<Grouping>, MixedError> = taken.iter().map(grouping).collect();
    let fit = groupings.and_then(|groupings| variance_components_logistic(&y, &groupings));
    match fit {
        Ok(fit) => {
            for (factor, component) in taken.iter().zip(&fit.components) {
                let own = found.parts.iter_mut().find(|part| part.factor == *factor);
                if let Some(part) = own {
                    part.share = Some(component.share);
                }
            }
            found.within = Some(fit.residual_share);
        }
        Err(MixedError::NoVariation { .. }) => found.why_not = Some(WhyNot::AllAlike),
        Err(_) => found.why_not = Some(WhyNot::NotFound),
    }
}
