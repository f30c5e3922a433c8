"""Scores by each preset, computed by hand from what its source says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lokus.errors import EvidenceError
from lokus.evidence.scores.preset_scores import apply_preset, service_coverage, vulnerability_classes
from lokus.evidence.scores.presets import PRESETS
from lokus.evidence.scores.scoring import score

FSVA = PRESETS["fsva"]


VILLAGES = [f"99010120{i:02d}" for i in range(1, 9)]


def banjar():
    return pd.DataFrame(
        {
            "krs": [90.0, 80.0, 70.0, 20.0, 10.0, np.nan],
            "stunting": [30.0, 12.0, 25.0, 3.0, 2.0, 30.0],
            "prevalensi_mentah": [14.0, 22.0, 9.0, 6.0, 5.0, 30.0],
            "cakupan_layanan": [40.0, 50.0, 90.0, 95.0, 80.0, 30.0],
        },
        index=VILLAGES[:6],
    )


def fsva_frame(seed=6):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(rng.gamma(3.0, 5.0, (8, 6)), index=VILLAGES, columns=list(FSVA.weights))


def test_four_criteria_by_hand():
    scores = apply_preset("empat_kriteria", banjar())
    # Medians of the known: KRS 70, cases 18.5, prevalence 11.5, coverage 65.
    assert scores.limits.to_dict() == {
        "krs": 70.0, "stunting": 18.5, "prevalensi_mentah": 11.5, "cakupan_layanan": 65.0,
    }  # fmt: skip
    assert scores.normalised.sum(axis=1).tolist() == [4, 3, 1, 0, 0, 3]
    assert scores.table["prioritas"].tolist() == [1, 2, 4, pd.NA, pd.NA, pd.NA]
    assert scores.table["skor"].tolist()[:5] == [1.0, 0.75, 0.25, 0.0, 0.0]
    # The last village lacks a criterion: no priority, no score.
    assert scores.table["status_skor"].tolist()[-1] == "ditahan"
    # Two villages without red: the higher prevalence is ahead.
    assert scores.table["peringkat"].tolist()[:5] == [1, 2, 3, 4, 5]
    assert "bukan resmi" in scores.basis
    assert "koranbanjar.net" in scores.basis


def test_ties_of_four_criteria_go_by_prevalence_then_cases():
    frame = banjar().iloc[:3].assign(krs=90.0, stunting=[3.0, 9.0, 5.0], prevalensi_mentah=[7.0, 7.0, 8.0])
    limits = {"krs": 1.0, "stunting": 1.0, "prevalensi_mentah": 1.0, "cakupan_layanan": 99.0}
    scores = apply_preset("empat_kriteria", frame, limits=limits)
    assert scores.table["prioritas"].tolist() == [1, 1, 1]
    assert scores.table["peringkat"].tolist() == [3, 2, 1]
    assert scores.tie_break.tolist() == [1.0, 2.0, 3.0]


def test_threshold_of_the_decree_and_another():
    frame = pd.DataFrame({"prevalensi_mentah": [20.0, 20.1, 35.0, np.nan], "stunting": [5.0, 9.0, 2.0, 1.0]})
    frame.index = VILLAGES[:4]
    scores = apply_preset("ambang_prevalensi", frame)
    # "Above 20" leaves 20 itself out; above the threshold the higher prevalence comes first.
    assert scores.table["skor"].tolist()[:3] == [0.0, 1.0, 1.0]
    assert scores.table["peringkat"].tolist() == [3, 2, 1, pd.NA]
    # Of the decree only the beginning could be read: that it is a rule is assumed.
    assert "(bukan resmi)" in scores.basis
    assert "hanya bagian awalnya yang terbaca" in scores.basis
    other = apply_preset("ambang_prevalensi", frame, limits={"prevalensi_mentah": 14.0})
    assert other.table["skor"].tolist()[:3] == [1.0, 1.0, 1.0]
    assert "Diubah: batas." in other.basis
    same = apply_preset("ambang_prevalensi", frame, limits={"prevalensi_mentah": 20.0})
    assert same.basis == scores.basis


def test_another_indicator_keeps_the_threshold():
    frame = pd.DataFrame({"prevalensi": [21.0, 19.0], "stunting": [5.0, 9.0]}, index=VILLAGES[:2])
    scores = apply_preset("ambang_prevalensi", frame, instead={"prevalensi_mentah": "prevalensi"})
    assert scores.limits.to_dict() == {"prevalensi": 20.0}
    assert scores.table["skor"].tolist() == [1.0, 0.0]
    assert "Diubah: prevalensi menggantikan prevalensi_mentah." in scores.basis


def test_fsva_is_the_z_score_brought_to_its_ends():
    frame = fsva_frame()
    z = (frame - frame.mean()) / frame.std(ddof=1)
    for key, end in FSVA.worse.items():
        z[key] *= 1 if end == "high" else -1
    scaled = 100 * (z - z.min()) / (z.max() - z.min())
    np.testing.assert_allclose(100 * apply_preset("fsva", frame).table["skor"], scaled.sum(axis=1) / 6)


def test_fsva_of_a_kelurahan_has_five_indicators():
    frame = fsva_frame()
    frame.loc[VILLAGES[0], "fsva_sawah"] = np.nan
    jenis = pd.Series("desa", index=VILLAGES)
    jenis.iloc[0] = "kelurahan"
    scores = apply_preset("fsva", frame, jenis=jenis)
    assert scores.table["status_skor"].eq("lengkap").all()
    parts = scores.contributions.loc[VILLAGES[0]]
    # Three aspects of 1/3: what is left of an aspect carries all of it.
    shares = pd.Series(1 / 6, index=frame.columns).drop("fsva_sawah")
    shares["fsva_sarana"] = 1 / 3
    expected = scores.normalised.loc[VILLAGES[0]].dropna() * shares
    np.testing.assert_allclose(parts.drop("fsva_sawah"), expected[parts.drop("fsva_sawah").index])
    assert "(bukan resmi: bobot kelurahan belum dibaca dalam panduannya sendiri)" in scores.basis
    assert "resmi menurut Badan Pangan Nasional" in apply_preset("fsva", frame).basis
    assert apply_preset("fsva", frame).table["status_skor"].tolist()[0] == "sebagian"


def test_fsva_classes_are_those_of_the_formula():
    frame = fsva_frame(9)
    cuts = {}
    for key, end in FSVA.worse.items():
        steps = np.quantile(frame[key], [0.1, 0.25, 0.4, 0.6, 0.8])
        cuts[key] = list(steps if end == "low" else steps[::-1])
    scores = apply_preset("fsva", frame, cuts=cuts)
    # K = Σ a C on 0–100 where 100 is good; class 1 + the number of borders reached.
    good, borders = 0.0, np.zeros(5)
    for key, end in FSVA.worse.items():
        low, high = frame[key].min(), frame[key].max()
        place, border = (frame[key] - low) / (high - low), (np.array(cuts[key]) - low) / (high - low)
        good = good + (place if end == "low" else 1 - place) / 6
        borders += (border if end == "low" else 1 - border) / 6
    expected = [1 + int((value > borders).sum()) for value in good]
    assert scores.table["kelas"].tolist() == expected
    assert len(set(expected)) > 2


def test_class_borders_that_cannot_be_are_refused():
    frame = pd.DataFrame({"idm": [0.4, 0.6]}, index=VILLAGES[:2])
    scores = score(frame, weights={"idm": 1}, worse={"idm": "low"})
    for cuts in ({}, {"idm": [1, 2, 3]}, {"idm": [5, 4, 3, 2, 1]}):
        with pytest.raises(EvidenceError, match="idm memerlukan 5 batas kelas, urut dari buruk ke baik"):
            vulnerability_classes(scores, frame, cuts, {"idm": "low"})
    ranked = score(frame, weights={"idm": 1}, worse={"idm": "low"}, normalise="rank")
    with pytest.raises(EvidenceError, match="jumlah berbobot"):
        vulnerability_classes(ranked, frame, {"idm": [1, 2, 3, 4, 5]}, {"idm": "low"})


def test_tnp2k_and_equal_ranks():
    rng = np.random.default_rng(1)
    for key in ("tnp2k_desa", "peringkat_setara"):
        preset = PRESETS[key]
        frame = pd.DataFrame(rng.random((8, 4)), index=VILLAGES, columns=list(preset.weights))
        scores = apply_preset(key, frame)
        columns = []
        for name, end in preset.worse.items():
            column = frame[name] if end == "high" else -frame[name]
            column = column.rank() if key == "peringkat_setara" else column
            columns.append((column - column.min()) / (column.max() - column.min()))
        np.testing.assert_allclose(scores.table["skor"], sum(columns) / 4)


def test_lokus_default_averages_the_services():
    frame = pd.DataFrame(
        {
            "prevalensi": [10.0, 20.0],
            "anak_stunting": [5.0, 15.0],
            "desil_1_2": [30.0, 10.0],
            "cakupan_imunisasi": [80.0, 60.0],
            "cakupan_unmet_need": [20.0, 50.0],
            "cakupan_pengukuran": [1.0, 99.0],
        },
        index=VILLAGES[:2],
    )
    scores = apply_preset("lokus_default", frame)
    assert scores.table["skor"].tolist() == pytest.approx([0.15, 0.85])
    mean, findings = service_coverage(frame)
    assert mean.tolist() == [80.0, 55.0]
    assert findings == []


def test_services_known_in_part_are_counted_and_too_few_stay_missing():
    frame = pd.DataFrame(
        {"cakupan_a": [10.0, 10.0, None], "cakupan_b": [20.0, None, None], "cakupan_c": [30.0, 50.0, 9.0]},
        index=VILLAGES[:3],
    )
    mean, findings = service_coverage(frame)
    assert mean.tolist()[:2] == [20.0, 30.0]
    assert np.isnan(mean.iloc[2])
    assert [f.message for f in findings] == [
        "1 desa/kelurahan: rata-rata cakupan layanan dihitung dari sebagian saja dari 3 layanan",
        "1 desa/kelurahan: kurang dari separuh dari 3 layanan terisi, sehingga rata-rata cakupan layanan "
        "belum ada",
    ]


def test_what_is_lacking_is_named():
    with pytest.raises(EvidenceError) as caught:
        apply_preset("empat_kriteria", banjar().drop(columns=["krs", "cakupan_layanan"]))
    assert (
        "prasetel empat_kriteria memerlukan indikator yang belum ada dalam kajian: cakupan_layanan, krs"
        in str(caught.value)
    )
    with pytest.raises(EvidenceError, match="tidak mempunyai indikator idm"):
        apply_preset("empat_kriteria", banjar(), instead={"idm": "fsva"})
    with pytest.raises(EvidenceError, match="indikator idm tidak dikenal"):
        apply_preset("empat_kriteria", banjar(), limits={"idm": 1.0})
    with pytest.raises(EvidenceError, match="dua indikator prasetel empat_kriteria sama"):
        apply_preset("empat_kriteria", banjar(), instead={"krs": "stunting"})


def test_rows_in_any_order_give_the_same():
    frame = banjar()
    one, other = (apply_preset("empat_kriteria", f).table for f in (frame, frame.iloc[::-1]))
    pd.testing.assert_frame_equal(one, other)
