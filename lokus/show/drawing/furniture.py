"""Draw hatching, scale bar, north arrow and graticule, in millimetres on the sheet."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
from matplotlib.collections import LineCollection
from matplotlib.patches import PathPatch, Polygon, Rectangle

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.drawing.layout import Box
from lokus.show.drawing.lines import Line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

    from lokus.show.drawing.geometry import Sketch

__all__ = [
    "INK",
    "QUIET",
    "SOFT",
    "draw_box",
    "draw_graticule",
    "draw_hatch",
    "draw_north",
    "draw_outline",
    "draw_scale_bar",
    "write",
]

INK = "#22282c"
QUIET = "#5c666c"
SOFT = "#c3cacd"
_DEGREE_STEPS = tuple(minutes / 60 for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 300))


def write(page: Axes, x: float, y: float, text: str, size: float, **style: Any) -> Line:
    """Write one line of plain text; dollar signs and backslashes are literal.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> write(page, 10, 20, "Desa $5", 7).get_text()
    'Desa $5'
    """
    style.setdefault("color", INK)
    style.setdefault("va", "baseline")
    return Line(x, y, text, size, **style).on(page)


def draw_box(
    page: Axes, box: Box, *, face: str = "none", edge: str = "none", width: float = 0.5, zorder: float = 8
) -> None:
    """Draw a rectangle.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> draw_box(page, Box(10, 10, 50, 30), face="white", edge=INK)
    >>> len(page.patches)
    1
    """
    page.add_artist(
        Rectangle(
            (box.left, box.bottom), box.width, box.height,
            facecolor=face, edgecolor=edge, linewidth=width, zorder=zorder,
        )
    )  # fmt: skip


def draw_outline(
    page: Axes,
    path: Path,
    *,
    face: str = "none",
    edge: str = "none",
    width: float = 0.5,
    zorder: float,
    **style: Any,
) -> None:
    """Draw polygons given as one path.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> draw_outline(page, Box(10, 10, 50, 30).path, face="#dce6ea", zorder=2)
    >>> len(page.patches)
    1
    """
    page.add_artist(
        PathPatch(
            path, facecolor=face, edgecolor=edge, linewidth=width, zorder=zorder, joinstyle="round", **style
        )
    )


def draw_hatch(
    page: Axes,
    outline: Path,
    *,
    spacing: float,
    colour: str,
    width: float,
    zorder: float,
    slopes: tuple[int, ...] = (1,),
) -> None:
    """Fill an outline with parallel lines, rising (1), falling (-1) or level (0); spacing in millimetres.

    The lines stand on a grid of the whole sheet, so the hatching of neighbours meets.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> draw_hatch(page, Box(0, 0, 10, 10).path, spacing=2.0, colour=INK, width=0.4, zorder=3, slopes=(0,))
    >>> len(page.collections[0].get_segments())
    6
    """
    vertices = np.asarray(outline.vertices, dtype=float)
    if not len(vertices):
        return
    left, bottom = vertices.min(axis=0)
    right, top = vertices.max(axis=0)
    lines = []
    for slope in slopes:
        ends = sorted(y - slope * x for x in (left, right) for y in (bottom, top))
        offsets = np.arange(math.ceil(ends[0] / spacing), math.floor(ends[-1] / spacing) + 1) * spacing
        lines += [[(left, slope * left + c), (right, slope * right + c)] for c in offsets]
    # All at once: cutting at the outline takes longer than drawing.
    stripes = LineCollection(lines, colors=colour, linewidths=width, zorder=zorder, capstyle="butt")
    page.add_collection(stripes, autolim=False)
    stripes.set_clip_path(PathPatch(outline, transform=page.transData))


def draw_scale_bar(page: Axes, box: Box, *, scale: float, size: str, unit: float) -> float:
    """Draw a bar of a round ground length and the scale in figures; return the length in metres.

    Parameters
    ----------
    scale : float
        Metres on the ground per millimetre on paper.
    size : str
        Paper the figures hold for.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> draw_scale_bar(page, Box(10, 10, 80, 20), scale=250.0, size="A4", unit=1.0)
    10000.0
    >>> page.texts[-1].get_text()
    'Skala 1 : 250.000 pada kertas A4'
    """
    longest = 0.62 * box.width * scale
    power = 10 ** math.floor(math.log10(longest))
    length = max(step * power for step in (1, 2, 5) if step * power <= longest)
    bar, height = length / scale, 1.3 * unit
    left, bottom = box.left, box.bottom + 3.6 * unit
    for part in range(4):
        piece = Box(left + part * bar / 4, bottom, left + (part + 1) * bar / 4, bottom + height)
        draw_box(page, piece, face=INK if part % 2 == 0 else "white", edge=INK, zorder=9)
    divisor, name = (1000, "km") if length >= 2000 else (1, "m")
    for place in (0, 0.5, 1):
        value = length * place / divisor
        figure = format_number(value, decimals=0 if float(value).is_integer() else 1)
        text = f"{figure} {name}" if place == 1 else figure
        write(
            page,
            left + place * bar,
            bottom + height + 0.9 * unit,
            text,
            6 * unit,
            ha="center" if place else "left",
        )
    figures = _("Scale 1 : {scale} on {paper} paper").format(scale=format_number(scale * 1000), paper=size)
    write(page, left, box.bottom + 0.4 * unit, figures, 6 * unit, color=QUIET)
    return float(length)


def draw_north(page: Axes, x: float, y: float, *, angle: float, unit: float) -> None:
    """Draw an arrow to true north; `angle` in degrees, clockwise from the top of the sheet.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> draw_north(page, 20, 20, angle=1.5, unit=1.0)
    >>> page.texts[0].get_text()
    'U'
    """
    turn = math.radians(angle)
    sine, cosine = math.sin(turn), math.cos(turn)

    def at(across: float, along: float) -> tuple[float, float]:
        return x + unit * (across * cosine + along * sine), y + unit * (along * cosine - across * sine)

    half: dict[str, Any] = {"edgecolor": INK, "linewidth": 0.6, "zorder": 9, "closed": True}
    page.add_artist(Polygon([at(0, 4.2), at(-1.7, -3), at(0, -1.6)], facecolor=INK, **half))
    page.add_artist(Polygon([at(0, 4.2), at(1.7, -3), at(0, -1.6)], facecolor="white", **half))
    write(page, *at(0, 4.9), _("N"), 7 * unit, ha="center", weight="bold")


def draw_graticule(page: Axes, box: Box, sketch: Sketch, crs: Any, *, unit: float) -> float:
    """Draw meridians and parallels with their degrees outside the neat line.

    Returns
    -------
    float
        Direction of true north in the middle of the map, degrees clockwise from the top of the sheet.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> from lokus.show.drawing.geometry import Sketch
    >>> sketch = Sketch(scale=250.0, east=450_000, north=9_600_000, x=20, y=20)
    >>> round(abs(draw_graticule(page, Box(20, 20, 190, 220), sketch, 32748, unit=1.0)), 1)
    0.0
    >>> [text.get_text() for text in page.texts][:2]
    ['104°40′ BT', '104°50′ BT']
    """
    corners = np.array(
        [[x, y] for x in np.linspace(box.left, box.right, 9) for y in np.linspace(box.bottom, box.top, 9)]
    )
    ground = sketch.ground(corners)
    degrees = gpd.GeoSeries.from_xy(ground[:, 0], ground[:, 1], crs=crs).to_crs(4326)
    west, south, east, north = degrees.total_bounds
    span = max(east - west, north - south)
    step = next((s for s in _DEGREE_STEPS if span / s <= 5), _DEGREE_STEPS[-1])

    def on_sheet(longitudes: Any, latitudes: Any) -> Any:
        points = gpd.GeoSeries.from_xy(longitudes, latitudes, crs=4326).to_crs(crs)
        return sketch.place(np.column_stack([points.x, points.y]))

    grid = []
    for longitude in _multiples(west, east, step):
        line = on_sheet(np.full(17, longitude), np.linspace(south - step, north + step, 17))
        x = float(np.interp(box.bottom, line[:, 1], line[:, 0]))
        if box.left + 6 * unit < x < box.right - 6 * unit:
            grid.append(line)
            text = _degrees(longitude, _("{degrees} E"), _("{degrees} W"))
            write(page, x, box.bottom - 1.2 * unit, text, 5.4 * unit, ha="center", va="top", color=QUIET)
    for latitude in _multiples(south, north, step):
        line = on_sheet(np.linspace(west - step, east + step, 17), np.full(17, latitude))
        y = float(np.interp(box.left, line[:, 0], line[:, 1]))
        if box.bottom + 6 * unit < y < box.top - 6 * unit:
            grid.append(line)
            text = _degrees(latitude, _("{degrees} N"), _("{degrees} S"))
            write(
                page,
                box.left - 1.2 * unit,
                y,
                text,
                5.4 * unit,
                ha="right",
                va="center",
                rotation=90,
                color=QUIET,
            )
    lines = LineCollection(grid, colors="#d3dadd", linewidths=0.5, zorder=1)
    page.add_collection(lines, autolim=False)
    lines.set_clip_path(Rectangle((box.left, box.bottom), box.width, box.height, transform=page.transData))
    middle = np.array([box.centre])
    here = gpd.GeoSeries.from_xy(*sketch.ground(middle).T, crs=crs).to_crs(4326).iloc[0]
    above = on_sheet([here.x], [here.y + step])[0] - middle[0]
    return math.degrees(math.atan2(above[0], above[1]))


def _multiples(low: float, high: float, step: float) -> list[float]:
    return [k * step for k in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _degrees(value: float, positive: str, negative: str) -> str:
    minutes = round(abs(value) * 60)
    text = f"{minutes // 60}°" + (f"{minutes % 60:02d}′" if minutes % 60 else "")
    return (positive if value > 0 else negative).format(degrees=text) if minutes else text
