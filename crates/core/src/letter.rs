//! Letters of a unit as templates: plain lines in both languages, with `{field}` where a value goes (S18, S40).
//!
//! Each line of a template says with its first sign what it is (`docs/letters.md`), so that whoever runs a
//! unit edits it as text. [`Body::parse`] reads it, [`Template::faults`] holds it to the floor (a letter always says
//! its number, its day, the unit, how to complain, and how it is verified), and [`Body::fill`] puts values
//! in. Values are never read as lines of a template. How it looks on paper is for the `letter` crate.

mod body;
mod check;
mod number;
mod typed;

use std::collections::BTreeMap;

use crate::pack::{LetterCode, Localized, ServiceCode, Sourced};

pub use body::{Block, Body, Signer};
pub use check::{FACTS, Fact, LetterFault, LetterRule, WordsFault};
pub use number::{NumberParts, fill_number};
pub use typed::{FieldFault, Unfilled};

/// Longest text of a template in one language, in characters.
pub const BODY_MAX_CHARS: usize = 8_000;

/// Most lines of a template in one language.
pub const BODY_MAX_LINES: usize = 150;

/// Longest pattern of a number, in characters. What it becomes is at most
/// [`crate::subject::case::LETTER_NUMBER_MAX_CHARS`].
pub const NUMBER_PATTERN_MAX_CHARS: usize = 60;

/// Longest value of a field, in characters, whatever its own bound says.
pub const FIELD_MAX_CHARS: usize = 2_000;

/// Most fields an officer fills in for one letter.
pub const FIELDS_MAX: usize = 20;

/// What stands in the place of each `{field}`.
pub type Values = BTreeMap<String, String>;

/// A field that the officer who issues a letter fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetterField {
    /// What it is called in the template.
    pub code: String,
    /// Its label.
    pub label: Localized,
    /// The letter is not issued without it.
    pub required: bool,
    /// It may have several lines.
    pub lines: bool,
    /// Most characters.
    pub max_chars: usize,
    /// The fact it is filled with beforehand.
    pub from: Option<Fact>,
}

/// A kind of letter that is made by the program: its number, its lines, and what an officer fills in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// The kind of letter.
    pub kind: LetterCode,
    /// How its number is written, with `{n}` and `{year}`.
    pub number: String,
    /// Its lines.
    pub body: Localized,
    /// What an officer fills in, in the order asked.
    pub fields: Vec<LetterField>,
    /// What the lines have to say beside what every letter says: facts and fields by name.
    pub floor: Vec<String>,
    /// The services it is for; empty: all.
    pub services: Vec<ServiceCode>,
    /// It is for the reporter, who finds it with their case. Otherwise it is handed to somebody else
    /// and stays on the file.
    pub to_reporter: bool,
    /// It is issued when a report is taken.
    pub at_intake: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Template {
    /// The same template with a unit's own words in it.
    #[must_use]
    pub fn with(&self, words: &TemplateWords) -> Self {
        Self {
            number: words.number.clone(),
            body: words.body.clone(),
            ..self.clone()
        }
    }

    /// What of it a unit may write itself.
    #[must_use]
    pub fn words(&self) -> TemplateWords {
        TemplateWords {
            number: self.number.clone(),
            body: self.body.clone(),
        }
    }

    /// Whether it is for cases of a service.
    #[must_use]
    pub fn is_for(&self, service: &str) -> bool {
        self.services.is_empty() || self.services.iter().any(|one| one.as_str() == service)
    }
}

/// What of a template a unit writes itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TemplateWords {
    /// How the number is written.
    pub number: String,
    /// The lines, in both languages.
    pub body: Localized,
}

impl TemplateWords {
    /// The same without what nobody sees: spaces around a line, empty lines around the text. Words that make the
    /// same letter are equal afterwards.
    #[must_use]
    pub fn tidied(&self) -> Self {
        let tidy = |text: &str| {
            let lines: Vec<&str> = text.lines().map(str::trim).collect();
            lines.join("\n").trim().to_owned()
        };
        Self {
            number: self.number.trim().to_owned(),
            body: Localized {
                id: tidy(&self.body.id),
                en: tidy(&self.body.en),
            },
        }
    }
}

/// A template with the words that are in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateInUse {
    /// It.
    pub template: Template,
    /// Which of the unit's versions its words are, from 1; 0: the pack's.
    pub version: u32,
    /// Why the unit's own words are not used; nothing where they are, or where there are none.
    pub below: Vec<WordsFault>,
}

#[cfg(test)]
mod tests;
