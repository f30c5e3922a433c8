"""The joint model of two years against numerical integration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import approx_fprime
from two_years_by_hand import brute_force, simulate, years

from lokus.evidence.change import two_years as two_years_fit
from lokus.evidence.change.change import estimate_change
from lokus.evidence.change.two_years import Between, village_posterior


@pytest.mark.parametrize(
    ("y", "n", "rho"), [((5, 1), (12, 9), 0.7), ((0, 3), (4, 30), -0.3), ((2, 0), (2, 0), 0.95)]
)
def test_village_posterior_is_the_integral(y, n, rho):
    eta, sds = (-1.6, -2.0), (0.6, 0.4)
    column = [np.array(values, dtype=float)[:, None] for values in (y, n, eta)]
    found = village_posterior(*column, Between(sds, rho))
    log_marginal, first, second, _falls = brute_force(y, n, eta, sds, rho)
    assert found.log_marginal[0] == pytest.approx(log_marginal, abs=2e-5)
    assert [found.expect(rates)[0] for rates in found.rates()] == pytest.approx([first, second], rel=1e-5)


def test_gradient_of_the_marginal_likelihood():
    before, after, _p = simulate(np.random.default_rng(1), villages=30)
    design = np.column_stack([np.ones(30), np.linspace(-1, 1, 30)])
    data = two_years_fit.TwoYearData(
        y=np.stack([before[0], after[0]]),
        n=np.stack([before[1], after[1]]),
        design=design,
        treated=np.arange(30) < 7,
    )
    target = two_years_fit._Target(data)
    theta = target.start() + np.linspace(-0.1, 0.2, 8)
    by_differences = approx_fprime(theta, lambda at: target(at)[0], 1e-6)
    np.testing.assert_allclose(target(theta)[1], by_differences, rtol=1e-3, atol=2e-2)


def test_hyperparameters_average_to_the_integral(monkeypatch):
    """Importance points against many plain draws from the prior, on few villages."""
    before, after = years([5, 1, 3, 0], [12, 20, 30, 8], [1, 2, 1, 3], [9, 25, 40, 8])
    change = estimate_change(before, after)
    rng = np.random.default_rng(2)
    target = two_years_fit._Target(change.fit.data)
    fitted = change.fit
    # A wide normal around the mode as proposal, many times as many points.
    axes = 1.5 * np.linalg.cholesky(fitted.covariance)
    z = rng.standard_normal((2500, 5))
    logs = np.array([target(fitted.mode + axes @ one)[0] for one in z]) + 0.5 * (z**2).sum(axis=1)
    weight = np.exp(logs - logs.max())
    weight /= weight.sum()
    theta = fitted.mode + z @ axes.T
    mean = weight @ theta
    deviation = np.sqrt(weight @ (theta - mean) ** 2)
    near = fitted.points.weight @ fitted.points.theta
    assert (np.abs(near - mean) < 0.3 * deviation).all()
    spread = np.sqrt(fitted.points.weight @ (fitted.points.theta - near) ** 2)
    np.testing.assert_allclose(spread, deviation, rtol=0.25)


def test_recovers_correlation_and_trend():
    before, after, _p = simulate(np.random.default_rng(5), villages=1200, rho=0.7, trend=-0.2)
    change = estimate_change(before, after, level=0.99)
    assert change.correlation_interval[0] < 0.7 < change.correlation_interval[1]
    assert change.trend_interval[0] < np.exp(-0.2) < change.trend_interval[1]
    assert np.diff(change.correlation_interval)[0] < 0.25
    assert np.diff(change.trend_interval)[0] < 0.15
