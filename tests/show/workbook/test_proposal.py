from __future__ import annotations

from dataclasses import replace

import numpy as np
import openpyxl
import pytest

from lokus.followup.gaps import find_gaps
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.workbook.workbook import write_workbook


@pytest.fixture
def gap_rows(material, tmp_path):
    def write(results, gaps):
        path = write_workbook(tmp_path / "b.xlsx", replace(material, results=results, gaps=gaps))
        sheet = openpyxl.load_workbook(path)["Kesenjangan"]
        top = int(sheet.auto_filter.ref.split(":")[0][1:])
        heads = [str(cell.value).replace("\u00a0", " ") for cell in sheet[top]]
        rows = [
            dict(zip(heads, (cell.value for cell in row), strict=True))
            for row in sheet.iter_rows(min_row=top + 1)
        ]
        return sheet, rows

    return write


def test_the_sheet_states_thresholds_and_marks_what_fails(material, tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", replace(material, level=0.8))
    book = openpyxl.load_workbook(path)
    sheet = book["Kesenjangan"]
    top = int(sheet.auto_filter.ref.split(":")[0][1:])
    heads = [str(cell.value).replace("\u00a0", " ") for cell in sheet[top]]
    assert "Dinas PUPR · Akses sanitasi layak (< 70,0)" in heads
    rows = list(sheet.iter_rows(min_row=top + 1))
    assert len(rows) == material.gaps["kode_desa"].nunique()
    numbers = [row[0].value for row in rows if row[0].value is not None]
    assert numbers == sorted(numbers)
    filled = sum(cell.fill.fgColor.rgb == "00F6DCCB" for row in rows for cell in row)
    assert filled == len(material.gaps) == sum(row[-1].value for row in rows)
    annex = [cell.value for row in book["Dasar penetapan"].iter_rows(max_row=8) for cell in row]
    assert "Batas bawah rentang 80\u00a0%" in annex
    assert "Peluang menjadi lokus (%)" in annex


def test_missing_values_are_said_to_be_so_and_kinds_are_counted_apart(material, gap_rows):
    results = material.results.copy()
    results["cakupan_imunisasi"] = np.where(np.arange(len(results)) % 3 == 0, np.nan, 60.0)
    limits = {"sanitasi_layak": 70.0, "cakupan_imunisasi": 70.0}
    gaps = find_gaps(results, limits, load_catalogue())
    sheet, rows = gap_rows(results, gaps)
    name = "Dinas Kesehatan · Balita memperoleh imunisasi dasar lengkap (< 70,0)"
    codes = [row["Kode"].replace(".", "") for row in rows]
    unknown = results["cakupan_imunisasi"].isna()[codes].tolist()
    assert [row[name] == "belum ada data" for row in rows] == unknown
    assert any(unknown)
    assert not all(unknown)
    per_kind = {kind: sum(row[f"Intervensi {kind}"] for row in rows) for kind in ("spesifik", "sensitif")}
    assert per_kind == gaps["jenis"].value_counts().to_dict()
    lines = [cell.value for cell in sheet["A"][:6]]
    assert any(f"{sum(unknown)} sel belum ada data" in str(line) for line in lines)


def test_masked_values_are_no_missing_data(material, gap_rows):
    masked = material.results.copy()
    key = "bumil_kek"
    masked[key] = 9.0
    masked.iloc[1, masked.columns.get_loc(key)] = np.nan
    masked["disamarkan"] = np.where(masked[key].isna(), key, "")
    gaps = find_gaps(masked, {key: 4.0, "sanitasi_layak": 101.0}, load_catalogue())
    _sheet, rows = gap_rows(masked, gaps)
    column = next(head for head in rows[0] if "KEK" in head)
    assert sum(row[column] is None for row in rows) == 1
    assert not any(row[column] == "belum ada data" for row in rows)
