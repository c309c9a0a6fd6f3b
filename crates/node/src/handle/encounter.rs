//! Commands about an encounter.

use jiff::Timestamp;
use pengayom_core::act::{Act, Actor, Payload, Subject};
use pengayom_core::pack::ServiceCode;
use pengayom_core::subject::encounter::{
    self, Encounter, EncounterAct, EncounterCommand, EncounterRefusal, PersonCapacity,
};
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::value::{CaseId, CommandId, EncounterId, PersonId, SecretDigits};
use pengayom_store::views::{self, State};
use pengayom_store::{Append, CommandRecord, Erase};

use super::command::fingerprint;
use super::once::Once;
use super::person::place_that_stays;
use super::place::PlaceInput;
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;
use crate::keys::Purpose;
use crate::seal::PersonDetails;

/// An encounter as the officer records it.
#[derive(Debug, Clone)]
pub struct RecordEncounter {
    /// Made by the asker: sending twice gives one record and the same card.
    pub command: CommandId,
    /// Who was met, as far as asked.
    pub person: PersonDetails,
    /// As what they took part.
    pub capacity: PersonCapacity,
    /// The case it was about.
    pub case: Option<CaseId>,
    /// The service given.
    pub service: ServiceCode,
    /// The police function served (S1).
    pub function: String,
    /// The officer's role (S28).
    pub role: String,
    /// What was explained.
    pub explained: Vec<String>,
    /// Force or a coercive measure was used.
    pub force_used: bool,
    /// How far it went at most, a stage of the pack.
    pub force_stage: Option<String>,
    /// The legal basis.
    pub legal_basis: Option<String>,
    /// Seen and heard.
    pub note: Option<String>,
    /// Where they met.
    pub place: PlaceInput,
    /// When they met; `None`: now.
    pub happened_at: Option<Timestamp>,
    /// Made up for a demonstration.
    pub simulated: bool,
}

/// What the officer gets: the card to give.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The encounter.
    pub encounter: EncounterId,
    /// The rating code on the card.
    pub code: SecretDigits,
    /// The last moment it works.
    pub rate_by: Timestamp,
    /// When they met.
    pub happened_at: Timestamp,
    /// It had been sent before; this is the first answer.
    pub repeated: bool,
}

/// The card by which the person met judges the encounter (S5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingCard {
    /// The rating code.
    pub code: SecretDigits,
    /// The last moment it works.
    pub rate_by: Timestamp,
}

/// An encounter with its history.
#[derive(Debug, Clone)]
pub struct EncounterHistory {
    /// Identifier.
    pub id: EncounterId,
    /// What is known now.
    pub encounter: Encounter,
    /// Everything that happened, oldest first.
    pub acts: Vec<Act>,
}

impl Node {
    /// Records an encounter of the staff member and makes the rating card.
    ///
    /// # Errors
    /// See [`HandleError`].
    pub async fn record_encounter(
        &self,
        by: &Staff,
        record: RecordEncounter,
    ) -> Result<Recorded, HandleError> {
        by.require(Permission::RecordEncounter)?;
        if let Some(case) = record.case {
            let known = self.history(case).await?;
            self.require_case(by, Permission::ReadCase, &known.case)?;
        }
        let unit = self.unit();
        let actor = by.actor();
        let moment = self.moment(record.happened_at);
        let asked = asked(by, &record);
        let place = unit.resolve(&record.place)?;
        let id = EncounterId(self.new_id());
        let code = self.rating_code(id);
        let person = if record.person.is_empty() {
            None
        } else {
            let id = PersonId(self.new_id());
            Some(self.seal_person(id, &record.person, moment.recorded_at)?)
        };
        let decided = encounter::decide(
            None,
            EncounterCommand::Record {
                officer: by.id,
                person: person.as_ref().map(|person| person.id),
                capacity: record.capacity,
                case: record.case,
                service: record.service,
                function: record.function,
                role: record.role,
                explained: record.explained,
                force_used: record.force_used,
                force_stage: record.force_stage,
                legal_basis: record.legal_basis,
                note: record.note,
                rating_code: self.hash(Purpose::RatingCode, code.plain().as_bytes()),
                simulated: record.simulated,
            },
            &actor,
            moment,
            Some(&place),
            &unit.method(),
        )?;
        let subject = Subject::Encounter(id);
        let acts = self.new_acts(decided, &actor, moment, Some(&place), Payload::Encounter);
        let mut append = Append::new(unit.id.clone(), subject, None, acts);
        append.command = Some(CommandRecord {
            id: record.command,
            fingerprint: self.command_fingerprint(asked),
        });
        append.persons = person.into_iter().collect();
        let appended = self.store.append(append).await?;
        self.announce(&appended);
        let (Subject::Encounter(encounter), Some(act)) = (appended.subject, appended.acts.first())
        else {
            return Err(HandleError::NotFound("encounter"));
        };
        let Payload::Encounter(EncounterAct::EncounterRecorded(recorded)) = &act.payload else {
            return Err(HandleError::NotFound("encounter"));
        };
        Ok(Recorded {
            encounter,
            // A repeated command gets the card of the first encounter.
            code: self.rating_code(encounter),
            rate_by: recorded.rate_by,
            happened_at: act.happened_at,
            repeated: appended.repeated,
        })
    }

