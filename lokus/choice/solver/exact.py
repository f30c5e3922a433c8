"""Solve the selection by dynamic programming over kecamatan, in integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lokus.choice.solver.instance import Instance

__all__ = [
    "IMPOSSIBLE",
    "Offer",
    "best_score",
    "fits_in_memory",
    "losses",
    "solve",
    "solve_offers",
    "table_cells",
]

Ints = npt.NDArray[np.int64]

# Far below any sum of valid values, and far enough above the least int64 that adding does not overflow.
IMPOSSIBLE = -(1 << 61)
MOST_CELLS = 20_000_000


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What one kecamatan can contribute: one entry for each number of villages, ascending.

    Parameters
    ----------
    size : ndarray of int, shape (q,)
        Number of villages, counted from a base that may be above 0.
    opens : ndarray of bool, shape (q,)
        Whether that number of villages counts as one of the kecamatan that may be opened.
    score, tie : ndarray of int64, shape (q,)
        Sums over these villages.
    """

    size: Ints
    opens: npt.NDArray[np.bool_]
    score: Ints
    tie: Ints

    def moves(self) -> Iterator[tuple[int, int, int, int]]:
        """Villages, kecamatan opened (0 or 1), sum of scores, sum of stunted children."""
        columns = (self.size, self.opens.astype(np.int64), self.score, self.tie)
        return zip(*(column.tolist() for column in columns), strict=True)


def solve(instance: Instance) -> Ints | None:
    """Compute how many villages each kecamatan contributes to the best list.

    Returns
    -------
    ndarray of int, shape (L,), or None
        Number of villages of each kecamatan, always its first ones; None if no list satisfies the rules.

    Notes
    -----
    Let V(g, r, m) be the best sum of scores when kecamatan g … L−1 contribute m villages and r of them may be
    opened. Then V(g, r, m) = max over j of P(g, j) + V(g+1, r − [j>0], m − j), with P the sum of the
    kecamatan's first j. A second table maximises stunted children over those j that maximise the score. When
    the tables are read from the first kecamatan on, the largest j among ties is taken: since Kemendagri codes
    begin with the kecamatan, that gives the list whose sorted codes come first in lexicographic order. All
    values are integers, so comparisons are exact.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.4, "9901022001": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> instance = build_instance(scores, kecamatan, Problem(n=2, max_kecamatan=1), None)
    >>> solve(instance).tolist()
    [2, 0]
    """
    return solve_offers(
        [offer_of(instance, g) for g in range(len(instance.labels))],
        n=instance.n,
        limit=instance.limit,
        exact=instance.exact,
    )


def solve_offers(offers: list[Offer], *, n: int, limit: int | None, exact: bool) -> Ints | None:
    """As :func:`solve`, from the offers of the kecamatan; returns the `size` taken from each.

    Parameters
    ----------
    offers : list of Offer
        One a kecamatan.
    n : int
        Villages to choose.
    limit : int or None
        Kecamatan to open, at most, or exactly where `exact`.
    exact : bool

    Examples
    --------
    >>> def offer(*scores):
    ...     sums = np.concatenate([[0], np.cumsum(scores)])
    ...     size = np.arange(len(sums))
    ...     return Offer(size=size, opens=size > 0, score=sums, tie=sums * 0)
    >>> solve_offers([offer(9, 4), offer(6)], n=2, limit=None, exact=False).tolist()
    [1, 1]
    """
    end = _end(n, limit, exact)
    score = np.empty((len(offers) + 1, *end.shape), dtype=np.int64)
    score[-1] = end
    for g in range(len(offers) - 1, -1, -1):
        score[g] = prepend(score[g + 1], offers[g])
    if score[0, -1, n] <= IMPOSSIBLE:
        return None
    sizes, unique = read_tables(score, None, offers)
    if not unique:
        sizes, _ = read_tables(score, tie_tables(score, offers), offers)
    return sizes


