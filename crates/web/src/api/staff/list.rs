//! Lists of cases: all that concern an account, its own, those that wait for a review, and those that words fit.

use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::place::StationId;
use pengayom_core::subject::case::CaseStage;
use pengayom_core::value::CaseId;
use pengayom_node::access::Permission;
use pengayom_node::tokens::Scope;
use pengayom_store::{CaseCursor, CaseQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shown::{CaseInList, Shown};
use super::{PartOf, done, for_one, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::cursor::Part;
use crate::api::query::{next_address, part_of};
use crate::problem::Fault;

/// Most own cases that are read.
const OWN_MAX: u32 = 500;

/// Cases that a search finds at most.
const FOUND_MAX: u32 = 50;

/// Longest search, in characters.
const WORDS_MAX_CHARS: usize = 200;

/// A place in the list: the case that was the last.
#[derive(Serialize, Deserialize)]
struct After(i64, String);

impl After {
    fn of(cursor: CaseCursor) -> Self {
        Self(cursor.filed_at.as_microsecond(), cursor.case.to_string())
    }

    fn cursor(&self) -> Option<CaseCursor> {
        Some(CaseCursor {
            filed_at: Timestamp::from_microsecond(self.0).ok()?,
            case: self.1.parse::<CaseId>().ok()?,
        })
    }
}

/// Cases that concern the account, newest first.
///
/// A part may have fewer items than `limit`, also none, and go on: those that the account may not read are left out.
#[utoipa::path(
    get, path = "/cases", operation_id = "listCases", tag = "cases",
    params(
        ("stage" = Option<String>, Query, description = "Only of this stage: `received`, `assessed`, `handled` or `closed`.", max_length = 200),
        ("station" = Option<String>, Query, description = "Only of this station, for an account that sees several.", max_length = 200),
        PartOf
    ),
    responses((status = 200, description = "By the moment of filing.", body = Part<CaseInList>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn all(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    require(staff, Permission::ReadCase)?;
    let mut query = api.query();
    let stage = query.word("stage", CaseStage::parse);
    let station = query.word("station", |word| word.parse::<StationId>().ok());
    let paging = query.paging();
    let list = format!(
        "cases/{}/{}/{}",
        staff.id,
        stage.map(CaseStage::as_str).unwrap_or_default(),
        station.as_ref().map(StationId::as_str).unwrap_or_default()
    );
    let after: Option<After> = query.place(&api.node, &list, &paging);
    query.finish()?;
    let asked = CaseQuery {
        stages: stage.into_iter().collect(),
        stations: station.into_iter().collect(),
        after: after.as_ref().and_then(After::cursor),
        limit: paging.limit,
        ..CaseQuery::default()
    };
    let found = api.node.list_cases(staff, asked).await?;
    let shown = Shown::read(&api, staff).await?;
    let next = found
        .next
        .and_then(|next| next_address(&api, &list, &After::of(next)));
    let items = shown.cases(&found.rows);
    api.found(&Part { items, next }).map(for_one)
}

/// Open cases that the account serves or handles, in the order to serve them.
#[utoipa::path(
    get, path = "/cases/mine", operation_id = "listOwnCases", tag = "cases",
    params(PartOf),
    responses((status = 200, description = "In the order to serve them.", body = Part<CaseInList>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn mine(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let rows = api.node.own_cases(staff, OWN_MAX).await?;
    let shown = Shown::read(&api, staff).await?;
    let list = format!("mine/{}", staff.id);
    let part = part_of(&api, &list, api.query(), shown.cases(&rows).into_iter())?;
    api.found(&part).map(for_one)
}

/// Cases whose reporters wait for an explanation or a second look, the longest wait first.
#[utoipa::path(
    get, path = "/cases/reviews", operation_id = "listCasesForReview", tag = "cases",
    params(PartOf),
    responses((status = 200, description = "By the moment of asking.", body = Part<CaseInList>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn reviews(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let rows = api.node.asked_for_review(staff).await?;
    let shown = Shown::read(&api, staff).await?;
    let list = format!("reviews/{}", staff.id);
    let part = part_of(&api, &list, api.query(), shown.cases(&rows).into_iter())?;
    api.found(&part).map(for_one)
}

/// What is searched for. It stands in the body, for it may be a name or a telephone number.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct CaseSearch {
    /// Words of the case, its number, or, for accounts that may read who reported, a telephone number.
    #[schema(min_length = 1, max_length = 200)]
    text: String,
}

/// What a search found.
#[derive(Serialize, ToSchema)]
pub(super) struct FoundCases {
    /// The best 50.
    items: Vec<CaseInList>,
}

/// Searches cases by words, number or reporter. It changes nothing; an `Idempotency-Key` has no effect.
#[utoipa::path(
    post, path = "/cases/search", operation_id = "searchCases", tag = "cases",
    request_body = CaseSearch,
    responses((status = 200, description = "What fits, the best first.", body = FoundCases)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn search(api: Api, body: JsonBody) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    require(staff, Permission::ReadCase)?;
    api.key()?;
    let text = {
        let mut fields = Fields::new(body.values, &api.frame);
        let text = fields.needed("text", WORDS_MAX_CHARS);
        fields.check()?;
        text
    };
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let rows = api.node.search_cases(staff, &line, FOUND_MAX).await?;
    let shown = Shown::read(&api, staff).await?;
    let items = shown.cases(&rows);
    Ok(done(&FoundCases { items }))
}
