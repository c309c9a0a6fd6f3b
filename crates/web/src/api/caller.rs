//! Who asks, and what stands in the head of the request.
//!
//! A program shows a token (`Authorization: Bearer`, RFC 6750) or nothing. Cookies are not read: what
//! a browser adds by itself opens nothing here, so no other site's page can act for who is signed in,
//! and the marks that forms carry against that are not needed.

use std::sync::Arc;

use axum::Json;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use pengayom_core::value::SecretDigits;
use pengayom_node::SharedNode;
use pengayom_node::access::Staff;
use pengayom_node::tokens::{Bearer, Scope};
use serde::Serialize;

use super::body::single_header;
use super::etag;
use super::once::Key;
use super::query::Query;
use crate::extract::{Context, Fields};
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::state::AppState;

/// Carries the secret digits of a receipt or of a rating card.
pub(crate) const SECRET_HEADER: &str = "Pengayom-Secret";

/// A request of a program: of anybody, or of one that showed a token.
pub(crate) struct Api {
    /// The request.
    pub(crate) context: Context,
    /// Words and formats of its language.
    pub(crate) frame: PageFrame,
    /// The application.
    pub(crate) node: SharedNode,
    /// Whose token was shown; nobody's when none was.
    pub(crate) bearer: Option<Bearer>,
    headers: HeaderMap,
    query: Fields,
}

impl FromRequestParts<AppState> for Api {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Fault> {
        let context = parts.extensions.get::<Context>().cloned();
        let context = context.ok_or(Fault::Internal)?;
        let query = Fields::parse(parts.uri.query().unwrap_or_default().as_bytes())?;
        let bearer = match token(&parts.headers)? {
            Some(token) => {
                let found = state.node.token(token, context.client()).await?;
                Some(found.ok_or(Fault::Token)?)
            }
            None => None,
        };
        Ok(Self {
            frame: PageFrame::new(&context),
            context,
            node: Arc::clone(&state.node),
            bearer,
            headers: parts.headers.clone(),
            query,
        })
    }
}

/// The token that was shown. Whoever shows anything else is told so, not taken for nobody.
fn token(headers: &HeaderMap) -> Result<Option<&str>, Fault> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (first, more) = (values.next(), values.next());
    let Some(value) = first else {
        return Ok(None);
    };
    let text = value.to_str().map_err(|_| Fault::Token)?;
    let (scheme, token) = text.split_once(' ').ok_or(Fault::Token)?;
    if more.is_some() || !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Fault::Token);
    }
    Ok(Some(token.trim()))
}

impl Api {
    /// Refuses a program whose token does not carry a scope; nobody is let through.
    ///
    /// # Errors
    /// [`Fault::Scope`].
    pub(crate) fn if_shown_needs(&self, scope: Scope) -> Result<(), Fault> {
        match &self.bearer {
            Some(bearer) if !bearer.may(scope) => Err(Fault::Scope(scope)),
            _ => Ok(()),
        }
    }

    /// The account that the program acts for, if its token carries a scope. What the account itself
    /// may do is asked by the application, as on pages.
    ///
    /// # Errors
    /// [`Fault::Token`] for nobody; [`Fault::Scope`].
    pub(crate) fn staff(&self, scope: Scope) -> Result<&Staff, Fault> {
        let bearer = self.bearer.as_ref().ok_or(Fault::Token)?;
        match &bearer.staff {
            Some(staff) if bearer.may(scope) => Ok(staff),
            _ => Err(Fault::Scope(scope)),
        }
    }

