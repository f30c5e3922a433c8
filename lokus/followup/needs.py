"""How many families or children a gap concerns, where the data of the village tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from lokus.followup.gaps import Measure

__all__ = ["WHOLE_VILLAGE", "count_needs"]

WHOLE_VILLAGE = "desa"  # unit of an action that concerns the village as a whole


def count_needs(gaps: pd.DataFrame, villages: pd.DataFrame, catalogue: Mapping[str, Measure]) -> pd.DataFrame:
    """Count those concerned by each gap, and those it takes to reach the threshold.

    Parameters
    ----------
    gaps : pandas.DataFrame
        As :func:`~lokus.followup.gaps.find_gaps` gives them.
    villages : pandas.DataFrame
        Villages × indicators, index ``kode_desa``.
    catalogue : mapping of indicator key to Indicator

    Returns
    -------
    pandas.DataFrame
        Index of `gaps`: ``satuan``; ``kebutuhan``, those concerned; ``kebutuhan_ambang``, those by whom the
        value reaches the threshold. Not rounded; NaN where the count does not follow from the data.

    Notes
    -----
    A share of bad cases v of a whole N concerns N·v/100, a coverage N·(100 − v)/100; reaching the threshold
    t takes N·|v − t|/100. A count concerns as many as it counts when high is worse, the shortfall when low is
    worse. An action for the village as a whole concerns one village. N is the count the catalogue names
    for the indicator; where the village lacks it there is no number.
    """
    parts = [_of_indicator(rows, villages, catalogue[str(key)]) for key, rows in gaps.groupby("kunci")]
    if not parts:
        return pd.DataFrame(
            {"satuan": [], "kebutuhan": [], "kebutuhan_ambang": []}, index=gaps.index, dtype=object
        )
    return pd.concat(parts).reindex(gaps.index)


def _of_indicator(rows: pd.DataFrame, villages: pd.DataFrame, item: Measure) -> pd.DataFrame:
    value, limit = rows["nilai"].astype(float), rows["ambang"].astype(float)
    short = (value - limit).abs()
    high = item.worse == "high"
    if item.action_unit == WHOLE_VILLAGE:
        need = least = pd.Series(1.0, index=rows.index)
    elif item.action_count:
        need = _of_villages(item.action_count, rows, villages)
        least = need * (short / value)
    elif item.is_share:
        whole = _of_villages(item.action_whole, rows, villages)
        need, least = whole * (value if high else 100.0 - value) / 100.0, whole * short / 100.0
    elif item.is_count:
        need, least = (value if high else short), short
    else:
        need = least = pd.Series(np.nan, index=rows.index)
    return pd.DataFrame({"satuan": item.action_unit, "kebutuhan": need, "kebutuhan_ambang": least})


def _of_villages(key: str, rows: pd.DataFrame, villages: pd.DataFrame) -> pd.Series[float]:
    """Read a count of the village of each gap; missing where the count is not there."""
    if key not in villages:
        return pd.Series(np.nan, index=rows.index)
    values = villages[key].astype(float).reindex(rows["kode_desa"])
    return pd.Series(values.to_numpy(), index=rows.index)
