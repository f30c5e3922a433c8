"""Decide which sums of counts of people would tell a small one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

__all__ = ["SMALLEST_SHOWN", "is_small", "sum_masked"]

SMALLEST_SHOWN = 5
"""Counts of people from 1 to below it are masked."""


def is_small(counts: pd.Series[Any], threshold: int = SMALLEST_SHOWN) -> pd.Series[bool]:
    """Return which counts are small; none and not known are not.

    Examples
    --------
    >>> is_small(pd.Series([0, 4, 5, None])).tolist()
    [False, True, False, False]
    """
    return (counts > 0) & (counts < threshold)


def sum_masked(
    counts: pd.Series[Any], masked: pd.Series[bool], by: Sequence[str], threshold: int = SMALLEST_SHOWN
) -> pd.DataFrame:
    """Add up counts; mask sums that are small or would disclose a masked count.

    Parameters
    ----------
    counts, masked : Series
        One index, with the levels `by`.
    by : sequence of str
        Levels to sum over.
    threshold : int

    Returns
    -------
    DataFrame
        ``jumlah``, missing where nothing is known, and ``disamarkan``.

    Notes
    -----
    A sum is masked where only one count below it is masked, or where the masked ones can add up to the
    difference in one way only: all of them 1, or all of them as large as a masked one can be.

    Examples
    --------
    >>> index = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 3)], names=["kecamatan", "desa"])
    >>> counts = pd.Series([7, 2, 9], index=index)
    >>> sum_masked(counts, is_small(counts), ["kecamatan"]).to_numpy().tolist()
    [[9, True], [9, False]]
    """
    names = list(by)
    sums = counts.groupby(names).sum(min_count=1)
    hidden = counts[masked].groupby(names).agg(["size", "sum"]).reindex(sums.index, fill_value=0)
    most = hidden["size"] * (threshold - 1)
    alone = (hidden["size"] == 1) | (
        (hidden["size"] > 1) & ~hidden["sum"].between(hidden["size"] + 1, most - 1)
    )
    return pd.DataFrame({"jumlah": sums, "disamarkan": is_small(sums, threshold) | alone})
