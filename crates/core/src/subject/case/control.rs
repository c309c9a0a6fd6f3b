//! Control measures on persons and things: what each rests on, what was explained, and until when (S37).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::act::CaseAct;
use super::decide::{follows, needed};
use super::refusal::CaseRefusal;
use super::rights::{Concerned, RightsRefusal, after, book, optional};
use super::state::Case;
use crate::act::{Act, Actor};
use crate::pack::{Measure, MeasureOrder, Measures};
use crate::subject::{Method, Moment};
use crate::value::{EncounterId, OfficerId};

/// Most measures of one case.
pub const MEASURES_MAX: usize = 200;

/// Why nothing was tried before a measure that could wait (S87).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotFirst {
    /// The law does not allow anything less.
    NotLawful,
    /// Anything less would put somebody at risk.
    NotSafe,
}

impl NotFirst {
    /// Both, in the order of the form.
    pub const ALL: [Self; 2] = [Self::NotLawful, Self::NotSafe];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotLawful => "not_lawful",
            Self::NotSafe => "not_safe",
        }
    }

    /// The reason of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }
}

/// A control measure began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureBegun {
    /// Its number in the case, from 1.
    pub measure: u32,
    /// A kind of the pack.
    pub kind: String,
    /// Against whom, a number in the case; `None`: a place, a thing or a crowd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<u32>,
    /// Number and date of the order or the court's leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// The ground, a code of the pack, where it was urgent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ground: Option<String>,
    /// The law it rests on, as the pack had it that day.
    pub law: String,
    /// How it was explained, in the officer's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub explained: String,
    /// Why nothing was tried first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_first: Option<NotFirst>,
    /// The same in the officer's words.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub not_first_text: String,
    /// The encounter in which it was taken, with its record of force.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encounter: Option<EncounterId>,
    /// When it ends at the latest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_by: Option<Timestamp>,
    /// When another officer is to have looked at it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_by: Option<Timestamp>,
    /// When the person is to have been told their rights, where that could not come first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights_by: Option<Timestamp>,
    /// It takes somebody's liberty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub liberty: bool,
}

/// A control measure, as its acts tell it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlMeasure {
    /// How it began.
    pub begun: MeasureBegun,
    /// When.
    pub begun_at: Timestamp,
    /// By whom.
    pub begun_by: Option<OfficerId>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When another officer looked at it, and whether they found it right.
    pub reviewed: Option<(Timestamp, bool)>,
}

impl ControlMeasure {
    /// Whether it was taken without an order, on an urgent ground.
    pub fn is_urgent(&self) -> bool {
        self.begun.ground.is_some()
    }

    /// Whether it has run past its time at a moment.
    pub fn is_over_time(&self, at: Timestamp) -> bool {
        self.ended_at.is_none() && self.begun.ends_by.is_some_and(|by| by < at)
    }

    /// Whether nobody else looked at it in time.
    pub fn owes_review(&self, at: Timestamp) -> bool {
        self.reviewed.is_none() && self.begun.review_by.is_some_and(|by| by < at)
    }
}

/// What is known of control measures.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Control {
    /// Measures, in the order they began.
    pub measures: Vec<ControlMeasure>,
}

impl Control {
    /// The measure with a number.
    pub fn measure(&self, n: u32) -> Option<&ControlMeasure> {
        self.measures.iter().find(|one| one.begun.measure == n)
    }

    /// The earliest time at which a measure has to have ended or been looked at.
    pub fn due_at(&self) -> Option<Timestamp> {
        let due = self.measures.iter().flat_map(|one| {
            let end = one.begun.ends_by.filter(|_| one.ended_at.is_none());
            let review = one.begun.review_by.filter(|_| one.reviewed.is_none());
            [end, review]
        });
        due.flatten().min()
    }

    /// A measure that takes somebody's liberty and has not ended.
    pub fn liberty_taken(&self) -> Option<u32> {
        let lasting = |one: &&ControlMeasure| one.begun.liberty && one.ended_at.is_none();
        let found = self.measures.iter().find(lasting);
        found.map(|one| one.begun.measure)
    }

