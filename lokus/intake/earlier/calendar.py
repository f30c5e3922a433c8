"""Read the action calendar filled in by the offices."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.earlier.calendar_form import (
    MONTHS,
    REGISTER,
    STATUSES,
    find_columns,
    head_of,
    is_overview,
    read_month,
    read_status,
)
from lokus.intake.tables.grid import Grid, read_grid
from lokus.intake.tables.numbers import is_missing_marker, number_findings, parse_numbers, tidy
from lokus.places.kode import KodeError, compress_rows, format_kode, parse_kode
from lokus.places.names import normalise_name

if TYPE_CHECKING:
    from lokus.intake.tables.grid import Cell, Grid

__all__ = [
    "ACTIVITY_COLUMNS",
    "ISSUED_COLUMNS",
    "NUMBERS",
    "TEXTS",
    "FilledCalendar",
    "SheetRows",
    "read_calendar",
]


# Rows, sheet by sheet, with months, statuses and numbers read

TEXTS = ("id", "kecamatan", "desa", "kode_desa", "kegiatan", "jenis", "satuan", "sumber_dana",
         "penanggung_jawab", "keterangan")  # fmt: skip
NUMBERS = ("kebutuhan", "target", "anggaran", "realisasi")
_MONTHS = ("bulan_mulai", "bulan_selesai")
_NAMING = ("id", "kode_desa", "desa", "kegiatan")  # a row without any of these is no activity
_DEEPEST = 40  # rows in which a header is looked for


class SheetRows(NamedTuple):
    """Rows of one sheet, index = spreadsheet rows, with findings."""

    rows: pd.DataFrame
    findings: list[Finding]


def read_rows(grid: Grid) -> SheetRows | None:
    """Read the calendar of one sheet; None where it has none.

    Parameters
    ----------
    grid : Grid

    Returns
    -------
    SheetRows or None
        Columns ``TEXTS`` (empty where there is none), ``NUMBERS`` and the two months (NaN where missing),
        ``status`` (one of ``STATUSES``, or empty), ``berkas`` and ``lembar``.
    """
    heads = ((place, find_columns(cells)) for place, cells in enumerate(grid.rows[:_DEEPEST]))
    top, columns = next(((place, found) for place, found in heads if found), (0, {}))
    if not columns:
        return None
    body, findings = _body(grid, top, columns)
    rows = pd.DataFrame(index=body.index)
    for name in TEXTS:
        rows[name] = [_text(cell) for cell in body[name]]
    for name in NUMBERS:
        numbers = parse_numbers(body[name])
        rows[name] = numbers.value
        if name == "kebutuhan":  # a sheet of lokus without data
            continue
        where = replace(grid.where, column=head_of(name))
        findings += [
            replace(found, level="warning") if found.level == "blocking" else found
            for found in number_findings(numbers, body[name], where=where)
        ]
        for row in rows.index[rows[name] < 0]:
            findings.append(
                Finding(
                    check="calendar.negative", level="warning", where=replace(where, row=int(row)),
                    message=_("the number is below zero"), remedy=_("check the number"),
                )
            )  # fmt: skip
    for name in _MONTHS:
        rows[name], unread = _months(body[name], replace(grid.where, column=head_of(name)))
        findings += unread
    findings += _backwards(rows, grid.where)
    rows["status"], unread = _statuses(body["status"], replace(grid.where, column=head_of("status")))
    findings += unread
    return SheetRows(rows.assign(berkas=grid.source, lembar=grid.sheet), findings)


def _body(grid: Grid, top: int, columns: dict[str, int]) -> tuple[pd.DataFrame, list[Finding]]:
    wanted = (*TEXTS, *NUMBERS, *_MONTHS, "status")
    kept: dict[int, dict[str, Cell]] = {}
    skipped: list[int] = []
    for number, cells in zip(grid.numbers[top + 1 :], grid.rows[top + 1 :], strict=True):
        row = {name: cells[columns[name]] if name in columns else None for name in wanted}
        if any(not is_missing_marker(row[name]) for name in _NAMING):
            if not find_columns(cells):  # the header, repeated on a later page
                kept[number] = row
        elif any(not is_missing_marker(cell) for cell in cells):
            skipped.append(number)
    findings = []
    if "id" not in columns:
        findings.append(
            Finding(
                check="calendar.no_identifiers", level="warning", where=grid.where,
                message=_("the column with the identifiers is gone; activities cannot be traced to the plan"),
                remedy=_("copy the column back from the workbook that was handed out"),
            )
        )  # fmt: skip
    if skipped:
        findings.append(
            Finding(
                check="calendar.skipped", level="note", where=grid.where,
                message=_("{n} rows name neither an activity nor a village and are left out: rows {rows}")
                .format(n=len(skipped), rows=compress_rows(skipped)),
            )
        )  # fmt: skip
    frame = pd.DataFrame.from_dict(kept, orient="index", columns=list(wanted), dtype=object)
    return frame.where(frame.notna(), None), findings


def _text(cell: Cell) -> str:
    if is_missing_marker(cell):
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell == int(cell) else str(cell)
    return " ".join(tidy(cell).split())


def _months(cells: pd.Series, where: Where) -> tuple[pd.Series[float], list[Finding]]:
    values: list[float] = []
    findings = []
    for row, cell in cells.items():
        read = None if is_missing_marker(cell) else read_month(cell)
        values.append(np.nan if read is None else read[0])
        if read is None and not is_missing_marker(cell):
            findings.append(
                Finding(
                    check="calendar.month", level="warning", where=replace(where, row=int(str(row))),
                    message=_('"{text}" is not a month; it is left empty').format(text=cell),
                    remedy=_("write one month, such as {example}").format(example=MONTHS[2]),
                )
            )  # fmt: skip
    return pd.Series(values, index=cells.index, dtype=float), findings


def _backwards(rows: pd.DataFrame, where: Where) -> list[Finding]:
    wrong = rows.index[rows["bulan_selesai"] < rows["bulan_mulai"]]
    return [
        Finding(
            check="calendar.backwards", level="warning", where=replace(where, row=int(row)),
            message=_("the activity ends before it begins"), remedy=_("check the two months"),
        )
        for row in wrong
    ]  # fmt: skip


def _statuses(cells: pd.Series, where: Where) -> tuple[list[str], list[Finding]]:
    statuses: list[str] = []
    findings = []
    for row, cell in cells.items():
        status = "" if is_missing_marker(cell) else read_status(cell)
        statuses.append(status or "")
        if status is None:
            findings.append(
                Finding(
                    check="calendar.status", level="warning", where=replace(where, row=int(str(row))),
                    message=_('"{text}" is not a status; the row counts as not reported').format(text=cell),
                    remedy=_("write one of: {words}").format(words=", ".join(STATUSES)),
                )
            )  # fmt: skip
    return statuses, findings


# Match rows to the issued activities and to villages

ISSUED_COLUMNS = ("id", "kode_desa", "opd", "jenis", "kegiatan", "satuan", "kebutuhan")
_EMPTY = ("status", "berkas", "lembar", "desa", "kecamatan", "sumber_dana", "penanggung_jawab", "keterangan")
_IDENTIFIER = re.compile(r"KA-\d{4}-(\d{10})-\S+")


def trace_rows(
    rows: pd.DataFrame, villages: pd.DataFrame, issued: pd.DataFrame | None
) -> tuple[pd.DataFrame, list[Finding]]:
    """Match every row to its activity and village, and find activities without row.

    Parameters
    ----------
    rows : pandas.DataFrame
        Rows of all sheets, with ``berkas``, ``lembar`` and ``baris``.
    villages : pandas.DataFrame
        Index ``kode_desa``, columns ``desa`` and ``kecamatan``.
    issued : pandas.DataFrame or None
        Activities as issued, columns ``ISSUED_COLUMNS``; None where unknown.

    Returns
    -------
    (pandas.DataFrame, list of Finding)
        The rows with ``opd``, ``kode_desa``, names as in `villages`, and ``tambahan`` (not among those
        issued); after them the activities without a row, without ``baris``.
    """
    findings: list[Finding] = []
    known = _known(rows, issued)
    rows = rows.assign(tambahan=~_claims(rows, known, issued, findings))
    own = [None if added else known[key] for key, added in zip(rows["id"], rows["tambahan"], strict=True)]
    codes = _written_codes(rows, villages)
    kode = []
    for position, (row, record) in enumerate(zip(rows.to_dict("records"), own, strict=True)):
        named = codes[position]
        if record is not None:
            planned = str(record["kode_desa"])
            if named and named != planned:
                findings.append(_moved(row, planned, named))
            kode.append(planned)
        else:
            kode.append(named)
            if not named:
                findings.append(_nowhere(row))
    rows["kode_desa"] = pd.Series(kode, index=rows.index, dtype=object)
    rows["opd"] = _offices(rows, own)
    if issued is not None:
        rows = pd.concat([rows, _absent(rows, issued, findings)], ignore_index=True)
    for name in ("desa", "kecamatan"):
        official = rows["kode_desa"].map(villages[name].astype(object))
        rows[name] = official.where(official.notna(), rows[name])
    return rows, findings


def _known(rows: pd.DataFrame, issued: pd.DataFrame | None) -> dict[str, dict[Any, Any]]:
    """Return activities by identifier; without a list of them any identifier of the usual form counts."""
    if issued is not None:
        return {str(record["id"]): record for record in issued.to_dict("records")}
    matches = ((key, _IDENTIFIER.fullmatch(key)) for key in rows["id"].unique())
    return {key: {"kode_desa": match[1]} for key, match in matches if match}


def _claims(
    rows: pd.DataFrame,
    known: dict[str, dict[Any, Any]],
    issued: pd.DataFrame | None,
    findings: list[Finding],
) -> pd.Series[bool]:
    """Return whether a row counts for its identifier: it is known and not used by a row before (reported)."""
    filled = rows[["target", "realisasi"]].notna().any(axis=1) | (rows["status"] != "")
    order = rows.assign(_empty=~filled).sort_values("_empty", kind="stable")
    first = ~order.duplicated("id").reindex(rows.index)
    is_known = rows["id"].isin(list(known))
    findings += [
        Finding(
            check="calendar.duplicate_id", level="warning", where=_where(row),
            message=_('the identifier "{id}" stands in several rows; this row counts as an added activity')
            .format(id=row["id"]),
            remedy=_("give one row to each activity, and leave the identifier of an added row empty"),
        )
        for row in rows[is_known & ~first].to_dict("records")
    ]  # fmt: skip
    findings += [
        Finding(
            check="calendar.unknown_id", level="warning", where=_where(row),
            message=_('the identifier "{id}" was not handed out; the row counts as an added activity')
            .format(id=row["id"]),
            remedy=_("restore the identifier, or leave it empty for an added activity"),
        )
        for row in rows[~is_known & (rows["id"] != "")].to_dict("records")
    ]  # fmt: skip
    added = int((rows["id"] == "").sum())
    if added:
        findings.append(
            Finding(
                check="calendar.added", level="note",
                message=_("{n} activities were added to those handed out").format(n=added),
            )
        )  # fmt: skip
    if issued is None:
        findings.append(
            Finding(
                check="calendar.no_register", level="note",
                message=_("the list of activities handed out is not in the file; deleted rows go unnoticed"),
                remedy=_("send back the whole workbook, not a copy of its sheets"),
            )
        )  # fmt: skip
    return is_known & first


def _written_codes(rows: pd.DataFrame, villages: pd.DataFrame) -> list[str]:
    """Return the village code of each row, by its code or else its two names; empty for none."""
    by_name: dict[tuple[str, str], str | None] = {}
    for kode, village in villages.iterrows():
        names = normalise_name(str(village["kecamatan"])), normalise_name(str(village["desa"]))
        by_name[names] = None if names in by_name else str(kode)
    codes = []
    for row in rows.to_dict("records"):
        try:
            kode = parse_kode(row["kode_desa"]) if row["kode_desa"] else ""
        except KodeError:
            kode = ""
        if kode not in villages.index:
            names = normalise_name(row["kecamatan"]), normalise_name(row["desa"])
            kode = by_name.get(names) or ""
        codes.append(kode)
    return codes


def _offices(rows: pd.DataFrame, own: Sequence[dict[Any, Any] | None]) -> list[str]:
    """Return the office of each row: as issued, else of most rows of the sheet, else the sheet's name."""
    offices = [str(record.get("opd", "")) if record else "" for record in own]
    sheets = list(zip(rows["berkas"], rows["lembar"], strict=True))
    usual: dict[tuple[str, str], Counter[str]] = {sheet: Counter() for sheet in sheets}
    for sheet, opd in zip(sheets, offices, strict=True):
        usual[sheet][opd] += bool(opd)
    return [
        opd or max(usual[sheet], key=lambda name: (usual[sheet][name], name)) or sheet[1]
        for sheet, opd in zip(sheets, offices, strict=True)
    ]


