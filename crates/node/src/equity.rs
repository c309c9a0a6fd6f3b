//! Equal attention: the share of attention an area or a stratum gets beside its share of need, how unequal that is,
//! where it lies together on the map, and who benefits (S46, S47, S49, Bittner); the same for an officer's own
//! encounters (S48). `docs/measures.md` says what each counts, and what none of them can say.
//!
//! What need is, is chosen and said. Counts are of whole months, by beat, and are read from sums that every append
//! keeps: no act is read. What fewer than the pack's small-cell limit are part of is hidden first; **everything else
//! is worked out from what is left**, so that no index and no curve gives away what is hidden.

mod compare;
mod count;
mod ground;
mod hide;
mod neighbours;
mod officer;
mod outcome;

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::pack::GoodEnd;
use pengayom_core::place::{AreaCode, StratumId};
use pengayom_measure::proportion::Interval;
use pengayom_measure::ranking::CurvePoint;
use pengayom_store::{Grain, Span};

use self::count::{by_beat, by_district};
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;

pub use compare::{Call, Compared, Near, PAIRS_MAX, Weighed, compare};
pub use count::{Counts, Sums};
pub use ground::{Beat, Corners, District, Ground};
pub use neighbours::neighbours;
pub use officer::{OWN_NEEDS, OwnGround, OwnPlace, SPREAD_NEEDS, Spread, own, spread};
pub use outcome::{Outcome, OutcomeKind, outcomes};

/// What attention is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attention {
    /// Encounters recorded there: where officers met people.
    Encounters,
    /// Reports from there that got a first answer.
    TakenUp,
    /// Of those, the ones that got it in time.
    InTime,
    /// Reports from there that were closed.
    Closed,
}

/// What need is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// People who live there.
    People,
    /// Reports filed from there.
    Reports,
    /// Every area the same.
    Equal,
}

/// Which areas are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Areas of stations, such as kecamatan.
    Station,
    /// Beats, such as villages.
    Beat,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wish {
    /// What attention is.
    pub attention: Attention,
    /// What need is; `None`: people where they are known for all areas, else reports.
    pub need: Option<Need>,
    /// Which areas; `None`: those of stations where there are some.
    pub level: Option<Level>,
}

/// What need was taken to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NeedUsed {
    /// It.
    pub need: Need,
    /// Of how many areas the people are known, and how many areas there are.
    pub people_known: (usize, usize),
    /// People were asked for, or would have been taken, and are not known for all areas.
    pub fell_back: bool,
}

/// What somebody may see of the counts of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// What there is.
    pub counts: Counts,
    /// What concerns encounters is hidden.
    pub hides_meetings: bool,
    /// What concerns reports is hidden.
    pub hides_cases: bool,
    /// What concerns answers is hidden.
    pub hides_answers: bool,
}

/// One area, or what has none.
#[derive(Debug, Clone, PartialEq)]
pub struct AreaRow {
    /// Its code; `None`: what happened at a place in no known area.
    pub code: Option<AreaCode>,
    /// Its name; empty for what has no area.
    pub name: String,
    /// People who live there.
    pub people: Option<u64>,
    /// How much attention; `None`: hidden.
    pub attention: Option<u64>,
    /// How much need; `None`: hidden or not known.
    pub need: Option<f64>,
    /// The one beside the other; `None` where either is not shown, and for what has no area.
    pub weighed: Option<Weighed>,
}

/// One stratum, or what has none.
#[derive(Debug, Clone, PartialEq)]
pub struct StratumRow {
    /// Which; `None`: of unknown stratum, or at a place in no known beat.
    pub stratum: Option<StratumId>,
    /// Beats in it.
    pub beats: usize,
    /// How much attention; `None`: hidden.
    pub attention: Option<u64>,
    /// How much need; `None`: hidden or not known.
    pub need: Option<f64>,
    /// The one beside the other.
    pub weighed: Option<Weighed>,
}

/// How unequal attention is beside need, over the areas that are shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Unequal {
    /// Need over, attention up, from the area with the lowest ratio on.
    pub lorenz: Vec<CurvePoint>,
    /// Gini coefficient of attention over need.
    pub gini: f64,
    /// Its 95 % interval.
    pub gini_interval: Option<Interval>,
    /// What it would be about if only chance made a difference.
    pub gini_by_chance: Option<f64>,
    /// The share of the attention that would have to move.
    pub hoover: f64,
    /// How attention for each piece of need goes with the distance to the station; `None` where distances
    /// are not known.
    pub by_distance: Option<ByDistance>,
    /// Areas.
    pub n: usize,
}

