//! What is down at the station of the account.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::subject::outage::OutageRefusal;
use pengayom_core::value::OutageId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::outage::DeclareOutage;
use pengayom_node::tokens::Scope;
use pengayom_store::OutageRow;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::form::moment;
use super::refused::{at, outage_code, refused};
use super::{DecidedOn, PartOf, for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::cursor::Part;
use crate::api::document::BASE;
use crate::api::once::once;
use crate::api::query::part_of;
use crate::desk::outage;
use crate::outages::{name, way};
use crate::problem::Fault;

/// The outage of an address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "names parameters for the description")]
struct OutageAt {
    /// Identifier of the outage.
    #[param(format = "uuid")]
    outage: String,
}

/// Something that is down, or works again since less than an hour.
#[derive(Serialize, ToSchema)]
pub(super) struct DeskOutage {
    /// Names what is down at this station, each time it is.
    #[schema(format = "uuid")]
    id: String,
    /// How many acts it has; the version of its `ETag`.
    version: u32,
    /// What is down, a code of `/words`; null for own words.
    #[schema(required)]
    system: Option<String>,
    /// What is down, in words.
    name: String,
    /// What people can still do.
    way: String,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// When it is expected to work again.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    until: Option<Timestamp>,
    /// When it was said.
    #[schema(value_type = String, format = DateTime)]
    declared_at: Timestamp,
    /// Since when it works again.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    ended_at: Option<Timestamp>,
}

impl DeskOutage {
    fn of(api: &Api, row: &OutageRow) -> Self {
        Self {
            id: row.id.to_string(),
            version: row.version,
            system: row.system.clone(),
            name: name(&api.frame, row),
            way: way(&api.frame, row),
            since: row.since,
            until: row.until,
            declared_at: row.declared_at,
            ended_at: row.ended_at,
        }
    }
}

/// What is down at the station of the account, the latest first, then what works again since less than an hour.
#[utoipa::path(
    get, path = "/desk/outages", operation_id = "listDeskOutages", tag = "desk",
    params(PartOf),
    responses((status = 200, description = "The latest first.", body = Part<DeskOutage>)),
    security(("token" = ["desk"]))
)]
pub(super) async fn list(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Desk)?;
    let rows = api.node.outages_at_desk(staff).await?;
    let list = format!("outages/{}", staff.id);
    let rows = rows.iter().map(|row| DeskOutage::of(&api, row));
    let part = part_of(&api, &list, api.query(), rows)?;
    api.found(&part).map(for_one)
}

