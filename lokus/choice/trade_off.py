"""Compare the best lists of several lengths and budgets by their cost and the children they reach."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from lokus.choice.solver.engine import best_list
from lokus.choice.solver.instance import build_instance
from lokus.choice.solver.problem import Problem, RuleError, objective_values

__all__ = ["TradeOff", "trade_off"]


@dataclass(frozen=True, kw_only=True)
class TradeOff:
    """Best lists side by side.

    Parameters
    ----------
    by_number : DataFrame, index ``jumlah`` (villages on the list)
        The best list of that length under the rules of the study: ``mungkin`` (whether the rules allow one),
        ``biaya``, ``tanpa_biaya`` (its villages whose cost is not known), ``anak``, ``tanpa_anak``,
        ``kecamatan``, ``sama`` (villages shared with the proposal).
    by_budget : DataFrame, index ``pagu`` (rupiah)
        The list of the proposal's length that reaches most children within the budget, and of several such
        lists the cheapest; the same columns. Villages of unknown cost are left out.
    excluded : tuple of str
        Villages left out of `by_budget`, because their cost is not known.
    locked_without_cost : tuple of str
        Villages locked in without a known cost; where there are any, `by_budget` is empty.
    """

    by_number: pd.DataFrame
    by_budget: pd.DataFrame
    excluded: tuple[str, ...]
    locked_without_cost: tuple[str, ...]


def trade_off(
    scores: pd.Series[float],
    kecamatan: pd.Series[str],
    problem: Problem,
    *,
    cost: pd.Series[Any],
    children: pd.Series[float],
    numbers: Sequence[int] = (),
    budgets: Sequence[int] = (),
    tie_break: pd.Series[float] | None = None,
    chosen: Sequence[str] = (),
    jenis: pd.Series[str] | None = None,
    own_cost: pd.Series[float] | None = None,
) -> TradeOff:
    """Find the best list for each length and for each budget.

    Parameters
    ----------
    scores, kecamatan, problem, tie_break, jenis
        As for :func:`lokus.choice.selection.select`.
    cost : Series
        Whole rupiah of each village; missing where not known.
    children : Series
        Expected stunted children of each village; missing where not known.
    numbers : sequence of int
        Lengths to compare.
    budgets : sequence of int
        Budgets to compare, in whole rupiah.
    chosen : sequence of str
        Villages of the proposal, to be compared with.
    own_cost : Series, optional
        Costs of the budget that `problem` itself states, where it states one.

    Notes
    -----
    Every point is exact: a list of the same length that costs no more and reaches more children, or costs
    less and reaches as many, does not exist under the other rules. The rules of the study hold in both
    comparisons; a budget of the study is replaced by the compared one in the second.

    Examples
    --------
    >>> desa = ["9901012001", "9901012002", "9901022001", "9901022002"]
    >>> child = pd.Series([9.0, 2.0, 6.0, 5.0], index=desa)
    >>> found = trade_off(
    ...     child, pd.Series([kode[:6] for kode in desa], index=desa), Problem(n=2), children=child,
    ...     cost=pd.Series([90, 10, 20, 30], index=desa, dtype="Int64"), budgets=[30, 50, 110],
    ... )
    >>> found.by_budget[["biaya", "anak"]].to_dict("records")
    [{'biaya': 30, 'anak': 8.0}, {'biaya': 50, 'anak': 11.0}, {'biaya': 110, 'anak': 15.0}]
    """
    scores = scores.sort_index().astype(float)
    index = scores.index
    kecamatan, cost, children = kecamatan.reindex(index), cost.reindex(index), children.reindex(index)
    jenis = None if jenis is None else jenis.reindex(index)
    ties = None if tie_break is None else tie_break.reindex(index).astype(float)
    stated = None if own_cost is None else own_cost.reindex(index)
    objective = objective_values(scores, children, problem)

    def row(kode: Sequence[str] | None) -> dict[str, Any]:
        if kode is None:
            empty = dict.fromkeys(("biaya", "tanpa_biaya", "anak", "tanpa_anak", "kecamatan", "sama"))
            return {"mungkin": False, **empty}
        money, reached = cost[list(kode)], children[list(kode)]
        known = [int(one) for one in money.dropna()]
        return {
            "mungkin": True,
            "biaya": sum(known) if known or not len(money) else None,
            "tanpa_biaya": int(money.isna().sum()),
            "anak": math.fsum(reached.dropna()),
            "tanpa_anak": int(reached.isna().sum()),
            "kecamatan": int(kecamatan[list(kode)].nunique()),
            "sama": len(set(kode) & set(chosen)),
        }

    lengths = [row(_best(objective, kecamatan, problem, ties, jenis, stated, n=number)) for number in numbers]
    unknown = [str(kode) for kode in index[cost.isna()]]
    held = tuple(kode for kode in unknown if kode in problem.locked_in)
    steps = []
    if not held:
        within = children.mask(cost.isna()).astype(float)
        if problem.objective != "anak":
            within = within.where(objective.notna())  # what cannot be proposed is no alternative
        money = cost.astype("Float64").astype(float).fillna(0.0)  # of villages that cannot be chosen
        cheaper = -money
        free = replace(problem, objective="anak", blend=None)
        steps = [
            row(_best(within, kecamatan, free, cheaper, jenis, money, budget=int(budget)))
            for budget in budgets
        ]
    excluded = [kode for kode in unknown if kode not in problem.locked_out]
    return TradeOff(
        by_number=_frame(lengths, numbers, "jumlah"),
        by_budget=_frame(steps, [] if held else budgets, "pagu"),
        excluded=tuple(excluded),
        locked_without_cost=held,
    )


def _best(
    values: pd.Series[float],
    kecamatan: pd.Series[str],
    problem: Problem,
    ties: pd.Series[float] | None,
    jenis: pd.Series[str] | None,
    cost: pd.Series[float] | None,
    **changed: int,
) -> tuple[str, ...] | None:
    try:
        rules = replace(problem, **changed)  # type: ignore[arg-type]
    except RuleError:  # rules that exclude each other at this length allow no list
        return None
    instance = build_instance(values, kecamatan, rules, ties, jenis=jenis, cost=cost)
    answer = best_list(instance)
    return None if answer is None else tuple(sorted(instance.codes[answer.chosen]))


def _frame(rows: list[dict[str, Any]], index: Sequence[int], name: str) -> pd.DataFrame:
    columns = ["mungkin", "biaya", "tanpa_biaya", "anak", "tanpa_anak", "kecamatan", "sama"]
    frame = pd.DataFrame(rows, columns=columns, index=pd.Index(list(index), name=name, dtype="int64"))
    whole = ["biaya", "tanpa_biaya", "tanpa_anak", "kecamatan", "sama"]
    return frame.astype({**dict.fromkeys(whole, "Int64"), "anak": float, "mungkin": bool})
