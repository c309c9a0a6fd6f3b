//! Sensitive cases: named people, an opening in an emergency, and its review (S45).

use axum::http::StatusCode;
use pengayom_core::subject::case::CaseCommand;
use pengayom_node::access::Role;

use crate::support::Site;
use crate::{TOLD, VIOLENCE, act, assert_says_nothing, assert_shut, file};

#[tokio::test]
async fn a_sensitive_case_is_taken_and_then_read_by_who_took_it_alone() {
    // S45
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account(Role::Investigator).await;
    let filed = file(&site, VIOLENCE).await;
    let (case, number) = (filed.case, filed.number.to_string());
    let address = format!("/perkara/{case}");
    let mut desk = site.signed_in("desk").await;
    let mut other = site.signed_in("investigator").await;
    // The list says that one waits and leads to where it can be taken.
    let list = desk.get("/meja").await;
    assert_says_nothing(&list);
    assert!(list.text.contains(&address), "{}", list.words());
    // So does its number, which its reporter has; words that were told find nothing.
    for (typed, found) in [(number.as_str(), true), ("pisau", false)] {
        let search = desk.post("/meja/cari", &[("q", typed)]).await;
        let search = desk.follow(search).await;
        assert_says_nothing(&search);
        let listed = search.text.contains(&address);
        assert_eq!(listed, found, "{typed}: {}", search.words());
    }
    let shut = desk.get(&address).await;
    assert_shut(&shut, StatusCode::FORBIDDEN);
    assert!(
        shut.words().contains("Perkara ini sensitif"),
        "{}",
        shut.words()
    );
    let taken = act(&mut desk, case, "ambil", &[]).await;
    assert_eq!(taken.location(), address);
    assert!(desk.get(&address).await.text.contains(TOLD));
    let shut = other.get(&address).await;
    assert_shut(&shut, StatusCode::FORBIDDEN);
    assert!(!shut.text.contains("/ambil\""), "somebody has it");
    // Nor is it taken over by whoever is not named.
    let from = site.node.active_staff().await.unwrap();
    let from = from.iter().find(|staff| staff.login == "desk").unwrap();
    let from = from.id.to_string();
    site.account_at(Role::Desk, "lain", None).await;
    let mut colleague = site.signed_in("lain").await;
    let queue = colleague.get("/meja").await;
    assert!(
        !queue.text.contains(&format!("value=\"{case}\"")),
        "{}",
        queue.words()
    );
    let fields = [
        ("perkara", case.to_string()),
        ("dari", from.clone()),
        ("alasan", "ganti regu".to_owned()),
    ];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
    let refused = colleague.post("/meja/ambil-alih", &fields).await;
    assert_shut(&refused, StatusCode::FORBIDDEN);
    let handover = colleague.get("/meja/serah-terima").await;
    assert_says_nothing(&handover);
    assert!(
        handover
            .words()
            .contains("1 perkara sensitif tidak ada di daftar ini")
    );
    let key = format!("{case}:2");
    let all = [("dari", from.as_str()), ("kasus", key.as_str())];
    let moved = colleague.post("/meja/serah-terima", &all).await;
    assert_eq!(moved.location(), "/meja/serah-terima?diterima=0&pindah=1");
}

