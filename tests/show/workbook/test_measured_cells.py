"""No line and no heading of a sheet is cut: every text is measured against its cell."""

from __future__ import annotations

import openpyxl
import pytest
from oki_study import write_oki
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.pagebreak import Break, ColBreak
from openpyxl.worksheet.properties import PageSetupProperties

from lokus import Kajian
from lokus.show.drawing.typography import text_width
from lokus.show.workbook.calendar import write_calendar
from lokus.show.workbook.period_workbook import write_period_workbook
from lokus.show.workbook.workbook import write_workbook
from lokus.stages.periods import find_period, period_report
from tests.sheet_measure import cut_cells, parted_columns, small_type


def test_no_text_of_the_workbook_is_cut(reviewed, tmp_path):
    path = write_workbook(tmp_path / "lokus.xlsx", reviewed)
    assert cut_cells(path) == []
    assert small_type(path) == []
    assert parted_columns(path) == []


@pytest.mark.slow
@pytest.mark.parametrize("study", ["contoh", "pasangkayu", "oki"])
def test_no_text_of_a_whole_study_is_cut_or_too_small_on_paper(study, root, tmp_path, request):
    if study == "contoh":
        opened = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")
    else:
        shared = request.getfixturevalue("shared_data")
        stated = root / "tests" / "pasangkayu" / "kajian.toml"
        opened = Kajian.open(stated if study == "pasangkayu" else write_oki(tmp_path / "oki", shared))
    books = [write_workbook(tmp_path / "lokus.xlsx", opened.material)]
    if opened.calendar is not None:
        path, info = tmp_path / "kalender.xlsx", opened.info
        books.append(write_calendar(path, opened.calendar, info, interventions=opened.interventions))
    if opened.periods:
        report = period_report(opened, find_period(opened))
        books.append(write_period_workbook(tmp_path / "laporan.xlsx", report))
    for path in books:
        assert cut_cells(path) == []
        assert small_type(path) == []
        assert parted_columns(path) == []


def test_type_too_small_on_paper_would_be_noticed(tmp_path):
    book = openpyxl.Workbook()
    for column in range(1, 21):
        book.active.cell(row=1, column=column, value="isi")
        book.active.column_dimensions[get_column_letter(column)].width = 20
    book.active.page_setup.paperSize, book.active.page_setup.orientation = 8, "landscape"
    book.active.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    book.save(tmp_path / "a.xlsx")
    assert small_type(tmp_path / "a.xlsx") == ["Sheet: 5.7 points"]
    book.active.sheet_properties.pageSetUpPr.fitToPage = False
    book.active.page_setup.scale = 80
    book.save(tmp_path / "a.xlsx")
    assert small_type(tmp_path / "a.xlsx") == ["Sheet: columns 1 to 20 are wider than the paper"]


def test_a_cut_text_would_be_noticed(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"], sheet["B1"] = "Balita memperoleh imunisasi dasar lengkap", "63,9"
    sheet["A2"] = "Balita memperoleh imunisasi dasar lengkap menurut umur"
    sheet["A2"].alignment = Alignment(wrap_text=True)
    sheet.row_dimensions[2].height = 15
    sheet["A3"], sheet["B3"] = "Alai", "12"
    sheet["A4"] = "Kalimat panjang yang boleh melebar ke sel kosong di sampingnya"
    sheet["A5"] = "Kalimat yang melebar melewati kolom terakhir dan terpotong di kertas, " * 2
    sheet["H6"] = "kolom terakhir"
    sheet.column_dimensions["H"].width = 20
    book.save(tmp_path / "a.xlsx")
    assert [text.split(":")[0] for text in cut_cells(tmp_path / "a.xlsx")] == [
        "Sheet!A1",
        "Sheet!A2",
        "Sheet!A5",
    ]


@pytest.mark.slow
def test_no_word_of_a_heading_is_broken_and_the_audit_needs_no_small_type(demo, tmp_path):
    book = openpyxl.load_workbook(write_workbook(tmp_path / "lokus.xlsx", demo.material))
    broken = [
        f"{sheet.title}!{cell.coordinate}: {word}"
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.font.b and cell.fill.fgColor.rgb == "0014506B"
        for word in cell.value.split()
        if text_width(word, 0.87 * 10, weight="bold")
        > (7 * sheet.column_dimensions[get_column_letter(cell.column)].width - 1) / 96 * 25.4
    ]
    assert broken == []


def test_parted_columns_would_be_noticed(tmp_path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "Sebuah kalimat di atas tabel yang jauh lebih panjang daripada kolom yang diulang"
    for place, head in enumerate(("Desa", "Perkiraan", "Batas bawah rentang 90 %", "Batas atas rentang"), 1):
        sheet.cell(row=2, column=place, value=head)
    sheet.col_breaks.append(Break(id=1))
    book.save(tmp_path / "a.xlsx")
    assert parted_columns(tmp_path / "a.xlsx") == ["Sheet: nothing names the rows of the second page"]
    sheet.print_title_rows, sheet.print_title_cols = "2:2", "A:A"
    for stop, faults in ((1, 1), (2, 2), (3, 2)):
        sheet.col_breaks = ColBreak()
        sheet.col_breaks.append(Break(id=stop))
        book.save(tmp_path / "a.xlsx")
        assert len(parted_columns(tmp_path / "a.xlsx")) == faults
