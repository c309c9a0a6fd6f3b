//! Levels of unit, ranks and roles in the organisation.

use super::choice::choice;
use super::code::{EntryCode, RankCode, RoleCode};
use super::lang::Localized;
use super::read::Table;
use super::source::Sourced;

choice!(
    /// The group a rank belongs to; Tamtama and Bintara do most of the work with people (S33).
    pub enum RankGroup {
        /// Enlisted members.
        Tamtama = "tamtama",
        /// Non-commissioned officers.
        Bintara = "bintara",
        /// First officers.
        PerwiraPertama = "perwira_pertama",
        /// Middle officers.
        PerwiraMenengah = "perwira_menengah",
        /// High officers.
        PerwiraTinggi = "perwira_tinggi",
    }
);

/// A level of unit, from headquarters to the post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitLevel {
    /// Code used by units, services and roles.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// The area it answers for.
    pub area: Localized,
    /// Title of its head.
    pub head: Localized,
    /// 1 is the highest.
    pub order: u32,
    /// Whether it owns configuration and data (S50).
    pub configures: bool,
    /// Whether it investigates, where that differs between units.
    pub may_investigate: Option<Localized>,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A rank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rank {
    /// Code kept with an officer.
    pub code: RankCode,
    /// Short form put before a name.
    pub abbr: String,
    /// Full name.
    pub name: Localized,
    /// Group.
    pub group: RankGroup,
    /// 1 is the lowest.
    pub order: u32,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A role in the organisation (who does what; not the role in one contact, which is
/// [`OfficerRole`](super::OfficerRole)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Code kept with an officer.
    pub code: RoleCode,
    /// Its name.
    pub name: Localized,
    /// Levels that have it.
    pub levels: Vec<EntryCode>,
    /// What it does.
    pub does: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl UnitLevel {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("unit_level"),
            name: row.localized("name"),
            area: row.localized("area"),
            head: row.localized("head"),
            order: row.whole("order", &(1..=20)),
            configures: row.flag_or_false("configures"),
            may_investigate: row.localized_or_none("may_investigate"),
            sourced: row.sourced(),
        }
    }
}

impl Rank {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("rank"),
            abbr: row.text("abbr"),
            name: row.localized("name"),
            group: row.choice("group", RankGroup::Bintara),
            order: row.whole("order", &(1..=100)),
            sourced: row.sourced(),
        }
    }
}

impl Role {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("role"),
            name: row.localized("name"),
            levels: row.references("levels", "unit_level", &(1..=6)),
            does: row.localized("does"),
            sourced: row.sourced(),
        }
    }
}
