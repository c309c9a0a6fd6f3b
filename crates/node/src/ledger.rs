//! The unit's ledger at work: acts are put into the tree, checkpoints are signed and published, and
//! whoever was recorded gets a proof of it (S18, S22).
//!
//! Everything here may be interrupted anywhere and done by several processes at once: the tree grows
//! in one transaction from the size it has, and a checkpoint is of a tree that is stored already.

mod published;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use pengayom_core::act::{Actor, Payload, Subject};
use pengayom_core::pack::ServiceCode;
use pengayom_core::subject::case::{CaseAct, RequestFiled};
use pengayom_core::subject::unit::{self as unit_subject, UnitCommand, UnitRecord};
use pengayom_core::value::{CaseId, CaseNumber, UnitId};
use pengayom_ledger::receipt::{Fee, RECEIPT_FORMAT};
use pengayom_ledger::{
    Checkpoint, CheckpointError, KeyError, Note, NoteError, Promise, Receipt, SignatureLine,
    SignedCheckpoint, SigningKey, TileId, TileKind, TileRef, TlogProof, TreeError, TreeHead,
    VerifierKey, bundle, integrate, leaf_hash, needed_to_integrate, needed_to_prove_inclusion,
    prove_inclusion,
};
use pengayom_store::ledger::{Integrated, LedgerRow};
use pengayom_store::proof::StoredAct;
use pengayom_store::views::{self, State};
use pengayom_store::{Append, Appended, Store, StoreError};
use tokio::sync::watch;

pub use self::published::{PublishedFault, published_fault};
use crate::error::HandleError;
use crate::left_out;
use crate::stop::is_told;
use crate::{Node, NodeKey, SharedNode};

/// How many leaves are put into the tree at once.
const LEAVES_AT_ONCE: u32 = 65_536;

/// How long acts are let come together before they are put into the tree.
const GATHER: Duration = Duration::from_millis(150);

/// How often the record is looked at for acts of other processes, such as an import.
const LOOK: Duration = Duration::from_secs(1);

/// How long to wait after a fault.
const AFTER_FAULT: Duration = Duration::from_secs(5);

