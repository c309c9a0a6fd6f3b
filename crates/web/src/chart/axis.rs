//! From values to places: scales, round steps, the data of a path.

use std::fmt::Write as _;

use super::Unit;

/// From values to units of the drawing, along one direction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// `low` lies at `from`, `high` at `to`.
    pub(super) fn new((low, high): (f64, f64), (from, to): (f64, f64)) -> Self {
        Self {
            low,
            high,
            from,
            to,
        }
    }

    /// Where a value lies; what is beyond the ends lies at the end.
    pub(super) fn at(self, value: f64) -> f64 {
        // Halves, so that the distance between the largest numbers is a number as well.
        let part = (value / 2.0 - self.low / 2.0) / (self.high / 2.0 - self.low / 2.0);
        let part = if part.is_nan() {
            0.5
        } else {
            part.clamp(0.0, 1.0)
        };
        self.from + (self.to - self.from) * part
    }
}

/// An axis with round numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) ticks: Vec<f64>,
    /// Decimals that tell the ticks apart, of a share those of its percent.
    pub(super) decimals: usize,
    /// From one tick to the next.
    pub(super) step: f64,
}

/// Most ticks of an axis.
const TICKS_MAX: u32 = 12;

/// Most decimals at an axis.
const DECIMALS_MAX: i32 = 6;

impl Axis {
    /// Round numbers that hold all values between two, in about `want` steps.
    pub(super) fn round((low, high): (f64, f64), unit: Unit, want: f64) -> Self {
        let (low, high) = widened(low, high, unit);
        let mut step = round_step(high / want - low / want);
        if unit == Unit::Count {
            step = step.max(1.0);
        }
        // A quotient that is a whole number but for its last digits is one.
        let (first, last) = ((low / step + 1e-9).floor(), (high / step - 1e-9).ceil());
        let steps = last - first;
        let ends = (first * step, last * step);
        let fits = step.is_normal() && steps <= f64::from(TICKS_MAX);
        if !(fits && ends.0.is_finite() && ends.1.is_finite() && ends.0 < ends.1) {
            return Self {
                low,
                high,
                ticks: vec![low, high],
                decimals: 1,
                step: high / 2.0 - low / 2.0,
            };
        }
        let ticks = (0..=TICKS_MAX)
            .map(f64::from)
            .take_while(|k| *k <= steps + 0.5)
            .map(|k| (first + k) * step)
            .collect();
        let shown = if unit == Unit::Percent {
            step * 100.0
        } else {
            step
        };
        Self {
            low: ends.0,
            high: ends.1,
            ticks,
            decimals: decimals(shown),
            step,
        }
    }
}

/// A range with room: one value is given some on both sides, and what begins near 0 begins at 0.
fn widened(low: f64, high: f64, unit: Unit) -> (f64, f64) {
    let (low, high) = (low.min(high), high.max(low));
    let room = match unit {
        Unit::Percent => 0.05,
        Unit::Count => 1.0,
        Unit::Minutes | Unit::Number => (high.abs() * 0.1).max(f64::MIN_POSITIVE),
    };
    let is_one = (high / 2.0 - low / 2.0) <= high.abs().max(low.abs()) * 1e-9;
    let (from, to) = if is_one {
        let room = if high.abs() > 0.0 || unit == Unit::Percent {
            room
        } else {
            1.0
        };
        ((low - room).max(f64::MIN), (high + room).min(f64::MAX))
    } else {
        (low, high)
    };
    let from = if low >= 0.0 && from < 0.35 * to {
        0.0
    } else {
        from
    };
    match unit {
        Unit::Percent if low >= 0.0 && high <= 1.0 => (from.max(0.0), to.min(1.0)),
        _ => (from, to),
    }
}

/// The next 1, 2 or 5 with zeros; 0 for what has none.
fn round_step(raw: f64) -> f64 {
    if raw.is_nan() || raw <= 0.0 {
        return 0.0;
    }
    let power = 10.0_f64.powf(raw.log10().floor());
    let times = raw / power;
    let round = [1.0, 2.0, 5.0].into_iter().find(|n| times <= n * 1.001);
    round.unwrap_or(10.0) * power
}

/// Fewest decimals that write multiples of a step.
fn decimals(step: f64) -> usize {
    (0..DECIMALS_MAX)
        .zip(0_usize..)
        .find(|(power, _)| {
            let whole = step * 10.0_f64.powi(*power);
            (whole - whole.round()).abs() < 1e-6 && whole >= 0.5
        })
        .map_or(6, |(_, decimals)| decimals)
}

