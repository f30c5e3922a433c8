from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.choice.robustness import Recipe, Uncertainty, draw_columns, draw_scores, draw_weights
from lokus.choice.solver.problem import RuleError
from lokus.evidence.rates.rates import estimate_rates
from lokus.evidence.scores.scoring import score


def kabupaten(villages: int = 40, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    due = rng.integers(20, 120, villages)
    measured = rng.binomial(due, 0.8)
    frame = pd.DataFrame(
        {
            "sasaran": due,
            "diukur": measured,
            "stunting": rng.binomial(measured, rng.beta(2, 18, villages)),
            "air_layak": rng.uniform(20, 100, villages),
            "krs_persen": rng.uniform(0, 60, villages).round(0),
        },
        index=[f"99010{v // 8 + 1}2{v % 8 + 1:03d}" for v in range(villages)],
        dtype=float,
    )
    frame.iloc[3, 3] = np.nan
    frame.iloc[5, 1] = np.nan
    frame.iloc[7, 0] = np.nan
    return frame


def rates_of(frame: pd.DataFrame, **options):
    return estimate_rates(frame["stunting"], frame["diukur"], sasaran=frame["sasaran"], **options)


@pytest.mark.parametrize("missing", ["renormalise", "withhold"])
@pytest.mark.parametrize("normalise", ["minmax", "rank", "zscore"])
def test_scores_are_those_of_score_draw_by_draw(normalise, missing):
    frame = kabupaten()
    rates = rates_of(frame)
    weights = {"prevalensi": 0.4, "anak_stunting": 0.2, "air_layak": 0.3, "krs_persen": 0.1}
    worse = {"prevalensi": "high", "anak_stunting": "high", "air_layak": "low", "krs_persen": "high"}
    goalposts = {"air_layak": (30.0, 90.0)} if normalise == "minmax" else {}
    recipe = Recipe(weights=weights, worse=worse, normalise=normalise, goalposts=goalposts, missing=missing)
    uncertainty = Uncertainty(rates=rates, concentration=20.0, errors={"krs_persen": 4.0})
    columns = draw_columns(frame, uncertainty, wanted=weights, n=6, seed=4)
    drawn = draw_weights(weights, 20.0, n=6, seed=4)
    found = draw_scores(frame, recipe, columns=columns, weights=drawn)
    # Whether a village can be assessed is settled by the stated weights, in no draw by the drawn ones.
    stated = score(
        frame.assign(**{key: column[0] for key, column in columns.items()}),
        weights=weights, worse=worse, normalise=normalise, goalposts=goalposts, missing=missing,
    ).table["skor"]  # fmt: skip
    assert (np.isnan(found) == stated.isna().to_numpy()).all()
    compared = 0
    for row in range(6):
        values = frame.assign(**{key: column[row] for key, column in columns.items()})
        one = score(
            values, weights=dict(zip(weights, drawn[row], strict=True)), worse=worse,
            normalise=normalise, goalposts=goalposts, missing=missing,
        )  # fmt: skip
        both = one.table["skor"].notna().to_numpy() & stated.notna().to_numpy()
        compared += both.sum()
        np.testing.assert_allclose(found[row, both], one.table["skor"][both], rtol=0, atol=1e-14)
    assert compared >= 6 * 36


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(st.sampled_from([None, 0.0, 1.0, 2.0, 3.0, 5e-324, 1.7e308]), min_size=2, max_size=6),
    normalise=st.sampled_from(["minmax", "rank", "zscore"]),
)
def test_constant_and_missing_values_are_normalised_alike(values, normalise):
    index = [f"990101200{v}" for v in range(len(values))]
    frame = pd.DataFrame({"a": values, "b": np.arange(len(values)) / 7}, index=index, dtype=float)
    how = {"weights": {"a": 1.0, "b": 0.0}, "worse": {"a": "low", "b": "high"}, "normalise": normalise}
    found = draw_scores(frame, Recipe(**how), columns={}, weights=None)
    np.testing.assert_allclose(found[0], score(frame, **how).table["skor"], rtol=0, atol=1e-14)


@pytest.mark.parametrize("odds_ratio", [1.0, 3.0])
def test_children_belong_to_the_rate_of_the_same_draw(odds_ratio):
    frame = kabupaten(villages=30)
    rates = rates_of(frame, odds_ratio=odds_ratio)
    columns = draw_columns(
        frame, Uncertainty(rates=rates), wanted={"prevalensi", "anak_stunting"}, n=20000, seed=2
    )
    rate, children = columns["prevalensi"] / 100, columns["anak_stunting"]
    assert np.isnan(children[:, 7]).all()
    measured = frame["diukur"].fillna(0).to_numpy()
    rest = frame["sasaran"].to_numpy() - measured
    stunted = np.where(measured > 0, frame["stunting"], 0)
    # The rate drawn is that among all children due; bisection finds the one among those measured.
    share = np.divide(measured, measured + rest)
    low, high = np.zeros_like(rate), np.ones_like(rate)
    for _step in range(60):
        middle = (low + high) / 2
        others = odds_ratio * middle / (1 - middle + odds_ratio * middle)
        above = share * middle + (1 - share) * others > rate
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    shifted = odds_ratio * low / (1 - low + odds_ratio * low)
    known = np.arange(30) != 7
    residual = (children - stunted - rest * shifted)[:, known]
    spread = np.sqrt((rest * shifted * (1 - shifted)).mean(axis=0))[known]
    assert (np.abs(residual.mean(axis=0)) <= 4.5 * spread / np.sqrt(20000)).all()
    np.testing.assert_allclose(
        children.mean(axis=0)[known], rates.table["anak_stunting"].to_numpy()[known], rtol=0.02
    )
    # Where most children were not measured the count follows its own rate.
    assert np.corrcoef(children[:, 5], rate[:, 5])[0, 1] > 0.6


