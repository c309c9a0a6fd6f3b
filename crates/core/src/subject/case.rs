//! A case: a request for help or a report, and all that follows until it is closed.
//!
//! The four stages a person sees while tracking are received, assessed, handled and closed
//! (S40). The rules here keep the promise of each service visible: a late answer needs a reason
//! before the case can be closed (S18).

mod access;
mod act;
mod command;
mod control;
mod decide;
mod harm;
mod letter;
mod paper;
mod prevention;
mod refusal;
mod review;
mod rights;
mod state;

pub use access::{CONCERNED_MAX, CaseAccess, OPENINGS_MAX, Opening, OpeningReview, READERS_MAX};
pub use act::{BlobRef, CaseAct, Channel, RequestFiled};
pub use command::CaseCommand;
pub use control::{
    BeginMeasure, Control, ControlCommand, ControlMeasure, MEASURES_MAX, MeasureBegun, NotFirst,
};
pub use decide::{ADDITIONS_MAX, EVIDENCE_MAX, TELL_WITHIN_DAYS, decide};
pub use harm::{Harm, LOSS_MAX_RUPIAH, SupportReply, Wellbeing};
pub use letter::{GiveLetter, LETTER_AGE_MAX_YEARS, LETTER_NUMBER_MAX_CHARS, LETTERS_MAX, Letter};
pub use paper::{ENTER_WITHIN_DAYS, Paper};
pub use prevention::{
    ATTEMPTS_MAX, Consent, FactGiven, Prevention, PreventionCommand, Settlement, SettlementJudged,
    SettlementStage, Tried, TriedResult, exclusions,
};
pub use refusal::CaseRefusal;
pub use review::{REVIEW_WITHIN_DAYS, REVIEWS_MAX, Review, ReviewKind, Reviews};
pub use rights::{
    Concerned, GiveRights, GivenList, ListGiven, Manner, OwedList, PERSONS_MAX, PersonNamed,
    Rights, RightsCommand, RightsGiven, RightsRefusal, Signing,
};
pub use state::{Case, CaseStage, Response, evolve};

#[cfg(test)]
mod tests;