/// A number as an attribute: one decimal where it has one.
pub(super) fn coord(value: f64) -> String {
    let mut text = String::new();
    push(&mut text, tenths(value));
    text
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "places in a drawing are below a thousand; what is beyond is cut, and NaN is 0"
)]
fn tenths(value: f64) -> i32 {
    (value * 10.0).round() as i32
}

fn push(out: &mut String, tenths: i32) {
    if tenths < 0 {
        out.push('-');
    }
    let size = tenths.unsigned_abs();
    let (whole, part) = (size / 10, size % 10);
    // Writing to a `String` cannot fail.
    let _ = match (whole, part) {
        (_, 0) => write!(out, "{whole}"),
        (0, _) => write!(out, ".{part}"),
        _ => write!(out, "{whole}.{part}"),
    };
}

/// The data of a path, each step from the last, in tenths so that no rounding adds up.
#[derive(Debug, Default)]
pub(super) struct Path {
    d: String,
    at: Option<(i32, i32)>,
    /// The last figure began here.
    begun: Option<(i32, i32)>,
    command: Option<char>,
}

impl Path {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn into_d(self) -> String {
        self.d
    }

    pub(super) fn is_empty(&self) -> bool {
        self.d.is_empty()
    }

    /// What comes next is not joined to what was before.
    pub(super) fn lift(&mut self) {
        self.at = None;
        self.begun = None;
    }

    fn pair(&mut self, (x, y): (i32, i32)) {
        push(&mut self.d, x);
        if y >= 0 {
            self.d.push(' ');
        }
        push(&mut self.d, y);
    }

    /// A line to a place; the first is where it begins.
    pub(super) fn to(&mut self, x: f64, y: f64) {
        let next = (tenths(x), tenths(y));
        match self.at {
            None => {
                self.d.push('M');
                self.command = Some('M');
                self.pair(next);
            }
            Some(at) if at == next => return,
            Some((x, y)) => {
                let step = (next.0 - x, next.1 - y);
                if self.command != Some('l') {
                    self.d.push('l');
                    self.command = Some('l');
                } else if step.0 >= 0 {
                    self.d.push(' ');
                }
                self.pair(step);
            }
        }
        self.at = Some(next);
    }

    /// A line to the right or left, then one up or down: a step at `x` to the height `y`.
    pub(super) fn step(&mut self, x: f64, y: f64) {
        let Some(at) = self.at else {
            self.to(x, y);
            return;
        };
        let next = (tenths(x), tenths(y));
        if next.0 != at.0 {
            self.d.push('h');
            push(&mut self.d, next.0 - at.0);
        }
        if next.1 != at.1 {
            self.d.push('v');
            push(&mut self.d, next.1 - at.1);
        }
        self.command = None;
        self.at = Some(next);
    }

    /// A closed shape that begins at a place; its data end with `z`.
    pub(super) fn figure(&mut self, x: f64, y: f64, shape: &str) {
        let next = (tenths(x), tenths(y));
        match self.begun {
            None => {
                self.d.push('M');
                self.pair(next);
            }
            Some((x, y)) => {
                self.d.push('m');
                self.pair((next.0 - x, next.1 - y));
            }
        }
        self.d.push_str(shape);
        self.begun = Some(next);
        self.at = None;
        self.command = None;
    }
}

/// A line cut at two heights: what goes beyond them is left out, and its pieces end there.
pub(super) fn within(points: &[(f64, f64)], (low, high): (f64, f64)) -> Vec<Vec<(f64, f64)>> {
    let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
    let mut piece: Vec<(f64, f64)> = Vec::new();
    let inside = |y: f64| y >= low && y <= high;
    let mut last: Option<(f64, f64)> = None;
    for &(x, y) in points {
        if let Some((x0, y0)) = last {
            // Where the line between the two crosses an end.
            let crossing = |end: f64| {
                let part = (end / 2.0 - y0 / 2.0) / (y / 2.0 - y0 / 2.0);
                (part > 0.0 && part < 1.0).then_some((part, (x0 + (x - x0) * part, end)))
            };
            let mut crossings: Vec<(f64, (f64, f64))> =
                [low, high].into_iter().filter_map(crossing).collect();
            crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
            for (_, at) in crossings {
                piece.push(at);
                if piece.len() > 1 {
                    pieces.push(std::mem::take(&mut piece));
                }
            }
        }
        if inside(y) {
            piece.push((x, y));
        } else if !piece.is_empty() {
            pieces.push(std::mem::take(&mut piece));
        }
        last = Some((x, y));
    }
    pieces.push(piece);
    pieces.retain(|piece| piece.len() > 1);
    pieces
}
