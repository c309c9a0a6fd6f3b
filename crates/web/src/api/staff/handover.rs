//! Handing over the shift: what is late, due or promised, and taking over what a colleague holds.

use axum::response::Response;
use jiff::{SignedDuration, Timestamp};
use pengayom_core::value::{CaseId, CommandId, OfficerId};
use pengayom_node::access::Permission;
use pengayom_node::tokens::Scope;
use pengayom_store::rows::CaseRow;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use super::refused::at;
use super::shown::{CaseInList, Named, Shown};
use super::{command_of, done, for_one, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::once::once;
use crate::desk::{OnDuty, SHIFT_HOURS, TAKEN_MAX, take_over_all};
use crate::problem::Fault;

/// Most items of each list; the counts are of all.
const ROWS: usize = 100;

/// What is handed over. Each list has at most 100 items; the counts are of all.
#[derive(Serialize, ToSchema)]
pub(super) struct HandoverBody {
    /// The moment it was read.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Until when what falls due is that of the next shift.
    #[schema(value_type = String, format = DateTime)]
    shift_ends: Timestamp,
    /// The front desk.
    station: Named,
    /// There are more than were read: the counts are at least.
    at_least: bool,
    /// People at the front desk, waiting or served; see `/desk/visits`.
    people: usize,
    /// Open cases.
    open_count: usize,
    /// Without an answer and past the promise.
    late_count: usize,
    /// The same, in the order to serve them.
    late: Vec<CaseInList>,
    /// Without an answer and due in the next shift.
    due_count: usize,
    /// The same, in the order to serve them.
    due: Vec<CaseInList>,
    /// With nobody, and in neither list.
    untaken_count: usize,
    /// The same, in the order to serve them.
    untaken: Vec<CaseInList>,
    /// Whose reporters were promised news by the end of the next shift.
    news_count: usize,
    /// The same, the nearest first.
    news: Vec<CaseInList>,
    /// What colleagues hold, to be taken over: `taken_by` says who.
    held_count: usize,
    /// The same, in the order to serve them.
    held: Vec<CaseInList>,
    /// Sensitive ones beside these: whoever has them hands them on, or the chief.
    kept_count: usize,
}

/// What is handed over when the shift ends.
#[utoipa::path(
    get, path = "/desk/handover", operation_id = "getHandover", tag = "desk",
    responses((status = 200, description = "Of the account's station.", body = HandoverBody)),
    security(("token" = ["desk"]))
)]
pub(super) async fn show(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Desk)?;
    require(staff, Permission::ServeQueue)?;
    let on_duty = OnDuty::read(&api.node, staff).await?;
    let shown = Shown::read(&api, staff).await?;
    let (now, shift) = (shown.now, SignedDuration::from_hours(SHIFT_HOURS));
    let parts = on_duty.parts(now, now + shift);
    let some = |rows: &[&CaseRow]| -> Vec<CaseInList> {
        rows.iter().take(ROWS).map(|row| shown.case(row)).collect()
    };
    // A sensitive one is handed on by who has it, or by the chief.
    let held: Vec<&CaseRow> = on_duty
        .colleagues
        .iter()
        .filter(|row| shown.is_open(row))
        .collect();
    let unit = api.frame.unit();
    let body = HandoverBody {
        at: now,
        shift_ends: now + shift,
        station: shown.station(staff.desk(unit.own_station())),
        at_least: on_duty.is_cut(),
        people: on_duty.people.waiting.len() + on_duty.people.served.len(),
        open_count: parts.open.len(),
        late_count: parts.late.len(),
        late: some(&parts.late),
        due_count: parts.due.len(),
        due: some(&parts.due),
        untaken_count: parts.untaken.len(),
        untaken: some(&parts.untaken),
        news_count: parts.news.len(),
        news: some(&parts.news),
        held_count: held.len(),
        held: some(&held),
        kept_count: on_duty.colleagues.len() - held.len(),
    };
    api.found(&body).map(for_one)
}

