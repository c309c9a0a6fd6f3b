//! The two kinds of step of BOBYQA: down the model, and to where the model needs a point.

use super::model::Model;

/// A step within the trust region.
pub(super) struct Trial {
    pub(super) place: Vec<f64>,
    pub(super) d: Vec<f64>,
    /// Slope of the model there.
    pub(super) slope: Vec<f64>,
    pub(super) dsq: f64,
    /// The least curvature met, 0 if the step reached the trust region's edge.
    pub(super) curvature: f64,
}

/// What `trsbox_` keeps between its parts.
struct Box<'m> {
    model: &'m Model,
    /// On which unknowns' lower bound the step ends.
    bound: Vec<bool>,
    d: Vec<f64>,
    slope: Vec<f64>,
    s: Vec<f64>,
    hs: Vec<f64>,
    bounds: usize,
    iterations: usize,
    reduction: f64,
    curvature: f64,
}

/// `trsbox_`: conjugate gradients until the edge, then along it.
pub(super) fn trust_region(model: &Model, delta: f64) -> Trial {
    let n = model.n;
    let bound: Vec<bool> = (0..n)
        .map(|i| model.opt[i] <= model.low[i] && model.slope[i] >= 0.0)
        .collect();
    let mut of = Box {
        model,
        bounds: bound.iter().filter(|on| **on).count(),
        bound,
        d: vec![0.0; n],
        slope: model.slope.clone(),
        s: vec![0.0; n],
        hs: vec![0.0; n],
        iterations: 0,
        reduction: 0.0,
        curvature: -1.0,
    };
    if of.gradients(delta) {
        of.curvature = 0.0;
        of.edge();
    }
    let mut place = vec![0.0; n];
    let mut dsq = 0.0;
    for i in 0..n {
        place[i] = (model.opt[i] + of.d[i]).max(model.low[i]);
        if of.bound[i] {
            place[i] = model.low[i];
        }
        of.d[i] = place[i] - model.opt[i];
        dsq += of.d[i] * of.d[i];
    }
    Trial {
        place,
        d: of.d,
        slope: of.slope,
        dsq,
        curvature: of.curvature,
    }
}

