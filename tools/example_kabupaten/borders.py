"""Borders as arcs between junctions, each made natural once, so that neighbours share every vertex."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from example_kabupaten.land import fractal
from example_kabupaten.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from example_kabupaten.mesh import Mesh

__all__ = ["DECIMALS", "roughen_arcs", "to_degrees", "to_km", "trace_arcs"]

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
