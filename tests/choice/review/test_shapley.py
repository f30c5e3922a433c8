from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.review.shapley import shapley

VILLAGES = ["9901012001", "9901012002"]


@st.composite
def games(draw, most: int = 4):
    """Worth of every set of factors for two villages, as a table that is looked up."""
    factors = list("abcd"[: draw(st.integers(1, most))])
    number = st.integers(-50, 50).map(lambda v: v / 8)
    worth = {}
    for mask in range(1 << len(factors)):
        corner = frozenset(name for j, name in enumerate(factors) if mask >> j & 1)
        worth[corner] = pd.Series([draw(number), draw(number)], index=VILLAGES)
    return factors, worth


def mean_over_orders(factors, worth):
    """Effect of each factor, switched in every order there is, averaged."""
    total = pd.DataFrame(0.0, index=VILLAGES, columns=factors)
    orders = list(permutations(factors))
    for order in orders:
        for place, name in enumerate(order):
            before = frozenset(order[:place])
            total[name] += worth[before | {name}] - worth[before]
    return total / len(orders)


@settings(max_examples=30, deadline=None)
@given(games())
def test_is_the_mean_over_all_orders_of_switching(game):
    factors, worth = game
    found = shapley(worth.__getitem__, factors)
    pd.testing.assert_frame_equal(found, mean_over_orders(factors, worth), atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(games())
def test_adds_up_to_what_all_factors_change(game):
    factors, worth = game
    change = worth[frozenset(factors)] - worth[frozenset()]
    assert np.allclose(shapley(worth.__getitem__, factors).sum(axis=1), change, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(games(most=3), st.integers(0, 3))
def test_a_factor_without_effect_gets_exactly_nothing(game, place):
    factors, worth = game
    idle = [*factors[:place], "z", *factors[place:]]
    found = shapley(lambda on: worth[on - {"z"}], idle)
    assert (found["z"] == 0.0).all()
    pd.testing.assert_frame_equal(found.drop(columns="z"), shapley(worth.__getitem__, factors), atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(games(), st.permutations(list("abcd")))
def test_the_order_of_factors_and_of_villages_does_not_matter(game, order):
    factors, worth = game
    turned = shapley(lambda on: worth[on].iloc[:: -1 if on else 1], [f for f in order if f in factors])
    pd.testing.assert_frame_equal(turned[factors], shapley(worth.__getitem__, factors), atol=1e-12)


def test_factors_that_do_the_same_share_alike():
    def glove(on):
        """Worth 1 once a left and a right glove are there; two left ones compete for one right one."""
        return pd.Series({"x": float("r" in on and bool({"l1", "l2"} & on))})

    assert shapley(glove, ["l1", "r", "l2"]).loc["x"].round(12).tolist() == [
        round(1 / 6, 12),
        round(4 / 6, 12),
        round(1 / 6, 12),
    ]


def test_a_village_missing_at_one_corner_is_missing():
    def evaluate(on):
        return pd.Series({"x": 1.0 if on else np.nan, "y": float(len(on))})

    found = shapley(evaluate, ["a", "b"])
    assert found.loc["x"].isna().all()
    assert found.loc["y"].tolist() == [1.0, 1.0]


def test_each_corner_is_evaluated_once():
    seen = []
    shapley(lambda on: seen.append(on) or pd.Series({"x": 0.0}), list("abcde"))
    assert len(seen) == len(set(seen)) == 32


def test_refuses_games_that_are_none():
    with pytest.raises(ValueError, match="twice"):
        shapley(lambda _on: pd.Series({"x": 0.0}), ["a", "a"])
    with pytest.raises(ValueError, match="at most 12"):
        shapley(lambda _on: pd.Series({"x": 0.0}), [str(n) for n in range(13)])
    with pytest.raises(ValueError, match="different villages"):
        shapley(lambda on: pd.Series({"y" if on else "x": 0.0}), ["a"])
