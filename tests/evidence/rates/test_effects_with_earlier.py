"""Effects and earlier rounds in one model, and what its intervals are worth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.special import expit

from lokus.evidence.rates.rates import estimate_rates

pytestmark = pytest.mark.slow


SIDE = 12
VILLAGES = SIDE * SIDE
INDEX = [f"9901{i:06d}" for i in range(VILLAGES)]
ROW, COLUMN = np.divmod(np.arange(VILLAGES), SIDE)
KECAMATAN = pd.Series([f"9901{4 * (r // 3) + c // 3:02d}" for r, c in zip(ROW, COLUMN, strict=True)], INDEX)
NEAR = csr_array(
    (np.maximum(abs(ROW[:, None] - ROW), abs(COLUMN[:, None] - COLUMN)) == 1).astype(float)
)  # fmt: skip
SMOOTH = np.linalg.cholesky(np.exp(-np.hypot(ROW[:, None] - ROW, COLUMN[:, None] - COLUMN) / 3))
EFFECTS = {
    "none": {},
    "kecamatan": {"effect": "kecamatan", "kecamatan": KECAMATAN},
    "neighbours": {"effect": "neighbours", "neighbours": NEAR},
}


def shared(rng, effect, sd=0.5):
    if effect == "neighbours":
        return sd * (SMOOTH @ rng.standard_normal(VILLAGES))
    codes = KECAMATAN.astype("category").cat.codes.to_numpy()
    return sd * rng.standard_normal(codes.max() + 1)[codes] * (effect == "kecamatan")


def counts(rng, rate, children):
    n = np.maximum(1, rng.lognormal(np.log(children), 0.6, VILLAGES)).astype(int)
    return pd.Series(rng.binomial(n, rate), index=INDEX), pd.Series(n, index=INDEX)


def two_rounds(rng, effect, children=40, *, own=0.4, drift=0.15, base=-2.4):
    """Counts now and before, and the rates now: an effect that stays, and villages that drift a little."""
    before = base + shared(rng, effect) + own * rng.standard_normal(VILLAGES)
    now = expit(before + drift * rng.standard_normal(VILLAGES))
    return *counts(rng, now, children), counts(rng, expit(before), children), now


def covered(table, truth):
    return (table["prevalensi_bawah"] <= 100 * truth) & (100 * truth <= table["prevalensi_atas"])


@pytest.mark.parametrize("effect", ["kecamatan", "neighbours"])
def test_together_they_recover_more_than_either_alone(effect):
    rng = np.random.default_rng(1)
    error = dict.fromkeys(("both", "effect", "earlier"), 0.0)
    for _ in range(4):
        y, n, earlier, truth = two_rounds(rng, effect)
        fits = {
            "both": estimate_rates(y, n, earlier=[earlier], integrate=False, **EFFECTS[effect]),
            "effect": estimate_rates(y, n, integrate=False, **EFFECTS[effect]),
            "earlier": estimate_rates(y, n, earlier=[earlier], integrate=False),
        }
        for name, rates in fits.items():
            error[name] += float(((rates.table["prevalensi"] - 100 * truth) ** 2).mean())
        assert fits["both"].worth > 0
        assert fits["both"].effect == effect
    assert error["both"] < 0.97 * min(error["effect"], error["earlier"])


@pytest.mark.parametrize("effect", ["kecamatan", "neighbours"])
@pytest.mark.parametrize("cases", ["none", "all", "no variation", "one village measured"])
def test_edges_stay_proper(effect, cases):
    n = pd.Series(30.0, index=INDEX)
    y = {"none": 0 * n, "all": n, "no variation": 0 * n + 3, "one village measured": 0 * n}[cases]
    if cases == "one village measured":
        y.iloc[5], n[n.index != INDEX[5]] = 4.0, 0.0
    rates = estimate_rates(y, n, earlier=[(y, n), (y, n)], sasaran=n + 40, **EFFECTS[effect])
    values = rates.table[["prevalensi_bawah", "prevalensi", "prevalensi_atas"]].to_numpy()
    assert np.isfinite(values).all()
    assert ((values >= 0) & (values <= 100)).all()
    # Where nobody is stunted the mean may lie beyond the interval: a rate is nearly surely 0.
    assert (values[:, 0] <= values[:, 2]).all()
    assert np.isfinite(rates.posterior).all(axis=None)


def test_auto_still_chooses_with_earlier_rounds():
    rng = np.random.default_rng(2)
    y, n, earlier, _truth = two_rounds(rng, "kecamatan", children=80, drift=0.6)
    rates = estimate_rates(y, n, earlier=[earlier], effect="auto", kecamatan=KECAMATAN, neighbours=NEAR)
    assert rates.log_scores.index.tolist() == ["none", "kecamatan", "neighbours"]
    assert rates.effect in ("kecamatan", "neighbours")
    assert rates.log_scores[rates.effect] == rates.log_scores.max()


@pytest.mark.slow
def test_interval_covers_nine_in_ten_over_all_settings():
    rng = np.random.default_rng(3)
    found = []
    for effect in EFFECTS:
        for with_earlier in (False, True):
            for children, base in ((25, -2.9), (60, -2.2), (120, -1.4)):
                for _ in range(5):
                    y, n, earlier, truth = two_rounds(rng, effect, children, base=base)
                    options = {"earlier": [earlier]} if with_earlier else {}
                    rates = estimate_rates(y, n, **options, **EFFECTS[effect])
                    share = covered(rates.table, truth).mean()
                    found.append((effect, with_earlier, children, share))
    frame = pd.DataFrame(found, columns=["effect", "earlier", "children", "covered"])
    assert 0.88 < frame["covered"].mean() < 0.92
    by_setting = frame.groupby(["effect", "earlier"])["covered"].mean()
    assert by_setting.between(0.86, 0.94).all(), by_setting
