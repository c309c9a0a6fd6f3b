//! Every address that takes something, as the router itself lists them: a route added later is tried
//! without a word being changed here.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use pengayom_node::access::Role;

use super::{FORM, OWN, cases, followed, raw};
use crate::support::{Browser, Site};

/// The paths of the router, as it was built.
fn paths(site: &Site) -> BTreeSet<String> {
    let built = format!("{:?}", site.router);
    let quoted = built.split('"').skip(1).step_by(2);
    let paths: BTreeSet<String> = quoted
        .filter(|text| text.starts_with('/') && !text.contains("__private"))
        .map(ToOwned::to_owned)
        .collect();
    assert!(paths.len() > 60, "{paths:?}");
    for known in [
        "/lapor/{jenis}/{langkah}",
        "/api/v1/requests",
        "/perkara/{case}/berkas",
    ] {
        assert!(paths.contains(known), "{known}: {paths:?}");
    }
    paths
}

/// Addresses that take a POST, with something that is there in the place of each name.
async fn posts(site: &Site, case: &str) -> Vec<String> {
    let mut posts = Vec::new();
    for path in paths(site) {
        let mut address = path.clone();
        for (name, value) in [
            ("{jenis}", "dicuri"),
            ("{langkah}", "cerita"),
            ("{nomor}", "PTI-2611-0001"),
            ("{kode}", "123412341234"),
            ("{case}", case),
            ("{act}", "ambil"),
            ("{encounter}", "0192f0c1-2222-7000-8000-000000000000"),
            ("{sha256}", "00"),
            ("{tracking_code}", "PTI-2611-0001"),
            ("{layanan}", "lp_b"),
            ("{version}", "x"),
            ("{*name}", "x"),
            ("{*path}", "x"),
        ] {
            address = address.replace(name, value);
        }
        // Whatever name a later route has, something stands in its place.
        while let Some((before, rest)) = address.clone().split_once('{') {
            let after = rest.split_once('}').unwrap().1;
            address = format!("{before}x{after}");
        }
        let request = Request::builder().method(Method::TRACE).uri(&address);
        let answer = site.ask(request.body(Body::empty()).unwrap()).await;
        if answer.header(header::ALLOW).contains("POST") {
            posts.push(address);
        }
    }
    assert!(posts.len() >= 20, "{posts:?}");
    posts
}

/// A unit with a case, the case's address part, and a browser that is everybody at once: signed in,
/// with a report being written, with a report that it follows.
async fn everybody(site: &Site) -> (Browser<'_>, String) {
    let desk = site.account(Role::Desk).await;
    let (reader, _, _) = followed(site).await;
    let case = site.node.waiting(&desk, 1).await.unwrap()[0].id.to_string();
    let mut browser = site.signed_in("desk").await;
    for (name, value) in reader.cookies {
        browser.cookies.insert(name, value);
    }
    browser.get("/lapor/dicuri/cerita").await;
    let typed = [("cerita", "Motor hilang")];
    browser.post("/lapor/dicuri/cerita", &typed).await;
    browser.get("/meja").await;
    (browser, case)
}

fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Where programs send forms, and are answered in XML or JSON.
fn is_open311(path: &str) -> bool {
    path.starts_with("/open311/")
}

#[tokio::test]
async fn no_form_of_another_site_is_taken_anywhere() {
    let site = Site::pati().await;
    let (browser, case) = everybody(&site).await;
    let desk = site.node.active_staff().await.unwrap().remove(0);
    let id = case.parse().unwrap();
    let before = site.node.case_history(&desk, id).await.unwrap().acts.len();
    // The mark of the form is right, the cookies are there: only where it comes from is wrong.
    let body = format!(
        "csrf={}&perintah=0192f0c1-1111-7000-8000-000000000001&cerita=x&keterangan=x&waktu=never&q=x&alasan=x",
        browser.token
    );
    let json = "{\"service_code\":\"lp_b\",\"description\":\"x\",\"address\":\"Growong Lor\"}";
    for path in posts(&site, &case).await {
        if is_api(&path) {
            // Programs may ask so often in a minute; what is held here is not that.
            site.clock.pass(1);
        }
        for from in [
            vec![("sec-fetch-site", "cross-site")],
            vec![("sec-fetch-site", "same-site")],
            vec![
                ("sec-fetch-site", "cross-site"),
                ("origin", "http://localhost"),
            ],
            vec![("origin", "http://evil.example")],
            vec![("origin", "http://localhost.evil.example")],
            vec![("origin", "https://localhost:81")],
            vec![("origin", "null")],
        ] {
            let headers = [vec![FORM], from.clone()].concat();
            let answer = raw(&browser, &path, &headers, body.clone()).await;
            if is_api(&path) {
                // Cookies open nothing there, and a browser sends it nothing but what it names a form; what
                // is asked without a body asks for a token first, which no other site's page has.
                let refused = [StatusCode::UNSUPPORTED_MEDIA_TYPE, StatusCode::UNAUTHORIZED];
                assert!(
                    refused.contains(&answer.status),
                    "{path}: {}",
                    answer.status
                );
                continue;
            }
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {from:?}");
            let words = answer.words();
            assert!(words.contains("Kiriman dari situs lain"), "{path}: {words}");
            let multipart = ("content-type", "multipart/form-data; boundary=b");
            let part = format!(
                "--b\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--b--\r\n",
                browser.token
            );
            let headers = [vec![multipart], from].concat();
            let answer = raw(&browser, &path, &headers, part).await;
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        }
        // A form that says it is text can carry JSON without the browser asking first.
        for kind in ["text/plain", "text/plain; application/json", ""] {
            let headers = [("content-type", kind), ("sec-fetch-site", "cross-site")];
            let answer = raw(&browser, &path, &headers, json).await;
            assert!(answer.status.is_client_error(), "{path}: {}", answer.status);
        }
    }
    assert_eq!(cases(&site, &desk).await, 1);
    let after = site.node.case_history(&desk, id).await.unwrap().acts.len();
    assert_eq!(after, before, "nothing was done to the case");
    let mut browser = browser;
    let draft = browser.get("/lapor/dicuri/cerita").await;
    assert!(draft.text.contains("Motor hilang"), "nor to the draft");
    assert_eq!(
        browser.get("/meja").await.status,
        StatusCode::OK,
        "nor to the session"
    );
}

