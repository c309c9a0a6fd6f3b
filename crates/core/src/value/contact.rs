//! Ways to reach a person, in the one form in which they are compared.

/// The code of the country that numbers without one belong to, after the plus sign (ITU-T E.164).
const HOME: &str = "62";

/// Fewest digits of a number worth looking for: fewer would fit many people.
const PHONE_MIN_DIGITS: usize = 8;

/// Most digits of a number (ITU-T E.164).
const PHONE_MAX_DIGITS: usize = 15;

/// Longest address, in characters (RFC 5321 §4.5.3.1).
const MAIL_MAX_CHARS: usize = 254;

/// A telephone number as digits: `+62 812-3456-7890` becomes `081234567890`. Numbers of other
/// countries keep their plus sign. `None` unless 10 to 13 digits are left.
pub fn parse_phone(text: &str) -> Option<String> {
    let (plus, digits) = phone_digits(text)?;
    // Nobody dials 062.
    let home = digits
        .strip_prefix(HOME)
        .filter(|_| plus || digits.len() > 10);
    let number = match home {
        Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
        None if plus => format!("+{digits}"),
        None => digits,
    };
    let length = number.trim_start_matches('+').len();
    (10..=13).contains(&length).then_some(number)
}

/// What was typed without what people put between digits, and whether it began with a plus sign.
fn phone_digits(text: &str) -> Option<(bool, String)> {
    let between = |c: &char| !(c.is_whitespace() || matches!(c, '-' | '.' | '(' | ')' | '/'));
    let signs: String = text.chars().filter(between).take(32).collect();
    let (plus, digits) = match signs.strip_prefix('+') {
        Some(digits) => (true, digits),
        None => (false, signs.as_str()),
    };
    (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| (plus, digits.to_owned()))
}

/// A telephone number or mail address in the form in which two are the same when they reach the
/// same: `tel:` and the digits with the country's code (ITU-T E.164), or `mail:` and the address in
/// lower case. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct ContactKey(String);

impl ContactKey {
    /// Of a telephone number, however it is written; `None` when it is none.
    pub fn phone(text: &str) -> Option<Self> {
        let (plus, digits) = phone_digits(text)?;
        let international = if plus {
            // `+62 (0)812` is written too.
            match digits.strip_prefix(HOME) {
                Some(rest) => format!("{HOME}{}", rest.trim_start_matches('0')),
                None => digits,
            }
        } else if let Some(rest) = digits.strip_prefix("00") {
            rest.to_owned()
        } else if let Some(rest) = digits.strip_prefix('0') {
            format!("{HOME}{rest}")
        } else if digits.starts_with(HOME) && digits.len() > 10 {
            digits
        } else {
            format!("{HOME}{digits}")
        };
        (PHONE_MIN_DIGITS..=PHONE_MAX_DIGITS)
            .contains(&international.len())
            .then(|| Self(format!("tel:{international}")))
    }

    /// Of a mail address; `None` when it is none.
    pub fn mail(text: &str) -> Option<Self> {
        let text = text.trim();
        let (name, host) = text.rsplit_once('@')?;
        let fits = !name.is_empty()
            && host.contains('.')
            && !text.chars().any(char::is_whitespace)
            && text.chars().count() <= MAIL_MAX_CHARS;
        fits.then(|| Self(format!("mail:{}", text.to_lowercase())))
    }

    /// Of whatever somebody typed into a search: a number, an address, or `None` when it is words.
    pub fn typed(text: &str) -> Option<Self> {
        Self::mail(text).or_else(|| Self::phone(text))
    }

    /// The text that is hashed with a key; never stored or shown.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl std::fmt::Debug for ContactKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ContactKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_read_as_people_write_it() {
        let read = |text| parse_phone(text);
        assert_eq!(read("+62 812-3456-7890").as_deref(), Some("081234567890"));
        assert_eq!(read("6281234567890").as_deref(), Some("081234567890"));
        assert_eq!(read("(0295) 381 2345").as_deref(), Some("02953812345"));
        assert_eq!(read("+65 9123 45678").as_deref(), Some("+65912345678"));
        for bad in [
            "",
            "0812",
            "08123456789012345",
            "0812x345678",
            "+",
            "٠٨١٢٣٤٥٦٧٨٩",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn one_number_is_found_however_it_is_written() {
        let known = ContactKey::phone("081234567890");
        assert!(known.is_some());
        for written in [
            "0812-3456-7890",
            "+62 812 3456 7890",
            "+62 (0)812 3456 7890",
            "6281234567890",
            "006281234567890",
            "812 3456 7890",
        ] {
            assert_eq!(ContactKey::typed(written), known, "{written}");
        }
        assert_ne!(ContactKey::typed("081234567891"), known);
        assert_ne!(ContactKey::typed("+6581234567890"), known);
    }

    #[test]
    fn words_and_case_numbers_are_no_contact() {
        for words in [
            "",
            "motor hilang",
            "PTI-2611-0482",
            "0482",
            "a@b",
            "@desa.id",
            "siti @desa.id",
            "pasar @ Juwana",
        ] {
            assert_eq!(ContactKey::typed(words), None, "{words}");
        }
    }

    #[test]
    fn a_mail_address_is_found_in_any_case() {
        assert_eq!(
            ContactKey::typed(" Siti.Aminah@Desa.ID "),
            ContactKey::mail("siti.aminah@desa.id")
        );
        assert!(ContactKey::mail("siti.aminah@desa.id").is_some());
    }
}
