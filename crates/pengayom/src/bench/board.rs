//! Lists and the chief's morning in a filled store, and how soon its node is ready.

use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use pengayom_core::pack::ServiceCode;
use pengayom_core::place::{Area, AreaCode};
use pengayom_core::subject::case::{CaseStage, Channel};
use pengayom_core::value::OfficerId;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::import::{ImportedCall, ImportedResponse};
use pengayom_node::{Clock as _, Node, SharedNode};
use pengayom_store::CaseQuery;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::{
    Told, address, forget_peak_memory, key, open_node, peak_memory_mib, percentile, rounded,
};
use crate::clock::{SystemClock, SystemRandomness};
use crate::demo;
use crate::fault::Fault;
use crate::wiring::{ServeSettings, Serving};

/// How often each question is asked.
const ASKED: usize = 300;

/// Cases in one commit while filling.
const BATCH: usize = 1_000;

/// The store is filled with so many days.
const DAYS: i64 = 365;

/// Measures lists and board once.
///
/// # Errors
/// [`Fault`] when the store or the node fails.
pub(crate) async fn board(told: Told, run: u32, folder: &Path, cases: usize) -> Result<(), Fault> {
    let row = demo::unit_row(SystemClock.now())?;
    let node = open_node(folder, "board.db", &row).await?;
    let began = Instant::now();
    fill(&node, 0..cases).await?;
    told.tell(&json!({
        "what": "filled",
        "run": run,
        "cases": cases,
        "cases_a_second": (cases as f64 / began.elapsed().as_secs_f64()).round(),
    }));
    forget_peak_memory();
    let unit = node.unit();
    let beats: Vec<AreaCode> = unit
        .geography
        .beats()
        .map(|beat| beat.code().clone())
        .collect();
    let stages = [CaseStage::Received, CaseStage::Handled, CaseStage::Closed];
    let mut waits = Vec::new();
    let mut one = Vec::new();
    for (at, beat) in beats.iter().cycle().take(ASKED).enumerate() {
        let stage = stages.get(at % stages.len()).copied();
        let query = CaseQuery {
            stages: stage.into_iter().collect(),
            beat: Some(beat.clone()),
            limit: 50,
            ..CaseQuery::default()
        };
        let began = Instant::now();
        let page = node.store().cases(&unit.id, &query).await?;
        waits.push(began.elapsed());
        if let Some(case) = page.rows.first() {
            let began = Instant::now();
            node.store().case(&unit.id, case.id).await?;
            one.push(began.elapsed());
        }
    }
    one.sort_unstable();
    let single = percentile(&one, 0.5);
    tell(told, run, "list_50_by_status_and_area", waits, single);

    let open = CaseQuery {
        stages: vec![CaseStage::Received, CaseStage::Assessed, CaseStage::Handled],
        ..CaseQuery::default()
    };
    let mut waits = Vec::new();
    for _ in 0..ASKED {
        let began = Instant::now();
        node.store().queue(&unit.id, &open, 50).await?;
        waits.push(began.elapsed());
    }
    tell(told, run, "queue_50", waits, single);

    let chief = Staff {
        id: OfficerId(node.new_id()),
        login: "bench".to_owned(),
        name: "bench".to_owned(),
        rank: None,
        station: None,
        roles: vec![Role::Commander],
        carries: unit.carried(&[Role::Commander], None, None),
    };
    let mut waits = Vec::new();
    for _ in 0..ASKED / 3 {
        let began = Instant::now();
        node.morning(&chief).await?;
        waits.push(began.elapsed());
    }
    tell(told, run, "morning_board", waits, single);
    let memory = peak_memory_mib();
    node.store().close().await;
    drop(node);
    started(told, run, folder, &row.id, cases, memory).await
}

fn tell(told: Told, run: u32, what: &str, mut waits: Vec<Duration>, single: f64) {
    waits.sort_unstable();
    told.tell(&json!({
        "what": what,
        "run": run,
        "asked": waits.len(),
        "ms_p50": percentile(&waits, 0.5),
        "ms_p99": percentile(&waits, 0.99),
        "one_case_by_id_ms_p50": single,
        "ratio_to_one_case_by_id": rounded(percentile(&waits, 0.5) / single),
    }));
}

