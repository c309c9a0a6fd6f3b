//! The act: an append-only fact by a named actor about one subject.
//!
//! Nothing in the record is updated or deleted in place. What the program shows is derived from
//! acts and can be derived again. Stored names are for ever: a changed payload gets a new schema
//! version and [`Payload::from_stored`] still reads the old one.

pub mod told;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::place::{AreaCode, Point, StationId};
use crate::subject::case::CaseAct;
use crate::subject::encounter::EncounterAct;
use crate::subject::feedback::FeedbackAct;
use crate::subject::officer::OfficerAct;
use crate::subject::outage::OutageAct;
use crate::subject::thing::ThingAct;
use crate::subject::unit::UnitAct;
use crate::subject::visit::VisitAct;
use crate::value::{
    ActId, CaseId, EncounterId, FeedbackId, OfficerId, OutageId, ThingId, UnitId, VisitId,
};

/// What an act is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Subject {
    /// A request or report and what follows it.
    Case(CaseId),
    /// A meeting of an officer and a member of the community.
    Encounter(EncounterId),
    /// A judgement by a person served.
    Feedback(FeedbackId),
    /// A visit to a front desk.
    Visit(VisitId),
    /// Something that is down, or was.
    Outage(OutageId),
    /// A room or a piece of equipment.
    Thing(ThingId),
    /// An officer's own standing: qualifications and lessons.
    Officer(OfficerId),
    /// The unit itself; there is one in a record, and its identifier is the nil UUID.
    Unit,
}

impl Subject {
    /// The word under which the subject's kind is stored.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Case(_) => "case",
            Self::Encounter(_) => "encounter",
            Self::Feedback(_) => "feedback",
            Self::Visit(_) => "visit",
            Self::Outage(_) => "outage",
            Self::Thing(_) => "thing",
            Self::Officer(_) => "officer",
            Self::Unit => "unit",
        }
    }

    /// The identifier without its kind.
    pub const fn id(&self) -> Uuid {
        match self {
            Self::Case(id) => id.0,
            Self::Encounter(id) => id.0,
            Self::Feedback(id) => id.0,
            Self::Visit(id) => id.0,
            Self::Outage(id) => id.0,
            Self::Thing(id) => id.0,
            Self::Officer(id) => id.0,
            Self::Unit => Uuid::nil(),
        }
    }

    /// The subject stored under a kind word and an identifier; `None` for an unknown kind.
    pub fn from_stored(kind: &str, id: Uuid) -> Option<Self> {
        match kind {
            "case" => Some(Self::Case(CaseId(id))),
            "encounter" => Some(Self::Encounter(EncounterId(id))),
            "feedback" => Some(Self::Feedback(FeedbackId(id))),
            "visit" => Some(Self::Visit(VisitId(id))),
            "outage" => Some(Self::Outage(OutageId(id))),
            "thing" => Some(Self::Thing(ThingId(id))),
            "officer" => Some(Self::Officer(OfficerId(id))),
            "unit" if id.is_nil() => Some(Self::Unit),
            _ => None,
        }
    }
}

/// Who did it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Actor {
    /// A member of the community, with no account; who it is stays sealed apart from the act.
    Citizen,
    /// A member of staff.
    Officer {
        /// The account's identifier.
        id: OfficerId,
    },
    /// The program itself, by a job.
    Program {
        /// The job's name.
        job: String,
    },
    /// A row of another system's records.
    Import {
        /// The source's name, as its mapping file gives it.
        source: String,
    },
}

impl Actor {
    /// The officer who acted, if one did.
    pub const fn officer(&self) -> Option<OfficerId> {
        match self {
            Self::Officer { id } => Some(*id),
            Self::Citizen | Self::Program { .. } | Self::Import { .. } => None,
        }
    }
}

/// Where it was, as far as known, and who answers for the place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ActPlace {
    /// The station that answers there.
    pub station: StationId,
    /// The smallest area answered for, when the place is known that closely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub beat: Option<AreaCode>,
    /// The stratum of the beat, a code of the pack (S46).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stratum: Option<String>,
    /// The point, when one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<Point>,
    /// The place in the words of whoever told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The rule by which the place was resolved, a word of the routing rules.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
}

