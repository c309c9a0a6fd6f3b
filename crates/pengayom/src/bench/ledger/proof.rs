//! How soon a proof is there: requests at a fixed rate, whatever the answers take.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use pengayom_node::{Clock as _, SharedNode};
use serde_json::json;

use super::super::intake::Connection;
use super::super::{
    Told, address, forget_peak_memory, open_node_at, peak_memory_mib, percentile, rounded,
};
use super::{Filing, Way, points};
use crate::clock::SystemClock;
use crate::demo;
use crate::fault::Fault;
use crate::wiring::{ServeSettings, Serving};

/// How many requests may be under way at once: connections, or calls of the node.
const UNDER_WAY: u64 = 192;

/// How often it is looked whether more was published.
const LOOK: Duration = Duration::from_millis(5);

/// How long proofs are waited for after the last answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A rate is taken when answers come no later than this behind the plan, nearly all of them.
const LATE: Duration = Duration::from_secs(1);

/// A rate that is not taken is followed by this share of it.
const NEXT: f64 = 0.85;

/// Below this rate the search for one that is taken ends.
const LEAST: f64 = 200.0;

/// One request.
#[derive(Debug, Clone, Copy)]
struct Filed {
    planned: Instant,
    answered: Instant,
    leaf: u64,
}

/// Measures once: over HTTP at the rate, or the highest below it that is taken; and without HTTP at
/// the rate.
///
/// # Errors
/// [`Fault`] when the store or the server fails, or a proof does not come.
pub(crate) async fn proof(
    told: Told,
    run: u32,
    folder: &Path,
    time: Duration,
    rate: f64,
) -> Result<(), Fault> {
    for way in [Way::Http, Way::Handle] {
        let mut rate = rate;
        let mut nth = 0;
        loop {
            let name = format!("proof-{}-{nth}.db", way.word());
            let taken = at_rate(told, run, &address(folder, &name), way, time, rate).await?;
            nth += 1;
            rate *= NEXT;
            if taken || rate < LEAST {
                break;
            }
        }
    }
    Ok(())
}

/// Measures at one rate; whether it was taken.
async fn at_rate(
    told: Told,
    run: u32,
    address: &str,
    way: Way,
    time: Duration,
    rate: f64,
) -> Result<bool, Fault> {
    let unit = demo::unit_row(SystemClock.now())?;
    let node = open_node_at(address, &unit).await?;
    let settings = ServeSettings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        public_url: None,
        notices: crate::notices::NoticeArguments::default(),
        api_requests_per_minute: 0,
    };
    let serving = Serving::begin(Arc::clone(&node), settings).await?;
    forget_peak_memory();
    let told_to_end = Arc::new(AtomicBool::new(false));
    let watching = tokio::spawn(watch(Arc::clone(&node), Arc::clone(&told_to_end)));
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of requests"
    )]
    let all = (rate * time.as_secs_f64()) as u64;
    let began = Instant::now();
    let filed = file_at(&node, serving.address, way, (began, rate, all)).await;
    let took = began.elapsed();
    if filed.is_ok() {
        published(&node).await?;
    }
    told_to_end.store(true, Ordering::SeqCst);
    let seen = watching
        .await
        .map_err(|error| Fault::Input(format!("watching: {error}")))??;
    let memory = peak_memory_mib();
    serving.end().await?;
    let filed = filed?;
    let from_plan = sorted(&filed, |one| Some(one.answered - one.planned));
    let proven = |one: &Filed| seen.iter().find(|(_, size)| *size > one.leaf);
    let proof = sorted(&filed, |one| {
        proven(one).map(|(at, _)| at.saturating_duration_since(one.answered))
    });
    let proof_from_plan = sorted(&filed, |one| {
        proven(one).map(|(at, _)| at.saturating_duration_since(one.planned))
    });
    if proof.len() != filed.len() {
        return Err(Fault::Input(format!(
            "{} of {} acts have no proof",
            filed.len() - proof.len(),
            filed.len()
        )));
    }
    let taken = percentile(&from_plan, 0.99) < LATE.as_secs_f64() * 1e3;
    told.tell(&json!({
        "what": "proof_ready",
        "through": way.word(),
        "run": run,
        "asked_a_second": rounded(rate),
        "answered_a_second": rounded(filed.len() as f64 / took.as_secs_f64()),
        "is_taken": taken,
        "requests": filed.len(),
        "checkpoints": seen.len(),
        "answer_from_plan_ms_p50": percentile(&from_plan, 0.5),
        "answer_from_plan_ms_p99": percentile(&from_plan, 0.99),
        "answer_from_plan_ms_max": percentile(&from_plan, 1.0),
        "proof_from_answer_ms_p50": percentile(&proof, 0.5),
        "proof_from_answer_ms_p99": percentile(&proof, 0.99),
        "proof_from_answer_ms_max": percentile(&proof, 1.0),
        "proof_from_plan_ms_max": percentile(&proof_from_plan, 1.0),
        "ratio_proof_from_plan_to_answer_p50":
            rounded(percentile(&proof_from_plan, 0.5) / percentile(&from_plan, 0.5)),
        "peak_memory_mib": memory,
    }));
    Ok(taken)
}

