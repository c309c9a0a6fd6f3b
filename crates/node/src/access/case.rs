//! One case as policies see it, and what comes of asking about it.

use std::sync::LazyLock;

use jiff::Timestamp;
use pengayom_core::place::{AreaCode, StationId};
use pengayom_core::subject::case::{Case, CaseAccess, Opening};
use pengayom_core::value::{CaseId, OfficerId};
use pengayom_store::rows::CaseRow;

use super::{Permission, Staff};
use crate::Node;
use crate::error::HandleError;
use crate::unit::UnitContext;

/// What a case is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The case itself: its page, files, letters, what is done in it.
    Handle,
    /// Something that gathers many: a list, a search, a hand-over, a file of rows.
    Gather,
}

impl Purpose {
    /// The word of the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Handle => "handle",
            Self::Gather => "gather",
        }
    }
}

/// What policies may know of a case.
#[derive(Debug, Clone, Copy)]
pub struct CaseFacts<'a> {
    /// Kept narrow.
    pub sensitive: bool,
    /// The station that answers for it.
    pub station: Option<&'a StationId>,
    /// The smallest area it lies in.
    pub beat: Option<&'a AreaCode>,
    /// Who serves it.
    pub taken_by: Option<OfficerId>,
    /// Who handles it.
    pub assigned_to: Option<OfficerId>,
    /// Who is named, whom it is about, who opened it.
    pub access: &'a CaseAccess,
    /// The moment at which it is asked; an opening holds until one.
    pub now: Timestamp,
}

impl<'a> CaseFacts<'a> {
    /// Of a row of a list.
    pub const fn of_row(row: &'a CaseRow, now: Timestamp) -> Self {
        Self {
            sensitive: row.sensitive,
            station: row.station.as_ref(),
            beat: row.beat.as_ref(),
            taken_by: row.taken_by,
            assigned_to: row.assigned_to,
            access: &row.access,
            now,
        }
    }

    /// Of a case with its history.
    pub fn of_case(case: &'a Case, now: Timestamp) -> Self {
        Self {
            sensitive: case.sensitive,
            station: case.place.as_ref().map(|place| &place.station),
            beat: case.place.as_ref().and_then(|place| place.beat.as_ref()),
            taken_by: case.taken_by,
            assigned_to: case.assigned_to,
            access: &case.access,
            now,
        }
    }

    /// Who has it.
    pub fn handlers(&self) -> impl Iterator<Item = OfficerId> {
        self.taken_by.into_iter().chain(self.assigned_to)
    }

    /// Who holds it open in an emergency.
    pub fn opened(&self) -> impl Iterator<Item = OfficerId> + '_ {
        let open = self.access.openings.iter();
        let open = open.filter(|known| known.at <= self.now && self.now < known.until);
        open.map(|known| known.by)
    }

    /// Whether somebody has it, is named to it, or holds it open.
    pub fn is_known_to(&self, who: OfficerId) -> bool {
        self.handlers().any(|officer| officer == who)
            || self.access.named.contains(&who)
            || self.opened().any(|officer| officer == who)
    }
}

/// Why a case is shut to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shut {
    /// The report is about them. They are told that there is no such case.
    Concerned,
    /// No role of theirs carries the permission.
    Role(Permission),
    /// It is sensitive and they are not named.
    NotNamed,
    /// It is another station's.
    OtherStation,
    /// Another policy of the unit stands in the way.
    Policy,
}

/// How a list shows a case to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Open to them.
    Open,
    /// Only that a sensitive case waits; where it leads they can take it, or open it in an emergency.
    Waits,
    /// Not at all.
    Hidden,
}

impl UnitContext {
    /// Whether somebody may do something with a case.
    ///
    /// # Errors
    /// [`Shut`], with the reason to tell.
    pub fn case_open_to(
        &self,
        by: &Staff,
        permission: Permission,
        case: &CaseFacts<'_>,
        purpose: Purpose,
    ) -> Result<(), Shut> {
        if self
            .policies
            .opens(by, permission, case, purpose, &self.geography)
        {
            return Ok(());
        }
        Err(if case.access.is_about(by.id) {
            Shut::Concerned
        } else if !by.may(permission) {
            Shut::Role(permission)
        } else if case.sensitive && !case.is_known_to(by.id) {
            Shut::NotNamed
        } else if !by.concerns(case.station, self.own_station()) && !case.is_known_to(by.id) {
            Shut::OtherStation
        } else {
            Shut::Policy
        })
    }