impl Box<'_> {
    fn multiply(&mut self) {
        self.hs.fill(0.0);
        self.model.add_bend(&self.s, &mut self.hs);
    }

    /// 20 to 90: whether the edge of the trust region was reached.
    fn gradients(&mut self, delta: f64) -> bool {
        let n = self.model.n;
        let mut delta_sq = delta * delta;
        let mut beta = 0.0;
        let (mut slope_sq, mut iterations_max) = (0.0, 0);
        loop {
            let mut step_sq = 0.0;
            for i in 0..n {
                self.s[i] = if self.bound[i] {
                    0.0
                } else if beta == 0.0 {
                    -self.slope[i]
                } else {
                    beta * self.s[i] - self.slope[i]
                };
                step_sq += self.s[i] * self.s[i];
            }
            if step_sq == 0.0 {
                return false;
            }
            if beta == 0.0 {
                slope_sq = step_sq;
                iterations_max = self.iterations + n - self.bounds;
            }
            if slope_sq * delta_sq <= self.reduction * 1e-4 * self.reduction {
                return false;
            }
            self.multiply();
            let (mut rest, mut ds, mut shs) = (delta_sq, 0.0, 0.0);
            for i in (0..n).filter(|&i| !self.bound[i]) {
                rest -= self.d[i] * self.d[i];
                ds += self.s[i] * self.d[i];
                shs += self.s[i] * self.hs[i];
            }
            if rest <= 0.0 {
                return true;
            }
            let root = (step_sq * rest + ds * ds).sqrt();
            let to_edge = if ds < 0.0 {
                (root - ds) / step_sq
            } else {
                rest / (root + ds)
            };
            let mut length = to_edge;
            if shs > 0.0 {
                length = length.min(slope_sq / shs);
            }
            let mut hit = None;
            for i in (0..n).filter(|&i| self.s[i] < 0.0) {
                let to_bound = (self.model.low[i] - (self.model.opt[i] + self.d[i])) / self.s[i];
                if to_bound < length {
                    length = to_bound;
                    hit = Some(i);
                }
            }
            let mut gain = 0.0;
            let before = slope_sq;
            if length > 0.0 {
                self.iterations += 1;
                let curvature = shs / step_sq;
                if hit.is_none() && curvature > 0.0 {
                    self.curvature = if self.curvature < 0.0 {
                        curvature
                    } else {
                        self.curvature.min(curvature)
                    };
                }
                slope_sq = 0.0;
                for i in 0..n {
                    self.slope[i] += length * self.hs[i];
                    if !self.bound[i] {
                        slope_sq += self.slope[i] * self.slope[i];
                    }
                    self.d[i] += length * self.s[i];
                }
                gain = (length * (before - 0.5 * length * shs)).max(0.0);
                self.reduction += gain;
            }
            if let Some(i) = hit {
                self.bounds += 1;
                self.bound[i] = true;
                delta_sq -= self.d[i] * self.d[i];
                if delta_sq <= 0.0 {
                    return true;
                }
                beta = 0.0;
                continue;
            }
            if length >= to_edge {
                return true;
            }
            if self.iterations == iterations_max || gain <= self.reduction * 0.01 {
                return false;
            }
            beta = slope_sq / before;
        }
    }

    /// 100 to 190: along the edge of the trust region.
    fn edge(&mut self) {
        let n = self.model.n;
        'bounds: while self.bounds + 1 < n {
            let (mut d_sq, mut d_slope, mut slope_sq) = (0.0, 0.0, 0.0);
            for i in 0..n {
                self.s[i] = 0.0;
                if !self.bound[i] {
                    d_sq += self.d[i] * self.d[i];
                    d_slope += self.d[i] * self.slope[i];
                    slope_sq += self.slope[i] * self.slope[i];
                    self.s[i] = self.d[i];
                }
            }
            self.multiply();
            let mut reduced = self.hs.clone();
            loop {
                self.iterations += 1;
                let left = slope_sq * d_sq - d_slope * d_slope;
                if left <= self.reduction * 1e-4 * self.reduction {
                    return;
                }
                let root = left.sqrt();
                for i in 0..n {
                    self.s[i] = if self.bound[i] {
                        0.0
                    } else {
                        (d_slope * self.d[i] - d_sq * self.slope[i]) / root
                    };
                }
                let mut angle = 1.0;
                let mut hit = None;
                for i in (0..n).filter(|&i| !self.bound[i]) {
                    let room = self.model.opt[i] + self.d[i] - self.model.low[i];
                    if room <= 0.0 {
                        self.bounds += 1;
                        self.bound[i] = true;
                        continue 'bounds;
                    }
                    let size = self.d[i] * self.d[i] + self.s[i] * self.s[i];
                    let away = self.model.opt[i] - self.model.low[i];
                    let over = size - away * away;
                    if over > 0.0 {
                        let over = over.sqrt() - self.s[i];
                        if angle * over > room {
                            angle = room / over;
                            hit = Some(i);
                        }
                    }
                }
                self.multiply();
                let Some((turned, is_whole)) = self.turn(angle, d_slope, -root, &reduced) else {
                    return;
                };
                let (cos, sin, gain) = turned;
                (d_slope, slope_sq) = (0.0, 0.0);
                for i in 0..n {
                    self.slope[i] = self.slope[i] + (cos - 1.0) * reduced[i] + sin * self.hs[i];
                    if !self.bound[i] {
                        self.d[i] = cos * self.d[i] + sin * self.s[i];
                        d_slope += self.d[i] * self.slope[i];
                        slope_sq += self.slope[i] * self.slope[i];
                    }
                    reduced[i] = cos * reduced[i] + sin * self.hs[i];
                }
                self.reduction += gain;
                if let (Some(i), true) = (hit, is_whole) {
                    self.bounds += 1;
                    self.bound[i] = true;
                    continue 'bounds;
                }
                if gain <= self.reduction * 0.01 {
                    return;
                }
            }
        }
    }

    /// 150: the best angle up to a limit: its cosine, sine and gain, and whether it is the limit.
    fn turn(
        &self,
        limit: f64,
        d_slope: f64,
        s_slope: f64,
        reduced: &[f64],
    ) -> Option<((f64, f64, f64), bool)> {
        let (mut shs, mut dhs, mut dhd) = (0.0, 0.0, 0.0);
        for i in (0..self.model.n).filter(|&i| !self.bound[i]) {
            shs += self.s[i] * self.hs[i];
            dhs += self.d[i] * self.hs[i];
            dhd += self.d[i] * reduced[i];
        }
        let sine = |angle: f64| (angle + angle) / (1.0 + angle * angle);
        let gain = |angle: f64| {
            let sin = sine(angle);
            let bend = shs + angle * (angle * dhd - dhs - dhs);
            sin * (angle * d_slope - s_slope - 0.5 * sin * bend)
        };
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 3 and 20"
        )]
        let count = (limit * 17.0 + 3.1) as usize;
        let (mut best, mut at) = (0.0, 0);
        let (mut before, mut after, mut last) = (0.0, 0.0, 0.0);
        for i in 1..=count {
            let of = gain(limit * i as f64 / count as f64);
            if of > best {
                best = of;
                at = i;
                before = last;
            } else if i == at + 1 {
                after = of;
            }
            last = of;
        }
        if at == 0 {
            return None;
        }
        let mut angle = limit * at as f64 / count as f64;
        if at < count {
            let between = (after - before) / (best + best - before - after);
            angle = limit * (at as f64 + 0.5 * between) / count as f64;
        }
        let cos = (1.0 - angle * angle) / (1.0 + angle * angle);
        let gain = gain(angle);
        (gain > 0.0).then_some(((cos, sine(angle), gain), at == count))
    }
}

