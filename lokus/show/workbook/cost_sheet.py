"""The sheet of costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.show.tables.cost_tables import cost_tables
from lokus.show.workbook.cells import write_cell, write_heading, write_table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.results.material import Material

__all__ = ["costs_sheet"]


def costs_sheet(sheet: Worksheet, material: Material) -> None:
    """Write the tables of costs one below the other.

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> from lokus import Kajian
    >>> sheet = Workbook().active
    >>> costs_sheet(sheet, Kajian.open("data/kajian/contoh-2026.toml").material)
    >>> sheet["A2"].value
    'Biaya menutup kesenjangan'
    """
    first, *rest = cost_tables(material)
    top = write_heading(
        sheet, material.info, _("Cost of closing the gaps"), [first.title, first.lead, *first.notes]
    )
    widest: dict[str, float] = {}
    end = write_table(sheet, top, first.columns)
    for table in rest:
        _keep_widths(sheet, widest)
        row = end + 1
        write_cell(sheet, row, 1, table.title, font={"bold": True})
        for text in (table.lead, *table.notes):
            if text:
                row += 1
                write_cell(sheet, row, 1, text)
        end = write_table(sheet, row + 1, table.columns)
    _keep_widths(sheet, widest)
    for letter, width in widest.items():
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = None
    sheet.print_title_rows = None


def _keep_widths(sheet: Worksheet, widest: dict[str, float]) -> None:
    for letter, part in sheet.column_dimensions.items():
        widest[letter] = max(widest.get(letter, 0.0), part.width)
