//! What went wrong: for people a page in their language, for programs a problem of RFC 9457.
//!
//! A handler returns a [`Fault`]; the outer layer, which knows the request, gives it words. Neither
//! carries personal data.

use askama::Template;
use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Role};
use pengayom_store::StoreError;
use serde::Serialize;

use crate::extract::Context;
use crate::frame::{self, PageFrame, role_key};

/// Where programs ask.
pub(crate) fn is_api(path: &str) -> bool {
    path.starts_with("/api/")
}

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Fault {
    /// There is no such page or thing.
    NotFound,
    /// The page is not asked in this way.
    MethodNotAllowed,
    /// The account may not do this.
    Forbidden(Permission),
    /// A form that this browser was not shown, or shown too long ago.
    FormOld,
    /// A form that another site's page sent.
    CrossSite,
    /// More than one person has the code: it stood on a form that was copied.
    CodeShared,
    /// Too many tries.
    TooManyTries {
        /// When to try again.
        until: Timestamp,
    },
    /// More than is taken.
    TooLarge {
        /// Bytes taken.
        limit: usize,
    },
    /// Not a kind of content that is taken here.
    UnsupportedMedia,
    /// It came packed, and nothing is unpacked here.
    Coded,
    /// It does not read.
    Unreadable,
    /// A header that came twice, or not as it must be.
    BadHeader(&'static str),
    /// Somebody else acted in between.
    Conflict,
    /// The idempotency key came before with another request.
    Reused,
    /// Fields that are wrong.
    Fields(Vec<FieldFault>),
    /// Too much to do at the moment.
    Busy,
    /// The record cannot be reached or written at the moment.
    StoreDown,
    /// It took too long.
    TimedOut,
    /// A fault on our side.
    Internal,
}

/// A field that is wrong, for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FieldFault {
    /// JSON pointer to the field (RFC 6901), such as `/contact/phone`.
    pub(crate) pointer: String,
    /// What is wrong, as a word that stays the same.
    pub(crate) code: &'static str,
    /// What was wrong and what to do.
    pub(crate) detail: String,
}

/// Seconds after which one who was turned away may come again.
const COME_AGAIN_SECONDS: i64 = 2;

/// The same when the record is down: a database that starts again or a disk that is cleared takes
/// longer than a queue.
const STORE_AGAIN_SECONDS: i64 = 10;

