//! The one who reported sees what became of it, and judges how they were served.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use axum::http::StatusCode;
use pengayom_core::subject::case::{CaseCommand, ReviewKind};
use pengayom_core::subject::encounter::PersonCapacity;
use pengayom_core::value::{CaseId, CommandId};
use pengayom_node::PersonDetails;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::encounter::RecordEncounter;
use pengayom_node::handle::place::PlaceInput;
use support::{Browser, Site, fill, photo};

/// A report just filed, in a browser that has its receipt.
async fn filed(site: &Site) -> (Browser<'_>, String, String) {
    let mut browser = site.browser();
    let check = fill(&mut browser, "dicuri").await;
    let command = check.value_of("perintah").unwrap();
    let sent = browser
        .post("/lapor/periksa", &[("perintah", &command)])
        .await;
    browser.follow(sent).await;
    let text = browser.get("/lapor/terkirim.txt").await.text;
    let code = text
        .lines()
        .nth(1)
        .unwrap()
        .rsplit_once(": ")
        .unwrap()
        .1
        .to_owned();
    (site.browser(), "PTI-2611-0001".to_owned(), code)
}

async fn open(browser: &mut Browser<'_>, number: &str, code: &str) -> support::Answer {
    browser.get("/lacak").await;
    let answer = browser
        .post("/lacak", &[("nomor", number), ("kode", code)])
        .await;
    browser.follow(answer).await
}

async fn case_of(site: &Site, desk: &Staff) -> CaseId {
    site.node.waiting(desk, 1).await.unwrap()[0].id
}

// S18, S40: four steps with dates, who handles it, what was promised and what was said.
#[tokio::test]
async fn the_reporter_sees_the_steps_who_handles_it_and_what_was_answered() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let (mut browser, number, code) = filed(&site).await;
    let page = open(&mut browser, &number, &code).await;
    assert_eq!(browser.at, "/lacak/PTI-2611-0001");
    assert!(
        page.words()
            .contains("Diterima : sekarang di sini 24 November 2026, pukul 21.30 WIB")
    );
    assert!(
        page.words()
            .contains("Kabar berikutnya paling lambat 27 November 2026")
    );
    assert_eq!(page.text.matches("aria-current=\"step\"").count(), 1);
    // S28
    assert!(page.words().contains("Peran petugas bagi Anda: "));
    let case = case_of(&site, &desk).await;
    site.clock.pass(20);
    for command in [
        CaseCommand::AssignOfficer {
            officer: desk.id,
            lacks: None,
            reason: None,
        },
        CaseCommand::Answer {
            text: "Kami datang besok <b>pagi</b>".to_owned(),
            next_news_by: Some("2026-11-26T03:00:00Z".parse().unwrap()),
        },
    ] {
        site.node
            .change_case(&desk, case, None, command, None)
            .await
            .unwrap();
    }
    let page = browser.get("/lacak/PTI-2611-0001").await;
    let words = page.words();
    for expected in [
        "Petugas: Bripka Sari desk",
        "Kami datang besok <b>pagi</b>",
        "Kabar berikutnya paling lambat 26 November 2026, pukul 10.00 WIB",
        "Dijawab 24 November 2026, pukul 21.50 WIB",
        "Nilai pelayanan kami",
    ] {
        assert!(words.contains(expected), "{expected} not in {words}");
    }
    let done = CaseCommand::Close {
        outcome: "resolved".to_owned(),
        reason: "Motor ditemukan".into(),
    };
    site.node
        .change_case(&desk, case, None, done, None)
        .await
        .unwrap();
    let words = browser.get("/lacak/PTI-2611-0001").await.words();
    assert!(words.contains("Motor ditemukan"), "{words}");
}

