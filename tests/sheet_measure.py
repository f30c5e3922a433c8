"""Measure the texts of a workbook against their cells, in type as wide as Arial is."""

from __future__ import annotations

from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter

from lokus.show.slides.fit import count_lines

__all__ = ["cut_cells"]

_AS_ARIAL = 0.87  # widths are those of DejaVu Sans, which runs wider
_LEADING = 1.17


def cut_cells(path: str | Path) -> list[str]:
    """Cells whose text needs more lines than their row has, or is cut by a neighbour that is not empty."""
    cut = []
    for sheet in openpyxl.load_workbook(path):
        if sheet.sheet_state != "visible":
            continue
        merged = {place for span in sheet.merged_cells.ranges for place in span.cells}
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            text = cell.value
            if not isinstance(text, str) or text.startswith("=") or (cell.row, cell.column) in merged:
                continue
            column = sheet.column_dimensions[get_column_letter(cell.column)].width
            room = (7 * column - 1) / 96 * 25.4
            size = float(cell.font.sz or 11)
            weight = "bold" if cell.font.b else "normal"
            lines = sum(count_lines(part, size * _AS_ARIAL, room, weight=weight) for part in text.split("\n"))
            if cell.alignment.wrap_text:
                height = sheet.row_dimensions[cell.row].height or (15.0 if lines == 1 else 0.0)
                too_much = lines * size * _LEADING > height + 3
            else:
                too_much = lines > 1 and sheet.cell(cell.row, cell.column + 1).value not in (None, "")
            if too_much:
                cut.append(f"{sheet.title}!{cell.coordinate}: {text[:50]}")
    return cut
