//! `pengayom restore`: a store from a backup, whole or not at all.

use std::path::{Path, PathBuf};

use age::x25519::Identity;
use pengayom_core::value::UnitId;
use pengayom_node::{KeyringError, NodeKey};
use pengayom_store::dump::Load;
use pengayom_store::rebuild::{Mode, Report};
use pengayom_store::{Store, StoreError};
use serde_json::json;
use tokio::sync::mpsc;

use super::backup::blocking;
use super::ledger::verify::{Found, verify};
use super::rebuild;
use crate::backup::{self, Backup, Progress};
use crate::fault::Fault;
use crate::key::{self, KeyArguments};
use crate::wiring;

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
pub(crate) struct RestoreArguments {
    /// The folder of the backup
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// The store to make: a file that is not there yet, or an empty database
    #[arg(long, env = "PENGAYOM_STORE", value_name = "STORE")]
    store: String,
    /// File with an age identity that opens the backup instead of the node's key; may be given
    /// several times
    #[arg(long = "identity", value_name = "FILE")]
    identities: Vec<PathBuf>,
    #[command(flatten)]
    key: KeyArguments,
    /// Print what was restored as JSON
    #[arg(long)]
    json: bool,
}

/// Where the node's key was found.
enum KeyFound {
    /// Said, or at the new store's own place.
    Here(NodeKey),
    /// Where the backup says it lay.
    There(NodeKey, PathBuf),
    /// Nowhere.
    Nowhere,
}

impl KeyFound {
    const fn key(&self) -> Option<&NodeKey> {
        match self {
            Self::Here(key) | Self::There(key, _) => Some(key),
            Self::Nowhere => None,
        }
    }
}

/// Restores a store.
pub(crate) async fn run(arguments: RestoreArguments) -> Result<(), Fault> {
    let backup = Backup::open(&arguments.dir)?;
    let place = Place::of(&arguments.store)?;
    let found = find_key(&arguments, &backup)?;
    let mut identities = backup::identities_of_files(&arguments.identities)?;
    match found.key() {
        Some(key) => {
            for root in check_key(&backup, key, identities.is_empty())? {
                identities.push(backup::identity_of(&root)?);
            }
        }
        None if identities.is_empty() => return Err(Fault::Input(no_key(&backup))),
        None => eprintln!(
            "The node's key is not here, so the seal on the backup's list of parts could not be \
             checked. Each part is checked by itself."
        ),
    }
    let progress = Progress::of_bytes("checking the parts", backup.manifest.size_bytes());
    let shown = progress.clone();
    let (backup, identities) = blocking(move || {
        backup.verify(|read| shown.add(read))?;
        backup.can_be_opened_by(&identities)?;
        Ok::<_, Fault>((backup, identities))
    })
    .await??;
    progress.end();
    let manifest = backup.manifest.clone();
    let store = pengayom_store::open(&place.address).await?;
    let loaded = fill(store.as_ref(), backup, identities).await;
    let reports = match loaded {
        Ok(loaded) => checked(store.as_ref(), &manifest, loaded).await,
        Err(fault) => Err(fault),
    };
    let verified = match &reports {
        Ok(reports) => verified(store.as_ref(), reports).await,
        Err(_) => Ok(Vec::new()),
    };
    store.close().await;
    let (reports, verified) = (reports?, verified?);
    let key = keep_key(&arguments, &found)?;
    place.settle()?;
    tell(&arguments, &reports, &verified, &key);
    Ok(())
}

// -- the key -----------------------------------------------------------------------------------

