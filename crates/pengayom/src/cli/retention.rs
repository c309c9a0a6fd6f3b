//! `pengayom person retention`: what is kept longer than the pack says, shown and erased.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pengayom_node::retention::{BELIEVED, Done, Outcome};
use serde::Serialize;

use crate::cli::StoreArguments;
use crate::fault::Fault;
use crate::key::KeyArguments;
use crate::wiring;

/// The name under which a run by hand is noted.
const STARTED_BY: &str = "person retention";

/// Arguments of `person retention`.
#[derive(Debug, clap::Args)]
pub(crate) struct RetentionArguments {
    #[command(flatten)]
    store: StoreArguments,
    #[command(flatten)]
    key: KeyArguments,
    /// Only count what would be erased now
    #[arg(long)]
    dry_run: bool,
    /// The clock was looked at and is right: run although the last run was long ago
    #[arg(long, conflicts_with = "dry_run")]
    clock_is_right: bool,
    /// Print it as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Told<'a> {
    format: &'static str,
    dry_run: bool,
    #[serde(flatten)]
    done: &'a Done,
}

/// Counts or erases.
pub(crate) async fn run(arguments: RetentionArguments) -> Result<(), Fault> {
    let store = &arguments.store;
    let node = wiring::open_node(&store.store, store.unit.as_ref(), &arguments.key).await?;
    let outcome = if arguments.dry_run {
        node.plan_retention().await.map(Outcome::Ran)
    } else {
        let stopped = stopped_by_signal();
        let stops = move || stopped.load(Ordering::Relaxed);
        node.run_retention(STARTED_BY, arguments.clock_is_right, &stops)
            .await
    };
    node.store().close().await;
    match outcome? {
        Outcome::Ran(done) => tell(&arguments, &done),
        Outcome::AnotherRuns => Err(Fault::Input(
            "another run goes on, or was interrupted within the last ten minutes: run it again later"
                .to_owned(),
        )),
        Outcome::ClockNotBelieved { since, now } => Err(Fault::Input(format!(
            "nothing was erased: the clock shows {now}, more than {} days after {since}, the last \
             moment that is believed. Look at the clock; when it is right, run this with \
             --clock-is-right",
            BELIEVED.as_hours() / 24
        ))),
    }
}

/// Set once the process is asked to end: what was begun is finished, and no more is begun.
fn stopped_by_signal() -> Arc<AtomicBool> {
    let stopped = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&stopped);
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            noted.store(true, Ordering::Relaxed);
        }
    });
    stopped
}

fn tell(arguments: &RetentionArguments, done: &Done) -> Result<(), Fault> {
    if arguments.json {
        let told = Told {
            format: "pengayom-retention/v1",
            dry_run: arguments.dry_run,
            done,
        };
        let text =
            serde_json::to_string_pretty(&told).map_err(|error| Fault::Input(error.to_string()))?;
        println!("{text}");
    } else {
        let verb = if arguments.dry_run {
            "would go"
        } else {
            "erased"
        };
        for (service, n) in &done.cases {
            println!("{service}: {n} cases {verb}");
        }
        println!("encounters without a case: {} {verb}", done.encounters);
        println!("messages of judgements: {} {verb}", done.messages);
        if done.left_over {
            println!("some are left: run it again");
        }
    }
    match done.failed {
        0 => Ok(()),
        n => Err(Fault::Input(format!(
            "{n} could not be erased: the log says why, and the next run tries again"
        ))),
    }
}
