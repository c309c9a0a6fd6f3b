//! Areas shaded by a figure, in at most five classes, and the list that says the same.
//!
//! Rates and shares only: shading by counts shows where people live. What is too little to show, or not known, is
//! hatched and said; it is never a class.

use pengayom_core::place::{Area, AreaMap, MAP_TOLERANCE};

use super::axis::Axis;
use super::outline::{self, FOOT, Taken};
use super::{Cell, Column, Head, Row, Table, cut, ends, many, value_head};
use crate::frame::PageFrame;

/// Most classes: more shades are not told apart.
pub(crate) const CLASSES_MAX: usize = 5;

/// Areas up to which each has its number on the map.
const NUMBERS_MAX: usize = 60;

/// Areas from which outlines are drawn more coarsely, and how much.
const COARSE_FROM: usize = 120;
const COARSE: f64 = 3.0 * MAP_TOLERANCE;

/// Most bytes of outlines and titles in a map: what is said of an area where it is gives way first.
const BYTES_MAX: usize = 56_000;

/// Widest name said on a map of many areas, in units of its words.
const NAME_WIDE: f64 = 220.0;

/// Areas up to which the list stands open.
const OPEN_MAX: usize = 30;

/// A map to be shaded.
#[derive(Debug, Clone)]
pub(crate) struct ShadeInput<'a> {
    pub(crate) head: Head<'a>,
    /// The whole, such as `Kabupaten Pati`.
    pub(crate) of: &'a str,
    /// In the order of the list.
    pub(crate) areas: Vec<ShadeArea<'a>>,
    /// Rows of the list that are no area, such as what happened at an unknown place: name, figure, n.
    pub(crate) elsewhere: Vec<(String, Shaded, Option<i64>)>,
    pub(crate) classes: Classes,
}

/// One area.
#[derive(Debug, Clone)]
pub(crate) struct ShadeArea<'a> {
    pub(crate) area: &'a Area,
    pub(crate) name: String,
    pub(crate) href: Option<String>,
    pub(crate) value: Shaded,
    pub(crate) n: Option<i64>,
}

/// The figure of an area.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shaded {
    /// It has one. What is not finite is not known.
    Value(f64),
    /// Too little to show.
    Hidden,
    /// Not known.
    Unknown,
}

/// How figures become classes.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Classes {
    /// Five groups of about equally many areas; equal figures are always in one.
    Fifths,
    /// By bounds, at most four, each the lowest figure of the class above it.
    Bounds(Vec<f64>),
    /// By bounds on both sides of a middle: two below it and two above, such as 0.5, 0.8, 1.25, 2 around 1.
    Around([f64; 4]),
}

/// An outline with its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Patch {
    pub(crate) d: String,
    pub(crate) title: Option<String>,
}

/// Areas of one class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) shade: Shade,
    pub(crate) patches: Vec<Patch>,
}

/// How an area is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Shade {
    /// One of five, from light to dark.
    Class(usize),
    /// One of five around a middle; those below it are dotted as well, since both ends are dark.
    Around(usize),
    /// Hatched.
    Hidden,
    /// Hatched the other way.
    Unknown,
}

/// What a shade means, and how many areas have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShadeKey {
    pub(crate) shade: Shade,
    pub(crate) words: String,
}

/// What the template draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) width: i32,
    pub(crate) height: i32,
    pub(crate) groups: Vec<Group>,
    pub(crate) numbers: Vec<(i32, i32, String)>,
    /// Length of the scale bar, its height on the page, and its words.
    pub(crate) bar: (i32, i32, String),
    pub(crate) north: String,
}

/// A map with everything that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ShadeDrawn {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) sentence: String,
    /// Nothing where there is no area, or too much to draw; the list stands alone.
    pub(crate) plan: Option<Plan>,
    pub(crate) key: Vec<ShadeKey>,
    pub(crate) is_open: bool,
    pub(crate) table: Table,
}

