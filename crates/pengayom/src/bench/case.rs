//! One case with many acts: a decision about it, its page, and a letter of it, over HTTP.

use std::hint::black_box;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::body::Bytes;
use hyper::{Method, StatusCode, header};
use pengayom_core::act::Actor;
use pengayom_core::subject::Moment;
use pengayom_core::subject::case::{Case, CaseCommand, Channel, Harm, LETTERS_MAX, decide};
use pengayom_core::value::{CaseId, CommandId};
use pengayom_node::access::Staff;
use pengayom_node::handle::case::FileRequest;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::{Clock as _, PersonDetails, SharedNode};
use serde_json::json;

use super::intake::{Connection, broken};
use super::pages::{LOGIN, LOGIN_PASSWORD, Look, ask_all, cookies, csrf, desk, request};
use super::{Told, bare, open_node, percentile, rounded};
use crate::clock::SystemClock;
use crate::demo;
use crate::fault::Fault;
use crate::wiring::{ServeSettings, Serving};

/// How much is asked.
pub(crate) struct CaseWork {
    /// Acts of the case.
    pub(crate) acts: usize,
    /// Decisions, each about the case as it is after its acts.
    pub(crate) decisions: u32,
    /// How long its page is asked for.
    pub(crate) time: Duration,
    /// Letters, half of them looked at only and half issued.
    pub(crate) letters: u32,
}

/// Measures once.
///
/// # Errors
/// [`Fault`] when the store or the server fails, or an answer is not what was asked for.
pub(crate) async fn case(told: Told, run: u32, folder: &Path, work: CaseWork) -> Result<(), Fault> {
    let row = demo::unit_row(SystemClock.now())?;
    let node = open_node(folder, "case.db", &row).await?;
    let desk = desk(&node).await?;
    let short = file(&node, &desk).await?;
    let mut short_ones = Vec::new();
    for _ in 0..(work.letters / 2).div_ceil(LETTERS_MAX).max(1) {
        short_ones.push(file(&node, &desk).await?);
    }
    let id = file(&node, &desk).await?;
    let began = Instant::now();
    while usize::try_from(node.case_history(&desk, id).await?.case.version).unwrap_or(0) < work.acts
    {
        node.change_case(&desk, id, None, answer(), None).await?;
    }
    told.tell(&json!({
        "what": "filled",
        "run": run,
        "acts": work.acts,
        "seconds": rounded(began.elapsed().as_secs_f64()),
    }));
    for of in [short, id] {
        decisions(told, run, &node, &desk, of, work.decisions).await?;
    }

    let (at, server) = bare::http().await?;
    let looks = Arc::new(vec![Look::of("/", String::new())]);
    let bare = ask_all(at, &looks, 1, work.time / 2).await?;
    server.abort();
    let session = node.sign_in(LOGIN, LOGIN_PASSWORD, "bench").await?;
    let cookie = format!("session={}", session.token);
    let settings = ServeSettings {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        public_url: None,
        notices: crate::notices::NoticeArguments::default(),
        api_requests_per_minute: 0,
    };
    let serving = Serving::begin(node, settings).await?;
    let looks = Arc::new(vec![Look::of(&format!("/perkara/{id}"), cookie.clone())]);
    let page = ask_all(serving.address, &looks, 1, work.time).await?;
    told.tell(&json!({
        "what": "case_page",
        "run": run,
        "acts": work.acts,
        "asked": page.waits.len(),
        "ms_p50": percentile(&page.waits, 0.5),
        "ms_p99": percentile(&page.waits, 0.99),
        "bare_http_ms_p50": percentile(&bare.waits, 0.5),
        "ratio_to_bare_http": rounded(percentile(&page.waits, 0.5) / percentile(&bare.waits, 0.5).max(0.001)),
    }));
    for (what, act) in [("letter_looked_at", "contoh"), ("letter_issued", "terbit")] {
        let mut waits = Vec::new();
        let mut left = work.letters / 2;
        for of in &short_ones {
            let count = left.min(LETTERS_MAX);
            waits.extend(letters(serving.address, *of, &cookie, act, count).await?);
            left -= count;
        }
        waits.sort_unstable();
        told.tell(&json!({
            "what": what,
            "run": run,
            "letters": waits.len(),
            "ms_p50": percentile(&waits, 0.5),
            "ms_p99": percentile(&waits, 0.99),
            "ratio_to_bare_http": rounded(percentile(&waits, 0.5) / percentile(&bare.waits, 0.5).max(0.001)),
        }));
    }
    serving.end().await
}

