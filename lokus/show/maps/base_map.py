"""Compute the base map of a study once: projected and simplified polygons that all sheets share.

The sheets of a study differ only in theme and paper. Projecting, finding detached parts, simplifying and
computing label positions are the same for each, and take longer than drawing.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from lokus.show.drawing.detached_parts import find_bodies
from lokus.show.drawing.geometry import polygonal, smaller_above, to_metric
from lokus.show.drawing.labels import deepest_points, inner_points
from lokus.show.drawing.topology import simplify_shared

if TYPE_CHECKING:
    import geopandas as gpd

    from lokus.show.drawing.detached_parts import Bodies
    from lokus.show.drawing.labels import Floats
    from lokus.show.maps.sheet_plan import Composite

__all__ = ["BaseMap", "Drawn"]

# Columns that name an outline, that of its kabupaten first: one may be given as its villages.
_NAMES = (
    "kab_nama", "nama_kab", "kabupaten", "kabkota", "kab_kota", "wadmkk", "nmkab", "name_2",
    "nama", "namobj", "name",
)  # fmt: skip
_DPI = 300  # detail finer than a third of a pixel at this resolution cannot be seen


class Drawn:
    """Villages and kecamatan as they lie on a sheet, in millimetres.

    Parameters
    ----------
    shapes, borders : arrays of polygons or None
        Villages and kecamatan, both in the order of their codes.
    """

    def __init__(self, shapes: npt.NDArray[Any], borders: npt.NDArray[Any]) -> None:
        self.shapes = shapes
        self.borders = borders
        self._inner: dict[tuple[int, float, float, float, float], Floats] = {}
        self._within: dict[tuple[int, float, float, float, float], Floats] = {}

    @cached_property
    def middles(self) -> Floats:
        """Point deepest inside each village, shape (n, 2); missing where there is no polygon."""
        return deepest_points(self.shapes)

    @cached_property
    def _border_middles(self) -> Floats:
        return deepest_points(self.borders)

    def inner(self, border: int, *, width: float, height: float, step: float, share: float = 0.0) -> Floats:
        """Places for a label in a kecamatan, see :func:`lokus.show.drawing.labels.inner_points`."""
        key = (border, width, height, step, share)
        if key not in self._inner:
            self._inner[key] = inner_points(
                self.borders[border], width=width, height=height, step=step, share=share,
                deepest=self._border_middles[border],
            )  # fmt: skip
        return self._inner[key]

    def within(self, village: int, *, width: float, height: float, step: float, share: float = 0.0) -> Floats:
        """Places for a label in a village, see :func:`lokus.show.drawing.labels.inner_points`."""
        key = (village, width, height, step, share)
        if key not in self._within:
            left, bottom, right, top = self.shapes[village].bounds
            fits = width * share <= right - left and height * share <= top - bottom
            self._within[key] = np.empty((0, 2))
            if fits:
                self._within[key] = inner_points(
                    self.shapes[village], width=width, height=height, step=step, share=share,
                    deepest=self.middles[village],
                )  # fmt: skip
        return self._within[key]


class BaseMap:
    """Polygons of a study in metres, with a cache of their drawings by sheet.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Village table.
    kecamatan : geopandas.GeoDataFrame
        Outlines, index ``kode_kecamatan``.
    surroundings : geopandas.GeoDataFrame, optional
        Outlines around the kabupaten.

    Raises
    ------
    ValueError
        No CRS, or not one village with a polygon.
    """

    def __init__(
        self,
        results: gpd.GeoDataFrame,
        kecamatan: gpd.GeoDataFrame,
        surroundings: gpd.GeoDataFrame | None = None,
    ) -> None:
        self.results = results.sort_index()
        self.kecamatan = kecamatan.sort_index()
        metric = to_metric(self.results)
        self.crs = metric.crs
        self.villages = smaller_above(metric.geometry.to_numpy())
        self.outlines = polygonal(to_metric(self.kecamatan, self.crs).geometry.to_numpy())
        self.around: npt.NDArray[Any] | None = None
        self.neighbours: dict[str, Any] = {}
        if surroundings is not None:
            shapes = polygonal(to_metric(surroundings, self.crs).geometry.to_numpy())
            there = ~shapely.is_missing(shapes)
            self.around = shapes[there]
            self.neighbours = self._others(surroundings[there])
        self._drawn: dict[Any, Drawn] = {}

    def _others(self, surroundings: gpd.GeoDataFrame) -> dict[str, Any]:
        """Outlines around by their names, without the one this kabupaten lies in; none without names."""
        columns = {str(name).lower(): name for name in surroundings.columns}
        column = next((columns[name] for name in _NAMES if name in columns), None)
        if column is None or self.around is None:
            return {}
        shapes = pd.Series(
            shapely.make_valid(self.around, method="structure", keep_collapsed=False),
            index=surroundings.index,
        )
        names = surroundings[column].astype("string").str.strip().replace("", pd.NA)
        named = {str(name): shapely.union_all(group.to_numpy()) for name, group in shapes.groupby(names)}
        own = [point for point in shapely.point_on_surface(self.outlines) if point is not None]
        return {
            name: shape
            for name, shape in named.items()
            if np.count_nonzero(shapely.intersects(shape, own)) <= len(own) / 2
        }

    @cached_property
    def bodies(self) -> Bodies:
        """Parts of the kabupaten, grouped by what lies together."""
        return find_bodies(np.concatenate([self.villages, self.outlines]))

    def on(self, composite: Composite) -> Drawn:
        """Return villages and kecamatan in the coordinates of a sheet, simplified to its resolution."""
        key = (composite.panels, composite.detached.extents)
        if key not in self._drawn:
            detail = min(panel.sketch.scale for panel in composite.panels) * 25.4 / _DPI / 3
            self._drawn[key] = Drawn(
                composite.draw(simplify_shared(self.villages, detail)),
                composite.draw(simplify_shared(self.outlines, detail)),
            )
        return self._drawn[key]
