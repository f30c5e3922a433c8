"""The sheet of structures: where TPPS, BKB, TPK and posyandu are there, and where they are to be set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.show.tables.village_structures import lacking_table, structures_table
from lokus.show.workbook.cells import write_cell, write_heading, write_table

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.followup.structures import Structures
    from lokus.show.results.info import StudyInfo

__all__ = ["structures_sheet"]


def structures_sheet(sheet: Worksheet, info: StudyInfo, structures: Structures) -> None:
    """Write how many villages have each structure, and below it which lack one.

    Examples
    --------
    >>> import pandas as pd
    >>> from openpyxl import Workbook
    >>> from lokus.followup.structures import village_structures
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> from lokus.show.results.info import StudyInfo
    >>> village = pd.DataFrame(
    ...     {"desa": ["Alai"], "kecamatan": "Air", "kode_kecamatan": "990101", "posyandu": [0.0]}, index=["1"]
    ... )
    >>> sheet = Workbook().active
    >>> found = village_structures(village, ["posyandu"], load_catalogue())
    >>> structures_sheet(sheet, StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026), found)
    >>> [cell.value for cell in sheet[10]][:4]
    ['Air', 'Alai', 'tidak', 'Jumlah posyandu']
    """
    counts, rows = structures_table(structures), lacking_table(structures)
    top = write_heading(sheet, info, counts.title, [counts.lead])
    end = write_table(sheet, top, counts.columns)
    if not len(rows):
        return
    widths = {letter: part.width for letter, part in sheet.column_dimensions.items()}
    write_cell(sheet, end + 1, 1, rows.title, font={"bold": True})
    write_table(sheet, end + 2, rows.columns)
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = max(width, sheet.column_dimensions[letter].width)
    sheet.freeze_panes = None
    sheet.print_title_rows = None
