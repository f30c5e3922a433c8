"""Child-level exports (e-PPGBM: one row a child and measurement), counted by village while they are read.

Names, NIK, parents and addresses are used to tell children apart, as salted hashes in memory, and are gone
when reading ends: no table, finding, error message or log holds them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path

import pandas as pd

from lokus.errors import InputError, LokusError
from lokus.findings import Finding, Level, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.children.cells import day_number, day_text, parse_day
from lokus.intake.children.duckdb_rows import is_parquet
from lokus.intake.children.exports import (
    HEAD,
    Rows,
    drain,
    export_files,
    finished,
    read_texts,
    refuse_encoding,
    tally_files,
)
from lokus.intake.children.layout import Layout, find_layout, split_lines
from lokus.intake.children.sources import (
    head_lines,
    open_workbook,
    sheet_rows,
    text_chunks,
    workbook_chunks,
)
from lokus.intake.children.tally import ACCOUNT, Tally, Totals
from lokus.intake.tables.grid import list_sheets
from lokus.intake.tables.tables import RawTable

__all__ = [
    "CHILD_INDICATORS", "CHILD_PLACE", "COUNT_COLUMNS", "ChildCounts", "count_children", "count_rounds",
    "read_children",
]  # fmt: skip


# What a planner must know about an export: rows and counts, never what stands in a cell


def child_findings(
    seen: Mapping[str, int],
    rows: Mapping[str, Sequence[int]],
    *,
    where: Where,
    period: tuple[str, str],
    tell: Callable[[int], str] = str,
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
    tell : callable, optional
        How a row is told; by its number.
    """
    findings = []
    for what, level, text, remedy in _matters():
        if not seen.get(what):
            continue
        message = text.format(n=format_number(seen[what]), start=period[0], end=period[1])
        if listed := rows.get(what):
            more = ", …" if seen[what] > len(listed) else ""
            message += " " + _("(rows {rows})").format(rows=", ".join(map(tell, listed)) + more)
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

_MANY_VILLAGES = 50
_LEAST_CHILDREN = 1.5
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
        not matter. Or a Parquet file, or a folder of text and Parquet files, for which the extra
        ``lokus[klaster]`` is needed; a child in several files is one child.
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
        of the file in which the village first occurs within the period, counted on through the files of a
        folder in the order of their names; the first record of a Parquet file is row 1.

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
    rows: Rows | None = None
    if path.is_dir() or is_parquet(path):
        (totals,), layout, rows = tally_files(
            export_files(path), periods=[period], columns=columns or {}, where=where or {}
        )
        at = Where(file=path.name)
    elif sheets := list_sheets(path):
        totals, layout, at = _workbook(path, sheets, sheet, columns or {}, where or {}, tally)
    else:
        totals, layout, at = _text_file(path, columns or {}, where or {}, tally)
    _refuse_unusable(totals, layout, at, period, rows)
    named = (day_text(period[0]), day_text(period[1]))
    data = _table(totals, with_kecamatan="kecamatan" in layout.roles)
    return RawTable(
        data=data,
        source=path.name,
        sheet=at.sheet or "",
        title_lines=(),
        totals=data.iloc[:0].assign(jenis_baris=pd.Series(dtype=object)),
        findings=child_findings(
            totals.seen, totals.rows, where=at, period=named, tell=rows.text if rows else str
        ),
    )


@dataclass(frozen=True, kw_only=True)
class ChildCounts:
    """Children of many kabupaten, counted in one pass.

    Attributes
    ----------
    table : DataFrame
        One row a village: ``kabupaten``, ``kecamatan``, ``desa`` (in capitals), :data:`COUNT_COLUMNS`.
    findings : tuple of Finding
        Of all files together.
    of : mapping of str to tuple of Finding
        The same by kabupaten, as its name stands in the files (in capitals, without the word *kabupaten*);
        empty text for rows that name none.
    rows : mapping of str to int
        Rows of the files by kabupaten; together they are all rows.
    """

    table: pd.DataFrame
    findings: tuple[Finding, ...]
    of: Mapping[str, tuple[Finding, ...]]
    rows: Mapping[str, int]


