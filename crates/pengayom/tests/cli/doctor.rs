//! `doctor`: what it finds, on both engines, and that it changes nothing.

use std::os::unix::fs::PermissionsExt as _;

use pengayom_testkit::postgres::Database;
use serde_json::Value;

use crate::support::{GOOD, Unit, succeeded};

/// What doctor finds of one thing: weight, words, remedy.
fn found(unit: &Unit, more: &[&str], what: &str) -> (String, String, String) {
    let output = unit.run(&[&["doctor", "--json"], more].concat());
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = said["findings"].as_array().unwrap();
    let of = findings.iter().find(|finding| finding["what"] == what);
    let of = of.unwrap_or_else(|| panic!("{what}: {said}"));
    let word = |key: &str| of[key].as_str().unwrap_or_default().to_owned();
    if word("weight") == "wrong" {
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert!(!word("remedy").is_empty(), "{said}");
    }
    (word("weight"), word("found"), word("remedy"))
}

/// A unit in a database, with the arguments that name it.
fn on_postgres(unit: &Unit) -> (Database, Vec<String>) {
    let database = Database::new();
    let dir = unit.path("moved");
    let key = unit.path("unit.db.key").display().to_string();
    let dir = dir.to_str().unwrap();
    succeeded(&unit.run(&["backup", dir]));
    let named = ["--store", database.url(), "--node-key-file", &key];
    succeeded(&unit.run(&[&["restore", dir], &named[..]].concat()));
    let named = named.map(str::to_owned).to_vec();
    (database, named)
}

fn unit() -> Unit {
    let unit = Unit::of("detroit");
    unit.import_rows("calls.csv", &[GOOD]);
    unit
}

#[test]
fn doctor_tells_when_the_last_backup_was() {
    let unit = Unit::of("detroit");
    assert_eq!(found(&unit, &[], "backup").0, "good", "nothing to back up");
    unit.import_rows("calls.csv", &[GOOD]);
    let (weight, said, remedy) = found(&unit, &[], "backup");
    assert_eq!(weight, "note");
    assert!(said.contains("never backed up"), "{said}");
    assert!(remedy.contains("pengayom backup"), "{remedy}");
    let dir = unit.path("backup");
    succeeded(&unit.run(&["backup", dir.to_str().unwrap()]));
    let (weight, said, _) = found(&unit, &[], "backup");
    assert_eq!(weight, "good", "{said}");
    assert!(said.contains("0 acts since"), "{said}");
}

#[test]
fn doctor_tells_of_files_that_others_can_read() {
    let unit = unit();
    assert_eq!(found(&unit, &[], "permissions").0, "good");
    let open = std::fs::Permissions::from_mode(0o640);
    std::fs::set_permissions(unit.path("unit.db"), open).unwrap();
    let (weight, _, remedy) = found(&unit, &[], "permissions");
    assert_eq!(weight, "wrong");
    assert!(remedy.starts_with("chmod 600 "), "{remedy}");
}

// S45
#[test]
fn doctor_tells_who_keeps_accounts_with_a_password_alone() {
    let unit = unit();
    assert_eq!(found(&unit, &[], "accounts").0, "good", "nobody keeps any");
    for (login, role) in [("budi", "admin"), ("siti", "desk")] {
        succeeded(&unit.run(&["user", "add", login, "--name", login, "--role", role]));
    }
    let (weight, said, remedy) = found(&unit, &[], "accounts");
    assert_eq!(weight, "note");
    assert!(said.contains("budi") && !said.contains("siti"), "{said}");
    assert!(remedy.contains("set up an app"), "{remedy}");
    succeeded(&unit.run(&["user", "disable", "budi"]));
    assert_eq!(found(&unit, &[], "accounts").0, "good");
}

#[test]
fn doctor_looks_deeper_when_asked() {
    let unit = unit();
    let (weight, said, _) = found(&unit, &["--deep"], "views");
    assert_eq!(weight, "good", "{said}");
    assert!(said.contains("follow from 3 acts"), "{said}");
}

