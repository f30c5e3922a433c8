"""Group the parts of a kabupaten, and find those far enough away for an inset."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Bodies", "Detached", "Extent", "find_bodies", "find_detached", "split_bodies"]

Extent = tuple[float, float, float, float]
_LINK = 0.04  # parts nearer to each other than this share of the longer side belong together
_LEAST_GAIN = 1.25  # an inset must make the main map this much larger
_MOST_AREA = 0.25  # and hold no more than this share of the area


@dataclass(frozen=True, kw_only=True, eq=False)
class Detached:
    """Parts of a kabupaten in groups: number 0 stays on the main map, each further one goes to an inset.

    Parameters
    ----------
    parts : array of polygons
        All parts, in metres.
    group : array of int
        Group of each part.
    extents : tuple of (west, south, east, north)
        Extent of each group.
    """

    parts: npt.NDArray[Any]
    group: npt.NDArray[np.int64]
    extents: tuple[Extent, ...]

    def distance(self, group: int) -> float:
        """Metres between a group and what is on the main map."""
        near = shapely.STRtree(self.parts[self.group == 0])
        _pairs, metres = near.query_nearest(
            self.parts[self.group == group], return_distance=True, all_matches=False
        )
        return float(metres.min())

    def group_of(self, shapes: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """Group of polygons by the nearest part."""
        if len(self.extents) == 1:
            return np.zeros(len(shapes), dtype=np.int64)
        points = shapely.point_on_surface(shapes)
        return np.asarray(self.group[shapely.STRtree(self.parts).nearest(points)])


@dataclass(frozen=True, kw_only=True, eq=False)
class Bodies:
    """Parts of a kabupaten, grouped into bodies by distance.

    Parameters
    ----------
    parts, coarse : array of polygons
        All parts, in metres; the same with little detail.
    cluster : array of int
        Body of each part.
    """

    parts: npt.NDArray[Any]
    coarse: npt.NDArray[Any]
    cluster: npt.NDArray[np.int64]

    @property
    def together(self) -> Detached:
        """All parts on one map."""
        group = np.zeros(len(self.parts), dtype=np.int64)
        return Detached(parts=self.parts, group=group, extents=(_extent(self.parts),))

    @property
    def reach(self) -> float:
        """Longer side of the whole, in metres."""
        west, south, east, north = _extent(self.parts)
        return max(east - west, north - south)

    @cached_property
    def by_distance(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Bodies from the largest one to the farthest from it, and the share of the area beyond each."""
        count = int(self.cluster.max()) + 1
        bodies = [shapely.GeometryCollection(self.coarse[self.cluster == n].tolist()) for n in range(count)]
        areas = np.array([shapely.area(body) for body in bodies])
        main = int(np.argmax(areas))
        away = np.array([shapely.distance(bodies[main], body) for body in bodies])
        order = np.lexsort((np.arange(count), away))
        return order, 1 - np.cumsum(areas[order]) / areas.sum()


def find_bodies(shapes: npt.NDArray[Any]) -> Bodies:
    """Group the parts of polygons in metres, None among them, by what lies together.

    Examples
    --------
    >>> island = shapely.box(90, 0, 91, 1)
    >>> bodies = find_bodies(np.array([shapely.box(0, 0, 20, 10), shapely.box(20, 0, 30, 10), island, None]))
    >>> bodies.cluster.tolist(), bodies.reach
    ([0, 0, 1], 91.0)
    """
    parts = shapely.get_parts([shape for shape in shapes if shape is not None])
    west, south, east, north = _extent(parts)
    reach = max(east - west, north - south)
    coarse = shapely.simplify(parts, reach / 500)
    return Bodies(parts=parts, coarse=coarse, cluster=_linked(coarse, _LINK * reach))


