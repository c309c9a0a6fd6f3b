//! `/perkara/{id}/jam-pertama`: the first hour of a case, with its clock, what is done in it,
//! the risk, and what has gone up the line (S8, S9).

mod past;
mod road;

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::act::{Act, Payload};
use pengayom_core::pack::{FirstHourBy, FirstHourItem, RiskWord};
use pengayom_core::subject::case::{
    Case, CaseAct, CaseCommand, CaseRefusal, CaseStage, EscalationCause, RiskNote, RiskTrend,
    StepDue,
};
use pengayom_node::access::Permission;
use pengayom_node::handle::case::CaseHistory;
use pengayom_node::{HandleError, UnitContext};
use pengayom_store::rows::CaseRow;

pub(super) use past::describe;
pub(super) use road::road;

use past::names_of;

use super::case::{may_do, moved_words, read};
use super::history::{self, Entry};
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField, error_at};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{Clock, Names, Promise, clock_of, local_moment, service_name, text_words};

#[derive(Template)]
#[template(path = "desk/first_hour.html")]
struct HourPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    href: String,
    back: String,
    stream: String,
    now: String,
    heading: String,
    changed: Option<String>,
    recorded: Option<String>,
    service: String,
    known: String,
    clock: Option<Clock>,
    duty: Option<String>,
    basis: String,
    waiting: Option<Waiting>,
    taken: Option<String>,
    steps: Vec<StepLine>,
    may_work: bool,
    risk: Vec<String>,
    risk_text: Option<String>,
    form: RiskForm,
    history: Vec<Entry>,
}

/// What has gone up the line.
struct Waiting {
    words: String,
}

/// A step.
struct StepLine {
    code: String,
    say: String,
    who: String,
    clock: Option<Clock>,
    /// How it stands, once it was done or said not to be possible.
    mark: Option<String>,
    done: bool,
    open: bool,
    reason: TextField,
    at: TextField,
}

struct RiskForm {
    open: bool,
    level: ChoiceGroup,
    trend: ChoiceGroup,
    threatened: TextField,
    harms: ChoiceGroup,
    may_happen: ChoiceGroup,
    text: TextField,
}

/// What was typed and what was wrong with it.
#[derive(Default)]
struct Typed {
    slug: String,
    fields: Fields,
    errors: Vec<FieldError>,
}

/// What the address carries after an act.
const RECORDED: &str = "tercatat=ya";

/// The state of a first hour in a few words, for the list of the parts of a case.
pub(super) fn state_words(frame: &PageFrame, case: &Case, now: Timestamp) -> String {
    let method = frame.unit().method();
    if let Some(words) = waiting_words(frame, case) {
        return words;
    }
    let steps = case.first_hour_steps(&method);
    if steps.is_empty() {
        return frame.t("first_hour.no_steps").to_owned();
    }
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let marked = steps.iter().filter(|step| step.mark.is_some()).count();
    let values = [("n", count(marked)), ("of", count(steps.len()))];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let words = frame.tf("first_hour.state", &values);
    match step_clock(frame, case, &steps, now) {
        Some(clock) if case.stage != CaseStage::Closed => format!("{words}, {}", clock.words),
        _ => words,
    }
}

/// The clock of the step that is due first.
fn step_clock(frame: &PageFrame, case: &Case, steps: &[StepDue], now: Timestamp) -> Option<Clock> {
    let open = steps.iter().filter(|step| step.mark.is_none());
    let due = open.map(|step| step.due).min()?;
    let promise = Promise {
        filed_at: case.filed_at,
        respond_by: Some(due),
        responded_at: None,
    };
    clock_of(frame, promise, now)
}

/// What has gone up the line and waits, in words.
pub(super) fn waiting_words(frame: &PageFrame, case: &Case) -> Option<String> {
    if case.stage == CaseStage::Closed {
        return None;
    }
    let first = &case.first_hour;
    if let Some(waiting) = &first.waiting {
        return Some(up_words(
            frame,
            &waiting.level,
            waiting.cause,
            waiting.since,
        ));
    }
    let since = first.alarm_since?;
    let time = frame.format().moment(since);
    Some(frame.tf("first_hour.alarm_since", &[("time", &time)]))
}

