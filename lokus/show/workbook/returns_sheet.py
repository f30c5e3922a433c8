"""The sheet of what the case audit found, by kabupaten and kecamatan, without names and small counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.show.tables.table import Column
from lokus.show.workbook.cells import write_cell, write_heading, write_table

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.followup.audit_returns import AuditReturns
    from lokus.show.results.info import StudyInfo

__all__ = ["audit_returns_sheet"]


def audit_returns_sheet(sheet: Worksheet, info: StudyInfo, returns: AuditReturns) -> None:
    """Write causes and what became of the recommendations: the kabupaten, each kecamatan, each village.

    Examples
    --------
    >>> import pandas as pd
    >>> from openpyxl import Workbook
    >>> from lokus.followup.audit_returns import audit_returns
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> from lokus.show.results.info import StudyInfo
    >>> village = pd.DataFrame({"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "1"}, index=["11"])
    >>> rows = pd.DataFrame(
    ...     {"kode_desa": ["11"], "sebab": "air_layak", "kasus": 2, "status": "selesai"}
    ... )
    >>> sheet = Workbook().active
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> audit_returns_sheet(sheet, info, audit_returns(rows, village, load_catalogue()))
    >>> [cell.value for cell in sheet[7]][1:3]
    ['disamarkan', 1.0]
    """
    lines = [str(returns), _("Counts below 5, and totals that would tell them, are masked.")]
    top = write_heading(sheet, info, _("Results of the case audit"), lines)
    parts = (
        ("", returns.total, ()),
        (_("By kecamatan"), returns.by_kecamatan, ("kecamatan",)),
        (_("Village by village"), returns.by_village, ("kecamatan", "desa")),
    )
    for title, frame, places in parts:
        if title:
            write_cell(sheet, top, 1, title, font={"bold": True})
            top += 1
        top = write_table(sheet, top, _columns(frame, places)) + 1
    sheet.freeze_panes = None
    sheet.auto_filter.ref = None
    sheet.print_title_rows = None


def _columns(frame: pd.DataFrame, places: tuple[str, ...]) -> list[Column]:
    heads = {"kecamatan": _("Kecamatan"), "desa": _("Village")}
    return [
        *(Column.text(heads[name], frame[name], width=22) for name in places),
        Column.text(_("Cause"), frame["indikator"], width=40),
        Column.number(_("Cases"), frame["kasus"], missing=True, masked=frame["disamarkan"].to_numpy()),
        Column.number(_("Recommendations"), frame["anjuran"], width=16),
        Column.number(_("of them done"), frame["selesai"]),
    ]
