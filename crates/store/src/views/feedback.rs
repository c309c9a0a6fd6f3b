//! The feedback view.

use jiff::tz::TimeZone;
use pengayom_core::subject::feedback::{Feedback, Judged};
use pengayom_core::value::FeedbackId;

use super::shown;
use crate::rows::FeedbackRow;

/// The row of a feedback.
pub(super) fn row(id: FeedbackId, feedback: &Feedback, zone: &TimeZone) -> FeedbackRow {
    let given = &feedback.given;
    let place = feedback.place.as_ref();
    FeedbackRow {
        id,
        judged: match given.judged {
            Judged::Encounter => "encounter".to_owned(),
            Judged::Case => "case".to_owned(),
        },
        service: given.service.clone(),
        station: place.map(|place| place.station.clone()),
        beat: place.and_then(|place| place.beat.clone()),
        served_on: zone.to_datetime(given.served_at).date(),
        given_at: feedback.given_at,
        answers: serde_json::to_string(&given.answers).unwrap_or_else(|_| "{}".to_owned()),
        message: given.message.as_deref().map(shown),
        simulated: given.simulated,
        kept_from: feedback.kept_from(),
    }
}
