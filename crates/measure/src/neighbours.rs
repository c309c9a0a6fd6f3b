//! Which areas lie beside which, and the checks all spatial measures share.

use crate::sum;

/// Why a spatial measure cannot be given.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum SpatialError {
    /// Too few areas.
    #[error("too few areas: {found}, need {LEAST_AREAS}")]
    TooFew {
        /// Areas given.
        found: usize,
    },
    /// More areas than can be numbered.
    #[error("too many areas: {found}, limit 4294967295")]
    TooMany {
        /// Areas given.
        found: usize,
    },
    /// Vectors of different length.
    #[error("{what} has {found} rows: expected {expected}")]
    Length {
        /// Which vector.
        what: &'static str,
        /// Areas that have neighbours listed.
        expected: usize,
        /// Rows found.
        found: usize,
    },
    /// A neighbour that is not there.
    #[error("area {area} has neighbour {neighbour}: there are {areas} areas, from 0")]
    NoSuchArea {
        /// Whose neighbour.
        area: usize,
        /// The neighbour listed.
        neighbour: usize,
        /// How many areas there are.
        areas: usize,
    },
    /// An area beside itself.
    #[error("area {area} is listed as its own neighbour")]
    OwnNeighbour {
        /// The area.
        area: usize,
    },
    /// A neighbour listed twice.
    #[error("area {area} has neighbour {neighbour} twice")]
    Twice {
        /// Whose neighbour.
        area: usize,
        /// The neighbour.
        neighbour: usize,
    },
    /// Nobody has a neighbour.
    #[error("no area has a neighbour")]
    NoNeighbours,
    /// A value that is no number.
    #[error("x of area {area} must be finite: found {value}")]
    NotFinite {
        /// Which area.
        area: usize,
        /// The value found.
        value: f64,
    },
    /// All values are the same.
    #[error("every area has the same value: nothing varies over space")]
    Constant,
    /// A count that is none.
    #[error("count of area {area} must be at least 0 and finite: found {value}")]
    Count {
        /// Which area.
        area: usize,
        /// The value found.
        value: f64,
    },
    /// A denominator that is none.
    #[error("denominator of area {area} must be above 0 and finite: found {value}")]
    Denominator {
        /// Which area.
        area: usize,
        /// The value found.
        value: f64,
    },
}

/// Fewest areas a spatial measure is given for: with two, its spread is known beforehand.
pub const LEAST_AREAS: usize = 3;

/// Neighbours of each area, checked once and used by every spatial measure.
///
/// Binary contiguity; rows may differ from each other's (nearest neighbours), and an area may have
/// none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbours {
    /// Where each area's neighbours begin in `to`, and where the last ends.
    starts: Vec<usize>,
    /// Neighbours of all areas, each row ascending.
    to: Vec<u32>,
}

/// Sums over the row-standardised weights that the moments of global measures are made of.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WeightSums {
    /// All weights.
    pub(crate) s0: f64,
    /// Half the squares of the weights of each pair, both ways together.
    pub(crate) s1: f64,
    /// Squares of each area's weights, both ways together.
    pub(crate) s2: f64,
}

impl Neighbours {
    /// Reads lists of neighbours.
    ///
    /// # Shape and units
    ///
    /// - `lists`: for each of `n` areas the numbers of its neighbours, from 0, in any order.
    /// - memory: 4 bytes a neighbour and 8 bytes an area.
    ///
    /// # Errors
    ///
    /// [`SpatialError::TooFew`], [`SpatialError::TooMany`], [`SpatialError::NoSuchArea`],
    /// [`SpatialError::OwnNeighbour`], [`SpatialError::Twice`], [`SpatialError::NoNeighbours`].
    ///
    /// # Examples
    ///
    /// ```
    /// use pengayom_measure::neighbours::Neighbours;
    ///
    /// let row_of_three = Neighbours::new(&[vec![1], vec![0, 2], vec![1]])?;
    /// assert_eq!(row_of_three.of(1).collect::<Vec<_>>(), [0, 2]);
    /// # Ok::<(), pengayom_measure::neighbours::SpatialError>(())
    /// ```
    pub fn new<R: AsRef<[usize]>>(lists: &[R]) -> Result<Self, SpatialError> {
        let areas = lists.len();
        if areas < LEAST_AREAS {
            return Err(SpatialError::TooFew { found: areas });
        }
        if u32::try_from(areas).is_err() {
            return Err(SpatialError::TooMany { found: areas });
        }
        let mut starts = vec![0];
        let mut to: Vec<u32> = Vec::new();
        for (area, list) in lists.iter().enumerate() {
            let start = to.len();
            for &neighbour in list.as_ref() {
                if neighbour == area {
                    return Err(SpatialError::OwnNeighbour { area });
                }
                let number = u32::try_from(neighbour).ok().filter(|_| neighbour < areas);
                to.push(number.ok_or(SpatialError::NoSuchArea {
                    area,
                    neighbour,
                    areas,
                })?);
            }
            if let Some(row) = to.get_mut(start..) {
                row.sort_unstable();
                if let Some(neighbour) = row.windows(2).find_map(|pair| match pair {
                    [one, other] if one == other => Some(*one as usize),
                    _ => None,
                }) {
                    return Err(SpatialError::Twice { area, neighbour });
                }
            }
            starts.push(to.len());
        }
        if to.is_empty() {
            return Err(SpatialError::NoNeighbours);
        }
        Ok(Self { starts, to })
    }

