//! What is asked: the format, the jurisdiction, the parameters; and how it is turned down.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use pengayom_core::pack::{Service, ServiceCode};
use pengayom_core::value::CaseId;
use pengayom_node::{HandleError, SharedNode};

use super::errors;
use crate::extract::{Context, Fields, PublicPage};
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::state::AppState;

/// Most identifiers or codes in one list.
const LIST_MAX: usize = 200;

/// Longest a question about a time may reach, in days (GeoReport v2, "GET Service Requests").
pub(super) const DAYS_MAX: i64 = 90;

/// In which format an answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `text/xml`
    Xml,
    /// `application/json`
    Json,
}

/// Whether an address has an ending; in small letters, as its routes.
fn ends_in(path: &str, ending: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, found)| found == ending)
}

impl Format {
    /// By the ending of the address, else by what the asker takes, else XML, which every client reads.
    pub(super) fn of(path: &str, headers: &HeaderMap) -> Self {
        let accept = headers
            .get(header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if !ends_in(path, "xml") && accept.contains("json") {
            Self::Json
        } else {
            Self::by_ending(path)
        }
    }

    /// By the ending of the address alone.
    pub(super) fn by_ending(path: &str) -> Self {
        if ends_in(path, "json") {
            Self::Json
        } else {
            Self::Xml
        }
    }
}

/// Why something was turned down: an answer.
#[derive(Debug)]
pub(super) struct Refused(Box<Response>);

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        *self.0
    }
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        Self(Box::new(fault.into_response()))
    }
}

impl From<HandleError> for Refused {
    fn from(error: HandleError) -> Self {
        Fault::from(error).into()
    }
}

/// A question.
pub(super) struct Asked {
    pub(super) context: Context,
    pub(super) frame: PageFrame,
    pub(super) node: SharedNode,
    pub(super) format: Format,
    /// What stands after the question mark.
    pub(super) query: Fields,
    /// The last part of the address without the ending.
    pub(super) name: String,
}

impl FromRequestParts<AppState> for Asked {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Refused> {
        let PublicPage {
            context,
            frame,
            node,
        } = PublicPage::from_request_parts(parts, state).await?;
        let format = Format::of(parts.uri.path(), &parts.headers);
        let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())?;
        let last = parts.uri.path().rsplit('/').next().unwrap_or_default();
        let name = last.strip_suffix(".xml").or(last.strip_suffix(".json"));
        let name = name.unwrap_or(last).to_owned();
        let asked = Self {
            context,
            frame,
            node,
            format,
            query,
            name,
        };
        asked.require_jurisdiction(&asked.query)?;
        Ok(asked)
    }
}

impl Asked {
    /// Turns down with one error for each words.
    pub(super) fn refuse(&self, status: StatusCode, words: &[String]) -> Refused {
        Refused(Box::new(errors(self.format, status, words)))
    }

    /// Turns down what is wrong with a parameter, by words of a key.
    pub(super) fn wrong(&self, name: &str, key: &str) -> Refused {
        let words = format!("{name}: {}", self.frame.t(key));
        self.refuse(StatusCode::BAD_REQUEST, &[words])
    }

    /// There is no such thing, or it is nobody's business: the same answer.
    pub(super) fn unknown(&self, name: &str, key: &str) -> Refused {
        let words = format!("{name}: {}", self.frame.t(key));
        self.refuse(StatusCode::NOT_FOUND, &[words])
    }

    /// One jurisdiction is served here: the unit. It may be named; another one is not here.
    pub(super) fn require_jurisdiction(&self, fields: &Fields) -> Result<(), Refused> {
        let named = fields.get("jurisdiction_id");
        let unit = &self.context.unit().id;
        if named.is_empty() || named == unit.as_str() {
            return Ok(());
        }
        let words = self
            .frame
            .tf("open311.jurisdiction", &[("unit", unit.as_str())]);
        let words = format!("jurisdiction_id: {words}");
        Err(self.refuse(StatusCode::NOT_FOUND, &[words]))
    }

