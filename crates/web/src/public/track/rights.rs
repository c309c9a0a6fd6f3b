//! The rights of whoever reported, and when they were told them (S24).

use jiff::Timestamp;
use pengayom_core::pack::ConcernedRole;
use pengayom_core::subject::case::{Case, Concerned};

use crate::desk::{ListView, list_view};
use crate::frame::PageFrame;

/// A list of rights, as the reporter reads it.
pub(crate) struct RightsItem {
    /// The list.
    pub(crate) list: ListView,
    /// When they were told it; `None`: not recorded.
    pub(crate) told_at: Option<Timestamp>,
    /// The same in words.
    pub(super) told: Option<String>,
}

/// The reporter's rights: as a reporter, and as whatever else they are in the case. Of a case shown without its
/// kind, only the lists that do not name it.
pub(crate) fn reporter_rights(frame: &PageFrame, case: &Case) -> Vec<RightsItem> {
    let persons = case.rights.persons.iter();
    let mut persons = persons.filter(|one| one.roles.contains(&ConcernedRole::Reporter));
    let person = persons.next();
    let roles = person.map_or(&[ConcernedRole::Reporter][..], |one| &one.roles);
    let age = person.map_or(Some(false), |one| one.under_18);
    let child = person.is_some_and(Concerned::is_child);
    let told = if child {
        "rights.told_you_child"
    } else {
        "rights.told_you"
    };
    let needs: Vec<&str> = person
        .iter()
        .flat_map(|one| one.needs.iter().map(String::as_str))
        .collect();
    let book = frame.unit().pack.rights();
    let lists = book.lists_for(roles, age, &needs, &case.service);
    lists
        .filter(|list| !case.sensitive || list.services.is_empty())
        .map(|list| {
            let told_at = person.and_then(|one| one.told_at(list.code.as_str()));
            RightsItem {
                list: list_view(frame, list, child),
                told_at,
                told: told_at.map(|at| {
                    let time = frame.format().moment(at);
                    frame.tf(told, &[("time", &time)])
                }),
            }
        })
        .collect()
}
