//! What went wrong: for people a page in their language, for programs a problem of RFC 9457.
//!
//! A handler returns a [`Fault`]; the outer layer, which knows the request, gives it words. Neither
//! carries personal data.

use askama::Template;
use axum::Json;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Shut};
use pengayom_node::tokens::Scope;
use pengayom_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

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
    /// A program that shows no token where one is needed, or none that is good.
    Token,
    /// A program whose token does not carry what is needed.
    Scope(Scope),
    /// The case is shut to the account, whatever its roles carry.
    CaseShut(Shut),
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
    /// The asker takes no kind of content that there is.
    NotAcceptable,
    /// It came packed, and nothing is unpacked here.
    Coded,
    /// It does not read.
    Unreadable,
    /// A header that came twice, or not as it must be.
    BadHeader(&'static str),
    /// Somebody else acted in between.
    Conflict,
    /// Somebody else acted since the version that a change was decided on.
    Precondition {
        /// The version now.
        version: u32,
    },
    /// A rule stands in the way.
    Refused {
        /// Which, as a word that stays the same.
        code: &'static str,
        /// What can be done instead.
        words: String,
    },
    /// The idempotency key came before with another request.
    Reused,
    /// A request with the same idempotency key is being carried out.
    InProgress,
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

/// Something that is wrong: a field of the body or a parameter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FieldFault {
    /// JSON pointer to a field of the body (RFC 6901), such as `/contact/phone`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(crate) pointer: Option<String>,
    /// Name of a parameter of the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    pub(crate) parameter: Option<String>,
    /// What is wrong, as a word that stays the same.
    pub(crate) code: &'static str,
    /// What was wrong and what to do.
    pub(crate) detail: String,
}

impl FieldFault {
    /// A field of the body.
    pub(crate) fn field(
        pointer: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            pointer: Some(pointer.into()),
            parameter: None,
            code,
            detail: detail.into(),
        }
    }

    /// A parameter of the query.
    pub(crate) fn parameter(
        name: impl Into<String>,
        code: &'static str,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            pointer: None,
            parameter: Some(name.into()),
            code,
            detail: detail.into(),
        }
    }
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
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_)
            | Self::CaseShut(_)
            | Self::Scope(_)
            | Self::FormOld
            | Self::CrossSite
            | Self::CodeShared => StatusCode::FORBIDDEN,
            Self::TooManyTries { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMedia | Self::Coded => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Precondition { .. } => StatusCode::PRECONDITION_FAILED,
            Self::Unreadable | Self::BadHeader(_) => StatusCode::BAD_REQUEST,
            Self::Conflict | Self::Refused { .. } | Self::Reused | Self::InProgress => {
                StatusCode::CONFLICT
            }
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
            Self::Token => "token",
            Self::Scope(_) => "scope",
            Self::Forbidden(_) => "forbidden",
            Self::CaseShut(_) => "case-shut",
            Self::FormOld => "form-old",
            Self::CrossSite => "cross-site",
            Self::CodeShared => "code-shared",
            Self::TooManyTries { .. } => "too-many-tries",
            Self::TooLarge { .. } => "too-large",
            Self::UnsupportedMedia | Self::Coded => "unsupported-media-type",
            Self::NotAcceptable => "not-acceptable",
            Self::Unreadable => "unreadable",
            Self::BadHeader(_) => "bad-header",
            Self::Conflict => "conflict",
            Self::Precondition { .. } => "precondition-failed",
            Self::Refused { .. } => "refused",
            Self::Reused => "idempotency-key-reused",
            Self::InProgress => "in-progress",
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
                let unit = frame.unit();
                let may = unit.policies.roles_with(*permission, unit.own_station());
                let roles: Vec<&str> = may.map(|role| frame.t(role_key(role))).collect();
                let role = roles.join(", ");
                (
                    title("error.forbidden_title"),
                    frame.tf("error.forbidden", &[("role", &role)]),
                )
            }
            Self::Token => (title("error.token_title"), title("error.token")),
            Self::Scope(scope) => {
                let words = frame.tf("error.scope", &[("scope", scope.as_str())]);
                (title("error.forbidden_title"), words)
            }
            Self::CaseShut(_) => (title("error.forbidden_title"), title("error.case_shut")),
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
            Self::NotAcceptable => (
                title("error.not_acceptable_title"),
                title("error.not_acceptable"),
            ),
            Self::Coded => (title("error.media_title"), title("error.coded")),
            Self::Unreadable => (title("error.unreadable_title"), title("error.unreadable")),
            Self::BadHeader(name) => {
                let words = frame.tf("error.header", &[("name", name)]);
                (title("error.unreadable_title"), words)
            }
            Self::Reused => (title("error.reused_title"), title("error.reused")),
            Self::InProgress => (title("error.in_progress_title"), title("error.in_progress")),
            Self::Precondition { .. } | Self::Conflict => {
                (title("error.stale_title"), title("error.stale"))
            }
            Self::Refused { words, .. } => (title("error.refused_title"), words.clone()),
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
        let mut answer = if crate::open311::is_ours(context.path()) {
            crate::open311::fault(&frame, context, self, format!("{title}. {words}"))
        } else if is_api(context.path()) {
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
        for name in STAY {
            if let Some(value) = before.get(&name) {
                answer.headers_mut().insert(name, value.clone());
            }
        }
        if let Some(challenge) = self.challenge() {
            let headers = answer.headers_mut();
            headers.insert(header::WWW_AUTHENTICATE, challenge);
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
            Self::Busy | Self::TimedOut | Self::InProgress => Some(COME_AGAIN_SECONDS),
            Self::StoreDown => Some(STORE_AGAIN_SECONDS),
            _ => None,
        }
    }

    /// What a token must be (RFC 6750 §3).
    fn challenge(&self) -> Option<HeaderValue> {
        match self {
            Self::Token => Some(HeaderValue::from_static("Bearer realm=\"pengayom\"")),
            Self::Scope(scope) => {
                let scope = scope.as_str();
                let text = format!(
                    "Bearer realm=\"pengayom\", error=\"insufficient_scope\", scope=\"{scope}\""
                );
                HeaderValue::from_str(&text).ok()
            }
            _ => None,
        }
    }

    fn as_problem(&self, context: &Context, title: String, detail: String) -> Response {
        let errors = match self {
            Self::Fields(errors) => errors.clone(),
            _ => Vec::new(),
        };
        let (reason, version) = match self {
            Self::Refused { code, .. } => (Some(*code), None),
            Self::Precondition { version } => (None, Some(*version)),
            _ => (None, None),
        };
        let problem = Problem {
            kind: self.kind(),
            title,
            status: self.status().as_u16(),
            detail,
            request: context.code().to_owned(),
            reason,
            version,
            errors,
        };
        let mut answer = (self.status(), Json(problem)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        answer.headers_mut().insert(header::CONTENT_TYPE, kind);
        answer
    }

    fn kind(&self) -> String {
        format!("urn:pengayom:problem:{}", self.code())
    }

    /// Every kind of problem that a program may meet.
    pub(crate) fn kinds(frame: &PageFrame) -> Vec<ProblemKind> {
        let until = Timestamp::UNIX_EPOCH;
        let all = [
            Self::Unreadable,
            Self::BadHeader("Idempotency-Key"),
            Self::Token,
            Self::Scope(Scope::CasesRead),
            Self::Forbidden(Permission::ReadCase),
            Self::CaseShut(Shut::NotNamed),
            Self::CodeShared,
            Self::NotFound,
            Self::MethodNotAllowed,
            Self::NotAcceptable,
            Self::Conflict,
            Self::Refused {
                code: "",
                words: String::new(),
            },
            Self::Reused,
            Self::InProgress,
            Self::Precondition { version: 1 },
            Self::TooLarge { limit: 1 },
            Self::UnsupportedMedia,
            Self::Fields(Vec::new()),
            Self::TooManyTries { until },
            Self::Internal,
            Self::Busy,
            Self::StoreDown,
            Self::TimedOut,
        ];
        all.iter()
            .map(|fault| ProblemKind {
                kind: fault.kind(),
                status: fault.status().as_u16(),
                title: fault.words(frame, "").0,
            })
            .collect()
    }
}

