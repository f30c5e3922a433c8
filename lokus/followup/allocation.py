"""Compare an existing allocation of teams with a proportional one: loads before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.errors import FollowupError, name_some
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.followup.apportion import Apportionment

__all__ = ["AllocationComparison", "Sharing", "compare_allocation"]

Floats = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, kw_only=True, repr=False)
class AllocationComparison:
    """Changes in each village, and the evenness of loads before and after.

    Parameters
    ----------
    table : DataFrame, index ``kode_desa`` (sorted)
        ``bobot``, ``ada`` (existing, missing where unknown), ``usulan``, ``selisih`` (``usulan`` − ``ada``),
        ``beban_ada``, ``beban_usulan`` (weight per team, missing where there is none or it is unknown).
    summary : DataFrame, index ``ukuran``, columns ``ada``, ``usulan``
        Over the villages whose existing number is known: ``jumlah``; ``beban_terendah``, ``beban_tengah``
        (median) and ``beban_tertinggi`` among villages that have any; ``rasio`` of the highest to the lowest;
        ``di_atas_dua_kali`` (villages above twice the median load); ``tanpa`` (villages with weight and no
        team); ``gini`` (0 even, towards 1 uneven).
    moved : int
        Number of teams (or packages) that would move from one village to another.
    unknown : int
        Villages whose existing number is not known.
    """

    table: pd.DataFrame
    summary: pd.DataFrame
    moved: int
    unknown: int

    def __repr__(self) -> str:
        now, then = self.summary["ada"], self.summary["usulan"]
        text = _(
            "{moved} would move; highest to lowest load {before} now, {after} proposed; "
            "Gini {gini_before} now, {gini_after} proposed"
        ).format(
            moved=format_number(self.moved),
            before=format_number(float(now["rasio"]), decimals=1),
            after=format_number(float(then["rasio"]), decimals=1),
            gini_before=format_number(float(now["gini"]), decimals=2),
            gini_after=format_number(float(then["gini"]), decimals=2),
        )
        if self.unknown:
            text += "\n" + _("{n} villages: existing number not known").format(n=format_number(self.unknown))
        return text


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """One apportionment of a study, with the labels that a reader sees.

    Parameters
    ----------
    name : str
        What is apportioned: ``"Tim Pendamping Keluarga"``.
    basis : str
        What the weights count: ``"Keluarga berisiko stunting"``.
    result : Apportionment
    comparison : AllocationComparison, optional
        Comparison with the existing allocation.
    """

    name: str
    basis: str
    result: Apportionment
    comparison: AllocationComparison | None = None


def compare_allocation(
    existing: pd.Series[float], seats: pd.Series[int], weights: pd.Series[float]
) -> AllocationComparison:
    """Compare what villages have with what they would get.

    Parameters
    ----------
    existing : Series, index ``kode_desa``
        Teams, foster parents or packages as they are; missing where unknown; do not state 0 for unknown.
    seats, weights : Series
        The proposal as returned by :func:`lokus.followup.apportion.apportion`, and its weights.

    Returns
    -------
    AllocationComparison

    Raises
    ------
    FollowupError
        The villages are not the same, or an existing number is negative.

    Notes
    -----
    The Gini coefficient is that of teams per unit of weight, over all units of weight (families, persons):
    half the mean absolute difference between two units, divided by the mean. A village without a team thus
    counts with all its families.

    Examples
    --------
    >>> families = pd.Series({"9901012001": 300, "9901012002": 100})
    >>> now, then = pd.Series([1, 3], index=families.index), pd.Series([3, 1], index=families.index)
    >>> compare_allocation(now, then, families).summary.loc[["beban_tertinggi", "rasio"]].to_numpy().tolist()
    [[300.0, 100.0], [9.0, 1.0]]
    """
    index = seats.index.sort_values()
    for other in (existing, weights):
        differing = other.index.symmetric_difference(index)
        if len(differing) or other.index.has_duplicates:
            raise FollowupError(
                _("existing and proposed numbers must be for the same villages: {villages}").format(
                    villages=name_some(differing if len(differing) else other.index[other.index.duplicated()])
                ),
                remedy=_("give both for the same villages"),
            )
    before, after, weight = (
        series.reindex(index).astype("Float64").to_numpy(dtype=float, na_value=np.nan)
        for series in (existing, seats, weights)
    )
    wrong = index[before < 0]
    if len(wrong):
        raise FollowupError(
            _("existing numbers that are negative: {villages}").format(villages=name_some(wrong)),
            remedy=_("correct the numbers in their table"),
        )
    known = ~np.isnan(before)
    table = pd.DataFrame(
        {
            "bobot": weight,
            "ada": before,
            "usulan": after.astype(np.int64),
            "selisih": after - before,
            "beban_ada": _loads(weight, before),
            "beban_usulan": _loads(weight, after),
        },
        index=index.rename("kode_desa"),
    )
    summary = pd.DataFrame(
        {
            "ada": _summary(weight[known], before[known]),
            "usulan": _summary(weight[known], after[known]),
        }
    ).rename_axis("ukuran")
    gains = np.nansum(np.clip(after - before, 0, None))
    losses = np.nansum(np.clip(before - after, 0, None))
    return AllocationComparison(
        table=table, summary=summary, moved=int(min(gains, losses)), unknown=int((~known).sum())
    )


def _loads(weight: Floats, teams: Floats) -> Floats:
    loads: Floats = np.divide(weight, teams, out=np.full(len(weight), np.nan), where=teams > 0)
    return loads


def _summary(weight: Floats, teams: Floats) -> dict[str, float]:
    loads = _loads(weight, teams)
    served = loads[~np.isnan(loads)]
    low, middle, high = (
        (served.min(), np.median(served), served.max()) if len(served) else (np.nan, np.nan, np.nan)
    )
    return {
        "jumlah": float(teams.sum()),
        "beban_terendah": float(low),
        "beban_tengah": float(middle),
        "beban_tertinggi": float(high),
        "rasio": float(high / low) if low > 0 else np.nan,
        "di_atas_dua_kali": float((served > 2 * middle).sum()),
        "tanpa": float(((teams == 0) & (weight > 0)).sum()),
        "gini": _gini(weight, teams),
    }


def _gini(weight: Floats, teams: Floats) -> float:
    """Return twice the area between the Lorenz curve of teams over weight and the diagonal."""
    some = weight > 0
    weight, teams = weight[some], teams[some]
    if not teams.sum() > 0:
        return float("nan")
    order = np.argsort(teams / weight, kind="stable")
    share = np.concatenate([[0.0], np.cumsum(weight[order]) / weight.sum()])
    held = np.concatenate([[0.0], np.cumsum(teams[order]) / teams.sum()])
    return float(1.0 - np.sum(np.diff(share) * (held[1:] + held[:-1])))
