//! Consistency in words and drawings. Every sentence follows from the figures alone.

use jiff::civil::Date;
use pengayom_measure::proportion::Interval;
use pengayom_measure::series::SeriesChart;
use pengayom_node::consistency::{
    Call, Compared, Consistency, DAYS_NEED, Factor, Gaps, Group, Hours, Kind, LEVELS_NEED, Mean,
    Means, Measure, OFFICER_NEEDS, OFFICERS_NEED, Parts, SIDE_NEEDS, USUAL_NEEDS, Weekly, WhyNot,
};
use pengayom_node::trend::{Good, Series, Verdict};

use crate::board::series;
use crate::chart::funnel::{self, FunnelInput};
use crate::chart::spc::{self, Limits, SpcInput};
use crate::chart::{Drawn, Head, Unit, Wish};
use crate::frame::PageFrame;

/// Most weeks named one by one.
const NAMED_MAX: usize = 6;

/// Everything the page tells.
pub(super) struct Told {
    pub(super) sentence: String,
    pub(super) about: String,
    /// What may be said of the weeks.
    pub(super) said: String,
    /// The last weeks beside all.
    pub(super) latest: String,
    pub(super) weekly: Drawn,
    /// Whether nights, rest days and holidays are really otherwise, and what else is.
    pub(super) hours: Vec<String>,
    pub(super) beside: Vec<Line>,
    pub(super) since: Vec<Line>,
    /// What the second table is compared with, or why there is none.
    pub(super) usual: String,
    pub(super) days: Option<Drawn>,
    pub(super) places: Drawn,
    pub(super) places_notes: Vec<String>,
    pub(super) officers: Vec<String>,
    pub(super) parts: Vec<String>,
    pub(super) part_lines: Vec<PartLine>,
    /// What the record cannot say.
    pub(super) gaps: Vec<String>,
}

/// A group of hours beside others.
pub(super) struct Line {
    pub(super) name: String,
    pub(super) n: String,
    pub(super) days: String,
    pub(super) value: String,
    pub(super) beside: String,
    pub(super) difference: String,
    pub(super) call: String,
}

/// What lies with months, stations or officers.
pub(super) struct PartLine {
    pub(super) name: String,
    pub(super) levels: String,
    pub(super) share: String,
}

impl Told {
    pub(super) fn of(frame: &PageFrame, read: &Consistency) -> Self {
        let format = frame.format();
        let values = [
            ("measure", name(frame, &read.measure)),
            ("from", format.day(read.from)),
            ("to", format.day(read.to)),
            ("months_from", format.day(read.months_from)),
            ("months_to", format.day(read.months_to)),
        ];
        let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
        let (said, latest) = match &read.weekly {
            Weekly::Shares(shares) => (series::said(frame, shares), series::shares(frame, shares)),
            Weekly::Means(means) => (verdict(frame, means.verdict), latest(frame, means)),
        };
        let words = Words {
            frame,
            kind: read.measure.kind(),
        };
        Self {
            sentence: frame.tf("consistency.sentence", &values),
            about: about(frame, &read.measure).to_owned(),
            said,
            latest,
            weekly: weekly(frame, read),
            hours: hour_sentences(words, &read.hours),
            beside: lines(words, &read.hours.beside),
            since: lines(words, &read.hours.since),
            usual: usual(frame, &read.hours),
            days: days(frame, read),
            places: places(frame, read),
            places_notes: places_notes(frame, read),
            officers: officers(frame, read),
            parts: part_sentences(frame, read.parts.as_deref()),
            part_lines: part_lines(frame, read.parts.as_deref()),
            gaps: gaps(frame, &read.gaps, read.small),
        }
    }
}

/// Values as words, by what is measured.
#[derive(Clone, Copy)]
struct Words<'f> {
    frame: &'f PageFrame,
    kind: Kind,
}

impl Words<'_> {
    fn value(self, value: f64) -> String {
        match self.kind {
            Kind::Share => percent(self.frame, value),
            Kind::Mean => minutes(self.frame, value),
        }
    }

    /// A difference with its interval: points of a share, or minutes.
    fn difference(self, difference: f64, interval: Interval) -> String {
        let format = self.frame.format();
        let (scale, decimals, key) = match self.kind {
            Kind::Share => (100.0, 0, "consistency.points"),
            Kind::Mean => (1.0, 1, "consistency.minutes_range"),
        };
        let number = |value: f64| format.decimal(value * scale, decimals);
        let (n, low, high) = (
            number(difference),
            number(interval.low),
            number(interval.high),
        );
        let values = [("n", n.as_str()), ("low", &low), ("high", &high)];
        self.frame.tf(key, &values)
    }
}

