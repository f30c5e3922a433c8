"""Contiguity against libpysal, in one run: 83,403 villages as drawn, and kabupaten with cleaned borders.

Run: python benchmarks/neighbours.py [folder of real data, default ../shared/data]
Needs libpysal beside the development tools. Prints seconds, pairs, the ratio, and how many pairs differ. As
drawn, borders are cracked and the two rules differ; on clean coverages they must not.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import geopandas as gpd

from lokus.places.boundaries import read_boundaries
from lokus.places.boundary_coverage import polygons_only
from lokus.places.neighbours import contiguity

try:
    from libpysal.graph import Graph
    from libpysal.weights import Queen
except ImportError:
    Graph = Queen = None

QUIET = {"silence_warnings": True}

T = TypeVar("T")


def timed(work: Callable[[], T], repeat: int = 1) -> tuple[T, float, float]:
    """Give the result, and the least seconds of wall clock and of processor."""
    best = processor = float("inf")
    for _ in range(repeat):
        start, busy = time.perf_counter(), time.process_time()
        result = work()
        best = min(best, time.perf_counter() - start)
        processor = min(processor, time.process_time() - busy)
    return result, best, processor


def national(data: Path) -> gpd.GeoDataFrame:
    villages = gpd.read_parquet(data / "boundaries" / "nasional.parquet", columns=["kode", "geometry"])
    villages = villages[villages.geometry.notna()].set_index("kode").sort_index()
    # libpysal refuses invalid polygons; both get the same ones.
    villages.geometry = polygons_only(villages.geometry.to_numpy())
    return villages


def undirected(theirs: Graph | Queen) -> set[tuple[str, str]]:
    return {(a, b) for a, others in theirs.neighbors.items() for b in others if a < b}


def main(data: Path) -> None:
    villages = national(data)
    ours, seconds, cpu = timed(lambda: contiguity(villages, tolerance_m=0.0), repeat=3)
    print(f"{'lokus contiguity, 0 m':34s} {seconds:7.2f} s  CPU {cpu:6.2f} s  {len(ours.first):8d} pairs")
    cracks, with_cracks, cracks_cpu = timed(lambda: contiguity(villages), repeat=2)
    n_cracks = len(cracks.first)
    print(f"{'lokus contiguity, 1 m':34s} {with_cracks:7.2f} s  CPU {cracks_cpu:6.2f} s  {n_cracks:8d} pairs")
    if Graph is None:
        print("libpysal is not installed: no comparison")
        return
    mine = set(zip(ours.index[ours.first], ours.index[ours.second], strict=True))
    for title, build in (
        ("libpysal Graph (strict=False)", lambda: Graph.build_contiguity(villages, rook=False)),
        ("libpysal Graph (strict=True)", lambda: Graph.build_contiguity(villages, rook=False, strict=True)),
        ("libpysal weights.Queen", lambda: Queen.from_dataframe(villages, use_index=True, **QUIET)),
    ):
        theirs, peer, peer_cpu = timed(build)
        edges = undirected(theirs)
        print(
            f"{title:34s} {peer:7.2f} s  CPU {peer_cpu:6.2f} s  {len(edges):8d} pairs  "
            f"ratio {peer / seconds:5.1f} (CPU {peer_cpu / cpu:.1f})  "
            f"only ours {len(mine - edges)}, only theirs {len(edges - mine)}"
        )
    print("\nbatas yang sudah dirapikan")
    for path in sorted((data / "boundaries").glob("*.gpkg")):
        clean = read_boundaries(path).villages
        ours, seconds, _cpu = timed(lambda c=clean: contiguity(c, tolerance_m=0.0), repeat=3)
        theirs, peer, _cpu = timed(lambda c=clean: Graph.build_contiguity(c, rook=False), repeat=3)
        mine, edges = set(ours.pairs().itertuples(index=False, name=None)), undirected(theirs)
        print(
            f"{path.stem:24s} {len(clean):5d} desa {1e3 * seconds:8.1f} ms {1e3 * peer:8.1f} ms  "
            f"ratio {peer / seconds:5.1f}  {len(mine):6d} pairs  differ {len(mine ^ edges)}"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data")
