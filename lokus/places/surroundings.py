"""The land around a kabupaten, drawn behind its villages on printed maps."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import shapely

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.places.boundary_coverage import polygons_only
from lokus.places.boundary_files import read_features
from lokus.places.boundary_position import usable_crs

if TYPE_CHECKING:
    import geopandas as gpd

__all__ = ["read_surroundings"]


def read_surroundings(path: str | Path) -> gpd.GeoDataFrame:
    """Read the land around a kabupaten as valid polygons whose place on earth is known.

    Parameters
    ----------
    path : str or Path
        As :func:`lokus.places.boundary_files.open_features` takes it.

    Returns
    -------
    geopandas.GeoDataFrame
        Column ``geometry`` alone, longitude and latitude on WGS 84.

    Raises
    ------
    InputError
        It cannot be read, does not say where it lies, or holds no polygon.

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
    return placed.reset_index(drop=True)
