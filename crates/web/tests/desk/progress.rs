//! Steps of a case, its progress notices, and two reports of one event: pages of staff, and what reporters see.

use axum::http::StatusCode;
use pengayom_core::act::Actor;
use pengayom_core::value::CaseId;
use pengayom_node::PersonDetails;
use pengayom_node::access::Role;
use pengayom_node::handle::case::Filed;
use pengayom_node::jobs;

use crate::support::{Answer, Browser, Site};
use crate::{Report, THEFT};

const DAY: i64 = 24 * 60;

async fn send(
    browser: &mut Browser<'_>,
    case: CaseId,
    page: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let address = format!("/perkara/{case}/{page}");
    let shown = browser.get(&address).await;
    let version = shown.value_of("versi").unwrap_or_default();
    let mut all = vec![("versi", version.as_str())];
    all.extend(fields);
    browser.post(&address, &all).await
}

async fn close(browser: &mut Browser<'_>, case: CaseId) -> Answer {
    let page = browser.get(&format!("/perkara/{case}")).await;
    let version = page.value_of("versi").unwrap();
    let fields = [
        ("versi", version.as_str()),
        ("hasil", "resolved"),
        ("alasan", "Motor kembali."),
    ];
    browser
        .post(&format!("/perkara/{case}/tutup"), &fields)
        .await
}

async fn track(browser: &mut Browser<'_>, filed: &Filed) -> Answer {
    browser.get("/lacak").await;
    let (number, code) = (filed.number.to_string(), filed.secret.plain());
    let answer = browser
        .post("/lacak", &[("nomor", &number), ("kode", &code)])
        .await;
    browser.follow(answer).await
}

/// What is held about a reporter whose case was opened: the file for programs, and the page.
async fn held(browser: &mut Browser<'_>, filed: &Filed) -> [String; 2] {
    let address = format!("/lacak/{}/data", filed.number);
    let file = browser.post(&address, &[]).await;
    assert_eq!(file.status, StatusCode::OK);
    let page = browser.post(&format!("{address}/baca"), &[]).await;
    [file.text.clone(), page.words()]
}

async fn work(site: &Site) {
    while jobs::work_once(&site.node).await.unwrap() {}
}

fn done(answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
}