/// The node's key: as said, at the new store's own place, or where the backup says it lay; and if the
/// key there was changed since, the one kept beside it.
fn find_key(arguments: &RestoreArguments, backup: &Backup) -> Result<KeyFound, Fault> {
    if arguments.key.is_given() {
        return Ok(KeyFound::Here(arguments.key.load(&arguments.store, false)?));
    }
    let fits = |key: &NodeKey| roots_of(backup, key).is_some();
    if let Some(path) = arguments.key.file(&arguments.store)
        && let Some(key) = key::read_key(&path)?
    {
        return Ok(KeyFound::Here(key));
    }
    if let Some(hint) = &backup.manifest.head.key_file {
        let path = PathBuf::from(hint);
        let there = key::read_key(&path)?;
        if let Some(key) = &there
            && fits(key)
        {
            return Ok(KeyFound::There(key.clone(), path));
        }
        if let Some((path, key)) = key::beside(&path).into_iter().find(|(_, key)| fits(key)) {
            return Ok(KeyFound::There(key, path));
        }
        if let Some(key) = there {
            return Ok(KeyFound::There(key, path));
        }
    }
    Ok(KeyFound::Nowhere)
}

/// The root secrets a key opens, if it is the one the backup was made with.
fn roots_of(backup: &Backup, key: &NodeKey) -> Option<Vec<NodeKey>> {
    let head = &backup.manifest.head;
    let roots = head.roots(key).ok()?;
    let ours = backup::identity_of(roots.first()?).ok()?;
    let ours = ours.to_public().to_string();
    (head.recipients.first() == Some(&ours)).then_some(roots)
}

/// Whether this is the key the backup was made with, and the manifest is as it left it. Gives the
/// root secrets it opens.
fn check_key(backup: &Backup, key: &NodeKey, must_open: bool) -> Result<Vec<NodeKey>, Fault> {
    if let Some(roots) = roots_of(backup, key) {
        if roots
            .first()
            .is_some_and(|root| backup.manifest.is_sealed_by(root))
        {
            return Ok(roots);
        }
        return Err(Fault::Input(
            "manifest.json was changed since it was written: its seal is broken. Take another copy \
             of this backup, or another backup"
                .to_owned(),
        ));
    }
    let head = &backup.manifest.head;
    // A node of the same household may be among the recipients; its own store needs its own key.
    let hint = if must_open {
        "Say where the right one is with --node-key-file, or give an identity the backup was also \
         made for with --identity"
    } else {
        "Names, telephone numbers and secret codes would be lost with it. Move it away, or say \
         where the right one is with --node-key-file"
    };
    let (ours, expected) = match head.roots(key) {
        Err(KeyringError::WrongKey {
            expected: Some(expected),
            found,
            ..
        }) => (found.to_string(), expected.to_string()),
        Err(error) => return Err(error.into()),
        Ok(_) => {
            let expected = head.recipients.first();
            (
                backup::identity_of(key)?.to_public().to_string(),
                expected.map_or_else(|| "unknown".to_owned(), Clone::clone),
            )
        }
    };
    Err(Fault::Input(format!(
        "the node's key found here ({ours}) is not the one this backup was made with ({expected}). \
         A backup opens with the key of its time, also after `pengayom key rotate`. {hint}"
    )))
}

fn no_key(backup: &Backup) -> String {
    let head = &backup.manifest.head;
    let lay = head.key_file.as_ref().map_or_else(
        || "It came from the environment".to_owned(),
        |path| format!("It lay at {path}"),
    );
    let others = head.recipients.get(1..).unwrap_or_default();
    let others = if others.is_empty() {
        "It was made for nobody else: without that key nobody can read it.".to_owned()
    } else {
        format!(
            "Or give the identity of one of its other recipients with --identity FILE: {}.",
            others.join(", ")
        )
    };
    format!(
        "the key that opens this backup is not here: the node's key of the machine that made it. \
         {lay}. Bring it here and say where it is with --node-key-file FILE. {others}"
    )
}

