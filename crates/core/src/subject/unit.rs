//! The unit itself: what happens to its own means of being believed.

use serde::{Deserialize, Serialize};

use crate::act::{Act, Payload};

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
}

impl UnitAct {
    /// The stored name.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::LedgerKeyRotated { .. } => "unit.ledger_key_rotated",
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
}

/// The rule that stood in the way of a command about the unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitRecord {
    /// How many acts it has.
    pub version: u32,
    /// Keys of its ledger, the first one first. Empty: the first key still signs.
    pub log_keys: Vec<LogKey>,
}

impl UnitRecord {
    /// The generation of the key that signs now.
    pub fn generation(&self) -> u32 {
        self.log_keys.last().map_or(0, |key| key.generation)
    }
}

/// What a command about the unit leads to.
///
/// # Errors
/// [`UnitRefusal`], naming the rule that stood in the way.
pub fn decide(
    unit: Option<&UnitRecord>,
    command: UnitCommand,
) -> Result<Vec<UnitAct>, UnitRefusal> {
    let UnitCommand::RotateLedgerKey {
        from,
        to,
        proof,
        revoked,
    } = command;
    let known = unit.map_or(&[][..], |unit| &unit.log_keys);
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
    Ok(vec![UnitAct::LedgerKeyRotated {
        generation,
        from,
        to,
        proof,
        revoked,
    }])
}

/// How an act changes what is known of the unit.
pub fn evolve(unit: Option<UnitRecord>, act: &Act) -> Option<UnitRecord> {
    let Payload::Unit(UnitAct::LedgerKeyRotated {
        generation,
        from,
        to,
        proof,
        revoked,
    }) = &act.payload
    else {
        return unit;
    };
    let mut unit = unit.unwrap_or(UnitRecord {
        version: 0,
        log_keys: Vec::new(),
    });
    unit.version = act.version;
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
            for what in decide(known.as_ref(), command.clone()).unwrap() {
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
        let decide = |from, to| decide(known.as_ref(), rotate(from, to, true)).unwrap_err();
        assert_eq!(decide("a", "c"), UnitRefusal::NotTheCurrentKey);
        assert_eq!(decide("b", "a"), UnitRefusal::UsedBefore);
        assert_eq!(decide("b", "b"), UnitRefusal::UsedBefore);
    }
}
