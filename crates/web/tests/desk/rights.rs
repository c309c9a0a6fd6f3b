//! Rights by role, control measures, prevention and settlements: on the pages of a case, at the desk, for the reporter
//! and for everybody.

use axum::http::StatusCode;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::value::CaseId;
use pengayom_node::access::Role;

use crate::support::{Answer, Browser, Site};
use crate::{Report, THEFT};

/// Sends a form of a page with the version that the page shows.
async fn send(
    browser: &mut Browser<'_>,
    page: &str,
    form: &str,
    action: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let shown = browser.get(page).await;
    let version = shown.value_of("versi").unwrap();
    let mut all = vec![("versi", version.as_str()), ("formulir_perkara", form)];
    all.extend_from_slice(fields);
    browser.post(action, &all).await
}

async fn named(browser: &mut Browser<'_>, case: CaseId, role: &str, age: &str) -> Answer {
    let page = format!("/perkara/{case}/hak");
    let fields = [("peran", role), ("usia", age)];
    send(browser, &page, "tambah-orang", &page, &fields).await
}

async fn told(browser: &mut Browser<'_>, case: CaseId, n: &str, more: &[(&str, &str)]) -> Answer {
    let page = format!("/perkara/{case}/hak/{n}");
    let mut fields = vec![
        ("cara", "both"),
        ("bahasa", "Jawa"),
        ("mengerti", "ya"),
        ("tanda", "signed"),
    ];
    fields.extend_from_slice(more);
    send(browser, &page, "catat-hak", &page, &fields).await
}

async fn measure(
    browser: &mut Browser<'_>,
    case: CaseId,
    act: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let page = format!("/perkara/{case}/upaya?jenis=arrest&cara=diversion");
    let action = format!("/perkara/{case}/upaya/{act}");
    send(browser, &page, act, &action, fields).await
}

const ARREST: [(&str, &str); 7] = [
    ("jenis", "arrest"),
    ("orang", "1"),
    ("surat", "SP.Kap/1/XI/2026"),
    ("jelas", "Dijelaskan bahwa ia ditangkap dan untuk apa"),
    ("keberatan", "ya"),
    ("dulu", "not_safe"),
    ("dulu_alasan", "membawa pisau"),
];

// S24
#[tokio::test]
async fn a_person_is_told_their_rights_and_the_reporter_sees_when() {
    let site = Site::pati().await;
    site.account(Role::Investigator).await;
    let filed = THEFT.file(&site).await;
    let case = filed.case;
    let mut officer = site.signed_in("investigator").await;
    let page = officer.get(&format!("/perkara/{case}")).await;
    assert!(
        page.text.contains(&format!("/perkara/{case}/hak")),
        "a part of the case"
    );
    let nothing = send(
        &mut officer,
        &format!("/perkara/{case}/hak"),
        "tambah-orang",
        &format!("/perkara/{case}/hak"),
        &[],
    )
    .await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(nothing.words().contains("Pilih paling sedikit satu peran"));
    let answer = named(&mut officer, case, "reporter", "dewasa").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let words = officer.get(&format!("/perkara/{case}/hak")).await.words();
    assert!(words.contains("Orang nomor 1 Pelapor."), "{words}");
    assert!(words.contains("Hak pelapor: paling lambat"), "{words}");
    let person = officer.get(&format!("/perkara/{case}/hak/1")).await;
    assert!(
        person
            .words()
            .contains("Anda berhak mendapat surat tanda terima laporan hari ini juga.")
    );
    let done = told(&mut officer, case, "1", &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    let words = officer.get(&format!("/perkara/{case}/hak")).await.words();
    assert!(words.contains("Hak pelapor: disampaikan"), "{words}");

    let mut reporter = site.browser();
    reporter.get("/lacak").await;
    let (number, code) = (filed.number.to_string(), filed.secret.plain());
    let answer = reporter
        .post("/lacak", &[("nomor", &number), ("kode", &code)])
        .await;
    let words = reporter.follow(answer).await.words();
    assert!(words.contains("Hak pelapor"), "{words}");
    assert!(
        words.contains("Petugas menyampaikannya kepada Anda pada"),
        "{words}"
    );
}

// S10 S24
#[tokio::test]
async fn a_reporter_who_is_the_one_reported_is_proposed_as_both() {
    let site = Site::pati().await;
    let by = site.account(Role::Investigator).await;
    let case = THEFT.file(&site).await.case;
    let note = CaseCommand::NoteReported {
        reported: true,
        warned: true,
        reason: "mengaku ikut mengambil".to_owned(),
    };
    let noted = site.node.change_case(&by, case, None, note, None).await;
    noted.unwrap();
    let mut officer = site.signed_in("investigator").await;
    let address = format!("/perkara/{case}/hak");
    let page = officer.get(&address).await;
    let proposal = "Pelapor tercatat juga sebagai yang dilaporkan";
    assert!(page.words().contains(proposal), "{}", page.words());
    for (role, proposed) in [("reporter", true), ("suspect", true), ("victim", false)] {
        let ticked = format!("value=\"{role}\" checked");
        assert_eq!(page.text.contains(&ticked), proposed, "{role}");
    }
    let fields = [
        ("peran", "reporter"),
        ("peran", "suspect"),
        ("usia", "dewasa"),
    ];
    let sent = send(&mut officer, &address, "tambah-orang", &address, &fields).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.words());
    let words = officer.get(&address).await.words();
    assert!(
        words.contains("Orang nomor 1 Pelapor, Tersangka."),
        "{words}"
    );
    assert!(!words.contains(proposal), "{words}");
}

