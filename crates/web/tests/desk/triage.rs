//! Whose a matter is, on its page, and what its reporter reads of it (S10); the first hour with its clock, and
//! what goes up the line (S8, S9).

use axum::http::StatusCode;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::value::CaseId;
use pengayom_node::access::Role;
use pengayom_node::handle::case::Filed;
use pengayom_node::jobs;

use crate::support::{Answer, Browser, Site};
use crate::{Report, THEFT};

/// The answers that lead to a debt.
const DEBT: [&str; 10] = [
    "q1:no", "q2:no", "q3:no", "q4:no", "q5:no", "q6:no", "q7:no", "q8:no", "q9:yes", "q10:no",
];

async fn answer(browser: &mut Browser<'_>, case: CaseId, pairs: &[&str]) -> Answer {
    browser.get(&format!("/perkara/{case}/telaah")).await;
    let fields: Vec<(&str, &str)> = pairs.iter().map(|pair| ("jawab", *pair)).collect();
    browser
        .post(&format!("/perkara/{case}/telaah/jawaban"), &fields)
        .await
}

async fn send(
    browser: &mut Browser<'_>,
    case: CaseId,
    step: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let page = browser.get(&format!("/perkara/{case}/telaah")).await;
    let version = page.value_of("versi").unwrap_or_default();
    let mut all = vec![("versi", version.as_str())];
    all.extend(fields);
    browser
        .post(&format!("/perkara/{case}/telaah/{step}"), &all)
        .await
}

async fn track(site: &Site, filed: &Filed) -> String {
    let mut browser = site.browser();
    browser.get("/lacak").await;
    let (number, code) = (filed.number.to_string(), filed.secret.plain());
    let fields = [("nomor", number.as_str()), ("kode", code.as_str())];
    let answer = browser.post("/lacak", &fields).await;
    browser.follow(answer).await.words()
}

/// What is held about a reporter: the file for programs, and the page.
async fn held(site: &Site, filed: &Filed) -> [String; 2] {
    let mut browser = site.browser();
    browser.get("/lacak").await;
    let (number, code) = (filed.number.to_string(), filed.secret.plain());
    let fields = [("nomor", number.as_str()), ("kode", code.as_str())];
    browser.post("/lacak", &fields).await;
    let address = format!("/lacak/{number}/data");
    let file = browser.post(&address, &[]).await;
    assert_eq!(file.status, StatusCode::OK);
    let page = browser.post(&format!("{address}/baca"), &[]).await;
    [file.text.clone(), page.words()]
}

async fn work(site: &Site) {
    while jobs::work_once(&site.node).await.unwrap() {}
}

// S10: a letter about something lost is neither an offence nor a conflict until somebody says more.
#[tokio::test]
async fn whose_a_matter_is_is_not_asked_of_a_letter_though_the_page_works() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let letter = Report {
        service: "sktlk",
        told: "Dompet dan KTP hilang di pasar",
        ..THEFT
    };
    // What people send who do not know what it is.
    let unsorted = Report {
        service: "info",
        ..THEFT
    };
    let letter = letter.file(&site).await;
    let cases = [
        (letter.case, false),
        (unsorted.file(&site).await.case, true),
        (THEFT.file(&site).await.case, true),
    ];
    let mut desk = site.signed_in("desk").await;
    for (case, offered) in cases {
        let words = desk.get(&format!("/perkara/{case}")).await.words();
        let found = words.contains("Telaah: pidana atau perdata");
        assert_eq!(found, offered, "{words}");
        let page = desk.get(&format!("/perkara/{case}/telaah")).await;
        assert_eq!(page.status, StatusCode::OK);
    }
    // It was stolen after all: what was recorded there stays in sight.
    answer(&mut desk, letter.case, &["q1:yes"]).await;
    let words = desk.get(&format!("/perkara/{}", letter.case)).await.words();
    assert!(words.contains("Telaah: pidana atau perdata"), "{words}");
}

