"""Solve the selection with limits on villages, kecamatan and kabupaten."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lokus.choice.solver.exact import (
    IMPOSSIBLE,
    MOST_CELLS,
    offer_of,
    prepend,
    read_tables,
    tie_tables,
)
from lokus.choice.solver.lagrange import NEVER

if TYPE_CHECKING:
    from lokus.choice.solver.instance import Instance, Kabupaten

__all__ = ["Nested", "solve_nested"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Vector = tuple[int, ...]

FIRST_CORE, CORE_GROWTH = 6, 2
# Cells times choices of the full tables; above this, prices are faster.
MOST_WORK, MOST_CORE = 200_000_000, 2_000_000_000


@dataclass(frozen=True, kw_only=True)
class Nested:
    """A list under limits on kabupaten, with its proof.

    Parameters
    ----------
    sizes : ndarray of int, shape (L,), or None
        Number of villages of each kecamatan, always its first ones; None where no list was found.
    value : int
        Sum of quantised scores.
    bound : int
        Upper bound of the sum. Equal to `value` where `closed`.
    closed : bool
        Whether the list is proven optimal, ties included, or it is proven that there is none.
    priced : bool
        Whether it was found by prices instead of full tables.
    """

    sizes: Ints | None
    value: int
    bound: int
    closed: bool
    priced: bool


NO_LIST = Nested(sizes=None, value=IMPOSSIBLE, bound=IMPOSSIBLE, closed=True, priced=False)


def solve_nested(instance: Instance) -> Nested:
    r"""Solve the selection with limits on kabupaten.

    Parameters
    ----------
    instance : Instance
        With its level above.

    Returns
    -------
    Nested

    Notes
    -----
    A dynamic programme over the kecamatan of one kabupaten gives T(r, m), the best sum of m villages in r
    kecamatan there. A second one goes over the kabupaten, each contributing one (r, m) or nothing. Where its
    tables would be too large, villages and kecamatan are priced: at prices λ and μ the problem separates by
    kabupaten, the U best of them are opened, and

    .. math:: L(\lambda, \mu) = \lambda n + \mu K + \sum \max_{r, m} T(r, m) - \lambda m - \mu r

    bounds every list from above. The second programme is then solved among the choices whose loss against
    that bound is small; once those left out lose more than the gap of the list found, the list is optimal,
    ties included. Otherwise the difference to the bound is the proven gap. All numbers are integers. Fisher
    (1981), *Management Science* 27, 1–18.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.9, "9901022001": 0.4, "9902012001": 0.6, "9902012002": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> instance = build_instance(scores, kecamatan, Problem(n=2, max_kabupaten=1), None)
    >>> solve_nested(instance).sizes.tolist()  # 0.9 + 0.4 in the first, against 0.6 + 0.6
    [1, 1, 0]
    """
    above = instance.above
    if above is None:
        raise ValueError("this instance has no level above")
    if len(instance.labels) == 0:
        return NO_LIST
    parts = [_Part(instance, above, k) for k in range(len(above.labels))]
    if any(part.forced and not len(part.size) for part in parts):
        return NO_LIST
    every = _Options(parts)
    slots = _Slots(villages=instance.n, kecamatan=instance.limit, kabupaten=above.limit)
    everything = np.ones(len(every.size), dtype=bool)
    core = _core(instance, above, every, everything, every.can_close, slots)
    if core.work > MOST_WORK or core.cells > MOST_CELLS:
        priced = _by_prices(instance, above, every, slots)
        if priced.closed or core.cells > MOST_CELLS:
            return priced
    found = core.solve()
    if found is None:
        return NO_LIST
    sizes, value = found
    return Nested(sizes=sizes, value=value, bound=value, closed=True, priced=False)


@dataclass(frozen=True, kw_only=True)
class _Slots:
    """Numbers to distribute; None means no limit."""

    villages: int
    kecamatan: int | None
    kabupaten: int | None


class _Part:
    """One kabupaten: what its kecamatan can contribute together.

    ``size``, ``used``, ``score``: villages, kecamatan (0 where they are not limited) and sum of scores of
    every choice but that of nothing.
    """

    def __init__(self, instance: Instance, above: Kabupaten, k: int) -> None:
        self.offers = [offer_of(instance, int(g)) for g in np.flatnonzero(above.group == k)]
        self.first = int(np.flatnonzero(above.group == k)[0])
        least, most = int(above.low[k]), int(above.high[k])
        room = sum(int(offer.size.max(initial=0)) for offer in self.offers)
        opened = sum(bool(offer.opens.any()) for offer in self.offers)
        self.most = min(most, room)
        self.rows = 0 if instance.limit is None else min(opened, instance.limit)
        self.forced = bool(above.forced[k]) or any(not (offer.size == 0).any() for offer in self.offers)
        best = self._table()
        used, size = np.nonzero(best > IMPOSSIBLE)
        usable = (size >= max(least, 1)) & (size <= most)
        self.used, self.size = used[usable], size[usable]
        self.score = best[self.used, self.size]

    def _end(self) -> Ints:
        value = np.full((self.rows + 1, max(self.most, 0) + 1), IMPOSSIBLE)
        value[0, 0] = 0
        return value

    def _table(self) -> Ints:
        value = self._end()
        for offer in reversed(self.offers):
            value = prepend(value, offer)
        return value

    @cached_property
    def tables(self) -> Ints:
        """Tables of best sums from each kecamatan on, as in :func:`lokus.choice.solver.exact.solve`."""
        value = [self._end()]
        for offer in reversed(self.offers):
            value.append(prepend(value[-1], offer))
        return np.array(value[::-1])

    @cached_property
    def ties(self) -> Ints:
        """Tables of the most stunted children among the choices best in score."""
        return tie_tables(self.tables, self.offers)

    def read(self, used: int, size: int, *, ties: bool) -> tuple[Vector, bool]:
        """Return the villages of each kecamatan in one choice, and whether it has no ties."""
        cells = slice(None), slice(used + 1), slice(size + 1)
        sizes, unique = read_tables(self.tables[cells], self.ties[cells] if ties else None, self.offers)
        return tuple(sizes.tolist()), unique


class _Options:
    """The choices of all kabupaten in one array, without the choice of nothing."""

    def __init__(self, parts: list[_Part]) -> None:
        self.parts = parts
        self.owner = np.repeat(np.arange(len(parts)), [len(part.size) for part in parts])
        self.start = np.concatenate([[0], np.cumsum([len(part.size) for part in parts])])
        self.size, self.used, self.score = (
            np.concatenate([getattr(part, name) for part in parts]) for name in ("size", "used", "score")
        )
        self.usable = np.diff(self.start) > 0
        self.forced = np.array([part.forced for part in parts], dtype=bool)
        self.can_close = ~self.forced

    def best(self, gives: Ints) -> tuple[Ints, Ints]:
        """Return each kabupaten's largest value, and its choice (the first among ties)."""
        value = np.full(len(self.parts), -NEVER, dtype=np.int64)
        at = np.zeros(len(self.parts), dtype=np.int64)
        value[self.usable] = np.maximum.reduceat(gives, self.start[:-1][self.usable])
        hit = np.flatnonzero(gives == value[self.owner])[::-1]
        at[self.owner[hit]] = hit
        return value, at