def test_weights_have_the_stated_mean_and_spread():
    stated = {"a": 0.35, "b": 0.65, "c": 0.0}
    drawn = draw_weights(stated, 50.0, n=40000, seed=3)
    np.testing.assert_allclose(drawn.mean(axis=0), [0.35, 0.65, 0.0], atol=0.002)
    assert drawn[:, 0].std() == pytest.approx(np.sqrt(0.35 * 0.65 / 51), rel=0.02)
    assert (drawn[:, 2] == 0).all()


@pytest.mark.parametrize("concentration", [1e-3, 1e-2, 0.5])
def test_weights_that_vary_wildly_still_add_up(concentration):
    stated = {"a": 0.35, "b": 0.65, "c": 0.0}
    drawn = draw_weights(stated, concentration, n=40000, seed=3)
    assert np.isfinite(drawn).all()
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(drawn.mean(axis=0), [0.35, 0.65, 0.0], atol=4 * 0.5 / np.sqrt(40000))
    assert drawn[:, 0].std() == pytest.approx(np.sqrt(0.35 * 0.65 / (1 + concentration)), rel=0.03)
    assert (drawn[:, :2] > 0).all()
    assert (drawn[:, 2] == 0).all()


@pytest.mark.filterwarnings("error")
def test_no_draw_loses_the_score_of_a_village_that_lacks_something():
    frame = pd.DataFrame(
        {"a": [1.0, 2.0, 3.0], "b": [2.0, np.nan, 1.0], "c": [1.0, 2.0, 5.0]}, index=["x", "y", "z"]
    )
    recipe = Recipe(weights={"a": 2.0, "b": 1.0, "c": 0.0}, worse=dict.fromkeys("abc", "high"))
    weights = draw_weights(recipe.weights, 1e-3, n=500, seed=1)
    found = draw_scores(frame, recipe, columns={}, weights=weights)
    np.testing.assert_allclose(found[:, 1], 0.5)  # only a is known, halfway, whatever a weighs


def test_what_only_the_model_says_is_not_drawn():
    frame = kabupaten()
    rates = rates_of(frame)
    seen = frame.join(rates.observed[["prevalensi", "anak_stunting"]])
    drawn = draw_columns(seen, Uncertainty(rates=rates), wanted={"prevalensi", "anak_stunting"}, n=3, seed=1)
    for key in ("prevalensi", "anak_stunting"):
        assert np.isnan(drawn[key][:, 5]).all()
        assert np.isfinite(np.delete(drawn[key], [5, 7], axis=1)).all()


def test_order_of_weights_changes_nothing():
    one = draw_weights({"a": 0.3, "b": 0.7}, 9.0, n=5, seed=1)
    two = draw_weights({"b": 0.7, "a": 0.3}, 9.0, n=5, seed=1)
    np.testing.assert_array_equal(one, two[:, ::-1])


def test_errors_are_cut_off_at_their_limits():
    frame = kabupaten()
    uncertainty = Uncertainty(errors={"krs_persen": 50.0}, limits={"krs_persen": (0.0, 100.0)})
    drawn = draw_columns(frame, uncertainty, wanted={"krs_persen"}, n=200, seed=1)["krs_persen"]
    assert drawn.min() == 0.0
    assert drawn.max() == 100.0


@pytest.mark.parametrize(
    ("uncertainty", "text"),
    [
        ({}, "setidaknya satu ketidakpastian"),
        ({"concentration": 0.0}, "lebih besar dari 0"),
        ({"errors": {"a": -1.0}}, "galat a harus 0 atau lebih"),
        ({"errors": {"z": 1.0}}, "z yang tidak berbobot"),
    ],
)
def test_settings_that_make_no_sense_are_refused(uncertainty, text):
    with pytest.raises(RuleError, match=text):
        Uncertainty(**uncertainty).check(Recipe(weights={"a": 1.0}, worse={"a": "high"}))


def test_a_rate_is_not_drawn_twice():
    frame = kabupaten()
    recipe = Recipe(weights={"prevalensi": 1.0}, worse={"prevalensi": "high"})
    with pytest.raises(RuleError, match="prevalensi sudah diundi"):
        Uncertainty(rates=rates_of(frame), errors={"prevalensi": 1.0}).check(recipe)
