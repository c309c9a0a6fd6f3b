//! Who may know a case: whom the chief named, whom the report is about, and who opened it in an
//! emergency (S45).
//!
//! Whether somebody may open it at all is asked of the policies, with what stands here; the rules
//! here are those that no policy can change: whoever a report is about does nothing in it, and
//! nobody reviews their own opening.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::act::CaseAct;
use super::command::CaseCommand;
use super::decide::needed;
use super::refusal::CaseRefusal;
use super::state::Case;
use crate::act::{Act, Actor};
use crate::subject::{Method, Moment};
use crate::value::OfficerId;

/// Most people named to read one case.
pub const READERS_MAX: usize = 20;

/// Most officers one report is about.
pub const CONCERNED_MAX: usize = 20;

/// Most openings of one case in an emergency. Who needs it more often is named by the chief.
pub const OPENINGS_MAX: usize = 50;

/// One opening in an emergency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// Who opened it.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
    /// Until when it holds.
    pub until: Timestamp,
    /// What a colleague found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<OpeningReview>,
}

/// What a colleague found of an opening.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningReview {
    /// Who.
    pub by: OfficerId,
    /// When.
    pub at: Timestamp,
    /// Whether there was need of it.
    pub justified: bool,
}

/// Who may know a case, apart from who has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CaseAccess {
    /// Whom the chief named to read it, in the order named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<OfficerId>,
    /// Whom the report is about: officers who neither read nor handle it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub concerned: Vec<OfficerId>,
    /// Openings in an emergency, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub openings: Vec<Opening>,
    /// Since when nobody has it, because who had it was named as one it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unhanded_at: Option<Timestamp>,
}

impl CaseAccess {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the report is about an officer.
    pub fn is_about(&self, officer: OfficerId) -> bool {
        self.concerned.contains(&officer)
    }

    /// Whether an officer holds it open in an emergency at a moment.
    pub fn is_open_for(&self, officer: OfficerId, now: Timestamp) -> bool {
        let mut all = self.openings.iter();
        all.any(|opening| opening.by == officer && opening.at <= now && now < opening.until)
    }

    /// Since when the oldest opening waits for a review.
    pub fn unreviewed_since(&self) -> Option<Timestamp> {
        let waiting = self.openings.iter().filter(|known| known.review.is_none());
        waiting.map(|opening| opening.at).min()
    }

    /// When it was last opened in an emergency.
    pub fn last_opened_at(&self) -> Option<Timestamp> {
        self.openings.iter().map(|opening| opening.at).max()
    }
}

impl Case {
    /// Whether an officer has it: serves it at the desk or handles it.
    pub fn is_with(&self, officer: OfficerId) -> bool {
        self.taken_by == Some(officer) || self.assigned_to == Some(officer)
    }

    /// Takes the case from an officer it is about, with everything that opened it to them.
    fn separate(&mut self, officer: OfficerId, at: Timestamp) {
        if self.is_with(officer) {
            self.access.unhanded_at = Some(at);
        }
        self.taken_by = self.taken_by.filter(|by| *by != officer);
        self.assigned_to = self.assigned_to.filter(|to| *to != officer);
        self.access.named.retain(|named| *named != officer);
        if !self.access.concerned.contains(&officer) {
            self.access.concerned.push(officer);
        }
    }

    /// How an act about who may know it changes that.
    pub(super) fn change_access(&mut self, act: &Act, payload: &CaseAct) {
        match payload {
            CaseAct::ReaderNamed { officer, .. } => {
                self.access.named.retain(|named| named != officer);
                self.access.named.push(*officer);
            }
            CaseAct::ReaderRemoved { officer, .. } => {
                self.access.named.retain(|named| named != officer);
            }
            CaseAct::ConcernedNamed { officer, .. } => self.separate(*officer, act.happened_at),
            CaseAct::ConcernedCleared { officer, .. } => {
                self.access.concerned.retain(|known| known != officer);
            }
            CaseAct::EmergencyOpened { until, .. } => {
                if let Some(by) = act.actor.officer() {
                    self.access.openings.push(Opening {
                        by,
                        at: act.recorded_at,
                        until: *until,
                        review: None,
                    });
                }
            }
            CaseAct::OpeningReviewed {
                opening, justified, ..
            } => {
                if let Some(by) = act.actor.officer() {
                    let review = OpeningReview {
                        by,
                        at: act.happened_at,
                        justified: *justified,
                    };
                    self.review_opening(*opening, review);
                }
            }
            _ => {}
        }
    }

    fn review_opening(&mut self, opening: u32, review: OpeningReview) {
        if let Some(known) = nth(&mut self.access.openings, opening) {
            known.review = Some(review);
        }
    }
}

fn nth(openings: &mut [Opening], n: u32) -> Option<&mut Opening> {
    openings.get_mut(usize::try_from(n).ok()?.checked_sub(1)?)
}

