"""The action calendar, written, filled by offices, and read back."""

from __future__ import annotations

import ast
import random
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_villages import make_villages

from lokus.errors import InputError
from lokus.followup.calendar import draft_calendar, realisation_by_village
from lokus.followup.interventions import intervention_matrix
from lokus.i18n import use_language
from lokus.intake.earlier import calendar as calendar_room
from lokus.intake.earlier.calendar import read_calendar
from lokus.intake.earlier.calendar_form import MONTHS, REGISTER, find_columns, read_month
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.show.results.info import StudyInfo
from lokus.show.workbook.calendar import write_calendar

VILLAGES = make_villages(
    sanitasi_layak=[55, 70, np.nan, 90, 20], krs_persen=[50, 60, 45, 10, 80],
    cakupan_imunisasi=[60, 90, 50, 65, 66],
    keluarga=[1200, 100, 300, np.nan, 80], keluarga_sasaran=[800, 70, 90, 60, 60],
)  # fmt: skip
LIMITS = {"sanitasi_layak": 80.0, "krs_persen": 40.0, "cakupan_imunisasi": 70.0}
INFO = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2027, synthetic=True)


@pytest.fixture(scope="module")
def found():
    return intervention_matrix(VILLAGES, LIMITS, load_catalogue())


@pytest.fixture(scope="module")
def calendar(found):
    return draft_calendar(found, year=2027)


@pytest.fixture(scope="module")
def book(found, calendar, tmp_path_factory):
    path = tmp_path_factory.mktemp("kalender") / "kalender_aksi.xlsx"
    return write_calendar(path, calendar, INFO, interventions=found)


class Office:
    """Fills a workbook as an office does: cell by cell, by the heads of the columns."""

    def __init__(self, path) -> None:
        self.book = openpyxl.load_workbook(path)
        self.columns: dict[str, dict[str, int]] = {}
        self.rows: dict[str, tuple[Any, int]] = {}
        for sheet in self.book.worksheets:
            for row in sheet.iter_rows():
                found = find_columns([cell.value for cell in row])
                if found:
                    self.columns[sheet.title] = {key: place + 1 for key, place in found.items()}
                elif sheet.title in self.columns and row[0].value is not None:
                    key = sheet.cell(row=row[0].row, column=self.columns[sheet.title]["id"]).value
                    self.rows[key] = (sheet, row[0].row)

    def put(self, key: str, **cells: Any) -> None:
        sheet, row = self.rows[key]
        self.put_at(sheet, row, **cells)

    def put_at(self, sheet, row: int, **cells: Any) -> None:
        for name, value in cells.items():
            sheet.cell(row=row, column=self.columns[sheet.title][name]).value = value

    def cell(self, key: str, name: str):
        sheet, row = self.rows[key]
        return sheet.cell(row=row, column=self.columns[sheet.title][name])

    def read(self, tmp_path, **options):
        path = tmp_path / "isi.xlsx"
        self.book.save(path)
        return read_calendar(path, VILLAGES, **options)


def checks(filled) -> list[str]:
    return sorted(finding.check for finding in filled.findings)


def by_id(filled) -> pd.DataFrame:
    return filled.activities.set_index("id")


def test_an_untouched_workbook_is_read_as_not_reported(book, calendar):
    filled = read_calendar(book, VILLAGES)
    assert filled.findings == ()
    read = by_id(filled)
    assert set(read.index) == set(calendar["id"])
    assert (read["status"] == "belum diisi").all()
    assert read[["target", "realisasi", "capaian", "anggaran"]].isna().all(axis=None)
    for name in ("kode_desa", "desa", "kecamatan", "opd", "jenis", "kegiatan", "satuan"):
        assert read[name].to_dict() == calendar.set_index("id")[name].to_dict()
    assert filled.by_village["kegiatan"].to_dict() == calendar["kode_desa"].value_counts().to_dict()
    assert repr(filled).startswith("Kalender aksi: 11 kegiatan di 5 desa/kelurahan; 0 selesai")