fn percent(frame: &PageFrame, share: f64) -> String {
    format!("{}%", frame.format().decimal(share * 100.0, 0))
}

fn minutes(frame: &PageFrame, minutes: f64) -> String {
    let n = frame.format().decimal(minutes, 1);
    frame.tf("chart.minutes", &[("n", &n)])
}

/// A day where many stand beside each other.
fn short(frame: &PageFrame, day: Date) -> String {
    format!("{} {}", frame.format().short_day(day), day.year())
}

fn count(frame: &PageFrame, n: u64) -> String {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    frame.format().count(n)
}

fn many(frame: &PageFrame, n: usize) -> String {
    count(frame, u64::try_from(n).unwrap_or(u64::MAX))
}

/// What is measured.
pub(super) fn name(frame: &PageFrame, measure: &Measure) -> String {
    match measure {
        Measure::Late => frame.t("consistency.late").to_owned(),
        Measure::FirstAnswer => frame.t("consistency.first_answer").to_owned(),
        Measure::Item { code, .. } => {
            let found = frame.unit().pack.survey().item(code);
            found.map_or_else(|| code.clone(), |item| frame.say(&item.ask).to_owned())
        }
    }
}

fn about<'f>(frame: &'f PageFrame, measure: &Measure) -> &'f str {
    frame.t(match measure {
        Measure::Late => "consistency.late_help",
        Measure::FirstAnswer => "consistency.first_answer_help",
        Measure::Item { .. } => "consistency.item_help",
    })
}

fn n_of<'f>(frame: &'f PageFrame, measure: &Measure) -> &'f str {
    frame.t(match measure {
        Measure::Late | Measure::FirstAnswer => "consistency.n_answered",
        Measure::Item { .. } => "consistency.n_judged",
    })
}

const fn wish(good: Good) -> Wish {
    match good {
        Good::High => Wish::Higher,
        Good::Low => Wish::Lower,
    }
}

/// A group of hours.
pub(super) fn group_name(frame: &PageFrame, group: Group) -> &str {
    frame.t(match group {
        Group::First => "consistency.shift_1",
        Group::Second => "consistency.shift_2",
        Group::Third => "consistency.shift_3",
        Group::Night => "consistency.night",
        Group::Rest => "consistency.rest_days",
        Group::Holiday => "consistency.holidays",
    })
}

/// A station; its code where the unit no longer has it.
pub(super) fn station_name(frame: &PageFrame, code: &str) -> String {
    match code.parse() {
        Ok(station) => frame.unit().station_name(&station),
        Err(_) => code.to_owned(),
    }
}

fn verdict(frame: &PageFrame, verdict: Verdict) -> String {
    let (key, since) = match verdict {
        Verdict::TooFew => return frame.t("chief.change_few").to_owned(),
        Verdict::NoChange => return frame.t("chief.no_change").to_owned(),
        Verdict::Better(since) => ("chief.better", since),
        Verdict::Worse(since) => ("chief.worse", since),
        Verdict::Unsteady(since) => ("chief.change_unsteady", since),
    };
    frame.tf(key, &[("date", &frame.format().day(since))])
}

fn latest(frame: &PageFrame, means: &Means) -> String {
    let words = |mean: Mean| {
        let number = |value: f64| frame.format().decimal(value, 1);
        let values = [
            ("mean", minutes(frame, mean.mean)),
            ("low", number(mean.interval.low)),
            ("high", number(mean.interval.high)),
            ("n", count(frame, mean.n)),
        ];
        let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
        frame.tf("consistency.mean_words", &values)
    };
    match (means.latest, means.whole) {
        (Some(latest), Some(whole)) => {
            let (latest, whole) = (words(latest), words(whole));
            let values = [("latest", latest.as_str()), ("whole", whole.as_str())];
            frame.tf("chief.latest_and_whole", &values)
        }
        _ => frame.t("chief.change_none").to_owned(),
    }
}

