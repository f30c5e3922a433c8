"""Choose the engine for a selection problem, and return its list with the proven bound."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import numpy.typing as npt

from lokus.choice.solver.exact import fits_in_memory, solve, table_cells
from lokus.choice.solver.lagrange import solve_lagrange
from lokus.choice.solver.milp import solve_milp
from lokus.choice.solver.nested import solve_nested
from lokus.choice.solver.problem import RuleError
from lokus.i18n import gettext as _

if TYPE_CHECKING:
    from lokus.choice.solver.instance import Instance

__all__ = [
    "DYNAMIC_PROGRAMME",
    "FEW_CELLS",
    "HIGHS",
    "LAGRANGE",
    "Answer",
    "Engine",
    "best_list",
    "check_engine",
]

Engine = Literal["auto", "dp", "lagrange", "highs"]

DYNAMIC_PROGRAMME, LAGRANGE, HIGHS = "program dinamis", "relaksasi Lagrange", "HiGHS"

# Above this size Lagrangian relaxation is faster than filling tables.
FEW_CELLS = 40_000


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A list, the engine that found it, and an upper bound of the sum of quantised scores."""

    chosen: npt.NDArray[np.bool_]
    bound: float
    engine: str


def check_engine(engine: str) -> None:
    """Raise where the name is none of the engines.

    Raises
    ------
    RuleError

    Examples
    --------
    >>> check_engine("dp")
    """
    if engine not in get_args(Engine):
        raise RuleError(
            _("engine must be one of {allowed}, not {value}").format(
                allowed=", ".join(get_args(Engine)), value=engine
            ),
            remedy=_("leave the engine out; auto chooses one that is exact"),
        )


def best_list(instance: Instance, engine: Engine = "auto") -> Answer | None:
    """Find the best list, ties broken by the declared rule.

    Parameters
    ----------
    instance : Instance
    engine : {"auto", "dp", "lagrange", "highs"}
        ``auto``: dynamic programming where its tables are small (a kabupaten), otherwise Lagrangian
        relaxation; where that leaves a gap, larger tables or HiGHS. Rules across kecamatan are ignored at
        first: if the best list without them satisfies them, it is also the best list with them, ties
        included.

    Returns
    -------
    Answer or None
        None if no list satisfies the rules. ``lagrange`` requested by name may return a list that is not
        proven optimal (bound above its value); do not use it where a proof is needed.

    Raises
    ------
    RuleError
        ``dp`` or ``lagrange`` was requested by name and cannot handle a rule across kecamatan.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.4, "9901022001": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> instance = build_instance(scores, kecamatan, Problem(n=2, max_kecamatan=1), None)
    >>> answer = best_list(instance)
    >>> answer.chosen.tolist(), answer.engine
    ([True, True, False], 'program dinamis')
    """
    if engine == "highs":
        return _by_highs(instance)
    free = replace(instance, extra=())
    answer = _within_kecamatan(free, engine) if free.above is None else _within_kabupaten(free)
    if not instance.extra or answer is None:
        return answer
    if all(rule.holds(answer.chosen) for rule in instance.extra):
        return answer
    if engine != "auto":
        raise RuleError(
            _("engine {engine} cannot keep rules across kecamatan; use auto").format(engine=engine),
            remedy=_("use auto"),
        )
    return _by_highs(instance)


def _within_kecamatan(instance: Instance, engine: Engine) -> Answer | None:
    if engine == "dp" or (engine == "auto" and table_cells(instance) <= FEW_CELLS):
        return _by_tables(instance)
    found = solve_lagrange(instance)
    if found is not None and (found.closed or engine == "lagrange"):
        return Answer(chosen=_first(instance, found.sizes), bound=float(found.bound), engine=LAGRANGE)
    if engine == "lagrange":
        return None
    return _by_tables(instance) if fits_in_memory(instance) else _by_highs(instance)


def _within_kabupaten(instance: Instance) -> Answer | None:
    """Solve with the two-level programme; with HiGHS where that found neither a list nor a proof.

    A list with a gap is returned with its bound: at that size HiGHS takes minutes and leaves a wider gap.
    """
    found = solve_nested(instance)
    if found.sizes is None:
        return None if found.closed else _by_highs(instance)
    engine = LAGRANGE if found.priced else DYNAMIC_PROGRAMME
    return Answer(chosen=_first(instance, found.sizes), bound=float(found.bound), engine=engine)


def _by_tables(instance: Instance) -> Answer | None:
    sizes = solve(instance)
    if sizes is None:
        return None
    chosen = _first(instance, sizes)
    return Answer(chosen=chosen, bound=float(instance.score[chosen].sum()), engine=DYNAMIC_PROGRAMME)


def _by_highs(instance: Instance) -> Answer | None:
    proof = solve_milp(instance)
    return None if proof is None else Answer(chosen=proof.chosen, bound=proof.bound, engine=HIGHS)


def _first(instance: Instance, sizes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    place = np.arange(len(instance.codes)) - instance.start[instance.group]
    return np.asarray(place < sizes[instance.group])
