//! Encounters and their cards.

use axum::http::StatusCode;
use pengayom_core::subject::feedback::Answer as Feedback;
use pengayom_core::value::{EncounterId, SecretDigits};
use pengayom_node::access::Role;
use pengayom_node::handle::encounter::EncounterHistory;

use crate::support::{Answer, Browser, Site};
use crate::{THEFT, digits};

async fn record(browser: &mut Browser<'_>, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get("/pertemuan/baru").await;
    let command = page.value_of("perintah").unwrap();
    let mut all = vec![
        ("perintah", command.as_str()),
        ("sebagai", "resident"),
        ("kekuatan", "tidak"),
        ("di", "satuan"),
        ("kapan", "baru"),
    ];
    all.retain(|(name, _)| fields.iter().all(|(other, _)| other != name));
    all.extend(fields);
    browser.post("/pertemuan/baru", &all).await
}

async fn recorded(site: &Site, by: &str, answer: &Answer) -> EncounterHistory {
    let id: EncounterId = answer
        .location()
        .rsplit('/')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let all = site.node.active_staff().await.unwrap();
    let staff = all.iter().find(|staff| staff.login == by).unwrap();
    site.node.encounter_history(staff, id).await.unwrap()
}

#[tokio::test]
async fn an_encounter_takes_one_choice_and_gives_a_card() {
    // S4 S28 S33
    let site = Site::pati().await;
    let officer = site
        .account_at(Role::Patrol, "patrol", Some("polsek-juwana"))
        .await;
    let mut patrol = site.signed_in("patrol").await;
    let page = patrol.get("/pertemuan/baru").await;
    assert!(
        page.words().contains("Di wilayah Polsek Juwana"),
        "{}",
        page.words()
    );
    // Everything but the service has its likely answer already.
    for likely in [
        "value=\"resident\" checked",
        "value=\"tidak\" checked",
        "value=\"baru\" checked",
    ] {
        assert!(page.text.contains(likely), "{likely}");
    }
    let answer = record(&mut patrol, &[("layanan", "laka")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let met = recorded(&site, "patrol", &answer).await.encounter;
    assert_eq!(met.recorded.officer, officer.id);
    assert_eq!(met.recorded.service.as_str(), "laka");
    assert_eq!(
        met.place.as_ref().unwrap().station.as_str(),
        "polsek-juwana"
    );
    let unit = site.node.unit();
    let service = unit.pack.service(&met.recorded.service).unwrap();
    assert_eq!(
        met.recorded.function,
        service.function.code(),
        "the service says it, S1"
    );
    assert_eq!(met.recorded.role, service.role.code());
    let card = patrol.follow(answer).await;
    let code: SecretDigits = digits(&card).parse().unwrap();
    let address = format!("http://localhost/nilai/{}", code.plain());
    assert!(card.text.contains(&address), "the whole address");
    assert!(card.text.contains("<svg xmlns"), "a QR code");
    assert!(
        card.words().contains("Berlaku sampai 24 Desember 2026"),
        "{}",
        card.words()
    );
    // The card works.
    let rateable = site.node.rateable(&code, "test").await.unwrap();
    assert!(!rateable.used);
}

#[tokio::test]
async fn the_officer_may_choose_another_function_and_role() {
    // S1 S28
    let site = Site::pati().await;
    site.account(Role::Community).await;
    let mut community = site.signed_in("community").await;
    let fields = [
        ("layanan", "sambang"),
        ("fungsi", "detection"),
        ("peran", "protector"),
        ("dijelaskan", "rights"),
        ("dijelaskan", "next_step"),
    ];
    let answer = record(&mut community, &fields).await;
    let met = recorded(&site, "community", &answer)
        .await
        .encounter
        .recorded;
    assert_eq!(
        (met.function.as_str(), met.role.as_str()),
        ("detection", "protector")
    );
    assert_eq!(met.explained, ["rights", "next_step"]);
    let page = community.follow(answer).await;
    for words in ["Mendeteksi", "Pelindung", "Hak Anda"] {
        assert!(page.words().contains(words), "{words}: {}", page.words());
    }
}

#[tokio::test]
async fn force_needs_its_legal_basis_and_what_was_typed_stays() {
    // S37
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    let mut patrol = site.signed_in("patrol").await;
    let force = [
        ("layanan", "laka"),
        ("kekuatan", "ya"),
        ("catatan", "Memborgol tangan kanan"),
    ];
    let answer = record(&mut patrol, &force).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let words = answer.words();
    assert!(words.contains("Tulis dasar hukum. Kekuatan tanpa dasar tidak dapat dicatat"));
    assert!(words.contains("Pilih tahap kekuatan"), "{words}");
    assert!(answer.text.contains("value=\"ya\" checked"));
    assert!(answer.text.contains("Memborgol tangan kanan"));
    assert!(answer.text.contains("<details id=\"rincian\" open>"));
    let basis = [
        ("layanan", "laka"),
        ("kekuatan", "ya"),
        ("tahap", "stage_3"),
        ("dasar", "UU 2/2002 ps. 18"),
    ];
    let answer = record(&mut patrol, &basis).await;
    let page = patrol.follow(answer).await;
    assert!(page.words().contains("Ada kekuatan"), "{}", page.words());
    let stage = "Kendali tangan kosong lunak";
    assert!(page.words().contains(stage), "{}", page.words());
    assert!(page.words().contains("UU 2/2002 ps. 18"));
}

#[tokio::test]
async fn a_form_without_its_service_or_with_a_moment_to_come_is_refused() {
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    let mut patrol = site.signed_in("patrol").await;
    let answer = record(&mut patrol, &[("nama", "Pak Budi")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.words().contains("Pilih layanan"));
    assert_eq!(answer.value_of("nama").unwrap(), "Pak Budi");
    let wrong = [
        ("2026-11-25", "10:00", "harus sekarang atau sebelumnya"),
        ("2026-11-01", "10:00", "paling lambat 7 hari sesudahnya"),
        ("", "10:00", "Tulis tanggal dan jam"),
        ("2026-11-24", "27:00", "Tulis jam seperti 21.30"),
    ];
    for (date, time, words) in wrong {
        let fields = [
            ("layanan", "laka"),
            ("kapan", "tadi"),
            ("tanggal", date),
            ("jam", time),
        ];
        let answer = record(&mut patrol, &fields).await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{date} {time}"
        );
        assert!(
            answer.words().contains(words),
            "{words}: {}",
            answer.words()
        );
    }
    let fields = [
        ("layanan", "laka"),
        ("kapan", "tadi"),
        ("tanggal", "2026-11-24"),
        ("jam", "20.15"),
    ];
    let answer = record(&mut patrol, &fields).await;
    let page = patrol.follow(answer).await;
    assert!(
        page.words().contains("24 November 2026, pukul 20.15 WIB"),
        "{}",
        page.words()
    );
}

#[tokio::test]
async fn another_place_may_be_named_or_chosen() {
    // S32
    let site = Site::pati().await;
    site.account_at(Role::Patrol, "patrol", Some("polsek-juwana"))
        .await;
    let mut patrol = site.signed_in("patrol").await;
    let misspelt = [("layanan", "laka"), ("tempat", "Growung Lor")];
    let answer = record(&mut patrol, &misspelt).await;
    assert!(answer.words().contains("Kami menemukan beberapa tempat"));
    let picked = answer.value_of("tempat_pilih").unwrap();
    let fields = [
        ("layanan", "laka"),
        ("tempat", "Growung Lor"),
        ("tempat_pilih", &picked),
    ];
    let answer = record(&mut patrol, &fields).await;
    let met = recorded(&site, "patrol", &answer).await.encounter;
    assert_eq!(met.place.unwrap().beat.unwrap().as_str(), picked);
}

#[tokio::test]
async fn an_encounter_sent_twice_is_one_with_one_code() {
    let site = Site::pati().await;
    let officer = site.account(Role::Patrol).await;
    let mut patrol = site.signed_in("patrol").await;
    let command = patrol
        .get("/pertemuan/baru")
        .await
        .value_of("perintah")
        .unwrap();
    let fields = [
        ("perintah", command.as_str()),
        ("layanan", "laka"),
        ("sebagai", "victim"),
        ("kekuatan", "tidak"),
        ("di", "satuan"),
    ];
    let first = patrol.post("/pertemuan/baru", &fields).await;
    let second = patrol.post("/pertemuan/baru", &fields).await;
    assert_eq!(first.location(), second.location());
    let unit = site.node.unit().id.clone();
    let all = site
        .node
        .store()
        .encounters_of_officer(&unit, officer.id, 10)
        .await
        .unwrap();
    assert_eq!(all.len(), 1);
}

#[tokio::test]
async fn an_encounter_about_a_case_begins_with_what_the_case_knows() {
    // S4
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let filed = THEFT.file(&site).await;
    let mut desk = site.signed_in("desk").await;
    let page = desk
        .get(&format!("/pertemuan/baru?perkara={}", filed.case))
        .await;
    assert!(page.words().contains("Untuk laporan PTI-2611-0001"));
    assert!(page.text.contains("value=\"lp_b\" checked"));
    assert!(page.text.contains("value=\"reporter\" checked"));
    assert!(
        page.words()
            .contains("Di tempat perkara: Growong Lor, Juwana"),
        "{}",
        page.words()
    );
    let case = filed.case.to_string();
    let fields = [
        ("perkara", case.as_str()),
        ("layanan", "lp_b"),
        ("sebagai", "reporter"),
        ("di", "perkara"),
    ];
    let answer = record(&mut desk, &fields).await;
    let met = recorded(&site, "desk", &answer).await.encounter;
    assert_eq!(met.recorded.case, Some(filed.case));
    assert_eq!(met.place.unwrap().beat, filed.place.beat);
    let page = desk.get(&format!("/perkara/{case}")).await;
    assert!(
        page.text.contains(answer.location()),
        "the case leads to its encounters"
    );
}

#[tokio::test]
async fn the_card_is_shown_again_as_it_was_to_the_one_who_recorded_it() {
    // S5
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    site.account_at(Role::Patrol, "patrol2", None).await;
    site.account(Role::Commander).await;
    let mut patrol = site.signed_in("patrol").await;
    let answer = record(&mut patrol, &[("layanan", "laka")]).await;
    let address = answer.location().to_owned();
    let first = patrol.follow(answer).await;
    let code: SecretDigits = digits(&first).parse().unwrap();
    // No form of it asks for another code.
    assert!(!first.text.contains("/kode\""));
    let answer = patrol.post(&format!("{address}/kode"), &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    // A judgement given does not show on it, days later either.
    let rateable = site.node.rateable(&code, "test").await.unwrap();
    let answers = [("k1".to_owned(), Feedback::No)].into();
    let given = site.node.give_feedback(rateable, answers, None, None).await;
    given.unwrap();
    site.clock.pass(3 * 24 * 60);
    let mut patrol = site.signed_in("patrol").await;
    let again = patrol.get(&address).await;
    assert_eq!(digits(&again).parse::<SecretDigits>().unwrap(), code);
    assert!(again.words().contains("Berlaku sampai"));
    // A colleague does not read it; the chief reads the record without the code.
    let mut other = site.signed_in("patrol2").await;
    assert_eq!(other.get(&address).await.status, StatusCode::FORBIDDEN);
    let mut chief = site.signed_in("commander").await;
    let seen = chief.get(&address).await;
    assert!(seen.words().contains("hanya tampil kepada petugas"));
    assert!(!seen.text.contains(&code.plain()) && !seen.text.contains(&code.grouped()));
    // After thirty days there is nothing left to show.
    site.clock.pass(28 * 24 * 60);
    let mut patrol = site.signed_in("patrol").await;
    let late = patrol.get(&address).await;
    assert!(late.words().contains("Masa menilai berakhir"));
    assert!(!late.text.contains(&code.plain()));
}

#[tokio::test]
async fn what_was_recorded_is_put_right_beside_it_once() {
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    let mut patrol = site.signed_in("patrol").await;
    let answer = record(
        &mut patrol,
        &[("layanan", "laka"), ("catatan", "Di Jalan Raya")],
    )
    .await;
    let address = answer.location().to_owned();
    let version = patrol.follow(answer).await.value_of("versi").unwrap();
    let empty = [("versi", version.as_str()), ("perbaikan", "")];
    let answer = patrol.post(&format!("{address}/perbaiki"), &empty).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.words().contains("Tulis apa yang benar"));
    let right = [
        ("versi", version.as_str()),
        ("perbaikan", "Di Jalan Diponegoro"),
    ];
    for _ in 0..2 {
        let answer = patrol.post(&format!("{address}/perbaiki"), &right).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
    }
    let words = patrol.get(&address).await.words();
    assert!(words.contains("Di Jalan Raya"), "the first record stays");
    // Once in the record, once nowhere else.
    assert_eq!(words.matches("Di Jalan Diponegoro").count(), 1, "{words}");
}

#[tokio::test]
async fn an_officer_sees_own_encounters_and_one_without_them_is_told_so() {
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    site.account(Role::Dispatch).await;
    let mut patrol = site.signed_in("patrol").await;
    let words = patrol.get("/pertemuan").await.words();
    assert!(words.contains("Anda belum mencatat pertemuan"));
    record(&mut patrol, &[("layanan", "laka")]).await;
    let words = patrol.get("/pertemuan").await.words();
    assert!(words.contains("Kecelakaan lalu lintas"), "{words}");
    let mut dispatch = site.signed_in("dispatch").await;
    assert_eq!(
        dispatch.get("/pertemuan/baru").await.status,
        StatusCode::FORBIDDEN
    );
}
