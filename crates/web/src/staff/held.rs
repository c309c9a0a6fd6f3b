//! Forms that came after their session had ended: kept sealed, given back after signing in (UX 23).
//! The same when the officer signed in again in another window before sending.

use axum::body::Body;
use axum::extract::Request;
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use pengayom_node::access::Staff;
use pengayom_node::{DraftToken, Node};
use serde::{Deserialize, Serialize};

use crate::extract::{
    Context, CookieKind, Fields, Sender, collect, escape_query, has_type, require_own_page,
};
use crate::limits::FORM_MAX_BYTES;
use crate::problem::Fault;

/// A form as it came, without the token that no longer holds.
#[derive(Serialize, Deserialize)]
pub(crate) struct HeldForm {
    /// Where it was sent.
    pub(crate) path: String,
    /// Names and values.
    pub(crate) fields: Vec<(String, String)>,
}

/// Fields that a form carries by itself; a form with no others holds nothing that was typed.
const CARRIED: [&str; 13] = [
    "csrf",
    "oleh",
    "versi",
    "perintah",
    "perkara",
    "dari",
    "berikutnya",
    "kunjungan",
    "langkah",
    "lang",
    "formulir",
    "salinan",
    "kertas",
];

/// Keeps a form whose session has ended and leads to the sign-in page. Other requests go on.
pub(crate) async fn keep(request: Request, next: Next) -> Response {
    let is_form = request.method() == Method::POST
        && has_type(request.headers(), "application/x-www-form-urlencoded");
    let Some(context) = request
        .extensions()
        .get::<Context>()
        .cloned()
        .filter(|_| is_form)
    else {
        return next.run(request).await;
    };
    let staff = match staff_of(&context).await {
        Ok(staff) => staff,
        Err(fault) => return fault.into_response(),
    };
    let (parts, body) = request.into_parts();
    let own_page = require_own_page(&parts, &context) == Ok(Sender::OwnPage);
    let body = match collect(body, FORM_MAX_BYTES).await {
        Ok(body) => body,
        Err(fault) => return fault.into_response(),
    };
    let fields = Fields::parse(&body).unwrap_or_default();
    let typed = fields
        .iter()
        .any(|(name, value)| !CARRIED.contains(&name) && !value.is_empty());
    let fits = context.fits(fields.get("csrf"));
    let (keep, back) = match staff {
        None => (
            own_page || fits,
            format!("/masuk?lanjut={}", escape_query(&back_to(context.path()))),
        ),
        // The page is of an earlier session of the same officer, who signed in again elsewhere.
        Some(staff) => (
            own_page && !fits && fields.get("oleh") == staff.id.to_string(),
            "/masuk/isian".to_owned(),
        ),
    };
    if !typed || !keep {
        return next.run(Request::from_parts(parts, Body::from(body))).await;
    }
    match hold(&context, &fields).await {
        Ok(()) => Redirect::to(&back).into_response(),
        Err(fault) => fault.into_response(),
    }
}

/// Who is signed in.
async fn staff_of(context: &Context) -> Result<Option<Staff>, Fault> {
    match context.cookie(CookieKind::Session) {
        Some(token) => Ok(context.state().node.session(token).await?),
        None => Ok(None),
    }
}

async fn hold(context: &Context, fields: &Fields) -> Result<(), Fault> {
    let node = &context.state().node;
    let kept = fields
        .iter()
        .filter(|(name, _)| !matches!(*name, "csrf" | "lang"));
    let form = HeldForm {
        path: context.path().to_owned(),
        fields: kept
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
    };
    let token = node.new_token();
    node.keep_draft(&DraftToken(token.clone()), &form).await?;
    context.set_cookie(CookieKind::Held, &token);
    Ok(())
}

/// The page a form belongs to, should its text not be wanted any more.
fn back_to(path: &str) -> String {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["", kind @ ("perkara" | "pertemuan"), id, _] => format!("/{kind}/{id}"),
        ["", "setelan", "surat", kind, _] => format!("/setelan/surat/{kind}"),
        ["", "meja", "ambil-alih"] => "/meja".to_owned(),
        _ => path.to_owned(),
    }
}

/// The form held for this browser, taken out so that it is given back once; `None` when there is
/// none, or when it was another person's at the same desk.
pub(crate) async fn take(
    context: &Context,
    node: &Node,
    staff: &Staff,
) -> Result<Option<HeldForm>, Fault> {
    let Some(token) = context.cookie(CookieKind::Held) else {
        return Ok(None);
    };
    let token = DraftToken(token.to_owned());
    let form: Option<HeldForm> = node.draft(&token).await?;
    node.drop_draft(&token).await?;
    context.drop_cookie(CookieKind::Held);
    let by = staff.id.to_string();
    Ok(form.filter(|form| {
        form.fields
            .iter()
            .any(|(name, value)| name == "oleh" && *value == by)
    }))
}

/// Whether a form was given back after signing in: it is shown as it was typed, and does nothing yet.
pub(crate) fn given_back(fields: &Fields) -> bool {
    fields.has("kembali")
}
