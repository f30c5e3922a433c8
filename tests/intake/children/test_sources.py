from __future__ import annotations

import pandas as pd
import pytest

from lokus.findings import Where
from lokus.intake.children.layout import find_layout
from lokus.intake.children.readings import BY_NAME, BY_NIK, NO_IDENTITY
from lokus.intake.children.sources import (
    open_workbook,
    sheet_rows,
    text_chunks,
    workbook_chunks,
)

HEAD = ["NIK", "Nama", "Tgl Lahir", "Desa", "Tgl Ukur", "ZS TB/U"]
ROWS = [
    ["9901010101200001", "Anak Satu", "2020-01-01", "Suka Maju", "2026-02-01", "-2.5"],
    ["'9901010101200001", "ANAK SATU", "2020-01-01", "Suka Maju", "2026-03-01", "-2.1"],
    ["", "Anak Dua", "2021-01-01", "Suka Jaya", "2026-02-01", "-1"],
    ["-", " anak  dua ", "2021-01-01", "Suka Jaya", "2026-03-01", "0.5"],
    ["", "", "2021-01-01", "Suka Jaya", "2026-02-01", "1"],
]
WHO = [BY_NIK, BY_NIK, BY_NAME, BY_NAME, NO_IDENTITY]


def layout():
    return find_layout([(1, ";", HEAD)], columns={}, filters={}, where=Where(file="ukur"))


@pytest.fixture(params=["text", "workbook"])
def chunks(request, tmp_path):
    """The same rows out of a text file and out of a workbook."""
    if request.param == "text":
        path = tmp_path / "ukur.csv"
        path.write_text("\n".join(";".join(row) for row in [HEAD, *ROWS]) + "\n", encoding="utf-8")
        return lambda **options: list(text_chunks(path, layout(), **options))
    path = tmp_path / "ukur.xlsx"
    pd.DataFrame([HEAD, *ROWS]).to_excel(path, index=False, header=False, sheet_name="Ukur")
    return lambda: list(workbook_chunks(path, "Ukur", layout()))


def test_a_child_is_the_same_number_in_each_of_its_rows_and_no_other(chunks):
    (found,) = chunks()
    assert found["cara"].tolist() == WHO
    first, again, second, spelt, _nobody = found["anak"]
    assert first == again
    assert second == spelt
    assert first != second


def test_nothing_that_leaves_says_who_a_child_is(chunks):
    (found,) = chunks()
    assert set(found.columns) == {"anak", "cara", "lahir", "tanggal", "zs_tbu", "desa", "lebih"}
    text = found.drop(columns="anak").to_csv().casefold()
    assert not any(cell.strip().casefold() in text for row in ROWS for cell in row[:2] if len(cell) > 1)


def test_numbers_of_children_are_drawn_anew_each_time(chunks):
    assert chunks()[0]["anak"].tolist() != chunks()[0]["anak"].tolist()


def test_chunks_hold_every_row_once_with_one_salt(tmp_path):
    path = tmp_path / "ukur.csv"
    path.write_text("\n".join(";".join(row) for row in [HEAD, *ROWS, [*ROWS[0], "", "lebih"]]), "utf-8")
    parts = list(text_chunks(path, layout(), rows=2))
    found = pd.concat(parts, ignore_index=True)
    assert len(parts) > 1
    assert found["desa"].tolist() == [row[3] for row in [*ROWS, ROWS[0]]]
    assert found["anak"].iloc[0] == found["anak"].iloc[-1]
    assert found["lebih"].tolist() == [False] * 5 + [True]


def test_a_sheet_that_begins_further_down_and_right_is_read_from_its_first_cell(tmp_path):
    path = tmp_path / "ukur.xlsx"
    pd.DataFrame([["Desa", 12.0, 0.5]]).to_excel(path, index=False, header=False, startrow=2, startcol=1)
    with open_workbook(path) as book:
        rows = list(sheet_rows(book, "Sheet1"))
    assert len(rows) == 3
    assert not any(any(row) for row in rows[:2])
    assert rows[2] == ["", "Desa", "12", "0.5"]