fn up_words(frame: &PageFrame, level: &str, cause: EscalationCause, since: Timestamp) -> String {
    let time = frame.format().moment(since);
    let values = [
        ("level", level_name(frame, level)),
        ("cause", frame.t(cause_words(cause)).to_owned()),
        ("time", time),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    frame.tf("first_hour.waiting", &values)
}

/// A row of what waits up the line, in words: for `/meja` and `/pimpinan`.
pub(crate) fn row_words(frame: &PageFrame, row: &CaseRow) -> Option<String> {
    let (level, since) = (row.first_hour.level.as_deref()?, row.first_hour.since?);
    let time = frame.format().moment(since);
    let level = level_name(frame, level);
    let values = [("level", level.as_str()), ("time", time.as_str())];
    Some(frame.tf("first_hour.row", &values))
}

pub(crate) fn level_name(frame: &PageFrame, code: &str) -> String {
    let known = frame.unit().pack.first_hour().level(code);
    known.map_or_else(
        || code.to_owned(),
        |(_, level)| frame.say(&level.name).to_owned(),
    )
}

const fn cause_words(cause: EscalationCause) -> &'static str {
    match cause {
        EscalationCause::Overdue => "first_hour.cause_overdue",
        EscalationCause::Risk => "first_hour.cause_risk",
    }
}

const fn trend_words(trend: RiskTrend) -> &'static str {
    match trend {
        RiskTrend::Rising => "first_hour.rising",
        RiskTrend::Same => "first_hour.same",
        RiskTrend::Falling => "first_hour.falling",
    }
}

const fn who_words(who: FirstHourBy) -> &'static str {
    match who {
        FirstHourBy::Desk => "role.desk",
        FirstHourBy::Dispatch => "role.dispatch",
        FirstHourBy::Patrol => "role.patrol",
        FirstHourBy::Community => "role.community",
        FirstHourBy::Investigator => "role.investigator",
        FirstHourBy::Commander => "role.commander",
    }
}

fn item<'u>(unit: &'u UnitContext, case: &Case, code: &str) -> Option<&'u FirstHourItem> {
    let service = unit.pack.service(&case.service)?;
    service
        .first_hour
        .iter()
        .find(|item| item.code.as_str() == code)
}

/// The name of a step; its code when the pack no longer has it.
fn step_name(frame: &PageFrame, code: &str) -> String {
    let mut all = frame
        .unit()
        .pack
        .services()
        .iter()
        .flat_map(|service| &service.first_hour);
    let known = all.find(|item| item.code.as_str() == code);
    known.map_or_else(|| code.to_owned(), |item| frame.say(&item.say).to_owned())
}

/// The page.
pub(super) async fn show(page: StaffPage, Path(case): Path<String>) -> Result<Response, Fault> {
    let history = read(&page, &case).await?;
    hour_page(page, StatusCode::OK, history, None, Typed::default()).await
}

/// One of its forms.
pub(super) async fn carry_out(
    page: StaffPage,
    Path((case, slug)): Path<(String, String)>,
    post: FormPost,
) -> Result<Response, Fault> {
    if !["langkah", "risiko", "ambil"].contains(&slug.as_str()) {
        return Err(Fault::NotFound);
    }
    let history = read(&page, &case).await?;
    page.require(Permission::WorkCase)?;
    let fields = post.fields;
    let typed = |errors| Typed {
        slug: slug.clone(),
        fields: fields.clone(),
        errors,
    };
    if given_back(&fields) {
        return hour_page(page, StatusCode::OK, history, None, typed(Vec::new())).await;
    }
    let (command, at) = match command(&page.frame, &slug, &fields) {
        Ok(command) => command,
        Err(errors) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return hour_page(page, status, history, None, typed(errors)).await;
        }
    };
    let id = history.id;
    // A tap holds whatever else happened meanwhile, and twice the same is once.
    let changed = page
        .node
        .change_case(&page.staff, id, None, command, at)
        .await;
    let Err(error) = changed else {
        let to = if fields.get("dari") == "lapangan" {
            "/lapangan".to_owned()
        } else {
            format!("/perkara/{id}/jam-pertama?{RECORDED}")
        };
        return Ok(Redirect::to(&to).into_response());
    };
    let HandleError::Case(refusal) = error else {
        return Err(error.into());
    };
    let history = page.node.case_history(&page.staff, id).await?;
    match refused(&page.frame, &slug, &fields, &refusal) {
        Some(error) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            hour_page(page, status, history, None, typed(vec![error])).await
        }
        None => {
            let words = match refusal {
                CaseRefusal::NothingWaits => page.frame.t("first_hour.nothing_waits").to_owned(),
                refusal => moved_words(&page.frame, &page.node, &refusal).await?,
            };
            let status = StatusCode::CONFLICT;
            hour_page(page, status, history, Some(words), typed(Vec::new())).await
        }
    }
}