/// How attention goes with distance.
#[derive(Debug, Clone, PartialEq)]
pub struct ByDistance {
    /// Concentration index: below 0 where the near get more than their need, above 0 where the far do.
    pub index: f64,
    /// Its 95 % interval.
    pub interval: Option<Interval>,
    /// Its curve, from the nearest on.
    pub curve: Vec<CurvePoint>,
    /// Areas whose distance is known.
    pub n: usize,
}

/// Whether areas with much or little attention for their need lie together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Together {
    /// Moran's I.
    pub moran: f64,
    /// What it would be by chance.
    pub expected: f64,
    /// 95 % of chance lies in it.
    pub by_chance: Option<Interval>,
    /// Areas with need, and neighbours or not.
    pub n: usize,
}

/// Attention beside need over some months.
#[derive(Debug, Clone, PartialEq)]
pub struct Equity {
    /// First day of the first month.
    pub from: Date,
    /// Last day of the last month.
    pub to: Date,
    /// The moment it was read.
    pub at: Timestamp,
    /// Totals of fewer are hidden.
    pub small_cell: u64,
    /// What attention is.
    pub attention: Attention,
    /// What need is, of the areas.
    pub need: NeedUsed,
    /// Which areas.
    pub level: Level,
    /// The unit has areas of both levels.
    pub has_levels: bool,
    /// The whole unit; `None` what too few are part of.
    pub encounters: Option<u64>,
    /// As above.
    pub filed: Option<u64>,
    /// How much attention in all; `None`: hidden.
    pub total: Option<u64>,
    /// The areas by code, then what has no area, if there is any.
    pub areas: Vec<AreaRow>,
    /// How many rows are hidden.
    pub hidden: usize,
    /// How unequal; `None` where there is nothing to share or too few areas are shown.
    pub unequal: Option<Unequal>,
    /// Whether it lies together; `None` where that cannot be said.
    pub together: Option<Together>,
    /// What need is, of the strata: they are made of beats.
    pub strata_need: NeedUsed,
    /// Strata by distance, near to far, then the unknown.
    pub strata: Vec<StratumRow>,
    /// Who benefits, by stratum.
    pub outcomes: Vec<Outcome>,
    /// The item of the survey that `OutcomeKind::Good` is about, if the form has any.
    pub item: Option<String>,
    /// How officers spread their encounters; `None`: too few officers to say it without naming one.
    pub spread: Option<Spread>,
}

/// Areas below which nothing is said of how unequal they are; our choice, the fewest a map says something of.
pub const AREAS_NEED: usize = 3;

impl Attention {
    /// All, the first being what is shown when nothing is asked.
    pub const ALL: [Self; 4] = [Self::Encounters, Self::TakenUp, Self::InTime, Self::Closed];

    /// The word that programs and pages know it by; it stays the same.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Encounters => "encounters",
            Self::TakenUp => "taken_up",
            Self::InTime => "in_time",
            Self::Closed => "closed",
        }
    }

    /// The attention of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == word)
    }

    const fn of(self, counts: &Counts) -> u64 {
        match self {
            Self::Encounters => counts.encounters,
            Self::TakenUp => counts.taken_up,
            Self::InTime => counts.in_time,
            Self::Closed => counts.closed,
        }
    }

    /// Whether it is counted among the reports filed.
    const fn is_of_reports(self) -> bool {
        !matches!(self, Self::Encounters)
    }
}

impl Need {
    /// All.
    pub const ALL: [Self; 3] = [Self::People, Self::Reports, Self::Equal];

    /// The word that programs and pages know it by; it stays the same.
    pub const fn code(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Reports => "reports",
            Self::Equal => "equal",
        }
    }

    /// The need of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == word)
    }
}

impl Level {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Station, Self::Beat];

    /// The word that programs and pages know it by; it stays the same.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Station => "station",
            Self::Beat => "beat",
        }
    }

    /// The level of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == word)
    }
}

impl Seen {
    fn hides(&self, attention: Attention) -> bool {
        if attention.is_of_reports() {
            self.hides_cases
        } else {
            self.hides_meetings
        }
    }

    fn attention(&self, attention: Attention) -> Option<u64> {
        (!self.hides(attention)).then(|| attention.of(&self.counts))
    }

    /// How much need a place has: its people, its reports, or one for each area in it.
    fn need(&self, need: Need, people: Option<u64>, areas: usize) -> Option<f64> {
        match need {
            Need::People => people.map(|people| people as f64),
            Need::Reports => (!self.hides_cases).then_some(self.counts.filed as f64),
            Need::Equal => Some(areas as f64),
        }
    }
}

