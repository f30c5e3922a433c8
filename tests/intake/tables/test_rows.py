from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.intake.tables.rows import Prepared, add_up, running_number, village_rows
from lokus.intake.tables.tables import read_table

VILLAGES = pd.DataFrame(
    {
        "desa": ["Kubu", "Dabong", "Ambawang", "Permata", "Betuah", "Terentang Hulu"],
        "kecamatan": ["Kubu"] * 3 + ["Terentang"] * 3,
    }
)
PLACE = {"kecamatan": "Kec", "desa": "Desa"}
Prepare = Callable[..., Prepared]


@pytest.fixture
def prepare(workbook: Callable[..., Path]) -> Prepare:
    def run(
        rows: Sequence[Sequence[object]],
        *,
        place: dict[str, str] = PLACE,
        merge: Sequence[str] = (),
        sheet: str = "Data",
        add: bool = False,
        known: pd.DataFrame = VILLAGES,
    ) -> Prepared:
        raw = read_table(workbook({sheet: rows}, merge=merge), columns=["Desa", "n", "m"])
        return village_rows(
            raw, known, place=place, value_columns=["n", "m"], count_columns=["n", "m"], add=add
        )

    return run


HEAD = ["No", "Kec", "Desa", "n", "m"]


def test_numbers_before_names_go_and_names_that_are_numbers_stay(prepare: Prepare) -> None:
    rows = [
        HEAD,
        [1, "1. Kubu", "1. Kubu", 3, 1],
        [2, "1. Kubu", "2) Dabong", 4, 1],
        [3, "Kubu", "1 Ulu", 2, 2],
    ]
    found = prepare(rows).raw.data
    assert found["Desa"].tolist() == ["Kubu", "Dabong", "1 Ulu"]
    assert found["Kec"].tolist() == ["Kubu"] * 3


def test_dittos_stand_for_the_cell_above(prepare: Prepare) -> None:
    rows = [HEAD, [1, "Kubu", "Kubu", 3, 1], [2, "sda", "Dabong", 4, 1], [3, '"', "Ambawang", 2, 2]]
    assert prepare(rows).raw.data["Kec"].tolist() == ["Kubu"] * 3


@pytest.mark.parametrize("above", [True, False])
@pytest.mark.parametrize("name", [[None, "Kubu", None], [None, None, "KUBU"], [None, None, None]])
def test_sums_are_set_aside_whatever_they_are_called(
    prepare: Prepare, name: list[object], above: bool
) -> None:
    body = [[1, "Kubu", "Kubu", 3, 1], [2, "Kubu", "Dabong", 4, 1], [3, "Kubu", "Ambawang", 2, 2]]
    total = [[*name, 9, 4]]
    found = prepare([HEAD, *(total + body if above else body + total)])
    assert found.raw.data["Desa"].tolist() == ["Kubu", "Dabong", "Ambawang"]
    assert found.parts == frozenset()
    assert found.findings[0].check == "tables.subtotal"


def test_a_village_of_the_name_of_its_kecamatan_is_a_village(prepare: Prepare) -> None:
    rows = [HEAD, [1, "Kubu", "Kubu", 3, 1], [2, "Kubu", "Dabong", 4, 1], [3, "Kubu", "Ambawang", 2, 2]]
    assert prepare(rows).raw.data["Desa"].tolist() == ["Kubu", "Dabong", "Ambawang"]


def test_a_village_of_the_name_of_another_kecamatan_is_a_village_beside_subtotals(prepare: Prepare) -> None:
    # Sungai Raya is a village of Kubu and a kecamatan of its own; other kecamatan have rows of their sums.
    rows = [
        HEAD,
        [1, "Kubu", "Kubu", 3, 1],
        [2, "Kubu", "Sungai Raya", 4, 1],
        [3, "Kubu", "Ambawang", 2, 2],
        [None, None, "Kubu", 9, 4],
        [4, "Sungai Raya", "Kuala Dua", 5, 1],
    ]
    names = ["Kubu", "Sungai Raya", "Ambawang", "Kuala Dua"]
    kecamatan = ["Kubu", "Kubu", "Kubu", "Sungai Raya"]
    known = pd.DataFrame({"desa": names, "kecamatan": kecamatan}, index=[f"990101200{n}" for n in range(4)])
    found = prepare(rows, known=known)
    assert found.raw.data["Desa"].tolist() == names
    assert [finding.check for finding in found.findings] == ["tables.subtotal"]
    # Under no kecamatan it may be either, and is left to a person.
    rows[2][1] = None
    assert "rows.subtotal" in [finding.check for finding in prepare(rows, known=known).findings]