// S18: a promise that was missed is said, with its reason or that there is none yet.
#[tokio::test]
async fn lateness_is_said_with_its_reason() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let (mut browser, number, code) = filed(&site).await;
    let case = case_of(&site, &desk).await;
    site.clock.pass(4320 + 2 * 1440 + 5);
    let words = open(&mut browser, &number, &code).await.words();
    assert!(
        words.contains("Kami terlambat 2 hari. Alasan: alasan belum ditulis"),
        "{words}"
    );
    let reason = site.node.unit().pack.late_reasons()[0].clone();
    let explain = CaseCommand::ExplainDelay {
        reason: reason.code.as_str().to_owned(),
        text: "Saksi belum bertemu".to_owned(),
    };
    site.node
        .change_case(&desk, case, None, explain, None)
        .await
        .unwrap();
    let words = browser.get("/lacak/PTI-2611-0001?lang=en").await.words();
    let expected = format!(
        "We are 2 days late. Reason: {}. Saksi belum bertemu",
        reason.name.en
    );
    assert!(words.contains(&expected), "{words}");
}

// S40: what the supervisor owes is asked for on the page, waits for somebody else, and is read there.
#[tokio::test]
async fn an_explanation_and_a_second_look_are_asked_for_and_read() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let chief = site.account(Role::Commander).await;
    let (mut browser, number, code) = filed(&site).await;
    let at = format!("/lacak/{number}");
    let ask = format!("{at}/minta");
    let page = open(&mut browser, &number, &code).await;
    assert!(!page.words().contains("Minta penjelasan atasan"));
    assert!(!page.words().contains("Minta penilaian kedua"));
    // Nothing is owed yet, and nothing decided: the reason is said, what was typed stays.
    for (kind, field, words) in [
        ("explanation", "penjelasan", "Belum ada janji yang lewat"),
        ("second_look", "penilaian", "Laporan ini belum ditelaah"),
    ] {
        let fields = [("minta", kind), (field, "Mengapa?")];
        let early = browser.post(&ask, &fields).await;
        assert_eq!(early.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind}");
        assert!(early.words().contains(words), "{}", early.words());
    }
    site.clock.pass(4320 + 1440);
    let page = browser.get("/lacak").await;
    assert_eq!(page.status, StatusCode::OK);
    let page = open(&mut browser, &number, &code).await.words();
    assert!(page.contains("Minta penjelasan atasan"), "{page}");
    assert!(
        page.contains("belum datang"),
        "overdue news is said: {page}"
    );
    let fields = [("minta", "explanation"), ("penjelasan", "Sudah empat hari")];
    for words in [
        "Permintaan Anda sudah kami terima",
        "Ini sudah diminta dan menunggu jawaban",
    ] {
        // Pressed twice it is asked once.
        let asked = browser.post(&ask, &fields).await;
        let page = browser.follow(asked).await.words();
        assert!(page.contains(words), "{page}");
        assert!(page.contains("Anda minta penjelasan atasan pada"), "{page}");
        assert!(!page.contains("Minta penjelasan atasan"), "{page}");
    }
    let case = case_of(&site, &desk).await;
    let review = ReviewKind::Explanation;
    let text = "Penyidik sakit, hari ini digantikan".to_owned();
    let answer = CaseCommand::AnswerReview { review, text };
    site.node
        .change_case(&chief, case, None, answer, None)
        .await
        .unwrap();
    let page = browser.get(&at).await.words();
    assert!(
        page.contains("Penyidik sakit, hari ini digantikan"),
        "{page}"
    );
    assert!(page.contains("Penjelasan Bripka Sari commander"), "{page}");
    assert!(
        page.contains("Minta penjelasan atasan"),
        "it may be asked again: {page}"
    );
    let data = browser.post(&format!("{at}/data/baca"), &[]).await.words();
    assert!(data.contains("Sudah empat hari"), "{data}");
    assert!(
        data.contains("Penyidik sakit, hari ini digantikan"),
        "{data}"
    );
}

// S40: while a second look waits it is not offered again, and whoever asks all the same reads since when it waits.
#[tokio::test]
async fn a_second_look_that_waits_is_asked_for_once() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let (mut browser, number, code) = filed(&site).await;
    let case = case_of(&site, &desk).await;
    let known = site.node.case_history(&desk, case).await.unwrap();
    let assess = CaseCommand::Assess {
        service: known.case.service,
        reason: None,
    };
    site.node
        .change_case(&desk, case, None, assess, None)
        .await
        .unwrap();
    let page = open(&mut browser, &number, &code).await.words();
    assert!(page.contains("Minta penilaian kedua"), "{page}");
    let fields = [("minta", "second_look"), ("penilaian", "Bukan itu")];
    for words in [
        "Permintaan Anda sudah kami terima",
        "Ini sudah diminta dan menunggu jawaban",
    ] {
        let asked = browser
            .post(&format!("/lacak/{number}/minta"), &fields)
            .await;
        let page = browser.follow(asked).await.words();
        for shown in [
            words,
            "Anda minta penilaian kedua pada 24 November 2026",
            "Jawabannya tampil di halaman ini",
        ] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
        assert!(!page.contains("Minta penilaian kedua"), "{page}");
    }
    let known = site.node.case_history(&desk, case).await.unwrap();
    assert_eq!(known.case.reviews.of(ReviewKind::SecondLook).asked, 1);
}

