"""The form of the case audit, written, filled in and read back."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.followup.case_audit import audit_shortlist
from lokus.followup.gaps import find_gaps
from lokus.intake.earlier.audit_sheet import AUDIT_HEADS, read_audit_returns
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.results.info import StudyInfo
from lokus.show.workbook.audit_form import write_audit_form

CATALOGUE = load_catalogue()
KODE = ["9901012001", "9901012002"]


@pytest.fixture
def form(tmp_path):
    villages = pd.DataFrame(
        {"desa": ["Alai", "Batu"], "kecamatan": "Air", "anak_stunting": [12.0, 8.0]}, index=KODE
    )
    listed = audit_shortlist(
        villages, gaps=find_gaps(villages, {}, CATALOGUE), examined=[], catalogue=CATALOGUE, n=2
    )
    info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    causes = {key: CATALOGUE[key].label for key in ("air_layak", "cakupan_imunisasi")}
    return write_audit_form(tmp_path / "hasil_audit_kasus.xlsx", listed, info, causes=causes)


def fill(path, rows):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if row[0].value == AUDIT_HEADS["kode_desa"])
    place = {cell.value: cell.column for cell in head}
    for number, values in rows:
        for key, value in values.items():
            sheet.cell(row=head[0].row + number, column=place[AUDIT_HEADS[key]]).value = value
    book.save(path)


def read(path):
    return read_audit_returns([path], villages=KODE, catalogue=CATALOGUE)


def test_what_the_team_writes_is_what_is_read(form):
    fill(form, [
        (1, {"kelompok": "balita", "sebab": "air_layak", "kasus": 3, "status": "selesai"}),
        (2, {"kelompok": "Bumil", "sebab": CATALOGUE["cakupan_imunisasi"].label_id, "kasus": 1}),
        (9, {"kelompok": "balita", "sebab": "air_layak", "kasus": "4", "status": "berjalan"}),
    ])  # fmt: skip
    rows = read(form)
    assert rows[["kode_desa", "kelompok", "sebab", "kasus", "status"]].to_numpy().tolist() == [
        [KODE[0], "balita", "air_layak", 3.0, "selesai"],
        [KODE[0], "bumil", "cakupan_imunisasi", 1.0, "belum"],
        [KODE[1], "balita", "air_layak", 4.0, "berjalan"],
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"sebab": "malas"}, {"kelompok": "lansia"}, {"status": "besok"}, {"kasus": "beberapa"}, {"kasus": -1}],
)
def test_a_word_that_is_in_no_list_is_refused_with_its_column(form, wrong):
    fill(form, [(1, {"kelompok": "balita", "sebab": "air_layak", "kasus": 3, "status": "belum"} | wrong)])
    with pytest.raises(InputError, match="1 baris tidak dapat dipakai") as caught:
        read(form)
    assert caught.value.where.column == AUDIT_HEADS[next(iter(wrong))]


def test_an_empty_form_says_that_nothing_was_found(form):
    assert read(form).empty
