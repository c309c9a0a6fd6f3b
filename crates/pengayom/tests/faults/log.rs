//! What the ledger published, and whether it still stands by it.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use pengayom_ledger::{SignedCheckpoint, VerifierKey, needed_for_root, root_at};

use crate::asking::{Asker, Wish};
use crate::record::open;
use crate::unit::{Engine, Unit, beats};

/// How often the checkpoint is read.
const READ: Duration = Duration::from_millis(20);

/// Every checkpoint anybody may have seen, and the keys that sign.
#[derive(Debug, Default)]
pub(crate) struct Published {
    checkpoints: BTreeSet<String>,
    keys: BTreeSet<String>,
}

/// Somebody who reads checkpoints until the node is gone or they are told to end.
pub(crate) struct Reader {
    reading: tokio::task::JoinHandle<Published>,
    end: Arc<AtomicBool>,
}

impl Reader {
    pub(crate) fn begin(address: SocketAddr) -> Self {
        let end = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&end);
        let reading = tokio::spawn(async move {
            let mut published = Published::default();
            let mut asker = Asker::new(address);
            while !told.load(Ordering::SeqCst) {
                let Ok(answer) = asker.get("/tlog/checkpoint").await else {
                    break;
                };
                if answer.status == 200 {
                    let text = String::from_utf8(answer.body.to_vec()).unwrap();
                    published.checkpoints.insert(text);
                }
                if published.keys.is_empty()
                    && let Ok(answer) = asker.get("/tlog/key").await
                {
                    let text = String::from_utf8(answer.body.to_vec()).unwrap();
                    published.keys.extend(text.lines().map(str::to_owned));
                }
                tokio::time::sleep(READ).await;
            }
            published
        });
        Self { reading, end }
    }

    pub(crate) async fn end(self, published: &mut Published) {
        self.end.store(true, Ordering::SeqCst);
        let more = self.reading.await.unwrap();
        published.checkpoints.extend(more.checkpoints);
        published.keys.extend(more.keys);
    }
}

impl Published {
    /// The ledger of a unit that nobody serves has grown from each checkpoint that was ever
    /// published, and holds what the record holds.
    pub(crate) async fn still_stands(&self, unit: &Unit) -> usize {
        let keys: Vec<VerifierKey> = self.keys.iter().map(|key| key.parse().unwrap()).collect();
        assert_eq!(keys.len(), 1);
        let (store, id) = open(unit).await;
        for text in &self.checkpoints {
            let signed = SignedCheckpoint::parse(text).unwrap();
            signed.verify(keys[0].name(), &keys).unwrap();
            let checkpoint = signed.checkpoint();
            let needed = needed_for_root(checkpoint.size()).unwrap();
            let ids: Vec<_> = needed
                .iter()
                .filter_map(pengayom_ledger::TileRef::id)
                .collect();
            let found = store.ledger_tiles(&id, &ids).await.unwrap();
            let tiles: BTreeMap<_, _> = found.into_iter().collect();
            let root = root_at(checkpoint.size(), &tiles).unwrap();
            assert_eq!(&root, checkpoint.root(), "{text}");
        }
        let audit = store.audit(&id, &|_| {}).await.unwrap();
        assert_eq!(audit.named, []);
        assert_eq!(audit.size, audit.acts, "every act is in the tree");
        assert_eq!(audit.published_size, audit.size);
        store.close().await;
        self.checkpoints.len()
    }
}

// S18, S22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_at_any_step_of_the_ledger_a_file_stands_by_what_it_published() {
    stopped_at_each_step(Engine::Sqlite).await;
}

// S18, S22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_at_any_step_of_the_ledger_a_database_stands_by_what_it_published() {
    stopped_at_each_step(Engine::Postgres).await;
}

/// How often at each step.
const TIMES: usize = 5;

async fn stopped_at_each_step(engine: Engine) {
    let unit = Unit::on(engine);
    let beats = Arc::new(beats());
    let mut published = Published::default();
    let mut filed = 0;
    for round in 0..TIMES {
        for (n, (step, name)) in pengayom_store::halt::Step::OF_LEDGER
            .into_iter()
            .enumerate()
        {
            let halt = format!("{name} {}", round % 2);
            let serving = unit.serve_with(&[("PENGAYOM_REHEARSE_HALT", &halt)]);
            let reader = Reader::begin(serving.address);
            let mut asker = Asker::new(serving.address);
            // Reports go on while the ledger stands still: it holds up nobody.
            for at in 0..3 {
                let wish = Wish::new(round * 10 + n, 0, at, &beats);
                asker.must_file(&wish).await;
                filed += 1;
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            serving.wait_until_it_says(&format!("halted at {step:?}"));
            serving.kill();
            reader.end(&mut published).await;
        }
    }
    let serving = unit.serve();
    let reader = Reader::begin(serving.address);
    let mut asker = Asker::new(serving.address);
    asker.must_file(&Wish::new(999, 0, 0, &beats)).await;
    filed += 1;
    assert!(serving.end().success());
    reader.end(&mut published).await;
    let seen = published.still_stands(&unit).await;
    assert!(seen > TIMES, "{seen} checkpoints were published");
    assert_eq!(crate::record::filed(&unit).await, filed);
}
