//! A stop at a step of an append, so that a test can end the process exactly there.
//!
//! Only in builds with debug assertions: a release has none of this, see
//! `docs/decisions/0015-faults-are-rehearsed-in-debug-builds.md`.
#![cfg(debug_assertions)]

use std::str::FromStr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A step of the transaction that carries appends out, in their order; and one beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing was said to the engine yet.
    BeforeBegin,
    /// The transaction is open.
    AfterBegin,
    /// Acts, commands and source keys are written.
    AfterActs,
    /// Numbers, jobs, persons and views are written too.
    AfterViews,
    /// Rollups are written too.
    AfterRollups,
    /// Everything is written and answers are ready; only the commit is missing.
    BeforeCommit,
    /// The commit is durable, and nobody has been told.
    AfterCommit,
    /// A job was taken for a lease, and nothing of it is done.
    AfterJob,
    /// Leaves are ready to be put into the ledger's tree.
    BeforeIntegrating,
    /// The tree has grown, and no checkpoint of it is published.
    BeforePublishing,
    /// A checkpoint is published.
    AfterPublishing,
}

impl Step {
    /// The steps of an append with their names, in order.
    pub const OF_APPEND: [(Self, &'static str); 7] = [
        (Self::BeforeBegin, "before-begin"),
        (Self::AfterBegin, "after-begin"),
        (Self::AfterActs, "after-acts"),
        (Self::AfterViews, "after-views"),
        (Self::AfterRollups, "after-rollups"),
        (Self::BeforeCommit, "before-commit"),
        (Self::AfterCommit, "after-commit"),
    ];

    /// The steps of the ledger with their names, in order.
    pub const OF_LEDGER: [(Self, &'static str); 3] = [
        (Self::BeforeIntegrating, "before-integrating"),
        (Self::BeforePublishing, "before-publishing"),
        (Self::AfterPublishing, "after-publishing"),
    ];
}

/// There is no such step.
#[derive(Debug, thiserror::Error)]
#[error("no such step of an append")]
pub struct NoSuchStep;

impl FromStr for Step {
    type Err = NoSuchStep;

    fn from_str(text: &str) -> Result<Self, NoSuchStep> {
        let mut all = Self::OF_APPEND
            .into_iter()
            .chain(Self::OF_LEDGER)
            .chain([(Self::AfterJob, "after-job")]);
        let found = all.find(|(_, name)| *name == text);
        found.map(|(step, _)| step).ok_or(NoSuchStep)
    }
}

/// Where to stop, and how many transactions may pass before.
static HALT: OnceLock<(Step, AtomicU32)> = OnceLock::new();

/// Lets this process stop at a step for ever, after `pass` transactions went past it. Once a
/// process; a second call changes nothing.
pub fn at(step: Step, pass: u32) {
    let _ = HALT.set((step, AtomicU32::new(pass)));
}

/// Whether a stop at a step was asked for.
pub(crate) fn is_at(here: Step) -> bool {
    HALT.get().is_some_and(|(step, _)| *step == here)
}

/// Stops here, if that was asked for; says so on standard error, for whoever waits for it.
pub async fn pass(here: Step) {
    let Some((step, left)) = HALT.get() else {
        return;
    };
    if *step != here {
        return;
    }
    let one_less = |left: u32| left.checked_sub(1);
    if left
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
        .is_err()
    {
        eprintln!("halted at {here:?}");
        std::future::pending::<()>().await;
    }
}
