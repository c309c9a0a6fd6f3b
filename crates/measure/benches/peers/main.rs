//! This side of the figures of `scripts/measure_peers.py`: one method on one data set, timed.
//!
//! `peers FOLDER` reads `job.json` and the columns beside it, carries out the method named there and
//! writes `ours.json` (seconds of every run, memory) and `ours.f64` (the answer). Reading and writing
//! are not timed. Without a folder it does nothing, so that `cargo test --benches` passes.
//!
//! A method is one line in a table of its topic's file, with the function that prepares it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "a tool for the desk that may stop at the first surprise"
)]

mod impact;
mod intervals;
mod spc;
mod survey;
mod variance;

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Value, json};

/// What is timed: gives its answer as numbers in a row.
type Run = Box<dyn FnMut() -> Vec<f64>>;

/// A method: its name, and what makes it ready to be timed.
type Row = (&'static str, fn(&Job) -> Run);

/// Every method, topic by topic.
const TOPICS: [&[Row]; 5] = [
    impact::ROWS,
    intervals::ROWS,
    spc::ROWS,
    survey::ROWS,
    variance::ROWS,
];

/// A data set and what is asked of it.
struct Job {
    folder: PathBuf,
    given: Value,
}

impl Job {
    fn column(&self, name: &str) -> Vec<f64> {
        let bytes = fs::read(self.folder.join(format!("{name}.f64"))).expect(name);
        bytes
            .chunks_exact(8)
            .map(|of| f64::from_le_bytes(of.try_into().unwrap()))
            .collect()
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "columns of counts hold whole numbers, 0 or above"
    )]
    fn counts(&self, name: &str) -> Vec<u64> {
        self.column(name).into_iter().map(|of| of as u64).collect()
    }

    fn numbers(&self, name: &str) -> Vec<u32> {
        let counts = self.counts(name);
        counts
            .into_iter()
            .map(|of| of.try_into().unwrap())
            .collect()
    }

    fn number(&self, name: &str) -> f64 {
        self.given["params"][name].as_f64().expect(name)
    }

    fn whole(&self, name: &str) -> usize {
        let of = self.given["params"][name].as_u64().expect(name);
        usize::try_from(of).unwrap()
    }
}

/// Both ends of every interval, in a row.
fn ends(of: impl Iterator<Item = pengayom_measure::proportion::Interval>) -> Vec<f64> {
    of.flat_map(|interval| [interval.low, interval.high])
        .collect()
}

fn main() {
    // `cargo bench` and `cargo test` add flags of their own.
    let Some(folder) = std::env::args().skip(1).find(|of| !of.starts_with('-')) else {
        return;
    };
    let folder = PathBuf::from(folder);
    let given: Value = serde_json::from_slice(&fs::read(folder.join("job.json")).unwrap()).unwrap();
    let job = Job { folder, given };
    let name = job.given["row"].as_str().unwrap();
    let known: HashMap<&str, fn(&Job) -> Run> = TOPICS.into_iter().flatten().copied().collect();
    let mut run = known.get(name).unwrap_or_else(|| panic!("no row {name}"))(&job);

    let before = from_here_on();
    let mut answer = Vec::new();
    let mut seconds = Vec::new();
    let budget = job.given["budget_seconds"].as_f64().unwrap();
    let repeats = job.given["repeats"].as_u64().unwrap();
    let first = Instant::now();
    let mut peak = None;
    while u64::try_from(seconds.len()).unwrap() < repeats
        && (seconds.is_empty() || first.elapsed().as_secs_f64() < budget)
    {
        let start = Instant::now();
        answer = std::hint::black_box(run());
        seconds.push(start.elapsed().as_secs_f64());
        // Of the first run alone: later ones hold the answer before them as well.
        peak = peak.or_else(|| kilobytes("VmHWM"));
    }
    let extra = before
        .zip(peak)
        .map(|(before, peak)| peak.saturating_sub(before));
    write(&job.folder, &seconds, extra, &answer);
}

fn write(folder: &Path, seconds: &[f64], extra: Option<u64>, answer: &[f64]) {
    let bytes: Vec<u8> = answer.iter().flat_map(|of| of.to_le_bytes()).collect();
    fs::write(folder.join("ours.f64"), bytes).unwrap();
    let found = json!({"seconds": seconds, "extra_kilobytes": extra});
    fs::write(folder.join("ours.json"), found.to_string()).unwrap();
}

/// Forgets the most memory held so far; gives what is held now. Linux only.
fn from_here_on() -> Option<u64> {
    fs::write("/proc/self/clear_refs", "5").ok()?;
    kilobytes("VmRSS")
}

fn kilobytes(field: &str) -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(field))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
