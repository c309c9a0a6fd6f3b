//! What a case owes its reporter: company when they need it (S3), and an answer by somebody else when
//! they ask for one (S40).

use axum::http::StatusCode;
use pengayom_core::subject::case::{CaseCommand, Harm, ReviewKind, Wellbeing};
use pengayom_core::value::CaseId;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::case::Filed;

use crate::support::{Answer, Browser, Site, fill};
use crate::{Report, THEFT};

const NEEDS_SUPPORT: Harm = Harm {
    wellbeing: Some(Wellbeing::NeedsSupport),
    loss_rupiah: Some(18_500_000),
};

async fn act(
    browser: &mut Browser<'_>,
    case: CaseId,
    slug: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let page = browser.get(&format!("/perkara/{case}")).await;
    let version = page.value_of("versi").unwrap();
    let mut all = vec![("versi", version.as_str())];
    all.extend(fields);
    browser.post(&format!("/perkara/{case}/{slug}"), &all).await
}

async fn change(site: &Site, by: &Staff, case: CaseId, command: CaseCommand) {
    let changed = site.node.change_case(by, case, None, command, None).await;
    changed.unwrap();
}

/// The reporter asks for a second look.
async fn second_look(site: &Site, filed: &Filed, text: &str) {
    let kind = ReviewKind::SecondLook;
    let asked = site
        .node
        .ask_review(&filed.number, &filed.secret, "test", kind, text.to_owned())
        .await;
    asked.unwrap();
}

const CLOSING: [(&str, &str); 2] = [("hasil", "resolved"), ("alasan", "Motor ditemukan")];

// S3
#[tokio::test]
async fn a_case_whose_reporter_needs_company_is_closed_after_an_offer() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let report = Report {
        harm: NEEDS_SUPPORT,
        ..THEFT
    };
    let case = report.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let queue = desk.get("/meja").await.words();
    assert!(queue.contains("Pelapor perlu ditemani"), "{queue}");
    let page = desk.get(&format!("/perkara/{case}")).await.words();
    for words in [
        "Perlu ditemani atau bicara dengan seseorang",
        "Rp18.500.000",
        "Tawarkan dukungan sebelum perkara ditutup",
        // The helplines of the pack stand at hand.
        "SAPA 129",
    ] {
        assert!(page.contains(words), "{words} not in {page}");
    }
    let refused = act(&mut desk, case, "tutup", &CLOSING).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = "Catat dulu dukungan yang ditawarkan kepada pelapor";
    assert!(refused.words().contains(words), "{}", refused.words());
    assert!(refused.text.contains("href=\"#dukungan-isi\""));
    // An offer says what was offered and what the reporter answered.
    let empty = act(&mut desk, case, "dukungan", &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["Tulis dukungan yang ditawarkan", "Pilih jawaban pelapor"] {
        assert!(empty.words().contains(words), "{}", empty.words());
    }
    let offer = [("dukungan", "Ditemani Polwan"), ("tanggapan", "declined")];
    let done = act(&mut desk, case, "dukungan", &offer).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let page = desk.get(&format!("/perkara/{case}")).await.words();
    let words = "Dukungan ditawarkan. Jawaban pelapor: Tidak mau";
    assert!(page.contains(words), "{page}");
    assert!(!page.contains("Tawarkan dukungan sebelum"), "{page}");
    let queue = desk.get("/meja").await.words();
    assert!(!queue.contains("Pelapor perlu ditemani"), "{queue}");
    let closed = act(&mut desk, case, "tutup", &CLOSING).await;
    assert_eq!(closed.status, StatusCode::SEE_OTHER);
}

// S3: the list of a kind kept narrow does not say how its reporter is.
#[tokio::test]
async fn the_queue_does_not_say_of_a_narrow_kind_how_its_reporter_is() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let report = Report {
        service: "kdrt",
        harm: NEEDS_SUPPORT,
        ..THEFT
    };
    let case = report.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let queue = desk.get("/meja").await.words();
    assert!(!queue.contains("perlu ditemani"), "{queue}");
    // Whoever takes it reads it.
    desk.post(&format!("/perkara/{case}/ambil"), &[]).await;
    let page = desk.get(&format!("/perkara/{case}")).await.words();
    assert!(page.contains("Pelapor perlu ditemani"), "{page}");
}

// S40
#[tokio::test]
async fn a_second_look_is_shown_to_all_and_answered_by_somebody_else() {
    let site = Site::pati().await;
    let by = site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let filed = THEFT.file(&site).await;
    let case = filed.case;
    change(&site, &by, case, CaseCommand::Take { by: by.id }).await;
    let close = CaseCommand::Close {
        outcome: "resolved".to_owned(),
        reason: "Motor ditemukan".to_owned(),
    };
    change(&site, &by, case, close).await;
    second_look(&site, &filed, "Motor itu bukan milik saya").await;
    let mut desk = site.signed_in("desk").await;
    let mut chief = site.signed_in("commander").await;
    let since = "Pelapor minta penjelasan atau penilaian kedua sejak";
    for address in ["/meja", "/meja/serah-terima"] {
        let words = desk.get(address).await.words();
        assert!(words.contains(since), "{address}: {words}");
    }
    let words = chief.get("/pimpinan").await.words();
    assert!(
        words.contains(since) && words.contains("PTI-2611-0001"),
        "{words}"
    );
    // Who closed it sees the request and does not answer it.
    let page = desk.get(&format!("/perkara/{case}")).await.words();
    assert!(page.contains("Motor itu bukan milik saya"), "{page}");
    assert!(page.contains("Petugas lain yang menjawab"), "{page}");
    let answer = [("jawaban", "Sudah diperiksa lagi")];
    let refused = act(&mut desk, case, "penilaian-kedua", &answer).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.words().contains("Petugas lain yang menjawab"));
    let empty = act(&mut chief, case, "penilaian-kedua", &[]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let done = act(&mut chief, case, "penilaian-kedua", &answer).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    for (browser, address) in [(&mut desk, "/meja"), (&mut chief, "/pimpinan")] {
        let words = browser.get(address).await.words();
        assert!(!words.contains(since), "{address}: {words}");
    }
    let page = desk.get(&format!("/perkara/{case}")).await.words();
    assert!(page.contains("Penilaian kedua dijawab"), "{page}");
}

