//! Response times by station and hour, as page, CSV and JSON.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use axum::http::StatusCode;
use pengayom_core::act::Actor;
use pengayom_core::subject::case::{CaseCommand, Channel, Harm};
use pengayom_core::value::CommandId;
use pengayom_node::PersonDetails;
use pengayom_node::access::Role;
use pengayom_node::handle::case::FileRequest;
use pengayom_node::handle::place::PlaceInput;

use support::Site;

/// Five disturbances in Juwana answered after eight minutes, one in Tayu after eight.
async fn answered(site: &Site) {
    let desk = site.account(Role::Desk).await;
    let mut cases = Vec::new();
    for area in ["33.18.08.2022"; 5].into_iter().chain(["33.18.19.2001"]) {
        let request = FileRequest {
            command: CommandId(site.node.new_id()),
            service: "gangguan".parse().unwrap(),
            report_kind: None,
            channel: Channel::Phone,
            paper: None,
            description: "Ada keributan".into(),
            when_text: None,
            occurred_at: None,
            harm: Harm::default(),
            danger: false,
            place: PlaceInput::Area {
                area: area.parse().unwrap(),
                text: None,
            },
            reporter: PersonDetails::default(),
            media: Vec::new(),
            simulated: false,
        };
        cases.push(
            site.node
                .file_request(request, &Actor::Citizen)
                .await
                .unwrap()
                .case,
        );
    }
    site.clock.pass(8);
    for case in cases {
        let answer = CaseCommand::Answer {
            text: "Petugas datang".into(),
            next_news_by: None,
        };
        site.node
            .change_case(&desk, case, None, answer, None)
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn page_and_files_tell_the_same_and_hide_middles_of_too_few() {
    // S15 S16
    let site = Site::pati().await;
    answered(&site).await;
    let chief = site.account(Role::Commander).await;
    let mut browser = site.signed_in(&chief.login).await;
    let page = browser.get("/pimpinan/tanggap").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("Aspek: Konsistensi")); // S6
    assert!(page.text.contains("Polsek Juwana"));
    assert!(page.text.contains("terlalu sedikit"));
    let json = browser.get("/pimpinan/tanggap.json").await.json();
    assert_eq!(json["filed"], 6);
    let figure = |station: &str| {
        let figures = json["figures"].as_array().unwrap();
        let fits = |row: &&serde_json::Value| row["station"] == station && row["hour"].is_null();
        figures.iter().find(fits).unwrap().clone()
    };
    assert_eq!(figure("polsek-juwana")["n"], 5);
    // Within the histogram's stated error of eight minutes.
    let median = figure("polsek-juwana")["median_seconds"].as_f64().unwrap();
    assert!((median / 480.0 - 1.0).abs() < 0.045, "{median}");
    assert!(figure("polsek-tayu")["median_seconds"].is_null());
    let csv = browser.get("/pimpinan/tanggap.csv").await.text;
    assert!(csv.starts_with("station,hour,n,median_seconds,p90_seconds\r\n"));
    assert!(csv.contains("polsek-tayu,,1,,\r\n"), "{csv}");
}

#[tokio::test]
async fn wrong_days_are_told_and_kept() {
    let site = Site::pati().await;
    let chief = site.account(Role::Commander).await;
    let mut browser = site.signed_in(&chief.login).await;
    let turned = browser
        .get("/pimpinan/tanggap?dari=2026-11-24&sampai=2026-11-01")
        .await;
    assert_eq!(turned.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(turned.text.contains("value=\"2026-11-01\""));
    let bad = browser.get("/pimpinan/tanggap?dari=kemarin").await;
    assert_eq!(bad.status, StatusCode::UNPROCESSABLE_ENTITY);
    let long = browser
        .get("/pimpinan/tanggap?dari=0001-01-01&sampai=9999-12-31")
        .await;
    assert_eq!(long.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn only_those_who_read_the_board_see_it() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let nobody = site.browser().get("/pimpinan/tanggap").await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
    let mut browser = site.signed_in(&desk.login).await;
    for path in [
        "/pimpinan/tanggap",
        "/pimpinan/tanggap.csv",
        "/pimpinan/tanggap.json",
    ] {
        assert_eq!(
            browser.get(path).await.status,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_board_counts_requests_by_duty_and_by_police_function() {
    // S1 S2
    let site = Site::pati().await;
    answered(&site).await;
    let chief = site.account(Role::Commander).await;
    let mut browser = site.signed_in(&chief.login).await;
    let page = browser.get("/pimpinan").await.text;
    let pack = site.node.unit().pack.clone();
    let service = pack.service(&"gangguan".parse().unwrap()).unwrap().clone();
    let duty = pack.duty(&service.duty).unwrap().name.id.clone();
    let function = pack.function(service.function).unwrap().name.id.clone();
    for name in [duty, function] {
        let row = format!("<dt>{name}</dt><dd class=\"number\">6</dd>");
        assert!(page.contains(&row), "{row}");
    }
}

#[tokio::test]
async fn services_stand_under_their_duty_and_public_order_comes_first() {
    // S2
    let site = Site::pati().await;
    let page = site.browser().get("/layanan").await.text;
    let pack = site.node.unit().pack.clone();
    let at = |code: &str| page.find(&format!("id=\"tugas-{code}\"")).unwrap();
    let first = pack.duties()[0].code.as_str();
    assert_eq!(first, "kamtibmas");
    for duty in &pack.duties()[1..] {
        let served = pack
            .services()
            .iter()
            .any(|service| service.duty == duty.code);
        assert!(!served || at(first) < at(duty.code.as_str()));
    }
    let one = site.browser().get("/layanan/gangguan").await.text;
    let service = pack.service(&"gangguan".parse().unwrap()).unwrap();
    assert!(one.contains(pack.duty(&service.duty).unwrap().name.id.as_str()));
}
