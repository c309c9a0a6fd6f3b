//! A request filed over HTTP: read, routed by its position, sealed, durable, and receipted.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::{HeaderMap, Method, Request, StatusCode, header};
use hyper_util::rt::TokioIo;
use pengayom_core::place::Point;
use pengayom_node::Clock as _;
use serde_json::json;

use super::{
    Told, address, bare, cpu_seconds, forget_peak_memory, open_node_at, peak_memory_mib,
    percentile, rounded,
};
use crate::clock::SystemClock;
use crate::demo;
use crate::fault::Fault;
use crate::wiring::{ServeSettings, Serving};

/// What is told with each request.
pub(super) const TOLD: &str =
    "Suara benturan keras di depan pasar, dua sepeda motor, ada yang terluka di kaki.";

/// Which engine is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) enum On<'a> {
    /// A new file for each number of askers, in the folder.
    Sqlite,
    /// A database, and the program that measures it without us.
    Postgres {
        /// Its address.
        address: &'a str,
        /// `pgbench`.
        pgbench: &'a Path,
    },
}

/// What stands beside a figure.
struct Beside {
    engine: &'static str,
    single_rows: f64,
    rows_in_hundreds: Option<f64>,
    bare_http: f64,
}

/// Measures intake once, with each number of askers.
///
/// # Errors
/// [`Fault`] when the store or the server fails, or an answer is not 201.
pub(crate) async fn intake(
    told: Told,
    run: u32,
    folder: &Path,
    on: On<'_>,
    seconds: u64,
    numbers: &[usize],
) -> Result<(), Fault> {
    let time = Duration::from_secs(seconds.max(1));
    let sqlite = match on {
        On::Sqlite => Some((
            bare::commits(told, run, folder, 1, time / 2).await?,
            bare::commits(told, run, folder, 100, time / 2).await?,
        )),
        On::Postgres { .. } => None,
    };
    let unit = demo::unit_row(SystemClock.now())?;
    for &at_once in numbers {
        let (engine, single_rows, address) = match on {
            On::Sqlite => {
                let single = sqlite.map_or(0.0, |(single, _)| single.commits_a_second());
                let name = format!("intake-{at_once}.db");
                ("sqlite", single, address(folder, &name))
            }
            On::Postgres { address, pgbench } => {
                let how = (pgbench, address, folder);
                let single = bare::pgbench(told, run, how, at_once, time / 2).await?;
                ("postgres", single, address.to_owned())
            }
        };
        let node = open_node_at(&address, &unit).await?;
        let points: Vec<Point> = node
            .unit()
            .geography
            .beats()
            .map(pengayom_core::place::Area::representative_point)
            .collect();
        let points = Arc::new(points);
        let (bare_address, bare_server) = bare::http().await?;
        let bare = ask_all(bare_address, &points, (at_once, run), time / 4).await?;
        bare_server.abort();
        let beside = Beside {
            engine,
            single_rows,
            rows_in_hundreds: sqlite.map(|(_, grouped)| grouped.rows_a_second()),
            bare_http: bare.rate(),
        };
        let settings = ServeSettings {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            public_url: None,
            notices: crate::notices::NoticeArguments::default(),
            api_requests_per_minute: 0,
        };
        let serving = Serving::begin(node, settings).await?;
        let asked = ask_all(serving.address, &points, (at_once, run), time).await;
        let memory = peak_memory_mib();
        serving.end().await?;
        tell(told, run, at_once, &asked?, &beside, memory);
    }
    Ok(())
}

fn tell(told: Told, run: u32, at_once: usize, asked: &Asked, beside: &Beside, memory: Option<u64>) {
    let rate = asked.rate();
    let mut figure = json!({
        "what": "intake",
        "engine": beside.engine,
        "run": run,
        "at_once": at_once,
        "requests": asked.waits.len(),
        "requests_a_second": rounded(rate),
        "ms_p50": percentile(&asked.waits, 0.5),
        "ms_p95": percentile(&asked.waits, 0.95),
        "ms_p99": percentile(&asked.waits, 0.99),
        "ms_max": percentile(&asked.waits, 1.0),
        "cpu_us_a_request": asked.cpu.map(|cpu| (cpu * 1e6 / asked.waits.len() as f64).round()),
        "ratio_to_bare_single_commits": rounded(rate / beside.single_rows),
        "ratio_to_bare_http": rounded(rate / beside.bare_http),
        "bare_http_requests_a_second": beside.bare_http.round(),
        "peak_memory_mib": memory,
    });
    if let Some(rows) = beside.rows_in_hundreds
        && let Some(fields) = figure.as_object_mut()
    {
        let ratio = rounded(rate / rows);
        fields.insert(
            "ratio_to_bare_rows_in_commits_of_100".to_owned(),
            ratio.into(),
        );
    }
    told.tell(&figure);
}

