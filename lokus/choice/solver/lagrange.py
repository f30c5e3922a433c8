"""Solve large selections exactly: a Lagrangian bound fixes most kecamatan, a small programme the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lokus.choice.solver.exact import IMPOSSIBLE, MOST_CELLS, Offer, solve_offers

if TYPE_CHECKING:
    from lokus.choice.solver.instance import Instance

__all__ = ["Certificate", "solve_lagrange"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NEVER = 1 << 60


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """A list with its proof.

    Parameters
    ----------
    sizes : ndarray of int, shape (L,)
        Number of villages of each kecamatan, always its first ones.
    value : int
        Sum of quantised scores.
    bound : int
        Upper bound of the sum. Equal to `value` where `closed`.
    closed : bool
        Whether the list is proven optimal, ties included; otherwise `bound` − `value` is the gap.
    undecided : int
        Number of kecamatan that the bound alone did not fix.
    """

    sizes: Ints
    value: int
    bound: int
    closed: bool
    undecided: int


def solve_lagrange(instance: Instance) -> Certificate | None:
    r"""Solve the selection without tables over all kecamatan.

    Returns
    -------
    Certificate or None
        None if the search found no list that satisfies the rules; that does not prove that there is none.

    Notes
    -----
    With a price λ on each village the problem separates by kecamatan: kecamatan g offers :math:`v_g(\lambda)
    = \max_j P_g(j) - \lambda j` and the K best are opened, so that :math:`L(\lambda) = \lambda n + \sum v_g`
    bounds every list from above. Bisection finds the whole-number λ with the smallest bound; the kecamatan
    opened on either side of it, filled greedily, give a list. A choice "g gives j" whose own bound lies below
    that list's value is in no best list. What survives is kept with all its ties and solved by dynamic
    programme, so the result equals that of :func:`lokus.choice.solver.exact.solve`. All numbers are whole;
    nothing is compared within a tolerance. Fisher (1981), *Management Science* 27, 1–18.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> desa = ["9901012001", "9901022001", "9901022002"]
    >>> kecamatan = pd.Series([kode[:6] for kode in desa], index=desa)
    >>> scores = pd.Series([0.9, 0.5, 0.6], index=desa)
    >>> instance = build_instance(scores, kecamatan, Problem(n=2, max_kecamatan=1), None)
    >>> solve_lagrange(instance).sizes.tolist()
    [0, 2]
    """
    prices = _Prices(instance)
    price = prices.bisect()
    if price is None:
        return None
    lists = [found for at in (price, price + 1) if (found := prices.fill(at)) is not None]
    if not lists:
        return None
    sizes, value = max(lists, key=lambda item: item[1])
    bound = min(prices.bound(at) for at in (price, price + 1))
    kept = prices.surviving(price, value) & prices.surviving(price + 1, value)
    return _close(instance, prices, kept, Certificate(
        sizes=sizes, value=value, bound=bound, closed=False, undecided=0
    ))  # fmt: skip


class _Prices:
    """The relaxed problem at a price per village."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.place = np.arange(len(instance.codes)) - instance.start[instance.group]
        total = np.concatenate([[0], np.cumsum(instance.score)])
        self.total = total
        # Cumulative sum of scores within the kecamatan, for every village.
        self.sums = total[1:] - total[instance.start[instance.group]]
        self.usable = instance.low <= instance.high
        self.forced, self.free = instance.forced, self.usable & ~instance.forced
        self.slots = None if instance.limit is None else instance.limit - int(instance.forced.sum())
        self.held = np.bincount(
            instance.group, weights=instance.locked, minlength=len(instance.labels)
        ).astype(np.int64)

    def bisect(self) -> int | None:
        """Find the largest price at which the kecamatan still offer the number of villages to be chosen."""
        instance = self.instance
        if (instance.forced & ~self.usable).any() or (self.slots is not None and self.slots < 0):
            return None
        if instance.exact and self.slots is not None and self.slots > self.free.sum():
            return None
        reach = 2 * (int(np.abs(instance.score).max(initial=0)) + 1) * (instance.n + 1)
        low, high = -reach, reach
        if self._offered(low) < instance.n:
            return None
        while high - low > 1:
            middle = (low + high) // 2
            if self._offered(middle) >= instance.n:
                low = middle
            else:
                high = middle
        return low

    def bound(self, price: int) -> int:
        """Return the upper bound at this price."""
        values = self._values(price, self._wanted(price))
        opened = self._opened(values)
        return price * self.instance.n + int(values[opened].sum())

    def fill(self, price: int) -> tuple[Ints, int] | None:
        """Fill the kecamatan opened at `price`: their minima, then the best remaining villages."""
        instance = self.instance
        opened = self._opened(self._values(price, self._wanted(price)))
        sizes = np.where(opened, instance.low, 0)
        spare = instance.n - int(sizes.sum())
        group = instance.group
        more = np.flatnonzero(
            opened[group] & (self.place >= instance.low[group]) & (self.place < instance.high[group])
        )
        if not 0 <= spare <= len(more):
            return None
        best = more[np.argsort(-instance.score[more], kind="stable")[:spare]]
        sizes = sizes + np.bincount(group[best], minlength=len(sizes))
        ends = instance.start[:-1]
        return sizes, int((self.total[ends + sizes] - self.total[ends]).sum())

    def surviving(self, price: int, value: int) -> Bools:
        """Mark the (kecamatan, number) pairs that a list worth `value` or more may contain.

        Returns
        -------
        ndarray of bool, shape (m + L,)
            Per village: its kecamatan contributes exactly the villages up to and including it; then per
            kecamatan: it contributes none.
        """
        instance, group = self.instance, self.instance.group
        values = self._values(price, self._wanted(price))
        opened = self._opened(values)
        slack = price * instance.n + int(values[opened].sum()) - value
        optional = opened & self.free
        full = self.slots is not None and int(optional.sum()) >= self.slots
        waiting = self.free & ~opened
        worst = int(values[optional].min()) if full and optional.any() else (NEVER if full else 0)
        following = int(values[waiting].max()) if full and waiting.any() else -NEVER if full else 0
        if not instance.exact:
            following = max(following, 0)
        gives = self.sums - price * (self.place + 1)
        lost = np.where(opened[group], values[group], worst) - gives
        allowed = (self.place + 1 >= instance.low[group]) & (self.place < instance.high[group])
        none = np.where(optional, values - following, 0)
        return np.concatenate([allowed & (lost <= slack), ~self.forced & (none <= slack)])

    def _wanted(self, price: int) -> Ints:
        """Return the villages of each kecamatan if opened: those above the price, within its limits."""
        instance = self.instance
        worth = (instance.score >= price) & ~instance.locked
        count = np.concatenate([[0], np.cumsum(worth)])
        number = count[instance.start[1:]] - count[instance.start[:-1]] + self.held
        return np.asarray(np.clip(number, instance.low, np.maximum(instance.high, instance.low)))

    def _values(self, price: int, number: Ints) -> Ints:
        starts = self.instance.start[:-1]
        number = np.where(self.usable, number, 0)
        return np.asarray(self.total[starts + number] - self.total[starts] - price * number)

    def _opened(self, values: Ints) -> Bools:
        opened = self.forced.copy()
        candidates = np.flatnonzero(self.free)
        if not self.instance.exact:
            candidates = candidates[values[candidates] > 0]
        if self.slots is not None and len(candidates) > self.slots:
            candidates = candidates[np.argsort(-values[candidates], kind="stable")[: self.slots]]
        opened[candidates] = True
        return opened

    def _offered(self, price: int) -> int:
        number = self._wanted(price)
        return int(number[self._opened(self._values(price, number))].sum())


