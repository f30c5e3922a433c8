from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from lokus.intake.indicators import load_catalogue
from lokus.show.gaps import GAP_COLUMNS, find_gaps, gaps_by_indicator
from lokus.show.workbook import write_workbook

VALUES = pd.DataFrame(
    {"sanitasi_layak": [50.0, 80.0, None, 90.0], "krs_persen": [60.0, 40.0, 41.0, 10.0]},
    index=["9901012001", "9901012002", "9901012003", "9901012004"],
)
LIMITS = {"sanitasi_layak": 80.0, "krs_persen": 40.0}


def test_only_the_worse_side_fails_and_missing_is_no_gap():
    gaps = find_gaps(VALUES, LIMITS, load_catalogue())
    assert tuple(gaps.columns) == GAP_COLUMNS
    got = set(zip(gaps["kode_desa"], gaps["kunci"], strict=True))
    assert got == {
        ("9901012001", "sanitasi_layak"), ("9901012001", "krs_persen"), ("9901012003", "krs_persen"),
    }  # fmt: skip
    assert gaps.set_index("kunci")["buruk"].to_dict() == {"sanitasi_layak": "rendah", "krs_persen": "tinggi"}


def test_the_study_may_name_another_office():
    gaps = find_gaps(VALUES, LIMITS, load_catalogue(), owners={"sanitasi_layak": "Dinas Perkim"})
    assert set(gaps.loc[gaps["kunci"] == "sanitasi_layak", "opd"]) == {"Dinas Perkim"}


def test_counts_of_lokus_and_villages():
    gaps = find_gaps(VALUES, LIMITS, load_catalogue())
    counted = gaps_by_indicator(gaps, ["9901012003"]).set_index("indikator")
    assert counted[["lokus", "desa"]].to_numpy().tolist() == [[1, 2], [0, 1]]


def test_no_thresholds_give_no_gaps_and_impossible_ones_are_refused():
    assert find_gaps(VALUES, {}, load_catalogue()).empty
    with pytest.raises(ValueError, match="no worse end"):
        find_gaps(VALUES.assign(sasaran=3.0), {"sasaran": 1.0}, load_catalogue())
    with pytest.raises(ValueError, match="idm"):
        find_gaps(VALUES, {"idm": 0.6}, load_catalogue())


def test_the_sheet_states_thresholds_and_marks_what_fails(material, tmp_path):
    path = write_workbook(tmp_path / "a.xlsx", material.results, material.info, gaps=material.gaps, level=0.8)
    book = openpyxl.load_workbook(path)
    sheet = book["Kesenjangan"]
    top = int(sheet.auto_filter.ref.split(":")[0][1:])
    heads = [cell.value for cell in sheet[top]]
    assert "Dinas PUPR · Akses sanitasi layak (< 70,0)" in heads
    rows = list(sheet.iter_rows(min_row=top + 1))
    assert len(rows) == material.gaps["kode_desa"].nunique()
    numbers = [row[0].value for row in rows if row[0].value is not None]
    assert numbers == sorted(numbers)
    filled = sum(cell.fill.fgColor.rgb == "00F6DCCB" for row in rows for cell in row)
    assert filled == len(material.gaps) == sum(row[-1].value for row in rows)
    annex = [cell.value for row in book["Lampiran SK"].iter_rows(max_row=8) for cell in row]
    assert "Batas bawah rentang 80 %" in annex
    assert "Peluang menjadi lokus" in annex
