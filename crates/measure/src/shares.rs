//! Attention beside need, such as patrol hours beside calls: who gets more than the share due.

use serde::Serialize;

use crate::equity::{self, EquityError, entropy, numbered, same_length, total};
use crate::inequality::averse;
use crate::proportion::Interval;
use crate::ranking::{self, CurvePoint, ORIGIN};

/// Attention beside need over areas, with what the Lorenz chart needs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Shares {
    /// For each area, its share of the attention over its share of the need: 1 is what is due.
    /// None where there is neither; infinite where there is attention and no need.
    pub ratio: Vec<Option<f64>>,
    /// Gini coefficient of attention over need, in `[0, 1]`.
    pub gini: f64,
    /// Its 95 % interval; none for a single area, and where one area has everything.
    pub gini_interval: Option<Interval>,
    /// Its linearised standard error; none for a single area.
    pub gini_standard_error: Option<f64>,
    /// The Lorenz curve: need over, attention up, from the lowest ratio on; one point an area,
    /// after the origin.
    pub lorenz: Vec<CurvePoint>,
    /// The areas in the order of the curve.
    pub lorenz_order: Vec<usize>,
    /// Hoover index, in `[0, 1]`: the share of the attention that would have to move.
    pub hoover: f64,
    /// Theil's T of attention over need, natural logarithms; infinite where there is attention
    /// without need.
    pub theil: f64,
    /// Highest over lowest ratio that is not 0; none if no ratio is above 0.
    pub max_over_min: Option<f64>,
    /// Areas.
    pub n: usize,
}

/// A stratum: a kind of area.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stratum<L> {
    /// Its label.
    pub label: L,
    /// Its share of the attention.
    pub attention: f64,
    /// Its share of the need.
    pub need: f64,
    /// The one over the other; none where there is neither, infinite without need.
    pub ratio: Option<f64>,
    /// Theil's T among its areas; none if it has no attention to share.
    pub theil_within: Option<f64>,
    /// Areas.
    pub n: usize,
}

/// Theil's T of [`Shares`] in its parts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Strata<L> {
    /// What is left when each area has the ratio of its stratum.
    pub between: f64,
    /// The rest: the strata's own, weighed by their attention; none where it is not finite.
    pub within: Option<f64>,
    /// Each stratum, in the order of the labels.
    pub strata: Vec<Stratum<L>>,
}

