//! The tables that follow from the acts, column by column.

use super::quality;
use crate::dump::{self, Kind, Table, UNIT, column, maybe};

/// How many rows of a view are compared at a time.
const BATCH: u32 = 500;

/// Rollups are read in larger pieces: their rows are small.
const ROLLUP_BATCH: u32 = 5_000;

/// The last number given in each series.
pub(crate) const NUMBERS: &Table = &dump::NUMBERS;

/// Cases.
pub(crate) const CASES: &Table = &Table {
    name: "cases",
    key: &["id"],
    columns: &[
        UNIT,
        column("id", Kind::Id),
        column("version", Kind::Integer),
        maybe("number", Kind::Text),
        maybe("secret", Kind::Bytes),
        column("service", Kind::Text),
        maybe("report_kind", Kind::Text),
        column("channel", Kind::Text),
        column("stage", Kind::Text),
        column("danger", Kind::Flag),
        column("sensitive", Kind::Flag),
        column("simulated", Kind::Flag),
        maybe("station", Kind::Text),
        maybe("beat", Kind::Text),
        maybe("stratum", Kind::Text),
        maybe("lat", Kind::Real),
        maybe("lng", Kind::Real),
        maybe("place_text", Kind::Text),
        column("filed_at", Kind::Integer),
        column("recorded_at", Kind::Integer),
        maybe("respond_by", Kind::Integer),
        maybe("responded_at", Kind::Integer),
        column("responded_late", Kind::Flag),
        maybe("assessed_at", Kind::Integer),
        maybe("taken_by", Kind::Id),
        maybe("assigned_to", Kind::Id),
        maybe("next_news_by", Kind::Integer),
        maybe("late_reason", Kind::Text),
        maybe("closed_at", Kind::Integer),
        maybe("outcome", Kind::Text),
        maybe("reporter", Kind::Id),
        column("reachable", Kind::Flag),
        column("last_at", Kind::Integer),
        column("due_order", Kind::Integer),
        maybe("kept_from", Kind::Integer),
        maybe("keep_until", Kind::Integer),
        maybe("held_since", Kind::Integer),
        column("support_due", Kind::Flag),
        maybe("review_asked_at", Kind::Integer),
        maybe("access", Kind::Text),
        maybe("opening_unreviewed_at", Kind::Integer),
        maybe("opened_at", Kind::Integer),
        maybe("unhanded_at", Kind::Integer),
        maybe("news_due_at", Kind::Integer),
        maybe("news_stage", Kind::Text),
        maybe("news_late_reason", Kind::Text),
        maybe("class", Kind::Text),
        maybe("class_first", Kind::Text),
        maybe("class_at", Kind::Integer),
        maybe("class_last_at", Kind::Integer),
        maybe("class_changes", Kind::Integer),
        maybe("class_disagreed", Kind::Flag),
        maybe("second_look", Kind::Text),
        maybe("second_look_at", Kind::Integer),
        maybe("first_action_at", Kind::Integer),
        maybe("escalated", Kind::Text),
        maybe("escalated_at", Kind::Integer),
        maybe("escalations", Kind::Integer),
        maybe("exhibits", Kind::Text),
        maybe("rights_due_at", Kind::Integer),
        maybe("measure_due_at", Kind::Integer),
        maybe("rights_owed", Kind::Integer),
        maybe("rights_in_time", Kind::Integer),
        maybe("rights_wait_s", Kind::Integer),
        maybe("class_since", Kind::Integer),
        maybe("looks", Kind::Integer),
        maybe("looks_agreed", Kind::Integer),
        maybe("told_at", Kind::Integer),
        maybe("told_taken_at", Kind::Integer),
        maybe("proof_gaps", Kind::Integer),
        maybe("news_sent", Kind::Integer),
        maybe("news_late", Kind::Integer),
    ],
    batch: BATCH,
};

