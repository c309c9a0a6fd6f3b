//! A case and what can be done to it.

use axum::http::StatusCode;
use pengayom_core::subject::case::CaseCommand;
use pengayom_core::value::CaseId;
use pengayom_node::access::Role;
use pengayom_node::handle::case::FileRequest;

use crate::support::{Answer, Browser, Site};
use crate::{Report, THEFT};

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

#[tokio::test]
async fn a_case_that_is_not_there_is_not_found() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    for odd in [
        "/perkara/1",
        "/perkara/00000000-0000-7000-8000-000000000000",
    ] {
        assert_eq!(desk.get(odd).await.status, StatusCode::NOT_FOUND, "{odd}");
    }
    let case = THEFT.file(&site).await.case;
    desk.get(&format!("/perkara/{case}")).await;
    let answer = desk.post(&format!("/perkara/{case}/hapus"), &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_case_is_taken_assessed_given_worked_on_answered_and_closed() {
    // S1 S18 S40
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let patrol = site.account(Role::Patrol).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let officer = patrol.id.to_string();
    let steps: [(&str, Vec<(&str, &str)>, &str); 6] = [
        ("ambil", vec![], "Diambil untuk dilayani"),
        (
            "telaah",
            vec![("layanan", ""), ("alasan", "")],
            "Ditelaah: Laporan Polisi Model B",
        ),
        (
            "tugaskan",
            vec![("petugas", &officer)],
            "Ditugaskan kepada Bripka Sari patrol",
        ),
        (
            "tindakan-baru",
            vec![
                ("uraian", "Memeriksa kamera pasar"),
                ("fungsi", "detection"),
            ],
            "Tindakan: Mendeteksi",
        ),
        (
            "jawab",
            vec![
                ("jawaban", "Kami memeriksa kamera"),
                ("kabar", "2026-11-26T10:00"),
            ],
            "Kabar berikutnya paling lambat 26 November 2026, pukul 10.00 WIB",
        ),
        (
            "tutup",
            vec![("hasil", "resolved"), ("alasan", "Motor kembali")],
            "Ditutup: Selesai",
        ),
    ];
    for (slug, fields, words) in steps {
        let answer = act(&mut desk, case, slug, &fields).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{slug}: {}",
            answer.words()
        );
        let page = desk.follow(answer).await;
        assert!(page.words().contains(words), "{slug}: {}", page.words());
    }
    let page = desk.get(&format!("/perkara/{case}")).await;
    assert!(
        page.words().contains("Bripka Sari desk"),
        "each act names who did it"
    );
    assert!(page.text.contains("tag tag-ok"), "the stage is a shape too");
    let answer = act(
        &mut desk,
        case,
        "buka-lagi",
        &[("alasan", "Ternyata motor lain")],
    )
    .await;
    assert!(desk.follow(answer).await.words().contains("Dibuka lagi"));
}

