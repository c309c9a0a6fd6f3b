//! Passkeys on the way in: the challenge a browser is given, and its answer. What the script does is in
//! `web/assets/passkey.js`; without it, or where there can be none, the password is there.

use axum::Router;
use axum::http::header;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use pengayom_node::HandleError;
use pengayom_node::accounts::PasskeySite;

use super::{Refusal, Said, go_on, local_path, sign_in_page};
use crate::extract::{Context, CookieKind, FormPost, PublicPage};
use crate::problem::Fault;
use crate::state::AppState;

/// Signing in by passkey.
pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/masuk/kunci/mulai", post(begin))
        .route("/masuk/kunci", post(enter))
}

/// The form that the script of passkeys works with (`st::passkey`).
#[derive(Debug, Clone)]
pub(crate) struct PasskeyForm {
    /// `get` or `create`.
    pub(crate) does: &'static str,
    /// Where the answer is sent.
    pub(crate) action: &'static str,
    /// Where the challenge comes from.
    pub(crate) begin: &'static str,
    /// There can be passkeys at this address.
    pub(crate) possible: bool,
    /// Where there can be some instead.
    pub(crate) instead: Option<String>,
}

impl PasskeyForm {
    /// One that works at the address that was asked.
    pub(crate) fn new(
        context: &Context,
        does: &'static str,
        action: &'static str,
        begin: &'static str,
    ) -> Self {
        let site = context.passkey_site();
        Self {
            does,
            action,
            begin,
            possible: site.is_ok(),
            instead: site.err().flatten(),
        }
    }

    /// One that signs in.
    pub(crate) fn to_sign_in(context: &Context) -> Self {
        Self::new(context, "get", "/masuk/kunci", "/masuk/kunci/mulai")
    }
}

/// The site of passkeys, where there can be some.
pub(crate) fn site_of(context: &Context) -> Result<PasskeySite, Fault> {
    context.passkey_site().map_err(|_| Fault::NotFound)
}

/// A challenge as the script reads it; the browser keeps the token that its answer must come with.
pub(crate) fn challenge(context: &Context, (told, token): (String, String)) -> Response {
    context.set_cookie(CookieKind::Challenge, &token);
    ([(header::CONTENT_TYPE, "application/json")], told).into_response()
}

async fn begin(page: PublicPage, _form: FormPost) -> Result<Response, Fault> {
    let site = site_of(&page.context)?;
    let begun = page
        .node
        .begin_passkey_use(&site, page.context.asker())
        .await?;
    Ok(challenge(&page.context, begun))
}

async fn enter(page: PublicPage, form: FormPost) -> Result<Response, Fault> {
    let site = site_of(&page.context)?;
    let next = local_path(form.fields.get("lanjut"))
        .unwrap_or_default()
        .to_owned();
    let Some(token) = page.context.cookie(CookieKind::Challenge) else {
        return Ok(Redirect::to("/masuk?ulang=1").into_response());
    };
    let answer = form.fields.get("jawaban");
    let asker = page.context.asker();
    let entered = page
        .node
        .enter_by_passkey(token, answer, &site, asker)
        .await;
    page.context.drop_cookie(CookieKind::Challenge);
    match entered {
        Ok(entered) => go_on(&page, entered, &next).await,
        Err(HandleError::NotFound(_)) => Ok(Redirect::to("/masuk?ulang=1").into_response()),
        Err(error) => {
            let refusal = Refusal::of(&page.frame, error, "signin.passkey_unknown")?;
            sign_in_page(page, Said::refused(&next, "", refusal))
        }
    }
}
