//! Do areas resemble their neighbours? Moran's I of all areas and of each.

use serde::Serialize;

use crate::getis_ord::{called, without_itself};
use crate::neighbours::{Neighbours, SpatialError, centred, rates};
use crate::proportion::{Interval, Z_95};
use crate::quantile::two_sided;
use crate::sum;

/// A statistic beside what chance alone would give.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct UnderChance {
    /// Variance of the statistic without spatial dependence.
    pub variance: f64,
    /// Distance from the expected value in standard deviations.
    pub z: f64,
    /// Two-sided normal p value.
    pub p: f64,
}

/// Where a statistic stands under chance; none where it cannot vary.
pub(crate) fn under_chance(
    statistic: f64,
    expected: f64,
    variance: f64,
    scale: f64,
) -> Option<UnderChance> {
    // Where a statistic is fixed (every area beside every other), rounding leaves a variance of
    // some units of the last digit of what was taken from what.
    (variance > 1e-13 * scale).then(|| {
        let z = (statistic - expected) / variance.sqrt();
        let p = two_sided(z);
        UnderChance { variance, z, p }
    })
}

/// Moran's I of all areas.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Moran {
    /// The statistic: above [`Moran::expected`] where neighbours are alike.
    pub i: f64,
    /// What it is on average without spatial dependence: `-1 / (n - 1)`.
    pub expected: f64,
    /// Taking the values as draws of a normal distribution.
    pub normal: Option<UnderChance>,
    /// Taking the values as given and their places as drawn; from 4 areas on.
    pub randomisation: Option<UnderChance>,
    /// Where 95 % of values lie without spatial dependence (by randomisation, else normal).
    pub chance: Option<Interval>,
    /// Areas.
    pub n: usize,
}

/// Where an area lies in the Moran scatterplot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Quadrant {
    /// High among high.
    HighHigh = 1,
    /// Low among high.
    LowHigh = 2,
    /// Low among low.
    LowLow = 3,
    /// High among low.
    HighLow = 4,
}

/// Local Moran's I of an area: a point of the Moran scatterplot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LocalMoran {
    /// The statistic.
    pub i: f64,
    /// The area's value in standard deviations from the mean.
    pub z: f64,
    /// Mean of its neighbours' `z`; 0 without neighbours.
    pub lag: f64,
    /// Where it lies. At the mean counts as low.
    pub quadrant: Quadrant,
    /// Two-sided normal p value with the area's value as given and the others' places drawn.
    pub p: Option<f64>,
    /// The same, adjusted over all areas (Benjamini–Hochberg).
    pub q: Option<f64>,
}

/// Moran's I with row-standardised weights.
///
/// # Shape and units
///
/// - `x`: `n` finite values in the order of `neighbours`, any unit.
/// - returns: I, mostly in `[-1, 1]`; it does not change with unit, sign or origin of `x`.
///   Areas without neighbours count in the mean and the variance and add nothing.
///
/// # Errors
///
/// [`SpatialError::Length`], [`SpatialError::NotFinite`], [`SpatialError::Constant`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::moran::moran;
/// use pengayom_measure::neighbours::Neighbours;
///
/// // High and low in turn around a ring: every area is the opposite of its neighbours.
/// let ring = Neighbours::new(&[vec![1, 3], vec![0, 2], vec![1, 3], vec![0, 2]])?;
/// let found = moran(&[1.0, 0.0, 1.0, 0.0], &ring)?;
/// assert!((found.i + 1.0).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::neighbours::SpatialError>(())
/// ```
///
/// # References
///
/// - Moran, P. A. P. (1950). Notes on continuous stochastic phenomena. *Biometrika* 37(1/2), 17–23.
/// - Cliff, A. D. and Ord, J. K. (1981). *Spatial Processes*. Pion (both variances).
pub fn moran(x: &[f64], neighbours: &Neighbours) -> Result<Moran, SpatialError> {
    let z = centred(x, neighbours)?;
    let n = z.len() as f64;
    let sums = neighbours.weight_sums();
    let m2 = z.iter().map(|z| z * z).sum::<f64>() / n;
    let m4 = z.iter().map(|z| z.powi(4)).sum::<f64>() / n;
    let beside: f64 = neighbours.means(&z).zip(&z).map(|(lag, z)| lag * z).sum();
    let i = beside / (sums.s0 * m2);
    let expected = -(n - 1.0).recip();
    let s02 = sums.s0 * sums.s0;
    let (s1, s2) = (sums.s1 / s02, sums.s2 / s02);
    let square = expected * expected;
    let normal = (n * n * s1 - n * s2 + 3.0) / (n * n - 1.0) - square;
    let kurtosis = m4 / (m2 * m2);
    let drawn = n * ((n * n - 3.0 * n + 3.0) * s1 - n * s2 + 3.0);
    let tails = kurtosis * ((n * n - n) * s1 - 2.0 * n * s2 + 6.0);
    let random = (drawn - tails) / ((n - 1.0) * (n - 2.0) * (n - 3.0)) - square;
    let scale = square + s1 + s2 / n;
    let normal = under_chance(i, expected, normal, scale);
    let randomisation = Some(random)
        .filter(|_| n > 3.0)
        .and_then(|random| under_chance(i, expected, random, scale));
    let chance = randomisation.or(normal).map(|under| Interval {
        low: expected - Z_95 * under.variance.sqrt(),
        high: expected + Z_95 * under.variance.sqrt(),
    });
    Ok(Moran {
        i,
        expected,
        normal,
        randomisation,
        chance,
        n: x.len(),
    })
}

