//! The forms that say who is concerned in a case, and what somebody became (S24).

use pengayom_core::pack::ConcernedRole;
use pengayom_core::subject::case::{Case, CaseCommand, Concerned, RightsCommand};
use pengayom_core::value::CaseId;

use super::Asked;
use crate::desk::concerned::{label_roles, role_key};
use crate::desk::pieces::{Form, Piece, Typing};
use crate::extract::Fields;
use crate::form::FieldError;
use crate::frame::PageFrame;

/// Identifier of the form for somebody not recorded before.
pub(super) const ADD: &str = "tambah-orang";

/// Identifier of the form that changes what somebody is.
pub(super) const CHANGE: &str = "ubah-peran";

/// What a reporter is who is also the one reported.
const BOTH: [ConcernedRole; 2] = [ConcernedRole::Reporter, ConcernedRole::Suspect];

/// The form that names the reporter as both, where they were recorded as the one reported and nobody stands in the case
/// as both yet.
pub(super) fn both_form(case: &Case) -> Option<&'static str> {
    let persons = &case.rights.persons;
    let is_both = |one: &Concerned| BOTH.iter().all(|role| one.roles.contains(role));
    if !case.triage.reporter_is_reported || persons.iter().any(is_both) {
        return None;
    }
    let is_reporter = |one: &Concerned| one.roles.contains(&ConcernedRole::Reporter);
    Some(if persons.iter().any(is_reporter) {
        CHANGE
    } else {
        ADD
    })
}

/// The form for somebody not recorded before, or for a change of what somebody is; `both`: it proposes reporter and
/// suspect at once.
pub(super) fn person_form(
    frame: &PageFrame,
    id: CaseId,
    asked: &Asked,
    case: &Case,
    (form, both): (&'static str, bool),
) -> Form {
    let changes = form == CHANGE;
    let typing = Typing {
        frame,
        sent: asked.form,
        fields: &asked.fields,
        errors: &asked.errors,
    };
    let ids = person_ids(form);
    let mut pieces = Vec::new();
    if changes {
        let who = case.rights.persons.iter();
        let who = who.map(|one| (one.n.to_string(), label_roles(frame, one)));
        let at = (ids[0], "orang");
        pieces.push(Piece::Select(typing.select(
            form,
            at,
            "rights.person",
            who.collect(),
        )));
    }
    let roles = ConcernedRole::ALL.iter();
    let roles = roles.map(|role| (role.code().to_owned(), frame.t(role_key(*role)).to_owned()));
    let at = (ids[1], "peran");
    let mut group = typing.choices(form, at, "rights.roles", roles.collect());
    if both && !typing.is(form) {
        for choice in &mut group.options {
            choice.checked = BOTH.iter().any(|role| role.code() == choice.value);
        }
    }
    pieces.push(Piece::Ticks(group.hint(frame.t("rights.roles_help"))));
    let ages = [
        ("dewasa", "rights.age_adult"),
        ("anak", "rights.age_child"),
        ("tidak-tahu", "rights.age_unknown"),
    ];
    let ages = ages.map(|(value, key)| (value.to_owned(), frame.t(key).to_owned()));
    let age = typing.choices(form, (ids[2], "usia"), "rights.age", ages.into());
    pieces.push(Piece::Radios(age.hint(frame.t("rights.age_help"))));
    let needs = frame.unit().pack.rights().needs.iter();
    let needs = needs.map(|need| {
        let words = frame.say(&need.name).to_owned();
        (need.code.as_str().to_owned(), words)
    });
    let mut needs = typing.choices(form, (ids[3], "butuh"), "rights.needs", needs.collect());
    needs.optional = true;
    pieces.push(Piece::Ticks(needs));
    if changes {
        let why = typing.text(form, (ids[4], "alasan"), "rights.change_reason");
        pieces.push(Piece::Line(why));
    }
    let key = |add, change| frame.t(if changes { change } else { add }).to_owned();
    let mut help = vec![key("rights.add_help", "rights.change_help")];
    if both {
        help.push(frame.t("rights.both_help").to_owned());
    }
    Form {
        id: form,
        action: format!("/perkara/{id}/hak"),
        title: key("rights.add", "rights.change"),
        help,
        hidden: Vec::new(),
        pieces,
        button: key("rights.add_save", "rights.change_save"),
        open: both || typing.is(form),
    }
}

/// Identifiers of who, roles, age, needs and reason.
pub(super) fn person_ids(form: &str) -> [&'static str; 5] {
    if form == CHANGE {
        [
            "ubah-orang",
            "ubah-sebagai",
            "ubah-usia",
            "ubah-butuh",
            "ubah-alasan",
        ]
    } else {
        [
            "orang-siapa",
            "orang-sebagai",
            "orang-usia",
            "orang-butuh",
            "orang-alasan",
        ]
    }
}

/// What a form asks for, or what is wrong with it.
pub(super) fn name_command(
    frame: &PageFrame,
    form: &str,
    fields: &Fields,
) -> Result<CaseCommand, Vec<FieldError>> {
    let ids = person_ids(form);
    let mut errors = Vec::new();
    let person = fields.get("orang").parse::<u32>().ok();
    if form == CHANGE && person.is_none() {
        errors.push(FieldError::new(ids[0], frame.t("control.person_choose")));
    }
    let roles: Vec<ConcernedRole> = fields
        .all("peran")
        .filter_map(|role| role.parse().ok())
        .collect();
    if roles.is_empty() {
        errors.push(FieldError::new(ids[1], frame.t("rights.role_choose")));
    }
    let under_18 = match fields.get("usia") {
        "anak" => Some(true),
        "dewasa" => Some(false),
        "tidak-tahu" => None,
        _ => {
            errors.push(FieldError::new(ids[2], frame.t("rights.age_choose")));
            None
        }
    };
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(CaseCommand::Rights(RightsCommand::Name {
        person: person.filter(|_| form == CHANGE),
        roles,
        under_18,
        needs: fields.all("butuh").map(str::to_owned).collect(),
        reason: fields.line("alasan").unwrap_or_default(),
    }))
}
