"""Child-level exports (e-PPGBM: one row a child and measurement), counted by village while they are read.

Names, NIK, parents and addresses are used to tell children apart, as salted hashes in memory, and are gone
when reading ends: no table, finding, error message or log holds them.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import pandas as pd
import python_calamine

from lokus.errors import InputError, LokusError
from lokus.findings import Finding, Level, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.children.cells import day_number, day_text, parse_day
from lokus.intake.children.layout import Layout, find_layout, split_lines
from lokus.intake.children.sources import (
    head_lines,
    open_workbook,
    sheet_rows,
    text_chunks,
    workbook_chunks,
)
from lokus.intake.children.tally import Tally, Totals
from lokus.intake.tables.grid import list_sheets
from lokus.intake.tables.tables import RawTable

__all__ = ["CHILD_INDICATORS", "CHILD_PLACE", "COUNT_COLUMNS", "count_children", "read_children"]


# What a planner must know about an export: rows and counts, never what stands in a cell


def child_findings(
    seen: Mapping[str, int], rows: Mapping[str, Sequence[int]], *, where: Where, period: tuple[str, str]
) -> tuple[Finding, ...]:
    """Tell what reading an export showed, one finding a matter.

    Parameters
    ----------
    seen : mapping of str to int
        Numbers of rows or children, as in :class:`lokus.intake.children.tally.Totals`.
    rows : mapping of str to sequence of int
        The first rows of each matter.
    where : Where
        File and sheet.
    period : tuple of str
        First and last day.
    """
    findings = []
    for what, level, text, remedy in _matters():
        if not seen.get(what):
            continue
        message = text.format(n=format_number(seen[what]), start=period[0], end=period[1])
        if listed := rows.get(what):
            more = ", …" if seen[what] > len(listed) else ""
            message += " " + _("(rows {rows})").format(rows=", ".join(map(str, listed)) + more)
        findings.append(
            Finding(check=f"children.{what}", level=level, message=message, remedy=remedy, where=where)
        )
    return tuple(findings)


def _matters() -> list[tuple[str, Level, str, str]]:
    complete = _("complete these rows in e-PPGBM and export again")
    check = _("check these children in e-PPGBM; the export does not say which entry is right")
    return [
        ("tanggal", "blocking", _("{n} rows have a day of measurement that cannot be read and are left out"),
         _("write days as 2026-02-28 or 28/02/2026")),
        ("tanpa_desa", "blocking", _("{n} rows of the period name no village; they are left out"), complete),
        ("tanpa_identitas", "blocking",
         _("{n} rows of the period have no whole NIK and no name with day of birth; left out"), complete),
        ("zskor", "blocking", _("{n} rows of the period have a ZS TB/U that is not a number"), complete),
        ("tanpa_tanggal", "warning", _("{n} rows have no day of measurement; they are left out"), complete),
        ("tanggal_lahir", "warning", _("{n} rows have a day of birth that cannot be read"), complete),
        ("sebelum_lahir", "warning", _("{n} rows are measured before birth"), check),
        ("nik_ganda", "warning",
         _("{n} NIK come with more than one day of birth; each day of birth is counted as a child"), check),
        ("anak_bertentangan", "warning",
         _("{n} children have contradicting results of the same day; they count as not measured"),
         check),
        ("dua_desa", "warning",
         _("{n} children are in two villages on the same day; they are counted in the first by name"), check),
        ("anak_tidak_wajar", "warning",
         _("{n} children have an implausible ZS TB/U (beyond ±6 SD); they count as not measured"),
         _("measure these children again")),
        ("anak_tanpa_zskor", "warning",
         _("{n} children have a height but no ZS TB/U; they count as not measured"), complete),
        ("anak_tanpa_tb", "note", _("{n} children were seen in the period without a height"), ""),
        ("ganda", "note", _("{n} children are there more than once with the same result; counted once"), ""),
        ("dalam_periode", "note", _("{n} rows lie between {start} and {end}"), ""),
        ("di_luar_periode", "note", _("{n} rows lie outside {start} to {end} and were not used"), ""),
        ("disaring", "note", _("{n} rows outside the row filter were left out"), ""),
        ("lewat_nik", "note", _("{n} rows belong to children told apart by NIK"), ""),
        ("lewat_nama", "note",
         _("{n} rows have no whole NIK; their children are told apart by name, day of birth and parent"), ""),
    ]  # fmt: skip


# Reading an export

CHILD_PLACE: Mapping[str, str] = {"desa": "desa", "kecamatan": "kecamatan"}
"""Columns of the place, as :func:`lokus.intake.join.join.join_table` takes them."""

CHILD_INDICATORS: Mapping[str, str] = {key: key for key in ("diukur", "pendek", "sangat_pendek", "stunting")}
"""Indicators an export gives. It lists the children who came, so it cannot say how many are due (sasaran)."""

COUNT_COLUMNS = (
    "anak", "diukur", "pendek", "sangat_pendek", "stunting", "tanpa_tb", "tanpa_zskor", "tidak_wajar",
    "bertentangan",
)  # fmt: skip
"""Counts of children; ``anak`` = ``diukur`` + the last four."""

_HEAD = 60
_MANY_VILLAGES = 50
_LEAST_CHILDREN = 1.5
_ROW = re.compile(r"(?:line|row) (\d+)")
_READING_ERRORS = (
    pd.errors.ParserError,
    python_calamine.CalamineError,
    OSError,
)
Day = str | dt.date


def read_children(
    path: str | Path,
    *,
    start: Day,
    end: Day,
    sheet: str | None = None,
    columns: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> RawTable:
    r"""Read a child-level export as counts by village.

    Of each child the last measurement with a z-score of height for age (ZS TB/U) between `start` and `end`
    counts: below −3 SD *sangat pendek*, from −3 to below −2 *pendek*, both together *stunting*; beyond ±6 SD
    it is implausible and not used (WHO 2006). A child is told apart by its NIK, or, where that is missing or
    masked, by name, day of birth and parent. Text files are read in chunks: memory grows with the number of
    children in the period, not with the rows.

    Parameters
    ----------
    path : str or Path
        A text file with ``;``, tab, ``,`` or ``|`` between cells, or a workbook. Lines above the header do
        not matter.
    start, end : str or date
        First and last day of the period, ``"2026-02-01"``.
    sheet : str, optional
        Sheet of a workbook with several.
    columns : mapping, optional
        ``{"nik" | "nama" | "lahir" | "orang_tua" | "kabupaten" | "kecamatan" | "desa" | "tanggal" |
        "tinggi" | "zs_tbu": header}`` where a header is not the usual one.
    where : mapping of header to value, optional
        Keep only rows of these places (``{"Kab/Kota": "..."}``).

    Returns
    -------
    RawTable
        One row a village: ``kecamatan``, ``desa`` (in capitals), :data:`COUNT_COLUMNS`; the index is the row
        of the file in which the village first occurs within the period.

    Raises
    ------
    InputError
        The file is missing, empty, damaged or no child-level export, no row lies in the period, or the rows
        are of several kabupaten. The message names file and row, and never what stands in a cell.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "ukur.csv"
    >>> _ = path.write_text(
    ...     "Tanggal unduh 2026-03-02\n"
    ...     "NIK;Kec;Pukesmas;Desa/Kel;Tanggal Pengukuran;Tinggi;ZS TB/U\n"
    ...     "9901010202230001;Sukasari;Sukasari;Suka Maju;2026-02-03;80,1;-2,31\n"
    ...     "9901010202230002;Sukasari;Sukasari;Suka Maju;2026-02-03;88,0;0,12\n"
    ... )
    >>> table = read_children(path, start="2026-02-01", end="2026-02-28")
    >>> table.data[["desa", "diukur", "stunting"]]
                desa  diukur  stunting
    baris
    3      SUKA MAJU       2         1
    """
    path = Path(path)
    period = _day(start, "start"), _day(end, "end")
    if period[0] > period[1]:
        raise ValueError("start must not be later than end")
    tally = partial(Tally, start=period[0], end=period[1])
    sheets = list_sheets(path)
    if sheets:
        totals, layout, at = _workbook(path, sheets, sheet, columns or {}, where or {}, tally)
    else:
        totals, layout, at = _text_file(path, columns or {}, where or {}, tally)
    _refuse_unusable(totals, layout, at, period)
    named = (day_text(period[0]), day_text(period[1]))
    data = _table(totals, with_kecamatan="kecamatan" in layout.roles)
    return RawTable(
        data=data,
        source=path.name,
        sheet=at.sheet or "",
        title_lines=(),
        totals=data.iloc[:0].assign(jenis_baris=pd.Series(dtype=object)),
        findings=child_findings(totals.seen, totals.rows, where=at, period=named),
    )


def count_children(
    paths: Sequence[str | Path],
    *,
    start: Day,
    end: Day,
    columns: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    r"""Count the children of exports of many kabupaten, each file read once.

    A child in several files is counted once. Everything else is as in :func:`read_children`.

    Parameters
    ----------
    paths : sequence of str or Path
        Text files; each has its own header.
    start, end, columns, where
        As for :func:`read_children`.

    Returns
    -------
    DataFrame
        One row a village: ``kabupaten``, ``kecamatan``, ``desa`` (in capitals), :data:`COUNT_COLUMNS`.
    tuple of Finding
        Of all files together.

    Raises
    ------
    InputError
        As :func:`read_children`; or an export does not state the kabupaten of its rows.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "ukur.csv"
    >>> _ = path.write_text(
    ...     "NIK;Kab/Kota;Kec;Desa/Kel;Tanggal Pengukuran;Tinggi;ZS TB/U\n"
    ...     "9901010202230001;Contoh Satu;Sukasari;Suka Maju;2026-02-03;80,1;-2,31\n"
    ...     "9902010202230002;Contoh Dua;Sukasari;Suka Maju;2026-02-03;88,0;0,12\n"
    ... )
    >>> counts, _findings = count_children([path], start="2026-02-01", end="2026-02-28")
    >>> counts[["kabupaten", "desa", "stunting"]].values.tolist()
    [['CONTOH DUA', 'SUKA MAJU', 0], ['CONTOH SATU', 'SUKA MAJU', 1]]
    """
    files = [Path(path) for path in paths]
    period = _day(start, "start"), _day(end, "end")
    if period[0] > period[1]:
        raise ValueError("start must not be later than end")
    counting, salt = Tally(start=period[0], end=period[1]), secrets.token_hex(8)
    for path in files:
        at = Where(file=path.name)
        _refuse_encoding(path, at)
        lines = split_lines(head_lines(path, _HEAD))
        layout = find_layout(lines, columns=columns or {}, filters=where or {}, where=at)
        if "kabupaten" not in layout.roles:
            raise InputError(
                _("an export of many kabupaten needs a column that says which of them a row is of"),
                where=replace(at, row=layout.lines),
                remedy=_("name it under kolom: kabupaten = …"),
            )
        counting.keep_only(_named(layout))
        counting.total = 0  # rows are numbered within their file
        failure = _drain(text_chunks(path, layout, salt=salt), counting, layout.lines + 1)
        if failure is not None:
            _finished(counting, failure, layout, at)
    totals = counting.finish()
    at = Where(file=", ".join(path.name for path in files[:3]) + (" …" if len(files) > 3 else ""))
    _refuse_shifted(totals, at)
    if totals.counts.empty:
        raise InputError(
            _("no measurement lies between {start} and {end}").format(
                start=day_text(period[0]), end=day_text(period[1])
            ),
            where=at,
            remedy=_("check the period and the column of the day of measurement"),
        )
    named = (day_text(period[0]), day_text(period[1]))
    findings = child_findings(totals.seen, totals.rows, where=at, period=named)
    return _counted(totals.counts).reset_index(), findings


def _day(value: Day, name: str) -> int:
    if isinstance(value, dt.datetime):
        value = value.date()
    number = day_number(value) if isinstance(value, dt.date) else parse_day(value)
    if number <= 0:
        raise ValueError(f'{name} must be a day such as "2026-02-28"')
    return number


def _text_file(
    path: Path,
    columns: Mapping[str, str],
    where: Mapping[str, str],
    tally: Callable[..., Tally],
) -> tuple[Totals, Layout, Where]:
    at = Where(file=path.name)
    _refuse_encoding(path, at)
    layout = find_layout(split_lines(head_lines(path, _HEAD)), columns=columns, filters=where, where=at)
    counting = tally(filters=_named(layout))
    failure = _drain(text_chunks(path, layout), counting, layout.lines + 1)
    return _finished(counting, failure, layout, at), layout, at


def _workbook(
    path: Path,
    sheets: list[str],
    sheet: str | None,
    columns: Mapping[str, str],
    where: Mapping[str, str],
    tally: Callable[..., Tally],
) -> tuple[Totals, Layout, Where]:
    at = Where(file=path.name, sheet=sheet)
    if sheet is not None and sheet not in sheets:
        raise InputError(
            _('there is no sheet "{sheet}"').format(sheet=sheet),
            where=Where(file=path.name),
            remedy=_("sheets in this file: {names}").format(names=", ".join(f'"{name}"' for name in sheets)),
        )
    found, failure = _fitting(path, [sheet] if sheet else sheets, columns, where, at)
    if not found:
        raise failure
    if len(found) > 1:
        raise InputError(
            _("{n} sheets could be meant: {names}").format(
                n=len(found), names=", ".join(f'"{name}"' for name, _layout in found)
            ),
            where=at,
            remedy=_("name the sheet"),
        )
    name, layout = found[0]
    at = replace(at, sheet=name)
    counting = tally(filters=_named(layout))
    stopped = _drain(workbook_chunks(path, name, layout), counting, layout.lines + 1)
    return _finished(counting, stopped, layout, at), layout, at


def _fitting(
    path: Path, sheets: list[str], columns: Mapping[str, str], where: Mapping[str, str], at: Where
) -> tuple[list[tuple[str, Layout]], LokusError]:
    """Find the sheets that are child-level exports, and the error of the last one that is not."""
    found: list[tuple[str, Layout]] = []
    failure: LokusError = InputError(
        _("the table is empty"), where=at, remedy=_("check that the right file and sheet are named")
    )
    with open_workbook(path) as book:
        for name in sheets:
            rows = (
                (number, "", cells) for number, cells in enumerate(islice(sheet_rows(book, name), _HEAD), 1)
            )
            try:
                layout = find_layout(rows, columns=columns, filters=where, where=replace(at, sheet=name))
            except InputError as error:
                failure = error
            else:
                found.append((name, layout))
    return found, failure.with_traceback(None)


def _named(layout: Layout) -> dict[str, str]:
    return {f"saring_{position}": value for position, value in layout.filters.items()}


@dataclass(frozen=True, kw_only=True)
class _Failure:
    """Where reading stopped: at a record of the body (0: unknown), or by a bug of this program."""

    record: int = 0
    fault: str = ""


def _drain(chunks: Iterator[pd.DataFrame], tally: Tally, first_row: int) -> _Failure | None:
    """Feed a tally; of an exception store only where it occurred.

    Parsers quote the row that fails, and a chained exception would store its message and the cells in its
    frames.
    """
    try:
        for chunk in chunks:
            tally.add(chunk, first_row + tally.total)
    except Exception as error:
        if isinstance(error, _READING_ERRORS):
            located = _ROW.search(str(error))
            return _Failure(record=int(located.group(1)) if located else 0)
        step = traceback.extract_tb(error.__traceback__)[-1]
        return _Failure(fault=f"{type(error).__name__} in {Path(step.filename).name}:{step.lineno}")
    return None


def _finished(tally: Tally, failure: _Failure | None, layout: Layout, at: Where) -> Totals:
    if failure is None:
        return tally.finish()
    if failure.fault:
        raise RuntimeError(failure.fault)
    raise InputError(
        _("the rows cannot be read: a quotation mark is not closed, or the file is damaged"),
        where=replace(at, row=layout.lines + failure.record if failure.record else None),
        remedy=_("check the quotation marks of that row, or export again"),
    )


def _refuse_encoding(path: Path, at: Where) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    if not start:
        raise InputError(
            _("the table is empty"),
            where=at,
            remedy=_("name the sheet with the data with lembar, or ask the office for the file again"),
        )
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise InputError(
            _("this is a workbook, although its name says CSV"),
            where=at,
            remedy=_("rename it to .xlsx or .xls"),
        )
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(_("the file is in UTF-16"), where=at, remedy=_("save it as CSV UTF-8 and run again"))


def _refuse_shifted(totals: Totals, at: Where) -> None:
    if totals.seen.get("lebih"):
        raise InputError(
            _("{n} rows have more cells than the header; their cells are shifted").format(
                n=totals.seen["lebih"]
            ),
            where=replace(at, row=totals.rows["lebih"][0]),
            remedy=_("put quotation marks around cells that contain the separator, or export again"),
        )
    if totals.seen.get("desa_bukan_nama"):
        raise InputError(
            _("{n} rows have a number or a day where the village should be; their cells are shifted").format(
                n=totals.seen["desa_bukan_nama"]
            ),
            where=replace(at, row=totals.rows["desa_bukan_nama"][0]),
            remedy=_("export again, or put quotation marks around cells that contain the separator"),
        )


def _refuse_unusable(totals: Totals, layout: Layout, at: Where, period: tuple[int, int]) -> None:
    _refuse_shifted(totals, at)
    _refuse_several_kabupaten(totals, layout, at)
    children = int(totals.counts["anak"].sum())
    if len(totals.counts) >= _MANY_VILLAGES and children < _LEAST_CHILDREN * len(totals.counts):
        raise InputError(
            _("{n} children are in {k} villages; something else stands in the column of villages").format(
                n=children, k=len(totals.counts)
            ),
            where=replace(at, row=layout.lines),
            remedy=_("name the column of villages under kolom (desa), or export again"),
        )
    if totals.counts.empty:
        raise InputError(
            _("no measurement lies between {start} and {end}").format(
                start=day_text(period[0]), end=day_text(period[1])
            ),
            where=replace(at, row=layout.lines),
            remedy=_("check the period and the column of the day of measurement"),
        )


def _refuse_several_kabupaten(totals: Totals, layout: Layout, at: Where) -> None:
    """Raise on several kabupaten: villages of one name in two of them would be counted as one."""
    named = totals.counts.index.get_level_values("kabupaten")
    several = sorted(set(named) - {""})
    if len(several) < 2:
        return
    second = min(totals.first_row[named == name].min() for name in several[1:])
    raise InputError(
        _("the rows of the period are of {n} kabupaten or kota").format(n=len(several)),
        where=replace(at, row=int(second)),
        remedy=_('take one of them: saring = {{ "{header}" = "…" }} with its name as it stands there').format(
            header=layout.kabupaten
        ),
    )


def _table(totals: Totals, *, with_kecamatan: bool) -> pd.DataFrame:
    # At most one kabupaten is left, and rows that state none.
    counts = totals.counts.groupby(level=["kecamatan", "desa"]).sum()
    first = totals.first_row.groupby(level=["kecamatan", "desa"]).min()
    out = _counted(counts).reset_index()
    if not with_kecamatan:
        out = out.drop(columns="kecamatan")
    return out.set_axis(pd.Index(first.to_numpy(), name="baris"))


def _counted(counts: pd.DataFrame) -> pd.DataFrame:
    out = counts.assign(stunting=counts["pendek"] + counts["sangat_pendek"])
    out["diukur"] = out["stunting"] + counts["tidak_pendek"]
    return out[list(COUNT_COLUMNS)]
