//! What happened in a first hour, in the words of the history.

use pengayom_core::pack::RiskWord;
use pengayom_core::subject::case::CaseAct;

use super::{cause_words, level_name, step_name, trend_words};
use crate::desk::history::Entry;
use crate::frame::PageFrame;

/// Acts of a first hour in the history of a case.
pub(in crate::desk) fn describe(frame: &PageFrame, act: &CaseAct, entry: &mut Entry) {
    let rules = frame.unit().pack.first_hour();
    match act {
        CaseAct::FirstHourStepDone { step, done, reason } => {
            let name = step_name(frame, step);
            let key = if *done {
                "first_hour.act_done"
            } else {
                "first_hour.act_impossible"
            };
            entry.words = frame.tf(key, &[("step", &name)]);
            entry.text = Some(reason.clone());
        }
        CaseAct::RiskRecorded {
            threatened,
            level,
            harms,
            may_happen,
            text,
            trend,
            alarm,
            ..
        } => {
            let threat = rules.threat(level);
            let level = threat.map_or(level.as_str(), |(_, threat)| frame.say(&threat.name));
            let values = [("level", level), ("trend", frame.t(trend_words(*trend)))];
            entry.words = frame.tf("first_hour.act_risk", &values);
            entry.text = Some(text.clone());
            if !threatened.is_empty() {
                entry
                    .lines
                    .push(frame.tf("first_hour.threatened_is", &[("who", threatened)]));
            }
            entry
                .lines
                .extend(names_of(frame, "first_hour.harm_is", harms, &rules.harms));
            entry.lines.extend(names_of(
                frame,
                "first_hour.may_is",
                may_happen,
                &rules.may_happen,
            ));
            if *alarm {
                entry.lines.push(frame.t("first_hour.goes_up").to_owned());
            }
        }
        CaseAct::FirstHourEscalated { level, cause } => {
            let level = level_name(frame, level);
            let values = [
                ("level", level.as_str()),
                ("cause", frame.t(cause_words(*cause))),
            ];
            entry.words = frame.tf("first_hour.act_escalated", &values);
        }
        CaseAct::EscalationTaken { .. } => {
            frame.t("first_hour.act_taken").clone_into(&mut entry.words);
        }
        _ => {}
    }
}

/// The names of codes of the pack after a word of what they are; nothing for none.
pub(super) fn names_of(
    frame: &PageFrame,
    key: &str,
    codes: &[String],
    known: &[RiskWord],
) -> Option<String> {
    let names: Vec<&str> = codes
        .iter()
        .map(|code| {
            let word = known.iter().find(|one| one.code.as_str() == code);
            word.map_or(code.as_str(), |one| frame.say(&one.name))
        })
        .collect();
    (!names.is_empty()).then(|| frame.tf(key, &[("names", &names.join(", "))]))
}
