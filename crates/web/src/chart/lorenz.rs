//! Share beside share: how much of one thing goes with how much of another, from the least attended on.

use pengayom_measure::proportion::Interval;
use pengayom_measure::ranking::CurvePoint;

use super::axis::{Path, Scale, coord};
use super::{
    Cell, Column, Drawing, Drawn, Head, Key, Row, Stroke, Table, Unit, WIDTH, Word, cut, many,
};
use crate::frame::PageFrame;

/// Where the drawing lies in its room: a square.
const LEFT: f64 = 50.0;
const RIGHT: f64 = 346.0;
const TOP: f64 = 28.0;
const BASE: f64 = 324.0;
const HEIGHT: f64 = 368.0;

/// Most curves in one drawing: each has a line of its own kind.
pub(crate) const CURVES_MAX: usize = 4;
const CLASSES: [&str; CURVES_MAX] = ["curve", "curve curve-2", "curve curve-3", "curve curve-4"];

/// Shares of the one that the table says the other of, in percent.
const STEPS: [u8; 10] = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

/// Curves of shares.
#[derive(Debug, Clone)]
pub(crate) struct LorenzInput<'a> {
    /// Its unit is not read: shares are percent.
    pub(crate) head: Head<'a>,
    /// What lies along the drawing, in words: `kebutuhan`.
    pub(crate) of_x: &'a str,
    /// What rises in it: `jam petugas`.
    pub(crate) of_y: &'a str,
    /// At most [`CURVES_MAX`]; more are in the table only.
    pub(crate) curves: Vec<LorenzCurve>,
}

/// One curve.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LorenzCurve {
    pub(crate) name: String,
    /// From (0, 0) to (1, 1).
    pub(crate) points: Vec<CurvePoint>,
    pub(crate) kind: Index,
    pub(crate) index: f64,
    pub(crate) interval: Option<Interval>,
    /// What the index would be if only chance made a difference.
    pub(crate) by_chance: Option<f64>,
    /// Areas, or whatever was put in order.
    pub(crate) n: usize,
}

/// What the index of a curve is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Index {
    /// Gini coefficient: 0 where all have their share.
    Gini,
    /// Concentration index: below 0 where it lies with the low ranks.
    Concentration,
}

impl LorenzCurve {
    /// Points that can be drawn, in order.
    fn drawn(&self) -> Vec<(f64, f64)> {
        let points = self.points.iter().map(|point| (point.x, point.y));
        points
            .filter(|(x, y)| x.is_finite() && y.is_finite())
            .map(|(x, y)| (x.clamp(0.0, 1.0), y.clamp(0.0, 1.0)))
            .collect()
    }

    /// The share that goes with a share, between the points of the curve.
    fn share_at(&self, x: f64) -> Option<f64> {
        let points = self.drawn();
        // Of points one above another, as where much goes to no need, the highest counts at the end only.
        let after = points.iter().position(|point| point.0 >= x - 1e-12)?;
        let (x1, y1) = *points.get(after)?;
        let Some((x0, y0)) = after.checked_sub(1).and_then(|at| points.get(at)).copied() else {
            return Some(y1);
        };
        if x1 - x0 <= 0.0 {
            return Some(y1);
        }
        Some(y0 + (y1 - y0) * ((x - x0) / (x1 - x0)).clamp(0.0, 1.0))
    }
}

/// Draws.
pub(crate) fn draw(frame: &PageFrame, input: &LorenzInput<'_>) -> Drawn {
    let has_any = input.curves.iter().any(|curve| curve.drawn().len() > 1);
    Drawn {
        id: input.head.id.to_owned(),
        title: input.head.title.to_owned(),
        sentence: sentence(frame, input, has_any),
        drawing: has_any.then(|| drawing(frame, input)),
        key: if has_any {
            key(frame, input)
        } else {
            Vec::new()
        },
        signals_head: String::new(),
        signals: Vec::new(),
        notes: Vec::new(),
        table: table(frame, input),
    }
}

fn sentence(frame: &PageFrame, input: &LorenzInput<'_>, has_any: bool) -> String {
    if !has_any {
        return frame.t("chart.no_shares").to_owned();
    }
    let mut said = Vec::new();
    for curve in &input.curves {
        if curve.drawn().len() < 2 {
            let values = [("name", curve.name.as_str())];
            said.push(frame.tf("chart.lorenz_none", &values));
            continue;
        }
        said.push(index_words(frame, curve));
        // Where half of the need lies with those who get least of it, in plain words.
        if let (Index::Gini, Some(share)) = (curve.kind, curve.share_at(0.5)) {
            let share = Unit::Percent.number(frame, share, 0);
            let values = [
                ("x", input.of_x),
                ("y", input.of_y),
                ("share", share.as_str()),
            ];
            said.push(frame.tf("chart.lorenz_half", &values));
        }
        if let Some(chance) = curve.by_chance.filter(|chance| chance.is_finite()) {
            let chance = frame.format().decimal(chance, 2);
            said.push(frame.tf("chart.lorenz_chance", &[("index", &chance)]));
        }
    }
    said.join(" ")
}

/// The index with its interval and n.
fn index_words(frame: &PageFrame, curve: &LorenzCurve) -> String {
    let index = Unit::Number.number(frame, curve.index, 2);
    let n = many(frame, curve.n);
    let interval = interval_words(frame, curve.interval);
    let values = [
        ("name", curve.name.as_str()),
        ("index", index.as_str()),
        ("interval", interval.as_str()),
        ("n", n.as_str()),
    ];
    let key = match curve.kind {
        Index::Gini => "chart.lorenz_gini",
        Index::Concentration => "chart.lorenz_concentration",
    };
    frame.tf(key, &values)
}

