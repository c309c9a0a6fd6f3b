//! `ledger verify`, and what `restore` says of the ledger.

use pengayom_testkit::postgres::Database;
use serde_json::Value;

use crate::support::{Unit, many, succeeded};

fn unit(rows: usize) -> Unit {
    let unit = Unit::of("detroit");
    let rows = many(rows);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    unit.import_rows("calls.csv", &rows);
    unit
}

fn verified(unit: &Unit, more: &[&str]) -> Value {
    let mut arguments = vec!["ledger", "verify", "--json"];
    arguments.extend(more);
    let output = unit.run(&arguments);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = found["units"][0].clone();
    assert_eq!(output.status.success(), found["whole"] == true, "{found}");
    found
}

/// Backs a unit up and restores it elsewhere; gives what the restore said.
fn restored(unit: &Unit, to: &[&str]) -> Value {
    let dir = unit.path("backup");
    let dir = dir.to_str().unwrap();
    succeeded(&unit.run(&["backup", dir]));
    let output = unit.run(&[&["restore", dir, "--json"][..], to].concat());
    succeeded(&output);
    serde_json::from_slice(&output.stdout).unwrap()
}

// S18, S22
#[test]
fn a_record_is_held_to_its_ledger() {
    let unit = unit(100);
    let found = verified(&unit, &[]);
    assert_eq!(found["whole"], true);
    assert_eq!(found["acts"], 300);
    assert_eq!(found["in_tree"], 300);
    assert_eq!(found["published"], 300);
    assert_eq!(found["signature_checked"], true);
    let origin = found["origin"].as_str().unwrap();
    assert!(origin.starts_with("pengayom/detroit-pd/"), "{origin}");
    // Whoever has not the node's key sees all but whose the signature is.
    let store = unit.store();
    let path = store.strip_prefix("sqlite:").unwrap();
    let key = format!("{path}.key");
    let away = format!("{path}.away");
    std::fs::rename(&key, &away).unwrap();
    let found = verified(&unit, &[]);
    assert_eq!(found["whole"], true);
    assert_eq!(found["signature_checked"], false);
    std::fs::rename(&away, &key).unwrap();
    // A key of another log believes nothing of it.
    let other = "pengayom/detroit-pd/00000000+";
    let output = unit.run(&["ledger", "verify", "--log", other]);
    assert_eq!(output.status.code(), Some(2));
}

// S18, S22
#[test]
fn what_is_altered_is_named_also_after_a_restore() {
    let unit = unit(100);
    let database = Database::new();
    let key = unit.store().replacen("sqlite:", "", 1) + ".key";
    let to = ["--store", database.url(), "--node-key-file", &key];
    let restored = restored(&unit, &to);
    assert_eq!(restored["units"][0]["ledger"]["whole"], true, "{restored}");
    assert_eq!(restored["units"][0]["ledger"]["published"], 300);
    let found = verified(&unit, &to);
    assert_eq!(found["whole"], true, "{found}");

    database.sql(
        "ALTER TABLE acts DISABLE TRIGGER USER;
         UPDATE acts SET recorded_at = recorded_at - 60000000 WHERE seq IN (77, 78)",
    );
    let found = verified(&unit, &to);
    assert_eq!(found["altered"], 2);
    assert_eq!(found["named"][0], "act 77 is not what was recorded");
    let output = unit.run(&[&["ledger", "verify"][..], &to[..]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("Keep this store"), "{said}");
    // A backup of it is restored as it is, and that is told.
    let altered = unit.path("altered");
    let altered = altered.to_str().unwrap();
    succeeded(&unit.run(&[&["backup", altered][..], &to[..]].concat()));
    let store = format!("sqlite:{}", unit.path("again.db").display());
    let output = unit.run(&[
        "restore",
        altered,
        "--store",
        &store,
        "--node-key-file",
        &key,
    ]);
    succeeded(&output);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("act 77 is not what was recorded"), "{said}");
}

// S22
#[test]
fn acts_taken_away_from_the_end_are_missed() {
    let unit = unit(20);
    let database = Database::new();
    let key = unit.store().replacen("sqlite:", "", 1) + ".key";
    let to = ["--store", database.url(), "--node-key-file", &key];
    let restored = restored(&unit, &to);
    assert_eq!(restored["units"][0]["acts"], 60);
    database.sql("ALTER TABLE acts DISABLE TRIGGER USER; DELETE FROM acts WHERE seq > 58");
    let found = verified(&unit, &to);
    assert!(
        found["named"]
            .to_string()
            .contains("the tree holds 60 acts, and there are 58"),
        "{found}"
    );
    assert!(found["checkpoint"].is_string(), "{found}");
}