// S10
#[tokio::test]
async fn a_civil_matter_is_decided_with_reason_referral_and_receipt() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let case = filed.case;
    let mut desk = site.signed_in("desk").await;
    let page = desk.get(&format!("/perkara/{case}/telaah")).await.words();
    assert!(
        page.contains("Apakah ada yang terluka"),
        "danger first: {page}"
    );
    // Half a tree is kept by the form, with the reason beside each question.
    let half = answer(&mut desk, case, &DEBT[..3]).await;
    assert_eq!(half.status, StatusCode::OK);
    assert!(
        half.words().contains("Apakah keluhan tentang petugas"),
        "{}",
        half.words()
    );
    assert!(
        half.words().contains("Tidak menunggu 24 jam"),
        "{}",
        half.words()
    );
    let mut all = DEBT.to_vec();
    all.extend(["q11:yes", "q12:no", "q13:no"]);
    let done = answer(&mut desk, case, &all).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    let page = desk.follow(done).await.words();
    assert!(page.contains("Usul Sengketa perdata (perdata)"), "{page}");
    assert!(
        page.contains("penipuan / wanprestasi"),
        "look-alikes: {page}"
    );
    assert!(
        page.contains("Apa yang dikatakan sebelum penyerahan"),
        "{page}"
    );
    let choice = ("hasil", "o_civil");
    let refused = send(
        &mut desk,
        case,
        "putusan",
        &[choice, ("alasan", "Tanpa tipu")],
    )
    .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.words().contains("Pilih tempat rujukan"),
        "{}",
        refused.words()
    );
    let refused = send(
        &mut desk,
        case,
        "putusan",
        &[choice, ("rujukan", "legal_aid")],
    )
    .await;
    assert!(
        refused.words().contains("Tulis alasannya"),
        "{}",
        refused.words()
    );
    let decision = [
        choice,
        ("alasan", "Janji gagal tanpa tipu"),
        ("rujukan", "legal_aid"),
    ];
    let done = send(&mut desk, case, "putusan", &decision).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    let page = desk.follow(done).await.words();
    assert!(page.contains("Menunggu penilaian kedua"), "{page}");
    assert!(
        page.contains("Penilaian kedua diberi petugas lain"),
        "{page}"
    );
    // The reporter reads the class, why, where to go, and that somebody else looks at it.
    let words = track(&site, &filed).await;
    for part in [
        "Sengketa perdata (perdata)",
        "Janji gagal tanpa tipu",
        "Pos bantuan hukum (Posbakum)",
        "Menunggu penilaian kedua petugas lain",
        "Apakah ada orang yang hilang? Tidak",
    ] {
        assert!(words.contains(part), "{part} not in {words}");
    }
    // What is held about them says the same; what the tree proposed is the unit's own.
    let [file, page] = held(&site, &filed).await;
    assert!(page.contains("Sengketa perdata (perdata)"), "{page}");
    assert!(page.contains("Pos bantuan hukum (Posbakum)"), "{page}");
    assert!(file.contains("o_civil"), "{file}");
    for held in [&file, &page] {
        assert!(held.contains("Janji gagal tanpa tipu"), "{held}");
        assert!(!held.contains("proposed"), "{held}");
    }
    let receipt = desk.get(&format!("/meja/laporan/{case}")).await.words();
    assert!(
        receipt.contains("Pos bantuan hukum (Posbakum)"),
        "{receipt}"
    );
    let parts = desk.get(&format!("/perkara/{case}")).await.words();
    assert!(
        parts.contains("Telaah: pidana atau perdata perdata. Menunggu"),
        "{parts}"
    );
}

