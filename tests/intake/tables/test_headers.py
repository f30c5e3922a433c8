from __future__ import annotations

import pytest

from lokus.errors import InputError
from lokus.intake.tables import numbers
from lokus.intake.tables.grid import Cell, Grid, Merge
from lokus.intake.tables.headers import column_letter, find_column, find_header, fold, forget_cells, lookup
from lokus.intake.tables.numbers import is_missing_marker


def grid(rows: list[list[Cell]], merges: list[Merge] | None = None) -> Grid:
    width = max(map(len, rows))
    return Grid(
        rows=tuple((*row, *[None] * (width - len(row))) for row in rows),
        numbers=tuple(range(1, len(rows) + 1)),
        merges=tuple(merges or ()),
        source="a.xlsx",
        sheet="S",
    )


def test_two_merged_rows_become_paths() -> None:
    header = find_header(grid(
        [["Data Tanggal : 2024-01-17"], ["No", "Desa", "TB/U", None, "Diukur"],
         [None, None, "Sangat\nPendek", "Pendek"],
         ["1", "A", 1.0, 2.0, 30.0]],
        [(0, 0, 0, 4), (1, 0, 2, 0), (1, 1, 2, 1), (1, 2, 1, 3), (1, 4, 2, 4)],
    ))  # fmt: skip
    assert (header.first, header.last) == (1, 2)
    assert header.names == ("No", "Desa", "TB/U · Sangat Pendek", "TB/U · Pendek", "Diukur")


def test_two_rows_without_merges_become_the_same_paths() -> None:
    header = find_header(grid([
        ["No", "Desa", "TB/U", None, "Diukur"], [None, None, "Sangat Pendek", "Pendek", None],
        ["1", "A", 1.0, 2.0, 30.0],
    ]))  # fmt: skip
    assert header.names == ("No", "Desa", "TB/U · Sangat Pendek", "TB/U · Pendek", "Diukur")


def test_three_rows_and_years() -> None:
    header = find_header(grid([
        ["Desa", "Stunting", None, None, None], [None, "Pendek", None, "Sangat pendek", None],
        [None, 2023.0, 2024.0, 2023.0, 2024.0], ["A", 1.0, 2.0, 3.0, 4.0],
    ], [(0, 0, 2, 0), (0, 1, 0, 4), (1, 1, 1, 2), (1, 3, 1, 4)]))  # fmt: skip
    assert header.names[4] == "Stunting · Sangat pendek · 2024"


def test_a_title_and_metadata_above_are_not_the_header() -> None:
    header = find_header(grid([
        ["REKAP KRS"], ["Kabupaten", ":", "Contoh"], [None], ["Kecamatan", "Desa", "KRS"], ["A", "B", 3.0],
    ]))  # fmt: skip
    assert header.names == ("Kecamatan", "Desa", "KRS")


def test_wanted_columns_decide_between_rows_of_text() -> None:
    header = find_header(grid([["x", "y"], ["Nama", "Status"], ["A", "lokus"]]), columns=["status"])
    assert header.first == 1


def test_rows_of_text_below_do_not_join_the_header() -> None:
    header = find_header(grid([["Kecamatan", "Desa", "Alasan"], ["A", "B", None], [None, "C", "lulus"]]))
    assert (header.first, header.last) == (0, 0)


def test_repeated_and_empty_names() -> None:
    header = find_header(grid([["Desa", "n", "n", None], ["A", 1.0, 2.0, 3.0]]))
    assert header.names == ("Desa", "n", "n (2)", "kolom D")


def test_stated_rows_win() -> None:
    header = find_header(grid([["a", "b"], ["Desa", "n"], ["A", 1.0]]), rows=[2])
    assert header.names == ("Desa", "n")
    with pytest.raises(InputError, match=r"baris 9: baris judul yang disebut tidak ada"):
        find_header(grid([["Desa", "n"]]), rows=[9])


@pytest.mark.parametrize("wanted", ["TB/U · Pendek", "tb/u pendek", "TB/U\n pendek", "PENDEK"])
def test_columns_are_found_however_they_are_written(wanted: str) -> None:
    assert find_column(["Desa", "TB/U · Sangat Pendek", "TB/U · Pendek"], wanted) == "TB/U · Pendek"


def test_a_percent_sign_tells_columns_apart() -> None:
    assert lookup(["Diukur", "% Diukur"], "diukur") == "Diukur"
    assert lookup(["Diukur", "% Diukur"], "persen diukur") == "% Diukur"


def test_an_unclear_leaf_is_refused_with_its_paths() -> None:
    with pytest.raises(InputError, match=r'"BB/U · Normal", "TB/U · Normal"'):
        find_column(["BB/U · Normal", "TB/U · Normal"], "normal")


def test_column_letters() -> None:
    assert [column_letter(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_texts_of_cells_are_forgotten_when_asked() -> None:
    fold("Nama Anak")
    is_missing_marker("Budi")
    forget_cells()
    assert fold.cache_info().currsize == numbers._marks_missing.cache_info().currsize == 0
