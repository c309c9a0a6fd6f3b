//! What is said of a figure over time: the sentence, signals, the key, the table.

use pengayom_measure::chart::{Rule, Side, Signal};

use super::place::limit_class;
use super::{SpcInput, SpcPoint, frozen, is_finite, marked};
use crate::chart::axis::Axis;
use crate::chart::{Cell, Column, Key, Row, Sign, Table, counted, many, value_head};
use crate::frame::PageFrame;

/// Most signals said in words beside a drawing.
const SAID_MAX: usize = 6;

/// What is said of a figure over time.
#[derive(Clone, Copy)]
pub(super) struct Said<'s> {
    pub(super) frame: &'s PageFrame,
    pub(super) input: &'s SpcInput<'s>,
    /// None where there is nothing to draw.
    pub(super) axis: Option<&'s Axis>,
}

impl Said<'_> {
    fn value(&self, value: f64) -> String {
        let unit = self.input.head.unit;
        let decimals = self.axis.map_or(1, |axis| unit.decimals(axis, value));
        unit.number(self.frame, value, decimals)
    }

    /// A value with its unit.
    fn in_unit(&self, value: f64) -> String {
        let unit = self.input.head.unit;
        let decimals = self.axis.map_or(1, |axis| unit.decimals(axis, value));
        unit.said(self.frame, value, decimals)
    }

    fn maybe(&self, value: Option<f64>) -> String {
        value.map_or_else(
            || self.frame.t("chart.none").to_owned(),
            |value| self.value(value),
        )
    }

    fn label(&self, index: usize) -> &str {
        self.input
            .points
            .get(index)
            .map_or("", |point| point.label.as_str())
    }

    pub(super) fn sentence(&self) -> String {
        let (frame, input) = (self.frame, self.input);
        let points = &input.points;
        let (Some(first), Some(last), Some(_)) = (points.first(), points.last(), self.axis) else {
            return frame.t("chart.no_points").to_owned();
        };
        let n = many(frame, points.len());
        let mut said = vec![if points.len() == 1 {
            frame.tf("chart.spc_one", &[("label", &first.label)])
        } else {
            let values = [("n", &*n), ("from", &*first.label), ("to", &*last.label)];
            frame.tf("chart.spc_span", &values)
        }];
        let value = self.in_unit(last.value);
        said.push(match last.n {
            Some(n) => {
                let n = counted(frame, n);
                let values = [("value", &*value), ("n", &*n)];
                frame.tf("chart.spc_last_n", &values)
            }
            None => frame.tf("chart.spc_last", &[("value", &value)]),
        });
        said.push(self.center(last));
        if input.phases.len() > 1 {
            let n = many(frame, input.phases.len());
            said.push(frame.tf("chart.spc_phases", &[("n", &n)]));
        }
        if !input.phases.is_empty() {
            let signs = input.signs();
            let out = signs.iter().filter(|sign| **sign != Sign::Common);
            said.push(match out.count() {
                0 => frame.t("chart.spc_quiet").to_owned(),
                n => frame.tf("chart.spc_signals", &[("n", &many(frame, n))]),
            });
        }
        said.join(" ")
    }

    /// The centre and limits that hold now.
    fn center(&self, last: &SpcPoint) -> String {
        let frame = self.frame;
        let Some(phase) = self.input.phases.last() else {
            return frame.t("chart.spc_bare").to_owned();
        };
        let center = self.in_unit(phase.center);
        if phase.is_median {
            return frame.tf("chart.spc_median", &[("center", &center)]);
        }
        let (Some(lower), Some(upper)) = (last.lower, last.upper) else {
            return frame.tf("chart.spc_center", &[("center", &center)]);
        };
        // All points still set the limits: they are not settled.
        let is_trial = phase.baseline >= phase.end.saturating_sub(phase.start);
        let key = if is_trial {
            "chart.spc_trial"
        } else {
            "chart.spc_limits"
        };
        let (low, high) = (self.value(lower), self.in_unit(upper));
        let values = [("center", &*center), ("low", &*low), ("high", &*high)];
        frame.tf(key, &values)
    }

    /// What is said of a point where it is.
    pub(super) fn title(&self, index: usize) -> String {
        let Some(point) = self.input.points.get(index) else {
            return String::new();
        };
        let value = self.in_unit(point.value);
        let mut said = format!("{}: {value}", point.label);
        if let Some(n) = point.n {
            said.push_str(&format!(" (n {})", counted(self.frame, n)));
        }
        let own = self.input.signals.iter();
        for signal in own.filter(|own| self.input.drawn_at(own) == index) {
            said.push_str(". ");
            said.push_str(self.frame.t(rule_key(signal.rule, signal.side)));
        }
        said
    }

    /// Signals in words, the latest first; those of one rule in a row are one.
    pub(super) fn signals(&self) -> Vec<String> {
        let frame = self.frame;
        let mut runs: Vec<(Signal, usize)> = Vec::new();
        for signal in &self.input.signals {
            let goes_on = |(first, last): &&mut (Signal, usize)| {
                first.rule == signal.rule
                    && first.side == signal.side
                    && (*last == signal.index || *last + 1 == signal.index)
            };
            match runs.iter_mut().rev().find(goes_on) {
                Some((_, last)) => *last = signal.index,
                None => runs.push((*signal, signal.index)),
            }
        }
        runs.sort_by_key(|(_, last)| std::cmp::Reverse(*last));
        let more = runs.len().saturating_sub(SAID_MAX);
        let mut said: Vec<String> = runs
            .into_iter()
            .take(SAID_MAX)
            .map(|(first, last)| {
                let looks_back = first.rule.points().unwrap_or(1).saturating_sub(1);
                let begin = self.input.phase_of(first.index).map_or(0, |own| own.start);
                let from = first.index.saturating_sub(looks_back).max(begin);
                let rule = frame.t(rule_key(first.rule, first.side));
                if from >= last {
                    let values = [("label", self.label(last)), ("rule", rule)];
                    return frame.tf("chart.signal_at", &values);
                }
                let values = [
                    ("from", self.label(from)),
                    ("to", self.label(last)),
                    ("rule", rule),
                ];
                frame.tf("chart.signal_from", &values)
            })
            .collect();
        if more > 0 {
            said.push(frame.tf("chart.signals_more", &[("n", &many(frame, more))]));
        }
        said
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let notes = self.input.notes.iter().zip(1_usize..);
        let mut said: Vec<String> = notes
            .map(|((index, words), number)| {
                let number = number.to_string();
                let values = [
                    ("number", number.as_str()),
                    ("label", self.label(*index)),
                    ("words", words.as_str()),
                ];
                self.frame.tf("chart.note", &values)
            })
            .collect();
        let signs = self.input.signs();
        let out = signs.iter().filter(|sign| **sign != Sign::Common);
        if marked(self.input, &signs).len() < out.count() {
            said.push(self.frame.t("chart.thinned").to_owned());
        }
        said
    }

    pub(super) fn key(&self) -> Vec<Key> {
        let (frame, input) = (self.frame, self.input);
        let mut signs = input.signs();
        signs.push(Sign::Common);
        signs.sort_unstable();
        signs.dedup();
        let signs = signs.into_iter().map(|sign| Key::sign(frame, sign));
        let mut key: Vec<Key> = signs.collect();
        if let Some(phase) = input.phases.last() {
            let words = if phase.is_median {
                frame.t("chart.key_median")
            } else {
                frame.t("chart.key_center")
            };
            key.push(Key::line("mean", words.to_owned()));
        }
        if input.has_limits() {
            let words = frame.t("chart.key_limits").to_owned();
            key.push(Key::line(limit_class(input.points.len()), words));
        }
        if input.phases.iter().any(|phase| frozen(phase).is_some()) {
            let words = frame.t("chart.key_baseline").to_owned();
            key.push(Key::line("baseline-mark", words));
        }
        if is_finite(input.target) {
            let target = input.target.unwrap_or_default();
            let words = frame.tf("chart.key_target", &[("value", &self.in_unit(target))]);
            key.push(Key::line("target", words));
        }
        key
    }

    pub(super) fn table(&self) -> Table {
        let (frame, input) = (self.frame, self.input);
        let has_n = input.points.iter().any(|point| point.n.is_some());
        let (has_center, has_limits) = (!input.phases.is_empty(), input.has_limits());
        let mut heads = vec![Column::words(frame.t("chart.when"))];
        let mut add = |is_there: bool, words: &str| {
            if is_there {
                heads.push(Column::number(words));
            }
        };
        add(has_n, "n");
        add(true, &value_head(frame, input.head.unit));
        add(has_center, frame.t("chart.center"));
        add(has_limits, frame.t("chart.lower"));
        add(has_limits, frame.t("chart.upper"));
        if has_center {
            heads.push(Column::words(frame.t("chart.signal")));
        }
        let rows = input.points.iter().enumerate().map(|(index, point)| {
            let mut cells = Vec::new();
            let n = point.n.map(|n| counted(frame, n));
            let n = n.unwrap_or_else(|| frame.t("chart.none").to_owned());
            cells.extend(has_n.then(|| Cell::number(n)));
            cells.push(Cell::number(self.value(point.value)));
            if has_center {
                let center = input.phase_of(index).map(|phase| phase.center);
                cells.push(Cell::number(self.maybe(center)));
            }
            if has_limits {
                cells.push(Cell::number(self.maybe(point.lower)));
                cells.push(Cell::number(self.maybe(point.upper)));
            }
            if has_center {
                let own = input.signals.iter().filter(|own| own.index == index);
                let rules = own.map(|own| frame.t(rule_key(own.rule, own.side)));
                cells.push(Cell::words(rules.collect::<Vec<_>>().join("; ")));
            }
            Row {
                name: point.label.clone(),
                href: None,
                cells,
            }
        });
        Table {
            heads,
            rows: rows.collect(),
        }
    }

    pub(super) fn tick(&self, axis: &Axis, tick: f64) -> String {
        self.input.head.unit.number(self.frame, tick, axis.decimals)
    }

    /// The lines that hold at the last point, the centre first.
    pub(super) fn ends(&self) -> Vec<(&'static str, f64, String)> {
        let input = self.input;
        let center = input.phases.last().map(|phase| phase.center);
        let last = input.points.last();
        let lines = [
            // The centre first: what has no room is left out.
            ("strong", center),
            ("label-muted", last.and_then(|point| point.upper)),
            ("label-muted", last.and_then(|point| point.lower)),
            ("label-muted", input.target),
        ];
        let lines = lines.into_iter().filter_map(|(class, value)| {
            let value = value.filter(|value| value.is_finite())?;
            Some((class, value, self.value(value)))
        });
        lines.collect()
    }
}

