//! Who may know a case: forms and facts of whom the chief named, of whom the report is about, and of
//! who opened it in an emergency.

use jiff::Timestamp;
use pengayom_core::subject::case::{Case, CaseCommand};
use pengayom_core::value::OfficerId;
use pengayom_node::access::{Permission, Staff};

use super::act::{CaseForm, Offer, Part};
use crate::extract::Fields;
use crate::form::{FieldError, TextField, error_at};
use crate::frame::PageFrame;
use crate::staff::{Fact, Names, OptionGroup, Pick, Select};

/// Whether one of these forms has something to do.
pub(super) fn is_offered(form: CaseForm, case: &Case) -> bool {
    match form {
        CaseForm::RemoveReader => !case.access.named.is_empty(),
        CaseForm::ClearConcerned => !case.access.concerned.is_empty(),
        _ => true,
    }
}

/// Title, which is the button too, and the sentence under it.
pub(super) const fn words(form: CaseForm) -> (&'static str, &'static str) {
    match form {
        CaseForm::NameReader => ("access.name_reader", "access.name_reader_help"),
        CaseForm::RemoveReader => ("access.remove_reader", "access.remove_reader_help"),
        CaseForm::NameConcerned => ("access.concerned", "access.concerned_help"),
        _ => ("access.clear_concerned", "access.clear_concerned_help"),
    }
}

/// Fields of one of these forms on the page of the case.
pub(super) fn parts(offer: &Offer<'_>, form: CaseForm) -> Vec<Part> {
    let (first, second) = form.field_ids();
    let names = offer.names;
    let known = match form {
        CaseForm::RemoveReader => Some(offer.case.access.named.as_slice()),
        CaseForm::ClearConcerned => Some(offer.case.access.concerned.as_slice()),
        _ => None,
    };
    let field = offer.text(form, first, "petugas", "access.officer");
    let chosen = offer.value(form, "petugas");
    let officer = choose(offer.frame, names, field, chosen, known);
    let reason = offer.text(form, second, "alasan", "access.reason");
    vec![Part::Select(officer), Part::Line(reason)]
}

/// One officer: of those known, or of everybody who works on cases.
pub(super) fn choose(
    frame: &PageFrame,
    names: &Names,
    field: TextField,
    chosen: &str,
    known: Option<&[OfficerId]>,
) -> Select {
    let unit = frame.unit();
    let groups = match known {
        Some(known) => {
            let picks = known
                .iter()
                .map(|officer| Pick::new(officer.to_string(), names.of(frame, *officer), chosen));
            vec![OptionGroup {
                label: frame.t("access.named").to_owned(),
                options: picks.collect(),
            }]
        }
        None => {
            let mut groups: Vec<OptionGroup> = Vec::new();
            let works = |staff: &&Staff| staff.may(Permission::ReadCase);
            for staff in names.active().filter(works) {
                let station = staff.station.as_ref().unwrap_or(unit.own_station());
                let label = unit.station_name(station);
                let pick = Pick::new(staff.id.to_string(), staff.addressed(), chosen);
                match groups.iter_mut().find(|group| group.label == label) {
                    Some(group) => group.options.push(pick),
                    None => groups.push(OptionGroup {
                        label,
                        options: vec![pick],
                    }),
                }
            }
            groups.sort_by(|a, b| a.label.cmp(&b.label));
            groups
        }
    };
    Select {
        field,
        first: frame.t("access.officer_choose").to_owned(),
        groups,
    }
}

/// The two fields on a page without the case.
pub(super) fn fields_of(
    frame: &PageFrame,
    names: &Names,
    form: CaseForm,
    fields: &Fields,
    errors: &[FieldError],
    known: Option<&[OfficerId]>,
) -> (Select, TextField) {
    let (first, second) = form.field_ids();
    let field = |id: &'static str, name: &'static str, key: &str| TextField {
        id,
        name,
        label: frame.t(key).to_owned(),
        error: error_at(errors, id),
        value: fields.get(name).to_owned(),
        ..TextField::default()
    };
    let officer = field(first, "petugas", "access.officer");
    let chosen = fields.get("petugas");
    (
        choose(frame, names, officer, chosen, known),
        field(second, "alasan", "access.reason"),
    )
}

/// What one of these forms asks for.
///
/// # Errors
/// What is missing in it, in words.
pub(crate) fn command(
    frame: &PageFrame,
    form: CaseForm,
    fields: &Fields,
) -> Result<CaseCommand, Vec<FieldError>> {
    let (first, second) = form.field_ids();
    let officer: Option<OfficerId> = fields.get("petugas").parse().ok();
    let reason = fields.line("alasan").unwrap_or_default();
    let mut errors = Vec::new();
    if officer.is_none() {
        errors.push(FieldError::new(first, frame.t("access.officer_choose")));
    }
    if reason.is_empty() {
        errors.push(FieldError::new(second, frame.t("access.reason_write")));
    }
    match officer {
        Some(officer) if errors.is_empty() => Ok(match form {
            CaseForm::NameReader => CaseCommand::NameReader { officer, reason },
            CaseForm::RemoveReader => CaseCommand::RemoveReader { officer, reason },
            CaseForm::NameConcerned => CaseCommand::NameConcerned { officer, reason },
            _ => CaseCommand::ClearConcerned { officer, reason },
        }),
        _ => Err(errors),
    }
}

/// Who may read it beside whoever has it, whom it is about, and who holds it open.
pub(super) fn facts(frame: &PageFrame, names: &Names, case: &Case, now: Timestamp) -> Vec<Fact> {
    let listed = |officers: &[OfficerId]| {
        let all: Vec<String> = officers.iter().map(|id| names.of(frame, *id)).collect();
        all.join("; ")
    };
    let access = &case.access;
    let mut facts = Vec::new();
    if !access.named.is_empty() {
        facts.push(Fact::new(frame.t("access.named"), listed(&access.named)));
    }
    if !access.concerned.is_empty() {
        let words = listed(&access.concerned);
        facts.push(Fact::new(frame.t("access.about"), words));
    }
    for opening in &access.openings {
        if opening.at <= now && now < opening.until {
            let name = names.of(frame, opening.by);
            let time = frame.format().moment(opening.until);
            let values = [("name", name.as_str()), ("time", time.as_str())];
            let words = frame.tf("access.open_until", &values);
            facts.push(Fact::new(frame.t("access.opened"), words));
        }
    }
    facts
}
