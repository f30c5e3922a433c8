"""One office has one name in a study, and no office takes the name of another."""

from __future__ import annotations

import pytest

from lokus.intake.indicators.catalogue import load_catalogue
from lokus.intake.indicators.offices import office_key, study_names

OWNERS = sorted({item.owner for item in load_catalogue().values() if item.owner})


@pytest.mark.parametrize(
    ("written", "owner"),
    [
        ("DPPKB", "Dinas PPKB"), ("DP2KB", "Dinas PPKB"), ("DPMD", "Dinas PMD"), ("DPUPR", "Dinas PUPR"),
        ("Dinas Pekerjaan Umum dan Penataan Ruang", "Dinas PUPR"),
        ("Dinas Pemberdayaan Masyarakat dan Desa", "Dinas PMD"),
        ("Dinas Pengendalian Penduduk dan Keluarga Berencana Kabupaten", "Dinas PPKB"),
    ],
)  # fmt: skip
def test_an_office_is_known_however_much_of_its_name_is_abbreviated(written, owner):
    assert study_names([written, "Dinas Kesehatan"], OWNERS) == {owner: written}


def test_what_may_be_another_office_keeps_its_name():
    assert study_names(["DKP", "Dinas Kelautan dan Perikanan", "DK", "Dinas Sosial"], OWNERS) == {}
    assert study_names(["DPPKB", "DP2KB"], OWNERS) == {}, "two names of the study: neither is taken"
    assert study_names(["DPPKB", "Dinas PPKB"], OWNERS) == {}
    assert study_names(OWNERS, OWNERS) == {}


def test_offices_of_the_catalogue_are_told_apart_by_their_initials():
    long = [office_key(name) for name in OWNERS if len(office_key(name)) >= 4]
    assert len(set(long)) == len(long)
