//! A case: a request for help or a report, and all that follows until it is closed.
//!
//! The four stages a person sees while tracking are received, assessed, handled and closed
//! (S40). The rules here keep the promise of each service visible: a late answer needs a reason
//! before the case can be closed (S18).

mod access;
mod act;
mod command;
mod control;
mod custody;
mod decide;
mod filed;
mod first_hour;
mod harm;
mod letter;
mod news;
mod paper;
mod prevention;
mod proof;
mod refusal;
mod reporter;
mod review;
mod rights;
mod same_event;
mod skill;
mod state;
mod steps;
mod triage;

pub use access::{CONCERNED_MAX, CaseAccess, OPENINGS_MAX, Opening, OpeningReview, READERS_MAX};
pub use act::CaseAct;
pub use command::CaseCommand;
pub use control::{
    BeginMeasure, Control, ControlCommand, ControlMeasure, MEASURES_MAX, MeasureBegun, NotFirst,
};
pub use custody::{
    CountDiffered, CustodyCommand, CustodyExplained, CustodyFault, CustodyRefusal, Difference,
    Disposal, DisposalConfirmed, DisposalProposed, DisposalRejected, Exhibit, ExhibitBack,
    ExhibitMoved, ExhibitSent, ExhibitTaken, HandoverAccepted, HandoverEnded, HandoverOffered,
    Holder, Kept, Leaving, OFFER_HOLDS_HOURS, Offer, Outside, Proposal, QUANTITY_MAX, RUPIAH_MAX,
    SEAL_MAX_CHARS, TakeExhibit,
};
pub use decide::{ADDITIONS_MAX, EVIDENCE_MAX, TELL_WITHIN_DAYS, decide};
pub use filed::{BlobRef, Channel, RequestFiled};
pub use first_hour::{
    Escalation, EscalationCause, FirstHour, RISK_CODES_MAX, RISKS_MAX, Risk, RiskNote, RiskTrend,
    StepDue, StepMark,
};
pub use harm::{Harm, LOSS_MAX_RUPIAH, SupportReply, Wellbeing};
pub use letter::{
    GiveLetter, Issued, LETTER_AGE_MAX_YEARS, LETTER_NUMBER_MAX_CHARS, LETTERS_MAX, Letter,
};
pub use news::{NEWS_MAX, News, NewsDraft, NextNews, SentNews};
pub use paper::{ENTER_WITHIN_DAYS, Paper};
pub use prevention::{
    ATTEMPTS_MAX, Consent, FactGiven, Prevention, PreventionCommand, Settlement, SettlementJudged,
    SettlementStage, Tried, TriedResult, exclusions,
};
pub use proof::{
    Bearing, Charge, EvidenceLinked, EvidenceOut, EvidenceTyped, FileAltered, GAPS_MAX, Gap, Link,
    NotCounted, OFFENCES_MAX, OffenceDropped, OffenceNamed, OtherSideSought, OutGround, PIECES_MAX,
    Piece, Proof, ProofCommand, ProofRefusal, ProofRefused, Sought, TypeEvidence, Typed,
};
pub use refusal::CaseRefusal;
pub use reporter::{ConfirmedBy, Guardian, ToldBy};
pub use review::{REVIEW_WITHIN_DAYS, REVIEWS_MAX, Review, ReviewKind, Reviews};
pub use rights::{
    Concerned, GiveRights, GivenList, ListGiven, Manner, OwedList, PERSONS_MAX, PersonNamed,
    Rights, RightsCommand, RightsGiven, RightsRefusal, Signing,
};
pub use same_event::{
    Alike, Likeness, Links, PARTS_MAX, SAME_WITHIN_HOURS, SAME_WITHIN_METRES, alike,
};
pub use state::{Case, CaseStage, Response, evolve};
pub use steps::{MARKS_MAX, Mark, StepLine, StepState, Steps};
pub use triage::{
    DECISIONS_MAX, Decided, REFERRALS_MAX, SecondLook, Triage, TriageAnswer, TriageDecision,
    TriageReply, Walk, walk,
};

#[cfg(test)]
mod tests;
