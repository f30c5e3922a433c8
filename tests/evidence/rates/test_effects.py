from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.sparse import csr_array
from scipy.special import expit
from scipy.stats import betabinom, norm

from lokus.errors import EvidenceError
from lokus.evidence.rates import effects
from lokus.evidence.rates.effects import kecamatan_effect, neighbour_effect, no_effect
from lokus.evidence.rates.hyperparameters import leave_one_out
from lokus.evidence.rates.latent import Rows, fit_latent
from lokus.evidence.rates.rates import estimate_rates

INDEX = [f"9901{i:06d}" for i in range(144)]
KECAMATAN = pd.Series([f"9901{i // 12:02d}" for i in range(144)], index=INDEX)
ROW, COLUMN = np.divmod(np.arange(144), 12)
GRID = csr_array(
    (np.maximum(abs(ROW[:, None] - ROW), abs(COLUMN[:, None] - COLUMN)) == 1).astype(float)
)  # fmt: skip


def simulate(rng, shared):
    rate = expit(-2.4 + shared + 0.35 * rng.normal(size=144))
    n = np.maximum(1, rng.lognormal(4.5, 0.6, 144)).astype(int)
    return pd.Series(rng.binomial(n, rate), index=INDEX), pd.Series(n, index=INDEX), 100 * rate


def rows_of(y, n):
    cases, trials = np.asarray(y, dtype=float), np.asarray(n, dtype=float)
    return Rows(y=cases, n=trials, weight=np.ones(len(cases)), design=np.ones((len(cases), 1)))


def candidates():
    return [no_effect(144), kecamatan_effect(KECAMATAN.to_numpy(dtype=object)), neighbour_effect(GRID)]


@pytest.mark.parametrize("effect", candidates()[1:], ids=lambda effect: effect.name)
def test_gather_is_the_transpose_of_spread(effect):
    rng = np.random.default_rng(0)
    u, v = rng.normal(size=effect.size), rng.normal(size=144)
    assert effect.spread(u) @ v == pytest.approx(u @ effect.gather(v))


def test_smooth_effect_has_the_same_variance_everywhere():
    # A grid with a lone pair and an isolate beside it.
    adjacency = np.zeros((147, 147))
    adjacency[:144, :144] = GRID.toarray()
    adjacency[144, 145] = adjacency[145, 144] = 1.0
    effect = neighbour_effect(csr_array(adjacency))
    assert effect.position[146] == -1
    np.testing.assert_allclose(np.diag(np.linalg.inv(effect.structure.scaled.toarray())), 1.0)


def test_sparse_algebra_agrees_with_dense(monkeypatch):
    rng = np.random.default_rng(1)
    weight = rng.gamma(2.0, 2.0, 144)
    effect = neighbour_effect(GRID)
    matrix = np.diag(weight) + np.exp(0.8) * effect.structure.scaled.toarray()
    monkeypatch.setattr(effects, "DENSE_UP_TO", 0)
    precision = effect.precision(weight, -0.4)
    right = rng.normal(size=144)
    np.testing.assert_allclose(precision.solve(right), np.linalg.solve(matrix, right), rtol=1e-8)
    assert precision.log_determinant == pytest.approx(np.linalg.slogdet(matrix)[1])
    variance = np.diag(np.linalg.inv(matrix))
    np.testing.assert_allclose(precision.diagonal_of_inverse(), variance, rtol=0.08)


