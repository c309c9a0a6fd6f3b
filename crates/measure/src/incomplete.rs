//! The incomplete gamma and beta functions, and their inverses, for shapes from 1e-6 to 1e9.
//!
//! Why not those of `statrs` 0.19, which [`crate::quantile`] uses: its continued fraction of the beta
//! function ends after 140 terms, which is too early for shapes above some ten thousand, and its
//! factors come from differences of large logarithms, which lose a digit for every tenfold of the
//! shape. Funnels and pooled rates have populations there. The factors are Loader's here.
//!
//! Loader, C. (2000). Fast and accurate computation of binomial probabilities. (As used by R's
//! `dbinom` and `dpois`.)

#![allow(clippy::many_single_char_names, reason = "the letters of the formulas")]

use std::f64::consts::TAU;

use statrs::function::gamma::ln_gamma;

/// Terms after which a series or fraction is given up; it needs about `6 √shape`.
const TERMS_MAX: u32 = 5_000_000;

/// Steps after which a quantile is given up; it needs about three.
const STEPS_MAX: usize = 200;

/// `ln Γ(x + 1)` less its Stirling approximation `ln(√(2πx) (x/e)^x)`, for `x > 0`.
fn stirling_error(x: f64) -> f64 {
    if x < 16.0 {
        return ln_gamma(x + 1.0) - (x + 0.5) * x.ln() + x - 0.5 * TAU.ln();
    }
    let x2 = x * x;
    (1.0 / 12.0
        - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / 1188.0 / x2) / x2) / x2) / x2)
        / x
}

/// `x ln(x / m) + m - x`, where `x` may be near `m`.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() >= 0.1 * (x + m) {
        return x * (x / m).ln() + m - x;
    }
    let v = (x - m) / (x + m);
    let (mut s, mut term) = ((x - m) * v, 2.0 * x * v);
    for j in 1..1000 {
        term *= v * v;
        let next = s + term / f64::from(2 * j + 1);
        // The same to the last bit.
        if next.to_bits() == s.to_bits() {
            break;
        }
        s = next;
    }
    s
}

/// `x^a e^-x / Γ(a + 1)`, for `a > 0`: the Poisson probability of `a` where `x` are expected.
fn poisson(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    (-stirling_error(a) - deviance(a, x)).exp() / (TAU * a).sqrt()
}

/// Probability of `x` of `n`, each with probability `p = 1 - q`. Neither need be whole.
pub(crate) fn binomial(x: f64, n: f64, p: f64, q: f64) -> f64 {
    let y = n - x;
    if p <= 0.0 || q <= 0.0 {
        let certain = if p <= 0.0 { x } else { y };
        return f64::from(u8::from(certain <= 0.0));
    }
    if x <= 0.0 {
        return (n * (-p).ln_1p()).exp();
    }
    if y <= 0.0 {
        return (n * p.ln()).exp();
    }
    let error = stirling_error(n) - stirling_error(x) - stirling_error(y);
    (error - deviance(x, n * p) - deviance(y, n * q)).exp() * (n / (TAU * x * y)).sqrt()
}

/// The incomplete gamma function of shape `a > 0` at `x >= 0`: below and above `x`, adding up to 1.
pub(crate) fn gamma(a: f64, x: f64) -> (f64, f64) {
    let factor = poisson(a, x);
    if x < a + 1.0 {
        let (mut sum, mut term) = (1.0, 1.0);
        for k in 1..TERMS_MAX {
            term *= x / (a + f64::from(k));
            sum += term;
            if term < sum * 1e-17 {
                break;
            }
        }
        let below = (factor * sum).min(1.0);
        (below, 1.0 - below)
    } else {
        // Lentz's continued fraction.
        let mut b = x + 1.0 - a;
        let (mut c, mut d) = (1.0 / f64::MIN_POSITIVE, 1.0 / b);
        let mut h = d;
        for k in 1..TERMS_MAX {
            let k = f64::from(k);
            let an = -k * (k - a);
            b += 2.0;
            d = 1.0 / floor(an * d + b);
            c = floor(b + an / c);
            h *= d * c;
            if (d * c - 1.0).abs() < 4e-16 {
                break;
            }
        }
        let above = (factor * a * h).min(1.0);
        (1.0 - above, above)
    }
}

