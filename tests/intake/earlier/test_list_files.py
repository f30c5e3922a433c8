from __future__ import annotations

import json

import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.intake.earlier.list_files import list_number, read_lines, read_list_table, without_number

VILLAGES = pd.DataFrame(
    {"desa": ["Suka Maju", "Suka Jaya", "Air Itam"], "kecamatan": ["Sari", "Sari", "Belida"]},
    index=["9901012001", "9901012002", "9901022001"],
)


@pytest.mark.parametrize(
    ("cell", "name", "number"),
    [("1. Suka Maju", "Suka Maju", 1), ("12) Air Itam", "Air Itam", 12), ("SP 3", "SP 3", None)],
)
def test_numbers_before_names_are_no_part_of_them(cell, name, number):
    assert without_number(cell) == name
    if number:
        assert list_number(cell.split()[0]) == number


def test_a_list_in_lines_is_read_with_its_kecamatan(tmp_path):
    path = tmp_path / "sk.xlsx"
    rows = [["Kecamatan Sari"], ["1. Suka Maju"], ["2. Suka Jaya"], ["Kecamatan Belida"],
            ["3. Air Itam"]]  # fmt: skip
    pd.DataFrame(rows).to_excel(path, index=False, header=False)
    found = read_lines(path, VILLAGES)
    assert found is not None
    assert found.data[["kecamatan", "desa"]].to_numpy().tolist() == [
        ["Sari", "Suka Maju"], ["Sari", "Suka Jaya"], ["Belida", "Air Itam"],
    ]  # fmt: skip


def test_a_lock_gives_its_codes_and_nothing_else_is_taken_for_one(tmp_path):
    path = tmp_path / "kajian.lock.json"
    path.write_text(json.dumps({"usulan": {"desa": ["9901012001", "9901022001"]}}), "utf-8")
    found = read_list_table(path, VILLAGES)
    assert found.raw.data["kode"].tolist() == ["9901012001", "9901022001"]
    path.write_text("[1, 2]", "utf-8")
    with pytest.raises(InputError) as refused:
        read_list_table(path, VILLAGES)
    assert refused.value.remedy


def test_a_column_named_code_that_holds_none_is_left_and_said(tmp_path):
    path = tmp_path / "lokus.csv"
    path.write_text("Kode;Kecamatan;Desa\nP1;Sari;Suka Maju\nP2;Belida;Air Itam\n", "utf-8")
    found = read_list_table(path, VILLAGES)
    assert "kode" not in found.place
    assert [finding.check for finding in found.raw.findings] == ["daftar.no_codes"]


def test_of_results_that_lokus_wrote_the_proposed_villages_are_meant(tmp_path):
    path = tmp_path / "hasil.csv"
    path.write_text(
        "kode_desa;desa;terpilih\n9901012001;Suka Maju;True\n9901022001;Air Itam;False\n", "utf-8"
    )
    assert read_list_table(path, VILLAGES).rows == {"terpilih": "True"}
