"""Tables below each other on one sheet."""

from __future__ import annotations

from openpyxl import Workbook

from lokus.show.results.info import StudyInfo
from lokus.show.tables.table import Column, Table
from lokus.show.workbook.stacked_sheet import stacked_sheet


def test_every_table_is_there_and_a_column_is_as_wide_as_the_widest_needs():
    sheet, info = Workbook().active, StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    tables = [
        Table.of(Column.text("Desa", ["Alai", "Batu"], width=width), title=title, notes=["catatan"])
        for title, width in (("Satu", 40), ("Dua", 12))
    ]
    stacked_sheet(sheet, info, "Judul", tables)
    texts = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    assert texts[0] == "Judul"
    assert texts[2:] == ["Satu", "catatan", "Desa", "Alai", "Batu", "Dua", "catatan", "Desa", "Alai", "Batu"]
    assert sheet.column_dimensions["A"].width == 40
