//! The description of the API (OpenAPI 3.1), generated from the operations.
//!
//! An operation says what is its own: summary, parameters, body, good answers, and what only it refuses. What every
//! operation of its shape has is added here, so that none forgets it.

use axum::http::Method;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{Object, ObjectBuilder, Schema, SchemaType, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Required};
use utoipa::{OpenApi as _, PartialSchema as _, ToSchema as _};

use super::caller::SECRET_HEADER;
use crate::problem::{FieldFault, Problem};

/// Where the operations are.
pub(super) const BASE: &str = "/api/v1";

/// Name of the one way to show who asks.
pub(super) const TOKEN: &str = "token";

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Pengayom",
        version = "1",
        description = "What people and programs ask of a police unit. Filing a request and following it need no account. What staff do needs a token that is bound to \
            an account. Bodies are JSON in UTF-8; what is wrong is a problem of RFC 9457. See docs/api.md.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/api/v1")),
    components(schemas(Problem, FieldFault))
)]
struct Base;

/// The description without operations.
pub(super) fn base() -> OpenApi {
    let mut api = Base::openapi();
    let components = api.components.get_or_insert_default();
    let mut token = Http::new(HttpAuthScheme::Bearer);
    token.description = Some(
        "A token of a program, as the unit's administrator makes it. It carries scopes, and acts for an account \
         where staff act. Cookies are not read."
            .to_owned(),
    );
    components.add_security_scheme(TOKEN, SecurityScheme::Http(token));
    components
        .responses
        .insert("Problem".to_owned(), problem(false).into());
    components
        .responses
        .insert("ProblemLater".to_owned(), problem(true).into());
    api
}

fn problem(later: bool) -> Response {
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    let answer = ResponseBuilder::new().content("application/problem+json", content);
    if !later {
        return answer.description("What was wrong (RFC 9457).").build();
    }
    let seconds = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0));
    let wait = HeaderBuilder::new()
        .schema(Some(seconds.build()))
        .description(Some("Seconds to wait."))
        .build();
    answer
        .description("Not now (RFC 9457).")
        .header("Retry-After", wait)
        .build()
}

/// The operations: method, path below [`BASE`], what is said of them.
pub(super) fn operations(api: &OpenApi) -> impl Iterator<Item = (Method, String, &Operation)> {
    api.paths.paths.iter().flat_map(|(path, item)| {
        let found = [
            (Method::GET, &item.get),
            (Method::POST, &item.post),
            (Method::PUT, &item.put),
            (Method::PATCH, &item.patch),
            (Method::DELETE, &item.delete),
        ];
        found
            .into_iter()
            .filter_map(|(method, operation)| Some((method, path.clone(), operation.as_ref()?)))
    })
}

/// Adds what operations have by their shape.
pub(super) fn complete(api: &mut OpenApi) {
    for (path, item) in &mut api.paths.paths {
        let PathItem {
            get,
            post,
            put,
            patch,
            delete,
            ..
        } = item;
        let found = [
            (Method::GET, get),
            (Method::POST, post),
            (Method::PUT, put),
            (Method::PATCH, patch),
            (Method::DELETE, delete),
        ];
        for (method, operation) in found {
            if let Some(operation) = operation {
                complete_one(&method, path, operation);
            }
        }
    }
}

fn complete_one(method: &Method, path: &str, operation: &mut Operation) {
    let parameters = operation.parameters.get_or_insert_default();
    for parameter in parameters.iter_mut() {
        if let RefOr::T(parameter) = parameter {
            without_null(parameter);
        }
    }
    let named = |parameters: &[RefOr<Parameter>], name: &str| {
        parameters
            .iter()
            .any(|known| matches!(known, RefOr::T(known) if known.name == name))
    };
    let by_version = named(parameters, "If-Match");
    let by_secret = named(parameters, SECRET_HEADER);
    if !named(parameters, "lang") {
        parameters.push(lang().into());
    }
    if *method == Method::POST {
        parameters.push(key().into());
    }
    let gives_json = operation.responses.responses.iter().any(|(status, answer)| {
        status == "200"
            && matches!(answer, RefOr::T(answer) if answer.content.contains_key("application/json"))
    });
    let asked_after = *method == Method::GET && gives_json;
    if asked_after {
        operation
            .parameters
            .get_or_insert_default()
            .push(if_none_match().into());
    }
    let mut statuses = vec![
        ("400", false),
        ("401", false),
        ("406", false),
        ("422", false),
    ];
    statuses.extend([("429", true), ("500", false), ("503", true)]);
    if operation.security.is_some() || by_secret {
        statuses.push(("403", false));
    }
    if path.contains('{') || by_secret {
        statuses.push(("404", false));
    }
    if operation.request_body.is_some() {
        statuses.extend([("413", false), ("415", false)]);
    }
    if *method != Method::GET {
        statuses.push(("409", false));
    }
    if by_version {
        statuses.push(("412", false));
    }
    let responses = &mut operation.responses.responses;
    for (status, later) in statuses {
        let name = if later { "ProblemLater" } else { "Problem" };
        responses
            .entry(status.to_owned())
            .or_insert_with(|| Ref::from_response_name(name).into());
    }
    if asked_after {
        responses.insert("304".to_owned(), unchanged().into());
    }
}

/// What is not sent is not there; there is no null in an address or a header.
fn without_null(parameter: &mut Parameter) {
    if let Some(RefOr::T(Schema::Object(object))) = &mut parameter.schema
        && let SchemaType::Array(types) = &mut object.schema_type
    {
        types.retain(|known| *known != Type::Null);
        if let [only] = types.as_slice() {
            object.schema_type = SchemaType::Type(only.clone());
        }
    }
}

fn unchanged() -> Response {
    let description = "What the asker has under one of the tags of If-None-Match still stands.";
    ResponseBuilder::new().description(description).build()
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}

fn lang() -> Parameter {
    let words =
        "Language of the words in the answer; otherwise Accept-Language, otherwise Indonesian.";
    parameter("lang", ParameterIn::Query, words)
        .schema(Some(text().enum_values(Some(["id", "en"])).build()))
        .build()
}

fn key() -> Parameter {
    let words = "A text of your own that nobody else chooses, such as a UUID. The same key with the same body does \
                 nothing more and gets the same answer.";
    let schema: Object = text()
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some("^[!-~]([ -~]*[!-~])?$"))
        .build();
    parameter("Idempotency-Key", ParameterIn::Header, words)
        .schema(Some(schema))
        .build()
}

fn if_none_match() -> Parameter {
    let words = "Tags (ETag) of answers that the asker has.";
    parameter("If-None-Match", ParameterIn::Header, words)
        .schema(Some(String::schema()))
        .build()
}

fn parameter(name: &str, place: ParameterIn, words: &str) -> ParameterBuilder {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .description(Some(words))
}
