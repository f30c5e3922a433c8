"""Indicators on a common scale from 0 (best) to 1 (worst)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd
from scipy.special import ndtr

from lokus.evidence.errors import EvidenceError
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = ["NEUTRAL", "Normalise", "check_goalposts", "normalise_column"]

Normalise = Literal["minmax", "rank", "zscore"]

NEUTRAL = 0.5


def normalise_column(
    values: pd.Series[float],
    *,
    worse: Literal["high", "low"],
    method: Normalise = "minmax",
    goalposts: tuple[float, float] | None = None,
) -> tuple[pd.Series[float], list[Finding]]:
    """Bring one indicator to 0–1, where 1 is worst; missing stays missing.

    Parameters
    ----------
    values : Series
        Name is the indicator key.
    worse : {"high", "low"}
        Which end is bad.
    method : {"minmax", "rank", "zscore"}
        ``minmax``: position between the smallest and largest value. ``rank``: mean rank of ties, (r − 1)/(m
        − 1). ``zscore``: standard normal distribution function of the z-score, which keeps 0–1 without
        clipping.
    goalposts : (float, float), optional
        Fixed ends for ``minmax``, carried over between years; values beyond are set to the end and counted.

    Returns
    -------
    Series, list of Finding
        An indicator that does not vary says nothing: every known value becomes 0.5, and a finding says so.

    Examples
    --------
    >>> normalise_column(pd.Series([10.0, 20.0, 40.0], name="air_layak"), worse="low")[0].round(3).tolist()
    [1.0, 0.667, 0.0]
    """
    name = str(values.name)
    known = values.dropna()
    findings: list[Finding] = []
    if known.empty:
        return values.astype(float), [
            _finding("all_missing", _("indicator {name} has no value").format(name=name))
        ]
    if goalposts is not None:
        low, high = goalposts
        outside = int(((known < low) | (known > high)).sum())
        if outside:
            text = _(
                "indicator {name}: {n} villages lie beyond the goalposts {low}–{high} and count as the end"
            )
            findings.append(
                _finding(
                    "beyond_goalposts", text.format(name=name, n=format_number(outside), low=low, high=high)
                )
            )
        scaled = (known.clip(low, high) - low) / (high - low)
    elif known.min() == known.max():
        text = _("indicator {name} has the same value everywhere and does not tell villages apart")
        findings.append(_finding("constant", text.format(name=name)))
        return known.mul(0.0).add(NEUTRAL).reindex(values.index), findings
    elif method == "minmax":
        # Halved first, so that the range of huge values does not overflow.
        low, high = known.min() / 2, known.max() / 2
        scaled = (known / 2 - low) / (high - low)
    elif method == "rank":
        scaled = (known.rank(method="average") - 1) / (len(known) - 1)
    else:
        centred = known - known.mean()
        scaled = pd.Series(ndtr(centred / np.sqrt((centred**2).mean())), index=known.index)
    if worse == "low":
        scaled = 1.0 - scaled
    return scaled.clip(0.0, 1.0).reindex(values.index).rename(name), findings


def check_goalposts(goalposts: Mapping[str, tuple[float, float]]) -> None:
    """Refuse ends that are not two finite numbers in rising order."""
    for name, (low, high) in goalposts.items():
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise EvidenceError(
                _("goalposts of {name} must be two rising numbers, not {low} and {high}").format(
                    name=name, low=low, high=high
                )
            )


def _finding(check: str, message: str) -> Finding:
    return Finding(check=f"evidence.{check}", level="warning", message=message)
