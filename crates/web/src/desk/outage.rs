//! `/meja/gangguan`: saying that something is down, and that it works again (UX page 1).

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::subject::TextFault;
use pengayom_core::subject::outage::{OutageRefusal, WAY_MAX_CHARS, WORDS_MAX_CHARS};
use pengayom_core::value::OutageId;
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::outage::DeclareOutage;
use pengayom_store::OutageRow;

use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField, error_at};
use crate::frame::{PageFrame, draw};
use crate::outages::{name, way};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{moment_on, parse_date, parse_time, text_words};

/// The answer for what the pack does not have.
const OTHER: &str = "-";

/// Something that is down, with the form that ends it.
struct Down {
    id: String,
    name: String,
    since: String,
    way: String,
    until: Option<String>,
    date: String,
    time: String,
    /// What was wrong with the form.
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "desk/outage.html")]
struct OutagePage {
    page: PageFrame,
    by: String,
    back: &'static str,
    station: String,
    warn: Option<String>,
    errors: Vec<FieldError>,
    down: Vec<Down>,
    ended: Vec<String>,
    what: ChoiceGroup,
    words: TextField,
    since_date: TextField,
    since_time: TextField,
    way: TextField,
    until_date: TextField,
    until_time: TextField,
}

/// `GET /meja/gangguan`
pub(super) async fn show(page: StaffPage) -> Result<Response, Fault> {
    outage_page(page, StatusCode::OK, None, &Fields::default(), Vec::new()).await
}

/// A day and an hour that were typed: nothing, a moment, or the field that is wrong.
fn typed_moment(
    frame: &PageFrame,
    fields: &Fields,
    [date, time]: [&str; 2],
    now: Timestamp,
) -> Result<Option<Timestamp>, FieldError> {
    let (day, hour) = (fields.get(date), fields.get(time));
    if day.is_empty() && hour.is_empty() {
        return Ok(None);
    }
    let today = frame.format().local(now).date();
    let day = if day.is_empty() {
        today
    } else {
        parse_date(day).ok_or_else(|| {
            let example = today.strftime("%d-%m-%Y").to_string();
            let words = frame.tf("error.date_unreadable", &[("example", &example)]);
            FieldError::new(date, words)
        })?
    };
    let unreadable = || FieldError::new(time, frame.t("error.time_unreadable"));
    let hour = parse_time(hour).ok_or_else(unreadable)?;
    moment_on(frame.unit(), day, hour)
        .map(Some)
        .ok_or_else(unreadable)
}

/// `POST /meja/gangguan`: something is down.
pub(super) async fn declare(mut page: StaffPage, form: FormPost) -> Result<Response, Fault> {
    page.require(Permission::DeclareOutage)?;
    let fields = &form.fields;
    if let Some(lang) = form.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return outage_page(page, StatusCode::OK, None, fields, Vec::new()).await;
    }
    if given_back(fields) {
        return outage_page(page, StatusCode::OK, None, fields, Vec::new()).await;
    }
    let now = page.node.now();
    let mut errors = Vec::new();
    let mut moment = |pair| match typed_moment(&page.frame, fields, pair, now) {
        Ok(moment) => moment,
        Err(error) => {
            errors.push(error);
            None
        }
    };
    let since = moment(["mulai_tanggal", "mulai_jam"]);
    let until = moment(["pulih_tanggal", "pulih_jam"]);
    let what = fields.get("apa");
    if what.is_empty() {
        errors.insert(
            0,
            FieldError::new("apa", page.frame.t("outage.what_choose")),
        );
    }
    if !errors.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return outage_page(page, status, None, fields, errors).await;
    }
    let other = what == OTHER;
    let declare = DeclareOutage {
        system: (!other).then(|| what.to_owned()),
        words: other.then(|| fields.line("nama").unwrap_or_default()),
        since,
        way: fields.line("cara"),
        until,
        simulated: false,
    };
    match page.node.declare_outage(&page.staff, declare).await {
        Ok(_) => Ok(Redirect::to("/meja/gangguan").into_response()),
        Err(HandleError::Outage(OutageRefusal::AlreadyDown { since })) => {
            let time = page.frame.format().moment(since);
            let words = page.frame.tf("outage.already", &[("time", &time)]);
            let status = StatusCode::CONFLICT;
            outage_page(page, status, Some(words), fields, Vec::new()).await
        }
        Err(HandleError::Outage(refusal)) => {
            let errors = vec![refused(&page.frame, &refusal)];
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            outage_page(page, status, None, fields, errors).await
        }
        Err(error) => Err(error.into()),
    }
}

/// The words for the rule that stood in the way of saying that something is down, at its field.
pub(crate) fn refused(frame: &PageFrame, refusal: &OutageRefusal) -> FieldError {
    let text = |id: &str, fault: &TextFault, missing: &str| {
        FieldError::new(id, text_words(frame, *fault, missing))
    };
    match refusal {
        OutageRefusal::Text {
            field: "words",
            fault,
        } => text("nama", fault, "outage.words_write"),
        OutageRefusal::Text { fault, .. } => text("cara", fault, "outage.way_write"),
        OutageRefusal::SinceInTheFuture(_) => {
            FieldError::new("mulai_jam", frame.t("outage.since_future"))
        }
        OutageRefusal::SinceTooLongAgo { limit_days, .. } => {
            let n = frame.format().count(*limit_days);
            let words = frame.tf("outage.since_old", &[("n", &n)]);
            FieldError::new("mulai_tanggal", words)
        }
        OutageRefusal::UntilOutside(_) => {
            FieldError::new("pulih_jam", frame.t("outage.until_outside"))
        }
        OutageRefusal::TooMany { limit } => {
            let n = frame.format().count(i64::from(*limit));
            FieldError::new("apa", frame.tf("outage.too_many", &[("n", &n)]))
        }
        _ => FieldError::new("apa", frame.t("outage.what_choose")),
    }
}