// S40: only who opened the page with number and code asks.
#[tokio::test]
async fn nobody_asks_without_number_and_code() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let (_, number, _) = filed(&site).await;
    let mut stranger = site.browser();
    stranger.get("/lacak").await;
    let ask = format!("/lacak/{number}/minta");
    let asked = stranger.post(&ask, &[("minta", "second_look")]).await;
    assert_eq!(asked.location(), format!("/lacak?nomor={number}"));
    let case = case_of(&site, &desk).await;
    let history = site.node.case_history(&desk, case).await.unwrap();
    assert_eq!(history.acts.len(), 1);
}

#[tokio::test]
async fn a_wrong_number_or_code_opens_nothing_and_cannot_be_tried_without_end() {
    let site = Site::pati().await;
    let (mut browser, number, code) = filed(&site).await;
    let wrong = open(&mut browser, &number, "0000 0000 0000").await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.words().contains("Nomor dan kode tidak cocok"));
    assert_eq!(wrong.value_of("nomor").as_deref(), Some(number.as_str()));
    let unread = browser
        .post("/lacak", &[("nomor", "x"), ("kode", "1")])
        .await;
    assert!(unread.words().contains("Tulis nomor seperti PTI-2611-0482"));
    assert!(unread.words().contains("Kode terdiri dari 12 angka"));
    // Without number and code in hand, the address alone leads to the form.
    let mut other = site.browser();
    let answer = other.get("/lacak/PTI-2611-0001").await;
    assert_eq!(answer.location(), "/lacak?nomor=PTI-2611-0001");
    assert_eq!(
        other.get("/lacak/%3Cscript%3E").await.status,
        StatusCode::NOT_FOUND
    );
    let mut last = StatusCode::OK;
    for _ in 0..12 {
        last = browser
            .post("/lacak", &[("nomor", &number), ("kode", "000000000000")])
            .await
            .status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    // The one with the right code still comes in.
    assert_eq!(
        open(&mut other, &number, &code).await.status,
        StatusCode::OK
    );
    site.clock.pass(31);
    assert_eq!(
        other.get("/lacak/PTI-2611-0001").await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn the_code_is_never_in_an_address() {
    let site = Site::pati().await;
    let (mut browser, number, code) = filed(&site).await;
    browser.get("/lacak").await;
    let answer = browser
        .post(
            "/lacak",
            &[("nomor", &number.to_lowercase()), ("kode", &code)],
        )
        .await;
    let plain: String = code.split(' ').collect();
    assert!(!answer.location().contains(&plain));
    for cookie in answer.headers.get_all("set-cookie") {
        assert!(!cookie.to_str().unwrap().contains(&plain));
    }
    let page = browser.follow(answer).await;
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!page.text.contains(&plain) && !page.text.contains(&code));
}

#[tokio::test]
async fn information_is_added_with_a_photograph_and_shown() {
    let site = Site::pati().await;
    let (mut browser, number, code) = filed(&site).await;
    open(&mut browser, &number, &code).await;
    let path = "/lacak/PTI-2611-0001";
    let empty = browser.post(path, &[("keterangan", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        empty
            .words()
            .contains("Tulis keterangan yang mau ditambahkan")
    );
    let bad = [("keterangan", "Ada saksi")];
    let bad = browser
        .post_file(path, &bad, ("foto", "a.jpg", b"GIF89a"))
        .await;
    assert!(bad.words().contains("Berkas harus foto") && bad.text.contains("Ada saksi"));
    let fields = [("keterangan", "Ada saksi di warung")];
    let answer = browser
        .post_file(path, &fields, ("foto", "a.jpg", &photo()))
        .await;
    let page = browser.follow(answer).await;
    assert!(page.words().contains("Keterangan Anda sudah kami terima"));
    assert!(
        page.words().contains("Ada saksi di warung 1 foto"),
        "{}",
        page.words()
    );
}

async fn rating_code(site: &Site, officer: &Staff) -> String {
    let unit = site.node.unit();
    let record = RecordEncounter {
        command: CommandId(site.node.new_id()),
        person: PersonDetails::default(),
        capacity: PersonCapacity::Resident,
        case: None,
        service: "info".parse().unwrap(),
        function: unit.pack.functions()[0].code.code().to_owned(),
        role: unit.pack.officer_roles()[0].code.code().to_owned(),
        explained: Vec::new(),
        force_used: false,
        force_stage: None,
        legal_basis: None,
        note: None,
        place: PlaceInput::Unknown,
        happened_at: None,
        simulated: false,
    };
    site.node
        .record_encounter(officer, record)
        .await
        .unwrap()
        .code
        .plain()
}

// S5, S6, S41: eight items of the three aspects, trust and liking as two questions, each once.
#[tokio::test]
async fn an_encounter_is_judged_once_with_trust_and_liking_apart() {
    let site = Site::pati().await;
    let patrol = site.account(Role::Patrol).await;
    let code = rating_code(&site, &patrol).await;
    let mut browser = site.browser();
    browser.get("/nilai").await;
    let answer = browser
        .post("/nilai", &[("kode", &format!(" {code} "))])
        .await;
    let page = browser.follow(answer).await;
    assert_eq!(browser.at, format!("/nilai/{code}"));
    let (short, _) = page.text.split_once("<details class=\"more\"").unwrap();
    assert_eq!(short.matches("<fieldset").count(), 8);
    let words = page.words();
    assert!(words.contains("Apakah Anda percaya polisi di sini?"));
    assert!(words.contains("Apakah Anda senang dengan polisi di sini?"));
    assert!(words.contains("Hanya gabungan 5 orang atau lebih yang tampil"));
    assert!(!words.contains("Sari patrol"), "the officer is not named");
    let path = format!("/nilai/{code}");
    let none = browser
        .post(&path, &[("pesan", "Terima kasih"), ("k1", "9")])
        .await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.words().contains("Isi paling sedikit satu jawaban"));
    assert!(none.text.contains("Terima kasih"));
    let fields = [
        ("k1", "3"),
        ("t1", "4"),
        ("t2", "1"),
        ("b2", "0"),
        ("pesan", "Cepat"),
    ];
    let given = browser.post(&path, &fields).await;
    let thanks = browser.follow(given).await;
    assert!(thanks.words().contains("Terima kasih"));
    for answer in [browser.get(&path).await, browser.post(&path, &fields).await] {
        assert_eq!(answer.status, StatusCode::GONE);
        assert!(answer.words().contains("Kode ini sudah dipakai"));
    }
    let messages = site
        .node
        .store()
        .feedback_messages(&site.node.unit().id, 5)
        .await
        .unwrap();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].message.as_deref(), Some("Cepat"));
}

