"""Rows of scripts/measure_peers.py: each a method of the crate beside a peer, on data made from a seed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Columns = dict[str, np.ndarray]
Params = dict[str, float]


@dataclass(frozen=True)
class Row:
    """One method.

    `make(n, rng)` gives columns of numbers and parameters; `n` is the number of rows, cells or looks. Both
    sides get them from files. `shape(columns, params)` puts them into what the peer takes, not timed;
    `solve(*shaped)` is timed and gives the answer as numbers in the order in which the other side gives
    its own (`crates/measure/benches/peers/`). Answers are equal within `abs + rel * |peer|`.
    """

    name: str
    peer: str
    make: Callable[[int, np.random.Generator], tuple[Columns, Params]]
    solve: Callable[..., object]
    shape: Callable[[Columns, Params], tuple] = lambda columns, params: (columns, params)
    rel: float = 1e-8
    abs: float = 1e-12
