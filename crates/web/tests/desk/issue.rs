//! Letters that the program makes: asked for, looked at, issued, had by their reporter, verified by anybody.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use pengayom_core::subject::case::CaseCommand;
use pengayom_node::access::Role;
use pengayom_node::handle::case::Filed;

use crate::THEFT;
use crate::support::{Answer, Browser, Site};

/// What an officer fills in for the receipt of a report.
const STTLP: [(&str, &str); 8] = [
    ("jenis", "sttlp"),
    ("isi-reporter", "Budi Santoso"),
    ("isi-when", "23 November 2026, malam"),
    ("isi-where", "Pasar Juwana"),
    ("isi-summary", "Motor Beat merah hilang dari pasar"),
    ("isi-next_step", "Petugas datang ke tempat kejadian."),
    ("isi-next_when", "27 November 2026"),
    ("bahasa", "id_en"),
];

async fn issue(browser: &mut Browser<'_>, filed: &Filed, fields: &[(&str, &str)]) -> Answer {
    let address = format!("/perkara/{}/surat/terbit", filed.case);
    browser.post(&address, fields).await
}

async fn track(browser: &mut Browser<'_>, filed: &Filed) -> Answer {
    browser.get("/lacak").await;
    let (number, code) = (filed.number.to_string(), filed.secret.plain());
    let answer = browser
        .post("/lacak", &[("nomor", &number), ("kode", &code)])
        .await;
    browser.follow(answer).await
}

fn has(content: &[u8], needle: &str) -> bool {
    content
        .windows(needle.len())
        .any(|part| part == needle.as_bytes())
}

// S18, S26, S40
#[tokio::test]
async fn a_letter_is_issued_had_by_its_reporter_and_verified_by_anybody() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let mut desk = site.signed_in("desk").await;
    let case = filed.case;
    let page = desk.get(&format!("/perkara/{case}/surat")).await;
    let words = page.words();
    assert!(
        words.contains("STTLP, tanda terima laporan polisi"),
        "{words}"
    );
    // For another service.
    assert!(!words.contains("SKTLK, surat kehilangan"), "{words}");
    let page = desk
        .get(&format!("/perkara/{case}/surat?jenis=sttlp"))
        .await;
    assert!(page.text.contains("Motor Beat merah hilang dari pasar"));
    let command = page.value_of("perintah").unwrap();
    let mut fields = STTLP.to_vec();
    fields.push(("perintah", &command));
    // Looked at before, and nothing is kept of it.
    let preview = desk
        .post(&format!("/perkara/{case}/surat/contoh"), &fields)
        .await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.words());
    assert!(preview.bytes.starts_with(b"%PDF-1.7"));
    assert_eq!(preview.header("cache-control"), "no-store");
    let answer = issue(&mut desk, &filed, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    // The same form sent twice is one letter.
    let again = issue(&mut desk, &filed, &fields).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    let words = desk.follow(answer).await.words();
    assert!(words.contains("nomor STTLP/1/XI/2026/PTI"), "{words}");
    assert_eq!(
        desk.get(&format!("/perkara/{case}/surat/2")).await.status,
        StatusCode::NOT_FOUND
    );
    let letter = desk.get(&format!("/perkara/{case}/surat/1")).await.bytes;
    assert!(has(&letter, "pdfaid:part>2<"));

    let mut reporter = site.browser();
    let words = track(&mut reporter, &filed).await.words();
    assert!(words.contains("STTLP/1/XI/2026/PTI"), "{words}");
    let own = reporter
        .get(&format!("/lacak/{}/surat/1", filed.number))
        .await;
    assert_eq!(own.bytes, letter);

    let code = site.node.letter_code(&filed.number, 1);
    let mut anybody = site.browser();
    let address = format!("/surat/{code}");
    let page = anybody.get(&address).await;
    let words = page.words();
    for shown in [
        "Surat ini berlaku",
        "STTLP, tanda terima laporan polisi",
        "STTLP/1/XI/2026/PTI",
        "24 November 2026",
        "Polres Pati",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    assert!(!words.contains("Budi"), "{words}");
    assert!(!page.text.contains("Juwana"));
    for (file, said) in [
        (letter.as_slice(), "Sama persis"),
        (&letter[1..], "Berkas ini bukan surat itu"),
        (preview.bytes.as_slice(), "Berkas ini bukan surat itu"),
    ] {
        let answer = anybody
            .post_file(&address, &[], ("berkas", "surat.pdf", file))
            .await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.words().contains(said), "{said}");
    }
    let none = anybody.post_file(&address, &[], ("berkas", "", b"")).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    let large = vec![b'x'; 2 * 1024 * 1024 + 1];
    let answer = anybody
        .post_file(&address, &[], ("berkas", "x.pdf", &large))
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.words().contains("lebih besar dari 2 MB"));
}