def count_children(
    paths: Sequence[str | Path],
    *,
    start: Day,
    end: Day,
    columns: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> ChildCounts:
    r"""Count the children of exports of many kabupaten, each file read once.

    A child in several files is counted once. Everything else is as in :func:`read_children`.

    Parameters
    ----------
    paths : sequence of str or Path
        Text or Parquet files; each has its own header.
    start, end, columns, where
        As for :func:`read_children`.

    Returns
    -------
    ChildCounts

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
    >>> counts = count_children([path], start="2026-02-01", end="2026-02-28")
    >>> counts.table[["kabupaten", "desa", "stunting"]].values.tolist()
    [['CONTOH DUA', 'SUKA MAJU', 0], ['CONTOH SATU', 'SUKA MAJU', 1]]
    >>> counts.rows
    {'CONTOH DUA': 1, 'CONTOH SATU': 1}
    """
    (counts,) = count_rounds(paths, [(start, end)], columns=columns, where=where)
    return counts


def count_rounds(
    paths: Sequence[str | Path],
    periods: Sequence[tuple[Day, Day]],
    *,
    columns: Mapping[str, str] | None = None,
    where: Mapping[str, str] | None = None,
) -> list[ChildCounts]:
    r"""Count the children of several rounds of measurement, each file read once for all of them.

    Parameters
    ----------
    paths, columns, where
        As for :func:`count_children`.
    periods : sequence of (Day, Day)
        First and last day of each round; they may overlap.

    Returns
    -------
    list of ChildCounts
        Of each round what :func:`count_children` would give.

    Raises
    ------
    InputError
        As :func:`count_children`.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "ukur.csv"
    >>> _ = path.write_text(
    ...     "NIK;Kab/Kota;Kec;Desa/Kel;Tanggal Pengukuran;Tinggi;ZS TB/U\n"
    ...     "9901010202230001;Contoh;Sukasari;Suka Maju;2025-08-03;78,0;-2,31\n"
    ...     "9901010202230001;Contoh;Sukasari;Suka Maju;2026-02-03;81,0;-1,90\n"
    ... )
    >>> rounds = [("2025-08-01", "2025-08-31"), ("2026-02-01", "2026-02-28")]
    >>> [int(counts.table["stunting"].sum()) for counts in count_rounds([path], rounds)]
    [1, 0]
    """
    days = [(_day(start, "start"), _day(end, "end")) for start, end in periods]
    if any(first > last for first, last in days):
        raise ValueError("start must not be later than end")
    found, _layout, rows = tally_files(
        [Path(path) for path in paths], periods=days, columns=columns or {}, where=where or {}, each=True
    )
    return [_of_round(totals, period, rows) for totals, period in zip(found, days, strict=True)]


def _of_round(totals: Totals, period: tuple[int, int], rows: Rows) -> ChildCounts:
    at = rows.where
    _refuse_shifted(totals, at, rows)
    named = (day_text(period[0]), day_text(period[1]))
    if totals.counts.empty:
        raise InputError(
            _("no measurement lies between {start} and {end}").format(start=named[0], end=named[1]),
            where=at,
            remedy=_("check the period and the column of the day of measurement"),
        )
    tell = partial(child_findings, where=at, period=named, tell=rows.text)
    return ChildCounts(
        table=_counted(totals.counts).reset_index(),
        findings=tell(totals.seen, totals.rows),
        of={name: tell(seen, totals.rows_of.get(name, {})) for name, seen in totals.seen_of.items()},
        rows={name: sum(seen.get(what, 0) for what in ACCOUNT) for name, seen in totals.seen_of.items()},
    )


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
    refuse_encoding(path, at)
    layout = find_layout(split_lines(head_lines(path, HEAD)), columns=columns, filters=where, where=at)
    counting = tally()
    failure = drain(read_texts(text_chunks(path, layout), layout), [counting], layout.lines + 1)
    return finished(counting, failure, layout, at), layout, at


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
    counting = tally()
    blocks = read_texts(workbook_chunks(path, name, layout), layout)
    stopped = drain(blocks, [counting], layout.lines + 1)
    return finished(counting, stopped, layout, at), layout, at


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
                (number, "", cells) for number, cells in enumerate(islice(sheet_rows(book, name), HEAD), 1)
            )
            try:
                layout = find_layout(rows, columns=columns, filters=where, where=replace(at, sheet=name))
            except InputError as error:
                failure = error
            else:
                found.append((name, layout))
    return found, failure.with_traceback(None)


def _at(at: Where, row: int, rows: Rows | None) -> Where:
    """Locate a row in the file, or in one of the files."""
    file, number = rows.place(row) if rows else (at.file, row)
    return replace(at, file=file, row=number or None)


def _refuse_shifted(totals: Totals, at: Where, rows: Rows | None = None) -> None:
    if totals.seen.get("lebih"):
        raise InputError(
            _("{n} rows have more cells than the header; their cells are shifted").format(
                n=totals.seen["lebih"]
            ),
            where=_at(at, totals.rows["lebih"][0], rows),
            remedy=_("put quotation marks around cells that contain the separator, or export again"),
        )
    if totals.seen.get("desa_bukan_nama"):
        raise InputError(
            _("{n} rows have a number or a day where the village should be; their cells are shifted").format(
                n=totals.seen["desa_bukan_nama"]
            ),
            where=_at(at, totals.rows["desa_bukan_nama"][0], rows),
            remedy=_("export again, or put quotation marks around cells that contain the separator"),
        )


def _refuse_unusable(
    totals: Totals, layout: Layout, at: Where, period: tuple[int, int], rows: Rows | None
) -> None:
    _refuse_shifted(totals, at, rows)
    _refuse_several_kabupaten(totals, layout, at, rows)
    children = int(totals.counts["anak"].sum())
    if len(totals.counts) >= _MANY_VILLAGES and children < _LEAST_CHILDREN * len(totals.counts):
        raise InputError(
            _("{n} children are in {k} villages; something else stands in the column of villages").format(
                n=children, k=len(totals.counts)
            ),
            where=replace(at, row=layout.lines or None),
            remedy=_("name the column of villages under kolom (desa), or export again"),
        )
    if totals.counts.empty:
        raise InputError(
            _("no measurement lies between {start} and {end}").format(
                start=day_text(period[0]), end=day_text(period[1])
            ),
            where=replace(at, row=layout.lines or None),
            remedy=_("check the period and the column of the day of measurement"),
        )


def _refuse_several_kabupaten(totals: Totals, layout: Layout, at: Where, rows: Rows | None) -> None:
    """Villages of one name in two kabupaten would be counted as one."""
    named = totals.counts.index.get_level_values("kabupaten")
    several = sorted(set(named) - {""})
    if len(several) < 2:
        return
    second = min(totals.first_row[named == name].min() for name in several[1:])
    raise InputError(
        _("the rows of the period are of {n} kabupaten or kota").format(n=len(several)),
        where=_at(at, int(second), rows),
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
