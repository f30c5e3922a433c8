"""Convert polygons to shared arcs, so that each common border is stored once.

A border between two villages is one arc, so simplifying and rounding it moves it for both and opens no
slit. Unlike a coverage operation this never fails on cracked borders: what does not coincide on the grid
is simply not shared. The idea is TopoJSON's (Bostock 2012).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from lokus.show.drawing.geometry import polygonal

__all__ = ["Cut", "Topology", "build_topology", "simplify_shared"]


def find_junctions(vertex: Ints, ring_of: Ints, count: int) -> npt.NDArray[np.bool_]:
    """Vertices where a border ends or splits: with other than two neighbours, or where a ring turns back."""
    same = np.diff(ring_of) == 0
    first, second = vertex[:-1][same], vertex[1:][same]
    edges = np.sort(np.minimum(first, second) * count + np.maximum(first, second))
    edges = edges[np.append(True, np.diff(edges) != 0)[: len(edges)]]
    junction = np.bincount(np.concatenate([edges // count, edges % count]), minlength=count) != 2
    if len(vertex):
        ends = np.append(np.flatnonzero(~same), len(vertex) - 1)
        before, after = np.roll(vertex, 1), np.roll(vertex, -1)
        starts = np.append(0, ends[:-1] + 1)
        before[starts] = vertex[np.maximum(ends - 1, starts)]
        after[ends] = vertex[np.minimum(starts + 1, ends)]
        junction[vertex[before == after]] = True
    return np.asarray(junction)


@dataclass(frozen=True, kw_only=True, eq=False)
class Cut:
    """All rings cut into pieces: their vertices in a row, where each piece begins, its length, its ring."""

    vertices: Ints
    starts: Ints
    lengths: Ints
    ring: Ints


def cut_rings(vertex: Ints, ring_of: Ints, rings: int, *, junction: npt.NDArray[np.bool_]) -> Cut:
    """Cut closed chains of vertices at junctions; a ring that has collapsed on the grid has no piece.

    A ring without junction is one piece, begun at its lowest vertex: the same piece from either side.
    """
    nothing = np.zeros(0, dtype=np.int64)
    if not len(vertex):
        return Cut(vertices=nothing, starts=nothing, lengths=nothing, ring=nothing)
    size = np.bincount(ring_of, minlength=rings)
    begin = np.cumsum(size) - size
    second = np.minimum(begin + 1, begin + size - 1)
    other = (vertex != vertex[begin][ring_of]) & (vertex != vertex[second][ring_of])
    whole = np.bincount(ring_of[other], minlength=rings) > 0  # at least three places
    body = whole[ring_of]
    body[begin + size - 1] = False  # the last vertex is the first again
    chain_of, chained = ring_of[body], vertex[body]
    length = np.where(whole, size - 1, 0)
    base = np.cumsum(length) - length
    # Where each ring is begun: at its first junction, or at its lowest vertex.
    order = np.lexsort((np.arange(len(chained)), np.where(junction[chained], -1, chained), chain_of))
    begun = order[base[whole]]
    turn = np.zeros(rings, dtype=np.int64)
    turn[whole] = begun - base[whole]
    along = np.arange(len(chained)) - base[chain_of]
    turned = chained[base[chain_of] + (along + turn[chain_of]) % length[chain_of]]
    cuts = junction[turned] | (along == 0)
    starts = np.flatnonzero(cuts)
    ring = chain_of[starts]
    last = np.append(ring[1:] != ring[:-1], True)
    following = np.where(last, base[ring], np.append(starts[1:], 0))  # each piece ends where the next begins
    ends = np.where(last, base[ring] + length[ring], np.append(starts[1:], 0))
    pieces = ends - starts
    lengths = pieces + 1
    first = np.cumsum(lengths) - lengths
    vertices = np.empty(int(lengths.sum()), dtype=np.int64)
    inner = np.ones(len(vertices), dtype=bool)
    inner[first + pieces] = False
    vertices[inner] = turned
    vertices[first + pieces] = turned[following]
    return Cut(vertices=vertices, starts=first, lengths=lengths, ring=ring)


def number_arcs(cut: Cut, count: int) -> tuple[Ints, Ints]:
    """Give each piece the number of its arc, ``~k`` when it is read backwards; and each arc its first piece.

    Inside an arc every vertex has two neighbours only, so its first step and its length tell it.
    """
    if not len(cut.starts):
        return cut.starts, cut.starts
    end = cut.starts + cut.lengths - 1
    forward = cut.vertices[cut.starts] * count + cut.vertices[cut.starts + 1]
    backward = cut.vertices[end] * count + cut.vertices[end - 1]
    _steps, step = np.unique(np.minimum(forward, backward), return_inverse=True)
    keys = step * (int(cut.lengths.max()) + 1) + cut.lengths
    _keys, first, arc = np.unique(keys, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty(len(first), dtype=np.int64)
    rank[order] = np.arange(len(first))
    same = forward == forward[first[arc]]
    return np.where(same, rank[arc], ~rank[arc]), first[order]


Ints = npt.NDArray[np.int64]
Ring = tuple[int, ...]


@dataclass(frozen=True, kw_only=True, eq=False)
class Topology:
    """Polygons as references to shared arcs on an integer grid.

    Parameters
    ----------
    positions : int array of shape (n, 2)
        Grid positions of all arcs in a row, each border once.
    lengths : int array
        Number of positions of each arc.
    polygons : tuple
        For every geometry its parts, each a tuple of rings (the outer one first), each a tuple of arc
        numbers; ``~k`` is arc ``k`` read backwards. A geometry without polygon has no parts.
    origin : (float, float)
        Coordinates of grid position (0, 0).
    grid : float
        Size of a grid step in the unit of the coordinates.
    """

    positions: Ints
    lengths: Ints
    polygons: tuple[tuple[tuple[Ring, ...], ...], ...]
    origin: tuple[float, float]
    grid: float

    @cached_property
    def arcs(self) -> tuple[Ints, ...]:
        """Grid positions of each arc, shape (n, 2)."""
        ends = np.cumsum(self.lengths)
        return tuple(
            self.positions[a:b] for a, b in zip((ends - self.lengths).tolist(), ends.tolist(), strict=True)
        )

    @property
    def points(self) -> int:
        """Number of grid positions stored."""
        return len(self.positions)

    def simplify(self, tolerance: float) -> Topology:
        """Thin out every arc by Douglas–Peucker; a polygon that would vanish keeps its full outline.

        Parameters
        ----------
        tolerance : float
            In the unit of the coordinates.
        """
        if not len(self.lengths):
            return self
        arc = np.repeat(np.arange(len(self.lengths)), self.lengths)
        full = shapely.linestrings(self.positions, indices=arc)
        lines = shapely.simplify(full, tolerance / self.grid, preserve_topology=False)
        points, arc_of = shapely.get_coordinates(lines, return_index=True)
        thin = replace(
            self, positions=np.rint(points).astype(np.int64), lengths=shapely.get_num_coordinates(lines)
        )
        part_of, geometry_of, outer = self._places()
        filled = np.bincount(geometry_of, thin._ring_areas()[outer] != 0, minlength=len(self.polygons)) > 0
        references, sizes = self._references()
        owner = np.repeat(geometry_of[part_of], sizes)
        lost = references[~filled[owner]]
        if not len(lost):
            return thin
        kept = np.zeros(len(self.lengths), dtype=bool)
        kept[np.maximum(lost, ~lost)] = True
        order = np.argsort(np.concatenate([arc_of[~kept[arc_of]], arc[kept[arc]]]), kind="stable")
        return replace(
            self,
            positions=np.vstack([thin.positions[~kept[arc_of]], self.positions[kept[arc]]])[order],
            lengths=np.where(kept, self.lengths, thin.lengths),
        )

    def geometries(self, *, valid: bool = True) -> npt.NDArray[Any]:
        """Polygons in coordinates again; None for a geometry without polygon.

        Parameters
        ----------
        valid : bool
            Mend polygons whose outline crosses itself after rounding; not needed to look for a place in them.
        """
        shapes = np.empty(len(self.polygons), dtype=object)
        areas = self._ring_areas()
        if not len(areas):
            return shapes
        part_of, geometry_of, outer = self._places()
        # A part whose outer ring has no area is left out, and so is a hole without area.
        kept = (areas != 0) & (areas[outer][part_of] != 0)
        if not kept.any():
            return shapes
        points, ring_of = self._outlines(np.flatnonzero(kept))
        rings = shapely.linearrings(points * self.grid + self.origin, indices=ring_of)
        parts, number = np.unique(part_of[kept], return_inverse=True)
        polygons = shapely.polygons(rings, indices=number)
        owners, first, count = np.unique(geometry_of[parts], return_index=True, return_counts=True)
        bodies = polygons[first]
        many = np.repeat(count > 1, count)
        if many.any():
            group = np.repeat(np.cumsum(count > 1) - 1, count)[many]
            bodies[count > 1] = shapely.multipolygons(polygons[many], indices=group)
        if valid:
            broken = np.flatnonzero(~shapely.is_valid(bodies))
            bodies[broken] = polygonal(
                shapely.make_valid(bodies[broken], method="structure", keep_collapsed=False)
            )
        shapes[owners] = bodies
        return shapes

    def _references(self) -> tuple[Ints, Ints]:
        """Arc numbers of all rings in a row, and how many each ring has."""
        rings = [ring for parts in self.polygons for part in parts for ring in part]
        return (
            np.fromiter(chain.from_iterable(rings), dtype=np.int64),
            np.fromiter(map(len, rings), dtype=np.int64, count=len(rings)),
        )

    def _places(self) -> tuple[Ints, Ints, Ints]:
        """Part of each ring, geometry of each part, and the ring that is the outer one of each part."""
        rings_in = [len(part) for parts in self.polygons for part in parts]
        owners = np.repeat(np.arange(len(self.polygons)), [len(parts) for parts in self.polygons])
        starts = np.concatenate([[0], np.cumsum(rings_in)[:-1]]).astype(np.int64)
        return np.repeat(np.arange(len(rings_in)), rings_in), owners, starts

    def _ring_areas(self) -> Ints:
        """Twice the signed area of every ring in grid steps, exact: a sum over its arcs."""
        references, sizes = self._references()
        if not len(references):
            return np.zeros(0, dtype=np.int64)
        x, y = self.positions.T
        cross = np.append(x[:-1] * y[1:] - x[1:] * y[:-1], 0)
        ends = np.cumsum(self.lengths)
        cross[ends - 1] = 0  # no step from one arc to the next
        total = np.concatenate([[0], np.cumsum(cross)])
        of_arc = total[ends] - total[ends - self.lengths]
        signed = of_arc[np.maximum(references, ~references)] * np.where(references < 0, -1, 1)
        return np.asarray(np.add.reduceat(signed, np.cumsum(sizes) - sizes))

    def _outlines(self, chosen: Ints) -> tuple[Ints, Ints]:
        """Grid outlines of some rings in a row, not closed, and the number of the ring of each point."""
        references, sizes = self._references()
        ring = np.repeat(np.arange(len(sizes)), sizes)
        place = np.full(len(sizes), -1, dtype=np.int64)
        place[chosen] = np.arange(len(chosen))
        references, ring = references[place[ring] >= 0], place[ring[place[ring] >= 0]]
        starts = np.cumsum(self.lengths) - self.lengths
        arc, backwards = np.maximum(references, ~references), references < 0
        steps = self.lengths[arc] - 1  # the last point of an arc is the first of the next
        first = np.where(backwards, starts[arc] + steps, starts[arc])
        along = np.arange(steps.sum()) - np.repeat(np.cumsum(steps) - steps, steps)
        index = np.repeat(first, steps) + np.repeat(np.where(backwards, -1, 1), steps) * along
        return self.positions[index], np.repeat(ring, steps)


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
    moved = np.append(True, np.any(np.diff(cells, axis=0) != 0, axis=1) | (np.diff(ring_of) != 0))
    cells, ring_of = cells[moved[: len(cells)]], ring_of[moved[: len(cells)]]
    # One number for a position: sorting numbers is many times faster than sorting pairs.
    height = int(cells[:, 1].max(initial=0)) + 1
    places, vertex = np.unique(cells[:, 0] * height + cells[:, 1], return_inverse=True)
    cut = cut_rings(vertex, ring_of, len(rings), junction=find_junctions(vertex, ring_of, len(places)))
    number, first = number_arcs(cut, len(places))
    starts, lengths = cut.starts[first], cut.lengths[first]
    along = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    where = places[cut.vertices[np.repeat(starts, lengths) + along]]

    polygons: list[list[list[Ring]]] = [[] for _geometry in geometries]
    references, counts = number.tolist(), np.bincount(cut.ring, minlength=len(rings)).tolist()
    at, last_part = 0, -1
    for part, count in zip(part_of.tolist(), counts, strict=True):
        if part != last_part:
            polygons[owner[part]].append([])
            last_part = part
        if count:
            polygons[owner[part]][-1].append(tuple(references[at : at + count]))
            at += count
    return Topology(
        positions=np.column_stack([where // height, where % height]), lengths=lengths,
        polygons=tuple(tuple(tuple(part) for part in parts if part) for parts in polygons),
        origin=(float(origin[0]), float(origin[1])), grid=grid,
    )  # fmt: skip


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

    Examples
    --------
    >>> border = [(1.0 + 0.001 * (k % 2), k / 10) for k in range(11)]
    >>> left = shapely.Polygon([*border, (0, 1), (0, 0)])
    >>> right = shapely.Polygon([*border, (2, 1), (2, 0)])
    >>> simple = simplify_shared(np.array([left, right, None]), 0.05)
    >>> shapely.get_num_coordinates(simple[:2]).tolist(), bool(shapely.coverage_is_valid(simple[:2]))
    ([5, 5], True)
    """
    shapes = build_topology(geometries, tolerance / 8).simplify(tolerance).geometries()
    lost = np.flatnonzero(shapely.is_missing(shapes))  # smaller than the grid, or never there
    shapes[lost] = polygonal(geometries[lost])
    return shapes
