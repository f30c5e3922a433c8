"""Detect displaced cells: rows wider or narrower than the header, shifted cells, a second table below.

A displaced cell would be read under the wrong heading. Where the shape of the file shows that cells moved,
they are not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.intake.tables.headers import column_letter, fold, lookup
from lokus.intake.tables.numbers import parse_one
from lokus.places.kode import compress_rows

if TYPE_CHECKING:
    import pandas as pd

    from lokus.intake.tables.grid import Cell, Grid
    from lokus.intake.tables.headers import Header

__all__ = ["is_digits", "refuse_second_table", "refuse_wide_rows", "without_slipped_rows"]

_FEW_ROWS = 5
_BESIDE = 1 / 3
# Above a repeated header: the same table continues, for another place or on another page.
_GOES_ON = re.compile(
    r"\b(kec|kecamatan|distrik|puskesmas|pkm|uptd?|wilayah|desa|kelurahan|posyandu|lanjutan|sambungan"
    r"|hal|halaman|lembar|mengetahui|nip|kepala|sumber|keterangan|catatan)\b"
)
_YEAR = re.compile(r"(?<!\d)20[0-4]\d(?!\d)")


def refuse_wide_rows(grid: Grid, header: Header, villages: Iterable[int]) -> None:
    """Raise where rows have more cells than the header: their values are under the wrong headings.

    Commas as both delimiter and decimal sign give such rows; saved as a workbook, they have numbers right of
    the last heading.

    Parameters
    ----------
    grid : Grid
    header : Header
    villages : iterable of int
        Spreadsheet rows that are neither totals nor headings.

    Raises
    ------
    InputError
        Names the first such row and its cells.

    Examples
    --------
    >>> from lokus.intake.tables.grid import Grid
    >>> from lokus.intake.tables.headers import find_header
    >>> rows = (("Desa", "Air", None), ("Suka Maju", "38", "9"))
    >>> grid = Grid(rows=rows, numbers=(1, 2), merges=(), source="a.csv", sheet="", fields=(2, 3))
    >>> refuse_wide_rows(grid, find_header(grid), [2])
    Traceback (most recent call last):
        ...
    lokus.errors.InputError: berkas a.csv, baris 2: 1 baris berisi sel lebih banyak ...
    """
    village_rows = set(villages)
    body = [
        (number, position)
        for position, number in enumerate(grid.numbers)
        if position > header.last and number in village_rows
    ]
    # In a workbook a number with decimals beside the table is a note, since split cells have none.
    beyond = _is_number if grid.fields else is_digits
    due = max((column for column, name in enumerate(header.names) if _named(name, column)), default=-1) + 1
    wide = [
        (number, position)
        for number, position in body
        if due < len(header.names) and beyond(grid.rows[position][due])
    ]
    if not wide and grid.fields:
        due = max(grid.fields[header.first : header.last + 1])
        wide = [(number, position) for number, position in body if grid.fields[position] > due]
    if not wide:
        return
    number, position = wide[0]
    cells = max(
        grid.fields[position] if grid.fields else 0,
        due + sum(cell is not None for cell in grid.rows[position][due:]),
    )
    seen = "; ".join("" if cell is None else str(cell)[:20] for cell in grid.rows[position])
    raise InputError(
        _(
            "{n} rows have more cells than the header ({cells} instead of {due}), the first: {seen}; "
            "a decimal comma "
            "may have split numbers (38,9 into 38 and 9), so that values stand under the wrong heading"
        ).format(n=len(wide), cells=cells, due=due, seen=seen[:120]),
        where=Where(file=grid.source, sheet=grid.sheet or None, row=number),
        remedy=_(
            "ask for the file with semicolons between the cells, or as .xlsx; if numbers are split "
            "in the workbook, "
            "put them together again; delete cells beyond the last heading"
        ),
    )


def refuse_second_table(grid: Grid, header: Header) -> None:
    """Raise on a second table below the first: another header, or the same header under another title.

    The rows below it would be read by the columns of the first header, or as further villages of its year. A
    header repeated on a new page or for another place continues the same table.

    Examples
    --------
    >>> from lokus.intake.tables.grid import Grid
    >>> from lokus.intake.tables.headers import find_header
    >>> rows = (("Desa", "Diukur", "Pendek"), ("Suka Maju", 9.0, 1.0), ("Desa", "Pendek", "Diukur"))
    >>> grid = Grid(rows=rows, numbers=(1, 2, 3), merges=(), source="a.xlsx", sheet="")
    >>> refuse_second_table(grid, find_header(grid))
    Traceback (most recent call last):
        ...
    lokus.errors.InputError: berkas a.xlsx, baris 3: ...
    """
    heads = [[fold(str(cell)) if cell is not None else "" for cell in row] for row in grid.rows]
    heads = heads[header.first : header.last + 1]
    titles = [_line(row) for row in grid.rows[: header.first]]
    above: str | None = None
    for position in range(header.last + 1, len(grid.rows)):
        row = grid.rows[position]
        filled = [(column, cell) for column, cell in enumerate(row) if cell is not None]
        if not filled:
            continue
        texts = [(column, fold(cell)) for column, cell in filled if isinstance(cell, str)]
        if len(texts) < len(filled) or any(parse_one(text) is not None for __, text in texts):
            above = None
            continue
        if _is_other_header(texts, heads):
            raise _second(grid, position, _("the row names the columns again, and otherwise than the header"))
        aligned = len(texts) > 1 and all(heads[0][column] == text for column, text in texts)
        if aligned and above is not None and not _goes_on(above, titles):
            text = _('below the title "{title}" the header is there again: a second table begins here')
            raise _second(grid, position, text.format(title=above[:60]))
        above = None if aligned else _line(row)


def _is_other_header(texts: Sequence[tuple[int, str]], heads: Sequence[Sequence[str]]) -> bool:
    """Return whether half of the texts of a row are headings, not all in their own columns."""
    known = {text for head in heads for text in head if text}
    named = sum(text in known for __, text in texts)
    if len(texts) < 3 or named < 2 or 2 * named < len(texts):
        return False
    return not any(all(head[column] == text for column, text in texts) for head in heads)


def _goes_on(title: str, titles: Sequence[str]) -> bool:
    years, first = set(_YEAR.findall(title)), {year for line in titles for year in _YEAR.findall(line)}
    if years and first and not years <= first:
        return False
    return title in titles or bool(_GOES_ON.search(title))


def _line(row: Sequence[Cell]) -> str:
    return " ".join(fold(str(cell)) for cell in row if cell is not None)


def _second(grid: Grid, position: int, what: str) -> InputError:
    return InputError(
        what,
        where=Where(file=grid.source, sheet=grid.sheet or None, row=grid.numbers[position]),
        remedy=_(
            "put each table on a sheet of its own, and write a [[tabel]] for each that is meant; if the rows "
            "belong to the same table, delete this heading and put their cells under the first header"
        ),
    )


def without_slipped_rows(
    data: pd.DataFrame, grid: Grid, header: Header, columns: Sequence[str]
) -> tuple[pd.DataFrame, list[Finding]]:
    r"""Remove the numbers of rows with displaced cells; raise where a heading may cover two columns.

    A row of a text file that ends before the used columns has lost a cell. A row with a number in a column of
    remarks and a missing one before it was shifted to the right; one with decimals in a column of counts and
    an empty last column to the left.

    Parameters
    ----------
    data : pandas.DataFrame
        Rows of villages; index = spreadsheet row.
    grid : Grid
    header : Header
    columns : sequence of str
        Columns that the study uses.

    Returns
    -------
    data : pandas.DataFrame
    findings : list of Finding

    Raises
    ------
    InputError
        The column next to one of `columns` has numbers and no heading.

    Examples
    --------
    >>> from lokus.intake.tables.grid import Grid
    >>> from lokus.intake.tables.tables import read_table
    >>> import tempfile
    >>> from pathlib import Path
    >>> path = Path(tempfile.mkdtemp()) / "gizi.csv"
    >>> _ = path.write_text("Desa;Sasaran;Diukur\nA;9;8\nB;7;7\nC;8\nD;6;5\n")
    >>> table = read_table(path, columns=["Desa", "Sasaran", "Diukur"])
    >>> table.data.loc[4].tolist(), table.findings[0].check
    (['C', None, None], 'rows.narrow')
    """
    found = [lookup(list(header.names), column) for column in columns]
    used = [header.names.index(name) for name in found if isinstance(name, str)]
    at = dict(zip(grid.numbers, range(len(grid.numbers)), strict=True))
    rows = {int(row): grid.rows[at[int(row)]] for row in data.index}
    numeric = {
        column: sum(_is_number(row[column]) for row in rows.values()) for column in range(len(header.names))
    }
    valued = [
        column
        for column in used
        if 2 * numeric[column] > sum(row[column] is not None for row in rows.values())
    ]
    if not valued:
        return data, []
    _refuse_unnamed_beside(grid, header, valued, numeric, len(rows))
    narrow = _narrow(rows, {row: grid.fields[at[row]] for row in rows} if grid.fields else {}, max(valued))
    shifted = [] if len(rows) <= _FEW_ROWS else _shifted(rows, valued, used, numeric)
    findings = []
    for check, these in (("rows.narrow", narrow), ("rows.slipped", [r for r in shifted if r not in narrow])):
        if these:
            findings.append(_moved(check, these, grid))
            names = [header.names[column] for column in valued]
            data = data.copy()
            data.loc[these, names] = None
    return data, findings


def _narrow(rows: dict[int, tuple[Cell, ...]], fields: dict[int, int], last: int) -> list[int]:
    short = [row for row, n in fields.items() if n <= last and any(_is_number(cell) for cell in rows[row])]
    return short if 2 * len(short) < len(rows) else []


def _shifted(
    rows: dict[int, tuple[Cell, ...]], valued: Sequence[int], used: Sequence[int], numeric: dict[int, int]
) -> list[int]:
    """Return rows with a number where all others have none, and a gap in the number columns before it."""
    out = []
    for row, cells in rows.items():
        for beyond in range(min(valued) + 1, len(cells)):
            if beyond in used or numeric[beyond] != 1 or not _is_number(cells[beyond]):
                continue
            if any(cells[column] is None for column in valued if column < beyond):
                out.append(row)
        if len(valued) > 1 and _shifted_left(row, rows, sorted(valued)):
            out.append(row)
    return sorted(set(out))


def _shifted_left(row: int, rows: dict[int, tuple[Cell, ...]], valued: Sequence[int]) -> bool:
    """Return whether decimals of the last column are in the one before it, where all others are whole."""
    before, last = valued[-2:]
    if rows[row][last] is not None or _is_whole(rows[row][before]) is not False:
        return False
    beside = [_is_whole(cells[before]) for number, cells in rows.items() if number != row]
    others = [_is_whole(cells[last]) for number, cells in rows.items() if number != row]
    return False not in beside and True in beside and False in others


def _is_whole(cell: Cell) -> bool | None:
    """Return whether a number is whole; None where the cell is no number."""
    value = cell if isinstance(cell, float) else parse_one(cell) if isinstance(cell, str) else None
    return None if value is None else value.is_integer()


def _refuse_unnamed_beside(
    grid: Grid, header: Header, valued: Sequence[int], numeric: dict[int, int], n: int
) -> None:
    for column in valued:
        beside = column + 1
        if beside >= len(header.names) or not header.names[beside] or _named(header.names[beside], beside):
            continue
        if numeric[beside] < max(2, _BESIDE * n):
            continue
        raise InputError(
            _(
                'column {letter} beside "{heading}" has numbers and no heading: the heading may stand over '
                "both, as over boys and girls"
            ).format(letter=column_letter(beside), heading=header.names[column]),
            where=Where(
                file=grid.source,
                sheet=grid.sheet or None,
                row=grid.numbers[header.last],
                column=header.names[column],
            ),
            remedy=_(
                "write a heading of its own over each of the two columns, and name the one that is meant"
            ),
        )


def _moved(check: str, rows: Sequence[int], grid: Grid) -> Finding:
    text = (
        _(
            "{n} rows have fewer cells than the header: a cell is missing somewhere, and those behind it may "
            "stand under the wrong heading; their numbers are left empty: rows {rows}"
        )
        if check == "rows.narrow"
        else _(
            "{n} rows have numbers where other rows have none, or decimals where others count, and lack "
            "one at the "
            "other end: their cells seem to be shifted; their numbers are left empty: rows {rows}"
        )
    )
    return Finding(
        check=check,
        level="blocking",
        where=Where(file=grid.source, sheet=grid.sheet or None, row=rows[0]),
        message=text.format(n=format_number(len(rows)), rows=compress_rows(list(rows))),
        remedy=_(
            "put the cells of these rows under their headings again; where a number is missing, leave its "
            "cell empty but keep the separator"
        )
        if check == "rows.narrow"
        else _("put the cells of these rows under their headings again; write remarks with words"),
    )


def is_digits(cell: object) -> bool:
    """Return whether a cell can be the digits after a decimal comma: digits only.

    Examples
    --------
    >>> is_digits("05"), is_digits(9.0), is_digits("cek lagi"), is_digits(9.5)
    (True, True, False, False)
    """
    return (
        bool(cell.strip().isdigit())
        if isinstance(cell, str)
        else isinstance(cell, float) and cell.is_integer()
    )


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, float) or (isinstance(cell, str) and parse_one(cell) is not None)


def _named(name: str, column: int) -> bool:
    return bool(name) and name != _("column {letter}").format(letter=column_letter(column))
