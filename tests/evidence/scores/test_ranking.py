from __future__ import annotations

import math

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.evidence.scores.ranking import quantise, rank_by_rule, tie_order

# Below 1e-200 the unit itself would be lost to underflow; no score is that small.
FLOATS = st.floats(-1e9, 1e9, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-200)


@settings(deadline=None)
@given(st.lists(FLOATS, min_size=1, max_size=30))
def test_integers_give_the_values_back_to_twelve_digits(values):
    integers, unit = quantise(values)
    largest = max(map(abs, values))
    np.testing.assert_allclose(integers * unit, values, rtol=0, atol=largest * 5.001e-12)
    assert unit == float(f"1e{round(math.log10(unit))}")
    assert largest == 0 or 1e11 <= max(map(abs, integers.tolist())) <= 1e12


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=30), st.randoms())
def test_sums_do_not_depend_on_order(values, random):
    integers, _unit = quantise(values)
    shuffled = list(integers)
    random.shuffle(shuffled)
    assert sum(shuffled) == integers.sum()


@settings(deadline=None)
@given(
    st.lists(st.integers(0, 10**6), min_size=2, max_size=8),
    st.lists(st.integers(0, 10**6), min_size=2, max_size=8),
    st.integers(0, 6),
)
def test_sums_equal_to_a_reader_are_equal(one, other, decimals):
    """Decimals are added as on paper: two lists of them tie exactly where their sums are the same decimal."""
    values = [value / 10**decimals for value in (*one, *other)]
    integers = quantise(values)[0]
    ours = int(integers[: len(one)].sum() - integers[len(one) :].sum())
    on_paper = sum(one) - sum(other)
    assert (ours > 0) - (ours < 0) == (on_paper > 0) - (on_paper < 0)


def test_all_zero_and_missing():
    assert quantise([0.0, np.nan])[0].tolist() == [0, 0]
    assert quantise([])[0].tolist() == []


@settings(deadline=None)
@given(
    st.dictionaries(
        st.text("0123456789", min_size=3, max_size=3),
        st.tuples(st.sampled_from([0.1, 0.2, 0.1 + 0.2, 0.3, None]), st.sampled_from([None, 1.0, 2.0])),
        min_size=1,
    )
)
def test_rank_is_that_of_sorting_by_the_rule(villages):
    score = pd.Series({kode: s for kode, (s, _t) in villages.items()}, dtype=float)
    ties = pd.Series({kode: t for kode, (_s, t) in villages.items()}, dtype=float)
    rank = rank_by_rule(score, ties)
    # 0.1 + 0.2 and 0.3 are one score.
    order = sorted(
        (k for k in score.index if not np.isnan(score[k])),
        key=lambda k: (-round(score[k], 9), -np.nan_to_num(ties[k]), k),
    )
    assert rank[rank.notna()].sort_values().index.tolist() == order
    assert rank.notna().equals(score.notna())
    assert rank_by_rule(score.iloc[::-1], ties).sort_index().equals(rank.sort_index())


def test_several_tie_rules_decide_one_after_the_other():
    villages = pd.Index(["a", "b", "c", "d", "e"])
    score = pd.Series([0.5, 0.5, 0.5, 0.5, 0.9], index=villages)
    ties = pd.DataFrame(
        {"prevalensi": [8.0, 9.0, 8.0, None, 0.0], "stunting": [3.0, 1.0, 7.0, 99.0, 0.0]}, index=villages
    )
    assert rank_by_rule(score, ties).tolist() == [4, 2, 3, 5, 1]


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=15))
def test_tie_order_is_that_of_sorting_pairs(pairs):
    order = tie_order(pd.DataFrame(pairs, columns=["first", "second"], dtype=float))
    distinct = sorted(set(pairs))
    assert order.tolist() == [distinct.index(pair) + 1 for pair in pairs]
