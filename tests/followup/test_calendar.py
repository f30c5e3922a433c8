from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_villages import make_villages

from lokus.followup.calendar import CALENDAR_COLUMNS, draft_calendar, realisation_by_village
from lokus.followup.interventions import intervention_matrix
from lokus.intake.indicators.catalogue import load_catalogue

LIMITS = {
    "sanitasi_layak": 80.0,
    "cakupan_sanitasi": 80.0,
    "prevalensi": 14.0,
    "anak_stunting": 10.0,
    "idm": 0.6,
}


@pytest.fixture(scope="module")
def found():
    villages = make_villages(
        sanitasi_layak=[55, 70, np.nan, 90], cakupan_sanitasi=[60, 90, 95, 90], prevalensi=[20, 10, 15, 5],
        anak_stunting=[12, 11, 3, 1], idm=[0.5, 0.7, 0.8, 0.9], keluarga=[200, 100, 300, np.nan],
    )  # fmt: skip
    return intervention_matrix(villages, LIMITS, load_catalogue(), lokus=villages.index[[0, 1, 3]])


def test_one_row_for_each_office_village_and_activity(found):
    calendar = draft_calendar(found, year=2027)
    assert tuple(calendar.columns) == CALENDAR_COLUMNS
    assert calendar["id"].is_unique
    rows = calendar.groupby("opd")[["desa", "no"]].agg(list)
    assert rows.loc["Dinas Kesehatan"].tolist() == [["Desa 0", "Desa 1"], [1, 2]]
    assert calendar["kode_desa"].isin(found.lokus).all()
    assert set(draft_calendar(found, year=2027, all_villages=True)["desa"]) == {"Desa 0", "Desa 1", "Desa 2"}


def test_indicators_of_one_activity_share_a_row_and_the_largest_need_stands(found):
    calendar = draft_calendar(found, year=2027).set_index(["opd", "desa"])
    children = calendar.loc[("Dinas Kesehatan", "Desa 0")].squeeze()
    # Both say "Tata laksana gizi balita": 12 children, by either; 12·6/20 and 12 − 10 to the thresholds.
    assert children["kebutuhan"] == 12
    assert children["kebutuhan_ambang"] == pytest.approx(3.6)
    assert children["indikator"] == (
        "Anak stunting (perkiraan) 12 (ambang 10); Prevalensi stunting (perkiraan) 20,0 (ambang 14,0)"
    )


def test_what_the_office_fills_in_is_empty_and_nothing_is_guessed(found):
    calendar = draft_calendar(found, year=2027)
    assert calendar[["target", "anggaran", "realisasi"]].isna().all(axis=None)
    texts = ["bulan_mulai", "bulan_selesai", "sumber_dana", "penanggung_jawab", "status", "keterangan"]
    assert (calendar[texts] == "").all(axis=None)


def test_a_gap_without_known_intervention_is_not_lost(found):
    village = draft_calendar(found, year=2027).query("opd == 'Dinas PMD'")
    assert village["kegiatan"].tolist() == [""]
    assert village["indikator"].iloc[0].startswith("Indeks Desa Membangun")


def test_identifiers_stay_when_another_indicator_of_the_activity_fails():
    both = make_villages(prevalensi=[20.0], anak_stunting=[12.0])
    one = make_villages(prevalensi=[10.0], anak_stunting=[12.0])
    other = make_villages(prevalensi=[20.0], anak_stunting=[2.0])
    limits = {"prevalensi": 14.0, "anak_stunting": 10.0}
    ids = {
        tuple(draft_calendar(intervention_matrix(v, limits, load_catalogue()), year=2027)["id"])
        for v in (both, one, other)
    }
    assert len(ids) == 1


def test_no_gaps_give_an_empty_calendar(found):
    villages = make_villages(sanitasi_layak=[99.0])
    empty = draft_calendar(intervention_matrix(villages, {"sanitasi_layak": 80}, load_catalogue()), year=2027)
    assert empty.empty
    assert tuple(empty.columns) == CALENDAR_COLUMNS


def test_realisation_tells_work_from_reporting():
    counts = pd.DataFrame(
        [[4, 4, 0, 0, 0], [4, 1, 1, 0, 2], [2, 0, 0, 0, 2], [3, 0, 1, 2, 0], [1, 1, 0, 0, 0]],
        columns=["kegiatan", "selesai", "berjalan", "belum", "belum_diisi"],
        index=["9901012001", "9901012002", "9901012003", "9901012004", "9901019999"],
    )
    villages = pd.Index([f"99010120{n:02d}" for n in range(5, 0, -1)])
    beside = pd.DataFrame({"perubahan": [-2.5, 1.0]}, index=["9901012001", "9901012005"])
    table = realisation_by_village(counts, villages, beside=beside)
    assert table.index.tolist() == [*sorted(villages), "9901019999"]  # recoded since: kept, at the end
    assert table["kelas_realisasi"].tolist() == [
        "selesai semua", "sebagian selesai", "belum dilaporkan", "belum selesai", "tidak ada kegiatan",
        "selesai semua",
    ]  # fmt: skip
    np.testing.assert_array_equal(table["persen_selesai"], [100, 25, 0, 0, np.nan, 100])
    np.testing.assert_array_equal(table["persen_dilaporkan"], [100, 50, 0, 100, np.nan, 100])
    assert table["perubahan"].dropna().to_dict() == {"9901012001": -2.5, "9901012005": 1.0}


def test_activities_stand_in_the_order_of_the_list():
    villages = make_villages(
        sanitasi_layak=[55, 60, 50, 70], cakupan_sanitasi=[60, 90, 95, 70], prevalensi=[20, 18, 15, 25],
        anak_stunting=[12, 11, 13, 14], idm=[0.5, 0.7, 0.8, 0.9], nomor=[3, 1, None, 2],
    )  # fmt: skip
    ranked = intervention_matrix(villages, LIMITS, load_catalogue(), lokus=villages.index[[0, 1, 3]])
    for _office, rows in draft_calendar(ranked, year=2027, all_villages=True).groupby("opd"):
        order = rows["desa"].drop_duplicates().tolist()
        listed = ["Desa 1", "Desa 3", "Desa 0", "Desa 2"]  # what is not on the list comes last
        assert order == [desa for desa in listed if desa in order]
        assert rows["no"].tolist() == list(range(1, len(rows) + 1))
