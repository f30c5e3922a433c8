"""Crosswalks between the official village lists of 2018 to 2025, of the whole country.

Run: python benchmarks/vintages.py [folder of real data, default ../shared/data]
Prints the count of every kind of change, seconds of wall clock and of processor, the recoded villages of
Muara Enim, and how far the four steps put together agree with one step over all the years.
"""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import pandas as pd

from lokus.places.vintages import CHANGES, Crosswalk, crosswalk

WIDTH = 14


def lists(data: Path) -> dict[int, pd.DataFrame]:
    codes = pd.read_parquet(data / "codes" / "kode_wilayah_2018_2025.parquet")
    result = {}
    for year, own in codes.groupby("tahun"):
        kecamatan = own[own["kode"].str.len() == 8].set_index("kode")["nama"]
        villages = own[own["kode"].str.len() == 13].rename(columns={"kode": "kode_desa", "nama": "desa"})
        names = villages["kode_desa"].str[:8].map(kecamatan).fillna("")
        result[int(year)] = villages.assign(kecamatan=names)[["kode_desa", "desa", "kecamatan"]]
    return result


def row(title: str, result: Crosswalk, started: tuple[float, float]) -> str:
    counts = "".join(f"{n:>{WIDTH}}" for n in result.counts)
    seconds, cpu = (now - then for now, then in zip(clocks(), started, strict=True))
    return f"{title:<24}{counts}{seconds:>9.2f}{cpu:>9.2f}"


def clocks() -> tuple[float, float]:
    """Wall and processor seconds; the latter hold on a busy machine."""
    return time.perf_counter(), time.process_time()


def main(data: Path) -> None:
    villages = lists(data)
    shown = "".join(f"{kind.replace(' dan ', '+'):>{WIDTH}}" for kind in CHANGES)
    print(f"{'':<24}{shown}{'detik':>9}{'CPU':>9}")
    steps = []
    for old, new in (*pairwise(villages), (min(villages), max(villages))):
        started = clocks()
        result = crosswalk(villages[old], villages[new])
        print(row(f"{old} → {new}", result, started))
        steps.append(result)
    *yearly, direct = steps
    started = clocks()
    chained = yearly[0]
    for later in yearly[1:]:
        chained = chained.then(later)
    print(row("keempatnya dirangkai", chained, started))
    one, other = (
        set(zip(r.pairs["kode_lama"], r.pairs["kode_baru"], strict=True)) for r in (chained, direct)
    )
    print(f"\nhanya lewat rangkaian {len(one - other)}, hanya langsung {len(other - one)}, ", end="")
    print(f"sama {len(one & other)}")

    own = [v[v["kode_desa"].str.startswith("16.03")] for v in (villages[2018], villages[2020])]
    recoded = crosswalk(*own).table.query("jenis_perubahan == 'ganti kode'")
    print(f"\nMuara Enim 2018 → 2020: {len(recoded)} desa ganti kode")
    print(recoded[["kode_lama", "desa_lama", "kode_baru", "desa_baru", "cara"]].to_string(index=False))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data")
