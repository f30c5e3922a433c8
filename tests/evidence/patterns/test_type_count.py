"""Worlds with a known number of types, none among them, of shapes that the mixture does not assume."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.mixture import GaussianMixture
from type_counts import share_right, world

from lokus.evidence.patterns.type_count import gain_over_no_types


@pytest.mark.parametrize("types", [1, 3])
def test_the_number_of_types_is_found(types):
    assert share_right(types, "normal", 5) >= 0.8


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