#[tokio::test]
async fn no_other_site_may_read_what_the_api_answers() {
    let site = Site::pati().await;
    for path in paths(&site).iter().filter(|path| is_api(path)) {
        let request = Request::builder()
            .method(Method::OPTIONS)
            .uri(path.replace(['{', '}'], ""))
            .header("origin", "http://evil.example")
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "content-type");
        let answer = site.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.header("access-control-allow-origin"), "", "{path}");
        assert!(!answer.status.is_success(), "{path}");
    }
}

// A link on another site's page makes nobody lose what they wrote, nor signs anybody out.
#[tokio::test]
async fn the_way_out_is_not_pressed_by_another_site() {
    let site = Site::pati().await;
    let (mut browser, _) = everybody(&site).await;
    for from in ["cross-site", "same-site"] {
        let request = Request::get("/keluar").header("sec-fetch-site", from);
        let answer = site.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.header("clear-site-data"), "");
        assert_eq!(answer.headers.get_all(header::SET_COOKIE).iter().count(), 0);
    }
    let draft = browser.get("/lapor/dicuri/cerita").await;
    assert!(draft.text.contains("Motor hilang"));
    // The person presses it, or writes the address.
    for from in ["same-origin", "none"] {
        let request = Request::get("/keluar").header("sec-fetch-site", from);
        let answer = site.ask(request.body(Body::empty()).unwrap()).await;
        assert!(
            answer.header("clear-site-data").contains("cookies"),
            "{from}"
        );
    }
}

#[tokio::test]
async fn nothing_is_unpacked_and_nothing_huge_is_read_anywhere() {
    let site = Site::pati().await;
    let (browser, case) = everybody(&site).await;
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let zeros = vec![b'a'; 1 << 20];
    for _ in 0..64 {
        std::io::Write::write_all(&mut gz, &zeros).unwrap();
    }
    let bomb = gz.finish().unwrap();
    assert!(bomb.len() < 100_000);
    let began = Instant::now();
    for path in posts(&site, &case).await {
        let kind = if is_api(&path) {
            ("content-type", "application/json")
        } else {
            FORM
        };
        for coding in [
            "gzip",
            "deflate",
            "br",
            "zstd",
            "x-gzip",
            "gzip, gzip",
            "identity, gzip",
            "GZIP",
            "?",
        ] {
            let headers = [kind, OWN, ("content-encoding", coding)];
            let answer = raw(&browser, &path, &headers, bomb.clone()).await;
            assert_eq!(
                answer.status,
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "{path} {coding}"
            );
            assert_eq!(answer.header(header::ACCEPT_ENCODING), "identity");
            assert!(answer.words().contains("dimampatkan"), "{path}");
            let page = answer.header("content-type");
            assert_eq!(
                page.starts_with("application/problem+json"),
                is_api(&path),
                "{path}"
            );
        }
        let headers = [kind, OWN, ("content-encoding", "identity")];
        let answer = raw(&browser, &path, &headers, "x=").await;
        assert_ne!(answer.header(header::ACCEPT_ENCODING), "identity", "{path}");
        if is_api(&path) {
            continue;
        }
        for (body, status) in [
            // A million fields; a megabyte in one; more fields than any form has, within the size.
            ("a=&".repeat(1_000_000), StatusCode::PAYLOAD_TOO_LARGE),
            (
                format!("nama={}", "x".repeat(1 << 20)),
                StatusCode::PAYLOAD_TOO_LARGE,
            ),
            ("a=&".repeat(1_000), StatusCode::BAD_REQUEST),
        ] {
            let answer = raw(&browser, &path, &[FORM, OWN], body).await;
            // The form of a file is none of these.
            let other = (path.ends_with("/berkas") || path.starts_with("/surat/"))
                && answer.status == StatusCode::BAD_REQUEST;
            assert!(
                other || answer.status == status,
                "{path}: {}",
                answer.words()
            );
            let pages = usize::from(!is_open311(&path));
            assert_eq!(answer.text.matches("<h1").count(), pages, "{path}");
        }
    }
    assert!(
        began.elapsed() < Duration::from_mins(1),
        "{:?}",
        began.elapsed()
    );
}
