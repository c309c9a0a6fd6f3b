//! `pengayom init`: a unit comes into a store.

use std::path::PathBuf;

use pengayom_core::place::UnitConfig;
use pengayom_node::{Clock as _, UnitContext, keyring};
use pengayom_store::rows::UnitRow;

use crate::clock::{SystemClock, SystemRandomness};
use crate::fault::Fault;
use crate::files;
use crate::key::KeyArguments;
use crate::wiring;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub(crate) struct InitArguments {
    /// The store, such as sqlite:unit.db; made when missing
    #[arg(long, env = "PENGAYOM_STORE", value_name = "STORE")]
    store: String,
    /// Folder of the pack
    #[arg(long, value_name = "PACKDIR")]
    pack: PathBuf,
    /// The unit's file
    #[arg(long, value_name = "UNIT.toml")]
    unit: PathBuf,
    /// The unit's areas (may be .gz or .zst)
    #[arg(long, value_name = "AREAS.geojson")]
    areas: PathBuf,
    #[command(flatten)]
    key: KeyArguments,
}

/// Checks everything first, then stores it; a unit that is there already is replaced, its record
/// stays.
pub(crate) async fn run(arguments: InitArguments) -> Result<(), Fault> {
    let config = files::read_text(&arguments.unit)?;
    let areas = files::read_text(&arguments.areas)?;
    let pack = files::read_pack(&arguments.pack)?;
    let parsed = UnitConfig::parse(&config)
        .map_err(|error| Fault::Input(format!("{}:\n{error}", arguments.unit.display())))?;
    let pack = serde_json::to_string(&pack)
        .map_err(|error| Fault::Input(format!("{}: {error}", arguments.pack.display())))?;
    let row = UnitRow {
        id: parsed.code.clone(),
        config,
        areas,
        pack,
        adopted_at: SystemClock.now(),
        simulated: false,
    };
    let context = UnitContext::from_row(&row)?;
    let store = pengayom_store::open(&arguments.store).await?;
    // A store that opens with some key must not be given another.
    let opens = keyring::look(store.as_ref()).await?;
    let key = if opens.is_empty() {
        arguments.key.load(&arguments.store, true)?
    } else {
        wiring::load_key(&arguments.store, &arguments.key).await?
    };
    keyring::begin(
        store.as_ref(),
        &row.id,
        &key,
        &SystemClock,
        &SystemRandomness,
    )
    .await
    .map_err(|error| arguments.key.explain(&arguments.store, error))?;
    store.put_unit(&row).await?;
    store.close().await;
    println!(
        "{} ({}): {} stations, {} beats, {} services; pack {}",
        context.config().name,
        context.id,
        context.geography.stations().len(),
        context.geography.beats().count(),
        context.pack.services().len(),
        context.pack.version(),
    );
    let unverified = context.pack.unverified().count();
    if unverified > 0 {
        eprintln!(
            "{unverified} entries of the pack are not verified yet: see `pengayom pack check`"
        );
    }
    Ok(())
}