def _absent(rows: pd.DataFrame, issued: pd.DataFrame, findings: list[Finding]) -> pd.DataFrame:
    """Return the activities without row, reported by office."""
    present = set(rows.loc[~rows["tambahan"], "id"])
    absent = issued[~issued["id"].isin(present)]
    for opd, gone in absent.groupby("opd", sort=True):
        if len(gone) == (issued["opd"] == opd).sum():
            message = _("{opd} handed in nothing: {n} activities count as not reported")
        else:
            message = _("{n} activities of {opd} have no row any more and count as not reported: {ids}")
        listed = ", ".join(gone["id"].astype(str).head(5)) + (", …" if len(gone) > 5 else "")
        findings.append(
            Finding(
                check="calendar.deleted", level="warning", opd=str(opd),
                message=message.format(opd=opd, n=len(gone), ids=listed),
                remedy=_("ask the office; an activity not carried out keeps its row, with its status"),
            )
        )  # fmt: skip
    empty = dict.fromkeys(_EMPTY, "")
    return absent[list(ISSUED_COLUMNS)].assign(tambahan=False, **empty)


def _moved(row: dict[Any, Any], planned: str, named: str) -> Finding:
    return Finding(
        check="calendar.moved", level="warning", where=replace(_where(row), kode_desa=planned),
        message=_("the row was handed out for village {planned} and now names {named}; the first stands")
        .format(planned=format_kode(planned), named=format_kode(named)),
        remedy=_("add a row for an activity in another village, and leave its identifier empty"),
    )  # fmt: skip


