//! `/meja/antrean`: people who stand at the front desk. A ticket for each, who is next and why, and what
//! came of it (UX page 18, S21, S76).

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::subject::visit::order::Turn;
use pengayom_core::subject::visit::{LAPSED, VisitCommand, VisitRefusal};
use pengayom_core::value::{OfficerId, VisitId};
use pengayom_node::HandleError;
use pengayom_node::access::Permission;
use pengayom_node::handle::visit::{Joining, Queue};
use pengayom_store::VisitRow;

use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{Fact, Names, command_of};

/// The answer for "does not know", and for nobody who goes first.
const NONE: &str = "-";

/// One person of the queue on a list.
pub(super) struct PersonLine {
    pub(super) id: String,
    pub(super) href: String,
    /// `A17`.
    pub(super) ticket: String,
    /// What they came for, where a list may say it.
    pub(super) need: String,
    pub(super) danger: bool,
    /// Why they stand where they stand.
    pub(super) reason: String,
    pub(super) waited: String,
    /// Who serves them.
    pub(super) with: Option<String>,
    /// `mine`, or nothing.
    pub(super) class: &'static str,
}

/// The number on a ticket, such as `A17`.
pub(crate) fn ticket(frame: &PageFrame, row: &VisitRow) -> String {
    format!("{}{}", frame.unit().pack.desk().letter, row.ticket)
}

/// What somebody came for, on a list. A need that is kept narrow reads like one nobody knows.
pub(crate) fn need_on_list(frame: &PageFrame, row: &VisitRow) -> String {
    let need = row.need.as_deref().filter(|_| !row.sensitive);
    let need = need.and_then(|code| frame.unit().pack.desk().need(code));
    let words = need.map(|need| frame.say(&need.name));
    words
        .unwrap_or_else(|| frame.t("visit.need_hidden"))
        .to_owned()
}

/// Why somebody goes first, in words; `None` for whoever waits their turn.
fn first_words(frame: &PageFrame, row: &VisitRow) -> Option<String> {
    let code = row.priority.as_deref()?;
    let known = frame.unit().pack.desk().priority(code);
    Some(
        known
            .map_or(code, |known| frame.say(&known.name))
            .to_owned(),
    )
}

/// Why somebody stands where they stand in the queue.
pub(crate) fn reason(frame: &PageFrame, row: &VisitRow) -> String {
    match first_words(frame, row) {
        Some(words) if row.turn != Turn::Arrival => {
            frame.tf("visit.reason_first", &[("reason", &words)])
        }
        _ => frame.t("desk.order_reason_arrival").to_owned(),
    }
}

/// From coming to being called, or until now.
fn waited(frame: &PageFrame, row: &VisitRow, now: Timestamp) -> String {
    let until = row.called_at.unwrap_or(now);
    let minutes = until.duration_since(row.joined_at).as_secs() / 60;
    let time = frame.format().duration(minutes);
    frame.tf("visit.waited", &[("time", &time)])
}

impl PersonLine {
    pub(super) fn new(
        frame: &PageFrame,
        names: &Names,
        me: OfficerId,
        row: &VisitRow,
        now: Timestamp,
    ) -> Self {
        let with = row.called_by.map(|officer| {
            if officer == me {
                frame.t("visit.served_mine").to_owned()
            } else {
                let name = names.of(frame, officer);
                frame.tf("visit.served_by", &[("name", &name)])
            }
        });
        Self {
            id: row.id.to_string(),
            href: address(row.id),
            ticket: ticket(frame, row),
            need: need_on_list(frame, row),
            danger: row.turn == Turn::Danger,
            reason: reason(frame, row),
            waited: waited(frame, row, now),
            with,
            class: if row.called_by == Some(me) {
                "mine"
            } else {
                ""
            },
        }
    }
}

/// Address of a visit's page.
pub(super) fn address(id: VisitId) -> String {
    format!("/meja/antrean/{id}")
}

