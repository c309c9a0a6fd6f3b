//! Equal attention in words, tables and drawings.

use pengayom_core::pack::{Certainty, StratumDimension};
use pengayom_core::place::{Area, StratumId};
use pengayom_measure::getis_ord::Spot;
use pengayom_measure::proportion::Interval;
use pengayom_node::equity::{
    Attention, Call, Equity, Need, NeedUsed, OWN_NEEDS, Outcome, OutcomeKind, SPREAD_NEEDS,
    Unequal, Weighed,
};

use super::figures::outcome_name;
use crate::chart::lorenz::{self, Index, LorenzCurve, LorenzInput};
use crate::chart::shade::{self, Classes, ShadeArea, ShadeDrawn, ShadeInput, Shaded};
use crate::chart::{Drawn, Head, Unit};
use crate::frame::PageFrame;

/// Names of areas that a sentence says; of more, how many more.
const NAMES: usize = 5;

/// Bounds of the classes of the map, around a ratio of 1.
const AROUND: [f64; 4] = [0.5, 0.8, 1.25, 2.0];

/// A row of attention beside need.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) href: Option<String>,
    pub(super) attention: String,
    pub(super) need: String,
    pub(super) ratio: String,
    pub(super) interval: String,
    pub(super) call: String,
}

/// Outcomes of one kind.
pub(super) struct OutcomeTable {
    pub(super) code: &'static str,
    pub(super) name: String,
    pub(super) help: String,
    pub(super) lines: Vec<OutcomeLine>,
}

/// An outcome of one stratum.
pub(super) struct OutcomeLine {
    pub(super) name: String,
    pub(super) n: String,
    pub(super) share: String,
    pub(super) difference: String,
    pub(super) call: String,
}

/// Everything the page says of what was read.
pub(super) struct Told {
    pub(super) sentence: String,
    /// What need is, where it comes from, what it cannot say.
    pub(super) need: Vec<String>,
    /// What stands out, in sentences.
    pub(super) calls: Vec<String>,
    pub(super) any: bool,
    pub(super) map: ShadeDrawn,
    pub(super) areas: Vec<Line>,
    pub(super) curve: Drawn,
    /// How much would have to move, the distance, and whether it lies together.
    pub(super) spread: Vec<String>,
    pub(super) strata_need: String,
    pub(super) strata: Vec<Line>,
    /// Dimensions of strata that areas do not carry yet.
    pub(super) missing: Vec<String>,
    /// Groups of people of whom nothing is counted yet.
    pub(super) groups: Vec<String>,
    pub(super) outcomes: Vec<OutcomeTable>,
    pub(super) officers: String,
    /// What is hidden, if anything is.
    pub(super) hidden: Option<String>,
}

impl Told {
    pub(super) fn of(frame: &PageFrame, read: &Equity) -> Self {
        let unequal = read.unequal.as_ref();
        Self {
            sentence: sentence(frame, read),
            need: need_words(frame, read.need),
            calls: calls(frame, read),
            any: read.areas.iter().any(|row| row.weighed.is_some()),
            map: map(frame, read),
            areas: area_lines(frame, read),
            curve: curve(frame, read, unequal),
            spread: spread(frame, read, unequal),
            strata_need: frame.tf(
                "equity.strata_need",
                &[("need", frame.t(need_name(read.strata_need.need)))],
            ),
            strata: stratum_lines(frame, read),
            missing: missing(frame),
            groups: groups(frame),
            outcomes: outcome_tables(frame, read),
            officers: officers(frame, read),
            hidden: (read.hidden > 0).then(|| {
                let (n, k) = (many(frame, read.hidden), number(frame, read.small_cell));
                frame.tf("equity.hidden_rows", &[("n", &n), ("k", &k)])
            }),
        }
    }
}

/// Key of what an attention is called.
pub(super) const fn attention_name(attention: Attention) -> &'static str {
    match attention {
        Attention::Encounters => "equity.encounters",
        Attention::TakenUp => "equity.taken_up",
        Attention::InTime => "equity.in_time",
        Attention::Closed => "equity.closed",
    }
}

