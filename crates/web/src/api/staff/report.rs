//! A report taken at the desk: told, by telephone, or on paper.

use axum::extract::Path;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::act::Actor;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::value::{FormNumberError, VisitId};
use pengayom_node::HandleError;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::handle::paper::FormFault;
use pengayom_node::tokens::Scope;
use pengayom_store::StoreError;
use serde::Serialize;
use utoipa::ToSchema;

use super::form::{Kind, Member, Read, day_and_hour, moment};
use super::refused::{at, case_code, place_code, refused, wrong};
use super::shown::{DoneBy, Shown};
use super::{command_of, for_one, require};
use crate::api::body::{Fields, JsonBody};
use crate::api::caller::Api;
use crate::api::document::BASE;
use crate::api::once::once;
use crate::api::receipt::ReceiptBody;
use crate::desk::{paper, report, settle};
use crate::problem::{Fault, FieldFault};
use crate::public::receipt::card::log_address;
use crate::staff::place_errors;

/// Longest single line, in characters.
const LINE: usize = 300;

/// The members, and the fields of the desk's form that mean the same.
pub(super) static MEMBERS: [Member; 19] = [
    Member::new("/danger", "bahaya", Kind::Flag(["ya", "tidak"])),
    Member::text("/service_code", "layanan", 64),
    Member::text("/description", "cerita", TEXT_MAX_CHARS),
    Member::text("/wellbeing", "keadaan", 64),
    Member::new("/loss_rupiah", "kerugian", Kind::Whole),
    Member::text("/area_id", "wilayah", 64),
    Member::text("/address", "tempat", LINE).at(&["tempat", "tempat_pilih"]),
    Member::new("/place_unknown", "tempat_tidak_tahu", Kind::Tick("ya")),
    Member::new("/occurred_at", "", Kind::Apart).at(&["tanggal", "jam"]),
    Member::new("/occurred_on", "", Kind::Apart).at(&["tanggal", "jam"]),
    Member::text("/contact/name", "nama", LINE),
    Member::text("/contact/phone", "telepon", LINE),
    Member::text("/contact/safe_contact", "aman", TEXT_MAX_CHARS),
    Member::new("/paper", "kertas", Kind::Tick("ya")),
    Member::text("/form_number", "formulir", 64),
    Member::new("/another_person", "orang_lain", Kind::Tick("1")),
    Member::new("/handed_in_at", "", Kind::Apart).at(&["serah", "serah_jam"]),
    Member::text("/written_on", "ditulis", 64),
    Member::text("/visit", "kunjungan", 64),
];

/// A report taken for somebody. The place is needed in one of three ways: `area_id`, `address`, or `place_unknown`.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "names members for the description; a test holds them to what is read"
)]
pub(super) struct NewReport {
    /// Somebody is in danger now. It has to be asked.
    danger: bool,
    /// A code of the unit's catalogue.
    #[schema(min_length = 1, max_length = 64, examples("lp_b"))]
    service_code: String,
    /// What was told.
    #[schema(min_length = 1, max_length = 5000)]
    description: String,
    /// How the reporter is: `well`, `shaken` or `needs_support`.
    #[schema(max_length = 64)]
    wellbeing: Option<String>,
    /// What was lost, as the reporter reckons it, in whole rupiah.
    #[schema(minimum = 0, maximum = 1_000_000_000_000_000_i64)]
    loss_rupiah: Option<i64>,
    /// Code of an area; wins over `address`.
    #[schema(max_length = 64)]
    area_id: Option<String>,
    /// The place in words. Alone it must name an area of the unit; beside a code it is kept as it is.
    #[schema(max_length = 300)]
    address: Option<String>,
    /// True: nobody knows where it was.
    place_unknown: Option<bool>,
    /// When it happened; never later than it was told.
    #[schema(format = DateTime, max_length = 64)]
    occurred_at: Option<String>,
    /// On which day it happened, where the hour is not known.
    #[schema(format = Date, max_length = 64)]
    occurred_on: Option<String>,
    /// Who reports, as far as they say; sealed under a key of their own.
    contact: Option<ReportContact>,
    /// It was written on paper, without a number of ours.
    paper: Option<bool>,
    /// Number of the printed form it was written on.
    #[schema(max_length = 64)]
    form_number: Option<String>,
    /// True: the form was entered before, and this is another person's on a photocopy.
    another_person: Option<bool>,
    /// When the paper was handed in; needed for paper.
    #[schema(format = DateTime, max_length = 64)]
    handed_in_at: Option<String>,
    /// The day on the paper.
    #[schema(format = Date, max_length = 64)]
    written_on: Option<String>,
    /// The visit that the account serves and that ends with the report.
    #[schema(format = "uuid", max_length = 64)]
    visit: Option<String>,
}