    /// How many areas there are.
    pub fn areas(&self) -> usize {
        self.starts.len() - 1
    }

    /// The neighbours of an area, ascending; none for an area that is not there.
    pub fn of(&self, area: usize) -> impl ExactSizeIterator<Item = usize> {
        self.row(area).iter().map(|&to| to as usize)
    }

    fn row(&self, area: usize) -> &[u32] {
        let ends = self.starts.get(area).zip(self.starts.get(area + 1));
        ends.and_then(|(&start, &end)| self.to.get(start..end))
            .unwrap_or_default()
    }

    /// For each area, its neighbours' values added up and their number.
    pub(crate) fn sums<'a>(&'a self, x: &'a [f64]) -> impl Iterator<Item = (f64, f64)> + 'a {
        (0..self.areas()).map(|area| {
            let row = self.of(area);
            let count = row.len() as f64;
            let sum = row.map(|to| x.get(to).copied().unwrap_or_default()).sum();
            (sum, count)
        })
    }

    /// For each area, the mean of its neighbours; 0 without any.
    pub(crate) fn means<'a>(&'a self, x: &'a [f64]) -> impl Iterator<Item = f64> + 'a {
        (0..self.areas()).map(|area| {
            let row = self.of(area);
            // Weights times values, in order, as the peer has it: where the mean is 0 but for
            // rounding, the rounding is the same.
            let weight = (row.len() as f64).recip();
            row.fold(0.0, |mean, to| {
                mean + weight * x.get(to).copied().unwrap_or_default()
            })
        })
    }

    /// Sums over the weights `1 / (number of neighbours)`.
    pub(crate) fn weight_sums(&self) -> WeightSums {
        let weight = |area: usize| (self.of(area).len() as f64).recip();
        let mut inward = vec![0.0; self.areas()];
        let (mut s0, mut s1) = (0.0, 0.0);
        for area in (0..self.areas()).filter(|&area| self.of(area).len() > 0) {
            s0 += 1.0;
            for to in self.of(area) {
                s1 += weight(area) * weight(area);
                if let Some(inward) = inward.get_mut(to) {
                    *inward += weight(area);
                }
                let back = u32::try_from(area).map(|area| self.row(to).binary_search(&area));
                if matches!(back, Ok(Ok(_))) {
                    s1 += weight(area) * weight(to);
                }
            }
        }
        let outward = |area: usize| f64::from(u8::from(self.of(area).len() > 0));
        let both = inward
            .iter()
            .zip(0..)
            .map(|(inward, area)| inward + outward(area));
        let s2 = both.map(|both| both * both).sum();
        WeightSums { s0, s1, s2 }
    }
}

/// Distances from the mean, over a power of two near the largest value, so that no power of them
/// overflows; every spatial measure stays what it is, to the last digit.
pub(crate) fn centred(x: &[f64], neighbours: &Neighbours) -> Result<Vec<f64>, SpatialError> {
    let expected = neighbours.areas();
    if x.len() != expected {
        return Err(SpatialError::Length {
            what: "x",
            expected,
            found: x.len(),
        });
    }
    if let Some((&value, area)) = x.iter().zip(0..).find(|(x, _)| !x.is_finite()) {
        return Err(SpatialError::NotFinite { area, value });
    }
    let low = x.iter().copied().fold(f64::INFINITY, f64::min);
    let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if low >= high {
        return Err(SpatialError::Constant);
    }
    let scale = power_of_two(low.abs().max(high.abs()));
    let mut z: Vec<f64> = x.iter().map(|x| x / scale).collect();
    centre(&mut z);
    // The mean of numbers far from 0 is off by their last digit; that of their distances is not.
    let widest = z.iter().fold(0.0_f64, |widest, z| widest.max(z.abs()));
    if sum::pairwise(&z).abs() > 1e-13 * widest * z.len() as f64 {
        centre(&mut z);
    }
    // Differences below the last digit of the values are gone.
    if widest > 0.0 {
        // Once more, for values that differ in their last digits only.
        let scale = power_of_two(widest);
        for z in &mut z {
            *z /= scale;
        }
        Ok(z)
    } else {
        Err(SpatialError::Constant)
    }
}

fn centre(z: &mut [f64]) {
    let mean = sum::pairwise(z) / z.len() as f64;
    for z in z {
        *z -= mean;
    }
}

