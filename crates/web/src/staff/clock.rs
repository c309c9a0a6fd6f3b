//! The clock of a promise, in words and a shape (S18): time left, nearly over, missed, stopped.

use jiff::{SignedDuration, Timestamp};

use crate::frame::PageFrame;

/// A clock as the macro `ui::clock` draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clock {
    /// `ok`, `soon`, `late` or `stopped`.
    pub(crate) state: &'static str,
    /// The icon of that state.
    pub(crate) icon: &'static str,
    /// What it says.
    pub(crate) words: String,
}

/// When the first response was promised, and whether there was one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Promise {
    /// When the request came in.
    pub(crate) filed_at: Timestamp,
    /// When the first response is due.
    pub(crate) respond_by: Option<Timestamp>,
    /// When it came.
    pub(crate) responded_at: Option<Timestamp>,
}

/// A promise is "nearly over" in its last quarter. Our choice: early enough to still keep it.
const SOON_SHARE: i64 = 4;

/// The clock of a promise at a moment; `None` when nothing was promised and nothing came.
pub(crate) fn clock_of(frame: &PageFrame, promise: Promise, now: Timestamp) -> Option<Clock> {
    let Promise {
        filed_at,
        respond_by,
        responded_at,
    } = promise;
    if let Some(at) = responded_at {
        let late = respond_by.is_some_and(|due| at > due);
        let time = frame
            .format()
            .duration(whole_minutes(at.duration_since(filed_at)));
        let key = if late {
            "desk.responded_late"
        } else {
            "desk.responded"
        };
        let words = frame.tf(key, &[("time", &time)]);
        return Some(Clock {
            state: "stopped",
            icon: "tick",
            words,
        });
    }
    let due = respond_by?;
    let left = due.duration_since(now);
    if left.is_negative() {
        let words = late_words(frame, -left);
        return Some(Clock {
            state: "late",
            icon: "state-late",
            words,
        });
    }
    let promised = due.duration_since(filed_at);
    let soon = left.as_secs() * SOON_SHARE <= promised.as_secs();
    let (state, icon) = if soon {
        ("soon", "state-soon")
    } else {
        ("ok", "clock")
    };
    let keys = ["desk.left", "desk.left_hours", "desk.left_days"];
    Some(Clock {
        state,
        icon,
        words: span_words(frame, left, keys),
    })
}

/// Whether a promise is in its last quarter.
pub(crate) fn is_soon(promise: Promise, now: Timestamp) -> bool {
    promise.respond_by.is_some_and(|due| {
        let left = due.duration_since(now);
        let promised = due.duration_since(promise.filed_at);
        !left.is_negative() && left.as_secs() * SOON_SHARE <= promised.as_secs()
    })
}

/// "12 minutes late".
pub(crate) fn late_words(frame: &PageFrame, late: SignedDuration) -> String {
    let keys = ["desk.late_by", "desk.late_by_hours", "desk.late_by_days"];
    span_words(frame, late, keys)
}

/// A span by the keys for minutes (to two hours), hours (to two days) and days, rounded down, so that time left is
/// never promised longer than it is.
fn span_words(frame: &PageFrame, span: SignedDuration, keys: [&str; 3]) -> String {
    let minutes = whole_minutes(span);
    let [in_minutes, in_hours, in_days] = keys;
    let (key, n) = match minutes {
        ..120 => (in_minutes, minutes),
        120..2880 => (in_hours, minutes / 60),
        _ => (in_days, minutes / 1440),
    };
    frame.tf(key, &[("n", &frame.format().count(n))])
}

fn whole_minutes(span: SignedDuration) -> i64 {
    span.as_secs() / 60
}
