//! The keyring of a unit: its root secret, wrapped by the node's key.
//!
//! Everything sealed or hashed follows from the root secret, so that the node's key can be changed
//! without touching any of it. What is stored also says, by its fingerprint, which key opens it: a
//! wrong key is noticed before anything is done with it. A unit of the first releases has no keyring
//! and its root secret is the node's key itself; the first process that opens it writes one.
//!
//! Stored form: one byte 1, eight bytes fingerprint of the node's key, then nonce and ciphertext
//! (AES-256-GCM-SIV, RFC 8452) of the 32 bytes under the subkey [`Purpose::WrapRoot`], bound to the
//! unit's code.

use jiff::Timestamp;
use pengayom_core::value::UnitId;
use pengayom_store::{KeyringChange, NewJob, Store, StoreError};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::clock::{Clock, Randomness};
use crate::jobs;
use crate::keys::{FINGERPRINT_BYTES, Fingerprint, NodeKey, Purpose};
use crate::seal;

/// First byte of the stored form.
const FORMAT: u8 = 1;

/// Why a unit's keyring was not opened. Nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// It is wrapped by another key.
    #[error("{unit}: the node's key found here ({found}) is not the one this store opens with{}",
        .expected.map(|key| format!(" ({key})")).unwrap_or_default())]
    WrongKey {
        /// Whose keyring.
        unit: UnitId,
        /// The key that opens it; `None` for a store that was never opened since it can tell, in
        /// which persons' details do not open with this key.
        expected: Option<Fingerprint>,
        /// The key that was tried.
        found: Fingerprint,
    },
    /// It does not read.
    #[error("{unit}: the stored keyring does not read: restore a backup")]
    Damaged {
        /// Whose keyring.
        unit: UnitId,
    },
    /// The store has no unit with a keyring.
    #[error("the store has no unit")]
    NoUnit,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What opens a unit's keyring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opens {
    /// The key with this fingerprint.
    With(Fingerprint),
    /// The unit has none yet: the first key that opens its persons is taken for the right one.
    Unknown,
}

/// Which key opens a stored keyring; `None` when it does not read.
pub fn opened_by(wrapped: &[u8]) -> Option<Fingerprint> {
    let (head, _) = wrapped.split_at_checked(1 + FINGERPRINT_BYTES)?;
    match head.split_first() {
        Some((&FORMAT, fingerprint)) => fingerprint.try_into().ok().map(Fingerprint),
        _ => None,
    }
}

fn bound(unit: &UnitId) -> Vec<u8> {
    format!("pengayom/1/keyring/{unit}").into_bytes()
}

/// Wraps a root secret of a unit.
///
/// # Errors
/// [`KeyringError::Damaged`]; only a fault of the cipher leads to it.
pub fn wrap(
    key: &NodeKey,
    root: &NodeKey,
    unit: &UnitId,
    randomness: &dyn Randomness,
) -> Result<Vec<u8>, KeyringError> {
    let mut nonce = [0; 12];
    randomness.fill(&mut nonce);
    let under = key.derive(Purpose::WrapRoot);
    let sealed = seal::seal(&under, nonce, root.secret(), &bound(unit))
        .map_err(|_| KeyringError::Damaged { unit: unit.clone() })?;
    Ok([&[FORMAT], key.fingerprint().0.as_slice(), &sealed].concat())
}

/// Opens a stored keyring.
///
/// # Errors
/// [`KeyringError::WrongKey`] or [`KeyringError::Damaged`].
pub fn open(key: &NodeKey, wrapped: &[u8], unit: &UnitId) -> Result<NodeKey, KeyringError> {
    let damaged = || KeyringError::Damaged { unit: unit.clone() };
    let expected = opened_by(wrapped).ok_or_else(damaged)?;
    let found = key.fingerprint();
    if expected != found {
        return Err(KeyringError::WrongKey {
            unit: unit.clone(),
            expected: Some(expected),
            found,
        });
    }
    let (_, sealed) = wrapped
        .split_at_checked(1 + FINGERPRINT_BYTES)
        .ok_or_else(damaged)?;
    let under = key.derive(Purpose::WrapRoot);
    let root = seal::open(&under, sealed, &bound(unit)).map_err(|_| damaged())?;
    let root: Zeroizing<[u8; 32]> =
        Zeroizing::new(root.as_slice().try_into().map_err(|_| damaged())?);
    Ok(NodeKey::new(*root))
}

/// Which keys open the units of a store, by unit. Changes nothing.
///
/// # Errors
/// [`KeyringError::Damaged`] when one does not read, or the store's.
pub async fn look(store: &dyn Store) -> Result<Vec<(UnitId, Opens)>, KeyringError> {
    let mut all = Vec::new();
    for unit in store.units().await? {
        let opens = match store.keyring(&unit).await? {
            Some(row) => Opens::With(
                opened_by(&row.wrapped)
                    .ok_or_else(|| KeyringError::Damaged { unit: unit.clone() })?,
            ),
            None => Opens::Unknown,
        };
        all.push((unit, opens));
    }
    Ok(all)
}

