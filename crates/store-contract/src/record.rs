//! The record: acts in order, appended once, all or nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use pengayom_core::act::{Actor, Payload, Subject};
use pengayom_core::subject::case::CaseAct;
use pengayom_core::value::{CaseNumber, CommandId, PersonId, UnitId};
use pengayom_store::{
    Append, Appended, CaseQuery, HourGroup, NewJob, SealedPerson, SourceKey, Store, StoreError,
    views,
};

use crate::made::{
    act, all_time, answered, at, case, closed, command, filing, follow, id, is_stale, next, pati,
    rembang, request, series, taken,
};
use crate::{BySql, Engine};

/// Acts of a subject come oldest version first, and only those of the subject.
pub async fn acts_of_a_subject_come_in_their_order(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    store
        .append(filing(&pati(), 2, at(1), request()))
        .await
        .unwrap();
    follow(&*store, &pati(), 1, at(60), taken(7)).await;
    // An act may have happened before one that was recorded earlier.
    follow(&*store, &pati(), 1, at(30), answered("kami datang")).await;
    let acts = store.acts(&pati(), Subject::Case(case(1))).await.unwrap();
    let kinds: Vec<_> = acts
        .iter()
        .map(|act| (act.version, act.payload.kind()))
        .collect();
    assert_eq!(
        kinds,
        [
            (1, "case.request_filed"),
            (2, "case.case_taken"),
            (3, "case.reporter_answered"),
        ]
    );
    assert!(acts.iter().all(|act| act.subject == Subject::Case(case(1))));
    let nothing = store.acts(&pati(), Subject::Case(case(9))).await.unwrap();
    assert!(nothing.is_empty());
}

/// Acts of a unit come in the order they were committed, page by page, without a gap.
pub async fn acts_of_a_unit_come_in_the_order_of_commit(engine: &impl Engine) {
    let store = engine.open().await;
    let mut last = Vec::new();
    for n in 1..=5 {
        // Filed ever earlier: the order is that of the commits.
        let seconds = -i64::try_from(n).unwrap();
        let appended = store
            .append(filing(&pati(), n, at(seconds), request()))
            .await
            .unwrap();
        last.push(appended.sequence);
    }
    let first = store.acts_after(&pati(), 0, 2).await.unwrap();
    let rest = store
        .acts_after(&pati(), first[1].sequence, 100)
        .await
        .unwrap();
    let all: Vec<_> = first.iter().chain(&rest).collect();
    let sequences: Vec<_> = all.iter().map(|act| act.sequence).collect();
    assert_eq!(sequences, last);
    assert!(sequences.windows(2).all(|pair| pair[1] == pair[0] + 1));
    let subjects: Vec<_> = all.iter().map(|act| act.act.subject).collect();
    let expected: Vec<_> = (1..=5).map(|n| Subject::Case(case(n))).collect();
    assert_eq!(subjects, expected);
    let end = store.acts_after(&pati(), last[4], 100).await.unwrap();
    assert!(end.is_empty());
}

/// What is read is what the append answered: who did it, place, both moments and payload.
// S45
pub async fn an_act_comes_back_as_it_was_recorded(engine: &impl Engine) {
    let store = engine.open().await;
    let mut append = filing(&pati(), 1, at(0), request());
    append.acts[0].recorded_at = at(86_400);
    append.acts[0].actor = Actor::Import {
        source: "detroit".to_owned(),
    };
    let appended = store.append(append).await.unwrap();
    let acts = store.acts(&pati(), Subject::Case(case(1))).await.unwrap();
    assert_eq!(acts, appended.acts);
    assert_eq!(acts[0].happened_at, at(0));
    assert_eq!(acts[0].recorded_at, at(86_400));
    assert_eq!(acts[0].unit, pati());
}

/// Who decided on what is no longer so is refused, and told both versions.
pub async fn a_stale_version_is_refused(engine: &impl Engine) {
    let store = engine.open().await;
    let filed = filing(&pati(), 1, at(0), request());
    store.append(filed.clone()).await.unwrap();
    assert!(is_stale(&store.append(filed).await, 0, 1));
    let early = next(&*store, &pati(), 1, vec![act(at(5), taken(1))]).await;
    follow(&*store, &pati(), 1, at(6), taken(2)).await;
    assert!(is_stale(&store.append(early).await, 1, 2));
    let row = store.case(&pati(), case(1)).await.unwrap().unwrap();
    assert_eq!(row.taken_by.unwrap().0, id(2));
    assert_eq!(store.acts_after(&pati(), 0, 100).await.unwrap().len(), 2);
}