/// Puts a key that was found elsewhere where the new store looks for it, and says what to do about
/// the key.
fn keep_key(arguments: &RestoreArguments, found: &KeyFound) -> Result<String, Fault> {
    let own = arguments.key.file(&arguments.store);
    match (found, own) {
        (KeyFound::There(key, from), Some(path)) => {
            key::write_key(key, &path)?;
            Ok(format!(
                "The node's key was copied from {} to {}.",
                from.display(),
                path.display()
            ))
        }
        (KeyFound::There(_, from), None) => {
            Ok(format!("Serve it with --node-key-file {}.", from.display()))
        }
        (KeyFound::Here(_), Some(path)) if arguments.key.is_given() => {
            Ok(format!("Serve it with --node-key-file {}.", path.display()))
        }
        (KeyFound::Here(_), _) => Ok("The node's key is in its place.".to_owned()),
        (KeyFound::Nowhere, path) => Ok(format!(
            "The node's key is not here. Without it names, telephone numbers and secret codes \
             cannot be used: put it at {}.",
            path.map_or_else(
                || "the place you give with --node-key-file".to_owned(),
                |path| path.display().to_string()
            )
        )),
    }
}

// -- the store ---------------------------------------------------------------------------------

/// Where the store is made.
struct Place {
    /// Its address while it is being made.
    address: String,
    /// For a file: the folder it is made in, and where it goes once it is whole.
    file: Option<(tempfile::TempDir, PathBuf)>,
}

/// The file's name while it is being made.
const MAKING: &str = "store.db";

impl Place {
    /// # Errors
    /// [`Fault`] when something is there already, or nothing can be made there.
    fn of(store: &str) -> Result<Self, Fault> {
        let Some(path) = wiring::sqlite_file(store) else {
            return Ok(Self {
                address: store.to_owned(),
                file: None,
            });
        };
        for suffix in ["", "-wal", "-shm"] {
            let mut name = path.clone().into_os_string();
            name.push(suffix);
            let there = PathBuf::from(name);
            if std::fs::symlink_metadata(&there).is_ok() {
                return Err(Fault::Input(format!(
                    "{}: there already. A backup is restored into a new store only: give another \
                     path, or move that file away",
                    there.display()
                )));
            }
        }
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!(".{name}.restoring-");
        for left in std::fs::read_dir(parent)
            .map_err(Fault::file(parent))?
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        {
            eprintln!(
                "{}: another restore is under way, or was interrupted; if none is, remove it",
                left.path().display()
            );
        }
        // Beside its place, so that it is on the same disk and moves there in one step; the folder
        // is its owner's alone.
        let folder = tempfile::Builder::new()
            .prefix(&prefix)
            .tempdir_in(parent)
            .map_err(Fault::file(parent))?;
        Ok(Self {
            address: format!("sqlite:{}", folder.path().join(MAKING).display()),
            file: Some((folder, path)),
        })
    }

    /// Gives the store its name: from now on it is there.
    fn settle(self) -> Result<(), Fault> {
        let Some((folder, path)) = self.file else {
            return Ok(());
        };
        let made = folder.path().join(MAKING);
        let log = folder.path().join(format!("{MAKING}-wal"));
        if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
            return Err(Fault::Input(format!(
                "{}: not all of the store is in its file yet",
                log.display()
            )));
        }
        std::fs::File::open(&made)
            .and_then(|file| file.sync_all())
            .map_err(Fault::file(&made))?;
        rustix::fs::renameat_with(
            rustix::fs::CWD,
            &made,
            rustix::fs::CWD,
            &path,
            rustix::fs::RenameFlags::NOREPLACE,
        )
        .map_err(|error| Fault::file(&path)(error.into()))?;
        let parent = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
            _ => PathBuf::from("."),
        };
        std::fs::File::open(&parent)
            .and_then(|folder| folder.sync_all())
            .map_err(Fault::file(&parent))
    }
}

