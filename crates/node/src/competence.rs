//! Measures of competence by service: how soon somebody acts, how soon and how surely a matter gets its
//! class, what goes up the line, how complete a proof is when it is first handed in, and whether progress
//! notices come in time (S9, S10, S12, S18). `docs/measures.md` says what each counts.
//!
//! Every figure carries its interval and its n. What is not over is counted as such: a case that lies is
//! not left out. Nothing here is about one officer.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::pack::{Pack, ServiceClass, ServiceCode};
use pengayom_core::subject::Method as _;
use pengayom_core::subject::case::SecondLook;
use pengayom_measure::clustered::{ClusteredShare, clustered_share};
use pengayom_measure::middle::{MIDDLE_NEEDS, Middle, Spell, middle};
use pengayom_measure::proportion::{self, Share};
use pengayom_store::MeasuredCase;

use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;
use crate::method::PackMethod;

/// Most cases of one reading; of more, the latest filed are counted, and it says so.
pub const CASES_MAX: u32 = 50_000;

/// Cases below which no share is given; our choice, the number under which totals are hidden elsewhere.
pub const SHARE_NEEDS: u64 = 5;

/// A measure of competence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// From the filing to the first thing that was done about it.
    FirstAction,
    /// From the filing to the class that holds.
    RightClass,
    /// The share of classed cases whose class was changed.
    Reclassified,
    /// The share of classed cases decided otherwise than the tree proposed, or without it.
    Departed,
    /// The share of second looks that came to the same.
    SecondLook,
    /// The share of cases of which something went up the line.
    Escalated,
    /// From the telling of the line to somebody taking it.
    EscalationTaken,
    /// The share of cases of which nothing was missing when their proof was first handed in.
    ProofComplete,
    /// How much was missing then.
    ProofGaps,
    /// The share of progress notices that came before they were due.
    NoticesInTime,
}

/// What a measure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// The middle of times, in seconds.
    Seconds,
    /// A share in `[0, 1]`.
    Share,
    /// The middle of counts.
    Count,
}

impl Measure {
    /// All, in the order of the board.
    pub const ALL: [Self; 10] = [
        Self::FirstAction,
        Self::RightClass,
        Self::Reclassified,
        Self::Departed,
        Self::SecondLook,
        Self::Escalated,
        Self::EscalationTaken,
        Self::ProofComplete,
        Self::ProofGaps,
        Self::NoticesInTime,
    ];

    /// The word that programs and pages know it by; it stays the same.
    pub const fn code(self) -> &'static str {
        match self {
            Self::FirstAction => "first_action",
            Self::RightClass => "right_class",
            Self::Reclassified => "reclassified",
            Self::Departed => "departed",
            Self::SecondLook => "second_look",
            Self::Escalated => "escalated",
            Self::EscalationTaken => "escalation_taken",
            Self::ProofComplete => "proof_complete",
            Self::ProofGaps => "proof_gaps",
            Self::NoticesInTime => "notices_in_time",
        }
    }

    /// What it is counted in.
    pub const fn scale(self) -> Scale {
        match self {
            Self::FirstAction | Self::RightClass | Self::EscalationTaken => Scale::Seconds,
            Self::ProofGaps => Scale::Count,
            Self::Reclassified
            | Self::Departed
            | Self::SecondLook
            | Self::Escalated
            | Self::ProofComplete
            | Self::NoticesInTime => Scale::Share,
        }
    }

    /// Whether one case counts more than once.
    const fn comes_in_groups(self) -> bool {
        matches!(self, Self::SecondLook | Self::NoticesInTime)
    }
}

/// What a measure comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Figure {
    /// A middle, in seconds or counts.
    Middle(Middle),
    /// A share of cases.
    Share(Share),
    /// A share of things of which a case has several.
    Clustered(ClusteredShare),
}

/// A measure of one service.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasuredService {
    /// The service; `None`: the unit as a whole.
    pub service: Option<ServiceCode>,
    /// How many times, cases, looks or notices are counted.
    pub n: u64,
    /// Of how many cases.
    pub cases: u64,
    /// What it comes to; `None`: fewer than [`MIDDLE_NEEDS`] times or [`SHARE_NEEDS`] cases.
    pub figure: Option<Figure>,
    /// What is not over. Of times it is part of `n`, of shares it is not.
    pub waiting: u64,
    /// What ended without it; never part of `n`.
    pub without: u64,
    /// The time promised or set, in seconds.
    pub promise: Option<i64>,
}

