//! The number a person reads out: `PTI-2611-0482`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A series of case numbers: one per unit and month, counted without gaps from 1.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CaseSeries {
    /// The unit's letters, such as `PTI`: 2 to 5 of A-Z.
    pub prefix: String,
    /// Year within the century, 0 to 99.
    pub year: u8,
    /// Month, 1 to 12.
    pub month: u8,
}

impl CaseSeries {
    /// The series of a unit on a local date.
    ///
    /// # Errors
    /// [`CaseNumberError`] when the prefix is not 2 to 5 capital letters.
    pub fn on(prefix: &str, date: jiff::civil::Date) -> Result<Self, CaseNumberError> {
        let year = u8::try_from(date.year().rem_euclid(100)).unwrap_or(0);
        let month = u8::try_from(date.month()).unwrap_or(1);
        let series = Self {
            prefix: prefix.to_owned(),
            year,
            month,
        };
        if prefix_is_good(prefix) {
            Ok(series)
        } else {
            Err(CaseNumberError { found: cut(prefix) })
        }
    }

    /// The n-th number of this series.
    pub fn number(&self, count: u32) -> CaseNumber {
        CaseNumber {
            series: self.clone(),
            count,
        }
    }
}

impl fmt::Display for CaseSeries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}{:02}", self.prefix, self.year, self.month)
    }
}

/// The number of a case as people read, type and say it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseNumber {
    /// The series it belongs to.
    pub series: CaseSeries,
    /// Its place in the series, from 1.
    pub count: u32,
}

/// Why a text is no case number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a case number looks like PTI-2611-0482 (letters, year and month, count): found {found:?}")]
pub struct CaseNumberError {
    /// What was found, cut to a length fit for a message.
    pub found: String,
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

fn prefix_is_good(prefix: &str) -> bool {
    (2..=5).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_uppercase())
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:04}", self.series, self.count)
    }
}

impl FromStr for CaseNumber {
    type Err = CaseNumberError;

    /// Reads what a person may type: spaces or no separators, lower case, full-width dashes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || CaseNumberError { found: cut(text) };
        if text.len() > 64 {
            return Err(error());
        }
        let plain: String = text
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .map(|c| c.to_ascii_uppercase())
            .collect();
        let digits_at = plain.find(|c: char| c.is_ascii_digit()).ok_or_else(error)?;
        let (prefix, digits) = plain.split_at(digits_at);
        if !prefix_is_good(prefix) || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(error());
        }
        let (Some(year), Some(month), Some(count)) =
            (digits.get(0..2), digits.get(2..4), digits.get(4..))
        else {
            return Err(error());
        };
        let year: u8 = year.parse().map_err(|_| error())?;
        let month: u8 = month.parse().map_err(|_| error())?;
        let count: u32 = count.parse().map_err(|_| error())?;
        if !(1..=12).contains(&month) || count == 0 {
            return Err(error());
        }
        Ok(CaseSeries {
            prefix: prefix.to_owned(),
            year,
            month,
        }
        .number(count))
    }
}

impl TryFrom<String> for CaseNumber {
    type Error = CaseNumberError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CaseNumber> for String {
    fn from(number: CaseNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_number_is_read_as_people_type_it() {
        let number: CaseNumber = "PTI-2611-0482".parse().unwrap();
        assert_eq!(number.to_string(), "PTI-2611-0482");
        for typed in [
            "pti 2611 0482",
            "PTI26110482",
            " pti-2611-482 ",
            "PTI–2611–0482",
        ] {
            assert_eq!(typed.parse::<CaseNumber>().unwrap(), number, "{typed}");
        }
        for bad in [
            "",
            "2611-0482",
            "PTI",
            "PTI-2613-0001",
            "PTI-2611-0000",
            "PTI-26",
            "P-2611-1",
        ] {
            assert!(bad.parse::<CaseNumber>().is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn a_number_survives_being_written_and_read(
            prefix in "[A-Z]{2,5}", year in 0_u8..100, month in 1_u8..=12, count in 1_u32..
        ) {
            let number = CaseSeries { prefix, year, month }.number(count);
            prop_assert_eq!(number.to_string().parse::<CaseNumber>().unwrap(), number);
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".{0,80}") {
            let _ = text.parse::<CaseNumber>();
        }
    }
}
