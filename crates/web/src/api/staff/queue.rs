//! The queue of cases at the desk.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use jiff::Timestamp;
use pengayom_core::value::CaseId;
use pengayom_node::access::Permission;
use pengayom_node::tokens::Scope;
use pengayom_store::rows::CaseRow;
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::{CaseInList, Named, Shown};
use super::{NOTHING, done, for_one, once_of, require};
use crate::api::caller::Api;
use crate::api::cursor::{LIMIT_DEFAULT, LIMIT_MAX};
use crate::api::once::once;
use crate::desk::{OnDuty, is_online};
use crate::problem::Fault;

/// What whoever is on duty has before them. Each list has at most `limit` items; the counts are of all.
#[derive(Serialize, ToSchema)]
pub(super) struct DeskQueue {
    /// The moment it was read.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The front desk.
    station: Named,
    /// There are more than were read: the counts are at least.
    at_least: bool,
    /// People who wait at the front desk; see `/desk/visits`.
    people_waiting: usize,
    /// People who are served there.
    people_served: usize,
    /// Cases whose reporters came or telephoned, with nobody yet.
    waiting_count: usize,
    /// The same, in the order to serve them.
    waiting: Vec<CaseInList>,
    /// Cases sent by somebody who is not here, read by nobody yet.
    online_count: usize,
    /// The same, in the order to serve them.
    online: Vec<CaseInList>,
    /// Of all these, past the promise.
    late_count: usize,
    /// Cases of the account.
    mine_count: usize,
    /// The same, in the order to serve them.
    mine: Vec<CaseInList>,
    /// Cases that colleagues serve and that can be taken over.
    colleagues_count: usize,
    /// The same, in the order to serve them.
    colleagues: Vec<CaseInList>,
    /// Cases whose reporters wait for an explanation or a second look.
    reviews_count: usize,
    /// The same, the longest wait first.
    reviews: Vec<CaseInList>,
}

/// What whoever is on duty has before them.
#[utoipa::path(
    get, path = "/desk/queue", operation_id = "getQueue", tag = "desk",
    params(("limit" = Option<u32>, Query, description = "Most items of each list.", minimum = 1, maximum = 100)),
    responses((status = 200, description = "The queue of the account's station.", body = DeskQueue)),
    security(("token" = ["desk"]))
)]
pub(super) async fn show(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Desk)?;
    require(staff, Permission::ServeQueue)?;
    let mut query = api.query();
    let limit = query
        .whole("limit", &(1..=LIMIT_MAX))
        .unwrap_or(LIMIT_DEFAULT);
    query.finish()?;
    let limit = usize::try_from(limit).unwrap_or(1);
    let on_duty = OnDuty::read(&api.node, staff).await?;
    let shown = Shown::read(&api, staff).await?;
    let now = shown.now;
    let (online, desk): (Vec<&CaseRow>, Vec<&CaseRow>) =
        on_duty.waiting.iter().partition(|row| is_online(row));
    let late =
        |row: &&CaseRow| row.responded_at.is_none() && row.respond_by.is_some_and(|due| due < now);
    let some = |rows: &[&CaseRow]| -> Vec<CaseInList> {
        rows.iter().take(limit).map(|row| shown.case(row)).collect()
    };
    // A sensitive one is handed on by who has it, or by the chief.
    let colleagues: Vec<&CaseRow> = on_duty
        .colleagues
        .iter()
        .filter(|row| shown.is_open(row))
        .collect();
    let few = |rows: &[CaseRow]| -> Vec<CaseInList> {
        rows.iter().take(limit).map(|row| shown.case(row)).collect()
    };
    let unit = api.frame.unit();
    let body = DeskQueue {
        at: now,
        station: shown.station(staff.desk(unit.own_station())),
        at_least: on_duty.is_cut(),
        people_waiting: on_duty.people.waiting.len(),
        people_served: on_duty.people.served.len(),
        waiting_count: desk.len(),
        waiting: some(&desk),
        online_count: online.len(),
        online: some(&online),
        late_count: on_duty.waiting.iter().filter(late).count(),
        mine_count: on_duty.mine.len(),
        mine: few(&on_duty.mine),
        colleagues_count: colleagues.len(),
        colleagues: some(&colleagues),
        reviews_count: on_duty.reviews.len(),
        reviews: few(&on_duty.reviews),
    };
    api.found(&body).map(for_one)
}

/// The case that was taken.
#[derive(Serialize, ToSchema)]
pub(super) struct TakenCase {
    /// Names the case; the account serves it.
    #[schema(format = "uuid")]
    id: String,
}

/// Takes the case that is next: danger first, then the nearest promise, then arrival.
#[utoipa::path(
    post, path = "/desk/queue/next", operation_id = "serveNext", tag = "desk",
    responses(
        (status = 200, description = "The account serves it.", body = TakenCase),
        (status = 204, description = "Nobody waits."),
    ),
    security(("token" = ["desk"]))
)]
pub(super) async fn next(api: Api) -> Result<Response, Fault> {
    require(api.staff(Scope::Desk)?, Permission::ServeQueue)?;
    once(api, NOTHING, move |api| async move {
        let staff = api.staff(Scope::Desk)?;
        let once = once_of(&api, NOTHING)?;
        let taken: Option<CaseId> = api.node.serve_next_once(staff, once).await?;
        match taken {
            Some(id) => Ok(done(&TakenCase { id: id.to_string() })),
            None => Ok(StatusCode::NO_CONTENT.into_response()),
        }
    })
    .await
}
