//! The pages that are asked for most, over HTTP, and search by words, in a filled store.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request, StatusCode, header};
use pengayom_core::place::{Area, Point};
use pengayom_node::access::{Role, Staff};
use pengayom_node::accounts::NewUser;
use pengayom_node::{Clock as _, Node, SharedNode};
use serde_json::json;

use super::intake::{Answer, Asked, Connection, broken};
use super::{
    Told, address, bare, board, cpu_seconds, forget_peak_memory, key, open_node_at,
    peak_memory_mib, percentile, rounded,
};
use crate::clock::{SystemClock, SystemRandomness};
use crate::demo;
use crate::fault::Fault;
use crate::wiring::{ServeSettings, Serving};

/// Login of the account that looks at the desk.
pub(super) const LOGIN: &str = "bench";

/// Reports whose pages are looked at.
const REPORTS: usize = 32;

/// How often each search is asked.
const SEARCHED: usize = 200;

/// How much is looked at.
pub(crate) struct Visits<'a> {
    /// Cases in the store.
    pub(crate) cases: usize,
    /// How long each page is asked for with each number of askers.
    pub(crate) time: Duration,
    /// Numbers of askers at once.
    pub(crate) at_once: &'a [usize],
}

/// Measures pages and searches once.
///
/// # Errors
/// [`Fault`] when the store or the server fails, or an answer is not the page.
pub(crate) async fn pages(
    told: Told,
    run: u32,
    folder: &Path,
    store: Option<&str>,
    visits: Visits<'_>,
) -> Result<(), Fault> {
    let row = demo::unit_row(SystemClock.now())?;
    let store = store.map_or_else(|| address(folder, "pages.db"), ToOwned::to_owned);
    let node = open_node_at(&store, &row).await?;
    let began = Instant::now();
    board::fill(&node, 0..visits.cases).await?;
    told.tell(&json!({
        "what": "filled",
        "run": run,
        "cases": visits.cases,
        "cases_a_second": (visits.cases as f64 / began.elapsed().as_secs_f64()).round(),
    }));
    // Opened again, as after a night: what filling kept in memory is gone.
    node.store().close().await;
    drop(node);
    let node = Arc::new(
        Node::open(
            pengayom_store::open(&store).await?,
            &row.id,
            key()?,
            Arc::new(SystemClock),
            Arc::new(SystemRandomness),
        )
        .await?,
    );
    let desk = desk(&node).await?;
    search(told, run, &node, &desk, visits.cases).await?;

    let (address, server) = bare::http().await?;
    let mut bare_rates = Vec::new();
    for &at_once in visits.at_once {
        let looks = vec![Look::of("/", String::new())];
        let asked = ask_all(address, &Arc::new(looks), at_once, visits.time / 2).await?;
        bare_rates.push(asked.rate());
    }
    server.abort();

    let session = node.sign_in(LOGIN, LOGIN_PASSWORD, "bench").await?;
    let points: Vec<Point> = node
        .unit()
        .geography
        .beats()
        .map(Area::representative_point)
        .collect();
    let settings = ServeSettings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        public_url: None,
        notices: crate::notices::NoticeArguments::default(),
        api_requests_per_minute: 0,
    };
    let serving = Serving::begin(node, settings).await?;
    let reports = reports(serving.address, &points).await?;
    let pages = [
        ("/", vec![Look::of("/", String::new())]),
        ("/lacak/{nomor}", reports),
        (
            "/meja",
            vec![Look::of("/meja", format!("session={}", session.token))],
        ),
    ];
    for (page, looks) in pages {
        let looks = Arc::new(looks);
        for (&at_once, bare) in visits.at_once.iter().zip(&bare_rates) {
            let asked = ask_all(serving.address, &looks, at_once, visits.time).await?;
            told.tell(&json!({
                "what": "page",
                "page": page,
                "run": run,
                "cases": visits.cases,
                "at_once": at_once,
                "requests_a_second": rounded(asked.rate()),
                "ms_p50": percentile(&asked.waits, 0.5),
                "ms_p99": percentile(&asked.waits, 0.99),
                "cpu_us_a_request": asked.cpu.map(|cpu| (cpu * 1e6 / asked.waits.len() as f64).round()),
                "bare_http_requests_a_second": bare.round(),
                "ratio_to_bare_http": rounded(asked.rate() / bare),
                "peak_memory_mib": peak_memory_mib(),
            }));
        }
    }
    serving.end().await
}