/// Not 0, so that it can be divided by.
fn floor(x: f64) -> f64 {
    if x.abs() < 1e-300 { 1e-300 } else { x }
}

/// The incomplete beta function of shapes `a, b > 0` at `x = 1 - y`: below and above `x`, adding up
/// to 1.
pub(crate) fn beta(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    beta_by(binomial(a, a + b, x, y) * a * b / (a + b), a, b, x, y)
}

/// The same from the density of the logit, `x^a y^b / B(a, b)`, and not at the ends.
fn beta_by(density: f64, a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= (a + 1.0) / (a + b + 2.0) {
        let below = (density * fraction(a, b, x, y) / a).min(1.0);
        (below, 1.0 - below)
    } else {
        let above = (density * fraction(b, a, y, x) / b).min(1.0);
        (1.0 - above, above)
    }
}

/// The even part of the continued fraction of the beta function, times `a`: half as many terms as the
/// fraction itself, and one division that waits for another in each.
///
/// DiDonato, A. R. and Morris, A. H. (1992). Algorithm 708: significant digit computation of the
/// incomplete beta function ratios. *ACM Trans. Math. Softw.* 18(3), 360–373 (their `BFRAC`).
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    // `a - (a + b) x`, from the end that keeps more digits.
    let away = if a > b {
        (a + b) * y - b
    } else {
        a - (a + b) * x
    };
    let (c, c0, per_a) = (1.0 + away, b / a, 1.0 / a);
    let c1 = 1.0 + per_a;
    let (mut p, mut s) = (1.0, a + 1.0);
    let (mut above, mut below) = ((0.0, 1.0), (1.0, c / c1));
    let mut ratio = c1 / c;
    for n in 1..TERMS_MAX {
        let n = f64::from(n);
        let t = n * per_a;
        let w = n * (b - n) * x;
        let per_s = 1.0 / s;
        let e = a * per_s;
        let alpha = p * (p + c0) * e * e * (w * x);
        let beta = n + w * per_s + (1.0 + t) / (c1 + t + t) * (c + n * (1.0 + y));
        p = 1.0 + t;
        s += 2.0;
        above = (above.1, alpha * above.0 + beta * above.1);
        below = (below.1, alpha * below.0 + beta * below.1);
        let scale = 1.0 / below.1;
        let next = above.1 * scale;
        let is_last = (next - ratio).abs() <= 1e-15 * next;
        ratio = next;
        if is_last {
            break;
        }
        above = (above.0 * scale, next);
        below = (below.0 * scale, 1.0);
    }
    a * ratio
}

/// A normal quantile with the probabilities below and above it: what is asked of many shapes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Level {
    z: f64,
    below: f64,
    above: f64,
    /// Terms of the gamma quantile in powers of `1 / √shape`.
    terms: [f64; 12],
}

/// Shape from which on the gamma quantile is taken from its expansion: there the next term is below
/// 2e-12 of it for normal quantiles up to 3.1.
const EXPANDED_FROM: f64 = 50.0;

/// `u_k(z)`: coefficients from the highest power down, every other one, over a denominator.
///
/// With `x = a (1 + Σ ε^(k+1) u_k(z))` and `ε = 1/√a`, equal tails of the normal and the gamma
/// distribution mean `(1 + εu) u'' = u' ((u + ε) u' - z (1 + εu))`, of which these are the
/// polynomials in turn (the first six are those of Cornish and Fisher, Abramowitz & Stegun 26.4.14).
const EXPANSION: [(f64, &[f64]); 12] = [
    (1.0, &[1.0]),
    (3.0, &[1.0, -1.0]),
    (36.0, &[1.0, -7.0]),
    (810.0, &[-3.0, -7.0, 16.0]),
    (38_880.0, &[9.0, 256.0, -433.0]),
    (204_120.0, &[12.0, -243.0, -923.0, 1_472.0]),
    (146_966_400.0, &[-3_753.0, -4_353.0, 289_517.0, 289_717.0]),
    (
        55_112_400.0,
        &[270.0, 4_614.0, -9_513.0, -104_989.0, 35_968.0],
    ),
    (
        21_163_161_600.0,
        &[
            -5_139.0,
            -547_848.0,
            -2_742_210.0,
            7_016_224.0,
            37_501_325.0,
        ],
    ),
    (
        1_964_205_936_000.0,
        &[
            -364_176.0,
            6_208_146.0,
            125_735_778.0,
            303_753_831.0,
            -672_186_949.0,
            -2_432_820_224.0,
        ],
    ),
    (
        2_639_892_777_984_000.0,
        &[
            199_112_985.0,
            1_885_396_761.0,
            -31_857_434_154.0,
            -287_542_736_226.0,
            -556_030_221_167.0,
            487_855_454_729.0,
        ],
    ),
    (
        3_217_369_323_168_000.0,
        &[
            -47_364_912.0,
            -1_564_552_044.0,
            -4_153_930_200.0,
            83_165_906_220.0,
            513_668_682_855.0,
            1_069_525_622_411.0,
            -1_450_997_651_456.0,
        ],
    ),
];

