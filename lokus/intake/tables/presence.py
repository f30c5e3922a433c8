"""Read columns that state whether something exists: "ada", "belum", a tick, a number."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from lokus.errors import name_some
from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.intake.tables.numbers import is_missing_marker, parse_one, tidy

__all__ = ["PRESENT_UNIT", "STATUSES", "STATUS_UNIT", "read_presence", "read_status"]

PRESENT_UNIT = "ada"
"""Unit of an indicator that is 1 where something is there and 0 where it is not."""

STATUS_UNIT = "status desa"
STATUSES = ("sangat tertinggal", "tertinggal", "berkembang", "maju", "mandiri")
"""Of villages by Indeks Desa (Permendesa 9/2024), the worst first."""

_THERE = frozenset(
    {"ada", "ya", "y", "iya", "sudah", "sdh", "aktif", "terbentuk", "v", "✓", "✔", "√", "yes", "true"}
)
_NOT = frozenset({"tidak", "tdk", "belum", "blm", "t", "tak", "nihil", "no", "false", "nonaktif"})
_FILLERS = frozenset({"ada", "terbentuk", "aktif", "dibentuk", "punya"})


def read_status(cells: pd.Series, *, where: Where) -> tuple[pd.Series, list[Finding]]:
    """Read the cells of a column as the status of a village by Indeks Desa, 1 (worst) to 5 (best).

    Examples
    --------
    >>> value, findings = read_status(pd.Series(["Mandiri", "DESA TERTINGGAL", 3, "baik"]), where=Where())
    >>> value.tolist(), findings[0].check
    ([5.0, 2.0, 3.0, nan], 'join.status')
    """

    def one(cell: object) -> float:
        if isinstance(cell, str):
            words = " ".join(re.findall(r"[a-z]+", cell.casefold())).removeprefix("desa ")
            if words in STATUSES:
                return float(STATUSES.index(words) + 1)
            number = parse_one(cell)
            return np.nan if number is None else number
        return float(cell) if isinstance(cell, (int, float)) and not isinstance(cell, bool) else np.nan

    value = pd.Series([one(cell) for cell in cells], index=cells.index, dtype=float)
    unclear = _unclear(cells, value)
    if unclear.empty:
        return value, []
    return value, [
        Finding(
            check="join.status",
            level="blocking",
            where=_first_row(where, unclear),
            message=_("{n} cells are no status of Indeks Desa: {cells}").format(
                n=len(unclear), cells=_quoted(unclear)
            ),
            remedy=_("write one of: {names}").format(names=", ".join(STATUSES)),
        )
    ]


def read_presence(cells: pd.Series, *, where: Where) -> tuple[pd.Series, list[Finding]]:
    """Read the cells of a column as 1 (exists), 0 (does not exist) or missing.

    Parameters
    ----------
    cells : pandas.Series
        Strings, numbers or None; the index holds spreadsheet rows.
    where : Where
        File, sheet and column.

    Returns
    -------
    value : pandas.Series of float
        A number above 0 counts as 1. An empty cell is missing, and so is one that is neither.
    findings : list of Finding

    Examples
    --------
    >>> cells = pd.Series(["Ada", "belum ada", "√", 3, 0, "", "SK no. 4"])
    >>> value, findings = read_presence(cells, where=Where())
    >>> value.tolist()
    [1.0, 0.0, 1.0, 1.0, 0.0, nan, nan]
    >>> findings[0].check
    'join.presence'
    """
    value = pd.Series([_one(cell) for cell in cells], index=cells.index, dtype=float)
    unclear = _unclear(cells, value)
    if unclear.empty:
        return value, []
    return value, [
        Finding(
            check="join.presence",
            level="blocking",
            where=_first_row(where, unclear),
            message=_("{n} cells say neither that it is there nor that it is not: {cells}").format(
                n=len(unclear), cells=_quoted(unclear)
            ),
            remedy=_("write {there} or {lacking} in each; an empty cell means that nobody knows").format(
                there='"ada"', lacking='"belum ada"'
            ),
        )
    ]


def _unclear(cells: pd.Series, value: pd.Series) -> pd.Series:
    """Cells that hold something, and were not understood."""
    return cells[value.isna() & ~cells.map(is_missing_marker).astype(bool)]


def _first_row(where: Where, cells: pd.Series) -> Where:
    row = cells.index[0]
    return replace(where, row=int(row) if isinstance(row, (int, np.integer)) else None)


def _quoted(cells: pd.Series) -> str:
    return name_some(dict.fromkeys(f'"{tidy(cell)}"'[:40] for cell in cells))


def _one(cell: object) -> float:
    if isinstance(cell, (bool, np.bool_)):
        return float(cell)
    if isinstance(cell, str) and tidy(cell).casefold() in ("belum ada", "tidak ada"):
        return 0.0  # in a column of another kind these mark a missing value
    if is_missing_marker(cell):
        return np.nan
    number = parse_one(cell) if isinstance(cell, str) else cell if isinstance(cell, (int, float)) else None
    if number is not None:
        return np.nan if number < 0 else float(number > 0)
    words = re.findall(r"[^\W\d_]+|[✓✔√]", tidy(cell).casefold())
    if not words or re.search(r"\d", tidy(cell)):
        return np.nan
    first, rest = words[0], set(words[1:])
    if first in _NOT and rest <= _FILLERS:
        return 0.0
    return 1.0 if first in _THERE and rest <= _FILLERS else np.nan
