"""Find the header of a table, and the names of its columns."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_uppercase
from typing import TYPE_CHECKING

from lokus.errors import InputError
from lokus.findings import Where
from lokus.i18n import gettext as _
from lokus.intake.tables import numbers
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
    "forget_cells",
    "is_numbering",
    "lookup",
]


# Look up a column by the name that a planner states

SEPARATOR = " · "
MAX_DEPTH = 6


def find_column(
    names: Sequence[str],
    wanted: str,
    *,
    where: Where | None = None,
    described: Callable[[str], str] | None = None,
) -> str:
    """Find the column that matches `wanted`.

    Case, spaces, line breaks and punctuation do not matter; the last level alone ("Pendek") is enough
    where only one column ends in it.

    Parameters
    ----------
    names : sequence of str
    wanted : str
    where : Where, optional
        Named in the error.
    described : callable of name to str, optional
        Describes a column to distinguish it from others of its name: its letter, its first values.

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
            remedy=_("write one of: {names}").format(names=_listed(_numbered(found), found, described)),
        )
    by_key = {column_key(name.rsplit(SEPARATOR, 1)[-1]): name for name in names if name}
    by_key |= {column_key(name): name for name in names if name}
    near = [by_key[key] for key in difflib.get_close_matches(column_key(wanted), by_key, n=3, cutoff=0.6)]
    seen = _("columns seen: {names}").format(names=_listed([name for name in names if name]))
    hint = _("did you mean: {names}?").format(names=_listed(near)) + " " if near else ""
    raise InputError(_('no column "{column}"').format(column=wanted), where=where, remedy=hint + seen)


def lookup(names: Sequence[str], wanted: str) -> str | tuple[str, ...]:
    """Return the column that fits `wanted`, or all that fit equally well (none: an empty tuple).

    A repeated heading is identified by its number: of "Stunting" and "Stunting (2)" the first is "Stunting
    (1)"; "Stunting" alone fits both. Of the levels above a column, some words suffice: "2026 · Stunting"
    finds "Tahun 2026 · Stunting".

    Examples
    --------
    >>> names = ["Desa", "Stunting", "Stunting (2)"]
    >>> lookup(names, "stunting"), lookup(names, "stunting (1)")
    (('Stunting', 'Stunting (2)'), 'Stunting')
    """
    fits = _fits(names, wanted)
    if not fits and (first := _FIRST.fullmatch(wanted.strip())):
        once = [name for name in _fits(names, first[1]) if not _REPEATED.search(name)]
        return once[0] if len(once) == 1 else tuple(once)
    bare = [name for name in fits if not _REPEATED.search(name)]
    if len(bare) == 1 and not _REPEATED.search(wanted):
        twins = [
            name for name in names if _REPEATED.search(name) and _key_without_number(name) == fold(bare[0])
        ]
        fits = [*dict.fromkeys([*fits, *twins])]
    return fits[0] if len(fits) == 1 else tuple(fits)


_REPEATED = re.compile(r" \((\d+)\)$")
_FIRST = re.compile(r"(.*\S)\s*\(1\)", re.DOTALL)


def _key_without_number(name: str) -> str:
    return fold(_REPEATED.sub("", name))


def _fits(names: Sequence[str], wanted: str) -> list[str]:
    """Return the columns that match `wanted` by whole name, last levels, words of them, or as a group."""
    key = column_key(wanted)
    if not key:
        return []
    if wanted in names and list(names).count(wanted) == 1:
        return [wanted]
    named = [name for name in names if name]
    for levels in range(MAX_DEPTH + 1):
        fits = [
            name
            for name in named
            if column_key(SEPARATOR.join(name.split(SEPARATOR)[-levels:]) if levels else name) == key
        ]
        if fits:
            return fits
    *above, leaf = [part for part in re.split(r"\s*·\s*", wanted) if part.strip()]
    fits = [name for name in named if above and _fits_in_words(name, above, leaf)]
    if fits:
        return fits
    return [name for name in named if key in {column_key(part) for part in name.split(SEPARATOR)[:-1]}]


def _fits_in_words(name: str, above: Sequence[str], leaf: str) -> bool:
    """Whether a name ends in `leaf`, and the levels above it hold the words of each of `above`."""
    *levels, last = name.split(SEPARATOR)
    if column_key(last) != column_key(leaf):
        return False
    words = set(re.findall(r"[\w%]+", fold(" ".join(levels))))
    return all(set(re.findall(r"[\w%]+", fold(part))) <= words for part in above)


def column_letter(position: int) -> str:
    """Return the letters of a column, as in a spreadsheet program.

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


@lru_cache(maxsize=16384)
def fold(text: str) -> str:
    """Normalise case, width and spacing.

    Examples
    --------
    >>> fold("  Jumlah   KK ")
    'jumlah kk'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("_", " ").split())


def forget_cells() -> None:
    """Clear the caches of cell texts, here and of numbers.

    Examples
    --------
    >>> forget_cells()
    """
    fold.cache_clear()
    numbers.forget_cells()


def column_key(text: str) -> str:
    """Reduce a header to its letters, digits and percent signs.

    Examples
    --------
    >>> column_key("Akses Sanitasi, Layak (%)") == column_key("akses sanitasi layak %")
    True
    """
    return re.sub(r"[^\w%]|_", "", fold(text).replace("persen", "%"))


def _numbered(names: Sequence[str]) -> list[str]:
    """Return unique names of columns: the first of several equal ones gets a number too."""
    repeated = {_key_without_number(name) for name in names if _REPEATED.search(name)}
    return [f"{name} (1)" if fold(name) in repeated else name for name in names]


