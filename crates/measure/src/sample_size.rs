//! The least number of people to ask, from how many there are (Krejcie and Morgan).

use serde::Serialize;

/// What the answer is to be good for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Precision {
    /// Chi-squared with one degree of freedom at the confidence wanted.
    pub chi_squared: f64,
    /// The share expected, in (0, 1); 0.5 asks for most people.
    pub share: f64,
    /// How far off the share may be, in (0, 1).
    pub error: f64,
}

impl Default for Precision {
    /// As in the paper: 3.841 (95 %), one half, five points in a hundred.
    fn default() -> Self {
        Self {
            chi_squared: 3.841,
            share: 0.5,
            error: 0.05,
        }
    }
}

/// The least number of people to ask.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SampleSize {
    /// What the formula gives.
    pub exact: f64,
    /// Rounded to the nearest, as the paper's table is.
    pub of_table: f64,
    /// Rounded up, at least 1: as many keep the error.
    pub needed: f64,
}

/// Why no number can be given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SampleSizeError {
    /// Nobody to ask.
    #[error("population must be at least 1: found {population}")]
    NoPopulation {
        /// The population given.
        population: f64,
    },
    /// A precision that makes no sense.
    #[error(
        "chi-squared must be above 0, share and error within 0 and 1: \
         found {chi_squared}, {share} and {error}"
    )]
    NoPrecision {
        /// Chi-squared given.
        chi_squared: f64,
        /// Share given.
        share: f64,
        /// Error given.
        error: f64,
    },
}