/// The root secret of a unit. A unit without a keyring gets one: a unit that nothing was recorded for
/// that of the other units in the store, one of the first releases the key itself.
///
/// # Errors
/// See [`KeyringError`].
pub async fn unlock(
    store: &dyn Store,
    unit: &UnitId,
    key: &NodeKey,
    clock: &dyn Clock,
    randomness: &dyn Randomness,
) -> Result<NodeKey, KeyringError> {
    if let Some(row) = store.keyring(unit).await? {
        return open(key, &row.wrapped, unit);
    }
    let persons = match opens_persons(store, unit, key).await? {
        Some(false) => {
            return Err(KeyringError::WrongKey {
                unit: unit.clone(),
                expected: None,
                found: key.fingerprint(),
            });
        }
        some => some.is_some(),
    };
    let root = match of_another_unit(store, unit, key).await? {
        Some(root) if store.last_sequence(unit).await? == 0 => root,
        _ => key.clone(),
    };
    let at = clock.now();
    // Persons of the first releases are not found by their number yet.
    let job = NewJob {
        id: new_id(at, randomness),
        kind: jobs::CONTACTS.to_owned(),
        payload: "{}".to_owned(),
        run_at: at,
    };
    let change = KeyringChange {
        unit: unit.clone(),
        expected: None,
        wrapped: wrap(key, &root, unit, randomness)?,
        at,
        jobs: if persons { vec![job] } else { Vec::new() },
    };
    match store.put_keyrings(vec![change]).await {
        Ok(()) => Ok(root),
        // Another process was faster.
        Err(StoreError::Taken { .. }) => match store.keyring(unit).await? {
            Some(row) => open(key, &row.wrapped, unit),
            None => Err(KeyringError::Damaged { unit: unit.clone() }),
        },
        // A store that takes nothing now still shows what it holds; the next opening writes it.
        Err(error @ StoreError::NotWritable(_)) if root == *key => {
            tracing::warn!(%error, "the unit's keyring could not be written yet");
            Ok(root)
        }
        Err(error) => Err(error.into()),
    }
}

/// Whether the key opens the details of anybody in a unit without a keyring; `None` when nobody is in
/// it. One is enough: details under a key that was lost before do not keep the unit closed.
async fn opens_persons(
    store: &dyn Store,
    unit: &UnitId,
    key: &NodeKey,
) -> Result<Option<bool>, KeyringError> {
    let mut after = None;
    loop {
        let persons = store
            .persons_after(unit, after, pengayom_store::PAGE_MAX)
            .await?;
        let Some(last) = persons.last() else {
            return Ok(after.map(|_| false));
        };
        after = Some(last.id);
        let opens = |person| seal::open_person(key, person).is_ok();
        if persons.iter().any(opens) {
            return Ok(Some(true));
        }
    }
}