/// Sends every row of the backup into the store, which keeps all of them or none.
async fn fill(
    store: &dyn Store,
    backup: Backup,
    identities: Vec<Identity>,
) -> Result<Vec<UnitId>, Fault> {
    let (to, from) = mpsc::channel(4);
    let rows = backup.manifest.rows();
    let progress = Progress::of_rows("restoring");
    progress.at(0, rows);
    let shown = progress.clone();
    let reading = blocking(move || {
        backup.read(&identities, |batch| {
            shown.add(batch.rows.len() as u64);
            to.blocking_send(Load::Rows(batch)).is_ok()
        })?;
        // Only a backup that was read to its end is kept.
        let _ = to.blocking_send(Load::End);
        Ok::<_, Fault>(())
    });
    let (loaded, read) = tokio::join!(store.load(from, &|_| ()), reading);
    progress.end();
    // What is wrong with the backup explains why the store did not get its end.
    read??;
    let loaded = loaded.map_err(|error| match error {
        StoreError::Taken { .. } => Fault::Input(
            "the store is not empty. A backup is restored into a new store only: give an empty \
             database"
                .to_owned(),
        ),
        error => Fault::from(error),
    })?;
    Ok(loaded.into_iter().map(|(unit, _)| unit).collect())
}

/// Compares what is in the store now with what the manifest says, and its views with its acts.
async fn checked(
    store: &dyn Store,
    manifest: &backup::Manifest,
    units: Vec<UnitId>,
) -> Result<Vec<(UnitId, Report)>, Fault> {
    let mut reports = Vec::new();
    for unit in units {
        let report = rebuild::once(store, &unit, Mode::Check).await?;
        let entries = manifest.units.iter();
        let expected = entries
            .filter(|entry| entry.unit == unit.as_str())
            .map(|entry| entry.acts)
            .next();
        if expected != Some(report.acts) || report.differences() != report.broken() {
            return Err(Fault::Input(format!(
                "{unit}: restored {} acts, expected {}, with {} differences in the views",
                report.acts,
                expected.unwrap_or(0),
                report.differences()
            )));
        }
        for difference in &report.named {
            eprintln!("{unit}: as it was backed up: {}", rebuild::said(difference));
        }
        reports.push((unit, report));
    }
    Ok(reports)
}

/// Holds what was restored to the ledger. What a backup brought along altered is restored as it is
/// and told: whoever looks into it needs it.
async fn verified(store: &dyn Store, reports: &[(UnitId, Report)]) -> Result<Vec<Found>, Fault> {
    let mut all = Vec::with_capacity(reports.len());
    for (unit, _) in reports {
        let found = verify(store, unit, None).await?;
        for altered in &found.audit.named {
            eprintln!("{unit}: as it was backed up: {altered}");
        }
        for (sha256, fault) in &found.files.faults {
            eprintln!("{unit}: as it was backed up: file {sha256}: {fault}");
        }
        if let Some(fault) = &found.published {
            eprintln!("{unit}: as it was backed up: the published checkpoint: {fault}");
        }
        all.push(found);
    }
    Ok(all)
}

fn tell(arguments: &RestoreArguments, reports: &[(UnitId, Report)], verified: &[Found], key: &str) {
    if arguments.json {
        let units: Vec<_> = reports
            .iter()
            .map(|(unit, report)| {
                json!({
                    "unit": unit,
                    "acts": report.acts,
                    "subjects": report.subjects,
                    "rows_derived": report.rows(),
                    "broken": report.broken(),
                    "ledger": verified.iter().find(|found| found.unit == *unit).map(Found::to_json),
                })
            })
            .collect();
        println!("{}", json!({ "units": units, "key": key }));
        return;
    }
    for (unit, report) in reports {
        println!(
            "{unit}: {} acts of {} subjects, {} rows derived from them",
            report.acts,
            report.subjects,
            report.rows()
        );
    }
    for found in verified {
        found.tell();
        if found.audit.published_size > 0 {
            println!(
                "{}: what was recorded after this backup is not in it: receipts given since then \
                 show that, and witnesses of the ledger refuse to go on from here",
                found.unit
            );
        }
    }
    println!("{key}");
    println!("Everybody has to sign in again.");
}
