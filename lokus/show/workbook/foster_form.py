"""Write the register of foster parents to be filled in: one row a village, numbers only."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lokus.i18n import gettext as _
from lokus.intake.earlier.foster_register import FOSTER_COUNTS, FOSTER_HEADS, FOSTER_HELP, FOSTER_PLACE
from lokus.places.kode import format_kode
from lokus.show.tables.table import Column
from lokus.show.workbook.cells import dress, prepare_print, save_workbook, write_heading, write_table

if TYPE_CHECKING:
    import pandas as pd

    from lokus.show.results.info import StudyInfo

__all__ = ["write_foster_form"]

_INPUT = PatternFill("solid", fgColor="FFF8DC")


def write_foster_form(path: str | Path, villages: pd.DataFrame, info: StudyInfo, *, period: str) -> Path:
    """Write the form; :func:`lokus.intake.earlier.foster_register.read_foster_register` reads it back.

    Parameters
    ----------
    path : str or Path
        ``.xlsx``.
    villages : DataFrame, index ``kode_desa``
        Each has one row: ``desa``, ``kecamatan``, ``kode_kecamatan`` and, if known, ``anak_stunting``.
    info : StudyInfo
    period : str
        That the rows are for.

    Examples
    --------
    >>> import tempfile
    >>> from lokus import Kajian
    >>> kajian = Kajian.open("data/kajian/contoh-2026.toml")
    >>> path = Path(tempfile.mkdtemp()) / "register_orang_tua_asuh.xlsx"
    >>> write_foster_form(path, kajian.results, kajian.info, period="Tahun 2026").name
    'register_orang_tua_asuh.xlsx'
    """
    book = Workbook()
    sheet = book.active
    sheet.title = _("Register")
    top = write_heading(
        sheet, info, _("Register of foster parents"),
        [
            _(
                "Fill in the yellow cells: numbers of the village as they stand at the end of the period. "
                "Never a name, address or NIK."
            ),
            _(
                "Those who pledged include those who gave. Children reached: each child once. A number that "
                "is not known stays empty; none is 0."
            ),
            _("Kinds of help: {words}; several with a semicolon between them.").format(
                words=", ".join(FOSTER_HELP)
            ),
        ],
    )  # fmt: skip
    known = "anak_stunting" in villages
    table = villages.assign(_kode=villages.index).sort_values(["kode_kecamatan", "_kode"], kind="stable")
    empty = [None] * len(table)
    widths = {"berjanji": 15, "memberi": 17, "anak": 13, "kunjungan": 12, "jenis": 30}
    columns = [
        Column(head=FOSTER_HEADS["kode_desa"], values=[format_kode(str(k)) for k in table.index], width=16),
        Column.text(FOSTER_PLACE["kecamatan"], table["kecamatan"], width=20),
        Column.text(FOSTER_PLACE["desa"], table["desa"], width=24),
        Column(head=FOSTER_HEADS["periode"], values=[period] * len(table), width=24),
        *(
            [Column.number(FOSTER_PLACE["perkiraan"], table["anak_stunting"], width=14, missing=True)]
            if known
            else []
        ),
        *(
            Column(
                head=FOSTER_HEADS[key], values=empty, width=width, format="#,##0" if key != "jenis" else ""
            )
            for key, width in widths.items()
        ),
    ]
    last = write_table(sheet, top, columns) - 1
    first_input = len(columns) - len(widths) + 1
    whole = DataValidation(
        type="whole", operator="between", formula1="0", formula2="999999", allow_blank=True,
        showErrorMessage=True, error=_("Write a whole number, or leave the cell empty."),
    )  # fmt: skip
    # A choice of the list, or several with a semicolon: other words are refused where the form is read back.
    kinds = DataValidation(
        type="list", formula1=f'"{",".join(FOSTER_HELP)}"', allow_blank=True, showErrorMessage=False
    )
    for place, key in enumerate(widths, start=first_input):
        letter = get_column_letter(place)
        for row in range(top + 1, last + 1):
            dress(sheet.cell(row=row, column=place), fill=_INPUT)
        if len(table):
            (whole if key in FOSTER_COUNTS else kinds).add(f"{letter}{top + 1}:{letter}{last}")
    for rule in (whole, kinds):
        if len(table):
            sheet.add_data_validation(rule)
    sheet.freeze_panes = sheet.cell(row=top + 1, column=4)
    prepare_print(sheet, info)
    return save_workbook(book, path, info)
