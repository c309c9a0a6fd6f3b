//! What can be wrong with a pack, each fault with its place and what to do about it.
//!
//! A pack that fails to load has no words of its own, so a fault prints in English by itself (for the command line and
//! the log) and, for pages, gives a key and parameters to be looked up in the words of a pack that did load.

use std::fmt;

mod rule;

use super::lang::Lang;
use super::words::Words;
use crate::letter::LetterRule;

pub use rule::PackRule;

/// Most faults kept from one load; those beyond it are only counted.
pub const FAULTS_MAX: usize = 200;

/// One fault: where it is and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackError {
    /// Path of the file inside the pack, such as `services.toml`.
    pub file: String,
    /// Line of the fault, from 1.
    pub line: u32,
    /// Column of the fault in characters, from 1.
    pub column: u32,
    /// The key, with the entry it stands in: `service[kdrt].standard.basis_id`. Empty when the whole file is meant.
    pub key: String,
    /// What is wrong.
    pub fault: PackFault,
}

/// What is wrong at one place of a pack. Each has a stable [code](PackFault::code).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[non_exhaustive]
pub enum PackFault {
    /// The file holds bytes that are not UTF-8.
    #[error("the file is not UTF-8 text; save it as UTF-8")]
    NotUtf8,
    /// The file is not TOML.
    #[error("not TOML: {message}; mend the line, quote texts with \"…\"")]
    Syntax {
        /// What the TOML reader met.
        message: String,
    },
    /// A key nobody reads, most often a typing error.
    #[error("unknown key; {}", suggest(.suggestion.as_deref(), "remove it"))]
    UnknownKey {
        /// The known key most like it.
        suggestion: Option<String>,
    },
    /// A key that must be there is not.
    #[error("the key is missing; add it")]
    MissingKey,
    /// The value is of another type.
    #[error("expected {expected}, found {found}; write {expected}")]
    WrongType {
        /// Type that belongs here, in TOML's words.
        expected: &'static str,
        /// Type that stands there.
        found: &'static str,
    },
    /// A number outside its bounds.
    #[error("{found} is out of range; give a number from {min} to {max}")]
    OutOfRange {
        /// Smallest allowed.
        min: String,
        /// Largest allowed.
        max: String,
        /// What stands there.
        found: String,
    },
    /// A number beyond what the floor allows.
    #[error(
        "{found} months break the floor `{rule}` (pack.toml line {line}), so that no unit destroys evidence early \
         or keeps people's data for ever; give {min} to {max}"
    )]
    OutsideFloor {
        /// Code of the floor's rule.
        rule: &'static str,
        /// Its line in `pack.toml`.
        line: u32,
        /// Smallest allowed.
        min: u32,
        /// Largest allowed.
        max: u32,
        /// What stands there.
        found: u32,
    },
    /// A text without a visible character.
    #[error("the text is empty; write the text or remove the key")]
    EmptyText,
    /// A text longer than a page can show.
    #[error("the text has {found} characters; shorten it to at most {max}")]
    TooLong {
        /// Most characters allowed.
        max: usize,
        /// Characters found.
        found: usize,
    },
    /// A text that should be a code and is not.
    #[error(
        "`{found}` is not a code; use a small letter, then small letters, digits or `_`, at most 40"
    )]
    BadCode {
        /// What stands there.
        found: String,
    },
    /// A word outside its fixed list.
    #[error("`{found}` is not one of the choices; choose one of: {choices}")]
    UnknownChoice {
        /// What stands there.
        found: String,
        /// The list, comma separated.
        choices: String,
    },
    /// A certainty outside the five known.
    #[error("`{found}` is not a certainty; choose one of: {choices}")]
    UnknownCertainty {
        /// What stands there.
        found: String,
        /// The list, comma separated.
        choices: String,
    },
    /// An entry without its source or its certainty.
    #[error("every entry needs a source and a certainty; add the key, `draft` if it is your own")]
    Unsourced,
    /// Two entries of the same kind with one id.
    #[error(
        "the id `{id}` is already used in {first_file} line {first_line}; give one of them another id"
    )]
    DuplicateId {
        /// The id.
        id: String,
        /// File of the first one.
        first_file: String,
        /// Line of the first one.
        first_line: u32,
    },
    /// A reference to an entry the pack does not have.
    #[error("no {kind} `{found}` in this pack; {}", suggest(.suggestion.as_deref(), "add it or name another"))]
    DanglingReference {
        /// What kind of entry is meant.
        kind: &'static str,
        /// The id that leads nowhere.
        found: String,
        /// The known id most like it.
        suggestion: Option<String>,
    },
    /// A list of the wrong length.
    #[error("{found} in the list; give {min} to {max}")]
    WrongCount {
        /// Fewest allowed.
        min: usize,
        /// Most allowed.
        max: usize,
        /// How many there are.
        found: usize,
    },
    /// Words that one language has and another lacks.
    #[error("missing in {missing_in}; add the same key there")]
    WordsMissing {
        /// File that lacks the key.
        missing_in: String,
    },
    /// The placeholders of a text differ between its languages.
    #[error("placeholders differ: {here} here, {there} in {other}; use the same names in both")]
    PlaceholderMismatch {
        /// Placeholders of this text.
        here: String,
        /// Placeholders of the other.
        there: String,
        /// Where the other text stands.
        other: String,
    },
    /// A brace that begins or ends no placeholder.
    #[error("a brace without a placeholder; write {{name}} in small letters, or no brace")]
    StrayBrace,
    /// A letter that is not written as letters are, or does not say what it has to.
    #[error("{rule}")]
    Letter {
        /// The rule it breaks.
        rule: LetterRule,
    },
    /// A file the pack must have is not there.
    #[error("the file is missing; add it to the pack")]
    MissingFile,
    /// A file nobody reads.
    #[error("unknown file; {}", suggest(.suggestion.as_deref(), "take it out of the pack"))]
    UnknownFile {
        /// The known file most like it.
        suggestion: Option<String>,
    },
    /// A file larger than the bound.
    #[error("the file has {bytes} bytes; make it at most {limit}")]
    FileTooLarge {
        /// Bytes found.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// More files than the bound.
    #[error("{files} files in the pack; keep at most {limit}")]
    TooManyFiles {
        /// Files found.
        files: usize,
        /// Files allowed.
        limit: usize,
    },
    /// A rule that ties several keys together is broken.
    #[error("{}", .rule.remedy())]
    RuleBroken {
        /// The rule.
        rule: PackRule,
    },
}

