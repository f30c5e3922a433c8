"""A whole study of 24 villages in a folder: small enough to run again for every key of its study file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

ROWS, COLUMNS = 4, 6


def tiny_mapping(folder: Path) -> dict[str, Any]:
    """Write the files of the study into `folder`, and give the study file as plain values."""
    rng = np.random.default_rng(7)
    kode = [f"9901{1 + n // 6:02d}2{1 + n % 6:03d}" for n in range(ROWS * COLUMNS)]
    names = pd.DataFrame(
        {
            "kode_desa": kode,
            "desa": [f"{first} {second}" for first in ("Suka", "Tanjung", "Muara", "Bukit") for second in
                     ("Maju", "Raya", "Indah", "Jaya", "Makmur", "Lestari")],
            "kecamatan": np.repeat(["Sukasari", "Tanjungsari", "Muarasari", "Bukitsari"], COLUMNS),
        }
    )  # fmt: skip
    squares = [box(n % COLUMNS, n // COLUMNS, n % COLUMNS + 1, n // COLUMNS + 1) for n in range(len(kode))]
    shapes = gpd.GeoDataFrame(names, geometry=squares, crs="EPSG:4326")
    shapes["geometry"] = shapes.scale(0.05, 0.05, origin=(0, 0)).translate(104, -3.5)
    shapes["kode_kec"], shapes["kode_kab"] = shapes["kode_desa"].str[:6], shapes["kode_desa"].str[:4]
    shapes["kabupaten"] = "Contoh"
    shapes.to_file(folder / "desa.gpkg", layer="desa", driver="GPKG")
    names.to_csv(folder / "resmi.csv", index=False)
    gpd.GeoDataFrame(geometry=[box(103.9, -3.6, 104.4, -3.2)], crs="EPSG:4326").to_file(
        folder / "sekitar.geojson", driver="GeoJSON"
    )
    for name in ("kecocokan.csv", "lain.csv"):
        (folder / name).write_text("sumber;kecamatan;desa;kode_desa;alasan\n", encoding="utf-8")
    truth = rng.beta(4, 30, len(kode))
    for year in (2023, 2024, 2025, 2026):
        sasaran = rng.integers(60, 160, len(kode))
        diukur = (sasaran * rng.uniform(0.7, 1, len(kode))).astype(int)
        names.assign(
            sasaran=sasaran,
            diukur=diukur,
            stunting=rng.binomial(diukur, truth),
            sanitasi=rng.uniform(30, 95, len(kode)).round(1),
            miskin=rng.uniform(5, 40, len(kode)).round(1),
            keluarga=rng.integers(100, 400, len(kode)),
            tim=rng.integers(1, 4, len(kode)),
            bumil=rng.integers(5, 25, len(kode)),
        ).to_csv(folder / f"data_{year}.csv", index=False)
    names.iloc[[0, 4, 9, 15]].to_csv(folder / "sk_2025.csv", index=False)
    names.iloc[[0, 5, 9, 20]].to_csv(folder / "sk_2024.csv", index=False)
    plain = _study(2026)
    past = {**_study(2025), "pilihan": {"jumlah": 4, "maks_kecamatan": 3}}
    (folder / "kajian-2025.toml").write_text(to_toml(past), encoding="utf-8")
    plain["tabel"].append({**_table(2025, ("sasaran", "diukur", "stunting")), "putaran_lalu": 1})
    plain["tahun_lalu"] = {
        "kajian": "kajian-2025.toml",
        "daftar": {"berkas": "sk_2025.csv", "tempat": {"kode": "kode_desa"}},
        "lulus": {"target": 8, "peluang": 0.5},
    }
    plain["tipologi"] = {"indikator": ["sanitasi_layak", "desil_1_2"], "banyak_tipe": 2}
    plain["kesenjangan"] = {"ambang": {"sanitasi_layak": 60}}
    plain["pembagian"] = [{"nama": "Tim", "jumlah": 40, "dasar": "keluarga"}]
    plain["lintasan"] = {
        "awal": {"tahun": 2024, "persen": 19.8},
        "target": {"tahun": 2029, "persen": 14.2},
        "seri": [{"nama": "Survei", "jenis": "survei", "titik": [{"tahun": 2024, "persen": 19.8}]}],
    }
    plain["audit_kasus"] = {"jumlah": 3}
    return plain


def _table(year: int, keys: tuple[str, ...]) -> dict[str, Any]:
    columns = {"sanitasi_layak": "sanitasi", "desil_1_2": "miskin"}
    return {
        "berkas": f"data_{year}.csv",
        "tempat": {"kode": "kode_desa", "desa": "desa", "kecamatan": "kecamatan"},
        "indikator": {key: columns.get(key, key) for key in keys},
    }


def _study(year: int) -> dict[str, Any]:
    keys = ("sasaran", "diukur", "stunting", "sanitasi_layak", "desil_1_2", "keluarga", "bumil")
    return {
        "kajian": {
            "judul": f"Kajian kecil {year}",
            "kabupaten": "Kabupaten Contoh",
            "tahun": year,
            "benih": 5,
        },
        "batas": {
            "berkas": "desa.gpkg",
            "kolom": {"kode": "kode_desa", "desa": "desa", "kecamatan": "kecamatan"},
            "daftar_resmi": {
                "berkas": "resmi.csv",
                "kolom": {"kode": "kode_desa", "desa": "desa", "kecamatan": "kecamatan"},
            },
        },
        "tabel": [_table(year, keys)],
        "laju": {"kovariat": ["sanitasi_layak"]},
        "skor": {"bobot": {"prevalensi": 0.6, "desil_1_2": 0.4}},
        "pola": {"permutasi": 999, "pemindaian": {"ulangan": 99}},
        "pilihan": {"jumlah": 5, "maks_kecamatan": 3},
        "ketidakpastian": {"undian": 100},
        "keluaran": {"folder": "keluaran"},
    }


def to_toml(plain: dict[str, Any]) -> str:
    """Write plain values as a study file; what TOML has no word for is left out."""

    def key(text: Any) -> str:
        return json.dumps(str(text), ensure_ascii=True)

    def value(item: Any) -> str:
        if isinstance(item, dict):
            pairs = (f"{key(name)} = {value(inner)}" for name, inner in item.items() if inner is not None)
            return "{ " + ", ".join(pairs) + " }"
        if isinstance(item, list):
            return "[" + ", ".join(value(inner) for inner in item if inner is not None) + "]"
        if isinstance(item, bool):
            return str(item).lower()
        return key(item) if isinstance(item, str) else str(item)

    # Arrays of tables come last: what stands after their header would belong to them.
    tables = plain.get("tabel")
    whole = isinstance(tables, list) and all(isinstance(table, dict) for table in tables)
    single = [
        f"{key(name)} = {value(item)}"
        for name, item in plain.items()
        if item is not None and not (whole and name == "tabel")
    ]
    lines = [
        "[[tabel]]\n"
        + "\n".join(f"{key(name)} = {value(item)}" for name, item in table.items() if item is not None)
        for table in (tables if whole else [])
    ]
    return "\n".join([*single, *lines]) + "\n"
