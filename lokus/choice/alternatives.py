"""List the next best selections after the proposal, with what each one exchanges and what it loses."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.choice.solver.exact import IMPOSSIBLE, fits_in_memory, losses, solve
from lokus.choice.solver.milp import solve_milp
from lokus.choice.solver.problem import RuleError
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.selection import Selection
    from lokus.choice.solver.instance import Instance

__all__ = ["alternatives"]

Bools = npt.NDArray[np.bool_]
Kode = tuple[str, ...]


def alternatives(selection: Selection, *, k: int = 10, within: float | None = None) -> pd.DataFrame:
    """List the k best distinct lists after the proposal, exactly.

    Parameters
    ----------
    selection : Selection
    k : int
        Lists wanted, without the proposal.
    within : float, optional
        Largest loss of a list, as a share of the proposal's objective, 0–1; without it no limit.

    Returns
    -------
    DataFrame
        One row a list, best first; fewer than `k` where there are no more. ``nilai``; ``selisih``, what it
        loses against the proposal; ``masuk``, ``keluar``: tuples of ``kode_desa`` exchanged;
        ``kecamatan_masuk``, ``kecamatan_keluar``: tuples of kecamatan opened and closed; ``kode``: the list.

    Raises
    ------
    RuleError
        `k` below 1 or `within` outside 0–1.

    Notes
    -----
    By dynamic programming: the set of lists is split repeatedly at the village whose reversal costs least
    (Lawler 1972, *Management Science* 18, 401–405), and one solution gives the best list of each part.
    Problems with rules across kecamatan, or too large for the tables, are solved with HiGHS, excluding each
    list found by one constraint. Where several lists tie for place k, any of them may be returned.

    Examples
    --------
    >>> from lokus.choice.solver.problem import Problem
    >>> from lokus.choice.selection import select
    >>> desa = ["9901012001", "9901012002", "9901022001"]
    >>> proposal = select(
    ...     pd.Series([0.9, 0.6, 0.7], index=desa), pd.Series(["A", "A", "B"], index=desa), Problem(n=2)
    ... )
    >>> alternatives(proposal, k=1)[["selisih", "masuk", "keluar"]].round(3).values.tolist()
    [[0.1, ('9901012002',), ('9901022001',)]]
    """
    if k < 1:
        raise RuleError(
            _("{name} must be a whole number of at least {least}, not {value}").format(
                name="k", least=1, value=k
            ),
            remedy=_("state a whole number that is large enough"),
        )
    if within is not None and not 0 <= within <= 1:
        raise RuleError(
            _("within must lie between 0 and 1, not {value}").format(value=within),
            remedy=_("state the share of the best sum that a list may lose, such as 0.02"),
        )
    instance = selection.instance
    tabled = not instance.across and fits_in_memory(instance)
    found = _by_halving(selection) if tabled else _by_cuts(selection)
    value, tie = (
        dict(zip(instance.codes, part.tolist(), strict=True)) for part in (instance.score, instance.tie)
    )
    best = sum(value[kode] for kode in selection.kode)
    rows = []
    for kode in found:
        lost = best - sum(value[one] for one in kode)
        if within is not None and lost > within * abs(best):
            break
        rows.append((lost, -sum(tie[one] for one in kode), kode))
        if len(rows) == k:
            break
    records = [_record(selection, kode, lost * instance.unit) for lost, _tie, kode in sorted(rows)]
    columns = ["nilai", "selisih", "masuk", "keluar", "kecamatan_masuk", "kecamatan_keluar", "kode"]
    return pd.DataFrame(records, columns=columns, index=pd.RangeIndex(1, len(records) + 1, name="alternatif"))


def _record(selection: Selection, kode: Kode, lost: float) -> dict[str, object]:
    old, new = set(selection.kode), set(kode)
    here, there = (set(selection.kecamatan[list(part)]) for part in (selection.kode, kode))
    return {
        "nilai": selection.objective - lost,
        "selisih": lost,
        "masuk": tuple(sorted(new - old)),
        "keluar": tuple(sorted(old - new)),
        "kecamatan_masuk": tuple(sorted(there - here)),
        "kecamatan_keluar": tuple(sorted(here - there)),
        "kode": kode,
    }


@dataclass(frozen=True, order=True)
class _Half:
    """A set of lists in which some villages are fixed, with `best`, its best list, taken out.

    `key` orders the sets by the value of their next best list; `turn` is the village that list reverses.
    """

    key: int
    number: int
    best: Kode = field(compare=False)
    turn: str = field(compare=False)
    inside: frozenset[str] = field(compare=False)
    outside: frozenset[str] = field(compare=False)


def _by_halving(selection: Selection) -> Iterator[Kode]:
    numbers = iter(range(1 << 60))
    heap: list[_Half] = []

    def push(best: Kode, inside: frozenset[str], outside: frozenset[str]) -> None:
        half = _second(_decided(selection, inside, outside), best, inside, outside, next(numbers))
        if half is not None:
            heapq.heappush(heap, half)

    push(selection.kode, frozenset(), frozenset())
    while heap:
        half = heapq.heappop(heap)
        turn = frozenset([half.turn])
        leaves = half.turn in half.best
        turned = (half.inside, half.outside | turn) if leaves else (half.inside | turn, half.outside)
        stays = (half.inside | turn, half.outside) if leaves else (half.inside, half.outside | turn)
        instance = _decided(selection, *turned)
        sizes = solve(instance)
        if sizes is None:
            raise AssertionError("the table of losses promised a list")
        place = np.arange(len(instance.codes)) - instance.start[instance.group]
        kode = tuple(sorted(instance.codes[place < sizes[instance.group]]))
        yield kode
        push(kode, *turned)
        push(half.best, *stays)


def _decided(selection: Selection, inside: frozenset[str], outside: frozenset[str]) -> Instance:
    problem = selection.problem
    return selection.arranged(
        replace(
            problem,
            locked_in={**problem.locked_in, **dict.fromkeys(inside, "")},
            locked_out={**problem.locked_out, **dict.fromkeys(outside, "")},
        )
    )


def _second(
    instance: Instance, best: Kode, inside: frozenset[str], outside: frozenset[str], number: int
) -> _Half | None:
    lost = losses(instance)
    # In code order, so that the choice among equals does not depend on the order of the rows.
    order = np.argsort(instance.codes)
    turn = order[np.argmin(lost[order])]
    if lost[turn] == -IMPOSSIBLE:
        return None
    worth = int(instance.score[pd.Index(instance.codes).isin(best)].sum()) - int(lost[turn])
    return _Half(-worth, number, best, str(instance.codes[turn]), inside, outside)


def _by_cuts(selection: Selection) -> Iterator[Kode]:
    cuts: list[Bools] = [selection.chosen]
    while (proof := solve_milp(selection.instance, cuts)) is not None:
        cuts.append(proof.chosen)
        yield tuple(sorted(selection.instance.codes[proof.chosen]))
