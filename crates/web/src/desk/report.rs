//! `/meja/laporan/baru`: a report for somebody who stands in front of the desk, telephones or wrote on
//! paper, read back to them before it is saved.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::civil::Date;
use jiff::{Timestamp, ToSpan};
use pengayom_core::act::Actor;
use pengayom_core::pack::ServiceCode;
use pengayom_core::place::AreaMatch;
use pengayom_core::subject::Moment;
use pengayom_core::subject::case::{CaseRefusal, Channel, Harm};
use pengayom_core::subject::visit::order::Turn;
use pengayom_core::value::{CommandId, VisitId, parse_phone};
use pengayom_node::access::{Permission, Role, Staff};
use pengayom_node::handle::case::FileRequest;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::{HandleError, Node, PersonDetails};
use pengayom_store::StoreError;
use serde::Deserialize;

use super::paper::{self, OnPaper, PaperView};
use super::people;
use super::settle::{settle, visit_of};
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::harm;
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{
    Fact, HiddenField, PlaceForm, Select, command_of, moment_on, parse_date, parse_time,
    picked_service, place_errors, place_input, place_words, service_groups, service_name,
    text_words, too_long,
};
use crate::standing;

#[derive(Template)]
#[template(path = "desk/report.html")]
struct ReportPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    command: String,
    /// What services asked for here lack now.
    lacking: Vec<String>,
    /// The visit it is taken from, and its ticket in words.
    visit: Option<(String, String)>,
    paper: Option<PaperView>,
    danger: ChoiceGroup,
    service: ChoiceGroup,
    other_service: Select,
    told: TextField,
    wellbeing: ChoiceGroup,
    loss: TextField,
    place: PlaceForm,
    when: ChoiceGroup,
    date: TextField,
    time: TextField,
    name: TextField,
    phone: TextField,
    safe: TextField,
    phrases: Vec<Fact>,
}

#[derive(Template)]
#[template(path = "desk/read_back.html")]
struct ReadBackPage {
    page: PageFrame,
    /// It was written, and its writer may be away.
    on_paper: bool,
    by: String,
    facts: Vec<Fact>,
    hidden: Vec<HiddenField>,
}

/// A report that reads, with the place it leads to.
pub(crate) struct Told {
    /// What is filed.
    pub(crate) request: FileRequest,
    /// The place in words.
    place: String,
    /// The paper it was written on.
    pub(crate) on_paper: Option<OnPaper>,
    /// When it was told, and now.
    pub(crate) moment: Moment,
}

/// What is wrong with a form, and the areas its place may mean.
#[derive(Default)]
pub(crate) struct Wrong {
    /// What is wrong, in words.
    pub(crate) errors: Vec<FieldError>,
    /// The areas its place may mean.
    pub(crate) several: Vec<AreaMatch>,
}

impl Wrong {
    fn one(error: FieldError) -> Self {
        Self {
            errors: vec![error],
            several: Vec::new(),
        }
    }
}

/// Where a form begins.
#[derive(Debug, Default, Deserialize)]
pub(super) struct FromQuery {
    /// With whoever has this ticket.
    kunjungan: Option<String>,
    /// With the number of a printed form.
    formulir: Option<String>,
    /// It was entered; this is another person's.
    orang_lain: Option<String>,
    /// With paper that has no number of ours.
    kertas: Option<String>,
}

/// The empty form, or one that begins with what is known of a visit.
pub(super) async fn show(
    page: StaffPage,
    Query(query): Query<FromQuery>,
) -> Result<Response, Fault> {
    page.require(Permission::TakeReport)?;
    let mut fields = Fields::default();
    if query.kertas.is_some() {
        fields.push("kertas", "ya")?;
    }
    if let Some(typed) = &query.formulir {
        let another = query.orang_lain.is_some();
        if let Some(away) = paper::begin(&page, typed, another, &mut fields).await? {
            return Ok(away);
        }
    }
    let visit = query.kunjungan.and_then(|id| id.parse::<VisitId>().ok());
    if let Some(row) = visit_of(&page.node, &page.staff, visit).await? {
        let desk = page.frame.unit().pack.desk();
        fields.push("kunjungan", &row.id.to_string())?;
        if row.turn == Turn::Danger {
            fields.push("bahaya", "ya")?;
        }
        if let Some(need) = row.need.as_deref().and_then(|code| desk.need(code)) {
            let likely = likely_services(&page.frame).contains(&need.report);
            let name = if likely { "layanan" } else { "layanan_lain" };
            fields.push(name, need.report.as_str())?;
        }
    }
    form_page(page, StatusCode::OK, &fields, Wrong::default()).await
}

