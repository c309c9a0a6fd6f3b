//! Secret digits a person keeps: twelve digits in three groups, never a word.
//!
//! Digits because they are read out over the telephone and typed by people who read little.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// How many values twelve digits can take.
const SPAN: u64 = 1_000_000_000_000;

/// Twelve secret digits. `Debug` does not show them, so that they do not reach a log.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretDigits(u64);

impl SecretDigits {
    /// Digits from a random number; the caller draws it. Taken modulo 10^12: with a uniform
    /// 64-bit draw the bias is below 10^-7.
    pub const fn from_random(draw: u64) -> Self {
        Self(draw % SPAN)
    }

    /// The twelve digits without spaces, as put into an address or a hash.
    pub fn plain(&self) -> String {
        format!("{:012}", self.0)
    }

    /// The digits in three groups of four, as shown to a person.
    pub fn grouped(&self) -> String {
        let n = self.0;
        format!(
            "{:04} {:04} {:04}",
            n / 100_000_000,
            n / 10_000 % 10_000,
            n % 10_000
        )
    }
}

impl fmt::Debug for SecretDigits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretDigits(…)")
    }
}

/// Why a text is no secret code. It does not repeat what was typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a secret code has 12 digits: found {found}")]
pub struct SecretDigitsError {
    /// How many digits were found.
    pub found: usize,
}

impl FromStr for SecretDigits {
    type Err = SecretDigitsError;

    /// Reads twelve digits, whatever spaces or dashes stand between them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: Vec<u32> = text
            .chars()
            .take(64)
            .filter(|c| !(c.is_whitespace() || matches!(c, '-' | '–' | '.')))
            .map_while(|c| c.to_digit(10))
            .collect();
        let typed = text.chars().filter(char::is_ascii_digit).count();
        if digits.len() != 12 || typed != 12 {
            return Err(SecretDigitsError { found: typed });
        }
        Ok(Self(digits.iter().fold(0, |n, d| n * 10 + u64::from(*d))))
    }
}

/// Keyed hash of a secret; the only form in which a secret is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SecretHash(pub [u8; 32]);

impl Serialize for SecretHash {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use fmt::Write as _;
        let mut text = String::with_capacity(64);
        for byte in self.0 {
            let _ = write!(text, "{byte:02x}");
        }
        serializer.serialize_str(&text)
    }
}

impl<'de> Deserialize<'de> for SecretHash {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bad = || serde::de::Error::custom("expected 64 hexadecimal digits");
        if text.len() != 64 || !text.is_ascii() {
            return Err(bad());
        }
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            let pair = text.get(at * 2..at * 2 + 2).ok_or_else(bad)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| bad())?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_secret_does_not_show_in_debug_output() {
        let secret: SecretDigits = "4821 7730 9514".parse().unwrap();
        assert_eq!(secret.grouped(), "4821 7730 9514");
        assert_eq!(secret.plain(), "482177309514");
        assert!(!format!("{secret:?}").contains("4821"));
    }

    #[test]
    fn a_secret_with_other_signs_is_refused() {
        for bad in [
            "",
            "4821 7730 951",
            "4821 7730 95144",
            "4821 7730 951a",
            "4821x7730 9514",
        ] {
            assert!(bad.parse::<SecretDigits>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_secret_survives_being_written_and_read(draw in any::<u64>()) {
            let secret = SecretDigits::from_random(draw);
            prop_assert_eq!(secret.grouped().parse::<SecretDigits>().unwrap(), secret.clone());
            prop_assert_eq!(secret.plain().parse::<SecretDigits>().unwrap(), secret);
        }

        #[test]
        fn a_hash_survives_json(bytes in any::<[u8; 32]>()) {
            let hash = SecretHash(bytes);
            let text = serde_json::to_string(&hash).unwrap();
            prop_assert_eq!(serde_json::from_str::<SecretHash>(&text).unwrap(), hash);
        }
    }
}
