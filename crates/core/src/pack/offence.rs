//! Offences by element in both criminal codes, and which of the codes is milder (S11).

use jiff::civil::Date;

use super::choice::choice;
use super::code::{ElementCode, OffenceCode, RuleCode};
use super::fault::PackRule;
use super::lang::Localized;
use super::read::Table;
use super::source::{Certainty, Sourced};

/// Most elements of one offence, those it takes over from others included.
pub const ELEMENTS_MAX: usize = 40;

choice!(
    /// One of two codes of law, the one replaced and the one in force.
    pub enum Code {
        /// The code that was replaced.
        Old = "old",
        /// The code in force.
        New = "new",
    }
);

choice!(
    /// Whether an offence is prosecuted on complaint only.
    pub enum ComplaintOnly {
        /// Never.
        No = "no",
        /// Always.
        Yes = "yes",
        /// In some forms, said in a note.
        Partly = "partly",
    }
);

/// When one code of law replaced another, and what they are called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Codes {
    /// First day of the new code, in the unit's own days.
    pub new_from: Date,
    /// Name of the old code.
    pub old: Localized,
    /// Name of the new code.
    pub new: Localized,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Codes {
    /// The code in force on a day.
    #[must_use]
    pub fn on(&self, day: Date) -> Code {
        if day < self.new_from {
            Code::Old
        } else {
            Code::New
        }
    }

    /// The codes to look at for an act of some day from `from` to `until`, both included, where a missing end is
    /// not known. An act of before the change is held to both codes, for the milder one applies; only one that
    /// certainly came after it is held to the new code alone.
    #[must_use]
    pub fn for_act(&self, from: Option<Date>) -> &'static [Code] {
        match from {
            Some(day) if day >= self.new_from => &[Code::New],
            _ => &[Code::Old, Code::New],
        }
    }

    /// The name of a code.
    #[must_use]
    pub const fn name(&self, code: Code) -> &Localized {
        match code {
            Code::Old => &self.old,
            Code::New => &self.new,
        }
    }

    pub(crate) fn read(row: &Table<'_>) -> Self {
        let day = row.text("new_from");
        let new_from = day.parse().unwrap_or_else(|_| {
            if !day.is_empty() {
                row.break_rule("new_from", PackRule::RealDate);
            }
            Date::ZERO
        });
        Self {
            new_from,
            old: row.localized("old"),
            new: row.localized("new"),
            sourced: row.sourced(),
        }
    }
}

/// The highest penalty of the basic form of an offence, as far as penalties are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Penalty {
    /// Months of prison; `None`: a fine only.
    pub prison_months: Option<u32>,
    /// Category of fine, from 1 (UU 1/2023 art. 79); `None`: not said.
    pub fine_category: Option<u32>,
}

/// Which of two codes punishes an offence less.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Milder {
    /// This code.
    Code(Code),
    /// Both alike, as far as penalties are compared.
    Same,
    /// It stands in one law that did not change.
    OneLaw,
    /// They cannot be compared: the pack does not have the penalty of these codes.
    Unknown(Vec<Code>),
}

/// An element of an offence: what has to be proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Code kept with what was linked to it.
    pub code: ElementCode,
    /// The element in words.
    pub text: Localized,
    /// The offence it is taken over from.
    pub of: Option<OffenceCode>,
}

/// An element as it stands in the file.
#[derive(Debug, Clone)]
enum Part {
    Own(Element),
    /// All elements of another offence.
    Of(OffenceCode),
}

/// An offence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offence {
    /// Code kept with the case.
    pub code: OffenceCode,
    /// Its name.
    pub name: Localized,
    /// The article in the old code, or the law it stands in.
    pub article_old: String,
    /// The article in the new code, or the law it stands in.
    pub article_new: String,
    /// What has to be proved, with what is taken over from other offences in its place.
    pub elements: Vec<Element>,
    /// Whether it needs a complaint.
    pub complaint_only: ComplaintOnly,
    /// In which form it needs one.
    pub complaint_note: Option<Localized>,
    /// The highest penalty of the old code, where the pack has it.
    pub penalty_old: Option<Penalty>,
    /// How sure that is, where it differs from the entry.
    pub penalty_old_certainty: Option<Certainty>,
    /// The highest penalty of the new code, where the pack has it.
    pub penalty_new: Option<Penalty>,
    /// The penalties of the new code in words, graver forms included.
    pub penalty_words: Option<Localized>,
    /// The dispute it is taken for most easily.
    pub lookalike: Option<Localized>,
    /// The rule of how much evidence it needs; `None`: the general one.
    pub minimum: Option<RuleCode>,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Offence {
    /// The element with this code.
    #[must_use]
    pub fn element(&self, code: &str) -> Option<&Element> {
        self.elements
            .iter()
            .find(|known| known.code.as_str() == code)
    }

    /// The article in a code.
    #[must_use]
    pub fn article(&self, code: Code) -> &str {
        match code {
            Code::Old => &self.article_old,
            Code::New => &self.article_new,
        }
    }

    /// The highest penalty in a code, where the pack has it.
    #[must_use]
    pub const fn penalty(&self, code: Code) -> Option<Penalty> {
        match code {
            Code::Old => self.penalty_old,
            Code::New => self.penalty_new,
        }
    }

    /// Which code punishes it less: by the months of prison, where neither knows prison by the category of the fine.
    /// Whether a judge may choose a fine instead is not compared.
    #[must_use]
    pub fn milder(&self) -> Milder {
        if self.article_old == self.article_new {
            return Milder::OneLaw;
        }
        let (Some(old), Some(new)) = (self.penalty_old, self.penalty_new) else {
            let missing = |code: &Code| self.penalty(*code).is_none();
            return Milder::Unknown(Code::ALL.iter().copied().filter(missing).collect());
        };
        let weight = |penalty: Penalty| match penalty.prison_months {
            Some(months) => (months, 0),
            None => (0, penalty.fine_category.unwrap_or_default()),
        };
        match weight(old).cmp(&weight(new)) {
            std::cmp::Ordering::Less => Milder::Code(Code::Old),
            std::cmp::Ordering::Greater => Milder::Code(Code::New),
            std::cmp::Ordering::Equal => Milder::Same,
        }
    }
}