/// `POST /meja/gangguan/{id}`: it works again.
pub(super) async fn end(
    page: StaffPage,
    Path(id): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    page.require(Permission::DeclareOutage)?;
    let outage: OutageId = id.parse().map_err(|_| Fault::NotFound)?;
    let fields = &form.fields;
    if given_back(fields) {
        return outage_page(page, StatusCode::OK, None, fields, Vec::new()).await;
    }
    let field = format!("selesai-{outage}");
    let wrong = |words: &str| vec![FieldError::new(field.clone(), words)];
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let now = page.node.now();
    let at = match typed_moment(&page.frame, fields, ["tanggal", "jam"], now) {
        Ok(at) => at,
        Err(error) => {
            let errors = wrong(&error.words);
            return outage_page(page, status, None, fields, errors).await;
        }
    };
    let key = match page.node.end_outage(&page.staff, outage, at).await {
        Ok(()) => return Ok(Redirect::to("/meja/gangguan").into_response()),
        // A colleague was faster.
        Err(HandleError::Outage(OutageRefusal::NotDown)) => {
            let words = page.frame.t("outage.ended_already").to_owned();
            let status = StatusCode::CONFLICT;
            return outage_page(page, status, Some(words), &Fields::default(), Vec::new()).await;
        }
        Err(HandleError::Outage(OutageRefusal::EndInTheFuture(_))) => "outage.end_future",
        Err(HandleError::Outage(_)) => "outage.end_before",
        Err(error) => return Err(error.into()),
    };
    let errors = wrong(page.frame.t(key));
    outage_page(page, status, None, fields, errors).await
}

async fn outage_page(
    page: StaffPage,
    status: StatusCode,
    warn: Option<String>,
    fields: &Fields,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    page.require(Permission::DeclareOutage)?;
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let rows = node.outages_at_desk(&staff).await?;
    frame.with_form(&context, "form");
    frame.titled("outage.title");
    if !errors.is_empty() {
        frame.refused();
    }
    let down = rows.iter().filter(|row| row.ended_at.is_none());
    let down = down
        .map(|row| down_row(&frame, row, fields, &errors))
        .collect();
    let ended = rows.iter().filter_map(|row| {
        let time = frame.format().time(row.ended_at?);
        let name = name(&frame, row);
        let values = [("system", name.as_str()), ("time", time.as_str())];
        Some(frame.tf("outage.works_again", &values))
    });
    let ended = ended.collect();
    let chosen = fields.get("apa");
    let systems = frame.unit().pack.desk().systems.iter();
    let mut what: Vec<Choice> = systems
        .map(|system| {
            Choice::new(system.code.as_str(), frame.say(&system.name), chosen)
                .hint(frame.tf("outage.way_said", &[("way", frame.say(&system.way))]))
        })
        .collect();
    what.push(Choice::new(OTHER, frame.t("outage.other"), chosen));
    let field = |id: &'static str, key: &str| {
        TextField::new(id, frame.t(key), fields.get(id), &errors).optional()
    };
    let max = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let unit = frame.unit();
    let page = OutagePage {
        by: staff.id.to_string(),
        back: if staff.may(Permission::ServeQueue) {
            "/meja"
        } else {
            "/setelan"
        },
        station: unit.station_name(staff.desk(unit.own_station())),
        warn,
        down,
        ended,
        what: ChoiceGroup::new("apa", frame.t("outage.what"), what, &errors),
        words: field("nama", "outage.words")
            .hint(frame.tf("outage.words_help", &[("max", &max(WORDS_MAX_CHARS))])),
        since_date: field("mulai_tanggal", "outage.since_date"),
        since_time: field("mulai_jam", "outage.since_time"),
        way: field("cara", "outage.way")
            .hint(frame.tf("outage.way_help", &[("max", &max(WAY_MAX_CHARS))])),
        until_date: field("pulih_tanggal", "outage.until_date"),
        until_time: field("pulih_jam", "outage.until_time"),
        errors,
        page: frame,
    };
    draw(status, &page)
}

fn down_row(frame: &PageFrame, row: &OutageRow, fields: &Fields, errors: &[FieldError]) -> Down {
    let id = row.id.to_string();
    let error = error_at(errors, &format!("selesai-{id}"));
    let typed = |name: &str| {
        let typed = error.as_ref().map(|_| fields.get(name).to_owned());
        typed.unwrap_or_default()
    };
    let time = frame.format().moment(row.since);
    Down {
        name: name(frame, row),
        since: frame.tf("outage.since_said", &[("time", &time)]),
        way: frame.tf("outage.way_said", &[("way", &way(frame, row))]),
        until: row.until.map(|until| {
            let time = frame.format().moment(until);
            frame.tf("outage.until_said", &[("time", &time)])
        }),
        date: typed("tanggal"),
        time: typed("jam"),
        id,
        error,
    }
}
