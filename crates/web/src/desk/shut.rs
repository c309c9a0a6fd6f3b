//! `/perkara/{id}` for whoever it is shut to: why, and what they can still do. Opening it in an
//! emergency, taking one that waits, and for the chief naming who reads it.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use pengayom_core::subject::case::{CaseCommand, CaseRefusal};
use pengayom_core::value::CaseId;
use pengayom_node::HandleError;
use pengayom_node::access::Shut;
use pengayom_node::handle::access::ShutCase;

use super::act::CaseForm;
use super::queue::seen_version;
use super::{readers, refusal};
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{FieldError, TextField, error_at};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::signin::home;
use crate::staff::held::given_back;
use crate::staff::{Names, Select};

/// The field of the reason of an emergency.
const REASON: &str = "darurat-alasan";

#[derive(Template)]
#[template(path = "desk/shut.html")]
struct ShutPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    href: String,
    back: &'static str,
    heading: String,
    why: String,
    said: Option<String>,
    version: u32,
    may_take: bool,
    emergency: Option<Emergency>,
    forms: Vec<NameForm>,
}

struct Emergency {
    words: String,
    reason: TextField,
}

struct NameForm {
    id: &'static str,
    title: String,
    help: String,
    officer: Select,
    reason: TextField,
    open: bool,
}

/// What was typed, and into which form.
#[derive(Default)]
struct Typed {
    form: Option<CaseForm>,
    fields: Fields,
    errors: Vec<FieldError>,
}

/// The page of a case that is shut to its reader.
pub(super) async fn show(page: StaffPage, id: CaseId) -> Result<Response, Fault> {
    shut_page(page, StatusCode::FORBIDDEN, id, None, Typed::default()).await
}

async fn shut_page(
    page: StaffPage,
    status: StatusCode,
    id: CaseId,
    said: Option<String>,
    typed: Typed,
) -> Result<Response, Fault> {
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    let Some(shut) = node.shut_case(&staff, id).await? else {
        return Ok(Redirect::to(&format!("/perkara/{id}")).into_response());
    };
    let names = Names::read(&node).await?;
    let ShutCase { why, version, .. } = shut;
    let number = shut.number.as_ref();
    let number = number.map_or_else(|| id.to_string(), ToString::to_string);
    let heading = frame.tf("access.shut_title", &[("number", &number)]);
    frame.title.clone_from(&heading);
    if !typed.errors.is_empty() {
        frame.refused();
    }
    let emergency = shut.may_open.then(|| {
        let times = frame.unit().pack.access();
        let count = |n: u32| frame.format().count(i64::from(n));
        let (minutes, hours) = (count(times.open_minutes), count(times.review_hours));
        let values = [("minutes", minutes.as_str()), ("hours", hours.as_str())];
        let mine = typed.form == Some(CaseForm::Emergency);
        Emergency {
            words: frame.tf("access.emergency_help", &values),
            reason: TextField {
                id: REASON,
                name: "alasan",
                label: frame.t("access.emergency_reason").to_owned(),
                hint: Some(frame.t("access.emergency_reason_help").to_owned()),
                error: error_at(&typed.errors, REASON),
                value: if mine {
                    typed.fields.get("alasan").to_owned()
                } else {
                    String::new()
                },
                ..TextField::default()
            },
        }
    });
    let nothing = Fields::default();
    let name_form = |form: CaseForm| {
        let mine = typed.form == Some(form);
        let fields = if mine { &typed.fields } else { &nothing };
        let known = (form == CaseForm::RemoveReader).then_some(shut.named.as_slice());
        let (officer, reason) =
            readers::fields_of(&frame, &names, form, fields, &typed.errors, known);
        let (title, help) = readers::words(form);
        NameForm {
            id: form.slug(),
            title: frame.t(title).to_owned(),
            help: frame.t(help).to_owned(),
            officer,
            reason,
            open: mine,
        }
    };
    let mut forms = Vec::new();
    if shut.may_name {
        forms.push(name_form(CaseForm::NameReader));
        if !shut.named.is_empty() {
            forms.push(name_form(CaseForm::RemoveReader));
        }
    }
    let page = ShutPage {
        by: staff.id.to_string(),
        href: format!("/perkara/{id}"),
        back: home(&staff),
        heading,
        why: frame.t(why_words(why)).to_owned(),
        said,
        version,
        may_take: shut.may_take,
        emergency,
        forms,
        errors: typed.errors,
        page: frame,
    };
    draw(status, &page)
}

