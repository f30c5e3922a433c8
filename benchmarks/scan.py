"""Scan statistic with 999 replicates, circles up to half the children: plain numpy and compiled, in one run.

Run: python benchmarks/scan.py [folder of real data, default ../shared/data] [--numpy-provinsi]
No Python package does this; SaTScan, built from its public source, took 2.1–3.1 s for the kabupaten and
10.6 s for the province on two cores (Poisson). numpy on the whole province takes most of a minute, hence the
option. On a busy machine compare the CPU seconds (SaTScan: 0.23 and 20.3). SaTScan spreads the cases over the
people; lokus deals the villages anew, which takes two sums a window instead of one.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

from lokus.evidence.patterns.scan import scan
from lokus.evidence.patterns.scan_maxima import choose_engine

SATSCAN = {"16.03": 2.1, "16": 10.6}
SATSCAN_CPU = {"16.03": 0.23, "16": 20.3}


def simulated(data: Path, prefix: str) -> tuple[pd.Series, pd.Series, pd.DataFrame]:
    villages = gpd.read_parquet(data / "boundaries" / "nasional.parquet", columns=["kode", "geometry"])
    villages = villages[villages["kode"].str.startswith(prefix) & villages.geometry.notna()].set_index("kode")
    villages = villages.sort_index().to_crs(villages.estimate_utm_crs())
    rng = np.random.default_rng(0)
    children = np.maximum(5, rng.lognormal(4.5, 0.6, len(villages))).astype(int)
    centroid = villages.centroid
    place = pd.DataFrame({"x": centroid.x, "y": centroid.y})
    near = (place - place.iloc[len(place) // 2]).pow(2).sum(axis=1).rank() <= max(8, len(place) // 100)
    rate = np.where(near, 0.16, 0.08)
    return (
        pd.Series(rng.binomial(children, rate), index=villages.index),
        pd.Series(children, index=villages.index),
        place,
    )


def main(data: Path, slow: bool) -> None:
    engines = ["numpy"] + (["numba"] if choose_engine("auto") == "numba" else [])
    if len(engines) == 1:
        print("numba is not installed: numpy only")
    print(
        f"{'':12}{'villages':>9}  {'model':9}{'engine':8}{'seconds':>9}{'CPU':>9}"
        "  SaTScan / lokus: wall, CPU  cluster"
    )
    for prefix, satscan in SATSCAN.items():
        cases, children, place = simulated(data, prefix)
        for option in ("expected", "trials"):
            maxima = []
            for engine in engines:
                if prefix == "16" and engine == "numpy" and not slow:
                    continue
                seconds = processor = float("inf")
                # The first compiled run on a machine compiles.
                for _ in range(1 if engine == "numpy" else 3):
                    start, used = time.perf_counter(), time.process_time()
                    found = scan(cases, **place, **{option: children}, seed=1, engine=engine)
                    seconds = min(seconds, time.perf_counter() - start)
                    processor = min(processor, time.process_time() - used)
                maxima.append(found.maxima.tolist())
                first = found.clusters.iloc[0]
                print(
                    f"{prefix:12}{len(cases):9d}  {'poisson' if option == 'expected' else 'binomial':9}"
                    f"{engine:8}{seconds:9.2f}{processor:9.2f}{satscan / seconds:21.1f}"
                    f"{SATSCAN_CPU[prefix] / processor:6.1f}  "
                    f"{first['desa']} villages, LLR {first['llr']:.2f}, p {first['p']:.3f}"
                )
            assert all(other == maxima[0] for other in maxima), "the engines disagree"


if __name__ == "__main__":
    names = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    folder = Path(names[0]) if names else Path(__file__).parents[2] / "shared" / "data"
    main(folder, "--numpy-provinsi" in sys.argv)
