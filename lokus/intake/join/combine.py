"""Combine joined tables: the sheets that give one indicator together, and data that an office sends later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from lokus.errors import InputError
from lokus.findings import Finding, Where
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.places.kode import format_kode

if TYPE_CHECKING:
    from lokus.intake.join.join import Joined

__all__ = ["combine", "complete", "replaced_values", "share_villages"]

_LISTED = 8


class _Labelled(Protocol):
    @property
    def label(self) -> str: ...


def combine(tables: Iterable[Joined], index: pd.Index) -> pd.DataFrame:
    """Combine the values of several tables.

    Parameters
    ----------
    tables : iterable of Joined
    index : pandas.Index
        Codes of the villages.

    Returns
    -------
    pandas.DataFrame of float
        Index `index`, sorted; one column an indicator.

    Raises
    ------
    InputError
        Two tables give the same indicator for one village.

    Examples
    --------
    >>> combine([], pd.Index(["9901012002", "9901012001"])).index.tolist()
    ['9901012001', '9901012002']
    """
    ordered = index.sort_values()
    # Columns are gathered first: a frame that grows by hundreds of columns is slow, and pandas warns of it.
    out: dict[str, pd.Series] = {}
    given: dict[str, list[Joined]] = {}
    for joined in tables:
        for key in map(str, joined.values.columns):
            values = joined.values[key].reindex(ordered)
            for other in given.get(key, ()):
                _refuse_overlap(key, other, joined)
            out[key] = out[key].where(out[key].notna(), values) if key in given else values
            given.setdefault(key, []).append(joined)
    return pd.DataFrame(out, index=ordered)


def _refuse_overlap(key: str, one: Joined, other: Joined) -> None:
    """Raise where two tables give an indicator for one village."""
    both = one.origin.rows.dropna().index.intersection(other.origin.rows.dropna().index)
    if not len(both):
        return
    kode = str(both[0])
    raise InputError(
        _(
            'indicator "{key}" is given twice for {n} villages, first for {kode}: by {first} and by {second}'
        ).format(
            key=key,
            n=len(both),
            kode=format_kode(kode),
            first=one.origin.where(kode, key),
            second=other.origin.where(kode, key),
        ),
        remedy=_("take it from one of them, or keep the rows that are meant with saring"),
    )


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
    """Return groups of tables that share an indicator of one round."""
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


def complete(values: pd.DataFrame, late: Sequence[Joined]) -> pd.DataFrame:
    """Replace values by those of late tables; an empty cell of a late table changes nothing.

    Parameters
    ----------
    values : pandas.DataFrame
        Villages × indicators of the other tables.
    late : sequence of Joined

    Returns
    -------
    pandas.DataFrame
        A new frame; an indicator that only late tables give is a new column.

    Raises
    ------
    InputError
        Two late tables give the same value.

    Examples
    --------
    >>> import pandas as pd
    >>> values = pd.DataFrame({"air_layak": [55.0, None]}, index=["9901012001", "9901012002"])
    >>> complete(values, [])["air_layak"].tolist()
    [55.0, nan]
    """
    out = values.copy()
    given: dict[str, Joined] = {}
    for table in late:
        for key in map(str, table.values.columns):
            news = table.values[key].reindex(out.index)
            if key in given:
                _refuse_two_late(key, given[key], table)
            out[key] = news.where(news.notna(), out[key]) if key in out else news
            given[key] = table
    return out


def replaced_values(
    values: pd.DataFrame,
    late: Sequence[Joined],
    villages: pd.DataFrame,
    catalogue: Mapping[str, _Labelled],
) -> list[Finding]:
    """Report every value that a late table changed.

    Parameters
    ----------
    values : pandas.DataFrame
        Villages × indicators before :func:`complete`.
    late : sequence of Joined
    villages : pandas.DataFrame
        Columns ``desa`` and ``kecamatan``.
    catalogue : mapping of indicator key to Indicator

    Examples
    --------
    >>> import pandas as pd
    >>> replaced_values(pd.DataFrame(), [], pd.DataFrame(), {})
    []
    """
    return [
        Finding(
            check="join.replaced",
            level="note",
            message=_("{label} of {village} ({kecamatan}): {old} replaced by {new}").format(
                label=catalogue[key].label, village=villages.loc[kode, "desa"],
                kecamatan=villages.loc[kode, "kecamatan"], old=format_number(old, decimals=2),
                new=format_number(new, decimals=2),
            ),
            where=table.origin.where(kode, key),
            opd=table.origin.opd,
        )
        for table in late
        for key in (str(name) for name in table.values.columns if name in values)
        for kode, old, new in _different(values[key], table.values[key].reindex(values.index))
    ]  # fmt: skip


def _different(old: pd.Series, news: pd.Series) -> Iterator[tuple[str, float, float]]:
    for kode in old.index[news.notna() & old.notna() & news.ne(old)]:
        yield str(kode), float(old[kode]), float(news[kode])


def _refuse_two_late(key: str, one: Joined, other: Joined) -> None:
    both = one.values.index[one.values[key].notna()].intersection(
        other.values.index[other.values[key].notna()]
    )
    if not len(both):
        return
    kode = str(both[0])
    raise InputError(
        _('indicator "{key}" of {kode} is given by two late tables: by {first} and by {second}').format(
            key=key, kode=format_kode(kode), first=one.origin.where(kode, key),
            second=other.origin.where(kode, key),
        ),
        remedy=_("leave it in one of them"),
    )  # fmt: skip
