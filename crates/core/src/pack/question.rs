//! What else is asked of somebody who asks for a service by another program (Open311 GeoReport v2, "service definition").

use super::choice::choice;
use super::code::EntryCode;
use super::fault::PackRule;
use super::lang::Localized;
use super::read::Table;

/// Most questions of one service.
pub const QUESTIONS_MAX: usize = 20;

/// Longest answer of a kind other than text, in characters.
pub const ANSWER_MAX_CHARS: usize = 300;

choice!(
    /// What an answer is. The words are those of GeoReport v2.
    pub enum AnswerKind {
        /// One line.
        String = "string",
        /// A number.
        Number = "number",
        /// A day and time with its offset from UTC.
        Datetime = "datetime",
        /// Several lines.
        Text = "text",
        /// One of the values.
        One = "singlevaluelist",
        /// Some of the values.
        Many = "multivaluelist",
    }
);

impl AnswerKind {
    /// Whether values stand to choose from.
    pub const fn has_values(self) -> bool {
        matches!(self, Self::One | Self::Many)
    }
}

/// One answer to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerValue {
    /// Code sent by programs.
    pub code: EntryCode,
    /// Its name.
    pub name: Localized,
}

/// One question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Code sent by programs, unique in the pack.
    pub code: EntryCode,
    /// What an answer is.
    pub kind: AnswerKind,
    /// Whether it has to be answered.
    pub required: bool,
    /// The question.
    pub name: Localized,
    /// How to answer.
    pub hint: Option<Localized>,
    /// Answers to choose from; none where nothing is chosen.
    pub values: Vec<AnswerValue>,
}

impl Question {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        let question = Self {
            code: row.id("question of a service"),
            kind: row.choice("kind", AnswerKind::Text),
            required: row.flag_or_false("required"),
            name: row.localized("name"),
            hint: row.localized_or_none("hint"),
            values: row.rows_or_empty("value", |value| AnswerValue {
                code: value.id("answer to a question of a service"),
                name: value.localized("name"),
            }),
        };
        if question.kind.has_values() == question.values.is_empty() {
            row.break_rule("kind", PackRule::ValuesToChoose);
        }
        question
    }
}
