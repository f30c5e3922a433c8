"""Studies of real kabupaten that lack something: counts only (Sukabumi), no stunting at all (Muara Enim)."""

from __future__ import annotations

import pytest

from lokus import Kajian
from lokus.errors import StudyFileError


@pytest.fixture(scope="module")
def sukabumi(root, shared_data):
    return Kajian.open(root / "tests" / "sukabumi" / "kajian.toml")


@pytest.fixture(scope="module")
def muara_enim(root, shared_data):
    return Kajian.open(root / "tests" / "muara_enim" / "kajian.toml")


def test_counts_alone_give_no_rate_and_lokus_says_what_they_show(sukabumi):
    assert sukabumi.rates is None
    assert sukabumi.robustness is None
    assert not {"prevalensi", "peluang_lokus"} & set(sukabumi.results.columns)
    (warning,) = sukabumi.audit.findings.query("check == 'audit.no_denominator'")["message"]
    assert "bukan di mana seorang anak lebih berisiko" in warning


def test_counts_alone_still_give_a_list_by_burden(sukabumi):
    table = sukabumi.results
    assert len(sukabumi.proposal.kode) == 30
    assert (table["status_usulan"] == "belum ada data").sum() == table["stunting"].isna().sum() == 31


def test_prevalence_cannot_be_weighed_without_measured_children(sukabumi):
    with pytest.raises(StudyFileError, match="prevalensi") as caught:
        sukabumi.replace(skor={"bobot": {"prevalensi": 1.0}})
    assert "stunting dan diukur" in str(caught.value)


def test_26_desa_in_8_kecamatan_by_a_deprivation_score(muara_enim):
    proposal = muara_enim.proposal
    assert (len(proposal.kode), proposal.n_kecamatan) == (26, 8)
    assert proposal.objective == pytest.approx(proposal.bound)
    assert muara_enim.villages["jenis"][list(proposal.kode)].eq("desa").all(), (
        "kelurahan have no village index"
    )


def test_both_engines_agree_on_it(muara_enim):
    from lokus.choice.selection import select

    villages, scores = muara_enim.villages, muara_enim.scores.table["skor"]
    lists = {
        select(scores, villages["kode_kecamatan"], muara_enim.problem, engine=e).kode for e in ("dp", "highs")
    }
    assert lists == {muara_enim.proposal.kode}


def test_a_study_without_prevalence_draws_the_themes_it_has(sukabumi):
    silent = sukabumi.replace(keluaran={"peta": None})
    assert silent._themes == ("usulan", "skor")
    assert {"usulan", "skor", "titik_panas"} <= set(silent.maps.themes)
    assert not {"prevalensi", "anak", "peluang"} & set(silent.maps.themes)
