"""The same selection by mixed-integer programming (HiGHS): a second opinion, and the engine at scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array

if TYPE_CHECKING:
    from lokus.choice.instance import Instance

__all__ = ["Proof", "solve_milp"]

# HiGHS compares objectives with absolute tolerances near 1e-6; on this scale they are relative 1e-12.
OBJECTIVE_SCALE = 1e6


@dataclass(frozen=True, kw_only=True)
class Proof:
    """A list found by HiGHS.

    Parameters
    ----------
    chosen : ndarray of bool, shape (m,)
        In the instance's order of villages.
    bound : float
        No list has a larger sum of quantised scores than this.
    """

    chosen: npt.NDArray[np.bool_]
    bound: float


def solve_milp(instance: Instance) -> Proof | None:
    """Maximise the score, then, among lists of that score, the stunted children.

    Returns
    -------
    Proof or None
        None if no list satisfies the rules. Where lists are equal in both, HiGHS settles for one of them:
        the third part of the tie rule, the order of codes, is kept by :func:`lokus.choice.exact.solve`
        only.
    """
    rules = _rules(instance)
    first = _maximise(instance, instance.score, rules)
    if first is None or not instance.tie.any():
        return first
    best = instance.score[first.chosen].sum()
    scale = OBJECTIVE_SCALE / max(1, abs(int(best)))
    kept = np.concatenate([instance.score * scale, np.zeros(len(instance.labels))])
    floor = LinearConstraint(csr_array(kept[None, :]), best * scale - 1e-6, np.inf)
    second = _maximise(instance, instance.tie, [*rules, floor])
    # Below the solver's tolerance a list of slightly lower score may pass the floor; whole numbers tell.
    if second is None or instance.score[second.chosen].sum() < best:
        return first
    return Proof(chosen=second.chosen, bound=first.bound)


def _maximise(
    instance: Instance, values: npt.NDArray[np.int64], rules: list[LinearConstraint]
) -> Proof | None:
    m, many = len(instance.codes), len(instance.labels)
    scale = OBJECTIVE_SCALE / max(1, int(np.abs(values).max(initial=0)))
    lower = np.concatenate([instance.locked, instance.forced]).astype(float)
    upper = np.concatenate([np.ones(m), (instance.low <= instance.high).astype(float)])
    if (lower > upper).any():
        return None
    answer = milp(
        c=np.concatenate([-values * scale, np.zeros(many)]),
        integrality=np.ones(m + many),
        bounds=Bounds(lower, upper),
        constraints=rules,
        options={"mip_rel_gap": 0.0},
    )
    if answer.x is None:
        return None
    return Proof(chosen=answer.x[:m] > 0.5, bound=-float(answer.mip_dual_bound) / scale)


def _rules(instance: Instance) -> list[LinearConstraint]:
    """Variables are one per village, then one per kecamatan (opened or not)."""
    m, many = len(instance.codes), len(instance.labels)
    village, group = np.arange(m), instance.group
    wide = (m + many,)

    def row(columns: npt.NDArray[np.int64]) -> csr_array:
        ones, rows = np.ones(len(columns)), np.zeros(len(columns), dtype=np.int64)
        return coo_array((ones, (rows, columns)), shape=(1, *wide)).tocsr()

    def per_kecamatan(factor: npt.NDArray[np.int64]) -> csr_array:
        """Villages chosen in each kecamatan minus `factor` times whether it is opened."""
        data = np.concatenate([np.ones(m), -factor.astype(float)])
        rows = np.concatenate([group, np.arange(many)])
        columns = np.concatenate([village, m + np.arange(many)])
        return coo_array((data, (rows, columns)), shape=(many, *wide)).tocsr()

    opened_first = coo_array(
        (np.tile([1.0, -1.0], m), (np.repeat(village, 2), np.column_stack([village, m + group]).ravel())),
        shape=(m, *wide),
    ).tocsr()
    rules = [
        LinearConstraint(row(village), instance.n, instance.n),
        LinearConstraint(opened_first, -np.inf, 0.0),
        LinearConstraint(per_kecamatan(instance.low), 0.0, np.inf),
        LinearConstraint(per_kecamatan(instance.high), -np.inf, 0.0),
    ]
    if instance.limit is not None:
        least = instance.limit if instance.exact else 0
        rules.append(LinearConstraint(row(m + np.arange(many)), least, instance.limit))
    return rules
