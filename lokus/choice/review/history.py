"""Compare the lists of several years: how long each village has been a lokus, how stable the choice is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import pairwise

import numpy as np
import pandas as pd

from lokus.choice.solver.problem import RuleError
from lokus.errors import name_some
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["History", "list_history", "stability"]


@dataclass(frozen=True, kw_only=True)
class History:
    """The lists of several years, and what follows from them for each village.

    Parameters
    ----------
    lists : DataFrame of bool, index ``kode_desa`` (sorted), columns the years, rising
        On the list or not.
    table : DataFrame, index ``kode_desa``
        ``tahun_lokus``: consecutive years on the list up to the last one, 0 for a village not on the last
        list; ``total_tahun``: years in all; ``pertama``: first year, missing for a village on no list;
        ``keluar_masuk``: how often it entered or left between successive lists.
    stability : DataFrame, one row a pair of successive lists
        ``dari``, ``ke`` (years), ``bertahan`` and ``jumlah_lama``, ``jumlah_baru`` (villages),
        ``bagian_bertahan`` (0–1, of the older list), ``jaccard`` (0–1) and ``indeks_stabilitas``: 1 for the
        same list, about 0 for agreement no better than chance; missing where undefined or where the number of
        villages is unknown.
    missing_years : tuple of int
        Years without a list between the first and the last. Consecutive years are counted from the last such
        gap.
    """

    lists: pd.DataFrame
    table: pd.DataFrame
    stability: pd.DataFrame
    missing_years: tuple[int, ...]
    complete: bool

    @property
    def years_listed(self) -> pd.Series[int]:
        """Consecutive years of each village, for graduation and for the rules of continuity."""
        return self.table["tahun_lokus"]

    @cached_property
    def overall(self) -> float:
        """Stability index over all lists together; missing where the number of villages is unknown."""
        return stability(self.lists) if self.complete else float("nan")

    def _sentence(self) -> str:
        years = list(self.lists.columns)
        text = _("Lists of {n} years ({first}–{last}): {villages} villages were on one at least").format(
            n=len(years),
            first=years[0],
            last=years[-1],
            villages=format_number(int((self.table["total_tahun"] > 0).sum())),
        )
        text += ", " + _("{villages} on all").format(
            villages=format_number(int((self.table["total_tahun"] == len(years)).sum()))
        )
        if not np.isnan(self.overall):
            text += "; " + _("stability {index} (1 = always the same list, 0 = chance)").format(
                index=format_number(self.overall, decimals=2)
            )
        if self.missing_years:
            text += "; " + _("no list of {years}").format(years=", ".join(map(str, self.missing_years)))
        return text

    def __repr__(self) -> str:
        return self._sentence()

    def _repr_html_(self) -> str:
        return f"<p>{escape(self._sentence())}</p>{self.stability.to_html(index=False)}"


def list_history(
    lists: Mapping[int, Collection[str]], *, villages: Collection[str] | pd.Index | None = None
) -> History:
    """Compare the lists of several years.

    Parameters
    ----------
    lists : mapping of year to codes
        Codes of all years converted to those of one year.
    villages : collection of kode_desa, optional
        All villages from which the lists were chosen. Without them the table has only villages that were on a
        list, and the chance-corrected index is missing.

    Returns
    -------
    History

    Raises
    ------
    RuleError
        No list, an empty one, or a listed village that is not among `villages`.

    Notes
    -----
    The index is that of Nogueira, Sechidis & Brown (2018), *JMLR* 18 (174), 1–54, eq. 4; for two lists of
    the same length it is Kuncheva's.

    Examples
    --------
    >>> desa = [f"99010120{i:02d}" for i in range(1, 11)]
    >>> history = list_history({2024: desa[:4], 2025: desa[1:5], 2026: desa[1:5]}, villages=desa)
    >>> history
    Daftar 3 tahun (2024–2026): 5 desa/kelurahan pernah masuk, 3 di antaranya setiap tahun; stabilitas 0,72
    (1 = daftar selalu sama, 0 = acak)
    >>> history.table.loc["9901012005"].to_dict()
    {'tahun_lokus': 2, 'total_tahun': 2, 'pertama': 2025, 'keluar_masuk': 1}
    """
    years = sorted(lists)
    codes = {year: {str(kode) for kode in lists[year]} for year in years}
    if not years or not all(codes.values()):
        raise RuleError(
            _("every year needs a list with a village at least"), remedy=_("take the year without a list out")
        )
    named = set().union(*codes.values())
    index = pd.Index(sorted(named if villages is None else {str(kode) for kode in villages}))
    foreign = sorted(named - set(index))
    if foreign:
        raise RuleError(
            _("villages on an earlier list are not among the villages: {villages}").format(
                villages=name_some(foreign)
            ),
            remedy=_("carry the earlier lists over to this year's codes first"),
        )
    frame = pd.DataFrame({year: index.isin(list(codes[year])) for year in years}, index=index)
    frame = frame.rename_axis(index="kode_desa", columns="tahun")
    gaps = tuple(year for year in range(years[0], years[-1]) if year not in codes)
    complete = villages is not None
    return History(
        lists=frame,
        table=_per_village(frame, after=max(gaps, default=years[0] - 1)),
        stability=pd.DataFrame([_pair(frame, a, b, complete) for a, b in pairwise(years)], columns=_PAIR),
        missing_years=gaps,
        complete=complete,
    )


_PAIR = [
    "dari",
    "ke",
    "bertahan",
    "jumlah_lama",
    "jumlah_baru",
    "bagian_bertahan",
    "jaccard",
    "indeks_stabilitas",
]


def _per_village(frame: pd.DataFrame, *, after: int) -> pd.DataFrame:
    on = frame.to_numpy()
    recent = on[:, np.array(frame.columns, dtype=int) > after]
    streak = np.cumprod(recent[:, ::-1], axis=1).sum(axis=1)
    first, ever = np.array(frame.columns)[on.argmax(axis=1)], on.any(axis=1)
    return pd.DataFrame(
        {
            "tahun_lokus": streak.astype(int),
            "total_tahun": on.sum(axis=1),
            "pertama": pd.Series(first, index=frame.index)
            .astype("Int64")
            .where(pd.Series(ever, frame.index)),
            "keluar_masuk": (on[:, 1:] != on[:, :-1]).sum(axis=1),
        },
        index=frame.index,
    )


def _pair(frame: pd.DataFrame, older: int, newer: int, complete: bool) -> tuple[float, ...]:
    a, b = frame[older].to_numpy(), frame[newer].to_numpy()
    kept, either = int((a & b).sum()), int((a | b).sum())
    index = stability(frame[[older, newer]]) if complete else float("nan")
    return older, newer, kept, int(a.sum()), int(b.sum()), kept / int(a.sum()), kept / either, index


def stability(lists: pd.DataFrame) -> float:
    r"""Measure the agreement of several lists, corrected for chance.

    Parameters
    ----------
    lists : DataFrame of bool, villages × lists
        One row for every village that could have been chosen.

    Returns
    -------
    float
        1 where all lists are the same; expectation 0 for lists drawn at random; missing for fewer than two
        lists, and where all are empty or all hold every village.

    Notes
    -----
    :math:`1 - \frac{1}{d}\sum_f s_f^2 \big/ \big(\frac{\bar k}{d}(1 - \frac{\bar k}{d})\big)` with d
    villages, mean list length :math:`\bar k` and :math:`s_f^2 = \frac{M}{M-1}\hat p_f(1-\hat p_f)`, where
    :math:`\hat p_f` is the share of the M lists that hold village f. Nogueira, Sechidis & Brown (2018),
    *JMLR* 18 (174), 1–54, eq. 4.

    Examples
    --------
    >>> stability(pd.DataFrame({2025: [True, True, False, False], 2026: [True, False, True, False]}))
    0.0
    """
    on = lists.to_numpy(dtype=float)
    d, m = on.shape
    share = on.sum() / on.size if on.size else 0.0
    if m < 2 or share in (0.0, 1.0):
        return float("nan")
    frequency = on.mean(axis=1)
    spread = m / (m - 1) * float((frequency * (1.0 - frequency)).sum()) / d
    return float(1.0 - spread / (share * (1.0 - share)))
