"""The workbook of a periodic report."""

from __future__ import annotations

from dataclasses import replace

import pytest
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from period_study import period_study

from lokus.show.workbook.period_workbook import write_period_workbook
from lokus.stages.periods import find_period, period_report


def test_a_kecamatan_has_its_villages_and_hostile_names_are_text(tmp_path):
    study = period_study(tmp_path)
    report = period_report(study, find_period(study, semester=1))
    villages = report.villages.copy()
    villages.loc[villages["kode_kecamatan"] == "990101", "kecamatan"] = "=1+1:[A]/" + "x" * 40
    villages.loc["9901012001", "desa"] = "=cmd|' /C calc'!A0"
    book = load_workbook(write_period_workbook(tmp_path / "a.xlsx", replace(report, villages=villages)))
    sheet = book.worksheets[-4]
    assert len(sheet.title) <= 31
    cells = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row if cell.value}
    assert cells["=cmd|' /C calc'!A0"] == "s"
    assert len(book.sheetnames) == len({name.casefold() for name in book.sheetnames})


def test_the_summary_and_the_villages_of_a_kecamatan_can_be_read_on_paper(tmp_path):
    study = period_study(tmp_path)
    report = period_report(study, find_period(study, semester=1))
    book = load_workbook(write_period_workbook(tmp_path / "a.xlsx", report))
    summary, villages = book.worksheets[0], book.worksheets[-1]
    long = [cell for (cell,) in summary["A4:A30"] if len(str(cell.value or "")) > 120]
    assert long
    assert all(cell.alignment.wrap_text for cell in long)
    assert all(summary.row_dimensions[cell.row].height > 25 for cell in long)
    assert summary.column_dimensions["A"].width <= 120
    assert villages.max_column <= 1 + max(len(block.services) for block in report.blocks)
    seen = [cell.value for cell in villages["A"]]
    assert all(seen.count(block.title) == 1 for block in report.blocks)
    own = report.villages[report.villages["kode_kecamatan"] == list(report.kecamatan)[-1]]
    assert all(seen.count(name) == len(report.blocks) * list(own["desa"]).count(name) for name in own["desa"])


@pytest.mark.slow
def test_the_print_of_a_whole_kabupaten_leaves_changes_of_villages_to_the_screen(demo, tmp_path):
    report = period_report(demo, find_period(demo))
    book = load_workbook(write_period_workbook(tmp_path / "a.xlsx", report))
    changes = book["Perubahan per desa"]
    assert changes.max_row > 1000
    last = range_boundaries(changes.print_area.rpartition("!")[2])[3]
    top = int(changes.print_title_rows.split(":")[0].strip("$"))
    printed = [row[7].value for row in changes.iter_rows(min_row=top + 1, max_row=last)]
    assert len(printed) == 60
    assert all("memburuk" in way for way in printed)
    assert any("60 baris pertama" in str(cell.value) for (cell,) in changes["A1:A10"])
