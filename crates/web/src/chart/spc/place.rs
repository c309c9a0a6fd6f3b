//! Where the lines, dots and words of a figure over time lie.

use super::said::Said;
use super::{Sheet, SpcPoint, frozen, marked};
use crate::chart::axis::{Axis, Path, Scale, coord};
use crate::chart::{Drawing, LETTER, Mark, Sign, Stroke, WIDTH, Word, counted, cut, ends, wide};

/// Points up to which each has its dot and what is said of it.
const TITLES_MAX: usize = 60;

/// Points up to which each has a dot.
const DOTS_MAX: usize = 150;

/// Signals up to which each has what is said of it, in a longer series.
const SIGNAL_TITLES_MAX: usize = 40;

/// How limits are drawn: dashes tell nothing apart where every point has a step of its own.
pub(super) fn limit_class(points: usize) -> &'static str {
    if points > TITLES_MAX {
        "limit-fine"
    } else {
        "limit"
    }
}

/// Where everything lies.
pub(super) struct Place<'s> {
    said: Said<'s>,
    axis: &'s Axis,
    sheet: Sheet,
    left: f64,
    right: f64,
    y: Scale,
}

impl<'s> Place<'s> {
    pub(super) fn new(said: Said<'s>, axis: &'s Axis, sheet: Sheet) -> Self {
        let ticks = axis.ticks.iter().map(|tick| wide(&said.tick(axis, *tick)));
        let left = ticks.fold(20.0, f64::max) + 8.0;
        let ends = said.ends().into_iter();
        let right = ends.map(|(_, _, words)| wide(&words)).fold(4.0, f64::max) + 8.0;
        Self {
            said,
            axis,
            sheet,
            left: left.min(120.0),
            right: WIDTH - right.min(90.0),
            y: Scale::new((axis.low, axis.high), (sheet.base, sheet.top)),
        }
    }

    /// Where a point lies along the drawing, between its neighbours.
    fn x(&self, index: usize) -> f64 {
        let n = self.said.input.points.len().max(1) as f64;
        self.left + (self.right - self.left) * (index as f64 + 0.5) / n
    }

    /// Where it begins.
    fn begin(&self, index: usize) -> f64 {
        let n = self.said.input.points.len().max(1) as f64;
        self.left + (self.right - self.left) * index as f64 / n
    }

    pub(super) fn drawing(&self) -> Drawing {
        Drawing {
            height: coord(self.sheet.height),
            strokes: self.strokes(),
            marks: self.marks(),
            words: self.words(),
        }
    }

    fn strokes(&self) -> Vec<Stroke> {
        let input = self.said.input;
        let (top, base) = (self.sheet.top, self.sheet.base);
        let mut strokes = Vec::new();
        let mut add = |class, path: Path| {
            if !path.is_empty() {
                let d = path.into_d();
                strokes.push(Stroke { class, d });
            }
        };
        let (mut band, mut foot, mut borders) = (Path::new(), Path::new(), Path::new());
        for phase in &input.phases {
            let from = self.begin(phase.start);
            if let Some(n) = frozen(phase) {
                let to = self.begin(phase.start + n);
                let (wide, high) = (coord(to - from), coord(base - top));
                band.figure(from, top, &format!("h{wide}v{high}h-{wide}z"));
                foot.to(from, base);
                foot.to(to, base);
                foot.lift();
            }
            if phase.start > 0 {
                borders.to(from, top);
                borders.to(from, base);
                borders.lift();
            }
        }
        add("baseline", band);
        let mut grid = Path::new();
        for tick in &self.axis.ticks {
            grid.to(self.left, self.y.at(*tick));
            grid.to(self.right, self.y.at(*tick));
            grid.lift();
        }
        add("grid", grid);
        add("baseline-mark", foot);
        add("phase", borders);
        let mut notes = Path::new();
        for (index, _) in &input.notes {
            if *index < input.points.len() {
                notes.to(self.begin(*index), top + LETTER);
                notes.to(self.begin(*index), base);
                notes.lift();
            }
        }
        add("note", notes);
        add(limit_class(input.points.len()), self.limits());
        let mut center = Path::new();
        for phase in &input.phases {
            if phase.center.is_finite() && phase.start < phase.end.min(input.points.len()) {
                let y = self.y.at(phase.center);
                center.to(self.begin(phase.start), y);
                center.to(self.begin(phase.end.min(input.points.len())), y);
                center.lift();
            }
        }
        add("mean", center);
        if let Some(target) = input.target.filter(|target| target.is_finite()) {
            let mut path = Path::new();
            path.to(self.left, self.y.at(target));
            path.to(self.right, self.y.at(target));
            add("target", path);
        }
        add("trace", self.trace());
        strokes
    }