/// Headers of a bare answer that belong to its status or to the asker's turn.
const STAY: [HeaderName; 3] = [
    header::ALLOW,
    HeaderName::from_static("ratelimit"),
    HeaderName::from_static("ratelimit-policy"),
];

fn size(frame: &PageFrame, bytes: usize) -> String {
    let kilobytes = i64::try_from(bytes / 1024).unwrap_or(i64::MAX);
    if kilobytes >= 1024 {
        format!("{} MB", frame.format().count(kilobytes / 1024))
    } else {
        format!("{} kB", frame.format().count(kilobytes))
    }
}

/// What was wrong (RFC 9457).
#[derive(Serialize, ToSchema)]
pub(crate) struct Problem {
    /// The kind of problem; `/problems` lists them. It stays the same.
    #[serde(rename = "type")]
    #[schema(examples("urn:pengayom:problem:fields"))]
    kind: String,
    /// The kind in words.
    title: String,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What was wrong and what to do.
    detail: String,
    /// Names this request in the unit's log.
    request: String,
    /// Which rule stood in the way, as a word that stays the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String)]
    reason: Option<&'static str>,
    /// The version now, when a change was decided on another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32)]
    version: Option<u32>,
    /// Each field and parameter that was wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<FieldFault>,
}

/// A kind of problem.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProblemKind {
    /// As in the answers.
    #[serde(rename = "type")]
    kind: String,
    /// The status of such an answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// In words.
    title: String,
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
            HandleError::CaseShut(shut) => Self::CaseShut(shut),
            HandleError::NotFound(_) | HandleError::NoMatch => Self::NotFound,
            HandleError::CodeShared => Self::CodeShared,
            HandleError::TooManyTries { until } => Self::TooManyTries { until },
            HandleError::TooLarge { limit, .. } => Self::TooLarge { limit },
            // Pages of accounts lead to where it is proved.
            HandleError::ProofNeeded
            | HandleError::Conflict { .. }
            | HandleError::NotOver
            | HandleError::Case(_)
            | HandleError::Encounter(_)
            | HandleError::Feedback(_)
            | HandleError::Visit(_)
            | HandleError::Outage(_)
            | HandleError::Thing(_)
            | HandleError::Officer(_)
            | HandleError::Unit(_)
            | HandleError::Letter(_)
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