/// A measure, by service.
#[derive(Debug, Clone, PartialEq)]
pub struct MeasureRows {
    /// Which.
    pub measure: Measure,
    /// The unit as a whole, then each service in the order of their codes; those of which there is nothing
    /// to say are not there.
    pub rows: Vec<MeasuredService>,
}

/// The measures of competence of the cases filed in a span of local days.
#[derive(Debug, Clone, PartialEq)]
pub struct Competence {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// The moment it was read: what is not over has taken so long then.
    pub at: Timestamp,
    /// How many cases are counted.
    pub cases: u64,
    /// There were more than [`CASES_MAX`]: the latest filed are counted.
    pub cut: bool,
    /// Each measure of [`Measure::ALL`].
    pub measures: Vec<MeasureRows>,
}

/// What is counted of one measure of one service.
#[derive(Debug, Default)]
struct Tally {
    /// Times or counts.
    spells: Vec<Spell>,
    /// Of each case how many of how many.
    groups: Vec<(u64, u64)>,
    waiting: u64,
    without: u64,
}

impl Tally {
    fn ended(&mut self, from: Timestamp, to: Timestamp) {
        self.spells.push(Spell::Ended(seconds(from, to)));
    }

    fn open(&mut self, from: Timestamp, at: Timestamp) {
        self.spells.push(Spell::Open(seconds(from, at)));
        self.waiting += 1;
    }

    fn one(&mut self, so: bool) {
        self.groups.push((u64::from(so), 1));
    }

    /// Counts a case in a measure.
    fn count(&mut self, measure: Measure, case: &MeasuredCase, at: Timestamp, pack: &Pack) {
        let open = case.closed_at.is_none();
        let (class, known) = (&case.class, &case.measured);
        let classed = class.last.is_some();
        match measure {
            Measure::FirstAction => match case.first_action_at {
                Some(acted) => self.ended(case.filed_at, acted),
                None if open => self.open(case.filed_at, at),
                None => self.without += 1,
            },
            Measure::RightClass => match known.class_since.filter(|_| classed) {
                // Somebody is yet to say whether it is right.
                Some(_) if class.second_look_at.is_some() => self.open(case.filed_at, at),
                Some(since) => self.ended(case.filed_at, since),
                None if !needs_class(&case.service, pack) => {}
                None if open => self.open(case.filed_at, at),
                None => self.without += 1,
            },
            Measure::Reclassified if classed => self.one(class.changes > 0),
            Measure::Departed if classed => self.one(class.disagreed),
            Measure::Reclassified | Measure::Departed => {}
            Measure::SecondLook => {
                if known.looks > 0 {
                    let (agreed, looks) = (known.looks_agreed, known.looks);
                    self.groups.push((agreed.into(), looks.into()));
                }
                self.waiting += u64::from(class.second_look == Some(SecondLook::Due));
            }
            Measure::Escalated => {
                self.one(case.escalations > 0);
                self.waiting += u64::from(case.escalated_at.is_some());
            }
            Measure::EscalationTaken => match (known.told_at, known.told_taken_at) {
                (None, _) => {}
                (Some(told), Some(taken)) => self.ended(told, taken),
                (Some(told), None) if case.escalated_at.is_some() => self.open(told, at),
                // The danger lessened, or the case ended, before anybody took it.
                (Some(_), None) => self.without += 1,
            },
            Measure::ProofComplete => {
                if let Some(gaps) = known.proof_gaps {
                    self.one(gaps == 0);
                }
            }
            Measure::ProofGaps => {
                let gaps = known.proof_gaps.map(i64::from);
                self.spells.extend(gaps.map(Spell::Ended));
            }
            Measure::NoticesInTime => {
                // One that is overdue is late already, whenever it is sent.
                let overdue = case.news_due_at.is_some_and(|due| due < at);
                let in_time = known.news_sent.saturating_sub(known.news_late);
                let all = u64::from(known.news_sent) + u64::from(overdue);
                if all > 0 {
                    self.groups.push((in_time.into(), all));
                }
                self.waiting += u64::from(case.news_due_at.is_some() && !overdue);
            }
        }
    }