/// The chart of the weeks, with what was down.
fn weekly(frame: &PageFrame, read: &Consistency) -> Drawn {
    let title = name(frame, &read.measure);
    let head = Head {
        id: "gambar-pekan",
        title: &title,
        unit: match read.measure.kind() {
            Kind::Share => Unit::Percent,
            Kind::Mean => Unit::Minutes,
        },
        n_of: n_of(frame, &read.measure),
    };
    let wish = wish(read.measure.good());
    let (chart, points): (_, Vec<(Date, f64, u64)>) = match &read.weekly {
        Weekly::Shares(Series { chart, weeks, .. }) => {
            let points = weeks.iter().map(|week| (week.from, week.share(), week.n));
            (chart.as_ref(), points.collect())
        }
        Weekly::Means(Means { chart, weeks, .. }) => {
            let points = weeks.iter().map(|week| (week.from, week.mean, week.n));
            (chart.as_ref(), points.collect())
        }
    };
    let labels = points.iter().map(|(from, ..)| short(frame, *from));
    let counted = points.iter().map(|(_, _, n)| Some(*n as f64));
    let mut input = match chart {
        Some(SeriesChart::Shares(chart) | SeriesChart::Rates(chart)) => {
            SpcInput::attribute(head, wish, labels.collect(), chart, Limits::Laney)
        }
        Some(SeriesChart::Run(chart)) => {
            SpcInput::run(head, wish, labels.zip(counted).collect(), chart)
        }
        Some(SeriesChart::Individuals(chart)) => {
            SpcInput::xmr(head, wish, labels.zip(counted).collect(), chart)
        }
        None => {
            let bare = points.iter().zip(labels.zip(counted));
            let bare = bare.map(|((_, value, _), (label, n))| (label, *value, n));
            SpcInput::bare(head, bare.collect())
        }
    };
    let down = points.iter().enumerate();
    let down = down.filter(|(_, (from, ..))| read.gaps.down.contains(from));
    input.notes = down
        .map(|(at, _)| (at, frame.t("consistency.down_week").to_owned()))
        .take(NAMED_MAX)
        .collect();
    spc::draw(frame, &input)
}

/// The chart of what is left of the days.
fn days(frame: &PageFrame, read: &Consistency) -> Option<Drawn> {
    let chart = read.hours.chart.as_ref()?;
    let head = Head {
        id: "gambar-hari",
        title: frame.t("consistency.days_title"),
        unit: Unit::Number,
        n_of: n_of(frame, &read.measure),
    };
    let labels = read.hours.days.iter();
    let labels = labels.map(|day| (short(frame, day.day), Some(day.n as f64)));
    let wish = wish(read.measure.good());
    let input = match chart {
        SeriesChart::Individuals(chart) => SpcInput::xmr(head, wish, labels.collect(), chart),
        SeriesChart::Run(chart) => SpcInput::run(head, wish, labels.collect(), chart),
        SeriesChart::Shares(_) | SeriesChart::Rates(_) => return None,
    };
    Some(spc::draw(frame, &input))
}

fn call_key(call: Call) -> &'static str {
    match call {
        Call::TooFew => "consistency.call_few",
        Call::Neither => "consistency.call_neither",
        Call::Better => "consistency.call_better",
        Call::Worse => "consistency.call_worse",
    }
}

fn lines(words: Words<'_>, all: &[Compared]) -> Vec<Line> {
    let frame = words.frame;
    let or_few = |value: Option<f64>| {
        value.map_or_else(
            || frame.t("competence.few").to_owned(),
            |value| words.value(value),
        )
    };
    let line = |one: &Compared| Line {
        name: group_name(frame, one.group).to_owned(),
        n: count(frame, one.n),
        days: count(frame, one.days),
        value: or_few(one.value),
        beside: or_few(one.beside),
        difference: match (one.value, one.beside, one.difference) {
            (Some(value), Some(beside), Some(interval)) => {
                words.difference(value - beside, interval)
            }
            _ => String::new(),
        },
        call: frame.t(call_key(one.call)).to_owned(),
    };
    all.iter().map(line).collect()
}

/// Whether nights, rest days and holidays are really otherwise; then what else is, and what has changed.
fn hour_sentences(words: Words<'_>, hours: &Hours) -> Vec<String> {
    let frame = words.frame;
    let find = |all: &[Compared], group: Group| all.iter().find(|one| one.group == group).copied();
    let said = |one: &Compared, key: &str| {
        let (Some(value), Some(beside), Some(interval)) = (one.value, one.beside, one.difference)
        else {
            return None;
        };
        let (difference, value, beside) = (
            words.difference(value - beside, interval),
            words.value(value),
            words.value(beside),
        );
        let values = [
            ("group", group_name(frame, one.group)),
            ("call", frame.t(call_key(one.call))),
            ("value", &value),
            ("beside", &beside),
            ("difference", &difference),
        ];
        Some(frame.tf(key, &values))
    };
    let holiday = find(&hours.since, Group::Holiday);
    let asked = [
        find(&hours.beside, Group::Night),
        find(&hours.beside, Group::Rest),
        holiday.or_else(|| find(&hours.beside, Group::Holiday)),
    ];
    let mut sentences: Vec<String> = asked
        .into_iter()
        .flatten()
        .map(|one| {
            said(&one, "consistency.group_said").unwrap_or_else(|| {
                let n = count(frame, one.n);
                let values = [("group", group_name(frame, one.group)), ("n", n.as_str())];
                frame.tf("consistency.group_few", &values)
            })
        })
        .collect();
    let is_really = |one: &&Compared| matches!(one.call, Call::Better | Call::Worse);
    let is_shift =
        |one: &&Compared| matches!(one.group, Group::First | Group::Second | Group::Third);
    let shifts = hours.beside.iter().filter(is_shift).filter(is_really);
    sentences.extend(shifts.filter_map(|one| said(one, "consistency.group_said")));
    let changed = hours.since.iter().filter(is_really);
    let changed = changed.filter(|one| one.group != Group::Holiday);
    sentences.extend(changed.filter_map(|one| said(one, "consistency.since_said")));
    sentences
}

