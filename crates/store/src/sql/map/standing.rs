//! Rooms and equipment, and the standing of officers. What is JSON in a column is written by this program
//! alone, from acts.

use pengayom_core::subject::thing::ThingState;
use pengayom_core::value::{OfficerId, ThingId, UnitId};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::{Values, code, count, damaged, get, maybe_code, maybe_moment, moment, stored};
use crate::error::StoreError;
use crate::sql::engine::Row;
use crate::standing::{StandingRow, ThingRow};

pub(crate) const THINGS: &[&str] = &[
    "unit",
    "id",
    "version",
    "station",
    "kind",
    "label",
    "room",
    "state",
    "since",
    "holder",
    "held_since",
    "check_by",
    "checked_at",
    "registered_at",
    "phases",
    "simulated",
];

pub(crate) const STANDING: &[&str] = &[
    "unit",
    "id",
    "version",
    "qualifications",
    "lessons",
    "simulated",
];

/// A value as JSON; what is written here always can be.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn read_json<T: DeserializeOwned>(row: &Row, column: &'static str) -> Result<T, StoreError> {
    serde_json::from_str(get::<&str>(row, column)?).map_err(|_| damaged(column, "not as written"))
}

pub(crate) fn bind_thing(values: &mut Values, (unit, thing): &(&UnitId, &ThingRow)) {
    values
        .push_bind(unit.as_str())
        .push_bind(thing.id.0)
        .push_bind(thing.version)
        .push_bind(thing.station.as_ref().map(ToString::to_string))
        .push_bind(thing.kind.as_str())
        .push_bind(thing.label.as_str())
        .push_bind(thing.room.as_deref())
        .push_bind(thing.state.as_str())
        .push_bind(stored(thing.since))
        .push_bind(thing.holder.map(|officer| officer.0))
        .push_bind(thing.held_since.map(stored))
        .push_bind(thing.check_by.map(|day| day.to_string()))
        .push_bind(thing.checked_at.map(stored))
        .push_bind(stored(thing.registered_at))
        .push_bind(json(&thing.phases))
        .push_bind(thing.simulated);
}

pub(crate) fn read_thing(row: &Row) -> Result<ThingRow, StoreError> {
    let state = ThingState::parse(get(row, "state")?);
    let check_by = get::<Option<&str>>(row, "check_by")?;
    let check_by = check_by.map(str::parse).transpose();
    Ok(ThingRow {
        id: ThingId(get(row, "id")?),
        version: count(row, "version")?,
        station: maybe_code(row, "station")?,
        kind: code(get(row, "kind")?, "kind")?,
        label: get(row, "label")?,
        room: get(row, "room")?,
        state: state.ok_or_else(|| damaged("state", "no such state"))?,
        since: moment(row, "since")?,
        holder: get::<Option<Uuid>>(row, "holder")?.map(OfficerId),
        held_since: maybe_moment(row, "held_since")?,
        check_by: check_by.map_err(|_| damaged("check_by", "no ISO date"))?,
        checked_at: maybe_moment(row, "checked_at")?,
        registered_at: moment(row, "registered_at")?,
        phases: read_json(row, "phases")?,
        simulated: get(row, "simulated")?,
    })
}

pub(crate) fn bind_standing(values: &mut Values, (unit, officer): &(&UnitId, &StandingRow)) {
    values
        .push_bind(unit.as_str())
        .push_bind(officer.id.0)
        .push_bind(officer.version)
        .push_bind(json(&officer.qualifications))
        .push_bind(json(&officer.lessons))
        .push_bind(officer.simulated);
}

pub(crate) fn read_standing(row: &Row) -> Result<StandingRow, StoreError> {
    Ok(StandingRow {
        id: OfficerId(get(row, "id")?),
        version: count(row, "version")?,
        qualifications: read_json(row, "qualifications")?,
        lessons: read_json(row, "lessons")?,
        simulated: get(row, "simulated")?,
    })
}
