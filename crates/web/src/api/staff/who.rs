//! Who the program acts for, and who else works here.

use axum::response::Response;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::tokens::Scope;
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::{Named, Shown};
use super::{PartOf, for_one, require};
use crate::api::caller::Api;
use crate::api::cursor::Part;
use crate::api::query::part_of;
use crate::problem::Fault;

/// A member of staff who works here now.
#[derive(Serialize, ToSchema)]
pub(super) struct StaffMember {
    /// Identifier of the account.
    #[schema(format = "uuid")]
    id: String,
    /// Rank and name.
    name: String,
    /// Rank, an abbreviation of the pack.
    #[schema(required)]
    rank: Option<String>,
    /// The station they belong to; that of the unit itself for those who belong to none.
    station: Named,
    /// Their roles.
    #[schema(value_type = Vec<String>)]
    roles: Vec<&'static str>,
    /// A case can be given to them.
    works_on_cases: bool,
}

impl StaffMember {
    fn of(shown: &Shown<'_>, staff: &Staff) -> Self {
        let unit = shown.frame.unit();
        Self {
            id: staff.id.to_string(),
            name: staff.addressed(),
            rank: staff.rank.clone(),
            station: shown.station(staff.desk(unit.own_station())),
            roles: staff.roles.iter().map(|role| role.as_str()).collect(),
            works_on_cases: staff.may(Permission::WorkCase),
        }
    }
}

/// What a token is good for.
#[derive(Serialize, ToSchema)]
pub(super) struct Me {
    /// Name of the token.
    token: String,
    /// What it carries.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<&'static str>,
    /// The account it acts for.
    #[schema(required)]
    account: Option<StaffMember>,
}

/// What the token that was shown is good for.
#[utoipa::path(
    get, path = "/me", operation_id = "getMe", tag = "staff",
    responses((status = 200, description = "Name, scopes and account.", body = Me)),
    security(("token" = []))
)]
pub(super) async fn me(api: Api) -> Result<Response, Fault> {
    let bearer = api.bearer.as_ref().ok_or(Fault::Token)?;
    let account = match &bearer.staff {
        Some(staff) => {
            let shown = Shown::read(&api, staff).await?;
            Some(StaffMember::of(&shown, staff))
        }
        None => None,
    };
    let body = Me {
        token: bearer.name.clone(),
        scopes: bearer.scopes.iter().map(|scope| scope.as_str()).collect(),
        account,
    };
    api.found(&body).map(for_one)
}

/// Members of staff who work here now, by name.
#[utoipa::path(
    get, path = "/staff", operation_id = "listStaff", tag = "staff",
    params(PartOf),
    responses((status = 200, description = "By name.", body = Part<StaffMember>)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn staff(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    require(staff, Permission::ReadCase)?;
    let shown = Shown::read(&api, staff).await?;
    let all: Vec<StaffMember> = shown
        .names
        .active()
        .map(|staff| StaffMember::of(&shown, staff))
        .collect();
    let part = part_of(&api, "staff", api.query(), all.into_iter())?;
    api.found(&part).map(for_one)
}