def best_score(instance: Instance) -> int | None:
    """Compute the best sum of quantised scores; None if no list satisfies the rules.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.4, "9901022001": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> instance = build_instance(scores, kecamatan, Problem(n=2, max_kecamatan=1), None)
    >>> round(best_score(instance) * instance.unit, 6)
    1.3
    """
    value = _end(instance.n, instance.limit, instance.exact)
    for g in range(len(instance.labels) - 1, -1, -1):
        value = prepend(value, offer_of(instance, g))
    best = int(value[-1, instance.n])
    return None if best <= IMPOSSIBLE else best


def table_cells(instance: Instance) -> int:
    """Count the cells of one table of :func:`solve`.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.4, "9901022001": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> instance = build_instance(scores, kecamatan, Problem(n=2, max_kecamatan=1), None)
    >>> table_cells(instance)  # (2 kecamatan + 1) × (0 or 1 of them opened) × (0 to 2 villages)
    18
    """
    rows = 1 if instance.limit is None else instance.limit + 1
    return (len(instance.labels) + 1) * rows * (instance.n + 1)


def fits_in_memory(instance: Instance) -> bool:
    """Return whether the tables of :func:`solve` stay below about 320 MB.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.4, "9901022001": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> instance = build_instance(scores, kecamatan, Problem(n=2, max_kecamatan=1), None)
    >>> fits_in_memory(instance)
    True
    """
    return table_cells(instance) <= MOST_CELLS


def losses(instance: Instance) -> Ints:
    """Compute the loss of the best sum of scores when the decision on a village is reversed.

    Returns
    -------
    ndarray of int64, shape (m,)
        For a village in every optimal list the loss without it, for one in none the loss with it; 0 for one
        in some but not all (a tie); ``-IMPOSSIBLE`` where the decision cannot be reversed, as for locked-in
        villages.

    Notes
    -----
    A backward and a forward table give, for each kecamatan and each j, the best total when it contributes
    exactly j villages; forcing a village in or out then only exchanges the last or the next village of that
    kecamatan.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.4, "9901022001": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> instance = build_instance(scores, kecamatan, Problem(n=1), None)
    >>> (losses(instance) * instance.unit).round(6).tolist()
    [0.3, 0.5, 0.3]
    """
    offers = [offer_of(instance, g) for g in range(len(instance.labels))]
    end = _end(instance.n, instance.limit, instance.exact)
    behind = [end]
    for offer in reversed(offers):
        behind.append(prepend(behind[-1], offer))
    behind.reverse()
    ahead = end
    best = int(behind[0][-1, instance.n])
    out = np.empty(len(instance.codes), dtype=np.int64)
    for g, offer in enumerate(offers):
        totals = _totals(ahead, behind[g + 1], offer)
        out[instance.start[g] : instance.start[g + 1]] = _turned(instance, g, totals, best)
        ahead = prepend(ahead, offer)
    return out


def offer_of(instance: Instance, g: int) -> Offer:
    """Return what kecamatan `g` can contribute: its first low … high villages, or none unless forced open."""
    first, size = instance.start[g], np.arange(instance.low[g], instance.high[g] + 1)
    if not instance.forced[g]:
        size = np.concatenate([[0], size])
    sums = [
        np.concatenate([[0], np.cumsum(values[first : first + max(instance.high[g], 0)])])[size]
        for values in (instance.score, instance.tie)
    ]
    return Offer(size=size, opens=size > 0, score=sums[0], tie=sums[1])


def _end(n: int, limit: int | None, exact: bool) -> Ints:
    """Return the table when no kecamatan is left: 0 for no village; a row for each number still to open."""
    value = np.full((1 if limit is None else limit + 1, n + 1), IMPOSSIBLE)
    value[: 1 if exact else None, 0] = 0
    return value


