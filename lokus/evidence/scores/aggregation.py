"""From normalised indicators to one score, with parts that add up to it whatever the rule."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

__all__ = ["AGGREGATIONS", "FLOOR", "Aggregate", "Aggregated", "Missing", "RunningScore", "aggregate"]

Aggregate = Literal["arithmetic", "geometric", "topsis", "rank_sum"]
AGGREGATIONS = ("arithmetic", "geometric", "topsis", "rank_sum")
Missing = Literal["renormalise", "withhold"]

# A geometric mean is 0 as soon as one factor is: the worst value counts as 1 on a scale from 1 to 100.
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
        Parts whose correctly rounded sum is `skor`.
    lacking : Series of int
        Indicators with weight that are missing.
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
) -> Aggregated:
    """Join normalised indicators into one score.

    Parameters
    ----------
    normalised : DataFrame, villages × indicators
        0–1, 1 worst.
    weights : Series
        Shares that sum to 1, one an indicator.
    method : {"arithmetic", "geometric", "topsis", "rank_sum"}
        With z the normalised value, w the weight and g = 0.01 + 0.99 (1 − z) how good a value is:

        - ``arithmetic``: Σ w z; a good value makes up for a bad one.
        - ``geometric``: (1 − Π g^w) / 0.99, as in the human development index; one very bad value is not
          made up for by good ones.
        - ``topsis``: d / (d + e), where d = √Σ (w z)² is the distance from a village that is best in
          everything and e = √Σ (w (1 − z))² that from one that is worst in everything.
        - ``rank_sum``: as arithmetic; the indicators are to be normalised by rank.
    missing : {"renormalise", "withhold"}
        What becomes of a village that lacks an indicator with weight.
    exempt : DataFrame of bool, villages × indicators, optional
        Where the indicator does not apply: its weight goes to the others and nothing counts as missing.

    Notes
    -----
    Contributions are the rise of the score, indicator by indicator, while a village worsens from the best
    possible values to its own (Aumann and Shapley 1974). For the arithmetic mean that is w z. For the
    geometric mean the worsening is even in log g, which gives the logarithmic mean decomposition (Ang 2004,
    *Energy Policy* 32, 1131–1139). For TOPSIS it is even in z, integrated by 32-point Gauss–Legendre
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
    # Sums depend on their order in the last digit; the order of names is the same for every study.
    names = sorted(normalised.columns, key=str)
    values = normalised[names].to_numpy(dtype=float)
    weight = weights[names].to_numpy(dtype=float)
    known = ~np.isnan(values)
    due = np.ones_like(known) if exempt is None else ~exempt[names].to_numpy(dtype=bool)
    known &= due
    lacking = (~known & due & (weight > 0)).sum(axis=1)
    available = _exact_row_sums(np.where(known, weight, 0.0))
    withheld = (available == 0.0) | ((missing == "withhold") & (lacking > 0))
    with np.errstate(divide="ignore", invalid="ignore"):
        if method in ("arithmetic", "rank_sum"):
            parts = values * weight / available[:, None]
        else:
            shares = np.where(known, weight / available[:, None], 0.0)
            split = _geometric if method == "geometric" else _topsis
            parts = split(np.nan_to_num(values), shares)
    parts = np.where(known & ~withheld[:, None], parts, np.nan)
    index = normalised.index
    return Aggregated(
        skor=pd.Series(np.where(withheld, np.nan, _exact_row_sums(parts)), index=index, name="skor"),
        contributions=pd.DataFrame(parts, index=index, columns=names)[list(normalised.columns)],
        lacking=pd.Series(lacking, index=index),
        withheld=pd.Series(withheld, index=index),
    )


class RunningScore:
    """Scores without their parts, built up one indicator at a time: for many draws at once.

    Parameters
    ----------
    method : {"arithmetic", "geometric", "topsis", "rank_sum"}
        As in :func:`aggregate`.

    Examples
    --------
    >>> running = RunningScore("arithmetic")
    >>> running.add(np.array([[1.0, 0.2], [0.8, np.nan]]), np.array([[0.5], [0.5]]))
    >>> running.add(np.array([[0.0, 0.6]]), np.array([[0.5], [0.5]]))
    >>> running.result().round(3).tolist()
    [[0.5, 0.4], [0.4, 0.6]]
    """

    def __init__(self, method: Aggregate) -> None:
        self.method = method
        self._weight: Floats = np.zeros(())
        self._near: Floats = np.zeros(())
        self._far: Floats = np.zeros(())

    def add(self, z: Floats, weight: Floats) -> None:
        """Add an indicator: normalised values and weights that broadcast to draws × villages."""
        share = np.where(np.isnan(z), 0.0, weight)
        z = np.nan_to_num(z)
        self._weight = self._weight + share
        if self.method == "geometric":
            self._near = self._near - share * np.log1p(-(1.0 - FLOOR) * z)
        elif self.method == "topsis":
            self._near = self._near + (share * z) ** 2
            self._far = self._far + (share * (1.0 - z)) ** 2
        else:
            self._near = self._near + share * z

    def result(self) -> Floats:
        """Scores, shape (draws, villages), 0–1; missing where no indicator with weight is known."""
        with np.errstate(divide="ignore", invalid="ignore"):
            if self.method == "geometric":
                return np.asarray(-np.expm1(-self._near / self._weight) / (1.0 - FLOOR))
            if self.method == "topsis":
                near, far = np.sqrt(self._near), np.sqrt(self._far)
                return np.asarray(near / (near + far))
            return np.asarray(self._near / self._weight)


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
    """Correctly rounded sums of the known values of each row."""
    rows = np.nan_to_num(values, nan=0.0).tolist()
    return np.fromiter((math.fsum(row) for row in rows), dtype=float, count=len(rows))
