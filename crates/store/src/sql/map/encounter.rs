//! Encounters.

use pengayom_core::value::{CaseId, EncounterId, OfficerId, PersonId, UnitId};
use uuid::Uuid;

use super::{
    Values, code, count, get, hash_bytes, hash_of, maybe_code, maybe_moment, moment, stored,
};
use crate::error::StoreError;
use crate::rows::EncounterRow;
use crate::sql::engine::Row;

pub(crate) const COLUMNS: &[&str] = &[
    "unit",
    "id",
    "version",
    "officer",
    "person",
    "capacity",
    "case_id",
    "service",
    "function",
    "role",
    "force_used",
    "station",
    "beat",
    "stratum",
    "place_text",
    "happened_at",
    "recorded_at",
    "rating_code",
    "rate_by",
    "simulated",
    "kept_from",
];

pub(crate) fn bind(values: &mut Values, (unit, encounter): &(&UnitId, &EncounterRow)) {
    values
        .push_bind(unit.as_str())
        .push_bind(encounter.id.0)
        .push_bind(encounter.version)
        .push_bind(encounter.officer.0)
        .push_bind(encounter.person.map(|person| person.0))
        .push_bind(encounter.capacity.as_str())
        .push_bind(encounter.case.map(|case| case.0))
        .push_bind(encounter.service.to_string())
        .push_bind(encounter.function.as_str())
        .push_bind(encounter.role.as_str())
        .push_bind(encounter.force_used)
        .push_bind(encounter.station.as_ref().map(ToString::to_string))
        .push_bind(encounter.beat.as_ref().map(ToString::to_string))
        .push_bind(encounter.stratum.as_deref())
        .push_bind(encounter.place_text.as_deref())
        .push_bind(stored(encounter.happened_at))
        .push_bind(stored(encounter.recorded_at))
        .push_bind(hash_bytes(encounter.rating_code))
        .push_bind(stored(encounter.rate_by))
        .push_bind(encounter.simulated)
        .push_bind(encounter.kept_from.map(stored));
}

pub(crate) fn read(row: &Row) -> Result<EncounterRow, StoreError> {
    Ok(EncounterRow {
        id: EncounterId(get(row, "id")?),
        version: count(row, "version")?,
        officer: OfficerId(get(row, "officer")?),
        person: get::<Option<Uuid>>(row, "person")?.map(PersonId),
        capacity: get(row, "capacity")?,
        case: get::<Option<Uuid>>(row, "case_id")?.map(CaseId),
        service: code(get(row, "service")?, "service")?,
        function: get(row, "function")?,
        role: get(row, "role")?,
        force_used: get(row, "force_used")?,
        station: maybe_code(row, "station")?,
        beat: maybe_code(row, "beat")?,
        stratum: get(row, "stratum")?,
        place_text: get(row, "place_text")?,
        happened_at: moment(row, "happened_at")?,
        recorded_at: moment(row, "recorded_at")?,
        rating_code: hash_of(get(row, "rating_code")?, "rating_code")?,
        rate_by: moment(row, "rate_by")?,
        simulated: get(row, "simulated")?,
        kept_from: maybe_moment(row, "kept_from")?,
    })
}
