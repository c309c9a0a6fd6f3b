//! Signing in and out; forms whose session ended.

use axum::http::StatusCode;
use pengayom_node::access::Role;

use crate::support::{PASSWORD, Site};
use crate::{Report, THEFT};

#[tokio::test]
async fn nobody_is_led_to_the_sign_in_page_and_back() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut browser = site.browser();
    let answer = browser.get("/meja/cari?q=motor").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/masuk?lanjut=/meja/cari%3Fq%3Dmotor");
    let page = browser.follow(answer).await;
    assert_eq!(page.value_of("lanjut").unwrap(), "/meja/cari?q=motor");
    // No puzzle, and a password may be pasted: two fields and a button.
    assert!(page.text.contains("autocomplete=\"current-password\""));
    let fields = [
        ("nama", "desk"),
        ("sandi", PASSWORD),
        ("lanjut", "/meja/cari?q=motor"),
    ];
    let answer = browser.post("/masuk", &fields).await;
    assert_eq!(answer.location(), "/meja/cari?q=motor");
    assert_eq!(browser.follow(answer).await.status, StatusCode::OK);
}

#[tokio::test]
async fn signing_in_leads_nowhere_but_into_this_site() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    for elsewhere in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/masuk",
    ] {
        let mut browser = site.browser();
        browser.get("/masuk").await;
        let fields = [("nama", "desk"), ("sandi", PASSWORD), ("lanjut", elsewhere)];
        let answer = browser.post("/masuk", &fields).await;
        assert_eq!(answer.location(), "/meja", "{elsewhere}");
    }
}

#[tokio::test]
async fn a_wrong_password_says_what_does_not_fit_and_keeps_the_name() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut browser = site.browser();
    browser.get("/masuk").await;
    let answer = browser
        .post("/masuk", &[("nama", "desk"), ("sandi", "salah sekali ini")])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer
            .words()
            .contains("Nama pengguna atau kata sandi tidak cocok")
    );
    assert_eq!(answer.value_of("nama").unwrap(), "desk");
    assert!(
        !answer.text.contains("salah sekali ini"),
        "a password is not sent back"
    );
    assert!(answer.inner("title").starts_with("Perlu diperbaiki:"));
    let answer = browser.post("/masuk", &[("nama", ""), ("sandi", "")]).await;
    assert!(answer.words().contains("Tulis nama pengguna"));
    assert!(answer.words().contains("Tulis kata sandi"));
}

#[tokio::test]
async fn too_many_tries_say_when_to_come_again() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut browser = site.browser();
    browser.get("/masuk").await;
    let mut last = None;
    for _ in 0..7 {
        let fields = [("nama", "desk"), ("sandi", "salah sekali ini")];
        last = Some(browser.post("/masuk", &fields).await);
    }
    let answer = last.unwrap();
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(
        answer
            .words()
            .contains("Terlalu banyak percobaan. Coba lagi pukul")
    );
    // The right password waits too: otherwise the count would say which one is right.
    let answer = browser
        .post("/masuk", &[("nama", "desk"), ("sandi", PASSWORD)])
        .await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    site.clock.pass(16);
    let answer = browser
        .post("/masuk", &[("nama", "desk"), ("sandi", PASSWORD)])
        .await;
    assert_eq!(answer.location(), "/meja");
}

#[tokio::test]
async fn each_role_begins_where_its_work_is() {
    let site = Site::pati().await;
    let homes = [
        (Role::Desk, "/meja"),
        (Role::Dispatch, "/meja"),
        (Role::Patrol, "/pertemuan"),
        (Role::Community, "/pertemuan"),
        (Role::Investigator, "/pertemuan"),
        (Role::Commander, "/pimpinan"),
        (Role::Oversight, "/pimpinan"),
        (Role::Admin, "/setelan"),
    ];
    for (role, home) in homes {
        site.account(role).await;
        let mut browser = site.browser();
        browser.get("/masuk").await;
        let fields = [("nama", role.as_str()), ("sandi", PASSWORD)];
        let answer = browser.post("/masuk", &fields).await;
        assert_eq!(answer.location(), home, "{role:?}");
        let page = browser.follow(answer).await;
        assert_eq!(page.status, StatusCode::OK, "{role:?}");
    }
}

