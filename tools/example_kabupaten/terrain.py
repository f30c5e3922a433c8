"""An invented land: coast, rivers, an island, a part across a strait, and villages that share their borders.

The land is cut once into small faces by Voronoi edges, rivers and shores. Villages are grown from faces, and
kecamatan from villages, by shortest paths, so that each is in one piece by construction. The borders are then
taken as arcs between junctions and roughened once an arc, so that two neighbours share every vertex.
All work is in kilometres on a plane; only the finished arcs become degrees.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.spatial import cKDTree

from example_kabupaten.borders import roughen_arcs, to_km, trace_arcs
from example_kabupaten.land import DETACHED, ISLAND, MAINLAND, VILLAGE_AREA, draw_land
from example_kabupaten.mesh import cut_faces, grow, relax, spread_seeds
from example_kabupaten.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Terrain", "make_terrain"]

RIVER_TOLL = 12.0
"""How many times farther a face across a river seems to a growing village."""

BRIDGE_TOLL = 2.0
"""The same for a growing kecamatan, which does cross rivers now and then."""


@dataclass(frozen=True, kw_only=True)
class Terrain:
    """Villages of an invented land, before they have names.

    Attributes
    ----------
    polygons : array of shapely.Polygon, shape (n,)
        EPSG:4326, neighbours share every vertex of their border.
    xy : array of float, shape (n, 2)
        Centroids in km east and north of the middle.
    kecamatan : array of int, shape (n,)
        Kecamatan of each village, numbered from 0, each number used.
    part : array of int, shape (n,)
        0 mainland, 1 the part across the strait, 2 the island.
    town_distance : array of float, shape (n,)
        Kilometres from the capital town.
    coastal, riverside : array of bool, shape (n,)
        Whether the village has a shore or a river on its border.
    borders : array of int, shape (m, 2)
        Pairs of neighbouring villages.
    """

    polygons: NDArray[np.object_]
    xy: NDArray[np.float64]
    kecamatan: NDArray[np.int64]
    part: NDArray[np.int64]
    town_distance: NDArray[np.float64]
    coastal: NDArray[np.bool_]
    riverside: NDArray[np.bool_]
    borders: NDArray[np.int64]


def make_terrain(seed: int, *, villages: int, kecamatan: int) -> Terrain:
    """Invent a land of `villages` villages in `kecamatan` kecamatan.

    One kecamatan lies across a strait, one village is an island of its own; every other kecamatan is in one
    piece and holds between about half and one and a half times the mean number of villages.

    Examples
    --------
    >>> land = make_terrain(7, villages=30, kecamatan=3)
    >>> len(land.polygons), int(land.kecamatan.max()) + 1, bool(shapely.is_valid(land.polygons).all())
    (30, 3, True)
    """
    across = max(3, round(min(0.75 * villages / kecamatan, villages / 5)))
    land = draw_land(seed, villages, across)
    counts = (villages - across - 1, across, 1)
    faces, face_part = cut_faces(seed, land, villages)
    village_of_face = np.full(len(faces.polygons), -1)
    graph = faces.graph(toll=RIVER_TOLL)
    for number, (count, start) in enumerate(zip(counts, np.cumsum((0, *counts)), strict=False)):
        own = np.flatnonzero(face_part == number)
        seeds = own[spread_seeds(faces.polygons[own], count, stream(seed, "villages", number))]
        grown = grow(graph, seeds)
        village_of_face[own] = grown[own] + start
    arcs, sides, wet = trace_arcs(faces, village_of_face)
    roughened = roughen_arcs(arcs, sides, wet, seed)
    polygons = np.array(
        [
            shapely.build_area(shapely.multilinestrings(roughened[(sides == village).any(axis=1)]))
            for village in range(villages)
        ]
    )
    part = np.repeat((MAINLAND, DETACHED, ISLAND), counts)
    xy = to_km(shapely.get_coordinates(shapely.centroid(polygons)))
    inner = (sides >= 0).all(axis=1)
    coast = (sides < 0).any(axis=1) & wet
    borders, pair = np.unique(np.sort(sides[inner], axis=1), axis=0, return_inverse=True)
    bridged = np.bincount(pair, ~wet[inner]) == 0
    return Terrain(
        polygons=polygons,
        xy=xy,
        kecamatan=_kecamatan(xy, part, borders, bridged, kecamatan, seed),
        part=part,
        town_distance=np.hypot(*(xy - land.towns[0]).T),
        coastal=np.isin(np.arange(villages), sides[coast]),
        riverside=np.isin(np.arange(villages), sides[inner & wet]),
        borders=borders,
    )


def _kecamatan(
    xy: NDArray[np.float64],
    part: NDArray[np.int64],
    borders: NDArray[np.int64],
    bridged: NDArray[np.bool_],
    count: int,
    seed: int,
) -> NDArray[np.int64]:
    """Group villages: one kecamatan across the strait, the rest on the mainland, numbered from the north."""
    n = len(xy)
    length = np.hypot(*(xy[borders[:, 0]] - xy[borders[:, 1]]).T) * np.where(bridged, BRIDGE_TOLL, 1.0)
    graph = coo_array((length, (borders[:, 0], borders[:, 1])), shape=(n, n))
    label = np.full(n, count - 1)
    main = np.flatnonzero(part == MAINLAND)
    inner = graph.tocsr()[main][:, main].tocoo()
    label[main] = _balanced(inner, xy[main], count - 1, n / count, stream(seed, "kecamatan"))
    island = part == ISLAND
    label[island] = label[main[cKDTree(xy[main]).query(xy[island])[1]]]
    north = np.array([xy[label == k, 1].mean() for k in range(count)])
    rank = np.argsort(np.argsort(-north, kind="stable"), kind="stable")
    return np.asarray(rank[label])


def _balanced(
    graph: coo_array, xy: NDArray[np.float64], count: int, mean: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Group villages, connected, in sizes between about half and one and a half times `mean`.

    Grown from spread seeds; handicaps grow for groups above their target size and shrink for those below.
    """
    low, high = max(2, int(0.55 * mean)), int(np.ceil(1.5 * mean))
    target = rng.uniform(0.72, 1.28, count)
    target *= len(xy) / target.sum()
    goal = relax(xy[rng.choice(len(xy), count, replace=False)], xy, 20)
    seeds = np.unique(cKDTree(xy).query(goal)[1])
    spare = np.setdiff1d(np.arange(len(xy)), seeds)
    seeds = np.concatenate((seeds, spare[: count - len(seeds)]))
    handicap = np.zeros(count)
    step = np.sqrt(VILLAGE_AREA) * 0.6
    best, best_cost = np.zeros(len(xy), dtype=np.int64), np.inf
    for _ in range(150):
        label = grow(graph, seeds, handicap)
        size = np.bincount(label, minlength=count)
        cost = (np.maximum(low - size, 0) + np.maximum(size - high, 0)).sum() * 1000 + (
            (size - target) ** 2
        ).sum()
        if cost < best_cost:
            best, best_cost = label, cost
        handicap += step * (size / target - 1.0)
        step *= 0.98
    return best
