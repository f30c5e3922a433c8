from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import beta as beta_distribution
from survey import said_in

from lokus.errors import EvidenceError
from lokus.evidence.rates.rates import estimate_rates
from lokus.evidence.rates.survey import Survey, at_survey, far_below


def rates_of(rng, villages=80, **options):
    index = [f"9901{k:06d}" for k in range(villages)]
    due = pd.Series(rng.integers(10, 200, villages), index=index)
    n = (due * rng.uniform(0.4, 1.0, villages)).round()
    y = pd.Series(rng.binomial(n.astype(int), rng.beta(4, 40, villages)), index=index)
    return estimate_rates(y, n, sasaran=due, threshold=14.0, **options), due


@pytest.mark.parametrize("percent", [3.0, 20.0, 45.0])
def test_the_mean_is_the_survey_and_the_order_that_of_the_records(percent):
    rates, due = rates_of(np.random.default_rng(1))
    at = at_survey(rates, Survey(percent=percent, year=2024))
    shifted = at.table["prevalensi_survei"]
    assert np.average(shifted, weights=due) == pytest.approx(percent, abs=1e-6)
    # One shift of the log odds: as good as the same order, for a wide posterior is bent a little more.
    assert shifted.corr(rates.table["prevalensi"], method="spearman") > 0.99
    children = at.table["anak_stunting_survei"]
    assert children.sum() == pytest.approx(percent / 100 * due.sum(), rel=1e-6)
    assert (at.table["anak_stunting_survei_bawah"] <= children).all()
    assert (children <= at.table["anak_stunting_survei_atas"]).all()


def test_figures_are_those_of_plain_draws_survey_error_and_all():
    rates, due = rates_of(np.random.default_rng(2), odds_ratio=1.5)
    survey = Survey(percent=20.0, low=16.0, high=24.5, year=2024, source="SSGI")
    at = at_survey(rates, survey)
    rng = np.random.default_rng(3)
    p = rng.beta(*rates.posterior[["alpha", "beta"]].to_numpy().T[..., None], (80, 20_000))
    # The shift by brute force: over a fine grid the one whose mean is the survey's.
    grid = np.linspace(0.0, 2.0, 401)
    means = [np.average(expit(logit(p[:, :500]) + shift).mean(axis=1), weights=due) for shift in grid]
    assert at.shift == pytest.approx(np.interp(0.2, means, grid), abs=0.02)
    drawn = at.shift_draws(pd.DataFrame(100 * p, index=rates.table.index), seed=1)
    np.testing.assert_allclose(at.table["prevalensi_survei"], drawn.mean(axis=1), rtol=0.02)
    np.testing.assert_allclose(at.table["prevalensi_survei_atas"], drawn.quantile(0.95, axis=1), rtol=0.03)
    np.testing.assert_allclose(at.table["peluang_di_atas"], (drawn > 14).mean(axis=1), atol=0.025)
    narrow = at_survey(rates, Survey(percent=20.0, year=2024)).table
    width = at.table["prevalensi_survei_atas"] - at.table["prevalensi_survei_bawah"]
    assert (width > narrow["prevalensi_survei_atas"] - narrow["prevalensi_survei_bawah"]).all()
    low, high = expit(logit(0.2) + np.array([-1.645, 1.645]) * survey.log_odds_sd)
    level = drawn.mul(due, axis=0).sum() / due.sum()
    assert np.quantile(level, [0.05, 0.95]) == pytest.approx([100 * low, 100 * high], abs=0.8)


def test_recorded_far_below_a_survey_is_said():
    rates, _due = rates_of(np.random.default_rng(4))
    finding = far_below(rates, Survey(percent=21.0, year=2024, source="SSGI"))
    assert "tercatat" in finding.message
    assert "SSGI 2024: 21,0 %" in finding.message
    assert far_below(rates, Survey(percent=10.0, year=2024)) is None


@pytest.mark.parametrize(
    "wrong",
    [{"percent": 0.0}, {"percent": 120.0}, {"percent": 20.0, "low": 21.0, "high": 25.0},
     {"percent": 20.0, "low": 18.0}],
)  # fmt: skip
def test_a_survey_that_cannot_be_is_refused(wrong):
    with pytest.raises(EvidenceError):
        Survey(year=2024, **wrong)


def test_a_survey_far_from_the_records_stays_finite():
    index = ["9901012001", "9901012002", "9901012003"]
    y, n = pd.Series([0.0, 0.0, 1.0], index=index), pd.Series([5.0, 900.0, 0.0], index=index)
    rates = estimate_rates(y.where(n > 0), n)
    table = at_survey(rates, Survey(percent=35.0, low=20.0, high=60.0, year=2024)).table
    shown = table[["prevalensi_survei", "prevalensi_survei_bawah", "prevalensi_survei_atas"]]
    assert np.isfinite(shown).all(axis=None)
    assert table["anak_stunting_survei"].isna().all()


@pytest.mark.slow
@pytest.mark.parametrize("times", [8, pytest.param(24, marks=pytest.mark.long)])
def test_where_records_are_too_low_the_survey_makes_classes_and_graduates_true(times):
    rows = said_in(times)
    # Three standard errors, kabupaten by kabupaten: villages of one share its level.
    low, high = (rows["benar"] + three * rows["galat"] for three in (-3, 3))
    assert high["di bawah, tercatat"] < 0.5
    assert low["di bawah, survei"] > low["di bawah, tercatat"]
    assert high["di bawah, survei"] > 0.8
    assert high["lulus, survei"] > 0.8


def test_the_beta_is_that_of_the_mixture():
    rates, _due = rates_of(np.random.default_rng(6), villages=12)
    at = at_survey(rates, Survey(percent=18.0, low=15.0, high=21.0, year=2024))
    rng = np.random.default_rng(7)
    for kode, row in rates.posterior.iterrows():
        p = beta_distribution(row["alpha"], row["beta"]).rvs(200_000, random_state=rng)
        q = expit(logit(p) + at.shift + at.shift_sd * rng.standard_normal(len(p)))
        assert at.table.loc[kode, "prevalensi_survei"] == pytest.approx(100 * q.mean(), rel=5e-3)
