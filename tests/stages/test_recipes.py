"""How a study weighs, estimates and chooses, as functions that another year can use too."""

from __future__ import annotations

from lokus.settings.choice import ChoiceSettings
from lokus.settings.evidence import RateSettings, ScoreSettings
from lokus.stages.recipes import estimator, rules, scorer

CHOICE = {
    "jumlah": 4,
    "dipertahankan": ["9901012001", "9901012002"],
    "min_dipertahankan": 2,
    "kunci_masuk": [{"kode": "9901012001", "alasan": "rakor"}],
    "kunci_keluar": [{"kode": "9901012003", "alasan": "rakor"}],
    "jenis": {"desa": {"maks": 3}},
}


def test_rules_are_those_of_the_study_file():
    problem = rules(ChoiceSettings.model_validate(CHOICE))
    assert (problem.n, problem.min_kept, dict(problem.max_jenis)) == (4, 2, {"desa": 3})
    assert dict(problem.locked_in) == {"9901012001": "rakor"}


def test_rules_of_an_earlier_year_speak_of_todays_villages():
    today = {"9901012001": "9901022001"}
    problem = rules(ChoiceSettings.model_validate(CHOICE), today=today)
    assert problem.kept_from == ("9901022001",)
    assert problem.min_kept == 1
    assert dict(problem.locked_in) == {"9901022001": "rakor"}
    assert dict(problem.locked_out) == {}


def test_equal_settings_give_the_same_estimate_so_that_the_review_sees_no_cause():
    plain = RateSettings.model_validate({})
    assert estimator(plain) is estimator(RateSettings.model_validate({}))
    assert estimator(plain) is not estimator(RateSettings.model_validate({"ambang": 14.0}))


def test_a_score_is_of_the_preset_or_of_the_weights(small):
    weighed = scorer(
        ScoreSettings.model_validate({"bobot": {"desil_1_2": 1.0}}),
        catalogue=small.catalogue,
        jenis=small.villages["jenis"],
    )
    by_weight = weighed(small.observed, None).table["skor"]
    assert by_weight.rank().equals(small.observed["desil_1_2"].rank())
    preset = scorer(
        ScoreSettings.model_validate({"prasetel": "ambang_prevalensi"}),
        catalogue=small.catalogue,
        jenis=small.villages["jenis"],
    )
    assert set(preset(small.observed, small.children).weights.index) == {"prevalensi_mentah"}
