"""Compute Shapley values: divide a change between the factors that caused it jointly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import factorial

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["Corner", "shapley"]

Corner = frozenset[str]
"""Factors that are switched to this year; the others stand as they did last year."""

MOST_FACTORS = 12


def shapley(evaluate: Callable[[Corner], pd.Series[float]], factors: Sequence[str]) -> pd.DataFrame:
    r"""Divide the difference between all factors switched and none switched between the factors, by village.

    Parameters
    ----------
    evaluate : callable
        Takes a set of switched factors and returns the value of every village; called once for each of the 2ᵏ
        sets. A village missing for one set is missing in the result.
    factors : sequence of str
        At most 12.

    Returns
    -------
    DataFrame, index as `evaluate` gives it, columns `factors`
        In the unit of the value. Each row adds up to ``evaluate(all) − evaluate(none)``; a factor that never
        changes a village's value gets exactly 0 there.

    Raises
    ------
    ValueError
        A factor appears twice, or there are too many; the villages differ between sets.

    Notes
    -----
    .. math:: \phi_j = \sum_{S \not\ni j} \frac{|S|!\,(k-|S|-1)!}{k!}\,\bigl(v(S \cup j) - v(S)\bigr)

    the mean of the factor's effect over all orders of switching: L. S. Shapley (1953), in *Contributions to
    the Theory of Games II*, 307–317. Switching factors one after the other gives a result that depends on the
    order; the mean over all orders does not.

    Examples
    --------
    >>> worth = {(): 0.0, ("a",): 1.0, ("b",): 2.0, ("a", "b"): 5.0}
    >>> shapley(lambda on: pd.Series({"x": worth[tuple(sorted(on))]}), ["a", "b"])
         a    b
    x  2.0  3.0
    """
    k = len(factors)
    if len(set(factors)) < k:
        raise ValueError("a factor stands twice")
    if k > MOST_FACTORS:
        raise ValueError(f"{k} factors need {2**k} evaluations; at most {MOST_FACTORS} factors are allowed")
    values: list[npt.NDArray[np.float64]] = []
    index = None
    for mask in range(1 << k):
        value = evaluate(frozenset(name for j, name in enumerate(factors) if mask >> j & 1))
        if index is None:
            index = value.index
        elif not value.index.equals(index):
            if len(value) != len(index) or not value.index.isin(index).all():
                raise ValueError("the corners have different villages")
            value = value.reindex(index)
        values.append(np.asarray(value, dtype=np.float64))
    parts = {name: _part(values, j, k) for j, name in enumerate(factors)}
    return pd.DataFrame(parts, index=index, columns=list(factors))


def _part(values: list[npt.NDArray[np.float64]], j: int, k: int) -> npt.NDArray[np.float64]:
    total = np.zeros_like(values[0])
    for mask in range(1 << k):
        if not mask >> j & 1:
            size = mask.bit_count()
            weight = factorial(size) * factorial(k - size - 1) / factorial(k)
            total += weight * (values[mask | 1 << j] - values[mask])
    return total
