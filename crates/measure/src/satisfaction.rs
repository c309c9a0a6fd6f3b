//! The public satisfaction index (Indeks Kepuasan Masyarakat, IKM) of Permenpan-RB 14/2017 and of
//! KEP/25/M.PAN/2/2004: weighted means of answers from 1 to 4, times 25, and a grade.

use serde::Serialize;

use crate::proportion::{Interval, Z_95};

/// What turns a mean of answers from 1 to 4 into an index from 25 to 100.
const TIMES: f64 = 25.0;

/// The lowest and the highest answer that the regulations know.
const SCALE: std::ops::RangeInclusive<f64> = 1.0..=4.0;

/// Most answers off the scale that are named one by one.
const OFF_SCALE_LISTED: usize = 100;

/// Which regulation's bands the grade follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub enum Bands {
    /// Permenpan-RB 14/2017: A from 88.31, B from 76.61, C from 65.00.
    #[default]
    Of2017,
    /// KEP/25/M.PAN/2/2004: A from 81.26, B from 62.51, C from 43.76.
    Of2004,
}

/// The grade of a service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Grade {
    /// Very good (sangat baik).
    A,
    /// Good (baik).
    B,
    /// Less good (kurang baik).
    C,
    /// Not good (tidak baik).
    D,
}

/// Why an index cannot be given.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum SatisfactionError {
    /// Nobody answered.
    #[error("no answers: need at least one")]
    NoAnswers,
    /// Nothing was asked.
    #[error("no elements: need at least one")]
    NoElements,
    /// Someone answered another number of questions.
    #[error("row {row}: expected {expected} answers, found {found}")]
    Ragged {
        /// Who, from 0.
        row: usize,
        /// Answers of the first.
        expected: usize,
        /// Answers found.
        found: usize,
    },
    /// An answer is no number.
    #[error("row {row}, element {element}: expected a finite number, found {value}")]
    NotFinite {
        /// Who, from 0.
        row: usize,
        /// Which question, from 0.
        element: usize,
        /// What was found.
        value: f64,
    },
    /// As many weights as elements are needed.
    #[error("expected {expected} weights, found {found}")]
    Weights {
        /// Elements.
        expected: usize,
        /// Weights given.
        found: usize,
    },
    /// A weight is not above 0.
    #[error("weight {at}: expected a number above 0, found {value}")]
    Weight {
        /// Which, from 0.
        at: usize,
        /// What was found.
        value: f64,
    },
    /// Answers or weights so large that the index is beyond a number's range.
    #[error("answers or weights are too large: the index or its error would be {value}")]
    TooLarge {
        /// What came out.
        value: f64,
    },
    /// An index that no answers give.
    #[error("expected an index from 0 to 100, found {value}")]
    NoIndex {
        /// What was found.
        value: f64,
    },
}

/// How the elements count.
#[derive(Debug, Clone, PartialEq)]
pub enum Weights {
    /// One share for each of `k` elements: 1 / `k`, not rounded.
    Equal,
    /// The same for each, as printed, such as 0.11 for nine. What is lost by rounding stays lost.
    Each(f64),
    /// One for each element.
    Of(Vec<f64>),
}

/// An answer that the scale does not have.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct OffScale {
    /// Who, from 0.
    pub row: usize,
    /// Which question, from 0.
    pub element: usize,
    /// The answer.
    pub answer: f64,
}

/// One element of the service: a bar of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Element {
    /// Mean answer.
    pub mean: f64,
    /// Its standard error; none with one answer, or where only means are known.
    pub se: Option<f64>,
    /// Its weight in the index.
    pub weight: f64,
    /// Its mean times 25, on the scale of the index.
    pub index: f64,
}

