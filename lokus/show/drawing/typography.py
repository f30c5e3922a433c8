"""Measure, fit and break text in millimetres before it is drawn.

The metrics are those of DejaVu Sans, which is part of matplotlib, so that pages are the same on every machine
and match the measurements.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.ft2font import Kerning, LoadFlags

__all__ = [
    "FAMILY",
    "LINE",
    "MM_PER_POINT",
    "Letter",
    "Word",
    "fit_lines",
    "fit_size",
    "font_file",
    "lay_out",
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
    words = lay_out(text, weight, style)
    rise = max(word.rise for word in (*words, _word(_TALL, weight, style)))
    return sum(word.width for word in words) / 100, rise / 100


class Letter(NamedTuple):
    """A letter of a word, lengths in hundredths of an em.

    Parameters
    ----------
    font : str
        File of its font.
    text : str
        What it stands for: two characters for a ligature.
    glyph : int
        Its number in the font.
    left, up : float
        Where it stands from the start of the word.
    kern : float
        Room before it beyond the advance of the one before.
    """

    font: str
    text: str
    glyph: int
    left: float
    up: float
    kern: float


@dataclass(frozen=True, slots=True, eq=False)
class Word:
    """A word of a line, with the space behind it where there is one; lengths in hundredths of an em.

    Parameters
    ----------
    letters : tuple of Letter
        The space too.
    width : float
        To where the next word begins: 64ths, so that sums are exact.
    rise : float
        How high it stands above the baseline.
    """

    letters: tuple[Letter, ...]
    width: float
    rise: float


@lru_cache(maxsize=16384)
def lay_out(text: str, weight: str = "normal", style: str = "normal") -> tuple[Word, ...]:
    """Lay out a line once, for measuring it and for writing it.

    Words are laid out one by one, since most of them occur again: no letter of a word changes by what stands
    beyond a space. Where that is not known of the script, the whole line counts as one word.

    Examples
    --------
    >>> [[(letter.text, round(letter.left)) for letter in word.letters] for word in lay_out("To Ya")]
    [[('T', 0), ('o', 44), (' ', 105)], [('Y', 0), ('a', 47)]]
    """
    words = _WORDS.findall(text) if _APART.fullmatch(text) else [text]
    return tuple(_word(word, weight, style) for word in words)


_WORDS = re.compile("[^ ]+ ?| ")
# Latin letters and the signs set among them; none of them combines with its neighbour or turns the direction.
_APART = re.compile(r"[ -~¡-¬®-ɏ‐-‧‰-⁞₠-₿℀-⋿]*")


@lru_cache(maxsize=16384)
def _word(text: str, weight: str, style: str) -> Word:
    font = get_font(font_file(weight, style))
    font.set_size(100, 72)
    letters, width, rise = [], 0.0, 0.0
    for own, char, glyph_index, x, y, kern in _placed(font, text):
        file = str(own.fname)
        if (shape := _SHAPES.get((file, glyph_index))) is None:
            glyph = own.load_glyph(glyph_index, flags=LoadFlags.NO_HINTING)
            shape = _SHAPES[file, glyph_index] = glyph.horiAdvance / 64, glyph.bbox[3] / 64
        letters.append(Letter(file, char, glyph_index, x, y, kern if abs(kern) > _ROUNDING else 0.0))
        width, rise = x + shape[0], max(rise, shape[1])
    return Word(tuple(letters), width, rise)


_SHAPES: dict[tuple[str, int], tuple[float, float]] = {}  # advance and rise of a glyph
_ROUNDING = 0.01  # advances are rounded to 64ths; what that leaves is no kerning


def _placed(font: Any, text: str) -> Iterator[tuple[Any, str, int, float, float, float]]:
    """Font, character, glyph, place and kerning of each letter, as this version of matplotlib sets a line."""
    if not hasattr(font, "_layout"):  # should it go away: it is not public
        yield from _by_kerning(font, text)
        return
    for item in font._layout(text, LoadFlags.NO_HINTING):
        yield item.ft_object, item.char, item.glyph_index, item.x, item.y, item.prev_kern


def _by_kerning(font: Any, text: str) -> Iterator[tuple[Any, str, int, float, float, float]]:
    """Set a line letter by letter, with the kerning of each pair: no ligatures, one font."""
    x, before = 0.0, None
    for char in text:
        glyph = font.get_char_index(ord(char))
        kern = font.get_kerning(before, glyph, Kerning.UNFITTED) / 64 if before is not None else 0.0
        x += kern
        yield font, char, glyph, x, 0.0, kern
        x += font.load_glyph(glyph, flags=LoadFlags.NO_HINTING).horiAdvance / 64
        before = glyph


@lru_cache
def font_file(weight: str, style: Any) -> Any:
    """File of the font of a weight and style.

    Examples
    --------
    >>> font_file("bold", "normal").endswith("DejaVuSans-Bold.ttf")
    True
    """
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
    # A hair less than fits: measured again, the text must not be a rounding error too wide.
    return max(smallest, min(largest, width / widest * (1 - 1e-9))) if widest else largest


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
    words = text.split(" ")
    # The first word that does not fit whole holds the cut, or stands after it.
    most = len(" ".join(words[: _fitting(words, size, width, weight) + 1]))
    for end in range(min(most, len(text) - 1), 0, -1):
        cut = text[:end].rstrip() + "…"
        if text_width(cut, size, weight=weight) <= width:
            return cut
    return "…"


def _fitting(words: Sequence[str], size: float, width: float, weight: str) -> int:
    """How many of the words fit into a line, at least one."""
    left = 0.0
    for place, word in enumerate(words):
        if place and left + text_width(word, size, weight=weight) > width:
            return place
        left += text_width(f"{word} ", size, weight=weight)
    return len(words)


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
        taken = len(words) if len(broken) == lines - 1 else _fitting(words, size, width, weight)
        broken.append(shorten(" ".join(words[:taken]), size, width, weight=weight))
        words = words[taken:]
    return broken
