//! Jobs: what acts cause to be done after them. Each is safe to do twice.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use pengayom_store::NewJob;
use tokio::sync::watch;

use crate::error::HandleError;
use crate::handle::first_hour::FIRST_HOUR;
use crate::handle::same_event::MIRROR;
use crate::handle::standing;
use crate::stop::is_told;
use crate::{Node, SharedNode};
use crate::{news, notices};

/// Makes the small copy of a photograph.
pub const MEDIA_PREVIEW: &str = "media.preview";

/// Gives persons who were recorded before the hashes they are found by.
pub const CONTACTS: &str = "persons.contacts";

/// How long a taken job is left alone, in seconds.
const LEASE_SECONDS: u32 = 120;

/// What a job says that was put back until its time.
const WAITS: &str = "waits for its time";

/// How often a job is tried before it is given up.
pub const TRIES: u32 = 6;

/// How long to wait when there was nothing to do.
const IDLE: Duration = Duration::from_secs(5);

/// How often what has expired is dropped.
const SWEEP: SignedDuration = SignedDuration::from_mins(10);

impl Node {
    /// The work of making small copies of files.
    pub(crate) fn preview_jobs(&self, sha256s: &[String], run_at: Timestamp) -> Vec<NewJob> {
        sha256s
            .iter()
            .map(|sha256| NewJob {
                id: self.new_id(),
                kind: MEDIA_PREVIEW.to_owned(),
                payload: serde_json::json!({ "sha256": sha256 }).to_string(),
                run_at,
            })
            .collect()
    }
}

/// How often to look whether it is time to erase what is kept too long.
const LOOK: Duration = Duration::from_mins(10);

/// Does jobs, drops what has expired and erases what is kept too long, until told to stop.
pub async fn run(node: SharedNode, stop: watch::Receiver<bool>) {
    tokio::join!(work(&node, stop.clone()), by_night(&node, stop));
}

/// Erases what is kept too long, when it is time to.
async fn by_night(node: &SharedNode, mut stop: watch::Receiver<bool>) {
    while !is_told(&stop) {
        let asked = stop.clone();
        let stops = move || is_told(&asked);
        if let Err(error) = node.retention_by_night(&stops).await {
            tracing::error!(%error, "what is kept too long could not be erased");
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            _ = stop.changed() => {}
        }
    }
}

async fn work(node: &SharedNode, mut stop: watch::Receiver<bool>) {
    let mut swept_at = Timestamp::MIN;
    while !is_told(&stop) {
        let now = node.now();
        if now.duration_since(swept_at) > SWEEP {
            swept_at = now;
            let unit = node.unit().id.clone();
            if let Err(error) = node.store().drop_expired(&unit, now).await {
                tracing::warn!(%error, "expired rows could not be dropped");
            }
            match node.end_lapsed_visits().await {
                Ok(0) => {}
                Ok(visits) => tracing::info!(visits, "tickets that nobody ended are ended"),
                Err(error) => tracing::warn!(%error, "old tickets could not be ended"),
            }
            // Nothing to do but after an upgrade, or when an old backup was restored.
            match node.key_commands().await {
                Ok(0) => {}
                Ok(commands) => tracing::info!(commands, "fingerprints of commands are keyed"),
                Err(error) => tracing::warn!(%error, "commands could not be keyed"),
            }
        }
        match work_once(node).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "no job could be taken"),
        }
        tokio::select! {
            () = tokio::time::sleep(IDLE) => {}
            // Most acts bring none, and looking costs as much as reading a page.
            () = node.work.notified() => {}
            _ = stop.changed() => {}
        }
    }
}

/// Takes one job and does it. `false` when none was due.
///
/// # Errors
/// The store's; a job that fails is put back and is no error here.
pub async fn work_once(node: &SharedNode) -> Result<bool, HandleError> {
    let unit = node.unit().id.clone();
    let Some(job) = node
        .store()
        .take_job(&unit, node.now(), LEASE_SECONDS)
        .await?
    else {
        return Ok(false);
    };
    let done = match job.kind.as_str() {
        MEDIA_PREVIEW => make_preview(node, &job.payload).await,
        CONTACTS => node.hash_contacts().await,
        standing::LESSONS => node.open_lessons(&job.payload).await,
        notices::NEWS => node.make_news(&job.payload).await,
        MIRROR => node.mirror_job(&job.payload).await,
        kind @ (notices::CLOCK | news::DRAFT | FIRST_HOUR) => {
            match waiting(node, kind, &job.payload).await {
                Ok(None) => Ok(()),
                Ok(Some(again)) => {
                    // The same job, for as long as its case is open.
                    node.store()
                        .fail_job(&unit, job.id, Some(again), WAITS)
                        .await?;
                    return Ok(true);
                }
                Err(error) => Err(error),
            }
        }
        _ => Err(HandleError::NotFound("job kind")),
    };
    match done {
        Ok(()) => node.store().finish_job(&unit, job.id).await?,
        Err(error) => {
            tracing::warn!(job = %job.id, kind = job.kind, attempts = job.attempts, %error, "job failed");
            // A clock was looked at many times before, and is looked at again.
            let waits = [notices::CLOCK, news::DRAFT, FIRST_HOUR].contains(&job.kind.as_str());
            let tried = if waits { 1 } else { job.attempts };
            let again = (tried < TRIES).then(|| retry_at(node.now(), tried));
            node.store()
                .fail_job(&unit, job.id, again, &error.to_string())
                .await?;
        }
    }
    Ok(true)
}

/// Does a job that may have to wait for its time; says until when.
async fn waiting(
    node: &SharedNode,
    kind: &str,
    payload: &str,
) -> Result<Option<Timestamp>, HandleError> {
    match kind {
        news::DRAFT => node.draft_news(payload).await,
        FIRST_HOUR => node.look_at_first_hour(payload).await,
        _ => node.look_at_clock(payload).await,
    }
}

/// Doubling from half a minute.
fn retry_at(now: Timestamp, attempts: u32) -> Timestamp {
    let wait = SignedDuration::from_secs(30 * (1 << attempts.min(10)));
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}

async fn make_preview(node: &SharedNode, payload: &str) -> Result<(), HandleError> {
    let payload: serde_json::Value =
        serde_json::from_str(payload).map_err(|_| HandleError::Malformed)?;
    let sha256 = payload.get("sha256").and_then(serde_json::Value::as_str);
    let sha256 = sha256.ok_or(HandleError::Malformed)?;
    match node.photo_preview(sha256).await {
        // A broken picture stays as it was sent, and one that was erased has no copy; there is
        // nothing to try again.
        Ok(_) | Err(HandleError::Media(_) | HandleError::NotFound(_)) => Ok(()),
        Err(error) => Err(error),
    }
}
