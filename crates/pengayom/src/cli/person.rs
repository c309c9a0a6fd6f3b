//! `pengayom person`: what the unit holds about a person, told and erased.

use clap::Subcommand;
use pengayom_core::pack::Lang;
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::value::CaseNumber;
use pengayom_web::OwnData;

use super::retention::{self, RetentionArguments};
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
    /// Print everything held about whoever filed a case, to be given to them
    Export {
        #[command(flatten)]
        store: StoreArguments,
        #[command(flatten)]
        key: KeyArguments,
        /// Number of the case
        #[arg(long = "case", value_name = "NUMBER")]
        number: CaseNumber,
        /// `json` for programs, `text` to be read
        #[arg(long, value_enum, default_value = "json", value_name = "FORMAT")]
        format: Format,
        /// Language of the text
        #[arg(long, value_enum, default_value = "id", value_name = "LANG")]
        lang: Language,
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
    /// Erase what is kept longer than the pack says, as the node does each night; ends well when it
    /// is stopped, and goes on when it is run again
    Retention(RetentionArguments),
}

/// How an export is written.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Format {
    /// For programs.
    Json,
    /// For people.
    Text,
}

/// A language people read.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Language {
    /// Indonesian.
    Id,
    /// English.
    En,
}

/// The job an erasure by this command is recorded under.
const JOB: &str = "person erase";

/// Tells or erases.
pub(crate) async fn run(arguments: PersonArguments) -> Result<(), Fault> {
    match arguments.verb {
        PersonVerb::Export {
            store,
            key,
            number,
            format,
            lang,
        } => {
            let node = wiring::open_node(&store.store, store.unit.as_ref(), &key).await?;
            let export = node.export_case(&number).await;
            node.store().close().await;
            let export = export?;
            let lang = match lang {
                Language::Id => Lang::Id,
                Language::En => Lang::En,
            };
            match format {
                Format::Json => {
                    let text = serde_json::to_string_pretty(&export)
                        .map_err(|error| Fault::Input(error.to_string()))?;
                    println!("{text}");
                }
                Format::Text => {
                    print!("{}", OwnData::of(&export, &node.unit(), lang).to_text());
                }
            }
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
        PersonVerb::Retention(arguments) => retention::run(arguments).await?,
    }
    Ok(())
}
