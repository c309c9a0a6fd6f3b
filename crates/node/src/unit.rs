//! The unit a node serves, as it is in the store: its file, geography and pack.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use pengayom_core::clock::Reckoning;
use pengayom_core::pack::{Pack, PackErrors, StratumDimension};
use pengayom_core::place::{
    AreaErrors, Areas, Geography, GeographyErrors, StationId, Strata, StratumBound, StratumId,
    UnitConfig, UnitErrors,
};
use pengayom_core::value::UnitId;
use pengayom_store::rows::UnitRow;
use pengayom_store::{Store, StoreError};

use crate::access::{Carried, Permission, Policies, PolicyFaults, Role};

/// A unit, ready to serve.
#[derive(Debug)]
pub struct UnitContext {
    /// Its code.
    pub id: UnitId,
    /// Its areas and stations, with the unit's file.
    pub geography: Geography,
    own_station: StationId,
    /// Its method.
    pub pack: Arc<Pack>,
    /// Who may do what.
    pub policies: Arc<Policies>,
    /// Its zone.
    pub zone: TimeZone,
    /// Everything in it is a demonstration, made up by the simulation.
    pub simulated: bool,
    /// Since when its file, areas and pack are in force as they are.
    pub adopted_at: Timestamp,
}

/// Why a unit cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum UnitError {
    /// The store has no such unit.
    #[error("unit {0} is not in this store: run `pengayom init` first")]
    Unknown(UnitId),
    /// Its file does not read.
    #[error("unit file: {0}")]
    Config(#[from] UnitErrors),
    /// Its areas do not read.
    #[error("areas: {0}")]
    Areas(#[from] AreaErrors),
    /// File and areas do not fit together.
    #[error("stations and areas: {0}")]
    Geography(#[from] GeographyErrors),
    /// Its pack does not read.
    #[error("pack: {0}")]
    Pack(#[from] PackErrors),
    /// Its policies do not read, or have a hole.
    #[error("policies of the pack:\n{0}")]
    Policies(#[from] PolicyFaults),
    /// The pack in the store does not read: another version of the program put it there.
    #[error(
        "the pack in this store does not read with this version of the program. Run `pengayom \
         init` again, with the pack that came with this version and the unit's file and areas: \
         the record and the node's key stay. What does not read:\n{0}"
    )]
    PackOfAnotherVersion(PackErrors),
    /// The stored pack is not an object of texts.
    #[error("stored pack does not read")]
    PackStored,
    /// The pack's distance strata do not follow on one another.
    #[error("distance strata of the pack: {0}")]
    Strata(#[from] pengayom_core::place::StrataError),
    /// A stratum's code is no code.
    #[error("distance stratum of the pack: {0}")]
    StratumCode(#[from] pengayom_core::place::CodeError),
    /// The ledger's keys do not follow from the node's key.
    #[error(transparent)]
    Ledger(#[from] crate::ledger::LedgerError),
    /// That another key signs the ledger could not be recorded.
    #[error("the ledger's new key could not be recorded: {0}")]
    LedgerKey(crate::HandleError),
    /// There is no such time zone.
    #[error("unit.time_zone {0:?} is not an IANA time zone; write one such as Asia/Jakarta")]
    Zone(String),
    /// The node's key is not the one that opens the unit's keyring.
    #[error(transparent)]
    Keyring(#[from] crate::keyring::KeyringError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl UnitContext {
    /// Counts time limits by the pack's calendar in the unit's zone.
    pub fn reckoning(&self) -> Reckoning<'_> {
        Reckoning {
            calendar: self.pack.calendar(),
            zone: &self.zone,
        }
    }

    /// Reads a unit from the store.
    ///
    /// # Errors
    /// [`UnitError`], naming what is missing or does not read.
    pub async fn load(store: &dyn Store, unit: &UnitId) -> Result<Self, UnitError> {
        let row = store
            .unit(unit)
            .await?
            .ok_or_else(|| UnitError::Unknown(unit.clone()))?;
        Self::from_row(&row).map_err(|error| match error {
            UnitError::Pack(faults) => UnitError::PackOfAnotherVersion(faults),
            other => other,
        })
    }

    /// Makes a unit ready from what is stored of it. Pure: also used to check before storing.
    ///
    /// # Errors
    /// As [`UnitContext::load`].
    pub fn from_row(row: &UnitRow) -> Result<Self, UnitError> {
        let files: BTreeMap<String, String> =
            serde_json::from_str(&row.pack).map_err(|_| UnitError::PackStored)?;
        let pack = Pack::load(&files)?;
        let policies = Policies::shared(pack.policies())?;
        let config = UnitConfig::parse(&row.config)?;
        let zone = TimeZone::get(&config.time_zone)
            .map_err(|_| UnitError::Zone(config.time_zone.clone()))?;
        let areas = Areas::from_geojson(&row.areas)?;
        let geography = Geography::new(config, areas, &distance_strata(&pack)?)?;
        Ok(Self {
            id: row.id.clone(),
            own_station: geography.unit().as_station(),
            geography,
            pack: Arc::new(pack),
            policies,
            zone,
            simulated: row.simulated,
            adopted_at: row.adopted_at,
        })
    }

    /// The unit's file.
    pub fn config(&self) -> &UnitConfig {
        self.geography.unit()
    }

    /// What roles carry, with a rank by its abbreviation and the station somebody belongs to.
    pub fn carried(
        &self,
        roles: &[Role],
        rank: Option<&str>,
        station: Option<&StationId>,
    ) -> Carried {
        let mut ranks = self.pack.ranks().iter();
        let known = ranks.find(|known| Some(known.abbr.as_str()) == rank);
        let rank = known.map_or(0, |rank| rank.order);
        let station = station.unwrap_or(&self.own_station);
        let carried = self.policies.carried(roles, rank, station);
        // Letters are the whole unit's: the chief of one of its stations does not change their words.
        if *station == self.own_station || roles.contains(&Role::Admin) {
            carried
        } else {
            carried.without(Permission::KeepLetters)
        }
    }

    /// The unit itself as a station: it answers for what belongs to none of its stations.
    pub fn own_station(&self) -> &StationId {
        &self.own_station
    }

    /// The name of a station, or its code when the unit no longer has it.
    pub fn station_name(&self, station: &StationId) -> String {
        let config = self.config();
        if *station == self.own_station {
            return config.name.clone();
        }
        config
            .station(station)
            .map_or_else(|| station.to_string(), |known| known.name.clone())
    }
}

/// The distance strata of a pack, nearest first (S46).
fn distance_strata(pack: &Pack) -> Result<Strata, UnitError> {
    let mut bounds = Vec::new();
    for stratum in pack.strata() {
        if stratum.dimension == StratumDimension::Distance {
            bounds.push(StratumBound {
                stratum: stratum.code.as_str().parse::<StratumId>()?,
                up_to_metres: stratum.up_to_km.map(|km| f64::from(km) * 1000.0),
            });
        }
    }
    bounds.sort_by(|a, b| {
        let reach = |bound: &StratumBound| bound.up_to_metres.unwrap_or(f64::INFINITY);
        reach(a).total_cmp(&reach(b))
    });
    Ok(Strata::new(bounds)?)
}
