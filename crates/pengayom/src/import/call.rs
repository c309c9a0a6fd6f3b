//! From rows to calls.

use pengayom_core::pack::ServiceCode;
use pengayom_core::place::{AreaCode, Point};
use pengayom_core::subject::case::Channel;
use pengayom_node::handle::import::{ImportedCall, ImportedResponse};

use super::field::Field;
use super::rejects::Reject;
use super::rows::{Plan, Row, cut};

/// Most responses one call has.
pub(super) const RESPONSES_MAX: usize = 200;

/// The call that a first row begins.
///
/// # Errors
/// [`Reject`] naming the field.
pub(super) fn begin(source: &str, row: &Row, plan: &Plan) -> Result<ImportedCall, Reject> {
    let received_at = row
        .moment(plan, Field::ReceivedAt)?
        .ok_or_else(|| row.reject(Field::ReceivedAt, "missing".to_owned()))?;
    let channel = match row.value(plan, Field::Channel)? {
        None => Channel::Import,
        Some(word) => Channel::parse(word)
            .ok_or_else(|| row.reject(Field::Channel, format!("{:?} is no channel", cut(word))))?,
    };
    let mut call = ImportedCall {
        source: source.to_owned(),
        key: row.key.clone(),
        received_at,
        service: service(row, plan)?,
        channel,
        priority: row.value(plan, Field::Priority)?.map(ToOwned::to_owned),
        note: row.value(plan, Field::Note)?.map(ToOwned::to_owned),
        area: area(row, plan)?,
        point: point(row, plan)?,
        responses: Vec::new(),
        disposition: row.value(plan, Field::Disposition)?.map(ToOwned::to_owned),
    };
    add(&mut call, row, plan)?;
    Ok(call)
}

/// Adds the response a row tells of.
///
/// # Errors
/// [`Reject`] naming the field.
pub(super) fn add(call: &mut ImportedCall, row: &Row, plan: &Plan) -> Result<(), Reject> {
    let response = ImportedResponse {
        unit: row
            .value(plan, Field::UnitId)?
            .unwrap_or_default()
            .to_owned(),
        dispatched_at: row.moment(plan, Field::DispatchedAt)?,
        arrived_at: row.moment(plan, Field::ArrivedAt)?,
        cleared_at: row.moment(plan, Field::ClearedAt)?,
    };
    if response.dispatched_at.is_none() && response.arrived_at.is_none() {
        return Ok(());
    }
    if call.responses.len() >= RESPONSES_MAX {
        let reason = format!("more than {RESPONSES_MAX} responses to one call");
        return Err(row.reject(Field::UnitId, reason));
    }
    call.responses.push(response);
    Ok(())
}

/// The service a row names.
pub(super) fn service(row: &Row, plan: &Plan) -> Result<ServiceCode, Reject> {
    let word = row.needed(plan, Field::Service)?;
    word.parse().map_err(|_| {
        row.reject(
            Field::Service,
            format!("{:?} is no service code", cut(word)),
        )
    })
}

/// The area a row names.
pub(super) fn area(row: &Row, plan: &Plan) -> Result<Option<AreaCode>, Reject> {
    for field in [Field::Beat, Field::Area] {
        if let Some(word) = row.value(plan, field)? {
            let code = word
                .parse()
                .map_err(|_| row.reject(field, format!("{:?} is no area code", cut(word))))?;
            return Ok(Some(code));
        }
    }
    Ok(None)
}

/// The position a row gives.
pub(super) fn point(row: &Row, plan: &Plan) -> Result<Option<Point>, Reject> {
    match (row.number(plan, Field::Lat)?, row.number(plan, Field::Lng)?) {
        (Some(lat), Some(lng)) => Point::new(lat, lng)
            .map(Some)
            .map_err(|error| row.reject(Field::Lat, error.to_string())),
        (None, None) => Ok(None),
        _ => Err(row.reject(
            Field::Lat,
            "latitude and longitude come together".to_owned(),
        )),
    }
}