@pytest.mark.parametrize("effect", candidates(), ids=lambda effect: effect.name)
def test_leaving_one_out_is_a_refit_without_it(effect):
    rng = np.random.default_rng(2)
    y, n, _truth = simulate(rng, 0.4 * rng.normal(size=12)[np.arange(144) // 12])
    rows = rows_of(y, n)
    at = {"log_phi": 4.0, "log_sd": -1.2}
    scores = leave_one_out(rows, fit_latent(rows, effect, **at))
    for i in (5, 143):
        without = rows_of(y.where(np.arange(144) != i, 0), n.where(np.arange(144) != i, 0))
        fit = fit_latent(without, effect, **at)
        mean, deviation = fit.eta[i], np.sqrt(fit.eta_variance[i])

        def joint(eta, i=i, mean=mean, deviation=deviation):
            mu, phi = expit(eta), np.exp(4.0)
            return norm.pdf(eta, mean, deviation) * betabinom.pmf(
                y.iloc[i], n.iloc[i], mu * phi, (1 - mu) * phi
            )

        exact = np.log(quad(joint, mean - 8 * deviation, mean + 8 * deviation)[0])
        constant = betabinom.logpmf(y.iloc[i], n.iloc[i], 4.0, 46.0)
        own = scores[i] - _without_coefficient(y.iloc[i], n.iloc[i], 4.0, 46.0)
        assert own == pytest.approx(exact - constant, abs=0.03)


def _without_coefficient(y, n, a, b):
    from lokus.evidence.rates.betabinomial import log_rising

    return float(log_rising(a, y) + log_rising(b, n - y) - log_rising(a + b, n))


def test_auto_takes_the_effect_that_is_there_and_gains_by_it():
    rng = np.random.default_rng(3)
    smooth = np.linalg.cholesky(np.exp(-np.hypot(ROW[:, None] - ROW, COLUMN[:, None] - COLUMN) / 3))
    shared = {
        "kecamatan": lambda: 0.5 * rng.normal(size=12)[np.arange(144) // 12],
        "neighbours": lambda: 0.5 * (smooth @ rng.normal(size=144)),
    }
    for name, draw in shared.items():
        plain = error = 0.0
        taken = []
        for _ in range(3):
            y, n, truth = simulate(rng, draw())
            rates = estimate_rates(y, n, effect="auto", kecamatan=KECAMATAN, neighbours=GRID, integrate=False)
            taken.append(rates.effect)
            assert rates.log_scores.index.tolist() == ["none", "kecamatan", "neighbours"]
            assert rates.log_scores.idxmax() == rates.effect
            error += ((rates.table["prevalensi"] - truth) ** 2).mean()
            plain += ((estimate_rates(y, n, integrate=False).table["prevalensi"] - truth) ** 2).mean()
        assert taken.count(name) >= 2
        assert error < plain


def test_auto_takes_none_where_there_is_none():
    rng = np.random.default_rng(4)
    taken = []
    for _ in range(5):
        y, n, _truth = simulate(rng, 0.0)
        rates = estimate_rates(y, n, effect="auto", kecamatan=KECAMATAN, neighbours=GRID, integrate=False)
        taken.append(rates.effect)
    assert taken.count("none") >= 4
    assert ("rasio_odds_wilayah" in rates.table) == (rates.effect != "none")


@pytest.mark.parametrize("effect", ["kecamatan", "neighbours"])
def test_order_of_rows_changes_nothing(effect):
    rng = np.random.default_rng(5)
    y, n, _truth = simulate(rng, 0.0)
    order = rng.permutation(144)
    first = estimate_rates(y, n, effect=effect, kecamatan=KECAMATAN, neighbours=GRID)
    again = estimate_rates(
        y.iloc[order], n.iloc[order[::-1]], effect=effect, kecamatan=KECAMATAN.iloc[order], neighbours=GRID
    )
    pd.testing.assert_frame_equal(first.table, again.table, check_exact=True)


def test_village_without_measurement_follows_its_kecamatan():
    n = pd.Series(100.0, index=INDEX)
    y = pd.Series(np.where(np.arange(144) // 12 == 3, 30.0, 8.0) + np.arange(144) % 3, index=INDEX)
    y.iloc[36], n.iloc[36], y.iloc[0], n.iloc[0] = np.nan, 0.0, np.nan, 0.0
    table = estimate_rates(y, n, effect="kecamatan", kecamatan=KECAMATAN).table
    assert table["prevalensi"].iloc[36] > 25 > 12 > table["prevalensi"].iloc[0]
    assert table["rasio_odds_wilayah"].iloc[36] > 2
    assert table["tanpa_pengukuran"].sum() == 2


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"effect": "desa"}, "effect harus salah satu dari none, kecamatan, neighbours, auto, bukan desa"),
        ({"effect": "kecamatan"}, 'pengaruh "kecamatan" memerlukan argumen kecamatan'),
        ({"effect": "neighbours", "neighbours": csr_array((3, 3))}, "satu baris dan satu kolom"),
        (
            {"effect": "kecamatan", "kecamatan": KECAMATAN.iloc[1:]},
            "kecamatan kekurangan desa .*: 9901000000",
        ),
    ],
)
def test_wrong_input_is_refused_and_named(change, text):
    y, n, _truth = simulate(np.random.default_rng(6), 0.0)
    with pytest.raises(EvidenceError, match=text):
        estimate_rates(y, n, **change)


def test_without_any_border_there_is_nothing_to_smooth():
    y, n, _truth = simulate(np.random.default_rng(7), 0.0)
    plain = estimate_rates(y, n, effect="auto", neighbours=csr_array((144, 144)))
    assert plain.effect == "none"
