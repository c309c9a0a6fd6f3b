//! Why something is not done to a case.

use jiff::Timestamp;
use jiff::civil::Date;

use super::custody::CustodyRefusal;
use super::proof::ProofRefusal;
use super::rights::RightsRefusal;
use crate::pack::SkillCode;
use crate::subject::TextFault;
use crate::value::OfficerId;

/// The rule that stood in the way of a command about a case.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CaseRefusal {
    /// No such case.
    #[error("case not filed")]
    NotFiled,
    /// The case exists already.
    #[error("case already filed")]
    AlreadyFiled,
    /// The unit does not offer this service.
    #[error("service {0:?} is not offered")]
    ServiceNotOffered(String),
    /// A moment after now.
    #[error("moment is in the future: {at}")]
    InTheFuture {
        /// The moment given.
        at: Timestamp,
    },
    /// A moment before the one it must follow.
    #[error("moment {at} is before {after}, which it must follow")]
    BeforeWhatItFollows {
        /// The moment given.
        at: Timestamp,
        /// The moment it must follow.
        after: Timestamp,
    },
    /// Told too late to count from the moment it is said to have happened.
    #[error("happened {at}, more than {limit_days} days before it was told")]
    ToldTooLate {
        /// The moment given.
        at: Timestamp,
        /// The limit.
        limit_days: i64,
    },
    /// A needed text is missing or too long.
    #[error("{field}: {fault}")]
    Text {
        /// The field of the command.
        field: &'static str,
        /// What is wrong with it.
        fault: TextFault,
    },
    /// A colleague has it.
    #[error("case is with another officer")]
    WithAnotherOfficer {
        /// Who has it.
        officer: OfficerId,
    },
    /// One takes a case for oneself; giving it to a colleague is assigning it.
    #[error("a case is taken for oneself, not for a colleague")]
    ForOneselfOnly,
    /// Nobody has it, so nobody can hand it over.
    #[error("case is with nobody")]
    WithNobody,
    /// It is closed.
    #[error("case is closed")]
    Closed,
    /// It is not closed.
    #[error("case is not closed")]
    NotClosed,
    /// The unit's method has no such word.
    #[error("{field}: {word:?} is not in the pack")]
    NotInPack {
        /// The field of the command.
        field: &'static str,
        /// The word given.
        word: String,
    },
    /// Another service needs a reason (S18: deviations need a reason).
    #[error("reason missing for another service than was asked for")]
    ReasonMissing,
    /// Required steps are neither done nor left out (S18).
    #[error("required steps are open: {}", steps.join(", "))]
    StepsOpen {
        /// Their codes, in the pack's order.
        steps: Vec<String>,
    },
    /// The floor protects the step.
    #[error("the step is protected and cannot be left out")]
    StepProtected,
    /// An act of its own does the step.
    #[error("the step is done by its own act, not by hand")]
    StepByItsAct,
    /// It is done.
    #[error("the step is done")]
    StepDone,
    /// Nobody said anything of the step.
    #[error("nothing was said of the step")]
    StepNotMarked,
    /// The service sends no progress notices.
    #[error("the service sends no progress notices")]
    NoNewsOfService,
    /// No notice waits to be sent.
    #[error("no progress notice is drafted")]
    NoDraft,
    /// The unit wants another person to send what one wrote.
    #[error("another person sends what one wrote oneself")]
    OwnDraft,
    /// A progress notice is overdue and nobody said why (S18).
    #[error("the progress notice due {due} is late: reason missing")]
    NewsLateWithoutReason {
        /// When it was due.
        due: Timestamp,
    },
    /// A case cannot be part of itself.
    #[error("a case cannot be part of itself")]
    MergeWithItself,
    /// It is part of another case.
    #[error("case is part of another case already")]
    MergedAlready,
    /// They are not put together.
    #[error("the cases are not put together")]
    NotMerged,
    /// Parts have no parts.
    #[error("a case that is part of another has no parts itself")]
    MergeChain,
    /// The service asks for a skill the officer does not have, and nobody said why they nevertheless (S7).
    #[error("officer is not qualified for {skill}: reason missing")]
    NotQualified {
        /// The skill.
        skill: SkillCode,
    },
    /// The promise was missed and nobody said why (S18).
    #[error("the promised time {due} was missed: reason missing")]
    LateWithoutReason {
        /// When the response was due.
        due: Timestamp,
    },
    /// Nothing is late, so there is nothing to explain.
    #[error("no promise is missed")]
    NotLate,
    /// The unit named was not sent.
    #[error("responder {0:?} was not dispatched")]
    NotDispatched(String),
    /// The unit named has that mark already.
    #[error("already recorded for responder {0:?}")]
    AlreadyRecorded(String),
    /// The reporter added as much as a case takes.
    #[error("too many additions: limit {limit}")]
    TooManyAdditions {
        /// The limit.
        limit: u32,
    },
    /// Officers added as many files as a case takes.
    #[error("too many files: limit {limit}")]
    TooManyFiles {
        /// The limit.
        limit: u32,
    },
    /// The same file is on the case.
    #[error("the file is on the case already")]
    FileAlreadyThere,
    /// It was erased, and nothing was told since.
    #[error("personal data was erased already")]
    AlreadyErased,
    /// Something still needs it, so nothing of it is erased.
    #[error("case is held since {since} and cannot be erased until that is lifted")]
    Held {
        /// Since when.
        since: Timestamp,
    },
    /// It is not held.
    #[error("case is not held")]
    NotHeld,
    /// A loss no household or firm has.
    #[error("loss too large: limit {limit} rupiah")]
    LossTooLarge {
        /// The limit, in rupiah.
        limit: u64,
    },
    /// The reporter needs company and nobody recorded an offer (S3).
    #[error("the reporter needs support and none was offered")]
    SupportNotOffered,
    /// It is for the reporter to ask.
    #[error("only the reporter may ask for this")]
    ReporterOnly,
    /// No promise is past and no news is overdue.
    #[error("no promise is past and no news is overdue")]
    NothingToExplain,
    /// Nobody has classified or closed it, so there is nothing to look at a second time.
    #[error("nothing is decided yet")]
    NothingDecided,
    /// The same was asked and waits for its answer.
    #[error("asked already")]
    AlreadyAsked,
    /// The same was asked as often as a case takes.
    #[error("too many reviews: limit {limit}")]
    TooManyReviews {
        /// The limit.
        limit: u32,
    },
    /// Asked too long after the closing.
    #[error("asked more than {limit_days} days after the closing")]
    AskedTooLate {
        /// The limit.
        limit_days: i64,
    },
    /// The reporter did not ask for it, or it was answered.
    #[error("nothing is asked")]
    NothingAsked,
    /// The questions of the triage tree are not answered to an end, and none of them shows danger.
    #[error("questions of the triage tree are open")]
    TriageUnfinished,
    /// As many decisions or recordings as a case takes.
    #[error("too many decisions: limit {limit}")]
    TooManyDecisions {
        /// The limit.
        limit: u32,
    },
    /// A first and a second look differ, and somebody else decides between them.
    #[error("a first and a second look differ")]
    LooksDiffer,
    /// A civil matter is referred somewhere.
    #[error("referral missing for a civil matter")]
    ReferralMissing,
    /// A reporter who is the one it is about is warned before anything goes on.
    #[error("the reporter was not warned")]
    WarningMissing,
    /// Nothing has gone up the line, or somebody took it.
    #[error("nothing waits to be taken")]
    NothingWaits,
    /// The second look is about the class, and says what it comes to.
    #[error("the class is looked at a second time, not answered in words")]
    LookAtClass,
    /// Who handles or decided a case does not answer for it.
    #[error("somebody else answers for this")]
    OwnDecision,
    /// Only staff may do this.
    #[error("only staff may do this")]
    StaffOnly,
    /// Nobody holds a code for the case, so nobody could read what is put there.
    #[error("nobody can read what is given on the case")]
    NobodyToRead,
    /// A letter dated after the day on which it is given.
    #[error("letter is dated {dated}, after the day it is given")]
    LetterOfTomorrow {
        /// The day on the letter.
        dated: Date,
    },
    /// A letter so old that its day is a slip of the pen.
    #[error("letter is dated {dated}, more than {limit_years} years before it is given")]
    LetterTooOld {
        /// The day on the letter.
        dated: Date,
        /// The limit.
        limit_years: i16,
    },
    /// The reporter was given as many letters as a case takes.
    #[error("too many letters: limit {limit}")]
    TooManyLetters {
        /// The limit.
        limit: u32,
    },
    /// The report is about whoever asks.
    #[error("the report is about the officer who asks")]
    Concerned,
    /// The report is about the officer it would be given to.
    #[error("the report is about the officer it would be given to")]
    OfficerConcerned {
        /// Who.
        officer: OfficerId,
    },
    /// As many people are named as a case takes.
    #[error("too many people named: limit {limit}")]
    TooManyNamed {
        /// The limit.
        limit: usize,
    },
    /// They are not named.
    #[error("officer is not named")]
    NotNamed,
    /// It was opened in an emergency as often as a case takes.
    #[error("too many openings: limit {limit}")]
    TooManyOpenings {
        /// The limit.
        limit: usize,
    },
    /// It was not opened so often.
    #[error("no such opening")]
    NoSuchOpening,
    /// That opening was reviewed before.
    #[error("opening was reviewed already")]
    OpeningReviewed,
    /// About persons, rights, measures and settlements.
    #[error(transparent)]
    Rights(#[from] RightsRefusal),
    /// No letter with this number was given, or its content was erased.
    #[error("no such letter")]
    NoSuchLetter,
    /// A rule of proof.
    #[error(transparent)]
    Proof(#[from] ProofRefusal),
    /// A rule of custody.
    #[error(transparent)]
    Custody(#[from] CustodyRefusal),
    /// The letter was withdrawn before.
    #[error("letter was withdrawn already")]
    LetterWithdrawn,
}
