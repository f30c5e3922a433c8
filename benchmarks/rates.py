"""Beta-binomial rates: seconds for a kabupaten and for the nation, with and without covariates.

Run with ``python benchmarks/rates.py``.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd

from lokus.evidence.rates import estimate_rates


def main() -> None:
    print(
        f"{'desa':>8}{'tanpa kovariat':>18}{'dua kovariat, rasio odds 1,5':>32}{'1.000 undian':>16}   (detik)"
    )
    for villages in (256, 3_239, 84_000):
        rng = np.random.default_rng(0)
        index = [f"99{v:08d}" for v in range(villages)]
        due = np.maximum(1, rng.lognormal(4.5, 0.6, villages)).astype(int)
        n = rng.binomial(due, 0.8)
        covariates = pd.DataFrame(rng.normal(size=(villages, 2)), index=index, columns=["air", "jamban"])
        mu = 1 / (1 + np.exp(2.4 - 0.3 * covariates["air"].to_numpy()))
        y = pd.Series(rng.binomial(n, rng.beta(50 * mu, 50 * (1 - mu))), index=index)
        measured, sasaran = pd.Series(n, index=index), pd.Series(due, index=index)
        times = []
        started = time.perf_counter()
        rates = estimate_rates(y, measured, sasaran=sasaran, threshold=14.0)
        times.append(time.perf_counter() - started)
        started = time.perf_counter()
        estimate_rates(y, measured, sasaran=sasaran, covariates=covariates, odds_ratio=1.5, threshold=14.0)
        times.append(time.perf_counter() - started)
        started = time.perf_counter()
        rates.draws(1000 if villages < 80_000 else 100, seed=1)
        times.append((time.perf_counter() - started) * (1 if villages < 80_000 else 10))
        print(f"{villages:8}{times[0]:18.3f}{times[1]:32.3f}{times[2]:16.3f}")


if __name__ == "__main__":
    main()
