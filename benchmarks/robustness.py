"""How sure each place is: the batched exact choice against one HiGHS solution a draw, in the same run.

Run with ``python benchmarks/robustness.py``. Both get the same quantised draws of the score, and their values
are compared. HiGHS is timed on a sample of the draws and scaled up, so that the table appears soon.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

from lokus.choice.robustness import assess_robustness
from lokus.choice.selection import select
from lokus.choice.solver.batch import best_lists, quantise_rows
from lokus.choice.solver.instance import build_instance
from lokus.choice.solver.milp import Model
from lokus.choice.solver.problem import Problem
from lokus.evidence.rates.rates import estimate_rates
from lokus.evidence.scores.scoring import score

WEIGHTS = {"prevalensi": 0.4, "anak_stunting": 0.3, "air_layak": 0.3}
WORSE = {"prevalensi": "high", "anak_stunting": "high", "air_layak": "low"}
CASES = {
    "kabupaten, 26 di ≤ 8 dari 22 kecamatan": (256, 22, Problem(n=26, max_kecamatan=8), 1000, 100),
    "sama, 2–5 desa per kecamatan": (
        256, 22, Problem(n=26, max_kecamatan=8, min_per_kecamatan=2, max_per_kecamatan=5), 1000, 100,
    ),
    "provinsi, 320 di ≤ 80 dari 241 kecamatan": (3239, 241, Problem(n=320, max_kecamatan=80), 100, 5),
}  # fmt: skip


def seconds(work: Callable[[], object], repeats: int = 3) -> float:
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def villages(number: int, kecamatan: int) -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(0)
    group = np.sort(rng.integers(0, kecamatan, number))
    index = [f"99{g + 1:04d}{v:04d}" for v, g in enumerate(group)]
    due = rng.integers(20, 160, number)
    measured = rng.binomial(due, 0.85)
    stunted = rng.binomial(measured, rng.beta(4, 28, number))
    frame = pd.DataFrame(
        {"sasaran": due, "diukur": measured, "stunting": stunted, "air_layak": rng.uniform(20, 100, number)},
        index=index,
        dtype=float,
    )
    return frame, pd.Series([kode[:6] for kode in index], index=index)


def main() -> None:
    print(f"{'':42}{'undian':>7}{'seluruhnya':>13}{'pilihan saja':>14}{'HiGHS':>10}{'rasio':>8}   (detik)")
    for name, (number, kecamatan, problem, draws, sample) in CASES.items():
        frame, groups = villages(number, kecamatan)
        rates = estimate_rates(frame["stunting"], frame["diukur"], sasaran=frame["sasaran"])
        evidence = frame.join(rates.table[["prevalensi", "anak_stunting"]])
        scores = score(evidence, weights=WEIGHTS, worse=WORSE).table["skor"]
        chosen = select(scores, groups, problem, tie_break=rates.table["anak_stunting"])
        how = {"weights": WEIGHTS, "worse": WORSE, "rates": rates, "concentration": 100.0, "seed": 1}
        whole = seconds(lambda c=chosen, e=evidence, h=how, d=draws: assess_robustness(c, e, draws=d, **h))

        rng = np.random.default_rng(1)
        drawn = quantise_rows(scores.to_numpy() + rng.normal(0, 0.05, (draws, number)))
        instance = build_instance(scores, groups, problem, None)
        drawn = drawn[:, scores.index.get_indexer(instance.codes)]
        batch = seconds(lambda i=instance, s=drawn: best_lists(i, s))
        found = best_lists(instance, drawn)

        started = time.perf_counter()
        peers = [Model(replace(instance, score=row)).best(row) for row in drawn[:sample]]
        highs = (time.perf_counter() - started) * draws / sample
        for row, listed, peer in zip(drawn, found, peers, strict=False):
            assert peer is not None
            assert row[listed].sum() == row[peer.chosen].sum(), "the engines disagree"
        print(f"{name:42}{draws:7}{whole:13.3f}{batch:14.3f}{highs:10.2f}{highs / batch:7.0f}×")


if __name__ == "__main__":
    main()
