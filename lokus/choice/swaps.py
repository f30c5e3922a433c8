"""Exchanging one chosen village for another: which rules would break."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from lokus.choice.instance import Instance
    from lokus.choice.problem import Problem

__all__ = ["Rule", "SwapRules", "swap_rules"]

Bools = npt.NDArray[np.bool_]
Rule = Literal["kecamatan_limit", "max_there", "min_there", "min_here"]


@dataclass(frozen=True, kw_only=True)
class SwapRules:
    """Rules broken when kecamatan ``givers[i]`` loses its weakest free village and kecamatan `g` gains one.

    Parameters
    ----------
    givers : ndarray of int, shape (o,)
        Kecamatan with a chosen village that is not locked in.
    weakest : ndarray of int, shape (o,)
        Position of that kecamatan's weakest such village in the instance.
    broken : mapping of rule to ndarray of bool, shape (o, L)
        ``kecamatan_limit``: too many (or not exactly as many) kecamatan; ``max_there``: the gaining one
        would be too full; ``min_there``: it would open with too few; ``min_here``: the giving one would
        keep too few.
    """

    givers: npt.NDArray[np.int64]
    weakest: npt.NDArray[np.int64]
    broken: dict[Rule, Bools]

    def count(self, g: int) -> npt.NDArray[np.int64]:
        """How many rules a swap into kecamatan `g` breaks, one number a giver."""
        broken = np.column_stack([flags[:, g] for flags in self.broken.values()])
        return np.asarray(broken.sum(axis=1), dtype=np.int64)


def swap_rules(instance: Instance, chosen: Bools, problem: Problem) -> SwapRules:
    """Tabulate the swaps of a list that satisfies all rules.

    Parameters
    ----------
    instance : Instance
    chosen : ndarray of bool, shape (m,)
        In the instance's order.
    """
    many = len(instance.labels)
    held = np.bincount(instance.group, weights=chosen, minlength=many).astype(np.int64)
    free = np.flatnonzero(chosen & ~instance.locked)
    # Villages stand best first within a kecamatan, so the last entry written is the weakest.
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
    return SwapRules(
        givers=givers,
        weakest=last[givers],
        broken={
            "kecamatan_limit": over & other,
            "max_there": full[None, :] & other,
            "min_there": opens & (least > 1) & other,
            "min_here": (left < least) & ~closes & other,
        },
    )
