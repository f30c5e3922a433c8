"""Measure the texts of a workbook against their cells, in type as wide as Arial is."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter, range_boundaries

from lokus.show.drawing.typography import text_width
from lokus.show.slides.fit import count_lines

__all__ = ["cut_cells", "parted_columns", "small_type"]

_PAPERS = {"9": (841.9, 595.3), "8": (1190.6, 841.9)}  # points: A4 and A3, the long side first

_AS_ARIAL = 0.87  # widths are those of DejaVu Sans, which runs wider
_LEADING = 1.17


def cut_cells(path: str | Path) -> list[str]:
    """Cells whose text needs more lines than their row has, or is cut by a neighbour that is not empty."""
    cut = []
    for sheet in openpyxl.load_workbook(path):
        if sheet.sheet_state != "visible":
            continue
        spans = {(span.min_row, span.min_col): span for span in sheet.merged_cells.ranges}
        hidden = {place for start, span in spans.items() for place in span.cells if place != start}
        area = str(sheet.print_area or "").rpartition("!")[2]
        end = range_boundaries(area)[2] if area else sheet.max_column
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            text = cell.value
            if not isinstance(text, str) or text.startswith("=") or (cell.row, cell.column) in hidden:
                continue
            span = spans.get((cell.row, cell.column))
            room = _room(sheet, cell.column, span.max_col if span else cell.column)
            size = float(cell.font.sz or 11)
            weight = "bold" if cell.font.b else "normal"
            lines = sum(count_lines(part, size * _AS_ARIAL, room, weight=weight) for part in text.split("\n"))
            if cell.alignment.wrap_text:
                height = sheet.row_dimensions[cell.row].height or (15.0 if lines == 1 else 0.0)
                too_much = lines * size * _LEADING > height + 3
            else:
                beside = sheet.cell(cell.row, cell.column + 1).value not in (None, "")
                # Beside empty cells a text runs on, on paper no further than the last column that is printed.
                over = text_width(text, size * _AS_ARIAL, weight=weight) > _room(sheet, cell.column, end)
                too_much = lines > 1 and (beside or (over and end >= cell.column))
            if too_much:
                cut.append(f"{sheet.title}!{cell.coordinate}: {text[:50]}")
    return cut


def small_type(path: str | Path, *, least: float = 7.0) -> list[str]:
    """Sheets whose printed type is smaller than `least` points, with its size; and columns cut by a page.

    Column widths are counted in figures of 7 pixels, 96 of them an inch, as Excel does for Arial 10.
    """
    small = []
    for sheet in openpyxl.load_workbook(path):
        if sheet.sheet_state != "visible":
            continue
        setup, area = sheet.page_setup, str(sheet.print_area or "").rpartition("!")[2]
        long, short = _PAPERS[str(setup.paperSize)]
        margins = 72 * (sheet.page_margins.left + sheet.page_margins.right)
        paper = (short if setup.orientation == "portrait" else long) - margins
        last = range_boundaries(area)[2] if area else sheet.max_column
        points = 72 / 25.4
        if sheet.sheet_properties.pageSetUpPr and sheet.sheet_properties.pageSetUpPr.fitToPage:
            scale = min(1.0, paper / (points * _room(sheet, 1, last)))
        else:
            scale = setup.scale / 100
            repeated = sheet.print_title_cols
            held = range_boundaries(repeated.replace("$", ""))[2] if repeated else 0
            ends = [*(stop.id for stop in sheet.col_breaks.brk), last]
            for start, end in pairwise([0, *ends]):
                wide = _room(sheet, start + 1, end) + (_room(sheet, 1, held) if start and held else 0)
                if points * wide * scale > paper:
                    small.append(f"{sheet.title}: columns {start + 1} to {end} are wider than the paper")
        rows = sheet.iter_rows(max_col=last)
        sizes = {float(cell.font.sz or 11) for row in rows for cell in row if cell.value not in (None, "")}
        if sizes and scale * min(sizes) < least:
            small.append(f"{sheet.title}: {scale * min(sizes):.1f} points")
    return small


_FOLLOWS = re.compile(r"Batas (bawah|atas) rentang|desa terisi|Bagian skor:")


def parted_columns(path: str | Path) -> list[str]:
    """Columns that a page of the print begins with although they belong to the one before; lines cut there.

    An end of an interval belongs to its estimate, the number of villages with data to their sum, and a part
    of the score to the other parts. Beside the first page the columns that name the row are repeated, and all
    that is written above the table stands in them.
    """
    parted = []
    for sheet in openpyxl.load_workbook(path):
        breaks = [stop.id for stop in sheet.col_breaks.brk]
        if sheet.sheet_state != "visible" or not breaks:
            continue
        title = sheet.print_title_cols
        if not title:
            parted.append(f"{sheet.title}: nothing names the rows of the second page")
            continue
        held = range_boundaries(title.replace("$", ""))[2]
        top = int(str(sheet.print_title_rows).replace("$", "").split(":")[0])
        for stop in breaks:
            head, before = (str(sheet.cell(top, column).value) for column in (stop + 1, stop))
            if (found := _FOLLOWS.match(head)) and (
                found[0] != "Bagian skor:" or before.startswith("Bagian skor:")
            ):
                parted.append(f"{sheet.title}: a page begins with {head!r}")
        merged = {(span.min_row, span.min_col): span.max_col for span in sheet.merged_cells.ranges}
        for row in range(1, top):
            cell = sheet.cell(row, 1)
            if not cell.value:
                continue
            room = _room(sheet, 1, held)
            size = float(cell.font.sz or 11) * _AS_ARIAL
            wide = text_width(str(cell.value), size, weight="bold" if cell.font.b else "normal")
            folded = cell.alignment.wrap_text and merged.get((row, 1), 1) <= held
            if wide > room and not folded:
                parted.append(f"{sheet.title}: the line is cut: {str(cell.value)[:40]}")
    return parted


def _room(sheet, first: int, last: int) -> float:
    """Width of columns, millimetres."""
    letters = map(get_column_letter, range(first, last + 1))
    return sum((7 * sheet.column_dimensions[letter].width - 1) / 96 * 25.4 for letter in letters)