def _close(instance: Instance, prices: _Prices, kept: Bools, found: Certificate) -> Certificate:
    """Solve exactly among the remaining choices, when they are few enough."""
    m, many = len(instance.codes), len(instance.labels)
    villages, none = kept[:m], kept[m:]
    options = np.bincount(instance.group, weights=villages, minlength=many).astype(np.int64) + none
    if (options == 0).any():
        # Cannot happen for a feasible list, whose own choices always remain.
        return found
    undecided = np.flatnonzero(options > 1)
    sizes = np.zeros(many, dtype=np.int64)
    settled = villages & (options == 1)[instance.group]
    sizes[instance.group[settled]] = prices.place[settled] + 1

    base = np.zeros(many, dtype=np.int64)
    offers, always = [], int((sizes > 0).sum())
    total, ties = prices.total, np.concatenate([[0], np.cumsum(instance.tie)])
    for g in undecided:
        start = instance.start[g]
        number = np.flatnonzero(villages[start : instance.start[g + 1]]) + 1
        if none[g]:
            number = np.concatenate([[0], number])
        else:
            always += 1
        base[g] = number[0]
        opens = (number > 0) & bool(none[g])
        offers.append(Offer(
            size=number - base[g], opens=opens,
            score=total[start + number] - total[start], tie=ties[start + number] - ties[start],
        ))  # fmt: skip
    left = instance.n - int(sizes.sum()) - int(base.sum())
    limit = None if instance.limit is None else instance.limit - always
    if left < 0 or (limit is not None and limit < 0):
        return found
    reach = sum(int(offer.opens.any()) for offer in offers)
    if limit is not None and not instance.exact and limit >= reach:
        limit = None
    if limit is not None and limit > reach:
        return found
    if limit == 0:
        offers = [_without_opening(offer) for offer in offers]
        limit = None
    if (len(offers) + 1) * (1 if limit is None else limit + 1) * (left + 1) > MOST_CELLS:
        return found
    given = solve_offers(offers, n=left, limit=limit, exact=instance.exact and limit is not None)
    if given is None:
        return found
    sizes[undecided] = base[undecided] + given
    starts = instance.start[:-1]
    value = int((total[starts + sizes] - total[starts]).sum())
    if value < found.value or value <= IMPOSSIBLE:
        return found
    return Certificate(sizes=sizes, value=value, bound=value, closed=True, undecided=len(undecided))


def _without_opening(offer: Offer) -> Offer:
    stays = ~offer.opens
    return Offer(
        size=offer.size[stays], opens=offer.opens[stays], score=offer.score[stays], tie=offer.tie[stays]
    )
