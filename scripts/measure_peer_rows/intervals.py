"""Intervals of shares and rates: crates/measure/benches/peers/intervals.rs."""

import numpy as np
from scipy.stats import beta, gamma
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.rates import confint_poisson

from . import Row


def shares_make(n, rng):
    trials = rng.integers(1, 1000, n)
    return {"x": rng.binomial(trials, rng.uniform(0, 1, n)), "n": trials}, {}


def share(method):
    def solve(columns, params):
        low, high = proportion_confint(columns["x"], columns["n"], method=method)
        return np.column_stack([low, high])

    return solve


def rates_make(n, rng):
    t = rng.uniform(1, 500, n)
    return {"x": rng.poisson(t * rng.uniform(0, 2, n)), "t": t}, {}


def rate(method):
    def solve(columns, params):
        low, high = confint_poisson(columns["x"], columns["t"], method=method)
        # 0 events: the library's lower end is NaN or below 0.
        return np.column_stack([np.maximum(np.nan_to_num(low), 0), high])

    return solve


def jeffreys_rate(columns, params):
    shape, t = columns["x"] + 0.5, columns["t"]
    return np.column_stack([gamma.ppf(0.025, shape) / t, gamma.ppf(0.975, shape) / t])


def two_rates_make(n, rng):
    t1, t2 = rng.uniform(1, 500, n), rng.uniform(1, 500, n)
    return {"x1": rng.poisson(t1) + 1, "x2": rng.poisson(t2) + 1, "t1": t1, "t2": t2}, {}


def ratio_exact(columns, params):
    x1, x2 = columns["x1"], columns["x2"]
    by = columns["t2"] / columns["t1"]
    low, high = beta.ppf(0.025, x1, x2 + 1), beta.ppf(0.975, x1 + 1, x2)
    return np.column_stack([low / (1 - low) * by, high / (1 - high) * by])


def two_shares_make(n, rng):
    n1, n2 = rng.integers(1, 1000, n), rng.integers(1, 1000, n)
    return {"x1": rng.binomial(n1, 0.3), "n1": n1, "x2": rng.binomial(n2, 0.4), "n2": n2}, {}


def newcombe(columns, params):
    of = [columns[name] for name in ["x1", "n1", "x2", "n2"]]
    low, high = confint_proportions_2indep(*of, compare="diff", method="newcomb")
    return np.column_stack([low, high])


ROWS = [
    Row("wilson", "statsmodels", shares_make, share("wilson")),
    Row("clopper-pearson", "statsmodels", shares_make, share("beta"), abs=1e-10),
    Row("jeffreys-share", "statsmodels", shares_make, share("jeffreys"), abs=1e-10),
    Row("agresti-coull", "statsmodels", shares_make, share("agresti_coull")),
    Row("garwood", "statsmodels", rates_make, rate("exact-c"), abs=1e-10),
    Row("jeffreys-rate", "scipy", rates_make, jeffreys_rate, abs=1e-10),
    Row("score-rate", "statsmodels", rates_make, rate("score"), abs=1e-10),
    Row("rate-ratio-exact", "scipy", two_rates_make, ratio_exact),
    Row("newcombe", "statsmodels", two_shares_make, newcombe),
]
