//! `pengayom ledger verify`: whether the record is what the ledger says it is.

use pengayom_core::value::UnitId;
use pengayom_ledger::VerifierKey;
use pengayom_node::ledger::{PublishedFault, published_fault};
use pengayom_store::audit::Audit;
use pengayom_store::{BlobReport, Store};
use serde_json::json;

use crate::backup::Progress;
use crate::cli::StoreArguments;
use crate::fault::Fault;
use crate::key::KeyArguments;
use crate::wiring;

/// Arguments of `ledger verify`.
#[derive(Debug, clap::Args)]
pub(crate) struct VerifyArguments {
    #[command(flatten)]
    store: StoreArguments,
    /// Key of the log, as the unit gives it out, to check the published checkpoint against; several
    /// may be given [default: what follows from the node's key, if it is here]
    #[arg(long = "log", value_name = "KEY")]
    logs: Vec<VerifierKey>,
    #[command(flatten)]
    key: KeyArguments,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// What was found of one unit.
pub(crate) struct Found {
    pub(crate) unit: UnitId,
    pub(crate) audit: Audit,
    /// Every file that acts name, read through.
    pub(crate) files: BlobReport,
    /// What is wrong with the checkpoint that was published.
    pub(crate) published: Option<PublishedFault>,
    /// Whether its signature was checked.
    pub(crate) signed: bool,
}

impl Found {
    pub(crate) fn is_whole(&self) -> bool {
        self.audit.is_whole() && self.published.is_none() && self.files.faults.is_empty()
    }

    pub(crate) fn to_json(&self) -> serde_json::Value {
        let hex = |hash: &[u8; 32]| -> String { hash.iter().map(|b| format!("{b:02x}")).collect() };
        let audit = &self.audit;
        json!({
            "unit": self.unit,
            "whole": self.is_whole(),
            "acts": audit.acts,
            "told": audit.told,
            "erased": audit.erased,
            "in_tree": audit.size,
            "published": audit.published_size,
            "origin": audit.origin,
            "root": hex(&audit.root),
            "signature_checked": self.signed,
            "checkpoint": self.published.as_ref().map(ToString::to_string),
            "files": self.files,
            "altered": audit.altered,
            "named": audit.named.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    }

    /// In words, one line a thing.
    pub(crate) fn tell(&self) {
        let (unit, audit) = (&self.unit, &self.audit);
        println!(
            "{unit}: {} acts, {} of them in the tree, {} published",
            audit.acts, audit.size, audit.published_size
        );
        if audit.erased > 0 {
            println!(
                "{unit}: the words of {} acts were erased, as the record says",
                audit.erased
            );
        }
        for altered in &audit.named {
            println!("{unit}: {altered}");
        }
        if audit.altered > audit.named.len() as u64 {
            println!("{unit}: and more, {} altogether", audit.altered);
        }
        for (sha256, fault) in &self.files.faults {
            println!("{unit}: file {sha256}: {fault}");
        }
        match &self.published {
            Some(fault) => println!("{unit}: the published checkpoint: {fault}"),
            None if audit.checkpoint.is_some() && !self.signed => println!(
                "{unit}: the signature of the published checkpoint was not checked: the node's key \
                 is not here. Give the log's with --log KEY"
            ),
            None => {}
        }
        if self.is_whole() {
            println!("{unit}: whole: everything is as it was recorded");
        }
    }
}

/// Verifies a unit, or all units of the store.
pub(crate) async fn run(arguments: VerifyArguments) -> Result<(), Fault> {
    let address = &arguments.store.store;
    let store = wiring::open_known(address).await?;
    let units = match &arguments.store.unit {
        Some(unit) => vec![unit.clone()],
        None => store.units().await?,
    };
    let mut all = Vec::with_capacity(units.len());
    for unit in units {
        let keys = if arguments.logs.is_empty() {
            keys_of(address, &unit, &arguments.key).await?
        } else {
            Some(arguments.logs.clone())
        };
        all.push(verify(store.as_ref(), &unit, keys.as_deref()).await?);
    }
    store.close().await;
    if arguments.json {
        let units: Vec<_> = all.iter().map(Found::to_json).collect();
        println!("{}", json!({ "units": units }));
    } else {
        all.iter().for_each(Found::tell);
    }
    if all.iter().all(Found::is_whole) {
        return Ok(());
    }
    Err(Fault::Input(
        "the record is not what the ledger says it is. Keep this store as it is for whoever looks \
         into it, and restore a backup from before into another place"
            .to_owned(),
    ))
}

/// The log's keys, if the node's key is here.
async fn keys_of(
    address: &str,
    unit: &UnitId,
    key: &KeyArguments,
) -> Result<Option<Vec<VerifierKey>>, Fault> {
    let is_here = key.file(address).is_none_or(|path| path.is_file());
    if !is_here {
        return Ok(None);
    }
    let node = wiring::open_node(address, Some(unit), key).await?;
    let keys = node
        .log_keys()
        .await
        .map_err(|fault| Fault::Input(fault.to_string()));
    node.store().close().await;
    keys.map(Some)
}

/// Audits one unit and shows how far it has come.
pub(crate) async fn verify(
    store: &dyn Store,
    unit: &UnitId,
    keys: Option<&[VerifierKey]>,
) -> Result<Found, Fault> {
    let progress = Progress::of_acts(&format!("verifying {unit}"));
    let shown = progress.clone();
    let audit = store
        .audit(unit, &move |come| shown.at(come.acts, come.of))
        .await;
    progress.end();
    let audit = audit?;
    let progress = Progress::of_acts(&format!("reading the files of {unit}"));
    let shown = progress.clone();
    let files = store
        .check_blobs(unit, &move |come| shown.at(come.blobs, come.of))
        .await;
    progress.end();
    let files = files?;
    Ok(Found {
        files,
        unit: unit.clone(),
        published: published_fault(&audit, keys),
        signed: keys.is_some(),
        audit,
    })
}
