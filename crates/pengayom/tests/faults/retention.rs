//! The erasure of what is kept too long is killed in its middle, and run again.

use std::io::{BufRead as _, BufReader};
use std::process::{Output, Stdio};

use pengayom_core::act::Payload;
use pengayom_core::subject::case::CaseAct;
use pengayom_store::halt::Step;
use serde_json::Value;

use crate::record::open;
use crate::unit::{Engine, Unit};

/// Calls of 2016, closed then.
const CALLS: usize = 40;

/// Seconds after which a run that says nothing counts as interrupted, and a little more.
const SILENT: usize = 660;

// S22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_killed_at_any_step_in_a_file_comes_to_the_same_end() {
    killed_at_each_step(Engine::Sqlite).await;
}

// S22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_erasure_killed_at_any_step_in_a_database_comes_to_the_same_end() {
    killed_at_each_step(Engine::Postgres).await;
}

async fn killed_at_each_step(engine: Engine) {
    let unit = Unit::on(engine);
    unit.import_calls(CALLS);
    let planned = cases(&run(&unit, 0, &["--dry-run"]));
    assert_eq!(planned, CALLS);
    let mut left = planned;
    for (round, (step, name)) in Step::OF_APPEND.into_iter().enumerate() {
        let before = round + 1;
        killed(&unit, round, step, &format!("{name} {before}"));
        let now = cases(&run(&unit, round, &["--dry-run"]));
        // Only a commit makes it gone, and then all of it.
        let gone = before + usize::from(step == Step::AfterCommit);
        assert_eq!(left - now, gone, "{name}");
        left = now;
    }
    // The one that was killed last may still live, as far as the next one knows.
    let output = command_at(&unit, Step::OF_APPEND.len() - 1, &[]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let done = run(&unit, Step::OF_APPEND.len(), &[]);
    assert_eq!(cases(&done), left);
    assert_eq!(cases(&run(&unit, Step::OF_APPEND.len(), &["--dry-run"])), 0);
    assert_eq!(erasures(&unit).await, CALLS, "each is erased once");
    for sound in [&["rebuild", "--check"][..], &["ledger", "verify"]] {
        let output = unit.run(sound);
        assert!(output.status.success(), "{output:?}");
    }
}

/// Begins a run that stops at a step, and kills it there.
fn killed(unit: &Unit, round: usize, step: Step, halt: &str) {
    let mut child = unit
        .command(&["person", "retention"])
        .env("PENGAYOM_REHEARSE_HALT", halt)
        .env("PENGAYOM_REHEARSE_CLOCK", clock(unit, round))
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let said = format!("halted at {step:?}");
    assert!(lines.any(|line| line.unwrap().contains(&said)), "{halt}");
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The file of a clock that is later in each round.
fn clock(unit: &Unit, round: usize) -> std::path::PathBuf {
    let path = unit.folder().join("clock");
    std::fs::write(&path, (round * SILENT).to_string()).unwrap();
    path
}

fn command_at(unit: &Unit, round: usize, more: &[&str]) -> Output {
    unit.command(&[&["person", "retention", "--json"], more].concat())
        .env("PENGAYOM_REHEARSE_CLOCK", clock(unit, round))
        .output()
        .unwrap()
}

fn run(unit: &Unit, round: usize, more: &[&str]) -> Value {
    let output = command_at(unit, round, more);
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn cases(told: &Value) -> usize {
    let by_service = told["cases"].as_object().unwrap().values();
    let n = by_service.map(|n| n.as_u64().unwrap()).sum::<u64>();
    usize::try_from(n).unwrap()
}

/// How many erasures the record has.
async fn erasures(unit: &Unit) -> usize {
    let (store, id) = open(unit).await;
    let (mut n, mut after) = (0, 0);
    loop {
        let page = store.acts_after(&id, after, 500).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.sequence;
        let is_erasure = |payload: &Payload| {
            matches!(payload, Payload::Case(CaseAct::PersonalDataErased { .. }))
        };
        n += page
            .iter()
            .filter(|row| is_erasure(&row.act.payload))
            .count();
    }
    store.close().await;
    n
}
