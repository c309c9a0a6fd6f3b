//! What tests of faults may ask of the program: to stop at a step of an append, and to take another
//! time for the present.
//!
//! Only in builds with debug assertions: a release has none of this, see
//! `docs/decisions/0015-faults-are-rehearsed-in-debug-builds.md`.
#![cfg(debug_assertions)]

use std::path::PathBuf;
use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};

/// Names a step of an append and how many transactions go past it first: `after-acts 3`.
const HALT: &str = "PENGAYOM_REHEARSE_HALT";

/// Names a file that holds the seconds by which the clock is wrong, read at every look at the clock.
const CLOCK: &str = "PENGAYOM_REHEARSE_CLOCK";

/// Names a step of a change of the node's key at which the process ends as if it were killed.
const KEY: &str = "PENGAYOM_REHEARSE_KEY";

static SHIFT: OnceLock<PathBuf> = OnceLock::new();

/// Takes up what is asked for.
#[expect(
    clippy::disallowed_methods,
    reason = "no setting of the program: tests alone ask for this"
)]
pub(crate) fn begin() {
    if let Ok(text) = std::env::var(HALT) {
        let asked = text.split_once(' ');
        let asked = asked.and_then(|(step, pass)| Some((step.parse().ok()?, pass.parse().ok()?)));
        match asked {
            Some((step, pass)) => pengayom_store::halt::at(step, pass),
            None => eprintln!("{HALT}: expected a step and a number, found {text:?}"),
        }
    }
    if let Ok(path) = std::env::var(CLOCK) {
        let _ = SHIFT.set(PathBuf::from(path));
    }
}

/// A moment as a clock that goes wrong shows it. Without a readable number it goes right.
pub(crate) fn shifted(now: Timestamp) -> Timestamp {
    let text = SHIFT.get().map(std::fs::read_to_string);
    let seconds = text.and_then(|text| text.ok()?.trim().parse().ok());
    let shift = seconds.map(SignedDuration::from_secs);
    shift
        .and_then(|shift| now.checked_add(shift).ok())
        .unwrap_or(now)
}

/// Ends the process here, if that was asked for, leaving everything as it is.
#[expect(
    clippy::disallowed_methods,
    reason = "no setting of the program: tests alone ask for this"
)]
pub(crate) fn key_step(here: &str) {
    if std::env::var(KEY).is_ok_and(|step| step == here) {
        eprintln!("ended at {here}");
        std::process::abort();
    }
}
