"""The library's integrals beside chains that integrate nothing, with bounds of three standard errors."""

from __future__ import annotations

import numpy as np
import pytest
from full_bayes import SETS, change_compared, compared, rates_compared

# What a difference may be beyond three standard errors of the chains, in points: limits are those of the beta
# distribution with the posterior's mean and variance, and the hyperparameters are on a grid.
RATES = {"prevalensi": 0.05, "batas bawah": 0.6, "batas atas": 0.5, "peluang di atas": 2.0}
CHANGE = {"perubahan": 0.2, "batas bawah": 0.7, "batas atas": 0.7, "peluang turun": 2.0}


def hold(found, most) -> None:
    assert len(found) == len(most)
    for one, (what, beyond) in zip(found, most.items(), strict=True):
        assert one.what.startswith(what)
        assert one.beyond < beyond, one
        assert one.mean < beyond / 2 + one.error, one


def test_rates_are_those_of_a_full_bayesian_fit():
    hold(rates_compared("ekstrem", steps=3000), RATES)


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_rates_are_those_of_a_full_bayesian_fit_in_every_set(name):
    hold(rates_compared(name, steps=6000), RATES)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ekstrem", "desa kecil"])
def test_changes_are_those_of_a_full_bayesian_fit(name):
    hold(change_compared(name, steps=3000), CHANGE)


def test_a_difference_is_seen_beyond_the_errors_of_the_chains():
    chains = np.random.default_rng(0).normal(10.0, 0.1, (24, 60))
    assert compared("x", np.full(60, 10.0), chains).beyond < 0.03
    assert compared("x", np.full(60, 10.4), chains).beyond > 0.25
