"""Periods of a study: their order, what they are compared with, and their report."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from period_study import period_rows, period_study

from lokus.errors import BlockedError, StudyFileError
from lokus.stages.periods import find_period, period_report


def test_a_semester_is_compared_with_the_semester_before_it(tmp_path):
    study = period_study(tmp_path)
    report = period_report(study, find_period(study, semester=1))
    assert (report.title, report.before) == ("Semester 1 Tahun 2026", "Semester 2 Tahun 2025")
    now, last = period_rows(tmp_path, 2), period_rows(tmp_path, 1)
    row = report.of("kabupaten", ("cakupan_mp_asi",)).iloc[0]
    assert row["kini"] == pytest.approx(100 * now["dapat"].sum() / now["semua"].sum())
    both = sorted(set(now["kode_desa"]) & set(last["kode_desa"]))
    change = [
        100 * own["dapat"].sum() / own["semua"].sum()
        for own in (now.set_index("kode_desa").loc[both], last.set_index("kode_desa").loc[both])
    ]
    assert row["selisih"] == pytest.approx(change[0] - change[1])
    assert (row["melapor"], row["melapor_lalu"], row["sama"], row["desa"]) == (23, 23, 22, 24)
    water = report.of("kabupaten", ("air_layak",)).iloc[0]
    assert water["keadaan"] == "persen saja"
    assert pd.isna(water["kini"])


def test_the_tables_of_the_study_may_be_a_period_and_the_first_has_nothing_before_it(tmp_path):
    study = period_study(tmp_path)
    report = period_report(study, find_period(study, quarter=1))
    assert report.before == ""
    counted = pd.read_csv(tmp_path / "data_2026.csv")["keluarga"].sum()
    assert report.of("kabupaten", ("keluarga",)).iloc[0]["kini"] == counted


def test_a_period_that_is_not_stated_is_named_with_those_that_are(tmp_path):
    study = period_study(tmp_path)
    with pytest.raises(StudyFileError, match="Semester 2 Tahun 2025"):
        find_period(study, semester=2)
    assert find_period(study, semester=2, year=2025).title == "Semester 2 Tahun 2025"


def test_a_proposal_does_not_depend_on_the_periods(tmp_path):
    study = period_study(tmp_path)
    study.rates  # noqa: B018
    other = study.replace(laporan={"blok": [{"nama": "Air", "indikator": ["air_layak"]}]})
    assert other.rates is study.rates
    assert [block.keys for block in period_report(other, find_period(other, semester=1)).blocks] == [
        ("air_layak",)
    ]


@pytest.mark.parametrize(("damaged", "semester", "year"), [(2, 1, None), (1, 1, None), (1, 2, 2025)])
def test_what_cannot_be_true_holds_the_report_of_its_period_and_of_the_one_compared_with_it(
    tmp_path, damaged, semester, year
):
    study = period_study(tmp_path)
    rows = period_rows(tmp_path, damaged)
    rows.loc[rows.index[3], "air"] = 150.0
    rows.to_csv(tmp_path / f"periode_{damaged}.csv", index=False)
    with pytest.raises(BlockedError, match="menahan laporan") as caught:
        study.write_period_report(tmp_path / "laporan", semester=semester, year=year)
    assert not (tmp_path / "laporan").exists()
    check = re.search(r'temuan = "([\w.]+)"', caught.value.remedy).group(1)
    accepted = study.replace(audit={"terima": [{"temuan": check, "alasan": "salah ketik, dikosongkan"}]})
    assert accepted.write_period_report(tmp_path / "laporan", semester=semester, year=year)


def test_a_sound_period_is_compared_with_nothing_later(tmp_path):
    study = period_study(tmp_path)
    rows = period_rows(tmp_path, 2)
    rows.loc[rows.index[3], "air"] = 150.0
    rows.to_csv(tmp_path / "periode_2.csv", index=False)
    assert study.write_period_report(tmp_path / "laporan", semester=2, year=2025)
