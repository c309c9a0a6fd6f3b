//! An encounter: an officer and a member of the community meet (S4).
//!
//! It is the core record: who, where, when, for which service, under which of the four police
//! functions (S1) and in which of the four roles (S28), and what was explained. Force and control
//! need a stated legal basis (S37).

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::act::{Act, ActPlace, Actor, Payload};
use crate::pack::ServiceCode;
use crate::subject::erasure::{Erased, ErasureBasis};
use crate::subject::{Method, Moment, TextFault, text_fault};
use crate::value::{CaseId, OfficerId, PersonId, SecretHash};

/// How long a rating code works, in days (UX page 6).
pub const RATING_DAYS: i64 = 30;

/// How long after it happened an encounter can be recorded, in days. An officer's telephone may
/// be offline for a day; a week leaves room for a lost one without inviting invention.
pub const RECORD_WITHIN_DAYS: i64 = 7;

/// Most explanations one encounter can list.
const EXPLANATIONS_MAX: usize = 20;

/// As what the person took part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonCapacity {
    /// Reported something.
    Reporter,
    /// Was harmed.
    Victim,
    /// Saw or heard.
    Witness,
    /// Is suspected.
    Suspect,
    /// Asked for a service or advice.
    Applicant,
    /// Lives or works there.
    Resident,
}

impl PersonCapacity {
    /// All of them, in the order shown.
    pub const ALL: [Self; 6] = [
        Self::Reporter,
        Self::Victim,
        Self::Witness,
        Self::Suspect,
        Self::Applicant,
        Self::Resident,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reporter => "reporter",
            Self::Victim => "victim",
            Self::Witness => "witness",
            Self::Suspect => "suspect",
            Self::Applicant => "applicant",
            Self::Resident => "resident",
        }
    }

    /// The capacity of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|capacity| capacity.as_str() == word)
    }
}

/// An officer met somebody. Recorded by that officer; it asserts their side of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct EncounterRecorded {
    /// The officer who met the person.
    pub officer: OfficerId,
    /// The person; details are sealed elsewhere. `None`: no name was asked or given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// As what the person took part.
    pub capacity: PersonCapacity,
    /// The case it was about, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<CaseId>,
    /// The service given.
    pub service: ServiceCode,
    /// The police function served (S1).
    pub function: String,
    /// The role the officer had (S28).
    pub role: String,
    /// What was explained, as words of the pack.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub explained: Vec<String>,
    /// Force or a coercive measure was used.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub force_used: bool,
    /// How far the force went at most, a stage of the pack (S19, S37); acts of before do not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force_stage: Option<String>,
    /// The legal basis, where there was force or control (S37).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legal_basis: Option<String>,
    /// What was seen and heard, in the officer's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Keyed hash of the rating code on the card given to the person.
    pub rating_code: SecretHash,
    /// The last moment the code works.
    pub rate_by: Timestamp,
    /// Made up for a demonstration.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

/// A fact about an encounter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
#[expect(
    clippy::large_enum_variant,
    reason = "acts are few in memory at a time, and read plainly"
)]
pub enum EncounterAct {
    /// An officer met somebody.
    EncounterRecorded(EncounterRecorded),
    /// Something recorded was put right; the first record stays readable.
    EncounterCorrected {
        /// What is right, in the officer's words.
        text: String,
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

impl EncounterAct {
    /// The stored name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::EncounterRecorded(_) => "encounter.encounter_recorded",
            Self::EncounterCorrected { .. } => "encounter.encounter_corrected",
            Self::PersonalDataErased { .. } => "encounter.personal_data_erased",
        }
    }
}

/// What can be asked of an encounter.
#[derive(Debug, Clone, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a command lives as long as the form it came from"
)]
pub enum EncounterCommand {
    /// Record that an officer met somebody.
    Record {
        /// The officer.
        officer: OfficerId,
        /// The person.
        person: Option<PersonId>,
        /// As what they took part.
        capacity: PersonCapacity,
        /// The case it was about.
        case: Option<CaseId>,
        /// The service given.
        service: ServiceCode,
        /// The police function served.
        function: String,
        /// The officer's role.
        role: String,
        /// What was explained.
        explained: Vec<String>,
        /// Force or a coercive measure was used.
        force_used: bool,
        /// How far it went at most, a stage of the pack; `None`: nobody said.
        force_stage: Option<String>,
        /// The legal basis.
        legal_basis: Option<String>,
        /// Seen and heard.
        note: Option<String>,
        /// Keyed hash of the rating code.
        rating_code: SecretHash,
        /// Made up for a demonstration.
        simulated: bool,
    },
    /// Put something right.
    Correct {
        /// What is right.
        text: String,
    },
    /// Erase what identifies persons in it.
    ErasePersonalData {
        /// Why the law allows it.
        basis: ErasureBasis,
        /// The request's letter or the ground in law.
        ground: Option<String>,
    },
}

