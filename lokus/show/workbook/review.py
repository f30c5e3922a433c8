"""Write the sheets of the review: changes of the earlier list with causes, and the history of lists."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.tables.review import cause_points, rate_columns, realised_columns, stated_columns
from lokus.show.tables.table import Column
from lokus.show.tables.villages import place_columns
from lokus.show.words.review import fall_lines, review_summary, status_label
from lokus.show.workbook.cells import dress, write_cell, write_heading, write_table

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.results.material import Material

__all__ = ["history_sheet", "review_sheet"]

_LISTED = PatternFill("solid", fgColor="E9B9A8")
_TINT = {"tetap": "E9B9A8", "masuk": "F9DDB9", "keluar": "C3D4E3", "lulus": "DDEFD6"}


def review_sheet(sheet: Worksheet, material: Material) -> None:
    """Write all villages of either list with status, cause, rates of both years and realisation.

    Parameters
    ----------
    sheet : Worksheet
        Empty.
    material : Material
        With a review.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> from lokus.show.results.review import ReviewMaterial
    >>> from openpyxl import Workbook
    >>> place = pd.DataFrame(
    ...     {"nomor": [1, None], "desa": ["Alai", "Batu"], "kecamatan": "Lembak", "kode_kecamatan": "160301"},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> table = pd.DataFrame({"status_reviu": ["masuk", "keluar"]}, index=place.index)
    >>> review = ReviewMaterial(year=2025, table=table)
    >>> sheet = Workbook().active
    >>> review_sheet(sheet, Material(results=place, kecamatan=place, info=info, review=review))
    >>> sheet["A1"].value, sheet["A3"].value
    ('Reviu daftar 2025 untuk 2026', 'Dari 1 lokus tahun 2025, 0 tetap, 1 keluar dan 0 lulus; 1 masuk.')
    """
    review = material.review
    if review is None:
        raise ValueError("the material has no review")
    rows = review.rows(material.results)
    lines = [*review_summary(review), *fall_lines(material)]
    top = write_heading(
        sheet,
        material.info,
        _("Review of the list of {then} for {now}").format(then=review.year, now=material.info.tahun),
        lines,
    )
    columns = [
        Column.number(_("No. on the list"), rows["nomor"], width=9),
        *place_columns(rows),
        Column(head=_("Review"), values=[status_label(key) for key in rows["status_reviu"]], width=10),
        *stated_columns(rows),
        *rate_columns(material, rows),
    ]
    printed = sum(len(column.split()) for column in columns)
    columns += [
        replace(column, head=_("Cause, points of score: {cause}").format(cause=cause))
        for cause, column in cause_points(rows)
    ]
    columns += realised_columns(rows)
    after = write_table(sheet, top, columns, level=review.level)
    # On paper what a meeting decides by; causes in points and activities are for the screen.
    sheet.print_area = (
        f"A1:{get_column_letter(printed)}{after + (0 if review.left is None else len(review.left) + 2)}"
    )
    for row, status in enumerate(rows["status_reviu"], start=top + 1):
        sheet.cell(row=row, column=5).fill = PatternFill("solid", fgColor=_TINT[status])
    sheet.freeze_panes = sheet.cell(row=top + 1, column=6)
    if review.left is not None:
        _write_left(sheet, after + 1, review.left)


def _write_left(sheet: Worksheet, row: int, left: pd.DataFrame) -> None:
    write_cell(sheet, row, 1, _("Villages of the earlier list that no longer exist"), font={"bold": True})
    for offset, (kode, village) in enumerate(left.iterrows(), start=1):
        for place, value in ((2, str(kode)), (3, village["kecamatan"]), (4, village["desa"])):
            write_cell(sheet, row + offset, place, value)
        write_cell(sheet, row + offset, 6, village.get("keterangan", ""))


def history_sheet(sheet: Worksheet, material: Material) -> None:
    """Write which village was on the list in which year, those listed longest first.

    Parameters
    ----------
    sheet : Worksheet
        Empty.
    material : Material
        With the history of its review.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.review.history import list_history
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> from lokus.show.results.review import ReviewMaterial
    >>> from openpyxl import Workbook
    >>> place = pd.DataFrame(
    ...     {"nomor": [1, None], "desa": ["Alai", "Batu"], "kecamatan": "Lembak", "kode_kecamatan": "160301"},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> both = list(place.index)
    >>> history = list_history({2024: both[:1], 2025: both}, villages=both)
    >>> table = pd.DataFrame({"status_reviu": ["tetap", "keluar"]}, index=both)
    >>> review = ReviewMaterial(year=2025, table=table, history=history)
    >>> sheet = Workbook().active
    >>> history_sheet(sheet, Material(results=place, kecamatan=place, info=info, review=review))
    >>> [cell.value for cell in sheet[6]]
    ['16.03.01.2001', 'Lembak', 'Alai', 'lokus', 'lokus', 2.0, 2.0, 0.0]
    """
    review = material.review
    if review is None or review.history is None:
        raise ValueError("the material has no history of lists")
    history = review.history
    ever = history.table[history.table["total_tahun"] > 0]
    ordered = ever.assign(_kode=ever.index).sort_values(
        ["tahun_lokus", "total_tahun", "_kode"], ascending=[False, False, True]
    )
    named = material.results[["desa", "kecamatan"]].reindex(ordered.index)
    top = write_heading(sheet, material.info, _("History of the lists"), [repr(history)])
    columns = [
        *place_columns(named),
    ]
    first = len(columns) + 1
    years = history.lists.loc[ordered.index]
    columns += [
        Column(head=str(year), values=[_("lokus") if on else "" for on in years[year]], width=9)
        for year in years
    ]
    columns += [
        Column.number(_("Years in a row"), ordered["tahun_lokus"], width=11),
        Column.number(_("Years in all"), ordered["total_tahun"], width=11),
        Column.number(_("Changes in and out"), ordered["keluar_masuk"], width=11),
    ]
    after = write_table(sheet, top, columns)
    for place, year in enumerate(years, start=first):
        for row, on in enumerate(years[year], start=top + 1):
            if on:
                dress(sheet.cell(row=row, column=place), fill=_LISTED)
    sheet.freeze_panes = sheet.cell(row=top + 1, column=first)
    _write_pairs(sheet, after + 1, history.stability)


def _write_pairs(sheet: Worksheet, row: int, pairs: pd.DataFrame) -> None:
    """Write below the table how many stayed from one list to the next."""
    for offset, pair in enumerate(pairs.to_dict("records")):
        text = _("{first} to {second}: {kept} of {n} lokus stayed; stability {index}").format(
            first=str(int(pair["dari"])), second=str(int(pair["ke"])),
            kept=format_number(pair["bertahan"]), n=format_number(pair["jumlah_lama"]),
            index=format_number(pair["indeks_stabilitas"], decimals=2),
        )  # fmt: skip
        write_cell(sheet, row + offset, 1, text, font={"color": "5C666C"})