/// An offence as it stands in the file, before what it takes over is put in its place.
pub(crate) struct Draft {
    offence: Offence,
    parts: Vec<Part>,
}

impl Draft {
    pub(crate) fn read(row: &Table<'_>) -> Self {
        let code: OffenceCode = row.id("offence");
        let parts = row.rows("element", read_part);
        let penalty_old_certainty = row.part_certainty("penalty_old", "from memory");
        let offence = Offence {
            name: row.localized("name"),
            article_old: row.text("article_old"),
            article_new: row.text("article_new"),
            elements: Vec::new(),
            complaint_only: row.choice("complaint_only", ComplaintOnly::No),
            complaint_note: row.localized_or_none("complaint_note"),
            penalty_old: row.table_or_none("penalty_old", read_penalty),
            penalty_old_certainty,
            penalty_new: row.table_or_none("penalty_new", read_penalty),
            penalty_words: row.localized_or_none("max_penalty_2023"),
            lookalike: row.localized_or_none("civil_lookalike"),
            minimum: row.reference_or_none("minimum", "rule of how much is enough"),
            sourced: row.sourced(),
            code,
        };
        Self { offence, parts }
    }
}

fn read_part(row: &Table<'_>) -> Part {
    match row.reference_or_none("of", "offence") {
        Some(of) => Part::Of(of),
        None => Part::Own(Element {
            code: row.id("element"),
            text: row.localized("text"),
            of: None,
        }),
    }
}

fn read_penalty(row: &Table<'_>) -> Penalty {
    let penalty = Penalty {
        prison_months: row.whole_or_none("prison_months", &(1..=240)),
        fine_category: row.whole_or_none("fine_category", &(1..=8)),
    };
    if penalty.prison_months.is_none() && penalty.fine_category.is_none() {
        row.break_rule("prison_months", PackRule::PenaltySaid);
    }
    penalty
}

/// Puts what offences take over from others in its place. An offence that leads back to itself has no end.
pub(crate) fn expand(root: &Table<'_>, drafts: &[Draft]) -> Vec<Offence> {
    let mut offences = Vec::with_capacity(drafts.len());
    let mut circular = false;
    for draft in drafts {
        let mut elements = Vec::new();
        let mut path = vec![draft.offence.code.clone()];
        circular |= !gather(drafts, draft, &mut path, &mut elements);
        let mut offence = draft.offence.clone();
        offence.elements = elements;
        offences.push(offence);
    }
    if circular {
        root.break_rule("offence", PackRule::ElementsEnd);
    }
    offences
}

/// Gathers the elements of an offence; `false` when it leads back to one on the way to it, or has too many.
fn gather(
    drafts: &[Draft],
    draft: &Draft,
    path: &mut Vec<OffenceCode>,
    elements: &mut Vec<Element>,
) -> bool {
    for part in &draft.parts {
        match part {
            Part::Own(element) => {
                let mut element = element.clone();
                element.of = (path.len() > 1).then(|| draft.offence.code.clone());
                // Taken over by two ways, it is proved once.
                if !elements.iter().any(|known| known.code == element.code) {
                    elements.push(element);
                }
            }
            Part::Of(code) => {
                if path.contains(code) {
                    return false;
                }
                // One that is not there was reported where it is named.
                if let Some(other) = drafts.iter().find(|known| known.offence.code == *code) {
                    path.push(code.clone());
                    let ends = gather(drafts, other, path, elements);
                    path.pop();
                    if !ends {
                        return false;
                    }
                }
            }
        }
        if elements.len() > ELEMENTS_MAX {
            return false;
        }
    }
    true
}
