"""Borders of real kabupaten before and after the repair, published SQL, and one kabupaten out of all.

Run: python benchmarks/boundaries.py [folder of real data, default ../shared/data]
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import geopandas as gpd
import numpy as np
import pyarrow.parquet as pq
import shapely

from lokus.batch.split import split_table
from lokus.places.boundaries import read_boundaries
from lokus.places.boundary_coverage import metric_crs
from lokus.places.boundary_files import read_features
from lokus.places.published_sql import read_published_sql

T = TypeVar("T")
KABUPATEN = "1603"


def timed(work: Callable[[], T], repeat: int = 3) -> tuple[T, float]:
    best = float("inf")
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        best = min(best, time.perf_counter() - start)
    return result, best


def repairs(folder: Path) -> None:
    print(
        f"{'berkas':<24}{'desa':>6}{'retak':>7}{'tumpang':>9}{'ha':>8}{'celah':>7}{'ha':>8}"
        f"{'  →':<4}{'retak':>6}{'tumpang':>9}{'celah':>7}{'ha':>9}{'ubah maks':>11}{'sah':>6}{'detik':>7}"
    )
    for path in sorted(folder.glob("*.gpkg")):
        result, seconds = timed(lambda p=path: read_boundaries(p), repeat=1)
        drawn = read_boundaries(path, repair=False).villages
        crs = metric_crs(drawn)
        change = np.abs(result.villages.to_crs(crs).area / drawn.to_crs(crs).area - 1).max()
        before, after = result.coverage_before, result.coverage
        valid = shapely.coverage_is_valid(result.villages.geometry.to_numpy())
        dissolved = bool(result.kecamatan.is_valid.all())
        ha = [report.overlap_areas.sum() / 1e4 for report in (before, after)]
        gap_ha = [report.gap_areas.sum() / 1e4 for report in (before, after)]
        print(
            f"{path.stem:<24}{before.n:>6}"
            f"{len(before.cracked):>7}{len(before.overlaps):>9}{ha[0]:>8.1f}"
            f"{len(before.gap_areas):>7}{gap_ha[0]:>8.1f}{'  →':<4}"
            f"{len(after.cracked):>6}{len(after.overlaps):>9}{len(after.gap_areas):>7}{gap_ha[1]:>9.1f}"
            f"{100 * change:>9.3f} %{'ya' if valid and dissolved else 'TIDAK':>6}{seconds:>7.2f}"
        )


def published(folder: Path) -> None:
    path = folder / "wilayah_boundaries_kel_61.11.sql"
    text = path.read_text(encoding="utf-8")
    villages, seconds = timed(lambda: read_published_sql(text))
    other = gpd.read_file(folder / "6111_kayong_utara.gpkg").set_index("kode").geometry.sort_index()
    equal = villages.set_index("kode").geometry.sort_index().geom_equals(other)
    print(
        f"\nSQL terbitan 61.11: {len(villages)} desa, {1e3 * seconds:.0f} ms, "
        f"poligon sama dengan GeoPackage: {int(equal.sum())} dari {len(other)}"
    )


def one_of_all(folder: Path) -> None:
    path = folder / "nasional.parquet"
    whole, full = timed(lambda: gpd.read_parquet(path))
    own = whole[whole["kode"].str.replace(".", "").str.startswith(KABUPATEN)]
    bbox = tuple(own.total_bounds)
    print(f"\n{'satu kabupaten dari GeoParquet nasional':<44}{'desa':>8}{'detik':>8}{'terhadap penuh':>16}")
    print(f"{'dibaca penuh':<44}{len(whole):>8}{full:>8.2f}{'100 %':>16}")
    for title, options in (
        ("menurut persegi (bbox)", {"bbox": bbox}),
        ("menurut kode", {"kabupaten": KABUPATEN}),
        ("menurut kode dan persegi", {"kabupaten": KABUPATEN, "bbox": bbox}),
    ):
        part, seconds = timed(lambda o=options: read_features(path, **o))
        print(f"{title:<44}{len(part):>8}{seconds:>8.2f}{f'{100 * seconds / full:.0f} %':>16}")


def table_of_all(folder: Path) -> None:
    """Take the rows of one kabupaten from a national table with codes, against those of all."""
    nation = pq.read_table(folder / "nasional.parquet", columns=["kode", "nama", "kec_nama", "kab_nama"])
    wanted = {code[:5].replace(".", "") for code in nation.column("kode").to_pylist()}
    print(
        f"\n{'satu kabupaten dari tabel nasional berkode':<44}{'desa':>8}{'CPU (s)':>8}{'terhadap semua':>16}"
    )
    with tempfile.TemporaryDirectory() as place:
        parquet, text = Path(place) / "tabel.parquet", Path(place) / "tabel.csv"
        pq.write_table(nation, parquet, row_group_size=4096)
        nation.to_pandas().to_csv(text, index=False)
        for path in (parquet, text):
            full = 0.0
            for title, codes in (("semua 514", wanted), ("satu", {KABUPATEN})):
                started = time.process_time()
                split_table(
                    path, "kode", Path(place) / "bagian", "tabel.csv", codes, everything=len(codes) > 1
                )
                seconds = time.process_time() - started
                full = full or seconds
                rows = sum(
                    len((Path(place) / "bagian" / code / "masukan" / "tabel.csv").read_text().splitlines())
                    - 1
                    for code in codes
                )
                name = f"{path.suffix[1:]}, {title}"
                print(f"{name:<44}{rows:>8}{seconds:>8.2f}{f'{100 * seconds / full:.0f} %':>16}")


if __name__ == "__main__":
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data"
    repairs(data / "boundaries")
    published(data / "boundaries")
    one_of_all(data / "boundaries")
    table_of_all(data / "boundaries")
