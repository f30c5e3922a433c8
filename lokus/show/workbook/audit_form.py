"""Write the form for the audit team: causes by code, number of cases, recommendation, status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lokus.followup.case_audit import AUDIT_STATUSES, RISK_GROUPS, AuditShortlist
from lokus.i18n import gettext as _
from lokus.intake.earlier.audit_sheet import AUDIT_HEADS
from lokus.places.kode import format_kode
from lokus.show.tables.table import Column
from lokus.show.workbook.cells import dress, prepare_print, save_workbook, write_heading, write_table

if TYPE_CHECKING:
    from lokus.show.results.info import StudyInfo

__all__ = ["write_audit_form"]

_ROWS = 8  # a village
_INPUT = PatternFill("solid", fgColor="FFF8DC")


def write_audit_form(
    path: str | Path, shortlist: AuditShortlist, info: StudyInfo, *, causes: Mapping[str, str]
) -> Path:
    """Write the form; :func:`lokus.intake.earlier.audit_sheet.read_audit_returns` reads it back filled in.

    Parameters
    ----------
    path : str or Path
        ``.xlsx``.
    shortlist : AuditShortlist
        Villages to be audited; each has some rows.
    info : StudyInfo
    causes : mapping of str to str
        Code → name of every cause.

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> path = Path(tempfile.mkdtemp()) / "hasil_audit_kasus.xlsx"
    >>> write_audit_form(path, kajian.case_audit, kajian.info, causes={"air_layak": "Air minum layak"}).name
    'hasil_audit_kasus.xlsx'
    """
    book = Workbook()
    sheet = book.active
    sheet.title = _("Results of the case audit")[:31]
    top = write_heading(
        sheet, info, _("Results of the case audit"),
        [
            _("One row a cause: never a name, address or NIK. Rows that are not needed stay empty."),
            _("A cause is a code from the second sheet; the number of cases is a count."),
        ],
    )  # fmt: skip
    table = shortlist.table
    codes = [format_kode(str(kode)) for kode in table.index for _row in range(_ROWS)]
    names = [
        f"{desa}, {kec}"
        for desa, kec in zip(table["desa"], table["kecamatan"], strict=True)
        for _r in range(_ROWS)
    ]
    empty: Sequence[None] = [None] * len(codes)
    widths = {"kelompok": 12, "sebab": 30, "kasus": 10, "rekomendasi": 50, "status": 12}
    columns = [
        Column(head=AUDIT_HEADS["kode_desa"], values=codes, width=16),
        Column(head=_("Village"), values=names, width=34),
        *(
            Column(head=AUDIT_HEADS[key], values=empty, width=width, wrap=key == "rekomendasi")
            for key, width in widths.items()
        ),
    ]
    last = write_table(sheet, top, columns) - 1
    listing = book.create_sheet(_("Causes"))
    first = write_heading(listing, info, _("Codes of causes"), [_("From the catalogue of indicators.")])
    write_table(
        listing, first,
        [
            Column(head=_("Code"), values=list(causes), width=34),
            Column(head=_("Cause"), values=list(causes.values()), width=70),
        ],
    )  # fmt: skip
    lists = {
        3: f'"{",".join(RISK_GROUPS)}"',
        4: f"'{listing.title}'!$A${first + 1}:$A${first + len(causes)}",
        7: f'"{",".join(AUDIT_STATUSES)}"',
    }
    for place in range(3, 8):
        letter = get_column_letter(place)
        for row in range(top + 1, last + 1):
            dress(sheet.cell(row=row, column=place), fill=_INPUT)
        if place in lists and codes:
            rule = DataValidation(type="list", formula1=lists[place], allow_blank=True)
            rule.showErrorMessage = True
            rule.add(f"{letter}{top + 1}:{letter}{last}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = sheet.cell(row=top + 1, column=3)
    for one in book.worksheets:
        prepare_print(one, info)
    return save_workbook(book, path, info)