/// Of the account; it lives as long as the store, which is thrown away.
pub(super) const LOGIN_PASSWORD: &str = "ukur halaman ini saja";

/// Makes the account that searches and looks at the desk.
pub(super) async fn desk(node: &SharedNode) -> Result<Staff, Fault> {
    let new = NewUser {
        login: LOGIN.to_owned(),
        name: "Bench".to_owned(),
        rank: None,
        station: None,
        roles: vec![Role::Desk],
        demo: false,
    };
    node.add_user(new, LOGIN_PASSWORD).await?;
    let all = node.active_staff().await?;
    all.into_iter()
        .find(|staff| staff.login == LOGIN)
        .ok_or_else(|| Fault::Input("the account is not there".to_owned()))
}

/// Searches by words that one case has, that a village's cases have, that a fifth of all have, by
/// the beginning of such a word, and by words that no case has.
async fn search(
    told: Told,
    run: u32,
    node: &SharedNode,
    desk: &Staff,
    cases: usize,
) -> Result<(), Fault> {
    let villages: Vec<String> = node
        .unit()
        .geography
        .beats()
        .map(|beat| beat.name().to_owned())
        .collect();
    let village = |n: usize| villages.get(n % villages.len().max(1)).cloned();
    let spread = |n: usize| n.wrapping_mul(7_919) % cases.max(1);
    let kinds: [(&str, Box<dyn Fn(usize) -> String>); 6] = [
        ("plate", Box::new(|n| board::plate(spread(n)))),
        (
            "village",
            Box::new(|n| format!("desa {}", village(n).unwrap_or_default())),
        ),
        (
            "village_and_word",
            Box::new(|n| format!("motor {}", village(n).unwrap_or_default())),
        ),
        (
            "common_words",
            Box::new(|n| turn(&["motor pasar", "dompet hilang", "rumah"], n)),
        ),
        (
            "beginning_of_common_word",
            Box::new(|n| turn(&["bertabr", "domp", "larut ma"], n)),
        ),
        ("none", Box::new(|n| format!("zebra{n}"))),
    ];
    let mut all = Vec::new();
    for (kind, words) in kinds {
        let mut waits = Vec::new();
        let mut found = 0;
        for n in 0..SEARCHED {
            let words = words(n);
            let began = Instant::now();
            found += node.search_cases(desk, &words, 50).await?.len();
            waits.push(began.elapsed());
        }
        all.extend_from_slice(&waits);
        searched(told, (run, cases), kind, waits, found);
    }
    searched(told, (run, cases), "all", all, 0);
    Ok(())
}

/// Each of some words in turn.
fn turn(words: &[&str], n: usize) -> String {
    let word = words.get(n % words.len().max(1));
    word.copied().unwrap_or_default().to_owned()
}

fn searched(
    told: Told,
    (run, cases): (u32, usize),
    kind: &str,
    mut waits: Vec<Duration>,
    found: usize,
) {
    waits.sort_unstable();
    told.tell(&json!({
        "what": "search",
        "by": kind,
        "run": run,
        "cases": cases,
        "asked": waits.len(),
        "found_each": rounded(found as f64 / waits.len() as f64),
        "ms_p50": percentile(&waits, 0.5),
        "ms_p99": percentile(&waits, 0.99),
    }));
}

/// A page, and the cookie it is asked for with.
pub(super) struct Look {
    path: String,
    cookie: String,
}

impl Look {
    pub(super) fn of(path: &str, cookie: String) -> Self {
        let path = path.to_owned();
        Self { path, cookie }
    }

