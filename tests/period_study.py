"""A tiny study with two semesters and a quarter, for the tests of the periodic report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from tiny_study import tiny_mapping

from lokus import Kajian
from lokus.settings.read import settings_from_mapping

COLUMNS = {"mp_asi_dilayani": "dapat", "anak_6_23_bulan": "semua", "air_layak": "air"}


def period_rows(folder: Path, step: int) -> pd.DataFrame:
    """Write the table of a period, one village left out each time, and give it."""
    official = pd.read_csv(folder / "resmi.csv", dtype=str)
    whole = pd.Series(range(10, 10 + len(official)))
    rows = official.assign(dapat=whole - 8 + step, semua=whole, air=50.0 + step)
    rows = rows.drop(index=step)
    rows.to_csv(folder / f"periode_{step}.csv", index=False)
    return rows


def period_study(folder: Path, **changed: Any) -> Kajian:
    """Write and open the study."""
    plain = tiny_mapping(folder)
    place = {"kode": "kode_desa", "desa": "desa", "kecamatan": "kecamatan"}
    for step in (1, 2):
        period_rows(folder, step)
    tables = [{"berkas": f"periode_{step}.csv", "tempat": place, "indikator": COLUMNS} for step in (1, 2)]
    plain["laporan"] = {
        "periode": [
            {"semester": 1, "tabel": [tables[1]]},
            {"semester": 2, "tahun": 2025, "tabel": [tables[0]]},
            {"triwulan": 1, "tabel_kajian": True},
        ]
    }
    for section, keys in changed.items():
        plain[section] = {**plain.get(section, {}), **keys}
    return Kajian(stated=settings_from_mapping(plain), path=folder / "kajian.toml")
