//! Encounters of the account: recording one, its card, and putting something right.

use std::sync::Arc;

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::encounter::EncounterRefusal;
use pengayom_core::value::EncounterId;
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::handle::encounter::EncounterHistory;
use pengayom_node::tokens::Scope;
use pengayom_store::rows::EncounterRow;
use serde::Serialize;
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

use super::form::{Kind, Member, Read, day_and_hour, moment};
use super::refused::{at, encounter_code, place_code, refused, wrong};
use super::shown::{Named, Officer, Place, Shown};
use super::{DecidedOn, PartOf, command_of, for_one, once_of, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::cursor::Part;
use crate::api::document::BASE;
use crate::api::once::once;
use crate::api::query::part_of;
use crate::field::card::capacity_words;
use crate::field::encounter as form;
use crate::problem::{Fault, FieldFault};
use crate::staff::{place_errors, text_words};

/// Most encounters that the list looks back on.
const LOOK_BACK: u32 = 500;

/// Most explanations of one body that are read.
const EXPLAINED_MAX: usize = 50;

/// The encounter of an address.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "names parameters for the description")]
struct EncounterAt {
    /// Identifier of the encounter.
    #[param(format = "uuid")]
    encounter: String,
}

/// An encounter as lists have it.
#[derive(Serialize, ToSchema)]
pub(super) struct EncounterInList {
    /// Names the encounter.
    #[schema(format = "uuid")]
    id: String,
    /// How many acts it has; the version of its `ETag`.
    version: u32,
    /// The service given.
    service: Named,
    /// As what the person took part.
    capacity: Named,
    /// When they met.
    #[schema(value_type = String, format = DateTime)]
    happened_at: Timestamp,
    /// The case it was about.
    #[schema(required, format = "uuid")]
    case: Option<String>,
    /// The station that answers for the place.
    #[schema(required)]
    station: Option<Named>,
    /// Force or a coercive measure was used.
    force_used: bool,
    /// The last moment at which the card works.
    #[schema(value_type = String, format = DateTime)]
    rate_by: Timestamp,
}

fn in_list(shown: &Shown<'_>, row: &EncounterRow) -> EncounterInList {
    EncounterInList {
        id: row.id.to_string(),
        version: row.version,
        service: shown.service(&row.service),
        capacity: capacity(shown, &row.capacity),
        happened_at: row.happened_at,
        case: row.case.map(|case| case.to_string()),
        station: row.station.as_ref().map(|code| shown.station(code)),
        force_used: row.force_used,
        rate_by: row.rate_by,
    }
}

fn capacity(shown: &Shown<'_>, word: &str) -> Named {
    Named {
        code: word.to_owned(),
        name: capacity_words(shown.frame, word).to_owned(),
    }
}

/// Encounters of the account, newest first: the last 500.
#[utoipa::path(
    get, path = "/encounters", operation_id = "listEncounters", tag = "encounters",
    params(PartOf),
    responses((status = 200, description = "By the moment of meeting.", body = Part<EncounterInList>)),
    security(("token" = ["encounters"]))
)]
pub(super) async fn list(api: Api) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Encounters)?;
    require(staff, Permission::RecordEncounter)?;
    let unit = api.frame.unit();
    let met = api.node.store();
    let met = met
        .encounters_of_officer(&unit.id, staff.id, LOOK_BACK)
        .await;
    let met = met.map_err(HandleError::from)?;
    let shown = Shown::read(&api, staff).await?;
    let list = format!("encounters/{}", staff.id);
    let rows = met.iter().map(|row| in_list(&shown, row));
    let part = part_of(&api, &list, api.query(), rows)?;
    api.found(&part).map(for_one)
}

/// Everything that is known of an encounter.
#[derive(Serialize, ToSchema)]
pub(super) struct EncounterBody {
    /// Names the encounter.
    #[schema(format = "uuid")]
    id: String,
    /// How many acts it has; the version of its `ETag`.
    version: u32,
    /// Who met somebody.
    officer: Officer,
    /// As what the person took part.
    capacity: Named,
    /// The case it was about.
    #[schema(required, format = "uuid")]
    case: Option<String>,
    /// The service given.
    service: Named,
    /// The police function served.
    function: String,
    /// The officer's role.
    role: String,
    /// What was explained.
    explained: Vec<String>,
    /// Force or a coercive measure was used.
    force_used: bool,
    /// How far it went at most, a code of `/words`.
    #[schema(required)]
    force_stage: Option<String>,
    /// On which legal basis.
    #[schema(required)]
    legal_basis: Option<String>,
    /// Seen and heard.
    #[schema(required)]
    note: Option<String>,
    /// Where they met.
    #[schema(required)]
    place: Option<Place>,
    /// When they met.
    #[schema(value_type = String, format = DateTime)]
    happened_at: Timestamp,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    recorded_at: Timestamp,
    /// The last moment at which the card works.
    #[schema(value_type = String, format = DateTime)]
    rate_by: Timestamp,
    /// What was put right later, oldest first. The first record stays.
    corrections: Vec<String>,
    /// When what identifies persons in it was erased.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    erased_at: Option<Timestamp>,
}

