//! `pengayom pack`: the method of a unit as data.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use pengayom_core::pack::{Lang, Pack};
use pengayom_node::access::Policies;

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
    /// What each page says when it is read aloud, as JSON lines: for whoever records it
    Spoken {
        /// Folder of the pack
        dir: PathBuf,
    },
}

/// Works with packs.
pub(crate) fn run(arguments: PackArguments) -> Result<(), Fault> {
    match arguments.verb {
        PackVerb::Check { dir, json } => check(&dir, json),
        PackVerb::Spoken { dir } => spoken(&dir),
    }
}

fn load(dir: &Path) -> Result<Pack, Fault> {
    let files = files::read_pack(dir)?;
    Pack::load(&files).map_err(|errors| Fault::Input(format!("{}:\n{errors}", dir.display())))
}

fn spoken(dir: &Path) -> Result<(), Fault> {
    let pack = load(dir)?;
    for lang in Lang::ALL {
        for page in pengayom_web::spoken::PAGES {
            if let Some(words) = pengayom_web::spoken::words_of(&pack, lang, page) {
                let fingerprint = pengayom_web::spoken::fingerprint(&words);
                let line = serde_json::json!({
                    "lang": lang.code(), "page": page, "sha256": fingerprint, "words": words,
                });
                println!("{line}");
            }
        }
    }
    Ok(())
}

fn check(dir: &Path, json: bool) -> Result<(), Fault> {
    let pack = load(dir)?;
    Policies::load(pack.policies())
        .map_err(|faults| Fault::Input(format!("{}:\n{faults}", dir.display())))?;
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
