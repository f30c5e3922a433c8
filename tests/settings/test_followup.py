"""What follows from the list: words of the planner, bounds, and intervals with both limits."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lokus.settings.followup import (
    CaseAuditSettings,
    CostSettings,
    GapSettings,
    OutputSettings,
    PointSettings,
    SharingSettings,
    TrajectorySettings,
)

TEAMS = {"nama": "TPK", "jumlah": 467, "dasar": "krs"}


def test_sharing_is_over_all_villages_by_largest_remainder_unless_stated():
    plain = SharingSettings.model_validate(TEAMS)
    assert (plain.scope, plain.method, plain.least, plain.most) == ("all", "largest_remainder", 0, None)
    stated = SharingSettings.model_validate({**TEAMS, "lingkup": "lokus", "cara": "webster"})
    assert (stated.scope, stated.method) == ("lokus", "webster")
    assert stated.model_dump(by_alias=True, exclude_unset=True)["cara"] == "webster"


@pytest.mark.parametrize("wrong", [{"jumlah": -1}, {"cara": "largest_remainder"}, {"maks": 0}, {"min": 0.5}])
def test_shares_that_cannot_be_meant_are_refused(wrong):
    with pytest.raises(ValidationError):
        SharingSettings.model_validate({**TEAMS, **wrong})


def test_an_interval_has_both_limits():
    assert PointSettings.model_validate({"tahun": 2024, "persen": 24.7}).low is None
    with pytest.raises(ValidationError, match="atas"):
        PointSettings.model_validate({"tahun": 2024, "persen": 24.7, "bawah": 21.0})


def test_a_series_says_how_it_was_measured():
    way = {"awal": {"tahun": 2022, "persen": 20.2}, "target": {"tahun": 2024, "persen": 14.0}}
    assert TrajectorySettings.model_validate(way).basis == "survei"
    with pytest.raises(ValidationError, match="jenis"):
        TrajectorySettings.model_validate({**way, "seri": [{"nama": "SSGI", "titik": [way["awal"]]}]})


def test_indicators_with_a_map_of_their_own():
    themes = ["usulan", "indikator:krs", "indikator:air_layak"]
    stated = OutputSettings.model_validate({"folder": "hasil", "peta": themes})
    assert stated.mapped_indicators == ("krs", "air_layak")
    for wrong in ({"ukuran": []}, {"bahan": ["video"]}, {"publik": "ya"}):
        with pytest.raises(ValidationError):
            OutputSettings.model_validate({"folder": "hasil", **wrong})


def test_case_audit_and_gaps_start_with_the_lokus():
    assert CaseAuditSettings.model_validate({"jumlah": 5}).scope == "lokus"
    assert GapSettings.model_validate({}).all_villages is False


def test_money_is_whole_rupiah_and_no_budget_is_stated_twice():
    price = {"rupiah": 3_500_000, "satuan": "keluarga", "tahun": 2026, "sumber": "Standar harga"}
    budget = {"opd": "Dinas PUPR", "sumber": "DAK", "rupiah": 5}
    stated = CostSettings.model_validate({"harga": {"sanitasi_layak": price}, "anggaran": [budget]})
    assert stated.reach == "threshold"
    for wrong in (
        {"harga": {}},
        {"harga": {"sanitasi_layak": {**price, "rupiah": 0}}},
        {"harga": {"sanitasi_layak": {**price, "rupiah": 3500.5}}},
        {"harga": {"sanitasi_layak": price}, "anggaran": [budget, budget]},
        {"harga": {"sanitasi_layak": price}, "banding_jumlah": [20, 10]},
        {"harga": {"sanitasi_layak": price}, "banding_pagu": [10, 10]},
    ):
        with pytest.raises(ValidationError):
            CostSettings.model_validate(wrong)
