"""Yes and no as offices write them."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from lokus.findings import Where
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.tables.columns import read_column
from lokus.intake.tables.presence import read_presence, read_status


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Ada", 1), (" SUDAH TERBENTUK ", 1), ("ya", 1), ("V", 1), ("✓", 1), (1, 1), ("2", 1),
        (True, 1), (4.0, 1),
        ("belum", 0), ("Tidak Ada", 0), ("blm terbentuk", 0), ("Nihil", 0), (0, 0), ("0", 0), (False, 0),
        ("", None), (None, None), ("-", None), ("x", None), ("ada 2 tidak aktif", None), ("SK Nomor 4", None),
        ("tidak tahu", None), (-1, None),
    ],
)  # fmt: skip
def test_a_cell_says_yes_no_or_nothing(cell, said):
    value = read_presence(pd.Series([cell], dtype=object), where=Where())[0].iloc[0]
    assert math.isnan(value) if said is None else value == said


def test_a_cell_that_says_neither_holds_the_proposal_and_an_empty_one_does_not():
    cells = pd.Series(["ada", "entah", "", None, "x"], index=[3, 4, 5, 6, 7], dtype=object)
    _value, findings = read_presence(cells, where=Where(file="a.xlsx", column="TPPS"))
    (found,) = findings
    assert (found.check, found.level, found.where.row) == ("join.presence", "blocking", 4)
    assert "2 sel" in found.message
    assert '"entah", "x"' in found.message


def test_an_indicator_whose_unit_is_presence_is_read_so():
    value, findings = read_column(pd.Series(["ada", "belum"]), load_catalogue()["tpps_desa"], where=Where())
    assert value.tolist() == [1.0, 0.0]
    assert not findings


@pytest.mark.parametrize(("read", "said"), [(read_presence, "belum ada"), (read_status, "sangat tertinggal")])
def test_the_remedy_obeyed_leaves_no_finding(read, said):
    good = "ada" if read is read_presence else "Desa Maju"
    _value, findings = read(pd.Series([good, "entah"]), where=Where())
    assert findings[0].remedy
    value, findings = read(pd.Series([good, said]), where=Where())
    assert not findings
    assert value.tolist() == ([1.0, 0.0] if read is read_presence else [4.0, 1.0])
