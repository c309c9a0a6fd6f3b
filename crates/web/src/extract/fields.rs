//! The fields of a form as a browser sent them.

use crate::problem::Fault;

/// Most fields a form has; ours have fewer than fifty.
const FIELDS_MAX: usize = 300;

/// What was typed, by name, in the order it came; cleaned of signs that are no text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded` (WHATWG URL §5.1), strictly: what is not UTF-8 is
    /// refused, never replaced.
    ///
    /// # Errors
    /// [`Fault::Unreadable`].
    pub(crate) fn parse(body: &[u8]) -> Result<Self, Fault> {
        let body = body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body);
        let mut fields = Self::default();
        for pair in body
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            fields.push(&name, &value)?;
        }
        Ok(fields)
    }

    /// Adds a field.
    ///
    /// # Errors
    /// [`Fault::Unreadable`] beyond the number of fields any form of ours has.
    pub(crate) fn push(&mut self, name: &str, value: &str) -> Result<(), Fault> {
        if self.0.len() >= FIELDS_MAX {
            return Err(Fault::Unreadable);
        }
        self.0.push((name.to_owned(), clean(value)));
        Ok(())
    }

    /// The last value of a field without spaces around it; empty when it is not there.
    pub(crate) fn get(&self, name: &str) -> &str {
        let last = self.0.iter().rev().find(|(known, _)| known == name);
        last.map_or("", |(_, value)| value.trim())
    }

    /// [`Fields::get`], if there is anything.
    pub(crate) fn some(&self, name: &str) -> Option<String> {
        Some(self.get(name))
            .filter(|value| !value.is_empty())
            .map(ToOwned::to_owned)
    }

    /// The value as one line: line breaks and runs of spaces become one space.
    pub(crate) fn line(&self, name: &str) -> Option<String> {
        let line = self
            .get(name)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        Some(line).filter(|line| !line.is_empty())
    }

    /// Every value of a field, for ticks.
    pub(crate) fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Whether a field came, even an empty one.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Names and values as they came.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn decode(text: &[u8]) -> Result<String, Fault> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.iter();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let pair = [rest.next(), rest.next()];
                let [Some(high), Some(low)] = pair.map(|digit| digit.and_then(|d| hex(*d))) else {
                    return Err(Fault::Unreadable);
                };
                bytes.push(high << 4 | low);
            }
            _ => bytes.push(*byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| Fault::Unreadable)
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

/// A text without what is no text: control characters, byte-order marks, signs that nobody sees and no
/// script needs, by which a text can say what is not read, and the marks that turn the direction of
/// everything after them, by which one text can be made to read as another (Unicode TR 36 §3.2). Line
/// ends become `\n`. A text of which nothing would be seen is empty.
pub(crate) fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let is_text = |c: &char| match c {
        '\n' | '\t' => true,
        // Marks of direction; soft hyphen, zero-width space, word joiner and invisible operators; then
        // annotations and tags.
        '\u{202a}'..='\u{202e}'
        | '\u{2066}'..='\u{206f}'
        | '\u{ad}'
        | '\u{180e}'
        | '\u{200b}'
        | '\u{2060}'..='\u{2065}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e007f}' => false,
        c => !c.is_control(),
    };
    let text: String = text.chars().filter(is_text).collect();
    if text.chars().any(is_seen) {
        text
    } else {
        String::new()
    }
}

/// Whether a sign is seen where it stands. Joiners and variation selectors shape what stands beside
/// them and are nothing alone; the fillers of Hangul and the empty pattern of Braille look like spaces.
fn is_seen(c: char) -> bool {
    let unseen = matches!(
        c,
        '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200c}'..='\u{200f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0100}'..='\u{e01ef}'
    );
    !unseen && !c.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn fields_are_read_as_a_browser_writes_them() {
        let fields = Fields::parse(b"a=1+2&b=Desa%20Growong%0D%0ALor&a=3&k=&t=x&t=y").unwrap();
        assert_eq!(fields.get("a"), "3");
        assert_eq!(fields.get("b"), "Desa Growong\nLor");
        assert_eq!(fields.line("b").as_deref(), Some("Desa Growong Lor"));
        assert_eq!(fields.some("k"), None);
        assert!(fields.has("k") && !fields.has("z"));
        assert_eq!(fields.all("t").collect::<Vec<_>>(), ["x", "y"]);
    }

    #[test]
    fn what_is_not_utf8_is_refused_not_replaced() {
        for bad in [b"a=%FF".as_slice(), b"a=%E9", b"a=%4", b"a=%zz", b"a=\xff"] {
            assert!(matches!(Fields::parse(bad), Err(Fault::Unreadable)));
        }
        let many = "a=1&".repeat(FIELDS_MAX + 1);
        assert!(Fields::parse(many.as_bytes()).is_err());
    }

    #[test]
    fn signs_that_are_no_text_are_left_out() {
        let fields = Fields::parse("\u{feff}a=x%00y\u{202e}z%E2%81%A6".as_bytes()).unwrap();
        assert_eq!(fields.get("a"), "xyz");
        assert_eq!(clean("a\r\nb\rc\td"), "a\nb\nc\td");
        // Marks that some scripts need stay.
        assert_eq!(clean("ꦏ\u{200d}ꦺ"), "ꦏ\u{200d}ꦺ");
        for kept in [
            "ꦥꦠꦶ",
            "بَاتِي",
            "می\u{200c}خواهم",
            "警察",
            "👮🏽\u{200d}♀\u{fe0f}",
            "e\u{301}",
            "\u{200f}ab",
        ] {
            assert_eq!(clean(kept), kept);
        }
        // What nobody sees is nothing, also where something has to be written.
        for nothing in [
            "\u{200b}",
            "\u{200d}\u{200c}",
            "\u{3164}",
            " \u{2800}\n",
            "\u{ad}\u{2060}",
            "\u{e0041}\u{e0042}",
        ] {
            assert_eq!(clean(nothing), "", "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_the_reader_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Fields::parse(&body);
        }

        /// What a form writes is read as it was written, whatever was typed.
        #[test]
        fn a_form_comes_back_as_it_was_typed(
            typed in proptest::collection::vec(("[a-z]{1,8}", any::<String>()), 0..20),
        ) {
            use std::fmt::Write as _;
            let mut body = String::new();
            for (name, value) in &typed {
                write!(body, "&{name}=").unwrap();
                for byte in value.bytes() {
                    write!(body, "%{byte:02x}").unwrap();
                }
            }
            let fields = Fields::parse(body.as_bytes()).unwrap();
            let found: Vec<_> = fields.iter().collect();
            prop_assert_eq!(found.len(), typed.len());
            for ((name, value), (found_name, found_value)) in typed.iter().zip(found) {
                prop_assert_eq!(name.as_str(), found_name);
                prop_assert_eq!(clean(value), found_value);
                prop_assert_eq!(clean(found_value), found_value, "cleaned once is clean");
            }
        }
    }
}
