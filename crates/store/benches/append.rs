//! How many appends a second are durable, and how long a list takes at 100,000 cases.
//!
//! `cargo bench -p pengayom-store --bench append` prints one JSON object a line. The baseline is
//! a bare loop on the same disk in the same run: one row a commit, and a hundred rows a commit,
//! with the same settings. `-- --quick` does a tenth of it.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a measurement may stop at the first surprise, and prints its figures"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pengayom_core::subject::case::CaseStage;
use pengayom_store::{Append, CaseQuery, OpenOptions, SqlStore, Store};
use pengayom_store_contract::made::{
    act, answered, at, closed, command, filing, pati, place, request,
};
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions as _, QueryBuilder, Sqlite};

/// How much is done; a tenth with `--quick`.
struct Size {
    appends: u128,
    cases: u128,
    rounds: usize,
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--quick");
    let size = if quick {
        Size {
            appends: 400,
            cases: 10_000,
            rounds: 1,
        }
    } else {
        Size {
            appends: 4_000,
            cases: 100_000,
            rounds: 3,
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(measure(&size));
}

async fn measure(size: &Size) {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    say(&json!({"what": "machine", "cores": cores, "debug": cfg!(debug_assertions)}));
    for round in 1..=size.rounds {
        // Side by side in each round, so that what disturbs one disturbs its baseline too.
        bare(folder.path(), round, size.appends / 4, 1).await;
        bare(folder.path(), round, size.appends * 10, 100).await;
        for writers in [1, 8, 32] {
            let path = folder
                .path()
                .join(format!("append-{round}-{writers}.sqlite"));
            appends(&path, round, writers, size.appends).await;
        }
    }
    let path = folder.path().join("list.sqlite");
    lists(&path, size.cases).await;
}

fn say(figure: &Value) {
    println!("{figure}");
}

/// A bare loop: rows of about the size of an act, so many in each commit.
async fn bare(folder: &Path, round: usize, rows: u128, in_commit: usize) {
    let path = folder.join(format!("bare-{round}-{in_commit}.sqlite"));
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut file = options.connect().await.unwrap();
    sqlx::query("CREATE TABLE bare (seq INTEGER PRIMARY KEY, payload TEXT NOT NULL)")
        .execute(&mut file)
        .await
        .unwrap();
    let payload = "x".repeat(400);
    let rows = usize::try_from(rows).unwrap();
    let start = Instant::now();
    for _ in 0..rows / in_commit {
        let mut query = QueryBuilder::<Sqlite>::new("INSERT INTO bare (payload) ");
        query.push_values(0..in_commit, |mut values, _| {
            values.push_bind(payload.as_str());
        });
        query.build().execute(&mut file).await.unwrap();
    }
    let seconds = start.elapsed().as_secs_f64();
    say(&json!({
        "what": "bare", "round": round, "rows_a_commit": in_commit,
        "rows_a_second": (rows as f64 / seconds).round(),
        "commits_a_second": ((rows / in_commit) as f64 / seconds).round(),
    }));
}

/// A case that waits; each has a word of its own among words that all have.
fn case_of(n: u128) -> Append {
    let stations = [
        "polsek-juwana",
        "polsek-pati",
        "polsek-tayu",
        "polsek-trangkil",
    ];
    let seconds = i64::try_from(n).unwrap() * 7;
    let mut request = request();
    request.description = format!("Sepeda motor hilang di depan rumah, laporan nomor {n}");
    let mut append = filing(&pati(), n, at(seconds), request);
    let station = usize::try_from(n % 4).unwrap();
    let beat = format!("33.18.{:02}.{:04}", 10 + station, 2001 + n / 4 % 20);
    append.acts[0].place = Some(place(stations[station], &beat, "sedang"));
    append.command = command(n + 1, 1);
    append
}

/// A case as an import brings it: 49 of 50 answered and closed.
fn old_case(n: u128) -> Append {
    let mut append = case_of(n);
    let filed_at = append.acts[0].happened_at;
    if !n.is_multiple_of(50) {
        let later = |minutes| filed_at + jiff::SignedDuration::from_mins(minutes);
        append.acts.push(act(later(20), answered("Kami datang")));
        append.acts.push(act(later(90), closed()));
    }
    append
}

/// Cases filed by so many at once, each waiting for its answer before it files the next.
async fn appends(path: &Path, round: usize, writers: u128, total: u128) {
    let store = SqlStore::open_sqlite(path, OpenOptions::default())
        .await
        .unwrap();
    let store = Arc::new(store);
    let each = total / writers;
    let start = Instant::now();
    let mut tasks = Vec::new();
    for writer in 0..writers {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            let mut waits = Vec::new();
            for n in 0..each {
                let append = case_of(writer * each + n);
                let asked = Instant::now();
                store.append(append).await.unwrap();
                waits.push(asked.elapsed());
            }
            waits
        }));
    }
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    let seconds = start.elapsed().as_secs_f64();
    store.close().await;
    let mut figure = spread(waits);
    figure["what"] = json!("append");
    figure["round"] = json!(round);
    figure["at_once"] = json!(u64::try_from(writers).unwrap());
    figure["appends_a_second"] = json!(((each * writers) as f64 / seconds).round());
    say(&figure);
}