    /// The service of a code, if anybody may know of it.
    pub(super) fn service(&self, code: &str) -> Option<&Service> {
        let code = code.parse::<ServiceCode>().ok()?;
        let service = self.frame.unit().pack.service(&code)?;
        service.public.then_some(service)
    }

    /// A list of words separated by commas, once each; `None` when it is not asked for.
    pub(super) fn list(&self, name: &str) -> Result<Option<Vec<String>>, Refused> {
        let given: Vec<&str> = self.query.all(name).collect();
        if given.is_empty() {
            return Ok(None);
        }
        let mut words: Vec<String> = Vec::new();
        for word in given.iter().flat_map(|text| text.split(',')) {
            let word = word.trim();
            if word.is_empty() || words.iter().any(|known| known == word) {
                continue;
            }
            if words.len() >= LIST_MAX {
                return Err(self.wrong(name, "open311.list_long"));
            }
            words.push(word.to_owned());
        }
        Ok(Some(words))
    }

    /// The identifiers asked for; what cannot be one is of nothing.
    pub(super) fn cases(&self) -> Result<Option<Vec<CaseId>>, Refused> {
        let ids = self.list("service_request_id")?;
        Ok(ids.map(|ids| ids.iter().filter_map(|id| case_id(id)).collect()))
    }

    /// From when to before when: `start_date` and `end_date`, at most [`DAYS_MAX`] days apart. Without
    /// one of them the other is that far away, without both it is until now.
    pub(super) fn span(&self) -> Result<(Timestamp, Timestamp), Refused> {
        let reach = jiff::SignedDuration::from_hours(24 * DAYS_MAX);
        let start = self.moment("start_date")?;
        let end = self.moment("end_date")?;
        let before = |at: Timestamp| at.checked_sub(reach).unwrap_or(Timestamp::MIN);
        let after = |at: Timestamp| at.checked_add(reach).unwrap_or(Timestamp::MAX);
        // What happens in this very second is asked for as well.
        let now = self.node.now();
        let now = now
            .checked_add(jiff::SignedDuration::from_secs(1))
            .unwrap_or(now);
        let (start, end) = match (start, end) {
            (Some(start), Some(end)) => (start, end),
            (Some(start), None) => (start, after(start).min(now).max(start)),
            (None, Some(end)) => (before(end), end),
            (None, None) => (before(now), now),
        };
        if end < start {
            return Err(self.wrong("end_date", "open311.date_order"));
        }
        // A second more, so that 90 whole days by a client's reckoning are not turned down.
        if end.duration_since(start) > reach + jiff::SignedDuration::from_secs(1) {
            return Err(self.wrong("start_date", "open311.date_span"));
        }
        Ok((start, end))
    }

    fn moment(&self, name: &str) -> Result<Option<Timestamp>, Refused> {
        let Some(text) = self.query.some(name) else {
            return Ok(None);
        };
        let at = moment_of(&text, &self.context.unit().zone);
        at.map(Some)
            .ok_or_else(|| self.wrong(name, "open311.date_wrong"))
    }
}

/// A moment with its offset, or without one, or a day alone, in the unit's zone. A plus that an asker did
/// not escape came as a space.
pub(super) fn moment_of(text: &str, zone: &jiff::tz::TimeZone) -> Option<Timestamp> {
    if text.len() > 64 {
        return None;
    }
    let mended = text.replace(' ', "+");
    let local = || {
        let day = text.parse::<Date>().map(|day| day.at(0, 0, 0, 0));
        let at = text.parse::<DateTime>().or(day).ok()?;
        zone.to_ambiguous_timestamp(at).compatible().ok()
    };
    mended.parse::<Timestamp>().ok().or_else(local)
}

/// The case of an identifier as it stands in answers.
pub(super) fn case_id(text: &str) -> Option<CaseId> {
    let id = text.parse::<uuid::Uuid>().ok()?;
    // One way to write it: an identifier is compared as text by those who keep it.
    (id.to_string() == text).then_some(CaseId(id))
}
