"""How often the scan finds a "significant" cluster where villages vary without any pattern.

Run with ``python benchmarks/false_alarms.py [--maps 1000] [--write]``; ``--write`` puts the table into
``docs/pengukuran.md``. Villages lie anywhere and their rates differ independently of each other, from not at
all (spread 0) to far more than chance alone would let them (overdispersion); sizes differ by a factor of ten.
A rule of 5 % should be wrong on 5 % of such maps, whatever the spread. The last column is what a scan finds
that spreads the cases of each replicate over the children: it keeps its level only where nothing but chance
tells villages apart.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor

os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from docs_page import put_table
from scipy.special import xlogy

from lokus.evidence.patterns.scan import scan

REPLICATES = 99
LEVEL = 0.05
CELLS = [
    (model, spread, villages)
    for model in ("trials", "expected")
    for spread in (0.0, 0.5, 1.0)
    for villages in (60, 150)
]
MODELS = {"trials": "binomial", "expected": "Poisson"}


def noise(
    seed: int, model: str, spread: float, villages: int
) -> tuple[pd.Series, pd.Series, np.ndarray, np.ndarray]:
    """Cases, children and places of villages whose log odds vary by `spread`, without any pattern."""
    rng = np.random.default_rng([seed, round(10 * spread), villages, len(model)])  # each cell its own maps
    x, y = rng.uniform(0, 50_000, (2, villages))
    index = [f"9901{i:06d}" for i in range(villages)]
    n = pd.Series(np.maximum(8, rng.lognormal(4.3, 0.8, villages)).astype(int), index=index)
    rate = 1 / (1 + np.exp(-rng.normal(-2.4, spread, villages)))
    return pd.Series(rng.binomial(n, rate), index=index), n, x, y


def alarms(maps: int, *, model: str, spread: float, villages: int = 60) -> int:
    """Of so many maps without a pattern, how many have a "significant" cluster."""
    return sum(_alarm((seed, model, spread, villages)) for seed in range(maps))


def _alarm(job: tuple[int, str, float, int]) -> bool:
    seed, model, spread, villages = job
    cases, n, x, y = noise(seed, model, spread, villages)
    found = scan(cases, x=x, y=y, seed=seed, replicates=REPLICATES, **{model: n})
    return bool(found.clusters["p"].min() <= LEVEL)


def spread_over_children(maps: int, *, model: str, spread: float, villages: int = 60) -> int:
    """The same with what others do: the cases of each replicate are spread over the children anew."""
    wrong = 0
    for seed in range(maps):
        cases, n, x, y = noise(seed, model, spread, villages)
        rng, total, sizes = np.random.default_rng([seed, 10]), int(cases.sum()), n.to_numpy()
        if model == "trials":
            drawn = rng.multivariate_hypergeometric(sizes, total, size=REPLICATES)
        else:
            drawn = rng.multinomial(total, sizes / sizes.sum(), size=REPLICATES)
        best = largest_ratio(np.vstack([cases, drawn]), sizes, x, y, binomial=model == "trials")
        wrong += (best >= best[0] - 1e-9).mean() <= LEVEL
    return wrong


def largest_ratio(
    cases: np.ndarray, n: np.ndarray, x: np.ndarray, y: np.ndarray, *, binomial: bool
) -> np.ndarray:
    """Largest log-likelihood ratio over the circles with at most half the children, row by row of `cases`."""
    total, people = cases.sum(axis=1)[0], n.sum()
    order = np.argsort(np.hypot(x[:, None] - x, y[:, None] - y), axis=1)
    inside, weight = np.cumsum(cases[:, order], axis=2), np.cumsum(n[order], axis=1)
    if binomial:
        ratio = _entropy(inside, weight) + _entropy(total - inside, people - weight) - _entropy(total, people)
    else:
        expected = total * weight / people
        ratio = xlogy(inside, inside / expected) + xlogy(
            total - inside, (total - inside) / np.where(weight < people, total - expected, 1.0)
        )
    high = (inside * people > total * weight) & (weight <= people // 2)
    return np.where(high, ratio, 0.0).max(axis=(1, 2))


def _entropy(cases: np.ndarray, weight: np.ndarray) -> np.ndarray:
    return xlogy(cases, cases) + xlogy(weight - cases, weight - cases) - xlogy(weight, weight)


def as_markdown(maps: int, others: int, workers: int) -> str:
    """The table in Bahasa Indonesia, the worst cell first."""
    jobs = [(seed, *cell) for cell in CELLS for seed in range(maps)]
    with ProcessPoolExecutor(workers) as pool:
        wrong = np.reshape(list(pool.map(_alarm, jobs, chunksize=50)), (len(CELLS), maps)).mean(axis=1)
    lines = [
        f"{maps} peta per baris tanpa pola apa pun, {REPLICATES} ulangan, taraf 5 %, ± galat baku; dari yang "
        f"terburuk. Kolom terakhir: {others} peta.",
        "",
        "| model | simpangan log-odds antardesa | desa | salah menyebut gugus nyata "
        "| bila kasus disebar ke anak |",
        "|---|---:|---:|---:|---:|",
    ]
    percent = lambda p, n: f"{100 * p:.1f} ± {100 * np.sqrt(p * (1 - p) / n):.1f} %".replace(".", ",")  # noqa: E731
    for row in np.argsort(-wrong, kind="stable"):
        model, spread, villages = CELLS[row]
        share = spread_over_children(others, model=model, spread=spread, villages=villages) / others
        other = f"{100 * share:.0f} %"
        lines.append(
            f"| {MODELS[model]} | {str(spread).replace('.', ',')} | {villages} | {percent(wrong[row], maps)} "
            f"| {other} |"
        )
    every = wrong.mean()
    lines += ["", f"Semua baris bersama: {percent(every, maps * len(CELLS))}."]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--maps", type=int, default=1000)
    parser.add_argument("--others", type=int, default=100, help="maps for the last column")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="put the table into docs/pengukuran.md")
    options = parser.parse_args()
    text = as_markdown(options.maps, options.others, options.workers)
    print(text)
    if options.write:
        put_table("pengukuran.md", "alarm", text)


if __name__ == "__main__":
    main()
