"""The register of foster parents, written, filled in and read back."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from lokus.errors import InputError
from lokus.intake.children.recognise import PersonsError
from lokus.intake.earlier.foster_register import FOSTER_HEADS, read_foster_register
from lokus.show.results.info import StudyInfo
from lokus.show.workbook.foster_form import write_foster_form

PERIOD = "Semester 1 Tahun 2026"
VILLAGES = pd.DataFrame(
    {"desa": ["Alai", "Batu", "Cupu"], "kecamatan": "Air", "kode_kecamatan": "990101",
     "anak_stunting": [12.4, 8.0, None]},
    index=["9901012001", "9901012002", "9901012003"],
)  # fmt: skip
FULL = {"berjanji": 4, "memberi": 3, "anak": 9, "kunjungan": 6, "jenis": "nutrisi; jamban"}


@pytest.fixture
def form(tmp_path):
    info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    return write_foster_form(tmp_path / "register_orang_tua_asuh.xlsx", VILLAGES, info, period=PERIOD)


def fill(path, rows, extra=()):
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = next(row for row in sheet.iter_rows() if row[0].value == FOSTER_HEADS["kode_desa"])
    place = {cell.value: cell.column for cell in head}
    for number, values in rows.items():
        for key, value in values.items():
            column = place.get(FOSTER_HEADS.get(key, key))
            sheet.cell(row=head[0].row + number, column=column).value = value
    for offset, (name, value) in enumerate(extra, start=1):
        sheet.cell(row=head[0].row, column=head[-1].column + offset).value = name
        sheet.cell(row=head[0].row + 1, column=head[-1].column + offset).value = value
    book.save(path)
    return path


def read(*paths, periods=(PERIOD,)):
    return read_foster_register(paths, villages=VILLAGES, periods=periods)


def test_what_the_villages_write_is_what_is_read(form):
    fill(form, {
        1: FULL,
        3: {"berjanji": "2", "memberi": 0, "anak": 0, "jenis": "Edukasi"},
    })  # fmt: skip
    rows = read(form)
    assert rows.drop(columns="kunjungan").to_numpy().tolist() == [
        ["9901012001", PERIOD, 4.0, 3.0, 9.0, "nutrisi; jamban"],
        ["9901012003", PERIOD, 2.0, 0.0, 0.0, "edukasi"],
    ]
    assert rows["kunjungan"].isna().tolist() == [False, True]  # empty is not known, and not 0


def test_a_form_sent_back_empty_says_nothing(form):
    assert read(form).empty


def test_the_form_has_one_row_for_each_village_and_the_estimate_beside_it(form):
    sheet = openpyxl.load_workbook(form).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    top = next(n for n, row in enumerate(rows) if row[0] == FOSTER_HEADS["kode_desa"])
    assert [row[2] for row in rows[top + 1 :]] == ["Alai", "Batu", "Cupu"]
    assert [row[4] for row in rows[top + 1 :]] == [12, 8, "belum ada data"]
    assert all(cell is None for row in rows[top + 1 :] for cell in row[5:])


@pytest.mark.parametrize(
    "head", ["Nama orang tua asuh", "Nama anak", "NIK", "Alamat", "Keterangan", "No. HP"]
)
def test_a_column_that_may_hold_persons_is_refused_and_not_quoted(form, head):
    fill(form, {1: FULL}, extra=[(head, "Siti Aminah")])
    with pytest.raises(InputError) as caught:
        read(form)
    assert "Siti" not in str(caught.value)


@pytest.mark.parametrize(
    "number", ["9901010202230001", 9901010202230001, "9901 0102 0223 0001", "NIK 9901010202230001"]
)
@pytest.mark.parametrize("key", ["jenis", "kunjungan", "Kecamatan"])
def test_a_single_number_of_sixteen_digits_is_refused_and_not_quoted(form, number, key):
    fill(form, {1: FULL, 2: {key: number}})
    with pytest.raises(PersonsError) as caught:
        read(form)
    assert "9901" not in str(caught.value)
    assert "register hanya berisi angka" in str(caught.value)


def test_a_name_in_place_of_a_kind_of_help_is_refused_and_not_quoted(form):
    fill(form, {1: FULL | {"jenis": "nutrisi; Siti Aminah"}})
    with pytest.raises(InputError, match="jenis bantuan") as caught:
        read(form)
    assert "Siti" not in str(caught.value)


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"kode_desa": "99.01.01.2009"}, "kode_desa"),
        ({"periode": "Semester 2 Tahun 2026"}, "periode"),
        ({"berjanji": -1}, "berjanji"),
        ({"anak": 2.5}, "anak"),
        ({"kunjungan": "sering"}, "kunjungan"),
        ({"kunjungan": "Siti Aminah"}, "kunjungan"),
        ({"kunjungan": "081234567890"}, "kunjungan"),
        ({"kunjungan": 81234567890}, "kunjungan"),
        ({"periode": "Siti Aminah"}, "periode"),
        ({"memberi": 5}, "memberi"),
        ({"memberi": 0}, "anak"),
    ],
)
def test_what_cannot_be_is_refused_with_its_column(form, wrong, column):
    fill(form, {1: FULL | wrong})
    with pytest.raises(InputError, match="1 baris tidak dapat dipakai") as caught:
        read(form)
    assert caught.value.where.column == FOSTER_HEADS[column]
    assert caught.value.where.row
    assert not any(str(value) in str(caught.value) for value in wrong.values() if len(str(value)) > 5)


def test_a_column_that_was_sorted_alone_is_noticed(form):
    fill(form, {1: FULL | {"Desa/Kelurahan": "Batu"}})
    with pytest.raises(InputError, match="desa/kelurahan yang berbeda"):
        read(form)


def test_a_village_has_one_row_for_a_period_in_all_files_together(form, tmp_path):
    fill(form, {1: FULL})
    head, row = ";".join(FOSTER_HEADS.values()), f"9901012001;{PERIOD};1;1;1;1;nutrisi"
    other = tmp_path / "lain.csv"
    other.write_text(f"{head}\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match="sudah punya baris"):
        read(form, other)
    again = tmp_path / "semester_2.csv"
    again.write_text(f"{head}\n{row.replace('Semester 1', 'semester 2')}\n", encoding="utf-8")
    rows = read(form, again, periods=(PERIOD, "Semester 2 Tahun 2026"))
    assert rows["periode"].tolist() == [PERIOD, "Semester 2 Tahun 2026"]
