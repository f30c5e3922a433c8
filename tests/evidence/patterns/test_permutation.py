from __future__ import annotations

from collections import Counter
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from lokus.evidence.patterns.permutation import benjamini_hochberg, draw_pool, permutation_tails


@given(n=st.integers(1, 30), seed=st.integers(0, 1000), share=st.floats(0, 1))
def test_pool_has_no_repeats(n, seed, share):
    size = round(share * n)
    pool = draw_pool(np.random.default_rng(seed), n, size, 20)
    assert pool.shape == (20, size)
    assert all(len(set(row)) == size and set(row) <= set(range(n)) for row in pool.tolist())


def test_every_ordered_draw_is_equally_likely():
    draws = 60_000
    pool = draw_pool(np.random.default_rng(3), 5, 3, draws)
    seen = Counter(map(tuple, pool.tolist()))
    expected = draws / 60
    assert set(seen) == set(permutations(range(5), 3))
    chi_square = sum((count - expected) ** 2 / expected for count in seen.values())
    assert chi_square < 98  # 0.999 quantile of chi-square with 59 degrees of freedom is 98.3


def exact_tails(values, sums, degree):
    """All sets of neighbours among the other villages, by enumeration: shares at most and at least."""
    shares = []
    for i, (observed, d) in enumerate(zip(sums, degree, strict=True)):
        others = np.delete(values, i)
        drawn = np.array([sum(chosen) for chosen in combinations(others, d)])
        shares.append(((drawn <= observed).mean(), (drawn >= observed).mean()))
    return np.array(shares)


@pytest.mark.parametrize("seed", range(6))
def test_tails_agree_with_full_enumeration(seed):
    rng = np.random.default_rng(seed)
    n = 9
    values = rng.integers(0, 6, n)  # small numbers: many ties
    matrix = np.triu(rng.random((n, n)) < 0.4, 1).astype(int)
    matrix += matrix.T
    matrix[0, :] = matrix[:, 0] = 1  # one village that borders every other
    np.fill_diagonal(matrix, 0)
    sums, degree = matrix @ values, matrix.sum(axis=1)
    draws = 40_000
    tails = permutation_tails(values, sums, degree, permutations=draws, seed=seed)
    share = np.column_stack([tails.low, tails.high]) / draws
    exact = exact_tails(values, sums, degree)
    error = np.sqrt(exact * (1 - exact) / draws)
    assert (np.abs(share - exact) <= 4.5 * error + 1e-12).all()


def test_reusing_one_pool_is_what_each_village_would_count_alone():
    # With the pool itself known, the counts must be those of the draws with the village struck out, exactly.
    rng = np.random.default_rng(8)
    n = 25
    values = rng.integers(-50, 50, n)
    matrix = np.triu(rng.random((n, n)) < 0.25, 1).astype(int)
    matrix += matrix.T
    sums, degree = matrix @ values, matrix.sum(axis=1)
    tails = permutation_tails(values, sums, degree, permutations=500, seed=4)
    pool = draw_pool(np.random.default_rng(4), n, degree.max() + 1, 500)
    for i in range(n):
        drawn = np.array([values[[j for j in row if j != i][: degree[i]]].sum() for row in pool])
        assert tails.low[i] == (drawn <= sums[i]).sum()
        assert tails.high[i] == (drawn >= sums[i]).sum()


def test_more_draws_than_one_block():
    values = np.array([1, 2, 3, 4, 50])
    degree = np.ones(5, dtype=int)
    tails = permutation_tails(values, np.array([2, 3, 4, 50, 1]), degree, permutations=70_000, seed=0)
    # Village 3 borders the 50, one of four others: a quarter of the draws reach it.
    assert tails.high[3] / 70_000 == pytest.approx(0.25, abs=0.008)
    assert tails.low[3] == 70_000


def test_p_is_two_sided_and_never_zero_nor_above_one():
    tails = permutation_tails(
        np.array([5, 5, 5, 5]), np.array([5, 10, 15, 0]), np.array([1, 2, 3, 0]), permutations=99, seed=0
    )
    assert tails.p.tolist() == [1.0] * 4
    values = np.array([100, 90, *range(30)])
    far = permutation_tails(values, np.array([190] * 32), np.array([2] * 32), permutations=99, seed=0)
    assert far.p.min() == 2 / 100


@given(st.lists(st.floats(0, 1), min_size=0, max_size=40))
def test_benjamini_hochberg_is_scipys(p):
    expected = false_discovery_control(p) if p else []
    np.testing.assert_allclose(benjamini_hochberg(p), expected, rtol=1e-12, atol=0)
