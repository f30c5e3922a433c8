from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.join.combine import combine, complete, replaced_values, share_villages
from lokus.intake.join.join import Joined, Origin, join_table
from lokus.intake.tables.tables import read_table

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue

Read = Callable[[str, str], Joined]
KODE = ["9901012001", "9901012002", "9901012003"]
VILLAGES = pd.DataFrame({"desa": ["A", "B", "C"], "kecamatan": "K"}, index=KODE)


@pytest.fixture
def read(csv_file: Callable[..., Path], villages: pd.DataFrame, catalogue: Catalogue) -> Read:
    def run(name: str, rows: str) -> Joined:
        return join_table(
            read_table(csv_file(f"kode;n\n{rows}", name=name)),
            villages,
            place={"kode": "kode"},
            indicators={"diukur": "n"},
            catalogue=catalogue,
        )

    return run


def test_villages_of_several_tables_are_seen_together(read: Read, villages: pd.DataFrame) -> None:
    one = read("a.csv", "9901012001;4\n9901012002;5\n")
    other = read("b.csv", "9901022001;6\n9901022002;7\n9901022003;8\n")
    shared = share_villages([one, other], villages, rounds=[0, 0])
    absent = [finding for table in shared for finding in table.findings if finding.check == "join.no_row"]
    assert len(absent) == 1
    assert "1 dari 6 desa" in absent[0].message
    told = pd.concat([table.reconciliation for table in shared])
    assert told.loc[told["cara"] == "tidak ada baris", "kode_desa"].tolist() == ["9901012003"]
    assert combine(shared, villages.index)["diukur"].sum() == 30


def test_tables_of_different_rounds_share_nothing(read: Read, villages: pd.DataFrame) -> None:
    one, other = read("a.csv", "9901012001;4\n"), read("b.csv", "9901022001;6\n")
    assert share_villages([one, other], villages, rounds=[0, 1]) == (one, other)


def test_a_village_given_twice_is_refused_with_both_cells(read: Read, villages: pd.DataFrame) -> None:
    one, other = read("a.csv", "9901012001;4\n"), read("b.csv", "9901022001;6\n9901012001;4\n")
    with pytest.raises(
        InputError,
        match=r"(?s)1 desa/kelurahan, yang pertama 99.01.01.2001: .*a.csv, baris 2.*b.csv, baris 3",
    ):
        combine([one, other], villages.index)


def table(**columns: list[float | None]) -> SimpleNamespace:
    values = pd.DataFrame(columns, index=KODE, dtype=float)
    rows = pd.Series([2, 3, 4], index=KODE)
    origin = Origin(source="isian.xlsx", sheet="Isian", rows=rows, columns={key: key for key in columns})
    return SimpleNamespace(values=values, origin=origin)


def test_a_late_value_counts_and_an_empty_cell_changes_nothing() -> None:
    values = pd.DataFrame({"air_layak": [1.0, None, 3.0]}, index=KODE)
    late = [table(air_layak=[None, 20.0, 30.0], stop_babs=[5.0, None, None])]
    out = complete(values, late)
    assert out["air_layak"].tolist() == [1.0, 20.0, 30.0]
    assert out["stop_babs"].fillna(-1).tolist() == [5.0, -1, -1]
    assert values["air_layak"].fillna(-1).tolist() == [1.0, -1, 3.0]


def test_only_values_that_differ_are_reported_as_replaced() -> None:
    values = pd.DataFrame({"air_layak": [1.0, None, 3.0]}, index=KODE)
    late = [table(air_layak=[1.0, 20.0, 30.0])]
    (finding,) = replaced_values(values, late, VILLAGES, load_catalogue())
    assert "C (K): 3,00 diganti 30,00" in finding.message
    assert finding.where.row == 4


def test_two_late_tables_may_not_give_one_value() -> None:
    with pytest.raises(InputError, match="susulan"):
        complete(VILLAGES[[]], [table(air_layak=[1.0, None, None]), table(air_layak=[2.0, None, None])])
    out = complete(VILLAGES[[]], [table(air_layak=[1.0, None, None]), table(air_layak=[None, 2.0, None])])
    assert out["air_layak"].fillna(-1).tolist() == [1.0, 2.0, -1]