/// Something that is down at the station of the account, or was.
#[utoipa::path(
    get, path = "/desk/outages/{outage}", operation_id = "getDeskOutage", tag = "desk",
    params(OutageAt),
    responses((status = 200, description = "The last time it was down.", body = DeskOutage,
        headers(("ETag" = String, description = "Its version, for `If-Match`.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn show(api: Api, Path(outage): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Desk)?;
    let outage: OutageId = outage.parse().map_err(|_| Fault::NotFound)?;
    let row = api.node.outage_at_desk(staff, outage).await?;
    let body = DeskOutage::of(&api, &row);
    api.found_version(row.version, &body).map(for_one)
}

/// Something that is down: either a code of `/words` or own words.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct NewOutage {
    /// What, a code of `/words`.
    #[schema(max_length = 200)]
    system: Option<String>,
    /// What, in own words.
    #[schema(max_length = 300)]
    words: Option<String>,
    /// Since when; without it, now.
    #[schema(format = DateTime, max_length = 64)]
    since: Option<String>,
    /// What people can still do; needed for own words.
    #[schema(max_length = 1000)]
    way: Option<String>,
    /// When it is expected to work again.
    #[schema(format = DateTime, max_length = 64)]
    until: Option<String>,
}

/// Says that something is down at the station of the account. Public pages tell it at once.
#[utoipa::path(
    post, path = "/desk/outages", operation_id = "declareOutage", tag = "desk",
    request_body = NewOutage,
    responses((status = 201, description = "It is told, now or by the same request before.", body = DeskOutage,
        headers(("Location" = String, description = "Address of the outage.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn declare(api: Api, body: JsonBody) -> Result<Response, Fault> {
    require(api.staff(Scope::Desk)?, Permission::DeclareOutage)?;
    let bytes = body.bytes.clone();
    let declare = {
        let mut fields = Fields::new(body.values, &api.frame);
        let declare = DeclareOutage {
            system: fields.text("system", 200),
            words: fields.text("words", 300),
            since: moment(&mut fields, "since"),
            way: fields.text("way", 1000),
            until: moment(&mut fields, "until"),
            simulated: false,
        };
        fields.check()?;
        declare
    };
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Desk)?;
        let once = once_of(&api, &asked)?;
        let outage = match api.node.declare_outage_once(staff, declare, once).await {
            Ok(outage) => outage,
            Err(HandleError::Outage(rule)) => return Err(not_declared(&api, &rule)),
            Err(error) => return Err(error.into()),
        };
        let row = api.node.outage_at_desk(staff, outage).await?;
        let address = format!("{BASE}/desk/outages/{outage}");
        let body = DeskOutage::of(&api, &row);
        api.created(Some(&address), &body).map(for_one)
    })
    .await
}

fn not_declared(api: &Api, rule: &OutageRefusal) -> Fault {
    let code = outage_code(rule);
    match rule {
        OutageRefusal::AlreadyDown { since } => {
            let time = api.frame.format().moment(*since);
            refused(code, api.frame.tf("outage.already", &[("time", &time)]))
        }
        OutageRefusal::TooMany { .. } => refused(code, outage::refused(&api.frame, rule).words),
        rule => {
            let blamed = outage::refused(&api.frame, rule);
            let pointer = match blamed.id.as_str() {
                "nama" => "/words",
                "cara" => "/way",
                "mulai_jam" | "mulai_tanggal" => "/since",
                "pulih_jam" => "/until",
                _ => "/system",
            };
            at(pointer, code, blamed.words)
        }
    }
}

/// Since when something works again.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct EndOutage {
    /// Since when; without it, now.
    #[schema(format = DateTime, max_length = 64)]
    at: Option<String>,
}

/// Says that something works again.
#[utoipa::path(
    post, path = "/desk/outages/{outage}/end", operation_id = "endOutage", tag = "desk",
    params(OutageAt, DecidedOn),
    request_body = EndOutage,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = DeskOutage,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn end(
    api: Api,
    Path(outage): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    require(api.staff(Scope::Desk)?, Permission::DeclareOutage)?;
    let outage: OutageId = outage.parse().map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let ended_at = {
        let mut fields = Fields::new(body.values, &api.frame);
        let ended_at = moment(&mut fields, "at");
        fields.check()?;
        ended_at
    };
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Desk)?;
        let seen = api.wanted_version()?;
        let once = once_of(&api, &asked)?;
        let ended = api
            .node
            .end_outage_once(staff, outage, seen, ended_at, once)
            .await;
        match ended {
            Ok(()) => {
                let row = api.node.outage_at_desk(staff, outage).await?;
                let body = DeskOutage::of(&api, &row);
                api.changed(row.version, &body).map(for_one)
            }
            Err(HandleError::Outage(rule)) => Err(not_ended(&api, &rule)),
            Err(HandleError::Conflict { .. }) if seen.is_some() => {
                let version = api.node.outage_at_desk(staff, outage).await?.version;
                Err(Fault::Precondition { version })
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

fn not_ended(api: &Api, rule: &OutageRefusal) -> Fault {
    let code = outage_code(rule);
    match rule {
        OutageRefusal::NotDown => refused(code, api.frame.t("outage.ended_already")),
        OutageRefusal::EndInTheFuture(_) => at("/at", code, api.frame.t("outage.end_future")),
        _ => at("/at", code, api.frame.t("outage.end_before")),
    }
}
