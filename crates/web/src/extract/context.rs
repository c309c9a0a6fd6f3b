//! What is known of a request before any handler runs.

use std::fmt::Write as _;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum_extra::extract::cookie::{Cookie, CookieJar};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pengayom_core::pack::Lang;
use pengayom_node::{Purpose, UnitContext};
use subtle::ConstantTimeEq as _;

use crate::problem::is_api;
use crate::state::AppState;

/// Seconds a language choice is remembered: a year.
const LANG_SECONDS: i64 = 365 * 24 * 60 * 60;

/// The cookies of the pages. None is read by scripts but `theme`, which scripts write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CookieKind {
    /// The language chosen; kept for a year.
    Lang,
    /// A member of staff who signed in; until the browser closes or the session ends.
    Session,
    /// Ties forms to the browser that was shown them; until the browser closes.
    Form,
    /// Finds a report not yet sent.
    Draft,
    /// Finds a form of staff that came after its session had ended; until the browser closes.
    Held,
    /// Somebody gave number and code of a case a moment ago; until the browser closes.
    Track,
}

impl CookieKind {
    /// Every one but `theme`, for the page that lists them.
    pub(crate) const ALL: [Self; 6] = [
        Self::Lang,
        Self::Form,
        Self::Draft,
        Self::Track,
        Self::Session,
        Self::Held,
    ];

    /// Key of the words that say what it is for and how long it stays.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Lang => "about.cookie_lang",
            Self::Form => "about.cookie_form",
            Self::Draft => "about.cookie_draft",
            Self::Track => "about.cookie_track",
            Self::Session => "about.cookie_session",
            Self::Held => "about.cookie_held",
        }
    }

    /// The name. The prefix of RFC 6265bis §4.1.3.2 keeps other hosts from planting a secret one.
    pub(crate) const fn name(self, secure: bool) -> &'static str {
        match (self, secure) {
            (Self::Lang, _) => "lang",
            (Self::Session, false) => "session",
            (Self::Session, true) => "__Host-session",
            (Self::Form, false) => "form",
            (Self::Form, true) => "__Host-form",
            (Self::Draft, false) => "draft",
            (Self::Draft, true) => "__Host-draft",
            (Self::Held, false) => "held",
            (Self::Held, true) => "__Host-held",
            (Self::Track, false) => "track",
            (Self::Track, true) => "__Host-track",
        }
    }
}

/// What is known of a request; cheap to clone, and the place where answers leave their cookies.
#[derive(Clone)]
pub(crate) struct Context(Arc<Inner>);

struct Inner {
    state: AppState,
    unit: Arc<UnitContext>,
    lang: Lang,
    /// Code that a person can read out when something failed; also in the log.
    code: String,
    uri: Uri,
    client: String,
    site: Option<String>,
    theme: &'static str,
    cookies: CookieJar,
    leaving: Mutex<Vec<(CookieKind, String)>>,
}

impl Context {
    /// Reads a request's head.
    pub(crate) fn of(parts: &Parts, state: &AppState) -> Self {
        let cookies = CookieJar::from_headers(&parts.headers);
        let asked = query_lang(&parts.uri);
        let is_api = is_api(parts.uri.path());
        let kept = || {
            let cookies = Some(&cookies).filter(|_| !is_api)?;
            cookies
                .get("lang")
                .and_then(|cookie| Lang::parse(cookie.value()))
        };
        let spoken = || spoken_by_program(parts);
        let id = state.node.new_id().simple().to_string();
        let context = Self(Arc::new(Inner {
            state: state.clone(),
            unit: state.node.unit(),
            lang: asked.or_else(kept).or_else(spoken).unwrap_or_default(),
            code: id.get(24..).unwrap_or_default().to_uppercase(),
            uri: parts.uri.clone(),
            client: client(parts, state.settings.behind_proxy),
            site: site(&parts.headers, state),
            theme: match cookies.get("theme").map(Cookie::value) {
                Some("dark") => "dark",
                Some("light") => "light",
                _ => "",
            },
            cookies,
            leaving: Mutex::new(Vec::new()),
        }));
        // A program that asks keeps no cookies.
        if let Some(lang) = asked.filter(|_| !is_api) {
            context.remember_lang(lang);
        }
        context
    }

    pub(crate) fn state(&self) -> &AppState {
        &self.0.state
    }

    pub(crate) fn unit(&self) -> &Arc<UnitContext> {
        &self.0.unit
    }

    /// The language asked for, remembered, or the first one.
    pub(crate) fn lang(&self) -> Lang {
        self.0.lang
    }

    /// Eight letters and digits that name this request to people and in the log.
    pub(crate) fn code(&self) -> &str {
        &self.0.code
    }

    pub(crate) fn path(&self) -> &str {
        self.0.uri.path()
    }

    /// Where tries are counted: the asker's address, of IPv6 the network.
    pub(crate) fn client(&self) -> &str {
        &self.0.client
    }

    /// Whether the asker is on the node's own machine: `127.0.0.0/8`, or the network of `::1`.
    pub(crate) fn is_of_this_machine(&self) -> bool {
        self.client().starts_with("127.") || self.client() == "0:0:0:0::/64"
    }

