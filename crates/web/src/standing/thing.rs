//! `/sarana/{id}`: one thing, what happened to it, and what can be said of it (S35).

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::act::{Act, Payload};
use pengayom_core::subject::thing::{Thing, ThingAct, ThingCommand, ThingState};
use pengayom_core::value::ThingId;
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Staff};

use super::officer::typed_day;
use super::thing_refused;
use super::things::{kind_name, state_key, station_options};
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField, error_at};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{Fact, Names, OptionGroup, Pick, Select, local_moment};

struct Event {
    when: String,
    what: String,
    who: String,
    text: Option<String>,
}

struct Forms {
    state: ChoiceGroup,
    reason: TextField,
    since: TextField,
    /// Moving and handing over: not of a room.
    carried: Option<Carried>,
    check: TextField,
    check_note: TextField,
}

struct Carried {
    station: Select,
    room: TextField,
    move_reason: TextField,
    to: Select,
    note: TextField,
}

#[derive(Template)]
#[template(path = "standing/thing.html")]
struct ThingPage {
    page: PageFrame,
    by: String,
    errors: Vec<FieldError>,
    href: String,
    version: u32,
    state: &'static str,
    state_words: String,
    purpose: String,
    facts: Vec<Fact>,
    forms: Option<Forms>,
    events: Vec<Event>,
}

/// `GET /sarana/{id}`
pub(super) async fn show(page: StaffPage, Path(thing): Path<String>) -> Result<Response, Fault> {
    thing_page(page, StatusCode::OK, &thing, &Fields::default(), Vec::new()).await
}

/// Reads the form of an act: the command, and since when.
fn command(
    frame: &PageFrame,
    act: &str,
    fields: &Fields,
) -> Result<(ThingCommand, Option<Timestamp>), Result<FieldError, Fault>> {
    let words = |name: &str| fields.line(name).unwrap_or_default();
    let choose = |name: &str, key: &str| Ok(FieldError::new(name, frame.t(key)));
    let command = match act {
        "keadaan" => {
            let state = ThingState::parse(fields.get("keadaan"));
            let state = state.ok_or_else(|| choose("keadaan", "thing.state_choose"))?;
            let reason = words("alasan");
            ThingCommand::Change { state, reason }
        }
        "pindah" => {
            let to = fields.get("satuan").parse();
            let to = to.map_err(|_| choose("satuan", "thing.station_choose"))?;
            ThingCommand::Move {
                to,
                room: fields.line("ruang"),
                reason: words("alasan_pindah"),
            }
        }
        "serah" => {
            let to = match fields.get("kepada") {
                "" => return Err(choose("kepada", "thing.to_choose")),
                "-" => None,
                officer => Some(officer.parse().map_err(|_| Err(Fault::Unreadable))?),
            };
            let note = fields.line("catatan");
            ThingCommand::HandOver { to, note }
        }
        "periksa" => ThingCommand::Check {
            next: typed_day(frame, fields, "berikut").map_err(Ok)?,
            note: fields.line("hasil"),
        },
        _ => return Err(Err(Fault::NotFound)),
    };
    let since = fields.get("sejak");
    let since = if since.is_empty() {
        None
    } else {
        let at = local_moment(frame.unit(), since);
        Some(at.map_err(|_| choose("sejak", "error.time_unreadable"))?)
    };
    Ok((command, since))
}

