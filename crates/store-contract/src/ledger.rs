//! What an act is held to, what was told with it, and the tree above them.

use pengayom_core::act::{Payload, Subject};
use pengayom_core::subject::case::CaseAct;
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::value::PersonId;
use pengayom_store::ledger::{Cosignature, Integrated, TileId, Witnessed};
use pengayom_store::rebuild::Mode;
use pengayom_store::{Erase, SealedPerson, StoreError};

use crate::made::{
    act, answered, at, case, closed, filing, follow, hash, id, next, pati, rembang, request, taken,
};
use crate::{BySql, Engine};

/// Each act is committed to with a salt of its own, over everything that is stored of it.
// S18
pub async fn every_act_is_committed_to(engine: &impl Engine) {
    let store = engine.open().await;
    for n in 1..=3 {
        let filed = filing(&pati(), n, at(60 * i64::try_from(n).unwrap()), request());
        store.append(filed).await.unwrap();
    }
    follow(&*store, &pati(), 2, at(600), answered("Kami datang")).await;
    let commitments = store.commitments(&pati(), 0, 100).await.unwrap();
    assert_eq!(commitments.len(), 4);
    let mut salts = std::collections::BTreeSet::new();
    for (sequence, commitment) in (1..).zip(&commitments) {
        let stored = store.stored_act(&pati(), sequence).await.unwrap().unwrap();
        assert_eq!(stored.sequence, sequence);
        assert_eq!(&stored.commitment, commitment);
        assert_eq!(stored.committed(&pati()), stored.commitment);
        assert_ne!(stored.committed(&rembang()), stored.commitment);
        let text = stored.text(&pati());
        assert!(text.contains(&format!("seq {sequence}\n")), "{text}");
        salts.insert(stored.salt);
    }
    assert_eq!(salts.len(), 4);
    let from = store.commitments(&pati(), 2, 1).await.unwrap();
    assert_eq!(from, commitments[2..3]);
    assert!(store.commitments(&pati(), 4, 9).await.unwrap().is_empty());
    assert!(store.stored_act(&pati(), 5).await.unwrap().is_none());
}

/// What people told is no part of the act that is kept, but is read with it.
pub async fn what_was_told_lies_apart(engine: &impl Engine) {
    let store = engine.open().await;
    let filed = filing(&pati(), 1, at(0), request());
    let first = store.append(filed).await.unwrap();
    follow(&*store, &pati(), 1, at(60), answered("Kami datang")).await;
    follow(&*store, &pati(), 1, at(120), taken(1)).await;
    for sequence in 1..=2 {
        let stored = store.stored_act(&pati(), sequence).await.unwrap().unwrap();
        let text = stored.text(&pati());
        for told in ["Sepeda", "pasar", "Kami", "111.038"] {
            assert!(!text.contains(told), "{text}");
        }
        assert!(stored.told_hash.is_some());
        assert!(sequence == 2 || stored.place.unwrap().contains("33.18.10.2013"));
    }
    let stored = store.stored_act(&pati(), 3).await.unwrap().unwrap();
    assert_eq!(stored.told_hash, None);
    let subject = Subject::Case(case(1));
    let acts = store.acts(&pati(), subject).await.unwrap();
    assert_eq!(acts[0], first.acts[0]);
    let in_order = store.acts_after(&pati(), 0, 10).await.unwrap();
    assert!(in_order.iter().map(|row| &row.act).eq(&acts));
}