def _nowhere(row: dict[Any, Any]) -> Finding:
    name = ", ".join(text for text in (row["kode_desa"], row["desa"], row["kecamatan"]) if text)
    return Finding(
        check="calendar.village", level="warning", where=_where(row),
        message=_('the village "{name}" is not known; the activity counts for its office only')
        .format(name=name),
        remedy=_("write the code of the village"),
    )  # fmt: skip


def _where(row: dict[Any, Any]) -> Where:
    return Where(file=row["berkas"], sheet=row["lembar"] or None, row=int(row["baris"]))


# The calendar as a whole

NOT_REPORTED = "belum diisi"
ACTIVITY_COLUMNS = (
    "id", "kode_desa", "desa", "kecamatan", "opd", "jenis", "kegiatan", "satuan", "kebutuhan", "target",
    "bulan_mulai", "bulan_selesai", "anggaran", "sumber_dana", "penanggung_jawab", "status",
    "status_disimpulkan", "realisasi", "capaian", "keterangan", "tambahan", "berkas", "lembar", "baris",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, repr=False)
class FilledCalendar:
    """The calendar as reported by the offices.

    Attributes
    ----------
    activities : pandas.DataFrame
        One row an activity, columns ``ACTIVITY_COLUMNS``: ``status`` is "selesai", "berjalan", "belum" or
        "belum diisi"; ``capaian`` is 100 × realised / target, NaN where the target is missing or 0;
        ``tambahan`` marks activities that were not issued. An activity whose row was deleted is included as
        not reported, without ``baris``.
    by_village, by_opd : pandas.DataFrame
        ``kegiatan`` and, of these, ``selesai``, ``berjalan``, ``belum``, ``belum_diisi``; ``tambahan``; and
        ``anggaran``, missing where none is stated.
    findings : tuple of Finding
    """

    activities: pd.DataFrame
    by_village: pd.DataFrame
    by_opd: pd.DataFrame
    findings: tuple[Finding, ...]

    def __repr__(self) -> str:
        counts = self.activities["status"].value_counts()
        return _(
            "Action calendar: {n} activities in {villages} villages; {done} done, {going} under way, "
            "{open} not begun, {silent} not reported; {findings} findings"
        ).format(
            n=format_number(len(self.activities)),
            villages=format_number(len(self.by_village)),
            done=format_number(counts.get("selesai", 0)),
            going=format_number(counts.get("berjalan", 0)),
            open=format_number(counts.get("belum", 0)),
            silent=format_number(counts.get(NOT_REPORTED, 0)),
            findings=format_number(len(self.findings)),
        )