/// Who reports, as far as they say.
#[derive(ToSchema)]
#[expect(
    dead_code,
    reason = "names members for the description; a test holds them to what is read"
)]
pub(super) struct ReportContact {
    /// Their name.
    #[schema(max_length = 300)]
    name: Option<String>,
    /// 10 to 13 digits.
    #[schema(max_length = 300)]
    phone: Option<String>,
    /// When and how it is safe to make contact.
    #[schema(max_length = 5000)]
    safe_contact: Option<String>,
}

/// What is handed to whoever reported.
#[derive(Serialize, ToSchema)]
pub(super) struct ReportTaken {
    /// Names the case.
    #[schema(format = "uuid")]
    id: String,
    /// The number people use.
    #[schema(examples("PTI-2611-0482"))]
    tracking_code: String,
    /// For the reporter; the desk's page shows it to this account for a day.
    #[schema(pattern = "^[0-9]{12}$")]
    secret: String,
    /// Code of the station that answers for it.
    station: String,
    /// Code of the beat, where the place says which.
    #[schema(required)]
    beat: Option<String>,
    /// When the first response is due.
    #[schema(value_type = Option<String>, format = DateTime, required)]
    respond_by: Option<Timestamp>,
    receipt: ReceiptBody,
}

/// Reads the body into the desk's form.
fn read(api: &Api, body: JsonBody) -> Result<Read, Fault> {
    let mut fields = Fields::new(body.values, &api.frame);
    let mut read = Read::of(&MEMBERS, &mut fields)?;
    let unit = api.frame.unit();
    let occurred_at = moment(&mut fields, "occurred_at");
    let occurred_on = fields.text("occurred_on", 64);
    if let Some(at) = occurred_at {
        let (day, hour) = day_and_hour(unit, at);
        read.gave("/occurred_at");
        for (field, value) in [("kapan", "lain"), ("tanggal", &day), ("jam", &hour)] {
            read.put(field, value)?;
        }
    } else if let Some(day) = &occurred_on {
        read.gave("/occurred_on");
        if day.parse::<Date>().is_err() {
            fields.wrong_by_key("/occurred_on", "unreadable", "error.json_time");
        }
        read.put("kapan", "lain")?;
        read.put("tanggal", day)?;
    }
    if let Some(at) = moment(&mut fields, "handed_in_at") {
        let (day, hour) = day_and_hour(unit, at);
        read.gave("/handed_in_at");
        read.put("serah", &day)?;
        read.put("serah_jam", &hour)?;
    }
    if read.form.has("orang_lain") {
        // Which of the photocopies it is follows from how many were entered.
        read.gave("/another_person");
    }
    fields.check()?;
    Ok(read)
}

/// Takes a report for somebody who stands at the desk, telephones or wrote on paper. Whoever takes it serves it, and the
/// visit it was taken from ends.
#[utoipa::path(
    post, path = "/desk/reports", operation_id = "takeReport", tag = "desk",
    request_body = NewReport,
    responses((status = 201, description = "Recorded, now or by the same request before.", body = ReportTaken,
        headers(("Location" = String, description = "Address of the case.")))),
    security(("token" = ["desk"]))
)]
pub(super) async fn file(api: Api, body: JsonBody) -> Result<Response, Fault> {
    require(api.staff(Scope::Desk)?, Permission::TakeReport)?;
    let bytes = body.bytes.clone();
    let read = read(&api, body)?;
    once(api, &bytes, move |api| async move {
        let staff = api.staff(Scope::Desk)?;
        work(&api, staff, read).await
    })
    .await
}

async fn work(api: &Api, staff: &Staff, mut read: Read) -> Result<Response, Fault> {
    let (frame, node) = (&api.frame, &api.node);
    count_copies(api, staff, &mut read).await?;
    let mut told = report::read(frame, node, staff, &read.form)
        .map_err(|report::Wrong { errors, .. }| wrong(&read, errors))?;
    if let Some(error) = paper::entered(frame, node, staff, told.on_paper).await? {
        return Err(refused("entered_before", error.words));
    }
    // A form is entered under its own number from every desk; anything else under the key.
    let numbered = told.on_paper.is_some_and(|paper| paper.number.is_some());
    if !numbered {
        told.request.command = command_of(api)?;
    }
    let on_paper = told.on_paper.is_some();
    let actor = Actor::Officer { id: staff.id };
    let filed = node
        .file_request_at(told.request, &actor, told.moment, None)
        .await;
    let filed = match filed {
        Ok(filed) => filed,
        Err(error) => return Err(why_not(api, &read, on_paper, error)),
    };
    let visit: Option<VisitId> = read.form.get("kunjungan").parse().ok();
    settle(node, staff, &filed, visit).await?;
    let receipt = node.receipt_of(&filed.promised, &log_address(&api.context));
    let body = ReportTaken {
        id: filed.case.to_string(),
        tracking_code: filed.number.to_string(),
        secret: filed.secret.plain(),
        station: filed.station.to_string(),
        beat: filed.place.beat.as_ref().map(ToString::to_string),
        respond_by: filed.respond_by,
        receipt: ReceiptBody::from(receipt),
    };
    let address = format!("{BASE}/cases/{}", filed.case);
    api.created(Some(&address), &body).map(for_one)
}

