"""The results as plain files for other programs: GeoJSON and CSV."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pyogrio

from lokus.files import atomic_path

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["write_csv", "write_geojson"]

_RISKY = ("=", "+", "-", "@", "\t", "\r")  # beginnings a spreadsheet program may take for a formula


def write_geojson(results: gpd.GeoDataFrame, path: str | Path) -> Path:
    """Write the villages as GeoJSON (RFC 7946: longitude and latitude on WGS 84, seven decimals).

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results table; all its columns are written, a village without polygon with a null geometry.
    path : str or Path
        Where to write; replaced only when the file is complete.
    """
    table = results.sort_index().to_crs(4326).reset_index()
    for name in table.columns.drop(table.geometry.name):
        if pd.api.types.is_object_dtype(table[name]):
            table[name] = table[name].astype("string")
    path = Path(path)
    with atomic_path(path) as draft:
        pyogrio.write_dataframe(
            table, draft, driver="GeoJSON", layer="desa", layer_options={"RFC7946": "YES", "WRITE_NAME": "NO"}
        )
    return path


def write_csv(results: gpd.GeoDataFrame, path: str | Path) -> Path:
    """Write the villages as CSV without geometry: comma, decimal point, UTF-8 with byte order mark.

    Text that a spreadsheet program could take for a formula gets a leading apostrophe; codes stay digits.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results table.
    path : str or Path
        Where to write; replaced only when the file is complete.
    """
    table = pd.DataFrame(results.sort_index().drop(columns=results.geometry.name))
    for name in table:
        if not pd.api.types.is_numeric_dtype(table[name]) and not pd.api.types.is_bool_dtype(table[name]):
            table[name] = [
                f"'{text}" if isinstance(text, str) and text.startswith(_RISKY) else text
                for text in table[name]
            ]
    path = Path(path)
    with atomic_path(path) as draft:
        draft.write_bytes(table.to_csv(lineterminator="\n").encode("utf-8-sig"))
    return path
