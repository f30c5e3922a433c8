"""The shape of a sheet: a new page is no new table, and cells that moved are not used."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lokus.errors import InputError
from lokus.intake.tables.tables import read_table

HEAD = ["No", "Desa", "Sasaran", "Diukur"]
COLUMNS = ["Desa", "Sasaran", "Diukur"]
FIRST = [["Rekap gizi 2026"], HEAD, [1, "Suka Maju", 9, 8], [2, "Suka Jaya", 7, 6]]
NEXT = [[3, "Mekar Sari", 5, 4], [4, "Air Putih", 3, 2]]


@pytest.mark.parametrize(
    "title",
    [[], ["Rekap gizi 2026"], ["Puskesmas Muara"], ["KECAMATAN: MUARA"], ["Lanjutan"], ["Halaman 2"]],
    ids=lambda title: (title or ["none"])[0],
)
def test_the_header_of_a_new_page_goes_on_with_the_table(
    workbook: Callable[..., Path], title: list[str]
) -> None:
    table = read_table(workbook({"Data": [*FIRST, title, HEAD, *NEXT]}), columns=COLUMNS)
    assert table.data["Desa"].dropna().tolist() == ["Suka Maju", "Suka Jaya", "Mekar Sari", "Air Putih"]


@pytest.mark.parametrize(
    "title", ["Rekap gizi 2025", "Puskesmas Muara tahun 2025", "Bulan Maret", "Laki-laki"]
)
def test_the_same_header_under_another_title_is_another_table(
    workbook: Callable[..., Path], title: str
) -> None:
    with pytest.raises(InputError, match="baris 6: di bawah judul"):
        read_table(workbook({"Data": [*FIRST, [title], HEAD, *NEXT]}), columns=COLUMNS)


@pytest.mark.parametrize(
    "head",
    [
        ["No", "Desa", "Diukur", "Sasaran"],
        ["No", "Desa", "Sasaran", "Ditimbang"],
        ["Desa", "No", "Sasaran", "Diukur"],
    ],
)
def test_another_header_is_never_taken_for_a_village(workbook: Callable[..., Path], head: list[str]) -> None:
    with pytest.raises(InputError, match="baris 5: baris ini menyebut judul kolom lagi"):
        read_table(workbook({"Data": [*FIRST, head, *NEXT]}), columns=COLUMNS)


def test_rows_of_a_file_that_leaves_out_empty_cells_at_its_end_are_read(
    csv_file: Callable[..., Path],
) -> None:
    text = "Desa;Sasaran;Diukur;Catatan\nA;9;8;x\nB;7;6\nC;5;4\nD;3;2;y\n"
    table = read_table(csv_file(text), columns=COLUMNS)
    assert table.data["Diukur"].tolist() == ["8", "6", "4", "2"]
    assert not [finding for finding in table.findings if finding.level == "blocking"]


@pytest.mark.parametrize("n", [1, 3])
def test_a_stray_number_beside_a_column_is_no_second_column(workbook: Callable[..., Path], n: int) -> None:
    rows = [[f"Desa {letter}", 9, 5 if number < n else None, 8] for number, letter in enumerate("ABCDEFGHIJ")]
    path = workbook({"Data": [["Desa", "Sasaran", None, "Diukur"], *rows]})
    assert len(read_table(path, columns=COLUMNS).data) == 10
