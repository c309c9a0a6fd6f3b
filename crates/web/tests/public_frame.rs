//! What every page has in common: words in both languages, headers, and a page for what went wrong.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

use std::collections::BTreeSet;
use std::io::Write as _;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use pengayom_node::access::Role;
use pengayom_web::WebSettings;
use support::{Answer, Browser, Site, fill};

/// Every page that anybody can open.
const PAGES: [&str; 20] = [
    "/",
    "/lapor",
    "/lapor/lanjut",
    "/lapor/dicuri/bahaya",
    "/lapor/dicuri/apa",
    "/lapor/dicuri/tempat",
    "/lapor/dicuri/waktu",
    "/lapor/dicuri/cerita",
    "/lapor/dicuri/kontak",
    "/lacak",
    "/tanda-terima",
    "/nilai",
    "/nilai/terima-kasih",
    "/layanan",
    "/layanan/lp_b",
    "/wilayah",
    "/wilayah/33.18.08.2022",
    "/wilayah/33.18.08",
    "/wilayah/33.18.08.2022?peta=ya",
    "/tentang",
];

/// Texts that look like a key of the words files: two names with a dot between them.
fn keys_in(words: &str) -> Vec<&str> {
    let is_name = |part: &str| {
        part.len() > 1
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
            && part.bytes().any(|b| b.is_ascii_lowercase())
    };
    let sections = [
        "common", "home", "report", "check", "sent", "track", "rate", "error", "frame", "area",
        "service", "step", "format", "case", "verify", "about",
    ];
    let word = |text: &str| {
        let parts: Vec<&str> = text.split('.').collect();
        parts.len() >= 2 && sections.contains(&parts[0]) && parts.iter().all(|part| is_name(part))
    };
    words.split_whitespace().filter(|text| word(text)).collect()
}

fn check_page(answer: &Answer, path: &str, lang: &str) {
    assert!(
        answer.text.starts_with("<!doctype html>"),
        "{path}: {}",
        answer.text
    );
    assert!(
        answer.text.contains(&format!("<html lang=\"{lang}\"")),
        "{path}"
    );
    assert_eq!(answer.text.matches("<h1").count(), 1, "{path}: one h1");
    assert_eq!(answer.text.matches("<main").count(), 1, "{path}: one main");
    assert_eq!(
        keys_in(&answer.words()),
        Vec::<&str>::new(),
        "{path}: {}",
        answer.words()
    );
    assert!(
        !answer.text.contains(" style=\"") && !answer.text.contains("<style"),
        "{path}"
    );
    let scripts = answer.text.matches("<script").count();
    assert_eq!(
        answer.text.matches("<script src=\"/assets/").count(),
        scripts,
        "{path}"
    );
    // Nothing is left to fill in.
    assert!(!answer.words().contains('{'), "{path}: {}", answer.words());
    for id in ids(&answer.text) {
        assert_eq!(
            answer.text.matches(&format!(" id=\"{id}\"")).count(),
            1,
            "{path}: id {id}"
        );
    }
}

fn ids(html: &str) -> Vec<String> {
    let found = html.split(" id=\"").skip(1);
    found
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect()
}

async fn at(browser: &mut Browser<'_>, path: &str, lang: &str) -> Answer {
    let join = if path.contains('?') { '&' } else { '?' };
    browser.get(&format!("{path}{join}lang={lang}")).await
}

// S33: plain words in both languages, one question a page.
#[tokio::test]
async fn every_page_stands_in_both_languages_with_a_title_of_its_own() {
    let site = Site::pati().await;
    for lang in ["id", "en"] {
        let mut browser = site.browser();
        let mut titles = BTreeSet::new();
        for path in PAGES {
            let answer = at(&mut browser, path, lang).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}");
            check_page(&answer, path, lang);
            if !path.contains('?') {
                assert!(
                    titles.insert(answer.inner("title")),
                    "{path}: {}",
                    answer.inner("title")
                );
            }
        }
        fill(&mut browser, "dicuri").await;
        let check = at(&mut browser, "/lapor/periksa", lang).await;
        check_page(&check, "/lapor/periksa", lang);
        let command = check.value_of("perintah").unwrap();
        browser
            .post("/lapor/periksa", &[("perintah", &command)])
            .await;
        let receipt = at(&mut browser, "/lapor/terkirim", lang).await;
        check_page(&receipt, "/lapor/terkirim", lang);
        let missing = at(&mut browser, "/tidak-ada", lang).await;
        assert_eq!(missing.status, StatusCode::NOT_FOUND);
        check_page(&missing, "/tidak-ada", lang);
        for answer in [check, receipt, missing] {
            assert!(
                titles.insert(answer.inner("title")),
                "{}",
                answer.inner("title")
            );
        }
    }
}

