//! Passwords: which are taken, how they are kept, and how one is made.

use std::fmt;

use argon2::{Argon2, PasswordHasher, PasswordVerifier};
use tokio::sync::Semaphore;

use super::AccountError;
use crate::Node;
use crate::clock::Randomness;

/// Shortest password, in characters (NIST SP 800-63B-4 §3.1.1.2 asks for at least 8 beside another
/// factor and 15 alone; a unit's shared desk starts at 12).
pub const PASSWORD_MIN_CHARS: usize = 12;

/// Longest password, in bytes; a bound on work, not on care.
pub const PASSWORD_MAX_BYTES: usize = 1024;

/// Shortest part of a name that a password may not be made of.
const PART_MIN_CHARS: usize = 4;

/// Fewest different letters and digits of a password.
const DIFFERENT_MIN: usize = 5;

/// How many passwords are checked at once: each takes some 19 MiB of memory.
static CHECKS: Semaphore = Semaphore::const_new(2);

/// Why a password is guessed early (NIST SP 800-63B-4 §3.1.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guess {
    /// Many people take it.
    Common,
    /// It is the name of the account, of its owner or of the unit with little beside.
    Name,
    /// The same signs again and again, or signs in a row.
    Simple,
}

impl fmt::Display for Guess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Common => "many people take it",
            Self::Name => "it is made of the name of the account, its owner or the unit",
            Self::Simple => "it has too few different signs, or signs in a row",
        })
    }
}

/// Lower case, letters and digits only: what is left of a password when decoration is taken off.
fn plain(text: &str) -> Vec<char> {
    text.to_lowercase()
        .chars()
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// Whether a password is guessed early: `names` are those of the account, its owner and its unit. Pure.
pub fn guess(password: &str, names: &[&str], is_common: &dyn Fn(&str) -> bool) -> Option<Guess> {
    let letters = plain(password);
    let whole: String = letters.iter().collect();
    // Digits at the end are what people add when they must.
    let without_digits = whole.trim_end_matches(|c: char| c.is_ascii_digit());
    if is_common(&whole) || is_common(without_digits) {
        return Some(Guess::Common);
    }
    let mut different = letters.clone();
    different.sort_unstable();
    different.dedup();
    let signs: std::collections::BTreeSet<char> = password.chars().collect();
    let in_a_row = letters
        .windows(2)
        .filter(|pair| match pair {
            [a, b] => (i64::from(u32::from(*b)) - i64::from(u32::from(*a))).abs() <= 1,
            _ => false,
        })
        .count();
    if signs.len() < DIFFERENT_MIN || (letters.len() > 1 && in_a_row + 2 >= letters.len()) {
        return Some(Guess::Simple);
    }
    let mut left = whole;
    let mut parts: Vec<String> = names
        .iter()
        .flat_map(|name| name.split(|c: char| !c.is_alphanumeric()))
        .map(str::to_lowercase)
        .filter(|part| part.chars().count() >= PART_MIN_CHARS)
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.len()));
    let before = left.len();
    for part in parts {
        left = left.replace(&part, "");
    }
    // A name inside a long sentence is no harm; a name with a year behind it is.
    (left.len() < before && left.chars().count() < PASSWORD_MIN_CHARS / 2 + 2)
        .then_some(Guess::Name)
}

pub(super) fn check_length(password: &str) -> Result<(), AccountError> {
    let chars = password.chars().count();
    if chars < PASSWORD_MIN_CHARS {
        return Err(AccountError::PasswordShort(chars));
    }
    if password.len() > PASSWORD_MAX_BYTES {
        return Err(AccountError::PasswordLong(password.len()));
    }
    Ok(())
}

impl Node {
    /// Whether a password may be taken for an account.
    pub(super) fn check_password(
        &self,
        password: &str,
        login: &str,
        name: &str,
    ) -> Result<(), AccountError> {
        check_length(password)?;
        let unit = self.unit();
        let names = [login, name, unit.config().name.as_str(), unit.id.as_str()];
        let common = |plain: &str| unit.pack.sign_in().is_too_common(plain);
        match guess(password, &names, &common) {
            Some(why) => Err(AccountError::Guessed(why)),
            None => Ok(()),
        }
    }
}

/// Five groups of four digits.
pub(super) fn made_password(randomness: &dyn Randomness) -> String {
    let group = |_| {
        let mut draw = [0_u8; 8];
        randomness.fill(&mut draw);
        format!("{:04}", u64::from_be_bytes(draw) % 10_000)
    };
    (0..5).map(group).collect::<Vec<_>>().join("-")
}

/// Hashes a password away from the threads that serve pages.
pub(super) async fn hash_password(password: String) -> Result<String, AccountError> {
    let _turn = CHECKS.acquire().await.map_err(|_| AccountError::Hash)?;
    tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .map(|hash| hash.to_string())
            .map_err(|_| AccountError::Hash)
    })
    .await
    .map_err(|_| AccountError::Hash)?
}

/// Checks a password against a hash; against a hash of nothing in particular when there is none.
pub(super) async fn verify_password(password: String, hash: Option<String>) -> bool {
    if password.len() > PASSWORD_MAX_BYTES {
        return false;
    }
    let Ok(_turn) = CHECKS.acquire().await else {
        return false;
    };
    let check = tokio::task::spawn_blocking(move || {
        if let Some(hash) = hash {
            return Argon2::default()
                .verify_password(password.as_bytes(), hash.as_str())
                .is_ok();
        }
        let mut out = [0_u8; 32];
        let _ = Argon2::default().hash_password_into(password.as_bytes(), &[0; 16], &mut out);
        false
    });
    check.await.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(password: &str) -> Option<Guess> {
        let names = ["sari", "Sari Wulandari", "Polres Pati", "polres-pati"];
        guess(password, &names, &|plain| plain == "bhayangkarasejati")
    }

    #[test]
    fn a_password_that_is_tried_first_is_refused_and_says_why() {
        for (password, why) in [
            ("Bhayangkara Sejati", Guess::Common),
            ("bhayangkara-sejati-2026", Guess::Common),
            ("aaaaaaaaaaaaaa", Guess::Simple),
            ("abababababababab", Guess::Simple),
            ("123456789012", Guess::Simple),
            ("abcdefghijkl", Guess::Simple),
            ("sariwulandari", Guess::Name),
            ("PolresPati-2026", Guess::Name),
            ("polres-pati-sari", Guess::Name),
        ] {
            assert_eq!(of(password), Some(why), "{password}");
        }
    }

    #[test]
    fn an_ordinary_sentence_and_a_made_password_are_taken() {
        for good in [
            "kata sandi panjang",
            "sandi untuk uji coba",
            "payung merah di pasar sari rasa",
            "4821-7730-9514-0062-3371",
            "kuda!laut!biru",
        ] {
            assert_eq!(of(good), None, "{good}");
        }
    }
}
