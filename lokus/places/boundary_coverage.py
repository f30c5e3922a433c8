"""Check and repair village polygons as a coverage: edges, overlaps, gaps."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pyproj
import shapely

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

__all__ = [
    "AREA_GUARD",
    "GAP_WIDTH_M",
    "INDONESIA",
    "CoverageReport",
    "Repaired",
    "can_clean",
    "check_coverage",
    "clean_coverage",
    "cut_enclaves",
    "inside_indonesia",
    "make_sound",
    "metres_per_unit",
    "metric_crs",
    "polygons_only",
    "swapped_axes",
    "utm_crs",
]


INDONESIA: Final = (94.5, -11.5, 141.5, 6.5)
"""Longitude and latitude that hold all of Indonesia: west, south, east, north, in degrees."""

# Beyond two zones a UTM grid distorts areas by more than a percent.
_WIDEST_UTM = 12.0
_EQUAL_AREA = "EPSG:6933"


def metric_crs(villages: gpd.GeoDataFrame) -> Any:
    """Choose a coordinate system in metres for areas and distances of these villages.

    Returns
    -------
    pyproj.CRS or str
        The CRS of `villages` if it is in metres, otherwise the UTM zone of their centre, or a global
        equal-area grid where they span more than 12 degrees of longitude.

    Examples
    --------
    >>> villages = gpd.GeoDataFrame(geometry=[shapely.box(104, -3.1, 104.1, -3)], crs="EPSG:4326")
    >>> metric_crs(villages).name
    'WGS 84 / UTM zone 48S'
    """
    crs = villages.crs
    if crs.is_projected and crs.axis_info[0].unit_conversion_factor == 1.0:
        return crs
    west, _south, east, _north = villages.geometry.to_crs("EPSG:4326").total_bounds
    return _EQUAL_AREA if east - west > _WIDEST_UTM else utm_crs(villages)


def utm_crs(geometries: gpd.GeoDataFrame | gpd.GeoSeries) -> Any:
    """Return the UTM zone of the centre of some geometries.

    Faster than ``estimate_utm_crs`` of geopandas, which queries the database of all systems each time; in
    Indonesia the zone follows from the degrees.

    Parameters
    ----------
    geometries : geopandas.GeoDataFrame or geopandas.GeoSeries
        With a CRS, and at least one geometry that is not empty.

    Returns
    -------
    pyproj.CRS

    Examples
    --------
    >>> utm_crs(gpd.GeoSeries([shapely.Point(117.5, 1.0)], crs="EPSG:4326")).name
    'WGS 84 / UTM zone 50N'
    """
    bounds = geometries.geometry.total_bounds
    if (
        geometries.crs.is_geographic
        and not np.isnan(bounds).any()
        and inside_indonesia(bounds[np.newaxis])[0]
    ):
        longitude, latitude = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        return _crs((32600 if latitude >= 0 else 32700) + math.ceil((longitude + 180) / 6))
    return geometries.estimate_utm_crs()


@cache
def _crs(code: int) -> Any:
    return pyproj.CRS.from_epsg(code)


def swapped_axes(bounds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Find polygons with longitude and latitude exchanged.

    Parameters
    ----------
    bounds : numpy.ndarray, shape (n, 4)
        Degrees, as ``GeoSeries.bounds``.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True where a polygon lies outside Indonesia as it is, and inside with its axes exchanged. The ranges
        of longitude and latitude do not overlap in Indonesia, so the result is unambiguous.

    Examples
    --------
    >>> swapped_axes(np.array([[-3.1, 104.0, -3.0, 104.1], [104.0, -3.1, 104.1, -3.0]])).tolist()
    [True, False]
    """
    return inside_indonesia(bounds[:, [1, 0, 3, 2]]) & ~inside_indonesia(bounds)


