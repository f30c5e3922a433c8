"""Sheets of the review: what becomes of the earlier list and why, and who was listed when."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.results.text import MASKED_REVIEW, is_masked, texts
from lokus.show.tables.facts import displayed_codes
from lokus.show.words.review import cause_columns, fall_lines, review_summary, status_label
from lokus.show.workbook.cells import Column, write_cell, write_heading, write_table

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.results.material import Material

__all__ = ["history_sheet", "review_sheet"]

_LINE = 190  # characters of a line above the table
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
    """
    review = material.review
    if review is None:
        raise ValueError("the material has no review")
    rows = review.rows(material.results)
    told = [*review_summary(review), *fall_lines(material)]
    lines = [part for line in told for part in textwrap.wrap(line, _LINE)]
    top = write_heading(
        sheet,
        material.info,
        _("Review of the list of {then} for {now}").format(then=review.year, now=material.info.tahun),
        lines,
    )
    masked = is_masked(rows, MASKED_REVIEW)
    columns = [
        Column(head=_("No. on the list"), values=rows["nomor"], format="0", width=9),
        Column(head=_("Code"), values=displayed_codes(rows), width=16),
        Column(head=_("Kecamatan"), values=rows["kecamatan"], width=20),
        Column(head=_("Village"), values=rows["desa"], width=24),
        Column(head=_("Review"), values=[status_label(key) for key in rows["status_reviu"]], width=10),
        *_stated(rows),
        *(
            Column(head=head, values=rows[name], format=style, width=width, missing=True, masked=masked)
            for name, head, style, width in _rates(material)
            if name in rows and rows[name].notna().any()
        ),
    ]
    printed = len(columns)
    causes = [(name, head) for name, head in cause_columns(rows) if rows[name].notna().any()]
    columns += [
        Column(
            head=_("Cause, points of score: {cause}").format(cause=head), values=rows[name] * 100,
            format="+0.0;−0.0;0.0", width=13, missing=True, masked=masked,
        )
        for name, head in causes
    ]  # fmt: skip
    columns += _realised(rows)
    after = write_table(sheet, top, columns)
    # On paper what a meeting decides by; causes in points and activities are for the screen.
    sheet.print_area = (
        f"A1:{get_column_letter(printed)}{after + (0 if review.left is None else len(review.left) + 2)}"
    )
    sheet.row_dimensions[top].height = 66
    for row, status in enumerate(rows["status_reviu"], start=top + 1):
        sheet.cell(row=row, column=5).fill = PatternFill("solid", fgColor=_TINT[status])
    sheet.freeze_panes = sheet.cell(row=top + 1, column=6)
    if review.left is not None:
        _write_left(sheet, after + 1, review.left)


def _stated(rows: pd.DataFrame) -> list[Column]:
    columns = []
    if "tahun_lokus" in rows:
        head = _("Years on the list so far")
        columns.append(Column(head=head, values=rows["tahun_lokus"], format="0", width=9))
    if "sebab" in rows:
        columns.append(Column(head=_("Main cause"), values=texts(rows["sebab"]), width=38, wrap=True))
    if "keterangan" in rows and (rows["keterangan"].fillna("") != "").any():
        columns.append(Column(head=_("Remark"), values=texts(rows["keterangan"]), width=28, wrap=True))
    if "peluang_lulus" in rows and rows["peluang_lulus"].notna().any():
        head = _("Chance that the target is reached")
        columns.append(Column(head=head, values=rows["peluang_lulus"], format="0.00", width=11))
    if "perlu_diperiksa" in rows:
        flags = rows["perlu_diperiksa"].astype("boolean").fillna(value=False).astype(bool)
        columns.append(Column(head=_("To be checked"), values=list(flags), width=11))
    return columns


def _rates(material: Material) -> list[tuple[str, str, str, float]]:
    review = material.review
    if review is None:
        return []
    then, now = review.year, material.info.tahun
    share = format_number(100 * review.level)
    return [
        ("mentah_lalu", _("Measured in {year} (%)").format(year=then), "0.0", 10),
        ("mentah_kini", _("Measured in {year} (%)").format(year=now), "0.0", 10),
        ("harapan_kini", _("Expected in {year} from the year before (%)").format(year=now), "0.0", 12),
        ("prevalensi_lalu", _("Estimate {year} (%)").format(year=then), "0.0", 10),
        ("prevalensi_kini", _("Estimate {year} (%)").format(year=now), "0.0", 10),
        ("perubahan", _("Estimated change (points)"), "+0.0;−0.0;0.0", 11),
        ("perubahan_bawah", _("{share} % interval, low").format(share=share), "+0.0;−0.0;0.0", 10),
        ("perubahan_atas", _("{share} % interval, high").format(share=share), "+0.0;−0.0;0.0", 10),
        ("peluang_turun", _("Chance of a real fall"), "0.00", 10),
    ]


def _realised(rows: pd.DataFrame) -> list[Column]:
    named = [
        ("kegiatan", _("Activities planned last year"), "0", 11),
        ("selesai", _("of them done"), "0", 9),
        ("belum_diisi", _("of them not reported"), "0", 11),
        ("persen_selesai", _("Done (%)"), "0", 9),
    ]
    return [
        Column(head=head, values=rows[name], format=style, width=width)
        for name, head, style, width in named
        if name in rows
    ]


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
        Column(head=_("Code"), values=displayed_codes(ordered), width=16),
        Column(head=_("Kecamatan"), values=named["kecamatan"], width=22),
        Column(head=_("Village"), values=named["desa"], width=26),
    ]
    first = len(columns) + 1
    years = history.lists.loc[ordered.index]
    columns += [
        Column(head=str(year), values=[_("lokus") if on else "" for on in years[year]], width=9)
        for year in years
    ]
    columns += [
        Column(head=_("Years in a row"), values=ordered["tahun_lokus"], format="0", width=11),
        Column(head=_("Years in all"), values=ordered["total_tahun"], format="0", width=11),
        Column(head=_("Changes in and out"), values=ordered["keluar_masuk"], format="0", width=11),
    ]
    after = write_table(sheet, top, columns)
    for place, year in enumerate(years, start=first):
        for row, on in enumerate(years[year], start=top + 1):
            if on:
                sheet.cell(row=row, column=place).fill = _LISTED
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
