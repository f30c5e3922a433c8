"""Print maps: one A4 or A3 sheet with everything a reader needs to judge the map, as PNG or vector PDF."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import pandas as pd
import shapely
from matplotlib.figure import Figure

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.show.atlas_lettering import label_neighbours
from lokus.show.body import draw_body, scale_for
from lokus.show.frames import (
    GROUND,
    Frames,
    draw_locator,
    draw_surroundings,
    inset_captions,
    plan_frames,
    shapes_within,
)
from lokus.show.furniture import INK, draw_box, draw_graticule, draw_north, draw_scale_bar
from lokus.show.ground import Ground
from lokus.show.layers import make_layer
from lokus.show.layout import Box, Page
from lokus.show.legend import draw_legend, legend_height
from lokus.show.lettering import draw_labels
from lokus.show.margin import (
    draw_footer,
    draw_header,
    draw_list,
    draw_watermark,
    listed_villages,
)
from lokus.show.pixels import EFFORT, draw_pixels

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    from matplotlib.axes import Axes

    from lokus.show.indicator_style import IndicatorStyle
    from lokus.show.info import StudyInfo

__all__ = ["Sheet", "blank_sheet", "draw_map", "draw_on", "save_map"]

DPI = 300
_UNSAID = ("CreationDate", "Creator", "Producer")
_SCREEN_DPI = 100


class Sheet(Figure):
    """A figure that shows itself in a notebook without pyplot, small enough to be kept in it."""

    def _repr_png_(self) -> bytes:
        image = io.BytesIO()
        with mpl.rc_context(mpl.rcParamsDefault):
            self.savefig(image, dpi=_SCREEN_DPI, format="png", metadata={"Software": None})
        return image.getvalue()


def draw_map(
    results: gpd.GeoDataFrame,
    kecamatan: gpd.GeoDataFrame,
    info: StudyInfo,
    *,
    theme: str = "usulan",
    size: str = "A4",
    indicators: Mapping[str, IndicatorStyle] | None = None,
    surroundings: gpd.GeoDataFrame | None = None,
    logo: str | Path | None = None,
) -> Sheet:
    """Draw one theme of the results on one sheet.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Village table with rates, scores, selection and ``status_usulan``; a village without polygon is
        counted and named in the footer.
    kecamatan : geopandas.GeoDataFrame
        Outlines, index ``kode_kecamatan``, columns ``kecamatan`` and ``geometry``.
    info : StudyInfo
        What to write around the map.
    theme : str
        What to show, see :func:`lokus.show.layers.make_layer`.
    size : {"A4", "A3"}
        Paper; the orientation follows the shape of the kabupaten.
    indicators : mapping of str to IndicatorStyle, optional
        How indicators are shown, for ``indikator:`` themes.
    surroundings : geopandas.GeoDataFrame, optional
        Outlines around the kabupaten, such as the kabupaten of its province: drawn beneath the map, named
        where there is room if they have a column of names, and as a locator.
    logo : str or Path, optional
        PNG for the header.

    Returns
    -------
    Sheet
        A matplotlib figure as large as the paper; its single axes measures millimetres.

    Raises
    ------
    ValueError
        Unknown theme or paper, no CRS, or not one village with a polygon.
    InputError
        The results have no such theme.

    Notes
    -----
    Far parts that would make the map tiny are drawn in an inset, see
    :func:`lokus.show.bodies.find_detached`.
    """
    ground = Ground(results, kecamatan, surroundings)
    return draw_on(ground, info, theme=theme, size=size, indicators=indicators, logo=logo)


def draw_on(
    ground: Ground,
    info: StudyInfo,
    *,
    theme: str = "usulan",
    size: str = "A4",
    indicators: Mapping[str, IndicatorStyle] | None = None,
    logo: str | Path | None = None,
) -> Sheet:
    """Draw one theme on ground that other sheets share, as :func:`draw_map` does on its own."""
    results, kecamatan, crs, around = ground.results, ground.kecamatan, ground.crs, ground.around
    layer = make_layer(results, theme, indicators=indicators)
    frames = plan_frames(size, ground.bodies, around, legend_mm=legend_height(layer))
    plan, main = frames.page, frames.main
    drawn = ground.on(frames.composite)
    shapes, borders = drawn.shapes, drawn.borders

    with mpl.rc_context(mpl.rcParamsDefault):
        figure, page = blank_sheet(plan)
        draw_box(page, main.box, face=GROUND, zorder=0)
        if around is not None:
            draw_surroundings(page, frames, around)
        angle = draw_graticule(page, main.box, main.sketch, crs, unit=plan.unit)
        for panel in frames.insets:
            draw_box(page, panel.box, face=GROUND, zorder=1.5)
        circles = scale_for(layer, shapes, unit=plan.unit)
        draw_body(page, shapes, borders, layer, results.index, unit=plan.unit, circles=circles)
        if info.synthetic:
            draw_watermark(page, main.box, unit=plan.unit)
        inset_captions(page, frames, _inset_names(frames, ground.outlines, kecamatan["kecamatan"]))
        if around is not None:
            draw_locator(page, frames, around)
        draw_box(page, main.box, edge=INK, width=0.7, zorder=13)
        key, taken = draw_labels(
            page, drawn, results, kecamatan, layer, plan, taken=frames.taken, circles=circles
        )
        if around is not None:
            own = shapely.union_all([shape for shape in (*shapes, *borders) if shape is not None])
            label_neighbours(
                page, shapes_within(frames, ground.neighbours), frame=main.box, own=own,
                taken=[*taken, *(panel.box for panel in frames.insets)],
            )  # fmt: skip
        draw_header(page, plan, info, layer.title, logo=logo)
        left_over = draw_legend(page, plan, layer, circles=circles)
        foot = Box(left_over.left, plan.legend.bottom, left_over.right, plan.legend.bottom + 9 * plan.unit)
        draw_scale_bar(page, foot, scale=main.sketch.scale, size=size, unit=plan.unit)
        draw_north(
            page, foot.right - 5 * plan.unit, foot.bottom + 3.6 * plan.unit, angle=angle, unit=plan.unit
        )
        draw_list(page, plan.listing, listed_villages(results, layer), key, unit=plan.unit)
        lost = [str(name) for name, shape in zip(results["desa"], shapes, strict=True) if shape is None]
        projection = _("Projection and datum: {crs} ({code})").format(crs=crs.name, code=crs.to_string())
        draw_footer(page, plan, info, projection=projection, missing=lost)
    return figure


def blank_sheet(plan: Page) -> tuple[Sheet, Axes]:
    """Give an empty sheet of the planned size, with one axes that measures millimetres."""
    figure = Sheet(figsize=(plan.sheet.width / 25.4, plan.sheet.height / 25.4), facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, plan.sheet.width), ylim=(0, plan.sheet.height))
    page.set_axis_off()
    return figure, page


def _inset_names(frames: Frames, outlines: Any, names: pd.Series) -> list[str]:
    """Kecamatan that each inset shows parts of, the largest part first."""
    parts, owner = shapely.get_parts(outlines, return_index=True)
    group = frames.composite.detached.group_of(parts)
    areas = pd.DataFrame({"group": group, "name": names.to_numpy()[owner], "area": shapely.area(parts)})
    sums = areas.groupby(["group", "name"])["area"].sum().reset_index()
    sums = sums.sort_values(["area", "name"], ascending=[False, True])
    return [
        ", ".join(sums.loc[sums["group"] == number, "name"].head(3))
        for number in range(1, len(frames.composite.panels))
    ]


def save_map(figure: Figure, path: str | Path) -> Path:
    """Write a map as PNG (300 dpi) or vector PDF, by the suffix; the same map gives the same bytes.

    Raises
    ------
    ValueError
        The suffix is neither ``.png`` nor ``.pdf``.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in (".png", ".pdf"):
        raise ValueError(f"a map is written as .png or .pdf, not {suffix!r}")
    with mpl.rc_context(mpl.rcParamsDefault), atomic_path(path) as draft:
        if suffix == ".pdf":
            figure.savefig(draft, format="pdf", metadata=dict.fromkeys(_UNSAID))
        else:
            draw_pixels(figure, DPI).save(draft, "PNG", dpi=(DPI, DPI), compress_level=EFFORT)
    return path
