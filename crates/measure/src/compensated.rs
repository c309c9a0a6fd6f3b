//! Sums of many numbers without the error that grows with their number.

/// The sum of `numbers`, in one pass.
///
/// Neumaier's compensated sum: the error is that of one rounding as long as the terms do not cancel
/// each other almost wholly. Infinite terms or an overflow give an answer that is not finite, which
/// the caller has to look for.
///
/// Neumaier, A. (1974). Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen.
/// *Z. Angew. Math. Mech.* 54(1), 39–51.
pub(crate) fn sum(numbers: impl IntoIterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0_f64);
    for number in numbers {
        let next = total + number;
        lost += if total.abs() >= number.abs() {
            (total - next) + number
        } else {
            (number - next) + total
        };
        total = next;
    }
    total + lost
}

/// The mean of `numbers`, and how many there are; NaN of none.
pub(crate) fn mean(numbers: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = numbers.len() as f64;
    sum(numbers) / n
}

/// The middle of `numbers`, or halfway between the two middle ones; NaN of none. Reorders them.
pub(crate) fn median(numbers: &mut [f64]) -> f64 {
    let half = numbers.len() / 2;
    if numbers.is_empty() {
        return f64::NAN;
    }
    let is_even = numbers.len().is_multiple_of(2);
    let (below, middle, _) = numbers.select_nth_unstable_by(half, f64::total_cmp);
    if is_even {
        let before = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        // Halved first, so that two large ones do not overflow.
        before / 2.0 + *middle / 2.0
    } else {
        *middle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_keeps_what_a_plain_one_loses() {
        assert!((sum([1.0, 1e100, 1.0, -1e100]) - 2.0).abs() < 1e-15);
        let tenths = sum(std::iter::repeat_n(0.1, 1_000_000));
        assert!((tenths - 100_000.0).abs() < 1e-9, "{tenths}");
        assert!(mean([].iter().copied()).is_nan());
    }

    #[test]
    fn the_middle_of_an_even_number_is_halfway() {
        assert!((median(&mut [3.0, 1.0, 2.0]) - 2.0).abs() < 1e-15);
        assert!((median(&mut [4.0, 1.0, 3.0, 2.0]) - 2.5).abs() < 1e-15);
        assert!((median(&mut [f64::MAX, f64::MAX]) - f64::MAX).abs() < 1.0);
        assert!(median(&mut []).is_nan());
    }
}
