//! Units beside one another, each with the limits of its own size. Not a ranking: dots lie by size, and stand in the
//! table in the order given.

use pengayom_measure::funnel::{self as measure, FunnelRule, InForce};
use pengayom_measure::proportion::Interval;

use super::axis::{Axis, Path, Scale, coord, within};
use super::{
    Cell, Column, Drawing, Drawn, Head, Key, LETTER, Mark, Row, Sign, Stroke, Table, Unit, WIDTH,
    Wish, Word, counted, cut, ends, many, value_head, wide,
};
use crate::frame::PageFrame;

/// Where the drawing lies in its room.
const TOP: f64 = 30.0;
const BASE: f64 = 220.0;
const HEIGHT: f64 = 264.0;

/// Most names beside their dots.
const NAMES_MAX: usize = 8;

/// Widest name beside a dot.
const NAME_WIDE: f64 = 180.0;

/// Most units said in words beside the drawing.
const SAID_MAX: usize = 10;

/// The largest over the middle size from which sizes are drawn by their square roots: one giant would leave the rest
/// on one spot.
const GIANT: f64 = 8.0;

/// A funnel.
#[derive(Debug, Clone)]
pub(crate) struct FunnelInput<'a> {
    pub(crate) head: Head<'a>,
    pub(crate) wish: Wish,
    /// What lies along the axis, in words: `laporan`.
    pub(crate) size_of: &'a str,
    /// What all are compared with.
    pub(crate) target: f64,
    /// In the order of the table.
    pub(crate) dots: Vec<FunnelDot>,
    /// Whether what units have to do with was allowed for. If not, the drawing says so.
    pub(crate) is_adjusted: bool,
    /// Whether limits allow for how much units ordinarily differ.
    pub(crate) is_overdispersed: bool,
}

/// One unit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FunnelDot {
    pub(crate) name: String,
    pub(crate) href: Option<String>,
    pub(crate) value: f64,
    pub(crate) size: f64,
    pub(crate) within_95: Interval,
    pub(crate) within_998: Interval,
    /// Beyond which limits, and whether above them.
    pub(crate) outside: Option<(FunnelRule, bool)>,
}

impl<'a> FunnelInput<'a> {
    /// From what was measured; `names` and addresses in the order of its units.
    pub(crate) fn of(
        head: Head<'a>,
        wish: Wish,
        size_of: &'a str,
        names: Vec<(String, Option<String>)>,
        funnel: &measure::Funnel,
        is_adjusted: bool,
    ) -> Self {
        let is_overdispersed = funnel.in_force == InForce::Overdispersed;
        let dots = names.into_iter().zip(&funnel.units).enumerate();
        let dots = dots.map(|(index, ((name, href), unit))| {
            let limits = if is_overdispersed {
                unit.overdispersed
            } else {
                unit.exact
            };
            let mut signals = funnel.signals.iter();
            let own = signals.find(|signal| signal.index == index);
            FunnelDot {
                name,
                href,
                value: unit.value,
                size: unit.size,
                within_95: limits.within_95,
                within_998: limits.within_998,
                outside: own.map(|signal| (signal.rule, signal.is_above)),
            }
        });
        Self {
            head,
            wish,
            size_of,
            target: funnel.target,
            dots: dots.collect(),
            is_adjusted,
            is_overdispersed,
        }
    }
}

impl FunnelDot {
    fn is_drawn(&self) -> bool {
        self.value.is_finite() && self.size.is_finite() && self.size >= 0.0
    }
}

/// Draws.
pub(crate) fn draw(frame: &PageFrame, input: &FunnelInput<'_>) -> Drawn {
    let place = Place::new(frame, input);
    let said = Said {
        frame,
        input,
        axis: place.as_ref().map(|place| &place.axis),
    };
    Drawn {
        id: input.head.id.to_owned(),
        title: input.head.title.to_owned(),
        sentence: said.sentence(),
        drawing: place.as_ref().map(Place::drawing),
        key: if place.is_some() {
            said.key()
        } else {
            Vec::new()
        },
        signals_head: frame.t("chart.outside_units").to_owned(),
        signals: said.signals(),
        notes: said.notes(),
        table: said.table(),
    }
}

