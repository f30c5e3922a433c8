"""Fit text and tables into boxes on a slide, by measuring them first.

Slides are set in Arial, which every office program has or replaces by a face of the same widths. What is
measured is DejaVu Sans, about a tenth wider: text that fits here fits there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lokus.show.drawing.typography import line_height, text_width
from lokus.show.results.text import unbroken

if TYPE_CHECKING:
    from lokus.show.tables.table import Column

__all__ = [
    "Area",
    "Paragraph",
    "TablePlan",
    "count_lines",
    "fit_text",
    "plan_table",
    "text_height",
]

PAD_X, PAD_Y = 1.6, 0.7  # inside a table cell, millimetres
NOTE = 7.0  # below a table that leaves rows out, for the line that says so, millimetres
_WHOLE_WORDS = 2
_BLANK = re.compile(r"[ \t\r\n]+")
_STEP = 0.5  # type sizes tried, points


@dataclass(frozen=True, kw_only=True)
class Area:
    """Rectangle in millimetres from the upper left corner of the slide."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """Lower edge."""
        return self.top + self.height

    def columns(self, *shares: float, gap: float = 8.0) -> tuple[Area, ...]:
        """Divide into columns whose widths are as the shares.

        Examples
        --------
        >>> [area.width for area in Area(left=0, top=0, width=108, height=50).columns(3, 1)]
        [75.0, 25.0]
        """
        room, left, parts = self.width - gap * (len(shares) - 1), self.left, []
        for share in shares:
            width = room * share / sum(shares)
            parts.append(Area(left=left, top=self.top, width=width, height=self.height))
            left += width + gap
        return tuple(parts)

    def below(self, height: float, *, gap: float = 4.0) -> Area:
        """Give what is left of the area below its first `height` millimetres."""
        taken = height + gap
        return Area(left=self.left, top=self.top + taken, width=self.width, height=self.height - taken)

    def first(self, height: float) -> Area:
        """Give the first `height` millimetres of the area."""
        return Area(left=self.left, top=self.top, width=self.width, height=height)


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """One paragraph.

    Parameters
    ----------
    text : str
    scale : float
        Type size relative to the text around it.
    bold, bullet : bool
    colour : str
        Hex digits, ``"22282C"``.
    """

    text: str
    scale: float = 1.0
    bold: bool = False
    bullet: bool = False
    colour: str = "22282C"

    def height(self, size: float, width: float) -> float:
        """Height in millimetres at a type size in points, with the space after it."""
        own = size * self.scale
        room = width - (BULLET_INDENT if self.bullet else 0)
        lines = count_lines(self.text, own, room, weight="bold" if self.bold else "normal")
        return lines * line_height(own) + SPACE_AFTER * line_height(size)


BULLET_INDENT = 5.0  # millimetres
SPACE_AFTER = 0.3  # of a line
_HAIR = 1e-6  # millimetres, of rounding


def count_lines(text: str, size: float, width: float, *, weight: str = "normal") -> int:
    """Lines that a text takes when broken at spaces; a word longer than the line is broken inside.

    Examples
    --------
    >>> count_lines("Semende Darat Laut", 10, 26)
    2
    """
    if width <= 0:
        raise ValueError(f"no room for text: {width} mm")
    # Word by word a text comes out a little wider than whole: a column as wide as it would seem too narrow.
    if "\n" not in text and text_width(text, size, weight=weight) <= width + _HAIR:
        return 1
    lines, used = 1, 0.0
    space = text_width("n n", size, weight=weight) - 2 * text_width("n", size, weight=weight)
    for word in _words(text):
        wide = text_width(word, size, weight=weight)
        if used and used + space + wide > width:
            lines, used = lines + 1, 0.0
        if wide > width:
            extra = math.ceil(wide / width) - 1
            lines, used = lines + extra, wide - extra * width
        else:
            used += (space if used else 0.0) + wide
    return lines


def _words(text: str) -> list[str]:
    """Parts between which a line may end."""
    return [word for word in _BLANK.split(unbroken(text)) if word]


def text_height(paragraphs: Sequence[Paragraph], size: float, width: float) -> float:
    """Height of paragraphs in millimetres.

    Examples
    --------
    >>> one = Paragraph(text="Semende Darat Laut")
    >>> text_height([one, one], 10, 60) == 2 * text_height([one], 10, 60)
    True
    """
    return sum(paragraph.height(size, width) for paragraph in paragraphs)


def fit_text(
    paragraphs: Sequence[Paragraph], area: Area, *, largest: float, smallest: float
) -> tuple[float, tuple[Paragraph, ...]]:
    """Largest type size at which the paragraphs fit, and as many of them as fit at the smallest.

    A paragraph that does not fit at the smallest size is cut with an ellipsis, those after it are left out.

    Examples
    --------
    >>> area = Area(left=0, top=0, width=60, height=12)
    >>> size, kept = fit_text([Paragraph(text="Semende Darat Laut " * 4)], area, largest=18, smallest=6)
    >>> 6 <= size < 18, len(kept)
    (True, 1)
    """
    size = largest
    while size > smallest and text_height(paragraphs, size, area.width) > area.height:
        size = max(smallest, size - _STEP)
    kept: list[Paragraph] = []
    room = area.height
    for paragraph in paragraphs:
        if paragraph.height(size, area.width) <= room:
            kept.append(paragraph)
            room -= paragraph.height(size, area.width)
            continue
        words = _words(paragraph.text)
        while words:
            words.pop()
            cut = Paragraph(
                text=" ".join(words) + " …", scale=paragraph.scale, bold=paragraph.bold,
                bullet=paragraph.bullet, colour=paragraph.colour,
            )  # fmt: skip
            if words and cut.height(size, area.width) <= room:
                kept.append(cut)
                break
        break
    return size, tuple(kept)


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """A table measured: which rows stand on which slide, and how large.

    Parameters
    ----------
    size : float
        Type size in points.
    widths : tuple of float
        Of the columns, millimetres.
    head : float
        Height of the head row, millimetres.
    heights : tuple of float
        Of the rows, millimetres.
    pages : tuple of (int, int)
        First row of a page and the one after its last.
    """

    size: float
    widths: tuple[float, ...]
    head: float
    heights: tuple[float, ...]
    pages: tuple[tuple[int, int], ...]

    @property
    def left_out(self) -> int:
        """Rows that are on no page."""
        return len(self.heights) - self.pages[-1][1]

    def height(self, page: int) -> float:
        """Height of the table on one page, millimetres."""
        first, after = self.pages[page]
        return self.head + sum(self.heights[first:after])


def plan_table(
    columns: Sequence[Column],
    width: float,
    height: float,
    *,
    largest: float = 14.0,
    smallest: float = 9.0,
    most_pages: int = 1,
    fine: float = 6.0,
) -> TablePlan:
    """Measure a table: as few pages as `smallest` allows, then as large as they allow.

    Parameters
    ----------
    columns : sequence of Column
        Equally long.
    width, height : float
        Room on each page, millimetres.
    largest, smallest : float
        Type sizes in points.
    most_pages : int
        Where the words of a column can be kept whole at `smallest`, the type is small enough for that.
        When the rows need more pages at `smallest`, the type becomes smaller still, down to `fine`; rows
        that do not fit even so are on no page, and there is room below for a note.

    Examples
    --------
    >>> from lokus.show.tables.table import Column
    >>> names = Column(head="Desa", values=["Air Dua", "Batu"])
    >>> plan_table([names], 120, 80).pages
    ((0, 2),)
    """
    whole = _whole_words(columns, _paged(columns, width, height, smallest))
    for pages in range(1, most_pages + 1):
        size = largest
        while size >= smallest:
            plan = _paged(columns, width, height, size)
            if len(plan.pages) <= pages and (not whole or _whole_words(columns, plan)):
                return plan
            size -= _STEP
    while size > fine:
        size -= _STEP
        plan = _paged(columns, width, height, size)
        if len(plan.pages) <= most_pages:
            return plan
    full = _paged(columns, width, height - NOTE, size, even=False)
    return replace(full, pages=full.pages[:most_pages])


def _whole_words(columns: Sequence[Column], plan: TablePlan) -> bool:
    """Whether no name is broken inside a word, as far as the smallest type can avoid it."""
    return all(
        text_width(word, plan.size) <= wide - 2 * PAD_X
        for column, wide in zip(columns, plan.widths, strict=True)
        for word in {word for text in column.texts for word in _words(text)}
    )


def _paged(
    columns: Sequence[Column], width: float, height: float, size: float, *, even: bool = True
) -> TablePlan:
    widths = _column_widths(columns, width, size)
    line = line_height(size)
    heads = [
        count_lines(c.head, size, w - 2 * PAD_X, weight="bold") for c, w in zip(columns, widths, strict=True)
    ]
    head = max(heads) * line + 2 * PAD_Y
    rows = zip(*(column.texts for column in columns), strict=True)
    heights = tuple(
        max(count_lines(text, size, w - 2 * PAD_X) for text, w in zip(row, widths, strict=True)) * line
        + 2 * PAD_Y
        for row in rows
    )
    pages, first, used = [], 0, head
    for place, tall in enumerate(heights):
        if used + tall > height and place > first:
            pages.append((first, place))
            first, used = place, head
        used += tall
    if heights:
        pages.append((first, len(heights)))
    pages = _even(pages, heights, head, height) if even and len(pages) > 1 else pages
    return TablePlan(size=size, widths=widths, head=head, heights=heights, pages=tuple(pages or [(0, 0)]))


def _even(
    pages: list[tuple[int, int]], heights: Sequence[float], head: float, height: float
) -> list[tuple[int, int]]:
    """Spread the rows evenly over the pages where that fits, so that none holds only a few."""
    share = -(-len(heights) // len(pages))
    even = [(first, min(first + share, len(heights))) for first in range(0, len(heights), share)]
    fits = all(head + sum(heights[first:after]) <= height for first, after in even)
    return even if fits and len(even) == len(pages) else pages


def _column_widths(columns: Sequence[Column], width: float, size: float) -> tuple[float, ...]:
    """Numbers get what they need; texts share the rest, those that need less than an even share first."""
    natural = [_natural(column, width, size, whole_heads=True) for column in columns]
    if sum(natural) > width:
        natural = [_natural(column, width, size, whole_heads=False) for column in columns]
    if sum(natural) <= width:
        spare = width - sum(natural)
        takers = [place for place, column in enumerate(columns) if not column.is_number] or [
            *range(len(columns))
        ]
        return tuple(
            wide + (spare / len(takers) if place in takers else 0.0) for place, wide in enumerate(natural)
        )
    widths = [wide if column.is_number else 0.0 for wide, column in zip(natural, columns, strict=True)]
    open_ = [place for place, column in enumerate(columns) if not column.is_number]
    rest = width - sum(widths)
    while open_:
        share = rest / len(open_)
        content = [place for place in open_ if natural[place] <= share]
        if not content:
            for place in open_:
                widths[place] = share
            break
        for place in content:
            widths[place] = natural[place]
            rest -= natural[place]
        open_ = [place for place in open_ if place not in content]
    return tuple(widths)


def _natural(column: Column, width: float, size: float, *, whole_heads: bool) -> float:
    """Width at which no text of a column breaks; heads over numbers may, into two lines or by words."""
    texts = max((text_width(text, size) for text in column.texts), default=0.0)
    words = max(text_width(word, size, weight="bold") for word in (_words(column.head) or [""]))
    whole = text_width(column.head, size, weight="bold")
    if not column.is_number:
        return min(max(texts, whole), column.most * width) + 2 * PAD_X
    head = words
    if whole_heads:
        head = whole if len(_words(column.head)) <= _WHOLE_WORDS else max(words, 0.6 * whole)
    return max(texts, head) + 2 * PAD_X
