"""Aggregate normalised indicators into one score, with contributions that add up to it under every rule."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = [
    "AGGREGATIONS",
    "FLOOR",
    "Aggregate",
    "Aggregated",
    "Missing",
    "aggregate",
    "enough_known",
    "village_weights",
]

Aggregate = Literal["arithmetic", "geometric", "topsis", "rank_sum"]
AGGREGATIONS = ("arithmetic", "geometric", "topsis", "rank_sum")
Missing = Literal["renormalise", "withhold"]

# A geometric mean is 0 where one factor is 0, so the worst value counts as 1 on a scale from 1 to 100.
FLOOR = 0.01
_NODES = 32

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Aggregated:
    """Scores of villages before they are ranked.

    Parameters
    ----------
    skor : Series
        0–1, 1 worst; missing where withheld.
    contributions : DataFrame, villages × indicators
        Contributions whose correctly rounded sum is `skor`.
    lacking : Series of int
        Number of missing indicators with weight.
    withheld : Series of bool
    """

    skor: pd.Series[float]
    contributions: pd.DataFrame
    lacking: pd.Series[int]
    withheld: pd.Series[bool]


def aggregate(
    normalised: pd.DataFrame,
    weights: pd.Series[float],
    *,
    method: Aggregate = "arithmetic",
    missing: Missing = "renormalise",
    exempt: pd.DataFrame | None = None,
    heirs: Mapping[str, str] | None = None,
) -> Aggregated:
    """Aggregate normalised indicators into one score.

    Parameters
    ----------
    normalised : DataFrame, villages × indicators
        0–1, 1 worst.
    weights : Series
        Shares that sum to 1, one for each indicator.
    method : {"arithmetic", "geometric", "topsis", "rank_sum"}
        With z the normalised value, w the weight and g = 0.01 + 0.99 (1 − z):

        - ``arithmetic``: Σ w z; a good value compensates for a bad one.
        - ``geometric``: (1 − Π g^w) / 0.99, as in the human development index; a very bad value is not
          compensated by good ones.
        - ``topsis``: d / (d + e), where d = √Σ (w z)² is the distance from a village that is best in
          everything and e = √Σ (w (1 − z))² that from one that is worst in everything.
        - ``rank_sum``: as arithmetic; the indicators are to be normalised by rank.
    missing : {"renormalise", "withhold"}
        Treatment of a village without an indicator that has weight. In both cases it is withheld where too
        little is known (:func:`enough_known`).
    exempt : DataFrame of bool, villages × indicators, optional
        Where the indicator does not apply: its weight goes to the others and it does not count as missing.
    heirs : mapping of indicator to indicator, optional
        Where the first does not apply, its weight goes to the second alone.

    Notes
    -----
    Contributions are the increase of the score attributed to each indicator on the path from the best
    possible values to those of the village (Aumann and Shapley 1974). For the arithmetic mean that is w z.
    For the geometric mean the path is linear in log g, which gives the logarithmic mean decomposition (Ang
    2004, *Energy Policy* 32, 1131–1139). For TOPSIS it is linear in z, integrated by 32-point Gauss–Legendre
    quadrature and scaled to the score.

    Fixed ends 0 and 1 rather than the observed ones keep TOPSIS free from rank reversal when a village is
    added (García-Cascales and Lamata 2012); after min–max they are the observed ones. Hwang and Yoon (1981),
    *Multiple Attribute Decision Making*; OECD/JRC (2008), step 6.

    Examples
    --------
    >>> z = pd.DataFrame({"a": [1.0, 0.5], "b": [0.0, 0.5]}, index=["x", "y"])
    >>> equal = pd.Series({"a": 0.5, "b": 0.5})
    >>> aggregate(z, equal).skor.tolist()
    [0.5, 0.5]
    >>> aggregate(z, equal, method="geometric").skor.round(3).tolist()
    [0.909, 0.5]
    """
    # Sums depend on their order in the last digit; sorted names give one order for every study.
    names = sorted(normalised.columns, key=str)
    values = normalised[names].to_numpy(dtype=float)
    weight = village_weights(weights, normalised.index, exempt=exempt, heirs=heirs)[names].to_numpy()
    known = ~np.isnan(values)
    due = np.ones_like(known) if exempt is None else ~exempt[names].to_numpy(dtype=bool)
    known &= due
    lacking = (~known & due & (weight > 0)).sum(axis=1)
    available = _exact_row_sums(np.where(known, weight, 0.0))
    withheld = ~enough_known(known, weight, due=due) | ((missing == "withhold") & (lacking > 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        if method in ("arithmetic", "rank_sum"):
            parts = values * weight / available[:, None]
        else:
            shares = np.where(known, weight / available[:, None], 0.0)
            split = _geometric if method == "geometric" else _topsis
            parts = split(np.nan_to_num(values), shares)
    parts = np.where(known & ~withheld[:, None], parts, np.nan)
    total = _exact_row_sums(parts)
    while (over := total > 1.0).any():  # the worst possible score is 1, whatever the rounding of its parts
        parts[over] *= 1.0 - np.finfo(float).eps
        total[over] = _exact_row_sums(parts[over])
    index = normalised.index
    return Aggregated(
        skor=pd.Series(np.where(withheld, np.nan, total), index=index, name="skor"),
        contributions=pd.DataFrame(parts, index=index, columns=names)[list(normalised.columns)],
        lacking=pd.Series(lacking, index=index),
        withheld=pd.Series(withheld, index=index),
    )


def village_weights(
    weights: pd.Series[float],
    villages: pd.Index,
    *,
    exempt: pd.DataFrame | None = None,
    heirs: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return the weight of each indicator in each village; an indicator that does not apply has weight 0.

    Parameters
    ----------
    weights : Series
    villages : Index
    exempt, heirs
        As in :func:`aggregate`. Rows sum to less than 1 where an indicator without heir does not apply.

    Examples
    --------
    >>> exempt = pd.DataFrame({"a": [False, True], "b": False, "c": False}, index=["desa", "kelurahan"])
    >>> weights = pd.Series({"a": 0.2, "b": 0.2, "c": 0.6})
    >>> village_weights(weights, exempt.index, exempt=exempt, heirs={"a": "b"}).loc["kelurahan"].tolist()
    [0.0, 0.4, 0.6]
    """
    out = pd.DataFrame(
        np.tile(weights.to_numpy(dtype=float), (len(villages), 1)), index=villages, columns=weights.index
    )
    if exempt is None:
        return out
    moved = out.where(exempt[out.columns], 0.0)
    out = out.mask(exempt[out.columns], 0.0)
    for key, heir in (heirs or {}).items():
        if key in out and heir in out:
            out[heir] += moved[key]
    return out


