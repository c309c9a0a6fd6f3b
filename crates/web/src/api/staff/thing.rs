//! Rooms and equipment of the stations that concern the account, and what services lack (S35).

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::gap::Asset;
use pengayom_core::pack::ThingCode;
use pengayom_core::place::StationId;
use pengayom_core::subject::thing::{Thing, ThingCommand, ThingRefusal, ThingState};
use pengayom_core::value::ThingId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::thing::RegisterThing;
use pengayom_node::readiness::CostedGap;
use pengayom_node::tokens::Scope;
use pengayom_store::ThingRow;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::form::{day, moment};
use super::refused::{at, refused};
use super::shown::{Named, Officer, Shown};
use super::{DecidedOn, PartOf, for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::cursor::Part;
use crate::api::document::BASE;
use crate::api::once::once;
use crate::api::query::part_of;
use crate::problem::Fault;
use crate::standing::gaps::asset_name;
use crate::standing::thing_refused;

/// The thing of an address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "names parameters for the description")]
struct ThingAt {
    /// Identifier of the thing.
    #[param(format = "uuid")]
    thing: String,
}

/// A room or a piece of equipment.
#[derive(Serialize, ToSchema)]
pub(super) struct ThingShown {
    /// Identifier.
    #[schema(format = "uuid")]
    id: String,
    /// How many acts it has; the version of its `ETag`.
    version: u32,
    /// What it is, a code of the pack.
    kind: String,
    /// What it is called.
    label: String,
    /// Where it is.
    #[schema(required)]
    station: Option<Named>,
    /// Where in the station it is kept.
    #[schema(required)]
    room: Option<String>,
    /// How it is: `in_order`, `broken`, `away` or `retired`.
    #[schema(value_type = String)]
    state: &'static str,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Who has it.
    #[schema(required)]
    holder: Option<Officer>,
    /// The day by which it is checked next.
    #[schema(required)]
    check_by: Option<String>,
}

impl ThingShown {
    fn of(shown: &Shown<'_>, row: &ThingRow) -> Self {
        Self {
            id: row.id.to_string(),
            version: row.version,
            kind: row.kind.to_string(),
            label: row.label.clone(),
            station: row.station.as_ref().map(|station| shown.station(station)),
            room: row.room.clone(),
            state: row.state.as_str(),
            since: row.since,
            holder: row.holder.map(|holder| shown.officer(holder)),
            check_by: row.check_by.map(|day| day.to_string()),
        }
    }

    fn of_thing(shown: &Shown<'_>, id: ThingId, thing: &Thing) -> Self {
        Self {
            id: id.to_string(),
            version: thing.version,
            kind: thing.registered.kind.to_string(),
            label: thing.registered.label.clone(),
            station: thing.station.as_ref().map(|station| shown.station(station)),
            room: thing.room.clone(),
            state: thing.state.as_str(),
            since: thing.since,
            holder: thing.holder.map(|holder| shown.officer(holder)),
            check_by: thing.check_by.map(|day| day.to_string()),
        }
    }
}

/// What the stations have that concern the account, by station, kind and label.
#[utoipa::path(
    get, path = "/things", operation_id = "listThings", tag = "things",
    params(PartOf),
    responses((status = 200, description = "By station, kind and label.", body = Part<ThingShown>)),
    security(("token" = ["desk"]))
)]
pub(super) async fn list(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Desk)?;
    require(staff, Permission::KeepThings)?;
    let rows = api.node.things(staff).await?;
    let shown = Shown::read(&api, staff).await?;
    let list = format!("things/{}", staff.id);
    let rows = rows.iter().map(|row| ThingShown::of(&shown, row));
    let part = part_of(&api, &list, api.query(), rows)?;
    api.found(&part).map(for_one)
}

