from __future__ import annotations

import pytest

from lokus import Kajian
from lokus.stages.trying import indicator_styles


@pytest.fixture(scope="module")
def kajian(root):
    return Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")


def test_counts_of_people_have_no_decimals_on_the_page(kajian):
    styles = indicator_styles(kajian, ["bumil_kek", "krs", "sanitasi_layak", "idm"])
    assert [style.decimals for style in styles.values()] == [0, 0, 1, 4]


@pytest.mark.slow
def test_a_score_that_is_no_weighted_sum_offers_no_weights(kajian):
    for skor in ({"metode": "geometrik"}, {"bobot": None, "normalisasi": None, "prasetel": "empat_kriteria"}):
        trial = kajian.replace(skor=skor).trial
        assert trial.weighing is None
        assert trial.why_not


@pytest.mark.slow
def test_indicators_of_the_score_come_first_and_others_weigh_nothing(kajian):
    weighing = kajian.trial.weighing
    weighed = list(kajian.scores.weights.index)
    assert list(weighing.weights)[: len(weighed)] == weighed
    assert set(list(weighing.weights.values())[len(weighed) :]) == {0.0}
    assert all(kajian.catalogue[key].worse != "none" for key in weighing.weights)
