from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import rankdata

from lokus.errors import EvidenceError
from lokus.evidence.scores.pairwise import compare_pairs
from lokus.evidence.scores.scoring import check_known, score
from lokus.evidence.scores.weighting import entropy_weights

DESA = ["9901012001", "9901012002", "9901022001", "9901022002"]
FRAME = pd.DataFrame(
    {"prevalensi": [8.0, 20.0, 14.0, np.nan], "air_layak": [60.0, np.nan, 90.0, np.nan]}, index=DESA
)
RULES = {
    "weights": {"prevalensi": 3, "air_layak": 1},
    "worse": {"prevalensi": "high", "air_layak": "low"},
}


@st.composite
def frames(draw):
    villages = [f"99010120{i:02d}" for i in range(draw(st.integers(1, 8)))]
    keys = ["a", "b", "c", "d"][: draw(st.integers(1, 4))]
    value = st.one_of(st.none(), st.floats(0, 100), st.integers(0, 3).map(float))
    frame = pd.DataFrame({k: [draw(value) for _ in villages] for k in keys}, index=villages, dtype=float)
    weights = {k: draw(st.floats(0.01, 10)) for k in keys}
    return frame, weights, {k: draw(st.sampled_from(["high", "low"])) for k in keys}


def test_by_hand():
    scores = score(FRAME, **RULES)
    # Normalised: prevalence 0, 1, 0.5; water 1, –, 0. Weights 0.75 and 0.25.
    assert scores.weights.to_dict() == {"prevalensi": 0.75, "air_layak": 0.25}
    assert scores.table["skor"].tolist()[:3] == [0.25, 1.0, 0.375]
    assert np.isnan(scores.table["skor"].iloc[3])
    assert scores.table["peringkat"].tolist() == [3, 1, 2, pd.NA]
    assert scores.table["indikator_hilang"].tolist() == [0, 1, 0, 2]
    assert scores.table["status_skor"].tolist() == ["lengkap", "sebagian", "lengkap", "ditahan"]
    assert scores.contributions.loc[DESA[0]].tolist() == [0.0, 0.25]
    assert np.isnan(scores.contributions.loc[DESA[1], "air_layak"])


def test_withheld_where_the_study_says_so():
    scores = score(FRAME, **RULES, missing="withhold")
    assert scores.table["status_skor"].tolist() == ["lengkap", "ditahan", "lengkap", "ditahan"]
    assert scores.table["skor"].isna().tolist() == [False, True, False, True]
    assert scores.contributions.isna().all(axis=1).tolist() == [False, True, False, True]


@settings(max_examples=60, deadline=None)
@given(frames(), st.sampled_from(["minmax", "rank", "zscore"]), st.sampled_from(["renormalise", "withhold"]))
def test_contributions_add_up_exactly(drawn, normalise, missing):
    frame, weights, worse = drawn
    scores = score(frame, weights=weights, worse=worse, normalise=normalise, missing=missing)
    for kode, parts in scores.contributions.iterrows():
        skor = scores.table.loc[kode, "skor"]
        if np.isnan(skor):
            assert parts.isna().all()
            assert scores.table.loc[kode, "status_skor"] == "ditahan"
        else:
            assert math.fsum(parts.dropna()) == skor
            assert -1e-15 <= skor <= 1 + 1e-15
    assert math.fsum(scores.weights) == pytest.approx(1.0, abs=1e-15)


@settings(max_examples=40, deadline=None)
@given(frames(), st.randoms())
def test_order_of_rows_and_indicators_changes_nothing(drawn, random):
    frame, weights, worse = drawn
    first = score(frame, weights=weights, worse=worse, normalise="zscore")
    rows, keys = list(frame.index), list(weights)
    random.shuffle(rows)
    random.shuffle(keys)
    again = score(
        frame.loc[rows, keys], weights={k: weights[k] for k in keys}, worse=worse, normalise="zscore"
    )
    pd.testing.assert_frame_equal(again.table, first.table, check_exact=True)


@settings(max_examples=40, deadline=None)
@given(frames(), st.floats(0.001, 1000))
def test_only_the_ratio_of_weights_matters(drawn, factor):
    frame, weights, worse = drawn
    one = score(frame, weights=weights, worse=worse).table["skor"]
    other = score(frame, weights={k: factor * w for k, w in weights.items()}, worse=worse).table["skor"]
    pd.testing.assert_series_equal(one, other, rtol=1e-12)


def test_equal_scores_are_ranked_by_stunted_children_then_code():
    frame = pd.DataFrame({"a": [1.0, 1.0, 1.0, 0.0]}, index=DESA)
    ties = pd.Series([2.0, 9.0, 2.0, 99.0], index=DESA)
    scores = score(frame, weights={"a": 1}, worse={"a": "high"}, ties=ties)
    assert scores.table["peringkat"].tolist() == [2, 1, 3, 4]