// S24
#[tokio::test]
async fn what_was_not_understood_needs_help_and_a_child_is_not_alone() {
    let site = Site::pati().await;
    site.account(Role::Investigator).await;
    let case = THEFT.file(&site).await.case;
    let mut officer = site.signed_in("investigator").await;
    named(&mut officer, case, "suspect", "tidak-tahu").await;
    let words = officer.get(&format!("/perkara/{case}/hak/1")).await.words();
    for shown in [
        "Hakmu: Orang nomor 1",
        "Kamu di sini sebagai: Orang yang disangka. Disangka belum berarti bersalah.",
        "Hak anak yang disangka",
        "Kamu boleh menjawab dan boleh diam.",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    let spoken = words.split("Hakmu:").nth(1).unwrap_or_default();
    let spoken = spoken.split("Catat bahwa hak").next().unwrap_or_default();
    assert!(!spoken.contains("Anda"), "{spoken}");
    let alone = told(&mut officer, case, "1", &[]).await;
    assert_eq!(alone.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        alone
            .words()
            .contains("Isi apakah wali dan pendamping hadir")
    );
    let company = [("wali", "ya"), ("pendamping", "tidak")];
    let why = told(&mut officer, case, "1", &company).await;
    assert_eq!(
        why.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        why.words()
    );
    let all = [company[0], company[1], ("tanpa", "Bapas belum tiba")];
    let done = told(&mut officer, case, "1", &all).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    let history = officer.get(&format!("/perkara/{case}")).await.words();
    assert!(
        history.contains("Hak disampaikan kepada orang nomor 1"),
        "{history}"
    );
    assert!(history.contains("Bapas belum tiba"), "{history}");
}

// S37 S87
#[tokio::test]
async fn a_measure_waits_for_rights_is_reviewed_by_another_and_shown_when_it_lasts_too_long() {
    let site = Site::pati().await;
    site.account(Role::Investigator).await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut officer = site.signed_in("investigator").await;
    named(&mut officer, case, "suspect", "dewasa").await;
    let early = measure(&mut officer, case, "mulai", &ARREST).await;
    assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        early.words().contains("Sampaikan dulu hak orang ini"),
        "{}",
        early.words()
    );
    assert!(
        early.text.contains("SP.Kap/1/XI/2026"),
        "what was typed is kept"
    );
    told(&mut officer, case, "1", &[]).await;
    let begun = measure(&mut officer, case, "mulai", &ARREST).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.words());
    let page = officer.get(&format!("/perkara/{case}/upaya")).await.words();
    for shown in [
        "1. Penangkapan: Orang nomor 1 (Tersangka)",
        "Ke mana boleh keberatan sudah diberitahukan",
        "Tidak aman bila ditunda",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    let own = [("yang", "1"), ("tepat", "ya"), ("teks", "surat lengkap")];
    let refused = measure(&mut officer, case, "tinjau", &own).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.words().contains("Rekan lain yang meninjau"));
    site.clock.pass(25 * 60);
    let mut desk = site.signed_in("desk").await;
    let words = desk.get("/meja").await.words();
    assert!(words.contains("Hak dan upaya yang lewat waktu"), "{words}");
    let reviewed = measure(&mut desk, case, "tinjau", &own).await;
    assert_eq!(
        reviewed.status,
        StatusCode::SEE_OTHER,
        "{}",
        reviewed.words()
    );
    let end = [("yang", "1"), ("teks", "dipulangkan")];
    let ended = measure(&mut desk, case, "selesai", &end).await;
    assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.words());
    let words = desk.get("/meja").await.words();
    assert!(!words.contains("Hak dan upaya yang lewat waktu"), "{words}");
}

