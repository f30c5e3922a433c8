"""Pages of the atlas: map and legend above, table, reasons and gaps flowing beneath."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lokus.i18n import gettext as _
from lokus.show.atlas_map import AtlasGround
from lokus.show.atlas_text import Flow, write_gaps, write_reasons, write_table
from lokus.show.furniture import INK, QUIET, draw_box
from lokus.show.layers import make_layer
from lokus.show.layout import PAPER, Box, Page
from lokus.show.legend import draw_legend
from lokus.show.margin import draw_footer, draw_header, draw_watermark
from lokus.show.print_map import Sheet, blank_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import geopandas as gpd
    import pandas as pd

    from lokus.show.info import StudyInfo

__all__ = ["AtlasBook"]


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
        first = self.results.groupby("kode_kecamatan")["kecamatan"].first().astype(str)
        self.names: dict[str, str] = dict(first.sort_index().items())
        self.ground = AtlasGround(self.results, kecamatan, self.names)

    def pages(self, kode: str) -> Iterator[Sheet]:
        """Draw the pages of one kecamatan; most need one."""
        here = (self.results["kode_kecamatan"] == kode).to_numpy()
        villages = self.results.loc[here]
        plan = _plan()
        figure, page = blank_sheet(plan)
        heading = _("Kecamatan {name}").format(name=self.names[kode])
        draw_header(page, plan, replace(self.info, rule=""), heading, logo=self.logo)
        layer = self.layer.only(villages.index)
        drawn = self.ground.draw(page, plan, kode, villages, layer)
        if self.info.synthetic:
            draw_watermark(page, plan.map, unit=plan.unit)
        draw_box(page, plan.map, edge=INK, width=0.7, zorder=13)
        draw_legend(page, plan, layer, circles=drawn.circles)
        corner = Box(plan.legend.left, plan.map.bottom, plan.legend.right, plan.map.bottom + 43)
        self.ground.draw_locator(page, corner, kode)
        shapes = self.ground.shapes[here]
        lost = [str(n) for n, shape in zip(villages["desa"], shapes, strict=True) if shape is None]
        crs = self.ground.crs
        projection = _("Projection and datum: {crs} ({code})").format(crs=crs.name, code=crs.to_string())
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
        if drawn.unnamed:
            flow.paragraph(
                _("Also bordering: {names}").format(names=", ".join(drawn.unnamed)), lines=2, color=QUIET
            )
        write_table(flow, villages, drawn.letters)
        write_reasons(flow, villages)
        if self.gaps is not None:
            write_gaps(flow, villages, self.gaps)
        yield from sheets


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
