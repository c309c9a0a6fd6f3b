//! The container by itself: made-up rows in, the same rows out, or a fault that names the part.

use std::os::unix::fs::PermissionsExt as _;

use age::x25519::Identity;
use pengayom_node::NodeKey;
use pengayom_store::dump::{Batch, Cell, Table};

use super::*;
use crate::fault::Fault;

fn key() -> NodeKey {
    NodeKey::new([7; 32])
}

fn head() -> Head {
    Head {
        program: "0.1.0".into(),
        schema: 1,
        created_at: "2026-11-24T10:00:00Z".parse().unwrap(),
        key_file: None,
        recipients: vec![identity_of(&key()).unwrap().to_public().to_string()],
        keyrings: std::collections::BTreeMap::new(),
    }
}

fn numbers(unit: &str, rows: std::ops::Range<i64>) -> Batch {
    Batch {
        unit: unit.parse().unwrap(),
        table: Table::named("numbers").unwrap(),
        rows: rows
            .map(|n| {
                vec![
                    Cell::Text(unit.into()),
                    Cell::Text(format!("PTI-{n:04}")),
                    Cell::Integer(n),
                ]
            })
            .collect(),
    }
}

/// A backup of 2,500 rows of one unit and three of another, in a folder that is made.
fn made(dir: &std::path::Path, more: Vec<age::x25519::Recipient>) -> Manifest {
    let mut recipients = vec![identity_of(&key()).unwrap().to_public()];
    recipients.extend(more);
    let mut writer = BackupWriter::begin(dir, recipients).unwrap();
    writer.take(&numbers("polres-pati", 0..1000)).unwrap();
    writer.take(&numbers("polres-pati", 1000..2500)).unwrap();
    writer.take(&numbers("polres-rembang", 0..3)).unwrap();
    writer.finish(head(), &key()).unwrap()
}

fn all(backup: &Backup, identity: &Identity) -> Result<Vec<(String, Vec<Cell>)>, Fault> {
    let mut rows = Vec::new();
    backup.read(std::slice::from_ref(identity), |batch| {
        let unit = batch.unit.to_string();
        rows.extend(batch.rows.into_iter().map(|row| (unit.clone(), row)));
        true
    })?;
    Ok(rows)
}

fn said<T: std::fmt::Debug>(result: Result<T, Fault>) -> String {
    result.unwrap_err().to_string()
}

#[test]
fn what_went_in_comes_out_with_the_nodes_key_or_a_recovery_key() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("2026/backup");
    let recovery = Identity::generate();
    let manifest = made(&dir, vec![recovery.to_public()]);
    assert_eq!(manifest.rows(), 2503);
    let backup = Backup::open(&dir).unwrap();
    assert_eq!(backup.manifest, manifest);
    assert!(backup.manifest.is_sealed_by(&key()));
    assert!(!backup.manifest.is_sealed_by(&NodeKey::new([8; 32])));
    let mut bytes = 0;
    backup.verify(|read| bytes += read).unwrap();
    assert_eq!(bytes, manifest.size_bytes());
    for identity in [identity_of(&key()).unwrap(), recovery] {
        let rows = all(&backup, &identity).unwrap();
        assert_eq!(rows.len(), 2503);
        assert_eq!(rows[2499].1[2], Cell::Integer(2499));
        assert_eq!(rows[2502].0, "polres-rembang");
    }
}

#[test]
fn nothing_is_in_the_clear() {
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), Vec::new());
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        let found = bytes.windows(8).any(|window| window == b"PTI-0001");
        assert!(!found, "{}", path.display());
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", path.display());
    }
}

