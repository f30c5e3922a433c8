"""Write the action calendar as a workbook for the offices: one sheet each, with summaries."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from openpyxl import Workbook
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lokus.followup.calendar import in_list_order
from lokus.followup.gaps import limit_texts
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.earlier.calendar import ISSUED_COLUMNS
from lokus.intake.earlier.calendar_form import MONTHS, REGISTER, STATUSES, head_of
from lokus.places.kode import format_kode
from lokus.show.results.text import printable, threshold_text
from lokus.show.tables.table import Column
from lokus.show.tables.villages import displayed_codes
from lokus.show.workbook.cells import (
    FACE,
    dress,
    prepare_print,
    save_workbook,
    write_cell,
    write_heading,
    write_table,
)

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.followup.interventions import Interventions
    from lokus.show.results.info import StudyInfo

__all__ = ["Area", "write_calendar"]


_SPARE = 200  # rows below the last activity that summaries count too, for activities offices add
_ROOM = 40.5  # points: three lines, for remarks that are typed in or written by hand
_TO_FILL = ("target", "bulan_mulai", "bulan_selesai", "anggaran", "sumber_dana", "penanggung_jawab", "status",
            "realisasi", "keterangan")  # fmt: skip
_INPUT = PatternFill("solid", fgColor="FFF6D6")
_INPUT_HEAD = PatternFill("solid", fgColor="8A5A00")
_STRIP = PatternFill("solid", bgColor="3E8E7E")
_STRIP_HEAD = PatternFill("solid", fgColor="5C7C88")
# Of the summaries, by office and by village.
_BOLD = Font(name=FACE, size=10, bold=True)
_TOTAL = PatternFill("solid", fgColor="E3EAED")
_FAILS = PatternFill("solid", fgColor="F6DCCB")
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
    letters = {key: get_column_letter(place) for place, key in enumerate(columns, start=1)}
    area = Area(
        title=sheet.title, first=top + 1, last=top + len(rows) + _SPARE, letters=letters,
        villages=int(rows["kode_desa"].nunique()),
    )  # fmt: skip
    bottom = top + len(rows)
    for row in range(area.first, bottom + 1):
        for key in _TO_FILL:
            dress(sheet[f"{letters[key]}{row}"], fill=_INPUT)
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
    shown = {
        "no": Column(head=head_of("no"), values=rows["no"], format="0", width=5),
        "kecamatan": Column(head=head_of("kecamatan"), values=rows["kecamatan"], width=16, wrap=True),
        "desa": Column(head=head_of("desa"), values=rows["desa"], width=18, wrap=True),
        "kegiatan": Column(head=head_of("kegiatan"), values=activity, width=31, wrap=True),
        "jenis": Column(head=head_of("jenis"), values=rows["jenis"], width=9),
        "indikator": Column(head=head_of("indikator"), values=rows["indikator"], width=24, wrap=True),
        "satuan": Column(head=head_of("satuan"), values=rows["satuan"], width=12, wrap=True),
        "kebutuhan": Column(
            head=head_of("kebutuhan"),
            values=whole,
            format="#,##0",
            width=11,
            missing=True,
            wrap=True,
            missing_as=_("not counted yet"),
        ),
        "kebutuhan_ambang": Column(
            head=head_of("kebutuhan_ambang"),
            values=least,
            format="#,##0",
            width=12,
            missing=True,
            wrap=True,
            missing_as=_("not counted yet"),
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
        **shown,
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
    dress(cell, number_format="0")
    for key in ("target", "anggaran", "realisasi"):
        dress(sheet[f"{letters[key]}{row}"], number_format="#,##0")


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
    order = in_list_order(rows.rename_axis("kode_desa").reset_index(), place)["kode_desa"]
    rows = rows.loc[order]
    gaps, unknown = interventions.matrix.loc[rows.index], interventions.no_data.loc[rows.index].sum(axis=1)
    idle = int((~rows.index.isin(calendar["kode_desa"])).sum())
    drafted = _("Numbers under the offices: indicators that fail their threshold, as drafted")
    silent = int(unknown.sum())
    lines = [drafted]
    if silent:
        lines.append(
            _("{n} values have no data yet and are not counted as gaps").format(n=format_number(silent))
        )
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
    failing = gaps.to_numpy() > 0
    for line, across in zip(*np.nonzero(failing), strict=True):
        dress(sheet.cell(row=top + 1 + int(line), column=5 + int(across)), fill=_FAILS)
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
    dress(cell, number_format="#,##0")


def _dress_totals(sheet: Worksheet, row: int, columns: int) -> None:
    border = copy(sheet.cell(row=row - 1, column=1).border)
    for place in range(1, columns + 1):
        cell = sheet.cell(row=row, column=place)
        cell.font, cell.fill, cell.border = _BOLD, _TOTAL, border


_TITLE_LENGTH = 31  # of a sheet, by the format
_GUIDE_WIDE = 7  # columns of the table of thresholds
_GUIDE_LINE = 112  # characters on a line across them
_FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")


def write_calendar(
    path: str | Path, calendar: pd.DataFrame, info: StudyInfo, *, interventions: Interventions
) -> Path:
    """Write the draft action calendar; the same calendar gives the same bytes.

    Parameters
    ----------
    path : str or Path
        Where to write, ``.xlsx``; replaced only when the workbook is complete.
    calendar : pandas.DataFrame
        As :func:`lokus.followup.calendar.draft_calendar` gives it.
    info : StudyInfo
        Title, place and year.
    interventions : Interventions
        What the calendar was drafted from: thresholds, and lokus that have no activity.

    Returns
    -------
    Path

    Notes
    -----
    Instructions, a summary by office and one by village, whose formulas follow what is filled in; a sheet an
    office; and, hidden, the list of activities handed out, by which
    :func:`lokus.intake.earlier.calendar.read_calendar` notices rows that are gone. The only formulas are
    ours: text from inputs is stored as text.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> from lokus.followup.calendar import draft_calendar
    >>> from lokus.followup.interventions import intervention_matrix
    >>> from lokus.intake.earlier.calendar import read_calendar
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> from lokus.show.results.info import StudyInfo
    >>> villages = pd.DataFrame(
    ...     {"desa": ["Suka Maju"], "kecamatan": "Tanjung Agung", "kode_kecamatan": "990101",
    ...      "sanitasi_layak": [55.0], "keluarga": [200.0]}, index=["9901012001"],
    ... )
    >>> found = intervention_matrix(villages, {"sanitasi_layak": 80}, load_catalogue())
    >>> info = StudyInfo(title="Usulan lokus", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> path = Path(tempfile.mkdtemp()) / "kalender_aksi.xlsx"
    >>> path = write_calendar(path, draft_calendar(found, year=2026), info, interventions=found)
    >>> read_calendar(path, villages)
    Kalender aksi: 1 kegiatan di 1 desa/kelurahan; 0 selesai, 0 berjalan, 0 belum, 1 belum diisi; 0 temuan
    """
    book = Workbook()
    guide = book.active
    guide.title = _("Instructions")
    offices, villages = book.create_sheet(_("By office")), book.create_sheet(_("By village"))
    taken = [sheet.title for sheet in book.worksheets]
    names = [str(name) for name in calendar["opd"].drop_duplicates().sort_values()]
    titles = dict(zip(names, _titles(names, [*taken, REGISTER]), strict=True))
    areas = [
        activity_sheet(book.create_sheet(titles[name]), info, name or _("office unknown"),
                       calendar[calendar["opd"] == name])
        for name in names
    ]  # fmt: skip
    _guide_sheet(guide, info, interventions)
    office_summary(offices, info, names, areas)
    village_summary(villages, info, interventions, calendar, areas)
    for sheet in book.worksheets:
        prepare_print(sheet, info)
    guide.page_setup.orientation = "portrait"
    register = book.create_sheet(REGISTER)
    register.sheet_state = "hidden"
    for row, record in enumerate([ISSUED_COLUMNS, *calendar[list(ISSUED_COLUMNS)].to_numpy()], start=1):
        for place, value in enumerate(record, start=1):
            write_cell(register, row, place, value)
    book.calculation.fullCalcOnLoad = True
    return save_workbook(book, path, info, title=_("Action calendar {year}").format(year=info.tahun))


def _titles(names: Sequence[str], taken: Sequence[str]) -> list[str]:
    """Make sheet titles of office names: no sign a reference could trip over, not too long, all different."""
    titles: list[str] = []
    used = {title.casefold() for title in taken}
    for name in names:
        plain = " ".join(_FORBIDDEN.sub(" ", printable(name)).split()) or _("office unknown")
        title, number = plain[:_TITLE_LENGTH].strip(), 1
        while title.casefold() in used:
            number += 1
            title = f"{plain[: _TITLE_LENGTH - 4].strip()} ({number})"
        used.add(title.casefold())
        titles.append(title)
    return titles


def _guide_sheet(sheet: Worksheet, info: StudyInfo, interventions: Interventions) -> None:
    """Write how to fill the workbook, and which thresholds the activities follow from."""
    title = _("Draft action calendar (kalender aksi) {year}").format(year=info.tahun)
    row = write_heading(sheet, info, title)
    for number, line in enumerate(_instructions(), start=1):
        write_cell(sheet, row, 1, f"{number}.", alignment=Alignment(vertical="top", horizontal="right"))
        write_cell(sheet, row, 2, line, alignment=Alignment(vertical="top", wrap_text=True))
        sheet.merge_cells(start_row=row, end_row=row, start_column=2, end_column=_GUIDE_WIDE)
        sheet.row_dimensions[row].height = 4 + 13 * len(textwrap.wrap(line, _GUIDE_LINE))
        row += 1
    table = interventions.thresholds.reset_index()
    columns = [
        Column(head=_("No."), values=range(1, len(table) + 1), format="0", width=5),
        Column(head=_("Indicator"), values=table["indikator"], width=38, wrap=True),
        Column(head=_("Office (OPD)"), values=table["opd"], width=20, wrap=True),
        Column(
            head=_("Fails if"),
            values=[
                threshold_text(limit, end)
                for limit, end in zip(limit_texts(table), table["buruk"], strict=True)
            ],
            width=10,
        ),
        Column(head=_("Kind"), values=table["jenis"], width=10),
        Column(head=_("Lokus that fail"), values=table["lokus"], format="0", width=10),
        Column(head=_("Lokus with no data yet"), values=table["belum_ada_data_lokus"], format="0", width=12),
    ]
    assert len(columns) == _GUIDE_WIDE  # noqa: S101 - the instructions are as wide as the table
    write_table(sheet, row + 1, columns)
    sheet.row_dimensions[row + 1].height = 46
    sheet.freeze_panes = None
    sheet.auto_filter.ref = None
    sheet.print_title_rows = None


def _instructions() -> list[str]:
    return [
        _(
            "Each office has a sheet. A row is one activity in one village; it follows from an indicator "
            "that fails its threshold there (list below)."
        ),
        _(
            "Fill the yellow columns: target, months, budget, source of funds, position that answers (an "
            "office or position, not a person), progress, realised, remarks."
        ),
        _(
            "Need is how many families, children … the data show to be concerned; it is an estimate for "
            'planning. "Not counted yet" means that it does not follow from the data: the office fills in '
            "the target from its own records."
        ),
        _("Progress is one of: {words}. An empty cell means: not reported.").format(
            words=", ".join(STATUSES)
        ),
        _(
            'An activity that will not be carried out keeps its row: write "{word}" and say why under '
            "remarks."
        ).format(word=STATUSES[-1]),
        _(
            "You may sort, filter, and add rows and columns. An added activity leaves the identifier empty "
            "and names the village by its code. Do not change identifiers."
        ),
        _(
            "Send the whole workbook back. The summaries count by themselves; next year the review shows "
            "what was done beside the change in each village."
        ),
        _(
            "Specific interventions act on direct causes of stunting, sensitive ones on indirect causes "
            "(Perpres 72/2021)."
        ),
    ]