    /// How a list shows a case. Everybody whose work lists concern sees that a sensitive case waits,
    /// and nothing else of it; nobody sees one that is about them.
    pub fn sight(&self, by: &Staff, case: &CaseFacts<'_>) -> Sight {
        match self.case_open_to(by, Permission::ReadCase, case, Purpose::Gather) {
            Ok(()) => Sight::Open,
            Err(Shut::NotNamed | Shut::Policy)
                if case.sensitive && by.concerns(case.station, self.own_station()) =>
            {
                Sight::Waits
            }
            Err(_) => Sight::Hidden,
        }
    }
}

impl Node {
    /// Refuses what a case does not let somebody do. Whoever it is about is told that there is none.
    pub(crate) fn require_case(
        &self,
        by: &Staff,
        permission: Permission,
        case: &Case,
    ) -> Result<(), HandleError> {
        let facts = CaseFacts::of_case(case, self.now());
        let asked = self
            .unit()
            .case_open_to(by, permission, &facts, Purpose::Handle);
        asked.map_err(|shut| match shut {
            Shut::Concerned => HandleError::NotFound("case"),
            Shut::Role(permission) => HandleError::NotAllowed(permission),
            shut => HandleError::CaseShut(shut),
        })
    }

    /// How a list shows a case to somebody; `None` when it is not there, or cannot be read now. One
    /// that they hold open in an emergency is open to them here.
    pub async fn sight_of_case(&self, by: &Staff, id: CaseId) -> Option<Sight> {
        let row = self.store.case(&self.unit().id, id).await.ok()??;
        let facts = CaseFacts::of_row(&row, self.now());
        let unit = self.unit();
        let open = unit.case_open_to(by, Permission::ReadCase, &facts, Purpose::Handle);
        match open {
            Ok(()) => Some(Sight::Open),
            Err(_) => Some(unit.sight(by, &facts)),
        }
    }

    /// How a list shows a row to somebody.
    pub fn sight_of(&self, by: &Staff, row: &CaseRow) -> Sight {
        self.unit().sight(by, &CaseFacts::of_row(row, self.now()))
    }
}

/// A case that policies are tried on when they are loaded.
#[derive(Debug, Clone)]
pub(super) struct Probe {
    sensitive: bool,
    station: Option<StationId>,
    taken_by: Option<OfficerId>,
    access: CaseAccess,
    pub(super) purpose: Purpose,
}

impl Probe {
    /// Who asks in a trial.
    pub(super) const ASKER: OfficerId = OfficerId(uuid::Uuid::from_u128(1));

    /// Cases of every sort that a rule of the floor speaks of.
    pub(super) fn all() -> &'static [Self] {
        static ALL: LazyLock<Vec<Probe>> = LazyLock::new(|| {
            let about = CaseAccess {
                concerned: vec![Probe::ASKER],
                ..CaseAccess::default()
            };
            let named = CaseAccess {
                named: vec![Probe::ASKER],
                ..CaseAccess::default()
            };
            let opened = CaseAccess {
                openings: vec![Opening {
                    by: Probe::ASKER,
                    at: Timestamp::UNIX_EPOCH,
                    until: Timestamp::MAX,
                    review: None,
                }],
                ..CaseAccess::default()
            };
            let none = CaseAccess::default();
            let mine = Some(Probe::ASKER);
            let rows = [
                (false, "floor-test", None, &none, Purpose::Handle),
                (true, "floor-test", mine, &none, Purpose::Gather),
                (true, "elsewhere", None, &named, Purpose::Handle),
                (false, "", None, &opened, Purpose::Handle),
                (true, "elsewhere", None, &opened, Purpose::Gather),
                (false, "floor-test", mine, &about, Purpose::Handle),
            ];
            let probe = |(sensitive, station, taken_by, access, purpose): (
                bool,
                &str,
                Option<OfficerId>,
                &CaseAccess,
                Purpose,
            )| Probe {
                sensitive,
                station: station.parse().ok(),
                taken_by,
                access: access.clone(),
                purpose,
            };
            rows.map(probe).to_vec()
        });
        &ALL
    }

    pub(super) const fn facts(&self) -> CaseFacts<'_> {
        CaseFacts {
            sensitive: self.sensitive,
            station: self.station.as_ref(),
            beat: None,
            taken_by: self.taken_by,
            assigned_to: None,
            access: &self.access,
            now: Timestamp::UNIX_EPOCH,
        }
    }
}
