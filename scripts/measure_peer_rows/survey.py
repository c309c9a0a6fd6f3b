"""Surveys: crates/measure/benches/peers/survey.rs."""

import numpy as np
import pandas as pd
import pingouin
from ipfn import ipfn
from statsmodels.multivariate.factor import Factor

from . import Row

ITEMS = 9
MARGINS = {"sex": 2, "age": 5, "district": 12}


def answers_make(n, rng):
    # Answers from 1 to 4 that hang together; n is the number of people.
    own = rng.normal(size=(n, 1)) + rng.normal(size=(n, ITEMS)) + np.linspace(-0.5, 0.5, ITEMS)
    return {"x": np.clip(np.round(3 + 0.6 * own), 1, 4)}, {}


def answers_shape(columns, params):
    return (columns["x"].reshape(-1, ITEMS),)


def index(x):
    root = len(x) ** 0.5
    means, each = x.mean(axis=0), x.mean(axis=1)
    return np.concatenate([[25 * each.mean(), 25 * each.std(ddof=1) / root], means, x.std(axis=0, ddof=1) / root])


def grades_make(n, rng):
    return {"index": rng.uniform(25, 100, n)}, {}


def grades(columns, params):
    rounded = np.floor(columns["index"] * 100 + 0.5 + 1e-8) / 100
    return np.searchsorted([64.999, 76.609, 88.309], rounded)


def people_make(n, rng):
    return {"people": rng.integers(1, 10_000_000, n)}, {}


def sample_size(columns, params):
    people, spread = columns["people"], 3.841 * 0.25
    return spread * people / (0.05**2 * (people - 1) + spread)


def frame(columns, params):
    return (pd.DataFrame(columns["x"].reshape(-1, ITEMS)),)


def alpha(frame):
    return [pingouin.cronbach_alpha(frame)[0]]


def omega(x):
    fit = Factor(x, n_factor=1, method="ml").fit()
    loadings = fit.loadings[:, 0] * np.sign(fit.loadings.sum())
    common = loadings.sum() ** 2
    return np.concatenate([[common / (common + fit.uniqueness.sum())], loadings])


def sample_make(n, rng):
    columns = {name: rng.choice(levels, n, p=rng.dirichlet(np.full(levels, 8.0))) for name, levels in MARGINS.items()}
    # Every level has somebody, also in the smallest sample.
    for name, levels in MARGINS.items():
        columns[name][:levels] = np.arange(levels)
    for name, levels in MARGINS.items():
        columns[f"{name}_totals"] = 100_000 * rng.dirichlet(np.full(levels, 8.0))
    columns["y"] = columns["age"] + 0.2 * columns["district"] + rng.normal(size=n)
    return columns, {}


def sample_shape(columns, params):
    rows = pd.DataFrame({name: columns[name].astype(int) for name in MARGINS} | {"total": 1.0})
    totals = [pd.Series(columns[f"{name}_totals"], pd.RangeIndex(levels, name=name)) for name, levels in MARGINS.items()]
    return rows, totals


def weights(rows, totals):
    # In place otherwise: the second run would begin at the end of the first.
    fit = ipfn.ipfn(rows.copy(), totals, [[name] for name in MARGINS], weight_col="total", convergence_rate=1e-12)
    return fit.iteration()["total"].to_numpy()


def codes(columns, params):
    return {name: columns[name].astype(int) for name in MARGINS}, columns


def mean(codes, columns):
    y, n = columns["y"], len(columns["y"])
    weight, factors = np.ones(n), [np.inf]
    while max(np.abs(factor - 1).max() for factor in map(np.asarray, factors)) > 1e-12:
        factors = []
        for name, of in codes.items():
            factors.append(columns[f"{name}_totals"] / np.bincount(of, weight))
            weight *= factors[-1][of]
    share = weight / weight.sum()
    left = y - share @ y
    middle = left[:0] + np.inf
    moved = np.inf
    while moved > 1e-12:
        moved = 0.0
        for of in codes.values():
            middle = np.bincount(of, left) / np.bincount(of)
            left = left - middle[of]
            moved = max(moved, np.abs(middle).max())
    return [share @ y, ((share * left).var(ddof=1) * n) ** 0.5, n * (share @ share)]


ROWS = [
    Row("ikm", "numpy", answers_make, index, answers_shape),
    Row("ikm-grade", "numpy", grades_make, grades),
    Row("sample-size", "numpy", people_make, sample_size),
    # The peer gives alpha and its interval, rounded; ours all that `reliability` has.
    Row("alpha", "pingouin", answers_make, alpha, frame),
    # The same; the peer gives the one factor, to the tolerance of its search.
    Row("omega", "statsmodels Factor", answers_make, omega, answers_shape, rel=1e-4, abs=1e-4),
    # The peer gives weights; ours their mean with its error too.
    Row("rake-weights", "ipfn", sample_make, weights, sample_shape, rel=1e-8),
    Row("rake-mean", "numpy", sample_make, mean, codes, rel=1e-8),
]
