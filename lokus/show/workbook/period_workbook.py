"""The report of a period as a workbook: blocks, each kecamatan with its villages, changes, gaps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from lokus.findings import level_label
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.tables.case_audit_tables import case_audit_tables
from lokus.show.tables.foster_tables import foster_tables
from lokus.show.tables.period_tables import (
    area_table,
    block_table,
    calendar_table,
    changes_table,
    course_table,
    matrix_table,
    movements_table,
    open_activities_table,
    silent_table,
)
from lokus.show.tables.table import Column, Table
from lokus.show.words.period_words import period_lines, reading_notes
from lokus.show.workbook.cells import (
    prepare_print,
    save_workbook,
    write_cell,
    write_heading,
    write_table,
    write_texts,
)

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.results.period_report import PeriodReport

__all__ = ["write_period_workbook"]

_LONGEST = 31  # letters of the name of a sheet
_SUMMARY = 110  # width of the summary: as wide as a page of letters that can be read
_PRINTED = 60  # changes of villages: about two pages
_SERVICE = 17  # width of a service: its longest words whole
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def write_period_workbook(path: str | Path, report: PeriodReport) -> Path:
    """Write the workbook of a report.

    Parameters
    ----------
    path : str or Path
        ``.xlsx``.
    report : PeriodReport

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> report = period_report(kajian, find_period(kajian))
    >>> write_period_workbook(Path(tempfile.mkdtemp()) / "laporan.xlsx", report).name
    'laporan.xlsx'
    """
    book = Workbook()
    book.remove(book.active)
    first = _sheet(book, _("Summary"))
    title = _("Periodic report {period}").format(period=report.title)
    row = write_heading(first, report.info, title) - 1
    for lines in (period_lines(report), reading_notes()):
        row = write_texts(first, row + 1, lines, width=_SUMMARY)
    for block in report.blocks:
        _place(book, report, block.name, block_table(report, block))
    if len(report.course) > 1:
        for block in report.blocks:
            _place(book, report, _("{block} course").format(block=block.name), course_table(report, block))
    for block in report.blocks:
        _place(book, report, _("{block} kecamatan").format(block=block.name), area_table(report, block))
    if report.before:
        _place(book, report, _("Rose and fell"), movements_table(report))
        _changes(book, report)
    _place(book, report, _("Data missing"), silent_table(report))
    _place(book, report, _("Action calendar"), calendar_table(report))
    _place(book, report, _("Activities open"), open_activities_table(report))
    for name, table in zip(
        (_("Foster parents"), _("Foster parents kecamatan"), _("Foster parents villages")),
        foster_tables(report.foster),
        strict=False,
    ):
        _place(book, report, name, table)
    for name, table in zip(
        (_("Case audit"), _("Case audit kecamatan"), _("Case audit villages")),
        case_audit_tables(report.audit_returns),
        strict=False,
    ):
        _place(book, report, name, table)
    if report.findings:
        _place(book, report, _("Findings"), _findings_table(report))
    for code, name in report.kecamatan.items():
        _kecamatan(book, report, code, name)
    for sheet in book.worksheets:
        prepare_print(sheet, report.info)
    return save_workbook(book, path, report.info, title=title)


def _sheet(book: Workbook, name: str) -> Worksheet:
    """Add a sheet under a name that Excel takes and no other sheet has."""
    clean = " ".join(name.translate(_FORBIDDEN).split())[:_LONGEST].strip() or "-"
    taken = {sheet.title.casefold() for sheet in book.worksheets}
    number, free = 2, clean
    while free.casefold() in taken:
        ending = f" {number}"
        free = clean[: _LONGEST - len(ending)] + ending
        number += 1
    return book.create_sheet(free)


def _place(book: Workbook, report: PeriodReport, name: str, table: Table | None) -> None:
    if table is None or not len(table):
        return
    sheet = _sheet(book, name)
    lines: Sequence[str] = [report.title, *([table.lead] if table.lead else []), *table.notes]
    write_table(sheet, write_heading(sheet, report.info, table.title, lines), table.columns)


def _changes(book: Workbook, report: PeriodReport) -> None:
    """Every change, to be filtered on the screen; on paper the largest for the worse, which stand first."""
    table, name = changes_table(report), _("Changes by village")
    if len(table) <= _PRINTED:
        _place(book, report, name, table)
        return
    note = _("Printed are the first {n} rows, the largest changes for the worse; the sheet has all {all}.")
    note = note.format(n=format_number(_PRINTED), all=format_number(len(table)))
    _place(book, report, name, replace(table, notes=(*table.notes, note)))
    sheet = book.worksheets[-1]
    top = int(sheet.print_title_rows.split(":")[0].strip("$"))
    sheet.print_area = f"A1:{get_column_letter(len(table.columns))}{top + _PRINTED}"


def _kecamatan(book: Workbook, report: PeriodReport, code: str, name: str) -> None:
    """One sheet: the villages of a kecamatan, blocks below each other, to be read on paper."""
    sheet = _sheet(book, name)
    title = _("Kecamatan {name}: services by village").format(name=name)
    row = write_heading(sheet, report.info, title, [report.title])
    for block in report.blocks:
        write_cell(sheet, row, 1, block.title, font={"bold": True})
        part = matrix_table(report, block, code=code)
        services = [replace(column, width=_SERVICE) for column in part.columns[1:]]
        row = write_table(sheet, row + 1, [part.columns[0], *services]) + 1
    sheet.auto_filter.ref = None  # one a sheet, and no block is the first
    sheet.print_title_rows = None
    sheet.freeze_panes = "B1"


def _findings_table(report: PeriodReport) -> Table:
    found = report.findings
    return Table.of(
        Column.text(_("Level"), [level_label(one.level) for one in found], width=12),
        Column.text(_("Where"), [str(one.where) for one in found], width=44, wrap=True),
        Column.text(_("What"), [one.message for one in found], width=80, wrap=True),
        Column.text(_("What to do"), [one.remedy for one in found], width=60, wrap=True),
        title=_("What reading the tables of the period showed"),
    )
