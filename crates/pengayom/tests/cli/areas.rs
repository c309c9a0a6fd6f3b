//! Areas of another file come in among the unit's own, by their code.

use serde_json::{Value, json};

use crate::support::{Unit, by_mapping, complaint, summary};

fn features(unit: &Unit) -> Vec<Value> {
    let text = std::fs::read_to_string(unit.data("areas.geojson")).unwrap();
    let read: Value = serde_json::from_str(&text).unwrap();
    read["features"].as_array().unwrap().clone()
}

fn feature(unit: &Unit, code: &str) -> Value {
    let features = features(unit);
    let found = features
        .into_iter()
        .find(|feature| feature["properties"]["code"] == code);
    found.unwrap()
}

fn arguments(unit: &Unit, features: &[Value]) -> Vec<String> {
    let collection = json!({ "type": "FeatureCollection", "features": features });
    let file = unit.write("areas.geojson", collection.to_string());
    let mapping = std::fs::read_to_string(unit.data("areas.map.toml")).unwrap();
    let mapping = unit.write("map.toml", format!("{mapping}aliases = \"aliases\"\n"));
    by_mapping("areas", &mapping, &file)
}

fn stored(unit: &Unit, code: &str) -> Value {
    let areas = unit.ask(|store, id| async move { store.unit(&id).await.unwrap().unwrap().areas });
    let areas: Value = serde_json::from_str(&areas).unwrap();
    let features = areas["features"].as_array().unwrap();
    let found = features
        .iter()
        .find(|feature| feature["properties"]["code"] == code);
    found.unwrap()["properties"].clone()
}

#[test]
fn a_new_name_and_an_alias_come_in_and_the_rest_stays() {
    let unit = Unit::of("pati");
    let mut village = feature(&unit, "33.18.10.1005");
    village["properties"]["name"] = json!("Nama Baru");
    village["properties"]["aliases"] = json!(["Nama Lama"]);
    let mut bad = feature(&unit, "33.18.10.1007");
    bad["geometry"] = json!({ "type": "Point", "coordinates": [111.0, -6.7] });
    let mut torn = feature(&unit, "33.18.10.1012");
    torn["geometry"] =
        json!({ "type": "Polygon", "coordinates": [[[111.0, -6.7], [111.1, -6.7]]] });
    let mut nameless = feature(&unit, "33.18.10.1013");
    nameless["properties"]["code"] = Value::Null;
    let same = feature(&unit, "33.18.10.1015");
    let arguments = arguments(&unit, &[village, bad, torn, nameless, same]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = summary(&unit.run(&arguments));
    assert_eq!(done.counts(), [5, 1, 1, 3]);
    let found = unit.rejects("areas.geojson");
    assert_eq!(
        found.iter().map(|reject| reject.0).collect::<Vec<_>>(),
        [2, 3, 4]
    );
    assert!(
        found[0].2.contains("must be a Polygon or MultiPolygon"),
        "{found:?}"
    );
    assert!(found[1].2.contains("a ring has at least 4"), "{found:?}");
    assert!(found[2].2.contains("missing"), "{found:?}");
    let village = stored(&unit, "33.18.10.1005");
    assert_eq!(village["name"], "Nama Baru");
    assert_eq!(village["aliases"], json!(["Nama Lama"]));
    assert_eq!(village["parent"], "33.18.10");
    let other = feature(&unit, "33.18.10.1007");
    assert_eq!(stored(&unit, "33.18.10.1007"), other["properties"]);

    let again = summary(&unit.run(&arguments));
    assert_eq!(again.counts(), [5, 0, 2, 3]);
}

#[test]
fn the_unit_s_own_areas_imported_again_change_nothing() {
    let unit = Unit::of("pati");
    let file = unit.data("areas.geojson");
    let mapping = unit.data("areas.map.toml");
    let arguments = by_mapping("areas", &mapping, &file);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let before = stored(&unit, "33.18.10.1005");
    assert_eq!(summary(&unit.run(&arguments)).counts(), [433, 0, 433, 0]);
    assert_eq!(stored(&unit, "33.18.10.1005"), before);
}

#[test]
fn areas_that_no_longer_fit_the_unit_change_nothing() {
    let unit = Unit::of("pati");
    let mut village = feature(&unit, "33.18.10.1005");
    village["properties"]["parent"] = json!("99");
    let arguments = arguments(&unit, &[village]);
    let said = complaint(&unit.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()));
    assert!(
        said.contains("33.18.10.1005") && said.contains("99"),
        "{said}"
    );
    assert_eq!(stored(&unit, "33.18.10.1005")["parent"], "33.18.10");
    let file = unit.write("areas.geojson", "{\"type\": \"Feature\"}");
    let mapping = unit.data("areas.map.toml");
    let arguments = by_mapping("areas", &mapping, &file);
    let said = complaint(&unit.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()));
    assert!(said.contains("not a GeoJSON FeatureCollection"), "{said}");
}