/// The least number of people to ask so that a share is known within an error.
///
/// The formula is `χ² N P (1 - P) / (d² (N - 1) + χ² P (1 - P))`: simple random sampling without
/// replacement, the share judged normal. It says nothing of people who do not answer, and nothing of
/// comparing groups: each group wants its own number.
///
/// # Shape and units
///
/// - `population`: people there are, at least 1; infinity gives the limit.
/// - returns: people; never more than the population.
///
/// # Errors
///
/// - [`SampleSizeError::NoPopulation`] if `population` is below 1; NaN is.
/// - [`SampleSizeError::NoPrecision`] if the precision makes no sense, or is so fine that squares of it
///   are 0 and nobody can be counted.
///
/// # Examples
///
/// ```
/// use pengayom_measure::sample_size::{Precision, sample_size};
///
/// // The paper's table has 278 for 1000.
/// assert_eq!(sample_size(1000.0, Precision::default())?.needed as u64, 278);
/// # Ok::<(), pengayom_measure::sample_size::SampleSizeError>(())
/// ```
///
/// # References
///
/// Krejcie, R. V. and Morgan, D. W. (1970). Determining sample size for research activities. *Educ.
/// Psychol. Meas.* 30(3), 607–610. Its table prints 384 at 100 000, where the formula gives 382.6.
pub fn sample_size(population: f64, precision: Precision) -> Result<SampleSize, SampleSizeError> {
    if population.is_nan() || population < 1.0 {
        return Err(SampleSizeError::NoPopulation { population });
    }
    let Precision {
        chi_squared,
        share,
        error,
    } = precision;
    let is_share = |of: f64| of > 0.0 && of < 1.0;
    if !(chi_squared > 0.0 && chi_squared.is_finite() && is_share(share) && is_share(error)) {
        return Err(SampleSizeError::NoPrecision {
            chi_squared,
            share,
            error,
        });
    }
    let spread = chi_squared * share * (1.0 - share);
    let exact = if population < 1e100 {
        spread * population / (error * error * (population - 1.0) + spread)
    } else {
        // Divided by the population, which may be infinite.
        spread / (error * error * (1.0 - 1.0 / population) + spread / population)
    };
    if !exact.is_finite() {
        return Err(SampleSizeError::NoPrecision {
            chi_squared,
            share,
            error,
        });
    }
    Ok(SampleSize {
        exact,
        of_table: exact.round(),
        // 1e-9: a whole number stays what it is.
        needed: (exact - 1e-9).ceil().clamp(1.0, population.ceil()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_published_table_is_met() {
        // The table's row for 100 000 (384) is left out: the formula gives 382.6.
        for (population, printed) in [
            (10.0, 10.0),
            (50.0, 44.0),
            (100.0, 80.0),
            (220.0, 140.0),
            (500.0, 217.0),
            (1000.0, 278.0),
            (2000.0, 322.0),
            (5000.0, 357.0),
            (10_000.0, 370.0),
            (50_000.0, 381.0),
            (1_000_000.0, 384.0),
        ] {
            let of = sample_size(population, Precision::default()).unwrap();
            assert!((of.of_table - printed).abs() < 0.5, "{population}: {of:?}");
        }
    }

    #[test]
    fn one_is_asked_of_one_and_the_formula_has_a_limit() {
        let of = |population| sample_size(population, Precision::default()).unwrap();
        assert!((of(1.0).exact - 1.0).abs() < 1e-12);
        assert!((of(f64::INFINITY).exact - 3.841 * 0.25 / 0.0025).abs() < 1e-9);
    }

    #[test]
    fn nobody_and_no_precision_are_refused() {
        for population in [0.0, -5.0, 0.5, f64::NAN] {
            assert!(sample_size(population, Precision::default()).is_err());
        }
        for wrong in [0.0, -1.0, 1.0, f64::NAN] {
            let share = Precision {
                share: wrong,
                ..Precision::default()
            };
            let error = Precision {
                error: wrong,
                ..Precision::default()
            };
            assert!(sample_size(9.0, share).is_err() && sample_size(9.0, error).is_err());
        }
        for chi_squared in [0.0, -1.0, f64::NAN, f64::INFINITY, 5e-324] {
            let finest = Precision {
                chi_squared,
                error: 1e-200,
                ..Precision::default()
            };
            assert!(sample_size(1e308, finest).is_err(), "{chi_squared}");
        }
        let finest = Precision {
            error: 1e-200,
            ..Precision::default()
        };
        assert!(sample_size(f64::INFINITY, finest).is_err());
    }

    #[test]
    fn somebody_is_asked_however_little_is_wanted() {
        let least = Precision {
            chi_squared: 1e-12,
            share: 0.5,
            error: 0.9,
        };
        let of = sample_size(1000.0, least).unwrap();
        assert!(of.exact < 1e-11 && (of.needed - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn more_people_want_more_and_never_more_than_there_are(
            population in 1_u32..1_000_000, more in 1_u32..1_000_000
        ) {
            let of = |n: u32| sample_size(f64::from(n), Precision::default()).unwrap();
            let (few, many) = (of(population), of(population + more));
            prop_assert!(few.exact <= many.exact && few.exact <= f64::from(population) + 1e-9);
            prop_assert!(few.needed <= f64::from(population) && few.needed >= few.exact - 1e-9);
        }

        #[test]
        fn less_error_and_a_share_nearer_one_half_want_more_and_yes_mirrors_no(
            population in 1_u32..1_000_000, share in 0.01_f64..0.49, error in 0.001_f64..0.4
        ) {
            let of = |share, error| {
                let precision = Precision { share, error, ..Precision::default() };
                sample_size(f64::from(population), precision).unwrap().exact
            };
            let one = of(share, error);
            prop_assert!(of(share, error * 0.9) >= one && of(share + 0.01, error) >= one);
            prop_assert!((of(1.0 - share, error) / one - 1.0).abs() < 1e-9);
            // Asked of as many as the formula says, the error is what was asked for.
            let spread = 3.841 * share * (1.0 - share);
            let left = (f64::from(population) - one) / (f64::from(population) - 1.0).max(1e-300);
            if population > 1 {
                prop_assert!(((spread / one * left).sqrt() / error - 1.0).abs() < 1e-6);
            }
        }
    }
}
