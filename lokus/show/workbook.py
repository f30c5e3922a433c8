"""The workbook of a study: annex of the decree, ranking, completeness, reconciliation, audit, method."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from openpyxl import Workbook

from lokus.files import atomic_path
from lokus.i18n import gettext as _
from lokus.show.cells import prepare_print
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

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip archive can state


def write_workbook(
    path: str | Path,
    results: gpd.GeoDataFrame,
    info: StudyInfo,
    *,
    contributions: pd.DataFrame | None = None,
    completeness: pd.DataFrame | None = None,
    reconciliation: pd.DataFrame | None = None,
    findings: pd.DataFrame | None = None,
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
    decree_sheet(book.create_sheet(_("SK annex")), info, results)
    ranking_sheet(book.create_sheet(_("Ranking")), info, results, contributions)
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
        draft.write_bytes(_fixed_bytes(book, stated))
    return path


def _fixed_bytes(book: Workbook, stated: datetime) -> bytes:
    """Give the workbook without the time of writing, which openpyxl and zip put in."""
    raw = io.BytesIO()
    book.save(raw)
    stamp = f"{stated:%Y-%m-%dT%H:%M:%SZ}".encode()
    fixed = io.BytesIO()
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
            target.writestr(zipfile.ZipInfo(entry.filename, _ZIP_DATE), content, zipfile.ZIP_DEFLATED)
    return fixed.getvalue()