#[tokio::test]
async fn no_indonesian_sentence_is_left_on_an_english_page() {
    let site = Site::pati().await;
    let unit = site.node.unit();
    let indonesian = unit.pack.words(pengayom_core::pack::Lang::Id);
    let english = unit.pack.words(pengayom_core::pack::Lang::En);
    let mut browser = site.browser();
    for path in PAGES {
        let words = at(&mut browser, path, "en").await.words();
        for (key, text) in indonesian.iter() {
            let differs = english.get(key).is_some_and(|other| !other.contains(text));
            let sentence = text.split(' ').count() > 2 && !text.contains('{');
            assert!(
                !(differs && sentence && words.contains(text)),
                "{path}: {key} {text}"
            );
        }
    }
}

#[tokio::test]
async fn every_service_and_kind_of_the_pack_has_its_page() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    let list = browser.get("/layanan").await;
    let unit = site.node.unit();
    for service in unit.pack.services() {
        let path = format!("/layanan/{}", service.code);
        assert!(list.text.contains(&format!("href=\"{path}\"")));
        let page = browser.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        check_page(&page, &path, "id");
        assert!(page.words().contains(&service.not_promised.id), "{path}"); // S26
        let duty = unit.pack.duty(&service.duty).unwrap();
        assert!(page.words().contains(&duty.name.id), "{path}"); // S2
        let role = unit.pack.officer_role(service.role).unwrap();
        let says = format!("Peran petugas {} {}", role.name.id, role.help.id); // S28
        assert!(page.words().contains(&says), "{path}");
    }
    for kind in unit.pack.report_kinds() {
        let mut browser = site.browser();
        for step in &kind.steps {
            let address = match step.code() {
                "danger" => "bahaya",
                "what" => "apa",
                "where" => "tempat",
                "when" => "waktu",
                "words" => "cerita",
                _ => "kontak",
            };
            let path = format!("/lapor/{}/{address}", kind.slug);
            check_page(&browser.get(&path).await, &path, "id");
        }
    }
    for path in ["/layanan/tidak_ada", "/layanan/x-y", "/wilayah/99"] {
        assert_eq!(
            browser.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_finder_names_the_station_asks_back_and_says_what_is_not_ours() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    let found = browser.get("/wilayah?desa=growong+lor").await;
    let found = browser.follow(found).await;
    assert!(
        found.words().contains("Dilayani Polsek Juwana"),
        "{}",
        found.words()
    );
    assert!(found.words().contains("km dari tengah desa") || found.words().contains("sekitar"));
    let meant = browser.get("/wilayah?desa=Growong").await;
    assert!(meant.text.contains("/wilayah/33.18.08.2022"));
    let unknown = browser.get("/wilayah?desa=%3Cscript%3Exyzzy").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(!unknown.text.contains("<script>xyzzy"));
    let other = browser.get("/wilayah?desa=Rembang").await;
    let other = browser.follow(other).await;
    assert!(
        other.words().contains("dilayani kantor polisi di sana"),
        "{}",
        other.words()
    );
}

// S32: a page weighs little, and one that is seen again weighs nothing.
#[tokio::test]
async fn pages_are_light() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    for path in PAGES {
        let page = browser.get(path).await;
        let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gz.write_all(&page.bytes).unwrap();
        let weight = gz.finish().unwrap().len();
        assert!(weight <= 14_000, "{path}: {weight} bytes");
    }
    let request = Request::get("/").header(header::ACCEPT_ENCODING, "gzip");
    let zipped = site.ask(request.body(Body::empty()).unwrap()).await;
    assert_eq!(zipped.header(header::CONTENT_ENCODING), "gzip");
}

