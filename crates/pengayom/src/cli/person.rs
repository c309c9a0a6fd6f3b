//! `pengayom person`: what the unit holds about a person, told and erased.

use clap::Subcommand;
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::value::CaseNumber;

use crate::cli::StoreArguments;
use crate::fault::Fault;
use crate::key::KeyArguments;
use crate::wiring;

/// Arguments of `person`.
#[derive(Debug, clap::Args)]
pub(crate) struct PersonArguments {
    #[command(subcommand)]
    verb: PersonVerb,
}

#[derive(Debug, Subcommand)]
enum PersonVerb {
    /// Print everything held about whoever filed a case, as JSON, to be given to them
    Export {
        #[command(flatten)]
        store: StoreArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Number of the case
        #[arg(long = "case", value_name = "NUMBER")]
        number: CaseNumber,
    },
    /// Erase who filed a closed case and what was told in it; the case, its acts and all counts stay
    Erase {
        #[command(flatten)]
        store: StoreArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Number of the case
        #[arg(long = "case", value_name = "NUMBER")]
        number: CaseNumber,
        /// Why the law allows it: the letter it was asked with, without names
        #[arg(long, value_name = "WORDS")]
        basis: String,
    },
}

/// The job an erasure by this command is recorded under.
const JOB: &str = "person erase";

/// Tells or erases.
pub(crate) async fn run(arguments: PersonArguments) -> Result<(), Fault> {
    match arguments.verb {
        PersonVerb::Export { store, key, number } => {
            let node = wiring::open_node(&store.store, store.unit.as_ref(), &key).await?;
            let export = node.export_case(&number).await;
            node.store().close().await;
            let text = serde_json::to_string_pretty(&export?)
                .map_err(|error| Fault::Input(error.to_string()))?;
            println!("{text}");
        }
        PersonVerb::Erase {
            store,
            key,
            number,
            basis,
        } => {
            let node = wiring::open_node(&store.store, store.unit.as_ref(), &key).await?;
            let ground = Some(basis);
            let erased = node
                .erase_numbered(&number, ErasureBasis::Request, ground, JOB)
                .await;
            node.store().close().await;
            erased?;
            println!(
                "{number}: who reported it and what was told is erased. Backups made before still \
                 hold it until they are gone."
            );
        }
    }
    Ok(())
}
