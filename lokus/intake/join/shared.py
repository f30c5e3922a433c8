"""Tables that give one indicator for different villages, such as one sheet a kecamatan, seen together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from lokus.findings import Finding, Where
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.intake.join.join import Joined

__all__ = ["share_villages"]

_LISTED = 8


def share_villages(
    tables: Sequence[Joined], villages: pd.DataFrame, *, rounds: Sequence[int]
) -> tuple[Joined, ...]:
    """Report a village as absent only where none of the tables that share an indicator has it.

    Parameters
    ----------
    tables : sequence of Joined
    villages : pandas.DataFrame
        Village table: columns ``desa`` and ``kecamatan``.
    rounds : sequence of int
        Round of each table; tables of different rounds share nothing.

    Examples
    --------
    >>> share_villages([], pd.DataFrame(), rounds=[])
    ()
    """
    out = list(tables)
    for group in _groups(tables, rounds):
        present = pd.Index([])
        for number in group:
            present = present.union(tables[number].origin.rows.dropna().index)
        absent = villages.loc[villages.index.difference(present)]
        for number in group:
            table = tables[number]
            reconciliation = table.reconciliation
            elsewhere = (reconciliation["cara"] == "tidak ada baris") & (
                reconciliation["kode_desa"].isin(present) | (number != group[0])
            ).fillna(value=False)
            findings = [finding for finding in table.findings if finding.check != "join.no_row"]
            if number == group[0] and len(absent):
                findings.append(_absent(absent, len(villages), table))
            out[number] = replace(
                table,
                findings=tuple(findings),
                reconciliation=reconciliation[~elsewhere].reset_index(drop=True),
            )
    return tuple(out)


def _groups(tables: Sequence[Joined], rounds: Sequence[int]) -> list[list[int]]:
    """Numbers of the tables that share an indicator of one round, where it is more than one table."""
    groups: list[tuple[set[tuple[int, str]], list[int]]] = []
    for number, (table, of_round) in enumerate(zip(tables, rounds, strict=True)):
        keys = {(of_round, str(key)) for key in table.values.columns}
        found = next((group for group in groups if group[0] & keys), None)
        if found:
            found[0].update(keys)
            found[1].append(number)
        else:
            groups.append((keys, [number]))
    return [numbers for __, numbers in groups if len(numbers) > 1]


def _absent(absent: pd.DataFrame, total: int, table: Joined) -> Finding:
    names = [f"{row.desa} ({row.kecamatan})" for row in absent.itertuples()]
    return Finding(
        check="join.no_row",
        level="warning",
        where=Where(file=table.origin.source),
        message=_("{n} of {total} villages have no row: {names}").format(
            n=len(absent),
            total=total,
            names=", ".join(names[:_LISTED]) + (", …" if len(names) > _LISTED else ""),
        ),
        remedy=_("ask the office for these villages; until then they have no data"),
        opd=table.origin.opd,
    )
