//! Tail and quantiles of the F distribution, which intervals of ratios of mean squares need.

use statrs::function::beta::beta_reg;

use crate::quantile;

/// Probability of a ratio above `f`; NaN stays NaN.
///
/// - `f`: at least 0, may be infinite.
/// - `df1`, `df2`: degrees of freedom of what is above and below the line, above 0.
pub(crate) fn above(f: f64, df1: f64, df2: f64) -> f64 {
    if f.is_nan() || df1.is_nan() || df2.is_nan() {
        return f64::NAN;
    }
    if f <= 0.0 {
        return 1.0;
    }
    let share = df2 / (df2 + df1 * f);
    if share <= 0.0 {
        return 0.0;
    }
    beta_reg(df2 / 2.0, df1 / 2.0, share)
}

/// The ratio below which lies the probability `below`.
///
/// - `below`: in (0, 1).
/// - `df1`, `df2`: as [`above`]; NaN gives NaN.
pub(crate) fn quantile(below: f64, df1: f64, df2: f64) -> f64 {
    let is_fit = |df: f64| df > 0.0 && df.is_finite();
    if !is_fit(df1) || !is_fit(df2) {
        return f64::NAN;
    }
    // The smaller of the share and its complement is found as itself, so that no digit is lost in 1 - x.
    let share = quantile::beta(df1 / 2.0, df2 / 2.0, below);
    if share <= 0.5 {
        df2 * share / (df1 * (1.0 - share))
    } else {
        let rest = quantile::beta(df2 / 2.0, df1 / 2.0, 1.0 - below);
        df2 * (1.0 - rest) / (df1 * rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_degrees_of_freedom_have_a_closed_form() {
        // P(F > f) = (1 + 2 f / d)^(-d / 2) for 2 and d degrees.
        for df in [1.0_f64, 4.0, 30.0, 2_000.0] {
            for f in [0.01, 0.5, 1.0, 7.0, 300.0] {
                let exact = (1.0 + 2.0 * f / df).powf(-df / 2.0);
                assert!((above(f, 2.0, df) - exact).abs() < 1e-12 + 1e-10 * exact);
                if exact > 1e-12 && exact < 1.0 - 1e-3 {
                    assert!((quantile(1.0 - exact, 2.0, df) / f - 1.0).abs() < 1e-3);
                }
            }
            for below in [0.025, 0.5, 0.975] {
                let exact = df / 2.0 * ((1.0_f64 - below).powf(-2.0 / df) - 1.0);
                assert!(
                    (quantile(below, 2.0, df) / exact - 1.0).abs() < 1e-9,
                    "{df}"
                );
            }
        }
    }

    #[test]
    fn what_has_no_degrees_of_freedom_has_no_quantile() {
        assert!(quantile(0.5, 0.0, 3.0).is_nan() && quantile(0.5, 3.0, f64::NAN).is_nan());
        assert!(above(f64::NAN, 1.0, 1.0).is_nan());
        assert!(above(f64::INFINITY, 3.0, 3.0).abs() == 0.0);
    }
}
