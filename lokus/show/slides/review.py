"""Slides of the review: what becomes of the earlier list, why, and what of its fall is real."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.charts.falls import draw_falls
from lokus.show.charts.pictures import DPI, map_picture, png_bytes
from lokus.show.results.review import STATUSES
from lokus.show.slides.deck import ACCENT, BODY, QUIET, Deck, continued
from lokus.show.slides.fit import Area, Paragraph, plan_table
from lokus.show.tables.review import effect_table, moves_table
from lokus.show.themes.palette import REVIEW
from lokus.show.themes.themes import available_themes, make_layer
from lokus.show.words.review import effect_lines, fall_lines, review_summary

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from lokus.show.results.material import Material
    from lokus.show.results.review import ReviewMaterial

__all__ = ["review_slides"]

_WORDS = 25.0  # what a chart means, below it, millimetres
_MOVES = 3  # most slides of villages that move


def review_slides(deck: Deck, material: Material, sheet: Callable[[str], Figure]) -> None:
    """Add the slides of the review; none when there is no earlier list.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> review_slides(deck, kajian.material, kajian.maps.sheet)
    >>> len(deck)
    5
    """
    if material.review is None:
        return
    _outcome(deck, material, material.review, sheet)
    _moves(deck, material)
    _falls(deck, material, material.review)
    _effect(deck, material)


def _outcome(deck: Deck, material: Material, review: ReviewMaterial, sheet: Callable[[str], Figure]) -> None:
    """Show the map of the review, and how many villages stay, come in, go out and graduate."""
    page = deck.slide(
        _("Review of last year's list"),
        _("List of {then} beside the proposal for {now}").format(then=review.year, now=material.info.tahun),
    )
    right = BODY
    if "reviu" in available_themes(material.results):
        left, right = BODY.columns(3, 2, gap=10)
        layer = make_layer(material.results, "reviu")
        alt = _("Map of {kabupaten}: {title}").format(kabupaten=material.info.kabupaten, title=layer.title)
        drawn = deck.picture(page, left, map_picture(sheet("reviu"), dpi=DPI), alt)
        right = Area(
            left=drawn.right + 10, top=BODY.top, width=BODY.right - drawn.right - 10, height=BODY.height
        )
    numbers = review.numbers
    for place, status in enumerate(STATUSES):
        cell = Area(left=right.left, top=right.top + 15 * place, width=right.width, height=13)
        deck.swatch(page, cell.left, cell.top + 3, REVIEW[status], side=7)
        count = Area(left=cell.left + 10, top=cell.top, width=16, height=13)
        deck.text(
            page, count, [Paragraph(text=format_number(numbers[status]), bold=True, colour=ACCENT)],
            largest=26, smallest=14,
        )  # fmt: skip
        name = Area(left=cell.left + 28, top=cell.top + 3, width=cell.width - 28, height=9)
        deck.text(page, name, [Paragraph(text=REVIEW.label(status))], largest=16, smallest=9)
    rest = right.below(15 * len(STATUSES), gap=2)
    lines = [Paragraph(text=line) for line in review_summary(review)]
    deck.text(page, rest, lines, largest=14, smallest=8)


def _moves(deck: Deck, material: Material) -> None:
    """List the villages that come in, go out or graduate, with the cause."""
    table = moves_table(material)
    if not len(table):
        return
    columns = table.columns
    plan = plan_table(columns, BODY.width, BODY.height, largest=15, smallest=10, most_pages=_MOVES)
    for part in range(len(plan.pages)):
        page = deck.slide(continued(table.title, part + 1, len(plan.pages)), table.lead)
        deck.table(page, BODY, columns, plan, part=part)


def _falls(deck: Deck, material: Material, review: ReviewMaterial) -> None:
    """Show the measured fall of the earlier lokus beside the expected one."""
    villages, lines = review.falls(material.results), fall_lines(material)
    if villages is None and not lines:
        return
    page = deck.slide(
        _("A real fall, or chance?"),
        _("Villages listed for a high figure have a lower one a year later, helped or not"),
    )
    if villages is None:
        deck.text(page, BODY, [Paragraph(text=line) for line in lines], largest=24, smallest=10)
        return
    words = _WORDS if lines else 0.0
    room = BODY.first(BODY.height - words)
    figure = draw_falls(
        villages, years=(review.year, material.info.tahun), width=room.width, height=room.height,
        level=review.level,
    )  # fmt: skip
    deck.picture(
        page, room, png_bytes(figure, dpi=DPI),
        _("Measured prevalence of the earlier lokus in both years, and the expected one"),
    )  # fmt: skip
    if lines:
        foot = BODY.below(room.height, gap=1)
        deck.text(page, foot, [Paragraph(text=line) for line in lines], largest=13, smallest=8)


def _effect(deck: Deck, material: Material) -> None:
    """Say whether being lokus helped, with interval and caution."""
    table = effect_table(material)
    if table is None:
        return
    page = deck.slide(
        _("Does being lokus help?"),
        _("What is left of the fall when everything expected without help is taken off"),
    )
    first, *rest = effect_lines(material)
    taken = deck.text(
        page, BODY.first(46), [Paragraph(text=first, bold=True, colour=ACCENT)], largest=20, smallest=11
    )
    below = BODY.below(taken, gap=6)
    plan = plan_table(table.columns, below.width, 0.55 * below.height, largest=16, smallest=9)
    tall = deck.table(page, below, table.columns, plan)
    cautions = [Paragraph(text=line, bullet=True, colour=QUIET) for line in rest]
    deck.text(page, below.below(tall, gap=6), cautions, largest=14, smallest=8)
