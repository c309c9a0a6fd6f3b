//! Units in which figures of any size can be squared.

/// What to divide figures by so that their squares, products and sums of these neither overflow nor
/// vanish: the largest; nothing where they already do not.
///
/// - `largest`: the largest size among the figures, finite.
pub(crate) fn unit(largest: f64) -> Option<f64> {
    (largest > 0.0 && !(1e-100..=1e100).contains(&largest)).then_some(largest)
}

/// The largest size among figures; 0 of none.
pub(crate) fn largest(of: impl IntoIterator<Item = f64>) -> f64 {
    of.into_iter().fold(0.0, |most, of| most.max(of.abs()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_far_out_gets_another_unit() {
        for usual in [0.0, 1e-100, 3.0, 1e100] {
            assert_eq!(unit(usual), None);
        }
        for far in [5e-324, 1e-101, 1e101, f64::MAX] {
            assert_eq!(unit(far), Some(far));
        }
        assert!((largest([1.0, -3.0, 2.0]) - 3.0).abs() < f64::EPSILON);
    }
}
