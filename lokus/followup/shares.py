"""Exact apportionment on whole numbers: largest remainder and Webster, within limits."""

from __future__ import annotations

import heapq
import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["bounded_quotas", "largest_remainder", "webster", "whole_weights"]


def whole_weights(weights: pd.Series[Any]) -> list[int]:
    """Scale weights by one factor to whole numbers, without losing anything.

    A float is read as the shortest decimal that gives it back: what a reader sees, so that 0.1 and 0.2 add
    up to 0.3 and equal claims are found to be equal.

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
    # Smaller numbers are faster, and proportions stay as they are.
    return whole if scale == 1 else [value // common for value in whole]


def bounded_quotas(
    total: int, weights: Sequence[int], low: Sequence[int], high: Sequence[int]
) -> list[Fraction]:
    """Proportional shares cut off at the limits, so that they still add up to `total`.

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


def largest_remainder(
    total: int,
    weights: Sequence[int],
    low: Sequence[int],
    high: Sequence[int],
    quotas: Sequence[Fraction],
) -> tuple[list[int], list[bool]]:
    """Round quotas down, and give what is left to the largest remainders.

    Returns
    -------
    list of int, list of bool
        What each village gets, and whether its remainder equals another's across the border between those
        that are rounded up and those that are not.
    """
    del low, high  # the quotas keep them, and limits are whole numbers
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


def webster(
    total: int,
    weights: Sequence[int],
    low: Sequence[int],
    high: Sequence[int],
    quotas: Sequence[Fraction],
) -> tuple[list[int], list[bool]]:
    """Give one after the other to the greatest weight / (2·seats + 1), from the minima on.

    Rounded quotas are so near to the answer that only the villages at the border change hands; the claims
    there are compared exactly.

    Returns
    -------
    list of int, list of bool
        What each village gets, and whether its claim to its last, or to one more, equals another's across
        the border.
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
        """Best entry of a heap that still tells the present number of seats, taken off."""
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
    if village is None:  # the limits were checked to leave room
        raise AssertionError("no village can take another one")
    return village