fn body(shown: &Shown<'_>, history: &EncounterHistory) -> EncounterBody {
    let known = &history.encounter;
    let recorded = &known.recorded;
    EncounterBody {
        id: history.id.to_string(),
        version: known.version,
        officer: shown.officer(recorded.officer),
        capacity: capacity(shown, recorded.capacity.as_str()),
        case: recorded.case.map(|case| case.to_string()),
        service: shown.service(&recorded.service),
        function: recorded.function.clone(),
        role: recorded.role.clone(),
        explained: recorded.explained.clone(),
        force_used: recorded.force_used,
        force_stage: recorded.force_stage.clone(),
        legal_basis: recorded.legal_basis.clone(),
        note: recorded.note.clone(),
        place: known.place.as_ref().map(|place| shown.place(place)),
        happened_at: known.happened_at,
        recorded_at: known.recorded_at,
        rate_by: recorded.rate_by,
        corrections: known.corrections.clone(),
        erased_at: known.erased.map(|erased| erased.at),
    }
}

async fn known(api: &Api, staff: &Staff, encounter: &str) -> Result<EncounterHistory, Fault> {
    let id: EncounterId = encounter.parse().map_err(|_| Fault::NotFound)?;
    Ok(api.node.encounter_history(staff, id).await?)
}

/// An encounter, for the officer who recorded it and for those who read the board.
#[utoipa::path(
    get, path = "/encounters/{encounter}", operation_id = "getEncounter", tag = "encounters",
    params(EncounterAt),
    responses((status = 200, description = "What is known of it.", body = EncounterBody,
        headers(("ETag" = String, description = "Its version, for `If-Match`.")))),
    security(("token" = ["encounters"]))
)]
pub(super) async fn show(api: Api, Path(encounter): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Encounters)?;
    let history = known(&api, staff, &encounter).await?;
    let shown = Shown::read(&api, staff).await?;
    let body = body(&shown, &history);
    api.found_version(history.encounter.version, &body)
        .map(for_one)
}

/// The card for the person who was met.
#[derive(Serialize, ToSchema)]
pub(super) struct CardBody {
    /// The code on it. Whether it was used is not said.
    #[schema(pattern = "^[0-9]+$")]
    code: String,
    /// Address at which it is used.
    address: String,
    /// The last moment at which it works.
    #[schema(value_type = String, format = DateTime)]
    rate_by: Timestamp,
}

/// The card for the person who was met, for the officer who recorded it, until it works no longer.
#[utoipa::path(
    get, path = "/encounters/{encounter}/card", operation_id = "getCard", tag = "encounters",
    params(EncounterAt),
    responses((status = 200, description = "What is handed over.", body = CardBody)),
    security(("token" = ["encounters"]))
)]
pub(super) async fn card(api: Api, Path(encounter): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Encounters)?;
    let history = known(&api, staff, &encounter).await?;
    let card = match api.node.rating_card(staff, history.id).await {
        Ok(card) => card.ok_or(Fault::NotFound)?,
        // Of a colleague's there is no card to see, as on pages.
        Err(HandleError::Encounter(EncounterRefusal::NotYours)) => return Err(Fault::NotFound),
        Err(error) => return Err(error.into()),
    };
    let body = CardBody {
        address: format!("{}/nilai/{}", api.context.site(), card.code.plain()),
        code: card.code.plain(),
        rate_by: card.rate_by,
    };
    api.found(&body).map(for_one)
}

/// The members, and the fields of the page's form that mean the same.
static MEMBERS: [Member; 15] = [
    Member::text("/service_code", "layanan", 64),
    Member::text("/capacity", "sebagai", 64),
    Member::text("/case", "perkara", 64),
    Member::new("/force_used", "kekuatan", Kind::Flag(["ya", "tidak"])),
    Member::text("/force_stage", "tahap", 64),
    Member::text("/legal_basis", "dasar", TEXT_MAX_CHARS),
    Member::text("/note", "catatan", TEXT_MAX_CHARS),
    Member::text("/area_id", "wilayah", 64),
    Member::text("/address", "tempat", 300).at(&["tempat", "tempat_pilih"]),
    Member::text("/at", "di", 64),
    Member::new("/happened_at", "", Kind::Apart).at(&["tanggal", "jam"]),
    Member::text("/name", "nama", 300),
    Member::text("/function", "fungsi", 64),
    Member::text("/role", "peran", 64),
    Member::new("/explained", "", Kind::Apart).at(&["dijelaskan"]),
];

