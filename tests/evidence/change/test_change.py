from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit, logit
from scipy.stats import norm
from two_years_by_hand import brute_force, codes, simulate, years

from lokus.errors import EvidenceError
from lokus.evidence.change import two_years as two_years_fit
from lokus.evidence.change.change import MODEL_DOUBT, estimate_change
from lokus.evidence.change.expected_fall import expected_fall
from lokus.evidence.change.two_years import Between, village_posterior


def tempered(falls):
    """What is stated of a probability that the model itself may be wrong about."""
    return (1 - MODEL_DOUBT) * falls + MODEL_DOUBT / 2


@pytest.mark.slow
def test_table_is_the_integral_at_known_hyperparameters(monkeypatch):
    monkeypatch.setattr(two_years_fit, "KNOWN_FROM", 0)
    y, n = np.array([[5, 1, 9, 0], [1, 2, 9, 3]]), np.array([[12, 20, 90, 8], [9, 25, 80, 8]])
    before, after = years(y[0], n[0], y[1], n[1])
    change = estimate_change(before, after)
    theta = change.fit.mode
    sds = np.exp(theta[2] + theta[3] / 2), np.exp(theta[2] - theta[3] / 2)
    rho, eta = np.tanh(theta[4]), theta[:2]
    for i in (0, 3):
        row = change.table.iloc[i]
        _log, first, second, falls = brute_force(y[:, i], n[:, i], eta, sds, rho)
        assert [row["prevalensi_lalu"], row["prevalensi_kini"]] == pytest.approx(
            [100 * first, 100 * second], rel=1e-4
        )
        assert row["peluang_turun"] == pytest.approx(tempered(falls), abs=0.01)

        def weight(a, y1=y[0, i], n1=n[0, i]):
            p = expit(eta[0] + a)
            return norm.pdf(a, scale=sds[0]) * p**y1 * (1 - p) ** (n1 - y1)

        def foretold(a):
            left = sds[1] * np.sqrt(1 - rho**2)
            mean = eta[1] + rho * sds[1] / sds[0] * a
            return quad(lambda b: expit(mean + b) * norm.pdf(b, scale=left), -8 * left, 8 * left)[0]

        wide = (-7 * sds[0], 7 * sds[0])
        expected = (
            quad(lambda a: weight(a) * foretold(a), *wide, epsabs=0)[0] / quad(weight, *wide, epsabs=0)[0]
        )
        assert row["harapan_kini"] == pytest.approx(100 * expected, rel=1e-4)


def test_large_counts_give_the_raw_change():
    rng = np.random.default_rng(3)
    p = rng.uniform(0.05, 0.3, (2, 12))
    n = np.full((2, 12), 1_000_000)
    y = np.round(p * n)
    table = estimate_change(*years(y[0], n[0], y[1], n[1])).table
    np.testing.assert_allclose(table["perubahan"], table["perubahan_mentah"], atol=0.01)
    assert table["peluang_turun"].round(6).isin([0.025, 0.975]).all()
    assert table["arah"].equals(pd.Series(np.where(p[1] < p[0], "turun", "naik"), index=table.index))


def test_independent_years_tell_nothing_of_each_other():
    y, n, eta = np.array([[8.0], [3.0]]), np.array([[20.0], [40.0]]), np.array([[-2.0], [-2.5]])
    together = village_posterior(y, n, eta, Between((0.5, 0.7), 0.0))
    alone = [
        village_posterior(np.where(keep, y, 0), np.where(keep, n, 0), eta, Between((0.5, 0.7), 0.0))
        for keep in ([[True], [False]], [[False], [True]])
    ]
    for t in (0, 1):
        assert together.expect(together.rates()[t])[0] == pytest.approx(
            alone[t].expect(alone[t].rates()[t])[0]
        )
    assert together.log_marginal[0] == pytest.approx(sum(one.log_marginal[0] for one in alone), abs=1e-7)


def test_swapping_the_years_mirrors_the_answer():
    before, after, _p = simulate(np.random.default_rng(4), villages=60)
    forward, backward = estimate_change(before, after), estimate_change(after, before)
    # Equal but for the points at which the hyperparameters are looked at, which are no mirror images.
    width = forward.table["perubahan_atas"] - forward.table["perubahan_bawah"]
    assert (np.abs(forward.table["perubahan"] + backward.table["perubahan"]) < 0.05 * width).all()
    assert forward.trend * backward.trend == pytest.approx(1.0, rel=0.04)
    assert np.abs(forward.table["peluang_turun"] - backward.table["peluang_naik"]).max() < 0.05


