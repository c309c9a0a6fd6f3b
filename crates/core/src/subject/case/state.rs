//! What is known of a case, as its acts tell it.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::access::CaseAccess;
use super::act::CaseAct;
use super::control::Control;
use super::filed::{BlobRef, RequestFiled};
use super::first_hour::{self, FirstHour};
use super::letter::Letter;
use super::news::News;
use super::prevention::Prevention;
use super::proof::Proof;
use super::review::Reviews;
use super::rights::Rights;
use super::same_event::Links;
use super::steps::Steps;
use super::triage::{self, Triage};
use crate::act::{Act, ActPlace, Actor, Payload};
use crate::pack::ServiceCode;
use crate::subject::erasure::{Erased, ErasureBasis, Hold};
use crate::subject::retention;
use crate::value::OfficerId;

/// How far a case has come, in the four words the reporter sees (S40).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseStage {
    /// Recorded; nobody has read it yet.
    Received,
    /// An officer has read it.
    Assessed,
    /// Somebody is working on it.
    Handled,
    /// Ended.
    Closed,
}

impl CaseStage {
    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Assessed => "assessed",
            Self::Handled => "handled",
            Self::Closed => "closed",
        }
    }

    /// The stage of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Received, Self::Assessed, Self::Handled, Self::Closed]
            .into_iter()
            .find(|stage| stage.as_str() == word)
    }
}

/// The first answer to a request: an officer at the place, or a word or a letter to the reporter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Response {
    /// When it happened.
    pub at: Timestamp,
    /// How long the reporter waited for it.
    pub waited: SignedDuration,
    /// Whether it came after the promised time.
    pub late: bool,
}

/// One responder's way to a case: the last, when it was sent more than once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responder {
    /// Call sign.
    pub name: String,
    /// When sent.
    pub dispatched_at: Option<Timestamp>,
    /// When at the place.
    pub arrived_at: Option<Timestamp>,
    /// When free again.
    pub cleared_at: Option<Timestamp>,
}

/// What is known of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// How many acts it has.
    pub version: u32,
    /// What was filed.
    pub filed: RequestFiled,
    /// When it was filed: the start of every clock.
    pub filed_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Where it is.
    pub place: Option<ActPlace>,
    /// How far it has come.
    pub stage: CaseStage,
    /// The service decided on, at first the one asked for.
    pub service: ServiceCode,
    /// Shown without its kind.
    pub sensitive: bool,
    /// When the first response is due.
    pub respond_by: Option<Timestamp>,
    /// The promise of a service asked for before, when it was missed and then another service was
    /// decided on: that does not undo it (S18).
    pub missed_before: Option<Timestamp>,
    /// The first response, once there was one.
    pub response: Option<Response>,
    /// When an officer first read it, as far as the acts show: the earliest assessment, answer,
    /// action, file added, letter given, sending or closing.
    pub assessed_at: Option<Timestamp>,
    /// Who serves it at the desk.
    pub taken_by: Option<OfficerId>,
    /// Who last decided which service it needs.
    pub assessed_by: Option<OfficerId>,
    /// Who closed it last.
    pub closed_by: Option<OfficerId>,
    /// When support was last offered to the reporter.
    pub support_offered_at: Option<Timestamp>,
    /// What the reporter asked others to look at.
    pub reviews: Reviews,
    /// What was done of the service's steps.
    pub steps: Steps,
    /// What the reporter was told of progress, and what waits to be told.
    pub news: News,
    /// Other reports of the same event.
    pub links: Links,
    /// Who handles it.
    pub assigned_to: Option<OfficerId>,
    /// Offences, evidence for and against, and custody of things.
    pub proof: Proof,
    /// Who may know it, apart from who has it.
    pub access: CaseAccess,
    /// When the next news is promised.
    pub next_news_by: Option<Timestamp>,
    /// The last reason given for lateness.
    pub late_reason: Option<String>,
    /// When that reason was given.
    pub late_reason_at: Option<Timestamp>,
    /// Units sent, in the order they were first named.
    pub responders: Vec<Responder>,
    /// How often the reporter added something.
    pub additions: u32,
    /// How many files officers added.
    pub evidence: u32,
    /// Files that came with it or were added, in the order they came. A file among them is kept; one that no
    /// subject has may be erased.
    pub media: Vec<BlobRef>,
    /// Letters that the reporter was given, in the order they came; those withdrawn or erased stay listed. The file of
    /// one that is not erased is kept.
    pub letters: Vec<Letter>,
    /// What is known of its class, and of who reported it.
    pub triage: Triage,
    /// What is known of its first hour.
    pub first_hour: FirstHour,
    /// Who is concerned, and the rights they were told.
    pub rights: Rights,
    /// Control measures.
    pub control: Control,
    /// What was tried first, and settlements.
    pub prevention: Prevention,
    /// When it was closed, last.
    pub closed_at: Option<Timestamp>,
    /// How it ended.
    pub outcome: Option<String>,
    /// From when the time is counted for which what identifies persons is kept: the closing, or what
    /// came to the closed case after it. `None`: it is open, or all of that was erased.
    pub kept_from: Option<Timestamp>,
    /// Months for which it is kept, as the pack had it at the closing.
    pub keep_months: Option<u32>,
    /// Nothing of it may be erased for now.
    pub hold: Option<Hold>,
    /// What identifies persons was erased.
    pub erased: Option<Erased>,
    /// When anything last happened to it.
    pub last_at: Timestamp,
}