/// The index with what belongs to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SatisfactionIndex {
    /// People who answered, where known.
    pub n: Option<u64>,
    /// The elements in the order asked.
    pub elements: Vec<Element>,
    /// The index: 25 times the weighted sum of means.
    pub index: f64,
    /// Rounded to two decimals, halves up, as it is published.
    pub rounded: f64,
    /// The grade of the rounded index; none above 100, which answers on the scale cannot reach.
    pub grade: Option<Grade>,
    /// Standard error of the index between people (simple random sample); none below two people.
    pub se: Option<f64>,
    /// `index` ± 1.96 `se`.
    pub interval: Option<Interval>,
    /// Answers outside 1 to 4: they count as they are, and should be looked at.
    pub off_scale: u64,
    /// The first hundred of them.
    pub off_scale_first: Vec<OffScale>,
}

/// The index from everybody's answers.
///
/// # Shape and units
///
/// - `answers`: one row for each person, one answer for each of `k` elements, from 1 to 4. Others count
///   as they are and are reported.
/// - `weights`: of the elements; as printed they need not add up to 1.
/// - returns: means on the scale of answers; index, standard error and interval on 25 to 100. The
///   standard error is that of the mean of everybody's own index.
///
/// # Errors
///
/// [`SatisfactionError`]: nobody, nothing asked, rows of different length, an answer that is not
/// finite, weights that do not fit or are not above 0, figures too large to be added up.
///
/// # Examples
///
/// ```
/// use pengayom_measure::satisfaction::{Bands, Grade, Weights, satisfaction_index};
///
/// // Means 3 and 4: 25 · 3.5.
/// let of = satisfaction_index(&[vec![3.0, 4.0], vec![3.0, 4.0]], &Weights::Equal, Bands::Of2017)?;
/// assert!((of.index - 87.5).abs() < 1e-12);
/// assert_eq!((of.grade, of.se), (Some(Grade::B), Some(0.0)));
/// # Ok::<(), pengayom_measure::satisfaction::SatisfactionError>(())
/// ```
///
/// # References
///
/// Peraturan Menteri PANRB 14/2017, Pedoman Penyusunan Survei Kepuasan Masyarakat; Keputusan Menteri
/// PAN KEP/25/M.PAN/2/2004.
pub fn satisfaction_index<R: AsRef<[f64]>>(
    answers: &[R],
    weights: &Weights,
    bands: Bands,
) -> Result<SatisfactionIndex, SatisfactionError> {
    let first = answers.first().ok_or(SatisfactionError::NoAnswers)?;
    let k = first.as_ref().len();
    let weights = each_weight(weights, k)?;
    let n = answers.len() as f64;
    let mut sums = vec![0.0; k];
    let (mut off_scale, mut off_scale_first) = (0, Vec::new());
    for (row, of) in answers.iter().enumerate() {
        let of = of.as_ref();
        if of.len() != k {
            return Err(SatisfactionError::Ragged {
                row,
                expected: k,
                found: of.len(),
            });
        }
        // Nearly always all are on the scale, which is soon seen.
        if !of.iter().all(|answer| SCALE.contains(answer)) {
            for (element, &answer) in of.iter().enumerate() {
                if !answer.is_finite() {
                    return Err(SatisfactionError::NotFinite {
                        row,
                        element,
                        value: answer,
                    });
                }
                if !SCALE.contains(&answer) {
                    off_scale += 1;
                    if off_scale_first.len() < OFF_SCALE_LISTED {
                        off_scale_first.push(OffScale {
                            row,
                            element,
                            answer,
                        });
                    }
                }
            }
        }
        for (answer, sum) in of.iter().zip(&mut sums) {
            *sum += answer;
        }
    }
    // Whole answers add up exactly, whatever their number.
    for sum in &mut sums {
        *sum /= n;
    }
    let mut squares = vec![0.0; k];
    let mut squares_of_all = 0.0;
    for of in answers {
        let mut own = 0.0;
        for (((answer, mean), weight), squares) in of
            .as_ref()
            .iter()
            .zip(&sums)
            .zip(&weights)
            .zip(&mut squares)
        {
            let away = answer - mean;
            own += weight * away;
            *squares += away * away;
        }
        squares_of_all += own * own;
    }
    let error = |squares: f64| (n > 1.0).then(|| (squares / (n - 1.0) / n).sqrt());
    let mut of = from_means(&sums, &weights, bands)?;
    for (element, squares) in of.elements.iter_mut().zip(squares) {
        element.se = error(squares);
    }
    of.n = Some(answers.len() as u64);
    of.se = error(squares_of_all).map(|se| TIMES * se);
    let errors = of.elements.iter().filter_map(|of| of.se).chain(of.se);
    finite(errors)?;
    of.interval = of.se.map(|se| Interval {
        low: of.index - Z_95 * se,
        high: of.index + Z_95 * se,
    });
    of.off_scale = off_scale;
    of.off_scale_first = off_scale_first;
    Ok(of)
}