def test_indicator_without_weight_neither_scores_nor_counts_as_missing():
    scores = score(FRAME, weights={"prevalensi": 1, "air_layak": 0}, worse=RULES["worse"])
    assert scores.table["status_skor"].tolist() == ["lengkap", "lengkap", "lengkap", "ditahan"]
    assert scores.contributions["air_layak"].dropna().eq(0).all()


def test_goalposts_carry_a_scale_over_years():
    posts = {"prevalensi": (0.0, 40.0)}
    this_year = score(FRAME, **RULES, goalposts=posts).normalised["prevalensi"]
    fewer = score(FRAME.iloc[:2], **RULES, goalposts=posts).normalised["prevalensi"]
    assert this_year.tolist()[:3] == [0.2, 0.5, 0.35]
    assert fewer.tolist() == [0.2, 0.5]


def test_findings_come_through():
    frame = FRAME.assign(air_layak=50.0)
    messages = [f.message for f in score(frame, **RULES).findings]
    assert messages == ["indikator air_layak sama di semua desa sehingga tidak membedakan desa"]


def test_reads_as_a_sentence():
    scores = score(FRAME, **RULES)
    sentence = (
        "Skor 4 desa/kelurahan dari prevalensi 75,0 %, air_layak 25,0 %; "
        "2 lengkap, 1 dari sebagian indikator, 1 ditahan"
    )
    assert repr(scores).startswith(sentence)
    assert sentence in scores._repr_html_()
    assert "<script>" not in score(
        FRAME.rename(columns={"air_layak": "<script>"}),
        weights={"<script>": 1}, worse={"<script>": "low"},
    )._repr_html_()  # fmt: skip


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"weights": {"prevalensy": 1}}, "indikator prevalensy tidak dikenal\n→ maksudnya prevalensi?"),
        ({"weights": {"prevalensi": 0, "air_layak": 0}}, "bobot tidak boleh semuanya 0"),
        ({"weights": {}}, "bobot tidak boleh semuanya 0"),
        ({"weights": {"prevalensi": -1, "air_layak": 2}}, "bobot prevalensi harus 0 atau lebih, bukan -1"),
        ({"weights": {"prevalensi": math.nan}}, "bobot prevalensi harus 0 atau lebih"),
        ({"worse": {"prevalensi": "high"}}, "arah indikator air_layak"),
        ({"normalise": "max"}, "normalise harus salah satu dari minmax, rank, zscore, limit, bukan max"),
        ({"missing": "drop"}, "missing harus salah satu dari renormalise, withhold, bukan drop"),
        (
            {"goalposts": {"prevalensi": (10.0, 10.0)}},
            "batas tetap prevalensi harus dua bilangan yang menaik",
        ),
        (
            {"goalposts": {"prevalensi": (0.0, 40.0)}, "normalise": "rank"},
            "hanya berlaku untuk normalisasi minmax",
        ),
    ],
)
def test_wrong_settings_are_refused(change, text):
    with pytest.raises(EvidenceError) as caught:
        score(FRAME, **(RULES | change))
    assert text in str(caught.value)


def test_wrong_values_are_refused():
    with pytest.raises(EvidenceError, match="prevalensi bernilai tak hingga di 9901012001"):
        score(FRAME.replace(8.0, np.inf), **RULES)
    with pytest.raises(EvidenceError, match="lebih dari sekali: 9901012001"):
        score(pd.concat([FRAME, FRAME.iloc[:1]]), **RULES)


def test_weights_from_the_data_or_by_name():
    complete = FRAME.fillna({"prevalensi": 11.0, "air_layak": 75.0})
    equal = score(complete, weights="equal", worse=RULES["worse"])
    assert equal.weights.to_dict() == {"prevalensi": 0.5, "air_layak": 0.5}
    assert equal.weighting == "equal"
    entropy = score(complete, weights="entropy", worse=RULES["worse"])
    expected = entropy_weights(entropy.normalised)
    np.testing.assert_allclose(entropy.weights, expected[["prevalensi", "air_layak"]])
    compared = compare_pairs({"prevalensi": {"air_layak": 3}})
    ahp = score(complete, weights=compared, worse=RULES["worse"])
    assert "AHP), rasio konsistensi 0,000" in ahp.method
    pd.testing.assert_frame_equal(ahp.table, score(complete, **RULES).table)


@settings(max_examples=30, deadline=None)
@given(frames(), st.sampled_from(["geometric", "topsis", "rank_sum"]))
def test_contributions_add_up_whatever_the_aggregation(drawn, aggregate):
    frame, weights, worse = drawn
    scores = score(frame, weights=weights, worse=worse, aggregate=aggregate)
    for kode, parts in scores.contributions.iterrows():
        skor = scores.table.loc[kode, "skor"]
        assert parts.isna().all() if np.isnan(skor) else math.fsum(parts.dropna()) == skor


