//! The words for the rule that stood in the way of an act on a case.

use pengayom_core::subject::case::{CaseRefusal, RightsRefusal};

use super::act::CaseForm;
use crate::form::FieldError;
use crate::frame::PageFrame;
use crate::staff::text_words;

/// The words for the rule that stood in the way of a form, at the field to blame; `None` when the
/// case has moved on and no field is to blame.
pub(crate) fn refusal(
    frame: &PageFrame,
    form: CaseForm,
    refusal: &CaseRefusal,
) -> Option<FieldError> {
    let (first, second) = form.field_ids();
    let at = |id: &str, key: &str| Some(FieldError::new(id, frame.t(key)));
    match refusal {
        CaseRefusal::Text { field, fault } => {
            let (id, missing) = match (form, *field) {
                (CaseForm::TakeOver, _) => (first, "desk.take_over_reason_write"),
                (CaseForm::Assess, _) => (second, "case.assess_reason_write"),
                (CaseForm::Support, _) => (first, "case.support_write"),
                (CaseForm::Delay, _) => (second, "case.delay_text_write"),
                (CaseForm::Act, _) => (first, "case.act_text_write"),
                (CaseForm::Answer | CaseForm::Explain | CaseForm::SecondLook, _) => {
                    (first, "case.answer_write")
                }
                (CaseForm::Close, _) => (second, "case.close_reason_write"),
                (CaseForm::Reopen, _) => (first, "case.reopen_reason_write"),
                (CaseForm::Hold | CaseForm::Lift, _) => (second, "case.hold_reference_write"),
                (CaseForm::Erase, _) => (first, "case.erase_ground_write"),
                (CaseForm::Withdraw, _) => (second, "case.letter_withdraw_write"),
                (
                    CaseForm::NameReader
                    | CaseForm::RemoveReader
                    | CaseForm::NameConcerned
                    | CaseForm::ClearConcerned
                    | CaseForm::Emergency,
                    _,
                ) => (second, "access.reason_write"),
                (CaseForm::Assign, _) => (second, "skill.reason_write"),
                (CaseForm::Take, _) => (first, "error.unreadable"),
            };
            Some(FieldError::new(id, text_words(frame, *fault, missing)))
        }
        CaseRefusal::NotQualified { skill } => {
            let words = super::skill::reason_needed(frame, skill);
            Some(FieldError::new(second, words))
        }
        CaseRefusal::OfficerConcerned { .. } => at(first, "access.assign_concerned"),
        CaseRefusal::TooManyNamed { .. } => at(first, "access.too_many"),
        CaseRefusal::TooManyOpenings { .. } => at(first, "access.too_often"),
        CaseRefusal::NotNamed => at(first, "access.officer_choose"),
        CaseRefusal::ReasonMissing => at(second, "case.assess_reason_write"),
        CaseRefusal::NotInPack {
            field: "function", ..
        } => at(second, "case.function_choose"),
        CaseRefusal::NotInPack {
            field: "outcome", ..
        } => at(first, "case.close_outcome_choose"),
        CaseRefusal::NotInPack { .. } => at(first, "case.delay_choose"),
        CaseRefusal::ServiceNotOffered(_) => at(first, "encounter.service_choose"),
        CaseRefusal::LateWithoutReason { due } => {
            let time = frame.format().moment(*due);
            let words = frame.tf("case.close_late", &[("time", &time)]);
            Some(FieldError::new(CaseForm::Delay.field_ids().0, words))
        }
        CaseRefusal::StepsOpen { steps } => {
            let known = frame.unit().pack.steps();
            let names = super::steps::names_of(frame, known, steps);
            let words = frame.tf("case.close_steps", &[("steps", &names)]);
            Some(FieldError::new(first, words))
        }
        CaseRefusal::NewsLateWithoutReason { due } => {
            let time = frame.format().moment(*due);
            let words = frame.tf("case.close_news", &[("time", &time)]);
            Some(FieldError::new(first, words))
        }
        CaseRefusal::SupportNotOffered => at(CaseForm::Support.field_ids().0, "case.close_support"),
        CaseRefusal::OwnDecision if form == CaseForm::NameReader => at(first, "access.not_oneself"),
        CaseRefusal::OwnDecision => at(first, "case.review_own"),
        CaseRefusal::Held { .. } if form == CaseForm::Erase => at(first, "case.erase_held"),
        CaseRefusal::NoSuchLetter | CaseRefusal::LetterWithdrawn if form == CaseForm::Withdraw => {
            at(first, "case.letter_gone")
        }
        CaseRefusal::NotLate => at(first, "case.delay_none"),
        CaseRefusal::BeforeWhatItFollows { .. } => at(second, "case.answer_news_past"),
        CaseRefusal::ToldTooLate { limit_days, .. } => {
            let n = frame.format().count(*limit_days);
            let words = frame.tf("case.told_too_late", &[("n", &n)]);
            Some(FieldError::new(first, words))
        }
        CaseRefusal::Rights(RightsRefusal::MeasureLasts { .. }) => at(first, "control.lasts"),
        CaseRefusal::Rights(RightsRefusal::MeasureUnseen { .. }) => at(first, "control.unseen"),
        CaseRefusal::Rights(RightsRefusal::RightsFirst { .. }) => at(first, "control.untold"),
        CaseRefusal::Rights(_)
        | CaseRefusal::NotFiled
        | CaseRefusal::AlreadyFiled
        | CaseRefusal::InTheFuture { .. }
        | CaseRefusal::WithAnotherOfficer { .. }
        | CaseRefusal::ForOneselfOnly
        | CaseRefusal::WithNobody
        | CaseRefusal::Closed
        | CaseRefusal::NotClosed
        | CaseRefusal::NotDispatched(_)
        | CaseRefusal::AlreadyRecorded(_)
        | CaseRefusal::TooManyAdditions { .. }
        | CaseRefusal::TooManyFiles { .. }
        | CaseRefusal::FileAlreadyThere
        | CaseRefusal::AlreadyErased
        | CaseRefusal::Held { .. }
        | CaseRefusal::NotHeld
        | CaseRefusal::LossTooLarge { .. }
        | CaseRefusal::ReporterOnly
        | CaseRefusal::NothingToExplain
        | CaseRefusal::NothingDecided
        | CaseRefusal::AlreadyAsked
        | CaseRefusal::TooManyReviews { .. }
        | CaseRefusal::AskedTooLate { .. }
        | CaseRefusal::NothingAsked
        | CaseRefusal::NobodyToRead
        | CaseRefusal::StepProtected
        | CaseRefusal::StepByItsAct
        | CaseRefusal::StepDone
        | CaseRefusal::StepNotMarked
        | CaseRefusal::NoNewsOfService
        | CaseRefusal::NoDraft
        | CaseRefusal::OwnDraft
        | CaseRefusal::MergeWithItself
        | CaseRefusal::MergedAlready
        | CaseRefusal::NotMerged
        | CaseRefusal::MergeChain
        | CaseRefusal::LetterOfTomorrow { .. }
        | CaseRefusal::LetterTooOld { .. }
        | CaseRefusal::TooManyLetters { .. }
        | CaseRefusal::NoSuchLetter
        | CaseRefusal::LetterWithdrawn
        | CaseRefusal::Concerned
        | CaseRefusal::NoSuchOpening
        | CaseRefusal::OpeningReviewed
        | CaseRefusal::TriageUnfinished
        | CaseRefusal::TooManyDecisions { .. }
        | CaseRefusal::LooksDiffer
        | CaseRefusal::ReferralMissing
        | CaseRefusal::WarningMissing
        | CaseRefusal::NothingWaits
        | CaseRefusal::Proof(_)
        | CaseRefusal::Custody(_)
        | CaseRefusal::StaffOnly => None,
        CaseRefusal::LookAtClass => at(first, "triage.look_at_class"),
    }
}
