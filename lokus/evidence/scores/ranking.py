"""Compare and rank scores exactly: decimal integers whose sums do not depend on order, one tie rule."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["quantise", "rank_by_rule", "tie_order"]

DIGITS = 12
_SMALLEST, _LARGEST = -308, 308
_POWERS = np.array([float(f"1e{exponent}") for exponent in range(_SMALLEST, _LARGEST + 1)])


def quantise(
    values: npt.ArrayLike, *, by_row: bool = False
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Convert `values` to integer multiples of a decimal unit, twelve digits for the largest.

    The unit is decimal because scores are read as decimals: 0.2 + 0.6 and 0.3 + 0.5 are equal here, but not
    in binary floating point. Twelve digits are more than the data have and fewer than floating-point sums
    keep, so scores equal by their formula are equal here, and integer sums of up to four million villages are
    exact.

    Parameters
    ----------
    values : array_like of float
        Missing values become 0.
    by_row : bool
        Use a separate unit for each row of a two-dimensional array, such as draws. Do not use it where values
        of different rows are compared with each other.

    Returns
    -------
    integers : ndarray of int64
    unit : ndarray of float
        ``integers * unit`` restores the values; a single number, or one for each row.

    Examples
    --------
    >>> integers, unit = quantise([0.1 + 0.2, 0.3, 0.6])
    >>> integers.tolist(), float(unit)
    ([300000000000, 300000000000, 600000000000], 1e-12)
    >>> quantise([[0.5, np.nan], [50.0, 25.0]], by_row=True)[0].tolist()
    [[500000000000, 0], [500000000000, 250000000000]]
    """
    array = np.nan_to_num(np.asarray(values, dtype=float), nan=0.0)
    largest = np.abs(array).max(axis=-1 if by_row else None, initial=0.0, keepdims=by_row)
    # The power of ten just above the largest value, by comparison, since a logarithm may be rounded up.
    digits = np.searchsorted(_POWERS, largest, side="right") + _SMALLEST
    shift = np.where(largest > 0.0, np.minimum(DIGITS - digits, _LARGEST), 0)
    integers = np.rint(array * _POWERS[shift - _SMALLEST]).astype(np.int64)
    unit = _POWERS[-shift - _SMALLEST]
    return integers, unit[..., 0] if by_row else unit


def tie_order(ties: pd.DataFrame) -> pd.Series[float]:
    """Combine several tie rules into one number; the higher comes first in a tie.

    Parameters
    ----------
    ties : DataFrame
        Villages × rules, in the order in which they apply; higher comes first, missing counts as 0.

    Returns
    -------
    Series
        1, 2, … for each distinct combination; villages equal in every rule stay equal.

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
    """Rank villages by descending score; ties by descending `ties` (stunted children), then by code.

    Parameters
    ----------
    score : Series
        Indexed by village code. Missing scores get no rank.
    ties : Series or DataFrame, optional
        Several columns apply one after the other. A missing value counts as 0, so that it never wins a tie.

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
