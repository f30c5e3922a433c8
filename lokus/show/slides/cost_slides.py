"""Slides of costs: what each office needs against its budget, and lists compared by cost and children."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.show.slides.deck import BODY, QUIET, Deck
from lokus.show.slides.fit import Area, Paragraph, plan_table
from lokus.show.tables.cost_tables import budget_table, length_table, office_costs_table

if TYPE_CHECKING:
    from pptx.slide import Slide

    from lokus.show.results.material import Material
    from lokus.show.tables.table import Table

__all__ = ["costs_slides"]

_NOTES = 20  # millimetres below a table
_OFFICES = (0, 1, 2, 3, 4, 5)  # without the cost in all villages, which is in the workbook
_POINTS = (0, 1, 2, 3)


def costs_slides(deck: Deck, material: Material) -> None:
    """Show the cost of the list, and what other lengths and budgets give; nothing without unit costs.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> costs_slides(deck, kajian.material)
    >>> len(deck)
    2
    """
    costs, compared = material.costs, material.trade_off
    if costs is None:
        return
    offices = office_costs_table(costs)
    page = deck.slide(_("Cost of closing the gaps"), offices.lead)
    _place(deck, page, BODY, offices, _OFFICES)
    if compared is None:
        return
    tables = [length_table(costs, compared)] if len(compared.by_number) else []
    if len(compared.by_budget):
        tables.append(budget_table(costs, compared, n=len(material.chosen)))
    if not tables:
        return
    page = deck.slide(_("Lists compared by cost and children"), tables[0].notes[0])
    for area, table in zip(BODY.columns(*([1] * len(tables)), gap=8), tables, strict=True):
        title = Paragraph(text=table.title, bold=True)
        tall = deck.text(page, area.first(14), [title], largest=14, smallest=9)
        below = replace(table, notes=(table.lead, *table.notes[1:]))
        _place(deck, page, area.below(tall, gap=2), below, _POINTS)


def _place(deck: Deck, page: Slide, area: Area, table: Table, kept: tuple[int, ...]) -> None:
    columns = [table.columns[place] for place in kept]
    room = area.first(area.height - _NOTES)
    tall = deck.table(
        page, room, columns, plan_table(columns, room.width, room.height, largest=14, smallest=8)
    )
    notes = [Paragraph(text=note, colour=QUIET) for note in table.notes if note]
    if notes:
        deck.text(page, area.below(tall, gap=2), notes, largest=12, smallest=8)
