//! Why something was not done, for programs: the words of the page, and a word that stays the same.

use pengayom_core::subject::case::{CaseRefusal, CustodyRefusal, ProofRefusal, RightsRefusal};
use pengayom_core::subject::encounter::EncounterRefusal;
use pengayom_core::subject::outage::OutageRefusal;
use pengayom_core::subject::visit::VisitRefusal;
use pengayom_node::HandleError;

use super::form::Read;
use crate::form::FieldError;
use crate::problem::{Fault, FieldFault};

/// A rule about persons, rights, measures and settlements as a word that stays the same.
const fn rights_code(refusal: &RightsRefusal) -> &'static str {
    use RightsRefusal as R;
    match refusal {
        R::NoSuchPerson => "no_such_person",
        R::TooManyPersons { .. } => "too_many_persons",
        R::RoleMissing => "role_missing",
        R::ChildAlone => "child_alone",
        R::RightsFirst { .. } => "rights_first",
        R::PersonMissing => "person_missing",
        R::NotForRole => "not_for_role",
        R::OrderMissing => "order_missing",
        R::RemedyNotTold => "remedy_not_told",
        R::NothingTriedFirst => "nothing_tried_first",
        R::NoSuchMeasure => "no_such_measure",
        R::MeasureOver => "measure_over",
        R::MeasureLasts { .. } => "measure_lasts",
        R::MeasureUnseen { .. } => "measure_unseen",
        R::TooMany { .. } => "too_many",
        R::FactNotAnswered { .. } => "fact_not_answered",
        R::ExcludedBefore { .. } => "excluded_before",
        R::AlreadyOffered => "already_offered",
        R::NoSuchSettlement => "no_such_settlement",
        R::SettlementOver => "settlement_over",
        R::SideNotAsked => "side_not_asked",
        R::ConsentMissing { .. } => "consent_missing",
        R::ConsentNotFree => "consent_not_free",
        R::NotAgreed => "not_agreed",
    }
}

/// A rule of a case as a word that stays the same.
pub(super) const fn case_code(refusal: &CaseRefusal) -> &'static str {
    use CaseRefusal as R;
    match refusal {
        R::NotFiled => "not_filed",
        R::AlreadyFiled => "already_filed",
        R::ServiceNotOffered(_) => "service_not_offered",
        R::InTheFuture { .. } => "in_the_future",
        R::BeforeWhatItFollows { .. } => "before_what_it_follows",
        R::ToldTooLate { .. } => "told_too_late",
        R::Text { .. } => "text",
        R::WithAnotherOfficer { .. } => "with_another_officer",
        R::ForOneselfOnly => "for_oneself_only",
        R::WithNobody => "with_nobody",
        R::Closed => "closed",
        R::NotClosed => "not_closed",
        R::NotInPack { .. } => "not_in_pack",
        R::ReasonMissing => "reason_missing",
        R::StepsOpen { .. } => "steps_open",
        R::StepProtected => "step_protected",
        R::StepByItsAct => "step_by_its_act",
        R::StepDone => "step_done",
        R::StepNotMarked => "step_not_marked",
        R::NoNewsOfService => "no_news_of_service",
        R::NoDraft => "no_draft",
        R::OwnDraft => "own_draft",
        R::NewsLateWithoutReason { .. } => "news_late_without_reason",
        R::MergeWithItself => "merge_with_itself",
        R::MergedAlready => "merged_already",
        R::NotMerged => "not_merged",
        R::MergeChain => "merge_chain",
        R::NotQualified { .. } => "not_qualified",
        R::LateWithoutReason { .. } => "late_without_reason",
        R::NotLate => "not_late",
        R::NotDispatched(_) => "not_dispatched",
        R::AlreadyRecorded(_) => "already_recorded",
        R::TooManyAdditions { .. } => "too_many_additions",
        R::TooManyFiles { .. } => "too_many_files",
        R::FileAlreadyThere => "file_already_there",
        R::AlreadyErased => "already_erased",
        R::Held { .. } => "held",
        R::NotHeld => "not_held",
        R::LossTooLarge { .. } => "loss_too_large",
        R::SupportNotOffered => "support_not_offered",
        R::ReporterOnly => "reporter_only",
        R::NothingToExplain => "nothing_to_explain",
        R::NothingDecided => "nothing_decided",
        R::AlreadyAsked => "already_asked",
        R::TooManyReviews { .. } => "too_many_reviews",
        R::AskedTooLate { .. } => "asked_too_late",
        R::NothingAsked => "nothing_asked",
        R::OwnDecision => "own_decision",
        R::TriageUnfinished => "triage_unfinished",
        R::TooManyDecisions { .. } => "too_many_decisions",
        R::LooksDiffer => "looks_differ",
        R::ReferralMissing => "referral_missing",
        R::WarningMissing => "warning_missing",
        R::NothingWaits => "nothing_waits",
        R::LookAtClass => "look_at_class",
        R::Rights(rights) => rights_code(rights),
        R::StaffOnly => "staff_only",
        R::NobodyToRead => "nobody_to_read",
        R::LetterOfTomorrow { .. } => "letter_of_tomorrow",
        R::LetterTooOld { .. } => "letter_too_old",
        R::TooManyLetters { .. } => "too_many_letters",
        R::NoSuchLetter => "no_such_letter",
        R::LetterWithdrawn => "letter_withdrawn",
        R::Concerned => "concerned",
        R::OfficerConcerned { .. } => "officer_concerned",
        R::TooManyNamed { .. } => "too_many_named",
        R::NotNamed => "not_named",
        R::TooManyOpenings { .. } => "too_many_openings",
        R::NoSuchOpening => "no_such_opening",
        R::OpeningReviewed => "opening_reviewed",
        R::Proof(refusal) => proof_code(refusal),
        R::Custody(refusal) => custody_code(refusal),
    }
}