    /// The query, to be read parameter by parameter. Which ones an operation has stands in its
    /// description; others were refused before.
    pub(crate) fn query(&self) -> Query<'_> {
        Query::new(&self.query, &self.frame)
    }

    /// The head of the request.
    pub(crate) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The key by which a request that was sent before is known.
    ///
    /// # Errors
    /// [`Fault::BadHeader`].
    pub(crate) fn key(&self) -> Result<Option<Key>, Fault> {
        let Some(text) = single_header(&self.headers, "Idempotency-Key")? else {
            return Ok(None);
        };
        Ok(Some(Key::new(self, text)))
    }

    /// The version that a change was decided on (`If-Match`); `None` when it is not said.
    ///
    /// # Errors
    /// [`Fault::BadHeader`].
    pub(crate) fn wanted_version(&self) -> Result<Option<u32>, Fault> {
        etag::wanted_version(&self.headers)
    }

    /// The secret digits: in the header, where logs of others do not see them, or in the query.
    ///
    /// # Errors
    /// [`Fault::NotFound`] when there are none or they are no digits of ours: that is not told apart
    /// from digits that do not fit. [`Fault::BadHeader`].
    pub(crate) fn secret(&self) -> Result<SecretDigits, Fault> {
        let shown = single_header(&self.headers, SECRET_HEADER)?;
        let asked = self.query.some("secret");
        let text = shown.or(asked.as_deref()).ok_or(Fault::NotFound)?;
        text.parse().map_err(|_| Fault::NotFound)
    }

    /// An answer that is known by what it says.
    ///
    /// # Errors
    /// None that occurs: answers are text and numbers.
    pub(crate) fn found(&self, body: &impl Serialize) -> Result<Response, Fault> {
        self.tagged(None, body)
    }

    /// An answer about something that changes by versions.
    ///
    /// # Errors
    /// As [`Api::found`].
    pub(crate) fn found_version(
        &self,
        version: u32,
        body: &impl Serialize,
    ) -> Result<Response, Fault> {
        self.tagged(Some(version), body)
    }

    fn tagged(&self, version: Option<u32>, body: &impl Serialize) -> Result<Response, Fault> {
        let body = serde_json::to_vec(body).map_err(|_| Fault::Internal)?;
        let tag = etag::tag(version, &body);
        let mut answer = if etag::is_known(&self.headers, &tag) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let kind = HeaderValue::from_static("application/json");
            ([(header::CONTENT_TYPE, kind)], body).into_response()
        };
        if let Some(tag) = etag::value(&tag) {
            answer.headers_mut().insert(header::ETAG, tag);
        }
        Ok(answer)
    }

    /// The answer to a change of something that has versions.
    ///
    /// # Errors
    /// As [`Api::found`].
    #[allow(clippy::unused_self, reason = "who is asked, answers")]
    pub(crate) fn changed(&self, version: u32, body: &impl Serialize) -> Result<Response, Fault> {
        let body = serde_json::to_vec(body).map_err(|_| Fault::Internal)?;
        let tag = etag::tag(Some(version), &body);
        let kind = HeaderValue::from_static("application/json");
        let mut answer = ([(header::CONTENT_TYPE, kind)], body).into_response();
        if let Some(tag) = etag::value(&tag) {
            answer.headers_mut().insert(header::ETAG, tag);
        }
        Ok(answer)
    }

    /// The answer when something was recorded, with its address.
    ///
    /// # Errors
    /// [`Fault::Internal`] for an address with signs that no header has; ours have none.
    #[allow(clippy::unused_self, reason = "who is asked, answers")]
    pub(crate) fn created(
        &self,
        address: Option<&str>,
        body: &impl Serialize,
    ) -> Result<Response, Fault> {
        let mut answer = (StatusCode::CREATED, Json(body)).into_response();
        if let Some(address) = address {
            let address = HeaderValue::from_str(address).map_err(|_| Fault::Internal)?;
            answer.headers_mut().insert(header::LOCATION, address);
        }
        Ok(answer)
    }
}

/// Lets an answer that is the same for everybody be kept, to be asked after by its tag.
pub(crate) fn for_everybody(mut answer: Response) -> Response {
    let keep = HeaderValue::from_static("no-cache");
    let by_language = HeaderValue::from_static("Accept-Language");
    answer.headers_mut().insert(header::CACHE_CONTROL, keep);
    answer.headers_mut().insert(header::VARY, by_language);
    answer
}
