"""What every output says about its study."""

from __future__ import annotations

from lokus.i18n import use_language
from lokus.show.results.info import StudyInfo, synthetic_mark

PLAIN = {"title": "Usulan lokus", "kabupaten": "Kabupaten Contoh", "tahun": 2026}


def test_sources_and_date_make_one_line_and_nothing_where_neither_is_stated():
    assert StudyInfo(**PLAIN).source_line == ""
    told = StudyInfo(**PLAIN, sources=("Dinas Kesehatan", "DPPKB"), data_date="Februari 2026")
    assert told.source_line == "Sumber: Dinas Kesehatan; DPPKB. Data per Februari 2026."


def test_borders_are_called_indicative_unless_the_study_says_otherwise():
    assert "indikatif" in StudyInfo(**PLAIN).status_line
    assert StudyInfo(**PLAIN, boundary_status="batas definitif").status_line == "batas definitif"


def test_the_mark_of_made_up_data_is_in_the_language_in_force():
    with use_language("en"):
        assert synthetic_mark() == "SYNTHETIC EXAMPLE DATA"
        assert StudyInfo(**PLAIN).place_and_year == "Kabupaten Contoh · Year 2026"
