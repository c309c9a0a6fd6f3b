//! Powell's BOBYQA: the lowest point of a function between bounds, by quadratic models of it.
//!
//! This is the method lme4 uses, step for step as NLopt 2.7.1 carries it out and with lme4's rule for
//! when to stop. That is early: at places that are right to about four digits where the likelihood is
//! flat. Whoever wants lme4's figures needs the same steps;
//! whoever wants the maximum goes on from there ([`super::minimum`]).
//!
//! Written after the C of NLopt (`src/algs/bobyqa/bobyqa.c`: copyright 2009 M. J. D. Powell, 2010
//! Massachusetts Institute of Technology; MIT licence), whose lines are named by its labels. Left out is
//! `rescue_`: when rounding has spoilt the model the search ends with the best place so far.
//!
//! Powell, M. J. D. (2009). *The BOBYQA algorithm for bound constrained optimization without
//! derivatives*. Report DAMTP 2009/NA06, University of Cambridge.

#![allow(
    clippy::indexing_slicing,
    clippy::float_cmp,
    clippy::manual_midpoint,
    clippy::many_single_char_names,
    clippy::needless_range_loop,
    reason = "sums in the order of the original, whose rounding decides ties; sizes follow from the \
              number of unknowns, and being on a bound is meant exactly"
)]

mod model;
mod steps;

use super::minimum::Minimum;
use model::Model;

/// Where to look, within which bounds, and how closely.
#[derive(Debug)]
pub(crate) struct Bounded {
    pub(crate) start: Vec<f64>,
    pub(crate) lower: Vec<f64>,
    /// First steps, above 0, at most as far as the lower bound.
    pub(crate) steps: Vec<f64>,
    /// Ends when a better value is better by less.
    pub(crate) value_tolerance: f64,
    /// Ends when steps are shorter than this part of the first ones.
    pub(crate) place_tolerance: f64,
}

/// What comes next: the labels of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// 60: a step within the trust region.
    Trial,
    /// 90: the origin may have to move to the best place.
    Shift,
    /// 210: a step that improves the model.
    Geometry,
    /// 230: which point the new one is to replace.
    Weigh,
    /// 360: the function at the new place.
    Evaluate,
    /// 650: whether some point is too far away.
    Far,
    /// 680: smaller steps from now on.
    Finer,
    /// 720.
    Stop,
}

/// Evaluations at most.
const EVALUATIONS_MAX: usize = 100_000;

struct Search<'f> {
    f: &'f mut dyn FnMut(&[f64]) -> f64,
    model: Model,
    /// Unknowns are divided by these, so that all first steps are one.
    scale: Vec<f64>,
    lower: Vec<f64>,
    evaluations: usize,
    value_tolerance: f64,
    rho: f64,
    rho_end: f64,
    delta: f64,
    /// Trust-region steps since `rho` changed; -1 for a step too short to try.
    trials: i64,
    /// Errors of the last three predictions.
    errors: [f64; 3],
    /// Times that the other model would have been flatter.
    flatter: usize,
    far_evaluations: usize,
    new: Vec<f64>,
    alternative: Vec<f64>,
    d: Vec<f64>,
    trial_slope: Vec<f64>,
    dsq: f64,
    d_norm: f64,
    curvature: f64,
    vlag: Vec<f64>,
    along: Vec<f64>,
    replaced: Option<usize>,
    adelt: f64,
    alpha: f64,
    cauchy: f64,
    beta: f64,
    denominator: f64,
    ratio: f64,
    distance_sq: f64,
    last: Option<Minimum>,
}

/// Searches; nothing where the function is not finite at the start.
pub(crate) fn bobyqa(bounded: &Bounded, f: &mut dyn FnMut(&[f64]) -> f64) -> Option<Minimum> {
    let n = bounded.start.len();
    let first = *bounded.steps.first()?;
    let scale: Vec<f64> = bounded.steps.iter().map(|step| step / first).collect();
    let divided = |of: &[f64]| -> Vec<f64> { of.iter().zip(&scale).map(|(x, s)| x / s).collect() };
    let rho_end = bounded.place_tolerance * first;
    let lower = divided(&bounded.lower);
    let model = Model::new(divided(&bounded.start), &lower, first);
    let mut search = Search {
        f,
        scale,
        lower,
        evaluations: 0,
        value_tolerance: bounded.value_tolerance,
        rho: first,
        rho_end,
        delta: first,
        trials: 0,
        errors: [0.0; 3],
        flatter: 0,
        far_evaluations: 0,
        new: vec![0.0; n],
        alternative: vec![0.0; n],
        d: vec![0.0; n],
        trial_slope: vec![0.0; n],
        dsq: 0.0,
        d_norm: 0.0,
        curvature: 0.0,
        vlag: vec![0.0; 3 * n + 1],
        along: vec![0.0; 2 * n + 1],
        replaced: None,
        adelt: 0.0,
        alpha: 0.0,
        cauchy: 0.0,
        beta: 0.0,
        denominator: 0.0,
        ratio: 0.0,
        distance_sq: 0.0,
        last: None,
        model,
    };
    search.prepare(first)?;
    search.run();
    let best = search.model.best();
    let value = search.model.values[best];
    let at = search.place(&search.model.opt);
    Some(match search.last {
        Some(last) if last.value < value => last,
        _ => Minimum { at, value },
    })
}

