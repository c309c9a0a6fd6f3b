//! What is true of the PostgreSQL database itself, beside the contract of all engines.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use pengayom_store::rows::DraftRow;
use pengayom_store::{Append, CaseQuery, NewJob, News, Store, StoreError};
use pengayom_store_contract::made::{
    at, case, command, filing, follow, hash, is_stale, pati, rembang, request, taken,
};
use pengayom_testkit::postgres::{Cluster, Database, try_psql};
use tokio::sync::broadcast::Receiver;

use support::{Cut, Proxy};

async fn open(url: &str) -> Arc<dyn Store> {
    pengayom_store::open(url).await.unwrap()
}

/// How many rows each table has, one a line.
fn rows(database: &Database) -> String {
    database.sql(
        "SELECT relname, (xpath('/row/n/text()', query_to_xml(
            format('SELECT count(*) AS n FROM %I', relname), false, true, '')))[1]
         FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
         ORDER BY relname",
    )
}

fn job(n: u128) -> NewJob {
    NewJob {
        id: case(n).0,
        kind: "media.preview".to_owned(),
        payload: "{}".to_owned(),
        run_at: at(0),
    }
}

/// Waits until a question about the server is answered with this; a test that waits for more than a
/// minute has failed.
async fn until(url: &str, sql: &str, answer: &str) {
    let mut found = String::new();
    for _ in 0..1200 {
        found = try_psql(url, sql).unwrap();
        if found == answer {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{sql}: {found}");
}

/// Nothing in the record is changed, deleted or emptied, not even by hand.
// S22
#[tokio::test]
async fn an_act_is_never_changed_deleted_or_emptied() {
    let database = Database::new();
    let store = open(database.url()).await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    for (sql, word) in [
        ("UPDATE acts SET payload = '{}'", "never changed"),
        (
            "UPDATE acts SET happened_at = 0 WHERE seq = 1",
            "never changed",
        ),
        (
            "INSERT INTO acts SELECT * FROM acts ON CONFLICT (unit, seq) DO UPDATE SET payload = ''",
            "never changed",
        ),
        ("DELETE FROM acts", "never deleted"),
        ("TRUNCATE acts", "never deleted"),
        ("TRUNCATE units, acts CASCADE", "never deleted"),
    ] {
        let refused = try_psql(database.url(), sql).unwrap_err();
        assert!(refused.contains(word), "{sql}: {refused}");
    }
    let acts = store.acts_after(&pati(), 0, 10).await.unwrap();
    assert_eq!(acts[0].act.happened_at, at(0));
}

#[tokio::test]
async fn a_refused_append_leaves_no_row_in_any_table() {
    let database = Database::new();
    let store = open(database.url()).await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    let before = rows(&database);
    assert!(before.contains("acts|1"), "{before}");
    let mut append = filing(&pati(), 1, at(9), request());
    append.command = command(7, 1);
    append.jobs = vec![job(1)];
    assert!(is_stale(&store.append(append).await, 0, 1));
    assert_eq!(rows(&database), before);
}

/// A write that the server itself refuses takes nothing with it: not those beside it in the same
/// call, and not a row of its own.
#[tokio::test]
async fn a_write_that_spoils_a_commit_spoils_only_itself() {
    let database = Database::new();
    let store = open(database.url()).await;
    let with_job = |n| {
        let mut append = filing(&pati(), n, at(0), request());
        append.jobs = vec![job(77)];
        append
    };
    store.append(with_job(1)).await.unwrap();
    let before = rows(&database);
    // The job's id is in the table already, which no rule looks for.
    let refused = store.append(with_job(2)).await;
    assert!(matches!(refused, Err(StoreError::Engine(_))));
    assert_eq!(rows(&database), before);
    only_the_middle_is_refused(&*store, with_job(4)).await;
}

/// The same when the server refuses only at the commit itself.
#[tokio::test]
async fn a_write_refused_at_the_commit_spoils_only_itself() {
    let database = Database::new();
    let store = open(database.url()).await;
    store
        .append(filing(&pati(), 1, at(0), request()))
        .await
        .unwrap();
    database.sql(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN RAISE EXCEPTION 'not at this moment'; END $$;
         CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON jobs DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION refuse()",
    );
    let mut append = filing(&pati(), 4, at(0), request());
    append.jobs = vec![job(4)];
    only_the_middle_is_refused(&*store, append).await;
}

async fn only_the_middle_is_refused(store: &dyn Store, middle: Append) {
    let outcomes = store
        .append_many(vec![
            filing(&pati(), 3, at(1), request()),
            middle,
            filing(&pati(), 5, at(2), request()),
        ])
        .await
        .unwrap();
    assert!(
        outcomes[0].is_ok() && outcomes[2].is_ok(),
        "{:?}",
        outcomes[0]
    );
    assert!(matches!(outcomes[1], Err(StoreError::Engine(_))));
    assert!(store.case(&pati(), case(4)).await.unwrap().is_none());
    let page = store.cases(&pati(), &CaseQuery::default()).await.unwrap();
    let numbers: Vec<u32> = page
        .rows
        .iter()
        .map(|row| row.number.as_ref().unwrap().count)
        .collect();
    assert_eq!(numbers, [3, 2, 1]);
    store.check().await.unwrap();
}

/// What is acknowledged is on the disk, whatever the server is set to; a stronger setting stays.
#[tokio::test]
async fn commits_are_durable_whatever_the_server_is_set_to() {
    for (set, kept) in [
        ("off", "on"),
        ("local", "on"),
        ("on", "on"),
        ("remote_apply", "remote_apply"),
    ] {
        let database = Database::new();
        let url = database.url();
        let (_, name) = url.rsplit_once('/').unwrap();
        open(url).await.close().await;
        database.sql(&format!(
            "ALTER DATABASE {name} SET synchronous_commit = {set};
             CREATE TABLE seen (setting TEXT);
             CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NEW; END $$;
             CREATE TRIGGER see BEFORE INSERT ON acts FOR EACH ROW EXECUTE FUNCTION see()"
        ));
        let store = open(url).await;
        store
            .append(filing(&pati(), 1, at(0), request()))
            .await
            .unwrap();
        assert_eq!(database.sql("SELECT setting FROM seen"), kept, "{set}");
        // A connection opened anew is set alike.
        database.sql(&format!(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE datname = '{name}' AND pid <> pg_backend_pid()"
        ));
        follow(&*store, &pati(), 1, at(1), taken(1)).await;
        assert_eq!(
            database.sql("SELECT DISTINCT setting FROM seen"),
            kept,
            "{set}"
        );
    }
}

/// Two processes on one database: the order of a unit has no gap and nothing twice, nor have its
/// numbers.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_keep_one_order() {
    let database = Database::new();
    let stores = [open(database.url()).await, open(database.url()).await];
    let mut tasks = Vec::new();
    for task in 0..8_u128 {
        let store = Arc::clone(&stores[usize::try_from(task % 2).unwrap()]);
        tasks.push(tokio::spawn(async move {
            for n in 0..20 {
                let n = task * 1000 + n;
                let filing = filing(&pati(), n, at(0), request());
                store.append(filing).await.unwrap();
                follow(&*store, &pati(), n, at(1), taken(1)).await;
                if n % 5 == 0 {
                    let other = filing_in_rembang(n);
                    store.append(other).await.unwrap();
                }
            }
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
    let acts = stores[0].acts_after(&pati(), 0, 500).await.unwrap();
    let sequence: Vec<i64> = acts.iter().map(|act| act.sequence).collect();
    assert_eq!(sequence, (1..=320).collect::<Vec<i64>>());
    let numbers: BTreeSet<String> = database
        .sql("SELECT number FROM cases WHERE unit = 'polres-pati'")
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(numbers.len(), 160);
    assert_eq!(numbers.last().unwrap(), "PTI-2611-0160");
    assert_eq!(
        database.sql("SELECT max(seq), count(*) FROM acts WHERE unit = 'polres-rembang'"),
        "32|32"
    );
}

fn filing_in_rembang(n: u128) -> Append {
    filing(&rembang(), n, at(0), request())
}

/// A command sent to two processes at once is carried out by one, and both answer alike.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_sent_to_two_processes_is_carried_out_once() {
    let database = Database::new();
    let (one, other) = (open(database.url()).await, open(database.url()).await);
    for n in 1..=20 {
        let asked = |id| {
            let mut append = filing(&pati(), id, at(0), request());
            append.command = command(n, 1);
            append
        };
        let (first, second) = tokio::join!(one.append(asked(n)), other.append(asked(1000 + n)));
        let (first, second) = (first.unwrap(), second.unwrap());
        assert!(first.repeated != second.repeated);
        assert_eq!(first.acts, second.acts);
        assert_eq!(first.subject, second.subject);
    }
    assert_eq!(database.sql("SELECT count(*) FROM acts"), "20");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_is_taken_by_one_of_two_processes() {
    let database = Database::new();
    let stores = [open(database.url()).await, open(database.url()).await];
    let mut append = filing(&pati(), 1, at(0), request());
    append.jobs = (1..=30).map(job).collect();
    stores[0].append(append).await.unwrap();
    let mut tasks = Vec::new();
    for task in 0..6 {
        let store = Arc::clone(&stores[task % 2]);
        tasks.push(tokio::spawn(async move {
            let mut mine = Vec::new();
            while let Some(job) = store.take_job(&pati(), at(1), 60).await.unwrap() {
                mine.push(job.id);
            }
            mine
        }));
    }
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.unwrap());
    }
    assert_eq!(all.len(), 30);
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), 30);
}

async fn heard(news: &mut Receiver<News>) -> News {
    tokio::time::timeout(Duration::from_mins(1), news.recv())
        .await
        .unwrap()
        .unwrap()
}

/// Hears until acts are told, and gives their range.
async fn heard_acts(news: &mut Receiver<News>) -> (i64, i64) {
    loop {
        if let News::Acts { unit, first, last } = heard(news).await {
            assert_eq!(unit, pati());
            return (first, last);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn processes_hear_of_each_other_and_not_of_themselves() {
    let database = Database::new();
    let (one, other) = (open(database.url()).await, open(database.url()).await);
    let listening = "SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%' AND state = 'idle'";
    until(database.url(), listening, "2").await;
    let (mut by_one, mut by_other) = (one.news().unwrap(), other.news().unwrap());
    for n in 1..=5 {
        let theirs = other.append(filing(&pati(), n, at(0), request())).await;
        assert_eq!(
            heard_acts(&mut by_one).await,
            (theirs.unwrap().sequence, {
                i64::try_from(n * 2 - 1).unwrap()
            })
        );
        let ours = one
            .append(filing(&pati(), 100 + n, at(0), request()))
            .await
            .unwrap();
        assert_eq!(
            heard_acts(&mut by_other).await,
            (ours.sequence, ours.sequence)
        );
    }
    // Cut off from the server, a process says that something may have been missed, and goes on.
    database.sql(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    );
    assert_eq!(heard(&mut by_one).await, News::Look);
    until(database.url(), listening, "2").await;
    let theirs = other
        .append(filing(&pati(), 50, at(0), request()))
        .await
        .unwrap();
    // Heard, or looked for: by the time it is told to look again the act is there.
    loop {
        match heard(&mut by_one).await {
            News::Look => {
                let acts = one.acts_after(&pati(), theirs.sequence - 1, 1).await;
                if acts.unwrap().len() == 1 {
                    break;
                }
            }
            News::Acts { first, last, .. } => {
                assert_eq!((first, last), (theirs.sequence, theirs.sequence));
                break;
            }
        }
    }
}

fn commanded(n: u128) -> Append {
    let mut append = filing(&pati(), n, at(0), request());
    append.command = command(n, 1);
    append
}

/// The server committed and could not say so: those who wait are told what is in the record.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_was_lost_is_acknowledged() {
    let database = Database::new();
    let proxy = Proxy::before(database.url());
    let store = open(&proxy.url(database.url())).await;
    store.append(commanded(1)).await.unwrap();
    for n in 2..=4 {
        proxy.cut(Cut::After);
        let appended = store.append(commanded(n)).await.unwrap();
        assert!(proxy.has_cut());
        assert!(!appended.repeated);
        assert_eq!(appended.sequence, i64::try_from(n).unwrap());
        let again = store.append(commanded(n)).await.unwrap();
        assert!(again.repeated);
        assert_eq!(again.acts, appended.acts);
    }
    // Refusals beside it are answered as such.
    proxy.cut(Cut::After);
    let outcomes = store
        .append_many(vec![
            filing(&pati(), 1, at(0), request()),
            commanded(2),
            commanded(5),
        ])
        .await
        .unwrap();
    assert!(proxy.has_cut());
    assert!(is_stale(&outcomes[0], 0, 1));
    assert!(outcomes[1].as_ref().unwrap().repeated);
    assert_eq!(outcomes[2].as_ref().unwrap().sequence, 5);
    assert_eq!(database.sql("SELECT count(*), max(seq) FROM acts"), "5|5");
    store.check().await.unwrap();
}

/// The server was never told to commit: nothing is recorded, that is said, and asking again works.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_never_came_is_refused() {
    let database = Database::new();
    let proxy = Proxy::before(database.url());
    let store = open(&proxy.url(database.url())).await;
    store.append(commanded(1)).await.unwrap();
    for n in 2..=4 {
        let before = rows(&database);
        proxy.cut(Cut::Before);
        let refused = store.append(commanded(n)).await;
        assert!(proxy.has_cut());
        assert!(
            matches!(refused, Err(StoreError::Unreachable(_))),
            "{refused:?}"
        );
        assert_eq!(rows(&database), before);
        let appended = store.append(commanded(n)).await.unwrap();
        assert!(!appended.repeated);
        assert_eq!(appended.sequence, i64::try_from(n).unwrap());
    }
    store.check().await.unwrap();
}

/// A server that ends the connection itself in the middle of a commit has undone it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_the_server_broke_off_is_refused() {
    let database = Database::new();
    let store = open(database.url()).await;
    store.append(commanded(1)).await.unwrap();
    database.sql(
        "CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER break_off AFTER INSERT ON acts DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION break_off()",
    );
    let refused = store.append(commanded(2)).await;
    assert!(
        matches!(refused, Err(StoreError::Unreachable(_))),
        "{refused:?}"
    );
    database.sql("DROP TRIGGER break_off ON acts");
    let appended = store.append(commanded(2)).await.unwrap();
    assert!(!appended.repeated);
    assert_eq!(appended.sequence, 2);
}

/// What lies beside the record leaves no trace to ask for: it is said that it is not known, and
/// doing it again is safe.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_answer_about_what_lies_beside_the_record_is_unclear() {
    let database = Database::new();
    let proxy = Proxy::before(database.url());
    let store = open(&proxy.url(database.url())).await;
    let draft = DraftRow {
        key: hash(1),
        sealed: vec![1, 2, 3],
        expires_at: at(60),
    };
    for cut in [Cut::Before, Cut::After] {
        proxy.cut(cut);
        let unclear = store.put_draft(&pati(), &draft).await;
        assert!(proxy.has_cut());
        assert!(matches!(unclear, Err(StoreError::Unclear)), "{unclear:?}");
    }
    store.put_draft(&pati(), &draft).await.unwrap();
    let kept = store.draft(&pati(), hash(1), at(0)).await.unwrap();
    assert_eq!(kept, Some(draft));
}

