//! Figures as drawings: over time, unit beside unit, share beside share, on the map.
//!
//! Each drawing is a pure function from plain numbers, as `pengayom_measure` gives them, to strings for
//! `web/templates/chart/part.html`. Nothing is fetched and no script draws. The viewBox is 360 wide, so that words
//! stay readable on the smallest telephone; geometry is in attributes, colour in classes. Beside each drawing stand
//! a sentence, its key, its signals in words, and a table with the same numbers. What cannot be drawn is said.

mod axis;
pub(crate) mod funnel;
pub(crate) mod lorenz;
pub(crate) mod multiples;
pub(crate) mod outline;
pub(crate) mod shade;
pub(crate) mod spc;
#[cfg(test)]
mod tests;

use self::axis::{Axis, Path, coord};
use crate::frame::PageFrame;

/// Units a drawing is wide.
const WIDTH: f64 = 360.0;

/// Height of words in units on the smallest telephone.
const LETTER: f64 = 16.0;

/// What every drawing is told about itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Head<'a> {
    /// Unique on the page: small letters, digits and `-`.
    pub(crate) id: &'a str,
    /// What is drawn, as a name in the page's language.
    pub(crate) title: &'a str,
    /// How values are written.
    pub(crate) unit: Unit,
    /// What `n` counts, in words: `laporan`.
    pub(crate) n_of: &'a str,
}

/// How values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Shares from 0 to 1, written as `62%`.
    Percent,
    /// Minutes.
    Minutes,
    /// Whole numbers of things.
    Count,
    /// Rates, ratios, scores.
    Number,
}

/// Which direction is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Neither: a change is to be understood.
    Neither,
}

/// The sign of a point: another shape for each, since colour alone says nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sign {
    /// Nothing out of the ordinary: a circle.
    Common,
    /// A change whose direction is neither better nor worse: a triangle.
    Neutral,
    /// For the better: a diamond.
    Better,
    /// For the worse: a square.
    Worse,
}

/// A line or an area of a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stroke {
    pub(crate) class: &'static str,
    pub(crate) d: String,
}

/// A point, or several of one sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) class: &'static str,
    pub(crate) d: String,
    pub(crate) title: Option<String>,
}

/// Words in a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    pub(crate) class: &'static str,
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) anchor: &'static str,
    pub(crate) words: String,
}

/// What the template draws: strokes beneath, marks on them, words on top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drawing {
    pub(crate) height: String,
    pub(crate) strokes: Vec<Stroke>,
    pub(crate) marks: Vec<Mark>,
    pub(crate) words: Vec<Word>,
}

/// What a sign of the drawing means. The sign is a path in 24 by 16 units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) class: &'static str,
    pub(crate) d: &'static str,
    pub(crate) words: String,
}

/// The table with the numbers of a drawing. The first column names the row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Table {
    pub(crate) heads: Vec<Column>,
    pub(crate) rows: Vec<Row>,
}

/// A column of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Column {
    pub(crate) words: String,
    pub(crate) is_number: bool,
}

/// A row of it; `cells` are those after the first column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) href: Option<String>,
    pub(crate) cells: Vec<Cell>,
}

/// A cell of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) words: String,
    pub(crate) is_number: bool,
}

/// A drawing with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Drawn {
    pub(crate) id: String,
    pub(crate) title: String,
    /// What the drawing shows, in words.
    pub(crate) sentence: String,
    /// Nothing where there is nothing to draw; the sentence says why.
    pub(crate) drawing: Option<Drawing>,
    pub(crate) key: Vec<Key>,
    /// What is out of the ordinary, each in words, and what stands over them.
    pub(crate) signals_head: String,
    pub(crate) signals: Vec<String>,
    /// What else is to be known, such as what the numbers on the drawing stand for.
    pub(crate) notes: Vec<String>,
    pub(crate) table: Table,
}

