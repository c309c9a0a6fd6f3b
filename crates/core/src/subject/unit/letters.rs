//! The unit's own words in the letters that the program makes (S18, S40).
//!
//! What a unit writes is held to the same rules as what a pack says ([`Template::words_faults`]). Should a later pack
//! ask for more than the unit's words say, the pack's are used until somebody mends them ([`letter_in_use`]).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{UnitAct, UnitRecord, UnitRefusal};
use crate::act::{Act, Actor, Payload};
use crate::letter::{Template, TemplateInUse, TemplateWords};
use crate::pack::Localized;
use crate::subject::{TextFault, is_visible};

/// Longest reason for going back to the words of the pack, in characters.
pub const RESET_REASON_MAX_CHARS: usize = 500;

/// Letters of a kind are made with these words from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterTemplateSet {
    /// The kind of letter, a code of the pack.
    pub kind: String,
    /// How the number is written.
    pub number: String,
    /// The lines, in both languages.
    pub body: Localized,
    /// The pack version whose rules they were held to.
    pub pack_version: String,
}

impl LetterTemplateSet {
    /// The words.
    #[must_use]
    pub fn words(&self) -> TemplateWords {
        TemplateWords {
            number: self.number.clone(),
            body: self.body.clone(),
        }
    }
}

/// What is known of the unit's words in a kind of letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterWords {
    /// Which version they are, from 1: how often they were changed, also back to the pack's.
    pub version: u32,
    /// The unit's own; `None`: the pack's.
    pub own: Option<TemplateWords>,
    /// Since when.
    pub at: Timestamp,
    /// Who changed them last.
    pub by: Actor,
}

impl UnitRecord {
    /// Which version the words of a kind of letter are; 0: they were never changed.
    #[must_use]
    pub fn letter_version(&self, kind: &str) -> u32 {
        self.letters.get(kind).map_or(0, |known| known.version)
    }

    pub(super) fn put_letter(&mut self, kind: &str, own: Option<TemplateWords>, act: &Act) {
        let version = self.letter_version(kind).saturating_add(1);
        let known = LetterWords {
            version,
            own,
            at: act.recorded_at,
            by: act.actor.clone(),
        };
        self.letters.insert(kind.to_owned(), known);
    }
}

/// A template with the unit's words, where it has some that still say what the pack asks for.
#[must_use]
pub fn letter_in_use(unit: Option<&UnitRecord>, template: &Template) -> TemplateInUse {
    let packs = |below| TemplateInUse {
        template: template.clone(),
        version: 0,
        below,
    };
    let known = unit.and_then(|unit| unit.letters.get(template.kind.as_str()));
    let Some((version, words)) = known.and_then(|known| Some((known.version, known.own.as_ref()?)))
    else {
        return packs(Vec::new());
    };
    let own = template.with(words);
    let below = own.words_faults();
    if below.is_empty() {
        TemplateInUse {
            template: own,
            version,
            below,
        }
    } else {
        packs(below)
    }
}

/// A change of the words of a kind of letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterChange<'a> {
    /// Which version it made, from 1.
    pub version: u32,
    /// The unit's own words from then on; `None`: the pack's.
    pub own: Option<TemplateWords>,
    /// Why, if somebody said.
    pub reason: Option<&'a str>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: &'a Actor,
}

/// The changes of a kind of letter among the acts of the unit itself, oldest first.
pub fn letter_changes<'a>(
    acts: impl IntoIterator<Item = &'a Act>,
    kind: &str,
) -> Vec<LetterChange<'a>> {
    let mut changes: Vec<LetterChange<'a>> = Vec::new();
    for act in acts {
        let (own, reason) = match &act.payload {
            Payload::Unit(UnitAct::LetterTemplateSet(set)) if set.kind == kind => {
                (Some(set.words()), None)
            }
            Payload::Unit(UnitAct::LetterTemplateReset { kind: of, reason }) if of == kind => {
                (None, reason.as_deref())
            }
            _ => continue,
        };
        changes.push(LetterChange {
            version: changes.last().map_or(0, |last| last.version) + 1,
            own,
            reason,
            at: act.recorded_at,
            by: &act.actor,
        });
    }
    changes
}

pub(super) fn set(
    unit: Option<&UnitRecord>,
    kind: String,
    words: &TemplateWords,
    pack_version: String,
    templates: &[Template],
) -> Result<Vec<UnitAct>, UnitRefusal> {
    let template = templates.iter().find(|one| one.kind.as_str() == kind);
    let template = template.ok_or(UnitRefusal::NoSuchLetter)?;
    let words = words.tidied();
    let faults = template.with(&words).words_faults();
    if !faults.is_empty() {
        return Err(UnitRefusal::LetterWords(faults));
    }
    // What the pack says is not the unit's own: a later pack may say it better.
    if words == template.words().tidied() {
        return reset(unit, kind, None);
    }
    if own_words(unit, &kind) == Some(&words) {
        return Ok(Vec::new());
    }
    Ok(vec![UnitAct::LetterTemplateSet(LetterTemplateSet {
        kind,
        number: words.number,
        body: words.body,
        pack_version,
    })])
}

pub(super) fn reset(
    unit: Option<&UnitRecord>,
    kind: String,
    reason: Option<String>,
) -> Result<Vec<UnitAct>, UnitRefusal> {
    if own_words(unit, &kind).is_none() {
        return Ok(Vec::new());
    }
    let reason = reason.filter(|text| text.chars().any(is_visible));
    let chars = reason.as_ref().map_or(0, |text| text.chars().count());
    if chars > RESET_REASON_MAX_CHARS {
        let limit = RESET_REASON_MAX_CHARS;
        return Err(UnitRefusal::Reason(TextFault::TooLong { chars, limit }));
    }
    Ok(vec![UnitAct::LetterTemplateReset { kind, reason }])
}

fn own_words<'a>(unit: Option<&'a UnitRecord>, kind: &str) -> Option<&'a TemplateWords> {
    unit?.letters.get(kind)?.own.as_ref()
}

#[cfg(test)]
mod tests;
