"""The action calendar as a workbook for the offices to fill: a sheet each, summaries that count."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import Alignment

from lokus.files import atomic_path
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.calendar_form import REGISTER, STATUSES
from lokus.intake.calendar_trace import ISSUED_COLUMNS
from lokus.show.calendar_sheet import activity_sheet
from lokus.show.calendar_summary import office_summary, village_summary
from lokus.show.cells import Column, prepare_print, write_cell, write_heading, write_table
from lokus.show.printable import fixed_archive, printable
from lokus.show.texts import threshold_text

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.followup.interventions import Interventions
    from lokus.show.info import StudyInfo

__all__ = ["write_calendar"]

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
    :func:`lokus.intake.calendar.read_calendar` notices rows that are gone. The only formulas are ours: text
    from inputs is stored as text.

    Examples
    --------
    >>> import pandas as pd, tempfile
    >>> from lokus.followup.calendar import draft_calendar
    >>> from lokus.followup.interventions import intervention_matrix
    >>> from lokus.intake.calendar import read_calendar
    >>> from lokus.intake.indicators import load_catalogue
    >>> from lokus.show.info import StudyInfo
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
        if sheet.title in titles.values():
            sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    guide.page_setup.orientation = "portrait"
    register = book.create_sheet(REGISTER)
    register.sheet_state = "hidden"
    for row, record in enumerate([ISSUED_COLUMNS, *calendar[list(ISSUED_COLUMNS)].to_numpy()], start=1):
        for place, value in enumerate(record, start=1):
            write_cell(register, row, place, value)
    stated = datetime(info.tahun, 1, 1)
    book.properties.title = _("Action calendar {year}").format(year=info.tahun)
    book.properties.creator = info.instansi or "lokus"
    book.properties.created = stated
    book.calculation.fullCalcOnLoad = True
    path = Path(path)
    with atomic_path(path) as draft:
        draft.write_bytes(fixed_archive(book.save, modified=f"{stated:%Y-%m-%dT%H:%M:%SZ}"))
    return path


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
    limits = [format_number(value, decimals=1) for value in table["ambang"]]
    columns = [
        Column(head=_("No."), values=range(1, len(table) + 1), format="0", width=5),
        Column(head=_("Indicator"), values=table["indikator"], width=38, wrap=True),
        Column(head=_("Office (OPD)"), values=table["opd"], width=20, wrap=True),
        Column(
            head=_("Fails if"),
            values=[threshold_text(limit, end) for limit, end in zip(limits, table["buruk"], strict=True)],
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
            'planning. "No data yet" means that it does not follow from the data: the office fills in the '
            "target from its own records."
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