// S18 S40
#[tokio::test]
async fn a_case_is_closed_only_when_its_steps_are_done_or_left_out_with_a_reason_the_reporter_reads()
 {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    // Filed after the day from which steps keep a case open.
    site.clock.pass(8 * DAY);
    let filed = THEFT.file(&site).await;
    let case = filed.case;
    let mut desk = site.signed_in("desk").await;
    let refused = close(&mut desk, case).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = refused.words();
    assert!(
        words.contains("Jelaskan hak pelapor dan korban; Telaah dan tentukan layanan"),
        "{words}"
    );
    let page = desk.get(&format!("/perkara/{case}/langkah")).await.words();
    for shown in [
        "1 dari 5",
        "dilindungi, tidak boleh ditinggalkan",
        "Batas 5 Desember 2026",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    // What the floor protects is not left out, and nothing without a reason.
    let step = |code, what, field, text| [("langkah", code), ("apa", what), (field, text)];
    let kept = step("rights_told", "tinggalkan", "alasan", "tidak sempat");
    let kept = send(&mut desk, case, "langkah", &kept).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    let empty = send(
        &mut desk,
        case,
        "langkah",
        &step("assessed", "tinggalkan", "alasan", ""),
    )
    .await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.words().contains("Tulis alasannya"));
    let told = step("rights_told", "selesai", "catatan", "Lembar hak diberikan");
    done(&send(&mut desk, case, "langkah", &told).await);
    let left = step(
        "assessed",
        "tinggalkan",
        "alasan",
        "Sudah ditelaah satuan lain",
    );
    done(&send(&mut desk, case, "langkah", &left).await);
    let back = step("rights_told", "batal", "alasan", "Salah perkara");
    done(&send(&mut desk, case, "langkah", &back).await);
    assert_eq!(
        close(&mut desk, case).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    done(&send(&mut desk, case, "langkah", &told).await);
    done(&close(&mut desk, case).await);
    let mut reporter = site.browser();
    let page = track(&mut reporter, &filed).await.words();
    for shown in [
        "Petugas menjelaskan hak Anda. selesai",
        "Alasan: Sudah ditelaah satuan lain",
    ] {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert!(!page.contains("Lembar hak"), "a note is for staff: {page}");
    for held in held(&mut reporter, &filed).await {
        assert!(held.contains("Sudah ditelaah satuan lain"), "{held}");
        assert!(!held.contains("Lembar hak"), "{held}");
    }
}

// S18 S40
#[tokio::test]
async fn a_notice_is_drafted_before_it_is_due_checked_sent_and_never_late_without_a_reason() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let filed = THEFT.file(&site).await;
    let case = filed.case;
    let mut desk = site.signed_in("desk").await;
    let page = |case| format!("/perkara/{case}/kabar");
    work(&site).await;
    let words = desk.get(&page(case)).await.words();
    assert!(
        words.contains("Kabar berikutnya (SP2HP A1) paling lambat 27 November 2026"),
        "{words}"
    );
    assert!(
        desk.get("/meja/kabar")
            .await
            .words()
            .contains("Tidak ada kabar yang menunggu")
    );
    // Two days before it is due the program drafts it; who made the report is not named in it.
    site.clock.pass(DAY + 5);
    work(&site).await;
    let mut desk = site.signed_in("desk").await;
    let words = desk.get(&page(case)).await.text;
    assert!(
        words.contains(&format!("Laporan {} diterima", filed.number)),
        "{words}"
    );
    assert!(!words.contains("Sutrisno"), "{words}");
    for day in ["pada 24 November 2026 dan", "24 November 2026: "] {
        assert!(words.contains(day), "{day}: {words}");
    }
    assert!(
        desk.get("/meja")
            .await
            .words()
            .contains("Kabar menunggu: 1, terlambat: 0")
    );
    // Past due: neither sent nor the case closed without a reason; the chief and the reporter see it.
    site.clock.pass(2 * DAY);
    let mut desk = site.signed_in("desk").await;
    let text = "Laporan sedang diteliti. Saksi dipanggil.";
    let late = send(&mut desk, case, "kabar", &[("apa", "kirim"), ("isi", text)]).await;
    assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(late.text.contains(text), "what was typed is kept");
    assert_eq!(
        close(&mut desk, case).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let mut chief = site.signed_in("commander").await;
    let board = chief.get("/pimpinan").await.words();
    assert!(
        board.contains("Kabar yang menunggu: 1. Terlambat: 1, tanpa alasan: 1."),
        "{board}"
    );
    let mut reporter = site.browser();
    let seen = track(&mut reporter, &filed).await.words();
    assert!(seen.contains("SP2HP A1 terlambat"), "{seen}");
    let why = [
        ("apa", "telat"),
        ("sebab", "witness"),
        ("penjelasan", "Saksi di luar kota"),
    ];
    done(&send(&mut desk, case, "kabar", &why).await);
    let seen = track(&mut reporter, &filed).await.words();
    assert!(
        seen.contains("Saksi belum bertemu. Saksi di luar kota"),
        "{seen}"
    );
    // The letter of that news says that it does not stand for it; once it was sent the page leads to the letter.
    let letter = format!("/perkara/{case}/surat?jenis=sp2hp_a1");
    let first = "Kabar SP2HP A1 belum dikirim.";
    assert!(desk.get(&letter).await.words().contains(first));
    assert!(!desk.get(&page(case)).await.text.contains(&letter));
    done(&send(&mut desk, case, "kabar", &[("apa", "kirim"), ("isi", text)]).await);
    assert!(desk.get(&page(case)).await.text.contains(&letter));
    assert!(!desk.get(&letter).await.words().contains(first));
    let seen = track(&mut reporter, &filed).await.words();
    assert!(
        seen.contains("SP2HP A1 dari Bripka Sari desk") && seen.contains("Saksi dipanggil."),
        "{seen}"
    );
    assert!(
        seen.contains("Kabar berikutnya (SP2HP A2) paling lambat"),
        "{seen}"
    );
    // What is held about them says the same.
    for held in held(&mut reporter, &filed).await {
        for told in ["Saksi dipanggil.", "Saksi di luar kota"] {
            assert!(held.contains(told), "{told}: {held}");
        }
    }
    let sent = desk.get(&page(case)).await.words();
    assert!(
        sent.contains("Alasan terlambat: Saksi belum bertemu."),
        "{sent}"
    );
    let level = [
        ("apa", "tingkat"),
        ("tingkat", "hard"),
        ("alasan", "Pelaku di luar negeri"),
    ];
    done(&send(&mut desk, case, "kabar", &level).await);
    done(&send(&mut desk, case, "kabar", &[("apa", "susun-en")]).await);
    let draft = desk.get(&page(case)).await.text;
    assert!(draft.contains("The inquiry into report"), "{draft}");
    assert!(draft.contains("24 November 2026: "), "{draft}");
    assert!(
        !draft.contains("Saksi di luar kota"),
        "words of officers are not in a draft"
    );
}

// S40: who checks a notice reads how its reporter is reached safely, as on the page of the case; who may not know the
// reporter does not.
#[tokio::test]
async fn whoever_checks_a_notice_reads_how_its_reporter_is_reached_safely() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Oversight).await;
    let mut request = THEFT.request(&site);
    request.reporter = PersonDetails {
        safe_contact: Some("Hanya lewat kakak saya".to_owned()),
        safe_word: Some("melati".to_owned()),
        ..request.reporter
    };
    let filed = site.node.file_request(request, &Actor::Citizen).await;
    let page = format!("/perkara/{}/kabar", filed.unwrap().case);
    site.clock.pass(DAY + 5);
    work(&site).await;
    let mut desk = site.signed_in("desk").await;
    let words = desk.get(&page).await.words();
    for shown in [
        "Cara aman menghubungi Hanya lewat kakak saya",
        "Kata aman melati",
    ] {
        assert!(words.contains(shown), "{shown}: {words}");
    }
    assert!(!words.contains("081234567890"), "{words}");
    let mut overseer = site.signed_in("oversight").await;
    let words = overseer.get(&page).await.words();
    for hidden in ["Hanya lewat kakak", "melati"] {
        assert!(!words.contains(hidden), "{hidden}: {words}");
    }
}

