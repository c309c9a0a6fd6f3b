"""Variance components and intraclass correlation: crates/measure/benches/peers/variance.rs."""

import warnings

import numpy as np
import pandas as pd
import pingouin
from scipy.optimize import minimize
from scipy.stats import f as ratio
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.proportion import proportion_confint

from . import Row

RATERS = 5


def codes_make(n, rng, levels):
    codes = rng.integers(0, levels, n)
    codes[:levels] = np.arange(levels)
    return codes


def groups_make(n, rng):
    levels = n // 25
    group = codes_make(n, rng, levels)
    return {"y": 10 + rng.normal(size=levels)[group] + 2 * rng.normal(size=n), "group": group}, {"group": levels}


def groups_shape(columns, params):
    return columns["y"], columns["group"].astype(int)


def one_way(y, group):
    n, size = len(y), np.bincount(group)
    k, means = len(size), np.bincount(group, y) / np.bincount(group)
    between = (size * (means - y.mean()) ** 2).sum() / (k - 1)
    within = ((y - means[group]) ** 2).sum() / (n - k)
    n0, f = (n - (size**2).sum() / n) / (k - 1), between / within
    ends = f / ratio.ppf([0.975, 0.025], k - 1, n - k)
    return [between, within, f, ratio.sf(f, k - 1, n - k), *((of - 1) / (of + n0 - 1) for of in [f, *ends])]


def table_make(n, rng):
    targets = n // RATERS
    target, rater = np.repeat(np.arange(targets), RATERS), np.tile(np.arange(RATERS), targets)
    score = rng.normal(size=targets)[target] + 0.3 * rng.normal(size=RATERS)[rater] + rng.normal(size=len(target))
    order = rng.permutation(len(target))
    return {"target": target[order], "rater": rater[order], "score": score[order]}, {}


def table_shape(columns, params):
    return (pd.DataFrame(columns).astype({"target": int, "rater": int}),)


def table(frame):
    found = pingouin.intraclass_corr(frame, targets="target", raters="rater", ratings="score")
    return found[["ICC", "F"]].to_numpy()


def linear(y, group):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = MixedLM(y, np.ones((len(y), 1)), group).fit(reml=True)
    return [fit.cov_re[0, 0], fit.scale, fit.fe_params[0]]


def crossed_make(n, rng):
    # The peer's matrix has a column for each level and is not sparse.
    officers, months = min(n // 50, 200), 24
    officer, month = codes_make(n, rng, officers), codes_make(n, rng, months)
    y = 10 + rng.normal(size=officers)[officer] + 0.7 * rng.normal(size=months)[month] + 2 * rng.normal(size=n)
    return {"y": y, "officer": officer, "month": month}, {"officer": officers, "month": months}


def crossed_shape(columns, params):
    frame = pd.DataFrame(columns).astype({"officer": int, "month": int}).assign(one=1)
    return (frame,)


def crossed(frame):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = {"officer": "0 + C(officer)", "month": "0 + C(month)"}
        model = MixedLM.from_formula("y ~ 1", groups="one", re_formula="0", vc_formula=parts, data=frame, use_sparse=True)
        fit = model.fit(reml=True)
    found = dict(zip(model.exog_vc.names, fit.vcomp))
    return [found["officer"], found["month"], fit.scale, fit.fe_params.iloc[0]]


def outcomes_make(n, rng):
    levels = n // 25
    group = codes_make(n, rng, levels)
    odds = -1 + 0.8 * rng.normal(size=levels)[group]
    return {"y": rng.uniform(size=n) < 1 / (1 + np.exp(-odds)), "group": group}, {"group": levels}


def logistic(y, group):
    # Laplace's approximation of one grouping: each level's mode by Newton's steps, side by side.
    trials, yes = np.bincount(group).astype(float), np.bincount(group, y)
    level = np.zeros(len(trials))

    def deviance(at):
        theta, middle = at
        for _ in range(50):
            share = 1 / (1 + np.exp(-(middle + theta * level)))
            bend = theta**2 * trials * share * (1 - share) + 1
            step = (theta * (yes - trials * share) - level) / bend
            level[:] += step
            if np.abs(step).max() < 1e-12:
                break
        odds = middle + theta * level
        likelihood = yes * odds - trials * np.logaddexp(0, odds)
        share = 1 / (1 + np.exp(-odds))
        return (level**2 - 2 * likelihood + np.log1p(theta**2 * trials * share * (1 - share))).sum() / len(y)

    rate = yes.sum() / trials.sum()
    start = [1.0, np.log(rate / (1 - rate))]
    found = minimize(deviance, start, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-14, "maxiter": 1000})
    return [found.x[0] ** 2, found.x[1], found.fun]


def shares_make(n, rng):
    things = rng.integers(1, 12, n)
    return {"x": rng.binomial(things, rng.beta(3, 1, n)), "n": things}, {}


def clustered(columns, params):
    x, n = columns["x"], columns["n"]
    m, all_things = len(x), n.sum()
    p = x.sum() / all_things
    variance = m / (m - 1) * ((x - p * n) ** 2).sum() / all_things**2
    effective = all_things / max(variance / (p * (1 - p) / all_things), 1)
    return [p, effective, *proportion_confint(p * effective, effective, method="wilson")]


ROWS = [
    Row("icc-oneway", "numpy, scipy", groups_make, one_way, groups_shape, rel=1e-7),
    Row("icc-table", "pingouin", table_make, table, table_shape, rel=1e-7),
    # The peer's search ends sooner: where answers differ, by up to 3e-4, its likelihood is the lower one.
    Row("variance-components", "statsmodels MixedLM", groups_make, linear, groups_shape, rel=1e-3),
    Row("variance-components-crossed", "statsmodels MixedLM", crossed_make, crossed, crossed_shape, rel=1e-3),
    # BinomialBayesMixedGLM of statsmodels has priors and other answers; this is the same likelihood, without errors and levels.
    Row("variance-components-logistic", "numpy, scipy", outcomes_make, logistic, groups_shape, rel=1e-5),
    Row("clustered-share", "statsmodels Wilson", shares_make, clustered),
]
