from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from lokus.errors import EvidenceError
from lokus.evidence.scores.preset_scores import apply_preset
from lokus.evidence.scores.scoring import score
from lokus.evidence.scores.sensitivity import leave_one_out, overlap

KEYS = ["krs", "jamban_tidak_layak", "idm"]
WORSE = {"krs": "high", "jamban_tidak_layak": "high", "idm": "low"}
WEIGHTS = {"krs": 0.5, "jamban_tidak_layak": 0.3, "idm": 0.2}


def frame_of(seed, villages=20):
    rng = np.random.default_rng(seed)
    index = [f"99010120{i:02d}" for i in range(villages)]
    return pd.DataFrame(rng.random((villages, 3)), index=index, columns=KEYS)


@pytest.mark.parametrize("aggregate", ["arithmetic", "geometric", "topsis"])
def test_leaving_one_out_is_scoring_without_it(aggregate):
    frame = frame_of(1)
    frame.iloc[3, 1] = np.nan
    ties = frame["krs"]
    scores = score(frame, weights=WEIGHTS, worse=WORSE, aggregate=aggregate, ties=ties)
    found = leave_one_out(scores, n=6)
    for key in KEYS:
        rest = {name: weight for name, weight in WEIGHTS.items() if name != key}
        again = score(frame, weights=rest, worse=WORSE, aggregate=aggregate, ties=ties).table["peringkat"]
        assert found.ranks[key].tolist() == again.tolist()
        before, after = set(scores.table.index[scores.table["peringkat"] <= 6]), set(again.index[again <= 6])
        row = found.table.loc[key]
        assert (row["masuk"], row["keluar"]) == (len(after - before), len(before - after))
        assert set(filter(None, row["desa_masuk"].split(", "))) == after - before
        # Without families at risk the village's gap is what weighs most, and it is withheld.
        assert again.isna().tolist() == [key == "krs" and village == 3 for village in range(len(frame))]
        both = again.notna()
        expected = spearmanr(again[both].astype(float), scores.table.loc[both, "peringkat"].astype(float))[0]
        assert row["korelasi_peringkat"] == pytest.approx(expected)
        moved = (again - scores.table["peringkat"]).abs()
        assert row["geser_terbesar"] == moved.max()
        assert row["geser_rata"] == pytest.approx(moved.mean())


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["arithmetic", "geometric", "topsis"]))
def test_effects_are_shares_of_the_variance(seed, aggregate):
    scores = score(frame_of(seed), weights=WEIGHTS, worse=WORSE, aggregate=aggregate)
    effect = leave_one_out(scores, n=3).table["pengaruh"]
    assert effect.sum() == pytest.approx(1.0)
    parts, skor = scores.contributions["krs"], scores.table["skor"]
    assert effect["krs"] == pytest.approx(np.cov(parts, skor)[0, 1] / skor.var())


def test_the_list_may_follow_any_rule():
    scores = score(frame_of(2), weights=WEIGHTS, worse=WORSE)

    def one_of_each_half(skor):
        return [skor.iloc[:10].idxmax(), skor.iloc[10:].idxmax()]

    found = leave_one_out(scores, choose=one_of_each_half)
    assert found.lists.sum().eq(2).all()
    assert found.lists["lengkap"].iloc[:10].sum() == 1


def test_a_withheld_village_stays_withheld_unless_the_gap_is_left_out():
    frame = frame_of(3)
    frame.iloc[0, 0] = np.nan
    scores = score(frame, weights=WEIGHTS, worse=WORSE, missing="withhold")
    ranks = leave_one_out(scores, n=5).ranks
    assert ranks.iloc[0].isna().tolist() == [True, False, True, True]


def test_works_on_a_preset():
    frame = pd.DataFrame(
        {
            "krs": [9.0, 2.0, 7.0, 1.0],
            "stunting": [9.0, 3.0, 1.0, 2.0],
            "prevalensi_mentah": [9.0, 4.0, 8.0, 1.0],
            "cakupan_layanan": [10.0, 20.0, 90.0, 95.0],
        },
        index=list("abcd"),
    )
    found = leave_one_out(apply_preset("empat_kriteria", frame), n=2)
    assert found.lists["lengkap"].tolist() == [True, False, True, False]
    # Without KRS b is red twice (cases, coverage) and c once (prevalence).
    assert found.lists["krs"].tolist() == [True, True, False, False]
    assert found.table.loc["krs", ["masuk", "keluar"]].tolist() == [1, 1]
    assert repr(found).startswith(
        "Daftar 2 desa/kelurahan; tanpa krs perubahannya paling besar: 1 desa/kelurahan tergantikan"
    )
    assert "<table" in found._repr_html_()


def test_questions_that_make_no_sense_are_refused():
    scores = score(frame_of(1), weights={"krs": 1, "idm": 0}, worse=WORSE)
    with pytest.raises(EvidenceError, match="satu indikator"):
        leave_one_out(scores, n=3)
    two = score(frame_of(1), weights=WEIGHTS, worse=WORSE)
    for arguments in ({}, {"n": 3, "choose": list}):
        with pytest.raises(EvidenceError, match="panjang daftar atau aturan"):
            leave_one_out(two, **arguments)


def test_correlations_are_those_of_scipy_turned_to_the_bad_end():
    frame = frame_of(4)
    frame.iloc[2, 0] = np.nan
    found = overlap(score(frame, weights=WEIGHTS, worse=WORSE))
    known = frame.dropna()
    expected = spearmanr(known["krs"], -known["idm"])[0]
    assert found.matrix.loc["krs", "idm"] == pytest.approx(expected)
    assert found.matrix.loc["idm", "krs"] == pytest.approx(expected)
    assert np.diag(found.matrix).tolist() == [1.0, 1.0, 1.0]
    row = found.table.set_index(["indikator", "dengan"]).loc[("krs", "idm")]
    assert row["desa"] == 19
    assert row["bobot"] == pytest.approx(0.7)
    assert found.findings == ()
    strength = found.table["korelasi"].abs()
    assert strength.is_monotonic_decreasing


def test_what_is_contained_is_counted_twice_however_weakly_correlated():
    scores = score(frame_of(5), weights=WEIGHTS, worse=WORSE)
    direct = overlap(scores, contained_in={"jamban_tidak_layak": ["krs"]})
    assert [f.check for f in direct.findings] == ["evidence.counted_twice"]
    assert direct.findings[0].message.startswith(
        "jamban_tidak_layak sudah terhitung di dalam krs: berdua berbobot 80,0 %"
    )
    chained = overlap(scores, contained_in={"jamban_tidak_layak": ["krs_jamban"], "krs_jamban": ["krs"]})
    assert chained.table.set_index(["indikator", "dengan"])["terkandung"].to_dict()[
        ("krs", "jamban_tidak_layak")
    ]
    assert overlap(scores, contained_in={"krs": ["stunting"]}).findings == ()


def test_nearly_the_same_is_said_aloud():
    frame = frame_of(6)
    frame["idm"] = 1 - frame["krs"] ** 2
    found = overlap(score(frame, weights=WEIGHTS, worse=WORSE))
    assert [f.check for f in found.findings] == ["evidence.correlated"]
    assert "krs dan idm hampir mengatakan hal yang sama" in found.findings[0].message
    assert "korelasi 1,00" in found.findings[0].message


def test_constant_indicator_has_no_correlation():
    found = overlap(score(frame_of(7).assign(idm=0.5), weights=WEIGHTS, worse=WORSE))
    assert np.isnan(found.matrix.loc["krs", "idm"])
    assert found.table["korelasi"].isna().tolist() == [False, True, True]
