"""Rates, patterns, types and scores are asked for as the study states."""

from __future__ import annotations

import pandas as pd

from lokus.evidence.rates.rates import estimate_rates
from lokus.findings import Finding
from lokus.stages.evidence import _with_names


def test_rates_use_covariates_and_earlier_rounds(small):
    table, (before,) = small.villages, small.earlier
    direct = estimate_rates(
        table["stunting"],
        table["diukur"],
        sasaran=table["sasaran"],
        covariates=table[["sanitasi_layak"]],
        earlier=[(before["stunting"], before["diukur"])],
    )
    pd.testing.assert_frame_equal(small.rates.table, direct.table)


def test_without_children_measured_there_is_no_rate_and_cases_stand_for_children(alone):
    plain = alone.settings.to_mapping()
    table = plain["tabel"][0]
    given = {key: header for key, header in table["indikator"].items() if key != "diukur"}
    counts = alone._with(
        {
            **plain,
            "tabel": [{**table, "indikator": given}],
            "skor": {"bobot": {"desil_1_2": 1.0}},
            "laju": {},
            "pola": {"indikator": "desil_1_2"},
        }
    )
    assert counts.rates is None
    assert counts.children.equals(counts.villages["stunting"])


def test_cautions_name_villages_and_indicators_and_not_their_codes(small):
    kode = small.villages.index[0]
    given = [Finding(check="scan.missing", level="note", message=f"sanitasi_layak: {kode}, 9999999999")]
    (said,) = _with_names(given, small)
    desa, kecamatan = small.villages.loc[kode, ["desa", "kecamatan"]]
    assert said.message == f"{small.labels['sanitasi_layak']}: {desa} ({kecamatan}), 9999999999"
    assert not [one.message for one in small.cautions if set(small.villages.index) & set(one.message.split())]


def test_the_prior_alone_is_no_evidence_of_a_pattern(small):
    assert small.observed["prevalensi"].notna().sum() == (small.villages["diukur"] > 0).sum()
    assert small.rates.table["prevalensi"].notna().all()


def test_patterns_have_the_permutations_and_replicates_that_are_stated(small):
    assert small.hotspots.table.index.equals(small.neighbours.index)
    assert len(small.clusters.maxima) == 99
    assert small.replace(pola={"pemindaian": {"ulangan": 199}}).clusters.maxima.shape == (199,)


def test_types_only_where_the_study_asks(small, alone):
    assert small.typology.table["tipe"].nunique() == 2
    assert alone.typology is None


def test_the_score_is_the_stated_weighting_of_the_evidence(small):
    again = small.scorer(small.observed, small.children)
    pd.testing.assert_frame_equal(small.scores.table, again.table)
    assert small.scores.weights.to_dict() == {"prevalensi": 0.6, "desil_1_2": 0.4}
    assert small.labels["desil_1_2"] == small.catalogue["desil_1_2"].label