impl Shade {
    /// Class of what is filled with it.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Class(0) => "shade-1",
            Self::Class(1) => "shade-2",
            Self::Class(2) => "shade-3",
            Self::Class(3) => "shade-4",
            Self::Class(_) => "shade-5",
            Self::Around(0) => "far-below",
            Self::Around(1) => "below",
            Self::Around(2) => "around-3",
            Self::Around(3) => "around-4",
            Self::Around(_) => "around-5",
            Self::Hidden => "hidden-few",
            Self::Unknown => "unknown",
        }
    }

    /// The pattern it is filled with, where a colour alone would not say it.
    pub(crate) fn pattern(self) -> Option<&'static str> {
        match self {
            Self::Class(_) | Self::Around(2..) => None,
            Self::Around(0) => Some("far-below"),
            Self::Around(_) => Some("below"),
            Self::Hidden => Some("hidden"),
            Self::Unknown => Some("unknown"),
        }
    }
}

impl Shaded {
    fn value(&self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value).filter(|value| value.is_finite()),
            Self::Hidden | Self::Unknown => None,
        }
    }
}

/// Draws.
pub(crate) fn draw(frame: &PageFrame, input: &ShadeInput<'_>) -> ShadeDrawn {
    let values = input.areas.iter().filter_map(|area| area.value.value());
    let values: Vec<f64> = values.collect();
    let scale = Scale::new(frame, input, values);
    let plan = plan(frame, input, &scale);
    let key = if plan.is_some() {
        scale.key(input)
    } else {
        Vec::new()
    };
    ShadeDrawn {
        id: input.head.id.to_owned(),
        title: input.head.title.to_owned(),
        sentence: scale.sentence(input, plan.is_some()),
        plan,
        key,
        is_open: input.areas.len() <= OPEN_MAX,
        table: scale.table(input),
    }
}

/// Figures in classes, and their words.
struct Scale<'f> {
    frame: &'f PageFrame,
    head: Head<'f>,
    /// Every figure, ascending.
    values: Vec<f64>,
    /// The lowest figure of each class but the first, ascending.
    bounds: Vec<f64>,
    is_around: bool,
    /// Bounds were given, and stand in the words; otherwise the figures found do.
    is_given: bool,
    axis: Option<Axis>,
}

impl<'f> Scale<'f> {
    fn new(frame: &'f PageFrame, input: &ShadeInput<'f>, mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let mut bounds = match &input.classes {
            Classes::Fifths => fifths(&values),
            Classes::Bounds(bounds) => bounds.clone(),
            Classes::Around(bounds) => bounds.to_vec(),
        };
        bounds.retain(|bound| bound.is_finite());
        bounds.sort_by(f64::total_cmp);
        bounds.dedup_by(|a, b| a.total_cmp(b).is_eq());
        bounds.truncate(CLASSES_MAX - 1);
        let reach = ends(values.iter().copied());
        Self {
            frame,
            head: input.head,
            axis: reach.map(|reach| Axis::round(reach, input.head.unit, 4.0)),
            values,
            // Around a middle there are five classes or none.
            is_around: matches!(input.classes, Classes::Around(_))
                && bounds.len() == CLASSES_MAX - 1,
            is_given: !matches!(input.classes, Classes::Fifths),
            bounds,
        }
    }

    fn class_of(&self, value: f64) -> usize {
        self.bounds.iter().filter(|bound| value >= **bound).count()
    }

    fn shade_of(&self, value: &Shaded) -> Shade {
        match (value, value.value()) {
            (_, Some(value)) => self.shade_of_class(self.class_of(value)),
            (Shaded::Hidden, None) => Shade::Hidden,
            (Shaded::Value(_) | Shaded::Unknown, None) => Shade::Unknown,
        }
    }

    /// The shade of a class; where there are fewer than five, shades far from each other.
    fn shade_of_class(&self, class: usize) -> Shade {
        if self.is_around {
            return Shade::Around(class);
        }
        let shade = match (self.bounds.len(), class) {
            (0, _) | (2, 1) => 2,
            (1, 0) => 1,
            (1, _) | (3, 2) => 3,
            (2, 2) | (3, 3) => 4,
            (_, class) => class,
        };
        Shade::Class(shade)
    }

    fn value(&self, value: f64) -> String {
        let unit = self.head.unit;
        let decimals = self.axis.as_ref().map(|axis| unit.decimals(axis, value));
        unit.number(self.frame, value, decimals.unwrap_or(1))
    }

