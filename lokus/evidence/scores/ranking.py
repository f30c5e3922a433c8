"""Exact comparison of scores: one scale on which sums do not depend on their order, one declared tie rule."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["BITS", "quantise", "rank_by_rule", "tie_order"]

BITS = 40


def quantise(values: npt.ArrayLike) -> tuple[npt.NDArray[np.int64], float]:
    """Write `values` as whole multiples of 2⁻⁴⁰ of the power of two just above the largest.

    That is a relative 10⁻¹²: far below what data can carry, far above the rounding of floating-point sums,
    so two scores equal by their formula are equal here, and integer sums of up to four million villages are
    exact.

    Parameters
    ----------
    values : array_like of float
        Missing ones become 0. The largest must be 0 or above 1e-200, or the unit underflows.

    Returns
    -------
    integers : ndarray of int64
    unit : float
        ``integers * unit`` gives the values back.

    Examples
    --------
    >>> integers, unit = quantise([0.1 + 0.2, 0.3])
    >>> bool(integers[0] == integers[1])
    True
    """
    array = np.nan_to_num(np.asarray(values, dtype=float), nan=0.0)
    largest = float(np.abs(array).max(initial=0.0))
    exponent = math.frexp(largest)[1] if largest else 0
    return np.rint(np.ldexp(array, BITS - exponent)).astype(np.int64), math.ldexp(1.0, exponent - BITS)


def tie_order(ties: pd.DataFrame) -> pd.Series[float]:
    """Fold several tie rules into one number: the more, the earlier in a tie.

    Parameters
    ----------
    ties : DataFrame
        Villages × rules, the first column decides first; more is earlier, missing counts as 0.

    Returns
    -------
    Series
        1, 2, … for each differing combination, so that villages equal in every rule stay equal.

    Examples
    --------
    >>> tie_order(pd.DataFrame({"prevalensi": [8.0, 8.0, 9.0], "stunting": [5.0, 7.0, 1.0]})).tolist()
    [1.0, 2.0, 3.0]
    """
    keys = np.column_stack([quantise(ties[name].to_numpy(float, na_value=np.nan))[0] for name in ties])
    places = np.unique(keys, axis=0, return_inverse=True)[1]
    return pd.Series(places.reshape(-1) + 1.0, index=ties.index, name="urutan_seri")


def rank_by_rule(
    score: pd.Series[float], ties: pd.Series[float] | pd.DataFrame | None = None
) -> pd.Series[int]:
    """Rank villages, 1 the highest score; equal scores by more `ties` (stunted children), then by code.

    Parameters
    ----------
    score : Series
        Indexed by village code. Missing scores get no rank.
    ties : Series or DataFrame, optional
        Several columns decide one after the other. A missing value counts as 0, so that unknown never wins
        a tie.

    Returns
    -------
    Series of Int64
        No two villages share a rank; the order of the rows does not matter.

    Examples
    --------
    >>> rank_by_rule(pd.Series({"b": 0.5, "a": 0.5, "c": None}), pd.Series({"a": 3.0, "b": 9.0}))
    b       1
    a       2
    c    <NA>
    Name: peringkat, dtype: Int64
    """
    if isinstance(ties, pd.DataFrame):
        ties = tie_order(ties)
    scored = score[score.notna()]
    tie = (
        np.zeros(len(scored)) if ties is None else ties.reindex(scored.index).to_numpy(float, na_value=np.nan)
    )
    order = np.lexsort((scored.index.to_numpy(), -quantise(tie)[0], -quantise(scored)[0]))
    ranks = pd.Series(pd.NA, index=score.index, dtype="Int64", name="peringkat")
    ranks.loc[scored.index[order]] = np.arange(1, len(scored) + 1)
    return ranks
