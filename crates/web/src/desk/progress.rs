//! The history of a case in words: its steps, its progress notices, and other reports of the event.

use pengayom_core::subject::case::CaseAct;

use super::history::{Entry, late_reason};
use super::news::stage_name;
use super::steps::names_of;
use crate::frame::PageFrame;

/// One such act.
pub(super) fn describe(frame: &PageFrame, act: &CaseAct, entry: &mut Entry) {
    let pack = &frame.unit().pack;
    let step = |code: &String| names_of(frame, pack.steps(), std::slice::from_ref(code));
    match act {
        CaseAct::StepDone {
            step: code, note, ..
        } => {
            entry.words = frame.tf("case.act_step_done", &[("step", &step(code))]);
            entry.text = Some(note.clone());
        }
        CaseAct::StepLeftOut { step: code, reason } => {
            entry.words = frame.tf("case.act_step_left_out", &[("step", &step(code))]);
            entry.text = Some(reason.clone());
        }
        CaseAct::StepTakenBack { step: code, reason } => {
            entry.words = frame.tf("case.act_step_taken_back", &[("step", &step(code))]);
            entry.text = Some(reason.clone());
        }
        CaseAct::DifficultySet { difficulty, reason } => {
            let known = pack.news().known_difficulty(difficulty);
            let name = known.map_or(difficulty.as_str(), |known| frame.say(&known.name));
            entry.words = frame.tf("case.act_difficulty", &[("level", name)]);
            entry.text = Some(reason.clone());
        }
        CaseAct::ProgressDrafted { stage, .. } => {
            let stage = stage_name(frame, stage);
            entry.words = frame.tf("case.act_progress_drafted", &[("stage", &stage)]);
        }
        CaseAct::ProgressSent { stage, text, .. } => {
            let stage = stage_name(frame, stage);
            entry.words = frame.tf("case.act_progress_sent", &[("stage", &stage)]);
            entry.text = Some(text.clone());
        }
        CaseAct::ProgressDelayExplained { reason, text, .. } => {
            let reason = late_reason(frame, reason);
            entry.words = frame.tf("case.act_progress_delay", &[("reason", &reason)]);
            entry.text = Some(text.clone());
        }
        // Which case it is stands on the page of the event, for those who may read both.
        CaseAct::CaseMergedInto { reason, .. } => {
            frame.t("case.act_merged_into").clone_into(&mut entry.words);
            entry.text = Some(reason.clone());
        }
        CaseAct::CaseMergeReceived { reason, .. } => {
            frame
                .t("case.act_merge_received")
                .clone_into(&mut entry.words);
            entry.text = Some(reason.clone());
        }
        CaseAct::CaseMergeUndone { reason, .. } => {
            frame
                .t("case.act_merge_undone")
                .clone_into(&mut entry.words);
            entry.text = Some(reason.clone());
        }
        _ => {}
    }
}
