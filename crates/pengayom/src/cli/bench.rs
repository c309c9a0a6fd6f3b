//! `pengayom bench`: what this machine does, beside a bare baseline in the same run.

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;

use crate::bench::{self, CaseWork, On, Slices, Told, Visits};
use crate::fault::Fault;
use crate::wiring::told_to_end;

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
    /// One case with many acts: decisions about it, its page, and letters
    Case {
        /// Acts of the case
        #[arg(long, default_value_t = 2_000)]
        acts: usize,
        /// How many decisions
        #[arg(long, default_value_t = 200_000)]
        decisions: u32,
        /// Seconds its page is asked for
        #[arg(long, default_value_t = 10)]
        seconds: u64,
        /// Letters, half of them looked at only and half issued
        #[arg(long, default_value_t = 200)]
        letters: u32,
    },
    /// Decisions about one case by the policies of the pack
    Access {
        /// How many decisions
        #[arg(long, default_value_t = 20_000)]
        decisions: u32,
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
    /// What ledger and encryption cost of the intake, how soon a proof is there, how long an audit takes
    Ledger {
        /// What is measured
        #[arg(long, value_delimiter = ',', default_value = "cost,proof,verify")]
        part: Vec<Part>,
        /// Seconds of each turn with and without, and of each rate
        #[arg(long, default_value_t = 5.0)]
        seconds: f64,
        /// Turns with and without, of each
        #[arg(long, default_value_t = 6)]
        rounds: u32,
        /// Askers at once, for the cost
        #[arg(long, default_value_t = 32)]
        at_once: usize,
        /// Requests a second, for the proof
        #[arg(long, default_value_t = 5_000.0)]
        rate: f64,
        /// Acts that are audited
        #[arg(long, default_value_t = 1_000_000)]
        acts: usize,
        /// An empty PostgreSQL database to audit instead of a SQLite file: postgres://…
        #[arg(long, value_name = "STORE")]
        store: Option<String>,
    },
    /// The front page, a report's page and the desk over HTTP, and search by words, in a filled store
    Pages {
        /// Cases in the store
        #[arg(long, default_value_t = 100_000)]
        cases: usize,
        /// Seconds with each page and number of askers
        #[arg(long, default_value_t = 5)]
        seconds: u64,
        /// Numbers of askers at once
        #[arg(long, value_delimiter = ',', default_value = "1,32")]
        at_once: Vec<usize>,
        /// An empty PostgreSQL database to measure instead of a SQLite file: postgres://…
        #[arg(long, value_name = "STORE")]
        store: Option<String>,
    },
    /// Lists and the morning board in a filled store, and how soon its node is ready
    Board {
        /// Cases in the store
        #[arg(long, default_value_t = 100_000)]
        cases: usize,
    },
}

/// A part of what is measured of the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// What ledger and encryption cost of the intake, together and each
    Cost,
    /// How soon a proof is there
    Proof,
    /// How long `ledger verify` takes
    Verify,
}

/// Measures, until told to end.
///
/// # Errors
/// [`Fault`]; also when it was told to end. What was made is removed either way.
pub(crate) async fn run(arguments: BenchArguments) -> Result<(), Fault> {
    tokio::select! {
        measured = measure(arguments) => measured,
        () = told_to_end() => Err(Fault::Input("stopped; nothing was left behind".to_owned())),
    }
}

async fn measure(arguments: BenchArguments) -> Result<(), Fault> {
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
            What::Access { decisions } => bench::access(told, run, *decisions)?,
            What::Route { points } => bench::route(told, run, *points)?,
            What::Import { rows, sample, pack } => {
                Box::pin(bench::import(told, run, folder.path(), *rows, sample, pack)).await?;
            }
            What::Ledger {
                part,
                seconds,
                rounds,
                at_once,
                rate,
                acts,
                store,
            } => {
                let time = Duration::try_from_secs_f64(*seconds);
                let time = time.map_err(|error| Fault::Input(format!("--seconds: {error}")))?;
                let folder = folder.path();
                for part in part {
                    match part {
                        Part::Cost => {
                            let slices = Slices {
                                time,
                                rounds: *rounds,
                                at_once: *at_once,
                            };
                            bench::cost(told, run, folder, slices).await?;
                        }
                        Part::Proof => bench::proof(told, run, folder, time, *rate).await?,
                        Part::Verify => {
                            bench::verify(told, run, folder, store.as_deref(), *acts).await?;
                        }
                    }
                }
            }
            What::Pages {
                cases,
                seconds,
                at_once,
                store,
            } => {
                let visits = Visits {
                    cases: *cases,
                    time: Duration::from_secs((*seconds).max(1)),
                    at_once,
                };
                bench::pages(told, run, folder.path(), store.as_deref(), visits).await?;
            }
            What::Case {
                acts,
                decisions,
                seconds,
                letters,
            } => {
                let work = CaseWork {
                    acts: *acts,
                    decisions: *decisions,
                    time: Duration::from_secs((*seconds).max(1)),
                    letters: *letters,
                };
                Box::pin(bench::case(told, run, folder.path(), work)).await?;
            }
            What::Board { cases } => {
                Box::pin(bench::board(told, run, folder.path(), *cases)).await?;
            }
        }
    }
    Ok(())
}
