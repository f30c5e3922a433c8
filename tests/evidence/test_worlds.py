"""The simulated kabupaten of the benchmarks are what they say they are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit
from worlds import WORLDS, draw, replicates, standard_error, worst


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
