"""The boundary file as a mapping agency would publish it: cracked, one village short, one polygon invalid."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from example_kabupaten.borders import DECIMALS
from example_kabupaten.streams import stream
from lokus.files import atomic_path

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["publish_boundaries", "write_boundaries"]

CRACKED_SHARE = 0.12
"""Share of the villages of which one border vertex is off by some metres."""

CRACK = (4e-5, 3e-4)
"""By how much, in degrees: 4 to 33 m."""

FIXED_DATE = "2026-03-01T00:00:00Z"


def publish_boundaries(seed: int, villages: gpd.GeoDataFrame, borders: NDArray[np.int64]) -> gpd.GeoDataFrame:
    """Spoil the true polygons as real files are spoilt, and name the columns as BIG does.

    Parameters
    ----------
    seed : int
    villages : GeoDataFrame
        True village table.
    borders : array of int, shape (m, 2)
        Pairs of neighbours, by position in `villages`.

    Returns
    -------
    GeoDataFrame
        Columns ``KDEPUM`` (dotted code), ``WADMKD``, ``WADMKC``, ``WADMKK``, ``WADMPR``, ``REMARK``,
        ``geometry``. One village is still part of its parent and has no polygon of its own; exactly one
        polygon is a bow-tie; about one in eight has a border vertex some metres off its neighbour's.
    """
    rng = stream(seed, "boundaries")
    polygons = villages.geometry.to_numpy().copy()
    desa = (villages["jenis"] == "desa").to_numpy()
    inland = np.flatnonzero(desa & (np.bincount(borders.ravel(), minlength=len(polygons)) >= 4))
    order = rng.permutation(inland)
    missing, twisted = (int(i) for i in order[:2])
    parent = _longest_neighbour(polygons, borders, missing, villages["kode_kecamatan"].to_numpy())
    polygons[parent] = shapely.union_all(polygons[[parent, missing]])
    polygons[twisted] = _bow_tie(polygons[twisted])
    for i in rng.permutation(np.setdiff1d(order[2:], [parent]))[: round(CRACKED_SHARE * len(polygons))]:
        polygons[i] = _crack(polygons[i], rng)
    kode = villages.index.to_series()
    published = gpd.GeoDataFrame(
        {
            "KDEPUM": kode.str.replace(r"(..)(..)(..)(....)", r"\1.\2.\3.\4", regex=True).to_numpy(),
            "WADMKD": villages["desa"].to_numpy(),
            "WADMKC": villages["kecamatan"].to_numpy(),
            "WADMKK": "Kabupaten Contoh",
            "WADMPR": "Provinsi Contoh",
            "REMARK": "DATA CONTOH SINTETIS",
        },
        geometry=polygons,
        crs=villages.crs,
    )
    return published.drop(index=missing).reset_index(drop=True)


def write_boundaries(published: gpd.GeoDataFrame, path: Path) -> None:
    """Write a GeoPackage without the hour of writing in it."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_DATE})
    try:
        with atomic_path(path) as draft:
            published.to_file(
                draft, layer="desa", driver="GPKG", geometry_type="Polygon",
                layer_metadata={"DESCRIPTION": "DATA CONTOH SINTETIS"},
            )  # fmt: skip
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _longest_neighbour(
    polygons: NDArray[np.object_], borders: NDArray[np.int64], village: int, kecamatan: NDArray[np.object_]
) -> int:
    """Find the likeliest parent: the neighbour in the same kecamatan with the longest common border."""
    pairs = borders[(borders == village).any(axis=1)]
    near = pairs[pairs != village]
    own = near[kecamatan[near] == kecamatan[village]]
    near = own if own.size else near
    common = shapely.length(shapely.intersection(polygons[near], polygons[village]))
    return int(near[np.argmax(common)])


def _bow_tie(polygon: shapely.Polygon) -> shapely.Polygon:
    """Exchange two successive vertices so that the ring crosses itself, where it changes least."""
    ring = shapely.get_coordinates(polygon.exterior)
    candidates = []
    for i in range(1, len(ring) - 2):
        swapped = ring.copy()
        swapped[[i, i + 1]] = ring[[i + 1, i]]
        candidates.append(shapely.Polygon(swapped, polygon.interiors))
    twisted = [c for c in candidates if not c.is_valid]
    return min(twisted, key=lambda c: (abs(c.area - polygon.area), c.wkb_hex))


def _crack(polygon: shapely.Polygon, rng: np.random.Generator) -> shapely.Polygon:
    """Move one vertex of this side of a border by some metres."""
    ring = shapely.get_coordinates(polygon.exterior)
    at = int(rng.integers(1, len(ring) - 1))
    angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(*CRACK)
    ring[at] = np.round(ring[at] + reach * np.array((np.cos(angle), np.sin(angle))), DECIMALS)
    cracked = shapely.Polygon(ring, polygon.interiors)
    return cracked if cracked.is_valid else polygon
