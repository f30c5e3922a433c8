"""Find out why no list satisfies the rules: which of them conflict, and which changes allow a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from lokus.choice.remedies import Feasibility, Remedy, find_remedies
from lokus.choice.solver.engine import best_list
from lokus.choice.solver.instance import build_instance, total_cost
from lokus.choice.solver.milp import Model
from lokus.errors import InfeasibleError
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

    from lokus.choice.solver.problem import Problem

__all__ = ["check_feasible", "is_feasible", "remedies"]

Ints = npt.NDArray[np.int64]

NO_EXTRA: dict[str, Any] = {"min_kept": 0, "min_jenis": {}, "max_jenis": {}, "budget": None}


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
        No list satisfies the rules. Names every lock that contradicts the data or another rule; where there
        is none, the conflicting rules with the changes of :func:`remedies`.

    Notes
    -----
    With k kecamatan opened, those with locked-in villages among them, every whole number of villages from the
    sum of their minima to the sum of the k largest capacities is possible: all other kecamatan share one
    minimum, so the lower end does not depend on which k are opened. A kecamatan with a quota gives a fixed
    number and does not change this. Rules across kecamatan (villages to be kept, jenis, budget) are checked
    with the mixed-integer solver.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series(0.5, index=["9901012001", "9901012002", "9901022001"])
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> check_feasible(scores, kecamatan, Problem(n=3, max_kecamatan=1))
    Traceback (most recent call last):
        ...
    lokus.errors.InfeasibleError: tidak ada daftar yang memenuhi semua aturan: 3 desa/kelurahan,
    maksimal 1 kecamatan (3 desa/kelurahan dapat dipilih, di 2 kecamatan yang dapat dibuka)
    → butuh minimal 2 kecamatan, atau jumlah desa maksimal 2
    """
    if is_feasible(scores, kecamatan, problem, jenis=jenis, cost=cost):
        return
    locks = sorted({*problem.locked_in, *problem.locked_out})
    villages, places = list(scores.index), [str(name) for name in kecamatan.unique()]
    wrong = _unknown(locks, villages, _("locked village {kode} is not among the villages"))
    names = (
        _unknown(
            problem.kept_from, villages, _("village {kode} of last year's list is not among the villages")
        )
        + _unknown(problem.quota, places, _("quota for kecamatan {kode}, which does not occur"))
        + _unknown(
            problem.quota_kabupaten,
            sorted({str(kode)[:4] for kode in villages}),
            _("quota for kabupaten {kode}, which does not occur"),
        )
    )
    if wrong or names:
        raise InfeasibleError(
            "; ".join([*wrong, *names]),
            remedy=_("correct the locked villages") if wrong else _("write them as the village table does"),
        )
    conflicts = _conflicts(scores, kecamatan, problem)
    unlocked = replace(problem, locked_in={}, locked_out={})
    if conflicts and is_feasible(scores, kecamatan, unlocked, jenis=jenis, cost=cost):
        raise InfeasibleError("; ".join(conflicts), remedy=_("correct the locked villages"))
    what = _("no list satisfies all rules: {sentence}").format(sentence=problem.sentence())
    if conflicts:
        what = "; ".join(conflicts)
    elif problem.has_kabupaten_rules or not _counts(scores, kecamatan, problem):
        what = _("no list satisfies all rules: {sentence} ({facts})").format(
            sentence=problem.sentence(), facts=_facts(scores, kecamatan, problem)
        )
    changes = [one.text for one in remedies(scores, kecamatan, problem, jenis=jenis, cost=cost)]
    raise InfeasibleError(
        what,
        remedy=_("needed: {changes}").format(changes=_(", or ").join(changes))
        if changes
        else _("complete the data: no village can be chosen"),
    )


def is_feasible(
    scores: pd.Series[float],
    kecamatan: pd.Series[str],
    problem: Problem,
    *,
    jenis: pd.Series[str] | None = None,
    cost: pd.Series[float] | None = None,
) -> bool:
    """Return whether some list satisfies every rule; parameters as for :func:`check_feasible`.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.problem import Problem
    >>> scores, kecamatan = pd.Series({"9901012001": 0.5}), pd.Series({"9901012001": "Air Bening"})
    >>> [is_feasible(scores, kecamatan, Problem(n=n)) for n in (1, 2)]
    [True, False]
    """
    known = set(scores.index)
    named = {*problem.locked_in, *problem.locked_out, *problem.kept_from}
    if not named <= known or not set(problem.quota) <= {str(name) for name in kecamatan.unique()}:
        return False
    if not {*problem.quota_kabupaten} <= {str(kode)[:4] for kode in known}:
        return False
    if not _counts(scores, kecamatan, problem):
        return False
    if problem.has_kabupaten_rules and not _kabupaten_allow(scores, kecamatan, problem):
        return False
    if not problem.has_extra_rules:
        return True
    instance = build_instance(scores, kecamatan, problem, None, jenis=jenis, cost=cost)
    return Model(instance).best(np.zeros(len(instance.codes), dtype=np.int64)) is not None


