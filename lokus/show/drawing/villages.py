"""Draw the body of a map: coloured villages, hatching, circles and borders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lokus.show.drawing.furniture import draw_hatch, draw_outline
from lokus.show.drawing.geometry import compound_path
from lokus.show.drawing.labels import deepest_points
from lokus.show.drawing.symbols import SymbolScale, draw_symbols, symbol_scale
from lokus.show.themes.palette import MASKED_CLASS, MISSING, mark_colour

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.path import Path

    from lokus.show.themes.layer import Layer

__all__ = [
    "CLASS_HATCH",
    "KECAMATAN_LINE",
    "LOKUS_LINE",
    "UNSURE_HATCH",
    "VILLAGE_LINE",
    "draw_body",
    "draw_proposed",
    "scale_for",
]

LOKUS_LINE: dict[str, Any] = {"color": "#111111", "width": 1.05}
KECAMATAN_LINE: dict[str, Any] = {"color": "#4c565b", "width": 0.85}
VILLAGE_LINE: dict[str, Any] = {"color": "#8f999e", "width": 0.28}
CLASS_HATCH: dict[str, dict[str, Any]] = {
    MISSING: {"spacing": 1.5, "colour": "#9aa3a8", "width": 0.45, "slopes": (1, -1)},
    MASKED_CLASS: {"spacing": 1.1, "colour": "#7d868b", "width": 0.45, "slopes": (0,)},
}
"""Classes without a value that a reader is told: crossed where it is unknown, level where it is masked."""
UNSURE_HATCH: dict[str, Any] = {"spacing": 1.9, "width": 0.42}


def scale_for(layer: Layer, shapes: npt.NDArray[Any], *, unit: float) -> SymbolScale | None:
    """Sizes of the circles of a layer on a map with these polygons; None for a layer of colours.

    Examples
    --------
    >>> import pandas as pd
    >>> import shapely
    >>> from lokus.show.themes.themes import make_layer
    >>> results = pd.DataFrame({"anak_stunting": [40.0, 10.0]}, index=["9901012001", "9901012002"])
    >>> shapes = np.array([shapely.box(0, 0, 50, 50), shapely.box(50, 0, 90, 50)])
    >>> scale_for(make_layer(results, "anak"), shapes, unit=1.0).largest
    40.0
    """
    if not layer.symbols:
        return None
    area = float(sum(shape.area for shape in shapes if shape is not None))
    return symbol_scale(layer.values.to_numpy(dtype=float), area, unit=unit)


def draw_proposed(page: Axes, outline: Path, *, unit: float, zorder: float) -> None:
    """Outline proposed villages: a dark line on a white one, so that it is seen on dark classes too.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> from lokus.show.drawing.layout import Box
    >>> draw_proposed(page, Box(0, 0, 10, 10).path, unit=1.0, zorder=5)
    >>> len(page.patches)
    2
    """
    for shift, colour, width in ((0.0, "white", 2.3), (0.05, LOKUS_LINE["color"], LOKUS_LINE["width"])):
        draw_outline(page, outline, edge=colour, width=width * unit, zorder=zorder + shift)


def draw_body(
    page: Axes,
    shapes: npt.NDArray[Any],
    borders: npt.NDArray[Any],
    layer: Layer,
    index: pd.Index,
    *,
    unit: float,
    circles: SymbolScale | None = None,
) -> None:
    """Draw the villages of a layer and the borders of their kecamatan.

    Parameters
    ----------
    shapes, borders : arrays of polygons or None
        Villages and kecamatan, in millimetres on the sheet.
    layer : Layer
        Theme; its villages are looked up by `index`.
    index : pandas.Index
        Village of each shape.
    unit : float
        Factor on line widths.
    circles : SymbolScale, optional
        Sizes of the circles, on a layer that has them.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> import pandas as pd
    >>> from lokus.show.themes.themes import make_layer
    >>> results = pd.DataFrame({"skor": [0.7, 0.2], "nomor": [1, None]}, index=["9901012001", "9901012002"])
    >>> layer = make_layer(results, "skor")
    >>> import shapely
    >>> shapes = np.array([shapely.box(0, 0, 50, 50), shapely.box(50, 0, 90, 50)])
    >>> draw_body(page, shapes, np.array([shapely.box(0, 0, 90, 50)]), layer, results.index, unit=1.0)
    >>> [path.get_gid() for path in page.patches if path.get_gid()][:2]
    ['kelas:sangat rendah', 'kelas:rendah']
    """
    classes = layer.classes.loc[index].to_numpy()
    unsure = layer.unsure.loc[index].to_numpy()
    for key, colour in layer.palette.items():
        outline = compound_path(shapes[classes == key])
        draw_outline(page, outline, face=colour, zorder=2, gid=f"kelas:{key}")
        if key in CLASS_HATCH:
            draw_hatch(page, outline, zorder=2.4, **CLASS_HATCH[key])
        if circles is None:
            weak = compound_path(shapes[(classes == key) & unsure])
            draw_hatch(page, weak, zorder=2.5, colour=mark_colour(colour), **UNSURE_HATCH)
    draw_outline(
        page, compound_path(shapes), edge=VILLAGE_LINE["color"], width=VILLAGE_LINE["width"] * unit, zorder=3
    )
    draw_outline(
        page, compound_path(borders), edge=KECAMATAN_LINE["color"], width=KECAMATAN_LINE["width"] * unit,
        zorder=4,
    )  # fmt: skip
    if layer.outlined:
        proposed = compound_path(shapes[layer.lokus.loc[index].notna().to_numpy()])
        draw_proposed(page, proposed, unit=unit, zorder=5)
    if circles is not None:
        values = layer.values.loc[index].to_numpy(dtype=float)
        points = deepest_points(shapes)
        there = np.isfinite(values) & np.isfinite(points[:, 0])
        centres = [point if drawn else None for point, drawn in zip(points.tolist(), there, strict=True)]
        draw_symbols(page, centres, values, unsure, circles, unit=unit)
