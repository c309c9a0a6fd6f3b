//! The short codes by which a pack's entries are named in acts, in addresses and in other files of the pack.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Longest code accepted, in characters.
pub const CODE_MAX_CHARS: usize = 40;

/// Why a text is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected a code of 1 to {CODE_MAX_CHARS} characters: a small letter, then small letters, digits or `_`"
)]
pub struct BadCode;

/// Whether `text` has the form of a code: a small ASCII letter, then small letters, digits or `_`, at most
/// [`CODE_MAX_CHARS`] characters.
#[must_use]
pub fn is_code(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= CODE_MAX_CHARS
        && bytes.next().is_some_and(|first| first.is_ascii_lowercase())
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

macro_rules! code {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// The text has the form checked by [`is_code`]; whether the pack in force knows it is the pack's to say.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// The code as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadCode;

            fn from_str(text: &str) -> Result<Self, BadCode> {
                if is_code(text) { Ok(Self(text.to_owned())) } else { Err(BadCode) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadCode;

            fn try_from(text: String) -> Result<Self, BadCode> {
                if is_code(&text) { Ok(Self(text)) } else { Err(BadCode) }
            }
        }

        impl From<$name> for String {
            fn from(code: $name) -> Self {
                code.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl super::read::FromCode for $name {
            fn from_code(text: String) -> Self {
                Self(text)
            }
        }
    };
}

code!(
    /// Code of a service in the catalogue, such as `laka`.
    ServiceCode
);
code!(
    /// Code of a duty in UU 2/2002, such as `kamtibmas` (S2).
    DutyCode
);
code!(
    /// Code of a kind of report a citizen chooses on `/lapor`, such as `dicuri`.
    KindCode
);
code!(
    /// Code of a survey item, such as `k1`.
    ItemCode
);
code!(
    /// Code of a way a case can end, such as `resolved`.
    OutcomeCode
);
code!(
    /// Code of a reason for being late, such as `other_incident`.
    LateReasonCode
);
code!(
    /// Code of a kind of letter the unit gives, such as `sp2hp_a1`.
    LetterCode
);
code!(
    /// Code of a way in: `web`, `desk`, `phone`, `officer`, `api`, `import`.
    ChannelCode
);
code!(
    /// Code of something an officer explains, such as `rights`.
    ExplanationCode
);
code!(
    /// Code of something an officer can be qualified for, such as `ppa`.
    SkillCode
);
code!(
    /// Code of a short lesson, such as `dua_alat_bukti`.
    LessonCode
);
code!(
    /// Code of a kind of equipment or room, such as `rpk`.
    ThingCode
);
code!(
    /// Code of a rank, such as `bripka`.
    RankCode
);
code!(
    /// Code of a role in the unit's organisation, such as `bhabinkamtibmas`.
    RoleCode
);
code!(
    /// Code of a stratum of areas, such as `jauh` (S46).
    StratumCode
);
code!(
    /// Code of a vulnerable group, such as `lansia` (S76).
    GroupCode
);
code!(
    /// Code of a legal instrument, such as `uu_polri`.
    InstrumentCode
);
code!(
    /// Code of a phrase for the desk, such as `p01`.
    PhraseCode
);
code!(
    /// Code of a step of a service, such as `rights_told`.
    StepCode
);
code!(
    /// Code of a stage of progress notices, such as `a1`.
    NewsCode
);
code!(
    /// Code of how hard a case is, such as `medium`.
    DifficultyCode
);
code!(
    /// Code of an offence, such as `pencurian`.
    OffenceCode
);
code!(
    /// Code of an element of an offence, such as `pencurian_mengambil`.
    ElementCode
);
code!(
    /// Code of a type of evidence, such as `keterangan_saksi`.
    EvidenceCode
);
code!(
    /// Code of a way of collecting evidence, such as `penyitaan_izin`.
    CollectionCode
);
code!(
    /// Code of a rule about evidence, such as `two_items`.
    RuleCode
);
code!(
    /// Code of an entry the program carries without a type of its own yet, such as a boundary of offences.
    EntryCode
);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use super::*;

    #[test]
    fn a_code_is_read_and_written_as_it_stands() {
        let code: ServiceCode = "orang_hilang".parse().unwrap();
        assert_eq!(code.to_string(), "orang_hilang");
        assert_eq!(serde_json::to_string(&code).unwrap(), r#""orang_hilang""#);
        assert_eq!(
            serde_json::from_str::<ServiceCode>(r#""orang_hilang""#).unwrap(),
            code
        );
    }

    #[test]
    fn what_is_not_a_code_is_refused_also_from_json() {
        for bad in ["", "1a", "Laka", "a b", "a-b", "é", "_a", &"a".repeat(41)] {
            assert_eq!(bad.parse::<ServiceCode>(), Err(BadCode), "{bad:?}");
        }
        assert!(serde_json::from_str::<ServiceCode>(r#""Laka!""#).is_err());
    }
}
