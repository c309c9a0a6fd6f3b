//! What a subject's state contributes to the counts of the board of quality.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pengayom_core::act::ActPlace;
use pengayom_core::pack::ServiceCode;
use pengayom_core::subject::case::Case;
use pengayom_core::subject::encounter::Encounter;
use pengayom_core::subject::feedback::Feedback;
use pengayom_core::value::OfficerId;

use super::rollup::{HourDelta, beat, merged, nonzero, station};
use super::shown;
use crate::quality::Grain;

/// A cell of a grain. A place or a service that the grain does not tell apart, or an unknown one, is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellKey {
    /// The grain.
    pub grain: Grain,
    /// First moment of the local hour, day or month.
    pub at: Timestamp,
    /// Station or beat.
    pub place: String,
    /// Service.
    pub service: String,
}

/// Sums of requests in a cell; see [`HourDelta`] on sums of waits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CaseDelta {
    /// How many there were, were answered, were closed, and how long people waited.
    pub requests: HourDelta,
    /// Lists of rights owed.
    pub rights_owed: i64,
    /// Of them, told in time.
    pub rights_in_time: i64,
}

/// Sums of encounters in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MeetingDelta {
    /// Encounters.
    pub encounters: i64,
    /// Of them, with force.
    pub forced: i64,
    /// Of all, with something explained.
    pub explained: i64,
}

/// Answers in a cell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnswerKey {
    /// The grain.
    pub grain: Grain,
    /// First moment of the local hour, day or month.
    pub at: Timestamp,
    /// Station or beat.
    pub place: String,
    /// The item.
    pub item: String,
    /// Digit of the answer, 0 to 4.
    pub answer: u8,
}

/// Something with a code that happened on a day at a station.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayKey {
    /// First moment of the local day.
    pub at: Timestamp,
    /// Station; empty when unknown.
    pub station: String,
    /// The code; empty when not said.
    pub code: String,
}

/// A month of an officer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfficerMonthKey {
    /// First moment of the local month.
    pub at: Timestamp,
    /// Who.
    pub officer: OfficerId,
    /// For which service.
    pub service: ServiceCode,
}

/// Sums of a month of an officer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OfficerMonthDelta {
    /// What they recorded.
    pub meetings: MeetingDelta,
    /// Requests answered that are theirs.
    pub responded: i64,
    /// Of them, late.
    pub responded_late: i64,
    /// Requests closed that are theirs.
    pub closed: i64,
}

/// A count for the board of quality to add to.
#[derive(Debug, Clone, PartialEq)]
pub enum QualityCount {
    /// Requests.
    Case(CellKey, CaseDelta),
    /// Encounters.
    Meeting(CellKey, MeetingDelta),
    /// Answers.
    Answer(AnswerKey, i64),
    /// Encounters with force, by stage.
    Force(DayKey, i64),
    /// Control measures, by kind.
    Control(DayKey, i64),
    /// Months of officers.
    OfficerMonth(OfficerMonthKey, OfficerMonthDelta),
}

/// Counts for the board of quality, added up.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QualityCounts {
    /// Requests.
    pub cases: BTreeMap<CellKey, CaseDelta>,
    /// Encounters.
    pub meetings: BTreeMap<CellKey, MeetingDelta>,
    /// Answers.
    pub answers: BTreeMap<AnswerKey, i64>,
    /// Encounters with force.
    pub force: BTreeMap<DayKey, i64>,
    /// Control measures.
    pub control: BTreeMap<DayKey, i64>,
    /// Months of officers.
    pub officer_months: BTreeMap<OfficerMonthKey, OfficerMonthDelta>,
}

impl CaseDelta {
    fn plus(self, other: Self) -> Self {
        Self {
            requests: self.requests.plus(other.requests),
            rights_owed: self.rights_owed + other.rights_owed,
            rights_in_time: self.rights_in_time + other.rights_in_time,
        }
    }

    fn less(self, other: Self) -> Self {
        Self {
            requests: self.requests.less(other.requests),
            rights_owed: self.rights_owed - other.rights_owed,
            rights_in_time: self.rights_in_time - other.rights_in_time,
        }
    }
}

