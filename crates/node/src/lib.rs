//! The application: commands in, acts and answers out.
//!
//! A [`Node`] owns the store, the keys, the clock and the randomness of one process and serves one
//! unit. Its handlers follow one path: permission, load, decide, seal, append, receipt. The rules
//! themselves are in `pengayom-core`.

pub mod access;
pub mod accounts;
pub mod announced;
pub mod areas;
pub mod board;
pub mod civility;
mod clock;
pub mod competence;
pub mod consistency;
mod contact;
mod draft;
pub mod equity;
mod error;
mod event;
pub mod follow;
pub mod handle;
pub mod jobs;
pub mod keyring;
mod keys;
pub mod ledger;
mod left_out;
pub mod media;
mod method;
pub mod news;
pub mod notices;
pub mod outside;
pub mod performance;
pub mod readiness;
pub mod retention;
mod seal;
pub mod stop;
pub mod survey_board;
pub mod tokens;
pub mod trend;
mod unit;
pub mod waiting;
pub mod webhooks;
pub mod witnesses;

use std::sync::{Arc, RwLock};

use pengayom_core::value::{SecretHash, UnitId};
use pengayom_store::proof::Seed;
use pengayom_store::{Store, StoreError};
use uuid::Uuid;

pub use clock::{Clock, Randomness};
pub use draft::{DRAFT_HOURS, DRAFT_MAX_BYTES, DraftMark, DraftToken};
pub use error::HandleError;
pub use event::Event;
pub use keyring::KeyringError;
pub use keys::{Fingerprint, KeyError, NodeKey, Purpose};
pub use left_out::LeftOut;
pub use method::PackMethod;
pub use seal::{PersonDetails, SealError};
pub use unit::{UnitContext, UnitError};

use event::Events;

/// A node shared by handlers and jobs.
pub type SharedNode = Arc<Node>;

/// One process's application, serving one unit.
pub struct Node {
    store: Arc<dyn Store>,
    unit: RwLock<Arc<UnitContext>>,
    /// The root secret of the unit.
    key: NodeKey,
    clock: Arc<dyn Clock>,
    randomness: Arc<dyn Randomness>,
    events: Events,
    /// An append of this process brought a job.
    work: tokio::sync::Notify,
    /// Something was recorded that is not in the ledger's tree yet.
    recorded: tokio::sync::Notify,
    log_keys: RwLock<Arc<ledger::LogKeys>>,
    record_clock: clock::RecordClock,
    /// What the public page last read.
    performance: RwLock<Option<Arc<performance::Performance>>>,
    /// What the pages of areas last read.
    area_months: RwLock<Option<Arc<areas::AreaMonths>>>,
    /// What was last read of the front desks.
    waits: waiting::Waits,
    /// What was last read of what is down.
    outages: waiting::Outages,
    /// What was last worked out of how much lies with time, place and person.
    consistency_parts: consistency::Kept,
    /// What was last read of what services lack.
    readiness: readiness::Kept,
    /// Counts the times that sessions were ended by this process.
    ended: tokio::sync::watch::Sender<u64>,
    left_out: LeftOut,
    /// By which ways people are told; unset: by none.
    ways: std::sync::OnceLock<notices::Ways>,
    /// How webhooks go out.
    webhook_way: std::sync::OnceLock<outside::Outside>,
}

