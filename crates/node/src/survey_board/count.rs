//! Counting judgements; pure.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::pack::{Survey, SurveyItem, SurveyScale};
use pengayom_measure::clustered::clustered_share;
use pengayom_measure::difference::newcombe;
use pengayom_measure::mixed::Grouping;
use pengayom_measure::proportion::{self, Interval};
use pengayom_measure::rake::{Margin, Raked, rake};
use pengayom_measure::reliability::reliability;
use pengayom_measure::satisfaction::{Bands, Weights, satisfaction_index};
use pengayom_store::rows::SurveySheet;

use super::{
    BURST, IndexResult, RELIABILITY_NEEDS, SHEETS_MAX, ScaleResult, Sign, SurveyBoard,
    TrustAndLiking, Unweighted, WEIGHTS_NEED, Weighted, Weighting,
};

/// The lowest point, in the good direction, of a good answer: "yes" or "very".
const GOOD: u8 = 3;

/// The best point.
const BEST: u8 = 4;

/// Answers a sheet needs to be called "all best".
const BEST_NEEDS: usize = 4;

/// How far the share of "all best" sheets has to lie above the rest, at the lower end of its interval, to
/// be pointed out; our choice.
const BEST_ABOVE: f64 = 0.1;

/// Judgements of a service or a station below which it is joined with other small ones for weights.
const LEVEL_NEEDS: u64 = 5;

/// What small services and stations are joined to.
const JOINED: &str = "*";

/// One judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// The service.
    pub service: String,
    /// The station; empty: unknown.
    pub station: String,
    /// When it was given.
    pub given_at: Timestamp,
    /// Points from 1 to 4 by item; "do not know" is not there.
    pub answers: BTreeMap<String, u8>,
}

impl Sheet {
    /// The judgement of a row. Answers that make no sense are as if not given.
    pub fn of_row(row: &SurveySheet) -> Self {
        let answers: BTreeMap<String, u8> = serde_json::from_str(&row.answers).unwrap_or_default();
        Self {
            service: row.service.to_string(),
            station: row
                .station
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            given_at: row.given_at,
            answers: answers
                .into_iter()
                .filter(|(_, digit)| (1..=4).contains(digit))
                .collect(),
        }
    }

    /// Points in the good direction of an item.
    fn points(&self, item: &SurveyItem) -> Option<u8> {
        item.good_points(*self.answers.get(item.code.as_str())?)
    }
}

/// People served: meetings or answered reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// Part of the mix by service and station; else of how many there were by service.
    pub mix: bool,
    /// The service.
    pub service: String,
    /// The station; empty: unknown, or not told apart.
    pub station: String,
    /// How many.
    pub n: i64,
}

/// What judgements say. The days and the moment are for the caller to set.
///
/// - `sheets`: the latest judgements.
/// - `total`: how many there are; at least those of `sheets`.
/// - `served`: of the same days how many could have judged, and the mix of whole months.
#[must_use]
pub fn count(survey: &Survey, sheets: &[Sheet], total: u64, served: &[Served]) -> SurveyBoard {
    let small = u64::from(survey.form.small_cell);
    let could = served.iter().filter(|row| !row.mix).map(|row| row.n);
    let asked = u64::try_from(could.sum::<i64>()).unwrap_or(0);
    let (weighting, weights) = match weights(sheets, served) {
        Ok((weighting, weights)) => (weighting, Some(weights)),
        Err(why) => (Weighting::No(why), None),
    };
    let mut scales: Vec<SurveyScale> = Vec::new();
    for item in survey.asked_items() {
        if item.scale != SurveyScale::Ikm && !scales.contains(&item.scale) {
            scales.push(item.scale);
        }
    }
    let scales = scales.into_iter().map(|scale| {
        let items: Vec<&SurveyItem> = survey
            .asked_items()
            .filter(|item| item.scale == scale)
            .collect();
        scale_result(scale, &items, sheets, small, weights.as_ref())
    });
    SurveyBoard {
        from: Date::ZERO,
        to: Date::ZERO,
        at: Timestamp::UNIX_EPOCH,
        sheets: total,
        cut: total > u64::from(SHEETS_MAX),
        asked,
        // More judgements than could be: the days of meeting and of judging differ at the edges.
        response: proportion::share(total.min(asked), asked)
            .ok()
            .filter(|_| asked >= small),
        index: index(survey, sheets, small),
        scales: scales.collect(),
        trust: trust_and_liking(survey, sheets, small),
        weighting,
        signs: signs(survey, sheets, small),
        small_cell: survey.form.small_cell,
    }
}

