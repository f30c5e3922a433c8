"""Workbooks that come out the same, whenever and wherever they are written."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from lokus.files import atomic_path

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["Cell", "Sheet", "write_workbook"]

Cell = str | int | float | None

_WRITTEN = datetime(2026, 3, 1)
_MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*")


@dataclass(kw_only=True)
class Sheet:
    """A worksheet being laid out: rows of cells, merged ranges, rows in bold."""

    title: str
    rows: list[Sequence[Cell]] = field(default_factory=list)
    merges: list[str] = field(default_factory=list)
    bold: set[int] = field(default_factory=set)

    def add(self, *rows: Sequence[Cell], bold: bool = False) -> None:
        """Append rows."""
        self.rows += rows
        if bold:
            self.bold |= set(range(len(self.rows) - len(rows) + 1, len(self.rows) + 1))


def write_workbook(path: Path, sheets: Sequence[Sheet]) -> None:
    """Write `sheets` to an xlsx file whose bytes depend on nothing but them.

    A workbook is a zip archive: the hour of writing stands in each of its members and in its properties, and
    both are fixed here.
    """
    book = Workbook()
    book.remove(book.active)
    book.properties.creator = "lokus"
    book.properties.title = "DATA CONTOH SINTETIS"
    book.properties.created = book.properties.modified = _WRITTEN
    for sheet in sheets:
        _fill(book.create_sheet(sheet.title), sheet)
    buffer = BytesIO()
    book.save(buffer)
    with (
        atomic_path(path) as draft,
        zipfile.ZipFile(buffer) as source,
        zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in source.namelist():
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MODIFIED.sub(rb"\g<1>" + _WRITTEN.strftime("%Y-%m-%dT%H:%M:%SZ").encode(), content)
            target.writestr(
                zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED
            )


def _fill(worksheet: Worksheet, sheet: Sheet) -> None:
    for number, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row, start=1):
            if value is None:
                continue
            cell = worksheet.cell(number, column)
            cell.value = value
            if number in sheet.bold:
                cell.font = Font(bold=True)
                cell.alignment = Alignment(wrap_text=True, vertical="center")
    for merged in sheet.merges:
        first, _, last = merged.partition(":")
        if first != last:
            worksheet.merge_cells(merged)
    for column in range(2, 29):
        worksheet.column_dimensions[get_column_letter(column)].width = 24 if column < 4 else 11
