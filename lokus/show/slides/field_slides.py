"""Slides of what the field sent back: structures, foster parents, results of the case audit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lokus.show.slides.deck import BODY, QUIET, Deck
from lokus.show.slides.fit import Paragraph, plan_table
from lokus.show.tables.case_audit_tables import case_audit_total_table
from lokus.show.tables.foster_tables import foster_total_table
from lokus.show.tables.village_structures import lacking_table, structures_table

if TYPE_CHECKING:
    from lokus.show.results.material import Material
    from lokus.show.tables.table import Table

__all__ = ["field_slides"]

_NOTES = 22  # millimetres below a table


def field_slides(deck: Deck, material: Material) -> None:
    """Show which structures are missing, and what foster parents and audit teams reported.

    Examples
    --------
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> from lokus.show.slides.deck import Deck
    >>> deck = Deck(kajian.info)
    >>> field_slides(deck, kajian.material)
    >>> len(deck)
    3
    """
    found = material.structures
    if found is not None:
        table = structures_table(found)
        _slide(deck, [table, lacking_table(found, lokus_only=True)], table.title, table.lead)
    if material.foster is not None and material.foster.periods:
        table = foster_total_table(material.foster)
        _slide(deck, [replace(table, title="")], table.title, table.lead)
    if material.audit_returns is not None and len(material.audit_returns.total):
        table = case_audit_total_table(material.audit_returns)
        _slide(deck, [replace(table, title="")], table.title, table.lead)


def _slide(deck: Deck, tables: list[Table], title: str, lead: str) -> None:
    page = deck.slide(title, lead)
    shown = [table for table in tables if len(table)]
    areas = BODY.columns(*([3, 2][: len(shown)]), gap=8)
    for number, (area, table) in enumerate(zip(areas, shown, strict=True)):
        below = area
        if number:
            named = Paragraph(text=table.title, bold=True)
            tall = deck.text(page, area.first(14), [named], largest=14, smallest=9)
            below = area.below(tall, gap=2)
        room = below.first(below.height - _NOTES)
        plan = plan_table(table.columns, room.width, room.height, largest=14, smallest=8)
        tall = deck.table(page, room, table.columns, plan)
        notes = [Paragraph(text=note, colour=QUIET) for note in table.notes]
        if notes:
            deck.text(page, below.below(tall, gap=2), notes, largest=12, smallest=8)