/// Reads the form, then reads back, saves, or goes back to it.
pub(super) async fn send(mut page: StaffPage, post: FormPost) -> Result<Response, Fault> {
    page.require(Permission::TakeReport)?;
    let fields = &post.fields;
    if let Some(lang) = post.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return form_page(page, StatusCode::OK, fields, Wrong::default()).await;
    }
    let step = fields.get("langkah");
    if step == "ubah" || given_back(fields) {
        return form_page(page, StatusCode::OK, fields, Wrong::default()).await;
    }
    let unreadable = StatusCode::UNPROCESSABLE_ENTITY;
    let told = match read(&page.frame, &page.node, &page.staff, fields) {
        Ok(told) => told,
        Err(wrong) => return form_page(page, unreadable, fields, wrong).await,
    };
    if step != "simpan" {
        return match paper::entered(&page.frame, &page.node, &page.staff, told.on_paper).await? {
            Some(error) => form_page(page, unreadable, fields, Wrong::one(error)).await,
            None => read_back(page, fields, &told),
        };
    }
    let actor = Actor::Officer { id: page.staff.id };
    let filed = page
        .node
        .file_request_at(told.request, &actor, told.moment, None)
        .await;
    match filed {
        Ok(filed) => {
            let visit = fields.get("kunjungan").parse().ok();
            settle(&page.node, &page.staff, &filed, visit).await?;
            Ok(Redirect::to(&format!("/meja/laporan/{}", filed.case)).into_response())
        }
        Err(HandleError::Case(refusal)) => {
            let error = refused(&page.frame, &refusal);
            form_page(page, unreadable, fields, Wrong::one(error)).await
        }
        // Two desks had the same paper, or one paper and its photocopy: what was typed stays.
        Err(HandleError::Store(StoreError::CommandReused)) if told.on_paper.is_some() => {
            let words = page.frame.t("paper.entered_meanwhile");
            let wrong = Wrong::one(FieldError::new("orang_lain", words));
            form_page(page, StatusCode::CONFLICT, fields, wrong).await
        }
        Err(error) => match place_errors(&page.frame, fields, &error) {
            Some((error, several)) => {
                let wrong = Wrong {
                    errors: vec![error],
                    several,
                };
                form_page(page, unreadable, fields, wrong).await
            }
            None => Err(error.into()),
        },
    }
}

/// The words for the rule that stood in the way of a report, at its field.
pub(crate) fn refused(frame: &PageFrame, refusal: &CaseRefusal) -> FieldError {
    match refusal {
        CaseRefusal::Text { fault, .. } => {
            FieldError::new("cerita", text_words(frame, *fault, "error.words_write"))
        }
        CaseRefusal::InTheFuture { .. } => FieldError::new("tanggal", frame.t("error.date_future")),
        CaseRefusal::ToldTooLate { limit_days, .. } => {
            let n = frame.format().count(*limit_days);
            FieldError::new("serah", frame.tf("paper.handed_long_ago", &[("n", &n)]))
        }
        CaseRefusal::BeforeWhatItFollows { .. } => {
            FieldError::new("ditulis", frame.t("paper.written_later"))
        }
        _ => FieldError::new("layanan", frame.t("desk.new_service_choose")),
    }
}

/// Services offered as radios: those that reports of citizens begin with, for they are the most
/// common. The others are in the list.
fn likely_services(frame: &PageFrame) -> Vec<ServiceCode> {
    let mut codes: Vec<ServiceCode> = Vec::new();
    for kind in frame.unit().pack.report_kinds() {
        if !codes.contains(&kind.service) {
            codes.push(kind.service.clone());
        }
    }
    codes
}

