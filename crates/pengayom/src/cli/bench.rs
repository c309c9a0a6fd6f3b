//! `pengayom bench`: what this machine does, beside a bare baseline in the same run.

use std::path::PathBuf;

use clap::Subcommand;

use crate::bench::{self, On, Told};
use crate::fault::Fault;

/// Arguments of `bench`.
#[derive(Debug, clap::Args)]
pub(crate) struct BenchArguments {
    #[command(subcommand)]
    what: What,
    /// Folder for the files that are made and removed again: its disk is measured
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    dir: PathBuf,
    /// How often all is measured, to see the spread
    #[arg(long, global = true, default_value_t = 3)]
    runs: u32,
    /// Print JSON lines
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Requests filed over HTTP: routed, durable and receipted, with 1, 8 and 32 askers at once
    Intake {
        /// Seconds with each number of askers
        #[arg(long, default_value_t = 10)]
        seconds: u64,
        /// Numbers of askers at once
        #[arg(long, value_delimiter = ',', default_value = "1,8,32")]
        at_once: Vec<usize>,
        /// An empty PostgreSQL database to measure instead of a SQLite file: postgres://…
        #[arg(long, value_name = "STORE")]
        store: Option<String>,
        /// PostgreSQL's own measure, for the bare loop beside it
        #[arg(long, value_name = "PROGRAM", default_value = "pgbench")]
        pgbench: PathBuf,
    },
    /// Positions routed to beat and station
    Route {
        /// How many positions
        #[arg(long, default_value_t = 200_000)]
        points: usize,
    },
    /// Calls imported from a file, with validation, routing and acts
    Import {
        /// Rows of the file, made from the real calls of Detroit with shifted times
        #[arg(long, default_value_t = 500_000)]
        rows: usize,
        /// Folder with the sample of Detroit
        #[arg(long, value_name = "DIR", default_value = "data/detroit")]
        sample: PathBuf,
        /// Folder of the pack
        #[arg(long, value_name = "PACKDIR", default_value = "packs/id")]
        pack: PathBuf,
    },
    /// Lists and the morning board in a filled store, and how soon its node is ready
    Board {
        /// Cases in the store
        #[arg(long, default_value_t = 100_000)]
        cases: usize,
    },
}

/// Measures.
pub(crate) async fn run(arguments: BenchArguments) -> Result<(), Fault> {
    let told = Told::new(arguments.json);
    bench::machine(told);
    for run in 1..=arguments.runs {
        let folder = tempfile::Builder::new()
            .prefix("pengayom-bench-")
            .tempdir_in(&arguments.dir)
            .map_err(Fault::file(&arguments.dir))?;
        match &arguments.what {
            What::Intake {
                seconds,
                at_once,
                store,
                pgbench,
            } => {
                let on = match store {
                    Some(address) => On::Postgres { address, pgbench },
                    None => On::Sqlite,
                };
                bench::intake(told, run, folder.path(), on, *seconds, at_once).await?;
            }
            What::Route { points } => bench::route(told, run, *points)?,
            What::Import { rows, sample, pack } => {
                bench::import(told, run, folder.path(), *rows, sample, pack).await?;
            }
            What::Board { cases } => bench::board(told, run, folder.path(), *cases).await?,
        }
    }
    Ok(())
}