/// The rule that stood in the way of a command about an encounter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncounterRefusal {
    /// No such encounter.
    #[error("encounter not recorded")]
    NotRecorded,
    /// It exists already.
    #[error("encounter already recorded")]
    AlreadyRecorded,
    /// A moment after now.
    #[error("moment is in the future: {at}")]
    InTheFuture {
        /// The moment given.
        at: Timestamp,
    },
    /// Told too late to be relied upon.
    #[error("happened {at}, more than {limit_days} days before it was recorded")]
    TooLongAgo {
        /// The moment given.
        at: Timestamp,
        /// The limit.
        limit_days: i64,
    },
    /// An officer met somebody somewhere (S4).
    #[error("place missing")]
    PlaceMissing,
    /// The unit does not offer this service.
    #[error("service {0:?} is not offered")]
    ServiceNotOffered(String),
    /// The unit's method has no such word.
    #[error("{field}: {word:?} is not in the pack")]
    NotInPack {
        /// The field of the command.
        field: &'static str,
        /// The word given.
        word: String,
    },
    /// More explanations than one meeting holds.
    #[error("too many explanations: {found}, limit {limit}")]
    TooManyExplanations {
        /// How many were given.
        found: usize,
        /// How many are kept.
        limit: usize,
    },
    /// Force was used and no legal basis stated (S37).
    #[error("force was used: legal basis missing")]
    BasisMissing,
    /// A stage of force was stated where no force was used.
    #[error("a stage of force and no force")]
    StageWithoutForce,
    /// A text is missing or too long.
    #[error("{field}: {fault}")]
    Text {
        /// The field of the command.
        field: &'static str,
        /// What is wrong with it.
        fault: TextFault,
    },
    /// It was erased.
    #[error("personal data was erased already")]
    AlreadyErased,
    /// Only the officer who met the person may do this.
    #[error("only the officer who recorded the encounter may do this")]
    NotYours,
}

/// What is known of an encounter.
#[derive(Debug, Clone, PartialEq)]
pub struct Encounter {
    /// How many acts it has.
    pub version: u32,
    /// What was recorded at first. The rating code stays the one on the card: were an officer able
    /// to replace it, they could silence the one who holds the card (S5).
    pub recorded: EncounterRecorded,
    /// When they met.
    pub happened_at: Timestamp,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// Where they met.
    pub place: Option<ActPlace>,
    /// What was put right later, oldest first.
    pub corrections: Vec<String>,
    /// What identifies persons was erased.
    pub erased: Option<Erased>,
}

impl Encounter {
    /// From when the time is counted for which what identifies persons is kept; `None`: it was erased.
    pub fn kept_from(&self) -> Option<Timestamp> {
        self.erased.is_none().then_some(self.happened_at)
    }
}

/// What a command about an encounter leads to.
///
/// `place` is where they met, as the act will carry it; only another system's records may lack it.
///
/// # Errors
/// [`EncounterRefusal`], naming the rule that stood in the way.
pub fn decide(
    encounter: Option<&Encounter>,
    command: EncounterCommand,
    actor: &Actor,
    moment: Moment,
    place: Option<&ActPlace>,
    method: &impl Method,
) -> Result<Vec<EncounterAct>, EncounterRefusal> {
    if moment.is_in_the_future() {
        return Err(EncounterRefusal::InTheFuture {
            at: moment.happened_at,
        });
    }
    match (encounter, command) {
        (Some(_), EncounterCommand::Record { .. }) => Err(EncounterRefusal::AlreadyRecorded),
        (None, command @ EncounterCommand::Record { .. }) => {
            record(command, actor, moment, place, method)
                .map(|recorded| vec![EncounterAct::EncounterRecorded(recorded)])
        }
        (None, _) => Err(EncounterRefusal::NotRecorded),
        (Some(known), EncounterCommand::ErasePersonalData { basis, ground }) => {
            match known.erased {
                Some(_) => Err(EncounterRefusal::AlreadyErased),
                None => Ok(vec![EncounterAct::PersonalDataErased { basis, ground }]),
            }
        }
        (Some(known), command) => {
            if actor.officer() != Some(known.recorded.officer) {
                return Err(EncounterRefusal::NotYours);
            }
            match command {
                // Nothing about persons comes back to where it was erased.
                EncounterCommand::Correct { .. } if known.erased.is_some() => {
                    Err(EncounterRefusal::AlreadyErased)
                }
                EncounterCommand::Correct { text } => match text_fault(&text) {
                    Some(fault) => Err(EncounterRefusal::Text {
                        field: "text",
                        fault,
                    }),
                    None => Ok(vec![EncounterAct::EncounterCorrected { text }]),
                },
                EncounterCommand::Record { .. } | EncounterCommand::ErasePersonalData { .. } => {
                    Err(EncounterRefusal::AlreadyRecorded)
                }
            }
        }
    }
}

