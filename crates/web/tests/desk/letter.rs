//! Letters: given by staff on the page of a case, had by its reporter on `/lacak`, and by nobody else.

use std::fmt::Write as _;

use axum::http::{Method, Request, StatusCode, header};
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_core::value::CaseId;
use pengayom_node::access::Role;
use pengayom_node::handle::case::Filed;
use pengayom_node::media::PHOTO_MAX_BYTES;

use crate::support::{Answer, Browser, Site, photo};
use crate::{Report, THEFT};

const PDF: &[u8] = b"%PDF-1.7\nisi surat perkembangan";

/// The form filled in as it should be.
const GOOD: [(&str, &str); 3] = [
    ("jenis", "sp2hp_a1"),
    ("nomor", "SP2HP/12/XI/2026"),
    ("tanggal", "2026-11-23"),
];

async fn send(
    browser: &mut Browser<'_>,
    case: CaseId,
    fields: &[(&str, &str)],
    name: &str,
    content: &[u8],
) -> Answer {
    let address = format!("/perkara/{case}/surat");
    browser
        .post_file(&address, fields, ("berkas", name, content))
        .await
}

/// Gives the good letter.
async fn give(browser: &mut Browser<'_>, case: CaseId) {
    browser.get(&format!("/perkara/{case}")).await;
    let answer = send(browser, case, &GOOD, "surat.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
}

/// Takes a letter back.
async fn withdraw(browser: &mut Browser<'_>, case: CaseId, n: &str, reason: &str) -> Answer {
    let page = browser.get(&format!("/perkara/{case}")).await;
    let version = page.value_of("versi").unwrap();
    let fields = [
        ("versi", version.as_str()),
        ("surat", n),
        ("alasan", reason),
    ];
    let address = format!("/perkara/{case}/tarik-surat");
    browser.post(&address, &fields).await
}

/// The page of a case, opened with number and code.
async fn track(browser: &mut Browser<'_>, filed: &Filed) -> Answer {
    browser.get("/lacak").await;
    let (number, code) = (filed.number.to_string(), filed.secret.plain());
    let answer = browser
        .post("/lacak", &[("nomor", &number), ("kode", &code)])
        .await;
    browser.follow(answer).await
}

fn sha256(content: &[u8]) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(content);
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

async fn with_range(browser: &Browser<'_>, method: Method, path: &str, range: &str) -> Answer {
    let cookies = browser.cookies.iter();
    let cookies: Vec<String> = cookies.map(|(name, it)| format!("{name}={it}")).collect();
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::COOKIE, cookies.join("; "))
        .header(header::RANGE, range)
        .body(axum::body::Body::empty())
        .unwrap();
    browser.site.ask(request).await
}

