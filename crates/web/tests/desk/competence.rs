//! Measures of competence by service: counted from what is done on the pages, told as page, CSV and JSON.

use axum::http::StatusCode;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::value::CaseId;
use pengayom_node::access::Role;
use pengayom_node::jobs;
use serde_json::Value;

use crate::support::{Answer, Browser, Site};
use crate::{Report, THEFT};

const DAY: i64 = 24 * 60;

/// Sends a form of a page beneath a case, with the version that the page shows, if it does.
async fn send(
    browser: &mut Browser<'_>,
    case: CaseId,
    (page, form): (&str, &str),
    fields: &[(&str, &str)],
) {
    let shown = browser.get(&format!("/perkara/{case}/{page}")).await;
    let version = shown.value_of("versi");
    let seen = version.iter().map(|version| ("versi", version.as_str()));
    let all: Vec<(&str, &str)> = seen.chain(fields.iter().copied()).collect();
    let done: Answer = browser.post(&format!("/perkara/{case}/{form}"), &all).await;
    assert_eq!(
        done.status,
        StatusCode::SEE_OTHER,
        "{form}: {}",
        done.words()
    );
}

async fn work(site: &Site) {
    while jobs::work_once(&site.node).await.unwrap() {}
}

/// Six thefts and six accidents, and what is done about them in three days.
async fn three_days(site: &Site) {
    let desk_officer = site.account(Role::Desk).await;
    site.account(Role::Investigator).await;
    site.account(Role::Commander).await;
    let (mut thefts, mut accidents) = (Vec::new(), Vec::new());
    for _ in 0..6 {
        thefts.push(THEFT.file(site).await.case);
        let accident = Report {
            service: "laka",
            danger: true,
            ..THEFT
        };
        accidents.push(accident.file(site).await.case);
    }
    let mut desk = site.signed_in("desk").await;
    let mut other = site.signed_in("investigator").await;
    let mut chief = site.signed_in("commander").await;
    // After ten minutes: the accidents go up the line, the thefts are decided, and looked at again.
    site.clock.pass(10);
    work(site).await;
    for (n, case) in thefts.iter().enumerate() {
        let civil = [
            ("hasil", "o_civil"),
            ("alasan", "Utang"),
            ("rujukan", "legal_aid"),
        ];
        send(&mut desk, *case, ("telaah", "telaah/putusan"), &civil).await;
        let outcome = if n == 0 { "o_criminal" } else { "o_civil" };
        let look = [("hasil", outcome), ("alasan", "Dibaca ulang")];
        send(&mut other, *case, ("telaah", "telaah/kedua"), &look).await;
    }
    // After fifteen: somebody takes the accidents, and the chief decides between the two who differ. Five
    // thefts are acted on, and handed in as proved with nothing in the plan but the offence.
    site.clock.pass(5);
    for case in &accidents {
        send(&mut chief, *case, ("jam-pertama", "jam-pertama/ambil"), &[]).await;
    }
    let settled = [("hasil", "o_criminal"), ("alasan", "Nama palsu")];
    send(
        &mut chief,
        thefts[0],
        ("telaah", "telaah/penentuan"),
        &settled,
    )
    .await;
    let lp_b = "lp_b".parse().unwrap();
    let function = site.node.unit().pack.service(&lp_b).unwrap().function;
    for case in &thefts[..5] {
        let act = CaseCommand::RecordAction {
            text: "Saksi didatangi".to_owned(),
            function: function.code().to_owned(),
        };
        let done = site.node.change_case(&desk_officer, *case, None, act, None);
        done.await.unwrap();
        let offence = [
            ("tindak_pidana", "pencurian"),
            ("dari", "2026-11-20"),
            ("sampai", "2026-11-20"),
        ];
        let form = "pembuktian/tindak-pidana";
        send(&mut other, *case, ("pembuktian", form), &offence).await;
        send(&mut other, *case, ("pembuktian", "pembuktian/lengkap"), &[]).await;
    }
    // The next day notices are drafted; four are sent in time, one late with a reason, one not at all.
    site.clock.pass(DAY + 5);
    work(site).await;
    let text = "Laporan sedang diteliti. Saksi dipanggil.";
    let sending = [("apa", "kirim"), ("isi", text)];
    let mut desk = site.signed_in("desk").await;
    for case in &thefts[..4] {
        send(&mut desk, *case, ("kabar", "kabar"), &sending).await;
    }
    site.clock.pass(2 * DAY);
    let mut desk = site.signed_in("desk").await;
    let why = [
        ("apa", "telat"),
        ("sebab", "witness"),
        ("penjelasan", "Saksi di luar kota"),
    ];
    send(&mut desk, thefts[4], ("kabar", "kabar"), &why).await;
    send(&mut desk, thefts[4], ("kabar", "kabar"), &sending).await;
}

/// What is told of a measure of a service.
fn told(read: &Value, measure: &str, service: &str) -> Value {
    let measures = read["measures"].as_array().unwrap();
    let found = measures.iter().find(|one| one["measure"] == measure);
    let figures = found.unwrap()["figures"].as_array().unwrap();
    let row = figures.iter().find(|row| row["service"] == service);
    row.unwrap_or_else(|| panic!("{measure} of {service}: {figures:?}"))
        .clone()
}

