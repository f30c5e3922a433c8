"""The sheet of gaps: which village fails which indicator of which office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from openpyxl.styles import Font, PatternFill

from lokus.followup.gaps import gaps_by_indicator
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.cells import FACE, Column, write_heading, write_table
from lokus.show.facts import displayed_codes
from lokus.show.palette import class_label
from lokus.show.texts import is_masked, threshold_text

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.info import StudyInfo

__all__ = ["gap_sheet"]

_FAILS = PatternFill("solid", fgColor="F6DCCB")
_NO_DATA = Font(name=FACE, size=9, italic=True, color="7A858A")


def gap_sheet(sheet: Worksheet, info: StudyInfo, results: gpd.GeoDataFrame, gaps: pd.DataFrame) -> None:
    """Write villages by failing indicators, the lokus first; each head states office and threshold.

    A cell of a village is its value where that fails, "no data yet" where there is none, and empty where the
    threshold is met.
    """
    order = results.assign(_kode=results.index).sort_values(["nomor", "_kode"], na_position="last")
    rows = order[order.index.isin(gaps["kode_desa"])]
    indicators = gaps_by_indicator(gaps, results.index[results["nomor"].notna()])
    columns = [
        Column(head=_("No. on the list"), values=rows["nomor"], format="0", width=9),
        Column(head=_("Code"), values=displayed_codes(rows), width=16),
        Column(head=_("Kecamatan"), values=rows["kecamatan"], width=22),
        Column(head=_("Village"), values=rows["desa"], width=26),
        Column(head=_("Status"), values=[class_label(key) for key in rows["status_usulan"]], width=16),
    ]
    first = len(columns) + 1
    by_kind = {kind: np.zeros(len(rows), dtype=int) for kind in ("spesifik", "sensitif", "")}
    marked: list[np.ndarray] = []
    unknown: list[np.ndarray] = []
    for item in indicators.to_dict("records"):
        own = gaps[(gaps["opd"] == item["opd"]) & (gaps["indikator"] == item["indikator"])].set_index(
            "kode_desa"
        )
        fails = rows.index.isin(own.index)
        values = own["nilai"].reindex(rows.index)
        by_kind[item["jenis"]] += fails
        marked.append(fails)
        unknown.append(_without_data(rows, str(own["kunci"].iloc[0])) & ~fails)
        limit = threshold_text(format_number(item["ambang"], decimals=1), item["buruk"])
        office = item["opd"] or _("office unknown")
        columns.append(
            Column(
                head=f"{office} · {item['indikator']} ({limit})", values=values, format="0.0", width=17,
                masked=fails & values.isna().to_numpy(),
            )
        )  # fmt: skip
    failing = np.sum(list(by_kind.values()), axis=0)
    columns += [
        Column(head=_("Specific interventions"), values=by_kind["spesifik"], format="0", width=12),
        Column(head=_("Sensitive interventions"), values=by_kind["sensitif"], format="0", width=12),
        Column(head=_("Number of gaps"), values=failing, format="0", width=14),
    ]
    silent = int(sum(cells.sum() for cells in unknown))
    top = write_heading(
        sheet, info, _("Gaps by office (OPD)"),
        [
            _("{n} of {total} villages fail at least one threshold; an empty cell meets it, and {silent} "
              "cells have no data yet")
            .format(n=len(rows), total=len(results), silent=silent),
        ],
    )  # fmt: skip
    write_table(sheet, top, columns)
    sheet.row_dimensions[top].height = 78
    for place, (fails, silent_here) in enumerate(zip(marked, unknown, strict=True), start=first):
        for row in np.flatnonzero(fails):
            sheet.cell(row=top + 1 + int(row), column=place).fill = _FAILS
        for row in np.flatnonzero(silent_here):
            cell = sheet.cell(row=top + 1 + int(row), column=place)
            cell.value, cell.font = _("no data yet"), _NO_DATA
    sheet.freeze_panes = sheet.cell(row=top + 1, column=first)


def _without_data(rows: gpd.GeoDataFrame, key: str) -> np.ndarray:
    """Whether a village has no value of an indicator; a value masked for the public is one."""
    if key not in rows:
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(rows[key].isna(), dtype=bool) & ~is_masked(rows, key)