impl Case {
    /// Whether a promise of a first response is missed at a moment and no reason is written (S18).
    pub fn owes_a_reason(&self, at: Timestamp) -> bool {
        self.missed_promise(at).is_some() && self.late_reason.is_none()
    }

    /// The promise that is missed at a moment: of this service, or of the one asked for before.
    pub fn missed_promise(&self, at: Timestamp) -> Option<Timestamp> {
        let now = self.respond_by.filter(|_| self.is_late(at));
        self.missed_before.or(now)
    }

    /// Whether the first response came late, or has not come and is overdue at this moment.
    pub fn is_late(&self, at: Timestamp) -> bool {
        match (self.respond_by, self.response) {
            (None, _) => false,
            (Some(_), Some(response)) => response.late,
            (Some(due), None) => at > due,
        }
    }

    /// The last day on which what identifies persons in it is kept, by a period in force now in months
    /// and that of its closing; a hold keeps it longer. `None`: it is open, or all was erased.
    pub fn last_day_kept(&self, months: u32, zone: &TimeZone) -> Option<Date> {
        Some(retention::last_day(
            self.kept_from?,
            retention::months(self.keep_months, Some(months), months),
            zone,
        ))
    }

    /// Whether that day is over at a moment and nothing holds it.
    pub fn is_kept_too_long(&self, now: Timestamp, months: u32, zone: &TimeZone) -> bool {
        let months = retention::months(self.keep_months, Some(months), months);
        self.hold.is_none()
            && self
                .kept_from
                .is_some_and(|from| retention::ends(from, months, zone) <= now)
    }

    fn begin(act: &Act, payload: &CaseAct, filed: &RequestFiled) -> Self {
        let mut steps = Steps::default();
        steps.note(act, payload);
        Self {
            version: act.version,
            filed: filed.clone(),
            filed_at: act.happened_at,
            recorded_at: act.recorded_at,
            place: act.place.clone(),
            stage: CaseStage::Received,
            service: filed.service.clone(),
            sensitive: filed.sensitive,
            respond_by: filed.respond_by,
            missed_before: None,
            response: None,
            assessed_at: None,
            taken_by: None,
            assessed_by: None,
            closed_by: None,
            support_offered_at: None,
            reviews: Reviews::default(),
            steps,
            news: News::default(),
            links: Links::default(),
            assigned_to: None,
            proof: Proof::default(),
            access: CaseAccess::default(),
            next_news_by: None,
            late_reason: None,
            late_reason_at: None,
            responders: Vec::new(),
            additions: 0,
            evidence: 0,
            media: filed.media.clone(),
            letters: Vec::new(),
            triage: Triage::default(),
            first_hour: FirstHour::default(),
            rights: Rights::default(),
            control: Control::default(),
            prevention: Prevention::default(),
            closed_at: None,
            outcome: None,
            kept_from: None,
            keep_months: None,
            hold: None,
            erased: None,
            last_at: act.happened_at,
        }
    }

    fn respond(&mut self, at: Timestamp) {
        // Nobody answers before they are asked: where it looks so, a clock was set back in between.
        let at = at.max(self.filed_at);
        // Acts of an offline telephone may arrive out of order: the earliest response counts.
        if self.response.is_none_or(|known| at < known.at) {
            self.response = Some(Response {
                at,
                waited: at.duration_since(self.filed_at),
                late: self.respond_by.is_some_and(|due| at > due),
            });
        }
    }