#[tokio::test]
async fn a_code_that_is_unknown_or_too_old_says_so() {
    let site = Site::pati().await;
    let patrol = site.account(Role::Patrol).await;
    let code = rating_code(&site, &patrol).await;
    let mut browser = site.browser();
    for unknown in ["/nilai/000000000000", "/nilai/x%3Cb%3E"] {
        let answer = browser.get(unknown).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND);
        assert!(answer.words().contains("Kode ini tidak kami kenal"));
    }
    site.clock.pass(31 * 24 * 60);
    let answer = browser.get(&format!("/nilai/{code}")).await;
    assert_eq!(answer.status, StatusCode::GONE);
    assert!(answer.words().contains("Kode ini sudah lewat 30 hari"));
}

// S5: whoever reported judges the handling, once it was answered, and only once.
#[tokio::test]
async fn the_handling_of_a_report_is_judged_from_its_page() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let (mut browser, number, code) = filed(&site).await;
    assert_eq!(browser.get("/nilai/kasus").await.location(), "/lacak");
    open(&mut browser, &number, &code).await;
    assert_eq!(
        browser.get("/nilai/kasus").await.location(),
        "/lacak/PTI-2611-0001"
    );
    let answer = CaseCommand::Answer {
        text: "Kami datang".to_owned(),
        next_news_by: None,
    };
    let case = case_of(&site, &desk).await;
    site.node
        .change_case(&desk, case, None, answer, None)
        .await
        .unwrap();
    assert!(
        browser
            .get("/lacak/PTI-2611-0001")
            .await
            .text
            .contains("/nilai/kasus")
    );
    let form = browser.get("/nilai/kasus").await.text;
    let (short, _) = form.split_once("<details class=\"more\"").unwrap();
    assert_eq!(short.matches("<fieldset").count(), 8);
    let given = browser.post("/nilai/kasus", &[("k1", "4")]).await;
    assert_eq!(given.location(), "/nilai/terima-kasih");
    assert!(
        !browser
            .get("/lacak/PTI-2611-0001")
            .await
            .text
            .contains("/nilai/kasus")
    );
    assert_eq!(browser.get("/nilai/kasus").await.status, StatusCode::GONE);
}