/// What is given once for all readings.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// First day of the first month.
    pub from: Date,
    /// Last day of the last month.
    pub to: Date,
    /// The moment it is read.
    pub at: Timestamp,
    /// Totals of fewer are hidden.
    pub small_cell: u64,
    /// What is asked for.
    pub wish: Wish,
    /// The item of the survey that is told, and which of its ends is good.
    pub item: Option<(&'a str, GoodEnd)>,
}

/// What need is taken to be, of areas whose people are these.
fn need_used(wish: Option<Need>, people: impl Iterator<Item = Option<u64>>) -> NeedUsed {
    let (known, all) = people.fold((0, 0), |(known, all), people| {
        (known + usize::from(people.is_some()), all + 1)
    });
    let are_known = all > 0 && known == all;
    let wants_people = matches!(wish, None | Some(Need::People));
    let need = match wish {
        Some(need @ (Need::Reports | Need::Equal)) => need,
        None | Some(Need::People) if are_known => Need::People,
        None | Some(Need::People) => Need::Reports,
    };
    NeedUsed {
        need,
        people_known: (known, all),
        fell_back: wants_people && !are_known,
    }
}

/// Attention beside need, of what the store has of the months. Pure.
pub fn weigh(ground: &Ground, sums: &Sums, officers: &[OfficerRow], asked: &Asked<'_>) -> Equity {
    let wish = asked.wish;
    let counts = by_beat(sums, ground, asked.item);
    let level = match wish.level {
        None | Some(Level::Station) if ground.has_districts() => Level::Station,
        None | Some(Level::Station | Level::Beat) => Level::Beat,
    };
    let mut whole_unit = Counts::default();
    for one in counts.values() {
        whole_unit.add(one);
    }
    let strata = hide::strata(ground, &counts, asked.small_cell);
    let places = match level {
        Level::Station => {
            let sums = by_district(sums, ground, &counts, &whole_unit);
            hide::districts(sums, asked.small_cell)
        }
        Level::Beat => hide::beats(ground, &counts, &strata, asked.small_cell),
    };
    let need = need_used(wish.need, ground.people(level));
    let attention = wish.attention;
    let rows: Vec<(Option<u64>, Option<f64>)> = places
        .iter()
        .map(|(at, seen)| {
            let people = at.and_then(|at| ground.people_of(level, at));
            let need = at.and_then(|_| seen.need(need.need, people, 1));
            (seen.attention(attention), need)
        })
        .collect();
    // What is at no known place has no need of its own: it is told, and no part of the shares.
    let is_known = |row: usize| places.get(row).is_some_and(|(at, _)| at.is_some());
    let subset = attention.is_of_reports() && need.need == Need::Reports;
    let pairs: Vec<(usize, u64, f64)> = rows
        .iter()
        .enumerate()
        .filter(|(row, _)| is_known(*row))
        .filter_map(|(row, (attention, need))| Some((row, (*attention)?, (*need)?)))
        .collect();
    let near = Near {
        distance: &|row| {
            let (at, _) = places.get(row)?;
            ground.distance_of(level, (*at)?)
        },
        neighbours: &|rows| {
            let at = rows
                .iter()
                .filter_map(|row| places.get(*row).and_then(|(at, _)| *at));
            ground.neighbours_of(level, &at.collect::<Vec<_>>())
        },
    };
    let compared = compare(&pairs, subset, Some(&near));
    let areas = places
        .iter()
        .zip(&rows)
        .enumerate()
        .map(|(row, ((at, _), (attention, need)))| AreaRow {
            code: at.and_then(|at| ground.code_of(level, at)),
            name: at
                .and_then(|at| ground.name_of(level, at))
                .unwrap_or_default(),
            people: at.and_then(|at| ground.people_of(level, at)),
            attention: *attention,
            need: *need,
            weighed: compared.rows.get(&row).copied(),
        })
        .collect::<Vec<_>>();
    let strata_need = need_used(wish.need, ground.people(Level::Beat));
    let hides = |n: u64| n > 0 && n < asked.small_cell;
    let hides_cases = hides(whole_unit.filed);
    let hides_meetings = hides(whole_unit.encounters);
    let hides_attention = if attention.is_of_reports() {
        hides_cases
    } else {
        hides_meetings
    };
    Equity {
        from: asked.from,
        to: asked.to,
        at: asked.at,
        small_cell: asked.small_cell,
        attention,
        need,
        level,
        has_levels: ground.has_districts(),
        encounters: (!hides_meetings).then_some(whole_unit.encounters),
        filed: (!hides_cases).then_some(whole_unit.filed),
        total: (!hides_attention).then(|| attention.of(&whole_unit)),
        hidden: rows
            .iter()
            .enumerate()
            .filter(|(row, (attention, need))| {
                let lacks_need = need.is_none() && need_is_hidden(&places, *row);
                attention.is_none() || lacks_need
            })
            .count(),
        areas,
        unequal: compared.unequal,
        together: compared.together,
        strata: stratum_rows(ground, &strata, attention, strata_need.need),
        strata_need,
        outcomes: outcomes(&strata),
        item: asked.item.map(|(item, _)| item.to_owned()),
        spread: spread(ground, officers, asked.small_cell),
    }
}

