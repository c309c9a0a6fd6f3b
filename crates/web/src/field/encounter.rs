//! `/pertemuan/baru`: who, where, when, which service, under which function and role (S1, S4, S28),
//! what was explained, and on which basis force was used (S37). Two taps and a button are enough:
//! everything that has a likely answer begins with it.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::act::ActPlace;
use pengayom_core::pack::{Service, ServiceCode};
use pengayom_core::place::{AreaCode, AreaMatch};
use pengayom_core::subject::case::Case;
use pengayom_core::subject::encounter::{EncounterRefusal, PersonCapacity};
use pengayom_core::value::CaseId;
use pengayom_node::access::{Permission, Role, Staff};
use pengayom_node::handle::encounter::RecordEncounter;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::{HandleError, Node, PersonDetails};
use serde::Deserialize;

use super::card::capacity_words;
use super::force::stage_choices;
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError, TextField};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;
use crate::staff::{
    PlaceForm, Select, command_of, moment_on, parse_date, parse_time, picked_service, place_errors,
    place_input, place_words, service_groups, service_name, text_words, too_long,
};

/// Services offered as radios.
const LIKELY_SERVICES: usize = 6;

/// Encounters looked back on for the services an officer gives most.
const LOOK_BACK: u32 = 50;

#[derive(Template)]
#[template(path = "field/encounter.html")]
struct EncounterPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    by: String,
    back: String,
    command: String,
    case: Option<String>,
    case_id: String,
    service: ChoiceGroup,
    other_service: Select,
    capacity: ChoiceGroup,
    explained: ChoiceGroup,
    force: ChoiceGroup,
    stage: Option<ChoiceGroup>,
    basis: TextField,
    place: ChoiceGroup,
    place_choices: Option<ChoiceGroup>,
    place_text: TextField,
    place_list: Select,
    place_open: bool,
    when: ChoiceGroup,
    date: TextField,
    time: TextField,
    name: TextField,
    function: ChoiceGroup,
    role: ChoiceGroup,
    note: TextField,
    more_open: bool,
}

/// The case an encounter is about.
pub(crate) struct About {
    id: CaseId,
    case: Case,
}

/// What is wrong with a form, and the areas its place may mean.
#[derive(Default)]
pub(crate) struct Wrong {
    /// What is wrong, in words.
    pub(crate) errors: Vec<FieldError>,
    /// The areas its place may mean.
    pub(crate) several: Vec<AreaMatch>,
}

#[derive(Deserialize)]
pub(super) struct EncounterQuery {
    #[serde(default)]
    perkara: String,
}

/// The form, prepared for a case when the address names one.
pub(super) async fn show(
    page: StaffPage,
    Query(query): Query<EncounterQuery>,
) -> Result<Response, Fault> {
    page.require(Permission::RecordEncounter)?;
    let about = about(&page.node, &page.staff, &query.perkara).await?;
    form_page(
        page,
        StatusCode::OK,
        &Fields::default(),
        about,
        Wrong::default(),
    )
    .await
}

/// The case that a form names, if the asker may read it.
///
/// # Errors
/// [`Fault::NotFound`], or the node's.
pub(crate) async fn about(node: &Node, staff: &Staff, case: &str) -> Result<Option<About>, Fault> {
    if case.is_empty() {
        return Ok(None);
    }
    let id: CaseId = case.parse().map_err(|_| Fault::NotFound)?;
    let case = node.case_history(staff, id).await?.case;
    Ok(Some(About { id, case }))
}

