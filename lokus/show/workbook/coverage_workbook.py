"""Write the form of the essential coverages: what the study has of each village, the rest to be filled in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import PatternFill

from lokus.i18n import gettext as _
from lokus.intake.tables.coverage_form import FORM_PLACE, CoverageSheet
from lokus.places.kode import format_kode
from lokus.show.tables.table import Column
from lokus.show.workbook.cells import (
    dress,
    prepare_print,
    save_workbook,
    write_heading,
    write_table,
    write_texts,
)

if TYPE_CHECKING:
    from lokus.show.results.info import StudyInfo

__all__ = ["write_coverage_form"]

_INPUT = PatternFill("solid", fgColor="FFF8DC")
_WIDTH = 110  # of the sheet of sources


def write_coverage_form(
    path: str | Path, villages: pd.DataFrame, info: StudyInfo, *, sheets: Sequence[CoverageSheet]
) -> Path:
    """Write the form; ``lokus init`` recognises its columns when it comes back filled in.

    Parameters
    ----------
    path : str or Path
        ``.xlsx``.
    villages : DataFrame, index ``kode_desa``
        ``desa``, ``kecamatan``, ``kode_kecamatan``, and any of the indicators of the form.
    info : StudyInfo
    sheets : sequence of CoverageSheet
        As :func:`lokus.intake.tables.coverage_form.coverage_sheets` lays them out.

    Notes
    -----
    Values stand as they were given, not rounded. A column of percentages stands only where the study has a
    percentage without the two numbers behind it; all others are computed from the numbers when the form is
    read.

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> from lokus.intake.tables.coverage_form import coverage_sheets
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> path = Path(tempfile.mkdtemp()) / "cakupan_esensial.xlsx"
    >>> sheets = coverage_sheets(kajian.catalogue)
    >>> write_coverage_form(path, kajian.villages, kajian.info, sheets=sheets).name
    'cakupan_esensial.xlsx'
    """
    table = villages.assign(_kode=villages.index).sort_values(["kode_kecamatan", "_kode"], kind="stable")
    book = Workbook()
    book.remove(book.active)
    _sources(book, info, sheets)
    for sheet in sheets:
        _form(book, info, sheet, table)
    for one in book.worksheets:
        prepare_print(one, info)
    return save_workbook(book, path, info)


def _sources(book: Workbook, info: StudyInfo, sheets: Sequence[CoverageSheet]) -> None:
    sheet = book.create_sheet(_("What this is"))
    row = write_heading(sheet, info, _("Essential coverages, for the entry into Web Aksi Bangda")) - 1
    for lines in (_use(), (_("Seen:"), *_seen()), (_("Not seen:"), *_not_seen())):
        row = write_texts(sheet, row + 1, lines, width=_WIDTH)
    listing = book.create_sheet(_("Indicators"))
    rows = [(one.name, *cells) for one in sheets for cells in one.rows]
    heads = {
        _("Sheet"): 22, _("No."): 6, _("Name in the application"): 60, _("Key in lokus"): 32,
        _("Numerator"): 44, _("Denominator"): 40, _("Office (OPD)"): 22,
    }  # fmt: skip
    columns = [
        Column(head=head, values=[cells[place] for cells in rows], width=width, wrap=width > 30)
        for place, (head, width) in enumerate(heads.items())
    ]
    write_table(listing, write_heading(listing, info, _("The 29 essential coverages")), columns)


def _use() -> tuple[str, ...]:
    return (
        _(
            "This is no file of the application: its own Excel layout is not public. The arrangement in "
            "sheets and the headings of counts are those of lokus; what is entered is copied from here."
        ),
        _(
            "Fill in the yellow cells. A number that is not known stays empty; none is 0. Percentages are "
            "computed from the numbers; a column of them stands only where this study has percentages "
            "without numbers, and is then to be filled in too."
        ),
        _("lokus init recognises the columns of this file when it comes back filled in."),
    )


def _seen() -> tuple[str, ...]:
    return (
        _(
            "– Guide to Web Aksi Bangda 2022 (scribd.com/document/618652414, presentation/672412346): the "
            "menu Master Ansit; target data by village (families, families at risk of stunting, children "
            "measured, severely stunted, stunted); entry on the screen, or by export and import of an Excel "
            "file."
        ),
        _(
            "– Public source code of two applications of daerah: names and order of the 29 essential "
            "coverages, the same in both, and their seven groups in one; a third has, for each service, "
            "those reached, the target group and the percentage."
        ),
        _(
            "– Circular 400.5/8476/SJ of the Minister of Home Affairs, 27 November 2022: 29 essential and 35 "
            "supply indicators."
        ),
    )


def _not_seen() -> tuple[str, ...]:
    return (
        _(
            "– The Excel files that the application exports and imports: names and order of their columns, "
            "sheets, codes and format."
        ),
        _(
            "– What changed with circular 400.5.7/1685/Bangda of 17 March 2025, and the menus of the 35 "
            "supply indicators."
        ),
    )


def _form(book: Workbook, info: StudyInfo, form: CoverageSheet, table: pd.DataFrame) -> None:
    sheet, shown = book.create_sheet(form.name), _columns(table, form)
    top = write_heading(
        sheet, info, form.name,
        [_("Numbers and percentages village by village; yellow cells are empty in this study.")],
    )  # fmt: skip
    columns = [
        Column(head=FORM_PLACE["kode"], values=[format_kode(str(kode)) for kode in table.index], width=16),
        Column.text(FORM_PLACE["kecamatan"], table["kecamatan"], width=20),
        Column.text(FORM_PLACE["desa"], table["desa"], width=24),
        *(
            Column(head=heading, values=[None] * len(table), width=max(15, len(heading) // 5), format="#,##0")
            for __, heading in shown
        ),
    ]
    write_table(sheet, top, columns)
    for place, (key, __) in enumerate(shown, start=len(FORM_PLACE) + 1):
        for offset, value in enumerate(_given(table, key), start=1):
            cell = sheet.cell(row=top + offset, column=place)
            if value is None:
                dress(cell, fill=_INPUT)
            else:
                cell.value = value
                dress(cell, number_format="#,##0.##" if key in form.shares else "#,##0")
    sheet.freeze_panes = sheet.cell(row=top + 1, column=len(FORM_PLACE) + 1)


def _columns(table: pd.DataFrame, form: CoverageSheet) -> list[tuple[str, str]]:
    """Columns of a sheet: all numbers, and the percentages that no numbers give."""
    return [
        (key, heading)
        for key, heading in form.columns
        if key not in form.shares or _stands_alone(table, key, *form.shares[key])
    ]


def _stands_alone(table: pd.DataFrame, key: str, numerator: str, denominator: str) -> bool:
    if key not in table:
        return False
    if not {numerator, denominator} <= set(table.columns):
        return bool(table[key].notna().any())
    counted = table[numerator].notna() & table[denominator].notna()
    return bool((table[key].notna() & ~counted).any())


def _given(table: pd.DataFrame, key: str) -> list[float | None]:
    if key not in table:
        return [None] * len(table)
    values = table[key].astype("Float64").astype(float)
    return [
        None if pd.isna(value) else int(value) if float(value).is_integer() else float(value)
        for value in values
    ]
