"""Shores, rivers and towns of an invented land, in kilometres on a plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from example_kabupaten.streams import stream

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["DETACHED", "ISLAND", "MAINLAND", "VILLAGE_AREA", "Land", "draw_land", "fractal"]

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
