"""How each office lays out its workbook: titles, headers of two rows, blocks, totals, numbers as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd
from openpyxl.utils import get_column_letter as letter

from example_kabupaten.excel import Cell, Sheet
from example_kabupaten.truth import FACTORS_4T, WEALTH_RANKS, WEIGHT_FOR_AGE, WEIGHT_FOR_HEIGHT

__all__ = [
    "BANNER",
    "decree_sheet",
    "family_sheet",
    "health_sheet",
    "sanitation_sheets",
    "service_sheet",
    "unlisted",
]

BANNER = "DATA CONTOH SINTETIS – bukan data sebenarnya"
"""What stands at the top of every table, so that nobody takes it for real."""

_HEALTH_COLUMNS: tuple[tuple[str, str | tuple[str, ...]], ...] = (
    ("No", ""), ("Kecamatan", ""), ("Desa/Kelurahan", ""), ("Sasaran", ""),
    ("BB/U", ("Sangat Kurang", "Kurang", "Berat Badan Normal", "Risiko Lebih")),
    ("Ditimbang", ""), ("% Ditimbang", ""),
    ("TB/U", ("Sangat Pendek", "Pendek", "Normal", "Tinggi")),
    ("Diukur", ""), ("% Diukur", ""),
    ("BB/TB", ("Gizi Buruk", "Gizi Kurang", "Normal", "Risiko Gizi Lebih", "Gizi Lebih", "Obesitas")),
    ("Ditimbang diukur", ""), ("% Ditimbang diukur", ""), ("Stunting", ""), ("% Stunting", ""),
    ("Wasting", ""), ("Underweight", ""),
)  # fmt: skip
_HEALTH_KEYS = (
    "sasaran", "ditimbang", "diukur", "pendek", "sangat_pendek", "stunting", "tinggi", *WEIGHT_FOR_AGE,
    *WEIGHT_FOR_HEIGHT,
)  # fmt: skip
_FAMILY_COLUMNS: tuple[tuple[str, str | tuple[str, ...]], ...] = (
    ("No", ""), ("Kecamatan", ""), ("Desa/Kelurahan", ""), ("Jumlah Keluarga", ""),
    ("Jumlah Keluarga Sasaran", ""), ("Keluarga Berisiko Stunting (KRS)", ""), ("Tidak Berisiko", ""),
    (
        "KRS menurut Peringkat Kesejahteraan",
        ("Peringkat 1", "Peringkat 2", "Peringkat 3", "Peringkat 4", "Peringkat >4"),
    ),
    ("Faktor Risiko Lingkungan", ("Sumber Air Minum Tidak Layak", "Jamban Tidak Layak")),
    ("PUS 4 Terlalu", ("Terlalu Muda", "Terlalu Tua", "Terlalu Dekat", "Terlalu Banyak")),
)  # fmt: skip
_FAMILY_KEYS = (
    "keluarga", "keluarga_sasaran", "krs", "tidak_krs", *WEALTH_RANKS, "krs_air", "krs_jamban", *FACTORS_4T,
)  # fmt: skip


def health_sheet(table: pd.DataFrame, year: int) -> Sheet:
    """Recap of growth monitoring as the e-PPGBM application exports it.

    A date line, a header of two rows, upper-case names without codes, figures of villages not measured left
    empty, a total row.

    Parameters
    ----------
    table : pandas.DataFrame
        Clean columns, and ``kecamatan_tertulis`` and ``desa_tertulis`` as the office writes the names.
    year : int
    """
    reported = table[table["sasaran"].notna()]
    sheet = Sheet(title="Application List")
    header, merges = _two_row_header(_HEALTH_COLUMNS, first_row=3)
    sheet.add([f"Data Tanggal : {year}-02-28 07:41:05"])
    sheet.add([BANNER])
    sheet.add(*header, bold=True)
    sheet.merges += ["A1:AB1", *merges]
    for number, (_, row) in enumerate(reported.iterrows(), start=1):
        places = [str(number), row["kecamatan_tertulis"].upper(), row["desa_tertulis"].upper()]
        sheet.add([*places, *_health_cells(row)])
    sheet.add(["Kab. Contoh", None, None, *_health_cells(reported[list(_HEALTH_KEYS)].sum())], bold=True)
    sheet.merges.append(f"A{len(sheet.rows)}:C{len(sheet.rows)}")
    return sheet


def _health_cells(row: pd.Series) -> list[Cell]:
    if pd.isna(row["diukur"]):
        return [_whole(row["sasaran"])]
    n = {key: int(row[key]) for key in _HEALTH_KEYS}
    weight = _with_normal([n[key] for key in WEIGHT_FOR_AGE], n["ditimbang"])
    height = _with_normal([n["sangat_pendek"], n["pendek"], n["tinggi"]], n["diukur"])
    proportion = _with_normal([n[key] for key in WEIGHT_FOR_HEIGHT], n["diukur"])
    return [
        n["sasaran"], *weight, n["ditimbang"], _percent(n["ditimbang"], n["sasaran"]),
        *height, n["diukur"], _percent(n["diukur"], n["sasaran"]),
        *proportion, n["diukur"], _percent(n["diukur"], n["sasaran"]),
        n["stunting"], _percent(n["stunting"], n["diukur"]),
        n["gizi_buruk"] + n["gizi_kurang"], n["sangat_kurang"] + n["kurang"],
    ]  # fmt: skip


def _with_normal(counts: Sequence[int], whole: int) -> list[int]:
    """Insert the normal ones, which every growth chart shows after the two classes below them."""
    return [*counts[:2], whole - sum(counts), *counts[2:]]


def unlisted(table: pd.DataFrame) -> pd.Index:
    """Villages that the recap of families leaves out: the first of those without figures."""
    return table.index[table["krs"].isna()][:1]


def family_sheet(table: pd.DataFrame, year: int) -> Sheet:
    """Recap of families at risk (KRS): the kecamatan only in the first row of its block, with subtotals."""
    sheet = Sheet(title="REKAP KRS")
    header, merges = _two_row_header(_FAMILY_COLUMNS, first_row=4)
    sheet.add([f"REKAPITULASI KELUARGA BERISIKO STUNTING (KRS) TAHUN {year}"], bold=True)
    sheet.add([f"KABUPATEN CONTOH ({BANNER})"])
    sheet.add([])
    sheet.add(*header, bold=True)
    sheet.merges += merges
    keys = list(_FAMILY_KEYS)
    listed = table.drop(index=unlisted(table))
    for number, (_, block) in enumerate(listed.groupby("kode_kecamatan"), start=1):
        top = len(sheet.rows) + 1
        for position, (_, row) in enumerate(block.iterrows()):
            place = [number, str(row["kecamatan_tertulis"])] if position == 0 else [None, None]
            sheet.add([*place, row["desa_tertulis"], *map(_whole, row[keys])])
        sheet.add([None, None, "Jumlah", *map(_whole, block[keys].sum())], bold=True)
        sheet.merges += [f"{column}{top}:{column}{len(sheet.rows)}" for column in "AB"]
    sheet.add(["TOTAL KABUPATEN", None, None, *map(_whole, listed[keys].sum())], bold=True)
    sheet.merges.append(f"A{len(sheet.rows)}:C{len(sheet.rows)}")
    sheet.add([])
    sheet.add(["Sumber: pemutakhiran pendataan keluarga (contoh sintetis)"])
    return sheet


def sanitation_sheets(table: pd.DataFrame, year: int) -> list[Sheet]:
    """Access to latrines and water: a sheet of notes first; numbers as text with a comma, "-" for none."""
    notes = Sheet(title="Catatan")
    notes.add([BANNER], bold=True)
    notes.add(["Tanda - berarti belum ada data."])
    notes.add(["Penyebut: jumlah kepala keluarga (KK)."])
    sheet = Sheet(title=f"Data {year}")
    sheet.add([BANNER])
    sheet.add([f"CAPAIAN AKSES SANITASI DAN AIR MINUM PER DESA, TAHUN {year}"], bold=True)
    sheet.add(
        ["No", "Kecamatan", "Nama Desa/\nKelurahan", "Jumlah KK", "Akses Sanitasi\nLayak (%)",
         "Akses Air Minum\nLayak (%)", "Stop BABS (%)"],
        bold=True,
    )  # fmt: skip
    for number, (_, row) in enumerate(table.iterrows(), start=1):
        shares = [_decimal_comma(row[key]) for key in ("sanitasi_layak", "air_layak", "stop_babs")]
        if number % 9 == 0:
            shares = [share if share == "-" else f"{share} %" for share in shares]
        places = [number, f"Kec. {row['kecamatan_tertulis']}", row["desa_tertulis"]]
        sheet.add([*places, _whole(row["keluarga"]), *shares])
    return [notes, sheet]


def service_sheet(table: pd.DataFrame, year: int) -> Sheet:
    """Coverage of services, with dotted codes; villages that report nothing are absent."""
    sheet = Sheet(title="Cakupan")
    sheet.add([f"CAKUPAN LAYANAN IBU DAN ANAK TAHUN {year}"], bold=True)
    sheet.add([BANNER])
    sheet.add(
        ["Kode Wilayah", "Kecamatan", "Desa/Kelurahan", "Jumlah Bumil", "Bumil KEK",
         "Imunisasi Dasar Lengkap (%)", "Bumil Mendapat TTD 90 (%)", "ASI Eksklusif (%)"],
        bold=True,
    )  # fmt: skip
    for kode, row in table[table["bumil"].notna()].iterrows():
        counts = [_whole(row["bumil"]), _whole(row["bumil_kek"])]
        shares = [float(row[k]) for k in ("cakupan_imunisasi", "cakupan_bumil_ttd", "cakupan_asi_eksklusif")]
        sheet.add([dotted(str(kode)), row["kecamatan_tertulis"], row["desa_tertulis"], *counts, *shares])
    return sheet


def decree_sheet(lokus: pd.DataFrame, year: int) -> Sheet:
    """Annex of last year's decree: names only, the kecamatan in the first row of its block."""
    sheet = Sheet(title="Lampiran")
    sheet.add(["LAMPIRAN KEPUTUSAN BUPATI CONTOH"], bold=True)
    sheet.add([BANNER])
    sheet.add([f"DAFTAR DESA/KELURAHAN LOKASI FOKUS PENURUNAN STUNTING TAHUN {year}"], bold=True)
    sheet.add([])
    sheet.add(["No", "Kecamatan", "Desa/Kelurahan"], bold=True)
    number = 0
    for name, block in lokus.groupby("kecamatan", sort=False):
        for position, desa in enumerate(block["desa"]):
            number += 1
            sheet.add([number, str(name) if position == 0 else None, desa])
        last = len(sheet.rows)
        sheet.merges.append(f"B{last - len(block) + 1}:B{last}")
    return sheet


