//! What can be asked of a case.

use jiff::Timestamp;

use super::control::ControlCommand;
use super::custody::CustodyCommand;
use super::filed::{BlobRef, Channel};
use super::first_hour::{RiskNote, RiskTrend};
use super::harm::{Harm, SupportReply};
use super::letter::GiveLetter;
use super::paper::Paper;
use super::prevention::PreventionCommand;
use super::proof::ProofCommand;
use super::reporter::{ConfirmedBy, Guardian, ToldBy};
use super::review::ReviewKind;
use super::rights::RightsCommand;
use super::same_event::Links;
use super::triage::{TriageAnswer, TriageDecision};
use crate::pack::{ServiceCode, SkillCode};
use crate::subject::erasure::{ErasureBasis, HoldGround};
use crate::value::{CaseId, OfficerId, PersonId, SecretHash};

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
    ///
    /// `lacks` is the skill its service asks for and the officer does not have, as the unit's register
    /// says; then `reason` says why they are given it nevertheless. In danger it may be missing.
    AssignOfficer {
        /// Who is to handle it.
        officer: OfficerId,
        /// What they are not qualified for.
        lacks: Option<SkillCode>,
        /// Why they nevertheless.
        reason: Option<String>,
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
    /// Say that a step of the service was done.
    DoStep {
        /// A step of the pack.
        step: String,
        /// In the officer's words; may be empty.
        note: String,
    },
    /// Leave a step of the service out.
    LeaveOutStep {
        /// A step of the pack.
        step: String,
        /// Why.
        reason: String,
    },
    /// Take back what was said of a step.
    TakeStepBack {
        /// A step of the pack.
        step: String,
        /// Why.
        reason: String,
    },
    /// Say how hard the case is.
    SetDifficulty {
        /// A difficulty of the pack.
        difficulty: String,
        /// Why.
        reason: String,
    },
    /// Draft a progress notice, or write it anew.
    DraftProgress {
        /// A stage of the pack.
        stage: String,
        /// When it is due, as the pack's clocks say.
        due_at: Timestamp,
        /// What it says.
        text: String,
    },
    /// Send the progress notice that was drafted.
    SendProgress {
        /// What it says, as the sender checked it.
        text: String,
    },
    /// Say why a progress notice is late.
    ExplainProgressDelay {
        /// A reason of the pack.
        reason: String,
        /// In the officer's words.
        text: String,
    },
    /// Make the case part of another one: two reports of one event.
    MergeInto {
        /// This case.
        own: CaseId,
        /// The main case.
        into: CaseId,
        /// What that one is part of, and what is part of it.
        other: Links,
        /// Why.
        reason: String,
    },
    /// The other side of that.
    ReceiveMerge {
        /// The case that became part of this one.
        part: CaseId,
        /// Why.
        reason: String,
    },
    /// Take two reports apart again; on either side.
    UndoMerge {
        /// The other one.
        other: CaseId,
        /// Why.
        reason: String,
    },
    /// What is asked of its proof (S11, S12, S14).
    Proof(ProofCommand),
    /// What is asked of things in custody (S13).
    Custody(CustodyCommand),
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
    /// Answer the questions of the triage tree.
    AnswerTriage {
        /// The answers; those the tree does not meet count for nothing.
        answers: Vec<TriageAnswer>,
        /// The version of the pack whose tree was asked.
        pack_version: String,
    },
    /// Decide whose the matter is.
    DecideTriage(TriageDecision),
    /// Look at its class a second time; by an officer who neither handles nor decided it.
    LookAgain {
        /// The outcome they come to.
        outcome: String,
        /// Why.
        reason: String,
    },
    /// Decide between two who differ; by neither of them.
    SettleTriage {
        /// The outcome that holds.
        outcome: String,
        /// Why.
        reason: String,
        /// Where the reporter is referred to; at least one for a civil matter.
        referrals: Vec<String>,
    },
    /// Say that a child reports, and who is there for them.
    NoteChild {
        /// Who is there.
        guardian: Guardian,
    },
    /// Say that the reporter is themself the one it is about, or that this was a mistake.
    NoteReported {
        /// Whether it is so.
        reported: bool,
        /// They were told that they need not tell against themselves, before going on.
        warned: bool,
        /// How that is known.
        reason: String,
    },
    /// Record that what was written was told to a reporter who cannot read it, and that it is right.
    ConfirmReadBack {
        /// How it was told.
        told: ToldBy,
        /// How they said that it is right.
        confirmed: ConfirmedBy,
    },
    /// Mark a step of the first hour.
    MarkStep {
        /// A step of the pack.
        step: String,
        /// Whether it was done; otherwise it is not possible.
        done: bool,
        /// Why it is not possible.
        reason: String,
    },
    /// Record who is threatened, how badly, and whether the danger grows.
    RecordRisk {
        /// What is recorded.
        risk: RiskNote,
        /// Whether it grows.
        trend: RiskTrend,
    },
    /// Take what has gone up the line.
    TakeEscalation,
    /// Tell the next level of the line, when its time has come; by the program itself.
    Escalate,
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
