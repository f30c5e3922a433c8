"""Compare the lists under several assumptions about the children not measured."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from lokus.choice.results import LOKUS, NOT_LOKUS
from lokus.i18n import format_number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ODDS", "odds_bounds", "odds_column"]

ODDS = (0.5, 1.0, 2.0)
"""How many times the odds of being stunted may be higher among children not measured."""


def odds_column(odds_ratio: float) -> str:
    """Return the column name of the list at an odds ratio.

    Examples
    --------
    >>> odds_column(0.5), odds_column(2.0)
    ('odds 0,5', 'odds 2')
    """
    return f"odds {format_number(odds_ratio, decimals=0 if odds_ratio == int(odds_ratio) else 1)}"


def odds_bounds(
    lists: Mapping[float, Collection[str]], villages: pd.DataFrame, *, stated: float
) -> pd.DataFrame:
    """Tabulate which villages are on the list at each odds ratio of the children not measured.

    Parameters
    ----------
    lists : mapping of odds ratio to codes
        The list at each.
    villages : DataFrame, index ``kode_desa``
        ``desa``, ``kecamatan``.
    stated : float
        The odds ratio of the proposal.

    Returns
    -------
    DataFrame, index ``kode_desa`` (sorted)
        Villages that are on some of the lists but not on all: ``desa``, ``kecamatan``, then one column an
        odds ratio, ascending, with "lokus" or "bukan lokus". Empty where all lists are the same.
        ``attrs["odds_usulan"]`` names the column of the proposal.

    Examples
    --------
    >>> import pandas as pd
    >>> desa = pd.DataFrame({"desa": ["A", "B", "C"], "kecamatan": "K"}, index=["01", "02", "03"])
    >>> odds_bounds({1.0: ["01", "02"], 2.0: ["01", "03"], 0.5: ["01", "02"]}, desa, stated=1.0)
      desa kecamatan     odds 0,5       odds 1       odds 2
    02    B         K        lokus        lokus  bukan lokus
    03    C         K  bukan lokus  bukan lokus        lokus
    """
    named = {odds: {str(kode) for kode in lists[odds]} for odds in sorted(lists)}
    ever = {kode for chosen in named.values() for kode in chosen}
    moving = sorted(kode for kode in ever if not all(kode in chosen for chosen in named.values()))
    rows = villages.loc[moving, ["desa", "kecamatan"]].copy()
    for odds, chosen in named.items():
        rows[odds_column(odds)] = [LOKUS if kode in chosen else NOT_LOKUS for kode in moving]
    rows.attrs["odds_usulan"] = odds_column(stated)
    return rows
