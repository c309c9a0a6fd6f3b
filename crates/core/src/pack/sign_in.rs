//! How staff sign in: which accounts need a second factor, which passwords nobody may take.

use super::choice::choice;
use super::read::Table;
use super::source::Sourced;

choice!(
    /// The role of an account, as far as a pack names it.
    pub enum AccountRole {
        /// Front desk.
        Desk = "desk",
        /// Patrol.
        Patrol = "patrol",
        /// Community officer.
        Community = "community",
        /// Investigator.
        Investigator = "investigator",
        /// Takes and dispatches calls.
        Dispatch = "dispatch",
        /// Chief.
        Commander = "commander",
        /// Oversight.
        Oversight = "oversight",
        /// Keeps accounts and settings.
        Admin = "admin",
    }
);

/// How staff sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// Accounts with one of these roles must have a second factor.
    pub second_factor: Vec<AccountRole>,
    /// Source and certainty of that.
    pub second_factor_sourced: Sourced,
    /// Passwords nobody may take, in lower case, letters and digits only.
    pub too_common: Vec<String>,
    /// Source and certainty of that.
    pub too_common_sourced: Sourced,
}

impl SignIn {
    /// Whether an account with this role, as it is stored, must have a second factor.
    pub fn needs_second_factor(&self, role: &str) -> bool {
        self.second_factor.iter().any(|needs| needs.code() == role)
    }

    /// Whether a password, put into lower case with nothing but its letters and digits, is too common.
    pub fn is_too_common(&self, plain: &str) -> bool {
        self.too_common.iter().any(|common| common == plain)
    }

    pub(crate) fn read(root: &Table<'_>) -> Option<Self> {
        let second = root.table("second_factor", |table| {
            (
                table.choices("roles", &(0..=AccountRole::ALL.len())),
                table.sourced(),
            )
        });
        let password = root.table("password", |table| {
            (table.texts_or_empty("too_common"), table.sourced())
        });
        let (second_factor, second_factor_sourced) = second?;
        let (too_common, too_common_sourced) = password?;
        Some(Self {
            second_factor,
            second_factor_sourced,
            too_common,
            too_common_sourced,
        })
    }
}