// S18 S40
#[tokio::test]
async fn two_reports_of_one_event_are_suggested_put_together_and_taken_apart_unknown_to_reporters()
{
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let main = THEFT.file(&site).await;
    site.clock.pass(90);
    let again = Report {
        told: "Motor Beat warna merah dicuri dari pasar",
        ..THEFT
    };
    let part = again.file(&site).await;
    let mut desk = site.signed_in("desk").await;
    let address = format!("/perkara/{}/kejadian-sama", part.case);
    let page = desk.get(&address).await.words();
    assert!(page.contains("Mungkin kejadian yang sama"), "{page}");
    assert!(
        page.contains(&main.number.to_string()) && page.contains("selisih 90 menit"),
        "{page}"
    );
    let number = main.number.to_string();
    let merge = [
        ("apa", "satukan"),
        ("nomor", number.as_str()),
        ("alasan", "Pencurian yang sama"),
    ];
    let nothing = [
        ("apa", "satukan"),
        ("nomor", "PTI-2611-9999"),
        ("alasan", "x"),
    ];
    let unknown = send(&mut desk, part.case, "kejadian-sama", &nothing).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    done(&send(&mut desk, part.case, "kejadian-sama", &merge).await);
    // The job finds nothing left to do.
    work(&site).await;
    let staff = site.node.active_staff().await.unwrap();
    let known = |id| {
        let (node, staff) = (&site.node, &staff[0]);
        async move { node.case_history(staff, id).await.unwrap().case.links }
    };
    assert_eq!(known(part.case).await.into, Some(main.case));
    assert_eq!(known(main.case).await.parts, [part.case]);
    for (own, other) in [(&main, &part), (&part, &main)] {
        let mut reporter = site.browser();
        let page = track(&mut reporter, own).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(
            !page.text.contains(&other.number.to_string()),
            "no reporter learns of the other"
        );
        assert!(!page.text.contains("Pencurian yang sama"));
    }
    let other = main.case.to_string();
    let undo = [
        ("apa", "pisahkan"),
        ("lain", other.as_str()),
        ("alasan", "Ternyata dua motor"),
    ];
    done(&send(&mut desk, part.case, "kejadian-sama", &undo).await);
    assert_eq!(known(part.case).await.into, None);
    assert!(known(main.case).await.parts.is_empty());
    // Nor do they from what is held about them, put together or taken apart again.
    for (own, other) in [(&main, &part), (&part, &main)] {
        let mut reporter = site.browser();
        track(&mut reporter, own).await;
        let other = other.case.to_string();
        for held in held(&mut reporter, own).await {
            let hidden = ["case_merge", "Pencurian yang sama", "Ternyata dua", &other];
            for hidden in hidden {
                assert!(!held.contains(hidden), "{hidden}: {held}");
            }
        }
    }
    // Who may not read the other one is not told of it, and cannot name it.
    let station = site
        .account_at(Role::Patrol, "gembong", Some("polsek-gembong"))
        .await;
    let history = site.node.case_history(&staff[0], part.case).await.unwrap();
    assert!(
        site.node
            .same_event(&station, &history)
            .await
            .unwrap()
            .is_empty()
    );
}