/// Of appends made at once to one subject exactly one is recorded.
pub async fn one_of_many_appends_to_a_subject_wins(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    let append = next(&*store, &pati(), 1, vec![act(at(10), taken(1))]).await;
    let mut tasks = Vec::new();
    for _ in 0..16 {
        let (store, append) = (Arc::clone(&store), append.clone());
        tasks.push(tokio::spawn(async move { store.append(append).await }));
    }
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(appended) => {
                won += 1;
                assert_eq!(appended.acts[0].version, 2);
            }
            refused => assert!(is_stale(&refused, 1, 2)),
        }
    }
    assert_eq!(won, 1);
    let acts = store.acts(&pati(), Subject::Case(case(1))).await.unwrap();
    assert_eq!(acts.len(), 2);
}

fn same(first: &Appended, again: &Appended) {
    assert!(!first.repeated);
    assert!(again.repeated);
    assert_eq!(first.acts, again.acts);
    assert_eq!(first.subject, again.subject);
    assert_eq!(first.sequence, again.sequence);
}

/// A command that comes again, as after a lost answer, files nothing and is answered as at first.
pub async fn a_repeated_command_gets_the_first_answer(engine: &impl Engine) {
    let store = engine.open().await;
    let mut append = filing(&pati(), 1, at(0), request());
    append.command = command(7, 1);
    let first = store.append(append.clone()).await.unwrap();
    // The asker's second try may have drawn another id for the case.
    append.subject = Subject::Case(case(2));
    let again = store.append(append).await.unwrap();
    same(&first, &again);
    assert_eq!(store.acts_after(&pati(), 0, 100).await.unwrap().len(), 1);
    assert!(store.case(&pati(), case(2)).await.unwrap().is_none());
}

/// The same command sent by many at once files one case, and all get the same answer.
// S32
pub async fn a_command_repeated_at_once_files_one_case(engine: &impl Engine) {
    let store = engine.open().await;
    let mut tasks = Vec::new();
    for n in 0..32 {
        let mut append = filing(&pati(), 100 + n, at(0), request());
        append.command = command(7, 1);
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move { store.append(append).await }));
    }
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap().unwrap());
    }
    assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
    for answer in &answers {
        assert_eq!(answer.acts, answers[0].acts);
        assert_eq!(answer.subject, answers[0].subject);
        assert_eq!(answer.sequence, answers[0].sequence);
    }
    let all = store.cases(&pati(), &CaseQuery::default()).await.unwrap();
    assert_eq!(all.rows.len(), 1);
    assert_eq!(all.rows[0].number, Some(series().number(1)));
}

/// A command with the plain hash of earlier programs is known by it, and can be keyed; what is keyed
/// stays as it is.
// S22
pub async fn a_command_of_before_is_held_to_its_content_and_then_keyed(engine: &impl Engine) {
    let store = engine.open().await;
    let ask = async |subject: u128, content: u8| {
        let mut append = filing(&pati(), subject, at(0), request());
        append.command = command(7, content);
        store.append(append).await
    };
    let first = ask(1, 1).await.unwrap();
    assert!(
        store
            .commands_not_keyed(&pati(), 9)
            .await
            .unwrap()
            .is_empty()
    );
    let plain = "UPDATE commands SET fingerprint = substr(fingerprint, 9)";
    engine.by_hand(BySql::both(plain)).await;
    same(&first, &ask(2, 1).await.unwrap());
    assert!(matches!(ask(3, 2).await, Err(StoreError::CommandReused)));
    let left = async || store.commands_not_keyed(&pati(), 9).await.unwrap();
    assert_eq!(left().await, [(CommandId(id(7)), [1; 32])]);
    for content in [1, 2] {
        let keyed = command(7, content).unwrap().fingerprint.keyed;
        let keyed = vec![(CommandId(id(7)), keyed)];
        store.key_commands(&pati(), keyed).await.unwrap();
    }
    assert!(left().await.is_empty());
    same(&first, &ask(4, 1).await.unwrap());
    assert!(matches!(ask(5, 2).await, Err(StoreError::CommandReused)));
}