impl Level {
    /// 2.5 % below.
    pub(crate) fn low_95() -> Self {
        Self::new(-crate::proportion::Z_95, 0.025, 0.975)
    }

    /// 2.5 % above.
    pub(crate) fn high_95() -> Self {
        Self::new(crate::proportion::Z_95, 0.975, 0.025)
    }

    /// `z` must be the normal quantile of `below = 1 - above`, within ±3.2.
    pub(crate) fn new(z: f64, below: f64, above: f64) -> Self {
        let z2 = z * z;
        let mut terms = [0.0; 12];
        for (k, (term, (denominator, coefficients))) in terms.iter_mut().zip(EXPANSION).enumerate()
        {
            let even = coefficients.iter().fold(0.0, |sum, c| sum * z2 + c);
            // u_k is even where k is odd, and the other way round.
            *term = if k % 2 == 0 { even * z } else { even } / denominator;
        }
        Self {
            z,
            below,
            above,
            terms,
        }
    }

    /// The probability below, and the normal quantile.
    pub(crate) fn below(&self) -> (f64, f64) {
        (self.below, self.z)
    }

    /// Quantile of the gamma distribution of this shape (above 0) with scale 1; relative error below
    /// 1e-11.
    pub(crate) fn gamma(&self, shape: f64) -> f64 {
        let e = 1.0 / shape.sqrt();
        let expanded = shape * (1.0 + e * self.terms.iter().rev().fold(0.0, |sum, t| sum * e + t));
        if shape >= EXPANDED_FROM {
            return expanded;
        }
        let is_lower = self.below <= self.above;
        let start = if shape < 3.0 || expanded <= 0.0 {
            // P(a, x) is below x^a / Γ(a + 1), so the quantile is above this.
            ((self.below.ln() + ln_gamma(shape + 1.0)) / shape).max(-740.0)
        } else {
            expanded.ln()
        };
        // The logarithm of either tail is concave in ln x, so steps do not run away.
        approach(start, |y| {
            let x = y.exp();
            let tails = gamma(shape, x);
            self.distance(tails, poisson(shape, x) * shape, shape - x, is_lower)
        })
        .exp()
    }

    /// How far the logarithm of a tail is from that of the level, with its slope and the curvature
    /// over the slope: `density` is that of the variable stepped in, `bend` the slope of its
    /// logarithm.
    fn distance(
        &self,
        (below, above): (f64, f64),
        density: f64,
        bend: f64,
        is_lower: bool,
    ) -> [f64; 3] {
        if is_lower {
            let slope = density / below;
            [(self.below / below).ln(), slope, bend - slope]
        } else {
            let slope = density / above;
            [(above / self.above).ln(), slope, bend + slope]
        }
    }

    /// Quantile of the beta distribution of these shapes (above 0); relative error below 1e-10.
    pub(crate) fn beta(&self, a: f64, b: f64) -> f64 {
        let is_lower = self.below <= self.above;
        // Abramowitz & Stegun 26.5.22, whose value is half the logit. Small shapes: the power of the
        // nearer end.
        let start = if a > 1.0 && b > 1.0 {
            let (r, s) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
            let h = 2.0 / (r + s);
            let l = (self.z * self.z - 3.0) / 6.0;
            let w =
                self.z * (h + l).max(0.0).sqrt() / h + (r - s) * (l + 5.0 / 6.0 - 2.0 / (3.0 * h));
            2.0 * w + (a / b).ln()
        } else {
            (a / b).ln()
        };
        // Loader's factors as in `binomial`; what is the same at every step is worked out once.
        let n = a + b;
        let error = stirling_error(n) - stirling_error(a) - stirling_error(b);
        let factor = (a * b / n / TAU).sqrt();
        // The logarithm of either tail is concave in the logit.
        let logit = approach(start, |y| {
            let (x, rest) = (1.0 / (1.0 + (-y).exp()), 1.0 / (1.0 + y.exp()));
            let far = deviance(a, n * x) + deviance(b, n * rest);
            let density = (error - far).exp() * factor;
            let tails = if x <= 0.0 {
                (0.0, 1.0)
            } else if rest <= 0.0 {
                (1.0, 0.0)
            } else {
                beta_by(density, a, b, x, rest)
            };
            self.distance(tails, density, a * rest - b * x, is_lower)
        });
        1.0 / (1.0 + (-logit).exp())
    }
}