/// What hours are compared with after the hours of the week, or why they are not.
fn usual(frame: &PageFrame, hours: &Hours) -> String {
    match &hours.usual {
        Some(usual) => {
            let values = [
                ("from", frame.format().day(usual.from)),
                ("to", frame.format().day(usual.to)),
                ("n", count(frame, usual.n)),
            ];
            let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
            frame.tf("consistency.usual", &values)
        }
        None => {
            let n = count(frame, USUAL_NEEDS);
            frame.tf("consistency.usual_few", &[("n", &n)])
        }
    }
}

/// The funnel of the stations.
fn places(frame: &PageFrame, read: &Consistency) -> Drawn {
    let places = &read.places;
    let names = places.rows.iter();
    let names: Vec<(String, Option<String>)> = names
        .map(|row| (station_name(frame, &row.station), None))
        .collect();
    let (title, unit) = if places.is_adjusted {
        ("consistency.places_ratio", Unit::Number)
    } else {
        ("consistency.places_share", Unit::Percent)
    };
    let size_of = match read.measure {
        Measure::Late => "consistency.size_late",
        Measure::FirstAnswer => "consistency.size_mean",
        Measure::Item { .. } => "consistency.n_judged",
    };
    let head = Head {
        id: "gambar-stasiun",
        title: frame.t(title),
        unit,
        n_of: frame.t(size_of),
    };
    let wish = wish(read.measure.good());
    let input = match &places.funnel {
        Some(funnel) => FunnelInput::of(
            head,
            wish,
            frame.t(size_of),
            names,
            funnel,
            places.is_adjusted,
        ),
        None => FunnelInput {
            head,
            wish,
            size_of: frame.t(size_of),
            target: 0.0,
            dots: Vec::new(),
            is_adjusted: places.is_adjusted,
            is_overdispersed: false,
        },
    };
    funnel::draw(frame, &input)
}

fn places_notes(frame: &PageFrame, read: &Consistency) -> Vec<String> {
    let places = &read.places;
    let mut notes = vec![
        frame
            .t(match read.measure {
                Measure::Late => "consistency.places_late",
                Measure::FirstAnswer => "consistency.places_mean",
                Measure::Item { .. } => "consistency.places_unadjusted",
            })
            .to_owned(),
    ];
    if places.funnel.is_none() {
        let rows = u64::try_from(places.rows.len()).unwrap_or(u64::MAX);
        let key = match rows.saturating_add(places.without) {
            0 | 1 => "consistency.places_few",
            _ => "consistency.places_alike",
        };
        notes.push(frame.t(key).to_owned());
    }
    let k = count(frame, read.small);
    for (n, key) in [
        (places.hidden, "consistency.places_hidden"),
        (places.without, "consistency.places_without"),
        (places.unknown, "consistency.places_unknown"),
    ] {
        if n > 0 {
            notes.push(frame.tf(key, &[("n", &count(frame, n)), ("k", &k)]));
        }
    }
    notes
}

fn officers(frame: &PageFrame, read: &Consistency) -> Vec<String> {
    let needs = count(frame, OFFICER_NEEDS);
    let Some(spread) = read.officers else {
        let officers = many(frame, OFFICERS_NEED);
        let values = [("officers", officers.as_str()), ("needs", needs.as_str())];
        return vec![frame.tf("consistency.officers_few", &values)];
    };
    let [lower, middle, upper] = spread.shares.map(|share| percent(frame, share));
    let n = many(frame, spread.officers);
    let beyond = many(frame, spread.beyond);
    let values = [
        ("n", n.as_str()),
        ("needs", needs.as_str()),
        ("lower", lower.as_str()),
        ("middle", middle.as_str()),
        ("upper", upper.as_str()),
        ("beyond", beyond.as_str()),
    ];
    let key = match (spread.differ, spread.beyond) {
        (false, _) => "consistency.officers_alike",
        (true, 0) => "consistency.officers_within",
        (true, _) => "consistency.officers_beyond",
    };
    vec![
        frame.tf("consistency.officers_spread", &values),
        frame.tf(key, &values),
    ]
}

