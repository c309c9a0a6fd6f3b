//! Who may do what: roles of accounts and the permissions they carry.
//!
//! Least privilege: a permission that no role of an account carries is refused. Rules that depend
//! on the case itself (whose it is, what stage it is in) are in `pengayom-core`; a fine-grained
//! policy comes with its own step.

use pengayom_core::place::StationId;
use pengayom_core::value::OfficerId;

/// The role of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Front desk: takes reports, serves the queue.
    Desk,
    /// Patrol: goes where sent.
    Patrol,
    /// Community officer of a fixed area (S68).
    Community,
    /// Investigator.
    Investigator,
    /// Takes and dispatches calls.
    Dispatch,
    /// Chief of the unit or a station.
    Commander,
    /// Internal or external oversight; reads, does not act.
    Oversight,
    /// Keeps accounts and settings; reads no cases.
    Admin,
}

impl Role {
    /// All roles, in the order of the demonstration accounts.
    pub const ALL: [Self; 8] = [
        Self::Desk,
        Self::Patrol,
        Self::Community,
        Self::Investigator,
        Self::Dispatch,
        Self::Commander,
        Self::Oversight,
        Self::Admin,
    ];

    /// The stored word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Desk => "desk",
            Self::Patrol => "patrol",
            Self::Community => "community",
            Self::Investigator => "investigator",
            Self::Dispatch => "dispatch",
            Self::Commander => "commander",
            Self::Oversight => "oversight",
            Self::Admin => "admin",
        }
    }

    /// The role of a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == word)
    }

    /// What the role carries.
    pub const fn permissions(self) -> &'static [Permission] {
        use Permission as P;
        match self {
            Self::Desk => &[
                P::ServeQueue,
                P::TakeReport,
                P::ReadCase,
                P::ReadSensitiveCase,
                P::WorkCase,
                P::AssignCase,
                P::CloseCase,
                P::ReadPerson,
                P::RecordEncounter,
                P::DeclareOutage,
            ],
            Self::Patrol | Self::Community => {
                &[P::ReadCase, P::WorkCase, P::ReadPerson, P::RecordEncounter]
            }
            Self::Investigator => &[
                P::ReadCase,
                P::ReadSensitiveCase,
                P::WorkCase,
                P::CloseCase,
                P::ReadPerson,
                P::RecordEncounter,
            ],
            Self::Dispatch => &[
                P::ServeQueue,
                P::TakeReport,
                P::ReadCase,
                P::WorkCase,
                P::AssignCase,
                P::ReadPerson,
                P::DeclareOutage,
            ],
            Self::Commander => &[
                P::ServeQueue,
                P::ReadCase,
                P::ReadSensitiveCase,
                P::AssignCase,
                P::WorkCase,
                P::CloseCase,
                P::RecordEncounter,
                P::ReadBoard,
                P::ReadAllStations,
                P::ErasePerson,
                P::HoldCase,
                P::DeclareOutage,
            ],
            Self::Oversight => &[
                P::ReadCase,
                P::ReadSensitiveCase,
                P::ReadBoard,
                P::ReadAllStations,
            ],
            Self::Admin => &[P::KeepAccounts, P::DeclareOutage],
        }
    }
}

/// Something an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// See and serve the queue of the desk.
    ServeQueue,
    /// Take a report for somebody.
    TakeReport,
    /// Read cases.
    ReadCase,
    /// Read cases whose kind is kept narrow.
    ReadSensitiveCase,
    /// Record actions and answers.
    WorkCase,
    /// Give a case to an officer.
    AssignCase,
    /// Close and reopen a case.
    CloseCase,
    /// Read who reported and how to reach them.
    ReadPerson,
    /// Decide that what identifies persons in a case is erased.
    ErasePerson,
    /// Decide that nothing of a case is erased for now.
    HoldCase,
    /// Record an encounter.
    RecordEncounter,
    /// Read the chief's board.
    ReadBoard,
    /// See all stations, not the own one only.
    ReadAllStations,
    /// Say that something is down, and that it works again.
    DeclareOutage,
    /// Keep accounts.
    KeepAccounts,
}

/// A signed-in member of staff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    /// Who.
    pub id: OfficerId,
    /// Name typed to sign in.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// Rank, an abbreviation of the pack.
    pub rank: Option<String>,
    /// The station they belong to; `None`: the unit itself, which sees all of them.
    pub station: Option<StationId>,
    /// Their roles.
    pub roles: Vec<Role>,
}

impl Staff {
    /// Whether a role of theirs carries a permission.
    pub fn may(&self, permission: Permission) -> bool {
        self.roles
            .iter()
            .any(|role| role.permissions().contains(&permission))
    }

    /// The front desk they serve: their station's, or that of the unit itself.
    pub fn desk<'a>(&'a self, unit: &'a StationId) -> &'a StationId {
        self.station.as_ref().unwrap_or(unit)
    }

    /// Whether what a station answers for concerns them: their own station's, everything for those
    /// at the unit itself, and what belongs to no station.
    pub fn concerns(&self, station: Option<&StationId>, unit: &StationId) -> bool {
        match (&self.station, station) {
            (None, _) | (_, None) => true,
            (Some(own), Some(station)) => {
                own == unit || own == station || self.may(Permission::ReadAllStations)
            }
        }
    }

    /// Rank and name, as people address them.
    pub fn addressed(&self) -> String {
        match &self.rank {
            Some(rank) => format!("{rank} {}", self.name),
            None => self.name.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_a_word_and_every_permission_a_role() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            assert!(!role.permissions().is_empty());
        }
    }

    #[test]
    fn the_one_who_keeps_accounts_reads_no_cases() {
        let permissions = Role::Admin.permissions();
        assert!(!permissions.contains(&Permission::ReadCase));
        assert!(!permissions.contains(&Permission::ReadPerson));
    }

    #[test]
    fn oversight_reads_and_does_not_act() {
        use Permission as P;
        for act in [
            P::WorkCase,
            P::AssignCase,
            P::CloseCase,
            P::RecordEncounter,
            P::TakeReport,
        ] {
            assert!(!Role::Oversight.permissions().contains(&act));
        }
    }
}
