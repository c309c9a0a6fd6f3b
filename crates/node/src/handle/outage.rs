//! Saying that something is down, and that it works again.

use jiff::Timestamp;
use pengayom_core::act::{Payload, Subject};
use pengayom_core::place::StationId;
use pengayom_core::subject::outage::{self, Outage, OutageCommand};
use pengayom_core::value::OutageId;
use pengayom_store::views::{self, State};
use pengayom_store::{Append, OutageRow, PAGE_MAX, StoreError};

use super::RETRIES;
use super::once::Once;
use super::visit::desk_place;
use crate::Node;
use crate::access::{Permission, Staff};
use crate::error::HandleError;
use crate::keys::Purpose;

/// Something that is down at the station of whoever says so.
#[derive(Debug, Clone)]
pub struct DeclareOutage {
    /// What, a code of the pack.
    pub system: Option<String>,
    /// What, in own words.
    pub words: Option<String>,
    /// Since when; `None`: now.
    pub since: Option<Timestamp>,
    /// What people can still do.
    pub way: Option<String>,
    /// When it is expected to work again.
    pub until: Option<Timestamp>,
    /// Made up for a demonstration.
    pub simulated: bool,
}

impl Node {
    /// What is down at the station of a staff member, the latest first, then what works again since
    /// less than an hour.
    ///
    /// # Errors
    /// [`HandleError::NotAllowed`], or the store's.
    pub async fn outages_at_desk(&self, by: &Staff) -> Result<Vec<OutageRow>, HandleError> {
        by.require(Permission::DeclareOutage)?;
        let unit = self.unit();
        let desk = by.desk(unit.own_station());
        let rows = self.outages_now().await?;
        let here = rows.iter().filter(|row| row.station.as_ref() == Some(desk));
        Ok(here.cloned().collect())
    }

    /// Says that something is down.
    ///
    /// # Errors
    /// See [`HandleError`].
    pub async fn declare_outage(
        &self,
        by: &Staff,
        declare: DeclareOutage,
    ) -> Result<OutageId, HandleError> {
        self.declare_outage_of(by, declare, None).await
    }

    /// [`Node::declare_outage`] for a command that may be sent again.
    ///
    /// # Errors
    /// As [`Node::declare_outage`]; [`StoreError::CommandReused`].
    pub async fn declare_outage_once(
        &self,
        by: &Staff,
        declare: DeclareOutage,
        once: Once,
    ) -> Result<OutageId, HandleError> {
        self.declare_outage_of(by, declare, Some(once)).await
    }

    async fn declare_outage_of(
        &self,
        by: &Staff,
        declare: DeclareOutage,
        once: Option<Once>,
    ) -> Result<OutageId, HandleError> {
        by.require(Permission::DeclareOutage)?;
        let unit = self.unit();
        let station = by.desk(unit.own_station()).clone();
        let id = self.outage_id(&station, &declare);
        let known = self
            .store
            .outages(&unit.id, Timestamp::MAX, PAGE_MAX)
            .await?;
        let here = known
            .iter()
            .filter(|row| row.station.as_ref() == Some(&station));
        let open = u32::try_from(here.count()).unwrap_or(u32::MAX);
        let command = OutageCommand::Declare {
            system: declare.system,
            words: declare.words,
            since: declare.since.unwrap_or_else(|| self.now()),
            way: declare.way,
            until: declare.until,
            open,
            pack_version: unit.pack.version().to_owned(),
            simulated: declare.simulated,
        };
        self.change_outage(by, id, (None, command), Some(station), once)
            .await?;
        Ok(id)
    }

    /// Says that something works again; without a moment, now.
    ///
    /// # Errors
    /// See [`HandleError`]; [`HandleError::NotFound`] for what another station said.
    pub async fn end_outage(
        &self,
        by: &Staff,
        id: OutageId,
        at: Option<Timestamp>,
    ) -> Result<(), HandleError> {
        self.end_outage_of(by, id, None, at, None).await
    }

