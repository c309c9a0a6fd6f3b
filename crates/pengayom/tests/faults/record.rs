//! What must be true of a record, whatever happened to the program.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::net::SocketAddr;
use std::sync::Arc;

use pengayom_core::act::{Act, Payload};
use pengayom_core::subject::case::CaseAct;
use pengayom_core::value::UnitId;
use pengayom_store::rebuild::Mode;
use pengayom_store::{CaseQuery, Store};

use crate::asking::{Asked, Asker, Receipt, Wish};
use crate::unit::Unit;

/// Askers that read at once.
const READERS: usize = 8;

/// Everything that was acknowledged, by what was wished.
#[derive(Debug, Default)]
pub(crate) struct Acknowledged(HashMap<Wish, Receipt>);

impl Acknowledged {
    /// Notes a receipt. The same wish has the same receipt for ever.
    pub(crate) fn note(&mut self, wish: Wish, receipt: Receipt) {
        if let Some(before) = self.0.get(&wish) {
            assert_eq!(*before, receipt, "{} was recorded twice", wish.key);
        }
        self.0.insert(wish, receipt);
    }

    /// Notes what came of requests, and gives back those that have no answer yet.
    pub(crate) fn take(&mut self, asked: Asked) -> Vec<Wish> {
        for (wish, receipt) in asked.acknowledged {
            self.note(wish, receipt);
        }
        asked.unanswered
    }

    /// How many.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Asks a node for every receipt: its number answers with its secret.
    pub(crate) async fn all_are_known_at(&self, address: SocketAddr) {
        known(address, self.0.values().cloned().collect()).await;
    }

    /// Compares with the record of a unit that nobody serves: each wish is one case, numbers have
    /// no gap, the order of acts has none, and views say what the acts say.
    pub(crate) async fn are_all_of(&self, unit: &Unit) {
        assert_eq!(filed(unit).await, self.len(), "in the record, acknowledged");
        let (store, id) = open(unit).await;
        let mut numbers = BTreeSet::new();
        let mut query = CaseQuery {
            limit: 500,
            ..CaseQuery::default()
        };
        loop {
            let page = store.cases(&id, &query).await.unwrap();
            for case in page.rows {
                let number = case.number.unwrap().to_string();
                assert!(numbers.insert(number.clone()), "{number} is there twice");
            }
            query.after = page.next;
            if query.after.is_none() {
                break;
            }
        }
        store.close().await;
        let acknowledged: BTreeSet<String> = self
            .0
            .values()
            .map(|receipt| receipt.number.clone())
            .collect();
        assert_eq!(numbers, acknowledged, "cases, and numbers acknowledged");
        no_gap(&numbers);
    }
}

pub(crate) async fn open(unit: &Unit) -> (Arc<dyn Store>, UnitId) {
    let store = pengayom_store::open(unit.address()).await.unwrap();
    let mut units = store.units().await.unwrap();
    assert_eq!(units.len(), 1);
    (store, units.remove(0))
}

/// How many requests were filed by the acts of a unit that nobody serves. Their order has no gap, none
/// is there twice, and views and rollups say what a rebuild from them says.
pub(crate) async fn filed(unit: &Unit) -> usize {
    let is_filing = |act: &&Act| {
        let payload = &act.payload;
        matches!(payload, Payload::Case(CaseAct::RequestFiled { .. }))
    };
    acts(unit).await.iter().filter(is_filing).count()
}

/// The acts of a unit that nobody serves, in their order, as described at [`filed`].
pub(crate) async fn acts(unit: &Unit) -> Vec<Act> {
    let (store, id) = open(unit).await;
    let mut acts = Vec::new();
    let mut ids = HashSet::new();
    let mut after = 0;
    loop {
        let page = store.acts_after(&id, after, 500).await.unwrap();
        if page.is_empty() {
            break;
        }
        for row in page {
            assert_eq!(row.sequence, after + 1, "the order has a gap");
            after = row.sequence;
            assert!(ids.insert(row.act.id.0), "an act is there twice");
            acts.push(row.act);
        }
    }
    let report = store.rebuild(&id, Mode::Check, &|_| {}).await.unwrap();
    assert_eq!(report.named, [], "views and rollups, and a rebuild of them");
    store.close().await;
    acts
}

/// Numbers are counted from one without a gap, month by month.
fn no_gap(numbers: &BTreeSet<String>) {
    let mut months: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for number in numbers {
        let (month, count) = number.rsplit_once('-').unwrap();
        months
            .entry(month)
            .or_default()
            .push(count.parse().unwrap());
    }
    for (month, mut counts) in months {
        counts.sort_unstable();
        let last = u64::try_from(counts.len()).unwrap();
        assert!(
            counts.iter().copied().eq(1..=last),
            "numbers of {month} have a gap: {counts:?}"
        );
    }
}

/// Asks a node for receipts, several at once.
pub(crate) async fn known(address: SocketAddr, receipts: Vec<Receipt>) {
    let receipts = Arc::new(receipts);
    let readers: Vec<_> = (0..READERS)
        .map(|reader| {
            let receipts = Arc::clone(&receipts);
            tokio::spawn(async move {
                let mut asker = Asker::new(address);
                for receipt in receipts.iter().skip(reader).step_by(READERS) {
                    assert!(asker.knows(receipt).await, "lost: {}", receipt.number);
                }
            })
        })
        .collect();
    for reader in readers {
        reader.await.unwrap();
    }
}
