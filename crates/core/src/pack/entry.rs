//! Entries the program carries and checks but has no type of its own for yet: complaints, use of force,
//! glossary. A later step gives each its type when its rules are built.

use std::collections::BTreeMap;

use super::code::EntryCode;
use super::function::Aspect;
use super::lang::Localized;
use super::read::Table;
use super::source::Sourced;

/// A value of an [`Entry`].
#[derive(Debug, Clone, PartialEq)]
pub enum Field {
    /// A text in both languages.
    Localized(Localized),
    /// A citation or an abbreviation.
    Text(String),
    /// A code, a reference or one of a fixed list.
    Code(String),
    /// Several codes.
    Codes(Vec<String>),
    /// Whole numbers.
    Wholes(Vec<u32>),
    /// A number.
    Number(f64),
}

/// One checked entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Its id.
    pub code: EntryCode,
    /// Source and certainty.
    pub sourced: Sourced,
    /// Line in its file, from 1.
    pub line: u32,
    fields: BTreeMap<&'static str, Field>,
}

impl Entry {
    /// The field `name`, without `_id` or `_en`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(name)
    }

    /// The text `name` in both languages.
    #[must_use]
    pub fn localized(&self, name: &str) -> Option<&Localized> {
        match self.field(name)? {
            Field::Localized(text) => Some(text),
            _ => None,
        }
    }

    /// The code, reference, choice or citation `name`.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.field(name)? {
            Field::Text(text) | Field::Code(text) => Some(text),
            _ => None,
        }
    }

    /// Every field with its name.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &Field)> {
        self.fields.iter().map(|(name, field)| (*name, field))
    }
}

/// What a field of an entry must be.
#[derive(Clone, Copy)]
pub(crate) enum Ask {
    Localized,
    Text,
    Choice(&'static [&'static str]),
    Aspect,
    Whole(u32, u32),
    Number(f64, f64),
    /// `<name>_certainty`, where a part is less sure than its entry; kept with the sources, not as a field.
    PartCertainty,
}

/// A section of generic entries: its name, what its ids are, and its fields.
pub(crate) struct Section {
    pub(crate) file: &'static str,
    pub(crate) name: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) fields: &'static [(&'static str, Ask)],
}

/// Every section of generic entries.
pub(crate) const SECTIONS: &[Section] = &[
    Section {
        file: "survey.toml",
        name: "band",
        kind: "band",
        fields: &[
            ("grade", Ask::Text),
            ("label", Ask::Localized),
            ("index_min", Ask::Number(0.0, 100.0)),
            ("index_max", Ask::Number(0.0, 100.0)),
        ],
    },
    Section {
        file: "survey.toml",
        name: "formula",
        kind: "formula",
        fields: &[("rule", Ask::Localized)],
    },
    Section {
        file: "complaints.toml",
        name: "category",
        kind: "complaint category",
        fields: &[
            ("name", Ask::Localized),
            ("aspect", Ask::Aspect),
            (
                "severity",
                Ask::Choice(&["low", "medium", "high", "critical"]),
            ),
            ("severity", Ask::PartCertainty),
        ],
    },
    Section {
        file: "complaints.toml",
        name: "route",
        kind: "complaint route",
        fields: &[("name", Ask::Localized), ("order", Ask::Whole(1, 100))],
    },
    Section {
        file: "use_of_force.toml",
        name: "principle",
        kind: "force principle",
        fields: &[("name", Ask::Localized)],
    },
    Section {
        file: "use_of_force.toml",
        name: "subject_conduct",
        kind: "subject conduct",
        fields: &[("name", Ask::Localized), ("definition", Ask::Localized)],
    },
    Section {
        file: "use_of_force.toml",
        name: "stage",
        kind: "force stage",
        fields: &[
            ("stage", Ask::Whole(1, 6)),
            ("name", Ask::Localized),
            ("subject_conduct", Ask::Localized),
            ("examples", Ask::Localized),
        ],
    },
    Section {
        file: "use_of_force.toml",
        name: "record",
        kind: "force record",
        fields: &[("name", Ask::Localized)],
    },
    Section {
        file: "glossary.toml",
        name: "term",
        kind: "term",
        fields: &[("name", Ask::Localized)],
    },
];

impl Section {
    pub(crate) fn read(&self, row: &Table<'_>) -> Entry {
        let code = row.id(self.kind);
        let fields = self
            .fields
            .iter()
            .filter_map(|(name, ask)| Some((*name, ask.read(row, name)?)))
            .collect();
        Entry {
            code,
            sourced: row.sourced(),
            line: row.line(),
            fields,
        }
    }
}

impl Ask {
    fn read(self, row: &Table<'_>, name: &str) -> Option<Field> {
        Some(match self {
            Self::Localized => Field::Localized(row.localized(name)),
            Self::Text => Field::Text(row.text(name)),
            Self::Choice(choices) => Field::Code(row.one_of(name, choices)?),
            Self::Aspect => Field::Code(row.choice(name, Aspect::Competence).code().to_owned()),
            Self::Whole(min, max) => Field::Wholes(vec![row.whole(name, &(min..=max))]),
            Self::Number(min, max) => Field::Number(row.number(name, &(min..=max))),
            Self::PartCertainty => {
                row.part_certainty(name, "our proposal");
                return None;
            }
        })
    }
}