    /// Both limits as steps: each holds from half way to the point before to half way to the next.
    fn limits(&self) -> Path {
        let points = &self.said.input.points;
        let is_long = points.len() > DOTS_MAX;
        let mut path = Path::new();
        let sides: [fn(&SpcPoint) -> Option<f64>; 2] = [|point| point.lower, |point| point.upper];
        for side in sides {
            path.lift();
            // Where the limit drawn last ends, and its height.
            let mut end: Option<(f64, f64)> = None;
            for (index, point) in points.iter().enumerate() {
                if self.phase_starts(index) {
                    if let Some((x, y)) = end.take() {
                        path.step(x, y);
                    }
                    path.lift();
                }
                match side(point).filter(|limit| limit.is_finite()) {
                    Some(limit) => {
                        let y = self.y.at(limit);
                        // In a long series a unit of height is enough.
                        let y = if is_long { y.round() } else { y };
                        let is_same = end.is_some_and(|(_, last)| same(last, y));
                        if !is_same {
                            path.step(self.begin(index), y);
                        }
                        end = Some((self.begin(index + 1), y));
                    }
                    None => {
                        if let Some((x, y)) = end.take() {
                            path.step(x, y);
                        }
                        path.lift();
                    }
                }
            }
            if let Some((x, y)) = end {
                path.step(x, y);
            }
        }
        path
    }

    fn phase_starts(&self, index: usize) -> bool {
        let mut phases = self.said.input.phases.iter();
        phases.any(|phase| phase.start == index && index > 0)
    }

    /// The line through the points; it ends where a phase ends, and where there is no value.
    fn trace(&self) -> Path {
        let mut path = Path::new();
        for (index, point) in self.said.input.points.iter().enumerate() {
            if self.phase_starts(index) || !point.value.is_finite() {
                path.lift();
            }
            if point.value.is_finite() {
                path.to(self.x(index), self.y.at(point.value));
            }
        }
        path
    }

    fn marks(&self) -> Vec<Mark> {
        let input = self.said.input;
        let n = input.points.len();
        let r = match n {
            ..=40 => 4.0,
            41..=DOTS_MAX => 3.0,
            _ => 2.0,
        };
        let at = |index: usize| {
            let value = input.points.get(index).map(|point| point.value);
            let value = value.filter(|value| value.is_finite())?;
            Some((self.x(index), self.y.at(value)))
        };
        let signs = input.signs();
        let of = |index: usize| signs.get(index).copied().unwrap_or(Sign::Common);
        let marked = marked(input, &signs);
        let mut marks = Vec::new();
        let mut quiet = Path::new();
        for index in (0..n).filter(|index| n <= DOTS_MAX && of(*index) == Sign::Common) {
            let Some(at) = at(index) else { continue };
            if n <= TITLES_MAX {
                marks.push(Mark::one(Sign::Common, at, r, self.said.title(index)));
            } else {
                Sign::Common.add(&mut quiet, at, r);
            }
        }
        push_mark(&mut marks, Sign::Common, quiet);
        let has_titles = n <= TITLES_MAX || marked.len() <= SIGNAL_TITLES_MAX;
        for sign in [Sign::Neutral, Sign::Better, Sign::Worse] {
            let mut path = Path::new();
            for index in marked.iter().filter(|index| of(**index) == sign) {
                let Some(at) = at(*index) else { continue };
                if has_titles {
                    let title = self.said.title(*index);
                    marks.push(Mark::one(sign, at, r.max(3.0) + 1.0, title));
                } else {
                    sign.add(&mut path, at, r.max(2.5));
                }
            }
            push_mark(&mut marks, sign, path);
        }
        marks
    }