fn factor_name(frame: &PageFrame, factor: Factor) -> &str {
    frame.t(match factor {
        Factor::Time => "consistency.part_time",
        Factor::Place => "consistency.part_place",
        Factor::Person => "consistency.part_person",
    })
}

fn part_sentences(frame: &PageFrame, parts: Option<&Parts>) -> Vec<String> {
    let Some(parts) = parts else {
        return vec![frame.t("consistency.parts_pending").to_owned()];
    };
    if let Some(why) = parts.why_not {
        let levels = many(frame, LEVELS_NEED);
        let key = match why {
            WhyNot::TooFew => "consistency.parts_few",
            WhyNot::AllAlike => "consistency.parts_alike",
            WhyNot::TooMany => "consistency.parts_many",
            WhyNot::NotFound => "consistency.parts_not_found",
        };
        return vec![frame.tf(key, &[("levels", &levels)])];
    }
    let n = count(frame, parts.n);
    let within = parts.within.map(|share| percent(frame, share));
    let values = [
        ("n", n.as_str()),
        ("within", within.as_deref().unwrap_or_default()),
    ];
    let known = parts.parts.iter().filter_map(|part| {
        let share = percent(frame, part.share?);
        let values = [
            ("factor", factor_name(frame, part.factor)),
            ("share", share.as_str()),
        ];
        Some(frame.tf("consistency.part_share", &values))
    });
    let known: Vec<String> = known.collect();
    let mut said = vec![
        format!("{}: {}.", frame.t("consistency.parts_of"), known.join("; ")),
        frame.tf("consistency.parts_within", &values),
    ];
    if let Some(from) = parts.from.filter(|_| parts.is_cut) {
        let month = frame.format().month(from);
        said.push(frame.tf("consistency.parts_cut", &[("month", &month)]));
    }
    said
}

fn part_lines(frame: &PageFrame, parts: Option<&Parts>) -> Vec<PartLine> {
    let known = parts.filter(|parts| parts.within.is_some());
    let lines = known.iter().flat_map(|parts| &parts.parts);
    lines
        .map(|part| PartLine {
            name: factor_name(frame, part.factor).to_owned(),
            levels: many(frame, part.levels),
            share: part.share.map_or_else(
                || frame.t("consistency.part_unknown").to_owned(),
                |share| percent(frame, share),
            ),
        })
        .collect()
}

/// What the record cannot say.
fn gaps(frame: &PageFrame, gaps: &Gaps, small: u64) -> Vec<String> {
    let mut said = Vec::new();
    let named = |weeks: &[Date]| {
        let days = weeks.iter().rev().take(NAMED_MAX);
        let days: Vec<String> = days.map(|day| frame.format().day(*day)).collect();
        days.join("; ")
    };
    for (weeks, key) in [
        (&gaps.down, "consistency.gap_down"),
        (&gaps.silent, "consistency.gap_silent"),
    ] {
        if !weeks.is_empty() {
            let (n, named) = (many(frame, weeks.len()), named(weeks));
            said.push(frame.tf(key, &[("n", &n), ("weeks", &named)]));
        }
    }
    for (n, key) in [
        (gaps.ahead, "consistency.gap_ahead"),
        (gaps.impossible, "consistency.gap_impossible"),
        (gaps.unanswered.unwrap_or(0), "consistency.gap_unanswered"),
    ] {
        if n > 0 {
            said.push(frame.tf(key, &[("n", &count(frame, n))]));
        }
    }
    if gaps.clock_behind {
        said.push(frame.t("consistency.gap_clock").to_owned());
    }
    if !gaps.holidays_unknown.is_empty() {
        let years: Vec<String> = gaps.holidays_unknown.iter().map(i16::to_string).collect();
        let years = years.join(", ");
        said.push(frame.tf("consistency.gap_holidays", &[("years", &years)]));
    }
    let k = count(frame, small);
    let (side, days) = (count(frame, SIDE_NEEDS), count(frame, DAYS_NEED));
    said.push(frame.tf("consistency.gap_hidden", &[("k", &k)]));
    let values = [("side", side.as_str()), ("days", days.as_str())];
    said.push(frame.tf("consistency.gap_sides", &values));
    said
}