fn interval_words(frame: &PageFrame, interval: Option<Interval>) -> String {
    match interval.filter(|own| own.low.is_finite() && own.high.is_finite()) {
        Some(own) => {
            let low = frame.format().decimal(own.low, 2);
            let high = frame.format().decimal(own.high, 2);
            let values = [("low", low.as_str()), ("high", high.as_str())];
            frame.tf("chart.range", &values)
        }
        None => frame.t("chart.no_interval").to_owned(),
    }
}

fn drawing(frame: &PageFrame, input: &LorenzInput<'_>) -> Drawing {
    let x = Scale::new((0.0, 1.0), (LEFT, RIGHT));
    let y = Scale::new((0.0, 1.0), (BASE, TOP));
    let mut grid = Path::new();
    let mut words = Vec::new();
    for part in [0.0, 0.25, 0.5, 0.75, 1.0] {
        grid.to(LEFT, y.at(part));
        grid.to(RIGHT, y.at(part));
        grid.lift();
        let said = Unit::Percent.number(frame, part, 0);
        let at = (LEFT - 6.0, y.at(part) + 5.0);
        words.push(Word::new("label-muted", at, "end", said.clone()));
        let anchor = if part > 0.9 { "end" } else { "middle" };
        let at = (
            x.at(part) + if part > 0.9 { 10.0 } else { 0.0 },
            BASE + 18.0,
        );
        words.push(Word::new("label-muted", at, anchor, said));
    }
    let of_y = frame.tf("chart.share_of", &[("of", input.of_y)]);
    let of_x = frame.tf("chart.share_of", &[("of", input.of_x)]);
    let caption = |words: &str| cut(words, WIDTH - 8.0);
    words.push(Word::new(
        "label-muted",
        (4.0, 14.0),
        "start",
        caption(&of_y),
    ));
    let at = (WIDTH - 4.0, BASE + 38.0);
    words.push(Word::new("label-muted", at, "end", caption(&of_x)));
    let mut equal = Path::new();
    equal.to(LEFT, BASE);
    equal.to(RIGHT, TOP);
    let mut strokes = vec![
        Stroke {
            class: "grid",
            d: grid.into_d(),
        },
        Stroke {
            class: "equal",
            d: equal.into_d(),
        },
    ];
    for (curve, class) in input.curves.iter().zip(CLASSES) {
        let points = curve.drawn();
        if points.len() < 2 {
            continue;
        }
        let mut path = Path::new();
        let mut last: Option<(f64, f64)> = None;
        let end = points.len() - 1;
        for (index, point) in points.into_iter().enumerate() {
            let at = (x.at(point.0), y.at(point.1));
            // What is nearer than half a unit is not seen; the ends stay.
            let is_near =
                last.is_some_and(|last| (at.0 - last.0).abs() + (at.1 - last.1).abs() < 0.7);
            if !is_near || index == end {
                path.to(at.0, at.1);
                last = Some(at);
            }
        }
        let d = path.into_d();
        strokes.push(Stroke { class, d });
    }
    Drawing {
        height: coord(HEIGHT),
        strokes,
        marks: Vec::new(),
        words,
    }
}

fn key(frame: &PageFrame, input: &LorenzInput<'_>) -> Vec<Key> {
    let curves = input.curves.iter().zip(CLASSES);
    let curves = curves.filter(|(curve, _)| curve.drawn().len() > 1);
    let mut key: Vec<Key> = curves
        .map(|(curve, class)| Key::line(class, curve.name.clone()))
        .collect();
    key.push(Key::line("equal", frame.t("chart.key_equal").to_owned()));
    key
}

/// At each tenth of the one the share of the other, then the index of each curve.
fn table(frame: &PageFrame, input: &LorenzInput<'_>) -> Table {
    let first = frame.tf("chart.share_of_rank", &[("of", input.of_x)]);
    let mut heads = vec![Column::words(&first)];
    heads.extend(input.curves.iter().map(|curve| Column::number(&curve.name)));
    let none = frame.t("chart.none");
    let mut rows: Vec<Row> = STEPS
        .iter()
        .map(|step| Row {
            name: format!("{step}%"),
            href: None,
            cells: input
                .curves
                .iter()
                .map(|curve| {
                    let share = curve.share_at(f64::from(*step) / 100.0);
                    let share = share.filter(|_| curve.drawn().len() > 1);
                    Cell::number(share.map_or_else(
                        || none.to_owned(),
                        |share| Unit::Percent.number(frame, share, 1),
                    ))
                })
                .collect(),
        })
        .collect();
    let mut add = |name: &str, cell: &dyn Fn(&LorenzCurve) -> String| {
        rows.push(Row {
            name: name.to_owned(),
            href: None,
            cells: input
                .curves
                .iter()
                .map(|curve| Cell::number(cell(curve)))
                .collect(),
        });
    };
    add(frame.t("chart.index"), &|curve| {
        Unit::Number.number(frame, curve.index, 2)
    });
    add(frame.t("chart.interval"), &|curve| {
        interval_words(frame, curve.interval)
    });
    add("n", &|curve| many(frame, curve.n));
    Table { heads, rows }
}
