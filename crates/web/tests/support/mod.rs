//! A unit on a store of its own, and a browser that asks it: no network, no wall clock.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    dead_code,
    missing_docs,
    unreachable_pub,
    reason = "a test may stop at the first surprise, and no test uses every helper"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use pengayom_core::place::StationId;
use pengayom_node::access::{Role, Staff};
use pengayom_node::accounts::NewUser;
use pengayom_node::{Clock, Node, NodeKey, Randomness, SharedNode};
use pengayom_store::rows::UnitRow;
use pengayom_store::{OpenOptions, SqlStore, Store};
use pengayom_web::{AppState, WebSettings, router};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng as _, SeedableRng as _};
use tower::ServiceExt as _;

/// The moment at which every test begins: 24 November 2026, 21.30 WIB.
pub const BEGIN: &str = "2026-11-24T14:30:00Z";

/// Password of every account of a test.
pub const PASSWORD: &str = "sandi untuk uji coba";

/// A clock that stands still until a test moves it.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    fn new() -> Self {
        let begin: Timestamp = BEGIN.parse().unwrap();
        Self(Arc::new(AtomicI64::new(begin.as_microsecond())))
    }

    /// Moves the clock forward.
    pub fn pass(&self, minutes: i64) {
        let step = SignedDuration::from_mins(minutes).as_micros();
        self.0
            .fetch_add(i64::try_from(step).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

struct TestRandomness(Mutex<ChaCha20Rng>);

impl Randomness for TestRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(bytes);
    }
}

/// A unit being served.
pub struct Site {
    pub router: Router,
    pub node: SharedNode,
    pub clock: TestClock,
    _dir: tempfile::TempDir,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn pack_files() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let dir = root().join("packs/id");
    for folder in ["", "access", "words"] {
        for entry in std::fs::read_dir(dir.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| {
                ["toml", "cedar", "cedarschema"]
                    .iter()
                    .any(|known| ending == *known)
            }) {
                let name = path
                    .strip_prefix(&dir)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    files
}

impl Site {
    /// Polres Pati with the Indonesian pack, served at `http://localhost`.
    pub async fn pati() -> Self {
        Self::with(WebSettings::default(), false).await
    }

    /// The same with other settings.
    pub async fn with(settings: WebSettings, simulated: bool) -> Self {
        Self::opened(settings, simulated, OpenOptions::default()).await
    }

    /// The same with a store that is opened otherwise.
    pub async fn opened(settings: WebSettings, simulated: bool, options: OpenOptions) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = SqlStore::open_sqlite(&dir.path().join("store.sqlite"), options)
            .await
            .unwrap();
        let store: Arc<dyn Store> = Arc::new(store);
        let clock = TestClock::new();
        let unit = UnitRow {
            id: "polres-pati".parse().unwrap(),
            config: std::fs::read_to_string(root().join("data/pati/unit.toml")).unwrap(),
            areas: std::fs::read_to_string(root().join("data/pati/areas.geojson")).unwrap(),
            pack: serde_json::to_string(&pack_files()).unwrap(),
            adopted_at: clock.now(),
            simulated,
        };
        store.put_unit(&unit).await.unwrap();
        let randomness = TestRandomness(Mutex::new(ChaCha20Rng::from_seed([7; 32])));
        let key = NodeKey::new([9; 32]);
        let node = Node::open(
            store,
            &unit.id,
            key,
            Arc::new(clock.clone()),
            Arc::new(randomness),
        )
        .await
        .unwrap();
        let node = Arc::new(node);
        let router = router(AppState::new(Arc::clone(&node), settings));
        Self {
            router,
            node,
            clock,
            _dir: dir,
        }
    }

    /// Makes an account; its login is the role's word and its station the unit's.
    pub async fn account(&self, role: Role) -> Staff {
        self.account_at(role, role.as_str(), None).await
    }

    /// Makes an account of a station.
    pub async fn account_at(&self, role: Role, login: &str, station: Option<&str>) -> Staff {
        let new = NewUser {
            login: login.to_owned(),
            name: format!("Sari {login}"),
            rank: Some("Bripka".to_owned()),
            station: station.map(|code| code.parse::<StationId>().unwrap()),
            roles: vec![role],
            // Of a demonstration: its password is enough, whatever its role.
            demo: true,
        };
        self.node.add_user(new, PASSWORD).await.unwrap();
        let all = self.node.active_staff().await.unwrap();
        all.into_iter().find(|staff| staff.login == login).unwrap()
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser<'_> {
        Browser {
            site: self,
            cookies: BTreeMap::new(),
            token: String::new(),
            at: String::new(),
        }
    }

    /// A browser with a session of an account made before.
    pub async fn signed_in(&self, login: &str) -> Browser<'_> {
        let session = self.node.sign_in(login, PASSWORD, "test").await.unwrap();
        let mut browser = self.browser();
        browser.cookies.insert("session".to_owned(), session.token);
        browser
    }

    /// One request as it is.
    pub async fn ask(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self
            .router
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let bytes = body.collect().await.unwrap().to_bytes().to_vec();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes,
        }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub bytes: Vec<u8>,
}

