//! Small values that everything else is made of: identifiers, numbers people read, moments.
//!
//! An identifier is made outside (clock and randomness live in the shell) and passed in.

mod cell;
mod contact;
mod form;
mod number;
mod secret;
mod ticket;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use cell::inert;
pub use contact::{ContactKey, parse_phone};
pub use form::{FORM_DIGITS, FormNumber, FormNumberError};
pub use number::{CaseNumber, CaseNumberError, CaseSeries};
pub use secret::{SecretDigits, SecretDigitsError, SecretHash};
pub use ticket::TicketSeries;

/// Declares an identifier: a UUID whose type says what it identifies.
macro_rules! uuid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

uuid_id!(
    /// One act in the record.
    ActId
);
uuid_id!(
    /// One request somebody made of the program; a repeated one gets the first answer.
    CommandId
);
uuid_id!(
    /// One case: a request or report and all that follows it.
    CaseId
);
uuid_id!(
    /// One encounter between an officer and a member of the community (S4).
    EncounterId
);
uuid_id!(
    /// One judgement of an encounter or of the handling of a case (S5).
    ///
    /// The node derives it with its key from what is judged, so that a code works once whatever the
    /// timing, and the record alone does not tell which encounter or case it was about.
    FeedbackId
);
uuid_id!(
    /// One visit to a front desk: somebody came, waits, is called and served.
    VisitId
);
uuid_id!(
    /// One thing that can be down, at one station.
    ///
    /// The node derives it with its key from what it is and where, so that the same thing is never
    /// said to be down twice at once.
    OutageId
);
uuid_id!(
    /// One room or piece of equipment of the unit (S35).
    ThingId
);
uuid_id!(
    /// One natural person whose details are sealed outside the acts.
    PersonId
);
uuid_id!(
    /// One member of staff, as known to the accounts.
    OfficerId
);

/// The unit that owns data, pack and staff: the Polres, or whatever a unit file says (S50).
///
/// A short code of lower-case letters, digits and hyphens, such as `polres-pati`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct UnitId(String);

/// Longest code of a unit, in bytes.
pub const UNIT_ID_MAX: usize = 64;

impl UnitId {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text is no unit code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unit code must be 1 to {UNIT_ID_MAX} of a-z, 0-9 and '-': found {found:?}")]
pub struct UnitIdError {
    /// What was found, cut to a length fit for a message.
    pub found: String,
}

impl FromStr for UnitId {
    type Err = UnitIdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let good = !text.is_empty()
            && text.len() <= UNIT_ID_MAX
            && text
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if good {
            Ok(Self(text.to_owned()))
        } else {
            Err(UnitIdError {
                found: text.chars().take(UNIT_ID_MAX).collect(),
            })
        }
    }
}

impl TryFrom<String> for UnitId {
    type Error = UnitIdError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<UnitId> for String {
    fn from(unit: UnitId) -> Self {
        unit.0
    }
}

impl fmt::Display for UnitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_code_is_short_and_plain() {
        assert_eq!(
            "polres-pati".parse::<UnitId>().unwrap().as_str(),
            "polres-pati"
        );
        for bad in ["", "Polres", "a b", "polres_pati", "é", &"x".repeat(65)] {
            assert!(bad.parse::<UnitId>().is_err(), "{bad}");
        }
    }
}
