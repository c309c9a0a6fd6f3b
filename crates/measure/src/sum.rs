//! Sums of many numbers that lose few digits.

/// Numbers up to which eight running sums are kept side by side.
const BLOCK: usize = 128;

/// Sum by halves, whose rounding grows with the logarithm of their number and not with it.
///
/// The order is that of numpy's `sum`, so that what is exactly 0 here is exactly 0 there.
pub(crate) fn pairwise(of: &[f64]) -> f64 {
    if of.len() <= BLOCK {
        return block(of);
    }
    let half = of.len() / 2;
    let (low, high) = of.split_at(half - half % 8);
    pairwise(low) + pairwise(high)
}

fn block(of: &[f64]) -> f64 {
    if of.len() < 8 {
        // A sum of nothing is -0 in the standard library.
        return of.iter().fold(0.0, |sum, x| sum + x);
    }
    let (eights, rest) = of.as_chunks::<8>();
    let sums = eights.iter().fold([0.0; 8], |sums, eight| {
        let mut sums: [f64; 8] = sums;
        for (sum, x) in sums.iter_mut().zip(eight) {
            *sum += x;
        }
        sums
    });
    // Neighbours first, then theirs.
    let fours: [f64; 4] = std::array::from_fn(|at| {
        let pair = sums.iter().skip(2 * at).take(2);
        pair.fold(0.0, |sum, x| sum + x)
    });
    let whole = match fours {
        [first, second, third, fourth] => (first + second) + (third + fourth),
    };
    rest.iter().fold(whole, |sum, x| sum + x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_are_summed_exactly_whatever_their_number() {
        for n in [0_u32, 1, 7, 8, 9, 127, 128, 129, 1000, 4097] {
            let of: Vec<f64> = (0..n).map(f64::from).collect();
            let exact = f64::from(n) * (f64::from(n) - 1.0) / 2.0;
            assert!((pairwise(&of) - exact.max(0.0)).abs() < 1e-9, "{n}");
        }
    }

    #[test]
    fn a_million_tenths_lose_almost_nothing() {
        let sum = pairwise(&vec![0.1; 1_000_000]);
        assert!((sum - 100_000.0).abs() < 1e-9, "{sum}");
        // One running sum is a thousand times further off.
        let running: f64 = vec![0.1; 1_000_000].iter().sum();
        assert!((running - 100_000.0).abs() > 1e-7);
    }
}