impl MeetingDelta {
    fn plus(self, other: Self) -> Self {
        Self {
            encounters: self.encounters + other.encounters,
            forced: self.forced + other.forced,
            explained: self.explained + other.explained,
        }
    }

    fn less(self, other: Self) -> Self {
        Self {
            encounters: self.encounters - other.encounters,
            forced: self.forced - other.forced,
            explained: self.explained - other.explained,
        }
    }
}

impl OfficerMonthDelta {
    fn plus(self, other: Self) -> Self {
        Self {
            meetings: self.meetings.plus(other.meetings),
            responded: self.responded + other.responded,
            responded_late: self.responded_late + other.responded_late,
            closed: self.closed + other.closed,
        }
    }

    fn less(self, other: Self) -> Self {
        Self {
            meetings: self.meetings.less(other.meetings),
            responded: self.responded - other.responded,
            responded_late: self.responded_late - other.responded_late,
            closed: self.closed - other.closed,
        }
    }
}

impl QualityCounts {
    /// Adds a count.
    pub fn add(&mut self, count: QualityCount) {
        match count {
            QualityCount::Case(key, more) => {
                let sum = self.cases.entry(key).or_default();
                *sum = sum.plus(more);
            }
            QualityCount::Meeting(key, more) => {
                let sum = self.meetings.entry(key).or_default();
                *sum = sum.plus(more);
            }
            QualityCount::Answer(key, more) => *self.answers.entry(key).or_default() += more,
            QualityCount::Force(key, more) => *self.force.entry(key).or_default() += more,
            QualityCount::Control(key, more) => *self.control.entry(key).or_default() += more,
            QualityCount::OfficerMonth(key, more) => {
                let sum = self.officer_months.entry(key).or_default();
                *sum = sum.plus(more);
            }
        }
    }

    /// A request, by the moment it was filed.
    pub(super) fn add_case(&mut self, case: &Case, requests: HourDelta, zone: &TimeZone) {
        let place = case.place.as_ref();
        let (owed, in_time) = case.rights.counts();
        let sums = CaseDelta {
            requests,
            rights_owed: owed.into(),
            rights_in_time: in_time.into(),
        };
        let moments = Moments::of(case.filed_at, zone);
        for key in cells(&moments, place, &case.service) {
            self.cases.insert(key, sums);
        }
        for measure in &case.control.measures {
            let key = DayKey {
                at: Moments::of(measure.begun_at, zone).day,
                station: station(place),
                code: shown(&measure.begun.kind),
            };
            *self.control.entry(key).or_default() += 1;
        }
        let done = OfficerMonthDelta {
            meetings: MeetingDelta::default(),
            responded: requests.responded,
            responded_late: requests.responded_late,
            closed: requests.closed,
        };
        if let Some(officer) = case.assigned_to.or(case.taken_by)
            && done != OfficerMonthDelta::default()
        {
            let key = OfficerMonthKey {
                at: moments.month,
                officer,
                service: case.service.clone(),
            };
            self.officer_months.insert(key, done);
        }
    }

    /// An encounter, by the moment of it.
    pub(super) fn add_encounter(&mut self, encounter: &Encounter, zone: &TimeZone) {
        let recorded = &encounter.recorded;
        let place = encounter.place.as_ref();
        let sums = MeetingDelta {
            encounters: 1,
            forced: recorded.force_used.into(),
            explained: i64::from(!recorded.explained.is_empty()),
        };
        let moments = Moments::of(encounter.happened_at, zone);
        for key in cells(&moments, place, &recorded.service) {
            self.meetings.insert(key, sums);
        }
        if recorded.force_used {
            let key = DayKey {
                at: moments.day,
                station: station(place),
                code: recorded
                    .force_stage
                    .as_deref()
                    .map(shown)
                    .unwrap_or_default(),
            };
            self.force.insert(key, 1);
        }
        let key = OfficerMonthKey {
            at: moments.month,
            officer: recorded.officer,
            service: recorded.service.clone(),
        };
        let done = OfficerMonthDelta {
            meetings: sums,
            ..OfficerMonthDelta::default()
        };
        self.officer_months.insert(key, done);
    }

