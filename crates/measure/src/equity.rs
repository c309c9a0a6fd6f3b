//! What the measures of inequality have in common: their errors and the check of amounts.

/// Why a measure of inequality cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum EquityError {
    /// No rows.
    #[error("no rows: a measure of inequality needs at least one")]
    NoRows,
    /// Two vectors of different length.
    #[error("{what} has {found} rows: expected {expected}")]
    Length {
        /// Which vector.
        what: &'static str,
        /// Rows of the first vector.
        expected: usize,
        /// Rows found.
        found: usize,
    },
    /// A value that is no amount.
    #[error("{what} of row {row} must be at least 0 and finite: found {value}")]
    Amount {
        /// Which vector.
        what: &'static str,
        /// Which row, from 0.
        row: usize,
        /// The value found.
        value: f64,
    },
    /// A rank that is no number.
    #[error("{what} of row {row} must be finite: found {value}")]
    NotFinite {
        /// Which vector.
        what: &'static str,
        /// Which row, from 0.
        row: usize,
        /// The value found.
        value: f64,
    },
    /// Nothing to share.
    #[error("the total of {what} must be above 0 and finite: found {total}")]
    Total {
        /// Which vector.
        what: &'static str,
        /// The total found.
        total: f64,
    },
    /// An aversion that is none.
    #[error("aversion to inequality must be at least 0 and finite: found {aversion}")]
    Aversion {
        /// The aversion given.
        aversion: f64,
    },
}

/// The total of amounts, once each is one and there is something to share.
pub(crate) fn total(what: &'static str, amounts: &[f64]) -> Result<f64, EquityError> {
    if amounts.is_empty() {
        return Err(EquityError::NoRows);
    }
    let fault = amounts
        .iter()
        .position(|amount| !(amount.is_finite() && *amount >= 0.0));
    if let Some((row, &value)) = fault.and_then(|row| Some((row, amounts.get(row)?))) {
        return Err(EquityError::Amount { what, row, value });
    }
    let total: f64 = amounts.iter().sum();
    // Below the smallest normal number a share has lost its digits.
    if !(total >= f64::MIN_POSITIVE && total.is_finite()) {
        return Err(EquityError::Total { what, total });
    }
    Ok(total)
}

/// That a vector has as many rows as the first.
pub(crate) fn same_length(
    what: &'static str,
    expected: usize,
    found: usize,
) -> Result<(), EquityError> {
    if expected == found {
        Ok(())
    } else {
        Err(EquityError::Length {
            what,
            expected,
            found,
        })
    }
}

/// Labels as numbers from 0 in the order of the labels, and each label once.
pub(crate) fn numbered<L: Ord>(labels: &[L]) -> (Vec<usize>, Vec<&L>) {
    let mut names: Vec<&L> = Vec::new();
    let mut known = std::collections::BTreeMap::new();
    for label in labels {
        known.entry(label).or_insert(0_usize);
    }
    for (at, (label, number)) in known.iter_mut().enumerate() {
        *number = at;
        names.push(label);
    }
    let numbers = labels
        .iter()
        .map(|label| known.get(label).copied().unwrap_or_default())
        .collect();
    (numbers, names)
}

/// `share * ln(share / base)`, which tends to 0 with the share.
pub(crate) fn entropy(share: f64, base: f64) -> f64 {
    if share > 0.0 {
        share * (share / base).ln()
    } else {
        0.0
    }
}

/// Atkinson's index of amounts whose weighted mean is 1.
///
/// - `ratios`: weight and amount over the mean, rows without weight left out.
/// - `aversion`: at least 0 and finite.
pub(crate) fn atkinson(ratios: impl Iterator<Item = (f64, f64)> + Clone, aversion: f64) -> f64 {
    let power = 1.0 - aversion;
    if aversion == 0.0 {
        return 0.0;
    }
    let least = ratios.clone().map(|(_, ratio)| ratio).fold(1.0, f64::min);
    if least <= 0.0 && power <= 0.0 {
        return 1.0;
    }
    // Over the least, no negative power overflows.
    let unit = if power < 0.0 { least } else { 1.0 };
    let mean = |of: fn(f64) -> f64| -> f64 {
        let ratios = ratios.clone();
        ratios
            .map(|(weight, ratio)| weight * of(ratio / unit))
            .sum()
    };
    let is = |usual: f64| power.total_cmp(&usual).is_eq();
    // The usual aversions have roots and quotients, which are faster than powers.
    let equal = if power == 0.0 {
        mean(f64::ln).exp()
    } else if is(0.5) {
        mean(f64::sqrt).powi(2)
    } else if is(-1.0) {
        unit / mean(f64::recip)
    } else {
        let powers = ratios.map(|(weight, ratio)| weight * (ratio / unit).powf(power));
        unit * powers.sum::<f64>().powf(power.recip())
    };
    (1.0 - equal).clamp(0.0, 1.0)
}
