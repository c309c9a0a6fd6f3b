//! `backup`, `restore` and `rebuild`.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::atomic::{AtomicBool, Ordering};

use pengayom_testkit::postgres::Database;
use serde_json::Value;

use crate::support::{Unit, complaint, many, succeeded};

/// A unit with some calls.
fn unit(rows: usize) -> Unit {
    let unit = Unit::of("detroit");
    let rows = many(rows);
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    unit.import_rows("calls.csv", &rows);
    unit
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Backs the unit up into a folder of this name, and gives the folder and what was said.
fn back_up(unit: &Unit, name: &str) -> (PathBuf, Value) {
    let dir = unit.path(name);
    let output = unit.run(&["backup", "--json", text(&dir)]);
    succeeded(&output);
    (dir, serde_json::from_slice(&output.stdout).unwrap())
}

fn restore(unit: &Unit, dir: &Path, store: &str, more: &[&str]) -> Output {
    let mut arguments = vec!["restore", text(dir), "--store", store, "--json"];
    arguments.extend(more);
    unit.run(&arguments)
}

fn sqlite(path: &Path) -> String {
    format!("sqlite:{}", path.display())
}

/// What a check of all views and counts of a store finds.
fn differences(unit: &Unit, store: &str) -> u64 {
    let output = unit.run(&["rebuild", "--check", "--json", "--store", store]);
    succeeded(&output);
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let units = found["units"].as_array().unwrap();
    assert!(!units.is_empty(), "{found}");
    units
        .iter()
        .map(|unit| unit["differences"].as_u64().unwrap())
        .sum()
}

/// Parts of a backup by table.
fn parts(dir: &Path) -> BTreeMap<String, PathBuf> {
    let manifest = std::fs::read(dir.join("manifest.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    let parts = manifest["parts"].as_array().unwrap();
    parts
        .iter()
        .map(|part| {
            let file = dir.join(part["file"].as_str().unwrap());
            (part["table"].as_str().unwrap().to_owned(), file)
        })
        .collect()
}

/// What lies in the unit's folder and begins with this.
fn files(unit: &Unit, begin: &str) -> Vec<String> {
    let entries = std::fs::read_dir(unit.path("")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(begin)).collect()
}

// S22
#[test]
fn a_restored_store_says_what_the_first_said() {
    let unit = unit(60);
    let (dir, said) = back_up(&unit, "backup");
    assert_eq!(said["units"][0]["acts"], 180);
    assert_eq!(said["units"][0]["last_sequence"], 180);
    assert_eq!(said["units"][0]["rows"]["source_keys"], 60);
    let store = sqlite(&unit.path("new.db"));
    let output = restore(&unit, &dir, &store, &[]);
    succeeded(&output);
    let restored: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(restored["units"][0]["acts"], 180);
    assert_eq!(unit.everything_at(&store), unit.everything());
    assert_eq!(differences(&unit, &store), 0);
    // The key that lay where the backup says was put beside the new store, for its owner only.
    let key = unit.path("new.db.key");
    assert_eq!(
        std::fs::read(&key).unwrap(),
        std::fs::read(unit.path("unit.db.key")).unwrap()
    );
    for path in [key, unit.path("new.db"), dir.join("manifest.json")] {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
    assert_eq!(files(&unit, ".new.db"), Vec::<String>::new());
    // The same calls once more are known there too.
    let file = unit.path("calls.csv");
    let mut again = unit.calls(&file);
    again.extend(["--store".to_owned(), store.clone()]);
    let again: Vec<&str> = again.iter().map(String::as_str).collect();
    let output = unit.run(&again);
    succeeded(&output);
    assert_eq!(unit.everything_at(&store), unit.everything());
}

// S22
#[test]
fn a_unit_moves_to_postgresql_and_back() {
    let unit = unit(60);
    let database = Database::new();
    let key = unit.path("unit.db.key");
    let with_key = ["--node-key-file", text(&key)];
    let (dir, _) = back_up(&unit, "backup");
    succeeded(&restore(&unit, &dir, database.url(), &with_key));
    assert_eq!(unit.everything_at(database.url()), unit.everything());
    assert_eq!(differences(&unit, database.url()), 0);

    // Not a second time into the same database.
    let said = complaint(&restore(&unit, &dir, database.url(), &with_key));
    assert!(said.contains("the store is not empty"), "{said}");

    let back = unit.path("back");
    let mut backup = vec!["backup", "--store", database.url(), text(&back)];
    backup.extend(with_key);
    succeeded(&unit.run(&backup));
    let store = sqlite(&unit.path("back.db"));
    succeeded(&restore(&unit, &back, &store, &with_key));
    assert_eq!(unit.everything_at(&store), unit.everything());
    assert_eq!(differences(&unit, &store), 0);
}

/// A database that took nothing of a broken backup takes a whole one.
#[test]
fn postgresql_keeps_nothing_of_a_backup_that_breaks_off() {
    let unit = unit(40);
    let database = Database::new();
    let key = unit.path("unit.db.key");
    let with_key = ["--node-key-file", text(&key)];
    let (dir, _) = back_up(&unit, "backup");
    // A row too few, and everything else as it should be: only reading shows it.
    let path = dir.join("manifest.json");
    let whole = std::fs::read_to_string(&path).unwrap();
    let identity = unit.path("identity");
    let other = age_identity(&identity);
    let broken = unit.path("broken");
    let mut backup = vec!["backup", text(&broken), "--recipient", &other];
    backup.extend(with_key);
    succeeded(&unit.run(&backup));
    let path_of_broken = broken.join("manifest.json");
    let text_of_broken = std::fs::read_to_string(&path_of_broken).unwrap();
    let changed = text_of_broken.replace("\"source_keys\": 40", "\"source_keys\": 41");
    assert_ne!(changed, text_of_broken);
    std::fs::write(&path_of_broken, changed).unwrap();
    let hidden = unit.path("elsewhere");
    std::fs::rename(&key, &hidden).unwrap();
    let output = restore(
        &unit,
        &broken,
        database.url(),
        &["--identity", text(&identity)],
    );
    let said = complaint(&output);
    assert!(said.contains("source_keys of unit"), "{said}");
    std::fs::rename(&hidden, &key).unwrap();
    let left = database.sql("SELECT count(*) FROM acts");
    assert_eq!(left.trim(), "0");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    succeeded(&restore(&unit, &dir, database.url(), &with_key));
    assert_eq!(unit.everything_at(database.url()), unit.everything());
}

/// Ends what goes on beside, also when the test stops at a surprise.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// While calls come in, every backup has the acts from the first to some moment without a gap, and
/// a store restored from it equals what its acts give.
// S22
#[test]
fn a_backup_of_a_store_in_use_is_of_one_moment() {
    let unit = Unit::of("detroit");
    let done = AtomicBool::new(false);
    let mut seen: Vec<(PathBuf, i64)> = Vec::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for n in 0.. {
                if done.load(Ordering::Relaxed) {
                    return;
                }
                let rows = many(200);
                let rows: Vec<String> = rows.iter().map(|row| format!("{n}-{row}")).collect();
                let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
                unit.import_rows(&format!("calls{n}.csv"), &rows);
            }
        });
        let stop = Stop(&done);
        for n in 0..3 {
            // Until more was recorded than the last backup has.
            let last = seen.last().map_or(0, |(_, acts)| *acts);
            while unit.ask(|store, id| async move {
                store.acts_after(&id, last, 1).await.unwrap().is_empty()
            }) {}
            let (dir, said) = back_up(&unit, &format!("backup{n}"));
            let acts = said["units"][0]["acts"].as_i64().unwrap();
            assert_eq!(said["units"][0]["last_sequence"].as_i64(), Some(acts));
            seen.push((dir, acts));
        }
        drop(stop);
    });
    assert!(seen[0].1 < seen[1].1 && seen[1].1 < seen[2].1, "{seen:?}");
    for (n, (dir, acts)) in seen.into_iter().enumerate() {
        let store = sqlite(&unit.path(&format!("new{n}.db")));
        succeeded(&restore(&unit, &dir, &store, &[]));
        assert_eq!(differences(&unit, &store), 0);
        let everything = unit.everything_at(&store);
        assert_eq!(i64::try_from(everything.acts.len()), Ok(acts));
    }
}

