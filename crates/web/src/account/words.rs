//! Sessions, events and faults of accounts, in words.

use pengayom_node::access::Staff;
use pengayom_node::accounts::{AccountError, Guess, Happened, Method, PASSWORD_MIN_CHARS};
use pengayom_store::rows::SessionRow;
use uuid::Uuid;

use crate::frame::PageFrame;
use crate::staff::Names;

/// A session as its owner reads it.
pub(crate) struct SessionLine {
    /// Opens nothing; names it in a form.
    pub(crate) id: String,
    /// "Firefox, Android".
    pub(crate) device: String,
    /// "Kata sandi".
    pub(crate) method: String,
    /// The network, coarsely.
    pub(crate) network: String,
    /// When it was last used.
    pub(crate) seen: String,
    /// When it began.
    pub(crate) began: String,
    /// It is the one that reads this.
    pub(crate) current: bool,
}

/// Something that happened, as a person reads it.
pub(crate) struct EventLine {
    /// When.
    pub(crate) when: String,
    /// What, with its detail.
    pub(crate) what: String,
    /// Who did it.
    pub(crate) by: String,
}

/// A device in words, such as "Firefox, Android"; both parts are names.
fn device_words(frame: &PageFrame, device: &str) -> String {
    let name = |part: &str| match part {
        "edge" => "Edge",
        "opera" => "Opera",
        "samsung" => "Samsung Internet",
        "uc" => "UC Browser",
        "firefox" => "Firefox",
        "chrome" => "Chrome",
        "safari" => "Safari",
        "android" => "Android",
        "ios" => "iOS",
        "windows" => "Windows",
        "macos" => "macOS",
        "chromeos" => "ChromeOS",
        "linux" => "Linux",
        _ => "",
    };
    let (browser, system) = device.split_once('/').unwrap_or_default();
    let known: Vec<&str> = [name(browser), name(system)]
        .into_iter()
        .filter(|name| !name.is_empty())
        .collect();
    if known.is_empty() {
        frame.t("account.device_unknown").to_owned()
    } else {
        known.join(", ")
    }
}

fn method_words<'f>(frame: &'f PageFrame, word: &str) -> &'f str {
    let known = Method::ALL.into_iter().find(|known| known.as_str() == word);
    frame.t(match known {
        Some(Method::Totp) => "account.method_totp",
        Some(Method::Recovery) => "account.method_recovery",
        Some(Method::Passkey) => "account.method_passkey",
        Some(Method::Linked) => "account.method_linked",
        Some(Method::Password) | None => "account.method_password",
    })
}

/// Sessions, in the order given.
pub(crate) fn session_lines(
    frame: &PageFrame,
    sessions: &[SessionRow],
    own: Option<Uuid>,
) -> Vec<SessionLine> {
    let line = |row: &SessionRow| SessionLine {
        id: row.id.to_string(),
        device: device_words(frame, &row.device),
        method: method_words(frame, &row.method).to_owned(),
        network: row.network.clone(),
        seen: frame.format().moment(row.seen_at),
        began: frame.format().moment(row.created_at),
        current: own == Some(row.id),
    };
    sessions.iter().map(line).collect()
}

/// What happened, in the order given, as `reader` reads it.
pub(crate) fn event_lines(
    frame: &PageFrame,
    names: &Names,
    reader: &Staff,
    events: &[Happened],
) -> Vec<EventLine> {
    let line = |event: &Happened| EventLine {
        when: frame.format().moment(event.at),
        what: event_words(frame, event),
        by: match event.by {
            Some(by) if by == reader.id => frame.t("account.by_you").to_owned(),
            Some(by) => names.of(frame, by),
            None => frame.t("account.by_program").to_owned(),
        },
    };
    events.iter().map(line).collect()
}

fn event_words(frame: &PageFrame, event: &Happened) -> String {
    let key = format!("account.event_{}", event.kind);
    let detail = event.detail.as_deref().unwrap_or_default();
    match event.kind.as_str() {
        "signed_in" => {
            let (method, device) = detail.split_once(' ').unwrap_or((detail, ""));
            let device = device_words(frame, device);
            let method = method_words(frame, method);
            frame.tf(&key, &[("device", &device), ("method", method)])
        }
        "recovery_used" => frame.tf(&key, &[("n", detail)]),
        "passkey_added" | "passkey_removed" | "passkey_refused" => {
            frame.tf(&key, &[("name", detail)])
        }
        _ => frame.t(&key).to_owned(),
    }
}

/// What is wrong with an account, and what to do.
pub(crate) fn account_words(frame: &PageFrame, error: &AccountError) -> String {
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let key = match error {
        AccountError::Login(_) => "keep.login_wrong",
        AccountError::Name(_) => "keep.name_wrong",
        AccountError::PasswordShort(_) => {
            let least = count(PASSWORD_MIN_CHARS);
            return frame.tf("account.password_short", &[("n", &least)]);
        }
        AccountError::PasswordLong(_) => "account.password_long",
        AccountError::Guessed(Guess::Common) => "account.password_common",
        AccountError::Guessed(Guess::Name) => "account.password_name",
        AccountError::Guessed(Guess::Simple) => "account.password_simple",
        AccountError::Station(_) => "keep.station_wrong",
        AccountError::NoRole => "keep.role_write",
        AccountError::Hash => "error.fields",
        AccountError::Full { limit } => {
            return frame.tf("account.full", &[("n", &count(*limit))]);
        }
        AccountError::LastFactor => "account.last_factor",
        AccountError::Own => "keep.own",
        AccountError::Subject => "keep.subject_wrong",
    };
    frame.t(key).to_owned()
}
