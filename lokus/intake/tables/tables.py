"""Read the tables of offices (OPD) as they are, with untidy headers, totals and footers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.tables.grid import Cell, Grid, list_sheets, read_grid
from lokus.intake.tables.headers import (
    Header,
    find_column,
    find_header,
    fold,
    is_numbering,
    lookup,
)
from lokus.intake.tables.shape import refuse_second_table, refuse_wide_rows, without_slipped_rows
from lokus.intake.tables.table_facts import TableFacts, table_facts
from lokus.intake.tables.totals import DroppedRow, check_totals, classify_rows

__all__ = ["RawTable", "list_sheets", "read_table", "sheets_with"]


@dataclass(frozen=True, kw_only=True, repr=False)
class RawTable:
    """A table as written by the office, without title, totals and footers.

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
        Rows removed, same columns, and ``jenis_baris`` ("total", "heading", "footer", "numbering").
    findings : tuple of Finding
        Findings of reading: totals that disagree, repeated header names, an unusual encoding.
    facts : TableFacts
        Facts about the cells beyond values.
    """

    data: pd.DataFrame
    source: str
    sheet: str
    title_lines: tuple[str, ...]
    totals: pd.DataFrame
    findings: tuple[Finding, ...]
    facts: TableFacts = field(default_factory=TableFacts)

    @property
    def where(self) -> Where:
        """File and sheet."""
        return Where(file=self.source, sheet=self.sheet or None)

    def column(self, wanted: str) -> str:
        """Return the name of the column that matches `wanted`.

        Raises
        ------
        InputError
            No column, or more than one, fits.
        """
        return find_column(
            list(self.data.columns), wanted, where=self.where, described=lambda name: self._described(name)
        )

    def _described(self, name: str) -> str:
        """Return the first values of a column, to distinguish it from others of its name."""
        return ", ".join(str(cell)[:20] for cell in self.data[name].dropna().head(3)) + " …"

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
    keep: Mapping[str, str] | None = None,
) -> RawTable:
    r"""Read one table of an office.

    Parameters
    ----------
    path : str or Path
        A workbook (``.xlsx``, ``.xls``, ``.ods`` …) or a text file with ``;``, ``,`` or tab between cells.
    sheet : str, optional
        Sheet to read; by default the only sheet with `columns`.
    columns : sequence of str
        Required columns; case, spacing and line breaks do not matter.
    header_rows : sequence of int, optional
        Spreadsheet rows of the header. State them only where the header is not found.
    keep : mapping of header to value, optional
        Rows that the study uses (``saring``): "Jumlah" in such a column does not make its row a total.

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
    refuse_second_table(grid, header)
    dropped = _with_page_heads(classify_rows(raw, keep=_rows_to_keep(raw, keep or {})), grid, header, raw)
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
    refuse_wide_rows(grid, header, data.index)
    data, slipped = without_slipped_rows(data, grid, header, columns)
    numbered = {row.position for row in dropped if row.kind in ("numbering", "header")}
    body = raw.drop(index=raw.index[sorted(numbered)]) if numbered else raw
    shifted = [
        DroppedRow(position=row.position - sum(gone < row.position for gone in numbered), kind=row.kind)
        for row in dropped
        if row.position not in numbered
    ]
    findings = [*grid.findings, *note, *_repeated(header, where), *check_totals(body, shifted, where=where)]
    findings += slipped
    if dropped:
        findings.append(_taken_out(totals, where))
    return RawTable(
        data=data,
        source=grid.source,
        sheet=grid.sheet,
        title_lines=_title(grid, header),
        totals=totals,
        findings=tuple(findings),
        facts=table_facts(grid, header),
    )


