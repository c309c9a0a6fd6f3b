//! `/akun`, `/setelan/akun` and the steps of signing in; and what every answer tells browsers to refuse.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod support;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt as _;
use pengayom_core::pack::Lang;
use pengayom_node::access::Role;
use pengayom_node::accounts::{EventKind, NewUser};
use pengayom_web::WebSettings;
use tower::ServiceExt as _;

use support::{Answer, Browser, PASSWORD, Site};

/// An account that is no demonstration.
async fn account(site: &Site, login: &str, role: Role) {
    let new = NewUser {
        login: login.to_owned(),
        name: format!("Budi {login}"),
        rank: None,
        station: None,
        roles: vec![role],
        demo: false,
    };
    site.node.add_user(new, PASSWORD).await.unwrap();
}

/// The key that a page shows to be typed into an app.
fn key_of(page: &Answer) -> String {
    let (_, rest) = page.text.split_once("translate=\"no\">").unwrap();
    let (key, _) = rest.split_once('<').unwrap();
    key.replace(' ', "")
}

/// The code that an app with this key shows.
fn code(site: &Site, key: &str) -> String {
    let bits: String = key
        .chars()
        .map(|letter| {
            let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
            format!("{value:05b}")
        })
        .collect();
    let bytes = bits.as_bytes().chunks_exact(8);
    let bytes: Vec<u8> = bytes
        .map(|bits| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap())
        .collect();
    let secret = totp_rs::Secret::new_stack(bytes.try_into().unwrap());
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let now = u64::try_from(site.node.now().as_second()).unwrap();
    totp.generate(now).to_string()
}

async fn enter<'s>(site: &'s Site, login: &str, password: &str) -> (Browser<'s>, Answer) {
    let mut browser = site.browser();
    browser.get("/masuk").await;
    let fields = [("nama", login), ("sandi", password), ("lanjut", "/akun")];
    let answer = browser.post("/masuk", &fields).await;
    let page = browser.follow(answer).await;
    (browser, page)
}

/// Somebody whose role must have a second factor, with an app just set up; gives its key.
async fn with_app<'s>(site: &'s Site, login: &str, role: Role) -> (Browser<'s>, String) {
    account(site, login, role).await;
    let (mut browser, page) = enter(site, login, PASSWORD).await;
    let key = key_of(&page);
    let codes = browser
        .post("/masuk/langkah", &[("kode", &code(site, &key))])
        .await;
    assert_eq!(codes.status, StatusCode::OK, "{}", codes.words());
    (browser, key)
}