/// Key of what a need is called.
pub(super) const fn need_name(need: Need) -> &'static str {
    match need {
        Need::People => "equity.people",
        Need::Reports => "equity.reports",
        Need::Equal => "equity.equal",
    }
}

/// A stratum by its name in the pack; the unknown by what it is.
pub(super) fn stratum_name(frame: &PageFrame, stratum: Option<&StratumId>) -> String {
    let Some(stratum) = stratum else {
        return frame.t("equity.stratum_unknown").to_owned();
    };
    let mut strata = frame.unit().pack.strata().iter();
    let known = strata.find(|known| known.code.as_str() == stratum.as_str());
    known.map_or_else(
        || stratum.to_string(),
        |known| frame.say(&known.name).to_owned(),
    )
}

fn sentence(frame: &PageFrame, read: &Equity) -> String {
    let format = frame.format();
    let (from, to) = (format.day(read.from), format.day(read.to));
    let total = match read.total {
        Some(total) => number(frame, total),
        None => few(frame, read),
    };
    let values = [
        ("from", from.as_str()),
        ("to", to.as_str()),
        ("n", total.as_str()),
        ("attention", frame.t(attention_name(read.attention))),
        ("need", frame.t(need_name(read.need.need))),
    ];
    frame.tf("equity.sentence", &values)
}

fn need_words(frame: &PageFrame, need: NeedUsed) -> Vec<String> {
    let mut said = Vec::new();
    if need.fell_back {
        let (known, all) = need.people_known;
        let (known, all) = (many(frame, known), many(frame, all));
        said.push(frame.tf("equity.fell_back", &[("known", &known), ("all", &all)]));
    }
    let key = match need.need {
        Need::People => "equity.people_help",
        Need::Reports => "equity.reports_help",
        Need::Equal => "equity.equal_help",
    };
    said.push(frame.t(key).to_owned());
    said
}

/// Which areas stand out, which lie together, or that none do.
fn calls(frame: &PageFrame, read: &Equity) -> Vec<String> {
    let named = |fits: &dyn Fn(&Weighed) -> bool| {
        let rows = read.areas.iter();
        let rows = rows.filter(|row| row.weighed.as_ref().is_some_and(fits));
        rows.map(|row| row.name.as_str()).collect::<Vec<&str>>()
    };
    let said = |key: &str, names: &[&str]| {
        (!names.is_empty()).then(|| {
            let n = many(frame, names.len());
            let names = listed(frame, names);
            frame.tf(key, &[("n", &n), ("names", &names)])
        })
    };
    let less = named(&|of| of.call == Call::Less);
    let more = named(&|of| of.call == Call::More);
    let hot = named(&|of| of.spot == Some(Spot::Hot));
    let cold = named(&|of| of.spot == Some(Spot::Cold));
    let mut calls: Vec<String> = [
        said("equity.less_areas", &less),
        said("equity.more_areas", &more),
        said("equity.cold_areas", &cold),
        said("equity.hot_areas", &hot),
    ]
    .into_iter()
    .flatten()
    .collect();
    if less.is_empty() && more.is_empty() && read.unequal.is_some() {
        calls.insert(0, frame.t("equity.none_stands_out").to_owned());
    }
    calls
}

/// Some names, and how many more.
fn listed(frame: &PageFrame, names: &[&str]) -> String {
    let first: Vec<&str> = names.iter().copied().take(NAMES).collect();
    let first = first.join("; ");
    if names.len() <= NAMES {
        return first;
    }
    let n = many(frame, names.len() - NAMES);
    frame.tf("equity.and_more", &[("names", &first), ("n", &n)])
}

