//! The figures of the board, once: page, CSV and JSON read them here, so that they agree and hide
//! the same small totals.

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::pack::{Aspect, GoodEnd, SurveyScale};
use pengayom_measure::histogram::WaitHistogram;
use pengayom_measure::proportion::Share;
use pengayom_node::board::{Hour, ItemResult, Morning};
use serde::Serialize;
use utoipa::ToSchema;

use crate::frame::PageFrame;

/// Observations below which a 90th percentile is but the longest wait seen: a tenth of them is less
/// than one.
pub(crate) const NINE_NEEDS: u64 = 10;

/// Observations below which no middle is given; our choice, the number under which totals are
/// hidden elsewhere: a middle of fewer hangs on one case.
pub(crate) const MIDDLE_NEEDS: u64 = 5;

/// Everything the board counts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Figures {
    /// The moment it was read.
    #[schema(value_type = String, format = DateTime)]
    pub(super) at: Timestamp,
    /// The local day.
    #[schema(value_type = String, format = Date)]
    pub(super) day: Date,
    /// Open cases now.
    pub(super) open: OpenCases,
    /// Today, hour by hour; hours that have not come are left out.
    pub(super) hours: Vec<HourFigure>,
    /// Waiting for the first answer.
    pub(super) waits: Vec<WaitFigure>,
    /// The share of first answers that came in time.
    pub(super) in_time: Measured<ShareFigure>,
    /// First day of the survey's answers and of `in_time`.
    #[schema(value_type = String, format = Date)]
    pub(super) since: Date,
    /// Answers to the survey.
    pub(super) survey: Vec<ItemFigure>,
    /// Totals of fewer people are hidden.
    pub(super) small_cell: u32,
}

/// Open cases by stage.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct OpenCases {
    /// Nobody has read them.
    pub(super) received: i64,
    /// Read.
    pub(super) assessed: i64,
    /// Being handled.
    pub(super) handled: i64,
    /// Of all these, past the promise.
    pub(super) late: i64,
}

/// One hour of today.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct HourFigure {
    /// Local hour, 0 to 23.
    pub(super) hour: u8,
    /// Reports that came in.
    pub(super) filed: i64,
    /// Of them, answered.
    pub(super) answered: i64,
    /// Of those, past the promise.
    pub(super) answered_late: i64,
}

/// Waiting over a period.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct WaitFigure {
    /// `today` or `month`.
    pub(super) period: &'static str,
    /// First answers counted.
    pub(super) n: u64,
    /// Half waited at most so many seconds.
    pub(super) median_seconds: Measured<f64>,
    /// Nine in ten waited at most so many seconds.
    pub(super) p90_seconds: Measured<f64>,
}

/// A figure, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub(crate) enum Measured<T> {
    /// It is known.
    Known {
        /// What it is.
        value: T,
    },
    /// Too few observations to say anything.
    NotEnough {
        /// How many there are.
        n: u64,
        /// How many it takes.
        need: u64,
    },
    /// Fewer people than may be shown.
    Hidden,
}

/// A share with its interval and n.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub(crate) struct ShareFigure {
    /// In `[0, 1]`.
    pub(crate) share: f64,
    /// Lower end of the 95 % interval.
    pub(crate) low: f64,
    /// Upper end.
    pub(crate) high: f64,
    /// Out of how many.
    pub(super) n: u64,
}

/// One item of the survey.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ItemFigure {
    /// Its code.
    pub(super) item: String,
    /// The question.
    pub(super) ask: String,
    /// Which answers count as good, in words.
    pub(super) said: String,
    /// The group it is reported in.
    pub(super) group: Group,
    /// The share of good answers.
    pub(super) good: Measured<ShareFigure>,
    /// How many did not know; hidden like the share.
    #[schema(required)]
    pub(super) unknown: Option<u64>,
}

/// What an item measures: an aspect (S6), or trust and liking, which are reported apart (S41).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Group {
    /// Competence.
    Competence,
    /// Consistency.
    Consistency,
    /// Civility.
    Civility,
    /// Trust.
    Trust,
    /// Liking.
    Liking,
}

impl Group {
    /// In the order of the board.
    pub(crate) const ALL: [Self; 5] = [
        Self::Competence,
        Self::Consistency,
        Self::Civility,
        Self::Trust,
        Self::Liking,
    ];

