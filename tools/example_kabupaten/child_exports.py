"""Child-level exports of the synthetic kabupaten: a row a child and measurement, as untidy as e-PPGBM.

Read for the weighing month of a year, an export gives the very counts of that year's recap, because it is
drawn backwards from them. Nobody in it exists: children are numbered, not named, and every NIK begins with
the unused province number 99.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from example_kabupaten.layouts import BANNER
from example_kabupaten.streams import stream
from lokus.files import atomic_path

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from example_kabupaten.kabupaten import Kabupaten

__all__ = ["CHILD_COLUMNS", "make_children", "weighing_month"]

CHILD_COLUMNS = (
    "NIK", "Nama", "JK", "Tgl Lahir", "BB Lahir", "TB Lahir", "Nama Ortu", "Prov", "Kab/Kota", "Kec",
    "Pukesmas", "Desa/Kel", "Posyandu", "RT", "RW", "Alamat", "Usia Saat Ukur", "Tanggal Pengukuran", "Berat",
    "Tinggi", "LiLA", "BB/U", "ZS BB/U", "TB/U", "ZS TB/U", "BB/TB", "ZS BB/TB", "Naik Berat Badan",
    "Jml Vit A",
)  # fmt: skip
"""Columns of an export, ``Pukesmas`` misspelt as in the real one."""

MASKED, BLANK, SHARED = 0.15, 0.08, 0.004
"""Shares of the children whose NIK is masked, missing, or that of a sibling."""

EARLIER, MENDED, WEIGHED_AGAIN, REPEATED, ABSURD = 0.7, 0.02, 0.02, 0.01, 0.2
"""Shares: measured half a year before, measured again within the month, weighed once more without height,
row exported twice; and, of the children not weighed, the share whose height was mistyped."""


def weighing_month(year: int) -> tuple[str, str]:
    """First and last day of the month in which every child is to be measured.

    Examples
    --------
    >>> weighing_month(2026)
    ('2026-02-01', '2026-02-28')
    """
    first = pd.Period(f"{year}-02", freq="M")
    return str(first.start_time.date()), str(first.end_time.date())


def make_children(kabupaten: Kabupaten, year: int) -> pd.DataFrame:
    """Make the child-level export behind the recap of one year.

    Parameters
    ----------
    kabupaten : Kabupaten
    year : int
        One of its years.

    Returns
    -------
    pandas.DataFrame of str
        Columns :data:`CHILD_COLUMNS`, a row a measurement, by village and child. Villages that did not report
        have no row. The last measurement with a height in :func:`weighing_month` gives, by village, exactly
        ``diukur``, ``pendek``, ``sangat_pendek`` and ``stunting`` of ``kabupaten.tables[year]``.

    Examples
    --------
    >>> from example_kabupaten import make_kabupaten
    >>> rows = make_children(make_kabupaten(villages=30, kecamatan=3, kelurahan=2, seed=7), 2026)
    >>> sorted(rows["TB/U"].unique())
    ['', 'Normal', 'Pendek', 'Sangat Pendek', 'Tinggi']
    """
    rng = stream(kabupaten.seed, "children", year)
    recap = kabupaten.tables[year].dropna(subset=["sasaran", "diukur"])
    children = _children(rng, kabupaten, recap, year)
    rows = _measurements(rng, children, year)
    written = _written(rng, children, rows)
    again = np.flatnonzero(rng.random(len(written)) < REPEATED)
    order = np.sort(np.concatenate([np.arange(len(written)), again]))
    return written.iloc[order].reset_index(drop=True)


def write_children(kabupaten: Kabupaten, year: int, path: str | Path) -> Path:
    """Write the export of one year as a ``;`` delimited file with two lines above its header.

    The same kabupaten gives the same bytes.
    """
    path = Path(path)
    rows = make_children(kabupaten, year)
    with atomic_path(path) as draft, draft.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{BANNER}\r\nTanggal unduh: {year}-03-02 08:15:00\r\n")
        rows.to_csv(file, sep=";", index=False, lineterminator="\r\n")
    return path


def _children(rng: np.random.Generator, kabupaten: Kabupaten, recap: pd.DataFrame, year: int) -> pd.DataFrame:
    """One row a child: village, identity, and what is to be found of it in the weighing month."""
    parts = {
        "sangat_pendek": recap["sangat_pendek"],
        "pendek": recap["pendek"],
        "normal": recap["diukur"] - recap["pendek"] - recap["sangat_pendek"],
        "ditimbang": recap["ditimbang"] - recap["diukur"],
        "absen": recap["sasaran"] - recap["ditimbang"],
    }
    counts = pd.DataFrame(parts).astype(int)
    state = np.tile(counts.columns.to_numpy(dtype=object), len(counts))
    kode = np.repeat(recap.index.to_numpy(dtype=object), len(parts))
    child = pd.DataFrame({"kode_desa": kode, "keadaan": state})
    child = child.loc[np.repeat(child.index, counts.to_numpy().ravel())].reset_index(drop=True)
    absent = child["keadaan"].eq("absen").to_numpy()
    child.loc[absent & (rng.random(len(child)) < ABSURD), "keadaan"] = "mustahil"
    place = kabupaten.villages.loc[child["kode_desa"], ["kecamatan", "desa"]]
    child["kec"] = place["kecamatan"].str.upper().to_numpy()
    child["desa"] = place["desa"].str.upper().to_numpy()
    weighed_on = np.datetime64(f"{year}-02-01")
    child["lahir"] = weighed_on - rng.integers(30, 1700, len(child)).astype("timedelta64[D]")
    number = np.arange(1, len(child) + 1)
    child["nomor"] = number
    born = child["lahir"].dt.strftime("%d%m%y")
    child["nik"] = child["kode_desa"].str[:6] + born + pd.Series(number % 10_000).astype(str).str.zfill(4)
    _share_with_sibling(rng, child)
    chance = rng.random(len(child))
    masked = child["nik"].str[:4] + "********" + child["nik"].str[-4:]
    child["nik_tertulis"] = child["nik"].mask(chance < MASKED, masked).mask(chance > 1 - BLANK, "")
    return child


def _share_with_sibling(rng: np.random.Generator, child: pd.DataFrame) -> None:
    """Give a few children the NIK of the child before them, who was born on another day."""
    chosen = np.flatnonzero(rng.random(len(child)) < SHARED)
    chosen = chosen[(chosen > 0) & (np.diff(chosen, prepend=-2) > 1)]
    other_day = child["lahir"].to_numpy()[chosen] != child["lahir"].to_numpy()[chosen - 1]
    chosen = chosen[other_day]
    child.loc[chosen, "nik"] = child["nik"].to_numpy()[chosen - 1]


def _measurements(rng: np.random.Generator, child: pd.DataFrame, year: int) -> pd.DataFrame:
    """One row a measurement: position of the child, day, z-score of height (NaN without height)."""
    n = len(child)
    state = child["keadaan"]
    z = np.full(n, np.nan)
    for name, low, high in (("sangat_pendek", -590, -301), ("pendek", -300, -201), ("normal", -200, 300)):
        here = state.eq(name).to_numpy()
        z[here] = rng.integers(low, high, here.sum(), endpoint=True) / 100
    absurd = state.eq("mustahil").to_numpy()
    z[absurd] = rng.choice([-1, 1], absurd.sum()) * rng.integers(601, 1500, absurd.sum()) / 100
    month = np.datetime64(f"{year}-02-01")

    def day(first: int, last: int) -> NDArray[np.datetime64]:
        return month + rng.integers(first, last, n, endpoint=True).astype("timedelta64[D]")

    def frame(chosen: NDArray[np.bool_], days: NDArray[np.datetime64], score: NDArray[np.float64]) -> None:
        at = np.flatnonzero(chosen)
        parts.append(pd.DataFrame({"anak": at, "hari": days[at], "z": score[at]}))

    parts: list[pd.DataFrame] = []
    present = ~state.eq("absen").to_numpy()
    other = rng.integers(-450, 300, n) / 100
    old_enough = (child["lahir"] < np.datetime64(f"{year - 1}-08-01")).to_numpy()
    frame(old_enough & (rng.random(n) < EARLIER), day(-184, -154), other)
    frame(present, day(9, 19), z)
    frame(np.isfinite(z) & (rng.random(n) < MENDED), day(0, 8), other)
    frame(present & (rng.random(n) < WEIGHED_AGAIN), day(20, 27), np.full(n, np.nan))
    rows = pd.concat(parts, ignore_index=True)
    return rows.sort_values(["anak", "hari", "z"], kind="stable", ignore_index=True)


def _written(rng: np.random.Generator, child: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Write the rows as the export does; a name is not always spelt in one way."""
    who = child.loc[rows["anak"]].reset_index(drop=True)
    n = len(rows)
    months = (rows["hari"] - who["lahir"]).dt.days // 30
    has_height = rows["z"].notna()
    height = 50 + 11 * np.sqrt(months.clip(lower=0)) / 2 + 2.5 * rows["z"].fillna(0).clip(-6, 6)
    number = who["nomor"].astype(str).str.zfill(6)
    untidy = rng.random(n) < 0.1
    name = ("ANAK CONTOH " + number).mask(untidy, "Anak  Contoh, " + number)
    classes = pd.Series(
        np.select(
            [rows["z"] < -3, rows["z"] < -2, rows["z"] <= 3], ["Sangat Pendek", "Pendek", "Normal"], "Tinggi"
        )
    )
    post = who["nomor"] % 5 + 1
    written = {
        "NIK": who["nik_tertulis"], "Nama": name, "JK": np.where(who["nomor"] % 2, "L", "P"),
        "Tgl Lahir": who["lahir"].dt.strftime("%Y-%m-%d"), "BB Lahir": "3,1", "TB Lahir": "49",
        "Nama Ortu": "ORANG TUA CONTOH " + number, "Prov": "PROVINSI CONTOH", "Kab/Kota": "KABUPATEN CONTOH",
        "Kec": who["kec"], "Pukesmas": who["kec"], "Desa/Kel": who["desa"],
        "Posyandu": "MELATI " + post.astype(str), "RT": post.astype(str).str.zfill(3), "RW": "001",
        "Alamat": "ALAMAT CONTOH " + number,
        "Usia Saat Ukur": (months // 12).astype(str) + " Tahun - " + (months % 12).astype(str) + " Bulan",
        "Tanggal Pengukuran": rows["hari"].dt.strftime("%Y-%m-%d"),
        "Berat": _comma(3.2 + months * 0.2, 1), "Tinggi": _comma(height, 1).where(has_height, ""), "LiLA": "",
        "BB/U": "Berat Badan Normal", "ZS BB/U": _comma(pd.Series(rng.normal(-0.6, 1, n)), 2),
        "TB/U": classes.where(has_height, ""), "ZS TB/U": _comma(rows["z"], 2).where(has_height, ""),
        "BB/TB": pd.Series("Gizi Baik", index=rows.index).where(has_height, ""),
        "ZS BB/TB": _comma(pd.Series(rng.normal(-0.3, 1, n)), 2).where(has_height, ""),
        "Naik Berat Badan": np.where(who["nomor"] % 3, "N", "T"), "Jml Vit A": "1",
    }  # fmt: skip
    return pd.DataFrame(written, columns=list(CHILD_COLUMNS)).astype(object)


def _comma(values: pd.Series, decimals: int) -> pd.Series:
    return values.map(lambda value: f"{value:.{decimals}f}").str.replace(".", ",", regex=False)
