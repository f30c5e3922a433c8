"""A sheet of several tables, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lokus.show.workbook.cells import write_cell, write_heading, write_table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.results.info import StudyInfo
    from lokus.show.tables.table import Table

__all__ = ["stacked_sheet"]


def stacked_sheet(sheet: Worksheet, info: StudyInfo, title: str, tables: Sequence[Table]) -> None:
    """Write tables one below the other; a column is as wide as the widest table needs it.

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.tables.table import Column, Table
    >>> sheet, info = Workbook().active, StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> parts = [Table.of(Column.text("Desa", ["Alai"]), title=name) for name in ("Satu", "Dua")]
    >>> stacked_sheet(sheet, info, "Desa", parts)
    >>> [sheet.cell(row=row, column=1).value for row in (3, 5, 6, 8)]
    ['Satu', 'Desa', 'Alai', 'Dua']
    """
    first, *rest = tables
    lines = [text for text in (first.title, first.lead, *first.notes) if text and text != title]
    end = write_table(sheet, write_heading(sheet, info, title, lines), first.columns)
    widest: dict[str, float] = {}
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