/// The index from the means of the elements, as reports print them.
///
/// # Shape and units
///
/// As [`satisfaction_index`]; without people there is no standard error. Means off the scale are
/// reported as row 0.
///
/// # Errors
///
/// As [`satisfaction_index`].
///
/// # References
///
/// As [`satisfaction_index`].
pub fn satisfaction_index_of_means(
    means: &[f64],
    weights: &Weights,
    bands: Bands,
) -> Result<SatisfactionIndex, SatisfactionError> {
    let weights = each_weight(weights, means.len())?;
    let mut off_scale_first = Vec::new();
    let mut off_scale = 0;
    for (element, &value) in means.iter().enumerate() {
        if !value.is_finite() {
            return Err(SatisfactionError::NotFinite {
                row: 0,
                element,
                value,
            });
        }
        if !SCALE.contains(&value) {
            off_scale += 1;
            if off_scale_first.len() < OFF_SCALE_LISTED {
                off_scale_first.push(OffScale {
                    row: 0,
                    element,
                    answer: value,
                });
            }
        }
    }
    let mut of = from_means(means, &weights, bands)?;
    of.off_scale = off_scale;
    of.off_scale_first = off_scale_first;
    Ok(of)
}

fn each_weight(weights: &Weights, k: usize) -> Result<Vec<f64>, SatisfactionError> {
    if k == 0 {
        return Err(SatisfactionError::NoElements);
    }
    let weights = match weights {
        Weights::Equal => vec![1.0 / k as f64; k],
        Weights::Each(weight) => vec![*weight; k],
        Weights::Of(weights) => weights.clone(),
    };
    if weights.len() != k {
        return Err(SatisfactionError::Weights {
            expected: k,
            found: weights.len(),
        });
    }
    let is_fit = |weight: f64| weight > 0.0 && weight.is_finite();
    match weights.iter().enumerate().find(|(_, of)| !is_fit(**of)) {
        Some((at, &value)) => Err(SatisfactionError::Weight { at, value }),
        None => Ok(weights),
    }
}

fn finite(mut figures: impl Iterator<Item = f64>) -> Result<(), SatisfactionError> {
    match figures.find(|of| !of.is_finite()) {
        Some(value) => Err(SatisfactionError::TooLarge { value }),
        None => Ok(()),
    }
}

fn from_means(
    means: &[f64],
    weights: &[f64],
    bands: Bands,
) -> Result<SatisfactionIndex, SatisfactionError> {
    let index = TIMES * means.iter().zip(weights).map(|(m, w)| m * w).sum::<f64>();
    finite(std::iter::once(index).chain(means.iter().map(|mean| TIMES * mean)))?;
    Ok(SatisfactionIndex {
        n: None,
        elements: means
            .iter()
            .zip(weights)
            .map(|(&mean, &weight)| Element {
                mean,
                se: None,
                weight,
                index: TIMES * mean,
            })
            .collect(),
        index,
        rounded: rounded(index),
        grade: grade(index, bands).ok(),
        se: None,
        interval: None,
        off_scale: 0,
        off_scale_first: Vec::new(),
    })
}

