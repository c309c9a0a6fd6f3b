//! `/kecakapan/petugas/{officer}`: what a colleague is qualified for, granted and withdrawn by their chief.

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::act::Payload;
use pengayom_core::subject::officer::OfficerAct;
use pengayom_core::value::OfficerId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::standing::Grant;

use super::officer_refused;
use super::skills::{SkillLine, skill_lines};
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{Names, OptionGroup, Pick, Select, parse_date};

/// Something that happened to their qualifications.
struct Event {
    when: String,
    what: String,
    who: String,
}

#[derive(Template)]
#[template(path = "standing/officer.html")]
struct OfficerPage {
    page: PageFrame,
    by: String,
    errors: Vec<FieldError>,
    href: String,
    skills: Vec<SkillLine>,
    lessons: String,
    /// Where whoever coaches them reads whether their answers come in time.
    coaching: Option<String>,
    skill: Select,
    granted_by: TextField,
    certificate: TextField,
    from: TextField,
    until: TextField,
    withdraw: Option<Select>,
    reason: TextField,
    events: Vec<Event>,
}

/// `GET /kecakapan/petugas/{officer}`
pub(super) async fn show(page: StaffPage, Path(officer): Path<String>) -> Result<Response, Fault> {
    officer_page(
        page,
        StatusCode::OK,
        &officer,
        &Fields::default(),
        Vec::new(),
    )
    .await
}

/// A day that was typed: nothing, a day, or the field that is wrong.
pub(super) fn typed_day(
    frame: &PageFrame,
    fields: &Fields,
    name: &str,
) -> Result<Option<jiff::civil::Date>, FieldError> {
    let typed = fields.get(name);
    if typed.is_empty() {
        return Ok(None);
    }
    parse_date(typed).map(Some).ok_or_else(|| {
        let values = [("example", "24-11-2026")];
        FieldError::new(name, frame.tf("error.date_unreadable", &values))
    })
}

/// `POST /kecakapan/petugas/{officer}`: they are qualified for something.
pub(super) async fn grant(
    page: StaffPage,
    Path(officer): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    page.require(Permission::KeepSkills)?;
    let fields = &form.fields;
    if given_back(fields) {
        return officer_page(page, StatusCode::OK, &officer, fields, Vec::new()).await;
    }
    let id: OfficerId = officer.parse().map_err(|_| Fault::NotFound)?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let mut errors = Vec::new();
    let mut day = |name| match typed_day(&page.frame, fields, name) {
        Ok(day) => day,
        Err(error) => {
            errors.push(error);
            None
        }
    };
    let (from, until) = (day("mulai"), day("sampai"));
    let Ok(skill) = fields.get("kecakapan").parse() else {
        errors.insert(
            0,
            FieldError::new("kecakapan", page.frame.t("skill.choose")),
        );
        return officer_page(page, status, &officer, fields, errors).await;
    };
    if !errors.is_empty() {
        return officer_page(page, status, &officer, fields, errors).await;
    }
    let grant = Grant {
        skill,
        by: fields.line("oleh_siapa").unwrap_or_default(),
        certificate: fields.line("sertifikat"),
        from,
        until,
        simulated: false,
    };
    match page.node.grant_skill(&page.staff, id, grant, None).await {
        Ok(()) => Ok(Redirect::to(&format!("/kecakapan/petugas/{id}")).into_response()),
        Err(HandleError::Officer(rule)) => {
            let (member, words) = officer_refused(&page.frame, &rule);
            let field = match member {
                "by" => "oleh_siapa",
                "certificate" => "sertifikat",
                "from" => "mulai",
                "until" => "sampai",
                _ => "kecakapan",
            };
            let errors = vec![FieldError::new(field, words)];
            officer_page(page, status, &officer, fields, errors).await
        }
        Err(HandleError::NoSuchOfficer) => Err(Fault::NotFound),
        Err(error) => Err(error.into()),
    }
}

/// `POST /kecakapan/petugas/{officer}/cabut`: they are not any more.
pub(super) async fn withdraw(
    page: StaffPage,
    Path(officer): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    page.require(Permission::KeepSkills)?;
    let fields = &form.fields;
    if given_back(fields) {
        return officer_page(page, StatusCode::OK, &officer, fields, Vec::new()).await;
    }
    let id: OfficerId = officer.parse().map_err(|_| Fault::NotFound)?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let Ok(skill) = fields.get("cabut").parse() else {
        let errors = vec![FieldError::new("cabut", page.frame.t("skill.choose"))];
        return officer_page(page, status, &officer, fields, errors).await;
    };
    let reason = fields.line("alasan").unwrap_or_default();
    let done = page
        .node
        .withdraw_skill(&page.staff, id, skill, reason, None)
        .await;
    match done {
        Ok(()) => Ok(Redirect::to(&format!("/kecakapan/petugas/{id}")).into_response()),
        Err(HandleError::Officer(rule)) => {
            let (member, words) = officer_refused(&page.frame, &rule);
            let field = if member == "reason" {
                "alasan"
            } else {
                "cabut"
            };
            let errors = vec![FieldError::new(field, words)];
            officer_page(page, status, &officer, fields, errors).await
        }
        Err(HandleError::NoSuchOfficer) => Err(Fault::NotFound),
        Err(error) => Err(error.into()),
    }
}

