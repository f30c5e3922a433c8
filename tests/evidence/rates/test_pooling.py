from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import betabinom

from lokus.evidence.rates.betabinomial import beta_binomial_terms
from lokus.evidence.rates.pooling import EarlierRounds
from lokus.evidence.rates.rates import estimate_rates

VILLAGES = 200
INDEX = [f"9901{i:06d}" for i in range(VILLAGES)]


def counts(rng, rate, children=80):
    n = np.maximum(1, rng.lognormal(np.log(children), 0.6, len(rate))).astype(int)
    return pd.Series(rng.binomial(n, rate), index=INDEX), pd.Series(n, index=INDEX)


def error(rates, truth):
    return float(((rates.table["prevalensi"] - 100 * truth) ** 2).mean())


@given(worth=st.floats(0.1, 1e4), trials=st.floats(0, 1e5), share=st.floats(0, 1))
def test_a_round_lends_at_most_its_worth_and_never_more_than_it_measured(worth, trials, share):
    both = np.array([[share * trials, share * trials]]), np.array([[trials, trials]])
    rounds = EarlierRounds(cases=both[0], trials=both[1], odds_ratios=(1.0, 1.0))
    lent = sum(values[0] for values in rounds.lend(worth))
    assert 0 <= lent <= min(1.5 * worth, 2 * trials) * (1 + 1e-12)


def test_lent_children_are_more_of_the_prior():
    y, n = np.array([0.0, 3.0, 40.0]), np.array([5.0, 30.0, 40.0])
    e, f = np.array([0.0, 2.5, 7.0]), np.array([0.0, 11.0, 0.5])
    values = [
        (beta_binomial_terms(np.full(3, eta), lam, y, n, (e, f)).value,
         betabinom.logpmf(y, n, np.exp(lam) * expit(eta) + e, np.exp(lam) * expit(-eta) + f))
        for eta, lam in ((-1.5, 2.0), (-0.2, 4.0))
    ]  # fmt: skip
    np.testing.assert_allclose(values[1][0] - values[0][0], values[1][1] - values[0][1], rtol=1e-9)


def test_derivatives_with_lent_children_are_those_of_the_value():
    rng = np.random.default_rng(0)
    n = rng.integers(1, 90, 12).astype(float)
    y, eta, lent = (
        np.floor(n * rng.beta(1, 4, 12)),
        rng.normal(-2, 1, 12),
        (rng.gamma(2, 2, 12), rng.gamma(2, 9, 12)),
    )
    here = beta_binomial_terms(eta, 3.0, y, n, lent)
    up, down = (beta_binomial_terms(eta + h, 3.0, y, n, lent) for h in (1e-5, -1e-5))
    np.testing.assert_allclose(here.eta, (up.value - down.value) / 2e-5, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(here.eta_eta, (up.eta - down.eta) / 2e-5, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(here.eta_lam, (up.lam - down.lam) / 2e-5, rtol=1e-5, atol=1e-6)


def test_rates_that_stay_are_pooled_nearly_in_full():
    rng = np.random.default_rng(1)
    truth = rng.beta(4, 46, VILLAGES)
    (y1, n1), (y0, n0) = counts(rng, truth), counts(rng, truth)
    pooled = estimate_rates(y1, n1, earlier=[(y0, n0)])
    added = estimate_rates(y1 + y0, n1 + n0)
    alone = estimate_rates(y1, n1)
    assert error(pooled, truth) < 1.08 * error(added, truth) < error(alone, truth)
    assert pooled.worth > 200
    assert (pooled.table["anak_pinjaman"] <= n0).all()


def test_rounds_that_predict_nothing_lend_next_to_nothing():
    rng = np.random.default_rng(2)
    truth, other = rng.beta(4, 46, VILLAGES), rng.beta(4, 46, VILLAGES)
    (y1, n1), (y0, n0) = counts(rng, truth), counts(rng, other)
    pooled, alone = estimate_rates(y1, n1, earlier=[(y0, n0)]), estimate_rates(y1, n1)
    assert pooled.table["anak_pinjaman"].mean() < 12
    assert error(pooled, truth) < 1.05 * error(alone, truth)


def test_drifting_rates_gain_by_the_round_before():
    rng = np.random.default_rng(3)
    gains = []
    for _ in range(5):
        before = rng.normal(-2.6, 0.5, VILLAGES)
        now = expit(-2.6 + 0.8 * (before + 2.6) + 0.3 * rng.normal(size=VILLAGES))
        (y1, n1), (y0, n0) = counts(rng, now), counts(rng, expit(before))
        pooled = estimate_rates(y1, n1, earlier=[(y0, n0)])
        gains.append(error(pooled, now) / error(estimate_rates(y1, n1), now))
        covered = pooled.table["prevalensi_bawah"].le(100 * now) & pooled.table["prevalensi_atas"].ge(
            100 * now
        )
        assert covered.mean() > 0.82
    assert np.mean(gains) < 0.92


def test_a_fall_of_the_whole_kabupaten_raises_nobody():
    rng = np.random.default_rng(4)
    eta = rng.normal(-2.6, 0.4, VILLAGES)
    (y1, n1), (y0, n0) = counts(rng, expit(eta)), counts(rng, expit(eta + 1.0))
    pooled = estimate_rates(y1, n1, earlier=[(y0, n0)])
    assert pooled.odds_ratios[0] == pytest.approx(np.exp(-1.0), rel=0.15)
    bias = (pooled.table["prevalensi"] - 100 * expit(eta)).mean()
    assert abs(bias) < 0.4
    assert abs((pooled.table["prevalensi"] - 100 * expit(eta))[n0 > n0.median()].mean()) < 0.5


def test_unmeasured_now_takes_what_was_known_before():
    rng = np.random.default_rng(5)
    truth = rng.beta(4, 46, VILLAGES)
    truth[7] = 0.3
    (y1, n1), (y0, n0) = counts(rng, truth), counts(rng, truth)
    n0.iloc[7], y0.iloc[7] = 300, 90
    n1.iloc[7], y1.iloc[7] = 0, 0
    pooled = estimate_rates(y1, n1, earlier=[(y0.drop(INDEX[9]), n0.drop(INDEX[9]))])
    assert pooled.table["prevalensi"].iloc[7] > 15
    assert pooled.table["tanpa_pengukuran"].iloc[7]
    assert pooled.table["anak_pinjaman"].iloc[9] == 0


@pytest.mark.parametrize("cases", [0, 30])
def test_edges_stay_proper(cases):
    n = pd.Series(30, index=INDEX)
    rates = estimate_rates(n * 0 + cases, n, earlier=[(n * 0 + cases, n), (n * 0, n)])
    columns = ["prevalensi_bawah", "prevalensi", "prevalensi_atas"]
    assert rates.table[columns].apply(np.isfinite).all(axis=None)
    assert rates.table["prevalensi"].between(0, 100).all()
    assert logit(rates.mean / 100) != 0
