//! What the ledger and the encryption cost of the intake: with and without them, by turns.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pengayom_core::place::Point;
use pengayom_node::{Clock as _, LeftOut, Node, SharedNode};
use pengayom_store::open_without_ledger;
use serde_json::json;

use super::super::intake::{Asked, ask_all};
use super::super::{Told, cpu_seconds, forget_peak_memory, peak_memory_mib, rounded};
use super::{Filing, Way, points};
use crate::clock::{SystemClock, SystemRandomness};
use crate::demo;
use crate::fault::Fault;
use crate::wiring::{ServeSettings, Serving};

/// What is left out, and under which name it is told.
const VARIANTS: [(&str, LeftOut); 4] = [
    (
        "nothing",
        LeftOut {
            ledger: false,
            sealing: false,
        },
    ),
    (
        "ledger_and_encryption",
        LeftOut {
            ledger: true,
            sealing: true,
        },
    ),
    (
        "ledger",
        LeftOut {
            ledger: true,
            sealing: false,
        },
    ),
    (
        "encryption",
        LeftOut {
            ledger: false,
            sealing: true,
        },
    ),
];

/// How long each variant is tried before anything is measured.
const WARM: Duration = Duration::from_secs(1);

/// How long the ledger may take to publish what a slice recorded.
const SETTLE: Duration = Duration::from_secs(10);

/// How the time is divided.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Slices {
    /// How long each variant works at a time.
    pub(crate) time: Duration,
    /// How often each has its turn; every second time the order is the other way round.
    pub(crate) rounds: u32,
    /// Askers at once.
    pub(crate) at_once: usize,
}

/// A node that leaves something out, at work.
struct Variant {
    left_out: LeftOut,
    serving: Serving,
    node: SharedNode,
    points: Arc<Vec<Point>>,
    rates: Vec<f64>,
    cpu_us: Vec<f64>,
}

/// Measures the cost once, over HTTP and without.
///
/// # Errors
/// [`Fault`] when a store or a server fails, or an answer is not 201.
pub(crate) async fn cost(told: Told, run: u32, folder: &Path, slices: Slices) -> Result<(), Fault> {
    for way in [Way::Http, Way::Handle] {
        forget_peak_memory();
        let mut variants = Vec::with_capacity(VARIANTS.len());
        for (name, left_out) in VARIANTS {
            let path = folder.join(format!("cost-{}-{name}.db", way.word()));
            variants.push(Variant::begin(&path, left_out).await?);
        }
        for variant in &mut variants {
            variant
                .work(way, WARM.min(slices.time), slices.at_once)
                .await?;
            (variant.rates, variant.cpu_us) = (Vec::new(), Vec::new());
        }
        for round in 0..slices.rounds.max(1) {
            let mut order: Vec<&mut Variant> = variants.iter_mut().collect();
            if round % 2 == 1 {
                order.reverse();
            }
            for variant in order {
                variant.work(way, slices.time, slices.at_once).await?;
            }
        }
        let memory = peak_memory_mib();
        let mut others = variants.iter();
        if let Some(whole) = others.next() {
            for ((name, _), other) in VARIANTS.iter().skip(1).zip(others) {
                let head = (run, way, *name);
                tell(told, head, slices, (whole, other), memory);
            }
        }
        for variant in variants {
            variant.serving.end().await?;
        }
    }
    Ok(())
}

