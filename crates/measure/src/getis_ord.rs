//! Hot and cold spots: is the sum around an area higher or lower than chance would have it?

use serde::Serialize;

use crate::false_discovery;
use crate::neighbours::{Neighbours, SpatialError, centred};
use crate::quantile::two_sided;

/// Share of false discoveries accepted among the areas called hot or cold.
pub const FALSE_DISCOVERY_RATE: f64 = 0.05;

/// Whose values are added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Around {
    /// The neighbours alone: Gi.
    Neighbours,
    /// The area and its neighbours: Gi*.
    AreaToo,
}

/// What an area is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Spot {
    /// High values lie together here, `q` at most [`FALSE_DISCOVERY_RATE`].
    Hot,
    /// Low values lie together here, `q` at most [`FALSE_DISCOVERY_RATE`].
    Cold,
}

/// Getis–Ord statistic of an area.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct LocalG {
    /// The statistic in standard deviations from its mean; none where it cannot vary: no
    /// neighbours, all areas as neighbours, or all values it is drawn from equal.
    pub z: Option<f64>,
    /// Two-sided normal p value.
    pub p: Option<f64>,
    /// The same, adjusted over all areas (Benjamini–Hochberg).
    pub q: Option<f64>,
    /// What the area is called, by `q`.
    pub spot: Option<Spot>,
}

/// Standardised Getis–Ord Gi or Gi* of every area, with binary weights.
///
/// With `k` values added up to `S`, drawn without return from `N` values of mean `m` and standard
/// deviation `s` (divisor `N`): `z = (S - k m) / (s sqrt(k (N - k) / (N - 1)))`. For Gi the area
/// itself is left out of the `N`, for Gi* it is in, and in the sum.
///
/// # Shape and units
///
/// - `x`: `n` finite values in the order of `neighbours`, any unit.
/// - returns: `n` statistics; `z` does not change with unit or origin of `x`.
///
/// # Errors
///
/// [`SpatialError::Length`], [`SpatialError::NotFinite`], [`SpatialError::Constant`].
///
/// # Examples
///
/// ```
/// use pengayom_measure::getis_ord::{Around, local_g};
/// use pengayom_measure::neighbours::Neighbours;
///
/// // In a row of four, the first has one neighbour drawn from 5, 1, 0: mean 2, variance 14/3.
/// let row = Neighbours::new(&[vec![1], vec![0, 2], vec![1, 3], vec![2]])?;
/// let found = local_g(&[9.0, 5.0, 1.0, 0.0], &row, Around::Neighbours)?;
/// assert!((found[0].z.unwrap_or_default() - 3.0 / (14.0_f64 / 3.0).sqrt()).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::neighbours::SpatialError>(())
/// ```
///
/// # References
///
/// - Getis, A. and Ord, J. K. (1992). The analysis of spatial association by use of distance
///   statistics. *Geographical Analysis* 24(3), 189–206.
/// - Ord, J. K. and Getis, A. (1995). Local spatial autocorrelation statistics: distributional
///   issues and an application. *Geographical Analysis* 27(4), 286–306.
/// - Caldas de Castro, M. and Singer, B. H. (2006). Controlling the false discovery rate. *Geographical
///   Analysis* 38(2), 180–208.
pub fn local_g(
    x: &[f64],
    neighbours: &Neighbours,
    around: Around,
) -> Result<Vec<LocalG>, SpatialError> {
    let centred = centred(x, neighbours)?;
    let z: Vec<Option<f64>> = match around {
        Around::Neighbours => without_itself(&centred, neighbours).collect(),
        Around::AreaToo => with_itself(&centred, neighbours).collect(),
    };
    Ok(called(&z))
}

/// p values, their adjustment, and what each area is called.
pub(crate) fn called(z: &[Option<f64>]) -> Vec<LocalG> {
    let p: Vec<Option<f64>> = z.iter().map(|z| z.map(two_sided)).collect();
    let q = false_discovery::of_those_made(&p);
    let spot = |z: f64, q: f64| {
        let kind = if z > 0.0 { Spot::Hot } else { Spot::Cold };
        (q <= FALSE_DISCOVERY_RATE).then_some(kind)
    };
    z.iter()
        .zip(p)
        .zip(q)
        .map(|((&z, p), q)| LocalG {
            z,
            p,
            q,
            spot: z.zip(q).and_then(|(z, q)| spot(z, q)),
        })
        .collect()
}

fn with_itself<'a>(
    z: &'a [f64],
    neighbours: &'a Neighbours,
) -> impl Iterator<Item = Option<f64>> + 'a {
    let n = z.len() as f64;
    let variance = z.iter().map(|z| z * z).sum::<f64>() / n;
    // The values are centred, so that their mean is 0.
    neighbours
        .sums(z)
        .zip(z)
        .map(move |((sum, count), own)| standard(sum + own, count + 1.0, n, 0.0, variance))
}

