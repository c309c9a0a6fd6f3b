//! Pages about being told of news: asked for on the form, changed by the reporter, stopped from a notice,
//! and seen to by the desk when it did not arrive (S76).

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use pengayom_core::notice::Way;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::value::CaseId;
use pengayom_node::access::{Role, Staff};
use pengayom_node::jobs;
use pengayom_node::notices::{GatewaySettings, NoticeSettings, PushSettings, send_once};
use pengayom_node::outside::Guard;
use support::{Answer, Browser, STOLEN, Site};

/// A gateway that answers everything with one status and keeps the bodies.
struct Gateway {
    url: String,
    bodies: Arc<Mutex<Vec<String>>>,
    status: Arc<Mutex<u16>>,
}

impl Gateway {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let bodies: Arc<Mutex<Vec<String>>> = Arc::default();
        let status = Arc::new(Mutex::new(202));
        let (heard, says) = (Arc::clone(&bodies), Arc::clone(&status));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut text = String::new();
                let mut piece = [0_u8; 4096];
                while !text.contains('}') {
                    let n = stream.read(&mut piece).unwrap();
                    if n == 0 {
                        break;
                    }
                    text.push_str(&String::from_utf8_lossy(&piece[..n]));
                }
                let body = text.split("\r\n\r\n").nth(1).unwrap_or_default();
                heard.lock().unwrap().push(body.to_owned());
                let status = *says.lock().unwrap();
                let answer = format!(
                    "HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                );
                stream.write_all(answer.as_bytes()).unwrap();
            }
        });
        Self {
            url,
            bodies,
            status,
        }
    }

    fn texts(&self) -> Vec<String> {
        let bodies = self.bodies.lock().unwrap();
        bodies
            .iter()
            .map(|body| {
                let said: serde_json::Value = serde_json::from_str(body).unwrap();
                said["text"].as_str().unwrap().to_owned()
            })
            .collect()
    }
}

async fn site(gateway: &Gateway) -> Site {
    let site = Site::pati().await;
    let settings = NoticeSettings {
        site: "http://localhost".to_owned(),
        mail: None,
        gateway: Some(GatewaySettings {
            url: gateway.url.clone(),
            token: "kunci gerbang yang panjang".to_owned().into(),
            report_secret: Some("rahasia laporan gerbang".to_owned().into()),
            ways: vec![Way::Sms],
            patience: None,
        }),
        push: Some(PushSettings {
            contact: "mailto:admin@polres-pati.example".to_owned(),
            plain: false,
        }),
        guard: Guard::new().allowing(["127.0.0.1".parse().unwrap()]),
    };
    site.node.tell_by(settings).unwrap();
    site
}

async fn send(site: &Site) {
    while jobs::work_once(&site.node).await.unwrap() {}
    while send_once(&site.node, &Way::ALL).await.unwrap() {}
}

/// A report of a kind with what stands on the last question.
async fn report<'s>(
    site: &'s Site,
    slug: &str,
    contact: &[(&str, &str)],
) -> Result<(Browser<'s>, String), Box<Answer>> {
    let mut browser = site.browser();
    browser.get(&format!("/lapor/{slug}/bahaya")).await;
    let mut answer = None;
    for (step, fields) in STOLEN {
        let fields = if step == "kontak" { contact } else { fields };
        let fields: Vec<(&str, &str)> = fields
            .iter()
            .map(|(name, value)| match (*name, slug) {
                ("apa", "bantuan-1") => ("apa", "home_hit"),
                _ => (*name, *value),
            })
            .collect();
        let sent = browser
            .post(&format!("/lapor/{slug}/{step}"), &fields)
            .await;
        if sent.status != StatusCode::SEE_OTHER {
            return Err(Box::new(sent));
        }
        answer = Some(browser.follow(sent).await);
    }
    let command = answer.unwrap().value_of("perintah").unwrap();
    let sent = browser
        .post("/lapor/periksa", &[("perintah", &command)])
        .await;
    browser.follow(sent).await;
    let text = browser.get("/lapor/terkirim.txt").await.text;
    let code = text.lines().nth(1).unwrap().rsplit_once(": ").unwrap().1;
    Ok((site.browser(), code.to_owned()))
}

async fn open(browser: &mut Browser<'_>, number: &str, code: &str) -> Answer {
    browser.get("/lacak").await;
    let answer = browser
        .post("/lacak", &[("nomor", number), ("kode", code)])
        .await;
    browser.follow(answer).await
}

async fn answered(site: &Site, desk: &Staff) -> CaseId {
    let case = site.node.waiting(desk, 9).await.unwrap();
    let case = case.iter().map(|row| row.id).max().unwrap();
    let command = CaseCommand::Answer {
        text: "Kami datang besok".to_owned(),
        next_news_by: None,
    };
    site.node
        .change_case(desk, case, None, command, None)
        .await
        .unwrap();
    case
}

