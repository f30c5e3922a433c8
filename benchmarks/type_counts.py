"""How often the number of types is found, in simulated villages whose types are known.

Run with ``python benchmarks/type_counts.py [--worlds 60] [--write]``; ``--write`` puts the table into
``docs/ketepatan.md``. Types differ by 4 standard deviations where they are nearest to each other (one village
in forty lies on the wrong side of the line between two such types), and by 3 (one in fifteen). No types at
all is one of the answers; shapes that the mixture does not assume stand beside those that it does.
"""

from __future__ import annotations

import argparse
import os
import warnings
from concurrent.futures import ProcessPoolExecutor

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from docs_page import put_table

from lokus.evidence.patterns.type_count import count_types, gain_over_no_types

NUMBERS = range(2, 9)


def world(seed: int, types: int, shape: str, apart: float = 4.0):
    """Villages of so many types; the two nearest types are `apart` standard deviations from each other."""
    rng = np.random.default_rng([seed, types])
    indicators, villages = 3 + seed % 4, 90 + 40 * (seed % 5)
    centres = np.zeros((1, indicators))
    if types > 1:
        centres = rng.normal(size=(types, indicators))
        distance = np.sqrt(((centres[:, None] - centres) ** 2).sum(axis=2))
        centres *= apart / distance[np.triu_indices(types, 1)].min()
    share = np.maximum(rng.dirichlet(np.full(types, 8.0)), 0.08)
    truth = rng.choice(types, villages, p=share / share.sum())
    noise = rng.normal(size=(villages, indicators))
    if shape == "correlated":
        noise = noise @ np.linalg.cholesky(0.5 * np.eye(indicators) + 0.5).T
    if shape == "skewed":
        noise = (rng.gamma(2.0, 1.0, noise.shape) - 2.0) / np.sqrt(2.0)
    if shape == "percent":
        return 100.0 / (1.0 + np.exp(-0.4 * (centres[truth] + noise)))
    return centres[truth] + noise


def found(job: tuple[int, int, str, float]) -> int:
    """How many types are found in a world."""
    seed, types, shape, apart = job
    values = world(seed, types, shape, apart)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a mixture that does not converge is one of the candidates
        return count_types(values, gain_over_no_types(values, NUMBERS))


def share_right(types: int, shape: str, worlds: int, apart: float = 4.0) -> float:
    """In which share of the worlds the number of types found is the true one."""
    return float(np.mean([found((seed, types, shape, apart)) == types for seed in range(worlds)]))


CELLS = [
    *(
        (types, shape, apart)
        for types in (2, 3, 4, 5)
        for shape in ("normal", "correlated")
        for apart in (3.0, 4.0)
    ),
    *((1, shape, 4.0) for shape in ("normal", "correlated", "skewed", "percent")),
]
SHAPES = {
    "normal": "normal",
    "correlated": "normal, indikator berkorelasi",
    "skewed": "miring",
    "percent": "persen (jenuh)",
}


def as_markdown(worlds: int, workers: int) -> str:
    """The table in Bahasa Indonesia, the worst cell first."""
    jobs = [(seed, *cell) for cell in CELLS for seed in range(worlds)]
    with ProcessPoolExecutor(workers) as pool:
        numbers = np.reshape(list(pool.map(found, jobs, chunksize=4)), (len(CELLS), worlds))
    right = [(numbers[row] == cell[0]).mean() for row, cell in enumerate(CELLS)]
    lines = [
        f"{worlds} simulasi per baris, 90–250 desa, 3–6 indikator, ± galat baku; dari yang terburuk.",
        "",
        "| tipe sebenarnya | bentuk | jarak dua tipe terdekat (simpangan baku) | jumlah tipe benar |",
        "|---:|---|---:|---:|",
    ]
    for row in np.argsort(right, kind="stable"):
        types, shape, apart = CELLS[row]
        error = np.sqrt(right[row] * (1 - right[row]) / worlds)
        distance = f"{apart:.0f}" if types > 1 else "–"
        lines.append(
            f"| {types if types > 1 else 'tidak ada'} | {SHAPES[shape]} | {distance} "
            f"| {100 * right[row]:.0f} ± {100 * error:.0f} % |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=60)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--write", action="store_true", help="put the table into docs/ketepatan.md")
    options = parser.parse_args()
    text = as_markdown(options.worlds, options.workers)
    print(text)
    if options.write:
        put_table("ketepatan.md", "tipe", text)


if __name__ == "__main__":
    main()
