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
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from lokus.datasets.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "DECIMALS",
    "DETACHED",
    "ISLAND",
    "MAINLAND",
    "VILLAGE_AREA",
    "Land",
    "Mesh",
    "Terrain",
    "make_terrain",
]


# FOLDED: Shores, rivers and towns of an invented land, in kilometres on a plane.


MAINLAND, DETACHED, ISLAND = 0, 1, 2

VILLAGE_AREA = 18.0
"""Mean area of a village in km², as in a lowland kabupaten of Sumatra or Kalimantan."""


@dataclass(frozen=True, kw_only=True)
class Land:
    """Shores, rivers and towns in km; `parts` are the land masses, in the order of their numbers."""

    parts: tuple[shapely.Polygon, ...]
    shores: tuple[shapely.LineString, ...]
    rivers: tuple[shapely.LineString, ...]
    towns: NDArray[np.float64]


def draw_land(seed: int, villages: int, across: int) -> Land:
    """Shores and rivers: a coast in the west, land to the east, a part across a strait, an island."""
    rng = stream(seed, "land")
    size = np.sqrt(villages * VILLAGE_AREA)
    coast_y = np.linspace(-1.2, 1.2, 9) * size
    coast_x = (-0.52 + 0.05 * rng.standard_normal(9) + 0.08 * np.cos(np.linspace(-2.5, 4.0, 9))) * size
    coast = fractal(np.column_stack((coast_x, coast_y)), rng, roughness=0.16, spacing=size / 40)
    east = [(3 * size, coast[-1, 1]), (3 * size, coast[0, 1])]
    continent = shapely.Polygon(np.vstack((coast, east))).buffer(0)
    mainland = _blob(rng, (0.1 * size, 0.0), (0.72 * size, 0.54 * size), bend=0.42).intersection(continent)
    strait = continent.buffer(0.045 * size)
    north, south = 0.3 * size, -0.32 * size
    shore = np.interp((north, south), coast[:, 1], coast[:, 0])
    reach = np.sqrt(1.7 * across * VILLAGE_AREA / np.pi)  # the strait takes its share
    detached = _blob(rng, (shore[0] - 0.75 * reach, north), (0.85 * reach, 1.3 * reach)).difference(strait)
    islet = 0.55 * np.sqrt(VILLAGE_AREA)
    apart = shapely.union_all([strait, detached.buffer(0.045 * size)])
    island = _blob(rng, (shore[1] - 0.12 * size - islet, south), (islet, 0.75 * islet)).difference(apart)
    parts = tuple(_largest(part) for part in (mainland, detached, island))
    rivers = tuple(_river(rng, size, coast, mouth) for mouth in (-0.24, 0.12))
    shores = (shapely.LineString(coast), parts[DETACHED].exterior, parts[ISLAND].exterior)
    towns = np.array(
        [
            rivers[0].interpolate(0.36, normalized=True).coords[0],
            rivers[1].interpolate(0.55, normalized=True).coords[0],
        ]
    )
    return Land(parts=parts, shores=shores, rivers=rivers, towns=towns)


def _river(
    rng: np.random.Generator, size: float, coast: NDArray[np.float64], mouth: float
) -> shapely.LineString:
    """Lead a river in bends from beyond the eastern border to the sea."""
    x = np.linspace(0.95, np.interp(mouth * size, coast[:, 1], coast[:, 0]) / size - 0.04, 12)
    drift = np.cumsum(rng.normal(0.0, 0.035, 12))
    y = mouth + (drift - drift[-1]) * np.linspace(1.0, 0.0, 12) ** 0.5 + 0.12 * mouth * np.linspace(1, 0, 12)
    return shapely.LineString(fractal(np.column_stack((x, y)) * size, rng, roughness=0.2, spacing=size / 60))


def _blob(
    rng: np.random.Generator, centre: tuple[float, float], radii: tuple[float, float], *, bend: float = 0.22
) -> shapely.Polygon:
    """Draw a closed curve about an ellipse, bent by a few harmonics and roughened."""
    angle = np.linspace(0.0, 2 * np.pi, 25)[:-1]
    waves = np.arange(2, 6)
    swing = (rng.choice((-1, 1), 4) * rng.uniform(0.5, 1.0, 4) * bend / waves)[:, None] * np.cos(
        np.outer(waves, angle) + rng.uniform(0.0, 2 * np.pi, 4)[:, None]
    )
    radius = 1.0 + swing.sum(axis=0)
    ring = np.column_stack((np.cos(angle), np.sin(angle))) * radius[:, None] * radii + centre
    ring = np.vstack((ring, ring[:1]))
    return _largest(shapely.Polygon(fractal(ring, rng, roughness=0.13, spacing=max(radii) / 20)).buffer(0))


def _largest(geometry: shapely.Geometry) -> shapely.Polygon:
    pieces = shapely.get_parts(geometry)
    biggest = pieces[np.argmax(shapely.area(pieces))]
    return shapely.Polygon(biggest.exterior)


