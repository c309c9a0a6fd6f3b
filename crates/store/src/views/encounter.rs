//! The encounter view.

use pengayom_core::subject::encounter::Encounter;
use pengayom_core::value::EncounterId;

use super::shown;
use crate::rows::EncounterRow;

/// The row of an encounter.
pub(super) fn row(id: EncounterId, encounter: &Encounter) -> EncounterRow {
    let recorded = &encounter.recorded;
    let place = encounter.place.as_ref();
    EncounterRow {
        id,
        version: encounter.version,
        officer: recorded.officer,
        person: recorded.person,
        capacity: recorded.capacity.as_str().to_owned(),
        case: recorded.case,
        service: recorded.service.clone(),
        function: shown(&recorded.function),
        role: shown(&recorded.role),
        force_used: recorded.force_used,
        station: place.map(|place| place.station.clone()),
        beat: place.and_then(|place| place.beat.clone()),
        stratum: place.and_then(|place| place.stratum.as_deref()).map(shown),
        place_text: place.and_then(|place| place.text.as_deref()).map(shown),
        happened_at: encounter.happened_at,
        recorded_at: encounter.recorded_at,
        rating_code: recorded.rating_code,
        rate_by: recorded.rate_by,
        simulated: recorded.simulated,
        kept_from: encounter.kept_from(),
    }
}