/// `POST /sarana/{id}/{act}`
pub(super) async fn change(
    page: StaffPage,
    Path((thing, act)): Path<(String, String)>,
    form: FormPost,
) -> Result<Response, Fault> {
    page.require(Permission::KeepThings)?;
    let fields = &form.fields;
    if given_back(fields) {
        return thing_page(page, StatusCode::OK, &thing, fields, Vec::new()).await;
    }
    let id: ThingId = thing.parse().map_err(|_| Fault::NotFound)?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let (asked, since) = match command(&page.frame, &act, fields) {
        Ok(asked) => asked,
        Err(Ok(error)) => return thing_page(page, status, &thing, fields, vec![error]).await,
        Err(Err(fault)) => return Err(fault),
    };
    let seen = fields.get("versi").parse().ok();
    let done = page
        .node
        .change_thing(&page.staff, id, seen, asked, since, None)
        .await;
    let (member, words) = match done {
        Ok(()) => return Ok(Redirect::to(&format!("/sarana/{id}")).into_response()),
        Err(HandleError::Thing(rule)) => thing_refused(&page.frame, &rule),
        // A colleague was faster: what is known now is shown, what was typed is kept.
        Err(HandleError::Conflict { .. }) => ("", page.frame.t("thing.moved_on").to_owned()),
        Err(HandleError::NoSuchOfficer) => ("to", page.frame.t("case.assign_gone").to_owned()),
        Err(error) => return Err(error.into()),
    };
    let field = match (act.as_str(), member) {
        ("keadaan", "since") => "sejak",
        ("keadaan", "reason") => "alasan",
        ("pindah", "reason") => "alasan_pindah",
        ("pindah", "room") => "ruang",
        ("pindah", _) => "satuan",
        ("serah", "note") => "catatan",
        ("serah", _) => "kepada",
        ("periksa", "note") => "hasil",
        ("periksa", _) => "berikut",
        _ => "keadaan",
    };
    let status = if member.is_empty() {
        StatusCode::CONFLICT
    } else {
        status
    };
    let errors = vec![FieldError::new(field, words)];
    thing_page(page, status, &thing, fields, errors).await
}

async fn thing_page(
    page: StaffPage,
    status: StatusCode,
    thing: &str,
    fields: &Fields,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    let id: ThingId = thing.parse().map_err(|_| Fault::NotFound)?;
    let history = node.thing(&staff, id).await?;
    let names = Names::read(&node).await?;
    let thing = &history.thing;
    let kind = kind_name(&frame, &thing.registered.kind);
    frame.title = format!("{kind}: {}", thing.registered.label);
    if !errors.is_empty() {
        frame.refused();
    }
    let (state, key) = state_key(thing.state);
    let since = frame.format().moment(thing.since);
    let known = frame.unit().pack.thing(thing.registered.kind.as_str());
    let room = known.is_some_and(|known| known.room);
    let may = staff.may(Permission::KeepThings) && thing.state != ThingState::Retired;
    let forms = may.then(|| forms(&frame, &staff, &names, thing, room, fields, &errors));
    let page = ThingPage {
        by: staff.id.to_string(),
        href: format!("/sarana/{id}"),
        version: thing.version,
        state,
        state_words: frame.tf("thing.since", &[("state", frame.t(key)), ("time", &since)]),
        purpose: known
            .map_or("", |known| frame.say(&known.purpose))
            .to_owned(),
        facts: facts(&frame, &names, thing),
        forms,
        events: events(&frame, &names, &history.acts),
        errors,
        page: frame,
    };
    draw(status, &page)
}

fn facts(frame: &PageFrame, names: &Names, thing: &Thing) -> Vec<Fact> {
    let format = frame.format();
    let mut facts = Vec::new();
    if let Some(station) = &thing.station {
        let name = frame.unit().station_name(station);
        facts.push(Fact::new(frame.t("thing.station"), name));
    }
    if let Some(room) = &thing.room {
        facts.push(Fact::new(frame.t("thing.room"), room.clone()));
    }
    if let Some(holder) = thing.holder {
        let who = names.of(frame, holder);
        facts.push(Fact::new(frame.t("thing.holder"), who));
    }
    if let Some(day) = thing.check_by {
        facts.push(Fact::new(frame.t("thing.check_next"), format.day(day)));
    }
    if let Some(at) = thing.checked_at {
        facts.push(Fact::new(frame.t("thing.checked"), format.date(at)));
    }
    facts
}

