from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.intake.audit.checks import Subject
from lokus.intake.audit.patterns import (
    check_changes,
    check_identical,
    check_outliers,
    double_counted,
    robust_z,
)
from lokus.intake.indicators.catalogue import load_catalogue

KODE = [f"99010120{number:02d}" for number in range(1, 31)]


def subject(**columns) -> Subject:
    frame = pd.DataFrame(columns, index=KODE)
    return Subject(frame=frame, names=frame.index.to_series(), catalogue=load_catalogue(), owners={})


@given(
    st.lists(st.integers(-1000, 1000), min_size=3, max_size=40), st.integers(1, 50), st.integers(-500, 500)
)
def test_the_robust_z_knows_neither_unit_nor_origin(values, unit, origin):
    plain = robust_z(pd.Series(values, dtype=float))
    other = robust_z(pd.Series(values, dtype=float) * unit + origin)
    np.testing.assert_allclose(plain, other, atol=1e-9)


@pytest.mark.parametrize(("value", "found"), [(66.6, True), (0.0, False), (100.0, False)])
def test_one_value_in_most_villages_is_told_but_at_a_bound(value, found):
    told = check_identical(subject(sanitasi_layak=[value] * 20 + [50.0 + n for n in range(10)]))
    assert [finding.check for finding in told] == ["audit.identical"] * found


def test_a_value_far_from_all_others_is_told_with_its_village():
    told = check_outliers(subject(sanitasi_layak=[3.0, *(60.0 + n for n in range(29))]))
    assert [(finding.check, finding.where.kode_desa) for finding in told] == [("audit.outlier", KODE[0])]


def test_a_column_of_last_year_is_told_and_a_jump_of_one_village_too():
    now = subject(sanitasi_layak=[50.0 + n for n in range(30)])
    then = now.frame.copy()
    then.iloc[3, 0] -= 45.0
    assert {(finding.check, finding.where.kode_desa) for finding in check_changes(now, then)} == {
        ("audit.carried_over", None), ("audit.jump", KODE[3]),
    }  # fmt: skip
    new = pd.DataFrame({"sanitasi_layak": np.linspace(40, 90, 30)[::-1]}, index=KODE)
    assert [finding for finding in check_changes(now, new) if finding.check == "audit.carried_over"] == []


def test_what_counts_twice_is_told_only_where_both_are_scored():
    catalogue = load_catalogue()
    assert [f.check for f in double_counted(["krs_persen", "air_tidak_layak"], catalogue)] == [
        "audit.double_count"
    ]
    assert double_counted(["air_tidak_layak"], catalogue) == []