/// What was keyed by a key that is lost cannot be held to any content: the id, which only its asker
/// knew, gets the first answer, and nothing is recorded twice.
// S32
pub async fn a_command_keyed_by_another_key_gets_the_first_answer(engine: &impl Engine) {
    let store = engine.open().await;
    let mut append = filing(&pati(), 1, at(0), request());
    append.command = command(7, 1);
    let first = store.append(append).await.unwrap();
    let mut again = filing(&pati(), 2, at(0), request());
    // The name of the key is another, and so is the hash.
    again.command = command(7, 2).map(|mut command| {
        command.fingerprint.keyed[0] = 1;
        command
    });
    same(&first, &store.append(again).await.unwrap());
    assert!(store.case(&pati(), case(2)).await.unwrap().is_none());
}

/// A command id used for something else is refused, and changes nothing.
pub async fn a_command_id_with_other_content_is_refused(engine: &impl Engine) {
    let store = engine.open().await;
    let mut append = filing(&pati(), 1, at(0), request());
    append.command = command(7, 1);
    store.append(append).await.unwrap();
    let mut other = filing(&pati(), 2, at(0), request());
    other.command = command(7, 2);
    let refused = store.append(other).await;
    assert!(matches!(refused, Err(StoreError::CommandReused)));
    assert!(store.case(&pati(), case(2)).await.unwrap().is_none());
}

/// A repetition is answered even though its subject has moved on meanwhile.
pub async fn a_repeated_command_is_known_before_its_version_is_judged(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    let mut append = next(&*store, &pati(), 1, vec![act(at(5), taken(1))]).await;
    append.command = command(8, 1);
    let first = store.append(append.clone()).await.unwrap();
    follow(&*store, &pati(), 1, at(6), closed()).await;
    same(&first, &store.append(append).await.unwrap());
}

fn key(text: &str) -> SourceKey {
    SourceKey {
        source: "detroit".to_owned(),
        key: text.to_owned(),
    }
}

/// A row imported twice changes nothing the second time.
pub async fn a_repeated_source_key_changes_nothing(engine: &impl Engine) {
    let store = engine.open().await;
    let mut append = filing(&pati(), 1, at(0), request());
    append.source_key = Some(key("A-1"));
    let first = store.append(append.clone()).await.unwrap();
    append.subject = Subject::Case(case(2));
    let again = store.append(append.clone()).await.unwrap();
    same(&first, &again);
    // The same key of another source is another row.
    append.source_key = Some(SourceKey {
        source: "elsewhere".to_owned(),
        key: "A-1".to_owned(),
    });
    assert!(!store.append(append.clone()).await.unwrap().repeated);
    // Twice in one call.
    append.source_key = Some(key("A-2"));
    append.subject = Subject::Case(case(3));
    let mut twin = append.clone();
    twin.subject = Subject::Case(case(4));
    let both = store.append_many(vec![append, twin]).await.unwrap();
    same(both[0].as_ref().unwrap(), both[1].as_ref().unwrap());
    let all = store.cases(&pati(), &CaseQuery::default()).await.unwrap();
    assert_eq!(all.rows.len(), 3);
}

/// Of a list of keys the store tells those it has.
pub async fn known_source_keys_are_told(engine: &impl Engine) {
    let store = engine.open().await;
    for (n, text) in [(1, "A-1"), (2, "A-2")] {
        let mut append = filing(&pati(), n, at(0), request());
        append.source_key = Some(key(text));
        store.append(append).await.unwrap();
    }
    let asked: Vec<String> = ["A-2", "A-3", "A-1"].map(str::to_owned).to_vec();
    let known = store
        .known_source_keys(&pati(), "detroit", &asked)
        .await
        .unwrap();
    let known: BTreeSet<_> = known.into_iter().collect();
    assert_eq!(known, ["A-1", "A-2"].map(str::to_owned).into());
    for (unit, source) in [(pati(), "elsewhere"), (rembang(), "detroit")] {
        let known = store
            .known_source_keys(&unit, source, &asked)
            .await
            .unwrap();
        assert!(known.is_empty());
    }
    // More than one statement can ask for.
    let many: Vec<String> = (0..40_000).map(|n| format!("A-{n}")).collect();
    let known = store
        .known_source_keys(&pati(), "detroit", &many)
        .await
        .unwrap();
    assert_eq!(known.len(), 2);
}

