//! People who ask until they are answered, as the answer `503` and its `Retry-After` tell them to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use hyper::StatusCode;

use crate::asking::{Asked, Asker, Lost, Wish};
use crate::serving::PATIENCE;

/// How long somebody waits who was told to come again: less than they were told, so that a test is
/// not long.
const AGAIN: Duration = Duration::from_millis(50);

/// Askers that never give a wish up.
#[derive(Debug)]
pub(crate) struct Patient {
    askers: Vec<tokio::task::JoinHandle<Asked>>,
    state: Arc<State>,
}

#[derive(Debug, Default)]
struct State {
    stop: AtomicBool,
    acknowledged: AtomicUsize,
    turned_away: AtomicUsize,
}

impl Patient {
    /// `n` askers begin.
    pub(crate) fn begin(
        address: SocketAddr,
        n: usize,
        round: usize,
        beats: &Arc<Vec<String>>,
    ) -> Self {
        let state = Arc::new(State::default());
        let askers = (0..n)
            .map(|asker| {
                let (beats, state) = (Arc::clone(beats), Arc::clone(&state));
                tokio::spawn(async move { one_of(address, asker, round, &beats, &state).await })
            })
            .collect();
        Self { askers, state }
    }

    /// Waits until so many more are acknowledged.
    pub(crate) async fn acknowledged_more(&self, more: usize) {
        self.more(&self.state.acknowledged, more).await;
    }

    /// Waits until so many more are turned away.
    pub(crate) async fn turned_away_more(&self, more: usize) {
        self.more(&self.state.turned_away, more).await;
    }

    async fn more(&self, count: &AtomicUsize, more: usize) {
        let enough = count.load(Ordering::SeqCst) + more;
        let until = Instant::now() + PATIENCE;
        while count.load(Ordering::SeqCst) < enough {
            assert!(Instant::now() < until, "not within {PATIENCE:?}: {self:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Lets everybody end whose wish is acknowledged.
    pub(crate) async fn end(self) -> Asked {
        self.state.stop.store(true, Ordering::SeqCst);
        Asked::by(self.askers).await
    }
}

async fn one_of(
    address: SocketAddr,
    asker: usize,
    round: usize,
    beats: &[String],
    state: &State,
) -> Asked {
    let mut asked = Asked::default();
    let mut connection = Asker::new(address);
    for at in 0.. {
        if state.stop.load(Ordering::SeqCst) {
            break;
        }
        let wish = Wish::new(round, asker, at, beats);
        let began = Instant::now();
        loop {
            match connection.ask(&wish).await {
                Ok(answer) if answer.status == StatusCode::CREATED => {
                    asked.acknowledged.push((wish, answer.receipt()));
                    state.acknowledged.fetch_add(1, Ordering::SeqCst);
                    break;
                }
                Ok(answer) => {
                    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
                    assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
                    state.turned_away.fetch_add(1, Ordering::SeqCst);
                }
                Err(Lost) => {}
            }
            assert!(
                began.elapsed() < PATIENCE * 3,
                "{} waits for ever",
                wish.key
            );
            tokio::time::sleep(AGAIN).await;
        }
    }
    asked
}
