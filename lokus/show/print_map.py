"""Print maps: one A4 or A3 sheet with everything a reader needs to judge the map, as PNG or vector PDF."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import shapely
from matplotlib.figure import Figure

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.show.furniture import (
    INK,
    draw_box,
    draw_graticule,
    draw_hatch,
    draw_north,
    draw_outline,
    draw_scale_bar,
    write,
)
from lokus.show.geometry import Sketch, compound_path, polygonal, to_metric
from lokus.show.info import StudyInfo, synthetic_mark
from lokus.show.layers import Layer, make_layer
from lokus.show.layout import Box, Page, plan_page
from lokus.show.lettering import draw_labels
from lokus.show.margin import (
    KECAMATAN_LINE,
    LOKUS_LINE,
    MARK_INK,
    MISSING_HATCH,
    UNSURE_HATCH,
    draw_footer,
    draw_header,
    draw_legend,
    draw_list,
    listed_villages,
)
from lokus.show.palette import MISSING
from lokus.show.topology import simplify_shared

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes

__all__ = ["Sheet", "draw_map", "save_map"]

DPI = 300
_SCREEN_DPI = 100
_MAP_GROUND = "#eef2f3"


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
    theme : {"usulan", "prevalensi", "skor"}
        What to show.
    size : {"A4", "A3"}
        Paper; the orientation follows the shape of the kabupaten.

    Returns
    -------
    Sheet
        A matplotlib figure as large as the paper; its single axes measures millimetres.

    Raises
    ------
    ValueError
        Unknown theme or paper, no CRS, or not one village with a polygon.
    """
    layer = make_layer(results, theme)
    results = results.sort_index()
    metric = to_metric(results)
    crs = metric.crs
    villages = polygonal(metric.geometry.to_numpy())
    outlines = polygonal(to_metric(kecamatan.sort_index(), crs).geometry.to_numpy())
    west, south, east, north = shapely.total_bounds([g for g in [*villages, *outlines] if g is not None])
    plan = plan_page(size, east - west, north - south, legend_mm=78 if theme == "prevalensi" else 74)
    scale = _round_scale(plan.scale_of(east - west, north - south))
    sketch = Sketch(
        scale=scale,
        east=(west + east) / 2,
        north=(south + north) / 2,
        x=plan.map.centre[0],
        y=plan.map.centre[1],
    )
    # Detail finer than a third of a printed pixel cannot be seen.
    detail = scale * 25.4 / DPI / 3
    shapes = sketch.draw(simplify_shared(villages, detail))
    borders = sketch.draw(simplify_shared(outlines, detail))

    with mpl.rc_context(mpl.rcParamsDefault):
        figure = Sheet(figsize=(plan.sheet.width / 25.4, plan.sheet.height / 25.4), facecolor="white")
        page = figure.add_axes((0, 0, 1, 1))
        page.set(xlim=(0, plan.sheet.width), ylim=(0, plan.sheet.height))
        page.set_axis_off()
        frame = plan.map
        draw_box(page, frame, face=_MAP_GROUND, zorder=0)
        angle = draw_graticule(page, frame, sketch, crs, unit=plan.unit)
        _draw_villages(page, shapes, layer, results.index, plan)
        draw_outline(
            page, compound_path(borders), edge=KECAMATAN_LINE["color"],
            width=KECAMATAN_LINE["width"] * plan.unit, zorder=4,
        )  # fmt: skip
        if info.synthetic:
            write(
                page, *frame.centre, synthetic_mark(), min(30 * plan.unit, 0.18 * frame.width), rotation=28,
                ha="center", va="center", weight="bold", color=MARK_INK, alpha=0.13, zorder=6,
                gid="watermark",
            )  # fmt: skip
        draw_box(page, frame, edge=INK, width=0.7, zorder=13)
        key = draw_labels(page, shapes, borders, results, kecamatan.sort_index(), layer, plan)
        draw_header(page, plan, info, layer)
        left_over = draw_legend(page, plan, layer)
        foot = Box(left_over.left, plan.legend.bottom, left_over.right, plan.legend.bottom + 9 * plan.unit)
        draw_scale_bar(page, foot, scale=scale, size=size, unit=plan.unit)
        draw_north(
            page, foot.right - 5 * plan.unit, foot.bottom + 3.6 * plan.unit, angle=angle, unit=plan.unit
        )
        draw_list(page, plan.listing, listed_villages(results, layer), key, unit=plan.unit)
        lost = [str(name) for name, shape in zip(results["desa"], shapes, strict=True) if shape is None]
        projection = _("Projection and datum: {crs} ({code})").format(crs=crs.name, code=crs.to_string())
        draw_footer(page, plan, info, projection=projection, missing=lost)
    return figure


def save_map(figure: Figure, path: str | Path) -> Path:
    """Write a map as PNG (300 dpi) or vector PDF, by the suffix; the same map gives the same bytes.

    Raises
    ------
    ValueError
        The suffix is neither ``.png`` nor ``.pdf``.
    """
    path = Path(path)
    suffix = path.suffix.lower()
    metadata: dict[str, dict[str, Any]] = {
        ".png": {"Software": None},
        ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
    }
    if suffix not in metadata:
        raise ValueError(f"a map is written as .png or .pdf, not {suffix!r}")
    with mpl.rc_context(mpl.rcParamsDefault), atomic_path(path) as draft:
        figure.savefig(draft, dpi=DPI, format=suffix[1:], metadata=metadata[suffix])
    return path


def _round_scale(scale: float) -> float:
    """Next larger scale with two significant figures: 1 : 640 000 reads better than 1 : 638 417."""
    power = 10 ** (math.floor(math.log10(scale)) - 1)
    return float(math.ceil(scale / power - 1e-9) * power)


def _draw_villages(page: Axes, shapes: Any, layer: Layer, index: Any, plan: Page) -> None:
    classes = layer.classes.loc[index].to_numpy()
    for key, colour in layer.palette.items():
        outline = compound_path(shapes[classes == key])
        draw_outline(page, outline, face=colour, zorder=2, gid=f"kelas:{key}")
        if key == MISSING:
            draw_hatch(page, outline, zorder=2.4, crossed=True, **MISSING_HATCH)
    unsure = layer.unsure.loc[index].to_numpy()
    draw_hatch(page, compound_path(shapes[unsure]), zorder=2.5, **UNSURE_HATCH)
    draw_outline(page, compound_path(shapes), edge="#8f999e", width=0.28 * plan.unit, zorder=3)
    if layer.theme != "usulan":
        proposed = compound_path(shapes[layer.lokus.loc[index].notna().to_numpy()])
        draw_outline(
            page, proposed, edge=LOKUS_LINE["color"], width=LOKUS_LINE["width"] * plan.unit, zorder=5
        )
