"""Small tables damaged at random: cells, rows and columns first, then the file that holds them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
import re
import sys
import time
import unicodedata
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import IllegalCharacterError

from lokus.errors import InputError
from lokus.intake.tables.numbers import is_missing_marker
from lokus.show.results.text import fixed_archive

Rows = list[list[Any]]
Sheets = list[tuple[str, Rows]]
# Reads a damaged file; gives by sheet the rows that it accounted for.
Reading = Callable[[Path, Sheets], dict[str, set[int]]]

ODD: list[Any] = [
    None, "", " ", "-", "0", "x", "#REF!", "#N/A", "=1+1", "=cmd|' /C calc'!A0", "NaN", "inf", "-1e999",
    "−2,5", "30/02/2026", "2026-13-40", "0000-00-00", "31-12-9999", "46063", "46063,5", "1e308", "9" * 400,
    "a" * 40_000, "\u202eterbalik", "\x00", "\x07", "\ufeff", "\U0001f476", "\ud800", "l" + "\u0301" * 300,
    '"', '""', "'", ";", "a\nb", "\r", "TOTAL", "Jumlah", "9901012001", "99.01.01.2001", "9.90101E+15", True,
    -1, 0, 7.5, 2**63, 1e300, float("inf"), float("nan"), dt.date(2026, 2, 10), dt.datetime(1900, 1, 1),
    dt.datetime(9999, 12, 31, 23, 59), dt.time(3, 4), dt.timedelta(days=3),
]  # fmt: skip


# -- the table: how many rows it has stays known, those without a cell left aside -----------------------


def _odd_cells(rows: Rows, rng: random.Random) -> None:
    for _time in range(rng.randint(1, 8)):
        row = rng.choice(rows[1:])
        row[rng.randrange(len(row))] = rng.choice(ODD)


def _odd_column(rows: Rows, rng: random.Random) -> None:
    place, cell = rng.randrange(len(rows[0])), rng.choice(ODD)
    for row in rows[1:]:
        row[place] = cell


def _lost_column(rows: Rows, rng: random.Random) -> None:
    place = rng.randrange(len(rows[0]))
    for row in rows:
        del row[place]


def _doubled_column(rows: Rows, rng: random.Random) -> None:
    place, at = rng.randrange(len(rows[0])), rng.randrange(len(rows[0]))
    for row in rows:
        row.insert(at, row[place])


def _header_cell(rows: Rows, rng: random.Random) -> None:
    rows[0][rng.randrange(len(rows[0]))] = rng.choice([*rows[0], *ODD])


def _no_header(rows: Rows, rng: random.Random) -> None:
    del rows[0]


def _moved_columns(rows: Rows, rng: random.Random) -> None:
    order = rng.sample(range(len(rows[0])), len(rows[0]))
    rows[:] = [[row[place] for place in order] for row in rows]


def _moved_rows(rows: Rows, rng: random.Random) -> None:
    rows[1:] = rng.sample(rows[1:], len(rows) - 1)


def _shifted_row(rows: Rows, rng: random.Random) -> None:
    row = rng.choice(rows[1:])
    row.insert(rng.randrange(len(row)), rng.choice(ODD))
    if rng.random() < 0.6:
        row.pop()


def _short_row(rows: Rows, rng: random.Random) -> None:
    row = rng.choice(rows[1:])
    del row[rng.randrange(1, len(row)) :]


def _repeated_rows(rows: Rows, rng: random.Random) -> None:
    for _time in range(rng.randint(1, 5)):
        rows.insert(rng.randint(1, len(rows)), list(rng.choice(rows)))


def _total_row(rows: Rows, rng: random.Random) -> None:
    total: list[Any] = [""] * len(rows[0])
    total[rng.randrange(len(total))] = rng.choice(["TOTAL", "Jumlah", len(rows)])
    rows.insert(rng.randint(1, len(rows)), total)


def _titles_above(rows: Rows, rng: random.Random) -> None:
    for _time in range(rng.choice([1, 2, 5, 70])):
        rows.insert(0, [rng.choice(["Laporan", "Tanggal unduh 2026-03-02", "", *ODD[:12]])])


# Those that need rows of one length come first.
_TABLE: list[Callable[[Rows, random.Random], None]] = [
    _lost_column, _moved_columns, _doubled_column, _odd_column, _total_row, _odd_cells, _odd_cells,
    _odd_cells, _moved_rows, _repeated_rows, _header_cell, _shifted_row, _short_row, _titles_above,
    _no_header,
]  # fmt: skip


def damage_rows(rows: Rows, rng: random.Random) -> None:
    """Damage a table with a header in one to three ways, in place."""
    for number in sorted(rng.sample(range(len(_TABLE)), rng.choice([1, 1, 2, 3]))):
        _TABLE[number](rows, rng)


# -- the file ------------------------------------------------------------------------------------------


def text_file(rows: Rows, rng: random.Random) -> bytes:
    """Write rows as text, with one of the separators and encodings of offices."""
    buffer = io.StringIO()
    quoting = rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])
    writer = csv.writer(buffer, delimiter=rng.choice(";;\t,|"), lineterminator="\r\n", quoting=quoting)
    writer.writerows([["" if cell is None else cell for cell in row] for row in rows])
    encoding = rng.choice(["utf-8"] * 6 + ["utf-8-sig", "cp1252", "utf-16"])
    return buffer.getvalue().encode(encoding, "surrogatepass" if encoding == "utf-8" else "replace")


def workbook_file(sheets: Sequence[tuple[str, Rows]], *, hidden: Sequence[str] = ()) -> bytes:
    """Write sheets of rows as a workbook; what no cell can hold becomes a question mark."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for at, row in enumerate(rows, start=1):
            for column, cell in enumerate(row, start=1):
                try:
                    sheet.cell(at, column, "?" if cell == "\ud800" else cell)
                except (ValueError, TypeError, OverflowError, IllegalCharacterError):
                    sheet.cell(at, column, "?")
        if title in hidden:
            sheet.sheet_state = "hidden"
    return fixed_archive(book.save, modified="2026-03-01T00:00:00Z")