/// Encounters.
pub(crate) const ENCOUNTERS: &Table = &Table {
    name: "encounters",
    key: &["id"],
    columns: &[
        UNIT,
        column("id", Kind::Id),
        column("version", Kind::Integer),
        column("officer", Kind::Id),
        maybe("person", Kind::Id),
        column("capacity", Kind::Text),
        maybe("case_id", Kind::Id),
        column("service", Kind::Text),
        column("function", Kind::Text),
        column("role", Kind::Text),
        column("force_used", Kind::Flag),
        maybe("station", Kind::Text),
        maybe("beat", Kind::Text),
        maybe("stratum", Kind::Text),
        maybe("place_text", Kind::Text),
        column("happened_at", Kind::Integer),
        column("recorded_at", Kind::Integer),
        column("rating_code", Kind::Bytes),
        column("rate_by", Kind::Integer),
        column("simulated", Kind::Flag),
        maybe("kept_from", Kind::Integer),
    ],
    batch: BATCH,
};

/// Feedback.
pub(crate) const FEEDBACK: &Table = &Table {
    name: "feedback",
    key: &["id"],
    columns: &[
        UNIT,
        column("id", Kind::Id),
        column("judged", Kind::Text),
        column("service", Kind::Text),
        maybe("station", Kind::Text),
        maybe("beat", Kind::Text),
        column("served_on", Kind::Text),
        column("given_at", Kind::Integer),
        column("answers", Kind::Text),
        maybe("message", Kind::Text),
        column("simulated", Kind::Flag),
        maybe("kept_from", Kind::Integer),
    ],
    batch: BATCH,
};

/// Visits to front desks.
pub(crate) const VISITS: &Table = &Table {
    name: "visits",
    key: &["id"],
    columns: &[
        UNIT,
        column("id", Kind::Id),
        column("version", Kind::Integer),
        maybe("station", Kind::Text),
        column("day", Kind::Text),
        column("ticket", Kind::Integer),
        maybe("need", Kind::Text),
        column("sensitive", Kind::Flag),
        column("turn", Kind::Integer),
        maybe("priority", Kind::Text),
        column("joined_at", Kind::Integer),
        column("open_until", Kind::Integer),
        maybe("called_by", Kind::Id),
        maybe("called_at", Kind::Integer),
        maybe("ended", Kind::Text),
        column("served", Kind::Flag),
        maybe("ended_at", Kind::Integer),
        column("simulated", Kind::Flag),
    ],
    batch: BATCH,
};

/// Things that can be down.
pub(crate) const OUTAGES: &Table = &Table {
    name: "outages",
    key: &["id"],
    columns: &[
        UNIT,
        column("id", Kind::Id),
        column("version", Kind::Integer),
        maybe("station", Kind::Text),
        maybe("system", Kind::Text),
        maybe("words", Kind::Text),
        maybe("way", Kind::Text),
        column("since", Kind::Integer),
        maybe("until", Kind::Integer),
        column("declared_at", Kind::Integer),
        maybe("ended_at", Kind::Integer),
        column("simulated", Kind::Flag),
    ],
    batch: BATCH,
};

/// Rooms and equipment.
pub(crate) const THINGS: &Table = &Table {
    name: "things",
    key: &["id"],
    columns: &[
        UNIT,
        column("id", Kind::Id),
        column("version", Kind::Integer),
        maybe("station", Kind::Text),
        column("kind", Kind::Text),
        column("label", Kind::Text),
        maybe("room", Kind::Text),
        column("state", Kind::Text),
        column("since", Kind::Integer),
        maybe("holder", Kind::Id),
        maybe("held_since", Kind::Integer),
        maybe("check_by", Kind::Text),
        maybe("checked_at", Kind::Integer),
        column("registered_at", Kind::Integer),
        column("phases", Kind::Text),
        column("simulated", Kind::Flag),
    ],
    batch: BATCH,
};

/// The standing of officers.
pub(crate) const STANDING: &Table = &Table {
    name: "officer_standing",
    key: &["id"],
    columns: &[
        UNIT,
        column("id", Kind::Id),
        column("version", Kind::Integer),
        column("qualifications", Kind::Text),
        column("lessons", Kind::Text),
        column("simulated", Kind::Flag),
    ],
    batch: BATCH,
};