// S10
#[tokio::test]
async fn two_who_differ_are_decided_between_by_the_chief_and_all_is_kept() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Investigator).await;
    site.account(Role::Commander).await;
    let filed = THEFT.file(&site).await;
    let case = filed.case;
    let mut desk = site.signed_in("desk").await;
    let mut other = site.signed_in("investigator").await;
    let mut chief = site.signed_in("commander").await;
    let civil = [
        ("hasil", "o_civil"),
        ("alasan", "Utang"),
        ("rujukan", "legal_aid"),
    ];
    let done = send(&mut desk, case, "putusan", &civil).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    let queue = desk.get("/meja").await.words();
    assert!(queue.contains("Menunggu penilaian kedua"), "{queue}");
    let own = send(
        &mut desk,
        case,
        "kedua",
        &[("hasil", "o_civil"), ("alasan", "Ya")],
    )
    .await;
    assert!(
        own.words().contains("Ini dinilai petugas lain"),
        "{}",
        own.words()
    );
    let differs = [("hasil", "o_criminal"), ("alasan", "Nama palsu")];
    let done = send(&mut other, case, "kedua", &differs).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    // Whoever may not give cases out does not decide.
    let page = other.get(&format!("/perkara/{case}/telaah")).await.words();
    assert!(page.contains("Dua penilaian berbeda"), "{page}");
    let refused = send(&mut other, case, "penentuan", &differs).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let done = send(&mut chief, case, "penentuan", &differs).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    let page = chief.get(&format!("/perkara/{case}/telaah")).await.words();
    for kept in [
        "Golongan diputuskan: Sengketa perdata",
        "Penilaian kedua berbeda",
        "Atasan menentukan",
    ] {
        assert!(page.contains(kept), "{kept} not in {page}");
    }
    let [file, page] = held(&site, &filed).await;
    for held in [&file, &page] {
        assert_eq!(held.matches("Nama palsu").count(), 2, "{held}");
    }
    assert!(
        page.contains("Penilaian pertama dan kedua berbeda"),
        "{page}"
    );
}

// S10, S45: of a kind kept narrow the reporter takes the reason with them, and no class, as on their page.
#[tokio::test]
async fn what_is_held_of_a_narrow_kind_does_not_name_its_class() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let narrow = Report {
        service: "kdrt",
        ..THEFT
    };
    let filed = narrow.file(&site).await;
    let take = CaseCommand::Take { by: desk.id };
    let taken = site.node.change_case(&desk, filed.case, None, take, None);
    taken.await.unwrap();
    let mut browser = site.signed_in("desk").await;
    let decision = [("hasil", "o_criminal"), ("alasan", "Ada luka")];
    let done = send(&mut browser, filed.case, "putusan", &decision).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    let [file, page] = held(&site, &filed).await;
    for held in [&file, &page] {
        assert!(held.contains("Ada luka"), "{held}");
        for hidden in [
            "o_criminal",
            "\"matter\"",
            "Dugaan pidana",
            "\"class\"",
            "(pidana)",
        ] {
            assert!(!held.contains(hidden), "{hidden}: {held}");
        }
    }
}

// S10: a decision that changes the service is two acts; the same form sent twice is told that it is done, and live
// pages hear of the decision.
#[tokio::test]
async fn a_decision_that_changes_the_service_may_be_sent_twice() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let page = desk.get(&format!("/perkara/{case}/telaah")).await;
    let version = page.value_of("versi").unwrap();
    let fields = [
        ("versi", version.as_str()),
        ("hasil", "o_criminal"),
        ("layanan", "laka"),
        ("alasan", "Ternyata kecelakaan"),
    ];
    let address = format!("/perkara/{case}/telaah/putusan");
    let mut news = site.node.listen();
    for _ in 0..2 {
        let answer = desk.post(&address, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    }
    assert_eq!(news.recv().await.unwrap().kind, "case.triage_decided");
    assert!(news.try_recv().is_err(), "it was recorded once");
    // With something else it is not done.
    let mut other = fields;
    other[3] = ("alasan", "Tetap pencurian");
    let answer = desk.post(&address, &other).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
}

