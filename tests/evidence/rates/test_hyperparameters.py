"""Hyperparameters against numerical integration, and predictions without the village itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betaln, expit, logsumexp
from scipy.stats import norm

from lokus.evidence.rates.effects import no_effect
from lokus.evidence.rates.hyperparameters import Model
from lokus.evidence.rates.latent import Rows
from lokus.evidence.rates.pooling import EarlierRounds

VILLAGES = 200


INDEX = [f"9901{i:06d}" for i in range(VILLAGES)]


def test_hyperparameters_are_judged_by_the_newest_round_given_the_earlier():
    rng = np.random.default_rng(6)
    n, trials = rng.integers(20, 90, 30).astype(float), rng.integers(20, 90, (30, 1)).astype(float)
    rate = rng.beta(3, 30, 30)
    y, cases = rng.binomial(n.astype(int), rate), rng.binomial(trials.astype(int), rate[:, None])
    rows = Rows(y=y.astype(float), n=n, weight=np.ones(30), design=np.ones((30, 1)))
    earlier = EarlierRounds(cases=cases.astype(float), trials=trials, odds_ratios=(1.0,))
    model = Model(rows, no_effect(30), earlier, np.array([-2.0]))
    at = [np.array([lam, psi]) for lam, psi in ((3.0, 3.0), (4.0, 5.0), (2.5, 7.0))]
    # Brute force over the intercept under its prior, Beta(1/2, 1/2) for the mean.
    base = np.linspace(-5.0, 0.0, 4001)[:, None]
    log_prior = 0.5 * np.log(expit(base) * expit(-base)).ravel()

    def evidence(lam, psi):
        phi, (e, f) = np.exp(lam), earlier.lend(np.exp(psi))
        a, b = phi * expit(base), phi * expit(-base)
        before = betaln(a + e, b + f) - betaln(a, b)
        both = betaln(a + e + y, b + f + n - y) - betaln(a, b)
        return logsumexp(both.sum(axis=1) + log_prior) - logsumexp(before.sum(axis=1) + log_prior)

    for one in at[1:]:
        ours = model.log_posterior(one) - model.log_posterior(at[0])
        priors = norm.logpdf(one, np.log(50), 1).sum() - norm.logpdf(at[0], np.log(50), 1).sum()
        assert ours == pytest.approx(evidence(*one) - evidence(*at[0]) + priors, abs=0.01)
