"""Find the smallest changes of the rules that allow a list, each verified by solving again."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any

from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.solver.problem import Problem

    Test = Callable[[Problem], bool]

__all__ = ["Feasibility", "Remedy", "find_remedies"]

REACH = 40
"""Numbers of villages tried in full in either direction; beyond them only what a count can tell."""
MOST = 6


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """A change of the rules that allows a list.

    Parameters
    ----------
    text : str
    problem : Problem
    """

    text: str
    problem: Problem


@dataclass(frozen=True, kw_only=True)
class Feasibility:
    """What the search for remedies asks about one set of villages.

    Parameters
    ----------
    possible : callable
        Takes a problem; whether some list satisfies all its rules.
    counts : callable
        Takes a problem; whether its numbers of villages and kecamatan allow a list. Faster: ignores rules
        across kecamatan.
    cheapest : callable
        Takes a problem; cost of its cheapest list without the budget, None where there is no list.
    villages, kecamatan, largest : int
        Villages that can be chosen, kecamatan that have any, and how many the largest of them has.
    kabupaten, largest_kabupaten : int
        The same for kabupaten; only needed where a rule counts kabupaten.
    """

    possible: Test
    counts: Test
    cheapest: Callable[[Problem], float | None]
    villages: int
    kecamatan: int
    largest: int
    kabupaten: int = 0
    largest_kabupaten: int = 0


@dataclass(frozen=True, kw_only=True)
class _Rule:
    """One number of a problem that may change: `values` from the nearest on; `free` lifts the rule."""

    name: str
    say: Callable[[Any], str]
    stated: Any
    values: Sequence[Any] = ()
    free: Any = None
    key: str | None = None
    rising: bool = True  # each value allows every list that the one before it allows
    has_free: bool = True

    def put(self, problem: Problem, value: Any) -> Problem:
        """Return the problem with another value of the rule."""
        if self.key is None:
            return replace(problem, **{self.name: value})
        numbers = {key: number for key, number in getattr(problem, self.name).items() if key != self.key}
        if value is not None:
            numbers[self.key] = value
        changed: dict[str, Any] = {self.name: numbers}
        return replace(problem, **changed)

    def nearest(self, problem: Problem, villages: Feasibility) -> Any:
        """Find the nearest value that allows a list, with the other rules of `problem` unchanged."""
        if self.name == "budget":
            cost = villages.cheapest(problem)
            return None if cost is None else float(math.ceil(cost))

        def works(value: Any) -> bool:
            return villages.possible(self.put(problem, value))

        if not self.rising:
            counted = [value for value in self.values if villages.counts(self.put(problem, value))]
            return next((value for value in counted[:REACH] if works(value)), None)
        if not self.values or not works(self.values[-1]):
            return None
        low, high = 0, len(self.values) - 1
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if works(self.values[middle]) else (middle + 1, high)
        return self.values[high]


def find_remedies(problem: Problem, villages: Feasibility) -> list[Remedy]:
    """Find the smallest changes of the rules that allow a list.

    Parameters
    ----------
    problem : Problem
        One that no list satisfies.
    villages : Feasibility

    Returns
    -------
    list of Remedy
        Every single rule whose change suffices, with its nearest such value. Where no single change suffices,
        up to six pairs of changes; where no pair suffices either, one set of changes of which none can be
        left out. Empty where no village can be chosen at all.

    Notes
    -----
    Each candidate is checked against all rules: a change that suffices within kecamatan does not help where
    the villages to be kept, the jenis or the budget still allow no list.

    Examples
    --------
    >>> from lokus.choice.solver.problem import Problem
    >>> four = Feasibility(
    ...     possible=lambda problem: problem.n <= 4, counts=lambda problem: problem.n <= 4,
    ...     cheapest=lambda problem: None, villages=4, kecamatan=1, largest=4,
    ... )
    >>> find_remedies(Problem(n=6), four)
    [Remedy(text='jumlah desa maksimal 4', problem=4 desa/kelurahan tanpa batas jumlah kecamatan)]
    """
    rules = _rules(problem, villages)
    found = []
    for rule in rules:
        value = rule.nearest(problem, villages)
        if value is not None:
            found.append(_remedy(problem, [(rule, value)], villages))
    if not any(found):
        pairs = (_pair(problem, first, second, villages) for first, second in combinations(rules, 2))
        for pair in pairs:
            found.append(pair)
            if sum(one is not None for one in found) == MOST:
                break
    if not any(found):
        orders = (rules, rules[::-1])
        several = [one for one in (_several(problem, order, villages) for order in orders) if one is not None]
        # Both sets are minimal; take the smaller one.
        found = [min(several, key=lambda item: item[0])[1]] if several else []
    return list({one.text: one for one in found if one is not None}.values())


def _remedy(problem: Problem, changes: Sequence[tuple[_Rule, Any]], villages: Feasibility) -> Remedy | None:
    changed = problem
    for rule, value in changes:
        changed = rule.put(changed, value)
    # Costs are rounded and bounds may be inexact, so the remedy is solved with the numbers it states.
    if not villages.possible(changed):
        return None
    return Remedy(text=_(" and ").join(rule.say(value) for rule, value in changes), problem=changed)


def _pair(problem: Problem, first: _Rule, second: _Rule, villages: Feasibility) -> Remedy | None:
    """Lift the first rule, find the nearest value of the second, then with it that of the first."""
    if not first.has_free:
        first, second = second, first
    if not first.has_free:
        return None
    value = second.nearest(first.put(problem, first.free), villages)
    if value is None:
        return None
    other = first.nearest(second.put(problem, value), villages)
    return None if other is None else _remedy(problem, [(first, other), (second, value)], villages)


def _several(problem: Problem, rules: Sequence[_Rule], villages: Feasibility) -> tuple[int, Remedy] | None:
    """Lift all rules, then restore them one by one, each as near to its stated value as possible."""
    changed = problem
    for rule in rules:
        changed = rule.put(changed, rule.free) if rule.has_free else changed
    changes: list[tuple[_Rule, Any]] = []
    fewer = next((rule for rule in rules if rule.name == "n"), None)
    if not villages.possible(changed):
        n = None if fewer is None else fewer.nearest(changed, villages)
        if fewer is None or n is None:
            return None
        changed = fewer.put(changed, n)
        changes.append((fewer, n))
    for rule in rules:
        if not rule.has_free:
            continue
        restored = rule.put(changed, rule.stated)
        if villages.possible(restored):
            changed = restored
            continue
        value = rule.nearest(changed, villages)
        if value is None:
            return None
        changed = rule.put(changed, value)
        changes.append((rule, value))
    remedy = _remedy(problem, changes, villages)
    return None if remedy is None else (len(changes), remedy)


def _rules(problem: Problem, villages: Feasibility) -> list[_Rule]:
    """List the rules that may be changed, in the order in which remedies name them."""
    return [
        *_across(problem, villages),
        *_kecamatan(problem, villages),
        *_number(problem, villages),
        *_above(problem, villages),
        *_within(problem, villages),
    ]


def _across(problem: Problem, villages: Feasibility) -> list[_Rule]:
    rules = []
    if problem.min_kept:
        kept = problem.min_kept
        text = _("at most {n} villages kept from last year")
        rules.append(
            _Rule(
                name="min_kept", stated=kept, free=0, values=range(kept - 1, -1, -1),
                say=lambda value: text.format(n=format_number(value)),
            )
        )  # fmt: skip
    for jenis, least in problem.min_jenis.items():
        if least:
            rules.append(_of_jenis("min_jenis", jenis, least, range(least - 1, -1, -1), 0))
    for jenis, most in problem.max_jenis.items():
        top = max(villages.villages, most + 1)
        rules.append(_of_jenis("max_jenis", jenis, most, range(most + 1, top + 1), None))
    if problem.budget is not None:
        rules.append(
            _Rule(
                name="budget", stated=problem.budget,
                say=lambda value: _("a budget of at least {budget}").format(budget=format_number(value)),
            )
        )  # fmt: skip
    return rules


def _of_jenis(name: str, jenis: str, stated: int, values: Sequence[int], free: int | None) -> _Rule:
    text = _("at least {least} {jenis}") if name == "min_jenis" else _("at most {most} {jenis}")
    return _Rule(
        name=name, key=jenis, stated=stated, free=free, values=values,
        say=lambda value: text.format(least=format_number(value), most=format_number(value), jenis=jenis),
    )  # fmt: skip


def _kecamatan(problem: Problem, villages: Feasibility) -> list[_Rule]:
    if problem.max_kecamatan is not None:
        return [
            _Rule(
                name="max_kecamatan", stated=problem.max_kecamatan,
                values=range(problem.max_kecamatan + 1, villages.kecamatan + 1),
                say=lambda value: _("at least {k} kecamatan").format(k=format_number(value)),
            )
        ]  # fmt: skip
    if problem.exact_kecamatan is not None:
        k = problem.exact_kecamatan
        others = [value for value in range(1, villages.kecamatan + 1) if value != k]
        return [
            _Rule(
                name="exact_kecamatan", stated=k, rising=False,
                values=sorted(others, key=lambda value: abs(value - k)),
                say=lambda value: _("exactly {k} kecamatan").format(k=format_number(value)),
            )
        ]  # fmt: skip
    return []


def _number(problem: Problem, villages: Feasibility) -> list[_Rule]:
    fewer, more = _("at most {n} villages"), _("at least {n} villages")
    return [
        _Rule(
            name="n", stated=problem.n, rising=False, has_free=False, values=values,
            say=partial(_with_number, text),
        )
        for values, text in (
            (range(problem.n - 1, 0, -1), fewer),
            (range(problem.n + 1, villages.villages + 1), more),
        )
    ]  # fmt: skip


def _with_number(text: str, value: int) -> str:
    return text.format(n=format_number(value))


def _without_number(text: str, _value: object) -> str:
    return text


def _within(problem: Problem, villages: Feasibility) -> list[_Rule]:
    rules = []
    if problem.max_per_kecamatan is not None:
        text_most = _("at most {most} villages in each kecamatan")
        rules.append(
            _Rule(
                name="max_per_kecamatan", stated=problem.max_per_kecamatan,
                values=range(problem.max_per_kecamatan + 1, villages.largest + 1),
                say=lambda value: text_most.format(most=format_number(value)),
            )
        )  # fmt: skip
    if problem.min_per_kecamatan > 1:
        text_least = _("at least {least} villages in each chosen kecamatan")
        rules.append(
            _Rule(
                name="min_per_kecamatan", stated=problem.min_per_kecamatan, free=1,
                values=range(problem.min_per_kecamatan - 1, 0, -1),
                say=lambda value: text_least.format(least=format_number(value)),
            )
        )  # fmt: skip
    for name, text in (
        ("quota", _("no quota per kecamatan")),
        ("quota_kabupaten", _("no quota per kabupaten")),
        ("locked_out", _("fewer villages locked out")),
        ("locked_in", _("fewer villages locked in")),
    ):
        stated = dict(getattr(problem, name))
        if stated:
            rules.append(
                _Rule(
                    name=name, stated=stated, free={}, values=[{}], say=partial(_without_number, text)
                )
            )  # fmt: skip
    return rules


def _above(problem: Problem, villages: Feasibility) -> list[_Rule]:
    rules = []
    if problem.max_kabupaten is not None:
        rules.append(
            _Rule(
                name="max_kabupaten", stated=problem.max_kabupaten,
                values=range(problem.max_kabupaten + 1, villages.kabupaten + 1),
                say=lambda value: _("at least {k} kabupaten").format(k=format_number(value)),
            )
        )  # fmt: skip
    if problem.exact_kabupaten is not None:
        k = problem.exact_kabupaten
        others = [value for value in range(1, villages.kabupaten + 1) if value != k]
        rules.append(
            _Rule(
                name="exact_kabupaten", stated=k, rising=False,
                values=sorted(others, key=lambda value: abs(value - k)),
                say=lambda value: _("exactly {k} kabupaten").format(k=format_number(value)),
            )
        )  # fmt: skip
    if problem.max_per_kabupaten is not None:
        text_most = _("at most {most} villages in each kabupaten")
        rules.append(
            _Rule(
                name="max_per_kabupaten", stated=problem.max_per_kabupaten,
                values=range(problem.max_per_kabupaten + 1, villages.largest_kabupaten + 1),
                say=lambda value: text_most.format(most=format_number(value)),
            )
        )  # fmt: skip
    if problem.min_per_kabupaten > 1:
        text_least = _("at least {least} villages in each chosen kabupaten")
        rules.append(
            _Rule(
                name="min_per_kabupaten", stated=problem.min_per_kabupaten, free=1,
                values=range(problem.min_per_kabupaten - 1, 0, -1),
                say=lambda value: text_least.format(least=format_number(value)),
            )
        )  # fmt: skip
    return rules