/// A step that improves the model.
pub(super) struct Geometry {
    pub(super) place: Vec<f64>,
    /// Another candidate, with the square of the model's Lagrange function there.
    pub(super) alternative: Vec<f64>,
    pub(super) cauchy: f64,
    pub(super) alpha: f64,
}

/// `altmov_`: where to put point `knew`, within `adelt` of the best place.
pub(super) fn geometry(model: &Model, knew: usize, adelt: f64) -> Geometry {
    let (n, npt) = (model.n, model.npt());
    let mut column = vec![0.0; npt];
    for j in 0..n {
        let share = model.z[(knew, j)];
        for k in 0..npt {
            column[k] += share * model.z[(k, j)];
        }
    }
    let alpha = column[knew];
    let mut slope: Vec<f64> = (0..n).map(|i| model.b[(knew, i)]).collect();
    for k in 0..npt {
        let mut along = 0.0;
        for j in 0..n {
            along += model.points[(k, j)] * model.opt[j];
        }
        let along = column[k] * along;
        for i in 0..n {
            slope[i] += along * model.points[(k, i)];
        }
    }
    let place = on_lines(model, knew, adelt, 0.5 * alpha, &slope);
    let up = downhill(model, adelt, &slope, &column, 1.0);
    let opposite: Vec<f64> = slope.iter().map(|slope| -slope).collect();
    let (alternative, cauchy) = match up {
        None => (model.opt.clone(), 0.0),
        Some(one) => match downhill(model, adelt, &opposite, &column, -1.0) {
            None => (one.0, 0.0),
            Some(other) if one.1 > other.1 => one,
            Some(other) => other,
        },
    };
    Geometry {
        place,
        alternative,
        cauchy,
        alpha,
    }
}