/// Records the encounter and shows its card.
pub(super) async fn record(mut page: StaffPage, post: FormPost) -> Result<Response, Fault> {
    page.require(Permission::RecordEncounter)?;
    let fields = &post.fields;
    let about = about(&page.node, &page.staff, fields.get("perkara")).await?;
    if let Some(lang) = post.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return form_page(page, StatusCode::OK, fields, about, Wrong::default()).await;
    }
    if given_back(fields) {
        return form_page(page, StatusCode::OK, fields, about, Wrong::default()).await;
    }
    let refused = StatusCode::UNPROCESSABLE_ENTITY;
    let record = match read(&page.frame, &page.node, &page.staff, fields, about.as_ref()) {
        Ok(record) => record,
        Err(wrong) => return form_page(page, refused, fields, about, wrong).await,
    };
    let error = match page.node.record_encounter(&page.staff, record).await {
        Ok(recorded) => {
            let to = format!("/pertemuan/{}", recorded.encounter);
            return Ok(Redirect::to(&to).into_response());
        }
        Err(error) => error,
    };
    let wrong = match &error {
        HandleError::Encounter(refusal) => Some(Wrong {
            errors: vec![refusal_words(&page.frame, refusal)],
            several: Vec::new(),
        }),
        other => place_errors(&page.frame, fields, other).map(|(error, several)| Wrong {
            errors: vec![error],
            several,
        }),
    };
    match wrong {
        Some(wrong) => form_page(page, refused, fields, about, wrong).await,
        None => Err(error.into()),
    }
}

/// The words for a rule that stood in the way, at its field.
pub(crate) fn refusal_words(frame: &PageFrame, refusal: &EncounterRefusal) -> FieldError {
    match refusal {
        EncounterRefusal::BasisMissing => {
            FieldError::new("dasar", frame.t("encounter.basis_write"))
        }
        EncounterRefusal::StageWithoutForce => {
            FieldError::new("tahap", frame.t("encounter.stage_without"))
        }
        EncounterRefusal::NotInPack {
            field: "force_stage",
            ..
        } => FieldError::new("tahap", frame.t("encounter.stage_choose")),
        EncounterRefusal::InTheFuture { .. } => {
            FieldError::new("tanggal", frame.t("encounter.when_future"))
        }
        EncounterRefusal::TooLongAgo { limit_days, .. } => {
            let n = frame.format().count(*limit_days);
            FieldError::new("tanggal", frame.tf("encounter.too_long_ago", &[("n", &n)]))
        }
        EncounterRefusal::PlaceMissing => {
            FieldError::new("tempat", frame.t("encounter.where_write"))
        }
        EncounterRefusal::Text {
            field: "legal_basis",
            fault,
        } => FieldError::new("dasar", text_words(frame, *fault, "encounter.basis_write")),
        EncounterRefusal::Text { fault, .. } => {
            FieldError::new("catatan", text_words(frame, *fault, "encounter.note_help"))
        }
        EncounterRefusal::NotInPack {
            field: "explained", ..
        }
        | EncounterRefusal::TooManyExplanations { .. } => {
            FieldError::new("dijelaskan", frame.t("error.choose_one"))
        }
        EncounterRefusal::NotInPack { field: "role", .. } => {
            FieldError::new("peran", frame.t("error.choose_one"))
        }
        EncounterRefusal::NotInPack { .. } => {
            FieldError::new("fungsi", frame.t("error.choose_one"))
        }
        EncounterRefusal::ServiceNotOffered(_)
        | EncounterRefusal::NotRecorded
        | EncounterRefusal::AlreadyRecorded
        | EncounterRefusal::AlreadyErased
        | EncounterRefusal::NotYours => {
            FieldError::new("layanan", frame.t("encounter.service_choose"))
        }
    }
}

/// Where an encounter was, as its radios say.
const AT_CASE: &str = "perkara";
const AT_AREA: &str = "satuan";

