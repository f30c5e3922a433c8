"""Figures are rounded as decimals, and parts add up to what they are parts of."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.i18n import format_number, round_number
from lokus.show.results.figures import FIGURES, add_up, figure_texts, round_values, value_texts

DECIMALS = st.integers(0, 3)
# What a reader could write: shares with at most six decimals.
WRITTEN = st.integers(-2_000_000, 2_000_000).map(lambda n: Decimal(n) / 1_000_000)


@given(WRITTEN, DECIMALS, st.sampled_from((1, 100)))
def test_a_decimal_is_rounded_half_to_even_however_the_machine_stores_it(value, decimals, scale):
    exact = (value * scale).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_EVEN)
    assert round_values(float(value), decimals, scale=scale) == float(exact)
    assert round_number(float(value) * scale, decimals) == float(exact)


@given(st.floats(-1e6, 1e6), DECIMALS)
def test_one_number_is_rounded_as_many_are(value, decimals):
    assert round_values([value], decimals)[0] == round_number(value, decimals)


def test_zero_has_no_sign_and_nothing_stays_nothing():
    assert format_number(-0.04, decimals=1) == "0,0"
    assert np.isnan(round_values([np.nan], 1)[0])
    assert value_texts(round_values([-0.04, np.nan], 1), decimals=1, signed=True) == ["0,0", "–"]


@given(
    st.lists(st.lists(st.integers(0, 10_000), min_size=3, max_size=3), min_size=1, max_size=6),
    st.integers(0, 2),
)
def test_parts_add_up_to_the_rounded_total(rows, decimals):
    parts = pd.DataFrame(np.array(rows) / 10_000)
    totals = parts.sum(axis=1).to_numpy()
    told = add_up(parts, totals, decimals=decimals, scale=100)
    shown = round_values(totals, decimals, scale=100)
    assert np.allclose(told.sum(axis=1), shown, atol=1e-9)
    step = 10.0**-decimals
    assert (np.abs(told - 100 * parts) < step + 1e-9).to_numpy().all()


def test_parts_that_are_no_parts_of_the_total_are_rounded_alone():
    told = add_up(pd.DataFrame({"a": [0.104], "b": [np.nan]}), [0.5], decimals=0, scale=100)
    assert told["a"].tolist() == [10.0]
    assert np.isnan(told["b"][0])


def test_a_masked_figure_is_said_to_be_masked():
    frame = pd.DataFrame({"prevalensi": [None, 9.25], "disamarkan": ["prevalensi", ""]})
    assert figure_texts(frame, "prevalensi") == ["disamarkan", "9,2"]


@pytest.mark.parametrize("column", [name for name in FIGURES if name.startswith("peluang")])
def test_every_chance_is_told_in_whole_percent(column):
    assert FIGURES[column].scale == 100
    assert FIGURES[column].decimals == 0
    assert FIGURES[column].title.endswith("(%)")
