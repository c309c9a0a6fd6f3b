//! Visits to front desks, and what is down.

use pengayom_core::subject::visit::order::Turn;
use pengayom_core::value::{OfficerId, OutageId, UnitId, VisitId};
use uuid::Uuid;

use super::{Values, count, damaged, day, get, maybe_code, maybe_moment, moment, stored};
use crate::desk::{OutageRow, VisitRow};
use crate::error::StoreError;
use crate::sql::engine::Row;

pub(crate) const VISITS: &[&str] = &[
    "unit",
    "id",
    "version",
    "station",
    "day",
    "ticket",
    "need",
    "sensitive",
    "turn",
    "priority",
    "joined_at",
    "open_until",
    "called_by",
    "called_at",
    "ended",
    "served",
    "ended_at",
    "simulated",
];

pub(crate) fn bind_visit(values: &mut Values, (unit, visit): &(&UnitId, &VisitRow)) {
    values
        .push_bind(unit.as_str())
        .push_bind(visit.id.0)
        .push_bind(visit.version)
        .push_bind(visit.station.as_ref().map(ToString::to_string))
        .push_bind(visit.day.to_string())
        .push_bind(visit.ticket)
        .push_bind(visit.need.as_deref())
        .push_bind(visit.sensitive)
        .push_bind(visit.turn.digit())
        .push_bind(visit.priority.as_deref())
        .push_bind(stored(visit.joined_at))
        .push_bind(stored(visit.open_until))
        .push_bind(visit.called_by.map(|officer| officer.0))
        .push_bind(visit.called_at.map(stored))
        .push_bind(visit.ended.as_deref())
        .push_bind(visit.served)
        .push_bind(visit.ended_at.map(stored))
        .push_bind(visit.simulated);
}

/// The turn in a column.
pub(crate) fn turn(row: &Row) -> Result<Turn, StoreError> {
    Turn::from_digit(count(row, "turn")?).ok_or_else(|| damaged("turn", "no such turn"))
}

pub(crate) fn read_visit(row: &Row) -> Result<VisitRow, StoreError> {
    Ok(VisitRow {
        id: VisitId(get(row, "id")?),
        version: count(row, "version")?,
        station: maybe_code(row, "station")?,
        day: day(row, "day")?,
        ticket: count(row, "ticket")?,
        need: get(row, "need")?,
        sensitive: get(row, "sensitive")?,
        turn: turn(row)?,
        priority: get(row, "priority")?,
        joined_at: moment(row, "joined_at")?,
        open_until: moment(row, "open_until")?,
        called_by: get::<Option<Uuid>>(row, "called_by")?.map(OfficerId),
        called_at: maybe_moment(row, "called_at")?,
        ended: get(row, "ended")?,
        served: get(row, "served")?,
        ended_at: maybe_moment(row, "ended_at")?,
        simulated: get(row, "simulated")?,
    })
}

pub(crate) const OUTAGES: &[&str] = &[
    "unit",
    "id",
    "version",
    "station",
    "system",
    "words",
    "way",
    "since",
    "until",
    "declared_at",
    "ended_at",
    "simulated",
];

pub(crate) fn bind_outage(values: &mut Values, (unit, outage): &(&UnitId, &OutageRow)) {
    values
        .push_bind(unit.as_str())
        .push_bind(outage.id.0)
        .push_bind(outage.version)
        .push_bind(outage.station.as_ref().map(ToString::to_string))
        .push_bind(outage.system.as_deref())
        .push_bind(outage.words.as_deref())
        .push_bind(outage.way.as_deref())
        .push_bind(stored(outage.since))
        .push_bind(outage.until.map(stored))
        .push_bind(stored(outage.declared_at))
        .push_bind(outage.ended_at.map(stored))
        .push_bind(outage.simulated);
}

pub(crate) fn read_outage(row: &Row) -> Result<OutageRow, StoreError> {
    Ok(OutageRow {
        id: OutageId(get(row, "id")?),
        version: count(row, "version")?,
        station: maybe_code(row, "station")?,
        system: get(row, "system")?,
        words: get(row, "words")?,
        way: get(row, "way")?,
        since: moment(row, "since")?,
        until: maybe_moment(row, "until")?,
        declared_at: moment(row, "declared_at")?,
        ended_at: maybe_moment(row, "ended_at")?,
        simulated: get(row, "simulated")?,
    })
}