/// Gi of values that are centred.
pub(crate) fn without_itself<'a>(
    z: &'a [f64],
    neighbours: &'a Neighbours,
) -> impl Iterator<Item = Option<f64>> + 'a {
    let n = z.len() as f64 - 1.0;
    let all: f64 = z.iter().sum();
    let squares: f64 = z.iter().map(|z| z * z).sum();
    neighbours
        .sums(z)
        .zip(z)
        .enumerate()
        .map(move |(area, ((sum, count), own))| {
            let mean = (all - own) / n;
            // One area that outweighs all others would leave rounding behind when taken away;
            // there can be no more than one such.
            let variance = if own * own > squares / 2.0 {
                let others = || z.iter().enumerate().filter(|(at, _)| *at != area);
                let first = others().next().map_or(0.0, |(_, first)| *first);
                let shift = others().map(|(_, z)| z - first).sum::<f64>() / n;
                others()
                    .map(|(_, z)| (z - first - shift).powi(2))
                    .sum::<f64>()
                    / n
            } else {
                (squares - own * own) / n - mean * mean
            };
            standard(sum, count, n, mean, variance)
        })
}

fn standard(sum: f64, count: f64, n: f64, mean: f64, variance: f64) -> Option<f64> {
    let spread = variance * count * (n - count) / (n - 1.0);
    (spread > 0.0).then(|| (sum - count * mean) / spread.sqrt())
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
    fn an_area_without_neighbours_and_one_beside_all_say_nothing() {
        let star = Neighbours::new(&[vec![1, 2, 3], vec![0], vec![0], vec![0], vec![]]).unwrap();
        let x = [1.0, 2.0, 4.0, 8.0, 16.0];
        let gi = local_g(&x, &star, Around::Neighbours).unwrap();
        assert!(gi[4].z.is_none() && gi[4].q.is_none() && gi[0].z.is_some());
        let all = Neighbours::new(&[vec![1, 2], vec![0, 2], vec![0, 1]]).unwrap();
        let gi = local_g(&[1.0, 2.0, 4.0], &all, Around::Neighbours).unwrap();
        assert!(
            gi.iter()
                .all(|of| of.z.is_none() && of.p.is_none() && of.spot.is_none())
        );
        let star = local_g(&[1.0, 2.0, 4.0], &all, Around::AreaToo).unwrap();
        assert!(star.iter().all(|of| of.z.is_none()));
    }

    #[test]
    fn where_all_others_are_equal_an_area_says_nothing() {
        let x = [0.1, 0.1, 0.1, 7.3, 0.1, 0.1];
        let gi = local_g(&x, &ring(6), Around::Neighbours).unwrap();
        assert!(gi[3].z.is_none(), "{:?}", gi[3]);
        assert!(gi[2].z.unwrap() > 0.0);
    }

    #[test]
    fn one_giant_does_not_drown_the_rest() {
        let mut x = vec![1.0, 2.0, 3.0, 5.0, 8.0, 1e9];
        let small = local_g(&x, &ring(6), Around::Neighbours).unwrap()[5]
            .z
            .unwrap();
        x[5] = 13.0;
        let exact = local_g(&x, &ring(6), Around::Neighbours).unwrap()[5]
            .z
            .unwrap();
        assert!((small - exact).abs() < 1e-6, "{small} {exact}");
    }

    #[test]
    fn a_block_of_high_values_is_hot_and_one_of_low_values_cold() {
        let mut x = vec![5.0; 60];
        for (at, x) in x.iter_mut().enumerate() {
            *x += (at % 3) as f64 * 0.1;
        }
        x[10..15].fill(9.0);
        x[40..45].fill(1.0);
        let found = local_g(&x, &ring(60), Around::AreaToo).unwrap();
        assert_eq!(found[12].spot, Some(Spot::Hot));
        assert_eq!(found[42].spot, Some(Spot::Cold));
        assert_eq!(found[27].spot, None);
    }

    proptest! {
        #[test]
        fn neither_unit_nor_origin_changes_the_statistic(
            x in prop::collection::vec(0.0_f64..100.0, 5..40), by in 0.1_f64..100.0, up in -50.0_f64..50.0
        ) {
            let neighbours = ring(x.len());
            let moved: Vec<f64> = x.iter().map(|x| x * by + up).collect();
            let down: Vec<f64> = x.iter().map(|x| -x).collect();
            for around in [Around::Neighbours, Around::AreaToo] {
                let base = local_g(&x, &neighbours, around).unwrap();
                let other = local_g(&moved, &neighbours, around).unwrap();
                let mirrored = local_g(&down, &neighbours, around).unwrap();
                for ((base, other), mirrored) in base.iter().zip(&other).zip(&mirrored) {
                    let z = base.z.unwrap();
                    prop_assert!((z - other.z.unwrap()).abs() < 1e-7);
                    prop_assert!((z + mirrored.z.unwrap()).abs() < 1e-9);
                    prop_assert!(base.q >= base.p);
                }
            }
        }

        #[test]
        fn on_a_ring_the_statistic_turns_with_the_values(
            x in prop::collection::vec(0.0_f64..100.0, 5..40), by in 0_usize..40
        ) {
            let neighbours = ring(x.len());
            let mut turned = x.clone();
            let by = by % x.len();
            turned.rotate_left(by);
            let mut base = local_g(&x, &neighbours, Around::AreaToo).unwrap();
            base.rotate_left(by);
            let other = local_g(&turned, &neighbours, Around::AreaToo).unwrap();
            for (base, other) in base.iter().zip(&other) {
                prop_assert!((base.z.unwrap() - other.z.unwrap()).abs() < 1e-9);
            }
        }
    }
}