impl Node {
    /// Opens the node for a unit that is in the store, with the node's key.
    ///
    /// # Errors
    /// [`UnitError`] when the unit is missing or what is stored of it does not read, or the key is
    /// not the one that opens the unit's keyring.
    pub async fn open(
        store: Arc<dyn Store>,
        unit: &UnitId,
        key: NodeKey,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, UnitError> {
        Self::open_with(store, unit, key, (clock, randomness), LeftOut::default()).await
    }

    /// Opens a node that leaves out part of its work, for measurements on a new store that is thrown
    /// away. It draws its own key, which nobody is told: no other process opens the unit after it, so
    /// that such a store is never served.
    ///
    /// # Errors
    /// As [`Node::open`].
    pub async fn open_to_measure(
        store: Arc<dyn Store>,
        unit: &UnitId,
        left_out: LeftOut,
        clock: Arc<dyn Clock>,
        randomness: Arc<dyn Randomness>,
    ) -> Result<Self, UnitError> {
        let mut key = [0_u8; 32];
        randomness.fill(&mut key);
        Self::open_with(
            store,
            unit,
            NodeKey::new(key),
            (clock, randomness),
            left_out,
        )
        .await
    }

    async fn open_with(
        store: Arc<dyn Store>,
        unit: &UnitId,
        key: NodeKey,
        (clock, randomness): (Arc<dyn Clock>, Arc<dyn Randomness>),
        left_out: LeftOut,
    ) -> Result<Self, UnitError> {
        let context = UnitContext::load(store.as_ref(), unit).await?;
        let key = keyring::unlock(
            store.as_ref(),
            unit,
            &key,
            clock.as_ref(),
            randomness.as_ref(),
        )
        .await?;
        let latest = latest_recorded(store.as_ref(), unit).await?;
        let log_keys = ledger::LogKeys::load(store.as_ref(), unit, &key).await?;
        let node = Self {
            store,
            unit: RwLock::new(Arc::new(context)),
            key,
            clock,
            randomness,
            events: Events::new(),
            work: tokio::sync::Notify::new(),
            recorded: tokio::sync::Notify::new(),
            log_keys: RwLock::new(Arc::new(log_keys)),
            record_clock: clock::RecordClock::new(latest),
            performance: RwLock::new(None),
            area_months: RwLock::new(None),
            waits: waiting::Waits::default(),
            outages: waiting::Outages::default(),
            consistency_parts: consistency::Kept::default(),
            readiness: readiness::Kept::default(),
            ended: tokio::sync::watch::Sender::new(0),
            left_out,
            ways: std::sync::OnceLock::new(),
            webhook_way: std::sync::OnceLock::new(),
        };
        node.settle_log_keys().await.map_err(UnitError::LedgerKey)?;
        Ok(node)
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The unit as it is now: its file, geography and pack.
    pub fn unit(&self) -> Arc<UnitContext> {
        match self.unit.read() {
            Ok(unit) => Arc::clone(&unit),
            // A writer that panicked has not changed the value: it is replaced whole.
            Err(poisoned) => Arc::clone(&poisoned.into_inner()),
        }
    }

    /// Reads the unit anew from the store, after its file, areas or pack were replaced.
    ///
    /// # Errors
    /// As [`Node::open`]; the unit stays as it was.
    pub async fn reload_unit(&self) -> Result<(), UnitError> {
        let id = self.unit().id.clone();
        let fresh = Arc::new(UnitContext::load(self.store.as_ref(), &id).await?);
        match self.unit.write() {
            Ok(mut unit) => *unit = fresh,
            Err(poisoned) => *poisoned.into_inner() = fresh,
        }
        Ok(())
    }

    /// The moment now.
    pub fn now(&self) -> jiff::Timestamp {
        self.clock.now()
    }

    /// How far the clock is behind the latest time in the record; `None` when it is not to speak of.
    /// Nothing depends on it but what people read: the order of acts is their sequence.
    pub fn clock_behind(&self) -> Option<jiff::SignedDuration> {
        self.record_clock.behind(self.now())
    }

    /// What happened since a listener began to listen; see [`Event`].
    pub fn listen(&self) -> tokio::sync::broadcast::Receiver<Event> {
        self.events.listen()
    }

    /// Keyed hash of a text for one purpose; the only form in which secrets are kept.
    pub fn hash(&self, purpose: Purpose, text: &[u8]) -> SecretHash {
        self.key.hash(purpose, text)
    }

    /// A new identifier, sorted by time.
    pub fn new_id(&self) -> Uuid {
        let mut random = [0_u8; 10];
        self.randomness.fill(&mut random);
        let milliseconds = u64::try_from(self.now().as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
    }

    /// 256 random bits for the salts of an act; `None` where the ledger is left out.
    pub(crate) fn new_seed(&self) -> Option<Seed> {
        if self.left_out.ledger {
            return None;
        }
        let mut random = [0_u8; 32];
        self.randomness.fill(&mut random);
        Some(Seed(random))
    }

    /// 256 random bits as text fit for a cookie.
    pub fn new_token(&self) -> String {
        use base64::Engine as _;
        let mut random = [0_u8; 32];
        self.randomness.fill(&mut random);
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random)
    }

    /// Whether the node can serve: its store can be reached and written.
    ///
    /// # Errors
    /// The store's own.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.store.check().await
    }
}

/// How many of the last acts are looked at for the latest time in the record: clocks that differ a
/// little and a clock that was just set back leave it among them.
const LAST_ACTS: u32 = 200;

async fn latest_recorded(
    store: &dyn Store,
    unit: &UnitId,
) -> Result<Option<jiff::Timestamp>, StoreError> {
    let last = store.last_sequence(unit).await?;
    let acts = store
        .acts_after(unit, last - i64::from(LAST_ACTS), LAST_ACTS)
        .await?;
    Ok(acts.iter().map(|row| row.act.recorded_at).max())
}
