//! Rows of a table: `[[key]]`.

use super::{DeValue, LIST_MAX, Spanned, Table, is_code};

impl<'a> Table<'a> {
    /// The rows of `[[key]]`; at least one.
    pub(crate) fn rows<T>(&self, key: &str, read: impl FnMut(&Table<'a>) -> T) -> Vec<T> {
        self.require(key)
            .map(|value| self.rows_of(key, value, read))
            .unwrap_or_default()
    }

    /// The rows of `[[key]]`, if there are any.
    pub(crate) fn rows_or_empty<T>(&self, key: &str, read: impl FnMut(&Table<'a>) -> T) -> Vec<T> {
        self.find(key)
            .map(|value| self.rows_of(key, value, read))
            .unwrap_or_default()
    }

    fn rows_of<T>(
        &self,
        key: &str,
        value: &'a Spanned<DeValue<'a>>,
        mut read: impl FnMut(&Table<'a>) -> T,
    ) -> Vec<T> {
        let mut rows = Vec::new();
        for (index, row) in self.items(key, value, &(1..=LIST_MAX)).iter().enumerate() {
            let label = row
                .get_ref()
                .as_table()
                .and_then(|row| row.get("id"))
                .and_then(|id| id.get_ref().as_str())
                .filter(|id| is_code(id))
                .map_or_else(|| (index + 1).to_string(), ToOwned::to_owned);
            let path = format!("{}[{label}]", self.key_path(key));
            if let Some(table) = self.child(path, row, key) {
                rows.push(table.read(&mut read));
            }
        }
        rows
    }
}
