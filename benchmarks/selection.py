"""Exact selection: dynamic programme against HiGHS, on the same instances in the same run.

Run with ``python benchmarks/selection.py``. Each engine gets the prepared arrays; medians of several runs.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
import pandas as pd

from lokus.choice.selection import select
from lokus.choice.solver.exact import best_score, losses, solve
from lokus.choice.solver.instance import build_instance
from lokus.choice.solver.milp import solve_milp
from lokus.choice.solver.problem import Problem

CASES = {
    "kabupaten, 256 desa, 26 di ≤ 8 dari 22 kecamatan": (256, 22, Problem(n=26, max_kecamatan=8), 15),
    "sama, 2–5 desa per kecamatan": (
        256, 22, Problem(n=26, max_kecamatan=8, min_per_kecamatan=2, max_per_kecamatan=5), 15,
    ),
    "provinsi, 3.239 desa, 320 di ≤ 80 dari 241 kecamatan": (3239, 241, Problem(n=320, max_kecamatan=80), 3),
}  # fmt: skip


def median_ms(work: Callable[[], object], repeats: int) -> float:
    work()
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(1e3 * (time.perf_counter() - started))
    return statistics.median(times)


def main() -> None:
    print(f"{'':54}{'DP':>9}{'HiGHS':>10}{'rasio':>8}{'kerugian':>10}{'select()':>10}   (ms)")
    for name, (villages, kecamatan, problem, repeats) in CASES.items():
        rng = np.random.default_rng(0)
        group = np.sort(rng.integers(0, kecamatan, villages))
        index = [f"99{g + 1:04d}{v:04d}" for v, g in enumerate(group)]
        scores = pd.Series(rng.beta(2, 3, villages), index=index)
        groups = pd.Series([kode[:6] for kode in index], index=index)
        # Without tie values both engines solve for the score alone, once.
        instance = build_instance(scores, groups, problem, None)
        proof = solve_milp(instance)
        assert proof is not None
        assert best_score(instance) == instance.score[proof.chosen].sum(), "the engines disagree"
        dp = median_ms(lambda i=instance: solve(i), repeats)
        highs = median_ms(lambda i=instance: solve_milp(i), repeats)
        turned = median_ms(lambda i=instance: losses(i), repeats)
        whole = median_ms(lambda s=scores, g=groups, p=problem: select(s, g, p), repeats)
        print(f"{name:54}{dp:9.2f}{highs:10.2f}{highs / dp:8.1f}{turned:10.2f}{whole:10.2f}")


if __name__ == "__main__":
    main()