WAYS_OF_MONTHS = [
    lambda month: MONTHS[month - 1], lambda month: MONTHS[month - 1][:3].upper(), str, int,
    lambda month: f"{month:02d}/2027", lambda month: f"2027-{month:02d}-15",
    lambda month: pd.Timestamp(2027, month, 3).to_pydatetime(), lambda month: f"{MONTHS[month - 1]} 2027",
]  # fmt: skip
WAYS_OF_NUMBERS = [int, float, str, lambda value: f"{value:,}".replace(",", ".")]
WAYS_OF_STATUS = {
    "selesai": ["selesai", "Selesai ", "SUDAH"], "berjalan": ["berjalan", "Sedang berjalan"],
    "belum": ["belum", "Belum dilaksanakan"], "belum diisi": [None, " ", "-"],
}  # fmt: skip
months = st.tuples(st.integers(1, 12), st.sampled_from(WAYS_OF_MONTHS))
amounts = st.one_of(
    st.just((None, str)), st.tuples(st.integers(0, 2_000_000_000), st.sampled_from(WAYS_OF_NUMBERS))
)
entry = st.fixed_dictionaries(
    {
        "status": st.sampled_from([(status, way) for status, ways in WAYS_OF_STATUS.items() for way in ways]),
        "target": amounts, "realisasi": amounts, "anggaran": amounts, "bulan_mulai": months,
        "keterangan": st.sampled_from(["", "menunggu APBD-P", "=1+1", "Dusun 2"]),
    }
)  # fmt: skip


@settings(max_examples=10)
@given(st.lists(st.one_of(st.none(), entry), min_size=11, max_size=11), st.integers(0, 2**16))
def test_what_is_filled_in_is_read_back_whatever_the_order_and_the_way_of_writing(
    book, calendar, tmp_path_factory, entries, seed
):
    office = Office(book)
    for key, told in zip(calendar["id"], entries, strict=True):
        if told is None:
            continue
        cells = {name: None if told[name][0] is None else told[name][1](told[name][0])
                 for name in ("target", "realisasi", "anggaran", "bulan_mulai")}  # fmt: skip
        office.put(key, status=told["status"][1], **cells)
        office.cell(key, "keterangan").value = told["keterangan"]
        office.cell(key, "keterangan").data_type = "s"
    shuffle_rows(office, random.Random(seed))
    read = by_id(office.read(tmp_path_factory.mktemp("isi")))
    for key, told in zip(calendar["id"], entries, strict=True):
        row = read.loc[key]
        if told is None:
            assert row["status"] == "belum diisi"
            assert row[["target", "realisasi", "anggaran", "capaian"]].isna().all()
            continue
        for name in ("target", "realisasi", "anggaran"):
            value = told[name][0]
            assert (pd.isna(row[name]) and value is None) or row[name] == value
        assert row["bulan_mulai"] == told["bulan_mulai"][0]
        assert row["keterangan"] == told["keterangan"]
        status, done, target = told["status"][0], told["realisasi"][0], told["target"][0]
        if status == "belum diisi" and done is not None:
            status = "belum" if done == 0 and not (target and done >= target) else "berjalan"
            status = "selesai" if target and done >= target else status
        assert row["status"] == status
        known = bool(target) and done is not None
        assert row["capaian"] == pytest.approx(100 * done / target) if known else pd.isna(row["capaian"])


def shuffle_rows(office: Office, rng: random.Random) -> None:
    """Sort the rows of every sheet otherwise, as a planner's sorting does."""
    for title, columns in office.columns.items():
        sheet = office.book[title]
        rows = sorted(row for held, row in office.rows.values() if held is sheet)
        cells = {row: [(sheet.cell(row=row, column=place).value, sheet.cell(row=row, column=place).data_type)
                       for place in columns.values()] for row in rows}  # fmt: skip
        order = rows[:]
        rng.shuffle(order)
        for target, source in zip(rows, order, strict=True):
            for place, (value, kind) in zip(columns.values(), cells[source], strict=True):
                cell = sheet.cell(row=target, column=place)
                cell.value = value
                cell.data_type = kind


