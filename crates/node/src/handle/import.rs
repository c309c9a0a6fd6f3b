//! Records of other systems, as cases and encounters of ours.
//!
//! The same rules decide as for a request of today; the source's moments are kept, and each record
//! carries its key in the source, so that importing it twice changes nothing.

use jiff::Timestamp;
use pengayom_core::act::{Act, ActPlace, Actor, Payload, Subject};
use pengayom_core::pack::ServiceCode;
use pengayom_core::place::{AreaCode, Point};
use pengayom_core::subject::Moment;
use pengayom_core::subject::case::{self, CaseAct, CaseCommand, Channel, Harm};
use pengayom_core::subject::encounter::{self, EncounterCommand, PersonCapacity};
use pengayom_core::value::{CaseId, CaseSeries, EncounterId, OfficerId};
use pengayom_store::{Append, SourceKey};
use sha2::{Digest, Sha256};

use super::place::PlaceInput;
use crate::Node;
use crate::error::HandleError;
use crate::keys::Purpose;
use crate::unit::UnitContext;

/// A call of another system.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedCall {
    /// The source's name.
    pub source: String,
    /// The call's own key there.
    pub key: String,
    /// When it came in.
    pub received_at: Timestamp,
    /// The service it is counted under.
    pub service: ServiceCode,
    /// How it came in.
    pub channel: Channel,
    /// Priority as the source gave it.
    pub priority: Option<String>,
    /// What it was about, in the source's words.
    pub note: Option<String>,
    /// The area the source names.
    pub area: Option<AreaCode>,
    /// The position the source gives.
    pub point: Option<Point>,
    /// Units sent, in order.
    pub responses: Vec<ImportedResponse>,
    /// How it ended, in the source's words.
    pub disposition: Option<String>,
}

/// One unit's response to a call.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedResponse {
    /// Call sign; empty when the source has none.
    pub unit: String,
    /// When sent.
    pub dispatched_at: Option<Timestamp>,
    /// When at the place.
    pub arrived_at: Option<Timestamp>,
    /// When free again.
    pub cleared_at: Option<Timestamp>,
}

/// An encounter of another system.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedEncounter {
    /// The source's name.
    pub source: String,
    /// The encounter's own key there.
    pub key: String,
    /// When they met.
    pub happened_at: Timestamp,
    /// The officer's code in the source; they need no account here.
    pub officer: String,
    /// As what the person took part.
    pub capacity: PersonCapacity,
    /// The service it is counted under.
    pub service: ServiceCode,
    /// The police function served.
    pub function: String,
    /// The officer's role.
    pub role: String,
    /// What was noted.
    pub note: Option<String>,
    /// The area the source names.
    pub area: Option<AreaCode>,
    /// The position the source gives.
    pub point: Option<Point>,
}

impl UnitContext {
    /// Where an imported record belongs: its position if it lies in an area of ours, otherwise the
    /// area it names.
    fn resolve_imported(
        &self,
        point: Option<Point>,
        area: Option<&AreaCode>,
    ) -> Result<ActPlace, HandleError> {
        let by_area = |point: Option<Point>| match area {
            Some(area) => {
                let named = PlaceInput::Area {
                    area: area.clone(),
                    text: None,
                };
                self.resolve(&named)
                    .map(|place| ActPlace { point, ..place })
            }
            None => Err(HandleError::PlaceUnknown),
        };
        match point {
            None => by_area(None),
            Some(position) => match self.resolve(&PlaceInput::Point {
                point: position,
                text: None,
            }) {
                Ok(place) => Ok(place),
                Err(error) if area.is_none() => Err(error),
                Err(_) => by_area(Some(position)),
            },
        }
    }
}

impl Node {
    /// Decides an imported call, ready to append with others.
    ///
    /// # Errors
    /// The place's and the rules': a moment in the future or before the one it must follow, a
    /// service the unit does not offer, an unknown area.
    pub fn prepare_call(&self, call: ImportedCall) -> Result<Append, HandleError> {
        let unit = self.unit();
        let method = unit.method();
        let actor = Actor::Import {
            source: call.source.clone(),
        };
        let recorded_at = self.now();
        let place = unit.resolve_imported(call.point, call.area.as_ref())?;
        let (source, key, received_at) = (call.source.clone(), call.key.clone(), call.received_at);
        let commands = commands_of(call, &unit);
        let id = CaseId(self.new_id());
        let mut known = None;
        let mut acts = Vec::with_capacity(commands.len());
        for (happened_at, command) in commands {
            let moment = Moment {
                happened_at,
                recorded_at,
            };
            let decided = case::decide(known.as_ref(), command, &actor, moment, &method)?;
            for payload in decided {
                // Only the filing has the place; what follows happens there too.
                let at = matches!(payload, CaseAct::RequestFiled(_)).then_some(&place);
                let mut fresh = self.new_acts(vec![payload], &actor, moment, at, Payload::Case);
                let Some(new) = fresh.pop() else { continue };
                let version = u32::try_from(acts.len() + 1).unwrap_or(u32::MAX);
                known = case::evolve(
                    known,
                    &Act {
                        id: new.id,
                        unit: unit.id.clone(),
                        subject: Subject::Case(id),
                        version,
                        actor: new.actor.clone(),
                        happened_at: new.happened_at,
                        recorded_at: new.recorded_at,
                        place: new.place.clone(),
                        payload: new.payload.clone(),
                    },
                );
                acts.push(new);
            }
        }
        let mut append = Append::new(unit.id.clone(), Subject::Case(id), None, acts);
        let local_day = unit.zone.to_datetime(received_at).date();
        append.series = CaseSeries::on(&unit.config().case_prefix, local_day).ok();
        append.source_key = Some(SourceKey { source, key });
        Ok(append)
    }