impl Search<'_> {
    /// A place of the model in the function's own unknowns.
    fn place(&self, of: &[f64]) -> Vec<f64> {
        let model = &self.model;
        (0..model.n)
            .map(|i| {
                let x = if of[i] == model.low[i] {
                    self.lower[i]
                } else {
                    self.lower[i].max(model.base[i] + of[i])
                };
                x * self.scale[i]
            })
            .collect()
    }

    fn evaluate(&mut self, of: &[f64]) -> Minimum {
        let at = self.place(of);
        self.evaluations += 1;
        let value = (self.f)(&at);
        // Finite, so that the model stays so.
        let value = if value.is_nan() {
            f64::MAX / 1e10
        } else {
            value.min(f64::MAX / 1e10)
        };
        Minimum { at, value }
    }

    /// `prelim_`: the function at the first points, and the model through them.
    fn prepare(&mut self, rho: f64) -> Option<()> {
        let n = self.model.n;
        let (mut step_a, mut step_b) = (0.0, 0.0);
        for nf in 0..=2 * n {
            if (1..=n).contains(&nf) {
                step_a = rho;
                self.model.points[(nf, nf - 1)] = step_a;
            } else if nf > n {
                let i = nf - n - 1;
                step_a = self.model.points[(nf - n, i)];
                step_b = -rho;
                if self.model.low[i] == 0.0 {
                    step_b = 2.0 * rho;
                }
                self.model.points[(nf, i)] = step_b;
            }
            let of: Vec<f64> = self.model.points.row(nf).iter().copied().collect();
            let value = self.evaluate(&of).value;
            if nf == 0 && value >= f64::MAX / 1e10 {
                return None;
            }
            self.model.first_value(nf, value, step_a, step_b, rho);
        }
        let best = self.model.best();
        self.model.opt = self.model.points.row(best).iter().copied().collect();
        self.far_evaluations = self.evaluations;
        if best != 0 {
            // 20: the slope is wanted at the best place.
            let opt = self.model.opt.clone();
            let mut slope = std::mem::take(&mut self.model.slope);
            self.model.add_bend(&opt, &mut slope);
            self.model.slope = slope;
        }
        Some(())
    }

    fn run(&mut self) {
        let mut next = Next::Trial;
        while next != Next::Stop {
            next = match next {
                Next::Trial => self.trial(),
                Next::Shift => {
                    if self.dsq <= self.model.opt_sq() * 0.001 {
                        self.model.shift(&mut self.new);
                    }
                    if self.trials == 0 {
                        Next::Geometry
                    } else {
                        Next::Weigh
                    }
                }
                Next::Geometry => self.geometry(),
                Next::Weigh => self.weigh(),
                Next::Evaluate if self.evaluations >= EVALUATIONS_MAX => Next::Stop,
                Next::Evaluate => self.evaluate_and_learn(),
                Next::Far => self.far(),
                Next::Finer => self.finer(),
                Next::Stop => Next::Stop,
            };
        }
    }

    fn trial(&mut self) -> Next {
        let trial = steps::trust_region(&self.model, self.delta);
        self.new = trial.place;
        self.d = trial.d;
        self.trial_slope = trial.slope;
        self.dsq = trial.dsq;
        self.curvature = trial.curvature;
        self.d_norm = self.delta.min(self.dsq.sqrt());
        let rho = self.rho;
        if self.d_norm >= 0.5 * rho {
            self.trials += 1;
            return Next::Shift;
        }
        self.trials = -1;
        self.distance_sq = (10.0 * rho) * (10.0 * rho);
        if self.evaluations <= self.far_evaluations + 2 {
            return Next::Far;
        }
        let worst = self.errors[0].max(self.errors[1]).max(self.errors[2]);
        let small = rho * 0.125 * rho;
        if self.curvature > 0.0 && worst > small * self.curvature {
            return Next::Far;
        }
        let tolerance = worst / rho;
        for j in 0..self.model.n {
            let mut test = tolerance;
            if self.new[j] == self.model.low[j] {
                test = self.trial_slope[j];
            }
            if test < tolerance {
                let mut curvature = self.model.bend[(j * j + 3 * j) / 2];
                for k in 0..self.model.npt() {
                    let x = self.model.points[(k, j)];
                    curvature += self.model.weights[k] * (x * x);
                }
                test += 0.5 * curvature * rho;
                if test < tolerance {
                    return Next::Far;
                }
            }
        }
        Next::Finer
    }

    fn geometry(&mut self) -> Next {
        let Some(knew) = self.replaced else {
            return Next::Stop;
        };
        let step = steps::geometry(&self.model, knew, self.adelt);
        self.new = step.place;
        self.alternative = step.alternative;
        self.alpha = step.alpha;
        self.cauchy = step.cauchy;
        self.step_to_new();
        Next::Weigh
    }

    fn step_to_new(&mut self) {
        for i in 0..self.model.n {
            self.d[i] = self.new[i] - self.model.opt[i];
        }
    }

    fn weigh(&mut self) -> Next {
        self.lagrange();
        if self.trials == 0 {
            let Some(knew) = self.replaced else {
                return Next::Stop;
            };
            let lag = self.vlag[knew];
            self.denominator = lag * lag + self.alpha * self.beta;
            if self.denominator < self.cauchy && self.cauchy > 0.0 {
                self.new = self.alternative.clone();
                self.step_to_new();
                self.cauchy = 0.0;
                return Next::Weigh;
            }
            if self.denominator <= 0.5 * (lag * lag) {
                return Next::Stop;
            }
            return Next::Evaluate;
        }
        let opt = self.model.opt.clone();
        if self.choose(&opt, Some(self.model.best())) {
            Next::Evaluate
        } else {
            Next::Stop
        }
    }

    /// 230: `vlag` and `beta` for the step `d`.
    fn lagrange(&mut self) {
        let model = &self.model;
        let (n, npt) = (model.n, model.npt());
        let mut w = vec![0.0; npt];
        for k in 0..npt {
            let (mut suma, mut sumb, mut sum) = (0.0, 0.0, 0.0);
            for j in 0..n {
                suma += model.points[(k, j)] * self.d[j];
                sumb += model.points[(k, j)] * model.opt[j];
                sum += model.b[(k, j)] * self.d[j];
            }
            w[k] = suma * (0.5 * suma + sumb);
            self.vlag[k] = sum;
            self.along[k] = suma;
        }
        let mut beta = 0.0;
        for jj in 0..n {
            let mut sum = 0.0;
            for k in 0..npt {
                sum += model.z[(k, jj)] * w[k];
            }
            beta -= sum * sum;
            for k in 0..npt {
                self.vlag[k] += sum * model.z[(k, jj)];
            }
        }
        let (mut dsq, mut bsum, mut dx) = (0.0, 0.0, 0.0);
        for j in 0..n {
            dsq += self.d[j] * self.d[j];
            let mut sum = 0.0;
            for k in 0..npt {
                sum += w[k] * model.b[(k, j)];
            }
            bsum += sum * self.d[j];
            for i in 0..n {
                sum += model.b[(npt + j, i)] * self.d[i];
            }
            self.vlag[npt + j] = sum;
            bsum += sum * self.d[j];
            dx += self.d[j] * model.opt[j];
        }
        self.dsq = dsq;
        self.beta = dx * dx + dsq * (model.opt_sq() + dx + dx + 0.5 * dsq) + beta - bsum;
        self.vlag[model.best()] += 1.0;
    }

    /// Which point to replace: far away, and with a large denominator. Whether one is good enough.
    fn choose(&mut self, from: &[f64], except: Option<usize>) -> bool {
        let model = &self.model;
        let delta_sq = self.delta * self.delta;
        let (mut best, mut largest) = (0.0, 0.0_f64);
        let mut found = None;
        for k in 0..model.npt() {
            if Some(k) == except {
                continue;
            }
            let mut diagonal = 0.0;
            for jj in 0..model.n {
                diagonal += model.z[(k, jj)] * model.z[(k, jj)];
            }
            let lag = self.vlag[k] * self.vlag[k];
            let denominator = self.beta * diagonal + lag;
            let mut distance = 0.0;
            for j in 0..model.n {
                let away = model.points[(k, j)] - from[j];
                distance += away * away;
            }
            let share = distance / delta_sq;
            let weight = (share * share).max(1.0);
            if weight * denominator > best {
                best = weight * denominator;
                found = Some((k, denominator));
            }
            largest = largest.max(weight * lag);
        }
        if best <= 0.5 * largest {
            return false;
        }
        if let Some((k, denominator)) = found {
            self.replaced = Some(k);
            self.denominator = denominator;
        }
        found.is_some()
    }

    fn evaluate_and_learn(&mut self) -> Next {
        let new = self.new.clone();
        let found = self.evaluate(&new);
        let f = found.value;
        if self.trials == -1 {
            self.last = Some(found);
            return Next::Stop;
        }
        let f_opt = self.model.values[self.model.best()];
        let predicted = self.model.change(&self.d, &self.along);
        let error = f - f_opt - predicted;
        self.errors = [error.abs(), self.errors[0], self.errors[1]];
        if self.d_norm > self.rho {
            self.far_evaluations = self.evaluations;
        }
        if self.trials > 0 {
            if predicted >= 0.0 {
                return Next::Stop;
            }
            self.resize((f - f_opt) / predicted);
            if f < f_opt {
                // Otherwise it stays what it was.
                self.choose(&new, None);
            }
        }
        let Some(knew) = self.replaced else {
            return Next::Stop;
        };
        self.model
            .update(&mut self.vlag, self.beta, self.denominator, knew);
        if !self.model.learn(knew, f, error, &new) {
            return Next::Stop;
        }
        if f < f_opt {
            self.model.move_to(knew, &new, &self.d);
            if (f - f_opt).abs() < self.value_tolerance {
                return Next::Stop;
            }
        }
        if self.trials > 0 {
            self.flatter = self.model.flatten(self.flatter);
        }
        if self.trials == 0 || f <= f_opt + 0.1 * predicted {
            return Next::Trial;
        }
        let (two, ten) = (2.0 * self.delta, 10.0 * self.rho);
        self.distance_sq = (two * two).max(ten * ten);
        Next::Far
    }

    fn resize(&mut self, ratio: f64) {
        self.ratio = ratio;
        let half = 0.5 * self.delta;
        self.delta = if ratio <= 0.1 {
            half.min(self.d_norm)
        } else if ratio <= 0.7 {
            half.max(self.d_norm)
        } else {
            half.max(self.d_norm + self.d_norm)
        };
        if self.delta <= self.rho * 1.5 {
            self.delta = self.rho;
        }
    }

    fn far(&mut self) -> Next {
        let model = &self.model;
        let mut farthest = None;
        for k in 0..model.npt() {
            let mut sum = 0.0;
            for j in 0..model.n {
                let away = model.points[(k, j)] - model.opt[j];
                sum += away * away;
            }
            if sum > self.distance_sq {
                farthest = Some(k);
                self.distance_sq = sum;
            }
        }
        if farthest.is_some() {
            self.replaced = farthest;
            let distance = self.distance_sq.sqrt();
            if self.trials == -1 {
                self.delta = (0.1 * self.delta).min(0.5 * distance);
                if self.delta <= self.rho * 1.5 {
                    self.delta = self.rho;
                }
            }
            self.trials = 0;
            self.adelt = (0.1 * distance).min(self.delta).max(self.rho);
            self.dsq = self.adelt * self.adelt;
            return Next::Shift;
        }
        if self.trials == -1 {
            return Next::Finer;
        }
        if self.ratio > 0.0 || self.delta.max(self.d_norm) > self.rho {
            return Next::Trial;
        }
        Next::Finer
    }

    fn finer(&mut self) -> Next {
        if self.rho > self.rho_end {
            self.delta = 0.5 * self.rho;
            self.ratio = self.rho / self.rho_end;
            self.rho = if self.ratio <= 16.0 {
                self.rho_end
            } else if self.ratio <= 250.0 {
                self.ratio.sqrt() * self.rho_end
            } else {
                0.1 * self.rho
            };
            self.delta = self.delta.max(self.rho);
            self.trials = 0;
            self.far_evaluations = self.evaluations;
            return Next::Trial;
        }
        if self.trials == -1 {
            return Next::Evaluate;
        }
        Next::Stop
    }
}