def test_columns_may_be_added_and_moved(book, calendar, tmp_path):
    office = Office(book)
    key = calendar["id"].iloc[-1]
    office.put(key, status="selesai", target=50, realisasi=25)
    sheet, _row = office.rows[key]
    sheet.insert_cols(3, amount=2)
    filled = office.read(tmp_path)
    row = by_id(filled).loc[key]
    assert row[["status", "target", "capaian"]].tolist() == ["selesai", 50, 50]
    assert checks(filled) == ["calendar.contradiction"]  # done, with half of the target realised


def test_a_status_left_empty_follows_from_what_was_realised(book, calendar, tmp_path):
    office = Office(book)
    keys = calendar["id"].tolist()
    office.put(keys[0], target=10, realisasi=12)
    office.put(keys[1], target=10, realisasi=4)
    office.put(keys[2], target=10, realisasi=0)
    office.put(keys[3], realisasi=3)
    office.put(keys[4], target=0, realisasi=3, status="berjalan")
    read = by_id(office.read(tmp_path))
    assert read.loc[keys[:5], "status"].tolist() == ["selesai", "berjalan", "belum", "berjalan", "berjalan"]
    assert read.loc[keys[:5], "status_disimpulkan"].tolist() == [True] * 4 + [False]
    np.testing.assert_array_equal(read.loc[keys[:5], "capaian"], [120, 40, 0, np.nan, np.nan])


def test_rows_taken_out_are_counted_and_told_with_their_office(book, calendar, tmp_path):
    office = Office(book)
    mine = calendar[calendar["opd"] == "Dinas PUPR"]["id"].tolist()
    sheet, row = office.rows[mine[0]]
    sheet.delete_rows(row)
    del office.book["Dinas PPKB"]
    filled = office.read(tmp_path)
    assert checks(filled) == ["calendar.deleted", "calendar.deleted"]
    messages = " ".join(finding.message for finding in filled.findings)
    assert "Dinas PPKB tidak menyerahkan isian: 4 kegiatan" in messages
    assert f"1 kegiatan Dinas PUPR tidak ada lagi barisnya dan dihitung belum diisi: {mine[0]}" in messages
    assert len(filled.activities) == len(calendar)
    gone = by_id(filled).loc[mine[0]]
    assert gone["status"] == "belum diisi"
    assert pd.isna(gone["baris"])
    assert gone["desa"]
    assert filled.by_opd["kegiatan"].to_dict() == calendar["opd"].value_counts().to_dict()


def test_added_rows_belong_to_the_office_of_their_sheet(book, calendar, tmp_path):
    office = Office(book)
    sheet = office.book["Dinas PUPR"]
    last = sheet.max_row
    office.put_at(
        sheet,
        last + 1,
        kegiatan="Sumur bor",
        kode_desa="99.01.01.2001",
        status="selesai",
        target=2,
        realisasi=2,
    )
    office.put_at(
        sheet, last + 2, kegiatan="Sumur gali", desa="desa 3", kecamatan="KECAMATAN 2", status="belum"
    )
    office.put_at(sheet, last + 3, kegiatan="Sumur resapan", desa="Entah", status="belum")
    office.put_at(sheet, last + 4, target=5)
    filled = office.read(tmp_path)
    assert checks(filled) == ["calendar.added", "calendar.skipped", "calendar.village"]
    added = filled.activities[filled.activities["tambahan"]].set_index("kegiatan")
    assert added.loc[["Sumur bor", "Sumur gali"], "kode_desa"].tolist() == ["9901012001", "9901022003"]
    assert added["opd"].tolist() == ["Dinas PUPR"] * 3
    assert pd.isna(added.loc["Sumur resapan", "kode_desa"])
    assert filled.by_opd.loc["Dinas PUPR", "tambahan"] == 3
    assert filled.by_village["kegiatan"].sum() == len(calendar) + 2
    village = next(finding for finding in filled.findings if finding.check == "calendar.village")
    assert (village.where.sheet, village.where.row) == ("Dinas PUPR", last + 3)


