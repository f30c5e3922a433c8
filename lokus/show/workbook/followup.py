"""Write the sheets of the follow-up: shares, beneficiaries, target path, case audit, structures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lokus.followup.beneficiaries import GROUPS, PERSONS, SCOPES, group_label, unit_label
from lokus.followup.case_audit import (
    AUDIT_STATUSES,
    AUDIT_STEPS,
    RISK_GROUPS,
    risk_label,
    state_label,
    step_label,
)
from lokus.followup.gaps import gap_texts, limit_texts
from lokus.followup.trajectory import status_label
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.show.results.text import threshold_text
from lokus.show.tables.table import Column
from lokus.show.tables.village_structures import lacking_table, structures_table
from lokus.show.tables.villages import place_columns
from lokus.show.themes.palette import class_label
from lokus.show.words.followup import need_sentences, never_joined, path_sentence
from lokus.show.words.followup import trajectory_text_kind_label as kind_label
from lokus.show.workbook.cells import dress, write_cell, write_heading, write_table

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from lokus.followup.allocation import AllocationComparison, Sharing
    from lokus.followup.beneficiaries import Beneficiaries
    from lokus.followup.case_audit import AuditShortlist
    from lokus.followup.structures import Structures
    from lokus.followup.trajectory import Trajectory
    from lokus.show.results.info import StudyInfo

__all__ = ["add_followup_sheets", "structures_sheet"]


_LOOK = PatternFill("solid", fgColor="F6DCCB")
_INPUT = PatternFill("solid", fgColor="FFF6D6")
_DATE = "dd/mm/yyyy"


def case_audit_sheet(sheet: Worksheet, info: StudyInfo, shortlist: AuditShortlist) -> None:
    """Write the villages of the shortlist, and for each risk group why to look at it."""
    table = shortlist.table
    lines = [
        *repr(shortlist).splitlines(),
        _("No names: the audit team finds the cases in the field, with the puskesmas and the TPK."),
    ]
    top = write_heading(sheet, info, _("Priority villages for the audit of stunting cases (AKS)"), lines)
    columns = (
        [] if shortlist.public else [Column(head=_("Order"), values=table["urutan"], format="0", width=8)]
    )
    columns += place_columns(table)
    expected = Column.figure(table, "anak_stunting")
    columns.append(replace(expected, masked=table["anak_stunting"].isna().to_numpy() & shortlist.public))
    columns.append(Column(head=_("Number of gaps"), values=table["kesenjangan"], format="0", width=11))
    first = len(columns) + 1
    for group in RISK_GROUPS:
        texts = [_why(shortlist, str(kode), group) for kode in table.index]
        columns.append(Column(head=risk_label(group).capitalize(), values=texts, width=34, wrap=True))
    write_table(sheet, top, columns)
    for offset, group in enumerate(RISK_GROUPS):
        for row, state in enumerate(table[group], start=top + 1):
            if state == "perlu dilihat":
                dress(sheet.cell(row=row, column=first + offset), fill=_LOOK)
    sheet.freeze_panes = sheet.cell(row=top + 1, column=first)


def audit_status_sheet(sheet: Worksheet, info: StudyInfo, shortlist: AuditShortlist) -> None:
    """Write the four steps of every village on the shortlist, to be filled in: status and date."""
    table, statuses = shortlist.table, ", ".join(AUDIT_STATUSES)
    top = write_heading(
        sheet, info, _("Steps of the case audit"),
        [_("Fill in the yellow cells: status ({statuses}) and date.").format(statuses=statuses)],
    )  # fmt: skip
    columns = [*place_columns(table)]
    first = len(columns) + 1
    for step in AUDIT_STEPS:
        columns += [
            Column(head=step_label(step), values=[AUDIT_STATUSES[0]] * len(table), width=18),
            Column(head=_("Date"), values=[None] * len(table), width=12, format=_DATE),
        ]
    columns.append(Column(head=_("Follow-up plan"), values=[None] * len(table), width=44, wrap=True))
    write_table(sheet, top, columns)
    status = DataValidation(type="list", formula1=f'"{",".join(AUDIT_STATUSES)}"', allow_blank=False)
    status.error = _("Choose one of: {statuses}").format(statuses=statuses)
    date = DataValidation(type="date", operator="greaterThan", formula1="36526", allow_blank=True)
    date.error = _("Write a date, such as 31/12/2026")
    last = top + len(table)
    for place in range(first, len(columns) + 1):
        letter = get_column_letter(place)
        for row in range(top + 1, last + 1):
            cell = sheet.cell(row=row, column=place)
            dress(cell, fill=_INPUT)
            if place < len(columns) and (place - first) % 2:
                dress(cell, number_format=_DATE)
        if len(table) and place < len(columns):
            (date if (place - first) % 2 else status).add(f"{letter}{top + 1}:{letter}{last}")
    for rule in (status, date):
        rule.showErrorMessage = True
        if len(table):
            sheet.add_data_validation(rule)
    sheet.freeze_panes = sheet.cell(row=top + 1, column=first)


def _why(shortlist: AuditShortlist, kode: str, group: str) -> str:
    """State of a risk group, and the failing indicators behind it."""
    state = str(shortlist.table[group][kode])
    parts = []
    expected = float(shortlist.table["anak_stunting"][kode])
    if group == "balita" and state == "perlu dilihat" and expected >= 1:
        parts.append(_("{n} stunted children expected").format(n=format_number(expected)))
    rows = shortlist.reasons(kode, group)
    told = zip(rows["indikator"], gap_texts(rows), limit_texts(rows), rows["buruk"], strict=True)
    parts += [
        f"{indicator} {value} ({threshold_text(limit, worse)})" for indicator, value, limit, worse in told
    ]
    text = state_label(state)
    return f"{text[:1].upper()}{text[1:]}" + (f": {'; '.join(parts)}" if parts else "")


_LONGEST_TITLE = 31  # characters of a sheet's name
_AT_LEAST = '"≥ "#,##0'


def add_followup_sheets(
    book: Workbook,
    info: StudyInfo,
    results: pd.DataFrame,
    *,
    sharings: Iterable[Sharing] = (),
    beneficiaries: Beneficiaries | None = None,
    trajectory: Trajectory | None = None,
    case_audit: AuditShortlist | None = None,
    public: bool = False,
) -> None:
    """Add a sheet for each part that there is, at the end of a workbook.

    Parameters
    ----------
    book : openpyxl.Workbook
    info : StudyInfo
    results : DataFrame, index ``kode_desa``
        ``desa``, ``kecamatan``, ``status_usulan``.
    sharings : iterable of Sharing
        A sheet each.
    beneficiaries, trajectory, case_audit : optional
        For the public as their own functions make them.
    public : bool
        Leave out what the shares were computed from, and the steps of the audit, which are no one else's.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.show.results.info import StudyInfo
    >>> from openpyxl import Workbook
    >>> from lokus.followup.trajectory import trajectory
    >>> info = StudyInfo(title="Usulan", kabupaten="Kabupaten Contoh", tahun=2026)
    >>> book, way = Workbook(), trajectory(start=(2024, 20.2), target=(2029, 14.0))
    >>> add_followup_sheets(book, info, pd.DataFrame(), trajectory=way)
    >>> book.sheetnames[1:]
    ['Lintasan target']
    """
    listed = list(sharings)
    for one in listed:
        title = _("Shares") if len(listed) == 1 else one.name
        sharing_sheet(
            book.create_sheet(_sheet_name(title, book.sheetnames)), info, results, one, public=public
        )
    if beneficiaries is not None:
        beneficiaries_sheet(book.create_sheet(_("Beneficiaries")), info, beneficiaries)
    if trajectory is not None:
        trajectory_sheet(book.create_sheet(_("Way to the target")), info, trajectory)
    if case_audit is not None:
        case_audit_sheet(book.create_sheet(_("Case audit")), info, case_audit)
        if not public:
            audit_status_sheet(book.create_sheet(_("Steps of the case audit")), info, case_audit)


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
    ['Air', 'Alai', 'tidak', 'Posyandu']
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


def sharing_sheet(
    sheet: Worksheet, info: StudyInfo, results: pd.DataFrame, sharing: Sharing, *, public: bool = False
) -> None:
    """Write what each village gets, what it has, and the sums below."""
    shared, compared = sharing.result, sharing.comparison
    lines = [*repr(shared).splitlines(), *([] if compared is None or public else _compared(compared))]
    top = write_heading(sheet, info, _("Shares: {name}").format(name=sharing.name), lines)
    places = results.reindex(shared.table.index)
    table = shared.table
    columns = [*place_columns(places)]
    if "status_usulan" in places:
        status = [class_label(key) if isinstance(key, str) else "" for key in places["status_usulan"]]
        columns.append(Column(head=_("Status"), values=status, width=16))
    first = len(columns) + 1
    sums: list[tuple[int, float]] = []

    def add(head: str, values: pd.Series[Any], style: str, *, summed: bool = False) -> None:
        if summed:
            sums.append((len(columns) + 1, float(values.sum())))
        columns.append(Column(head=head, values=values, format=style, width=13, missing=True))

    if not public:
        add(sharing.basis, table["bobot"], "#,##0.##", summed=True)
        add(_("Exact share"), table["jatah"], "0.00", summed=True)
    add(_("Proposed"), table["jumlah"], "#,##0", summed=True)
    if not public:
        add(_("{basis} per unit").format(basis=sharing.basis), table["beban"], "#,##0.0")
    if compared is not None and not public:
        own = compared.table.reindex(table.index)
        add(_("Existing"), own["ada"], "#,##0", summed=True)
        add(_("Difference"), own["selisih"], "+0;-0;0")
        add(_("{basis} per existing unit").format(basis=sharing.basis), own["beban_ada"], "#,##0.0")
    columns.append(Column(head=_("Remark"), values=_remarks(table), width=26))
    end = write_table(sheet, top, columns)
    write_cell(sheet, end, 1, _("Sum"), font={"bold": True})
    for place, value in sums:
        cell = write_cell(sheet, end, place, value, font={"bold": True})
        dress(cell, number_format="#,##0.##" if value % 1 else "#,##0")
    sheet.freeze_panes = sheet.cell(row=top + 1, column=first)


def beneficiaries_sheet(sheet: Worksheet, info: StudyInfo, found: Beneficiaries) -> None:
    """Write the target groups of kabupaten, lokus and kecamatan; a lower bound carries a ≥."""
    groups = list(found.table["kelompok"].unique())
    keys = found.table.drop_duplicates(["lingkup", "kode"])
    # Each kecamatan, and under it its lokus; kabupaten and all lokus, without a code, come first.
    keys = keys.iloc[np.lexsort((keys["lingkup"].map(SCOPES.index), keys["kode"]))]
    rows = {(row["lingkup"], row["kode"], row["kelompok"]): row for row in found.table.to_dict("records")}
    places = list(zip(keys["lingkup"], keys["kode"], strict=True))
    lines = [
        _("≥: lower bound, some villages have no number yet or it is masked; nothing stands in for it."),
        *_group_lines(found),
    ]
    top = write_heading(sheet, info, _("Beneficiaries (sasaran)"), lines)
    scope = {"kabupaten": _("Kabupaten"), "lokus": _("All lokus"), "kecamatan": _("Kecamatan"),
             "lokus per kecamatan": _("Lokus in the kecamatan")}  # fmt: skip
    columns = [
        Column(head=_("Scope"), values=[scope[level] for level in keys["lingkup"]], width=22),
        Column(head=_("Kecamatan"), values=list(keys["nama"]), width=20),
        Column(head=_("Villages"), values=list(keys["desa"]), format="#,##0", width=9),
    ]
    first = len(columns) + 1
    for name in groups:
        own = [rows[*place, name] for place in places]
        head = (
            f"{group_label(name)} ({unit_label(own[0]['satuan'])})" if name != PERSONS else group_label(name)
        )
        columns += [
            Column(
                head=head, values=[row["jumlah"] for row in own], format="#,##0", width=15, missing=True
            ),
            Column(
                head=_("villages with a number"), values=[row["desa_terisi"] for row in own], format="0",
                width=8.5, joined=True,
            ),
        ]  # fmt: skip
    write_table(sheet, top, columns)
    for offset, name in enumerate(groups):
        for number, place in enumerate(places, start=1):
            if rows[*place, name]["batas_bawah"]:
                dress(sheet.cell(row=top + number, column=first + 2 * offset), number_format=_AT_LEAST)
    sheet.freeze_panes = sheet.cell(row=top + 1, column=first)


def trajectory_sheet(sheet: Worksheet, info: StudyInfo, way: Trajectory) -> None:
    """Write path and series, each in columns of its own, and what each series needs."""
    lines = [path_sentence(way), never_joined(), *need_sentences(way)]
    top = write_heading(sheet, info, _("The way to the target"), lines)
    path = {"laju_tetap": _("Target path, constant rate (%)"), "linear": _("Target path, straight line (%)")}
    if way.compared == "linear":
        del path["laju_tetap"]
    table = way.path.reindex(way.table.index)
    columns = [
        Column(head=_("Year"), values=list(table.index), format="0", width=34),
        *(Column(head=head, values=table[key], format="0.0", width=15) for key, head in path.items()),
    ]
    for name, one in way.series.items():
        for attribute, quantity in (("value", "%"), ("low", _("low")), ("high", _("high"))):
            values = {point.year: getattr(point, attribute) for point in one.points}
            if any(value is not None for value in values.values()):
                head = f"{name} ({kind_label(one.kind)}), {quantity}"
                columns.append(
                    Column(
                        head=head, values=[values.get(year) for year in table.index], format="0.0", width=15
                    )
                )
    end = write_table(sheet, top, columns)
    if len(way.needs):
        needs_top = end + 1
        write_table(sheet, needs_top, _need_columns(way.needs))
        sheet.row_dimensions[needs_top].height = 48
        end = needs_top + len(way.needs) + 1
    for number, one in enumerate((one for one in way.series.values() if one.source), start=1):
        text = _("{name}: {source}").format(name=one.name, source=one.source)
        write_cell(sheet, end + number, 1, text, font={"color": "5C666C"})
    # Two tables on one sheet: neither is the one to filter by or to keep in sight.
    sheet.auto_filter.ref = None
    sheet.freeze_panes = None
    sheet.print_title_rows = None


def _need_columns(needs: pd.DataFrame) -> list[Column]:
    columns = [
        Column(head=_("Series, by itself"), values=list(needs.index), width=34),
        Column(head=_("Kind"), values=[kind_label(kind) for kind in needs["jenis"]], width=15),
        Column(head=_("Newest year"), values=needs["tahun"], format="0", width=15),
    ]
    heads = {
        "nilai": _("Prevalence (%)"),
        "jalur": _("Should be (%)"),
        "selisih": _("Difference (points)"),
        "nilai_target": _("In the target's year (%)"),
        "turun_poin": _("Fall needed (points a year)"),
        "turun_persen": _("Fall needed (% a year)"),
        "anak_kini": _("Stunted children now"),
        "anak_target": _("Stunted children then"),
        "anak_per_tahun": _("Fewer children a year"),
    }
    columns += [
        Column(
            head=head, values=needs[key], format="#,##0" if key.startswith("anak") else "0.0", width=15
        )
        for key, head in heads.items()
        if key in needs
    ]  # fmt: skip
    columns.insert(6, Column(head=_("Status"), values=[status_label(s) for s in needs["status"]], width=22))
    return columns


def _compared(compared: AllocationComparison) -> list[str]:
    now, then = compared.summary["ada"], compared.summary["usulan"]
    measures = {
        "beban_tengah": (_("median load"), 1),
        "di_atas_dua_kali": (_("villages above twice the median load"), 0),
        "tanpa": (_("villages with none"), 0),
    }
    parts = [
        _("{measure} {before} → {after}").format(
            measure=text,
            before=format_number(float(now[key]), decimals=decimals),
            after=format_number(float(then[key]), decimals=decimals),
        )
        for key, (text, decimals) in measures.items()
    ]
    return [*repr(compared).splitlines(), "; ".join(parts)]


def _remarks(table: pd.DataFrame) -> list[str]:
    limits = {"minimum": _("at the minimum"), "maksimum": _("at the maximum"), "": ""}
    return [
        "; ".join(part for part in (limits[limit], _("decided by the tie rule") if tied else "") if part)
        for limit, tied in zip(table["batas"], table["seri"], strict=True)
    ]


def _group_lines(found: Beneficiaries) -> list[str]:
    lines = []
    if len(found.added) > 1:
        lines.append(
            _("{total}: {groups}").format(
                total=group_label(PERSONS), groups=" + ".join(group_label(name) for name in found.added)
            )
        )
    inside = [
        _("{group} (part of {outer})").format(group=group_label(name), outer=group_label(outer[0]))
        for name in found.columns
        if (outer := [o for o in GROUPS[name].inside if o in found.columns])
    ]
    if inside:
        lines.append(_("Shown, never added: {groups}").format(groups="; ".join(inside)))
    return lines


def _sheet_name(title: str, taken: Sequence[str]) -> str:
    """Give a name that a workbook allows, and that it does not have yet."""
    plain = " ".join(re.sub(r"[\[\]:*?/\\']", " ", title).split())[:_LONGEST_TITLE] or _("Shares")
    name, number = plain, 1
    while name.casefold() in {other.casefold() for other in taken}:
        number += 1
        tail = f" ({number})"
        name = plain[: _LONGEST_TITLE - len(tail)] + tail
    return name
