//! `pengayom pack`: the method of a unit as data.

use std::path::PathBuf;

use clap::Subcommand;
use pengayom_core::pack::Pack;

use crate::fault::Fault;
use crate::files;

/// Arguments of `pack`.
#[derive(Debug, clap::Args)]
pub(crate) struct PackArguments {
    #[command(subcommand)]
    verb: PackVerb,
}

#[derive(Debug, Subcommand)]
enum PackVerb {
    /// Check a pack: every fault with file, line, key and remedy; then what is not verified yet
    Check {
        /// Folder of the pack
        dir: PathBuf,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
}

/// Works with packs.
pub(crate) fn run(arguments: PackArguments) -> Result<(), Fault> {
    let PackVerb::Check { dir, json } = arguments.verb;
    let files = files::read_pack(&dir)?;
    let pack = Pack::load(&files)
        .map_err(|errors| Fault::Input(format!("{}:\n{errors}", dir.display())))?;
    let unverified: Vec<_> = pack.unverified().collect();
    if json {
        println!(
            "{}",
            serde_json::json!({
                "version": pack.version(),
                "digest": pack.digest(),
                "services": pack.services().len(),
                "entries": pack.sources().len(),
                "unverified": unverified.len(),
            })
        );
        return Ok(());
    }
    println!(
        "{} is in order: version {}, {} services, {} entries, {} of them not verified yet",
        dir.display(),
        pack.version(),
        pack.services().len(),
        pack.sources().len(),
        unverified.len(),
    );
    for entry in unverified {
        println!(
            "  {}:{} {} ({})",
            entry.file, entry.line, entry.path, entry.sourced.certainty
        );
    }
    Ok(())
}
