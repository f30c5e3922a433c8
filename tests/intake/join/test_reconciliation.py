"""Every input row and every village has its line, and rows of one village are told apart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lokus.intake.join.join import Joined, join_table
from lokus.intake.tables.tables import read_table

if TYPE_CHECKING:
    import pandas as pd

    from lokus.intake.indicators.catalogue import Catalogue

HEAD = "kecamatan;desa;posyandu;diukur\n"


@pytest.fixture
def join(
    csv_file: Callable[..., Path], villages: pd.DataFrame, catalogue: Catalogue
) -> Callable[[str], Joined]:
    def run(text: str) -> Joined:
        return join_table(
            read_table(csv_file(HEAD + text)), villages, place={"desa": "desa", "kecamatan": "kecamatan"},
            indicators={"diukur": "diukur"}, catalogue=catalogue,
        )  # fmt: skip

    return run


def blocking(joined: Joined) -> list[str]:
    return [finding.check for finding in joined.findings if finding.level == "blocking"]


def test_a_row_that_repeats_another_is_used_once(join: Callable[[str], Joined]) -> None:
    joined = join("Sukasari;Suka Maju;;9\nSukasari;Suka Maju;;9\nSukasari;Suka Jaya;;4\n")
    assert blocking(joined) == []
    assert joined.values["diukur"].dropna().tolist() == [9, 4]


def test_equal_rows_beside_rows_that_differ_are_parts(join: Callable[[str], Joined]) -> None:
    joined = join(
        "Sukasari;Suka Maju;;9\nSukasari;Suka Maju;;9\nSukasari;Suka Jaya;;4\nSukasari;Suka Jaya;;5\n"
    )
    assert blocking(joined) == ["join.duplicate", "join.duplicate"]
    assert joined.values["diukur"].isna().all()


def test_rows_that_something_tells_apart_are_no_repeats(join: Callable[[str], Joined]) -> None:
    joined = join("Sukasari;Suka Maju;Melati;9\nSukasari;Suka Maju;Mawar;9\n")
    assert blocking(joined) == ["join.duplicate"]
    assert joined.values["diukur"].isna().all()


def test_rows_and_villages_are_all_accounted_for(
    join: Callable[[str], Joined], villages: pd.DataFrame
) -> None:
    told = join("Sukasari;Suka Maju;;9\nSukasari;Entah;;1\n").reconciliation
    assert set(told["baris"].dropna()) == {2, 3}
    assert set(told["kode_desa"].dropna()) == set(villages.index)
