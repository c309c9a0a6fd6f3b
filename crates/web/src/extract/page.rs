//! Who asks for a page.

use std::fmt::Write as _;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::response::{IntoResponse, Redirect, Response};
use pengayom_node::SharedNode;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::accounts::Live;

use super::context::{Context, CookieKind};
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::state::AppState;

/// A page for anybody.
pub(crate) struct PublicPage {
    /// The request.
    pub(crate) context: Context,
    /// The frame to draw the page in.
    pub(crate) frame: PageFrame,
    /// The application.
    pub(crate) node: SharedNode,
}

impl FromRequestParts<AppState> for PublicPage {
    type Rejection = Fault;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Fault> {
        let context = context_of(parts)?;
        let frame = PageFrame::new(&context);
        Ok(Self {
            context,
            frame,
            node: state.node.clone(),
        })
    }
}

/// A page for signed-in staff. Without a session the asker is led to the sign-in page and from there
/// back; what the account may do is asked with [`StaffPage::require`].
pub(crate) struct StaffPage {
    /// The request.
    pub(crate) context: Context,
    /// The frame, with the bar of staff.
    pub(crate) frame: PageFrame,
    /// Who.
    pub(crate) staff: Staff,
    /// The application.
    pub(crate) node: SharedNode,
}

impl StaffPage {
    /// Refuses with the page that says who may, when the account may not.
    ///
    /// # Errors
    /// [`Fault::Forbidden`].
    pub(crate) fn require(&self, permission: Permission) -> Result<(), Fault> {
        if self.staff.may(permission) {
            Ok(())
        } else {
            Err(Fault::Forbidden(permission))
        }
    }
}

impl FromRequestParts<AppState> for StaffPage {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        Ok(AccountPage::from_request_parts(parts, state).await?.page)
    }
}

/// A page of signed-in staff about accounts: it needs to know the session itself.
pub(crate) struct AccountPage {
    /// As every page of staff.
    pub(crate) page: StaffPage,
    /// The session.
    pub(crate) live: Live,
}

impl FromRequestParts<AppState> for AccountPage {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let context = context_of(parts).map_err(IntoResponse::into_response)?;
        let session = match context.cookie(CookieKind::Session) {
            Some(token) => state.node.live(token).await,
            None => Ok(None),
        };
        let live = session.map_err(|error| Fault::from(error).into_response())?;
        let Some(live) = live else {
            return Err(to_sign_in(parts, &context).into_response());
        };
        if !is_by_itself(parts) {
            state.node.note_use(&live).await;
        }
        let mut frame = PageFrame::new(&context);
        frame.for_staff(&context, &live.staff);
        let page = StaffPage {
            context,
            frame,
            staff: live.staff.clone(),
            node: state.node.clone(),
        };
        Ok(Self { page, live })
    }
}

/// Whether a page asks by itself, as one that keeps itself fresh does: nobody uses the session for it.
/// Browsers say what they fetch for (W3C Fetch Metadata).
fn is_by_itself(parts: &Parts) -> bool {
    let fetched_for = parts.headers.get("sec-fetch-dest");
    let by_script = fetched_for.is_some_and(|dest| dest.as_bytes() == b"empty");
    parts.uri.path() == "/aliran" || (parts.method == Method::GET && by_script)
}

/// The sign-in page, with the way back. After a form that came too late it leads back to the page of
/// the form.
fn to_sign_in(parts: &Parts, context: &Context) -> Redirect {
    let back = if parts.method == Method::GET || parts.method == Method::HEAD {
        context.path_and_query().to_owned()
    } else {
        let referer = parts
            .headers
            .get(header::REFERER)
            .and_then(|value| value.to_str().ok());
        let own = referer.and_then(|referer| referer.strip_prefix(context.site()));
        own.filter(|path| path.starts_with('/'))
            .unwrap_or(context.path())
            .to_owned()
    };
    Redirect::to(&format!("/masuk?lanjut={}", escape_query(&back)))
}

/// A text as the value of a query (RFC 3986 §2.3: all but the unreserved is escaped, but `/`).
pub(crate) fn escape_query(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            // Writing to a `String` cannot fail.
            let _ = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// The context that the outer layer put there.
pub(super) fn context_of(parts: &Parts) -> Result<Context, Fault> {
    parts
        .extensions
        .get::<Context>()
        .cloned()
        .ok_or(Fault::Internal)
}