impl Unit {
    /// A value with `decimals`; a share as percent. Nothing for what is no number.
    fn number(self, frame: &PageFrame, value: f64, decimals: usize) -> String {
        let percent = matches!(self, Self::Percent);
        let value = if percent { value * 100.0 } else { value };
        if !value.is_finite() {
            return frame.t("chart.none").to_owned();
        }
        let words = if value.abs() < 1e10 {
            frame.format().decimal(value, decimals)
        } else {
            let written = format!("{value:.1e}");
            let (mantissa, power) = written.split_once('e').unwrap_or((&written, "0"));
            let mantissa = mantissa.parse().unwrap_or(0.0);
            format!("{}e{power}", frame.format().decimal(mantissa, 1))
        };
        if percent { format!("{words}%") } else { words }
    }

    /// A value as a sentence says it, with its unit.
    fn said(self, frame: &PageFrame, value: f64, decimals: usize) -> String {
        let number = self.number(frame, value, decimals);
        match self {
            Self::Minutes if value.is_finite() => frame.tf("chart.minutes", &[("n", &number)]),
            _ => number,
        }
    }

    /// Words at the axis; nothing where the numbers say it themselves.
    fn axis_words(self, frame: &PageFrame) -> &str {
        match self {
            Self::Minutes => frame.t("chart.axis_minutes"),
            Self::Percent | Self::Count | Self::Number => "",
        }
    }

    /// Decimals that a value has beside an axis; of whole things only their means have any.
    fn decimals(self, axis: &Axis, value: f64) -> usize {
        match self {
            Self::Percent => axis.decimals + usize::from(axis.step < 0.015),
            Self::Count => decimals_of_count(value),
            Self::Minutes | Self::Number => axis.decimals + 1,
        }
    }
}

impl Wish {
    /// The sign of what lies above, or below, the ordinary.
    fn sign(self, is_above: bool) -> Sign {
        match (self, is_above) {
            (Self::Neither, _) => Sign::Neutral,
            (Self::Higher, true) | (Self::Lower, false) => Sign::Better,
            (Self::Higher, false) | (Self::Lower, true) => Sign::Worse,
        }
    }
}

impl Sign {
    fn class(self) -> &'static str {
        match self {
            Self::Common => "common",
            Self::Neutral => "neutral",
            Self::Better => "better",
            Self::Worse => "worse",
        }
    }

    /// The class of a sign drawn hollow.
    fn hollow_class(self) -> &'static str {
        match self {
            Self::Common => "hollow common",
            Self::Neutral => "hollow neutral",
            Self::Better => "hollow better",
            Self::Worse => "hollow worse",
        }
    }

    /// Key of the words for it.
    fn key(self) -> &'static str {
        match self {
            Self::Common => "chart.sign_common",
            Self::Neutral => "chart.sign_neutral",
            Self::Better => "chart.sign_better",
            Self::Worse => "chart.sign_worse",
        }
    }

    /// The same shape in 24 by 16 units.
    fn of_key(self) -> &'static str {
        match self {
            Self::Common => "M7 8a5 5 0 1 0 10 0a5 5 0 1 0-10 0z",
            Self::Neutral => "M12 2l6 11h-12z",
            Self::Better => "M12 1l7 7-7 7-7-7z",
            Self::Worse => "M7 3h10v10h-10z",
        }
    }

    /// Adds the shape around a place to a path; `r` is the radius of the circle.
    fn add(self, path: &mut Path, (x, y): (f64, f64), r: f64) {
        match self {
            Self::Common => {
                let (left, r, across) = (x - r, coord(r), coord(2.0 * r));
                let shape = format!("a{r} {r} 0 1 0 {across} 0a{r} {r} 0 1 0-{across} 0z");
                path.figure(left, y, &shape);
            }
            Self::Neutral => {
                let (half, high) = (coord(1.25 * r), coord(2.2 * r));
                let across = coord(2.5 * r);
                path.figure(x, y - 1.3 * r, &format!("l{half} {high}h-{across}z"));
            }
            Self::Better => {
                let r = 1.4 * r;
                let side = coord(r);
                let shape = format!("l{side} {side}-{side} {side}-{side}-{side}z");
                path.figure(x, y - r, &shape);
            }
            Self::Worse => {
                let side = coord(1.9 * r);
                let shape = format!("h{side}v{side}h-{side}z");
                path.figure(x - 0.95 * r, y - 0.95 * r, &shape);
            }
        }
    }
}