def test_strange_repeated_and_moved_identifiers_are_told_with_sheet_and_row(book, calendar, tmp_path):
    office = Office(book)
    mine = calendar[calendar["opd"] == "Dinas Kesehatan"]["id"].tolist()
    office.put(mine[0], status="selesai")
    office.put(mine[1], id=mine[0], status="belum")
    office.put(mine[2], id="KA-2027-XX", status="berjalan")
    office.put(mine[3], kode_desa="99.01.01.2001")
    filled = office.read(tmp_path)
    assert checks(filled) == [
        "calendar.deleted", "calendar.duplicate_id", "calendar.moved", "calendar.unknown_id",
    ]  # fmt: skip
    placed = {finding.check: finding.where.row for finding in filled.findings}
    assert placed["calendar.duplicate_id"] == office.rows[mine[1]][1]
    assert placed["calendar.unknown_id"] == office.rows[mine[2]][1]
    read = by_id(filled)
    assert read.loc[mine[3], "kode_desa"] == calendar.set_index("id").loc[mine[3], "kode_desa"]
    assert read["tambahan"].sum() == 2
    assert len(read) == len(calendar) + 2  # the two plans whose rows lost their identifier are not reported


def test_words_that_are_no_month_status_or_number_are_told_and_left_empty(book, calendar, tmp_path):
    office = Office(book)
    key, other = calendar["id"].iloc[0], calendar["id"].iloc[-1]
    office.put(key, bulan_mulai="TW II", status="mungkin", target="lima", realisasi=-3)
    office.put(other, bulan_mulai="November", bulan_selesai="Maret")
    filled = office.read(tmp_path)
    assert checks(filled) == [
        "calendar.backwards", "calendar.month", "calendar.negative", "calendar.status", "numbers.text",
    ]  # fmt: skip
    assert {finding.level for finding in filled.findings} == {"warning"}
    month = next(finding for finding in filled.findings if finding.check == "calendar.month")
    assert str(month.where).endswith(f'baris {office.rows[key][1]}, kolom "Bulan mulai"')
    row = by_id(filled).loc[key]
    assert pd.isna(row["bulan_mulai"])
    assert pd.isna(row["target"])


def test_offices_may_send_their_sheets_one_by_one(book, calendar, tmp_path):
    paths = []
    for opd in calendar["opd"].unique():
        office = Office(book)
        for title in list(office.columns):
            if title != opd:
                del office.book[title]
        for key in calendar.loc[calendar["opd"] == opd, "id"]:
            office.put(key, status="selesai")
        paths.append(tmp_path / f"{opd}.xlsx")
        office.book.save(paths[-1])
    together = read_calendar(paths, VILLAGES)
    assert together.findings == ()
    assert together.by_opd["selesai"].to_dict() == calendar["opd"].value_counts().to_dict()
    alone = read_calendar(paths[0], VILLAGES)
    assert checks(alone) == ["calendar.deleted"] * 2


def test_without_the_hidden_list_identifiers_speak_for_themselves(book, calendar, tmp_path):
    office = Office(book)
    key = calendar["id"].iloc[0]
    office.put(key, status="selesai")
    del office.book[REGISTER]
    filled = office.read(tmp_path)
    assert checks(filled) == ["calendar.no_register"]
    assert by_id(filled).loc[key, ["status", "kode_desa"]].tolist() == [
        "selesai",
        calendar["kode_desa"].iloc[0],
    ]
    told = office.read(tmp_path, issued=calendar)
    assert told.findings == ()
    assert set(told.activities["opd"]) == set(calendar["opd"])


