"""Draw maps of several years side by side, in the same colours and at the same scale."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely

from lokus.errors import InputError
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.drawing.furniture import INK, QUIET, draw_box, draw_north, draw_scale_bar, write
from lokus.show.drawing.geometry import Sketch, crs_line
from lokus.show.drawing.layout import Box, plan_page
from lokus.show.drawing.legend import draw_legend, legend_height
from lokus.show.drawing.topology import simplify_shared
from lokus.show.drawing.villages import draw_body
from lokus.show.maps.print_map import (
    blank_sheet,
    draw_footer,
    draw_header,
    draw_list,
    draw_watermark,
    listed_villages,
)
from lokus.show.maps.sheet_plan import UNKNOWN, round_scale
from lokus.show.themes.palette import MISSING
from lokus.show.themes.themes import make_layer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import geopandas as gpd

    from lokus.show.maps.base_map import BaseMap
    from lokus.show.maps.print_map import Sheet
    from lokus.show.results.info import StudyInfo
    from lokus.show.themes.layer import Layer

__all__ = ["draw_years", "year_layers"]

_MOST = 6  # years on a sheet, the newest ones
_CAPTION = 5.5  # strip for the year, mm
_DPI = 300


def year_layers(
    results: gpd.GeoDataFrame, theme: str, year: int, earlier: Mapping[int, pd.DataFrame]
) -> dict[int, Layer]:
    """Describe a theme year by year, the oldest first.

    Parameters
    ----------
    results : geopandas.GeoDataFrame
        Results of this year.
    theme : {"prevalensi_per_tahun", "lokus_per_tahun"}
        What to show.
    year : int
        This year.
    earlier : mapping of int to DataFrame
        Years before: ``lokus`` and ``prevalensi`` of this year's villages.

    Raises
    ------
    InputError
        No year before has the data.

    Examples
    --------
    >>> import pandas as pd
    >>> now = {"status_usulan": ["lokus", "bukan lokus"], "nomor": [1, None]}
    >>> results = pd.DataFrame(now, index=["01", "02"])
    >>> before = pd.DataFrame({"lokus": [False, True], "prevalensi": [8.0, 24.0]}, index=["01", "02"])
    >>> layers = year_layers(results, "lokus_per_tahun", 2026, {2025: before})
    >>> {year: layer.classes.tolist() for year, layer in layers.items()}
    {2025: ['bukan lokus', 'lokus'], 2026: ['lokus', 'bukan lokus']}
    """
    plain = results.drop(columns="prevalensi_survei", errors="ignore")  # years compare as recorded
    column = "lokus" if theme == "lokus_per_tahun" else "prevalensi"
    known = {y: table for y, table in sorted(earlier.items()) if y != year and table[column].notna().any()}
    if not known:
        raise InputError(
            _("The map “{theme}” needs an earlier year, and the study has none with these data.").format(
                theme=theme
            ),
            remedy=_("State last year under [tahun_lalu], or leave this map out of peta."),
        )
    layers = {}
    for number in [*list(known)[-(_MOST - 1) :], year]:
        frame = plain if number == year else _as_of(plain, known[number])
        layers[number] = make_layer(frame, theme)
    return layers


def _as_of(results: gpd.GeoDataFrame, before: pd.DataFrame) -> gpd.GeoDataFrame:
    """Results with the list and the prevalence of an earlier year in place of this year's."""
    table = before.reindex(results.index)
    listed = table["lokus"].astype("boolean")
    status = np.where(listed.fillna(value=False), "lokus", "bukan lokus").astype(object)
    status[listed.isna().to_numpy()] = MISSING
    frame = results.drop(columns=["belum_andal", "tanpa_pengukuran"], errors="ignore")
    numbers = pd.Series(range(1, len(frame) + 1), index=frame.index, dtype="Int64")
    return frame.assign(
        status_usulan=status, prevalensi=table["prevalensi"].astype(float),
        nomor=numbers.where(listed.fillna(value=False)),
    )  # fmt: skip


