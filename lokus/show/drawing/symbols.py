"""Draw circles with area proportional to a number, and the legend of their sizes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from matplotlib.patches import Circle

from lokus.i18n import format_number
from lokus.show.drawing.furniture import INK, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from lokus.show.drawing.layout import Box

__all__ = ["SYMBOL", "SymbolScale", "draw_circle", "draw_symbol_legend", "draw_symbols", "symbol_scale"]

SYMBOL = "#2b6a8c"
_COVERED = 0.16  # share of the land that all circles together may cover
_LARGEST, _SMALLEST = 7.0, 0.35  # radius in millimetres


@dataclass(frozen=True, kw_only=True)
class SymbolScale:
    """Radius of a circle for a value.

    Parameters
    ----------
    largest : float
        Largest value shown.
    radius : float
        Radius of its circle.

    Examples
    --------
    >>> scale = SymbolScale(largest=100, radius=6.0)
    >>> scale.radii(np.array([25.0])).tolist(), scale.examples
    ([3.0], (100.0, 20.0, 5.0))
    """

    largest: float
    radius: float

    def radii(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Radii of values; a missing value has none."""
        return np.asarray(self.radius * np.sqrt(np.maximum(values, 0) / self.largest), dtype=float)

    @property
    def examples(self) -> tuple[float, ...]:
        """Three round values to show in a legend, the largest first."""
        return tuple(dict.fromkeys(_round_down(self.largest / part) for part in (1, 4.5, 20)))


def _round_down(value: float) -> float:
    """Next lower number that begins with 1, 2 or 5; at least 1."""
    power = 10.0 ** math.floor(math.log10(max(value, 1)))
    # The logarithm of a number just below a power of ten rounds up to it.
    return max([float(step * power) for step in (0.5, 1, 2, 5) if step * power <= max(value, 1)], default=1.0)


def symbol_scale(values: npt.NDArray[np.float64], area: float, *, unit: float = 1.0) -> SymbolScale:
    """Choose the size of the circles so that together they cover about a sixth of the land.

    Parameters
    ----------
    values : array
        Values shown; missing ones are left aside.
    area : float
        Area of the land on the sheet in mm².
    unit : float
        Factor on the largest radius.

    Examples
    --------
    >>> scale = symbol_scale(np.array([40.0, 10.0, np.nan]), area=5000.0)
    >>> scale.largest, round(scale.radius, 1)
    (40.0, 7.0)
    """
    present = values[np.isfinite(values) & (values > 0)]
    if not len(present):
        return SymbolScale(largest=1.0, radius=1.0)
    largest = float(present.max())
    by_area = math.sqrt(_COVERED * area * largest / (math.pi * float(present.sum())))
    return SymbolScale(largest=largest, radius=max(min(by_area, _LARGEST * unit), 1.0 * unit))


def draw_symbols(
    page: Axes,
    centres: Sequence[Any],
    values: npt.NDArray[np.float64],
    unsure: npt.NDArray[np.bool_],
    scale: SymbolScale,
    *,
    unit: float,
) -> None:
    """Draw the circles, large ones beneath small ones; hollow where the value is not yet reliable.

    Parameters
    ----------
    centres : sequence of (x, y) or None
        Places on the sheet.
    values, unsure : arrays
        For each place its value, and whether it rests on weak data.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> scale = SymbolScale(largest=40.0, radius=7.0)
    >>> values, unsure = np.array([40.0, 10.0, np.nan]), np.array([False, True, False])
    >>> draw_symbols(page, [(20, 20), (40, 30), (60, 30)], values, unsure, scale, unit=1.0)
    >>> [round(circle.radius, 1) for circle in page.patches]
    [7.0, 3.5]
    """
    radii = scale.radii(values)
    for place in np.argsort(-radii, kind="stable"):
        if centres[place] is None or not radii[place] > 0:
            continue
        radius = max(float(radii[place]), _SMALLEST * unit)
        draw_circle(page, centres[place], radius, hollow=bool(unsure[place]), unit=unit)


def draw_symbol_legend(page: Axes, box: Box, scale: SymbolScale, label: str, *, unit: float) -> float:
    """Draw example circles standing in one another at the top of a box; return the height used.

    Parameters
    ----------
    label : str
        Unit behind the largest number.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> from lokus.show.drawing.layout import Box
    >>> scale = SymbolScale(largest=40.0, radius=7.0)
    >>> draw_symbol_legend(page, Box(10, 10, 80, 40), scale, "anak", unit=1.0) > 8
    True
    >>> [text.get_text() for text in page.texts]
    ['20 anak', '5', '2']
    """
    examples = scale.examples
    radii = scale.radii(np.array(examples))
    largest = float(radii[0])
    height = max(2 * largest, (len(examples) * 2.9) * unit)
    x, bottom = box.left + max(largest, 3.5 * unit), box.top - (height + 2 * largest) / 2
    text = x + max(largest, 3.5 * unit) + 5 * unit
    pitch = max(2.9 * unit, 2 * largest / max(len(examples), 1) * 0.8)
    for number, (value, radius) in enumerate(zip(examples, radii, strict=True)):
        page.add_artist(
            Circle(
                (x, bottom + float(radius)), float(radius), facecolor=SYMBOL + "40", edgecolor=SYMBOL,
                linewidth=0.6 * unit, zorder=8 + number / 10,
            )
        )  # fmt: skip
        y = box.top - (height - pitch * (len(examples) - 1)) / 2 - number * pitch
        edge = bottom + 2 * radius
        page.plot(
            [x, text - 3 * unit, text - 1 * unit], [edge, y, y], color=INK, linewidth=0.4 * unit, zorder=9
        )
        words = format_number(value) + (f" {label}" if number == 0 else "")
        write(page, text, y, words, 6.5 * unit, va="center_baseline", gid=f"ukuran:{number}")
    return height


def draw_circle(
    page: Axes, centre: Any, radius: float, *, hollow: bool, unit: float, zorder: float = 5.5
) -> None:
    """Draw one circle; hollow where its value is not yet reliable.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> page = Figure().add_subplot()
    >>> draw_circle(page, (20, 20), 4.0, hollow=True, unit=1.0)
    >>> page.patches[0].radius
    4.0
    """
    page.add_artist(
        Circle(
            (float(centre[0]), float(centre[1])), radius,
            facecolor="#ffffffd0" if hollow else SYMBOL + "d8", edgecolor=SYMBOL if hollow else "white",
            linewidth=(0.8 if hollow else 0.45) * unit, zorder=zorder,
        )
    )  # fmt: skip
