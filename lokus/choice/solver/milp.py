"""Solve the selection by mixed-integer programming (HiGHS), for rules across kecamatan."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

from lokus.errors import LokusError
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lokus.choice.solver.instance import Instance, Kabupaten

__all__ = ["Model", "Proof", "SolverError", "solve_milp", "varying"]

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Floor = tuple[Ints, int]

# HiGHS has absolute tolerances near 1e-6; scaling the objective makes them about 1e-12 relative.
OBJECTIVE_SCALE = 1e6
MOST_REPAIRS = 50
DIGITS = 18
# Costs in rupiah have more digits than the tolerances leave: their sums are compared a few digits at a time.
_BASE = 10_000


class SolverError(LokusError):
    """The solver's tolerance is too large for these numbers."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A list found by HiGHS.

    Parameters
    ----------
    chosen : ndarray of bool, shape (m,)
        In the instance's order of villages.
    bound : float
        Upper bound of the sum of quantised scores.
    """

    chosen: Bools
    bound: float


class Model:
    """The rules of an instance as a mixed-integer programme, maximised for several objectives in turn.

    Parameters
    ----------
    instance : Instance
    cuts : sequence of ndarray of bool, shape (m,)
        Lists to exclude.
    """

    def __init__(self, instance: Instance, cuts: Sequence[Bools] = ()) -> None:
        m = len(instance.codes)
        self.instance = instance
        self.cuts = list(cuts)
        budgets = _digits_of_budgets(instance)
        carries = sum(len(one.most) - 1 for one in budgets)
        self.rules = _rules(instance, budgets, carries)
        lower: list[npt.NDArray[Any]] = [instance.locked, instance.forced]
        upper: list[npt.NDArray[Any]] = [np.ones(m), instance.low <= instance.high]
        if instance.above is not None:
            lower.append(instance.above.forced)
            upper.append(instance.above.low <= instance.above.high)
        lower.append(np.zeros(carries))
        upper.append(np.full(carries, instance.n + 1))  # of n numbers below the base, and one carried
        self.lower, self.upper = (np.concatenate(part).astype(float) for part in (lower, upper))

    def best(self, values: Ints | npt.NDArray[np.float64], floors: Sequence[Floor] = ()) -> Proof | None:
        """Find a list with the largest sum of `values` among those that reach every lower bound in `floors`.

        Bounds and rules are verified in integers (costs in correctly rounded sums), since the solver's
        tolerance may admit small violations: a list that fails is excluded and the search continues.
        """
        for _repair in range(MOST_REPAIRS):
            proof = self._solve(values, floors)
            if proof is None:
                return None
            reached = all(int(weight[proof.chosen].sum()) >= least for weight, least in floors)
            if reached and all(rule.holds(proof.chosen) for rule in self.instance.extra):
                return proof
            self.cuts.append(proof.chosen)
        raise SolverError(
            _("the solver cannot tell lists apart that are this close; round the costs"),
            remedy=_("round the costs, for example to thousands of rupiah"),
        )

    def fix(self, village: int, value: bool) -> None:
        """Fix the decision on one village for all later solutions."""
        self.lower[village] = self.upper[village] = float(value)

    def _solve(self, values: Ints | npt.NDArray[np.float64], floors: Sequence[Floor]) -> Proof | None:
        if len(self.lower) == 0 or (self.lower > self.upper).any():
            return None
        many = len(self.lower) - len(values)
        scale = OBJECTIVE_SCALE / max(1, int(np.abs(values).max(initial=0)))
        answer = milp(
            c=np.concatenate([-values * scale, np.zeros(many)]),
            integrality=np.ones(len(self.lower)),
            bounds=Bounds(self.lower, self.upper),
            constraints=[
                *self.rules,
                *(self._floor(weight, least) for weight, least in floors),
                *(self._cut(chosen) for chosen in self.cuts),
            ],
            options={"mip_rel_gap": 0.0},
        )
        if answer.x is None:
            return None
        chosen = answer.x[: len(values)] > 0.5
        return Proof(chosen=chosen, bound=-float(answer.mip_dual_bound) / scale)

    def _floor(self, weight: Ints, least: int) -> LinearConstraint:
        scale = OBJECTIVE_SCALE / max(1, abs(least), int(np.abs(weight).max(initial=0)))
        kept = np.concatenate([weight * scale, np.zeros(len(self.lower) - len(self.instance.codes))])
        return LinearConstraint(csr_array(kept[None, :]), least * scale - 1e-6, np.inf)

    def _cut(self, chosen: Bools) -> LinearConstraint:
        row = np.concatenate([chosen.astype(float), np.zeros(len(self.lower) - len(self.instance.codes))])
        return LinearConstraint(csr_array(row[None, :]), -np.inf, chosen.sum() - 1.0)


def solve_milp(instance: Instance, cuts: Sequence[Bools] = ()) -> Proof | None:
    """Find the best list, ties broken by stunted children and then by codes.

    Returns
    -------
    Proof or None
        None if no list satisfies the rules.

    Notes
    -----
    A second solution finds how many villages could be exchanged without loss of score. If none, the list is
    the unique optimum. Otherwise stunted children are maximised at that score, and remaining ties are broken
    by lexicographic order of codes: the villages that differ between equal lists are maximised in blocks, as
    binary numbers with the first code first, each block fixed before the next.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.4, "9901022001": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> instance = build_instance(scores, kecamatan, Problem(n=2, max_kecamatan=1), None)
    >>> solve_milp(instance).chosen.tolist()
    [True, True, False]
    """
    model = Model(instance, cuts)
    first = model.best(instance.score)
    if first is None:
        return None
    floors: list[Floor] = []
    chosen = first.chosen
    for values in (instance.score, instance.tie):
        if floors and values.any():
            better = model.best(values, floors)
            chosen = chosen if better is None else better.chosen
        floors.append((values, int(values[chosen].sum())))
        if not _exchangeable(model, chosen, floors).any():
            return Proof(chosen=chosen, bound=first.bound)
    return Proof(chosen=_first_codes(model, chosen, floors), bound=first.bound)


def _exchangeable(model: Model, chosen: Bools, floors: Sequence[Floor]) -> Bools:
    """Return the villages off the list that the most different optimal list contains."""
    other = model.best((~chosen).astype(np.int64), floors)
    return np.zeros_like(chosen) if other is None else other.chosen & ~chosen


def varying(model: Model, chosen: Bools, floors: Sequence[Floor]) -> Bools:
    """Find the villages that some but not all lists reaching the floors contain; `chosen` is one such list.

    Parameters
    ----------
    model : Model
    chosen : ndarray of bool, shape (m,)
    floors : sequence of (values, int)
        Lower bounds of sums over the list.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.6, "9901022001": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> instance = build_instance(scores, kecamatan, Problem(n=2), None)
    >>> chosen = np.array([True, True, False])  # 0.9 and one of the two that have 0.6
    >>> best = [(instance.score, int(instance.score[chosen].sum()))]
    >>> varying(Model(instance), chosen, best).tolist()
    [False, True, True]
    """
    seen = [chosen]
    for sign in (1, -1):
        while True:
            # Search for a list with villages so far never included (or never excluded), until there is none.
            fresh = ~np.any(seen, axis=0) if sign > 0 else np.all(seen, axis=0)
            other = model.best(sign * fresh.astype(np.int64), floors)
            if other is None or (other.chosen[fresh] == (sign < 0)).all():
                break
            seen.append(other.chosen)
    return np.asarray(np.any(seen, axis=0) & ~np.all(seen, axis=0))


def _first_codes(model: Model, chosen: Bools, floors: Sequence[Floor]) -> Bools:
    places = np.flatnonzero(varying(model, chosen, floors))
    places = places[np.argsort(model.instance.codes[places])]
    for block in np.array_split(places, max(1, -(-len(places) // DIGITS))):
        values = np.zeros(len(chosen), dtype=np.int64)
        values[block] = 1 << np.arange(len(block))[::-1]
        found = model.best(values, floors)
        if found is not None:
            chosen = found.chosen
        for place in block:
            model.fix(place, bool(chosen[place]))
    return chosen


@dataclass(frozen=True, kw_only=True)
class _Digits:
    """A budget as whole numbers below the base: first those of the lowest digits, then the next."""

    weight: list[Ints]
    most: list[int]


def _digits_of_budgets(instance: Instance) -> list[_Digits]:
    """Divide the costs of budgets into digits, as exactly as :meth:`ExtraRule.holds` compares them."""
    found = []
    for extra in instance.extra:
        if extra.name == "budget":
            costs = [Fraction(float(cost)) for cost in extra.weight]
            parts = math.lcm(*(cost.denominator for cost in costs))
            found.append(_digits([int(cost * parts) for cost in costs], _most_of_sums(extra.most, parts)))
    return found


def _most_of_sums(most: float, parts: int) -> int:
    """Largest exact sum, in units of 1/`parts`, that is `most` or less once it is rounded to a float."""
    above = math.nextafter(most, math.inf)
    if not math.isfinite(above):
        return math.floor(Fraction(most) * parts)
    middle = (Fraction(most) + Fraction(above)) / 2 * parts
    largest = math.floor(middle)
    # A sum just in the middle is rounded to the even one of its neighbours.
    return largest if float(Fraction(largest, parts)) <= most else largest - 1


def _digits(weight: Sequence[int], most: int) -> _Digits:
    step = max(1, math.gcd(*weight))
    rest, left = [cost // step for cost in weight], most // step
    parts = _Digits(weight=[], most=[])
    while max(rest, default=0) >= _BASE:
        parts.weight.append(np.array([cost % _BASE for cost in rest], dtype=np.int64))
        parts.most.append(left % _BASE)
        rest, left = [cost // _BASE for cost in rest], left // _BASE
    parts.weight.append(np.array(rest, dtype=np.int64))
    # No list of the instance costs more than this many of the highest digits.
    parts.most.append(min(left, sum(rest) + len(rest) + 1))
    return parts


def _digit_rules(budget: _Digits, first: int, width: int) -> list[LinearConstraint]:
    """Compare a sum with a budget digits by digits; variables from `first` on are what is carried upwards.

    Where the lower digits of the costs add up to more than those of the budget, the excess is carried to the
    digits above, as in adding by hand. All costs together keep the budget just where every row can be met.
    """
    rules = []
    for place, (weight, most) in enumerate(zip(budget.weight, budget.most, strict=True)):
        row = np.zeros((1, width))
        row[0, : len(weight)] = weight
        if place:
            row[0, first + place - 1] = 1.0
        if place < len(budget.most) - 1:
            row[0, first + place] = -float(_BASE)
        rules.append(LinearConstraint(csr_array(row), -np.inf, most + 0.5))  # all of it is whole
    return rules


def _rules(instance: Instance, budgets: Sequence[_Digits], carries: int) -> list[LinearConstraint]:
    """Build the constraints.

    Variables: villages, opened kecamatan, opened kabupaten if counted, and what budgets carry.
    """
    m, many = len(instance.codes), len(instance.labels)
    village, group = np.arange(m), instance.group
    above = instance.above
    counted = m + many + (0 if above is None else len(above.labels))
    wide = (counted + carries,)

    def row(columns: npt.NDArray[np.int64]) -> csr_array:
        ones, rows = np.ones(len(columns)), np.zeros(len(columns), dtype=np.int64)
        return coo_array((ones, (rows, columns)), shape=(1, *wide)).tocsr()

    def per_kecamatan(factor: npt.NDArray[np.int64]) -> csr_array:
        """Return rows: chosen villages of each kecamatan minus `factor` times whether it is opened."""
        data = np.concatenate([np.ones(m), -factor.astype(float)])
        rows = np.concatenate([group, np.arange(many)])
        columns = np.concatenate([village, m + np.arange(many)])
        return coo_array((data, (rows, columns)), shape=(many, *wide)).tocsr()

    opened_first = coo_array(
        (np.tile([1.0, -1.0], m), (np.repeat(village, 2), np.column_stack([village, m + group]).ravel())),
        shape=(m, *wide),
    ).tocsr()
    rules = [
        LinearConstraint(row(village), instance.n, instance.n),
        LinearConstraint(opened_first, -np.inf, 0.0),
        LinearConstraint(per_kecamatan(instance.low), 0.0, np.inf),
        LinearConstraint(per_kecamatan(instance.high), -np.inf, 0.0),
    ]
    if instance.limit is not None:
        least = instance.limit if instance.exact else 0
        rules.append(LinearConstraint(row(m + np.arange(many)), least, instance.limit))
    if above is not None:
        rules += _above_rules(above, group, m, many, wide[0])
    for extra in instance.extra:
        # Unscaled costs, in rupiah, would be out of proportion to the tolerances of the solver.
        scale = 1.0 / max(1.0, float(np.abs(extra.weight).max(initial=0.0)))
        weight = np.concatenate([extra.weight * scale, np.zeros(wide[0] - m)])
        rules.append(
            LinearConstraint(csr_array(weight[None, :]), extra.least * scale, extra.most * scale + 1e-9)
        )
    for budget in budgets:
        rules += _digit_rules(budget, counted, wide[0])
        counted += len(budget.most) - 1
    return rules


def _above_rules(above: Kabupaten, group: Ints, m: int, many: int, width: int) -> list[LinearConstraint]:
    """Allow kecamatan only in opened kabupaten, and limit the villages of each kabupaten."""
    kabupaten = len(above.labels)
    of, base = above.group, m + many
    within = coo_array(
        (
            np.tile([1.0, -1.0], many),
            (np.repeat(np.arange(many), 2), np.column_stack([m + np.arange(many), base + of]).ravel()),
        ),
        shape=(many, width),
    ).tocsr()

    def villages(factor: Ints) -> csr_array:
        data = np.concatenate([np.ones(m), -factor.astype(float)])
        rows = np.concatenate([of[group], np.arange(kabupaten)])
        columns = np.concatenate([np.arange(m), base + np.arange(kabupaten)])
        return coo_array((data, (rows, columns)), shape=(kabupaten, width)).tocsr()

    rules = [
        LinearConstraint(within, -np.inf, 0.0),
        LinearConstraint(villages(above.low), 0.0, np.inf),
        LinearConstraint(villages(above.high), -np.inf, 0.0),
    ]
    if above.limit is not None:
        row = np.zeros((1, width))
        row[0, base : base + kabupaten] = 1.0
        least = above.limit if above.exact else 0
        rules.append(LinearConstraint(csr_array(row), least, above.limit))
    return rules
