//! Open311 GeoReport v2, `/open311/v2/`: other programs file requests for services that are shown
//! publicly, and anybody sees what became of them (`docs/open311.md`).
//!
//! Reference: Open311, "GeoReport v2", <https://wiki.open311.org/GeoReport_v2/>; the extension for updates is
//! that of FixMyStreet, "Open311 FMS, proposed differences to Open311".

mod asked;
mod definition;
mod requests;
mod send;
mod services;
mod tree;
mod updates;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use self::asked::Format;
use self::tree::Tree;
use crate::extract::Context;
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::state::AppState;

/// Whether an address is one of these.
pub(crate) fn is_ours(path: &str) -> bool {
    path.starts_with("/open311/")
}

/// The routes: each in XML, in JSON, and in the format that the asker takes.
pub(crate) fn router() -> Router<AppState> {
    let mut router = Router::new()
        .route("/open311/v2/services/{code}", get(definition::show))
        .route("/open311/v2/requests/{id}", get(requests::one))
        .route("/open311/v2/tokens/{token}", get(requests::of_token));
    for ending in ["", ".xml", ".json"] {
        let path = |name: &str| format!("/open311/v2/{name}{ending}");
        let discovery = format!("/open311/discovery{ending}");
        router = router
            .route(&discovery, get(services::discovery))
            .route(&path("discovery"), get(services::discovery))
            .route(&path("services"), get(services::list))
            .route(&path("requests"), get(requests::list).post(send::file))
            .route(
                &path("servicerequestupdates"),
                get(updates::list).post(updates::send),
            );
    }
    router
}

/// An answer in the asked format. Anybody's page may read it: it says only what anybody may know.
fn answer(format: Format, status: StatusCode, root: &str, tree: &Tree) -> Response {
    let (kind, body) = match format {
        Format::Json => (
            "application/json; charset=utf-8",
            Ok(tree.to_json().to_string()),
        ),
        Format::Xml => ("text/xml; charset=utf-8", tree.to_xml(root)),
    };
    let Ok(body) = body else {
        return Fault::Internal.into_response();
    };
    let mut answer = (status, body).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        HeaderValue::from_static("*"),
    );
    answer
}

/// Errors as GeoReport v2 lists them: each with the status as its code.
fn errors(format: Format, status: StatusCode, words: &[String]) -> Response {
    let error = |words: &String| {
        Tree::Object(vec![
            ("code", Tree::Whole(status.as_u16().into())),
            ("description", Tree::text(words)),
        ])
    };
    let list = Tree::List("error", words.iter().map(error).collect());
    answer(format, status, "errors", &list)
}

/// What went wrong without a word of our handlers, or before one was asked. GeoReport v2 has 400 for
/// everything that is wrong with what was sent.
pub(crate) fn fault(
    frame: &PageFrame,
    context: &Context,
    fault: &Fault,
    words: String,
) -> Response {
    let status = match fault {
        Fault::Fields(_) => StatusCode::BAD_REQUEST,
        Fault::Token => StatusCode::FORBIDDEN,
        other => other.status(),
    };
    let words = match fault {
        Fault::Token => format!("api_key: {}", frame.t("open311.key_wrong")),
        Fault::Scope(_) => format!("api_key: {}", frame.t("open311.key_scope")),
        _ => words,
    };
    errors(Format::by_ending(context.path()), status, &[words])
}