// -- somebody comes ------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "desk/person_new.html")]
struct NewPage {
    page: PageFrame,
    by: String,
    command: String,
    errors: Vec<FieldError>,
    need: ChoiceGroup,
    first: ChoiceGroup,
}

/// `GET /meja/antrean/baru`
pub(super) async fn new(page: StaffPage) -> Result<Response, Fault> {
    new_page(page, StatusCode::OK, &Fields::default(), Vec::new())
}

/// `POST /meja/antrean/baru`
pub(super) async fn join(mut page: StaffPage, form: FormPost) -> Result<Response, Fault> {
    page.require(Permission::ServeQueue)?;
    let fields = &form.fields;
    if let Some(lang) = form.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return new_page(page, StatusCode::OK, fields, Vec::new());
    }
    if given_back(fields) {
        return new_page(page, StatusCode::OK, fields, Vec::new());
    }
    let need = match fields.get("keperluan") {
        "" => None,
        NONE => Some(None),
        code => Some(Some(code.to_owned())),
    };
    let wrong = |page: StaffPage, id: &str, words: String| {
        let errors = vec![FieldError::new(id, words)];
        new_page(page, StatusCode::UNPROCESSABLE_ENTITY, fields, errors)
    };
    let Some(need) = need else {
        let words = page.frame.t("visit.need_choose").to_owned();
        return wrong(page, "keperluan", words);
    };
    let joining = Joining {
        command: command_of(fields, &page.node),
        need,
        priority: fields.some("dulu").filter(|code| code != NONE),
        simulated: false,
    };
    match page.node.join_queue(&page.staff, joining).await {
        Ok(id) => Ok(Redirect::to(&address(id)).into_response()),
        Err(HandleError::Visit(VisitRefusal::NotInPack { field, .. })) => {
            let (id, key) = match field {
                "need" => ("keperluan", "visit.need_choose"),
                _ => ("dulu", "visit.first_choose"),
            };
            let words = page.frame.t(key).to_owned();
            wrong(page, id, words)
        }
        Err(HandleError::Visit(VisitRefusal::QueueFull { limit })) => {
            let n = page.frame.format().count(i64::from(limit));
            let words = page.frame.tf("visit.full", &[("n", &n)]);
            wrong(page, "keperluan", words)
        }
        Err(error) => Err(error.into()),
    }
}

fn new_page(
    page: StaffPage,
    status: StatusCode,
    fields: &Fields,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    page.require(Permission::ServeQueue)?;
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    frame.with_form(&context, "form");
    frame.titled("visit.add");
    if !errors.is_empty() {
        frame.refused();
    }
    let desk = frame.unit().pack.desk();
    let chosen = fields.get("keperluan");
    let needs = desk.needs.iter();
    let mut needs: Vec<Choice> = needs
        .map(|need| Choice::new(need.code.as_str(), frame.say(&need.name), chosen))
        .collect();
    needs.push(Choice::new(NONE, frame.t("visit.need_unknown"), chosen));
    let chosen = match fields.get("dulu") {
        "" => NONE,
        code => code,
    };
    let mut first = vec![Choice::new(NONE, frame.t("visit.first_none"), chosen)];
    first.extend(
        desk.priorities
            .iter()
            .map(|priority| Choice::new(priority.code.as_str(), frame.say(&priority.name), chosen)),
    );
    let page = NewPage {
        by: staff.id.to_string(),
        command: command_of(fields, &node).to_string(),
        need: ChoiceGroup::new("keperluan", frame.t("visit.need_title"), needs, &errors),
        first: ChoiceGroup::new("dulu", frame.t("visit.first_title"), first, &errors)
            .hint(frame.t("visit.first_help")),
        errors,
        page: frame,
    };
    draw(status, &page)
}

// -- who is next ---------------------------------------------------------------------------

