//! `/sarana`: what a station has, what services lack, and registering something (S35).

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::gap::Asset;
use pengayom_core::place::StationId;
use pengayom_core::subject::thing::ThingState;
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::handle::once::Once;
use pengayom_node::handle::thing::RegisterThing;
use pengayom_store::ThingRow;
use serde::Deserialize;

use super::gaps::{GAPS_LISTED, GapLine, lines};
use super::officer::typed_day;
use super::skills::more_words;
use super::thing_refused;
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{Names, OptionGroup, Pick, Select, command_of};

/// A thing as lists show it.
pub(crate) struct ThingLine {
    /// Its page.
    pub(crate) href: String,
    /// Kind and label.
    pub(crate) name: String,
    /// For `ui::tag`.
    pub(crate) state: &'static str,
    /// How it is, and since when.
    pub(crate) words: String,
    /// Where it is kept, who has it, when it is checked.
    pub(crate) more: Vec<String>,
}

#[derive(Template)]
#[template(path = "standing/things.html")]
struct ThingsPage {
    page: PageFrame,
    by: String,
    command: String,
    errors: Vec<FieldError>,
    station: Select,
    here: String,
    things: Vec<ThingLine>,
    gaps: Vec<GapLine>,
    gaps_more: Option<String>,
    nothing_registered: bool,
    form: Option<RegisterForm>,
}

struct RegisterForm {
    kind: Select,
    label: TextField,
    room: TextField,
    check: TextField,
}

/// Whose things are shown.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ThingsQuery {
    satuan: Option<String>,
}

/// How a thing is, for `ui::tag`, and the word for it.
pub(crate) const fn state_key(state: ThingState) -> (&'static str, &'static str) {
    match state {
        ThingState::InOrder => ("ok", "thing.state_in_order"),
        ThingState::Broken => ("danger", "thing.state_broken"),
        ThingState::Away => ("warn", "thing.state_away"),
        ThingState::Retired => ("plain", "thing.state_retired"),
    }
}

/// The name of a kind; its code when the pack no longer has it.
pub(crate) fn kind_name(frame: &PageFrame, code: &pengayom_core::pack::ThingCode) -> String {
    match frame.unit().pack.thing(code.as_str()) {
        Some(kind) => frame.say(&kind.name).to_owned(),
        None => code.to_string(),
    }
}

/// A thing as lists show it.
pub(crate) fn thing_line(
    frame: &PageFrame,
    names: &Names,
    row: &ThingRow,
    now: Timestamp,
) -> ThingLine {
    let format = frame.format();
    let (state, key) = state_key(row.state);
    let mut more = Vec::new();
    if let Some(room) = &row.room {
        more.push(frame.tf("thing.kept_in", &[("room", room)]));
    }
    if let Some(holder) = row.holder {
        let who = names.of(frame, holder);
        let time = row
            .held_since
            .map(|at| format.moment(at))
            .unwrap_or_default();
        more.push(frame.tf("thing.held_by", &[("who", &who), ("time", &time)]));
    }
    if let Some(day) = row.check_by.filter(|_| row.state != ThingState::Retired) {
        let key = if day < format.local(now).date() {
            "thing.check_late"
        } else {
            "thing.check_due"
        };
        more.push(frame.tf(key, &[("day", &format.day(day))]));
    }
    let since = format.moment(row.since);
    ThingLine {
        href: format!("/sarana/{}", row.id),
        name: format!("{}: {}", kind_name(frame, &row.kind), row.label),
        state,
        words: frame.tf("thing.since", &[("state", frame.t(key)), ("time", &since)]),
        more,
    }
}

/// `GET /sarana`
pub(super) async fn show(
    page: StaffPage,
    Query(query): Query<ThingsQuery>,
) -> Result<Response, Fault> {
    let station = query.satuan.unwrap_or_default();
    things_page(
        page,
        StatusCode::OK,
        &station,
        &Fields::default(),
        Vec::new(),
    )
    .await
}