def _listed(
    names: Sequence[str],
    columns: Sequence[str] = (),
    described: Callable[[str], str] | None = None,
) -> str:
    short = [f'"{name if len(name) <= _LONG else name[: _LONG - 1] + "…"}"' for name in names[:30]]
    if described:
        short = [f"{text} ({described(column)})" for text, column in zip(short, columns, strict=False)]
    return ", ".join(short) + (", …" if len(names) > 30 else "")


# Find the header, and the names of its columns

_SEARCH_ROWS = 60
_LONG = 60
_PLACE_WORDS = re.compile(r"\b(desa|kel|kelurahan|kecamatan|kec|kode|nama|no|kabupaten|village)\b")


@dataclass(frozen=True, kw_only=True)
class Header:
    """Header of a table.

    Attributes
    ----------
    first, last : int
        Positions of its rows in the grid.
    names : tuple of str
        One name a column, levels joined by " · "; empty where there is none.
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
        Required columns. They decide between several rows that look like a header.
    rows : sequence of int, optional
        Spreadsheet rows of the header. State them only where the header is not found.

    Raises
    ------
    InputError
        No row looks like a header, the stated rows are not in the sheet, or a column of `columns` is absent.

    Examples
    --------
    >>> from lokus.intake.tables.grid import Grid
    >>> rows = (("Data per Juli", None), ("Desa", "Diukur"), ("Suka Maju", 81.0))
    >>> header = find_header(Grid(rows=rows, numbers=(1, 2, 3), merges=(), source="gizi.xlsx", sheet="Data"))
    >>> header.first, header.names
    (1, ('Desa', 'Diukur'))
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
        # A column that occurs twice counts as present, so that the message reports the duplicate.
        found = sum(bool(lookup(header.names, column)) for column in columns)
        named = sum(bool(name) for name in header.names)
        place = bool(_PLACE_WORDS.search(fold(" ".join(header.names))))
        return found, min(named, 2), place, named, -header.first

    header = max(candidates, key=quality)
    _check(grid, header, columns)
    return header


def _check(grid: Grid, header: Header, columns: Sequence[str]) -> None:
    for column in columns:
        where = Where(file=grid.source, sheet=grid.sheet or None, row=grid.numbers[header.last])
        find_column(header.names, column, where=where, described=lambda name: _described(grid, header, name))


def _described(grid: Grid, header: Header, name: str) -> str:
    """Describe a column by its letter, whether it is hidden, and its first values."""
    position = header.names.index(name)
    cells = [row[position] for row in grid.rows[header.last + 1 :] if row[position] is not None]
    hidden = ", " + _("hidden") if position in grid.facts.hidden else ""
    values = ", ".join(" ".join(_text(cell).split())[:20] for cell in cells[:3])
    return _("column {letter}").format(letter=column_letter(position)) + hidden + f": {values} …"


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
    """Read the header that starts in row `start`, if that row can start one."""
    row = grid.rows[start]
    filled = [column for column, cell in enumerate(row) if cell is not None]
    width = len(row)
    if not filled or any(_is_number(row[column]) for column in filled if not _is_year(row[column])):
        return None
    if all(_is_year(row[column]) for column in filled) and not _years_above(grid, start, filled):
        return None
    if len(filled) == 1 and width > 1 and not _is_group(grid, start, filled[0]):
        return None
    if len(filled) <= 3 and any(":" in str(row[column]) for column in filled):
        return None  # "Kabupaten : Contoh" above the table
    last = start
    while last + 1 < len(grid.rows) and last - start + 1 < MAX_DEPTH and _continues(grid, start, last + 1):
        last += 1
    return Header(first=start, last=last, names=_flatten(grid, start, last))


def _years_above(grid: Grid, row: int, filled: Sequence[int]) -> bool:
    """Return whether a row has years over groups of columns: names below, no figures, places beside."""
    if len({str(grid.rows[row][column]) for column in filled}) < 2 or row + 1 >= len(grid.rows):
        return False
    below = grid.rows[row + 1]
    return (
        _header_like(below)
        and all(below[column] is not None for column in filled)
        and any(cell is not None for cell in below[: filled[0]])
        and not any(_is_year(cell) for cell in below)
    )


def _is_group(grid: Grid, row: int, column: int) -> bool:
    """Return whether a single cell of a row is merged over some columns: a group, not a title over all."""
    width = len(grid.rows[row])
    span = next((right - left + 1 for top, left, __, right in grid.merges if (top, left) == (row, column)), 1)
    return 1 < span < 0.7 * width and column > 0


def _continues(grid: Grid, start: int, row: int) -> bool:
    """Return whether `row` is a further row of the header that starts at `start`."""
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
    # A header cell with a neighbour on its right (or the edge) is complete: none is expected below it.
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
    """Return whether a row only numbers its columns, as in ``1 2 3`` or ``(1) (2) (3)``.

    Examples
    --------
    >>> is_numbering([1.0, 2.0, 3.0, 4.0]), is_numbering(["(1)", "(2)", "(3)"])
    (True, True)
    >>> is_numbering(["Desa", 2.0, 3.0])
    False
    """
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
    """Repeat a group header over the columns it spans."""
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
    """Make repeated names unique by numbers; drop a column equal to another one in every cell."""
    counted: Counter[str] = Counter()
    first: dict[str, int] = {}
    out = []
    for column, name in enumerate(names):
        if not name and any(row[column] is not None for row in grid.rows[last + 1 :]):
            name = _("column {letter}").format(letter=column_letter(column))
        key = fold(name)
        if key and key in first and all(row[column] == row[first[key]] for row in grid.rows[last + 1 :]):
            name = _("{name}, copy of column {letter}").format(name=name, letter=column_letter(first[key]))
            key = fold(name)
        counted[key] += 1
        first.setdefault(key, column)
        out.append(f"{name} ({counted[key]})" if key and counted[key] > 1 else name)
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
