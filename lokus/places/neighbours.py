"""Find the villages that border each other."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from lokus.places.boundary_coverage import metres_per_unit

if TYPE_CHECKING:
    from collections.abc import Callable

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["Neighbours", "contiguity"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Neighbours:
    """Pairs of bordering villages, each pair once.

    Parameters
    ----------
    index : pandas.Index
        ``kode_desa`` of every village, sorted; positions refer to it.
    first, second : numpy.ndarray of int, shape (m,)
        Positions of the two villages of a pair, ``first < second``, sorted.
    tolerance_m : float
        Distance in metres up to which borders count as touching.
    names : pandas.Series, optional
        Village names by ``kode_desa``, to name isolates.
    """

    index: pd.Index
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    tolerance_m: float = 0.0
    names: pd.Series | None = None

    @cached_property
    def degree(self) -> pd.Series:
        """Number of neighbours of each village, index ``kode_desa``."""
        ends = np.concatenate([self.first, self.second])
        counts = np.bincount(ends, minlength=len(self.index))
        return pd.Series(counts, index=self.index, name="tetangga")

    @cached_property
    def components(self) -> pd.Series:
        """Number of each village's connected component: 0 for the largest, ties by lowest code."""
        _n, labels = connected_components(self.to_csr(), directed=False)
        sizes = np.bincount(labels)
        lowest = pd.Series(np.arange(len(labels))).groupby(labels).min().to_numpy()
        rank = np.empty(len(sizes), dtype=np.int64)
        rank[np.lexsort([lowest, -sizes])] = np.arange(len(sizes))
        return pd.Series(rank[labels], index=self.index, name="bagian")

    @cached_property
    def isolates(self) -> pd.Series:
        """Names of villages without any neighbour, index ``kode_desa``."""
        alone = self.degree[self.degree == 0].index
        if self.names is None:
            return pd.Series("", index=alone, name="desa")
        return self.names.loc[alone]

    def to_csr(self, *, row_standardised: bool = False) -> csr_array:
        """Return the symmetric adjacency matrix.

        Parameters
        ----------
        row_standardised : bool
            Divide each row by the number of neighbours, so that it sums to 1 (to 0 for an isolate).

        Returns
        -------
        scipy.sparse.csr_array, shape (n, n)
        """
        n = len(self.index)
        rows = np.concatenate([self.first, self.second])
        columns = np.concatenate([self.second, self.first])
        weights = np.ones(len(rows))
        if row_standardised:
            weights /= np.bincount(rows, minlength=n)[rows]
        return csr_array((weights, (rows, columns)), shape=(n, n))

    def pairs(self) -> pd.DataFrame:
        """Return the pairs by code: columns ``kode_desa``, ``kode_tetangga``, each pair once."""
        return pd.DataFrame({"kode_desa": self.index[self.first], "kode_tetangga": self.index[self.second]})

    def __repr__(self) -> str:
        n = len(self.index)
        parts = int(self.components.max()) + 1 if n else 0
        mean = 2 * len(self.first) / n if n else 0.0
        alone = ", ".join(f"{code} {name}".strip() for code, name in self.isolates.head(5).items())
        more = "…" if len(self.isolates) > 5 else ""
        return (
            f"<Neighbours: {n} desa, {len(self.first)} pasang, rata-rata {mean:.1f} tetangga, "
            f"{parts} bagian, {len(self.isolates)} tanpa tetangga{f': {alone}{more}' if alone else ''}>"
        )


def contiguity(villages: gpd.GeoDataFrame, *, tolerance_m: float = 1.0) -> Neighbours:
    """Find the pairs of villages that share a border or a corner (Queen contiguity).

    Polygons are compared through a spatial index, each pair once. With a tolerance, villages with borders
    within that distance also count, so that cracks between polygons do not separate neighbours; matching
    vertices alone would lose 2.7 % of the borders of the national map.

    Parameters
    ----------
    villages : geopandas.GeoDataFrame
        Index ``kode_desa``; a village without polygon is an isolate.
    tolerance_m : float
        Metres, to within two percent where coordinates are degrees; 0 requires touching borders. Do not use 0
        with boundaries that were not repaired.

    Returns
    -------
    Neighbours

    Raises
    ------
    ValueError
        `tolerance_m` is negative, or `villages` has no coordinate system.

    Examples
    --------
    >>> import geopandas as gpd
    >>> squares = [shapely.box(x, 0, x + 100, 100) for x in (0, 100, 203, 500)]
    >>> villages = gpd.GeoDataFrame(index=list("abcd"), geometry=squares, crs="EPSG:32748")
    >>> contiguity(villages, tolerance_m=5)
    <Neighbours: 4 desa, 2 pasang, rata-rata 1.0 tetangga, 2 bagian, 1 tanpa tetangga: d>
    """
    if not tolerance_m >= 0:
        raise ValueError(f"tolerance_m must not be negative, not {tolerance_m!r}")
    if villages.crs is None:
        raise ValueError("villages have no coordinate system (CRS)")
    ordered = villages.sort_index()
    present = np.flatnonzero((ordered.geometry.notna() & ~ordered.geometry.is_empty).to_numpy())
    polygons = ordered.geometry.to_numpy()[present]
    first, second = _near_pairs(polygons, tolerance_m / metres_per_unit(ordered.crs))
    order = np.lexsort([second, first])
    return Neighbours(
        index=ordered.index,
        first=present[first[order]],
        second=present[second[order]],
        tolerance_m=tolerance_m,
        names=ordered.get("desa"),
    )


def _near_pairs(
    polygons: NDArray[np.object_], distance: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs ``first < second`` of polygons at most `distance` apart, in units of the CRS."""
    west, south, east, north = shapely.bounds(polygons).T
    windows = shapely.box(west - distance, south - distance, east + distance, north + distance)
    first, second = shapely.STRtree(polygons).query(windows)
    once = first < second
    first, second = first[once], second[once]
    near = _in_threads(shapely.intersects, polygons[first], polygons[second])
    if distance > 0:
        apart = np.flatnonzero(~near)
        # Distances of prepared polygons are about four times faster. Preparing modifies a geometry, hence
        # copies.
        copies = shapely.force_2d(polygons)
        shapely.prepare(copies)
        near[apart] = shapely.dwithin(copies[first[apart]], copies[second[apart]], distance)
    return first[near].astype(np.int64), second[near].astype(np.int64)


def _in_threads(
    predicate: Callable[[NDArray[np.object_], NDArray[np.object_]], NDArray[np.bool_]],
    left: NDArray[np.object_],
    right: NDArray[np.object_],
) -> NDArray[np.bool_]:
    # GEOS releases the GIL, so threads run in parallel; for small maps they are not worthwhile.
    workers = min(os.cpu_count() or 1, 8, 1 + len(left) // 20_000)
    cuts = np.array_split(np.arange(len(left)), 4 * workers)
    with ThreadPoolExecutor(workers) as pool:
        parts = pool.map(lambda cut: predicate(left[cut], right[cut]), cuts)
        return np.concatenate(list(parts)).astype(bool)
