"""Pages of the atlas: map and legend above, table, reasons and gaps flowing beneath."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from lokus.i18n import gettext as _
from lokus.show.atlas_lettering import label_villages
from lokus.show.atlas_text import Flow, write_gaps, write_reasons, write_table
from lokus.show.body import draw_body, scale_for
from lokus.show.frames import AROUND, GROUND, round_scale
from lokus.show.furniture import (
    INK,
    draw_box,
    draw_graticule,
    draw_north,
    draw_outline,
    draw_scale_bar,
)
from lokus.show.geometry import Sketch, compound_path, polygonal, to_metric
from lokus.show.layers import make_layer
from lokus.show.layout import PAPER, Box, Page
from lokus.show.legend import draw_legend
from lokus.show.margin import draw_footer, draw_header, draw_watermark
from lokus.show.print_map import Sheet, blank_sheet
from lokus.show.topology import simplify_shared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from lokus.show.info import StudyInfo

__all__ = ["AtlasBook"]

_DETAIL = 0.08  # finest detail, mm on paper
_HERE = "#b4441c"


class AtlasBook:
    """Everything the pages of an atlas share; see :func:`lokus.show.atlas.write_atlas` for the arguments."""

    def __init__(
        self,
        results: gpd.GeoDataFrame,
        kecamatan: gpd.GeoDataFrame,
        info: StudyInfo,
        *,
        theme: str,
        gaps: pd.DataFrame | None,
        logo: str | Path | None,
    ) -> None:
        self.results = results.sort_index()
        self.info = info
        self.gaps = gaps
        self.logo = logo
        self.layer = make_layer(self.results, theme)
        metric = to_metric(self.results)
        self.crs = metric.crs
        self.shapes = polygonal(metric.geometry.to_numpy())
        first = self.results.groupby("kode_kecamatan")["kecamatan"].first().astype(str)
        self.names: dict[str, str] = dict(first.sort_index().items())
        outlines = to_metric(kecamatan, self.crs).geometry.reindex(list(self.names))
        self.outlines = polygonal(outlines.to_numpy())
        self.bounds = shapely.total_bounds([shape for shape in self.shapes if shape is not None])
        reach = max(self.bounds[2] - self.bounds[0], self.bounds[3] - self.bounds[1])
        self.overview = simplify_shared(self.outlines, reach / 400)

    def pages(self, kode: str) -> Iterator[Sheet]:
        """Draw the pages of one kecamatan; most need one."""
        here = (self.results["kode_kecamatan"] == kode).to_numpy()
        villages = self.results.loc[here]
        plan = _plan()
        figure, page = blank_sheet(plan)
        heading = _("Kecamatan {name}").format(name=self.names[kode])
        draw_header(page, plan, replace(self.info, rule=""), heading, logo=self.logo)
        letters = self._draw_map(page, plan, kode, here, villages)
        lost = [str(n) for n, shape in zip(villages["desa"], self.shapes[here], strict=True) if shape is None]
        projection = _("Projection and datum: {crs} ({code})").format(
            crs=self.crs.name, code=self.crs.to_string()
        )
        draw_footer(page, plan, self.info, projection=projection, missing=lost)

        def turn() -> Any:
            nonlocal page
            figure, page = blank_sheet(plan)
            sheets.append(figure)
            draw_header(
                page, plan, replace(self.info, rule=""), _("{heading} (continued)").format(heading=heading)
            )
            draw_footer(page, plan, self.info, projection=projection, missing=[])
            return page

        sheets = [figure]
        flow = Flow(page=page, box=plan.listing, turn=turn, next_top=plan.header.bottom - 3)
        write_table(flow, villages, letters)
        write_reasons(flow, villages)
        if self.gaps is not None:
            write_gaps(flow, villages, self.gaps)
        yield from sheets

    def _draw_map(
        self, page: Any, plan: Page, kode: str, here: Any, villages: gpd.GeoDataFrame
    ) -> dict[str, str]:
        """Draw map, legend and locator; return the letters of villages too small for their name."""
        layer = self.layer.only(villages.index)
        frame, unit = plan.map, plan.unit
        draw_box(page, frame, face=GROUND, zorder=0)
        place = list(self.names).index(kode)
        drawn = [shape for shape in self.shapes[here] if shape is not None]
        letters: dict[str, str] = {}
        circles = None
        if drawn:
            west, south, east, north = shapely.total_bounds(drawn)
            room = frame.grow(-3 * unit)
            scale = round_scale(max((east - west) / room.width, (north - south) / room.height, 1.0))
            sketch = Sketch(
                scale=scale, east=(west + east) / 2, north=(south + north) / 2, x=frame.centre[0],
                y=frame.centre[1],
            )  # fmt: skip
            draw_outline(
                page, compound_path(self._neighbours(sketch, frame, place)), width=0.5, zorder=0.6, **AROUND
            )
            angle = draw_graticule(page, frame, sketch, self.crs, unit=unit)
            shapes = sketch.draw(simplify_shared(self.shapes[here], scale * _DETAIL))
            border = sketch.draw(simplify_shared(self.outlines[[place]], scale * _DETAIL))
            circles = scale_for(layer, shapes, unit=unit)
            draw_body(page, shapes, border, layer, villages.index, unit=unit, circles=circles)
            letters = label_villages(page, shapes, villages, layer, plan, circles=circles)
            foot = Box(plan.legend.left, frame.bottom + 46, plan.legend.right, frame.bottom + 55)
            draw_scale_bar(page, foot, scale=scale, size=plan.size, unit=unit)
            draw_north(page, foot.right - 4, foot.bottom + 3.6, angle=angle, unit=unit)
        if self.info.synthetic:
            draw_watermark(page, frame, unit=unit)
        draw_box(page, frame, edge=INK, width=0.7, zorder=13)
        draw_legend(page, plan, layer, circles=circles)
        self._draw_locator(
            page, Box(plan.legend.left, frame.bottom, plan.legend.right, frame.bottom + 43), place
        )
        return letters

    def _neighbours(self, sketch: Sketch, frame: Box, place: int) -> list[Any]:
        """Other kecamatan within the frame, cut at it."""
        corners = np.array([[frame.left, frame.bottom], [frame.right, frame.top]])
        (west, south), (east, north) = sketch.ground(corners)
        window = shapely.box(west, south, east, north)
        others = [s for n, s in enumerate(self.outlines) if n != place and s is not None]
        near = np.array(
            [s for s in others if shapely.intersects(shapely.box(*s.bounds), window)], dtype=object
        )
        coarse = simplify_shared(near, sketch.scale * _DETAIL) if len(near) else near
        cut = polygonal(shapely.intersection(shapely.make_valid(coarse), window))
        return [shape for shape in sketch.draw(cut) if shape is not None]

    def _draw_locator(self, page: Any, box: Box, place: int) -> None:
        """Draw the kecamatan in its kabupaten."""
        west, south, east, north = self.bounds
        inner = box.grow(-1.5)
        scale = max((east - west) / inner.width, (north - south) / inner.height)
        sketch = Sketch(
            scale=scale, east=(west + east) / 2, north=(south + north) / 2, x=box.centre[0], y=box.centre[1]
        )
        draw_box(page, box, face=GROUND, zorder=1)
        drawn = sketch.draw(self.overview)
        draw_outline(page, compound_path(drawn), width=0.35, zorder=2, face="#f7f6f2", edge="#8f999e")
        draw_outline(
            page, compound_path(drawn[[place]]), face=_HERE, edge=_HERE, width=0.5, zorder=2.5, gid="letak"
        )
        draw_box(page, box, edge=INK, width=0.5, zorder=3)


def _plan() -> Page:
    """A4 upright: header, map with legend beside it, running text, footer."""
    width, height = PAPER["A4"]
    inner = Box(0, 0, width, height).grow(-11)
    header = Box(inner.left, inner.top - 14, inner.right, inner.top)
    top, bottom = header.bottom - 1, header.bottom - 121
    split = inner.right - 54
    footer = Box(inner.left, inner.bottom, inner.right, inner.bottom + 9.5)
    return Page(
        size="A4", landscape=False, unit=1.0, sheet=Box(0, 0, width, height), header=header, footer=footer,
        map=Box(inner.left + 3, bottom, split - 4, top), legend=Box(split, bottom + 56, inner.right, top),
        listing=Box(inner.left, footer.top + 2.5, inner.right, bottom - 7),
    )  # fmt: skip
