//! A witness of other units' logs: what an ombudsman, a bank or a university runs, with no unit and
//! no store of its own ([C2SP tlog-witness](https://c2sp.org/tlog-witness)).
//!
//! Its folder holds its secret key and, for each log, the last checkpoint it cosigned. That file is
//! its whole memory: it is on the disk before anybody gets a cosignature.

pub(crate) mod ask;
pub(crate) mod pull;
pub(crate) mod serve;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use pengayom_ledger::witness::{AddCheckpoint, Outcome, judge, origin_hash};
use pengayom_ledger::{SignedCheckpoint, SigningKey, TreeHead, VerifierKey};
use pengayom_node::Randomness as _;

use crate::clock::SystemRandomness;
use crate::fault::Fault;

/// The secret key's file.
const KEY_FILE: &str = "witness.key";

/// A witness: its key, the logs it watches, and what it knows of each.
#[derive(Debug)]
pub(crate) struct Witness {
    folder: PathBuf,
    key: SigningKey,
    logs: Vec<VerifierKey>,
    known: Mutex<BTreeMap<String, SignedCheckpoint>>,
    /// Held for as long as the witness lives: two with one memory could cosign two histories.
    _alone: std::fs::File,
}

impl Witness {
    /// Opens the folder of a witness, and makes its key under `name` when it has none yet.
    ///
    /// # Errors
    /// [`Fault`] when another witness runs on the folder, the key is open to others, or what it
    /// remembers of a log cannot be read: it never starts over in silence.
    pub(crate) fn open(
        folder: &Path,
        name: Option<&str>,
        logs: Vec<VerifierKey>,
    ) -> Result<Self, Fault> {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(Fault::file(folder))?;
        let alone = take(folder)?;
        let key = open_key(&folder.join(KEY_FILE), name)?;
        let mut known = BTreeMap::new();
        for log in &logs {
            if let Some(checkpoint) = remembered(&file_of(folder, log.name()), &key, log.name())? {
                known.insert(log.name().to_owned(), checkpoint);
            }
        }
        Ok(Self {
            folder: folder.to_owned(),
            key,
            logs,
            known: Mutex::new(known),
            _alone: alone,
        })
    }

    /// Its public key, for those who check its cosignatures.
    pub(crate) fn key(&self) -> VerifierKey {
        self.key.verifier()
    }

    /// The keys of the logs it watches.
    pub(crate) fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// The tree of a log that it last cosigned.
    pub(crate) fn known(&self, origin: &str) -> TreeHead {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(origin).map_or(TreeHead::EMPTY, head)
    }

    /// The checkpoint that it last cosigned, of the log with this hash of its origin.
    pub(crate) fn last(&self, hash: &str) -> Option<String> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.iter().find(|(origin, _)| origin_hash(origin) == hash);
        found.map(|(_, checkpoint)| checkpoint.to_string())
    }

    /// Judges a request at a time in seconds since 1970, and remembers what it cosigned before it
    /// says so. Waits for the disk.
    ///
    /// # Errors
    /// [`Fault::File`] when it cannot remember: then there is no cosignature.
    pub(crate) fn answer(&self, request: &AddCheckpoint, now: u64) -> Result<Outcome, Fault> {
        // Held from reading what is known until the new is on the disk.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let origin = request.checkpoint.checkpoint().origin().to_owned();
        let before = known.get(&origin).map_or(TreeHead::EMPTY, head);
        let outcome = judge(request, &before, &self.logs, &self.key, now);
        if let Outcome::Cosigned { checkpoint, .. } = &outcome {
            write_whole(&file_of(&self.folder, &origin), &checkpoint.to_string())?;
            known.insert(origin, checkpoint.clone());
        }
        Ok(outcome)
    }

    /// Keeps what a log signed that does not fit what it signed before. It proves what the log did
    /// to whoever has its key. Returns the file.
    ///
    /// # Errors
    /// [`Fault::File`].
    pub(crate) fn keep_evidence(&self, checkpoint: &SignedCheckpoint) -> Result<PathBuf, Fault> {
        let said = checkpoint.checkpoint();
        let name = format!("{}-{}.evidence", origin_hash(said.origin()), said.size());
        let path = self.folder.join(name);
        write_whole(&path, &checkpoint.to_string())?;
        Ok(path)
    }
}