/// What is said of a funnel.
#[derive(Clone, Copy)]
struct Said<'s> {
    frame: &'s PageFrame,
    input: &'s FunnelInput<'s>,
    axis: Option<&'s Axis>,
}

impl Said<'_> {
    fn decimals(&self, value: f64) -> usize {
        let unit = self.input.head.unit;
        self.axis.map_or(1, |axis| unit.decimals(axis, value))
    }

    fn value(&self, value: f64) -> String {
        let unit = self.input.head.unit;
        unit.number(self.frame, value, self.decimals(value))
    }

    fn interval(&self, interval: Interval) -> String {
        let (low, high) = (self.value(interval.low), self.value(interval.high));
        let values = [("low", &*low), ("high", &*high)];
        self.frame.tf("chart.range", &values)
    }

    fn outside(&self, rule: FunnelRule) -> usize {
        let is = |dot: &&FunnelDot| dot.outside.is_some_and(|(own, _)| own == rule);
        self.input.dots.iter().filter(is).count()
    }

    fn sentence(&self) -> String {
        let (frame, input) = (self.frame, self.input);
        if self.axis.is_none() {
            return frame.t("chart.no_units").to_owned();
        }
        let n = many(frame, input.dots.len());
        let target = self.decimals(input.target);
        let target = input.head.unit.said(frame, input.target, target);
        let values = [("n", &*n), ("target", &*target)];
        let mut said = vec![frame.tf("chart.funnel_span", &values)];
        let (far, near) = (
            self.outside(FunnelRule::Beyond998),
            self.outside(FunnelRule::Beyond95),
        );
        if far + near == 0 {
            said.push(frame.t("chart.funnel_quiet").to_owned());
        } else {
            let (far, near) = (many(frame, far), many(frame, near));
            let values = [("far", &*far), ("near", &*near)];
            said.push(frame.tf("chart.funnel_outside", &values));
            said.push(frame.t("chart.funnel_chance").to_owned());
        }
        if !input.is_adjusted {
            said.push(frame.t("chart.funnel_unadjusted").to_owned());
        }
        said.join(" ")
    }

    /// What is said of a unit where it is.
    fn title(&self, dot: &FunnelDot) -> String {
        let unit = self.input.head.unit;
        let value = unit.said(self.frame, dot.value, self.decimals(dot.value));
        let n = counted(self.frame, dot.size);
        let mut said = format!("{}: {value} (n {n})", dot.name);
        if let Some((rule, is_above)) = dot.outside {
            said.push_str(". ");
            said.push_str(self.frame.t(rule_key(rule, is_above)));
        }
        said
    }

    /// Units outside, in the order of the table; those far outside first.
    fn signals(&self) -> Vec<String> {
        let of = |rule: FunnelRule| {
            let dots = self.input.dots.iter();
            dots.filter(move |dot| dot.outside.is_some_and(|(own, _)| own == rule))
        };
        let all = of(FunnelRule::Beyond998).chain(of(FunnelRule::Beyond95));
        let all: Vec<String> = all.map(|dot| self.title(dot)).collect();
        let more = all.len().saturating_sub(SAID_MAX);
        let mut said: Vec<String> = all.into_iter().take(SAID_MAX).collect();
        if more > 0 {
            let n = many(self.frame, more);
            said.push(self.frame.tf("chart.signals_more", &[("n", &n)]));
        }
        said
    }

    fn notes(&self) -> Vec<String> {
        if self.axis.is_some() && self.input.is_overdispersed {
            vec![self.frame.t("chart.funnel_overdispersed").to_owned()]
        } else {
            Vec::new()
        }
    }

    fn key(&self) -> Vec<Key> {
        let (frame, input) = (self.frame, self.input);
        let mut key = vec![Key {
            words: frame.t("chart.key_within").to_owned(),
            ..Key::sign(frame, Sign::Common)
        }];
        let mut found: Vec<(bool, FunnelRule)> = Vec::new();
        for (rule, is_above) in input.dots.iter().filter_map(|dot| dot.outside) {
            if !found.contains(&(is_above, rule)) {
                found.push((is_above, rule));
            }
        }
        for (is_above, rule) in found {
            let sign = input.wish.sign(is_above);
            let class = class_of(sign, rule);
            let words = frame.t(rule_key(rule, is_above)).to_owned();
            let d = sign.of_key();
            // Without a wish both sides have one sign, and the words say which side.
            key.push(Key { class, d, words });
        }
        if input.dots.len() > 1 {
            let words = |name: &str| frame.t(name).to_owned();
            key.push(Key::line("limit", words("chart.key_95")));
            key.push(Key::line("limit-far", words("chart.key_998")));
        }
        key.push(Key::line(
            "mean",
            frame.t("chart.key_target_all").to_owned(),
        ));
        key
    }

    fn table(&self) -> Table {
        let (frame, input) = (self.frame, self.input);
        let heads = vec![
            Column::words(frame.t("chart.unit")),
            Column::number(&frame.tf("chart.size", &[("of", input.size_of)])),
            Column::number(&value_head(frame, input.head.unit)),
            Column::number(frame.t("chart.key_95")),
            Column::number(frame.t("chart.key_998")),
            Column::words(frame.t("chart.outside")),
        ];
        let rows = input.dots.iter().map(|dot| {
            let outside = dot.outside.map(|(rule, is_above)| rule_key(rule, is_above));
            Row {
                name: dot.name.clone(),
                href: dot.href.clone(),
                cells: vec![
                    Cell::number(counted(frame, dot.size)),
                    Cell::number(self.value(dot.value)),
                    Cell::number(self.interval(dot.within_95)),
                    Cell::number(self.interval(dot.within_998)),
                    Cell::words(frame.t(outside.unwrap_or("chart.inside"))),
                ],
            }
        });
        Table {
            heads,
            rows: rows.collect(),
        }
    }
}