fn sorted(filed: &[Filed], wait: impl Fn(&Filed) -> Option<Duration>) -> Vec<Duration> {
    let mut waits: Vec<Duration> = filed.iter().filter_map(wait).collect();
    waits.sort_unstable();
    waits
}

/// Files so many requests, each at its planned moment or as soon after as one may be under way.
async fn file_at(
    node: &SharedNode,
    address: SocketAddr,
    way: Way,
    (began, rate, all): (Instant, f64, u64),
) -> Result<Vec<Filed>, Fault> {
    let points = points(node);
    let filing = Arc::new(Filing::new(Arc::clone(&points)));
    let next = Arc::new(AtomicU64::new(0));
    let mut askers = Vec::new();
    for asker in 0..UNDER_WAY {
        let (node, next, filing) = (Arc::clone(node), Arc::clone(&next), Arc::clone(&filing));
        let points = Arc::clone(&points);
        askers.push(tokio::spawn(async move {
            let mut connection = match way {
                Way::Http => Some(Connection::open(address).await?),
                Way::Handle => None,
            };
            let mut filed = Vec::new();
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                if nth >= all {
                    break;
                }
                let planned = began + Duration::from_secs_f64(nth as f64 / rate);
                tokio::time::sleep_until(planned.into()).await;
                let leaf = match &mut connection {
                    Some(connection) => {
                        let at = usize::try_from(nth).unwrap_or(0) % points.len().max(1);
                        let point = points.get(at).copied();
                        let point = point.ok_or_else(|| Fault::Input("no position".to_owned()))?;
                        let answer = connection.file(&format!("{asker}-{nth}"), point).await?;
                        leaf_of(&answer)?
                    }
                    None => leaf_in(&filing.file(&node).await?.promised.note)?,
                };
                let answered = Instant::now();
                filed.push(Filed {
                    planned,
                    answered,
                    leaf,
                });
            }
            Ok::<_, Fault>(filed)
        }));
    }
    let mut filed = Vec::new();
    for asker in askers {
        let asked = asker
            .await
            .map_err(|error| Fault::Input(format!("an asker broke off: {error}")))?;
        filed.extend(asked?);
    }
    Ok(filed)
}

/// The leaf that an answer promises.
fn leaf_of(answer: &[u8]) -> Result<u64, Fault> {
    let answer: serde_json::Value = serde_json::from_slice(answer)
        .map_err(|error| Fault::Input(format!("an answer does not read: {error}")))?;
    let note = answer.pointer("/receipt/promise");
    leaf_in(note.and_then(serde_json::Value::as_str).unwrap_or_default())
}

/// The leaf in a promise: its fourth line.
fn leaf_in(promise: &str) -> Result<u64, Fault> {
    let line = promise.lines().nth(3).and_then(|line| line.parse().ok());
    line.ok_or_else(|| Fault::Input("an answer has no promise".to_owned()))
}

/// Notes when the log had which size. A size counts from when the proof of its last leaf is in hand.
async fn watch(
    node: SharedNode,
    told_to_end: Arc<AtomicBool>,
) -> Result<Vec<(Instant, u64)>, Fault> {
    let unit = node.unit().id.clone();
    let mut seen: Vec<(Instant, u64)> = Vec::new();
    loop {
        // Asked before it is looked, so that the last look is after the last request.
        let last = told_to_end.load(Ordering::SeqCst);
        let known = node.store().ledger(&unit).await?;
        let size = known.map_or(0, |known| known.published_size);
        if size > seen.last().map_or(0, |(_, size)| *size) {
            let proof = node
                .prove(size - 1)
                .await
                .map_err(|error| Fault::Input(format!("proving: {error}")))?;
            if proof.is_some() {
                seen.push((Instant::now(), size));
            }
        }
        if last {
            return Ok(seen);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Waits until everything is published.
async fn published(node: &SharedNode) -> Result<(), Fault> {
    let unit = node.unit().id.clone();
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        let acts = node.store().last_sequence(&unit).await?;
        let known = node.store().ledger(&unit).await?;
        let size = known.map_or(0, |known| known.published_size);
        if u64::try_from(acts).is_ok_and(|acts| acts == size) {
            return Ok(());
        }
        tokio::time::sleep(LOOK).await;
    }
    Err(Fault::Input("the ledger does not come after".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_leaf_is_read_from_a_promise() {
        let promise = "pengayom-receipt/v1\norigin\nPTI-2611-0482\n481\nhash\n";
        assert!(matches!(leaf_in(promise), Ok(481)));
        assert!(leaf_in("").is_err());
        assert!(leaf_of(b"{}").is_err());
    }
}