// S37: whoever was out of reach types it later; its time runs from when it began.
#[tokio::test]
async fn a_measure_that_is_typed_later_runs_from_when_it_began() {
    let site = Site::pati().await;
    site.account(Role::Investigator).await;
    let case = THEFT.file(&site).await.case;
    let mut officer = site.signed_in("investigator").await;
    named(&mut officer, case, "suspect", "dewasa").await;
    told(&mut officer, case, "1", &[]).await;
    // Half past midnight; the report came at half past nine.
    site.clock.pass(180);
    let mut officer = site.signed_in("investigator").await;
    for (when, why) in [
        ("2026-11-25T09:00", "Waktunya belum terjadi"),
        ("2026-11-24T21:00", "Waktunya lebih awal dari laporan"),
        ("kemarin", "Tulis jam seperti"),
    ] {
        let fields = [&ARREST[..], &[("waktu", when)]].concat();
        let refused = measure(&mut officer, case, "mulai", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{when}");
        assert!(refused.words().contains(why), "{why}: {}", refused.words());
        assert!(refused.text.contains(when), "what was typed is kept");
    }
    let fields = [&ARREST[..], &[("waktu", "2026-11-24T22:00")]].concat();
    let begun = measure(&mut officer, case, "mulai", &fields).await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER, "{}", begun.words());
    let page = officer.get(&format!("/perkara/{case}/upaya")).await.words();
    assert!(page.contains("25 November 2026, pukul 22.00"), "{page}");
}

// S37
#[tokio::test]
async fn a_settlement_is_excluded_with_its_reason_or_offered_and_needs_free_consent() {
    let site = Site::pati().await;
    site.account(Role::Investigator).await;
    let case = THEFT.file(&site).await.case;
    let mut officer = site.signed_in("investigator").await;
    let some = [("cara", "diversion"), ("nilai-1", "ya")];
    let open = measure(&mut officer, case, "nilai", &some).await;
    assert_eq!(open.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(open.words().contains("Jawab ya atau tidak"));
    // A child, no seven years, a repetition, no state matter, no pressure.
    let all = |repeat| {
        [
            ("cara", "diversion"),
            ("nilai-1", "ya"),
            ("nilai-2", "tidak"),
            ("nilai-3", repeat),
            ("nilai-4", "tidak"),
            ("nilai-5", "tidak"),
        ]
    };
    let judged = measure(&mut officer, case, "nilai", &all("ya")).await;
    assert_eq!(judged.status, StatusCode::SEE_OTHER, "{}", judged.words());
    let words = officer.get(&format!("/perkara/{case}/upaya")).await.words();
    assert!(
        words.contains("Anak ini pernah melakukan tindak pidana. (UU 11/2012 ps. 7(2)b)"),
        "{words}"
    );
    // The exclusion does not go away unsaid.
    let unsaid = measure(&mut officer, case, "nilai", &all("tidak")).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(unsaid.words().contains("Tulis apa yang berubah"));
    let why = ("alasan", "Perkara yang dulu milik anak lain");
    let said = [&all("tidak")[..], &[why]].concat();
    let judged = measure(&mut officer, case, "nilai", &said).await;
    assert_eq!(judged.status, StatusCode::SEE_OTHER, "{}", judged.words());
    let history = officer.get(&format!("/perkara/{case}")).await.words();
    assert!(history.contains(why.1), "{history}");
    let pressed = [("yang", "2"), ("pihak", "victim"), ("kata", "given")];
    let refused = measure(&mut officer, case, "jawab", &pressed).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused
            .words()
            .contains("Jelaskan dulu bahwa boleh menolak")
    );
    for side in ["child", "guardian", "victim"] {
        let free = [
            ("yang", "2"),
            ("pihak", side),
            ("kata", "given"),
            ("bebas", "ya"),
        ];
        let answer = measure(&mut officer, case, "jawab", &free).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    }
    let agreed = [("yang", "2"), ("teks", "helm diganti")];
    let answer = measure(&mut officer, case, "sepakat", &agreed).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let words = officer.get(&format!("/perkara/{case}/upaya")).await.words();
    assert!(words.contains("Sepakat"), "{words}");
}

// S24
#[tokio::test]
async fn everybody_reads_everybodys_rights_in_both_languages() {
    let site = Site::pati().await;
    let mut anybody = site.browser();
    let words = anybody.get("/hak").await.words();
    assert!(
        words.contains("Anda boleh menjawab dan boleh diam."),
        "{words}"
    );
    assert!(words.contains("UU 20/2025 ps. 142"), "{words}");
    let words = anybody.get("/hak?lang=en").await.words();
    assert!(
        words.contains("You may answer, and you may stay silent."),
        "{words}"
    );
    let about = anybody.get("/tentang").await;
    assert!(about.text.contains("href=\"/hak\""));
}

// S24: of a case shown without its kind, the reporter's page names no kind either.
#[tokio::test]
async fn a_sensitive_case_says_nothing_of_its_kind_on_the_reporters_page() {
    let site = Site::pati().await;
    let report = Report {
        service: "tpks",
        ..THEFT
    };
    let filed = report.file(&site).await;
    let mut reporter = site.browser();
    reporter.get("/lacak").await;
    let (number, code) = (filed.number.to_string(), filed.secret.plain());
    let answer = reporter
        .post("/lacak", &[("nomor", &number), ("kode", &code)])
        .await;
    let words = reporter.follow(answer).await.words();
    assert!(words.contains("Hak pelapor"), "{words}");
    assert!(!words.contains("kekerasan seksual"), "{words}");
}
