"""The workbook of a study: annex, ranking, gaps, completeness, reconciliation, audit, method."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.show.cells import prepare_print
from lokus.show.gap_sheet import gap_sheet
from lokus.show.printable import fixed_archive
from lokus.show.sheets import (
    audit_sheet,
    completeness_sheet,
    decree_sheet,
    method_sheet,
    ranking_sheet,
    reconciliation_sheet,
)

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from lokus.show.info import StudyInfo

__all__ = ["write_workbook"]


def write_workbook(
    path: str | Path,
    results: gpd.GeoDataFrame,
    info: StudyInfo,
    *,
    contributions: pd.DataFrame | None = None,
    completeness: pd.DataFrame | None = None,
    reconciliation: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
    gaps: pd.DataFrame | None = None,
    level: float = 0.9,
    method: Iterable[tuple[str, Any]] = (),
) -> Path:
    """Write the workbook; the same study gives the same bytes.

    Parameters
    ----------
    path : str or Path
        Where to write, ``.xlsx``; replaced only when the workbook is complete.
    results : geopandas.GeoDataFrame
        Village table with rates, scores, selection and ``status_usulan``.
    info : StudyInfo
        Title, rule and provenance.
    contributions : pandas.DataFrame, optional
        Village × indicator parts of the score (0–1), under the names to be shown.
    completeness : pandas.DataFrame, optional
        Village × indicator, true where there is a value.
    reconciliation, findings : pandas.DataFrame, optional
        What became of every input row; findings of the audit.
    gaps : pandas.DataFrame, optional
        What fails its threshold where, as :func:`lokus.show.gaps.find_gaps` gives it.
    level : float
        Coverage of the intervals, 0–1.
    method : iterable of (label, value)
        Lines of the method sheet.

    Returns
    -------
    Path

    Notes
    -----
    Text from inputs is stored as text and can never become a formula. The ranking is sorted on unrounded
    values; number formats round what is seen, not what is stored.
    """
    results = results.sort_index()
    book = Workbook()
    book.remove(book.active)
    decree_sheet(book.create_sheet(_("SK annex")), info, results, level=level)
    ranking_sheet(book.create_sheet(_("Ranking")), info, results, contributions, level=level)
    if gaps is not None:
        gap_sheet(book.create_sheet(_("Gaps")), info, results, gaps)
    if completeness is not None:
        completeness_sheet(book.create_sheet(_("Completeness")), info, results, completeness)
    if reconciliation is not None and len(reconciliation.columns):
        reconciliation_sheet(book.create_sheet(_("Reconciliation")), info, reconciliation)
    if findings is not None:
        audit_sheet(book.create_sheet(_("Audit")), info, findings)
    method_sheet(book.create_sheet(_("Method")), info, method)
    for sheet in book.worksheets:
        prepare_print(sheet, info)
    stated = datetime(info.tahun, 1, 1)
    book.properties.title = info.title
    book.properties.creator = info.instansi or "lokus"
    book.properties.created = stated
    path = Path(path)
    with atomic_path(path) as draft:
        draft.write_bytes(fixed_archive(book.save, modified=f"{stated:%Y-%m-%dT%H:%M:%SZ}"))
    return path
