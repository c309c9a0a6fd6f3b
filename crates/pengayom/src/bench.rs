//! Measurements of the program by itself, each beside a baseline of the same run.
//!
//! A figure from one machine says little about another, and other work on the machine disturbs it;
//! what disturbs a figure disturbs its baseline too, so the ratio says more than either.

mod access;
mod bare;
mod board;
mod case;
mod import;
mod intake;
mod ledger;
mod pages;
mod route;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use pengayom_node::{Node, NodeKey, SharedNode};
use pengayom_store::rows::UnitRow;
use serde_json::{Value, json};

use crate::clock::{SystemClock, SystemRandomness};
use crate::fault::Fault;

pub(crate) use access::access;
pub(crate) use board::board;
pub(crate) use case::{CaseWork, case};
pub(crate) use import::import;
pub(crate) use intake::{On, intake};
pub(crate) use ledger::{Slices, cost, proof, verify};
pub(crate) use pages::{Visits, pages};
pub(crate) use route::route;

/// Length of a row of the bare baseline, in bytes: about that of an act.
const ROW_BYTES: usize = 400;

/// Where figures are told.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told {
    json: bool,
}

impl Told {
    /// As JSON lines, or as words.
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Tells one figure.
    fn tell(self, figure: &Value) {
        if self.json {
            println!("{figure}");
            return;
        }
        let fields = figure.as_object().into_iter().flatten();
        let words: Vec<String> = fields
            .map(|(name, value)| match value.as_str() {
                Some(text) => format!("{name} {text}"),
                None => format!("{name} {value}"),
            })
            .collect();
        println!("{}", words.join(", "));
    }
}

/// Says on what was measured.
pub(crate) fn machine(told: Told) {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    told.tell(&json!({
        "what": "machine",
        "cores": cores,
        "load": load.split(' ').next().unwrap_or_default(),
        "build": if cfg!(debug_assertions) { "debug: no figure to keep" } else { "release" },
        "version": env!("CARGO_PKG_VERSION"),
    }));
}

/// A node on a new store in a folder.
async fn open_node(folder: &Path, name: &str, unit: &UnitRow) -> Result<SharedNode, Fault> {
    open_node_at(&address(folder, name), unit).await
}

/// A node on the store at an address.
async fn open_node_at(address: &str, unit: &UnitRow) -> Result<SharedNode, Fault> {
    let store = pengayom_store::open(address).await?;
    store.put_unit(unit).await?;
    let node = Node::open(
        store,
        &unit.id,
        key()?,
        Arc::new(SystemClock),
        Arc::new(SystemRandomness),
    )
    .await?;
    Ok(Arc::new(node))
}

fn address(folder: &Path, name: &str) -> String {
    format!("sqlite:{}", folder.join(name).display())
}

/// A key for stores that are thrown away.
fn key() -> Result<NodeKey, Fault> {
    NodeKey::from_hex(&"5a".repeat(32)).map_err(|error| Fault::Input(error.to_string()))
}

/// A share of sorted durations, in milliseconds.
fn percentile(sorted: &[Duration], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a place within the list"
    )]
    let at = (last as f64 * share).round() as usize;
    let found = sorted.get(at).copied().unwrap_or_default();
    rounded(found.as_secs_f64() * 1e3)
}

/// Three digits behind the point, and six where the figure is small.
fn rounded(figure: f64) -> f64 {
    let scale = if figure.abs() < 0.1 { 1e6 } else { 1e3 };
    (figure * scale).round() / scale
}

/// Lets the kernel forget the largest memory so far, where it can.
fn forget_peak_memory() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Largest memory since it was forgotten, in MiB; `None` where the system does not say.
fn peak_memory_mib() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024)
}

/// What this process has used of the processors so far, in seconds; `None` where the system does not
/// say. The kernel counts in hundredths.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace().skip(11);
    let (user, system): (u64, u64) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    Some((user + system) as f64 / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_of_the_list() {
        let list: Vec<Duration> = (1..=100).map(Duration::from_millis).collect();
        assert!((percentile(&list, 0.5) - 51.0).abs() < 1e-9);
        assert!((percentile(&list, 1.0) - 100.0).abs() < 1e-9);
        assert!(percentile(&[], 0.5).abs() < 1e-9);
    }

    #[test]
    fn memory_is_read() {
        assert!(peak_memory_mib().is_some_and(|mib| mib > 0));
    }

    #[test]
    fn time_on_the_processors_is_read() {
        assert!(cpu_seconds().is_some_and(f64::is_finite));
    }
}