/// Of many appends in one call, those refused leave the others alone.
pub async fn appends_of_many_are_refused_one_by_one(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(filing(&pati(), 2, at(0), request()))
        .await
        .unwrap();
    let mut reused = filing(&pati(), 4, at(3), request());
    reused.command = command(7, 2);
    let mut first = filing(&pati(), 1, at(1), request());
    first.command = command(7, 1);
    let outcomes = store
        .append_many(vec![
            first,
            filing(&pati(), 2, at(2), request()),
            filing(&pati(), 3, at(2), request()),
            reused,
            Append::new(pati(), Subject::Case(case(5)), None, Vec::new()),
            filing(&rembang(), 6, at(4), request()),
        ])
        .await
        .unwrap();
    assert!(outcomes[0].is_ok());
    assert!(is_stale(&outcomes[1], 0, 1));
    assert!(outcomes[2].is_ok());
    assert!(matches!(outcomes[3], Err(StoreError::CommandReused)));
    assert!(matches!(
        outcomes[4],
        Err(StoreError::Missing { what: "act" })
    ));
    assert!(outcomes[5].is_ok());
    assert_eq!(store.acts_after(&pati(), 0, 100).await.unwrap().len(), 3);
    assert_eq!(store.acts_after(&rembang(), 0, 100).await.unwrap().len(), 1);
    assert!(store.append_many(Vec::new()).await.unwrap().is_empty());
}

/// An import files a case and closes it in one call; what the first append made, its number
/// included, is known to the second.
pub async fn a_subject_appended_twice_in_one_commit_sees_itself(engine: &impl Engine) {
    let store = engine.open().await;
    let first = filing(&pati(), 1, at(0), request());
    // What the caller can know: the case before the store numbered it.
    let mut known = store.acts(&pati(), Subject::Case(case(1))).await.unwrap();
    known.push(pengayom_core::act::Act {
        id: first.acts[0].id,
        unit: pati(),
        subject: first.subject,
        version: 1,
        actor: Actor::Citizen,
        happened_at: at(0),
        recorded_at: at(0),
        place: first.acts[0].place.clone(),
        payload: first.acts[0].payload.clone(),
    });
    let before = views::fold(&known);
    let second = Append::new(
        pati(),
        first.subject,
        before.clone(),
        vec![act(at(9), closed())],
    );
    let stale = Append::new(pati(), first.subject, before, vec![act(at(9), taken(3))]);
    let outcomes = store.append_many(vec![first, second, stale]).await.unwrap();
    assert!(outcomes[0].is_ok());
    assert_eq!(outcomes[1].as_ref().unwrap().acts[0].version, 2);
    assert!(is_stale(&outcomes[2], 1, 2));
    let row = store.case(&pati(), case(1)).await.unwrap().unwrap();
    assert_eq!(row.version, 2);
    assert_eq!(row.number, Some(series().number(1)));
    assert!(row.closed_at.is_some());
    let totals = store
        .hour_totals(&pati(), all_time(), HourGroup::Hour)
        .await
        .unwrap();
    assert_eq!((totals[0].filed, totals[0].closed), (1, 1));
}

/// What was decided by looking at another subject is not recorded when that one changed since, though it be in
/// the same commit.
pub async fn an_append_that_rests_on_another_subject_is_refused_once_that_changed(
    engine: &impl Engine,
) {
    let store = engine.open().await;
    for (n, filed_at) in [(1, at(0)), (2, at(1))] {
        store
            .append(filing(&pati(), n, filed_at, request()))
            .await
            .unwrap();
    }
    let on = |n, version| vec![(Subject::Case(case(n)), version)];
    let mut append = next(&*store, &pati(), 1, vec![act(at(60), taken(7))]).await;
    append.rests_on = on(2, 1);
    store.append(append).await.unwrap();
    // Each rests on the other as it was.
    let mut one = next(&*store, &pati(), 1, vec![act(at(61), answered("satu"))]).await;
    one.rests_on = on(2, 1);
    let mut other = next(&*store, &pati(), 2, vec![act(at(62), answered("dua"))]).await;
    other.rests_on = on(1, 2);
    let outcomes = store.append_many(vec![one, other.clone()]).await.unwrap();
    assert!(outcomes[0].is_ok());
    assert!(is_stale(&outcomes[1], 2, 3));
    assert!(is_stale(&store.append(other.clone()).await, 2, 3));
    // Nor when it rests on something that is not there.
    other.rests_on = on(9, 1);
    assert!(is_stale(&store.append(other).await, 1, 0));
}

