"""Write the workbook of a province: one sheet for each table, studies held back first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook

from lokus.show.province.province_tables import province_sentence, province_tables
from lokus.show.workbook.cells import prepare_print, save_workbook, write_heading, write_table

if TYPE_CHECKING:
    from lokus.show.province.province_tables import Province

__all__ = ["write_province_workbook"]


def write_province_workbook(path: str | Path, province: Province) -> Path:
    """Write the workbook; the same studies give the same bytes.

    Parameters
    ----------
    path : str or Path
    province : Province

    Examples
    --------
    >>> import tempfile
    >>> from lokus.show.province.province_tables import empty_province
    >>> write_province_workbook(Path(tempfile.mkdtemp()) / "a.xlsx", empty_province("Provinsi Contoh")).name
    'a.xlsx'
    """
    info, book = province.info, Workbook()
    book.remove(book.active)
    for name, table in province_tables(province).items():
        sheet = book.create_sheet(name)
        lines = [province_sentence(province), *table.notes]
        write_table(sheet, write_heading(sheet, info, table.title, lines), table.columns)
        prepare_print(sheet, info)
    return save_workbook(book, path, info)