// S22
#[test]
fn a_part_that_changed_was_cut_or_is_gone_is_refused_by_name() {
    let unit = unit(20);
    let (dir, _) = back_up(&unit, "backup");
    let store = sqlite(&unit.path("new.db"));
    let part = &parts(&dir)["acts"];
    let name = part.file_name().unwrap().to_str().unwrap();
    let whole = std::fs::read(part).unwrap();
    let mut flipped = whole.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    for (content, what) in [
        (Some(flipped.as_slice()), "changed since it was written"),
        (Some(&whole[..middle]), "bytes, expected"),
        (None, "missing"),
    ] {
        match content {
            Some(content) => std::fs::write(part, content).unwrap(),
            None => std::fs::remove_file(part).unwrap(),
        }
        let said = complaint(&restore(&unit, &dir, &store, &[]));
        assert!(said.contains(name) && said.contains(what), "{said}");
        assert!(said.contains("nothing was restored"), "{said}");
        assert_eq!(files(&unit, "new.db"), Vec::<String>::new());
        assert_eq!(files(&unit, ".new.db"), Vec::<String>::new());
    }
    std::fs::write(part, whole).unwrap();
    succeeded(&restore(&unit, &dir, &store, &[]));
}

#[test]
fn a_changed_manifest_and_a_folder_without_one_are_refused() {
    let unit = unit(5);
    let (dir, _) = back_up(&unit, "backup");
    let store = sqlite(&unit.path("new.db"));
    let manifest = dir.join("manifest.json");
    let text = std::fs::read_to_string(&manifest).unwrap();
    std::fs::write(&manifest, text.replace("\"acts\": 15", "\"acts\": 16")).unwrap();
    let said = complaint(&restore(&unit, &dir, &store, &[]));
    assert!(said.contains("its seal is broken"), "{said}");
    std::fs::remove_file(&manifest).unwrap();
    let said = complaint(&restore(&unit, &dir, &store, &[]));
    assert!(
        said.contains("no backup: there is no manifest.json"),
        "{said}"
    );
}

