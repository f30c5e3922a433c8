"""The land cut into small faces, and faces grown together into villages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from example_kabupaten.land import VILLAGE_AREA, Land
from example_kabupaten.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Mesh", "cut_faces", "grow", "relax", "spread_seeds"]

FACES_PER_VILLAGE = 5


@dataclass(frozen=True, kw_only=True)
class Mesh:
    """Faces of a planar cut and the segments between them; -1 stands for the outside."""

    polygons: NDArray[np.object_]
    segments: NDArray[np.float64]
    sides: NDArray[np.int64]
    wet: NDArray[np.bool_]

    def graph(self, *, toll: float = 1.0) -> coo_array:
        """Neighbouring faces, weighted by the distance of their centroids, dearer across water."""
        inner = (self.sides >= 0).all(axis=1)
        a, b = self.sides[inner].T
        centre = shapely.get_coordinates(shapely.centroid(self.polygons))
        cost = np.hypot(*(centre[a] - centre[b]).T) * np.where(self.wet[inner], toll, 1.0)
        n = len(self.polygons)
        key, first = np.unique(a * n + b, return_index=True)
        return coo_array((cost[first], (key // n, key % n)), shape=(n, n))


def _density(points: NDArray[np.float64], towns: NDArray[np.float64], spread: float) -> NDArray[np.float64]:
    """Relative number of villages per area: thick around the towns, thin far from them."""
    near = cKDTree(towns).query(points)[0] / spread
    return np.asarray(0.2 + 0.45 * np.exp(-((near / 0.11) ** 2)) + 0.35 * np.exp(-near / 0.35))


def _scatter(
    region: shapely.Geometry, count: int, towns: NDArray[np.float64], spread: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """`count` random points in `region`, thicker where villages are smaller."""
    west, south, east, north = region.bounds
    kept: list[NDArray[np.float64]] = []
    while sum(map(len, kept)) < count:
        points = rng.uniform((west, south), (east, north), (4 * count, 2))
        inside = shapely.contains_xy(region, points)
        dense = rng.random(len(points)) < _density(points, towns, spread)
        kept.append(points[inside & dense])
    return np.vstack(kept)[:count]


def relax(points: NDArray[np.float64], sample: NDArray[np.float64], rounds: int) -> NDArray[np.float64]:
    """Lloyd's iteration on a sample: every point moves to the mean of what is nearest to it."""
    for _ in range(rounds):
        owner = cKDTree(points).query(sample)[1]
        share = np.bincount(owner, minlength=len(points))
        mean = np.column_stack([np.bincount(owner, axis, len(points)) for axis in sample.T])
        points = np.where(share[:, None] > 0, mean / np.maximum(share, 1)[:, None], points)
    return points


def cut_faces(seed: int, land: Land, villages: int) -> tuple[Mesh, NDArray[np.int64]]:
    """Cut the land by Voronoi edges, shores and rivers; give the faces kept, and the part each lies on."""
    rng = stream(seed, "faces")
    spread = np.sqrt(villages * VILLAGE_AREA)
    around = shapely.union_all([part.buffer(0.12 * spread) for part in land.parts])
    count = int(villages * FACES_PER_VILLAGE * around.area / sum(part.area for part in land.parts))
    sample = _scatter(around, 12 * count, land.towns, spread, rng)
    centres = np.round(relax(sample[:count], sample, 2), 4)
    edges = shapely.voronoi_polygons(shapely.MultiPoint(centres), extend_to=around, only_edges=True)
    lines = shapely.union_all([edges, *land.shores, *land.rivers], grid_size=1e-3)
    polygons = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    inside = shapely.point_on_surface(polygons)
    part = np.full(len(polygons), -1)
    for number, region in enumerate(land.parts):
        part[shapely.contains(region, inside)] = number
    water = shapely.union_all([*land.shores, *land.rivers])
    mesh = _mesh(polygons[part >= 0], water)
    part = part[part >= 0]
    # a face cut off by the edge of the blob must not become a village without neighbours
    pieces = connected_components(mesh.graph(), directed=False)[1]
    keep = np.zeros(len(part), dtype=bool)
    for number in range(len(land.parts)):
        own = pieces[part == number]
        keep |= (part == number) & (pieces == np.bincount(own).argmax())
    return _mesh(mesh.polygons[keep], water), part[keep]


def _mesh(polygons: NDArray[np.object_], water: shapely.Geometry) -> Mesh:
    """Match the segments of neighbouring faces by their coordinates, which a planar cut makes equal."""
    rings = shapely.get_rings(polygons)
    owner = np.repeat(np.arange(len(polygons)), shapely.get_num_interior_rings(polygons) + 1)
    coordinates, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    start, end = coordinates[:-1][same], coordinates[1:][same]
    swap = (start[:, 0] > end[:, 0]) | ((start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1]))
    segment = np.where(swap[:, None], np.hstack((end, start)), np.hstack((start, end)))
    unique, index = np.unique(segment, axis=0, return_inverse=True)
    face = owner[ring[:-1][same]]
    order = np.argsort(index, kind="stable")
    first = np.searchsorted(index[order], np.arange(len(unique)))
    last = np.searchsorted(index[order], np.arange(len(unique)), side="right") - 1
    sides = np.column_stack((face[order[first]], np.where(first == last, -1, face[order[last]])))
    middle = shapely.points((unique[:, :2] + unique[:, 2:]) / 2)
    wet = shapely.dwithin(middle, water, 5e-3)
    return Mesh(polygons=polygons, segments=unique, sides=sides, wet=wet)


def spread_seeds(polygons: NDArray[np.object_], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Pick `count` distinct faces, spread out, none of them a sliver."""
    area = shapely.area(polygons)
    centre = shapely.get_coordinates(shapely.centroid(polygons))
    roundness = 4 * np.pi * area / shapely.length(polygons) ** 2 * (area > 0.05 * np.median(area))
    whole = np.flatnonzero(roundness >= min(0.5, np.sort(roundness)[-count]))
    start = centre[rng.choice(whole, count, replace=False)]
    goal = relax(start, centre[whole], 6)
    _, ranked = cKDTree(centre[whole]).query(goal, k=min(len(whole), 40))
    taken: dict[int, None] = {}
    for choices in np.reshape(ranked, (count, -1)):
        free = next((int(c) for c in choices if int(c) not in taken), None)
        taken[next(i for i in range(len(whole)) if i not in taken) if free is None else free] = None
    return whole[list(taken)]


def grow(
    graph: coo_array, seeds: NDArray[np.int64], handicap: NDArray[np.float64] | float = 0.0
) -> NDArray[np.int64]:
    """Give every node to the seed nearest by path; what a seed gets is connected, whatever the handicaps."""
    distance = dijkstra(graph, directed=False, indices=seeds)
    return np.asarray(np.argmin(np.round(distance, 9) + np.reshape(handicap, (-1, 1)), axis=0))