type Asked = (CaseCommand, Option<Timestamp>);

fn command(frame: &PageFrame, slug: &str, fields: &Fields) -> Result<Asked, Vec<FieldError>> {
    let wrong = |id: String, key: &str| vec![FieldError::new(id, frame.t(key))];
    match slug {
        "ambil" => Ok((CaseCommand::TakeEscalation, None)),
        "langkah" => {
            let step = fields.get("langkah_jam").to_owned();
            let at = match fields.get("pada") {
                "" => None,
                typed => match local_moment(frame.unit(), typed) {
                    Ok(at) => Some(at),
                    Err(_) => return Err(wrong(format!("pada-{step}"), "error.time_unreadable")),
                },
            };
            let mark = CaseCommand::MarkStep {
                step,
                done: fields.get("hasil") != "tidak",
                reason: fields.line("alasan").unwrap_or_default(),
            };
            Ok((mark, at))
        }
        _ => {
            let level = fields.get("tingkat").to_owned();
            let Some(trend) = RiskTrend::parse(fields.get("arah")) else {
                return Err(wrong("arah".to_owned(), "first_hour.trend_choose"));
            };
            if level.is_empty() {
                return Err(wrong("tingkat".to_owned(), "first_hour.level_choose"));
            }
            let all = |name: &'static str| fields.all(name).map(ToOwned::to_owned).collect();
            let risk = RiskNote {
                threatened: fields.line("terancam").unwrap_or_default(),
                level,
                harms: all("kerugian"),
                may_happen: all("mungkin"),
                text: fields.get("uraian").to_owned(),
            };
            Ok((CaseCommand::RecordRisk { risk, trend }, None))
        }
    }
}

fn refused(
    frame: &PageFrame,
    slug: &str,
    fields: &Fields,
    refusal: &CaseRefusal,
) -> Option<FieldError> {
    let step = fields.get("langkah_jam");
    match refusal {
        CaseRefusal::Text { field, fault } => {
            let (id, missing) = match (slug, *field) {
                ("langkah", _) => (format!("alasan-{step}"), "first_hour.reason_write"),
                (_, "threatened") => ("terancam".to_owned(), "first_hour.threatened_write"),
                _ => ("uraian".to_owned(), "case.act_text_write"),
            };
            Some(FieldError::new(id, text_words(frame, *fault, missing)))
        }
        CaseRefusal::InTheFuture { .. } => {
            let words = frame.t("first_hour.at_future");
            Some(FieldError::new(format!("pada-{step}"), words))
        }
        CaseRefusal::BeforeWhatItFollows { .. } => {
            let words = frame.t("first_hour.at_before");
            Some(FieldError::new(format!("pada-{step}"), words))
        }
        CaseRefusal::ToldTooLate { limit_days, .. } => {
            let n = frame.format().count(*limit_days);
            let words = frame.tf("case.told_too_late", &[("n", &n)]);
            Some(FieldError::new(format!("pada-{step}"), words))
        }
        CaseRefusal::NotInPack { field: "level", .. } => Some(FieldError::new(
            "tingkat",
            frame.t("first_hour.level_choose"),
        )),
        _ => None,
    }
}

