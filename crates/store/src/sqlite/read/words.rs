//! Words that a person typed to search, as a question FTS5 understands.

/// Most words that are looked for; the rest is left out.
const WORDS_MAX: usize = 8;

/// Most letters of a word that are looked for.
const LETTERS_MAX: usize = 40;

/// Most characters that are looked at at all.
const TEXT_MAX: usize = 1_000;

/// The question for cases that have all the words, each as the beginning of a word; `None` when
/// there is nothing to look for. Nothing of what was typed is read as a command: only letters and
/// digits are left, in quotes.
pub(super) fn question(typed: &str) -> Option<String> {
    let plain: String = typed
        .chars()
        .take(TEXT_MAX)
        // Accents written apart from their letter belong to it.
        .filter(|character| !('\u{300}'..='\u{36f}').contains(character))
        .collect();
    let words: Vec<String> = plain
        .split(|character: char| !character.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(WORDS_MAX)
        .map(|word| {
            let word: String = word.chars().take(LETTERS_MAX).collect();
            format!("\"{word}\"*")
        })
        .collect();
    (!words.is_empty()).then(|| words.join(" AND "))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let question = question(&"kata ".repeat(500)).unwrap();
        assert_eq!(question.matches("kata").count(), WORDS_MAX);
        let question = super::question(&"x".repeat(5_000)).unwrap();
        assert_eq!(question.len(), LETTERS_MAX + 3);
    }
}
