//! `pengayom rebuild`: views and counts anew from the acts, and what differed.

use pengayom_core::value::UnitId;
use pengayom_store::Store;
use pengayom_store::rebuild::{Difference, Mode, Report, What};
use serde_json::json;

use crate::backup::Progress;
use crate::cli::StoreArguments;
use crate::fault::Fault;
use crate::wiring;

/// Arguments of `rebuild`.
#[derive(Debug, clap::Args)]
pub(crate) struct RebuildArguments {
    #[command(flatten)]
    store: StoreArguments,
    /// Tell what differs and change nothing
    #[arg(long)]
    check: bool,
    /// Print what was found as JSON
    #[arg(long)]
    json: bool,
}

/// Rebuilds a unit, or all units of the store.
pub(crate) async fn run(arguments: RebuildArguments) -> Result<(), Fault> {
    let store = wiring::open_known(&arguments.store.store).await?;
    let units = match arguments.store.unit {
        Some(unit) => vec![unit],
        None => store.units().await?,
    };
    let mut reports = Vec::with_capacity(units.len());
    for unit in units {
        let report = rebuild(store.as_ref(), &unit, arguments.check).await?;
        if !arguments.json {
            tell(&unit, &report);
        }
        reports.push((unit, report));
    }
    store.close().await;
    if arguments.json {
        println!("{}", as_json(&reports));
    }
    let left: u64 = reports.iter().map(|(_, report)| left_over(report)).sum();
    if left > 0 {
        let remedy = if arguments.check {
            "run `pengayom rebuild` without --check to put right what follows from the acts"
        } else {
            "the record contradicts itself there: restore a backup from before, and keep this store"
        };
        return Err(Fault::Input(format!(
            "{left} differences are left: {remedy}"
        )));
    }
    Ok(())
}

/// Looks first, which holds nobody up, and writes only when something differs.
async fn rebuild(store: &dyn Store, unit: &UnitId, check: bool) -> Result<Report, Fault> {
    let report = once(store, unit, Mode::Check).await?;
    if check || report.differences() == report.broken() {
        return Ok(report);
    }
    once(store, unit, Mode::Mend).await
}

/// Rebuilds a unit and shows how far it has come.
pub(super) async fn once(store: &dyn Store, unit: &UnitId, mode: Mode) -> Result<Report, Fault> {
    let progress = Progress::of_acts(&match mode {
        Mode::Check => format!("comparing {unit}"),
        Mode::Mend => format!("mending {unit}"),
    });
    let shown = progress.clone();
    let report = store
        .rebuild(unit, mode, &move |come| shown.at(come.acts, come.of))
        .await;
    progress.end();
    Ok(report?)
}

/// Differences that are still there.
fn left_over(report: &Report) -> u64 {
    if report.mended {
        report.broken()
    } else {
        report.differences()
    }
}

fn as_json(reports: &[(UnitId, Report)]) -> serde_json::Value {
    let units: Vec<_> = reports
        .iter()
        .map(|(unit, report)| {
            json!({
                "unit": unit,
                "differences": report.differences(),
                "left": left_over(report),
                "report": report,
            })
        })
        .collect();
    json!({ "units": units })
}

fn tell(unit: &UnitId, report: &Report) {
    println!(
        "{unit}: {} acts of {} subjects give {} rows; {} differ{}",
        report.acts,
        report.subjects,
        report.rows(),
        report.differences(),
        if report.mended && report.differences() > report.broken() {
            ", put right"
        } else {
            ""
        }
    );
    for (table, found) in &report.tables {
        if found.mendable() + found.broken > 0 {
            println!(
                "  {table}: {} missing, {} different, {} surplus, {} contradict the record",
                found.missing, found.different, found.surplus, found.broken
            );
        }
    }
    for difference in &report.named {
        println!("  {}", said(difference));
    }
    let named = report.named.len() as u64;
    if report.differences() > named {
        println!("  … and {} more", report.differences() - named);
    }
}

/// A difference in one line.
pub(super) fn said(difference: &Difference) -> String {
    let Difference { table, key, what } = difference;
    let what = match what {
        What::Missing => "missing".to_owned(),
        What::Surplus => "follows from nothing".to_owned(),
        What::Broken { how } => (*how).to_owned(),
        What::Different { columns } => {
            let columns: Vec<String> = columns
                .iter()
                .map(|column| match (column.stored, column.derived) {
                    (Some(stored), Some(derived)) => {
                        format!("{} {stored}, derived {derived}", column.column)
                    }
                    _ => column.column.to_owned(),
                })
                .collect();
            format!("differs in {}", columns.join(", "))
        }
    };
    format!("{table} {key}: {what}")
}