impl Fault {
    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Forbidden(_) | Self::FormOld | Self::CrossSite | Self::CodeShared => {
                StatusCode::FORBIDDEN
            }
            Self::TooManyTries { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMedia | Self::Coded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unreadable | Self::BadHeader(_) => StatusCode::BAD_REQUEST,
            Self::Conflict | Self::Reused => StatusCode::CONFLICT,
            Self::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Busy | Self::StoreDown | Self::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// A word that stays the same.
    const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::MethodNotAllowed => "method-not-allowed",
            Self::Forbidden(_) => "forbidden",
            Self::FormOld => "form-old",
            Self::CrossSite => "cross-site",
            Self::CodeShared => "code-shared",
            Self::TooManyTries { .. } => "too-many-tries",
            Self::TooLarge { .. } => "too-large",
            Self::UnsupportedMedia | Self::Coded => "unsupported-media-type",
            Self::Unreadable => "unreadable",
            Self::BadHeader(_) => "bad-header",
            Self::Conflict => "conflict",
            Self::Reused => "idempotency-key-reused",
            Self::Fields(_) => "fields",
            Self::Busy => "busy",
            Self::StoreDown => "store-down",
            Self::TimedOut => "timed-out",
            Self::Internal => "internal",
        }
    }

    /// Heading and words.
    fn words(&self, frame: &PageFrame, code: &str) -> (String, String) {
        let title = |key| frame.t(key).to_owned();
        match self {
            Self::NotFound => (title("error.not_found"), title("error.not_found_help")),
            Self::MethodNotAllowed => (title("error.method"), title("error.not_found_help")),
            Self::Forbidden(permission) => {
                let may = Role::ALL.into_iter();
                let may = may.filter(|role| role.permissions().contains(permission));
                let roles: Vec<&str> = may.map(|role| frame.t(role_key(role))).collect();
                let role = roles.join(", ");
                (
                    title("error.forbidden_title"),
                    frame.tf("error.forbidden", &[("role", &role)]),
                )
            }
            Self::FormOld => (title("error.form_old_title"), title("error.form_old")),
            Self::CrossSite => (title("error.cross_site_title"), title("error.cross_site")),
            Self::CodeShared => (title("error.code_shared_title"), title("error.code_shared")),
            Self::TooManyTries { until } => {
                let time = frame.format().time(*until);
                let words = frame.tf("error.too_many_tries", &[("time", &time)]);
                (title("error.too_many_tries_title"), words)
            }
            Self::TooLarge { limit } => {
                let max = size(frame, *limit);
                (
                    title("error.too_large_title"),
                    frame.tf("error.too_large", &[("max", &max)]),
                )
            }
            Self::UnsupportedMedia => (title("error.media_title"), title("error.media")),
            Self::Coded => (title("error.media_title"), title("error.coded")),
            Self::Unreadable => (title("error.unreadable_title"), title("error.unreadable")),
            Self::BadHeader(name) => {
                let words = frame.tf("error.header", &[("name", name)]);
                (title("error.unreadable_title"), words)
            }
            Self::Reused => (title("error.reused_title"), title("error.reused")),
            Self::Conflict => (title("error.stale_title"), title("error.stale")),
            Self::Fields(_) => (title("error.summary"), title("error.fields")),
            Self::Busy => (title("error.busy_title"), title("error.busy")),
            Self::StoreDown => (title("error.store_down_title"), title("error.store_down")),
            Self::TimedOut => (title("error.timed_out_title"), title("error.timed_out")),
            Self::Internal => (
                title("error.fault_title"),
                frame.tf("error.fault", &[("code", code)]),
            ),
        }
    }

    /// The answer, with the words for it. Headers that belong to the status, such as `Allow`, stay.
    pub(crate) fn answer(&self, context: &Context, before: &HeaderMap) -> Response {
        let mut frame = PageFrame::new(context);
        let (title, words) = self.words(&frame, context.code());
        let mut answer = if is_api(context.path()) {
            self.as_problem(context, title, words)
        } else {
            frame.title = title;
            let page = FaultPage { page: frame, words };
            match frame::draw(self.status(), &page) {
                Ok(answer) => answer,
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            }
        };
        if *self == Self::Coded {
            // RFC 9110 §15.5.16
            let plain = HeaderValue::from_static("identity");
            answer.headers_mut().insert(header::ACCEPT_ENCODING, plain);
        }
        if let Some(allow) = before.get(header::ALLOW) {
            answer.headers_mut().insert(header::ALLOW, allow.clone());
        }
        if let Some(seconds) = self.come_again(context) {
            answer
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        answer
    }

    fn come_again(&self, context: &Context) -> Option<i64> {
        match self {
            Self::TooManyTries { until } => {
                let wait = until.duration_since(context.state().node.now());
                Some(wait.as_secs().max(1))
            }
            Self::Busy | Self::TimedOut => Some(COME_AGAIN_SECONDS),
            Self::StoreDown => Some(STORE_AGAIN_SECONDS),
            _ => None,
        }
    }

    fn as_problem(&self, context: &Context, title: String, detail: String) -> Response {
        let errors = match self {
            Self::Fields(errors) => errors.clone(),
            _ => Vec::new(),
        };
        let problem = Problem {
            kind: format!("urn:pengayom:problem:{}", self.code()),
            title,
            status: self.status().as_u16(),
            detail,
            request: context.code().to_owned(),
            errors,
        };
        let mut answer = (self.status(), Json(problem)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        answer.headers_mut().insert(header::CONTENT_TYPE, kind);
        answer
    }
}

fn size(frame: &PageFrame, bytes: usize) -> String {
    let kilobytes = i64::try_from(bytes / 1024).unwrap_or(i64::MAX);
    if kilobytes >= 1024 {
        format!("{} MB", frame.format().count(kilobytes / 1024))
    } else {
        format!("{} kB", frame.format().count(kilobytes))
    }
}

#[derive(Serialize)]
struct Problem {
    #[serde(rename = "type")]
    kind: String,
    title: String,
    status: u16,
    detail: String,
    request: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldFault>,
}

#[derive(Template)]
#[template(path = "public/fault.html")]
struct FaultPage {
    page: PageFrame,
    words: String,
}

impl IntoResponse for Fault {
    /// Only the status; the outer layer gives it words.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<HandleError> for Fault {
    /// For what no field of a form is to blame for; a page looks for those first.
    fn from(error: HandleError) -> Self {
        match error {
            HandleError::NotAllowed(permission) => Self::Forbidden(permission),
            HandleError::NotFound(_) | HandleError::NoMatch => Self::NotFound,
            HandleError::CodeShared => Self::CodeShared,
            HandleError::TooManyTries { until } => Self::TooManyTries { until },
            HandleError::TooLarge { limit, .. } => Self::TooLarge { limit },
            HandleError::Conflict { .. }
            | HandleError::NotOver
            | HandleError::Case(_)
            | HandleError::Encounter(_)
            | HandleError::Feedback(_)
            | HandleError::Visit(_)
            | HandleError::Outage(_)
            | HandleError::Unit(_)
            | HandleError::Store(StoreError::Stale { .. }) => Self::Conflict,
            HandleError::Store(StoreError::CommandReused) => Self::Reused,
            HandleError::Store(StoreError::Busy | StoreError::Closing) => Self::Busy,
            // The writer has logged the fault.
            HandleError::Store(
                StoreError::NotWritable(_) | StoreError::Unreachable(_) | StoreError::Unclear,
            ) => Self::StoreDown,
            HandleError::Malformed
            | HandleError::PlaceUnknown
            | HandleError::PlaceAmbiguous(_)
            | HandleError::Point(_)
            | HandleError::Elsewhere { .. }
            | HandleError::Nowhere
            | HandleError::NoSuchOfficer
            | HandleError::Media(_) => Self::Unreadable,
            HandleError::Seal(_) | HandleError::Store(_) | HandleError::Ledger(_) => {
                tracing::error!(%error, "a command failed on our side");
                Self::Internal
            }
        }
    }
}