    /// [`Node::end_outage`] for a command that may be sent again. `seen` is the version the asker
    /// looked at: when given, anything written since is a [`HandleError::Conflict`].
    ///
    /// # Errors
    /// As [`Node::end_outage`]; [`StoreError::CommandReused`].
    pub async fn end_outage_once(
        &self,
        by: &Staff,
        id: OutageId,
        seen: Option<u32>,
        at: Option<Timestamp>,
        once: Once,
    ) -> Result<(), HandleError> {
        self.end_outage_of(by, id, seen, at, Some(once)).await
    }

    /// An outage at the station of a staff member, that of before too.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] for what another station said; [`HandleError::NotAllowed`]; the
    /// store's.
    pub async fn outage_at_desk(&self, by: &Staff, id: OutageId) -> Result<OutageRow, HandleError> {
        by.require(Permission::DeclareOutage)?;
        let unit = self.unit();
        let row = self.store.outage(&unit.id, id).await?;
        let here = Some(by.desk(unit.own_station()));
        let row = row.filter(|row| row.station.as_ref() == here);
        row.ok_or(HandleError::NotFound("outage"))
    }

    async fn end_outage_of(
        &self,
        by: &Staff,
        id: OutageId,
        seen: Option<u32>,
        at: Option<Timestamp>,
        once: Option<Once>,
    ) -> Result<(), HandleError> {
        by.require(Permission::DeclareOutage)?;
        self.outage_at_desk(by, id).await?;
        let at = at.unwrap_or_else(|| self.now());
        self.change_outage(by, id, (seen, OutageCommand::End { at }), None, once)
            .await
    }

    async fn change_outage(
        &self,
        by: &Staff,
        id: OutageId,
        (seen, command): (Option<u32>, OutageCommand),
        station: Option<StationId>,
        once: Option<Once>,
    ) -> Result<(), HandleError> {
        let unit = self.unit();
        let subject = Subject::Outage(id);
        if self.done_before(once).await?.is_some() {
            return Ok(());
        }
        for _ in 0..RETRIES {
            let acts = self.store.acts(&unit.id, subject).await?;
            let known: Option<Outage> = match views::fold(&acts) {
                Some(State::Outage(known)) => Some(*known),
                _ => None,
            };
            let version = known.as_ref().map(|known| known.version);
            if seen.is_some() && seen != version {
                return Err(HandleError::Conflict { now_with: None });
            }
            let moment = self.moment(None);
            let method = unit.method();
            let decided = match outage::decide(known.as_ref(), command.clone(), moment, &method) {
                Ok(decided) => decided,
                // Sent twice at once: the other one did it.
                Err(_) if self.done_before(once).await?.is_some() => return Ok(()),
                Err(refusal) => return Err(refusal.into()),
            };
            let place = station.clone().or_else(|| known.as_ref()?.station.clone());
            let place = place.map(desk_place);
            let acts = self.new_acts(
                decided,
                &by.actor(),
                moment,
                place.as_ref(),
                Payload::Outage,
            );
            let before = known.map(|known| State::Outage(Box::new(known)));
            let mut append = Append::new(unit.id.clone(), subject, before, acts);
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

    /// What can be down at a station has one identifier, so that it is not said twice at once. Own
    /// words differ by more than spaces and capitals.
    fn outage_id(&self, station: &StationId, declare: &DeclareOutage) -> OutageId {
        let text = match (&declare.system, &declare.words) {
            (Some(system), _) => format!("system/{system}"),
            (None, words) => {
                let words = words.as_deref().unwrap_or_default().to_lowercase();
                let words: Vec<&str> = words.split_whitespace().collect();
                format!("words/{}", words.join(" "))
            }
        };
        let text = format!("{station}/{text}");
        OutageId(self.key.uuid(Purpose::Outage, text.as_bytes()))
    }
}