def test_rows_under_a_merged_name_are_parts_of_it(prepare: Prepare) -> None:
    rows = [HEAD, [1, "Kubu", "Dabong", 3, 1], [None, None, None, 4, 1], [2, "Kubu", "Ambawang", 2, 2]]
    found = prepare(rows, merge=["C2:C3"])
    assert found.raw.data["Desa"].tolist() == ["Dabong", "Dabong", "Ambawang"]
    assert found.parts == {3}


def test_with_rows_to_add_a_row_of_numbers_alone_is_refused(prepare: Prepare) -> None:
    rows = [HEAD, [1, "Kubu", "Dabong", 3, 1], [None, None, None, 4, 1], [2, "Kubu", "Ambawang", 2, 2]]
    assert prepare(rows).parts == {3}
    with pytest.raises(InputError, match=r"baris 3: .*bagian dari Dabong, atau jumlah"):
        prepare(rows, add=True)


@pytest.mark.parametrize(
    ("title", "sheet"), [("KECAMATAN: KUBU", "Data"), (None, "Kubu"), (None, "Kec. Kubu")]
)
def test_the_kecamatan_of_a_whole_sheet_is_known(prepare: Prepare, title: str | None, sheet: str) -> None:
    rows = [["Desa", "n", "m"], ["Dabong", 3, 1], ["Ambawang", 4, 1]]
    found = prepare([[title], *rows] if title else rows, place={"desa": "Desa"}, sheet=sheet)
    headings = found.raw.totals[found.raw.totals["jenis_baris"] == "heading"]
    assert "Kecamatan Kubu" in headings.to_numpy().ravel().tolist()


def test_values_beside_another_column_of_villages_are_refused(prepare: Prepare) -> None:
    rows = [
        ["Desa", "n", "Nama Desa", "m"],
        ["Kubu", 3, "Dabong", 1],
        ["Dabong", 4, "Kubu", 2],
        ["Betuah", 1, "Permata", 2],
    ]
    with pytest.raises(InputError, match='nilai "m" berada di samping desa pada "Nama Desa"'):
        prepare(rows, place={"desa": "Desa"})


def added(rows: Sequence[Sequence[object]], workbook: Callable[..., Path]) -> tuple[pd.DataFrame, list[str]]:
    raw = read_table(workbook({"Data": [["Desa", "Bagian", "n", "p"], *rows]}))
    values = raw.data[["n", "p"]].astype(float)
    out, __, findings = add_up(values, raw.data["Desa"], raw, counts=["n"], headers={"n": "n", "p": "p"})
    return out, [finding.check for finding in findings]


def test_counts_are_added_up_and_shares_are_not(workbook: Callable[..., Path]) -> None:
    out, checks = added([["A", "Melati", 3, 50], ["A", "Mawar", 4, 60], ["B", "Melati", 2, 70]], workbook)
    assert out["n"].dropna().tolist() == [7, 2]
    assert out["p"].dropna().tolist() == [70]
    assert checks == ["rows.not_added"]


def test_a_part_without_a_number_leaves_no_sum(workbook: Callable[..., Path]) -> None:
    out, checks = added([["A", "Melati", 3, 1], ["A", "Mawar", None, 1]], workbook)
    assert out["n"].isna().all()
    assert checks == ["rows.part_missing"]


@pytest.mark.parametrize("name", ["L+P", "Mawar"])
def test_sums_among_the_parts_are_never_added_again(workbook: Callable[..., Path], name: str) -> None:
    rows = [
        ["A", "L", 3, 1],
        ["A", "P", 4, 1],
        ["A", name, 7, 1],
        ["B", "L", 1, 1],
        ["B", "P", 4, 1],
        ["B", name, 5, 1],
    ]
    with pytest.raises(InputError, match="menghitung dua kali"):
        added(rows, workbook)


def test_running_numbers() -> None:
    assert running_number("No.")
    assert not running_number("Nomor KK")
