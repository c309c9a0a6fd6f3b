//! The number of a letter, in the unit's own way of writing it.

use jiff::civil::Date;

use crate::pack::fill;

/// What a number is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberParts<'a> {
    /// The running number of its kind in the year, from 1.
    pub n: u32,
    /// The day on the letter.
    pub dated: Date,
    /// The short name of the unit, such as `PTI`.
    pub unit: &'a str,
}

/// What may stand in the pattern of a number.
pub(super) const PARTS: [&str; 5] = ["month", "month_roman", "n", "unit", "year"];

/// A number by its pattern: `STTLP/{n}/{month_roman}/{year}/{unit}` becomes `STTLP/12/XI/2026/PTI`.
#[must_use]
pub fn fill_number(pattern: &str, parts: NumberParts<'_>) -> String {
    let NumberParts { n, dated, unit } = parts;
    let month = format!("{:02}", dated.month());
    let values = [
        ("n", n.to_string()),
        ("year", dated.year().to_string()),
        ("month_roman", roman(dated.month()).to_owned()),
        ("month", month),
        ("unit", unit.to_owned()),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    fill(pattern.trim(), &values)
}

const fn roman(month: i8) -> &'static str {
    match month {
        1 => "I",
        2 => "II",
        3 => "III",
        4 => "IV",
        5 => "V",
        6 => "VI",
        7 => "VII",
        8 => "VIII",
        9 => "IX",
        10 => "X",
        11 => "XI",
        _ => "XII",
    }
}