/// How asking went.
pub(super) struct Asked {
    /// Sorted.
    pub(super) waits: Vec<Duration>,
    took: Duration,
    /// Seconds on the processors, the askers' included.
    pub(super) cpu: Option<f64>,
}

impl Asked {
    /// How it went for all askers, once each has ended; they began at a moment, with so many seconds
    /// on the processors before.
    pub(super) async fn of(
        askers: Vec<tokio::task::JoinHandle<Result<Vec<Duration>, Fault>>>,
        began: Instant,
        cpu: Option<f64>,
    ) -> Result<Self, Fault> {
        let mut waits = Vec::new();
        for asker in askers {
            let asked = asker
                .await
                .map_err(|error| Fault::Input(format!("an asker broke off: {error}")))?;
            waits.extend(asked?);
        }
        let took = began.elapsed();
        let cpu = cpu_seconds().zip(cpu).map(|(after, before)| after - before);
        waits.sort_unstable();
        Ok(Self { waits, took, cpu })
    }

    pub(super) fn rate(&self) -> f64 {
        self.waits.len() as f64 / self.took.as_secs_f64()
    }
}

/// Asks with so many askers at once until the time is over.
pub(super) async fn ask_all(
    address: SocketAddr,
    points: &Arc<Vec<Point>>,
    (at_once, run): (usize, u32),
    time: Duration,
) -> Result<Asked, Fault> {
    forget_peak_memory();
    let (began, cpu) = (Instant::now(), cpu_seconds());
    // A database may hold the requests of another run.
    let name = uuid::Uuid::new_v4().simple().to_string();
    let askers: Vec<_> = (0..at_once)
        .map(|asker| {
            let points = Arc::clone(points);
            let name = format!("{name}-{run}-{asker}");
            tokio::spawn(ask(address, points, (name, asker), began + time))
        })
        .collect();
    Asked::of(askers, began, cpu).await
}

/// One asker on one connection, until the time is over.
async fn ask(
    address: SocketAddr,
    points: Arc<Vec<Point>>,
    (name, asker): (String, usize),
    until: Instant,
) -> Result<Vec<Duration>, Fault> {
    let mut connection = Connection::open(address).await?;
    let mut waits = Vec::new();
    let turn = points.iter().cycle().skip(asker * 37);
    for (at, point) in turn.enumerate() {
        if Instant::now() >= until {
            break;
        }
        let request = filing(&format!("{name}-{at}"), *point)?;
        let began = Instant::now();
        let answer = connection.send(request).await?;
        waits.push(began.elapsed());
        answer.must_be_created()?;
    }
    Ok(waits)
}

pub(super) fn broken(error: &dyn std::fmt::Display) -> Fault {
    Fault::Input(format!("asking: {error}"))
}

/// A report under its idempotency key.
fn filing(key: &str, point: Point) -> Result<Request<Full<Bytes>>, Fault> {
    let body = json!({
        "service_code": "call_110",
        "description": TOLD,
        "lat": point.lat(),
        "long": point.lng(),
        "contact": { "name": "Warga", "phone": "081234567890" },
    });
    Request::builder()
        .method(Method::POST)
        .uri("/api/v1/requests")
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .header("Idempotency-Key", key)
        .body(Full::new(Bytes::from(body.to_string())))
        .map_err(|error| broken(&error))
}

/// An answer, whole.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

impl Answer {
    fn must_be_created(self) -> Result<Bytes, Fault> {
        let Self { status, body, .. } = self;
        if status == StatusCode::CREATED {
            return Ok(body);
        }
        let said = String::from_utf8_lossy(&body);
        Err(Fault::Input(format!("answered {status}: {said}")))
    }
}

/// One asker's connection.
pub(super) struct Connection(http1::SendRequest<Full<Bytes>>);

impl Connection {
    pub(super) async fn open(address: SocketAddr) -> Result<Self, Fault> {
        let stream = tokio::net::TcpStream::connect(address)
            .await
            .map_err(Fault::system("connecting"))?;
        stream
            .set_nodelay(true)
            .map_err(Fault::system("connecting"))?;
        let (sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(|error| broken(&error))?;
        // It ends with the sender.
        tokio::spawn(connection);
        Ok(Self(sender))
    }

    /// Files a report; its answer, which must be 201.
    pub(super) async fn file(&mut self, key: &str, point: Point) -> Result<Bytes, Fault> {
        self.send(filing(key, point)?).await?.must_be_created()
    }

    /// Sends a request and reads its whole answer.
    pub(super) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, Fault> {
        // The connection may not be done with the last answer yet.
        self.0.ready().await.map_err(|error| broken(&error))?;
        let sent = self.0.send_request(request).await;
        let (head, body) = sent.map_err(|error| broken(&error))?.into_parts();
        let body = body.collect().await.map_err(|error| broken(&error))?;
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body: body.to_bytes(),
        })
    }
}
