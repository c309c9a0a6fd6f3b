//! Whether what is kept too long is erased, and what holds that up.

use jiff::{SignedDuration, Timestamp};
use pengayom_core::value::UnitId;
use pengayom_node::Clock as _;
use pengayom_node::retention::Done;
use pengayom_store::{Store, StoreError};

use super::Findings;
use crate::clock::SystemClock;

/// How old the last run may be before it is told: two nights, and half a day to notice.
const LATE: SignedDuration = SignedDuration::from_hours(60);

/// What a finding is about.
const WHAT: &str = "retention";

/// Looks at each unit's last run, and at what is held.
pub(super) async fn look(findings: &mut Findings, store: &dyn Store) {
    let units = match store.units().await {
        Ok(units) => units,
        Err(error) => return findings.wrong(WHAT, error.to_string(), "restore a backup"),
    };
    for unit in units {
        if let Err(error) = one(findings, store, &unit, SystemClock.now()).await {
            findings.wrong(WHAT, error.to_string(), "restore a backup");
        }
    }
}

async fn one(
    findings: &mut Findings,
    store: &dyn Store,
    unit: &UnitId,
    now: Timestamp,
) -> Result<(), StoreError> {
    let held = store.held_cases(unit).await?;
    if let Some(since) = held.since {
        findings.note(
            "holds",
            format!("{unit}: {} cases are held, the first since {since}", held.n),
            "ask whether each is still needed, and lift it on the page of the case",
        );
    }
    let Some(last) = store.retention_runs(unit, 1).await?.into_iter().next() else {
        findings.note(
            WHAT,
            format!("{unit}: never run"),
            "serve the unit: the node that serves it runs it each night",
        );
        return Ok(());
    };
    let done: Done = serde_json::from_str(&last.done).unwrap_or_default();
    let begun = last.begun_at;
    if last.refused {
        findings.wrong(
            WHAT,
            format!("{unit}: refused at {begun}, because the clock may have jumped"),
            "look at the clock; when it is right, run `pengayom person retention --clock-is-right`",
        );
    } else if done.failed > 0 {
        findings.wrong(
            WHAT,
            format!("{unit}: {} could not be erased at {begun}", done.failed),
            "the log says why; the next run tries again",
        );
    } else if now.duration_since(begun) > LATE {
        findings.wrong(
            WHAT,
            format!("{unit}: last run {begun}"),
            "serve the unit: the node that serves it runs it each night",
        );
    } else {
        let erased = done.erased();
        let left = if done.left_over {
            ", more is left for the next"
        } else {
            ""
        };
        findings.good(
            WHAT,
            format!("{unit}: last run {begun}, {erased} erased{left}"),
        );
    }
    Ok(())
}
