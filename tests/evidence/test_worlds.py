"""The simulated kabupaten of the benchmarks are what they say they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from change import direction_rows, found_in, graduate_rows
from limit import chance_of_worst, observed_chances, truths
from rounds import BIASED, READINGS, hits, read_both_ways
from scipy.special import logit
from scipy.stats import binom
from worlds import WORLDS, draw, replicates, standard_error, worst

from lokus.evidence.threads import one_thread


@pytest.mark.parametrize("name", WORLDS)
def test_counts_are_possible_and_the_same_for_the_same_seed(name: str) -> None:
    kabupaten, again = draw(WORLDS[name], 3), draw(WORLDS[name], 3)
    for year, same in zip(kabupaten.rounds, again.rounds, strict=True):
        pd.testing.assert_frame_equal(year, same)
        assert (year["stunting"] <= year["diukur"]).all()
        assert (year["diukur"] <= year["sasaran"]).all()
        assert year["sasaran"].between(*WORLDS[name].children).all()
    assert not kabupaten.rounds[-1].equals(draw(WORLDS[name], 4).rounds[-1])
    assert abs(kabupaten.truth.mean() - WORLDS[name].mean) < 1e-6


@pytest.mark.parametrize("name", ["logit-normal", "berkerumun", "tahun berubah", "tahun tetap"])
def test_years_correlate_as_stated(name: str) -> None:
    found = [np.corrcoef(logit(k.rates[-2:]))[0, 1] for k in replicates(WORLDS[name], 12)]
    assert abs(np.mean(found) - WORLDS[name].correlation) < 3 * standard_error(found) + 0.01


def test_selection_raises_or_lowers_what_is_recorded() -> None:
    recorded = {}
    for name in ("sakit diukur", "logit-normal", "sehat diukur"):
        totals = [k.rounds[-1][["stunting", "diukur"]].sum() for k in replicates(WORLDS[name], 6)]
        recorded[name] = np.mean([t["stunting"] / t["diukur"] for t in totals])
    assert recorded["sakit diukur"] > 1.1 * recorded["logit-normal"] > 1.2 * recorded["sehat diukur"]


def test_neighbours_are_alike_only_where_the_world_says_so() -> None:
    def likeness(name: str) -> float:
        kabupaten = draw(WORLDS[name], 1)
        points = np.column_stack([kabupaten.x, kabupaten.y])
        far = np.linalg.norm(points[:, None] - points[None], axis=2)
        first, second = np.nonzero((far > 0) & (far < 4000))
        value = logit(kabupaten.rates[-1])
        return float(np.corrcoef(value[first], value[second])[0, 1])

    assert likeness("berkerumun") > 0.35 > 0.15 > likeness("logit-normal")


def test_worst_are_the_highest() -> None:
    assert worst(pd.Series({"a": 0.1, "b": 0.3, "c": 0.2}), 2) == {"b", "c"}


# Where all records are too low nothing but a survey can tell; see tests/evidence/rates/test_survey.py.
UNBIASED = [name for name in WORLDS if name != "tercatat rendah"]


@pytest.mark.slow
@pytest.mark.parametrize("times", [3, pytest.param(16, marks=pytest.mark.long)])
def test_graduates_and_directions_hold_in_every_world(times: int) -> None:
    said, passed = found_in(list(WORLDS), times, 2)
    passed = passed[passed["dunia"].isin(UNBIASED)]
    for row in graduate_rows(passed).to_dict("records"):
        error = max(row["galat lokus"], 0.4 / np.sqrt(row["desa lokus"]))
        assert row["benar lokus"] > 0.8 - 3 * error, row
    assert passed.loc[passed["cara"] == "lokus", "benar"].mean() > 0.85
    assert passed.loc[passed["cara"] == "satu tahun", "benar"].mean() < 0.85
    # What is called falling or rising is so as often as is stated, within five points, in every world; in one
    # of small villages hardly any is called so.
    rows = direction_rows(said).to_dict("records")
    assert len({row["dunia"] for row in rows}) >= 9
    assert len(said) > 25 * times
    for row in rows + direction_rows(said.assign(dunia="ekstrem")).to_dict("records"):
        if row["desa"] >= 20:
            assert abs(row["selisih"]) < 0.05 + 3 * row["galat"], row
        else:  # a handful: no fewer of them than five points below what is stated leaves room for
            so = round(row["benar"] * row["desa"])
            assert binom.cdf(so, row["desa"], row["peluang"] - 0.05) > 0.00135, row


@pytest.mark.slow
@pytest.mark.parametrize("times", [3, pytest.param(12, marks=pytest.mark.long)])
def test_two_earlier_rounds_find_more_in_every_world_and_never_less_than_the_raw_rate(times: int) -> None:
    found = hits(list(WORLDS), times, 2)
    gains = found["tiga"] - found["satu"]
    assert gains.mean() > 1.3 - 3 * standard_error(gains)
    for name, part in found.groupby("dunia"):
        gain, above = part["tiga"] - part["satu"], part["tiga"] - part["mentah"]
        assert above.mean() > -3 * standard_error(above), name
        # Who knows every parameter gains no more than this; and no count tells a bias from a difference.
        most = (part["batas_tiga"] - part["batas_satu"]).mean()
        error = gains.std() / np.sqrt(len(part))
        if name != BIASED:
            assert gain.mean() > min(1.3, most) - 3 * error, name
            assert part["tiga"].mean() > 0.87 * part["batas_tiga"].mean(), name


@pytest.mark.slow
def test_who_takes_kecamatan_for_biased_loses_what_he_gains_where_they_differ() -> None:
    with one_thread("blas"):
        parts = [read_both_ways(replicate) for replicate in range(4)]
    mean = sum(parts) / len(parts)
    erring, differing = READINGS
    sure_of_bias, sure_of_difference = (mean.loc[f"pengamat yang menganggap {name}"] for name in READINGS)
    assert sure_of_bias[erring] > sure_of_difference[erring] + 1
    assert sure_of_difference[differing] > sure_of_bias[differing] + 1
    # So does an effect of the kecamatan, which takes them for different.
    alone, with_effect = (
        mean.loc[f"lokus, satu putaran{more}"] for more in ("", ', `pengaruh = "kecamatan"`')
    )
    assert with_effect[erring] < alone[erring]
    assert with_effect[differing] > alone[differing]
    both_ways = mean.loc["lokus, tiga putaran"].sum()
    assert both_ways > 0.95 * max(sure_of_bias.sum(), sure_of_difference.sum())


def test_the_ideal_observer_is_calibrated_and_beats_one_who_sees_less() -> None:
    kabupaten = draw(WORLDS["logit-normal"], 5)
    chances = observed_chances(kabupaten, 3, 26)
    assert abs(chances.sum() - 26) < 1e-6
    drawn = truths(kabupaten, 3, 600, seed=1)
    among_worst = chance_of_worst(drawn, 26)
    # By filter and by counting draws: two ways to one number.
    assert np.corrcoef(chances, among_worst)[0, 1] > 0.995
    seeing_less = observed_chances(kabupaten, 1, 26)
    best, less = (among_worst[np.argsort(-value)[:26]].sum() for value in (chances, seeing_less))
    assert best > less
    inside = kabupaten.truth.to_numpy() < np.quantile(drawn, 0.9, axis=0)
    assert 0.82 < inside.mean() < 0.97