def find_detached(shapes: npt.NDArray[Any], *, scale_of: Callable[[float, float], float]) -> Detached:
    """Group the parts of a kabupaten by what its main map should show and what is better in an inset.

    Parameters
    ----------
    shapes : array of polygons or None
        In metres.
    scale_of : callable
        Metres per millimetre that fit a width and a height in metres onto the page.

    Returns
    -------
    Detached
        One group only, unless leaving far parts out makes the main map at least 1.25 times as large and
        these hold at most a quarter of the area.

    Examples
    --------
    >>> island = shapely.box(90, 0, 91, 1)
    >>> found = find_detached(np.array([shapely.box(0, 0, 20, 10), island]), scale_of=lambda w, h: max(w, h))
    >>> found.group.tolist(), found.extents[0]
    ([0, 1], (0.0, 0.0, 20.0, 10.0))
    """
    return split_bodies(find_bodies(shapes), scale_of=scale_of)


def split_bodies(
    bodies: Bodies, *, scale_of: Callable[[float, float], float], most_groups: int = 4
) -> Detached:
    """Choose what goes to insets, see :func:`find_detached`; with more than `most_groups` there are none.

    Examples
    --------
    >>> bodies = find_bodies(np.array([shapely.box(0, 0, 20, 10), shapely.box(90, 0, 91, 1)]))
    >>> split_bodies(bodies, scale_of=max).group.tolist()
    [0, 1]
    """
    parts, cluster, together = bodies.parts, bodies.cluster, bodies.together
    count = int(cluster.max()) + 1
    if count == 1:
        return together
    order, outside = bodies.by_distance
    full = _scale(together.extents[0], scale_of)
    gains = np.array(
        [full / _scale(_extent(parts[np.isin(cluster, order[: k + 1])]), scale_of) for k in range(count)]
    )
    allowed = (gains >= _LEAST_GAIN) & (outside <= _MOST_AREA)
    if not allowed.any():
        return together
    # Return to the main map the bodies of the best split that hardly reduce its scale.
    best = int(np.flatnonzero(allowed & (gains == gains[allowed].max()))[0])
    least = max(_LEAST_GAIN, 0.9 * float(gains[best]))
    kept = list(order[: best + 1])
    for number in order[best + 1 :]:
        if full / _scale(_extent(parts[np.isin(cluster, [*kept, number])]), scale_of) >= least:
            kept.append(number)
    far = np.flatnonzero(~np.isin(cluster, kept))
    group = np.zeros(len(parts), dtype=np.int64)
    group[far] = 1 + _linked(bodies.coarse[far], 0.25 * bodies.reach)
    extents = tuple(_extent(parts[group == number]) for number in range(int(group.max()) + 1))
    return Detached(parts=parts, group=group, extents=extents) if len(extents) <= most_groups else together


def _extent(parts: Any) -> Extent:
    west, south, east, north = shapely.total_bounds(parts)
    return float(west), float(south), float(east), float(north)


def _scale(extent: Extent, scale_of: Callable[[float, float], float]) -> float:
    return float(scale_of(extent[2] - extent[0], extent[3] - extent[1]))


def _linked(shapes: npt.NDArray[Any], distance: float) -> npt.NDArray[np.int64]:
    """Give the group of each shape: joined by steps of at most `distance`, numbered by first member.

    Shapes with a corner in the same square of that diagonal are near enough by themselves: only squares are
    compared, of which there are few however many islands a country has.
    """
    corner = shapely.get_coordinates(shapely.get_point(shapely.get_exterior_ring(shapes), 0))
    square = np.floor(corner / (distance / np.sqrt(2))).astype(np.int64)
    _squares, place = np.unique(square, axis=0, return_inverse=True)
    order = np.argsort(place, kind="stable")
    joined = shapely.multipolygons(shapes[order], indices=place[order])
    a, b = shapely.STRtree(joined).query(joined, predicate="dwithin", distance=distance)
    graph = coo_array((np.ones(len(a), dtype=bool), (a, b)), shape=(len(joined), len(joined)))
    found = connected_components(graph, directed=False)[1][place]
    _names, first, number = np.unique(found, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number].astype(np.int64)
