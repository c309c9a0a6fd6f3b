//! The quadratic model of BOBYQA: the points it passes through, and what it is made of.

use nalgebra::DMatrix;

/// The model. Places are given from `base`.
pub(super) struct Model {
    /// Unknowns.
    pub(super) n: usize,
    pub(super) base: Vec<f64>,
    /// Lower bounds, from `base`.
    pub(super) low: Vec<f64>,
    /// One point in a row: 2 n + 1 of them (`xpt`).
    pub(super) points: DMatrix<f64>,
    pub(super) values: Vec<f64>,
    best: usize,
    pub(super) opt: Vec<f64>,
    /// Slope at `opt` (`gopt`).
    pub(super) slope: Vec<f64>,
    /// Second derivatives known by themselves, half a square by rows (`hq`).
    pub(super) bend: Vec<f64>,
    /// Second derivatives as weights of squares along the points (`pq`).
    pub(super) weights: Vec<f64>,
    /// Last columns of the inverse of the interpolation's matrix (`bmat`).
    pub(super) b: DMatrix<f64>,
    /// Root of its leading block (`zmat`).
    pub(super) z: DMatrix<f64>,
}

impl Model {
    pub(super) fn new(mut start: Vec<f64>, lower: &[f64], rho: f64) -> Self {
        let n = start.len();
        let npt = 2 * n + 1;
        let mut low = vec![0.0; n];
        for i in 0..n {
            low[i] = lower[i] - start[i];
            if low[i] >= -rho {
                if low[i] >= 0.0 {
                    start[i] = lower[i];
                    low[i] = 0.0;
                } else {
                    start[i] = lower[i] + rho;
                    low[i] = -rho;
                }
            }
        }
        Self {
            n,
            base: start,
            low,
            points: DMatrix::zeros(npt, n),
            values: vec![0.0; npt],
            best: 0,
            opt: vec![0.0; n],
            slope: vec![0.0; n],
            bend: vec![0.0; n * (n + 1) / 2],
            weights: vec![0.0; npt],
            b: DMatrix::zeros(npt + n, n),
            z: DMatrix::zeros(npt, n),
        }
    }

    pub(super) fn npt(&self) -> usize {
        2 * self.n + 1
    }

    pub(super) fn best(&self) -> usize {
        self.best
    }

    pub(super) fn opt_sq(&self) -> f64 {
        self.opt.iter().map(|x| x * x).sum()
    }

    /// One of the first 2 n + 1 values.
    pub(super) fn first_value(&mut self, nf: usize, f: f64, step_a: f64, step_b: f64, rho: f64) {
        let n = self.n;
        let rho_sq = rho * rho;
        self.values[nf] = f;
        if nf == 0 {
            self.best = 0;
            return;
        }
        if f < self.values[self.best] {
            self.best = nf;
        }
        let f_first = self.values[0];
        if nf <= n {
            // Its partner comes later (npt = 2 n + 1), so only the slope is set.
            self.slope[nf - 1] = (f - f_first) / step_a;
            return;
        }
        let i = nf - n - 1;
        let h = (i * i + 3 * i) / 2;
        let change = (f - f_first) / step_b;
        let diff = step_b - step_a;
        self.bend[h] = 2.0 * (change - self.slope[i]) / diff;
        self.slope[i] = (self.slope[i] * step_b - change * step_a) / diff;
        if step_a * step_b < 0.0 && f < self.values[nf - n] {
            self.values[nf] = self.values[nf - n];
            self.values[nf - n] = f;
            if self.best == nf {
                self.best = nf - n;
            }
            self.points[(nf - n, i)] = step_b;
            self.points[(nf, i)] = step_a;
        }
        self.b[(0, i)] = -(step_a + step_b) / (step_a * step_b);
        self.b[(nf, i)] = -0.5 / self.points[(nf - n, i)];
        self.b[(nf - n, i)] = -self.b[(0, i)] - self.b[(nf, i)];
        self.z[(0, i)] = 2.0_f64.sqrt() / (step_a * step_b);
        self.z[(nf, i)] = 0.5_f64.sqrt() / rho_sq;
        self.z[(nf - n, i)] = -self.z[(0, i)] - self.z[(nf, i)];
    }

    /// Adds the second derivatives times `v`.
    pub(super) fn add_bend(&self, v: &[f64], to: &mut [f64]) {
        let mut h = 0;
        for j in 0..self.n {
            for i in 0..=j {
                if i < j {
                    to[j] += self.bend[h] * v[i];
                }
                to[i] += self.bend[h] * v[j];
                h += 1;
            }
        }
        self.add_weighted(v, to);
    }

