//! `pengayom doctor`: what is wrong with this installation, and how to mend it.

use std::path::{Path, PathBuf};

use pengayom_node::{Clock as _, UnitContext};
use pengayom_store::Store;
use serde::Serialize;

use crate::cli::StoreArguments;
use crate::clock::SystemClock;
use crate::fault::Fault;
use crate::key::KeyArguments;

/// Free space below which a disk is told of, in MiB.
const FREE_MIN_MIB: u64 = 1_024;

/// Arguments of `doctor`.
#[derive(Debug, clap::Args)]
pub(crate) struct DoctorArguments {
    #[command(flatten)]
    store: StoreArguments,
    #[command(flatten)]
    key: KeyArguments,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Weight {
    /// In order.
    Good,
    /// Works, but somebody should look at it.
    Note,
    /// Wrong.
    Wrong,
}

/// Something looked at.
#[derive(Debug, Serialize)]
struct Finding {
    what: &'static str,
    weight: Weight,
    found: String,
    remedy: Option<String>,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn good(&mut self, what: &'static str, found: impl Into<String>) {
        self.add(what, Weight::Good, found, None);
    }

    fn note(&mut self, what: &'static str, found: impl Into<String>, remedy: &str) {
        self.add(what, Weight::Note, found, Some(remedy));
    }

    fn wrong(&mut self, what: &'static str, found: impl Into<String>, remedy: &str) {
        self.add(what, Weight::Wrong, found, Some(remedy));
    }

    fn add(
        &mut self,
        what: &'static str,
        weight: Weight,
        found: impl Into<String>,
        remedy: Option<&str>,
    ) {
        self.0.push(Finding {
            what,
            weight,
            found: found.into(),
            remedy: remedy.map(ToOwned::to_owned),
        });
    }
}

/// Looks the installation over.
pub(crate) async fn run(arguments: DoctorArguments) -> Result<(), Fault> {
    let mut findings = Findings::default();
    match arguments.key.load(&arguments.store.store, false) {
        Ok(_) => findings.good("key", "there, and only its owner can read it"),
        Err(fault) => findings.wrong(
            "key",
            fault.to_string(),
            "put the key's file back from where it is kept apart from the store",
        ),
    }
    let path = arguments.store.store.strip_prefix("sqlite:");
    match path.map(PathBuf::from) {
        Some(path) if path.is_file() => {
            file(&mut findings, &path).await;
            match pengayom_store::open(&arguments.store.store).await {
                Ok(store) => {
                    units(&mut findings, store.as_ref()).await;
                    store.close().await;
                }
                Err(error) => findings.wrong(
                    "store",
                    error.to_string(),
                    "mend what it says, or restore a backup",
                ),
            }
        }
        _ => findings.wrong(
            "store",
            "there is no such file",
            "give its path with --store sqlite:PATH, or make it with `pengayom init`",
        ),
    }
    tell(&findings.0, arguments.json);
    let wrong = findings.0.iter();
    let wrong = wrong.filter(|finding| finding.weight == Weight::Wrong);
    match wrong.count() {
        0 => Ok(()),
        n => Err(Fault::Input(format!("{n} found wrong"))),
    }
}

/// The store's file: sound, with room around it, and with a record from a clock that goes right.
async fn file(findings: &mut Findings, path: &Path) {
    match rustix::fs::statvfs(path) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize) / (1024 * 1024);
            let found = format!("{free} MiB free on the store's disk");
            if free < FREE_MIN_MIB {
                findings.wrong("disk", found, "make room: a full disk refuses every report");
            } else {
                findings.good("disk", found);
            }
        }
        Err(error) => findings.note(
            "disk",
            format!("free space is not known: {error}"),
            "look at the disk yourself",
        ),
    }
    let examined = match pengayom_store::examine(path, SystemClock.now()).await {
        Ok(examined) => examined,
        Err(error) => {
            findings.wrong("store", error.to_string(), "restore a backup");
            return;
        }
    };
    if examined.damage.is_empty() {
        findings.good("store", format!("sound, {} acts", examined.acts));
    } else {
        let found = examined.damage.join("; ");
        findings.wrong("store", found, "stop the node and restore a backup");
    }
    if examined.acts_in_the_future > 0 {
        findings.wrong(
            "clock",
            format!(
                "{} acts were recorded later than now",
                examined.acts_in_the_future
            ),
            "set this machine's clock, and let it be set from the network",
        );
    } else {
        findings.good("clock", "no act is recorded later than now");
    }
    if examined.jobs_given_up > 0 {
        findings.wrong(
            "jobs",
            format!("{} were given up", examined.jobs_given_up),
            "the log says why; photographs they were for are kept",
        );
    } else if examined.jobs_waiting_long > 0 {
        findings.wrong(
            "jobs",
            format!("{} wait for over an hour", examined.jobs_waiting_long),
            "serve the unit: jobs are done by the node that serves it",
        );
    } else {
        findings.good("jobs", "none is stuck");
    }
}

/// The units in the store: each loads with its areas and its pack.
async fn units(findings: &mut Findings, store: &dyn Store) {
    let units = match store.units().await {
        Ok(units) => units,
        Err(error) => {
            findings.wrong("unit", error.to_string(), "restore a backup");
            return;
        }
    };
    if units.is_empty() {
        findings.wrong("unit", "the store has none", "run `pengayom init`");
    }
    for unit in units {
        let context = match UnitContext::load(store, &unit).await {
            Ok(context) => context,
            Err(error) => {
                let remedy = "run `pengayom init` with files that are in order";
                findings.wrong("unit", format!("{unit}: {error}"), remedy);
                continue;
            }
        };
        findings.good(
            "unit",
            format!(
                "{unit}: {} stations, {} beats, {} services",
                context.geography.stations().len(),
                context.geography.beats().count(),
                context.pack.services().len()
            ),
        );
        let unverified = context.pack.unverified().count();
        if unverified > 0 {
            findings.note(
                "pack",
                format!("{unit}: {unverified} entries are not verified yet"),
                "let the unit check them: `pengayom pack check` lists them",
            );
        }
    }
}

fn tell(findings: &[Finding], json: bool) {
    if json {
        println!("{}", serde_json::json!({ "findings": findings }));
        return;
    }
    for finding in findings {
        let mark = match finding.weight {
            Weight::Good => "good ",
            Weight::Note => "note ",
            Weight::Wrong => "WRONG",
        };
        println!("{mark} {}: {}", finding.what, finding.found);
        if let Some(remedy) = &finding.remedy {
            println!("      {remedy}");
        }
    }
}