#[tokio::test]
async fn the_chief_names_who_reads_with_a_reason_and_takes_it_back() {
    // S45
    let site = Site::pati().await;
    site.account(Role::Commander).await;
    let reader = site.account(Role::Investigator).await;
    let case = file(&site, VIOLENCE).await.case;
    let address = format!("/perkara/{case}");
    let mut chief = site.signed_in("commander").await;
    let mut named = site.signed_in("investigator").await;
    let id = reader.id.to_string();
    // The chief reads it no more than others, and needs a reason.
    assert_shut(&chief.get(&address).await, StatusCode::FORBIDDEN);
    let nothing = act(&mut chief, case, "beri-akses", &[("petugas", &id)]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nothing.words().contains("Tulis alasannya"),
        "{}",
        nothing.words()
    );
    assert!(
        nothing.text.contains(&format!("value=\"{id}\" selected")),
        "what was chosen stays"
    );
    let why = [("petugas", id.as_str()), ("alasan", "mendampingi korban")];
    let given = act(&mut chief, case, "beri-akses", &why).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.words());
    assert_says_nothing(&given);
    let page = named.get(&address).await;
    assert!(page.text.contains(TOLD));
    let words = page.words();
    assert!(words.contains("boleh membaca perkara ini") && words.contains("mendampingi korban"));
    // Nobody but the chief names readers.
    let refused = act(&mut named, case, "beri-akses", &why).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let back = [("petugas", id.as_str()), ("alasan", "pindah tugas")];
    let taken = act(&mut chief, case, "cabut-akses", &back).await;
    assert_eq!(taken.status, StatusCode::OK, "{}", taken.words());
    assert_shut(&named.get(&address).await, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn an_emergency_opens_a_case_for_an_hour_and_somebody_else_reviews_it() {
    // S45
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    site.account(Role::Investigator).await;
    site.account(Role::Commander).await;
    site.account(Role::Oversight).await;
    let case = file(&site, VIOLENCE).await.case;
    let take = CaseCommand::Take { by: desk.id };
    crate::change(&site, &desk, case, take).await;
    let address = format!("/perkara/{case}");
    let mut officer = site.signed_in("investigator").await;
    let mut chief = site.signed_in("commander").await;
    let shut = officer.get(&address).await;
    assert_shut(&shut, StatusCode::FORBIDDEN);
    assert!(
        shut.words().contains("terbuka untuk Anda 60 menit"),
        "{}",
        shut.words()
    );
    let open = format!("{address}/buka-darurat");
    let nothing = officer.post(&open, &[("alasan", " ")]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_says_nothing(&nothing);
    let why = [("alasan", "Korban menelepon, pelaku kembali")];
    assert_eq!(officer.post(&open, &why).await.location(), address);
    let page = officer.get(&address).await;
    assert!(page.text.contains(TOLD));
    assert!(page.words().contains("Korban menelepon, pelaku kembali"));
    // It may be worked on, and nothing that lasts is decided.
    let wrote = [("uraian", "patroli dikirim"), ("fungsi", "order")];
    let done = act(&mut officer, case, "tindakan-baru", &wrote).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.words());
    let close = [("hasil", "resolved"), ("alasan", "selesai")];
    let refused = act(&mut officer, case, "tutup", &close).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    // Lists and searches do not hold it.
    officer.get("/meja/cari").await;
    let found = officer.post("/meja/cari", &[("q", "pisau")]).await;
    let found = officer.follow(found).await;
    assert!(!found.text.contains(&address), "{}", found.words());
    // The chief hears of it at once; nobody reviews their own.
    let morning = chief.get("/pimpinan").await.words();
    assert!(
        morning.contains("1 perkara dibuka karena darurat"),
        "{morning}"
    );
    let reviews = chief.get("/tinjauan-akses").await;
    assert!(reviews.words().contains("Korban menelepon, pelaku kembali"));
    assert!(!reviews.text.contains(TOLD));
    assert_eq!(
        officer.get("/tinjauan-akses").await.status,
        StatusCode::FORBIDDEN
    );
    let review = format!("/tinjauan-akses/{case}/1");
    let refused = officer
        .post(&review, &[("beralasan", "ya"), ("uraian", "x")])
        .await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let nothing = chief.post(&review, &[]).await;
    assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        nothing.words().contains("Pilih ya atau tidak"),
        "{}",
        nothing.words()
    );
    // An hour later it is shut; three days later the review is late.
    site.clock.pass(61);
    assert_shut(&officer.get(&address).await, StatusCode::FORBIDDEN);
    site.clock.pass(72 * 60);
    let mut chief = site.signed_in("commander").await;
    let mut oversight = site.signed_in("oversight").await;
    let late = chief.get("/tinjauan-akses").await;
    assert!(
        late.words().contains("Terlambat: harus ditinjau"),
        "{}",
        late.words()
    );
    let morning = chief.get("/pimpinan").await.words();
    assert!(morning.contains("1 di antaranya terlambat"), "{morning}");
    let found = [
        ("beralasan", "tidak"),
        ("uraian", "Patroli sudah di tempat"),
    ];
    let done = chief.post(&review, &found).await;
    assert_eq!(done.location(), "/tinjauan-akses?tercatat=ya");
    // A second review changes nothing; oversight sees what was found.
    oversight.get("/tinjauan-akses").await;
    let again = oversight
        .post(&review, &[("beralasan", "ya"), ("uraian", "x")])
        .await;
    assert_eq!(again.location(), "/tinjauan-akses");
    let words = oversight.get("/tinjauan-akses").await.words();
    assert!(
        words.contains("Tidak ada alasan, menurut Bripka Sari commander"),
        "{words}"
    );
    assert!(words.contains("Patroli sudah di tempat") && words.contains("Ditinjau terlambat"));
}

