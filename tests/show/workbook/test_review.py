from __future__ import annotations

import numpy as np
import pytest
from openpyxl import Workbook

from lokus.show.workbook.review import history_sheet, review_sheet


def cells(sheet) -> list[list[object]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


@pytest.fixture(scope="module")
def sheet(reviewed):
    made = Workbook().active
    review_sheet(made, reviewed)
    return made


def test_the_sheet_shows_each_village_with_its_numbers(sheet, reviewed):
    grid = cells(sheet)
    top = next(number for number, row in enumerate(grid) if row[0] == "Nomor dalam daftar")
    heads = [str(head).replace("\u00a0", " ") for head in grid[top]]
    rows = reviewed.review.rows(reviewed.results)
    body = grid[top + 1 : top + 1 + len(rows)]
    assert [row[heads.index("Desa/Kelurahan")] for row in body] == rows["desa"].tolist()
    assert [row[heads.index("Reviu")] for row in body] == rows["status_reviu"].tolist()
    for name, head, scale, decimals in (
        ("mentah_lalu", "Terukur 2026 (%)", 1, 1),
        ("perubahan", "Perkiraan perubahan, poin (rentang 90 %)", 1, 1),
        ("selisih_nyata", "Sebab, poin skor: Perubahan nyata", 100, 1),
        ("persen_selesai", "Kegiatan selesai (%)", 1, 0),
    ):
        values = [row[heads.index(head)] for row in body]
        known = rows[name].notna().to_numpy()
        told = [v for v, k in zip(values, known, strict=True) if k]
        assert told == np.round(rows[name][known].astype(float) * scale, decimals).tolist()
    missing = [row[heads.index("Terukur 2027 (%)")] for row in body]
    assert missing.count("belum ada data") == int(rows["mentah_kini"].isna().sum()) == 1
    assert "Desa Lama" in [value for row in grid[top + len(rows) :] for value in row]


def test_the_history_shows_who_was_listed_when(reviewed):
    made = Workbook().active
    history_sheet(made, reviewed)
    grid = cells(made)
    top = next(number for number, row in enumerate(grid) if row[0] == "Kode")
    assert grid[top][3:5] == ["2025", "2026"]
    body = [row for row in grid[top + 1 :] if row[2]]
    lists = reviewed.review.history.lists
    assert [sum(row[3 + n] == "lokus" for row in body) for n in range(2)] == lists.sum().tolist()
    assert body[0][5] == 2
    assert any(str(row[0]).startswith("2025 ke 2026: 5 dari 5 lokus bertahan") for row in grid if row[0])


def test_the_sheets_refuse_a_study_without_review(material):
    with pytest.raises(ValueError, match="review"):
        review_sheet(Workbook().active, material)
    with pytest.raises(ValueError, match="history"):
        history_sheet(Workbook().active, material)
