from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from small_villages import make_villages

from lokus.followup.calendar import draft_calendar
from lokus.followup.interventions import intervention_matrix
from lokus.intake.earlier.calendar import read_calendar
from lokus.intake.earlier.calendar_form import REGISTER, find_columns
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.workbook.calendar import write_calendar

LIMITS = {"sanitasi_layak": 80.0, "krs_persen": 40.0, "cakupan_imunisasi": 70.0}
RISKY = ['=HYPERLINK("http://x")', "+1+1", "@SUM(A1)", "=cmd|' /C calc'!A0", "a\x07b"]
OWNERS = {"sanitasi_layak": "Dinas PU/Perkim: [Cipta Karya]", "krs_persen": "dinas pu perkim  cipta karya"}


@pytest.fixture(scope="module")
def villages():
    frame = make_villages(
        sanitasi_layak=[55, 70, np.nan, 90, 20], krs_persen=[50, 60, 45, 10, 80],
        cakupan_imunisasi=[60, 90, 50, np.nan, 66], keluarga=[1200.5, 100, 300, np.nan, 80],
        keluarga_sasaran=[800, 70, 90, 60, 60],
    )  # fmt: skip
    frame["desa"] = RISKY
    return frame


@pytest.fixture(scope="module")
def found(villages):
    return intervention_matrix(villages, LIMITS, load_catalogue(), owners=OWNERS)


@pytest.fixture(scope="module")
def calendar(found):
    return draft_calendar(found, year=2026)


@pytest.fixture(scope="module")
def path(found, calendar, info, tmp_path_factory):
    target = tmp_path_factory.mktemp("kalender") / "kalender_aksi.xlsx"
    return write_calendar(target, calendar, info, interventions=found)


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def head(sheet) -> tuple[int, dict[str, int]]:
    return next(
        (row[0].row, {key: place + 1 for key, place in columns.items()})
        for row in sheet.iter_rows()
        if (columns := find_columns([cell.value for cell in row]))
    )


def offices(book) -> list:
    return [sheet for sheet in book.worksheets if any(find_columns(row) for row in sheet.values)]


def test_a_sheet_for_each_office_whatever_its_name(book):
    assert book.sheetnames == [
        "Petunjuk", "Per OPD", "Per desa", "Dinas Kesehatan", "Dinas PU Perkim Cipta Karya",
        "dinas pu perkim cipta karya (2)", REGISTER,
    ]  # fmt: skip
    assert book[REGISTER].sheet_state == "hidden"
    assert all(len(name) <= 31 for name in book.sheetnames)


def test_only_our_formulas_are_formulas(book, villages):
    ours = ("=IF(", "=COUNT", "=SUM(", "=C")
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or str(cell.value).startswith(ours)
    texts = {cell.value for sheet in offices(book) for row in sheet.iter_rows() for cell in row}
    assert {'=HYPERLINK("http://x")', "+1+1", "@SUM(A1)"} <= texts
    risky = [cell for cell in offices(book)[0]["C"] if str(cell.value).startswith(("=", "+"))]
    assert risky
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in risky)


def test_the_same_calendar_gives_the_same_bytes(path, found, calendar, info, tmp_path):
    again = write_calendar(tmp_path / "k.xlsx", calendar, info, interventions=found)
    assert again.read_bytes() == path.read_bytes()


def test_made_up_data_are_marked_on_every_sheet_that_is_read(book, found, calendar, info, tmp_path):
    marked = write_calendar(tmp_path / "s.xlsx", calendar, replace(info, synthetic=True), interventions=found)
    for sheet in openpyxl.load_workbook(marked).worksheets[:-1]:
        assert sheet["A1"].value == "DATA CONTOH SINTETIS"


