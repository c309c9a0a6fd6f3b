//! `pengayom key`: the node's key, which opens the store's keyring.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use pengayom_core::value::UnitId;
use pengayom_node::keyring::{self, Opens, Unlocked};
use pengayom_node::{Clock as _, Fingerprint, KeyringError, NodeKey};
use pengayom_store::{Store, StoreError};
use serde_json::json;

use crate::backup;
use crate::clock::{SystemClock, SystemRandomness};
use crate::fault::Fault;
use crate::key::{self, KeyArguments};
#[cfg(debug_assertions)]
use crate::rehearsal;
use crate::wiring;

/// Arguments of `key`.
#[derive(Debug, clap::Args)]
pub(crate) struct KeyVerbArguments {
    #[command(subcommand)]
    verb: KeyVerb,
}

#[derive(Debug, Subcommand)]
enum KeyVerb {
    /// Tell which key this is and whether the store opens with it; nothing secret is shown
    Show {
        #[command(flatten)]
        of: Of,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Make a new key and let the store open with it instead; nothing sealed changes, and the unit
    /// may be served meanwhile
    Rotate {
        #[command(flatten)]
        of: Of,
        /// Where to put the new key when the present one comes from the environment
        #[arg(long, value_name = "FILE")]
        new_key_file: Option<PathBuf>,
        /// Print what was done as JSON
        #[arg(long)]
        json: bool,
    },
    /// Go on with a new key after the old one was lost for good; says first what is lost with it
    Replace {
        #[command(flatten)]
        of: Of,
        /// The key is lost
        #[arg(long, required = true)]
        lost: bool,
        /// Do it
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Of {
    /// The store, such as sqlite:unit.db
    #[arg(long, env = "PENGAYOM_STORE", value_name = "STORE")]
    store: String,
    #[command(flatten)]
    key: KeyArguments,
}

/// Shows, changes or replaces the key.
pub(crate) async fn run(arguments: KeyVerbArguments) -> Result<(), Fault> {
    match arguments.verb {
        KeyVerb::Show { of, json } => show(&of, json).await,
        KeyVerb::Rotate {
            of,
            new_key_file,
            json,
        } => rotate(&of, new_key_file, json).await,
        KeyVerb::Replace { of, yes, .. } => replace(&of, yes).await,
    }
}

// -- show --------------------------------------------------------------------------------------

async fn show(of: &Of, json: bool) -> Result<(), Fault> {
    let key = wiring::load_key(&of.store, &of.key).await?;
    let store = wiring::open_known(&of.store).await?;
    let mut units = Vec::new();
    for (unit, opens) in keyring::look(store.as_ref()).await? {
        // Who can open its backups is public: it stands in every manifest.
        let backups = match store.keyring(&unit).await? {
            Some(row) => keyring::open(&key, &row.wrapped, &unit).ok(),
            None => None,
        };
        let backups = match backups {
            Some(root) => Some(backup::identity_of(&root)?.to_public().to_string()),
            None => None,
        };
        units.push((unit, opens, backups));
    }
    store.close().await;
    let ours = key.fingerprint();
    let file = of.key.file(&of.store);
    if json {
        let units: Vec<_> = units
            .iter()
            .map(|(unit, opens, backups)| {
                let with = match opens {
                    Opens::With(key) => Some(key.to_string()),
                    Opens::Unknown => None,
                };
                json!({
                    "unit": unit,
                    "opens_with": with,
                    "opens": with.as_deref() == Some(&ours.to_string()),
                    "backups_for": backups,
                })
            })
            .collect();
        let told = json!({ "key": ours.to_string(), "file": file, "units": units });
        println!("{told}");
        return Ok(());
    }
    let file = file.map_or_else(
        || "PENGAYOM_NODE_KEY".to_owned(),
        |path| path.display().to_string(),
    );
    println!("{ours}  {file}");
    for (unit, opens, backups) in units {
        match opens {
            Opens::With(key) if key == ours => println!("{unit}: opens with it"),
            Opens::With(key) => println!("{unit}: does not open with it, but with {key}"),
            Opens::Unknown => println!(
                "{unit}: has no keyring yet; the next process that opens it with this key makes it"
            ),
        }
        if let Some(backups) = backups {
            println!("{unit}: backups are made for {backups}");
        }
    }
    Ok(())
}

// -- rotate ------------------------------------------------------------------------------------

async fn rotate(of: &Of, new_key_file: Option<PathBuf>, json: bool) -> Result<(), Fault> {
    let from_environment = of.key.file(&of.store).is_none();
    let path = match (of.key.file(&of.store), new_key_file) {
        (Some(path), None) | (None, Some(path)) => path,
        (Some(path), Some(_)) => {
            return Err(Fault::Input(format!(
                "the key lies in {}: the new one takes its place, and the old one is kept beside \
                 it. --new-key-file is for a key from the environment",
                path.display()
            )));
        }
        (None, None) => {
            return Err(Fault::Input(
                "the key comes from PENGAYOM_NODE_KEY, which no program can change for others: say \
                 where to put the new one with --new-key-file FILE"
                    .to_owned(),
            ));
        }
    };
    let old = wiring::load_key(&of.store, &of.key).await?;
    let store = wiring::open_known(&of.store).await?;
    let new = match staged(store.as_ref(), &path, &old).await? {
        Staged::Committed(new) => new,
        staged => change(of, store.as_ref(), &old, staged, &path).await?,
    };
    #[cfg(debug_assertions)]
    rehearsal::key_step("committed");
    let units: Vec<UnitId> = store.units().await?;
    store.close().await;
    let kept = key::settle(&path)?;
    let (old, new) = (old.fingerprint(), new.fingerprint());
    if json {
        let told = json!({
            "old": old.to_string(),
            "new": new.to_string(),
            "file": path,
            "old_file": kept,
            "units": units,
        });
        println!("{told}");
    } else {
        tell_rotated(new, &path, kept.as_deref(), from_environment);
    }
    Ok(())
}

/// Wraps every unit's root secret under a new key, once the old one is known to open them.
async fn change(
    of: &Of,
    store: &dyn Store,
    old: &NodeKey,
    staged: Staged,
    path: &Path,
) -> Result<NodeKey, Fault> {
    let explain = |error| of.key.explain(&of.store, error);
    let units: Vec<Unlocked> = keyring::unlock_all(store, old, &SystemClock, &SystemRandomness)
        .await
        .map_err(explain)?;
    let new = match staged {
        Staged::Ready(new) | Staged::Committed(new) => new,
        Staged::Nothing => key::make_key(&key::staging(path))?,
    };
    #[cfg(debug_assertions)]
    rehearsal::key_step("made");
    match keyring::rotate(store, &units, &new, SystemClock.now(), &SystemRandomness).await {
        Err(KeyringError::Store(StoreError::Taken { .. })) => Err(Fault::Input(
            "somebody else changed the key at the same time: nothing was done here. Run \
             `pengayom key show`"
                .to_owned(),
        )),
        Err(error) => Err(explain(error)),
        Ok(()) => Ok(new),
    }
}

/// What an interrupted change of the key left behind.
enum Staged {
    /// A new key that the store opens with already.
    Committed(NodeKey),
    /// A new key that nothing depends on yet.
    Ready(NodeKey),
    /// Nothing, or nothing of use.
    Nothing,
}

/// Looks for a new key beside the old one.
async fn staged(store: &dyn Store, path: &Path, old: &NodeKey) -> Result<Staged, Fault> {
    let place = key::staging(path);
    let opens = keyring::look(store).await?;
    let all_with = |key: Fingerprint| {
        !opens.is_empty() && opens.iter().all(|(_, with)| *with == Opens::With(key))
    };
    match key::read_key(&place) {
        Ok(None) => Ok(Staged::Nothing),
        Ok(Some(key)) if all_with(key.fingerprint()) => Ok(Staged::Committed(key)),
        Ok(Some(key)) => Ok(Staged::Ready(key)),
        // Cut short while it was written: no store can open with it.
        Err(Fault::Input(_)) if all_with(old.fingerprint()) => {
            std::fs::remove_file(&place).map_err(Fault::file(&place))?;
            Ok(Staged::Nothing)
        }
        Err(fault) => Err(fault),
    }
}

fn tell_rotated(new: Fingerprint, path: &Path, kept: Option<&Path>, from_environment: bool) {
    println!("The store opens with {new} now: {}", path.display());
    if let Some(kept) = kept {
        println!(
            "The key before is kept in {}. Backups made with it open with it only: keep it where \
             you keep keys of backups, and away from here.",
            kept.display()
        );
    }
    if from_environment {
        println!("Give the new one to every process, and take PENGAYOM_NODE_KEY away.");
    }
    println!(
        "Processes that serve now go on as they are; they need the new key when they start again, \
         on every machine. Make a backup now, and put a copy of the new key where you keep keys."
    );
}

// -- replace -----------------------------------------------------------------------------------

/// What a lost key takes with it.
const LOST: &str = "\
Without its key this store goes on as follows.
  Lost for good, unless the key is found:
  - names, telephone numbers, mail and postal addresses of everybody recorded so far;
  - the codes reporters were given: nobody can track or add to a report made so far;
  - rating codes on cards that are still out;
  - backups made so far, except for a recovery key they were also made for.
  Not lost: cases, acts, what people told, photographs, accounts with their passwords, all counts.
  Changed: everybody signs in again, and reports half written begin anew. Receipts given so far
  still verify; the ledger goes on under a new key.
Before you go on: look for the key once more, and copy the store as it is (the file, or with
pg_dump): if the key is found later, that copy opens with it. Tell reporters of open cases.";

async fn replace(of: &Of, yes: bool) -> Result<(), Fault> {
    let Some(path) = of.key.file(&of.store) else {
        return Err(Fault::Input(
            "take PENGAYOM_NODE_KEY away first: the new key is put into a file".to_owned(),
        ));
    };
    let store = wiring::open_known(&of.store).await?;
    let opens = keyring::look(store.as_ref()).await?;
    let opens_with = |key: &NodeKey| {
        let with = Opens::With(key.fingerprint());
        opens.iter().any(|(_, opens)| *opens == with)
    };
    let here = key::read_key(&path)?;
    if here.as_ref().is_some_and(opens_with) {
        return Err(Fault::Input(format!(
            "{}: the store opens with this key, nothing is lost. `pengayom key rotate` changes it",
            path.display()
        )));
    }
    let mut staged = key::read_key(&key::staging(&path))?;
    let is_committed = staged.as_ref().is_some_and(opens_with);
    let nearby = key::beside(&path).into_iter();
    if let Some((there, _)) = nearby
        .filter(|_| !is_committed)
        .find(|(_, key)| opens_with(key))
    {
        return Err(Fault::Input(format!(
            "the key is not lost: it is in {0}. Use --node-key-file {0}",
            there.display()
        )));
    }
    if !is_committed {
        if !yes {
            return Err(Fault::Input(format!(
                "nothing was done yet. {LOST}\nThen run it again with --yes"
            )));
        }
        let new = match staged.take() {
            Some(key) => key,
            None => key::make_key(&key::staging(&path))?,
        };
        #[cfg(debug_assertions)]
        rehearsal::key_step("made");
        keyring::replace(store.as_ref(), &new, SystemClock.now(), &SystemRandomness).await?;
        staged = Some(new);
    }
    #[cfg(debug_assertions)]
    rehearsal::key_step("committed");
    store.close().await;
    let kept = key::settle(&path)?;
    if let Some(new) = staged {
        println!(
            "The store opens with {} now: {}",
            new.fingerprint(),
            path.display()
        );
    }
    if let Some(kept) = kept {
        println!("The key that did not fit is kept in {}.", kept.display());
    }
    println!("Make a backup now, and put a copy of the new key where you keep keys.");
    Ok(())
}
