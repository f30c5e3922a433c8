"""A small made-up result: Voronoi villages in eight kecamatan, with everything that makes drawing hard."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from lokus.show.info import StudyInfo

PROPOSED = 8


def make_results(
    *,
    villages: int = 60,
    kecamatan: int = 8,
    width: float = 60_000,
    height: float = 36_000,
    lokus: int = PROPOSED,
    seed: int = 7,
) -> gpd.GeoDataFrame:
    """Voronoi villages clipped by an ellipse, in EPSG:4326, one on an island, one without polygon."""
    rng = np.random.default_rng(seed)
    centre = np.array([430_000.0, 9_600_000.0])
    points = centre + rng.uniform(-0.5, 0.5, (4 * villages, 2)) * (width, height)
    disc = shapely.affinity.scale(shapely.Point(*centre).buffer(1, 64), width / 2, height / 2)
    points = points[shapely.contains_xy(disc, points[:, 0], points[:, 1])][: villages - 1]
    cells = shapely.get_parts(
        shapely.voronoi_polygons(shapely.MultiPoint(points), ordered=True, extend_to=disc)
    )
    island = centre + np.array([width * 0.62, -height * 0.4])
    shapes = [
        *shapely.intersection(cells, disc),
        shapely.Point(*island).buffer(1500),
    ]
    where = np.vstack([points, island])
    angle = np.arctan2(*(where - centre).T)
    group = np.clip(((angle + np.pi) / (2 * np.pi) * kecamatan).astype(int), 0, kecamatan - 1)
    number = pd.Series(group).groupby(group).cumcount() + 1
    kode = [f"9901{g + 1:02d}{2000 + n:04d}" for g, n in zip(group, number, strict=True)]
    names = ["Sukamaju", "Tanjung Raya", "Sungai Lebar Ilir", "Pulau Panggung", "Lubuk Batu", "Muara Dua II"]
    districts = [
        "Semende Darat Laut",
        "Ulu",
        "Lembak",
        "Tanjung Agung",
        "Muara Belida Timur",
        "Ujan Mas",
        "Gelumbang",
        "Rambang",
    ]
    prevalence = rng.gamma(4, 3.5, len(kode))
    frame = (
        gpd.GeoDataFrame(
            {
                "desa": [f"{names[i % len(names)]} {i + 1}" for i in range(len(kode))],
                "kecamatan": [f"{districts[g % 8]}{'' if g < 8 else f' {g}'}" for g in group],
                "kode_kecamatan": [f"9901{g + 1:02d}" for g in group],
                "jenis": "desa",
                "prevalensi": prevalence,
                "prevalensi_bawah": prevalence * 0.7,
                "prevalensi_atas": prevalence * 1.4,
                "anak_stunting": prevalence * 0.9,
                "belum_andal": rng.uniform(size=len(kode)) < 0.2,
                "tanpa_pengukuran": False,
                "skor": rng.beta(2, 4, len(kode)),
            },
            geometry=list(shapes),
            crs=32748,
            index=pd.Index(kode, name="kode_desa"),
        )
        .to_crs(4326)
        .sort_index()
    )
    silent = frame.index[[3, 17]]
    frame.loc[silent, ["prevalensi", "prevalensi_bawah", "prevalensi_atas", "anak_stunting", "skor"]] = np.nan
    frame.loc[silent, "tanpa_pengukuran"] = True
    rank = frame["skor"].rank(ascending=False, method="first")
    frame["peringkat"] = rank.astype("Int64")
    frame["terpilih"] = rank <= lokus
    frame["nomor"] = rank.where(rank <= lokus).astype("Int64")
    frame["keterangan"] = ""
    frame["status_usulan"] = np.where(frame["terpilih"], "lokus", "bukan lokus")
    frame.loc[silent, "status_usulan"] = "belum ada data"
    lost = frame.index[(~frame["terpilih"]) & ~frame.index.isin(silent)][5]
    frame.loc[lost, "geometry"] = None
    return frame


def make_outlines(results: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Kecamatan outlines dissolved from the villages."""
    present = results[~results.geometry.isna()]
    return present.dissolve("kode_kecamatan")[["kecamatan", "geometry"]]


@pytest.fixture(scope="session")
def make():
    """Give other results with their outlines, by the arguments of :func:`make_results`."""

    def build(**choices):
        frame = make_results(**choices)
        return frame, make_outlines(frame)

    return build


@pytest.fixture(scope="session")
def results() -> gpd.GeoDataFrame:
    return make_results()


@pytest.fixture(scope="session")
def outlines(results) -> gpd.GeoDataFrame:
    return make_outlines(results)


@pytest.fixture(scope="session")
def info() -> StudyInfo:
    return StudyInfo(
        title="Penentuan lokus penurunan stunting",
        kabupaten="Kabupaten Contoh",
        tahun=2027,
        instansi="Bappeda Kabupaten Contoh",
        sources=("e-PPGBM", "Pendataan keluarga", "Batas desa BIG"),
        data_date="31 Desember 2026",
        synthetic=True,
        rule="8 desa dengan skor tertinggi di paling banyak 5 kecamatan.",
    )
