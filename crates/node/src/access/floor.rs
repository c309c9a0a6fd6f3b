//! What must be shut whatever a pack's policies say: a table that each set of policies is held to
//! when it is loaded. What concerns one case stands in `floor.cedar`, whose rules outweigh all others.

use super::{Permission, Role};

/// The policies of the floor.
pub(super) const FLOOR: &str = include_str!("floor.cedar");

/// Where they stand, for messages.
pub(super) const FLOOR_FILE: &str = "floor.cedar";

/// Whether a role alone must not carry a permission.
pub const fn is_shut(role: Role, permission: Permission) -> bool {
    use Permission as P;
    match permission {
        // Who keeps accounts could give themselves anything else; it is apart from all of it.
        P::KeepAccounts => !matches!(role, Role::Admin),
        // What a unit says to people in its letters is said by who answers for it.
        P::KeepLetters => !matches!(role, Role::Admin | Role::Commander),
        // Decisions of the chief.
        P::ErasePerson | P::HoldCase | P::NameReader | P::ClearConcerned | P::KeepSkills => {
            !matches!(role, Role::Commander)
        }
        // Coaching is between an officer and who leads them (S17): oversight and keepers of accounts read no one's figures.
        P::ReadCoaching => !matches!(role, Role::Commander),
        // Whoever opens cases in their daily work does not review openings.
        P::ReviewAccess => !matches!(role, Role::Commander | Role::Oversight),
        // Oversight reads and does not act (S45).
        P::WorkCase
        | P::ProveCase
        | P::KeepExhibits
        | P::AssignCase
        | P::CloseCase
        | P::TakeCase
        | P::TakeReport
        | P::ServeQueue
        | P::RecordEncounter
        | P::NameConcerned
        | P::KeepThings
        | P::DeclareOutage => {
            let of_settings = matches!(permission, P::DeclareOutage | P::KeepThings);
            matches!(role, Role::Oversight) || matches!(role, Role::Admin) && !of_settings
        }
        P::ReadPerson => matches!(role, Role::Admin | Role::Oversight),
        P::ReadCase
        | P::ReadSensitiveCase
        | P::ReadBoard
        | P::ReadAllStations
        | P::OpenInEmergency => matches!(role, Role::Admin),
    }
}
