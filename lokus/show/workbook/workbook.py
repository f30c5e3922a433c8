"""Write the workbook of a study: annex and basis, ranking, certainty, review, gaps, follow-up, method."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from openpyxl import Workbook

from lokus.i18n import gettext as _
from lokus.show.tables.case_audit_tables import case_audit_tables
from lokus.show.tables.foster_tables import foster_tables
from lokus.show.tables.study import clusters_table, deviance_table
from lokus.show.workbook.cells import prepare_print, save_workbook
from lokus.show.workbook.cost_sheet import costs_sheet
from lokus.show.workbook.followup import add_followup_sheets, structures_sheet
from lokus.show.workbook.proposal import (
    audit_sheet,
    basis_sheet,
    certainty_sheet,
    certainty_tables,
    completeness_sheet,
    decree_sheet,
    gap_sheet,
    justification_sheet,
    method_sheet,
    ranking_sheet,
    reconciliation_sheet,
    table_sheet,
)
from lokus.show.workbook.review import history_sheet, review_sheet
from lokus.show.workbook.stacked_sheet import stacked_sheet

if TYPE_CHECKING:
    from lokus.show.results.material import Material

__all__ = ["write_workbook"]


def write_workbook(path: str | Path, material: Material) -> Path:
    """Write the workbook; the same study gives the same bytes.

    Parameters
    ----------
    path : str or Path
        Where to write, ``.xlsx``; replaced only when the workbook is complete.
    material : Material
        Results and whatever else there is to tell; each part has its sheet.

    Returns
    -------
    Path

    Notes
    -----
    Text from inputs is stored as text and can never become a formula. The ranking is sorted on unrounded
    values; the figures of the villages are stored as they are read on paper, so that a value copied from a
    sheet is the one that was decided on. Unrounded values are in GeoPackage and CSV.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> import openpyxl
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> place = pd.DataFrame(
    ...     {"nomor": [1, None], "desa": ["Alai", "Batu"], "kecamatan": "Lembak", "kode_kecamatan": "160301"},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> place = place.assign(peringkat=[1, 2], skor=[0.76, 0.42], status_usulan=["lokus", "bukan lokus"])
    >>> with TemporaryDirectory() as folder:
    ...     path = write_workbook(f"{folder}/lokus.xlsx", Material(results=place, kecamatan=place, info=info))
    ...     openpyxl.load_workbook(path).sheetnames
    ['Lampiran SK', 'Dasar penetapan', 'Peringkat', 'Metode']
    """
    material = material.in_order
    info, results = material.info, material.results
    book = Workbook()
    book.remove(book.active)
    decree_sheet(book.create_sheet(_("SK annex")), material)
    basis_sheet(book.create_sheet(_("Basis of the list")), material)
    ranking_sheet(book.create_sheet(_("Ranking")), material)
    if any(table is not None for table in certainty_tables(material)):
        certainty_sheet(book.create_sheet(_("Certainty")), material)
    if material.justifications is not None:
        justification_sheet(book.create_sheet(_("Justification")), material)
    clusters = clusters_table(material)
    if clusters is not None:
        table_sheet(book.create_sheet(_("Clusters")), info, clusters)
    deviance = deviance_table(material)
    if deviance is not None:
        table_sheet(book.create_sheet(_("Better than expected")), info, deviance)
    if material.review is not None:
        review_sheet(book.create_sheet(_("Review")), material)
        if material.review.several_years:
            history_sheet(book.create_sheet(_("History")), material)
    if material.gaps is not None:
        gap_sheet(book.create_sheet(_("Gaps")), material, material.gaps)
    if material.costs is not None:
        costs_sheet(book.create_sheet(_("Costs")), material)
    audited = case_audit_tables(material.audit_returns)
    if audited:
        stacked_sheet(
            book.create_sheet(_("Case audit results")), info, _("Results of the case audit"), audited
        )
    fostered = foster_tables(material.foster)
    if fostered:
        stacked_sheet(book.create_sheet(_("Foster parents")), info, _("Register of foster parents"), fostered)
    if material.structures is not None:
        structures_sheet(book.create_sheet(_("Structures")), info, material.structures)
    add_followup_sheets(
        book,
        info,
        results,
        sharings=material.sharings,
        beneficiaries=material.beneficiaries,
        trajectory=material.trajectory,
        case_audit=material.case_audit,
        public=material.public,
    )
    if material.completeness is not None:
        completeness_sheet(book.create_sheet(_("Completeness")), info, results, material.completeness)
    if material.reconciliation is not None and len(material.reconciliation.columns):
        reconciliation_sheet(book.create_sheet(_("Reconciliation")), info, material.reconciliation)
    if material.findings is not None:
        audit_sheet(book.create_sheet(_("Audit")), info, material.findings)
    method_sheet(book.create_sheet(_("Method")), info, material.method)
    for sheet in book.worksheets:
        prepare_print(sheet, info)
    return save_workbook(book, path, info)