async fn hour_page(
    page: StaffPage,
    status: StatusCode,
    history: CaseHistory,
    changed: Option<String>,
    typed: Typed,
) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let CaseHistory { id, case, acts } = history;
    let now = node.now();
    let names = Names::read(&node).await?;
    let number = case.filed.number.as_ref();
    let number = number.map_or_else(|| id.to_string(), ToString::to_string);
    let heading = frame.tf("first_hour.title", &[("number", &number)]);
    frame.title.clone_from(&heading);
    frame.body_class = "staff field";
    if !typed.errors.is_empty() {
        frame.refused();
    }
    let may = may_do(frame.unit(), &staff, &case, now);
    let may_work = may.contains(&Permission::WorkCase) && case.stage != CaseStage::Closed;
    let unit = frame.unit();
    let method = unit.method();
    let steps = case.first_hour_steps(&method);
    let lines = steps.iter().filter_map(|step| {
        let item = item(unit, &case, &step.code)?;
        Some(step_line(&frame, &names, &case, step, item, &typed, now))
    });
    let entries = acts.iter().rev().filter(|act| is_of_hour(act));
    let entries: Vec<Entry> = entries
        .filter_map(|act| history::entry(&frame, &names, &acts, act))
        .collect();
    let own = acts.last().and_then(|act| act.actor.officer()) == Some(staff.id);
    let recorded = entries
        .first()
        .filter(|_| own && status == StatusCode::OK && context.asks(RECORDED));
    let service = unit.pack.service(&case.service);
    let (risk, risk_text) = risk_words(&frame, &case);
    let taken = case.first_hour.taken.map(|(by, at)| {
        let (officer, time) = (names.of(&frame, by), frame.format().moment(at));
        let values = [("officer", officer.as_str()), ("time", time.as_str())];
        frame.tf("first_hour.taken", &values)
    });
    let view = HourPage {
        by: staff.id.to_string(),
        href: format!("/perkara/{id}/jam-pertama"),
        back: format!("/perkara/{id}"),
        stream: format!("/aliran?perkara={id}"),
        now: frame.format().time(now),
        heading,
        changed,
        recorded: recorded.map(|act| frame.tf("case.recorded", &[("what", &act.words)])),
        service: service_name(&frame, &case.service),
        known: {
            let time = frame.format().moment(case.filed_at);
            frame.tf("first_hour.known_at", &[("time", &time)])
        },
        clock: step_clock(&frame, &case, &steps, now).filter(|_| case.stage != CaseStage::Closed),
        duty: service.and_then(|service| {
            let function = unit.pack.function(service.function)?;
            let role = unit.pack.officer_role(service.role)?;
            let values = [
                ("function", frame.say(&function.name)),
                ("role", frame.say(&role.name)),
            ];
            Some(frame.tf("first_hour.duty", &values))
        }),
        basis: service
            .map(|service| service.legal_basis.join("; "))
            .unwrap_or_default(),
        waiting: waiting_words(&frame, &case).map(|words| Waiting { words }),
        taken,
        steps: lines.collect(),
        may_work,
        risk,
        risk_text,
        form: risk_form(&frame, &case, &typed),
        history: entries,
        errors: typed.errors.clone(),
        page: frame,
    };
    draw(status, &view)
}

const fn is_of_hour(act: &Act) -> bool {
    matches!(
        act.payload,
        Payload::Case(
            CaseAct::FirstHourStepDone { .. }
                | CaseAct::RiskRecorded { .. }
                | CaseAct::FirstHourEscalated { .. }
                | CaseAct::EscalationTaken { .. }
        )
    )
}

fn step_line(
    frame: &PageFrame,
    names: &Names,
    case: &Case,
    step: &StepDue,
    item: &FirstHourItem,
    typed: &Typed,
    now: Timestamp,
) -> StepLine {
    let code = step.code.clone();
    let own = typed.slug == "langkah" && typed.fields.get("langkah_jam") == code;
    let value = |name| if own { typed.fields.get(name) } else { "" };
    let promise = Promise {
        filed_at: case.filed_at,
        respond_by: Some(step.due),
        responded_at: None,
    };
    let error = |id: String| error_at(&typed.errors, &id);
    let field = |name: &'static str, key: &str, error| TextField {
        name,
        label: frame.t(key).to_owned(),
        value: value(name).to_owned(),
        error,
        ..TextField::default()
    };
    StepLine {
        say: frame.say(&item.say).to_owned(),
        who: frame.t(who_words(item.who)).to_owned(),
        clock: clock_of(frame, promise, now)
            .filter(|_| step.mark.is_none() && case.stage != CaseStage::Closed),
        mark: step.mark.map(|mark| {
            let who = mark.by.map(|by| names.of(frame, by)).unwrap_or_default();
            let time = frame.format().moment(mark.at);
            let key = if mark.done {
                "first_hour.done_by"
            } else {
                "first_hour.impossible_by"
            };
            frame.tf(key, &[("officer", &who), ("time", &time)])
        }),
        done: step.mark.is_some_and(|mark| mark.done),
        open: own,
        reason: field(
            "alasan",
            "first_hour.reason",
            error(format!("alasan-{code}")),
        ),
        at: field("pada", "first_hour.at", error(format!("pada-{code}"))),
        code,
    }
}

