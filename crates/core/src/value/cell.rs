//! A cell of a table that a spreadsheet may open.

use std::borrow::Cow;

/// A text as it stands in a cell of CSV: one that a spreadsheet would work out as a formula gets a mark
/// before it, and is a text from then on. A number is none, below zero or not.
///
/// ```
/// # use pengayom_core::value::inert;
/// assert_eq!(inert("=1+1"), "'=1+1");
/// assert_eq!(inert("-6.75"), "-6.75");
/// ```
pub fn inert(text: &str) -> Cow<'_, str> {
    if is_formula(text) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a spreadsheet would work the text out (OWASP, CSV injection; the wide signs are those of a
/// Japanese keyboard, which some programs take for the same).
fn is_formula(text: &str) -> bool {
    const SIGNS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
    text.starts_with(SIGNS) && text.parse::<f64>().is_err()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_is_worked_out_and_nothing_is_lost(text in "[=+@\t-]?.{0,12}") {
            let cell = inert(&text);
            prop_assert!(!is_formula(&cell));
            prop_assert!(cell == text || cell.strip_prefix('\'') == Some(text.as_str()));
        }
    }
}
