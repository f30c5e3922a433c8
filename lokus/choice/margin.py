"""How firmly a village is on the list, or off it: its irreplaceability, with a sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.choice.exact import fits_in_memory
from lokus.choice.kept import kept_losses, only_keeps

if TYPE_CHECKING:
    from lokus.choice.selection import Selection

__all__ = ["CERTAIN", "margin"]

CERTAIN = 1.0
"""Margin of a village whose place is not a matter of its score: locked, or without an alternative."""


def margin(selection: Selection) -> pd.Series[float]:
    """Distance of each village from the border of the list: positive on the list, negative off it.

    Parameters
    ----------
    selection : Selection

    Returns
    -------
    Series, name ``jarak``, index ``kode_desa`` (sorted)
        In points of score (0–1); where the list maximises children, as a share of those of the village with
        most. For a chosen village what the best list loses without it, for another what it loses with it,
        negative; 0 for a tie. 1 and −1 for villages locked in and out, and for those that no other list can
        leave out or take in. Missing for a village without score that is not locked.

    Notes
    -----
    Unlike the choice itself this is continuous: it passes 0 as the village passes the border, so that a
    change of score too small to move the village can be seen, and divided between its causes. With limits per
    jenis, with a budget, and beyond the size that the dynamic programme holds, the loss is not known; there
    it is the difference to the value of the marginal village, at least 0 on the list and at most 0 off it.

    Examples
    --------
    >>> from lokus.choice.problem import Problem
    >>> from lokus.choice.selection import select
    >>> scores = pd.Series({"9901012001": 0.9, "9901012002": 0.6, "9901022001": 0.5})
    >>> kecamatan = scores.index.to_series().str[:6]
    >>> margin(select(scores, kecamatan, Problem(n=2))).round(2).to_dict()
    {'9901012001': 0.4, '9901012002': 0.1, '9901022001': -0.1}
    """
    problem, values = selection.problem, selection.scores
    unit = 1.0
    if problem.objective == "anak":
        unit = float(values.max()) if values.max() > 0 else 1.0
    index = selection.table.index
    chosen = selection.table["terpilih"].to_numpy(dtype=bool)
    sign = np.where(chosen, 1.0, -1.0)
    loss = selection.loss
    if selection.instance.extra:
        loss = kept_losses(selection) if only_keeps(selection.instance) else _to_marginal(selection, sign)
    elif not fits_in_memory(selection.instance):
        loss = _to_marginal(selection, sign)
    # A sum that loses nothing is a tie; rounding may not push a village to the wrong side of it.
    size = np.maximum(loss.reindex(index).to_numpy(dtype=float, na_value=np.nan), 0.0) / unit
    known = values.reindex(index).notna().to_numpy()
    size = np.where(known & np.isnan(size), CERTAIN, size)
    out = np.where(known, sign * size, np.nan)
    out[index.isin(list(problem.locked_out))] = -CERTAIN
    out[index.isin(list(problem.locked_in))] = CERTAIN
    return pd.Series(out + 0.0, index=index, name="jarak")


def _to_marginal(selection: Selection, sign: npt.NDArray[np.float64]) -> pd.Series[float]:
    if selection.marginal is None:
        return pd.Series(np.nan, index=selection.table.index)
    gap = np.asarray(selection.scores - selection.scores[selection.marginal], dtype=np.float64)
    return pd.Series(np.maximum(gap * sign, 0.0), index=selection.scores.index)