#[tokio::test]
async fn the_reporter_takes_everything_that_is_held_about_them() {
    let site = Site::pati().await;
    let (mut browser, number, code) = filed(&site).await;
    let address = format!("/lacak/{number}/data");
    // Without the code nothing is given.
    browser.get("/lacak").await;
    let answer = browser.post(&address, &[]).await;
    assert_eq!(answer.location(), format!("/lacak?nomor={number}"));
    let page = open(&mut browser, &number, &code).await;
    assert!(page.words().contains("Unduh data saya"), "{}", page.words());
    let answer = browser.post(&address, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.header("content-disposition"),
        format!("attachment; filename=\"data-{number}.json\"")
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    let held = answer.json();
    assert_eq!(held["format"], "pengayom-person/v1");
    assert_eq!(held["number"], number.as_str());
    assert_eq!(held["events"][0]["kind"], "case.request_filed");
    assert!(
        held["events"][0]["content"]["description"].is_string(),
        "{held}"
    );
    assert!(!answer.text.contains(&code), "{}", answer.text);
}

// S18
#[tokio::test]
async fn the_reporter_reads_what_is_held_about_them_in_words() {
    let site = Site::pati().await;
    let (mut browser, number, code) = filed(&site).await;
    let address = format!("/lacak/{number}/data/baca");
    // Without the code nothing is shown, and no address opens it.
    browser.get("/lacak").await;
    let answer = browser.post(&address, &[]).await;
    assert_eq!(answer.location(), format!("/lacak?nomor={number}"));
    let page = open(&mut browser, &number, &code).await;
    assert!(
        page.text.contains(&format!("formaction=\"{address}\"")),
        "{}",
        page.text
    );
    assert_eq!(
        browser.get(&address).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    let held = browser
        .post(&format!("/lacak/{number}/data"), &[])
        .await
        .json();
    let answer = browser.post(&address, &[]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("cache-control"), "no-store");
    let words = answer.words();
    let told = held["events"][0]["content"]["description"]
        .as_str()
        .unwrap();
    for part in [
        "Siapa Anda",
        "Apa yang Anda sampaikan kepada kami",
        "Apa yang kami sampaikan kepada Anda",
        "Apa yang terjadi, dan kapan",
        "Foto dan berkas",
        "Berapa lama kami menyimpannya",
        told,
        "Laporan diterima (Anda)",
        &number,
    ] {
        assert!(words.contains(part), "{part}: {words}");
    }
    for value in held["person"]
        .as_object()
        .into_iter()
        .flat_map(|person| person.values())
    {
        assert!(words.contains(value.as_str().unwrap()), "{value}: {words}");
    }
    assert!(!answer.text.contains(&code));
    assert!(
        !answer.text.contains("own."),
        "a word is missing: {}",
        answer.text
    );
    let answer = browser.post(&address, &[("lang", "en")]).await;
    assert!(
        answer.words().contains("What happened, and when"),
        "{}",
        answer.words()
    );
}
