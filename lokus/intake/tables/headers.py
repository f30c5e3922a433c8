"""Where the header of a table is, and what its columns are called."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import TYPE_CHECKING

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.tables.numbers import is_missing_marker, parse_one

if TYPE_CHECKING:
    from lokus.intake.tables.grid import Cell, Grid

__all__ = [
    "MAX_DEPTH",
    "SEPARATOR",
    "Header",
    "column_key",
    "column_letter",
    "find_column",
    "find_header",
    "fold",
    "is_numbering",
    "lookup",
]


# FOLDED: Which column of a table a planner means by a name.


SEPARATOR = " · "
MAX_DEPTH = 3


def find_column(names: Sequence[str], wanted: str, *, where: Where | None = None) -> str:
    """Find the column that a planner means by `wanted`.

    Case, spaces, line breaks and punctuation do not matter; the last level alone ("Pendek") is enough
    where only one column ends in it.

    Raises
    ------
    InputError
        No column, or more than one, fits; the message lists what the table has.

    Examples
    --------
    >>> find_column(["Desa", "TB/U · Sangat Pendek", "TB/U · Pendek"], "sangat  pendek")
    'TB/U · Sangat Pendek'
    """
    found = lookup(names, wanted)
    if isinstance(found, str):
        return found
    if found:
        raise InputError(
            _('the column "{column}" is there more than once').format(column=wanted),
            where=where,
            remedy=_("write one of: {names}").format(names=_listed(found)),
        )
    by_key = {column_key(name.rsplit(SEPARATOR, 1)[-1]): name for name in names if name}
    by_key |= {column_key(name): name for name in names if name}
    near = [by_key[key] for key in difflib.get_close_matches(column_key(wanted), by_key, n=3, cutoff=0.6)]
    seen = _("columns seen: {names}").format(names=_listed([name for name in names if name]))
    hint = _("did you mean: {names}?").format(names=_listed(near)) + " " if near else ""
    raise InputError(_('no column "{column}"').format(column=wanted), where=where, remedy=hint + seen)


def lookup(names: Sequence[str], wanted: str) -> str | tuple[str, ...]:
    """Give the one column that fits `wanted`, or all that fit equally well (none: an empty tuple)."""
    if wanted in names and list(names).count(wanted) == 1:
        return wanted
    key = column_key(wanted)
    if not key:
        return ()
    for levels in range(MAX_DEPTH + 1):
        if levels == 0:
            fits = [name for name in names if name and column_key(name) == key]
        else:
            fits = [
                name
                for name in names
                if name and column_key(SEPARATOR.join(name.split(SEPARATOR)[-levels:])) == key
            ]
        if fits:
            return fits[0] if len(fits) == 1 else tuple(fits)
    return ()


def column_letter(position: int) -> str:
    """Name a column as a spreadsheet program does.

    Examples
    --------
    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = ascii_uppercase[rest] + letters
    return letters