#[tokio::test]
async fn a_letter_is_given_explained_and_had_byte_for_byte() {
    // S18 S26 S40
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let (case, number) = (filed.case, filed.number.to_string());
    let mut reporter = site.browser();
    let page = track(&mut reporter, &filed).await;
    assert!(
        !page.text.contains("id=\"surat\""),
        "nothing is said of none"
    );
    let mut desk = site.signed_in("desk").await;
    let words = desk.get(&format!("/perkara/{case}")).await.words();
    assert!(words.contains("Belum ada surat"), "{words}");
    assert!(words.contains("JPG, PNG, atau PDF. Foto paling besar 10 MB, PDF 64 MB"));
    // A hostile name is not kept.
    let name = "../../etc/passwd\u{202e}\";x=.html";
    let answer = send(&mut desk, case, &GOOD, name, PDF).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let page = desk.get(&format!("/perkara/{case}")).await;
    let words = page.words();
    for shown in [
        "SP2HP A1, laporan diteliti",
        "Nomor SP2HP/12/XI/2026. Tanggal surat 23 November 2026",
        "PDF, 1 kB",
        "Diberikan 24 November 2026, pukul 21.30 WIB oleh Bripka Sari desk",
        "Surat diberikan kepada pelapor: SP2HP A1, laporan diteliti",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    assert!(!page.text.contains("passwd"));
    let own = desk.get(&format!("/perkara/{case}/surat/1")).await;
    assert_eq!(own.bytes, PDF);

    let page = reporter.get(&format!("/lacak/{number}")).await;
    let words = page.words();
    for shown in [
        "SP2HP A1, laporan diteliti",
        "Kabar pertama: laporan Anda diterima dan sedang diteliti. Surat ini belum berarti penyidikan dimulai.",
        "Nomor SP2HP/12/XI/2026. Tanggal surat 23 November 2026",
        "Diberikan 24 November 2026, pukul 21.30 WIB. PDF, 1 kB",
        "Surat yang diubah akan ketahuan",
        &sha256(PDF),
        "Ada surat untuk Anda: SP2HP A1, laporan diteliti",
        "Dijawab 24 November 2026, pukul 21.30 WIB",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    let address = format!("/lacak/{number}/surat/1");
    assert!(page.text.contains(&format!("href=\"{address}\"")));
    let letter = reporter.get(&address).await;
    assert_eq!(
        (letter.status, letter.bytes.as_slice()),
        (StatusCode::OK, PDF)
    );
    let named = format!("attachment; filename=\"surat-1-{number}.pdf\"");
    for (name, value) in [
        ("content-disposition", named.as_str()),
        ("content-type", "application/pdf"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("accept-ranges", "bytes"),
    ] {
        assert_eq!(letter.header(name), value, "{name}");
    }
    let part = with_range(&reporter, Method::GET, &address, "bytes=5-7").await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes, &PDF[5..8]);
    let beyond = with_range(&reporter, Method::GET, &address, "bytes=900-").await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    let head = with_range(&reporter, Method::HEAD, &address, "").await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
    // The hash is in the act, and so in the ledger; the letter is found by its number.
    let unit = site.node.unit();
    let subject = pengayom_core::act::Subject::Case(case);
    let acts = site.node.store().acts(&unit.id, subject).await.unwrap();
    let stored = acts.last().unwrap().payload.to_stored().unwrap();
    assert!(stored.contains(&sha256(PDF)), "{stored}");
    desk.get("/meja/cari").await;
    let found = desk.post("/meja/cari", &[("q", "SP2HP/12/XI/2026")]).await;
    let found = desk.follow(found).await.words();
    assert!(found.contains(&number), "{found}");
    let english = reporter.get(&format!("/lacak/{number}?lang=en")).await;
    let english = english.words();
    for shown in [
        "SP2HP A1, report being examined",
        "It does not mean yet that an investigation began.",
        "A letter that was changed would be found out",
        "There is a letter for you",
    ] {
        assert!(english.contains(shown), "{shown}: {english}");
    }
}

#[tokio::test]
async fn a_letter_is_had_by_nobody_but_who_opened_its_case() {
    // S22 S40
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let other = THEFT.file(&site).await;
    let mut desk = site.signed_in("desk").await;
    give(&mut desk, filed.case).await;
    let address = format!("/lacak/{}/surat/1", filed.number);
    // Without number and code, with those of another case, and when the half hour is over.
    let mut stranger = site.browser();
    let away = format!("/lacak?nomor={}", filed.number);
    assert_eq!(stranger.get(&address).await.location(), away);
    track(&mut stranger, &other).await;
    assert_eq!(stranger.get(&address).await.location(), away);
    let own = format!("/lacak/{}/surat/1", other.number);
    assert_eq!(stranger.get(&own).await.status, StatusCode::NOT_FOUND);
    let with_code = format!("{address}?kode={}", filed.secret.plain());
    assert_eq!(stranger.get(&with_code).await.location(), away);
    let mut reporter = site.browser();
    track(&mut reporter, &filed).await;
    assert_eq!(reporter.get(&address).await.bytes, PDF);
    for none in ["0", "2", "4294967296", "-1", "x", "%2e%2e"] {
        let address = format!("/lacak/{}/surat/{none}", filed.number);
        let answer = reporter.get(&address).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{none}");
    }
    site.clock.pass(31);
    assert_eq!(reporter.get(&address).await.location(), away);
    // Staff have it where they may read the case.
    let staff = format!("/perkara/{}/surat/1", filed.case);
    assert!(stranger.get(&staff).await.location().starts_with("/masuk"));
    let wrong = format!("/perkara/{}/surat/1", other.case);
    assert_eq!(desk.get(&wrong).await.status, StatusCode::NOT_FOUND);
}

// S18: a summons is for somebody else: finished elsewhere, it is not given to the reporter, who would read it.
#[tokio::test]
async fn a_kind_for_somebody_else_is_neither_offered_nor_given() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let mut desk = site.signed_in("desk").await;
    let page = desk.get(&format!("/perkara/{}", filed.case)).await;
    assert!(page.text.contains("value=\"sp2hp_a1\""), "{}", page.text);
    assert!(!page.text.contains("value=\"summons\""), "{}", page.text);
    let mut fields = GOOD;
    fields[0] = ("jenis", "summons");
    let answer = send(&mut desk, filed.case, &fields, "a.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut reporter = site.browser();
    let page = track(&mut reporter, &filed).await;
    assert!(!page.text.contains("id=\"surat\""), "nothing was given");
}

#[tokio::test]
async fn who_may_not_work_the_case_gives_no_letter() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    site.account(Role::Oversight).await;
    site.account(Role::Patrol).await;
    let case = THEFT.file(&site).await.case;
    let narrow = Report {
        service: "kdrt",
        ..THEFT
    };
    let narrow = narrow.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    give(&mut desk, case).await;
    let mut oversight = site.signed_in("oversight").await;
    let page = oversight.get(&format!("/perkara/{case}")).await;
    assert!(page.words().contains("SP2HP A1"), "it is read there");
    assert!(!page.text.contains("beri-surat") && !page.text.contains("tarik-surat"));
    let answer = send(&mut oversight, case, &GOOD, "a.pdf", b"%PDF-1.4 lain").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let fields = [("versi", "2"), ("surat", "1"), ("alasan", "salah")];
    let address = format!("/perkara/{case}/tarik-surat");
    let answer = oversight.post(&address, &fields).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let mut stranger = site.browser();
    stranger.get("/masuk").await;
    let answer = send(&mut stranger, case, &GOOD, "a.pdf", PDF).await;
    assert!(answer.location().starts_with("/masuk"), "{answer:?}");
    let mut patrol = site.signed_in("patrol").await;
    patrol.get("/masuk").await;
    let answer = send(&mut patrol, narrow, &GOOD, "a.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    desk.token = "old".to_owned();
    let answer = send(&mut desk, case, &GOOD, "b.pdf", b"%PDF-1.4 lain").await;
    assert!(answer.status.is_client_error(), "a form of another site");
    let history = site.node.case_history(&officer, case).await.unwrap();
    assert_eq!(history.acts.len(), 2, "filed, one letter");
}

#[tokio::test]
async fn each_wrong_field_is_said_and_what_was_typed_stays() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{case}")).await;
    let mut large = photo();
    large.resize(PHOTO_MAX_BYTES + 1, 0);
    let mut cut = photo();
    cut.truncate(cut.len() / 2);
    let files: [(&str, &[u8], &str); 7] = [
        ("", b"", "Pilih berkas suratnya"),
        ("kosong.pdf", b"", "Berkas itu kosong"),
        (
            "virus.pdf",
            b"MZ\x90\0 a program",
            "Jenis berkas ini tidak diterima. Kirim JPG, PNG, atau PDF",
        ),
        (
            "film.mp4",
            b"\0\0\0\x20ftypisom\0\0\x02\0",
            "Jenis berkas ini tidak diterima",
        ),
        (
            "laman.pdf",
            b"<html><script>alert(1)</script>",
            "Jenis berkas ini tidak diterima",
        ),
        (
            "besar.jpg",
            &large,
            "terlalu besar. Yang sejenis ini paling besar 10 MB",
        ),
        ("terpotong.jpg", &cut, "Gambar ini tidak dapat dibuka"),
    ];
    for (name, content, words) in files {
        let answer = send(&mut desk, case, &GOOD, name, content).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.words().contains(words), "{name}: {}", answer.words());
        assert!(answer.text.contains("<details id=\"beri-surat\" open>"));
        assert!(answer.text.contains("href=\"#surat-berkas\""), "{name}");
        assert_eq!(answer.value_of("diterima"), None, "{name}");
        for typed in [
            "SP2HP/12/XI/2026",
            "2026-11-23",
            "value=\"sp2hp_a1\" selected",
        ] {
            assert!(answer.text.contains(typed), "{name} lost {typed}");
        }
    }
    let long = "n".repeat(101);
    let fields = [
        ("jenis", "", "surat-jenis", "Pilih jenis surat"),
        ("jenis", "puisi", "surat-jenis", "Pilih jenis surat"),
        (
            "nomor",
            &long,
            "surat-nomor",
            "Tulisan paling banyak 100 huruf; sekarang 101",
        ),
        (
            "tanggal",
            "",
            "surat-tanggal",
            "Isi tanggal yang tertulis pada surat",
        ),
        (
            "tanggal",
            "kemarin",
            "surat-tanggal",
            "Isi tanggal yang tertulis pada surat",
        ),
        (
            "tanggal",
            "2026-11-25",
            "surat-tanggal",
            "Tanggal surat harus hari ini atau sebelumnya",
        ),
        (
            "tanggal",
            "0226-11-23",
            "surat-tanggal",
            "Tanggal ini lebih dari 10 tahun yang lalu",
        ),
    ];
    for (name, value, id, words) in fields {
        let typed = GOOD.map(|(known, good)| (known, if known == name { value } else { good }));
        let answer = send(&mut desk, case, &typed, "surat.pdf", PDF).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{value}");
        assert!(
            answer.words().contains(words),
            "{value}: {}",
            answer.words()
        );
        assert!(answer.text.contains(&format!("href=\"#{id}\"")), "{value}");
        assert!(answer.words().contains("PDF, 1 kB sudah diterima"));
    }
    // The day may be written as people write it; a letter without a number has none.
    let good = [("jenis", "sktlk"), ("tanggal", "24/11/2026")];
    let answer = send(&mut desk, case, &good, "surat.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let words = desk.get(&format!("/perkara/{case}")).await.words();
    assert!(
        words.contains("SKTLK, surat kehilangan Tanggal surat 24 November 2026"),
        "{words}"
    );
}

#[tokio::test]
async fn a_letter_that_came_whole_is_not_asked_for_again_and_its_mark_is_good_for_nothing_else() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "desk2", None).await;
    let case = THEFT.file(&site).await.case;
    let other = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{case}")).await;
    let late = [("jenis", "sp2hp_a1"), ("tanggal", "2026-12-24")];
    let answer = send(&mut desk, case, &late, "surat.pdf", PDF).await;
    let kept = answer.value_of("diterima").unwrap();
    // A file that was sent as evidence is not a letter by its mark.
    let evidence = desk
        .post_file(
            &format!("/perkara/{case}/berkas"),
            &[("apa", "")],
            ("berkas", "a.pdf", b"%PDF-1.4 bukti"),
        )
        .await;
    let as_evidence = evidence.value_of("diterima").unwrap();
    let mut two = site.signed_in("desk2").await;
    two.get(&format!("/perkara/{case}")).await;
    let with = |mark: &str| {
        let mark = mark.to_owned();
        [
            ("diterima", mark),
            ("jenis", "sp2hp_a1".to_owned()),
            ("tanggal", "2026-11-23".to_owned()),
        ]
    };
    let changed = kept.replace('a', "b");
    for (is_other, at, mark) in [
        (true, case, &kept),
        (false, other, &kept),
        (false, case, &changed),
        (false, case, &as_evidence),
    ] {
        let browser = if is_other { &mut two } else { &mut desk };
        let fields = with(mark);
        let fields = fields.each_ref().map(|(name, it)| (*name, it.as_str()));
        let answer = send(browser, at, &fields, "", b"").await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let words = answer.words();
        assert!(
            words.contains("Berkas tadi tidak tersimpan lagi"),
            "{words}"
        );
    }
    let fields = with(&kept);
    let fields = fields.each_ref().map(|(name, it)| (*name, it.as_str()));
    let answer = send(&mut desk, case, &fields, "", b"").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let address = format!("/perkara/{case}/surat/1");
    assert_eq!(desk.get(&address).await.bytes, PDF);
}