/// From opening the store to the first answer of `/readyz`.
async fn started(
    told: Told,
    run: u32,
    folder: &Path,
    unit: &pengayom_core::value::UnitId,
    cases: usize,
    memory: Option<u64>,
) -> Result<(), Fault> {
    let began = Instant::now();
    let store = pengayom_store::open(&address(folder, "board.db")).await?;
    let opened = began.elapsed();
    let clock = Arc::new(SystemClock);
    let node = Node::open(store, unit, key()?, clock, Arc::new(SystemRandomness)).await?;
    let settings = ServeSettings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        public_url: None,
        notices: crate::notices::NoticeArguments::default(),
        api_requests_per_minute: 0,
    };
    let serving = Serving::begin(Arc::new(node), settings).await?;
    let mut stream = tokio::net::TcpStream::connect(serving.address)
        .await
        .map_err(Fault::system("connecting"))?;
    let asked = b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream
        .write_all(asked)
        .await
        .map_err(Fault::system("asking"))?;
    let mut answer = Vec::new();
    stream
        .read_to_end(&mut answer)
        .await
        .map_err(Fault::system("reading an answer"))?;
    let ready = began.elapsed();
    if !answer.starts_with(b"HTTP/1.1 200") {
        let said = String::from_utf8_lossy(&answer).into_owned();
        return Err(Fault::Input(format!("/readyz answered: {said}")));
    }
    serving.end().await?;
    let size = std::fs::metadata(folder.join("board.db")).map_or(0, |file| file.len());
    told.tell(&json!({
        "what": "start_up",
        "run": run,
        "cases": cases,
        "store_opened_ms": rounded(opened.as_secs_f64() * 1e3),
        "ready_ms": rounded(ready.as_secs_f64() * 1e3),
        "ratio_to_opening_the_store": rounded(ready.as_secs_f64() / opened.as_secs_f64()),
        "peak_memory_of_questions_mib": memory,
        "store_mib": size / (1024 * 1024),
    }));
    Ok(())
}

/// Cases of these numbers over the last year, each third waiting, handled and closed.
pub(super) async fn fill(node: &SharedNode, cases: Range<usize>) -> Result<(), Fault> {
    let unit = node.unit();
    let beats: Vec<&Area> = unit.geography.beats().collect();
    let service: ServiceCode = "call_110"
        .parse()
        .map_err(|_| Fault::Input("call_110 is no service code".to_owned()))?;
    let until = node.now();
    let step = SignedDuration::from_hours(24 * DAYS)
        .checked_div(i32::try_from(cases.len().max(1)).unwrap_or(i32::MAX))
        .unwrap_or_default();
    let mut at = until
        .saturating_sub(SignedDuration::from_hours(24 * DAYS))
        .unwrap_or(until);
    let mut appends = Vec::with_capacity(BATCH);
    let end = cases.end;
    for n in cases {
        let Some(beat) = beats.get(n.wrapping_mul(7_919) % beats.len().max(1)) else {
            break;
        };
        appends.push(node.prepare_call(ImportedCall {
            source: "bench".to_owned(),
            key: n.to_string(),
            received_at: at,
            service: service.clone(),
            channel: Channel::Phone,
            priority: None,
            note: Some(note(n, beat.name())),
            area: Some(beat.code().clone()),
            point: None,
            responses: responses(n, at, until),
            disposition: (n % 3 == 2).then(|| "selesai".to_owned()),
        })?);
        at = at.saturating_add(step).unwrap_or(until);
        if appends.len() == BATCH || n + 1 == end {
            for answer in node
                .store()
                .append_many(std::mem::take(&mut appends))
                .await?
            {
                answer?;
            }
        }
    }
    Ok(())
}

/// What is told of a case: a few words that many share, its village, and a number plate of its own.
pub(super) fn note(n: usize, village: &str) -> String {
    const WHAT: [&str; 5] = [
        "Dua sepeda motor bertabrakan di depan pasar",
        "Dompet berisi kartu dan uang hilang di terminal",
        "Rumah kosong dibuka paksa pada malam hari",
        "Orang berkelahi di pinggir jalan raya",
        "Suara musik keras sampai larut malam",
    ];
    let what = WHAT.get(n % WHAT.len()).copied().unwrap_or_default();
    format!("{what}, Desa {village}, nomor polisi {}", plate(n))
}

/// A number plate that one case has.
pub(super) fn plate(n: usize) -> String {
    let letter = |at: usize| char::from(b'A' + u8::try_from(at % 26).unwrap_or_default());
    let (first, second) = (letter(n / 9_000), letter(n / 234_000));
    format!("K{}{first}{second}", 1_000 + n % 9_000)
}

fn responses(n: usize, at: Timestamp, until: Timestamp) -> Vec<ImportedResponse> {
    let after = |minutes: i64| {
        at.checked_add(SignedDuration::from_mins(minutes))
            .unwrap_or(until)
            .min(until)
    };
    let way = i64::try_from(n % 40).unwrap_or(0);
    match n % 3 {
        0 => Vec::new(),
        kind => vec![ImportedResponse {
            unit: format!("P{}", n % 50),
            dispatched_at: Some(after(2)),
            arrived_at: Some(after(3 + way)),
            cleared_at: (kind == 2).then(|| after(60 + way)),
        }],
    }
}
