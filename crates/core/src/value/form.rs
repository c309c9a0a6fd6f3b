//! The number of a printed form: twenty digits in five groups of four, `4821 7730 9514 0382 1157`.
//!
//! Twelve digits are drawn, six are a mark by which the unit knows its own forms, two are check
//! digits. Digits only, because they are read out, copied by hand and typed by people who read
//! little (as the secret code, [`super::SecretDigits`]).

use std::fmt;
use std::str::FromStr;

/// Digits of a form's number.
pub const FORM_DIGITS: usize = 20;

/// How many values the drawn digits can take.
const SERIALS: u64 = 1_000_000_000_000;

/// How many values the mark can take.
const MARKS: u32 = 1_000_000;

/// Longest text that is looked at, in bytes.
const TEXT_MAX_BYTES: usize = 256;

/// The number of a printed form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FormNumber {
    serial: u64,
    mark: u32,
}

/// Why a text is no form number. It repeats nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FormNumberError {
    /// Nothing was typed.
    #[error("form number missing")]
    Missing,
    /// There is a sign that is no digit and is not taken for one.
    #[error("a form number has digits only")]
    Sign,
    /// Too few or too many digits.
    #[error("a form number has {FORM_DIGITS} digits: found {found}")]
    Length {
        /// How many digits were found.
        found: usize,
    },
    /// The check digits do not fit the others.
    #[error("the check digits of the form number do not fit")]
    Check,
}

impl FormNumber {
    /// The number with these drawn digits and this mark, each taken modulo what it has room for.
    pub const fn new(serial: u64, mark: u32) -> Self {
        Self {
            serial: serial % SERIALS,
            mark: mark % MARKS,
        }
    }

    /// The drawn digits, below 10^12.
    pub const fn serial(&self) -> u64 {
        self.serial
    }

    /// The mark, below 10^6.
    pub const fn mark(&self) -> u32 {
        self.mark
    }

    /// The twenty digits without spaces, as put into an address.
    pub fn plain(&self) -> String {
        let body = self.body();
        format!("{body:018}{:02}", check_of(body))
    }

    /// Numbers with fitting check digits that a slip of the hand leads from to `text`: one digit
    /// wrong, two neighbours exchanged, one digit left out or typed twice. None for a text that is
    /// right, or farther off. Which of them was printed only the unit knows, by the mark.
    pub fn meant(text: &str) -> Vec<Self> {
        let Ok(digits) = digits_of(text) else {
            return Vec::new();
        };
        let mut tries: Vec<Vec<u8>> = Vec::new();
        match digits.len() {
            FORM_DIGITS if from_digits(&digits).is_err() => {
                for at in 0..FORM_DIGITS {
                    tries.extend((0..10).map(|digit| with(&digits, at, digit)));
                }
                for at in 1..FORM_DIGITS {
                    let mut turned = digits.clone();
                    turned.swap(at - 1, at);
                    tries.push(turned);
                }
            }
            length if length + 1 == FORM_DIGITS => {
                for at in 0..FORM_DIGITS {
                    tries.extend((0..10).map(|digit| {
                        let mut longer = digits.clone();
                        longer.insert(at, digit);
                        longer
                    }));
                }
            }
            length if length == FORM_DIGITS + 1 => {
                for at in 0..length {
                    let mut shorter = digits.clone();
                    shorter.remove(at);
                    tries.push(shorter);
                }
            }
            _ => {}
        }
        let mut found: Vec<Self> = tries.iter().filter_map(|t| from_digits(t).ok()).collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn body(&self) -> u64 {
        self.serial * u64::from(MARKS) + u64::from(self.mark)
    }
}

/// The two check digits of eighteen others: ISO/IEC 7064 MOD 97-10. They notice every wrong digit
/// and every exchange of two digits that are neighbours or have one between them.
const fn check_of(body: u64) -> u64 {
    98 - (body % 97) * 100 % 97
}

fn with(digits: &[u8], at: usize, digit: u8) -> Vec<u8> {
    let mut changed = digits.to_vec();
    if let Some(place) = changed.get_mut(at) {
        *place = digit;
    }
    changed
}

/// Most digits that are counted: what is longer is not read to its end.
const COUNTED_MAX: usize = 64;

/// The digits of a text, as people type them. Letters that look like a digit count as that digit;
/// digits of other scripts are digits; spaces, dashes, points and marks of direction are passed over.
fn digits_of(text: &str) -> Result<Vec<u8>, FormNumberError> {
    if text.len() > TEXT_MAX_BYTES {
        let found = text.chars().take(COUNTED_MAX).count();
        return Err(FormNumberError::Length { found });
    }
    let mut digits = Vec::with_capacity(FORM_DIGITS);
    for sign in text.chars() {
        match sign {
            '-' | '.' | '/' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}'
            // Without a shape: zero-width signs and marks of direction.
            | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2069}' | '\u{feff}' => {}
            'O' | 'o' => digits.push(0),
            'I' | 'i' | 'l' | '|' => digits.push(1),
            space if space.is_whitespace() => {}
            other => digits.push(digit_of(other).ok_or(FormNumberError::Sign)?),
        }
    }
    Ok(digits)
}

/// First digits of the scripts people here may type in: Latin, Arabic, Persian, Javanese, full width.
const ZEROS: [char; 5] = ['0', '\u{660}', '\u{6f0}', '\u{a9d0}', '\u{ff10}'];