/// Local Moran's I of every area, with row-standardised weights.
///
/// `(n - 1) z lag / sum of z²`: their mean over areas that have neighbours is Moran's I by
/// `(n - 1) / n`.
///
/// # Shape and units
///
/// As [`moran`]; returns `n` points.
///
/// The p value is that of Gi, which is the same test: given the area's own value, both depend only
/// on which other values its neighbours drew. It is analytic; with few neighbours or long tails
/// the simulated one differs, so read it with the adjusted one.
///
/// # Errors
///
/// As [`moran`].
///
/// # References
///
/// - Anselin, L. (1995). Local indicators of spatial association: LISA. *Geographical Analysis*
///   27(2), 93–115.
/// - Sokal, R. R., Oden, N. L. and Thomson, B. A. (1998). Local spatial autocorrelation in a
///   biological model. *Geographical Analysis* 30(4), 331–354 (conditional moments).
pub fn local_moran(x: &[f64], neighbours: &Neighbours) -> Result<Vec<LocalMoran>, SpatialError> {
    let centred = centred(x, neighbours)?;
    let n = centred.len() as f64;
    let tests: Vec<Option<f64>> = without_itself(&centred, neighbours).collect();
    let squares: Vec<f64> = centred.iter().map(|z| z * z).collect();
    let deviation = (sum::pairwise(&squares) / n).sqrt();
    let standard: Vec<f64> = centred.iter().map(|z| z / deviation).collect();
    let found = neighbours
        .means(&standard)
        .zip(&standard)
        .zip(called(&tests))
        .map(|((lag, &z), test)| LocalMoran {
            i: (n - 1.0) / n * z * lag,
            z,
            lag,
            quadrant: match (z > 0.0, lag > 0.0) {
                (true, true) => Quadrant::HighHigh,
                (false, true) => Quadrant::LowHigh,
                (false, false) => Quadrant::LowLow,
                (true, false) => Quadrant::HighLow,
            },
            p: test.p,
            q: test.q,
        });
    Ok(found.collect())
}

