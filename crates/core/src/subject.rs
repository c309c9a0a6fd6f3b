//! The subjects of acts, each with its commands, acts, rules and state.
//!
//! `decide` says which acts a command leads to, or which rule stands in the way; `evolve` says how
//! an act changes what is known. Both are pure.

pub mod case;
pub mod encounter;
pub mod erasure;
pub mod feedback;
pub mod officer;
pub mod outage;
pub mod retention;
#[cfg(test)]
mod testing;
pub mod thing;
pub mod unit;
pub mod visit;

use jiff::{SignedDuration, Timestamp};

use crate::pack::{
    FirstHourItem, FirstHourRules, Matter, Measures, ProofLaw, RightsBook, ServiceCode, Step,
    TriageTree,
};

/// How far a sender's clock may run ahead before a moment counts as the future.
pub const CLOCK_TOLERANCE: SignedDuration = SignedDuration::from_mins(2);

/// Longest text an act keeps, in characters; forms say so before it is reached.
pub const TEXT_MAX_CHARS: usize = 5_000;

/// The unit's method as far as the rules ask for it; the pack answers.
///
/// A trait, so that a rule's test states just the method it needs.
pub trait Method {
    /// Whether the unit offers this service.
    fn offers(&self, service: &ServiceCode) -> bool;
    /// Minutes from the request to the first response that the unit promises for a service.
    fn response_minutes(&self, service: &ServiceCode) -> Option<u32>;
    /// Whether cases of this service are shown without their kind and with narrow access.
    fn is_sensitive(&self, service: &ServiceCode) -> bool;
    /// Months for which what identifies people in a case of this service is kept once it is closed.
    fn keep_months(&self, service: &ServiceCode) -> Option<u32>;
    /// Minutes for which an opening in an emergency holds.
    fn emergency_minutes(&self) -> u32;
    /// Whether a case can end with this outcome.
    fn has_outcome(&self, outcome: &str) -> bool;
    /// Whether this is a reason for lateness that the unit knows.
    fn has_late_reason(&self, reason: &str) -> bool;
    /// Whether this is a kind of letter that the unit gives.
    fn has_letter(&self, kind: &str) -> bool;
    /// Whether letters of a kind are for the reporter; others are only made to be put on the case.
    fn letter_is_for_reporter(&self, _kind: &str) -> bool {
        true
    }
    /// Whether this is one of the police functions (S1).
    fn has_function(&self, function: &str) -> bool;
    /// Whether this is one of the roles an officer can have in a contact (S28).
    fn has_role(&self, role: &str) -> bool;
    /// Whether this is one of the things an officer explains in an encounter.
    fn has_explanation(&self, explanation: &str) -> bool;
    /// Whether this is one of the stages of force (S37).
    fn has_force_stage(&self, _stage: &str) -> bool {
        false
    }
    /// The law of proof: offences, evidence, and the codes they stand in (S11).
    fn proof(&self) -> &ProofLaw;
    /// Whether the encounter survey asks this item.
    fn asks(&self, item: &str) -> bool;
    /// What is done in every case of a service (S18); nothing where the method names no steps.
    fn steps(&self, _service: &ServiceCode) -> &[Step] {
        &[]
    }
    /// By when a step is due whose clock started at a moment; `None` where it has none, or none is kept.
    fn step_due(&self, _step: &Step, _from: Timestamp) -> Option<Timestamp> {
        None
    }
    /// Whether required steps keep a case open that was filed at a moment.
    fn steps_bind(&self, _filed_at: Timestamp) -> bool {
        true
    }
    /// Whether reporters of this service get progress notices.
    fn sends_news(&self, _service: &ServiceCode) -> bool {
        false
    }
    /// Whether this is a stage of progress notices.
    fn has_news_stage(&self, _stage: &str) -> bool {
        false
    }
    /// Whether this is one of the unit's words for how hard a case is.
    fn has_difficulty(&self, _difficulty: &str) -> bool {
        false
    }
    /// Whether a progress notice is sent by another person than who wrote it.
    fn news_by_second_person(&self) -> bool {
        false
    }
    /// The triage tree (S10); a method without one proposes nothing.
    fn triage(&self) -> &TriageTree {
        &NO_TREE
    }
    /// Whether a matter can be referred there.
    fn refers(&self, _referral: &str, _matter: Matter) -> bool {
        false
    }
    /// What holds for the first hour of every incident (S8, S9).
    fn first_hour(&self) -> &FirstHourRules {
        &NO_RULES
    }
    /// What is done in the first hour of a service, in order.
    fn first_hour_steps(&self, _service: &ServiceCode) -> &[FirstHourItem] {
        &[]
    }
    /// The rights that are told (S24); `None` where the method has none.
    fn rights(&self) -> Option<&RightsBook> {
        None
    }
    /// Control measures and ways to settle (S37); `None` where the method has none.
    fn measures(&self) -> Option<&Measures> {
        None
    }
}

static NO_TREE: TriageTree = TriageTree {
    root: String::new(),
    questions: Vec::new(),
    outcomes: Vec::new(),
    boundaries: Vec::new(),
};

static NO_RULES: FirstHourRules = FirstHourRules {
    minutes: 60,
    levels: Vec::new(),
    threats: Vec::new(),
    harms: Vec::new(),
    may_happen: Vec::new(),
};

/// When a command is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When what it tells of happened.
    pub happened_at: Timestamp,
    /// When the program hears of it.
    pub recorded_at: Timestamp,
}

impl Moment {
    /// Something told at the moment it happens.
    pub const fn now(at: Timestamp) -> Self {
        Self {
            happened_at: at,
            recorded_at: at,
        }
    }

    /// Whether it is told at the moment it happens.
    pub fn is_now(&self) -> bool {
        self.happened_at == self.recorded_at
    }

    /// Whether it claims to happen later than it is told, beyond [`CLOCK_TOLERANCE`].
    pub fn is_in_the_future(&self) -> bool {
        self.happened_at.duration_since(self.recorded_at) > CLOCK_TOLERANCE
    }
}

/// Whether a sign can be seen. Besides spaces and control signs, Unicode has signs without a shape
/// (zero-width joiners, marks of direction, blank fillers); a reason made of them is no reason.
pub(crate) fn is_visible(sign: char) -> bool {
    let shapeless = matches!(sign,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}');
    !(sign.is_whitespace() || sign.is_control() || shapeless)
}

/// Whether a text has something to read and is not over the limit.
fn text_fault(text: &str) -> Option<TextFault> {
    let chars = text.chars().count();
    if !text.chars().any(is_visible) {
        Some(TextFault::Empty)
    } else if chars > TEXT_MAX_CHARS {
        Some(TextFault::TooLong {
            chars,
            limit: TEXT_MAX_CHARS,
        })
    } else {
        None
    }
}

/// What is wrong with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Nothing to read.
    #[error("text missing")]
    Empty,
    /// More than the record keeps.
    #[error("text too long: {chars} characters, limit {limit}")]
    TooLong {
        /// Characters found.
        chars: usize,
        /// Characters allowed.
        limit: usize,
    },
}