fn scale_result(
    scale: SurveyScale,
    items: &[&SurveyItem],
    sheets: &[Sheet],
    small: u64,
    weights: Option<&Weighing>,
) -> ScaleResult {
    let of_sheet = |sheet: &Sheet| {
        let points = items.iter().filter_map(|item| sheet.points(item));
        points.fold((0, 0), |(good, n), points| {
            (good + u64::from(points >= GOOD), n + 1)
        })
    };
    let groups: Vec<(u64, u64)> = sheets.iter().map(of_sheet).collect();
    let answered = count_of(groups.iter().filter(|(_, n)| *n > 0).count());
    let shown = answered >= small;
    ScaleResult {
        scale,
        items: count_of(items.len()),
        sheets: answered,
        good: clustered_share(&groups).ok().filter(|_| shown),
        weighted: weights
            .filter(|_| shown)
            .and_then(|weights| weights.share(&groups)),
        reliability: whole_sheets(items, sheets)
            .filter(|rows| count_of(rows.len()) >= RELIABILITY_NEEDS)
            .and_then(|rows| reliability(&rows).ok()),
    }
}

/// Points of the sheets that answer every item; `None` with fewer than two items.
fn whole_sheets(items: &[&SurveyItem], sheets: &[Sheet]) -> Option<Vec<Vec<f64>>> {
    let whole = |sheet: &Sheet| -> Option<Vec<f64>> {
        items
            .iter()
            .map(|item| sheet.points(item).map(f64::from))
            .collect()
    };
    (items.len() > 1).then(|| sheets.iter().filter_map(whole).collect())
}

fn index(survey: &Survey, sheets: &[Sheet], small: u64) -> IndexResult {
    let items: Vec<&SurveyItem> = survey
        .asked_items()
        .filter(|item| item.scale == SurveyScale::Ikm)
        .collect();
    let all = survey
        .items
        .iter()
        .filter(|item| item.scale == SurveyScale::Ikm)
        .count();
    let rows = whole_sheets(&items, sheets).unwrap_or_default();
    let n = count_of(rows.len());
    let can = items.len() == all && n >= small;
    IndexResult {
        items: items.iter().map(|item| item.code.to_string()).collect(),
        sheets: n,
        index: can
            .then(|| satisfaction_index(&rows, &Weights::Equal, Bands::Of2017).ok())
            .flatten(),
    }
}

fn trust_and_liking(survey: &Survey, sheets: &[Sheet], small: u64) -> TrustAndLiking {
    let item = |scale| survey.asked_items().find(|item| item.scale == scale);
    let (mut n, mut both, mut trust_only, mut liking_only) = (0, 0, 0, 0);
    if let (Some(trust), Some(liking)) = (item(SurveyScale::Trust), item(SurveyScale::Liking)) {
        for sheet in sheets {
            let (Some(trusts), Some(likes)) = (sheet.points(trust), sheet.points(liking)) else {
                continue;
            };
            n += 1;
            match (trusts >= GOOD, likes >= GOOD) {
                (true, true) => both += 1,
                (true, false) => trust_only += 1,
                (false, true) => liking_only += 1,
                (false, false) => {}
            }
        }
    }
    let share = |x| proportion::share(x, n).ok().filter(|_| n >= small);
    TrustAndLiking {
        n,
        both,
        trust_only,
        liking_only,
        trusted_not_liked: share(trust_only),
        liked_not_trusted: share(liking_only),
    }
}