/// An encounter of the account. Without a place it was in the area of the account's station.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "names members for the description; a test holds them to what is read"
)]
pub(super) struct NewEncounter {
    /// The service given, a code of the unit's catalogue.
    #[schema(min_length = 1, max_length = 64)]
    service_code: String,
    /// As what the person took part, a code of `/words`.
    #[schema(min_length = 1, max_length = 64)]
    capacity: String,
    /// Identifier of the case it was about.
    #[schema(format = "uuid", max_length = 64)]
    case: Option<String>,
    /// Force or a coercive measure was used.
    force_used: bool,
    /// How far it went at most, a code of `/words`; needed where force was used, and nowhere else.
    #[schema(max_length = 64)]
    force_stage: Option<String>,
    /// On which legal basis; needed where force was used.
    #[schema(max_length = 5000)]
    legal_basis: Option<String>,
    /// Seen and heard.
    #[schema(max_length = 5000)]
    note: Option<String>,
    /// Code of the area where they met; wins over `address` and `at`.
    #[schema(max_length = 64)]
    area_id: Option<String>,
    /// The place in words. Alone it must name an area of the unit.
    #[schema(max_length = 300)]
    address: Option<String>,
    /// `perkara`: at the place of the case; `satuan`: in the area of the account's station.
    #[schema(max_length = 64)]
    at: Option<String>,
    /// When they met; without it, now.
    #[schema(format = DateTime, max_length = 64)]
    happened_at: Option<String>,
    /// Name of the person, as far as it was asked; sealed under a key of its own.
    #[schema(max_length = 300)]
    name: Option<String>,
    /// The police function served, a code of `/words`; without it, that of the service.
    #[schema(max_length = 64)]
    function: Option<String>,
    /// The officer's role, a code of `/words`; without it, that of the service.
    #[schema(max_length = 64)]
    role: Option<String>,
    /// What was explained, codes of `/words`.
    #[schema(max_items = 50)]
    explained: Option<Vec<String>>,
}

/// An encounter that was recorded.
#[derive(Serialize, ToSchema)]
pub(super) struct EncounterTaken {
    /// Names the encounter.
    #[schema(format = "uuid")]
    id: String,
    /// The card to give to the person.
    card: CardBody,
}

/// Reads the body into the page's form.
fn read(api: &Api, mut body: JsonBody) -> Result<(Read, Option<Timestamp>), Fault> {
    let explained = body.values.remove("explained");
    let mut fields = Fields::new(body.values, &api.frame);
    let mut read = Read::of(&MEMBERS, &mut fields)?;
    let happened_at = moment(&mut fields, "happened_at");
    if let Some(at) = happened_at {
        let (day, hour) = day_and_hour(api.frame.unit(), at);
        read.gave("/happened_at");
        for (field, value) in [("kapan", "tadi"), ("tanggal", &day), ("jam", &hour)] {
            read.put(field, value)?;
        }
    }
    match explained {
        None | Some(Value::Null) => {}
        Some(Value::Array(codes)) if codes.len() <= EXPLAINED_MAX => {
            read.gave("/explained");
            for (n, code) in codes.iter().enumerate() {
                match code.as_str() {
                    Some(code) if code.len() <= 200 => read.put("dijelaskan", code)?,
                    _ => {
                        let pointer = format!("/explained/{n}");
                        fields.wrong_by_key(&pointer, "type", "error.json_text");
                    }
                }
            }
        }
        Some(_) => fields.wrong_by_key("/explained", "type", "error.json_list"),
    }
    fields.check()?;
    Ok((read, happened_at))
}

/// Records an encounter of the account and makes the card for the person who was met.
#[utoipa::path(
    post, path = "/encounters", operation_id = "recordEncounter", tag = "encounters",
    request_body = NewEncounter,
    responses((status = 201, description = "Recorded, now or by the same request before.", body = EncounterTaken,
        headers(("Location" = String, description = "Address of the encounter.")))),
    security(("token" = ["encounters"]))
)]
pub(super) async fn record(api: Api, body: JsonBody) -> Result<Response, Fault> {
    require(api.staff(Scope::Encounters)?, Permission::RecordEncounter)?;
    let bytes = body.bytes.clone();
    let read = read(&api, body)?;
    once(
        api,
        &bytes,
        move |api| async move { work(&api, read).await },
    )
    .await
}