#[tokio::test]
async fn each_form_names_what_is_missing_and_keeps_the_rest() {
    // S1 S33
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let wrong: [(&str, &[(&str, &str)], &str); 8] = [
        (
            "tindakan-baru",
            &[("uraian", ""), ("fungsi", "")],
            "Tulis apa yang dilakukan",
        ),
        (
            "tindakan-baru",
            &[("uraian", "x"), ("fungsi", "dancing")],
            "Pilih fungsi polisi",
        ),
        ("jawab", &[("jawaban", "")], "Tulis jawaban untuk pelapor"),
        (
            "jawab",
            &[("jawaban", "Ya"), ("kabar", "2026-11-01T10:00")],
            "harus setelah sekarang",
        ),
        ("tugaskan", &[("petugas", "")], "Pilih petugas"),
        ("tutup", &[("hasil", ""), ("alasan", "")], "Pilih hasil"),
        (
            "telaah",
            &[("layanan", "laka"), ("alasan", "")],
            "Tulis alasan mengubah layanan",
        ),
        (
            "telaah",
            &[("layanan", "mediasi"), ("alasan", "")],
            "Tulis alasan sebelum memilih perdata",
        ),
    ];
    for (slug, fields, words) in wrong {
        let answer = act(&mut desk, case, slug, fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{slug}");
        assert!(answer.words().contains(words), "{slug}: {}", answer.words());
        assert!(
            answer
                .text
                .contains(&format!("<details id=\"{slug}\" open>")),
            "{slug}"
        );
        for (_, value) in fields.iter().filter(|(name, _)| *name != "fungsi") {
            assert!(answer.text.contains(value), "{slug} lost {value}");
        }
        assert!(answer.inner("title").starts_with("Perlu diperbaiki:"));
    }
    let far = "a".repeat(5_001);
    let answer = act(&mut desk, case, "jawab", &[("jawaban", &far)]).await;
    assert!(
        answer
            .words()
            .contains("paling banyak 5.000 huruf; sekarang 5.001")
    );
    let stranger = "00000000-0000-7000-8000-000000000000";
    let answer = act(&mut desk, case, "tugaskan", &[("petugas", stranger)]).await;
    assert!(answer.words().contains("Petugas itu tidak aktif"));
}

#[tokio::test]
async fn another_service_needs_a_reason_and_choosing_civil_always_does() {
    // S18
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let fields = [
        ("layanan", "mediasi"),
        ("alasan", "Batas tanah, bukan pencurian"),
    ];
    let answer = act(&mut desk, case, "telaah", &fields).await;
    let page = desk.follow(answer).await;
    assert!(
        page.words()
            .contains("Alasan: Batas tanah, bukan pencurian")
    );
    assert!(page.words().contains("Diminta: Laporan Polisi Model B"));
}

#[tokio::test]
async fn a_late_case_is_closed_only_after_its_reason_is_written() {
    // S18
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = Report {
        service: "gangguan",
        ..THEFT
    }
    .file(&site)
    .await
    .case;
    site.clock.pass(6 * 60);
    let mut desk = site.signed_in("desk").await;
    let page = desk.get(&format!("/perkara/{case}")).await;
    assert!(
        page.words()
            .contains("Janji terlewat dan alasannya belum ditulis")
    );
    assert!(
        page.text.contains("<details id=\"alasan-terlambat\" open>"),
        "it comes first"
    );
    let close = [("hasil", "resolved"), ("alasan", "Sudah tenang")];
    let answer = act(&mut desk, case, "tutup", &close).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .words()
            .contains("Tulis alasan terlambat dahulu, lalu tutup")
    );
    assert!(answer.text.contains("href=\"#terlambat-alasan\""));
    assert!(answer.text.contains("Sudah tenang"));
    let answer = act(&mut desk, case, "alasan-terlambat", &[("sebab", "")]).await;
    assert!(answer.words().contains("Pilih alasan terlambat"));
    let answer = act(&mut desk, case, "alasan-terlambat", &[("sebab", "other")]).await;
    assert!(
        answer
            .words()
            .contains("Alasan ini perlu penjelasan singkat")
    );
    let answer = act(
        &mut desk,
        case,
        "alasan-terlambat",
        &[("sebab", "too_many")],
    )
    .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let answer = act(&mut desk, case, "tutup", &close).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
}

#[tokio::test]
async fn two_officers_at_once_do_not_overwrite_each_other() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "desk2", None).await;
    let case = THEFT.file(&site).await.case;
    let address = format!("/perkara/{case}");
    let mut one = site.signed_in("desk").await;
    let mut two = site.signed_in("desk2").await;
    let seen = one.get(&address).await.value_of("versi").unwrap();
    two.get(&address).await;
    let done = one
        .post(
            &format!("{address}/jawab"),
            &[("versi", &seen), ("jawaban", "Kami datang besok")],
        )
        .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    let late = [
        ("versi", seen.as_str()),
        ("jawaban", "Mohon lengkapi bukti"),
    ];
    let answer = two.post(&format!("{address}/jawab"), &late).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer
            .words()
            .contains("Orang lain baru mengubah perkara ini")
    );
    assert!(
        answer.words().contains("Kami datang besok"),
        "the state as it is now"
    );
    assert!(
        answer.text.contains("Mohon lengkapi bukti"),
        "what was typed is kept"
    );
    // With the state seen it goes through.
    let now = answer.value_of("versi").unwrap();
    let again = [("versi", now.as_str()), ("jawaban", "Mohon lengkapi bukti")];
    let answer = two.post(&format!("{address}/jawab"), &again).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn who_wants_to_take_what_a_colleague_took_is_told_who() {
    let site = Site::pati().await;
    let fast = site.account(Role::Desk).await;
    site.account_at(Role::Desk, "desk2", None).await;
    let case = THEFT.file(&site).await.case;
    let mut slow = site.signed_in("desk2").await;
    let seen = slow
        .get(&format!("/perkara/{case}"))
        .await
        .value_of("versi")
        .unwrap();
    let take = CaseCommand::Take { by: fast.id };
    site.node
        .change_case(&fast, case, None, take, None)
        .await
        .unwrap();
    let answer = slow
        .post(&format!("/perkara/{case}/ambil"), &[("versi", &seen)])
        .await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(
        answer
            .words()
            .contains("Bripka Sari desk baru saja mengambil ini")
    );
}

