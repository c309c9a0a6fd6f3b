//! What can be asked of a case.

use jiff::Timestamp;

use super::act::{BlobRef, Channel};
use super::control::ControlCommand;
use super::harm::{Harm, SupportReply};
use super::letter::GiveLetter;
use super::paper::Paper;
use super::prevention::PreventionCommand;
use super::review::ReviewKind;
use super::rights::RightsCommand;
use crate::pack::ServiceCode;
use crate::subject::erasure::{ErasureBasis, HoldGround};
use crate::value::{OfficerId, PersonId, SecretHash};

/// A request about a case; [`super::decide()`] says what it leads to.
#[derive(Debug, Clone, PartialEq)]
pub enum CaseCommand {
    /// Record a request for help or a report.
    FileRequest {
        /// Keyed hash of the secret given to the reporter.
        secret: Option<SecretHash>,
        /// The service asked for.
        service: ServiceCode,
        /// The kind chosen on the report form.
        report_kind: Option<String>,
        /// How it came in.
        channel: Channel,
        /// What the paper says of itself, when it came on paper.
        paper: Option<Paper>,
        /// What was told. May be empty only for records of other systems.
        description: String,
        /// When the fact occurred, in words.
        when_text: Option<String>,
        /// When the fact occurred, if known.
        occurred_at: Option<Timestamp>,
        /// What was said of harm (S3).
        harm: Harm,
        /// Somebody is in danger now.
        danger: bool,
        /// Who reported.
        reporter: Option<PersonId>,
        /// A way to reach them was given.
        reachable: bool,
        /// Files that came with it.
        media: Vec<BlobRef>,
        /// The pack version in force.
        pack_version: String,
        /// Made up for a demonstration.
        simulated: bool,
        /// Priority as the source gave it.
        priority: Option<String>,
    },
    /// Take the case to serve it oneself.
    Take {
        /// Who takes it: the one who asks.
        by: OfficerId,
    },
    /// Take the case over from a colleague.
    TakeOver {
        /// Who takes it: the one who asks.
        to: OfficerId,
        /// Who has it, as the asker saw it.
        from: OfficerId,
        /// Why.
        reason: String,
    },
    /// Decide which service it needs.
    Assess {
        /// The service decided on.
        service: ServiceCode,
        /// Why; needed when it differs from what was asked for.
        reason: Option<String>,
    },
    /// Give it to an officer to handle.
    AssignOfficer {
        /// Who is to handle it.
        officer: OfficerId,
    },
    /// Record that a unit or officer was sent.
    Dispatch {
        /// Call sign.
        responder: String,
    },
    /// Record that a unit or officer arrived.
    Arrive {
        /// Call sign.
        responder: String,
    },
    /// Record that a unit or officer is free again.
    Clear {
        /// Call sign.
        responder: String,
    },
    /// Record what was done.
    RecordAction {
        /// In the officer's words.
        text: String,
        /// The police function served.
        function: String,
    },
    /// Answer the reporter.
    Answer {
        /// In the officer's words.
        text: String,
        /// When the next news is promised.
        next_news_by: Option<Timestamp>,
    },
    /// Add what the reporter tells later.
    AddInformation {
        /// In their words.
        text: String,
        /// Files that come with it.
        media: Vec<BlobRef>,
    },
    /// Add a file that may be evidence.
    AddEvidence {
        /// The file, kept already.
        file: BlobRef,
        /// What it is, in the officer's words.
        description: String,
        /// Where or from whom it was obtained, in words.
        obtained_from: Option<String>,
        /// When it was obtained, if known.
        obtained_at: Option<Timestamp>,
    },
    /// Give the reporter a letter.
    GiveLetter(GiveLetter),
    /// Take back a letter that was given by mistake.
    WithdrawLetter {
        /// Which, in the order they were given, from 1.
        letter: u32,
        /// Why; the reporter reads it.
        reason: String,
    },
    /// Say why a promise was missed.
    ExplainDelay {
        /// A reason of the pack.
        reason: String,
        /// In the officer's words.
        text: String,
    },
    /// Record what support was offered to the reporter.
    OfferSupport {
        /// What was offered, in the officer's words.
        support: String,
        /// What the reporter said.
        reply: SupportReply,
    },
    /// Ask for somebody else to look at it; by the reporter.
    AskReview {
        /// For what.
        review: ReviewKind,
        /// In their words; may be empty.
        text: String,
    },
    /// Answer what was asked for; by an officer who neither handles nor decided it.
    AnswerReview {
        /// What had been asked for.
        review: ReviewKind,
        /// In the officer's words.
        text: String,
    },
    /// End it.
    Close {
        /// An outcome of the pack.
        outcome: String,
        /// Why.
        reason: String,
    },
    /// Open it again.
    Reopen {
        /// Why.
        reason: String,
    },
    /// Name somebody who may read it though they do not have it.
    NameReader {
        /// Who.
        officer: OfficerId,
        /// Why.
        reason: String,
    },
    /// Take that back.
    RemoveReader {
        /// Who.
        officer: OfficerId,
        /// Why.
        reason: String,
    },
    /// Record that the report is about an officer.
    NameConcerned {
        /// Who.
        officer: OfficerId,
        /// How that is known.
        reason: String,
    },
    /// Say that this was a mistake.
    ClearConcerned {
        /// Who.
        officer: OfficerId,
        /// Why.
        reason: String,
    },
    /// Open it in an emergency, for a short time.
    OpenInEmergency {
        /// Why.
        reason: String,
    },
    /// Review such an opening.
    ReviewOpening {
        /// Which, in the order they came, from 1.
        opening: u32,
        /// Whether there was need of it.
        justified: bool,
        /// Why.
        text: String,
    },
    /// Record who is concerned, and what rights they were told.
    Rights(RightsCommand),
    /// Record control measures.
    Control(ControlCommand),
    /// Record what is tried first, and settlements.
    Prevention(PreventionCommand),
    /// Let nothing of it be erased until that is lifted.
    PlaceHold {
        /// Why.
        ground: HoldGround,
        /// The order, letter or number it rests on.
        reference: String,
    },
    /// Say that what held it is over.
    LiftHold {
        /// The letter or decision it rests on.
        reference: String,
    },
    /// Erase what identifies persons in it.
    ErasePersonalData {
        /// Why the law allows it.
        basis: ErasureBasis,
        /// The request's letter or the ground in law; needed on a request.
        ground: Option<String>,
    },
}