def inside_indonesia(bounds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Find polygons inside the bounds of Indonesia; one without bounds counts as inside.

    Examples
    --------
    >>> inside_indonesia(np.array([[104.0, -3.1, 104.1, -3.0], [2.3, 48.8, 2.4, 48.9]])).tolist()
    [True, False]
    """
    west, south, east, north = INDONESIA
    x0, y0, x1, y1 = bounds.T
    inside = (x0 >= west) & (y0 >= south) & (x1 <= east) & (y1 <= north)
    return np.asarray(inside | np.isnan(bounds).any(axis=1))


@dataclass(frozen=True, kw_only=True, eq=False)
class CoverageReport:
    """Errors of a set of polygons as a coverage.

    Parameters
    ----------
    n : int
        Villages with a polygon.
    cracked : numpy.ndarray of str
        Codes of villages whose border does not match that of a neighbour.
    overlaps : numpy.ndarray, shape (k, 2), of str
        Codes of pairs that overlap by more than a square metre.
    overlap_areas : numpy.ndarray, shape (k,)
        Square metres.
    gap_areas : numpy.ndarray
        Areas of the holes that no village fills, in square metres, largest first.
    """

    n: int
    cracked: NDArray[np.str_]
    overlaps: NDArray[np.str_]
    overlap_areas: NDArray[np.float64]
    gap_areas: NDArray[np.float64]

    @property
    def is_valid(self) -> bool:
        """Whether all borders match and nothing overlaps; gaps may be lakes and do not count."""
        return len(self.cracked) == 0 and len(self.overlaps) == 0

    def __repr__(self) -> str:
        return (
            f"<CoverageReport: {self.n} polygons, {len(self.cracked)} cracked, "
            f"{len(self.overlaps)} overlaps, {len(self.gap_areas)} gaps>"
        )


def check_coverage(villages: gpd.GeoDataFrame) -> CoverageReport:
    """Find borders that do not match, overlaps and gaps among village polygons.

    Edges are compared in the coordinates of the file, because transforming vertices bends long straight
    borders; areas are measured in metres.

    Parameters
    ----------
    villages : geopandas.GeoDataFrame
        Valid polygons, index ``kode_desa``; rows without geometry are left out.

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 10, 10), shapely.box(9, 0, 20, 10)]
    >>> check_coverage(gpd.GeoDataFrame(geometry=squares, index=["a", "b"], crs="EPSG:32748"))
    <CoverageReport: 2 polygons, 2 cracked, 1 overlaps, 0 gaps>
    """
    present = villages[villages.geometry.notna()]
    codes = present.index.to_numpy().astype(str)
    metric = metric_crs(present)
    drawn = present.geometry.to_numpy()
    cracked = codes[~shapely.is_empty(shapely.coverage_invalid_edges(drawn))]
    if len(cracked) == 0:
        holes = _holes(shapely.coverage_union_all(drawn))
        areas = gpd.GeoSeries(holes, crs=present.crs).to_crs(metric).area.to_numpy()
        return CoverageReport(
            n=len(present),
            cracked=cracked,
            overlaps=np.empty((0, 2), dtype=codes.dtype),
            overlap_areas=np.empty(0),
            gap_areas=np.sort(areas)[::-1],
        )
    projected = present.geometry.to_crs(metric).to_numpy()
    polygons = shapely.make_valid(projected, method="structure", keep_collapsed=False)
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    once = first < second
    first, second = first[once], second[once]
    areas = shapely.area(shapely.intersection(polygons[first], polygons[second]))
    large = areas > 1.0
    return CoverageReport(
        n=len(present),
        cracked=cracked,
        overlaps=np.column_stack([codes[first[large]], codes[second[large]]]),
        overlap_areas=areas[large],
        gap_areas=np.sort(shapely.area(_holes(shapely.union_all(polygons))))[::-1],
    )


def _holes(geometry: shapely.Geometry) -> NDArray[np.object_]:
    rings = [
        shapely.get_interior_ring(part, i)
        for part in shapely.get_parts(geometry)
        for i in range(shapely.get_num_interior_rings(part))
    ]
    return np.array([shapely.polygons(ring) for ring in rings], dtype=object)


# Repair of village polygons: each one valid, and all of them one coverage without cracks.


AREA_GUARD: Final = 0.01
"""Largest share of a village's area that a repair may change."""

GAP_WIDTH_M: Final = 30.0
"""Gaps narrower than this, in metres, are cracks between drawings rather than land or water."""

_INSIDE: Final = 0.95  # share of a village's area that lies in another, above which it is drawn inside it
_METRES_PER_DEGREE: Final = 111_320.0
_POLYGONAL: Final = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def polygons_only(geometry: NDArray[np.object_]) -> NDArray[np.object_]:
    """Make polygons valid and drop resulting points and lines; an empty one becomes None.

    Examples
    --------
    >>> bowtie = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    >>> polygons_only(np.array([bowtie, None]))[0].geom_type
    'MultiPolygon'
    """
    result: NDArray[np.object_] = np.asarray(shapely.force_2d(geometry), dtype=object)
    areal = np.isin(shapely.get_type_id(result), _POLYGONAL)
    for i in np.flatnonzero(~(areal & shapely.is_valid(result)) | shapely.is_empty(result)):
        # The older "linework" method fails on rings with too few points, which occur in real files.
        valid = shapely.make_valid(result[i], method="structure", keep_collapsed=False)
        # Collections may hold collections, and the repair may nest a multipolygon in one.
        parts = _flat(np.array([valid], dtype=object))
        own = parts[np.isin(shapely.get_type_id(parts), _POLYGONAL) & (shapely.area(parts) > 0)]
        result[i] = None if len(own) == 0 else own[0] if len(own) == 1 else shapely.multipolygons(own)
    return result


def _flat(parts: NDArray[np.object_]) -> NDArray[np.object_]:
    """Flatten nested collections."""
    parts = parts[~(shapely.is_missing(parts) | shapely.is_empty(parts))]
    while (shapely.get_type_id(parts) > shapely.GeometryType.POLYGON).any():
        parts = shapely.get_parts(parts)
        parts = parts[~shapely.is_empty(parts)]
    return parts