/// Where a standby has to have each commit, one whose wait was cut short is acknowledged only when
/// the standby has it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_no_standby_has_is_not_acknowledged() {
    let cluster = Cluster::start(&[]);
    let url = cluster.url("postgres");
    let store = open(&url).await;
    store.append(commanded(1)).await.unwrap();
    let set = |names: &str| {
        cluster.sql(
            "postgres",
            &format!("ALTER SYSTEM SET synchronous_standby_names = '{names}'"),
        );
        cluster.sql("postgres", "SELECT pg_reload_conf()");
    };
    // A standby that is not there.
    set("standby");
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    // Nothing says when each process of the server has read the setting: until then a commit does
    // not wait, and the next one is tried.
    let mut n = 1;
    let appending = loop {
        n += 1;
        assert!(n < 200, "no commit waits for the standby");
        let appending = tokio::spawn({
            let store = Arc::clone(&store);
            async move { store.append(commanded(n)).await }
        });
        while !appending.is_finished() && try_psql(&url, waiting).unwrap() != "1" {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        if !appending.is_finished() {
            break appending;
        }
    };
    for _ in 0..2 {
        // Its wait is cut short: the commit is on this server alone, and the writer asks for it.
        let first = cluster.sql(
            "postgres",
            "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
        );
        let waits_anew = format!("{waiting} AND pid <> {first}");
        cluster.sql("postgres", &format!("SELECT pg_terminate_backend({first})"));
        until(&url, &waits_anew, "1").await;
        assert!(!appending.is_finished());
    }
    set("");
    let appended = appending.await.unwrap().unwrap();
    assert!(!appended.repeated);
    assert_eq!(appended.sequence, i64::try_from(n).unwrap());
}