def _by_prices(instance: Instance, above: Kabupaten, every: _Options, slots: _Slots) -> Nested:
    prices = _Prices(instance, above, every, slots)
    found = prices.search()
    if found is None:
        return NO_LIST
    bound, lost, closing = found
    best: tuple[Ints, int] | None = None
    many = FIRST_CORE
    order = np.unique(np.concatenate([lost, closing[every.can_close]]))
    while True:
        # Include the choices with the smallest loss, of more and more kabupaten.
        cut = _loss_for(lost, closing, order, every, many)
        core = _core(instance, above, every, lost <= cut, every.can_close & (closing <= cut), slots)
        if core.cells > MOST_CELLS or core.work > MOST_CORE:
            break
        answer = core.solve()
        if answer is not None and (best is None or answer[1] > best[1]):
            best = answer
        if best is not None and bound - best[1] <= cut:
            return Nested(sizes=best[0], value=best[1], bound=best[1], closed=True, priced=True)
        if cut >= order[-1]:
            return NO_LIST
        many *= CORE_GROWTH
    if best is None:
        return Nested(sizes=None, value=IMPOSSIBLE, bound=bound, closed=False, priced=True)
    return Nested(sizes=best[0], value=best[1], bound=bound, closed=False, priced=True)


def _loss_for(lost: Ints, closing: Ints, order: Ints, every: _Options, many: int) -> int:
    """Return the smallest loss at which `many` kabupaten still have a choice."""
    low, high = 0, len(order) - 1
    while low < high:
        middle = (low + high) // 2
        cut = order[middle]
        options = np.bincount(every.owner, weights=lost <= cut, minlength=len(every.parts))
        options += every.can_close & (closing <= cut)
        low, high = (low, middle) if (options > 1).sum() >= many else (middle + 1, high)
    return int(order[high])


