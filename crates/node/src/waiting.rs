//! What anybody may read of the front desks: how long people wait now, and what is down.
//!
//! Both are read again at the latest after [`KEEP`], and as soon as this process hears that something
//! changed; so a front page costs no reading of its own and is never older than a minute.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp};
use pengayom_core::place::StationId;
use pengayom_core::subject::outage::TOLD_HOURS;
use pengayom_core::subject::visit::OPEN_MAX;
use pengayom_core::subject::visit::wait::{self, CALLS_MAX, WINDOW, Wait, Waiting};
use pengayom_store::OutageRow;

use crate::Node;
use crate::error::HandleError;

/// How long a reading is used again.
pub const KEEP: SignedDuration = SignedDuration::from_secs(30);

/// Most outages read: what is down, and what works again since an hour.
const OUTAGES_MAX: u32 = 100;

/// How long people wait at one front desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeskNow {
    /// The moment it was read.
    pub at: Timestamp,
    /// How many wait.
    pub waiting: u32,
    /// What is said of the wait.
    pub wait: Wait,
}

/// Whether a reading may be used again. A clock set back makes it old.
fn is_fresh(read_at: Timestamp, now: Timestamp) -> bool {
    let age = now.duration_since(read_at);
    age >= SignedDuration::ZERO && age < KEEP
}

/// The last readings of the front desks; there are no more than the unit has stations.
#[derive(Debug, Default)]
pub(crate) struct Waits(RwLock<HashMap<StationId, DeskNow>>);

impl Waits {
    /// Something happened at a desk; without one, at any.
    pub(crate) fn forget(&self, station: Option<&StationId>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        match station {
            Some(station) => drop(kept.remove(station)),
            None => kept.clear(),
        }
    }

    fn get(&self, station: &StationId) -> Option<DeskNow> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.get(station).copied()
    }

    fn put(&self, station: &StationId, read: DeskNow) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        kept.insert(station.clone(), read);
    }
}

/// What was last read of what is down, and when.
type OutagesRead = (Timestamp, Arc<Vec<OutageRow>>);

/// The last reading of what is down.
#[derive(Debug, Default)]
pub(crate) struct Outages(RwLock<Option<OutagesRead>>);

impl Outages {
    /// Something is down, or works again.
    pub(crate) fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn get(&self) -> Option<OutagesRead> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.clone()
    }

    fn put(&self, read: OutagesRead) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some(read);
    }
}

impl Node {
    /// How long people wait at a front desk now, by the rule of [`wait`].
    ///
    /// # Errors
    /// [`HandleError::NotFound`] for a station the unit does not have, or the store's.
    pub async fn desk_now(&self, station: &StationId) -> Result<DeskNow, HandleError> {
        let now = self.now();
        if let Some(kept) = self
            .waits
            .get(station)
            .filter(|kept| is_fresh(kept.at, now))
        {
            return Ok(kept);
        }
        let unit = self.unit();
        if *station != *unit.own_station() && unit.geography.station(station).is_none() {
            return Err(HandleError::NotFound("station"));
        }
        let rows = self
            .store
            .visits_waiting(&unit.id, station, now, OPEN_MAX)
            .await?;
        let waiting: Vec<Waiting> = rows
            .iter()
            .map(|row| Waiting {
                turn: row.turn,
                joined_at: row.joined_at,
            })
            .collect();
        let since = now.checked_sub(WINDOW).unwrap_or(Timestamp::MIN);
        let called = self
            .store
            .visits_called(&unit.id, station, since, CALLS_MAX)
            .await?;
        let last = self.store.last_visit(&unit.id, station).await?;
        let day = |at| unit.zone.to_datetime(at).date();
        let today = last.is_some_and(|last| day(last) == day(now));
        let read = DeskNow {
            at: now,
            waiting: u32::try_from(waiting.len()).unwrap_or(u32::MAX),
            wait: wait::said(&called, &waiting, today, now),
        };
        self.waits.put(station, read);
        Ok(read)
    }

    /// What is down, the latest first, then what works again since less than [`TOLD_HOURS`].
    ///
    /// # Errors
    /// The store's.
    pub async fn outages_now(&self) -> Result<Arc<Vec<OutageRow>>, HandleError> {
        let now = self.now();
        if let Some((_, rows)) = self.outages.get().filter(|(at, _)| is_fresh(*at, now)) {
            return Ok(rows);
        }
        let told = SignedDuration::from_hours(TOLD_HOURS);
        let since = now.checked_sub(told).unwrap_or(Timestamp::MIN);
        let unit = self.unit();
        let rows = self.store.outages(&unit.id, since, OUTAGES_MAX).await?;
        let rows = Arc::new(rows);
        self.outages.put((now, Arc::clone(&rows)));
        Ok(rows)
    }
}
