//! What officers are qualified for, and the lessons that wait for the account (S7, S34). A lesson is read and
//! answered by a person, on its page.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::pack::SkillCode;
use pengayom_core::subject::officer::{Officer, OfficerRefusal, Standing};
use pengayom_core::value::OfficerId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::standing::Grant;
use pengayom_node::tokens::Scope;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use super::form::day;
use super::refused::{at, refused};
use super::{for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::once::once;
use crate::problem::Fault;
use crate::standing::officer_refused;

/// The account of an address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "names parameters for the description")]
struct OfficerAt {
    /// Identifier of the account.
    #[param(format = "uuid")]
    officer: String,
}

/// A qualification somebody has or had.
#[derive(Serialize, ToSchema)]
pub(super) struct Qualification {
    /// For what, a code of the pack.
    skill: String,
    /// First day it holds.
    from: String,
    /// Last day it holds; null: until it is withdrawn.
    #[schema(required)]
    until: Option<String>,
    /// `valid`, `ahead`, `lapsed` or `withdrawn`.
    #[schema(value_type = String)]
    standing: &'static str,
}

/// What somebody is qualified for.
#[derive(Serialize, ToSchema)]
pub(super) struct Skills {
    /// Qualifications they have or had.
    qualifications: Vec<Qualification>,
}

/// A lesson that waits.
#[derive(Serialize, ToSchema)]
pub(super) struct LessonWaiting {
    /// Which, a code of the pack.
    lesson: String,
    /// The kind of gap that opened it; null: it was opened by oneself.
    #[schema(value_type = Option<String>, required)]
    gap: Option<&'static str>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    opened_at: Timestamp,
}

/// One's own skills and lessons.
#[derive(Serialize, ToSchema)]
pub(super) struct OwnSkills {
    /// Qualifications one has or had.
    qualifications: Vec<Qualification>,
    /// Lessons that wait.
    lessons: Vec<LessonWaiting>,
}

fn qualifications(api: &Api, known: &Officer) -> Vec<Qualification> {
    let unit = api.node.unit();
    let now = api.node.now();
    let all = known.qualifications.iter();
    all.map(|one| Qualification {
        skill: one.skill.to_string(),
        from: one.from.to_string(),
        until: one.until.map(|day| day.to_string()),
        standing: match one.standing(now, &unit.zone) {
            Standing::Valid => "valid",
            Standing::Ahead => "ahead",
            Standing::Lapsed => "lapsed",
            Standing::Withdrawn => "withdrawn",
        },
    })
    .collect()
}

/// What the account's officer is qualified for, and which lessons wait for them.
#[utoipa::path(
    get, path = "/me/skills", operation_id = "getOwnSkills", tag = "skills",
    responses((status = 200, description = "One's own.", body = OwnSkills)),
    security(("token" = ["cases:read"]))
)]
pub(super) async fn own(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::CasesRead)?;
    let known = api.node.own_standing(staff).await?.known;
    let lessons = known.open_lessons().map(|(lesson, state)| LessonWaiting {
        lesson: lesson.to_string(),
        gap: state.gap.map(pengayom_core::pack::GapKind::code),
        opened_at: state.opened_at,
    });
    let body = OwnSkills {
        lessons: lessons.collect(),
        qualifications: qualifications(&api, &known),
    };
    api.found(&body).map(for_one)
}

/// What a colleague is qualified for.
#[utoipa::path(
    get, path = "/staff/{officer}/skills", operation_id = "getSkills", tag = "skills",
    params(OfficerAt),
    responses((status = 200, description = "What they have or had.", body = Skills)),
    security(("token" = ["accounts"]))
)]
pub(super) async fn show(api: Api, Path(officer): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Accounts)?;
    require(staff, Permission::KeepSkills)?;
    let officer: OfficerId = officer.parse().map_err(|_| Fault::NotFound)?;
    let known = match api.node.standing_of(staff, officer).await {
        Err(HandleError::NoSuchOfficer) => return Err(Fault::NotFound),
        known => known?.known,
    };
    let qualifications = qualifications(&api, &known);
    api.found(&Skills { qualifications }).map(for_one)
}

/// A qualification.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct GrantSkill {
    /// For what, a code of the pack.
    #[schema(min_length = 1, max_length = 200)]
    skill: String,
    /// Who granted it, a school or an office.
    #[schema(min_length = 1, max_length = 200)]
    by: String,
    /// Number of the certificate.
    #[schema(max_length = 200)]
    certificate: Option<String>,
    /// First day it holds; without it, today.
    #[schema(format = Date, max_length = 64)]
    from: Option<String>,
    /// Last day it holds; without it, as long as the pack says.
    #[schema(format = Date, max_length = 64)]
    until: Option<String>,
}