class _Prices:
    """The relaxed problem at a price per village and a price per kecamatan."""

    def __init__(self, instance: Instance, above: Kabupaten, every: _Options, slots: _Slots) -> None:
        self.every, self.slots = every, slots
        self.exact_kecamatan, self.exact_kabupaten = instance.exact, above.exact
        self.free = every.usable & every.can_close
        forced = int(every.forced.sum())
        self.left = None if slots.kabupaten is None else slots.kabupaten - forced
        self.reach = 2 * (int(np.abs(every.score).max(initial=0)) + 1)

    def search(self) -> tuple[int, Ints, Ints] | None:
        """Search for prices with a small bound; return it and the losses of each choice and of closing."""
        if self.left is not None and self.left < 0:
            return None
        low = -self.reach if self.exact_kecamatan else 0
        if self.slots.kecamatan is None:
            return self._losses(self._village_price(0), 0)
        high = self.reach
        while high - low > 1:
            middle = (low + high) // 2
            at = self._village_price(middle)
            _bound, opened, choice = self._at(at, middle)
            if int(self.every.used[choice[opened]].sum()) > self.slots.kecamatan:
                low = middle
            else:
                high = middle
        tried = [(self._village_price(price), price) for price in {low, high}]
        villages, kecamatan = min(tried, key=lambda pair: self._at(*pair)[0])
        return self._losses(villages, kecamatan)

    def _village_price(self, kecamatan: int) -> int:
        low, high = -self.reach, self.reach
        while high - low > 1:
            middle = (low + high) // 2
            _bound, opened, choice = self._at(middle, kecamatan)
            if int(self.every.size[choice[opened]].sum()) >= self.slots.villages:
                low = middle
            else:
                high = middle
        return min((low, high), key=lambda price: self._at(price, kecamatan)[0])

    def _at(self, price: int, kecamatan: int) -> tuple[int, Bools, Ints]:
        value, choice = self.every.best(self._gives(price, kecamatan))
        opened = self._opened(value)
        return self._bound(price, kecamatan, value, opened), opened, choice

    def _gives(self, price: int, kecamatan: int) -> Ints:
        return np.asarray(self.every.score - price * self.every.size - kecamatan * self.every.used)

    def _bound(self, price: int, kecamatan: int, value: Ints, opened: Bools) -> int:
        limit = self.slots.kecamatan or 0
        return price * self.slots.villages + kecamatan * limit + int(value[opened].sum())

    def _opened(self, value: Ints) -> Bools:
        opened = self.every.forced.copy()
        candidates = np.flatnonzero(self.free)
        if not self.exact_kabupaten:
            candidates = candidates[value[candidates] > 0]
        if self.left is not None and len(candidates) > self.left:
            candidates = candidates[np.argsort(-value[candidates], kind="stable")[: self.left]]
        opened[candidates] = True
        return opened

    def _losses(self, price: int, kecamatan: int) -> tuple[int, Ints, Ints]:
        gives = self._gives(price, kecamatan)
        value, _choice = self.every.best(gives)
        opened = self._opened(value)
        optional, waiting = opened & self.free, self.free & ~opened
        full = self.left is not None and int(optional.sum()) >= self.left
        worst = int(value[optional].min()) if full and optional.any() else (NEVER if full else 0)
        following = (int(value[waiting].max()) if waiting.any() else -NEVER) if full else 0
        if not self.exact_kabupaten:
            following = max(following, 0)
        lost = np.where(opened, value, worst)[self.every.owner] - gives
        closing = np.where(optional, value - following, 0)
        return self._bound(price, kecamatan, value, opened), lost, closing