fn tell(
    told: Told,
    (run, way, name): (u32, Way, &str),
    slices: Slices,
    (with, without): (&Variant, &Variant),
    memory: Option<u64>,
) {
    let cost = |(with, without): (&f64, &f64)| (1.0 - with / without) * 100.0;
    let costs: Vec<f64> = with.rates.iter().zip(&without.rates).map(cost).collect();
    let (with_cpu, without_cpu) = (median(&with.cpu_us), median(&without.cpu_us));
    told.tell(&json!({
        "what": "cost_of_intake",
        "of": name,
        "through": way.word(),
        "run": run,
        "at_once": slices.at_once,
        "rounds": slices.rounds,
        "seconds_each": slices.time.as_secs_f64(),
        "with_requests_a_second": median(&with.rates).round(),
        "without_requests_a_second": median(&without.rates).round(),
        "cost_percent": rounded(median(&costs)),
        "cost_percent_least": rounded(costs.iter().copied().fold(f64::INFINITY, f64::min)),
        "cost_percent_most": rounded(costs.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        "ratio_with_to_without": rounded(median(&with.rates) / median(&without.rates)),
        "with_cpu_us_a_request": with_cpu.round(),
        "without_cpu_us_a_request": without_cpu.round(),
        "cpu_cost_percent": rounded((1.0 - without_cpu / with_cpu) * 100.0),
        "peak_memory_mib": memory,
    }));
}

fn median(list: &[f64]) -> f64 {
    let mut sorted = list.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let at = |n: usize| sorted.get(n).copied().unwrap_or(f64::NAN);
    if sorted.len() % 2 == 1 {
        at(middle)
    } else {
        f64::midpoint(at(middle.wrapping_sub(1)), at(middle))
    }
}

impl Variant {
    async fn begin(path: &Path, left_out: LeftOut) -> Result<Self, Fault> {
        let unit = demo::unit_row(SystemClock.now())?;
        let store = if left_out.ledger {
            open_without_ledger(path).await?
        } else {
            pengayom_store::open(&format!("sqlite:{}", path.display())).await?
        };
        store.put_unit(&unit).await?;
        let (clock, randomness) = (Arc::new(SystemClock), Arc::new(SystemRandomness));
        let node = Node::open_to_measure(store, &unit.id, left_out, clock, randomness).await?;
        let node = Arc::new(node);
        let settings = ServeSettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            notices: crate::notices::NoticeArguments::default(),
            api_requests_per_minute: 0,
        };
        Ok(Self {
            left_out,
            serving: Serving::begin(Arc::clone(&node), settings).await?,
            points: points(&node),
            node,
            rates: Vec::new(),
            cpu_us: Vec::new(),
        })
    }

    /// Takes its turn. The rate is that of the answers; to what a request costs the processors
    /// belongs what the ledger does afterwards.
    async fn work(&mut self, way: Way, time: Duration, at_once: usize) -> Result<(), Fault> {
        let before = cpu_seconds();
        let asked = match way {
            Way::Http => ask_all(self.serving.address, &self.points, (at_once, 0), time).await?,
            Way::Handle => self.file_all(at_once, time).await?,
        };
        self.settle().await?;
        self.rates.push(asked.rate());
        if let Some((after, before)) = cpu_seconds().zip(before) {
            let cpu = (after - before) * 1e6 / asked.waits.len().max(1) as f64;
            self.cpu_us.push(cpu);
        }
        Ok(())
    }

    async fn file_all(&self, at_once: usize, time: Duration) -> Result<Asked, Fault> {
        let filing = Arc::new(Filing::new(Arc::clone(&self.points)));
        let (began, cpu) = (Instant::now(), cpu_seconds());
        let askers: Vec<_> = (0..at_once)
            .map(|_| {
                let (node, filing) = (Arc::clone(&self.node), Arc::clone(&filing));
                tokio::spawn(async move {
                    let mut waits = Vec::new();
                    while began.elapsed() < time {
                        let asked = Instant::now();
                        filing.file(&node).await?;
                        waits.push(asked.elapsed());
                    }
                    Ok::<_, Fault>(waits)
                })
            })
            .collect();
        Asked::of(askers, began, cpu).await
    }

    /// Waits until the ledger has published what was recorded, so that none of its work falls into
    /// another's turn.
    async fn settle(&self) -> Result<(), Fault> {
        let unit = self.node.unit().id.clone();
        let store = self.node.store();
        let began = Instant::now();
        while !self.left_out.ledger && began.elapsed() < SETTLE {
            let acts = u64::try_from(store.last_sequence(&unit).await?).unwrap_or(0);
            let known = store.ledger(&unit).await?;
            if known.is_some_and(|known| known.published_size == acts) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if self.left_out.ledger {
            return Ok(());
        }
        Err(Fault::Input("the ledger does not come after".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_in_the_middle() {
        assert!((median(&[3.0, 1.0, 2.0]) - 2.0).abs() < 1e-9);
        assert!((median(&[4.0, 1.0, 2.0, 3.0]) - 2.5).abs() < 1e-9);
        assert!(median(&[]).is_nan());
    }
}
