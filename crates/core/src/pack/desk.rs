//! The front desk: what people come for, who goes first (S76), how a visit ends, and what can be down.

use super::code::{EntryCode, ServiceCode};
use super::fault::PackRule;
use super::lang::Localized;
use super::read::Table;
use super::source::Sourced;

/// What somebody comes for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Code kept with the visit.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// The service a report begins with that is taken from the visit.
    pub report: ServiceCode,
    /// Lists do not name it.
    pub sensitive: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// Why somebody goes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Priority {
    /// Code kept with the visit.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// It comes before every other reason.
    pub danger: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// How a visit ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// Code kept with the visit.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// The person was served: only then does their wait count.
    pub served: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// Something that can be down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskSystem {
    /// Code kept with the outage.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
    /// What people can still do, after "You can still".
    pub way: Localized,
    /// The service whose page says that it is down.
    pub service: Option<ServiceCode>,
    /// `/aman` says that it is down.
    pub helpline: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// Everything about the front desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Desk {
    /// The letter before the number of a ticket.
    pub letter: String,
    /// What people come for, in the order offered.
    pub needs: Vec<Need>,
    /// Why somebody goes first, in the order offered.
    pub priorities: Vec<Priority>,
    /// How a visit ends, in the order offered.
    pub endings: Vec<Ending>,
    /// What can be down, in the order offered.
    pub systems: Vec<DeskSystem>,
}

impl Desk {
    /// One need.
    pub fn need(&self, code: &str) -> Option<&Need> {
        self.needs.iter().find(|need| need.code.as_str() == code)
    }

    /// One reason to go first.
    pub fn priority(&self, code: &str) -> Option<&Priority> {
        let mut all = self.priorities.iter();
        all.find(|priority| priority.code.as_str() == code)
    }

    /// One ending.
    pub fn ending(&self, code: &str) -> Option<&Ending> {
        let mut all = self.endings.iter();
        all.find(|ending| ending.code.as_str() == code)
    }

    /// One thing that can be down.
    pub fn system(&self, code: &str) -> Option<&DeskSystem> {
        let mut all = self.systems.iter();
        all.find(|system| system.code.as_str() == code)
    }

    pub(crate) fn read(root: &Table<'_>) -> Option<Self> {
        let needs = root.rows("need", |row| Need {
            code: row.id("need at the desk"),
            name: row.localized("name"),
            report: row.reference("report", "service"),
            sensitive: row.flag_or_false("sensitive"),
            sourced: row.sourced(),
        });
        let priorities = root.rows("priority", |row| Priority {
            code: row.id("reason to go first"),
            name: row.localized("name"),
            danger: row.flag_or_false("danger"),
            sourced: row.sourced(),
        });
        let endings = root.rows("ending", |row| Ending {
            code: row.id("end of a visit"),
            name: row.localized("name"),
            served: row.flag("served"),
            sourced: row.sourced(),
        });
        let both = [true, false].map(|served| endings.iter().any(|end| end.served == served));
        if both.contains(&false) {
            root.break_rule("ending", PackRule::ServedAndNot);
        }
        let systems = root.rows("system", |row| DeskSystem {
            code: row.id("system at the desk"),
            name: row.localized("name"),
            way: row.localized("way"),
            service: row.reference_or_none("service", "service"),
            helpline: row.flag_or_false("helpline"),
            sourced: row.sourced(),
        });
        let letter = root.table("ticket", |ticket| {
            let letter = ticket.text("letter");
            if !(letter.len() == 1 && letter.bytes().all(|byte| byte.is_ascii_uppercase())) {
                ticket.break_rule("letter", PackRule::TicketLetter);
            }
            letter
        })?;
        Some(Self {
            letter,
            needs,
            priorities,
            endings,
            systems,
        })
    }
}
