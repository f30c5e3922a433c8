from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.review.counterfactual_counts import COUNT_FACTORS, stunting_states
from lokus.choice.solver.problem import RuleError

CORNERS = [
    frozenset(on) for on in chain.from_iterable(combinations(COUNT_FACTORS, size) for size in range(4))
]


def counts(*rows):
    """Stunted, measured, due; one row a village."""
    index = [f"99010120{n:02d}" for n in range(1, len(rows) + 1)]
    return pd.DataFrame(rows, columns=["stunting", "diukur", "sasaran"], index=index, dtype=float)


def changes(frame, *values):
    return pd.DataFrame({"perubahan": values}, index=frame.index, dtype=float)


@st.composite
def two_years(draw):
    size = draw(st.integers(1, 5))
    years = []
    for _ in range(2):
        rows = []
        for _ in range(size):
            measured = draw(st.integers(0, 60))
            stunted = draw(st.integers(0, measured))
            lost = draw(st.sampled_from([False] * 5 + [True]))
            rows.append((np.nan if lost else stunted, measured, measured + draw(st.integers(0, 20))))
        years.append(counts(*rows))
    points = draw(st.lists(st.floats(-60, 60), min_size=size, max_size=size))
    return *years, changes(years[0], *points)


@settings(max_examples=30, deadline=None)
@given(two_years())
def test_counts_can_be_at_every_corner_and_are_the_years_own_at_the_ends(data):
    before, after, change = data
    states = stunting_states(before, after, change)
    for corner in CORNERS:
        stunted, measured, due = states(corner)
        known = measured.notna()
        assert (stunted.notna() == known).all()
        assert (stunted[known] >= 0).all()
        assert (stunted[known] <= measured[known]).all()
        assert due.equals((after if "cakupan" in corner else before)["sasaran"].rename("sasaran"))
    for year, corner in ((before, frozenset()), (after, frozenset(COUNT_FACTORS))):
        stunted, measured, _due = states(corner)
        usable = year["stunting"].notna() & (year["diukur"] > 0)
        assert stunted[usable].equals(year.loc[usable, "stunting"])
        assert measured[usable].equals(year.loc[usable, "diukur"])
        assert measured[~usable].isna().all()


def test_each_factor_by_hand():
    before, after = counts((10, 50, 100)), counts((8, 80, 120))
    states = stunting_states(before, after, changes(before, -4.0))
    expected = {
        (): (10, 50, 100),
        ("cakupan",): (16, 80, 120),
        ("nyata",): (8, 50, 100),
        ("kebetulan",): (7, 50, 100),
        ("cakupan", "nyata"): (12.8, 80, 120),
        ("cakupan", "kebetulan"): (11.2, 80, 120),
        ("kebetulan", "nyata"): (5, 50, 100),
        ("cakupan", "kebetulan", "nyata"): (8, 80, 120),
    }
    for corner, values in expected.items():
        assert [float(column.iloc[0]) for column in states(frozenset(corner))] == pytest.approx(values)


def test_rates_stay_within_bounds_when_the_estimate_goes_beyond():
    before, after = counts((1, 50, 50), (49, 50, 50)), counts((0, 50, 50), (50, 50, 50))
    states = stunting_states(before, after, changes(before, -9.0, 9.0))
    assert states(frozenset({"nyata"}))[0].tolist() == [0.0, 50.0]


def test_a_village_measured_in_one_year_only_changes_by_its_coverage():
    before, after = counts((10, 50, 60), (np.nan, np.nan, 60)), counts((0, 0, 60), (6, 40, 60))
    states = stunting_states(before, after, changes(before, -4.0, -4.0))
    for corner in CORNERS:
        stunted, measured, _due = states(corner)
        if "cakupan" in corner:
            assert np.isnan(stunted.iloc[0])
            assert np.isnan(measured.iloc[0])
            assert (stunted.iloc[1], measured.iloc[1]) == (6, 40)
        else:
            assert (stunted.iloc[0], measured.iloc[0]) == (10, 50)
            assert np.isnan(stunted.iloc[1])


def test_where_no_count_changed_no_corner_differs_whatever_the_model_says():
    year = counts((10, 50, 60), (3, 7, 9))
    states = stunting_states(year, year.iloc[::-1], changes(year, -1.0, 0.3))
    for corner in CORNERS:
        assert states(corner)[0].equals(year["stunting"])


def test_refuses_what_cannot_be_taken_apart():
    year = counts((10, 50, 60), (3, 7, 9))
    with pytest.raises(RuleError, match=r"belum diperkirakan.*9901012002"):
        stunting_states(year, counts((11, 50, 60), (3, 7, 9)), changes(year, 1.0, np.nan))
    with pytest.raises(RuleError, match="berbeda dari tahun ini: 9901012002"):
        stunting_states(year, year.iloc[:1], changes(year, 1.0, 1.0))
    with pytest.raises(RuleError, match="9901012001"):
        stunting_states(counts((51, 50, 60), (3, 7, 9)), year, changes(year, 1.0, 1.0))