fn head(checkpoint: &SignedCheckpoint) -> TreeHead {
    TreeHead {
        size: checkpoint.checkpoint().size(),
        root: *checkpoint.checkpoint().root(),
    }
}

fn file_of(folder: &Path, origin: &str) -> PathBuf {
    folder.join(format!("{}.checkpoint", origin_hash(origin)))
}

/// Takes the folder for this process alone.
fn take(folder: &Path) -> Result<std::fs::File, Fault> {
    use rustix::fs::{FlockOperation, flock};
    let path = folder.join("lock");
    let file = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(&path)
        .map_err(Fault::file(&path))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive).map_err(|_| {
        Fault::Input(format!(
            "{}: another witness runs on this folder; two with one memory could cosign two \
             histories",
            folder.display()
        ))
    })?;
    Ok(file)
}

fn open_key(path: &Path, name: Option<&str>) -> Result<SigningKey, Fault> {
    let wrong = |why: String| Fault::Input(format!("{}: {why}", path.display()));
    match std::fs::read_to_string(path) {
        Ok(text) => {
            let mode = std::fs::metadata(path).map_err(Fault::file(path))?;
            if mode.permissions().mode() & 0o077 != 0 {
                return Err(wrong(format!(
                    "others on this machine can read the witness's key. Run: chmod 600 {}",
                    path.display()
                )));
            }
            let key = SigningKey::from_secret_text(text.trim_end())
                .map_err(|error| wrong(error.to_string()))?;
            match name {
                Some(name) if name != key.name() => Err(wrong(format!(
                    "expected the key of {name}, found that of {}; leave out --name, or use \
                     another folder",
                    key.name()
                ))),
                _ => Ok(key),
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let name = name.ok_or_else(|| {
                wrong(
                    "there is no key yet: give the witness a name with --name, such as \
                       ombudsman.example/jateng"
                        .to_owned(),
                )
            })?;
            let mut seed = [0; 32];
            SystemRandomness.fill(&mut seed);
            let key = SigningKey::witness(name, &seed).map_err(|error| wrong(error.to_string()))?;
            write_whole(path, &format!("{}\n", key.to_secret_text()))?;
            Ok(key)
        }
        Err(error) => Err(Fault::file(path)(error)),
    }
}

/// What the witness remembers of a log. Its own cosignature shows that nobody changed it.
fn remembered(
    path: &Path,
    key: &SigningKey,
    origin: &str,
) -> Result<Option<SignedCheckpoint>, Fault> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Fault::file(path)(error)),
    };
    let read = SignedCheckpoint::parse(&text)
        .ok()
        .filter(|checkpoint| checkpoint.checkpoint().origin() == origin)
        .filter(|checkpoint| checkpoint.note().verify(&[key.verifier()]).is_ok());
    read.map(Some).ok_or_else(|| {
        Fault::Input(format!(
            "{}: this is not what the witness wrote. Put the file back from a copy; without it \
             the witness would believe whatever the log says next",
            path.display()
        ))
    })
}

/// Writes a file so that it is there whole or as it was, and only its owner reads it.
fn write_whole(path: &Path, text: &str) -> Result<(), Fault> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new()
        .permissions(std::fs::Permissions::from_mode(0o600))
        .tempfile_in(folder)
        .map_err(Fault::file(folder))?;
    file.write_all(text.as_bytes()).map_err(Fault::file(path))?;
    file.as_file().sync_all().map_err(Fault::file(path))?;
    file.persist(path)
        .map_err(|error| Fault::file(path)(error.error))?;
    // The name is in the folder only once that is on the disk.
    std::fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(Fault::file(folder))
}