/// Shares of attention beside shares of need.
///
/// # Shape and units
///
/// - `attention`: `n` areas, at least 0 and finite, in any unit (such as patrol hours).
/// - `need`: `n` areas, at least 0 and finite, in any unit (such as calls).
/// - returns: see [`Shares`]; equal ratios stay in the order of the areas.
///
/// The interval takes each area as one independent draw, as in [`crate::inequality::gini`].
///
/// # Errors
///
/// - [`EquityError::NoRows`], [`EquityError::Length`].
/// - [`EquityError::Amount`] for a negative or not finite value.
/// - [`EquityError::Total`] if either adds up to 0 or to no finite number.
///
/// # Examples
///
/// ```
/// use pengayom_measure::shares::shares;
///
/// // Half of the need gets a quarter of the attention: a quarter would have to move.
/// let found = shares(&[1.0, 3.0], &[50.0, 50.0])?;
/// assert!((found.hoover - 0.25).abs() < 1e-12 && (found.gini - 0.25).abs() < 1e-12);
/// assert_eq!(found.ratio, [Some(0.5), Some(1.5)]);
/// # Ok::<(), pengayom_measure::equity::EquityError>(())
/// ```
///
/// # References
///
/// - Hoover, E. M. (1936). The measurement of industrial localization. *Rev. Economics and
///   Statistics* 18(4), 162–171.
/// - Theil, H. (1967). *Economics and Information Theory*. North-Holland.
pub fn shares(attention: &[f64], need: &[f64]) -> Result<Shares, EquityError> {
    let (given, due) = totals(attention, need)?;
    let pair = |row: usize| {
        let part = |of: &[f64], total: f64| of.get(row).copied().unwrap_or_default() / total;
        (part(need, due), part(attention, given))
    };
    let n = attention.len();
    let ratio: Vec<Option<f64>> = (0..n).map(pair).map(|(p, s)| over(s, p)).collect();
    // An area with neither moves nothing; it stands at the end.
    let order = ranking::ascending(ratio.iter().map(|ratio| ratio.unwrap_or(f64::INFINITY)));
    let found = ranking::ranked(&order, |_, row| pair(row), |_, _| ());
    let gini = found.index.clamp(0.0, 1.0);
    let mut lorenz = vec![ORIGIN];
    lorenz.extend(order.iter().scan(ORIGIN, |end, &(_, row)| {
        let (p, s) = pair(row);
        *end = CurvePoint {
            x: (end.x + p).min(1.0),
            y: (end.y + s).min(1.0),
        };
        Some(*end)
    }));
    ranking::close(&mut lorenz);
    let above_zero = || ratio.iter().flatten().copied().filter(|ratio| *ratio > 0.0);
    let highest = above_zero().fold(0.0, f64::max);
    let lowest = above_zero().fold(f64::INFINITY, f64::min);
    Ok(Shares {
        gini,
        gini_interval: ranking::gini_interval(gini, found.standard_error, n),
        gini_standard_error: found.standard_error,
        lorenz,
        lorenz_order: order.iter().map(|&(_, row)| row).collect(),
        hoover: (0..n).map(pair).map(|(p, s)| (s - p).abs()).sum::<f64>() / 2.0,
        theil: (0..n).map(pair).map(|(p, s)| entropy(s, p)).sum(),
        max_over_min: (highest > 0.0).then(|| {
            if lowest.is_infinite() {
                1.0
            } else {
                highest / lowest
            }
        }),
        ratio,
        n,
    })
}

/// Theil's T of attention over need between and within strata.
///
/// # Shape and units
///
/// - `attention`, `need`: as [`shares`].
/// - `labels`: `n` labels of strata.
/// - returns: between and within add up to [`Shares::theil`].
///
/// # Errors
///
/// As [`shares`].
///
/// # References
///
/// Shorrocks, A. F. (1980). The class of additively decomposable inequality measures.
/// *Econometrica* 48(3), 613–625.
pub fn strata<L: Ord + Clone>(
    attention: &[f64],
    need: &[f64],
    labels: &[L],
) -> Result<Strata<L>, EquityError> {
    let (given, due) = totals(attention, need)?;
    same_length("stratum", attention.len(), labels.len())?;
    let (of, names) = numbered(labels);
    let mut strata: Vec<Stratum<L>> = names
        .into_iter()
        .map(|label| Stratum {
            label: label.clone(),
            attention: 0.0,
            need: 0.0,
            ratio: None,
            theil_within: None,
            n: 0,
        })
        .collect();
    for ((a, d), &at) in attention.iter().zip(need).zip(&of) {
        if let Some(stratum) = strata.get_mut(at) {
            stratum.attention += a / given;
            stratum.need += d / due;
            stratum.n += 1;
        }
    }
    for stratum in &mut strata {
        stratum.ratio = over(stratum.attention, stratum.need);
        stratum.theil_within = (stratum.attention > 0.0).then_some(0.0);
    }
    for ((a, d), &at) in attention.iter().zip(need).zip(&of) {
        let Some(stratum) = strata.get_mut(at) else {
            continue;
        };
        let (base, size) = (stratum.need, stratum.attention);
        if let Some(within) = &mut stratum.theil_within {
            // A stratum without need has no shares of it: its attention has nothing to be over.
            *within += if base > 0.0 {
                entropy(a / given / size, d / due / base)
            } else {
                f64::NAN
            };
        }
    }
    for stratum in &mut strata {
        stratum.theil_within = stratum.theil_within.filter(|within| !within.is_nan());
    }
    let between = strata.iter().map(|of| entropy(of.attention, of.need)).sum();
    let within: Option<f64> = strata
        .iter()
        .filter(|of| of.attention > 0.0)
        .map(|of| Some(of.attention * of.theil_within?))
        .sum();
    Ok(Strata {
        between,
        within,
        strata,
    })
}