    fn in_unit(&self, value: f64) -> String {
        let unit = self.head.unit;
        let decimals = self.axis.as_ref().map(|axis| unit.decimals(axis, value));
        unit.said(self.frame, value, decimals.unwrap_or(1))
    }

    fn shaded(&self, value: &Shaded) -> String {
        match (value, value.value()) {
            (_, Some(value)) => self.value(value),
            (Shaded::Hidden, None) => self.frame.t("chart.hidden").to_owned(),
            (Shaded::Value(_) | Shaded::Unknown, None) => self.frame.t("chart.unknown").to_owned(),
        }
    }

    /// A class in words: between which figures it lies.
    fn class_words(&self, class: usize) -> String {
        let frame = self.frame;
        let below = class.checked_sub(1).and_then(|at| self.bounds.get(at));
        let above = self.bounds.get(class);
        if self.is_given {
            let (low, high) = (below.map(|x| self.value(*x)), above.map(|x| self.value(*x)));
            return match (low, high) {
                (None, None) => frame.t("chart.class_all").to_owned(),
                (None, Some(high)) => frame.tf("chart.class_below", &[("high", &high)]),
                (Some(low), None) => frame.tf("chart.class_from", &[("low", &low)]),
                (Some(low), Some(high)) => {
                    let values = [("low", low.as_str()), ("high", high.as_str())];
                    frame.tf("chart.class_between", &values)
                }
            };
        }
        let own = self.values.iter().copied();
        let own = own.filter(|value| self.class_of(*value) == class);
        let Some((low, high)) = ends(own) else {
            return frame.t("chart.none").to_owned();
        };
        let (low, high) = (self.value(low), self.value(high));
        if low == high {
            return low;
        }
        frame.tf("chart.class_found", &[("low", &low), ("high", &high)])
    }

    /// Every class with how many areas it has, then what is hidden and what is not known.
    fn key(&self, input: &ShadeInput<'_>) -> Vec<ShadeKey> {
        let of = |shade: Shade| {
            let own = input.areas.iter().map(|area| self.shade_of(&area.value));
            own.filter(|own| *own == shade).count()
        };
        let with_n = |words: &str, n: usize| {
            let n = many(self.frame, n);
            let values = [("words", words), ("n", n.as_str())];
            self.frame.tf("chart.class_n", &values)
        };
        let classes = if self.values.is_empty() {
            0
        } else {
            self.bounds.len() + 1
        };
        let mut key: Vec<ShadeKey> = (0..classes)
            .map(|class| {
                let shade = self.shade_of_class(class);
                let words = with_n(&self.class_words(class), of(shade));
                ShadeKey { shade, words }
            })
            .collect();
        for (shade, name) in [
            (Shade::Hidden, "chart.hidden"),
            (Shade::Unknown, "chart.unknown"),
        ] {
            let n = of(shade);
            if n > 0 {
                let words = with_n(self.frame.t(name), n);
                key.push(ShadeKey { shade, words });
            }
        }
        key
    }

    fn sentence(&self, input: &ShadeInput<'_>, has_plan: bool) -> String {
        let frame = self.frame;
        let n = many(frame, input.areas.len());
        let mut said = vec![frame.tf("chart.shade_span", &[("of", input.of), ("n", &n)])];
        let highest = self.values.last();
        match (self.values.first(), highest) {
            (Some(low), Some(high)) => {
                let (low, high) = (self.value(*low), self.in_unit(*high));
                let values = [("low", low.as_str()), ("high", high.as_str())];
                said.push(frame.tf("chart.shade_range", &values));
            }
            _ => said.push(frame.t("chart.shade_none").to_owned()),
        }
        let without = input.areas.len() - self.values.len();
        if without > 0 && !self.values.is_empty() {
            let n = many(frame, without);
            said.push(frame.tf("chart.shade_without", &[("n", &n)]));
        }
        if !has_plan && !input.areas.is_empty() {
            said.push(frame.t("area.map_none").to_owned());
        }
        said.join(" ")
    }

