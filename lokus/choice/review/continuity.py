"""Add rules of continuity to a problem: villages that stay, graduates that leave, and how many may change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from lokus.choice.review.graduation import graduated_with, too_young
from lokus.choice.solver.problem import Problem, RuleError
from lokus.errors import name_some
from lokus.i18n import format_number
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from typing import TypeAlias

    Graduated: TypeAlias = Collection[str] | Mapping[str, str] | pd.DataFrame

__all__ = ["continuity_rules"]


def continuity_rules(
    problem: Problem,
    previous: Iterable[str],
    years_listed: pd.Series[int] | None = None,
    *,
    min_years: int | None = None,
    max_changes: int | None = None,
    graduated: Graduated = (),
) -> Problem:
    """Return the problem with the rules that follow from last year's list.

    Parameters
    ----------
    problem : Problem
        The study's own rules.
    previous : collection of kode_desa
        Last year's list, in this year's codes, without villages that no longer exist.
    years_listed : Series, index ``kode_desa``
        Years on the list so far, last year included, consecutive; needed with `min_years`.
    min_years : int, optional
        Least number of years on the list: a village with fewer is locked in.
    max_changes : int, optional
        Largest number of villages that may leave last year's list. Graduates do not count towards it.
    graduated : collection of kode_desa, mapping to a reason, or result of ``graduation``
        Locked out.

    Returns
    -------
    Problem
        Locks of the study take precedence: a village that it locks out is not locked in for its few years
        (the reason mentions this), and one that it locks in keeps the study's reason.

    Raises
    ------
    RuleError
        The rules contradict each other or the study's; the message says which and what to change.

    Examples
    --------
    >>> last_year = ["9901012001", "9901012002", "9901012003"]
    >>> years = pd.Series([1, 3, 2], index=last_year)
    >>> rules = continuity_rules(
    ...     Problem(n=3), last_year, years, min_years=2, max_changes=1, graduated=["9901012002"]
    ... )
    >>> dict(rules.locked_in), dict(rules.locked_out)
    ({'9901012001': 'baru 1 tahun menjadi lokus, paling sedikit 2 tahun'}, {'9901012002': 'lulus'})
    >>> rules.kept_from, rules.min_kept
    (('9901012001', '9901012003'), 1)
    """
    listed = sorted({str(kode) for kode in previous})
    leaving = _graduates(graduated)
    _check_whole("min_years", min_years, 1)
    _check_whole("max_changes", max_changes, 0)
    _check_graduates(problem, listed, leaving)
    young = {} if min_years is None else _too_young(listed, years_listed, min_years)
    _refuse_young_graduates(young, leaving)

    locked_in = {**young, **problem.locked_in}
    locked_out = {**leaving, **problem.locked_out}
    for kode in sorted(set(young) & set(problem.locked_out)):
        del locked_in[kode]
        locked_out[kode] = _("{reason} (although {rule})").format(
            reason=problem.locked_out[kode], rule=young[kode]
        )
    changed = replace(problem, locked_in=locked_in, locked_out=locked_out)
    if max_changes is not None:
        changed = _limit_changes(problem, changed, listed, leaving, max_changes)
    if len(changed.locked_in) > problem.n:
        raise RuleError(
            _(
                "{locked} villages must be on the list ({young} of them for their few years) of only {n}"
            ).format(
                locked=len(changed.locked_in), young=len(set(young) - set(problem.locked_in)), n=problem.n
            ),
            remedy=_("choose at least {n} villages, or lower the least number of years").format(
                n=len(changed.locked_in)
            ),
        )
    return changed


def _graduates(graduated: Graduated) -> dict[str, str]:
    if isinstance(graduated, pd.DataFrame):
        reached = graduated.loc[graduated["lulus"].astype(bool), "peluang_lulus"]
        graduated = {str(kode): graduated_with(float(chance)) for kode, chance in reached.items()}
    if isinstance(graduated, Mapping):
        return {str(kode): str(reason) for kode, reason in sorted(graduated.items())}
    return {str(kode): _("graduated") for kode in sorted({str(kode) for kode in graduated})}


def _check_graduates(problem: Problem, listed: list[str], leaving: dict[str, str]) -> None:
    foreign = sorted(set(leaving) - set(listed))
    if foreign:
        raise RuleError(
            _("villages graduate that were not on last year's list: {villages}").format(
                villages=name_some(foreign)
            ),
            remedy=_("give the graduation of villages of last year's list only"),
        )
    both = sorted(set(leaving) & set(problem.locked_in))
    if both:
        raise RuleError(
            _("the study locks in villages that graduate: {villages}").format(villages=name_some(both)),
            remedy=_("take the lock away, or do not let these villages graduate"),
        )


def _refuse_young_graduates(young: dict[str, str], leaving: dict[str, str]) -> None:
    both = sorted(set(young) & set(leaving))
    if both:
        raise RuleError(
            _("villages graduate before the years they must stay are over: {villages}").format(
                villages=name_some(both)
            ),
            remedy=_("let the least number of years for graduation be at least that for staying"),
        )


def _too_young(listed: list[str], years_listed: pd.Series[int] | None, least: int) -> dict[str, str]:
    years = (pd.Series(dtype=float) if years_listed is None else years_listed).reindex(listed)
    if years.isna().any():
        raise RuleError(
            _("it is not known for how many years these villages have been on the list: {villages}").format(
                villages=name_some(years.index[years.isna()])
            ),
            remedy=_("give the lists of the earlier years"),
        )
    return {str(kode): too_young(int(k), least) for kode, k in years.items() if k < least}


def _limit_changes(
    problem: Problem, changed: Problem, listed: list[str], leaving: dict[str, str], most: int
) -> Problem:
    if problem.min_kept:
        raise RuleError(
            _("the study already says how many villages of last year's list stay"),
            remedy=_("state either the most changes or the number that stays, not both"),
        )
    staying = [kode for kode in listed if kode not in leaving]
    least = max(len(staying) - most, 0)
    shut = len(set(staying) & set(changed.locked_out))
    outside = len(set(changed.locked_in) - set(staying))
    # Each bound is the number of last year's villages that must leave whatever their scores.
    forced = max(shut, len(staying) - (problem.n - outside))
    if forced > most:
        raise RuleError(
            _(
                "at most {most} villages may leave last year's list, but {forced} have to: {staying} were on "
                "it without the graduates, {shut} of these are locked out, and of the {n} places {outside} "
                "go to villages locked in from elsewhere"
            ).format(
                most=format_number(most),
                forced=format_number(forced),
                staying=format_number(len(staying)),
                shut=format_number(shut),
                n=format_number(problem.n),
                outside=format_number(outside),
            ),
            remedy=_("allow at least {forced} changes").format(forced=format_number(forced)),
        )
    return replace(changed, kept_from=tuple(staying), min_kept=least)


def _check_whole(name: str, value: int | None, least: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or int(value) != value or value < least:
        raise RuleError(
            _("{name} must be a whole number of at least {least}, not {value}").format(
                name=name, least=least, value=value
            ),
            remedy=_("state a whole number that is large enough"),
        )