async fn form_page(
    page: StaffPage,
    status: StatusCode,
    fields: &Fields,
    wrong: Wrong,
) -> Result<Response, Fault> {
    let Wrong { errors, several } = wrong;
    let paper = PaperView::new(&page, fields, &errors).await?;
    let visit = fields.get("kunjungan").parse().ok();
    let visit = visit_of(&page.node, &page.staff, visit).await?;
    let visit = visit.map(|row| {
        let ticket = people::ticket(&page.frame, &row);
        let words = page.frame.tf("visit.from_ticket", &[("ticket", &ticket)]);
        (row.id.to_string(), words)
    });
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    frame.with_form(&context, "form");
    frame.titled(if paper.is_some() {
        "paper.report_title"
    } else {
        "desk.new_report"
    });
    if !errors.is_empty() {
        frame.refused();
    }
    let t = |key: &'static str| frame.t(key);
    let yes_no = [("ya", "common.yes"), ("tidak", "common.no")];
    let chosen = fields.get("bahaya");
    let yes_no = yes_no.map(|(value, key)| Choice::new(value, t(key), chosen));
    let danger = ChoiceGroup::new("bahaya", t("desk.new_danger"), yes_no.into(), &errors)
        .hint(t("desk.new_danger_help"));
    let likely = likely_services(&frame);
    let chosen = fields.get("layanan");
    let options = likely
        .iter()
        .map(|code| Choice::new(code.as_str(), service_name(&frame, code), chosen))
        .collect();
    let service = ChoiceGroup::new("layanan", t("desk.new_service"), options, &errors);
    let other_service = Select {
        field: TextField::new("layanan_lain", t("desk.new_service_more"), "", &errors).optional(),
        first: t("encounter.service_other_none").to_owned(),
        groups: service_groups(&frame, fields.get("layanan_lain"), |service| {
            likely.contains(&service.code)
        }),
    };
    let told = TextField::new("cerita", t("desk.new_told"), fields.get("cerita"), &errors)
        .hint(t("desk.new_told_help"));
    let chosen = if fields.has("kapan") {
        fields.get("kapan")
    } else {
        ""
    };
    let whens = [
        ("sekarang", "desk.new_when_now"),
        ("hari-ini", "desk.new_when_today"),
        ("kemarin", "desk.new_when_yesterday"),
        ("lain", "desk.new_when_earlier"),
        ("tidak-tahu", "desk.new_when_unknown"),
    ];
    let whens = whens.map(|(value, key)| Choice::new(value, t(key), chosen));
    let harm = harm::Typed::of(fields);
    let phrases = phrases(&frame, &staff);
    let page = ReportPage {
        by: staff.id.to_string(),
        command: command_of(fields, &node).to_string(),
        lacking: standing::desk_blocked(&frame, &node, &staff).await,
        visit,
        paper,
        danger,
        service,
        other_service,
        told,
        wellbeing: harm.wellbeing(&frame, "harm.desk_ask", "harm.desk_ask_help"),
        loss: harm.loss(&frame, &errors),
        place: PlaceForm::new(&frame, fields, &several, &errors),
        when: ChoiceGroup::new("kapan", t("desk.new_when"), whens.into(), &errors),
        date: TextField::new(
            "tanggal",
            t("desk.new_when_date"),
            fields.get("tanggal"),
            &errors,
        )
        .optional(),
        time: TextField::new("jam", t("desk.new_when_time"), fields.get("jam"), &errors).optional(),
        name: TextField::new("nama", t("desk.new_name"), fields.get("nama"), &errors),
        phone: TextField::new(
            "telepon",
            t("desk.new_phone"),
            fields.get("telepon"),
            &errors,
        ),
        safe: TextField::new("aman", t("desk.new_safe"), fields.get("aman"), &errors)
            .optional()
            .hint(t("desk.new_safe_help")),
        phrases,
        errors,
        page: frame,
    };
    draw(status, &page)
}

/// Phrases at hand, with what is known filled in; what is not known yet is left to be said.
fn phrases(frame: &PageFrame, staff: &Staff) -> Vec<Fact> {
    let rank = staff.rank.as_deref().unwrap_or_default();
    let known = [("rank", rank), ("name", staff.name.as_str())];
    let phrase = |phrase: &pengayom_core::pack::Phrase| {
        let text = frame.say(&phrase.text);
        let mut words = pengayom_core::pack::fill(text, &known);
        for gap in pengayom_core::pack::placeholders(text) {
            words = words.replace(&format!("{{{gap}}}"), "…");
        }
        // A sentence that ends in a gap needs no second mark.
        let words = words.replace("….", "…");
        Fact::new(frame.say(&phrase.used_for), words)
    };
    frame.unit().pack.phrases().iter().map(phrase).collect()
}

