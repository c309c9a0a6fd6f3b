//! The days that a page of the board is about: the two fields, and what was typed into them.

use axum::http::StatusCode;
use jiff::ToSpan as _;
use jiff::civil::Date;
use pengayom_node::board::RESPONSE_DAYS_MAX;
use pengayom_node::{HandleError, Node};
use serde::Deserialize;

use crate::form::{FieldError, TextField};
use crate::frame::PageFrame;
use crate::problem::Fault;

/// Days shown when none are asked for.
const DAYS: i64 = 30;

/// The days asked for, as typed.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Asked {
    /// First day.
    #[serde(default)]
    pub(crate) dari: String,
    /// Last day.
    #[serde(default)]
    pub(crate) sampai: String,
}

/// The form of the days of a page, drawn by `board/part.html`.
pub(super) struct Span {
    /// First and last day; `None` where they are wrong.
    pub(super) days: Option<(Date, Date)>,
    pub(super) from: TextField,
    pub(super) to: TextField,
    /// The same days in an address; empty where they are wrong.
    pub(super) query: String,
    pub(super) errors: Vec<FieldError>,
}

impl Span {
    /// What was asked for.
    pub(super) fn asked(frame: &PageFrame, node: &Node, asked: &Asked) -> Self {
        let (days, errors) = days(frame, node, asked);
        let shown = |typed: &str, day: Option<Date>| match day {
            Some(day) if typed.is_empty() => day.to_string(),
            _ => typed.to_owned(),
        };
        let from = shown(&asked.dari, days.map(|(from, _)| from));
        let to = shown(&asked.sampai, days.map(|(_, to)| to));
        let query = days.map(|_| format!("?dari={from}&sampai={to}"));
        Self {
            days,
            from: TextField::new("dari", frame.t("chief.response_from"), &from, &errors),
            to: TextField::new("sampai", frame.t("chief.response_to"), &to, &errors),
            query: query.unwrap_or_default(),
            errors,
        }
    }

    /// The status of the page, whose title says so when the days are wrong.
    pub(super) fn status(&self, frame: &mut PageFrame) -> StatusCode {
        if self.errors.is_empty() {
            return StatusCode::OK;
        }
        frame.refused();
        StatusCode::UNPROCESSABLE_ENTITY
    }
}

/// The days asked for, for a file.
///
/// # Errors
/// [`HandleError::Malformed`] where they are wrong.
pub(super) fn days_of(
    frame: &PageFrame,
    node: &Node,
    asked: &Asked,
) -> Result<(Date, Date), Fault> {
    let (days, _) = days(frame, node, asked);
    days.ok_or_else(|| Fault::from(HandleError::Malformed))
}

/// The days asked for; without any, the last [`DAYS`].
pub(crate) fn days(
    frame: &PageFrame,
    node: &Node,
    asked: &Asked,
) -> (Option<(Date, Date)>, Vec<FieldError>) {
    let today = frame.unit().zone.to_datetime(node.now()).date();
    let mut errors = Vec::new();
    let mut day = |field: &str, typed: &str, default: Date| {
        let typed = typed.trim();
        if typed.is_empty() {
            return Some(default);
        }
        let read = typed.parse::<Date>().ok();
        if read.is_none() {
            errors.push(FieldError::new(field, frame.t("chief.response_bad_day")));
        }
        read
    };
    let to = day("sampai", &asked.sampai, today);
    let from = day(
        "dari",
        &asked.dari,
        to.unwrap_or(today).saturating_sub(DAYS.days()),
    );
    let (Some(from), Some(to)) = (from, to) else {
        return (None, errors);
    };
    let span = from.until(to).map_or(i32::MAX, |span| span.get_days());
    if span < 0 {
        errors.push(FieldError::new("sampai", frame.t("chief.response_order")));
    } else if span > RESPONSE_DAYS_MAX {
        let most = RESPONSE_DAYS_MAX.to_string();
        let words = frame.tf("chief.response_long", &[("days", &most)]);
        errors.push(FieldError::new("dari", words));
    }
    (errors.is_empty().then_some((from, to)), errors)
}
