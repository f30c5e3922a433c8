"""Data that an office sends later: they fill what is missing, and correct what was there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from lokus.errors import InputError
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _
from lokus.places.kode import format_kode

if TYPE_CHECKING:
    import pandas as pd

    from lokus.intake.join.join import Joined

__all__ = ["complete", "replaced_values"]


class _Labelled(Protocol):
    @property
    def label(self) -> str: ...


def complete(values: pd.DataFrame, late: Sequence[Joined]) -> pd.DataFrame:
    """Put the values of late tables in the place of those there; an empty cell of theirs changes nothing.

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
                _refuse_twice(key, given[key], table)
            out[key] = news.where(news.notna(), out[key]) if key in out else news
            given[key] = table
    return out


def replaced_values(
    values: pd.DataFrame,
    late: Sequence[Joined],
    villages: pd.DataFrame,
    catalogue: Mapping[str, _Labelled],
) -> list[Finding]:
    """Report every value that a late table replaced by another one.

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


def _refuse_twice(key: str, one: Joined, other: Joined) -> None:
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
