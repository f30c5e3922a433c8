"""The sheet of structures."""

from __future__ import annotations

import pandas as pd
from openpyxl import Workbook

from lokus.followup.structures import village_structures
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.results.info import StudyInfo
from lokus.show.workbook.structure_sheet import structures_sheet


def test_where_none_is_lacking_there_is_one_table_only():
    village = pd.DataFrame(
        {"desa": ["A"], "kecamatan": "K", "kode_kecamatan": "990101", "bkb": [2.0]}, index=["9901012001"]
    )
    sheet = Workbook().active
    info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    structures_sheet(sheet, info, village_structures(village, ["bkb"], load_catalogue()))
    said = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "Kelompok Bina Keluarga Balita (BKB)" in said
    assert "Kelembagaan yang perlu dibentuk" not in said