/// Atkinson's index of the ratio of attention to need, weighed by need.
///
/// # Shape and units
///
/// - `attention`, `need`: as [`shares`].
/// - `aversion`: as [`crate::inequality::atkinson`].
/// - returns: in `[0, 1]`; exactly 1 if an area has need and no attention and the aversion is 1 or
///   above. Attention where there is no need counts as lost.
///
/// # Errors
///
/// As [`shares`], and [`EquityError::Aversion`].
///
/// # References
///
/// Atkinson, A. B. (1970). On the measurement of inequality. *J. Economic Theory* 2(3), 244–263.
pub fn atkinson(attention: &[f64], need: &[f64], aversion: f64) -> Result<f64, EquityError> {
    let (given, due) = totals(attention, need)?;
    averse(aversion)?;
    let ratios = attention
        .iter()
        .zip(need)
        .filter(|(_, need)| **need > 0.0)
        .map(|(a, d)| (d / due, a / given / (d / due)));
    Ok(equity::atkinson(ratios, aversion))
}

fn totals(attention: &[f64], need: &[f64]) -> Result<(f64, f64), EquityError> {
    let given = total("attention", attention)?;
    same_length("need", attention.len(), need.len())?;
    Ok((given, total("need", need)?))
}

fn over(attention: f64, need: f64) -> Option<f64> {
    if need > 0.0 {
        Some(attention / need)
    } else {
        (attention > 0.0).then_some(f64::INFINITY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shares_of_nothing_are_refused() {
        assert_eq!(shares(&[], &[]).unwrap_err(), EquityError::NoRows);
        assert!(matches!(
            shares(&[1.0], &[]),
            Err(EquityError::Length { what: "need", .. })
        ));
        assert!(matches!(
            strata(&[1.0], &[1.0], &["a", "b"]),
            Err(EquityError::Length {
                what: "stratum",
                ..
            })
        ));
        assert!(matches!(
            shares(&[0.0, 0.0], &[1.0, 1.0]),
            Err(EquityError::Total {
                what: "attention",
                ..
            })
        ));
        assert!(matches!(
            shares(&[1.0, 0.0], &[0.0, 0.0]),
            Err(EquityError::Total { what: "need", .. })
        ));
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                shares(&[1.0, 1.0], &[1.0, bad]),
                Err(EquityError::Amount {
                    what: "need",
                    row: 1,
                    ..
                })
            ));
        }
    }

    #[test]
    fn attention_without_need_and_need_without_attention_have_their_limits() {
        let found = shares(&[0.0, 1.0, 1.0, 0.0], &[0.0, 0.0, 1.0, 1.0]).unwrap();
        assert_eq!(
            found.ratio,
            [None, Some(f64::INFINITY), Some(1.0), Some(0.0)]
        );
        assert!((found.hoover - 0.5).abs() < 1e-15);
        assert!((found.gini - 0.75).abs() < 1e-15, "{}", found.gini);
        assert!(found.theil.is_infinite());
        assert_eq!(found.lorenz_order, [3, 2, 0, 1]);
        // One area has everything there is to have over its need.
        assert!(found.gini_interval.is_none());
        assert!(found.gini_standard_error.unwrap().is_finite());
        let parts = strata(
            &[0.0, 1.0, 1.0, 0.0],
            &[0.0, 0.0, 1.0, 1.0],
            &["none", "no need", "both", "both"],
        )
        .unwrap();
        assert!(parts.between.is_infinite() && parts.within.is_none());
        let labels: Vec<&str> = parts.strata.iter().map(|of| of.label).collect();
        assert_eq!(labels, ["both", "no need", "none"]);
        assert_eq!(parts.strata[2].ratio, None);
        // What is lost on no need is lost to everybody: half.
        let lost = atkinson(&[1.0, 1.0], &[0.0, 1.0], 0.5).unwrap();
        assert!((lost - 0.5).abs() < 1e-15, "{lost}");
    }

    #[test]
    fn one_area_has_what_is_due() {
        let found = shares(&[5.0], &[70.0]).unwrap();
        assert_eq!(found.ratio, [Some(1.0)]);
        assert!(found.gini.abs() < 1e-15 && found.gini_interval.is_none());
        assert_eq!(found.max_over_min, Some(1.0));
    }

    fn areas() -> impl Strategy<Value = Vec<(f64, f64)>> {
        prop::collection::vec((0.0_f64..100.0, 0.1_f64..100.0), 2..40)
            .prop_filter("something to share", |rows| {
                rows.iter().any(|row| row.0 > 0.1)
            })
    }

    proptest! {
        #[test]
        fn attention_in_proportion_to_need_is_equal(need in prop::collection::vec(0.1_f64..100.0, 1..30)) {
            let found = shares(&need, &need).unwrap();
            prop_assert!(found.gini < 1e-12 && found.hoover < 1e-12 && found.theil.abs() < 1e-12);
            prop_assert!(atkinson(&need, &need, 2.0).unwrap() < 1e-12);
        }

        #[test]
        fn the_laws_of_shares_hold(areas in areas(), by in 0.01_f64..1e3, of in 1_usize..5) {
            let (a, d): (Vec<f64>, Vec<f64>) = areas.iter().copied().unzip();
            let found = shares(&a, &d).unwrap();
            // Hoover is the largest distance to the diagonal, so never above Gini.
            prop_assert!(found.hoover <= found.gini + 1e-12 && found.gini <= 1.0);
            let largest = found.lorenz.iter().map(|at| at.x - at.y).fold(0.0, f64::max);
            prop_assert!((largest - found.hoover).abs() < 1e-10);
            let under: f64 = found
                .lorenz
                .windows(2)
                .map(|ends| (ends[1].x - ends[0].x) * (ends[1].y + ends[0].y))
                .sum();
            prop_assert!((1.0 - under - found.gini).abs() < 1e-10);
            // Decomposition.
            let labels: Vec<usize> = (0..a.len()).map(|row| row % of).collect();
            let parts = strata(&a, &d, &labels).unwrap();
            prop_assert!((parts.between + parts.within.unwrap() - found.theil).abs() < 1e-10);
            prop_assert!(parts.between > -1e-12 && parts.within.unwrap() > -1e-12);
            let whole: f64 = parts.strata.iter().map(|of| of.attention).sum();
            prop_assert!((whole - 1.0).abs() < 1e-10);
            // Units and order.
            let a2: Vec<f64> = a.iter().rev().map(|a| a * by).collect();
            let d2: Vec<f64> = d.iter().rev().map(|d| d / by).collect();
            let other = shares(&a2, &d2).unwrap();
            prop_assert!((other.gini - found.gini).abs() < 1e-10);
            prop_assert!((other.theil - found.theil).abs() < 1e-10);
            prop_assert!((other.hoover - found.hoover).abs() < 1e-10);
            let index = |a: &[f64], d: &[f64]| atkinson(a, d, 0.5).unwrap();
            prop_assert!((index(&a, &d) - index(&a2, &d2)).abs() < 1e-10);
        }

        #[test]
        fn equal_need_gives_the_gini_of_the_attention(a in prop::collection::vec(0.1_f64..100.0, 2..40)) {
            let found = shares(&a, &vec![3.0; a.len()]).unwrap();
            let alone = crate::inequality::gini(&a).unwrap();
            prop_assert!((found.gini - alone.gini).abs() < 1e-12);
            let (one, other) = (found.gini_standard_error.unwrap(), alone.standard_error.unwrap());
            prop_assert!((one - other).abs() < 1e-12);
        }
    }
}
