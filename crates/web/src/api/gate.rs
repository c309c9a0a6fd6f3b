//! What stands before every operation: the asker's turn, and that what is asked is what the operation is
//! described to take. The description itself says what that is, so an operation cannot forget it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use pengayom_core::pack::Lang;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

use super::body::single_header;
use super::document::{BASE, operations};
use super::rate::{Rate, Turn, WINDOW};
use crate::extract::{Context, Fields};
use crate::frame::PageFrame;
use crate::problem::{Fault, FieldFault};
use crate::state::AppState;

/// What an operation takes and gives.
#[derive(Debug, Default)]
struct Described {
    parameters: HashSet<String>,
    content_types: Vec<String>,
    needs_token: bool,
}

/// The operations by method and pattern of their address.
pub(super) struct Gate {
    state: AppState,
    described: HashMap<(Method, String), Described>,
    rate: Rate,
}

impl Gate {
    /// Reads the description.
    pub(super) fn new(state: &AppState, api: &OpenApi) -> Self {
        let described = operations(api).map(|(method, path, operation)| {
            let path = format!("{BASE}{path}");
            ((method, path), Described::of(operation))
        });
        Self {
            state: state.clone(),
            described: described.collect(),
            rate: Rate::default(),
        }
    }

    fn described(&self, request: &Request) -> Option<&Described> {
        let path = request.extensions().get::<MatchedPath>()?.as_str();
        let method = match *request.method() {
            Method::HEAD => Method::GET,
            ref other => other.clone(),
        };
        let path = if path == BASE { "/api/v1/" } else { path };
        self.described.get(&(method, path.to_owned()))
    }
}

impl Described {
    fn of(operation: &Operation) -> Self {
        let parameters = operation.parameters.iter().flatten();
        let parameters = parameters.filter_map(|parameter| match parameter {
            RefOr::T(parameter) if matches!(parameter.parameter_in, ParameterIn::Query) => {
                Some(parameter.name.clone())
            }
            _ => None,
        });
        let responses = operation.responses.responses.iter();
        let good = responses.filter(|(status, _)| status.starts_with('2'));
        let content_types = good.flat_map(|(_, response)| match response {
            RefOr::T(response) => response.content.keys().cloned().collect(),
            RefOr::Ref(_) => Vec::new(),
        });
        Self {
            parameters: parameters.collect(),
            content_types: content_types.collect(),
            needs_token: operation.security.is_some(),
        }
    }
}

/// Counts the request and looks at its query and at what the asker takes, before the operation does.
pub(super) async fn gate(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    let Some(context) = request.extensions().get::<Context>().cloned() else {
        return Fault::Internal.into_response();
    };
    let limit = gate.state.settings.api_requests_per_minute;
    // Who has this machine needs no turn: what runs beside the node is its own unit's.
    let counted = limit > 0 && !context.is_of_this_machine();
    let turn = counted.then(|| {
        let now = gate.state.node.now();
        gate.rate.count(context.client(), limit, now)
    });
    let served = match turn {
        Some(turn) if !turn.served => Err(Fault::TooManyTries { until: turn.again }),
        _ => gate
            .described(&request)
            .map_or(Ok(()), |described| fits(described, &request, &context)),
    };
    let mut answer = match served {
        Ok(()) => next.run(request).await,
        Err(fault) => fault.into_response(),
    };
    if let Some(turn) = turn {
        tell(answer.headers_mut(), turn, gate.state.node.now());
    }
    answer
}

fn fits(described: &Described, request: &Request, context: &Context) -> Result<(), Fault> {
    // Who asks comes before how.
    if described.needs_token && !request.headers().contains_key(header::AUTHORIZATION) {
        return Err(Fault::Token);
    }
    if *request.method() == Method::POST {
        // Also where it changes nothing that something is sent twice.
        single_header(request.headers(), "Idempotency-Key")?;
    }
    let query = request.uri().query().unwrap_or_default();
    let query = Fields::parse(query.as_bytes())?;
    let faults = wrong_parameters(described, &query, &PageFrame::new(context));
    if !faults.is_empty() {
        return Err(Fault::Fields(faults));
    }
    if described.content_types.is_empty() || takes(request.headers(), &described.content_types) {
        Ok(())
    } else {
        Err(Fault::NotAcceptable)
    }
}

fn wrong_parameters(described: &Described, query: &Fields, frame: &PageFrame) -> Vec<FieldFault> {
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for (name, value) in query.iter() {
        let (code, key) = if !described.parameters.contains(name) {
            ("unknown_parameter", "error.parameter_unknown")
        } else if !seen.insert(name) {
            ("twice", "error.parameter_twice")
        } else if name == "lang" && Lang::parse(value).is_none() {
            ("unknown", "error.word_unknown")
        } else {
            continue;
        };
        // What is not known is not repeated at any length.
        let name: String = name.chars().take(60).collect();
        faults.push(FieldFault::parameter(name, code, frame.t(key)));
        if faults.len() >= 10 {
            break;
        }
    }
    faults
}

/// Whether the asker takes one of the kinds of content that there are (RFC 9110 §12.5.1).
fn takes(headers: &HeaderMap, kinds: &[String]) -> bool {
    let mut values = headers.get_all(header::ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return true;
    }
    values.any(|value| {
        let ranges = value.to_str().unwrap_or_default().split(',');
        ranges.take(50).any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let range = parts.next().unwrap_or_default().to_ascii_lowercase();
            let refused = parts.any(|part| {
                let weight = part.strip_prefix("q=").or_else(|| part.strip_prefix("Q="));
                weight.is_some_and(|weight| weight.parse() == Ok(0.0_f32))
            });
            !refused && kinds.iter().any(|kind| is_in(kind, &range))
        })
    })
}

fn is_in(kind: &str, range: &str) -> bool {
    match range.strip_suffix("/*") {
        Some("*") => true,
        Some(group) => kind.split('/').next() == Some(group),
        None => kind == range,
    }
}

/// Says how many requests are left (draft-ietf-httpapi-ratelimit-headers-10).
fn tell(headers: &mut HeaderMap, turn: Turn, now: jiff::Timestamp) {
    let window = WINDOW.as_secs();
    let again = turn.again.duration_since(now).as_secs().max(1);
    let told = [
        (
            HeaderName::from_static("ratelimit-policy"),
            format!("\"address\";q={};w={window}", turn.limit),
        ),
        (
            HeaderName::from_static("ratelimit"),
            format!("\"address\";r={};t={again}", turn.left),
        ),
    ];
    for (name, text) in told {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn takes_json(accept: &str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        takes(&headers, &["application/json".to_owned()])
    }

    #[test]
    fn what_an_asker_takes_is_read_as_ranges_with_weights() {
        for good in [
            "*/*",
            "application/json",
            "Application/JSON; charset=utf-8",
            "text/html, application/*;q=0.1",
            "text/html;q=0, */*;q=0.001",
        ] {
            assert!(takes_json(good), "{good}");
        }
        for bad in [
            "text/html",
            "application/json;q=0",
            "application/json; Q=0.000",
            "json",
            "",
        ] {
            assert!(!takes_json(bad), "{bad}");
        }
        assert!(takes(&HeaderMap::new(), &["application/json".to_owned()]));
    }
}
