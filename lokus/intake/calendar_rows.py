"""Rows of a filled action calendar, sheet by sheet, with months, statuses and numbers read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.intake.calendar_form import MONTHS, STATUSES, find_columns, head_of, read_month, read_status
from lokus.intake.cells import is_missing_marker, tidy
from lokus.intake.numbers import number_findings, parse_numbers

if TYPE_CHECKING:
    from lokus.intake.grid import Cell, Grid

__all__ = ["NUMBERS", "TEXTS", "SheetRows", "read_rows"]

TEXTS = ("id", "kecamatan", "desa", "kode_desa", "kegiatan", "jenis", "satuan", "sumber_dana",
         "penanggung_jawab", "keterangan")  # fmt: skip
NUMBERS = ("kebutuhan", "target", "anggaran", "realisasi")
_MONTHS = ("bulan_mulai", "bulan_selesai")
_NAMING = ("id", "kode_desa", "desa", "kegiatan")  # a row that has none of these is no activity
_DEEPEST = 40  # rows in which a header is looked for


class SheetRows(NamedTuple):
    """Rows of one sheet, index = spreadsheet rows, and what reading them showed."""

    rows: pd.DataFrame
    findings: list[Finding]


def read_rows(grid: Grid) -> SheetRows | None:
    """Read the calendar of one sheet; None when the sheet holds none.

    Parameters
    ----------
    grid : Grid

    Returns
    -------
    SheetRows or None
        Columns ``TEXTS`` (empty where nothing stands), ``NUMBERS`` and the two months (NaN where missing),
        ``status`` (one of ``STATUSES``, or empty), ``berkas`` and ``lembar``.
    """
    heads = ((place, find_columns(cells)) for place, cells in enumerate(grid.rows[:_DEEPEST]))
    top, columns = next(((place, found) for place, found in heads if found), (0, {}))
    if not columns:
        return None
    body, findings = _body(grid, top, columns)
    rows = pd.DataFrame(index=body.index)
    for name in TEXTS:
        rows[name] = [_text(cell) for cell in body[name]]
    for name in NUMBERS:
        numbers = parse_numbers(body[name])
        rows[name] = numbers.value
        if name == "kebutuhan":  # ours, and no data where it says so
            continue
        where = replace(grid.where, column=head_of(name))
        findings += [
            replace(found, level="warning") if found.level == "blocking" else found
            for found in number_findings(numbers, body[name], where=where)
        ]
        for row in rows.index[rows[name] < 0]:
            findings.append(
                Finding(
                    check="calendar.negative", level="warning", where=replace(where, row=int(row)),
                    message=_("the number is below zero"), remedy=_("check the number"),
                )
            )  # fmt: skip
    for name in _MONTHS:
        rows[name], unread = _months(body[name], replace(grid.where, column=head_of(name)))
        findings += unread
    findings += _backwards(rows, grid.where)
    rows["status"], unread = _statuses(body["status"], replace(grid.where, column=head_of("status")))
    findings += unread
    return SheetRows(rows.assign(berkas=grid.source, lembar=grid.sheet), findings)


def _body(grid: Grid, top: int, columns: dict[str, int]) -> tuple[pd.DataFrame, list[Finding]]:
    wanted = (*TEXTS, *NUMBERS, *_MONTHS, "status")
    kept: dict[int, dict[str, Cell]] = {}
    skipped: list[int] = []
    for number, cells in zip(grid.numbers[top + 1 :], grid.rows[top + 1 :], strict=True):
        row = {name: cells[columns[name]] if name in columns else None for name in wanted}
        if any(not is_missing_marker(row[name]) for name in _NAMING):
            if not find_columns(cells):  # the header, repeated on a later page
                kept[number] = row
        elif any(not is_missing_marker(cell) for cell in row.values()):
            skipped.append(number)
    findings = []
    if "id" not in columns:
        findings.append(
            Finding(
                check="calendar.no_identifiers", level="warning", where=grid.where,
                message=_("the column with the identifiers is gone; activities cannot be traced to the plan"),
                remedy=_("copy the column back from the workbook that was handed out"),
            )
        )  # fmt: skip
    if skipped:
        findings.append(
            Finding(
                check="calendar.skipped", level="note", where=grid.where,
                message=_("{n} rows name neither an activity nor a village and are left out: rows {rows}")
                .format(n=len(skipped), rows=", ".join(map(str, skipped[:10]))),
            )
        )  # fmt: skip
    frame = pd.DataFrame.from_dict(kept, orient="index", columns=list(wanted), dtype=object)
    return frame.where(frame.notna(), None), findings


def _text(cell: Cell) -> str:
    if is_missing_marker(cell):
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) else str(cell)
    return " ".join(tidy(cell).split())


def _months(cells: pd.Series, where: Where) -> tuple[pd.Series[float], list[Finding]]:
    values: list[float] = []
    findings = []
    for row, cell in cells.items():
        read = None if is_missing_marker(cell) else read_month(cell)
        values.append(np.nan if read is None else read[0])
        if read is None and not is_missing_marker(cell):
            findings.append(
                Finding(
                    check="calendar.month", level="warning", where=replace(where, row=int(str(row))),
                    message=_('"{text}" is not a month; it is left empty').format(text=cell),
                    remedy=_("write one month, such as {example}").format(example=MONTHS[2]),
                )
            )  # fmt: skip
    return pd.Series(values, index=cells.index, dtype=float), findings


def _backwards(rows: pd.DataFrame, where: Where) -> list[Finding]:
    wrong = rows.index[rows["bulan_selesai"] < rows["bulan_mulai"]]
    return [
        Finding(
            check="calendar.backwards", level="warning", where=replace(where, row=int(row)),
            message=_("the activity ends before it begins"), remedy=_("check the two months"),
        )
        for row in wrong
    ]  # fmt: skip


def _statuses(cells: pd.Series, where: Where) -> tuple[list[str], list[Finding]]:
    statuses: list[str] = []
    findings = []
    for row, cell in cells.items():
        status = "" if is_missing_marker(cell) else read_status(cell)
        statuses.append(status or "")
        if status is None:
            findings.append(
                Finding(
                    check="calendar.status", level="warning", where=replace(where, row=int(str(row))),
                    message=_('"{text}" is not a status; the row counts as not reported').format(text=cell),
                    remedy=_("write one of: {words}").format(words=", ".join(STATUSES)),
                )
            )  # fmt: skip
    return statuses, findings
