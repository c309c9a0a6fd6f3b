"""What a change did: crates/measure/benches/peers/impact.rs."""

import numpy as np
import pandas as pd
import statsmodels.api as sm
from linearmodels import PanelOLS
from scipy.optimize import elementwise, minimize, nnls
from scipy.special import betaln, gammaln
from scipy.stats import norm

from . import Row


def its_make(n, rng):
    noise = np.convolve(rng.normal(size=n + 4), [0.4, 0.3, 0.2, 0.1, 0.1], "valid")
    at = np.arange(n)
    y = 100 + 5 * at / n - 3 * (at >= n // 2) + noise
    return {"y": y}, {"break_index": n // 2, "lags": 4}


def design(n, at, unit=1.0):
    t = np.arange(n)
    return np.column_stack([np.ones(n), t / unit, t >= at, (t - at) * (t >= at) / unit]).astype(float)


def its_solve(y, at, lags):
    model = sm.OLS(y, design(len(y), at))
    plain = model.fit()
    robust = plain.get_robustcov_results("HAC", maxlags=lags, use_correction=True, use_t=False)
    return np.concatenate([plain.params, plain.bse, robust.bse])


def counts_make(n, rng):
    at = np.arange(n)
    mean = np.exp(3 + 0.5 * at / n - 0.2 * (at >= n // 2) + 0.3 * np.sin(2 * np.pi * at / 7))
    return {"y": rng.poisson(mean * rng.gamma(5, 0.2, n))}, {"break_index": n // 2, "period": 7}


def counts_solve(y, at, period):
    season = 2 * np.pi * np.arange(len(y)) / period
    x = np.column_stack([design(len(y), at, period), np.sin(season), np.cos(season)])
    found = sm.GLM(y, x, family=sm.families.Poisson()).fit(scale="X2", tol=1e-12)
    return np.concatenate([found.params, found.bse])


def panel(n, rng, kept):
    times = 10 if n < 10_000 else 40
    units = n // times
    unit, time = np.repeat(np.arange(units), times), np.tile(np.arange(times), units)
    treated = ((unit % 3 == 0) & (time >= times // 2)).astype(float)
    y = rng.normal(size=units)[unit] + rng.normal(size=times)[time] + 0.5 * treated + rng.normal(size=len(unit))
    order = rng.permutation(len(unit))[: int(kept * len(unit))]
    return {"unit": unit[order], "time": time[order], "y": y[order], "treated": treated[order]}, {}


def panel_shape(columns, params):
    frame = pd.DataFrame(columns).astype({"unit": int, "time": int}).set_index(["unit", "time"])
    return (frame,)


def panel_solve(frame):
    model = PanelOLS(frame["y"], frame[["treated"]], entity_effects=True, time_effects=True)
    clustered = model.fit(cov_type="clustered", cluster_entity=True)
    plain = model.fit()
    return [plain.params.iloc[0], clustered.std_errors.iloc[0], plain.std_errors.iloc[0]]


def synthetic_make(n, rng):
    # As many cells as n: more periods than donors, so that the shares are the only ones.
    donors = int((n / 2) ** 0.5)
    periods = n // donors
    trends = np.cumsum(rng.normal(size=(periods, 3)), axis=0) @ rng.normal(size=(3, donors))
    values = trends + rng.normal(size=(periods, donors)) + rng.normal(size=donors)
    treated = values @ rng.dirichlet(np.full(donors, 0.1)) + rng.normal(size=periods)
    return {"treated": treated, "donors": values}, {"pre": periods * 3 // 4, "donors": donors}


def synthetic_shape(columns, params):
    return columns["treated"], columns["donors"].reshape(-1, int(params["donors"])), int(params["pre"])


def synthetic_solve(treated, donors, pre):
    # Shares adding up to 1 as one more equation of great weight: near enough to the optimum.
    away = donors[:pre] - treated[:pre, None]
    heavy = 1e4 * np.abs(away).max()
    matrix = np.vstack([away, np.full(donors.shape[1], heavy)])
    shares, _ = nnls(matrix, np.append(np.zeros(pre), heavy), maxiter=100 * donors.shape[1])
    return shares / shares.sum()


def synthetic_usual(treated, donors, pre):
    # What packages for it do.
    away = donors[:pre] - treated[:pre, None]
    away = away / np.abs(away).max()
    count = away.shape[1]
    found = minimize(
        lambda shares: ((away @ shares) ** 2).sum(),
        np.full(count, 1 / count),
        jac=lambda shares: 2 * away.T @ (away @ shares),
        bounds=[(0, 1)] * count,
        constraints={"type": "eq", "fun": lambda shares: shares.sum() - 1, "jac": lambda shares: np.ones(count)},
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 1000},
    )
    return found.x


def shares_make(n, rng):
    trials = rng.integers(1, 1000, n)
    return {"x": rng.binomial(trials, 0.3), "n": trials, "p": rng.uniform(0.2, 0.4, n)}, {}


def e_proportion(columns, params):
    x, n, p = columns["x"], columns["n"], columns["p"]
    return betaln(0.5 + x, 0.5 + n - x) - betaln(0.5, 0.5) - x * np.log(p) - (n - x) * np.log1p(-p)


def rates_make(n, rng):
    t, r = rng.uniform(1, 500, n), rng.uniform(0.05, 2, n)
    return {"x": rng.poisson(t * r), "t": t, "r": r}, {}


def e_rate(columns, params):
    x, t, r = columns["x"], columns["t"], columns["r"]
    mixed = np.log(20.0) - (1 + x) * np.log(20 + t) + gammaln(1 + x)
    return mixed - (x * np.log(r) - r * t)


def two_make(n, rng):
    return {"x": rng.poisson(30, n), "y": rng.poisson(40, n), "p": rng.uniform(0.3, 0.7, n)}, {}


def e_two_rates(columns, params):
    return e_proportion({"x": columns["x"], "n": columns["x"] + columns["y"], "p": columns["p"]}, params)


def trials_make(n, rng):
    return {"x": rng.random(n) < 0.3}, {}


def cs_proportion(columns, params):
    x = np.cumsum(columns["x"])
    n = np.arange(1, len(x) + 1)
    y = n - x
    most = betaln(0.5 + x, 0.5 + y) - betaln(0.5, 0.5) - np.log(20)

    def beyond(p, x, y, most):
        with np.errstate(all="ignore"):
            fall = np.where(x > 0, x * np.log(p), 0) + np.where(y > 0, y * np.log1p(-p), 0)
        return most - fall

    def root(low, high, args):
        strict = {"xatol": 0, "xrtol": 4e-16, "fatol": 0, "frtol": 0}
        return elementwise.find_root(beyond, (low, high), args=args, tolerances=strict).x

    ends = np.column_stack([np.zeros(len(x)), np.ones(len(x))])
    has_low, has_high = x > 0, y > 0
    middle = x / n
    # Where the curve has its bottom at an end of [0, 1] the bracket stops short of it.
    low = np.where(y == 0, 1.0, middle)
    high = np.where(x == 0, 0.0, middle)
    for at, has, a, b in [(0, has_low, np.full(len(x), 1e-12), low), (1, has_high, high, np.full(len(x), 1 - 1e-16))]:
        ends[has, at] = root(a[has], b[has], (x[has], y[has], most[has]))
    return ends


def values_make(n, rng):
    return {"x": rng.normal(3, 2, n)}, {}


def cs_mean(columns, params):
    x = columns["x"]
    t = np.arange(1, len(x) + 1)
    mean = np.cumsum(x) / t
    variance = np.maximum(np.cumsum(x * x) / t - mean * mean, 0)
    variance[0] = 0
    grown = t * 0.3**2
    return np.sqrt(variance * 2 * (grown + 1) / (t * grown) * np.log(np.sqrt(grown + 1) / 0.05))


def msprt_make(n, rng):
    return {"d": rng.normal(0, 0.1, n), "n": rng.integers(1, 5000, n)}, {}


def msprt(columns, params):
    d, n = columns["d"], columns["n"]
    of = 2 + n * 0.01
    return 0.5 * np.log(2 / of) + n * n * 0.01 * d * d / (4 * of)


def wedge_make(n, rng):
    return {}, {"clusters": n, "periods": 9}


def wedge(columns, params):
    # Generalised least squares by matrices, all clusters of one step at once.
    clusters, periods = int(params["clusters"]), int(params["periods"])
    after = np.arange(clusters) * (periods - 1) // clusters
    steps = np.bincount(after, minlength=periods - 1)
    covariance = np.full((periods, periods), 0.05 * 0.8) + np.eye(periods) * (0.05 * 0.2 + 0.95 / 20)
    inverse = np.linalg.inv(covariance)
    information = np.zeros((periods + 1, periods + 1))
    for step, count in enumerate(steps):
        x = np.column_stack([np.eye(periods), np.arange(periods) > step])
        information += count * (x.T @ inverse @ x)
    variance = np.linalg.inv(information)[-1, -1]
    z = 0.02 / variance**0.5
    return [variance, norm.sf(norm.isf(0.025) - z) + norm.sf(norm.isf(0.025) + z)]


def series(columns, params):
    return columns["y"], int(params["break_index"]), int(params.get("lags", params.get("period", 0)))


ROWS = [
    Row("its", "statsmodels OLS, HAC", its_make, its_solve, series, rel=1e-6),
    Row("its-poisson", "statsmodels GLM", counts_make, counts_solve, series, rel=1e-6, abs=1e-9),
    Row("did", "linearmodels PanelOLS", lambda n, rng: panel(n, rng, 1.0), panel_solve, panel_shape),
    Row("did-unbalanced", "linearmodels PanelOLS", lambda n, rng: panel(n, rng, 0.8), panel_solve, panel_shape, rel=1e-7),
    Row("synthetic-control", "scipy nnls", synthetic_make, synthetic_solve, synthetic_shape, abs=1e-5),
    Row("synthetic-control", "scipy SLSQP", synthetic_make, synthetic_usual, synthetic_shape, abs=1e-3),
    # Differences of log-gammas lose digits there; counts here are small.
    Row("e-proportion", "scipy betaln", shares_make, e_proportion, abs=1e-10),
    Row("e-rate", "scipy gammaln", rates_make, e_rate, abs=1e-9),
    Row("e-two-rates", "scipy betaln", two_make, e_two_rates, abs=1e-10),
    Row("cs-proportion", "scipy find_root", trials_make, cs_proportion, abs=1e-9),
    Row("cs-mean", "numpy", values_make, cs_mean, abs=1e-8),
    Row("msprt", "numpy", msprt_make, msprt),
    Row("stepped-wedge", "numpy matrices", wedge_make, wedge),
]