/// The words a case is found by. Each engine keeps them in its own way; this is what they say.
pub(crate) const WORDS: &Table = &Table {
    name: "case_words",
    key: &["id"],
    columns: &[UNIT, column("id", Kind::Id), column("words", Kind::Text)],
    batch: BATCH,
};

/// Requests by hour.
pub(crate) const ROLLUP_HOURS: &Table = &Table {
    name: "rollup_hour",
    key: &["hour", "station", "beat", "stratum", "service"],
    columns: &[
        UNIT,
        column("hour", Kind::Integer),
        column("station", Kind::Text),
        column("beat", Kind::Text),
        column("stratum", Kind::Text),
        column("service", Kind::Text),
        column("filed", Kind::Integer),
        column("responded", Kind::Integer),
        column("responded_late", Kind::Integer),
        column("closed", Kind::Integer),
        column("wait_seconds", Kind::Real),
        column("wait_seconds_squared", Kind::Real),
    ],
    batch: ROLLUP_BATCH,
};

/// Waiting times.
pub(crate) const WAITS: &Table = &Table {
    name: "rollup_wait",
    key: &["hour", "station", "service", "bucket"],
    columns: &[
        UNIT,
        column("hour", Kind::Integer),
        column("station", Kind::Text),
        column("service", Kind::Text),
        column("bucket", Kind::Integer),
        column("n", Kind::Integer),
    ],
    batch: ROLLUP_BATCH,
};

/// Days of officers.
pub(crate) const OFFICER_DAYS: &Table = &Table {
    name: "rollup_officer_day",
    key: &["day", "officer"],
    columns: &[
        UNIT,
        column("day", Kind::Text),
        column("officer", Kind::Id),
        column("encounters", Kind::Integer),
        column("closed", Kind::Integer),
    ],
    batch: ROLLUP_BATCH,
};

/// Officers in beats.
pub(crate) const OFFICER_BEATS: &Table = &Table {
    name: "rollup_officer_beat",
    key: &["officer", "beat"],
    columns: &[
        UNIT,
        column("officer", Kind::Id),
        column("beat", Kind::Text),
        column("n", Kind::Integer),
    ],
    batch: ROLLUP_BATCH,
};

/// Answers to the survey.
pub(crate) const SURVEY: &Table = &Table {
    name: "rollup_survey",
    key: &["day", "station", "service", "item", "answer"],
    columns: &[
        UNIT,
        column("day", Kind::Text),
        column("station", Kind::Text),
        column("service", Kind::Text),
        column("item", Kind::Text),
        column("answer", Kind::Integer),
        column("n", Kind::Integer),
    ],
    batch: ROLLUP_BATCH,
};

/// Times the acts of a subject name a file.
pub(crate) const BLOB_USES: &Table = &Table {
    name: "blob_uses",
    key: &["sha256", "subject_kind", "subject_id"],
    columns: &[
        UNIT,
        column("sha256", Kind::Text),
        column("subject_kind", Kind::Text),
        column("subject_id", Kind::Id),
        column("n", Kind::Integer),
    ],
    batch: ROLLUP_BATCH,
};

/// Views with a row for each subject.
pub const VIEWS: [&Table; 7] = [
    CASES, ENCOUNTERS, FEEDBACK, VISITS, OUTAGES, THINGS, STANDING,
];

/// Tables that are compared whole: sums over all subjects.
pub const COUNTS: [&Table; 13] = [
    ROLLUP_HOURS,
    WAITS,
    OFFICER_DAYS,
    OFFICER_BEATS,
    SURVEY,
    BLOB_USES,
    quality::CASES,
    quality::MEETINGS,
    quality::ANSWERS,
    quality::FORCE,
    quality::CONTROL,
    quality::OFFICER_MONTHS,
    NUMBERS,
];
