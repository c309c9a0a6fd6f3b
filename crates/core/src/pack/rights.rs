//! The rights that are told to whoever is concerned in a case, by role (S24, S37).

use super::choice::choice;
use super::clock::{Clock, ClockUnit};
use super::code::{EntryCode, ServiceCode};
use super::fault::PackRule;
use super::lang::Localized;
use super::read::Table;
use super::source::Sourced;

/// Most lists, rights or other rows of one kind that a person is told at once.
const ROWS_MAX: usize = 40;

choice!(
    /// As what somebody is concerned in a case.
    pub enum ConcernedRole {
        /// Who reported it.
        Reporter = "reporter",
        /// Who was harmed.
        Victim = "victim",
        /// Who knows of it.
        Witness = "witness",
        /// Who may have done it.
        Suspect = "suspect",
    }
);

choice!(
    /// For which age a list is.
    pub enum ListAge {
        /// From 18 years.
        Adult = "adult",
        /// Under 18 years, and whoever's age is not known.
        Child = "child",
        /// All.
        Any = "any",
    }
);

impl ListAge {
    /// Whether a list of this age is for somebody; an unknown age counts as a child's.
    pub const fn fits(self, under_18: Option<bool>) -> bool {
        match self {
            Self::Any => true,
            Self::Adult => matches!(under_18, Some(false)),
            Self::Child => !matches!(under_18, Some(false)),
        }
    }
}

/// Something about a person that adds a list, such as a disability.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightsNeed {
    /// Its code.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A list of rights that is told as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightsList {
    /// Code kept with the act.
    pub code: EntryCode,
    /// Goes up when the list changes; kept with the act.
    pub version: u32,
    /// For whom; `None`: for everybody who has the need.
    pub role: Option<ConcernedRole>,
    /// For which age.
    pub age: ListAge,
    /// Only for whoever has this need.
    pub need: Option<EntryCode>,
    /// Only in cases of these services; empty: in all.
    pub services: Vec<ServiceCode>,
    /// Its name.
    pub name: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl RightsList {
    /// Whether it is what everybody in its role is told.
    pub fn is_basic(&self) -> bool {
        self.need.is_none() && self.services.is_empty()
    }

    /// Whether somebody is told it.
    pub fn is_for(
        &self,
        roles: &[ConcernedRole],
        under_18: Option<bool>,
        needs: &[&str],
        service: &ServiceCode,
    ) -> bool {
        self.role.is_none_or(|role| roles.contains(&role))
            && self.age.fits(under_18)
            && self
                .need
                .as_ref()
                .is_none_or(|need| needs.contains(&need.as_str()))
            && (self.services.is_empty() || self.services.contains(service))
    }
}

/// One right, as it is read to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    /// Its code.
    pub code: EntryCode,
    /// The lists it stands in.
    pub lists: Vec<EntryCode>,
    /// One plain sentence.
    pub text: Localized,
    /// The same in the words for a child; `None`: as `text` says it.
    pub to_child: Option<Localized>,
    /// The article it rests on, a citation; `None`: our design.
    pub article: Option<String>,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Right {
    /// The sentence as it is read to somebody.
    pub fn said_to(&self, child: bool) -> &Localized {
        self.to_child
            .as_ref()
            .filter(|_| child)
            .unwrap_or(&self.text)
    }
}

/// Everything of `rights.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RightsBook {
    /// Minutes from being known as concerned to having been told.
    pub first_minutes: u32,
    /// Minutes from an urgent measure to having been told.
    pub urgent_minutes: u32,
    /// What adds a list.
    pub needs: Vec<RightsNeed>,
    /// The lists, in the order they are told.
    pub lists: Vec<RightsList>,
    /// The rights, in the order they are told.
    pub rights: Vec<Right>,
}