/// Cases of a colleague to take over.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct TakeShiftOver {
    /// Identifier of the colleague's account.
    #[schema(format = "uuid", min_length = 1, max_length = 64)]
    from: String,
    /// The cases, as they were seen.
    #[schema(min_items = 1, max_items = 200)]
    cases: Vec<SeenCase>,
}

/// A case as it was seen.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct SeenCase {
    /// Names the case.
    #[schema(format = "uuid")]
    id: String,
    /// Its version then.
    #[schema(minimum = 1)]
    version: u32,
}

/// What taking over came to.
#[derive(Serialize, ToSchema)]
pub(super) struct ShiftTakenOver {
    /// The account has them now.
    #[schema(value_type = Vec<String>)]
    taken: Vec<String>,
    /// They moved on since they were seen, and stay where they are.
    #[schema(value_type = Vec<String>)]
    moved_on: Vec<String>,
}

/// Takes over cases of a colleague, each as an act of its own.
#[utoipa::path(
    post, path = "/desk/handover", operation_id = "takeShiftOver", tag = "desk",
    request_body = TakeShiftOver,
    responses((status = 200, description = "Of each case, whether the account has it.", body = ShiftTakenOver)),
    security(("token" = ["desk"]))
)]
pub(super) async fn take(api: Api, mut body: JsonBody) -> Result<Response, Fault> {
    require(api.staff(Scope::Desk)?, Permission::ServeQueue)?;
    let bytes = body.bytes.clone();
    let seen = body.values.remove("cases");
    let from = {
        let mut fields = Fields::new(body.values, &api.frame);
        let from = fields.needed("from", 64);
        fields.check()?;
        from
    };
    let Ok(from) = from.parse::<OfficerId>() else {
        return Err(at("/from", "unknown", api.frame.t("error.word_unknown")));
    };
    let cases = cases(&api, seen)?;
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Desk)?;
        let whole = command_of(&api)?;
        let once = |case: CaseId| {
            let asked = [
                b"handover".as_slice(),
                &from.0.into_bytes(),
                &case.0.into_bytes(),
            ];
            Some(api.node.once(of_case(whole, case), &asked))
        };
        let came = take_over_all(&api.node, staff, from, &cases, once).await?;
        let (taken, moved_on): (Vec<_>, Vec<_>) = came.into_iter().partition(|(_, taken)| *taken);
        let ids = |cases: Vec<(CaseId, bool)>| cases.iter().map(|(id, _)| id.to_string()).collect();
        Ok(done(&ShiftTakenOver {
            taken: ids(taken),
            moved_on: ids(moved_on),
        }))
    })
    .await
}

/// The command of one case under that of the whole.
fn of_case(whole: CommandId, case: CaseId) -> CommandId {
    let digest = Sha256::new()
        .chain_update(whole.0.as_bytes())
        .chain_update(case.0.as_bytes())
        .finalize();
    let mut bytes = [0_u8; 16];
    for (to, from) in bytes.iter_mut().zip(digest.iter()) {
        *to = *from;
    }
    CommandId(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// The cases of the body.
fn cases(api: &Api, seen: Option<Value>) -> Result<Vec<(CaseId, u32)>, Fault> {
    let choose = |code| at("/cases", code, api.frame.t("handover.choose"));
    let Some(Value::Array(seen)) = seen else {
        return Err(choose("required"));
    };
    if seen.is_empty() {
        return Err(choose("required"));
    }
    if seen.len() > TAKEN_MAX {
        return Err(choose("too_many"));
    }
    let read = |(n, one): (usize, &Value)| {
        let unknown = |name: &str| {
            let words = api.frame.t("error.word_unknown");
            at(&format!("/cases/{n}/{name}"), "unknown", words)
        };
        let id = one.get("id").and_then(Value::as_str);
        let id: Option<CaseId> = id.and_then(|id| id.parse().ok());
        let version = one.get("version").and_then(Value::as_u64);
        let version = version.and_then(|version| u32::try_from(version).ok());
        Ok((
            id.ok_or_else(|| unknown("id"))?,
            version.ok_or_else(|| unknown("version"))?,
        ))
    };
    seen.iter().enumerate().map(read).collect()
}
