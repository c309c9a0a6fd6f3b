//! What the reporter sees of the steps of the service, on the officer's own clock (S18, S40): what is done, by when,
//! late or left out and why; when a progress notice is due; and whom to turn to when nothing comes.

use jiff::Timestamp;
use pengayom_core::clock::Due;
use pengayom_core::subject::case::{StepLine, StepState};
use pengayom_node::handle::case::CaseHistory;

use crate::desk::late_reason;
use crate::desk::news::{next_words, stage_name};
use crate::desk::steps::{due_words, state_words};
use crate::frame::PageFrame;

/// The clock of the right to go to the superior.
pub(crate) const NO_RESPONSE: &str = "no_response_14d";

/// A step in words.
pub(super) struct Line {
    /// What it is for the reporter.
    pub(super) words: String,
    /// The tag of its state, and the key of its words.
    pub(super) state: &'static str,
    /// The key of its words.
    pub(super) state_words: &'static str,
    /// When it was done or is due, and why it was left out.
    pub(super) lines: Vec<String>,
}

/// The steps that concern the reporter.
pub(super) fn lines(frame: &PageFrame, history: &CaseHistory, now: Timestamp) -> Vec<Line> {
    let unit = frame.unit();
    let case = &history.case;
    if case.sensitive {
        // The steps would say what it is about to whoever stands by.
        return Vec::new();
    }
    let steps = unit.pack.steps().of(&case.service);
    let known = case.step_lines(steps, unit.reckoning(), now);
    known.iter().filter_map(|line| shown(frame, line)).collect()
}

fn shown(frame: &PageFrame, line: &StepLine<'_>) -> Option<Line> {
    let words = frame.say(line.step.citizen.as_ref()?).to_owned();
    let (state, state_words) = state_words(line);
    let mut lines = Vec::new();
    match line.state {
        StepState::Done(mark) => {
            let time = frame.format().moment(mark.at);
            lines.push(frame.tf("steps.done_on", &[("time", &time)]));
        }
        StepState::LeftOut(mark) if !mark.text.is_empty() => {
            lines.push(frame.tf("steps.why_left_out", &[("reason", &mark.text)]));
        }
        StepState::LeftOut(_) => {}
        StepState::Open => lines.extend(due_words(frame, line.due)),
    }
    Some(Line {
        words,
        state,
        state_words,
        lines,
    })
}

/// By when the reporter may go to the superior if nobody responded; `None` once somebody did, and for services
/// without progress notices.
pub(crate) fn right_from(frame: &PageFrame, history: &CaseHistory) -> Option<Due> {
    let (unit, case) = (frame.unit(), &history.case);
    if !case.sends_news(&unit.pack) || case.response.is_some() || case.closed_at.is_some() {
        return None;
    }
    let clock = unit.pack.clock(NO_RESPONSE)?;
    unit.reckoning().due(clock, 0, case.filed_at)
}

/// Dated lines.
pub(super) fn dated(frame: &PageFrame, history: &CaseHistory, now: Timestamp) -> Vec<String> {
    let (unit, case) = (frame.unit(), &history.case);
    let mut lines = Vec::new();
    match &case.news.draft {
        Some(draft) if draft.due_at < now => {
            let stage = stage_name(frame, &draft.stage);
            let time = frame.format().moment(draft.due_at);
            let reason = match draft.late_reason.as_deref() {
                Some(code) => late_reason(frame, code),
                None => frame.t("track.late_no_reason").to_owned(),
            };
            let reason = if draft.late_text.is_empty() {
                reason
            } else {
                format!("{reason}. {}", draft.late_text)
            };
            let values = [
                ("stage", stage.as_str()),
                ("time", time.as_str()),
                ("reason", reason.as_str()),
            ];
            lines.push(frame.tf("news.overdue", &values));
        }
        _ => {
            let next = case.next_news(&unit.pack, unit.reckoning());
            lines.extend(next.map(|next| next_words(frame, &next)));
        }
    }
    if let Some(due) = right_from(frame, history) {
        let time = frame.format().moment(due.at);
        let key = if due.at < now {
            "steps.right_now"
        } else {
            "steps.right_from"
        };
        lines.push(frame.tf(key, &[("time", &time)]));
    }
    lines
}
