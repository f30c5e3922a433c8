"""Arrange a selection problem as arrays: integer objectives, each kecamatan's villages best first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.choice.solver.problem import RuleError
from lokus.errors import name_some
from lokus.evidence.scores.ranking import quantise
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lokus.choice.solver.problem import Problem

__all__ = ["ExtraRule", "Instance", "Kabupaten", "build_instance", "total_cost"]

Ints = npt.NDArray[np.int64]
ExtraName = Literal["kept", "jenis", "budget"]


@dataclass(frozen=True, kw_only=True)
class ExtraRule:
    """A rule across kecamatan: the chosen villages' weights add up to between `least` and `most`.

    Parameters
    ----------
    name : {"kept", "jenis", "budget"}
    label : str
        Which jenis.
    weight : ndarray of float, shape (m,)
        1 or 0 for counts; the cost for a budget, in the smallest decimal unit that the costs are written in
        where sums of floats are exact in it, as are `least` and `most`.
    """

    name: ExtraName
    weight: npt.NDArray[np.float64]
    least: float
    most: float
    label: str = ""

    def holds(self, chosen: npt.NDArray[np.bool_]) -> bool:
        """Return whether a list satisfies the rule; sums are correctly rounded."""
        return self.least <= math.fsum(self.weight[chosen].tolist()) <= self.most


@dataclass(frozen=True, kw_only=True)
class Kabupaten:
    """The level above kecamatan: the kabupaten of each, and the rules about them.

    Parameters
    ----------
    group : ndarray of int, shape (L,)
        Position 0 … U−1 of each kecamatan's kabupaten, ascending.
    low, high : ndarray of int, shape (U,)
        Fewest and most villages where the kabupaten is opened.
    forced : ndarray of bool, shape (U,)
        Whether it must have at least one village on the list.
    labels : tuple of str
        Codes of the kabupaten, four digits.
    limit : int or None
        Kabupaten to open, at most, or exactly where `exact`.
    exact : bool
    """

    group: Ints
    low: Ints
    high: Ints
    forced: npt.NDArray[np.bool_]
    labels: tuple[str, ...]
    limit: int | None
    exact: bool

    def holds(self, villages: Ints) -> bool:
        """Return whether a list with these numbers of villages per kecamatan satisfies these rules."""
        held = np.bincount(self.group, weights=villages, minlength=len(self.labels)).astype(np.int64)
        opened = held > 0
        count = int(opened.sum())
        if (self.forced & ~opened).any() or (opened & ((held < self.low) | (held > self.high))).any():
            return False
        return self.limit is None or (count == self.limit if self.exact else count <= self.limit)


@dataclass(frozen=True, kw_only=True)
class Instance:
    """The villages that may be chosen, kecamatan by kecamatan, best first within each.

    Kecamatan follow the order of their first village code. Since villages of a kecamatan differ only in what
    they add to the objective, the best j villages of it are its first j: locked-in ones, then by score, then
    by stunted children, then by code.

    Parameters
    ----------
    codes : ndarray of object, shape (m,)
    score, tie : ndarray of int64, shape (m,)
        Quantised; see :func:`lokus.evidence.scores.ranking.quantise`.
    locked : ndarray of bool, shape (m,)
    group : ndarray of int, shape (m,)
        Position 0 … L−1 of each village's kecamatan, ascending.
    start : ndarray of int, shape (L+1,)
        Villages ``start[g]`` to ``start[g+1]`` belong to kecamatan `g`.
    low, high : ndarray of int, shape (L,)
        Fewest and most villages where the kecamatan is opened; ``low > high`` where it cannot be.
    forced : ndarray of bool, shape (L,)
        Whether it has a locked-in village and is therefore opened in any case.
    labels : tuple
        Names or codes of the kecamatan, as in the input.
    n : int
        Villages to choose.
    limit : int or None
        Kecamatan to open, at most, or exactly where `exact`.
    exact : bool
    unit : float
        ``score * unit`` is the objective in its own unit.
    extra : tuple of ExtraRule
        Rules that only the mixed-integer solver can handle.
    above : Kabupaten, optional
        Given where a rule counts kabupaten.
    """

    codes: npt.NDArray[np.object_]
    score: Ints
    tie: Ints
    locked: npt.NDArray[np.bool_]
    group: Ints
    start: Ints
    low: Ints
    high: Ints
    forced: npt.NDArray[np.bool_]
    labels: tuple[object, ...]
    n: int
    limit: int | None
    exact: bool
    unit: float
    extra: tuple[ExtraRule, ...] = ()
    above: Kabupaten | None = None

    @property
    def across(self) -> bool:
        """Whether a rule applies across kecamatan, so that tables per kecamatan do not suffice."""
        return bool(self.extra) or self.above is not None


def build_instance(
    scores: pd.Series[float],
    kecamatan: pd.Series[str],
    problem: Problem,
    tie_break: pd.Series[float] | None,
    *,
    jenis: pd.Series[str] | None = None,
    cost: pd.Series[float] | None = None,
) -> Instance:
    """Build the arrays that the engines read.

    All series share one sorted index of village codes. A village without score is included only where it is
    locked in, and then adds 0 to the objective.

    Raises
    ------
    RuleError
        A rule needs `jenis` or `cost`, and it is not given.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.4, "9901012002": 0.9, "9901022001": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> instance = build_instance(scores, kecamatan, Problem(n=2), None)
    >>> instance.codes.tolist(), instance.group.tolist()
    (['9901012002', '9901012001', '9901022001'], [0, 0, 1])
    """
    index = scores.index
    locked = index.isin(list(problem.locked_in))
    eligible = (scores.notna().to_numpy() & ~index.isin(list(problem.locked_out))) | locked
    codes = index.to_numpy(dtype=object)[eligible]
    quantised, unit = quantise(scores.to_numpy(dtype=float, na_value=np.nan))
    ties = np.zeros(len(index)) if tie_break is None else tie_break.to_numpy(dtype=float, na_value=np.nan)
    score, tie, locked = quantised[eligible], quantise(ties)[0][eligible], locked[eligible]

    # pandas numbers groups in order of appearance, which here is the order of their first code.
    names = kecamatan.to_numpy(dtype=object)[eligible]
    position = {name: number for number, name in enumerate(dict.fromkeys(names))}
    group = np.array([position[name] for name in names], dtype=np.int64)
    order = np.lexsort((np.arange(len(codes)), -tie, -score, ~locked, group))
    sizes = np.bincount(group, minlength=len(position))
    held = np.bincount(group, weights=locked, minlength=len(position)).astype(np.int64)
    cap = problem.n if problem.max_per_kecamatan is None else min(problem.n, problem.max_per_kecamatan)
    low, high = np.maximum(held, max(problem.min_per_kecamatan, 1)), np.minimum(sizes, cap)
    forced = held > 0
    for name, number in problem.quota.items():
        if name not in position:
            continue
        g = position[name]
        low[g], high[g] = max(number, held[g], 1), min(number, sizes[g])
        forced[g] |= number > 0
    _rule_out_lost(problem.quota, position, low, high, forced)
    return Instance(
        codes=codes[order],
        score=score[order],
        tie=tie[order],
        locked=locked[order],
        group=group[order],
        start=np.concatenate([[0], np.cumsum(sizes)]),
        low=low,
        high=high,
        forced=forced,
        labels=tuple(position),
        n=problem.n,
        limit=problem.kecamatan_limit,
        exact=problem.exact_kecamatan is not None,
        unit=float(unit),
        extra=tuple(_extra_rules(codes[order], problem, jenis, cost)),
        above=_level_above(codes, group, len(position), problem) if problem.has_kabupaten_rules else None,
    )


def _rule_out_lost(
    quota: Mapping[str, int],
    position: Mapping[object, int],
    low: Ints,
    high: Ints,
    forced: npt.NDArray[np.bool_],
) -> None:
    """Let no list satisfy the rules where a quota is of a place without villages to choose, so without a row.

    The first row stands for it, whatever its own quota: a place that must be opened and cannot be.
    """
    if any(number > 0 and name not in position for name, number in quota.items()):
        low[:1], high[:1], forced[:1] = 1, 0, True


def _level_above(codes: npt.NDArray[np.object_], group: Ints, many: int, problem: Problem) -> Kabupaten:
    """Derive the kabupaten from the first four digits of village codes."""
    own = np.array([str(kode)[:4] for kode in codes], dtype=object)
    labels = tuple(sorted(set(own)))
    position = {name: number for number, name in enumerate(labels)}
    number = np.array([position[name] for name in own], dtype=np.int64)
    of = np.zeros(many, dtype=np.int64)
    of[group] = number
    if (of[group] != number).any():
        wrong = sorted(set(codes[of[group] != number]))
        raise RuleError(
            _("kecamatan of one name in two kabupaten, such as that of {villages}").format(
                villages=name_some(wrong)
            ),
            remedy=_("name the kecamatan by their codes"),
        )
    cap = problem.n if problem.max_per_kabupaten is None else min(problem.n, problem.max_per_kabupaten)
    low = np.full(len(labels), max(problem.min_per_kabupaten, 1), dtype=np.int64)
    high = np.full(len(labels), cap, dtype=np.int64)
    forced = np.zeros(len(labels), dtype=bool)
    for name, quota in problem.quota_kabupaten.items():
        if name in position:
            low[position[name]], high[position[name]] = max(quota, 1), quota
            forced[position[name]] = quota > 0
    _rule_out_lost(problem.quota_kabupaten, position, low, high, forced)
    return Kabupaten(
        group=of,
        low=low,
        high=high,
        forced=forced,
        labels=labels,
        limit=problem.kabupaten_limit,
        exact=problem.exact_kabupaten is not None,
    )


def _extra_rules(
    codes: npt.NDArray[np.object_],
    problem: Problem,
    jenis: pd.Series[str] | None,
    cost: pd.Series[float] | None,
) -> Iterator[ExtraRule]:
    if problem.min_kept:
        kept = pd.Index(codes).isin(list(problem.kept_from)).astype(np.float64)
        yield ExtraRule(name="kept", weight=kept, least=problem.min_kept, most=math.inf)
    for kind in sorted({*problem.min_jenis, *problem.max_jenis}):
        if jenis is None:
            raise RuleError(
                _("the limits per jenis need the jenis of each village"),
                remedy=_("give jenis: desa or kelurahan for each village"),
            )
        least, most = problem.min_jenis.get(kind, 0), problem.max_jenis.get(kind, math.inf)
        same = np.asarray(jenis.loc[list(codes)] == kind, dtype=np.float64)
        yield ExtraRule(name="jenis", weight=same, least=least, most=most, label=kind)
    if problem.budget is not None:
        if cost is None:
            raise RuleError(
                _("the budget needs the cost of each village"),
                remedy=_("give cost: the cost of each village"),
            )
        weight = np.asarray(cost.loc[list(codes)], dtype=np.float64)
        wrong = ~(np.isfinite(weight) & (weight >= 0))
        if wrong.any():
            raise RuleError(
                _("villages whose cost is missing or negative: {villages}").format(
                    villages=name_some(codes[wrong])
                ),
                remedy=_("complete the cost of these villages in their table"),
            )
        weight, most = _in_whole_units(weight, float(problem.budget))
        yield ExtraRule(name="budget", weight=weight, least=0.0, most=most)


_LARGEST = 2**53 - 1  # whole numbers up to it are exact as floats
_DECIMALS = 15


def total_cost(costs: npt.NDArray[np.float64]) -> float:
    """Add up costs as the decimals that a reader sees, as far as floats can hold them.

    Examples
    --------
    >>> total_cost(np.array([0.1, 0.2]))
    0.3
    """
    decimals = _decimals(costs)
    if decimals is None or np.abs(costs).sum() * 10.0**decimals > _LARGEST:
        return math.fsum(costs.tolist())
    return float(sum((Decimal(repr(float(cost))) for cost in costs), Decimal(0)))


def _in_whole_units(costs: npt.NDArray[np.float64], budget: float) -> tuple[npt.NDArray[np.float64], float]:
    """Give costs and budget in the smallest decimal unit of the costs, in which sums of floats are exact.

    Costs are read as decimals: 0.1 and 0.2 keep a budget of 0.3, which the sum of the two floats exceeds.
    Costs with more digits than that stay as they are; their sums are correctly rounded.
    """
    decimals = _decimals(costs)
    if not decimals or (np.abs(costs).sum() + budget) * 10.0**decimals > _LARGEST:
        return costs, budget
    whole = [float(Decimal(repr(float(cost))).scaleb(decimals)) for cost in costs]
    most = Decimal(repr(budget)).scaleb(decimals).to_integral_value(rounding=ROUND_FLOOR)
    return np.array(whole, dtype=np.float64), float(most)


def _decimals(costs: npt.NDArray[np.float64]) -> int | None:
    """Count the decimals that the costs are written with; None where floats cannot add them up."""
    most = 0
    for cost in costs:
        exponent = Decimal(repr(float(cost))).normalize().as_tuple().exponent
        most = max(most, -int(exponent))
    return most if most <= _DECIMALS else None