#[tokio::test]
async fn every_answer_tells_browsers_what_to_refuse() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    let paths = [
        "/",
        "/lapor",
        "/tidak-ada",
        "/healthz",
        "/api/v1/openapi.json",
        "/meja",
    ];
    for path in paths {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'self'",
            "script-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        ] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert!(
            answer
                .header("permissions-policy")
                .contains("geolocation=(self)")
        );
        assert_eq!(answer.header("x-request-id").len(), 8);
        assert!(!answer.header("cache-control").is_empty(), "{path}");
    }
}

#[tokio::test]
async fn over_tls_cookies_are_bound_to_the_host() {
    let settings = WebSettings::at(Some("https://pati.example/".to_owned()));
    let site = Site::with(settings, false).await;
    let mut browser = site.browser();
    let page = browser.get("/lacak").await;
    let cookie = page.header(header::SET_COOKIE);
    assert!(cookie.starts_with("__Host-form="), "{cookie}");
    for part in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(page.header("strict-transport-security").contains("max-age"));
    let sent = browser.post("/lacak", &[("nomor", "x")]).await;
    assert_eq!(sent.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_receipt_carries_the_address_people_reach_the_unit_at() {
    let site = Site::with(
        WebSettings::at(Some("https://pati.example".to_owned())),
        false,
    )
    .await;
    let mut browser = site.browser();
    browser.get("/lapor/dicuri/bahaya").await;
    let check = fill(&mut browser, "dicuri").await;
    let command = check.value_of("perintah").unwrap();
    browser
        .post("/lapor/periksa", &[("perintah", &command)])
        .await;
    let receipt = browser.get("/lapor/terkirim").await;
    assert!(
        receipt
            .text
            .contains("https://pati.example/lacak?nomor=PTI-2611-0001")
    );
    let text = browser.get("/lapor/terkirim.txt").await.text;
    assert!(text.contains("https://pati.example/lacak"));
    // The secret is in no address.
    let code = text
        .lines()
        .nth(1)
        .unwrap()
        .rsplit_once(": ")
        .unwrap()
        .1
        .replace(' ', "");
    assert!(!receipt.text.contains(&code));
}

async fn post_raw(site: &Site, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut request = Request::builder().method(Method::POST).uri("/lacak");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    site.ask(request.body(Body::from(body.to_vec())).unwrap())
        .await
}

#[tokio::test]
async fn a_form_is_taken_only_from_a_page_of_this_site() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lacak").await;
    let cookie = format!("form={}", browser.cookies["form"]);
    let body = format!("csrf={}&nomor=x&kode=1", browser.token);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let (cookie, host) = (("cookie", cookie.as_str()), ("host", "localhost"));
    let good = StatusCode::UNPROCESSABLE_ENTITY;
    for (extra, status) in [
        (vec![("sec-fetch-site", "same-origin")], good),
        (vec![("origin", "http://localhost")], good),
        (vec![], good),
        (
            vec![("sec-fetch-site", "cross-site")],
            StatusCode::FORBIDDEN,
        ),
        (vec![("sec-fetch-site", "same-site")], StatusCode::FORBIDDEN),
        (
            vec![("origin", "http://evil.example")],
            StatusCode::FORBIDDEN,
        ),
        (vec![("origin", "null")], StatusCode::FORBIDDEN),
        (
            vec![
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://localhost"),
            ],
            StatusCode::FORBIDDEN,
        ),
    ] {
        let headers = [vec![form, cookie, host], extra.clone()].concat();
        let answer = post_raw(&site, &headers, body.as_bytes()).await;
        assert_eq!(answer.status, status, "{extra:?}");
    }
    // Without the cookie, or with another token, the form is old.
    for (headers, body) in [
        (vec![form, host], body.clone()),
        (vec![form, host, cookie], "csrf=x&nomor=x".to_owned()),
        (vec![form, host, cookie], "nomor=x".to_owned()),
    ] {
        let answer = post_raw(&site, &headers, body.as_bytes()).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert!(
            answer.words().contains("Kirim sekali lagi"),
            "{}",
            answer.words()
        );
    }
}

#[tokio::test]
async fn what_does_not_read_gets_a_page_that_says_so() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    browser.get("/lacak").await;
    let cookie = format!("form={}", browser.cookies["form"]);
    let form = ("content-type", "application/x-www-form-urlencoded");
    let cookie = ("cookie", cookie.as_str());
    for (headers, body, status) in [
        (
            vec![form, cookie],
            b"nomor=%FF%FE".to_vec(),
            StatusCode::BAD_REQUEST,
        ),
        (
            vec![form, cookie],
            b"nomor=\xe9".to_vec(),
            StatusCode::BAD_REQUEST,
        ),
        (
            vec![form, cookie],
            vec![b'a'; 65 * 1024],
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            vec![form, cookie],
            vec![b'a'; 10 * 1024 * 1024],
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        (
            vec![form, form, cookie],
            b"nomor=x".to_vec(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            vec![cookie],
            b"nomor=x".to_vec(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (
            vec![("content-type", "text/xml"), cookie],
            Vec::new(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ),
        (vec![form, cookie], Vec::new(), StatusCode::FORBIDDEN),
    ] {
        let answer = post_raw(&site, &headers, &body).await;
        assert_eq!(answer.status, status, "{headers:?}");
        check_page(&answer, "/lacak", "id");
    }
    let delete = Request::builder().method(Method::DELETE).uri("/lacak");
    let answer = site.ask(delete.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(!answer.header("allow").is_empty());
    check_page(&answer, "/lacak", "id");
    // A byte-order mark before a form is passed over.
    let body = format!("\u{feff}csrf={}&nomor=x", browser.token);
    let answer = post_raw(&site, &[form, cookie], body.as_bytes()).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn hostile_addresses_are_simply_not_found() {
    let site = Site::pati().await;
    for path in [
        "/%00",
        "/..%2f..%2fetc%2fpasswd",
        "/lapor/%ff/bahaya",
        "/assets/x/..%2f..%2fCargo.toml",
        "/lacak/%E2%80%AE",
        "/nilai/%F0%9F%92%A9",
    ] {
        let answer = site
            .ask(Request::get(path).body(Body::empty()).unwrap())
            .await;
        assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
    }
    let long = format!("/lacak?nomor={}", "x".repeat(20_000));
    let answer = site
        .ask(Request::get(&long).body(Body::empty()).unwrap())
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.len() < 20_000, "what was sent is not sent back");
    let odd = Request::get("/?lang=xx&lang=en&lang=")
        .body(Body::empty())
        .unwrap();
    assert_eq!(site.ask(odd).await.status, StatusCode::OK);
}

#[tokio::test]
async fn nobody_opens_a_page_of_staff_and_the_wrong_role_is_told_who_may() {
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    let mut nobody = site.browser();
    let answer = nobody.get("/pimpinan?x=1").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!(answer.location(), "/masuk?lanjut=/pimpinan%3Fx%3D1");
    let mut patrol = site.signed_in("patrol").await;
    let answer = patrol.get("/pimpinan").await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
    assert!(
        answer
            .words()
            .contains("Yang berwenang: Kepala satuan, Pengawas"),
        "{}",
        answer.words()
    );
    check_page(&answer, "/pimpinan", "id");
}

#[tokio::test]
async fn a_sample_says_so_on_every_page() {
    let site = Site::with(WebSettings::default(), true).await;
    let mut browser = site.browser();
    for path in PAGES {
        let page = browser.get(path).await;
        assert!(
            page.words().contains("Data simulasi, bukan kejadian nyata"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_node_says_whether_it_lives_and_can_serve() {
    let site = Site::pati().await;
    let mut browser = site.browser();
    assert_eq!(browser.get("/healthz").await.text, "ok\n");
    assert_eq!(browser.get("/readyz").await.status, StatusCode::OK);
    site.node.store().close().await;
    assert_eq!(
        browser.get("/readyz").await.status,
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(browser.get("/healthz").await.status, StatusCode::OK);
    let page = browser.get("/lapor/lanjut").await;
    assert_eq!(page.status, StatusCode::OK);
}