def read_calendar(
    path: str | Path | Sequence[str | Path], villages: pd.DataFrame, *, issued: pd.DataFrame | None = None
) -> FilledCalendar:
    """Read the filled workbook, or the workbooks returned by the offices.

    Rows may have been sorted, filtered, added and deleted, columns added and moved, and months and numbers
    written in any usual form; rows that cannot be matched are reported with sheet and row.

    Parameters
    ----------
    path : path or sequence of paths
    villages : pandas.DataFrame
        Index ``kode_desa``, columns ``desa`` and ``kecamatan``.
    issued : pandas.DataFrame, optional
        The calendar as issued; by default the list on the hidden sheet of the workbook.

    Raises
    ------
    InputError
        A file cannot be read, or no sheet holds a calendar.

    Notes
    -----
    Where the status is empty and a realisation is reported, the status is inferred: not begun at 0, done
    where the target is reached, otherwise under way; marked by ``status_disimpulkan``.

    Examples
    --------
    >>> import tempfile
    >>> heads = ["No", "Kegiatan", "Sasaran", "Bulan mulai", "Target", "Realisasi", "Status", "Keterangan"]
    >>> rows = [heads, [1, "Imunisasi kejar", "Suka Maju", "Maret", 20, 20, "selesai", ""]]
    >>> path = Path(tempfile.mkdtemp()) / "kalender_aksi.xlsx"
    >>> pd.DataFrame(rows).to_excel(path, sheet_name="Dinas Kesehatan", index=False, header=False)
    >>> villages = pd.DataFrame({"desa": ["Suka Maju"], "kecamatan": ["Sari"]}, index=["9901012001"])
    >>> read_calendar(path, villages).activities[["kegiatan", "status"]].values.tolist()
    [['Imunisasi kejar', 'selesai']]
    """
    paths = [path] if isinstance(path, (str, Path)) else list(path)
    grids = [grid for one in paths for grid in read_grid(one)]
    findings = [finding for grid in grids for finding in grid.findings]
    handed_out = _register(grids, findings) if issued is None else issued
    sheets = []
    for grid in grids:
        if grid.sheet == REGISTER:
            continue
        found = read_rows(grid)
        findings += _unread(grid, found)
        if found is not None:
            sheets.append(found)
    if not sheets:
        raise InputError(
            _("no sheet holds an action calendar"),
            where=Where(file=", ".join(Path(one).name for one in paths)),
            remedy=_("the header row with the columns for activity, status and identifier must stay"),
        )
    findings += [finding for sheet in sheets for finding in sheet.findings]
    rows = pd.concat([sheet.rows.rename_axis("baris").reset_index() for sheet in sheets], ignore_index=True)
    if handed_out is not None:
        handed_out = handed_out.reindex(columns=list(ISSUED_COLUMNS))
    traced, more = trace_rows(rows, villages, handed_out)
    activities, contradictions = _judged(traced)
    return FilledCalendar(
        activities=activities,
        by_village=_counted(activities, "kode_desa"),
        by_opd=_counted(activities, "opd"),
        findings=(*findings, *more, *contradictions),
    )