/// A rule of proof.
const fn proof_code(refusal: &ProofRefusal) -> &'static str {
    use ProofRefusal as R;
    match refusal {
        R::TooManyOffences { .. } => "too_many_offences",
        R::DaysReversed { .. } => "days_reversed",
        R::DayAhead { .. } => "day_ahead",
        R::NotInPlan => "not_in_plan",
        R::NoSuchEvidence => "no_such_evidence",
        R::IsOut => "is_out",
        R::NotCollectable(_) => "not_collectable",
        R::NoSuchRecording => "no_such_recording",
        R::CopyTooEarly { .. } => "copy_too_early",
        R::AlreadyComplete => "already_complete",
        R::Incomplete(_) => "incomplete",
        R::NothingToMark => "nothing_to_mark",
    }
}

/// A rule of custody.
const fn custody_code(refusal: &CustodyRefusal) -> &'static str {
    use CustodyRefusal as R;
    match refusal {
        R::NotInCustody => "not_in_custody",
        R::NotHolder { .. } => "not_holder",
        R::NotOutside => "not_outside",
        R::ToOneself => "to_oneself",
        R::OfferPending => "offer_pending",
        R::NotOffered => "not_offered",
        R::OfferLapsed { .. } => "offer_lapsed",
        R::ProposalPending => "proposal_pending",
        R::NotProposed => "not_proposed",
        R::OwnProposal => "own_proposal",
        R::CountMissing => "count_missing",
        R::DifferenceOpen => "difference_open",
        R::NoDifference => "no_difference",
        R::OwnDifference => "own_difference",
        R::Quantity { .. } => "quantity",
        R::Amount { .. } => "amount",
        R::TooMuch { .. } => "too_much",
    }
}

/// A rule of a visit.
pub(super) const fn visit_code(refusal: &VisitRefusal) -> &'static str {
    use VisitRefusal as R;
    match refusal {
        R::NotJoined => "not_joined",
        R::AlreadyJoined => "already_joined",
        R::QueueFull { .. } => "queue_full",
        R::NotInPack { .. } => "not_in_pack",
        R::OfficersOnly => "officers_only",
        R::WithAnotherOfficer { .. } => "with_another_officer",
        R::NotCalled => "not_called",
        R::Ended => "ended",
        R::NotOver { .. } => "not_over",
    }
}

/// A rule of an outage.
pub(super) const fn outage_code(refusal: &OutageRefusal) -> &'static str {
    use OutageRefusal as R;
    match refusal {
        R::AlreadyDown { .. } => "already_down",
        R::NotDown => "not_down",
        R::WhatIsDown => "what_is_down",
        R::NotInPack(_) => "not_in_pack",
        R::Text { .. } => "text",
        R::SinceInTheFuture(_) | R::EndInTheFuture(_) => "in_the_future",
        R::SinceTooLongAgo { .. } => "too_long_ago",
        R::UntilOutside(_) => "until_outside",
        R::EndBeforeSince { .. } => "end_before_since",
        R::TooMany { .. } => "too_many",
    }
}

/// A rule of an encounter.
pub(super) const fn encounter_code(refusal: &EncounterRefusal) -> &'static str {
    use EncounterRefusal as R;
    match refusal {
        R::NotRecorded => "not_recorded",
        R::AlreadyRecorded => "already_recorded",
        R::InTheFuture { .. } => "in_the_future",
        R::TooLongAgo { .. } => "too_long_ago",
        R::PlaceMissing => "place_missing",
        R::ServiceNotOffered(_) => "service_not_offered",
        R::NotInPack { .. } => "not_in_pack",
        R::TooManyExplanations { .. } => "too_many_explanations",
        R::BasisMissing => "basis_missing",
        R::Text { .. } => "text",
        R::AlreadyErased => "already_erased",
        R::NotYours => "not_yours",
    }
}

/// What stands in the way of a place.
pub(super) const fn place_code(error: &HandleError) -> &'static str {
    match error {
        HandleError::PlaceAmbiguous(_) => "ambiguous",
        HandleError::Elsewhere { .. } => "outside_unit",
        HandleError::Nowhere | HandleError::Point(_) => "outside_known_areas",
        _ => "unknown",
    }
}

/// A rule that stands in the way, at no field of the body.
pub(super) fn refused(code: &'static str, words: impl Into<String>) -> Fault {
    Fault::Refused {
        code,
        words: words.into(),
    }
}

/// One field to blame.
pub(super) fn at(pointer: &str, code: &'static str, words: impl Into<String>) -> Fault {
    Fault::Fields(vec![FieldFault::field(pointer, code, words)])
}

/// What is wrong with a form, at the members of the body it was read from. What no member is to blame for
/// stands at the body itself.
pub(super) fn wrong(read: &Read, errors: Vec<FieldError>) -> Fault {
    let fault = |error: FieldError| {
        let pointer = read.pointer_of(&error.id);
        let code = match pointer {
            Some(pointer) if !read.has(pointer) => "required",
            _ => "not_accepted",
        };
        FieldFault::field(pointer.unwrap_or_default(), code, error.words)
    };
    Fault::Fields(errors.into_iter().map(fault).collect())
}
