"""Slides of maps: one with its legend, or two side by side."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.show.charts.pictures import DPI, map_picture
from lokus.show.slides.deck import ACCENT, BODY, QUIET, Deck
from lokus.show.slides.fit import Area, Paragraph, fit_text, text_height
from lokus.show.themes.themes import make_layer
from lokus.show.words.narrative import map_sentence

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pptx.slide import Slide

    from lokus.show.results.material import Material
    from lokus.show.themes.layer import Layer, LegendEntry

__all__ = ["map_pair_slide", "map_slide"]

_HEAD = 8.0  # name of a map of a pair, millimetres
_WORDS = 13.0  # its sentence
_SWATCH = 7.0
_BESIDE = 46.0  # legend beside a map of a pair
_LARGEST = 15.0  # type of the legend of a map alone, points: one size for all its classes
_SIZE = 11.0  # type of the legend of a pair, points
_READ = 10.0  # points: read from the back row; a larger map is not worth smaller type
_PAIR_DPI = 120  # half the width on the slide


def map_slide(deck: Deck, material: Material, theme: str, sheet: Callable[[str], Figure]) -> None:
    """Show a map with its legend.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> map_slide(deck, kajian.material, "usulan", kajian.maps.sheet)
    >>> len(deck)
    1
    """
    layer = make_layer(material.results, theme)
    page = deck.slide(
        _("Map: {title}").format(title=layer.title),
        material.info.rule if theme == "usulan" else _outlines(layer),
    )
    left, right = BODY.columns(5, 2, gap=8)
    drawn = deck.picture(page, left, map_picture(sheet(theme), dpi=DPI), _alt(material, layer))
    key = Area(left=drawn.right + 8, top=BODY.top, width=BODY.right - drawn.right - 8, height=right.height)
    top = key.top
    room = key.width - _SWATCH
    size = min((_fit(entry, room, _LARGEST, smallest=9)[0] for entry in layer.legend), default=_LARGEST)
    for entry in layer.legend:
        deck.swatch(page, key.left, top + 1, entry.colour, pattern=entry.pattern)
        line = Area(left=key.left + _SWATCH, top=top, width=room, height=12)
        taken = deck.text(page, line, [Paragraph(text=_line(entry))], largest=size, smallest=9)
        top += max(taken, 6.5) + 2.5
    said = map_sentence(material.results, theme, layer.classes)
    notes = [Paragraph(text=said, bold=True)] if said else []
    notes += [Paragraph(text=note, colour=QUIET) for note in (layer.note, _hatched(layer)) if note]
    if notes:
        rest = Area(left=key.left, top=top + 3, width=key.width, height=BODY.bottom - top - 3)
        deck.text(page, rest, notes, largest=13, smallest=8)


def map_pair_slide(
    deck: Deck, material: Material, themes: Sequence[str], sheet: Callable[[str], Figure]
) -> None:
    """Show two maps side by side, each with its legend and a sentence; one alone as :func:`map_slide`.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> map_pair_slide(deck, kajian.material, ["prevalensi", "skor"], kajian.maps.sheet)
    >>> len(deck)
    1
    """
    if len(themes) == 1:
        map_slide(deck, material, themes[0], sheet)
        return
    layers = [make_layer(material.results, theme) for theme in themes]
    title = _("Maps: {left} and {right}").format(left=layers[0].short, right=layers[1].short)
    page = deck.slide(title, _outlines(layers[0]))
    halves = [
        _Half(area=area, layer=layer, image=map_picture(sheet(layer.theme), dpi=_PAIR_DPI))
        for area, layer in zip(BODY.columns(1, 1, gap=10), layers, strict=True)
    ]

    def size(below: bool) -> float:
        return min(half.type_size(below=below) for half in halves)

    def worth(below: bool) -> tuple[float, float]:
        return min(size(below), _READ), min(half.width(below=below) for half in halves)

    below = max((True, False), key=worth)
    for half in halves:
        _draw_half(deck, page, half, material, below=below, size=size(below))


@dataclass(frozen=True, kw_only=True)
class _Half:
    """One map of a pair: its picture with the legend below it in two columns, or beside it in one."""

    area: Area
    layer: Layer
    image: bytes

    @property
    def middle(self) -> Area:
        """Room for picture and legend, between name and sentence."""
        area = self.area
        return Area(
            left=area.left, top=area.top + _HEAD + 1, width=area.width,
            height=area.height - _HEAD - _WORDS - 3,
        )  # fmt: skip

    @property
    def entries(self) -> list[LegendEntry]:
        """Classes that occur."""
        return [entry for entry in self.layer.legend if entry.count]

    def picture(self, *, below: bool) -> Area:
        """Room for the picture."""
        middle = self.middle
        if not below:
            return Area(
                left=middle.left, top=middle.top, width=middle.width - _BESIDE - 4, height=middle.height
            )
        columns = _columns(self.entries, 2)
        width = self.line_width(below=True)
        tallest = max((sum(_height(entry, width) for entry in column) for column in columns), default=0.0)
        return middle.first(middle.height - tallest - 2)

    def line_width(self, *, below: bool) -> float:
        """Width of the name of a class."""
        return (self.area.width / 2 if below else _BESIDE) - _SWATCH - 2

    def type_size(self, *, below: bool) -> float:
        """Largest type in which every class can be written."""
        width = self.line_width(below=below)
        return min((_fit(entry, width)[0] for entry in self.entries), default=_SIZE)

    def width(self, *, below: bool) -> float:
        """Width that the picture gets."""
        room = self.picture(below=below)
        wide, high = struct.unpack(">II", self.image[16:24])  # of the PNG header
        return min(room.width, room.height * float(wide) / float(high))


def _draw_half(deck: Deck, page: Slide, half: _Half, material: Material, *, below: bool, size: float) -> None:
    area, layer = half.area, half.layer
    head = [Paragraph(text=layer.title, bold=True, colour=ACCENT)]
    deck.text(page, area.first(_HEAD), head, largest=15, smallest=9)
    lines = [map_sentence(material.results, layer.theme, layer.classes), _hatched(layer)]
    foot = Area(left=area.left, top=area.bottom - _WORDS, width=area.width, height=_WORDS)
    deck.text(page, foot, [Paragraph(text=line) for line in lines if line], largest=12, smallest=8)
    drawn = deck.picture(page, half.picture(below=below), half.image, _alt(material, layer))
    left, top = (area.left, drawn.bottom + 2) if below else (drawn.right + 4, drawn.top)
    columns = _columns(half.entries, 2 if below else 1)
    pitch = (area.right - left) / len(columns) if columns else 0.0
    for place, column in enumerate(columns):
        corner = Area(left=left + place * pitch, top=top, width=pitch, height=12)
        _legend(deck, page, corner, column, size=size)


def _columns(entries: Sequence[LegendEntry], number: int) -> list[Sequence[LegendEntry]]:
    rows = max(1, -(-len(entries) // number))
    return [entries[first : first + rows] for first in range(0, len(entries), rows)]


def _fit(
    entry: LegendEntry, width: float, size: float = _SIZE, *, smallest: float = 8
) -> tuple[float, Sequence[Paragraph]]:
    text = [Paragraph(text=_line(entry))]
    return fit_text(text, Area(left=0, top=0, width=width, height=12), largest=size, smallest=smallest)


def _height(entry: LegendEntry, width: float, size: float = _SIZE) -> float:
    fitted, kept = _fit(entry, width, size)
    return max(text_height(kept, fitted, width), 5.5) + 1.2


def _legend(deck: Deck, page: Slide, area: Area, entries: Sequence[LegendEntry], *, size: float) -> None:
    """Write the classes under each other, from the upper left corner of the area."""
    width, top = area.width - _SWATCH - 2, area.top
    for entry in entries:
        deck.swatch(page, area.left, top + 0.5, entry.colour, pattern=entry.pattern)
        line = Area(left=area.left + _SWATCH, top=top, width=width, height=12)
        deck.text(page, line, [Paragraph(text=_line(entry))], largest=size, smallest=8)
        top += _height(entry, width, size)


def _line(entry: LegendEntry) -> str:
    name = f"{entry.label} ({entry.limits})" if entry.label and entry.limits else entry.name
    return _("{name}: {n} villages").format(name=name, n=entry.count)


def _hatched(layer: Layer) -> str:
    if not layer.unsure_count:
        return ""
    return _("Hatched: {n} villages whose numbers are not yet reliable").format(n=layer.unsure_count)


def _outlines(layer: Layer) -> str:
    return _("Bold outlines: proposed lokus") if layer.outlined else ""


def _alt(material: Material, layer: Layer) -> str:
    return _("Map of {kabupaten}: {title}").format(kabupaten=material.info.kabupaten, title=layer.title)
