//! Acts.

use pengayom_core::act::{Act, Payload, SCHEMA};
use pengayom_core::value::{ActId, UnitId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Values, damaged, get, moment, stored, subject};
use crate::error::StoreError;
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
];

/// An act with its parts already written as text, so that binding cannot fail.
#[derive(Debug)]
pub(crate) struct ActRecord {
    sequence: i64,
    actor: String,
    place: Option<String>,
    payload: String,
    act: Act,
}

impl ActRecord {
    pub(crate) fn new(sequence: i64, act: Act) -> Result<Self, StoreError> {
        Ok(Self {
            sequence,
            actor: json(&act.actor)?,
            place: act.place.as_ref().map(json).transpose()?,
            payload: act
                .payload
                .to_stored()
                .map_err(|fault| damaged("act", &fault.to_string()))?,
            act,
        })
    }
}

pub(crate) fn bind(values: &mut Values, record: &ActRecord) {
    let act = &record.act;
    values
        .push_bind(act.unit.as_str())
        .push_bind(record.sequence)
        .push_bind(act.subject.kind())
        .push_bind(act.subject.id())
        .push_bind(act.version)
        .push_bind(act.id.0)
        .push_bind(act.payload.kind())
        .push_bind(SCHEMA)
        .push_bind(record.actor.as_str())
        .push_bind(stored(act.happened_at))
        .push_bind(stored(act.recorded_at))
        .push_bind(record.place.as_deref())
        .push_bind(record.payload.as_str());
}

pub(crate) fn read(unit: &UnitId, row: &Row) -> Result<SequencedAct, StoreError> {
    let schema = super::count(row, "schema_version")?;
    let payload = Payload::from_stored(get(row, "kind")?, schema, get(row, "payload")?)
        .map_err(|fault| damaged("act", &fault.to_string()))?;
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
            place: get::<Option<&str>>(row, "place")?
                .map(|text| read_json(text, "place"))
                .transpose()?,
            payload,
        },
    })
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
