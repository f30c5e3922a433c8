from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, gammaln
from scipy.stats import betabinom

from lokus.evidence.rates import betabinomial
from lokus.evidence.rates.betabinomial import fit_beta_binomial, log_rising, penalised_log_likelihood

# Endometrial stromal polyps in 71 groups of female F344 rats (Tarone 1982, Biometrics 38, 215–220), as
# printed in Gelman et al., Bayesian Data Analysis, table 5.1; the current experiment is the last.
RATS_Y = np.array(
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2,
     2, 1, 5, 2, 5, 3, 2, 7, 7, 3, 3, 2, 9, 10, 4, 4, 4, 4, 4, 4, 4, 10, 4, 4, 4, 5, 11, 12, 5,
     5, 6, 5, 6, 6, 6, 6, 16, 15, 15, 9, 4],
    dtype=float,
)  # fmt: skip
RATS_N = np.array(
    [20, 20, 20, 20, 20, 20, 20, 19, 19, 19, 19, 18, 18, 17, 20, 20, 20, 20, 19, 19, 18, 18, 25,
     24, 23, 20, 20, 20, 20, 20, 20, 10, 49, 19, 46, 27, 17, 49, 47, 20, 20, 13, 48, 50, 20, 20,
     20, 20, 20, 20, 20, 48, 19, 19, 19, 22, 46, 49, 20, 20, 23, 19, 22, 20, 20, 20, 52, 46, 47,
     24, 14],
    dtype=float,
)  # fmt: skip


def design(n, *columns):
    return np.column_stack([np.ones(n), *columns])


@given(
    theta=st.tuples(st.floats(-5, 5), st.floats(-2, 2), st.floats(-2, 9)),
    seed=st.integers(0, 1000),
)
@settings(max_examples=50, deadline=None)
def test_gradient_and_hessian_are_those_of_the_value(theta, seed):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 120, 20).astype(float)
    y = np.floor(n * rng.beta(1, 4, 20))
    arguments = (y, n, design(20, rng.normal(size=20)), rng.integers(1, 4, 20).astype(float))
    theta = np.array(theta)
    _value, gradient, hessian = penalised_log_likelihood(theta, *arguments)
    steps = 1e-5 * np.eye(3)
    by_value = [
        (
            penalised_log_likelihood(theta + d, *arguments)[0]
            - penalised_log_likelihood(theta - d, *arguments)[0]
        )
        / 2e-5
        for d in steps
    ]
    by_gradient = [
        (
            penalised_log_likelihood(theta + d, *arguments)[1]
            - penalised_log_likelihood(theta - d, *arguments)[1]
        )
        / 2e-5
        for d in steps
    ]
    np.testing.assert_allclose(gradient, by_value, rtol=1e-5, atol=1e-4)
    np.testing.assert_allclose(hessian, by_gradient, rtol=1e-5, atol=1e-4)


def test_likelihood_is_the_beta_binomial_of_scipy():
    y, n = np.array([0.0, 3.0, 40.0]), np.array([5.0, 30.0, 40.0])
    one, other = np.array([-1.5, 2.0]), np.array([-0.5, 4.0])

    def by_scipy(theta):
        mu, phi = expit(theta[0]), np.exp(theta[1])
        prior = 0.5 * np.log(mu * (1 - mu)) - 0.5 * (theta[1] - np.log(50)) ** 2
        return betabinom.logpmf(y, n, mu * phi, (1 - mu) * phi).sum() + prior

    ours = [penalised_log_likelihood(t, y, n, design(3), np.ones(3))[0] for t in (one, other)]
    assert ours[1] - ours[0] == pytest.approx(by_scipy(other) - by_scipy(one), rel=1e-10)


@pytest.mark.parametrize("a", [0.01, 3.0, 19.9, 20.1, 1e4])
def test_log_rising_is_a_difference_of_log_gammas(a):
    assert log_rising(a, 7.0) == pytest.approx(gammaln(a + 7.0) - gammaln(a), rel=1e-11)


def test_log_rising_keeps_digits_where_log_gamma_loses_them():
    assert float(log_rising(1e9, 3.0)) == pytest.approx(
        np.log(1e9) + np.log(1e9 + 1) + np.log(1e9 + 2), rel=1e-15
    )


