"""Sums of a period against an independent grouping, and what a change is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lokus.followup.period_figures import period_figures
from lokus.intake.indicators.catalogue import load_catalogue

CATALOGUE = load_catalogue()
KEY, ABOVE, BELOW = "cakupan_mp_asi", "mp_asi_dilayani", "anak_6_23_bulan"
CODES = [f"9901{1 + n // 3:02d}2{1 + n % 3:03d}" for n in range(6)]
VILLAGES = pd.DataFrame({"kode_kecamatan": [code[:6] for code in CODES]}, index=CODES)

cell = st.one_of(
    st.none(), st.tuples(st.integers(0, 40), st.integers(0, 40)).map(lambda two: (min(two), max(two)))
)
period = st.lists(cell, min_size=6, max_size=6)


def frame(cells):
    rows = [(np.nan, np.nan) if one is None else one for one in cells]
    return pd.DataFrame(rows, columns=[ABOVE, BELOW], index=CODES).astype(float)


def one(found, level, code=""):
    rows = found[(found["tingkat"] == level) & (found["kode"] == code)]
    assert len(rows) == 1
    return rows.iloc[0]


@settings(max_examples=80, deadline=None)
@given(now=period, before=period)
def test_an_area_is_the_sum_of_numerators_over_the_sum_of_denominators(now, before):
    this, last = frame(now), frame(before)
    found = period_figures(this, last, VILLAGES, [KEY], CATALOGUE)
    districts = {code: [k for k in CODES if k[:6] == code] for code in ("990101", "990102")}
    for level, codes in (("kabupaten", {"": CODES}), ("kecamatan", districts)):
        for code, own in codes.items():
            row = one(found, level, code)
            above, below = this.loc[own, ABOVE].sum(), this.loc[own, BELOW].sum()
            assert row["melapor"] == this.loc[own, ABOVE].notna().sum()
            assert row["kini"] == pytest.approx(100 * above / below) if below else pd.isna(row["kini"])
            both = [k for k in own if pd.notna(this[ABOVE][k]) and pd.notna(last[ABOVE][k])]
            assert row["sama"] == len(both)
            wholes = this.loc[both, BELOW].sum(), last.loc[both, BELOW].sum()
            if all(wholes):
                change = 100 * (
                    this.loc[both, ABOVE].sum() / wholes[0] - last.loc[both, ABOVE].sum() / wholes[1]
                )
                assert row["selisih"] == pytest.approx(change)
            else:
                assert pd.isna(row["selisih"])
                assert row["arah"] == ""
    assert len(found) == 1 + 2 + len(CODES)


def test_a_village_that_is_new_makes_no_change():
    before = frame([(5, 10)] * 5 + [None])
    now = frame([(5, 10)] * 5 + [(40, 40)])
    row = one(period_figures(now, before, VILLAGES, [KEY], CATALOGUE), "kabupaten")
    assert row["kini"] > row["lalu"]
    assert (row["selisih"], row["arah"], row["arti"]) == (0.0, "tetap", "")


def test_percentages_are_not_averaged_and_not_mixed_with_sums():
    now = frame([(9, 10), None, None, None, None, None])
    now[KEY] = [np.nan, 20.0, np.nan, np.nan, np.nan, np.nan]
    found = period_figures(now, None, VILLAGES, [KEY], CATALOGUE)
    whole = one(found, "kabupaten")
    assert (whole["kini"], whole["melapor"], whole["persen_saja"]) == (90.0, 1, 1)
    only = period_figures(now[[KEY]], None, VILLAGES, [KEY], CATALOGUE)
    assert pd.isna(one(only, "kabupaten")["kini"])
    assert one(only, "kabupaten")["keadaan"] == "persen saja"
    assert one(only, "desa", CODES[1])["kini"] == 20.0


def test_missing_now_is_said_and_is_not_zero():
    found = period_figures(frame([None] * 6), frame([(5, 10)] * 6), VILLAGES, [KEY], CATALOGUE)
    row = one(found, "kabupaten")
    assert row["keadaan"] == "hilang"
    assert pd.isna(row["kini"])
    assert one(found, "desa", CODES[0])["keadaan"] == "hilang"
    nothing = period_figures(frame([None] * 6), None, VILLAGES, [KEY], CATALOGUE)
    assert one(nothing, "kabupaten")["keadaan"] == "belum ada data"
    nobody = period_figures(frame([(0, 0)] * 6), None, VILLAGES, [KEY], CATALOGUE)
    assert one(nobody, "kabupaten")["keadaan"] == "tanpa sasaran"


def test_less_than_rounding_shows_is_unchanged_and_a_bad_rise_is_worse():
    before, now = frame([(500, 1000)] * 6), frame([(5001, 10000)] * 6)
    assert one(period_figures(now, before, VILLAGES, [KEY], CATALOGUE), "kabupaten")["arah"] == "tetap"
    bad = "cakupan_kehamilan_tidak_diinginkan"
    parts = ["kehamilan_tidak_diinginkan_dilayani", "kehamilan"]
    now, before = (pd.DataFrame([(n, 10.0)] * 6, columns=parts, index=CODES) for n in (3.0, 1.0))
    row = one(period_figures(now, before, VILLAGES, [bad], CATALOGUE), "kabupaten")
    assert (row["arah"], row["arti"]) == ("naik", "memburuk")


def test_numbers_are_summed_and_an_index_is_not():
    now = pd.DataFrame({"keluarga": 10.0, "ikl": 0.5}, index=CODES)
    found = period_figures(now, None, VILLAGES, ["keluarga", "ikl"], CATALOGUE)
    whole = found[found["tingkat"] == "kabupaten"].set_index("kunci")
    assert whole["kini"]["keluarga"] == 60
    assert whole["keadaan"]["ikl"] == "tidak dijumlahkan"
