"""Find the smallest changes of the rules that allow a list, each verified by solving again."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, NamedTuple

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


class _Way(NamedTuple):
    """How numbers of a rule may change: the values, nearest first, and what stands for no rule at all."""

    values: Callable[[int], Sequence[Any]]
    free: Any = None
    rising: bool = True
    has_free: bool = True


def _fewer(least: int) -> _Way:
    return _Way(lambda stated: range(stated - 1, least - 1, -1), free=least)


def _more(most: int) -> _Way:
    return _Way(lambda stated: range(stated + 1, most + 1))


def _nearest(most: int) -> _Way:
    def values(stated: int) -> list[int]:
        others = (value for value in range(1, most + 1) if value != stated)
        return sorted(others, key=lambda value: abs(value - stated))

    return _Way(values, rising=False)


def _number(values: Callable[[int], Sequence[int]]) -> _Way:
    return _Way(values, rising=False, has_free=False)


def _rules(problem: Problem, villages: Feasibility) -> list[_Rule]:
    """List the stated rules that may be changed, in the order in which remedies name them."""
    v = villages
    cost, none = _Way(lambda _stated: ()), _Way(lambda _stated: [{}], free={})
    table: list[tuple[str, str, _Way]] = [
        ("min_kept", _("at most {n} villages kept from last year"), _fewer(0)),
        ("min_jenis", _("at least {least} {jenis}"), _fewer(0)),
        ("max_jenis", _("at most {most} {jenis}"), _more(v.villages)),
        ("budget", _("a budget of at least {budget}"), cost),
        ("max_kecamatan", _("at least {k} kecamatan"), _more(v.kecamatan)),
        ("exact_kecamatan", _("exactly {k} kecamatan"), _nearest(v.kecamatan)),
        ("n", _("at most {n} villages"), _number(lambda n: range(n - 1, 0, -1))),
        ("n", _("at least {n} villages"), _number(lambda n: range(n + 1, v.villages + 1))),
        ("max_kabupaten", _("at least {k} kabupaten"), _more(v.kabupaten)),
        ("exact_kabupaten", _("exactly {k} kabupaten"), _nearest(v.kabupaten)),
        ("max_per_kabupaten", _("at most {most} villages in each kabupaten"), _more(v.largest_kabupaten)),
        ("min_per_kabupaten", _("at least {least} villages in each chosen kabupaten"), _fewer(1)),
        ("max_per_kecamatan", _("at most {most} villages in each kecamatan"), _more(v.largest)),
        ("min_per_kecamatan", _("at least {least} villages in each chosen kecamatan"), _fewer(1)),
        ("quota", _("no quota per kecamatan"), none),
        ("quota_kabupaten", _("no quota per kabupaten"), none),
        ("locked_out", _("fewer villages locked out"), none),
        ("locked_in", _("fewer villages locked in"), none),
    ]
    return [
        _Rule(
            name=name, key=key, stated=stated, values=way.values(stated), free=way.free, rising=way.rising,
            has_free=way.has_free, say=partial(_say, text, key),
        )
        for name, text, way in table
        for key, stated in _stated(problem, name)
        if not _no_rule(stated, way)
    ]  # fmt: skip


def _stated(problem: Problem, name: str) -> Iterable[tuple[str | None, Any]]:
    """Give what a problem states of a rule, kind of village by kind where it has a number for each."""
    value = getattr(problem, name)
    return value.items() if name in ("min_jenis", "max_jenis") else [(None, value)]


def _no_rule(stated: Any, way: _Way) -> bool:
    if way.free is None:
        return stated is None
    return not stated if way.free == {} else bool(stated <= way.free)


def _say(text: str, jenis: str | None, value: Any) -> str:
    if "{" not in text:
        return text
    number = format_number(value)
    return text.format(n=number, k=number, least=number, most=number, budget=number, jenis=jenis)
