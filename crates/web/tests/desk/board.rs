//! The chief's morning.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::subject::encounter::PersonCapacity;
use pengayom_core::subject::feedback::Answer as Judged;
use pengayom_core::value::CommandId;
use pengayom_node::PersonDetails;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::encounter::RecordEncounter;
use pengayom_node::handle::place::PlaceInput;

use crate::support::Site;
use crate::{Report, THEFT};

/// An encounter that its person judges: the same answer to every item.
async fn judged(site: &Site, officer: &Staff, answer: Judged) {
    let record = RecordEncounter {
        command: CommandId(site.node.new_id()),
        person: PersonDetails::default(),
        capacity: PersonCapacity::Resident,
        case: None,
        service: "laka".parse().unwrap(),
        function: "order".to_owned(),
        role: "servant".to_owned(),
        explained: Vec::new(),
        force_used: false,
        force_stage: None,
        legal_basis: None,
        note: None,
        place: PlaceInput::Unknown,
        happened_at: None,
        simulated: false,
    };
    let card = site.node.record_encounter(officer, record).await.unwrap();
    let rateable = site.node.rateable(&card.code, "test").await.unwrap();
    let unit = site.node.unit();
    let items = unit.pack.survey().form_items();
    let answers: BTreeMap<String, Judged> =
        items.map(|item| (item.code.to_string(), answer)).collect();
    site.node
        .give_feedback(rateable, answers, None, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn the_board_is_for_the_chief_and_oversight() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Oversight).await;
    let mut desk = site.signed_in("desk").await;
    for address in ["/pimpinan", "/pimpinan.csv", "/pimpinan.json"] {
        let answer = desk.get(address).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address}");
        assert!(
            answer.words().contains("Kepala satuan"),
            "{}",
            answer.words()
        );
        assert_eq!(
            site.browser().get(address).await.status,
            StatusCode::SEE_OTHER
        );
    }
    let mut oversight = site.signed_in("oversight").await;
    assert_eq!(oversight.get("/pimpinan").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_empty_unit_says_so_and_draws_no_zero() {
    let site = Site::pati().await;
    site.account(Role::Commander).await;
    let mut chief = site.signed_in("commander").await;
    let page = chief.get("/pimpinan").await;
    let words = page.words();
    for empty in [
        "Pagi ini, Selasa, 24 November 2026",
        "Tidak ada yang menunggu keputusan Anda",
        "Tidak ada yang terlambat",
        "Sampai pukul 21.30 WIB belum ada laporan masuk hari ini",
        "Belum ada jawaban pertama",
        "Data belum cukup (n = 0, perlu 1)",
    ] {
        assert!(words.contains(empty), "{empty}: {words}");
    }
    assert!(
        !page.text.contains("<rect"),
        "no bar where nothing was measured"
    );
    assert!(!words.contains("0%"), "{words}");
}

#[tokio::test]
async fn a_judgement_shows_on_the_board_in_the_same_minute() {
    // S5 S6
    let site = Site::pati().await;
    let officer = site.account(Role::Patrol).await;
    site.account(Role::Commander).await;
    let mut chief = site.signed_in("commander").await;
    for _ in 0..4 {
        judged(&site, &officer, Judged::Yes).await;
    }
    let words = chief.get("/pimpinan").await.words();
    assert!(
        words.contains("Disembunyikan, kurang dari 5 orang"),
        "{words}"
    );
    assert!(!words.contains("n 4"), "{words}");
    judged(&site, &officer, Judged::No).await;
    let page = chief.get("/pimpinan").await;
    let words = page.words();
    // Four of five said yes: 80 %, Wilson interval 38 to 96 %.
    assert!(
        words.contains("80% menjawab “Ya” atau “Sangat” (38–96%; n 5)"),
        "{words}"
    );
    for aspect in ["Kompetensi", "Konsistensi", "Keberadaban"] {
        assert!(words.contains(aspect), "{aspect}");
    }
    assert!(
        page.text.contains("class=\"interval\""),
        "the interval is drawn"
    );
    assert!(words.contains("Apa yang tidak dikatakan angka ini"));
    assert!(
        !words.contains("Sari patrol"),
        "no officer is named or ranked"
    );
}

#[tokio::test]
async fn trust_and_liking_stand_apart() {
    // S39 S41
    let site = Site::pati().await;
    site.account(Role::Commander).await;
    let mut chief = site.signed_in("commander").await;
    let page = chief.get("/pimpinan").await;
    assert!(page.text.contains("aria-labelledby=\"h-trust\""));
    assert!(page.text.contains("aria-labelledby=\"h-liking\""));
    let json = chief.get("/pimpinan.json").await.json();
    let group = |item: &str| {
        let all = json["survey"].as_array().unwrap();
        all.iter().find(|row| row["item"] == item).unwrap()["group"].clone()
    };
    assert_eq!(group("t1"), "trust");
    assert_eq!(group("t2"), "liking");
}

#[tokio::test]
async fn csv_and_json_hide_what_the_page_hides() {
    // S6
    let site = Site::pati().await;
    let officer = site.account(Role::Patrol).await;
    site.account(Role::Commander).await;
    let mut chief = site.signed_in("commander").await;
    for _ in 0..4 {
        judged(&site, &officer, Judged::Yes).await;
    }
    let csv = chief.get("/pimpinan.csv").await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let row = csv
        .text
        .lines()
        .find(|line| line.starts_with("trust,t1,"))
        .unwrap();
    assert!(row.ends_with(",,,,,hidden"), "{row}");
    let json = chief.get("/pimpinan.json").await.json();
    for row in json["survey"].as_array().unwrap() {
        assert_eq!(row["good"]["state"], "hidden");
        assert!(row["unknown"].is_null(), "{row}");
    }
    judged(&site, &officer, Judged::No).await;
    let csv = chief.get("/pimpinan.csv").await.text;
    let row = csv
        .lines()
        .find(|line| line.starts_with("trust,t1,"))
        .unwrap();
    assert!(row.contains(",0.8000,0.3755,0.9638,5,known"), "{row}");
    let json = chief.get("/pimpinan.json").await.json();
    assert_eq!(json["survey"][0]["good"]["value"]["n"], 5);
}

#[tokio::test]
async fn decisions_due_come_first_and_stay_until_a_reason_is_written() {
    // S18 S56
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let filed = Report {
        service: "gangguan",
        ..THEFT
    }
    .file(&site)
    .await;
    let number = filed.number.to_string();
    site.clock.pass(6 * 60);
    let mut chief = site.signed_in("commander").await;
    let words = chief.get("/pimpinan").await.words();
    let due = words.split("Sekarang").next().unwrap();
    assert!(due.contains(&number), "{words}");
    assert!(words.contains("alasan belum ditulis"), "{words}");
    let reason = CaseCommand::ExplainDelay {
        reason: "too_many".to_owned(),
        text: String::new(),
    };
    site.node
        .change_case(&desk, filed.case, None, reason, None)
        .await
        .unwrap();
    let words = chief.get("/pimpinan").await.words();
    assert!(
        words.contains("Tidak ada yang menunggu keputusan Anda"),
        "{words}"
    );
    assert!(
        words.contains("Laporan lebih banyak daripada petugas"),
        "late, and why: {words}"
    );
}

#[tokio::test]
async fn the_day_is_drawn_hour_by_hour_and_hours_to_come_are_not_zero() {
    // S56
    let site = Site::pati().await;
    site.account(Role::Commander).await;
    // From 21.30 to the morning after, 01.30.
    site.clock.pass(4 * 60);
    for _ in 0..3 {
        THEFT.file(&site).await;
    }
    let mut chief = site.signed_in("commander").await;
    let page = chief.get("/pimpinan").await;
    let words = page.words();
    assert!(
        words.contains("Sampai pukul 01.30 WIB: 3 laporan masuk"),
        "{words}"
    );
    assert!(words.contains("jam berikutnya belum tiba"), "{words}");
    assert_eq!(
        page.text.matches("<rect").count(),
        1,
        "one bar, and none for the hours to come"
    );
    assert_eq!(
        words.matches("belum tiba").count(),
        23,
        "22 rows of the table, and the drawing"
    );
    let json = chief.get("/pimpinan.json").await.json();
    assert_eq!(json["hours"].as_array().unwrap().len(), 2);
    assert_eq!(json["hours"][1]["filed"], 3);
}
