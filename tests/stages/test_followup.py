"""What follows from the list, where the study asks for it."""

from __future__ import annotations

import math

import pytest

from lokus import Kajian


def test_gaps_are_those_below_the_stated_threshold_and_belong_to_an_office(small):
    failing = small.villages.index[small.villages["sanitasi_layak"] < 60]
    assert sorted(small.gaps["kode_desa"]) == sorted(failing)
    assert small.interventions.villages["lokus"].sum() == len(small.proposal.kode)
    assert set(small.calendar["kode_desa"]) <= set(small.proposal.kode)


def test_the_calendar_can_be_for_all_villages(small):
    wide = small.replace(kesenjangan={"semua_desa": True})
    assert set(wide.calendar["kode_desa"]) >= set(small.calendar["kode_desa"])
    assert len(wide.calendar) > len(small.calendar)


def test_shares_add_up_over_all_villages_or_over_the_lokus(small):
    (teams,) = small.sharings
    assert teams.result.seats.sum() == 40
    assert len(teams.result.seats) == len(small.villages)
    stated = {"nama": "Tim", "jumlah": 10, "dasar": "keluarga", "lingkup": "lokus"}
    plain = small.settings.to_mapping() | {"pembagian": [stated]}
    (few,) = small._with(plain).sharings
    assert sorted(few.result.seats.index) == sorted(small.proposal.kode)
    assert few.comparison is None


def test_people_are_counted_in_the_groups_that_the_tables_give(small):
    assert {"balita", "bumil", "keluarga", "balita_stunting"} <= set(small.beneficiaries.columns)
    only = small.replace(sasaran_penerima={"bumil": "bumil"}).beneficiaries
    assert set(only.columns) == {"bumil"}


def test_the_way_to_the_target_has_this_studys_own_measurements_as_a_series_of_their_own(small):
    own = small.trajectory.series["Tabel kajian ini"]
    assert [point.year for point in own.points] == [2025, 2026]
    both = small.villages[["stunting", "diukur"]].sum()
    assert own.latest.value == pytest.approx(100 * both["stunting"] / both["diukur"])
    assert own.kind == "rutin"


def test_the_case_audit_begins_with_the_lokus(small):
    assert set(small.case_audit.table.index) <= set(small.proposal.kode)
    assert small.replace(audit_kasus={"lingkup": "semua"}).case_audit.candidates == len(small.villages)


def test_the_case_audit_needs_no_thresholds_and_says_that_nothing_was_examined(small):
    bare = small.replace(kesenjangan={"ambang": None})
    assert bare.gaps is None
    assert list(bare.case_audit.table.index) == list(small.case_audit.table.index)
    assert set(bare.case_audit.table["bumil"]) == {"tidak diperiksa"}
    assert bare.case_audit.risks.empty


def test_a_structure_that_is_not_there_is_an_action_of_its_office(small):
    plain = small.settings.to_mapping()
    tables = [dict(table) for table in plain["tabel"]]
    tables[0]["indikator"] = {**tables[0]["indikator"], "tpk": "tim", "bkb": "stunting"}
    study = small._with({**plain, "tabel": tables, "kesenjangan": {"kelembagaan": ["bkb", "tpk"]}})
    none = study.villages.index[study.villages["bkb"] == 0]
    assert len(none)
    assert study.structures.table.loc["bkb", "belum"] == len(none)
    assert study.structures.table.loc["tpk", "belum"] == 0
    assert sorted(study.gaps["kode_desa"]) == sorted(none)
    assert set(study.gaps["intervensi"]) == {"Pembentukan kelompok Bina Keluarga Balita"}
    assert small.structures is None


