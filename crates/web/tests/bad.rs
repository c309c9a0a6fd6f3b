//! Bad input, over the pages and the API as they are served: hostile text, files and bodies, used-up
//! tokens, other sites' forms, two tabs at once, connections that end in the middle. Nothing is lost,
//! nothing is doubled, and a clear sentence says what is wrong.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may stop at the first surprise"
)]

mod support;

#[path = "bad/bodies.rs"]
mod bodies;
#[path = "bad/cut.rs"]
mod cut;
#[path = "bad/files.rs"]
mod files;
#[path = "bad/routes.rs"]
mod routes;
#[path = "bad/text.rs"]
mod text;
#[path = "bad/tokens.rs"]
mod tokens;
#[path = "bad/twice.rs"]
mod twice;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use pengayom_core::value::CaseId;
use pengayom_node::access::{Role, Staff};
use support::{Answer, Browser, Site, fill};

/// Hidden fields of the form of a page, as a browser sends them back.
fn hidden(page: &Answer) -> Vec<(String, String)> {
    let form = page.text.split("<form id=\"form\"").nth(1).unwrap_or("");
    let form = form.split("</form>").next().unwrap();
    let inputs = form.split("<input type=\"hidden\" ").skip(1);
    inputs
        .map(|input| {
            let of = |name: &str| {
                let from = input.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
                input[from..from + input[from..].find('"').unwrap()].to_owned()
            };
            (of("name"), of("value"))
        })
        .filter(|(name, _)| name != "csrf")
        .collect()
}

/// Sends the form of a page with what it carries by itself and what is typed.
async fn send_form(
    browser: &mut Browser<'_>,
    path: &str,
    page: &Answer,
    typed: &[(&str, &str)],
) -> Answer {
    let carried = hidden(page);
    let mut fields: Vec<(&str, &str)> = carried
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    fields.extend_from_slice(typed);
    browser.post(path, &fields).await
}

/// A second tab of the same browser, as it stands now.
fn tab<'s>(of: &Browser<'s>) -> Browser<'s> {
    let mut tab = of.site.browser();
    tab.cookies.clone_from(&of.cookies);
    tab.token.clone_from(&of.token);
    tab
}

/// Sends what was told and comes to the receipt: number and code.
async fn sent(browser: &mut Browser<'_>) -> (String, String) {
    let check = browser.get("/lapor/periksa").await;
    let answer = send_form(browser, "/lapor/periksa", &check, &[]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.words());
    let text = browser.get("/lapor/terkirim.txt").await.text;
    let after = |line: usize, mark: &str| {
        let line = text.lines().nth(line).unwrap();
        line.rsplit_once(mark).unwrap().1.to_owned()
    };
    (after(0, " "), after(1, ": "))
}

/// A report that was filed, followed by its reporter in a browser of their own.
async fn followed(site: &Site) -> (Browser<'_>, String, String) {
    let mut browser = site.browser();
    fill(&mut browser, "dicuri").await;
    let (number, code) = sent(&mut browser).await;
    let mut reader = site.browser();
    reader.get("/lacak").await;
    let fields = [("nomor", number.as_str()), ("kode", code.as_str())];
    let opened = reader.post("/lacak", &fields).await;
    assert_eq!(opened.status, StatusCode::SEE_OTHER);
    (reader, number, code)
}

/// The case of a number.
async fn case_of(site: &Site, desk: &Staff, number: &str) -> CaseId {
    let rows = site.node.waiting(desk, 50).await.unwrap();
    let row = rows.iter().find(|row| {
        row.number
            .as_ref()
            .is_some_and(|known| known.to_string() == number)
    });
    row.unwrap_or_else(|| panic!("no case {number}")).id
}

/// How many cases there are.
async fn cases(site: &Site, desk: &Staff) -> usize {
    site.node.waiting(desk, 50).await.unwrap().len()
}

/// One request with headers of its own.
async fn raw(
    browser: &Browser<'_>,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let cookies: Vec<String> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::HOST, "localhost")
        .header(header::COOKIE, cookies.join("; "));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.site.ask(request.body(body.into()).unwrap()).await
}

/// An account that reads what is filed.
async fn desk_of(site: &Site) -> Staff {
    site.account(Role::Desk).await
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");