    fn row(
        &self,
        measure: Measure,
        service: Option<ServiceCode>,
        pack: &Pack,
    ) -> Option<MeasuredService> {
        let (n, cases, figure) = match measure.scale() {
            Scale::Seconds | Scale::Count => {
                let n = length(&self.spells);
                (n, n, middle(&self.spells).ok().map(Figure::Middle))
            }
            Scale::Share => {
                let cases = length(&self.groups);
                let all = self.groups.iter();
                let (x, n) = all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
                let figure = if cases < SHARE_NEEDS {
                    None
                } else if measure.comes_in_groups() {
                    clustered_share(&self.groups).ok().map(Figure::Clustered)
                } else {
                    proportion::share(x, n).ok().map(Figure::Share)
                };
                (n, cases, figure)
            }
        };
        (n > 0 || self.waiting > 0 || self.without > 0).then(|| MeasuredService {
            promise: promise(measure, service.as_ref(), pack),
            service,
            n,
            cases,
            figure,
            waiting: self.waiting,
            without: self.without,
        })
    }
}

/// What the unit promises or sets, in seconds.
fn promise(measure: Measure, service: Option<&ServiceCode>, pack: &Pack) -> Option<i64> {
    let method = PackMethod::of(pack);
    let minutes = match measure {
        Measure::FirstAction => method.response_minutes(service?),
        Measure::EscalationTaken => method
            .first_hour()
            .levels
            .first()
            .map(|level| level.take_within_minutes),
        _ => None,
    };
    minutes.map(|minutes| i64::from(minutes) * 60)
}

/// Whether a request for the service has to be told apart: a letter or a question has not.
fn needs_class(service: &ServiceCode, pack: &Pack) -> bool {
    pack.service(service).is_some_and(|service| {
        !matches!(
            service.class,
            ServiceClass::Administrative | ServiceClass::Information
        )
    })
}

/// Whole seconds from a moment to a later one; 0 for one that is not later.
fn seconds(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_secs().max(0)
}

fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

/// Every measure of some cases, at a moment, by service.
pub fn measures(cases: &[MeasuredCase], at: Timestamp, pack: &Pack) -> Vec<MeasureRows> {
    let of = |measure: Measure| {
        let mut tallies: BTreeMap<Option<&ServiceCode>, Tally> = BTreeMap::new();
        for case in cases {
            for service in [None, Some(&case.service)] {
                let tally = tallies.entry(service).or_default();
                tally.count(measure, case, at, pack);
            }
        }
        let rows = tallies.into_iter();
        MeasureRows {
            measure,
            rows: rows
                .filter_map(|(service, tally)| tally.row(measure, service.cloned(), pack))
                .collect(),
        }
    };
    Measure::ALL.into_iter().map(of).collect()
}

/// How many there must be before a figure is given.
pub const fn needs(measure: Measure) -> u64 {
    match measure.scale() {
        Scale::Seconds | Scale::Count => MIDDLE_NEEDS,
        Scale::Share => SHARE_NEEDS,
    }
}

impl Node {
    /// Reads the measures of competence of the cases filed in a span of local days, both included, as they
    /// stand now.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`]; [`HandleError::TooLarge`] beyond [`RESPONSE_DAYS_MAX`](crate::board::RESPONSE_DAYS_MAX) days;
    /// [`HandleError::Malformed`] when `to` is before `from`; otherwise the store's.
    pub async fn competence(
        &self,
        by: &Staff,
        from: Date,
        to: Date,
    ) -> Result<Competence, HandleError> {
        by.require(Permission::ReadBoard)?;
        let unit = self.unit();
        let span = self.days_span(from, to)?;
        let mut cases = self
            .store
            .measured_cases(&unit.id, span, CASES_MAX + 1)
            .await?;
        let most = usize::try_from(CASES_MAX).unwrap_or(usize::MAX);
        let cut = cases.len() > most;
        cases.truncate(most);
        let at = self.now();
        Ok(Competence {
            from,
            to,
            at,
            cases: length(&cases),
            cut,
            measures: measures(&cases, at, &unit.pack),
        })
    }
}

#[cfg(test)]
mod tests;