    /// An encounter with its history, for the officer who recorded it, and for those who read
    /// the board.
    ///
    /// # Errors
    /// [`HandleError::NotFound`], [`HandleError::NotAllowed`], or the store's.
    pub async fn encounter_history(
        &self,
        by: &Staff,
        id: EncounterId,
    ) -> Result<EncounterHistory, HandleError> {
        let history = self.known_encounter(id).await?;
        if history.encounter.recorded.officer != by.id {
            by.require(Permission::ReadBoard)?;
            // What was written of a case is shut where the case is.
            if let Some(case) = history.encounter.recorded.case {
                let known = self.known_case(case).await?;
                self.require_case(by, Permission::ReadCase, &known)?;
            }
        }
        Ok(history)
    }

    /// Puts something right in an encounter; the first record stays readable.
    ///
    /// # Errors
    /// See [`HandleError`].
    pub async fn correct_encounter(
        &self,
        by: &Staff,
        id: EncounterId,
        text: String,
    ) -> Result<EncounterHistory, HandleError> {
        by.require(Permission::RecordEncounter)?;
        self.append_to_encounter(by, id, EncounterCommand::Correct { text }, None)
            .await
    }

    /// [`Node::correct_encounter`] for a command that may be sent again. `seen` is the version the
    /// asker looked at: when given, anything written since is a [`HandleError::Conflict`].
    ///
    /// # Errors
    /// As [`Node::correct_encounter`]; [`pengayom_store::StoreError::CommandReused`].
    pub async fn correct_encounter_once(
        &self,
        by: &Staff,
        id: EncounterId,
        seen: Option<u32>,
        text: String,
        once: Once,
    ) -> Result<EncounterHistory, HandleError> {
        by.require(Permission::RecordEncounter)?;
        // Its officer alone may put it right, and is told alone what became of it.
        let known = self.encounter_history(by, id).await?;
        if self.done_before(Some(once)).await?.is_some() {
            return Ok(known);
        }
        if seen.is_some_and(|seen| seen != known.encounter.version) {
            return Err(HandleError::Conflict { now_with: None });
        }
        let command = EncounterCommand::Correct { text };
        self.append_to_encounter(by, id, command, Some(once)).await
    }

    /// The card of an encounter, at any time, for the officer who recorded it; `None` once the code
    /// has run out, and for an encounter of which no card was ever made.
    ///
    /// It does not say whether the code was used: the officer is not to know who judged them.
    ///
    /// # Errors
    /// [`HandleError::NotFound`], [`EncounterRefusal::NotYours`], or the store's.
    pub async fn rating_card(
        &self,
        by: &Staff,
        id: EncounterId,
    ) -> Result<Option<RatingCard>, HandleError> {
        let recorded = self.known_encounter(id).await?.encounter.recorded;
        if recorded.officer != by.id {
            return Err(EncounterRefusal::NotYours.into());
        }
        let code = self.rating_code(id);
        let hash = self.hash(Purpose::RatingCode, code.plain().as_bytes());
        // Another system's encounter has a code of its own, given to nobody.
        let in_force = hash == recorded.rating_code && self.now() <= recorded.rate_by;
        Ok(in_force.then_some(RatingCard {
            code,
            rate_by: recorded.rate_by,
        }))
    }

