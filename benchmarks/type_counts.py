"""How often the number of types is found, in simulated villages whose types are known.

Run with ``python benchmarks/type_counts.py [--worlds 40] [--write]``; ``--write`` puts the table into
``docs/ketepatan.md``. How far types are apart is told by the overlap of the two nearest: the sum of the two
probabilities that a village of one is taken for the other by who knows both. Maitra & Melnykov (2010,
*Journal of Computational and Graphical Statistics* 19, 354–376, supplement S-1) call 0.05–0.10 a moderate
separation and 0.15 or more a poor one. No types at all is one of the answers; shapes that the mixture does
not assume stand beside those that it does.

Two observers know more than any estimator. One knows each type's centre, share and spread, and sorts the
villages: what it errs in, nobody can tell. The other knows how villages of one type differ from each other,
and neither centres nor number; it takes the number by the same criterion.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from docs_page import put_table
from scipy.special import logsumexp
from scipy.stats import gamma, norm
from sklearn.cluster import KMeans

from lokus.evidence.patterns.type_count import count_types, gain_over_no_types
from lokus.evidence.threads import one_thread

NUMBERS = range(2, 9)
MODERATE = 0.10
SHAPES = {
    "normal": "normal",
    "correlated": "normal, korelasi 0,5",
    "any": "normal, korelasi sembarang",
    "skewed": "miring (gamma)",
    "percent": "persen (jenuh)",
    "weak": "normal, korelasi 0,2",
    "saturated": "persen (sangat jenuh)",
    "tails": "ekor tebal (t, 5)",
    "lognormal": "sangat miring (log-normal)",
    "factor": "satu faktor bersama yang miring",
}
KNOWN = ("normal", "correlated", "any", "percent", "saturated", "weak")  # normal before they are percentages
COMMON = ("normal", "correlated", "any", "skewed", "percent")
CELLS = [
    *((types, shape, MODERATE) for types in (2, 3, 4, 5) for shape in COMMON),
    *((types, shape, 0.05) for types in (2, 5) for shape in ("normal", "any")),
    *((types, shape, 0.15) for types in (2, 5) for shape in ("normal", "any")),
    *((1, shape, 0.0) for shape in SHAPES),
]


@dataclass(frozen=True, kw_only=True)
class World:
    """Indicators of simulated villages, and what made them.

    `latent` are the indicators before they were made percentages; `spread` is the covariance within types.
    """

    values: np.ndarray
    latent: np.ndarray
    types: np.ndarray
    centres: np.ndarray
    share: np.ndarray
    spread: np.ndarray
    shape: str


def world(seed: int, types: int, shape: str, overlap: float = MODERATE) -> World:
    """Villages of so many types; the two nearest overlap as stated, were they equally many."""
    rng = np.random.default_rng([seed, types])
    indicators, villages = 3 + seed % 4, 90 + 40 * (seed % 5)
    spread = np.eye(indicators)
    if shape in ("correlated", "weak"):
        level = 0.5 if shape == "correlated" else 0.2
        spread = (1 - level) * spread + level
    if shape == "any":
        loading = rng.normal(size=(indicators, indicators + 2))
        spread = loading @ loading.T
        spread /= np.sqrt(np.outer(np.diag(spread), np.diag(spread)))
    root = np.linalg.cholesky(spread)
    centres = np.zeros((1, indicators))
    if types > 1:
        directions = rng.normal(size=(types, indicators))
        distance = np.sqrt(((directions[:, None] - directions) ** 2).sum(axis=2))
        apart = -2 * norm.ppf(overlap / 2)
        centres = directions * apart / distance[np.triu_indices(types, 1)].min() @ root.T
    share = np.maximum(rng.dirichlet(np.full(types, 8.0)), 0.08)
    share /= share.sum()
    truth = rng.choice(types, villages, p=share)
    noise = rng.normal(size=(villages, indicators)) @ root.T
    if shape == "skewed":
        noise = (rng.gamma(2.0, 1.0, noise.shape) - 2.0) / np.sqrt(2.0)
    elif shape == "lognormal":
        noise = np.exp(noise)
    elif shape == "tails":
        noise = rng.standard_t(5, noise.shape) / np.sqrt(5 / 3)
    elif shape == "factor":
        noise = 0.7 * noise + 0.7 * (rng.gamma(2.0, 1.0, (villages, 1)) - 2.0) / np.sqrt(2.0)
    latent = centres[truth] + noise
    steep = {"percent": 0.4, "saturated": 0.8}.get(shape)
    values = latent if steep is None else 100.0 / (1.0 + np.exp(-steep * latent - steep + 0.4))
    return World(
        values=values, latent=latent, types=truth, centres=centres, share=share, spread=spread, shape=shape
    )


def found(job: tuple[int, int, str, float]) -> int:
    """How many types are found in a world."""
    return count_types(gain_over_no_types(world(*job).values, NUMBERS))


def misplaced(drawn: World) -> float:
    """Share of the villages that are sorted wrongly by who knows centres, shares and spread."""
    away = drawn.latent[:, None] - drawn.centres
    if drawn.shape == "skewed":
        density = gamma.logpdf(away * np.sqrt(2.0) + 2.0, 2.0).sum(axis=2)
    else:
        density = -0.5 * np.einsum("vti,ij,vtj->vt", away, np.linalg.inv(drawn.spread), away)
    return float(((density + np.log(drawn.share)).argmax(axis=1) != drawn.types).mean())


def observed(drawn: World) -> int:
    """How many types finds who knows how villages of one type differ, by the same criterion."""
    z = drawn.latent @ np.linalg.inv(np.linalg.cholesky(drawn.spread)).T
    villages, width = z.shape
    best = {}
    for number in (1, *NUMBERS):
        with one_thread("all"):
            membership = np.eye(number)[KMeans(number, n_init=3, random_state=0).fit(z).labels_]
        likelihood = -np.inf
        for _step in range(200):
            size = membership.sum(axis=0) + 1e-9
            centre = membership.T @ z / size[:, None]
            log = -0.5 * ((z[:, None] - centre) ** 2).sum(axis=2) + np.log(size / villages)
            total = logsumexp(log, axis=1)
            membership, before = np.exp(log - total[:, None]), likelihood
            likelihood = total.sum()
            if likelihood - before < 1e-3:
                break
        best[number] = (number - 1 + number * width) * np.log(villages) - 2 * likelihood
    return min(best, key=best.__getitem__)


def share_right(types: int, shape: str, worlds: int, overlap: float = MODERATE) -> float:
    """In which share of the worlds the number of types found is the true one."""
    return float(np.mean([found((seed, types, shape, overlap)) == types for seed in range(worlds)]))


def work_ratio(repeats: int) -> tuple[float, float]:
    """Processor seconds of counting the types, and how many times those of k-means for as many numbers.

    k-means is scikit-learn's with ten starts, as often used with silhouettes; both in turn, on one thread.
    """
    ours, plain = [], []
    for seed in range(repeats):
        values = world(seed, 3, "any").values
        z = (values - values.mean(axis=0)) / values.std(axis=0)
        started = time.process_time()
        gain_over_no_types(values, NUMBERS)
        between = time.process_time()
        with one_thread("all"):
            for number in NUMBERS:
                KMeans(number, n_init=10, random_state=0).fit(z)
        ours.append(between - started)
        plain.append(time.process_time() - between)
    return statistics.median(ours), statistics.median(ours) / statistics.median(plain)


def _measured(job: tuple[int, int, str, float]) -> tuple[int, float, float]:
    drawn = world(*job)
    known = (
        np.nan if drawn.shape not in ("normal", "correlated", "any", "percent", "weak") else observed(drawn)
    )
    return found(job), misplaced(drawn) if job[1] > 1 else np.nan, known


def as_markdown(worlds: int, workers: int) -> str:
    """The table in Bahasa Indonesia, the worst cell first."""
    jobs = [(seed, *cell) for cell in CELLS for seed in range(worlds)]
    with ProcessPoolExecutor(workers) as pool:
        measured = np.reshape(list(pool.map(_measured, jobs, chunksize=4)), (len(CELLS), worlds, 3))
    true = np.array([cell[0] for cell in CELLS])
    right = (measured[..., 0] == true[:, None]).mean(axis=1)
    none = (measured[..., 0] == 1).mean(axis=1)
    wrong = measured[..., 1].mean(axis=1)
    known = np.where(np.isnan(measured[..., 2]), np.nan, measured[..., 2] == true[:, None]).mean(axis=1)
    percent = lambda value: "–" if np.isnan(value) else f"{100 * value:.0f} %"  # noqa: E731
    lines = [
        f"{worlds} simulasi per baris, 90–250 desa, 3–6 indikator, ± galat baku; dari yang terburuk. "
        "*Tumpang tindih*: jumlah kedua peluang keliru antara dua tipe terdekat. *Salah pilah*: desa yang "
        "keliru digolongkan oleh pengamat yang mengetahui pusat, pangsa, dan sebaran setiap tipe. "
        "*Pengamat*: jumlah tipe benar bila sebaran di dalam tipe diketahui.",
        "",
        "| tipe sebenarnya | bentuk | tumpang tindih | salah pilah | jumlah tipe benar "
        "| dijawab tidak ada | pengamat |",
        "|---:|---|---:|---:|---:|---:|---:|",
    ]
    for row in np.argsort(right, kind="stable"):
        types, shape, overlap = CELLS[row]
        error = np.sqrt(right[row] * (1 - right[row]) / worlds)
        lines.append(
            f"| {types if types > 1 else 'tidak ada'} | {SHAPES[shape]} "
            f"| {f'{overlap:.2f}'.replace('.', ',') if types > 1 else '–'} | {percent(wrong[row])} "
            f"| {100 * right[row]:.0f} ± {100 * error:.0f} % | {percent(none[row])} | {percent(known[row])} |"
        )
    lines.append("")
    for text, inside in (
        ("2–5 tipe, terpisah sedang (tumpang tindih 0,10)", [c[0] > 1 and c[2] == MODERATE for c in CELLS]),
        ("2–5 tipe, terpisah buruk (0,15)", [c[0] > 1 and c[2] == 0.15 for c in CELLS]),
        ("tanpa tipe", [c[0] == 1 for c in CELLS]),
    ):
        part = right[np.array(inside)]
        error = np.sqrt((part * (1 - part)).sum() / worlds) / len(part)
        lines.append(f"Bersama, {text}: {100 * part.mean():.0f} ± {100 * error:.0f} %.")
    seconds, ratio = (f"{value:.1f}".replace(".", ",") for value in work_ratio(7))
    lines += [
        "",
        f"CPU untuk 2–8 tipe: {seconds} detik, {ratio} kali `KMeans` scikit-learn (sepuluh awal) atas "
        "jumlah tipe yang sama; nilai tengah 7 kabupaten, satu proses.",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=40)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="put the table into docs/ketepatan.md")
    options = parser.parse_args()
    text = as_markdown(options.worlds, options.workers)
    print(text)
    if options.write:
        put_table("ketepatan.md", "tipe", text)


if __name__ == "__main__":
    main()
