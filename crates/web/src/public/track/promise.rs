//! What was promised to a reporter, whether it was kept, and how the case ended.

use jiff::Timestamp;
use pengayom_core::act::Payload;
use pengayom_core::subject::case::{Case, CaseAct};
use pengayom_node::handle::case::CaseHistory;

use crate::frame::PageFrame;

/// By when a first response was promised, and when it came.
pub(super) fn promise(frame: &PageFrame, case: &Case) -> Option<String> {
    let due = case.respond_by?;
    let time = frame.format().moment(due);
    Some(match case.response {
        Some(response) => {
            let answered = frame.format().moment(response.at);
            let values = [("time", time.as_str()), ("answered", answered.as_str())];
            frame.tf("track.standard_met", &values)
        }
        None => frame.tf("track.standard", &[("time", &time)]),
    })
}

/// "We are 2 days late. Reason: …"; the facts are the officer's own clock.
pub(super) fn late(frame: &PageFrame, history: &CaseHistory, now: Timestamp) -> Option<String> {
    let case = &history.case;
    let due = case.respond_by.filter(|_| case.is_late(now))?;
    let until = case.response.map_or(now, |response| response.at);
    let minutes = until.duration_since(due).as_mins().max(1);
    let (key, n) = match minutes {
        ..120 => ("track.late_minutes", minutes),
        120..2880 => ("track.late_hours", minutes / 60),
        _ => ("track.late", minutes / 1440),
    };
    let pack = &frame.unit().pack;
    let reason = case.late_reason.as_deref().and_then(|code| {
        let known = pack
            .late_reasons()
            .iter()
            .find(|reason| reason.code.as_str() == code)?;
        Some(frame.say(&known.name).to_owned())
    });
    let told = history
        .acts
        .iter()
        .rev()
        .find_map(|act| match &act.payload {
            Payload::Case(CaseAct::DelayExplained { text, .. }) => {
                Some(text.clone()).filter(|text| !text.is_empty())
            }
            _ => None,
        });
    let reason = match (reason, told) {
        (Some(reason), Some(told)) => format!("{reason}. {told}"),
        (Some(reason), None) => reason,
        (None, Some(told)) => told,
        (None, None) => frame.t("track.late_no_reason").to_owned(),
    };
    Some(frame.tf(key, &[("n", &frame.format().count(n)), ("reason", &reason)]))
}

/// How the case ended, in the words for its reporter.
pub(super) fn outcome(frame: &PageFrame, case: &Case) -> Option<String> {
    let code = case.outcome.as_deref()?;
    let outcomes = frame.unit().pack.close_outcomes();
    let known = outcomes
        .iter()
        .find(|outcome| outcome.code.as_str() == code)?;
    Some(frame.say(&known.citizen).to_owned())
}
