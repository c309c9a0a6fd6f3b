//! What officers can be qualified for (S7, S34), and the rooms and equipment services need (S35).

use super::code::{ServiceCode, SkillCode, ThingCode};
use super::function::PoliceFunction;
use super::lang::Localized;
use super::need::{self, Minimum, ServiceNeed};
use super::read::Table;
use super::source::Sourced;

/// Longest validity of a qualification and longest time between two checks of a thing, in months.
const MONTHS_MAX: u32 = 240;

/// Something an officer can be qualified for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    /// Code kept in acts.
    pub code: SkillCode,
    /// Its name.
    pub name: Localized,
    /// What it qualifies for, a sentence.
    pub qualifies: Localized,
    /// Services whose cases are for officers who have it.
    pub services: Vec<ServiceCode>,
    /// Police functions it serves (S1).
    pub functions: Vec<PoliceFunction>,
    /// Months for which a qualification holds; `None`: until it is withdrawn.
    pub valid_months: Option<u32>,
    /// Services that need at least one officer who has it.
    pub needs: Vec<ServiceNeed>,
    /// How many such officers a station has, by level; levels not named need none.
    pub minimum: Vec<Minimum>,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A kind of equipment or room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThingKind {
    /// Code kept in acts.
    pub code: ThingCode,
    /// Its name.
    pub name: Localized,
    /// What it is for, a sentence.
    pub purpose: Localized,
    /// It is a room, and is not carried away.
    pub room: bool,
    /// Months between two checks; `None`: it is not checked by the calendar.
    pub check_months: Option<u32>,
    /// Services that need it.
    pub needs: Vec<ServiceNeed>,
    /// How many in order a station has, by level; levels not named need none.
    pub minimum: Vec<Minimum>,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Skill {
    pub(super) fn read(row: &Table<'_>) -> Self {
        let (needs, minimum) = need::read(row);
        Self {
            code: row.id("skill"),
            name: row.localized("name"),
            qualifies: row.localized("qualifies"),
            services: row.references("services", "service", &(0..=60)),
            functions: row.choices("functions", &(0..=PoliceFunction::ALL.len())),
            valid_months: row.whole_or_none("valid_months", &(1..=MONTHS_MAX)),
            needs,
            minimum,
            sourced: row.sourced(),
        }
    }
}

impl ThingKind {
    pub(super) fn read(row: &Table<'_>) -> Self {
        let (needs, minimum) = need::read(row);
        Self {
            code: row.id("thing"),
            name: row.localized("name"),
            purpose: row.localized("for"),
            room: row.flag_or_false("room"),
            check_months: row.whole_or_none("check_months", &(1..=MONTHS_MAX)),
            needs,
            minimum,
            sourced: row.sourced(),
        }
    }
}