    fn measure_mut(&mut self, n: u32) -> Option<&mut ControlMeasure> {
        self.measures.iter_mut().find(|one| one.begun.measure == n)
    }

    /// Takes notice of an act.
    pub(super) fn note(&mut self, act: &Act, payload: &CaseAct) {
        match payload {
            CaseAct::MeasureBegun(begun) if self.measures.len() < MEASURES_MAX => {
                self.measures.push(ControlMeasure {
                    begun: begun.clone(),
                    begun_at: act.happened_at,
                    begun_by: act.actor.officer(),
                    ended_at: None,
                    reviewed: None,
                });
            }
            CaseAct::MeasureEnded { measure, .. } => {
                if let Some(one) = self.measure_mut(*measure) {
                    one.ended_at = Some(act.happened_at.max(one.begun_at));
                }
            }
            CaseAct::MeasureReviewed {
                measure, justified, ..
            } => {
                if let Some(one) = self.measure_mut(*measure) {
                    one.reviewed = Some((act.happened_at, *justified));
                }
            }
            CaseAct::PersonalDataErased { .. } => {
                for one in &mut self.measures {
                    one.begun.order = None;
                    one.begun.explained.clear();
                    one.begun.not_first_text.clear();
                }
            }
            _ => {}
        }
    }
}

/// What can be asked about control measures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlCommand {
    /// Record that one began.
    Begin(BeginMeasure),
    /// Record that it ended.
    End {
        /// Which.
        measure: u32,
        /// How it ended, in the officer's words.
        text: String,
    },
    /// Look at a colleague's.
    Review {
        /// Which.
        measure: u32,
        /// Whether it was right.
        justified: bool,
        /// Why, in the officer's words.
        text: String,
    },
}

/// How a measure began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BeginMeasure {
    /// A kind of the pack.
    pub kind: String,
    /// Against whom.
    pub person: Option<u32>,
    /// Number and date of the order; empty: there is none.
    pub order: String,
    /// The urgent ground, a code of the pack; empty: there is none.
    pub ground: String,
    /// How it was explained in plain words.
    pub explained: String,
    /// The person was told where to turn.
    pub remedy_told: bool,
    /// Why nothing was tried first.
    pub not_first: Option<NotFirst>,
    /// The same in the officer's words.
    pub not_first_text: String,
    /// The encounter in which it was taken.
    pub encounter: Option<EncounterId>,
}

impl Case {
    /// What stands open of a measure: rights of whom it was against, or another officer's look at it.
    pub(super) fn measure_owes(&self) -> Option<RightsRefusal> {
        self.control.measures.iter().find_map(|one| {
            let person = one.begun.person.and_then(|n| self.rights.person(n));
            let untold = person.filter(|person| !person.owed.is_empty());
            if let Some(person) = untold {
                return Some(RightsRefusal::RightsFirst { person: person.n });
            }
            let unseen = one.begun.review_by.is_some() && one.reviewed.is_none();
            let measure = one.begun.measure;
            unseen.then_some(RightsRefusal::MeasureUnseen { measure })
        })
    }
}

pub(super) fn measures<M: Method>(method: &M) -> Result<&Measures, CaseRefusal> {
    method.measures().ok_or(CaseRefusal::NotInPack {
        field: "measures",
        word: String::new(),
    })
}

pub(super) fn decide(
    case: &Case,
    command: ControlCommand,
    actor: &Actor,
    moment: Moment,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    match command {
        ControlCommand::Begin(begin) => self::begin(case, begin, moment, method),
        ControlCommand::End { measure, text } => {
            let known = known(case, measure)?;
            if known.ended_at.is_some() {
                return Err(RightsRefusal::MeasureOver.into());
            }
            follows(moment, known.begun_at)?;
            Ok(CaseAct::MeasureEnded {
                measure,
                text: needed("text", text)?,
            })
        }
        ControlCommand::Review {
            measure,
            justified,
            text,
        } => {
            let known = known(case, measure)?;
            if known.reviewed.is_some() {
                return Err(RightsRefusal::MeasureOver.into());
            }
            if actor.officer().is_none() || actor.officer() == known.begun_by {
                return Err(CaseRefusal::OwnDecision);
            }
            Ok(CaseAct::MeasureReviewed {
                measure,
                justified,
                text: needed("text", text)?,
            })
        }
    }
}

