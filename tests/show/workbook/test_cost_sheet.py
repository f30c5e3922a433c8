"""The sheet of costs."""

from __future__ import annotations

from types import SimpleNamespace

from openpyxl import Workbook

from lokus.show.results.info import StudyInfo
from lokus.show.workbook.cost_sheet import costs_sheet
from tests.show.tables.test_cost_tables import COSTS


def test_money_is_written_as_whole_numbers_and_missing_cost_in_words():
    sheet = Workbook().active
    info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    costs_sheet(sheet, SimpleNamespace(costs=COSTS, trade_off=None, info=info))
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    money = [cell for cell in cells if cell.value == 175_000_000]
    assert len(money) == 4  # two of the office, of the intervention, of the village
    assert {cell.number_format for cell in money} == {"[$-421]#,##0;[$-421]−#,##0"}
    assert any(cell.value == "belum ada biaya" for cell in cells)
    titles = {"Biaya menurut kegiatan", "Anggaran menurut sumber dana", "Biaya setiap lokus"}
    assert titles <= {cell.value for cell in cells}
    assert sheet.column_dimensions["A"].width >= 44
