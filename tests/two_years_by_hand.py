"""Two years of simulated counts, and a village's posterior by nested adaptive integration."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy.integrate import dblquad
from scipy.special import expit

__all__ = ["brute_force", "codes", "simulate", "years"]


def codes(n):
    return [f"9901{i:06d}" for i in range(n)]


def years(y1, n1, y2, n2):
    index = codes(len(y1))
    made = [pd.Series(values, index=index, dtype=float) for values in (y1, n1, y2, n2)]
    return (made[0], made[1]), (made[2], made[3])


def simulate(rng, villages=256, children=90, rho=0.8, sd=0.5, trend=-0.1, x=0.0):
    z = rng.standard_normal((2, villages))
    z[1] = rho * z[0] + np.sqrt(1 - rho**2) * z[1]
    p = expit(-2.5 + x + sd * z + np.array([[0.0], [trend]]))
    n = np.maximum(1, rng.lognormal(np.log(children), 0.6, (2, villages))).astype(int)
    y = rng.binomial(n, p)
    return *years(y[0], n[0], y[1], n[1]), 100 * p


def brute_force(y, n, eta, sds, rho):
    """Log marginal, means and P(p2 < p1) by nested adaptive integration."""
    left = 1 - rho**2
    scale = 2 * math.pi * sds[0] * sds[1] * math.sqrt(left)

    def rate(x):
        return 1 / (1 + math.exp(-x))

    def density(b, a):
        p, q, e, f = rate(eta[0] + a), rate(eta[1] + b), a / sds[0], b / sds[1]
        counts = p ** y[0] * (1 - p) ** (n[0] - y[0]) * q ** y[1] * (1 - q) ** (n[1] - y[1])
        return counts * math.exp(-(e * e - 2 * rho * e * f + f * f) / (2 * left)) / scale

    box = (-6 * sds[0], 6 * sds[0], -6 * sds[1], 6 * sds[1])
    kw = {"epsabs": 0, "epsrel": 1e-6}
    total = dblquad(density, *box, **kw)[0]
    first = dblquad(lambda b, a: density(b, a) * rate(eta[0] + a), *box, **kw)[0] / total
    second = dblquad(lambda b, a: density(b, a) * rate(eta[1] + b), *box, **kw)[0] / total
    falls = dblquad(density, box[0], box[1], box[2], lambda a: min(a + eta[0] - eta[1], box[3]), **kw)[0]
    return math.log(total), first, second, falls / total