/// Which report on a printed form it is, when it is said to be another person's.
async fn count_copies(api: &Api, staff: &Staff, read: &mut Read) -> Result<(), Fault> {
    if !read.form.has("orang_lain") {
        return Ok(());
    }
    if let Ok(number) = api.node.form_number(read.form.get("formulir")) {
        let entries = api.node.form_entries(staff, &number).await?;
        read.put("salinan", &entries.len().to_string())?;
    }
    Ok(())
}

fn why_not(api: &Api, read: &Read, on_paper: bool, error: HandleError) -> Fault {
    match error {
        HandleError::Case(rule) => {
            let blamed = report::refused(&api.frame, &rule);
            let code = case_code(&rule);
            match read.pointer_of(&blamed.id) {
                Some(pointer) => at(pointer, code, blamed.words),
                None => refused(code, blamed.words),
            }
        }
        HandleError::Store(StoreError::CommandReused) if on_paper => {
            refused("entered_before", api.frame.t("paper.entered_meanwhile"))
        }
        error => match place_errors(&api.frame, &read.form, &error) {
            Some((blamed, _)) => at("/address", place_code(&error), blamed.words),
            None => error.into(),
        },
    }
}

/// What became of a printed form.
#[derive(Serialize, ToSchema)]
pub(super) struct PrintedForm {
    /// The number in groups.
    number: String,
    /// What was entered from it, its own report first.
    entries: Vec<FormEntryBody>,
}

/// A report that was entered from a printed form.
#[derive(Serialize, ToSchema)]
#[schema(as = FormEntry)]
struct FormEntryBody {
    /// The case.
    #[schema(format = "uuid")]
    case: String,
    /// Its number.
    number: String,
    /// When the paper was handed in.
    #[schema(value_type = String, format = DateTime)]
    handed_in_at: Timestamp,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    entered_at: Timestamp,
    /// Who entered it.
    entered_by: DoneBy,
    /// The account may open it.
    may_open: bool,
}

/// What became of a printed form, by the number on it.
#[utoipa::path(
    get, path = "/desk/forms/{number}", operation_id = "getPrintedForm", tag = "desk",
    params(("number" = String, Path, description = "The number, with or without spaces.", min_length = 1, max_length = 80)),
    responses((status = 200, description = "A form of this unit.", body = PrintedForm)),
    security(("token" = ["desk"]))
)]
pub(super) async fn printed_form(api: Api, Path(number): Path<String>) -> Result<Response, Fault> {
    let staff = api.staff(Scope::Desk)?;
    require(staff, Permission::TakeReport)?;
    let number = api.node.form_number(&number).map_err(|fault| {
        let code = match fault {
            FormFault::NotOurs => "not_ours",
            FormFault::Number(FormNumberError::Missing) => "required",
            FormFault::Number(_) => "unreadable",
        };
        let words = paper::fault_words(&api.frame, fault);
        Fault::Fields(vec![FieldFault::parameter("number", code, words)])
    })?;
    let entries = api.node.form_entries(staff, &number).await?;
    let shown = Shown::read(&api, staff).await?;
    let body = PrintedForm {
        number: number.to_string(),
        entries: entries
            .iter()
            .map(|entry| FormEntryBody {
                case: entry.case.to_string(),
                number: entry.number.to_string(),
                handed_in_at: entry.filed_at,
                entered_at: entry.entered_at,
                entered_by: shown.actor(&entry.by),
                may_open: entry.may_open,
            })
            .collect(),
    };
    api.found(&body).map(for_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_those_of_the_description() {
        use utoipa::PartialSchema as _;
        let names = |schema: serde_json::Value, before: &str| -> Vec<String> {
            let properties = schema["properties"].as_object().unwrap().clone();
            properties
                .keys()
                .filter(|name| *name != "contact")
                .map(|name| format!("{before}{name}"))
                .collect()
        };
        let whole = serde_json::to_value(NewReport::schema()).unwrap();
        let contact = serde_json::to_value(ReportContact::schema()).unwrap();
        let mut said = [names(whole, ""), names(contact, "contact/")].concat();
        let mut read: Vec<String> = MEMBERS.iter().map(|it| it.name().to_owned()).collect();
        said.sort();
        read.sort();
        assert_eq!(said, read);
    }
}