/// An age identity in a file, and its recipient.
fn age_identity(path: &Path) -> String {
    use age::secrecy::ExposeSecret as _;
    let identity = age::x25519::Identity::generate();
    let secret = identity.to_string();
    std::fs::write(path, format!("# recovery\n{}\n", secret.expose_secret())).unwrap();
    identity.to_public().to_string()
}

// S22
#[test]
fn without_the_nodes_key_it_is_said_what_is_missing_and_a_recovery_key_opens_it() {
    let unit = unit(5);
    let identity = unit.path("recovery.txt");
    let recipient = age_identity(&identity);
    let dir = unit.path("backup");
    succeeded(&unit.run(&["backup", text(&dir), "--recipient", &recipient]));
    let key = unit.path("unit.db.key");
    let away = unit.path("away.key");
    std::fs::rename(&key, &away).unwrap();
    let store = sqlite(&unit.path("new.db"));

    let said = complaint(&restore(&unit, &dir, &store, &[]));
    assert!(said.contains("--node-key-file"), "{said}");
    assert!(said.contains(text(&key)), "{said}");
    assert!(said.contains(&recipient), "{said}");
    assert_eq!(files(&unit, "new.db"), Vec::<String>::new());

    let other = unit.write("other.key", "07".repeat(32));
    std::fs::set_permissions(&other, std::fs::Permissions::from_mode(0o600)).unwrap();
    let wrong = ["--node-key-file", text(&other)];
    let said = complaint(&restore(&unit, &dir, &store, &wrong));
    assert!(
        said.contains("is not the one this backup was made with"),
        "{said}"
    );
    assert!(!said.contains("07070707"), "{said}");

    let stranger = unit.path("stranger.txt");
    age_identity(&stranger);
    let said = complaint(&restore(
        &unit,
        &dir,
        &store,
        &["--identity", text(&stranger)],
    ));
    assert!(said.contains("this key does not open the backup"), "{said}");

    let output = restore(&unit, &dir, &store, &["--identity", text(&identity)]);
    succeeded(&output);
    let said: Value = serde_json::from_slice(&output.stdout).unwrap();
    let about = said["key"].as_str().unwrap();
    assert!(about.contains("The node's key is not here"), "{about}");
    assert!(about.contains("new.db.key"), "{about}");
    assert_eq!(unit.everything_at(&store), unit.everything());
}

