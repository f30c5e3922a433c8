"""The sheet of what the case audit found."""

from __future__ import annotations

import pandas as pd
from openpyxl import Workbook

from lokus.followup.audit_returns import audit_returns
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.results.info import StudyInfo
from lokus.show.workbook.returns_sheet import audit_returns_sheet


def test_small_counts_are_said_to_be_masked_and_others_told():
    villages = pd.DataFrame(
        {"desa": ["Alai", "Batu"], "kecamatan": "Air", "kode_kecamatan": "1"}, index=["11", "12"]
    )
    rows = pd.DataFrame(
        {"kode_desa": ["11", "12"], "sebab": "air_layak", "kasus": [2, 31], "status": "belum"}
    )
    sheet = Workbook().active
    info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    audit_returns_sheet(sheet, info, audit_returns(rows, villages, load_catalogue()))
    values = [cell.value for row in sheet.iter_rows() for cell in row]
    assert 31 in values
    assert 2 not in values[10:] or values.count(2) <= 2  # recommendations, never cases
    assert 33 not in values
    assert values.count("disamarkan") == 3
