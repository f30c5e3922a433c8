"""Find the rules that an exchange of a chosen village for another one would violate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lokus.choice.solver.instance import Instance
    from lokus.choice.solver.problem import Problem

__all__ = ["Rule", "SwapRules", "swap_rules"]

Bools = npt.NDArray[np.bool_]
Rule = Literal[
    "kecamatan_limit",
    "max_there",
    "min_there",
    "min_here",
    "quota_there",
    "quota_here",
    "kabupaten_limit",
    "max_kabupaten_there",
    "min_kabupaten_there",
    "min_kabupaten_here",
    "quota_kabupaten",
    "kept",
    "jenis",
    "budget",
]


@dataclass(frozen=True, kw_only=True)
class SwapRules:
    """Rules violated when kecamatan ``givers[i]`` loses its weakest free village and kecamatan `g` gains one.

    Parameters
    ----------
    givers : ndarray of int, shape (o,)
        Kecamatan with a chosen village that is not locked in.
    weakest : ndarray of int, shape (o,)
        Position of that kecamatan's weakest such village in the instance.
    broken : mapping of rule to ndarray of bool, shape (o, L)
        ``kecamatan_limit``: wrong number of kecamatan; ``max_there``: too many villages in the gaining one;
        ``min_there``: too few in the gaining one; ``min_here``: too few left in the other; ``quota_there``
        and ``quota_here``: not the quota. The same for kabupaten where the two lie in different ones.
    instance : Instance
    chosen : ndarray of bool, shape (m,)
    """

    givers: npt.NDArray[np.int64]
    weakest: npt.NDArray[np.int64]
    broken: dict[Rule, Bools]
    instance: Instance
    chosen: Bools

    def rules(self, place: int) -> list[tuple[Rule, str, Bools]]:
        """List the rules violated when village `place` enters, with one flag for each giving kecamatan.

        Returns
        -------
        list of (rule, label, ndarray of bool)
            The label is the jenis where the rule is about one.
        """
        g = int(self.instance.group[place])
        out: list[tuple[Rule, str, Bools]] = [(rule, "", flags[:, g]) for rule, flags in self.broken.items()]
        for extra in self.instance.extra:
            listed = extra.weight[self.chosen]
            total = listed.sum() - extra.weight[self.weakest] + extra.weight[place]
            # Sums of costs are rounded; the tolerance lies above that rounding and far below a unit of money.
            slack = 1e-12 * max(1.0, float(listed.sum()))
            flags = (total < extra.least - slack) | (total > extra.most + slack)
            out.append((extra.name, extra.label, flags))
        return out

    def count(self, place: int) -> npt.NDArray[np.int64]:
        """Count the rules violated when village `place` enters, for each giving kecamatan."""
        broken = np.column_stack([flags for _rule, _label, flags in self.rules(place)])
        return np.asarray(broken.sum(axis=1), dtype=np.int64)


def swap_rules(instance: Instance, chosen: Bools, problem: Problem) -> SwapRules:
    """Tabulate the exchanges of a list that satisfies all rules.

    Parameters
    ----------
    instance : Instance
    chosen : ndarray of bool, shape (m,)
        In the instance's order.
    problem : Problem
        Its rules.

    Examples
    --------
    >>> import pandas as pd
    >>> from lokus.choice.solver.instance import build_instance
    >>> from lokus.choice.solver.problem import Problem
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.4, "9901022001": 0.6})
    >>> kecamatan = pd.Series([kode[:6] for kode in scores.index], index=scores.index)
    >>> problem = Problem(n=2, max_kecamatan=1)
    >>> instance = build_instance(scores, kecamatan, problem, None)
    >>> swaps = swap_rules(instance, np.array([True, True, False]), problem)
    >>> [rule for rule, _label, broken in swaps.rules(2) if broken.any()]
    ['kecamatan_limit']
    """
    many = len(instance.labels)
    held = np.bincount(instance.group, weights=chosen, minlength=many).astype(np.int64)
    free = np.flatnonzero(chosen & ~instance.locked)
    # Villages are sorted best first within a kecamatan, so the last entry written is the weakest.
    last = np.full(many, -1)
    last[instance.group[free]] = free
    givers = np.flatnonzero(last >= 0)

    least, most = problem.min_per_kecamatan, problem.max_per_kecamatan
    left = held[givers][:, None] - 1
    closes, opens = left == 0, (held == 0)[None, :]
    other = givers[:, None] != np.arange(many)[None, :]
    opened = (held > 0).sum() - closes.astype(np.int64) + opens
    if problem.kecamatan_limit is None:
        over = np.zeros_like(other)
    elif problem.exact_kecamatan is not None:
        over = opened != problem.exact_kecamatan
    else:
        over = opened > problem.kecamatan_limit
    full = np.zeros(many, dtype=bool) if most is None else held + 1 > most
    fixed = np.array([str(label) in problem.quota for label in instance.labels], dtype=bool)
    return SwapRules(
        givers=givers,
        weakest=last[givers],
        broken={
            "kecamatan_limit": over & other,
            "max_there": (full & ~fixed)[None, :] & other,
            "min_there": opens & (least > 1) & ~fixed[None, :] & other,
            "min_here": (left < least) & ~closes & ~fixed[givers][:, None] & other,
            "quota_there": fixed[None, :] & other,
            "quota_here": fixed[givers][:, None] & other,
            **_above(instance, held, givers, problem),
        },
        instance=instance,
        chosen=chosen,
    )


def _above(
    instance: Instance, held: npt.NDArray[np.int64], givers: npt.NDArray[np.int64], problem: Problem
) -> dict[Rule, Bools]:
    """Return the violated rules about kabupaten, for positions of the giving and gaining kecamatan."""
    above = instance.above
    if above is None:
        return {}
    many = len(above.labels)
    count = np.bincount(above.group, weights=held, minlength=many).astype(np.int64)
    here, there = above.group[givers], above.group
    other = here[:, None] != there[None, :]
    left = count[here][:, None] - 1
    closes, opens = left == 0, (count[there] == 0)[None, :]
    opened = (count > 0).sum() - closes.astype(np.int64) + opens
    if above.limit is None:
        over = np.zeros_like(other)
    else:
        over = opened != above.limit if above.exact else opened > above.limit
    least, most = problem.min_per_kabupaten, problem.max_per_kabupaten
    full = np.zeros(many, dtype=bool) if most is None else count + 1 > most
    fixed = np.array([label in problem.quota_kabupaten for label in above.labels], dtype=bool)
    return {
        "kabupaten_limit": over & other,
        "max_kabupaten_there": (full & ~fixed)[there][None, :] & other,
        "min_kabupaten_there": opens & (least > 1) & ~fixed[there][None, :] & other,
        "min_kabupaten_here": (left < least) & ~closes & ~fixed[here][:, None] & other,
        "quota_kabupaten": (fixed[there][None, :] | fixed[here][:, None]) & other,
    }
