"""Village lists of two years, with and without polygons, for the tests of what changed and what carries."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely


def village_list(*rows: str) -> pd.DataFrame:
    """Write a list as ``"9901012001 Suka Maju / Kecamatan"``."""
    cells = [(row[:10], *(part.strip() for part in row[10:].split("/"))) for row in rows]
    frame = pd.DataFrame(cells, columns=["kode_desa", "desa", "kecamatan"])
    return frame.set_index("kode_desa")


OLD = village_list(
    "9901012001 Suka Maju/Lama",
    "9901012002 Tanjung II/Lama",
    "9901012003 Lubuk Batu/Lama",
    "9901012004 Pagar Dewa/Lama",
    "9901012005 Sumber Rejo/Lama",
    "9901012006 Mekar Sari/Lama",
    "9901022001 Mekar Sari/Hulu",
    "9901022002 Air Dingin/Hulu",
    "9901022003 Karang Anyar/Hulu",
)


def drawn(villages: pd.DataFrame, *boxes: tuple[float, float, float, float] | None) -> gpd.GeoDataFrame:
    shapes = [None if box is None else shapely.box(*(100.0 * side for side in box)) for box in boxes]
    return gpd.GeoDataFrame(villages, geometry=shapes, crs="EPSG:32748")


MAP_OLD = drawn(
    village_list(
        "9901012001 Anggrek/K", "9901012002 Bambu/K", "9901012003 Cempaka/K", "9901012004 Damar/K",
        "9901012005 Enau/K", "9901012006 Flamboyan/K",
    ),
    (0, 0, 10, 10), (10, 0, 20, 10), (20, 0, 30, 10), (30, 0, 40, 10), (40, 0, 50, 10), None,
)  # fmt: skip
MAP_NEW = drawn(
    village_list(
        "9901012001 Anggrek/K", "9901012007 Anyelir/K",  # Anggrek, divided
        "9901012002 Bambu/K",  # with Cempaka in it
        "9901022001 Delima/K",  # Damar under another name and code
        "9901012005 Enau/K", "9901012006 Flamboyan/K",
    ),
    (0, 0, 6, 10), (6, 0, 10, 10), (10, 0, 30, 10), (30, 0.5, 40, 10), (40, 0, 50, 10), (60, 0, 70, 10),
)  # fmt: skip
