//! What the service of a case asks of who handles it: who has it, and why somebody without it is given it
//! (S7).

use pengayom_core::pack::SkillCode;
use pengayom_core::subject::case::Case;
use pengayom_node::Node;
use pengayom_node::access::Permission;

use super::act::{CaseForm, Offer, Part};
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::staff::{Fact, Names, OptionGroup, Pick, Select};
use crate::standing::gaps::asked_of_handler;

fn asks(offer: &Offer<'_>) -> bool {
    let pack = &offer.frame.unit().pack;
    pack.skills_for(&offer.case.service).next().is_some()
}

/// One sentence under the heading of the form, where the service asks for a skill.
pub(super) fn help(offer: &Offer<'_>) -> Option<&'static str> {
    asks(offer).then_some("skill.assign_help")
}

/// The fields of giving a case to an officer.
pub(super) fn parts(offer: &Offer<'_>) -> Vec<Part> {
    let form = CaseForm::Assign;
    let (first, second) = form.field_ids();
    let unit = offer.frame.unit();
    let chosen = offer.value(form, "petugas");
    let here = offer.case.place.as_ref().map(|place| &place.station);
    let mut groups: Vec<(bool, OptionGroup)> = Vec::new();
    for staff in offer
        .names
        .active()
        .filter(|staff| staff.may(Permission::WorkCase))
    {
        let station = staff.station.as_ref().unwrap_or(unit.own_station());
        let label = unit.station_name(station);
        let pick = Pick::new(staff.id.to_string(), staff.addressed(), chosen);
        if let Some((_, group)) = groups.iter_mut().find(|(_, group)| group.label == label) {
            group.options.push(pick);
        } else {
            let group = OptionGroup {
                label,
                options: vec![pick],
            };
            groups.push((here != Some(station), group));
        }
    }
    // Officers of the station that answers for the place first.
    groups.sort_by(|(a, one), (b, other)| (a, &one.label).cmp(&(b, &other.label)));
    let officer = Select {
        field: offer.text(form, first, "petugas", "case.assign_officer"),
        first: offer.frame.t("case.assign_choose").to_owned(),
        groups: groups.into_iter().map(|(_, group)| group).collect(),
    };
    let mut parts = vec![Part::Select(officer)];
    if asks(offer) {
        let reason = offer.text(form, second, "alasan", "skill.assign_reason");
        parts.push(Part::Line(reason.optional()));
    }
    parts
}

fn name(frame: &PageFrame, skill: &SkillCode) -> String {
    match frame.unit().pack.skill(skill.as_str()) {
        Some(known) => frame.say(&known.name).to_owned(),
        None => skill.to_string(),
    }
}

/// That a case was given to an officer without a skill, for the history.
pub(super) fn without(frame: &PageFrame, skill: &SkillCode) -> String {
    frame.tf("skill.assigned_without", &[("skill", &name(frame, skill))])
}

/// That an officer lacks a skill, and that it is said why they are given the case.
pub(super) fn reason_needed(frame: &PageFrame, skill: &SkillCode) -> String {
    frame.tf("skill.needed", &[("skill", &name(frame, skill))])
}

/// Which skills the service of a case asks for, and who has them.
pub(super) async fn facts(
    frame: &PageFrame,
    node: &Node,
    names: &Names,
    case: &Case,
) -> Result<Vec<Fact>, Fault> {
    let lines = asked_of_handler(frame, node, names, &case.service).await?;
    let fact = |lines: Vec<String>| Fact::new(frame.t("skill.asked"), lines.join("\n"));
    Ok((!lines.is_empty())
        .then(|| fact(lines))
        .into_iter()
        .collect())
}