// S3: taken down at the desk as on the pages, and read back before it is saved.
#[tokio::test]
async fn the_desk_asks_how_the_reporter_is_and_reads_it_back() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let page = desk.get("/meja/laporan/baru").await;
    assert!(page.words().contains("Tanyakan dengan lembut"));
    let command = page.value_of("perintah").unwrap();
    let fields = |step: &'static str, loss: &'static str| {
        let command = command.clone();
        [
            ("bahaya", "tidak".to_owned()),
            ("layanan", "lp_b".to_owned()),
            ("cerita", "Motor hilang dari parkiran".to_owned()),
            ("tempat", "Growong Lor, Juwana".to_owned()),
            ("kapan", "kemarin".to_owned()),
            ("keadaan", "shaken".to_owned()),
            ("kerugian", loss.to_owned()),
            ("perintah", command),
            ("langkah", step.to_owned()),
        ]
    };
    let mut send = async |step, loss| {
        let fields = fields(step, loss);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        desk.post("/meja/laporan/baru", &fields).await
    };
    let wrong = send("bacakan", "banyak sekali").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.words().contains("Tulis kerugian dengan angka saja"));
    assert!(wrong.text.contains("value=\"banyak sekali\""));
    let read_back = send("bacakan", "Rp 18.500.000").await.words();
    for words in ["Terguncang, takut, atau sulit tidur", "Rp18.500.000"] {
        assert!(read_back.contains(words), "{words} not in {read_back}");
    }
    let saved = send("simpan", "Rp 18.500.000").await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.words());
    let rows = site.node.own_cases(&officer, 10).await.unwrap();
    let history = site.node.case_history(&officer, rows[0].id).await.unwrap();
    let harm = Harm {
        wellbeing: Some(Wellbeing::Shaken),
        loss_rupiah: Some(18_500_000),
    };
    assert_eq!(history.case.filed.harm(), harm);
}

async fn send(browser: &mut Browser<'_>, check: &Answer) {
    let command = check.value_of("perintah").unwrap();
    let sent = browser
        .post("/lapor/periksa", &[("perintah", &command)])
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.words());
}

fn refused(answer: &Answer, words: &str) {
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let found = answer.words().matches(words).count();
    assert!(found >= 2, "{words:?} in {}", answer.words());
}

// S3: how the person is and what they lost is asked gently, kept, shown before it is sent, and told.
#[tokio::test]
async fn how_the_person_is_and_what_they_lost_may_be_told_and_need_not() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    let page = browser.get("/lapor/dicuri/cerita").await;
    assert!(page.words().contains("Bagaimana keadaan Anda sekarang?"));
    let fields = |loss: &'static str| {
        let story = ("cerita", "Motor Honda hitam hilang dari teras");
        [
            story,
            ("keadaan", "needs_support"),
            ("kerugian", loss),
            ("dari", "periksa"),
        ]
    };
    let wrong = browser
        .post("/lapor/dicuri/cerita", &fields("1,5 juta"))
        .await;
    refused(&wrong, "Tulis kerugian dengan angka saja");
    assert!(wrong.text.contains("value=\"1,5 juta\""));
    let large = fields("9.000.000.000.000.000.000");
    let large = browser.post("/lapor/dicuri/cerita", &large).await;
    refused(&large, "Angka kerugian terlalu besar");
    let right = browser
        .post("/lapor/dicuri/cerita", &fields("18.500.000"))
        .await;
    let check = browser.follow(right).await;
    let words = check.words();
    for told in [
        "Perlu ditemani atau bicara dengan seseorang",
        "Rp18.500.000",
    ] {
        assert!(words.contains(told), "{told} not in {words}");
    }
    send(&mut browser, &check).await;
    let waiting = site.node.waiting(&desk, 10).await.unwrap();
    let case = site
        .node
        .case_history(&desk, waiting[0].id)
        .await
        .unwrap()
        .case;
    let harm = Harm {
        wellbeing: Some(Wellbeing::NeedsSupport),
        loss_rupiah: Some(18_500_000),
    };
    assert_eq!(case.filed.harm(), harm);
    // Who says nothing of it files all the same.
    let mut other = site.browser();
    let check = fill(&mut other, "dicuri").await;
    send(&mut other, &check).await;
    assert_eq!(site.node.waiting(&desk, 10).await.unwrap().len(), 2);
}