fn map(frame: &PageFrame, read: &Equity) -> ShadeDrawn {
    let unit = frame.unit();
    let shaded = |attention: Option<u64>, need: Option<f64>, weighed: Option<Weighed>| match (
        attention, need, weighed,
    ) {
        (None, _, _) => Shaded::Hidden,
        (_, None, _) if read.need.need == Need::Reports => Shaded::Hidden,
        (_, _, Some(weighed)) => weighed.ratio.map_or(Shaded::Unknown, Shaded::Value),
        _ => Shaded::Unknown,
    };
    let known = read.areas.iter().filter_map(|row| {
        let code = row.code.as_ref()?;
        Some(ShadeArea {
            area: unit.geography.area(code)?,
            name: row.name.clone(),
            href: Some(format!("/wilayah/{code}")),
            value: shaded(row.attention, row.need, row.weighed),
            n: row.attention.map(signed),
        })
    });
    let elsewhere = read.areas.iter().filter(|row| row.code.is_none());
    let elsewhere = elsewhere.map(|row| {
        let value = if row.attention.is_none() {
            Shaded::Hidden
        } else {
            Shaded::Unknown
        };
        let name = frame.t("equity.no_place").to_owned();
        (name, value, row.attention.map(signed))
    });
    let area = unit.geography.area(&unit.config().area);
    let input = ShadeInput {
        head: Head {
            id: "peta",
            title: frame.t("equity.map_title"),
            unit: Unit::Number,
            n_of: frame.t(attention_name(read.attention)),
        },
        of: area.map_or(unit.config().name.as_str(), Area::name),
        areas: known.collect(),
        elsewhere: elsewhere.collect(),
        classes: Classes::Around(AROUND),
    };
    shade::draw(frame, &input)
}

fn area_lines(frame: &PageFrame, read: &Equity) -> Vec<Line> {
    let lines = read.areas.iter().map(|row| {
        let name = match row.code {
            Some(_) => row.name.clone(),
            None => frame.t("equity.no_place").to_owned(),
        };
        let href = row.code.as_ref().map(|code| format!("/wilayah/{code}"));
        line(
            frame,
            read,
            (name, href),
            (row.attention, row.need),
            row.weighed,
        )
    });
    lines.collect()
}

fn stratum_lines(frame: &PageFrame, read: &Equity) -> Vec<Line> {
    let lines = read.strata.iter().map(|row| {
        let name = stratum_name(frame, row.stratum.as_ref());
        line(
            frame,
            read,
            (name, None),
            (row.attention, row.need),
            row.weighed,
        )
    });
    lines.collect()
}

fn line(
    frame: &PageFrame,
    read: &Equity,
    (name, href): (String, Option<String>),
    (attention, need): (Option<u64>, Option<f64>),
    weighed: Option<Weighed>,
) -> Line {
    let hidden = || few(frame, read);
    let none = || frame.t("equity.unknown").to_owned();
    let with_share = |count: String, share: Option<f64>| match share {
        Some(share) => {
            let share = percent(frame, share, 1);
            frame.tf("equity.with_share", &[("n", &count), ("share", &share)])
        }
        None => count,
    };
    let ratio = weighed.and_then(|of| of.ratio);
    Line {
        attention: attention.map_or_else(hidden, |attention| {
            with_share(number(frame, attention), weighed.map(|of| of.attention))
        }),
        need: match need {
            Some(need) => {
                let need = frame.format().decimal(need, 0);
                with_share(need, weighed.map(|of| of.need))
            }
            None if attention.is_none() => hidden(),
            None => none(),
        },
        ratio: match ratio {
            Some(ratio) if ratio.is_finite() => frame.format().decimal(ratio, 2),
            Some(_) => frame.t("equity.without_need").to_owned(),
            None => none(),
        },
        interval: weighed
            .and_then(|of| of.interval)
            .map_or_else(none, |own| range(frame, own)),
        call: call_words(frame, weighed.map(|of| of.call)),
        name,
        href,
    }
}

fn call_words(frame: &PageFrame, call: Option<Call>) -> String {
    let key = match call {
        Some(Call::Less) => "equity.call_less",
        Some(Call::More) => "equity.call_more",
        Some(Call::Neither) => "equity.call_neither",
        None => "equity.call_none",
    };
    frame.t(key).to_owned()
}