#[tokio::test]
async fn a_form_sent_twice_does_one_thing() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let seen = desk
        .get(&format!("/perkara/{case}"))
        .await
        .value_of("versi")
        .unwrap();
    let fields = [
        ("versi", seen.as_str()),
        ("uraian", "Memeriksa"),
        ("fungsi", "detection"),
    ];
    for _ in 0..2 {
        let answer = desk
            .post(&format!("/perkara/{case}/tindakan-baru"), &fields)
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    let history = site.node.case_history(&officer, case).await.unwrap();
    assert_eq!(history.acts.len(), 2, "filed, and one action");
}

#[tokio::test]
async fn a_case_kept_narrow_is_closed_to_patrol_and_open_to_its_investigator() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    site.account(Role::Patrol).await;
    let officer = site.account(Role::Investigator).await;
    let case = Report {
        service: "kdrt",
        ..THEFT
    }
    .file(&site)
    .await
    .case;
    let address = format!("/perkara/{case}");
    let mut patrol = site.signed_in("patrol").await;
    let answer = patrol.get(&address).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer.words().contains("Perkara ini sensitif"),
        "{}",
        answer.words()
    );
    assert!(!answer.text.contains("Motor"));
    let answer = patrol
        .post(&format!("{address}/jawab"), &[("jawaban", "x")])
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let mut investigator = site.signed_in("investigator").await;
    let answer = investigator.get(&address).await;
    assert_eq!(
        answer.status,
        StatusCode::FORBIDDEN,
        "not by the role alone"
    );
    let take = CaseCommand::Take { by: desk.id };
    let assign = CaseCommand::AssignOfficer {
        officer: officer.id,
        lacks: None,
        reason: None,
    };
    for command in [take, assign] {
        let done = site
            .node
            .change_case(&desk, case, None, command, None)
            .await;
        done.unwrap();
    }
    let page = investigator.get(&address).await;
    assert!(
        page.words()
            .contains("Terbatas: hanya petugas yang berwenang")
    );
}

#[tokio::test]
async fn who_reported_is_shown_to_those_who_may_and_sealed_to_others() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Oversight).await;
    let case = THEFT.file(&site).await.case;
    let address = format!("/perkara/{case}");
    let mut desk = site.signed_in("desk").await;
    assert!(
        desk.get(&address)
            .await
            .words()
            .contains("Sutrisno 081234567890")
    );
    let mut oversight = site.signed_in("oversight").await;
    let page = oversight.get(&address).await;
    assert!(
        page.words()
            .contains("Tersegel. Anda tidak berwenang membacanya")
    );
    assert!(!page.text.contains("081234567890") && !page.text.contains("Sutrisno"));
    // Oversight reads and does not act.
    assert!(
        page.words()
            .contains("Anda dapat membaca perkara ini, tidak mengubahnya")
    );
    let answer = oversight
        .post(&format!("{address}/jawab"), &[("jawaban", "x")])
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn the_step_and_the_rule_stand_beside_the_case() {
    // S7 S8
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let hour = desk.get(&format!("/perkara/{case}/jam-pertama")).await;
    let hour = hour.words();
    assert!(hour.contains("pastikan keselamatan"), "{hour}");
    assert!(hour.contains("Dasar hukum: UU 20/2025"), "{hour}");
    let words = desk.get(&format!("/perkara/{case}")).await.words();
    assert!(words.contains("Jam pertama 0 dari 5 langkah"), "{words}");
    assert!(
        words.contains("sisa 3 hari"),
        "the clock stands with it: {words}"
    );
    assert!(words.contains("Dasar hukum: UU 20/2025"), "{words}");
    assert!(words.contains("Yang tidak dijanjikan"), "{words}");
}