    /// The code that follows from an encounter and the node's key. There is one for each encounter
    /// and no way to replace it: an officer who could would silence the one who holds the card (S5).
    fn rating_code(&self, id: EncounterId) -> SecretDigits {
        self.key.digits(Purpose::RatingCode, id.0.as_bytes())
    }

    async fn append_to_encounter(
        &self,
        by: &Staff,
        id: EncounterId,
        command: EncounterCommand,
        once: Option<Once>,
    ) -> Result<EncounterHistory, HandleError> {
        let unit = self.unit();
        let moment = self.moment(None);
        let known = self.known_encounter(id).await?.encounter;
        let actor = by.actor();
        let method = unit.method();
        let place = known.place.clone();
        let decided = encounter::decide(
            Some(&known),
            command,
            &actor,
            moment,
            place.as_ref(),
            &method,
        )?;
        let acts = self.new_acts(decided, &actor, moment, place.as_ref(), Payload::Encounter);
        let before = State::Encounter(Box::new(known));
        let mut append = Append::new(unit.id.clone(), Subject::Encounter(id), Some(before), acts);
        append.command = once.map(Once::record);
        let appended = self.store.append(append).await?;
        self.announce(&appended);
        self.known_encounter(id).await
    }

    /// Erases what identifies persons in an encounter; one that is erased already stays as it is.
    pub(crate) async fn erase_encounter(
        &self,
        id: EncounterId,
        basis: ErasureBasis,
        ground: Option<String>,
        actor: &Actor,
    ) -> Result<(), HandleError> {
        let unit = self.unit();
        let moment = self.moment(None);
        let known = self.known_encounter(id).await?.encounter;
        let command = EncounterCommand::ErasePersonalData { basis, ground };
        let place = place_that_stays(known.place.as_ref());
        let method = unit.method();
        let decided = encounter::decide(
            Some(&known),
            command,
            actor,
            moment,
            place.as_ref(),
            &method,
        );
        let decided = match decided {
            Err(EncounterRefusal::AlreadyErased) => return Ok(()),
            decided => decided?,
        };
        let persons = known.recorded.person.into_iter().collect();
        let acts = self.new_acts(decided, actor, moment, place.as_ref(), Payload::Encounter);
        let before = State::Encounter(Box::new(known));
        let mut append = Append::new(unit.id.clone(), Subject::Encounter(id), Some(before), acts);
        append.erase = Some(Erase {
            persons,
            blobs: Vec::new(),
        });
        let appended = self.store.append(append).await?;
        self.announce(&appended);
        Ok(())
    }

    pub(crate) async fn known_encounter(
        &self,
        id: EncounterId,
    ) -> Result<EncounterHistory, HandleError> {
        let acts = self
            .store
            .acts(&self.unit().id, Subject::Encounter(id))
            .await?;
        match views::fold(&acts) {
            Some(State::Encounter(encounter)) => Ok(EncounterHistory {
                id,
                encounter: *encounter,
                acts,
            }),
            _ => Err(HandleError::NotFound("encounter")),
        }
    }
}

/// What was asked and by whom, without what the program adds.
fn asked(by: &Staff, record: &RecordEncounter) -> [u8; 32] {
    let case = record.case.map(|case| case.to_string());
    let happened_at = record.happened_at.map(|at| at.to_string());
    let officer = by.id.to_string();
    let place = record.place.asked();
    let explained = record.explained.join(",");
    let person = serde_json::to_vec(&record.person).unwrap_or_default();
    let flags = [u8::from(record.force_used), u8::from(record.simulated)];
    let mut parts: Vec<&[u8]> = vec![
        officer.as_bytes(),
        record.service.as_str().as_bytes(),
        record.function.as_bytes(),
        record.role.as_bytes(),
        record.capacity.as_str().as_bytes(),
        explained.as_bytes(),
        record.note.as_deref().unwrap_or("").as_bytes(),
        record.legal_basis.as_deref().unwrap_or("").as_bytes(),
        &person,
        &flags,
        place.as_bytes(),
        happened_at.as_deref().unwrap_or("").as_bytes(),
        case.as_deref().unwrap_or("").as_bytes(),
    ];
    // Last and only where it is said, so that what was asked of a program without it is the same.
    parts.extend(record.force_stage.as_deref().map(str::as_bytes));
    fingerprint(&parts)
}