def enough_known(
    known: npt.NDArray[np.bool_],
    weights: npt.ArrayLike,
    *,
    due: npt.NDArray[np.bool_] | None = None,
) -> npt.NDArray[np.bool_]:
    """Return which villages have enough known indicators to be compared with others.

    Two conditions must hold: an indicator with the largest weight is known, and the known indicators have at
    least half of the weight. Otherwise a village without any measured child and with one bad figure could
    lead the list.

    Parameters
    ----------
    known : ndarray of bool, shape (villages, indicators)
    weights : array_like, shape (indicators,) or (villages, indicators)
        Not negative; any scale.
    due : ndarray of bool, shape (villages, indicators), optional
        Where the indicator applies; everywhere by default. One that does not apply has no weight and is not
        missing.

    Returns
    -------
    ndarray of bool, shape (villages,)

    Examples
    --------
    >>> known = np.array([[True, False, False], [False, True, True], [True, False, True]])
    >>> enough_known(known, [0.4, 0.3, 0.3]).tolist()
    [False, False, True]
    >>> enough_known(known, [0.4, 0.3, 0.3], due=np.array([[True, False, False]] * 3)).tolist()
    [True, False, True]
    """
    weight = np.asarray(weights, dtype=float)
    applies = np.ones_like(known) if due is None else np.broadcast_to(due, known.shape)
    asked = np.where(applies, weight, 0.0)
    there = np.where(known, asked, 0.0)
    # Sums of weights are compared up to rounding, so that weights stated as equal, or half, count as such.
    slack = 1e-9 * _exact_row_sums(asked)
    leads = there.max(axis=1, initial=0.0) >= asked.max(axis=1, initial=0.0) - slack
    half = 2.0 * _exact_row_sums(there) >= _exact_row_sums(asked) - slack
    return np.asarray(leads & half & (there.max(axis=1, initial=0.0) > 0.0))


def _geometric(z: Floats, shares: Floats) -> Floats:
    logs = -shares * np.log1p(-(1.0 - FLOOR) * z)
    total = logs.sum(axis=1)
    skor = -np.expm1(-total) / (1.0 - FLOOR)
    return logs * np.where(total > 0.0, skor / total, 0.0)[:, None]


def _topsis(z: Floats, shares: Floats) -> Floats:
    square = shares**2
    points, lengths = np.polynomial.legendre.leggauss(_NODES)
    parts = np.zeros_like(z)
    for point, length in zip((points + 1.0) / 2.0, lengths / 2.0, strict=True):
        at = point * z
        near = np.sqrt((square * at**2).sum(axis=1))[:, None]
        far = np.sqrt((square * (1.0 - at) ** 2).sum(axis=1))[:, None]
        slope = (far * at / near + near * (1.0 - at) / far) / (near + far) ** 2
        parts += length * np.nan_to_num(square * slope * z, posinf=0.0)
    near = np.sqrt((square * z**2).sum(axis=1))
    far = np.sqrt((square * (1.0 - z) ** 2).sum(axis=1))
    total = parts.sum(axis=1)
    return parts * np.where(total > 0.0, near / (near + far) / total, 0.0)[:, None]


def _exact_row_sums(values: Floats) -> Floats:
    """Return the correctly rounded sum of the known values of each row."""
    rows = np.nan_to_num(values, nan=0.0).tolist()
    return np.fromiter((math.fsum(row) for row in rows), dtype=float, count=len(rows))
