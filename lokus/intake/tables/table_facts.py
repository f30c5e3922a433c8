"""Collect a file's facts about the cells of a table beyond values, by header and spreadsheet row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lokus.intake.tables.columns import ColumnFacts
from lokus.intake.tables.formats import stale_formulas

if TYPE_CHECKING:
    import pandas as pd

    from lokus.intake.tables.grid import Grid
    from lokus.intake.tables.headers import Header

__all__ = ["TableFacts", "table_facts"]

# A merge over the width of a table is a heading, not a value.
_MOST_MERGED = 200


@dataclass(frozen=True, kw_only=True)
class TableFacts:
    """Facts about the cells of a table.

    Attributes
    ----------
    formulas : mapping of header to mapping of spreadsheet row to formula
    stale : mapping of header to rows
        Formulas whose result is not in the file.
    merges : tuple of (tuple of headers, tuple of rows)
        Merged ranges below the header that are more than one cell.
    hidden : frozenset of str
        Headers of hidden columns.
    formats : bool
        Whether the file states which cells are percentages.
    silent : bool
        Whether an empty cell may be an error that the file does not show.
    """

    formulas: Mapping[str, Mapping[int, str]] = field(default_factory=dict)
    stale: Mapping[str, frozenset[int]] = field(default_factory=dict)
    merges: tuple[tuple[tuple[str, ...], tuple[int, ...]], ...] = ()
    hidden: frozenset[str] = frozenset()
    formats: bool = False
    silent: bool = False

    def of(self, header: str, villages: pd.Series) -> ColumnFacts:
        """Return the facts of one column, given the village of each row.

        Parameters
        ----------
        header : str
        villages : pandas.Series
            Code or name of the village of each row; missing where the row names none.
        """
        shared: dict[int, tuple[int, ...]] = {}
        across: set[int] = set()
        for headers, rows in self.merges:
            if header not in headers:
                continue
            if len(headers) > 1:
                across.update(rows[:1])
            here = [row for row in rows if row in villages.index]
            if len(here) > 1 and len(set(villages[here].dropna())) > 1:
                shared[here[0]] = tuple(here)
        return ColumnFacts(
            formulas=self.formulas.get(header, {}),
            stale=self.stale.get(header, frozenset()),
            shared=shared,
            across=frozenset(across),
            formats=self.formats,
            silent=self.silent,
        )

    def merged_rows(self, header: str) -> list[tuple[int, ...]]:
        """Return the rows of the merged cells of one column.

        Examples
        --------
        >>> TableFacts(merges=((("Desa",), (2, 3)),)).merged_rows("Desa")
        [(2, 3)]
        """
        return [rows for headers, rows in self.merges if headers[0] == header and len(rows) > 1]


def table_facts(grid: Grid, header: Header) -> TableFacts:
    """Map the facts about a grid to the headers and rows of its table.

    Examples
    --------
    >>> from lokus.intake.tables.grid import Grid
    >>> from lokus.intake.tables.headers import find_header
    >>> rows = (("Desa", "Diukur"), ("Suka Maju", 9.0), ("Suka Jaya", None))
    >>> grid = Grid(rows=rows, numbers=(1, 2, 3), merges=((1, 1, 2, 1),), source="a.xlsx", sheet="")
    >>> table_facts(grid, find_header(grid)).merges
    ((('Diukur',), (2, 3)),)
    """
    names, numbers, facts = header.names, grid.numbers, grid.facts
    formulas: dict[str, dict[int, str]] = {}
    stale: dict[str, set[int]] = {}
    for (row, column), formula in facts.formulas.items():
        if header.last < row < len(numbers) and column < len(names) and names[column]:
            formulas.setdefault(names[column], {})[numbers[row]] = formula.text
    for row, column in stale_formulas(facts, grid.rows):
        if header.last < row < len(numbers) and column < len(names) and names[column]:
            stale.setdefault(names[column], set()).add(numbers[row])
    merges = []
    for top, left, bottom, right in grid.merges:
        headers = tuple(name for name in names[left : right + 1] if name)
        rows = numbers[top : bottom + 1]
        if top > header.last and headers and len(headers) * len(rows) > 1 and len(rows) <= _MOST_MERGED:
            merges.append((headers, tuple(rows)))
    return TableFacts(
        formulas=formulas,
        stale={name: frozenset(rows) for name, rows in stale.items()},
        merges=tuple(merges),
        hidden=frozenset(names[column] for column in facts.hidden if column < len(names) and names[column]),
        formats=facts.known,
        silent=facts.silent,
    )