async fn work(
    api: &Arc<Api>,
    (read, happened_at): (Read, Option<Timestamp>),
) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Encounters)?;
    let about = match form::about(&api.node, staff, read.form.get("perkara")).await {
        Err(Fault::NotFound) => {
            return Err(at("/case", "unknown", api.frame.t("error.word_unknown")));
        }
        about => about?,
    };
    // On a page it is what is left of an answer that was changed.
    if read.form.get("kekuatan") == "tidak" && !read.form.get("tahap").is_empty() {
        let rule = EncounterRefusal::StageWithoutForce;
        return Err(not_recorded(api, &read, &rule));
    }
    let met = form::read(&api.frame, &api.node, staff, &read.form, about.as_ref());
    let mut met = met.map_err(|form::Wrong { errors, .. }| wrong(&read, errors))?;
    met.command = command_of(api)?;
    // To the microsecond, where the form has seconds.
    met.happened_at = happened_at;
    let recorded = match api.node.record_encounter(staff, met).await {
        Ok(recorded) => recorded,
        Err(HandleError::Encounter(rule)) => return Err(not_recorded(api, &read, &rule)),
        Err(error) => {
            return Err(match place_errors(&api.frame, &read.form, &error) {
                Some((blamed, _)) => at("/address", place_code(&error), blamed.words),
                None => error.into(),
            });
        }
    };
    let code = recorded.code.plain();
    let body = EncounterTaken {
        id: recorded.encounter.to_string(),
        card: CardBody {
            address: format!("{}/nilai/{code}", api.context.site()),
            code,
            rate_by: recorded.rate_by,
        },
    };
    let address = format!("{BASE}/encounters/{}", recorded.encounter);
    api.created(Some(&address), &body).map(for_one)
}

fn not_recorded(api: &Api, read: &Read, rule: &EncounterRefusal) -> Fault {
    let blamed = form::refusal_words(&api.frame, rule);
    let code = encounter_code(rule);
    match read.pointer_of(&blamed.id) {
        Some(pointer) => at(pointer, code, blamed.words),
        None => refused(code, blamed.words),
    }
}

/// What is right.
#[derive(ToSchema)]
#[expect(dead_code, reason = "names members for the description")]
pub(super) struct CorrectEncounter {
    /// In the officer's words. The first record stays readable.
    #[schema(min_length = 1, max_length = 5000)]
    text: String,
}

/// Puts something right in an encounter of the account.
#[utoipa::path(
    post, path = "/encounters/{encounter}/corrections", operation_id = "correctEncounter", tag = "encounters",
    params(EncounterAt, DecidedOn),
    request_body = CorrectEncounter,
    responses((status = 200, description = "Recorded, now or by the same request before.", body = EncounterBody,
        headers(("ETag" = String, description = "The version after it.")))),
    security(("token" = ["encounters"]))
)]
pub(super) async fn correct(
    api: Api,
    Path(encounter): Path<String>,
    body: JsonBody,
) -> Result<Response, Fault> {
    require(api.staff(Scope::Encounters)?, Permission::RecordEncounter)?;
    let bytes = body.bytes.clone();
    let text = {
        let mut fields = Fields::new(body.values, &api.frame);
        let text = fields.needed("text", TEXT_MAX_CHARS);
        fields.check()?;
        text
    };
    let asked = bytes.clone();
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Encounters)?;
        let history = known(&api, staff, &encounter).await?;
        let (id, seen) = (history.id, api.wanted_version()?);
        let once = once_of(&api, &asked)?;
        let corrected = api
            .node
            .correct_encounter_once(staff, id, seen, text, once)
            .await;
        let history = match corrected {
            Ok(history) => history,
            Err(HandleError::Conflict { .. }) if seen.is_some() => {
                let now = api.node.encounter_history(staff, id).await?;
                let version = now.encounter.version;
                return Err(Fault::Precondition { version });
            }
            Err(HandleError::Encounter(rule)) => return Err(not_corrected(&api, &rule)),
            Err(error) => return Err(error.into()),
        };
        let shown = Shown::read(&api, staff).await?;
        let body = self::body(&shown, &history);
        api.changed(body.version, &body).map(for_one)
    })
    .await
}

fn not_corrected(api: &Api, rule: &EncounterRefusal) -> Fault {
    let code = encounter_code(rule);
    match rule {
        EncounterRefusal::Text { fault, .. } => {
            let words = text_words(&api.frame, *fault, "encounter.correct_write");
            Fault::Fields(vec![FieldFault::field("/text", code, words)])
        }
        EncounterRefusal::NotYours => refused(code, api.frame.t("encounter.yours_only")),
        _ => refused(code, api.frame.t("error.stale")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_those_of_the_description() {
        use utoipa::PartialSchema as _;
        let schema = serde_json::to_value(NewEncounter::schema()).unwrap();
        let mut said: Vec<&str> = schema["properties"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut read: Vec<&str> = MEMBERS.iter().map(Member::name).collect();
        said.sort_unstable();
        read.sort_unstable();
        assert_eq!(said, read);
    }
}