fn near(value: &Value, expected: f64) -> bool {
    (value.as_f64().unwrap() - expected).abs() < 1e-9
}

// S9 S10 S12 S16 S18
#[tokio::test]
async fn each_measure_is_counted_from_what_was_done_and_page_and_files_tell_the_same() {
    let site = Site::pati().await;
    three_days(&site).await;
    let mut chief = site.signed_in("commander").await;
    let days = "?dari=2026-11-01&sampai=2026-11-30";
    let address = format!("/pimpinan/kompetensi.json{days}");
    let read = chief.get(&address).await.json();
    assert_eq!((&read["cases"], &read["cut"]), (&12.into(), &false.into()));
    // Five were acted on after fifteen minutes; the sixth lies, so that the interval has no end.
    let row = told(&read, "first_action", "lp_b");
    assert_eq!((&row["n"], &row["waiting"]), (&6.into(), &1.into()));
    assert!(
        near(&row["figure"], 900.0) && near(&row["low"], 900.0),
        "{row}"
    );
    assert!(row["high"].is_null(), "{row}");
    // The class that holds: five after ten minutes, the one that was changed after fifteen.
    let row = told(&read, "right_class", "lp_b");
    assert!(
        near(&row["figure"], 600.0) && near(&row["high"], 900.0),
        "{row}"
    );
    assert_eq!((&row["n"], &row["waiting"]), (&6.into(), &0.into()));
    let row = told(&read, "reclassified", "lp_b");
    assert!(near(&row["figure"], 1.0 / 6.0), "{row}");
    assert!(near(&told(&read, "departed", "lp_b")["figure"], 1.0));
    let row = told(&read, "second_look", "lp_b");
    assert_eq!(row["n"], 6);
    assert!(near(&row["figure"], 5.0 / 6.0), "{row}");
    // What went up was taken after five minutes, of ten.
    let row = told(&read, "escalation_taken", "laka");
    assert!(
        near(&row["figure"], 300.0) && near(&row["promise_seconds"], 600.0),
        "{row}"
    );
    assert!(near(&told(&read, "escalated", "laka")["figure"], 1.0));
    // "Complete" was refused for all five: a share can be told, a middle of five can not.
    let row = told(&read, "proof_complete", "lp_b");
    assert_eq!(row["n"], 5);
    assert!(near(&row["figure"], 0.0), "{row}");
    let row = told(&read, "proof_gaps", "lp_b");
    assert_eq!((&row["n"], &row["figure"]), (&5.into(), &Value::Null));
    // Four in time, one late, one overdue that nobody sent.
    let row = told(&read, "notices_in_time", "lp_b");
    assert_eq!((&row["n"], &row["cases"]), (&6.into(), &6.into()));
    assert!(near(&row["figure"], 4.0 / 6.0), "{row}");
    let page = chief.get(&format!("/pimpinan/kompetensi{days}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let words = page.words();
    for shown in [
        "Aspek: Kompetensi",
        "Laporan Polisi Model B",
        "15 menit 15 menit atau lebih",
        "10 menit 10 menit sampai 15 menit",
        "17%",
        "terlalu sedikit untuk menilai",
        "5 menit 5 menit sampai 5 menit 10 menit",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    let csv = chief
        .get(&format!("/pimpinan/kompetensi.csv{days}"))
        .await
        .text;
    assert!(
        csv.starts_with("measure,service,scale,n,cases,figure,at_least,low,high,"),
        "{csv}"
    );
    assert!(
        csv.contains("\r\nright_class,lp_b,seconds,6,6,600,600,600,900,0,0,\r\n"),
        "{csv}"
    );
    assert!(
        csv.contains("\r\nproof_gaps,lp_b,count,5,5,,,,,0,0,\r\n"),
        "{csv}"
    );
    let english = chief
        .get(&format!("/pimpinan/kompetensi{days}&lang=en"))
        .await;
    assert!(english.words().contains("too few to say"));
    assert!(
        chief
            .get("/pimpinan")
            .await
            .text
            .contains("href=\"/pimpinan/kompetensi\"")
    );
}

// S16
#[tokio::test]
async fn days_without_reports_say_so_wrong_days_are_kept_and_only_readers_of_the_board_see_it() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let mut chief = site.signed_in("commander").await;
    let empty = chief.get("/pimpinan/kompetensi").await;
    assert_eq!(empty.status, StatusCode::OK);
    assert!(
        empty
            .words()
            .contains("Tidak ada laporan pada hari-hari itu")
    );
    let turned = chief
        .get("/pimpinan/kompetensi?dari=2026-11-24&sampai=2026-11-01")
        .await;
    assert_eq!(turned.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(turned.text.contains("value=\"2026-11-01\""));
    let long = chief
        .get("/pimpinan/kompetensi.json?dari=0001-01-01&sampai=9999-12-31")
        .await;
    assert_ne!(long.status, StatusCode::OK);
    let mut desk = site.signed_in("desk").await;
    for path in ["", ".csv", ".json"] {
        let address = format!("/pimpinan/kompetensi{path}");
        let refused = desk.get(&address).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{address}");
    }
    let nobody = site.browser().get("/pimpinan/kompetensi").await;
    assert_eq!(nobody.status, StatusCode::SEE_OTHER);
}
