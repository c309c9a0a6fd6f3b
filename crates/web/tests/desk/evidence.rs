//! A file that staff add to a case, over the pages.

use std::fmt::Write as _;

use axum::http::StatusCode;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::value::CaseId;
use pengayom_node::access::Role;
use pengayom_node::media::{EVIDENCE_MAX_BYTES, PHOTO_MAX_BYTES};

use crate::support::{Answer, Browser, Site};
use crate::{Report, THEFT};

const PDF: &[u8] = b"%PDF-1.7\nsurat keterangan";

async fn send(
    browser: &mut Browser<'_>,
    case: CaseId,
    fields: &[(&str, &str)],
    name: &str,
    content: &[u8],
) -> Answer {
    let address = format!("/perkara/{case}/berkas");
    browser
        .post_file(&address, fields, ("berkas", name, content))
        .await
}

fn png() -> Vec<u8> {
    let mut png = Vec::new();
    image::DynamicImage::new_rgb8(40, 30)
        .write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)
        .unwrap();
    png
}

fn sha256(content: &[u8]) -> String {
    use sha2::Digest as _;
    let digest = sha2::Sha256::digest(content);
    digest.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

#[tokio::test]
async fn a_file_is_added_with_what_it_is_listed_in_words_and_handed_down_whole_or_in_parts() {
    // S13 S18
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let (case, address) = (filed.case, format!("/perkara/{}", filed.case));
    let mut desk = site.signed_in("desk").await;
    let page = desk.get(&address).await;
    let words = page.words();
    assert!(words.contains("Belum ada foto atau berkas"), "{words}");
    assert!(
        words.contains("JPG, PNG, WEBP, PDF, MP4, M4A, WEBM, MP3, atau OGG"),
        "told before: {words}"
    );
    assert!(words.contains("Foto paling besar 10 MB, yang lain 64 MB"));
    assert!(page.text.contains("enctype=\"multipart/form-data\""));
    let fields = [
        ("apa", "Surat keterangan pemilik toko"),
        ("asal", "Pemilik toko, di pasar"),
        ("kapan", "2026-11-24T20:00"),
    ];
    let answer = send(&mut desk, case, &fields, "../../etc/passwd", PDF).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let page = desk.get(&address).await;
    let words = page.words();
    for shown in [
        "Surat keterangan pemilik toko",
        "PDF, 1 kB",
        "Ditambahkan 24 November 2026, pukul 21.30 WIB oleh Bripka Sari desk",
        "Diperoleh dari: Pemilik toko, di pasar",
        "Diperoleh pada 24 November 2026, pukul 20.00 WIB",
        "Berkas ditambahkan: PDF, 1 kB",
        &sha256(PDF)[..16],
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    assert!(!page.text.contains("passwd"), "its name is not kept");
    let kept = format!("{address}/berkas/{}", sha256(PDF));
    let whole = desk.get(&kept).await;
    assert_eq!(whole.bytes, PDF);
    let shown = whole.header("content-disposition");
    let number = filed.number.to_string();
    let wanted = format!(
        "attachment; filename=\"{number}-{}.pdf\"",
        &sha256(PDF)[..16]
    );
    assert_eq!(shown, wanted);
    assert_eq!(whole.header("accept-ranges"), "bytes");
    // The hash is in the act, and so in the ledger.
    let unit = site.node.unit();
    let subject = pengayom_core::act::Subject::Case(case);
    let acts = site.node.store().acts(&unit.id, subject).await.unwrap();
    let act = acts.last().unwrap();
    assert!(act.payload.to_stored().unwrap().contains(&sha256(PDF)));
    // It is found by its words, and read in English too.
    let english = desk.get(&format!("{address}?lang=en")).await.words();
    assert!(english.contains("File added: PDF, 1 kB"), "{english}");
    assert!(english.contains("A photo up to 10 MB, anything else up to 64 MB"));
}

#[tokio::test]
async fn each_wrong_file_is_refused_in_words_and_what_was_typed_stays() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{case}")).await;
    let mut big_photo = png();
    big_photo.resize(PHOTO_MAX_BYTES + 1, 0);
    let mut big_film = b"\0\0\0\x20ftypisom\0\0\x02\0".to_vec();
    big_film.resize(EVIDENCE_MAX_BYTES + 1, 0);
    let cases: [(&str, &[u8], &str); 6] = [
        ("", b"", "Pilih berkas yang mau ditambahkan"),
        ("kosong.pdf", b"", "Berkas itu kosong"),
        (
            "foto.jpg",
            b"<html><script>alert(1)</script>",
            "Jenis berkas ini tidak diterima. Kirim JPG,",
        ),
        (
            "arsip.pdf",
            b"PK\x03\x04\x14\0 a zip that calls itself a document",
            "Jenis berkas ini tidak diterima",
        ),
        (
            "besar.png",
            &big_photo,
            "terlalu besar. Yang sejenis ini paling besar 10 MB",
        ),
        (
            "besar.mp4",
            &big_film,
            "terlalu besar. Yang sejenis ini paling besar 64 MB",
        ),
    ];
    let fields = [("apa", "Rekaman kamera"), ("asal", "Toko Maju")];
    for (name, content, words) in cases {
        let answer = send(&mut desk, case, &fields, name, content).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{name}");
        assert!(answer.words().contains(words), "{name}: {}", answer.words());
        for typed in ["Rekaman kamera", "Toko Maju"] {
            assert!(answer.text.contains(typed), "{name} lost {typed}");
        }
        assert!(answer.text.contains("<details id=\"tambah-berkas\" open>"));
        assert!(answer.text.contains("href=\"#berkas\""));
        assert_eq!(answer.value_of("diterima"), None, "{name}");
    }
    // What just fits is taken: the limit is the last byte that is.
    big_film.truncate(EVIDENCE_MAX_BYTES);
    let answer = send(&mut desk, case, &fields, "pas.mp4", &big_film).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let words = desk.get(&format!("/perkara/{case}")).await.words();
    assert!(words.contains("MP4, 64 MB"), "{words}");
    let unit = site.node.unit();
    let report = site.node.store().check_blobs(&unit.id, &|_| {}).await;
    let report = report.unwrap();
    assert_eq!((report.blobs, report.faults.len()), (1, 0), "{report:?}");
}

#[tokio::test]
async fn a_file_that_came_whole_is_not_asked_for_again_when_a_word_is_missing() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "desk2", None).await;
    let case = THEFT.file(&site).await.case;
    let other = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{case}")).await;
    let late = [("apa", ""), ("kapan", "2026-12-24T20:00")];
    let answer = send(&mut desk, case, &late, "surat.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = answer.words();
    assert!(words.contains("Tulis apa isi berkas ini"), "{words}");
    assert!(words.contains("PDF, 1 kB sudah diterima"), "{words}");
    let kept = answer.value_of("diterima").unwrap();
    let future = [
        ("diterima", kept.as_str()),
        ("apa", "Surat"),
        ("kapan", "2026-12-24T20:00"),
    ];
    let answer = send(&mut desk, case, &future, "", b"").await;
    assert!(
        answer
            .words()
            .contains("Waktu diperoleh harus sekarang atau sebelumnya")
    );
    let kept = answer.value_of("diterima").unwrap();
    let good = [("diterima", kept.as_str()), ("apa", "Surat")];
    // The mark is worth nothing to another officer, for another case, or changed.
    let mut two = site.signed_in("desk2").await;
    two.get(&format!("/perkara/{case}")).await;
    let changed = kept.replace('a', "b");
    let altered = [("diterima", changed.as_str()), ("apa", "Surat")];
    for answer in [
        send(&mut two, case, &good, "", b"").await,
        send(&mut desk, other, &good, "", b"").await,
        send(&mut desk, case, &altered, "", b"").await,
    ] {
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let words = answer.words();
        assert!(
            words.contains("Berkas tadi tidak tersimpan lagi"),
            "{words}"
        );
    }
    let answer = send(&mut desk, case, &good, "", b"").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let address = format!("/perkara/{case}/berkas/{}", sha256(PDF));
    assert_eq!(desk.get(&address).await.bytes, PDF);
    // What nobody finished is swept away.
    let answer = send(
        &mut desk,
        other,
        &[("apa", "")],
        "lain.pdf",
        b"%PDF-1.4 lain",
    )
    .await;
    let kept = answer.value_of("diterima").unwrap();
    site.clock.pass(26 * 60);
    let unit = site.node.unit();
    let swept = site
        .node
        .store()
        .drop_expired(&unit.id, site.node.now())
        .await;
    assert!(swept.unwrap() >= 1);
    desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{other}")).await;
    let good = [("diterima", kept.as_str()), ("apa", "Surat")];
    let answer = send(&mut desk, other, &good, "", b"").await;
    assert!(answer.words().contains("Berkas tadi tidak tersimpan lagi"));
}

