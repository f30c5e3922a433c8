"""The ways a study file can ask for a score, through the whole study."""

from __future__ import annotations

import pandas as pd
import pytest

from lokus import Kajian
from lokus.errors import InputError, StudyFileError


@pytest.fixture(scope="module")
def kajian(demo):
    demo.observed  # noqa: B018 - asked for, so that every other score starts from the same data
    return demo


def score_by(kajian, **skor):
    stated = kajian.settings.to_mapping()["skor"]
    return kajian.replace(skor={**dict.fromkeys(stated), **skor})


def test_four_criteria_are_red_against_the_median(kajian):
    study = score_by(kajian, prasetel="empat_kriteria")
    table = study.scores.table
    assert {"Prioritas 1", 1} & set(table["prioritas"].dropna().unique())
    assert len(study.proposal.kode) == 26
    rate = study.observed["prevalensi_mentah"]
    red = study.scores.contributions["prevalensi_mentah"] > 0
    assert set(red.index[red]) == set(rate.index[rate > rate.median()]) - set(
        table.index[table["skor"].isna()]
    )


def test_a_preset_can_use_the_estimate_instead_and_says_it_is_changed(kajian):
    study = score_by(
        kajian,
        prasetel="ambang_prevalensi",
        pengganti={"prevalensi_mentah": "prevalensi"},
        batas_merah={"prevalensi": 12},
    )
    high = study.rates.observed["prevalensi"] > 12  # where nobody was measured there is only a supposition
    assert set(study.scores.table.index[study.scores.table["skor"] == 1]) == set(high.index[high])
    assert "bukan resmi" in study.scores.basis


def test_weights_from_pairs_are_consistent_or_refused(kajian):
    good = score_by(
        kajian, ahp={"prevalensi": {"desil_1_2": 3, "air_layak": 6}, "desil_1_2": {"air_layak": 2}}
    )
    assert good.scores.weights["prevalensi"] == pytest.approx(2 / 3, abs=0.01)
    bad = score_by(
        kajian, ahp={"prevalensi": {"desil_1_2": 9, "air_layak": 0.2}, "desil_1_2": {"air_layak": 9}}
    )
    with pytest.raises(InputError, match=r"0,10|0\.10"):
        bad.scores  # noqa: B018 - asking for it is the act


@pytest.mark.parametrize("name", ["sama", "entropi", "critic", "pca"])
@pytest.mark.parametrize("method", ["aritmetik", "geometrik", "topsis", "jumlah_peringkat"])
def test_every_weighting_goes_with_every_aggregation(kajian, name, method):
    study = score_by(
        kajian, pembobotan=name, indikator=["prevalensi", "desil_1_2", "sanitasi_layak"], metode=method
    )
    scores = study.scores
    assert scores.weights.sum() == pytest.approx(1)
    known = study.observed[["prevalensi", "desil_1_2", "sanitasi_layak"]].notna()
    led = known[str(scores.weights.idxmax())] if len(set(scores.weights)) > 1 else known.any(axis=1)
    skor = scores.table["skor"]
    assert (skor.notna() == (led & (known @ scores.weights.reindex(known.columns) >= 0.5 - 1e-9))).all()
    assert skor.dropna().between(0, 1).all()
    parts = scores.contributions[skor.notna()].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(skor.dropna().to_numpy())


@pytest.mark.parametrize(
    ("skor", "message"),
    [
        ({"bobot": {"prevalensi": 1.0}, "pembobotan": "sama", "indikator": ["air_layak"]}, "hanya satu"),
        ({}, "sebutkan bobot"),
        ({"prasetel": "empat"}, "empat_kriteria"),
        ({"pembobotan": "sama"}, "indikator"),
    ],
)
def test_contradictions_are_refused(kajian, skor, message):
    with pytest.raises(StudyFileError, match=message):
        score_by(kajian, **skor)


@pytest.mark.slow
def test_what_nobody_measured_is_listed_and_never_chosen(kajian):
    """Without measured children there is the model's supposition alone: no reason to rank a village."""
    silent = kajian.villages.index[~(kajian.villages["diukur"] > 0)]
    assert len(silent) == 3
    table = kajian.results.loc[silent]
    assert kajian.rates.table.loc[silent, "prevalensi"].notna().all()
    assert table[["skor", "peringkat"]].isna().all(axis=None)
    assert table["status_usulan"].eq("belum ada data").all()
    assert table["kelas_kepastian"].eq("belum ada data").all()
    assert table["peluang_lokus"].isna().all()
    assert table["alasan"].str.startswith("Belum ada data Prevalensi").all()
    children = kajian.replace(pilihan={"tujuan": "anak"})
    assert not set(silent) & set(children.proposal.kode)
    assert children.robustness.table.loc[silent, "peluang_lokus"].eq(0).all()


def test_a_village_without_data_is_not_number_one(shared_data, tmp_path):
    """A real kind: no prevalence, an index of 0; what is left of its score made it number 1 with chance 1."""
    case = shared_data.parent / "cases" / "newcomer" / "02_desa_tanpa_data_jadi_nomor_1"
    if not case.is_dir():
        pytest.skip("folder of cases ../shared/cases is absent")
    study = Kajian.open(case / "kajian.toml").replace(keluaran={"folder": str(tmp_path)})
    silent = study.villages.index[study.villages["prev"].isna()]
    assert len(silent) == 1
    row = study.results.loc[silent[0]]
    assert (row["status_usulan"], row["kelas_kepastian"]) == ("belum ada data", "belum ada data")
    assert pd.isna(row["peluang_lokus"])
    assert row["alasan"].startswith("Belum ada data Prevalensi")
    assert silent[0] not in study.proposal.kode
    assert len(study.proposal.kode) == 3
