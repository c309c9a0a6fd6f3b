//! Where a program begins: what there is, its description, and what can go wrong.

use std::sync::{Arc, OnceLock};

use axum::Extension;
use axum::body::Bytes;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::OpenApi;

use super::caller::{Api, for_everybody};
use super::cursor::Part;
use super::document::BASE;
use super::etag;
use super::query::part_of;
use crate::problem::{Fault, ProblemKind};

/// The description of the API. It is long, and written when it is first asked for: nobody waits for it at a start.
#[derive(Clone)]
pub(super) struct Description(Arc<(OpenApi, OnceLock<Written>)>);

/// The description as it is given, with its tag.
#[derive(Clone)]
struct Written {
    text: Bytes,
    tag: String,
}

impl Description {
    /// What is to be written.
    pub(super) fn of(api: OpenApi) -> Self {
        Self(Arc::new((api, OnceLock::new())))
    }

    fn written(&self) -> Written {
        let (api, written) = &*self.0;
        let write = || {
            let text = api.to_pretty_json().unwrap_or_default();
            let tag = etag::tag(None, text.as_bytes());
            Written {
                text: text.into(),
                tag,
            }
        };
        written.get_or_init(write).clone()
    }
}

/// Where a program begins.
#[derive(Serialize, ToSchema)]
pub(super) struct Index {
    /// Code of the unit.
    unit: String,
    /// Name of the unit.
    unit_name: String,
    /// Everything in it is made up, for a demonstration.
    simulated: bool,
    /// Address of the description of the API (OpenAPI 3.1).
    description: String,
    /// Address of the kinds of problem.
    problems: String,
    /// Address at which requests are filed.
    requests: String,
    /// Address of the unit's log (C2SP tlog-tiles).
    log: String,
}

/// Where a program begins.
#[utoipa::path(
    get, path = "/", operation_id = "index",
    responses((status = 200, description = "What there is.", body = Index))
)]
pub(super) async fn index(api: Api) -> Result<Response, Fault> {
    let unit = api.context.unit();
    let at = |path: &str| format!("{BASE}{path}");
    let body = Index {
        unit: unit.id.to_string(),
        unit_name: unit.config().name.clone(),
        simulated: unit.simulated,
        description: at("/openapi.json"),
        problems: at("/problems"),
        requests: at("/requests"),
        log: "/tlog".to_owned(),
    };
    api.found(&body).map(for_everybody)
}

/// This description.
#[utoipa::path(
    get, path = "/openapi.json", operation_id = "description",
    responses((status = 200, description = "OpenAPI 3.1.", body = serde_json::Value, content_type = "application/json"))
)]
pub(super) async fn openapi(
    api: Api,
    Extension(description): Extension<Description>,
) -> Result<Response, Fault> {
    let description = description.written();
    let mut answer = if etag::is_known(api.headers(), &description.tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = HeaderValue::from_static("application/json");
        ([(header::CONTENT_TYPE, kind)], description.text).into_response()
    };
    let headers = answer.headers_mut();
    if let Some(tag) = etag::value(&description.tag) {
        headers.insert(header::ETAG, tag);
    }
    let keep = HeaderValue::from_static("no-cache");
    headers.insert(header::CACHE_CONTROL, keep);
    Ok(answer)
}

/// The kinds of problem that a program may meet.
#[utoipa::path(
    get, path = "/problems", operation_id = "listProblems",
    params(
        ("limit" = Option<u32>, Query, description = "Most items.", minimum = 1, maximum = 100),
        ("cursor" = Option<String>, Query, description = "Where to go on, as in `next`.", max_length = 512)
    ),
    responses((status = 200, description = "By status.", body = Part<ProblemKind>))
)]
pub(super) async fn problems(api: Api) -> Result<Response, Fault> {
    let kinds = Fault::kinds(&api.frame).into_iter();
    let part = part_of(&api, "problems", api.query(), kinds)?;
    api.found(&part).map(for_everybody)
}
