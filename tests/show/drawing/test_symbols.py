from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lokus.show.drawing.symbols import SymbolScale, symbol_scale


@given(st.lists(st.floats(0.1, 5000), min_size=1, max_size=300), st.floats(500, 40_000))
def test_circles_cover_at_most_a_sixth_of_the_land_and_keep_the_proportion(values, area):
    numbers = np.array(values)
    scale = symbol_scale(numbers, area)
    radii = scale.radii(numbers)
    assert np.allclose(radii**2 * numbers[0], radii[0] ** 2 * numbers)
    if scale.radius > 1:
        assert np.pi * (radii**2).sum() <= 0.16 * area * 1.0001
    assert radii.max() <= 7.0


@given(st.floats(0.5, 1e6))
def test_examples_are_round_and_not_above_the_largest(largest):
    examples = SymbolScale(largest=largest, radius=5).examples
    assert all(float(f"{value:.0e}") == value for value in examples)
    assert max(examples) <= max(largest, 1)
    assert list(examples) == sorted(examples, reverse=True)


def test_missing_and_empty_values_have_no_circle():
    scale = symbol_scale(np.array([np.nan, 0.0, 8.0]), 1000.0)
    radii = scale.radii(np.array([np.nan, 0.0, 8.0]))
    assert np.isnan(radii[0])
    assert radii[1] == 0
    assert symbol_scale(np.array([np.nan]), 1000.0).radius == pytest.approx(1.0)
