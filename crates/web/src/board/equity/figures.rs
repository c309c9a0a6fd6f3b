//! Equal attention for programs: JSON, and the rows of the CSV.

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_measure::getis_ord::Spot;
use pengayom_node::equity::{Call, Equity, NeedUsed, OutcomeKind, Weighed};
use serde::Serialize;
use utoipa::ToSchema;

use super::told::stratum_name;
use crate::frame::PageFrame;

/// Columns of the CSV; what a part has none of is empty.
pub(super) const COLUMNS: [&str; 12] = [
    "part",
    "code",
    "name",
    "n",
    "share",
    "need",
    "need_share",
    "figure",
    "low",
    "high",
    "q",
    "call",
];

/// What need was taken to be.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EquityNeed)]
struct NeedFigure {
    /// `people`, `reports` or `equal`.
    used: &'static str,
    /// Of how many areas the people are known.
    people_known: usize,
    /// Of how many.
    areas: usize,
    /// People would have been taken, and are not known for all areas.
    fell_back: bool,
}

/// Attention beside need.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EquityRow)]
struct RowFigure {
    /// Code of the area or the stratum. Null: unknown.
    #[schema(required)]
    code: Option<String>,
    /// Its name.
    name: String,
    /// How much attention. Null: hidden, too few.
    #[schema(required)]
    attention: Option<u64>,
    /// How much need. Null: hidden, or not known.
    #[schema(required)]
    need: Option<f64>,
    /// Share of the attention of all rows that are shown, in `[0, 1]`.
    #[schema(required)]
    attention_share: Option<f64>,
    /// Share of their need.
    #[schema(required)]
    need_share: Option<f64>,
    /// The one over the other. Null beside shares: there is no need.
    #[schema(required)]
    ratio: Option<f64>,
    /// Lower end of its 95 % interval.
    #[schema(required)]
    low: Option<f64>,
    /// Upper end.
    #[schema(required)]
    high: Option<f64>,
    /// Probability by chance, adjusted for how many rows are looked at.
    #[schema(required)]
    q: Option<f64>,
    /// `less`, `more` or `neither`, false discoveries held at 5 %.
    call: &'static str,
    /// `hot` or `cold`: among areas with much or with little. Null: neither, or strata.
    #[schema(required)]
    spot: Option<&'static str>,
}

/// What came of it in one stratum, beside the rest of the unit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EquityOutcome)]
struct OutcomeFigure {
    /// `in_time`, `closed` or `good`.
    outcome: &'static str,
    /// Code of the stratum. Null: unknown.
    #[schema(required)]
    stratum: Option<String>,
    /// Its name.
    name: String,
    /// Out of how many. Null: hidden, too few.
    #[schema(required)]
    n: Option<u64>,
    /// The share. Null: too few to say.
    #[schema(required)]
    share: Option<f64>,
    /// Lower end of its 95 % interval.
    #[schema(required)]
    low: Option<f64>,
    /// Upper end.
    #[schema(required)]
    high: Option<f64>,
    /// The share less that of the rest of the unit.
    #[schema(required)]
    difference: Option<f64>,
    /// Lower end of its 95 % interval.
    #[schema(required)]
    difference_low: Option<f64>,
    /// Upper end.
    #[schema(required)]
    difference_high: Option<f64>,
    /// Probability by chance, adjusted for how many are looked at.
    #[schema(required)]
    q: Option<f64>,
    /// `less`, `more` or `neither`.
    call: &'static str,
}

/// How unequal attention is beside need.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EquityUnequal)]
struct UnequalFigure {
    /// Areas that are shown.
    n: usize,
    /// Gini coefficient.
    gini: f64,
    /// Lower end of its 95 % interval.
    #[schema(required)]
    gini_low: Option<f64>,
    /// Upper end.
    #[schema(required)]
    gini_high: Option<f64>,
    /// What it would be about if only chance made a difference.
    #[schema(required)]
    gini_by_chance: Option<f64>,
    /// The share of the attention that would have to move.
    hoover: f64,
    /// Concentration index by distance to where officers start: below 0 the near get more.
    #[schema(required)]
    by_distance: Option<f64>,
    /// Lower end of its 95 % interval.
    #[schema(required)]
    by_distance_low: Option<f64>,
    /// Upper end.
    #[schema(required)]
    by_distance_high: Option<f64>,
    /// Shares of need and of attention up to each area, from the one with the lowest ratio on.
    lorenz: Vec<[f64; 2]>,
}

