//! Skills and things: who is qualified for what, the lessons that work opens, what stations have and what
//! services lack.

use axum::http::StatusCode;
use pengayom_core::subject::case::CaseCommand;
use pengayom_node::access::Role;
use pengayom_node::jobs::work_once;

use crate::support::{Answer, Browser, Site};
use crate::{Report, THEFT};

/// Follows a form to its page.
fn went_to(answer: &Answer, begin: &str) -> String {
    let to = answer.location().to_owned();
    assert!(to.starts_with(begin), "{to} {}", answer.words());
    to
}

async fn register(browser: &mut Browser<'_>, kind: &str, label: &str) -> String {
    browser.get("/sarana").await;
    let fields = [("jenis", kind), ("nama", label), ("satuan", "polres-pati")];
    let answer = browser.post("/sarana", &fields).await;
    went_to(&answer, "/sarana/")
}

async fn words(site: &Site, path: &str) -> String {
    site.browser().get(path).await.words()
}

async fn grant(chief: &mut Browser<'_>, officer: &str, skill: &str) {
    let address = format!("/kecakapan/petugas/{officer}");
    chief.get(&address).await;
    let fields = [("kecakapan", skill), ("oleh_siapa", "SPN Purwokerto")];
    let answer = chief.post(&address, &fields).await;
    assert_eq!(answer.location(), address, "{}", answer.words());
}

// S35, S26
#[tokio::test]
async fn a_broken_room_is_told_to_the_chief_the_desk_and_the_public() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let mut desk = site.signed_in("desk").await;
    let mut chief = site.signed_in("commander").await;
    let room = register(&mut desk, "rpk", "RPK 1").await;
    let told = "Ruang pelayanan khusus (RPK) sedang tidak tersedia di Polres Pati";
    assert!(!words(&site, "/layanan/kdrt").await.contains(told));
    Report {
        service: "kdrt",
        ..THEFT
    }
    .file(&site)
    .await;
    site.clock.pass(90);
    desk.get(&room).await;
    let broken = [("keadaan", "broken"), ("alasan", "Atap bocor")];
    let answer = desk.post(&format!("{room}/keadaan"), &broken).await;
    assert_eq!(answer.location(), room, "{}", answer.words());
    let page = words(&site, "/layanan/kdrt").await;
    assert!(page.contains(told), "{page}");
    // Why it broke, and who said so, is the unit's business.
    assert!(!page.contains("Atap bocor"), "{page}");
    assert!(
        !words(&site, "/layanan/skck")
            .await
            .contains("tidak tersedia")
    );
    let board = chief.get("/pimpinan").await.words();
    assert!(
        board.contains(
            "Sarana atau kecakapan yang dulu cukup kini kurang: 1. Yang menghalangi layanan: 1."
        ),
        "{board}"
    );
    let gaps = chief.get("/sarana").await.words();
    for part in [
        "Layanan: Anak berhadapan dengan hukum, Kekerasan dalam rumah tangga, Kekerasan seksual",
        "Yang dapat dipakai: 0 dari 1",
        // The one that was filed before it broke is no cost of the gap.
        "Tidak ada permintaan dalam 30 hari terakhir selama celah ini ada.",
        "Jumlahnya belum cukup untuk membandingkan waktu tunggu.",
    ] {
        assert!(gaps.contains(part), "{part}: {gaps}");
    }
    let new = desk.get("/meja/laporan/baru").await.words();
    assert!(new.contains(told), "{new}");
    let shift = desk.get("/meja/serah-terima").await.words();
    assert!(
        shift.contains("RPK 1") && shift.contains("Rusak sejak"),
        "{shift}"
    );
    // Who does not read the board is not told what it costs.
    assert!(
        !desk
            .get("/sarana")
            .await
            .words()
            .contains("ditanggung masyarakat")
    );
    desk.get(&room).await;
    let mended = [("keadaan", "in_order"), ("alasan", "Sudah diperbaiki")];
    desk.post(&format!("{room}/keadaan"), &mended).await;
    assert!(!words(&site, "/layanan/kdrt").await.contains(told));
    let history = desk.get(&room).await.words();
    assert!(
        history.contains("Atap bocor") && history.contains("Bripka Sari desk"),
        "{history}"
    );
}

