//! What services need to be given: how it is written, for skills of officers as for rooms and equipment (S35).

use super::choice::choice;
use super::code::{EntryCode, ServiceCode};
use super::fault::PackRule;
use super::read::Table;

choice!(
    /// What it means for a service that something it needs is not there.
    pub enum NeedEffect {
        /// The service cannot be given as it must be.
        Blocks = "blocks",
        /// It can be given, but worse or later.
        Hampers = "hampers",
    }
);

/// Services that need something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceNeed {
    /// The services.
    pub services: Vec<ServiceCode>,
    /// What its absence means for them.
    pub effect: NeedEffect,
    /// Whether the public page of the service says that it is missing and where the nearest is.
    pub public: bool,
}

/// How many of something every station of a level has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Minimum {
    /// The level of unit.
    pub level: EntryCode,
    /// How many, from 1.
    pub count: u32,
}

/// Most of one kind that a station is asked to have.
const COUNT_MAX: u32 = 1_000;

impl ServiceNeed {
    pub(super) fn read(row: &Table<'_>) -> Self {
        Self {
            services: row.references("services", "service", &(1..=60)),
            effect: row.choice("effect", NeedEffect::Hampers),
            public: row.flag_or_false("public"),
        }
    }
}

/// The rows of `[[….need]]` and `[[….minimum]]`: whoever is needed somewhere says how many where, once a
/// level, and the other way round.
pub(super) fn read(row: &Table<'_>) -> (Vec<ServiceNeed>, Vec<Minimum>) {
    let needs = row.rows_or_empty("need", ServiceNeed::read);
    let minimum = row.rows_or_empty("minimum", |row| Minimum {
        level: row.reference("level", "unit_level"),
        count: row.whole("count", &(1..=COUNT_MAX)),
    });
    if needs.is_empty() != minimum.is_empty() {
        row.break_rule("minimum", PackRule::NeedWithMinimum);
    }
    let mut levels: Vec<&str> = minimum.iter().map(|one| one.level.as_str()).collect();
    levels.sort_unstable();
    let all = levels.len();
    levels.dedup();
    let mut services: Vec<&str> = needs
        .iter()
        .flat_map(|need| need.services.iter().map(ServiceCode::as_str))
        .collect();
    services.sort_unstable();
    let named = services.len();
    services.dedup();
    if levels.len() != all || services.len() != named {
        row.break_rule("need", PackRule::NeedOnce);
    }
    (needs, minimum)
}