/// An append says something.
pub async fn an_append_without_acts_is_refused(engine: &impl Engine) {
    let store = engine.open().await;
    let append = Append::new(pati(), Subject::Case(case(1)), None, Vec::new());
    let refused = store.append(append).await;
    assert!(matches!(refused, Err(StoreError::Missing { what: "act" })));
}

/// An act about a case is not appended to an encounter.
pub async fn an_act_about_another_kind_of_subject_is_refused(engine: &impl Engine) {
    let store = engine.open().await;
    let mut append = filing(&pati(), 1, at(0), request());
    append.subject = Subject::Encounter(pengayom_core::value::EncounterId(id(1)));
    let refused = store.append(append).await;
    assert!(matches!(
        refused,
        Err(StoreError::Damaged { what: "append", .. })
    ));
    assert!(store.acts_after(&pati(), 0, 10).await.unwrap().is_empty());
}

/// A refused append leaves no act, no view, no count, no number, no person, no job behind.
pub async fn a_refused_append_leaves_nothing_behind(engine: &impl Engine) {
    let store = engine.open().await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    // Stale: it says the case does not exist.
    let mut append = filing(&pati(), 1, at(60), request());
    append.command = command(7, 1);
    append.source_key = Some(key("A-1"));
    append.persons = vec![SealedPerson {
        id: PersonId(id(5)),
        wrapped_key: vec![1],
        sealed: vec![2],
        recorded_at: at(60),
        contacts: Vec::new(),
    }];
    append.jobs = vec![NewJob {
        id: id(6),
        kind: "media.preview".to_owned(),
        payload: "{}".to_owned(),
        run_at: at(60),
    }];
    if let Payload::Case(CaseAct::RequestFiled(filed)) = &mut append.acts[0].payload {
        "takterlupakan".clone_into(&mut filed.description);
    }
    assert!(is_stale(&store.append(append).await, 0, 1));
    let unit: UnitId = pati();
    assert_eq!(store.acts_after(&unit, 0, 100).await.unwrap().len(), 1);
    assert!(
        store
            .person(&unit, PersonId(id(5)))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .take_job(&unit, at(90_000), 60)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .search_cases(&unit, "takterlupakan", 9)
            .await
            .unwrap()
            .is_empty()
    );
    let known = store
        .known_source_keys(&unit, "detroit", &["A-1".to_owned()])
        .await
        .unwrap();
    assert!(known.is_empty());
    let subject = store
        .subject_of_command(&unit, CommandId(id(7)))
        .await
        .unwrap();
    assert_eq!(subject, None);
    let totals = store
        .hour_totals(&unit, all_time(), HourGroup::Service)
        .await
        .unwrap();
    assert_eq!(totals[0].filed, 1);
    let next = store
        .append(filing(&unit, 2, at(61), request()))
        .await
        .unwrap();
    assert_eq!(number(&next), Some(series().number(2)));
}

/// The subject that a command's first act was about is found by the command.
pub async fn the_subject_of_a_command_is_found(engine: &impl Engine) {
    let store = engine.open().await;
    let mut append = filing(&pati(), 1, at(0), request());
    append.command = command(7, 1);
    store.append(append).await.unwrap();
    let of = |unit: UnitId, n| {
        let store = Arc::clone(&store);
        async move {
            store
                .subject_of_command(&unit, CommandId(id(n)))
                .await
                .unwrap()
        }
    };
    assert_eq!(of(pati(), 7).await, Some(Subject::Case(case(1))));
    assert_eq!(of(pati(), 8).await, None);
    assert_eq!(of(rembang(), 7).await, None);
}

fn number(appended: &Appended) -> Option<CaseNumber> {
    match &appended.acts[0].payload {
        Payload::Case(CaseAct::RequestFiled(filed)) => filed.number.clone(),
        _ => None,
    }
}

