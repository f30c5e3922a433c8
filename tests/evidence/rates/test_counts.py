from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lokus.errors import EvidenceError, name_some
from lokus.evidence.rates.counts import check_counts
from lokus.evidence.rates.rates import estimate_rates


def test_unusable_villages_count_as_not_measured():
    y = pd.Series({"c": 3.0, "a": np.nan, "b": 0.0, "d": 1.0})
    n = pd.Series({"a": 10.0, "b": 0.0, "c": 9.0, "d": np.nan})
    counts = check_counts(y, n, pd.Series({"d": 4.0, "c": 8.0, "b": 7.0, "a": np.nan}))
    assert counts.index.tolist() == ["a", "b", "c", "d"]
    assert counts.n.tolist() == [0, 0, 9, 0]
    assert counts.y.tolist() == [0, 0, 3, 0]
    np.testing.assert_array_equal(counts.due, [np.nan, 7, 8, 4])


def test_accepts_nullable_integers():
    y = pd.Series([1, pd.NA], index=["a", "b"], dtype="Int64")
    assert check_counts(y, y + 3, None).n.tolist() == [4, 0]


def test_names_five_villages_and_counts_the_rest():
    y = pd.Series(9.0, index=list("gfedcba"))
    with pytest.raises(EvidenceError, match=r"diukur: a, b, c, d, e \(\+2\)"):
        check_counts(y, y - 1, None)
    assert name_some([]) == ""


def test_an_expected_number_of_stunted_children_need_not_be_whole_where_that_is_said():
    y, n = pd.Series({"a": 2.5, "b": 1.0}), pd.Series({"a": 9.0, "b": 9.0})
    with pytest.raises(EvidenceError, match="stunting"):
        check_counts(y, n, None)
    assert check_counts(y, n, None, fractional=True).y.tolist() == [2.5, 1.0]
    with pytest.raises(EvidenceError, match="diukur"):
        check_counts(y, n - 0.5, None, fractional=True)
    with pytest.raises(EvidenceError, match="a"):
        check_counts(y + 7, n, None, fractional=True)


def test_rates_of_expected_numbers_lie_between_those_of_the_whole_ones():
    n = pd.Series({"a": 10.0, "b": 9.0, "c": 2.0, "d": 1.0, "e": 8.0})

    def rate_of_a(stunting):
        y = pd.Series({"a": stunting, "b": 3.0, "c": 0.0, "d": 0.1, "e": 1.0})
        return estimate_rates(y, n, fractional=True).table["prevalensi"]

    low, middle, high = (rate_of_a(stunting) for stunting in (2.0, 2.5, 3.0))
    assert low["a"] < middle["a"] < high["a"]
    # 0.1 of 1 and 0 of 2 are different evidence, although 10 · 0.1 + 1 = 10 · 0 + 2.
    assert abs(middle["d"] - middle["c"]) > 0.1
