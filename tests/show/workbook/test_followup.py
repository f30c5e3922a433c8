from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from openpyxl import Workbook
from show.followup_material import make_followup

from lokus.followup.audit_returns import audit_returns
from lokus.followup.case_audit import AUDIT_STEPS
from lokus.followup.structures import village_structures
from lokus.i18n import use_language
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.results.info import StudyInfo
from lokus.show.tables.case_audit_tables import case_audit_tables
from lokus.show.workbook.cells import prepare_print
from lokus.show.workbook.followup import add_followup_sheets, structures_sheet
from lokus.show.workbook.stacked_sheet import stacked_sheet

NAMES = ["Pembagian", "Sasaran", "Lintasan target", "Audit kasus", "Langkah audit kasus"]


@pytest.fixture(scope="module")
def followup(results):
    return make_followup(results)


def write(path, info, results, **parts):
    book = Workbook()
    book.remove(book.active)
    add_followup_sheets(book, info, results, **parts)
    for sheet in book.worksheets:
        prepare_print(sheet, info)
    book.save(path)
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def book(followup, results, info, tmp_path_factory):
    return write(tmp_path_factory.mktemp("buku") / "tindak_lanjut.xlsx", info, results, **followup)


def table(sheet, *, top=None) -> pd.DataFrame:
    if top is None:
        top = int(sheet.auto_filter.ref.split(":")[0][1:])
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=top)]
    frame = pd.DataFrame(rows[1:], columns=rows[0])
    empty = frame.index[frame.isna().all(axis=1)]
    return frame.loc[: empty[0] - 1] if len(empty) else frame


def head_row(sheet, text) -> int:
    return next(cell.row for (cell,) in sheet.iter_rows(max_col=1) if cell.value == text)


def lines_of(sheet) -> list[str]:
    return [str(row[0].value) for row in sheet.iter_rows(max_row=12) if row[0].value]


def test_a_sheet_for_each_part(book):
    assert book.sheetnames == NAMES
    for sheet in book.worksheets:
        assert sheet["A1"].value == "DATA CONTOH SINTETIS"


def test_the_shares_and_their_sums(book, followup, results):
    (sharing,) = followup["sharings"]
    shown = table(book["Pembagian"])
    villages, sums = shown.iloc[:-1], shown.iloc[-1]
    assert villages["Kode"].str.replace(".", "").tolist() == sharing.result.seats.index.tolist()
    assert villages["Usulan"].tolist() == sharing.result.seats.tolist()
    assert (sums["Kode"], sums["Usulan"]) == ("Jumlah", sharing.result.total)
    assert villages["Selisih"].sum() == sums["Usulan"] - sums["Ada sekarang"]
    at_minimum = villages["Keterangan"].str.contains("batas minimum")
    assert (villages.loc[at_minimum, "Usulan"] == 1).all()
    assert at_minimum.sum() == (sharing.result.table["batas"] == "minimum").sum() > 0
    assert any(
        "desa dengan beban di atas dua kali beban tengah" in line for line in lines_of(book["Pembagian"])
    )


def test_a_lower_bound_shows_that_it_is_one(book, followup):
    sheet, found = book["Sasaran"], followup["beneficiaries"]
    shown = table(sheet)
    whole = found.at("kabupaten").iloc[0]
    assert shown.loc[0, "Lingkup"] == "Kabupaten"
    assert shown.loc[0, "Ibu hamil (orang)"] == whole["bumil"]
    assert shown.loc[0, "Balita (orang)"] == whole["balita"]
    top = int(sheet.auto_filter.ref.split(":")[0][1:])
    heads = [cell.value for cell in sheet[top]]
    formats = {
        name: sheet.cell(row=top + 1, column=heads.index(name) + 1).number_format
        for name in ("Ibu hamil (orang)", "Balita (orang)", "Keluarga berisiko stunting (KRS) (keluarga)")
    }
    assert [style.startswith('[$-421]"≥') for style in formats.values()] == [True, False, False]
    inside = shown[shown["Lingkup"] == "Lokus di kecamatan ini"]
    above = shown["Lingkup"].shift()[inside.index]
    assert set(above) == {"Kecamatan"}
    assert any("Baduta (0–23 bulan) (bagian dari Balita)" in line for line in lines_of(sheet))


def test_each_series_has_its_own_columns(book, followup):
    sheet = book["Lintasan target"]
    shown = table(sheet, top=head_row(sheet, "Tahun"))
    survey, routine = shown["SSGI/SKI (survei), %"], shown["e-PPGBM (pencatatan rutin), %"]
    assert survey.dropna().tolist() == [25.6, 23.8]
    assert routine.dropna().tolist() == [15.9, 14.2, 13.9]
    assert "e-PPGBM (pencatatan rutin), batas bawah" not in shown
    needs = table(sheet, top=head_row(sheet, "Seri, masing-masing sendiri")).iloc[:2]
    way = followup["trajectory"]
    assert needs["Penurunan yang perlu (poin per tahun)"].tolist() == [
        round(points, 1) for points in way.needs["turun_poin"]
    ]
    assert any("tidak disambung menjadi satu tren" in line for line in lines_of(sheet))


