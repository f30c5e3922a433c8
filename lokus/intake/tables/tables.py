"""Reading the tables of the offices (OPD) as they are: untidy headers, totals, footers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.intake.tables.grid import Grid, list_sheets, read_grid
from lokus.intake.tables.headers import Header, find_column, find_header, is_numbering, lookup
from lokus.intake.tables.totals import DroppedRow, check_totals, classify_rows

__all__ = ["RawTable", "list_sheets", "read_table"]


@dataclass(frozen=True, kw_only=True, repr=False)
class RawTable:
    """A table as the office wrote it, without its title, totals and footers.

    Attributes
    ----------
    data : pandas.DataFrame
        Cells as str, float or None; columns are the flattened headers ("TB/U · Pendek"); the index, named
        ``baris``, holds the row numbers of the spreadsheet (for a CSV file, the lines).
    source, sheet : str
        File name; sheet name, empty for a CSV file.
    title_lines : tuple of str
        Texts above the header, such as the date of the data.
    totals : pandas.DataFrame
        Rows taken out, same columns, and ``jenis_baris`` ("total", "heading", "footer", "numbering").
    findings : tuple of Finding
        What reading showed: totals that disagree, header names that repeat, an unusual encoding.
    """

    data: pd.DataFrame
    source: str
    sheet: str
    title_lines: tuple[str, ...]
    totals: pd.DataFrame
    findings: tuple[Finding, ...]

    @property
    def where(self) -> Where:
        """File and sheet."""
        return Where(file=self.source, sheet=self.sheet or None)

    def column(self, wanted: str) -> str:
        """Name of the column that fits `wanted`.

        Raises
        ------
        InputError
            No column, or more than one, fits.
        """
        return find_column(list(self.data.columns), wanted, where=self.where)

    def __repr__(self) -> str:
        rows, columns = self.data.shape
        return _("Table {where}: {rows} rows, {columns} columns, {totals} rows taken out").format(
            where=self.where, rows=rows, columns=columns, totals=len(self.totals)
        )


def read_table(
    path: str | Path,
    *,
    sheet: str | None = None,
    columns: Sequence[str] = (),
    header_rows: Sequence[int] | None = None,
) -> RawTable:
    r"""Read one table of an office.

    Parameters
    ----------
    path : str or Path
        A workbook (``.xlsx``, ``.xls``, ``.ods`` …) or a text file with ``;``, ``,`` or tab between cells.
    sheet : str, optional
        Sheet to read. Without it the only sheet that has `columns` is taken.
    columns : sequence of str
        Column names that must be there; case, spacing and line breaks do not matter.
    header_rows : sequence of int, optional
        Spreadsheet rows of the header, for the rare table where finding them fails.

    Raises
    ------
    InputError
        The file is missing, unreadable or empty, the sheet or a column does not exist, or several
        sheets fit and none is named.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "gizi.csv"
    >>> _ = path.write_text("Data per 1 Juli;;\nDesa;Sasaran;Diukur\nSuka Maju;90;81\nTotal;90;81\n")
    >>> table = read_table(path, columns=["sasaran"])
    >>> table.data
            Desa Sasaran Diukur
    baris
    3  Suka Maju      90     81
    >>> table.title_lines
    ('Data per 1 Juli',)
    """
    grids = read_grid(path, sheet=sheet)
    grid, header, note = _choose(grids, columns, header_rows)
    raw = _frame(grid, header)
    dropped = classify_rows(raw)
    if header.last + 1 < len(grid.rows) and is_numbering(grid.rows[header.last + 1]):
        dropped = [DroppedRow(position=0, kind="numbering"), *(row for row in dropped if row.position)]
    where = grid.where
    positions = [row.position for row in dropped]
    totals = raw.iloc[positions].assign(jenis_baris=[row.kind for row in dropped])
    data = raw.drop(index=raw.index[positions])
    if data.empty:
        raise InputError(
            _("the table is empty: no rows below the header"),
            where=where,
            remedy=_("check that the right file and sheet are named"),
        )
    numbered = {row.position for row in dropped if row.kind == "numbering"}
    body = raw.drop(index=raw.index[sorted(numbered)]) if numbered else raw
    shifted = [
        DroppedRow(position=row.position - len(numbered), kind=row.kind)
        for row in dropped
        if row.position not in numbered
    ]
    findings = [*grid.findings, *note, *_repeated(header, where), *check_totals(body, shifted, where=where)]
    if dropped:
        findings.append(_taken_out(totals, where))
    return RawTable(
        data=data,
        source=grid.source,
        sheet=grid.sheet,
        title_lines=_title(grid, header),
        totals=totals,
        findings=tuple(findings),
    )


def _choose(
    grids: list[Grid], columns: Sequence[str], header_rows: Sequence[int] | None
) -> tuple[Grid, Header, list[Finding]]:
    """Take the sheet that fits; never guess between several that do."""
    fitting: list[tuple[Grid, Header]] = []
    failures: list[tuple[int, InputError]] = []
    for grid in grids:
        try:
            fitting.append((grid, find_header(grid, columns=columns, rows=header_rows)))
        except InputError as error:
            failures.append((_found(grid, columns), error))
    if not fitting:
        # The sheet that comes nearest is the one the planner meant.
        raise max(failures, key=lambda failure: failure[0])[1]
    if len(fitting) > 1:
        names = ", ".join(f'"{grid.sheet}"' for grid, __ in fitting)
        raise InputError(
            _("{n} sheets could be meant: {names}").format(n=len(fitting), names=names),
            where=Where(file=fitting[0][0].source),
            remedy=_("name the sheet"),
        )
    grid, header = fitting[0]
    others = [other.sheet for other in grids if other is not grid]
    note = (
        [
            Finding(
                check="tables.sheet",
                level="note",
                where=grid.where,
                message=_("only this sheet was read; also in the file: {names}").format(
                    names=", ".join(f'"{name}"' for name in others)
                ),
            )
        ]
        if others
        else []
    )
    return grid, header, note


def _found(grid: Grid, columns: Sequence[str]) -> int:
    try:
        names = find_header(grid).names
    except InputError:
        return -1
    return sum(isinstance(lookup(names, column), str) for column in columns)


def _frame(grid: Grid, header: Header) -> pd.DataFrame:
    keep = [position for position, name in enumerate(header.names) if name]
    rows = [
        (number, [row[position] for position in keep])
        for number, row in zip(grid.numbers[header.last + 1 :], grid.rows[header.last + 1 :], strict=True)
        if any(cell is not None for cell in row)
    ]
    frame = pd.DataFrame(
        [row for __, row in rows],
        columns=[header.names[position] for position in keep],
        dtype=object,
        index=pd.Index([number for number, __ in rows], name="baris", dtype="int64"),
    )
    return frame.where(frame.notna(), None)


def _title(grid: Grid, header: Header) -> tuple[str, ...]:
    lines = []
    for row in grid.rows[: header.first]:
        text = " ".join(" ".join(str(cell).split()) for cell in row if cell is not None)
        if text:
            lines.append(text)
    return tuple(lines)


def _repeated(header: Header, where: Where) -> list[Finding]:
    repeated = [name for name in header.names if name.endswith(" (2)")]
    return (
        [
            Finding(
                check="tables.repeated_header",
                level="note",
                where=where,
                message=_("column names that repeat were numbered: {names}").format(
                    names=", ".join(repeated)
                ),
            )
        ]
        if repeated
        else []
    )


def _taken_out(totals: pd.DataFrame, where: Where) -> Finding:
    rows = ", ".join(str(row) for row in totals.index[:10]) + (", …" if len(totals) > 10 else "")
    return Finding(
        check="tables.taken_out",
        level="note",
        where=where,
        message=_("{n} rows are totals, headings or footers, not villages: rows {rows}").format(
            n=len(totals), rows=rows
        ),
    )