// S18: the code is what the unit made; another one is no letter, however near it is.
#[tokio::test]
async fn a_code_that_is_not_ours_is_no_letter_and_tries_end() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{}/surat", filed.case)).await;
    issue(&mut desk, &filed, &STTLP).await;
    let code = site.node.letter_code(&filed.number, 1);
    let mut anybody = site.browser();
    // As people type it.
    let typed = format!("/surat?kode={}", code.to_lowercase().replace('-', "-%20"));
    let answer = anybody.get(&typed).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(anybody.follow(answer).await.status, StatusCode::OK);
    let (begin, mark) = code.rsplit_once('-').unwrap();
    let other = if mark.starts_with('2') { '3' } else { '2' };
    let second = site.node.letter_code(&filed.number, 2);
    let wrong = [
        format!("{begin}-{other}{}", &mark[1..]),
        begin.to_owned(),
        // Made by this unit, for a letter that was never issued.
        second.clone(),
        second.replace("-2-", "-1-"),
        "x".repeat(300),
    ];
    for wrong in &wrong {
        let answer = anybody.get(&format!("/surat/{wrong}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{wrong}");
        assert!(
            answer.words().contains("Kode ini tidak ada pada kami"),
            "{wrong}"
        );
    }
    let answer = anybody.get("/surat?kode=satu%2Fdua").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut last = StatusCode::NOT_FOUND;
    for _ in 0..80 {
        last = anybody
            .get(&format!("/surat/{begin}-000000000000"))
            .await
            .status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
}

// S18: what is missing is named at its field, and what was typed stays.
#[tokio::test]
async fn a_letter_that_is_not_filled_in_names_the_field_and_keeps_the_rest() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{}/surat?jenis=sttlp", filed.case))
        .await;
    let long = "x".repeat(401);
    let fields: Vec<(&str, &str)> = STTLP
        .into_iter()
        .map(|(name, value)| match name {
            "isi-reporter" => (name, "  "),
            "isi-next_step" => (name, long.as_str()),
            _ => (name, value),
        })
        .collect();
    for address in ["contoh", "terbit"] {
        let address = format!("/perkara/{}/surat/{address}", filed.case);
        let answer = desk.post(&address, &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("href=\"#isi-reporter\""));
        assert!(
            answer.words().contains("401 huruf, paling banyak 400"),
            "{}",
            answer.words()
        );
        assert!(answer.text.contains("Pasar Juwana"));
    }
    // Of another service: nothing of it is issued.
    let other = [("jenis", "sktlk"), ("isi-reporter", "Budi")];
    let answer = issue(&mut desk, &filed, &other).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let letter = desk.get(&format!("/perkara/{}/surat/1", filed.case)).await;
    assert_eq!(letter.status, StatusCode::NOT_FOUND);
}

// S18: a letter corrected after going back is another one: the page does not say that the first was it.
#[tokio::test]
async fn a_letter_corrected_after_it_was_issued_is_another_letter() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let mut desk = site.signed_in("desk").await;
    let address = format!("/perkara/{}/surat?jenis=sttlp", filed.case);
    let command = desk.get(&address).await.value_of("perintah").unwrap();
    let mut fields = STTLP.to_vec();
    fields.push(("perintah", &command));
    let answer = issue(&mut desk, &filed, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    // Gone back, one field corrected, and sent from the same form.
    let corrected = "Motor Beat hitam hilang dari pasar";
    fields[4] = ("isi-summary", corrected);
    let answer = issue(&mut desk, &filed, &fields).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let words = answer.words();
    assert!(words.contains("sudah terbit dengan isi lain"), "{words}");
    assert!(answer.text.contains(corrected), "what was typed is kept");
    let anew = answer.value_of("perintah").unwrap();
    assert_ne!(anew, command);
    let letters = || async {
        let history = site.node.case_history(&officer, filed.case).await.unwrap();
        history.case.letters
    };
    assert_eq!(letters().await.len(), 1);
    // Then it comes in place of the first, and once.
    fields.retain(|(name, _)| *name != "perintah");
    fields.extend([("perintah", anew.as_str()), ("menggantikan", "1")]);
    for _ in 0..2 {
        let answer = issue(&mut desk, &filed, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    }
    let letters = letters().await;
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0].replaced_by, Some(2));
}

