//! A report taken at the desk.

use axum::http::StatusCode;
use pengayom_node::access::Role;

use crate::digits;
use crate::support::{Answer, Browser, Site};

const GOOD: [(&str, &str); 7] = [
    ("bahaya", "tidak"),
    ("layanan", "lp_b"),
    ("cerita", "Motor hilang dari parkiran"),
    ("tempat", "Growong Lor, Juwana"),
    ("kapan", "kemarin"),
    ("nama", "Sutrisno"),
    ("telepon", "0812-3456-7890"),
];

async fn send(browser: &mut Browser<'_>, step: &str, changed: &[(&str, &str)]) -> Answer {
    let command = browser
        .get("/meja/laporan/baru")
        .await
        .value_of("perintah")
        .unwrap();
    let kept = GOOD
        .iter()
        .filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    let mut fields: Vec<(&str, &str)> = kept.chain(changed).copied().collect();
    fields.extend([("perintah", command.as_str()), ("langkah", step)]);
    browser.post("/meja/laporan/baru", &fields).await
}

#[tokio::test]
async fn only_those_who_take_reports_open_the_form() {
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    let mut patrol = site.signed_in("patrol").await;
    assert_eq!(
        patrol.get("/meja/laporan/baru").await.status,
        StatusCode::FORBIDDEN
    );
    let answer = site.browser().get("/meja/laporan/baru").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_desk_has_phrases_at_hand() {
    // S25
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let words = desk.get("/meja/laporan/baru").await.words();
    assert!(
        words.contains("Selamat datang, saya Bripka Sari desk"),
        "{words}"
    );
    assert!(!words.contains('{'), "{words}");
}

#[tokio::test]
async fn a_report_is_read_back_saved_once_and_its_receipt_printed() {
    // S2 S32
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let page = send(&mut desk, "bacakan", &[]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("read-back"));
    for told in [
        "Motor hilang dari parkiran",
        "Growong Lor, Juwana",
        "Sutrisno, 081234567890",
    ] {
        assert!(page.words().contains(told), "{told}: {}", page.words());
    }
    assert!(
        site.node.own_cases(&officer, 10).await.unwrap().is_empty(),
        "nothing is saved yet"
    );
    let names = [
        "perintah", "bahaya", "layanan", "cerita", "tempat", "kapan", "nama", "telepon",
    ];
    let kept = names.map(|name| (name, page.value_of(name).unwrap()));
    let mut fields: Vec<(&str, &str)> = kept.iter().map(|(n, v)| (*n, v.as_str())).collect();
    fields.push(("langkah", "simpan"));
    let saved = desk.post("/meja/laporan/baru", &fields).await;
    let again = desk.post("/meja/laporan/baru", &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert_eq!(saved.location(), again.location(), "sent twice, filed once");
    let receipt = desk.follow(saved).await;
    let words = receipt.words();
    assert!(words.contains("PTI-2611-0001"), "{words}");
    assert!(
        words.contains("Dijawab paling lambat 27 November 2026, pukul 21.30 WIB"),
        "{words}"
    );
    let code = digits(&receipt);
    assert_eq!(
        code.chars().filter(char::is_ascii_digit).count(),
        12,
        "{code}"
    );
    assert!(receipt.text.contains("<svg xmlns"), "a QR code");
    assert!(receipt.text.contains("/lacak/PTI-2611-0001"));
    // The officer serves whom they took the report of; the number and the code open the tracking.
    let own = site.node.own_cases(&officer, 10).await.unwrap();
    assert_eq!(own.len(), 1);
    let number = own[0].number.clone().unwrap();
    let secret = code.parse().unwrap();
    let tracked = site.node.track(&number, &secret, "test").await.unwrap();
    assert!(tracked.case.filed.reachable);
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once_and_everything_typed_is_kept() {
    // S33
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let wrong = [
        ("bahaya", ""),
        ("layanan", ""),
        ("cerita", ""),
        ("tempat", "Kota Tak Dikenal"),
        ("kapan", "lain"),
        ("tanggal", "2027-01-01"),
        ("telepon", "12"),
        ("nama", "Bu <Sri> \"Ayu\""),
    ];
    let answer = send(&mut desk, "simpan", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = answer.words();
    for fault in [
        "Pilih ya atau tidak",
        "Pilih layanan",
        "Tulis apa yang terjadi",
        "“Kota Tak Dikenal” tidak ditemukan",
        "Tanggal kejadian harus hari ini atau sebelumnya",
        "Nomor telepon harus 10 sampai 13 angka",
    ] {
        // Once in the summary, once at its field.
        assert_eq!(words.matches(fault).count(), 2, "{fault}: {words}");
    }
    assert_eq!(answer.value_of("nama").unwrap(), "Bu <Sri> \"Ayu\"");
    assert_eq!(answer.value_of("tempat").unwrap(), "Kota Tak Dikenal");
    assert_eq!(answer.value_of("telepon").unwrap(), "12");
    assert!(answer.inner("title").starts_with("Perlu diperbaiki:"));
    for id in [
        "bahaya", "layanan", "cerita", "tempat", "tanggal", "telepon",
    ] {
        assert!(answer.text.contains(&format!("href=\"#{id}\"")), "{id}");
        assert!(answer.text.contains(&format!("id=\"{id}\"")), "{id}");
    }
}

#[tokio::test]
async fn a_misspelt_place_is_offered_and_never_chosen_in_silence() {
    // S32
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let answer = send(&mut desk, "simpan", &[("tempat", "Growung Lor")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .words()
            .contains("Kami menemukan beberapa tempat. Pilih satu")
    );
    assert!(
        answer.words().contains("Growong Lor, Juwana"),
        "{}",
        answer.words()
    );
    let picked = answer.value_of("tempat_pilih").unwrap();
    let fields = [("tempat", "Growung Lor"), ("tempat_pilih", picked.as_str())];
    let answer = send(&mut desk, "simpan", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_place_of_others_says_whose_it_is_and_an_unknown_one_is_taken() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let answer = send(&mut desk, "simpan", &[("tempat", "Rembang")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.words().contains("bukan wilayah kita"),
        "{}",
        answer.words()
    );
    let unknown = [("tempat", ""), ("tempat_tidak_tahu", "1")];
    assert_eq!(
        send(&mut desk, "simpan", &unknown).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn the_code_is_shown_to_the_officer_who_took_the_report_and_to_no_other() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "desk2", None).await;
    let mut desk = site.signed_in("desk").await;
    let address = send(&mut desk, "simpan", &[]).await.location().to_owned();
    let mut other = site.signed_in("desk2").await;
    let page = other.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("code digits"));
    assert!(page.words().contains("Kode rahasia hanya tampil"));
    site.clock.pass(25 * 60);
    let mut desk = site.signed_in("desk").await;
    assert!(!desk.get(&address).await.text.contains("code digits"));
}

#[tokio::test]
async fn a_report_of_the_dispatcher_came_by_telephone() {
    let site = Site::pati().await;
    let officer = site.account(Role::Dispatch).await;
    let mut dispatch = site.signed_in("dispatch").await;
    let saved = send(&mut dispatch, "simpan", &[]).await;
    let case = saved
        .location()
        .rsplit('/')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let filed = site
        .node
        .case_history(&officer, case)
        .await
        .unwrap()
        .case
        .filed;
    assert_eq!(filed.channel.as_str(), "phone");
}