/// What looks as if answers were stuffed. That a card judges once, and how often one origin may try, is
/// bounded elsewhere; this finds what passes there.
fn signs(survey: &Survey, sheets: &[Sheet], small: u64) -> Vec<Sign> {
    let mut signs = Vec::new();
    let mut given: Vec<Timestamp> = sheets.iter().map(|sheet| sheet.given_at).collect();
    given.sort_unstable();
    if let Some((at, n)) = most_within_a_minute(&given).filter(|(_, n)| *n >= BURST) {
        signs.push(Sign::Burst { at, n });
    }
    let mut best: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for sheet in sheets {
        let points = survey.asked_items().filter_map(|item| sheet.points(item));
        let points: Vec<u8> = points.collect();
        if points.len() >= BEST_NEEDS {
            let (x, n) = best.entry(sheet.station.as_str()).or_default();
            *x += u64::from(points.iter().all(|points| *points == BEST));
            *n += 1;
        }
    }
    let (all_x, all_n) = best
        .values()
        .fold((0, 0), |(x, n), of| (x + of.0, n + of.1));
    for (station, (x, n)) in best {
        let rest = (all_x - x, all_n - n);
        if n < small || rest.1 < small {
            continue;
        }
        let above = newcombe((x, n), rest).is_ok_and(|of| of.low > BEST_ABOVE);
        if let (true, Ok(here), Ok(rest)) = (
            above,
            proportion::share(x, n),
            proportion::share(rest.0, rest.1),
        ) {
            signs.push(Sign::AllBest {
                station: (!station.is_empty()).then(|| station.to_owned()),
                here,
                rest,
            });
        }
    }
    signs
}

/// The first moment of the fullest minute, and how many fall in it.
fn most_within_a_minute(sorted: &[Timestamp]) -> Option<(Timestamp, u64)> {
    let mut most: Option<(Timestamp, u64)> = None;
    let mut within: VecDeque<Timestamp> = VecDeque::new();
    for &at in sorted {
        while within
            .front()
            .is_some_and(|first| at.duration_since(*first).as_secs() >= 60)
        {
            within.pop_front();
        }
        within.push_back(at);
        let n = count_of(within.len());
        if let Some(&first) = within.front()
            && most.is_none_or(|(_, known)| n > known)
        {
            most = Some((first, n));
        }
    }
    most
}

/// Weights of the sheets, and which level each has.
struct Weighing {
    margins: Vec<Margin>,
}

impl Weighing {
    /// The weighted mean of the sheets' own shares of good answers, over those that answered.
    fn share(&self, groups: &[(u64, u64)]) -> Option<Weighted> {
        let answered: Vec<usize> = (0..groups.len())
            .filter(|at| groups.get(*at).is_some_and(|(_, n)| *n > 0))
            .collect();
        if count_of(answered.len()) < WEIGHTS_NEED {
            return None;
        }
        let y: Vec<f64> = answered
            .iter()
            .filter_map(|at| groups.get(*at))
            .map(|(good, n)| real(*good) / real(*n))
            .collect();
        let margins: Option<Vec<Margin>> = self
            .margins
            .iter()
            .map(|margin| of_rows(margin, &answered))
            .collect();
        let raked: Raked = rake(&margins?, None, Some(&y)).ok()?;
        let mean = raked.mean?;
        Some(Weighted {
            share: mean.mean,
            interval: Interval {
                low: mean.interval.low.max(0.0),
                high: mean.interval.high.min(1.0),
            },
            effective: raked.n_effective,
        })
    }
}

/// Weights by service and station.
fn weights(sheets: &[Sheet], served: &[Served]) -> Result<(Weighting, Weighing), Unweighted> {
    if count_of(sheets.len()) < WEIGHTS_NEED {
        return Err(Unweighted::Few);
    }
    let people = |of: fn(&Served) -> &str| {
        let mut sums: BTreeMap<String, f64> = BTreeMap::new();
        for row in served.iter().filter(|row| row.mix && row.n > 0) {
            let n = u64::try_from(row.n).unwrap_or(0);
            *sums.entry(of(row).to_owned()).or_default() += real(n);
        }
        sums
    };
    let services = people(|row| &row.service);
    let stations = people(|row| &row.station);
    let all: f64 = services.values().sum();
    if all <= 0.0 {
        return Err(Unweighted::NobodyServed);
    }
    let (service, uncovered) = margin(
        "service",
        sheets.iter().map(|of| of.service.as_str()),
        &services,
    );
    let (station, uncovered_too) = margin(
        "station",
        sheets.iter().map(|of| of.station.as_str()),
        &stations,
    );
    let margins = vec![
        service.ok_or(Unweighted::NotFound)?,
        station.ok_or(Unweighted::NotFound)?,
    ];
    let raked = rake(&margins, None, None).map_err(|_| Unweighted::NotFound)?;
    let weighting = Weighting::ByServiceAndStation {
        uncovered: uncovered.max(uncovered_too),
        design_effect: raked.design_effect,
    };
    Ok((weighting, Weighing { margins }))
}

