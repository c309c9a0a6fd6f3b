//! Long texts of several lines, and faults in one of their lines.

use super::{Localized, PackFault, Table};

impl Table<'_> {
    /// A text of several lines in each language, each at most `max` characters. What is in it is checked by
    /// whoever knows how it is written.
    pub(crate) fn long_text(&self, key: &str, max: usize) -> Localized {
        let one = |lang: &str| {
            let key = format!("{key}_{lang}");
            let value = self.require(&key)?;
            let Some(text) = value.get_ref().as_str() else {
                self.wrong_type(&key, value, "string");
                return None;
            };
            let found = text.chars().count();
            if found > max {
                self.fault(&key, PackFault::TooLong { max, found });
                return None;
            }
            if text.trim().is_empty() {
                self.fault(&key, PackFault::EmptyText);
                return None;
            }
            Some(text.to_owned())
        };
        // Both are read before one that is missing ends it.
        let (id, en) = (one("id"), one("en"));
        Localized {
            id: id.unwrap_or_default(),
            en: en.unwrap_or_default(),
        }
    }

    /// Reports a fault in a line of a long text, from 1; 0 is the whole. The text begins on the line
    /// after its quotes.
    pub(crate) fn line_fault(&self, key: &str, line: u32, fault: PackFault) {
        let start = self.value_offset(key);
        let text = self.file.text().get(start..).unwrap_or_default();
        let before = usize::try_from(line).unwrap_or(0).checked_sub(1);
        let offset = before
            .and_then(|before| text.match_indices('\n').nth(before))
            .map_or(0, |(at, _)| at + 1);
        self.report(start + offset, key, fault);
    }
}
