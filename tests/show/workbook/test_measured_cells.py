"""No line and no heading of a sheet is cut: every text is measured against its cell."""

from __future__ import annotations

import openpyxl
import pytest
from openpyxl.styles import Alignment

from lokus import Kajian
from lokus.show.workbook.calendar import write_calendar
from lokus.show.workbook.workbook import write_workbook
from tests.sheet_measure import cut_cells


def test_no_text_of_the_workbook_is_cut(reviewed, tmp_path):
    assert cut_cells(write_workbook(tmp_path / "lokus.xlsx", reviewed)) == []


@pytest.mark.slow
def test_no_text_of_the_example_is_cut(root, tmp_path):
    study = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")
    assert cut_cells(write_workbook(tmp_path / "lokus.xlsx", study.material)) == []
    calendar = write_calendar(
        tmp_path / "kalender.xlsx", study.calendar, study.info, interventions=study.interventions
    )
    assert cut_cells(calendar) == []


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