/// A thing.
#[utoipa::path(
    get, path = "/things/{thing}", operation_id = "getThing", tag = "things",
    params(ThingAt),
    responses((status = 200, description = "As it is now.", body = ThingShown,
        headers(("ETag" = String, description = "Its version, for `If-Match`.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn show(api: Api, Path(thing): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Desk)?;
    require(staff, Permission::KeepThings)?;
    let thing: ThingId = thing.parse().map_err(|_| Fault::NotFound)?;
    let known = api.node.thing(staff, thing).await?.thing;
    let shown = Shown::read(&api, staff).await?;
    let body = ThingShown::of_thing(&shown, thing, &known);
    api.found_version(known.version, &body).map(for_one)
}

/// Something a station has.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct NewThing {
    /// What it is, a code of the pack.
    #[schema(min_length = 1, max_length = 200)]
    kind: String,
    /// What it is called, such as a number; never a person's name.
    #[schema(min_length = 1, max_length = 200)]
    label: String,
    /// The station, a code of `/unit`; without it, that of the account.
    #[schema(max_length = 200)]
    station: Option<String>,
    /// Where in the station it is kept.
    #[schema(max_length = 200)]
    room: Option<String>,
    /// The day by which it is checked next.
    #[schema(format = Date, max_length = 64)]
    check_by: Option<String>,
}

/// Registers something a station has.
#[utoipa::path(
    post, path = "/things", operation_id = "registerThing", tag = "things",
    request_body = NewThing,
    responses((status = 201, description = "It is registered, now or by the same request before.", body = ThingShown,
        headers(("Location" = String, description = "Address of the thing.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn register(api: Api, body: JsonBody) -> Result<Response, Fault> {
    require(api.staff(Scope::Desk)?, Permission::KeepThings)?;
    let bytes = body.bytes.clone();
    let register = {
        let mut fields = Fields::new(body.values, &api.frame);
        let kind = fields.word("kind", |code| code.parse::<ThingCode>().ok());
        if kind.is_none() && !fields.has_fault_at("/kind") {
            fields.wrong_by_key("/kind", "required", "thing.kind_choose");
        }
        let label = fields.needed("label", 200);
        let station = fields.word("station", |code| code.parse::<StationId>().ok());
        let room = fields.text("room", 200);
        let check_by = day(&mut fields, "check_by");
        fields.check()?;
        RegisterThing {
            kind: kind.ok_or(Fault::Unreadable)?,
            label,
            station,
            room,
            state: ThingState::InOrder,
            since: None,
            check_by,
            simulated: false,
        }
    };
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Desk)?;
        let once = once_of(&api, &asked)?;
        let id = match api.node.register_thing(staff, register, Some(once)).await {
            Ok(id) => id,
            Err(HandleError::Thing(rule)) => return Err(not_changed(&api, &rule)),
            Err(error) => return Err(error.into()),
        };
        let known = api.node.thing(staff, id).await?.thing;
        let shown = Shown::read(&api, staff).await?;
        let body = ThingShown::of_thing(&shown, id, &known);
        let address = format!("{BASE}/things/{id}");
        api.created(Some(&address), &body).map(for_one)
    })
    .await
}

/// A rule of a thing as a word that stays the same.
const fn thing_code(rule: &ThingRefusal) -> &'static str {
    use ThingRefusal as R;
    match rule {
        R::NotRegistered => "not_registered",
        R::Already => "already_registered",
        R::Retired => "retired",
        R::NotInPack(_) => "not_in_pack",
        R::IsARoom => "is_a_room",
        R::NotInOrder => "not_in_order",
        R::Text { .. } => "text",
        R::InTheFuture(_) => "in_the_future",
        R::TooEarly { .. } => "too_early",
        R::CheckOutside(_) => "check_outside",
    }
}

fn not_changed(api: &Api, rule: &ThingRefusal) -> Fault {
    let (member, words) = thing_refused(&api.frame, rule);
    match rule {
        ThingRefusal::Text { .. }
        | ThingRefusal::NotInPack(_)
        | ThingRefusal::InTheFuture(_)
        | ThingRefusal::TooEarly { .. }
        | ThingRefusal::CheckOutside(_) => at(&format!("/{member}"), thing_code(rule), words),
        _ => refused(thing_code(rule), words),
    }
}

/// How a thing is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct ChangeThing {
    /// `in_order`, `broken`, `away` or `retired`.
    #[schema(min_length = 1, max_length = 200)]
    state: String,
    /// Why, in words.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
    /// Since when; without it, now.
    #[schema(format = DateTime, max_length = 64)]
    since: Option<String>,
}

