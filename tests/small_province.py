"""A province of small kabupaten: squares with synthetic counts, one study file each or one for all."""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

from lokus import files as lokus_files
from lokus.batch.plan import Plan, read_plan, to_toml
from lokus.batch.study import Outcome, Task, run_study


def villages(number: int, side: int = 4) -> gpd.GeoDataFrame:
    """Give one kabupaten of `side` × `side` villages, in kecamatan of one row each."""
    places = [(row, column) for row in range(side) for column in range(side)]
    return gpd.GeoDataFrame(
        {
            "kode": [f"99.{number:02d}.{row + 1:02d}.{2001 + column}" for row, column in places],
            "desa": [f"Desa {row + 1}-{column + 1}" for row, column in places],
            "kecamatan": [f"Kecamatan {row + 1}" for row, _column in places],
            "kabupaten": f"Kabupaten Contoh {number}",
        },
        geometry=[
            box(104 + 0.05 * column + 0.25 * number, -3.5 + 0.05 * row,
                104.05 + 0.05 * column + 0.25 * number, -3.45 + 0.05 * row)
            for row, column in places
        ],
        crs="EPSG:4326",
    )  # fmt: skip


def counts(shapes: gpd.GeoDataFrame, seed: int) -> pd.DataFrame:
    """Give synthetic counts of children and one more indicator."""
    rng = np.random.default_rng(seed)
    due = rng.integers(60, 160, len(shapes))
    measured = (due * rng.uniform(0.8, 1, len(shapes))).astype(int)
    return pd.DataFrame(
        {
            "kode": shapes["kode"],
            "desa": shapes["desa"],
            "kecamatan": shapes["kecamatan"],
            "sasaran": due,
            "diukur": measured,
            "stunting": rng.binomial(measured, rng.beta(4, 20, len(shapes))),
            "miskin": rng.uniform(5, 40, len(shapes)).round(1),
        }
    )


def common(boundaries: str, table: str) -> dict[str, Any]:
    """Give the common study; its files are those of one kabupaten or of all."""
    return {
        "kajian": {
            "judul": "Lokus {kabupaten}", "kabupaten": "Kabupaten Contoh", "tahun": 2026, "benih": 1,
        },
        "batas": {
            "berkas": boundaries, "kolom": {"kode": "kode", "desa": "desa", "kecamatan": "kecamatan"},
        },
        "tabel": [
            {
                "berkas": table, "opd": "Dinas Kesehatan",
                "tempat": {"kode": "kode", "desa": "desa", "kecamatan": "kecamatan"},
                "indikator": {
                    "sasaran": "sasaran", "diukur": "diukur", "stunting": "stunting", "desil_1_2": "miskin",
                },
            }
        ],
        "skor": {
            "bobot": {"prevalensi": 0.6, "desil_1_2": 0.4},
            "batas_tetap": {"prevalensi": [0, 50], "desil_1_2": [0, 100]},
        },
        "pola": {"permutasi": 999, "pemindaian": {"ulangan": 99}},
        "pilihan": {"jumlah": 4, "maks_kecamatan": 3},
        "ketidakpastian": {"undian": 100},
        "keluaran": {"folder": "keluaran"},
    }  # fmt: skip


def write_province(folder: Path, number: int = 3) -> Path:
    """Write boundaries and table of each kabupaten, the common study, and the table of studies (CSV)."""
    rows = ["kode,nama,batas.berkas,tabel.1.berkas"]
    for one in range(1, number + 1):
        shapes = villages(one)
        shapes.to_parquet(folder / f"desa{one}.parquet")
        counts(shapes, one).to_csv(folder / f"data{one}.csv", index=False)
        rows.append(f"99.{one:02d},Kabupaten Contoh {one},desa{one}.parquet,data{one}.csv")
    (folder / "bersama.toml").write_text(to_toml(common("desa1.parquet", "data1.csv")), encoding="utf-8")
    (folder / "provinsi.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder / "provinsi.csv"


def write_nation(folder: Path, number: int = 3) -> Path:
    """Write one boundary file and one table of all kabupaten, and the table of studies (TOML)."""
    shapes = [villages(one) for one in range(1, number + 1)]
    gpd.GeoDataFrame(pd.concat(shapes, ignore_index=True), crs="EPSG:4326").to_parquet(
        folder / "nasional.parquet", row_group_size=20
    )
    tables = [counts(part, one) for one, part in enumerate(shapes, 1)]
    pd.concat(tables).to_csv(folder / "nasional.csv", index=False)
    (folder / "bersama.toml").write_text(
        to_toml(common("nasional.parquet", "nasional.csv")), encoding="utf-8"
    )
    table = folder / "nasional.toml"
    table.write_text(
        to_toml({"batch": {"judul": "Provinsi Contoh", "kajian": "bersama.toml", "nasional": True}}),
        encoding="utf-8",
    )
    return table


def run_but_die_once(folder: str, kode: str, task: Task) -> Outcome:
    """Take the worker down the first time this kabupaten is run, when its outputs are about to be moved."""
    mark = Path(folder) / "mati"

    def die(*_moves: object) -> None:
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)

    if task.kode == kode and not mark.exists():
        lokus_files._exchange = die
    return run_study(task)


def always_die(kode: str, task: Task) -> Outcome:
    """Take the worker down whenever this kabupaten is run."""
    if task.kode == kode:
        os.kill(os.getpid(), signal.SIGKILL)
    return run_study(task)


def here(work: Any, tasks: Sequence[Task], **_options: Any) -> Iterator[Outcome]:
    """A runner of this very process: what is tested is not who works."""
    return map(work, tasks)


def files(folder: Path) -> dict[str, str]:
    """Give every file of a folder with its fingerprint."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def plan_of(folder: Path, number: int = 2) -> Plan:
    """Write a province into a folder and read its table."""
    folder.mkdir(exist_ok=True)
    return read_plan(write_province(folder, number), common=folder / "bersama.toml")