#[test]
fn nothing_is_replaced() {
    let unit = unit(5);
    let (dir, _) = back_up(&unit, "backup");
    let said = complaint(&unit.run(&["backup", text(&dir)]));
    assert!(said.contains("there is a backup already"), "{said}");
    let said = complaint(&restore(&unit, &dir, &unit.store(), &[]));
    assert!(said.contains("there already"), "{said}");
    let other = unit.path("other");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("letter.txt"), "mine").unwrap();
    let said = complaint(&unit.run(&["backup", text(&other)]));
    assert!(said.contains("not empty"), "{said}");
    assert_eq!(std::fs::read(other.join("letter.txt")).unwrap(), b"mine");
}

#[test]
fn a_store_that_is_not_there_is_not_made() {
    let unit = Unit::of("detroit");
    let none = sqlite(&unit.path("none.db"));
    let key = unit.path("unit.db.key");
    let dir = unit.path("backup");
    for arguments in [
        vec![
            "backup",
            text(&dir),
            "--store",
            &none,
            "--node-key-file",
            text(&key),
        ],
        vec!["rebuild", "--store", &none],
    ] {
        let said = complaint(&unit.run(&arguments));
        assert!(said.contains("there is no such store"), "{said}");
        assert_eq!(files(&unit, "none"), Vec::<String>::new());
        assert!(!dir.exists());
    }
}

/// Killed at any moment, a restore has made the whole store or none; the next one makes it.
// S22
#[test]
fn a_restore_that_is_killed_leaves_no_half_store() {
    let unit = unit(1_000);
    let (dir, _) = back_up(&unit, "backup");
    let expected = unit.everything();
    for n in 0..3_u32 {
        let name = format!("new{n}.db");
        let store = sqlite(&unit.path(&name));
        let mut restoring = unit
            .command(&["restore", text(&dir), "--store", &store])
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        // Until the store that is being made has come so far.
        let prefix = format!(".{name}.restoring-");
        let far = u64::from(n) * 300_000;
        loop {
            let made = files(&unit, &prefix);
            let size = made.first().map_or(0, |folder| {
                let file = unit.path(folder).join("store.db-wal");
                std::fs::metadata(file).map_or(0, |file| file.len())
            });
            if size > far || restoring.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::yield_now();
        }
        let _ = restoring.kill();
        restoring.wait().unwrap();
        if unit.path(&name).exists() {
            assert_eq!(unit.everything_at(&store), expected);
            continue;
        }
        assert_eq!(files(&unit, &name), Vec::<String>::new());
        let output = restore(&unit, &dir, &store, &[]);
        succeeded(&output);
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(
            said.contains("was interrupted; if none is, remove it"),
            "{said}"
        );
        assert_eq!(unit.everything_at(&store), expected);
    }
}

// S22
#[test]
fn rebuild_tells_what_differs_and_puts_it_right() {
    let unit = unit(30);
    let database = Database::new();
    let key = unit.path("unit.db.key");
    let (dir, _) = back_up(&unit, "backup");
    succeeded(&restore(
        &unit,
        &dir,
        database.url(),
        &["--node-key-file", text(&key)],
    ));
    database.sql("UPDATE cases SET stage = 'received' WHERE number LIKE '%0003'");
    database.sql("UPDATE rollup_wait SET n = n + 2");
    let rebuild = ["rebuild", "--store", database.url()];

    let check = unit.run(&[&rebuild[..], &["--check"]].concat());
    assert_eq!(check.status.code(), Some(1), "{check:?}");
    let said = String::from_utf8(check.stdout).unwrap();
    assert!(said.contains("cases: 0 missing, 1 different"), "{said}");
    assert!(said.contains("differs in stage"), "{said}");
    assert!(said.contains("differs in n "), "{said}");

    let mended = unit.run(&rebuild);
    succeeded(&mended);
    let said = String::from_utf8(mended.stdout).unwrap();
    assert!(said.contains("put right"), "{said}");
    assert_eq!(differences(&unit, database.url()), 0);
    assert_eq!(unit.everything_at(database.url()), unit.everything());

    database.sql("UPDATE numbers SET last = 1");
    let mended = unit.run(&[&rebuild[..], &["--json"]].concat());
    succeeded(&mended);
    let said: Value = serde_json::from_slice(&mended.stdout).unwrap();
    assert_eq!(said["units"][0]["differences"], 1);
    assert_eq!(said["units"][0]["left"], 0);
}
