from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm, rankdata

from lokus.errors import EvidenceError
from lokus.evidence.scores.normalise import derive_goalposts, normalise_column

VALUES = pd.Series([3.0, 7.0, np.nan, 7.0, 11.0], name="krs")
COLUMNS = st.lists(st.one_of(st.none(), st.floats(-1e6, 1e6)), min_size=1, max_size=20)


def test_minmax_by_hand():
    high, findings = normalise_column(VALUES, worse="high")
    assert high.tolist()[:2] == [0.0, 0.5]
    assert np.isnan(high[2])
    assert findings == []
    low, _ = normalise_column(VALUES, worse="low")
    assert low.dropna().tolist() == [1.0, 0.5, 0.5, 0.0]


def test_rank_is_the_mean_rank_of_scipy():
    ours, _ = normalise_column(VALUES, worse="high", method="rank")
    np.testing.assert_allclose(ours.dropna(), (rankdata([3, 7, 7, 11]) - 1) / 3)


def test_zscore_is_the_normal_distribution_function():
    ours, _ = normalise_column(VALUES, worse="high", method="zscore")
    known = np.array([3.0, 7.0, 7.0, 11.0])
    np.testing.assert_allclose(ours.dropna(), norm.cdf((known - known.mean()) / known.std()))


def test_goalposts_stay_and_what_lies_beyond_is_counted():
    ours, findings = normalise_column(VALUES, worse="high", goalposts=(5.0, 9.0))
    assert ours.dropna().tolist() == [0.0, 0.5, 0.5, 1.0]
    assert [f.message for f in findings] == [
        "indikator krs: 2 desa/kelurahan berada di luar batas tetap 5.0–9.0 dan dihitung sebesar batasnya"
    ]


@pytest.mark.parametrize("method", ["minmax", "rank", "zscore"])
def test_constant_indicator_is_neutral_and_said_aloud(method):
    ours, findings = normalise_column(pd.Series([4.0, np.nan, 4.0], name="tpk"), worse="low", method=method)
    assert ours.tolist()[::2] == [0.5, 0.5]
    assert np.isnan(ours[1])
    assert "tpk sama di semua desa" in findings[0].message


def test_empty_indicator_stays_missing_and_is_said_aloud():
    ours, findings = normalise_column(pd.Series([np.nan, np.nan], name="tpk"), worse="low")
    assert ours.isna().all()
    assert findings[0].message == "indikator tpk tidak punya nilai satu pun"


@settings(deadline=None)
@given(COLUMNS, st.sampled_from(["high", "low"]), st.sampled_from(["minmax", "rank", "zscore"]))
def test_stays_within_zero_and_one_in_the_right_order(values, worse, method):
    column = pd.Series(values, dtype=float, name="x")
    ours, _ = normalise_column(column, worse=worse, method=method)
    assert ours.isna().equals(column.isna())
    assert ours.dropna().between(0, 1).all()
    steps = ours[column.sort_values().dropna().index].diff().dropna()
    assert (steps >= 0).all() if worse == "high" else (steps <= 0).all()


@pytest.mark.parametrize("method", ["minmax", "rank", "zscore"])
@pytest.mark.parametrize("values", [[0.0, 5e-324], [0.0, 1e-200], [-1.7e308, 1.7e308], [1.0, 1.0 + 2**-52]])
def test_the_smallest_and_the_largest_spread_give_numbers(values, method):
    column = pd.Series(values, name="x")
    best, worst = normalise_column(column, worse="high", method=method)[0]
    assert 0 <= best <= 0.5 <= worst <= 1  # the mean of neighbouring numbers is one of them
    assert best < worst


def test_limit_is_red_only_beyond_it():
    ours, findings = normalise_column(VALUES, worse="high", method="limit", limit=7.0)
    assert ours.dropna().tolist() == [0.0, 0.0, 0.0, 1.0]
    assert np.isnan(ours[2])
    assert findings == []
    low, _ = normalise_column(VALUES, worse="low", method="limit", limit=7.0)
    assert low.dropna().tolist() == [1.0, 0.0, 0.0, 0.0]


def test_limit_is_the_median_unless_stated():
    column = pd.Series([1.0, 2.0, 4.0, 9.0], name="krs")
    ours, _ = normalise_column(column, worse="high", method="limit")
    assert ours.tolist() == [0.0, 0.0, 1.0, 1.0]
    same, findings = normalise_column(pd.Series([4.0, 4.0], name="krs"), worse="high", method="limit")
    assert same.tolist() == [0.0, 0.0]
    assert "krs sama di semua desa" in findings[0].message


def test_goalposts_of_a_base_year_make_years_comparable():
    base = pd.DataFrame({"air": [40.0, None, 90.0], "krs": [1.0, 5.0, 3.0]})
    posts = derive_goalposts(base)
    assert posts == {"air": (40.0, 90.0), "krs": (1.0, 5.0)}
    later = pd.Series([50.0, 65.0], name="air")
    ours, _ = normalise_column(later, worse="low", goalposts=posts["air"])
    assert ours.tolist() == pytest.approx([0.8, 0.5])
    own, _ = normalise_column(base["air"], worse="low")
    fixed, _ = normalise_column(base["air"], worse="low", goalposts=posts["air"])
    pd.testing.assert_series_equal(own, fixed)
    assert derive_goalposts([base, base + 2], ["krs"]) == {"krs": (1.0, 7.0)}


@pytest.mark.parametrize("values", [[3.0, 3.0], [np.nan, np.nan], [1.0, np.inf]])
def test_no_goalposts_without_two_ends(values):
    with pytest.raises(EvidenceError, match="batas tetap idm tidak dapat ditentukan"):
        derive_goalposts(pd.DataFrame({"idm": values}))


@settings(deadline=None)
@given(
    st.lists(st.integers(-1000, 1000), min_size=2, max_size=12),
    st.integers(1, 64),
    st.integers(-500, 500),
    st.sampled_from(["minmax", "rank", "zscore", "limit"]),
)
def test_unit_and_direction_do_not_matter(values, factor, shift, method):
    column = pd.Series(values, dtype=float, name="x")
    ours, _ = normalise_column(column, worse="high", method=method)
    changed, _ = normalise_column(column * factor + shift, worse="high", method=method)
    flipped, _ = normalise_column(-column, worse="low", method=method)
    np.testing.assert_allclose(changed, ours, atol=1e-9)
    np.testing.assert_allclose(flipped, ours, atol=1e-12)