def _unread(grid: Grid, read: SheetRows | None) -> list[Finding]:
    """Report activities above the header, and all rows of a sheet of activities without header."""
    filled = {
        number: any(_IDENTIFIER.fullmatch(_text(cell)) for cell in cells)
        for number, cells in zip(grid.numbers, grid.rows, strict=True)
        if not all(is_missing_marker(cell) for cell in cells)
    }
    if read is None and not is_overview(grid.sheet):
        rows = list(filled)
    else:
        taken = set() if read is None else set(read.rows.index)
        rows = [number for number, named in filled.items() if named and number not in taken]
    if not rows:
        return []
    return [
        Finding(
            check="calendar.unread", level="warning", where=grid.where,
            message=_("{n} rows stand below no header of a calendar and are left out: rows {rows}")
            .format(n=len(rows), rows=compress_rows(rows)),
            remedy=_("copy the header row back from the workbook that was handed out"),
        )
    ]  # fmt: skip


def _register(grids: Sequence[Grid], findings: list[Finding]) -> pd.DataFrame | None:
    """Read the issued activities from the hidden sheets; one activity may be in several workbooks."""
    frames = []
    for grid in grids:
        if grid.sheet != REGISTER or not grid.rows:
            continue
        frame = pd.DataFrame(
            [dict(zip(grid.rows[0], row, strict=True)) for row in grid.rows[1:]], index=list(grid.numbers[1:])
        ).reindex(columns=list(ISSUED_COLUMNS))
        sound = [_IDENTIFIER.fullmatch(_text(cell)) is not None for cell in frame["id"]]
        frames.append(frame[sound])
        damaged = frame.index[[not one for one in sound]]
        if len(damaged):
            findings.append(
                Finding(
                    check="calendar.register", level="warning", where=grid.where,
                    message=_("{n} rows of the hidden list of activities are damaged: rows {rows}")
                    .format(n=len(damaged), rows=compress_rows([int(row) for row in damaged])),
                    remedy=_("send back the whole workbook, not a copy of its sheets"),
                )
            )  # fmt: skip
    if not frames:
        return None
    listed = pd.concat(frames, ignore_index=True).drop_duplicates("id")
    texts = [name for name in ISSUED_COLUMNS if name != "kebutuhan"]
    listed[texts] = listed[texts].astype(object).where(listed[texts].notna(), "").astype(str)
    return listed.assign(kebutuhan=parse_numbers(listed["kebutuhan"].astype(object)).value)