/// Key of the sentence that says why.
const fn why_words(why: Shut) -> &'static str {
    match why {
        Shut::NotNamed => "access.not_named",
        Shut::OtherStation => "access.other_station",
        Shut::Concerned | Shut::Role(_) | Shut::Policy => "access.policy",
    }
}

/// `POST /perkara/{id}/buka-darurat`
pub(super) async fn open(
    page: StaffPage,
    Path(case): Path<String>,
    post: FormPost,
) -> Result<Response, Fault> {
    let id: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let form = CaseForm::Emergency;
    page.require(form.permission())?;
    let fields = post.fields;
    let typed = |fields, errors| Typed {
        form: Some(form),
        fields,
        errors,
    };
    if given_back(&fields) {
        return shut_page(page, StatusCode::OK, id, None, typed(fields, Vec::new())).await;
    }
    let reason = fields.get("alasan").to_owned();
    match page.node.open_in_emergency(&page.staff, id, reason).await {
        Ok(_) => Ok(Redirect::to(&format!("/perkara/{id}")).into_response()),
        Err(HandleError::Case(refused)) => {
            let error = refusal::refusal(&page.frame, form, &refused).ok_or(Fault::Conflict)?;
            let typed = typed(fields, vec![error]);
            shut_page(page, StatusCode::UNPROCESSABLE_ENTITY, id, None, typed).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Carries out what may be done to a case that is shut: taking one that waits, and for the chief
/// naming who reads it.
pub(super) async fn carry_out(
    page: StaffPage,
    id: CaseId,
    form: CaseForm,
    fields: Fields,
) -> Result<Response, Fault> {
    page.require(form.permission())?;
    let typed = |errors| Typed {
        form: Some(form),
        fields: fields.clone(),
        errors,
    };
    if given_back(&fields) {
        return shut_page(page, StatusCode::OK, id, None, typed(Vec::new())).await;
    }
    let command = match form {
        CaseForm::Take => CaseCommand::Take { by: page.staff.id },
        _ => match readers::command(&page.frame, form, &fields) {
            Ok(command) => command,
            Err(errors) => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return shut_page(page, status, id, None, typed(errors)).await;
            }
        },
    };
    let seen = seen_version(&fields);
    let changed = page
        .node
        .change_case(&page.staff, id, seen, command, None)
        .await;
    match changed {
        Ok(_) if form == CaseForm::Take => {
            Ok(Redirect::to(&format!("/perkara/{id}")).into_response())
        }
        Ok(_) => {
            let said = Some(page.frame.t("access.saved").to_owned());
            shut_page(page, StatusCode::OK, id, said, Typed::default()).await
        }
        Err(HandleError::NoSuchOfficer) => {
            let words = page.frame.t("case.assign_gone");
            let errors = vec![FieldError::new(form.field_ids().0, words)];
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            shut_page(page, status, id, None, typed(errors)).await
        }
        Err(HandleError::Case(CaseRefusal::WithAnotherOfficer { .. } | CaseRefusal::Closed)) => {
            Err(Fault::Conflict)
        }
        Err(HandleError::Case(refused)) => {
            let error = refusal::refusal(&page.frame, form, &refused).ok_or(Fault::Conflict)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            shut_page(page, status, id, None, typed(vec![error])).await
        }
        Err(error) => Err(error.into()),
    }
}