// S7
#[tokio::test]
async fn a_case_given_to_who_lacks_the_skill_asks_why() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let skilled = site.account(Role::Investigator).await;
    let other = site.account(Role::Patrol).await;
    let mut chief = site.signed_in("commander").await;
    let mut desk = site.signed_in("desk").await;
    let case = THEFT.file(&site).await.case;
    let address = format!("/perkara/{case}");
    let id = other.id.to_string();
    // Nobody has the skill: there is no choice, and nothing is asked.
    let page = desk.get(&address).await;
    assert!(
        page.words().contains("belum ada petugas yang memenuhi"),
        "{}",
        page.words()
    );
    grant(&mut chief, &skilled.id.to_string(), "penyidik").await;
    let page = desk.get(&address).await.words();
    assert!(
        page.contains("Bripka Sari investigator (Polres Pati)"),
        "{page}"
    );
    let assign = format!("{address}/tugaskan");
    let answer = desk.post(&assign, &[("petugas", &id)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let said = answer.words();
    assert!(
        said.contains("belum memiliki kecakapan: Penyidik"),
        "{said}"
    );
    let fields = [("petugas", id.as_str()), ("alasan", "Penyidik sedang cuti")];
    let answer = desk.post(&assign, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let page = desk.get(&address).await.words();
    assert!(page.contains("Penyidik sedang cuti"), "{page}");
    assert!(
        page.contains("Belum memiliki kecakapan: Penyidik"),
        "{page}"
    );
    // To who has it, and while somebody is in danger, nothing is asked.
    let answer = desk
        .post(&assign, &[("petugas", &skilled.id.to_string())])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let danger = Report {
        danger: true,
        ..THEFT
    }
    .file(&site)
    .await
    .case;
    desk.get(&format!("/perkara/{danger}")).await;
    let answer = desk
        .post(&format!("/perkara/{danger}/tugaskan"), &[("petugas", &id)])
        .await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
}

// S34, S7
#[tokio::test]
async fn a_reclassification_opens_a_lesson_that_is_read_and_done() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let case = THEFT.file(&site).await.case;
    let assess = |service: &str| CaseCommand::Assess {
        service: service.parse().unwrap(),
        reason: Some("Ini utang".to_owned()),
    };
    for service in ["lp_b", "mediasi"] {
        let done = site
            .node
            .change_case(&desk, case, None, assess(service), None)
            .await;
        done.unwrap();
    }
    while work_once(&site.node).await.unwrap() {}
    let mut browser = site.signed_in("desk").await;
    let page = browser.get("/kecakapan").await.words();
    assert!(page.contains("Penipuan atau utang?"), "{page}");
    assert!(page.contains("perkara berganti golongan"), "{page}");
    let lesson = "/kecakapan/pelajaran/penipuan_atau_utang";
    let first = browser.get(lesson).await;
    assert!(
        first.words().contains("Layar 1 dari 6"),
        "{}",
        first.words()
    );
    let last = browser.get(&format!("{lesson}?layar=6")).await;
    assert!(last.text.contains("name=\"jawaban1\""), "{}", last.text);
    let answer = browser.post(lesson, &[("jawaban1", "1")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = browser
        .post(lesson, &[("jawaban1", "2"), ("jawaban2", "2")])
        .await;
    assert!(answer.words().contains("Hampir"), "{}", answer.words());
    // Counts are told, and nobody's name beside them.
    let mut chief = site.signed_in("commander").await;
    let counts = chief.get("/kecakapan").await;
    let table = counts.inner("tbody");
    assert!(table.contains("perkara berganti golongan"), "{table}");
    assert!(!table.contains("Sari"), "{table}");
    let answer = browser
        .post(lesson, &[("jawaban1", "1"), ("jawaban2", "2")])
        .await;
    assert!(
        answer.words().contains("Selesai. Terima kasih"),
        "{}",
        answer.words()
    );
    let page = browser.get("/kecakapan").await.words();
    assert!(
        page.contains("Tidak ada pelajaran yang menunggu."),
        "{page}"
    );
    assert_eq!(
        browser.get("/kecakapan/pelajaran/tidak_ada").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_form_of_things_or_skills_says_what_to_mend_and_keeps_what_was_typed() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let commander = site.account(Role::Commander).await;
    site.account(Role::Patrol).await;
    let mut browser = site.signed_in("desk").await;
    browser.get("/sarana").await;
    for (fields, said) in [
        (vec![("nama", "HT 7")], "Pilih jenis sarana"),
        (
            vec![("jenis", "radio"), ("nama", " ")],
            "Tulis nama atau nomornya",
        ),
        (
            vec![
                ("jenis", "radio"),
                ("nama", "HT 7"),
                ("periksa", "2020-01-01"),
            ],
            "Pemeriksaan berikutnya hari ini atau sesudahnya",
        ),
    ] {
        let answer = browser.post("/sarana", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{said}");
        assert!(answer.words().contains(said), "{said}: {}", answer.words());
        let kept = answer.value_of("nama").unwrap_or_default();
        assert_eq!(
            kept.trim(),
            fields
                .iter()
                .find(|field| field.0 == "nama")
                .unwrap()
                .1
                .trim()
        );
    }
    let radio = register(&mut browser, "radio", "HT 7").await;
    let id = desk.id.to_string();
    browser.get(&radio).await;
    let answer = browser
        .post(
            &format!("{radio}/serah"),
            &[("kepada", &id), ("versi", "1")],
        )
        .await;
    assert_eq!(answer.location(), radio, "{}", answer.words());
    // A colleague who looked before that is told, and nothing is written over.
    let late = [("keadaan", "broken"), ("alasan", "jatuh"), ("versi", "1")];
    let answer = browser.post(&format!("{radio}/keadaan"), &late).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.words());
    assert_eq!(answer.value_of("alasan").as_deref(), Some("jatuh"));
    // Patrol reads what there is and changes nothing; who keeps skills is the chief, not for themself.
    let mut patrol = site.signed_in("patrol").await;
    let page = patrol.get(&radio).await;
    assert!(page.words().contains("HT 7") && !page.text.contains("simpan-keadaan"));
    let answer = patrol
        .post(&format!("{radio}/keadaan"), &[("keadaan", "broken")])
        .await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    let own = format!("/kecakapan/petugas/{}", commander.id);
    assert_eq!(browser.get(&own).await.status, StatusCode::FORBIDDEN);
    let mut chief = site.signed_in("commander").await;
    chief.get(&own).await;
    let fields = [("kecakapan", "ppa"), ("oleh_siapa", "SPN")];
    let answer = chief.post(&own, &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.words().contains("dicatat oleh pimpinan lain"),
        "{}",
        answer.words()
    );
    assert_eq!(answer.value_of("oleh_siapa").as_deref(), Some("SPN"));
}

// S45
#[tokio::test]
async fn a_station_keeps_its_own_things_and_people() {
    let site = Site::pati().await;
    let far = site
        .account_at(Role::Patrol, "tayu", Some("polsek-tayu"))
        .await;
    site.account_at(Role::Commander, "juwana", Some("polsek-juwana"))
        .await;
    site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let radio = register(&mut desk, "radio", "HT 1").await;
    let mut chief = site.signed_in("juwana").await;
    assert_eq!(chief.get(&radio).await.status, StatusCode::NOT_FOUND);
    let colleague = format!("/kecakapan/petugas/{}", far.id);
    assert_eq!(chief.get(&colleague).await.status, StatusCode::NOT_FOUND);
    assert!(!chief.get("/kecakapan").await.words().contains("Sari tayu"));
}