/// Records that a colleague is qualified for something.
#[utoipa::path(
    post, path = "/staff/{officer}/skills", operation_id = "grantSkill", tag = "skills",
    params(OfficerAt),
    request_body = GrantSkill,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = Skills)),
    security(("token" = ["accounts"]))
)]
pub(super) async fn grant(
    api: Api,
    Path(officer): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    require(api.staff(Scope::Accounts)?, Permission::KeepSkills)?;
    let officer: OfficerId = officer.parse().map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let grant = {
        let mut fields = Fields::new(body.values, &api.frame);
        let skill = skill_of(&mut fields);
        let by = fields.needed("by", 200);
        let certificate = fields.text("certificate", 200);
        let from = day(&mut fields, "from");
        let until = day(&mut fields, "until");
        fields.check()?;
        Grant {
            skill: skill.ok_or(Fault::Unreadable)?,
            by,
            certificate,
            from,
            until,
            simulated: false,
        }
    };
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Accounts)?;
        let once = once_of(&api, &asked)?;
        let done = api
            .node
            .grant_skill(staff, officer, grant, Some(once))
            .await;
        after(&api, officer, done).await
    })
    .await
}

fn skill_of(fields: &mut Fields<'_>) -> Option<SkillCode> {
    let skill = fields.word("skill", |code| code.parse::<SkillCode>().ok());
    if skill.is_none() && !fields.has_fault_at("/skill") {
        fields.wrong_by_key("/skill", "required", "skill.choose");
    }
    skill
}

/// Why somebody is not qualified any more.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct WithdrawSkill {
    /// For what, a code of the pack.
    #[schema(min_length = 1, max_length = 200)]
    skill: String,
    /// Why, in words.
    #[schema(min_length = 1, max_length = 1000)]
    reason: String,
}

/// Records that a colleague is not qualified for something any more.
#[utoipa::path(
    post, path = "/staff/{officer}/skill-withdrawals", operation_id = "withdrawSkill", tag = "skills",
    params(OfficerAt),
    request_body = WithdrawSkill,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = Skills)),
    security(("token" = ["accounts"]))
)]
pub(super) async fn withdraw(
    api: Api,
    Path(officer): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    require(api.staff(Scope::Accounts)?, Permission::KeepSkills)?;
    let officer: OfficerId = officer.parse().map_err(|_| Fault::NotFound)?;
    let bytes = body.bytes.clone();
    let (skill, reason) = {
        let mut fields = Fields::new(body.values, &api.frame);
        let skill = skill_of(&mut fields);
        let reason = fields.needed("reason", 1000);
        fields.check()?;
        (skill.ok_or(Fault::Unreadable)?, reason)
    };
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Accounts)?;
        let once = once_of(&api, &asked)?;
        let done = api
            .node
            .withdraw_skill(staff, officer, skill, reason, Some(once))
            .await;
        after(&api, officer, done).await
    })
    .await
}

/// The answer after a change: what they are qualified for now.
async fn after(
    api: &Api,
    officer: OfficerId,
    done: Result<(), HandleError>,
) -> Result<Response, Fault> {
    match done {
        Ok(()) => {}
        Err(HandleError::Officer(rule)) => return Err(not_changed(api, &rule)),
        Err(HandleError::NoSuchOfficer) => return Err(Fault::NotFound),
        Err(error) => return Err(error.into()),
    }
    let staff = api.staff(Scope::Accounts)?;
    let known = api.node.standing_of(staff, officer).await?.known;
    let qualifications = qualifications(api, &known);
    Ok(super::done(&Skills { qualifications }))
}

fn not_changed(api: &Api, rule: &OfficerRefusal) -> Fault {
    use OfficerRefusal as R;
    let (member, words) = officer_refused(&api.frame, rule);
    let code = match rule {
        R::NotInPack(_) => "not_in_pack",
        R::Own => return refused("own_qualification", words),
        R::AnotherOfficers | R::ProgramOnly => return refused("not_yours", words),
        R::Already { .. } => return refused("already_qualified", words),
        R::NotQualified => return refused("not_qualified", words),
        R::TooMany { .. } => return refused("too_many", words),
        R::EndsBeforeItBegins { .. } => "ends_before_it_begins",
        R::DayTooFar(_) => "too_far",
        R::Text { .. } => "text",
        R::NotAnswered { .. } => "not_answered",
    };
    at(&format!("/{member}"), code, words)
}
