//! What an officer fills in.

use super::{FIELD_MAX_CHARS, Template, Values};

/// What is wrong with a field that was filled in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfilled {
    /// The letter is not issued without it.
    Missing,
    /// More than it holds.
    TooLong {
        /// Characters found.
        chars: usize,
        /// Characters allowed.
        limit: usize,
    },
}

/// A field that is not filled in as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldFault {
    /// The field.
    pub field: String,
    /// What is wrong.
    pub fault: Unfilled,
}

impl Template {
    /// The values of this template's own fields out of what was typed; anything else is passed over.
    ///
    /// # Errors
    /// Every field that lacks its value or holds too much.
    pub fn typed(&self, typed: &Values) -> Result<Values, Vec<FieldFault>> {
        let mut values = Values::new();
        let mut faults = Vec::new();
        for field in &self.fields {
            let said = typed.get(&field.code).map_or("", |text| text.trim());
            let limit = field.max_chars.min(FIELD_MAX_CHARS);
            let chars = said.chars().count();
            let fault = if chars > limit {
                Some(Unfilled::TooLong { chars, limit })
            } else if field.required && !said.chars().any(crate::subject::is_visible) {
                Some(Unfilled::Missing)
            } else {
                None
            };
            let said = if field.lines {
                said.replace("\r\n", "\n")
            } else {
                said.split_whitespace().collect::<Vec<_>>().join(" ")
            };
            match fault {
                Some(fault) => faults.push(FieldFault {
                    field: field.code.clone(),
                    fault,
                }),
                None => {
                    values.insert(field.code.clone(), said);
                }
            }
        }
        if faults.is_empty() {
            Ok(values)
        } else {
            Err(faults)
        }
    }
}