def test_a_workbook_without_calendar_is_refused(tmp_path):
    other = openpyxl.Workbook()
    other.active.append(["Desa", "Sasaran"])
    other.save(tmp_path / "lain.xlsx")
    with pytest.raises(InputError, match="tidak ada lembar yang berisi kalender aksi"):
        read_calendar(tmp_path / "lain.xlsx", VILLAGES)


def test_a_workbook_written_in_english_is_read_in_indonesian(found, calendar, tmp_path):
    with use_language("en"):
        path = write_calendar(tmp_path / "calendar.xlsx", calendar, INFO, interventions=found)
    filled = read_calendar(path, VILLAGES)
    assert set(filled.activities["id"]) == set(calendar["id"])
    assert filled.findings == ()


def test_realisation_reaches_the_review(book, calendar, tmp_path):
    office = Office(book)
    for key in calendar["id"].iloc[:6]:
        office.put(key, status="selesai")
    filled = office.read(tmp_path)
    table = realisation_by_village(filled.by_village, VILLAGES.index)
    assert table["kegiatan"].sum() == len(calendar)
    assert table["selesai"].sum() == 6
    assert table.loc[VILLAGES.index[0], "kelas_realisasi"] == "sebagian selesai"


# Each remedy of a calendar, obeyed by the office in its workbook


def _delete_row(office: Office, key: str) -> None:
    sheet, row = office.rows[key]
    sheet.delete_rows(row)


def _restore_row(office: Office, key: str) -> None:
    """Keep the row of an activity, with its status, as the last of the sheet."""
    sheet = office.rows[key][0]
    office.put_at(sheet, sheet.max_row + 1, id=key, kegiatan="kegiatan itu", status="selesai", target=10,
                  realisasi=10)  # fmt: skip


def _added(office: Office, key: str, **cells: Any) -> None:
    sheet = office.rows[key][0]
    office.put_at(sheet, sheet.max_row + 1, kegiatan="Sumur bor", status="selesai", target=2, realisasi=2,
                  **cells)  # fmt: skip


def _last(office: Office, key: str, **cells: Any) -> None:
    sheet = office.rows[key][0]
    office.put_at(sheet, sheet.max_row, **cells)


def _header(office: Office, key: str, *, back: Office | None = None) -> None:
    """Empty the header of a sheet, or copy it back from the workbook that was handed out."""
    sheet = office.rows[key][0]
    top = min(row for held, row in office.rows.values() if held is sheet) - 1
    for place in range(1, sheet.max_column + 1):
        sheet.cell(row=top, column=place).value = (
            back.book[sheet.title].cell(row=top, column=place).value if back else None
        )


def _identifiers(office: Office, key: str, *, back: Office | None = None) -> None:
    """Empty the column of identifiers of a sheet, its head too, or copy it back."""
    sheet = office.rows[key][0]
    place = office.columns[sheet.title]["id"]
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row=row, column=place).value = (
            back.book[sheet.title].cell(row=row, column=place).value if back else None
        )


def _damaged_register(office: Office, _key: str) -> None:
    office.book[REGISTER].cell(row=3, column=1).value = "rusak"


