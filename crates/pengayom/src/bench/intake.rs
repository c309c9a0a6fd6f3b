//! A request filed over HTTP: read, routed by its position, sealed, durable, and receipted.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use pengayom_core::place::Point;
use pengayom_node::Clock as _;
use pengayom_store::BareCommits;
use serde_json::json;

use super::{ROW_BYTES, Told, forget_peak_memory, open_node, peak_memory_mib, percentile, rounded};
use crate::clock::SystemClock;
use crate::demo;
use crate::fault::Fault;
use crate::wiring::{ServeSettings, Serving};

/// Askers at once, each waiting for its answer before it asks again.
const AT_ONCE: [usize; 3] = [1, 8, 32];

/// Measures intake once, with each number of askers.
///
/// # Errors
/// [`Fault`] when the store or the server fails, or an answer is not 201.
pub(crate) async fn intake(told: Told, run: u32, folder: &Path, seconds: u64) -> Result<(), Fault> {
    let time = Duration::from_secs(seconds.max(1));
    let single = bare(told, run, folder, 1, time / 2).await?;
    let grouped = bare(told, run, folder, 100, time / 2).await?;
    let unit = demo::unit_row(SystemClock.now())?;
    for at_once in AT_ONCE {
        let node = open_node(folder, &format!("intake-{at_once}.db"), &unit).await?;
        let beats = node.unit();
        let points: Vec<Point> = beats
            .geography
            .beats()
            .map(pengayom_core::place::Area::representative_point)
            .collect();
        let points = Arc::new(points);
        let settings = ServeSettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
        };
        let serving = Serving::begin(node, settings).await?;
        forget_peak_memory();
        let began = Instant::now();
        let askers: Vec<_> = (0..at_once)
            .map(|asker| {
                let points = Arc::clone(&points);
                let address = serving.address;
                tokio::spawn(ask(address, points, asker, began + time))
            })
            .collect();
        let mut waits = Vec::new();
        for asker in askers {
            let asked = asker
                .await
                .map_err(|error| Fault::Input(format!("an asker broke off: {error}")))?;
            waits.extend(asked?);
        }
        let took = began.elapsed().as_secs_f64();
        let memory = peak_memory_mib();
        serving.end().await?;
        waits.sort_unstable();
        let rate = waits.len() as f64 / took;
        told.tell(&json!({
            "what": "intake",
            "run": run,
            "at_once": at_once,
            "requests": waits.len(),
            "requests_a_second": rounded(rate),
            "ms_p50": percentile(&waits, 0.5),
            "ms_p95": percentile(&waits, 0.95),
            "ms_p99": percentile(&waits, 0.99),
            "ms_max": percentile(&waits, 1.0),
            "ratio_to_bare_single_commits": rounded(rate / single.commits_a_second()),
            "ratio_to_bare_rows_in_commits_of_100": rounded(rate / grouped.rows_a_second()),
            "peak_memory_mib": memory,
        }));
    }
    Ok(())
}

async fn bare(
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

/// One asker on one connection, until the time is over.
async fn ask(
    address: SocketAddr,
    points: Arc<Vec<Point>>,
    asker: usize,
    until: Instant,
) -> Result<Vec<Duration>, Fault> {
    let broken = |error: &dyn std::fmt::Display| Fault::Input(format!("asking: {error}"));
    let stream = tokio::net::TcpStream::connect(address)
        .await
        .map_err(Fault::system("connecting"))?;
    stream
        .set_nodelay(true)
        .map_err(Fault::system("connecting"))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| broken(&error))?;
    let connection = tokio::spawn(connection);
    let mut waits = Vec::new();
    let turn = points.iter().cycle().skip(asker * 37);
    for (at, point) in turn.enumerate() {
        if Instant::now() >= until {
            break;
        }
        let body = json!({
            "service_code": "call_110",
            "description": "Suara benturan keras di depan pasar, dua sepeda motor, ada yang terluka di kaki.",
            "lat": point.lat(),
            "long": point.lng(),
            "contact": { "name": "Warga", "phone": "081234567890" },
        });
        let request = Request::builder()
            .method(Method::POST)
            .uri("/api/v1/requests")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .header("Idempotency-Key", format!("bench-{asker}-{at}"))
            .body(Full::new(Bytes::from(body.to_string())))
            .map_err(|error| broken(&error))?;
        let began = Instant::now();
        let answer = sender
            .send_request(request)
            .await
            .map_err(|error| broken(&error))?;
        let status = answer.status();
        let body = answer
            .into_body()
            .collect()
            .await
            .map_err(|error| broken(&error))?;
        waits.push(began.elapsed());
        if status != StatusCode::CREATED {
            let said = body.to_bytes();
            let said = String::from_utf8_lossy(&said);
            return Err(Fault::Input(format!("answered {status}: {said}")));
        }
    }
    drop(sender);
    let _ = connection.await;
    Ok(waits)
}