def test_rank_sum_is_in_the_order_of_the_sum_of_ranks():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame(rng.integers(0, 50, (30, 3)).astype(float), columns=list("abc"))
    frame.index = [f"99010120{i:02d}" for i in range(30)]
    worse = {"a": "high", "b": "low", "c": "high"}
    scores = score(frame, weights="equal", worse=worse, aggregate="rank_sum")
    sums = rankdata(frame["a"]) + rankdata(-frame["b"]) + rankdata(frame["c"])
    # Ranks 1..30 of three indicators: (sum − 3) / (3 × 29).
    np.testing.assert_allclose(scores.table["skor"], (sums - 3) / 87)
    assert scores.normalise == "rank"


def test_traffic_light_counts_red():
    frame = pd.DataFrame({"krs": [10.0, 20.0, 30.0, 40.0], "air_layak": [90.0, 50.0, 70.0, None]}, index=DESA)
    worse = {"krs": "high", "air_layak": "low"}
    scores = score(frame, weights="equal", worse=worse, normalise="limit")
    # Medians 25 and 70: red are the last two, and the second.
    assert scores.limits.to_dict() == {"krs": 25.0, "air_layak": 70.0}
    assert scores.normalised["krs"].tolist() == [0.0, 0.0, 1.0, 1.0]
    assert scores.normalised["air_layak"].tolist()[:3] == [0.0, 1.0, 0.0]
    assert scores.table["skor"].tolist() == [0.0, 0.5, 0.5, 1.0]
    stated = score(frame, weights="equal", worse=worse, normalise="limit", limits={"krs": 15.0})
    assert stated.normalised["krs"].tolist() == [0.0, 1.0, 1.0, 1.0]
    assert stated.limits.to_dict() == {"krs": 15.0, "air_layak": 70.0}


def test_what_does_not_apply_is_left_aside():
    scores = score(FRAME.fillna(50.0), **RULES, missing="withhold", not_applicable={"air_layak": [DESA[1]]})
    assert scores.table.loc[DESA[1], "status_skor"] == "lengkap"
    assert np.isnan(scores.contributions.loc[DESA[1], "air_layak"])
    # 50 at the exempt village is no end of the scale: 50 of the last village is.
    assert scores.normalised["air_layak"].tolist()[::2] == [0.75, 0.0]


def test_several_ties_become_one_number_for_the_selection():
    frame = pd.DataFrame({"a": [1.0, 1.0, 1.0, 0.0]}, index=DESA)
    ties = pd.DataFrame({"first": [1.0, 2.0, 1.0, 9.0], "second": [5.0, 0.0, 7.0, 0.0]}, index=DESA)
    scores = score(frame, weights={"a": 1}, worse={"a": "high"}, ties=ties)
    assert scores.table["peringkat"].tolist() == [3, 1, 2, 4]
    assert scores.tie_break.tolist() == [1.0, 3.0, 2.0, 4.0]
    assert score(frame, weights={"a": 1}, worse={"a": "high"}).tie_break is None


def test_method_is_said_in_one_sentence():
    assert score(FRAME, **RULES).method == (
        "setiap indikator dijadikan 0–1 antara nilai terkecil dan terbesarnya atau batas tetapnya; "
        "bobot sebagaimana dinyatakan; jumlah berbobot, sehingga bagian-bagiannya berjumlah sama dengan skor"
    )
    assert "TOPSIS: jarak" in score(FRAME, **RULES, aggregate="topsis").method


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"aggregate": "mean"}, "aggregate harus salah satu dari arithmetic, geometric, topsis, rank_sum"),
        ({"weights": "saya"}, "weights harus salah satu dari equal, entropy, critic, pca, bukan saya"),
        ({"aggregate": "rank_sum", "normalise": "minmax"}, "jumlah peringkat hanya berlaku"),
        ({"limits": {"prevalensi": 20.0}}, "batas merah hanya berlaku"),
        (
            {"limits": {"prevalensi": math.inf}, "normalise": "limit"},
            "batas prevalensi harus bilangan berhingga",
        ),
        ({"limits": {"krs": 20.0}, "normalise": "limit"}, "indikator krs tidak dikenal"),
        ({"not_applicable": {"prevalen": []}}, "maksudnya prevalensi?"),
        ({"weights": "equal", "worse": {}}, "bobot tidak boleh semuanya 0"),
    ],
)
def test_wrong_rules_are_refused(change, text):
    with pytest.raises(EvidenceError) as caught:
        score(FRAME, **(RULES | change))
    assert text in str(caught.value)


def test_an_unknown_indicator_like_no_other_is_told_with_those_that_are_known():
    with pytest.raises(EvidenceError) as caught:
        check_known(["xyz"], ["krs", "idm"])
    assert "krs, idm" in caught.value.remedy
