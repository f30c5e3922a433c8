"""Normalise indicators to a common scale from 0 (best) to 1 (worst)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from lokus.errors import EvidenceError, name_some
from lokus.findings import Finding
from lokus.i18n import format_number
from lokus.i18n import gettext as _

__all__ = [
    "NEUTRAL",
    "NORMALISATIONS",
    "Normalise",
    "check_goalposts",
    "derive_goalposts",
    "near_one",
    "normalise_column",
]

Normalise = Literal["minmax", "rank", "zscore", "limit"]
NORMALISATIONS = ("minmax", "rank", "zscore", "limit")

NEUTRAL = 0.5


def normalise_column(
    values: pd.Series[float],
    *,
    worse: Literal["high", "low"],
    method: Normalise = "minmax",
    goalposts: tuple[float, float] | None = None,
    limit: float | None = None,
) -> tuple[pd.Series[float], list[Finding]]:
    """Normalise one indicator to 0–1, where 1 is worst; missing stays missing.

    Parameters
    ----------
    values : Series
        Name is the indicator key.
    worse : {"high", "low"}
        Which end is worse.
    method : {"minmax", "rank", "zscore", "limit"}
        ``minmax``: position between the smallest and largest value. ``rank``: mean rank of ties, (r − 1)/(m
        − 1). ``zscore``: standard normal distribution function of the z-score, which keeps 0–1 without
        clipping. ``limit``: traffic light, 1 (red) where worse than `limit` and 0 elsewhere.
    goalposts : (float, float), optional
        Fixed ends for ``minmax``, so that years are comparable (:func:`derive_goalposts`); values beyond an
        end are set to it and counted in a finding.
    limit : float, optional
        For ``limit``, in the indicator's unit; by default the median of the known values.

    Returns
    -------
    Series, list of Finding
        Of an indicator that does not vary every known value becomes 0.5, which is reported in a finding;
        against a limit it becomes 0 or 1.

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
    elif method == "limit":
        border = known.median() if limit is None else limit
        if limit is None and known.min() == known.max():
            findings.append(_constant(name))
        red = known > border if worse == "high" else known < border
        return red.astype(float).reindex(values.index).rename(name), findings
    elif known.min() == known.max():
        findings.append(_constant(name))
        return known.mul(0.0).add(NEUTRAL).reindex(values.index), findings
    elif method == "minmax":
        near = near_one(known.to_numpy(dtype=float))
        scaled = pd.Series((near - near.min()) / (near.max() - near.min()), index=known.index)
    elif method == "rank":
        scaled = (known.rank(method="average") - 1) / (len(known) - 1)
    else:
        near = near_one(known.to_numpy(dtype=float))
        centred = near - near.mean()
        from scipy.special import ndtr

        scaled = pd.Series(ndtr(centred / np.sqrt((centred**2).mean())), index=known.index)
    if worse == "low":
        scaled = 1.0 - scaled
    return scaled.clip(0.0, 1.0).reindex(values.index).rename(name), findings


def near_one(values: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Scale the last axis by a power of 2, which is exact, so that no range overflows and no spread vanishes.

    Examples
    --------
    >>> near_one(np.array([0.0, 5e-324])).tolist(), near_one(np.array([96.0, 40.0])).tolist()
    ([0.0, 0.5], [0.75, 0.3125])
    """
    exponent = np.frexp(np.abs(values).max(axis=-1, keepdims=True))[1]
    return np.asarray(np.ldexp(values, -exponent), dtype=np.float64)


def derive_goalposts(
    indicators: pd.DataFrame | Iterable[pd.DataFrame], keys: Iterable[str] | None = None
) -> dict[str, tuple[float, float]]:
    """Derive each indicator's goalposts from a base year, to normalise later years on the same scale.

    Parameters
    ----------
    indicators : DataFrame, or several
        Villages × indicators of the base year, or of all years that share the scale.
    keys : iterable of str, optional
        Indicators; by default all columns of the first frame.

    Returns
    -------
    dict of key to (low, high)
        Smallest and largest known value, in the indicator's unit: the `goalposts` of
        :func:`lokus.evidence.scores.scoring.score`.

    Raises
    ------
    EvidenceError
        An indicator is absent, has no value, is infinite or does not vary.

    Notes
    -----
    OECD/JRC (2008), *Handbook on Constructing Composite Indicators*, step 5: minima and maxima taken anew
    each year make years incomparable.

    Examples
    --------
    >>> derive_goalposts(pd.DataFrame({"air_layak": [40.0, None, 90.0]}))
    {'air_layak': (40.0, 90.0)}
    """
    years = [indicators] if isinstance(indicators, pd.DataFrame) else list(indicators)
    names = [str(name) for name in (years[0].columns if keys is None else keys)]
    posts: dict[str, tuple[float, float]] = {}
    for name in names:
        columns = [year[name] for year in years if name in year]
        known = pd.concat(columns).astype(float).dropna() if columns else pd.Series(dtype=float)
        if known.empty or known.min() == known.max() or np.isinf(known).any():
            raise EvidenceError(
                _("no goalposts for {name}: its values {values} have no two finite ends").format(
                    name=name, values=name_some(known.unique()) or "–"
                ),
                remedy=_("state the goalposts of this indicator, or leave it out"),
            )
        posts[name] = (float(known.min()), float(known.max()))
    return posts


def check_goalposts(goalposts: Mapping[str, tuple[float, float]]) -> None:
    """Raise where goalposts are not two finite numbers in ascending order.

    Raises
    ------
    EvidenceError
        Names the first such indicator.

    Examples
    --------
    >>> check_goalposts({"air_layak": (40.0, 90.0)})
    """
    for name, (low, high) in goalposts.items():
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise EvidenceError(
                _("goalposts of {name} must be two rising numbers, not {low} and {high}").format(
                    name=name, low=low, high=high
                ),
                remedy=_("state the lower number first"),
            )


def _constant(name: str) -> Finding:
    text = _("indicator {name} has the same value everywhere and does not tell villages apart")
    return _finding("constant", text.format(name=name))


def _finding(check: str, message: str) -> Finding:
    return Finding(check=f"evidence.{check}", level="warning", message=message)
