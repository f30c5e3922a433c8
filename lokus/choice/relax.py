"""Rules across kecamatan that cannot hold: each is relaxed in turn, to the nearest value that would do."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lokus.choice.instance import ExtraRule, Instance, build_instance
from lokus.choice.loosen import loosen
from lokus.choice.milp import Model
from lokus.errors import InfeasibleError
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    import pandas as pd

    from lokus.choice.problem import Problem

__all__ = ["check_extra"]

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
        kecamatan it is the step of :func:`lokus.choice.loosen.loosen`, where that suffices.
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