def prepend(value: Ints, offer: Offer) -> Ints:
    """Return the table of best sums of scores with one more kecamatan."""
    out = np.full_like(value, IMPOSSIBLE)
    for j, opens, own, _tie in offer.moves():
        to, source = _cells(j, opens, value.shape)
        np.maximum(out[to], value[source] + own, out=out[to])
    out[out < IMPOSSIBLE // 2] = IMPOSSIBLE
    return out


def _cells(j: int, opens: int, shape: tuple[int, ...]) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the target and source cells of contributing j villages; a single row means no limit."""
    rows, columns = shape
    step = opens if rows > 1 else 0
    width = max(columns - j, 0)
    return (slice(step, None), slice(columns - width, None)), (slice(0, rows - step), slice(0, width))


def tie_tables(score: Ints, offers: list[Offer]) -> Ints:
    """Return for every cell of `score` the most stunted children among the choices with that score."""
    tie = np.zeros_like(score)
    for g in range(len(offers) - 1, -1, -1):
        best = np.full_like(tie[g], IMPOSSIBLE)
        for j, opens, own, own_tie in offers[g].moves():
            to, source = _cells(j, opens, best.shape)
            equal = score[g + 1][source] + own == score[g][to]
            candidates = np.where(equal, tie[g + 1][source] + own_tie, IMPOSSIBLE)
            np.maximum(best[to], candidates, out=best[to])
        tie[g] = np.where(score[g] <= IMPOSSIBLE, 0, best)
    return tie


def read_tables(score: Ints, tie: Ints | None, offers: list[Offer]) -> tuple[Ints, bool]:
    """Read the solution off the tables; also return whether it has no ties."""
    sizes, unique = np.zeros(len(offers), dtype=np.int64), True
    opened, left = score.shape[1] - 1, score.shape[2] - 1
    limited = score.shape[1] > 1
    for g, offer in enumerate(offers):
        here = (g, opened, left)
        options = []
        for j, opens, own, own_tie in offer.moves():
            after = (g + 1, opened - (opens if limited else 0), left - j)
            if min(after) < 0 or score[after] + own != score[here]:
                continue
            if tie is None or tie[after] + own_tie == tie[here]:
                options.append((j, after))
        unique &= len(options) == 1
        sizes[g], (_next, opened, left) = options[-1]
    return sizes, unique


def _totals(ahead: Ints, behind: Ints, offer: Offer) -> Ints:
    """Return the best total when this kecamatan contributes exactly j villages, for j = 0 … high."""
    out = np.full(int(offer.size.max(initial=0)) + 1, IMPOSSIBLE)
    mirrored = behind[::-1, ::-1]
    limited = len(ahead) > 1
    for j, opens, own, _tie in offer.moves():
        step = opens if limited else 0
        rows, width = len(ahead) - step, ahead.shape[1] - j
        out[j] = (ahead[:rows, :width] + mirrored[step:, j:]).max(initial=IMPOSSIBLE) + own
    out[out < IMPOSSIBLE // 2] = IMPOSSIBLE
    return out


def _turned(instance: Instance, g: int, totals: Ints, best: int) -> Ints:
    span = slice(instance.start[g], instance.start[g + 1])
    score, locked = instance.score[span], instance.locked[span]
    held, size = int(locked.sum()), len(score)
    j = np.arange(len(totals))
    place = np.arange(size)[:, None]
    last, following = score[np.clip(j - 1, 0, size - 1)], score[np.minimum(j, size - 1)]
    within = place < j
    replaced = np.where(j > held, totals - last + score[:, None], IMPOSSIBLE)
    forced_in = np.where(within, totals, replaced).max(axis=1)
    moved_up = np.where(j < size, totals - score[:, None] + following, IMPOSSIBLE)
    forced_out = np.where(within, moved_up, totals).max(axis=1)
    turned = np.where(forced_in == best, forced_out, forced_in)
    return np.where(locked | (turned < IMPOSSIBLE // 2), -IMPOSSIBLE, best - turned)
