"""Shared arcs: polygons cut where borders meet, each border kept once.

A border between two villages is one arc, so simplifying and rounding it moves it for both and opens no
slit. Unlike a coverage operation this never fails on cracked borders: what does not coincide on the grid
is simply not shared. The idea is TopoJSON's (Bostock 2012).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from lokus.show.geometry import polygonal

__all__ = ["Topology", "build_topology", "simplify_shared"]

Ints = npt.NDArray[np.int64]
Ring = tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Topology:
    """Polygons as references to shared arcs on an integer grid.

    Parameters
    ----------
    arcs : tuple of int arrays of shape (n, 2)
        Grid positions, each border once.
    polygons : tuple
        For every geometry its parts, each a tuple of rings (the outer one first), each a tuple of arc
        numbers; ``~k`` is arc ``k`` read backwards. A geometry without polygon has no parts.
    origin : (float, float)
        Coordinates of grid position (0, 0).
    grid : float
        Size of a grid step in the unit of the coordinates.
    """

    arcs: tuple[Ints, ...]
    polygons: tuple[tuple[tuple[Ring, ...], ...], ...]
    origin: tuple[float, float]
    grid: float

    @property
    def points(self) -> int:
        """Number of grid positions stored."""
        return sum(len(arc) for arc in self.arcs)

    def ring(self, ring: Ring) -> Ints:
        """Give the closed grid outline of a ring, shape (n, 2)."""
        pieces = [self.arcs[k] if k >= 0 else self.arcs[~k][::-1] for k in ring]
        return np.vstack([pieces[0], *[piece[1:] for piece in pieces[1:]]])

    def simplify(self, tolerance: float) -> Topology:
        """Thin out every arc by Douglas–Peucker; a polygon that would vanish keeps its full outline.

        Parameters
        ----------
        tolerance : float
            In the unit of the coordinates.
        """
        if not self.arcs:
            return self
        lengths = [len(arc) for arc in self.arcs]
        full = shapely.linestrings(np.vstack(self.arcs), indices=np.repeat(np.arange(len(lengths)), lengths))
        lines = shapely.simplify(full, tolerance / self.grid, preserve_topology=False)
        points = np.rint(shapely.get_coordinates(lines)).astype(np.int64)
        thin = np.split(points, np.cumsum(shapely.get_num_coordinates(lines))[:-1])
        thinned = replace(self, arcs=tuple(thin))
        for parts in self.polygons:
            if parts and not any(_has_area(thinned.ring(part[0])) for part in parts):
                for k in (k if k >= 0 else ~k for part in parts for ring in part for k in ring):
                    thin[k] = self.arcs[k]
        return replace(self, arcs=tuple(thin))

    def geometries(self) -> npt.NDArray[Any]:
        """Polygons in coordinates again, valid; None for a geometry without polygon."""
        shapes = np.empty(len(self.polygons), dtype=object)
        for place, parts in enumerate(self.polygons):
            polygons = []
            for part in parts:
                rings = [self.ring(ring) for ring in part]
                kept = [ring * self.grid + self.origin for ring in rings if _has_area(ring)]
                if kept and _has_area(rings[0]):
                    polygons.append(shapely.Polygon(kept[0], kept[1:]))
            if polygons:
                shape = polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)
                shapes[place] = shape if shape.is_valid else polygonal([shapely.make_valid(shape)])[0]
        return shapes


def _has_area(ring: Ints) -> bool:
    if len(ring) < 4:
        return False
    x, y = (ring - ring[0]).T
    return bool(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) != 0)


def build_topology(geometries: npt.NDArray[Any], grid: float) -> Topology:
    """Round polygons to a grid and cut them into shared arcs.

    Parameters
    ----------
    geometries : array of polygons or None
        In a projected CRS.
    grid : float
        Size of a grid step, in the unit of the coordinates.

    Returns
    -------
    Topology

    Examples
    --------
    >>> two = np.array([shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)])
    >>> topology = build_topology(two, 0.01)
    >>> len(topology.arcs), topology.points
    (3, 10)
    """
    parts, owner = shapely.get_parts(polygonal(geometries), return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    coordinates, ring_of = shapely.get_coordinates(rings, return_index=True)
    origin = coordinates.min(axis=0) if len(coordinates) else np.zeros(2)
    cells = np.rint((coordinates - origin) / grid).astype(np.int64)
    moved = np.append(True, np.any(np.diff(cells, axis=0) != 0, axis=1) | (np.diff(ring_of) != 0))[
        : len(cells)
    ]
    cells, ring_of = cells[moved], ring_of[moved]
    vertices, vertex = np.unique(cells, axis=0, return_inverse=True)
    vertex = vertex.reshape(-1)
    junction = _junctions(vertex, ring_of, len(vertices))

    arcs: list[Ints] = []
    known: dict[bytes, int] = {}
    polygons: list[list[list[Ring]]] = [[] for _geometry in geometries]
    starts = np.searchsorted(ring_of, np.arange(len(rings) + 1))
    last_part = -1
    for number in range(len(rings)):
        chain = vertex[starts[number] : starts[number + 1]]
        references = tuple(_reference(arc, vertices, arcs, known) for arc in _cut(chain, junction))
        new_part = part_of[number] != last_part
        last_part = int(part_of[number])
        if new_part:
            polygons[owner[last_part]].append([])
        if references:
            polygons[owner[last_part]][-1].append(references)
    return Topology(
        arcs=tuple(arcs), polygons=tuple(tuple(tuple(part) for part in parts if part) for parts in polygons),
        origin=(float(origin[0]), float(origin[1])), grid=grid,
    )  # fmt: skip


def _junctions(vertex: Ints, ring_of: Ints, count: int) -> npt.NDArray[np.bool_]:
    """Vertices with other than two neighbours: there a border begins, ends or splits."""
    same = np.diff(ring_of) == 0
    first, second = vertex[:-1][same], vertex[1:][same]
    edges = np.unique(np.sort(np.column_stack([first, second]), axis=1), axis=0)
    return np.asarray(np.bincount(edges.ravel(), minlength=count) != 2)


def _cut(chain: Ints, junction: npt.NDArray[np.bool_]) -> list[Ints]:
    """Arcs of a closed chain of vertices; none when the ring has collapsed on the grid."""
    if not np.any((chain != chain[0]) & (chain != chain[1 % len(chain)])):  # fewer than three places
        return []
    body = chain[:-1]
    cuts = np.flatnonzero(junction[body])
    start = int(cuts[0]) if len(cuts) else int(np.argmin(body))
    body = np.roll(body, -start)
    closed = np.append(body, body[0])
    ends = np.append(cuts - start, len(body)) if len(cuts) else np.array([0, len(body)])
    return [closed[a : b + 1] for a, b in pairwise(ends)]


def _reference(arc: Ints, vertices: Ints, arcs: list[Ints], known: dict[bytes, int]) -> int:
    key, backwards = arc.tobytes(), arc[::-1].tobytes()
    if key in known:
        return known[key]
    if backwards in known:
        return ~known[backwards]
    known[key] = len(arcs)
    arcs.append(vertices[arc])
    return known[key]


def simplify_shared(geometries: npt.NDArray[Any], tolerance: float) -> npt.NDArray[Any]:
    """Simplify polygons so that a border shared before is shared after.

    Parameters
    ----------
    geometries : array of polygons or None
        Anything not polygonal is left out of its geometry.
    tolerance : float
        In the unit of the coordinates, above 0.

    Returns
    -------
    array
        Same length, None where there was no polygon.
    """
    shapes = build_topology(geometries, tolerance / 8).simplify(tolerance).geometries()
    for place, shape in enumerate(shapes):
        if shape is None:  # smaller than the grid
            shapes[place] = polygonal([geometries[place]])[0]
    return shapes