def test_the_shortlist_says_why_and_names_nobody(book, followup):
    shown, shortlist = table(book["Audit kasus"]), followup["case_audit"]
    assert shown["Urutan"].tolist() == list(range(1, 11))
    first = shortlist.table.index[0]
    assert shown.loc[0, "Baduta/balita"].startswith("Perlu dilihat: perkiraan ")
    why = shortlist.reasons(first, "bumil")
    assert all(name in shown.loc[0, "Ibu hamil"] for name in why["indikator"])
    assert set(shown["Ibu nifas"]) == {"Tidak diperiksa"}


def test_the_steps_are_to_be_filled_in(book):
    sheet = book["Langkah audit kasus"]
    shown = table(sheet)
    steps = [name for name in shown if str(name)[:2] in ("1.", "2.", "3.", "4.")]
    assert len(steps) == len(AUDIT_STEPS)
    assert (shown[steps] == "belum").all(axis=None)
    rules = {rule.type: rule for rule in sheet.data_validations.dataValidation}
    assert rules["list"].formula1 == '"belum,berjalan,selesai"'
    assert sum(part.size["rows"] for part in rules["list"].sqref.ranges) == 4 * len(shown)
    assert sum(part.size["rows"] for part in rules["date"].sqref.ranges) == 4 * len(shown)


def test_the_public_book_gives_no_weights_and_no_order(followup, results, info, tmp_path):
    audit = followup["case_audit"]
    masked = pd.DataFrame(results).assign(
        anak_stunting=results["anak_stunting"].where(results["anak_stunting"] > 20)
    )
    parts = followup | {"case_audit": audit.for_public(masked)}
    book = write(tmp_path / "publik.xlsx", info, results, **parts, public=True)
    assert book.sheetnames == NAMES[:-1]
    assert not {"Keluarga berisiko", "Jatah tepat", "Ada sekarang"} & set(table(book["Pembagian"]))
    shown = table(book["Audit kasus"])
    assert "Urutan" not in shown
    assert "disamarkan" in set(shown["Anak stunting (perkiraan)"])
    assert shown["Kode"].is_monotonic_increasing


def test_names_of_sheets_are_made_to_fit(followup, results, info, tmp_path):
    (one,) = followup["sharings"]
    long = "Paket makanan tambahan: balita [gizi kurang] dan ibu hamil KEK"
    book = write(
        tmp_path / "nama.xlsx", info, results, sharings=[replace(one, name=long), replace(one, name=long)]
    )
    assert book.sheetnames == ["Paket makanan tambahan balita g", "Paket makanan tambahan bali (2)"]


def test_no_part_no_sheet(results, info):
    book = Workbook()
    add_followup_sheets(book, info, results)
    assert len(book.sheetnames) == 1


def test_in_english(followup, results, info, tmp_path):
    with use_language("en"):
        book = write(tmp_path / "en.xlsx", info, results, **followup)
    assert book.sheetnames[:3] == ["Shares", "Beneficiaries", "Way to the target"]


@pytest.mark.slow
def test_libreoffice_opens_it(followup, results, info, tmp_path):
    soffice = shutil.which("soffice")
    if not soffice:
        pytest.skip("no LibreOffice on this machine")
    write(tmp_path / "a.xlsx", info, results, **followup)
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), "a.xlsx"]
    subprocess.run(command, check=True, capture_output=True, timeout=180, cwd=tmp_path)
    assert (tmp_path / "a.pdf").stat().st_size > 10_000


def test_where_none_is_lacking_there_is_one_table_only():
    village = pd.DataFrame(
        {"desa": ["A"], "kecamatan": "K", "kode_kecamatan": "990101", "bkb": [2.0]}, index=["9901012001"]
    )
    sheet = Workbook().active
    info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    structures_sheet(sheet, info, village_structures(village, ["bkb"], load_catalogue()))
    said = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "Kelompok Bina Keluarga Balita (BKB)" in said
    assert "Kelembagaan yang perlu dibentuk" not in said


def test_small_counts_are_said_to_be_masked_and_others_told():
    villages = pd.DataFrame(
        {"desa": ["Alai", "Batu"], "kecamatan": "Air", "kode_kecamatan": "1"}, index=["11", "12"]
    )
    rows = pd.DataFrame(
        {
            "kode_desa": ["11", "12"],
            "sebab": "air_layak",
            "kasus": [2, 31],
            "rekomendasi": "Sumur",
            "status": "belum",
        }
    )
    sheet = Workbook().active
    info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    tables = case_audit_tables(audit_returns(rows, villages, load_catalogue()))
    stacked_sheet(sheet, info, "Hasil audit kasus", tables)
    values = [cell.value for row in sheet.iter_rows() for cell in row]
    assert 31 in values
    assert 2 not in values[10:] or values.count(2) <= 2  # recommendations, never cases
    assert 33 not in values
    assert values.count("disamarkan") == 3
