"""Apportion whole numbers to villages: family assistance teams, foster parents, food packages."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from lokus.errors import FollowupError, InfeasibleError, name_some
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["Apportionment", "Method", "apportion", "bounded_quotas", "whole_weights"]


Method = Literal["largest_remainder", "webster"]


@dataclass(frozen=True, kw_only=True, repr=False)
class Apportionment:
    """Whole numbers for villages that add up exactly to the total.

    Parameters
    ----------
    seats : Series of int, index ``kode_desa`` (sorted)
        Number for each village.
    quota : Series of Fraction
        Exact share of each village in proportion to its weight, before any minimum or maximum.
    table : DataFrame
        ``bobot``; ``jatah`` (the share as a number); ``jatah_terbatas`` (the share within minimum and
        maximum, equal to ``jatah`` without them); ``jumlah``; ``selisih`` (``jumlah`` − ``jatah``); ``beban``
        (weight per unit apportioned, missing where the village gets none); ``batas`` ("minimum", "maksimum"
        or ""); ``seri`` (whether the tie rule decided).
    total : int
        The number apportioned.
    method : {"largest_remainder", "webster"}
    """

    seats: pd.Series[int]
    quota: pd.Series[Any]
    table: pd.DataFrame
    total: int
    method: Method

    @property
    def ties(self) -> tuple[str, ...]:
        """Villages with equal claims to the last units, between which the tie rule decided."""
        return tuple(self.table.index[self.table["seri"]].astype(str))

    @property
    def weight_each(self) -> float:
        """Weight per unit over all villages, such as families per team; missing where the total is 0."""
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
    """Apportion a whole number of teams, foster parents or packages in proportion to weights.

    Parameters
    ----------
    total : int
        Number to apportion, 0 or more.
    weights : Series, index ``kode_desa``
        Families, stunted children …, 0 or more. A village of weight 0 gets its minimum and no more.
    method : {"largest_remainder", "webster"}
        With the largest remainder every village gets its share rounded down or up, but a larger total can
        reduce a village's number (Alabama paradox); do not use it where the total will still grow. With
        Webster no village loses when the total grows, and no transfer between two villages would bring both
        closer to proportion, but a village may, rarely, get more or less than its rounded share.
    minimum, maximum : int or Series
        For each village; a Series must name exactly the villages of `weights`.

    Returns
    -------
    Apportionment
        The same whatever the row order; ``seats`` add up to `total`.

    Raises
    ------
    FollowupError
        A weight is missing, negative or infinite (names the villages; nothing is imputed), a village occurs
        twice, or a limit is not a whole number of 0 or more.
    InfeasibleError
        `total` cannot be reached within minimum and maximum.

    Notes
    -----
    Arithmetic is exact on the decimal representation of the weights. Ties go to the larger weight, then to
    the lower code.

    With limits, the largest remainder rounds the shares λ·weight, truncated at minimum and maximum, with λ
    such that they add up; what some villages get to reach their minimum is taken from all others in
    proportion. Webster gives units one by one to the village with the greatest weight / (2·seats + 1),
    starting at the minima, and skips villages at their maximum.

    Webster minimises Σ (seats − quota)² / quota over all ways to share (Sainte-Laguë 1910); the largest
    remainder minimises Σ ``|seats − quota|``. Balinski & Young, *Fair Representation* (1982, 2001).

    Examples
    --------
    With eleven teams instead of ten, the smallest village loses one (Alabama paradox), but not with Webster:

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
    467 dibagi untuk 256 desa/kelurahan: 1 sampai 3 per desa, rata-rata 1,8
    Cara: sisa terbesar (Hamilton); bila seri: bobot lebih besar didahulukan, lalu kode desa
    ...
    """
    if method not in get_args(Method):
        raise ValueError(f"method must be one of {get_args(Method)}, not {method!r}")
    if not _is_whole(total):
        raise FollowupError(
            _("what is shared must be a whole number of 0 or more, not {value}").format(value=total),
            remedy=_("state a whole number of 0 or more"),
        )
    if weights.empty:
        raise FollowupError(
            _("there is no village to share over"),
            remedy=_('choose lingkup = "semua", or take fewer villages out with tanpa_bobot'),
        )
    weights = _by_code(weights)
    total = int(total)
    whole = whole_weights(_check_weights(weights))
    low = _read_limits(minimum, weights.index, _("minimum"))
    high = [total] * len(whole) if maximum is None else _read_limits(maximum, weights.index, _("maximum"))
    most = [min(top, total) if w else least for w, least, top in zip(whole, low, high, strict=True)]
    _check_feasible(total, weights.index, whole, low, high, most)

    quotas = bounded_quotas(total, whole, low, most)
    share = _largest_remainder if method == "largest_remainder" else _webster
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


def whole_weights(weights: pd.Series[Any]) -> list[int]:
    """Scale weights by one factor to integers, exactly.

    A float is read as its shortest decimal representation, so that 0.1 and 0.2 add up to 0.3 and equal claims
    compare equal.

    Examples
    --------
    >>> import pandas as pd
    >>> whole_weights(pd.Series([0.5, 0.2, 3]))
    [5, 2, 30]
    """
    exact = [
        Fraction(value) if isinstance(value, (int, Fraction, Decimal)) else Fraction(repr(float(value)))
        for value in weights.tolist()
    ]
    scale = math.lcm(*{value.denominator for value in exact})
    whole = [value.numerator * (scale // value.denominator) for value in exact]
    common = math.gcd(*whole) or 1
    # Smaller integers are faster, and proportions do not change.
    return whole if scale == 1 else [value // common for value in whole]


def bounded_quotas(
    total: int, weights: Sequence[int], low: Sequence[int], high: Sequence[int]
) -> list[Fraction]:
    """Compute proportional shares truncated at the limits that still add up to `total`.

    The shares are ``min(max(λ·weight, low), high)``: the point nearest to proportion within the limits. λ is
    found by fixing villages at a limit round by round, first those on the side whose excess is larger
    (Bitran & Hax 1981, *Management Science* 27, 431–441), in exact arithmetic.

    Requires Σ low ≤ total ≤ Σ high, and ``high = low`` where the weight is 0.

    Examples
    --------
    >>> [str(share) for share in bounded_quotas(10, [7, 2, 1], [0, 0, 2], [5, 9, 9])]
    ['5', '3', '2']
    """
    shares: list[Fraction | None] = [None] * len(weights)
    free = list(range(len(weights)))
    rest = total
    while free:
        weight = sum(weights[i] for i in free)
        if weight == 0:
            break
        # λ = rest / weight; compared by cross multiplication, which is exact.
        below = [i for i in free if weights[i] * rest < low[i] * weight]
        above = [i for i in free if weights[i] * rest > high[i] * weight]
        lack = sum(low[i] * weight - weights[i] * rest for i in below)
        excess = sum(weights[i] * rest - high[i] * weight for i in above)
        if not below and not above:
            for i in free:
                shares[i] = Fraction(weights[i] * rest, weight)
            break
        fixed = {i: low[i] for i in below} if lack >= excess else {}
        if excess >= lack:
            fixed |= {i: high[i] for i in above}
        for i, limit in fixed.items():
            shares[i] = Fraction(limit)
        rest -= sum(fixed.values())
        free = [i for i in free if i not in fixed]
    return [Fraction(low[i]) if share is None else share for i, share in enumerate(shares)]


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


def _is_whole(value: object) -> bool:
    """Return whether a value is a whole number of 0 or more, of any numeric type."""
    if isinstance(value, bool):
        return False
    if isinstance(value, Integral):
        return int(value) >= 0
    return isinstance(value, float) and value.is_integer() and value >= 0


def _by_code(values: pd.Series[Any]) -> pd.Series[Any]:
    """Sort by village code; raise where a village occurs twice."""
    codes = values.index.astype(str)
    if codes.has_duplicates:
        twice = codes[codes.duplicated()].unique()
        raise FollowupError(
            _("villages that occur more than once: {villages}").format(villages=name_some(twice)),
            remedy=_("keep one row for each village"),
        )
    named = pd.Series(values.to_numpy(), index=pd.Index(codes, name="kode_desa"))
    return named.sort_index()


def _check_weights(weights: pd.Series[float]) -> pd.Series[float]:
    """Raise where weights are missing, negative or infinite, and name the villages."""
    missing = weights.index[weights.isna()]
    if len(missing):
        raise FollowupError(
            _("no weight for {n} villages: {villages}").format(
                n=format_number(len(missing)), villages=name_some(missing)
            ),
            remedy=_("complete the numbers, or leave these villages out of the sharing and say so"),
        )
    as_float = weights.astype(float)
    wrong = weights.index[~np.isfinite(as_float) | (as_float < 0)]
    if len(wrong):
        raise FollowupError(
            _("weights that are negative or not finite: {villages}").format(villages=name_some(wrong)),
            remedy=_("correct the numbers in their table, or leave the villages out with tanpa_bobot"),
        )
    return weights


def _read_limits(limit: int | pd.Series[int], index: pd.Index, name: str) -> list[int]:
    """Read a minimum or maximum for every village of `index`, in its order."""
    if not isinstance(limit, pd.Series):
        values: list[Any] = [limit] * len(index)
    else:
        own = _by_code(limit)
        if not own.index.equals(index):
            differing = own.index.symmetric_difference(index)
            raise FollowupError(
                _("{limit}: villages that are in only one of the two tables: {villages}").format(
                    limit=name, villages=name_some(differing)
                ),
                remedy=_("give both for the same villages"),
            )
        values = own.tolist()
    wrong = [kode for kode, value in zip(index, values, strict=True) if not _is_whole(value)]
    if wrong:
        raise FollowupError(
            _("{limit} must be a whole number of 0 or more: {villages}").format(
                limit=name, villages=name_some(wrong)
            ),
            remedy=_("state a whole number of 0 or more"),
        )
    return [int(value) for value in values]


def _check_feasible(
    total: int,
    index: pd.Index,
    whole: Sequence[int],
    low: Sequence[int],
    high: Sequence[int],
    most: Sequence[int],
) -> None:
    """Raise unless the total lies between the sums of the minima and of the maxima.

    `most` is `high` limited to what a village can get: `total`, and the minimum where the weight is 0.
    """
    crossed = [kode for kode, least, top in zip(index, low, high, strict=True) if least > top]
    n = format_number(len(index))
    if sum(low) > total:
        raise InfeasibleError(
            _("{total} are not enough: the minima of {n} villages add up to {least}").format(
                total=format_number(total), n=n, least=format_number(sum(low))
            ),
            remedy=_("lower the minimum, or share over fewer villages"),
        )
    if crossed:
        raise InfeasibleError(
            _("the minimum is greater than the maximum: {villages}").format(villages=name_some(crossed)),
            remedy=_("lower min or raise maks"),
        )
    if sum(most) < total:
        idle = sum(1 for w in whole if w == 0)
        raise InfeasibleError(
            _("{total} are too many: the {n} villages can take {most} ({idle} of them have weight 0)").format(
                total=format_number(total), n=n, most=format_number(sum(most)), idle=format_number(idle)
            ),
            remedy=_("raise the maximum, or share less"),
        )


def _largest_remainder(
    total: int,
    weights: Sequence[int],
    low: Sequence[int],
    high: Sequence[int],
    quotas: Sequence[Fraction],
) -> tuple[list[int], list[bool]]:
    """Round quotas down, and give the remaining units to the largest remainders.

    Returns
    -------
    list of int, list of bool
        Number for each village, and whether its remainder ties with another one between rounding up and down.
    """
    del low, high  # quotas are within the limits, and limits are whole numbers
    seats = [quota.numerator // quota.denominator for quota in quotas]
    left = total - sum(seats)
    remainders = [quota - seat for quota, seat in zip(quotas, seats, strict=True)]
    order = sorted(range(len(quotas)), key=lambda i: (-remainders[i], -weights[i], i))
    for i in order[:left]:
        seats[i] += 1
    tied = [False] * len(quotas)
    if 0 < left < len(order) and remainders[order[left - 1]] == remainders[order[left]]:
        tied = [remainder == remainders[order[left]] for remainder in remainders]
    return seats, tied


def _webster(
    total: int,
    weights: Sequence[int],
    low: Sequence[int],
    high: Sequence[int],
    quotas: Sequence[Fraction],
) -> tuple[list[int], list[bool]]:
    """Give units one by one to the greatest weight / (2·seats + 1), from the minima on.

    Starts from rounded quotas, which differ from the solution by a few units; claims are compared exactly.

    Returns
    -------
    list of int, list of bool
        Number for each village, and whether its claim to its last unit, or to one more, ties with another
        one.
    """
    seats = [
        min(max((2 * quota.numerator + quota.denominator) // (2 * quota.denominator), least), most)
        for quota, least, most in zip(quotas, low, high, strict=True)
    ]

    def claim(i: int, held: int) -> tuple[Fraction, int, int]:
        return Fraction(weights[i], 2 * held + 1), weights[i], -i

    def wanting(i: int) -> tuple[tuple[Fraction, int, int], int]:
        value, weight, place = claim(i, seats[i])
        return (-value, -weight, -place), i

    waiting = [wanting(i) for i in range(len(seats)) if seats[i] < high[i]]
    holding = [(claim(i, seats[i] - 1), i) for i in range(len(seats)) if seats[i] > low[i]]
    heapq.heapify(waiting)
    heapq.heapify(holding)
    given = sum(seats)

    def settle(heap: list[Any], *, more: bool) -> int | None:
        """Remove and return the best entry of a heap that is valid for the present number of seats."""
        while heap:
            key, i = heapq.heappop(heap)
            if more and seats[i] < high[i] and (key, i) == wanting(i):
                return int(i)
            if not more and seats[i] > low[i] and key == claim(i, seats[i] - 1):
                return int(i)
        return None

    def change(i: int, step: int) -> None:
        nonlocal given
        seats[i] += step
        given += step
        if seats[i] < high[i]:
            heapq.heappush(waiting, wanting(i))
        if seats[i] > low[i]:
            heapq.heappush(holding, (claim(i, seats[i] - 1), i))

    while given < total:
        change(_found(settle(waiting, more=True)), +1)
    while given > total:
        change(_found(settle(holding, more=False)), -1)
    first, last = settle(waiting, more=True), settle(holding, more=False)
    while (
        first is not None and last is not None and claim(first, seats[first]) > claim(last, seats[last] - 1)
    ):
        change(first, +1)
        change(last, -1)
        first, last = settle(waiting, more=True), settle(holding, more=False)
    tied = [False] * len(seats)
    if first is not None and last is not None:
        border = Fraction(weights[first], 2 * seats[first] + 1)
        if border == Fraction(weights[last], 2 * seats[last] - 1):
            tied = [
                (seats[i] < high[i] and border * (2 * seats[i] + 1) == weights[i])
                or (seats[i] > low[i] and border * (2 * seats[i] - 1) == weights[i])
                for i in range(len(seats))
            ]
    return seats, tied


def _found(village: int | None) -> int:
    if village is None:  # the limits were checked to admit the total
        raise AssertionError("no village can take another one")
    return village
