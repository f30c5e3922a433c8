"""The tables of foster parents: what a reader sees, openly and in public."""

from __future__ import annotations

import pandas as pd
import pytest

from lokus.followup.foster_parents import foster_parents, public_foster_parents
from lokus.show.tables.foster_tables import (
    foster_kecamatan_table,
    foster_tables,
    foster_total_table,
    foster_villages_table,
)

VILLAGES = pd.DataFrame(
    {"desa": ["Alai", "Batu", "Cupu"], "kecamatan": ["Air", "Air", "Laut"],
     "kode_kecamatan": ["990101", "990101", "990102"]},
    index=["9901012001", "9901012002", "9901022001"],
)  # fmt: skip
ROWS = pd.DataFrame(
    [
        ["9901012001", "S1", 6, 5, 7, 12, "nutrisi; jamban"],
        ["9901012002", "S1", 2, 1, 3, 4, "nutrisi"],
    ],
    columns=["kode_desa", "periode", "berjanji", "memberi", "anak", "kunjungan", "jenis"],
)


@pytest.fixture
def found():
    expected = pd.Series([9.6, 15.2, 8.0], index=VILLAGES.index)
    return foster_parents(ROWS, VILLAGES, expected=expected, periods=["S1"])


def test_terms_and_gap_add_up_as_they_are_shown(found):
    rows = {row[1]: row for row in foster_villages_table(found).rows}
    for name in ("Alai", "Batu"):
        reached, expected, gap = (int(rows[name][place]) for place in (5, 7, 8))
        assert expected - reached == gap
    total = sum(int(rows[name][8]) for name in ("Alai", "Batu"))
    assert foster_total_table(found).rows[0][-1] == str(total)


def test_the_largest_gap_comes_first_and_what_did_not_report_last(found):
    assert [row[1] for row in foster_villages_table(found).rows] == ["Batu", "Alai", "Cupu"]
    assert [row[0] for row in foster_villages_table(found, kecamatan="990102").rows] == ["Cupu"]


def test_a_kecamatan_that_did_not_report_is_listed_as_such(found):
    rows = foster_kecamatan_table(found).rows
    assert [row[:3] for row in rows] == [("Air", "2 dari 2", "8"), ("Laut", "0 dari 1", "–")]


def test_kinds_of_help_are_told_above(found):
    assert "nutrisi di 2 desa/kelurahan, jamban di 1 desa/kelurahan" in foster_total_table(found).lead


def test_in_public_small_counts_read_masked_and_gaps_are_absent(found):
    public = public_foster_parents(found)
    rows = {row[1]: row for row in foster_villages_table(public).rows}
    assert rows["Batu"][3:7] == ("disamarkan",) * 4
    assert rows["Alai"][3:7] == ("6", "5", "7", "12")
    heads = [head for table in foster_tables(public) for head in table.heads]
    assert not any("perkiraan" in head or "Belum terjangkau" in head for head in heads)
    assert foster_total_table(public).rows[0][2:] == ("disamarkan",) * 4


def test_without_a_register_there_is_no_table(found):
    assert foster_tables(found.until([])) == ()
    assert [len(table) for table in foster_tables(found, villages=False)] == [1, 2]
