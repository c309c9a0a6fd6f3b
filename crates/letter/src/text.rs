//! Texts as they can be printed, and cut into lines.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;

use crate::fonts::Fonts;

/// A text as it is printed: composed, without control characters, each character the fonts have no
/// sign for as its code point. Line breaks stay.
pub(crate) fn printable(text: &str, fonts: &Fonts, unprintable: &mut BTreeSet<char>) -> String {
    let mut done = String::with_capacity(text.len());
    let mut missing: Vec<char> = Vec::new();
    for character in text.nfc() {
        if character == '\n' {
            close(&mut done, &mut missing);
            done.push('\n');
        } else if character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') {
            close(&mut done, &mut missing);
            done.push(' ');
        } else if has_no_form(character) {
            // Says how its neighbours are shown, and has no sign of its own.
        } else if fonts.has(character) {
            close(&mut done, &mut missing);
            done.push(character);
        } else {
            unprintable.insert(character);
            missing.push(character);
        }
    }
    close(&mut done, &mut missing);
    done
}

/// Writes down the characters that have no sign.
fn close(done: &mut String, missing: &mut Vec<char>) {
    if missing.is_empty() {
        return;
    }
    let codes: Vec<String> = missing
        .drain(..)
        .map(|character| format!("U+{:04X}", u32::from(character)))
        .collect();
    done.push('[');
    done.push_str(&codes.join(" "));
    done.push(']');
}

/// Joiners, marks of direction, variation selectors and the like.
const fn has_no_form(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{e0100}'..='\u{e01ef}'
    )
}

/// Cuts a text into lines no wider than `width` points. A word wider than that is cut where it has to be.
pub(crate) fn lines(text: &str, fonts: &Fonts, size: f32, bold: bool, width: f32) -> Vec<String> {
    let wide = |text: &str| fonts.width(text, size, bold);
    let space = wide(" ");
    let mut lines = Vec::new();
    for part in text.split('\n') {
        let mut line = String::new();
        let mut line_width = 0.0;
        for word in part.split([' ', '\t']).filter(|word| !word.is_empty()) {
            let mut word_width = wide(word);
            if !line.is_empty() && line_width + space + word_width > width {
                lines.push(std::mem::take(&mut line));
                line_width = 0.0;
            }
            let mut rest = word;
            while word_width > width {
                let (head, tail) = rest.split_at(fitting(rest, &wide, width));
                lines.push(head.to_owned());
                rest = tail;
                word_width = wide(rest);
            }
            if !line.is_empty() {
                line.push(' ');
                line_width += space;
            }
            line.push_str(rest);
            line_width += word_width;
        }
        lines.push(line);
    }
    // A break at the end of a value is no line of the letter.
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// How many bytes of a word fit, at least one character.
fn fitting(word: &str, wide: &dyn Fn(&str) -> f32, width: f32) -> usize {
    let mut taken = 0.0;
    let mut end = 0;
    for (at, character) in word.char_indices() {
        let mut buffer = [0; 4];
        taken += wide(character.encode_utf8(&mut buffer));
        if end > 0 && taken > width {
            return at;
        }
        end = at + character.len_utf8();
    }
    end
}
