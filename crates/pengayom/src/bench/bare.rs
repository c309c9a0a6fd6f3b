//! What stands beside the intake: durable rows without us, and HTTP without us.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use hyper::body::Bytes;
use pengayom_store::BareCommits;
use serde_json::json;

use super::{ROW_BYTES, Told, rounded};
use crate::fault::Fault;

/// The table of the bare rows on PostgreSQL; made and dropped again.
const TABLE: &str = "pengayom_bench_bare";

/// Rows in commits of SQLite, one statement each.
pub(super) async fn commits(
    told: Told,
    run: u32,
    folder: &Path,
    rows: usize,
    time: Duration,
) -> Result<BareCommits, Fault> {
    let path = folder.join(format!("bare-{rows}.db"));
    let bare = pengayom_store::bare_commits(&path, rows, ROW_BYTES, time).await?;
    told.tell(&json!({
        "what": "bare_commits",
        "run": run,
        "rows_a_commit": rows,
        "commits_a_second": rounded(bare.commits_a_second()),
        "rows_a_second": rounded(bare.rows_a_second()),
    }));
    Ok(bare)
}

/// Rows a second that PostgreSQL's own measure inserts, one a commit, on so many connections.
pub(super) async fn pgbench(
    told: Told,
    run: u32,
    (program, address, folder): (&Path, &str, &Path),
    at_once: usize,
    time: Duration,
) -> Result<f64, Fault> {
    let make = format!(
        "DROP TABLE IF EXISTS {TABLE};
         CREATE TABLE {TABLE} (seq bigserial PRIMARY KEY, payload text NOT NULL);"
    );
    let row = "x".repeat(ROW_BYTES);
    let insert = format!("INSERT INTO {TABLE} (payload) VALUES ('{row}');");
    let calls = Pgbench {
        program,
        address,
        folder,
    };
    calls.run(&make, &["-t", "1"]).await?;
    let (clients, seconds) = (at_once.to_string(), time.as_secs().max(1).to_string());
    let how = ["-c", &clients, "-T", &seconds, "-M", "prepared"];
    let said = calls.run(&insert, &how).await?;
    calls
        .run(&format!("DROP TABLE {TABLE};"), &["-t", "1"])
        .await?;
    let rate = tps(&said)
        .ok_or_else(|| Fault::Input(format!("pgbench did not say how fast it was: {said}")))?;
    told.tell(&json!({
        "what": "pgbench_single_row_inserts",
        "run": run,
        "at_once": at_once,
        "rows_a_second": rounded(rate),
    }));
    Ok(rate)
}

struct Pgbench<'a> {
    program: &'a Path,
    address: &'a str,
    folder: &'a Path,
}

impl Pgbench<'_> {
    async fn run(&self, script: &str, how: &[&str]) -> Result<String, Fault> {
        let file = self.folder.join("pgbench.sql");
        std::fs::write(&file, script).map_err(Fault::file(&file))?;
        let mut command = std::process::Command::new(self.program);
        // `-n`: it has tables of its own to vacuum, which are not here.
        command.arg("-n").args(how).arg("-f").arg(&file);
        command.arg(self.address).stdin(Stdio::null());
        let said = tokio::task::spawn_blocking(move || command.output())
            .await
            .map_err(|error| Fault::Input(format!("pgbench: {error}")))?
            .map_err(Fault::system("starting pgbench"))?;
        if said.status.success() {
            Ok(String::from_utf8_lossy(&said.stdout).into_owned())
        } else {
            let fault = String::from_utf8_lossy(&said.stderr);
            Err(Fault::Input(format!("pgbench: {fault}")))
        }
    }
}

/// The rate in what `pgbench` prints: `tps = 1234.5 (without initial connection time)`.
fn tps(said: &str) -> Option<f64> {
    let line = said.lines().find(|line| line.starts_with("tps = "))?;
    line.split(' ').nth(2)?.parse().ok()
}

/// Length of a bare page, in bytes: about that of a page as it goes over the line.
const PAGE_BYTES: usize = 4_000;

/// A server that takes the same requests and answers each at once, without doing anything: what
/// HTTP by itself costs on this machine, with the asker beside it.
pub(super) async fn http() -> Result<(SocketAddr, tokio::task::JoinHandle<()>), Fault> {
    let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))
        .await
        .map_err(Fault::system("listening"))?;
    let address = listener
        .local_addr()
        .map_err(Fault::system("reading the address"))?;
    let answer = async |_: Bytes| (StatusCode::CREATED, "{}");
    let router = Router::new()
        .route("/api/v1/requests", post(answer))
        .route("/", get(async || "x".repeat(PAGE_BYTES)));
    let server = tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    });
    Ok((address, server))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_from_what_pgbench_prints() {
        let said = "number of clients: 32\ntps = 9876.543 (without initial connection time)\n";
        assert!(tps(said).is_some_and(|rate| (rate - 9876.543).abs() < 1e-9));
        assert_eq!(tps("pgbench: error"), None);
    }
}