/// Whether a place has reports that are hidden.
fn need_is_hidden(places: &[(Option<usize>, Seen)], row: usize) -> bool {
    places
        .get(row)
        .is_some_and(|(at, seen)| at.is_some() && seen.hides_cases)
}

fn stratum_rows(
    ground: &Ground,
    strata: &[(Option<StratumId>, Seen)],
    attention: Attention,
    need: Need,
) -> Vec<StratumRow> {
    let sizes: Vec<(usize, Option<u64>)> = strata
        .iter()
        .map(|(stratum, _)| ground.size_of_stratum(stratum.as_ref()))
        .collect();
    let rows: Vec<(Option<u64>, Option<f64>)> = strata
        .iter()
        .zip(&sizes)
        .map(|((_, seen), (beats, people))| {
            (seen.attention(attention), seen.need(need, *people, *beats))
        })
        .collect();
    let pairs: Vec<(usize, u64, f64)> = rows
        .iter()
        .enumerate()
        .filter_map(|(row, (attention, need))| Some((row, (*attention)?, (*need)?)))
        .collect();
    let subset = attention.is_of_reports() && need == Need::Reports;
    let compared = compare(&pairs, subset, None);
    strata
        .iter()
        .zip(&sizes)
        .zip(&rows)
        .enumerate()
        .map(
            |(row, (((stratum, _), (beats, _)), (attention, need)))| StratumRow {
                stratum: stratum.clone(),
                beats: *beats,
                attention: *attention,
                need: *need,
                weighed: compared.rows.get(&row).copied(),
            },
        )
        .collect()
}

/// Encounters of one officer in one beat.
pub type OfficerRow = pengayom_store::OfficerBeat;

impl Node {
    /// Reads attention beside need over the whole months that the days lie in.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`]; [`HandleError::TooLarge`] beyond
    /// [`RESPONSE_DAYS_MAX`](crate::board::RESPONSE_DAYS_MAX) days; [`HandleError::Malformed`] when the last day is
    /// before the first; otherwise the store's.
    pub async fn equity(
        &self,
        by: &Staff,
        (from, to): (Date, Date),
        wish: Wish,
    ) -> Result<Equity, HandleError> {
        by.require(Permission::ReadBoard)?;
        self.days_span(from, to)?;
        let (from, to) = (from.first_of_month(), to.last_of_month());
        let span = Span {
            from: self.day_span(from)?.from,
            to: self.day_span(to)?.to,
        };
        let unit = self.unit();
        let sums = Sums {
            cases: self
                .store
                .case_sums(&unit.id, span, Grain::BeatMonth)
                .await?,
            meetings: self
                .store
                .meeting_sums(&unit.id, span, Grain::BeatMonth)
                .await?,
            answers: self
                .store
                .answer_sums(&unit.id, span, Grain::BeatMonth)
                .await?,
            station_cases: self
                .store
                .case_sums(&unit.id, span, Grain::MixMonth)
                .await?,
            station_meetings: self
                .store
                .meeting_sums(&unit.id, span, Grain::MixMonth)
                .await?,
        };
        let officers = self.store.officer_beats(&unit.id, None).await?;
        let survey = unit.pack.survey();
        let item = survey.form_items().next();
        let asked = Asked {
            from,
            to,
            at: self.now(),
            small_cell: u64::from(survey.form.small_cell),
            wish,
            item: item.map(|item| (item.code.as_str(), item.good)),
        };
        Ok(weigh(&Ground::of(&unit), &sums, &officers, &asked))
    }

    /// Reads where an officer met somebody, of all times: their own, and nobody else's. Whoever coaches them sees it
    /// when they show it.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn own_ground(&self, by: &Staff) -> Result<OwnGround, HandleError> {
        by.require(Permission::RecordEncounter)?;
        let unit = self.unit();
        let rows = self.store.officer_beats(&unit.id, Some(by.id)).await?;
        Ok(own(&Ground::of(&unit), &rows))
    }
}

#[cfg(test)]
mod tests;