/// Why the ledger cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The store's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The tree that is stored is not the one that was built: something was altered.
    #[error("the ledger's tree was altered: {0}")]
    Tree(#[from] TreeError),
    /// A key that cannot be made.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// A checkpoint that does not read or cannot be signed.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A note that cannot be signed.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// What was promised to whoever filed a report.
#[derive(Debug, Clone)]
pub struct Promised {
    /// The report's number.
    pub number: CaseNumber,
    /// The service asked for.
    pub service: ServiceCode,
    /// A kind that is shown without its name.
    pub sensitive: bool,
    /// The act that recorded it, as the ledger holds it.
    pub stored: StoredAct,
    /// The signed promise, a C2SP signed note.
    pub note: String,
}

/// The keys of a unit's ledger.
#[derive(Debug)]
pub(crate) struct LogKeys {
    /// The ledger's name.
    pub(crate) origin: String,
    /// What signs: the key now, then earlier ones that are still believed.
    signing: Vec<SigningKey>,
    /// Every key there was, the newest first, without those that are not believed.
    pub(crate) verifiers: Vec<VerifierKey>,
    /// The root secret was replaced because the node's key was lost: the key that signed before, which
    /// cannot be had any more. The record has to say that another one signs from now on.
    lost: Option<String>,
}

impl LogKeys {
    /// The keys that follow from the node's key and what the record says of the unit.
    pub(crate) async fn load(
        store: &dyn Store,
        unit: &UnitId,
        key: &NodeKey,
    ) -> Result<Self, LedgerError> {
        let record = record_of(store, unit).await?;
        let first = SigningKey::log("pengayom", &key.ledger_seed(unit, 0))?;
        let origin = match store.ledger(unit).await? {
            Some(known) => known.origin,
            None => origin_of(unit, first.verifier().public()),
        };
        let make = |generation| SigningKey::log(&origin, &key.ledger_seed(unit, generation));
        let Some(record) = record.filter(|record| !record.log_keys.is_empty()) else {
            let first = make(0)?;
            if origin_of(unit, first.verifier().public()) != origin {
                return Self::replacing(
                    origin.clone(),
                    make(1)?,
                    first_key_of(store, unit, &origin).await?,
                );
            }
            return Ok(Self {
                verifiers: vec![first.verifier()],
                signing: vec![first],
                origin,
                lost: None,
            });
        };
        let mut keys = Self {
            origin: origin.clone(),
            signing: Vec::new(),
            verifiers: Vec::new(),
            lost: None,
        };
        for (nth, known) in record.log_keys.iter().rev().enumerate() {
            if known.revoked {
                continue;
            }
            let ours = make(known.generation)?;
            let found = ours.verifier().to_string();
            if found == known.key {
                keys.verifiers.push(ours.verifier());
                keys.signing.push(ours);
            } else if nth == 0 {
                let next = make(record.generation() + 1)?;
                return Self::replacing(origin, next, known.key.clone());
            }
        }
        Ok(keys)
    }

    /// The keys after the root secret was replaced. That it is the right one, the keyring has shown
    /// before: so the one before is lost, and what it signed is not believed from here on.
    #[expect(clippy::unnecessary_wraps, reason = "as its callers")]
    fn replacing(origin: String, next: SigningKey, lost: String) -> Result<Self, LedgerError> {
        Ok(Self {
            origin,
            verifiers: vec![next.verifier()],
            signing: vec![next],
            lost: Some(lost),
        })
    }

    fn current(&self) -> Option<&SigningKey> {
        self.signing.first()
    }
}

/// The first key of a ledger as far as it is known without the secret it came from: its name, and its
/// id from the last checkpoint.
async fn first_key_of(
    store: &dyn Store,
    unit: &UnitId,
    origin: &str,
) -> Result<String, StoreError> {
    let known = store.ledger(unit).await?.and_then(|known| known.checkpoint);
    let signed = known.and_then(|text| SignedCheckpoint::parse(&text).ok());
    let line = signed
        .as_ref()
        .and_then(|signed| signed.note().signatures().first());
    Ok(match line {
        Some(line) => format!("{origin}+{}", line.id()),
        None => origin.to_owned(),
    })
}

/// What the record says of the unit itself.
pub(crate) async fn record_of(
    store: &dyn Store,
    unit: &UnitId,
) -> Result<Option<UnitRecord>, StoreError> {
    let acts = store.acts(unit, Subject::Unit).await?;
    Ok(match views::fold(&acts) {
        Some(State::Unit(record)) => Some(*record),
        _ => None,
    })
}

/// A ledger's name in the world: nobody else has it, for it names the first key. It does not depend
/// on the unit's address, which may change.
fn origin_of(unit: &UnitId, public: &[u8; 32]) -> String {
    use sha2::{Digest as _, Sha256};
    let digest = Sha256::digest(public);
    let short: String = digest.iter().take(4).map(|b| format!("{b:02x}")).collect();
    format!("pengayom/{unit}/{short}")
}

/// Puts acts into the tree and publishes checkpoints until told to stop.
pub async fn run(node: SharedNode, mut stop: watch::Receiver<bool>) {
    if node.left_out.ledger {
        return;
    }
    while !is_told(&stop) {
        let wait = match node.advance_ledger().await {
            Ok(()) => LOOK,
            Err(error) => {
                tracing::error!(%error, "the ledger does not go on");
                AFTER_FAULT
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = node.recorded.notified() => {
                tokio::select! {
                    () = tokio::time::sleep(GATHER) => {}
                    _ = stop.changed() => {}
                }
            }
            _ = stop.changed() => {}
        }
    }
    // What was recorded last gets its proof before the program ends.
    if let Err(error) = node.advance_ledger().await {
        tracing::warn!(%error, "the ledger does not go on");
    }
}

impl Node {
    pub(crate) fn keys_of_log(&self) -> Arc<LogKeys> {
        let keys = self.log_keys.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&keys)
    }

    /// Puts every act that waits into the tree and publishes a checkpoint of it. Acts that are recorded
    /// meanwhile are for the next time: while reports come without a pause, the tree never holds all of
    /// them, and waiting for that nothing would ever be published.
    ///
    /// # Errors
    /// [`LedgerError`]; nothing is half done, and the next call goes on.
    pub async fn advance_ledger(&self) -> Result<(), LedgerError> {
        let unit = self.unit().id.clone();
        let goal = self.acts(&unit).await?;
        loop {
            let known = self.store.ledger(&unit).await?;
            let size = known.as_ref().map_or(0, |known| known.size);
            if size < goal {
                match self.integrate_some(&unit, known).await {
                    // Another process was faster.
                    Ok(()) | Err(LedgerError::Store(StoreError::Stale { .. })) => continue,
                    Err(error) => return Err(error),
                }
            }
            let acts = self.acts(&unit).await?;
            if acts < size {
                return Err(LedgerError::Store(StoreError::Damaged {
                    what: "acts",
                    fault: format!("the ledger holds {size} acts, the record {acts}"),
                }));
            }
            let Some(known) = known else { return Ok(()) };
            match self.publish(&unit, &known).await {
                Err(LedgerError::Store(StoreError::Stale { .. })) => {}
                done => return done,
            }
        }
    }

    /// How many acts the unit has.
    async fn acts(&self, unit: &UnitId) -> Result<u64, StoreError> {
        let last = self.store.last_sequence(unit).await?;
        Ok(u64::try_from(last).unwrap_or(0))
    }

    async fn integrate_some(
        &self,
        unit: &UnitId,
        known: Option<LedgerRow>,
    ) -> Result<(), LedgerError> {
        let head = known.as_ref().map_or(TreeHead::EMPTY, |known| TreeHead {
            size: known.size,
            root: known.root,
        });
        let commitments = self
            .store
            .commitments(unit, head.size, LEAVES_AT_ONCE)
            .await?;
        let leaves: Vec<_> = commitments.iter().map(leaf_hash).collect();
        let tiles = self.tiles(unit, needed_to_integrate(head.size)).await?;
        let grown = tokio::task::spawn_blocking(move || integrate(head, &tiles, &leaves)).await;
        let grown = grown.map_err(|error| StoreError::Engine(Box::new(error)))??;
        let integrated = Integrated {
            origin: self.keys_of_log().origin.clone(),
            from: head.size,
            size: grown.head.size,
            root: grown.head.root,
            tiles: grown
                .tiles
                .into_iter()
                .map(|tile| (tile.id, tile.hashes))
                .collect(),
        };
        #[cfg(debug_assertions)]
        pengayom_store::halt::pass(pengayom_store::halt::Step::BeforeIntegrating).await;
        self.store.integrate(unit, integrated).await?;
        Ok(())
    }

    /// Signs and publishes the tree as it is built, unless that was done.
    async fn publish(&self, unit: &UnitId, known: &LedgerRow) -> Result<(), LedgerError> {
        let keys = self.keys_of_log();
        let signed_by_us = || {
            let text = known.checkpoint.as_deref()?;
            let parsed = SignedCheckpoint::parse(text).ok()?;
            let ours = keys.current()?.id();
            let mut lines = parsed.note().signatures().iter();
            lines.any(|line| line.id() == ours).then_some(())
        };
        if known.published_size == known.size && signed_by_us().is_some() {
            return Ok(());
        }
        #[cfg(debug_assertions)]
        pengayom_store::halt::pass(pengayom_store::halt::Step::BeforePublishing).await;
        let checkpoint = Checkpoint::new(&keys.origin, known.size, known.root)?;
        let signers: Vec<&SigningKey> = keys.signing.iter().collect();
        let text = checkpoint.sign(&signers)?.to_string();
        self.store
            .publish(unit, known.size, &text, self.now())
            .await?;
        #[cfg(debug_assertions)]
        pengayom_store::halt::pass(pengayom_store::halt::Step::AfterPublishing).await;
        Ok(())
    }

    /// Tiles that are there, each cut to the width asked for.
    pub(crate) async fn tiles(
        &self,
        unit: &UnitId,
        wanted: Vec<TileRef>,
    ) -> Result<BTreeMap<TileId, Vec<u8>>, StoreError> {
        let ids: Vec<TileId> = wanted.iter().filter_map(TileRef::id).collect();
        let found = self.store.ledger_tiles(unit, &ids).await?;
        Ok(found
            .into_iter()
            .map(|(id, mut hashes)| {
                let width = wanted.iter().find(|tile| tile.id() == Some(id));
                hashes.truncate(width.map_or(0, |tile| usize::from(tile.width) * 32));
                (id, hashes)
            })
            .collect())
    }

    /// The last checkpoint that was published, with the signatures of witnesses under it; `None`
    /// before the first.
    ///
    /// # Errors
    /// [`HandleError`] when the store does not answer or what it holds does not read.
    pub async fn checkpoint(&self) -> Result<Option<String>, HandleError> {
        let unit = self.unit().id.clone();
        let Some(known) = self.store.ledger(&unit).await? else {
            return Ok(None);
        };
        Ok(self
            .published(&unit, &known)
            .await?
            .map(|checkpoint| checkpoint.to_string()))
    }

    async fn published(
        &self,
        unit: &UnitId,
        known: &LedgerRow,
    ) -> Result<Option<SignedCheckpoint>, LedgerError> {
        let Some(text) = &known.checkpoint else {
            return Ok(None);
        };
        let mut checkpoint = SignedCheckpoint::parse(text)?;
        for cosignature in self.store.cosignatures(unit).await? {
            if cosignature.size == known.published_size
                && let Ok(line) = SignatureLine::parse(&cosignature.line)
            {
                checkpoint.add(line);
            }
        }
        Ok(Some(checkpoint))
    }

    /// The keys that sign for the ledger and are believed, the newest first.
    ///
    /// # Errors
    /// None today; a later one may have to ask the store.
    #[expect(
        clippy::unused_async,
        reason = "as the other questions about the ledger"
    )]
    pub async fn log_keys(&self) -> Result<Vec<VerifierKey>, HandleError> {
        Ok(self.keys_of_log().verifiers.clone())
    }

    /// A tile of hashes, or a bundle of entries; `None` for what the ledger has not, or not so wide.
    ///
    /// # Errors
    /// The store's.
    pub async fn tile(&self, wanted: TileRef) -> Result<Option<Vec<u8>>, HandleError> {
        let unit = self.unit().id.clone();
        let size = self
            .store
            .ledger(&unit)
            .await?
            .map_or(0, |known| known.size);
        let level = match wanted.kind {
            TileKind::Hashes { level } => level,
            TileKind::Entries => 0,
        };
        let index = wanted.index;
        let id = TileId { level, index };
        if id.width_at(size) < wanted.width {
            return Ok(None);
        }
        match wanted.kind {
            TileKind::Hashes { .. } => {
                let tiles = self.tiles(&unit, vec![wanted]).await?;
                let whole = usize::from(wanted.width) * 32;
                Ok(tiles.into_values().find(|hashes| hashes.len() == whole))
            }
            TileKind::Entries => {
                let from = index.saturating_mul(256);
                let limit = u32::from(wanted.width);
                let entries = self.store.commitments(&unit, from, limit).await?;
                if entries.len() != usize::from(wanted.width) {
                    return Ok(None);
                }
                let entries = bundle(entries.iter().map(<[u8; 32]>::as_slice));
                Ok(entries.ok())
            }
        }
    }

    /// What the unit promises, signed, to whoever was just recorded. Takes a signature's time.
    pub(crate) fn promise(
        &self,
        filed: &RequestFiled,
        stored: StoredAct,
    ) -> Result<Promised, HandleError> {
        let number = filed
            .number
            .clone()
            .ok_or(HandleError::NotFound("number"))?;
        let keys = self.keys_of_log();
        let key = keys.current().ok_or(HandleError::Malformed)?;
        let promise = Promise {
            origin: keys.origin.clone(),
            number: number.to_string(),
            index: leaf_of(stored.sequence),
            commitment: stored.commitment,
            recorded: stored.recorded_at,
        };
        let note = promise.sign(key).map_err(|_| HandleError::Malformed)?;
        Ok(Promised {
            number,
            service: filed.service.clone(),
            sensitive: filed.sensitive,
            note: note.to_string(),
            stored,
        })
    }

    /// The receipt of what was just filed, without the proof, which follows within seconds. `log` is
    /// where the ledger is to be had, such as `https://unit.example/tlog`.
    pub fn receipt_of(&self, promised: &Promised, log: &str) -> Receipt {
        let keys = self.keys_of_log();
        let key = keys.verifiers.first().map(ToString::to_string);
        let unit = self.unit();
        let service = unit.pack.service(&promised.service);
        let fee = service.and_then(|service| service.fee_idr);
        Receipt {
            format: RECEIPT_FORMAT.to_owned(),
            unit: unit.id.to_string(),
            unit_name: unit.config().name.clone(),
            number: promised.number.to_string(),
            recorded_at: spelled(promised.stored.recorded_at),
            fee: fee.map(|amount| Fee {
                amount: u64::from(amount),
                currency: "IDR".to_owned(),
            }),
            key: key.unwrap_or_default(),
            log: log.to_owned(),
            promise: promised.note.clone(),
            // A receipt may lie where others see it, and the act names the service.
            act: (!promised.sensitive).then(|| promised.stored.text(&unit.id)),
            salt: (!promised.sensitive).then(|| base64(&promised.stored.salt)),
            proof: None,
        }
    }

    /// The receipt of a case, with the proof once it is in the published ledger.
    ///
    /// # Errors
    /// [`HandleError::NotFound`] for a case without a filing or a number; the store's.
    pub async fn receipt(&self, case: CaseId, log: &str) -> Result<Receipt, HandleError> {
        let subject = Subject::Case(case);
        let unit = self.unit().id.clone();
        let stored = self.store.stored_act_of(&unit, subject, 1).await?;
        let promised = self.promised_again(stored)?;
        let mut receipt = self.receipt_of(&promised, log);
        let index = leaf_of(promised.stored.sequence);
        receipt.proof = self.prove(index).await?.map(|proof| proof.to_string());
        Ok(receipt)
    }

    /// The promise of what was just appended.
    pub(crate) async fn promised(&self, appended: &mut Appended) -> Result<Promised, HandleError> {
        if self.left_out.ledger {
            return left_out::unpromised(appended);
        }
        let stored = appended.stored.drain(..).next();
        match (appended.acts.first().map(|act| &act.payload), stored) {
            (Some(Payload::Case(CaseAct::RequestFiled(filed))), Some(stored)) => {
                self.promise(filed, stored)
            }
            // What was appended before has its salt in the store.
            _ => {
                let unit = self.unit().id.clone();
                let stored = self.store.stored_act_of(&unit, appended.subject, 1).await?;
                self.promised_again(stored)
            }
        }
    }

    /// The promise of an act that was filed before. Signed anew, it says the same; with another key
    /// since, under that.
    pub(crate) fn promised_again(
        &self,
        stored: Option<StoredAct>,
    ) -> Result<Promised, HandleError> {
        let stored = stored.ok_or(HandleError::NotFound("case"))?;
        let schema = u16::try_from(stored.schema_version).map_err(|_| HandleError::Malformed)?;
        match Payload::from_stored(&stored.kind, schema, &stored.payload) {
            Ok(Payload::Case(CaseAct::RequestFiled(filed))) => self.promise(&filed, stored),
            _ => Err(HandleError::NotFound("filing")),
        }
    }

    /// That a leaf is in the ledger as it was last published; `None` while it is not.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn prove(&self, index: u64) -> Result<Option<TlogProof>, LedgerError> {
        let unit = self.unit().id.clone();
        let Some(known) = self.store.ledger(&unit).await? else {
            return Ok(None);
        };
        let size = known.published_size;
        let Some(checkpoint) = self.published(&unit, &known).await? else {
            return Ok(None);
        };
        if index >= size {
            return Ok(None);
        }
        let tiles = self
            .tiles(&unit, needed_to_prove_inclusion(index, size)?)
            .await?;
        Ok(Some(TlogProof {
            extra: None,
            index,
            hashes: prove_inclusion(index, size, &tiles)?,
            checkpoint,
        }))
    }

    /// Signs the ledger with another key from now on, recorded as an act. `revoked`: the key now may
    /// be in other hands and is not believed any more.
    ///
    /// # Errors
    /// [`HandleError`].
    pub async fn rotate_log_key(&self, actor: &Actor, revoked: bool) -> Result<(), HandleError> {
        let unit = self.unit().id.clone();
        let record = record_of(self.store.as_ref(), &unit).await?;
        let generation = record.as_ref().map_or(0, UnitRecord::generation) + 1;
        let keys = self.keys_of_log();
        let current = keys.current().ok_or(HandleError::Malformed)?;
        let seed = self.key.ledger_seed(&unit, generation);
        let next = SigningKey::log(&keys.origin, &seed).map_err(LedgerError::from)?;
        let to = next.verifier().to_string();
        let text = format!("pengayom-key-rotation/v1\n{}\n{to}\n", keys.origin);
        let proof = Note::sign(&text, &[current]).map_err(LedgerError::from)?;
        let command = UnitCommand::RotateLedgerKey {
            from: current.verifier().to_string(),
            to,
            proof: Some(proof.to_string()),
            revoked,
        };
        self.record_log_key(record, command, actor).await
    }

    /// Records a change of the ledger's key, and signs with the new one.
    pub(crate) async fn record_log_key(
        &self,
        record: Option<UnitRecord>,
        command: UnitCommand,
        actor: &Actor,
    ) -> Result<(), HandleError> {
        let unit = self.unit().id.clone();
        let pack = Arc::clone(&self.unit().pack);
        let decided = unit_subject::decide(record.as_ref(), command, pack.templates())?;
        let moment = self.moment(None);
        let acts = self.new_acts(decided, actor, moment, None, Payload::Unit);
        let before = record.map(|record| State::Unit(Box::new(record)));
        let append = Append::new(unit.clone(), Subject::Unit, before, acts);
        let appended = self.store.append(append).await?;
        self.announce(&appended);
        self.reload_log_keys().await?;
        self.advance_ledger().await?;
        Ok(())
    }

    /// Records that the ledger is signed with another key because the one before was lost with the
    /// node's key, if that is so.
    pub(crate) async fn settle_log_keys(&self) -> Result<(), HandleError> {
        let keys = self.keys_of_log();
        let (Some(from), Some(next)) = (&keys.lost, keys.current()) else {
            return Ok(());
        };
        let unit = self.unit().id.clone();
        let record = record_of(self.store.as_ref(), &unit).await?;
        let command = UnitCommand::RotateLedgerKey {
            from: from.clone(),
            to: next.verifier().to_string(),
            proof: None,
            revoked: false,
        };
        let actor = Actor::Program {
            job: "lost key replaced".to_owned(),
        };
        self.record_log_key(record, command, &actor).await
    }

    /// Reads the ledger's keys anew, after the record says that they changed.
    ///
    /// # Errors
    /// [`LedgerError`]; the keys stay as they were.
    pub async fn reload_log_keys(&self) -> Result<(), LedgerError> {
        let unit = self.unit().id.clone();
        let keys = Arc::new(LogKeys::load(self.store.as_ref(), &unit, &self.key).await?);
        *self
            .log_keys
            .write()
            .unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }
}

/// The leaf of an act.
pub(crate) fn leaf_of(sequence: i64) -> u64 {
    u64::try_from(sequence.saturating_sub(1)).unwrap_or(0)
}

/// A moment as receipts spell it: RFC 3339 in UTC, with microseconds.
fn spelled(microseconds: i64) -> String {
    let at = jiff::Timestamp::from_microsecond(microseconds).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
