//! Many tests at once: how many of those called a signal are false.

/// Why false discoveries cannot be controlled.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum FalseDiscoveryError {
    /// A probability that is none.
    #[error("p of test {test} must be in [0, 1]: found {p}")]
    NotProbability {
        /// Which test, from 0.
        test: usize,
        /// The value found.
        p: f64,
    },
}

/// Benjamini–Hochberg adjusted p values: calling signals the tests with `q <= 0.05` keeps the
/// expected share of false ones among them at 5 %.
///
/// # Shape and units
///
/// - `p`: `n` p values of tests that are independent or depend positively, in any order; equal
///   ones get equal answers. No tests give no answers.
/// - returns: `n` values `q` in `[0, 1]`, in the order of `p`, none below its `p`.
///
/// # Errors
///
/// [`FalseDiscoveryError::NotProbability`] for a value outside `[0, 1]`; NaN is.
///
/// # Examples
///
/// ```
/// use pengayom_measure::false_discovery::benjamini_hochberg;
///
/// // The smallest times 3, the next times 3/2, the last as it is; and none above a later one.
/// let q = benjamini_hochberg(&[0.04, 0.01, 0.03])?;
/// assert!((q[1] - 0.03).abs() < 1e-12);
/// assert!((q[2] - 0.04).abs() < 1e-12 && (q[0] - 0.04).abs() < 1e-12);
/// # Ok::<(), pengayom_measure::false_discovery::FalseDiscoveryError>(())
/// ```
///
/// # References
///
/// Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate: a practical and
/// powerful approach to multiple testing. *J. R. Statist. Soc. B* 57(1), 289–300.
pub fn benjamini_hochberg(p: &[f64]) -> Result<Vec<f64>, FalseDiscoveryError> {
    if let Some((test, &p)) = p
        .iter()
        .enumerate()
        .find(|(_, p)| !(0.0..=1.0).contains(*p))
    {
        return Err(FalseDiscoveryError::NotProbability { test, p });
    }
    let tests = p.len() as f64;
    let order = crate::ranking::ascending(p.iter().copied());
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (rank, &(p, test)) in order.iter().enumerate().rev() {
        least = least.min(p * (tests / (rank as f64 + 1.0)));
        if let Some(adjusted) = adjusted.get_mut(test) {
            *adjusted = least;
        }
    }
    Ok(adjusted)
}

/// The same where some tests could not be made; these neither get an answer nor count.
pub(crate) fn of_those_made(p: &[Option<f64>]) -> Vec<Option<f64>> {
    let made: Vec<f64> = p.iter().flatten().copied().collect();
    let mut adjusted = benjamini_hochberg(&made).unwrap_or_default().into_iter();
    p.iter().map(|p| p.and_then(|_| adjusted.next())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_no_probability_is_refused() {
        for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                benjamini_hochberg(&[0.5, bad]),
                Err(FalseDiscoveryError::NotProbability { test: 1, .. })
            ));
        }
        assert!(benjamini_hochberg(&[]).unwrap().is_empty());
    }

    #[test]
    fn the_papers_example_is_met() {
        // Benjamini and Hochberg (1995), section 3.2: at 5 % the four smallest of 15 are called.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.0000,
        ];
        let q = benjamini_hochberg(&p).unwrap();
        assert_eq!(q.iter().filter(|q| **q <= 0.05).count(), 4);
    }

    #[test]
    fn tests_not_made_do_not_count() {
        let found = of_those_made(&[None, Some(0.01), None, Some(0.5)]);
        assert_eq!(found, [None, Some(0.02), None, Some(0.5)]);
    }

    proptest! {
        #[test]
        fn the_answer_keeps_the_order_and_does_not_depend_on_it(
            p in prop::collection::vec(0.0_f64..=1.0, 1..50)
        ) {
            let q = benjamini_hochberg(&p).unwrap();
            for (a, qa) in p.iter().zip(&q) {
                prop_assert!(qa >= a && *qa <= 1.0);
                for (b, qb) in p.iter().zip(&q) {
                    prop_assert!(a > b || qa <= qb);
                }
            }
            let mut turned = p.clone();
            turned.reverse();
            let mut again = benjamini_hochberg(&turned).unwrap();
            again.reverse();
            prop_assert_eq!(&again, &q);
            // The step-up rule itself.
            let mut sorted = p.clone();
            sorted.sort_by(f64::total_cmp);
            let n = p.len() as f64;
            let called = sorted.iter().zip(1_u32..).filter(|(p, i)| **p <= 0.05 * f64::from(*i) / n);
            let called = called.map(|(_, i)| i as usize).max().unwrap_or(0);
            prop_assert_eq!(q.iter().filter(|q| **q <= 0.05).count(), called);
        }
    }
}