#[tokio::test]
async fn a_letter_sent_twice_is_one_and_two_windows_at_once_lose_nothing() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut one = site.signed_in("desk").await;
    let mut two = site.signed_in("desk").await;
    one.get(&format!("/perkara/{case}")).await;
    two.get(&format!("/perkara/{case}")).await;
    let (first, second) = tokio::join!(
        send(&mut one, case, &GOOD, "a.pdf", PDF),
        send(&mut two, case, &GOOD, "b.pdf", b"%PDF-1.4 lain")
    );
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.words());
    assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.words());
    let again = send(&mut one, case, &GOOD, "a.pdf", PDF).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    let history = site.node.case_history(&officer, case).await.unwrap();
    assert_eq!(history.acts.len(), 3, "filed, and two letters");
    // As another letter it would be another fact, and is said to be there.
    let other = [("jenis", "other"), ("tanggal", "2026-11-23")];
    let answer = send(&mut one, case, &other, "a.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = answer.words();
    assert!(words.contains("Surat yang sama sudah diberikan"), "{words}");
}

#[tokio::test]
async fn a_letter_given_by_mistake_stays_listed_with_its_reason_and_is_had_by_nobody() {
    // S18 S40
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let (case, number) = (filed.case, filed.number.to_string());
    let mut desk = site.signed_in("desk").await;
    give(&mut desk, case).await;
    let mut reporter = site.browser();
    track(&mut reporter, &filed).await;
    let at = format!("/lacak/{number}/surat/1");
    assert_eq!(reporter.get(&at).await.bytes, PDF);
    for (n, reason, words) in [
        ("", "Surat orang lain", "Pilih surat yang ditarik"),
        ("1", " ", "Tulis alasan menarik surat"),
        ("7", "Surat orang lain", "sudah ditarik atau dihapus"),
    ] {
        let answer = withdraw(&mut desk, case, n, reason).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{n}");
        assert!(answer.words().contains(words), "{}", answer.words());
        assert!(answer.text.contains(reason.trim()), "typed words stay");
    }
    let page = desk.get(&format!("/perkara/{case}")).await;
    let version = page.value_of("versi").unwrap();
    let fields = [
        ("versi", version.as_str()),
        ("surat", "1"),
        ("alasan", "Surat orang <b>lain</b>"),
    ];
    site.clock.pass(5);
    let address = format!("/perkara/{case}/tarik-surat");
    for _ in 0..2 {
        // Pressed twice it is done once.
        let answer = desk.post(&address, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    }
    let history = site.node.case_history(&officer, case).await.unwrap();
    assert_eq!(history.acts.len(), 3, "filed, given, withdrawn");
    // The one who has the old page open is led to where the reason stands.
    let answer = reporter.get(&at).await;
    assert_eq!(answer.location(), format!("/lacak/{number}#surat"));
    let page = reporter.get(&format!("/lacak/{number}")).await;
    let words = page.words();
    let reason =
        "Ditarik kembali 24 November 2026, pukul 21.35 WIB. Alasan: Surat orang <b>lain</b>";
    for shown in [
        "SP2HP A1, laporan diteliti",
        reason,
        "Surat ini kami tarik kembali: SP2HP A1",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    assert!(!page.text.contains("/surat/1\""), "nothing to press");
    let page = desk.get(&format!("/perkara/{case}")).await;
    assert!(page.words().contains(reason));
    assert!(page.words().contains("Surat ditarik kembali: SP2HP A1"));
    assert!(!page.text.contains("/surat/1\""));
    assert!(!page.text.contains("id=\"tarik-surat\""), "none is left");
    let own = format!("/perkara/{case}/surat/1");
    assert_eq!(desk.get(&own).await.status, StatusCode::NOT_FOUND);
    // The right one comes after it, also when it is the same file.
    let answer = send(&mut desk, case, &GOOD, "a.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let at = format!("/lacak/{number}/surat/2");
    assert_eq!(reporter.get(&at).await.bytes, PDF);
}

#[tokio::test]
async fn a_picture_of_a_letter_says_nothing_of_where_it_was_taken() {
    // S22
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let narrow = Report {
        service: "kdrt",
        ..THEFT
    };
    let filed = narrow.file(&site).await;
    let mut desk = site.signed_in("desk").await;
    let page = desk.get(&format!("/perkara/{}", filed.case)).await;
    let version = page.value_of("versi").unwrap();
    let take = format!("/perkara/{}/ambil", filed.case);
    desk.post(&take, &[("versi", &version)]).await;
    desk.get(&format!("/perkara/{}", filed.case)).await;
    let plain = photo();
    let details = b"\xff\xe1\0\x1aExif\0\0GPS 6.75 LS 111.03";
    let sent = [&plain[..2], details, &plain[2..], b"marka di belakang"].concat();
    let answer = send(&mut desk, filed.case, &GOOD, "IMG_1.jpg", &sent).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let mut reporter = site.browser();
    let page = track(&mut reporter, &filed).await;
    let words = page.words();
    assert!(
        words.contains("Hapus bila orang lain memakainya"),
        "{words}"
    );
    let letter = reporter
        .get(&format!("/lacak/{}/surat/1", filed.number))
        .await;
    assert_eq!(letter.bytes, plain, "the picture alone");
    assert!(
        words.contains(&sha256(&plain)),
        "what is said of it is of it"
    );
    // Of a kind that others must not see, the name says nothing either.
    let shown = letter.header("content-disposition");
    assert_eq!(shown, "attachment; filename=\"surat-1.jpg\"");
}

#[tokio::test]
async fn a_letter_is_told_to_its_person_and_goes_with_the_case() {
    // S18 S22
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let chief = site.account(Role::Commander).await;
    let filed = THEFT.file(&site).await;
    let (case, number) = (filed.case, filed.number.to_string());
    let mut desk = site.signed_in("desk").await;
    give(&mut desk, case).await;
    let answer = send(&mut desk, case, &GOOD, "b.pdf", b"%PDF-1.4 lain").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let answer = withdraw(&mut desk, case, "2", "Surat Bu Darmi").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let export = site.node.export_case(&filed.number).await.unwrap();
    assert_eq!(export.files.len(), 2);
    let text = serde_json::to_string(&export).unwrap();
    for told in ["SP2HP/12/XI/2026", "Surat Bu Darmi", &sha256(PDF)] {
        assert!(text.contains(told), "{told}: {text}");
    }
    let mut reporter = site.browser();
    track(&mut reporter, &filed).await;
    let own = format!("/lacak/{number}/data/baca");
    let words = reporter.post(&own, &[]).await.words();
    for told in [
        "Surat: SP2HP A1, laporan diteliti, tanggal 23 November 2026. Nomor SP2HP/12/XI/2026",
        "Surat ke-2 kami tarik kembali",
        "Anda diberi surat (petugas)",
        &sha256(PDF),
    ] {
        assert!(words.contains(told), "{told}: {words}");
    }
    let close = CaseCommand::Close {
        outcome: "resolved".to_owned(),
        reason: "Selesai".to_owned(),
    };
    let closed = site.node.change_case(&officer, case, None, close, None);
    closed.await.unwrap();
    // The letter about the closing comes after it.
    let answer = send(&mut desk, case, &GOOD, "c.pdf", b"%PDF-1.4 selesai").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let hold = |lift: bool| {
        let reference = "Penetapan 12/2026".to_owned();
        let ground = pengayom_core::subject::erasure::HoldGround::CourtOrder;
        if lift {
            CaseCommand::LiftHold { reference }
        } else {
            CaseCommand::PlaceHold { ground, reference }
        }
    };
    let erase = || CaseCommand::ErasePersonalData {
        basis: ErasureBasis::Request,
        ground: Some("Surat 12/2026".to_owned()),
    };
    // Held, it stays; erased, it is gone for everybody, and that it was given is still said.
    let change = |command| site.node.change_case(&chief, case, None, command, None);
    change(hold(false)).await.unwrap();
    change(erase()).await.unwrap_err();
    let at = format!("/lacak/{number}/surat/1");
    assert_eq!(reporter.get(&at).await.bytes, PDF);
    change(hold(true)).await.unwrap();
    change(erase()).await.unwrap();
    let answer = reporter.get(&at).await;
    assert_eq!(answer.location(), format!("/lacak/{number}#surat"));
    let words = reporter.get(&format!("/lacak/{number}")).await.words();
    assert!(
        words.contains("SP2HP A1, laporan diteliti Tanggal surat"),
        "{words}"
    );
    assert!(words.contains("Isi surat ini sudah dihapus"), "{words}");
    let page = desk.get(&format!("/perkara/{case}")).await;
    for gone in ["Bu Darmi", "SP2HP/12"] {
        assert!(
            !words.contains(gone) && !page.words().contains(gone),
            "{gone}"
        );
    }
    assert!(
        !page.text.contains("beri-surat"),
        "no letter on an erased case"
    );
    for content in [PDF, b"%PDF-1.4 lain", b"%PDF-1.4 selesai"] {
        let file = site.node.file(&sha256(content)).await.unwrap();
        assert!(file.body.is_none());
    }
    let answer = send(&mut desk, case, &GOOD, "d.pdf", b"%PDF-1.4 baru").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.words().contains("Data perkara ini sudah dihapus"));
    let unit = site.node.unit();
    let report = site.node.store().check_blobs(&unit.id, &|_| {}).await;
    assert!(report.unwrap().faults.is_empty());
}
