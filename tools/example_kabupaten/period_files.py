"""What the offices hand in for two semesters: those reached and their target groups, village by village."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from example_kabupaten.layouts import BANNER, dotted
from example_kabupaten.streams import stream

if TYPE_CHECKING:
    from example_kabupaten.kabupaten import Kabupaten

__all__ = ["SERVICES", "period_list", "period_study"]

# Key of those reached; then key of the target group, its size by children due, share reached, headers.
SERVICES = {
    "bumil_kek_asupan_dilayani": ("bumil_kek", 0.05, 0.72, "Bumil KEK Dapat Asupan", "Bumil KEK"),
    "bumil_ttd_dilayani": ("bumil_sasaran_ttd", 0.22, 0.70, "Bumil TTD 90", "Sasaran Bumil TTD"),
    "asi_eksklusif_dilayani": ("bayi_0_5_bulan", 0.10, 0.62, "Bayi ASI Eksklusif", "Bayi 0-5 Bulan"),
    "mp_asi_dilayani": ("anak_6_23_bulan", 0.30, 0.75, "Anak Dapat MP-ASI", "Anak 6-23 Bulan"),
    "imunisasi_dilayani": ("sasaran_imunisasi", 0.20, 0.76, "Imunisasi Lengkap", "Sasaran Imunisasi"),
    "krs_didampingi_dilayani": ("krs", 0.90, 0.55, "KRS Didampingi", "Jumlah KRS"),
    "kb_pascasalin_dilayani": ("ibu_bersalin", 0.11, 0.48, "KB Pascasalin", "Ibu Bersalin"),
}
_RISES = {"bumil_kek_asupan_dilayani": 0.05, "krs_didampingi_dilayani": 0.08, "imunisasi_dilayani": -0.04}
_SILENT = 9  # villages that hand in nothing, others each time


def period_list(kabupaten: Kabupaten, year: int, semester: int) -> str:
    """Text of the CSV file of a semester; some villages hand in nothing, and water is a percentage alone."""
    rng = stream(kabupaten.seed, "semester", year, semester)
    step = (year - kabupaten.years[0]) * 2 + semester - 2
    villages = kabupaten.villages
    children = kabupaten.truth.loc[year]["sasaran"].reindex(villages.index).to_numpy(float)
    base = stream(kabupaten.seed, "services").normal(0.0, 0.08, (len(SERVICES), len(villages)))
    table = pd.DataFrame(
        {
            "KODE": [dotted(str(kode)) for kode in villages.index],
            "KECAMATAN": villages["kecamatan"],
            "DESA": villages["desa"],
        }
    )
    for place, (key, (__, size, share, reached, group)) in enumerate(SERVICES.items()):
        below = np.maximum(0, np.round(children * size * rng.normal(1.0, 0.08, len(children)))).astype(int)
        chance = np.clip(share + base[place] + step * _RISES.get(key, 0.01), 0.05, 0.98)
        table[reached] = rng.binomial(below, chance)
        table[group] = below
    water = np.clip(82 + step + 60 * base[0] + rng.normal(0, 1, len(children)), 20, 100)
    table["AIR MINUM LAYAK (%)"] = [f"{value:.1f}".replace(".", ",") for value in water]
    silent = rng.choice(len(villages), size=min(_SILENT, len(villages) // 4), replace=False)
    table = table.drop(index=villages.index[silent])
    return f"{BANNER}\r\n\r\n{table.to_csv(sep=';', index=False, lineterminator=chr(13) + chr(10))}"


def period_study(year: int) -> str:
    """Give the part of the study file that names the two semesters up to a year."""
    return "\n# Laporan berkala: lokus laporan kajian/contoh-TAHUN.toml --semester 1\n".replace(
        "TAHUN", str(year)
    ) + "".join(_period(one, semester) for one, semester in ((year - 1, 2), (year, 1)))


def _period(year: int, semester: int) -> str:
    lines = [
        "[[laporan.periode]]",
        f"tahun = {year}",
        f"semester = {semester}",
        "[[laporan.periode.tabel]]",
        f'berkas = "../indicators/{year}/layanan_{year}_s{semester}.csv"',
        'sumber = "Rekap layanan semester"',
        'tempat = { kode = "KODE", desa = "DESA", kecamatan = "KECAMATAN" }',
        "[laporan.periode.tabel.indikator]",
    ]
    for key, (whole, __, __, reached, group) in SERVICES.items():
        lines += [f'{key} = "{reached}"', f'{whole} = "{group}"']
    lines.append('air_layak = "AIR MINUM LAYAK (%)"')
    return "\n".join(lines) + "\n"
