from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.join.join import Origin
from lokus.intake.join.late import complete, replaced_values

KODE = ["9901012001", "9901012002", "9901012003"]
VILLAGES = pd.DataFrame({"desa": ["A", "B", "C"], "kecamatan": "K"}, index=KODE)


def table(**columns):
    values = pd.DataFrame(columns, index=KODE, dtype=float)
    rows = pd.Series([2, 3, 4], index=KODE)
    origin = Origin(source="isian.xlsx", sheet="Isian", rows=rows, columns={key: key for key in columns})
    return SimpleNamespace(values=values, origin=origin)


def test_a_late_value_counts_and_an_empty_cell_changes_nothing():
    values = pd.DataFrame({"air_layak": [1.0, None, 3.0]}, index=KODE)
    late = [table(air_layak=[None, 20.0, 30.0], stop_babs=[5.0, None, None])]
    out = complete(values, late)
    assert out["air_layak"].tolist() == [1.0, 20.0, 30.0]
    assert out["stop_babs"].fillna(-1).tolist() == [5.0, -1, -1]
    assert values["air_layak"].fillna(-1).tolist() == [1.0, -1, 3.0]


def test_only_values_that_differ_are_reported_as_replaced():
    values = pd.DataFrame({"air_layak": [1.0, None, 3.0]}, index=KODE)
    late = [table(air_layak=[1.0, 20.0, 30.0])]
    (finding,) = replaced_values(values, late, VILLAGES, load_catalogue())
    assert "C (K): 3,00 diganti 30,00" in finding.message
    assert finding.where.row == 4


def test_two_late_tables_may_not_give_one_value():
    with pytest.raises(InputError, match="susulan"):
        complete(VILLAGES[[]], [table(air_layak=[1.0, None, None]), table(air_layak=[2.0, None, None])])
    out = complete(VILLAGES[[]], [table(air_layak=[1.0, None, None]), table(air_layak=[None, 2.0, None])])
    assert out["air_layak"].fillna(-1).tolist() == [1.0, 2.0, -1]