/// Gives a unit that nothing was recorded for a root secret of its own making, so that changing the
/// node's key later shuts out whoever has the first. A unit that has a keyring keeps it.
///
/// # Errors
/// See [`KeyringError`]: of a unit that has one, when the key does not open it.
pub async fn begin(
    store: &dyn Store,
    unit: &UnitId,
    key: &NodeKey,
    clock: &dyn Clock,
    randomness: &dyn Randomness,
) -> Result<(), KeyringError> {
    let is_new = store.keyring(unit).await?.is_none() && store.last_sequence(unit).await? == 0;
    if is_new && of_another_unit(store, unit, key).await?.is_none() {
        let mut root = Zeroizing::new([0_u8; 32]);
        randomness.fill(root.as_mut());
        let change = KeyringChange {
            unit: unit.clone(),
            expected: None,
            wrapped: wrap(key, &NodeKey::new(*root), unit, randomness)?,
            at: clock.now(),
            jobs: Vec::new(),
        };
        match store.put_keyrings(vec![change]).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Taken { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    unlock(store, unit, key, clock, randomness).await.map(drop)
}

async fn of_another_unit(
    store: &dyn Store,
    unit: &UnitId,
    key: &NodeKey,
) -> Result<Option<NodeKey>, KeyringError> {
    for other in store.units().await? {
        if other != *unit
            && let Some(row) = store.keyring(&other).await?
        {
            return open(key, &row.wrapped, &other).map(Some);
        }
    }
    Ok(None)
}

/// A unit's root secret, and how it is stored.
#[derive(Debug, Clone)]
pub struct Unlocked {
    /// Whose.
    pub unit: UnitId,
    /// The root secret.
    pub root: NodeKey,
    /// What is stored.
    pub wrapped: Vec<u8>,
}

/// The root secrets of all units of a store; those without a keyring get one.
///
/// # Errors
/// See [`KeyringError`].
pub async fn unlock_all(
    store: &dyn Store,
    key: &NodeKey,
    clock: &dyn Clock,
    randomness: &dyn Randomness,
) -> Result<Vec<Unlocked>, KeyringError> {
    let mut all = Vec::new();
    for unit in store.units().await? {
        let root = unlock(store, &unit, key, clock, randomness).await?;
        let wrapped = match store.keyring(&unit).await? {
            Some(row) => row.wrapped,
            None => wrap(key, &root, &unit, randomness)?,
        };
        all.push(Unlocked {
            unit,
            root,
            wrapped,
        });
    }
    if all.is_empty() {
        return Err(KeyringError::NoUnit);
    }
    Ok(all)
}

/// Wraps the root secrets of all units under another key, of all or of none.
///
/// # Errors
/// See [`KeyringError`]; `Taken` when somebody else changed one in between.
pub async fn rotate(
    store: &dyn Store,
    units: &[Unlocked],
    new: &NodeKey,
    at: Timestamp,
    randomness: &dyn Randomness,
) -> Result<(), KeyringError> {
    let mut changes = Vec::with_capacity(units.len());
    for unit in units {
        changes.push(KeyringChange {
            unit: unit.unit.clone(),
            expected: Some(unit.wrapped.clone()),
            wrapped: wrap(new, &unit.root, &unit.unit, randomness)?,
            at,
            jobs: Vec::new(),
        });
    }
    Ok(store.put_keyrings(changes).await?)
}

/// Begins a new root secret for all units of a store whose key is lost, and gives what was stored
/// before, so that it can be kept in case the key is found.
///
/// # Errors
/// The store's.
pub async fn replace(
    store: &dyn Store,
    new: &NodeKey,
    at: Timestamp,
    randomness: &dyn Randomness,
) -> Result<Vec<(UnitId, Option<Vec<u8>>)>, KeyringError> {
    let mut root = Zeroizing::new([0_u8; 32]);
    randomness.fill(root.as_mut());
    let root = NodeKey::new(*root);
    let mut changes = Vec::new();
    let mut before = Vec::new();
    for unit in store.units().await? {
        let expected = store.keyring(&unit).await?.map(|row| row.wrapped);
        before.push((unit.clone(), expected.clone()));
        changes.push(KeyringChange {
            wrapped: wrap(new, &root, &unit, randomness)?,
            unit,
            expected,
            at,
            jobs: Vec::new(),
        });
    }
    if changes.is_empty() {
        return Err(KeyringError::NoUnit);
    }
    store.put_keyrings(changes).await?;
    Ok(before)
}

fn new_id(at: Timestamp, randomness: &dyn Randomness) -> Uuid {
    let mut random = [0_u8; 10];
    randomness.fill(&mut random);
    let milliseconds = u64::try_from(at.as_millisecond()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counted;

    impl Randomness for Counted {
        fn fill(&self, bytes: &mut [u8]) {
            for (at, byte) in (1..).zip(bytes.iter_mut()) {
                *byte = at;
            }
        }
    }

    fn unit(code: &str) -> UnitId {
        code.parse().unwrap()
    }

    #[test]
    fn a_keyring_opens_with_its_key_for_its_unit_and_says_which() {
        let (key, root) = (NodeKey::new([7; 32]), NodeKey::new([9; 32]));
        let pati = unit("polres-pati");
        let wrapped = wrap(&key, &root, &pati, &Counted).unwrap();
        assert_eq!(opened_by(&wrapped), Some(key.fingerprint()));
        assert!(open(&key, &wrapped, &pati).unwrap() == root);
        let other = NodeKey::new([8; 32]);
        let Err(KeyringError::WrongKey {
            expected, found, ..
        }) = open(&other, &wrapped, &pati)
        else {
            unreachable!("a wrong key opened it");
        };
        assert_eq!(expected, Some(key.fingerprint()));
        assert_eq!(found, other.fingerprint());
        assert!(matches!(
            open(&key, &wrapped, &unit("polres-rembang")),
            Err(KeyringError::Damaged { .. })
        ));
    }

    #[test]
    fn every_changed_bit_of_a_keyring_is_noticed() {
        let key = NodeKey::new([7; 32]);
        let pati = unit("polres-pati");
        let wrapped = wrap(&key, &NodeKey::new([9; 32]), &pati, &Counted).unwrap();
        for at in 0..wrapped.len() * 8 {
            let mut changed = wrapped.clone();
            if let Some(byte) = changed.get_mut(at / 8) {
                *byte ^= 1 << (at % 8);
            }
            assert!(open(&key, &changed, &pati).is_err(), "bit {at}");
        }
        for length in 0..wrapped.len() {
            let cut = wrapped.get(..length).unwrap_or_default();
            assert!(open(&key, cut, &pati).is_err(), "{length} bytes");
        }
    }
}
