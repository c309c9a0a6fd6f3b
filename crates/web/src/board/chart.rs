//! Charts as numbers for the template's SVG: bars of the hours, whiskers of shares. Geometry is in
//! attributes, colour in classes.

use super::figures::{HourFigure, ShareFigure};
use crate::frame::PageFrame;

/// Left and right end of the drawing, and its base line, in units of the viewBox.
const LEFT: f64 = 28.0;
const RIGHT: f64 = 358.0;
const TOP: f64 = 12.0;
const BASE: f64 = 112.0;

/// Hours of a day.
const HOURS: f64 = 24.0;

/// A line across with its number.
pub(super) struct Line {
    pub(super) y: String,
    pub(super) text_y: String,
    pub(super) words: String,
}

/// A bar.
pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) x: String,
    pub(super) y: String,
    pub(super) width: String,
    pub(super) height: String,
}

/// A word under or in the drawing.
pub(super) struct Tick {
    pub(super) x: String,
    pub(super) words: String,
    pub(super) anchor: &'static str,
}

/// The drawing of today's hours.
pub(super) struct Drawing {
    pub(super) grid: Vec<Line>,
    pub(super) bars: Vec<Bar>,
    pub(super) ticks: Vec<Tick>,
    /// Where now is.
    pub(super) now_x: String,
    /// The words over the hours still to come.
    pub(super) ahead: Option<Tick>,
}

/// Bars of reports by hour. `hours` are those that have begun; the last is not over and is drawn
/// hollow. Hours to come are not drawn at all.
pub(super) fn bars(frame: &PageFrame, hours: &[HourFigure]) -> Drawing {
    let most = hours
        .iter()
        .map(|hour| hour.filed)
        .max()
        .unwrap_or(0)
        .max(1);
    let step = (RIGHT - LEFT) / HOURS;
    let x = |hour: f64| LEFT + hour * step;
    let height = |n: i64| (BASE - TOP) * small(n) / small(most);
    let last = hours.last().map(|hour| hour.hour);
    let bar = |hour: &HourFigure| Bar {
        class: if Some(hour.hour) == last {
            "bar-now"
        } else {
            "bar"
        },
        x: number(x(f64::from(hour.hour)) + 1.5),
        y: number(BASE - height(hour.filed)),
        width: number(step - 3.0),
        height: number(height(hour.filed)),
    };
    let begun = f64::from(last.map_or(0, |hour| hour + 1));
    let levels = if most > 1 {
        vec![most, most / 2]
    } else {
        vec![most]
    };
    let grid = levels.into_iter().filter(|n| *n > 0).map(|n| Line {
        y: number(BASE - height(n)),
        text_y: number(BASE - height(n) + 5.0),
        words: frame.format().count(n),
    });
    let tick = |hour: u8| Tick {
        x: number(x(f64::from(hour))),
        words: format!("{hour:02}"),
        anchor: "middle",
    };
    let words = frame.t("chief.by_hour_ahead").to_owned();
    let ahead = match begun {
        ..=14.0 => Some(Tick {
            x: number(x(begun) + 6.0),
            words,
            anchor: "start",
        }),
        // Too narrow for the words; the axis is dashed and the table says it.
        _ => None,
    };
    Drawing {
        grid: grid.collect(),
        bars: hours
            .iter()
            .filter(|hour| hour.filed > 0)
            .map(bar)
            .collect(),
        ticks: [0, 6, 12, 18, 24].map(tick).into(),
        now_x: number(x(begun)),
        ahead,
    }
}

/// A share on a line from 0 to 100 %, in a drawing 360 wide.
#[derive(Debug, Clone)]
pub(crate) struct Whisker {
    /// `62%`
    pub(crate) share: String,
    /// `(55–69%; n 184)`
    pub(crate) rest: String,
    pub(crate) x: String,
    pub(crate) low_x: String,
    pub(crate) high_x: String,
}

/// A share in words and as a whisker.
pub(crate) fn whisker(frame: &PageFrame, share: ShareFigure) -> Whisker {
    let x = |part: f64| number(10.0 + part.clamp(0.0, 1.0) * 340.0);
    let percent = |part: f64| frame.format().decimal(part * 100.0, 0);
    let n = frame
        .format()
        .count(i64::try_from(share.n).unwrap_or(i64::MAX));
    let (low, high) = (percent(share.low), percent(share.high));
    let values = [
        ("low", low.as_str()),
        ("high", high.as_str()),
        ("n", n.as_str()),
    ];
    Whisker {
        share: format!("{}%", percent(share.share)),
        rest: frame.tf("chief.interval_rest", &values),
        x: x(share.share),
        low_x: x(share.low),
        high_x: x(share.high),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of a day are far below 2^52"
)]
fn small(n: i64) -> f64 {
    n as f64
}

fn number(value: f64) -> String {
    format!("{value:.1}")
}