/// Reads the whole form; every wrong field is named at once.
///
/// # Errors
/// What is wrong, in words, at the fields to blame.
pub(crate) fn read(
    frame: &PageFrame,
    node: &Node,
    staff: &Staff,
    fields: &Fields,
    about: Option<&About>,
) -> Result<RecordEncounter, Wrong> {
    let unit = frame.unit();
    let mut errors = Vec::new();
    let picked = picked_service(fields);
    let known = picked.and_then(|code| unit.pack.service(&code));
    if known.is_none() {
        errors.push(FieldError::new(
            "layanan",
            frame.t("encounter.service_choose"),
        ));
    }
    let capacity = PersonCapacity::parse(fields.get("sebagai"));
    if capacity.is_none() {
        errors.push(FieldError::new("sebagai", frame.t("error.choose_one")));
    }
    let force_used = match fields.get("kekuatan") {
        "ya" => true,
        "tidak" => false,
        _ => {
            errors.push(FieldError::new("kekuatan", frame.t("error.choose_one")));
            false
        }
    };
    // Once chosen, a stage cannot be unchosen: where no force was used, it says nothing.
    let force_stage = fields.some("tahap").filter(|_| force_used);
    if force_used && force_stage.is_none() && !unit.pack.force_stages().is_empty() {
        errors.push(FieldError::new("tahap", frame.t("encounter.stage_choose")));
    }
    let legal_basis = fields.some("dasar");
    if force_used && legal_basis.is_none() {
        errors.push(FieldError::new("dasar", frame.t("encounter.basis_write")));
    }
    for (id, text) in [
        ("dasar", fields.get("dasar")),
        ("catatan", fields.get("catatan")),
    ] {
        if let Some(words) = too_long(frame, text) {
            errors.push(FieldError::new(id, words));
        }
    }
    let happened_at = match read_when(frame, fields) {
        Ok(at) => at,
        Err(error) => {
            errors.push(error);
            None
        }
    };
    let mut several = Vec::new();
    let mut place = read_place(staff, frame, fields, about);
    match place.as_ref().map(|input| unit.resolve(input)) {
        Some(Ok(_)) => {}
        Some(Err(error)) => {
            if let Some((error, found)) = place_errors(frame, fields, &error) {
                errors.push(error);
                several = found;
            }
            place = None;
        }
        None => errors.push(FieldError::new("tempat", frame.t("encounter.where_write"))),
    }
    let (Some(service), Some(capacity), Some(place), true) =
        (known, capacity, place, errors.is_empty())
    else {
        return Err(Wrong { errors, several });
    };
    let as_service = |typed: &str, proposed: &str| {
        if typed.is_empty() {
            proposed.to_owned()
        } else {
            typed.to_owned()
        }
    };
    Ok(RecordEncounter {
        command: command_of(fields, node),
        person: PersonDetails {
            name: fields.line("nama"),
            ..PersonDetails::default()
        },
        capacity,
        case: about.map(|about| about.id),
        service: service.code.clone(),
        function: as_service(fields.get("fungsi"), service.function.code()),
        role: as_service(fields.get("peran"), service.role.code()),
        explained: fields.all("dijelaskan").map(ToOwned::to_owned).collect(),
        force_used,
        force_stage,
        legal_basis,
        note: fields.some("catatan"),
        place,
        happened_at,
        simulated: false,
    })
}

/// The moment they met; `None`: now.
fn read_when(frame: &PageFrame, fields: &Fields) -> Result<Option<Timestamp>, FieldError> {
    if fields.get("kapan") != "tadi" {
        return Ok(None);
    }
    let day = parse_date(fields.get("tanggal"));
    let day = day.ok_or_else(|| FieldError::new("tanggal", frame.t("encounter.when_missing")))?;
    let hour = parse_time(fields.get("jam"));
    let hour = hour.ok_or_else(|| FieldError::new("jam", frame.t("error.time_unreadable")))?;
    match moment_on(frame.unit(), day, hour) {
        Some(at) => Ok(Some(at)),
        None => Err(FieldError::new(
            "tanggal",
            frame.t("encounter.when_missing"),
        )),
    }
}