/// What happened, by subject.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// About a case.
    Case(CaseAct),
    /// About an encounter.
    Encounter(EncounterAct),
    /// About a feedback.
    Feedback(FeedbackAct),
    /// About a visit to a front desk.
    Visit(VisitAct),
    /// About something that is down.
    Outage(OutageAct),
    /// About a room or a piece of equipment.
    Thing(ThingAct),
    /// About an officer's own standing.
    Officer(OfficerAct),
    /// About the unit itself.
    Unit(UnitAct),
}

/// Why a stored payload cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PayloadError {
    /// The program that wrote it was newer, or the record is damaged.
    #[error("act kind {kind:?} with schema {schema} is not known to this version")]
    Unknown {
        /// The stored kind.
        kind: String,
        /// The stored schema version.
        schema: u16,
    },
    /// The text is not what the kind promises.
    #[error("payload of {kind:?} does not read: {fault}")]
    Malformed {
        /// The stored kind.
        kind: String,
        /// What the reader said; it names keys, never values.
        fault: String,
    },
}

/// The schema version written today for every kind.
pub const SCHEMA: u16 = 1;

impl Payload {
    /// The stored name of what happened, such as `case.request_filed`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Case(act) => act.kind(),
            Self::Encounter(act) => act.kind(),
            Self::Feedback(act) => act.kind(),
            Self::Visit(act) => act.kind(),
            Self::Outage(act) => act.kind(),
            Self::Thing(act) => act.kind(),
            Self::Officer(act) => act.kind(),
            Self::Unit(act) => act.kind(),
        }
    }

    /// The payload as stored text.
    ///
    /// # Errors
    /// [`PayloadError::Malformed`] if it cannot be written; no payload of this version does that.
    pub fn to_stored(&self) -> Result<String, PayloadError> {
        let written = match self {
            Self::Case(act) => serde_json::to_string(act),
            Self::Encounter(act) => serde_json::to_string(act),
            Self::Feedback(act) => serde_json::to_string(act),
            Self::Visit(act) => serde_json::to_string(act),
            Self::Outage(act) => serde_json::to_string(act),
            Self::Thing(act) => serde_json::to_string(act),
            Self::Officer(act) => serde_json::to_string(act),
            Self::Unit(act) => serde_json::to_string(act),
        };
        written.map_err(|fault| PayloadError::Malformed {
            kind: self.kind().to_owned(),
            fault: fault.to_string(),
        })
    }

    /// Reads a stored payload of any schema version ever written.
    ///
    /// # Errors
    /// [`PayloadError`] for kinds or schemas of a newer program and for damaged text.
    pub fn from_stored(kind: &str, schema: u16, text: &str) -> Result<Self, PayloadError> {
        let unknown = || PayloadError::Unknown {
            kind: kind.to_owned(),
            schema,
        };
        if schema != SCHEMA {
            return Err(unknown());
        }
        let malformed = |fault: serde_json::Error| PayloadError::Malformed {
            kind: kind.to_owned(),
            // Only the category and position: the text around may hold what a person wrote.
            fault: format!("{:?} at column {}", fault.classify(), fault.column()),
        };
        let payload = match kind.split_once('.') {
            Some(("case", _)) => Self::Case(serde_json::from_str(text).map_err(malformed)?),
            Some(("encounter", _)) => {
                Self::Encounter(serde_json::from_str(text).map_err(malformed)?)
            }
            Some(("feedback", _)) => Self::Feedback(serde_json::from_str(text).map_err(malformed)?),
            Some(("visit", _)) => Self::Visit(serde_json::from_str(text).map_err(malformed)?),
            Some(("outage", _)) => Self::Outage(serde_json::from_str(text).map_err(malformed)?),
            Some(("thing", _)) => Self::Thing(serde_json::from_str(text).map_err(malformed)?),
            Some(("officer", _)) => Self::Officer(serde_json::from_str(text).map_err(malformed)?),
            Some(("unit", _)) => Self::Unit(serde_json::from_str(text).map_err(malformed)?),
            _ => return Err(unknown()),
        };
        if payload.kind() == kind {
            Ok(payload)
        } else {
            Err(unknown())
        }
    }
}

/// One fact in the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Act {
    /// Identifier, sorted by time.
    pub id: ActId,
    /// The unit that owns the record.
    pub unit: UnitId,
    /// What it is about.
    pub subject: Subject,
    /// Its place in the subject's history, from 1.
    pub version: u32,
    /// Who did it.
    pub actor: Actor,
    /// When it happened; an officer's telephone may have been offline for a day.
    pub happened_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Where, as far as known.
    pub place: Option<ActPlace>,
    /// What happened.
    pub payload: Payload,
}
