//! Who may do what: roles of accounts, the permissions they carry, and who may know a case.
//!
//! Least privilege: what no policy permits is refused. The pack's policies (`packs/*/access/`) and the
//! program's floor (`floor.cedar`) are asked through [`Policies`]: once for what a set of roles carries
//! ([`Carried`], so that [`Staff::may`] is a lookup), and with the case for what concerns one case
//! ([`CaseFacts`]). Rules that depend on what happened in a case are in `pengayom-core`.

mod case;
mod fault;
mod floor;
mod policy;
mod split;
#[cfg(test)]
mod tests;

pub use case::{CaseFacts, Purpose, Shut, Sight};
pub use fault::{FAULTS_MAX, Hole, PolicyFault, PolicyFaults};
pub use floor::is_shut;
pub use policy::Policies;

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

    /// Its place in a set of roles.
    pub(crate) const fn bit(self) -> u8 {
        1 << (self as u8)
    }
}

/// Something an account may do; an action of the policies, by the same name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// Give a case to an officer.
    AssignCase,
    /// Say that a report is not about an officer after all.
    ClearConcerned,
    /// Close and reopen a case.
    CloseCase,
    /// Say that something is down, and that it works again.
    DeclareOutage,
    /// Decide that what identifies persons in a case is erased.
    ErasePerson,
    /// Decide that nothing of a case is erased for now.
    HoldCase,
    /// Keep accounts.
    KeepAccounts,
    /// Change the words of the letters that the program makes.
    KeepLetters,
    /// Say who is qualified for what.
    KeepSkills,
    /// Register rooms and equipment, and say how they are.
    KeepThings,
    /// Record that a report is about an officer.
    NameConcerned,
    /// Take things into custody, hand them over and accept them; propose and confirm how they end.
    KeepExhibits,
    /// Name who may read a case though they do not have it, and take that back.
    NameReader,
    /// Open a case in an emergency, though not named or of another station.
    OpenInEmergency,
    /// Name offences, give evidence its basis, link it to elements, say that the proof is complete.
    ProveCase,
    /// See all stations, not the own one only.
    ReadAllStations,
    /// Read the chief's board.
    ReadBoard,
    /// Read cases.
    ReadCase,
    /// Read how the officers of one's own station do, to coach them.
    ReadCoaching,
    /// Read who reported and how to reach them.
    ReadPerson,
    /// Take sensitive cases, and open them in an emergency.
    ReadSensitiveCase,
    /// Record an encounter.
    RecordEncounter,
    /// Review what was opened in an emergency.
    ReviewAccess,
    /// See and serve the queue of the desk; take cases over.
    ServeQueue,
    /// Take a case that nobody has.
    TakeCase,
    /// Take a report for somebody.
    TakeReport,
    /// Record actions and answers.
    WorkCase,
}

impl Permission {
    /// All permissions, by name.
    pub const ALL: [Self; 27] = [
        Self::AssignCase,
        Self::ClearConcerned,
        Self::CloseCase,
        Self::DeclareOutage,
        Self::ErasePerson,
        Self::HoldCase,
        Self::KeepAccounts,
        Self::KeepExhibits,
        Self::KeepLetters,
        Self::KeepSkills,
        Self::KeepThings,
        Self::NameConcerned,
        Self::NameReader,
        Self::OpenInEmergency,
        Self::ProveCase,
        Self::ReadAllStations,
        Self::ReadBoard,
        Self::ReadCase,
        Self::ReadCoaching,
        Self::ReadPerson,
        Self::ReadSensitiveCase,
        Self::RecordEncounter,
        Self::ReviewAccess,
        Self::ServeQueue,
        Self::TakeCase,
        Self::TakeReport,
        Self::WorkCase,
    ];

    /// The name of the action in policies.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AssignCase => "AssignCase",
            Self::ClearConcerned => "ClearConcerned",
            Self::CloseCase => "CloseCase",
            Self::DeclareOutage => "DeclareOutage",
            Self::ErasePerson => "ErasePerson",
            Self::HoldCase => "HoldCase",
            Self::KeepAccounts => "KeepAccounts",
            Self::KeepExhibits => "KeepExhibits",
            Self::KeepLetters => "KeepLetters",
            Self::KeepSkills => "KeepSkills",
            Self::KeepThings => "KeepThings",
            Self::NameConcerned => "NameConcerned",
            Self::NameReader => "NameReader",
            Self::OpenInEmergency => "OpenInEmergency",
            Self::ProveCase => "ProveCase",
            Self::ReadAllStations => "ReadAllStations",
            Self::ReadBoard => "ReadBoard",
            Self::ReadCase => "ReadCase",
            Self::ReadCoaching => "ReadCoaching",
            Self::ReadPerson => "ReadPerson",
            Self::ReadSensitiveCase => "ReadSensitiveCase",
            Self::RecordEncounter => "RecordEncounter",
            Self::ReviewAccess => "ReviewAccess",
            Self::ServeQueue => "ServeQueue",
            Self::TakeCase => "TakeCase",
            Self::TakeReport => "TakeReport",
            Self::WorkCase => "WorkCase",
        }
    }

    /// Whether it is asked of one case, and not of the unit alone.
    pub const fn is_of_a_case(self) -> bool {
        matches!(
            self,
            Self::AssignCase
                | Self::ClearConcerned
                | Self::CloseCase
                | Self::ErasePerson
                | Self::HoldCase
                | Self::KeepExhibits
                | Self::NameConcerned
                | Self::NameReader
                | Self::OpenInEmergency
                | Self::ProveCase
                | Self::ReadCase
                | Self::ReadPerson
                | Self::ReviewAccess
                | Self::ServeQueue
                | Self::TakeCase
                | Self::WorkCase
        )
    }
}

/// What the policies gave a set of roles: permissions, and the rank they were asked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    permissions: u32,
    rank: u32,
}

impl Carried {
    /// Nothing, with a rank: its place in the pack's list, from 1; 0 without one.
    pub const fn none(rank: u32) -> Self {
        Self {
            permissions: 0,
            rank,
        }
    }

    /// The same and one permission more.
    #[must_use]
    const fn with(self, permission: Permission) -> Self {
        Self {
            permissions: self.permissions | 1 << (permission as u32),
            rank: self.rank,
        }
    }

    /// The same and one permission less.
    #[must_use]
    pub(crate) const fn without(self, permission: Permission) -> Self {
        Self {
            permissions: self.permissions & !(1 << (permission as u32)),
            rank: self.rank,
        }
    }

    /// Whether a permission is among them.
    pub const fn may(self, permission: Permission) -> bool {
        self.permissions & (1 << (permission as u32)) != 0
    }

    /// Place of the rank in the pack's list, from 1; 0 without one.
    pub const fn rank(self) -> u32 {
        self.rank
    }
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
    /// What the unit's policies give these roles.
    pub carries: Carried,
}

impl Staff {
    /// Whether the policies give their roles a permission.
    pub const fn may(&self, permission: Permission) -> bool {
        self.carries.may(permission)
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
