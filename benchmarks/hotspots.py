"""Local Moran and Gi* of the whole nation, 999 permutations, against esda in one run.

Run: python benchmarks/hotspots.py [folder of real data, default ../shared/data]
Needs esda beside the development tools. Values are simulated (a smooth field and noise) on real neighbours.
esda is timed twice: its first call in a process compiles.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pandas as pd

from lokus.evidence.patterns.hotspots import getis_ord, local_moran
from lokus.places.neighbours import contiguity

try:
    from esda import G_Local, Moran_Local
    from libpysal.graph import Graph
except ImportError:
    Graph = None

T = TypeVar("T")


def timed(work: Callable[[], T], repeat: int = 1) -> tuple[T, float]:
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return result, best


def line(title: str, seconds: float, more: str = "") -> None:
    print(f"{title:52}{1e3 * seconds:10.1f} ms  {more}")


def compare(title: str, values: pd.Series, matrix, ours: Callable, peer: Callable, column: str) -> None:
    mine, seconds = timed(lambda: ours(values, matrix, seed=1, permutations=999), repeat=5)
    line(f"lokus {title}, 999", seconds)
    _many, long = timed(lambda: ours(values, matrix, seed=1), repeat=2)
    line(f"lokus {title}, 99,999", long)
    if Graph is None:
        print("esda is not installed: no comparison")
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _first, cold = timed(peer)
        theirs, warm = timed(peer)
    line(f"esda {title}, 999, first call", cold, f"ratio {cold / seconds:8.0f}")
    tested = (mine.table["tetangga"] > 0).to_numpy()
    statistic = theirs.Is if column == "moran_lokal" else theirs.Zs
    gap = np.abs(mine.table[column].to_numpy()[tested] - statistic[tested]).max()
    # esda's p is that of the nearer tail.
    distance = np.abs(mine.table["p"].to_numpy()[tested] - np.minimum(1, 2 * theirs.p_sim[tested])).max()
    line(
        f"esda {title}, 999, warm", warm,
        f"ratio {warm / seconds:8.0f}   statistic differs by at most {gap:.1e}, p by at most {distance:.3f}",
    )  # fmt: skip


def main(data: Path) -> None:
    villages = gpd.read_parquet(data / "boundaries" / "nasional.parquet", columns=["kode", "geometry"])
    villages = villages[villages.geometry.notna()].set_index("kode").sort_index()
    neighbours = contiguity(villages)
    matrix = neighbours.to_csr()
    rng = np.random.default_rng(0)
    field = rng.normal(size=len(villages))
    for _ in range(4):
        field = field + matrix @ field / np.maximum(neighbours.degree.to_numpy(), 1)
    noise = rng.normal(scale=field.std(), size=len(villages))
    values = pd.Series(20 + field + noise, index=villages.index, name="prevalensi")
    for title, part in (("kabupaten 16.03", values.index.str.startswith("16.03")), ("nation", None)):
        rows = np.arange(len(values)) if part is None else np.flatnonzero(part)
        chosen, near = values.iloc[rows], matrix[rows][:, rows]
        print(f"\n{title}: {len(rows)} villages, at most {int(near.sum(axis=1).max())} neighbours")
        graph = None if Graph is None else Graph.from_sparse(near.tocoo())
        star = None if graph is None else graph.assign_self_weight(1)
        y = chosen.to_numpy()
        compare(
            "local Moran", chosen, near, local_moran,
            lambda y=y, graph=graph: Moran_Local(y, graph, permutations=999, seed=1), "moran_lokal",
        )  # fmt: skip
        compare(
            "Gi*", chosen, near, getis_ord,
            lambda y=y, star=star: G_Local(y, star, transform="B", star=None, n_jobs=1, seed=1),
            "gi_bintang",
        )  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data")
