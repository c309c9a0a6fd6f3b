//! Acts.

use pengayom_core::act::{Act, Payload, SCHEMA, told};
use pengayom_core::value::{ActId, UnitId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Values, damaged, get, moment, stored, subject};
use crate::error::StoreError;
use crate::proof::{Seed, StoredAct};
use crate::rows::SequencedAct;
use crate::sql::engine::Row;

pub(crate) const COLUMNS: &[&str] = &[
    "unit",
    "seq",
    "subject_kind",
    "subject_id",
    "version",
    "id",
    "kind",
    "schema_version",
    "actor",
    "happened_at",
    "recorded_at",
    "place",
    "payload",
    "salt",
    "told_hash",
    "commitment",
];

/// What an act is read from: what happened, and what was told with it as long as it is kept.
pub(crate) const TO_READ: &[&str] = &[
    "seq",
    "subject_kind",
    "subject_id",
    "version",
    "id",
    "kind",
    "schema_version",
    "actor",
    "happened_at",
    "recorded_at",
    "place",
    "payload",
    "(SELECT words FROM told WHERE told.unit = acts.unit AND told.seq = acts.seq) AS words",
];

pub(crate) const TOLD: &[&str] = &["unit", "seq", "salt", "words"];

/// An act with its parts already written as text, so that binding cannot fail.
#[derive(Debug)]
pub(crate) struct ActRecord {
    unit: UnitId,
    pub(crate) stored: StoredAct,
    /// Whether the ledger holds it.
    committed: bool,
    /// Salt and words of what was told.
    pub(crate) told: Option<([u8; 32], String)>,
}

impl ActRecord {
    /// `seed` is `None` only where a measurement leaves the ledger out.
    pub(crate) fn new(sequence: i64, act: &Act, seed: Option<Seed>) -> Result<Self, StoreError> {
        let (mut payload, mut place) = (act.payload.clone(), act.place.clone());
        let told = match seed {
            Some(seed) => told::split(&mut payload, place.as_mut())
                .map_err(|fault| damaged("act", &fault.to_string()))?
                .map(|words| (seed.told_salt(), words)),
            None => None,
        };
        let told_hash = told
            .as_ref()
            .map(|(salt, words)| pengayom_ledger::told_hash(salt, words));
        let mut stored = StoredAct {
            sequence,
            subject_kind: act.subject.kind().to_owned(),
            subject_id: act.subject.id(),
            version: i64::from(act.version),
            id: act.id.0,
            kind: payload.kind().to_owned(),
            schema_version: i64::from(SCHEMA),
            actor: json(&act.actor)?,
            happened_at: stored(act.happened_at),
            recorded_at: stored(act.recorded_at),
            place: place.as_ref().map(json).transpose()?,
            payload: payload
                .to_stored()
                .map_err(|fault| damaged("act", &fault.to_string()))?,
            salt: seed.map_or([0; 32], Seed::salt),
            told_hash,
            commitment: [0; 32],
        };
        if seed.is_some() {
            stored.commitment = stored.committed(&act.unit);
        }
        Ok(Self {
            unit: act.unit.clone(),
            stored,
            committed: seed.is_some(),
            told,
        })
    }

    pub(crate) fn unit(&self) -> &str {
        self.unit.as_str()
    }
}

pub(crate) fn bind(values: &mut Values, record: &ActRecord) {
    let act = &record.stored;
    values
        .push_bind(record.unit.as_str())
        .push_bind(act.sequence)
        .push_bind(act.subject_kind.as_str())
        .push_bind(act.subject_id)
        .push_bind(act.version)
        .push_bind(act.id)
        .push_bind(act.kind.as_str())
        .push_bind(act.schema_version)
        .push_bind(act.actor.as_str())
        .push_bind(act.happened_at)
        .push_bind(act.recorded_at)
        .push_bind(act.place.as_deref())
        .push_bind(act.payload.as_str())
        .push_bind(record.committed.then(|| act.salt.to_vec()))
        .push_bind(act.told_hash.map(|hash| hash.to_vec()))
        .push_bind(record.committed.then(|| act.commitment.to_vec()));
}

/// A row of what was told: unit, sequence number, salt, words.
pub(crate) type ToldRow<'a> = (&'a UnitId, i64, &'a [u8; 32], &'a str);

/// What was told with an act; `None` when nothing was.
pub(crate) fn told_row(record: &ActRecord) -> Option<ToldRow<'_>> {
    let (salt, words) = record.told.as_ref()?;
    Some((&record.unit, record.stored.sequence, salt, words))
}

pub(crate) fn bind_told(values: &mut Values, (unit, sequence, salt, words): &ToldRow<'_>) {
    values
        .push_bind(unit.as_str())
        .push_bind(*sequence)
        .push_bind(salt.to_vec())
        .push_bind(*words);
}

pub(crate) fn read(unit: &UnitId, row: &Row) -> Result<SequencedAct, StoreError> {
    let schema = super::count(row, "schema_version")?;
    let mut payload = Payload::from_stored(get(row, "kind")?, schema, get(row, "payload")?)
        .map_err(|fault| damaged("act", &fault.to_string()))?;
    let mut place = get::<Option<&str>>(row, "place")?
        .map(|text| read_json(text, "place"))
        .transpose()?;
    if let Some(words) = get::<Option<&str>>(row, "words")? {
        told::join(&mut payload, place.as_mut(), words)
            .map_err(|fault| damaged("told", &fault.to_string()))?;
    }
    Ok(SequencedAct {
        sequence: get(row, "seq")?,
        act: Act {
            id: ActId(get(row, "id")?),
            unit: unit.clone(),
            subject: subject(row)?,
            version: super::count(row, "version")?,
            actor: read_json(get(row, "actor")?, "actor")?,
            happened_at: moment(row, "happened_at")?,
            recorded_at: moment(row, "recorded_at")?,
            place,
            payload,
        },
    })
}

/// Columns of an act as it is held to.
pub(crate) fn read_stored(row: &Row) -> Result<StoredAct, StoreError> {
    Ok(StoredAct {
        sequence: get(row, "seq")?,
        subject_kind: get(row, "subject_kind")?,
        subject_id: get(row, "subject_id")?,
        version: get(row, "version")?,
        id: get(row, "id")?,
        kind: get(row, "kind")?,
        schema_version: get(row, "schema_version")?,
        actor: get(row, "actor")?,
        happened_at: get(row, "happened_at")?,
        recorded_at: get(row, "recorded_at")?,
        place: get(row, "place")?,
        payload: get(row, "payload")?,
        salt: hash(row, "salt")?,
        told_hash: maybe_hash(row, "told_hash")?,
        commitment: hash(row, "commitment")?,
    })
}

pub(crate) fn hash(row: &Row, column: &'static str) -> Result<[u8; 32], StoreError> {
    maybe_hash(row, column)?.ok_or_else(|| damaged(column, "missing"))
}

pub(crate) fn maybe_hash(row: &Row, column: &'static str) -> Result<Option<[u8; 32]>, StoreError> {
    get::<Option<&[u8]>>(row, column)?
        .map(|bytes| {
            bytes
                .try_into()
                .map_err(|_| damaged(column, "not 32 bytes"))
        })
        .transpose()
}

fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|fault| damaged("act", &fault.to_string()))
}

fn read_json<T: DeserializeOwned>(text: &str, what: &'static str) -> Result<T, StoreError> {
    // Only the category and position: the text around may hold what a person wrote.
    serde_json::from_str(text).map_err(|fault| {
        damaged(
            what,
            &format!("{:?} at column {}", fault.classify(), fault.column()),
        )
    })
}