def sheets_with(path: str | Path, columns: Sequence[str]) -> tuple[str, ...]:
    """List the visible sheets of a workbook with all of `columns`.

    A sheet with none of them, such as a cover, is ignored.

    Raises
    ------
    InputError
        No sheet has them, or a sheet has only some.

    Examples
    --------
    >>> import tempfile
    >>> import openpyxl
    >>> book = openpyxl.Workbook()
    >>> for name in ("Kubu", "Terentang"):
    ...     sheet = book.create_sheet(name)
    ...     sheet.append(["Desa", "Diukur"])
    ...     sheet.append(["Suka Maju", 9])
    >>> path = Path(tempfile.mkdtemp()) / "gizi.xlsx"
    >>> book.save(path)
    >>> sheets_with(path, ["Desa", "Diukur"])
    ('Kubu', 'Terentang')
    """
    found: list[str] = []
    for grid in read_grid(path):
        if grid.hidden:
            continue
        try:
            find_header(grid, columns=columns)
        except InputError as error:
            if _found(grid, columns) > 0:
                raise InputError(
                    error.what,
                    where=error.where,
                    remedy=_('correct the heading, or name the sheets that are meant: lembar = ["…", "…"]'),
                ) from error
            continue
        found.append(grid.sheet)
    if not found:
        raise InputError(
            _("no visible sheet has the columns {columns}").format(columns=", ".join(columns)),
            where=Where(file=Path(path).name),
            remedy=_("check the columns under tempat and indikator"),
        )
    return tuple(found)


def _choose(
    grids: list[Grid], columns: Sequence[str], header_rows: Sequence[int] | None
) -> tuple[Grid, Header, list[Finding]]:
    """Return the sheet that fits; raise where several do."""
    fitting: list[tuple[Grid, Header]] = []
    failures: list[tuple[int, InputError]] = []
    for grid in grids:
        try:
            fitting.append((grid, find_header(grid, columns=columns, rows=header_rows)))
        except InputError as error:
            failures.append((_found(grid, columns), error))
    if not fitting:
        # Report the sheet that comes nearest, which is probably the one meant.
        raise max(failures, key=lambda failure: failure[0])[1]
    # A hidden sheet is usually an old one and never replaces a visible one.
    fitting = [found for found in fitting if not found[0].hidden] or fitting
    if len(fitting) > 1:
        names = ", ".join(f'"{grid.sheet}"' for grid, __ in fitting)
        raise InputError(
            _("{n} sheets could be meant: {names}").format(n=len(fitting), names=names),
            where=Where(file=fitting[0][0].source),
            remedy=_('name the sheet, or join several: lembar = ["…", "…"], or lembar = "*" for all of them'),
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
    return sum(bool(lookup(names, column)) for column in columns)


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


def _rows_to_keep(raw: pd.DataFrame, keep: Mapping[str, str]) -> dict[int, str]:
    """Return positions of the columns that the study filters by, with the wanted values."""
    names = list(map(str, raw.columns))
    found = {header: lookup(names, header) for header in keep}
    return {
        names.index(name): " ".join(keep[header].split()).casefold()
        for header, name in found.items()
        if isinstance(name, str)
    }


def _with_page_heads(
    dropped: Sequence[DroppedRow], grid: Grid, header: Header, raw: pd.DataFrame
) -> list[DroppedRow]:
    """Add the rows that repeat the header or number its columns on a new page."""
    kinds = {row.position: row.kind for row in dropped}
    heads = [
        [fold(str(cell)) if cell is not None else "" for cell in row]
        for row in grid.rows[header.first : header.last + 1]
    ]
    at = dict(zip(grid.numbers, grid.rows, strict=True))
    for position, number in enumerate(raw.index):
        cells = at[int(number)]
        filled = [(column, fold(str(cell))) for column, cell in enumerate(cells) if isinstance(cell, str)]
        if is_numbering(cells) and _counts_up(cells):
            kinds[position] = "numbering"
        elif 1 < len(filled) == sum(cell is not None for cell in cells) and any(
            all(head[column] == text for column, text in filled) for head in heads
        ):
            kinds[position] = "header"
    return [DroppedRow(position=position, kind=kind) for position, kind in sorted(kinds.items())]


def _counts_up(cells: Sequence[Cell]) -> bool:
    """Return whether the cells of a row are 1, 2, 3 … or letters."""
    filled = [cell for cell in cells if cell is not None]
    numbers = [int(cell) for cell in filled if isinstance(cell, float) and cell.is_integer()]
    return len(numbers) < len(filled) or all(b > a for a, b in pairwise(numbers))


def _title(grid: Grid, header: Header) -> tuple[str, ...]:
    lines = []
    for row in grid.rows[: header.first]:
        text = " ".join(" ".join(str(cell).split()) for cell in row if cell is not None)
        if text:
            lines.append(text)
    return tuple(lines)


def _repeated(header: Header, where: Where) -> list[Finding]:
    repeated = [name for name in header.names if re.search(r" \(\d+\)$", name)]
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
            n=format_number(len(totals)), rows=rows
        ),
    )
