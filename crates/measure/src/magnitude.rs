//! Units in which figures of any size can be squared.

/// What to divide figures by so that their squares, products and sums of these neither overflow nor
/// vanish: 1 where they already do not, the largest otherwise.
///
/// - `largest`: the largest size among the figures, finite; 0 gives 1.
pub(crate) fn unit(largest: f64) -> f64 {
    if largest > 0.0 && !(1e-100..=1e100).contains(&largest) {
        largest
    } else {
        1.0
    }
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
            assert!((unit(usual) - 1.0).abs() < f64::EPSILON);
        }
        for far in [5e-324, 1e-101, 1e101, f64::MAX] {
            assert!((far / unit(far) - 1.0).abs() < f64::EPSILON);
        }
        assert!((largest([1.0, -3.0, 2.0]) - 3.0).abs() < f64::EPSILON);
    }
}