def test_what_the_case_audit_found_enters_the_calendar_and_is_summarised(small):
    kode = small.proposal.kode
    lines = ["Kode desa;Kelompok;Sebab (kode);Jumlah kasus;Rekomendasi;Status"]
    lines += [f"{one};balita;cakupan_imunisasi;6;Kejar;belum" for one in kode[:2]]
    name = "hasil_audit.csv"
    (small.path.parent / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    study = small.replace(audit_kasus={"hasil": [name]})
    assert study.audit_returns.total["kasus"].tolist() == [12.0]
    added = study.calendar[study.calendar["indikator"].str.contains("audit kasus")]
    assert sorted(added["kode_desa"]) == sorted(kode[:2])
    assert set(added["kegiatan"]) == {"Imunisasi kejar"}
    assert len(study.calendar) == len(small.calendar) + 2
    assert any(item.path.name == name for item in study.inputs)
    assert small.audit_returns is None


def test_the_register_of_foster_parents_is_held_against_the_estimates(small, tmp_path):
    import openpyxl

    from lokus.show.pack.output_names import FOSTER_FORM
    from lokus.show.pack.output_writer import OutputWriter

    asked = small.replace(orang_tua_asuh={}, keluaran={"bahan": ["orang_tua_asuh"]})
    assert asked.foster is None
    (form,) = OutputWriter(folder=tmp_path, maps=asked.maps, material=asked.material).foster_form()
    assert form.name == FOSTER_FORM
    book = openpyxl.load_workbook(form)
    sheet = book.active
    head = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Kode desa")
    assert sheet.max_row - head == len(asked.villages)  # a row each, and nothing else
    for row, numbers in ((1, (6, 5, 2, 8)), (2, (7, 7, 4, 3))):
        for column, number in enumerate(numbers, start=6):
            sheet.cell(row=head + row, column=column).value = number
    filled = small.path.parent / "register_terisi.xlsx"
    book.save(filled)
    study = small.replace(orang_tua_asuh={"register": [filled.name]})
    first, second = sorted(study.villages.index)[:2]
    period = f"Tahun {study.settings.study.year}"
    village = study.foster.by_village.loc[period]
    assert village.loc[[first, second], "anak"].tolist() == [2.0, 4.0]
    assert village["melapor"].sum() == 2
    expected = float(study.results["anak_stunting"][first])
    assert village.loc[first, "belum"] == max(round(expected) - 2, 0)
    assert study.foster.total.loc[period, "perkiraan"] == pytest.approx(study.results["anak_stunting"].sum())
    assert any(item.path.name == filled.name for item in study.inputs)
    assert study.material.foster is study.foster
    filled.unlink()


def test_nothing_follows_that_was_not_asked_for(alone):
    for name in ("gaps", "interventions", "calendar", "filled_calendar", "realisation", "trajectory"):
        assert getattr(alone, name) is None, name
    assert alone.sharings == ()
    assert alone.case_audit is None


@pytest.fixture
def demo(root):
    return Kajian.open(root / "data" / "kajian" / "contoh-2026.toml")


def test_an_indicator_computed_from_one_office_belongs_to_it(demo):
    assert demo.owners["krs_persen"] == "DPPKB" == demo.owners["krs"]
    assert demo.owners["prevalensi_mentah"] == demo.owners["stunting"]
    assert "Dinas PPKB" not in demo.owners.values()


def test_what_comes_later_does_not_rename_the_office(demo):
    late = {"berkas": "isian.xlsx", "opd": "Bidang Lain", "susulan": True, "tempat": {"kode": "Kode"},
            "indikator": {"sanitasi_layak": "Sanitasi"}}  # fmt: skip
    tables = [*demo.settings.to_mapping()["tabel"], late]
    assert demo.replace_tables(tables).owners["sanitasi_layak"] == demo.owners["sanitasi_layak"]


def test_costs_and_the_comparison_are_computed_where_unit_costs_are_stated(small):
    price = {"rupiah": 1_000_000, "satuan": "keluarga", "tahun": 2026, "sumber": "Standar harga"}
    n = len(small.proposal.kode)
    study = small.replace(
        biaya={
            "harga": {"sanitasi_layak": price},
            "anggaran": [{"opd": small.gaps["opd"].iloc[0], "sumber": "DAK", "rupiah": 7}],
            "banding_jumlah": [n, n + 1],
            "banding_pagu": [10**12],
        }
    )
    gaps = study.interventions.details
    units = gaps.loc[gaps["kunci"] == "sanitasi_layak", "kebutuhan_ambang"].dropna()
    assert study.costs.by_office["biaya"].dropna().sum() == 1_000_000 * units.round(6).apply(math.ceil).sum()
    assert study.trade_off.by_number.loc[n, "sama"] == n
    assert study.trade_off.by_budget["anak"].iloc[0] >= study.trade_off.by_number.loc[n, "anak"] - 1e-9
    assert study.material.costs is study.costs
    assert small.costs is None
    assert small.trade_off is None
