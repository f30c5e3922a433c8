"""Which village of one year's map covers which of another's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from lokus.places.boundary_checks import metric_crs

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["overlap_shares"]


def overlap_shares(
    old: gpd.GeoDataFrame,
    new: gpd.GeoDataFrame,
    *,
    old_codes: Collection[str],
    new_codes: Collection[str],
) -> pd.DataFrame:
    """Measure the overlap of two years' villages.

    Parameters
    ----------
    old, new : geopandas.GeoDataFrame
        Index ``kode_desa``; villages without a polygon overlap nothing.
    old_codes, new_codes : collection of str
        Villages that matter: a pair is measured when one of its two is among them.

    Returns
    -------
    pandas.DataFrame
        Index ``kode_lama``, ``kode_baru``; columns ``bagian_lama`` and ``bagian_baru``: percent of the area
        of the old and of the new village that the two share.

    Examples
    --------
    >>> import geopandas as gpd
    >>> square, half = shapely.box(0, 0, 100, 100), shapely.box(0, 0, 50, 100)
    >>> old = gpd.GeoDataFrame(index=["9901012001"], geometry=[square], crs="EPSG:32748")
    >>> new = gpd.GeoDataFrame(index=["9901012007"], geometry=[half], crs="EPSG:32748")
    >>> overlap_shares(old, new, old_codes=["9901012001"], new_codes=[]).iloc[0].to_dict()
    {'bagian_lama': 50.0, 'bagian_baru': 100.0}
    """
    crs = metric_crs(old[old.geometry.notna()])
    codes_old, shapes_old = _drawn(old, crs)
    codes_new, shapes_new = _drawn(new, crs)
    first, second = shapely.STRtree(shapes_new).query(shapes_old, predicate="intersects")
    matters = np.isin(codes_old[first], list(old_codes)) | np.isin(codes_new[second], list(new_codes))
    first, second = first[matters], second[matters]
    shared = shapely.area(shapely.intersection(shapes_old[first], shapes_new[second]))
    index = pd.MultiIndex.from_arrays([codes_old[first], codes_new[second]], names=["kode_lama", "kode_baru"])
    shares = {
        "bagian_lama": 100.0 * shared / shapely.area(shapes_old)[first],
        "bagian_baru": 100.0 * shared / shapely.area(shapes_new)[second],
    }
    return pd.DataFrame(shares, index=index).sort_index()


def _drawn(villages: gpd.GeoDataFrame, crs: object) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    present = villages[villages.geometry.notna() & ~villages.geometry.is_empty]
    shapes = present.geometry.to_crs(crs).to_numpy()
    sound = shapely.make_valid(shapes, method="structure", keep_collapsed=False)
    return present.index.to_numpy().astype(object), sound