def fold(text: str) -> str:
    """Fold case, width and spacing."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())


def column_key(text: str) -> str:
    """Reduce a header to its letters, digits and percent signs."""
    return re.sub(r"[^\w%]|_", "", fold(text).replace("persen", "%"))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f'"{name}"' for name in names[:30])
    return shown + (", …" if len(names) > 30 else "")


_SEARCH_ROWS = 60
_PLACE_WORDS = re.compile(r"\b(desa|kel|kelurahan|kecamatan|kec|kode|nama|no|kabupaten|village)\b")


@dataclass(frozen=True, kw_only=True)
class Header:
    """Header of a table.

    Attributes
    ----------
    first, last : int
        Positions of its rows in the grid.
    names : tuple of str
        One name a column, levels joined by " · "; empty where neither header nor data name the column.
    """

    first: int
    last: int
    names: tuple[str, ...]


def find_header(grid: Grid, *, columns: Sequence[str] = (), rows: Sequence[int] | None = None) -> Header:
    """Find the header of a grid: one to three rows, merged or not.

    Parameters
    ----------
    grid : Grid
    columns : sequence of str
        Columns that must be there. They decide between several rows that look like a header.
    rows : sequence of int, optional
        Spreadsheet rows of the header, where the planner states them.

    Raises
    ------
    InputError
        No row looks like a header, the stated rows are not in the sheet, or a column of `columns` is absent.
    """
    if rows is not None:
        stated = _stated(grid, rows)
        _check(grid, stated, columns)
        return stated
    starts = range(min(len(grid.rows), _SEARCH_ROWS))
    candidates = [found for start in starts if (found := _at(grid, start))]
    if not candidates:
        raise InputError(
            _("no header row found"),
            where=grid.where,
            remedy=_("the header needs at least one row of column names above the numbers"),
        )

    def quality(header: Header) -> tuple[float, ...]:
        found = sum(isinstance(lookup(header.names, column), str) for column in columns)
        named = sum(bool(name) for name in header.names)
        place = bool(_PLACE_WORDS.search(fold(" ".join(header.names))))
        return found, min(named, 2), place, named, -header.first

    header = max(candidates, key=quality)
    _check(grid, header, columns)
    return header


def _check(grid: Grid, header: Header, columns: Sequence[str]) -> None:
    for column in columns:
        where = Where(file=grid.source, sheet=grid.sheet or None, row=grid.numbers[header.last])
        find_column(header.names, column, where=where)


def _stated(grid: Grid, rows: Sequence[int]) -> Header:
    position = {number: index for index, number in enumerate(grid.numbers)}
    absent = [row for row in rows if row not in position]
    if absent or not rows:
        raise InputError(
            _("the stated header row is not in the sheet"),
            where=Where(file=grid.source, sheet=grid.sheet or None, row=absent[0] if absent else None),
            remedy=_("the sheet has rows {first} to {last}").format(
                first=grid.numbers[0], last=grid.numbers[-1]
            ),
        )
    first, last = position[min(rows)], position[max(rows)]
    return Header(first=first, last=last, names=_flatten(grid, first, last))


def _at(grid: Grid, start: int) -> Header | None:
    """Read the header that begins in row `start`, if that row can begin one."""
    row = grid.rows[start]
    filled = [column for column, cell in enumerate(row) if cell is not None]
    width = len(row)
    if not filled or any(_is_number(row[column]) for column in filled if not _is_year(row[column])):
        return None
    if all(_is_year(row[column]) for column in filled):
        return None
    if len(filled) == 1 and width > 1 and not _is_group(grid, start, filled[0]):
        return None
    if len(filled) <= 3 and any(":" in str(row[column]) for column in filled):
        return None  # "Kabupaten : Contoh" above the table
    last = start
    while last + 1 < len(grid.rows) and last - start + 1 < MAX_DEPTH and _continues(grid, start, last + 1):
        last += 1
    return Header(first=start, last=last, names=_flatten(grid, start, last))


def _is_group(grid: Grid, row: int, column: int) -> bool:
    """Whether a cell alone in its row is merged over some columns, not nearly all: a group, no title."""
    width = len(grid.rows[row])
    span = next((right - left + 1 for top, left, __, right in grid.merges if (top, left) == (row, column)), 1)
    return 1 < span < 0.7 * width and column > 0


def _continues(grid: Grid, start: int, row: int) -> bool:
    """Whether `row` is one more row of the header that begins at `start`."""
    if any(top >= start and top < row <= bottom for top, __, bottom, __ in grid.merges if top < row):
        return _header_like(grid.rows[row])
    cells = grid.rows[row]
    filled = [column for column, cell in enumerate(cells) if cell is not None]
    if not filled or not _header_like(cells):
        return False
    if all(re.fullmatch(r"\(.*\)", str(cells[column]).strip()) for column in filled):
        return not is_numbering(cells)
    above = grid.rows[row - 1]
    width = len(cells)
    # A closed header cell has a neighbour on its right (or the edge): nothing is expected below it.
    closed = [
        column
        for column in filled
        if above[column] is not None and (column + 1 >= width or above[column + 1] is not None)
    ]
    under_blank = [column for column in filled if above[column] is None]
    return bool(under_blank) and len(closed) * 2 <= len(filled)


def _header_like(cells: Sequence[Cell]) -> bool:
    filled = [cell for cell in cells if cell is not None]
    return bool(filled) and all(_is_year(cell) or not _is_number(cell) for cell in filled)


def is_numbering(cells: Sequence[Cell]) -> bool:
    """Whether a row only numbers its columns, as in ``1 2 3`` or ``(1) (2) (3)``."""
    numbers = [
        re.sub(r"[()\s]|=.*", "", str(int(c) if isinstance(c, float) else c)) for c in cells if c is not None
    ]
    return (
        len(numbers) >= 3
        and numbers[:3] in (["1", "2", "3"], ["a", "b", "c"])
        and len(set(numbers)) == len(numbers)
    )


def _flatten(grid: Grid, first: int, last: int) -> tuple[str, ...]:
    width = len(grid.rows[first])
    levels: list[list[str]] = []
    for row in range(first, last + 1):
        texts = [_text(cell) for cell in grid.rows[row]]
        spans = {left: right for top, left, __, right in grid.merges if top == row}
        if row < last:
            texts = _spread(texts, spans, grid.rows[row + 1], levels, merges_known=bool(grid.merges))
        levels.append(texts)
    names = []
    for column in range(width):
        parts: list[str] = []
        for level in levels:
            if level[column] and (not parts or column_key(level[column]) != column_key(parts[-1])):
                parts.append(level[column])
        names.append(SEPARATOR.join(parts))
    return _unique(grid, names, last)


def _spread(
    texts: list[str],
    spans: dict[int, int],
    below: Sequence[Cell],
    levels: list[list[str]],
    *,
    merges_known: bool,
) -> list[str]:
    """Carry a group header over the columns it spans."""
    out = list(texts)
    for column, text in enumerate(texts):
        if not text:
            continue
        if column in spans:
            out[column + 1 : spans[column] + 1] = [text] * (spans[column] - column)
            continue
        if below[column] is None or (merges_known and spans):
            continue
        for right in range(column + 1, len(texts)):
            new_group = any(level[right] != level[column] for level in levels)
            if texts[right] or below[right] is None or new_group:
                break
            out[right] = text
    return out


def _unique(grid: Grid, names: list[str], last: int) -> tuple[str, ...]:
    counted: Counter[str] = Counter()
    out = []
    for column, name in enumerate(names):
        if not name and any(row[column] is not None for row in grid.rows[last + 1 :]):
            name = _("column {letter}").format(letter=column_letter(column))
        counted[name] += 1
        out.append(f"{name} ({counted[name]})" if name and counted[name] > 1 else name)
    return tuple(out)


def _text(cell: Cell) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else str(cell)
    return " ".join(cell.split()) if cell else ""


def _is_number(cell: Cell) -> bool:
    return cell is not None and (
        isinstance(cell, float) or is_missing_marker(cell) or parse_one(cell) is not None
    )


def _is_year(cell: Cell) -> bool:
    value = (
        cell
        if isinstance(cell, float)
        else (parse_one(cell) if isinstance(cell, str) and len(cell) < 7 else None)
    )
    return value is not None and value.is_integer() and 1990 <= value <= 2100