    /// The stored word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Competence => "competence",
            Self::Consistency => "consistency",
            Self::Civility => "civility",
            Self::Trust => "trust",
            Self::Liking => "liking",
        }
    }

    /// What an item of this aspect and scale belongs to.
    pub(crate) fn of(aspect: Option<Aspect>, scale: SurveyScale) -> Self {
        match (aspect, scale) {
            (Some(Aspect::Competence), _) => Self::Competence,
            (Some(Aspect::Consistency), _) => Self::Consistency,
            (Some(Aspect::Civility), _) => Self::Civility,
            (None, SurveyScale::Liking) => Self::Liking,
            (None, _) => Self::Trust,
        }
    }
}

impl Figures {
    /// The figures of a morning, questions in the page's language.
    pub(crate) fn new(frame: &PageFrame, morning: &Morning) -> Self {
        let counts = morning.counts;
        Self {
            at: morning.at,
            day: morning.day,
            open: OpenCases {
                received: counts.received,
                assessed: counts.assessed,
                handled: counts.handled,
                late: counts.late,
            },
            hours: morning
                .hours
                .iter()
                .filter(|hour| !hour.ahead)
                .map(hour_figure)
                .collect(),
            waits: vec![
                wait_figure("today", &morning.waits_today),
                wait_figure("month", &morning.waits_month),
            ],
            in_time: match morning.in_time {
                Some(share) => Measured::Known {
                    value: share_figure(share),
                },
                None => Measured::NotEnough { n: 0, need: 1 },
            },
            since: morning.survey_from,
            survey: morning
                .survey
                .iter()
                .filter_map(|item| item_figure(frame, item))
                .collect(),
            small_cell: morning.small_cell,
        }
    }
}

fn hour_figure(hour: &Hour) -> HourFigure {
    HourFigure {
        hour: hour.hour,
        filed: hour.filed,
        answered: hour.responded,
        answered_late: hour.responded_late,
    }
}

fn wait_figure(period: &'static str, waits: &WaitHistogram) -> WaitFigure {
    let n = u64::try_from(waits.n()).unwrap_or(0);
    let quantile = |share: f64, need: u64| match waits.quantile(share) {
        Some(value) if n >= need => Measured::Known { value },
        _ => Measured::NotEnough { n, need },
    };
    WaitFigure {
        period,
        n,
        median_seconds: quantile(0.5, MIDDLE_NEEDS),
        p90_seconds: quantile(0.9, NINE_NEEDS),
    }
}

/// A share with its interval, as a figure.
pub(crate) const fn share_figure(share: Share) -> ShareFigure {
    ShareFigure {
        share: share.share,
        low: share.interval.low,
        high: share.interval.high,
        n: share.n,
    }
}

/// One item of the survey, as a figure; nothing for one that the pack no longer has.
pub(crate) fn item_figure(frame: &PageFrame, result: &ItemResult) -> Option<ItemFigure> {
    let item = frame.unit().pack.survey().item(&result.item)?;
    let good = match result.good {
        _ if result.hidden => Measured::Hidden,
        Some(share) => Measured::Known {
            value: share_figure(share),
        },
        None => Measured::NotEnough { n: 0, need: 1 },
    };
    Some(ItemFigure {
        item: result.item.clone(),
        ask: frame.say(&item.ask).to_owned(),
        said: said(frame, item.good),
        group: Group::of(item.aspect, item.scale),
        good,
        // Those who did not know are people too: a few of them stay hidden, and never beside a
        // hidden share.
        unknown: match good {
            Measured::Known { .. } if result.unknown == 0 || result.unknown >= small(frame) => {
                Some(result.unknown)
            }
            _ => None,
        },
    })
}

/// Which of the form's four answers count as good.
pub(crate) fn said(frame: &PageFrame, good: GoodEnd) -> String {
    let labels = frame.unit().pack.survey().form.labels.get(frame.lang);
    let [worst, _, better, best] = labels else {
        return String::new();
    };
    match good {
        GoodEnd::High => frame.tf("chief.said_two", &[("one", better), ("two", best)]),
        GoodEnd::Low => frame.tf("chief.said_one", &[("one", worst)]),
    }
}

fn small(frame: &PageFrame) -> u64 {
    u64::from(frame.unit().pack.survey().form.small_cell)
}