/// Numbers count without a gap, whoever files at once and whoever is refused.
pub async fn numbers_have_no_gaps_under_concurrency(engine: &impl Engine) {
    let store = engine.open().await;
    let mut tasks = Vec::new();
    for n in 0..64_u128 {
        // Each case is tried twice; the second is refused and takes no number.
        let append = filing(&pati(), n / 2, at(0), request());
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move { store.append(append).await }));
    }
    let mut counts = Vec::new();
    for task in tasks {
        if let Ok(appended) = task.await.unwrap() {
            counts.push(number(&appended).unwrap().count);
        }
    }
    counts.sort_unstable();
    assert_eq!(counts, (1..=32).collect::<Vec<u32>>());
}

/// Each month and each unit counts from 1.
pub async fn numbers_start_again_in_each_series_and_unit(engine: &impl Engine) {
    let store = engine.open().await;
    let file = async |unit: &UnitId, n: u128, month: u8| {
        let mut append = filing(unit, n, at(0), request());
        append.series.as_mut().unwrap().month = month;
        number(&store.append(append).await.unwrap())
            .unwrap()
            .to_string()
    };
    assert_eq!(file(&pati(), 1, 11).await, "PTI-2611-0001");
    assert_eq!(file(&pati(), 2, 11).await, "PTI-2611-0002");
    assert_eq!(file(&pati(), 3, 12).await, "PTI-2612-0001");
    assert_eq!(file(&rembang(), 4, 11).await, "PTI-2611-0001");
    assert_eq!(file(&pati(), 5, 11).await, "PTI-2611-0003");
}

/// A number that a filing brings along is kept; a taken one is refused, and the series never
/// gives it again.
pub async fn a_number_brought_along_is_kept_and_unique(engine: &impl Engine) {
    let store = engine.open().await;
    let bring = |n: u128, count: u32| {
        let mut append = filing(&pati(), n, at(0), request());
        append.series = None;
        if let Payload::Case(CaseAct::RequestFiled(filed)) = &mut append.acts[0].payload {
            filed.number = Some(series().number(count));
        }
        append
    };
    let first = store.append(bring(1, 2)).await.unwrap();
    assert_eq!(number(&first), Some(series().number(2)));
    let taken = store.append(bring(2, 2)).await;
    assert!(matches!(taken, Err(StoreError::Taken { what: "number" })));
    let both = store
        .append_many(vec![bring(3, 9), bring(4, 9)])
        .await
        .unwrap();
    assert!(both[0].is_ok());
    assert!(matches!(both[1], Err(StoreError::Taken { what: "number" })));
    let next = store
        .append(filing(&pati(), 5, at(0), request()))
        .await
        .unwrap();
    assert_eq!(number(&next), Some(series().number(10)));
}

/// What was answered is there when the store is opened again, and the order goes on.
pub async fn what_was_recorded_is_there_after_closing(engine: &impl Engine) {
    let store = engine.open().await;
    let mut append = filing(&pati(), 1, at(0), request());
    append.command = command(7, 1);
    let first = store.append(append.clone()).await.unwrap();
    follow(&*store, &pati(), 1, at(5), taken(1)).await;
    let row = store.case(&pati(), case(1)).await.unwrap();
    store.close().await;
    let store = engine.open().await;
    assert_eq!(store.case(&pati(), case(1)).await.unwrap(), row);
    same(&first, &store.append(append).await.unwrap());
    let next = store
        .append(filing(&pati(), 2, at(9), request()))
        .await
        .unwrap();
    assert_eq!(number(&next), Some(series().number(2)));
    assert_eq!(next.sequence, 3);
    assert_eq!(store.acts_after(&pati(), 0, 100).await.unwrap().len(), 3);
}

/// A closed store commits what was asked before, and refuses what comes after.
pub async fn a_closed_store_takes_nothing(engine: &impl Engine) {
    let store = engine.open().await;
    store.check().await.unwrap();
    let mut tasks = Vec::new();
    for n in 0..32 {
        let append = filing(&pati(), n, at(0), request());
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move { store.append(append).await }));
    }
    store.close().await;
    let mut kept = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => kept += 1,
            Err(refused) => assert!(matches!(refused, StoreError::Closing), "{refused}"),
        }
    }
    let late: &dyn Store = &*store;
    let refused = late.append(filing(&pati(), 99, at(0), request())).await;
    assert!(matches!(refused, Err(StoreError::Closing)));
    assert!(store.check().await.is_err());
    // Closing twice harms nothing.
    store.close().await;
    let store = engine.open().await;
    assert_eq!(store.acts_after(&pati(), 0, 100).await.unwrap().len(), kept);
}
