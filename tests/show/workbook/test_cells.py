"""Cells: what is asked for is what a cell gets, however many cells were dressed before it."""

from __future__ import annotations

import io
from itertools import pairwise, product

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill

from lokus.show.results.info import StudyInfo
from lokus.show.workbook.cells import dress, keep_whole, prepare_print, write_cell

FONTS = [Font(name="Arial", size=size, bold=bold) for size, bold in product((9, 10), (True, False))]
FILLS = [PatternFill("solid", fgColor=colour) for colour in ("14506B", "FFF6D6")]
FORMATS = ["0.0", "#,##0"]


def test_each_cell_of_many_has_the_style_it_was_given():
    book = Workbook()
    asked = [*product(FONTS, FILLS, FORMATS)] * 3
    for row, (font, fill, digits) in enumerate(asked, start=1):
        cell = book.active.cell(row=row, column=1, value=row)
        dress(cell, font=font)
        dress(cell, fill=fill, number_format=digits)
    out = io.BytesIO()
    book.save(out)
    cells = [row[0] for row in load_workbook(out).active.iter_rows()]
    got = [(c.font.sz, c.font.b, c.fill.fgColor.rgb[2:], c.number_format) for c in cells]
    assert got == [(font.sz, font.b, fill.fgColor.rgb[2:], digits) for font, fill, digits in asked]


def test_a_cell_does_not_change_with_another_that_had_its_style():
    sheet = Workbook().active
    one, other = (write_cell(sheet, row, 1, "a", fill=FILLS[0]) for row in (1, 2))
    dress(one, alignment=Alignment(horizontal="right"))
    assert (one.alignment.horizontal, other.alignment.horizontal) == ("right", None)


def test_workbooks_do_not_share_styles():
    first, second = Workbook(), Workbook()
    for fill in FILLS:
        write_cell(first.active, 1, 1, "a", fill=fill)
    cell = write_cell(second.active, 1, 1, "a", fill=FILLS[1])
    assert cell.fill.fgColor.rgb[2:] == "FFF6D6"


def test_text_that_begins_like_a_formula_is_text():
    for text in ("=1+1", "@SUM(A1)", "-2"):
        cell = write_cell(Workbook().active, 1, 1, text)
        assert (cell.value, cell.data_type, cell.quotePrefix) == (text, "s", True)


def test_no_page_ends_within_a_table_that_fits_on_one():
    """Heights are added up here from the sheet alone; Excel passes over breaks of a sheet fitted to pages."""
    sheet = Workbook().active
    for row in range(1, 101):
        write_cell(sheet, row, 1, "isi")
    starts = [3, 15, 28, 40, 60, 75]
    keep_whole(sheet, starts)
    stops = [stop.id for stop in sheet.row_breaks.brk]
    assert stops
    assert {stop + 1 for stop in stops} <= set(starts)
    room = 595.3 - 72 * (sheet.page_margins.top + sheet.page_margins.bottom)
    for first, last in pairwise([0, *stops, 100]):
        assert 15 * (last - first) <= room
    prepare_print(sheet, StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026))
    assert not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.scale == 100
