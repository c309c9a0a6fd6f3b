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

/// Newton's steps after which a quantile is given up; it needs about five.
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
    let factor = binomial(a, a + b, x, y) * a * b / (a + b);
    if x <= (a + 1.0) / (a + b + 2.0) {
        let below = (factor * fraction(a, b, x) / a).min(1.0);
        (below, 1.0 - below)
    } else {
        let above = (factor * fraction(b, a, y) / b).min(1.0);
        (1.0 - above, above)
    }
}

/// Lentz's continued fraction of the beta function.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / floor(1.0 - (a + b) * x / (a + 1.0));
    let mut h = d;
    for m in 1..TERMS_MAX {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a - 1.0 + 2.0 * m) * (a + 2.0 * m));
        d = 1.0 / floor(1.0 + even * d);
        c = floor(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 1.0 + 2.0 * m));
        d = 1.0 / floor(1.0 + odd * d);
        c = floor(1.0 + odd / c);
        h *= d * c;
        if (d * c - 1.0).abs() < 4e-16 {
            break;
        }
    }
    h
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
        let start = if shape < 1.0 || expanded <= 0.0 {
            // P(a, x) is below x^a / Γ(a + 1), so the quantile is above this.
            ((self.below.ln() + ln_gamma(shape + 1.0)) / shape).max(-740.0)
        } else {
            // Wilson and Hilferty; their error is small enough for Newton to take over.
            let root = 1.0 - e * e / 9.0 + self.z * e / 3.0;
            (shape * root.max(0.05).powi(3)).ln()
        };
        // The logarithm of either tail is concave in ln x, so Newton's steps do not run away.
        newton(start, |y| {
            let x = y.exp();
            let (below, above) = gamma(shape, x);
            let slope = poisson(shape, x) * shape;
            if is_lower {
                ((self.below / below).ln(), slope / below)
            } else {
                ((above / self.above).ln(), slope / above)
            }
        })
        .exp()
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
        // The logarithm of either tail is concave in the logit.
        let logit = newton(start, |y| {
            let (x, rest) = (1.0 / (1.0 + (-y).exp()), 1.0 / (1.0 + y.exp()));
            let (below, above) = beta(a, b, x, rest);
            let slope = binomial(a, a + b, x, rest) * a * b / (a + b);
            if is_lower {
                ((self.below / below).ln(), slope / below)
            } else {
                ((above / self.above).ln(), slope / above)
            }
        });
        1.0 / (1.0 + (-logit).exp())
    }
}

/// The root of a function whose distance still to go and slope are given. Where it is too far out to
/// be told (a tail of 0), the step is halved back.
fn newton(start: f64, distance: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (mut y, mut step) = (start, 0.0_f64);
    for _ in 0..STEPS_MAX {
        let (gap, slope) = distance(y);
        let next = gap / slope;
        if !next.is_finite() {
            if step.abs() < 1e-300 {
                return y;
            }
            step /= 2.0;
            y -= step;
            continue;
        }
        step = next.clamp(-50.0, 50.0);
        y += step;
        if step.abs() <= 1e-13 * y.abs().max(1.0) {
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

/// Quantile of the binomial distribution, made continuous: the least `r` with at least the level's
/// probability at or below it, less the part of `r`'s own probability that goes beyond the level.
///
/// - `n`: trials, whole, above 0; `p = 1 - q`: probability of success.
/// - returns: a number of successes; up to 1 below 0 where even 0 successes are likelier than the
///   level.
pub(crate) fn smooth_binomial(level: &Level, n: f64, p: f64, q: f64) -> f64 {
    let (below, z) = level.below();
    let at_or_below = |r: f64| {
        if r < 0.0 {
            0.0
        } else if r >= n {
            1.0
        } else {
            beta(n - r, r + 1.0, q, p).0
        }
    };
    let sd = (n * p * q).sqrt();
    let guess = n * p + z * sd + (z * z - 1.0) * (q - p) / 6.0;
    let mut r = guess.round().clamp(0.0, n);
    let (mut sum, mut own) = (at_or_below(r), binomial(r, n, p, q));
    // The guess is mostly right within one or two; probabilities beside it follow by their ratio.
    while sum < below && r < n {
        r += 1.0;
        own = binomial(r, n, p, q);
        sum += own;
    }
    while r > 0.0 && sum - own >= below {
        sum -= own;
        r -= 1.0;
        own = binomial(r, n, p, q);
    }
    if own > 0.0 {
        r - (sum - below) / own
    } else {
        r
    }
}

/// Probability that a chi-squared number with `df > 0` degrees of freedom is above `x`.
pub(crate) fn chi_squared_above(x: f64, df: f64) -> f64 {
    if x <= 0.0 {
        return 1.0;
    }
    gamma(df / 2.0, x / 2.0).1
}

/// The least number of successes that at least 5 % of `trials` fair coins are at or below.
pub(crate) fn fair_coin_5_percent(trials: u64) -> u64 {
    let n = trials as f64;
    let at_or_below = |r: f64| {
        if r >= n {
            1.0
        } else {
            beta(n - r, r + 1.0, 0.5, 0.5).0
        }
    };
    let mut r = (n / 2.0 - 1.645 * (n / 4.0).sqrt() - 0.5).round().max(0.0);
    while r > 0.0 && at_or_below(r - 1.0) >= 0.05 {
        r -= 1.0;
    }
    while at_or_below(r) < 0.05 {
        r += 1.0;
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a whole number between 0 and the trials"
    )]
    let successes = r as u64;
    successes
}