fn suggest(suggestion: Option<&str>, otherwise: &str) -> String {
    match suggestion {
        Some(name) => format!("did you mean `{name}`?"),
        None => otherwise.to_owned(),
    }
}

impl PackFault {
    /// Codes of every fault, for the test that each has its words.
    pub const CODES: [&'static str; 23] = [
        "not_utf8",
        "syntax",
        "unknown_key",
        "missing_key",
        "wrong_type",
        "out_of_range",
        "outside_floor",
        "empty_text",
        "too_long",
        "bad_code",
        "unknown_choice",
        "unknown_certainty",
        "unsourced",
        "duplicate_id",
        "dangling_reference",
        "wrong_count",
        "words_missing",
        "placeholder_mismatch",
        "stray_brace",
        "letter",
        "missing_file",
        "unknown_file",
        "too_large",
    ];

    /// Stable name of the fault. The words `pack.<code>.what` and `pack.<code>.remedy` explain it in each language.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::NotUtf8 => "not_utf8",
            Self::Syntax { .. } => "syntax",
            Self::UnknownKey { .. } => "unknown_key",
            Self::MissingKey => "missing_key",
            Self::WrongType { .. } => "wrong_type",
            Self::OutOfRange { .. } => "out_of_range",
            Self::OutsideFloor { .. } => "outside_floor",
            Self::EmptyText => "empty_text",
            Self::TooLong { .. } => "too_long",
            Self::BadCode { .. } => "bad_code",
            Self::UnknownChoice { .. } => "unknown_choice",
            Self::UnknownCertainty { .. } => "unknown_certainty",
            Self::Unsourced => "unsourced",
            Self::DuplicateId { .. } => "duplicate_id",
            Self::DanglingReference { .. } => "dangling_reference",
            Self::WrongCount { .. } => "wrong_count",
            Self::WordsMissing { .. } => "words_missing",
            Self::PlaceholderMismatch { .. } => "placeholder_mismatch",
            Self::StrayBrace => "stray_brace",
            Self::Letter { .. } => "letter",
            Self::MissingFile => "missing_file",
            Self::UnknownFile { .. } => "unknown_file",
            Self::FileTooLarge { .. } | Self::TooManyFiles { .. } => "too_large",
            Self::RuleBroken { rule } => return format!("rule_{}", rule.code()),
        }
        .to_owned()
    }

    /// The values for the placeholders of the fault's words.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        let suggestion = |s: &Option<String>| s.clone().unwrap_or_else(|| "–".to_owned());
        match self {
            Self::NotUtf8
            | Self::MissingKey
            | Self::EmptyText
            | Self::Unsourced
            | Self::StrayBrace
            | Self::Letter { .. }
            | Self::MissingFile
            | Self::RuleBroken { .. } => Vec::new(),
            Self::Syntax { message } => vec![("message", message.clone())],
            Self::UnknownKey { suggestion: s } | Self::UnknownFile { suggestion: s } => {
                vec![("suggestion", suggestion(s))]
            }
            Self::WrongType { expected, found } => {
                vec![
                    ("expected", (*expected).to_owned()),
                    ("found", (*found).to_owned()),
                ]
            }
            Self::OutOfRange { min, max, found } => vec![
                ("min", min.clone()),
                ("max", max.clone()),
                ("found", found.clone()),
            ],
            Self::OutsideFloor {
                rule,
                line,
                min,
                max,
                found,
            } => vec![
                ("rule", (*rule).to_owned()),
                ("line", line.to_string()),
                ("min", min.to_string()),
                ("max", max.to_string()),
                ("found", found.to_string()),
            ],
            Self::TooLong { max, found } => {
                vec![("max", max.to_string()), ("found", found.to_string())]
            }
            Self::BadCode { found } => vec![("found", found.clone())],
            Self::UnknownChoice { found, choices } | Self::UnknownCertainty { found, choices } => {
                vec![("found", found.clone()), ("choices", choices.clone())]
            }
            Self::DuplicateId {
                id,
                first_file,
                first_line,
            } => vec![
                ("id", id.clone()),
                ("file", first_file.clone()),
                ("line", first_line.to_string()),
            ],
            Self::DanglingReference {
                kind,
                found,
                suggestion: s,
            } => vec![
                ("kind", (*kind).to_owned()),
                ("found", found.clone()),
                ("suggestion", suggestion(s)),
            ],
            Self::WrongCount { min, max, found } => vec![
                ("min", min.to_string()),
                ("max", max.to_string()),
                ("found", found.to_string()),
            ],
            Self::WordsMissing { missing_in } => vec![("file", missing_in.clone())],
            Self::PlaceholderMismatch { here, there, other } => vec![
                ("here", here.clone()),
                ("there", there.clone()),
                ("other", other.clone()),
            ],
            Self::FileTooLarge {
                bytes: found,
                limit,
            }
            | Self::TooManyFiles {
                files: found,
                limit,
            } => {
                vec![("found", found.to_string()), ("limit", limit.to_string())]
            }
        }
    }

    /// What is wrong and what to do, in the language of `words` (the words of a pack that did load).
    #[must_use]
    pub fn text(&self, words: &Words) -> (String, String) {
        let params = self.params();
        let values: Vec<(&str, &str)> = params.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let code = self.code();
        if let Self::Letter { rule } = self {
            let what = words.text("pack.letter.what", &[]);
            let name = rule.field().unwrap_or_default();
            let key = format!("letters.fault_{}", rule.code());
            return (what, words.text(&key, &[("name", name)]));
        }
        (
            words.text(&format!("pack.{code}.what"), &values),
            words.text(&format!("pack.{code}.remedy"), &values),
        )
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: ", self.file, self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        write!(f, "{}", self.fault)
    }
}

impl std::error::Error for PackError {}

/// Every fault found in one load, in the order of files and lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackErrors {
    pub(crate) errors: Vec<PackError>,
    pub(crate) omitted: usize,
}

impl PackErrors {
    /// The faults, sorted by file, line and column; never empty, at most [`FAULTS_MAX`].
    #[must_use]
    pub fn errors(&self) -> &[PackError] {
        &self.errors
    }

    /// How many faults were found beyond [`FAULTS_MAX`].
    #[must_use]
    pub const fn omitted(&self) -> usize {
        self.omitted
    }
}

impl fmt::Display for PackErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for error in &self.errors {
            if !first {
                writeln!(f)?;
            }
            first = false;
            write!(f, "{error}")?;
        }
        if self.omitted > 0 {
            write!(f, "\nand {} more", self.omitted)?;
        }
        Ok(())
    }
}

impl std::error::Error for PackErrors {}

/// File that holds the words of `lang`.
pub(crate) fn words_file(lang: Lang) -> &'static str {
    match lang {
        Lang::Id => "words/id.toml",
        Lang::En => "words/en.toml",
    }
}
