//! A report that was written on paper and handed in.

use jiff::{SignedDuration, Timestamp};

use super::filed::Channel;
use super::refusal::CaseRefusal;
use crate::subject::Moment;
use crate::value::FormNumber;

/// How long after paper was handed in it can be entered with that day, in days. Older paper is entered
/// with the day it is found, and what it says of its day in words: a slip in the year would make a
/// report late by that year.
pub const ENTER_WITHIN_DAYS: i64 = 30;

/// What a paper says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Paper {
    /// Number of the printed form; `None` for a letter.
    pub form: Option<FormNumber>,
    /// First moment of the day it was written, if it says so.
    pub written_at: Option<Timestamp>,
}

/// What a filing keeps of its paper: form number and when it was written.
///
/// The moment of happening is when the paper was handed in: from then on its writer waits, and a day in
/// a drawer is not hidden (S18).
pub(super) fn told(
    channel: Channel,
    paper: Option<Paper>,
    moment: Moment,
) -> Result<(Option<String>, Option<Timestamp>), CaseRefusal> {
    let Some(paper) = paper.filter(|_| channel == Channel::Paper) else {
        return Ok((None, None));
    };
    let since = moment.recorded_at.duration_since(moment.happened_at);
    if since > SignedDuration::from_hours(24 * ENTER_WITHIN_DAYS) {
        return Err(CaseRefusal::ToldTooLate {
            at: moment.happened_at,
            limit_days: ENTER_WITHIN_DAYS,
        });
    }
    if let Some(written) = paper.written_at.filter(|at| *at > moment.happened_at) {
        return Err(CaseRefusal::BeforeWhatItFollows {
            at: moment.happened_at,
            after: written,
        });
    }
    Ok((paper.form.map(|form| form.plain()), paper.written_at))
}
