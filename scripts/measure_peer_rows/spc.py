"""Charts over time, funnels, pooling, mixes: crates/measure/benches/peers/spc.rs.

`shewhart` and `esda` are libraries for it. Where a peer is "numpy" or "scipy" no library in Python has the
method (R has): the arithmetic is written out here, as a reader of the paper would, and gives less (no errors
for input that makes no sense, no signals unless they are named).
"""

import numpy as np
import pandas as pd
import shewhart
from esda.smoothing import Empirical_Bayes
from scipy.optimize import minimize
from scipy.special import betaln, gammaln
from scipy.stats import beta, binom, entropy, gamma, norm, poisson

from . import Row

D2 = 2 / np.sqrt(np.pi)
LEVELS = [0.025, 0.975, 0.001, 0.999]


def values_make(n, rng):
    # One slow wave, so that rules about runs have something to find.
    return {"x": rng.normal(10, 2, n) + np.sin(np.arange(n) / 30)}, {}


def frame(columns, params):
    return (pd.DataFrame(columns),)


def found(points):
    """How many points, and the sum of their places."""
    points = np.asarray(points, dtype=float)
    return [len(points), points.sum()]


def imr(values):
    chart = shewhart.imr(values, value="x", rules="western_electric")
    of = {"one": [], "eight": [], "range": []}
    for signal in chart.signals:
        if signal.chart == "mr":
            of["range"] += signal.points
        elif signal.rule == "we_1":
            of["one"] += signal.points
        elif signal.rule == "we_4":
            # A run as a whole there: from its eighth point on here.
            of["eight"] += signal.points[7:]
    stats = [chart.stats[name] for name in ["i_center", "mr_center", "sigma_within", "i_lcl", "i_ucl"]]
    return np.concatenate([stats, *(found(of[name]) for name in of)])


def last(holds, need):
    """Where the last `need` of `holds` all hold."""
    return some(holds, need, need)


def some(holds, need, of):
    """Where at least `need` of the last `of` hold, once there are so many."""
    sums = np.concatenate([[0], np.cumsum(holds)])
    return np.flatnonzero(sums[of:] - sums[:-of] >= need) + of - 1


def xmr(columns, params):
    x = columns["x"]
    steps = np.diff(x)
    ranges = np.abs(steps)
    center, mean, median = x.mean(), ranges.mean(), np.median(ranges)
    sigma = mean / D2
    z = (x - center) / sigma
    turns = np.concatenate([[False, False], steps[1:] * steps[:-1] < 0])
    up, down = np.concatenate([[False], steps > 0]), np.concatenate([[False], steps < 0])
    rules = [
        np.flatnonzero(np.abs(z) > 3),
        np.union1d(some(z > 2, 2, 3), some(z < -2, 2, 3)),
        np.union1d(some(z > 1, 4, 5), some(z < -1, 4, 5)),
        np.union1d(last(z > 0, 8), last(z < 0, 8)),
        np.union1d(last(up, 5), last(down, 5)),
        last(np.abs(z) < 1, 15),
        last(turns, 12),
        last(np.abs(z) > 1, 8),
        np.flatnonzero(ranges > 3.266532 * mean) + 1,
    ]
    half = 3 * median / (norm.ppf(0.75) * np.sqrt(2))
    limits = [center, mean, sigma, center - 3 * sigma, center + 3 * sigma, center - half, center + half]
    return np.concatenate([limits, *map(found, rules), z])


def runs(columns, params):
    x = columns["x"]
    middle = np.median(x)
    sides = np.sign(x - middle)
    sides = sides[sides != 0]
    changes = np.flatnonzero(np.diff(sides))
    ends = np.concatenate([[-1], changes, [len(sides) - 1]])
    n = len(sides)
    return [middle, n, np.diff(ends).max(), round(np.log2(n) + 3), len(changes), binom.ppf(0.05, n - 1, 0.5)]


def counts_make(n, rng):
    of = rng.integers(50, 2000, n)
    return {"num": rng.binomial(of, rng.beta(20, 80, n)), "den": of}, {}


def counts_frame(columns, params):
    return (pd.DataFrame(columns).astype({"num": int, "den": int}),)


def laney_p(counts):
    chart = shewhart.laney_p(counts, defectives="num", size="den")
    return laney(chart, "p_center")


def laney_u(counts):
    chart = shewhart.laney_u(counts, defects="num", size="den")
    return laney(chart, "u_center")


def laney(chart, center):
    beyond = [signal.points[0] for signal in chart.signals if signal.rule == "nelson_1"]
    limits = [chart.table["lcl"], chart.table["ucl"]]
    return np.concatenate([[chart.stats[center], chart.stats["sigma_z"]], found(beyond), *limits])


def ratios_make(n, rng):
    expected = rng.uniform(20, 2000, n)
    return {"obs": np.maximum(rng.poisson(expected * rng.gamma(50, 1 / 50, n)), 1), "exp": expected}, {}


def spread(z, errors, share=0.1):
    """Winsorised mean square, and the variance between units of DerSimonian and Laird."""
    low, high = np.quantile(z, [share, 1 - share])
    phi = np.mean(np.clip(z, low, high) ** 2)
    w, n = errors**-2.0, len(z)
    tau2 = max((n * phi - (n - 1)) / (w.sum() - (w * w).sum() / w.sum()), 0)
    return phi, tau2


def around(center, errors, back):
    return [back(center + norm.ppf(level) * errors) for level in LEVELS]


def funnel(z, errors, center, back, exact, whole):
    phi, tau2 = spread(z, errors)
    wider = np.hypot(errors, np.sqrt(tau2))
    limits = [*exact, *whole, *around(center, errors, back), *around(center, wider, back)]
    return np.concatenate([[phi, tau2], z, z * errors / wider, *limits])


