"""The ways a study file can ask for a score, through the whole study."""

from __future__ import annotations

import pytest

from lokus import Kajian
from lokus.errors import InputError, StudyFileError


@pytest.fixture(scope="module")
def kajian(root):
    study = Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")
    study.observed  # noqa: B018 - asked for, so that every other score starts from the same data
    return study


def score_by(kajian, **skor):
    stated = kajian.settings.to_mapping()["skor"]
    return kajian.replace(skor={**dict.fromkeys(stated), **skor})


def test_four_criteria_are_red_against_the_median(kajian):
    study = score_by(kajian, prasetel="empat_kriteria")
    table = study.scores.table
    assert {"Prioritas 1", 1} & set(table["prioritas"].dropna().unique())
    assert len(study.proposal.kode) == 26
    rate = study.evidence["prevalensi_mentah"]
    red = study.scores.contributions["prevalensi_mentah"] > 0
    assert set(red.index[red]) == set(rate.index[rate > rate.median()]) - set(
        table.index[table["skor"].isna()]
    )


def test_a_preset_can_use_the_estimate_instead_and_says_it_is_changed(kajian):
    study = score_by(
        kajian,
        prasetel="ambang_prevalensi",
        pengganti={"prevalensi_mentah": "prevalensi"},
        batas_merah={"prevalensi": 12},
    )
    high = study.rates.table["prevalensi"] > 12
    assert set(study.scores.table.index[study.scores.table["skor"] == 1]) == set(high.index[high])
    assert "bukan resmi" in study.scores.basis


def test_weights_from_pairs_are_consistent_or_refused(kajian):
    good = score_by(
        kajian, ahp={"prevalensi": {"desil_1_2": 3, "air_layak": 6}, "desil_1_2": {"air_layak": 2}}
    )
    assert good.scores.weights["prevalensi"] == pytest.approx(2 / 3, abs=0.01)
    bad = score_by(
        kajian, ahp={"prevalensi": {"desil_1_2": 9, "air_layak": 0.2}, "desil_1_2": {"air_layak": 9}}
    )
    with pytest.raises(InputError, match=r"0,10|0\.10"):
        bad.scores  # noqa: B018 - asking for it is the act


@pytest.mark.parametrize("name", ["sama", "entropi", "critic", "pca"])
@pytest.mark.parametrize("method", ["aritmetik", "geometrik", "topsis", "jumlah_peringkat"])
def test_every_weighting_goes_with_every_aggregation(kajian, name, method):
    study = score_by(
        kajian, pembobotan=name, indikator=["prevalensi", "desil_1_2", "sanitasi_layak"], metode=method
    )
    scores = study.scores
    assert scores.weights.sum() == pytest.approx(1)
    assert scores.table["skor"].between(0, 1).all()
    assert scores.contributions.sum(axis=1).to_numpy() == pytest.approx(scores.table["skor"].to_numpy())


@pytest.mark.parametrize(
    ("skor", "message"),
    [
        ({"bobot": {"prevalensi": 1.0}, "pembobotan": "sama", "indikator": ["air_layak"]}, "hanya satu"),
        ({}, "sebutkan bobot"),
        ({"prasetel": "empat"}, "empat_kriteria"),
        ({"pembobotan": "sama"}, "indikator"),
    ],
)
def test_contradictions_are_refused(kajian, skor, message):
    with pytest.raises(StudyFileError, match=message):
        score_by(kajian, **skor)
