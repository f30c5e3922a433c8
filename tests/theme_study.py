"""Studies of other themes: an invented kabupaten with tables of families, drafted by `lokus init`."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import box

ROWS, COLUMNS = 4, 6
_FIRST = ("Suka", "Tanjung", "Muara", "Bukit")
_SECOND = ("Maju", "Raya", "Indah", "Jaya", "Makmur", "Lestari")


def write_tables(folder: Path) -> dict[str, Path]:
    """Write boundaries and, of each theme, the table of its office."""
    rng = np.random.default_rng(11)
    kode = [f"9901{1 + n // 6:02d}2{1 + n % 6:03d}" for n in range(ROWS * COLUMNS)]
    names = pd.DataFrame(
        {
            "kode_desa": kode,
            "desa": [f"{first} {second}" for first in _FIRST for second in _SECOND],
            "kecamatan": np.repeat([f"{first}sari" for first in _FIRST], COLUMNS),
        }
    )
    squares = [box(n % COLUMNS, n // COLUMNS, n % COLUMNS + 1, n // COLUMNS + 1) for n in range(len(kode))]
    shapes = gpd.GeoDataFrame(names, geometry=squares, crs="EPSG:4326")
    shapes["geometry"] = shapes.scale(0.05, 0.05, origin=(0, 0)).translate(104, -3.5)
    shapes.to_file(folder / "desa.gpkg", layer="desa", driver="GPKG")
    families = rng.integers(150, 600, len(kode))
    recorded = (families * rng.uniform(0.7, 1, len(kode))).astype(int)
    truth = rng.beta(3, 30, len(kode))
    place = {"Kecamatan": names["kecamatan"], "Desa": names["desa"]}
    pd.DataFrame(
        place
        | {
            "Jumlah Keluarga": families,
            "Keluarga Didata": recorded,
            "Keluarga Miskin Ekstrem": rng.binomial(recorded, truth),
        }
    ).to_excel(folder / "kemiskinan.xlsx", index=False)
    pd.DataFrame(
        place
        | {
            "Jumlah KK": families,
            "KK Didata": recorded,
            "KK Sanitasi Layak": recorded - rng.binomial(recorded, np.clip(truth * 4, 0, 0.95)),
        }
    ).to_excel(folder / "sanitasi.xlsx", index=False)
    pd.DataFrame(
        place
        | {
            "Akses Sanitasi Layak (%)": rng.uniform(30, 95, len(kode)).round(1),
            "Akses Air Minum Layak (%)": rng.uniform(30, 95, len(kode)).round(1),
            "% Keluarga Desil 1-2": rng.uniform(5, 40, len(kode)).round(1),
        }
    ).to_excel(folder / "persen.xlsx", index=False)
    return {path.stem: path for path in folder.iterdir()}
