"""Draw the legend of a printed map: classes with counts, circles with sizes, lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.patches import Circle

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.drawing.furniture import INK, QUIET, SOFT, draw_box, draw_hatch, write
from lokus.show.drawing.layout import Box, Page
from lokus.show.drawing.symbols import draw_circle, draw_symbol_legend
from lokus.show.drawing.typography import fit_lines, fit_size, line_height, shorten, text_width, wrap
from lokus.show.drawing.villages import CLASS_HATCH, KECAMATAN_LINE, LOKUS_LINE, UNSURE_HATCH
from lokus.show.themes.palette import mark_colour

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from lokus.show.drawing.symbols import SymbolScale
    from lokus.show.themes.layer import Layer

__all__ = ["draw_disc", "draw_legend", "legend_height"]

_ROW = 4.25  # height of a line, mm
_NOTE = 5.4  # type of the note, pt
_SMALLEST = 4.2  # to which it shrinks before anything is cut


def legend_height(layer: Layer) -> float:
    """Height that the legend of a layer needs with scale bar, in millimetres on A4.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.themes.themes import make_layer
    >>> results = pd.DataFrame({"skor": [0.7, 0.2], "nomor": [1, None]}, index=["9901012001", "9901012002"])
    >>> layer = make_layer(results, "skor")
    >>> legend_height(layer) > 30
    True
    """
    rows = len(layer.palette) + 3 + bool(layer.unsure_label)
    notes = len(wrap(layer.note, _NOTE, 66.0, lines=3))
    return 6.4 + rows * _ROW + notes * (line_height(_NOTE) + 0.6) + (17 if layer.symbols else 0) + 12.5


def draw_legend(page: Axes, plan: Page, layer: Layer, *, circles: SymbolScale | None = None) -> Box:
    """Draw the legend from the top of its box; return what is left below it.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.drawing.layout import plan_page
    >>> from lokus.show.maps.print_map import blank_sheet
    >>> from lokus.show.themes.themes import make_layer
    >>> villages = pd.DataFrame({"status_usulan": ["lokus", "bukan lokus"], "nomor": [1, None]})
    >>> plan = plan_page("A4", 90_000, 40_000)
    >>> figure, page = blank_sheet(plan)
    >>> left_over = draw_legend(page, plan, make_layer(villages, "usulan"))
    >>> next(text.get_text() for text in page.texts if text.get_gid() == "jumlah:lokus")
    '1'
    """
    box, unit = plan.legend, plan.unit
    size, row = 7 * unit, _ROW * unit
    y = box.top - 3.4 * unit
    counted = _("desa/kelurahan (count)")
    room = box.width - text_width(counted, 6 * unit) - 2 * unit
    # A title too long even in small type stands at the head of the sheet; here its short form is enough.
    named = layer.title if text_width(layer.title, 6.5 * unit, weight="bold") <= room else layer.short
    heading = fit_size([named], room, largest=8.5 * unit, smallest=_SMALLEST * unit, weight="bold")
    write(page, box.left, y, named, heading, weight="bold", gid="judul legenda")
    write(page, box.right, y, counted, 6 * unit, ha="right", color=QUIET)
    page.plot([box.left, box.right], [y - 1.5 * unit] * 2, color=SOFT, linewidth=0.6)
    y -= 1.1 * unit
    swatch_width, swatch_height, gap = 7 * unit, 3 * unit, 2 * unit
    limits_width = max((text_width(e.limits, size) for e in layer.legend), default=0.0)
    text_left = box.left + swatch_width + gap
    counts_width = text_width(format_number(len(layer.classes)), size, weight="bold") + gap
    label_width = box.right - text_left - counts_width - (limits_width + gap if limits_width else 0.0)

    def swatch(y: float, **style: Any) -> Box:
        bottom = y - 0.55 * unit
        field = Box(box.left, bottom, box.left + swatch_width, bottom + swatch_height)
        draw_box(page, field, **{"edge": "#8b9499", **style})
        return field

    def count(y: float, value: int, **style: Any) -> None:
        write(page, box.right, y, format_number(value), size, ha="right", **style)

    def words(y: float, text: str) -> None:
        room = box.right - text_left - counts_width
        write(page, text_left, y, text, fit_size([text], room, largest=size, smallest=4.5 * unit))

    for entry in layer.legend:
        y -= row
        field = swatch(y, face=entry.colour)
        if entry.key in CLASS_HATCH:
            draw_hatch(page, field.path, zorder=8.5, **CLASS_HATCH[entry.key])
        fitting = fit_size([entry.label], label_width, largest=size, smallest=5.2 * unit)
        label = shorten(entry.label, fitting, label_width)
        left = text_left + (limits_width + gap if limits_width else 0.0)
        write(page, text_left, y, entry.limits, size)
        write(page, left, y, label, fitting, gid=f"legenda:{entry.key}")
        count(y, entry.count, gid=f"jumlah:{entry.key}")
    y -= row
    page.plot([text_left, box.right], [y + 3 * unit] * 2, color=SOFT, linewidth=0.6)
    write(page, text_left, y, _("Total"), size, weight="bold")
    count(y, len(layer.classes), weight="bold", gid="jumlah:semua")
    if layer.unsure_label:
        y -= row
        if circles is None:
            light = swatch(y, face="white")
            draw_hatch(page, light.path, zorder=8.5, colour=mark_colour("#ffffff"), **UNSURE_HATCH)
        else:
            draw_circle(
                page,
                (box.left + swatch_width / 2, y + 0.9 * unit),
                1.5 * unit,
                hollow=True,
                unit=unit,
                zorder=9,
            )
        words(y, layer.unsure_label)
        count(y, layer.unsure_count, gid="jumlah:belum andal")
    if layer.outlined or layer.numbered:  # else the classes are all that is drawn of lokus
        y -= row
        if layer.outlined:
            swatch(y, edge=LOKUS_LINE["color"], width=LOKUS_LINE["width"] * unit)
        label = _("Lokus of the year shown")
        if layer.numbered:
            draw_disc(page, box.left + swatch_width / 2, y + 0.9 * unit, "1", unit=unit)
            label = (
                _("Proposed lokus, numbered as listed") if layer.outlined else _("Lokus, numbered as listed")
            )
        words(y, label)
        count(y, int(layer.lokus.notna().sum()), gid="jumlah:nomor")
    y -= row
    middle = y + 0.9 * unit
    page.plot([box.left, box.left + swatch_width], [middle] * 2, zorder=8, color=KECAMATAN_LINE["color"],
              linewidth=KECAMATAN_LINE["width"] * unit)  # fmt: skip
    second = box.left + box.width * 0.53
    label = _("Kecamatan border")
    fitting = fit_size([label], second - text_left - gap, largest=size, smallest=4.5 * unit)
    write(page, text_left, y, label, fitting)
    page.plot([second, second + swatch_width * 0.7], [middle] * 2, color="#a9b1b5", linewidth=0.4 * unit)
    label = _("Village border")
    room = box.right - second - swatch_width * 0.7 - gap
    write(
        page,
        second + swatch_width * 0.7 + gap,
        y,
        label,
        fit_size([label], room, largest=size, smallest=4.5 * unit),
    )
    if circles is not None:
        y -= 2 * unit
        y -= draw_symbol_legend(page, Box(box.left, box.bottom, box.right, y), circles, layer.unit, unit=unit)
        y -= 1 * unit
    planned = 3 * (line_height(_NOTE * unit) + 0.6 * unit)
    size, lines = fit_lines(
        layer.note, box.width, max(planned, y - box.bottom - 12.5 * unit), largest=_NOTE * unit,
        smallest=_SMALLEST * unit, leading=0.6 * unit,
    )  # fmt: skip
    for line in lines:
        y -= line_height(size) + 0.6 * unit
        write(page, box.left, y, line, size, color=QUIET)
    return Box(box.left, box.bottom, box.right, y - 1.5 * unit)


def draw_disc(page: Axes, x: float, y: float, text: str, *, unit: float, gid: str | None = None) -> None:
    """Draw a numbered disc, the same in the legend and on the map.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> draw_disc(page, 30, 40, "12", unit=1.0)
    >>> page.texts[0].get_text()
    '12'
    """
    page.add_artist(
        Circle((x, y), 1.5 * unit, facecolor="white", edgecolor=INK, linewidth=0.6 * unit, zorder=11)
    )
    size = 5.2 * unit if len(text) < 3 else 4 * unit
    write(
        page,
        x,
        y - 0.03 * unit,
        text,
        size,
        ha="center",
        va="center_baseline",
        weight="bold",
        zorder=12,
        gid=gid,
    )