    fn add_weighted(&self, v: &[f64], to: &mut [f64]) {
        for k in 0..self.npt() {
            let mut along = 0.0;
            for j in 0..self.n {
                along += self.points[(k, j)] * v[j];
            }
            along *= self.weights[k];
            for i in 0..self.n {
                to[i] += along * self.points[(k, i)];
            }
        }
    }

    /// By how much the model changes with the step `d`, whose products with the points are `along`.
    pub(super) fn change(&self, d: &[f64], along: &[f64]) -> f64 {
        let mut change = 0.0;
        let mut h = 0;
        for j in 0..self.n {
            change += d[j] * self.slope[j];
            for i in 0..=j {
                let mut product = d[i] * d[j];
                if i == j {
                    product *= 0.5;
                }
                change += self.bend[h] * product;
                h += 1;
            }
        }
        for k in 0..self.npt() {
            change += 0.5 * self.weights[k] * (along[k] * along[k]);
        }
        change
    }

    /// 90: moves the origin to the best place.
    pub(super) fn shift(&mut self, new: &mut [f64]) {
        let (n, npt) = (self.n, self.npt());
        let opt_sq = self.opt_sq();
        let quarter = opt_sq * 0.25;
        let mut sum_weights = 0.0;
        let mut sums = vec![0.0; npt];
        let mut w = vec![0.0; n];
        let mut v = vec![0.0; npt.max(n)];
        for k in 0..npt {
            sum_weights += self.weights[k];
            let mut sum = -0.5 * opt_sq;
            for i in 0..n {
                sum += self.points[(k, i)] * self.opt[i];
            }
            sums[k] = sum;
            let rest = quarter - 0.5 * sum;
            for i in 0..n {
                w[i] = self.b[(k, i)];
                v[i] = sum * self.points[(k, i)] + rest * self.opt[i];
                for j in 0..=i {
                    self.b[(npt + i, j)] = self.b[(npt + i, j)] + w[i] * v[j] + v[i] * w[j];
                }
            }
        }
        for jj in 0..n {
            let (mut sum_z, mut sum_w) = (0.0, 0.0);
            for k in 0..npt {
                sum_z += self.z[(k, jj)];
                v[k] = sums[k] * self.z[(k, jj)];
                sum_w += v[k];
            }
            for j in 0..n {
                let mut sum = (quarter * sum_z - 0.5 * sum_w) * self.opt[j];
                for k in 0..npt {
                    sum += v[k] * self.points[(k, j)];
                }
                w[j] = sum;
                for k in 0..npt {
                    self.b[(k, j)] += sum * self.z[(k, jj)];
                }
            }
            for i in 0..n {
                for j in 0..=i {
                    self.b[(npt + i, j)] += w[i] * w[j];
                }
            }
        }
        let mut h = 0;
        for j in 0..n {
            w[j] = -0.5 * sum_weights * self.opt[j];
            for k in 0..npt {
                w[j] += self.weights[k] * self.points[(k, j)];
                self.points[(k, j)] -= self.opt[j];
            }
            for i in 0..=j {
                self.bend[h] = self.bend[h] + w[i] * self.opt[j] + self.opt[i] * w[j];
                self.b[(npt + i, j)] = self.b[(npt + j, i)];
                h += 1;
            }
        }
        for i in 0..n {
            self.base[i] += self.opt[i];
            new[i] -= self.opt[i];
            self.low[i] -= self.opt[i];
            self.opt[i] = 0.0;
        }
    }

