//! Codes of areas, stations, levels and strata: short texts, checked once, cheap to copy.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::value::UnitId;

/// Why a text is no code of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be 1 to {longest} of {letters}: found {found:?}")]
pub struct CodeError {
    /// What the code was to be, in words.
    pub what: &'static str,
    /// Longest code allowed, in bytes.
    pub longest: usize,
    /// The letters allowed, in words.
    pub letters: &'static str,
    /// What was found, cut to a length fit for a message.
    pub found: String,
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident, $what:literal, $longest:literal, $letters:literal, $allowed:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Arc<str>);

        impl $name {
            /// The code as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = CodeError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let allowed: fn(u8) -> bool = $allowed;
                if text.is_empty() || text.len() > $longest || !text.bytes().all(allowed) {
                    return Err(CodeError {
                        what: $what,
                        longest: $longest,
                        letters: $letters,
                        found: text.chars().take($longest).collect(),
                    });
                }
                Ok(Self(Arc::from(text)))
            }
        }

        impl TryFrom<String> for $name {
            type Error = CodeError;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0.as_ref().to_owned()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

code!(
    /// The code of one area, such as `33.18.08.2022` (a desa, by the Kemendagri list) or `907` (a beat
    /// of Detroit). A text: the zeros and dots matter, so it is never read as a number.
    AreaCode,
    "an area code",
    48,
    "A-Z, a-z, 0-9, '.', '-' and '_'",
    |b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')
);

code!(
    /// The code of one station, such as `polsek-juwana`. The unit itself is a station too, under its
    /// own code, for places that no smaller station answers for.
    StationId,
    "a station code",
    64,
    "a-z, 0-9 and '-'",
    |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'
);

/// A unit is a station too; both kinds of code have one form.
impl From<&UnitId> for StationId {
    fn from(unit: &UnitId) -> Self {
        Self(Arc::from(unit.as_str()))
    }
}

code!(
    /// The name of one level of areas as the area file calls it: `regency`, `subdistrict`, `village`,
    /// `city`, `precinct`, `beat`.
    AreaLevel,
    "an area level",
    32,
    "a-z, 0-9 and '_'",
    |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'
);

code!(
    /// The name of one stratum of beats, such as `dekat`, from the pack's strata by distance (S46-S49).
    StratumId,
    "a stratum",
    32,
    "a-z, 0-9 and '_'",
    |b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'
);
