//! Rooms and equipment: registered, changed, moved, handed over, checked (S35).

use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::act::{Act, Payload, Subject};
use pengayom_core::pack::ThingCode;
use pengayom_core::place::StationId;
use pengayom_core::subject::thing::{self, Thing, ThingCommand, ThingState};
use pengayom_core::value::ThingId;
use pengayom_store::views::{self, State};
use pengayom_store::{Append, StoreError, THINGS_MAX, ThingRow};

use super::RETRIES;
use super::once::Once;
use super::visit::desk_place;
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;

/// Something the unit has.
#[derive(Debug, Clone)]
pub struct RegisterThing {
    /// What it is, a code of the pack.
    pub kind: ThingCode,
    /// What it is called.
    pub label: String,
    /// The station; `None`: that of whoever registers it.
    pub station: Option<StationId>,
    /// Where in the station it is kept.
    pub room: Option<String>,
    /// How it is.
    pub state: ThingState,
    /// Since when it is there; `None`: now.
    pub since: Option<Timestamp>,
    /// The day by which it is checked next.
    pub check_by: Option<Date>,
    /// Made up for a demonstration.
    pub simulated: bool,
}

/// A thing with its history.
#[derive(Debug, Clone)]
pub struct ThingHistory {
    /// Identifier.
    pub id: ThingId,
    /// What is known now.
    pub thing: Thing,
    /// Everything that happened, oldest first.
    pub acts: Vec<Act>,
}

impl Node {
    /// The unit's day now.
    pub fn today(&self) -> Date {
        self.unit().zone.to_datetime(self.now()).date()
    }

    /// What the stations have that concern a staff member, by station, kind and label.
    ///
    /// # Errors
    /// The store's.
    pub async fn things(&self, by: &Staff) -> Result<Vec<ThingRow>, HandleError> {
        let unit = self.unit();
        let mut rows = self.store.things(&unit.id).await?;
        rows.retain(|row| by.concerns(row.station.as_ref(), unit.own_station()));
        Ok(rows)
    }

    /// A thing with its history.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] for what does not concern the asker, or the store's.
    pub async fn thing(&self, by: &Staff, id: ThingId) -> Result<ThingHistory, HandleError> {
        let unit = self.unit();
        let acts = self.store.acts(&unit.id, Subject::Thing(id)).await?;
        let Some(State::Thing(thing)) = views::fold(&acts) else {
            return Err(HandleError::NotFound("thing"));
        };
        if !by.concerns(thing.station.as_ref(), unit.own_station()) {
            return Err(HandleError::NotFound("thing"));
        }
        let thing = *thing;
        Ok(ThingHistory { id, thing, acts })
    }

    /// Registers something the unit has.
    ///
    /// # Errors
    /// See [`HandleError`]; [`HandleError::NotFound`] for a station that the unit does not have or that
    /// does not concern the asker; [`StoreError::CommandReused`].
    pub async fn register_thing(
        &self,
        by: &Staff,
        register: RegisterThing,
        once: Option<Once>,
    ) -> Result<ThingId, HandleError> {
        by.require(Permission::KeepThings)?;
        if let Some(done) = self.done_before(once).await? {
            return id_of(done.subject);
        }
        let unit = self.unit();
        let own = unit.own_station();
        let station = register.station.unwrap_or_else(|| by.desk(own).clone());
        self.require_station(by, &station)?;
        let there = self.store.things(&unit.id).await?.len();
        if there >= usize::try_from(THINGS_MAX).unwrap_or(usize::MAX) {
            let limit = usize::try_from(THINGS_MAX).unwrap_or(usize::MAX);
            return Err(HandleError::TooLarge {
                found: there,
                limit,
            });
        }
        let moment = self.moment(register.since);
        let command = ThingCommand::Register {
            kind: register.kind,
            label: register.label,
            room: register.room,
            state: register.state,
            check_by: register.check_by,
            pack_version: unit.pack.version().to_owned(),
            simulated: register.simulated,
        };
        let method = unit.method();
        let decided = thing::decide(None, command, moment, self.today(), &method)?;
        let id = ThingId(self.new_id());
        let place = desk_place(station);
        let acts = self.new_acts(decided, &by.actor(), moment, Some(&place), Payload::Thing);
        let mut append = Append::new(unit.id.clone(), Subject::Thing(id), None, acts);
        append.command = once.map(Once::record);
        let appended = self.store.append(append).await?;
        self.announce(&appended);
        id_of(appended.subject)
    }

    /// Changes something about a thing. `at`: since when; `None`: now. `seen` is the version the asker
    /// looked at: when given, anything written since is a [`HandleError::Conflict`].
    ///
    /// # Errors
    /// See [`HandleError`]; [`HandleError::NotFound`] for what does not concern the asker;
    /// [`HandleError::NoSuchOfficer`] for a holder without an account.
    pub async fn change_thing(
        &self,
        by: &Staff,
        id: ThingId,
        seen: Option<u32>,
        command: ThingCommand,
        at: Option<Timestamp>,
        once: Option<Once>,
    ) -> Result<(), HandleError> {
        by.require(Permission::KeepThings)?;
        if let ThingCommand::HandOver { to: Some(to), .. } = &command {
            self.require_officer(*to).await?;
        }
        if let ThingCommand::Move { to, .. } = &command {
            self.require_station(by, to)?;
        }
        let unit = self.unit();
        if self.done_before(once).await?.is_some() {
            return Ok(());
        }
        for _ in 0..RETRIES {
            let known = self.thing(by, id).await?.thing;
            if seen.is_some_and(|seen| seen != known.version) {
                return Err(HandleError::Conflict { now_with: None });
            }
            let moment = self.moment(at);
            let method = unit.method();
            let asked = command.clone();
            let decided = match thing::decide(Some(&known), asked, moment, self.today(), &method) {
                Ok(decided) if decided.is_empty() => return Ok(()),
                Ok(decided) => decided,
                // Sent twice at once: the other one did it.
                Err(_) if self.done_before(once).await?.is_some() => return Ok(()),
                Err(refusal) => return Err(refusal.into()),
            };
            let station = match &command {
                ThingCommand::Move { to, .. } => Some(to.clone()),
                _ => known.station.clone(),
            };
            let place = station.map(desk_place);
            let acts = self.new_acts(decided, &by.actor(), moment, place.as_ref(), Payload::Thing);
            let before = Some(State::Thing(Box::new(known)));
            let mut append = Append::new(unit.id.clone(), Subject::Thing(id), before, acts);
            append.command = once.map(Once::record);
            match self.store.append(append).await {
                Ok(appended) => {
                    self.announce(&appended);
                    return Ok(());
                }
                Err(StoreError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(HandleError::Conflict { now_with: None })
    }

    /// Refuses a station that the unit does not have, or that does not concern the asker.
    fn require_station(&self, by: &Staff, station: &StationId) -> Result<(), HandleError> {
        let unit = self.unit();
        let own = unit.own_station();
        let known = station == own || unit.config().station(station).is_some();
        if known && by.concerns(Some(station), own) {
            Ok(())
        } else {
            Err(HandleError::NotFound("station"))
        }
    }
}

const fn id_of(subject: Subject) -> Result<ThingId, HandleError> {
    match subject {
        Subject::Thing(id) => Ok(id),
        _ => Err(HandleError::Store(StoreError::CommandReused)),
    }
}
