//! What a template has to say, whoever wrote it.

use super::body::Body;
use super::number::PARTS;
use super::{NUMBER_PATTERN_MAX_CHARS, Template};
use crate::pack::{Lang, has_stray_brace, placeholders};

/// Something the record knows of a letter's case, unit and officer, that a template may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fact {
    /// The number of the case.
    CaseNumber,
    /// How to complain: an address and a telephone number.
    Complaint,
    /// The day on the letter.
    Date,
    /// What the reporter wrote.
    Description,
    /// The emergency number.
    Emergency,
    /// When it happened, as it was told.
    HappenedAt,
    /// Where it happened, as it was told.
    HappenedPlace,
    /// By when there is news at the latest.
    NextBy,
    /// The letter's number.
    Number,
    /// The officer who issues it.
    Officer,
    /// Their rank.
    OfficerRank,
    /// The unit above this one.
    Parent,
    /// The town in which it is issued.
    Place,
    /// When it was reported.
    ReportedAt,
    /// Who reported it, where the officer may know.
    ReporterName,
    /// The service that is given.
    Service,
    /// The station that answers for the place.
    Station,
    /// The unit.
    Unit,
    /// The address that verifies the letter.
    Url,
}

/// Every fact.
pub const FACTS: [Fact; 19] = [
    Fact::CaseNumber,
    Fact::Complaint,
    Fact::Date,
    Fact::Description,
    Fact::Emergency,
    Fact::HappenedAt,
    Fact::HappenedPlace,
    Fact::NextBy,
    Fact::Number,
    Fact::Officer,
    Fact::OfficerRank,
    Fact::Parent,
    Fact::Place,
    Fact::ReportedAt,
    Fact::ReporterName,
    Fact::Service,
    Fact::Station,
    Fact::Unit,
    Fact::Url,
];

/// What every letter says, beside a title, a code and who signs.
const ALWAYS: [Fact; 5] = [
    Fact::Number,
    Fact::Date,
    Fact::Unit,
    Fact::Officer,
    Fact::Complaint,
];

impl Fact {
    /// What it is called in a template.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::CaseNumber => "case_number",
            Self::Complaint => "complaint",
            Self::Date => "date",
            Self::Description => "description",
            Self::Emergency => "emergency",
            Self::HappenedAt => "happened_at",
            Self::HappenedPlace => "happened_place",
            Self::NextBy => "next_by",
            Self::Number => "number",
            Self::Officer => "officer",
            Self::OfficerRank => "officer_rank",
            Self::Parent => "parent",
            Self::Place => "place",
            Self::ReportedAt => "reported_at",
            Self::ReporterName => "reporter_name",
            Self::Service => "service",
            Self::Station => "station",
            Self::Unit => "unit",
            Self::Url => "url",
        }
    }

    /// The fact of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        FACTS.into_iter().find(|fact| fact.code() == name)
    }
}

/// A rule that a template breaks.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum LetterRule {
    /// A text longer than a letter is.
    #[error("the text is too long: at most 8,000 characters and 150 lines")]
    TooLong,
    /// A sign with nothing after it.
    #[error("nothing stands after the sign; write a text or remove the line")]
    EmptyLine,
    /// A sign that no space follows.
    #[error("write a space after the sign at the beginning of the line")]
    NoSpace,
    /// A row of the table of facts that is not two parts.
    #[error("a fact is written `| what | value`, both with a text")]
    FactOfTwo,
    /// A signature that is not two or three parts.
    #[error("a signature is written `~ as what | name` or `~ as what | name | rank`")]
    SignerOfTwo,
    /// More signatures side by side than a page is wide.
    #[error("at most three signatures stand side by side; put an empty line between them")]
    TooManySigners,
    /// A field nobody knows.
    #[error("no field `{{{name}}}` for this letter; use one of the fields listed beside it")]
    UnknownField {
        /// As it stands there.
        name: String,
    },
    /// A brace that belongs to no field.
    #[error("a brace without a field; write {{name}} in small letters, or no brace")]
    StrayBrace,
    /// What has to be said and is not.
    #[error("`{{{name}}}` is missing; a letter of this kind always says it")]
    MissingField {
        /// The field.
        name: String,
    },
    /// A letter without one title.
    #[error("a letter has exactly one title, a line that begins with `# `")]
    OneTitle,
    /// A letter without one code.
    #[error("a letter has exactly one code that verifies it, a line that begins with `@ `")]
    OneCode,
    /// A letter nobody signs.
    #[error("a letter says who signs, in a line that begins with `~ `")]
    NoSigner,
    /// A pattern of a number that gives two letters one number.
    #[error(
        "a number is one line of at most 60 characters with {{n}} and {{year}}, and beside them only {{month}}, {{month_roman}} and {{unit}}"
    )]
    NumberPattern,
}