// S76
#[tokio::test]
async fn the_form_asks_gently_and_the_reporter_changes_it_at_any_time() {
    let gateway = Gateway::new();
    let site = site(&gateway).await;
    let desk = site.account(Role::Desk).await;
    // Wanting to be told without saying where is put right before anything is sent.
    let wrong = report(&site, "dicuri", &[("lewat", "sms")]).await;
    let wrong = wrong.err().unwrap();
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        wrong.words().contains("Tulis nomor telepon"),
        "{}",
        wrong.words()
    );
    assert!(wrong.text.contains("value=\"sms\" checked"));
    let contact = [("telepon", "081234567890"), ("lewat", "sms")];
    let (mut browser, code) = report(&site, "dicuri", &contact).await.unwrap();
    send(&site).await;
    assert_eq!(gateway.texts().len(), 1);
    let number = "PTI-2611-0001";
    let page = open(&mut browser, number, &code).await;
    assert!(
        page.words().contains("kami beri tahu lewat SMS"),
        "{}",
        page.words()
    );
    let page = browser.get("/lacak/PTI-2611-0001/kabar").await;
    assert!(page.text.contains("value=\"sms\" checked"));
    assert!(page.words().contains("pukul 07.00 sampai 20.00"));
    // Only the morning, and then not at all.
    let chosen = [("lewat", "sms"), ("jam", "morning"), ("jam", "never")];
    let saved = browser.post("/lacak/PTI-2611-0001/kabar", &chosen).await;
    let page = browser.follow(saved).await;
    assert!(page.words().contains("Pilihan Anda disimpan"));
    assert!(page.text.contains("value=\"morning\" checked"));
    answered(&site, &desk).await;
    send(&site).await;
    assert_eq!(gateway.texts().len(), 1);
    // The desk sees how.
    let case = site.node.waiting(&desk, 1).await.unwrap()[0].id;
    let mut officer = site.signed_in("desk").await;
    let page = officer.get(&format!("/perkara/{case}")).await;
    assert!(
        page.words().contains("kami beri tahu lewat SMS. Pagi"),
        "{}",
        page.words()
    );
    let none = [("lewat", "sms"), ("berhenti", "ya")];
    let saved = browser.post("/lacak/PTI-2611-0001/kabar", &none).await;
    let page = browser.follow(saved).await;
    assert!(page.words().contains("Kami tidak mengirim kabar"));
    site.clock.pass(24 * 60);
    send(&site).await;
    assert_eq!(gateway.texts().len(), 1);
}

// S76
#[tokio::test]
async fn of_a_sensitive_report_the_page_warns_and_has_no_title() {
    let gateway = Gateway::new();
    let site = site(&gateway).await;
    let contact = [("telepon", "081234567890")];
    let (mut browser, code) = report(&site, "bantuan-1", &contact).await.unwrap();
    send(&site).await;
    open(&mut browser, "PTI-2611-0001", &code).await;
    let page = browser.get("/lacak/PTI-2611-0001/kabar").await;
    assert_eq!(page.inner("title"), "Cara memberi tahu Anda");
    assert!(page.words().contains("orang lain tidak membaca pesan Anda"));
    assert!(!page.text.contains("value=\"sms\" checked"));
    assert_eq!(gateway.texts().len(), 0);
}

// Nobody without number and code sees or changes it.
#[tokio::test]
async fn nobody_else_sees_or_changes_how_somebody_is_told() {
    let gateway = Gateway::new();
    let site = site(&gateway).await;
    let contact = [("telepon", "081234567890"), ("lewat", "sms")];
    report(&site, "dicuri", &contact).await.unwrap();
    let mut other = site.browser();
    other.get("/lacak").await;
    for (path, fields) in [
        ("/lacak/PTI-2611-0001/kabar", &[("berhenti", "ya")][..]),
        (
            "/lacak/PTI-2611-0001/kabar/peramban",
            &[("endpoint", "https://a.example/")],
        ),
    ] {
        let answer = other.post(path, fields).await;
        let refused = answer.location().starts_with("/lacak?nomor=")
            || answer.status == StatusCode::NOT_FOUND;
        assert!(refused, "{path}: {}", answer.status);
    }
    let seen = other.get("/lacak/PTI-2611-0001/kabar").await;
    assert_eq!(seen.location(), "/lacak?nomor=PTI-2611-0001");
    send(&site).await;
    assert_eq!(gateway.texts().len(), 1);
}