/// `POST /sarana`: the unit has something more.
pub(super) async fn register(page: StaffPage, form: FormPost) -> Result<Response, Fault> {
    page.require(Permission::KeepThings)?;
    let fields = &form.fields;
    let station = fields.get("satuan").to_owned();
    if given_back(fields) {
        return things_page(page, StatusCode::OK, &station, fields, Vec::new()).await;
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let mut errors = Vec::new();
    let check_by = typed_day(&page.frame, fields, "periksa").unwrap_or_else(|error| {
        errors.push(error);
        None
    });
    let Ok(kind) = fields.get("jenis").parse() else {
        errors.insert(
            0,
            FieldError::new("jenis", page.frame.t("thing.kind_choose")),
        );
        return things_page(page, status, &station, fields, errors).await;
    };
    if !errors.is_empty() {
        return things_page(page, status, &station, fields, errors).await;
    }
    let at: Option<StationId> = if station.is_empty() {
        None
    } else {
        Some(station.parse().map_err(|_| Fault::NotFound)?)
    };
    let register = RegisterThing {
        kind,
        label: fields.line("nama").unwrap_or_default(),
        station: at,
        room: fields.line("ruang"),
        state: ThingState::InOrder,
        since: None,
        check_by,
        simulated: false,
    };
    let once = once_of(&page, fields, &register);
    match page
        .node
        .register_thing(&page.staff, register, Some(once))
        .await
    {
        Ok(id) => Ok(Redirect::to(&format!("/sarana/{id}")).into_response()),
        Err(HandleError::Thing(rule)) => {
            let (member, words) = thing_refused(&page.frame, &rule);
            let field = match member {
                "label" => "nama",
                "room" => "ruang",
                "check_by" => "periksa",
                _ => "jenis",
            };
            let errors = vec![FieldError::new(field, words)];
            things_page(page, status, &station, fields, errors).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Sent twice it is registered once.
fn once_of(page: &StaffPage, fields: &Fields, register: &RegisterThing) -> Once {
    let by = page.staff.id.to_string();
    let asked = format!("{register:?}");
    let command = command_of(fields, &page.node);
    page.node.once(command, &[by.as_bytes(), asked.as_bytes()])
}

/// The stations that concern somebody, as choices; the unit itself first.
pub(super) fn station_options(frame: &PageFrame, by: &Staff, chosen: &str) -> Vec<OptionGroup> {
    let unit = frame.unit();
    let own = unit.own_station();
    let stations = unit.config().stations.iter().map(|station| &station.id);
    let mine = std::iter::once(own)
        .chain(stations)
        .filter(|station| by.concerns(Some(station), own));
    let options =
        mine.map(|station| Pick::new(station.to_string(), unit.station_name(station), chosen));
    vec![OptionGroup {
        label: unit.config().name.clone(),
        options: options.collect(),
    }]
}

async fn things_page(
    page: StaffPage,
    status: StatusCode,
    station: &str,
    fields: &Fields,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    frame.titled("thing.title");
    if !errors.is_empty() {
        frame.refused();
    }
    let now = node.now();
    let own = frame.unit().own_station().clone();
    let here: StationId = station.parse().unwrap_or_else(|_| staff.desk(&own).clone());
    if !staff.concerns(Some(&here), &own) {
        return Err(Fault::NotFound);
    }
    let names = Names::read(&node).await?;
    let rows = node.things(&staff).await?;
    let at_station = rows
        .iter()
        .filter(|row| row.station.as_ref() == Some(&here));
    let mut things: Vec<_> = at_station
        .map(|row| thing_line(&frame, &names, row, now))
        .collect();
    // What does not work stands first: a long list is folded after a few.
    things.sort_by_key(|thing| thing.state == "ok");
    let read = node.readiness().await?;
    let gaps = node.gaps_for(&staff).await?;
    let gaps: Vec<_> = gaps
        .into_iter()
        .filter(|one| !(read.nothing_registered && matches!(one.gap.asset, Asset::Thing(_))))
        .collect();
    let mut gaps = lines(&frame, &gaps, staff.may(Permission::ReadBoard));
    let more = gaps.len().saturating_sub(GAPS_LISTED);
    gaps.truncate(GAPS_LISTED);
    let line = |name: &'static str, key: &str| {
        TextField::new(name, frame.t(key), fields.get(name), &errors)
    };
    let form = staff.may(Permission::KeepThings).then(|| RegisterForm {
        kind: Select {
            field: line("jenis", "thing.kind"),
            first: frame.t("thing.kind_choose").to_owned(),
            groups: kinds(&frame, fields.get("jenis")),
        },
        label: line("nama", "thing.label").hint(frame.t("thing.label_help")),
        room: line("ruang", "thing.room").optional(),
        check: line("periksa", "thing.check_next").optional(),
    });
    let page = ThingsPage {
        by: staff.id.to_string(),
        command: command_of(fields, &node).to_string(),
        station: Select {
            field: TextField {
                id: "satuan",
                name: "satuan",
                label: frame.t("thing.station").to_owned(),
                ..TextField::default()
            },
            first: frame.t("thing.station_choose").to_owned(),
            groups: station_options(&frame, &staff, &here.to_string()),
        },
        here: here.to_string(),
        things,
        gaps_more: more_words(&frame, more),
        gaps,
        nothing_registered: read.nothing_registered,
        form,
        errors,
        page: frame,
    };
    draw(status, &page)
}

/// Kinds to choose from: equipment, then rooms.
fn kinds(frame: &PageFrame, chosen: &str) -> Vec<OptionGroup> {
    let pack = &frame.unit().pack;
    let group = |room: bool, key: &str| OptionGroup {
        label: frame.t(key).to_owned(),
        options: pack
            .things()
            .iter()
            .filter(|kind| kind.room == room)
            .map(|kind| Pick::new(kind.code.as_str(), frame.say(&kind.name), chosen))
            .collect(),
    };
    vec![group(false, "thing.equipment"), group(true, "thing.rooms")]
}

/// What a shift hands over: what is in somebody's hands at a station, and what cannot be used.
pub(crate) fn to_hand_over(
    frame: &PageFrame,
    names: &Names,
    rows: &[ThingRow],
    station: &StationId,
    now: Timestamp,
) -> Vec<ThingLine> {
    let here = rows.iter().filter(|row| {
        let told =
            row.holder.is_some() || matches!(row.state, ThingState::Broken | ThingState::Away);
        row.station.as_ref() == Some(station) && told
    });
    here.map(|row| thing_line(frame, names, row, now)).collect()
}