def dotted(kode: str) -> str:
    """Code as officials write it.

    Examples
    --------
    >>> dotted("9901012003")
    '99.01.01.2003'
    """
    return ".".join((kode[:2], kode[2:4], kode[4:6], kode[6:]))


def _two_row_header(
    columns: Iterable[tuple[str, str | tuple[str, ...]]], *, first_row: int
) -> tuple[list[Sequence[Cell]], list[str]]:
    """Header of groups and their members, and the cells merged for it."""
    upper: list[Cell] = []
    lower: list[Cell] = []
    merges = []
    for name, members in columns:
        start = len(upper) + 1
        if members:
            upper += [name, *[None] * (len(members) - 1)]
            lower += members
            merges.append(f"{letter(start)}{first_row}:{letter(len(upper))}{first_row}")
        else:
            upper.append(name)
            lower.append(None)
            merges.append(f"{letter(start)}{first_row}:{letter(start)}{first_row + 1}")
    return [upper, lower], merges


def _whole(value: float) -> int | None:
    return None if pd.isna(value) else int(value)


def _percent(part: int, whole: int) -> Cell:
    """Give what a spreadsheet shows for a share, also for a share of nothing."""
    return round(100 * part / whole, 2) if whole else "#DIV/0!"


def _decimal_comma(value: float) -> str:
    return "-" if pd.isna(value) else f"{value:.2f}".replace(".", ",")
