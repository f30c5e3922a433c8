"""Summaries of the action calendar, by office and by village: formulas that follow what is filled in."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import TYPE_CHECKING

import numpy as np
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.calendar_form import STATUSES, head_of
from lokus.show.cells import FACE, Column, write_heading, write_table
from lokus.show.facts import displayed_codes

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.followup.interventions import Interventions
    from lokus.show.calendar_sheet import Area
    from lokus.show.info import StudyInfo

__all__ = ["office_summary", "village_summary"]

_BOLD = Font(name=FACE, size=10, bold=True)
_TOTAL = PatternFill("solid", fgColor="E3EAED")
_FAILS = PatternFill("solid", fgColor="F6DCCB")


def office_summary(sheet: Worksheet, info: StudyInfo, names: Sequence[str], areas: Sequence[Area]) -> None:
    """Write one row an office with what it planned, reported and did, and a row of totals."""
    top = write_heading(
        sheet, info, _("Summary of the action calendar by office (OPD)"),
        [_("The numbers follow the sheets of the offices as these are filled.")],
    )  # fmt: skip
    empty = [None] * len(areas)
    labels = [name or _("office unknown") for name in names]
    columns = [
        Column(head=_("Office (OPD)"), values=labels, width=44, wrap=True),
        Column(head=_("Villages planned"), values=[area.villages for area in areas], format="0", width=12),
        Column(head=_("Activities"), values=empty, format="0", width=11),
        Column(head=_("With a target"), values=empty, format="0", width=12),
        *(Column(head=status.capitalize(), values=empty, format="0", width=11) for status in STATUSES),
        Column(head=_("Not reported"), values=empty, format="0", width=12),
        Column(head=_("Done (%)"), values=empty, format="0", width=11),
        Column(head=head_of("anggaran"), values=empty, format="#,##0", width=20),
    ]
    end = write_table(sheet, top, columns)
    for row, area in enumerate(areas, start=top + 1):
        counts = [f'COUNTIF({area.range("status")},"{status}")' for status in STATUSES]
        formulas = [
            f"COUNTA({area.range('desa')})", f"COUNT({area.range('target')})", *counts,
            f"C{row}-SUM(E{row}:G{row})", f'IF(C{row}>0,100*E{row}/C{row},"")',
            f"SUM({area.range('anggaran')})",
        ]  # fmt: skip
        for place, formula in enumerate(formulas, start=3):
            _put(sheet, row, place, formula)
    if not areas:
        return
    sheet.cell(row=end, column=1).value = _("Total")
    for place in (3, 4, 5, 6, 7, 8, 10):
        letter = get_column_letter(place)
        _put(sheet, end, place, f"SUM({letter}{top + 1}:{letter}{end - 1})")
    _put(sheet, end, 9, f'IF(C{end}>0,100*E{end}/C{end},"")')
    _dress_totals(sheet, end, len(columns))


def village_summary(
    sheet: Worksheet,
    info: StudyInfo,
    interventions: Interventions,
    calendar: pd.DataFrame,
    areas: Sequence[Area],
) -> None:
    """Write one row a village: gaps of each office, values without data, activities planned and done."""
    place = interventions.villages
    rows = place[place["lokus"] | place.index.isin(calendar["kode_desa"])]
    rows = rows.sort_values("kode_kecamatan", kind="stable")
    gaps, unknown = interventions.matrix.loc[rows.index], interventions.no_data.loc[rows.index].sum(axis=1)
    idle = int((~rows.index.isin(calendar["kode_desa"])).sum())
    lines = [
        _(
            "Numbers under the offices: indicators that fail their threshold, as drafted; {n} values have no "
            "data yet and are no gaps"
        ).format(n=format_number(int(unknown.sum())))
    ]
    if idle:
        lines.append(
            _("{n} villages on the list have no activity: no indicator with data fails there").format(
                n=format_number(idle)
            )
        )
    top = write_heading(sheet, info, _("Summary of the action calendar by village"), lines)
    empty = [None] * len(rows)
    columns = [
        Column(head=_("No."), values=range(1, len(rows) + 1), format="0", width=5),
        Column(head=_("Kecamatan"), values=rows["kecamatan"], width=22),
        Column(head=_("Village"), values=rows["desa"], width=26),
        Column(head=head_of("kode_desa"), values=displayed_codes(rows), width=16),
        *(
            Column(head=str(opd) or _("office unknown"), values=gaps[opd], format="0;-0;;@", width=13)
            for opd in gaps
        ),
        Column(head=_("Values with no data yet"), values=unknown, format="0;-0;;@", width=12),
        Column(head=_("Activities"), values=empty, format="0", width=10),
        Column(head=STATUSES[0].capitalize(), values=empty, format="0", width=10),
        Column(head=_("Done (%)"), values=empty, format="0", width=10),
    ]
    write_table(sheet, top, columns)
    sheet.row_dimensions[top].height = 46
    failing = gaps.to_numpy() > 0
    for line, across in zip(*np.nonzero(failing), strict=True):
        sheet.cell(row=top + 1 + int(line), column=5 + int(across)).fill = _FAILS
    planned, done = len(columns) - 2, len(columns) - 1
    for row in range(top + 1, top + 1 + len(rows)):
        here = f"$D{row}"
        counts = [f"COUNTIF({area.range('kode_desa')},{here})" for area in areas] or ["0"]
        finished = [
            f'COUNTIFS({area.range("kode_desa")},{here},{area.range("status")},"{STATUSES[0]}")'
            for area in areas
        ] or ["0"]
        _put(sheet, row, planned, "+".join(counts))
        _put(sheet, row, done, "+".join(finished))
        a, b = get_column_letter(planned), get_column_letter(done)
        _put(sheet, row, done + 1, f'IF({a}{row}>0,100*{b}{row}/{a}{row},"")')
    sheet.freeze_panes = sheet.cell(row=top + 1, column=5)


def _put(sheet: Worksheet, row: int, column: int, formula: str) -> None:
    """Write a formula of ours, whole numbers shown."""
    cell = sheet.cell(row=row, column=column)
    cell.value = f"={formula}"
    cell.number_format = "#,##0"


def _dress_totals(sheet: Worksheet, row: int, columns: int) -> None:
    border = copy(sheet.cell(row=row - 1, column=1).border)
    for place in range(1, columns + 1):
        cell = sheet.cell(row=row, column=place)
        cell.font, cell.fill, cell.border = _BOLD, _TOTAL, border
