//! The program is killed at random moments while people ask.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

use crate::asking::{Asked, Asker, Crowd};
use crate::log::{Published, Reader};
use crate::record::{Acknowledged, known};
use crate::unit::{Engine, Unit, beats};

/// How often it is killed.
const ROUNDS: usize = 200;

/// People who ask at once.
const ASKERS: usize = 8;

/// Longest load after the first answer of a round, in microseconds.
const LOAD_MICROSECONDS: u64 = 150_000;

/// Moments are drawn from here: the same ones in every run.
const SEED: u64 = 0x5045_4e47_4159_4f4d;

// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_200_times_under_load_a_file_keeps_every_acknowledged_request_once() {
    killed_under_load(Engine::Sqlite).await;
}

// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_200_times_under_load_a_database_keeps_every_acknowledged_request_once() {
    killed_under_load(Engine::Postgres).await;
}

async fn killed_under_load(engine: Engine) {
    let unit = Unit::on(engine);
    let beats = Arc::new(beats());
    let mut moments = ChaCha8Rng::seed_from_u64(SEED);
    let mut acknowledged = Acknowledged::default();
    let (mut asked, mut repeated) = (Asked::default(), 0);
    let mut published = Published::default();
    for round in 0..ROUNDS {
        let serving = unit.serve();
        let reader = Reader::begin(serving.address);
        repeated += asked.unanswered.len();
        take_up(serving.address, asked, &mut acknowledged).await;
        let crowd = Crowd::begin(serving.address, ASKERS, round, &beats);
        crowd.first_answer().await;
        let moment = Duration::from_micros(moments.random_range(0..LOAD_MICROSECONDS));
        tokio::time::sleep(moment).await;
        serving.kill();
        asked = crowd.end().await;
        reader.end(&mut published).await;
    }
    let serving = unit.serve();
    take_up(serving.address, asked, &mut acknowledged).await;
    acknowledged.all_are_known_at(serving.address).await;
    assert!(serving.end().success());
    // Otherwise it was killed while nothing was under way, and the rounds showed little.
    assert!(repeated > ROUNDS, "only {repeated} requests were cut off");
    acknowledged.are_all_of(&unit).await;
    // S18: between sequencing, integrating and publishing too.
    let seen = published.still_stands(&unit).await;
    assert!(seen > ROUNDS / 2, "only {seen} checkpoints were published");
    println!("{} requests, {repeated} cut off", acknowledged.len());
}

/// After a restart: what was acknowledged is there, and what was cut off is asked again by its key.
async fn take_up(address: SocketAddr, asked: Asked, acknowledged: &mut Acknowledged) {
    let receipts = asked.acknowledged.iter();
    let receipts = receipts.map(|(_, receipt)| receipt.clone()).collect();
    known(address, receipts).await;
    // One that was answered asks again too: the same answer.
    let answered = asked.acknowledged.last().map(|(wish, _)| wish.clone());
    let mut asker = Asker::new(address);
    for wish in acknowledged.take(asked).into_iter().chain(answered) {
        let receipt = asker.must_file(&wish).await;
        acknowledged.note(wish, receipt);
    }
}
