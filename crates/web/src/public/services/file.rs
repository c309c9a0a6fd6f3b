//! The services for programs: what stands on their pages, as CSV and JSON.

use axum::http::HeaderMap;
use axum::response::Response;
use pengayom_core::pack::{Certainty, EntryCode, Service};
use serde_json::{Map, Value, json};

use super::address;
use crate::extract::PublicPage;
use crate::frame::PageFrame;
use crate::table::{self, Csv};

const COLUMNS: [&str; 12] = [
    "code",
    "name",
    "duty",
    "emergency",
    "fee_idr",
    "respond_within_minutes",
    "proposed",
    "keep_months",
    "levels",
    "promise",
    "not_promised",
    "page",
];

/// `GET /layanan.csv`
pub(super) async fn csv(page: PublicPage, headers: HeaderMap) -> Response {
    let mut table = Csv::new(&COLUMNS);
    for service in page.frame.unit().pack.services() {
        let said = row(&page.frame, page.context.site(), service);
        let cell = |name: &&str| match said.get(*name) {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(several)) => {
                let several = several.iter().filter_map(Value::as_str);
                several.collect::<Vec<_>>().join(";")
            }
            Some(other) => other.to_string(),
        };
        let cells: Vec<String> = COLUMNS.iter().map(cell).collect();
        table.row(&cells);
    }
    table.public(&headers, "layanan.csv")
}

/// `GET /layanan.json`
pub(super) async fn as_json(page: PublicPage, headers: HeaderMap) -> Response {
    let services = page.frame.unit().pack.services().iter();
    let services = services.map(|service| row(&page.frame, page.context.site(), service).into());
    let services: Vec<Value> = services.collect();
    table::public_json(&headers, &json!({ "services": services }))
}

fn row(frame: &PageFrame, site: &str, service: &Service) -> Map<String, Value> {
    let levels: Vec<&str> = service.levels.iter().map(EntryCode::as_str).collect();
    let values = [
        json!(service.code.as_str()),
        json!(frame.say(&service.name)),
        json!(service.duty.as_str()),
        json!(service.emergency),
        json!(service.fee_idr),
        json!(service.standard.respond_within_minutes),
        json!(service.standard.sourced.certainty == Certainty::Draft),
        json!(service.retention.keep_months),
        json!(levels),
        json!(frame.say(&service.promise)),
        json!(frame.say(&service.not_promised)),
        json!(format!("{site}{}", address(service))),
    ];
    COLUMNS
        .map(ToOwned::to_owned)
        .into_iter()
        .zip(values)
        .collect()
}
