"""Write the sheets of the proposal, the data and the method."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from openpyxl.styles import Alignment, PatternFill
from openpyxl.utils import get_column_letter

from lokus.findings import Level, finding_offices, level_label
from lokus.followup.gaps import gap_digits, gaps_by_indicator, limit_texts
from lokus.i18n import gettext as _
from lokus.places.kode import format_kode
from lokus.show.results.formalities import head_of_region
from lokus.show.results.headlines import Headlines
from lokus.show.results.text import is_masked, threshold_text
from lokus.show.tables.study import (
    alternatives_table,
    certainty_table,
    odds_table,
    overlap_table,
    prices_table,
)
from lokus.show.tables.table import Column, Table
from lokus.show.tables.villages import annex_table, place_columns, proposal_table, ranking_table, reasons
from lokus.show.themes.palette import class_label
from lokus.show.words.narrative import completeness_sentence, level_lines
from lokus.show.workbook.cells import NO_DATA, dress, keep_whole, write_cell, write_heading, write_table

if TYPE_CHECKING:
    import geopandas as gpd
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.show.results.info import StudyInfo
    from lokus.show.results.material import Material

__all__ = [
    "audit_sheet",
    "basis_sheet",
    "certainty_sheet",
    "certainty_tables",
    "completeness_sheet",
    "decree_sheet",
    "gap_sheet",
    "justification_sheet",
    "method_sheet",
    "ranking_sheet",
    "reconciliation_sheet",
    "table_sheet",
]


_CERTAINTY_WIDTHS = (36, 16, 44, 44)
_WIDEST = 36  # of a column of any text
_NARROW = {"file": 24, "column": 22, "reason": 30}  # columns of which few cells hold much
_PRESENT = PatternFill("solid", fgColor="E3EFE6")
_ABSENT = _FAILS = PatternFill("solid", fgColor="F6DCCB")


def decree_sheet(sheet: Worksheet, material: Material) -> None:
    """Write the draft of the decree's annex: the proposed villages in the order of their numbers.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> from openpyxl import Workbook
    >>> place = pd.DataFrame(
    ...     {"nomor": [1, None], "desa": ["Alai", "Batu"], "kecamatan": "Lembak", "kode_kecamatan": "160301"},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> sheet = Workbook().active
    >>> decree_sheet(sheet, Material(results=place, kecamatan=place, info=info))
    >>> sheet["A1"].value
    'RANCANGAN – Lampiran Keputusan tentang Lokasi Fokus (Lokus) Penurunan Stunting'
    """
    info, table = material.info, annex_table(material)
    top = write_heading(
        sheet,
        info,
        _("DRAFT – Annex to the decree on focus villages (lokus) for stunting reduction"),
        [table.title],
    )
    row = write_table(sheet, top, table.columns, level=material.level) + 1
    place = max(1, len(table.columns) - 2)  # three columns: dates are written in by hand
    for offset, line in enumerate(
        (_("Set in ………………, date ………………"), head_of_region(info.kabupaten), "", "", "(………………………………)"),
        start=1,
    ):
        write_cell(sheet, row + offset, place, line)


def basis_sheet(sheet: Worksheet, material: Material) -> None:
    """Write what the list rests on: figures with intervals, chances and reasons of the proposed villages.

    Examples
    --------
    >>> import pandas as pd
    >>> from openpyxl import Workbook
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> place = pd.DataFrame({"nomor": [1], "desa": "Alai", "kecamatan": "Lembak"}, index=["1603012001"])
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> sheet = Workbook().active
    >>> place["kode_kecamatan"] = "160301"
    >>> basis_sheet(sheet, Material(results=place, kecamatan=place, info=info))
    >>> sheet["A1"].value
    'Dasar penetapan daftar'
    """
    info, table = material.info, proposal_table(material)
    top = write_heading(sheet, info, _("What the list rests on"), [table.title, info.rule])
    why = Column(head=_("Reason"), values=reasons(material.chosen), width=44, wrap=True)
    row = write_table(sheet, top, [*table.columns, why], level=material.level) + 1
    sheet.freeze_panes = sheet.cell(row=top + 1, column=4)
    for line in (info.source_line, *table.notes):
        if line:
            write_cell(sheet, row, 1, line, font={"color": "5C666C"})
            row += 1


def ranking_sheet(sheet: Worksheet, material: Material) -> None:
    """Write all villages by rank, with the parts of the score; those without a score at the end.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> from openpyxl import Workbook
    >>> place = pd.DataFrame(
    ...     {"nomor": [1, None], "desa": ["Alai", "Batu"], "kecamatan": "Lembak", "kode_kecamatan": "160301"},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> place = place.assign(peringkat=[1, 2], skor=[0.76, 0.42], status_usulan=["lokus", "bukan lokus"])
    >>> sheet = Workbook().active
    >>> ranking_sheet(sheet, Material(results=place, kecamatan=place, info=info))
    >>> sheet["A1"].value
    'Peringkat semua desa/kelurahan'
    """
    table = ranking_table(material)
    top = write_heading(sheet, material.info, table.title, [material.info.rule])
    *figures, why = table.columns
    # A reason runs on to the right of its row, on the screen. On paper those of the list are the basis of the
    # list, and rows of one line keep all villages on few pages.
    end = write_table(sheet, top, [*figures, replace(why, wrap=False)], level=material.level)
    printed = sum(len(column.split()) for column in figures)
    sheet.print_area = f"A1:{get_column_letter(printed)}{end - 1}"
    sheet.freeze_panes = sheet.cell(row=top + 1, column=5)


def certainty_tables(material: Material) -> tuple[Table | None, ...]:
    """Give the tables of :func:`certainty_sheet`, ``None`` where the study holds nothing for one.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> desa = pd.DataFrame({"desa": ["Air"], "kecamatan": ["Ulu"], "nomor": [1]}, index=["9901012001"])
    >>> prices = pd.DataFrame({"aturan": ["3 desa"], "dilonggarkan": ["4 desa"], "harga": [0.04]})
    >>> material = Material(results=desa, kecamatan=desa, info=info, prices=prices)
    >>> [table.title for table in certainty_tables(material) if table is not None]
    ['Harga tiap aturan']
    """
    return (
        certainty_table(material), odds_table(material), alternatives_table(material), prices_table(material),
        overlap_table(material),
    )  # fmt: skip


def certainty_sheet(sheet: Worksheet, material: Material) -> None:
    """Write how sure the list is and what else was possible: small tables, one below the other.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> desa = pd.DataFrame({"desa": ["Air"], "kecamatan": ["Ulu"], "nomor": [1]}, index=["9901012001"])
    >>> prices = pd.DataFrame({"aturan": ["3 desa"], "dilonggarkan": ["4 desa"], "harga": [0.04]})
    >>> material = Material(results=desa, kecamatan=desa, info=info, prices=prices)
    >>> from openpyxl import Workbook
    >>> sheet = Workbook().active
    >>> certainty_sheet(sheet, material)
    >>> [cell.value for cell in sheet[6]]
    ['Aturan', 'Jika dilonggarkan menjadi', 'Tambahan jumlah skor']
    """
    notes = [material.tie_caution] if material.tie_caution else []
    row = write_heading(sheet, material.info, _("How sure, and what else was possible"), notes)
    starts = []
    for table in certainty_tables(material):
        if table is None:
            continue
        starts.append(row)
        write_cell(sheet, row, 1, table.title, size=11, font={"bold": True})
        write_cell(sheet, row + 1, 1, table.lead, font={"color": "5C666C"})
        columns = [
            replace(column, width=width, wrap=column.decimals is None)
            for column, width in zip(table.columns, _CERTAINTY_WIDTHS, strict=False)
        ]
        row = write_table(sheet, row + 2, columns) + 1
    # Several tables: none of them is the one to filter, to freeze or to print on every page.
    sheet.auto_filter.ref = sheet.freeze_panes = sheet.print_title_rows = None
    keep_whole(sheet, starts)


def justification_sheet(sheet: Worksheet, material: Material) -> None:
    """Write the justification of each proposed village.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> desa = pd.DataFrame({"desa": ["Air"], "kecamatan": ["Ulu"], "nomor": [1]}, index=["9901012001"])
    >>> why = pd.Series(["Air, Kecamatan Ulu. Peringkat 1."], index=desa.index)
    >>> material = Material(results=desa, kecamatan=desa, info=info, justifications=why)
    >>> from openpyxl import Workbook
    >>> sheet = Workbook().active
    >>> justification_sheet(sheet, material)
    >>> sheet.cell(row=6, column=5).value
    'Air, Kecamatan Ulu. Peringkat 1.'
    """
    chosen, written = material.chosen, material.justifications
    if written is None:
        raise ValueError("the material has no justifications")
    top = write_heading(
        sheet, material.info, _("Why each proposed village"),
        [_("Also what the list would be without it, and how sure its place is")],
    )  # fmt: skip
    columns = [
        Column.number(_("No. on the list"), chosen["nomor"], width=9),
        *place_columns(chosen),
        Column(head=_("Reason"), values=written.reindex(chosen.index).tolist(), width=110, wrap=True),
    ]
    write_table(sheet, top, columns)


def table_sheet(sheet: Worksheet, info: StudyInfo, table: Table) -> None:
    """Write one table with its notes below it.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> from openpyxl import Workbook
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> table = Table.of(Column.number("Desa", [5]), title="Gugus", lead="1 gugus nyata")
    >>> sheet = Workbook().active
    >>> table_sheet(sheet, info, table)
    >>> int(sheet.cell(row=6, column=1).value)
    5
    """
    top = write_heading(sheet, info, table.title, [table.lead])
    row = write_table(sheet, top, table.columns) + 1
    for line in table.notes:
        write_cell(sheet, row, 1, line, font={"color": "5C666C"})
        row += 1


def completeness_sheet(
    sheet: Worksheet, info: StudyInfo, results: gpd.GeoDataFrame, completeness: pd.DataFrame
) -> None:
    """Write which village has which indicator: the list that goes back to the offices.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from openpyxl import Workbook
    >>> place = pd.DataFrame(
    ...     {"nomor": [1, None], "desa": ["Alai", "Batu"], "kecamatan": "Lembak", "kode_kecamatan": "160301"},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> present = pd.DataFrame({"Sanitasi layak": [True, False]}, index=place.index)
    >>> sheet = Workbook().active
    >>> completeness_sheet(sheet, info, place, present)
    >>> sheet["A3"].value.startswith("1 dari 2 nilai yang diperlukan belum ada")
    True
    """
    present = Headlines.present(completeness.reindex(results.index))
    missing = int((~present).to_numpy().sum())
    top = write_heading(
        sheet, info, _("Completeness of the data"),
        [completeness_sentence(missing, present.size)] if present.size else [],
    )  # fmt: skip
    columns = [*place_columns(results)]
    first = len(columns) + 1
    columns += [
        Column(
            head=str(name),
            values=[_("present") if there else _("missing") for there in present[name]],
            width=13,
        )
        for name in present
    ]
    write_table(sheet, top, columns)
    for place, name in enumerate(present, start=first):
        for row, there in enumerate(present[name], start=top + 1):
            dress(sheet.cell(row=row, column=place), fill=_PRESENT if there else _ABSENT)
    sheet.freeze_panes = sheet.cell(row=top + 1, column=first)


def reconciliation_sheet(sheet: Worksheet, info: StudyInfo, reconciliation: pd.DataFrame) -> None:
    """Write what became of every row of every table.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from openpyxl import Workbook
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> sheet = Workbook().active
    >>> rows = pd.DataFrame({"sumber": ["krs.xlsx"], "desa_sumber": ["Ds. Alai"], "cara": ["nama mirip"]})
    >>> reconciliation_sheet(sheet, info, rows)
    >>> [cell.value for cell in sheet[5]]
    ['krs.xlsx', 'Ds. Alai', 'nama mirip']
    """
    top = write_heading(sheet, info, _("Reconciliation: how every input row was matched"))
    labels = {
        "sumber": _("File"),
        "lembar": _("Sheet"),
        "baris": _("Row"),
        "kecamatan_sumber": _("Kecamatan as written"),
        "desa_sumber": _("Village as written"),
        "kode_sumber": _("Code as written"),
        "kode_desa": _("Village code"),
        "cara": _("Matched by"),
        "nilai": _("Likeness (0–100)"),
        "keterangan": _("Remark"),
    }
    write_table(sheet, top, _plain_columns(reconciliation, labels))


def audit_sheet(sheet: Worksheet, info: StudyInfo, findings: pd.DataFrame) -> None:
    """Write the findings, most serious first, with remedy and owner.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> from openpyxl import Workbook
    >>> from lokus.findings import Finding, findings_frame
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> low = Finding(check="share.outside", level="warning", message="persen di atas 100")
    >>> sheet = Workbook().active
    >>> audit_sheet(sheet, info, findings_frame([low]))
    >>> sheet["A3"].value, sheet["A6"].value
    ('1 temuan', 'peringatan')
    """
    top = write_heading(
        sheet,
        info,
        _("Audit of the data"),
        [_("{n} findings").format(n=len(findings)) if len(findings) else _("No findings")],
    )
    labels = {
        "level": _("Level"),
        "opd": _("Office (OPD)"),
        "file": _("File"),
        "sheet": _("Sheet"),
        "row": _("Row"),
        "column": _("Column"),
        "kode_desa": _("Village code"),
        "message": _("Finding"),
        "remedy": _("Remedy"),
        "accepted": _("Accepted"),
        "reason": _("Reason"),
        "check": _("Key of the finding (for the study file)"),
    }
    frame = findings[[name for name in labels if name in findings]].copy()
    if "level" in frame:
        frame["level"] = [level_label(cast("Level", level)) for level in frame["level"]]
    if "opd" in frame:
        frame["opd"] = finding_offices(findings)
    end = write_table(sheet, top, _plain_columns(frame, labels))
    # Only who edits the study file needs the keys.
    sheet.print_area = f"A1:{get_column_letter(len(frame.columns) - ('check' in frame))}{max(end - 1, top)}"


def method_sheet(sheet: Worksheet, info: StudyInfo, method: Iterable[tuple[str, Any]]) -> None:
    """Write rules, parameters, weights, sources and versions, one a line.

    Examples
    --------
    >>> from lokus.show.results.info import StudyInfo
    >>> from openpyxl import Workbook
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> sheet = Workbook().active
    >>> method_sheet(sheet, info, [("Prevalensi", "perkiraan"), ("Bobot Prevalensi", "35 %")])
    >>> sheet["A1"].value, sheet["B7"].value
    ('Metode dan asal-usul', 'perkiraan')
    """
    top = write_heading(sheet, info, _("Method and provenance"), [info.rule, info.source_line])
    pairs = list(method)
    write_table(
        sheet, top,
        [
            Column(head=_("Item"), values=[label for label, _value in pairs], width=44, wrap=True),
            Column(head=_("Value"), values=[value for _label, value in pairs], width=90, wrap=True),
        ],
    )  # fmt: skip
    for row in range(top + 1, top + 1 + len(pairs)):
        sheet.cell(row=row, column=2).alignment = Alignment(vertical="top", horizontal="left", wrap_text=True)


def _plain_columns(frame: pd.DataFrame, labels: Mapping[str, str]) -> list[Column]:
    """Columns of any frame, as wide as their text asks for, within limits."""
    columns = []
    for name in frame:
        values = frame[name].astype(object).where(frame[name].notna(), None)
        if name == "kode_desa":
            values = values.map(lambda code: format_kode(str(code)) if code else code)
        longest = max((len(str(value)) for value in values if value is not None), default=0)
        widest = _NARROW.get(str(name), _WIDEST)
        head = labels.get(str(name), str(name).replace("_", " ").capitalize())
        numeric = pd.api.types.is_numeric_dtype(frame[name]) and not pd.api.types.is_bool_dtype(frame[name])
        whole = numeric and bool(np.all(frame[name].dropna().astype(float) % 1 == 0))
        columns.append(
            Column(
                head=head, values=list(values), width=float(np.clip(longest * 1.1 + 2, 9, widest)),
                wrap=longest * 1.1 + 2 > widest, format=("0" if whole else "0.0") if numeric else "",
            )
        )  # fmt: skip
    return columns


def gap_sheet(sheet: Worksheet, material: Material, gaps: pd.DataFrame) -> None:
    """Write villages by failing indicators, the lokus first; each head states office and threshold.

    Under the heading: at which level thresholds of prevalence are taken, where a survey tells another one.

    A cell of a village is its value where that fails, "no data yet" where there is none, and empty where the
    threshold is met.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from lokus.show.results.material import Material
    >>> from openpyxl import Workbook
    >>> from lokus.followup.gaps import find_gaps
    >>> from lokus.intake.indicators.catalogue import load_catalogue
    >>> place = pd.DataFrame(
    ...     {"nomor": [1, None], "desa": ["Alai", "Batu"], "kecamatan": "Lembak", "kode_kecamatan": "160301"},
    ...     index=["1603012001", "1603012002"],
    ... )
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> place["status_usulan"], place["sanitasi_layak"] = ["lokus", "bukan lokus"], [55.0, 90.0]
    >>> gaps = find_gaps(place, {"sanitasi_layak": 70.0}, load_catalogue())
    >>> sheet = Workbook().active
    >>> gap_sheet(sheet, Material(results=place, kecamatan=place, info=info), gaps)
    >>> sheet["A3"].value.partition(";")[0]
    '1 dari 2 desa/kelurahan melewati sedikitnya satu ambang'
    """
    info, results = material.info, material.results
    order = results.assign(_kode=results.index).sort_values(["nomor", "_kode"], na_position="last")
    rows = order[order.index.isin(gaps["kode_desa"])]
    indicators = gaps_by_indicator(gaps, results.index[results["nomor"].notna()])
    columns = [
        Column.number(_("No. on the list"), rows["nomor"], width=9),
        *place_columns(rows),
        Column(head=_("Status"), values=[class_label(key) for key in rows["status_usulan"]], width=16),
    ]
    first = len(columns) + 1
    by_kind = {kind: np.zeros(len(rows), dtype=int) for kind in ("spesifik", "sensitif", "")}
    marked: list[np.ndarray] = []
    unknown: list[np.ndarray] = []
    for item, stated in zip(indicators.to_dict("records"), limit_texts(indicators), strict=True):
        own = gaps[(gaps["opd"] == item["opd"]) & (gaps["indikator"] == item["indikator"])].set_index(
            "kode_desa"
        )
        fails = rows.index.isin(own.index)
        values = own["nilai"].reindex(rows.index)
        by_kind[item["jenis"]] += fails
        marked.append(fails)
        unknown.append(_without_data(rows, str(own["kunci"].iloc[0])) & ~fails)
        limit = threshold_text(stated, item["buruk"])
        office = item["opd"] or _("office unknown")
        columns.append(
            Column.number(
                f"{office} · {item['indikator']} ({limit})", values,
                decimals=max(gap_digits(own), default=item["desimal"]), width=17,
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
            .format(n=len(rows), total=len(results), silent=silent)
            if silent else
            _("{n} of {total} villages fail at least one threshold; an empty cell meets it")
            .format(n=len(rows), total=len(results)),
            *level_lines(material),
        ],
    )  # fmt: skip
    write_table(sheet, top, columns)
    for place, (fails, silent_here) in enumerate(zip(marked, unknown, strict=True), start=first):
        for row in np.flatnonzero(fails):
            dress(sheet.cell(row=top + 1 + int(row), column=place), fill=_FAILS)
        for row in np.flatnonzero(silent_here):
            cell = sheet.cell(row=top + 1 + int(row), column=place)
            cell.value = _("no data yet")
            dress(cell, font=NO_DATA)
    sheet.freeze_panes = sheet.cell(row=top + 1, column=first)


def _without_data(rows: gpd.GeoDataFrame, key: str) -> np.ndarray:
    """Whether a village has no value of an indicator; a value masked for the public is one."""
    if key not in rows:
        return np.zeros(len(rows), dtype=bool)
    return np.asarray(rows[key].isna(), dtype=bool) & ~is_masked(rows, key)