    pub(super) fn assess(&mut self, at: Timestamp) {
        // Whoever acts on a report has read it; acts of an offline telephone may arrive late.
        let at = at.max(self.filed_at);
        self.assessed_at = Some(self.assessed_at.map_or(at, |known| known.min(at)));
    }

    /// Takes notice of an act: of what is kept, of steps, of progress notices and of other reports.
    fn note(&mut self, act: &Act, payload: &CaseAct) {
        if self.stage == CaseStage::Closed && tells_something(payload) {
            self.kept_from = self.kept_from.max(Some(act.happened_at));
        }
        self.steps.note(act, payload);
        self.news.note(act, payload);
        self.links.note(payload);
        match payload {
            // A progress notice is a word to the reporter as well.
            CaseAct::ProgressSent { .. } => {
                self.next_news_by = None;
                self.respond(act.happened_at);
            }
            CaseAct::StepDone { .. } | CaseAct::DifficultySet { .. } => {}
            _ => return,
        }
        self.assess(act.happened_at);
        self.advance(CaseStage::Assessed);
    }

    /// As a case reads whose words are gone: a view derived now and later is the same.
    fn erase(&mut self, at: Timestamp, basis: ErasureBasis) {
        self.kept_from = None;
        self.erased = Some(Erased { at, basis });
        self.filed.description.clear();
        self.filed.when_text = None;
        self.filed.wellbeing = None;
        self.filed.loss_rupiah = None;
        self.steps.erase();
        // What is in the files goes; their names and hashes stay in the acts.
        self.media.clear();
        self.proof.erase();
        for letter in &mut self.letters {
            letter.erased = true;
        }
        if let Some(risk) = &mut self.first_hour.risk {
            risk.note.threatened.clear();
            risk.note.text.clear();
        }
        if let Some(place) = &mut self.place {
            place.point = None;
            place.text = None;
        }
    }

    fn close(&mut self, act: &Act, outcome: &str, keep_months: Option<u32>) {
        self.stage = CaseStage::Closed;
        self.closed_at = Some(act.happened_at);
        self.kept_from = Some(act.happened_at);
        self.keep_months = keep_months;
        self.outcome = Some(outcome.to_owned());
        self.access.unhanded_at = None;
        self.closed_by = act.actor.officer().or(self.closed_by);
        self.next_news_by = None;
        self.assess(act.happened_at);
        if !matches!(act.actor, Actor::Import { .. }) {
            self.respond(act.happened_at);
        }
    }

    fn reopen(&mut self, at: Timestamp) {
        self.stage = CaseStage::Handled;
        self.first_hour.reopened(at);
        self.closed_at = None;
        self.kept_from = None;
        self.keep_months = None;
        self.outcome = None;
    }

    pub(super) fn advance(&mut self, stage: CaseStage) {
        self.stage = self.stage.max(stage);
    }

    fn responder(&mut self, name: &str, mark: impl FnOnce(&mut Responder)) {
        let at = self.responders.iter().position(|known| known.name == name);
        let mut responder = match at {
            Some(at) => self.responders.remove(at),
            None => Responder {
                name: name.to_owned(),
                dispatched_at: None,
                arrived_at: None,
                cleared_at: None,
            },
        };
        mark(&mut responder);
        self.responders
            .insert(at.unwrap_or(self.responders.len()), responder);
    }
}

/// Whether an act may bring something that identifies somebody; it then counts as the closing does.
const fn tells_something(act: &CaseAct) -> bool {
    !matches!(
        act,
        CaseAct::HoldPlaced { .. }
            | CaseAct::HoldLifted { .. }
            | CaseAct::FileAltered(_)
            | CaseAct::PersonalDataErased { .. }
    )
}

