"""No sentence counts 0 of a fault in the calendar, the outputs of a province and the periodic report."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from period_study import period_study
from small_villages import make_villages
from three_kabupaten import make_province

from lokus.followup.calendar import draft_calendar
from lokus.followup.interventions import intervention_matrix
from lokus.i18n import use_language
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.pack.period_writer import write_period_report
from lokus.show.province.province_page import write_province_page
from lokus.show.province.province_workbook import write_province_workbook
from lokus.show.results.info import StudyInfo
from lokus.show.workbook.calendar import write_calendar
from lokus.stages.periods import find_period, period_report
from tests.show.test_zero_counts import _NONE
from tests.told_lines import lines_of

LANGUAGES = pytest.mark.parametrize("language", ["id", "en"])


def counted(*paths) -> list[str]:
    """Lines of outputs that count 0 of a fault; formulas count by themselves."""
    return [
        f"{path.name}: {line[:120]}"
        for path in paths
        for line in lines_of(path)
        if _NONE.search(line) and not line.startswith("=")
    ]


@LANGUAGES
@pytest.mark.parametrize("short", [False, True])
def test_the_calendar_counts_no_gap_and_no_missing_value_that_is_not(language, short, tmp_path):
    villages = make_villages(
        sanitasi_layak=[20.0 if short else 90.0] * 5, krs_persen=[10.0] * 5, keluarga=[100] * 5,
        keluarga_sasaran=[60] * 5,
    )  # fmt: skip
    info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    with use_language(language):
        found = intervention_matrix(villages, {"sanitasi_layak": 60.0, "krs_persen": 50.0}, load_catalogue())
        calendar = draft_calendar(found, year=2026)
        path = write_calendar(tmp_path / "a.xlsx", calendar, info, interventions=found)
        assert counted(path) == []
        assert not [text for text in (repr(found), repr(calendar)) if _NONE.search(text)]


@LANGUAGES
@pytest.mark.parametrize("state", ["selesai", "gagal", "tertahan"])
def test_a_province_counts_no_kabupaten_of_a_state_that_none_has(language, state, tmp_path):
    province = make_province()
    kabupaten = province.kabupaten.assign(status=state, pesan="")
    if state == "selesai":
        filled = ["desa", "lokus", "kecamatan", "diukur", "stunting", "anak_stunting"]
        kabupaten[filled] = kabupaten[filled].bfill().ffill()
        kabupaten = kabupaten.assign(prevalensi_mentah=15.0, kelengkapan=100.0)
    lists = province.lists if state == "selesai" else province.lists.iloc[:0]
    alike = replace(province, kabupaten=kabupaten, lists=lists, findings=province.findings.iloc[:0])
    with use_language(language):
        book = write_province_workbook(tmp_path / "a.xlsx", alike)
        page = write_province_page(tmp_path / "a.html", alike, picture=b"\x89PNG")
        assert counted(book, page) == []


@LANGUAGES
@pytest.mark.parametrize("whole", [True, False])
def test_the_periodic_report_counts_no_village_without_a_report_where_all_report(language, whole, tmp_path):
    with use_language(language):
        study = period_study(tmp_path)
        if whole:
            official = pd.read_csv(tmp_path / "resmi.csv", dtype=str)
            for step in (1, 2):
                everyone = official.assign(dapat=9, semua=12, air=50.0 + step)
                everyone.to_csv(tmp_path / f"periode_{step}.csv", index=False)
        report = period_report(study, find_period(study, semester=1))
        assert counted(*write_period_report(tmp_path / "laporan", report)) == []