def draw_years(
    base_map: BaseMap,
    info: StudyInfo,
    layers: Mapping[int, Layer],
    *,
    size: str = "A4",
    logo: str | Path | None = None,
) -> Sheet:
    """Draw the years side by side on one sheet; legend and list are those of the newest.

    Examples
    --------
    >>> from lokus import Kajian
    >>> from lokus.show.maps.base_map import BaseMap
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> base_map = BaseMap(kajian.results, kajian.boundaries.kecamatan)
    >>> layers = year_layers(base_map.results, "prevalensi_per_tahun", 2026, kajian.maps.earlier)
    >>> sheet = draw_years(base_map, kajian.info, layers)
    >>> [text.get_text() for text in sheet.axes[0].texts if (text.get_gid() or "").startswith("tahun:")]
    ['2025', '2026']
    """
    shown = [shape for shape in base_map.villages if shape is not None]
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shown))
    newest = max(layers)
    latest = layers[newest]
    latest = replace(
        latest,
        note=" ".join(
            [latest.note, _("Counts in the legend are those of {year}.").format(year=newest)]
        ).strip(),
    )
    count = len(layers)

    def grid(columns: int) -> tuple[float, int, int]:
        rows = math.ceil(count / columns)
        plan = plan_page(
            size, columns * (east - west), rows * (north - south), legend_mm=legend_height(latest)
        )
        cell = plan.map.width / columns - 4, plan.map.height / rows - 4 - _CAPTION
        return max((east - west) / cell[0], (north - south) / cell[1]), columns, rows

    scale, columns, rows = min(grid(columns) for columns in range(1, count + 1))
    scale = round_scale(scale)
    plan = plan_page(size, columns * (east - west), rows * (north - south), legend_mm=legend_height(latest))
    unit, frame = plan.unit, plan.map
    with mpl.rc_context(mpl.rcParamsDefault):
        figure, page = blank_sheet(plan)
        draw_box(page, frame, face=UNKNOWN, zorder=0)
        villages = simplify_shared(base_map.villages, scale * 25.4 / _DPI / 3)
        outlines = simplify_shared(base_map.outlines, scale * 25.4 / _DPI / 3)
        for place, (year, layer) in enumerate(sorted(layers.items())):
            line, across = divmod(place, columns)
            box = Box(
                frame.left + across * frame.width / columns, frame.top - (line + 1) * frame.height / rows,
                frame.left + (across + 1) * frame.width / columns, frame.top - line * frame.height / rows,
            )  # fmt: skip
            sketch = Sketch(
                scale=scale, east=(west + east) / 2, north=(south + north) / 2, x=box.centre[0],
                y=box.centre[1] - _CAPTION * unit / 2,
            )  # fmt: skip
            draw_body(
                page, sketch.draw(villages), sketch.draw(outlines), layer, base_map.results.index, unit=unit
            )
            draw_box(page, box, edge=INK, width=0.5 * unit, zorder=13)
            left, top = box.left + 2 * unit, box.top - 4.4 * unit
            write(page, left, top, str(year), 9 * unit, weight="bold", gid=f"tahun:{year}", zorder=12)
            listed = _("{n} lokus").format(n=format_number(int(layer.lokus.notna().sum())))
            write(page, box.right - 2 * unit, top, listed, 6 * unit, ha="right", color=QUIET, zorder=12)
        if info.synthetic:
            draw_watermark(page, frame, unit=unit)
        draw_header(page, plan, info, latest.title, logo=logo)
        left_over = draw_legend(page, plan, latest)
        foot = Box(left_over.left, plan.legend.bottom, left_over.right, plan.legend.bottom + 9 * unit)
        draw_scale_bar(page, foot, scale=scale, size=size, unit=unit)
        draw_north(page, foot.right - 5 * unit, foot.bottom + 3.6 * unit, angle=0.0, unit=unit)
        draw_list(page, plan.listing, listed_villages(base_map.results, latest), [], unit=unit)
        shapes = zip(base_map.results["desa"], base_map.villages, strict=True)
        lost = [str(name) for name, shape in shapes if shape is None]
        draw_footer(page, plan, info, projection=crs_line(base_map.crs), missing=lost)
    return figure