/// Another place, when one was written or chosen from the list; else the one the radios name.
fn read_place(
    staff: &Staff,
    frame: &PageFrame,
    fields: &Fields,
    about: Option<&About>,
) -> Option<PlaceInput> {
    if let Some(elsewhere) = place_input(fields) {
        return Some(elsewhere);
    }
    match fields.get("di") {
        AT_CASE => about
            .and_then(|about| about.case.place.as_ref())
            .map(place_of_case),
        _ => own_area(staff, frame).map(|area| PlaceInput::Area { area, text: None }),
    }
}

/// The place of a case, to be resolved anew: by its position, else by its beat, else as unknown.
fn place_of_case(place: &ActPlace) -> PlaceInput {
    let text = place.text.clone();
    match (place.point, &place.beat) {
        (Some(point), _) => PlaceInput::Point { point, text },
        (None, Some(beat)) => PlaceInput::Area {
            area: beat.clone(),
            text,
        },
        (None, None) => PlaceInput::Unknown,
    }
}

/// The area an officer's station answers for; the unit's own for one at the unit.
fn own_area(staff: &Staff, frame: &PageFrame) -> Option<AreaCode> {
    let config = frame.unit().config();
    match &staff.station {
        Some(own) => match config.station(own) {
            Some(station) => station.areas.first().cloned(),
            None => Some(config.area.clone()),
        },
        None => Some(config.area.clone()),
    }
}

/// The services an officer most likely gave: that of the case, those they gave most of late, then
/// those that begin the catalogue of their work.
async fn likely_services(
    node: &Node,
    staff: &Staff,
    frame: &PageFrame,
    about: Option<&About>,
) -> Result<Vec<ServiceCode>, Fault> {
    let unit = frame.unit();
    let met = node
        .store()
        .encounters_of_officer(&unit.id, staff.id, LOOK_BACK)
        .await;
    let met = met.map_err(HandleError::from)?;
    let mut given: Vec<(usize, ServiceCode)> = Vec::new();
    for row in met {
        match given.iter_mut().find(|(_, code)| *code == row.service) {
            Some((n, _)) => *n += 1,
            None => given.push((1, row.service)),
        }
    }
    given.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
    let usual = unit
        .pack
        .services()
        .iter()
        .filter(|service| is_usual(staff, service));
    let mut codes: Vec<ServiceCode> = Vec::new();
    let all = about
        .map(|about| about.case.service.clone())
        .into_iter()
        .chain(given.into_iter().map(|(_, code)| code))
        .chain(usual.map(|service| service.code.clone()));
    for code in all {
        if codes.len() < LIKELY_SERVICES
            && !codes.contains(&code)
            && unit.pack.service(&code).is_some()
        {
            codes.push(code);
        }
    }
    Ok(codes)
}

/// Whether a service belongs to the daily work of a role.
fn is_usual(staff: &Staff, service: &Service) -> bool {
    use pengayom_core::pack::ServiceClass as C;
    let has = |role| staff.roles.contains(&role);
    match service.class {
        C::Community => has(Role::Community) || has(Role::Commander),
        C::CivilOrSocial => has(Role::Community),
        C::Order => has(Role::Patrol) || has(Role::Community) || has(Role::Commander),
        C::Traffic => has(Role::Patrol),
        C::Criminal | C::Emergency => {
            (has(Role::Patrol) || has(Role::Investigator) || has(Role::Desk)) && !service.sensitive
        }
        C::Information | C::Administrative => has(Role::Desk),
        C::CriminalComplaint | C::CriminalChild | C::Petty => has(Role::Investigator),
        C::Complaint => false,
    }
}

