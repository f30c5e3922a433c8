"""Read the land around a kabupaten, drawn behind its villages on printed maps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyproj
import shapely

from lokus.characters import without_unseen
from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.places.boundary_coverage import polygons_only
from lokus.places.boundary_files import read_features
from lokus.places.boundary_position import usable_crs

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["neighbours_in_file", "read_surroundings"]

# Columns that name an outline, that of its kabupaten first, since an outline may be given as its villages.
_NAMES = (
    "kab_nama", "nama_kab", "kabupaten", "kabkota", "kab_kota", "wadmkk", "nmkab", "name_2",
    "nama", "namobj", "name",
)  # fmt: skip
_MARGIN = 0.5  # of the longer side of the kabupaten


def read_surroundings(path: str | Path) -> gpd.GeoDataFrame:
    """Read the land around a kabupaten as valid polygons in WGS 84.

    Parameters
    ----------
    path : str or Path
        As for :func:`lokus.places.boundary_files.open_features`.

    Returns
    -------
    geopandas.GeoDataFrame
        Columns ``nama``, empty where the file names nothing, and ``geometry``, longitude and latitude on
        WGS 84.

    Raises
    ------
    InputError
        It cannot be read, states no coordinate system, or has no polygon.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> path = Path(tempfile.mkdtemp()) / "sekitar.geojson"
    >>> gpd.GeoDataFrame(geometry=[shapely.box(103, -4, 105, -2)], crs="EPSG:4326").to_file(path)
    >>> len(read_surroundings(path))
    1
    """
    path = Path(path)
    where = Where(file=path.name)
    features = read_features(path)
    crs = usable_crs(features.crs)
    if crs is None:
        raise InputError(
            _("the file of the surroundings does not say its coordinate system (CRS)"),
            where=where,
            remedy=_(
                "Put the .prj part beside it, or save it as GeoPackage with its coordinate system; or take "
                "sekitar out of [keluaran]."
            ),
        )
    shapes = features.geometry.to_numpy().copy()
    points, owner = shapely.get_coordinates(shapes, return_index=True)
    shapes[np.unique(owner[~np.isfinite(points).all(axis=1)])] = None
    named = _names(features)
    land = features[[features.geometry.name]].set_geometry(polygons_only(shapes), crs=crs)
    land = land.rename_geometry("geometry") if land.geometry.name != "geometry" else land
    land = land[land.geometry.notna()]
    try:
        placed = land.to_crs("EPSG:4326")
    except pyproj.exceptions.ProjError:
        placed = land.iloc[:0]
    placed = placed[np.isfinite(placed.bounds.to_numpy()).all(axis=1)]
    if placed.empty:
        raise InputError(
            _("the file of the surroundings holds no polygon that lies anywhere"),
            where=where,
            remedy=_("Name a layer of polygons with sekitar under [keluaran], or take it out."),
        )
    return placed.assign(nama=named.loc[placed.index])[["nama", "geometry"]].reset_index(drop=True)


def _names(features: gpd.GeoDataFrame) -> pd.Series:
    """Return the names of outlines: of their kabupaten, else their own; empty without such a column."""
    columns = {str(name).lower(): name for name in features.columns}
    column = next((columns[name] for name in _NAMES if name in columns), None)
    if column is None:
        return pd.Series("", index=features.index)
    names = features[column].astype("string").fillna("")
    plain = [" ".join(without_unseen(str(name)).split()) for name in names]
    return pd.Series(plain, index=features.index, dtype=str)


def neighbours_in_file(
    path: str | Path, villages: gpd.GeoDataFrame, **reading: Any
) -> gpd.GeoDataFrame | None:
    """Read the land of other kabupaten around the villages of a study from the boundary file itself.

    Parameters
    ----------
    path : str or Path
        The boundary file.
    villages : geopandas.GeoDataFrame
        Villages of the study, from that file.
    **reading
        ``layer``, ``encoding`` as for :func:`lokus.places.boundary_files.read_features`.

    Returns
    -------
    geopandas.GeoDataFrame or None
        As returned by :func:`read_surroundings`; None where the file has only the study's villages.

    Examples
    --------
    >>> import tempfile
    >>> import geopandas as gpd
    >>> path = Path(tempfile.mkdtemp()) / "desa.geojson"
    >>> both = gpd.GeoDataFrame({"kode": ["9901012001", "9902012001"], "kab_nama": ["Satu", "Dua"]},
    ...     geometry=[shapely.box(104, -3, 104.1, -2.9), shapely.box(104.1, -3, 104.2, -2.9)], crs=4326)
    >>> both.to_file(path)
    >>> neighbours_in_file(path, both.iloc[:1])["nama"].tolist()
    ['Dua']
    """
    import geopandas as gpd

    own = villages.geometry.dropna()
    west, south, east, north = own.total_bounds
    margin = _MARGIN * max(east - west, north - south)
    around = (west - margin, south - margin, east + margin, north + margin)
    features = read_features(path, bbox=around, **reading)
    shapes = polygons_only(features.geometry.to_numpy())
    land = features.set_geometry(shapes, crs=villages.crs)
    land = land[land.geometry.notna()]
    tree = shapely.STRtree(own.to_numpy())
    inside = tree.query(shapely.point_on_surface(land.geometry.to_numpy()), predicate="intersects")[0]
    others = np.ones(len(land), dtype=bool)
    others[inside] = False
    land = land[others]
    if land.empty:
        return None
    shapes = land.geometry.to_crs("EPSG:4326").to_numpy()
    named = gpd.GeoDataFrame({"nama": _names(land).to_numpy()}, geometry=shapes, crs="EPSG:4326")
    return named.dissolve("nama", as_index=False)[["nama", "geometry"]]
