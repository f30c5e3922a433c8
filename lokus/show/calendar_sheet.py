"""The sheet of one office in the action calendar: activities, what is to be filled in, a strip of months."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lokus.i18n import gettext as _
from lokus.intake.calendar_form import MONTHS, STATUSES, head_of
from lokus.places.kode import format_kode
from lokus.show.cells import Column, write_heading, write_table

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.info import StudyInfo

__all__ = ["Area", "activity_sheet"]

_SPARE = 200  # rows below the last activity that summaries count too, for activities offices add
_ROOM = 40.5  # points: three lines, for remarks that are typed in or written by hand
_TO_FILL = ("target", "bulan_mulai", "bulan_selesai", "anggaran", "sumber_dana", "penanggung_jawab", "status",
            "realisasi", "keterangan")  # fmt: skip
_INPUT = PatternFill("solid", fgColor="FFF6D6")
_INPUT_HEAD = PatternFill("solid", fgColor="8A5A00")
_STRIP = PatternFill("solid", bgColor="3E8E7E")
_STRIP_HEAD = PatternFill("solid", fgColor="5C7C88")
_SHORT_MONTHS = "".join(month[:3] for month in MONTHS)


@dataclass(frozen=True, kw_only=True)
class Area:
    """Where the activities of an office stand.

    Parameters
    ----------
    title : str
        Title of the sheet, free of quotes.
    first, last : int
        Rows, the spare ones below included.
    letters : mapping of str to str
        Column → its letter.
    villages : int
        Villages with an activity of this office.
    """

    title: str
    first: int
    last: int
    letters: Mapping[str, str]
    villages: int

    def range(self, key: str) -> str:
        """Give the reference to a column of the activities, for a formula.

        Examples
        --------
        >>> Area(title="Dinas PUPR", first=7, last=207, letters={"status": "Z"}, villages=4).range("status")
        "'Dinas PUPR'!$Z$7:$Z$207"
        """
        letter = self.letters[key]
        return f"'{self.title}'!${letter}${self.first}:${letter}${self.last}"


def activity_sheet(sheet: Worksheet, info: StudyInfo, office: str, rows: pd.DataFrame) -> Area:
    """Write the activities of one office; the columns it fills are marked.

    Parameters
    ----------
    rows : pandas.DataFrame
        Its rows of the calendar.
    """
    top = write_heading(
        sheet, info, _("Action calendar: {office}").format(office=office),
        [
            _("{n} activities in {villages} villages; fill the yellow columns").format(
                n=len(rows), villages=rows["kode_desa"].nunique()
            )
        ],
    )  # fmt: skip
    columns = _columns(rows.reset_index(drop=True))
    write_table(sheet, top, list(columns.values()))
    sheet.row_dimensions[top].height = 46
    letters = {key: get_column_letter(place) for place, key in enumerate(columns, start=1)}
    area = Area(
        title=sheet.title, first=top + 1, last=top + len(rows) + _SPARE, letters=letters,
        villages=int(rows["kode_desa"].nunique()),
    )  # fmt: skip
    bottom = top + len(rows)
    for row in range(area.first, bottom + 1):
        for key in _TO_FILL:
            sheet[f"{letters[key]}{row}"].fill = _INPUT
        _count_achieved(sheet, row, letters)
        line = sheet.row_dimensions[row]
        line.height = max(line.height or 0, _ROOM)
    for key in _TO_FILL:
        sheet[f"{letters[key]}{top}"].fill = _INPUT_HEAD
    for month in range(1, 13):
        sheet[f"{letters[f'bulan_{month}']}{top}"].fill = _STRIP_HEAD
    _shade_months(sheet, area)
    _validate(sheet, area)
    sheet.freeze_panes = sheet[f"{letters['jenis']}{area.first}"]
    sheet.print_area = f"A1:{letters['keterangan']}{bottom}"
    return area


def _columns(rows: pd.DataFrame) -> dict[str, Column]:
    need = rows["kebutuhan"]
    whole = need.round().clip(lower=1).where(need > 0, need)  # half a family is one to be visited
    least = np.ceil(rows["kebutuhan_ambang"].round(6))
    activity = [text or _("(activity to be decided)") for text in rows["kegiatan"]]
    strip = {
        f"bulan_{number}": Column(head=month[0], values=[None] * len(rows), width=2.4)
        for number, month in enumerate(MONTHS, start=1)
    }
    told = {
        "no": Column(head=head_of("no"), values=rows["no"], format="0", width=5),
        "kecamatan": Column(head=head_of("kecamatan"), values=rows["kecamatan"], width=16, wrap=True),
        "desa": Column(head=head_of("desa"), values=rows["desa"], width=18, wrap=True),
        "kegiatan": Column(head=head_of("kegiatan"), values=activity, width=31, wrap=True),
        "jenis": Column(head=head_of("jenis"), values=rows["jenis"], width=9),
        "indikator": Column(head=head_of("indikator"), values=rows["indikator"], width=24, wrap=True),
        "satuan": Column(head=head_of("satuan"), values=rows["satuan"], width=12, wrap=True),
        "kebutuhan": Column(
            head=head_of("kebutuhan"), values=whole, format="#,##0", width=11, missing=True, wrap=True
        ),
        "kebutuhan_ambang": Column(
            head=head_of("kebutuhan_ambang"), values=least, format="#,##0", width=12, missing=True, wrap=True
        ),
        "target": _input(rows, "target", 10, "#,##0"),
        "bulan_mulai": _input(rows, "bulan_mulai", 11),
        "bulan_selesai": _input(rows, "bulan_selesai", 11),
        **strip,
        "anggaran": _input(rows, "anggaran", 14, "#,##0"),
        "sumber_dana": _input(rows, "sumber_dana", 14),
        "penanggung_jawab": _input(rows, "penanggung_jawab", 18),
        "status": _input(rows, "status", 11),
        "realisasi": _input(rows, "realisasi", 11, "#,##0"),
        "capaian": Column(head=head_of("capaian"), values=[None] * len(rows), format="0", width=10),
        "keterangan": _input(rows, "keterangan", 22),
    }
    codes = [format_kode(str(kode)) for kode in rows["kode_desa"]]
    return {
        **told,
        "kode_desa": Column(head=head_of("kode_desa"), values=codes, width=16),
        "id": Column(head=head_of("id"), values=rows["id"], width=44),
    }


def _input(rows: pd.DataFrame, key: str, width: float, number_format: str = "") -> Column:
    values = rows[key].where(rows[key] != "", None) if not number_format else rows[key]
    return Column(head=head_of(key), values=values, format=number_format, width=width, wrap=not number_format)


def _count_achieved(sheet: Worksheet, row: int, letters: Mapping[str, str]) -> None:
    target, done = f"{letters['target']}{row}", f"{letters['realisasi']}{row}"
    cell = sheet[f"{letters['capaian']}{row}"]
    cell.value = f'=IF(AND(ISNUMBER({target}),ISNUMBER({done})),IF({target}>0,100*{done}/{target},""),"")'
    cell.number_format = "0"
    for key in ("target", "anggaran", "realisasi"):
        sheet[f"{letters[key]}{row}"].number_format = "#,##0"


def _shade_months(sheet: Worksheet, area: Area) -> None:
    """Shade the months from the first to the last one; conditional formats may hold no array of names."""
    begin, end = (f"${area.letters[key]}{area.first}" for key in ("bulan_mulai", "bulan_selesai"))
    final = f'IF({end}="",{begin},{end})'
    for month in range(1, 13):
        letter = area.letters[f"bulan_{month}"]
        formula = (
            f"AND(LEN({begin})>2,{_month_of(begin)}<={month},LEN({final})>2,{_month_of(final)}>={month})"
        )
        sheet.conditional_formatting.add(
            f"{letter}{area.first}:{letter}{area.last}", FormulaRule(formula=[formula], fill=_STRIP)
        )


def _month_of(cell: str) -> str:
    return f'(SEARCH(LEFT({cell},3),"{_SHORT_MONTHS}")+2)/3'


def _validate(sheet: Worksheet, area: Area) -> None:
    """Offer months and statuses, and question numbers below zero; what is typed otherwise is kept."""
    for keys, words in ((("bulan_mulai", "bulan_selesai"), MONTHS), (("status",), STATUSES)):
        _add_rule(
            sheet, area, keys,
            DataValidation(
                type="list", formula1='"{}"'.format(",".join(words)), allow_blank=True, showErrorMessage=True,
                errorStyle="warning", error=_("Please choose from the list."), errorTitle=head_of(keys[0]),
            ),
        )  # fmt: skip
    _add_rule(
        sheet, area, ("target", "anggaran", "realisasi"),
        DataValidation(
            type="decimal", operator="greaterThanOrEqual", formula1="0", allow_blank=True,
            showErrorMessage=True, errorStyle="warning", error=_("Please write a number, 0 or more."),
            errorTitle=head_of("target"),
        ),
    )  # fmt: skip
    responsible = DataValidation(
        type="textLength", operator="lessThanOrEqual", formula1="255", allow_blank=True,
        showInputMessage=True, promptTitle=_("Position that answers"),
        prompt=_("An office or position, not the name of a person."),
    )  # fmt: skip
    _add_rule(sheet, area, ("penanggung_jawab",), responsible)


def _add_rule(sheet: Worksheet, area: Area, keys: tuple[str, ...], rule: DataValidation) -> None:
    for key in keys:
        rule.add(f"{area.letters[key]}{area.first}:{area.letters[key]}{area.last}")
    sheet.add_data_validation(rule)
