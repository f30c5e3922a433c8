"""Find columns that look filled by dragging a cell, or copied from another column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

from lokus.findings import Finding, Where
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["suspicious_columns"]

_MIN_TEXT_RUN = 4
_MIN_NUMBER_RUN = 6
_MIN_ROWS = 10
_TRAILING = re.compile(r"(.*?)(\d+)\D*")


def suspicious_columns(
    values: pd.DataFrame, cells: pd.DataFrame, headers: Mapping[str, str], *, where: Where
) -> list[Finding]:
    """Find runs made by dragging a cell (56,99; 56,100; 56,101), and pairs of equal columns.

    Parameters
    ----------
    values : pandas.DataFrame of float
        Rows × indicator keys, index = spreadsheet row.
    cells : pandas.DataFrame
        The same rows as written.
    headers : mapping of indicator key to column of `cells`
    where : Where
        File and sheet.

    Examples
    --------
    >>> import pandas as pd
    >>> cells = pd.DataFrame({"Air (%)": ["56,99", "56,100", "56,101", "56,102"]}, index=[2, 3, 4, 5])
    >>> values = pd.DataFrame({"air_layak": [56.99, 56.1, 56.101, 56.102]}, index=cells.index)
    >>> [found] = suspicious_columns(values, cells, {"air_layak": "Air (%)"}, where=Where())
    >>> found.check, found.where.row
    ('tables.dragged', 2)
    """
    findings = []
    for key, header in headers.items():
        run = _dragged_text(cells[header]) or _dragged_numbers(values[key])
        if run:
            first, last = int(values.index[run[0]]), int(values.index[run[1]])
            findings.append(
                Finding(
                    check="tables.dragged",
                    level="warning",
                    where=Where(file=where.file, sheet=where.sheet, row=first, column=header),
                    message=_(
                        'rows {first} to {last} rise by one step each ("{a}" to "{b}"), as if dragged down'
                    ).format(
                        first=first, last=last, a=cells[header].iloc[run[0]], b=cells[header].iloc[run[1]]
                    ),
                    remedy=_("check these cells against the source"),
                )
            )
    keys = list(headers)
    findings.extend(
        Finding(
            check="tables.copied",
            level="warning",
            where=Where(file=where.file, sheet=where.sheet, column=headers[other]),
            message=_('all values equal those of the column "{other}"').format(other=headers[one]),
            remedy=_("check whether one column was copied over the other"),
        )
        for one, other in combinations(keys, 2)
        if headers[one] != headers[other] and _copied(values[one], values[other])
    )
    return findings


def _dragged_text(cells: pd.Series) -> tuple[int, int] | None:
    """Return the longest run of texts in which only the last digits count up."""
    parts = [_TRAILING.fullmatch(cell.strip()) if isinstance(cell, str) else None for cell in cells]
    steps = np.array(
        [
            bool(
                a
                and b
                and re.search(r"\D", a.group(1))
                and a.group(1) == b.group(1)
                and int(b.group(2)) - int(a.group(2)) == 1
            )
            for a, b in pairwise(parts)
        ],
        dtype=bool,
    )
    return _longest(steps, _MIN_TEXT_RUN - 1)


def _dragged_numbers(values: pd.Series) -> tuple[int, int] | None:
    """Return the longest run of numbers that rise by exactly one."""
    return _longest(np.isclose(np.diff(values.to_numpy()), 1.0, atol=1e-9), _MIN_NUMBER_RUN - 1)


def _longest(steps: np.ndarray, least: int) -> tuple[int, int] | None:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], steps, [False]]).astype(int)))
    runs = edges.reshape(-1, 2)
    if not len(runs):
        return None
    first, last = (int(edge) for edge in runs[np.argmax(runs[:, 1] - runs[:, 0])])
    return (first, last) if last - first >= least else None


def _copied(one: pd.Series, other: pd.Series) -> bool:
    both = one.notna() & other.notna()
    return (
        int(both.sum()) >= _MIN_ROWS and one[both].nunique() >= 5 and bool((one[both] == other[both]).all())
    )