fn digit_of(sign: char) -> Option<u8> {
    let from = |zero: char| u32::from(sign).checked_sub(u32::from(zero));
    let found = ZEROS.into_iter().filter_map(from).find(|digit| *digit < 10);
    found.and_then(|digit| u8::try_from(digit).ok())
}

fn from_digits(digits: &[u8]) -> Result<FormNumber, FormNumberError> {
    let found = digits.len();
    if found == 0 {
        return Err(FormNumberError::Missing);
    }
    if found != FORM_DIGITS {
        return Err(FormNumberError::Length { found });
    }
    let number = |digits: &[u8]| digits.iter().fold(0_u64, |n, d| n * 10 + u64::from(*d));
    let (body, check) = digits.split_at(FORM_DIGITS - 2);
    let body = number(body);
    if check_of(body) != number(check) {
        return Err(FormNumberError::Check);
    }
    let mark = u32::try_from(body % u64::from(MARKS)).unwrap_or(0);
    Ok(FormNumber::new(body / u64::from(MARKS), mark))
}

impl FromStr for FormNumber {
    type Err = FormNumberError;

    /// Reads twenty digits as people type them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        from_digits(&digits_of(text)?)
    }
}

impl fmt::Display for FormNumber {
    /// In five groups of four, as printed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, digit) in self.plain().chars().enumerate() {
            if at > 0 && at % 4 == 0 {
                f.write_str(" ")?;
            }
            write!(f, "{digit}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_number() -> impl Strategy<Value = FormNumber> {
        (0..SERIALS, 0..MARKS).prop_map(|(serial, mark)| FormNumber::new(serial, mark))
    }

    fn digits(number: FormNumber) -> Vec<u8> {
        number.plain().bytes().map(|byte| byte - b'0').collect()
    }

    fn text(digits: &[u8]) -> String {
        digits.iter().map(|d| char::from(b'0' + *d)).collect()
    }

    #[test]
    fn a_form_number_is_read_as_people_type_it() {
        // S33
        let number = FormNumber::new(482_177_309_514, 38_210);
        let plain = number.plain();
        assert_eq!(number.to_string().replace(' ', ""), plain);
        assert_eq!(plain.len(), FORM_DIGITS);
        let arabic: String = plain
            .bytes()
            .filter_map(|b| char::from_u32(0x660 + u32::from(b - b'0')))
            .collect();
        let typed = [
            number.to_string(),
            plain.replace('0', "O").replace('1', "l"),
            plain.replace('0', "o").replace('1', "I"),
            format!("\u{200f}{}\u{202c} ", number.to_string().replace(' ', "–")),
            arabic,
        ];
        for typed in typed {
            assert_eq!(typed.parse::<FormNumber>(), Ok(number), "{typed}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_form_number_is_told_apart() {
        let error = |text: &str| text.parse::<FormNumber>().unwrap_err();
        assert_eq!(error(" \u{200e}"), FormNumberError::Missing);
        assert_eq!(error("PTI-2611-0482"), FormNumberError::Sign);
        assert_eq!(error("4821 7730"), FormNumberError::Length { found: 8 });
        assert_eq!(
            error(&"1".repeat(21)),
            FormNumberError::Length { found: 21 }
        );
        // A megabyte is not looked at.
        let found = COUNTED_MAX;
        assert_eq!(
            error(&"7".repeat(1 << 20)),
            FormNumberError::Length { found }
        );
        let right = FormNumber::new(1, 1).plain();
        let wrong = right.replacen('0', "5", 1);
        assert_eq!(error(&wrong), FormNumberError::Check);
    }

    proptest! {
        #[test]
        fn a_form_number_survives_being_written_and_read(number in any_number()) {
            prop_assert_eq!(number.to_string().parse::<FormNumber>(), Ok(number));
            prop_assert_eq!(number.plain().parse::<FormNumber>(), Ok(number));
            prop_assert!(FormNumber::meant(&number.plain()).is_empty());
        }

        // S78: a slip of the hand is noticed, and what was meant is among the few it can have been.
        #[test]
        fn every_wrong_digit_is_noticed(number in any_number(), at in 0..FORM_DIGITS, by in 1_u8..10) {
            let mut typed = digits(number);
            typed[at] = (typed[at] + by) % 10;
            let typed = text(&typed);
            prop_assert_eq!(typed.parse::<FormNumber>(), Err(FormNumberError::Check));
            prop_assert!(FormNumber::meant(&typed).contains(&number));
        }

        #[test]
        fn every_exchange_of_neighbours_is_noticed(number in any_number(), at in 1..FORM_DIGITS) {
            let mut typed = digits(number);
            prop_assume!(typed[at - 1] != typed[at]);
            typed.swap(at - 1, at);
            let typed = text(&typed);
            prop_assert_eq!(typed.parse::<FormNumber>(), Err(FormNumberError::Check));
            prop_assert!(FormNumber::meant(&typed).contains(&number));
        }

        #[test]
        fn a_digit_left_out_or_typed_twice_leads_back(number in any_number(), at in 0..FORM_DIGITS) {
            let mut short = digits(number);
            short.remove(at);
            prop_assert!(FormNumber::meant(&text(&short)).contains(&number));
            let mut long = digits(number);
            long.insert(at, long[at]);
            prop_assert!(FormNumber::meant(&text(&long)).contains(&number));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,300}") {
            let _ = text.parse::<FormNumber>();
            prop_assert!(FormNumber::meant(&text).len() < 30);
        }
    }
}