/// The risk as it stands, in lines, and what was written of it.
fn risk_words(frame: &PageFrame, case: &Case) -> (Vec<String>, Option<String>) {
    let Some(risk) = &case.first_hour.risk else {
        return (Vec::new(), None);
    };
    let rules = frame.unit().pack.first_hour();
    let threat = rules.threat(&risk.note.level);
    let level = threat.map_or(risk.note.level.as_str(), |(_, threat)| {
        frame.say(&threat.name)
    });
    let time = frame.format().moment(risk.at);
    let values = [
        ("level", level),
        ("trend", frame.t(trend_words(risk.trend))),
        ("time", time.as_str()),
    ];
    let mut lines = vec![frame.tf("first_hour.risk_now", &values)];
    if !risk.note.threatened.is_empty() {
        let who = risk.note.threatened.as_str();
        lines.push(frame.tf("first_hour.threatened_is", &[("who", who)]));
    }
    lines.extend(names_of(
        frame,
        "first_hour.harm_is",
        &risk.note.harms,
        &rules.harms,
    ));
    lines.extend(names_of(
        frame,
        "first_hour.may_is",
        &risk.note.may_happen,
        &rules.may_happen,
    ));
    let text = Some(risk.note.text.clone()).filter(|text| !text.is_empty());
    (lines, text)
}

fn risk_form(frame: &PageFrame, case: &Case, typed: &Typed) -> RiskForm {
    let rules = frame.unit().pack.first_hour();
    let own = typed.slug == "risiko";
    let value = |name| if own { typed.fields.get(name) } else { "" };
    let group = |id: &str, key: &str, options: Vec<Choice>| ChoiceGroup {
        id: id.to_owned(),
        name: id.to_owned(),
        label: frame.t(key).to_owned(),
        error: error_at(&typed.errors, id),
        options,
        ..ChoiceGroup::default()
    };
    let ticks = |name: &'static str, words: &[RiskWord]| -> Vec<Choice> {
        let ticked = |code: &str| own && typed.fields.all(name).any(|known| known == code);
        let tick = |one: &RiskWord| {
            let code = one.code.as_str();
            Choice::new(
                code,
                frame.say(&one.name),
                if ticked(code) { code } else { "" },
            )
        };
        words.iter().map(tick).collect()
    };
    let threats = rules.threats.iter().map(|threat| {
        Choice::new(
            threat.code.as_str(),
            frame.say(&threat.name),
            value("tingkat"),
        )
        .hint(frame.say(&threat.help))
    });
    let trend =
        |one: RiskTrend| Choice::new(one.as_str(), frame.t(trend_words(one)), value("arah"));
    let mut harms = group(
        "kerugian",
        "first_hour.harms",
        ticks("kerugian", &rules.harms),
    );
    harms.optional = true;
    let mut may = group(
        "mungkin",
        "first_hour.may_happen",
        ticks("mungkin", &rules.may_happen),
    );
    may.optional = true;
    RiskForm {
        open: own || (case.first_hour.risk.is_none() && case.filed.danger),
        level: group("tingkat", "first_hour.level", threats.collect()),
        trend: group(
            "arah",
            "first_hour.trend",
            RiskTrend::ALL.map(trend).to_vec(),
        ),
        threatened: TextField::new(
            "terancam",
            frame.t("first_hour.threatened"),
            value("terancam"),
            &typed.errors,
        )
        .hint(frame.t("first_hour.threatened_help")),
        harms,
        may_happen: may,
        text: TextField::new(
            "uraian",
            frame.t("first_hour.text"),
            value("uraian"),
            &typed.errors,
        )
        .optional(),
    }
}
