//! Counts of the months, by beat and by area of a station.

use std::collections::BTreeMap;

use pengayom_core::pack::GoodEnd;
use pengayom_store::{AnswerSums, CaseSums, MeetingSums};

use super::Ground;

/// Counts of one place over the months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Encounters recorded.
    pub encounters: u64,
    /// Reports filed.
    pub filed: u64,
    /// Of them, answered.
    pub taken_up: u64,
    /// Of those, in time.
    pub in_time: u64,
    /// Of the filed, closed.
    pub closed: u64,
    /// Answers to the item that is told, those who did not know left out.
    pub answers: u64,
    /// Of them, good.
    pub good: u64,
}

/// What the store has of the months.
#[derive(Debug, Clone, Default)]
pub struct Sums {
    /// Requests by month and beat.
    pub cases: Vec<CaseSums>,
    /// Encounters by month and beat.
    pub meetings: Vec<MeetingSums>,
    /// Answers by month and beat.
    pub answers: Vec<AnswerSums>,
    /// Requests by month, station and service: of many the station is known and the beat is not.
    pub station_cases: Vec<CaseSums>,
    /// Encounters by month, station and service.
    pub station_meetings: Vec<MeetingSums>,
}

impl Counts {
    pub(super) fn add(&mut self, other: &Self) {
        self.encounters += other.encounters;
        self.filed += other.filed;
        self.taken_up += other.taken_up;
        self.in_time += other.in_time;
        self.closed += other.closed;
        self.answers += other.answers;
        self.good += other.good;
    }

    fn add_cases(&mut self, row: &CaseSums) {
        let filed = whole(row.filed);
        // Sums of the record always hold these; a damaged one must not give a share above 1.
        let taken_up = whole(row.responded).min(filed);
        self.filed += filed;
        self.taken_up += taken_up;
        self.in_time += taken_up.saturating_sub(whole(row.responded_late));
        self.closed += whole(row.closed).min(filed);
    }

    /// What is left of it.
    fn less(&self, other: &Self) -> Self {
        Self {
            encounters: self.encounters.saturating_sub(other.encounters),
            filed: self.filed.saturating_sub(other.filed),
            taken_up: self.taken_up.saturating_sub(other.taken_up),
            in_time: self.in_time.saturating_sub(other.in_time),
            closed: self.closed.saturating_sub(other.closed),
            answers: self.answers.saturating_sub(other.answers),
            good: self.good.saturating_sub(other.good),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Counts by code of beat; what has none, or one the unit does not know, under `None`.
pub(super) fn by_beat(
    sums: &Sums,
    ground: &Ground,
    item: Option<(&str, GoodEnd)>,
) -> BTreeMap<Option<usize>, Counts> {
    let mut counts: BTreeMap<Option<usize>, Counts> = BTreeMap::new();
    for row in &sums.cases {
        counts
            .entry(ground.beat(&row.place))
            .or_default()
            .add_cases(row);
    }
    for row in &sums.meetings {
        let of = counts.entry(ground.beat(&row.place)).or_default();
        of.encounters += whole(row.encounters);
    }
    for row in &sums.answers {
        let Some((_, good)) = item.filter(|(item, _)| *item == row.item) else {
            continue;
        };
        let [_, no, not_quite, yes, very] = row.counts.map(whole);
        let of = counts.entry(ground.beat(&row.place)).or_default();
        of.answers += no + not_quite + yes + very;
        of.good += match good {
            GoodEnd::High => yes + very,
            GoodEnd::Low => no,
        };
    }
    counts
}

/// Counts by area of a station, and under `None` what is in none of them.
///
/// Where a station answers for one area only, what is the station's is that area's, also where no beat is known. Where
/// it answers for several, the beats say.
pub(super) fn by_district(
    sums: &Sums,
    ground: &Ground,
    by_beat: &BTreeMap<Option<usize>, Counts>,
    whole_unit: &Counts,
) -> Vec<(Option<usize>, Counts)> {
    let mut counts = vec![Counts::default(); ground.districts().len()];
    for (at, one) in by_beat {
        let beat = at.and_then(|at| ground.beats().get(at));
        let district = beat.and_then(|beat| beat.district);
        if let Some(district) = district.filter(|at| !ground.is_of_one_station(*at))
            && let Some(of) = counts.get_mut(district)
        {
            of.add(one);
        }
    }
    for row in &sums.station_cases {
        let district = ground.district_of_station(&row.place);
        if let Some(of) = district.and_then(|at| counts.get_mut(at)) {
            of.add_cases(row);
        }
    }
    for row in &sums.station_meetings {
        let district = ground.district_of_station(&row.place);
        if let Some(of) = district.and_then(|at| counts.get_mut(at)) {
            of.encounters += whole(row.encounters);
        }
    }
    let mut known = Counts::default();
    for one in &counts {
        known.add(one);
    }
    let rest = whole_unit.less(&known);
    // Answers are kept by beat only, and are told of strata only.
    let rest = Counts {
        answers: 0,
        good: 0,
        ..rest
    };
    let known = counts.into_iter().enumerate();
    let known = known.map(|(at, of)| (Some(at), of));
    known
        .chain((!rest.is_nothing()).then_some((None, rest)))
        .collect()
}

pub(super) fn whole(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}