/// Key of the words for where a unit lies.
fn rule_key(rule: FunnelRule, is_above: bool) -> &'static str {
    match (rule, is_above) {
        (FunnelRule::Beyond95, true) => "chart.above_95",
        (FunnelRule::Beyond95, false) => "chart.below_95",
        (FunnelRule::Beyond998, true) => "chart.above_998",
        (FunnelRule::Beyond998, false) => "chart.below_998",
    }
}

/// Far outside is filled, a little outside is hollow.
fn class_of(sign: Sign, rule: FunnelRule) -> &'static str {
    match rule {
        FunnelRule::Beyond95 => sign.hollow_class(),
        FunnelRule::Beyond998 => sign.class(),
    }
}

/// Where everything lies.
struct Place<'s> {
    frame: &'s PageFrame,
    input: &'s FunnelInput<'s>,
    axis: Axis,
    sizes: Axis,
    is_root: bool,
    left: f64,
    right: f64,
    x: Scale,
    y: Scale,
}

impl<'s> Place<'s> {
    /// `None` where there is no dot to draw.
    fn new(frame: &'s PageFrame, input: &'s FunnelInput<'s>) -> Option<Self> {
        let mut sizes: Vec<f64> = input
            .dots
            .iter()
            .filter(|dot| dot.is_drawn())
            .map(|dot| dot.size)
            .collect();
        sizes.sort_by(f64::total_cmp);
        let middle = sizes.get(sizes.len() / 2).copied()?;
        let most = sizes.last().copied()?;
        let axis = Axis::round(reach(input), input.head.unit, 5.0);
        let size_unit = if sizes.iter().all(|n| n.fract().abs() < 1e-9) {
            Unit::Count
        } else {
            Unit::Number
        };
        let ticks = axis.ticks.iter().map(|tick| {
            let unit = input.head.unit;
            wide(&unit.number(frame, *tick, axis.decimals))
        });
        let left = (ticks.fold(20.0, f64::max) + 8.0).min(120.0);
        let right = WIDTH - 14.0;
        let sizes = Axis::round((0.0, most.max(f64::MIN_POSITIVE)), size_unit, 4.0);
        let is_root = most / middle.max(f64::MIN_POSITIVE) > GIANT;
        let end = if is_root {
            sizes.high.sqrt()
        } else {
            sizes.high
        };
        Some(Self {
            frame,
            input,
            is_root,
            left,
            right,
            x: Scale::new((0.0, end), (left + 6.0, right)),
            y: Scale::new((axis.low, axis.high), (BASE, TOP)),
            axis,
            sizes,
        })
    }

