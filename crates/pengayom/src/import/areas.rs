//! Importing areas: features of a GeoJSON file, by a mapping of their properties.

use std::collections::BTreeMap;
use std::path::Path;

use pengayom_core::place::Areas;
use pengayom_node::{Clock as _, UnitContext};
use pengayom_store::Store;
use pengayom_store::rows::UnitRow;
use serde_json::{Map, Value};

use super::field::Field;
use super::mapping::Mapping;
use super::rejects::{Reject, Rejects};
use super::run::ImportSummary;
use crate::clock::SystemClock;
use crate::fault::Fault;
use crate::files;

/// Properties of our area file.
const PROPERTIES: [Field; 7] = [
    Field::Level,
    Field::Code,
    Field::Name,
    Field::Parent,
    Field::Kind,
    Field::Population,
    Field::Aliases,
];

/// Puts the features of a file in among the unit's areas, by their code: new ones come in, known
/// ones are replaced. The whole is checked before anything is stored.
///
/// # Errors
/// [`Fault`] when the file does not read or the areas would no longer fit the unit.
pub(crate) async fn import_areas(
    store: &dyn Store,
    unit: UnitRow,
    mapping: &Mapping,
    file: &Path,
    rejects: &mut Rejects,
) -> Result<ImportSummary, Fault> {
    let text = files::read_text(file)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let wrong = |fault: String| Fault::Input(format!("{}: {fault}", file.display()));
    let read: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let features = read
        .get("features")
        .and_then(Value::as_array)
        .ok_or_else(|| wrong("not a GeoJSON FeatureCollection".to_owned()))?;
    let mut known: BTreeMap<String, Value> = BTreeMap::new();
    let stored: Value =
        serde_json::from_str(&unit.areas).map_err(|error| wrong(error.to_string()))?;
    for feature in stored
        .get("features")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        if let Some(code) = feature.pointer("/properties/code").and_then(Value::as_str) {
            known.insert(code.to_owned(), feature.clone());
        }
    }
    let (mut recorded, mut same) = (0, 0);
    for (at, feature) in features.iter().enumerate() {
        // A GeoJSON file has no lines that mean something: the feature's place stands for it.
        let line = at as u64 + 1;
        match mapped(feature, mapping, line, &known) {
            Ok((code, feature)) => {
                if known.get(&code) == Some(&feature) {
                    same += 1;
                } else {
                    known.insert(code, feature);
                    recorded += 1;
                }
            }
            Err(reject) => rejects.add(&reject)?,
        }
    }
    if recorded > 0 {
        let features: Vec<Value> = known.into_values().collect();
        let areas = serde_json::json!({ "type": "FeatureCollection", "features": features });
        let row = UnitRow {
            areas: areas.to_string(),
            adopted_at: SystemClock.now(),
            ..unit
        };
        UnitContext::from_row(&row)?;
        store.put_unit(&row).await?;
    }
    rejects.flush()?;
    Ok(ImportSummary {
        rows: features.len() as u64,
        recorded,
        known: same,
        rejected: rejects.count(),
        resumed_after: 0,
        complete: true,
        seconds: 0.0,
        rejects_file: (rejects.count() > 0).then(|| rejects.path().display().to_string()),
    })
}

/// The feature as ours: what the mapping gives, over what is known of the area already.
fn mapped(
    feature: &Value,
    mapping: &Mapping,
    line: u64,
    known: &BTreeMap<String, Value>,
) -> Result<(String, Value), Reject> {
    let reject = |field: Field, reason: &str| Reject {
        line,
        field: field.name().to_owned(),
        reason: reason.to_owned(),
    };
    let geometry = feature
        .get("geometry")
        .filter(|geometry| geometry.is_object());
    let geometry = geometry.ok_or_else(|| reject(Field::Code, "the feature has no geometry"))?;
    let mut properties = Map::new();
    for field in PROPERTIES {
        let value = match (mapping.constants.get(&field), mapping.columns.get(&field)) {
            (Some(constant), _) => Value::String(constant.clone()),
            (None, Some(column)) => feature
                .get("properties")
                .and_then(|properties| properties.get(column))
                .cloned()
                .unwrap_or(Value::Null),
            (None, None) => Value::Null,
        };
        let value = match (mapping.tables.get(&field), value.as_str()) {
            (Some(table), Some(word)) => Value::String(
                table
                    .get(word)
                    .cloned()
                    .ok_or_else(|| reject(field, "the value is not in the table"))?,
            ),
            _ => value,
        };
        if !value.is_null() {
            properties.insert(field.name().to_owned(), value);
        }
    }
    let code = properties
        .get("code")
        .and_then(Value::as_str)
        .map(ToOwned::to_owned);
    let code = code.ok_or_else(|| reject(Field::Code, "missing"))?;
    let before = known.get(&code).and_then(|known| known.get("properties"));
    let mut all = before
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    all.extend(properties);
    all.entry(Field::Parent.name()).or_insert(Value::Null);
    let mut feature = serde_json::json!({
        "type": "Feature",
        "properties": all,
        "geometry": geometry,
    });
    check_alone(&mut feature).map_err(|reason| reject(Field::Code, &reason))?;
    Ok((code, feature))
}

/// What is wrong with the feature itself, whatever it lies in.
fn check_alone(feature: &mut Value) -> Result<(), String> {
    let parent = feature
        .pointer_mut("/properties/parent")
        .map(std::mem::take);
    let alone = serde_json::json!({ "type": "FeatureCollection", "features": [&*feature] });
    if let (Some(parent), Some(slot)) = (parent, feature.pointer_mut("/properties/parent")) {
        *slot = parent;
    }
    match Areas::from_geojson(&alone.to_string()) {
        Ok(_) => Ok(()),
        Err(errors) => Err(errors.to_string()),
    }
}
