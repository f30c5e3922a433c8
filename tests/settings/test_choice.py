"""The rules of the choice: their bounds, their defaults, and what belongs together."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lokus.settings.choice import ChoiceSettings, UncertaintySettings


def test_only_the_number_must_be_stated():
    stated = ChoiceSettings.model_validate({"jumlah": 26})
    assert (stated.n, stated.max_kecamatan, stated.objective, stated.locked_in) == (26, None, "skor", ())
    with pytest.raises(ValidationError, match="jumlah"):
        ChoiceSettings.model_validate({})


def test_codes_are_read_in_either_spelling():
    stated = ChoiceSettings.model_validate(
        {
            "jumlah": 5,
            "kuota": {"99.01.01": 2},
            "kunci_masuk": [{"kode": "99.01.01.2001", "alasan": "permintaan camat"}],
            "dipertahankan": ["9901012002"],
        }
    )
    assert stated.quota == {"990101": 2}
    assert stated.locked_in[0].kode == "9901012001"
    assert stated.kept_from == ("9901012002",)


@pytest.mark.parametrize(
    "rules",
    [
        {"jumlah": 0},
        {"jumlah": 2.0},
        {"jumlah": 5, "maks_kecamatan": 0},
        {"jumlah": 5, "anggaran": 100.0},
        {"jumlah": 5, "biaya": "krs"},
        {"jumlah": 5, "jenis": {"kota": {"min": 1}}},
        {"jumlah": 5, "porsi_skor": 1.5},
        {"jumlah": 5, "kunci_masuk": [{"kode": "9901012001"}]},
        {"jumlah": 5, "kunci_masuk": [{"kode": "99.01", "alasan": "x"}]},
    ],
)
def test_rules_that_cannot_be_meant_are_refused(rules):
    with pytest.raises(ValidationError):
        ChoiceSettings.model_validate(rules)


def test_uncertainty_may_be_left_out_but_not_understated():
    assert UncertaintySettings.model_validate({}).draws == 1000
    assert UncertaintySettings.model_validate({"konsentrasi_bobot": 40.0}).concentration == 40
    for wrong in ({"undian": 10}, {"galat": {"krs": 0.0}}, {"laju": 1}):
        with pytest.raises(ValidationError):
            UncertaintySettings.model_validate(wrong)