/// Reads the whole form; every wrong field is named at once.
///
/// # Errors
/// What is wrong, in words, at the fields to blame.
pub(crate) fn read(
    frame: &PageFrame,
    node: &Node,
    staff: &Staff,
    fields: &Fields,
) -> Result<Told, Wrong> {
    let now = node.now();
    let mut errors = Vec::new();
    let on_paper = OnPaper::of(frame, node, fields).unwrap_or_else(|error| {
        errors.push(error);
        None
    });
    let days = on_paper.map(|on_paper| paper::read_days(frame, fields, on_paper.number, now));
    let days = days.transpose().unwrap_or_else(|wrong| {
        errors.extend(wrong);
        None
    });
    let danger = match fields.get("bahaya") {
        "ya" => true,
        "tidak" => false,
        _ => {
            errors.push(FieldError::new("bahaya", frame.t("desk.new_danger_choose")));
            false
        }
    };
    let service = picked_service(fields).filter(|code| frame.unit().pack.service(code).is_some());
    if service.is_none() {
        errors.push(FieldError::new(
            "layanan",
            frame.t("desk.new_service_choose"),
        ));
    }
    let description = fields.get("cerita").to_owned();
    if description.is_empty() {
        errors.push(FieldError::new("cerita", frame.t("error.words_write")));
    } else if let Some(words) = too_long(frame, &description) {
        errors.push(FieldError::new("cerita", words));
    }
    let mut several = Vec::new();
    let input = place_input(fields);
    let place = match &input {
        None => {
            errors.push(FieldError::new("tempat", frame.t("error.place_write")));
            None
        }
        Some(input) => match frame.unit().resolve(input) {
            Ok(place) => Some(place_words(frame, &place)),
            Err(error) => {
                if let Some((error, found)) = place_errors(frame, fields, &error) {
                    errors.push(error);
                    several = found;
                }
                None
            }
        },
    };
    let told_at = match days {
        Some(days) => ToldAt {
            today: days.told_on,
            at: days.handed_in,
            live: false,
        },
        None => ToldAt {
            today: frame.format().local(now).date(),
            at: now,
            live: true,
        },
    };
    let when = match read_when(frame, fields, told_at) {
        Ok(when) => when,
        Err(error) => {
            errors.push(error);
            (None, None)
        }
    };
    let harm = harm::Typed::of(fields).read(frame).unwrap_or_else(|error| {
        errors.push(error);
        Harm::default()
    });
    let typed = fields.get("telepon");
    let phone = parse_phone(typed);
    if phone.is_none() && !typed.is_empty() {
        errors.push(FieldError::new("telepon", frame.t("error.phone_digits")));
    }
    let safe = fields.line("aman");
    if let Some(words) = safe.as_ref().and_then(|safe| too_long(frame, safe)) {
        errors.push(FieldError::new("aman", words));
    }
    let (Some(service), Some(place), Some(input), true) =
        (service, place, input, errors.is_empty())
    else {
        return Err(Wrong { errors, several });
    };
    let (when_text, occurred_at) = when;
    let command = on_paper.and_then(|on_paper| on_paper.command(node));
    let request = FileRequest {
        command: command.unwrap_or_else(|| command_of(fields, node)),
        service,
        report_kind: None,
        channel: match days {
            Some(_) => Channel::Paper,
            None if staff.roles.contains(&Role::Dispatch) => Channel::Phone,
            None => Channel::Desk,
        },
        paper: days.map(|days| days.paper),
        description,
        when_text,
        occurred_at,
        harm,
        danger,
        place: input,
        reporter: PersonDetails {
            name: fields.line("nama"),
            phone,
            safe_contact: safe,
            ..PersonDetails::default()
        },
        media: Vec::new(),
        simulated: false,
    };
    Ok(Told {
        request,
        place,
        on_paper,
        moment: Moment {
            happened_at: days.map_or(now, |days| days.handed_in),
            recorded_at: now,
        },
    })
}

/// When a report was told, for the words that depend on it.
#[derive(Debug, Clone, Copy)]
struct ToldAt {
    /// The day that "today" means.
    today: Date,
    /// The moment that nothing told lies after.
    at: Timestamp,
    /// It is told at this moment, so that "now" is one.
    live: bool,
}

