from __future__ import annotations

import pandas as pd
import pytest

from lokus.findings import Where
from lokus.intake.tables.totals import check_totals, classify_rows


def frame(rows: list[list[object]]) -> pd.DataFrame:
    columns = ["kec", "desa", "a", "b"][: len(rows[0])]
    return pd.DataFrame(rows, columns=columns, index=pd.RangeIndex(3, 3 + len(rows)), dtype=object)


def kinds(rows: list[list[object]]) -> dict[int, str]:
    return {row.position: row.kind for row in classify_rows(frame(rows))}


@pytest.mark.parametrize("text", [
    "Total", "JUMLAH", "Jumlah :", "Grand Total", "Sub Total", "Kab. Contoh", "KABUPATEN CONTOH",
    "Jml Kec. Sarudu",
    "Kecamatan Sarudu", "Rata-rata",
])  # fmt: skip
def test_total_rows_are_recognised(text: str) -> None:
    assert kinds([["S", "A", 1.0, 2.0], [text, None, 1.0, 2.0]]) == {1: "total"}


@pytest.mark.parametrize("row", [
    ["Kecamatan Sarudu", "Doda", 1.0, 2.0], ["1", "Kota Baru", 5.0, 6.0], [None, "Kota Agung", 1.0, 2.0],
    ["Sarudu", "Totallang", 1.0, 2.0], ["Sarudu", "Jumlahan Lama Baru Sekali Dan Seterusnya", 1.0, 2.0],
])  # fmt: skip
def test_villages_are_not_taken_for_totals(row: list[object]) -> None:
    assert kinds([row, ["S", "A", 1.0, 2.0]]) == {}


def test_a_city_in_the_last_row_is_a_total_only_when_it_sums() -> None:
    villages = [["S", "A", 10.0, 2.0], ["S", "B", 20.0, 4.0]]
    assert kinds([*villages, ["Kota Contoh", None, 30.0, 6.0]]) == {2: "total"}
    assert kinds([*villages, [None, "Kota Baru", 7.0, 1.0]]) == {}


def test_headings_and_footers() -> None:
    assert kinds([
        ["KECAMATAN SARUDU", None, None, None], ["1", "A", 1.0, 2.0], ["Jumlah", None, 1.0, 2.0],
        ["Sumber: Dinas Kesehatan", None, None, None], [None, "Kepala Dinas", None, None],
    ]) == {0: "heading", 2: "total", 3: "footer", 4: "footer"}  # fmt: skip


def test_a_village_without_data_at_the_end_stays() -> None:
    assert kinds([["S", "A", 1.0, 2.0], ["S", "B", 1.0, 2.0], [None, "C", None, None]]) == {}


def checked(rows: list[list[object]]) -> list[tuple[str, str]]:
    data = frame(rows)
    found = check_totals(data, classify_rows(data), where=Where(file="a.xlsx", sheet="S"))
    return [(finding.level, f"{finding.where}: {finding.message}") for finding in found]


def test_totals_that_agree_are_silent() -> None:
    assert checked([["S", "A", 1.0, "1,5"], ["S", "B", "-", "2,25"], ["Total", None, 1.0, "3,75"]]) == []


def test_a_total_that_disagrees_names_both_numbers() -> None:
    ((level, message),) = checked([["S", "A", 100.0], ["S", "B", 50.0], ["Total", None, 160.0]])
    assert level == "warning"
    assert message == (
        'berkas a.xlsx, lembar "S", baris 5, kolom "a": '
        "baris jumlah menyebut 160, sedangkan 2 baris yang dijumlahkan menghasilkan 150"
    )


def test_subtotals_of_blocks_and_the_grand_total() -> None:
    rows = [
        ["S", "A", 1.0], ["S", "B", 2.0], ["Jumlah", None, 3.0], ["T", "C", 4.0], ["Jumlah", None, 4.0],
        ["Grand Total", None, 7.0],
    ]  # fmt: skip
    assert checked(rows) == []


def test_subtotals_above_their_block() -> None:
    rows = [
        ["Kec. S", None, 30.0],
        [None, "A", 10.0],
        [None, "B", 20.0],
        ["Kec. T", None, 5.0],
        [None, "C", 5.0],
    ]
    assert checked(rows) == []


def test_averages_are_only_noted() -> None:
    ((level, message),) = checked([["S", "A", 10.0], ["S", "B", 20.0], ["Total", None, 15.0]])
    assert level == "note"
    assert "rata-rata" in message
