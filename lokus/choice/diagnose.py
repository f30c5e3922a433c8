"""Why no list satisfies the rules, found without solving, and the smallest changes that would allow one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lokus.choice.solver.instance import ExtraRule, Instance, build_instance
from lokus.choice.solver.milp import Model
from lokus.errors import InfeasibleError
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from lokus.choice.solver.problem import Problem

__all__ = ["check_feasible", "loosen"]


# FOLDED: Each rule of a problem one step looser: what its price is measured by.


def loosen(problem: Problem) -> Iterator[tuple[str, str, list[Problem]]]:
    """Go through the rules of `problem`, the number of villages aside.

    Yields
    ------
    rule, looser : str
        The rule as a sentence, and what it would be one step looser; locks are lifted all at once.
    problems : list of Problem
        With only that rule loosened; two where the step may go either way.

    Examples
    --------
    >>> from lokus.choice.solver.problem import Problem
    >>> [(rule, looser) for rule, looser, _problems in loosen(Problem(n=26, max_kecamatan=8))]
    [('paling banyak 8 kecamatan', 'paling banyak 9 kecamatan')]
    """
    if problem.exact_kecamatan is not None:
        k = problem.exact_kecamatan
        options = [replace(problem, exact_kecamatan=other) for other in (k - 1, k + 1) if other > 0]
        yield _("exactly {k} kecamatan").format(k=k), _("one fewer or more"), options
    if problem.max_kecamatan is not None:
        k = problem.max_kecamatan
        yield (
            _("at most {k} kecamatan").format(k=k),
            _("at most {k} kecamatan").format(k=k + 1),
            [replace(problem, max_kecamatan=k + 1)],
        )
    least, most = problem.min_per_kecamatan, problem.max_per_kecamatan
    if least > 1:
        text = _("at least {least} villages in each chosen kecamatan")
        yield (
            text.format(least=least),
            text.format(least=least - 1),
            [replace(problem, min_per_kecamatan=least - 1)],
        )
    if most is not None:
        text = _("at most {most} villages in each kecamatan")
        yield (
            text.format(most=most),
            text.format(most=most + 1),
            [replace(problem, max_per_kecamatan=most + 1)],
        )
    yield from _across(problem)
    if problem.quota:
        text = _("quota of {kecamatan} kecamatan ({n} villages)")
        yield (
            text.format(kecamatan=len(problem.quota), n=sum(problem.quota.values())),
            _("none"),
            [replace(problem, quota={})],
        )
    if problem.locked_in:
        text = _("{n} villages locked in").format(n=len(problem.locked_in))
        yield text, _("none"), [replace(problem, locked_in={})]
    if problem.locked_out:
        text = _("{n} villages locked out").format(n=len(problem.locked_out))
        yield text, _("none"), [replace(problem, locked_out={})]


def _across(problem: Problem) -> Iterator[tuple[str, str, list[Problem]]]:
    if problem.min_kept:
        text = _("at least {least} of last year's {n} villages")
        least, n = problem.min_kept, len(problem.kept_from)
        yield (
            text.format(least=least, n=n),
            text.format(least=least - 1, n=n),
            [replace(problem, min_kept=least - 1)],
        )
    for jenis, least in problem.min_jenis.items():
        text = _("at least {least} {jenis}")
        if least:
            yield (
                text.format(least=least, jenis=jenis),
                text.format(least=least - 1, jenis=jenis),
                [replace(problem, min_jenis={**problem.min_jenis, jenis: least - 1})],
            )
    for jenis, most in problem.max_jenis.items():
        text = _("at most {most} {jenis}")
        yield (
            text.format(most=most, jenis=jenis),
            text.format(most=most + 1, jenis=jenis),
            [replace(problem, max_jenis={**problem.max_jenis, jenis: most + 1})],
        )
    if problem.budget is not None:
        yield (
            _("cost at most {budget}").format(budget=format_number(problem.budget)),
            _("none"),
            [replace(problem, budget=None)],
        )


# FOLDED: Rules across kecamatan that cannot hold: each is relaxed in turn, to the nearest value that would
# do.


REACH = 10


def check_extra(
    scores: pd.Series[float],
    kecamatan: pd.Series[str],
    problem: Problem,
    *,
    jenis: pd.Series[str] | None,
    cost: pd.Series[float] | None,
) -> None:
    """Raise unless the rules across kecamatan can hold together with all others.

    Parameters
    ----------
    scores, kecamatan, jenis, cost : Series
        With one shared index of village codes.
    problem : Problem
        Already feasible without its rules across kecamatan.

    Raises
    ------
    InfeasibleError
        With every single change that would make the choice possible. For kept villages, jenis and budget
        that is the nearest possible number, found by optimising it under the other rules; for rules within
        kecamatan it is the step of :func:`lokus.choice.diagnose.loosen`, where that suffices.
    """
    if not problem.has_extra_rules:
        return

    def arranged(other: Problem) -> Instance:
        return build_instance(scores, kecamatan, other, None, jenis=jenis, cost=cost)

    instance = arranged(problem)
    if _possible(instance):
        return
    changes = [_nearest(instance, place) for place in range(len(instance.extra))]
    across: dict[str, Any] = {"min_kept": 0, "min_jenis": {}, "max_jenis": {}, "budget": None}
    stated = {name: getattr(problem, name) for name in across}
    for rule, looser, options in loosen(replace(problem, **across)):
        if any(_possible(arranged(replace(option, **stated))) for option in options):
            lifted = looser == _("none")
            changes.append(_("without “{rule}”").format(rule=rule) if lifted else looser)
    changes += _other_n(problem, arranged)
    found = [text for text in dict.fromkeys(changes) if text]
    raise InfeasibleError(
        _("no list satisfies all rules: {sentence}").format(sentence=problem.sentence()),
        remedy=_("needed: {changes}").format(changes=_(", or ").join(found))
        if found
        else _("loosen more than one rule"),
    )


def _possible(instance: Instance) -> bool:
    return Model(instance).best(np.zeros(len(instance.codes), dtype=np.int64)) is not None


def _nearest(instance: Instance, place: int) -> str:
    """Say the nearest value at which this rule, all others as they are, could hold."""
    rule = instance.extra[place]
    others = (*instance.extra[:place], *instance.extra[place + 1 :])
    model = Model(replace(instance, extra=others))
    texts = []
    if rule.most < math.inf:
        found = model.best(-rule.weight)
        reached = math.inf if found is None else math.fsum(rule.weight[found.chosen].tolist())
        if rule.most < reached < math.inf:
            texts.append(_said(rule, reached, least=False))
    if rule.least > 0:
        found = model.best(rule.weight)
        reached = math.inf if found is None else math.fsum(rule.weight[found.chosen].tolist())
        if reached < rule.least:
            texts.append(_said(rule, reached, least=True))
    return _(", or ").join(texts)


def _said(rule: ExtraRule, value: float, *, least: bool) -> str:
    number = format_number(value)
    if rule.name == "budget":
        return _("a budget of at least {budget}").format(budget=format_number(math.ceil(value)))
    if rule.name == "kept":
        return _("at most {n} villages kept from last year").format(n=number)
    text = _("at least {least} {jenis}") if least else _("at most {most} {jenis}")
    return text.format(least=number, most=number, jenis=rule.label)


def _other_n(problem: Problem, arranged: Callable[[Problem], Instance]) -> Iterator[str]:
    """Search the nearest numbers of villages, one below and one above, within reach of a short search."""
    for step, text in ((-1, _("at most {n} villages")), (1, _("at least {n} villages"))):
        for distance in range(1, REACH + 1):
            n = problem.n + step * distance
            if n < 1:
                break
            if _possible(arranged(replace(problem, n=n))):
                yield text.format(n=format_number(n))
                break


Ints = npt.NDArray[np.int64]


def check_feasible(
    scores: pd.Series[float],
    kecamatan: pd.Series[str],
    problem: Problem,
    *,
    jenis: pd.Series[str] | None = None,
    cost: pd.Series[float] | None = None,
) -> None:
    """Raise unless some list satisfies every rule.

    Parameters
    ----------
    scores, kecamatan : Series
        With one shared index of village codes; missing scores allowed.
    problem : Problem
    jenis, cost : Series, optional
        With the same index; for limits per jenis and for a budget.

    Raises
    ------
    InfeasibleError
        Locks that contradict the data or each other, each named; otherwise the rule that cannot hold, with
        every single change (to one rule) that would make the choice possible.

    Notes
    -----
    With k kecamatan opened, the forced ones among them, the possible numbers of villages are all whole
    numbers from the sum of their minima to the sum of the k largest capacities: unforced kecamatan share
    one minimum, so the lower end is the same for every choice of k, and each set's numbers form an interval
    from it. A quota fixes its kecamatan and leaves that argument as it is. Rules across kecamatan are
    checked by :func:`lokus.choice.diagnose.check_extra`, once the others can be kept.
    """
    conflicts = _lock_conflicts(scores, kecamatan, problem)
    if conflicts:
        raise InfeasibleError("; ".join(conflicts), remedy=_("correct the locked villages"))
    if _feasible(scores, kecamatan, problem):
        check_extra(scores, kecamatan, problem, jenis=jenis, cost=cost)
        return
    changes = [text for text in _single_changes(scores, kecamatan, problem) if text]
    raise InfeasibleError(
        _("no list satisfies all rules: {sentence} ({facts})").format(
            sentence=problem.sentence(), facts=_facts(scores, kecamatan, problem)
        ),
        remedy=_("needed: {changes}").format(changes=_(", or ").join(changes))
        if changes
        else _("loosen more than one rule"),
    )


def _lock_conflicts(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> list[str]:
    locked = list(problem.locked_in)
    conflicts = []
    villages, places = list(scores.index), [str(name) for name in kecamatan.unique()]
    locks = sorted({*problem.locked_in, *problem.locked_out})
    conflicts += _unknown(locks, villages, _("locked village {kode} is not among the villages"))
    conflicts += _unknown(
        problem.kept_from, villages, _("village {kode} of last year's list is not among the villages")
    )
    conflicts += _unknown(problem.quota, places, _("quota for kecamatan {kode}, which does not occur"))
    conflicts += [
        _("village {kode} is both locked in ({reason_in}) and locked out ({reason_out})").format(
            kode=kode, reason_in=problem.locked_in[kode], reason_out=problem.locked_out[kode]
        )
        for kode in sorted(set(problem.locked_in) & set(problem.locked_out))
    ]
    if conflicts:
        return conflicts
    if len(locked) > problem.n:
        conflicts.append(
            _("{locked} villages are locked in but only {n} are to be chosen").format(
                locked=len(locked), n=problem.n
            )
        )
    held = kecamatan.loc[locked].value_counts().sort_index()
    if problem.kecamatan_limit is not None and len(held) > problem.kecamatan_limit:
        conflicts.append(
            _("the locked villages lie in {held} kecamatan but only {k} are allowed").format(
                held=len(held), k=problem.kecamatan_limit
            )
        )
    if problem.max_per_kecamatan is not None:
        conflicts += [
            _("kecamatan {name} has {held} villages locked in but at most {most} are allowed").format(
                name=name, held=count, most=problem.max_per_kecamatan
            )
            for name, count in held[held > problem.max_per_kecamatan].items()
            if name not in problem.quota
        ]
    return conflicts + _quota_conflicts(scores, kecamatan, problem, held)


def _unknown(names: Iterable[str], known: list[str], text: str) -> list[str]:
    out = []
    for name in sorted(set(names).difference(known)):
        near = get_close_matches(name, known, n=1)
        hint = " " + _("(did you mean {name}?)").format(name=near[0]) if near else ""
        out.append(text.format(kode=name) + hint)
    return out


def _quota_conflicts(
    scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem, held: pd.Series[int]
) -> list[str]:
    eligible = (scores.notna() & ~scores.index.isin(list(problem.locked_out))) | scores.index.isin(
        list(problem.locked_in)
    )
    available = kecamatan[eligible].value_counts()
    conflicts = []
    for name, number in problem.quota.items():
        if held.get(name, 0) > number:
            text = _("kecamatan {name} has {held} villages locked in but its quota is {number}")
            conflicts.append(text.format(name=name, held=held[name], number=number))
        if available.get(name, 0) < number:
            text = _("kecamatan {name} has a quota of {number} but only {n} villages can be chosen there")
            conflicts.append(text.format(name=name, number=number, n=available.get(name, 0)))
    return conflicts


def _capacities(
    scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem
) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
    """Fewest and most villages in each kecamatan that can be opened, and whether it is forced open."""
    locked = scores.index.isin(list(problem.locked_in))
    eligible = (scores.notna().to_numpy() & ~scores.index.isin(list(problem.locked_out))) | locked
    names = kecamatan.to_numpy(dtype=object)
    labels, group = np.unique(names.astype(str), return_inverse=True)
    sizes = np.bincount(group, weights=eligible).astype(np.int64)
    held = np.bincount(group, weights=locked).astype(np.int64)
    most = sizes if problem.max_per_kecamatan is None else np.minimum(sizes, problem.max_per_kecamatan)
    least, forced = np.maximum(held, max(problem.min_per_kecamatan, 1)), held > 0
    for place, label in enumerate(labels):
        if label in problem.quota:
            number = problem.quota[label]
            least[place], most[place], forced[place] = max(number, 1), number, number > 0
    return least, most, forced


def _ranges(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> tuple[Ints, Ints, Ints]:
    """Numbers of kecamatan that can be opened, with the fewest and most villages each of them allows."""
    low, high, forced = _capacities(scores, kecamatan, problem)
    empty = np.zeros(0, dtype=np.int64)
    if (low[forced] > high[forced]).any():
        return empty, empty, empty
    free = np.sort(high[~forced & (low <= high)])[::-1]
    opened = int(forced.sum()) + np.arange(len(free) + 1)
    each = max(problem.min_per_kecamatan, 1)
    fewest = low[forced].sum() + each * np.arange(len(free) + 1)
    most = high[forced].sum() + np.concatenate([[0], np.cumsum(free)])
    return opened, fewest, most


def _allowed(opened: Ints, problem: Problem) -> npt.NDArray[np.bool_]:
    if problem.exact_kecamatan is not None:
        return np.equal(opened, problem.exact_kecamatan)
    if problem.max_kecamatan is not None:
        return np.less_equal(opened, problem.max_kecamatan)
    return np.ones(len(opened), dtype=bool)


def _feasible(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> bool:
    opened, fewest, most = _ranges(scores, kecamatan, problem)
    return bool((_allowed(opened, problem) & (fewest <= problem.n) & (problem.n <= most)).any())


def _facts(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> str:
    low, high, _forced = _capacities(scores, kecamatan, problem)
    return _("{villages} villages can be chosen, in {kecamatan} kecamatan that can be opened").format(
        villages=format_number(int(high[low <= high].sum())),
        kecamatan=format_number(int((low <= high).sum())),
    )


def _single_changes(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> list[str]:
    def works(other: Problem) -> bool:
        return not _lock_conflicts(scores, kecamatan, other) and _feasible(scores, kecamatan, other)

    def first(values: Iterable[int], change: Callable[[int], Problem]) -> int | None:
        return next((value for value in values if works(change(value))), None)

    changes = [_change_kecamatan(scores, kecamatan, problem), _change_n(scores, kecamatan, problem)]
    if problem.max_per_kecamatan is not None:
        largest = int(kecamatan.value_counts().max())
        most = first(
            range(problem.max_per_kecamatan + 1, largest + 1), lambda v: replace(problem, max_per_kecamatan=v)
        )
        if most is not None:
            changes.append(_("at most {most} villages in each kecamatan").format(most=most))
    least = first(
        range(problem.min_per_kecamatan - 1, 0, -1), lambda v: replace(problem, min_per_kecamatan=v)
    )
    if least is not None:
        changes.append(_("at least {least} villages in each chosen kecamatan").format(least=least))
    if problem.quota and works(replace(problem, quota={})):
        changes.append(_("no quota per kecamatan"))
    if problem.locked_out and works(replace(problem, locked_out={})):
        changes.append(_("fewer villages locked out"))
    if problem.locked_in and works(replace(problem, locked_in={})):
        changes.append(_("fewer villages locked in"))
    return changes


def _change_kecamatan(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> str:
    opened, fewest, most = _ranges(scores, kecamatan, problem)
    possible = opened[(fewest <= problem.n) & (problem.n <= most)]
    if problem.kecamatan_limit is None or len(possible) == 0:
        return ""
    if problem.exact_kecamatan is None:
        return _("at least {k} kecamatan").format(k=format_number(int(possible.min())))
    nearest = int(possible[np.argmin(np.abs(possible - problem.exact_kecamatan))])
    return _("exactly {k} kecamatan").format(k=format_number(nearest))


def _change_n(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> str:
    opened, fewest, most = _ranges(scores, kecamatan, problem)
    allowed = _allowed(opened, problem)
    ends = np.concatenate([fewest[allowed & (fewest <= most)], most[allowed & (fewest <= most)]])
    below, above = ends[(ends < problem.n) & (ends > 0)], ends[ends > problem.n]
    parts = []
    if len(below):
        parts.append(_("at most {n} villages").format(n=format_number(int(below.max()))))
    if len(above):
        parts.append(_("at least {n} villages").format(n=format_number(int(above.min()))))
    return _(", or ").join(parts)