def test_mode_is_that_of_a_grid():
    rng = np.random.default_rng(3)
    n = rng.integers(5, 150, 40).astype(float)
    y = rng.binomial(n.astype(int), rng.beta(4, 20, 40)).astype(float)
    fit = fit_beta_binomial(y, n, design(40))
    means, logs = np.linspace(0.05, 0.4, 351), np.linspace(0, 8, 401)
    mu, phi = np.meshgrid(means, np.exp(logs), indexing="ij")
    total = 0.5 * np.log(mu * (1 - mu)) - 0.5 * (np.log(phi) - np.log(50)) ** 2
    for cases, trials in zip(y, n, strict=True):
        total += (
            gammaln(mu * phi + cases) - gammaln(mu * phi) + gammaln((1 - mu) * phi + trials - cases)
            - gammaln((1 - mu) * phi) - gammaln(phi + trials) + gammaln(phi)
        )  # fmt: skip
    best = np.unravel_index(total.argmax(), total.shape)
    assert expit(fit.coefficients[0]) == pytest.approx(means[best[0]], abs=0.0011)
    assert np.log(fit.precision) == pytest.approx(logs[best[1]], abs=0.021)
    assert fit.gradient_norm < 1e-9


def test_published_rat_tumours(monkeypatch):
    # Gelman et al. print 0.136 and 0.103 for the 70 earlier rates (section 5.1), which checks the
    # numbers above, and a posterior mode of the hyperparameters near alpha = 2.4, beta = 14.3 (section 5.3).
    rates = RATS_Y[:70] / RATS_N[:70]
    assert (round(rates.mean(), 3), round(rates.std(ddof=1), 3)) == (0.136, 0.103)
    # They put hardly any prior on alpha + beta, so ours is taken away here.
    monkeypatch.setattr(betabinomial, "LOG_PRECISION_SD", 100.0)
    fit = fit_beta_binomial(RATS_Y, RATS_N, design(71))
    mu = float(expit(fit.coefficients[0]))
    assert mu * fit.precision == pytest.approx(2.4, rel=0.05)
    assert (1 - mu) * fit.precision == pytest.approx(14.3, rel=0.05)


def test_weights_stand_for_repeated_rows():
    y, n = np.array([1.0, 5.0, 9.0]), np.array([20.0, 30.0, 25.0])
    weight = np.array([3, 1, 2])
    once = fit_beta_binomial(y, n, design(3), weight)
    spelled = fit_beta_binomial(np.repeat(y, weight), np.repeat(n, weight), design(6))
    assert once.precision == pytest.approx(spelled.precision, rel=1e-9)
    assert once.coefficients == pytest.approx(spelled.coefficients, rel=1e-9)


def test_coefficient_of_a_covariate_is_recovered():
    rng = np.random.default_rng(11)
    x = rng.normal(size=3000)
    mu = expit(-2.0 + 0.4 * x)
    n = rng.integers(20, 200, 3000)
    y = rng.binomial(n, rng.beta(40 * mu, 40 * (1 - mu)))
    fit = fit_beta_binomial(y, n, design(3000, x))
    assert fit.coefficients == pytest.approx([-2.0, 0.4], abs=0.04)
    assert fit.precision == pytest.approx(40, rel=0.12)


@pytest.mark.parametrize(
    ("y", "n"),
    [
        (np.zeros(256), np.full(256, 90.0)),
        (np.full(256, 90.0), np.full(256, 90.0)),
        (np.full(256, 9.0), np.full(256, 90.0)),
        (np.tile([0.0, 90.0], 40), np.full(80, 90.0)),
        (np.array([0.0]), np.array([1.0])),
        (np.array([3.0]), np.array([1e6])),
        (np.array([0.0, 3.0]), np.array([0.0, 40.0])),
    ],
)
def test_edges_converge_to_something_finite(y, n):
    fit = fit_beta_binomial(y, n, design(len(y)))
    mu = expit(fit.coefficients[0])
    assert 0 < mu < 1
    assert 0 < fit.precision < np.inf
    assert fit.gradient_norm < 1e-8


def test_more_villages_without_variation_mean_more_precision():
    precision = [
        fit_beta_binomial(np.full(m, 9.0), np.full(m, 90.0), design(m)).precision for m in (5, 50, 500)
    ]
    assert precision == sorted(precision)
    assert precision[-1] > 1000
