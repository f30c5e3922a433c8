"""What goes into a study, stage by stage."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from lokus import Kajian
from lokus.errors import BlockedError, InputError, StudyFileError
from lokus.intake.audit.audit import CompletenessRule, gather_findings
from lokus.settings.inputs import Acceptance


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


def test_an_office_below_its_least_completeness_holds_the_proposal_until_a_reason_is_given(small):
    table = small.settings.to_mapping()["tabel"][0]
    key = "bumil"
    office = {"opd": "Dinas Kesehatan"}
    plain = small.settings.to_mapping()
    plain["tabel"] = [{**one, **office} for one in plain["tabel"]]
    assert key in table["indikator"]
    half = small.boundaries.villages.index[::2]
    study = small._with({**plain, "kelengkapan": {"minimal": 60, "lingkup": "semua"}})
    assert study.audit.blocking.empty
    rule = CompletenessRule(least=60.0)
    checked = study.checked
    sparse = dataclasses.replace(checked, values=checked.values.assign(desil_1_2=np.nan))
    sparse.values.loc[half[:3], "desil_1_2"] = 10.0
    share = 100 * (3 + 3 * 24) / (4 * 24)
    needed = ["stunting", "diukur", "sasaran", "desil_1_2"]
    assert gather_findings(sparse, needed=needed, rule=rule).blocking.empty
    strict = CompletenessRule(least=60.0, of_office={"Dinas Kesehatan": 80.0})
    held = gather_findings(sparse, needed=needed, rule=strict)
    assert held.blocking["check"].tolist() == ["audit.below_minimum"]
    assert f"{share:.1f}".replace(".", ",") in held.blocking["message"].iloc[0]
    with pytest.raises(BlockedError, match=r"audit\.below_minimum"):
        held.raise_if_blocked()
    for opd, left in (("Dinas Kesehatan", 0), ("Dinas Lain", 1)):
        taken = Acceptance.model_validate(
            {"temuan": "audit.below_minimum", "opd": opd, "alasan": "Dilengkapi bulan depan"}
        )
        assert len(gather_findings(sparse, needed=needed, rule=strict, accepted=[taken]).blocking) == left


def test_a_rule_for_an_office_that_gives_nothing_is_refused(small):
    plain = small.settings.to_mapping()
    plain["tabel"] = [{**one, "opd": "Dinas Kesehatan"} for one in plain["tabel"]]
    with pytest.raises(StudyFileError, match=r"kelengkapan\.opd: tidak ada tabel milik") as caught:
        small._with({**plain, "kelengkapan": {"opd": {"Dinas Kesehatn": 90}}})
    assert "Dinas Kesehatan" in caught.value.remedy
    with pytest.raises(StudyFileError, match="sebutkan minimal"):
        small._with({**plain, "kelengkapan": {"lingkup": "semua"}})


def test_without_a_rule_nothing_is_asked_of_offices(small):
    assert "audit.below_minimum" not in set(small.audit.findings["check"])


@pytest.mark.slow
def test_an_audit_does_not_run_last_years_study_again(demo: Kajian) -> None:
    fresh = Kajian.open(demo.path)
    assert len(fresh.audit.findings) == len(demo.audit.findings)
    assert "computed" not in vars(fresh.previous)
    assert demo.earlier_lists.findings == demo.past.findings
    pd.testing.assert_frame_equal(demo.earlier_lists.lists, demo.past.lists)
    assert len(demo.previous.kode) == 26
