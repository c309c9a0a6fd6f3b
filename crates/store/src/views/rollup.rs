//! What a subject's state contributes to the rollups.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use pengayom_core::act::{ActPlace, Subject};
use pengayom_core::pack::ServiceCode;
use pengayom_core::place::{AreaCode, StationId};
use pengayom_core::subject::case::{Case, CaseStage};
use pengayom_core::value::OfficerId;
use pengayom_measure::histogram;
use uuid::Uuid;

use super::quality::{QualityCount, QualityCounts};
use super::{State, hour_of, shown};

/// Requests by hour of filing, place and service. An unknown place is an empty code.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HourKey {
    /// First moment of the hour of filing.
    pub hour: Timestamp,
    /// Station.
    pub station: String,
    /// Beat.
    pub beat: String,
    /// Stratum.
    pub stratum: String,
    /// Service.
    pub service: ServiceCode,
}

/// Sums of requests.
///
/// Counts are exact. The sums of waits are binary floats, to which each change adds and from which
/// it takes away: a sum that went through large values and back may differ in its last digits from
/// one derived anew. Whoever rebuilds and compares allows a relative error of some `1e-9`, far below
/// what a mean or a deviation is shown with; waits are whole seconds, so that a sum of squares is
/// exact as long as it stays below 2^53 s².
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct HourDelta {
    /// Requests filed.
    pub filed: i64,
    /// Answered.
    pub responded: i64,
    /// Answered after the promised time.
    pub responded_late: i64,
    /// Closed.
    pub closed: i64,
    /// Sum of waiting times, seconds.
    pub wait_seconds: f64,
    /// Sum of their squares.
    pub wait_seconds_squared: f64,
}

impl HourDelta {
    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            filed: self.filed + other.filed,
            responded: self.responded + other.responded,
            responded_late: self.responded_late + other.responded_late,
            closed: self.closed + other.closed,
            wait_seconds: self.wait_seconds + other.wait_seconds,
            wait_seconds_squared: self.wait_seconds_squared + other.wait_seconds_squared,
        }
    }

    pub(super) fn less(self, other: Self) -> Self {
        Self {
            filed: self.filed - other.filed,
            responded: self.responded - other.responded,
            responded_late: self.responded_late - other.responded_late,
            closed: self.closed - other.closed,
            wait_seconds: self.wait_seconds - other.wait_seconds,
            wait_seconds_squared: self.wait_seconds_squared - other.wait_seconds_squared,
        }
    }
}

/// Waiting times by hour of filing, station and service.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaitKey {
    /// First moment of the hour of filing.
    pub hour: Timestamp,
    /// Station; empty when unknown.
    pub station: String,
    /// Service.
    pub service: ServiceCode,
    /// Bucket of [`pengayom_measure::histogram`].
    pub bucket: u16,
}

/// What an officer did on a local day.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfficerDayKey {
    /// The day.
    pub day: Date,
    /// Who.
    pub officer: OfficerId,
}

/// What an officer did in a beat (S48).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfficerBeatKey {
    /// Who.
    pub officer: OfficerId,
    /// Where; empty when unknown.
    pub beat: String,
}

/// Answers by local day of service, station, service, item and answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SurveyKey {
    /// The day the service was given.
    pub day: Date,
    /// Station; empty when unknown.
    pub station: String,
    /// Service.
    pub service: ServiceCode,
    /// Item.
    pub item: String,
    /// Digit of the answer, 0 to 4.
    pub answer: u8,
}

/// Times the acts of a subject name a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobUseKey {
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub sha256: String,
    /// Kind of the subject.
    pub subject_kind: &'static str,
    /// Identifier of the subject.
    pub subject_id: Uuid,
}

/// A count to add to.
#[derive(Debug, Clone, PartialEq)]
pub enum Count {
    /// Requests.
    Hour(HourKey, HourDelta),
    /// Waiting times.
    Wait(WaitKey, i64),
    /// Encounters and closed cases of an officer's day.
    OfficerDay(OfficerDayKey, OfficerDayDelta),
    /// Encounters of an officer in a beat.
    OfficerBeat(OfficerBeatKey, i64),
    /// Answers.
    Survey(SurveyKey, i64),
    /// Names of files.
    BlobUse(BlobUseKey, i64),
    /// For the board of quality.
    Quality(QualityCount),
}

/// Sums of an officer's day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OfficerDayDelta {
    /// Encounters.
    pub encounters: i64,
    /// Cases closed that they handled (or served, when nobody handled them).
    pub closed: i64,
}

/// What a state contributes.
#[derive(Debug, Default)]
pub(super) struct Contributions {
    hours: BTreeMap<HourKey, HourDelta>,
    waits: BTreeMap<WaitKey, i64>,
    officer_days: BTreeMap<OfficerDayKey, OfficerDayDelta>,
    officer_beats: BTreeMap<OfficerBeatKey, i64>,
    survey: BTreeMap<SurveyKey, i64>,
    blob_uses: BTreeMap<BlobUseKey, i64>,
    quality: QualityCounts,
}

pub(super) fn station(place: Option<&ActPlace>) -> String {
    place.map(|place| code(&place.station)).unwrap_or_default()
}

fn code(station: &StationId) -> String {
    station.to_string()
}

pub(super) fn beat(place: Option<&ActPlace>) -> String {
    place
        .and_then(|place| place.beat.as_ref())
        .map(AreaCode::to_string)
        .unwrap_or_default()
}

