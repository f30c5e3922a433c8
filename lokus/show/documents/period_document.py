"""The report of a period as a document: findings, blocks, what changed, what is missing, follow-up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.documents.page import (
    NumberedSections,
    add_signature,
    add_table,
    add_text,
    new_document,
    save_document,
    turn_page,
)
from lokus.show.tables.case_audit_tables import case_audit_tables
from lokus.show.tables.foster_tables import foster_tables
from lokus.show.tables.period_tables import (
    block_table,
    calendar_table,
    changes_table,
    course_table,
    matrix_table,
    movements_table,
    silent_table,
)
from lokus.show.tables.table import Column, Table
from lokus.show.words.period_words import period_lines, reading_notes

if TYPE_CHECKING:
    from lokus.show.results.period_report import PeriodReport

__all__ = ["write_period_document"]

_CHANGES = 25  # rows of the document; the workbook has all
_AGREED = 6


def write_period_document(path: str | Path, report: PeriodReport) -> Path:
    """Write the report.

    Parameters
    ----------
    path : str or Path
        ``.docx``.
    report : PeriodReport

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> from lokus.stages.periods import find_period, period_report
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> report = period_report(kajian, find_period(kajian))
    >>> write_period_document(Path(tempfile.mkdtemp()) / "laporan.docx", report).name
    'laporan.docx'
    """
    info = report.info
    document = new_document(info, title=_("Periodic report {period}").format(period=report.title))
    for text, after in (
        (_("PERIODIC REPORT"), 0),
        (_("Team for faster reduction of stunting (TPPS)").upper(), 0),
        (info.kabupaten.upper(), 0),
        (report.title.upper(), 12),
    ):
        add_text(document, text, align="center", bold=True, after=after, keep=True)
    pages = NumberedSections(document)
    pages.head(_("What the period shows"))
    for line in period_lines(report):
        add_text(document, f"– {line}", align="justify", after=3)
    turn_page(document, landscape=True)
    for block in report.blocks:
        pages.table(block_table(report, block), size=8)
    if report.before:
        pages.table(movements_table(report), size=8)
        changed = changes_table(report)
        pages.table(_first(changed, _CHANGES), size=8)
    for block in report.blocks:
        pages.table(matrix_table(report, block, numbered=True), size=7.5)
    if len(report.course) > 2:
        for block in report.blocks:
            pages.table(course_table(report, block), size=8)
    audited = case_audit_tables(report.audit_returns, villages=False)
    for part in (*foster_tables(report.foster, villages=False), *audited):
        pages.table(part, size=8)
    turn_page(document, landscape=False)
    pages.table(silent_table(report), size=8.5)
    pages.table(calendar_table(report), size=8.5)
    pages.head(_("How the figures are to be read"))
    for text in reading_notes():
        add_text(document, f"– {text}", align="justify", size=10, after=2)
    pages.head(_("Follow-up that is agreed on"))
    blank = (_("Problem"), _("Activity"), _("Who"), _("When"), _("Source of funds"))
    add_table(document, Table.of(*(Column.text(head, []) for head in blank)), blanks=_AGREED)
    add_signature(document, report.formalities.letter_signer, office=_("Head of Bappeda"))
    return save_document(document, path, info)


def _first(table: Table, most: int) -> Table:
    """Give the first rows of a table, and say how many there are."""
    from dataclasses import replace

    if len(table) <= most:
        return table
    cut = tuple(
        replace(column, values=list(column.values)[:most], masked=list(column.masked)[:most])
        for column in table.columns
    )
    note = _("{n} of {all} changes; all of them are in the workbook.").format(
        n=format_number(most), all=format_number(len(table))
    )
    return replace(table, columns=cut, notes=(*table.notes, note))