/// Where a thing is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct MoveThing {
    /// The station, a code of `/unit`.
    #[schema(min_length = 1, max_length = 200)]
    station: String,
    /// Where in the station it is kept.
    #[schema(max_length = 200)]
    room: Option<String>,
    /// Why, in words.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Who has a thing.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct HandThingOver {
    /// Identifier of an account, as in `/staff`; without it, it is back in its place.
    #[schema(format = "uuid", max_length = 64)]
    to: Option<String>,
    /// What was found.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// A check of a thing.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct CheckThing {
    /// The day by which it is checked next.
    #[schema(format = Date, max_length = 64)]
    check_by: Option<String>,
    /// What was found.
    #[schema(max_length = 1000)]
    note: Option<String>,
}

/// What a body asks of a thing, and since when.
type Asked = (ThingCommand, Option<Timestamp>);

async fn change(
    api: Api,
    thing: &str,
    body: JsonBody,
    read: fn(&mut Fields<'_>) -> Option<Asked>,
) -> Result<Response, Fault> {
    require(api.staff(Scope::Desk)?, Permission::KeepThings)?;
    let id: ThingId = thing.parse().map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let asked = {
        let mut fields = Fields::new(body.values, &api.frame);
        let asked = read(&mut fields);
        fields.check()?;
        asked.ok_or(Fault::Unreadable)?
    };
    let content = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Desk)?;
        let seen = api.wanted_version()?;
        let once = once_of(&api, &content)?;
        let (command, since) = asked;
        let done = api
            .node
            .change_thing(staff, id, seen, command, since, Some(once))
            .await;
        match done {
            Ok(()) => {
                let known = api.node.thing(staff, id).await?.thing;
                let shown = Shown::read(&api, staff).await?;
                let body = ThingShown::of_thing(&shown, id, &known);
                api.changed(known.version, &body).map(for_one)
            }
            Err(HandleError::Thing(rule)) => Err(not_changed(&api, &rule)),
            Err(HandleError::NoSuchOfficer) => {
                Err(at("/to", "unknown", api.frame.t("case.assign_gone")))
            }
            Err(HandleError::Conflict { .. }) if seen.is_some() => {
                let version = api.node.thing(staff, id).await?.thing.version;
                Err(Fault::Precondition { version })
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

/// Says how a thing is.
#[utoipa::path(
    post, path = "/things/{thing}/states", operation_id = "changeThing", tag = "things",
    params(ThingAt, DecidedOn),
    request_body = ChangeThing,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = ThingShown,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn state(
    api: Api,
    Path(thing): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    change(api, &thing, body, |fields| {
        let state = fields.word("state", ThingState::parse);
        if state.is_none() && !fields.has_fault_at("/state") {
            fields.wrong_by_key("/state", "required", "thing.state_choose");
        }
        let reason = fields.needed("reason", 1000);
        let since = moment(fields, "since");
        let state = state?;
        Some((ThingCommand::Change { state, reason }, since))
    })
    .await
}

/// Moves a thing to another station or room.
#[utoipa::path(
    post, path = "/things/{thing}/moves", operation_id = "moveThing", tag = "things",
    params(ThingAt, DecidedOn),
    request_body = MoveThing,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = ThingShown,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn moved(
    api: Api,
    Path(thing): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    change(api, &thing, body, |fields| {
        let to = fields.word("station", |code| code.parse().ok());
        if to.is_none() && !fields.has_fault_at("/station") {
            fields.wrong_by_key("/station", "required", "thing.station_choose");
        }
        let room = fields.text("room", 200);
        let reason = fields.needed("reason", 1000);
        let to = to?;
        Some((ThingCommand::Move { to, room, reason }, None))
    })
    .await
}

/// Hands a thing to an officer, or takes it back.
#[utoipa::path(
    post, path = "/things/{thing}/hand-overs", operation_id = "handThingOver", tag = "things",
    params(ThingAt, DecidedOn),
    request_body = HandThingOver,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = ThingShown,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn hand_over(
    api: Api,
    Path(thing): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    change(api, &thing, body, |fields| {
        let to = fields.word("to", |id| id.parse().ok());
        let note = fields.text("note", 1000);
        Some((ThingCommand::HandOver { to, note }, None))
    })
    .await
}

/// Records that a thing was checked.
#[utoipa::path(
    post, path = "/things/{thing}/checks", operation_id = "checkThing", tag = "things",
    params(ThingAt, DecidedOn),
    request_body = CheckThing,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = ThingShown,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn check(
    api: Api,
    Path(thing): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    change(api, &thing, body, |fields| {
        let next = day(fields, "check_by");
        let note = fields.text("note", 1000);
        Some((ThingCommand::Check { next, note }, None))
    })
    .await
}

/// Something a service lacks at a station.
#[derive(Serialize, ToSchema)]
pub(super) struct GapShown {
    /// The service, a code of the unit's catalogue.
    service: String,
    /// The station that should have it.
    station: Named,
    /// `skill` or `thing`.
    #[schema(value_type = String)]
    lacks: &'static str,
    /// What, a code of the pack.
    code: String,
    /// What, in words.
    name: String,
    /// `blocks` or `hampers`.
    #[schema(value_type = String)]
    effect: &'static str,
    /// How many there are that can be used.
    there: u32,
    /// How many there should be.
    needed: u32,
    /// Since when there are too few; null: there were never enough.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    since: Option<Timestamp>,
    /// Requests of the service in the last 30 days that came while it stood; null when fewer than the unit shows.
    #[schema(required)]
    requests_30_days: Option<i64>,
    /// The same over 90 days.
    #[schema(required)]
    requests_90_days: Option<i64>,
    /// The nearest station that has it.
    #[schema(required)]
    nearest: Option<Named>,
}

impl GapShown {
    fn of(shown: &Shown<'_>, one: &CostedGap) -> Self {
        let gap = &one.gap;
        let small = i64::from(shown.frame.unit().pack.survey().form.small_cell);
        let told = |n: i64| Some(n).filter(|n| *n == 0 || *n >= small);
        let (lacks, code) = match &gap.asset {
            Asset::Skill(code) => ("skill", code.to_string()),
            Asset::Thing(code) => ("thing", code.to_string()),
        };
        Self {
            service: gap.service.to_string(),
            station: shown.station(&gap.station),
            lacks,
            code,
            name: asset_name(shown.frame, &gap.asset),
            effect: gap.effect.code(),
            there: gap.there,
            needed: gap.needed,
            since: gap.since,
            requests_30_days: told(one.cost.short),
            requests_90_days: told(one.cost.long),
            nearest: one
                .nearest
                .as_ref()
                .map(|(station, _)| shown.station(station)),
        }
    }
}

/// What services lack at the stations that concern the account, and what that costs the public: what blocks first.
#[utoipa::path(
    get, path = "/gaps", operation_id = "listGaps", tag = "things",
    params(PartOf),
    responses((status = 200, description = "What blocks a service first.", body = Part<GapShown>)),
    security(("token" = ["board"]))
)]
pub(super) async fn gaps(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Board)?;
    require(staff, Permission::ReadBoard)?;
    let gaps = api.node.gaps_for(staff).await?;
    let shown = Shown::read(&api, staff).await?;
    let list = format!("gaps/{}", staff.id);
    let rows = gaps.iter().map(|one| GapShown::of(&shown, one));
    let part = part_of(&api, &list, api.query(), rows)?;
    api.found(&part).map(for_one)
}
