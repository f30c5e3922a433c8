"""Last year's list: where it is said to be, which files that names, which rules bind the choice."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from lokus.settings.review import PreviousSettings

STUDY = {"kajian": "kajian-2025.toml"}
LIST = {"daftar": {"berkas": "sk-2025.xlsx"}, "tahun": 2025}


@pytest.mark.parametrize(
    ("stated", "message"),
    [
        ({}, "kajian, keluaran"),
        ({**STUDY, "keluaran": "hasil-2025"}, "keluaran"),
        ({"daftar": {"berkas": "sk.xlsx"}}, "tahun"),
        ({**STUDY, "min_tahun": 3, "lulus": {"target": 14.0, "kunci_keluar": True}}, "min_tahun"),
        ({**STUDY, "riwayat": [{"berkas": "a.csv", "tahun": 2024}] * 2}, "riwayat"),
        ({**STUDY, "lulus": {"target": 0.0}}, "target"),
        ({**STUDY, "min_tahun": 1}, "min_tahun"),
    ],
)
def test_what_cannot_be_meant_is_refused(stated, message):
    with pytest.raises(ValidationError, match=message):
        PreviousSettings.model_validate(stated)


def test_every_file_is_named_with_its_key():
    stated = {
        **STUDY,
        **LIST,
        "kalender": ["kalender-2025.xlsx"],
        "riwayat": [{"berkas": "sk-2024.xlsx", "tahun": 2024}],
    }
    assert dict(PreviousSettings.model_validate(stated).files()) == {
        "tahun_lalu.kajian": "kajian-2025.toml",
        "tahun_lalu.daftar.berkas": "sk-2025.xlsx",
        "tahun_lalu.riwayat[1].berkas": "sk-2024.xlsx",
        "tahun_lalu.kalender": "kalender-2025.xlsx",
    }


@pytest.mark.parametrize(
    ("rules", "binds"),
    [
        ({}, False),
        ({"lulus": {"target": 14.0}}, False),
        ({"lulus": {"target": 14.0, "kunci_keluar": True}}, True),
        ({"min_tahun": 2}, True),
        ({"maks_berubah": 0}, True),
    ],
)
def test_only_rules_of_continuity_bind_the_choice(rules, binds):
    assert PreviousSettings.model_validate({**LIST, **rules}).has_rules is binds