def covered(rng, replicates, **kw):
    shares = []
    for _ in range(replicates):
        before, after, truth = simulate(rng, **kw)
        table = estimate_change(before, after).table
        change = truth[1] - truth[0]
        shares.append(table["perubahan_bawah"].le(change) & table["perubahan_atas"].ge(change))
    return np.mean(shares)


def test_interval_of_the_change_covers_nine_in_ten():
    assert 0.87 < covered(np.random.default_rng(7), 4) < 0.93


@pytest.mark.long
@pytest.mark.slow
def test_interval_of_the_change_covers_nine_in_ten_whatever_the_truth():
    rng = np.random.default_rng(8)
    cells = [(children, rho) for children in (30, 90, 200) for rho in (0.6, 0.9)]
    shares = [covered(rng, 25, children=children, rho=rho) for children, rho in cells]
    assert 0.88 < np.mean(shares) < 0.92
    # With few children the years hardly tell their own correlation, and the prior leans one way.
    assert min(shares) > 0.84
    assert max(shares) < 0.95


def test_covariates_foretell_the_unmeasured():
    rng = np.random.default_rng(9)
    x = rng.standard_normal(300)
    before, after, truth = simulate(rng, villages=300, sd=0.2, x=0.5 * x)
    gone = np.arange(300) < 100
    before, after = ((y.mask(gone), n.mask(gone)) for y, n in (before, after))
    covariates = pd.DataFrame({"kemiskinan": x}, index=after[0].index)
    table = estimate_change(before, after, covariates=covariates).table
    assert not table["dua_tahun"].to_numpy()[gone].any()
    assert np.corrcoef(table["prevalensi_kini"][gone], truth[1][gone])[0, 1] > 0.8


def test_one_year_or_none_is_answered_and_flagged():
    before, after = years(
        [5, np.nan, 2, np.nan, 4], [40, 0, 30, np.nan, 50], [3, 6, 0, np.nan, 5], [40, 50, 0, 0, 60]
    )
    table = estimate_change(before, after).table
    assert table["dua_tahun"].tolist() == [True, False, False, False, True]
    answers = table.drop(columns=["mentah_lalu", "mentah_kini", "perubahan_mentah", "harapan_perubahan"])
    assert answers.notna().all(axis=None)
    assert table["perubahan_mentah"].isna().tolist() == [False, True, True, True, False]
    width = table["perubahan_atas"] - table["perubahan_bawah"]
    assert width.iloc[3] == width.max()


@pytest.mark.parametrize(
    ("y1", "n1", "y2", "n2"),
    [
        ([0, 0, 0], [30, 40, 50], [0, 0, 0], [30, 40, 50]),
        ([30, 40, 50], [30, 40, 50], [30, 40, 50], [30, 40, 50]),
        ([3, 3, 3], [30, 30, 30], [3, 3, 3], [30, 30, 30]),
        ([4], [50], [1], [45]),
        ([0, 100_000], [100_000, 100_000], [100_000, 0], [100_000, 100_000]),
        ([1], [1], [0], [1]),
    ],
)
def test_edges_have_finite_answers(y1, n1, y2, n2):
    before, after = years(y1, n1, y2, n2)
    change = estimate_change(before, after)
    table = change.table
    assert np.isfinite(table.drop(columns="arah").to_numpy(dtype=float)).all()
    assert table["arah"].isin(["turun", "naik", "belum pasti"]).all()
    assert (table["perubahan_bawah"] <= table["perubahan_atas"]).all()
    assert table[["peluang_turun", "peluang_naik"]].sum(axis=1).tolist() == pytest.approx([1.0] * len(y1))
    assert np.isfinite([*change.trend_interval, *change.correlation_interval]).all()
    fall = expected_fall(change, codes(len(y1)))
    assert np.isfinite(fall.table.to_numpy()).all()


counts = st.integers(0, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(st.tuples(counts, counts), min_size=2, max_size=8), st.randoms(use_true_random=False))
@settings(max_examples=5)
def test_row_order_and_interval_order(rows, random):
    y1, n1, y2, n2 = np.array([[*a, *b] for a, b in rows], dtype=float).T
    if not n1.any() or not n2.any():
        return
    before, after = years(y1, n1, y2, n2)
    table = estimate_change(before, after).table
    order = list(before[0].index)
    random.shuffle(order)
    shuffled = estimate_change(
        tuple(series.loc[order[::-1]] for series in before), tuple(series.loc[order] for series in after)
    )
    pd.testing.assert_frame_equal(table, shuffled.table, check_exact=True)
    percent = table[["prevalensi_lalu", "prevalensi_kini", "harapan_kini"]].to_numpy()
    assert ((percent >= 0) & (percent <= 100)).all()
    assert (table["perubahan_bawah"] <= table["perubahan_atas"]).all()