#[tokio::test]
async fn the_same_file_twice_is_one_and_two_windows_at_once_lose_nothing() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let other = THEFT.file(&site).await.case;
    let mut one = site.signed_in("desk").await;
    let mut two = site.signed_in("desk").await;
    one.get(&format!("/perkara/{case}")).await;
    two.get(&format!("/perkara/{case}")).await;
    let (png, fields) = (png(), [("apa", "Surat")]);
    let (first, second) = tokio::join!(
        send(&mut one, case, &fields, "a.pdf", PDF),
        send(&mut two, case, &[("apa", "Foto")], "b.png", &png)
    );
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.words());
    assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.words());
    // The back button and a second tap.
    let again = send(&mut one, case, &fields, "a.pdf", PDF).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER);
    let history = site.node.case_history(&officer, case).await.unwrap();
    assert_eq!(history.acts.len(), 3, "filed, and two files");
    // With other words it would be another fact, and is said to be there.
    let answer = send(&mut one, case, &[("apa", "Surat lain")], "a.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = answer.words();
    assert!(words.contains("Berkas yang sama sudah ada"), "{words}");
    assert!(answer.text.contains("Surat lain"), "what was typed is kept");
    // In another case it is another mention of the one content.
    one.get(&format!("/perkara/{other}")).await;
    let answer = send(&mut one, other, &fields, "a.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let unit = site.node.unit();
    let report = site.node.store().check_blobs(&unit.id, &|_| {}).await;
    assert_eq!(report.unwrap().blobs, 2);
}

#[tokio::test]
async fn a_closed_case_refuses_with_words_and_only_who_works_a_case_adds_to_it() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    site.account(Role::Oversight).await;
    let case = THEFT.file(&site).await.case;
    let narrow = Report {
        service: "kdrt",
        ..THEFT
    };
    let narrow = narrow.file(&site).await.case;
    let fields = [("apa", "Surat")];
    let mut oversight = site.signed_in("oversight").await;
    let page = oversight.get(&format!("/perkara/{case}")).await;
    assert!(!page.text.contains("tambah-berkas"));
    let answer = send(&mut oversight, case, &fields, "a.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let mut stranger = site.browser();
    stranger.get("/masuk").await;
    let answer = send(&mut stranger, case, &fields, "a.pdf", PDF).await;
    assert!(answer.location().starts_with("/masuk"), "{answer:?}");
    site.account(Role::Patrol).await;
    let mut patrol = site.signed_in("patrol").await;
    patrol.get("/masuk").await;
    let answer = send(&mut patrol, narrow, &fields, "a.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{case}")).await;
    for command in [
        CaseCommand::Answer {
            text: "Kami datang".to_owned(),
            next_news_by: None,
        },
        CaseCommand::Close {
            outcome: "resolved".to_owned(),
            reason: "Selesai".to_owned(),
        },
    ] {
        let done = site.node.change_case(&officer, case, None, command, None);
        done.await.unwrap();
    }
    let answer = send(&mut desk, case, &fields, "a.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let words = answer.words();
    assert!(words.contains("Perkara ini sudah ditutup"), "{words}");
    let page = desk.get(&format!("/perkara/{case}")).await;
    assert!(!page.text.contains("tambah-berkas"), "nothing to press");
    // A form of another site, or an old page, leaves nothing.
    desk.token = "old".to_owned();
    let answer = send(&mut desk, case, &fields, "a.pdf", PDF).await;
    assert!(answer.status.is_client_error());
}

#[tokio::test]
async fn a_picture_that_would_fill_the_memory_stays_as_it_was_sent_and_is_not_opened() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{case}")).await;
    // A head that promises 60,000 by 60,000 points; its first bytes are a picture's.
    let mut bomb = png();
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let answer = send(&mut desk, case, &[("apa", "Foto")], "bom.png", &bomb).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let page = desk.get(&format!("/perkara/{case}")).await;
    assert_eq!(page.status, StatusCode::OK);
    let original = format!("/perkara/{case}/berkas/{}", sha256(&bomb));
    assert_eq!(desk.get(&original).await.bytes, bomb);
}