/// How an act changes what is known of a case. `None` before is no case yet.
///
/// Acts about something else, or of a case that was never filed, change nothing: a record is read
/// as it is.
#[expect(clippy::too_many_lines, reason = "a table, one entry an act")]
pub fn evolve(case: Option<Case>, act: &Act) -> Option<Case> {
    let Payload::Case(payload) = &act.payload else {
        return case;
    };
    let Some(mut case) = case else {
        return match payload {
            CaseAct::RequestFiled(filed) => Some(Case::begin(act, payload, filed)),
            _ => None,
        };
    };
    case.version = act.version;
    // That nobody did anything is no event: silence goes on.
    if !matches!(payload, CaseAct::FirstHourEscalated { .. }) {
        case.last_at = case.last_at.max(act.happened_at);
    }
    case.note(act, payload);
    case.rights.note(act, payload);
    case.control.note(act, payload);
    case.prevention.note(act, payload);
    match payload {
        // What these say is noted above.
        CaseAct::RequestFiled(_)
        | CaseAct::StepDone { .. }
        | CaseAct::StepLeftOut { .. }
        | CaseAct::StepTakenBack { .. }
        | CaseAct::DifficultySet { .. }
        | CaseAct::ProgressDrafted { .. }
        | CaseAct::ProgressSent { .. }
        | CaseAct::ProgressDelayExplained { .. }
        | CaseAct::CaseMergedInto { .. }
        | CaseAct::CaseMergeReceived { .. }
        | CaseAct::CaseMergeUndone { .. } => {}
        CaseAct::InformationAdded { media, .. } => {
            case.additions = case.additions.saturating_add(1);
            case.media.extend(media.iter().cloned());
        }
        CaseAct::EvidenceAdded { file, .. } => {
            case.evidence = case.evidence.saturating_add(1);
            case.media.push(file.clone());
            case.proof.add_piece(act.version, Some(&file.sha256), None);
            case.assess(act.happened_at);
            case.advance(CaseStage::Assessed);
        }
        CaseAct::CaseTaken { by: to } | CaseAct::CaseTakenOver { to, .. } => {
            case.taken_by = Some(*to);
            case.access.unhanded_at = None;
        }
        CaseAct::CaseAssessed {
            service,
            respond_by,
            sensitive,
            ..
        } => {
            let told_at = match act.actor {
                Actor::Import { .. } => act.happened_at,
                _ => act.happened_at.max(act.recorded_at),
            };
            case.missed_before = case.missed_promise(told_at);
            case.assessed_by = act.actor.officer().or(case.assessed_by);
            first_hour::assessed(&mut case, service, act.happened_at);
            case.service = service.clone();
            case.sensitive = *sensitive;
            case.respond_by = *respond_by;
            case.assess(act.happened_at);
            if let Some(response) = &mut case.response {
                response.late = respond_by.is_some_and(|due| response.at > due);
            }
            case.advance(CaseStage::Assessed);
        }
        CaseAct::OfficerAssigned { officer, .. } => {
            case.assigned_to = Some(*officer);
            case.access.unhanded_at = None;
            case.assess(act.happened_at);
            case.advance(CaseStage::Handled);
        }
        CaseAct::ResponderDispatched { responder } => {
            case.responder(responder, |known| {
                // Sent anew, it is on its way once more; the first response stays what it was.
                known.dispatched_at = Some(act.happened_at);
                known.arrived_at = None;
                known.cleared_at = None;
            });
            case.assess(act.happened_at);
            case.advance(CaseStage::Handled);
        }
        CaseAct::ResponderArrived { responder } => {
            case.responder(responder, |known| {
                let sent = known.dispatched_at.unwrap_or(act.happened_at);
                known.arrived_at = Some(act.happened_at.max(sent));
            });
            case.assess(act.happened_at);
            case.respond(act.happened_at);
            case.first_hour.acted(act.happened_at.max(case.filed_at));
            case.advance(CaseStage::Handled);
        }
        CaseAct::ResponderCleared { responder } => {
            case.responder(responder, |known| {
                let before = known.arrived_at.or(known.dispatched_at);
                known.cleared_at = Some(act.happened_at.max(before.unwrap_or(act.happened_at)));
            });
        }
        CaseAct::ActionTaken { .. } => {
            case.first_hour.acted(act.happened_at.max(case.filed_at));
            case.assess(act.happened_at);
            case.advance(CaseStage::Handled);
        }
        CaseAct::ReporterAnswered { next_news_by, .. } => {
            case.next_news_by = *next_news_by;
            case.assess(act.happened_at);
            case.respond(act.happened_at);
            case.advance(CaseStage::Assessed);
        }
        // A letter is a word to the reporter, and the news that was promised.
        CaseAct::LetterGiven { .. } => {
            case.put_letter(payload);
            case.assess(act.happened_at);
            // One for somebody else is no word to the reporter.
            if case
                .letters
                .last()
                .is_none_or(|letter| !letter.is_on_file())
            {
                case.next_news_by = None;
                case.respond(act.happened_at);
            }
            case.advance(CaseStage::Assessed);
        }
        CaseAct::LetterWithdrawn { letter, .. } => case.take_letter_back(*letter),
        CaseAct::DelayExplained { reason, .. } => {
            case.late_reason = Some(reason.clone());
            case.late_reason_at = Some(act.happened_at);
        }
        CaseAct::SupportOffered { .. } => {
            case.support_offered_at = case.support_offered_at.max(Some(act.happened_at));
            case.assess(act.happened_at);
            case.advance(CaseStage::Assessed);
        }
        CaseAct::OffenceNamed(_)
        | CaseAct::OffenceDropped(_)
        | CaseAct::EvidenceTyped(_)
        | CaseAct::EvidenceLinked(_)
        | CaseAct::EvidenceOut(_)
        | CaseAct::OtherSideSought(_)
        | CaseAct::ProofRefused(_)
        | CaseAct::ProofSubmitted {} => {
            case.proof.change(act, payload);
            case.assess(act.happened_at);
            case.advance(CaseStage::Assessed);
        }
        CaseAct::FileAltered(_) => case.proof.change(act, payload),
        CaseAct::ExhibitTaken(_)
        | CaseAct::HandoverOffered(_)
        | CaseAct::HandoverAccepted(_)
        | CaseAct::HandoverEnded(_)
        | CaseAct::ExhibitMoved(_)
        | CaseAct::ExhibitSent(_)
        | CaseAct::ExhibitBack(_)
        | CaseAct::DisposalProposed(_)
        | CaseAct::DisposalConfirmed(_)
        | CaseAct::DisposalRejected(_)
        | CaseAct::CountDiffered(_)
        | CaseAct::CustodyExplained(_) => {
            case.proof.change_custody(act, payload);
            case.assess(act.happened_at);
            case.advance(CaseStage::Assessed);
        }
        CaseAct::ReviewAsked { review, .. } => {
            triage::asked(&mut case.triage, *review, act.happened_at);
            let review = case.reviews.of_mut(*review);
            review.asked = review.asked.saturating_add(1);
            review.open_since = Some(act.happened_at);
        }
        CaseAct::ReviewAnswered { review, .. } => case.reviews.of_mut(*review).open_since = None,
        CaseAct::CaseClosed {
            outcome,
            keep_months,
            ..
        } => case.close(act, outcome, *keep_months),
        CaseAct::CaseReopened { .. } => case.reopen(act.happened_at),
        CaseAct::ReaderNamed { .. }
        | CaseAct::ReaderRemoved { .. }
        | CaseAct::ConcernedNamed { .. }
        | CaseAct::ConcernedCleared { .. }
        | CaseAct::EmergencyOpened { .. }
        | CaseAct::OpeningReviewed { .. } => case.change_access(act, payload),
        CaseAct::TriageAnswered { .. }
        | CaseAct::TriageDecided { .. }
        | CaseAct::SecondLookGiven { .. }
        | CaseAct::TriageSettled { .. }
        | CaseAct::ChildReports { .. }
        | CaseAct::ReporterIsReported { .. }
        | CaseAct::ReadBackToReporter { .. } => triage::evolve(&mut case, act, payload),
        CaseAct::FirstHourStepDone { .. }
        | CaseAct::RiskRecorded { .. }
        | CaseAct::FirstHourEscalated { .. }
        | CaseAct::EscalationTaken { .. } => first_hour::evolve(&mut case, act, payload),
        // Whoever acts on a case has read it.
        CaseAct::MeasureBegun(begun) => {
            if let (Some(person), Some(by)) = (begun.person, begun.rights_by) {
                case.rights.hurry(person, by);
            }
            case.assess(act.happened_at);
            case.advance(CaseStage::Handled);
        }
        CaseAct::PersonNamed(_)
        | CaseAct::RightsGiven(_)
        | CaseAct::MeasureEnded { .. }
        | CaseAct::MeasureReviewed { .. }
        | CaseAct::PreventionTried { .. }
        | CaseAct::SettlementJudged(_)
        | CaseAct::SettlementAnswered { .. }
        | CaseAct::SettlementAgreed { .. }
        | CaseAct::SettlementEnded { .. } => {
            case.assess(act.happened_at);
            case.advance(CaseStage::Assessed);
        }
        CaseAct::HoldPlaced { ground, reference } => {
            case.hold = Some(Hold {
                since: act.happened_at,
                ground: *ground,
                reference: reference.clone(),
            });
        }
        CaseAct::HoldLifted { .. } => case.hold = None,
        CaseAct::PersonalDataErased { basis, .. } => case.erase(act.recorded_at, *basis),
    }
    Some(case)
}