// S10
#[tokio::test]
async fn danger_is_acted_on_before_the_questions_are_over() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let done = answer(&mut desk, case, &["q1:unknown"]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "recorded at once");
    let page = desk.follow(done).await.words();
    assert!(page.contains("Ada bahaya. Bertindak sekarang"), "{page}");
    assert!(
        page.contains("Apakah ada orang yang hilang?"),
        "the rest goes on: {page}"
    );
}

#[tokio::test]
async fn what_is_noted_of_a_reporter_is_seen_by_whoever_goes_on() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let case = filed.case;
    let mut desk = site.signed_in("desk").await;
    let unwarned = send(&mut desk, case, "terlapor", &[("alasan", "Mengaku")]).await;
    assert_eq!(unwarned.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        unwarned.words().contains("Sampaikan peringatan dulu"),
        "{}",
        unwarned.words()
    );
    for (step, fields) in [
        (
            "terlapor",
            vec![("diingatkan", "ya"), ("alasan", "Mengaku")],
        ),
        ("anak", vec![("wali", "unsafe")]),
        ("dibacakan", vec![("cara", "aloud"), ("tanda", "thumb")]),
    ] {
        let done = send(&mut desk, case, step, &fields).await;
        assert_eq!(
            done.status,
            StatusCode::SEE_OTHER,
            "{step}: {}",
            done.words()
        );
    }
    let page = desk.get(&format!("/perkara/{case}")).await.words();
    for words in [
        "Pelapor adalah terlapor. Ingatkan haknya",
        "wali tidak aman",
    ] {
        assert!(page.contains(words), "{words} not in {page}");
    }
    let page = desk.get(&format!("/perkara/{case}/telaah")).await.words();
    assert!(
        page.contains("dibacakan (dibacakan petugas), dibenarkan (cap jempol)"),
        "{page}"
    );
    let own = track(&site, &filed).await;
    assert!(
        own.contains("Anda tidak harus menulis hal yang memberatkan"),
        "{own}"
    );
}

// S8 S9
#[tokio::test]
async fn what_is_overdue_goes_up_the_line_until_somebody_takes_it() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Patrol).await;
    site.account(Role::Commander).await;
    let report = Report {
        service: "laka",
        danger: true,
        ..THEFT
    };
    let case = report.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let mut chief = site.signed_in("commander").await;
    let page = desk
        .get(&format!("/perkara/{case}/jam-pertama"))
        .await
        .words();
    assert!(page.contains("datangi TKP"), "{page}");
    assert!(page.contains("sisa 10 menit"), "{page}");
    assert!(page.contains("Peran petugas"), "S28: {page}");
    work(&site).await;
    assert!(!desk.get("/meja").await.words().contains("Menunggu diambil"));
    site.clock.pass(10);
    work(&site).await;
    for (browser, at) in [(&mut desk, "/meja"), (&mut chief, "/pimpinan")] {
        let words = browser.get(at).await.words();
        assert!(
            words.contains("menunggu Perwira piket sejak"),
            "{at}: {words}"
        );
    }
    site.clock.pass(10);
    work(&site).await;
    let words = desk.get(&format!("/perkara/{case}")).await.words();
    assert!(words.contains("Menunggu Kapolsek sejak"), "{words}");
    let taken = chief
        .post(&format!("/perkara/{case}/jam-pertama/ambil"), &[])
        .await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.words());
    // As long as a session lasts.
    site.clock.pass(200);
    work(&site).await;
    let words = desk
        .get(&format!("/perkara/{case}/jam-pertama"))
        .await
        .words();
    assert!(words.contains("Diambil Bripka Sari commander"), "{words}");
    assert!(!words.contains("Menunggu"), "{words}");
}