// S76
#[tokio::test]
async fn a_notice_leads_to_a_page_that_stops_it_in_both_languages() {
    let gateway = Gateway::new();
    let site = site(&gateway).await;
    let desk = site.account(Role::Desk).await;
    let contact = [("telepon", "081234567890"), ("lewat", "sms")];
    report(&site, "dicuri", &contact).await.unwrap();
    send(&site).await;
    let text = gateway.texts().remove(0);
    let path = text.split("http://localhost").nth(1).unwrap().to_owned();
    let mut reader = site.browser();
    let page = reader.get(&path).await;
    assert!(
        page.words()
            .contains("Kami masih mengirim kabar laporan ini")
    );
    assert!(
        !page.words().contains("PTI-2611"),
        "a link may lie where others see it"
    );
    let english = reader.get(&format!("{path}?lang=en")).await;
    assert!(
        english
            .words()
            .contains("We still send news of this report")
    );
    let one_click = Request::builder()
        .method(Method::POST)
        .uri(&path)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from("List-Unsubscribe=One-Click"))
        .unwrap();
    assert_eq!(site.ask(one_click).await.status, StatusCode::NO_CONTENT);
    site.clock.pass(11 * 60);
    answered(&site, &desk).await;
    send(&site).await;
    assert_eq!(gateway.texts().len(), 1);
    let again = reader.post(&path, &[("apa", "lagi")]).await;
    let page = reader.follow(again).await;
    assert!(page.words().contains("We still send"), "{}", page.words());
    let all = reader.post(&path, &[("apa", "semua")]).await;
    let page = reader.follow(all).await;
    assert!(page.words().contains("All news to this number"));
    assert_eq!(
        reader.post(&path, &[("apa", "x")]).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        reader.get("/kabar/tidak-ada").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn what_did_not_arrive_is_seen_to_by_the_desk_and_by_nobody_else() {
    let gateway = Gateway::new();
    let site = site(&gateway).await;
    site.account(Role::Desk).await;
    site.account(Role::Patrol).await;
    site.account(Role::Admin).await;
    *gateway.status.lock().unwrap() = 422;
    let contact = [
        ("nama", "Siti"),
        ("telepon", "081234567890"),
        ("lewat", "sms"),
    ];
    report(&site, "dicuri", &contact).await.unwrap();
    send(&site).await;
    for login in ["patrol", "admin"] {
        let mut other = site.signed_in(login).await;
        let page = other.get("/meja/kiriman").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN, "{login}");
    }
    assert_eq!(
        site.browser().get("/meja/kiriman").await.status,
        StatusCode::SEE_OTHER
    );
    let mut desk = site.signed_in("desk").await;
    let page = desk.get("/meja").await;
    assert!(page.words().contains("Kabar gagal terkirim: 1"));
    let page = desk.get("/meja/serah-terima").await;
    assert!(
        page.words().contains("Kabar tidak sampai 1"),
        "{}",
        page.words()
    );
    let page = desk.get("/meja/kiriman").await;
    for expected in ["Siti", "081234567890", "menolak", "PTI-2611-0001"] {
        assert!(
            page.words().contains(expected),
            "{expected}: {}",
            page.words()
        );
    }
    let from = page.text.find("/meja/kiriman/").unwrap();
    let action = page.text[from..].split('"').next().unwrap().to_owned();
    let by = page.value_of("oleh").unwrap();
    let refused = desk
        .post(&action, &[("oleh", &by), ("apa", "batal"), ("alasan", "")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.words().contains("Tulis alasannya"));
    let words = "Sudah tahu dari tetangga";
    let again = desk
        .post(
            &action,
            &[("oleh", &by), ("apa", "ulang"), ("alasan", words)],
        )
        .await;
    desk.follow(again).await;
    send(&site).await;
    assert_eq!(gateway.texts().len(), 2);
    let done = desk
        .post(
            &action,
            &[("oleh", &by), ("apa", "telepon"), ("alasan", words)],
        )
        .await;
    let page = desk.follow(done).await;
    assert!(
        page.words().contains("Semua kabar terkirim"),
        "{}",
        page.words()
    );
    let late = desk.post(&action, &[("oleh", &by), ("apa", "ulang")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn a_forged_report_of_the_gateway_is_refused() {
    let gateway = Gateway::new();
    let site = site(&gateway).await;
    for signed in ["", "t=1,v1=00", "t=,v1=", "x"] {
        let report = Request::builder()
            .method(Method::POST)
            .uri("/gerbang/laporan")
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-pengayom-signature", signed)
            .body(Body::from("{}"))
            .unwrap();
        assert_eq!(
            site.ask(report).await.status,
            StatusCode::FORBIDDEN,
            "{signed}"
        );
    }
    let large = Request::builder()
        .method(Method::POST)
        .uri("/gerbang/laporan")
        .header(header::HOST, "localhost")
        .body(Body::from("x".repeat(100_000)))
        .unwrap();
    assert_eq!(site.ask(large).await.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn where_no_way_is_configured_nothing_is_asked_or_promised() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    let page = browser.get("/lapor/dicuri/kontak").await;
    assert!(!page.text.contains("name=\"lewat\""), "{}", page.words());
    let worker = browser.get("/pekerja-kabar.js").await;
    assert!(
        worker
            .header(header::CONTENT_TYPE)
            .starts_with("text/javascript")
    );
}