def fractal(
    line: NDArray[np.float64], rng: np.random.Generator, *, roughness: float, spacing: float
) -> NDArray[np.float64]:
    """Midpoint displacement (Fournier, Fussell & Carpenter 1982) until no segment exceeds `spacing`."""
    while True:
        step = np.diff(line, axis=0)
        length = np.hypot(*step.T)
        long = np.flatnonzero(length > spacing)
        if long.size == 0:
            return line
        across = np.column_stack((-step[:, 1], step[:, 0]))[long]
        shift = np.clip(rng.standard_normal(long.size), -2.0, 2.0) * roughness
        middle = (line[long] + line[long + 1]) / 2 + across * shift[:, None]
        line = np.insert(line, long + 1, middle, axis=0)


# FOLDED: Borders as arcs between junctions, each made natural once, so that neighbours share every vertex.


DECIMALS = 6
"""Decimals of a written coordinate in degrees: about 0.1 m, and the same on every machine."""

ORIGIN = (109.5, -4.5)
"""Longitude and latitude of the middle: open water of the Java Sea, so that no real land lies underneath."""

KM_PER_DEGREE = (111.32 * np.cos(np.radians(ORIGIN[1])), 110.574)


def trace_arcs(
    faces: Mesh, village: NDArray[np.int64]
) -> tuple[list[NDArray[np.float64]], NDArray[np.int64], NDArray[np.bool_]]:
    """Trace village borders between junctions; give also the villages on both sides, and which are water."""
    owner = np.append(village, -1)[faces.sides]
    border = owner[:, 0] != owner[:, 1]
    segments, owner, wet = faces.segments[border], owner[border], faces.wet[border]
    lines = shapely.linestrings(segments.reshape(-1, 2, 2))
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines)))
    arcs = [shapely.get_coordinates(line) for line in merged]
    key = {tuple(sorted((tuple(s[:2]), tuple(s[2:])))): i for i, s in enumerate(segments.tolist())}
    chosen = []
    for arc in arcs:
        middle = len(arc) // 2
        chosen.append(key[tuple(sorted((tuple(arc[middle - 1].tolist()), tuple(arc[middle].tolist()))))])
    return arcs, owner[chosen], wet[chosen]


def roughen_arcs(
    arcs: list[NDArray[np.float64]], sides: NDArray[np.int64], wet: NDArray[np.bool_], seed: int
) -> NDArray[np.object_]:
    """Roughen every arc, in degrees; arcs that would cross or touch are calmed until none does."""
    strength = np.ones(len(arcs))
    lines = np.empty(len(arcs), dtype=object)
    todo = np.arange(len(arcs))
    character = stream(seed, "character").choice([0.04, 0.11, 0.16], len(arcs), p=[0.2, 0.4, 0.4])
    outer = (sides < 0).any(axis=1)
    rough = np.where(wet, np.where(outer, 0.17, 0.21), character)
    while todo.size:
        for i in todo:
            lines[i] = _roughen(arcs[i], strength[i], stream(seed, "arc", int(i)), rough[i], wet[i])
        todo = _tangled(lines)
        todo = todo[strength[todo] > 0]
        strength[todo] = np.where(strength[todo] < 0.1, 0.0, strength[todo] / 2)
    return lines


def _roughen(
    arc: NDArray[np.float64], strength: float, rng: np.random.Generator, rough: float, wet: bool
) -> shapely.LineString:
    if strength == 0:
        return shapely.LineString(to_degrees(arc))
    if not wet:
        arc = _cut_corners(arc)
    return shapely.LineString(
        to_degrees(fractal(arc, rng, roughness=rough * strength, spacing=0.75 if wet else 0.95))
    )


def _cut_corners(line: NDArray[np.float64]) -> NDArray[np.float64]:
    """One round of Chaikin's corner cutting that keeps both ends."""
    if len(line) < 3:
        return line
    quarter = 0.75 * line[:-1] + 0.25 * line[1:]
    three_quarters = 0.25 * line[:-1] + 0.75 * line[1:]
    inner = np.stack((quarter, three_quarters), axis=1).reshape(-1, 2)[1:-1]
    return np.vstack((line[:1], inner, line[-1:]))


def _tangled(lines: NDArray[np.object_]) -> NDArray[np.int64]:
    """Arcs that cross themselves, or meet another arc anywhere but at a common end."""
    ends = shapely.multipoints(np.stack((shapely.get_point(lines, 0), shapely.get_point(lines, -1)), axis=1))
    a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
    a, b = a[a < b], b[a < b]
    common = shapely.intersection(ends[a], ends[b])
    wrong = ~shapely.equals(shapely.intersection(lines[a], lines[b]), common)
    return np.union1d(np.flatnonzero(~shapely.is_simple(lines)), np.concatenate((a[wrong], b[wrong])))


def to_degrees(km: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn kilometres from the middle into longitude and latitude, rounded as they are written."""
    return np.asarray(np.round(km / KM_PER_DEGREE + ORIGIN, DECIMALS))


def to_km(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn longitude and latitude into kilometres east and north of the middle."""
    return np.asarray((degrees - ORIGIN) * KM_PER_DEGREE)


# FOLDED: The land cut into small faces, and faces grown together into villages.


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
