"""A study of Kabupaten OKI, 327 villages: real borders and village index, made-up counts, to look at.

``python tests/oki_study.py FOLDER`` writes it; the counts are drawn from a seed and describe no real village.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

__all__ = ["write_oki"]

SHARED = Path(__file__).parents[2] / "shared" / "data"
_STUDY = """\
# Batas desa dan IDM yang sebenarnya; hitungan anak, sanitasi, dan air minum SINTETIS: bukan keadaan OKI.
[kajian]
judul = "Uji keluaran dengan hitungan sintetis (bukan usulan lokus)"
kabupaten = "Kabupaten Ogan Komering Ilir"
tahun = 2026
benih = 1602
instansi = "Uji perangkat lokus"
alamat = "Jalan Contoh Nomor 1, Kayu Agung"
edisi = "Edisi 1"

[batas]
berkas = '{shared}/boundaries/1602_oki.gpkg'
sumber = "Batas desa cahyadsn/wilayah_boundaries, 2026-08"

[[tabel]]
berkas = "hitungan_sintetis.csv"
opd = "Dinas Kesehatan"
sumber = "Hitungan SINTETIS"
tanggal = "2026"
tempat = {{ kode = "kode", desa = "desa", kecamatan = "kecamatan" }}
indikator = {{ sasaran = "sasaran", diukur = "diukur", stunting = "stunting" }}

[[tabel]]
berkas = "layanan_sintetis.csv"
opd = "Dinas PUPR"
sumber = "Cakupan SINTETIS"
tanggal = "2026"
tempat = {{ kode = "kode", desa = "desa", kecamatan = "kecamatan" }}
indikator = {{ sanitasi_layak = "sanitasi", air_layak = "air" }}

[[tabel]]
berkas = '{shared}/idm/idm2024_pilot.csv'
opd = "Dinas PMD"
sumber = "IDM"
tanggal = "2024"
tempat = {{ kode = "kode", desa = "desa", kecamatan = "kecamatan" }}
saring = {{ kab10 = "1602" }}
indikator = {{ idm = "idm" }}

[laju]
kovariat = ["sanitasi_layak"]

[skor.bobot]
prevalensi = 0.5
anak_stunting = 0.3
sanitasi_layak = 0.2

[pola]
indikator = "prevalensi"

[tipologi]
indikator = ["sanitasi_layak", "air_layak", "prevalensi"]

[pilihan]
jumlah = 35
maks_kecamatan = 10

[ketidakpastian]
undian = 200
konsentrasi_bobot = 100

[kesenjangan.ambang]
sanitasi_layak = 60
air_layak = 60

[audit_kasus]
jumlah = 10

[[audit.terima]]
temuan = "join.unknown_code"
alasan = "Desa tanpa poligon di berkas batas; dicatat, tidak dipilih"

[keluaran]
folder = "keluaran"
sekitar = "sekitar.gpkg"
ukuran = ["A4", "A3"]
peta = ["usulan", "peluang", "prevalensi", "anak", "skor", "titik_panas", "tipologi", "kelengkapan"]
bahan = ["paparan", "laporan", "atlas", "kalender", "dokumen"]
"""


def write_oki(folder: Path, shared: Path = SHARED) -> Path:
    """Write study file and made-up tables; return the path of the study file."""
    folder.mkdir(parents=True, exist_ok=True)
    villages = gpd.read_file(shared / "boundaries" / "1602_oki.gpkg").sort_values("kode")
    rng = np.random.default_rng(1602)
    place = pd.DataFrame(
        {"kode": villages["kode"], "desa": villages["nama"], "kecamatan": villages["kec_nama"]}
    )
    centre = villages.geometry.representative_point()
    slope = ((centre.x - centre.x.mean()) / centre.x.std() + rng.normal(0, 1, len(place))).to_numpy()
    due = rng.integers(40, 420, len(place))
    measured = rng.binomial(due, rng.beta(9, 1.3, len(place)))
    measured[rng.choice(len(place), 3, replace=False)] = 0
    stunted = rng.binomial(measured, 1 / (1 + np.exp(2.1 - 0.5 * slope)))
    counts = place.assign(sasaran=due, diukur=measured, stunting=stunted)
    counts.to_csv(folder / "hitungan_sintetis.csv", index=False)
    reach = np.clip(70 - 9 * slope + rng.normal(0, 8, len(place)), 8, 100).round(1)
    water = np.clip(66 + rng.normal(0, 15, len(place)), 5, 100).round(1)
    table = place.assign(sanitasi=reach, air=water)
    table.loc[table.index[::40], "sanitasi"] = np.nan
    table.to_csv(folder / "layanan_sintetis.csv", index=False)
    west, south, east, north = villages.total_bounds
    around = gpd.read_parquet(
        shared / "boundaries" / "nasional.parquet", bbox=(west - 0.4, south - 0.4, east + 0.4, north + 0.4)
    )
    code = next(column for column in ("kode", "kode_desa") if column in around)
    around = around.assign(kab=around[code].str.replace(".", "").str[:4], geometry=around.make_valid())
    around = around[around["kab"] != "1602"].dissolve("kab").reset_index()[["kab", "geometry"]]
    around["geometry"] = around.simplify(0.002)
    around.to_file(folder / "sekitar.gpkg")
    path = folder / "kajian.toml"
    path.write_text(_STUDY.format(shared=shared), encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write_oki(Path(sys.argv[1]).resolve()))  # noqa: T201
