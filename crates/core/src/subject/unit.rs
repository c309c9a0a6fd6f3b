//! The unit itself: what happens to its own means of being believed, and its own words in letters.

mod letters;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::act::{Act, Payload};
use crate::letter::{Template, TemplateWords, WordsFault};
use crate::subject::TextFault;

pub use letters::{
    LetterChange, LetterTemplateSet, LetterWords, RESET_REASON_MAX_CHARS, letter_changes,
    letter_in_use,
};

/// Most keys a unit's ledger has in its life. One a month lasts eighty years.
pub const LOG_KEYS_MAX: u32 = 1_000;

/// A fact about the unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum UnitAct {
    /// The unit's ledger is signed with another key from now on.
    LedgerKeyRotated {
        /// Which key of the ledger's life the new one is; the first was 0.
        generation: u32,
        /// The verifier key before, as C2SP signed-note writes one.
        from: String,
        /// The verifier key from now on.
        to: String,
        /// The old key's signature over the new one, as a signed note; `None` when the old key was
        /// lost, and whoever reads the ledger has to ask the unit in person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        proof: Option<String>,
        /// The old key may be in other hands: it signs nothing more, and what it signs is not
        /// believed from here on.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        revoked: bool,
    },
    /// Letters of a kind are made with the unit's own words from now on.
    LetterTemplateSet(LetterTemplateSet),
    /// Letters of a kind are made with the pack's words again.
    LetterTemplateReset {
        /// The kind of letter, a code of the pack.
        kind: String,
        /// Why, if somebody said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

impl UnitAct {
    /// The stored name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::LedgerKeyRotated { .. } => "unit.ledger_key_rotated",
            Self::LetterTemplateSet(_) => "unit.letter_template_set",
            Self::LetterTemplateReset { .. } => "unit.letter_template_reset",
        }
    }
}

/// What can be asked of the unit itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UnitCommand {
    /// Sign the ledger with another key.
    RotateLedgerKey {
        /// The verifier key before.
        from: String,
        /// The verifier key from now on.
        to: String,
        /// The old key's signature over the new one.
        proof: Option<String>,
        /// The old key may be in other hands.
        revoked: bool,
    },
    /// Make letters of a kind with these words.
    SetLetter {
        /// The kind of letter, a code of the pack.
        kind: String,
        /// The words.
        words: TemplateWords,
        /// The pack version in force.
        pack_version: String,
    },
    /// Make letters of a kind with the pack's words again.
    ResetLetter {
        /// The kind of letter, a code of the pack.
        kind: String,
        /// Why; need not be said.
        reason: Option<String>,
    },
}

/// The rule that stood in the way of a command about the unit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnitRefusal {
    /// Not the key that signs now.
    #[error("the key given as the old one is not the ledger's key now")]
    NotTheCurrentKey,
    /// A key that signed before.
    #[error("the new key was the ledger's key before")]
    UsedBefore,
    /// More than a ledger has.
    #[error("the ledger had {LOG_KEYS_MAX} keys")]
    TooManyKeys,
    /// The unit's pack has no template for it.
    #[error("no template for this kind of letter")]
    NoSuchLetter,
    /// The words of a letter do not read, or do not say what it has to say.
    #[error("{} faults in the words of the letter", .0.len())]
    LetterWords(Vec<WordsFault>),
    /// The reason is no text to keep.
    #[error("reason: {0}")]
    Reason(TextFault),
}

/// A key of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKey {
    /// Which one, from 0.
    pub generation: u32,
    /// The verifier key.
    pub key: String,
    /// It was lost or may be in other hands: it signs nothing more.
    pub revoked: bool,
}

/// What is known of the unit itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitRecord {
    /// How many acts it has.
    pub version: u32,
    /// Keys of its ledger, the first one first. Empty: the first key still signs.
    pub log_keys: Vec<LogKey>,
    /// Kinds of letter whose words were ever changed.
    pub letters: BTreeMap<String, LetterWords>,
}

impl UnitRecord {
    /// The generation of the key that signs now.
    pub fn generation(&self) -> u32 {
        self.log_keys.last().map_or(0, |key| key.generation)
    }
}

