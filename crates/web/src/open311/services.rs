//! What there is: the discovery, and the services that programs may ask for.

use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::pack::Service;

use super::answer;
use super::asked::{Asked, Refused};
use super::tree::Tree;

/// When what this says of itself last changed.
const CHANGED: &str = "2026-11-30T00:00:00Z";

/// `GET /open311/v2/discovery`, and the same at `/open311/discovery`.
pub(super) async fn discovery(asked: Asked) -> Result<Response, Refused> {
    let site = asked.context.site();
    let frame = &asked.frame;
    let formats = ["text/xml", "application/json"].map(Tree::text);
    let endpoint = Tree::Object(vec![
        (
            "specification",
            Tree::text("http://wiki.open311.org/GeoReport_v2"),
        ),
        ("url", Tree::text(format!("{site}/open311/v2/"))),
        ("changeset", Tree::text(CHANGED)),
        // A unit whose data are made up is there to be tried.
        (
            "type",
            Tree::text(if asked.frame.unit().simulated {
                "test"
            } else {
                "production"
            }),
        ),
        ("formats", Tree::List("format", formats.to_vec())),
    ]);
    let tree = Tree::Object(vec![
        ("changeset", Tree::text(CHANGED)),
        (
            "contact",
            Tree::text(frame.tf(
                "open311.contact",
                &[("unit", frame.unit_name.as_str()), ("address", site)],
            )),
        ),
        (
            "key_service",
            Tree::text(frame.tf("open311.key_service", &[("unit", frame.unit_name.as_str())])),
        ),
        ("endpoints", Tree::List("endpoint", vec![endpoint])),
    ]);
    Ok(answer(asked.format, StatusCode::OK, "discovery", &tree))
}

/// `GET /open311/v2/services`
pub(super) async fn list(asked: Asked) -> Result<Response, Refused> {
    let unit = asked.context.unit().clone();
    let shown = unit.pack.services().iter().filter(|service| service.public);
    let services = shown.map(|service| one(&asked, service)).collect();
    let tree = Tree::List("service", services);
    Ok(answer(asked.format, StatusCode::OK, "services", &tree))
}

fn one(asked: &Asked, service: &Service) -> Tree {
    let frame = &asked.frame;
    let group = frame.unit().pack.duty(&service.duty);
    Tree::Object(vec![
        ("service_code", Tree::text(service.code.as_str())),
        ("service_name", Tree::text(frame.say(&service.name))),
        ("description", Tree::text(frame.say(&service.promise))),
        ("metadata", Tree::Flag(true)),
        ("type", Tree::text("realtime")),
        ("keywords", Tree::text(service.also_known_as.join(","))),
        (
            "group",
            Tree::maybe(group.map(|duty| frame.say(&duty.name))),
        ),
    ])
}
