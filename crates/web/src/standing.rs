//! Skills and things: who is qualified for what, the lessons that gaps of real work open, rooms and
//! equipment, and what services lack (S7, S34, S35). Nothing here ranks officers (S45).

pub(crate) mod gaps;
pub(crate) mod lesson;
mod officer;
mod punctual;
pub(crate) mod skills;
mod thing;
pub(crate) mod things;

use axum::Router;
use axum::routing::{get, post};
use pengayom_core::subject::TextFault;
use pengayom_core::subject::officer::OfficerRefusal;
use pengayom_core::subject::thing::ThingRefusal;

use crate::frame::PageFrame;
use crate::staff::text_words;
use crate::state::AppState;

pub(crate) use gaps::{desk_blocked, desk_lines, public_lines};

/// The pages of skills and things.
pub(crate) fn router() -> Router<AppState> {
    Router::new()
        .route("/kecakapan", get(skills::show))
        .route(
            "/kecakapan/pelajaran/{lesson}",
            get(lesson::show).post(lesson::answer),
        )
        .route("/kecakapan/ketepatan", get(punctual::own))
        .route("/kecakapan/ketepatan.json", get(punctual::own_json))
        .route(
            "/kecakapan/petugas/{officer}/ketepatan",
            get(punctual::of_officer),
        )
        .route(
            "/kecakapan/petugas/{officer}/ketepatan.json",
            get(punctual::of_officer_json),
        )
        .route(
            "/kecakapan/petugas/{officer}",
            get(officer::show).post(officer::grant),
        )
        .route(
            "/kecakapan/petugas/{officer}/cabut",
            post(officer::withdraw),
        )
        .route("/sarana", get(things::show).post(things::register))
        .route("/sarana/{thing}", get(thing::show))
        .route("/sarana/{thing}/{act}", post(thing::change))
}

/// A rule of a thing that stood in the way: the member to blame, and the words.
pub(crate) fn thing_refused(frame: &PageFrame, rule: &ThingRefusal) -> (&'static str, String) {
    let words = |key: &str| frame.t(key).to_owned();
    match rule {
        ThingRefusal::Text { field, fault } => {
            let missing = match *field {
                "label" => "thing.label_write",
                "reason" => "thing.reason_write",
                _ => "thing.words_write",
            };
            (field, text_words(frame, *fault, missing))
        }
        ThingRefusal::InTheFuture(_) => ("since", words("thing.since_future")),
        ThingRefusal::TooEarly { after, .. } => {
            let time = frame.format().moment(*after);
            ("since", frame.tf("thing.since_early", &[("time", &time)]))
        }
        ThingRefusal::CheckOutside(_) => ("check_by", words("thing.check_outside")),
        ThingRefusal::IsARoom => ("station", words("thing.is_room")),
        ThingRefusal::NotInOrder => ("to", words("thing.not_in_order")),
        ThingRefusal::Retired => ("state", words("thing.is_retired")),
        ThingRefusal::NotInPack(_) => ("kind", words("thing.kind_choose")),
        ThingRefusal::Already | ThingRefusal::NotRegistered => ("", words("thing.gone")),
    }
}

/// A rule of an officer's standing that stood in the way: the member to blame, and the words.
pub(crate) fn officer_refused(frame: &PageFrame, rule: &OfficerRefusal) -> (&'static str, String) {
    let words = |key: &str| frame.t(key).to_owned();
    match rule {
        OfficerRefusal::Text { field, fault } => {
            let missing = match (*field, fault) {
                ("by", TextFault::Empty) => "skill.by_write",
                ("reason", TextFault::Empty) => "skill.reason_write",
                _ => "thing.words_write",
            };
            (field, text_words(frame, *fault, missing))
        }
        OfficerRefusal::NotInPack(_) => ("skill", words("skill.choose")),
        OfficerRefusal::Own => ("skill", words("skill.not_own")),
        OfficerRefusal::Already { until: Some(until) } => {
            let day = frame.format().day(*until);
            ("until", frame.tf("skill.already_until", &[("day", &day)]))
        }
        OfficerRefusal::Already { until: None } => ("skill", words("skill.already")),
        OfficerRefusal::NotQualified => ("skill", words("skill.not_held")),
        OfficerRefusal::EndsBeforeItBegins { .. } => ("until", words("skill.until_before")),
        OfficerRefusal::DayTooFar(_) => ("from", words("skill.from_far")),
        OfficerRefusal::TooMany { .. } => ("skill", words("skill.too_many")),
        OfficerRefusal::NotAnswered { .. } => ("choices", words("lesson.choose")),
        OfficerRefusal::AnotherOfficers | OfficerRefusal::ProgramOnly => {
            ("", words("lesson.not_yours"))
        }
    }
}
