//! A browser as far as these tests need one: cookies, and the mark that every form carries.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request, header};

use crate::asking::{Answer, Asker, Lost};

/// Where one form part ends and the next begins.
const BOUNDARY: &str = "batas-satu-bagian";

/// Somebody at a browser. Every answer is kept to be looked through.
pub(crate) struct Browser {
    asker: Asker,
    cookies: BTreeMap<String, String>,
    token: String,
    /// Heads of every answer, and every address it led to.
    pub(crate) heads: String,
}

/// A file as a form sends it: the field, the name it calls itself, the type it claims, its content.
pub(crate) type File<'f> = (&'f str, &'f str, &'f str, &'f [u8]);

impl Browser {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            asker: Asker::new(address),
            cookies: BTreeMap::new(),
            token: String::new(),
            heads: String::new(),
        }
    }

    /// A request with this browser's cookies, without a body yet.
    pub(crate) fn request(&self, method: Method, path: &str) -> hyper::http::request::Builder {
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header("sec-fetch-site", "same-origin")
            .header(header::COOKIE, cookies.collect::<Vec<_>>().join("; "))
    }

    /// Opens a page.
    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path).body(Full::default());
        self.send(request.unwrap()).await.unwrap()
    }

    /// Sends a form.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("csrf={}", encode(&self.token));
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::new(Bytes::from(body)));
        self.send(request.unwrap()).await.unwrap()
    }

    /// Sends a form with a file.
    pub(crate) async fn post_file(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        file: File<'_>,
    ) -> Result<Answer, Lost> {
        let (kind, body) = self.form(fields, file);
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, kind)
            .body(Full::new(Bytes::from(body)));
        self.send(request.unwrap()).await
    }

    /// A form with a file as it stands on the wire: its type and its body.
    pub(crate) fn form(&self, fields: &[(&str, &str)], file: File<'_>) -> (String, Vec<u8>) {
        let mut body = Vec::new();
        for (name, value) in [("csrf", self.token.as_str())].iter().chain(fields) {
            let part = format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            );
            body.extend_from_slice(part.as_bytes());
        }
        let (name, called, claimed, content) = file;
        let head = format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"; \
             filename=\"{called}\"\r\ncontent-type: {claimed}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        (format!("multipart/form-data; boundary={BOUNDARY}"), body)
    }

    /// Signs in, and must be let in.
    pub(crate) async fn sign_in(&mut self, login: &str, password: &str) {
        self.get("/masuk").await;
        let fields = [("nama", login), ("sandi", password)];
        let answer = self.post("/masuk", &fields).await;
        assert!(answer.status.is_redirection(), "{answer:?}");
        let step = location(&answer);
        if !step.starts_with("/masuk/langkah") {
            return;
        }
        // A role that must have a second factor: an app is set up.
        let page = text(&self.get(&step).await);
        let (_, rest) = page.split_once("translate=\"no\">").unwrap();
        let (key, _) = rest.split_once('<').unwrap();
        let answer = self
            .post("/masuk/langkah", &[("kode", &code_of(key))])
            .await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }

    pub(crate) async fn send(&mut self, request: Request<Full<Bytes>>) -> Result<Answer, Lost> {
        let answer = self.asker.send(request).await?;
        self.heads
            .push_str(&format!("{} {:?}\n", answer.status, answer.headers));
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, rest) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        if let Some(token) = value_of(&text(&answer), "csrf").filter(|token| !token.is_empty()) {
            self.token = token;
        }
        Ok(answer)
    }
}

/// What an answer says, as text.
pub(crate) fn text(answer: &Answer) -> String {
    String::from_utf8_lossy(&answer.body).into_owned()
}

/// Where an answer leads.
pub(crate) fn location(answer: &Answer) -> String {
    let value = answer.headers.get(header::LOCATION);
    value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

/// The value of a field of a page.
pub(crate) fn value_of(page: &str, name: &str) -> Option<String> {
    let at = page.find(&format!("name=\"{name}\""))?;
    let from = page[..at].rfind('<')?;
    let tag = &page[from..from + page[from..].find('>')?];
    let value = tag.find(" value=\"")? + 8;
    Some(tag[value..value + tag[value..].find('"')?].to_owned())
}

/// The first address in a page that begins so.
pub(crate) fn link(page: &str, begin: &str) -> String {
    let from = page
        .find(&format!("href=\"{begin}"))
        .unwrap_or_else(|| panic!("no link to {begin}: {page}"))
        + 6;
    page[from..from + page[from..].find('"').unwrap()].to_owned()
}

fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The code that an app with this key shows now.
#[expect(
    clippy::disallowed_methods,
    reason = "the program that is asked has the machine's clock"
)]
fn code_of(key: &str) -> String {
    let letters = key.chars().filter(|letter| !letter.is_whitespace());
    let bits: String = letters
        .map(|letter| {
            let value = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
            format!("{value:05b}")
        })
        .collect();
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|bits| u8::from_str_radix(std::str::from_utf8(bits).unwrap(), 2).unwrap())
        .collect();
    let secret = totp_rs::Secret::new_stack(bytes.try_into().unwrap());
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    totp.generate(now.unwrap().as_secs()).to_string()
}