    fn x(&self, size: f64) -> f64 {
        let size = size.max(0.0);
        self.x.at(if self.is_root { size.sqrt() } else { size })
    }

    fn said(&self) -> Said<'_> {
        Said {
            frame: self.frame,
            input: self.input,
            axis: Some(&self.axis),
        }
    }

    fn drawing(&self) -> Drawing {
        Drawing {
            height: coord(HEIGHT),
            strokes: self.strokes(),
            marks: self.marks(),
            words: self.words(),
        }
    }

    fn strokes(&self) -> Vec<Stroke> {
        let mut strokes = Vec::new();
        let mut add = |class, path: Path| {
            if !path.is_empty() {
                let d = path.into_d();
                strokes.push(Stroke { class, d });
            }
        };
        let across = |value: f64, path: &mut Path| {
            path.to(self.left, self.y.at(value));
            path.to(self.right, self.y.at(value));
            path.lift();
        };
        let mut grid = Path::new();
        for tick in &self.axis.ticks {
            across(*tick, &mut grid);
        }
        add("grid", grid);
        add("limit", self.curve(|dot| dot.within_95));
        add("limit-far", self.curve(|dot| dot.within_998));
        if self.input.target.is_finite() {
            let mut target = Path::new();
            across(self.input.target, &mut target);
            add("mean", target);
        }
        strokes
    }

    /// Both limits of one level through those of the units, from the smallest to the largest. Between two units the
    /// line is straight, at each unit it is exact, and each dot is judged at its own.
    fn curve(&self, limits: impl Fn(&FunnelDot) -> Interval) -> Path {
        let mut dots: Vec<&FunnelDot> = self.input.dots.iter().filter(|d| d.is_drawn()).collect();
        dots.sort_by(|a, b| a.size.total_cmp(&b.size));
        let mut path = Path::new();
        for side in [Side::Low, Side::High] {
            let mut points: Vec<(f64, f64)> = Vec::new();
            for dot in &dots {
                let limits = limits(dot);
                let limit = match side {
                    Side::Low => limits.low,
                    Side::High => limits.high,
                };
                if limit.is_finite() {
                    points.push((self.x(dot.size), limit));
                }
            }
            points.dedup_by(|a, b| (a.0 - b.0).abs() < 0.05 && (a.1 - b.1).abs() < f64::EPSILON);
            for piece in within(&points, (self.axis.low, self.axis.high)) {
                path.lift();
                for (x, value) in piece {
                    path.to(x, self.y.at(value));
                }
            }
        }
        path
    }

    fn at(&self, dot: &FunnelDot) -> (f64, f64) {
        (self.x(dot.size), self.y.at(dot.value))
    }

    fn marks(&self) -> Vec<Mark> {
        let said = self.said();
        let r = if self.input.dots.len() > 60 { 3.0 } else { 4.0 };
        let mark = |dot: &FunnelDot| {
            let (sign, r) = match dot.outside {
                Some((_, is_above)) => (self.input.wish.sign(is_above), r + 1.0),
                None => (Sign::Common, r),
            };
            let mut mark = Mark::one(sign, self.at(dot), r, said.title(dot));
            if let Some((rule, _)) = dot.outside {
                mark.class = class_of(sign, rule);
            }
            mark
        };
        let drawn = self.input.dots.iter().filter(|dot| dot.is_drawn());
        let (outside, inside): (Vec<_>, Vec<_>) = drawn.partition(|dot| dot.outside.is_some());
        inside.into_iter().chain(outside).map(mark).collect()
    }

    fn words(&self) -> Vec<Word> {
        let (frame, input) = (self.frame, self.input);
        let unit = input.head.unit;
        let mut words = Vec::new();
        for tick in &self.axis.ticks {
            let said = cut(
                &unit.number(frame, *tick, self.axis.decimals),
                self.left - 6.0,
            );
            let at = (self.left - 6.0, self.y.at(*tick) + 5.0);
            words.push(Word::new("label-muted", at, "end", said));
        }
        let mut last = f64::NEG_INFINITY;
        for tick in &self.sizes.ticks {
            let said = Unit::Number.number(frame, *tick, self.sizes.decimals);
            let half = wide(&said) / 2.0;
            let x = self.x(*tick).min(WIDTH - 2.0 - half);
            if x - half > last + 6.0 {
                last = x + half;
                words.push(Word::new("label-muted", (x, BASE + 18.0), "middle", said));
            }
        }
        let key = if self.is_root {
            "chart.size_root"
        } else {
            "chart.size"
        };
        let size = cut(&frame.tf(key, &[("of", input.size_of)]), WIDTH - 8.0);
        let at = (WIDTH / 2.0, BASE + 38.0);
        words.push(Word::new("label-muted", at, "middle", size));
        let caption = unit.axis_words(frame);
        let mut free = WIDTH - 8.0;
        if !input.is_adjusted {
            let said = cut(frame.t("chart.unadjusted"), free);
            free -= wide(&said) + 12.0;
            words.push(Word::new("strong", (WIDTH - 4.0, 14.0), "end", said));
        }
        if !caption.is_empty() && wide(caption) <= free {
            let caption = caption.to_owned();
            words.push(Word::new("label-muted", (4.0, 14.0), "start", caption));
        }
        words.extend(self.names());
        words
    }

    /// Names of units outside, beside their dots where there is room; the others are named beneath the drawing.
    fn names(&self) -> Vec<Word> {
        let drawn = self.input.dots.iter().filter(|dot| dot.is_drawn());
        let mut taken: Vec<[f64; 4]> = drawn
            .clone()
            .map(|dot| {
                let (x, y) = self.at(dot);
                [x - 5.0, y - 5.0, x + 5.0, y + 5.0]
            })
            .collect();
        let far = |dot: &&FunnelDot| {
            let rule = dot.outside.map(|(rule, _)| rule);
            matches!(rule, Some(FunnelRule::Beyond998))
        };
        let near = |dot: &&FunnelDot| dot.outside.is_some() && !far(dot);
        let named = drawn.clone().filter(far).chain(drawn.filter(near));
        let mut words = Vec::new();
        for dot in named {
            if words.len() >= NAMES_MAX {
                break;
            }
            let name = cut(&dot.name, NAME_WIDE);
            let ((x, y), width) = (self.at(dot), wide(&name));
            let spots = [
                (x + 9.0, y + 5.0, "start"),
                (x - 9.0, y + 5.0, "end"),
                (x + 6.0, y - 8.0, "start"),
                (x - 6.0, y - 8.0, "end"),
                (x + 6.0, y + 19.0, "start"),
                (x - 6.0, y + 19.0, "end"),
            ];
            let free = spots.into_iter().find_map(|(x, y, anchor)| {
                let from = if anchor == "start" { x } else { x - width };
                let room = [from, y - LETTER + 3.0, from + width, y + 3.0];
                let [left, top, right, bottom] = room;
                let is_inside = left >= self.left
                    && right <= WIDTH - 2.0
                    && top >= TOP - LETTER / 2.0
                    && bottom <= BASE;
                let is_free = taken
                    .iter()
                    .all(|[l, t, r, b]| right <= *l || left >= *r || bottom <= *t || top >= *b);
                (is_inside && is_free).then_some((x, y, anchor, room))
            });
            if let Some((x, y, anchor, room)) = free {
                taken.push(room);
                words.push(Word::new("halo", (x, y), anchor, name));
            }
        }
        words
    }
}

/// Which of the two limits.
#[derive(Debug, Clone, Copy)]
enum Side {
    Low,
    High,
}

/// What the axis of values holds: every value and the target, and limits as far as they are not far beyond them.
fn reach(input: &FunnelInput<'_>) -> (f64, f64) {
    let drawn = || input.dots.iter().filter(|dot| dot.is_drawn());
    let values = drawn().map(|dot| dot.value).chain([input.target]);
    let limits = drawn().flat_map(|dot| [dot.within_998.low, dot.within_998.high]);
    let (low, high) = ends(values).unwrap_or((0.0, 0.0));
    let (lowest, highest) = ends(limits).unwrap_or((low, high));
    // As much again above and below what there is, at most.
    let room = (high / 2.0 - low / 2.0).max(high.abs() / 4.0);
    let low = low.min(lowest.max(low - room));
    let high = high.max(highest.min(high + room));
    (low.max(f64::MIN), high.min(f64::MAX))
}
