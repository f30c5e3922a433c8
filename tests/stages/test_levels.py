"""What a study makes of earlier years, of a survey, and of children not measured."""

from __future__ import annotations

import copy

import numpy as np
import pandas as pd
import pytest
from tiny_study import tiny_mapping

from lokus import Kajian
from lokus.findings import of_evidence
from lokus.settings.read import settings_from_mapping


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    folder = tmp_path_factory.mktemp("kecil")
    plain = tiny_mapping(folder)
    # Nothing but last year's study says what was counted before.
    plain["tabel"] = [table for table in plain["tabel"] if "putaran_lalu" not in table]
    return plain, folder


def opened(tiny, **sections):
    plain, folder = copy.deepcopy(tiny[0]), tiny[1]
    for name, keys in sections.items():
        if keys is None:
            plain.pop(name)
        else:
            plain[name] = {**plain.get(name, {}), **keys}
    return Kajian(stated=settings_from_mapping(plain), path=folder / "kajian.toml")


@pytest.fixture(scope="module")
def study(tiny):
    return opened(tiny)


@pytest.mark.slow
def test_last_years_study_informs_the_rates_and_its_weight_is_stated(tiny, study):
    assert len(study.rounds) == 1
    then = study.previous.results
    pd.testing.assert_frame_equal(
        study.rounds[0], then[["stunting", "diukur"]].astype(float), check_like=True, check_names=False
    )
    assert study.rates.worth > 0
    assert (study.rates.table["anak_pinjaman"] > 0).all()
    line = dict(study.method)["Putaran sebelumnya"]
    assert "1 putaran" in line
    assert "anak tiap desa" in line
    alone = opened(tiny, laju={"pakai_tahun_lalu": False})
    assert alone.rounds == ()
    assert alone.rates.worth is None
    width = [one.rates.table.eval("prevalensi_atas - prevalensi_bawah").mean() for one in (study, alone)]
    assert width[0] < width[1]


def test_the_absence_of_earlier_rounds_is_said(tiny):
    alone = opened(tiny, tahun_lalu=None)
    assert dict(alone.method)["Putaran sebelumnya"].startswith("tidak ada dalam kajian ini")


def test_rounds_that_the_study_states_are_taken_instead(tiny):
    plain, folder = tiny
    table = {**copy.deepcopy(plain["tabel"][0]), "berkas": "data_2024.csv", "putaran_lalu": 1}
    stated = Kajian(
        stated=settings_from_mapping({**plain, "tabel": [*plain["tabel"], table]}),
        path=folder / "kajian.toml",
    )
    assert stated.rounds[0].equals(stated.earlier[0][["stunting", "diukur"]])


@pytest.mark.slow
def test_causes_add_up_with_what_is_borrowed(study):
    parts = study.causes.table
    np.testing.assert_allclose(parts.filter(regex="^selisih_").sum(axis=1), parts["selisih"], atol=1e-9)
    listed = parts["jarak_kini"] > 0
    assert set(parts.index[listed]) <= set(study.proposal.kode)


@pytest.mark.slow
def test_a_survey_gives_levels_beside_the_records_and_leaves_the_list(tiny, study):
    survey = {"persen": 24.0, "bawah": 21.0, "atas": 27.0, "tahun": 2024, "sumber": "SSGI"}
    ambang = {"ambang": {"prevalensi": 20.0}}
    told, plain = opened(tiny, survei=survey, kesenjangan=ambang), opened(tiny, kesenjangan=ambang)
    assert told.proposal.kode == study.proposal.kode
    results = told.results
    assert results["prevalensi"].equals(study.results["prevalensi"])
    due = told.villages["sasaran"]
    assert np.average(results["prevalensi_survei"], weights=due) == pytest.approx(24.0, abs=1e-3)
    assert results["anak_stunting_survei"].sum() > results["anak_stunting"].sum()
    assert len(told.gaps) > len(plain.gaps)
    assert (told.graduation["peluang_lulus"] <= plain.graduation["peluang_lulus"] + 1e-9).all()
    assert "SSGI 2024: 24,0 %" in dict(told.method)["Tingkat survei"]
    assert any(name.startswith("SSGI") for name in told.trajectory.series) or any(
        point.year == 2024 for one in told.trajectory.series.values() for point in one.points
    )


@pytest.mark.slow
def test_records_far_below_the_surveys_of_the_path_carry_a_caution(tiny):
    low = opened(tiny, lintasan={"seri": [{"nama": "SSGI", "jenis": "survei",
                                           "titik": [{"tahun": 2024, "persen": 40.0}]}]})  # fmt: skip
    assert "evidence.below_survey" in {finding.check for finding in low.cautions}
    told = opened(tiny, survei={"persen": 40.0, "tahun": 2024, "sumber": "SSGI"})
    assert "evidence.below_survey" not in {finding.check for finding in told.cautions}


def test_cautions_are_rows_of_the_findings_and_are_accepted_there(tiny):
    path = {"seri": [{"nama": "SSGI", "jenis": "survei", "titik": [{"tahun": 2024, "persen": 40.0}]}]}
    plain = opened(tiny, lintasan=path)
    for caution in plain.cautions:
        rows = plain.findings.query("check == @caution.check and message == @caution.message")
        assert len(rows) == 1, caution.check
    # The audit looks at the data alone, and holds the same rows before and after.
    assert not plain.audit.findings["check"].map(of_evidence).any()
    assert len(plain.findings) >= len(plain.audit.findings) + len(plain.cautions)
    assert not any(plain.cautions[0].message in str(value) for _name, value in plain.method)
    assert plain.material.findings is plain.findings

    reason = "survei belum memuat desa terpencil"
    stated = [*plain.settings.to_mapping().get("audit", {}).get("terima", [])]
    taken = opened(
        tiny,
        lintasan=path,
        audit={"terima": [*stated, {"temuan": "evidence.below_survey", "alasan": reason},
                          {"temuan": "scan.nihil", "alasan": "tidak ada"}]},
    )  # fmt: skip
    (row,) = taken.findings.query("check == 'evidence.below_survey'").to_dict("records")
    assert row["accepted"]
    assert row["reason"] == reason
    unused = "check == 'audit.unused_acceptance'"
    assert len(taken.audit.findings.query(unused)) == len(plain.audit.findings.query(unused))
    assert "scan.nihil" in " ".join(taken.findings.query(unused)["message"])
    assert taken.cautions == plain.cautions


def test_bounds_by_odds_name_who_enters_and_leaves(study):
    table = study.odds_bounds
    assert table.attrs["odds_usulan"] == "odds 1"
    chosen = set(table.index[table["odds 1"] == "lokus"])
    assert chosen <= set(study.proposal.kode)
    said = [value for name, value in study.method if name.startswith("Daftar bila anak")]
    assert len(said) == 2


def test_an_odds_ratio_moves_prevalence_and_score(tiny, study):
    moved = opened(tiny, laju={"rasio_odds_tak_terukur": 3.0})
    share = 1 - study.villages["diukur"] / study.villages["sasaran"]
    rise = moved.rates.table["prevalensi"] - study.rates.table["prevalensi"]
    assert rise.corr(share) > 0.5
    assert not moved.scores.table["skor"].equals(study.scores.table["skor"])
