from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit
from scipy.stats import betabinom, norm

from lokus.evidence.rates.betabinomial import COEFFICIENT_SD
from lokus.evidence.rates.effects import kecamatan_effect, no_effect
from lokus.evidence.rates.latent import Rows, fit_latent


def counts(seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    n = rng.integers(5, 90, 40).astype(float)
    x = rng.normal(size=40)
    y = rng.binomial(n.astype(int), expit(-2.0 + 0.4 * x)).astype(float)
    return Rows(y=y, n=n, weight=np.ones(40), design=np.column_stack([np.ones(40), x]))


def log_density(rows: Rows, log_phi: float, beta: np.ndarray, effect: np.ndarray, sd: float) -> float:
    """Of counts, coefficients and effects, up to a constant; one effect for ten villages."""
    mean, phi = expit(rows.design @ beta + np.repeat(effect, 10)), np.exp(log_phi)
    counted = betabinom.logpmf(rows.y, rows.n, mean * phi, (1 - mean) * phi).sum()
    middle = expit(beta[0])
    priors = 0.5 * np.log(middle * (1 - middle)) + norm.logpdf(beta[1], 0, COEFFICIENT_SD)
    return float(counted + priors + norm.logpdf(effect, 0, sd).sum())


@pytest.mark.parametrize("sd", [0.0, 0.4])
def test_the_mode_is_that_of_a_search_without_derivatives(sd: float) -> None:
    rows = counts(3)
    labels = np.repeat(np.array(["a", "b", "c", "d"], dtype=object), 10)
    effect = kecamatan_effect(labels) if sd else no_effect(40)
    fit = fit_latent(rows, effect, log_phi=3.5, log_sd=float(np.log(sd or 1.0)))

    def negative(theta: np.ndarray) -> float:
        own = theta[2:] if sd else np.zeros(4)
        return -log_density(rows, 3.5, theta[:2], own, sd or 1.0)

    found = minimize(
        negative, np.zeros(6 if sd else 2), method="Powell", options={"xtol": 1e-8, "ftol": 1e-12}
    )
    np.testing.assert_allclose(np.concatenate([fit.coefficients, fit.effect]), found.x, atol=2e-4)


def test_variances_are_those_of_the_curvature() -> None:
    rows = counts(4)
    fit = fit_latent(rows, no_effect(40), log_phi=4.0)
    step, curvature = 1e-3, np.empty((2, 2))
    shifts = step * np.eye(2)
    for i in range(2):
        for j in range(2):
            curvature[i, j] = sum(
                sign
                * log_density(rows, 4.0, fit.coefficients + a * shifts[i] + b * shifts[j], np.zeros(4), 1.0)
                for a, b, sign in ((1, 1, 1), (-1, -1, 1), (1, -1, -1), (-1, 1, -1))
            ) / (4 * step**2)
    np.testing.assert_allclose(fit.covariance, np.linalg.inv(-curvature), rtol=1e-3, atol=1e-6)