/// The root of a function, by Halley's method, of which the distance still to go, the slope, and
/// the curvature over the slope are given. Where it is too far out to be told (a tail of 0), the
/// step is halved back.
fn approach(start: f64, distance: impl Fn(f64) -> [f64; 3]) -> f64 {
    let (mut y, mut step) = (start, 0.0_f64);
    for _ in 0..STEPS_MAX {
        let [gap, slope, bend] = distance(y);
        let newton = gap / slope;
        if !newton.is_finite() {
            if step.abs() < 1e-300 {
                return y;
            }
            step /= 2.0;
            y -= step;
            continue;
        }
        let halley = newton / (1.0 + newton * bend / 2.0).max(0.5);
        step = halley.clamp(-50.0, 50.0);
        y += step;
        // What is left after a step is about its cube, times the square of the slope.
        if step.abs() * (1.0 + slope.abs()) <= 1e-5 {
            break;
        }
    }
    y
}

/// `ln Γ(z + k) - ln Γ(z)` with its first and second derivative in `z`, for `z > 0` and whole
/// `k >= 0`.
pub(crate) fn rising(z: f64, k: f64) -> [f64; 3] {
    let (mut value, mut first, mut second) = (0.0, 0.0, 0.0);
    // A step at a time while there are few, or until the series of Stirling can be used.
    let mut done = 0.0;
    let mut product = 1.0_f64;
    while done < k && (k <= 8.0 || z + done < 12.0) {
        let at = z + done;
        product *= at;
        if !(1e-200..1e200).contains(&product) {
            value += product.ln();
            product = 1.0;
        }
        first += 1.0 / at;
        second -= 1.0 / (at * at);
        done += 1.0;
    }
    value += product.ln();
    if done >= k {
        return [value, first, second];
    }
    let (low, rest) = (z + done, k - done);
    let high = low + rest;
    let ratio = (rest / low).ln_1p();
    let [l, h] = [low, high].map(|x| {
        let (r, r2) = (1.0 / x, 1.0 / (x * x));
        [
            r * (1.0 / 12.0 - r2 * (1.0 / 360.0 - r2 * (1.0 / 1260.0 - r2 / 1680.0))),
            -r2 * (1.0 / 12.0 - r2 * (1.0 / 120.0 - r2 * (1.0 / 252.0 - r2 / 240.0))) - r / 2.0,
            r + r2 / 2.0 + r * r2 * (1.0 / 6.0 - r2 * (1.0 / 30.0 - r2 * (1.0 / 42.0 - r2 / 30.0))),
        ]
    });
    value += (low - 0.5) * ratio + rest * high.ln() - rest + h[0] - l[0];
    [value, first + ratio + h[1] - l[1], second + h[2] - l[2]]
}

