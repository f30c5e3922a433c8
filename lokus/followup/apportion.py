"""Sharing whole things over villages: family assistance teams, foster parents, packages of food."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np
import pandas as pd

from lokus.evidence.errors import name_some
from lokus.followup.apportion_inputs import by_code, check_feasible, check_weights, is_whole, read_limits
from lokus.followup.errors import FollowupError
from lokus.followup.shares import bounded_quotas, largest_remainder, webster, whole_weights
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Apportionment", "Method", "apportion"]

Method = Literal["largest_remainder", "webster"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Apportionment:
    """Whole numbers over villages that add up to exactly what there is to share.

    Parameters
    ----------
    seats : Series of int, index ``kode_desa`` (sorted)
        What each village gets.
    quota : Series of Fraction
        Exact share of each village in proportion to its weight, before any minimum or maximum.
    table : DataFrame
        ``bobot``; ``jatah`` (the share as a number); ``jatah_terbatas`` (the share once minimum and maximum
        hold, equal to ``jatah`` where there are none); ``jumlah``; ``selisih`` (``jumlah`` − ``jatah``);
        ``beban`` (weight per thing shared, missing where the village gets none); ``batas`` ("minimum",
        "maksimum" or ""); ``seri`` (whether the tie rule decided here).
    total : int
        What was shared.
    method : {"largest_remainder", "webster"}
    """

    seats: pd.Series[int]
    quota: pd.Series[Any]
    table: pd.DataFrame
    total: int
    method: Method

    @property
    def ties(self) -> tuple[str, ...]:
        """Villages with an equal claim to the last ones shared out, where the tie rule decided."""
        return tuple(self.table.index[self.table["seri"]].astype(str))

    @property
    def weight_each(self) -> float:
        """Weight for each thing shared, over all villages: families per team; missing when nothing is."""
        return float(self.table["bobot"].sum() / self.total) if self.total else float("nan")

    @property
    def rule(self) -> str:
        """Method and tie rule as one sentence."""
        name = {
            "largest_remainder": _("largest remainder (Hamilton)"),
            "webster": _("Webster (Sainte-Laguë)"),
        }[self.method]
        return _("Method: {name}; equal claims: the larger weight first, then the village code").format(
            name=name
        )

    def __repr__(self) -> str:
        lines = [
            _("{total} shared over {n} villages: {low} to {high} each, {mean} on average").format(
                total=format_number(self.total),
                n=format_number(len(self.seats)),
                low=format_number(int(self.seats.min())),
                high=format_number(int(self.seats.max())),
                mean=format_number(self.total / len(self.seats), decimals=1),
            ),
            self.rule,
        ]
        for kind, text in (
            ("minimum", _("{n} villages at their minimum")),
            ("maksimum", _("{n} villages at their maximum")),
        ):
            n = int((self.table["batas"] == kind).sum())
            if n:
                lines.append(text.format(n=format_number(n)))
        if self.ties:
            lines.append(_("Decided by the tie rule: {villages}").format(villages=name_some(self.ties)))
        return "\n".join(lines)


def apportion(
    total: int,
    weights: pd.Series[float],
    *,
    method: Method = "largest_remainder",
    minimum: int | pd.Series[int] = 0,
    maximum: int | pd.Series[int] | None = None,
) -> Apportionment:
    """Share a whole number of teams, foster parents or packages in proportion to weights.

    Parameters
    ----------
    total : int
        What there is to share, 0 or more.
    weights : Series, index ``kode_desa``
        In proportion to which it is shared (families, stunted children …), 0 or more. A village of weight 0
        gets its minimum and no more.
    method : {"largest_remainder", "webster"}
        With the largest remainder every village gets its share rounded down or up, but one thing more to
        share can cost a village one (Alabama paradox). With Webster nobody loses when there is more to
        share, and no move of one from a village to another would bring the two closer to proportion, but a
        village may, rarely, get more or less than its share rounded.
    minimum, maximum : int or Series
        For each village; a Series must name exactly the villages of `weights`.

    Returns
    -------
    Apportionment
        The same whatever the row order; ``seats`` add up to `total`.

    Raises
    ------
    FollowupError
        A weight is missing, negative or infinite: the villages are named, and nothing is put in its place.
        Or a village occurs twice, or a limit is no whole number of 0 or more.
    InfeasibleError
        `total` cannot be reached within minimum and maximum.

    Notes
    -----
    All arithmetic is exact: a weight is the decimal number a reader sees, so 0.1 is a tenth. Where claims
    are equal the larger weight goes first, then the lower code.

    With limits, the largest remainder rounds the shares nearest to proportion that keep them: λ·weight cut
    off at minimum and maximum, λ chosen so that they add up. What some get to reach their minimum is so
    borne by all others in proportion. Webster gives one after the other to the
    village with the greatest weight / (2·seats + 1), beginning at the minima, and passes over full villages.

    Webster minimises Σ (seats − quota)² / quota over all ways to share (Sainte-Laguë 1910); the largest
    remainder minimises Σ |seats − quota|. Balinski & Young, *Fair Representation* (1982, 2001).

    Examples
    --------
    With eleven teams instead of ten, the smallest village loses one (Alabama paradox); not so with Webster:

    >>> families = pd.Series({"9901012001": 600, "9901012002": 600, "9901012003": 200})
    >>> [apportion(n, families).seats.tolist() for n in (10, 11)]
    [[4, 4, 2], [5, 5, 1]]
    >>> [apportion(n, families, method="webster").seats.tolist() for n in (10, 11)]
    [[5, 4, 1], [5, 5, 1]]

    Worked example: the 467 family assistance teams of Muara Enim over its 256 villages, at least one in
    each; the numbers of families are made up.

    >>> codes = [f"9901{k:02d}{2000 + v}" for k in range(1, 17) for v in range(1, 17)]
    >>> families = pd.Series([120 + 37 * v % 611 for v in range(256)], index=codes)
    >>> apportion(467, families, minimum=1)
    467 dibagi untuk 256 desa: 1 sampai 3 per desa, rata-rata 1,8
    Cara: sisa terbesar (Hamilton); bila seri: bobot lebih besar didahulukan, lalu kode desa
    ...
    """
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {get_args(Method)}, not {method!r}")
    if not is_whole(total):
        raise FollowupError(
            _("what is shared must be a whole number of 0 or more, not {value}").format(value=total)
        )
    if weights.empty:
        raise FollowupError(_("there is no village to share over"))
    weights = by_code(weights)
    total = int(total)
    whole = whole_weights(check_weights(weights))
    low = read_limits(minimum, weights.index, _("minimum"))
    high = [total] * len(whole) if maximum is None else read_limits(maximum, weights.index, _("maximum"))
    most = [min(top, total) if w else least for w, least, top in zip(whole, low, high, strict=True)]
    check_feasible(total, weights.index, whole, low, high, most)

    quotas = bounded_quotas(total, whole, low, most)
    share = largest_remainder if method == "largest_remainder" else webster
    seats, tied = share(total, whole, low, most, quotas)
    everything = sum(whole)
    quota = pd.Series(
        [Fraction(total * w, everything) if everything else Fraction(0) for w in whole],
        index=weights.index,
        name="jatah",
        dtype=object,
    )
    return Apportionment(
        seats=pd.Series(seats, index=weights.index, name="jumlah", dtype="int64"),
        quota=quota,
        table=_table(weights, quota, quotas, seats, low, None if maximum is None else high, tied),
        total=total,
        method=method,
    )


def _table(
    weights: pd.Series[float],
    quota: pd.Series[Any],
    bounded: Sequence[Fraction],
    seats: Sequence[int],
    low: Sequence[int],
    high: Sequence[int] | None,
    tied: Sequence[bool],
) -> pd.DataFrame:
    given = np.array(seats, dtype=np.int64)
    exact = np.array([float(share) for share in quota])
    weight = weights.astype(float).to_numpy()
    least = np.array(low)
    bound = np.where((given == least) & (least > 0) & (exact < least), "minimum", "").astype(object)
    if high is not None:
        most = np.array(high)
        bound[(given == most) & (exact > most)] = "maksimum"
    return pd.DataFrame(
        {
            "bobot": weight,
            "jatah": exact,
            "jatah_terbatas": [float(value) for value in bounded],
            "jumlah": given,
            "selisih": given - exact,
            "beban": np.divide(weight, given, out=np.full(len(given), np.nan), where=given > 0),
            "batas": bound,
            "seri": np.array(tied, dtype=bool),
        },
        index=weights.index,
    )