#[tokio::test]
async fn a_file_goes_with_the_case_and_is_named_to_nobody_outside() {
    // S18 S22
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let chief = site.account(Role::Commander).await;
    let filed = THEFT.file(&site).await;
    let case = filed.case;
    let mut desk = site.signed_in("desk").await;
    desk.get(&format!("/perkara/{case}")).await;
    let fields = [("apa", "Rekaman tetangga"), ("asal", "Bu Darmi")];
    let answer = send(&mut desk, case, &fields, "a.pdf", PDF).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let export = site.node.export_case(&filed.number).await.unwrap();
    let text = serde_json::to_string(&export).unwrap();
    assert!(text.contains("case.evidence_added"), "that it happened");
    for kept in ["Rekaman tetangga", "Bu Darmi", &sha256(PDF)] {
        assert!(!text.contains(kept), "{kept}: {text}");
    }
    for command in [
        CaseCommand::Answer {
            text: "Kami datang".to_owned(),
            next_news_by: None,
        },
        CaseCommand::Close {
            outcome: "resolved".to_owned(),
            reason: "Selesai".to_owned(),
        },
    ] {
        let done = site.node.change_case(&officer, case, None, command, None);
        done.await.unwrap();
    }
    let erase = CaseCommand::ErasePersonalData {
        basis: pengayom_core::subject::erasure::ErasureBasis::Request,
        ground: Some("Surat 12/2026".to_owned()),
    };
    let done = site.node.change_case(&chief, case, None, erase, None);
    done.await.unwrap();
    let words = desk.get(&format!("/perkara/{case}")).await.words();
    assert!(words.contains("Berkas ditambahkan: PDF, 1 kB"), "{words}");
    for gone in ["Rekaman tetangga", "Bu Darmi"] {
        assert!(!words.contains(gone), "{gone}: {words}");
    }
    let original = format!("/perkara/{case}/berkas/{}", sha256(PDF));
    assert_eq!(desk.get(&original).await.status, StatusCode::NOT_FOUND);
    assert!(site.node.file(&sha256(PDF)).await.unwrap().body.is_none());
}
