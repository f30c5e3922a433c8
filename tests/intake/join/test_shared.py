from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.intake.join.join import Joined, combine, join_table
from lokus.intake.join.shared import share_villages
from lokus.intake.tables.tables import read_table

if TYPE_CHECKING:
    from lokus.intake.indicators.catalogue import Catalogue

Read = Callable[[str, str], Joined]


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
        InputError, match=r"(?s)1 desa, yang pertama 99.01.01.2001: .*a.csv, baris 2.*b.csv, baris 3"
    ):
        combine([one, other], villages.index)
