//! `pengayom import`: records of other systems.

use std::path::PathBuf;

use crate::cli::StoreArguments;
use crate::fault::Fault;
use crate::files;
use crate::import::{self, ImportSummary, Kind, Mapping, Options};
use crate::key::KeyArguments;
use crate::wiring;

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArguments {
    /// What the file holds
    #[arg(value_enum)]
    kind: Kind,
    /// The file; .gz and .zst are unpacked
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    store: StoreArguments,
    #[command(flatten)]
    key: KeyArguments,
    /// Which column is what
    #[arg(long, value_name = "MAP.toml")]
    mapping: PathBuf,
    /// Where refused rows go [default: the file's name with `.rejects.csv` behind it, in the
    /// current folder]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Print the summary as JSON
    #[arg(long)]
    json: bool,
}

/// Imports a file.
pub(crate) async fn run(arguments: ImportArguments) -> Result<(), Fault> {
    let name = arguments.mapping.display().to_string();
    let mapping = Mapping::parse(&name, &files::read_text(&arguments.mapping)?)?;
    if mapping.source.kind != arguments.kind {
        return Err(Fault::Input(format!(
            "{name}: source.kind is {}, asked to import {}",
            mapping.source.kind.word(),
            arguments.kind.word(),
        )));
    }
    let rejects = arguments.rejects.unwrap_or_else(|| {
        let file = arguments
            .file
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        PathBuf::from(format!("{file}.rejects.csv"))
    });
    let StoreArguments { store, unit } = &arguments.store;
    let node = wiring::open_node(store, unit.as_ref(), &arguments.key).await?;
    let done = if arguments.kind == Kind::Areas {
        let unit = node.store().unit(&node.unit().id).await?;
        let unit = unit.ok_or_else(|| Fault::Input("the store has no unit".to_owned()))?;
        let mut rejects = import::Rejects::new(rejects, false);
        import::import_areas(
            node.store().as_ref(),
            unit,
            &mapping,
            &arguments.file,
            &mut rejects,
        )
        .await
    } else {
        let options = Options {
            file: arguments.file.clone(),
            rejects,
        };
        import::import_records(std::sync::Arc::clone(&node), mapping, options).await
    };
    // What was imported has its place in the ledger when the command ends.
    let in_ledger = node.advance_ledger().await;
    node.store().close().await;
    in_ledger.map_err(|error| Fault::Input(error.to_string()))?;
    tell(&done?, arguments.json);
    Ok(())
}

fn tell(summary: &ImportSummary, json: bool) {
    if json {
        if let Ok(text) = serde_json::to_string(summary) {
            println!("{text}");
        }
        return;
    }
    if summary.complete && summary.rows == 0 && summary.resumed_after > 0 {
        println!("this file was imported before: nothing to do");
        return;
    }
    println!(
        "{} rows read, {} recorded, {} known before, {} refused",
        summary.rows, summary.recorded, summary.known, summary.rejected
    );
    if summary.resumed_after > 0 {
        println!("went on after row {}", summary.resumed_after);
    }
    if let Some(file) = &summary.rejects_file {
        println!("refused rows with their reasons: {file}");
    }
}
