"""Repair of village polygons: each one valid, and all of them one coverage without cracks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from lokus.places.boundary_checks import metric_crs

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from numpy.typing import NDArray

__all__ = [
    "AREA_GUARD",
    "GAP_WIDTH_M",
    "Repaired",
    "can_clean",
    "clean_coverage",
    "make_sound",
    "metres_per_unit",
    "polygons_only",
]

AREA_GUARD: Final = 0.01
"""Largest share of a village's area that a repair may change."""

GAP_WIDTH_M: Final = 30.0
"""Gaps narrower than this, in metres, are cracks between drawings rather than land or water."""

_METRES_PER_DEGREE: Final = 111_320.0
_POLYGONAL: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def polygons_only(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Make polygons valid and drop the points and lines this leaves; what has no area becomes None.

    Examples
    --------
    >>> bowtie = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    >>> polygons_only(np.array([bowtie, None]))[0].geom_type
    'MultiPolygon'
    """
    result: NDArray[np.object_] = np.asarray(shapely.force_2d(geometry), dtype=object)
    areal = np.isin(shapely.get_type_id(result), _POLYGONAL)
    for i in np.flatnonzero(~(areal & shapely.is_valid(result)) | shapely.is_empty(result)):
        # The older "linework" method fails on rings of too few points, which real files have.
        valid = shapely.make_valid(result[i], method="structure", keep_collapsed=False)
        # It may nest a multipolygon in a collection: take the parts apart twice.
        parts = shapely.get_parts(shapely.get_parts(valid))
        own = parts[np.isin(shapely.get_type_id(parts), _POLYGONAL) & (shapely.area(parts) > 0)]
        result[i] = None if len(own) == 0 else own[0] if len(own) == 1 else shapely.multipolygons(own)
    return result


@dataclass(frozen=True, kw_only=True)
class Repaired:
    """What :func:`make_sound` did.

    Parameters
    ----------
    codes : tuple of str
        Villages whose polygon was invalid.
    changed : tuple of str
        Those of them whose area the repair changed by more than the guard.
    reason : str
        What was the matter with the first, in the words of GEOS.
    """

    codes: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    reason: str = ""


def make_sound(geometry: gpd.GeoSeries, *, guard: float = AREA_GUARD) -> tuple[gpd.GeoSeries, Repaired]:
    """Make every polygon valid and two-dimensional; what has no area becomes None.

    Parameters
    ----------
    geometry : geopandas.GeoSeries
        Index ``kode_desa``.
    guard : float
        Relative change of area above which a repair is worth a look.
    """
    original = geometry.to_numpy()
    sound = geometry.copy()
    sound[:] = polygons_only(original)
    invalid = geometry.notna().to_numpy() & ~shapely.is_valid(original) & sound.notna().to_numpy()
    before, after = shapely.area(original[invalid]), shapely.area(sound.to_numpy()[invalid])
    codes = geometry.index[invalid].astype(str)
    reason = shapely.is_valid_reason(original[invalid])[0].split("[")[0] if invalid.any() else ""
    changed = codes[np.abs(after - before) > guard * after]
    return sound, Repaired(codes=tuple(codes), changed=tuple(changed), reason=reason)


def can_clean() -> bool:
    """Whether the installed GEOS can clean a coverage (3.14 and later)."""
    return bool(hasattr(shapely, "coverage_clean") and shapely.geos_version >= (3, 14, 0))


def clean_coverage(
    villages: gpd.GeoDataFrame, *, gap_width_m: float = GAP_WIDTH_M, guard: float = AREA_GUARD
) -> tuple[gpd.GeoSeries, pd.Index]:
    """Make the borders of neighbouring villages fit, kabupaten by kabupaten.

    Overlaps go to the village with the longer border, and so do gaps narrower than `gap_width_m`
    (``shapely.coverage_clean``). Where that would change a village by more than `guard`, gaps are left alone;
    where even then it would, the village keeps its original polygon.

    Parameters
    ----------
    villages : geopandas.GeoDataFrame
        Valid polygons, index ``kode_desa``.
    gap_width_m : float
        Metres.
    guard : float
        Largest relative change of a village's area.

    Returns
    -------
    geometry : geopandas.GeoSeries
        Same index and CRS.
    kept : pandas.Index
        Codes of villages that kept their original polygon.
    """
    cleaned = villages.geometry.copy()
    present = villages.geometry.notna()
    kept = np.zeros(len(villages), dtype=bool)
    areas = villages.geometry.to_crs(metric_crs(villages))
    unit = metres_per_unit(villages.crs)
    kabupaten = villages.index.astype(str).str[:4]
    for code in sorted(set(kabupaten[present])):
        rows = np.flatnonzero(present & (kabupaten == code))
        original = villages.geometry.iloc[rows]
        before = areas.iloc[rows].area.to_numpy()
        tries = []
        for width in dict.fromkeys((gap_width_m, 0.0)):
            result = original.copy()
            result[:] = shapely.coverage_clean(original.to_numpy(), gap_width=width / unit)
            after = result.to_crs(areas.crs).area.to_numpy()
            tries.append((result, np.abs(after - before) > guard * before))
            if not tries[-1][1].any():
                break
        result, changed = min(tries, key=lambda attempt: int(attempt[1].sum()))
        cleaned.iloc[rows] = np.where(changed, original.to_numpy(), result.to_numpy())
        kept[rows] = changed
    return cleaned, villages.index[kept]


def metres_per_unit(crs: Any) -> float:
    """Metres in one unit of `crs`; for degrees along the equator, within two percent all over Indonesia."""
    return _METRES_PER_DEGREE if crs.is_geographic else float(crs.axis_info[0].unit_conversion_factor)