/// Two decimals, halves up. A figure is a half if it is one when written with eleven digits: 76.605 is,
/// although the double closest to it may lie below.
fn rounded(index: f64) -> f64 {
    (index * 100.0 + 0.5 + 1e-8).floor() / 100.0
}

/// The grade of an index, rounded to two decimals first: the bands are printed so, and between two of
/// them the rounded figure decides.
///
/// # Shape and units
///
/// - `index`: from 0 to 100. Below 25, which weights rounded down can give, it is D.
///
/// # Errors
///
/// [`SatisfactionError::NoIndex`] if it is not within 0 and 100; NaN is not.
///
/// # Examples
///
/// ```
/// use pengayom_measure::satisfaction::{Bands, Grade, grade};
///
/// assert_eq!(grade(76.604, Bands::Of2017)?, Grade::C);
/// assert_eq!(grade(76.605, Bands::Of2017)?, Grade::B);
/// # Ok::<(), pengayom_measure::satisfaction::SatisfactionError>(())
/// ```
pub fn grade(index: f64, bands: Bands) -> Result<Grade, SatisfactionError> {
    let of = rounded(index);
    if !(0.0..=100.0).contains(&of) {
        return Err(SatisfactionError::NoIndex { value: index });
    }
    let (a, b, c) = match bands {
        Bands::Of2017 => (88.31, 76.61, 65.0),
        Bands::Of2004 => (81.26, 62.51, 43.76),
    };
    // Both sides are the double closest to a figure of two decimals, or a unit of its last digit beside.
    let from = |bound: f64| of > bound - 0.001;
    Ok(if from(a) {
        Grade::A
    } else if from(b) {
        Grade::B
    } else if from(c) {
        Grade::C
    } else {
        Grade::D
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_printed_bands_are_met_at_both_ends() {
        for (index, expected) in [
            (0.0, Grade::D),
            (43.75, Grade::D),
            (43.76, Grade::C),
            (62.50, Grade::C),
            (62.51, Grade::B),
            (81.25, Grade::B),
            (81.255, Grade::A),
            (100.0, Grade::A),
        ] {
            assert_eq!(grade(index, Bands::Of2004), Ok(expected), "{index}");
        }
        for index in [-0.1, 100.01, f64::NAN, f64::INFINITY] {
            assert!(grade(index, Bands::Of2017).is_err(), "{index}");
        }
    }

    #[test]
    fn every_hundredth_has_the_grade_of_its_band() {
        for hundredths in 2_500_u32..=10_000 {
            let expected = match hundredths {
                8_831.. => Grade::A,
                7_661.. => Grade::B,
                6_500.. => Grade::C,
                _ => Grade::D,
            };
            let index = f64::from(hundredths) / 100.0;
            assert_eq!(grade(index, Bands::Of2017), Ok(expected), "{index}");
            // A half below belongs to it too.
            assert_eq!(grade(index - 0.005, Bands::Of2017), Ok(expected), "{index}");
            assert!(grade(index - 0.0051, Bands::Of2017).unwrap() >= expected);
        }
    }

    #[test]
    fn answers_off_the_scale_are_named() {
        let of = satisfaction_index(
            &[[4.0, 5.0], [0.0, 4.0]],
            &Weights::Each(0.5),
            Bands::default(),
        )
        .unwrap();
        let named: Vec<(usize, usize)> = of
            .off_scale_first
            .iter()
            .map(|of| (of.row, of.element))
            .collect();
        assert_eq!((of.off_scale, named), (2, vec![(0, 1), (1, 0)]));
        let of = satisfaction_index_of_means(&[5.0], &Weights::Equal, Bands::default()).unwrap();
        assert_eq!((of.grade, of.off_scale), (None, 1));
    }

    #[test]
    fn what_makes_no_index_is_refused() {
        let index = |answers: &[Vec<f64>], weights: Weights| {
            satisfaction_index(answers, &weights, Bands::default()).unwrap_err()
        };
        let none: [Vec<f64>; 0] = [];
        assert_eq!(index(&none, Weights::Equal), SatisfactionError::NoAnswers);
        assert_eq!(
            index(&[vec![]], Weights::Equal),
            SatisfactionError::NoElements
        );
        assert!(matches!(
            index(&[vec![1.0], vec![1.0, 2.0]], Weights::Equal),
            SatisfactionError::Ragged { row: 1, .. }
        ));
        assert!(matches!(
            index(&[vec![1.0, f64::NAN]], Weights::Equal),
            SatisfactionError::NotFinite { element: 1, .. }
        ));
        assert!(matches!(
            index(&[vec![1.0]], Weights::Of(vec![0.5, 0.5])),
            SatisfactionError::Weights { .. }
        ));
        for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                index(&[vec![1.0]], Weights::Each(weight)),
                SatisfactionError::Weight { at: 0, .. }
            ));
        }
        assert!(
            satisfaction_index_of_means(&[f64::NAN], &Weights::Equal, Bands::default()).is_err()
        );
        // Means, squares and weights beyond a number's range.
        for (answers, weight) in [
            ([1e308, 1e308], 1.0),
            ([1e200, 1.0], 1.0),
            ([4.0, 4.0], 1e308),
        ] {
            let answers = answers.map(|of| vec![of]);
            assert!(matches!(
                index(&answers, Weights::Each(weight)),
                SatisfactionError::TooLarge { .. }
            ));
        }
    }

    proptest! {
        #[test]
        fn people_in_any_order_and_the_mirrored_scale(
            answers in prop::collection::vec(prop::collection::vec(1_u8..=4, 5), 1..40)
        ) {
            let own: Vec<Vec<f64>> =
                answers.iter().map(|of| of.iter().map(|&a| f64::from(a)).collect()).collect();
            let index = |of: &[Vec<f64>]| {
                satisfaction_index(of, &Weights::Equal, Bands::default()).unwrap()
            };
            let of = index(&own);
            prop_assert!((25.0 - 1e-9..=100.0 + 1e-9).contains(&of.index));
            let mut turned = own.clone();
            turned.reverse();
            prop_assert!((index(&turned).index - of.index).abs() < 1e-10);
            let mirrored: Vec<Vec<f64>> =
                own.iter().map(|of| of.iter().map(|a| 5.0 - a).collect()).collect();
            let mirrored = index(&mirrored);
            prop_assert!((mirrored.index + of.index - 125.0).abs() < 1e-10);
            prop_assert_eq!(of.se.is_some(), answers.len() > 1);
            if let (Some(one), Some(other)) = (of.se, mirrored.se) {
                prop_assert!((one - other).abs() < 1e-10);
            }
            // The parts add up, and means alone give the same index.
            let means: Vec<f64> = of.elements.iter().map(|of| of.mean).collect();
            let again =
                satisfaction_index_of_means(&means, &Weights::Equal, Bands::default()).unwrap();
            prop_assert!((again.index - of.index).abs() < 1e-10);
            let parts: f64 = of.elements.iter().map(|of| of.weight * of.index).sum();
            prop_assert!((parts - of.index).abs() < 1e-10);
            // Everybody twice: the same index, the error of twice as many.
            let twice: Vec<Vec<f64>> = own.iter().chain(&own).cloned().collect();
            let twice = index(&twice);
            prop_assert!((twice.index - of.index).abs() < 1e-10);
            if let (Some(one), Some(two)) = (of.se, twice.se) {
                let n = answers.len() as f64;
                let less = ((n - 1.0) / (2.0 * n - 1.0)).sqrt();
                prop_assert!((two - one * less).abs() < 1e-10);
                let interval = of.interval.unwrap();
                prop_assert!(interval.low <= of.index && of.index <= interval.high);
            }
            // An answer that is higher raises the index, and the grade never falls.
            let mut raised = own;
            raised[0][0] = 4.0;
            let raised = index(&raised);
            prop_assert!(raised.index >= of.index - 1e-10);
            prop_assert!(raised.grade.unwrap() <= of.grade.unwrap());
        }
    }
}
