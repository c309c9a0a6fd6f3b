//! Checks that keep the house in order: what the documents and the layout promise is read out of
//! the tree and compared, so that neither can quietly stop being true.
//!
//! Each check is a function from text to [`Finding`]s, with its own tests on small bad examples;
//! `tests/house.rs` runs all of them on the real tree. Nothing here is part of the program.

pub mod acceptance;
pub mod code;
pub mod layers;
pub mod leftovers;
pub mod length;
pub mod links;
pub mod manifests;
pub mod portable;
pub mod privacy;
pub mod purity;
pub mod rehearsal;
pub mod requirements;
pub mod tree;
pub mod words;

use std::fmt;

/// One thing that is not in order, and where.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Path from the root of the tree, with `:line` where a line is meant.
    pub place: String,
    /// What was expected and what was found.
    pub message: String,
}

impl Finding {
    /// A finding about a whole file, crate or table.
    pub fn at(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            place: place.into(),
            message: message.into(),
        }
    }

    /// A finding about one line, counted from 1.
    pub fn on_line(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self::at(format!("{path}:{line}"), message)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// All findings as lines for a person, or nothing when there are none.
pub fn report(findings: &[Finding]) -> Option<String> {
    if findings.is_empty() {
        return None;
    }
    let lines: Vec<String> = findings.iter().map(ToString::to_string).collect();
    Some(lines.join("\n"))
}