/// Erasing takes away what was told, the person and the words a case is found by; the acts, their
/// commitments and the counts stay, and views derived anew are the same.
pub async fn what_is_erased_is_gone_and_the_record_stays(engine: &impl Engine) {
    let store = engine.open().await;
    let person = SealedPerson {
        id: PersonId(id(5)),
        wrapped_key: vec![1, 2, 3],
        sealed: vec![4, 5, 6],
        recorded_at: at(0),
        contacts: vec![hash(7)],
    };
    for n in 1..=2 {
        let mut request = request();
        request.reporter = Some(PersonId(id(4 + n)));
        let mut filed = filing(&pati(), n, at(0), request);
        filed.persons = vec![SealedPerson {
            id: PersonId(id(4 + n)),
            ..person.clone()
        }];
        store.append(filed).await.unwrap();
        follow(&*store, &pati(), n, at(60), answered("Kami datang")).await;
        follow(&*store, &pati(), n, at(120), closed()).await;
    }
    let before = store.commitments(&pati(), 0, 100).await.unwrap();
    let erasure = CaseAct::PersonalDataErased {
        basis: ErasureBasis::Request,
        ground: None,
    };
    let mut append = next(&*store, &pati(), 1, vec![act(at(600), erasure)]).await;
    append.erase = Some(Erase {
        persons: vec![person.id],
        blobs: Vec::new(),
    });
    store.append(append).await.unwrap();

    assert!(store.person(&pati(), person.id).await.unwrap().is_none());
    let other = store.person(&pati(), PersonId(id(6))).await.unwrap();
    assert!(other.is_some());
    let found = store.cases_by_contact(&pati(), hash(7), 9).await.unwrap();
    assert_eq!(found.len(), 1, "whoever is erased is found by no number");
    assert_eq!(found[0].id, case(2));
    let found = store.search_cases(&pati(), "motor", 9).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, case(2));
    let found = store.search_cases(&pati(), "pasar", 9).await.unwrap();
    assert_eq!(found.len(), 1);
    let row = store.case(&pati(), case(1)).await.unwrap().unwrap();
    assert_eq!((row.place_text, row.lat, row.lng), (None, None, None));
    assert_eq!(row.beat.unwrap().as_str(), "33.18.10.2013");
    let number = row.number.unwrap().to_string();
    let found = store.search_cases(&pati(), &number, 9).await.unwrap();
    assert_eq!(found.len(), 1, "a case is found by its number still");
    let acts = store.acts(&pati(), Subject::Case(case(1))).await.unwrap();
    assert_eq!(acts.len(), 4);
    let text = format!("{:?}", &acts);
    for told in ["Sepeda", "pasar", "Kami", "selesai"] {
        assert!(!text.contains(told), "{text}");
    }
    assert!(
        matches!(&acts[0].payload, Payload::Case(CaseAct::RequestFiled(filed))
        if filed.reporter == Some(person.id))
    );
    let after = store.commitments(&pati(), 0, 100).await.unwrap();
    assert_eq!(after[..6], before);
    for sequence in 1..=7 {
        let stored = store.stored_act(&pati(), sequence).await.unwrap().unwrap();
        assert_eq!(stored.committed(&pati()), stored.commitment);
    }
    let report = store.rebuild(&pati(), Mode::Check, &|_| ()).await.unwrap();
    assert_eq!(report.differences(), 0, "{:?}", report.named);
    assert_eq!(report.broken(), 0, "{:?}", report.named);
}

