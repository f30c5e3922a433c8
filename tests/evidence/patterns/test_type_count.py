"""Worlds with a known number of types, none among them, of shapes that the mixture does not assume."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture

from lokus.evidence.patterns.type_count import count_types, gain_over_no_types

NUMBERS = range(2, 9)


def world(seed: int, types: int, shape: str, apart: float = 4.0):
    """Villages of so many types; the two nearest types are `apart` standard deviations from each other."""
    rng = np.random.default_rng([seed, types])
    indicators, villages = 3 + seed % 4, 90 + 40 * (seed % 5)
    centres = np.zeros((1, indicators))
    if types > 1:
        centres = rng.normal(size=(types, indicators))
        distance = np.sqrt(((centres[:, None] - centres) ** 2).sum(axis=2))
        centres *= apart / distance[np.triu_indices(types, 1)].min()
    share = np.maximum(rng.dirichlet(np.full(types, 8.0)), 0.08)
    truth = rng.choice(types, villages, p=share / share.sum())
    noise = rng.normal(size=(villages, indicators))
    if shape == "correlated":
        noise = noise @ np.linalg.cholesky(0.5 * np.eye(indicators) + 0.5).T
    if shape == "skewed":
        noise = (rng.gamma(2.0, 1.0, noise.shape) - 2.0) / np.sqrt(2.0)
    if shape == "percent":
        return 100.0 / (1.0 + np.exp(-0.4 * (centres[truth] + noise)))
    return centres[truth] + noise


def share_right(types: int, shape: str, worlds: int) -> float:
    right = 0
    for seed in range(worlds):
        values = world(seed, types, shape)
        right += count_types(values, gain_over_no_types(values, NUMBERS)) == types
    return right / worlds


@pytest.mark.parametrize("types", [1, 3])
def test_the_number_of_types_is_found(types):
    assert share_right(types, "normal", 10) >= 0.8


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("shape", ["normal", "correlated"])
@pytest.mark.parametrize("types", [2, 3, 4, 5])
def test_two_to_five_types_of_moderate_separation_are_found(types, shape):
    # 80 % at least, and three standard errors of 60 worlds.
    assert share_right(types, shape, 60) >= 0.8 - 3 * np.sqrt(0.8 * 0.2 / 60)


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize("shape", ["normal", "correlated", "skewed", "percent"])
def test_no_types_are_seldom_taken_for_some(shape):
    assert share_right(1, shape, 60) >= 0.9


def test_the_gain_is_that_of_the_criterion_written_out():
    values = world(3, 3, "normal")
    z = (values - values.mean(axis=0)) / values.std(axis=0)
    many, width = z.shape

    def criterion(number):
        mixture = GaussianMixture(number, covariance_type="tied", n_init=3, random_state=0, reg_covar=1e-4)
        mixture.fit(z)
        density = sum(
            weight * multivariate_normal(mean, mixture.covariances_).pdf(z)
            for weight, mean in zip(mixture.weights_, mixture.means_, strict=True)
        )
        parameters = number - 1 + number * width + width * (width + 1) / 2
        return -2 * np.log(density).sum() + parameters * np.log(many)

    assert gain_over_no_types(values, [3])[3] == pytest.approx(criterion(1) - criterion(3), rel=1e-6)
