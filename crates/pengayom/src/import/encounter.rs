//! From rows to encounters.

use pengayom_core::subject::encounter::PersonCapacity;
use pengayom_node::handle::import::ImportedEncounter;

use super::call::{area, point, service};
use super::field::Field;
use super::rejects::Reject;
use super::rows::{Plan, Row, cut};

/// The encounter of a row.
///
/// # Errors
/// [`Reject`] naming the field.
pub(super) fn encounter(source: &str, row: &Row, plan: &Plan) -> Result<ImportedEncounter, Reject> {
    let happened_at = row
        .moment(plan, Field::HappenedAt)?
        .ok_or_else(|| row.reject(Field::HappenedAt, "missing".to_owned()))?;
    let word = row.needed(plan, Field::Capacity)?;
    let capacity = PersonCapacity::parse(word).ok_or_else(|| {
        let known: Vec<&str> = PersonCapacity::ALL
            .iter()
            .map(|known| known.as_str())
            .collect();
        row.reject(
            Field::Capacity,
            format!("{:?} is none of {}", cut(word), known.join(", ")),
        )
    })?;
    Ok(ImportedEncounter {
        source: source.to_owned(),
        key: row.key.clone(),
        happened_at,
        officer: row
            .value(plan, Field::Officer)?
            .unwrap_or_default()
            .to_owned(),
        capacity,
        service: service(row, plan)?,
        function: row.needed(plan, Field::Function)?.to_owned(),
        role: row.needed(plan, Field::Role)?.to_owned(),
        note: row.value(plan, Field::Note)?.map(ToOwned::to_owned),
        area: area(row, plan)?,
        point: point(row, plan)?,
    })
}