impl Mark {
    /// One point with what is said of it.
    fn one(sign: Sign, at: (f64, f64), r: f64, title: String) -> Self {
        let mut path = Path::new();
        sign.add(&mut path, at, r);
        Self {
            class: sign.class(),
            d: path.into_d(),
            title: Some(title),
        }
    }
}

impl Key {
    /// A sign.
    fn sign(frame: &PageFrame, sign: Sign) -> Self {
        Self {
            class: sign.class(),
            d: sign.of_key(),
            words: frame.t(sign.key()).to_owned(),
        }
    }

    /// A line.
    fn line(class: &'static str, words: String) -> Self {
        Self {
            class,
            d: "M0 8h24",
            words,
        }
    }
}

impl Word {
    fn new(class: &'static str, (x, y): (f64, f64), anchor: &'static str, words: String) -> Self {
        Self {
            class,
            x: coord(x),
            y: coord(y),
            anchor,
            words,
        }
    }
}

impl Column {
    fn words(words: &str) -> Self {
        Self {
            words: words.to_owned(),
            is_number: false,
        }
    }

    fn number(words: &str) -> Self {
        Self {
            words: words.to_owned(),
            is_number: true,
        }
    }
}

impl Cell {
    fn words(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            is_number: false,
        }
    }

    fn number(words: impl Into<String>) -> Self {
        Self {
            words: words.into(),
            is_number: true,
        }
    }
}

/// How wide words are in units, a little more than in the typeface of the pages and in those that stand in for it.
fn wide(words: &str) -> f64 {
    words.chars().map(letter_wide).sum()
}

fn letter_wide(letter: char) -> f64 {
    match letter {
        '.' | ',' | ':' | ';' | '\'' | '|' | '(' | ')' | ' ' => 5.5,
        'f' | 'i' | 'j' | 'l' | 'r' | 't' => 6.0,
        '%' | '…' | 'M' | 'W' | 'm' | 'w' => 15.0,
        'A'..='Z' => 11.5,
        '0'..='9' => 10.0,
        'a'..='z' | '–' | '-' => 9.3,
        // What is not of these letters may be as wide as it is high.
        _ => LETTER,
    }
}

/// Words cut to a width, with an ellipsis where something is missing.
fn cut(words: &str, width: f64) -> String {
    if wide(words) <= width {
        return words.to_owned();
    }
    let mut kept = String::new();
    for letter in words.chars() {
        if wide(&kept) + letter_wide(letter) + letter_wide('…') > width {
            break;
        }
        kept.push(letter);
    }
    format!("{}…", kept.trim_end())
}

/// The head of a column of values.
fn value_head(frame: &PageFrame, unit: Unit) -> String {
    match unit.axis_words(frame) {
        "" => frame.t("chart.value").to_owned(),
        words => frame.tf("chart.value_in", &[("unit", words)]),
    }
}

/// A count that may be weighted: whole where it is.
fn counted(frame: &PageFrame, n: f64) -> String {
    Unit::Count.number(frame, n, decimals_of_count(n))
}

fn decimals_of_count(n: f64) -> usize {
    usize::from(n.fract().abs() > 1e-9 && n.abs() < 1e6)
}

/// The lowest and the highest of the numbers there are.
fn ends(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let values = values.filter(|value| value.is_finite());
    values.fold(None, |ends, x| {
        let (low, high) = ends.unwrap_or((x, x));
        Some((x.min(low), x.max(high)))
    })
}

/// How many there are, for words.
fn many(frame: &PageFrame, n: usize) -> String {
    frame.format().count(i64::try_from(n).unwrap_or(i64::MAX))
}