def remedies(
    scores: pd.Series[float],
    kecamatan: pd.Series[str],
    problem: Problem,
    *,
    jenis: pd.Series[str] | None = None,
    cost: pd.Series[float] | None = None,
) -> list[Remedy]:
    """Find the smallest changes of the rules that allow a list; parameters as for :func:`check_feasible`.

    Returns
    -------
    list of Remedy
        As :func:`lokus.choice.remedies.find_remedies` returns them; each was verified by solving again.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series(0.5, index=["9901012001", "9901012002", "9901022001"])
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> [one.text for one in remedies(scores, kecamatan, Problem(n=3, max_kecamatan=1))]
    ['minimal 2 kecamatan', 'jumlah desa maksimal 2']
    """

    def possible(other: Problem) -> bool:
        return is_feasible(scores, kecamatan, other, jenis=jenis, cost=cost)

    def cheapest(other: Problem) -> float | None:
        free = replace(other, budget=None)
        if cost is None or not _counts(scores, kecamatan, free):
            return None
        instance = build_instance(scores, kecamatan, free, None, jenis=jenis, cost=cost)
        spent = np.asarray(cost.loc[list(instance.codes)], dtype=np.float64)
        found = Model(instance).best(-spent)
        return None if found is None else total_cost(spent[found.chosen])

    eligible = scores.notna() | scores.index.isin(list(problem.locked_in))
    sizes = kecamatan[eligible].value_counts()
    kabupaten = scores.index[eligible].astype(str).str[:4].value_counts()
    villages = Feasibility(
        possible=possible,
        counts=lambda other: _counts(scores, kecamatan, other),
        kabupaten=kabupaten.size,
        largest_kabupaten=int(kabupaten.max()) if len(kabupaten) else 0,
        cheapest=cheapest,
        villages=int(eligible.sum()),
        kecamatan=len(sizes),
        largest=int(sizes.max()) if len(sizes) else 0,
    )
    return find_remedies(problem, villages)


def _kabupaten_allow(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> bool:
    """Return whether the limits on kabupaten allow a list, ignoring rules across kecamatan."""
    eligible = scores.notna() | scores.index.isin(list(problem.locked_in))
    there = {str(kode)[:4] for kode in scores.index[eligible & ~scores.index.isin(list(problem.locked_out))]}
    if any(number and name not in there for name, number in problem.quota_kabupaten.items()):
        return False
    instance = build_instance(scores, kecamatan, replace(problem, **NO_EXTRA), None)
    return best_list(instance) is not None


def _conflicts(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> list[str]:
    """List the locks and quotas that contradict each other or the rules, one sentence each."""
    locked = list(problem.locked_in)
    conflicts = [
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
    """Return the fewest and most villages of each kecamatan that can be opened, and whether it must be."""
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
            least[place] = max(number, held[place], 1)
            most[place] = min(number, sizes[place])
            forced[place] |= number > 0
    return least, most, forced


def _ranges(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> tuple[Ints, Ints, Ints]:
    """Return each possible number of opened kecamatan with the fewest and most villages it allows."""
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


def _counts(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> bool:
    """Return whether the counts of villages and kecamatan allow a list, ignoring rules across kecamatan."""
    if set(problem.locked_in) & set(problem.locked_out):
        return False
    opened, fewest, most = _ranges(scores, kecamatan, problem)
    return bool((_allowed(opened, problem) & (fewest <= problem.n) & (problem.n <= most)).any())


def _facts(scores: pd.Series[float], kecamatan: pd.Series[str], problem: Problem) -> str:
    low, high, _forced = _capacities(scores, kecamatan, problem)
    if problem.has_kabupaten_rules:
        text = _("{villages} villages can be chosen, in {kecamatan} kecamatan of {kabupaten} kabupaten")
        return text.format(
            villages=format_number(int(high[low <= high].sum())),
            kecamatan=format_number(int((low <= high).sum())),
            kabupaten=format_number(len({str(kode)[:4] for kode in scores.index[scores.notna()]})),
        )
    return _("{villages} villages can be chosen, in {kecamatan} kecamatan that can be opened").format(
        villages=format_number(int(high[low <= high].sum())),
        kecamatan=format_number(int((low <= high).sum())),
    )
