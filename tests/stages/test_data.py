"""What goes into a study, stage by stage."""

from __future__ import annotations

import pandas as pd
import pytest

from lokus.errors import InputError


def test_tables_of_this_round_and_of_earlier_ones_stay_apart(small):
    now = pd.read_csv(small.path.parent / "data_2026.csv", dtype={"kode_desa": str}).set_index("kode_desa")
    then = pd.read_csv(small.path.parent / "data_2025.csv", dtype={"kode_desa": str}).set_index("kode_desa")
    assert small.indicators["stunting"].tolist() == now["stunting"].tolist()
    (before,) = small.earlier
    assert before["stunting"].tolist() == then["stunting"].tolist()
    assert "sanitasi_layak" not in before


def test_the_village_table_has_place_geometry_and_checked_values(small):
    assert list(small.villages.index) == list(small.boundaries.villages.index)
    assert {"desa", "kecamatan", "kode_kecamatan", "jenis", "geometry"} <= set(small.villages)
    assert small.villages["stunting"].equals(small.checked.values["stunting"])


def test_every_row_of_every_table_and_list_is_reconciled(small):
    rows = sum(len(raw.data) for raw in small.raw_tables)
    rows += sum(len(decided.reconciliation) for decided in small.decided.values())
    assert len(small.reconciliation) == rows


def test_last_year_is_run_again_with_its_own_settings(small, alone):
    assert (small.previous.year, small.previous.settings.choice.n) == (2025, 4)
    assert repr(small.previous) == "Kajian tahun 2025: 24 desa/kelurahan, 4 dalam daftar"
    assert alone.previous is None
    assert alone.decided == {}
    assert alone.past is None


def test_the_decided_list_stands_for_last_year_and_not_its_proposal(small):
    assert small.past.kode(2025) == small.decided[2025].kode
    undecided = small.replace(tahun_lalu={"daftar": None})
    assert undecided.past.kode(2025) == tuple(sorted(undecided.previous.kode))


def test_a_study_of_the_same_year_is_no_last_year(small):
    with pytest.raises(InputError, match="2025"):
        small.replace(kajian={"tahun": 2025}).previous  # noqa: B018


def test_the_official_list_is_read_from_the_sheet_that_is_named(small):
    listed = pd.read_csv(small.path.parent / "resmi.csv", dtype=str)
    with pd.ExcelWriter(small.path.parent / "resmi.xlsx") as book:
        listed.head(3).to_excel(book, sheet_name="lama", index=False)
        listed.to_excel(book, sheet_name="sekarang", index=False)
    stated = small.settings.to_mapping()["batas"]["daftar_resmi"] | {"berkas": "resmi.xlsx"}
    study = small.replace(batas={"daftar_resmi": {**stated, "lembar": "sekarang"}})
    assert study.official.equals(small.official)
    assert len(small.replace(batas={"daftar_resmi": {**stated, "lembar": "lama"}}).official) == 3


def test_decisions_are_those_of_the_file_that_the_study_names(small):
    assert small.decisions.empty
    assert small.replace(audit={"kecocokan": "tidak-ada.csv"}).decisions is None