fn forms(
    frame: &PageFrame,
    staff: &Staff,
    names: &Names,
    thing: &Thing,
    room: bool,
    fields: &Fields,
    errors: &[FieldError],
) -> Forms {
    let line = |name: &'static str, key: &str| {
        TextField::new(name, frame.t(key), fields.get(name), errors)
    };
    let chosen = fields.get("keadaan");
    let states = ThingState::ALL
        .into_iter()
        .filter(|state| *state != thing.state)
        .map(|state| Choice::new(state.as_str(), frame.t(state_key(state).1), chosen));
    let own = frame.unit().own_station();
    let station = match fields.get("satuan") {
        "" => thing.station.as_ref().map(ToString::to_string),
        typed => Some(typed.to_owned()),
    };
    let held = thing.holder.map(|holder| holder.to_string());
    let mut picks: Vec<Pick> = names
        .active()
        .filter(|officer| staff.concerns(Some(officer.desk(own)), own))
        .filter(|officer| Some(officer.id.to_string()) != held)
        .map(|officer| {
            Pick::new(
                officer.id.to_string(),
                officer.addressed(),
                fields.get("kepada"),
            )
        })
        .collect();
    picks.sort_by(|a, b| a.words.cmp(&b.words));
    if held.is_some() {
        let words = frame.t("thing.to_place");
        picks.insert(0, Pick::new("-", words, fields.get("kepada")));
    }
    let carried = (!room).then(|| Carried {
        station: Select {
            field: line("satuan", "thing.station"),
            first: frame.t("thing.station_choose").to_owned(),
            groups: station_options(frame, staff, station.as_deref().unwrap_or_default()),
        },
        room: line("ruang", "thing.room").optional(),
        move_reason: line("alasan_pindah", "thing.reason"),
        to: Select {
            field: line("kepada", "thing.to"),
            first: frame.t("thing.to_choose").to_owned(),
            groups: vec![OptionGroup {
                label: frame.t("thing.to_group").to_owned(),
                options: picks,
            }],
        },
        note: line("catatan", "thing.note").optional(),
    });
    Forms {
        state: ChoiceGroup {
            id: "keadaan".to_owned(),
            name: "keadaan".to_owned(),
            label: frame.t("thing.state_now").to_owned(),
            error: error_at(errors, "keadaan"),
            options: states.collect(),
            ..ChoiceGroup::default()
        },
        reason: line("alasan", "thing.reason"),
        since: line("sejak", "thing.since_when").optional(),
        carried,
        check: line("berikut", "thing.check_next").optional(),
        check_note: line("hasil", "thing.check_note").optional(),
    }
}

/// What an act did, in words, and what was told with it.
fn what(frame: &PageFrame, names: &Names, act: &Act) -> Option<(String, Option<String>)> {
    let Payload::Thing(what) = &act.payload else {
        return None;
    };
    let station = act
        .place
        .as_ref()
        .map(|place| frame.unit().station_name(&place.station));
    let station = station.unwrap_or_default();
    let told = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Some(match what {
        ThingAct::ThingRegistered(_) => {
            let words = frame.tf("thing.event_registered", &[("station", &station)]);
            (words, None)
        }
        ThingAct::StateChanged { state, reason } => {
            let state = frame.t(state_key(*state).1);
            (
                frame.tf("thing.event_state", &[("state", state)]),
                told(reason),
            )
        }
        ThingAct::ThingMoved { room, reason } => {
            let place = match room {
                Some(room) => format!("{station}, {room}"),
                None => station,
            };
            (
                frame.tf("thing.event_moved", &[("place", &place)]),
                told(reason),
            )
        }
        ThingAct::ThingHandedOver { to, note } => {
            let words = match to {
                Some(to) => frame.tf("thing.event_handed", &[("who", &names.of(frame, *to))]),
                None => frame.t("thing.event_back").to_owned(),
            };
            (words, note.clone())
        }
        ThingAct::ThingChecked { note, .. } => {
            (frame.t("thing.event_checked").to_owned(), note.clone())
        }
    })
}

/// What happened to it, the latest first.
fn events(frame: &PageFrame, names: &Names, acts: &[Act]) -> Vec<Event> {
    let events = acts.iter().rev().filter_map(|act| {
        let (what, text) = what(frame, names, act)?;
        Some(Event {
            when: frame.format().moment(act.happened_at),
            what,
            who: names.actor(frame, &act.actor),
            text,
        })
    });
    events.collect()
}
