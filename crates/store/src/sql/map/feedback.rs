//! Feedback.

use pengayom_core::value::{FeedbackId, UnitId};

use super::{Values, code, day, get, maybe_code, maybe_moment, moment, stored};
use crate::error::StoreError;
use crate::rows::{FeedbackRow, SurveySheet};
use crate::sql::engine::Row;

pub(crate) const COLUMNS: &[&str] = &[
    "unit",
    "id",
    "judged",
    "service",
    "station",
    "beat",
    "served_on",
    "given_at",
    "answers",
    "message",
    "simulated",
    "kept_from",
];

/// What [`read_sheet`] reads.
pub(crate) const SHEET_COLUMNS: &[&str] = &[
    "judged",
    "service",
    "station",
    "served_on",
    "given_at",
    "answers",
];

pub(crate) fn bind(values: &mut Values, (unit, feedback): &(&UnitId, &FeedbackRow)) {
    values
        .push_bind(unit.as_str())
        .push_bind(feedback.id.0)
        .push_bind(feedback.judged.as_str())
        .push_bind(feedback.service.to_string())
        .push_bind(feedback.station.as_ref().map(ToString::to_string))
        .push_bind(feedback.beat.as_ref().map(ToString::to_string))
        .push_bind(feedback.served_on.to_string())
        .push_bind(stored(feedback.given_at))
        .push_bind(feedback.answers.as_str())
        .push_bind(feedback.message.as_deref())
        .push_bind(feedback.simulated)
        .push_bind(feedback.kept_from.map(stored));
}

pub(crate) fn read(row: &Row) -> Result<FeedbackRow, StoreError> {
    Ok(FeedbackRow {
        id: FeedbackId(get(row, "id")?),
        judged: get(row, "judged")?,
        service: code(get(row, "service")?, "service")?,
        station: maybe_code(row, "station")?,
        beat: maybe_code(row, "beat")?,
        served_on: day(row, "served_on")?,
        given_at: moment(row, "given_at")?,
        answers: get(row, "answers")?,
        message: get(row, "message")?,
        simulated: get(row, "simulated")?,
        kept_from: maybe_moment(row, "kept_from")?,
    })
}

pub(crate) fn read_sheet(row: &Row) -> Result<SurveySheet, StoreError> {
    Ok(SurveySheet {
        judged: get(row, "judged")?,
        service: code(get(row, "service")?, "service")?,
        station: maybe_code(row, "station")?,
        served_on: day(row, "served_on")?,
        given_at: moment(row, "given_at")?,
        answers: get(row, "answers")?,
    })
}
