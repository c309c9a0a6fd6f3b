//! `key`, and what every verb says of a key that is missing or wrong.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;

use pengayom_testkit::postgres::Database;
use serde_json::Value;

use crate::support::{GOOD, Unit, complaint, succeeded};
use pengayom_core::act::{Payload, Subject};
use pengayom_core::subject::unit::UnitAct;

fn unit() -> Unit {
    let unit = Unit::of("detroit");
    unit.import_rows("calls.csv", &[GOOD]);
    unit
}

fn json(output: &Output) -> Value {
    succeeded(output);
    serde_json::from_slice(&output.stdout).unwrap()
}

fn show(unit: &Unit) -> Value {
    json(&unit.run(&["key", "show", "--json"]))
}

fn word(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// Whether the key in a file opens the store, as a verb that needs it says.
fn opens(unit: &Unit, key: &Path) -> bool {
    let output = unit.run(&["user", "--node-key-file", key.to_str().unwrap(), "list"]);
    assert!(
        [Some(0), Some(1)].contains(&output.status.code()),
        "{output:?}"
    );
    output.status.success()
}

/// Another key, in a file for its owner only.
fn another_key(unit: &Unit) -> PathBuf {
    let path = unit.write("other.key", "5a".repeat(32));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    path
}

fn files(unit: &Unit) -> Vec<String> {
    let entries = std::fs::read_dir(unit.path("")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name.contains(".key")).collect();
    names.sort();
    names
}

// S22
#[test]
fn a_key_is_shown_without_its_secret() {
    let unit = unit();
    let shown = show(&unit);
    let secret = std::fs::read_to_string(unit.path("unit.db.key")).unwrap();
    let output = unit.run(&["key", "show"]);
    succeeded(&output);
    for text in [shown.to_string(), format!("{output:?}")] {
        for at in 0..secret.len() - 12 {
            assert!(!text.contains(&secret[at..at + 12]), "{text}");
        }
    }
    assert_eq!(shown["units"][0]["opens"], true);
    assert_eq!(shown["units"][0]["opens_with"], shown["key"]);
    let backups = word(&shown["units"][0]["backups_for"]);
    assert!(backups.starts_with("age1"), "{backups}");
    let dir = unit.path("backup");
    let said = json(&unit.run(&["backup", "--json", dir.to_str().unwrap()]));
    assert_eq!(said["recipients"][0], backups.as_str());
}

// S22
#[test]
fn a_rotated_key_opens_the_store_and_the_old_one_no_longer() {
    let unit = unit();
    let before = unit.everything();
    let key = unit.path("unit.db.key");
    let old = word(&show(&unit)["key"]);
    let first = std::fs::read(&key).unwrap();
    let said = json(&unit.run(&["key", "rotate", "--json"]));
    assert_eq!(said["old"], old.as_str());
    let new = word(&said["new"]);
    assert_ne!(new, old);
    let shown = show(&unit);
    assert_eq!(shown["key"], new.as_str());
    assert_eq!(shown["units"][0]["opens"], true);
    let kept = unit.path(&format!("unit.db.key.old-{old}"));
    assert_eq!(std::fs::read(&kept).unwrap(), first);
    for path in [&key, &kept] {
        let mode = std::fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
    assert!(opens(&unit, &key));
    assert!(!opens(&unit, &kept));
    assert_eq!(unit.everything(), before);
    // Once more: three keys, and the newest opens.
    let said = json(&unit.run(&["key", "rotate", "--json"]));
    assert_eq!(said["old"], new.as_str());
    assert!(opens(&unit, &key));
    assert_eq!(files(&unit).len(), 3);
}

// S22
#[test]
fn a_rotation_killed_anywhere_leaves_a_store_that_opens_and_says_with_what() {
    for (step, opens_with_old) in [("made", true), ("committed", false), ("kept", false)] {
        let unit = unit();
        let key = unit.path("unit.db.key");
        let old = word(&show(&unit)["key"]);
        let output = unit
            .command(&["key", "rotate"])
            .env("PENGAYOM_REHEARSE_KEY", step)
            .output()
            .unwrap();
        assert!(!output.status.success(), "{step}: {output:?}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(&format!("ended at {step}")), "{said}");
        let staged = unit.path("unit.db.key.new");
        assert_eq!(opens(&unit, &key), opens_with_old, "{step}");
        assert_eq!(opens(&unit, &staged), !opens_with_old, "{step}");
        if !opens_with_old {
            let said = complaint(&unit.run(&["user", "list"]));
            assert!(said.contains(staged.to_str().unwrap()), "{step}: {said}");
            assert!(said.contains("pengayom key rotate"), "{step}: {said}");
            assert!(said.contains(&old), "{step}: {said}");
        }
        // Run again it is finished.
        let said = json(&unit.run(&["key", "rotate", "--json"]));
        assert!(opens(&unit, &key), "{step}");
        assert!(!staged.exists(), "{step}");
        assert_eq!(said["old"], old.as_str(), "{step}");
        assert_eq!(show(&unit)["key"], said["new"], "{step}");
        let kept = unit.path(&format!("unit.db.key.old-{old}"));
        assert!(!opens(&unit, &kept), "{step}");
        assert_eq!(files(&unit).len(), 2, "{step}: {:?}", files(&unit));
    }
}

#[test]
fn a_new_key_cut_short_is_made_anew() {
    let unit = unit();
    let staged = unit.write("unit.db.key.new", "5a5a");
    std::fs::set_permissions(&staged, std::fs::Permissions::from_mode(0o600)).unwrap();
    json(&unit.run(&["key", "rotate", "--json"]));
    assert!(opens(&unit, &unit.path("unit.db.key")));
}

#[test]
fn a_key_of_the_environment_is_changed_into_a_file() {
    let unit = unit();
    let secret = std::fs::read_to_string(unit.path("unit.db.key")).unwrap();
    std::fs::remove_file(unit.path("unit.db.key")).unwrap();
    let run = |arguments: &[&str]| {
        let mut command = unit.command(arguments);
        command.env("PENGAYOM_NODE_KEY", &secret).output().unwrap()
    };
    let said = complaint(&run(&["key", "rotate"]));
    assert!(said.contains("--new-key-file"), "{said}");
    let new = unit.path("new.key");
    succeeded(&run(&[
        "key",
        "rotate",
        "--new-key-file",
        new.to_str().unwrap(),
    ]));
    assert!(opens(&unit, &new));
    let said = complaint(&run(&["user", "list"]));
    assert!(said.contains("PENGAYOM_NODE_KEY"), "{said}");
}

// S22
#[test]
fn every_verb_notices_a_wrong_key_before_it_does_anything() {
    let unit = unit();
    let other = another_key(&unit);
    let expected = word(&show(&unit)["key"]);
    let before = unit.everything();
    let calls = unit.write(
        "more.csv",
        format!("{}\n{}\n", crate::support::HEADER, GOOD),
    );
    let mut import = unit.calls(&calls);
    import.push("--rejects".to_owned());
    import.push(unit.path("rejects.csv").display().to_string());
    let import: Vec<&str> = import.iter().map(String::as_str).collect();
    let data = |name: &str| unit.data(name).display().to_string();
    let (file, areas) = (data("unit.toml"), data("areas.geojson"));
    let pack = crate::support::repository("packs/id").display().to_string();
    let dir = unit.path("backup");
    let with_key = ["--node-key-file", other.to_str().unwrap()];
    let with_key = |verb: &[&str]| {
        // `user` takes it before its own verb.
        let (head, tail) = verb.split_at(1);
        unit.run(&[head, &with_key[..1], &with_key[1..], tail].concat())
    };
    for verb in [
        &["serve", "--listen", "127.0.0.1:0"][..],
        &["user", "add", "siti", "--name", "Siti", "--role", "desk"],
        &import,
        &["backup", dir.to_str().unwrap()],
        &["init", "--pack", &pack, "--unit", &file, "--areas", &areas],
    ] {
        let said = complaint(&with_key(verb));
        assert!(said.contains(&expected), "{verb:?}: {said}");
        assert!(said.contains("Nothing was done"), "{verb:?}: {said}");
        assert!(said.contains("key replace --lost"), "{verb:?}: {said}");
        assert!(!said.contains("5a5a"), "{verb:?}: {said}");
    }
    let rotate = ["key", "rotate", "--node-key-file", other.to_str().unwrap()];
    let said = complaint(&unit.run(&rotate));
    assert!(said.contains(&expected), "{said}");
    assert!(!unit.path("other.key.new").exists());
    assert_eq!(unit.everything(), before);
    assert!(!dir.exists());
    assert!(!unit.path("rejects.csv").exists());
    // Doctor tells of it too, and a restore that would put the wrong key beside the store does not.
    let output = unit.run(&[
        "doctor",
        "--json",
        "--node-key-file",
        other.to_str().unwrap(),
    ]);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let findings = found["findings"].as_array().unwrap();
    let wrong = findings
        .iter()
        .find(|finding| finding["what"] == "keyring")
        .unwrap();
    assert_eq!(wrong["weight"], "wrong", "{found}");
    assert!(word(&wrong["found"]).contains(&expected), "{found}");
}

#[test]
fn a_missing_key_is_asked_for_by_its_name() {
    let unit = unit();
    let expected = word(&show(&unit)["key"]);
    std::fs::rename(unit.path("unit.db.key"), unit.path("away")).unwrap();
    let said = complaint(&unit.run(&["user", "list"]));
    assert!(said.contains(&expected), "{said}");
    assert!(said.contains("--node-key-file"), "{said}");
    // `init` on the same store makes no other key.
    let data = |name: &str| unit.data(name).display().to_string();
    let said = complaint(&unit.run(&[
        "init",
        "--pack",
        crate::support::repository("packs/id").to_str().unwrap(),
        "--unit",
        &data("unit.toml"),
        "--areas",
        &data("areas.geojson"),
    ]));
    assert!(said.contains(&expected), "{said}");
    assert!(!unit.path("unit.db.key").exists());
}

// S22
#[test]
fn a_backup_opens_with_the_key_of_its_time() {
    let unit = unit();
    let dir = unit.path("before");
    succeeded(&unit.run(&["backup", dir.to_str().unwrap()]));
    let old = word(&show(&unit)["key"]);
    succeeded(&unit.run(&["key", "rotate"]));
    let new = unit.path("unit.db.key");
    let kept = unit.path(&format!("unit.db.key.old-{old}"));
    let restore = |store: &str, dir: &Path, more: &[&str]| {
        let store = format!("sqlite:{}", unit.path(store).display());
        let arguments = ["restore", dir.to_str().unwrap(), "--store", &store];
        unit.run(&[&arguments[..], more].concat())
    };
    // With the new key it says which one it wants.
    let with_new = ["--node-key-file", new.to_str().unwrap()];
    let said = complaint(&restore("one.db", &dir, &with_new));
    assert!(said.contains(&old), "{said}");
    assert!(!unit.path("one.db").exists());
    // The old one, kept beside the key, is found where the backup says the key lay.
    succeeded(&restore("one.db", &dir, &[]));
    assert_eq!(
        std::fs::read(unit.path("one.db.key")).unwrap(),
        std::fs::read(&kept).unwrap()
    );
    let store = format!("sqlite:{}", unit.path("one.db").display());
    assert_eq!(unit.everything_at(&store), unit.everything());
    succeeded(&unit.run(&["user", "--store", &store, "list"]));
    // One made now opens with the new key, on the other engine as well.
    let dir = unit.path("after");
    succeeded(&unit.run(&["backup", dir.to_str().unwrap()]));
    let database = Database::new();
    let named = ["--store", database.url(), "--node-key-file"];
    let to = ["restore", dir.to_str().unwrap()];
    succeeded(&unit.run(&[&to[..], &named, &[new.to_str().unwrap()]].concat()));
    assert_eq!(unit.everything_at(database.url()), unit.everything());
    // There a key is rotated like here.
    let said = json(
        &unit.run(
            &[
                &["key", "rotate", "--json"][..],
                &named,
                &[new.to_str().unwrap()],
            ]
            .concat(),
        ),
    );
    let list = ["user"];
    succeeded(&unit.run(&[&list[..], &named, &[new.to_str().unwrap(), "list"]].concat()));
    let kept = word(&said["old_file"]);
    let said = complaint(&unit.run(&[&list[..], &named, &[&kept, "list"]].concat()));
    assert!(said.contains("opens with"), "{said}");
}

// S22
#[test]
fn a_lost_key_is_replaced_after_saying_what_is_lost() {
    let unit = unit();
    let key = unit.path("unit.db.key");
    let before = unit.everything();
    // As long as it is there nothing is replaced.
    let said = complaint(&unit.run(&["key", "replace", "--lost", "--yes"]));
    assert!(said.contains("nothing is lost"), "{said}");
    std::fs::remove_file(&key).unwrap();
    let said = complaint(&unit.run(&["key", "replace", "--lost"]));
    for told in ["Lost for good", "reporters were given", "--yes"] {
        assert!(said.contains(told), "{said}");
    }
    assert!(!key.exists());
    for step in ["made", "committed"] {
        let output = unit
            .command(&["key", "replace", "--lost", "--yes"])
            .env("PENGAYOM_REHEARSE_KEY", step)
            .output()
            .unwrap();
        assert!(!output.status.success(), "{step}: {output:?}");
    }
    succeeded(&unit.run(&["key", "replace", "--lost"]));
    assert!(opens(&unit, &key));
    // The record is what it was, and says that another key signs the ledger from now on.
    let mut after = unit.everything();
    let last = after.acts.pop().unwrap();
    assert_eq!(last.subject, Subject::Unit);
    assert!(matches!(
        last.payload,
        Payload::Unit(UnitAct::LedgerKeyRotated {
            generation: 1,
            proof: None,
            ..
        })
    ));
    assert_eq!(after, before);
    succeeded(&unit.run(&["ledger", "verify"]));
    assert_eq!(files(&unit), ["unit.db.key"]);
}
