//! Lawful evidence by the code of procedure in force, ways of collecting it, and how much is needed (S12, S13).

use super::choice::choice;
use super::code::{CollectionCode, EvidenceCode, RuleCode};
use super::lang::Localized;
use super::offence::{Code, Codes};
use super::read::Table;
use super::source::Sourced;

choice!(
    /// What sort of evidence a type of the law is, as far as rules ask.
    pub enum Nature {
        /// What a witness or a victim says.
        Statement = "statement",
        /// What an expert says.
        Expert = "expert",
        /// A document.
        Document = "document",
        /// What the reported person says.
        Accused = "accused",
        /// A thing: it has a chain of custody.
        Exhibit = "exhibit",
        /// Something electronic.
        Electronic = "electronic",
        /// What the judge sees.
        Judge = "judge",
        /// What follows from other evidence.
        Indication = "indication",
        /// Anything else the law admits.
        Other = "other",
    }
);

choice!(
    /// What a way of collecting evidence must have, before what it brought counts.
    pub enum Need {
        /// Number of the permit, or of the letter that asked for it.
        Number = "number",
        /// Why it could not wait for a permit.
        UrgentReason = "urgent_reason",
        /// Two witnesses, named in the record.
        TwoWitnesses = "two_witnesses",
        /// A copy or a receipt for whoever held it.
        CopyGiven = "copy_given",
        /// A recording, linked; or why there is none.
        Recording = "recording",
    }
);

/// A type of evidence that the law admits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceType {
    /// Code kept with the act.
    pub code: EvidenceCode,
    /// Its name.
    pub name: Localized,
    /// The law that admits it.
    pub law: String,
    /// What sort it is.
    pub nature: Nature,
    /// Whether the police can collect it: a judge's own observation they cannot.
    pub collectable: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A way of collecting evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// Code kept with the act.
    pub code: CollectionCode,
    /// Its name.
    pub name: Localized,
    /// The law it rests on.
    pub law: String,
    /// What it must have.
    pub needs: Vec<Need>,
    /// Days within which whoever held it has the copy.
    pub copy_within_days: Option<u32>,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// A rule about evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceRule {
    /// Its code.
    pub code: RuleCode,
    /// The rule.
    pub rule: Localized,
    /// What the program does for it.
    pub product: Localized,
    /// How many pieces an offence needs at least; only of rules that say how much is enough.
    pub minimum: Option<u32>,
    /// One of them is what a witness or a victim says.
    pub with_statement: bool,
    /// Source and certainty.
    pub sourced: Sourced,
}

/// Everything about evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvidenceLaw {
    /// The codes of procedure. Which of them an act of investigation follows, its own day says.
    pub codes: Codes,
    /// Types of evidence of the old code.
    pub types_old: Vec<EvidenceType>,
    /// Types of evidence of the new code.
    pub types_new: Vec<EvidenceType>,
    /// Ways of collecting evidence, in the order they are offered.
    pub collections: Vec<Collection>,
    /// Rules about evidence.
    pub rules: Vec<EvidenceRule>,
    /// The rule of how much is enough for an offence that names no other.
    pub minimum: RuleCode,
}

impl EvidenceLaw {
    /// The types of a code.
    #[must_use]
    pub fn types(&self, code: Code) -> &[EvidenceType] {
        match code {
            Code::Old => &self.types_old,
            Code::New => &self.types_new,
        }
    }

    /// A type of a code.
    #[must_use]
    pub fn kind(&self, code: Code, kind: &str) -> Option<&EvidenceType> {
        let mut types = self.types(code).iter();
        types.find(|known| known.code.as_str() == kind)
    }

    /// A way of collecting.
    #[must_use]
    pub fn collection(&self, code: &str) -> Option<&Collection> {
        let mut ways = self.collections.iter();
        ways.find(|known| known.code.as_str() == code)
    }

    /// A rule.
    #[must_use]
    pub fn rule(&self, code: &str) -> Option<&EvidenceRule> {
        self.rules.iter().find(|known| known.code.as_str() == code)
    }

    pub(crate) fn read(root: &Table<'_>) -> Option<Self> {
        let mut minimum = None;
        let codes = root.table("codes", |row| {
            minimum = Some(row.reference("minimum", "rule of how much is enough"));
            Codes::read(row)
        });
        // All of it is read before something is missed, so that every fault is told.
        let types_old = root.rows("evidence_type_old", |row| {
            EvidenceType::read(row, "evidence type (old code)")
        });
        let types_new = root.rows("evidence_type", |row| {
            EvidenceType::read(row, "evidence type")
        });
        let collections = root.rows("collection", Collection::read);
        let rules = root.rows("evidence_rule", EvidenceRule::read);
        Some(Self {
            codes: codes?,
            types_old,
            types_new,
            collections,
            rules,
            minimum: minimum?,
        })
    }
}

impl EvidenceType {
    fn read(row: &Table<'_>, kind: &'static str) -> Self {
        Self {
            code: row.id(kind),
            name: row.localized("name"),
            law: row.text("law"),
            nature: row.choice("nature", Nature::Other),
            collectable: row.flag_or_false("collectable_by_police"),
            sourced: row.sourced(),
        }
    }
}

impl Collection {
    fn read(row: &Table<'_>) -> Self {
        Self {
            code: row.id("way of collecting"),
            name: row.localized("name"),
            law: row.text("law"),
            needs: row.choices("needs", &(0..=Need::ALL.len())),
            copy_within_days: row.whole_or_none("copy_within_days", &(1..=60)),
            sourced: row.sourced(),
        }
    }
}

impl EvidenceRule {
    fn read(row: &Table<'_>) -> Self {
        let code: RuleCode = row.id("evidence rule");
        let minimum = row.whole_or_none("minimum", &(1..=10));
        if minimum.is_some() {
            row.also("rule of how much is enough", code.as_str());
        }
        Self {
            rule: row.localized("rule"),
            product: row.localized("product"),
            minimum,
            with_statement: row.flag_or_false("with_statement"),
            sourced: row.sourced(),
            code,
        }
    }
}
