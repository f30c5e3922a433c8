from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lokus.errors import InputError
from lokus.intake.tables.tables import read_table


def test_a_dirty_sheet_is_read_with_exact_rows(workbook: Callable[..., Path]) -> None:
    path = workbook({"Rekap": [
        [], ["Data per 1 Juli 2026"], ["No", "Desa", "Gizi", None], [None, None, "Pendek", "Sangat pendek"],
        ["(1)", "(2)", "(3)", "(4)"], [1, "SUKA MAJU", 3, "1"], [], [2, "SUKA JAYA", "-", "2,0"],
        ["Total", None, 3, 3], ["Sumber: Dinas"],
    ]}, merge=["A3:A4", "B3:B4", "C3:D3"])  # fmt: skip
    table = read_table(path, columns=["desa", "Pendek"])
    assert table.data.index.tolist() == [6, 8]
    assert table.data.columns.tolist() == ["No", "Desa", "Gizi · Pendek", "Gizi · Sangat pendek"]
    assert table.data.loc[8, "Gizi · Pendek"] == "-"
    assert table.title_lines == ("Data per 1 Juli 2026",)
    assert table.totals["jenis_baris"].to_dict() == {5: "numbering", 9: "total", 10: "footer"}
    assert [finding.check for finding in table.findings] == ["tables.taken_out"]


def test_the_only_sheet_with_the_columns_is_taken_and_said(workbook: Callable[..., Path]) -> None:
    path = workbook({"Sampul": [["Laporan", "2026"], ["x", "y"]], "Data": [["Desa", "KRS"], ["A", 3]]})
    table = read_table(path, columns=["KRS"])
    assert table.sheet == "Data"
    assert any('"Sampul"' in finding.message for finding in table.findings)


def test_several_fitting_sheets_are_never_guessed(workbook: Callable[..., Path]) -> None:
    rows = [["Desa", "KRS"], ["A", 3]]
    path = workbook({"Mei": rows, "Juni": rows}, name="krs.xlsx")
    with pytest.raises(InputError, match=r'berkas krs.xlsx: 2 lembar mungkin dimaksud: "Mei", "Juni"'):
        read_table(path, columns=["KRS"])


def test_cells_are_text_numbers_or_nothing(workbook: Callable[..., Path]) -> None:
    import datetime as dt

    path = workbook(
        {"a": [["Desa", "x", "y", "z"], ["A", True, dt.date(2026, 7, 1), None], ["B", 1, 2.5, "c"]]}
    )
    data = read_table(path).data
    assert data.loc[2].tolist() == ["A", "TRUE", "2026-07-01", None]
    assert data.loc[3].tolist() == ["B", 1.0, 2.5, "c"]


def test_a_missing_column_is_told_of_the_nearest_sheet(workbook: Callable[..., Path]) -> None:
    path = workbook({"Sampul": [["Laporan", "Tahun"], ["x", "y"]], "Data": [["Desa", "KRS"], ["A", 3]]})
    with pytest.raises(InputError, match=r'lembar "Data", baris 1: tidak ada kolom "Keluarga"'):
        read_table(path, columns=["Desa", "KRS", "Keluarga"])
