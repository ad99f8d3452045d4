"""Prints the digits of TestChainsAgainstArviZ, made with arviz-stats 0.8.0, scipy 1.17.1 and numpy 2.4.6."""

import numpy as np
from arviz_stats.base import array_stats

AXES = dict(chain_axis=0, draw_axis=1)


def autoregressive(chains, n, phi, drift):
    out, s = np.zeros((chains, n)), 1
    for c in range(chains):
        x = 0.0
        for i in range(n):
            s = (1103515245 * s + 12345) % 2**31
            x = phi * x + s / 2**31 - 0.5
            out[c, i] = x + drift * c
    return out


def ess(x, method, **kwargs):
    return array_stats.ess(x, method=method, **kwargs, **AXES)


def mcse_std_dev(x):
    """The delta method with the effective sample size of the squares; array_stats.mcse takes that of the draws."""
    squares = (x - x.mean()) ** 2
    return np.sqrt(squares.var(ddof=1) / ess(squares, "mean") / squares.mean()) / 2


for name, x in {
    "slow": autoregressive(4, 100, 0.9, 0),
    "alternating": autoregressive(2, 75, -0.6, 0),
    "apart": autoregressive(3, 52, 0.2, 0.5),
    "ties": np.round(2 * autoregressive(4, 60, 0.5, 0)),
    "one chain": autoregressive(1, 200, 0.7, 0),
}.items():
    print(name, *(float(v) for v in [
        array_stats.rhat(x, method="rank", **AXES),
        ess(x, "mean"),
        ess(x, "bulk"),
        ess(x, "tail", prob=(0.05, 0.95)),
        array_stats.mcse(x, method="mean", **AXES),
        mcse_std_dev(x),
    ]))
