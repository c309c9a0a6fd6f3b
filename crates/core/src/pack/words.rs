//! The words of the pages: one flat list of keys for each language, filled with data through placeholders.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The words of one language: dotted key (`home.title`) to text.
///
/// Texts may hold placeholders such as `{n}`, and words that go with a count, such as `{n:day|days}`: the first where
/// `n` is 1, the second otherwise. The names are the same in every language; the words need not be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    texts: BTreeMap<String, String>,
}

impl Words {
    pub(crate) fn new(texts: BTreeMap<String, String>) -> Self {
        Self { texts }
    }

    /// The text of `key` as it stands in the pack, placeholders unfilled.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.texts.get(key).map(String::as_str)
    }

    /// The text of `key` with each `{name}` replaced by its value.
    ///
    /// A key the pack does not have is returned as it is, so that the gap is seen and never a blank. A placeholder
    /// without a value stays in its braces. Values are put in as they are and are not searched for placeholders;
    /// escaping for HTML is left to the page.
    ///
    /// # Examples
    ///
    /// ```
    /// use pengayom_core::pack::fill;
    ///
    /// assert_eq!(fill("sisa {n} menit", &[("n", "18")]), "sisa 18 menit");
    /// assert_eq!(fill("{n} {n:day|days} left", &[("n", "1")]), "1 day left");
    /// ```
    #[must_use]
    pub fn text(&self, key: &str, values: &[(&str, &str)]) -> String {
        match self.get(key) {
            Some(text) => fill(text, values),
            None => key.to_owned(),
        }
    }

    /// Every key with its text, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().map(|(k, t)| (k.as_str(), t.as_str()))
    }

    /// How many keys there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there are no words at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// `text` with each `{name}` replaced by its value in `values`, and each `{name:one|many}` by the word that goes with
/// that value, in one pass; unknown placeholders stay.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    for piece in pieces(text) {
        match piece {
            Piece::Literal(literal) => filled.push_str(literal),
            Piece::Placeholder(name) => {
                if let Some((_, value)) = values.iter().find(|(n, _)| *n == name) {
                    filled.push_str(value);
                } else {
                    filled.push('{');
                    filled.push_str(name);
                    filled.push('}');
                }
            }
            Piece::Forms { name, one, many } => {
                let value = values.iter().find(|(n, _)| *n == name);
                match value.map(|(_, value)| *value) {
                    Some("1") => filled.push_str(one),
                    Some(_) => filled.push_str(many),
                    None => {
                        // Writing to a `String` cannot fail.
                        let _ = write!(filled, "{{{name}:{one}|{many}}}");
                    }
                }
            }
            Piece::Stray => filled.push('{'),
        }
    }
    filled
}

/// The names of the placeholders in `text`.
#[must_use]
pub fn placeholders(text: &str) -> BTreeSet<&str> {
    pieces(text)
        .filter_map(|piece| match piece {
            Piece::Placeholder(name) | Piece::Forms { name, .. } => Some(name),
            Piece::Literal(_) | Piece::Stray => None,
        })
        .collect()
}

/// Whether `text` has a brace that belongs to no placeholder.
pub(crate) fn has_stray_brace(text: &str) -> bool {
    pieces(text).any(|piece| match piece {
        Piece::Literal(literal) => literal.contains('}'),
        Piece::Placeholder(_) | Piece::Forms { .. } => false,
        Piece::Stray => true,
    })
}

enum Piece<'t> {
    Literal(&'t str),
    Placeholder(&'t str),
    /// Words that go with a count.
    Forms {
        /// The placeholder that holds the count.
        name: &'t str,
        /// Where it is 1.
        one: &'t str,
        /// Otherwise.
        many: &'t str,
    },
    /// A `{` that begins no placeholder.
    Stray,
}

/// Cuts `text` at its placeholders. A placeholder is `{name}`: a small letter, then small letters, digits or `_`; words
/// that go with a count are `{name:one|many}`.
fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some(after) = rest.strip_prefix('{') else {
            let (literal, tail) = rest.split_at(rest.find('{').unwrap_or(rest.len()));
            rest = tail;
            return Some(Piece::Literal(literal));
        };
        if let Some((inside, tail)) = after.split_once('}')
            && let Some(piece) = placeholder(inside)
        {
            rest = tail;
            return Some(piece);
        }
        rest = after;
        Some(Piece::Stray)
    })
}

/// What stands between two braces; `None`: no placeholder.
fn placeholder(inside: &str) -> Option<Piece<'_>> {
    if super::code::is_code(inside) {
        return Some(Piece::Placeholder(inside));
    }
    let (name, forms) = inside.split_once(':')?;
    let (one, many) = forms.split_once('|')?;
    let said = |form: &str| !form.is_empty() && !form.contains(['{', '|']);
    let whole = super::code::is_code(name) && said(one) && said(many);
    whole.then_some(Piece::Forms { name, one, many })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]
    use proptest::prelude::*;

    use super::*;

    fn words(pairs: &[(&str, &str)]) -> Words {
        Words::new(
            pairs
                .iter()
                .map(|(k, t)| ((*k).to_owned(), (*t).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn placeholders_are_filled_in_one_pass() {
        let words = words(&[("wait", "{n} menit, {k} orang")]);
        assert_eq!(
            words.text("wait", &[("n", "{k}"), ("k", "4")]),
            "{k} menit, 4 orang"
        );
    }

    #[test]
    fn a_missing_key_shows_itself_and_a_missing_value_its_name() {
        let words = words(&[("wait", "{n} menit")]);
        assert_eq!(words.text("home.gone", &[]), "home.gone");
        assert_eq!(words.text("wait", &[]), "{n} menit");
    }

    #[test]
    fn words_that_go_with_a_count_follow_it() {
        let text = "{n} {n:case was|cases were} held";
        assert_eq!(fill(text, &[("n", "1")]), "1 case was held");
        for n in ["0", "2", "1,001", "−1"] {
            assert_eq!(fill(text, &[("n", n)]), format!("{n} cases were held"));
        }
        assert_eq!(fill(text, &[]), text);
        assert_eq!(placeholders(text).into_iter().collect::<Vec<_>>(), ["n"]);
        assert!(!has_stray_brace(text));
        for broken in [
            "{n:day}",
            "{n:|days}",
            "{n:day|}",
            "{n:a|b|c}",
            "{N:a|b}",
            "{n:{a|b}",
        ] {
            assert!(has_stray_brace(broken), "{broken}");
        }
    }

    #[test]
    fn a_brace_that_is_no_placeholder_is_seen() {
        assert!(has_stray_brace("a { b"));
        assert!(has_stray_brace("a } b"));
        assert!(has_stray_brace("{N}"));
        assert!(!has_stray_brace("{n} of {m}"));
        assert_eq!(
            placeholders("{n} of {m}, {n}")
                .into_iter()
                .collect::<Vec<_>>(),
            ["m", "n"]
        );
    }

    proptest! {
        #[test]
        fn a_text_without_values_is_left_as_it_is(text in ".{0,80}") {
            prop_assert_eq!(fill(&text, &[]), text);
        }

        #[test]
        fn every_placeholder_with_a_value_disappears(a in "[^{}]{0,20}", b in "[^{}]{0,20}", value in "[^{}]{0,20}") {
            let text = format!("{a}{{n}}{b}");
            prop_assert_eq!(fill(&text, &[("n", &value)]), format!("{a}{value}{b}"));
        }
    }
}
