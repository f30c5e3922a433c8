"""A column of village codes: repaired where nothing is lost, refused where it is, both reported."""

from __future__ import annotations

from dataclasses import replace
from numbers import Integral
from typing import TYPE_CHECKING

import pandas as pd

from lokus.findings import Finding, Where
from lokus.i18n import gettext as _
from lokus.places.kode_reading import EmptyKodeError, KodeError, read_kode

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["compress_rows", "repair_codes"]


def repair_codes(series: pd.Series, *, where: Where | None = None) -> tuple[pd.Series, list[Finding]]:
    """Read a column of codes, reporting what had to be repaired and what had to be refused.

    Parameters
    ----------
    series : pandas.Series
        Cells as read; the index holds spreadsheet row numbers.
    where : Where, optional
        File, sheet and column of the cells.

    Returns
    -------
    codes : pandas.Series of str
        Same index; ``<NA>`` where there is no code or it was refused.
    findings : list of Finding
        One a kind of repair (note) with its rows, one for cells without a code (warning), one a refused cell
        (blocking).

    Examples
    --------
    >>> codes, findings = repair_codes(pd.Series(["9901012003.0", 1.5], index=[4, 5]))
    >>> codes.tolist(), [finding.level for finding in findings]
    (['9901012003', <NA>], ['note', 'blocking'])
    """
    where = where or Where()
    codes: list[str | None] = []
    repaired: dict[str, list[int]] = {}
    empty: list[int] = []
    refused: list[Finding] = []
    code: str | None
    for row, value in series.items():
        try:
            code, repair = read_kode(value)
        except EmptyKodeError:
            code, repair = None, ""
            empty.append(_row_number(row))
        except KodeError as error:
            code, repair = None, ""
            refused.append(_refusal(value, error, where=where, row=_row_number(row)))
        codes.append(code)
        if repair:
            repaired.setdefault(repair, []).append(_row_number(row))
    findings = [
        Finding(
            check="kode.repaired",
            level="note",
            message=_("{n} village codes repaired ({repair}): rows {rows}").format(
                n=len(rows), repair=_(repair), rows=compress_rows(rows)
            ),
            where=_at(where, rows[0]),
        )
        for repair, rows in sorted(repaired.items())
    ]
    if empty:
        findings.append(
            Finding(
                check="kode.empty",
                level="warning",
                message=_("{n} rows have no village code: rows {rows}").format(
                    n=len(empty), rows=compress_rows(empty)
                ),
                remedy=_("Fill in the codes, or name the columns of village and kecamatan for these rows."),
                where=_at(where, empty[0]),
            )
        )
    return pd.Series(codes, index=series.index, name=series.name, dtype="string"), findings + refused


def _refusal(value: object, error: KodeError, *, where: Where, row: int) -> Finding:
    return Finding(
        check="kode.refused",
        level="blocking",
        message=_("village code {value} cannot be used: {reason}").format(value=repr(value), reason=error),
        remedy=_("Write the ten digits as text, for example 16.03.01.2001."),
        where=_at(where, row),
    )


def _at(where: Where, row: int) -> Where:
    return replace(where, row=row or where.row)


def _row_number(label: object) -> int:
    return int(label) if isinstance(label, Integral) else 0


def compress_rows(rows: Sequence[int]) -> str:
    """Write row numbers as ranges.

    Examples
    --------
    >>> compress_rows([3, 4, 5, 9])
    '3–5, 9'
    """
    runs: list[list[int]] = []
    for row in sorted(set(rows)):
        if runs and row == runs[-1][1] + 1:
            runs[-1][1] = row
        else:
            runs.append([row, row])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in runs)