OBEYED: dict[str, tuple[Any, Any]] = {
    "calendar.negative": (lambda o, k: o.put(k, realisasi=-10), lambda o, k, _whole: o.put(k, realisasi=10)),
    "calendar.month": (
        lambda o, k: o.put(k, bulan_mulai="TW II"), lambda o, k, _whole: o.put(k, bulan_mulai=MONTHS[2])
    ),
    "calendar.backwards": (
        lambda o, k: o.put(k, bulan_mulai="November", bulan_selesai="April"),
        lambda o, k, _whole: o.put(k, bulan_mulai="Maret"),
    ),
    "calendar.status": (
        lambda o, k: o.put(k, status="mungkin"), lambda o, k, _whole: o.put(k, status="selesai")
    ),
    "calendar.contradiction": (
        lambda o, k: o.put(k, realisasi=4), lambda o, k, _whole: o.put(k, realisasi=10)
    ),
    "calendar.unknown_id": (
        lambda o, k: o.put(k, id="KA-2027-XX"), lambda o, k, _whole: o.put(k, id=k)
    ),
    "calendar.duplicate_id": (
        lambda o, k: _added(o, k, id=k, kode_desa="99.01.01.2001"), lambda o, k, _whole: _last(o, k, id=None)
    ),
    "calendar.moved": (
        lambda o, k: o.put(k, kode_desa="99.01.02.2003"),
        lambda o, k, whole: (
            o.put(k, kode_desa=whole.cell(k, "kode_desa").value), _added(o, k, kode_desa="99.01.02.2003")
        ),
    ),
    "calendar.village": (
        lambda o, k: _added(o, k, desa="Entah"), lambda o, k, _whole: _last(o, k, kode_desa="99.01.01.2001")
    ),
    "calendar.deleted": (_delete_row, lambda o, k, _whole: _restore_row(o, k)),
    "calendar.unread": (_header, lambda o, k, whole: _header(o, k, back=whole)),
    "calendar.no_identifiers": (_identifiers, lambda o, k, whole: _identifiers(o, k, back=whole)),
    "calendar.no_register": (lambda o, _k: o.book.__delitem__(REGISTER), None),  # the whole workbook again
    "calendar.register": (_damaged_register, None),
}  # fmt: skip


def _filled_in(book, calendar) -> Office:
    office = Office(book)
    for key in calendar["id"]:
        office.put(key, status="selesai", target=10, realisasi=10, bulan_mulai="Maret", bulan_selesai="April")
    return office


@pytest.mark.parametrize("check", OBEYED)
def test_a_remedy_obeyed_gives_what_the_office_did(book, calendar, tmp_path, check):
    damage, obey = OBEYED[check]
    key = calendar["id"].iloc[0]
    office, whole = _filled_in(book, calendar), _filled_in(book, calendar)
    damage(office, key)
    told = [finding for finding in office.read(tmp_path).findings if finding.check == check]
    assert told
    assert all(finding.remedy for finding in told)
    if obey is None:
        office = whole
    else:
        obey(office, key, whole)
    filled = office.read(tmp_path)
    assert set(checks(filled)) <= {"calendar.added"}
    read = by_id(filled)
    planned = read.loc[calendar["id"]]
    assert planned["kode_desa"].tolist() == calendar["kode_desa"].tolist()
    assert (planned[["target", "realisasi"]] == 10).all(axis=None)
    assert (planned["status"] == "selesai").all()
    added = read[read["tambahan"].astype(bool)]
    assert added["kode_desa"].isin(VILLAGES.index).all()
    assert (added["realisasi"] == 2).all()
    assert len(read) == len(calendar) + len(added)
    if check != "calendar.deleted":
        assert (planned["bulan_mulai"] == 3).all()


def test_no_remedy_of_a_calendar_is_untried():
    source = Path(calendar_room.__file__).read_text(encoding="utf-8")
    with_remedy = {
        next(word.value.value for word in node.keywords if word.arg == "check")
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and {"check", "remedy"} <= {word.arg for word in node.keywords}
    }
    assert with_remedy == set(OBEYED)


@pytest.mark.parametrize("cell", ["", "13", "0", "Maretan", "32", 3.5, "12-13-2027", "TW 1", "Semester II"])
def test_what_is_no_month(cell):
    assert read_month(cell) is None


@pytest.mark.parametrize(
    ("cell", "month"),
    [
        ("Pebruari", 2),
        ("Nop", 11),
        ("15 Agustus 2027", 8),
        ("Agt.", 8),
        ("1/12/27", 12),
        ("December", 12),
        ("03", 3),
    ],
)
def test_months_as_they_are_written(cell, month):
    assert read_month(cell)[0] == month