/// `POST /meja/antrean`: calls who is next. A button pressed twice calls one person: the form says whom
/// it was shown for, and one who serves that person already is led to them.
pub(super) async fn call(page: StaffPage, form: FormPost) -> Result<Response, Fault> {
    page.require(Permission::ServeQueue)?;
    if let Ok(shown) = form.fields.get("berikutnya").parse::<VisitId>()
        && let Ok(row) = page.node.visit_at_desk(&page.staff, shown).await
        && row.called_by == Some(page.staff.id)
        && row.ended_at.is_none()
    {
        return Ok(Redirect::to(&address(shown)).into_response());
    }
    let to = match page.node.call_next(&page.staff).await? {
        Some(id) => address(id),
        None => "/meja?orang=habis".to_owned(),
    };
    Ok(Redirect::to(&to).into_response())
}

// -- one person ----------------------------------------------------------------------------

#[derive(Template)]
#[template(path = "desk/person.html")]
struct PersonPage {
    page: PageFrame,
    by: String,
    errors: Vec<FieldError>,
    warn: Option<String>,
    /// A station of the unit; of the unit itself its head says it.
    station: Option<String>,
    arrived: String,
    facts: Vec<Fact>,
    /// Where things can be done to it.
    href: String,
    /// How the visit can end now; empty once it ended, or while a colleague serves.
    ends: Option<ChoiceGroup>,
    /// The asker serves them.
    mine: bool,
    report: Option<String>,
    /// A colleague serves them.
    from: Option<String>,
}

/// `GET /meja/antrean/{id}`
pub(super) async fn one(page: StaffPage, Path(id): Path<String>) -> Result<Response, Fault> {
    let id = id.parse().map_err(|_| Fault::NotFound)?;
    person_page(page, id, StatusCode::OK, None, Vec::new()).await
}

async fn person_page(
    page: StaffPage,
    id: VisitId,
    status: StatusCode,
    warn: Option<String>,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    let row = node.visit_at_desk(&staff, id).await?;
    let names = Names::read(&node).await?;
    let queue = node.desk_queue(&staff).await?;
    let now = node.now();
    let number = ticket(&frame, &row);
    frame.title = frame.tf("visit.title_one", &[("ticket", &number)]);
    if !errors.is_empty() {
        frame.refused();
    }
    let open = row.ended_at.is_none();
    let mine = open && row.called_by == Some(staff.id);
    let from = row.called_by.filter(|officer| open && *officer != staff.id);
    let ends = (open && from.is_none()).then(|| ends(&frame, row.called_at.is_some(), &errors));
    let report = (mine && staff.may(Permission::TakeReport))
        .then(|| format!("/meja/laporan/baru?kunjungan={id}"));
    let unit = frame.unit();
    let page = PersonPage {
        by: staff.id.to_string(),
        warn,
        station: staff
            .station
            .as_ref()
            .map(|station| unit.station_name(station)),
        arrived: frame.format().moment(row.joined_at),
        facts: facts(&frame, &names, &queue, &row, now),
        href: address(id),
        ends,
        mine,
        report,
        from: from.map(|officer| officer.to_string()),
        errors,
        page: frame,
    };
    draw(status, &page)
}

/// How a visit can end: nobody was served who was not called.
fn ends(frame: &PageFrame, called: bool, errors: &[FieldError]) -> ChoiceGroup {
    let endings = frame.unit().pack.desk().endings.iter();
    let options = endings
        .filter(|ending| called || !ending.served)
        .map(|ending| Choice::new(ending.code.as_str(), frame.say(&ending.name), ""))
        .collect();
    ChoiceGroup::new("akhir", frame.t("visit.end_title"), options, errors)
}

