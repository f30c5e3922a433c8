"""Beta-binomial rates: seconds for a kabupaten, a province and the nation, with all the model can take.

Run with ``python benchmarks/rates.py [villages …]``. The neighbours are those of a grid.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from lokus.evidence.rates.rates import estimate_rates


def grid_neighbours(villages: int) -> csr_array:
    """Adjacency of a square grid, corners included, filled row by row."""
    side = int(np.ceil(np.sqrt(villages)))
    here = np.arange(villages)
    pairs = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        column = here % side + right
        there = here + down * side + right
        inside = (there < villages) & (column >= 0) & (column < side)
        pairs.append(np.column_stack([here[inside], there[inside]]))
    first, second = np.vstack(pairs).T
    ends = np.concatenate([first, second]), np.concatenate([second, first])
    return csr_array((np.ones(len(ends[0])), ends), shape=(villages, villages))


def main() -> None:
    sizes = [int(argument) for argument in sys.argv[1:]] or [256, 3_239, 84_000]
    print(f"{'':54}" + "".join(f"{size:>10}" for size in sizes) + "   desa (detik)")
    columns: dict[str, list[float]] = {}
    for villages in sizes:
        rng = np.random.default_rng(0)
        index = [f"99{v:08d}" for v in range(villages)]
        due = np.maximum(1, rng.lognormal(4.5, 0.6, villages)).astype(int)
        n = rng.binomial(due, 0.8)
        covariates = pd.DataFrame(rng.normal(size=(villages, 2)), index=index, columns=["air", "jamban"])
        kecamatan = pd.Series([f"{v // 12:06d}" for v in range(villages)], index=index)
        shared = 0.3 * rng.normal(size=villages // 12 + 1)[np.arange(villages) // 12]
        mu = 1 / (1 + np.exp(2.4 - 0.3 * covariates["air"].to_numpy() - shared))
        rate = rng.beta(50 * mu, 50 * (1 - mu))
        y, measured = pd.Series(rng.binomial(n, rate), index=index), pd.Series(n, index=index)
        before = [(pd.Series(rng.binomial(n, rate), index=index), measured)]
        common = {"sasaran": pd.Series(due, index=index), "threshold": 14.0}
        cases = {
            "tanpa kovariat": {},
            "dua kovariat, rasio odds 1,5": {"covariates": covariates, "odds_ratio": 1.5},
            "putaran sebelumnya": {"earlier": before},
            "pengaruh kecamatan": {"effect": "kecamatan", "kecamatan": kecamatan},
            "pengaruh tetangga": {"effect": "neighbours", "neighbours": grid_neighbours(villages)},
            "pengaruh kecamatan, putaran sebelumnya, dua kovariat": {
                "effect": "kecamatan",
                "kecamatan": kecamatan,
                "earlier": before,
                "covariates": covariates,
            },
        }
        for name, options in cases.items():
            started = time.perf_counter()
            rates = estimate_rates(y, measured, **common, **options)
            columns.setdefault(name, []).append(time.perf_counter() - started)
        draws = 1000 if villages < 80_000 else 100
        started = time.perf_counter()
        rates.draws(draws, seed=1)
        columns.setdefault("1.000 undian", []).append((time.perf_counter() - started) * 1000 / draws)
    for name, times in columns.items():
        print(f"{name:54}" + "".join(f"{value:10.2f}" for value in times), flush=True)


if __name__ == "__main__":
    main()
