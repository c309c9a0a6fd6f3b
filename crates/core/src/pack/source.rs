//! Where an entry comes from and how sure it is.

use super::choice::choice;
use super::lang::Localized;

choice!(
    /// How sure an entry is.
    pub enum Certainty {
        /// The address in `source` supports the entry.
        Found = "found",
        /// The address supports part of it; `verify` says what is open.
        FoundPartial = "found_partial",
        /// From memory; to be verified before use.
        Memory = "memory",
        /// The founding text says it.
        FoundingText = "founding text",
        /// Our own wording, number or design, not a rule of any body.
        Draft = "draft",
    }
);

/// Source and certainty of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sourced {
    /// Address or description of the source, as a citation.
    pub source: String,
    /// How sure the entry is.
    pub certainty: Certainty,
    /// What remains to be verified.
    pub verify: Option<Localized>,
}

/// One sourced thing of the pack with its place, as shown to the unit's administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourcedEntry {
    /// File inside the pack.
    pub file: String,
    /// Line of the entry, from 1.
    pub line: u32,
    /// Section and id, such as `service[kdrt]` or `service[kdrt].standard`.
    pub path: String,
    /// Source, certainty and what to verify.
    pub sourced: Sourced,
}

impl SourcedEntry {
    /// Whether somebody still has to check it: its certainty is not `found`, or it carries a note to verify.
    #[must_use]
    pub fn is_unverified(&self) -> bool {
        self.sourced.certainty != Certainty::Found || self.sourced.verify.is_some()
    }
}