def test_needs_are_whole_and_unknown_ones_say_so(book, calendar):
    for sheet in offices(book):
        top, columns = head(sheet)
        for row in range(top + 1, sheet.max_row + 1):
            key = sheet.cell(row=row, column=columns["id"]).value
            told = calendar.set_index("id").loc[key]
            need = sheet.cell(row=row, column=columns["kebutuhan"]).value
            least = sheet.cell(row=row, column=columns["kebutuhan_ambang"]).value
            if np.isnan(told["kebutuhan"]):
                assert need == least == "belum terhitung"
            else:
                assert abs(need - told["kebutuhan"]) <= 0.5
                assert told["kebutuhan_ambang"] - 1e-6 <= least < told["kebutuhan_ambang"] + 1
    # 1200,5 families, 45 % of them without: 540,2 concerned; 25 points are 300,1 of them.
    sheet = book["Dinas PU Perkim Cipta Karya"]
    top, columns = head(sheet)
    assert sheet.cell(row=top + 1, column=columns["kebutuhan"]).value == 540
    assert sheet.cell(row=top + 1, column=columns["kebutuhan_ambang"]).value == 301


def test_lists_offer_months_and_statuses_and_the_page_is_set(book):
    for sheet in offices(book):
        lists = [rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"]
        assert any("Maret" in words for words in lists)
        assert '"selesai,berjalan,belum"' in lists
        assert all(len(words) <= 257 for words in lists)
        assert sheet.freeze_panes == "E7"
        assert sheet.auto_filter.ref
        assert sheet.page_setup.orientation == "landscape"
        assert len(sheet.conditional_formatting) == 12


def test_a_calendar_without_rows_still_names_villages_and_thresholds(villages, info, tmp_path):
    met = intervention_matrix(villages, {"krs_persen": 99.0}, load_catalogue())
    path = write_calendar(tmp_path / "k.xlsx", draft_calendar(met, year=2026), info, interventions=met)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Petunjuk", "Per OPD", "Per desa", REGISTER]
    assert any(
        "5 desa/kelurahan dalam daftar tanpa kegiatan" in str(cell.value) for cell in book["Per desa"]["A"]
    )


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_summaries_count_what_is_filled_and_a_spreadsheet_program_keeps_the_rest(
    path, villages, calendar, tmp_path
):
    book = openpyxl.load_workbook(path)
    sheet = book["Dinas Kesehatan"]
    top, columns = head(sheet)
    for offset, status in enumerate(["selesai", "belum"], start=1):
        for name, value in {"status": status, "target": 10, "realisasi": 4, "anggaran": 1_500_000,
                            "bulan_mulai": "Maret"}.items():  # fmt: skip
            sheet.cell(row=top + offset, column=columns[name]).value = value
    filled = tmp_path / "isi.xlsx"
    book.save(filled)
    out = tmp_path / "hasil"
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/profil", "--headless", "--convert-to", "xlsx",
         "--outdir", str(out), str(filled)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    told = openpyxl.load_workbook(out / "isi.xlsx", data_only=True)
    rows = [
        row for row in told["Per OPD"].iter_rows(values_only=True) if row[0] in ("Dinas Kesehatan", "Jumlah")
    ]
    assert rows[0][1:] == (3, 3, 2, 1, 0, 1, 1, pytest.approx(100 / 3), 3_000_000)
    assert rows[1][2:] == (
        len(calendar),
        2,
        1,
        0,
        1,
        len(calendar) - 2,
        pytest.approx(100 / len(calendar)),
        3_000_000,
    )
    by_village = {row[3]: row for row in told["Per desa"].iter_rows(values_only=True) if row[3]}
    codes = [f"{kode[:2]}.{kode[2:4]}.{kode[4:6]}.{kode[6:]}" for kode in villages.index]
    planned = calendar["kode_desa"].value_counts().reindex(villages.index, fill_value=0)
    assert [by_village[kode][-3] for kode in codes] == planned.tolist()
    assert [by_village[kode][-2] for kode in codes] == [1, 0, 0, 0, 0]
    assert told["Dinas Kesehatan"].cell(row=top + 1, column=columns["capaian"]).value == 40
    read = read_calendar(out / "isi.xlsx", villages)
    assert [finding.check for finding in read.findings] == [
        "calendar.contradiction",
        "calendar.contradiction",
    ]
    assert read.by_opd.loc["Dinas Kesehatan", ["selesai", "belum", "belum_diisi", "anggaran"]].tolist() == [
        1,
        1,
        1,
        3e6,
    ]
