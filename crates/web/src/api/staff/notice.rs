//! Notices that could not be sent and wait for a person (S76).

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::notice::Way;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::notices::{DeadNotice, REASON_MAX, Seen};
use pengayom_node::tokens::Scope;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::refused::at;
use super::{PartOf, for_one, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::cursor::Part;
use crate::api::once::once;
use crate::api::query::part_of;
use crate::problem::Fault;

/// What can be done about a notice.
const WAYS_OUT: [&str; 4] = ["again", "other_way", "phoned", "given_up"];

/// A notice that could not be sent.
#[derive(Serialize, ToSchema)]
pub(super) struct UndeliveredNotice {
    /// Its identifier.
    #[schema(format = "uuid")]
    id: String,
    /// The case.
    #[schema(format = "uuid")]
    case: String,
    /// The number of the case.
    #[schema(required)]
    number: Option<String>,
    /// What there is news of: `received`, `message`, `late`, `review`, `letter`, `closed`, `overdue` or `still`.
    kind: &'static str,
    /// By which way it was sent: `email`, `sms`, `whatsapp` or `push`.
    way: &'static str,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    made_at: Timestamp,
    /// How often it was tried.
    attempts: u32,
    /// Why it was given up, as a word such as `unreachable`.
    #[schema(required)]
    fault: Option<String>,
    /// Who reported, as far as they said.
    #[schema(required)]
    name: Option<String>,
    /// Their number, as far as they gave one.
    #[schema(required)]
    phone: Option<String>,
    /// At which times they may be reached safely, a code of `/safety`.
    #[schema(required)]
    safe_time: Option<String>,
    /// How they may be reached safely, in their words.
    #[schema(required)]
    safe_contact: Option<String>,
    /// The word that they and the unit agreed on.
    #[schema(required)]
    safe_word: Option<String>,
    /// It may be tried again the same way.
    may_try_again: bool,
    /// Other ways that the reporter asked for and that are open.
    other_ways: Vec<&'static str>,
}

impl UndeliveredNotice {
    fn of(dead: &DeadNotice) -> Self {
        let (notice, person) = (&dead.notice, &dead.person);
        Self {
            id: notice.id.to_string(),
            case: notice.case.to_string(),
            number: dead.number.as_ref().map(ToString::to_string),
            kind: notice.kind.as_str(),
            way: notice.way.as_str(),
            made_at: notice.made_at,
            attempts: notice.attempts,
            fault: notice.fault.clone(),
            name: person.name.clone(),
            phone: person.phone.clone(),
            safe_time: person.safe_time.clone(),
            safe_contact: person.safe_contact.clone(),
            safe_word: person.safe_word.clone(),
            may_try_again: dead.may_tell,
            other_ways: dead.others.iter().map(|way| way.as_str()).collect(),
        }
    }
}

/// Notices that could not be sent, the oldest first: of the cases that the account may read.
#[utoipa::path(
    get, path = "/desk/notices", operation_id = "listUndeliveredNotices", tag = "desk",
    params(PartOf),
    responses((status = 200, description = "The oldest first.", body = Part<UndeliveredNotice>)),
    security(("token" = ["desk"]))
)]
pub(super) async fn list(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Desk)?;
    let dead = api.node.dead_notices(staff).await?;
    let list = format!("notices/{}", staff.id);
    let dead = dead.iter().map(UndeliveredNotice::of);
    let part = part_of(&api, &list, api.query(), dead)?;
    api.found(&part).map(for_one)
}

/// What was done about a notice.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct SeeToNotice {
    /// `again`: it is tried again the same way; `other_way`: it is sent by another one; `phoned`: somebody called;
    /// `given_up`: nothing is sent.
    #[schema(min_length = 1, max_length = 200)]
    done: String,
    /// The other way, one of `other_ways`.
    #[schema(max_length = 200)]
    way: Option<String>,
    /// In the officer's words; needed to give it up.
    #[schema(max_length = 300)]
    reason: Option<String>,
}

/// What became of a notice.
#[derive(Serialize, ToSchema)]
pub(super) struct NoticeSeenTo {
    /// Its identifier.
    #[schema(format = "uuid")]
    id: String,
}

/// Says what was done about a notice that could not be sent.
#[utoipa::path(
    post, path = "/desk/notices/{notice}", operation_id = "seeToNotice", tag = "desk",
    params(("notice" = String, Path, description = "Identifier of the notice.", format = "uuid")),
    request_body = SeeToNotice,
    responses((status = 200, description = "It is off the list, now or by the same request before.", body = NoticeSeenTo)),
    security(("token" = ["desk"]))
)]
pub(super) async fn see_to(
    api: Api,
    Path(notice): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Desk)?;
    require(staff, Permission::ServeQueue)?;
    require(staff, Permission::ReadPerson)?;
    let id: Uuid = notice.parse().map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let seen = seen(&api, body)?;
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Desk)?;
        let way = matches!(seen, Seen::OtherWay(_));
        match api.node.see_to_notice(staff, id, seen).await {
            Ok(()) => {
                let body = NoticeSeenTo { id: id.to_string() };
                api.found(&body).map(for_one)
            }
            Err(HandleError::Malformed) => Err(at(
                "/reason",
                "required",
                api.frame.t("notices.reason_write"),
            )),
            // The reporter does not wish it, or wishes otherwise since.
            Err(HandleError::NotFound("way")) => {
                let pointer = if way { "/way" } else { "/done" };
                Err(at(pointer, "not_accepted", api.frame.t("notices.moved")))
            }
            Err(error) => Err(error.into()),
        }
    })
    .await
}

fn seen(api: &Api, body: JsonBody) -> Result<Seen, Fault> {
    let mut fields = Fields::new(body.values, &api.frame);
    let done = fields.word("done", |word| {
        WAYS_OUT.into_iter().find(|known| *known == word)
    });
    let way = fields.word("way", Way::parse);
    let reason = fields.text("reason", REASON_MAX).unwrap_or_default();
    if done.is_none() && !fields.has_fault_at("/done") {
        fields.wrong_by_key("/done", "required", "error.word_unknown");
    }
    if done == Some("other_way") && way.is_none() && !fields.has_fault_at("/way") {
        fields.wrong_by_key("/way", "required", "error.word_unknown");
    }
    fields.check()?;
    Ok(match (done, way) {
        (Some("other_way"), Some(way)) => Seen::OtherWay(way),
        (Some("phoned"), _) => Seen::Phoned(reason),
        (Some("given_up"), _) => Seen::GivenUp(reason),
        _ => Seen::Again,
    })
}
