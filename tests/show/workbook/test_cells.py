"""Cells: what is asked for is what a cell gets, however many cells were dressed before it."""

from __future__ import annotations

import io
from itertools import pairwise, product

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from lokus.show.results.info import StudyInfo
from lokus.show.tables.table import Column
from lokus.show.workbook.cells import (
    dress,
    keep_whole,
    prepare_print,
    write_cell,
    write_heading,
    write_table,
)
from tests.sheet_measure import cut_cells

INFO = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)

FONTS = [Font(name="Arial", size=size, bold=bold) for size, bold in product((9, 10), (True, False))]
FILLS = [PatternFill("solid", fgColor=colour) for colour in ("14506B", "FFF6D6")]
FORMATS = {"0.0": "[$-421]0.0;[$-421]−0.0", "#,##0": "[$-421]#,##0;[$-421]−#,##0"}


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
    assert got == [(font.sz, font.b, fill.fgColor.rgb[2:], FORMATS[digits]) for font, fill, digits in asked]


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
    prepare_print(sheet, INFO)
    room = 595.3 - 72 * (sheet.page_margins.top + sheet.page_margins.bottom)
    for first, last in pairwise([0, *stops, 100]):
        assert 15 * (last - first) <= room
    assert not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.scale == 100


def test_no_column_of_a_sheet_with_page_breaks_runs_over_to_another_page():
    """Arial is not everywhere: DejaVu Sans, which may stand in, has figures of 6.4 points at this size."""
    sheet = Workbook().active
    for column, width in zip("ABCD", (36, 16, 44, 44), strict=True):
        sheet.column_dimensions[column].width = width
    for row in range(1, 101):
        for column in range(1, 5):
            write_cell(sheet, row, column, "isi")
    keep_whole(sheet, [3, 40, 75])
    prepare_print(sheet, INFO)
    assert sheet.row_breaks.brk
    wide = sum(6.4 * width for width in (36, 16, 44, 44))
    assert wide * sheet.page_setup.scale / 100 <= 841.9 - 72 * 2 * sheet.page_margins.left


@pytest.mark.parametrize(("width", "paper"), [(20, "9"), (45, "8")])
def test_a_sheet_too_wide_to_be_read_on_a4_is_printed_on_a3(width, paper):
    sheet = Workbook().active
    for column in range(1, 7):
        write_cell(sheet, 1, column, "isi")
        sheet.column_dimensions[get_column_letter(column)].width = width
    prepare_print(sheet, INFO)
    assert str(sheet.page_setup.paperSize) == paper
    wide = (841.9 if paper == "9" else 1190.6) - 72 * 2 * sheet.page_margins.left
    assert 10 * wide / (6 * width * 5.25) >= 5.5, "points of the type"


def test_a_heading_longer_than_its_sheet_is_wide_is_broken_and_not_cut(tmp_path):
    book = Workbook()
    sheet = book.active
    top = write_heading(sheet, INFO, "Judul", ["Kalimat yang jauh lebih panjang daripada tabelnya " * 3])
    write_table(
        sheet, top, [Column(head="Desa/Kelurahan", values=["Alai"]), Column(head="Kode", values=["1"])]
    )
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert [place.split(":")[0] for place in cut_cells(path)] == [f"{sheet.title}!A3"]
    prepare_print(sheet, INFO)
    book.save(path)
    assert cut_cells(path) == []
    assert sheet["A1"].alignment.wrap_text is not True, "what fits stays as it is"
