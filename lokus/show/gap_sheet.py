"""The sheet of gaps: which village fails which indicator of which office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from openpyxl.styles import PatternFill

from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.cells import Column, write_heading, write_table
from lokus.show.facts import displayed_codes
from lokus.show.gaps import gaps_by_indicator, threshold_text
from lokus.show.palette import class_label

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.info import StudyInfo

__all__ = ["gap_sheet"]

_FAILS = PatternFill("solid", fgColor="F6DCCB")


def gap_sheet(sheet: Worksheet, info: StudyInfo, results: gpd.GeoDataFrame, gaps: pd.DataFrame) -> None:
    """Write villages by failing indicators, the lokus first; each head states office and threshold."""
    order = results.assign(_kode=results.index).sort_values(["nomor", "_kode"], na_position="last")
    rows = order[order.index.isin(gaps["kode_desa"])]
    top = write_heading(
        sheet, info, _("Gaps by office (OPD)"),
        [
            _("{n} of {total} villages fail at least one threshold; an empty cell fails none, or has no data")
            .format(n=len(rows), total=len(results)),
        ],
    )  # fmt: skip
    columns = [
        Column(head=_("No. on the list"), values=rows["nomor"], format="0", width=9),
        Column(head=_("Code"), values=displayed_codes(rows), width=16),
        Column(head=_("Kecamatan"), values=rows["kecamatan"], width=22),
        Column(head=_("Village"), values=rows["desa"], width=26),
        Column(head=_("Status"), values=[class_label(key) for key in rows["status_usulan"]], width=16),
    ]
    first = len(columns) + 1
    failing = np.zeros(len(rows), dtype=int)
    marked: list[np.ndarray] = []
    indicators = gaps_by_indicator(gaps, results.index[results["nomor"].notna()])
    for item in indicators.to_dict("records"):
        own = gaps[(gaps["opd"] == item["opd"]) & (gaps["indikator"] == item["indikator"])].set_index(
            "kode_desa"
        )
        fails = rows.index.isin(own.index)
        values = own["nilai"].reindex(rows.index)
        failing += fails
        marked.append(fails)
        limit = threshold_text(format_number(item["ambang"], decimals=1), item["buruk"])
        office = item["opd"] or _("office unknown")
        columns.append(
            Column(
                head=f"{office} · {item['indikator']} ({limit})", values=values, format="0.0", width=17,
                masked=fails & values.isna().to_numpy(),
            )
        )  # fmt: skip
    columns.append(Column(head=_("Number of gaps"), values=failing, format="0", width=11))
    write_table(sheet, top, columns)
    sheet.row_dimensions[top].height = 78
    for place, fails in enumerate(marked, start=first):
        for row in np.flatnonzero(fails):
            sheet.cell(row=top + 1 + int(row), column=place).fill = _FAILS
    sheet.freeze_panes = sheet.cell(row=top + 1, column=first)
