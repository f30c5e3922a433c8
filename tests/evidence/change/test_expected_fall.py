"""The fall that comes with no help at all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from two_years_by_hand import simulate

from lokus.errors import EvidenceError
from lokus.evidence.change import two_years as two_years_fit
from lokus.evidence.change.change import estimate_change
from lokus.evidence.change.expected_fall import ExpectedFall, expected_fall, expected_fall_of


def test_last_year_alone_foretells_less_than_was_counted():
    before, after, truth = simulate(np.random.default_rng(6), villages=800, rho=0.8)
    table = estimate_change(before, after).table
    worst = table["mentah_lalu"].nlargest(80).index
    expected, counted = table.loc[worst, "harapan_kini"].mean(), table.loc[worst, "mentah_lalu"].mean()
    true = truth[1][table.index.get_indexer(worst)].mean()
    assert counted > true + 3
    assert expected == pytest.approx(true, abs=0.7)


def test_expected_fall_adds_up_and_speaks():
    before, after, _p = simulate(np.random.default_rng(14), villages=256, rho=0.8)
    change = estimate_change(before, after)
    worst = list(change.table["mentah_lalu"].nlargest(26).index)
    fall = expected_fall(change, [*worst, "9901999999"])
    assert fall.villages == 26
    assert fall.left_out == ("9901999999",)
    table = fall.table
    assert list(table.index) == ["anak", "desa"]
    np.testing.assert_allclose(table["perubahan"], table["mentah_kini"] - table["mentah_lalu"])
    np.testing.assert_allclose(table["harapan_perubahan"] + table["sisa"], table["perubahan"])
    np.testing.assert_allclose(table["tren"] + table["regresi"], table["harapan_perubahan"])
    rows = change.table.loc[worst]
    assert table.loc["desa", "harapan_kini"] == pytest.approx(rows["harapan_kini"].mean())
    counted = change.counts.loc[worst].sum()
    assert table.loc["anak", "mentah_kini"] == pytest.approx(
        100 * counted["stunting_kini"] / counted["diukur_kini"]
    )
    assert table.loc["anak", "regresi"] < -2
    assert "Tanpa bantuan apa pun perubahan −" in fall.sentence
    with pytest.raises(EvidenceError, match="9901999999"):
        expected_fall(change, ["9901999999"])


@pytest.mark.slow
def test_expected_fall_covers_what_happens_without_help():
    rng = np.random.default_rng(15)
    inside, fell = [], []
    for _ in range(18):
        (y1, n1), (y2, n2), _p = simulate(rng, villages=120)
        fit = two_years_fit.fit_two_years(
            two_years_fit.TwoYearData(y=np.stack([y1, y2]), n=np.stack([n1, n2]), design=np.ones((120, 1)))
        )
        worst = fit.data.at(np.argsort(-(y1 / n1).to_numpy())[:12])
        row = expected_fall_of(fit, worst, left_out=(), level=0.9).table.loc["desa"]
        inside.append(row["sisa_bawah"] <= 0 <= row["sisa_atas"])
        fell.append(row["perubahan"])
    assert np.mean(fell) < -4
    # Nine in ten, less three standard errors.
    assert np.mean(inside) >= 0.9 - 3 * np.sqrt(0.09 / 18)


@pytest.mark.parametrize("seed", range(40))
def test_what_is_shown_beside_its_terms_adds_up(seed):
    rng = np.random.default_rng(seed)
    then, now, trend, regression = rng.uniform(5, 30), rng.uniform(5, 30), *rng.uniform(-4, 2, 2)
    row = {
        "mentah_lalu": then, "mentah_kini": now, "perubahan": now - then, "tren": trend,
        "harapan_perubahan": trend + regression, "regresi": regression,
        "sisa": now - then - trend - regression,
    }  # fmt: skip
    fall = ExpectedFall(table=pd.DataFrame([row], index=["anak"]), villages=5, left_out=(), level=0.9)
    shown = fall.shown
    assert shown["mentah_kini"] - shown["mentah_lalu"] == pytest.approx(shown["perubahan"])
    assert shown["tren"] + shown["regresi"] == pytest.approx(shown["harapan_perubahan"])
    assert shown["perubahan"] - shown["harapan_perubahan"] == pytest.approx(shown["sisa"])
    for name, value in row.items():
        assert shown[name] == pytest.approx(value, abs=0.21 if name == "sisa" else 0.101), name
