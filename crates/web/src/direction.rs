//! Writing from right to left on pages written from left to right.
//!
//! A name in Arabic or Hebrew letters can take the figures, marks and words beside it into its own
//! direction (Unicode UAX 9). Every value that a page shows is therefore isolated when there is such
//! writing in it, as `<bdi>` would do, also inside a sentence, a title or an attribute.

use std::borrow::Cow;
use std::fmt::{self, Write};

use askama::filters::{Escaper, Html};

/// First strong isolate, and what ends it (UAX 9 §2.2).
const BEGIN: char = '\u{2068}';
const END: char = '\u{2069}';

/// Escapes what a template shows, and isolates writing from right to left.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Isolating;

impl Escaper for Isolating {
    fn write_escaped_str<W: Write>(&self, dest: W, string: &str) -> fmt::Result {
        Html.write_escaped_str(dest, &isolated(string))
    }

    fn write_escaped_char<W: Write>(&self, dest: W, c: char) -> fmt::Result {
        Html.write_escaped_char(dest, c)
    }
}

/// A text that does not change the direction of what stands around it. Nothing changes where nothing
/// is written from right to left.
pub(crate) fn isolated(text: &str) -> Cow<'_, str> {
    // Every such sign begins with one of these bytes in UTF-8; most texts have none.
    let may_turn = |byte: &u8| matches!(byte, 0xd6..=0xdf | 0xe0 | 0xe2 | 0xef | 0xf0);
    if !text.as_bytes().iter().any(may_turn) || !text.chars().any(turns) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    out.push(BEGIN);
    let mut open = 0_usize;
    for c in text.chars() {
        match c {
            // Embeddings and overrides have no place in a text of ours.
            '\u{202a}'..='\u{202e}' => continue,
            '\u{2066}'..='\u{2068}' => open += 1,
            END => match open.checked_sub(1) {
                Some(left) => open = left,
                // It would end what is begun here.
                None => continue,
            },
            _ => {}
        }
        out.push(c);
    }
    out.extend(std::iter::repeat_n(END, open + 1));
    Cow::Owned(out)
}

/// Whether a sign is written from right to left, or turns the direction: the blocks that Unicode keeps
/// for such scripts, and the marks.
fn turns(c: char) -> bool {
    matches!(
        c,
        '\u{590}'..='\u{8ff}'
            | '\u{200e}' | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefc}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn only_what_turns_is_isolated() {
        for plain in [
            "",
            "Siti",
            "Bripka “Sari”",
            "ꦥꦠꦶ",
            "警察 👮",
            "Привет",
            "e\u{301}",
            "a\u{200d}b",
        ] {
            assert!(matches!(isolated(plain), Cow::Borrowed(_)), "{plain}");
        }
        assert_eq!(isolated("علي 12"), "\u{2068}علي 12\u{2069}");
        assert_eq!(isolated("a\u{202e}gpj.exe"), "\u{2068}agpj.exe\u{2069}");
        assert_eq!(
            isolated("x\u{2069}y\u{2067}z"),
            "\u{2068}xy\u{2067}z\u{2069}\u{2069}"
        );
        // Twice is as good as once.
        let once = isolated("“\u{2068}דוד\u{2069}” tidak ditemukan").into_owned();
        assert_eq!(once.matches(BEGIN).count(), 2);
        assert_eq!(once.matches(END).count(), 2);
    }

    #[test]
    fn a_template_isolates_what_it_shows_and_not_what_was_typed_in_a_field() {
        #[derive(askama::Template)]
        #[template(
            source = "<p>{{ text }}: 7</p><input value=\"{{ text|e(\"typed\") }}\">",
            ext = "html"
        )]
        struct Shown {
            text: &'static str,
        }
        let shown = askama::Template::render(&Shown { text: "<علي>" }).unwrap();
        assert_eq!(
            shown,
            "<p>\u{2068}&#60;علي&#62;\u{2069}: 7</p><input value=\"&#60;علي&#62;\">"
        );
    }

    proptest! {
        /// Whatever it is, nothing that it begins is left open after it, and it ends nothing before it.
        #[test]
        fn what_is_isolated_leaves_nothing_open(
            text in proptest::collection::vec(prop_oneof![
                any::<char>(),
                proptest::char::range('\u{202a}', '\u{202e}'),
                proptest::char::range('\u{2066}', '\u{2069}'),
            ], 0..40),
        ) {
            let text: String = text.into_iter().collect();
            let mut open = 0_i32;
            for c in isolated(&text).chars() {
                match c {
                    '\u{202a}'..='\u{202e}' => return Err(TestCaseError::fail("an embedding is left")),
                    '\u{2066}'..='\u{2068}' => open += 1,
                    '\u{2069}' => open -= 1,
                    _ => {}
                }
                prop_assert!(open >= 0);
            }
            prop_assert_eq!(open, 0);
        }
    }
}
