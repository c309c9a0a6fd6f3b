//! The program is stopped at each step of an append, and ended there.

use std::sync::Arc;

use pengayom_store::halt::Step;

use crate::asking::{Asked, Asker, Crowd, Wish};
use crate::record::{Acknowledged, filed};
use crate::unit::{Engine, Unit, beats};

/// Transactions that go well before the one that is stopped.
const BEFORE: usize = 3;

/// People whose request is under way when it stops.
const ASKERS: usize = 8;

// S22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_at_any_step_a_file_has_the_append_whole_or_not_at_all() {
    stopped_at_each_step(Engine::Sqlite).await;
}

// S22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_at_any_step_a_database_has_the_append_whole_or_not_at_all() {
    stopped_at_each_step(Engine::Postgres).await;
}

async fn stopped_at_each_step(engine: Engine) {
    let unit = Unit::on(engine);
    let beats = Arc::new(beats());
    let mut acknowledged = Acknowledged::default();
    for (round, (step, name)) in Step::OF_APPEND.into_iter().enumerate() {
        let halt = format!("{name} {BEFORE}");
        let serving = unit.serve_with(&[("PENGAYOM_REHEARSE_HALT", &halt)]);
        let mut asker = Asker::new(serving.address);
        for at in 0..BEFORE {
            let wish = Wish::new(round, ASKERS, at, &beats);
            let receipt = asker.must_file(&wish).await;
            acknowledged.note(wish, receipt);
        }
        let crowd = Crowd::begin(serving.address, ASKERS, round, &beats);
        serving.wait_until_it_says(&format!("halted at {step:?}"));
        // While the writer stands still, what was acknowledged can be read.
        acknowledged.all_are_known_at(serving.address).await;
        serving.kill();
        let Asked {
            acknowledged: told,
            unanswered,
        } = crowd.end().await;
        assert!(told.is_empty(), "{name}: told before it was durable");
        assert_eq!(unanswered.len(), ASKERS, "{name}");

        // Only a commit makes it be there, and then all of it.
        let there = filed(&unit).await;
        if step == Step::AfterCommit {
            assert!(
                there > acknowledged.len(),
                "{name}: what was committed is gone"
            );
        } else {
            assert_eq!(there, acknowledged.len(), "{name}: a part of it is there");
        }

        // Asked again by their keys, each is there once.
        let serving = unit.serve();
        let mut asker = Asker::new(serving.address);
        for wish in unanswered {
            let receipt = asker.must_file(&wish).await;
            acknowledged.note(wish, receipt);
        }
        acknowledged.all_are_known_at(serving.address).await;
        assert!(serving.end().success());
        acknowledged.are_all_of(&unit).await;
    }
}
