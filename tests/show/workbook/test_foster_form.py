"""The form of the register of foster parents, as a program opens it."""

from __future__ import annotations

import openpyxl
import pandas as pd

from lokus.show.results.info import StudyInfo
from lokus.show.workbook.foster_form import write_foster_form

INFO = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)


def test_numbers_are_checked_while_they_are_typed_and_villages_stand_in_their_order(tmp_path):
    villages = pd.DataFrame(
        {"desa": ["Batu", "Alai"], "kecamatan": ["Laut", "Air"], "kode_kecamatan": ["990102", "990101"]},
        index=["9901022001", "9901012001"],
    )
    path = write_foster_form(tmp_path / "register.xlsx", villages, INFO, period="Tahun 2026")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rules = {rule.type: str(rule.sqref) for rule in sheet.data_validations.dataValidation}
    top = next(row[0].row for row in sheet.iter_rows() if row[0].value == "Kode desa")
    assert [sheet.cell(row=top + n, column=1).value for n in (1, 2)] == ["99.01.01.2001", "99.01.02.2001"]
    assert f"E{top + 1}:E{top + 2}" in rules["whole"]  # no estimate, so the numbers begin in E
    assert f"I{top + 1}:I{top + 2}" in rules["list"]


def test_the_same_villages_give_the_same_bytes(tmp_path):
    villages = pd.DataFrame(
        {"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "990101", "anak_stunting": 3.2},
        index=["9901012001"],
    )
    one, two = (
        write_foster_form(tmp_path / f"{n}.xlsx", villages, INFO, period="Tahun 2026").read_bytes()
        for n in (1, 2)
    )
    assert one == two
