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
use pengayom_node::accounts::{Asker, PasskeySite};
use pengayom_node::{Purpose, UnitContext};
use subtle::ConstantTimeEq as _;

use super::device;
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
    /// Somebody is on the way in: name and password fit, and more is asked; for minutes.
    Entry,
    /// A challenge for a passkey, an app or the provider waits; for minutes.
    Challenge,
    /// Somebody gave number and code of a case a moment ago; until the browser closes.
    Track,
}

impl CookieKind {
    /// Every one but `theme`, for the page that lists them.
    pub(crate) const ALL: [Self; 8] = [
        Self::Lang,
        Self::Form,
        Self::Draft,
        Self::Track,
        Self::Session,
        Self::Held,
        Self::Entry,
        Self::Challenge,
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
            Self::Entry => "about.cookie_entry",
            Self::Challenge => "about.cookie_challenge",
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
            (Self::Entry, false) => "entry",
            (Self::Entry, true) => "__Host-entry",
            (Self::Challenge, false) => "challenge",
            (Self::Challenge, true) => "__Host-challenge",
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
    asker: Asker,
    site: Option<String>,
    asked_host: Option<String>,
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
        let address = address(parts, state.settings.behind_proxy);
        let id = state.node.new_id().simple().to_string();
        let context = Self(Arc::new(Inner {
            state: state.clone(),
            unit: state.node.unit(),
            lang: asked.or_else(kept).or_else(spoken).unwrap_or_default(),
            code: id.get(24..).unwrap_or_default().to_uppercase(),
            uri: parts.uri.clone(),
            client: client(address),
            asker: Asker {
                origin: client(address),
                network: network(address),
                device: device::of(&parts.headers),
            },
            asked_host: asked_host(&parts.headers),
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

    /// Who asks, for counting tries and for the list of an owner's devices.
    pub(crate) fn asker(&self) -> &Asker {
        &self.0.asker
    }

    /// The site that passkeys belong to; `Err` where there can be none, with the address to use
    /// instead if there is one.
    pub(crate) fn passkey_site(&self) -> Result<PasskeySite, Option<String>> {
        passkey_site(self.site(), self.0.asked_host.as_deref())
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
    let path = parts.uri.path();
    if !is_api(path) && !crate::open311::is_ours(path) {
        return None;
    }
    let accepted = parts.headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    accepted
        .split(',')
        .find_map(|one| Lang::parse(one.split(';').next().unwrap_or_default()))
}

/// Where a request comes from.
fn address(parts: &Parts, behind_proxy: bool) -> Option<IpAddr> {
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
    address.map(|address| address.to_canonical())
}

fn client(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V4(address)) => address.to_string(),
        // One subscriber has a whole /64 (RFC 6177): count the network, not the address.
        Some(IpAddr::V6(address)) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
        None => "unknown".to_owned(),
    }
}

/// The network of an address, so coarsely that an owner knows it again and nobody is found by it.
fn network(address: Option<IpAddr>) -> String {
    match address {
        Some(IpAddr::V4(address)) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Some(IpAddr::V6(address)) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
        None => String::new(),
    }
}

/// Passkeys belong to a name, never to the number of a machine (W3C Web Authentication §5.1.2). A node
/// that is reached on this machine only has as many names as browsers here use for it.
fn passkey_site(site: &str, asked_host: Option<&str>) -> Result<PasskeySite, Option<String>> {
    let host_of = |url: &str| -> Option<(String, String)> {
        let (_, host) = url.split_once("://")?;
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.contains(']') => (name, format!(":{port}")),
            _ => (host, String::new()),
        };
        Some((name.to_ascii_lowercase(), port))
    };
    let is_local = |name: &str| {
        let number = name.trim_start_matches('[').trim_end_matches(']');
        name == "localhost" || number.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    };
    let (mut origin, (mut name, mut port)) = (site.to_owned(), host_of(site).ok_or(None)?);
    if is_local(&name)
        && let Some(asked) = asked_host.map(|host| format!("http://{host}"))
        && let Some((asked_name, asked_port)) = host_of(&asked)
        && is_local(&asked_name)
    {
        (origin, name, port) = (asked, asked_name, asked_port);
    }
    if name == "localhost" || (!is_local(&name) && !is_number(&name)) {
        return Ok(PasskeySite { id: name, origin });
    }
    Err(is_local(&name).then(|| format!("http://localhost{port}")))
}

fn is_number(name: &str) -> bool {
    let number = name.trim_start_matches('[').trim_end_matches(']');
    number.parse::<IpAddr>().is_ok()
}

/// The host that was asked, as the browser wrote it.
fn asked_host(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    host.chars().all(plain).then(|| host.to_owned())
}

fn site(headers: &HeaderMap, state: &AppState) -> Option<String> {
    if let Some(url) = &state.settings.public_url {
        return Some(url.clone());
    }
    asked_host(headers).map(|host| format!("http://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(site: &str, asked: &str) -> Result<(String, String), Option<String>> {
        let site = passkey_site(site, Some(asked).filter(|asked| !asked.is_empty()));
        site.map(|site| (site.id, site.origin))
    }

    #[test]
    fn passkeys_belong_to_a_name_and_never_to_a_number() {
        let pair = |id: &str, origin: &str| Ok((id.to_owned(), origin.to_owned()));
        let public = "https://pati.example";
        assert_eq!(at(public, "evil.example"), pair("pati.example", public));
        let port = "https://pati.example:8443";
        assert_eq!(at(port, ""), pair("pati.example", port));
        let local = "http://127.0.0.1:8110";
        assert_eq!(
            at(local, "localhost:8110"),
            pair("localhost", "http://localhost:8110")
        );
        // Another name that leads here is not believed.
        for asked in ["127.0.0.1:8110", "evil.example:8110", ""] {
            assert_eq!(at(local, asked), Err(Some("http://localhost:8110".into())));
        }
        assert_eq!(
            at("http://[::1]:81", ""),
            Err(Some("http://localhost:81".into()))
        );
        assert_eq!(at("http://10.0.0.11:8110", ""), Err(None));
        assert_eq!(at("http://[2001:db8::1]", ""), Err(None));
        assert_eq!(at("", "localhost"), Err(None));
    }

    #[test]
    fn a_network_is_kept_coarsely() {
        let of = |text: &str| network(text.parse().ok());
        assert_eq!(of("203.0.113.77"), "203.0.113.0/24");
        assert_eq!(of("2001:db8:1:2::7"), "2001:db8:1::/48");
        assert_eq!(of(""), "");
    }
}