/// The best place on the lines from the best point through the others.
fn on_lines(model: &Model, knew: usize, adelt: f64, ha: f64, slope: &[f64]) -> Vec<f64> {
    let n = model.n;
    let (mut most, mut line, mut length) = (0.0, model.best(), 0.0);
    let mut at_bound = None;
    for k in (0..model.npt()).filter(|&k| k != model.best()) {
        let (mut derivative, mut distance) = (0.0, 0.0);
        for i in 0..n {
            let away = model.points[(k, i)] - model.opt[i];
            derivative += slope[i] * away;
            distance += away * away;
        }
        let mut far = adelt / distance.sqrt();
        let mut near = -far;
        let (mut near_bound, mut far_bound) = (None, None);
        let least = far.min(1.0);
        for i in 0..n {
            let away = model.points[(k, i)] - model.opt[i];
            let room = model.low[i] - model.opt[i];
            if away > 0.0 {
                if near * away < room {
                    near = room / away;
                    near_bound = Some(i);
                }
            } else if away < 0.0 && far * away < room {
                far = least.max(room / away);
                far_bound = Some(i);
            }
        }
        let mut step = near;
        let mut bound = near_bound;
        let mut value;
        if k == knew {
            let diff = derivative - 1.0;
            value = near * (derivative - near * diff);
            let other = far * (derivative - far * diff);
            if other.abs() > value.abs() {
                (step, value, bound) = (far, other, far_bound);
            }
            let half = 0.5 * derivative;
            if (half - diff * near) * (half - diff * far) < 0.0 {
                let other = half * half / diff;
                if other.abs() > value.abs() {
                    (step, value, bound) = (half / diff, other, None);
                }
            }
        } else {
            value = near * (1.0 - near);
            let other = far * (1.0 - far);
            if other.abs() > value.abs() {
                (step, value, bound) = (far, other, far_bound);
            }
            if far > 0.5 && value.abs() < 0.25 {
                (step, value, bound) = (0.5, 0.25, None);
            }
            value *= derivative;
        }
        let spread = step * (1.0 - step) * distance;
        let predicted = value * value * (value * value + ha * spread * spread);
        if predicted > most {
            (most, line, length, at_bound) = (predicted, k, step, bound);
        }
    }
    let mut place: Vec<f64> = (0..n)
        .map(|i| {
            let to = model.opt[i] + length * (model.points[(line, i)] - model.opt[i]);
            to.max(model.low[i])
        })
        .collect();
    if let Some(i) = at_bound {
        place[i] = model.low[i];
    }
    place
}

/// 100 to 200: down a slope as far as `adelt`; nothing where there is no slope.
fn downhill(
    model: &Model,
    adelt: f64,
    slope: &[f64],
    column: &[f64],
    sign: f64,
) -> Option<(Vec<f64>, f64)> {
    let n = model.n;
    let mut w = vec![0.0; n];
    let mut is_free = vec![false; n];
    let mut free = 0.0;
    for i in 0..n {
        // The upper bound is infinite: uphill is always open.
        if (model.opt[i] - model.low[i]).min(slope[i]) > 0.0 || slope[i] < 0.0 {
            is_free[i] = true;
            free += slope[i] * slope[i];
        }
    }
    if free == 0.0 {
        return None;
    }
    let mut fixed = 0.0;
    let mut step = 0.0;
    loop {
        let rest = adelt * adelt - fixed;
        if rest <= 0.0 {
            break;
        }
        let before = fixed;
        step = (rest / free).sqrt();
        free = 0.0;
        for i in 0..n {
            if is_free[i] {
                if model.opt[i] - step * slope[i] <= model.low[i] {
                    is_free[i] = false;
                    w[i] = model.low[i] - model.opt[i];
                    fixed += w[i] * w[i];
                } else {
                    free += slope[i] * slope[i];
                }
            }
        }
        if !(fixed > before && free > 0.0) {
            break;
        }
    }
    let mut along = 0.0;
    let mut place = vec![0.0; n];
    for i in 0..n {
        place[i] = if is_free[i] {
            w[i] = -step * slope[i];
            (model.opt[i] + w[i]).max(model.low[i])
        } else if w[i] == 0.0 {
            model.opt[i]
        } else {
            model.low[i]
        };
        along += slope[i] * w[i];
    }
    let mut curvature = 0.0;
    for k in 0..model.npt() {
        let mut product = 0.0;
        for j in 0..n {
            product += model.points[(k, j)] * w[j];
        }
        curvature += column[k] * product * product;
    }
    curvature *= sign;
    if curvature > -along && curvature < -(1.0 + 2.0_f64.sqrt()) * along {
        let scale = -along / curvature;
        for i in 0..n {
            place[i] = (model.opt[i] + scale * w[i]).max(model.low[i]);
        }
        let value = 0.5 * along * scale;
        return Some((place, value * value));
    }
    let value = along + 0.5 * curvature;
    Some((place, value * value))
}
