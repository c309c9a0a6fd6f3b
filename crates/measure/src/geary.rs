//! How far do areas differ from their neighbours? Geary's c.

use serde::Serialize;

use crate::moran::{UnderChance, under_chance};
use crate::neighbours::{Neighbours, SpatialError, centred};

/// Geary's c of all areas.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Geary {
    /// The statistic, 0 or above: below 1 where neighbours are alike, 1 without spatial dependence.
    pub c: f64,
    /// Taking the values as draws of a normal distribution.
    pub normal: Option<UnderChance>,
    /// Taking the values as given and their places as drawn; from 4 areas on.
    pub randomisation: Option<UnderChance>,
    /// Areas.
    pub n: usize,
}

/// Geary's c with row-standardised weights: the mean squared difference of neighbours over twice
/// the variance.
///
/// # Shape and units
///
/// As [`crate::moran::moran`]. Looks at near differences where Moran's I looks at the pattern of
/// the whole; on skewed values the two may disagree.
///
/// # Errors
///
/// As [`crate::moran::moran`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::geary::geary;
/// use pengayom_measure::neighbours::Neighbours;
///
/// // High and low in turn around a ring of four: every difference is 1, the variance is 1/3.
/// let ring = Neighbours::new(&[vec![1, 3], vec![0, 2], vec![1, 3], vec![0, 2]])?;
/// assert!((geary(&[1.0, 0.0, 1.0, 0.0], &ring)?.c - 1.5).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::neighbours::SpatialError>(())
/// ```
///
/// # References
///
/// - Geary, R. C. (1954). The contiguity ratio and statistical mapping. *Incorporated Statistician*
///   5(3), 115–145.
/// - Cliff, A. D. and Ord, J. K. (1981). *Spatial Processes*. Pion (both variances).
pub fn geary(x: &[f64], neighbours: &Neighbours) -> Result<Geary, SpatialError> {
    let z = centred(x, neighbours)?;
    let n = z.len() as f64;
    let sums = neighbours.weight_sums();
    let squares: f64 = z.iter().map(|z| z * z).sum();
    let m4 = z.iter().map(|z| z.powi(4)).sum::<f64>() / n;
    let value = |area: usize| z.get(area).copied().unwrap_or_default();
    let apart: f64 = (0..z.len())
        .map(|area| {
            let row = neighbours.of(area);
            let count = row.len().max(1) as f64;
            row.map(|to| (value(area) - value(to)).powi(2)).sum::<f64>() / count
        })
        .sum();
    let c = (n - 1.0) * apart / (2.0 * sums.s0 * squares);
    let s02 = sums.s0 * sums.s0;
    let (s1, s2) = (sums.s1 / s02, sums.s2 / s02);
    let normal = ((2.0 * s1 + s2) * (n - 1.0) - 4.0) / (2.0 * (n + 1.0));
    let kurtosis = m4 / (squares / n).powi(2);
    let pairs = (n - 1.0) * s1 * (n * n - 3.0 * n + 3.0 - (n - 1.0) * kurtosis);
    let rows = (n - 1.0) * s2 * (n * n + 3.0 * n - 6.0 - (n * n - n + 2.0) * kurtosis) / 4.0;
    let all = n * n - 3.0 - (n - 1.0).powi(2) * kurtosis;
    let random = (pairs - rows + all) / (n * (n - 2.0) * (n - 3.0));
    let scale = s1 + s2 + n.recip();
    Ok(Geary {
        c,
        normal: under_chance(c, 1.0, normal, scale),
        randomisation: Some(random)
            .filter(|_| n > 3.0)
            .and_then(|random| under_chance(c, 1.0, random, scale)),
        n: x.len(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn row(n: usize) -> Neighbours {
        let lists: Vec<Vec<usize>> = (0..n)
            .map(|i| (0..n).filter(|j| i.abs_diff(*j) == 1).collect())
            .collect();
        Neighbours::new(&lists).unwrap()
    }

    #[test]
    fn the_moments_are_those_over_all_orders() {
        let (row, x) = (row(4), [1.0, 2.0, 4.0, 9.0]);
        let mut found = Vec::new();
        for code in 0..256_usize {
            let order = [code % 4, code / 4 % 4, code / 16 % 4, code / 64];
            if (0..4).all(|i| order.contains(&i)) {
                found.push(geary(&order.map(|i| x[i]), &row).unwrap());
            }
        }
        let mean = found.iter().map(|of| of.c).sum::<f64>() / 24.0;
        let variance = found.iter().map(|of| (of.c - mean).powi(2)).sum::<f64>() / 24.0;
        assert!((mean - 1.0).abs() < 1e-12);
        assert!((variance - found[0].randomisation.unwrap().variance).abs() < 1e-12);
    }

    #[test]
    fn where_everybody_is_beside_everybody_c_is_one() {
        let lists: Vec<Vec<usize>> = (0..6)
            .map(|i| (0..6).filter(|j| *j != i).collect())
            .collect();
        let all = Neighbours::new(&lists).unwrap();
        let found = geary(&[1.0, 2.0, 4.0, 8.0, 16.0, 3.0], &all).unwrap();
        assert!((found.c - 1.0).abs() < 1e-12);
        assert!(found.normal.is_none() && found.randomisation.is_none());
    }

    #[test]
    fn values_that_say_nothing_are_refused() {
        assert_eq!(geary(&[2.0; 4], &row(4)), Err(SpatialError::Constant));
        assert!(geary(&[1.0, 2.0, f64::NAN, 3.0], &row(4)).is_err());
    }

    proptest! {
        #[test]
        fn neither_unit_nor_origin_changes_c(
            x in prop::collection::vec(0.0_f64..100.0, 4..40), by in 0.1_f64..100.0, up in -50.0_f64..50.0
        ) {
            let neighbours = row(x.len());
            let moved: Vec<f64> = x.iter().map(|x| x * by + up).collect();
            let (base, other) = (geary(&x, &neighbours).unwrap(), geary(&moved, &neighbours).unwrap());
            prop_assert!(base.c >= 0.0 && (base.c - other.c).abs() < 1e-9);
        }
    }
}