    fn words(&self) -> Vec<Word> {
        let (frame, input) = (self.said.frame, self.said.input);
        let mut words = Vec::new();
        for tick in &self.axis.ticks {
            let at = (self.left - 6.0, self.y.at(*tick) + 5.0);
            let tick = cut(&self.said.tick(self.axis, *tick), self.left - 6.0);
            words.push(Word::new("label-muted", at, "end", tick));
        }
        let caption = input.head.unit.axis_words(frame);
        if self.sheet.says_unit && !caption.is_empty() {
            let caption = cut(caption, WIDTH - 8.0);
            words.push(Word::new("label-muted", (4.0, 14.0), "start", caption));
        }
        for (class, y, said) in self.right_words() {
            let at = (self.right + 6.0, y + 5.0);
            words.push(Word::new(class, at, "start", said));
        }
        for ((index, _), number) in input.notes.iter().zip(1_usize..) {
            if *index < input.points.len() {
                let at = (self.begin(*index), self.sheet.top + 12.0);
                words.push(Word::new("halo", at, "middle", number.to_string()));
            }
        }
        words.extend(self.labels());
        let sizes = ends(input.points.iter().filter_map(|point| point.n));
        if let Some((low, high)) = sizes.filter(|_| self.sheet.says_n) {
            let (low, high) = (counted(frame, low), counted(frame, high));
            let values = [
                ("low", low.as_str()),
                ("high", high.as_str()),
                ("of", input.head.n_of),
            ];
            let key = if low == high {
                "chart.axis_n_one"
            } else {
                "chart.axis_n"
            };
            let said = cut(&frame.tf(key, &values), WIDTH - 8.0);
            let at = (WIDTH / 2.0, self.sheet.base + 42.0);
            words.push(Word::new("label-muted", at, "middle", said));
        }
        words
    }

    /// Names of the first and the last point, and of one between where there is room.
    fn labels(&self) -> Vec<Word> {
        let points = &self.said.input.points;
        let n = points.len();
        let y = self.sheet.base + 20.0;
        let room = WIDTH - 8.0;
        let word = |index: usize, x: f64, anchor: &'static str, most: f64| {
            let label = points.get(index).map(|point| cut(&point.label, most));
            Word::new("label-muted", (x, y), anchor, label.unwrap_or_default())
        };
        let first = points.first().map_or(0.0, |point| wide(&point.label));
        let last = points.last().map_or(0.0, |point| wide(&point.label));
        match n {
            0 => Vec::new(),
            1 => {
                let half = first.min(room) / 2.0;
                let x = self.x(0).clamp(4.0 + half, WIDTH - 4.0 - half);
                vec![word(0, x, "middle", room)]
            }
            _ => {
                let mut words = vec![
                    word(0, self.left, "start", room / 2.0 - self.left / 2.0),
                    word(n - 1, WIDTH - 4.0, "end", room / 2.0 - self.left / 2.0),
                ];
                let middle = n / 2;
                let x = self.x(middle);
                let half = points.get(middle).map_or(0.0, |p| wide(&p.label) / 2.0);
                let is_free =
                    x - half > self.left + first + 8.0 && x + half < WIDTH - 4.0 - last - 8.0;
                if n > 2 && is_free {
                    words.insert(1, word(middle, x, "middle", room));
                }
                words
            }
        }
    }

    /// Values of the lines at the end of the drawing, as far as they do not cover one another.
    fn right_words(&self) -> Vec<(&'static str, f64, String)> {
        let mut placed: Vec<(&'static str, f64, String)> = Vec::new();
        for (class, value, said) in self.said.ends() {
            let y = self.y.at(value);
            let covers = placed
                .iter()
                .any(|(_, other, _)| (other - y).abs() < LETTER);
            if !covers {
                placed.push((class, y, cut(&said, WIDTH - self.right - 6.0)));
            }
        }
        placed
    }
}

fn push_mark(marks: &mut Vec<Mark>, sign: Sign, path: Path) {
    if !path.is_empty() {
        marks.push(Mark {
            class: sign.class(),
            d: path.into_d(),
            title: None,
        });
    }
}

/// Whether two heights are drawn as one.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.05
}