/// What a state contributes to the rollups.
pub(super) fn contributions(subject: Subject, state: &State, zone: &TimeZone) -> Contributions {
    let mut all = Contributions::default();
    match state {
        State::Case(case) => {
            add_case(&mut all, case, zone);
            let letters = case.letters.iter().filter(|letter| !letter.erased);
            for file in case.media.iter().chain(letters.map(|letter| &letter.file)) {
                let key = BlobUseKey {
                    sha256: file.sha256.clone(),
                    subject_kind: subject.kind(),
                    subject_id: subject.id(),
                };
                *all.blob_uses.entry(key).or_default() += 1;
            }
        }
        State::Encounter(encounter) => {
            let officer = encounter.recorded.officer;
            let day = zone.to_datetime(encounter.happened_at).date();
            let done = OfficerDayDelta {
                encounters: 1,
                closed: 0,
            };
            all.officer_days
                .insert(OfficerDayKey { day, officer }, done);
            let beat = beat(encounter.place.as_ref());
            all.officer_beats
                .insert(OfficerBeatKey { officer, beat }, 1);
            all.quality.add_encounter(encounter, zone);
        }
        // How long people waited at the desk is read from the visits themselves.
        State::Unit(_)
        | State::Visit(_)
        | State::Outage(_)
        | State::Thing(_)
        | State::Officer(_) => {}
        State::Feedback(feedback) => {
            let given = &feedback.given;
            let day = zone.to_datetime(given.served_at).date();
            for (item, answer) in &given.answers {
                let key = SurveyKey {
                    day,
                    station: station(feedback.place.as_ref()),
                    service: given.service.clone(),
                    item: shown(item),
                    answer: answer.digit(),
                };
                all.survey.insert(key, 1);
            }
            all.quality.add_feedback(feedback, zone);
        }
    }
    all
}

fn add_case(all: &mut Contributions, case: &Case, zone: &TimeZone) {
    let place = case.place.as_ref();
    let closed = i64::from(case.stage == CaseStage::Closed);
    let mut sums = HourDelta {
        filed: 1,
        closed,
        ..HourDelta::default()
    };
    let hour = hour_of(case.filed_at);
    if let Some(response) = case.response {
        let seconds = response.waited.as_secs();
        #[allow(
            clippy::cast_precision_loss,
            reason = "waiting times are far below 2^52 seconds"
        )]
        let exact = seconds as f64;
        sums.responded = 1;
        sums.responded_late = i64::from(response.late);
        sums.wait_seconds = exact;
        sums.wait_seconds_squared = exact * exact;
        let key = WaitKey {
            hour,
            station: station(place),
            service: case.service.clone(),
            bucket: histogram::bucket(seconds),
        };
        all.waits.insert(key, 1);
    }
    let key = HourKey {
        hour,
        station: station(place),
        beat: beat(place),
        stratum: place
            .and_then(|place| place.stratum.as_deref())
            .map(shown)
            .unwrap_or_default(),
        service: case.service.clone(),
    };
    all.hours.insert(key, sums);
    all.quality.add_case(case, sums, zone);
    if let (Some(at), Some(officer)) = (case.closed_at, case.assigned_to.or(case.taken_by)) {
        let day = zone.to_datetime(at).date();
        let done = OfficerDayDelta {
            encounters: 0,
            closed: 1,
        };
        all.officer_days
            .insert(OfficerDayKey { day, officer }, done);
    }
}

/// What has come minus what has gone; counts that come to nothing are left out.
pub(super) fn difference(gone: Contributions, come: Contributions) -> Vec<Count> {
    let mut counts = Vec::new();
    let hours = nonzero(merged(gone.hours, come.hours, HourDelta::less));
    counts.extend(hours.map(|(key, delta)| Count::Hour(key, delta)));
    let plain = |come: i64, gone: i64| come - gone;
    counts.extend(nonzero(merged(gone.waits, come.waits, plain)).map(|(k, n)| Count::Wait(k, n)));
    let days = merged(gone.officer_days, come.officer_days, |come, gone| {
        OfficerDayDelta {
            encounters: come.encounters - gone.encounters,
            closed: come.closed - gone.closed,
        }
    });
    counts.extend(nonzero(days).map(|(key, delta)| Count::OfficerDay(key, delta)));
    let beats = nonzero(merged(gone.officer_beats, come.officer_beats, plain));
    counts.extend(beats.map(|(key, n)| Count::OfficerBeat(key, n)));
    let survey = nonzero(merged(gone.survey, come.survey, plain));
    counts.extend(survey.map(|(key, n)| Count::Survey(key, n)));
    let uses = nonzero(merged(gone.blob_uses, come.blob_uses, plain));
    counts.extend(uses.map(|(key, n)| Count::BlobUse(key, n)));
    counts.extend(come.quality.less(gone.quality).map(Count::Quality));
    counts
}

pub(super) fn nonzero<K, V: Default + PartialEq>(
    counts: BTreeMap<K, V>,
) -> impl Iterator<Item = (K, V)> {
    let nothing = V::default();
    counts.into_iter().filter(move |(_, n)| *n != nothing)
}

pub(super) fn merged<K: Ord, V: Copy + Default>(
    gone: BTreeMap<K, V>,
    come: BTreeMap<K, V>,
    less: impl Fn(V, V) -> V,
) -> BTreeMap<K, V> {
    let mut all: BTreeMap<K, V> = gone
        .into_iter()
        .map(|(key, value)| (key, less(V::default(), value)))
        .collect();
    for (key, value) in come {
        let known = all.remove(&key).unwrap_or_default();
        // `known` is minus what has gone, so adding is taking away its negative.
        let sum = less(value, less(V::default(), known));
        all.insert(key, sum);
    }
    all
}
