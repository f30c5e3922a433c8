"""Totals of the beneficiaries that give no small count of a village away."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from lokus.followup.beneficiaries import SCOPES, Beneficiaries, beneficiaries
from lokus.followup.groups import PERSONS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["public_beneficiaries"]

_LEVELS = ("kabupaten", "kecamatan")


def public_beneficiaries(full: Beneficiaries, masked: pd.DataFrame, *, threshold: int = 5) -> Beneficiaries:
    """Give the totals that can be published beside a table of villages with small counts masked.

    Parameters
    ----------
    full : Beneficiaries
    masked : DataFrame, index ``kode_desa``
        The published villages, what is masked missing; a column that it lacks is not published at all.
    threshold : int
        Counts of people from 1 to below it are masked.

    Returns
    -------
    Beneficiaries
        Groups that `masked` has. A total of the kabupaten or of kecamatan stands in full where the villages
        masked below it stay hidden: at least two, and together neither a small count nor one that settles
        them. All other totals, those of the lokus always, are sums of what is published: lower bounds, as
        each says.

    Examples
    --------
    >>> place = {"kode_kecamatan": "990101", "kecamatan": "Air"}
    >>> villages = pd.DataFrame(place, index=["9901012001", "9901012002", "9901012003"])
    >>> whole = pd.DataFrame({"bumil": [3.0, 9.0, 40.0]}, villages.index)
    >>> full = beneficiaries(whole, villages=villages, lokus=["9901012001", "9901012003"])
    >>> public_beneficiaries(full, whole.where(whole >= 10)).table[["lingkup", "jumlah"]].to_numpy().tolist()
    [['kabupaten', 52.0], ['lokus', 40.0], ['kecamatan', 52.0], ['lokus per kecamatan', 40.0]]
    """
    kept = {name: column for name, column in full.columns.items() if column in masked}
    lokus = full.villages.index[full.villages["lokus"]]
    shown = beneficiaries(masked, villages=full.villages, lokus=lokus.tolist(), groups=kept)
    in_full = {
        (level, name)
        for level in _LEVELS
        for name, column in kept.items()
        if all(_stays_hidden(*part, threshold) for part in _parts(full, masked, level, name, column))
    }
    if shown.added == full.added:
        in_full |= {(lv, PERSONS) for lv in _LEVELS if all((lv, name) in in_full for name in full.added)}
    open_rows = [
        (scope, name) in in_full
        for scope, name in zip(full.table["lingkup"], full.table["kelompok"], strict=True)
    ]
    rest = [
        (scope, name) not in in_full
        for scope, name in zip(shown.table["lingkup"], shown.table["kelompok"], strict=True)
    ]
    table = pd.concat([full.table[open_rows], shown.table[rest]], ignore_index=True)
    groups = [*kept, PERSONS]
    order = pd.DataFrame(
        {
            "scope": table["lingkup"].map(SCOPES.index),
            "kode": table["kode"],
            "group": table["kelompok"].map(groups.index),
        }
    ).sort_values(["scope", "kode", "group"])
    return replace(shown, table=table.loc[order.index].reset_index(drop=True))


def _parts(
    full: Beneficiaries, masked: pd.DataFrame, level: str, name: str, column: str
) -> Iterator[tuple[pd.Series[float], pd.Series[bool]]]:
    """Give counts, and which of them are masked, of every place of a level."""
    counts = full.villages[name]
    hidden = counts.notna() & masked[column].reindex(counts.index).isna()
    if level == "kabupaten":
        yield counts, hidden
        return
    for _kode, part in counts.groupby(full.villages["kode_kecamatan"]):
        yield part, hidden[part.index]


def _stays_hidden(counts: pd.Series[float], hidden: pd.Series[bool], threshold: int) -> bool:
    n, together = int(hidden.sum()), float(counts[hidden].sum())
    return n == 0 or (n >= 2 and together >= max(threshold, 2 * n))