async fn officer_page(
    page: StaffPage,
    status: StatusCode,
    officer: &str,
    fields: &Fields,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    page.require(Permission::KeepSkills)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    let id: OfficerId = officer.parse().map_err(|_| Fault::NotFound)?;
    let history = match node.standing_of(&staff, id).await {
        Err(HandleError::NoSuchOfficer) => return Err(Fault::NotFound),
        history => history?,
    };
    let names = Names::read(&node).await?;
    frame.title = names.of(&frame, id);
    let mut active = names.active();
    let is_coached = active.any(|one| one.id == id && node.coaches(&staff, one));
    if !errors.is_empty() {
        frame.refused();
    }
    let now = node.now();
    let known = &history.known;
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let done = known.lessons.values().filter(|one| one.done_at.is_some());
    let lessons = frame.tf(
        "lesson.counts",
        &[
            ("open", &count(known.open_lessons().count())),
            ("done", &count(done.count())),
        ],
    );
    let pack = &frame.unit().pack;
    let held = |code: &str| {
        let mut all = known.qualifications.iter();
        all.any(|one| one.skill.as_str() == code && one.withdrawn_at.is_none())
    };
    let group = |chosen: &str, wanted: &dyn Fn(&str) -> bool| OptionGroup {
        label: frame.t("skill.all").to_owned(),
        options: pack
            .skills()
            .iter()
            .filter(|skill| wanted(skill.code.as_str()))
            .map(|skill| Pick::new(skill.code.as_str(), frame.say(&skill.name), chosen))
            .collect(),
    };
    let select = |name: &'static str, key: &str, options: OptionGroup| Select {
        field: TextField::new(name, frame.t(key), fields.get(name), &errors),
        first: frame.t("skill.choose_first").to_owned(),
        groups: vec![options],
    };
    let line = |name: &'static str, key: &str| {
        TextField::new(name, frame.t(key), fields.get(name), &errors)
    };
    let withdrawable = group(fields.get("cabut"), &held);
    let page = OfficerPage {
        by: staff.id.to_string(),
        href: format!("/kecakapan/petugas/{id}"),
        coaching: is_coached.then(|| format!("/kecakapan/petugas/{id}/ketepatan")),
        skills: skill_lines(&frame, &known.qualifications, now),
        lessons,
        skill: select(
            "kecakapan",
            "skill.what",
            group(fields.get("kecakapan"), &|_| true),
        ),
        granted_by: line("oleh_siapa", "skill.by"),
        certificate: line("sertifikat", "skill.certificate").optional(),
        from: line("mulai", "skill.from").optional(),
        until: line("sampai", "skill.until")
            .optional()
            .hint(frame.t("skill.until_help")),
        withdraw: (!withdrawable.options.is_empty())
            .then(|| select("cabut", "skill.withdraw_what", withdrawable)),
        reason: line("alasan", "skill.reason"),
        events: events(&frame, &names, &history.acts),
        errors,
        page: frame,
    };
    draw(status, &page)
}

/// What happened to their qualifications, the latest first. Lessons are between the officer and the
/// program.
fn events(frame: &PageFrame, names: &Names, acts: &[pengayom_core::act::Act]) -> Vec<Event> {
    let pack = &frame.unit().pack;
    let name = |code: &pengayom_core::pack::SkillCode| match pack.skill(code.as_str()) {
        Some(skill) => frame.say(&skill.name).to_owned(),
        None => code.to_string(),
    };
    let events = acts.iter().rev().filter_map(|act| {
        let Payload::Officer(what) = &act.payload else {
            return None;
        };
        let what = match what {
            OfficerAct::QualificationGranted(granted) => {
                let values = [
                    ("skill", name(&granted.skill)),
                    ("by", granted.by.clone()),
                    (
                        "certificate",
                        granted
                            .certificate
                            .clone()
                            .unwrap_or_else(|| "-".to_owned()),
                    ),
                ];
                let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
                frame.tf("skill.event_granted", &values)
            }
            OfficerAct::QualificationWithdrawn { skill, reason } => {
                let skill = name(skill);
                let values = [("skill", skill.as_str()), ("reason", reason.as_str())];
                frame.tf("skill.event_withdrawn", &values)
            }
            _ => return None,
        };
        Some(Event {
            when: frame.format().moment(act.happened_at),
            what,
            who: names.actor(frame, &act.actor),
        })
    });
    events.collect()
}