def _judged(rows: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """Infer empty statuses, compute achievements, and report contradictions."""
    rows = rows.astype(dict.fromkeys((*NUMBERS, "bulan_mulai", "bulan_selesai"), float))
    target, done = rows["target"], rows["realisasi"]
    reached = (target > 0) & (done >= target)
    concluded = (rows["status"] == "") & done.notna()
    by_numbers = np.select([reached, done > 0], ["selesai", "berjalan"], "belum")
    status = rows["status"].where(~concluded, pd.Series(by_numbers, index=rows.index))
    findings = [
        Finding(
            check="calendar.contradiction", level="note",
            where=Where(file=row["berkas"], sheet=row["lembar"] or None, row=int(row["baris"])),
            message=_('reported as "{status}", but {done} of {target} realised').format(
                status=row["status"], done=format_number(row["realisasi"], decimals=0),
                target=format_number(row["target"], decimals=0),
            ),
            remedy=_("check status and numbers"),
        )
        for row in rows[
            (rows["status"] == "selesai") & (done < target) | (rows["status"] == "belum") & (done > 0)
        ].to_dict("records")
    ]  # fmt: skip
    activities = rows.assign(
        status=status.where(status != "", NOT_REPORTED),
        status_disimpulkan=concluded,
        capaian=100.0 * done / target.where(target > 0),
        bulan_mulai=rows["bulan_mulai"].astype("Int64"),
        bulan_selesai=rows["bulan_selesai"].astype("Int64"),
        baris=rows["baris"].astype("Int64"),
        kode_desa=rows["kode_desa"].where(rows["kode_desa"] != "", None),
    )[list(ACTIVITY_COLUMNS)]
    texts = [name for name in TEXTS if name != "kode_desa"]
    activities[texts] = activities[texts].where(activities[texts].notna(), "")
    order = ["opd", "kode_desa", "id", "berkas", "lembar", "baris"]
    return activities.sort_values(order, kind="stable", ignore_index=True), findings


def _counted(activities: pd.DataFrame, by: str) -> pd.DataFrame:
    rows = activities[activities[by].notna()]
    groups = rows[by]
    table = pd.DataFrame({"kegiatan": rows.groupby(by).size()})
    for status in ("selesai", "berjalan", "belum", NOT_REPORTED):
        table[status.replace(" ", "_")] = (rows["status"] == status).groupby(groups).sum()
    table["tambahan"] = rows["tambahan"].astype(bool).groupby(groups).sum()
    table["anggaran"] = rows.groupby(by)["anggaran"].sum(min_count=1)
    counts = [name for name in table if name != "anggaran"]
    return table.astype(dict.fromkeys(counts, np.int64)).sort_index()