/// Key of the words for a rule.
fn rule_key(rule: Rule, side: Side) -> &'static str {
    let is_above = side == Side::Above;
    match (rule, is_above) {
        (Rule::OneBeyondLimits | Rule::BeyondLaney, true) => "chart.rule_beyond_above",
        (Rule::OneBeyondLimits | Rule::BeyondLaney, false) => "chart.rule_beyond_below",
        (Rule::TwoOfThreeBeyond2s, true) => "chart.rule_two_above",
        (Rule::TwoOfThreeBeyond2s, false) => "chart.rule_two_below",
        (Rule::FourOfFiveBeyond1s, true) => "chart.rule_four_above",
        (Rule::FourOfFiveBeyond1s, false) => "chart.rule_four_below",
        (Rule::EightSameSide, true) => "chart.rule_eight_above",
        (Rule::EightSameSide, false) => "chart.rule_eight_below",
        (Rule::SixTrending, true) => "chart.rule_six_up",
        (Rule::SixTrending, false) => "chart.rule_six_down",
        (Rule::FifteenWithin1s, _) => "chart.rule_fifteen",
        (Rule::FourteenAlternating, _) => "chart.rule_fourteen",
        (Rule::EightOutside1s, _) => "chart.rule_eight_outside",
        (Rule::MovingRangeBeyond, _) => "chart.rule_jump",
        (Rule::LongRun, true) => "chart.rule_long_above",
        (Rule::LongRun, false) => "chart.rule_long_below",
        (Rule::FewCrossings, _) => "chart.rule_crossings",
    }
}
