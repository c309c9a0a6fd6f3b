//! Functions, roles, duties and aspects: what police work is for, and how its quality is looked at.

use super::choice::choice;
use super::code::DutyCode;
use super::lang::Localized;
use super::read::Table;
use super::source::Sourced;

choice!(
    /// The police function an act or an encounter served (S1). Every record carries one.
    pub enum PoliceFunction {
        /// Keeping order (*memelihara keteraturan*).
        Order = "order",
        /// Enforcing the law (*menegakkan hukum*).
        Enforcement = "enforcement",
        /// Detecting (*mendeteksi*).
        Detection = "detection",
        /// Preventing (*mencegah*).
        Prevention = "prevention",
    }
);

choice!(
    /// The role an officer has in one contact (S28).
    pub enum OfficerRole {
        /// *Penegak hukum*: applies the law, also where it is unwelcome.
        LawEnforcer = "law_enforcer",
        /// *Pelayan*: serves a request.
        Servant = "servant",
        /// *Pelindung*: keeps a person from harm.
        Protector = "protector",
        /// *Pengayom*: shelters, guides and stands by a person or a community.
        Shelter = "shelter",
    }
);

choice!(
    /// An aspect of quality; every measure belongs to one of the three (S6).
    pub enum Aspect {
        /// Competence (*kompetensi*).
        Competence = "competence",
        /// Consistency (*konsistensi*).
        Consistency = "consistency",
        /// Civility (*keberadaban*).
        Civility = "civility",
    }
);

/// A police function as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionEntry {
    /// Which of the four.
    pub code: PoliceFunction,
    /// Its name.
    pub name: Localized,
    /// One sentence that helps an officer choose it.
    pub help: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A role of the officer as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficerRoleEntry {
    /// Which of the four.
    pub code: OfficerRole,
    /// Its name.
    pub name: Localized,
    /// One sentence that helps an officer choose it.
    pub help: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// An aspect of quality as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AspectEntry {
    /// Which of the three.
    pub code: Aspect,
    /// Its name.
    pub name: Localized,
    /// What it asks.
    pub help: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A duty of the police in UU 2/2002 (S2), in the order of the law: kamtibmas first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Code used by services.
    pub code: DutyCode,
    /// Its name.
    pub name: Localized,
    /// What it covers.
    pub help: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl FunctionEntry {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.choice("id", PoliceFunction::Order),
            name: row.localized("name"),
            help: row.localized("help"),
            sourced: row.sourced(),
        }
    }
}

impl OfficerRoleEntry {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.choice("id", OfficerRole::Servant),
            name: row.localized("name"),
            help: row.localized("help"),
            sourced: row.sourced(),
        }
    }
}

impl AspectEntry {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.choice("id", Aspect::Competence),
            name: row.localized("name"),
            help: row.localized("help"),
            sourced: row.sourced(),
        }
    }
}

impl Duty {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("duty"),
            name: row.localized("name"),
            help: row.localized("help"),
            sourced: row.sourced(),
        }
    }
}