/// Draws the form with what was typed, or with what is likely.
#[expect(
    clippy::too_many_lines,
    reason = "one field after another, as the page has them"
)]
async fn form_page(
    page: StaffPage,
    status: StatusCode,
    fields: &Fields,
    about: Option<About>,
    wrong: Wrong,
) -> Result<Response, Fault> {
    let StaffPage {
        context,
        mut frame,
        staff,
        node,
    } = page;
    let Wrong { errors, several } = wrong;
    frame.with_form(&context, "form");
    frame.body_class = "staff field";
    frame.titled("encounter.title");
    if !errors.is_empty() {
        frame.refused();
    }
    let likely = likely_services(&node, &staff, &frame, about.as_ref()).await?;
    let t = |key: &'static str| frame.t(key);
    // What was typed, else what is likely.
    let or = |name: &str, likely: &str| {
        let typed = fields.get(name);
        if typed.is_empty() {
            likely.to_owned()
        } else {
            typed.to_owned()
        }
    };
    let of_case = about
        .as_ref()
        .map(|about| about.case.service.to_string())
        .unwrap_or_default();
    let chosen = or("layanan", &of_case);
    let options = likely
        .iter()
        .map(|code| Choice::new(code.as_str(), service_name(&frame, code), &chosen))
        .collect();
    let service = ChoiceGroup::new("layanan", t("encounter.service"), options, &errors);
    let other_service = Select {
        field: TextField::new("layanan_lain", t("encounter.service_other"), "", &errors).optional(),
        first: t("encounter.service_other_none").to_owned(),
        groups: service_groups(&frame, fields.get("layanan_lain"), |service| {
            likely.contains(&service.code)
        }),
    };
    let usual = if about.is_some() {
        PersonCapacity::Reporter
    } else {
        usual_capacity(&staff)
    };
    let chosen = or("sebagai", usual.as_str());
    let capacities = PersonCapacity::ALL.map(|capacity| {
        let word = capacity.as_str();
        Choice::new(word, capacity_words(&frame, word), &chosen)
    });
    let capacity = ChoiceGroup::new(
        "sebagai",
        t("encounter.capacity"),
        capacities.into(),
        &errors,
    );
    let ticked: Vec<&str> = fields.all("dijelaskan").collect();
    let explanations = frame.unit().pack.explanations().iter().map(|known| {
        let code = known.code.as_str();
        let chosen = if ticked.contains(&code) { code } else { "" };
        Choice::new(code, frame.say(&known.name), chosen)
    });
    let explained = ChoiceGroup::new(
        "dijelaskan",
        t("encounter.explained"),
        explanations.collect(),
        &errors,
    );
    let chosen = or("kekuatan", "tidak");
    let force = [("tidak", "common.no"), ("ya", "common.yes")];
    let force = force.map(|(value, key)| Choice::new(value, t(key), &chosen));
    let force = ChoiceGroup::new("kekuatan", t("encounter.force"), force.into(), &errors);
    let basis = TextField::new("dasar", t("encounter.basis"), fields.get("dasar"), &errors)
        .optional()
        .hint(basis_hint(&frame));
    let (place, place_form) =
        place_parts(&frame, &staff, fields, about.as_ref(), &several, &errors);
    let chosen = or("kapan", "baru");
    let when = [
        ("baru", "encounter.when_now"),
        ("tadi", "encounter.when_earlier"),
    ];
    let when = when.map(|(value, key)| Choice::new(value, t(key), &chosen));
    let pack = &frame.unit().pack;
    let as_service = || Choice::new("", t("encounter.from_service"), fields.get("fungsi"));
    let functions = pack.functions().iter().map(|known| {
        Choice::new(
            known.code.code(),
            frame.say(&known.name),
            fields.get("fungsi"),
        )
        .hint(frame.say(&known.help))
    });
    let functions = std::iter::once(as_service()).chain(functions).collect();
    let as_service = || Choice::new("", t("encounter.from_service"), fields.get("peran"));
    let roles = pack.officer_roles().iter().map(|known| {
        Choice::new(
            known.code.code(),
            frame.say(&known.name),
            fields.get("peran"),
        )
        .hint(frame.say(&known.help))
    });
    let roles = std::iter::once(as_service()).chain(roles).collect();
    let PlaceForm {
        choices,
        text,
        list,
        ..
    } = place_form;
    let touched = |names: &[&str]| {
        names.iter().any(|name| {
            !fields.get(name).is_empty() || errors.iter().any(|error| error.id == **name)
        })
    };
    let place_open = touched(&["tempat", "tempat_pilih", "wilayah"]);
    let more_open = touched(&["nama", "fungsi", "peran", "catatan", "tanggal", "jam"])
        || fields.get("kapan") == "tadi";
    let number = |about: &About| {
        let number = about.case.filed.number.as_ref().map(ToString::to_string);
        frame.tf(
            "encounter.with_case",
            &[("number", &number.unwrap_or_default())],
        )
    };
    let page = EncounterPage {
        by: staff.id.to_string(),
        back: about.as_ref().map_or_else(
            || "/pertemuan".to_owned(),
            |about| format!("/perkara/{}", about.id),
        ),
        command: command_of(fields, &node).to_string(),
        case: about.as_ref().map(number),
        case_id: about
            .as_ref()
            .map(|about| about.id.to_string())
            .unwrap_or_default(),
        service,
        other_service,
        capacity,
        explained,
        force,
        stage: stage_choices(&frame, fields, &errors),
        basis,
        place,
        place_choices: choices,
        place_text: text.optional(),
        place_list: list,
        when: ChoiceGroup::new("kapan", t("encounter.when"), when.into(), &errors),
        date: TextField::new(
            "tanggal",
            t("desk.new_when_date"),
            fields.get("tanggal"),
            &errors,
        )
        .optional(),
        time: TextField::new("jam", t("common.time"), fields.get("jam"), &errors).optional(),
        name: TextField::new("nama", t("encounter.name"), fields.get("nama"), &errors)
            .optional()
            .hint(t("encounter.name_help")),
        function: ChoiceGroup::new("fungsi", t("encounter.function"), functions, &errors),
        role: ChoiceGroup::new("peran", t("encounter.role"), roles, &errors),
        note: TextField::new(
            "catatan",
            t("encounter.note"),
            fields.get("catatan"),
            &errors,
        )
        .optional()
        .hint(t("encounter.note_help")),
        place_open,
        more_open,
        errors,
        page: frame,
    };
    draw(status, &page)
}

