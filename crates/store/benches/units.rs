//! How many units one PostgreSQL carries: appends a second by units and processes, and what a case
//! takes on the disk.
//!
//! `cargo bench -p pengayom-store --bench units` prints one JSON object a line. It starts a server
//! of its own with `fsync=on`; `-- postgres://…` names another, in which databases are made and
//! dropped. Processes are real ones: this program, started again. The baselines are bare loops on
//! the same server in the same run: one row a commit, from one connection and from 32, and a
//! hundred rows a commit. `-- --quick` takes a quarter of the time.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "a measurement may stop at the first surprise, and prints its figures"
)]

use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use pengayom_core::value::UnitId;
use pengayom_store::{Append, PostgresOptions, SqlStore, Store};
use pengayom_store_contract::made::{act, answered, at, closed, command, filing, request};
use pengayom_testkit::postgres::{Cluster, try_psql};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{ConnectOptions as _, Connection as _};

/// Askers at once, over all processes.
const ASKERS: usize = 32;

fn say(figure: &Value) {
    println!("{figure}");
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    if arguments.first().is_some_and(|first| first == "process") {
        runtime.block_on(process(&arguments[1..]));
        return;
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let seconds = if quick { 1 } else { 4 };
    let given = arguments.iter().find(|argument| argument.contains("://"));
    let cluster = given.is_none().then(|| Cluster::start(&["fsync=on"]));
    let server = match (&cluster, given) {
        (Some(cluster), _) => cluster.url("postgres"),
        (None, Some(url)) => url.clone(),
        (None, None) => return,
    };
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    say(&json!({"what": "machine", "cores": cores, "debug": cfg!(debug_assertions)}));
    for (connections, rows) in [(1, 1), (ASKERS, 1), (1, 100)] {
        with_database(&server, |url| {
            runtime.block_on(bare(url, connections, rows, seconds));
        });
    }
    for (units, processes, own) in [
        (1, 1, true),
        (10, 1, true),
        (100, 1, true),
        (1, 4, false),
        (100, 4, false),
        (100, 4, true),
    ] {
        with_database(&server, |url| appends(url, units, processes, own, seconds));
    }
    with_database(&server, |url| {
        runtime.block_on(sizes(url, if quick { 2_000 } else { 20_000 }));
    });
}

fn with_database(server: &str, work: impl FnOnce(&str)) {
    let (base, _) = server.rsplit_once('/').unwrap();
    let name = format!("units{}", std::process::id());
    try_psql(server, &format!("CREATE DATABASE {name}")).unwrap();
    work(&format!("{base}/{name}"));
    try_psql(server, &format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
}

async fn connect(url: &str) -> PgConnection {
    let options: PgConnectOptions = url.parse().unwrap();
    options.connect().await.unwrap()
}

/// Bare loops: rows of about the size of an act, so many in each commit, from so many connections.
async fn bare(url: &str, connections: usize, in_commit: usize, seconds: u64) {
    let mut first = connect(url).await;
    sqlx::query("CREATE TABLE bare (seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, payload TEXT NOT NULL)")
        .execute(&mut first)
        .await
        .unwrap();
    let payloads = vec!["x".repeat(400); in_commit];
    let start = Instant::now();
    let mut tasks = Vec::new();
    for _ in 0..connections {
        let (url, payloads) = (url.to_owned(), payloads.clone());
        tasks.push(tokio::spawn(async move {
            let mut connection = connect(&url).await;
            let mut rows = 0;
            while start.elapsed() < Duration::from_secs(seconds) {
                sqlx::query("INSERT INTO bare (payload) SELECT * FROM unnest($1::text[])")
                    .bind(&payloads)
                    .execute(&mut connection)
                    .await
                    .unwrap();
                rows += payloads.len();
            }
            connection.close().await.unwrap();
            rows
        }));
    }
    let mut rows = 0;
    for task in tasks {
        rows += task.await.unwrap();
    }
    say(&json!({
        "what": "bare", "connections": connections, "rows_a_commit": in_commit,
        "rows_a_second": (rows as f64 / start.elapsed().as_secs_f64()).round(),
    }));
}

/// So many processes file cases in so many units, each in its own share of them or all in all.
fn appends(url: &str, units: usize, processes: usize, own: bool, seconds: u64) {
    let program = std::env::current_exe().unwrap();
    let children: Vec<Child> = (0..processes)
        .map(|process| {
            let (first, count) = if own {
                (process * (units / processes), units / processes)
            } else {
                (0, units)
            };
            Command::new(&program)
                .args(["process", url])
                .args([process, first, count, ASKERS / processes].map(|n| n.to_string()))
                .arg(seconds.to_string())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let mut total = 0.0;
    let mut told = Vec::new();
    for child in children {
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        let figure: Value = serde_json::from_slice(&output.stdout).unwrap();
        total += figure["appends_a_second"].as_f64().unwrap();
        told.push(figure);
    }
    let most = |what: &str| {
        let figures = told.iter().map(|figure| figure[what].as_f64().unwrap());
        figures.fold(0.0, f64::max)
    };
    say(&json!({
        "what": "appends", "units": units, "processes": processes,
        "each_process": if own { "its own units" } else { "all units" }, "askers": ASKERS,
        "appends_a_second": total.round(),
        "appends_a_second_and_unit": (total / units as f64).round(),
        "ms_p50": most("ms_p50"), "ms_p99": most("ms_p99"), "open_ms": most("open_ms"),
        "memory_mib": most("memory_mib"), "connections_a_process": most("connections"),
    }));
}

fn unit(n: usize) -> UnitId {
    format!("polres-{n}").parse().unwrap()
}

/// A process: opens the store, and lets its askers file cases in its units one after the other.
async fn process(arguments: &[String]) {
    let url = &arguments[0];
    let number = |at: usize| arguments[at].parse::<usize>().unwrap();
    let (process, first, count, askers) = (number(1), number(2), number(3), number(4));
    let seconds = Duration::from_secs(arguments[5].parse().unwrap());
    let opening = Instant::now();
    let store = SqlStore::open_postgres(url, PostgresOptions::default())
        .await
        .unwrap();
    let open_ms = opening.elapsed().as_secs_f64() * 1e3;
    let store = Arc::new(store);
    let start = Instant::now();
    let mut tasks = Vec::new();
    for asker in 0..askers {
        let store = Arc::clone(&store);
        tasks.push(tokio::spawn(async move {
            let mut waits = Vec::new();
            let mut n = 0;
            while start.elapsed() < seconds {
                let id = ((process * 1000 + asker) as u128) << 64 | n as u128;
                let unit = unit(first + (asker + n * askers) % count);
                let mut append = filing(&unit, id, at(7), request());
                append.command = command(id + 1, 1);
                let asked = Instant::now();
                store.append(append).await.unwrap();
                waits.push(asked.elapsed());
                n += 1;
            }
            waits
        }));
    }
    let mut waits = Vec::new();
    for task in tasks {
        waits.extend(task.await.unwrap());
    }
    let took = start.elapsed().as_secs_f64();
    waits.sort_unstable();
    let at = |per_cent: usize| waits[(waits.len() - 1) * per_cent / 100].as_secs_f64() * 1e3;
    let all = "SELECT count(*) FROM pg_stat_activity
         WHERE datname = current_database() AND application_name = 'pengayom'";
    let connections: f64 = try_psql(url, all).unwrap().parse().unwrap();
    let processes = if askers == ASKERS { 1 } else { ASKERS / askers };
    say(&json!({
        "appends_a_second": waits.len() as f64 / took,
        "ms_p50": (at(50) * 10.0).round() / 10.0, "ms_p99": (at(99) * 10.0).round() / 10.0,
        "open_ms": open_ms.round(), "memory_mib": memory_mib(),
        "connections": connections / processes as f64,
    }));
    store.close().await;
}

/// The most memory this process ever held (`VmHWM`), MiB; 0 where the system does not say.
fn memory_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) >> 10
}

/// A case as most end: filed, answered, closed.
fn whole_case(n: u128) -> Append {
    let filed_at = at(i64::try_from(n).unwrap() * 7);
    let mut request = request();
    request.description = format!("Sepeda motor hilang di depan rumah, laporan nomor {n}");
    let mut append = filing(&unit(0), n, filed_at, request);
    append.command = command(n + 1, 1);
    let later = |minutes| filed_at + jiff::SignedDuration::from_mins(minutes);
    append.acts.push(act(later(20), answered("Kami datang")));
    append.acts.push(act(later(90), closed()));
    append
}

/// What a case of three acts takes on the disk, table by table with its indexes; and how long a
/// store that holds so many takes to open.
async fn sizes(url: &str, cases: u128) {
    let store = SqlStore::open_postgres(url, PostgresOptions::default())
        .await
        .unwrap();
    for chunk in 0..cases / 500 {
        let appends = (chunk * 500..(chunk + 1) * 500).map(whole_case).collect();
        let outcomes = store.append_many(appends).await.unwrap();
        assert!(outcomes.iter().all(Result::is_ok));
    }
    store.close().await;
    let mut connection = connect(url).await;
    sqlx::query("VACUUM ANALYZE")
        .execute(&mut connection)
        .await
        .unwrap();
    let tables: Vec<(String, i64)> = sqlx::query_as(
        "SELECT relname::text, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r'
         AND relnamespace = 'public'::regnamespace AND pg_total_relation_size(oid) > 100000
         ORDER BY 2 DESC",
    )
    .fetch_all(&mut connection)
    .await
    .unwrap();
    let count = u64::try_from(cases).unwrap();
    for (table, bytes) in &tables {
        say(&json!({
            "what": "size", "table": table,
            "bytes_a_case": (*bytes as f64 / count as f64).round(),
        }));
    }
    let bytes: i64 = tables.iter().map(|(_, bytes)| bytes).sum();
    let opening = Instant::now();
    let store = SqlStore::open_postgres(url, PostgresOptions::default())
        .await
        .unwrap();
    let open_ms = opening.elapsed().as_secs_f64() * 1e3;
    store.close().await;
    say(&json!({
        "what": "sizes", "cases": count, "acts_a_case": 3,
        "bytes_a_case": (bytes as f64 / count as f64).round(), "open_ms": open_ms.round(),
    }));
}
