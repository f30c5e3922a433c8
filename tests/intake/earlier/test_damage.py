"""Decided lists and filled calendars damaged at random: every row accounted for, or refused with a remedy."""

from __future__ import annotations

import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from damaged import VILLAGES
from small_villages import make_villages
from table_mutator import Reading, Rows, Sheets, attack, damage_rows, listed_rows, numbers_in

from lokus.followup.calendar import draft_calendar
from lokus.followup.interventions import intervention_matrix
from lokus.intake.earlier.calendar import read_calendar
from lokus.intake.earlier.calendar_form import REGISTER
from lokus.intake.earlier.decided_list import read_decided_list
from lokus.intake.indicators.catalogue import load_catalogue
from lokus.places.kode import format_kode
from lokus.show.results.info import StudyInfo
from lokus.show.workbook.calendar import write_calendar

MANY = range(1_000, 2_500)


# -- decided lists -------------------------------------------------------------------------------------


def decided(rng: random.Random) -> Sheets:
    """An annex as a decree has it, and damage."""
    some = VILLAGES.loc[sorted(rng.sample(list(VILLAGES.index), rng.randint(3, 8)))]
    rows: Rows = [["No", "Kecamatan", "Desa", "Kode Desa"]]
    before = ""
    for number, (kode, desa, kecamatan) in enumerate(some.itertuples(), start=1):
        shown = kecamatan if kecamatan != before or rng.random() < 0.5 else None
        rows.append([number, shown, desa.upper(), format_kode(kode)])
        before = kecamatan
    if rng.random() < 0.5:
        rows = [row[:3] for row in rows]
    width = len(rows[0])
    for line in rng.sample(
        ["Ditetapkan di Contoh", "BUPATI CONTOH,", "ttd", "Catatan: usulan"], rng.randint(0, 4)
    ):
        rows.append(["", "", line, ""][:width])
    damage_rows(rows, rng)
    others: Sheets = [("Sampul", [["Lampiran"], ["Tahun", 2026]])] if rng.random() < 0.2 else []
    return [("Lampiran", rows), *others]


def read_list(path: Path, sheets: Sheets) -> dict[str, set[int]]:
    found = read_decided_list(path, VILLAGES)
    table = found.reconciliation
    rows = {int(number) for number in table["baris"].dropna()}
    for note in table["keterangan"]:
        rows |= listed_rows(note)
    assert set(found.kode) <= set(VILLAGES.index)
    # What stands above the first row is the header and its titles.
    rows |= set(range(1, min(rows, default=1)))
    return {"Lampiran": rows, "": rows, "Sampul": {1, 2}}


# -- filled calendars ----------------------------------------------------------------------------------

FEW = make_villages(
    sanitasi_layak=[55, 70, float("nan"), 90, 20], krs_persen=[50, 60, 45, 10, 80],
    cakupan_imunisasi=[60, 90, 50, 65, 66], keluarga=[1200, 100, 300, float("nan"), 80],
    keluarga_sasaran=[800, 70, 90, 60, 60],
)  # fmt: skip
LIMITS = {"sanitasi_layak": 80.0, "krs_persen": 40.0, "cakupan_imunisasi": 70.0}
OWN = ("Petunjuk", "Per OPD", "Per desa", REGISTER)


@pytest.fixture(scope="module")
def handed_out(tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    found = intervention_matrix(FEW, LIMITS, load_catalogue())
    info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2027, synthetic=True)
    path = tmp_path_factory.mktemp("kalender") / "kalender_aksi.xlsx"
    write_calendar(path, draft_calendar(found, year=2027), info, interventions=found)
    book = openpyxl.load_workbook(path)
    return [
        (sheet.title, [list(row) for row in sheet.iter_rows(values_only=True)]) for sheet in book.worksheets
    ]


def returned(handed_out: Sheets, rng: random.Random) -> Sheets:
    """The workbook, filled in part and damaged in some of its sheets."""
    sheets = [(title, [list(row) for row in rows]) for title, rows in handed_out]
    for title, rows in sheets:
        if title in OWN:
            continue
        top = next(at for at, row in enumerate(rows) if "Kegiatan" in row)
        head, body = rows[top], rows[top:]
        for row in body[1:]:
            for name, cells in (
                ("Target", [10, 20.0, "30", None]), ("Status", ["selesai", "berjalan", "belum", None]),
                ("Realisasi", [0, 5, "7", None]), ("Bulan mulai", [3, "Maret", "2027-03-01", None]),
            ):  # fmt: skip
                if name in head:
                    row[head.index(name)] = rng.choice(cells)
        if rng.random() < 0.6:
            damage_rows(body, rng)
        rows[top:] = body
    if rng.random() < 0.15:
        register = next(rows for title, rows in sheets if title == REGISTER)
        damage_rows(register, rng)
    if rng.random() < 0.1:
        sheets = [one for one in sheets if one[0] != rng.choice(OWN)]
    return sheets


def read_filled(path: Path, sheets: Sheets) -> dict[str, set[int]]:
    found = read_calendar(path, FEW)
    rows: dict[str, set[int]] = defaultdict(set)
    for title, own in found.activities.dropna(subset=["baris"]).groupby("lembar"):
        rows[str(title)] |= {int(row) for row in own["baris"]}
    for finding in found.findings:
        if finding.check == "tables.persons":
            rows[str(finding.where.sheet)] |= set(range(1, 200))
        elif finding.check in ("calendar.skipped", "calendar.unread", "calendar.pages"):
            rows[str(finding.where.sheet)] |= numbers_in(finding.message.split(":")[-1])
    for title, content in sheets:
        known = rows[title]
        if title in OWN:
            known |= set(range(1, len(content) + 1))
        heads = [at for at, row in enumerate(content, start=1) if {"Kegiatan", "Status"} <= set(row)]
        known |= set(range(1, (heads or [6])[0] + 1)) | set(heads)
    return rows


@pytest.mark.parametrize("kind", ["lists", "calendars"])
@pytest.mark.parametrize(
    "seeds",
    [
        range(30),
        pytest.param(MANY[:1_000], marks=pytest.mark.slow),
        pytest.param(MANY[1_000:], marks=(pytest.mark.slow, pytest.mark.long)),
    ],
    ids=["few", "many", "more"],
)
def test_damaged_files_are_read_to_the_last_row_or_refused(
    handed_out: Sheets, tmp_path: Path, kind: str, seeds: range
) -> None:
    makes: dict[str, tuple[Any, Reading]] = {
        "lists": (decided, read_list),
        "calendars": (lambda rng: returned(handed_out, rng), read_filled),
    }
    counts, wrong = attack(tmp_path, seeds, *makes[kind])
    assert not wrong
    assert counts["read"] >= len(seeds) / 5
    assert counts["read"] + counts["refused"] == len(seeds)