/// A name as it stands inside a sentence.
fn inside(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

fn curve(frame: &PageFrame, read: &Equity, unequal: Option<&Unequal>) -> Drawn {
    let of = frame.t(attention_name(read.attention));
    let (need, attention) = (inside(frame.t(need_name(read.need.need))), inside(of));
    let curves = unequal.map(|unequal| LorenzCurve {
        name: of.to_owned(),
        points: unequal.lorenz.clone(),
        kind: Index::Gini,
        index: unequal.gini,
        interval: unequal.gini_interval,
        by_chance: unequal.gini_by_chance,
        n: unequal.n,
    });
    let input = LorenzInput {
        head: Head {
            id: "kurva",
            title: frame.t("equity.curve_title"),
            unit: Unit::Percent,
            n_of: frame.t("equity.areas_word"),
        },
        of_x: &need,
        of_y: &attention,
        curves: curves.into_iter().collect(),
    };
    lorenz::draw(frame, &input)
}

fn spread(frame: &PageFrame, read: &Equity, unequal: Option<&Unequal>) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(unequal) = unequal {
        let share = percent(frame, unequal.hoover, 0);
        said.push(frame.tf("equity.hoover", &[("share", &share)]));
        if let Some(near) = &unequal.by_distance {
            let index = frame.format().decimal(near.index, 2);
            let interval = near.interval.map_or_else(
                || frame.t("equity.no_interval").to_owned(),
                |own| range(frame, own),
            );
            let n = many(frame, near.n);
            let key = match near.interval {
                Some(own) if own.high < 0.0 => "equity.distance_near",
                Some(own) if own.low > 0.0 => "equity.distance_far",
                _ => "equity.distance_neither",
            };
            let values = [
                ("index", index.as_str()),
                ("interval", interval.as_str()),
                ("n", n.as_str()),
            ];
            said.push(frame.tf(key, &values));
        }
    }
    said.push(match read.together {
        Some(of) => {
            let index = frame.format().decimal(of.moran, 2);
            let chance = of.by_chance.map(|own| range(frame, own));
            let chance = chance.unwrap_or_else(|| frame.t("equity.no_interval").to_owned());
            let key = match of.by_chance {
                Some(own) if of.moran > own.high => "equity.together",
                Some(own) if of.moran < own.low => "equity.scattered",
                _ => "equity.together_chance",
            };
            frame.tf(key, &[("index", &index), ("chance", &chance)])
        }
        None => frame.t("equity.together_none").to_owned(),
    });
    said
}

/// Dimensions of the pack's strata that the unit's areas do not carry.
fn missing(frame: &PageFrame) -> Vec<String> {
    let strata = frame.unit().pack.strata();
    let of = [
        (StratumDimension::Settlement, "equity.settlement"),
        (StratumDimension::Welfare, "equity.welfare"),
    ];
    of.into_iter()
        .filter(|(dimension, _)| strata.iter().any(|one| one.dimension == *dimension))
        .map(|(dimension, key)| {
            let own = strata.iter().filter(|one| one.dimension == dimension);
            let names: Vec<&str> = own.map(|one| frame.say(&one.name)).collect();
            let names = names.join("; ");
            let values = [("what", frame.t(key)), ("names", names.as_str())];
            frame.tf("equity.not_recorded", &values)
        })
        .collect()
}

/// The groups that the founding text names: nothing is counted of any yet.
fn groups(frame: &PageFrame) -> Vec<String> {
    let groups = frame.unit().pack.groups().iter();
    let named = groups.filter(|group| group.sourced.certainty == Certainty::FoundingText);
    named
        .map(|group| {
            let values = [("group", frame.say(&group.name))];
            frame.tf("equity.group_not_recorded", &values)
        })
        .collect()
}