// S8
#[tokio::test]
async fn a_step_is_ticked_on_the_road_and_at_an_earlier_time() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let by = site.account(Role::Patrol).await;
    let report = Report {
        service: "laka",
        ..THEFT
    };
    let case = report.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{case}")).await;
    let by = by.id.to_string();
    // The service asks for a skill that nobody recorded of them.
    let give = [("petugas", by.as_str()), ("alasan", "Paling dekat")];
    let given = desk.post(&format!("/perkara/{case}/tugaskan"), &give).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.words());
    site.clock.pass(30);
    let mut patrol = site.signed_in("patrol").await;
    let road = patrol.get("/lapangan").await;
    assert!(road.words().contains("datangi TKP"), "{}", road.words());
    assert!(road.words().contains("lewat 20 menit"), "{}", road.words());
    let step = |code| [("langkah_jam", code), ("hasil", "ya"), ("dari", "lapangan")];
    let address = format!("/perkara/{case}/jam-pertama/langkah");
    let done = patrol.post(&address, &step("laka_go_to_scene")).await;
    assert_eq!(done.location(), "/lapangan", "{}", done.words());
    let road = patrol.get("/lapangan").await.words();
    assert!(!road.contains("datangi TKP"), "{road}");
    // Offline: told later, with the time it was done. 24 November, 21.40 in the unit's zone.
    let earlier = [
        ("langkah_jam", "laka_help_victim"),
        ("hasil", "ya"),
        ("pada", "2026-11-24T21:40"),
    ];
    let done = patrol.post(&address, &earlier).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    let before = [
        ("langkah_jam", "laka_direct_traffic"),
        ("hasil", "ya"),
        ("pada", "2026-11-24T20:00"),
    ];
    let refused = patrol.post(&address, &before).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.words().contains("sebelum laporan masuk"),
        "{}",
        refused.words()
    );
    let silent = [("langkah_jam", "laka_direct_traffic"), ("hasil", "tidak")];
    let refused = patrol.post(&address, &silent).await;
    assert!(
        refused.words().contains("Tulis mengapa tidak mungkin"),
        "{}",
        refused.words()
    );
    let page = patrol
        .get(&format!("/perkara/{case}/jam-pertama"))
        .await
        .words();
    assert!(page.contains("21.40"), "{page}");
}

// S9
#[tokio::test]
async fn a_high_risk_goes_up_at_once() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{case}/jam-pertama")).await;
    let address = format!("/perkara/{case}/jam-pertama/risiko");
    let nobody = [("tingkat", "life"), ("arah", "rising")];
    let refused = desk.post(&address, &nobody).await;
    assert!(
        refused.words().contains("Tulis siapa yang terancam"),
        "{}",
        refused.words()
    );
    let risk = [
        ("tingkat", "life"),
        ("arah", "rising"),
        ("terancam", "Penjaga toko"),
        ("kerugian", "body"),
        ("mungkin", "again"),
    ];
    let done = desk.post(&address, &risk).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    work(&site).await;
    let queue = desk.get("/meja").await.words();
    assert!(queue.contains("menunggu Perwira piket"), "{queue}");
    let page = desk
        .get(&format!("/perkara/{case}/jam-pertama"))
        .await
        .words();
    for words in [
        "Nyawa terancam, naik",
        "Terancam: Penjaga toko",
        "risiko tinggi atau naik",
    ] {
        assert!(page.contains(words), "{words} not in {page}");
    }
}

#[tokio::test]
async fn the_pages_are_for_those_who_read_the_case() {
    let site = Site::pati().await;
    site.account(Role::Admin).await;
    site.account_at(Role::Patrol, "tayu", Some("polsek-tayu"))
        .await;
    let case = THEFT.file(&site).await.case;
    for page in ["telaah", "jam-pertama"] {
        let address = format!("/perkara/{case}/{page}");
        let nobody = site.browser().get(&address).await;
        assert_eq!(nobody.status, StatusCode::SEE_OTHER, "{page}");
        let mut admin = site.signed_in("admin").await;
        assert_eq!(
            admin.get(&address).await.status,
            StatusCode::FORBIDDEN,
            "{page}"
        );
        let mut far = site.signed_in("tayu").await;
        assert_ne!(far.get(&address).await.status, StatusCode::OK, "{page}");
    }
}