/// Refuses whoever a report is about, in whatever they ask; and to give it to one of them.
pub(super) fn separated(
    case: &Case,
    actor: &Actor,
    given_to: Option<OfficerId>,
) -> Result<(), CaseRefusal> {
    if actor.officer().is_some_and(|by| case.access.is_about(by)) {
        return Err(CaseRefusal::Concerned);
    }
    match given_to.filter(|officer| case.access.is_about(*officer)) {
        Some(officer) => Err(CaseRefusal::OfficerConcerned { officer }),
        None => Ok(()),
    }
}

/// What a command about who may know a case leads to.
pub(super) fn decide(
    case: &Case,
    command: CaseCommand,
    actor: &Actor,
    moment: Moment,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    match command {
        CaseCommand::NameReader { officer, reason } => name_reader(case, officer, reason, actor),
        CaseCommand::RemoveReader { officer, reason } => {
            remove_reader(case, officer, reason).map(|act| vec![act])
        }
        CaseCommand::NameConcerned { officer, reason } => name_concerned(case, officer, reason),
        CaseCommand::ClearConcerned { officer, reason } => {
            clear_concerned(case, officer, reason).map(|act| vec![act])
        }
        CaseCommand::OpenInEmergency { reason } => open(case, reason, actor, moment, method),
        CaseCommand::ReviewOpening {
            opening,
            justified,
            text,
        } => review(case, opening, justified, text, actor).map(|act| vec![act]),
        _ => Ok(Vec::new()),
    }
}

/// Names somebody to read it; whoever is named already stays so. Nobody names themselves, but where the
/// reporter asked for somebody else to look at it (S40): who needs it otherwise is named by another
/// chief, or opens it in an emergency, which is reviewed.
fn name_reader(
    case: &Case,
    officer: OfficerId,
    reason: String,
    actor: &Actor,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    if actor.officer() == Some(officer) && case.reviews.open_since().is_none() {
        return Err(CaseRefusal::OwnDecision);
    }
    if case.access.named.contains(&officer) {
        return Ok(Vec::new());
    }
    if case.access.named.len() >= READERS_MAX {
        let limit = READERS_MAX;
        return Err(CaseRefusal::TooManyNamed { limit });
    }
    let reason = needed("reason", reason)?;
    Ok(vec![CaseAct::ReaderNamed { officer, reason }])
}

fn remove_reader(case: &Case, officer: OfficerId, reason: String) -> Result<CaseAct, CaseRefusal> {
    if !case.access.named.contains(&officer) {
        return Err(CaseRefusal::NotNamed);
    }
    let reason = needed("reason", reason)?;
    Ok(CaseAct::ReaderRemoved { officer, reason })
}

/// Records whom the report is about; whoever is known already stays so.
fn name_concerned(
    case: &Case,
    officer: OfficerId,
    reason: String,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    if case.access.is_about(officer) {
        return Ok(Vec::new());
    }
    if case.access.concerned.len() >= CONCERNED_MAX {
        let limit = CONCERNED_MAX;
        return Err(CaseRefusal::TooManyNamed { limit });
    }
    let reason = needed("reason", reason)?;
    Ok(vec![CaseAct::ConcernedNamed { officer, reason }])
}

fn clear_concerned(
    case: &Case,
    officer: OfficerId,
    reason: String,
) -> Result<CaseAct, CaseRefusal> {
    if !case.access.is_about(officer) {
        return Err(CaseRefusal::NotNamed);
    }
    let reason = needed("reason", reason)?;
    Ok(CaseAct::ConcernedCleared { officer, reason })
}

/// Opens it for a short time; whoever holds it open already does not open it again.
fn open(
    case: &Case,
    reason: String,
    actor: &Actor,
    moment: Moment,
    method: &impl Method,
) -> Result<Vec<CaseAct>, CaseRefusal> {
    let by = actor.officer().ok_or(CaseRefusal::StaffOnly)?;
    // An opening is told as it happens: nobody opens a case for an hour that is over.
    let at = moment.recorded_at;
    if case.access.is_open_for(by, at) {
        return Ok(Vec::new());
    }
    if case.access.openings.len() >= OPENINGS_MAX {
        let limit = OPENINGS_MAX;
        return Err(CaseRefusal::TooManyOpenings { limit });
    }
    let reason = needed("reason", reason)?;
    let minutes = SignedDuration::from_mins(i64::from(method.emergency_minutes()));
    Ok(vec![CaseAct::EmergencyOpened {
        reason,
        until: at.checked_add(minutes).unwrap_or(at),
    }])
}

/// Reviews an opening; never one's own, and not twice.
fn review(
    case: &Case,
    opening: u32,
    justified: bool,
    text: String,
    actor: &Actor,
) -> Result<CaseAct, CaseRefusal> {
    let by = actor.officer().ok_or(CaseRefusal::StaffOnly)?;
    let place = usize::try_from(opening).ok().and_then(|n| n.checked_sub(1));
    let known = place.and_then(|place| case.access.openings.get(place));
    let known = known.ok_or(CaseRefusal::NoSuchOpening)?;
    if known.by == by {
        return Err(CaseRefusal::OwnDecision);
    }
    if known.review.is_some() {
        return Err(CaseRefusal::OpeningReviewed);
    }
    Ok(CaseAct::OpeningReviewed {
        opening,
        justified,
        text: needed("text", text)?,
    })
}
