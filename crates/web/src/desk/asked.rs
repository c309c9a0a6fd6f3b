//! Finding the first self of a form that was sent twice.

use pengayom_core::subject::case::{CaseAct, CaseCommand};

/// Whether an act is what a command asks for: the same form sent twice finds its first self.
pub(super) fn is_what_was_asked(command: &CaseCommand, act: &CaseAct) -> bool {
    match (command, act) {
        (
            CaseCommand::TakeOver { to, from, .. },
            CaseAct::CaseTakenOver {
                to: done,
                from: before,
                ..
            },
        ) => to == done && from == before,
        (
            CaseCommand::Assess { service, reason },
            CaseAct::CaseAssessed {
                service: done,
                reason: why,
                ..
            },
        ) => service == done && reason == why,
        (
            CaseCommand::RecordAction { text, function },
            CaseAct::ActionTaken {
                text: done,
                function: served,
            },
        ) => text == done && function == served,
        (CaseCommand::Answer { text, .. }, CaseAct::ReporterAnswered { text: done, .. })
        | (CaseCommand::SendProgress { text }, CaseAct::ProgressSent { text: done, .. }) => {
            text == done
        }
        (
            CaseCommand::ExplainDelay { reason, text },
            CaseAct::DelayExplained {
                reason: done,
                text: told,
            },
        ) => reason == done && text == told,
        (
            CaseCommand::Close { outcome, reason },
            CaseAct::CaseClosed {
                outcome: done,
                reason: why,
                ..
            },
        ) => outcome == done && reason == why,
        (
            CaseCommand::OfferSupport { support, reply },
            CaseAct::SupportOffered {
                support: done,
                reply: said,
            },
        ) => support == done && reply.as_str() == said,
        (
            CaseCommand::AnswerReview { review, text },
            CaseAct::ReviewAnswered {
                review: asked,
                text: done,
            },
        ) => review == asked && text == done,
        (
            CaseCommand::WithdrawLetter { letter, reason },
            CaseAct::LetterWithdrawn {
                letter: done,
                reason: why,
                ..
            },
        ) => letter == done && reason == why,
        (CaseCommand::DoStep { step, .. }, CaseAct::StepDone { step: done, .. })
        | (CaseCommand::LeaveOutStep { step, .. }, CaseAct::StepLeftOut { step: done, .. })
        | (CaseCommand::TakeStepBack { step, .. }, CaseAct::StepTakenBack { step: done, .. }) => {
            step == done
        }
        (CaseCommand::MergeInto { into, .. }, CaseAct::CaseMergedInto { into: done, .. }) => {
            into == done
        }
        (CaseCommand::UndoMerge { other, .. }, CaseAct::CaseMergeUndone { other: done, .. }) => {
            other == done
        }
        (CaseCommand::Reopen { reason }, CaseAct::CaseReopened { reason: done }) => reason == done,
        (CaseCommand::Take { by: officer }, CaseAct::CaseTaken { by: done })
        | (
            CaseCommand::AssignOfficer { officer, .. },
            CaseAct::OfficerAssigned { officer: done, .. },
        )
        | (CaseCommand::NameReader { officer, .. }, CaseAct::ReaderNamed { officer: done, .. })
        | (
            CaseCommand::RemoveReader { officer, .. },
            CaseAct::ReaderRemoved { officer: done, .. },
        )
        | (
            CaseCommand::NameConcerned { officer, .. },
            CaseAct::ConcernedNamed { officer: done, .. },
        )
        | (
            CaseCommand::ClearConcerned { officer, .. },
            CaseAct::ConcernedCleared { officer: done, .. },
        ) => officer == done,
        (CaseCommand::PlaceHold { .. }, CaseAct::HoldPlaced { .. })
        | (CaseCommand::LiftHold { .. }, CaseAct::HoldLifted { .. })
        | (CaseCommand::ErasePersonalData { .. }, CaseAct::PersonalDataErased { .. }) => true,
        _ => false,
    }
}