/// Probability that a chi-squared number with `df > 0` degrees of freedom is above `x`.
pub(crate) fn chi_squared_above(x: f64, df: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    gamma(df / 2.0, x / 2.0).1
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unreadable_literal, reason = "as the peer prints them")]

    use super::*;
    use proptest::prelude::*;

    const PEER_GAMMA: [(f64, f64, f64); 8] = [
        (0.01, 3.5226859973137185e-161, 0.04713795843159044),
        (0.3, 3.1856790317391693e-06, 1.9002636428388269),
        (2.5, 0.41560580674333125, 6.416250997015015),
        (17.0, 9.903126469607294, 25.982997597560946),
        (49.9, 37.024851001803114, 64.66670579108262),
        (50.1, 37.19709039251134, 64.89447745310044),
        (1000.0, 938.9730184076952, 1062.9211512248878),
        (123456.7, 122768.98674615634, 124146.3075586209),
    ];

    const PEER_BETA: [(f64, f64, f64, f64); 6] = [
        (0.2, 3.0, 2.436858932985634e-09, 0.43658905077973437),
        (3.5, 2.5, 0.20941666407600484, 0.905609672655656),
        (20.0, 2000.0, 0.006060980018664841, 0.014656963794540248),
        (5000.0, 7000.0, 0.40785950507646557, 0.4255001381713336),
        (
            40.0,
            1000000.0,
            2.857562092161646e-05,
            5.331182313998834e-05,
        ),
        (1000000.0, 2000000.0, 0.3328000040759549, 0.3338668730691445),
    ];

    fn close(found: f64, expected: f64, relative: f64) -> bool {
        (found - expected).abs() <= relative * expected.abs()
    }

    #[test]
    fn quantiles_with_a_closed_form_are_met() {
        let (low, high) = (Level::low_95(), Level::high_95());
        assert!(close(low.gamma(1.0), -(0.975_f64).ln(), 1e-12));
        assert!(close(high.gamma(1.0), -(0.025_f64).ln(), 1e-12));
        assert!(close(
            low.beta(1.0, 7.0),
            1.0 - 0.975_f64.powf(1.0 / 7.0),
            1e-11
        ));
        assert!(close(high.beta(3.0, 1.0), 0.975_f64.cbrt(), 1e-11));
        // Arcsine distribution: sin² of the probability's part of a right angle.
        let angle = 0.025 * std::f64::consts::FRAC_PI_2;
        assert!(close(low.beta(0.5, 0.5), angle.sin().powi(2), 1e-10));
    }

    #[test]
    fn quantiles_of_a_peer_are_met() {
        // scipy 1.17.1, gamma.ppf and beta.ppf.
        let (low, high) = (Level::low_95(), Level::high_95());
        for (shape, at_low, at_high) in PEER_GAMMA {
            assert!(close(low.gamma(shape), at_low, 1e-11), "{shape}");
            assert!(close(high.gamma(shape), at_high, 1e-11), "{shape}");
        }
        for (a, b, at_low, at_high) in PEER_BETA {
            assert!(
                close(low.beta(a, b), at_low, 1e-10),
                "{a} {b} {}",
                low.beta(a, b)
            );
            assert!(close(high.beta(a, b), at_high, 1e-10), "{a} {b}");
        }
    }

    proptest! {
        #[test]
        fn tails_add_up_and_a_quantile_leaves_its_tail(log_a in -3.0_f64..14.0, log_b in -3.0_f64..14.0) {
            let (a, b) = (log_a.exp(), log_b.exp());
            for level in [Level::low_95(), Level::high_95()] {
                let x = level.gamma(a);
                let (below, above) = gamma(a, x);
                prop_assert!((below + above - 1.0).abs() < 1e-12);
                // A quantile below the smallest double is 0.
                prop_assert!(x < 1e-300 || close(below, level.below, 1e-8) , "{a} {below}");
                let x = level.beta(a, b);
                prop_assert!((0.0..=1.0).contains(&x));
                let inside = x > 1e-12 && x < 1.0 - 1e-6;
                let (below, above) = beta(a, b, x, 1.0 - x);
                let (mirrored, _) = beta(b, a, 1.0 - x, x);
                prop_assert!((below + above - 1.0).abs() < 1e-12);
                prop_assert!(!inside || close(below, level.below, 1e-7), "{a} {b} {below}");
                prop_assert!((mirrored - above).abs() < 1e-9, "{a} {b} {x}");
            }
        }

        #[test]
        fn a_rising_product_grows_by_its_last_factor(z in 1e-3_f64..1e7, k in 0_u32..3000) {
            let k = f64::from(k);
            let (one, next) = (rising(z, k), rising(z, k + 1.0));
            let factor = (z + k).ln();
            prop_assert!((next[0] - one[0] - factor).abs() < 1e-9 * one[0].abs().max(1.0));
            prop_assert!((next[1] - one[1] - 1.0 / (z + k)).abs() < 1e-10 * one[1].max(1.0));
            let curve = next[2] - one[2] + 1.0 / ((z + k) * (z + k));
            prop_assert!(curve.abs() < 1e-9 * one[2].abs().max(1.0));
        }
    }
}