fn known(case: &Case, measure: u32) -> Result<&ControlMeasure, CaseRefusal> {
    let known = case.control.measure(measure);
    known.ok_or_else(|| RightsRefusal::NoSuchMeasure.into())
}

/// On what a measure rests: an order, or the ground on which it could not wait for one.
fn basis(
    kind: &Measure,
    pack: &Measures,
    begin: &BeginMeasure,
) -> Result<(Option<String>, Option<String>), CaseRefusal> {
    let order = optional("order", begin.order.clone())?;
    let order = (!order.is_empty() && kind.order != MeasureOrder::None).then_some(order);
    if order.is_some() {
        return Ok((order, None));
    }
    if !begin.ground.is_empty() && kind.urgent {
        if pack.ground(&begin.ground).is_none() {
            return Err(CaseRefusal::NotInPack {
                field: "ground",
                word: begin.ground.clone(),
            });
        }
        return Ok((None, Some(begin.ground.clone())));
    }
    if kind.order == MeasureOrder::None && !kind.urgent {
        return Ok((None, None));
    }
    Err(RightsRefusal::OrderMissing.into())
}

fn begin(
    case: &Case,
    begin: BeginMeasure,
    moment: Moment,
    method: &impl Method,
) -> Result<CaseAct, CaseRefusal> {
    let pack = measures(method)?;
    let Some(kind) = pack.kind(&begin.kind) else {
        return Err(CaseRefusal::NotInPack {
            field: "kind",
            word: begin.kind,
        });
    };
    if case.control.measures.len() >= MEASURES_MAX {
        let limit = MEASURES_MAX;
        return Err(RightsRefusal::TooMany { limit }.into());
    }
    let person = match begin.person {
        Some(n) => Some(case.rights.person(n).ok_or(RightsRefusal::NoSuchPerson)?),
        None if kind.person => return Err(RightsRefusal::PersonMissing.into()),
        None => None,
    };
    if person.is_some_and(|one| !one.roles.iter().any(|role| kind.roles.contains(role))) {
        return Err(RightsRefusal::NotForRole.into());
    }
    let (order, ground) = basis(kind, pack, &begin)?;
    let urgent = ground.is_some();
    let at = moment.happened_at;
    let mut rights_by = None;
    // A measure may be recorded later than it began: what was told after that did not come before it.
    let untold =
        |one: &&Concerned| !one.owed.is_empty() || one.given.iter().any(|given| given.at > at);
    if let Some(one) = person.filter(untold) {
        // Rights come first; only danger puts them off, and not for long (S24).
        if !urgent {
            return Err(RightsRefusal::RightsFirst { person: one.n }.into());
        }
        rights_by = Some(after(at, book(method)?.urgent_minutes));
    }
    let explained = needed("explained", begin.explained)?;
    if !begin.remedy_told {
        return Err(RightsRefusal::RemedyNotTold.into());
    }
    let (mut not_first, mut not_first_text) = (None, String::new());
    if kind.prevent_first && !urgent && case.prevention.tried.is_empty() {
        let Some(why) = begin.not_first else {
            return Err(RightsRefusal::NothingTriedFirst.into());
        };
        not_first = Some(why);
        not_first_text = needed("not_first_text", begin.not_first_text)?;
    }
    let age = person.map_or(Some(false), |one| one.under_18);
    let last = case.control.measures.iter().map(|one| one.begun.measure);
    Ok(CaseAct::MeasureBegun(MeasureBegun {
        measure: last.max().unwrap_or_default().saturating_add(1),
        kind: begin.kind,
        person: begin.person,
        order,
        ground,
        law: kind.law.clone(),
        explained,
        not_first,
        not_first_text,
        encounter: begin.encounter,
        ends_by: kind.longest(age).map(|minutes| after(at, minutes)),
        review_by: kind.review_minutes.map(|minutes| after(at, minutes)),
        rights_by,
        liberty: kind.liberty,
    }))
}