#[test]
fn doctor_looks_a_database_over() {
    let unit = unit();
    let (database, named) = on_postgres(&unit);
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    for what in [
        "key",
        "store",
        "clock",
        "server clock",
        "jobs",
        "schema",
        "unit",
    ] {
        let (weight, said, _) = found(&unit, &named, what);
        assert_eq!(weight, "good", "{what}: {said}");
    }
    assert_eq!(found(&unit, &named, "disk").0, "note");
    // A restored store has no backup of its own yet.
    assert_eq!(found(&unit, &named, "backup").0, "note");
    if database.sql("SHOW fsync").trim() == "off" {
        let (weight, said, _) = found(&unit, &named, "server");
        assert_eq!(weight, "wrong");
        assert!(said.contains("fsync = off"), "{said}");
    }

    database.sql("UPDATE rollup_hour SET filed = filed + 1");
    let deep = [&named[..], &["--deep"]].concat();
    let (weight, said, remedy) = found(&unit, &deep, "views");
    assert_eq!(weight, "wrong");
    assert!(said.contains("filed 2, derived 1"), "{said}");
    assert!(remedy.contains("pengayom rebuild"), "{remedy}");

    database.sql(
        "INSERT INTO jobs (unit, id, kind, payload, due_at, attempts)
         VALUES ('detroit-pd', gen_random_uuid(), 'media.preview', '{}', 5, 0)",
    );
    assert_eq!(found(&unit, &named, "jobs").0, "wrong");
    database.sql("UPDATE backups SET made_at = 0");
    database.sql("INSERT INTO backups (unit, made_at, last_seq) VALUES ('detroit-pd', 1000000, 1)");
    let (weight, said, _) = found(&unit, &named, "backup");
    assert_eq!(weight, "wrong", "{said}");
    assert!(said.contains("2 acts since"), "{said}");
    database.sql(
        "INSERT INTO acts SELECT unit, 4, subject_kind, subject_id, 4, gen_random_uuid(), kind,
         schema_version, actor, happened_at, 32503680000000000, place, payload
         FROM acts WHERE seq = 3",
    );
    let (weight, said, _) = found(&unit, &named, "clock");
    assert_eq!(weight, "wrong", "{said}");
}

/// An older store is looked over as it is: its tables are brought up to date by whoever serves it,
/// not by who only looks.
#[test]
fn doctor_changes_no_tables() {
    let unit = unit();
    let (database, named) = on_postgres(&unit);
    let named: Vec<&str> = named.iter().map(String::as_str).collect();
    database.sql("DROP TABLE backups");
    database.sql("DELETE FROM _sqlx_migrations WHERE version >= 2");
    let (weight, said, _) = found(&unit, &named, "schema");
    assert_eq!(weight, "note");
    assert!(said.contains("of the tables wait"), "{said}");
    let last = database.sql("SELECT max(version) FROM _sqlx_migrations");
    assert_eq!(last.trim(), "1");

    let blank = Database::new();
    let (weight, said, remedy) = found(&unit, &["--store", blank.url()], "unit");
    assert_eq!(
        (weight.as_str(), said.as_str()),
        ("wrong", "the store has none")
    );
    assert!(remedy.contains("pengayom init"), "{remedy}");
    let tables = blank.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'");
    assert_eq!(tables.trim(), "0");

    database.sql(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (999, 'later', true, '\\x00', 0)",
    );
    let (weight, said, _) = found(&unit, &named, "schema");
    assert_eq!(weight, "wrong");
    assert!(said.contains("a newer program"), "{said}");
}

#[test]
fn doctor_says_when_the_server_does_not_answer() {
    let unit = unit();
    let key = unit.path("unit.db.key").display().to_string();
    // Nobody listens there: the port was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let store = format!("postgres://unit:rahasia@127.0.0.1:{port}/record");
    let named = ["--store", &store, "--node-key-file", &key];
    let (weight, said, _) = found(&unit, &named, "store");
    assert_eq!(weight, "wrong");
    assert!(said.contains("cannot be reached"), "{said}");
    assert!(!said.contains("rahasia"), "{said}");
}
