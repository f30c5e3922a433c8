"""Measure how far each village is from entering or leaving the list: its signed irreplaceability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.choice.solver.exact import IMPOSSIBLE, fits_in_memory

if TYPE_CHECKING:
    from lokus.choice.selection import Selection
    from lokus.choice.solver.instance import Instance

__all__ = ["CERTAIN", "margin"]


# Exact losses under a least number of villages kept from last year, by a second dynamic programme.

Ints = npt.NDArray[np.int64]
MOST_CELLS = 5_000_000


def only_min_kept(instance: Instance) -> bool:
    """Return whether a least number of kept villages is the only rule across kecamatan and the tables fit."""
    if instance.above is not None or [rule.name for rule in instance.extra] != ["kept"]:
        return False
    rows = 1 if instance.limit is None else instance.limit + 1
    cells = rows * (instance.n + 1) * (int(instance.extra[0].least) + 1)
    return (len(instance.labels) + 1) * cells <= MOST_CELLS


def losses_with_min_kept(selection: Selection) -> pd.Series[float]:
    """Compute the loss of the best sum when the decision on a village is reversed, as ``Selection.loss``.

    Parameters
    ----------
    selection : Selection
        With kept villages as its only rule across kecamatan.

    Returns
    -------
    Series, name ``kerugian``, index ``kode_desa``
        Missing where the decision cannot be reversed.

    Notes
    -----
    Within a kecamatan the villages of last year's list differ only in their score, and so do the others: a
    kecamatan contributes its best a of the former and its best b of the latter. The tables count opened
    kecamatan, chosen villages, and kept villages up to the required number. A forward and a backward table
    give the best total with exactly (a, b) from each kecamatan; reversing one decision only exchanges the
    last or the next village of its kind.
    """
    instance = selection.instance
    rule = instance.extra[0]
    least, rows = int(rule.least), 1 if instance.limit is None else instance.limit + 1
    groups = [_group(instance, g, rule.weight > 0) for g in range(len(instance.labels))]
    end = np.full((rows, instance.n + 1, least + 1), IMPOSSIBLE)
    end[: 1 if instance.exact else None, 0, 0] = 0
    behind = [end]
    for group in reversed(groups):
        behind.append(_prepend(behind[-1], group))
    behind.reverse()
    best = int(behind[0][-1, instance.n, least])
    ahead, out = end, pd.Series(np.nan, index=selection.table.index, name="kerugian")
    for group, rest in zip(groups, behind[1:], strict=True):
        totals = _totals(ahead, rest, group)
        for kind in (0, 1):
            for place, code in enumerate(group.codes[kind]):
                turned = _turned(group, kind, place, totals, best)
                if turned > IMPOSSIBLE // 2:
                    out[code] = (best - turned) * instance.unit
        ahead = _prepend(ahead, group)
    return out


@dataclass(frozen=True, kw_only=True)
class _Group:
    """A kecamatan with its villages of last year's list (kind 0) and the others (kind 1), best first.

    `given` has one row for each possible pair (a, b) of contributions; `opens` and `score` belong to it.
    """

    codes: tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]
    scores: tuple[Ints, Ints]
    held: tuple[int, int]
    given: Ints
    opens: Ints
    score: Ints
    limited: bool


def _group(instance: Instance, g: int, kept: npt.NDArray[np.bool_]) -> _Group:
    span = slice(instance.start[g], instance.start[g + 1])
    masks = (kept[span], ~kept[span])
    scores = (instance.score[span][masks[0]], instance.score[span][masks[1]])
    held = tuple(int(instance.locked[span][mask].sum()) for mask in masks)
    a, b = (grid.ravel() for grid in np.meshgrid(*(np.arange(len(own) + 1) for own in scores), indexing="ij"))
    size = a + b
    possible = (a >= held[0]) & (b >= held[1]) & (size >= instance.low[g]) & (size <= instance.high[g])
    if not instance.forced[g]:
        possible |= size == 0
    sums = [np.concatenate([[0], np.cumsum(own)]) for own in scores]
    given = np.column_stack([a, b])[possible]
    return _Group(
        codes=(instance.codes[span][masks[0]], instance.codes[span][masks[1]]),
        scores=scores,
        held=(held[0], held[1]),
        given=given,
        opens=(given.sum(axis=1) > 0).astype(np.int64),
        score=sums[0][given[:, 0]] + sums[1][given[:, 1]],
        limited=instance.limit is not None,
    )


def _prepend(value: Ints, group: _Group) -> Ints:
    out = np.full_like(value, IMPOSSIBLE)
    for move in range(len(group.given)):
        np.maximum(out, _after(value, group, move), out=out)
    out[out < IMPOSSIBLE // 2] = IMPOSSIBLE
    return out


def _after(value: Ints, group: _Group, move: int) -> Ints:
    """Return the table after the kecamatan has contributed `move`."""
    (a, b), (rows, columns, depth) = group.given[move], value.shape
    opened, size = group.opens[move] * group.limited, a + b
    out = np.full_like(value, IMPOSSIBLE)
    if opened >= rows or size >= columns:
        return out
    source = value[: rows - opened, : columns - size]
    target = out[opened:, size:]
    target[..., a:] = source[..., : max(depth - a, 0)]
    # Kept villages beyond the required number are not counted.
    target[..., -1] = source[..., max(depth - 1 - a, 0) :].max(axis=-1)
    reached = out > IMPOSSIBLE // 2
    out[reached] += group.score[move]
    return out


def _totals(ahead: Ints, behind: Ints, group: _Group) -> Ints:
    """Return the best total for each contribution of this kecamatan."""
    at_least = np.maximum.accumulate(behind[..., ::-1], axis=-1)
    rest = at_least[::-1, ::-1]
    return np.array(
        [(_after(ahead, group, move) + rest).max() for move in range(len(group.given))], dtype=np.int64
    )


def _turned(group: _Group, kind: int, place: int, totals: Ints, best: int) -> int:
    own, held, given = group.scores[kind], group.held[kind], group.given[:, kind]
    if place < held:
        return IMPOSSIBLE
    within = place < given
    last, following = own[np.maximum(given - 1, 0)], own[np.minimum(given, len(own) - 1)]
    replaced = np.where(given > held, totals - last + own[place], IMPOSSIBLE)
    forced_in = int(np.where(within, totals, replaced).max(initial=IMPOSSIBLE))
    moved_up = np.where(given < len(own), totals - own[place] + following, IMPOSSIBLE)
    forced_out = int(np.where(within, moved_up, totals).max(initial=IMPOSSIBLE))
    return forced_out if forced_in == best else forced_in


CERTAIN = 1.0
"""Margin of a village whose place is not a matter of its score: locked, or without an alternative."""


def margin(selection: Selection) -> pd.Series[float]:
    """Compute each village's distance from the border of the list: positive on the list, negative off it.

    Parameters
    ----------
    selection : Selection

    Returns
    -------
    Series, name ``jarak``, index ``kode_desa`` (sorted)
        In points of score (0–1); where the list maximises children, as a share of the largest village's
        children. For a chosen village the loss of the best list without it; for another the negative loss
        with it; 0 for a tie. 1 and −1 for villages locked in and out, and for those that every or no list
        contains. Missing for a village without score that is not locked.

    Notes
    -----
    Unlike the decision, the margin is continuous and crosses 0 where the village enters or leaves, so that
    changes of score too small to move a village are measured too and can be attributed to causes. With limits
    per jenis, with a budget, and beyond the size of the dynamic programme the loss is not computed; the
    margin is then the difference to the value of the marginal village, at least 0 on the list and at most 0
    off it.

    Examples
    --------
    >>> from lokus.choice.solver.problem import Problem
    >>> from lokus.choice.selection import select
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.6, "9901022001": 0.5})
    >>> kecamatan = scores.index.to_series().str[:6]
    >>> margin(select(scores, kecamatan, Problem(n=2))).round(2).to_dict()
    {'9901012001': 0.4, '9901012002': 0.1, '9901022001': -0.1}
    """
    problem, values = selection.problem, selection.scores
    unit = 1.0
    if problem.objective == "anak":
        unit = float(values.max()) if values.max() > 0 else 1.0
    index = selection.table.index
    chosen = selection.table["terpilih"].to_numpy(dtype=bool)
    sign = np.where(chosen, 1.0, -1.0)
    loss = selection.loss
    if selection.instance.across:
        loss = (
            losses_with_min_kept(selection)
            if only_min_kept(selection.instance)
            else _to_marginal(selection, sign)
        )
    elif not fits_in_memory(selection.instance):
        loss = _to_marginal(selection, sign)
    # A loss of zero is a tie; rounding must not change the sign.
    size = np.maximum(loss.reindex(index).to_numpy(dtype=float, na_value=np.nan), 0.0) / unit
    known = values.reindex(index).notna().to_numpy()
    size = np.where(known & np.isnan(size), CERTAIN, size)
    out = np.where(known, sign * size, np.nan)
    out[index.isin(list(problem.locked_out))] = -CERTAIN
    out[index.isin(list(problem.locked_in))] = CERTAIN
    return pd.Series(out + 0.0, index=index, name="jarak")


def _to_marginal(selection: Selection, sign: npt.NDArray[np.float64]) -> pd.Series[float]:
    if selection.marginal is None:
        return pd.Series(np.nan, index=selection.table.index)
    gap = np.asarray(selection.scores - selection.scores[selection.marginal], dtype=np.float64)
    return pd.Series(np.maximum(gap * sign, 0.0), index=selection.scores.index)