/// A margin of shares. Levels with few judgements, or of which nobody is known to be served, are joined;
/// the share of people nobody speaks for is told.
fn margin<'a>(
    name: &str,
    levels: impl Iterator<Item = &'a str>,
    people: &BTreeMap<String, f64>,
) -> (Option<Margin>, f64) {
    let levels: Vec<&str> = levels.collect();
    let mut judged: BTreeMap<&str, u64> = BTreeMap::new();
    for level in &levels {
        *judged.entry(level).or_default() += 1;
    }
    let apart: BTreeSet<&str> = judged
        .iter()
        .filter(|(level, n)| **n >= LEVEL_NEEDS && people.get(**level).is_some_and(|n| *n > 0.0))
        .map(|(level, _)| *level)
        .collect();
    let all: f64 = people.values().sum();
    let joined_judged = levels.iter().any(|level| !apart.contains(level));
    let joined: f64 = people
        .iter()
        .filter(|(level, _)| !apart.contains(level.as_str()))
        .map(|(_, n)| n)
        .sum();
    let uncovered = if joined_judged || all <= 0.0 {
        0.0
    } else {
        joined / all
    };
    let labels = levels.iter().map(|level| {
        if apart.contains(level) {
            *level
        } else {
            JOINED
        }
    });
    let Ok(grouping) = Grouping::from_labels(name, labels) else {
        return (None, uncovered);
    };
    let total = |label: &String| {
        if label == JOINED {
            // Judged, but nobody is known to be served there: as many as they are.
            joined.max(real(count_of(levels.len()) - judged_of(&judged, &apart)))
        } else {
            people.get(label).copied().unwrap_or(0.0)
        }
    };
    let totals: Vec<f64> = grouping.labels().iter().map(total).collect();
    let sum: f64 = totals.iter().sum();
    // Margins come from different counts: each is made to add up to the judgements.
    let scale = real(count_of(levels.len())) / sum;
    let totals: Vec<f64> = totals.into_iter().map(|total| total * scale).collect();
    (Some(Margin { grouping, totals }), uncovered)
}

fn judged_of(judged: &BTreeMap<&str, u64>, apart: &BTreeSet<&str>) -> u64 {
    judged
        .iter()
        .filter(|(level, _)| apart.contains(*level))
        .map(|(_, n)| n)
        .sum()
}

/// The margin of some of the rows; levels that none of them has are left out.
fn of_rows(margin: &Margin, rows: &[usize]) -> Option<Margin> {
    let labels = margin.grouping.labels();
    let codes = margin.grouping.codes();
    let label = |at: &usize| {
        let code = usize::try_from(*codes.get(*at)?).ok()?;
        labels.get(code).map(String::as_str)
    };
    let picked: Option<Vec<&str>> = rows.iter().map(label).collect();
    let grouping = Grouping::from_labels(margin.grouping.name(), picked?).ok()?;
    let known: BTreeMap<&str, f64> = labels
        .iter()
        .map(String::as_str)
        .zip(margin.totals.iter().copied())
        .collect();
    let totals: Vec<f64> = grouping
        .labels()
        .iter()
        .map(|label| known.get(label.as_str()).copied().unwrap_or(0.0))
        .collect();
    let sum: f64 = totals.iter().sum();
    let scale = real(count_of(rows.len())) / sum;
    Some(Margin {
        grouping,
        totals: totals.into_iter().map(|total| total * scale).collect(),
    })
}

fn count_of(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn real(n: u64) -> f64 {
    n as f64
}
