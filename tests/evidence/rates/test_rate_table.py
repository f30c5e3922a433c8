from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import beta as beta_distribution
from scipy.stats import betabinom

from lokus.evidence.rates import rate_table as unmeasured
from lokus.evidence.rates.rate_table import (
    all_due,
    beta_binomial_quantiles,
    measured_rate_at,
    rate_of_all_due,
    shift_odds,
)


def moments_by_integration(a, b, odds_ratio):
    def shifted(u):
        p = beta_distribution.ppf(u, a, b)
        return odds_ratio * p / (1 - p + odds_ratio * p)

    mean = quad(shifted, 0, 1, epsabs=1e-12, limit=400)[0]
    return mean, quad(lambda u: (shifted(u) - mean) ** 2, 0, 1, epsabs=1e-13, limit=400)[0]


@pytest.mark.parametrize("odds_ratio", [0.5, 1.2, 3.0, 20.0])
@pytest.mark.parametrize(("a", "b"), [(0.02, 30.0), (0.5, 6.0), (5.0, 60.0), (300.0, 4000.0), (9.0, 0.7)])
def test_mean_and_variance_are_those_of_the_integral(a, b, odds_ratio):
    mean, variance = moments_by_integration(a, b, odds_ratio)
    first, second = shift_odds(np.array([a]), np.array([b]), odds_ratio)
    matched = beta_distribution(first[0], second[0])
    assert matched.mean() == pytest.approx(mean, rel=1e-8)
    assert matched.var() == pytest.approx(variance, rel=1e-6)


@pytest.mark.parametrize("odds_ratio", [0.01, 0.9999, 1.5, 1000.0])
@pytest.mark.parametrize(("a", "b"), [(8817.0, 79_000.0), (9e4, 9e4 + 1), (2e6, 3e7), (1e-3, 1e-3)])
def test_extreme_posteriors_stay_sound(a, b, odds_ratio):
    first, second = shift_odds(np.array([a]), np.array([b]), odds_ratio)
    mean = first[0] / (first[0] + second[0])
    rate = a / (a + b)
    if a > 1:
        assert mean == pytest.approx(odds_ratio * rate / (1 - rate + odds_ratio * rate), rel=1e-3)
    assert first[0] > 0
    assert second[0] > 0
    assert (mean > rate) == (odds_ratio > 1)


@pytest.mark.parametrize("apart", [1e-16, 3e-16, 1e-12, 1e-9, 1e-7, 1e-6, 1e-4])
@pytest.mark.parametrize(("a", "b"), [(1.0, 1.0), (0.3, 40.0), (4.0, 36.0), (5e4, 4e4)])
def test_odds_nearly_alike_change_nearly_nothing(a, b, apart):
    """The closed form of the variance is a difference that cancels there."""
    before = beta_distribution(a, b)
    for odds_ratio in (1.0 - apart, 1.0 + apart):
        after = beta_distribution(*(v[0] for v in shift_odds(np.array([a]), np.array([b]), odds_ratio)))
        assert after.mean() == pytest.approx(before.mean(), rel=2 * apart + 1e-12)
        assert after.var() == pytest.approx(before.var(), rel=4 * apart + 2e-6)
        first, second = all_due(np.array([a]), np.array([b]), np.array([0.0]), odds_ratio)
        assert beta_distribution(first[0], second[0]).var() == pytest.approx(after.var(), rel=1e-6)


QUADRATURE = np.polynomial.legendre.leggauss(400)


@given(
    st.floats(0.01, 2e6), st.floats(0.01, 2e6), st.floats(0.0, 1.0), st.floats(0.02, 50.0)
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_all_due_has_the_moments_of_the_integral(a, b, measured, odds_ratio):
    first, second = (v[0] for v in all_due(*(np.array([v]) for v in (a, b, measured)), odds_ratio))
    assert first > 0
    assert second > 0
    u, weight = QUADRATURE
    # In the angle whose sine squared is the rate the densities are smooth enough for plain quadrature.
    angle = np.pi / 4 * (u + 1)
    p = np.sin(angle) ** 2
    log = (a - 0.5) * np.log(p) + (b - 0.5) * np.log1p(-p)
    density = weight * np.exp(log - log.max())
    density /= density.sum()
    if 1 < min(a, b) < max(a, b) < 3e3:
        q = rate_of_all_due(p, measured, odds_ratio)
        mean = density @ q
        assert first / (first + second) == pytest.approx(mean, rel=1e-6)
        matched = beta_distribution(first, second)
        assert matched.var() == pytest.approx(density @ (q - mean) ** 2, rel=2e-3)
        np.testing.assert_allclose(measured_rate_at(q, measured, odds_ratio), p, rtol=1e-6)


def test_an_odds_ratio_of_one_changes_nothing():
    a, b = np.array([2.0]), np.array([30.0])
    assert shift_odds(a, b, 1.0) == (a, b)


@settings(max_examples=60, deadline=None)
@given(
    trials=st.integers(0, 300),
    a=st.floats(0.05, 50),
    b=st.floats(0.05, 500),
    probability=st.sampled_from([0.05, 0.25, 0.5, 0.95]),
)
def test_quantiles_are_those_of_scipy(trials, a, b, probability):
    ours = beta_binomial_quantiles(np.array([trials]), np.array([a]), np.array([b]), (probability,))[0, 0]
    if trials == 0:
        assert ours == 0
        return
    # Where the distribution function meets the probability to the last digit either neighbour is right.
    assert betabinom.cdf(ours, trials, a, b) >= probability - 1e-9
    assert ours == 0 or betabinom.cdf(ours - 1, trials, a, b) < probability + 1e-9


def test_blocks_do_not_change_the_answer(monkeypatch):
    rng = np.random.default_rng(0)
    trials = rng.integers(0, 60, 40)
    a, b = rng.gamma(2, 2, 40), rng.gamma(5, 10, 40)
    whole = beta_binomial_quantiles(trials, a, b, (0.05, 0.95))
    monkeypatch.setattr(unmeasured, "CELLS_PER_BLOCK", 100)
    np.testing.assert_array_equal(beta_binomial_quantiles(trials, a, b, (0.05, 0.95)), whole)


def test_many_trials_do_not_underflow():
    low, high = beta_binomial_quantiles(
        np.array([200_000]), np.array([400.0]), np.array([600.0]), (0.05, 0.95)
    )[0]
    exact = 200_000 * beta_distribution.ppf([0.05, 0.95], 400, 600)
    assert [low, high] == pytest.approx(exact, rel=0.002)