fn outcome_tables(frame: &PageFrame, read: &Equity) -> Vec<OutcomeTable> {
    let survey = frame.unit().pack.survey();
    let item = read.item.as_deref();
    let question = item.and_then(|item| survey.form_items().find(|one| one.code.as_str() == item));
    let table = |kind: OutcomeKind| {
        let own = read.outcomes.iter().filter(|one| one.kind == kind);
        let help = match (kind, question) {
            (OutcomeKind::InTime, _) => frame.t("equity.outcome_in_time_help").to_owned(),
            (OutcomeKind::Closed, _) => frame.t("equity.outcome_closed_help").to_owned(),
            (OutcomeKind::Good, Some(item)) => {
                let values = [("question", frame.say(&item.ask))];
                frame.tf("equity.outcome_good_help", &values)
            }
            (OutcomeKind::Good, None) => return None,
        };
        Some(OutcomeTable {
            code: kind.code(),
            name: frame.t(outcome_name(kind)).to_owned(),
            help,
            lines: own.map(|one| outcome_line(frame, read, one)).collect(),
        })
    };
    OutcomeKind::ALL.into_iter().filter_map(table).collect()
}

fn outcome_line(frame: &PageFrame, read: &Equity, one: &Outcome) -> OutcomeLine {
    let share = one.share.map(|share| {
        let (low, high) = (share.interval.low, share.interval.high);
        let values = [
            ("share", percent(frame, share.share, 0)),
            ("low", percent(frame, low, 0)),
            ("high", percent(frame, high, 0)),
        ];
        let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
        frame.tf("equity.share_range", &values)
    });
    let points = |share: f64| frame.format().decimal(share * 100.0, 0);
    let difference = one.difference.zip(one.interval).map(|(away, own)| {
        let values = [
            ("points", points(away)),
            ("low", points(own.low)),
            ("high", points(own.high)),
        ];
        let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
        frame.tf("equity.points_range", &values)
    });
    let too_few = || frame.t("equity.few").to_owned();
    OutcomeLine {
        name: stratum_name(frame, one.stratum.as_ref()),
        n: one.n.map_or_else(|| few(frame, read), |n| number(frame, n)),
        share: share.unwrap_or_else(too_few),
        call: call_words(frame, difference.is_some().then_some(one.call)),
        difference: difference.unwrap_or_else(too_few),
    }
}

fn officers(frame: &PageFrame, read: &Equity) -> String {
    let needs = OWN_NEEDS.to_string();
    let Some(of) = read.spread else {
        let least = SPREAD_NEEDS.to_string();
        let values = [("officers", least.as_str()), ("encounters", needs.as_str())];
        return frame.tf("equity.officers_few", &values);
    };
    let [lower, middle, upper] = of.hoover.map(|share| percent(frame, share, 0));
    let (n, chance) = (many(frame, of.officers), percent(frame, of.by_chance, 0));
    let values = [
        ("n", n.as_str()),
        ("encounters", needs.as_str()),
        ("lower", lower.as_str()),
        ("middle", middle.as_str()),
        ("upper", upper.as_str()),
        ("chance", chance.as_str()),
    ];
    frame.tf("equity.officers", &values)
}

fn few(frame: &PageFrame, read: &Equity) -> String {
    let k = number(frame, read.small_cell);
    frame.tf("equity.hidden", &[("k", &k)])
}

fn range(frame: &PageFrame, own: Interval) -> String {
    let (low, high) = (
        frame.format().decimal(own.low, 2),
        frame.format().decimal(own.high, 2),
    );
    frame.tf("equity.to", &[("low", &low), ("high", &high)])
}

fn percent(frame: &PageFrame, share: f64, decimals: usize) -> String {
    format!("{}%", frame.format().decimal(share * 100.0, decimals))
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn number(frame: &PageFrame, n: u64) -> String {
    frame.format().count(signed(n))
}

fn many(frame: &PageFrame, n: usize) -> String {
    frame.format().count(i64::try_from(n).unwrap_or(i64::MAX))
}
