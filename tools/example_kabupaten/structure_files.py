"""What two offices know of the structures of the villages: TPPS and posyandu, BKB and family teams."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from example_kabupaten.excel import Cell, Sheet
from example_kabupaten.layouts import BANNER, dotted
from example_kabupaten.streams import stream

if TYPE_CHECKING:
    from example_kabupaten.kabupaten import Kabupaten

__all__ = ["STRUCTURES", "community_sheet", "family_team_sheet", "structure_study", "village_structures"]

STRUCTURES = ("tpps_desa", "bkb", "tpk", "posyandu")
_PER_POST, _PER_TEAM = 45, 190  # children to a posyandu, families to a team


def village_structures(kabupaten: Kabupaten, year: int) -> pd.DataFrame:
    """Give the structures of every village, missing where its office does not know.

    The smaller and the poorer a village, the likelier it is to have no parenting group; the field workers of
    one kecamatan did not report, and some villages did not answer the community office.
    """
    rng = stream(kabupaten.seed, "structures", year)
    truth = pd.DataFrame(kabupaten.truth.loc[year]).reindex(kabupaten.villages.index)
    children, families = truth["sasaran"].to_numpy(float), truth["keluarga"].to_numpy(float)
    poverty = truth["desil_1_2"].rank(pct=True).to_numpy(float)
    small = 1 - truth["keluarga"].rank(pct=True).to_numpy(float)
    n = len(truth)
    without_group = rng.random(n) < 0.16 * (poverty + small) - 0.06
    groups = np.where(without_group, 0, 1 + rng.binomial(2, 0.3, n))
    teams = np.where(
        rng.random(n) < 0.03, 0, np.maximum(1, np.round(families / _PER_TEAM * rng.normal(1.0, 0.12, n)))
    )
    posts = np.where(
        rng.random(n) < 0.015, 0, np.maximum(1, np.round(children / _PER_POST * rng.normal(1.0, 0.15, n)))
    )
    table = pd.DataFrame(
        {"tpps_desa": rng.random(n) > 0.05 + 0.05 * poverty, "bkb": groups, "tpk": teams, "posyandu": posts},
        index=truth.index,
    ).astype(float)
    silent = rng.choice(n, size=min(7, n // 8), replace=False)
    table.loc[table.index[silent], ["tpps_desa", "posyandu"]] = np.nan
    kecamatan = kabupaten.villages["kode_kecamatan"]
    quiet = kecamatan == rng.choice(np.unique(kecamatan.to_numpy(str)))
    table.loc[quiet, ["bkb", "tpk"]] = np.nan
    return table


def community_sheet(kabupaten: Kabupaten, year: int, names: pd.DataFrame) -> Sheet:
    """List of the community office: words for what is there, no row of a village that did not answer."""
    found = village_structures(kabupaten, year)
    sheet = Sheet(title="Kelembagaan")
    sheet.add([f"KELEMBAGAAN DESA/KELURAHAN TAHUN {year}"], bold=True)
    sheet.add([BANNER])
    sheet.add(["No", "Kecamatan", "Desa/Kelurahan", "TPPS Desa/Kelurahan", "Jumlah Posyandu"], bold=True)
    known = found[found["tpps_desa"].notna()]
    for number, (kode, row) in enumerate(known.iterrows(), start=1):
        place = [str(names.loc[str(kode), column]) for column in ("kecamatan_tertulis", "desa_tertulis")]
        words: list[Cell] = ["Ada" if row["tpps_desa"] else "Belum", int(row["posyandu"])]
        sheet.add([number, *place, *words])
    return sheet


def family_team_sheet(kabupaten: Kabupaten, year: int) -> Sheet:
    """List of the family planning office, by code; "-" where its field workers did not report."""
    found = village_structures(kabupaten, year)
    sheet = Sheet(title="Lini lapangan")
    sheet.add([f"KELOMPOK BKB DAN TIM PENDAMPING KELUARGA TAHUN {year}"], bold=True)
    sheet.add([BANNER])
    sheet.add(["Kode Desa", "Kecamatan", "Desa/Kelurahan", "Kelompok BKB", "Jumlah TPK"], bold=True)
    for (kode, row), place in zip(found.iterrows(), kabupaten.villages.itertuples(), strict=True):
        counts = ["-" if pd.isna(row[key]) else int(row[key]) for key in ("bkb", "tpk")]
        sheet.add([dotted(str(kode)), place.kecamatan, place.desa, *counts])
    return sheet


def structure_study(year: int) -> str:
    """Give the tables of the study file that hold the structures."""
    return f"""
[[tabel]]
berkas = "../indicators/{year}/kelembagaan_{year}.xlsx"
opd = "Dinas PMD"
sumber = "Data kelembagaan desa"
tanggal = "{year}"
tempat = {{ desa = "Desa/Kelurahan", kecamatan = "Kecamatan" }}
indikator = {{ tpps_desa = "TPPS Desa/Kelurahan", posyandu = "Jumlah Posyandu" }}

[[tabel]]
berkas = "../indicators/{year}/lini_lapangan_{year}.xlsx"
opd = "DPPKB"
sumber = "Data lini lapangan"
tanggal = "{year}"
tempat = {{ kode = "Kode Desa", desa = "Desa/Kelurahan", kecamatan = "Kecamatan" }}
indikator = {{ bkb = "Kelompok BKB", tpk = "Jumlah TPK" }}
"""