/// When it happened: in words, and as a moment where the hour is known.
fn read_when(
    frame: &PageFrame,
    fields: &Fields,
    told: ToldAt,
) -> Result<(Option<String>, Option<Timestamp>), FieldError> {
    let today = told.today;
    let latest = frame.format().local(told.at).date();
    let day: Option<Date> = match fields.get("kapan") {
        "sekarang" if told.live => {
            return Ok((Some(frame.t("desk.new_when_now").to_owned()), Some(told.at)));
        }
        "sekarang" => {
            let day = frame.format().weekday(today);
            return Ok((Some(frame.tf("report.when_still", &[("time", &day)])), None));
        }
        "hari-ini" => Some(today),
        "kemarin" => Some(today.checked_sub(1.day()).unwrap_or(today)),
        "lain" => match fields.get("tanggal") {
            "" => {
                return Err(FieldError::new("tanggal", frame.t("desk.new_date_missing")));
            }
            text => {
                let Some(day) = parse_date(text) else {
                    let example = today.strftime("%d-%m-%Y").to_string();
                    let words = frame.tf("error.date_unreadable", &[("example", &example)]);
                    return Err(FieldError::new("tanggal", words));
                };
                Some(day)
            }
        },
        _ => None,
    };
    let Some(day) = day else {
        return Ok((None, None));
    };
    if day > latest {
        return Err(FieldError::new("tanggal", frame.t("error.date_future")));
    }
    let hour = fields.get("jam");
    if hour.is_empty() {
        return Ok((Some(frame.format().weekday(day)), None));
    }
    let Some(hour) = parse_time(hour) else {
        return Err(FieldError::new("jam", frame.t("error.time_unreadable")));
    };
    let at = moment_on(frame.unit(), day, hour);
    if at.is_some_and(|at| at > told.at) {
        return Err(FieldError::new("jam", frame.t("error.date_future")));
    }
    let words = at.map_or_else(
        || frame.format().weekday(day),
        |at| frame.format().moment(at),
    );
    Ok((Some(words), at))
}

/// What was taken down, in large type, to read out or to turn to the person.
fn read_back(page: StaffPage, fields: &Fields, told: &Told) -> Result<Response, Fault> {
    let StaffPage {
        mut frame, staff, ..
    } = page;
    frame.titled("desk.read_back");
    let request = &told.request;
    let none = || frame.t("common.not_provided").to_owned();
    let danger = if request.danger {
        "common.yes"
    } else {
        "common.no"
    };
    let place = match &request.place {
        PlaceInput::Unknown => frame.t("desk.new_place_unknown").to_owned(),
        _ => told.place.clone(),
    };
    let person = [
        request.reporter.name.clone(),
        request.reporter.phone.clone(),
    ];
    let person: Vec<String> = person.into_iter().flatten().collect();
    let mut facts = vec![
        Fact::new(frame.t("desk.new_told"), request.description.clone()),
        Fact::new(frame.t("desk.new_where"), place),
        Fact::new(
            frame.t("desk.new_when"),
            request.when_text.clone().unwrap_or_else(none),
        ),
        Fact::new(frame.t("desk.new_danger"), frame.t(danger)),
        Fact::new(
            frame.t("common.service"),
            service_name(&frame, &request.service),
        ),
        Fact::new(
            frame.t("desk.new_person"),
            if person.is_empty() {
                none()
            } else {
                person.join(", ")
            },
        ),
    ];
    if let Some(safe) = &request.reporter.safe_contact {
        facts.push(Fact::new(frame.t("desk.new_safe"), safe.clone()));
    }
    if let Some(on_paper) = told.on_paper {
        let handed = frame.format().moment(told.moment.happened_at);
        facts.push(Fact::new(frame.t("paper.handed"), handed));
        let written = request.paper.and_then(|paper| paper.written_at);
        let written = written.map(|at| frame.format().date(at));
        facts.extend(written.map(|day| Fact::new(frame.t("paper.written_on"), day)));
        let number = on_paper.number.map(|number| number.to_string());
        facts.extend(number.map(|number| Fact::new(frame.t("paper.number"), number)));
    }
    let said = harm::said(&frame, request.harm).into_iter();
    let said: Vec<Fact> = said.map(|(label, words)| Fact::new(label, words)).collect();
    facts.splice(1..1, said);
    let command: CommandId = request.command;
    let unseen = |name: &str| matches!(name, "csrf" | "oleh" | "langkah" | "lang" | "perintah");
    let kept = fields
        .iter()
        .filter(|(name, value)| !unseen(name) && !value.is_empty());
    let kept = kept.map(|(name, value)| HiddenField {
        name: name.to_owned(),
        value: value.to_owned(),
    });
    let command = HiddenField {
        name: "perintah".to_owned(),
        value: command.to_string(),
    };
    let page = ReadBackPage {
        by: staff.id.to_string(),
        on_paper: told.on_paper.is_some(),
        facts,
        hidden: std::iter::once(command).chain(kept).collect(),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}
