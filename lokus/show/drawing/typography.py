"""Measuring, fitting and breaking text in millimetres, before anything is drawn.

The metrics are those of DejaVu Sans, which matplotlib carries with it: the same page comes out on every
machine, and what was measured is what is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import LoadFlags

__all__ = [
    "FAMILY",
    "LINE",
    "MM_PER_POINT",
    "fit_lines",
    "fit_size",
    "line_height",
    "metrics",
    "shorten",
    "text_width",
    "wrap",
]

FAMILY = "DejaVu Sans"
MM_PER_POINT = 25.4 / 72
LINE = 1.32  # line height in ems
_TALL = "lp"
_HINTING = 1.03  # renderers round glyph advances to pixels; a little room for that


@lru_cache(maxsize=16384)
def metrics(text: str, weight: str = "normal", style: str = "normal") -> tuple[float, float]:
    """Width and height above the baseline of a line, in ems; no line is lower than one of "lp".

    Examples
    --------
    >>> [round(part, 2) for part in metrics("Muara Enim")]
    [5.97, 0.76]
    """
    font = get_font(_file(weight, style))
    font.set_size(100, 72)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    width, height = font.get_width_height()
    rise = (height - font.get_descent()) / 6400
    return width / 6400, rise if text == _TALL else max(rise, metrics(_TALL, weight, style)[1])


@lru_cache
def _file(weight: str, style: Any) -> Any:
    return findfont(FontProperties(family=FAMILY, weight=weight, style=style))


def text_width(text: str, size: float, *, weight: str = "normal") -> float:
    """Width of one line in millimetres at a type size in points.

    Examples
    --------
    >>> text_width("Muara Enim", 10) > text_width("Muara", 10) > 0
    True
    """
    return metrics(text, weight)[0] * size * MM_PER_POINT * _HINTING if text else 0.0


def line_height(size: float) -> float:
    """Distance between two lines in millimetres.

    Examples
    --------
    >>> round(line_height(10), 2)
    4.66
    """
    return size * MM_PER_POINT * LINE


def fit_size(
    texts: Sequence[str], width: float, *, largest: float, smallest: float, weight: str = "normal"
) -> float:
    """Largest type size, between the limits, at which every text fits into `width` millimetres.

    Examples
    --------
    >>> [fit_size([name], 5, largest=9, smallest=5) for name in ("Air", "Tanjung Agung Selatan")]
    [9, 5]
    """
    widest = max((text_width(text, 1.0, weight=weight) for text in texts), default=0.0)
    return max(smallest, min(largest, width / widest)) if widest else largest


def fit_lines(
    text: str, width: float, room: float, *, largest: float, smallest: float, leading: float = 0.0
) -> tuple[float, list[str]]:
    """Break a text into lines at the largest type size at which all of it fits; only then is it cut.

    Parameters
    ----------
    text : str
    width, room : float
        Of the place, millimetres.
    largest, smallest : float
        Limits of the type size, points.
    leading : float
        Millimetres between lines beyond the usual.

    Examples
    --------
    >>> size, lines = fit_lines("Sumber: Dinas Kesehatan, Dinas PUPR dan DPPKB", 30, 6, largest=7, smallest=4)
    >>> size < 7, " ".join(lines)
    (True, 'Sumber: Dinas Kesehatan, Dinas PUPR dan DPPKB')
    """
    size, lines = largest, [""]
    while text:
        most = max(1, int((room + 1e-6) / (line_height(size) + leading)))
        lines = wrap(text, size, width, lines=most)
        if " ".join(lines).split() == text.split() or size <= smallest:
            return size, lines
        size = max(smallest, size - 0.2)
    return largest, []


def shorten(text: str, size: float, width: float, *, weight: str = "normal") -> str:
    """Cut a text with an ellipsis so that it fits into `width` millimetres.

    Examples
    --------
    >>> shorten("Tanjung Agung Selatan", 10, 20)
    'Tanjung…'
    """
    if text_width(text, size, weight=weight) <= width:
        return text
    for end in range(len(text) - 1, 0, -1):
        cut = text[:end].rstrip() + "…"
        if text_width(cut, size, weight=weight) <= width:
            return cut
    return "…"


def wrap(text: str, size: float, width: float, *, lines: int, weight: str = "normal") -> list[str]:
    """Break a text at spaces into at most `lines` lines of `width` millimetres.

    The last line is cut with an ellipsis when the rest does not fit.

    Examples
    --------
    >>> wrap("Semende Darat Laut", 10, 26, lines=2)
    ['Semende', 'Darat Laut']
    """
    broken: list[str] = []
    words = text.split()
    while words:
        if len(broken) == lines - 1:
            broken.append(shorten(" ".join(words), size, width, weight=weight))
            break
        taken = 1
        while taken < len(words) and text_width(" ".join(words[: taken + 1]), size, weight=weight) <= width:
            taken += 1
        broken.append(shorten(" ".join(words[:taken]), size, width, weight=weight))
        words = words[taken:]
    return broken