def _flipped(raw: bytes, rng: random.Random) -> bytes:
    changed = bytearray(raw)
    for _time in range(rng.randint(1, 30)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def _cut(raw: bytes, rng: random.Random) -> bytes:
    return raw[: rng.randrange(len(raw))]


def _grown(raw: bytes, rng: random.Random) -> bytes:
    place = rng.randrange(len(raw))
    signs = rng.choice([b"\x00", b'"', b";", b"\n", b"\xff", b"\r\r\n"]) * rng.choice([1, 50])
    return raw[:place] + signs + raw[place:]


def _part_flipped(raw: bytes, rng: random.Random) -> bytes:
    """Damage within the parts of a workbook, where the archive itself is whole."""
    if not raw.startswith(b"PK"):
        return _flipped(raw, rng)
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        hit = rng.choice([name for name in names if re.search("sheet|shared|styles|book", name)])
        for name in names:
            if name != hit:
                new.writestr(zipfile.ZipInfo(name), old.read(name))
            elif rng.random() < 0.85:
                new.writestr(zipfile.ZipInfo(name), _flipped(old.read(name), rng))
    return made.getvalue()


def damage_file(raw: bytes, rng: random.Random) -> bytes:
    """Damage the bytes of a file, or of one part of a workbook."""
    return rng.choice([_flipped, _cut, _grown, _part_flipped, _part_flipped])(raw, rng)


def suffix_of(raw: bytes, rng: random.Random) -> str:
    """Give the ending that fits a file, and at times another."""
    if rng.random() < 0.05:
        return rng.choice([".xlsx", ".csv", ".xls", ".ods", ".txt", ""])
    return ".xlsx" if raw.startswith(b"PK") else ".csv"


def filled(row: Sequence[Any]) -> bool:
    """Whether a row holds more than signs for "no data", what nobody sees, and uncalculated formulas."""
    texts = [
        "".join(sign for sign in str(cell) if unicodedata.category(sign) not in ("Cc", "Cf")).strip()
        for cell in row
        if cell is not None and cell == cell
    ]
    return any(not is_missing_marker(text) and not text.startswith("=") for text in texts)


# -- many files ------------------------------------------------------------------------------------------


def attack(
    folder: Path, seeds: range, make: Callable[[random.Random], Sheets], read: Reading
) -> tuple[Counter[str], list[tuple[int, str]]]:
    """Damage and read as many files as there are seeds; give what happened and what should not have."""
    counts: Counter[str] = Counter()
    wrong = []
    for seed in seeds:
        rng = random.Random(seed)
        sheets = make(rng)
        hidden = [title for title, _rows in sheets if title.startswith("_")]
        text = len(sheets) == 1 and rng.random() < 0.5
        raw = text_file(sheets[0][1], rng) if text else workbook_file(sheets, hidden=hidden)
        whole = rng.random() < 0.65
        path = folder / f"berkas{'' if whole else '_rusak'}"
        raw = raw if whole else damage_file(raw, rng)
        path = path.with_name(path.name + suffix_of(raw, rng))
        path.write_bytes(raw)
        start = time.process_time()
        try:
            accounted = read(path, sheets)
        except InputError as error:
            counts["refused"] += 1
            if not error.remedy:
                wrong.append((seed, f"no remedy: {error}"))
        except Exception as error:  # what this test is for
            frame = sys.exc_info()[2]
            while frame and frame.tb_next:
                frame = frame.tb_next
            at = f"{frame.tb_frame.f_code.co_filename.rpartition('/')[2]}:{frame.tb_lineno}" if frame else ""
            wrong.append((seed, f"{type(error).__name__} at {at}: {error}"[:300]))
        else:
            counts["read"] += 1
            # Within a text, rows are numbered by lines, of which a cell may have several.
            broken = text and any(
                "\n" in str(cell) or "\r" in str(cell) for row in sheets[0][1] for cell in row
            )
            for title, rows in sheets if whole and not broken else ():
                there = {number for number, row in enumerate(rows, start=1) if filled(row)}
                lost = there - accounted.get("" if text else title, accounted.get("", set()))
                counts["rows accounted for"] += len(there) - len(lost)
                if lost:
                    wrong.append((seed, f"rows {sorted(lost)} of {title} are nowhere"))
        if time.process_time() - start > 20:
            wrong.append((seed, "took more than 20 seconds of work"))
        path.unlink()
    sys.stdout.write(f"{len(seeds)} files: {dict(counts)}, {len(wrong)} wrong\n")
    return counts, wrong


def numbers_in(text: str) -> set[int]:
    """Rows that a text lists, such as "3, 5–7"."""
    found: set[int] = set()
    for first, last in re.findall(r"(\d+)(?:[–-](\d+))?", text):
        found |= set(range(int(first), int(last or first) + 1))
    return found


def listed_rows(note: Any) -> set[int]:
    """Rows that a sentence lists after the word "baris"."""
    found: set[int] = set()
    for listed in re.findall(r"baris ([\d ,–-]+)", str(note)):
        found |= numbers_in(listed)
    return found