def test_draws_agree_with_the_table_and_repeat():
    before, after, _p = simulate(np.random.default_rng(10), villages=40)
    change = estimate_change(before, after)
    first, second = change.draws(4000, seed=1)
    table = change.table
    difference = second - first
    assert np.abs(difference.mean(axis=1) - table["perubahan"]).max() < 0.2
    assert np.abs(tempered((difference < 0).mean(axis=1)) - table["peluang_turun"]).max() < 0.03
    low = difference.quantile(0.05, axis=1)
    assert np.abs(low - table["perubahan_bawah"]).max() < 0.6
    again = change.draws(4000, seed=1)
    pd.testing.assert_frame_equal(second, again[1])
    # The kabupaten's trend varies between draws, not only its villages.
    assert difference.mean().std() > 1.2 * difference.std(axis=1).mean() / np.sqrt(40)


def test_rates_of_all_due_are_the_integral(monkeypatch):
    """Draws with children not measured against a plain grid over both logits, hyperparameters known."""
    monkeypatch.setattr(two_years_fit, "KNOWN_FROM", 0)
    y, n = np.array([[5, 1, 9, 0], [1, 2, 9, 3]]), np.array([[12, 20, 90, 8], [9, 25, 80, 8]])
    before, after = years(y[0], n[0], y[1], n[1])
    due = [pd.Series([30, 25, 90, 40], index=after[0].index, dtype=float)] * 2
    change = estimate_change(before, after, due=due, odds_ratio=2.0)
    theta = change.fit.mode
    sds = np.exp(theta[2] + theta[3] / 2), np.exp(theta[2] - theta[3] / 2)
    grid = np.linspace(-5, 5, 801)
    draws = change.draws_of_all_due(8000, seed=1, codes=after[0].index)
    for i, kode in enumerate(after[0].index):
        u = [grid[:, None] * sds[0], grid[None, :] * sds[1]]
        e = grid[:, None] ** 2 - 2 * np.tanh(theta[4]) * grid[:, None] * grid[None, :] + grid[None, :] ** 2
        log = -e / (2 * (1 - np.tanh(theta[4]) ** 2))
        rates = []
        for t in (0, 1):
            p = expit(theta[t] + u[t])
            log = log + y[t, i] * np.log(p) + (n[t, i] - y[t, i]) * np.log1p(-p)
            share = n[t, i] / due[t].iloc[i]
            rates.append(share * p + (1 - share) * 2 * p / (1 + p))
        weight = np.exp(log - log.max())
        weight /= weight.sum()
        row = change.table.loc[kode]
        assert row["prevalensi_lalu"] == pytest.approx(100 * (weight * rates[0]).sum(), rel=1e-3)
        assert row["prevalensi_kini"] == pytest.approx(100 * (weight * rates[1]).sum(), rel=1e-3)
        assert row["peluang_turun"] == pytest.approx(
            tempered((weight * (rates[1] < rates[0])).sum()), abs=0.015
        )
        below = (weight * (rates[1] < 0.12)).sum()
        assert (draws.loc[kode] < 12.0).mean() == pytest.approx(below, abs=0.02)


def test_who_was_not_measured_keeps_a_direction_open():
    y, n = np.array([[40.0, 40.0], [26.0, 26.0]]), np.full((2, 2), 200.0)
    (y1, n1), (y2, n2) = years(*(np.tile(row, 20) for row in (y[0], n[0], y[1], n[1])))
    due = pd.Series(np.tile([200.0, 500.0], 20), index=n2.index)
    table = estimate_change((y1, n1), (y2, n2), due=(n1, due)).table
    assert (table["arah"].iloc[::2] == "turun").all()
    assert (table["arah"].iloc[1::2] == "belum pasti").all()