def ratio_limits(expected):
    # Garwood's interval of as many as expected, as in FunnelPlotR; and whole counts of that distribution.
    exact = [gamma.ppf(level, expected + (level > 0.5)) / expected for level in LEVELS]
    return exact, [poisson.ppf(level, expected) / expected for level in LEVELS]


def funnel_ratio(columns, params):
    observed, expected = columns["obs"], columns["exp"]
    errors = 1 / np.sqrt(expected)
    z = np.log(observed / expected) / errors
    return funnel(z, errors, 0.0, np.exp, *ratio_limits(expected))


def funnel_root(columns, params):
    observed, expected = columns["obs"], columns["exp"]
    errors = 0.5 / np.sqrt(expected)
    z = (np.sqrt(observed / expected) - 1) / errors
    return funnel(z, errors, 1.0, lambda y: np.maximum(y, 0) ** 2, *ratio_limits(expected))


def funnel_share(columns, params):
    x, n = columns["num"], columns["den"]
    target = x.sum() / n.sum()
    errors = 0.5 / np.sqrt(n)
    center = np.arcsin(np.sqrt(target))
    z = (np.arcsin(np.sqrt(x / n)) - center) / errors
    whole = [binom.ppf(level, n, target) for level in LEVELS]
    # Spiegelhalter (2005), appendix: less the part of the last count's probability that goes beyond.
    over = [(binom.cdf(r, n, target) - level) / binom.pmf(r, n, target) for r, level in zip(whole, LEVELS)]
    exact = [np.clip((r - part) / n, 0, 1) for r, part in zip(whole, over)]

    def back(y):
        return np.sin(np.clip(y, 0, np.pi / 2)) ** 2

    return funnel(z, errors, center, back, exact, [r / n for r in whole])


def rates_make(n, rng):
    exposure = rng.uniform(1, 200, n)
    return {"num": rng.poisson(exposure * rng.gamma(4, 0.05, n)), "den": exposure}, {}


def marshall(columns, params):
    return Empirical_Bayes(columns["num"], columns["den"]).r


def most_likely(start, minus):
    """Two parameters by their logarithms, by the mean log-likelihood, so that steps do not depend on n."""
    best = minimize(minus, np.log(start), method="BFGS", options={"gtol": 1e-9})
    return np.exp(best.x)


def gamma_rates(columns, params):
    x, t = columns["num"], columns["den"]

    def minus(logs):
        a, b = np.exp(logs)
        own = gammaln(a + x) - gammaln(a) + a * np.log(b / (b + t)) - x * np.log(b + t)
        return -own.mean()

    mean = x.sum() / t.sum()
    a, b = most_likely([1, 1 / mean], minus)
    shape, rate = a + x, b + t
    ends = [gamma.ppf(level, shape) / rate for level in LEVELS[:2]]
    return np.concatenate([[a, b], shape / rate, *ends])


def shares_make(n, rng):
    of = rng.integers(5, 500, n)
    return {"num": rng.binomial(of, rng.beta(4, 16, n)), "den": of}, {}


def beta_shares(columns, params):
    x, n = columns["num"], columns["den"]

    def minus(logs):
        a, b = np.exp(logs)
        return -(betaln(a + x, b + n - x) - betaln(a, b)).mean()

    mean = x.sum() / n.sum()
    a, b = most_likely([mean, 1 - mean], minus)
    ends = [beta.ppf(level, a + x, b + n - x) for level in LEVELS[:2]]
    return np.concatenate([[a, b], (a + x) / (a + b + n), *ends])


def mix_make(n, rng):
    # As many counts as n: units in rows of 50 areas.
    areas = 50
    weights = rng.gamma(0.5, 1, (n // areas, areas))
    return {"counts": rng.poisson(4 * weights)}, {"areas": areas}


def mix_shape(columns, params):
    return (columns["counts"].reshape(-1, int(params["areas"])),)


def mix(counts):
    counts = counts[counts.sum(axis=1) > 0]
    of = counts.sum(axis=1)
    pool = counts.sum(axis=0) / of.sum()
    shares = counts / of[:, None]
    own = entropy(counts, axis=1)
    apart = entropy(shares, pool[None, :], axis=1)
    told = (of / of.sum() * apart).sum()
    away = np.abs(shares - pool).sum(axis=1) / 2
    return np.concatenate([[told, told / entropy(pool)], (shares**2).sum(axis=1), own, apart, away])


ROWS = [
    Row("xmr", "shewhart, four rules", values_make, imr, frame),
    # Sums of places of some 1e5 points at n = 1e6.
    Row("xmr-rules", "numpy", values_make, xmr),
    Row("run-chart", "numpy", values_make, runs),
    Row("p-chart", "shewhart, four rules", counts_make, laney_p, counts_frame),
    Row("u-chart", "shewhart, four rules", counts_make, laney_u, counts_frame),
    Row("funnel-ratio", "scipy", ratios_make, funnel_ratio),
    Row("funnel-ratio-sqrt", "scipy", ratios_make, funnel_root),
    Row("funnel-proportion", "scipy", counts_make, funnel_share),
    Row("eb-marshall", "esda", rates_make, marshall),
    # As near as BFGS by differences comes; ours is Newton's.
    Row("eb-gamma", "scipy", rates_make, gamma_rates, rel=1e-3),
    Row("eb-beta", "scipy", shares_make, beta_shares, rel=1e-3),
    Row("mix", "scipy entropy", mix_make, mix, mix_shape, abs=1e-11),
]