    fn table(&self, input: &ShadeInput<'_>) -> Table {
        let frame = self.frame;
        let has_n = input.areas.iter().any(|area| area.n.is_some())
            || input.elsewhere.iter().any(|(_, _, n)| n.is_some());
        let mut heads = vec![Column::words(frame.t("chart.area"))];
        if has_n {
            heads.push(Column::number("n"));
        }
        heads.push(Column::number(&value_head(frame, self.head.unit)));
        heads.push(Column::words(frame.t("chart.class")));
        let cells = |value: &Shaded, n: Option<i64>| {
            let n = n.map(|n| frame.format().count(n));
            let n = n.unwrap_or_else(|| frame.t("chart.none").to_owned());
            let class = value.value().map(|value| self.class_of(value));
            let class = class.map(|class| self.class_words(class));
            let mut cells = Vec::new();
            cells.extend(has_n.then(|| Cell::number(n)));
            cells.push(Cell::number(self.shaded(value)));
            cells.push(Cell::words(
                class.unwrap_or_else(|| frame.t("chart.none").to_owned()),
            ));
            cells
        };
        let is_numbered = input.areas.len() <= NUMBERS_MAX;
        let areas = input.areas.iter().zip(1_usize..);
        let areas = areas.map(|(area, number)| Row {
            name: if is_numbered {
                format!("{number}. {}", area.name)
            } else {
                area.name.clone()
            },
            href: area.href.clone(),
            cells: cells(&area.value, area.n),
        });
        let elsewhere = input.elsewhere.iter().map(|(name, value, n)| Row {
            name: name.clone(),
            href: None,
            cells: cells(value, *n),
        });
        Table {
            heads,
            rows: areas.chain(elsewhere).collect(),
        }
    }
}

/// The lowest figure of each fifth but the first. Equal figures are never parted, so there may be fewer.
fn fifths(ascending: &[f64]) -> Vec<f64> {
    let n = ascending.len();
    let lowest = ascending.first().copied();
    let cuts = (1..CLASSES_MAX).filter_map(|fifth| {
        let at = (n * fifth).div_ceil(CLASSES_MAX);
        ascending.get(at).copied()
    });
    cuts.filter(|bound| lowest.is_some_and(|lowest| *bound > lowest))
        .collect()
}

/// The map; `None` for no areas and for more than can be drawn.
fn plan(frame: &PageFrame, input: &ShadeInput<'_>, scale: &Scale<'_>) -> Option<Plan> {
    let n = input.areas.len();
    let areas = input.areas.iter().map(|area| area.area);
    let map = if n >= COARSE_FROM {
        AreaMap::draw_within(areas, COARSE)?
    } else {
        AreaMap::draw(areas)?
    };
    let mut groups: Vec<Group> = Vec::new();
    let mut bytes = 0;
    for (area, drawn) in input.areas.iter().zip(&map.areas) {
        let d = outline::path(drawn);
        let name = if n >= COARSE_FROM {
            cut(&area.name, NAME_WIDE)
        } else {
            area.name.clone()
        };
        let title = format!("{name}: {}", scale.shaded(&area.value));
        // `<path d=""><title></title></path>` and its line.
        bytes += d.len() + title.len() + 36;
        let shade = scale.shade_of(&area.value);
        let patch = Patch {
            d,
            title: Some(title),
        };
        match groups.iter_mut().find(|group| group.shade == shade) {
            Some(group) => group.patches.push(patch),
            None => groups.push(Group {
                shade,
                patches: vec![patch],
            }),
        }
    }
    groups.sort_by_key(|group| group.shade);
    if bytes > BYTES_MAX {
        let mut patches = groups.iter_mut().flat_map(|group| &mut group.patches);
        patches.by_ref().for_each(|patch| patch.title = None);
    }
    let numbers = if n <= NUMBERS_MAX {
        outline::numbers(&map, &mut Taken(Vec::new()), None)
    } else {
        Vec::new()
    };
    let foot = map.height + FOOT;
    let (metres, units) = map.scale_bar();
    Some(Plan {
        width: map.width,
        height: foot,
        groups,
        numbers,
        bar: (units, foot - 24, outline::distance(frame, metres)),
        north: frame.t("area.north_letter").to_owned(),
    })
}