    /// Decides an imported encounter, ready to append with others.
    ///
    /// # Errors
    /// As [`Node::prepare_call`].
    pub fn prepare_encounter(&self, met: ImportedEncounter) -> Result<Append, HandleError> {
        let unit = self.unit();
        let actor = Actor::Import {
            source: met.source.clone(),
        };
        let moment = Moment {
            happened_at: met.happened_at,
            recorded_at: self.now(),
        };
        let place = unit.resolve_imported(met.point, met.area.as_ref())?;
        // A code nobody was given: it follows from the key, so a second import makes the same.
        let code = self.key.digits(
            Purpose::RatingCode,
            format!("import/{}/{}", met.source, met.key).as_bytes(),
        );
        let decided = encounter::decide(
            None,
            EncounterCommand::Record {
                officer: officer_of_source(&met.source, &met.officer),
                person: None,
                capacity: met.capacity,
                case: None,
                service: met.service,
                function: met.function,
                role: met.role,
                explained: Vec::new(),
                force_used: false,
                force_stage: None,
                legal_basis: None,
                note: met.note,
                rating_code: self.hash(Purpose::RatingCode, code.plain().as_bytes()),
                simulated: false,
            },
            &actor,
            moment,
            Some(&place),
            &unit.method(),
        )?;
        let id = EncounterId(self.new_id());
        let acts = self.new_acts(decided, &actor, moment, Some(&place), Payload::Encounter);
        let mut append = Append::new(unit.id.clone(), Subject::Encounter(id), None, acts);
        append.source_key = Some(SourceKey {
            source: met.source,
            key: met.key,
        });
        Ok(append)
    }
}

/// The commands a call of another system stands for, in the order of their moments.
fn commands_of(call: ImportedCall, unit: &UnitContext) -> Vec<(Timestamp, CaseCommand)> {
    let mut commands = vec![(
        call.received_at,
        CaseCommand::FileRequest {
            secret: None,
            service: call.service,
            report_kind: None,
            channel: call.channel,
            paper: None,
            description: call.note.unwrap_or_default(),
            when_text: None,
            occurred_at: None,
            harm: Harm::default(),
            danger: false,
            reporter: None,
            reachable: false,
            media: Vec::new(),
            pack_version: unit.pack.version().to_owned(),
            simulated: false,
            priority: call.priority,
        },
    )];
    let mut steps = Vec::new();
    for (at, response) in call.responses.into_iter().enumerate() {
        // A source without call signs still tells responses apart by their order.
        let responder = match response.unit.trim() {
            "" => format!("{}", at + 1),
            unit => unit.to_owned(),
        };
        if let Some(at) = response.dispatched_at {
            steps.push((
                at,
                0,
                CaseCommand::Dispatch {
                    responder: responder.clone(),
                },
            ));
        }
        if let Some(at) = response.arrived_at {
            steps.push((
                at,
                1,
                CaseCommand::Arrive {
                    responder: responder.clone(),
                },
            ));
        }
        if let Some(at) = response.cleared_at {
            steps.push((at, 2, CaseCommand::Clear { responder }));
        }
    }
    steps.sort_by_key(|(at, order, _)| (*at, *order));
    let all_cleared_at = steps
        .iter()
        .filter(|(_, order, _)| *order == 2)
        .map(|(at, ..)| *at)
        .max();
    commands.extend(steps.into_iter().map(|(at, _, command)| (at, command)));
    if let (Some(at), Some(disposition)) = (all_cleared_at, call.disposition) {
        let outcome = unit
            .pack
            .close_outcomes()
            .first()
            .map(|outcome| outcome.code.to_string())
            .unwrap_or_default();
        commands.push((
            at,
            CaseCommand::Close {
                outcome,
                reason: disposition,
            },
        ));
    }
    commands
}

/// The identifier of another system's officer: it follows from the source and the code there.
fn officer_of_source(source: &str, code: &str) -> OfficerId {
    let digest = Sha256::digest(format!("officer/{source}/{code}").as_bytes());
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    OfficerId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}