/// Files a request and takes it.
async fn file(node: &SharedNode, desk: &Staff) -> Result<CaseId, Fault> {
    let beat = node
        .unit()
        .geography
        .beats()
        .next()
        .map(|beat| beat.code().clone());
    let area = beat.ok_or_else(|| Fault::Input("the unit has no beat".to_owned()))?;
    let service = "lp_b".parse();
    let service = service.map_err(|_| Fault::Input("the pack has no service lp_b".to_owned()))?;
    let asked = FileRequest {
        command: CommandId(node.new_id()),
        service,
        report_kind: None,
        channel: Channel::Desk,
        paper: None,
        description: "Sepeda motor hilang dari halaman rumah".to_owned(),
        when_text: None,
        occurred_at: None,
        harm: Harm::default(),
        danger: false,
        place: PlaceInput::Area { area, text: None },
        reporter: PersonDetails::default(),
        media: Vec::new(),
        simulated: false,
    };
    let id = node
        .file_request(asked, &Actor::Officer { id: desk.id })
        .await?
        .case;
    let take = CaseCommand::Take { by: desk.id };
    node.change_case(desk, id, None, take, None).await?;
    Ok(id)
}

fn answer() -> CaseCommand {
    CaseCommand::Answer {
        text: "Petugas sudah ke tempat kejadian dan menanyai dua saksi".to_owned(),
        next_news_by: None,
    }
}

/// Decides on one command again and again, beside making the command alone.
async fn decisions(
    told: Told,
    run: u32,
    node: &SharedNode,
    desk: &Staff,
    id: CaseId,
    count: u32,
) -> Result<(), Fault> {
    let case: Case = node.case_history(desk, id).await?.case;
    let unit = node.unit();
    let method = unit.method();
    let actor = Actor::Officer { id: desk.id };
    let now = node.now();
    let moment = Moment {
        happened_at: now,
        recorded_at: now,
    };
    let command = answer();
    let timed = |ask: &dyn Fn(CaseCommand) -> bool| {
        let began = Instant::now();
        let done = (0..count).all(|_| ask(black_box(command.clone())));
        (began.elapsed(), done)
    };
    let (alone, _) = timed(&|command| {
        black_box(&command);
        true
    });
    let (all, done) = timed(&|command| {
        black_box(decide(
            Some(black_box(&case)),
            command,
            &actor,
            moment,
            &method,
        ))
        .is_ok()
    });
    if !done {
        return Err(Fault::Input("the answer was refused".to_owned()));
    }
    let each = |all: Duration| all.as_secs_f64() * 1e6 / f64::from(count.max(1));
    told.tell(&json!({
        "what": "decide",
        "run": run,
        "acts": case.version,
        "decisions": count,
        "us_each": rounded(each(all)),
        "command_alone_us_each": rounded(each(alone)),
        "ratio_to_command_alone": rounded(each(all) / each(alone).max(0.000_001)),
    }));
    Ok(())
}

/// Asks for so many letters, one after another, as the form at the desk does; how long each took.
async fn letters(
    address: SocketAddr,
    id: CaseId,
    cookie: &str,
    act: &str,
    count: u32,
) -> Result<Vec<Duration>, Fault> {
    let mut connection = Connection::open(address).await?;
    let path = format!("/perkara/{id}/surat");
    let form = request(Method::GET, &format!("{path}?jenis=handover"), cookie);
    let form = form.body(http_body_util::Full::default());
    let page = connection
        .send(form.map_err(|error| broken(&error))?)
        .await?;
    let cookie = format!("{cookie}; {}", cookies(&page));
    let token = csrf(&page)?;
    let mut waits = Vec::new();
    for _ in 0..count {
        let command = uuid::Uuid::new_v4();
        let body = format!(
            "csrf={token}&perintah={command}&jenis=handover&isi-giver=Budi+Santoso&isi-taker=Siti+Aminah&isi-items=Satu+sepeda+motor"
        );
        let asked = request(Method::POST, &format!("{path}/{act}"), &cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(http_body_util::Full::new(Bytes::from(body)))
            .map_err(|error| broken(&error))?;
        let began = Instant::now();
        let answer = connection.send(asked).await?;
        waits.push(began.elapsed());
        let made = match act {
            "contoh" => answer.status == StatusCode::OK && answer.body.starts_with(b"%PDF-"),
            _ => answer.status == StatusCode::SEE_OTHER,
        };
        if !made {
            let status = answer.status;
            return Err(Fault::Input(format!("{path}/{act} answered {status}")));
        }
    }
    Ok(waits)
}