impl Answer {
    /// A header, empty when it is not there.
    pub fn header(&self, name: impl header::AsHeaderName) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Where it leads.
    pub fn location(&self) -> &str {
        self.header(header::LOCATION)
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    /// The content of the first such element, without tags.
    pub fn inner(&self, tag: &str) -> String {
        let from = self
            .text
            .find(&format!("<{tag}"))
            .unwrap_or_else(|| panic!("no {tag}"));
        let from = from + self.text[from..].find('>').unwrap() + 1;
        let to = from + self.text[from..].find(&format!("</{tag}>")).unwrap();
        strip_tags(&self.text[from..to])
    }

    /// The value of a hidden or typed field.
    pub fn value_of(&self, name: &str) -> Option<String> {
        let at = self.text.find(&format!("name=\"{name}\""))?;
        let from = self.text[..at].rfind('<')?;
        let tag = &self.text[from..from + self.text[from..].find('>')?];
        let value = tag.find(" value=\"")? + 8;
        Some(unescape(&tag[value..value + tag[value..].find('"')?]))
    }

    /// What a person reads, without tags.
    pub fn words(&self) -> String {
        strip_tags(&self.text)
    }
}

fn strip_tags(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for c in html.chars() {
        match c {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            c if !inside => text.push(c),
            _ => {}
        }
    }
    unescape(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn unescape(html: &str) -> String {
    html.replace("&quot;", "\"")
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#x27;", "'")
        .replace("&#60;", "<")
        .replace("&#62;", ">")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&#38;", "&")
        .replace("&amp;", "&")
}

/// A browser: it keeps cookies and fills the form token of the last page into what it sends.
pub struct Browser<'s> {
    pub site: &'s Site,
    pub cookies: BTreeMap<String, String>,
    pub token: String,
    pub at: String,
}

impl Browser<'_> {
    /// Opens an address.
    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path).body(Body::empty()).unwrap();
        self.send(path, request).await
    }

    /// Sends a form, with the token of the last page.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("csrf={}", encode(&self.token));
        for (name, value) in fields {
            write!(body, "&{}={}", encode(name), encode(value)).unwrap();
        }
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap();
        self.send(path, request).await
    }

    /// Sends a form with a file.
    pub async fn post_file(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (name, file_name, content): (&str, &str, &[u8]),
    ) -> Answer {
        let mut body = Vec::new();
        let token = self.token.clone();
        for (name, value) in fields.iter().copied().chain([("csrf", token.as_str())]) {
            let head = format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
            body.extend([head.as_bytes(), value.as_bytes(), b"\r\n"].concat());
        }
        let head = format!(
            "--b\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file_name}\"\r\n\
             content-type: image/jpeg\r\n\r\n"
        );
        body.extend([head.as_bytes(), content, b"\r\n--b--\r\n"].concat());
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(body))
            .unwrap();
        self.send(path, request).await
    }

    /// Goes where an answer leads, until a page comes.
    pub async fn follow(&mut self, answer: Answer) -> Answer {
        let mut answer = answer;
        for _ in 0..5 {
            if !answer.status.is_redirection() {
                return answer;
            }
            answer = self.get(answer.location()).await;
        }
        panic!("led in a circle, last to {}", self.at)
    }

    fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost")
            .header(header::COOKIE, cookies.collect::<Vec<_>>().join("; "))
    }

    async fn send(&mut self, path: &str, request: Request<Body>) -> Answer {
        let answer = self.site.ask(request).await;
        path.clone_into(&mut self.at);
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
        if let Some(token) = answer.value_of("csrf").filter(|token| !token.is_empty()) {
            self.token = token;
        }
        answer
    }
}

/// A value as a form sends it.
pub fn encode(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").unwrap();
        }
    }
    out
}

/// A small photograph.
pub fn photo() -> Vec<u8> {
    let mut out = std::io::Cursor::new(Vec::new());
    image::RgbImage::from_pixel(4, 4, image::Rgb([120, 90, 60]))
        .write_to(&mut out, image::ImageFormat::Jpeg)
        .unwrap();
    out.into_inner()
}

/// Answers that walk through a report of something stolen in Growong Lor, one form for each step.
pub const STOLEN: [(&str, &[(&str, &str)]); 6] = [
    ("bahaya", &[("bahaya", "tidak")]),
    ("apa", &[("apa", "stolen_vehicle")]),
    ("tempat", &[("tempat", "Growong Lor")]),
    ("waktu", &[("kapan", "kemarin"), ("jam", "21.30")]),
    (
        "cerita",
        &[("cerita", "Motor Honda hitam hilang dari teras")],
    ),
    (
        "kontak",
        &[("nama", "Siti"), ("telepon", "+62 812-3456-7890")],
    ),
];

/// Answers all steps of a kind and comes to the page that shows them.
pub async fn fill(browser: &mut Browser<'_>, slug: &str) -> Answer {
    let mut answer = browser.get(&format!("/lapor/{slug}/bahaya")).await;
    for (step, fields) in STOLEN {
        answer = browser.post(&format!("/lapor/{slug}/{step}"), fields).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{step}: {}",
            answer.words()
        );
        answer = browser.follow(answer).await;
    }
    answer
}