def plain_mcmc(y, n, steps, rng):
    """Metropolis steps over every logit and hyperparameter of the two-year model; draws of the logits."""
    priors = two_years_fit
    u, theta = np.zeros(y.shape), np.array([logit(0.12), logit(0.12), priors.LOG_SD_MEAN, 0.0, 0.9])
    scale = np.array([0.15, 0.15, 0.2, 0.2, 0.3])

    def parts(theta, u):
        sds = np.exp(theta[2] + theta[3] / 2), np.exp(theta[2] - theta[3] / 2)
        rho = np.tanh(theta[4])
        e, f = u[0] / sds[0], u[1] / sds[1]
        normal = -(e * e - 2 * rho * e * f + f * f) / (2 * (1 - rho**2))
        normal = normal - np.log(sds[0] * sds[1]) - 0.5 * np.log(1 - rho**2)
        x = theta[:2, None] + u
        return normal + (y * x - n * np.logaddexp(0, x)).sum(axis=0)

    def prior(theta):
        spread = (theta[2:] - [priors.LOG_SD_MEAN, 0.0, priors.FISHER_MEAN]) / [
            priors.LOG_SD_SD, priors.LOG_SD_DIFFERENCE_SD, priors.FISHER_SD
        ]  # fmt: skip
        mean = expit(theta[:2])
        return 0.5 * np.log(mean * (1 - mean)).sum() - 0.5 * (spread**2).sum()

    kept = []
    for step in range(steps):
        at = parts(theta, u)
        for year in (0, 1):
            moved = u.copy()
            moved[year] += 0.5 * rng.standard_normal(y.shape[1])
            new = parts(theta, moved)
            taken = np.log(rng.random(y.shape[1])) < new - at
            u, at = np.where(taken, moved, u), np.where(taken, new, at)
        total = at.sum() + prior(theta)
        for j in range(5):
            other = theta.copy()
            other[j] += scale[j] * rng.standard_normal()
            # A mean moves with its villages left where they are, or against them: both keep the chain lively.
            shifted = u.copy()
            if j < 2 and rng.random() < 0.5:
                shifted[j] -= other[j] - theta[j]
            new = parts(other, shifted).sum() + prior(other)
            if np.log(rng.random()) < new - total:
                theta, u, total = other, shifted, new
        if step >= steps // 5 and step % 4 == 0:
            kept.append(theta[:2, None] + u)
    return expit(np.array(kept))


@pytest.mark.long
@pytest.mark.slow
def test_change_and_graduation_are_those_of_a_full_bayesian_fit():
    before, after, _p = simulate(np.random.default_rng(17), villages=40, children=60)
    counts = np.stack([before[0], after[0]]), np.stack([before[1], after[1]])
    drawn = plain_mcmc(*counts, 30_000, np.random.default_rng(18))
    change = estimate_change(before, after)
    falls = (drawn[:, 1] < drawn[:, 0]).mean(axis=0)
    assert np.abs(change.table["peluang_turun"] - tempered(falls)).max() < 0.06
    assert np.abs(change.table["perubahan"] - 100 * (drawn[:, 1] - drawn[:, 0]).mean(axis=0)).max() < 0.4
    draws = change.draws_of_all_due(4000, seed=1, codes=after[0].index)
    below = (100 * drawn[:, 1] < 9.0).mean(axis=0)
    assert np.abs((draws < 9.0).mean(axis=1) - below).max() < 0.06


def test_many_villages():
    before, after, truth = simulate(np.random.default_rng(11), villages=5_500)
    change = estimate_change(before, after)
    true = truth[1] - truth[0]
    inside = change.table["perubahan_bawah"].le(true) & change.table["perubahan_atas"].ge(true)
    assert 0.88 < inside.mean() < 0.92


def test_villages_of_last_year_only_are_reported():
    before, after, _p = simulate(np.random.default_rng(12), villages=10)
    change = estimate_change(before, tuple(series.iloc[2:] for series in after))
    assert len(change.table) == 8
    assert [finding.check for finding in change.findings] == ["evidence.village_gone"]
    assert "2 desa/kelurahan tahun lalu" in change.findings[0].message
    with pytest.raises(EvidenceError, match="tidak ada desa tahun ini yang diukur tahun lalu"):
        estimate_change(tuple(s.iloc[:2] for s in before), tuple(s.iloc[2:] for s in after))


def test_wrong_input_is_refused():
    before, after, _p = simulate(np.random.default_rng(13), villages=5)
    with pytest.raises(EvidenceError, match="antara 0 dan 1"):
        estimate_change(before, after, level=1.0)
    with pytest.raises(EvidenceError, match="9901000000"):
        estimate_change((before[1] + 1, before[1]), after)


def test_repr_is_told_in_indonesian():
    before, after, _p = simulate(np.random.default_rng(16), villages=20)
    assert "Perubahan dua tahun di 20 desa/kelurahan, 20 diukur pada kedua tahun" in repr(
        estimate_change(before, after)
    )