#[test]
fn a_part_that_changed_was_cut_or_is_gone_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = made(folder.path(), Vec::new());
    let path = folder.path().join(&manifest.parts[0].file);
    let whole = std::fs::read(&path).unwrap();
    let backup = Backup::open(folder.path()).unwrap();
    let identity = identity_of(&key()).unwrap();

    let mut flipped = whole.clone();
    let last = flipped.len() - 20;
    flipped[last] ^= 1;
    std::fs::write(&path, &flipped).unwrap();
    let told = said(backup.verify(|_| ()));
    assert!(
        told.contains("1 of 2 parts")
            && told.contains("0001-numbers.jsonl.zst.age: changed since it was written"),
        "{told}"
    );
    // Even somebody who changes the manifest with it does not get it past `age`.
    assert!(said(all(&backup, &identity)).contains("0001-numbers"));

    std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    let told = said(backup.verify(|_| ()));
    assert!(
        told.contains(&format!("expected {}", whole.len())),
        "{told}"
    );

    std::fs::remove_file(&path).unwrap();
    assert!(said(backup.verify(|_| ())).contains("0001-numbers.jsonl.zst.age: missing"));
}

#[test]
fn a_part_left_out_of_the_manifest_breaks_its_seal_and_its_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = made(folder.path(), Vec::new());
    manifest.parts.pop();
    let text = serde_json::to_string(&manifest).unwrap();
    std::fs::write(folder.path().join("manifest.json"), text).unwrap();
    let backup = Backup::open(folder.path()).unwrap();
    assert!(!backup.manifest.is_sealed_by(&key()));
    backup.verify(|_| ()).unwrap();
    let told = said(all(&backup, &identity_of(&key()).unwrap()));
    assert_eq!(told, "numbers of unit polres-rembang: 0 rows, expected 3");
}

#[test]
fn another_key_is_told_whom_the_backup_was_made_for() {
    let folder = tempfile::tempdir().unwrap();
    let manifest = made(folder.path(), Vec::new());
    let backup = Backup::open(folder.path()).unwrap();
    let other = Identity::generate();
    let told = said(backup.can_be_opened_by(std::slice::from_ref(&other)));
    assert!(told.contains("does not open"), "{told}");
    assert!(told.contains(&manifest.head.recipients[0]), "{told}");
    assert!(!told.contains("AGE-SECRET-KEY"), "{told}");
}

#[test]
fn a_folder_without_a_manifest_is_no_backup() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("0001-units.jsonl.zst.age"), "x").unwrap();
    let told = said(Backup::open(folder.path()));
    assert!(told.contains("no backup"), "{told}");
    let told = said(BackupWriter::begin(folder.path(), Vec::new()).map(|_| ()));
    assert!(told.contains("not empty"), "{told}");
}

#[test]
fn a_backup_that_ends_early_leaves_nothing_and_replaces_none() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("backup");
    let recipients = vec![identity_of(&key()).unwrap().to_public()];
    let mut writer = BackupWriter::begin(&dir, recipients).unwrap();
    writer.take(&numbers("polres-pati", 0..10)).unwrap();
    writer.take(&numbers("polres-rembang", 0..10)).unwrap();
    drop(writer);
    assert!(!dir.exists());
    made(&dir, Vec::new());
    let told = said(BackupWriter::begin(&dir, Vec::new()).map(|_| ()));
    assert!(told.contains("a backup replaces none"), "{told}");
    Backup::open(&dir).unwrap().verify(|_| ()).unwrap();
}

#[test]
fn a_manifest_of_another_format_or_with_paths_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut manifest = made(folder.path(), Vec::new());
    let path = folder.path().join("manifest.json");
    manifest.parts[0].file = "../0001-numbers.jsonl.zst.age".into();
    std::fs::write(&path, serde_json::to_string(&manifest).unwrap()).unwrap();
    assert!(said(Backup::open(folder.path())).contains("outside"));
    manifest.format = 2;
    std::fs::write(&path, serde_json::to_string(&manifest).unwrap()).unwrap();
    assert!(said(Backup::open(folder.path())).contains("format 2, this program reads 1"));
    std::fs::write(&path, "{}").unwrap();
    assert!(said(Backup::open(folder.path())).contains("it has no format"));
}

#[test]
fn a_recipient_that_is_none_is_refused() {
    assert!(recipient_of("age1abc").is_err());
    let recipient = Identity::generate().to_public().to_string();
    assert_eq!(recipient_of(&recipient).unwrap().to_string(), recipient);
}