#[tokio::test]
async fn a_chief_who_opens_a_case_does_not_review_that() {
    // S45
    let site = Site::pati().await;
    site.account(Role::Commander).await;
    let case = file(&site, VIOLENCE).await.case;
    let mut chief = site.signed_in("commander").await;
    chief.get(&format!("/perkara/{case}")).await;
    let open = format!("/perkara/{case}/buka-darurat");
    chief
        .post(&open, &[("alasan", "Keluarga melapor lewat telepon")])
        .await;
    let page = chief.get("/tinjauan-akses").await;
    assert!(
        page.words().contains("Ini pembukaan Anda sendiri"),
        "{}",
        page.words()
    );
    assert!(!page.text.contains(&format!("/tinjauan-akses/{case}/1\"")));
    let found = [("beralasan", "ya"), ("uraian", "perlu")];
    let refused = chief
        .post(&format!("/tinjauan-akses/{case}/1"), &found)
        .await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.words()
    );
}

#[tokio::test]
async fn whoever_takes_a_sensitive_report_hands_its_receipt_over_and_reads_no_more() {
    let site = Site::pati().await;
    site.account(Role::Dispatch).await;
    let mut dispatch = site.signed_in("dispatch").await;
    let form = dispatch.get("/meja/laporan/baru").await;
    let command = form.value_of("perintah").unwrap();
    let told = [
        ("perintah", command.as_str()),
        ("layanan", VIOLENCE),
        ("bahaya", "tidak"),
        ("cerita", TOLD),
        ("tempat", "Growong Lor, Juwana"),
        ("kapan", "kemarin"),
        ("nama", "Sutrisno"),
        ("telepon", "0812-3456-7890"),
        ("langkah", "simpan"),
    ];
    let sent = dispatch.post("/meja/laporan/baru", &told).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.words());
    let receipt = sent.location().to_owned();
    let page = dispatch.get(&receipt).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.words());
    assert!(!page.text.contains(TOLD));
    let case = receipt.rsplit('/').next().unwrap();
    assert_shut(
        &dispatch.get(&format!("/perkara/{case}")).await,
        StatusCode::FORBIDDEN,
    );
}

#[tokio::test]
async fn a_case_of_another_station_is_opened_in_an_emergency_as_well() {
    let site = Site::pati().await;
    let margoyoso = Some("polsek-margoyoso");
    site.account_at(Role::Patrol, "patroli", margoyoso).await;
    let case = file(&site, crate::THEFT).await.case;
    let mut officer = site.signed_in("patroli").await;
    let address = format!("/perkara/{case}");
    let shut = officer.get(&address).await;
    assert_shut(&shut, StatusCode::FORBIDDEN);
    assert!(
        shut.words().contains("Perkara ini milik kantor lain"),
        "{}",
        shut.words()
    );
    let open = format!("{address}/buka-darurat");
    let opened = officer
        .post(&open, &[("alasan", "Pelaku lari ke wilayah kami")])
        .await;
    assert_eq!(opened.location(), address);
    assert!(officer.get(&address).await.text.contains(TOLD));
    // A sensitive one is not opened by a role that does not work on such cases.
    let case = file(&site, VIOLENCE).await.case;
    let address = format!("/perkara/{case}");
    assert_shut(&officer.get(&address).await, StatusCode::FORBIDDEN);
    let refused = officer
        .post(
            &format!("{address}/buka-darurat"),
            &[("alasan", "ingin tahu")],
        )
        .await;
    assert_shut(&refused, StatusCode::FORBIDDEN);
}
