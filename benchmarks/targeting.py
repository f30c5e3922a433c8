"""How many of the truly worst villages each method names, in simulated kabupaten whose truth is known.

Run with ``python benchmarks/targeting.py [--replicates 40] [--write]``; ``--write`` puts the table into
``docs/ketepatan.md``. ``--lowest`` takes only the cells in which lokus comes least near the limit, with other
simulated kabupaten (``--seed``). Needs esda for its empirical Bayes (dependency group ``bench``).

The truth is not of the library's own model: log odds of stunting are normal around a covariate, while the
library fits a beta-binomial. The limit knows every parameter of the simulation and ranks by the probability
of being among the worst, which no method can beat on average. Hits are averaged over truths drawn anew given
the counts (under the known parameters), which is the same expectation with a fraction of the noise.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import pandas as pd
from docs_page import put_table
from scipy.special import expit
from scipy.stats import binom

from lokus.evidence.rates.rates import estimate_rates

VILLAGES, WORST = 256, 26
CHILDREN, MEANS, R_SQUARED = (30, 90, 200), (0.05, 0.08, 0.20), (0.0, 0.3, 0.6)
COVERAGES = ("penuh", "tidak merata", "selektif")
LOGIT_SD, CHILDREN_SPREAD = 0.5, 0.6
TRUTHS = 60
SELECTIVE_ODDS = 2.0
Cell = tuple[int, float, float, str]
LOWEST: tuple[Cell, ...] = (
    (30, 0.05, 0.0, "selektif"),
    (30, 0.08, 0.0, "selektif"),
    (30, 0.05, 0.3, "selektif"),
    (30, 0.05, 0.3, "tidak merata"),
    (30, 0.05, 0.6, "selektif"),
    (30, 0.08, 0.3, "selektif"),
)
METHODS = ("mentah", "jumlah", "SAW", "esda", "lokus", "lokus_rata", "batas")
HEADERS = {
    "mentah": "prevalensi mentah",
    "jumlah": "jumlah kasus",
    "SAW": "SAW indikator mentah",
    "esda": "empirical Bayes (esda)",
    "lokus_rata": "lokus, urut prevalensi",
    "lokus": "lokus, urut peluang",
    "batas": "batas Bayes",
}
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(40)
GRID = np.linspace(-4.5, 4.5, 241)


def _intercept(mean: float) -> float:
    low, high = -8.0, 3.0
    for _ in range(60):
        middle = (low + high) / 2
        rate = NODE_WEIGHTS @ expit(middle + LOGIT_SD * NODES) / NODE_WEIGHTS.sum()
        low, high = (middle, high) if rate < mean else (low, middle)
    return low


def _shifted(p: np.ndarray, odds: float) -> np.ndarray:
    return odds * p / (1 - p + odds * p)


def simulate(rng: np.random.Generator, children: int, mean: float, r2: float, coverage: str) -> dict:
    """Draw one kabupaten: covariate, children due and measured, cases."""
    x = rng.standard_normal(VILLAGES)
    centre = _intercept(mean) + LOGIT_SD * np.sqrt(r2) * x
    p = expit(centre + LOGIT_SD * np.sqrt(1 - r2) * rng.standard_normal(VILLAGES))
    due = np.maximum(2, rng.lognormal(np.log(children), CHILDREN_SPREAD, VILLAGES)).astype(int)
    share = np.ones(VILLAGES) if coverage == "penuh" else rng.uniform(0.3, 1.0, VILLAGES)
    n = np.maximum(1, rng.binomial(due, share))
    odds = SELECTIVE_ODDS if coverage == "selektif" else 1.0
    measured = n / due
    return {
        "x": x, "centre": centre, "due": due, "n": n, "y": rng.binomial(n, p), "odds": odds,
        "measured": measured, "r2": r2,
    }  # fmt: skip


def _posterior(k: dict) -> tuple[np.ndarray, np.ndarray]:
    """Rates among all due on a grid and their probabilities given the counts, with everything known."""
    p = expit(k["centre"][:, None] + LOGIT_SD * np.sqrt(1 - k["r2"]) * GRID)
    weight = binom.pmf(k["y"][:, None], k["n"][:, None], p) * np.exp(-(GRID**2) / 2)
    weight /= weight.sum(axis=1, keepdims=True)
    rate = k["measured"][:, None] * p + (1 - k["measured"][:, None]) * _shifted(p, k["odds"])
    return rate, weight


def _limit(rate: np.ndarray, weight: np.ndarray) -> np.ndarray:
    order = np.argsort(-rate.ravel())
    cutoff = rate.ravel()[order][np.searchsorted(np.cumsum(weight.ravel()[order]), WORST)]
    return (weight * (rate > cutoff)).sum(axis=1)


def _minmax(values: np.ndarray) -> np.ndarray:
    return (values - values.min()) / np.ptp(values)


def criteria(k: dict, limit: np.ndarray, *, esda: bool) -> dict[str, np.ndarray]:
    """Value by which each method ranks the villages, highest first."""
    index = pd.Index([f"9901{i:06d}" for i in range(VILLAGES)])
    y, n, due = (pd.Series(k[name], index=index) for name in ("y", "n", "due"))
    rates = estimate_rates(
        y, n, sasaran=due, covariates=pd.DataFrame({"x": k["x"]}, index=index), odds_ratio=k["odds"]
    )
    raw = k["y"] / k["n"]
    expected = rates.table["anak_stunting"] / due if k["odds"] != 1 else rates.table["prevalensi"]
    out = {
        "mentah": raw,
        "jumlah": k["y"].astype(float),
        "SAW": _minmax(raw) + _minmax(k["x"]),
        "lokus": rates.among_worst(WORST).to_numpy(),
        "lokus_rata": expected.to_numpy(),
        "batas": limit,
    }
    if esda:
        from esda.smoothing import Empirical_Bayes

        out["esda"] = np.asarray(Empirical_Bayes(k["y"], k["n"]).r).ravel()
    return out


def hits(k: dict, rng: np.random.Generator, *, esda: bool) -> dict[str, float]:
    """How many of the truly worst each method names; ties fall by lot, the same for all methods."""
    rate, weight = _posterior(k)
    cumulative = np.cumsum(weight, axis=1)
    worst = np.zeros(VILLAGES)
    for _ in range(TRUTHS):
        drawn = (cumulative < rng.random((VILLAGES, 1))).sum(axis=1).clip(max=len(GRID) - 1)
        # Within a grid cell the order is by lot too.
        truth = rate[np.arange(VILLAGES), drawn] * (1 + 1e-9 * rng.random(VILLAGES))
        worst[np.argpartition(-truth, WORST)[:WORST]] += 1 / TRUTHS
    lot = rng.random(VILLAGES)
    values = criteria(k, _limit(rate, weight), esda=esda)
    return {name: worst[np.lexsort([lot, -value])[:WORST]].sum() for name, value in values.items()}


def run_cell(cell: Cell, replicates: int, *, esda: bool = True, seed: int | None = None) -> pd.DataFrame:
    """Hits by replicate and method; every cell has its own stream, another one for each `seed`."""
    children, mean, r2, coverage = cell
    stream = [children, round(1000 * mean), round(10 * r2), COVERAGES.index(coverage)]
    rng = np.random.default_rng(stream if seed is None else [*stream, seed])
    return pd.DataFrame([hits(simulate(rng, *cell), rng, esda=esda) for _ in range(replicates)])


def summarise(found: pd.DataFrame) -> dict[str, float]:
    """Mean hits; lokus as percent of the limit, with the standard error of that ratio."""
    mean = found.mean()
    ratio = mean["lokus"] / mean["batas"]
    error = (found["lokus"] - ratio * found["batas"]).std() / np.sqrt(len(found)) / mean["batas"]
    return {**mean.to_dict(), "persen": 100 * ratio, "galat": 100 * error}


def _summary_of_cell(job: tuple[Cell, int, int | None]) -> dict[str, float]:
    cell, replicates, seed = job
    return summarise(run_cell(cell, replicates, seed=seed))


def table_rows(
    cells: Sequence[Cell], replicates: int, workers: int, seed: int | None = None
) -> list[tuple[Cell, dict[str, float]]]:
    with ProcessPoolExecutor(workers) as pool:
        found = pool.map(_summary_of_cell, [(cell, replicates, seed) for cell in cells])
        return list(zip(cells, found, strict=True))


def lowest_as_markdown(rows: list, replicates: int, seed: int) -> str:
    """The cells of ``LOWEST`` in one short table."""
    number = lambda value, digits=1: f"{value:.{digits}f}".replace(".", ",")  # noqa: E731
    lines = [
        f"{replicates} kabupaten simulasi lain per baris (benih {seed}).",
        "",
        "| anak per desa | rata-rata | R² | cakupan | prevalensi mentah | lokus | batas Bayes | % batas |",
        "|---:|---:|---:|---|---:|---:|---:|---:|",
    ]
    for (children, mean, r2, coverage), row in rows:
        lines.append(
            f"| {children} | {100 * mean:.0f} % | {number(r2)} | {coverage} | {number(row['mentah'])} "
            f"| {number(row['lokus'])} | {number(row['batas'])} "
            f"| {number(row['persen'])} ± {number(row['galat'])} |"
        )
    return "\n".join(lines)


def as_markdown(rows: list, replicates: int) -> str:
    """The table in Bahasa Indonesia, one block a kind of coverage."""
    number = lambda value, digits=1: f"{value:.{digits}f}".replace(".", ",")  # noqa: E731
    lines = [
        f"Rata-rata dari {replicates} kabupaten simulasi per baris (untuk masing-masing {TRUTHS} keadaan "
        f"sebenarnya yang mungkin): berapa dari {WORST} desa yang benar-benar terburuk, di antara {VILLAGES} "
        "desa, disebut oleh tiap cara. *% batas* = lokus (urut peluang) dibanding batas Bayes, ± galat baku.",
    ]
    for coverage in COVERAGES:
        title = {
            "penuh": "Semua anak diukur",
            "tidak merata": "Cakupan pengukuran tidak merata (30–100 %)",
            "selektif": "Cakupan tidak merata, anak yang tidak diukur lebih sering stunting (odds 2 kali)",
        }[coverage]
        heads = ["anak per desa", "rata-rata", "R²", *(HEADERS[m] for m in HEADERS), "% batas"]
        lines += ["", f"### {title}", "", "| " + " | ".join(heads) + " |", "|" + "---:|" * len(heads)]
        for (children, mean, r2, which), row in rows:
            if which == coverage:
                cells = [str(children), f"{100 * mean:.0f} %", number(r2), *(number(row[m]) for m in HEADERS)]
                cells.append(f"{number(row['persen'])} ± {number(row['galat'])}")
                lines.append("| " + " | ".join(cells) + " |")
    lowest = min(row["persen"] for _, row in rows)
    against = min(row["lokus"] - row["mentah"] for _, row in rows)
    lines += [
        "",
        f"Terendah {number(lowest)} % dari batas; selisih terkecil terhadap prevalensi mentah "
        f"{number(against)} desa.",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=40)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--lowest", action="store_true", help="only the cells in which lokus does least well")
    parser.add_argument("--seed", type=int, default=51, help="other simulated kabupaten, for --lowest")
    parser.add_argument("--write", action="store_true", help="put the table into docs/ketepatan.md")
    options = parser.parse_args()
    try:
        import esda  # noqa: F401
    except ModuleNotFoundError:
        parser.exit(1, "esda is not installed; it is a peer of this benchmark (dependency group bench)\n")
    if options.lowest:
        found = table_rows(LOWEST, options.replicates, options.workers, options.seed)
        name, text = "terendah", lowest_as_markdown(found, options.replicates, options.seed)
    else:
        cells = [(c, m, r, v) for v, c, m, r in product(COVERAGES, CHILDREN, MEANS, R_SQUARED)]
        found = table_rows(cells, options.replicates, options.workers)
        name, text = "sasaran", as_markdown(found, options.replicates)
    print(text)
    if options.write:
        put_table("ketepatan.md", name, text)


if __name__ == "__main__":
    main()
