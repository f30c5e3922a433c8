from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from scipy.stats import betabinom, norm

from lokus.evidence.rates import covariates as subsets
from lokus.evidence.rates.betabinomial import COEFFICIENT_SD
from lokus.evidence.rates.rates import estimate_rates

VILLAGES = 120
INDEX = [f"9901{i:06d}" for i in range(VILLAGES)]


def simulate(rng, slopes, children=25):
    x = rng.standard_normal((VILLAGES, len(slopes)))
    rate = expit(-2.6 + x @ slopes + 0.4 * rng.standard_normal(VILLAGES))
    n = np.maximum(1, rng.lognormal(np.log(children), 0.6, VILLAGES)).astype(int)
    names = [f"x{j}" for j in range(len(slopes))]
    return (
        pd.Series(rng.binomial(n, rate), index=INDEX),
        pd.Series(n, index=INDEX),
        pd.DataFrame(x, index=INDEX, columns=names),
    )


@pytest.mark.parametrize(("slope", "seed"), [(0.0, 1), (0.2, 2), (0.5, 3)])
def test_averages_as_a_numerical_integration_does(slope, seed):
    y, n, x = simulate(np.random.default_rng(seed), [slope], children=60)
    z = ((x["x0"] - x["x0"].mean()) / x["x0"].std(ddof=0)).to_numpy()
    # Brute force over intercept, coefficient and log precision; the slope's prior enters by weights alone.
    base, at = np.linspace(-3.2, -2.0, 33), np.linspace(-0.9, 1.1, 61)
    logs = np.empty((len(base), len(at), 13))
    for k, lam in enumerate(np.linspace(2.2, 6.2, 13)):
        for j, b in enumerate(at):
            mu, phi = expit(base[:, None] + b * z), np.exp(lam)
            terms = betabinom.logpmf(y.to_numpy(), n.to_numpy(), mu * phi, (1 - mu) * phi)
            mean = expit(base)
            jeffreys = 0.5 * np.log(mean * (1 - mean))
            logs[:, j, k] = terms.sum(axis=1) + jeffreys + norm.logpdf(lam, np.log(50), 1)
    likelihood = np.exp(logs - logs.max()).sum(axis=(0, 2))
    width = at[1] - at[0]
    with_it = norm.pdf(at, 0, COEFFICIENT_SD) * likelihood * width
    without = np.interp(0.0, at, likelihood)
    use = subsets.PRIOR_USE * with_it.sum()
    chance = use / (use + (1 - subsets.PRIOR_USE) * without)

    rates = estimate_rates(y, n, covariates=x)
    assert rates.used["x0"] == pytest.approx(chance, abs=0.02)
    expected = chance * (at @ with_it) / with_it.sum()
    assert rates.coefficients["x0"] == pytest.approx(expected, abs=0.01)


def test_useless_covariate_shrinks_and_a_clear_one_keeps_its_strength(monkeypatch):
    rng = np.random.default_rng(4)
    drawn = [simulate(rng, [0.0, 0.6]) for _ in range(20)]
    found = [estimate_rates(y, n, covariates=x) for y, n, x in drawn]
    monkeypatch.setattr(subsets, "PRIOR_USE", 1 - 1e-12)
    kept = [estimate_rates(y, n, covariates=x) for y, n, x in drawn]
    used = pd.DataFrame([rates.used for rates in found])
    slopes, always = (pd.DataFrame([rates.coefficients for rates in fits]) for fits in (found, kept))
    assert used["x0"].median() < 0.75 < 0.99 < used["x1"].median()
    assert abs(slopes["x0"]).mean() < 0.85 * abs(always["x0"]).mean()
    assert (abs(slopes["x0"]) <= abs(always["x0"])).all()
    np.testing.assert_allclose(slopes["x1"], always["x1"], rtol=0.03)
    assert slopes["x1"].mean() == pytest.approx(0.6, abs=0.07)


def test_left_out_is_as_if_never_given(monkeypatch):
    y, n, x = simulate(np.random.default_rng(5), [0.1])
    monkeypatch.setattr(subsets, "PRIOR_USE", 1e-12)
    rates = estimate_rates(y, n, covariates=x)
    plain = estimate_rates(y, n)
    assert rates.used["x0"] < 1e-6
    columns = ["prevalensi", "prevalensi_bawah", "prevalensi_atas"]
    # The precision was fitted with the covariate, which explains a little of the differences.
    pd.testing.assert_frame_equal(rates.table[columns], plain.table[columns], rtol=0.02)


@pytest.mark.parametrize("effect", ["kecamatan", "none"])
def test_many_covariates_with_an_effect_stay_proper(effect):
    y, n, x = simulate(np.random.default_rng(7), [0.5] + [0.0] * 9)
    kecamatan = pd.Series([code[:7] for code in INDEX], index=INDEX)
    rates = estimate_rates(y, n, covariates=x, effect=effect, kecamatan=kecamatan)
    assert rates.used.between(0, 1).all()
    assert rates.used["x0"] > 0.9 > rates.used.drop("x0").mean()
    assert (rates.table["prevalensi_bawah"] < rates.table["prevalensi_atas"]).all()


def test_known_values_are_the_averaged_ones():
    y, n, x = simulate(np.random.default_rng(8), [0.15])
    rates = estimate_rates(y, n, covariates=x, integrate=False)
    z = ((x["x0"] - x["x0"].mean()) / x["x0"].std(ddof=0)).to_numpy()
    prior = expit(rates.coefficients["intersep"] + rates.coefficients["x0"] * z)
    expected = (prior * rates.precision + y) / (rates.precision + n)
    np.testing.assert_allclose(rates.table["prevalensi"], 100 * expected, rtol=1e-9)