    /// `update_`: the inverse once point `knew` is replaced.
    pub(super) fn update(&mut self, vlag: &mut [f64], beta: f64, denominator: f64, knew: usize) {
        let (n, npt) = (self.n, self.npt());
        let tiny = self.z.amax() * 1e-20;
        for j in 1..n {
            if self.z[(knew, j)].abs() > tiny {
                let (first, other) = (self.z[(knew, 0)], self.z[(knew, j)]);
                let length = (first * first + other * other).sqrt();
                let (a, b) = (first / length, other / length);
                for i in 0..npt {
                    let rotated = a * self.z[(i, 0)] + b * self.z[(i, j)];
                    self.z[(i, j)] = a * self.z[(i, j)] - b * self.z[(i, 0)];
                    self.z[(i, 0)] = rotated;
                }
            }
            self.z[(knew, j)] = 0.0;
        }
        let mut w = vec![0.0; npt + n];
        for i in 0..npt {
            w[i] = self.z[(knew, 0)] * self.z[(i, 0)];
        }
        let alpha = w[knew];
        let tau = vlag[knew];
        vlag[knew] -= 1.0;
        let root = denominator.sqrt();
        let b = self.z[(knew, 0)] / root;
        let a = tau / root;
        for i in 0..npt {
            self.z[(i, 0)] = a * self.z[(i, 0)] - b * vlag[i];
        }
        for j in 0..n {
            let jp = npt + j;
            w[jp] = self.b[(knew, j)];
            let a = (alpha * vlag[jp] - tau * w[jp]) / denominator;
            let b = (-beta * w[jp] - tau * vlag[jp]) / denominator;
            for i in 0..=jp {
                self.b[(i, j)] = self.b[(i, j)] + a * vlag[i] + b * w[i];
                if i >= npt {
                    self.b[(jp, i - npt)] = self.b[(i, j)];
                }
            }
        }
    }

    /// The model once the value at the new point is known; whether it is still finite.
    pub(super) fn learn(&mut self, knew: usize, f: f64, error: f64, new: &[f64]) -> bool {
        let (n, npt) = (self.n, self.npt());
        let weight = self.weights[knew];
        self.weights[knew] = 0.0;
        let mut h = 0;
        for i in 0..n {
            let along = weight * self.points[(knew, i)];
            for j in 0..=i {
                self.bend[h] += along * self.points[(knew, j)];
                h += 1;
            }
        }
        for jj in 0..n {
            let share = error * self.z[(knew, jj)];
            for k in 0..npt {
                self.weights[k] += share * self.z[(k, jj)];
            }
        }
        self.values[knew] = f;
        let mut w = vec![0.0; n];
        for i in 0..n {
            self.points[(knew, i)] = new[i];
            w[i] = self.b[(knew, i)];
        }
        for k in 0..npt {
            let mut a = 0.0;
            for jj in 0..n {
                a += self.z[(knew, jj)] * self.z[(k, jj)];
            }
            if !a.is_finite() {
                return false;
            }
            let mut b = 0.0;
            for j in 0..n {
                b += self.points[(k, j)] * self.opt[j];
            }
            let product = a * b;
            for i in 0..n {
                w[i] += product * self.points[(k, i)];
            }
        }
        for i in 0..n {
            self.slope[i] += error * w[i];
        }
        true
    }

    /// The best place is now the new one, `d` from the last.
    pub(super) fn move_to(&mut self, knew: usize, new: &[f64], d: &[f64]) {
        self.best = knew;
        self.opt = new.to_vec();
        let mut slope = std::mem::take(&mut self.slope);
        self.add_bend(d, &mut slope);
        self.slope = slope;
    }

    /// Takes the least bent model instead if it would have been better three times running.
    pub(super) fn flatten(&mut self, mut flatter: usize) -> usize {
        let (n, npt) = (self.n, self.npt());
        let mut differences = vec![0.0; npt];
        let mut w = vec![0.0; npt];
        for k in 0..npt {
            differences[k] = self.values[k] - self.values[self.best];
        }
        for j in 0..n {
            let mut sum = 0.0;
            for k in 0..npt {
                sum += self.z[(k, j)] * differences[k];
            }
            for k in 0..npt {
                w[k] += sum * self.z[(k, j)];
            }
        }
        let weights = w.clone();
        for k in 0..npt {
            let mut sum = 0.0;
            for j in 0..n {
                sum += self.points[(k, j)] * self.opt[j];
            }
            w[k] *= sum;
        }
        let (mut own, mut other) = (0.0, 0.0);
        let mut slopes = vec![0.0; n];
        for i in 0..n {
            let mut sum = 0.0;
            for k in 0..npt {
                sum = sum + self.b[(k, i)] * differences[k] + self.points[(k, i)] * w[k];
            }
            let on_bound = self.opt[i] == self.low[i];
            let counted = |slope: f64| if on_bound { slope.min(0.0) } else { slope };
            own += counted(self.slope[i]) * counted(self.slope[i]);
            other += counted(sum) * counted(sum);
            slopes[i] = sum;
        }
        flatter += 1;
        if own < 10.0 * other {
            flatter = 0;
        }
        if flatter >= 3 {
            self.slope = slopes;
            self.weights = weights;
            self.bend.fill(0.0);
            flatter = 0;
        }
        flatter
    }
}