#[tokio::test]
async fn the_parts_of_a_case_are_listed_with_their_state() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let case = THEFT.file(&site).await.case;
    let mut desk = site.signed_in("desk").await;
    let page = desk.get(&format!("/perkara/{case}")).await;
    let words = page.words();
    assert!(words.contains("Bagian perkara"), "{words}");
    let letters = format!("/perkara/{case}/surat");
    for at in ["#h-foto", letters.as_str()] {
        assert!(
            page.text.contains(&format!("href=\"{at}\"")),
            "{at} is listed"
        );
    }
    assert!(page.text.contains("id=\"h-foto\""));
    assert_eq!(desk.get(&letters).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_photograph_is_shown_small_to_those_who_read_the_case_and_kept_nowhere() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "tayu", Some("polsek-tayu"))
        .await;
    let mut png = Vec::new();
    image::DynamicImage::new_rgb8(40, 30)
        .write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)
        .unwrap();
    let photo = site.node.put_photo(&png).await.unwrap();
    let sha256 = photo.sha256.clone();
    let request = FileRequest {
        command: pengayom_core::value::CommandId(site.node.new_id()),
        service: "lp_b".parse().unwrap(),
        report_kind: None,
        channel: pengayom_core::subject::case::Channel::Web,
        paper: None,
        description: "Dengan foto".to_owned(),
        when_text: None,
        occurred_at: None,
        harm: pengayom_core::subject::case::Harm::default(),
        danger: false,
        place: pengayom_node::handle::place::PlaceInput::Text("Growong Lor, Juwana".to_owned()),
        reporter: pengayom_node::PersonDetails::default(),
        media: vec![photo],
        simulated: false,
    };
    let citizen = pengayom_core::act::Actor::Citizen;
    let case = site
        .node
        .file_request(request, &citizen)
        .await
        .unwrap()
        .case;
    let other = THEFT.file(&site).await.case;
    let address = format!("/perkara/{case}/foto/{sha256}");
    let mut desk = site.signed_in("desk").await;
    assert!(
        desk.get(&format!("/perkara/{case}"))
            .await
            .text
            .contains(&address)
    );
    let answer = desk.get(&address).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "image/jpeg");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.bytes.get(..2),
        Some([0xff, 0xd8].as_slice()),
        "a JPEG made anew"
    );
    let page = desk.get(&format!("/perkara/{case}")).await;
    let kept = format!("/perkara/{case}/berkas/{sha256}");
    assert!(page.text.contains(&kept));
    assert!(page.words().contains("PNG, 1 kB"), "{}", page.words());
    assert!(page.words().contains(sha256.get(..16).unwrap()));
    let original = desk.get(&kept).await;
    assert_eq!(original.status, StatusCode::OK);
    assert_eq!(original.bytes, png, "byte for byte");
    assert_eq!(original.header("content-type"), "image/png");
    let shown = original.header("content-disposition");
    assert!(shown.starts_with("attachment; "), "{shown}");
    assert_eq!(original.header("x-content-type-options"), "nosniff");
    let policy = original.header("content-security-policy");
    assert!(policy.contains("sandbox") && policy.contains("default-src 'none'"));
    let elsewhere = desk.get(&format!("/perkara/{other}/berkas/{sha256}")).await;
    assert_eq!(elsewhere.status, StatusCode::NOT_FOUND);
    let odd = desk.get(&format!("/perkara/{other}/foto/{sha256}")).await;
    assert_eq!(
        odd.status,
        StatusCode::NOT_FOUND,
        "not a photograph of that case"
    );
    let mut tayu = site.signed_in("tayu").await;
    assert_eq!(tayu.get(&address).await.status, StatusCode::FORBIDDEN);
    assert_eq!(tayu.get(&kept).await.status, StatusCode::FORBIDDEN);
    assert_eq!(
        site.browser().get(&address).await.status,
        StatusCode::SEE_OTHER
    );
}

#[tokio::test]
async fn a_chief_erases_a_closed_case_after_saying_why_and_that_it_was_checked() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let filed = THEFT.file(&site).await;
    let address = format!("/perkara/{}", filed.case);
    let mut chief = site.signed_in("commander").await;
    let open = chief.get(&address).await;
    assert!(!open.words().contains("Hapus data pribadi"), "it is open");
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
        let done = site
            .node
            .change_case(&officer, filed.case, None, command, None);
        done.await.unwrap();
    }
    let mut desk = site.signed_in("desk").await;
    let words = desk.get(&address).await.words();
    assert!(!words.contains("Hapus data pribadi"), "{words}");
    let page = chief.get(&address).await;
    assert!(
        page.words().contains("Hapus data pribadi"),
        "{}",
        page.words()
    );
    let version = page.value_of("versi").unwrap();
    let erase = format!("{address}/hapus-data");
    let unsure = [("versi", version.as_str()), ("dasar", "Surat 12/2026")];
    let answer = chief.post(&erase, &unsure).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = answer.words();
    assert!(words.contains("Periksa dahulu"), "{words}");
    assert!(
        answer.text.contains("Surat 12/2026"),
        "what was typed is kept"
    );
    let sure = [unsure[0], unsure[1], ("yakin", "ya")];
    let answer = chief.post(&erase, &sure).await;
    assert_eq!(answer.location(), format!("{address}?tercatat=ya"));
    for browser in [&mut chief, &mut desk] {
        let words = browser.get(&address).await.words();
        assert!(words.contains("sudah dihapus pada"), "{words}");
        assert!(words.contains("Surat 12/2026"), "{words}");
        for gone in ["Beat merah", "Sutrisno", "081234567890"] {
            assert!(!words.contains(gone), "{gone}: {words}");
        }
    }
    // The same form once more.
    let answer = chief.post(&erase, &sure).await;
    assert_eq!(answer.location(), format!("{address}?tercatat=ya"));
}