// S18: numbers of a kind follow each other without a gap, also when two are issued at once.
#[tokio::test]
async fn letters_of_a_kind_are_numbered_without_a_gap() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let mut filed = Vec::new();
    for _ in 0..3 {
        filed.push(THEFT.file(&site).await);
    }
    let mut desk = site.signed_in("desk").await;
    for one in &filed {
        desk.get(&format!("/perkara/{}/surat", one.case)).await;
        let answer = issue(&mut desk, one, &STTLP).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    let mut numbers = BTreeSet::new();
    for one in &filed {
        let history = site.node.case_history(&officer, one.case).await.unwrap();
        let letter = history.case.letter(1).unwrap();
        numbers.insert(letter.issued.as_ref().unwrap().n);
    }
    assert_eq!(numbers, BTreeSet::from([1, 2, 3]));
}

// S18: withdrawn and replaced letters say so when they are verified, and a summons is not the reporter's.
#[tokio::test]
async fn a_letter_that_no_longer_stands_says_so_and_a_summons_is_not_the_reporters() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{}/surat", filed.case)).await;
    issue(&mut desk, &filed, &STTLP).await;
    let mut second = STTLP.to_vec();
    second.push(("menggantikan", "1"));
    let answer = issue(&mut desk, &filed, &second).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let answer = issue(&mut desk, &filed, &second).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "it was replaced"
    );
    let summons = [
        ("jenis", "summons"),
        ("isi-called", "Orang yang dipanggil"),
        ("isi-as_what", "saksi"),
        ("isi-matter", "motor hilang"),
        ("isi-basis", "dasar"),
        ("isi-come_at", "Senin, pukul 09.00"),
        ("isi-come_to", "Polres Pati"),
        ("isi-rights", "Didampingi penasihat hukum"),
    ];
    let answer = issue(&mut desk, &filed, &summons).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let withdraw = CaseCommand::WithdrawLetter {
        letter: 2,
        reason: "salah nama".to_owned(),
    };
    let changed = site
        .node
        .change_case(&officer, filed.case, None, withdraw, None);
    changed.await.unwrap();
    let mut anybody = site.browser();
    for (n, said) in [
        (1, "Sudah diganti"),
        (2, "Surat ini ditarik"),
        (3, "Surat ini berlaku"),
    ] {
        let code = site.node.letter_code(&filed.number, n);
        let words = anybody.get(&format!("/surat/{code}")).await.words();
        assert!(words.contains(said), "{n}: {words}");
        // Why is for the reporter.
        assert!(!words.contains("salah nama"));
    }
    let mut reporter = site.browser();
    let words = track(&mut reporter, &filed).await.words();
    assert!(!words.contains("Surat panggilan"), "{words}");
    let answer = reporter
        .get(&format!("/lacak/{}/surat/3", filed.number))
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let words = desk.get(&format!("/perkara/{}", filed.case)).await.words();
    assert!(words.contains("Surat panggilan"), "{words}");
    // Nor do they learn of it from what is held about them, withdrawn or not; of their own letters they do.
    let withdraw = CaseCommand::WithdrawLetter {
        letter: 3,
        reason: "salah panggil".to_owned(),
    };
    let changed = site
        .node
        .change_case(&officer, filed.case, None, withdraw, None);
    let changed = changed.await.unwrap();
    let summons = changed.case.letter(3).unwrap().file.sha256.clone();
    let own = changed.case.letter(1).unwrap().file.sha256.clone();
    let held = format!("/lacak/{}/data", filed.number);
    let file = reporter.post(&held, &[]).await;
    let events = file.json()["events"].as_array().unwrap().clone();
    let count = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
    assert_eq!(count("case.letter_given"), 2, "{}", file.text);
    assert_eq!(count("case.letter_withdrawn"), 1, "{}", file.text);
    let page = reporter.post(&format!("{held}/baca"), &[]).await;
    for text in [&file.text, &page.text] {
        for hidden in ["summons", "Surat panggilan", "salah panggil", &summons] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        for told in ["salah nama", &own] {
            assert!(text.contains(told), "{told}: {text}");
        }
    }
}
