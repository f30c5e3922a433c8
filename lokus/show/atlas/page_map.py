"""Draw the map of an atlas page: one kecamatan with its detached parts and its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from lokus.show.drawing.furniture import (
    INK,
    draw_box,
    draw_graticule,
    draw_north,
    draw_outline,
    draw_scale_bar,
)
from lokus.show.drawing.geometry import Sketch, compound_path, polygonal, smaller_above, to_metric
from lokus.show.drawing.layout import Box
from lokus.show.drawing.topology import simplify_shared
from lokus.show.drawing.villages import draw_body, scale_for
from lokus.show.maps.lettering import label_neighbours, label_villages
from lokus.show.maps.sheet_plan import AROUND, UNKNOWN, fit_frames, inset_captions

if TYPE_CHECKING:
    import geopandas as gpd

    from lokus.show.drawing.layout import Page
    from lokus.show.drawing.symbols import SymbolScale
    from lokus.show.maps.sheet_plan import Frames
    from lokus.show.themes.layer import Layer

__all__ = ["AtlasBaseMap", "DrawnMap"]

_DETAIL = 0.08  # finest detail, mm on paper
_CRACK = 30.0  # widest gap between kecamatan that count as touching, metres
_HERE = "#b4441c"


@dataclass(frozen=True, kw_only=True)
class DrawnMap:
    """What the page has to list beside the map.

    Parameters
    ----------
    letters : dict
        Code of a village too small for its name → its letter.
    unnamed : tuple of str
        Neighbouring kecamatan without room for their name.
    circles : SymbolScale or None
        Sizes of the circles of the legend.
    """

    letters: dict[str, str]
    unnamed: tuple[str, ...] = ()
    circles: SymbolScale | None = None


class AtlasBaseMap:
    """Villages and kecamatan in metres, shared by all maps of an atlas.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results table, sorted.
    kecamatan : geopandas.GeoDataFrame
        Outlines, index ``kode_kecamatan``.
    names : dict
        Code of every kecamatan in the results → its name.
    """

    def __init__(self, results: gpd.GeoDataFrame, kecamatan: gpd.GeoDataFrame, names: dict[str, str]) -> None:
        metric = to_metric(results)
        self.crs = metric.crs
        self.names = names
        self.shapes = smaller_above(metric.geometry.to_numpy())
        self.group = results["kode_kecamatan"].to_numpy()
        self.outlines = polygonal(to_metric(kecamatan, self.crs).geometry.reindex(list(names)).to_numpy())
        self.bounds = shapely.total_bounds([shape for shape in self.shapes if shape is not None])
        reach = max(self.bounds[2] - self.bounds[0], self.bounds[3] - self.bounds[1])
        self.overview = simplify_shared(self.outlines, reach / 400)

    def draw(self, page: Any, plan: Page, kode: str, villages: gpd.GeoDataFrame, layer: Layer) -> DrawnMap:
        """Draw the map of one kecamatan with scale bar and north arrow."""
        frame, unit = plan.map, plan.unit
        draw_box(page, frame, face=UNKNOWN, zorder=0)
        shapes = self.shapes[self.group == kode]
        if not any(shape is not None for shape in shapes):
            return DrawnMap(letters={})
        place = list(self.names).index(kode)
        frames = fit_frames(shapes, lambda _width, _height: plan)
        sketch = frames.main.sketch
        around = self._around(sketch, frame, place)
        drawn_around = [shape for shape in around.values() if shape is not None]
        draw_outline(page, compound_path(drawn_around), width=0.5, zorder=0.6, **AROUND)
        angle = draw_graticule(page, frame, sketch, self.crs, unit=unit)
        for panel in frames.insets:
            draw_box(page, panel.box, face=UNKNOWN, zorder=1.5)
        detail = min(panel.sketch.scale for panel in frames.composite.panels) * _DETAIL
        bodies = frames.composite.draw(simplify_shared(shapes, detail))
        border = frames.composite.draw(simplify_shared(self.outlines[[place]], detail))
        circles = scale_for(layer, bodies, unit=unit)
        draw_body(page, bodies, border, layer, villages.index, unit=unit, circles=circles)
        inset_captions(page, frames, _inset_names(frames, shapes, villages["desa"]))
        letters, taken = label_villages(
            page, bodies, villages, layer, plan, taken=frames.taken, circles=circles
        )
        taken += [panel.box for panel in frames.insets]
        touching = {number: around[number] for number in self._touching(place) if number in around}
        own = shapely.union_all([body for body in bodies if body is not None])
        unnamed = label_neighbours(
            page, {name: shape for number, shape in touching.items() if (name := self._name(number))},
            frame=frame, own=own, taken=taken,
        )  # fmt: skip
        foot = Box(plan.legend.left, plan.legend.bottom - 10, plan.legend.right, plan.legend.bottom - 1)
        draw_scale_bar(page, foot, scale=sketch.scale, size=plan.size, unit=unit)
        draw_north(page, foot.right - 4, foot.bottom + 3.6, angle=angle, unit=unit)
        hidden = [self._name(number) for number in self._touching(place) if number not in around]
        return DrawnMap(letters=letters, unnamed=tuple(sorted([*unnamed, *hidden])), circles=circles)

    def _name(self, place: int) -> str:
        return list(self.names.values())[place]

    def _touching(self, place: int) -> list[int]:
        """Kecamatan that share a border with one, cracks in the data aside."""
        near = shapely.dwithin(self.outlines, self.outlines[place], _CRACK)
        return [number for number in np.flatnonzero(near).tolist() if number != place]

    def _around(self, sketch: Sketch, frame: Box, place: int) -> dict[int, Any]:
        """Other kecamatan within the frame, cut at it, in millimetres on the page."""
        corners = np.array([[frame.left, frame.bottom], [frame.right, frame.top]])
        (west, south), (east, north) = sketch.ground(corners)
        window = shapely.box(west, south, east, north)
        others = [
            number
            for number, shape in enumerate(self.outlines)
            if number != place and shape is not None and shapely.box(*shape.bounds).intersects(window)
        ]
        if not others:
            return {}
        coarse = simplify_shared(self.outlines[others], sketch.scale * _DETAIL)
        cut = sketch.draw(
            polygonal(
                shapely.intersection(
                    shapely.make_valid(coarse, method="structure", keep_collapsed=False), window
                )
            )
        )
        return {number: shape for number, shape in zip(others, cut, strict=True) if shape is not None}

    def draw_locator(self, page: Any, box: Box, kode: str) -> None:
        """Draw the kecamatan in its kabupaten."""
        place = list(self.names).index(kode)
        west, south, east, north = self.bounds
        inner = box.grow(-1.5)
        scale = max((east - west) / inner.width, (north - south) / inner.height)
        sketch = Sketch(
            scale=scale, east=(west + east) / 2, north=(south + north) / 2, x=box.centre[0], y=box.centre[1]
        )
        draw_box(page, box, face=UNKNOWN, zorder=1)
        drawn = sketch.draw(self.overview)
        draw_outline(page, compound_path(drawn), width=0.35, zorder=2, face="#f7f6f2", edge="#8f999e")
        draw_outline(
            page, compound_path(drawn[[place]]), face=_HERE, edge=_HERE, width=0.5, zorder=2.5, gid="letak"
        )
        draw_box(page, box, edge=INK, width=0.5, zorder=3)


def _inset_names(frames: Frames, shapes: Any, names: pd.Series) -> list[str]:
    """Villages that each inset shows parts of, the largest part first."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    group = frames.composite.detached.group_of(parts)
    table = pd.DataFrame(
        {"group": group, "name": names.astype(str).to_numpy()[owner], "area": shapely.area(parts)}
    )
    sums = table.groupby(["group", "name"])["area"].sum().reset_index()
    sums = sums.sort_values(["area", "name"], ascending=[False, True])
    return [
        ", ".join(sums.loc[sums["group"] == number, "name"].head(3))
        for number in range(1, len(frames.composite.panels))
    ]
