"""What the section ``[laporan]`` refuses."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lokus.settings.reporting import ReportPeriodSettings, ReportSettings


@pytest.mark.parametrize(
    "period",
    [
        {"tabel_kajian": True},
        {"semester": 1, "triwulan": 1, "tabel_kajian": True},
        {"semester": 3, "tabel_kajian": True},
        {"semester": 1},
        {"semester": 1, "tabel": [{"berkas": "a.csv", "tempat": {"kode": "k"}, "indikator": {"krs": "k"},
                                   "putaran_lalu": 1}]},
    ],
)  # fmt: skip
def test_what_is_no_period_is_refused(period):
    with pytest.raises(ValidationError):
        ReportPeriodSettings.model_validate(period)


def test_a_period_twice_is_refused_and_another_year_is_another_period():
    one = {"semester": 1, "tabel_kajian": True}
    with pytest.raises(ValidationError):
        ReportSettings.model_validate({"periode": [one, one]})
    assert len(ReportSettings.model_validate({"periode": [one, {**one, "tahun": 2025}]}).periods) == 2
