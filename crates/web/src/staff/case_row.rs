//! One case in a list. Kinds kept narrow come without kind and place.

use jiff::Timestamp;
use pengayom_core::subject::case::CaseStage;
use pengayom_node::access::{CaseFacts, Permission, Sight, Staff};
use pengayom_store::rows::CaseRow;

use super::clock::{self, Clock, Promise, clock_of};
use super::select::service_name;
use crate::frame::PageFrame;

/// A case as `desk::case_row` draws it.
#[derive(Debug, Clone)]
pub(crate) struct CaseLine {
    /// Identifier.
    pub(crate) id: String,
    /// Where it opens; `None` for one who may not read it.
    pub(crate) href: Option<String>,
    /// Its number.
    pub(crate) number: String,
    /// The service, or the word that stands for a kind kept narrow.
    pub(crate) kind: String,
    /// Somebody was in danger.
    pub(crate) danger: bool,
    /// `late` or nothing.
    pub(crate) class: &'static str,
    /// The clock of its promise.
    pub(crate) clock: Option<Clock>,
    /// Smaller words: why it stands where it stands, since when, where.
    pub(crate) why: Vec<String>,
}

/// Which reason a list gives for its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// The order of serving.
    Serving,
    /// How far the case has come.
    Stage,
}

impl CaseLine {
    pub(crate) fn new(
        frame: &PageFrame,
        by: &Staff,
        row: &CaseRow,
        now: Timestamp,
        why: Why,
    ) -> Self {
        // Where one is not named, the case's address says how to take it or open it in an emergency.
        let sight = frame.unit().sight(by, &CaseFacts::of_row(row, now));
        let readable = match sight {
            Sight::Open => true,
            Sight::Waits => by.may(Permission::ReadCase) && by.may(Permission::ReadSensitiveCase),
            Sight::Hidden => false,
        };
        let promise = promise_of(row);
        let clock = if row.stage == CaseStage::Closed && row.responded_at.is_none() {
            None
        } else {
            clock_of(frame, promise, now)
        };
        let late = clock.as_ref().is_some_and(|clock| clock.state == "late");
        let first = match why {
            Why::Serving => order_words(frame, row, now).to_owned(),
            Why::Stage => stage_words(frame, row.stage).to_owned(),
        };
        let filed = frame.tf(
            "desk.filed_at",
            &[("time", &short_moment(frame, row.filed_at, now))],
        );
        Self {
            id: row.id.to_string(),
            href: readable.then(|| format!("/perkara/{}", row.id)),
            number: row
                .number
                .as_ref()
                .map_or_else(|| row.id.to_string(), ToString::to_string),
            kind: if row.sensitive || sight == Sight::Hidden {
                frame.t("desk.hidden_kind").to_owned()
            } else {
                service_name(frame, &row.service)
            },
            danger: row.danger && row.stage != CaseStage::Closed,
            class: if late { "late" } else { "" },
            clock,
            why: {
                let mut why = vec![first];
                why.extend(owed_words(frame, row, now));
                why.push(filed);
                if sight != Sight::Hidden {
                    why.push(where_words(frame, row));
                }
                why
            },
        }
    }
}

/// The promise of a case.
fn promise_of(row: &CaseRow) -> Promise {
    Promise {
        filed_at: row.filed_at,
        respond_by: row.respond_by,
        responded_at: row.responded_at,
    }
}

/// What its reporter waits for beside the promise. A kind kept narrow does not say how they are.
fn owed_words(frame: &PageFrame, row: &CaseRow, now: Timestamp) -> Vec<String> {
    let support = row.support_due && !row.sensitive;
    let support = support.then(|| frame.t("desk.needs_support").to_owned());
    let review = row.review_asked_at.map(|since| {
        let time = short_moment(frame, since, now);
        frame.tf("desk.review_since", &[("time", &time)])
    });
    support.into_iter().chain(review).collect()
}

/// Why a case stands where it stands in the queue: the same order as the store's.
pub(crate) fn order_words<'f>(frame: &'f PageFrame, row: &CaseRow, now: Timestamp) -> &'f str {
    match row.respond_by {
        _ if row.danger && row.responded_at.is_none() => frame.t("desk.order_reason_danger"),
        _ if row.responded_at.is_some() => frame.t("desk.order_reason_answered"),
        Some(due) if due < now => frame.t("desk.order_reason_promise_late"),
        Some(_) if clock::is_soon(promise_of(row), now) => frame.t("desk.order_reason_promise"),
        Some(_) => frame.t("desk.order_reason_promise_near"),
        None => frame.t("desk.order_reason_arrival"),
    }
}

/// A stage, in the words the reporter reads too (S40).
pub(crate) fn stage_words(frame: &PageFrame, stage: CaseStage) -> &str {
    match stage {
        CaseStage::Received => frame.t("case.stage_received"),
        CaseStage::Assessed => frame.t("case.stage_assessed"),
        CaseStage::Handled => frame.t("case.stage_handled"),
        CaseStage::Closed => frame.t("case.stage_closed"),
    }
}

/// The hour for today, day and hour for another day.
fn short_moment(frame: &PageFrame, at: Timestamp, now: Timestamp) -> String {
    let format = frame.format();
    if format.local(at).date() == format.local(now).date() {
        format.time(at)
    } else {
        format.moment(at)
    }
}

/// The beat by name, else the place in words, else the station. A kind kept narrow shows the
/// station alone.
fn where_words(frame: &PageFrame, row: &CaseRow) -> String {
    let unit = frame.unit();
    let station = row
        .station
        .as_ref()
        .map(|station| unit.station_name(station));
    if row.sensitive {
        return station.unwrap_or_default();
    }
    match (&row.beat, &row.place_text) {
        (Some(beat), _) => unit.geography.label(beat),
        (None, Some(text)) => text.clone(),
        (None, None) => station.unwrap_or_default(),
    }
}