impl LetterRule {
    /// Stable name; the words `letters.fault_<code>` explain it in each language.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong => "too_long",
            Self::EmptyLine => "empty_line",
            Self::NoSpace => "no_space",
            Self::FactOfTwo => "fact_of_two",
            Self::SignerOfTwo => "signer_of_two",
            Self::TooManySigners => "too_many_signers",
            Self::UnknownField { .. } => "unknown_field",
            Self::StrayBrace => "stray_brace",
            Self::MissingField { .. } => "missing_field",
            Self::OneTitle => "one_title",
            Self::OneCode => "one_code",
            Self::NoSigner => "no_signer",
            Self::NumberPattern => "number_pattern",
        }
    }

    /// The field it is about.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::UnknownField { name } | Self::MissingField { name } => Some(name),
            _ => None,
        }
    }
}

/// What is wrong with a template, and where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LetterFault {
    /// The line of the text, from 1; 0: the whole.
    pub line: u32,
    /// The rule.
    pub rule: LetterRule,
}

impl LetterFault {
    pub(super) const fn of(rule: LetterRule) -> Self {
        Self { line: 0, rule }
    }
}

/// What is wrong with the words of a template, and in which of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WordsFault {
    /// The language of the lines; `None`: the pattern of the number.
    pub lang: Option<Lang>,
    /// What, and in which line.
    pub fault: LetterFault,
}

impl Template {
    /// What is wrong with its number and with its lines in either language; nothing when it may be used.
    #[must_use]
    pub fn words_faults(&self) -> Vec<WordsFault> {
        let number = self.number_fault().map(|rule| WordsFault {
            lang: None,
            fault: LetterFault::of(rule),
        });
        let lines = Lang::ALL.into_iter().flat_map(|lang| {
            let faults = self.faults(lang).into_iter();
            faults.map(move |fault| WordsFault {
                lang: Some(lang),
                fault,
            })
        });
        number.into_iter().chain(lines).collect()
    }

    /// What is wrong with its text in a language; nothing when it may be used.
    #[must_use]
    pub fn faults(&self, lang: Lang) -> Vec<LetterFault> {
        let body = match Body::parse(self.body.get(lang)) {
            Ok(body) => body,
            Err(faults) => return faults,
        };
        let mut faults = Vec::new();
        for (line, text) in body.texts() {
            if has_stray_brace(text) {
                let rule = LetterRule::StrayBrace;
                faults.push(LetterFault { line, rule });
            }
        }
        for (line, name) in body.fields() {
            if !self.knows(name) {
                let name = name.to_owned();
                let rule = LetterRule::UnknownField { name };
                faults.push(LetterFault { line, rule });
            }
        }
        if body.titles() != 1 {
            faults.push(LetterFault::of(LetterRule::OneTitle));
        }
        if body.codes() != 1 {
            faults.push(LetterFault::of(LetterRule::OneCode));
        }
        if body.signers() == 0 {
            faults.push(LetterFault::of(LetterRule::NoSigner));
        }
        for name in self.needed() {
            if !body.fields().any(|(_, found)| found == name) {
                let name = name.to_owned();
                faults.push(LetterFault::of(LetterRule::MissingField { name }));
            }
        }
        faults
    }

    /// What is wrong with the pattern of its number.
    #[must_use]
    pub fn number_fault(&self) -> Option<LetterRule> {
        let pattern = self.number.trim();
        let names = placeholders(pattern);
        let fits = !pattern.is_empty()
            && pattern.chars().count() <= NUMBER_PATTERN_MAX_CHARS
            && !pattern.chars().any(char::is_control)
            && !has_stray_brace(pattern)
            && names.iter().all(|name| PARTS.contains(name))
            && names.contains("n")
            && names.contains("year");
        (!fits).then_some(LetterRule::NumberPattern)
    }

    /// Whether a template of this kind may name a field.
    fn knows(&self, name: &str) -> bool {
        Fact::parse(name).is_some() || self.fields.iter().any(|field| field.code == name)
    }

    /// The fields its text has to name: what every letter says, the kind's own floor, and whatever an
    /// officer has to fill in.
    pub fn needed(&self) -> impl Iterator<Item = &str> {
        let always = ALWAYS.iter().map(|fact| fact.code());
        let floor = self.floor.iter().map(String::as_str);
        let asked = self.fields.iter().filter(|field| field.required);
        always
            .chain(floor)
            .chain(asked.map(|field| field.code.as_str()))
    }

    /// Every field its text may name, in order, each once.
    #[must_use]
    pub fn known(&self) -> Vec<&str> {
        let own = self.fields.iter().map(|field| field.code.as_str());
        let mut all: Vec<&str> = FACTS.iter().map(|fact| fact.code()).chain(own).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}