/// The power of two at or below a number above 0, or the smallest that has all its digits.
fn power_of_two(of: f64) -> f64 {
    f64::from_bits(of.max(f64::MIN_POSITIVE).to_bits() & f64::INFINITY.to_bits())
}

/// Counts over denominators.
///
/// # Shape and units
///
/// - `counts`: `n`, at least 0 and finite.
/// - `denominators`: `n` (such as residents), above 0 and finite.
/// - returns: `n` rates.
///
/// # Errors
///
/// [`SpatialError::Length`], [`SpatialError::Count`], [`SpatialError::Denominator`].
pub fn rates(counts: &[f64], denominators: &[f64]) -> Result<Vec<f64>, SpatialError> {
    if counts.len() != denominators.len() {
        return Err(SpatialError::Length {
            what: "denominator",
            expected: counts.len(),
            found: denominators.len(),
        });
    }
    for (area, (&count, &base)) in counts.iter().zip(denominators).enumerate() {
        if !(count >= 0.0 && count.is_finite()) {
            return Err(SpatialError::Count { area, value: count });
        }
        if !(base > 0.0 && base.is_finite()) {
            return Err(SpatialError::Denominator { area, value: base });
        }
    }
    Ok(counts
        .iter()
        .zip(denominators)
        .map(|(x, n)| x / n)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_that_cannot_be_are_refused() {
        let new = |lists: &[Vec<usize>]| Neighbours::new(lists).unwrap_err();
        assert_eq!(new(&[vec![1], vec![0]]), SpatialError::TooFew { found: 2 });
        assert_eq!(new(&[vec![], vec![], vec![]]), SpatialError::NoNeighbours);
        assert_eq!(
            new(&[vec![0], vec![], vec![]]),
            SpatialError::OwnNeighbour { area: 0 }
        );
        assert_eq!(
            new(&[vec![], vec![3], vec![]]),
            SpatialError::NoSuchArea {
                area: 1,
                neighbour: 3,
                areas: 3
            }
        );
        assert_eq!(
            new(&[vec![], vec![], vec![1, 0, 1]]),
            SpatialError::Twice {
                area: 2,
                neighbour: 1
            }
        );
    }

    #[test]
    fn values_that_say_nothing_are_refused() {
        let neighbours = Neighbours::new(&[vec![1], vec![0, 2], vec![1]]).unwrap();
        assert_eq!(centred(&[0.1; 3], &neighbours), Err(SpatialError::Constant));
        assert!(matches!(
            centred(&[1.0, f64::NAN, 2.0], &neighbours),
            Err(SpatialError::NotFinite { area: 1, .. })
        ));
        assert!(matches!(
            centred(&[1.0], &neighbours),
            Err(SpatialError::Length { found: 1, .. })
        ));
        assert!(matches!(
            rates(&[1.0, 2.0], &[1.0, 0.0]),
            Err(SpatialError::Denominator { area: 1, .. })
        ));
        assert!(matches!(
            rates(&[-1.0], &[1.0]),
            Err(SpatialError::Count { area: 0, .. })
        ));
        assert!(matches!(
            rates(&[1.0], &[]),
            Err(SpatialError::Length { .. })
        ));
    }

    #[test]
    fn no_number_is_too_large_or_too_small_to_be_centred() {
        let neighbours = Neighbours::new(&[vec![1], vec![0, 2], vec![1]]).unwrap();
        for unit in [f64::MAX, 1.0, f64::MIN_POSITIVE, 5e-324] {
            let z = centred(&[-unit, 0.0, unit], &neighbours).unwrap();
            let of = z[2];
            assert!(
                (0.5..2.0).contains(&of) && z == [-of, 0.0, of],
                "{unit} {z:?}"
            );
        }
        // Far from 0, and apart in the last digit only.
        let far = 1e9_f64;
        let z = centred(&[far, far + far * f64::EPSILON, far], &neighbours).unwrap();
        assert!(
            z[1] > 0.0 && z[0] < 0.0 && z.iter().sum::<f64>().abs() < 1e-15,
            "{z:?}"
        );
    }

    #[test]
    fn sums_of_weights_are_those_by_hand() {
        // A row of three and an area alone. Weights: 1; 1/2, 1/2; 1.
        let neighbours = Neighbours::new(&[vec![1], vec![0, 2], vec![1], vec![]]).unwrap();
        let sums = neighbours.weight_sums();
        assert!((sums.s0 - 3.0).abs() < 1e-15);
        // Two pairs, each (1 + 1/2)² once for both ways.
        assert!((sums.s1 - 2.0 * 2.25).abs() < 1e-15);
        // (1 + 1/2)², (1 + 2)², (1 + 1/2)², 0.
        assert!((sums.s2 - (2.25 + 9.0 + 2.25)).abs() < 1e-15);
    }
}
