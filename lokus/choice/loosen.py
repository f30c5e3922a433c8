"""Relax each rule of a problem by one step, to measure what the rule costs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.solver.problem import Problem

__all__ = ["loosen"]


def loosen(problem: Problem) -> Iterator[tuple[str, str, list[Problem]]]:
    """Relax the rules of `problem` one at a time, except the number of villages.

    Yields
    ------
    rule, looser : str
        The rule as a sentence, and the same rule relaxed by one step; all locks are lifted together.
    problems : list of Problem
        Problems in which only that rule is relaxed; two where it can be relaxed in either direction.

    Examples
    --------
    >>> from lokus.choice.solver.problem import Problem
    >>> [(rule, looser) for rule, looser, _problems in loosen(Problem(n=26, max_kecamatan=8))]
    [('maksimal 8 kecamatan', 'maksimal 9 kecamatan')]
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
    yield from _above(problem)
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


def _above(problem: Problem) -> Iterator[tuple[str, str, list[Problem]]]:
    if problem.exact_kabupaten is not None:
        k = problem.exact_kabupaten
        options = [replace(problem, exact_kabupaten=other) for other in (k - 1, k + 1) if other > 0]
        yield _("exactly {k} kabupaten").format(k=k), _("one fewer or more"), options
    if problem.max_kabupaten is not None:
        k, text = problem.max_kabupaten, _("at most {k} kabupaten")
        yield text.format(k=k), text.format(k=k + 1), [replace(problem, max_kabupaten=k + 1)]
    least, most = problem.min_per_kabupaten, problem.max_per_kabupaten
    if least > 1:
        text = _("at least {least} villages in each chosen kabupaten")
        looser = [replace(problem, min_per_kabupaten=least - 1)]
        yield text.format(least=least), text.format(least=least - 1), looser
    if most is not None:
        text = _("at most {most} villages in each kabupaten")
        looser = [replace(problem, max_per_kabupaten=most + 1)]
        yield text.format(most=most), text.format(most=most + 1), looser
    if problem.quota_kabupaten:
        text = _("quota of {kabupaten} kabupaten ({n} villages)")
        count = text.format(kabupaten=len(problem.quota_kabupaten), n=sum(problem.quota_kabupaten.values()))
        yield count, _("none"), [replace(problem, quota_kabupaten={})]


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
