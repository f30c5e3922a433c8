from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.errors import FollowupError
from lokus.followup.case_audit import (
    AUDIT_STEPS,
    RISK_GROUPS,
    audit_shortlist,
    risk_group_of,
    risk_label,
    state_label,
    step_label,
)
from lokus.followup.gaps import find_gaps
from lokus.i18n import use_language
from lokus.intake.indicators.catalogue import load_catalogue

CATALOGUE = load_catalogue()
LIMITS = {
    "cakupan_bumil_ttd": 70.0, "bumil_kek": 5.0, "cakupan_catin_periksa": 60.0, "cakupan_kb_pascasalin": 50.0,
    "cakupan_imunisasi": 80.0, "sanitasi_layak": 75.0,
}  # fmt: skip
CODES = [f"990101{2001 + k}" for k in range(5)]
VILLAGES = pd.DataFrame(
    {
        "desa": [f"Desa {k}" for k in range(5)],
        "kecamatan": "Air",
        "anak_stunting": [8.04, 8.01, np.nan, 20.0, 0.4],
        "cakupan_bumil_ttd": [60.0, 80.0, 10.0, None, 90.0],
        "bumil_kek": [9.0, 2.0, 9.0, 5.0, 0.0],
        "cakupan_catin_periksa": [70.0, 70.0, 10.0, 70.0, 70.0],
        "cakupan_kb_pascasalin": [None, None, None, None, None],
        "cakupan_imunisasi": [90.0, 20.0, 10.0, 90.0, 90.0],
        "sanitasi_layak": 10.0,
    },
    index=pd.Index(CODES, name="kode_desa"),
)


def shortlist(frame=VILLAGES, n=3, limits=LIMITS, **options):
    gaps = find_gaps(frame, limits, CATALOGUE)
    return audit_shortlist(frame, gaps=gaps, examined=limits, catalogue=CATALOGUE, n=n, **options)


def test_most_expected_children_first_unrounded():
    result = shortlist()
    assert result.table.index.tolist() == [CODES[3], CODES[0], CODES[1]]
    assert result.table["urutan"].tolist() == [1, 2, 3]
    assert result.unranked == (CODES[2],)
    assert "1 desa/kelurahan belum memiliki perkiraan dan tidak masuk daftar: 9901012003" in repr(result)


def test_gaps_then_codes_break_ties():
    equal = VILLAGES.assign(anak_stunting=5.0)
    assert shortlist(equal, n=5).table.index.tolist() == [
        CODES[2], CODES[0], CODES[1], CODES[3], CODES[4],
    ]  # fmt: skip
    assert shortlist(equal, n=5).table["kesenjangan"].tolist() == [4, 2, 1, 0, 0]


def test_what_to_look_at_and_why():
    table = shortlist(n=5).table
    assert table.loc[CODES[0], list(RISK_GROUPS)].tolist() == [
        "tanpa kesenjangan", "perlu dilihat", "belum ada data", "perlu dilihat",
    ]  # fmt: skip
    # Iron tablets are not known and no other indicator fails: not free of risk, unknown.
    assert table.loc[CODES[3], "bumil"] == "belum ada data"
    # Less than one expected child, and immunisation passes.
    assert table.loc[CODES[4], "balita"] == "tanpa kesenjangan"
    why = shortlist().reasons(CODES[0], "bumil")
    assert why[["kunci", "nilai", "ambang", "buruk"]].to_numpy().tolist() == [
        ["bumil_kek", 9.0, 5.0, "tinggi"], ["cakupan_bumil_ttd", 60.0, 70.0, "rendah"],
    ]  # fmt: skip
    assert "sanitasi_layak" not in set(shortlist().risks["kunci"])


def test_a_group_without_a_threshold_was_not_examined():
    table = shortlist(limits={"cakupan_imunisasi": 80.0}).table
    assert set(table["bumil"]) == {"tidak diperiksa"}
    assert set(shortlist(limits={}).table["balita"]) == {"perlu dilihat"}


def test_only_candidates_and_no_more_than_there_are():
    result = shortlist(n=9, candidates=[CODES[1], CODES[2], CODES[4]])
    assert result.table.index.tolist() == [CODES[1], CODES[4]]
    assert (result.candidates, result.unranked) == (3, (CODES[2],))
    assert set(result.risks["kode_desa"]) == {CODES[1]}


def test_the_public_list_shows_no_order_and_no_masked_number():
    private = shortlist(n=5)
    masked = VILLAGES.assign(anak_stunting=VILLAGES["anak_stunting"].where(lambda children: children > 8.02))
    public = private.for_public(masked.drop(columns="bumil_kek"))
    assert public.table.index.tolist() == sorted(private.table.index)
    assert public.table["urutan"].isna().all()
    assert public.table["anak_stunting"].dropna().to_dict() == {CODES[0]: 8.04, CODES[3]: 20.0}
    assert public.risks.loc[public.risks["kunci"] == "bumil_kek", "nilai"].isna().all()
    assert public.risks.loc[public.risks["kunci"] == "cakupan_imunisasi", "nilai"].tolist() == [20.0]
    assert public.table.loc[CODES[4], "balita"] == "perlu dilihat"
    assert "menurut urutan kode" in public.rule
    assert private.table["urutan"].notna().all()


def test_nothing_about_persons_is_taken_over():
    frame = VILLAGES.assign(nama_anak="rahasia", nik="1603")
    result = shortlist(frame)
    assert not {"nama_anak", "nik"} & {*result.table, *result.risks}


@given(st.permutations(range(5)))
@settings(max_examples=15)
def test_the_row_order_does_not_matter(order):
    one, other = shortlist(n=5), shortlist(VILLAGES.iloc[order], n=5)
    pd.testing.assert_frame_equal(one.table, other.table)
    pd.testing.assert_frame_equal(one.risks, other.risks)


def test_wrong_requests_are_refused():
    with pytest.raises(FollowupError, match="sedikitnya satu desa"):
        shortlist(n=0)
    with pytest.raises(FollowupError, match="kolom yang belum ada: anak_stunting"):
        shortlist(VILLAGES.drop(columns="anak_stunting"))
    with pytest.raises(FollowupError, match="tidak ada dalam daftar desa: 99"):
        shortlist(candidates=["99"])


def test_every_service_of_a_mother_or_child_has_its_risk_group():
    groups = {key: risk_group_of(key, CATALOGUE) for key in CATALOGUE if key.startswith("cakupan_")}
    assert {group for group in groups.values() if group} == set(RISK_GROUPS)
    assert {key for key, group in groups.items() if group is None} == {
        "cakupan_remaja_ttd", "cakupan_remaja_hb", "cakupan_stop_babs", "cakupan_phbs",
        "cakupan_promosi_ikan", "cakupan_krs_didampingi", "cakupan_krs_pekarangan", "cakupan_air_minum",
        "cakupan_sanitasi", "cakupan_p2k2", "cakupan_variasi_pangan", "cakupan_layanan",
    }  # fmt: skip


def test_names_in_both_languages():
    with use_language("en"):
        assert (risk_label("bumil"), state_label("belum ada data")) == ("pregnant women", "no data yet")
        assert [step_label(step)[0] for step in AUDIT_STEPS] == list("1234")
    assert [step_label(step)[0] for step in AUDIT_STEPS] == list("1234")