fn record(
    command: EncounterCommand,
    actor: &Actor,
    moment: Moment,
    place: Option<&ActPlace>,
    method: &impl Method,
) -> Result<EncounterRecorded, EncounterRefusal> {
    let EncounterCommand::Record {
        officer,
        person,
        capacity,
        case,
        service,
        function,
        role,
        explained,
        force_used,
        force_stage,
        legal_basis,
        note,
        rating_code,
        simulated,
    } = command
    else {
        return Err(EncounterRefusal::NotRecorded);
    };
    let imported = matches!(actor, Actor::Import { .. } | Actor::Program { .. });
    let since = moment.recorded_at.duration_since(moment.happened_at);
    if !imported && since > SignedDuration::from_hours(24 * RECORD_WITHIN_DAYS) {
        let limit_days = RECORD_WITHIN_DAYS;
        return Err(EncounterRefusal::TooLongAgo {
            at: moment.happened_at,
            limit_days,
        });
    }
    if !imported && actor.officer() != Some(officer) {
        return Err(EncounterRefusal::NotYours);
    }
    if !imported && place.is_none() {
        return Err(EncounterRefusal::PlaceMissing);
    }
    if !method.offers(&service) {
        return Err(EncounterRefusal::ServiceNotOffered(service.to_string()));
    }
    if !method.has_function(&function) {
        return Err(EncounterRefusal::NotInPack {
            field: "function",
            word: function,
        });
    }
    if !method.has_role(&role) {
        return Err(EncounterRefusal::NotInPack {
            field: "role",
            word: role,
        });
    }
    if explained.len() > EXPLANATIONS_MAX {
        let found = explained.len();
        return Err(EncounterRefusal::TooManyExplanations {
            found,
            limit: EXPLANATIONS_MAX,
        });
    }
    if let Some(word) = explained.iter().find(|word| !method.has_explanation(word)) {
        let word = word.clone();
        return Err(EncounterRefusal::NotInPack {
            field: "explained",
            word,
        });
    }
    let to_read = |text: &String| text_fault(text) != Some(TextFault::Empty);
    let legal_basis = legal_basis.filter(to_read);
    let note = note.filter(to_read);
    let force_stage = force_stage.filter(to_read);
    if let Some(word) = &force_stage {
        if !force_used {
            return Err(EncounterRefusal::StageWithoutForce);
        }
        if !method.has_force_stage(word) {
            return Err(EncounterRefusal::NotInPack {
                field: "force_stage",
                word: word.clone(),
            });
        }
    }
    if force_used && legal_basis.is_none() {
        return Err(EncounterRefusal::BasisMissing);
    }
    for (field, text) in [("legal_basis", &legal_basis), ("note", &note)] {
        if let Some(fault) = text.as_deref().and_then(text_fault) {
            return Err(EncounterRefusal::Text { field, fault });
        }
    }
    let rate_by = moment
        .happened_at
        .checked_add(SignedDuration::from_hours(24 * RATING_DAYS))
        .unwrap_or(Timestamp::MAX);
    Ok(EncounterRecorded {
        officer,
        person,
        capacity,
        case,
        service,
        function,
        role,
        explained,
        force_used,
        force_stage,
        legal_basis,
        note,
        rating_code,
        rate_by,
        simulated,
    })
}

/// How an act changes what is known of an encounter.
pub fn evolve(encounter: Option<Encounter>, act: &Act) -> Option<Encounter> {
    let Payload::Encounter(payload) = &act.payload else {
        return encounter;
    };
    match (encounter, payload) {
        (None, EncounterAct::EncounterRecorded(recorded)) => Some(Encounter {
            version: act.version,
            recorded: recorded.clone(),
            happened_at: act.happened_at,
            recorded_at: act.recorded_at,
            place: act.place.clone(),
            corrections: Vec::new(),
            erased: None,
        }),
        (None, _) => None,
        (Some(mut known), payload) => {
            known.version = act.version;
            match payload {
                EncounterAct::EncounterRecorded(_) => {}
                EncounterAct::EncounterCorrected { text } => known.corrections.push(text.clone()),
                EncounterAct::PersonalDataErased { basis, .. } => {
                    known.erased = Some(Erased {
                        at: act.recorded_at,
                        basis: *basis,
                    });
                    known.recorded.note = None;
                    known.corrections.iter_mut().for_each(String::clear);
                    if let Some(place) = &mut known.place {
                        place.point = None;
                        place.text = None;
                    }
                }
            }
            Some(known)
        }
    }
}

#[cfg(test)]
mod tests;