    /// A judgement, by the moment of the service that is judged.
    pub(super) fn add_feedback(&mut self, feedback: &Feedback, zone: &TimeZone) {
        let given = &feedback.given;
        let place = feedback.place.as_ref();
        let moments = Moments::of(given.served_at, zone);
        for grain in Grain::ANSWERS {
            for (item, answer) in &given.answers {
                let key = AnswerKey {
                    grain,
                    at: moments.at(grain),
                    place: place_of(grain, place),
                    item: shown(item),
                    answer: answer.digit(),
                };
                *self.answers.entry(key).or_default() += 1;
            }
        }
    }

    /// What is here minus what has gone; what comes to nothing is left out.
    pub(super) fn less(self, gone: Self) -> impl Iterator<Item = QualityCount> {
        let plain = |come: i64, gone: i64| come - gone;
        let cases = merged(gone.cases, self.cases, CaseDelta::less);
        let meetings = merged(gone.meetings, self.meetings, MeetingDelta::less);
        let months = merged(
            gone.officer_months,
            self.officer_months,
            OfficerMonthDelta::less,
        );
        let answers = merged(gone.answers, self.answers, plain);
        let force = merged(gone.force, self.force, plain);
        let control = merged(gone.control, self.control, plain);
        let cases = nonzero(cases).map(|(key, sums)| QualityCount::Case(key, sums));
        cases
            .chain(nonzero(meetings).map(|(key, sums)| QualityCount::Meeting(key, sums)))
            .chain(nonzero(answers).map(|(key, n)| QualityCount::Answer(key, n)))
            .chain(nonzero(force).map(|(key, n)| QualityCount::Force(key, n)))
            .chain(nonzero(control).map(|(key, n)| QualityCount::Control(key, n)))
            .chain(nonzero(months).map(|(key, sums)| QualityCount::OfficerMonth(key, sums)))
    }
}

/// The cells something counts in, one of each grain.
fn cells(moments: &Moments, place: Option<&ActPlace>, service: &ServiceCode) -> [CellKey; 6] {
    Grain::ALL.map(|grain| CellKey {
        grain,
        at: moments.at(grain),
        place: place_of(grain, place),
        service: match grain {
            Grain::ServiceDay | Grain::MixMonth => service.to_string(),
            Grain::Hour | Grain::Day | Grain::StationDay | Grain::BeatMonth => String::new(),
        },
    })
}

fn place_of(grain: Grain, place: Option<&ActPlace>) -> String {
    match grain {
        Grain::StationDay | Grain::MixMonth => station(place),
        Grain::BeatMonth => beat(place),
        Grain::Hour | Grain::Day | Grain::ServiceDay => String::new(),
    }
}

/// The first moments of the local hour, day and month a moment falls in.
struct Moments {
    hour: Timestamp,
    day: Timestamp,
    month: Timestamp,
}

impl Moments {
    fn of(at: Timestamp, zone: &TimeZone) -> Self {
        let date = zone.to_datetime(at).date();
        Self {
            hour: local_hour_of(at, zone),
            day: first_moment(date, zone),
            month: first_moment(date.first_of_month(), zone),
        }
    }

    const fn at(&self, grain: Grain) -> Timestamp {
        match grain {
            Grain::Hour => self.hour,
            Grain::Day | Grain::StationDay | Grain::ServiceDay => self.day,
            Grain::MixMonth | Grain::BeatMonth => self.month,
        }
    }
}

/// The first moment of the hour on the unit's clocks. Of an hour that clocks have twice, each is one of its own.
///
/// At the ends of the calendar, what begins before its first moment begins with it.
fn local_hour_of(at: Timestamp, zone: &TimeZone) -> Timestamp {
    const HOUR: i128 = 3_600_000_000_000;
    let ahead = i128::from(zone.to_offset(at).seconds()) * 1_000_000_000;
    let local = at.as_nanosecond() + ahead;
    let begun = local.div_euclid(HOUR) * HOUR - ahead;
    Timestamp::from_nanosecond(begun).unwrap_or(Timestamp::MIN)
}

/// The first moment of a local day.
fn first_moment(date: Date, zone: &TimeZone) -> Timestamp {
    let begun = zone
        .to_ambiguous_timestamp(date.at(0, 0, 0, 0))
        .compatible();
    begun.unwrap_or(Timestamp::MIN)
}