fn facts(
    frame: &PageFrame,
    names: &Names,
    queue: &Queue,
    row: &VisitRow,
    now: Timestamp,
) -> Vec<Fact> {
    let desk = frame.unit().pack.desk();
    let need = row.need.as_deref().and_then(|code| desk.need(code));
    let need = need.map_or_else(
        || frame.t("visit.need_unknown"),
        |need| frame.say(&need.name),
    );
    let first = first_words(frame, row).unwrap_or_else(|| frame.t("visit.first_none").to_owned());
    let state = match (&row.ended, row.called_by) {
        (Some(how), _) if how == LAPSED => frame.t("visit.lapsed").to_owned(),
        (Some(how), _) => {
            let known = desk.ending(how);
            known
                .map_or(how.as_str(), |known| frame.say(&known.name))
                .to_owned()
        }
        (None, Some(officer)) => {
            frame.tf("visit.served_by", &[("name", &names.of(frame, officer))])
        }
        (None, None) => {
            let ahead = queue.waiting.iter().position(|known| known.id == row.id);
            match ahead {
                Some(ahead @ 1..) => {
                    let n = frame
                        .format()
                        .count(i64::try_from(ahead).unwrap_or(i64::MAX));
                    frame.tf("visit.ahead", &[("n", &n)])
                }
                _ => frame.t("visit.ahead_none").to_owned(),
            }
        }
    };
    vec![
        Fact::new(frame.t("visit.state"), state),
        Fact::new(frame.t("visit.need"), need),
        Fact::new(frame.t("visit.first"), first),
        Fact::new(
            frame.t("visit.arrived"),
            format!(
                "{}, {}",
                frame.format().time(row.joined_at),
                waited(frame, row, now)
            ),
        ),
    ]
}

/// `POST /meja/antrean/{id}/{act}`: ends a visit, puts the person back, or takes over from a colleague.
pub(super) async fn carry_out(
    page: StaffPage,
    Path((id, act)): Path<(String, String)>,
    form: FormPost,
) -> Result<Response, Fault> {
    page.require(Permission::ServeQueue)?;
    let id: VisitId = id.parse().map_err(|_| Fault::NotFound)?;
    let fields = &form.fields;
    if given_back(fields) {
        return person_page(page, id, StatusCode::OK, None, Vec::new()).await;
    }
    let choose = |page: &StaffPage| {
        let words = page.frame.t("visit.end_choose").to_owned();
        vec![FieldError::new("akhir", words)]
    };
    let (command, to) = match act.as_str() {
        "selesai" => match fields.some("akhir") {
            Some(ended) => (VisitCommand::End { ended }, "/meja".to_owned()),
            None => {
                let errors = choose(&page);
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                return person_page(page, id, status, None, errors).await;
            }
        },
        "kembali" => (VisitCommand::PutBack, "/meja".to_owned()),
        "ambil-alih" => {
            let from = fields.get("dari").parse().map_err(|_| Fault::Unreadable)?;
            (VisitCommand::TakeOver { from }, address(id))
        }
        _ => return Err(Fault::NotFound),
    };
    match page.node.change_visit(&page.staff, id, command).await {
        Ok(_) => Ok(Redirect::to(&to).into_response()),
        Err(HandleError::Visit(VisitRefusal::NotInPack { .. } | VisitRefusal::NotCalled)) => {
            let errors = choose(&page);
            person_page(page, id, StatusCode::UNPROCESSABLE_ENTITY, None, errors).await
        }
        Err(HandleError::Visit(VisitRefusal::WithAnotherOfficer { officer })) => {
            let names = Names::read(&page.node).await?;
            let name = names.of(&page.frame, officer);
            let words = page.frame.tf("desk.taken", &[("name", &name)]);
            person_page(page, id, StatusCode::CONFLICT, Some(words), Vec::new()).await
        }
        Err(HandleError::Visit(_) | HandleError::Conflict { .. }) => {
            let words = page.frame.t("visit.moved").to_owned();
            person_page(page, id, StatusCode::CONFLICT, Some(words), Vec::new()).await
        }
        Err(error) => Err(error.into()),
    }
}
