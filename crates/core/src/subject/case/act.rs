//! What can happen to a case.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::control::MeasureBegun;
use super::custody::{
    CountDiffered, CustodyExplained, DisposalConfirmed, DisposalProposed, DisposalRejected,
    ExhibitBack, ExhibitMoved, ExhibitSent, ExhibitTaken, HandoverAccepted, HandoverEnded,
    HandoverOffered,
};
use super::filed::{BlobRef, RequestFiled};
use super::first_hour::{EscalationCause, RiskTrend};
use super::letter::Issued;
use super::prevention::{Consent, SettlementJudged, TriedResult};
use super::proof::{
    EvidenceLinked, EvidenceOut, EvidenceTyped, FileAltered, OffenceDropped, OffenceNamed,
    OtherSideSought, ProofRefused,
};
use super::reporter::{ConfirmedBy, Guardian, ToldBy};
use super::review::ReviewKind;
use super::rights::{PersonNamed, RightsGiven};
use super::triage::TriageAnswer;
use crate::pack::{ClockEvent, Matter, Party, ServiceCode, SkillCode};
use crate::subject::erasure::{ErasureBasis, HoldGround};
use crate::value::{CaseId, OfficerId};

/// A fact about a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum CaseAct {
    /// A request was filed.
    RequestFiled(RequestFiled),
    /// An officer took the case as their own to serve.
    CaseTaken {
        /// Who took it.
        by: OfficerId,
    },
    /// A colleague took the case over from the one who had it.
    CaseTakenOver {
        /// Who had it.
        from: OfficerId,
        /// Who has it now.
        to: OfficerId,
        /// Why, in the officer's words.
        reason: String,
    },
    /// An officer read the report and decided which service it needs.
    CaseAssessed {
        /// The service decided on.
        service: ServiceCode,
        /// Why, when it differs from what was asked for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
        /// The service's promise, counted from the filing.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        respond_by: Option<Timestamp>,
        /// Whether the service is sensitive, or the case was before.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        sensitive: bool,
    },
    /// The case was given to an officer to handle.
    OfficerAssigned {
        /// Who handles it.
        officer: OfficerId,
        /// The skill its service asks for and they did not have (S7).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lacks: Option<SkillCode>,
        /// Why they were given it nevertheless, in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A unit or officer was sent.
    ResponderDispatched {
        /// Call sign, as the source has it.
        responder: String,
    },
    /// A unit or officer reached the place.
    ResponderArrived {
        /// Call sign, as the source has it.
        responder: String,
    },
    /// A unit or officer was free again.
    ResponderCleared {
        /// Call sign, as the source has it.
        responder: String,
    },
    /// An officer did something about it.
    ActionTaken {
        /// What was done, in the officer's words; staff see it, the reporter does not.
        text: String,
        /// The police function it served (S1).
        function: String,
    },
    /// The reporter was answered; they read it while tracking.
    ReporterAnswered {
        /// The answer, in the officer's words.
        text: String,
        /// When the next news is promised.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_news_by: Option<Timestamp>,
    },
    /// The reporter added something.
    InformationAdded {
        /// What was added, in their words.
        text: String,
        /// Files that came with it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        media: Vec<BlobRef>,
    },
    /// An officer added a file that may be evidence; staff see it, the reporter does not.
    EvidenceAdded {
        /// The file.
        file: BlobRef,
        /// What it is, in the officer's words.
        description: String,
        /// Where or from whom it was obtained, in the officer's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        obtained_from: Option<String>,
        /// When it was obtained, if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        obtained_at: Option<Timestamp>,
    },
    /// The reporter was given a letter; they read and keep it.
    LetterGiven {
        /// A kind of letter of the pack.
        kind: String,
        /// The letter's own number, as it stands on it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        number: Option<String>,
        /// The day on the letter.
        dated: Date,
        /// The letter.
        file: BlobRef,
        /// How the program made it; `None`: it was made elsewhere.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        issued: Option<Issued>,
    },
    /// A letter that was given by mistake was taken back.
    LetterWithdrawn {
        /// Which, in the order they were given, from 1.
        letter: u32,
        /// Why, in the officer's words; the reporter reads it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// It was not for the reporter, who hears nothing of it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        on_file: bool,
    },
    /// An officer said why a promise was missed; the reporter reads it.
    DelayExplained {
        /// A reason of the pack.
        reason: String,
        /// In the officer's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// Somebody to talk to or to be with was offered to the reporter (S3).
    SupportOffered {
        /// What was offered, in the officer's words; staff see it, the reporter does not.
        support: String,
        /// What the reporter said, a word of [`super::SupportReply`]; empty once it was erased.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reply: String,
    },
    /// The reporter asked for somebody else to look at it (S40).
    ReviewAsked {
        /// For what.
        review: ReviewKind,
        /// In their words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// An officer who neither handles nor decided it answered; the reporter reads it.
    ReviewAnswered {
        /// What had been asked for.
        review: ReviewKind,
        /// In the officer's words.
        text: String,
    },
    /// A step of the service was done: somebody says so (S18).
    StepDone {
        /// A step of the pack.
        step: String,
        /// In the officer's words; staff see it, the reporter does not.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        note: String,
        /// The event that it is: clocks count from it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        event: Option<ClockEvent>,
        /// It came after its time limit.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        late: bool,
    },
    /// A step of the service is left out of this case.
    StepLeftOut {
        /// A step of the pack.
        step: String,
        /// Why, in the officer's words; the reporter reads it where they see the step.
        reason: String,
    },
    /// What was said of a step was a mistake.
    StepTakenBack {
        /// A step of the pack.
        step: String,
        /// Why, in the officer's words.
        reason: String,
    },
    /// It was said how hard the case is, which says how often its reporter hears of it.
    DifficultySet {
        /// A difficulty of the pack.
        difficulty: String,
        /// Why, in the officer's words.
        reason: String,
    },
    /// A progress notice was drafted; nobody has checked it.
    ProgressDrafted {
        /// A stage of the pack.
        stage: String,
        /// When it is due.
        due_at: Timestamp,
        /// What it says.
        text: String,
    },
    /// A person checked a progress notice and sent it; the reporter reads it.
    ProgressSent {
        /// A stage of the pack.
        stage: String,
        /// When it was due.
        due_at: Timestamp,
        /// What it says.
        text: String,
    },
    /// An officer said why a progress notice is late; the reporter reads it.
    ProgressDelayExplained {
        /// When it was due.
        due_at: Timestamp,
        /// A reason of the pack.
        reason: String,
        /// In the officer's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// The report is of the same event as another case, and part of it.
    CaseMergedInto {
        /// The main case.
        into: CaseId,
        /// Why, in the officer's words; no reporter reads it.
        reason: String,
    },
    /// Another report of the same event is part of this case.
    CaseMergeReceived {
        /// The other report.
        part: CaseId,
        /// Why, in the officer's words; no reporter reads it.
        reason: String,
    },
    /// Putting two reports together was a mistake; recorded on both.
    CaseMergeUndone {
        /// The other one.
        other: CaseId,
        /// Why, in the officer's words.
        reason: String,
    },
    /// An offence was put into the proof plan, or its date became better known (S11).
    OffenceNamed(OffenceNamed),
    /// An offence was taken out of the plan.
    OffenceDropped(OffenceDropped),
    /// A piece of evidence got its type and legal basis (S13).
    EvidenceTyped(EvidenceTyped),
    /// A piece of evidence was linked to an element (S12).
    EvidenceLinked(EvidenceLinked),
    /// A piece of evidence counts no longer; it is kept.
    EvidenceOut(EvidenceOut),
    /// What speaks for the reported person was looked for (S14).
    OtherSideSought(OtherSideSought),
    /// "Complete" was refused, and what was missing.
    ProofRefused(ProofRefused),
    /// The proof was said to be complete, and nothing was missing (S12).
    ProofSubmitted {},
    /// The content of a file is no longer what was put there.
    FileAltered(FileAltered),
    /// A thing was taken into custody (S13).
    ExhibitTaken(ExhibitTaken),
    /// An exhibit was offered to a colleague.
    HandoverOffered(HandoverOffered),
    /// The colleague accepted it.
    HandoverAccepted(HandoverAccepted),
    /// An offer was declined or taken back.
    HandoverEnded(HandoverEnded),
    /// An exhibit was put somewhere else, or sealed anew.
    ExhibitMoved(ExhibitMoved),
    /// An exhibit went to somebody outside.
    ExhibitSent(ExhibitSent),
    /// It came back.
    ExhibitBack(ExhibitBack),
    /// An end of an exhibit was proposed.
    DisposalProposed(DisposalProposed),
    /// A colleague confirmed it.
    DisposalConfirmed(DisposalConfirmed),
    /// It was rejected or taken back.
    DisposalRejected(DisposalRejected),
    /// Money was counted and is not what it should be.
    CountDiffered(CountDiffered),
    /// Somebody else explained that.
    CustodyExplained(CustodyExplained),
    /// The case ended.
    CaseClosed {
        /// An outcome of the pack.
        outcome: String,
        /// Why, in the officer's words; the reporter reads it.
        reason: String,
        /// Months for which what identifies people is kept from then on, as the pack had it that day.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep_months: Option<u32>,
    },
    /// A closed case was opened again.
    CaseReopened {
        /// Why.
        reason: String,
    },
    /// The chief named somebody who may read the case though they do not have it.
    ReaderNamed {
        /// Who.
        officer: OfficerId,
        /// Why, in the chief's words; staff see it, the reporter does not.
        reason: String,
    },
    /// The chief took that back.
    ReaderRemoved {
        /// Who.
        officer: OfficerId,
        /// Why, in the chief's words.
        reason: String,
    },
    /// The report is about an officer: they neither read nor handle it (S45).
    ConcernedNamed {
        /// Who.
        officer: OfficerId,
        /// How that is known, in the words of whoever recorded it.
        reason: String,
    },
    /// That was a mistake.
    ConcernedCleared {
        /// Who.
        officer: OfficerId,
        /// Why, in the words of whoever decided it.
        reason: String,
    },
    /// Somebody who is not named, or of another station, opened the case in an emergency.
    EmergencyOpened {
        /// Why, in their words.
        reason: String,
        /// Until when it holds.
        until: Timestamp,
    },
    /// A colleague looked at such an opening afterwards.
    OpeningReviewed {
        /// Which, in the order they came, from 1.
        opening: u32,
        /// Whether there was need of it.
        justified: bool,
        /// Why, in the colleague's words.
        text: String,
    },
    /// The questions of the triage tree were answered (S10), or as many as show danger.
    TriageAnswered {
        /// The version of the pack whose tree was asked.
        pack_version: String,
        /// The answers, in the order of the tree.
        answers: Vec<TriageAnswer>,
        /// The outcome the tree proposes; `None` while questions are open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposed: Option<String>,
        /// Somebody is hurt, threatened or in danger.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        danger: bool,
        /// The tree asks for a second look.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        second_look: bool,
    },
    /// A named officer decided whose the matter is; the reporter reads it.
    TriageDecided {
        /// An outcome of the tree.
        outcome: String,
        /// The finer class, a word of the pack.
        class: String,
        /// Whose the matter is.
        matter: Matter,
        /// What the tree proposed; `None`: it was not asked to its end.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proposed: Option<String>,
        /// Whether that is what was decided.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        agrees: bool,
        /// Why, in the officer's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// Another officer has to look at it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        second_look: bool,
        /// Where the reporter was referred to: codes of the pack.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        referrals: Vec<String>,
        /// What it was before; `None`: it had no class.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        was: Option<Matter>,
    },
    /// An officer who neither handles nor decided it looked at its class a second time.
    SecondLookGiven {
        /// Whether they came to the same.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        agrees: bool,
        /// The outcome they came to.
        outcome: String,
        /// Whose the matter is then.
        matter: Matter,
        /// Why, in the officer's words; the reporter reads it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// The chief or duty officer decided between two who differ.
    TriageSettled {
        /// An outcome of the tree.
        outcome: String,
        /// The finer class, a word of the pack.
        class: String,
        /// Whose the matter is.
        matter: Matter,
        /// Why, in their words; the reporter reads it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
        /// Where the reporter was referred to: codes of the pack.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        referrals: Vec<String>,
    },
    /// A child reports, and who is there for them.
    ChildReports {
        /// Who is there.
        guardian: Guardian,
    },
    /// The reporter is themself the one it is about, and was told their rights; or that was a mistake.
    ReporterIsReported {
        /// Whether it is so.
        reported: bool,
        /// How that is known, in the officer's words; staff see it, the reporter does not.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// What was written was told to a reporter who cannot read it, and they said that it is right.
    ReadBackToReporter {
        /// How it was told.
        told: ToldBy,
        /// How they said so.
        confirmed: ConfirmedBy,
    },
    /// A step of the first hour was done, or is not possible (S8).
    FirstHourStepDone {
        /// A step of the pack.
        step: String,
        /// Whether it was done.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        done: bool,
        /// Why it is not possible, in the officer's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Who is threatened, how badly, and whether the danger grows (S9).
    RiskRecorded {
        /// Who is threatened, in the officer's words; empty: nobody.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        threatened: String,
        /// How badly: a threat of the pack.
        level: String,
        /// Kinds of harm of the pack.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        harms: Vec<String>,
        /// What may happen if nobody acts: codes of the pack.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        may_happen: Vec<String>,
        /// What was seen or heard, in the officer's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
        /// Whether it grows.
        trend: RiskTrend,
        /// By the pack of that day it goes up the line.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        alarm: bool,
        /// It goes up the line anew: nobody has it, or it grew worse since somebody took it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        raises: bool,
    },
    /// Nobody took it in time: a level of the line was told.
    FirstHourEscalated {
        /// The level, a code of the pack.
        level: String,
        /// Why.
        cause: EscalationCause,
    },
    /// A named officer took what had gone up the line.
    EscalationTaken {
        /// Who.
        by: OfficerId,
        /// A step was overdue at that moment: what is overdue goes up no more.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        overdue: bool,
    },
    /// A person is concerned in the case, or their roles changed (S24).
    PersonNamed(PersonNamed),
    /// A person was told their rights (S24).
    RightsGiven(RightsGiven),
    /// A control measure began (S37).
    MeasureBegun(MeasureBegun),
    /// A control measure ended.
    MeasureEnded {
        /// Which, a number in the case.
        measure: u32,
        /// How, in the officer's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// Another officer looked at a control measure.
    MeasureReviewed {
        /// Which, a number in the case.
        measure: u32,
        /// Whether it was right.
        justified: bool,
        /// Why, in the officer's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// Something was tried before or instead of force (S87).
    PreventionTried {
        /// What, a code of the pack.
        kind: String,
        /// What came of it.
        result: TriedResult,
        /// In the officer's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// It was looked at whether the matter may be settled outside court.
    SettlementJudged(SettlementJudged),
    /// A side said yes or no to a settlement.
    SettlementAnswered {
        /// Which, a number in the case.
        settlement: u32,
        /// Which side.
        side: Party,
        /// What they said.
        consent: Consent,
    },
    /// All sides agreed on what is done.
    SettlementAgreed {
        /// Which, a number in the case.
        settlement: u32,
        /// What is done, in the officer's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
        /// By when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keep_by: Option<Timestamp>,
    },
    /// What was agreed was kept, or it was not.
    SettlementEnded {
        /// Which, a number in the case.
        settlement: u32,
        /// Whether it was kept.
        kept: bool,
        /// How that is known, in the officer's words.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        text: String,
    },
    /// Nothing of the case is erased until this is lifted: somebody still needs it.
    HoldPlaced {
        /// Why.
        ground: HoldGround,
        /// The order, letter or number it rests on; about the matter, never about a person.
        reference: String,
    },
    /// What held the case is over.
    HoldLifted {
        /// The letter or decision it rests on; about the matter, never about a person.
        reference: String,
    },
    /// What identifies a person was erased; what was done stays.
    PersonalDataErased {
        /// Why.
        basis: ErasureBasis,
        /// The ground in law or the letter it was asked with, in the words of whoever decided it;
        /// never about the person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ground: Option<String>,
    },
}

impl CaseAct {
    /// The stored name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::RequestFiled(_) => "case.request_filed",
            Self::CaseTaken { .. } => "case.case_taken",
            Self::CaseTakenOver { .. } => "case.case_taken_over",
            Self::CaseAssessed { .. } => "case.case_assessed",
            Self::OfficerAssigned { .. } => "case.officer_assigned",
            Self::ResponderDispatched { .. } => "case.responder_dispatched",
            Self::ResponderArrived { .. } => "case.responder_arrived",
            Self::ResponderCleared { .. } => "case.responder_cleared",
            Self::ActionTaken { .. } => "case.action_taken",
            Self::ReporterAnswered { .. } => "case.reporter_answered",
            Self::InformationAdded { .. } => "case.information_added",
            Self::EvidenceAdded { .. } => "case.evidence_added",
            Self::LetterGiven { .. } => "case.letter_given",
            Self::LetterWithdrawn { .. } => "case.letter_withdrawn",
            Self::DelayExplained { .. } => "case.delay_explained",
            Self::SupportOffered { .. } => "case.support_offered",
            Self::ReviewAsked { .. } => "case.review_asked",
            Self::ReviewAnswered { .. } => "case.review_answered",
            Self::StepDone { .. } => "case.step_done",
            Self::StepLeftOut { .. } => "case.step_left_out",
            Self::StepTakenBack { .. } => "case.step_taken_back",
            Self::DifficultySet { .. } => "case.difficulty_set",
            Self::ProgressDrafted { .. } => "case.progress_drafted",
            Self::ProgressSent { .. } => "case.progress_sent",
            Self::ProgressDelayExplained { .. } => "case.progress_delay_explained",
            Self::CaseMergedInto { .. } => "case.case_merged_into",
            Self::CaseMergeReceived { .. } => "case.case_merge_received",
            Self::CaseMergeUndone { .. } => "case.case_merge_undone",
            Self::OffenceNamed(_) => "case.offence_named",
            Self::OffenceDropped(_) => "case.offence_dropped",
            Self::EvidenceTyped(_) => "case.evidence_typed",
            Self::EvidenceLinked(_) => "case.evidence_linked",
            Self::EvidenceOut(_) => "case.evidence_out",
            Self::OtherSideSought(_) => "case.other_side_sought",
            Self::ProofRefused(_) => "case.proof_refused",
            Self::FileAltered(_) => "case.file_altered",
            Self::ExhibitTaken(_) => "case.exhibit_taken",
            Self::HandoverOffered(_) => "case.handover_offered",
            Self::HandoverAccepted(_) => "case.handover_accepted",
            Self::HandoverEnded(_) => "case.handover_ended",
            Self::ExhibitMoved(_) => "case.exhibit_moved",
            Self::ExhibitSent(_) => "case.exhibit_sent",
            Self::ExhibitBack(_) => "case.exhibit_back",
            Self::DisposalProposed(_) => "case.disposal_proposed",
            Self::DisposalConfirmed(_) => "case.disposal_confirmed",
            Self::DisposalRejected(_) => "case.disposal_rejected",
            Self::CountDiffered(_) => "case.count_differed",
            Self::CustodyExplained(_) => "case.custody_explained",
            Self::ProofSubmitted {} => "case.proof_submitted",
            Self::CaseClosed { .. } => "case.case_closed",
            Self::CaseReopened { .. } => "case.case_reopened",
            Self::ReaderNamed { .. } => "case.reader_named",
            Self::ReaderRemoved { .. } => "case.reader_removed",
            Self::ConcernedNamed { .. } => "case.concerned_named",
            Self::ConcernedCleared { .. } => "case.concerned_cleared",
            Self::EmergencyOpened { .. } => "case.emergency_opened",
            Self::OpeningReviewed { .. } => "case.opening_reviewed",
            Self::TriageAnswered { .. } => "case.triage_answered",
            Self::TriageDecided { .. } => "case.triage_decided",
            Self::SecondLookGiven { .. } => "case.second_look_given",
            Self::TriageSettled { .. } => "case.triage_settled",
            Self::ChildReports { .. } => "case.child_reports",
            Self::ReporterIsReported { .. } => "case.reporter_is_reported",
            Self::ReadBackToReporter { .. } => "case.read_back_to_reporter",
            Self::FirstHourStepDone { .. } => "case.first_hour_step_done",
            Self::RiskRecorded { .. } => "case.risk_recorded",
            Self::FirstHourEscalated { .. } => "case.first_hour_escalated",
            Self::EscalationTaken { .. } => "case.escalation_taken",
            Self::PersonNamed(_) => "case.person_named",
            Self::RightsGiven(_) => "case.rights_given",
            Self::MeasureBegun(_) => "case.measure_begun",
            Self::MeasureEnded { .. } => "case.measure_ended",
            Self::MeasureReviewed { .. } => "case.measure_reviewed",
            Self::PreventionTried { .. } => "case.prevention_tried",
            Self::SettlementJudged(_) => "case.settlement_judged",
            Self::SettlementAnswered { .. } => "case.settlement_answered",
            Self::SettlementAgreed { .. } => "case.settlement_agreed",
            Self::SettlementEnded { .. } => "case.settlement_ended",
            Self::HoldPlaced { .. } => "case.hold_placed",
            Self::HoldLifted { .. } => "case.hold_lifted",
            Self::PersonalDataErased { .. } => "case.personal_data_erased",
        }
    }
}
