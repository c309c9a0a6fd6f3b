//! The machine's clock jumps back an hour while the program serves.

use std::path::Path;
use std::sync::Arc;

use hyper::StatusCode;
use jiff::SignedDuration;
use serde_json::Value;

use crate::asking::{Asker, Crowd, Wish};
use crate::record::{Acknowledged, acts};
use crate::unit::{Engine, Unit, beats};

fn set(clock: &Path, seconds: i64) {
    // Never empty for a reader in between.
    let next = clock.with_extension("next");
    std::fs::write(&next, seconds.to_string()).unwrap();
    std::fs::rename(next, clock).unwrap();
}

// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_back_an_hour_changes_neither_order_nor_answers_in_a_file() {
    jumps_back(Engine::Sqlite).await;
}

// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_jumps_back_an_hour_changes_neither_order_nor_answers_in_a_database() {
    jumps_back(Engine::Postgres).await;
}

async fn jumps_back(engine: Engine) {
    let unit = Unit::on(engine);
    let beats = Arc::new(beats());
    let clock = unit.folder().join("clock");
    set(&clock, 0);
    let mut acknowledged = Acknowledged::default();
    let serving = unit.serve_with(&[("PENGAYOM_REHEARSE_CLOCK", clock.to_str().unwrap())]);
    let mut asker = Asker::new(serving.address);
    let mut ask = async |round, n, acknowledged: &mut Acknowledged| {
        for at in 0..n {
            let wish = Wish::new(round, 0, at, &beats);
            let receipt = asker.must_file(&wish).await;
            acknowledged.note(wish, receipt);
        }
    };
    ask(0, 10, &mut acknowledged).await;
    set(&clock, -3600);
    ask(1, 10, &mut acknowledged).await;
    // The same commands again get the same answers, across the jump.
    ask(0, 10, &mut acknowledged).await;
    let mut reader = Asker::new(serving.address);
    let ready = reader.get("/readyz").await.unwrap();
    assert_eq!(ready.status, StatusCode::OK, "{ready:?}");
    let words = String::from_utf8_lossy(&ready.body).into_owned();
    assert!(words.starts_with("ok\nclock 3"), "{words}");
    acknowledged.all_are_known_at(serving.address).await;
    assert_eq!(serving.said().matches("clock is behind").count(), 1);

    // Killed and started again with the clock still behind: it knows.
    let crowd = Crowd::begin(serving.address, 2, 2, &beats);
    crowd.first_answer().await;
    serving.kill();
    let unanswered = acknowledged.take(crowd.end().await);
    let settings = [("PENGAYOM_REHEARSE_CLOCK", clock.to_str().unwrap())];
    let serving = unit.serve_with(&settings);
    let mut asker = Asker::new(serving.address);
    for wish in unanswered {
        let receipt = asker.must_file(&wish).await;
        acknowledged.note(wish, receipt);
    }
    let ready = asker.get("/readyz").await.unwrap();
    assert!(ready.body.starts_with(b"ok\nclock 3"), "{ready:?}");
    set(&clock, 0);
    let ready = asker.get("/readyz").await.unwrap();
    assert_eq!(&ready.body[..], b"ok\n");
    assert!(serving.end().success());

    acknowledged.are_all_of(&unit).await;
    // Each act says what the clock showed, and not what would look well.
    let acts = acts(&unit).await;
    let jump = acts[10].recorded_at.duration_since(acts[9].recorded_at);
    assert!(jump < SignedDuration::from_mins(-59), "{jump:?}");

    // Asked while the clock is behind, `doctor` tells of it.
    set(&clock, -7200);
    let mut doctor = unit.command(&["doctor", "--json"]);
    let doctor = doctor.env("PENGAYOM_REHEARSE_CLOCK", &clock);
    let found: Value = serde_json::from_slice(&doctor.output().unwrap().stdout).unwrap();
    let findings = found["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["what"] == "clock");
    assert_eq!(finding.unwrap()["weight"], "wrong", "{found}");
}
