"""Solve the selection exactly for many draws of the scores, by one vectorised dynamic programme."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lokus.choice.solver.engine import FEW_CELLS, best_list
from lokus.choice.solver.exact import IMPOSSIBLE, table_cells

if TYPE_CHECKING:
    from lokus.choice.solver.instance import Instance

__all__ = ["best_lists", "ranks"]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

CELLS_PER_BLOCK = 1_000_000


@dataclass(frozen=True, kw_only=True)
class _Sorted:
    """Draws with each kecamatan's villages sorted, best first.

    Arrays of shape (D, m): `order`, positions in the template's order; `score`; `sums`, cumulative sums of
    scores within each kecamatan.
    """

    order: Ints
    score: Ints
    sums: Ints


def ranks(score: Ints, prior: Ints) -> npt.NDArray[np.int32]:
    """Rank the villages of every draw, 1 the highest; ties are ordered by `prior`.

    Parameters
    ----------
    score : ndarray of int64, shape (D, m)
    prior : ndarray of int, shape (m,)
        Positions in the order of the tie rule.

    Examples
    --------
    >>> ranks(np.array([[5, 9, 5]]), np.array([2, 0, 1])).tolist()
    [[3, 1, 2]]
    """
    order = prior[_sorted_order(score[:, prior], np.zeros(len(prior), dtype=np.int64))]
    out = np.empty(order.shape, dtype=np.int32)
    np.put_along_axis(out, order, np.arange(1, order.shape[1] + 1, dtype=np.int32)[None, :], axis=1)
    return out


def best_lists(template: Instance, score: Ints) -> Bools:
    """Solve the selection exactly for every draw.

    Parameters
    ----------
    template : Instance
        Rules and villages; its own scores are not used.
    score : ndarray of int64, shape (D, m)
        Quantised, a row a draw, villages in the order of the template.

    Returns
    -------
    ndarray of bool, shape (D, m)
        Each row is what :func:`lokus.choice.selection.select` returns for that draw, ties included: a draw
        with a tie, or whose list violates a rule across kecamatan, is solved again on its own.

    Notes
    -----
    The recursion of :func:`lokus.choice.solver.exact.solve` with the draws as last axis, so that every step
    works on contiguous memory. Large problems are solved draw by draw with
    :func:`lokus.choice.solver.lagrange.solve_lagrange`.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.4, "9901022001": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> instance = build_instance(scores, kecamatan, Problem(n=2, max_kecamatan=1), None)
    >>> best_lists(instance, np.array([[9, 4, 6], [1, 2, 8]]) * 10).tolist()
    [[True, True, False], [True, True, False]]
    """
    prior = np.lexsort((template.codes, -template.tie))
    cells = table_cells(template)
    chosen = np.zeros(score.shape, dtype=bool)
    tabled = cells <= FEW_CELLS
    block = max(1, CELLS_PER_BLOCK // (cells if tabled else len(prior)))
    for first in range(0, len(score), block):
        part = slice(first, first + block)
        draws = _sort(template, score[part][:, prior], prior)
        if tabled:
            sizes, certain = _solve(template, draws.sums)
        else:
            sizes = np.zeros((len(draws.order), len(template.labels)), dtype=np.int64)
            certain = np.zeros(len(draws.order), dtype=bool)
        place = np.arange(len(prior)) - template.start[template.group]
        listed = place[None, :] < sizes[:, template.group]
        out = np.zeros_like(listed)
        np.put_along_axis(out, prior[draws.order], listed, axis=1)
        for row in np.flatnonzero(~_settled(template, out, certain)):
            out[row] = _alone(template, draws, prior, int(row))
        chosen[part] = out
    return chosen


def _settled(template: Instance, chosen: Bools, certain: Bools) -> Bools:
    keeps = [all(rule.holds(row) for rule in template.extra) for row in chosen] if template.extra else True
    return np.asarray(certain & keeps, dtype=bool)


def _alone(template: Instance, draws: _Sorted, prior: Ints, row: int) -> Bools:
    order = prior[draws.order[row]]
    instance = replace(
        template,
        codes=template.codes[order],
        score=draws.score[row],
        tie=template.tie[order],
        locked=template.locked[order],
        extra=tuple(replace(rule, weight=rule.weight[order]) for rule in template.extra),
    )
    answer = best_list(instance)
    if answer is None:
        raise AssertionError("the rules do not depend on the scores, so every draw has a list")
    out = np.zeros(len(order), dtype=bool)
    out[order] = answer.chosen
    return out


def _sort(template: Instance, score: Ints, prior: Ints) -> _Sorted:
    before = 2 * template.group[prior] + ~template.locked[prior]
    order = _sorted_order(score, before)
    ordered = np.take_along_axis(score, order, axis=1)
    total = np.zeros((len(score), score.shape[1] + 1), dtype=np.int64)
    np.cumsum(ordered, axis=1, out=total[:, 1:])
    sums = total[:, 1:] - total[:, template.start[template.group]]
    return _Sorted(order=order, score=ordered, sums=sums)


def _sorted_order(score: Ints, before: Ints) -> Ints:
    """Sort each row by `before`, then by descending score, then by position.

    The three keys are packed into one integer where they fit, since sorting values is several times faster
    than sorting positions.
    """
    villages = score.shape[1]
    low, high = int(score.min(initial=0)), int(score.max(initial=0))
    position = max(1, (villages - 1).bit_length())
    width = (high - low).bit_length()
    if position + width + int(before.max(initial=0)).bit_length() <= 62:
        key = (before[None, :] << (width + position)) + ((high - score) << position) + np.arange(villages)
        key.sort(axis=1)
        return np.asarray(key & ((1 << position) - 1))
    return np.stack([np.lexsort((np.arange(villages), -row, before)) for row in score])


def _solve(template: Instance, sums: Ints) -> tuple[Ints, Bools]:
    """Return the number of villages per kecamatan, shape (D, L), and whether the solution has no ties."""
    many, draws = len(template.labels), len(sums)
    by_village = np.ascontiguousarray(sums.T)
    shape = (1 if template.limit is None else template.limit + 1, template.n + 1, draws)
    value = np.full((many + 1, *shape), IMPOSSIBLE, dtype=np.int64)
    value[many, : 1 if template.exact else None, 0] = 0
    for g in range(many - 1, -1, -1):
        for j, own in _moves(template, by_village, g):
            step = 1 if j and shape[0] > 1 else 0
            to, source = value[g, step:, j:], value[g + 1, : shape[0] - step, : shape[1] - j]
            np.maximum(to, source + own, out=to)
        # Unreachable cells drift by the scores added; reset them before they can reach valid values.
        np.copyto(value[g], IMPOSSIBLE, where=value[g] < IMPOSSIBLE // 2)
    return _read(template, by_village, value)


def _read(template: Instance, by_village: Ints, value: Ints) -> tuple[Ints, Bools]:
    many, rows, _villages, draws = value.shape
    every = np.arange(draws)
    opened, left = np.full(draws, rows - 1), np.full(draws, template.n)
    sizes, met = np.zeros((draws, many - 1), dtype=np.int64), np.ones(draws, dtype=bool)
    for g in range(many - 1):
        here = value[g, opened, left, every]
        options = np.zeros(draws, dtype=np.int64)
        for j, own in _moves(template, by_village, g):
            step = 1 if j and rows > 1 else 0
            possible = (left >= j) & (opened >= step)
            after = value[g + 1, np.maximum(opened - step, 0), np.maximum(left - j, 0), every]
            equal = possible & (after + own == here)
            options += equal
            sizes[equal, g] = j
        met &= options == 1
        left = left - sizes[:, g]
        if rows > 1:
            opened = opened - (sizes[:, g] > 0)
    return sizes, met


def _moves(template: Instance, by_village: Ints, g: int) -> Iterator[tuple[int, Ints | int]]:
    if not template.forced[g]:
        yield 0, 0
    for j in range(int(template.low[g]), int(template.high[g]) + 1):
        yield j, by_village[template.start[g] + j - 1]
