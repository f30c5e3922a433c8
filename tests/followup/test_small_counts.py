"""What sums tell of the counts below them: tried against all counts that would give the same page."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from lokus.followup.small_counts import SMALLEST_SHOWN, is_small, sum_masked


def told(counts):
    """What a page shows of villages and their total; None where it is masked."""
    index = pd.MultiIndex.from_product([["a"], range(len(counts))], names=["kecamatan", "desa"])
    values = pd.Series(counts, index=index)
    hidden = is_small(values)
    total = sum_masked(values, hidden, ["kecamatan"])
    villages = tuple(None if small else value for value, small in zip(counts, hidden, strict=True))
    whole = None if total["disamarkan"].iloc[0] else int(total["jumlah"].iloc[0])
    return (*villages, whole)


@pytest.mark.parametrize("villages", [1, 2, 3])
def test_no_page_leaves_one_value_for_a_masked_count(villages):
    pages = {}
    for counts in product(range(8), repeat=villages):
        pages.setdefault(told(counts), []).append(counts)
    for page, possible in pages.items():
        for place in range(villages):
            if page[place] is None:
                assert len({counts[place] for counts in possible}) > 1, (page, possible)


def test_a_small_total_is_masked_and_none_is_not():
    assert told((0, 0)) == (0, 0, 0)
    assert told((0, 3)) == (0, None, None)
    assert told((SMALLEST_SHOWN, 0)) == (5, 0, 5)


def test_the_sum_of_nothing_known_is_not_known():
    index = pd.MultiIndex.from_tuples([("a", 1)], names=["kecamatan", "desa"])
    values = pd.Series([np.nan], index=index)
    found = sum_masked(values, is_small(values), ["kecamatan"])
    assert found["jumlah"].isna().all()
    assert not found["disamarkan"].any()
