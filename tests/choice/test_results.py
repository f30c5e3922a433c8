"""What is known of each village, side by side."""

from __future__ import annotations

import pandas as pd
import pytest

from lokus.choice.results import (
    LOKUS,
    NO_DATA,
    NOT_LOKUS,
    assemble_results,
    describe_villages,
    name_alternatives,
    side_by_side,
)

DESA = pd.Index(["9901012001", "9901012002", "9901012003"], name="kode_desa")


def frame(**columns):
    return pd.DataFrame(columns, index=DESA)


def test_the_last_frame_wins_and_another_order_is_refused():
    left = frame(stunting=[1, 2, 3], prevalensi=[1.0, 2.0, 3.0])
    joined = side_by_side(left, frame(prevalensi=[4.0, 5.0, 6.0]), frame(skor=[0.1, 0.2, 0.3]))
    assert joined["prevalensi"].tolist() == [4.0, 5.0, 6.0]
    assert list(joined) == ["stunting", "prevalensi", "skor"]
    with pytest.raises(ValueError, match="same index"):
        side_by_side(left, frame(skor=[0.1, 0.2, 0.3]).iloc[::-1])


def test_a_village_without_score_is_no_data_unless_it_is_locked_in():
    found = assemble_results(
        frame(desa=list("ABC")),
        frame(skor=[0.8, None, None]),
        selection=frame(terpilih=[False, True, False]),
        reasons=pd.Series(["a", "b", "c"], index=DESA),
    )
    assert found["status_usulan"].tolist() == [NOT_LOKUS, LOKUS, NO_DATA]
    assert found["alasan"].tolist() == ["a", "b", "c"]


def test_traits_follow_the_villages_asked_for():
    traits = describe_villages(
        DESA[::-1],
        hotspots=pd.Series(["tinggi-tinggi", "tidak nyata", "belum ada data"], index=DESA),
        completeness=pd.DataFrame({"krs": [True, False, True], "diukur": [True, False, False]}, index=DESA),
        types=frame(nama_tipe=["sanitasi", "miskin", "miskin"], tipe=[1, 2, 2]),
    )
    assert traits["kelengkapan"].tolist() == [50.0, 0.0, 100.0]
    assert traits["titik_panas"].tolist() == ["belum ada data", "tidak nyata", "tinggi-tinggi"]
    assert traits["tipologi_urutan"].tolist() == [2, 2, 1]


def test_other_lists_are_told_by_names_and_in_points():
    lists = pd.DataFrame(
        {"selisih": [0.0123, 0.5], "masuk": [(DESA[0],), ()], "keluar": [(DESA[1], DESA[2]), ()]},
        index=[1, 2],
    )
    named = name_alternatives(lists, pd.Series(["Air", "Batu", "Cempaka"], index=DESA))
    assert named["selisih"].tolist() == pytest.approx([1.23, 50.0])
    assert named.loc[1, ["masuk", "keluar"]].tolist() == ["Air", "Batu, Cempaka"]
    assert named.loc[2, "masuk"] == ""
