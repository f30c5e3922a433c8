"""The register of foster parents, summed by hand."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from lokus.followup.foster_parents import foster_parents, public_foster_parents

COLUMNS = ["kode_desa", "periode", "berjanji", "memberi", "anak", "kunjungan", "jenis"]
VILLAGES = pd.DataFrame(
    {"desa": ["Alai", "Batu", "Cupu", "Duku"], "kecamatan": ["Air", "Air", "Laut", "Laut"],
     "kode_kecamatan": ["990101", "990101", "990102", "990102"]},
    index=["9901012001", "9901012002", "9901022001", "9901022002"],
)  # fmt: skip
EXPECTED = pd.Series([10.4, 6.0, np.nan, 20.6], index=VILLAGES.index)
ROWS = pd.DataFrame(
    [
        ["9901012001", "S1", 3, 2, 4, 9, "nutrisi"],
        ["9901012001", "S2", 6, 5, 7, 12, "nutrisi; jamban"],
        ["9901012002", "S2", 8, 8, 9, 3, "nutrisi"],
        ["9901022001", "S2", 2, 1, 1, np.nan, ""],
    ],
    columns=COLUMNS,
)


@pytest.fixture
def found():
    return foster_parents(ROWS, VILLAGES, expected=EXPECTED, periods=["S1", "S2", "S3"], lokus=["9901012002"])


def test_a_gap_is_that_of_each_village_and_no_surplus_closes_another(found):
    now = found.by_village.loc["S2"]
    assert now.loc["9901012001", "belum"] == 3.0  # 10 as it is shown, less 7
    assert now.loc["9901012002", "belum"] == 0.0  # three more than estimated
    assert now[["belum"]].loc[["9901022001", "9901022002"]].isna().all().all()  # no estimate; no report
    assert found.by_kecamatan.loc[("S2", "990101"), "belum"] == 3.0
    assert math.isnan(found.by_kecamatan.loc[("S2", "990102"), "belum"])
    assert found.total.loc["S2", "belum"] == 3.0


def test_periods_stay_apart_and_one_without_rows_is_not_told(found):
    assert found.periods == ("S1", "S2")
    assert found.total["anak"].tolist() == [4.0, 17.0]
    assert found.total["melapor"].tolist() == [1, 3]
    assert found.total["desa"].tolist() == [4, 4]
    assert found.until(["S1"]).total["anak"].tolist() == [4.0]


def test_what_was_not_reported_is_missing_and_not_zero(found):
    laut = found.by_kecamatan.loc[("S2", "990102")]
    assert (laut["berjanji"], laut["anak"], laut["melapor"]) == (2.0, 1.0, 1)
    assert math.isnan(laut["kunjungan"])
    assert math.isnan(found.by_village.loc[("S2", "9901022002"), "berjanji"])


def test_kinds_of_help_are_counted_in_villages(found):
    assert found.kinds.loc["S2", "desa"].to_dict() == {"nutrisi": 2, "jamban": 1}


def test_the_order_of_the_rows_does_not_matter(found):
    other = foster_parents(
        ROWS.iloc[::-1], VILLAGES.iloc[::-1], expected=EXPECTED, periods=["S1", "S2"], lokus=["9901012002"]
    )
    for name in ("by_village", "by_kecamatan", "total", "kinds"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(other, name))


def test_an_empty_register_says_so():
    none = foster_parents(ROWS[:0], VILLAGES, expected=EXPECTED, periods=["S1"])
    assert none.periods == ()
    assert repr(none) == "Register orang tua asuh: belum ada yang masuk"


def test_the_public_version_tells_no_small_count_and_no_gap(found):
    public = public_foster_parents(found)
    village = public.by_village.loc["S2"]
    assert village.loc["9901012001", ["berjanji", "memberi", "anak"]].tolist() == [6.0, 5.0, 7.0]
    assert village.loc["9901022001", ["berjanji", "memberi", "anak"]].isna().all()
    assert village.loc["9901022001", "anak_disamarkan"]
    assert not village.loc["9901022002", "anak_disamarkan"]  # not reported is not masked
    for frame in (public.by_village, public.by_kecamatan, public.total):
        assert frame[["perkiraan", "belum"]].isna().all().all()
        counts = frame[["berjanji", "memberi", "anak"]].to_numpy(dtype=float)
        assert not ((counts > 0) & (counts < 5)).any()
    # Of the total, the one masked kecamatan could be taken: it is masked too.
    assert public.total.loc["S2", "anak_disamarkan"]
    assert math.isnan(public.total.loc["S2", "anak"])
    assert "disamarkan" in repr(public)