#[tokio::test]
async fn the_one_who_keeps_accounts_is_told_the_commands_and_opens_no_case() {
    let site = Site::pati().await;
    site.account(Role::Admin).await;
    let case = THEFT.file(&site).await.case;
    let mut admin = site.signed_in("admin").await;
    let page = admin.get("/setelan").await;
    assert!(
        page.words().contains("pengayom user add"),
        "{}",
        page.words()
    );
    for address in [
        "/meja",
        "/meja/daftar",
        &format!("/perkara/{case}"),
        "/pimpinan",
    ] {
        let answer = admin.get(address).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{address}");
        assert!(answer.words().contains("Yang berwenang:"), "{address}");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut browser = site.signed_in("desk").await;
    browser.get("/meja").await;
    let before = browser.cookies.clone();
    let answer = browser.post("/keluar-akun", &[]).await;
    let page = browser.follow(answer).await;
    assert!(page.words().contains("Anda sudah keluar"));
    // The old cookie, kept by somebody, opens nothing.
    browser.cookies = before;
    assert_eq!(browser.get("/meja").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_form_whose_session_ended_is_given_back_after_signing_in_again() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut browser = site.signed_in("desk").await;
    let page = browser.get("/meja/laporan/baru").await;
    let by = page.value_of("oleh").unwrap();
    let command = page.value_of("perintah").unwrap();
    site.clock.pass(13 * 60);
    let told = "Motor hilang di pasar, kunci masih ada";
    let fields = [
        ("oleh", by.as_str()),
        ("perintah", &command),
        ("bahaya", "tidak"),
        ("layanan", "lp_b"),
        ("cerita", told),
        ("tempat", "Growong Lor"),
        ("langkah", "simpan"),
    ];
    let answer = browser.post("/meja/laporan/baru", &fields).await;
    assert_eq!(answer.location(), "/masuk?lanjut=/meja/laporan/baru");
    let page = browser.follow(answer).await;
    assert!(
        page.words()
            .contains("Sesi berakhir, isian disimpan. Masuk lagi")
    );
    let answer = browser
        .post("/masuk", &[("nama", "desk"), ("sandi", PASSWORD)])
        .await;
    let page = browser.follow(answer).await;
    assert_eq!(browser.at, "/masuk/isian");
    assert!(page.words().contains(told));
    let mut kept = vec![("kembali", "1".to_owned())];
    for name in [
        "oleh", "perintah", "bahaya", "layanan", "cerita", "tempat", "langkah",
    ] {
        kept.push((
            name,
            page.value_of(name)
                .unwrap_or_else(|| panic!("{name} was lost")),
        ));
    }
    let kept: Vec<(&str, &str)> = kept
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let form = browser.post("/meja/laporan/baru", &kept).await;
    assert_eq!(form.status, StatusCode::OK);
    assert!(form.text.contains(told));
    assert_eq!(form.value_of("tempat").unwrap(), "Growong Lor");
    assert_eq!(form.value_of("perintah").unwrap(), command);
    // Nothing was filed by itself, and it is given back once.
    let desk = site.node.active_staff().await.unwrap().remove(0);
    assert!(site.node.waiting(&desk, 10).await.unwrap().is_empty());
    assert_eq!(browser.get("/masuk/isian").await.location(), "/meja");
}

#[tokio::test]
async fn a_form_is_not_given_to_the_next_person_at_the_same_desk() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "desk2", None).await;
    let mut browser = site.signed_in("desk").await;
    let by = browser
        .get("/meja/laporan/baru")
        .await
        .value_of("oleh")
        .unwrap();
    site.clock.pass(13 * 60);
    let fields = [("oleh", by.as_str()), ("cerita", "Rahasia seorang pelapor")];
    let answer = browser.post("/meja/laporan/baru", &fields).await;
    browser.follow(answer).await;
    let answer = browser
        .post("/masuk", &[("nama", "desk2"), ("sandi", PASSWORD)])
        .await;
    let page = browser.follow(answer).await;
    assert_eq!(browser.at, "/meja");
    assert!(!page.text.contains("Rahasia seorang pelapor"));
}

#[tokio::test]
async fn a_page_of_staff_speaks_english_when_asked_to() {
    // S33
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    Report {
        danger: true,
        ..THEFT
    }
    .file(&site)
    .await;
    let mut browser = site.signed_in("desk").await;
    let page = browser.get("/meja?lang=en").await;
    assert!(page.words().contains("Serve next"), "{}", page.words());
    assert!(page.words().contains("danger first"));
    for indonesian in ["Layani", "sisa", "menit", "masuk"] {
        assert!(
            !page.words().contains(indonesian),
            "{indonesian} in {}",
            page.words()
        );
    }
}