@dataclass(frozen=True, kw_only=True)
class _Core:
    """The programme over the kabupaten that still have a choice; the others are fixed.

    Sizes and kecamatan are counted from the least that each contributes in any case.
    """

    every: _Options
    kecamatan: int
    settled: dict[int, int]
    open: tuple[int, ...]
    moves: tuple[tuple[_Move, ...], ...]
    villages: int
    rows: int | None
    above: int | None
    exact_rows: bool
    exact_above: bool

    @property
    def cells(self) -> int:
        return (len(self.open) + 1) * int(np.prod(self.shape))

    @property
    def work(self) -> int:
        return sum(len(moves) for moves in self.moves) * int(np.prod(self.shape))

    @property
    def shape(self) -> tuple[int, int, int]:
        return max(self.above or 0, 0) + 1, max(self.rows or 0, 0) + 1, max(self.villages, 0) + 1

    @property
    def possible(self) -> bool:
        return self.villages >= 0 and (self.rows or 0) >= 0 and (self.above or 0) >= 0

    def solve(self) -> tuple[Ints, int] | None:
        """Find the best list, ties broken by the declared rule, and its sum of scores."""
        if not self.possible:
            return None
        end = np.full(self.shape, IMPOSSIBLE)
        end[: 1 if self.exact_above else None, : 1 if self.exact_rows else None, 0] = 0
        score = np.empty((len(self.open) + 1, *self.shape), dtype=np.int64)
        score[-1] = end
        for k in range(len(self.open) - 1, -1, -1):
            score[k] = self._prepend(score[k + 1], self.moves[k])
        if score[0, -1, -1, -1] <= IMPOSSIBLE:
            return None
        chosen, unique = self._read(score, None)
        if not unique:
            chosen, _unique = self._read(score, self._ties(score))
        sizes = np.zeros(self.kecamatan, dtype=np.int64)
        value = 0
        for k, (option, vector) in chosen.items():
            first = self.every.parts[k].first
            sizes[first : first + len(vector)] = vector
            value += int(self.every.score[option])
        return sizes, value

    def _cells(self, move: _Move) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
        steps = (
            move.opens if self.above is not None else 0,
            move.used if self.rows is not None else 0,
            move.size,
        )
        return (
            tuple(slice(step, None) for step in steps),
            tuple(slice(0, max(width - step, 0)) for width, step in zip(self.shape, steps, strict=True)),
        )

    def _prepend(self, value: Ints, moves: tuple[_Move, ...]) -> Ints:
        out = np.full_like(value, IMPOSSIBLE)
        for move in moves:
            to, source = self._cells(move)
            np.maximum(out[to], value[source] + move.score, out=out[to])
        out[out < IMPOSSIBLE // 2] = IMPOSSIBLE
        return out

    def _tie_of(self, k: int, move: _Move) -> int:
        part = self.every.parts[self.open[k]]
        if move.option < 0:
            return 0
        return int(part.ties[0, self.every.used[move.option], self.every.size[move.option]])

    def _ties(self, score: Ints) -> Ints:
        tie = np.zeros_like(score)
        for k in range(len(self.open) - 1, -1, -1):
            best = np.full_like(tie[k], IMPOSSIBLE)
            for move in self.moves[k]:
                to, source = self._cells(move)
                equal = score[k + 1][source] + move.score == score[k][to]
                np.maximum(
                    best[to], np.where(equal, tie[k + 1][source] + self._tie_of(k, move), IMPOSSIBLE),
                    out=best[to],
                )  # fmt: skip
            tie[k] = np.where(score[k] <= IMPOSSIBLE, 0, best)
        return tie

    def _read(self, score: Ints, tie: Ints | None) -> tuple[dict[int, tuple[int, Vector]], bool]:
        """Read the solution off the tables; among ties take the list whose codes come first."""
        unique, chosen = True, {}
        for k, option in self.settled.items():
            vector, alone = self._vector(k, option, ties=tie is not None)
            chosen[k], unique = (option, vector), unique and alone
        here: tuple[int, int, int] = (self.shape[0] - 1, self.shape[1] - 1, self.shape[2] - 1)
        for k, moves in enumerate(self.moves):
            equal = []
            for move in moves:
                after = (
                    here[0] - (move.opens if self.above is not None else 0),
                    here[1] - (move.used if self.rows is not None else 0),
                    here[2] - move.size,
                )
                if min(after) < 0 or score[(k + 1, *after)] + move.score != score[(k, *here)]:
                    continue
                if tie is None or tie[(k + 1, *after)] + self._tie_of(k, move) == tie[(k, *here)]:
                    equal.append((move.option, after))
            read = [(self._vector(self.open[k], at, ties=tie is not None), at, after) for at, after in equal]
            (vector, alone), option, here = max(read, key=lambda item: item[0][0])
            unique = unique and alone and len(equal) == 1
            if option >= 0:
                chosen[self.open[k]] = option, vector
        return chosen, unique

    def _vector(self, k: int, option: int, *, ties: bool) -> tuple[Vector, bool]:
        part = self.every.parts[k]
        if option < 0:
            return (0,) * len(part.offers), True
        return part.read(int(self.every.used[option]), int(self.every.size[option]), ties=ties)


@dataclass(frozen=True, kw_only=True)
class _Move:
    """One choice of a kabupaten in the core; `option` −1 is to contribute nothing."""

    option: int
    size: int
    used: int
    opens: int
    score: int


def _core(
    instance: Instance, above: Kabupaten, every: _Options, kept: Bools, closes: Bools, slots: _Slots
) -> _Core:
    """Build the core from the choices in `kept`; `closes` marks the kabupaten that may contribute nothing."""
    settled: dict[int, int] = {}
    moves: list[tuple[_Move, ...]] = []
    opened: list[int] = []
    villages, kecamatan, kabupaten = slots.villages, slots.kecamatan, slots.kabupaten
    reach = 0
    for k in range(len(every.parts)):
        own = np.flatnonzero(kept[every.start[k] : every.start[k + 1]]) + every.start[k]
        if closes[k]:
            if len(own):
                opened.append(k)
                moves.append(_moves(every, own, 0, 0, opens=1, closes=True))
                reach += int(every.used[own].max())
            continue
        if not len(own):
            villages = -1  # a kabupaten that must contribute has no choice left
            continue
        least, fewest = int(every.size[own].min()), int(every.used[own].min())
        villages -= least
        kecamatan = None if kecamatan is None else kecamatan - fewest
        kabupaten = None if kabupaten is None else kabupaten - 1
        if len(own) == 1:
            settled[k] = int(own[0])
            continue
        opened.append(k)
        moves.append(_moves(every, own, least, fewest, opens=0, closes=False))
        reach += int(every.used[own].max()) - fewest
    opening = sum(own[0].option < 0 for own in moves)
    rows = None if kecamatan is None or (not instance.exact and kecamatan >= reach) else kecamatan
    levels = None if kabupaten is None or (not above.exact and kabupaten >= opening) else kabupaten
    return _Core(
        every=every,
        kecamatan=len(instance.labels),
        settled=settled,
        open=tuple(opened),
        moves=tuple(moves),
        villages=villages,
        rows=rows,
        above=levels,
        exact_rows=instance.exact and rows is not None,
        exact_above=above.exact and levels is not None,
    )


def _moves(
    every: _Options, own: Ints, least: int, fewest: int, *, opens: int, closes: bool
) -> tuple[_Move, ...]:
    nothing = (_Move(option=-1, size=0, used=0, opens=0, score=0),) if closes else ()
    return nothing + tuple(
        _Move(
            option=int(at), size=int(every.size[at]) - least, used=int(every.used[at]) - fewest,
            opens=opens, score=int(every.score[at]),
        )
        for at in own
    )  # fmt: skip
