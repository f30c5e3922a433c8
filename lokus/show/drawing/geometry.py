"""Prepare village polygons for drawing: metric, polygons only, as paths."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely
from matplotlib.path import Path

from lokus.i18n import gettext as _
from lokus.places.boundary_coverage import utm_crs

if TYPE_CHECKING:
    from collections.abc import Sequence

    import geopandas as gpd

__all__ = [
    "Sketch",
    "compound_path",
    "crs_line",
    "polygonal",
    "smaller_above",
    "to_metric",
    "without_slivers",
]

Floats = npt.NDArray[np.float64]


def to_metric(frame: gpd.GeoDataFrame | gpd.GeoSeries, crs: Any = None) -> Any:
    """Reproject to a metric CRS: the one given, or the UTM zone of the data.

    Raises
    ------
    ValueError
        The frame has no CRS, or no geometry to estimate a zone from.

    Examples
    --------
    >>> import geopandas as gpd
    >>> village = gpd.GeoSeries([shapely.box(104.0, -3.5, 104.1, -3.4)], crs=4326)
    >>> to_metric(village).crs.to_epsg()
    32748
    """
    if frame.crs is None:
        raise ValueError("the geometries have no CRS; set it before drawing")
    if crs is None:
        present = frame.geometry[~(frame.geometry.isna() | frame.geometry.is_empty)]
        if present.empty:
            raise ValueError("no village has a polygon, so there is nothing to draw")
        crs = utm_crs(present)
    return frame.to_crs(crs)


def crs_line(crs: Any) -> str:
    """Projection and datum as printed on a map, the zone in the reader's language.

    Examples
    --------
    >>> from pyproj import CRS
    >>> crs_line(CRS(32749))
    'Proyeksi dan datum: WGS 84 / UTM Zona 49S (EPSG:32749)'
    """
    zone = re.fullmatch(r"(.*UTM) zone (\w+)", crs.name)
    name = _("{system} zone {zone}").format(system=zone[1], zone=zone[2]) if zone else crs.name
    return _("Projection and datum: {crs} ({code})").format(crs=name, code=crs.to_string())


def polygonal(geometries: Sequence[Any] | npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Keep the polygon parts of each geometry; None where there is none.

    Examples
    --------
    >>> mixed = shapely.GeometryCollection([shapely.box(0, 0, 2, 1), shapely.Point(5, 5)])
    >>> [None if shape is None else shape.area for shape in polygonal([mixed, shapely.Point(0, 0), None])]
    [2.0, None, None]
    """
    given = np.asarray(geometries, dtype=object)
    parts, owner = shapely.get_parts(given, return_index=True)
    areas = (shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & ~shapely.is_empty(parts)
    parts, owner = parts[areas], owner[areas]
    count = np.bincount(owner, minlength=len(given))
    kept = np.empty(len(given), dtype=object)
    single = count[owner] == 1
    kept[owner[single]] = parts[single]
    many, number = np.unique(owner[~single], return_inverse=True)
    if len(many):
        kept[many] = shapely.multipolygons(parts[~single], indices=number)
    return kept


def smaller_above(geometries: Sequence[Any] | npt.NDArray[Any], *, thinnest: float = 0.0) -> npt.NDArray[Any]:
    """Return polygon parts without overlaps: where two villages overlap, the smaller one stays complete.

    Print, atlas and web page draw classes in different orders; without this each would show another village
    in an overlap of more than a square metre.

    Parameters
    ----------
    geometries : sequence of shapely geometries or None
        In metres.
    thinnest : float
        Overlaps of less than this mean width, in metres, are left as they are: what is thinner than a dot of
        the drawing cannot be seen, and raw boundaries of a country have a hundred thousand of them.

    Returns
    -------
    numpy.ndarray of shapely geometries or None

    Examples
    --------
    >>> shapes = smaller_above([shapely.box(0, 0, 9, 9), shapely.box(2, 2, 4, 4), None])
    >>> shapes[0].area, shapes[1].area, shapes[2]
    (77.0, 4.0, None)
    >>> shapes = smaller_above([shapely.box(0, 0, 9, 9), shapely.box(8, 0, 12, 9)], thinnest=2.0)
    >>> shapes[0].area, shapes[1].area
    (81.0, 36.0)
    """
    shapes = polygonal(geometries)
    there = np.flatnonzero(~shapely.is_missing(shapes))
    if len(there) < 2 or shapely.coverage_is_valid(shapes[there]):
        return shapes
    drawn = shapes[there]
    if thinnest:  # borders that move by half the width make no overlap of that width
        drawn = shapely.simplify(drawn, thinnest / 2, preserve_topology=False)
    sound = shapely.make_valid(drawn, method="structure", keep_collapsed=False)
    first, second = shapely.STRtree(sound).query(sound, predicate="intersects")
    first, second = first[first < second], second[first < second]
    common = shapely.intersection(sound[first], sound[second])
    over = shapely.area(common) > np.maximum(1.0, thinnest / 2 * shapely.length(common))
    areas = shapely.area(sound)
    for a, b in zip(first[over], second[over], strict=True):
        large, small = (a, b) if areas[a] > areas[b] else (b, a)
        # It may be cut already, or drawn across itself.
        whole, part = shapely.make_valid(
            [shapes[there[large]], shapes[there[small]]], method="structure", keep_collapsed=False
        )
        rest = polygonal([shapely.difference(whole, part)])[0]
        if rest is not None:
            shapes[there[large]] = rest
    return shapes


def without_slivers(geometries: npt.NDArray[Any], least: float) -> npt.NDArray[Any]:
    """Fill the holes of polygons that are smaller than an area, such as slits left by cracked borders.

    Examples
    --------
    >>> ring = shapely.Polygon(shapely.box(0, 0, 9, 9).exterior, [shapely.box(1, 1, 2, 8).exterior])
    >>> without_slivers(np.array([ring]), 8.0)[0].area
    81.0
    """
    parts, owner = shapely.get_parts(polygonal(geometries), return_index=True)
    filled = np.array(
        [
            shapely.Polygon(part.exterior, [r for r in part.interiors if shapely.Polygon(r).area >= least])
            for part in parts
        ],
        dtype=object,
    )
    result = np.empty(len(geometries), dtype=object)
    for place in np.unique(owner):
        mine = filled[owner == place]
        result[place] = mine[0] if len(mine) == 1 else shapely.MultiPolygon(mine.tolist())
    return result


def compound_path(geometries: Sequence[Any] | npt.NDArray[Any]) -> Path:
    """One matplotlib path of many polygons with their holes; renderers draw it at once.

    Examples
    --------
    >>> compound_path([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 3, 1)]).vertices.shape
    (10, 2)
    """
    present = [g for g in geometries if g is not None]
    if not present:
        return Path(np.empty((0, 2)), np.empty(0, dtype=np.uint8))
    # Exteriors one way round, holes the other: the non-zero rule of PDF then leaves holes open.
    parts = shapely.normalize(shapely.get_parts(present))
    rings = shapely.get_rings(parts)
    coordinates, ring_of = shapely.get_coordinates(rings, return_index=True)
    codes = np.full(len(coordinates), Path.LINETO, dtype=np.uint8)
    starts = np.flatnonzero(np.diff(ring_of, prepend=-1))
    codes[starts] = Path.MOVETO
    codes[np.append(starts[1:], len(coordinates)) - 1] = Path.CLOSEPOLY
    return Path(coordinates, codes)


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """From metres on the ground to millimetres on the sheet.

    Parameters
    ----------
    scale : float
        Metres per millimetre.
    east, north : float
        Ground coordinates shown at `x`, `y` on the sheet.
    x, y : float
        Millimetres.
    """

    scale: float
    east: float
    north: float
    x: float
    y: float

    def place(self, points: Floats) -> Floats:
        """Sheet positions of ground points, shape (n, 2)."""
        return (np.asarray(points, dtype=float) - (self.east, self.north)) / self.scale + (self.x, self.y)

    def ground(self, points: Floats) -> Floats:
        """Ground coordinates of sheet positions, shape (n, 2)."""
        return (np.asarray(points, dtype=float) - (self.x, self.y)) * self.scale + (self.east, self.north)

    def draw(self, geometries: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Geometries moved to the sheet; None stays None."""
        return np.asarray(shapely.transform(geometries, self.place), dtype=object)