impl RightsBook {
    pub(crate) fn read(root: &Table<'_>, clocks: &[Clock]) -> Option<Self> {
        let [first, urgent] = root.table("rights", |head| {
            head.sourced();
            [
                clock(head, "first_clock", clocks),
                clock(head, "urgent_clock", clocks),
            ]
        })?;
        let book = Self {
            first_minutes: first,
            urgent_minutes: urgent,
            needs: root.rows("need", |row| RightsNeed {
                code: row.id("need of rights"),
                name: row.localized("name"),
                sourced: row.sourced(),
            }),
            lists: root.rows("list", |row| RightsList {
                code: row.id("list of rights"),
                version: row.whole("version", &(1..=10_000)),
                role: row.choice_or_none("role"),
                age: row.choice("age", ListAge::Any),
                need: row.reference_or_none("need", "need of rights"),
                services: row.references_or_empty("services", "service", &(0..=ROWS_MAX)),
                name: row.localized("name"),
                sourced: row.sourced(),
            }),
            rights: root.rows("right", |row| Right {
                code: row.id("right"),
                lists: row.references("lists", "list of rights", &(1..=ROWS_MAX)),
                text: row.localized("text"),
                to_child: row.localized_or_none("to_child"),
                article: row.text_or_none("article"),
                sourced: row.sourced(),
            }),
        };
        book.check(root);
        Some(book)
    }

    /// Each role has one list for each age, no list is empty, and none is for everybody.
    fn check(&self, root: &Table<'_>) {
        let ages = [Some(true), Some(false)];
        let basic = |role: ConcernedRole, age: Option<bool>| {
            let lists = self.lists.iter().filter(|list| list.is_basic());
            lists
                .filter(|list| list.role == Some(role) && list.age.fits(age))
                .count()
        };
        let each = ConcernedRole::ALL
            .iter()
            .all(|role| ages.iter().all(|age| basic(*role, *age) == 1));
        let whose = |list: &RightsList| list.role.is_some() || list.need.is_some();
        if !each || !self.lists.iter().all(whose) {
            root.break_rule("list", PackRule::RightsOfEachRole);
        }
        let empty = |list: &RightsList| self.of_list(&list.code).next().is_none();
        if self.lists.iter().any(empty) {
            root.break_rule("right", PackRule::ListHasRights);
        }
    }

    /// The list with this code.
    pub fn list(&self, code: &str) -> Option<&RightsList> {
        self.lists.iter().find(|list| list.code.as_str() == code)
    }

    /// Whether this is something about a person that adds a list.
    pub fn has_need(&self, code: &str) -> bool {
        self.needs.iter().any(|need| need.code.as_str() == code)
    }

    /// The rights of a list, in order.
    pub fn of_list<'a>(&'a self, list: &'a EntryCode) -> impl Iterator<Item = &'a Right> + 'a {
        let in_list = move |right: &&Right| right.lists.contains(list);
        self.rights.iter().filter(in_list)
    }

    /// The lists that somebody is told in a case of a service, in order. Of each role at least one.
    pub fn lists_for<'a>(
        &'a self,
        roles: &'a [ConcernedRole],
        under_18: Option<bool>,
        needs: &'a [&'a str],
        service: &'a ServiceCode,
    ) -> impl Iterator<Item = &'a RightsList> + 'a {
        let told = move |list: &&RightsList| list.is_for(roles, under_18, needs, service);
        self.lists.iter().filter(told)
    }
}

/// Minutes of the clock that `key` names; 0, told there, for one that has no fixed length.
pub(super) fn clock(row: &Table<'_>, key: &str, clocks: &[Clock]) -> u32 {
    let code: EntryCode = row.reference(key, "clock");
    minutes(row, key, &code, clocks)
}

/// The same where the key may be left out.
pub(super) fn clock_or_none(row: &Table<'_>, key: &str, clocks: &[Clock]) -> Option<u32> {
    let code: EntryCode = row.reference_or_none(key, "clock")?;
    Some(minutes(row, key, &code, clocks))
}

fn minutes(row: &Table<'_>, key: &str, code: &EntryCode, clocks: &[Clock]) -> u32 {
    // A clock that is not there is told where references are followed.
    let Some(clock) = clocks.iter().find(|clock| clock.code == *code) else {
        return 0;
    };
    let value = clock.values.first().copied().unwrap_or_default();
    let unit = match clock.unit {
        ClockUnit::Minutes => 1,
        ClockUnit::Hours => 60,
        ClockUnit::Days => 24 * 60,
        _ => 0,
    };
    let minutes = value.saturating_mul(unit);
    if minutes == 0 {
        row.break_rule(key, PackRule::ClockHasLength);
    }
    minutes
}