/// Whether it lies together on the map.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EquityTogether)]
struct TogetherFigure {
    /// Moran's I.
    moran: f64,
    /// What it would be by chance.
    expected: f64,
    /// 95 % of chance lies above this.
    #[schema(required)]
    chance_low: Option<f64>,
    /// And below this.
    #[schema(required)]
    chance_high: Option<f64>,
    /// Areas.
    n: usize,
}

/// How officers spread their encounters, of all times; of nobody alone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EquityOfficers)]
struct OfficersFigure {
    /// Officers that are counted.
    officers: usize,
    /// A quarter of them would have to move at most this share.
    lower: f64,
    /// Half of them.
    middle: f64,
    /// Three quarters.
    upper: f64,
    /// The middle of what chance alone would give.
    by_chance: f64,
}

/// Attention beside need over whole months. It compares areas, it does not rank them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Equity)]
pub(crate) struct EquityFigures {
    /// First day of the first month.
    #[schema(value_type = String, format = Date)]
    pub(super) from: Date,
    /// Last day of the last month.
    #[schema(value_type = String, format = Date)]
    pub(super) to: Date,
    /// The moment it was read.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Totals of fewer are hidden.
    small_cell: u64,
    /// What attention is: `encounters`, `taken_up`, `in_time` or `closed`.
    attention: &'static str,
    /// Which areas: `station` or `beat`.
    level: &'static str,
    /// How much attention in all. Null: hidden.
    #[schema(required)]
    total: Option<u64>,
    /// Reports filed in all. Null: hidden.
    #[schema(required)]
    filed: Option<u64>,
    /// Rows of areas that are hidden.
    hidden: usize,
    /// What need is, of the areas.
    need: NeedFigure,
    /// The areas by code, then what is at no known place.
    areas: Vec<RowFigure>,
    /// How unequal. Null: nothing to share, or too few areas.
    #[schema(required)]
    unequal: Option<UnequalFigure>,
    /// Whether it lies together. Null: that cannot be said.
    #[schema(required)]
    together: Option<TogetherFigure>,
    /// What need is, of the strata: they are made of beats.
    strata_need: NeedFigure,
    /// Strata by distance, near to far, then the unknown.
    strata: Vec<RowFigure>,
    /// The item of the survey that `good` is about.
    #[schema(required)]
    item: Option<String>,
    /// Who benefits, by stratum.
    outcomes: Vec<OutcomeFigure>,
    /// How officers spread their encounters. Null: too few officers.
    #[schema(required)]
    officers: Option<OfficersFigure>,
}

