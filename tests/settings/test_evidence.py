"""Rates, scores, patterns, types: one source of weights, and words that the code knows."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lokus.evidence.scores.presets import PRESETS
from lokus.settings.evidence import PatternSettings, RateSettings, ScoreSettings, TypologySettings

STATED = {"bobot": {"prevalensi": 2.0, "krs": 1.0}}


@pytest.mark.parametrize(
    ("score", "keys"),
    [
        (STATED, ("prevalensi", "krs")),
        ({"pembobotan": "sama", "indikator": ["krs", "prevalensi"]}, ("krs", "prevalensi")),
        ({"ahp": {"krs": {"prevalensi": 0.5, "desil_1_2": 2.0}}}, ("krs", "prevalensi", "desil_1_2")),
    ],
)
def test_the_keys_of_a_score_come_in_the_order_stated(score, keys):
    assert ScoreSettings.model_validate(score).keys == keys


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_brings_its_indicators_and_another_may_stand_in(preset):
    plain = ScoreSettings.model_validate({"prasetel": preset}).keys
    assert plain == tuple(PRESETS[preset].indicators)
    other = ScoreSettings.model_validate({"prasetel": preset, "pengganti": {plain[0]: "krs"}}).keys
    assert other == ("krs", *plain[1:])


@pytest.mark.parametrize(
    ("score", "message"),
    [
        ({}, "bobot, pembobotan, ahp"),
        ({**STATED, "prasetel": next(iter(PRESETS))}, "bobot \\+ prasetel"),
        ({"prasetel": "tidak_ada"}, "tidak_ada"),
        ({"pembobotan": "sama"}, "indikator"),
        ({**STATED, "indikator": ["krs"]}, "indikator"),
        ({"bobot": {"krs": -1.0}}, "krs"),
        ({**STATED, "batas_kelas": {"krs": [1, 2, 3]}}, "batas_kelas"),
    ],
)
def test_scores_that_cannot_be_meant_are_refused(score, message):
    with pytest.raises(ValidationError, match=message):
        ScoreSettings.model_validate(score)


def test_effects_are_off_unless_stated():
    assert RateSettings.model_validate({}).effect == "none"
    assert RateSettings.model_validate({"pengaruh": "tetangga"}).effect == "neighbours"
    for wrong in ({"rasio_odds_tak_terukur": 0.0}, {"ambang": 140.0}, {"pengaruh": "neighbours"}):
        with pytest.raises(ValidationError):
            RateSettings.model_validate(wrong)


def test_patterns_and_types_have_bounds():
    assert PatternSettings.model_validate({"pemindaian": {"ulangan": 99}}).scan.max_share == 0.5
    for wrong in ({"permutasi": 10}, {"taraf_nyata": 0.5}, {"pemindaian": {"bagian_terbesar": 0.6}}):
        with pytest.raises(ValidationError):
            PatternSettings.model_validate(wrong)
    for wrong in ({"indikator": ["krs"]}, {"indikator": ["krs", "air_layak"], "banyak_tipe": 1}):
        with pytest.raises(ValidationError):
            TypologySettings.model_validate(wrong)
