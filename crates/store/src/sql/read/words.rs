//! Words that a person typed to search, as a question each engine understands.

use unicode_normalization::char::is_combining_mark;

/// Most words that are looked for; the rest is left out.
const WORDS_MAX: usize = 8;

/// Most letters of a word that are looked for.
const LETTERS_MAX: usize = 40;

/// Most characters that are looked at at all.
const TEXT_MAX: usize = 1_000;

/// The words to look for; `None` when there are none. Only letters and digits are left, so that
/// nothing of what was typed can be read as a command.
pub(super) fn words(typed: &str) -> Option<Vec<String>> {
    let plain: String = typed
        .chars()
        .take(TEXT_MAX)
        // Accents written apart from their letter belong to it.
        .filter(|character| !('\u{300}'..='\u{36f}').contains(character))
        .collect();
    // Marks that some scripts write around a letter, such as the pangkon of Javanese, do not part its
    // word; each engine leaves them out as its index did.
    let words: Vec<String> = plain
        .split(|character: char| !character.is_alphanumeric() && !is_combining_mark(character))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .take(WORDS_MAX)
        .map(|word| word.chars().take(LETTERS_MAX).collect())
        .collect();
    (!words.is_empty()).then_some(words)
}

/// As what a word that is looked for may stand in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// As it was typed.
    Whole,
    /// Also as the beginning of a longer word.
    Beginning,
}

impl Found {
    /// What an engine writes behind a word for it, given how it marks a beginning.
    const fn mark(self, beginning: &str) -> &str {
        match self {
            Self::Whole => "",
            Self::Beginning => beginning,
        }
    }
}

/// Cases that have all the words, in the language of FTS5.
pub(super) fn fts5_question(words: &[String], found: Found) -> String {
    let star = found.mark("*");
    let quoted: Vec<String> = words
        .iter()
        .map(|word| format!("\"{word}\"{star}"))
        .collect();
    quoted.join(" AND ")
}

/// The same in the language of PostgreSQL, for texts indexed as [`tsvector`] writes them.
pub(super) fn tsquery(words: &[String], found: Found) -> String {
    let star = found.mark(":*");
    let quoted: Vec<String> = words
        .iter()
        .flat_map(|word| folded(word))
        .map(|word| format!("'{word}'{star}"))
        .collect();
    quoted.join(" & ")
}

/// A text as PostgreSQL indexes it: its words, folded, with their places. Written out here, so that
/// words are told apart as SQLite's index does it (`unicode61 remove_diacritics 2`), whatever text
/// search configuration a server has.
pub(crate) fn tsvector(text: &str) -> String {
    /// Places that PostgreSQL can tell apart, and how many it keeps of one word.
    const PLACES_MAX: usize = 16_383;
    let words = folded(text);
    let mut vector = String::with_capacity(text.len() * 2);
    for (place, word) in words.iter().enumerate() {
        // A word is at most 2,046 bytes there.
        let word: String = word.chars().take(400).collect();
        let place = (place + 1).min(PLACES_MAX);
        vector.push_str(&format!("'{word}':{place} "));
    }
    vector
}

/// The words of a text without case and accents.
fn folded(text: &str) -> Vec<String> {
    use unicode_normalization::UnicodeNormalization as _;
    let plain: String = text
        .nfd()
        .filter(|character| !is_combining_mark(*character))
        .flat_map(char::to_lowercase)
        .collect();
    plain
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(ToOwned::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(typed: &str) -> Option<String> {
        words(typed).map(|words| fts5_question(&words, Found::Beginning))
    }

    #[test]
    fn both_engines_are_asked_for_the_same_words() {
        let words = words("Pencurian caf\u{e9}s PTI-2611").unwrap();
        assert_eq!(
            tsquery(&words, Found::Beginning),
            "'pencurian':* & 'cafes':* & 'pti':* & '2611':*"
        );
        assert_eq!(
            tsquery(&words, Found::Whole),
            "'pencurian' & 'cafes' & 'pti' & '2611'"
        );
        assert_eq!(
            fts5_question(&words, Found::Whole),
            "\"Pencurian\" AND \"caf\u{e9}s\" AND \"PTI\" AND \"2611\""
        );
        assert_eq!(
            tsvector("Kafe \"Caf\u{e9}\", Jl. O'Brien \\ 7"),
            "'kafe':1 'cafe':2 'jl':3 'o':4 'brien':5 '7':6 "
        );
    }

    /// What is typed in a script that writes marks around its letters is found as it was indexed.
    #[test]
    fn a_word_with_marks_is_one_word() {
        for text in ["ꦱꦸꦏ꧀ꦱ", "बिजली", "بَاتِي", "I\u{307}STANBUL", "Z͑ͫa̴l"]
        {
            let typed = words(text).unwrap();
            assert_eq!(typed.len(), 1, "{text}");
            let indexed = tsvector(text);
            let asked = tsquery(&typed, Found::Beginning);
            let word = asked.trim_end_matches(":*");
            assert!(
                indexed.starts_with(&format!("{word}:1")),
                "{asked} in {indexed}"
            );
        }
        assert_eq!(words("\u{a9c0} \u{a9c0}"), None, "marks alone are no word");
    }

    #[test]
    fn words_are_quoted_and_nothing_else_is_left() {
        assert_eq!(
            question("Pencurian  motor").unwrap(),
            "\"Pencurian\"* AND \"motor\"*"
        );
        assert_eq!(
            question("a\" OR words:* NEAR(b").unwrap(),
            "\"a\"* AND \"OR\"* AND \"words\"* AND \"NEAR\"* AND \"b\"*"
        );
        assert_eq!(question("PTI-2611").unwrap(), "\"PTI\"* AND \"2611\"*");
        assert_eq!(question("cafe\u{301}s").unwrap(), "\"cafes\"*");
    }

    #[test]
    fn nothing_to_look_for_is_no_question() {
        for typed in ["", "  ", "\"*()", "\u{301}", "--;"] {
            assert_eq!(question(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_long_text_is_cut() {
        let many = question(&"kata ".repeat(500)).unwrap();
        assert_eq!(many.matches("kata").count(), WORDS_MAX);
        let long = question(&"x".repeat(5_000)).unwrap();
        assert_eq!(long.len(), LETTERS_MAX + 3);
    }
}
