"""The sheet of costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lokus.i18n import gettext as _
from lokus.show.tables.cost_tables import cost_tables
from lokus.show.workbook.stacked_sheet import stacked_sheet

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.results.material import Material

__all__ = ["costs_sheet"]


def costs_sheet(sheet: Worksheet, material: Material) -> None:
    """Write the tables of costs one below the other.

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> from lokus import Kajian
    >>> sheet = Workbook().active
    >>> costs_sheet(sheet, Kajian.open("data/kajian/contoh-2026.toml").material)
    >>> sheet["A2"].value
    'Biaya menutup kesenjangan'
    """
    stacked_sheet(sheet, material.info, _("Cost of closing the gaps"), cost_tables(material))