/// As what the people of a role's day are met most.
fn usual_capacity(staff: &Staff) -> PersonCapacity {
    if staff.roles.contains(&Role::Desk) {
        PersonCapacity::Applicant
    } else {
        PersonCapacity::Resident
    }
}

/// An example of a basis, from the pack's own laws.
fn basis_hint(frame: &PageFrame) -> String {
    let pack = &frame.unit().pack;
    let mut cited = pack
        .services()
        .iter()
        .flat_map(|service| service.legal_basis.iter());
    let example = cited.next().map(String::as_str).unwrap_or_default();
    frame.tf("encounter.basis_help", &[("example", example)])
}

/// The radios of the place, and the fields of another place below.
fn place_parts(
    frame: &PageFrame,
    staff: &Staff,
    fields: &Fields,
    about: Option<&About>,
    several: &[AreaMatch],
    errors: &[FieldError],
) -> (ChoiceGroup, PlaceForm) {
    let at_case = about.and_then(|about| about.case.place.as_ref());
    let typed = fields.get("di");
    let chosen = match (typed, at_case) {
        ("", Some(_)) => AT_CASE,
        ("", None) => AT_AREA,
        (typed, _) => typed,
    };
    let mut options = Vec::new();
    if let Some(place) = at_case {
        let words = frame.tf(
            "encounter.area_of_case",
            &[("place", &place_words(frame, place))],
        );
        options.push(Choice::new(AT_CASE, words, chosen));
    }
    let unit = frame.unit();
    let station = unit.station_name(staff.station.as_ref().unwrap_or(unit.own_station()));
    let words = frame.tf("encounter.area_of", &[("station", &station)]);
    options.push(Choice::new(AT_AREA, words, chosen));
    let group = ChoiceGroup::new("di", frame.t("encounter.where"), options, errors);
    (group, PlaceForm::new(frame, fields, several, errors))
}