    pub(crate) fn theme(&self) -> &'static str {
        self.0.theme
    }

    /// Address of the site as people reach it, such as `https://pati.example`, without a slash at
    /// the end; empty when neither the settings nor the request say.
    pub(crate) fn site(&self) -> &str {
        self.0.site.as_deref().unwrap_or_default()
    }

    /// Whether `pair` (`name=value`) stands in the query of this address.
    pub(crate) fn asks(&self, pair: &str) -> bool {
        let query = self.0.uri.query().unwrap_or_default();
        query.split('&').any(|part| part == pair)
    }

    /// This address with path and query kept, in another language.
    pub(crate) fn in_lang(&self, lang: Lang) -> String {
        let rest = self.0.uri.query().unwrap_or_default().split('&');
        let rest = rest.filter(|pair| !pair.is_empty() && !pair.starts_with("lang="));
        let mut query: Vec<String> = rest.map(ToOwned::to_owned).collect();
        query.push(format!("lang={lang}"));
        format!("{}?{}", self.path(), query.join("&"))
    }

    /// This address as asked for, to come back to after signing in.
    pub(crate) fn path_and_query(&self) -> &str {
        self.0
            .uri
            .path_and_query()
            .map_or("/", |whole| whole.as_str())
    }

    /// A cookie that came with the request.
    pub(crate) fn cookie(&self, kind: CookieKind) -> Option<&str> {
        let name = kind.name(self.0.state.settings.secure_cookies);
        let value = self.0.cookies.get(name)?.value();
        // Ours are short; anything longer is not.
        (1..=256).contains(&value.len()).then_some(value)
    }

    /// Sends a cookie that goes when the browser closes.
    pub(crate) fn set_cookie(&self, kind: CookieKind, value: &str) {
        self.leave(kind, value, None);
    }

    /// Sends a cookie that is kept for some seconds.
    pub(crate) fn set_cookie_for(&self, kind: CookieKind, value: &str, seconds: i64) {
        self.leave(kind, value, Some(seconds));
    }

    /// Takes a cookie back.
    pub(crate) fn drop_cookie(&self, kind: CookieKind) {
        self.leave(kind, "", Some(0));
    }

    /// Keeps a language for the next pages.
    pub(crate) fn remember_lang(&self, lang: Lang) {
        self.set_cookie_for(CookieKind::Lang, lang.code(), LANG_SECONDS);
    }

    /// Values are ours: base64url, digits and language codes, so nothing in them needs quoting.
    fn leave(&self, kind: CookieKind, value: &str, seconds: Option<i64>) {
        let secure = self.0.state.settings.secure_cookies;
        let name = kind.name(secure);
        let mut cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax");
        if secure {
            cookie.push_str("; Secure");
        }
        if let Some(seconds) = seconds {
            // Writing to a `String` cannot fail.
            let _ = write!(cookie, "; Max-Age={seconds}");
        }
        let mut leaving = self.leaving();
        leaving.retain(|(other, _)| *other != kind);
        leaving.push((kind, cookie));
    }

    fn leaving(&self) -> MutexGuard<'_, Vec<(CookieKind, String)>> {
        // A list of cookies is whole after every step, so a panic elsewhere does not spoil it.
        self.0
            .leaving
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The token that forms shown by this answer carry. Forms of staff are tied to the session,
    /// others to a cookie that is sent with the first form.
    pub(crate) fn form_token(&self) -> String {
        if let Some(session) = self.cookie(CookieKind::Session) {
            return self.token_of(session);
        }
        if let Some(form) = self.cookie(CookieKind::Form) {
            return self.token_of(form);
        }
        let fresh = self.0.state.node.new_token();
        let token = self.token_of(&fresh);
        self.set_cookie(CookieKind::Form, &fresh);
        token
    }

    /// Whether a token came with a form that this browser was shown.
    pub(crate) fn fits(&self, token: &str) -> bool {
        [CookieKind::Session, CookieKind::Form]
            .into_iter()
            .filter_map(|kind| self.cookie(kind))
            .any(|value| bool::from(self.token_of(value).as_bytes().ct_eq(token.as_bytes())))
    }

    fn token_of(&self, value: &str) -> String {
        URL_SAFE_NO_PAD.encode(self.0.state.node.hash(Purpose::Form, value.as_bytes()).0)
    }

    /// Writes the cookies into an answer's head.
    pub(crate) fn write_cookies(&self, headers: &mut HeaderMap) {
        for (_, cookie) in self.leaving().iter() {
            if let Ok(value) = HeaderValue::from_str(cookie) {
                headers.append(header::SET_COOKIE, value);
            }
        }
    }
}

fn query_lang(uri: &Uri) -> Option<Lang> {
    let pairs = uri.query().unwrap_or_default().split('&');
    let last = pairs
        .filter_map(|pair| pair.strip_prefix("lang="))
        .next_back()?;
    Lang::parse(last)
}

/// Programs say their language in a header. Browsers do too, but a phone set to English by its maker
/// is no wish of its owner: pages begin in Indonesian.
fn spoken_by_program(parts: &Parts) -> Option<Lang> {
    if !is_api(parts.uri.path()) {
        return None;
    }
    let accepted = parts.headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    accepted
        .split(',')
        .find_map(|one| Lang::parse(one.split(';').next().unwrap_or_default()))
}

fn client(parts: &Parts, behind_proxy: bool) -> String {
    let forwarded = || {
        let last = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?;
        last.to_str()
            .ok()?
            .rsplit(',')
            .next()?
            .trim()
            .parse::<IpAddr>()
            .ok()
    };
    let peer = || {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
        Some(info.0.ip())
    };
    let address = if behind_proxy {
        forwarded().or_else(peer)
    } else {
        peer()
    };
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V4(address)) => address.to_string(),
        // One subscriber has a whole /64 (RFC 6177): count the network, not the address.
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        None => "unknown".to_owned(),
    }
}

fn site(headers: &HeaderMap, state: &AppState) -> Option<String> {
    if let Some(url) = &state.settings.public_url {
        return Some(url.clone());
    }
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    host.chars().all(plain).then(|| format!("http://{host}"))
}