    /// As a browser asks.
    fn request(&self) -> Result<Request<Full<Bytes>>, Fault> {
        request(Method::GET, &self.path, &self.cookie)
            .header(header::ACCEPT_ENCODING, "gzip, deflate, br")
            .body(Full::default())
            .map_err(|error| broken(&error))
    }
}

pub(super) fn request(method: Method, path: &str, cookie: &str) -> hyper::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::ACCEPT, "text/html")
        .header(header::COOKIE, cookie)
}

/// Files reports and opens each with its number and code, as its reporter does.
async fn reports(address: SocketAddr, points: &[Point]) -> Result<Vec<Look>, Fault> {
    let mut connection = Connection::open(address).await?;
    let mut looks = Vec::new();
    for (n, point) in points.iter().cycle().take(REPORTS).enumerate() {
        let key = format!("{}-{n}", uuid::Uuid::new_v4().simple());
        let filed = connection.file(&key, *point).await?;
        let filed: serde_json::Value =
            serde_json::from_slice(&filed).map_err(|error| broken(&error))?;
        let of = |name: &str| {
            let found = filed.get(name).and_then(serde_json::Value::as_str);
            found.unwrap_or_default().to_owned()
        };
        let (number, secret) = (of("tracking_code"), of("secret"));
        // Not compressed, so that its form can be read.
        let form = request(Method::GET, "/lacak", "").body(Full::default());
        let page = connection.send(form.map_err(|error| broken(&error))?);
        let page = page.await?;
        let body = format!("csrf={}&nomor={number}&kode={secret}", csrf(&page)?);
        let open = request(Method::POST, "/lacak", &cookies(&page))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Full::new(Bytes::from(body)))
            .map_err(|error| broken(&error))?;
        let opened = connection.send(open).await?;
        if opened.status != StatusCode::SEE_OTHER {
            let status = opened.status;
            return Err(Fault::Input(format!("/lacak answered {status}")));
        }
        looks.push(Look {
            path: format!("/lacak/{number}"),
            cookie: cookies(&opened),
        });
    }
    Ok(looks)
}

/// The token in a page's form, which is sent back with it.
pub(super) fn csrf(page: &Answer) -> Result<String, Fault> {
    let text = String::from_utf8_lossy(&page.body);
    let after = text.split_once("name=\"csrf\" value=\"");
    let token = after.and_then(|(_, rest)| rest.split_once('"'));
    token
        .map(|(token, _)| token.to_owned())
        .ok_or_else(|| Fault::Input("the form has no token".to_owned()))
}

/// The cookies an answer sets, as they are sent back.
pub(super) fn cookies(answer: &Answer) -> String {
    let set = answer.headers.get_all(header::SET_COOKIE).iter();
    let pairs: Vec<&str> = set
        .filter_map(|cookie| cookie.to_str().ok()?.split(';').next())
        .collect();
    pairs.join("; ")
}

/// Asks with so many askers at once until the time is over, each for one page again and again.
pub(super) async fn ask_all(
    address: SocketAddr,
    looks: &Arc<Vec<Look>>,
    at_once: usize,
    time: Duration,
) -> Result<Asked, Fault> {
    forget_peak_memory();
    let (began, cpu) = (Instant::now(), cpu_seconds());
    let askers: Vec<_> = (0..at_once)
        .map(|asker| {
            let looks = Arc::clone(looks);
            tokio::spawn(async move {
                let mut connection = Connection::open(address).await?;
                let mut waits = Vec::new();
                let look = looks.get(asker % looks.len().max(1));
                while let Some(look) = look.filter(|_| began.elapsed() < time) {
                    let request = look.request()?;
                    let asked = Instant::now();
                    let answer = connection.send(request).await?;
                    waits.push(asked.elapsed());
                    if answer.status != StatusCode::OK {
                        let (path, status) = (&look.path, answer.status);
                        return Err(Fault::Input(format!("{path} answered {status}")));
                    }
                }
                Ok(waits)
            })
        })
        .collect();
    Asked::of(askers, began, cpu).await
}
