//! The database server is killed, comes back, or gives way to its standby, while people ask.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use hyper::StatusCode;
use pengayom_testkit::postgres::Cluster;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tokio::net::{TcpListener, TcpStream};

use crate::asking::Asker;
use crate::patient::Patient;
use crate::record::Acknowledged;
use crate::serving::PATIENCE;
use crate::unit::{Unit, beats};

/// How often the server is killed.
const ROUNDS: usize = 5;

/// People who ask at once.
const ASKERS: usize = 8;

/// Longest load before it is killed, in microseconds.
const LOAD_MICROSECONDS: u64 = 300_000;

/// Moments are drawn from here: the same ones in every run.
const SEED: u64 = 0x6461_7461_6261_7365;

/// Waits until a node says that it is ready, or that it is not.
async fn readiness_becomes(address: SocketAddr, status: StatusCode) {
    let mut asker = Asker::new(address);
    let until = Instant::now() + PATIENCE;
    while asker.get("/readyz").await.unwrap().status != status {
        assert!(Instant::now() < until, "readiness never became {status}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_server_killed_under_load_comes_back_and_nothing_acknowledged_is_lost() {
    let mut cluster = Cluster::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let unit = Unit::at(folder, cluster.url("postgres"), Vec::new());
    let beats = Arc::new(beats());
    let mut moments = ChaCha8Rng::seed_from_u64(SEED);
    let mut acknowledged = Acknowledged::default();
    let serving = unit.serve();
    let crowd = Patient::begin(serving.address, ASKERS, 0, &beats);
    for _ in 0..ROUNDS {
        crowd.acknowledged_more(ASKERS).await;
        let moment = Duration::from_micros(moments.random_range(0..LOAD_MICROSECONDS));
        tokio::time::sleep(moment).await;
        cluster.kill_hard();
        // Everybody is told to come again, and readiness says why.
        crowd.turned_away_more(ASKERS).await;
        readiness_becomes(serving.address, StatusCode::SERVICE_UNAVAILABLE).await;
        cluster.run();
        // The same process goes on by itself.
        readiness_becomes(serving.address, StatusCode::OK).await;
    }
    crowd.acknowledged_more(ASKERS).await;
    let unanswered = acknowledged.take(crowd.end().await);
    assert!(unanswered.is_empty());
    acknowledged.all_are_known_at(serving.address).await;
    assert!(serving.end().success());
    acknowledged.are_all_of(&unit).await;
    println!("{} requests", acknowledged.len());
}

/// An address that leads to one server or another, as a name or a proxy of the database does.
struct Way {
    address: SocketAddr,
    to: Arc<AtomicU16>,
}

impl Way {
    async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let to = Arc::new(AtomicU16::new(port));
        let leads_to = Arc::clone(&to);
        tokio::spawn(async move {
            loop {
                let (mut from, _) = listener.accept().await.unwrap();
                let port = leads_to.load(Ordering::SeqCst);
                tokio::spawn(async move {
                    if let Ok(mut to) = TcpStream::connect(("127.0.0.1", port)).await {
                        let _ = tokio::io::copy_bidirectional(&mut from, &mut to).await;
                    }
                });
            }
        });
        Self { address, to }
    }

    fn leads_to(&self, port: u16) {
        self.to.store(port, Ordering::SeqCst);
    }
}

/// Waits until a server has a standby without which it acknowledges nothing.
fn wait_until_synchronous(primary: &Cluster) {
    let until = Instant::now() + PATIENCE;
    let sql = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
    while primary.sql("postgres", sql) != "1" {
        assert!(Instant::now() < until, "the standby never followed");
        std::thread::sleep(Duration::from_millis(50));
    }
}

// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_promoted_synchronous_standby_has_every_acknowledged_request() {
    let mut primary = Cluster::start(&[]);
    let standby = primary.standby("standby", &[]);
    primary.sql(
        "postgres",
        "ALTER SYSTEM SET synchronous_standby_names = 'standby'",
    );
    primary.sql("postgres", "SELECT pg_reload_conf()");
    wait_until_synchronous(&primary);

    let way = Way::to(primary.port()).await;
    let folder = tempfile::tempdir().unwrap();
    let address = format!("postgres://postgres@{}/postgres", way.address);
    let unit = Unit::at(folder, address, Vec::new());
    let beats = Arc::new(beats());
    let mut acknowledged = Acknowledged::default();
    let serving = unit.serve();
    let crowd = Patient::begin(serving.address, ASKERS, 0, &beats);
    crowd.acknowledged_more(ASKERS * 10).await;
    primary.kill_hard();
    crowd.turned_away_more(ASKERS).await;

    standby.promote();
    way.leads_to(standby.port());
    // The same process goes on by itself, where its address leads now.
    readiness_becomes(serving.address, StatusCode::OK).await;
    crowd.acknowledged_more(ASKERS * 2).await;
    let unanswered = acknowledged.take(crowd.end().await);
    assert!(unanswered.is_empty());
    acknowledged.all_are_known_at(serving.address).await;
    assert!(serving.end().success());
    acknowledged.are_all_of(&unit).await;
    println!("{} requests", acknowledged.len());
}