// S45
#[tokio::test]
async fn a_role_that_must_have_a_second_factor_is_led_to_set_one_up_and_then_asked_for_it() {
    let site = Site::pati().await;
    account(&site, "kapolres", Role::Commander).await;
    let (mut browser, page) = enter(&site, "kapolres", PASSWORD).await;
    assert!(browser.at.starts_with("/masuk/langkah"));
    assert!(
        page.words().contains("Siapkan cara masuk kedua"),
        "{}",
        page.words()
    );
    assert!(page.text.contains("<svg"), "a code to photograph");
    // Nothing else opens before.
    let elsewhere = browser.get("/pimpinan").await;
    assert!(elsewhere.location().starts_with("/masuk?lanjut="));
    browser.get("/masuk/langkah").await;
    let wrong = browser.post("/masuk/langkah", &[("kode", "000000")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        key_of(&wrong),
        key_of(&page),
        "the app need not be set up again"
    );
    let key = key_of(&page);
    let fields = [("kode", code(&site, &key)), ("lanjut", "/akun".to_owned())];
    let fields = fields
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let codes = browser.post("/masuk/langkah", &fields).await;
    assert!(
        codes.words().contains("Kode pemulihan Anda"),
        "{}",
        codes.words()
    );
    assert_eq!(codes.text.matches("class=\"code digits\"").count(), 10);
    let own = browser.get("/akun").await;
    assert_eq!(own.status, StatusCode::OK, "{}", own.words());
    assert!(
        own.words().contains("Kode pemulihan tersisa: 10"),
        "{}",
        own.words()
    );
    assert!(!own.text.contains(&key), "the key is shown once");

    site.clock.pass(1);
    let (mut again, page) = enter(&site, "kapolres", PASSWORD).await;
    assert!(
        page.words().contains("Satu langkah lagi"),
        "{}",
        page.words()
    );
    let english = again.get("/masuk/langkah?lang=en").await;
    assert!(english.words().contains("One more step"));
    let typed = code(&site, &key);
    let entered = again.post("/masuk/langkah", &[("kode", &typed)]).await;
    assert_eq!(entered.location(), "/pimpinan");
    // The same code in another browser.
    let (mut third, _) = enter(&site, "kapolres", PASSWORD).await;
    let replayed = third.post("/masuk/langkah", &[("kode", &typed)]).await;
    assert_eq!(replayed.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        replayed.words().contains("sudah dipakai"),
        "{}",
        replayed.words()
    );
}

#[tokio::test]
async fn a_step_belongs_to_one_browser_and_ends_in_minutes() {
    let site = Site::pati().await;
    let (_, key) = with_app(&site, "kapolres", Role::Commander).await;
    site.clock.pass(1);
    let (mut browser, _) = enter(&site, "kapolres", PASSWORD).await;
    let mut stranger = site.browser();
    let typed = code(&site, &key);
    stranger.get("/masuk").await;
    let nothing = stranger.post("/masuk/langkah", &[("kode", &typed)]).await;
    assert_eq!(nothing.location(), "/masuk?ulang=1");
    site.clock.pass(11);
    let typed = code(&site, &key);
    let late = browser.post("/masuk/langkah", &[("kode", &typed)]).await;
    let page = browser.follow(late).await;
    assert!(
        page.words().contains("Waktu masuk habis"),
        "{}",
        page.words()
    );
    let (mut browser, _) = enter(&site, "kapolres", PASSWORD).await;
    for _ in 0..5 {
        browser.post("/masuk/langkah", &[("kode", "000000")]).await;
    }
    let slowed = browser.post("/masuk/langkah", &[("kode", "000000")]).await;
    assert_eq!(slowed.status, StatusCode::TOO_MANY_REQUESTS);
    let seconds: i64 = slowed.header(header::RETRY_AFTER).parse().unwrap();
    assert!((1..=900).contains(&seconds), "{seconds}");
    let left = browser.post("/masuk/langkah/batal", &[]).await;
    assert_eq!(left.location(), "/masuk");
    assert_eq!(
        browser.get("/masuk/langkah").await.location(),
        "/masuk?ulang=1"
    );
}

// S45
#[tokio::test]
async fn an_owner_signs_out_another_device_whose_next_request_is_refused_and_whose_stream_ends() {
    let site = Site::pati().await;
    account(&site, "sari", Role::Desk).await;
    let (mut here, _) = enter(&site, "sari", PASSWORD).await;
    let (mut there, _) = enter(&site, "sari", PASSWORD).await;
    let token = there.cookies["session"].clone();
    let request = Request::get("/aliran")
        .header(header::HOST, "localhost")
        .header(header::COOKIE, format!("session={token}"))
        .body(Body::empty())
        .unwrap();
    let stream = site.router.clone().oneshot(request).await.unwrap();
    let mut stream = stream.into_body().into_data_stream();
    assert!(stream.next().await.is_some(), "it lives");
    let page = here.get("/akun").await;
    assert!(page.words().contains("Perangkat ini"), "{}", page.words());
    let answer = here.post("/akun/sesi/lain", &[]).await;
    let page = here.follow(answer).await;
    assert!(
        page.words()
            .contains("Semua perangkat lain sudah dikeluarkan")
    );
    assert!(stream.next().await.is_none(), "the stream ended at once");
    let refused = there.get("/meja").await;
    assert_eq!(refused.location(), "/masuk?lanjut=/meja");
    assert!(!page.text.contains(&token) && !page.text.contains("value=\"session"));
}

#[tokio::test]
async fn a_page_that_keeps_itself_fresh_does_not_keep_its_session_alive() {
    let site = Site::pati().await;
    account(&site, "sari", Role::Desk).await;
    for (by_itself, lasts) in [(true, false), (false, true)] {
        let (browser, _) = enter(&site, "sari", PASSWORD).await;
        let token = browser.cookies["session"].clone();
        for _ in 0..2 {
            site.clock.pass(150);
            let mut request = Request::get("/meja")
                .header(header::HOST, "localhost")
                .header(header::COOKIE, format!("session={token}"));
            if by_itself {
                request = request.header("sec-fetch-dest", "empty");
            }
            site.ask(request.body(Body::empty()).unwrap()).await;
        }
        let live = site.node.session(&token).await.unwrap();
        assert_eq!(live.is_some(), lasts, "by itself: {by_itself}");
    }
}

#[tokio::test]
async fn another_password_ends_other_devices_and_goes_on_here() {
    let site = Site::pati().await;
    account(&site, "sari", Role::Desk).await;
    let (mut here, _) = enter(&site, "sari", PASSWORD).await;
    let (mut there, _) = enter(&site, "sari", PASSWORD).await;
    here.get("/akun/sandi").await;
    let new = "kuda laut biru di karang";
    for (old, new, again, says) in [
        ("", new, new, "Tulis kata sandi sekarang"),
        (
            "bukan yang ini",
            new,
            new,
            "Kata sandi sekarang tidak cocok",
        ),
        (PASSWORD, "pendek", "pendek", "paling sedikit 12"),
        (PASSWORD, new, "kuda laut", "tidak sama"),
        (
            PASSWORD,
            "bhayangkara-2026",
            "bhayangkara-2026",
            "terlalu umum",
        ),
        (PASSWORD, "budisari-2026", "budisari-2026", "memuat nama"),
        (
            PASSWORD,
            "121212121212",
            "121212121212",
            "terlalu mudah ditebak",
        ),
    ] {
        let fields = [
            ("sandi_lama", old),
            ("sandi_baru", new),
            ("sandi_ulang", again),
        ];
        let answer = here.post("/akun/sandi", &fields).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{says}");
        assert!(answer.words().contains(says), "{says}: {}", answer.words());
        assert!(!answer.text.contains(&format!("value=\"{new}\"")));
    }
    let fields = [
        ("sandi_lama", PASSWORD),
        ("sandi_baru", new),
        ("sandi_ulang", new),
    ];
    let answer = here.post("/akun/sandi", &fields).await;
    assert_eq!(
        answer.location(),
        "/akun?selesai=sandi",
        "{}",
        answer.words()
    );
    assert_eq!(here.get("/akun").await.status, StatusCode::OK);
    assert_eq!(there.get("/akun").await.status, StatusCode::SEE_OTHER);
}

// S45
#[tokio::test]
async fn who_keeps_accounts_makes_one_whose_owner_changes_the_password_first() {
    let site = Site::pati().await;
    let (mut admin, _) = with_app(&site, "budi", Role::Admin).await;
    let list = admin.get("/setelan/akun").await;
    assert!(list.words().contains("Dua cara"), "{}", list.words());
    let page = admin.get("/setelan/akun/baru").await;
    assert_eq!(page.status, StatusCode::OK);
    let wrong = [("nama_petugas", "Rina Kusuma"), ("nama_masuk", "Rina K")];
    let answer = admin.post("/setelan/akun/baru", &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(answer.value_of("nama_petugas").unwrap(), "Rina Kusuma");
    assert!(answer.words().contains("Pilih paling sedikit satu peran"));
    let right = [
        ("nama_petugas", "Rina Kusuma"),
        ("nama_masuk", "rina"),
        ("peran", "desk"),
        ("tempat", "polsek-juwana"),
        ("pangkat", "Bripka"),
    ];
    let made = admin.post("/setelan/akun/baru", &right).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.words());
    let password: String =
        made.text.split("code digits verbatim\">").nth(1).unwrap()[..24].to_owned();
    let taken = admin.post("/setelan/akun/baru", &right).await;
    assert!(taken.words().contains("sudah dipakai"), "{}", taken.words());

    let (mut rina, page) = enter(&site, "rina", &password).await;
    assert!(
        page.words().contains("Ganti kata sandi Anda"),
        "{}",
        page.words()
    );
    assert_eq!(rina.get("/meja").await.status, StatusCode::SEE_OTHER);
    rina.get("/masuk/langkah").await;
    let new = "kuda laut biru di karang";
    let fields = [("sandi_baru", new), ("sandi_ulang", new)];
    let entered = rina.post("/masuk/langkah", &fields).await;
    assert_eq!(entered.location(), "/meja", "{}", entered.words());

    // A lost device, then a reset, then the end.
    let list = admin.get("/setelan/akun?cari=rina").await;
    assert!(list.words().contains("1 akun"), "{}", list.words());
    let one = list.text.split("href=\"/setelan/akun/").nth(2).unwrap();
    let one = format!("/setelan/akun/{}", &one[..36]);
    let page = admin.get(&one).await;
    assert!(page.words().contains("Rina Kusuma"), "{}", page.words());
    admin.post(&format!("{one}/sesi"), &[]).await;
    assert_eq!(rina.get("/meja").await.status, StatusCode::SEE_OTHER);
    let reset = admin.post(&format!("{one}/reset"), &[]).await;
    assert!(
        reset.words().contains("Kata sandi sementara"),
        "{}",
        reset.words()
    );
    let off = admin.post(&format!("{one}/matikan"), &[]).await;
    let page = admin.follow(off).await;
    assert!(page.words().contains("Akun dimatikan"), "{}", page.words());
    // After a quarter of an hour it is asked once more who does it.
    site.clock.pass(16);
    let asked = admin.post(&format!("{one}/hidupkan"), &[]).await;
    assert_eq!(asked.location(), format!("/akun/pastikan?lanjut={one}"));
}

#[tokio::test]
async fn nobody_but_who_keeps_accounts_opens_them() {
    let site = Site::pati().await;
    let commander = site.account(Role::Commander).await;
    for role in Role::ALL {
        if role == Role::Admin {
            continue;
        }
        if role != Role::Commander {
            site.account(role).await;
        }
        let mut browser = site.signed_in(role.as_str()).await;
        let one = format!("/setelan/akun/{}", commander.id);
        for address in ["/setelan/akun", "/setelan/akun/baru", &one] {
            let answer = browser.get(address).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {address}");
        }
        browser.get("/akun").await;
        for what in ["reset", "matikan", "hidupkan", "sesi"] {
            let answer = browser.post(&format!("{one}/{what}"), &[]).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {what}");
        }
    }
    let mut nobody = site.browser();
    for address in [
        "/akun",
        "/akun/sandi",
        "/akun/aplikasi",
        "/akun/kunci",
        "/setelan/akun",
    ] {
        let answer = nobody.get(address).await;
        assert!(answer.location().starts_with("/masuk?lanjut="), "{address}");
    }
}

#[tokio::test]
async fn a_proof_leads_back_to_pages_of_accounts_only() {
    let site = Site::pati().await;
    account(&site, "sari", Role::Desk).await;
    let (mut sari, _) = enter(&site, "sari", PASSWORD).await;
    site.clock.pass(20);
    let asked = sari.get("/akun/aplikasi").await;
    assert_eq!(asked.location(), "/akun/pastikan?lanjut=/akun/aplikasi");
    for (next, leads) in [
        ("/akun/aplikasi", "/akun/aplikasi"),
        ("//evil.example", "/akun"),
        ("https://evil.example/akun", "/akun"),
        ("/meja", "/akun"),
    ] {
        sari.get("/akun/pastikan").await;
        let fields = [("sandi", PASSWORD), ("lanjut", next)];
        let answer = sari.post("/akun/pastikan", &fields).await;
        assert_eq!(answer.location(), leads, "{next}");
    }
    let page = sari.get("/akun/pastikan").await;
    assert!(page.text.contains("/akun/pastikan"));
    let wrong = sari
        .post("/akun/pastikan", &[("sandi", "salah sekali ini")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn passkeys_are_offered_at_a_name_and_explained_elsewhere() {
    let site = Site::pati().await;
    let page = site.browser().get("/masuk").await;
    assert!(page.text.contains("data-passkey=\"get\""), "{}", page.text);
    assert!(
        page.words().contains("Kunci sandi perlu peramban"),
        "{}",
        page.words()
    );
    let local = WebSettings::at(Some("http://127.0.0.1:8110".to_owned()));
    let site = Site::with(local, false).await;
    let request = Request::get("/masuk")
        .header(header::HOST, "127.0.0.1:8110")
        .body(Body::empty())
        .unwrap();
    let page = site.ask(request).await;
    assert!(!page.text.contains("data-passkey="), "{}", page.text);
    assert!(
        page.words().contains("http://localhost:8110"),
        "{}",
        page.words()
    );
}

/// One answer of each kind: pages, redirects, refusals, files, streams, programs' answers, nothing there.
const ANSWERS: [&str; 12] = [
    "/",
    "/masuk",
    "/masuk/langkah",
    "/akun",
    "/meja",
    "/tidak-ada",
    "/api/v1/services",
    "/api/v1/tidak-ada",
    "/tanda-terima",
    "/healthz",
    "/tlog/checkpoint",
    "/masuk/penyedia",
];

#[tokio::test]
async fn every_answer_tells_browsers_what_to_refuse() {
    let secure = WebSettings::at(Some("https://pati.example".to_owned()));
    for (settings, over_tls) in [(WebSettings::default(), false), (secure, true)] {
        let site = Site::with(settings, false).await;
        let style = site.browser().get("/masuk").await;
        let style = style.text.split("href=\"/assets/").nth(1).unwrap();
        let asset = format!("/assets/{}", style.split('"').next().unwrap());
        for address in ANSWERS.iter().copied().chain([asset.as_str()]) {
            let answer = site.browser().get(address).await;
            let policy = answer.header(header::CONTENT_SECURITY_POLICY);
            for part in [
                "default-src 'self'",
                "script-src 'self'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "form-action 'self'",
            ] {
                assert!(policy.contains(part), "{address}: {part}: {policy}");
            }
            assert!(!policy.contains("unsafe"), "{address}: {policy}");
            assert_eq!(
                answer.header(header::X_CONTENT_TYPE_OPTIONS),
                "nosniff",
                "{address}"
            );
            assert_eq!(
                answer.header(header::REFERRER_POLICY),
                "same-origin",
                "{address}"
            );
            let permissions = answer.header("permissions-policy");
            for own in [
                "publickey-credentials-get=(self)",
                "publickey-credentials-create=(self)",
            ] {
                assert!(permissions.contains(own), "{address}: {permissions}");
            }
            let strict = answer.header(header::STRICT_TRANSPORT_SECURITY);
            assert_eq!(
                strict.starts_with("max-age="),
                over_tls,
                "{address}: {strict:?}"
            );
            for cookie in answer.headers.get_all(header::SET_COOKIE) {
                let cookie = cookie.to_str().unwrap();
                assert!(
                    cookie.contains("HttpOnly") || cookie.starts_with("lang="),
                    "{cookie}"
                );
                assert_eq!(cookie.contains("; Secure"), over_tls, "{cookie}");
            }
        }
    }
}

#[tokio::test]
async fn whatever_happens_to_an_account_has_words_in_both_languages() {
    let site = Site::pati().await;
    let unit = site.node.unit();
    for lang in [Lang::Id, Lang::En] {
        for kind in EventKind::ALL {
            let key = format!("account.event_{}", kind.as_str());
            assert!(unit.pack.words(lang).get(&key).is_some(), "{key}");
        }
    }
}