@dataclass(frozen=True, kw_only=True)
class Repaired:
    """The repairs of :func:`make_sound`.

    Parameters
    ----------
    codes : tuple of str
        Villages whose polygon was invalid.
    changed : tuple of str
        Those of them whose area the repair changed by more than the guard.
    reason : str
        Reason for the first, in the words of GEOS.
    """

    codes: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    reason: str = ""


def make_sound(geometry: gpd.GeoSeries, *, guard: float = AREA_GUARD) -> tuple[gpd.GeoSeries, Repaired]:
    """Make every polygon valid and two-dimensional; an empty one becomes None.

    Parameters
    ----------
    geometry : geopandas.GeoSeries
        Index ``kode_desa``.
    guard : float
        Relative change of area above which a repair is reported.

    Examples
    --------
    >>> bowtie = shapely.from_wkt("POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")
    >>> sound, repaired = make_sound(gpd.GeoSeries([bowtie], index=["9901012001"]))
    >>> bool(sound.is_valid.all()), repaired.codes
    (True, ('9901012001',))
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


def cut_enclaves(
    villages: gpd.GeoDataFrame, report: CoverageReport
) -> tuple[gpd.GeoSeries, list[tuple[str, str]], list[tuple[str, str]]]:
    """Cut villages drawn inside another one out of it, and find identical polygons.

    Parameters
    ----------
    villages : geopandas.GeoDataFrame
        Valid polygons, index ``kode_desa``.
    report : CoverageReport
        Of these villages, as returned by :func:`check_coverage`.

    Returns
    -------
    geometry : geopandas.GeoSeries
        Same index and CRS.
    enclaves : list of (str, str)
        Inner and outer village.
    twins : list of (str, str)
        Identical pairs, which are left as they are, since it is unknown which of them lies there.

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 100, 100), shapely.box(40, 40, 60, 60)]
    >>> villages = gpd.GeoDataFrame(geometry=squares, index=["outer", "inner"], crs="EPSG:32748")
    >>> geometry, enclaves, twins = cut_enclaves(villages, check_coverage(villages))
    >>> geometry["outer"].area, enclaves, twins
    (9600.0, [('inner', 'outer')], [])
    """
    geometry = villages.geometry.copy()
    if not len(report.overlaps):
        return geometry, [], []
    concerned = sorted(set(report.overlaps.ravel().tolist()))
    areas = geometry.loc[concerned].to_crs(metric_crs(villages)).area
    enclaves, twins = [], []
    for (a, b), shared in zip(report.overlaps.tolist(), report.overlap_areas.tolist(), strict=True):
        inner, outer = (a, b) if areas[a] <= areas[b] else (b, a)
        if shared < _INSIDE * areas[inner]:
            continue
        if shared >= _INSIDE * areas[outer]:
            twins.append((a, b))
            continue
        enclaves.append((inner, outer))
    # Smallest first, so that an enclave within an enclave is cut out of both.
    for inner, outer in sorted(enclaves, key=lambda pair: float(areas[pair[0]])):
        rest = polygons_only(np.array([shapely.difference(geometry[outer], villages.geometry[inner])]))[0]
        if rest is not None:
            geometry.loc[outer] = rest
    return geometry, sorted(enclaves), sorted(twins)


def can_clean() -> bool:
    """Whether the installed GEOS can clean a coverage (3.14 and later).

    Examples
    --------
    >>> can_clean() == (shapely.geos_version >= (3, 14, 0))
    True
    """
    return bool(hasattr(shapely, "coverage_clean") and shapely.geos_version >= (3, 14, 0))


def clean_coverage(
    villages: gpd.GeoDataFrame, *, gap_width_m: float = GAP_WIDTH_M, guard: float = AREA_GUARD
) -> tuple[gpd.GeoSeries, pd.Index]:
    """Make the borders of neighbouring villages match, kabupaten by kabupaten.

    Overlaps go to the village with the longer border, and so do gaps narrower than `gap_width_m`
    (``shapely.coverage_clean``). Where that would change a village by more than `guard`, gaps are not closed;
    where it still would, the village keeps its original polygon.

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

    Examples
    --------
    >>> squares = [shapely.box(0, 0, 1000, 1000), shapely.box(1001, 0, 2000, 1000)]
    >>> index = ["9901012001", "9901012002"]
    >>> cracked = gpd.GeoDataFrame(geometry=squares, index=index, crs="EPSG:32748")
    >>> geometry, kept = clean_coverage(cracked)
    >>> len(kept)
    0
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
    """Return the metres of one unit of `crs`; for degrees at the equator, within two percent in Indonesia.

    Examples
    --------
    >>> import pyproj
    >>> metres_per_unit(pyproj.CRS("EPSG:32748")), metres_per_unit(pyproj.CRS("EPSG:4326"))
    (1.0, 111320.0)
    """
    return _METRES_PER_DEGREE if crs.is_geographic else float(crs.axis_info[0].unit_conversion_factor)
