"""A province of three invented kabupaten: one done, one held back, one failed without boundaries."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from shapely import Point, box

from lokus.show.province.province_tables import Province
from lokus.show.results.info import StudyInfo


def make_province() -> Province:
    """Give the province."""
    kabupaten = gpd.GeoDataFrame(
        {
            "kabupaten": ["Kabupaten Satu", "Kabupaten <Dua>", "Kabupaten Tiga"],
            "status": ["selesai", "tertahan", "gagal"],
            "pesan": ["", "=1+1 tertahan", "berkas tidak ada"],
            "desa": [16, 12, None],
            "lokus": [2, None, None],
            "kecamatan": [1, None, None],
            "diukur": [200, None, None],
            "stunting": [30, None, None],
            "prevalensi_mentah": [15.0, None, None],
            "anak_stunting": [33.4, None, None],
            "kelengkapan": [100.0, 50.0, None],
        },
        index=pd.Index(["9901", "9902", "9903"], name="kode"),
        geometry=[box(104, -4, 104.2, -3.8), box(104.2, -4, 104.4, -3.8), None],
        crs=4326,
    )
    lists = gpd.GeoDataFrame(
        {
            "kode": "9901",
            "kabupaten": "Kabupaten Satu",
            "kecamatan": "Sukasari",
            "desa": ["Alai", "Batu"],
            "nomor": [1, 2],
            "skor": [0.61, 0.4],
            "prevalensi": [18.2, 14.9],
            "anak_stunting": [20.0, 13.4],
            "peringkat": [1.0, 2.0],
        },
        index=pd.Index(["9901012001", "9901012002"], name="kode_desa"),
        geometry=[Point(104.1, -3.9), None],
        crs=4326,
    )
    return Province(
        info=StudyInfo(title="Provinsi Contoh", kabupaten="3 kabupaten", tahun=2026, synthetic=True),
        kabupaten=kabupaten,
        lists=lists,
        completeness=pd.DataFrame(
            {"kode": ["9901"], "kabupaten": ["Kabupaten Satu"], "opd": ["Dinas"], "ada": [31], "dari": [32],
             "persen": [96.875]}
        ),
        findings=pd.DataFrame(
            {
                "tingkat": ["blocking"], "temuan": ["join.code_name"], "contoh": ["kode dan nama berbeda"],
                "di": ["Kabupaten Satu"], "diterima": [False], "kabupaten": [1],
                "n": [2],
            }
        ),
        comparable=True,
    )  # fmt: skip