// S18
#[tokio::test]
async fn a_merge_whose_other_side_was_not_written_is_finished_by_its_job() {
    use pengayom_core::subject::case::{CaseCommand, Links};
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let (main, part) = (THEFT.file(&site).await, THEFT.file(&site).await);
    // As if the process ended between the two appends.
    let half = CaseCommand::MergeInto {
        own: part.case,
        into: main.case,
        other: Links::default(),
        reason: "Pencurian yang sama".to_owned(),
    };
    site.node
        .change_case(&desk, part.case, None, half, None)
        .await
        .unwrap();
    let links = || async {
        site.node
            .case_history(&desk, main.case)
            .await
            .unwrap()
            .case
            .links
    };
    assert!(links().await.parts.is_empty());
    work(&site).await;
    assert_eq!(links().await.parts, [part.case]);
    work(&site).await;
    assert_eq!(links().await.parts, [part.case]);
}

// S18: parts have no parts, though the main case had not heard of its part when it became one.
#[tokio::test]
async fn a_part_whose_main_case_became_part_of_a_third_stands_alone_again() {
    use pengayom_core::subject::case::{CaseCommand, Links};
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let first = THEFT.file(&site).await;
    let (second, third) = (THEFT.file(&site).await, THEFT.file(&site).await);
    let half = CaseCommand::MergeInto {
        own: first.case,
        into: second.case,
        other: Links::default(),
        reason: "Pencurian yang sama".to_owned(),
    };
    site.node
        .change_case(&desk, first.case, None, half, None)
        .await
        .unwrap();
    let reason = "Pencurian yang sama".to_owned();
    site.node
        .merge_case(&desk, second.case, None, &third.number, reason)
        .await
        .unwrap();
    let links = |id| {
        let (node, desk) = (&site.node, &desk);
        async move { node.case_history(desk, id).await.unwrap().case.links }
    };
    for _ in 0..2 {
        work(&site).await;
        assert_eq!(links(first.case).await, Links::default());
        let second = links(second.case).await;
        assert_eq!((second.into, second.parts), (Some(third.case), Vec::new()));
    }
    assert_eq!(links(third.case).await.parts, [second.case]);
}