/// What a command about the unit leads to; nothing when it is so already. `templates` are the pack's letters.
///
/// # Errors
/// [`UnitRefusal`], naming the rule that stood in the way.
pub fn decide(
    unit: Option<&UnitRecord>,
    command: UnitCommand,
    templates: &[Template],
) -> Result<Vec<UnitAct>, UnitRefusal> {
    match command {
        UnitCommand::RotateLedgerKey {
            from,
            to,
            proof,
            revoked,
        } => {
            let known = unit.map_or(&[][..], |unit| &unit.log_keys);
            let generation = next_generation(known, &from, &to)?;
            Ok(vec![UnitAct::LedgerKeyRotated {
                generation,
                from,
                to,
                proof,
                revoked,
            }])
        }
        UnitCommand::SetLetter {
            kind,
            words,
            pack_version,
        } => letters::set(unit, kind, &words, pack_version, templates),
        UnitCommand::ResetLetter { kind, reason } => letters::reset(unit, kind, reason),
    }
}

fn next_generation(known: &[LogKey], from: &str, to: &str) -> Result<u32, UnitRefusal> {
    if known.last().is_some_and(|key| key.key != from) {
        return Err(UnitRefusal::NotTheCurrentKey);
    }
    if from == to || known.iter().any(|key| key.key == to) {
        return Err(UnitRefusal::UsedBefore);
    }
    let generation = known.last().map_or(0, |key| key.generation) + 1;
    if generation >= LOG_KEYS_MAX {
        return Err(UnitRefusal::TooManyKeys);
    }
    Ok(generation)
}

/// How an act changes what is known of the unit.
pub fn evolve(unit: Option<UnitRecord>, act: &Act) -> Option<UnitRecord> {
    let Payload::Unit(what) = &act.payload else {
        return unit;
    };
    let mut unit = unit.unwrap_or_default();
    unit.version = act.version;
    match what {
        UnitAct::LedgerKeyRotated {
            generation,
            from,
            to,
            proof,
            revoked,
        } => {
            if unit.log_keys.is_empty() {
                unit.log_keys.push(LogKey {
                    generation: generation.saturating_sub(1),
                    key: from.clone(),
                    revoked: false,
                });
            }
            if let Some(old) = unit.log_keys.last_mut() {
                old.revoked = *revoked || proof.is_none();
            }
            unit.log_keys.push(LogKey {
                generation: *generation,
                key: to.clone(),
                revoked: false,
            });
        }
        UnitAct::LetterTemplateSet(set) => {
            unit.put_letter(&set.kind, Some(set.words()), act);
        }
        UnitAct::LetterTemplateReset { kind, .. } => unit.put_letter(kind, None, act),
    }
    Some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::subject::testing;

    fn rotate(from: &str, to: &str, proof: bool) -> UnitCommand {
        UnitCommand::RotateLedgerKey {
            from: from.to_owned(),
            to: to.to_owned(),
            proof: proof.then(|| "note".to_owned()),
            revoked: false,
        }
    }

    fn after(commands: &[UnitCommand]) -> Option<UnitRecord> {
        let mut known = None;
        for command in commands {
            for what in decide(known.as_ref(), command.clone(), &[]).unwrap() {
                let version = known.as_ref().map_or(0, |unit: &UnitRecord| unit.version) + 1;
                known = evolve(known, &testing::unit_act(version, what));
            }
        }
        known
    }

    // S22
    #[test]
    fn a_ledgers_keys_follow_each_other() {
        let known = after(&[rotate("a", "b", true), rotate("b", "c", false)]).unwrap();
        assert_eq!(known.version, 2);
        assert_eq!(known.generation(), 2);
        let keys: Vec<_> = known
            .log_keys
            .iter()
            .map(|key| (key.generation, key.key.as_str(), key.revoked))
            .collect();
        // The second was replaced without its own signature: it was lost, and is not believed.
        assert_eq!(keys, [(0, "a", false), (1, "b", true), (2, "c", false)]);
    }

    // S22
    #[test]
    fn a_key_is_replaced_by_its_successor_only_and_never_comes_back() {
        let known = after(&[rotate("a", "b", true)]);
        let decide = |from, to| decide(known.as_ref(), rotate(from, to, true), &[]).unwrap_err();
        assert_eq!(decide("a", "c"), UnitRefusal::NotTheCurrentKey);
        assert_eq!(decide("b", "a"), UnitRefusal::UsedBefore);
        assert_eq!(decide("b", "b"), UnitRefusal::UsedBefore);
    }
}