/// Acts that a program without a ledger left are brought up to date when the store is opened, and
/// read as before.
// S18
pub async fn acts_without_a_commitment_get_one(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    let acts = store.acts(&pati(), Subject::Case(case(1))).await.unwrap();
    store.close().await;
    // As the act was written before: whole, with what was told.
    engine
        .by_hand(BySql {
            sqlite: "DROP TRIGGER acts_are_not_changed;
                DELETE FROM told WHERE unit = 'polres-pati';
                UPDATE acts SET salt = NULL, told_hash = NULL, commitment = NULL,
                    place = json_set(place, '$.text', 'dekat pasar', '$.point',
                        json('{\"lat\":-6.748809,\"lng\":111.038659}')),
                    payload = json_set(payload, '$.description', 'Sepeda motor hilang')
                WHERE unit = 'polres-pati'",
            postgres: "ALTER TABLE acts DISABLE TRIGGER USER;
                DELETE FROM told WHERE unit = 'polres-pati';
                UPDATE acts SET salt = NULL, told_hash = NULL, commitment = NULL,
                    place = (place::jsonb || '{\"text\": \"dekat pasar\",
                        \"point\": {\"lat\": -6.748809, \"lng\": 111.038659}}')::text,
                    payload = (payload::jsonb || '{\"description\": \"Sepeda motor hilang\"}')::text
                WHERE unit = 'polres-pati';
                ALTER TABLE acts ENABLE TRIGGER USER",
        })
        .await;
    let store = engine.open().await;
    assert_eq!(
        store.acts(&pati(), Subject::Case(case(1))).await.unwrap(),
        acts
    );
    let stored = store.stored_act(&pati(), 1).await.unwrap().unwrap();
    assert_eq!(stored.committed(&pati()), stored.commitment);
    assert!(!stored.text(&pati()).contains("Sepeda"));
}

fn leaf(n: u8) -> Vec<u8> {
    vec![n; 32]
}

fn integrated(from: u64, size: u64) -> Integrated {
    let hashes: Vec<u8> = (0..size)
        .flat_map(|n| leaf(u8::try_from(n).unwrap()))
        .collect();
    let tile = TileId { level: 0, index: 0 };
    Integrated {
        origin: "pengayom/polres-pati/0a1b2c3d".to_owned(),
        from,
        size,
        root: [u8::try_from(size).unwrap(); 32],
        tiles: vec![(tile, hashes)],
    }
}

/// The tree grows from the size it has, by one who builds it at a time; a checkpoint is of the tree
/// as it is built.
// S18
pub async fn a_tree_grows_from_the_size_it_has(engine: &impl Engine) {
    let store = engine.open().await;
    assert_eq!(store.ledger(&pati()).await.unwrap(), None);
    store.integrate(&pati(), integrated(0, 2)).await.unwrap();
    let again = store.integrate(&pati(), integrated(0, 3)).await;
    assert!(
        matches!(
            again,
            Err(StoreError::Stale {
                expected: 0,
                found: 2
            })
        ),
        "{again:?}"
    );
    let known = store.ledger(&pati()).await.unwrap().unwrap();
    assert_eq!((known.size, known.published_size), (2, 0));
    assert_eq!(known.root, [2; 32]);
    assert_eq!(known.checkpoint, None);
    store.publish(&pati(), 2, "two", at(9)).await.unwrap();
    store.integrate(&pati(), integrated(2, 5)).await.unwrap();
    let old = store.publish(&pati(), 2, "two", at(10)).await;
    assert!(matches!(old, Err(StoreError::Stale { .. })), "{old:?}");
    let known = store.ledger(&pati()).await.unwrap().unwrap();
    assert_eq!((known.size, known.published_size), (5, 2));
    assert_eq!(known.checkpoint.as_deref(), Some("two"));
    assert_eq!(known.published_at, Some(at(9)));
    let wanted = [
        TileId { level: 0, index: 1 },
        TileId { level: 0, index: 0 },
        TileId { level: 1, index: 0 },
    ];
    let tiles = store.ledger_tiles(&pati(), &wanted).await.unwrap();
    assert_eq!(tiles.len(), 1);
    assert_eq!(tiles[0].0, wanted[1]);
    assert_eq!(tiles[0].1.len(), 5 * 32);
    assert_eq!(store.ledger(&rembang()).await.unwrap(), None);
    let none = store.ledger_tiles(&rembang(), &wanted).await.unwrap();
    assert!(none.is_empty());
}

/// The newest signature of each witness is kept.
// S18
pub async fn a_witness_is_heard_with_its_newest_word(engine: &impl Engine) {
    let store = engine.open().await;
    let word = |size, line: &str| Cosignature {
        witness: "ombudsman.example/saksi".to_owned(),
        size,
        line: line.to_owned(),
        at: at(i64::try_from(size).unwrap()),
    };
    for (size, line) in [(4, "four"), (7, "seven"), (5, "five")] {
        store
            .put_cosignature(&pati(), word(size, line))
            .await
            .unwrap();
    }
    let kept = store.cosignatures(&pati()).await.unwrap();
    assert_eq!(kept, [word(7, "seven")]);
    assert!(store.cosignatures(&rembang()).await.unwrap().is_empty());
}

/// What a unit saw of another's ledger changes only from what it saw before.
// S18
pub async fn what_was_witnessed_changes_from_what_was_seen(engine: &impl Engine) {
    let store = engine.open().await;
    let seen = |size| Witnessed {
        origin: "pengayom/polres-rembang/01020304".to_owned(),
        size,
        root: [7; 32],
        at: at(1),
    };
    let origin = seen(1).origin;
    assert_eq!(store.witnessed(&pati(), &origin).await.unwrap(), None);
    store.put_witnessed(&pati(), None, seen(3)).await.unwrap();
    for known in [None, Some(2), Some(4)] {
        let refused = store.put_witnessed(&pati(), known, seen(5)).await;
        assert!(matches!(refused, Err(StoreError::Stale { .. })));
    }
    store
        .put_witnessed(&pati(), Some(3), seen(5))
        .await
        .unwrap();
    let known = store.witnessed(&pati(), &origin).await.unwrap();
    assert_eq!(known, Some(seen(5)));
}
