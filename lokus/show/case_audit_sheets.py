"""Sheets of the case audit: where to begin and what to look at, and the steps to be filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lokus.followup.risk_groups import (
    AUDIT_STATUSES,
    AUDIT_STEPS,
    RISK_GROUPS,
    risk_label,
    state_label,
    step_label,
)
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.cells import Column, write_heading, write_table
from lokus.show.place_columns import place_columns
from lokus.show.texts import threshold_text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.followup.case_audit import AuditShortlist
    from lokus.show.info import StudyInfo

__all__ = ["audit_status_sheet", "case_audit_sheet"]

_LOOK = PatternFill("solid", fgColor="F6DCCB")
_INPUT = PatternFill("solid", fgColor="FFF6D6")
_DATE = "dd/mm/yyyy"


def case_audit_sheet(sheet: Worksheet, info: StudyInfo, shortlist: AuditShortlist) -> None:
    """Write the villages of the shortlist, and for each risk group why to look at it."""
    table = shortlist.table
    lines = [
        *repr(shortlist).splitlines(),
        _("No names: the audit team finds the cases in the field, with the puskesmas and the TPK."),
    ]
    top = write_heading(sheet, info, _("Shortlist for the audit of stunting cases (AKS)"), lines)
    columns = (
        [] if shortlist.publik else [Column(head=_("Order"), values=table["urutan"], format="0", width=8)]
    )
    columns += place_columns(table)
    masked = table["anak_stunting"].isna() if shortlist.publik else ()
    columns.append(
        Column(
            head=_("Stunted children (estimate)"), values=table["anak_stunting"], format="#,##0.0", width=12,
            missing=True, masked=list(masked),
        )
    )  # fmt: skip
    columns.append(Column(head=_("Number of gaps"), values=table["kesenjangan"], format="0", width=11))
    first = len(columns) + 1
    for group in RISK_GROUPS:
        texts = [_why(shortlist, str(kode), group) for kode in table.index]
        columns.append(Column(head=risk_label(group).capitalize(), values=texts, width=34, wrap=True))
    write_table(sheet, top, columns)
    for offset, group in enumerate(RISK_GROUPS):
        for row, state in enumerate(table[group], start=top + 1):
            if state == "perlu dilihat":
                sheet.cell(row=row, column=first + offset).fill = _LOOK
    sheet.freeze_panes = sheet.cell(row=top + 1, column=first)


def audit_status_sheet(sheet: Worksheet, info: StudyInfo, shortlist: AuditShortlist) -> None:
    """Write the four steps of every village on the shortlist, to be filled in: status and date."""
    table, statuses = shortlist.table, ", ".join(AUDIT_STATUSES)
    top = write_heading(
        sheet, info, _("Steps of the case audit"),
        [_("Fill in the yellow cells: status ({statuses}) and date.").format(statuses=statuses)],
    )  # fmt: skip
    columns = place_columns(table)
    first = len(columns) + 1
    for step in AUDIT_STEPS:
        columns += [
            Column(head=step_label(step), values=[AUDIT_STATUSES[0]] * len(table), width=18),
            Column(head=_("Date"), values=[None] * len(table), width=12, format=_DATE),
        ]
    columns.append(Column(head=_("Follow-up plan"), values=[None] * len(table), width=44, wrap=True))
    write_table(sheet, top, columns)
    sheet.row_dimensions[top].height = 48
    status = DataValidation(type="list", formula1=f'"{",".join(AUDIT_STATUSES)}"', allow_blank=False)
    status.error = _("Choose one of: {statuses}").format(statuses=statuses)
    date = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
    date.error = _("Write a date, such as 31/12/2026")
    last = top + len(table)
    for place in range(first, len(columns) + 1):
        letter = get_column_letter(place)
        for row in range(top + 1, last + 1):
            cell = sheet.cell(row=row, column=place)
            cell.fill = _INPUT
            if place < len(columns) and (place - first) % 2:
                cell.number_format = _DATE
        if len(table) and place < len(columns):
            (date if (place - first) % 2 else status).add(f"{letter}{top + 1}:{letter}{last}")
    for rule in (status, date):
        rule.showErrorMessage = True
        if len(table):
            sheet.add_data_validation(rule)
    sheet.freeze_panes = sheet.cell(row=top + 1, column=first)


def _why(shortlist: AuditShortlist, kode: str, group: str) -> str:
    """State of a risk group, and the failing indicators behind it."""
    state = str(shortlist.table[group][kode])
    parts = []
    expected = float(shortlist.table["anak_stunting"][kode])
    if group == "balita" and state == "perlu dilihat" and expected >= 1:
        parts.append(_("{n} stunted children expected").format(n=format_number(expected)))
    for row in shortlist.reasons(kode, group).to_dict("records"):
        limit = threshold_text(format_number(row["ambang"], decimals=1), row["buruk"])
        value = format_number(row["nilai"], decimals=1)
        parts.append(f"{row['indikator']} {value} ({limit})")
    text = state_label(state)
    return f"{text[:1].upper()}{text[1:]}" + (f": {'; '.join(parts)}" if parts else "")
