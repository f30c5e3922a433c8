"""Simulated villages with a cluster, and the scan statistic computed circle by circle."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

__all__ = ["brute_force", "codes", "kabupaten", "ratio_binomial", "ratio_poisson"]


def codes(n):
    return [f"9901{i:06d}" for i in range(n)]


def kabupaten(seed, villages=60, cluster=0, rate=0.08, relative=3.0):
    """Villages at random places; the `cluster` nearest to the middle have `relative` times the rate."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(0, 50_000, (2, villages))
    n = np.maximum(5, rng.lognormal(4.3, 0.6, villages)).astype(int)
    inside = np.argsort(np.hypot(x - 25_000, y - 25_000))[:cluster]
    p = np.full(villages, rate)
    p[inside] *= relative
    index = codes(villages)
    cases = pd.Series(rng.binomial(n, p), index=index)
    return cases, pd.Series(n, index=index), x, y, set(np.array(index)[inside])


def xlogx(value):
    return value * math.log(value) if value else 0.0


def ratio_binomial(c, n, total, people):
    if c * people <= n * total:
        return 0.0
    outside_c, outside_n = total - c, people - n
    inside = xlogx(c) + xlogx(n - c) - xlogx(n)
    outside = xlogx(outside_c) + xlogx(outside_n - outside_c) - xlogx(outside_n)
    return inside + outside - (xlogx(total) + xlogx(people - total) - xlogx(people))


def ratio_poisson(c, e, total, _people):
    if c <= e:
        return 0.0
    rest = (total - c) * math.log((total - c) / (total - e)) if c < total else 0.0
    return c * math.log(c / e) + rest


def brute_force(cases, weight, x, y, ratio, max_share=0.5):
    """Best ratio over every distinct circle around every village, plainly."""
    total, people = cases.sum(), weight.sum()
    best = (0.0, frozenset())
    for i in range(len(cases)):
        distance = (x - x[i]) ** 2 + (y - y[i]) ** 2
        for radius in np.unique(distance):
            inside = distance <= radius
            if weight[inside].sum() > max_share * people:
                break
            n = weight[inside].sum()
            size = n if ratio is ratio_binomial else total * n / people
            value = ratio(cases[inside].sum(), size, total, people)
            if value > best[0] + 1e-12:
                best = (value, frozenset(np.flatnonzero(inside).tolist()))
    return best