impl EquityFigures {
    /// As it was read, names in the page's language.
    pub(crate) fn new(frame: &PageFrame, read: &Equity) -> Self {
        let areas = read.areas.iter().map(|row| {
            let name = match row.code {
                Some(_) => row.name.clone(),
                None => frame.t("equity.no_place").to_owned(),
            };
            let code = row.code.as_ref().map(ToString::to_string);
            row_figure(code, name, (row.attention, row.need), row.weighed)
        });
        let strata = read.strata.iter().map(|row| {
            let code = row.stratum.as_ref().map(ToString::to_string);
            let name = stratum_name(frame, row.stratum.as_ref());
            row_figure(code, name, (row.attention, row.need), row.weighed)
        });
        let outcomes = read.outcomes.iter().map(|one| OutcomeFigure {
            outcome: one.kind.code(),
            stratum: one.stratum.as_ref().map(ToString::to_string),
            name: stratum_name(frame, one.stratum.as_ref()),
            n: one.n,
            share: one.share.map(|share| share.share),
            low: one.share.map(|share| share.interval.low),
            high: one.share.map(|share| share.interval.high),
            difference: one.difference,
            difference_low: one.interval.map(|own| own.low),
            difference_high: one.interval.map(|own| own.high),
            q: one.q,
            call: call_code(one.call),
        });
        Self {
            from: read.from,
            to: read.to,
            at: read.at,
            small_cell: read.small_cell,
            attention: read.attention.code(),
            level: read.level.code(),
            total: read.total,
            filed: read.filed,
            hidden: read.hidden,
            need: need_figure(read.need),
            areas: areas.collect(),
            unequal: read.unequal.as_ref().map(|of| {
                let near = of.by_distance.as_ref();
                UnequalFigure {
                    n: of.n,
                    gini: of.gini,
                    gini_low: of.gini_interval.map(|own| own.low),
                    gini_high: of.gini_interval.map(|own| own.high),
                    gini_by_chance: of.gini_by_chance,
                    hoover: of.hoover,
                    by_distance: near.map(|near| near.index),
                    by_distance_low: near.and_then(|near| Some(near.interval?.low)),
                    by_distance_high: near.and_then(|near| Some(near.interval?.high)),
                    lorenz: of.lorenz.iter().map(|point| [point.x, point.y]).collect(),
                }
            }),
            together: read.together.map(|of| TogetherFigure {
                moran: of.moran,
                expected: of.expected,
                chance_low: of.by_chance.map(|own| own.low),
                chance_high: of.by_chance.map(|own| own.high),
                n: of.n,
            }),
            strata_need: need_figure(read.strata_need),
            strata: strata.collect(),
            item: read.item.clone(),
            outcomes: outcomes.collect(),
            officers: read.spread.map(|of| {
                let [lower, middle, upper] = of.hoover;
                OfficersFigure {
                    officers: of.officers,
                    lower,
                    middle,
                    upper,
                    by_chance: of.by_chance,
                }
            }),
        }
    }

    /// The rows of the CSV.
    pub(super) fn rows(&self) -> Vec<[String; 12]> {
        let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
        let count = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
        let mut rows = Vec::new();
        for (part, all) in [("area", &self.areas), ("stratum", &self.strata)] {
            rows.extend(all.iter().map(|row| {
                [
                    part.to_owned(),
                    row.code.clone().unwrap_or_default(),
                    row.name.clone(),
                    count(row.attention),
                    number(row.attention_share),
                    number(row.need),
                    number(row.need_share),
                    number(row.ratio),
                    number(row.low),
                    number(row.high),
                    number(row.q),
                    row.call.to_owned(),
                ]
            }));
        }
        rows.extend(self.outcomes.iter().map(|one| {
            [
                one.outcome.to_owned(),
                one.stratum.clone().unwrap_or_default(),
                one.name.clone(),
                count(one.n),
                number(one.share),
                String::new(),
                String::new(),
                number(one.difference),
                number(one.difference_low),
                number(one.difference_high),
                number(one.q),
                one.call.to_owned(),
            ]
        }));
        rows
    }
}

fn need_figure(need: NeedUsed) -> NeedFigure {
    let (people_known, areas) = need.people_known;
    NeedFigure {
        used: need.need.code(),
        people_known,
        areas,
        fell_back: need.fell_back,
    }
}

fn row_figure(
    code: Option<String>,
    name: String,
    (attention, need): (Option<u64>, Option<f64>),
    weighed: Option<Weighed>,
) -> RowFigure {
    let interval = weighed.and_then(|of| of.interval);
    RowFigure {
        code,
        name,
        attention,
        need,
        attention_share: weighed.map(|of| of.attention),
        need_share: weighed.map(|of| of.need),
        ratio: weighed
            .and_then(|of| of.ratio)
            .filter(|ratio| ratio.is_finite()),
        low: interval.map(|own| own.low),
        high: interval.map(|own| own.high),
        q: weighed.and_then(|of| of.q),
        call: call_code(weighed.map_or(Call::Neither, |of| of.call)),
        spot: weighed.and_then(|of| of.spot).map(|spot| match spot {
            Spot::Hot => "hot",
            Spot::Cold => "cold",
        }),
    }
}

const fn call_code(call: Call) -> &'static str {
    match call {
        Call::Less => "less",
        Call::More => "more",
        Call::Neither => "neither",
    }
}

/// Key of the name of an outcome.
pub(super) const fn outcome_name(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::InTime => "equity.outcome_in_time",
        OutcomeKind::Closed => "equity.outcome_closed",
        OutcomeKind::Good => "equity.outcome_good",
    }
}
