//! `pengayom backup`: the whole record, encrypted, in a new folder.

use std::path::PathBuf;

use age::x25519::Recipient;
use pengayom_node::{Clock as _, KeyringError, NodeKey, keyring};
use pengayom_store::Store;
use pengayom_store::rows::BackupRow;
use serde_json::json;
use tokio::sync::mpsc;

use crate::backup::{self, BackupWriter, Head, Manifest, Progress};
use crate::clock::{SystemClock, SystemRandomness};
use crate::fault::Fault;
use crate::key::KeyArguments;
use crate::wiring;

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub(crate) struct BackupArguments {
    /// The store, such as sqlite:unit.db; it may be in use
    #[arg(long, env = "PENGAYOM_STORE", value_name = "STORE")]
    store: String,
    /// A folder that is empty or not there yet
    #[arg(value_name = "DIR")]
    dir: PathBuf,
    /// Somebody else who may open the backup, such as the province's recovery key (age1…); may be
    /// given several times
    #[arg(long = "recipient", value_name = "AGE1…", value_parser = backup::recipient_of)]
    recipients: Vec<Recipient>,
    #[command(flatten)]
    key: KeyArguments,
    /// Print what was backed up as JSON
    #[arg(long)]
    json: bool,
}

/// Batches that wait to be written.
const WAITING: usize = 4;

/// Backs a store up.
pub(crate) async fn run(arguments: BackupArguments) -> Result<(), Fault> {
    let key = wiring::load_key(&arguments.store, &arguments.key).await?;
    let store = wiring::open_known(&arguments.store).await?;
    let units = keyring::unlock_all(store.as_ref(), &key, &SystemClock, &SystemRandomness).await;
    let units = match units {
        Ok(units) => units,
        Err(KeyringError::NoUnit) => {
            return Err(Fault::Input(
                "the store has no unit: there is nothing to back up".to_owned(),
            ));
        }
        Err(error) => return Err(arguments.key.explain(&arguments.store, error)),
    };
    // Units that came from several stores may have several root secrets.
    let mut roots: Vec<NodeKey> = Vec::new();
    for unit in &units {
        if !roots.contains(&unit.root) {
            roots.push(unit.root.clone());
        }
    }
    let mut recipients = Vec::new();
    for root in &roots {
        recipients.push(backup::identity_of(root)?.to_public());
    }
    recipients.extend(arguments.recipients);
    let key_file = arguments.key.file(&arguments.store);
    let key_file = key_file.and_then(|path| std::path::absolute(path).ok());
    let head = Head {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: store.schema().await?,
        created_at: SystemClock.now(),
        key_file: key_file.map(|path| path.display().to_string()),
        recipients: recipients.iter().map(ToString::to_string).collect(),
        keyrings: backup::keyrings_of(&units),
    };
    let root = roots.into_iter().next().ok_or(KeyringError::NoUnit)?;
    let writer = BackupWriter::begin(&arguments.dir, recipients)?;
    let writer = write(store.as_ref(), writer).await?;
    let manifest = blocking(move || writer.finish(head, &root)).await??;
    for unit in &manifest.units {
        let row = BackupRow {
            at: manifest.head.created_at,
            last_sequence: unit.last_sequence,
        };
        if let Ok(code) = unit.unit.parse()
            && let Err(error) = store.note_backup(&code, row).await
        {
            eprintln!(
                "The backup is whole, but when it was made could not be noted in the store: {error}"
            );
        }
    }
    store.close().await;
    tell(&arguments.dir, &manifest, arguments.json);
    Ok(())
}

/// Writes all rows of the store.
async fn write(store: &dyn Store, mut writer: BackupWriter) -> Result<BackupWriter, Fault> {
    let (to, mut from) = mpsc::channel(WAITING);
    let progress = Progress::of_rows("backing up");
    let shown = progress.clone();
    let writing = blocking(move || {
        while let Some(batch) = from.blocking_recv() {
            writer.take(&batch)?;
            shown.add(batch.rows.len() as u64);
        }
        Ok::<_, Fault>(writer)
    });
    let (dumped, written) = tokio::join!(store.dump(to), writing);
    progress.end();
    // When writing failed, giving ended early and has nothing to say.
    let writer = written??;
    dumped?;
    Ok(writer)
}

/// Does work that waits for the disk.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Fault> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Fault::system("working")(std::io::Error::other(error.to_string())))
}

fn tell(dir: &std::path::Path, manifest: &Manifest, json: bool) {
    if json {
        let told = json!({
            "dir": dir.display().to_string(),
            "created_at": manifest.head.created_at,
            "units": manifest.units,
            "parts": manifest.parts.len(),
            "rows": manifest.rows(),
            "size_bytes": manifest.size_bytes(),
            "recipients": manifest.head.recipients,
        });
        println!("{told}");
        return;
    }
    for unit in &manifest.units {
        println!("{}: {} acts", unit.unit, unit.acts);
    }
    println!(
        "{}: {} rows in {} parts, {} bytes, encrypted for {}",
        dir.display(),
        manifest.rows(),
        manifest.parts.len(),
        manifest.size_bytes(),
        manifest.head.recipients.join(", ")
    );
    eprintln!(
        "Keep the node's key apart from the backup: whoever has both can read it, and without the \
         key{} nobody can.",
        if manifest.head.recipients.len() > 1 {
            " or a recipient's identity"
        } else {
            ""
        }
    );
}