fn spread(mut waits: Vec<Duration>) -> Value {
    waits.sort_unstable();
    let at = |share: f64| {
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place within the list"
        )]
        let place = ((waits.len() - 1) as f64 * share) as usize;
        (waits[place].as_secs_f64() * 1e6).round() / 1e3
    };
    json!({"n": waits.len(), "ms_p50": at(0.5), "ms_p99": at(0.99), "ms_max": at(1.0)})
}

/// Fills a store, then asks what pages ask.
async fn lists(path: &Path, cases: u128) {
    let store = SqlStore::open_sqlite(path, OpenOptions::default())
        .await
        .unwrap();
    let start = Instant::now();
    for chunk in 0..cases / 500 {
        let appends = (chunk * 500..(chunk + 1) * 500).map(old_case).collect();
        let outcomes = store.append_many(appends).await.unwrap();
        assert!(outcomes.iter().all(Result::is_ok));
    }
    let seconds = start.elapsed().as_secs_f64();
    say(&json!({
        "what": "append_many", "appends_a_call": 500, "cases": u64::try_from(cases).unwrap(),
        "appends_a_second": (cases as f64 / seconds).round(),
        "file_mib": std::fs::metadata(path).unwrap().len() >> 20,
    }));
    let beat = Some("33.18.10.2005".parse().unwrap());
    let done = CaseQuery {
        stages: vec![CaseStage::Closed],
        beat,
        ..CaseQuery::default()
    };
    let open = CaseQuery {
        stages: vec![CaseStage::Received],
        stations: vec!["polsek-juwana".parse().unwrap()],
        ..CaseQuery::default()
    };
    let all = CaseQuery::default();
    let late = at(i64::try_from(cases).unwrap() * 7);
    let unit = pati();
    for question in [
        "list closed of a beat",
        "list open of a station",
        "queue",
        "late",
        "counts",
        "search number",
        "search words",
    ] {
        let mut waits = Vec::new();
        let mut rows = 0;
        for _ in 0..200 {
            let asked = Instant::now();
            rows = match question {
                "list closed of a beat" => store.cases(&unit, &done).await.unwrap().rows.len(),
                "list open of a station" => store.cases(&unit, &open).await.unwrap().rows.len(),
                "queue" => store.queue(&unit, &all, 50).await.unwrap().len(),
                "late" => store.late_cases(&unit, late, 50).await.unwrap().len(),
                "counts" => {
                    let counts = store.case_counts(&unit, late).await.unwrap();
                    usize::try_from(counts.received).unwrap()
                }
                "search number" => {
                    let found = store.search_cases(&unit, "PTI-2611-0482", 50).await;
                    found.unwrap().len()
                }
                _ => store
                    .search_cases(&unit, "nomor 4711", 50)
                    .await
                    .unwrap()
                    .len(),
            };
            waits.push(asked.elapsed());
        }
        let mut figure = spread(waits);
        figure["what"] = json!(question);
        figure["cases"] = json!(u64::try_from(cases).unwrap());
        figure["rows"] = json!(rows);
        say(&figure);
    }
    store.close().await;
}