/// Rates with their differing certainty taken out, for [`moran`] of rates.
///
/// Each rate less the common rate, over the standard deviation that the spread between areas and
/// the size of the area give it. Small areas then no longer stand out by chance alone.
///
/// # Shape and units
///
/// - `counts`, `denominators`: as [`rates`].
/// - returns: `n` numbers without unit. Where the estimated variance is below 0, that of chance
///   alone stands in its place, as in the peer.
///
/// # Errors
///
/// As [`rates`], and [`SpatialError::Constant`] without any event.
///
/// # References
///
/// Assunção, R. M. and Reis, E. A. (1999). A new proposal to adjust Moran's I for population
/// density. *Statistics in Medicine* 18(16), 2147–2162.
pub fn standardised_rates(counts: &[f64], denominators: &[f64]) -> Result<Vec<f64>, SpatialError> {
    let rates = rates(counts, denominators)?;
    let (events, people): (f64, f64) = (counts.iter().sum(), denominators.iter().sum());
    let common = events / people;
    if !(common > 0.0 && common.is_finite()) {
        return Err(SpatialError::Constant);
    }
    let spread = rates
        .iter()
        .zip(denominators)
        .map(|(rate, n)| n / people * (rate - common).powi(2))
        .sum::<f64>();
    let between = spread - common / (people / rates.len() as f64);
    let one = |(rate, n): (&f64, &f64)| {
        let chance = common / n;
        let variance = Some(between + chance).filter(|variance| *variance > 0.0);
        (rate - common) / variance.unwrap_or(chance).sqrt()
    };
    Ok(rates.iter().zip(denominators).map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring(n: usize) -> Neighbours {
        let lists: Vec<Vec<usize>> = (0..n).map(|i| vec![(i + n - 1) % n, (i + 1) % n]).collect();
        Neighbours::new(&lists).unwrap()
    }

    #[test]
    fn where_everybody_is_beside_everybody_nothing_can_be_said() {
        for n in [3_usize, 4, 7, 40] {
            let lists: Vec<Vec<usize>> = (0..n)
                .map(|i| (0..n).filter(|j| *j != i).collect())
                .collect();
            let all = Neighbours::new(&lists).unwrap();
            let x: Vec<f64> = (0..n).map(|i| (i as f64).sqrt()).collect();
            let found = moran(&x, &all).unwrap();
            assert!((found.i - found.expected).abs() < 1e-12);
            assert!(
                found.normal.is_none() && found.randomisation.is_none(),
                "{n} {found:?}"
            );
        }
    }

    #[test]
    fn three_areas_have_no_variance_by_randomisation() {
        let row = Neighbours::new(&[vec![1], vec![0, 2], vec![1]]).unwrap();
        let found = moran(&[1.0, 2.0, 4.0], &row).unwrap();
        assert!(found.randomisation.is_none() && found.normal.is_some() && found.chance.is_some());
    }

    #[test]
    fn the_moments_are_those_over_all_orders() {
        // All 24 orders of four values on a row: mean and variance exactly as by randomisation.
        let row = Neighbours::new(&[vec![1], vec![0, 2], vec![1, 3], vec![2]]).unwrap();
        let x = [1.0, 2.0, 4.0, 9.0];
        let mut found = Vec::new();
        for code in 0..256_usize {
            let order = [code % 4, code / 4 % 4, code / 16 % 4, code / 64];
            if (0..4).all(|i| order.contains(&i)) {
                found.push(moran(&order.map(|i| x[i]), &row).unwrap());
            }
        }
        assert_eq!(found.len(), 24);
        let mean = found.iter().map(|of| of.i).sum::<f64>() / 24.0;
        let variance = found.iter().map(|of| (of.i - mean).powi(2)).sum::<f64>() / 24.0;
        let of = found[0];
        assert!((mean - of.expected).abs() < 1e-12);
        assert!((variance - of.randomisation.unwrap().variance).abs() < 1e-12);
    }

    #[test]
    fn the_local_p_value_is_that_of_a_draw_given_the_areas_own_value() {
        let row = Neighbours::new(&[vec![1, 2], vec![0], vec![0], vec![1], vec![0]]).unwrap();
        let x = [3.0, 1.0, 2.0, 7.0, 8.0];
        let z = local_moran(&x, &row).unwrap();
        // Both neighbours of the first drawn from the other four.
        let others = &z[1..];
        let mut lags = Vec::new();
        for i in 0..4 {
            for j in 0..i {
                lags.push(f64::midpoint(others[i].z, others[j].z));
            }
        }
        let mean = lags.iter().sum::<f64>() / 6.0;
        let variance = lags.iter().map(|lag| (lag - mean).powi(2)).sum::<f64>() / 6.0;
        let exact = two_sided((z[0].lag - mean) / variance.sqrt());
        assert!((z[0].p.unwrap() - exact).abs() < 1e-12);
    }

    #[test]
    fn an_area_without_neighbours_adds_nothing() {
        let some = Neighbours::new(&[vec![1], vec![0, 2], vec![1], vec![]]).unwrap();
        let found = local_moran(&[1.0, 2.0, 4.0, 9.0], &some).unwrap();
        assert!(found[3].i.abs() < 1e-15 && found[3].p.is_none());
        assert_eq!(found[3].quadrant, Quadrant::HighLow);
    }

    #[test]
    fn rates_without_any_event_are_refused() {
        assert_eq!(
            standardised_rates(&[0.0; 3], &[5.0; 3]),
            Err(SpatialError::Constant)
        );
    }

    proptest! {
        #[test]
        fn neither_unit_nor_origin_changes_morans_i(
            x in prop::collection::vec(0.0_f64..100.0, 5..40), by in -100.0_f64..100.0, up in -50.0_f64..50.0
        ) {
            prop_assume!(by.abs() > 0.1);
            let neighbours = ring(x.len());
            let moved: Vec<f64> = x.iter().map(|x| x * by + up).collect();
            let (base, other) = (moran(&x, &neighbours).unwrap(), moran(&moved, &neighbours).unwrap());
            prop_assert!((base.i - other.i).abs() < 1e-9);
            let variance = |of: Moran| of.randomisation.unwrap().variance;
            prop_assert!((variance(base) - variance(other)).abs() < 1e-9);
            prop_assert!((-1.0 - 1e-9..=1.0 + 1e-9).contains(&base.i));
        }

        #[test]
        fn the_local_statistics_add_up_to_the_global_one(
            x in prop::collection::vec(0.0_f64..100.0, 5..40)
        ) {
            let neighbours = ring(x.len());
            let n = x.len() as f64;
            let local: f64 = local_moran(&x, &neighbours).unwrap().iter().map(|of| of.i).sum();
            let global = moran(&x, &neighbours).unwrap().i;
            prop_assert!((local - global * (n - 1.0)).abs() < 1e-9);
        }

        #[test]
        fn standardised_rates_do_not_change_with_the_unit_of_both(
            rows in prop::collection::vec((1.0_f64..50.0, 10.0_f64..1000.0), 4..30)
        ) {
            let (x, n): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
            let found = standardised_rates(&x, &n).unwrap();
            prop_assert!(found.iter().all(|z| z.is_finite()));
            // An area at the common rate stands at 0 whatever its size.
            let common = x.iter().sum::<f64>() / n.iter().sum::<f64>();
            let at: Vec<f64> = n.iter().map(|n| n * common).collect();
            for z in standardised_rates(&at, &n).unwrap() {
                prop_assert!(z.abs() < 1e-6, "{z}");
            }
        }
    }
}
